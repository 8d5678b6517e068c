"""Whether a uv.lock agrees with the pyproject.toml that it was made from.

uv calls a lock stale where what it requires differs in meaning from what is declared: names,
extras, specifiers, markers, sources, requires-python. So does this, where it can be told.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mlops_checklist.sources import lockfile, markers, requirements, toml, uv_requirements
from mlops_checklist.sources.files import File
from mlops_checklist.sources.lockfile import Disagreement
from mlops_checklist.sources.manifest import get
from mlops_checklist.sources.uv_requirements import Entry, Sections

LOCAL = frozenset({"path", "directory", "editable", "virtual"})


class _Sides(NamedTuple):
    """The manifest and the lock, each whole and section by section.

    `is_root`: the lock stands beside the manifest, whose `[tool.uv]` says the last word then.
    """

    document: Mapping[str, Any]
    held: Mapping[str, Any]
    declared: Sections
    locked: Sections
    versions: Mapping[str, frozenset[str]]
    is_root: bool


def disagreements(
    document: Mapping[str, Any], lock: File, is_root: bool
) -> list[Disagreement] | None:
    """Return what differs; None where the lock does not say what its project requires."""
    held = lock.read(toml.document)
    package = next(uv_requirements.own_packages(document, lock), None)
    if "project" in document and not (package and isinstance(package.get("metadata"), dict)):
        return None
    locked = uv_requirements.locked(held, package, is_root)
    declared = uv_requirements.declared(document, is_root)
    if locked is None or any("extra" in each.marker for own in declared.values() for each in own):
        return None
    versions = lock.read(lockfile.versions)
    sides = _Sides(document, held, declared, locked, versions, is_root)
    found = list(_requires_python(sides)) if is_root else []
    for section in declared:
        found += _lacking(sides, section)
    found += _named(document, get(package or {}, ("metadata",), dict))
    for section in locked:
        found += _no_more(sides, section)
    return found


# --- Names and Pythons ------------------------------------------------------------------------


def _no_more(sides: _Sides, section: tuple[str, ...]) -> Iterator[Disagreement]:
    """Yield the names that the lock requires in a section, and the manifest does not."""
    here = {entry.name for entry in sides.declared.get(section, ())}
    dynamic = get(sides.document, ("project", "dynamic"), list)
    key = {"project": "dependencies", "extra": "optional-dependencies"}.get(section[0])
    if "" in here or key in dynamic:
        return
    for name in sorted({entry.name for entry in sides.locked[section]} - here):
        says = f"requires '{name}' {_where(section)}, which is not declared"
        yield Disagreement(says, None, _keys(section))


def _named(document: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Compare the names of extras and groups, which may be empty, where the lock tells them."""
    dynamic = get(document, ("project", "dynamic"), list)
    optional = ("project", "optional-dependencies")
    if "provides-extras" in metadata and "optional-dependencies" not in dynamic:
        extras = get(metadata, ("provides-extras",), list)
        yield from _names("extra", get(document, optional, dict), extras, optional)
    groups = get(document, ("dependency-groups",), dict)
    held = get(metadata, ("requires-dev",), dict)
    if held:  # `dev` may be uv's own list
        named = {key for key in groups if requirements.canonical(key) != "dev"}
        yield from _names("group", named, held.keys() - {"dev"}, ("dependency-groups",))


def _names(
    what: str, declared: Iterable[str], held: Iterable[Any], keys: tuple[str, ...]
) -> Iterator[Disagreement]:
    names = {requirements.canonical(name): name for name in declared}
    known = {requirements.canonical(str(name)) for name in held}
    for name in sorted(names.keys() - known):
        yield Disagreement(f"does not know the {what} '{name}'", None, (*keys, names[name]))
    for name in sorted(known - names.keys()):
        yield Disagreement(f"has the {what} '{name}', which is not declared", None, keys)


