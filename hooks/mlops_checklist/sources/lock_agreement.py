"""Whether a lock file still agrees with the manifest that it was made from, told from the files.

poetry.lock, pdm.lock and Pipfile.lock record a hash of the manifest: an equal one is fresh. Of a
uv.lock, and of compiled requirements, all that they say of the manifest is compared. Otherwise a
lock is stale where it does not hold a declared requirement, or holds it only in versions that
the declared specifier excludes. What this calls stale, the tools' own checks call stale too.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from mlops_checklist.sources import (
    lock_hashes,
    lockfile,
    manifest,
    requirements,
    toml,
    uv_agreement,
    uv_requirements,
)
from mlops_checklist.sources.files import File
from mlops_checklist.sources.lockfile import Disagreement
from mlops_checklist.sources.manifest import Declared

OF_PYPROJECT = ("uv.lock", "poetry.lock", "pdm.lock")
_COMMANDS = {
    "uv.lock": "run `uv lock`",
    "poetry.lock": "run `poetry lock`",
    "pdm.lock": "run `pdm lock`",
    "Pipfile.lock": "run `pipenv lock`",
    "pylock.toml": "lock again",
}


class _Wanted(NamedTuple):
    """What a requirement asks for: versions (None: any), and whether under a marker."""

    admits: Callable[[str], bool] | None
    marked: bool


def advice(lock: File) -> str:
    """Return what makes the lock fresh again."""
    return _COMMANDS.get(os.path.basename(lock.path), "compile it again")


def disagreements(file: File, lock: File) -> list[Disagreement] | None:
    """Return what the manifest `file` (pyproject.toml, Pipfile) asks and `lock` does not hold.

    None where the lock says that it was made from this very manifest. Raises Unreadable where one
    of them cannot be read.
    """
    document = file.read(toml.document)
    fresh = lock_hashes.is_fresh(document, lock)
    if fresh:
        return None
    found = list(_told(file, document, lock))
    if fresh is False and not any(each.sure for each in found):
        says = f"was made from another {os.path.basename(file.path)}"
        return [Disagreement(says)]
    return found


def _told(file: File, document: Mapping[str, Any], lock: File) -> Iterator[Disagreement]:
    name = os.path.basename(lock.path)
    if name == "uv.lock":
        is_root = os.path.dirname(file.path) == os.path.dirname(lock.path)
        told = uv_agreement.disagreements(document, lock, is_root)
        if told is not None:
            yield from told
            return
    versions = lock.read(lockfile.versions)
    is_pipfile = os.path.basename(file.path) == "Pipfile"
    groups = _locked_groups(lock, name)
    for declared in manifest.pipfile(document) if is_pipfile else manifest.pyproject(document):
        if declared.broken or not declared.name or not _locks(declared.keys, name, groups):
            continue
        wanted = _wanted(document, declared)
        held = versions.get(declared.name)
        if held is None:
            yield Disagreement(f"does not know '{declared.text}'", declared, sure=not wanted.marked)
        elif any(held) and wanted.admits and not any(map(wanted.admits, filter(None, held))):
            says = f"holds {', '.join(sorted(held))} of '{declared.text}'"
            yield Disagreement(says, declared, sure=not wanted.marked)


def is_foreign(file: File, lock: File) -> bool:
    """Tell whether the uv.lock `lock` is that of another project than the pyproject.toml `file`."""
    document = file.read(toml.document)
    if os.path.basename(lock.path) != "uv.lock" or "project" not in document:
        return False
    return next(uv_requirements.own_packages(document, lock), None) is None


# --- What the manifest asks for ---------------------------------------------------------------


@functools.lru_cache(maxsize=4096)  # the projects of a repository share many
def _parsed(text: str) -> _Wanted:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        return _Wanted(None, True)
    specifier = "" if parsed.url else str(parsed.specifier)
    admits = _admitting([specifier]) if specifier else None
    return _Wanted(admits, parsed.marker is not None)


def _wanted(document: Mapping[str, Any], declared: Declared) -> _Wanted:
    """Return what `declared` asks for: a requirement's text, or an entry of a table."""
    keys = declared.keys
    is_text = keys[0] in ("project", "dependency-groups")
    if is_text or keys[:2] in (("tool", "pdm"), ("tool", "uv")):
        if _has_source(document, declared.name):
            return _Wanted(None, False)
        return _parsed(re.sub(r"^-e\s*", "", declared.text))
    value: Any = document
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, list) or (isinstance(value, dict) and "version" not in value):
        return _Wanted(None, True)
    marked = isinstance(value, dict) and bool(value.keys() - {"version", "extras", "index"})
    text = value["version"] if isinstance(value, dict) else value
    found = clauses(str(text), bare_is_exact=keys[0] == "tool")
    return _Wanted(_admitting(found) if found else None, marked)


