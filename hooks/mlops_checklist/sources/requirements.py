"""pip's requirements: files of them, single ones, and what a pip command installs.

Formats: pip's "Requirements File Format" and "pip install" reference pages, PEP 440, 503, 508
and 610. pip-requirements-parser splits files into lines; `packaging` reads what stands in them.
(Its `is_pinned` is not asked: it takes `==1.*` for a pin.)
"""

from __future__ import annotations

import functools
import os
import re
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import shell
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.shell import Command, Word, program

LONGEST = 2_000  # characters of one requirement
MOST_INCLUDED = 200  # files that -r and -c lines lead to
MOST_LINES = 20  # physical lines in which the text of a logical one is looked for


class Requirement(NamedTuple):
    """One requirement as written. `name` is canonical (PEP 503), "" for a URL or path without one.

    `specifier` is "" for none; `url` is "" unless it names one; `hashed`: a hash stands with it.
    """

    text: str
    name: str
    specifier: str = ""
    url: str = ""
    hashed: bool = False


class Line(NamedTuple):
    """A logical line of a requirements file: `option` is "", "-r", "-c", "-e" or another one.

    `word` is the requirement, or the option's value, with its places; hashes are left out.
    """

    option: str
    word: Word
    hashed: bool


@functools.lru_cache(maxsize=65536)
def canonical(name: str) -> str:
    """Return the name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


# --- Single requirements ----------------------------------------------------------------------

_NAME = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", re.ASCII)
_URL = re.compile(r"(?:(?:git|hg|svn|bzr)\+)?[A-Za-z][A-Za-z0-9+.-]*://|git\+[^/\s]+:", re.ASCII)
_EGG = re.compile(r"[#&]egg=([\w.-]+)", re.ASCII)
_HASH = re.compile(r"[#&](?:sha256|sha384|sha512|sha224|sha1|md5)=[0-9a-fA-F]{8}")


def parse(text: str, place: Place, hashed: bool = False) -> Requirement | None:
    """Return the requirement in `text`; None for a local path, which has nothing to pin.

    Raises Unreadable, which names the text and its place, where it is neither.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise _unreadable(text[:60], place, "too long")
    if is_local(text):
        return None
    if _URL.match(text):
        url = text.split()[0]
        egg = _EGG.search(url)
        return Requirement(text, canonical(egg[1]) if egg else "", "", url, hashed)
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Parsed

    try:
        parsed = Parsed(text)
    except (InvalidRequirement, RecursionError, ValueError) as error:
        cause = str(error).split("\n")[0] if not isinstance(error, RecursionError) else "too deep"
        raise _unreadable(text, place, cause) from None
    if parsed.url and is_local(parsed.url):
        return None
    name = canonical(parsed.name)
    return Requirement(text, name, str(parsed.specifier), parsed.url or "", hashed)


def _unreadable(text: str, place: Place, cause: str) -> Unreadable:
    shown = re.sub(r"://[^/@\s]*@", "://***@", text)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    cell = f"cell {place.cell}, " if place.cell else ""
    return Unreadable(
        f"cannot parse as requirement: '{shown}' ({cell}line {place.line}): {cause}", place=place
    )


def is_local(text: str) -> bool:
    """Tell whether `text` names a path, as pip sees it: `.`, `./x[dev]`, `x/y.whl`, `file:…`."""
    if text.startswith((".", "/", "~", "file:")) or re.match(r"[A-Za-z]:[\\/]", text):
        return True
    head = re.split(r"[\s;@\[]", text, maxsplit=1)[0]
    if "://" in text or re.match(r"git\+", text):
        return False
    return "/" in head or "\\" in head or head.endswith((".whl", ".tar.gz", ".zip"))