def _requires_python(sides: _Sides) -> Iterator[Disagreement]:
    asked = get(sides.document, ("project", "requires-python"), str)
    locked = get(sides.held, ("requires-python",), str)
    is_workspace = len(get(sides.held, ("manifest", "members"), list)) > 1
    by_group = get(sides.document, ("tool", "uv", "dependency-groups"), dict)
    if not asked or not locked or is_workspace or by_group:
        return
    if markers.pythons_differ(_bounds(asked), _bounds(locked)):
        says = f"is for Python '{locked}', not '{asked}'"
        yield Disagreement(says, None, ("project", "requires-python"))


def _bounds(specifier: str) -> str:
    """Return `specifier` without the versions within the range that it leaves out, as uv does."""
    return ",".join(each for each in specifier.split(",") if "!=" not in each)


# --- Requirements -----------------------------------------------------------------------------


def _lacking(sides: _Sides, section: tuple[str, ...]) -> Iterator[Disagreement]:
    """Yield the requirements of one section that the lock has not, or has otherwise."""
    locked: dict[str, list[Entry]] = {}
    for each in sides.locked.get(section, ()):
        locked.setdefault(each.name, []).append(each)
    declared: dict[str, list[Entry]] = {}
    for each in sides.declared[section]:
        declared.setdefault(each.name, []).append(each)
    for name, entries in declared.items():
        if not name or (section[0] in uv_requirements.OWN_LISTS and name not in sides.versions):
            continue  # uv notes what it narrows down only where it is needed
        if name in locked:
            says = _otherwise(sides, section, entries, locked[name])
        elif any(name == each.name for other in sides.locked.values() for each in other):
            says = f"does not have '{{}}' {_where(section)}"
        else:
            says = "does not know '{}'"
        if says:
            wanted = entries[0].declared
            yield Disagreement(says.replace("{}", wanted.text if wanted else name), wanted)


def _otherwise(
    sides: _Sides, section: tuple[str, ...], declared: Sequence[Entry], locked: Sequence[Entry]
) -> str:
    """Return how the lock has a requirement otherwise, with {} for its text, or ""."""
    tools = get(sides.document, ("tool", "uv"), dict)
    any_marker = section[0] == "group" and "dependency-groups" in tools  # which may add to them
    extra = section[1] if section[0] == "extra" else ""
    python = get(sides.held, ("requires-python",), str)
    shown = ", ".join(sorted({_shown(each) for each in locked}))
    if len(declared) > 1 or len(locked) > 1:
        differ = not any_marker and _differ_together(declared, locked, python, extra)
        return f"has {shown} where '{{}}' is declared" if differ else ""
    (one,), (other,) = declared, locked
    if one.extras != other.extras:
        return f"has {shown}, not '{{}}'"
    if _is_conditional(get(tools, ("sources",), dict), one.name):
        return ""
    if (sides.is_root or one.source) and not _same_source(one.source, other.source):
        return f"takes '{one.name}' from elsewhere than is declared"
    if not other.source and not _same_versions(one.specifier, other.specifier):
        return f"has {shown}, not '{{}}'"
    if not any_marker and markers.differ(one.marker, other.marker, python, extra):
        return "has another marker than '{}'"
    versions = sides.versions.get(one.name, frozenset()) - {""}
    if versions and not one.marker and not other.source and not _is_overridden(sides, one.name):
        admitted = None if "===" in one.specifier else _set_of(one.specifier)
        if admitted is not None and not any(map(admitted, versions)):
            return f"holds {', '.join(sorted(versions))} of '{{}}'"
    return ""


def _is_conditional(sources: Mapping[str, Any], name: str) -> bool:
    """Tell whether `[tool.uv.sources]` has a package from several places, or under a marker."""
    return any(
        requirements.canonical(key) == name
        and (not isinstance(table, dict) or bool(table.keys() & {"marker", "extra", "group"}))
        for key, table in sources.items()
    )


