"""pyproject.toml and Pipfile: the dependencies that they declare, and where.

Formats: the PyPA specifications of pyproject.toml and dependency groups (PEP 621, 735), and the
tables of Poetry, PDM, uv and Pipenv. `[build-system]` is not the environment and is left out.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.toml import line_of

MOST_PLACES = 200  # key paths of one file that are looked for; the rest are said to be in line 1

if TYPE_CHECKING:
    from mlops_checklist.sources.requirements import Requirement


class Declared(NamedTuple):
    """One declared dependency: canonical name, text, and the rule that it breaks as a pin.

    `broken` is the reason where the text is no requirement. `keys` and `written` tell where it
    stands: below this key path, as this text.
    """

    name: str
    text: str
    problem: str | None
    keys: tuple[str, ...]
    written: str
    broken: str = ""


def pyproject(document: Mapping[str, Any]) -> Iterator[Declared]:
    """Yield what a pyproject.toml declares, without itself, paths and workspace members."""
    from mlops_checklist.sources.requirements import canonical

    own = get(document, ("project",), dict).get("name")
    own = canonical(own) if isinstance(own, str) else None
    sources = get(document, ("tool", "uv", "sources"), dict)
    from_source = {canonical(name): source for name, source in sources.items()}
    for keys, values in _lists(document):
        for text in values if isinstance(values, list) else ():
            if isinstance(text, str):  # not {include-group = "test"}
                declared = _declared(text, keys, from_source)
                if declared and declared.name != own:
                    yield declared
    poetry = ("tool", "poetry")
    tables = [(*poetry, "dependencies"), (*poetry, "dev-dependencies")]
    groups = [(*poetry, "group", key) for key in get(document, (*poetry, "group"), dict)]
    for table in [*tables, *((*group, "dependencies") for group in groups)]:
        yield from _table(get(document, table, dict), table, {"python"})


def pipfile(document: Mapping[str, Any]) -> Iterator[Declared]:
    """Yield what the sections of a Pipfile declare."""
    for section, packages in document.items():
        if section not in ("requires", "scripts", "pipenv") and isinstance(packages, dict):
            yield from _table(packages, (section,), set())


def included(groups: Mapping[str, Any], name: str) -> Iterator[str]:
    """Yield the keys of a dependency group and of those that it includes (PEP 735)."""
    from mlops_checklist.sources.requirements import canonical

    pending, seen = [canonical(name)], set()
    while pending:
        wanted = pending.pop()
        for key, values in groups.items():
            if canonical(key) == wanted and wanted not in seen:
                seen.add(wanted)
                yield key
                for value in values if isinstance(values, list) else ():
                    other = value.get("include-group") if isinstance(value, dict) else None
                    if isinstance(other, str):
                        pending.append(canonical(other))


_PUBLISHED = ("Development Status ::", "Intended Audience ::", "License ::")


def is_published(document: Mapping[str, Any]) -> bool:
    """Tell whether a pyproject.toml describes a package that is published on an index.

    It has a build backend and classifiers for readers of an index: who it is for, how mature it
    is, its license. `Programming Language ::` alone says nothing; `Private ::` forbids uploads.
    """
    classifiers = [
        each
        for table in (("project",), ("tool", "poetry"))
        for each in get(document, (*table, "classifiers"), list)
        if isinstance(each, str)
    ]
    return bool(
        get(document, ("build-system",), dict).get("build-backend")
        and any(each.startswith(_PUBLISHED) for each in classifiers)
        and not any(each.startswith("Private ::") for each in classifiers)
    )


def place(file: File, declared: Declared) -> Place:
    """Return where `declared` stands in `file`: its text, else the line of its key."""
    known = file.read(_key_lines)
    keys = declared.keys
    if keys not in known:
        known[keys] = line_of(file.text, keys) if len(known) < MOST_PLACES else 1
    first = known[keys]
    for wanted in (f'"{declared.written}', f"'{declared.written}", declared.written):
        for number, line in enumerate(file.lines[first - 1 : first + 499], first):
            column = line.find(wanted)
            if column >= 0:
                return Place(number, column + 1 + len(wanted) - len(declared.written))
    return Place(first)


def _key_lines(_file: File) -> dict[tuple[str, ...], int]:
    """Return the lines of key paths that are known so far: none, they are asked for one by one."""
    return {}


def _lists(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield key path and list of each list of requirements."""
    for keys in (("project", "dependencies"), ("tool", "uv", "dev-dependencies")):
        yield keys, get(document, keys, list)
    for table in (
        ("project", "optional-dependencies"),
        ("dependency-groups",),
        ("tool", "pdm", "dev-dependencies"),
    ):
        for key, values in get(document, table, dict).items():
            yield (*table, key), values


def _declared(text: str, keys: tuple[str, ...], sources: Mapping[str, Any]) -> Declared | None:
    from mlops_checklist.sources.requirements import pin_problem, ref_problem

    try:
        found = _requirement(text)
    except Unreadable as error:
        return Declared("", text, None, keys, text, str(error).rpartition("): ")[2])
    if found is None:
        return None
    source = sources.get(found.name)
    if isinstance(source, dict) and source.keys() & {"path", "workspace"}:
        return None
    problem = pin_problem(found)
    if isinstance(source, dict) and "git" in source:
        problem = ref_problem(str(source.get("rev") or source.get("tag") or ""))
    return Declared(found.name, text, problem, keys, text)


@functools.lru_cache(maxsize=4096)  # the projects of a repository share many
def _requirement(text: str) -> Requirement | None:
    from mlops_checklist.sources.requirements import parse

    return parse(re.sub(r"^-e\s*", "", text), Place())


def _table(
    packages: Mapping[str, Any], keys: tuple[str, ...], skipped: Collection[str]
) -> Iterator[Declared]:
    """Yield what a table declares: name -> version, table or list of them."""
    from mlops_checklist.sources.requirements import canonical, constraint_problem, ref_problem

    for name, value in packages.items():
        if name in skipped:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                text, problem = each, constraint_problem(each)
            elif not isinstance(each, dict) or each.keys() & {"path", "file", "url"}:
                continue
            elif "git" in each:
                text = str(each.get("rev") or each.get("ref") or each.get("tag") or "")
                problem = ref_problem(text)
            else:
                text = str(each.get("version", "*"))
                problem = constraint_problem(text)
            yield Declared(canonical(name), f"{name} {text}".strip(), problem, (*keys, name), name)


def get(document: Any, keys: Sequence[str], wanted: type) -> Any:
    """Return what stands under the path `keys` if it is of the type `wanted`, else an empty one."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, wanted) else wanted()
