"""Checklist: Secrets managed via Domino secrets (not hardcoded).

A key in Git is a key for everyone who ever clones the repository, and for every model image
built from it; taking the line out again does not take it back. So a secret is set as a Domino
environment variable (of the user or the project) or stays with a data source connector, and the
program reads it from `os.environ`. The hook never prints a secret: its kind, its length and the
last two characters at most.

How it works: a file without any of the words below is left alone after one look at its bytes.
Else each line (or 8,000 characters of a longer one) with such a word is given to the detectors
that the word belongs to: known key formats, ours and those of detect-secrets, then names with a
text given to them. Of several detectors on one text the most specific one speaks.
"""

from __future__ import annotations

import functools
import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Option, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, violation
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.key_formats import FORMATS, Found

if TYPE_CHECKING:
    from mlops_checklist.sources.engine_baseline import Entry
    from mlops_checklist.sources.passages import Passage

RULES = {
    "google-service-account-key": "The private key of a Google service account is in the file.",
    **{each.rule: f"{each.says} is hard-coded." for each in FORMATS},
    "service-key": "A key of a service that is known by its form is hard-coded.",
    "url-credentials": "A URL holds a password or a token.",
    "kubernetes-secret": "The manifest of a Kubernetes Secret holds the secret itself.",
    "generic-secret": "A name that promises a secret is given a literal text.",
    "high-entropy-string": "A random text stands beside a word such as secret or token.",
}
_RANK = {rule: rank for rank, rule in enumerate(RULES)}

# Files that hold nothing but digests and addresses of packages, and the engine's own baseline.
_PASSED_OVER = frozenset(
    "uv.lock poetry.lock pdm.lock pipfile.lock pixi.lock conda-lock.yml package-lock.json"
    " npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock cargo.lock composer.lock gemfile.lock"
    " go.sum .terraform.lock.hcl pubspec.lock packages.lock.json .secrets.baseline".split()
)


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Yield a violation for each secret, and evidence that secrets are read from outside."""
    if _is_passed_over(file.path):
        return
    from mlops_checklist.sources import passages

    new: list[Entry] = []
    is_proven = False
    for passage in passages.passages(file):
        found = (
            each
            for each in _secrets(file, passage, options.verbose)
            if options.verbose or not each.dropped_by
        )
        for each in _most_specific(found):
            value = passage.text[each.start : each.end]
            place = passage.place(each.start)
            if each.dropped_by:
                yield evidence(each.dropped_by, place, _dropped(each, value))
            elif _is_allowed(passage.text, each):
                continue
            elif options.update_baseline:
                new.append(_entry(file, passage, each, place))
            elif not _is_in_baseline(file.path, (value, *each.hashed)):
                yield violation(each.rule, place, _message(file, passage, each, value))
        if not is_proven and not passage.is_output:
            read = _read_from_outside(passage.text)
            if read is not None:
                is_proven = True
                message = "a secret is read from outside the repository"
                yield evidence("from-environment", passage.place(read), message)
    if new:
        from mlops_checklist.sources import engine_baseline

        try:
            engine_baseline.update(file.path, new)
        except ValueError as error:
            raise SettingsError(str(error)) from None


def _is_passed_over(path: str) -> bool:
    name = os.path.basename(path).lower()
    return name in _PASSED_OVER or (name.startswith("pylock") and name.endswith(".toml"))


def _secrets(file: File, passage: Passage, every: bool) -> Iterator[Found]:
    """Yield what the passage holds, and what a filter speaks against: with `every`, all of it."""
    from mlops_checklist.sources import secret_words
    from mlops_checklist.sources.secret_lines import lines

    named: list[tuple[int, int]] = []
    for start, end, words in lines(passage.text, secret_words.ALL):
        if not words.isdisjoint(secret_words.OF_KEYS):
            from mlops_checklist.sources import known_keys

            yield from known_keys.of_formats(passage.text, start, end, words)
        if not words.isdisjoint(secret_words.OF_NAMES):
            from mlops_checklist.sources import named_secrets

            named.append((start, end))
            bare = passage.bare_between(start, end)
            told = secret_words.OF_NAMES if every else words
            yield from named_secrets.in_line(passage.text, start, end, bare, told)
    if passage.shown:
        from mlops_checklist.sources import named_secrets

        yield from named_secrets.shown(passage)
    if named or "pgpass" in file.path:
        from mlops_checklist.sources import named_secrets

        yield from named_secrets.in_whole(file, passage, named)


def _most_specific(found: Iterable[Found]) -> Iterator[Found]:
    """Leave out what overlaps something more specific, or something that no filter dropped."""
    kept: list[Found] = []
    taken: list[tuple[int, int]] = []  # sorted, apart from one another
    rank = sorted(
        found, key=lambda each: (bool(each.dropped_by), _RANK[each.rule], each.start - each.end)
    )
    for each in rank:
        at = bisect_right(taken, (each.start, each.end))
        near = taken[max(0, at - 1) : at + 1]
        if not any(start < each.end and each.start < end for start, end in near):
            taken.insert(at, (each.start, each.end))
            kept.append(each)
    yield from sorted(kept)


# --- What is said -----------------------------------------------------------------------------


def _shares(name: str, value: str) -> bool:
    """Tell whether a name, its usual words aside, holds six characters of the value, or all."""
    name, value = name.lower(), value.lower()
    rest = re.sub(r"passw(?:or)?d|secret|token", " ", name)
    pieces = {rest[at : at + 6] for at in range(len(rest) - 5)}
    return value in name or any(piece in value for piece in pieces)


def _says(each: Found, value: str) -> str:
    shows = each.name and not _shares(each.name, value) and each.name.isprintable()
    name = f" '{each.name}'" if shows else ""
    return f"{each.says}{name} of {len(value)} characters"


def _dropped(each: Found, value: str) -> str:
    return f"{_says(each, value)} is passed over: {each.dropped_by}"


def _message(file: File, passage: Passage, each: Found, value: str) -> str:
    said = _says(each, value)
    ending = value[-2:]
    if len(value) >= 12 and ending.isascii() and ending.isprintable():
        said += f" ending in '...{ending}'"
    if passage.is_output:
        line = passage.text.count("\n", 0, each.start) + 1
        return f"{said} is in an output of the cell, line {line}; clear it and revoke the secret"
    if file.kind == "dockerfile":
        return f"{said} stays in the image; set it as a Domino environment variable instead"
    if file.kind in ("python", "notebook"):
        return (
            f"{said} is hard-coded; read it from os.environ, set as a Domino environment variable"
        )
    return f"{said} is hard-coded; set it as a Domino environment variable and refer to it"


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


# --- What is passed over, and what is proven ------------------------------------------------


def _entry(file: File, passage: Passage, each: Found, place: Place) -> Entry:
    from mlops_checklist.sources.engine_baseline import Entry

    line = place.file_line or place.line
    text = passage.text[passage.text.rfind("\n", 0, each.start) + 1 :].partition("\n")[0]
    if place.file_line:  # of a notebook: as JSON has it
        text = file.lines[line - 1]
    return Entry(line, text, (passage.text[each.start : each.end], *each.hashed))


def _is_in_baseline(path: str, values: tuple[str, ...]) -> bool:
    from mlops_checklist.sources import engine_baseline

    return engine_baseline.is_known(path, values)


_ALLOWED = r"pragma: ?(?:allow|white)list[ -]secret"
_ALLOWED_NEXT = r"pragma: ?(?:allow|white)list[ -]nextline[ -]secret"


@functools.lru_cache(maxsize=2)
def _has_pragma(text: str) -> bool:
    return "pragma:" in text


def _is_allowed(text: str, each: Found) -> bool:
    """Tell whether detect-secrets' own comment stands on the line, or on the one above."""
    if not _has_pragma(text):
        return False
    start = text.rfind("\n", 0, each.start) + 1
    end = text.find("\n", each.start)
    if _compiled(_ALLOWED).search(text, start, end if end >= 0 else len(text)):
        return True
    above = text.rfind("\n", 0, max(0, start - 1)) + 1
    return bool(_compiled(_ALLOWED_NEXT).search(text, above, start))


