"""R scripts: calls and assignments as tokens, enough to see what a call is given."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlops_checklist.outcome import Place


class Token(NamedTuple):
    """`kind` is "string" (`text` without its quotes), "name", "number" or "other"."""

    kind: str
    text: str
    place: Place


class Argument(NamedTuple):
    """One argument of a call: its keyword, or "", and the tokens of its value."""

    keyword: str
    tokens: tuple[Token, ...]


class Call(NamedTuple):
    """A call: the function's name without its package, and its arguments."""

    name: str
    arguments: tuple[Argument, ...]
    place: Place

    def argument(self, keyword: str, position: int) -> Argument | None:
        """Return the argument given by keyword, or by its position among those without one."""
        for given in self.arguments:
            if given.keyword == keyword:
                return given
        plain = [given for given in self.arguments if not given.keyword]
        return plain[position] if position < len(plain) else None


_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>(?:[A-Za-z.]|[^\W\d_])[\w.]*(?:::?:?[A-Za-z.][\w.]*)?)
    | (?P<number>\d[\w.]*)
    | (?P<other><<?-|->>?|[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING = {"(": ")", "[": "]", "{": "}"}


def tokens(text: str) -> list[Token]:
    """Return the tokens of an R script, comments left out."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    result = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "other"
        if kind != "comment":
            row = bisect_right(starts, found.start()) - 1
            place = Place(row + 1, found.start() - starts[row] + 1)
            result.append(Token(kind, found[0][1:-1] if kind == "string" else found[0], place))
    return result


def calls(read: Sequence[Token], names: frozenset[str]) -> Iterator[Call]:
    """Yield the calls of functions in `names`, whatever package they are taken from."""
    for index, token in enumerate(read[:-1]):
        name = token.text.rpartition(":")[2]
        if token.kind == "name" and name in names and read[index + 1].text == "(":
            yield Call(name, tuple(_arguments(read, index + 2)), token.place)


def _arguments(read: Sequence[Token], index: int) -> Iterator[Argument]:
    current: list[Token] = []
    depth = 0
    for token in read[index:]:
        bracket = token.text if token.kind == "other" else ""
        if depth == 0 and bracket in (",", ")"):
            if current:
                yield _argument(current)
            current = []
            if bracket == ")":
                return
            continue
        depth += (bracket in _OPENING) - (bracket in _OPENING.values())
        current.append(token)


def _argument(read: Sequence[Token]) -> Argument:
    if len(read) > 2 and read[0].kind in ("name", "string") and read[1].text == "=":
        return Argument(read[0].text, tuple(read[2:]))
    return Argument("", tuple(read))


def assigned(read: Sequence[Token], name: str) -> tuple[Token, ...] | None:
    """Return the token that the only assignment of `name` gives it, if it is a single one."""
    found = []
    for index, token in enumerate(read[:-2]):
        arrow = read[index + 1].text
        if token == token._replace(kind="name", text=name) and arrow in ("<-", "<<-", "="):
            value = read[index + 2]
            rest = read[index + 3] if index + 3 < len(read) else None
            alone = rest is None or rest.place.line > value.place.line
            found.append((value,) if alone else ())
    return found[0] or None if len(found) == 1 else None
