"""Whether a lock file still agrees with the manifest that it was made from, told from the files.

A lock is stale where it does not hold a declared requirement, or holds it only in versions that
the declared specifier excludes. The tools (`uv lock --check`, `poetry check --lock`, `pipenv
verify`) compare more, such as markers; what this calls stale, they call stale too.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from mlops_checklist.sources import lockfile, manifest, requirements, toml
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.manifest import Declared

OF_PYPROJECT = ("uv.lock", "poetry.lock", "pdm.lock")


class Disagreement(NamedTuple):
    """A declared requirement that the lock does not satisfy, and what the lock holds instead.

    `sure` is False where a marker may be the reason.
    """

    declared: Declared
    says: str
    sure: bool = True


class _Wanted(NamedTuple):
    """What a requirement asks for: versions (None: any), whether under a marker, and extras."""

    admits: Callable[[str], bool] | None
    marked: bool
    extras: frozenset[str] = frozenset()


def disagreements(file: File, lock: File) -> Iterator[Disagreement]:
    """Yield what the manifest `file` (pyproject.toml, Pipfile, .in) asks and `lock` does not hold.

    Raises Unreadable where the manifest cannot be read; an unreadable lock holds nothing.
    """
    name, lock_name = os.path.basename(file.path), os.path.basename(lock.path)
    versions = lockfile.versions(lock)
    if name not in ("pyproject.toml", "Pipfile"):
        for declared in _of_requirements(file):
            yield from _compared(declared, _parsed(declared.text), versions, strict=False)
        return
    document = file.read(toml.document)
    found = manifest.pipfile(document) if name == "Pipfile" else manifest.pyproject(document)
    groups = _locked_groups(lock, lock_name)
    own = _own_requirements(document, lock) if lock_name == "uv.lock" else None
    for declared in found:
        if declared.broken or not declared.name or not _locks(declared.keys, lock_name, groups):
            continue
        if own is not None and declared.name not in own:
            yield Disagreement(declared, "the lock does not know it")
            continue
        wanted = _wanted(document, declared)
        if own is not None and (lacking := wanted.extras - own[declared.name]):
            yield Disagreement(declared, f"the lock does not know the extra {min(lacking)}")
            continue
        yield from _compared(declared, wanted, versions, strict=own is not None)


def _compared(
    declared: Declared, wanted: _Wanted, versions: Mapping[str, frozenset[str]], strict: bool
) -> Iterator[Disagreement]:
    held = versions.get(declared.name)
    if held is None:
        if not strict:  # uv's own list has it: a marker leaves no version
            yield Disagreement(declared, "the lock does not know it", not wanted.marked)
    elif any(held) and wanted.admits and not any(map(wanted.admits, filter(None, held))):
        yield Disagreement(declared, f"the lock holds {', '.join(sorted(held))}")


def is_foreign(file: File, lock: File) -> bool:
    """Tell whether the uv.lock `lock` is that of another project than the pyproject.toml `file`."""
    document = file.read(toml.document)
    if os.path.basename(lock.path) != "uv.lock" or "project" not in document:
        return False
    return not any(True for _ in _own_packages(document, lock))


# --- What the manifest asks for ---------------------------------------------------------------


def _of_requirements(file: File) -> Iterator[Declared]:
    for line in file.read(requirements.lines):
        text = line.word.text
        if line.option or "$" in text or "{" in text:
            continue
        try:
            found = requirements.parse(text, line.word.place)
        except Unreadable:
            continue
        if found and found.name and not found.url:
            yield Declared(found.name, text, None, (str(line.word.place.line),), text)


@functools.lru_cache(maxsize=4096)  # the projects of a repository share many
def _parsed(text: str) -> _Wanted:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        return _Wanted(None, True)
    specifier = "" if parsed.url else str(parsed.specifier)
    extras = frozenset(map(requirements.canonical, parsed.extras))
    admits = _admitting([specifier]) if specifier else None
    return _Wanted(admits, parsed.marker is not None, extras)


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


def _own_packages(document: Mapping[str, Any], lock: File) -> Iterator[Mapping[str, Any]]:
    """Yield the entry of a uv.lock that stands for the project of the pyproject.toml itself."""
    project = document.get("project")
    name = project.get("name") if isinstance(project, dict) else None
    packages = lock.read(toml.document).get("package")
    for package in packages if isinstance(packages, list) else ():
        source = package.get("source") if isinstance(package, dict) else None
        own = isinstance(source, dict) and source.keys() & {"editable", "virtual", "directory"}
        if own and _is_same(package.get("name"), name):
            yield package


def _is_same(one: object, other: object) -> bool:
    names = (one, other)
    return len({requirements.canonical(name) for name in names if isinstance(name, str)}) == 1


def _own_requirements(
    document: Mapping[str, Any], lock: File
) -> Mapping[str, frozenset[str]] | None:
    """Return the names that uv.lock says the project requires, with their extras, or None."""
    for package in _own_packages(document, lock):
        metadata = package.get("metadata")
        if not isinstance(metadata, dict):
            return None
        groups = metadata.get("requires-dev")
        grouped = groups.values() if isinstance(groups, dict) else ()
        lists = [metadata.get("requires-dist"), *grouped]
        found: dict[str, frozenset[str]] = {}
        for entries in lists:
            for each in entries if isinstance(entries, list) else ():
                if isinstance(each, dict):
                    name = requirements.canonical(str(each.get("name")))
                    extras = each.get("extras")
                    listed = map(str, extras if isinstance(extras, list) else ())
                    found[name] = found.get(name, frozenset()) | set(
                        map(requirements.canonical, listed)
                    )
        return found
    return None


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


# --- Compiled requirements --------------------------------------------------------------------

_COMMAND = re.compile(r"(?m)^#\s+((?:pip-compile|uv pip compile|python -m piptools compile)\b.*)$")


def sources_of(compiled: File) -> list[str]:
    """Return the .in files that a header of pip-tools or uv names as what `compiled` is made from.

    The command was run in the file's folder or in one above: the first is taken in which such a
    file exists.
    """
    found = _COMMAND.search(compiled.text[:4_000])
    if not found or not requirements.is_compiled(compiled.text):
        return []
    folder = os.path.dirname(compiled.path)
    named = [word for word in found[1].split() if word.endswith(".in") and word[0] != "-"]
    result = []
    for word in named or ["requirements.in"]:
        above = folder
        while True:
            path = os.path.normpath(os.path.join(above, word))
            if os.path.isfile(path):
                result.append(path)
                break
            if not above:
                break
            above = os.path.dirname(above)
    return result
