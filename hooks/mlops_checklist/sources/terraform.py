"""Terraform files: blocks, their labels, and the values of their arguments, with their places.

The grammar is that of HashiCorp's "HCL Native Syntax Specification", read leniently: what an
expression evaluates to is known for literals, lists, objects, `jsonencode` and here-documents
without `${`; anything else is an unknown value. One pass; nesting is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.trees import DEEPEST, Tree, of_json

_TOKEN = re.compile(
    r"(?P<blank>[ \t\r]+|#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<line>\n)"
    r"|(?P<heredoc><<-?[ ]*(?P<mark>\w+)[^\n]*\n(?P<body>(?:[^\n]*\n)*?)[ \t]*(?P=mark)(?=\s|\Z))"
    r'|(?P<text>"(?:[^"\\$%\n]|\\.|[$%](?!\{)|(?P<filled>[$%]\{(?:[^{}"\n]|"[^"\n]*"|\{[^{}\n]*\})*\}))*")'
    r"|(?P<word>[A-Za-z_][\w.-]*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<sign>[{}\[\](),=:]|=>|.)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Block(NamedTuple):
    """A block: its type and labels, where it begins, its arguments and the blocks in it."""

    kind: str
    labels: tuple[str, ...]
    place: Place
    arguments: dict[str, Tree]
    blocks: tuple[Block, ...]

    def get(self, name: str) -> Tree:
        """Return an argument; unknown where it is not given."""
        return self.arguments.get(name, Tree(None, self.place))


class _Token(NamedTuple):
    kind: str
    text: str
    place: Place
    match: re.Match[str]


def blocks(file: File) -> tuple[Block, ...]:
    """Return the blocks of a Terraform file. Raises Unreadable; use it as `file.read(blocks)`."""
    reader = _Reader(file.text)
    _, found = reader.body(0, top=True)
    return found


def _tokens(text: str) -> Iterator[_Token]:
    line, start = 1, 0
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        for name in ("blank", "line", "heredoc", "text", "word", "number", "sign"):
            if found[name] is not None:
                kind = name
                break
        if kind != "blank":
            yield _Token(kind, found[0], Place(line, found.start() - start + 1), found)
        if breaks := found[0].count("\n"):
            line += breaks
            start = found.start() + found[0].rindex("\n") + 1
    yield _Token("end", "", Place(line, 1), None)  # type: ignore[arg-type]


class _Reader:
    """A cursor over the tokens of one file."""

    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text)]
        self._at = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _skip_lines(self) -> None:
        while self._next.kind == "line" or self._next.text == ",":
            self._at += 1

    def body(self, depth: int, *, top: bool = False) -> tuple[dict[str, Tree], tuple[Block, ...]]:
        """Read arguments and blocks up to the closing brace, or to the end of the file."""
        if depth > DEEPEST:
            raise Unreadable("cannot parse as Terraform: nested too deeply")
        arguments: dict[str, Tree] = {}
        found: list[Block] = []
        while True:
            self._skip_lines()
            token = self._take()
            if token.kind == "end":
                if not top:
                    raise self._broken("a brace is not closed", token)
                return arguments, tuple(found)
            if token.text == "}" and not top:
                return arguments, tuple(found)
            if token.kind not in ("word", "text"):
                raise self._broken(f"unexpected {token.text!r}", token)
            if self._next.text == "=":
                self._at += 1
                arguments[_plain(token)] = self.value(depth + 1)
            else:
                found.append(self._block(token, depth))

    def _block(self, first: _Token, depth: int) -> Block:
        labels = []
        while self._next.kind in ("word", "text"):
            labels.append(_plain(self._take()))
        if self._take().text != "{":
            raise self._broken("neither an argument nor a block", first)
        arguments, inner = self.body(depth + 1)
        return Block(first.text, tuple(labels), first.place, arguments, inner)

    def value(self, depth: int) -> Tree:
        """Read one expression, up to the end of its line or of what holds it."""
        if depth > DEEPEST:
            raise Unreadable("cannot parse as Terraform: nested too deeply")
        token = self._next
        tree = self._operand(depth)
        if self._rest():
            return Tree(None, token.place)
        return tree

    def _operand(self, depth: int) -> Tree:
        token = self._take()
        if token.kind == "heredoc":
            body = token.match["body"]
            known = "${" not in body and "%{" not in body
            return Tree(body if known else None, Place(token.place.line + 1, 1))
        if token.kind == "text":
            return Tree(None if token.match["filled"] else _plain(token), token.place)
        if token.text == "[":
            return self._list(token, depth)
        if token.text == "{":
            return self._object(token, depth)
        if token.text == "jsonencode" and self._next.text == "(":
            self._at += 1
            self._skip_lines()
            tree = self.value(depth + 1)
            self._skip_lines()
            if self._next.text == ")":
                self._at += 1
            return tree
        if token.kind == "number" or token.text in ("true", "false"):
            return Tree(token.text, token.place)
        self._at -= token.kind != "end"
        return Tree(None, token.place)

    def _list(self, opening: _Token, depth: int) -> Tree:
        entries: list[Tree] = []
        while True:
            self._skip_lines()
            if self._next.kind == "end":
                raise self._broken("a bracket is not closed", opening)
            if self._next.text == "]":
                self._at += 1
                return Tree(entries, opening.place)
            before = self._at
            entries.append(self.value(depth + 1))
            self._at += self._at == before  # whatever it is, go on

    def _object(self, opening: _Token, depth: int) -> Tree:
        entries: dict[str, Tree] = {}
        while True:
            self._skip_lines()
            if self._next.kind == "end":
                raise self._broken("a brace is not closed", opening)
            if self._next.text == "}":
                self._at += 1
                return Tree(entries, opening.place)
            key = self._take()
            if self._next.text in ("=", ":"):
                self._at += 1
                if self._next.text == ">":
                    self._at += 1
                self._skip_lines()
                entries[_plain(key)] = self.value(depth + 1)

    def _rest(self) -> bool:
        """Pass over what is left of an expression; tell whether there was anything."""
        open_, seen = 0, False
        while True:
            token = self._next
            if token.kind == "end":
                return seen
            if not open_ and (token.kind == "line" or token.text in (",", "]", "}", ")")):
                return seen
            open_ += token.text in ("(", "[", "{")
            open_ -= token.text in (")", "]", "}")
            seen = True
            self._at += 1

    def _broken(self, problem: str, token: _Token) -> Unreadable:
        line = token.place.line
        return Unreadable(
            f"cannot parse as Terraform: {problem} (line {line})", place=Place(line, 1)
        )


def _plain(token: _Token) -> str:
    if token.kind != "text":
        return token.text
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), token.text[1:-1])


def document(tree: Tree) -> Tree:
    """Return the JSON document that an argument holds, as an object or as a text."""
    if tree.text is None:
        return tree
    try:
        return of_json(tree.text, tree.place.line, tree.place.column)
    except Unreadable:
        return Tree(None, tree.place)
