"""The lines of a text that hold one of many words, found in one pass over it (Aho-Corasick)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

LONGEST = 8_000  # characters of a line that are looked at in one piece
_SHORT = 1_000  # characters, in which words are sooner looked for one by one
_OVERLAP = 700  # no text that is looked for is longer, a JSON Web Token excepted


@functools.cache
def _automaton(words: tuple[str, ...]) -> Any:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, word)
    automaton.make_automaton()
    return automaton


def lines(text: str, words: tuple[str, ...]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Yield start, end and words of each line that holds some of `words` (in lower case).

    A longer line than `LONGEST` comes in pieces that overlap.
    """
    lowered = text.replace("\u0130", "i").lower()  # the one letter that would become two
    if len(lowered) < _SHORT and not any(word in lowered for word in words):
        return
    first = last = 0  # the line
    start = end = 0  # the piece of it, without overlap
    held: set[str] = set()
    for at, word in _automaton(words).iter(lowered):
        if at >= end:
            if held:
                yield max(first, start - _OVERLAP), min(last, end + _OVERLAP), frozenset(held)
                held = set()
            if at >= last:
                first = text.rfind("\n", last, at) + 1 or last
                last = text.find("\n", at)
                last = len(text) if last < 0 else last
            start, end = first, last
            if last - first > LONGEST:
                start = first + (at - first) // LONGEST * LONGEST
                end = min(last, start + LONGEST)
        held.add(word)
    if held:
        yield max(first, start - _OVERLAP), min(last, end + _OVERLAP), frozenset(held)
