"""Repairs of requirements: the exact version that a lock, or an environment, holds for a name.

An edit replaces a specifier and nothing else. There is none where the text does not stand letter
for letter at its place, where versions differ, or where the version is outside the specifier.
"""

from __future__ import annotations

import os
import re

from mlops_checklist.outcome import Edit, Place
from mlops_checklist.sources import installed, lockfile
from mlops_checklist.sources.files import File


def _version(file: File, name: str, is_conda: bool, environment: str = "") -> str:
    """Return the one version that the nearest folder with a lock that knows `name` holds, or "".

    Where no lock knows it, the `environment` is asked, if one is given.
    """
    folder = ""
    versions: frozenset[str] = frozenset()
    for lock in file.read(_locks):
        if lock.is_conda != is_conda or name not in lock.versions:
            continue
        if folder and os.path.dirname(lock.path) != folder:
            break
        folder = os.path.dirname(lock.path)
        versions |= lock.versions[name]
    if folder or not environment:
        return next(iter(versions)) if len(versions) == 1 else ""
    try:
        return installed.versions(os.path.abspath(environment)).get(name, "")
    except ValueError:
        message = f"--from-environment: {environment}: no environment with a site-packages folder"
        raise ValueError(message) from None


def _locks(file: File) -> list[lockfile.Lock]:
    """Return the locks beside `file`, then those above."""
    return [*lockfile.beside(file.path), *lockfile.above(file.path)]


_PLAIN = re.compile(
    r"(?a)(?P<name>[A-Za-z0-9][\w.-]*(?:[ \t]*\[[\w., -]*\])?)"
    r"(?P<specifier>[ \t]*(?:~=|==|!=|<=|>=|<|>)[ \t]*[\w.*+!-]+"
    r"(?:[ \t]*,[ \t]*(?:~=|==|!=|<=|>=|<|>)[ \t]*[\w.*+!-]+)*)?(?=[ \t]*(?:;|$))"
)


def requirement(
    file: File, text: str, place: Place, name: str, environment: str
) -> tuple[Edit, ...]:
    """Return the edit that pins pip's requirement `text`, which stands at `place` in `file`.

    Raises ValueError where `environment` is none.
    """
    plain = _PLAIN.match(text)
    if not plain:
        return ()
    version = _version(file, name, False, environment)
    if not version or not _admits(plain["specifier"] or "", version):
        return ()
    return _edit(file, place, plain["name"], plain[0], f"=={version}")


_CONDA = re.compile(
    r"(?a)(?P<name>(?:[\w./-]+::)?[A-Za-z0-9_][\w.-]*)(?P<specifier>[ \t]*[=<>!~][\w.*<>=!~, +-]*)?"
)


def conda(file: File, text: str, place: Place, name: str) -> tuple[Edit, ...]:
    """Return the edit that pins conda's specification `text`, which stands at `place`."""
    plain = _CONDA.fullmatch(text)
    if not plain:
        return ()
    version = _version(file, name, True)
    declared = re.sub(r"[ \t]", "", plain["specifier"] or "")
    if prefix := re.fullmatch(r"={1,2}(\d[\w.]*?)(?:\.?\*)?", declared):
        fits = version == prefix[1] or version.startswith(prefix[1] + ".")
    else:
        fits = declared.strip("=*") == "" or _admits(declared, version)
    if not version or not re.fullmatch(r"(?a)\d[\w.!+]*", version) or not fits:
        return ()
    sign = "=" if version.count(".") >= 2 or plain["name"] == "python" else "=="
    return _edit(file, place, plain["name"], plain[0], f"{sign}{version}")


def _admits(specifier: str, version: str) -> bool:
    """Tell whether `version` is one, and within `specifier`."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        return SpecifierSet(specifier.strip()).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


def _edit(file: File, place: Place, name: str, whole: str, new: str) -> tuple[Edit, ...]:
    """Return the edit of `whole` at `place`, or within quotes there: what follows its `name`."""
    if file.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ()
    begin = _offset(file, place)
    if begin is None:
        return ()
    begin += file.data[begin : begin + 1] in (b"'", b'"')
    start, stop = begin + len(name.encode()), begin + len(whole.encode())
    if file.data[begin:stop] != whole.encode():  # continued, folded or escaped
        return ()
    return (Edit(start, stop, new.encode()),)


def _offset(file: File, place: Place) -> int | None:
    """Return the byte in `file` where `place` is."""
    starts = file.read(_starts)
    if place.line > len(starts):
        return None
    mark = 3 if file.data.startswith(b"\xef\xbb\xbf") else 0
    return mark + len(file.text[: starts[place.line - 1] + place.column - 1].encode())


def _starts(file: File) -> list[int]:
    return [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", file.text))]