def _has_source(document: Mapping[str, Any], name: str) -> bool:
    table: Any = document
    for key in ("tool", "uv", "sources"):
        table = table.get(key) if isinstance(table, dict) else None
    named = table if isinstance(table, dict) else {}
    return any(requirements.canonical(key) == name for key in named)


def clauses(text: str, bare_is_exact: bool) -> list[str]:
    """Return the alternatives of a Poetry or Pipenv constraint as PEP 440 specifiers.

    Poetry's `^1.2` and `~1.2` are those of its "Dependency specification" page. Without an
    alternative that can be read the list is empty: nothing can be said.
    """
    result = []
    for alternative in re.split(r"\|\|?", text):
        clauses = []
        for clause in filter(None, re.split(r"[,\s]+(?=[\^~<>=!\d*])", alternative.strip())):
            clause = clause.replace(" ", "")
            if clause in ("*", "latest", "@latest"):
                return []
            if clause[0] == "^" or (clause[0] == "~" and not clause.startswith("~=")):
                bounds = _bounds(clause)
                if bounds is None:
                    return []
                clauses.append(bounds)
            elif clause[0].isdigit():
                clauses.append(f"=={clause}" if bare_is_exact else clause)
            else:
                clauses.append(clause)
        result.append(",".join(clauses))
    return [each for each in result if each]


def _bounds(clause: str) -> str | None:
    """Return `^1.2.3` or `~1.2` as lower and upper bound."""
    version = clause[1:]
    if not re.fullmatch(r"\d+(\.\d+)*", version):
        return None
    parts = [int(part) for part in version.split(".")]
    if clause[0] == "~":
        at = min(len(parts), 2) - 1
    else:
        at = next((i for i, part in enumerate(parts) if part), len(parts) - 1)
    upper = [*parts[:at], parts[at] + 1]
    return f">={version},<{'.'.join(map(str, upper))}"


def _admitting(clauses: list[str]) -> Callable[[str], bool] | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        specifiers = [SpecifierSet(clause) for clause in clauses]
    except InvalidSpecifier:
        return None

    def admits(version: str) -> bool:
        try:
            return any(each.contains(version, prereleases=True) for each in specifiers)
        except InvalidVersion:
            return True

    return admits


# --- What the lock holds ----------------------------------------------------------------------


def _locked_groups(lock: File, name: str) -> frozenset[str] | None:
    """Return the groups that a pdm.lock or poetry.lock speaks of; None: it does not say."""
    if name not in ("pdm.lock", "poetry.lock"):
        return None
    document = lock.read(toml.document)
    packages = document.get("package")
    holders = (
        packages
        if name == "poetry.lock" and isinstance(packages, list)
        else [document.get("metadata")]
    )
    listed = [each.get("groups") for each in holders if isinstance(each, dict)]
    groups = [group for each in listed if isinstance(each, list) for group in each]
    return frozenset(map(str, groups)) if groups else None


def _locks(keys: tuple[str, ...], lock: str, groups: frozenset[str] | None) -> bool:
    """Tell whether such a lock holds what is declared under `keys`."""
    if keys[:2] == ("tool", "poetry"):
        return lock == "poetry.lock"
    if keys[:2] == ("tool", "pdm"):
        return lock == "pdm.lock" and (groups is None or keys[-1] in groups)
    if keys[:2] == ("tool", "uv"):
        return lock == "uv.lock"
    if keys[0] == "dependency-groups":  # Poetry locks them from 2.2 on
        return lock == "uv.lock" or (groups is not None and keys[1] in groups)
    if keys[:2] == ("project", "optional-dependencies"):
        return lock != "pylock.toml" and (lock != "pdm.lock" or not groups or keys[-1] in groups)
    return True
