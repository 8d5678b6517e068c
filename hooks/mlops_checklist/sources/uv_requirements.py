"""What a uv.lock and a pyproject.toml say that the project requires, in the same shape.

uv writes the declared requirements into the lock's entry for the project itself, those of extras
with a marker, those of groups under the group's name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mlops_checklist.sources import manifest, requirements, toml
from mlops_checklist.sources.files import File
from mlops_checklist.sources.manifest import Declared, get

_PROJECT = frozenset({"editable", "virtual", "directory"})
DIRECT = ("git", "url", "path", "directory", "editable", "virtual")


class Entry(NamedTuple):
    """A requirement: its name, extras, specifier, marker, and where from; "" for the index."""

    name: str
    extras: frozenset[str]
    specifier: str
    marker: str
    source: str
    declared: Declared | None = None


# A section: ("project",), ("extra", name), ("group", name), or the name of one of uv's own lists.
Sections = Mapping[tuple[str, ...], Sequence[Entry]]
OWN_LISTS = {"constraint-dependencies": "constraints", "override-dependencies": "overrides"}


def own_packages(document: Mapping[str, Any], lock: File) -> Iterator[Mapping[str, Any]]:
    """Yield the entry of a uv.lock that stands for the project of the pyproject.toml itself."""
    name = get(document, ("project", "name"), str)
    for package in get(lock.read(toml.document), ("package",), list):
        source = package.get("source") if isinstance(package, dict) else None
        is_local = isinstance(source, dict) and source.keys() & _PROJECT
        if is_local and name and _same_name(get(package, ("name",), str), name):
            yield package


def _same_name(one: str, other: str) -> bool:
    return requirements.canonical(one) == requirements.canonical(other)


# --- What the lock says -----------------------------------------------------------------------

_EXTRA = re.compile(r"extra == '([^']*)'")


def locked(
    held: Mapping[str, Any], package: Mapping[str, Any] | None, is_root: bool
) -> Sections | None:
    """Return the lock's entries for the project; None where their markers cannot be told apart."""
    metadata = get(package or {}, ("metadata",), dict)
    found: dict[tuple[str, ...], list[Entry]] = {}
    for entry in _entries(metadata.get("requires-dist")):
        extras = set(_EXTRA.findall(entry.marker))
        if len(extras) > 1 or "extra !=" in entry.marker:
            return None
        if extras:
            extra = extras.pop()
            suffix = f"extra == '{extra}'"
            marker = re.sub(rf"(?:^| and ){suffix}$", "", entry.marker)
            if " or " in entry.marker:
                marker = entry.marker
            found.setdefault(("extra", requirements.canonical(extra)), []).append(
                entry._replace(marker=marker)
            )
        else:
            found.setdefault(("project",), []).append(entry)
    groups = get(metadata, ("requires-dev",), dict)
    if package is None:
        groups = get(held, ("manifest", "dependency-groups"), dict)
    for name, values in groups.items():
        found[("group", requirements.canonical(name))] = list(_entries(values))
    for name, key in OWN_LISTS.items() if is_root else ():
        found[(name,)] = list(_entries(get(held, ("manifest", key), list)))
    return found


def _entries(values: Any) -> Iterator[Entry]:
    for each in values if isinstance(values, list) else ():
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            extras = each.get("extras")
            listed = [extras] if isinstance(extras, str) else extras
            source = next((f"{kind} {each[kind]}" for kind in DIRECT if kind in each), "")
            yield Entry(
                requirements.canonical(each["name"]),
                frozenset(requirements.canonical(str(extra)) for extra in listed or ()),
                str(each.get("specifier", "")),
                str(each.get("marker", "")),
                source,
            )


# --- What the manifest declares ---------------------------------------------------------------


def declared(document: Mapping[str, Any], is_root: bool) -> Sections:
    """Return the manifest's requirements; of a root (`is_root`) uv's own lists, too."""
    found: dict[tuple[str, ...], list[Entry]] = {}
    sources = {
        requirements.canonical(name): table
        for name, table in get(document, ("tool", "uv", "sources"), dict).items()
    }

    def add(section: tuple[str, ...], texts: Any, keys: tuple[str, ...]) -> None:
        entries = found.setdefault(section, [])
        for text in texts if isinstance(texts, list) else ():
            if isinstance(text, str):
                entries.append(_entry(text, keys, sources))

    project = ("project", "dependencies")
    add(("project",), get(document, project, list), project)
    optional = ("project", "optional-dependencies")
    for name, texts in get(document, optional, dict).items():
        add(("extra", requirements.canonical(name)), texts, (*optional, name))
    groups = get(document, ("dependency-groups",), dict)
    for name in groups:
        for each in manifest.included(groups, name):
            section = ("group", requirements.canonical(name))
            add(section, groups[each], ("dependency-groups", each))
    old = ("tool", "uv", "dev-dependencies")
    if get(document, old, list):
        add(("group", "dev"), get(document, old, list), old)
    for name in OWN_LISTS if is_root else ():
        add((name,), get(document, ("tool", "uv", name), list), ("tool", "uv", name))
    return found


@functools.lru_cache(maxsize=4096)  # the projects of a repository share many
def _parsed(text: str) -> Entry:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(text)
    except (InvalidRequirement, RecursionError):
        return Entry("", frozenset(), "", "", "")
    return Entry(
        requirements.canonical(parsed.name),
        frozenset(map(requirements.canonical, parsed.extras)),
        str(parsed.specifier),
        str(parsed.marker or ""),
        "any" if parsed.url else "",
    )


def _entry(text: str, keys: tuple[str, ...], sources: Mapping[str, Any]) -> Entry:
    entry = _parsed(text)
    wanted = Declared(entry.name, text, None, keys, text)
    table = sources.get(entry.name)
    source = entry.source
    if isinstance(table, dict):
        if table.keys() & {"path", "workspace"}:
            source = "local"
        elif "git" in table:
            refs = [f"{key}={table[key]}" for key in ("rev", "tag", "branch") if key in table]
            place = f"{table['git']}?{refs[0]}" if refs and "subdirectory" not in table else ""
            source = f"git {place}"
        elif "url" in table:
            source = "any"
    elif table is not None:
        source = "any"
    return entry._replace(source=source, declared=wanted)
