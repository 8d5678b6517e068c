"""Triggers: whether bytes match a regular expression, decided fast where they do not.

Most files hold none of the words of a trigger, and to look for a plain word takes a fraction of
what the expression does. So each of its alternatives is tried only where a word stands that every
match of it must hold. The words of triggers that are told beforehand are all found in one pass over
the bytes (Aho-Corasick).
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

try:
    from re import _parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_parse as _parser

# To take an expression apart takes as long as to search that many bytes for it.
_WORTH = 64 * 2**10
_searched: Counter[bytes] = Counter()  # by expression
_expected: frozenset[str] = frozenset()  # words of the triggers that are told beforehand


def expect(triggers: Iterable[bytes]) -> None:
    """Tell which triggers will be looked for in all files that follow."""
    global _expected
    for trigger in triggers:
        _searched[trigger] = _WORTH
        _expected = _expected.union(*(words for _, words in _alternatives(trigger)))


@functools.cache
def _automaton(words: frozenset[str]) -> Any:
    """Return what finds all of these words in one pass."""
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, word)
    automaton.make_automaton()
    return automaton


def words(trigger: bytes) -> frozenset[bytes]:
    """Return words in lower case, one of which every match of a trigger holds."""
    of_each = (found for _, found in _alternatives(trigger))
    return frozenset(word.encode("latin-1") for found in of_each for word in found)


class Searched:
    """Bytes in which regular expressions are looked for; each alternative of one only once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._expected = _expected
        self._known: dict[bytes, bool] = {}

    def matches(self, trigger: bytes) -> bool:
        """Return whether `re.search` finds the expression."""
        if _searched[trigger] < _WORTH:
            _searched[trigger] += len(self._data)
            return re.search(trigger, self._data) is not None
        for alternative, words in _alternatives(trigger):
            if alternative not in self._known:
                self._known[alternative] = self._holds(alternative, words)
            if self._known[alternative]:
                return True
        return False

    def held(self, trigger: bytes) -> list[bytes]:
        """Return those of the trigger's `words` that the bytes hold, capital or not."""
        sought = {word.decode("latin-1") for word in words(trigger)}
        if sought <= self._expected:
            found = sought & self._present
        else:
            found = {word for word in sought if word in self._lowered}
        return sorted(word.encode("latin-1") for word in found)

    @functools.cached_property
    def _lowered(self) -> str:
        return self._data.lower().decode("latin-1")  # a letter is a byte

    @functools.cached_property
    def _present(self) -> frozenset[str]:
        return frozenset(word for _, word in _automaton(self._expected).iter(self._lowered))

    def _holds(self, alternative: bytes, words: frozenset[str]) -> bool:
        if words and words <= self._expected:
            may_match = not words.isdisjoint(self._present)
        else:
            may_match = not words or any(word in self._lowered for word in words)
        return may_match and re.search(alternative, self._data) is not None


@functools.cache
def _alternatives(trigger: bytes) -> list[tuple[bytes, frozenset[str]]]:
    """Return the alternatives of a regular expression, each with words it must hold one of."""
    # Those at the beginning are of all alternatives.
    flags = found[0] if (found := re.match(rb"\(\?[ims]+\)", trigger)) else b""
    parts = [flags]
    depth = 0
    tokens = rb"(?s)\\.|\[\^?\]?(?:\\.|[^]\\])*\]|[()|]|[^\\\[()|]+"
    for token in re.findall(tokens, trigger[len(flags) :]):
        depth += (token == b"(") - (token == b")")
        if token == b"|" and depth == 0:
            parts.append(flags)
        else:
            parts[-1] += token
    return [
        (part, frozenset(word.decode("latin-1") for word in _words(_parser.parse(part))))
        for part in parts
    ]


def _words(parsed: Iterable[tuple[Any, Any]]) -> frozenset[bytes]:
    """Return words in lower case, one of which every match holds; none where that is not known.

    `parsed` is what the parser of `re` makes of an expression: operators with their arguments.
    """
    known: list[frozenset[bytes]] = []
    run = b""
    for operator, argument in (*parsed, (_parser.ANY, None)):
        if operator is _parser.LITERAL:
            run += bytes([argument])
            continue
        if operator is _parser.AT:  # a boundary holds nothing
            continue
        known.append(frozenset({run.lower()} - {b""}))
        run = b""
        repeats = operator in (_parser.MAX_REPEAT, _parser.MIN_REPEAT)
        if operator is _parser.SUBPATTERN or (repeats and argument[0] > 0):
            known.append(_words(argument[-1]))
        elif operator is _parser.BRANCH:
            of_each = [_words(each) for each in argument[1]]
            known.append(frozenset().union(*of_each) if all(of_each) else frozenset())
    return max(known, key=lambda words: min(map(len, words), default=0))
