"""TOML: documents, and the line on which a key stands (which the standard parser does not keep)."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

from mlops_checklist.sources.files import File, Unreadable, split_lines

LARGEST = 8 * 2**20  # bytes

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"[ \t]*\[\[?[ \t]*({_KEYS})[ \t]*\]\]?[ \t]*(?:#.*)?$")
_ASSIGNMENT = re.compile(rf"[ \t]*({_KEYS})[ \t]*=")


def document(file: File) -> dict[str, Any]:
    """Return the document of a TOML file. Raises Unreadable where it is none."""
    if len(file.data) > LARGEST:
        raise Unreadable(f"cannot parse as TOML: larger than {LARGEST // 2**20} MiB")
    return loads(file.text)


def loads(text: str) -> dict[str, Any]:
    """Return the document in `text`. Raises Unreadable with the parser's reason and place."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        # The format knows \n and \r\n alone; a lone \r is an error that the parser reports.
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        cause = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Unreadable(f"cannot parse as TOML: {cause}") from None


def line_of(text: str, keys: Sequence[str]) -> int:
    """Return the line (from 1) where the key path `keys` is set, or its nearest table; else 1.

    Array-of-tables entries share one path: the first is found.
    """
    wanted = tuple(keys)
    table: tuple[str, ...] = ()
    best = (0, 1)
    string = ""  # the delimiter of the multi-line string that is open
    for number, line in enumerate(split_lines(text), 1):
        if not string:
            if header := _HEADER.match(line):
                table = _path(header[1])
                found = table
            elif assignment := _ASSIGNMENT.match(line):
                found = table + _path(assignment[1])
            else:
                found = ()
            if found == wanted[: len(found)] and len(found) > best[0]:
                best = (len(found), number)
        for delimiter in re.findall(r"\"\"\"|'''", line):
            string = delimiter if not string else "" if delimiter == string else string
    return best[1]


def _path(dotted: str) -> tuple[str, ...]:
    return tuple(key.strip("\"'") for key in re.findall(_KEY, dotted))
