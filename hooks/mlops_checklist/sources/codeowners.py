"""CODEOWNERS as GitHub reads it: the last pattern that matches a path says who owns it.

GitHub documentation, "About code owners": patterns as in .gitignore, but without `!` and `[ ]`; a
pattern without owners takes them away.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mlops_checklist.sources.files import File


class Line(NamedTuple):
    """One pattern: its line number (from 1), what it matches, and its owners."""

    number: int
    pattern: str
    owners: tuple[str, ...]
    shape: re.Pattern[str]


def lines(file: File) -> tuple[Line, ...]:
    """Return the lines of a CODEOWNERS file that have a pattern."""
    found = []
    for number, text in enumerate(file.lines, 1):
        words = text.partition("#")[0].split()
        if words and not words[0].startswith(("!", "[")):
            found.append(Line(number, words[0], tuple(words[1:]), _shape(words[0])))
    return tuple(found)


def owner(every: tuple[Line, ...], path: str) -> Line | None:
    """Return the line that says who owns the file at `path`, if any does."""
    return next((line for line in reversed(every) if line.shape.match(path)), None)


def _shape(pattern: str) -> re.Pattern[str]:
    anchored = "/" in pattern.rstrip("/")
    body = "".join(
        {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
        for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/"))
    )
    start = "" if anchored else "(?:.*/)?"
    end = "/" if pattern.endswith("/") else "$" if pattern.endswith("/*") else "(?:/|$)"
    return re.compile(f"{start}{body}{end}")