_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.IGNORECASE)
_SHORT_COMMIT = re.compile(r"(?=[a-f]*\d)[0-9a-f]{7,39}", re.IGNORECASE)
# v1.2, 1.2.3rc1, release-1.2, mlflow/v2.0; not main, dev, v2 or release/1.x
_TAG = re.compile(r"(?:.*[-_/])?v?\d+(?:\.\d+)+[a-z0-9+._-]*", re.IGNORECASE)
_ARCHIVE = re.compile(r"/(?:archive|tarball|zipball|legacy\.(?:tar\.gz|zip))/(.+)")
_ARCHIVE_ENDING = re.compile(r"\.(?:tar\.gz|tar\.bz2|tgz|zip|tar)$")
_VERSIONED_FILE = re.compile(r"[A-Za-z][\w.+-]*?-v?\d[\w.+!-]*\.(?:whl|tar\.gz|zip|tgz|tar\.bz2)")


def pin_problem(requirement: Requirement, require_hashes: bool = False) -> str | None:
    """Return the rule that `requirement` breaks, or None where it admits one version only."""
    if requirement.url:
        return _url_problem(requirement, require_hashes)
    problem = specifier_problem(requirement.specifier)
    if problem is None and require_hashes and not requirement.hashed:
        return "no-hash"
    return problem


def specifier_problem(specifier: str) -> str | None:
    """Return the rule that a PEP 440 specifier breaks: `==` and `===` alone fix a version."""
    clauses = [clause.strip() for clause in specifier.split(",") if clause.strip()]
    if not clauses:
        return "unpinned"
    if any(c.startswith("===") or (c.startswith("==") and "*" not in c) for c in clauses):
        return None
    return "wildcard" if any(c.startswith("==") for c in clauses) else "range"


def _url_problem(requirement: Requirement, require_hashes: bool) -> str | None:
    url = requirement.url
    bare = url.partition("#")[0]
    if re.match(r"(?:git|hg|svn|bzr)\+", url) or bare.startswith(("git://", "ssh://")):
        path = bare.split("://", 1)[-1].partition("/")[2] or bare.split(":", 1)[-1]
        return ref_problem(path.rpartition("@")[2] if "@" in path else "", require_hashes)
    if requirement.hashed or _HASH.search(url):
        return None
    if archive := _ARCHIVE.search(bare.partition("?")[0]):
        ref = _ARCHIVE_ENDING.sub("", archive[1]).removeprefix("refs/tags/")
        return ref_problem(ref, require_hashes)
    if require_hashes:
        return "no-hash"
    from urllib.parse import unquote

    name = unquote(bare.partition("?")[0].rpartition("/")[2])  # PyTorch's index writes %2B
    return None if _VERSIONED_FILE.fullmatch(name) else "unverified-url"


def ref_problem(ref: str, require_hashes: bool = False) -> str | None:
    """Return "moving-ref" unless `ref` is a commit or, without `require_hashes`, a version tag."""
    if _COMMIT.fullmatch(ref):
        return None
    fixed = _SHORT_COMMIT.fullmatch(ref) or _TAG.fullmatch(ref)
    return None if fixed and not require_hashes else "moving-ref"


def constraint_problem(constraint: str) -> str | None:
    """Return the rule that a version of Poetry's or Pipfile's breaks; a bare one is exact there."""
    text = constraint.strip().lstrip("@")
    if text in ("", "*", "latest"):
        return "unpinned"
    if "|" in text or text[0] in "^~<>!":
        return "range"
    if "*" in text:
        return "wildcard"
    return None if re.match(r"={0,3}\s*v?\d", text) else "range"


# --- Files ------------------------------------------------------------------------------------

_OPTION = re.compile(r"(--[A-Za-z][\w-]*)(?:[ \t]*=[ \t]*|[ \t]+|$)|(-[A-Za-z])[ \t=]*", re.ASCII)
_LONG = {
    "--requirement": "-r",
    "--constraint": "-c",
    "--editable": "-e",
    "--find-links": "-f",
    "--index-url": "-i",
}
# The parser's own expressions take quadratic time for blanks without end.
_WIDE = re.compile(r"[^\S\r\n]{200,}")
_COMPILED = re.compile(r"#[^\n]*autogenerated by (?:pip-compile|uv)")


