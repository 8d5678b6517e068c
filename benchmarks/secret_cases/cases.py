"""Reads the labelled set: fills the slots of each case and says on which lines the labels stand.

A slot is written «+KIND» (a secret) or «-KIND» (a look-alike). Values depend on the seed, the path
of the file and the place of the slot among the slots of its file; they are the same in each run.
A note to the reader, «! why this stands here», is no part of the case.
"""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from benchmarks.secret_cases.grammars import KINDS
from benchmarks.secret_cases.pattern import draw

FOLDER = Path(__file__).parent
SEED = 20261126

_NOTE = re.compile(r"«![^«»\n]*»")
_SLOT = re.compile(r"«([+-])([^«»\n]*)(»?)")
_WRAPPED = re.compile(r"([a-z]\w*)\((.*)\)", re.DOTALL)
_SHARED = re.compile(r"#(\w+)(?::(-?\d*):(-?\d*))?$")
_SLICED = re.compile(r"#(\w+):(-?\d*):(-?\d*)$")
_BARE = re.compile(r"«([a-z][\w-]*)»")

ENCODERS: dict[str, Callable[[str], str]] = {
    "b64": lambda value: base64.b64encode(value.encode()).decode(),
    "url": lambda value: quote(value, safe=""),
    "json": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
}


class Label(NamedTuple):
    """A secret or a look-alike, and the lines (from 1) that hold it or a part of it."""

    id: str
    kind: str
    lines: frozenset[int]


class Case(NamedTuple):
    """A file of the set, as scanners see it."""

    path: str
    text: str
    positives: tuple[Label, ...]
    negatives: tuple[Label, ...]

    @property
    def content(self) -> bytes:
        return self.text.encode()


class SlotError(ValueError):
    """A slot that cannot be read, with its file and line."""


class _Body(NamedTuple):
    """What stands in a slot after its sign: how its value is made, and what is done to it."""

    kind: str
    key: str | None
    value: str


def cases(half: str, seed: int = SEED, folder: Path = FOLDER) -> Iterator[Case]:
    """Yield each case of a half ("tuning", "held_out"), in the order of the paths."""
    root = folder / half
    for path in sorted(root.rglob("*.case")):
        name = path.relative_to(root).as_posix().removesuffix(".case")
        template = path.read_bytes().decode("utf-8")
        yield fill(template, name, seed, str(path.relative_to(folder)))


def fill(template: str, path: str, seed: int = SEED, source: str = "") -> Case:
    """Return the case of one template; SlotError, naming `source` and line, for a bad slot."""
    source = source or path
    template = _NOTE.sub("", template)
    _refuse_bare(template, source)
    written: list[str] = []
    lines: dict[tuple[str, str], set[int]] = {}
    kinds: dict[tuple[str, str], str] = {}
    at = 0
    line = 1
    for number, slot in enumerate(_SLOT.finditer(template)):
        before = template[at : slot.start()]
        line += before.count("\n")
        where = f"{source}:{_line(template, slot.start())}"
        if not slot[3]:
            raise SlotError(f"{where}: the slot is not closed: {slot[0]}")
        try:
            body = _body(slot[2], f"{seed}:{path}", number)
        except ValueError as error:
            raise SlotError(f"{where}: {slot[0]}: {error}") from None
        written += [before, body.value]
        last = line + body.value.count("\n")
        identity = (slot[1], body.key or f"slot {number}")
        lines.setdefault(identity, set()).update(range(line, last + 1))
        kinds.setdefault(identity, body.kind)
        line = last
        at = slot.end()
    labels = {
        sign: tuple(
            Label(key, kinds[sign, key], frozenset(found))
            for (of, key), found in lines.items()
            if of == sign
        )
        for sign in "+-"
    }
    return Case(path, "".join([*written, template[at:]]), labels["+"], labels["-"])


def _line(template: str, at: int) -> int:
    return template.count("\n", 0, at) + 1


def _refuse_bare(template: str, source: str) -> None:
    for found in _BARE.finditer(template):
        if found[1] in KINDS:
            where = f"{source}:{_line(template, found.start())}"
            raise SlotError(f"{where}: {found[0]} has no sign: write + or - before the kind")


def _body(inside: str, seed: str, number: int) -> _Body:
    """Read one of: =text  ~PATTERN  KIND  encoder(any of these), with #n and a slice behind."""
    # A text may well end in #1, so that there a slice alone says that the # is ours.
    shared = (_SLICED if inside.startswith("=") else _SHARED).search(inside)
    core = inside[: shared.start()] if shared else inside
    # The same number for a kind plain and for the kind encoded means the same value.
    name = shared[1] if shared else None
    wrapped = None if core[:1] in "=~" else _WRAPPED.fullmatch(core)
    if wrapped:
        encode = _encoder(wrapped[1])
        content = wrapped[2] + (f"#{name}" if name and wrapped[2][:1] != "=" else "")
        inner = _body(content, seed, number)
        kind, key, value = f"{wrapped[1]}({inner.kind})", inner.key, encode(inner.value)
        if name and key is None:
            key = f"{wrapped[2]}#{name}"
    else:
        key = f"{core}#{name}" if name else None
        chance = random.Random(f"{seed}:{key or number}")
        kind, value = _plain(core, chance)
    if shared and shared[2] is not None:
        start, stop = (int(bound) if bound else None for bound in (shared[2], shared[3]))
        value = value[start:stop]
        if not value:
            raise ValueError("the slice is empty")
    return _Body(kind, key, value)


def _plain(core: str, chance: random.Random) -> tuple[str, str]:
    if core.startswith("="):
        if core == "=":
            raise ValueError("no text stands after the =")
        return "text", core[1:]
    if core.startswith("~"):
        return "pattern", draw(chance, core[1:])
    if core not in KINDS:
        raise ValueError(f"there is no kind '{core}'")
    return core, KINDS[core](chance)


def _encoder(name: str) -> Callable[[str], str]:
    indented = re.fullmatch(r"indent(\d+)", name)
    if indented:
        space = " " * int(indented[1])
        return lambda value: value.replace("\n", "\n" + space)
    if name not in ENCODERS:
        raise ValueError(f"there is no encoding '{name}'")
    return ENCODERS[name]
