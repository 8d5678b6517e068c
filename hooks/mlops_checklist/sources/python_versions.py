"""Which Python a file asks for: an exact version, or a range of them.

Formats: `requires-python` (PyPA's pyproject.toml specification), Poetry's `python`, Pipfile's
`[requires]`, pyenv's `.python-version`, Heroku's `runtime.txt`, asdf's `.tool-versions`, conda's
`python=`, MLflow's python_env.yaml, setup.cfg's `python_requires`, and the tags of the official
`python` image and of Domino's environments (`...-py3.10-...`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File


class Asked(NamedTuple):
    """What a file says of Python: `text` as it stands there, and what it means.

    `versions`: the versions that it names, any of which will do; `specifier`: the PEP 440
    specifier of a range. `kind` is what says so: two of one kind are not compared.
    """

    kind: str
    text: str
    place: Place
    versions: tuple[str, ...] = ()
    specifier: str = ""


NAMES = frozenset({".python-version", "runtime.txt", ".tool-versions", "setup.cfg"})
_VERSION = r"3(?:\.\d+){1,2}"


def asked(file: File) -> Iterator[Asked]:
    """Yield what `file` asks for. Raises Unreadable where it cannot be read."""
    name = os.path.basename(file.path)
    if name == "pyproject.toml" or name == "Pipfile":
        yield from _of_toml(file, name)
    elif name in NAMES:
        yield from _of_line(file, name)
    elif file.kind == "yaml":
        yield from _of_conda(file, name)
    elif file.kind == "dockerfile":
        yield from _of_image(file)


def _of_toml(file: File, name: str) -> Iterator[Asked]:
    from mlops_checklist.sources import lock_agreement, toml

    document = file.read(toml.document)
    for keys in (
        ("project", "requires-python"),
        ("tool", "poetry", "dependencies", "python"),
        ("requires", "python_full_version"),
        ("requires", "python_version"),
    ):
        if (keys[0] == "requires") != (name == "Pipfile"):
            continue
        value: object = document
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, str):
            continue
        line = file.lines[toml.line_of(file.text, keys) - 1]
        place = Place(toml.line_of(file.text, keys), max(line.find(value), 0) + 1)
        if keys[0] == "requires":
            if re.fullmatch(_VERSION, value):
                yield Asked("Pipfile", value, place, (value,))
                return
        elif keys[0] == "project":
            yield Asked("pyproject.toml", value, place, (), value)
            return
        else:
            clauses = lock_agreement.clauses(value, bare_is_exact=True)
            yield Asked("pyproject.toml", value, place, (), clauses[0] if len(clauses) == 1 else "")


_LINES = {
    ".python-version": rf"(?m)^[ \t]*(?:cpython-)?({_VERSION})\b(?![^\n]*/)",
    "runtime.txt": rf"(?m)^[ \t]*python-({_VERSION})\b",
    ".tool-versions": rf"(?m)^[ \t]*python[ \t]+({_VERSION})\b",
    "setup.cfg": r"(?m)^[ \t]*python_requires[ \t]*=[ \t]*([^\n#;]+)",
}


def _of_line(file: File, name: str) -> Iterator[Asked]:
    found = list(re.finditer(_LINES[name], file.text))
    if not found:
        return
    before = file.text[: found[0].start(1)]
    place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
    text = found[0][1].strip()
    if name == "setup.cfg":
        yield Asked(name, text, place, (), text)
    else:
        yield Asked(name, text, place, tuple(each[1] for each in found))


def _of_conda(file: File, name: str) -> Iterator[Asked]:
    from mlops_checklist.sources import conda, yaml

    if name.startswith("python_env."):
        node = yaml.get(yaml.document(file), "python")
        text = yaml.scalar(node)
        if text and re.fullmatch(_VERSION, text):
            yield Asked("python_env.yaml", text, yaml.place(node), (text,))
        return
    environment = conda.environment(file)
    for text, place in environment.conda if environment else ():
        spec = conda.match_spec(text)
        if spec and spec.name == "python" and spec.version:
            number = spec.version.strip("= ").removesuffix(".*")
            exact = re.fullmatch(_VERSION, number)
            yield Asked(
                "conda",
                text,
                place,
                (number,) if exact else (),
                "" if exact or "|" in spec.version else spec.version,
            )


_OFFICIAL = re.compile(rf"(?:.*/)?(?:python|pypy):(?P<version>{_VERSION})(?:[-@].*)?")
_DOMINO = re.compile(rf".*[:-]py(?P<version>{_VERSION})(?:[-_.].*)?")


def _of_image(file: File) -> Iterator[Asked]:
    """Yield the Python of the image that the last stage is built from."""
    from mlops_checklist.sources import dockerfile

    stages = file.read(dockerfile.dockerfile).stages
    if not stages:
        return
    stage = stages[-1]
    while stage.parent is not None:
        stage = stages[stage.parent]
    found = _OFFICIAL.fullmatch(stage.image) or _DOMINO.fullmatch(stage.image)
    if found:
        yield Asked("base image", stage.image, stage.place, (found["version"],))


def conflict(one: Asked, other: Asked) -> bool:
    """Tell whether no Python is what both ask for. What cannot be read conflicts with nothing."""
    if one.kind == other.kind:
        return False
    if one.versions and other.versions:
        return not any(_same(a, b) for a in one.versions for b in other.versions)
    exact, ranged = (one, other) if one.versions else (other, one)
    if not exact.versions or not ranged.specifier:
        return False
    return not any(_within(version, ranged.specifier) for version in exact.versions)


def _same(one: str, other: str) -> bool:
    """Tell whether two versions agree in the numbers that both have."""
    pairs = list(zip(one.split("."), other.split("."), strict=False))
    return all(a == b for a, b in pairs)


def _within(version: str, specifier: str) -> bool:
    """Tell whether the range admits `version`, or any patch of it where it has two numbers."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        specifiers = SpecifierSet(specifier)
    except InvalidSpecifier:
        return True
    patches = [version] if version.count(".") == 2 else [f"{version}.{n}" for n in range(60)]
    return any(specifiers.contains(each, prereleases=True) for each in (version, *patches))