def lines(file: File) -> list[Line]:
    """Return the logical lines of a requirements file, in order; use `file.read(lines)`.

    pip-requirements-parser, which is pip's own code, joins and splits them; where each stands is
    found here.
    """
    from pip_requirements_parser import CommentLine, preprocess

    text = _WIDE.sub(" ", file.text)
    physical = text.splitlines()
    return [
        _line(logical.line, logical.line_number, physical)
        for logical in preprocess(text)
        if not isinstance(logical, CommentLine)
    ]


def _line(text: str, number: int, physical: list[str]) -> Line:
    """Return the logical line `text` that begins in the physical line `number`."""
    from pip_requirements_parser import break_args_options

    requirement, options = break_args_options(text)
    if requirement.strip():
        value = requirement.strip()
        return Line("", _placed(value, number, physical), "--hash" in options)
    found = _OPTION.match(text)
    option = found[2] or _LONG.get(found[1], found[1]) if found else text
    value = text[found.end() :].strip() if found else ""
    return Line(option, _placed(value or text, number, physical), False)


def _placed(value: str, number: int, physical: list[str]) -> Word:
    """Return `value` as a word that knows where it stands, from the line `number` on."""
    for line in range(number, min(number + MOST_LINES, len(physical) + 1)):
        column = physical[line - 1].find(value)
        if column >= 0:
            return shell.joined([(value, line, column + 1)])
    first = value.split()[0]  # continued within: its beginning will do
    for line in range(number, min(number + MOST_LINES, len(physical) + 1)):
        column = physical[line - 1].find(first)
        if column >= 0:
            return shell.joined([(value, line, column + 1)])
    return shell.joined([(value, number, 1)])


def is_compiled(text: str) -> bool:
    """Tell whether a header says that pip-tools or uv wrote this requirements file."""
    return _COMPILED.search(text[:4_000]) is not None


def is_conda_list(text: str) -> bool:
    """Tell whether `conda list --export` wrote this requirements file."""
    return "conda create --name" in text[:400]


class _Included(Unreadable):
    """An included file cannot be read, and the message says which file names it."""


def pinned_names(path: str, seen: set[str] | None = None) -> dict[str, str]:
    """Return name -> version of what the requirements file at `path` pins, with its -r and -c.

    Files in `seen` are left out, and those that are read join them: each is read once. Raises
    Unreadable where the file, or one that it names, cannot be read. Lines that cannot be parsed
    pin nothing.
    """
    result: dict[str, str] = {}
    seen = set() if seen is None else seen
    seen.add(os.path.normpath(path))
    file = File(path, "requirements")
    for line in file.read(lines):
        if line.option in ("-r", "-c") and not is_remote(line.word.text):
            named = target(path, line.word.text)
            if named in seen or len(seen) > MOST_INCLUDED:
                continue
            try:
                result |= pinned_names(named, seen)
            except _Included:
                raise
            except Unreadable as error:
                raise _Included(f"{path} names '{named}': {error}", error.rule) from None
        elif not line.option and "==" in line.word.text:
            try:
                found = parse(line.word.text, line.word.place)
            except Unreadable:
                continue
            if found and not found.url and specifier_problem(found.specifier) is None:
                exact = re.search(r"={2,3}\s*([^,\s*]+)", found.specifier)
                result[found.name] = exact[1] if exact else ""
    return result


def target(path: str, named: str) -> str:
    """Return the path of the file that a `-r` or `-c` line of the file at `path` names."""
    return os.path.normpath(os.path.join(os.path.dirname(path), named.strip().strip("'\"")))


def is_remote(named: str) -> bool:
    """Tell whether a `-r` or `-c` line names what is not a file here: a URL, a variable."""
    return "://" in named or "$" in named or "{" in named


# --- Commands ---------------------------------------------------------------------------------


