"""Text drawn from a pattern of literals, classes such as [A-Za-z0-9_-], and counts {n} or {m,n}."""

from __future__ import annotations

import random
import re

_ITEM = re.compile(r"(\[(?:[^\]\\]+)\]|[^\[\]{}\\])(?:\{(\d+)(?:,(\d+))?\})?", re.DOTALL)


def draw(chance: random.Random, pattern: str) -> str:
    """Return one text of the pattern; ValueError where the pattern cannot be read."""
    at = 0
    drawn = []
    while at < len(pattern):
        item = _ITEM.match(pattern, at)
        if item is None:
            raise ValueError(f"the pattern cannot be read from its character {at + 1}")
        at = item.end()
        least = int(item[2] or 1)
        most = int(item[3] or least)
        if least > most:
            raise ValueError(f"the count {{{least},{most}}} of the pattern is upside down")
        characters = _members(item[1][1:-1]) if len(item[1]) > 1 else item[1]
        drawn += chance.choices(characters, k=chance.randint(least, most))
    return "".join(drawn)


def _members(inside: str) -> str:
    members = ""
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            first, last = ord(inside[at]), ord(inside[at + 2])
            if first > last:
                raise ValueError(f"the range {inside[at : at + 3]} of the pattern is upside down")
            members += "".join(map(chr, range(first, last + 1)))
            at += 3
        else:
            members += inside[at]
            at += 1
    return members