# Each with the letters that it begins with, which the search can leap to.
_READ = (
    ("env", r"env(?:iron)?(?:\.get)?\s{0,5}[\[(]\s{0,5}[\"'](?P<name>[A-Za-z_]\w{2,80})[\"']"),
    ("$", r"\$\{?(?P<name>[A-Z][A-Z0-9_]{3,80})\b"),
)
_OF_ACTIONS = r"\$\{\{ {0,3}secrets\.\w+"
_MANAGERS = (
    "dbutils.secrets.get",
    "get_secret_value",
    "access_secret_version",
    "hvac.Client",
    "SecretClient(",
    "keyring.get_password",
    "getpass.getpass(",
    "secretKeyRef:",
)


def _read_from_outside(text: str) -> int | None:
    """Return where a secret is first read from the environment or a secret manager."""
    starts = [at for each in _MANAGERS if (at := text.find(each)) >= 0]
    if "${{" in text and (of_actions := _compiled(_OF_ACTIONS).search(text)):
        starts.append(of_actions.start())
    for word, pattern in _READ:
        for found in _compiled(pattern).finditer(text) if word in text else ():
            from mlops_checklist.sources.secret_texts import secret_name

            if secret_name(found["name"]):
                at = found.start()
                starts.append(at - 3 if text.startswith("getenv", max(0, at - 3)) else at)
                break
    return min(starts, default=None)


HOOK = Hook(
    id="no-hardcoded-secrets",
    description="Verify that no file holds a secret: keys, tokens, passwords, private keys.",
    reads={"*": b""},
    rules=RULES,
    check=check,
    options=(Option("update-baseline", "add what is found to .secrets.baseline", False),),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook on the command line; return the exit status."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