class Install(NamedTuple):
    """What a command installs from an index: the requirements, and whether `-c` narrows them.

    `locks`: the tool records exact versions by itself (`uv add`, `poetry add`).
    """

    words: tuple[Word, ...]
    constraints: tuple[Word, ...] = ()
    locks: bool = False


_PIP = re.compile(r"pip(?:3(?:\.\d+)?)?(?:\.exe)?")
_PYTHON = re.compile(r"(?:python|pypy)(?:[23](?:\.\d+)?)?(?:\.exe)?|\{?\$?\{?sys\.executable\}?\}?")
_VALUED = """
-r --requirement --requirements -c --constraint --constraints -e --editable -t --target -i
--index-url --extra-index-url --index --default-index -f --find-links -b --build -d --build-
constraint --override --overrides --prefix --root --src --upgrade-strategy --platform --python-
version --python-platform --implementation --abi --no-binary --only-binary --proxy --retries
--timeout --default-timeout --exists-action --trusted-host --allow-insecure-host --cert
--client-cert --cache-dir --log --progress-bar --report -C --config-settings --config-setting
--global-option --install-option --python -p --use-feature --use-deprecated --keyring-provider
--group --extra --resolution --exclude-newer --link-mode --torch-backend -P --upgrade-package
--reinstall-package --refresh-package --index-strategy --prerelease --color --config-file
--project --directory --no-build-package --no-binary-package --pip-args --suffix --hash
"""
_WITH_VALUE = frozenset(_VALUED.split())
_CLUSTER = re.compile(r"-[qvUI]+([a-z])")  # `-qr requirements.txt`
_ADDING = frozenset({"uv add", "poetry add", "pdm add", "rye add", "pixi add", "pipenv install"})


def installed(command: Command) -> Install | None:
    """Return what `command` (unwrapped) installs with pip, uv, pipx and their like, or None."""
    words = command.words
    name = program(command)
    if _PYTHON.fullmatch(name):
        at = 1
        while at < len(words) and words[at].text.startswith("-") and words[at].text != "-m":
            at += 1 + (words[at].text in ("-W", "-X"))
        if at + 1 < len(words) and words[at].text == "-m":
            words = words[at + 1 :]
            name = words[0].text
    if not words:
        return None
    rest = words[1:]
    if name == "uv" and len(rest) > 1 and rest[0].text in ("pip", "tool"):
        rest = rest[1:]
    elif _PIP.fullmatch(name) or name == "pipx":
        at = 0
        while at < len(rest) and rest[at].text.startswith("-"):
            at += 1 + (rest[at].text in _WITH_VALUE)
        rest = rest[at:]
    elif not (rest and f"{name} {rest[0].text}" in _ADDING):
        return None
    locks = name not in ("pipx",) and not _PIP.fullmatch(name) and rest[0].text == "add"
    if not rest or not (rest[0].text == "install" or locks):
        return None
    return _arguments(rest[1:], locks or name == "pipenv")


def _arguments(words: tuple[Word, ...], locks: bool) -> Install:
    required: list[Word] = []
    constraints: list[Word] = []
    option = ""
    for word in words:
        text = word.text
        if option:
            if option in ("-c", "--constraint", "--constraints"):
                constraints.append(word)
            elif option in ("-e", "--editable"):
                required.append(word)
            option = ""
        elif text in _WITH_VALUE:
            option = text
        elif (cluster := _CLUSTER.fullmatch(text)) and f"-{cluster[1]}" in _WITH_VALUE:
            option = f"-{cluster[1]}"
        elif text.startswith("-"):
            name, equals, _ = text.partition("=")
            if name == "--constraint" or (text.startswith("-c") and len(text) > 2):
                constraints.append(word.part(len(name) + 1 if equals else 2))
            elif name == "--editable" and equals:
                required.append(word.part(len(name) + 1))
        else:
            required.append(word)
    return Install(tuple(required), tuple(constraints), locks)
