"""Whether two environment markers (PEP 508) mean the same, told by evaluating both.

Tools rewrite markers: uv writes `python_version < "3.12"` as `python_full_version < '3.12'`, and
leaves out what requires-python says. So two texts differ in meaning only where an environment
that exists, of a Python that the project allows, tells them apart.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.markers import Marker

_COMPARISON = re.compile(
    r"""(?P<left>\w+|"[^"]*") (?P<operator>[<>=!~]+|not in|in) (?P<right>\w+|"[^"]*")"""
)
_PLATFORMS = (
    ("posix", "linux", "Linux", ("x86_64", "aarch64")),
    ("posix", "darwin", "Darwin", ("x86_64", "arm64")),
    ("nt", "win32", "Windows", ("AMD64", "ARM64")),
)
_IMPLEMENTATIONS = (("cpython", "CPython"), ("pypy", "PyPy"))
_EQUAL = frozenset({"==", "!="})
_ORDERED = _EQUAL | {"<", "<=", ">", ">="}
_OPERATORS = {
    "python_version": _ORDERED,
    "python_full_version": _ORDERED,
    **dict.fromkeys(
        (
            "os_name sys_platform platform_system platform_machine implementation_name "
            "platform_python_implementation extra"
        ).split(),
        _EQUAL,
    ),
}


@functools.lru_cache(maxsize=4096)
def differ(one: str, other: str, python: str = "", extra: str = "") -> bool:
    """Tell whether a Python in the specifier `python` takes one marker and not the other.

    "" is the marker that always holds. False where a marker cannot be read, or compares what is
    not known here.
    """
    if one == other:
        return False
    return any(
        holds(one, environment) != holds(other, environment)
        for environment in environments((one, other), python, extra)
    )


def holds(text: str, environment: Mapping[str, str]) -> bool:
    """Tell whether the marker, one that `environments` was given, holds; "" always does."""
    marker = _parsed(text)
    return marker is None or marker.evaluate(dict(environment))


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> Marker | None:
    from packaging.markers import Marker

    return Marker(text) if text else None


def environments(texts: Sequence[str], python: str, extra: str) -> Iterator[dict[str, str]]:
    """Yield environments in which the markers may hold or not; none where one is not understood."""
    from packaging.markers import InvalidMarker
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        parsed = [str(marker) for text in texts if (marker := _parsed(text))]
        allowed = SpecifierSet(python)
    except (InvalidMarker, InvalidSpecifier, RecursionError):
        return
    if all(map(_is_known, parsed)):
        pythons = [version for version in _pythons([*parsed, python]) if allowed.contains(version)]
        yield from _environments(pythons, "platform_machine" in "".join(parsed), extra)


def _is_known(text: str) -> bool:
    """Tell whether the marker compares what is known here, as all tools understand it."""
    for found in _COMPARISON.finditer(text):
        variable, value = found["left"], found["right"]
        if variable[0] == '"':
            variable, value = value, variable
        if found["operator"] not in _OPERATORS.get(variable, ()):
            return False
        if variable.startswith("python") and not re.fullmatch(r'"\d+(\.\d+)*(\.\*)?"', value):
            return False
        if variable == "python_version" and not re.fullmatch(r'"\d+(\.\d+)?"', value):
            return False
    return not _COMPARISON.sub("", text).strip("() andor")


def _pythons(texts: list[str]) -> list[str]:
    """Return the Pythons on both sides of each version that `texts` name."""
    patches = {minor: {0, 40} for minor in range(7, 17)}
    for major, minor, patch in re.findall(r"\b(\d+)\.(\d+)(?:\.(\d+))?", " ".join(texts)):
        if major != "3" or int(minor) > 40 or int(patch or 0) > 99:
            continue
        number = int(patch or 0)
        patches.setdefault(int(minor), {0, 40}).update({max(number - 1, 0), number, number + 1})
        for near in (int(minor) - 1, int(minor) + 1):
            patches.setdefault(max(near, 0), {0, 40})
    return [f"3.{minor}.{patch}" for minor in sorted(patches) for patch in sorted(patches[minor])]


def _environments(pythons: list[str], machines: bool, extra: str) -> Iterator[dict[str, str]]:
    for python, platform, implementation in itertools.product(
        pythons, _PLATFORMS, _IMPLEMENTATIONS
    ):
        for machine in platform[3] if machines else platform[3][:1]:
            yield {
                "python_version": python.rpartition(".")[0],
                "python_full_version": python,
                "os_name": platform[0],
                "sys_platform": platform[1],
                "platform_system": platform[2],
                "platform_machine": machine,
                "implementation_name": implementation[0],
                "platform_python_implementation": implementation[1],
                "extra": extra,
            }


@functools.lru_cache(maxsize=1024)
def pythons_differ(one: str, other: str) -> bool:
    """Tell whether a Python satisfies one of two specifiers and not the other."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        first, second = SpecifierSet(one), SpecifierSet(other)
    except InvalidSpecifier:
        return False
    pythons = [*_pythons([one, other]), "4.0"]
    return any(first.contains(each) != second.contains(each) for each in pythons)