def _is_overridden(sides: _Sides, name: str) -> bool:
    overrides = get(sides.held, ("manifest", "overrides"), list)
    return any(get(each, ("name",), str) == name for each in overrides)


def _differ_together(
    here: Sequence[Entry], there: Sequence[Entry], python: str, extra: str
) -> bool:
    """Tell whether requirements of one name, under several markers, differ in what they admit.

    uv may write one that another one implies, or leave it out.
    """
    if any(each.source for each in (*here, *there)):
        return False
    texts = [each.marker for each in (*here, *there)]
    versions = _around([each.specifier for each in (*here, *there)])
    applicable = {
        tuple(
            tuple(each for each in entries if markers.holds(each.marker, environment))
            for entries in (here, there)
        )
        for environment in markers.environments(texts, python, extra)
    }
    for asked, held in applicable:
        if bool(asked) != bool(held) or _extras(asked) != _extras(held):
            return True
        if any(_admit(asked, version) != _admit(held, version) for version in versions):
            return True
    return False


def _extras(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(extra for each in entries for extra in each.extras)


def _admit(entries: Sequence[Entry], version: str) -> bool:
    admitted = _set_of(",".join(each.specifier for each in entries if each.specifier))
    return admitted is None or admitted(version)


def _around(specifiers: Sequence[str]) -> list[str]:
    """Return versions at, below and above each one that `specifiers` name."""
    found = {"0", "99999", *re.findall(r"\d[\w.+!]*(?<=\w)", " ".join(specifiers))}
    for text in re.findall(r"\d+(?:\.\d+)*", " ".join(specifiers)):
        head, _, last = text.rpartition(".")
        found |= {text, f"{text}.1", f"{head}.{int(last) + 1}".lstrip(".")}
        if int(last):
            found.add(f"{head}.{int(last) - 1}.99999".lstrip("."))
    return sorted(found)


def _same_versions(one: str, other: str) -> bool:
    """Tell whether two specifiers admit the same versions: uv takes ~=1.0 for >=1.0,<2."""
    if one == other or ("===" in one and "===" in other):
        return True
    first, second = _set_of(one), _set_of(other)
    if first is None or second is None:
        return True
    return all(first(version) == second(version) for version in _around([one, other]))


@functools.lru_cache(maxsize=4096)
def _set_of(specifier: str) -> Callable[[str], bool] | None:
    """Return the function that tells whether `specifier` admits a version; None: unreadable."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        whole = SpecifierSet(specifier)
    except InvalidSpecifier:
        return None

    def admits(version: str) -> bool:
        try:
            return whole.contains(version, prereleases=True)
        except InvalidVersion:
            return True

    return admits


def _same_source(declared: str, locked: str) -> bool:
    """Tell whether both are from the index, or of the same kind, from the same place if known."""
    kind, _, place = declared.partition(" ")
    other, _, locked_place = locked.partition(" ")
    if (kind == "local") != (other in LOCAL):
        return kind == "any" and bool(other)
    if kind == "local" or (kind == "any" and other):
        return True
    if kind == other == "git" and place:
        return not locked_place or place == locked_place
    return kind == other


def _shown(entry: Entry) -> str:
    extras = f"[{','.join(sorted(entry.extras))}]" if entry.extras else ""
    return f"'{entry.name}{extras}{entry.specifier}'"


def _where(section: tuple[str, ...]) -> str:
    if section[0] == "project":
        return "among the dependencies"
    if section[0] in ("extra", "group"):
        return f"in the {section[0]} {section[1]}"
    return f"in {section[0]}"


def _keys(section: tuple[str, ...]) -> tuple[str, ...]:
    if section[0] == "project":
        return ("project", "dependencies")
    if section[0] == "extra":
        return ("project", "optional-dependencies", section[1])
    if section[0] == "group":
        return ("dependency-groups", section[1])
    return ("tool", "uv", section[0])
