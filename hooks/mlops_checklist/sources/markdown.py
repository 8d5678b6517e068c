"""Markdown: the front matter, the headings with the text below each, and what is code.

Reads what GitHub and the Hugging Face Hub render as headings: `# ATX`, underlined (setext) and
one-line `<h1>` headings, outside of fenced code, indented code and HTML comments. One pass over
the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File, Unreadable

LARGEST = 10 * 2**20  # bytes


class Line(NamedTuple):
    """One line: its number (from 1), its text, and what it is.

    `kind` is "text", "heading", "code" or "comment".
    What is a comment or inline code within a line of text is blanked in `visible`, so that
    columns stay as they are.
    """

    number: int
    text: str
    kind: str
    visible: str


class Section(NamedTuple):
    """A heading (level from 1, text without markup) and the lines up to the next of its level.

    `lines` holds the sections below it as well; `own` ends where the first of them begins.
    """

    level: int
    title: str
    place: Place
    lines: tuple[Line, ...]
    own: int

    @property
    def text(self) -> str:
        """The visible text of its lines, code as it stands, headings left out."""
        return text(self.lines)


class Markdown(NamedTuple):
    """A document: `front_matter` is the YAML between the two `---` lines, "" without one.

    `front_lines` counts the lines of the front matter with both its fences; `lines` begin after.
    """

    front_matter: str
    front_lines: int
    lines: tuple[Line, ...]
    sections: tuple[Section, ...]


def markdown(file: File) -> Markdown:
    """Return the document in a Markdown file. Raises Unreadable where there is no text."""
    if len(file.data) > LARGEST:
        raise Unreadable(f"cannot parse as Markdown: larger than {LARGEST // 2**20} MiB")
    return parse(file.lines)


def text(lines: Iterable[Line]) -> str:
    """Return what a reader sees of `lines`, headings left out."""
    shown = (
        line.text if line.kind == "code" else line.visible
        for line in lines
        if line.kind != "heading"
    )
    return "\n".join(shown).strip()


_FENCE = re.compile(r"(?:[ \t]|>|[-*+] |\d{1,9}[.)] )*(`{3,}(?=[^`]*$)|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_HTML = re.compile(r"\s*<h([1-6])\b[^>]*>(.*?)</h\1>", re.IGNORECASE)
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_NO_PARAGRAPH = re.compile(
    r"\s*(?:$|>|[-*+][ \t]|\d{1,9}[.)][ \t]|\||#{1,6}(?:[ \t]|$)|</?[a-zA-Z])"
)
_INDENTED = re.compile(r"(?: {4}|\t)")
_INLINE_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]+)\1(?!`)")


def parse(source: list[str]) -> Markdown:
    """Return the document in the lines `source`."""
    front_lines = 0
    if source and source[0].rstrip() == "---":
        ends = (at for at in range(1, len(source)) if source[at].rstrip() in ("---", "..."))
        front_lines = next(ends, -1) + 1
    front_matter = "\n".join(source[1 : front_lines - 1]) if front_lines else ""
    lines = list(_lines(source, front_lines))
    headings = list(_headings(lines))
    for heading in headings:
        for at in range(heading.start, heading.after):
            lines[at] = lines[at]._replace(kind="heading")
    return Markdown(front_matter, front_lines, tuple(lines), tuple(_sections(lines, headings)))


def _lines(source: list[str], start: int) -> Iterator[Line]:
    fence = ""
    commented = False
    before = ""
    for number, line in enumerate(source[start:], start + 1):
        opening = None if commented else _FENCE.match(line)
        if fence:
            yield Line(number, line, "code", line)
            if opening and opening[1].startswith(fence) and not opening[2].strip():
                fence = ""
            before = ""
            continue
        if opening:
            fence = opening[1]
            yield Line(number, line, "code", line)
            continue
        if not commented and _INDENTED.match(line) and not before.strip() and line.strip():
            yield Line(number, line, "code", line)  # `before` stays blank: the block goes on
            continue
        visible, ends_commented = _without_comments(line, commented)
        kind = "comment" if line.strip() and not visible.strip() else "text"
        commented = ends_commented
        visible = _INLINE_CODE.sub(lambda code: " " * len(code[0]), visible)
        yield Line(number, line, kind, visible)
        before = visible


def _without_comments(line: str, commented: bool) -> tuple[str, bool]:
    """Blank the comments in `line`; tell whether one is open at its end."""
    kept = []
    position = 0
    while position < len(line):
        mark = "-->" if commented else "<!--"
        found = line.find(mark, position)
        end = len(line) if found < 0 else found + (3 if commented else 0)
        kept.append(" " * (end - position) if commented else line[position:end])
        if found < 0:
            break
        commented = not commented
        position = end
    return "".join(kept), commented


class _Heading(NamedTuple):
    level: int
    title: str
    place: Place
    start: int  # index of its first line
    after: int  # index of the line below it


def _headings(lines: list[Line]) -> Iterator[_Heading]:
    for at, line in enumerate(lines):
        if line.kind != "text":
            continue
        if found := _ATX.match(line.visible):
            title = re.sub(r"(?<![^ \t])#+$", "", line.text.strip().lstrip("#").rstrip())
            yield _Heading(len(found[1]), title, _first(line), at, at + 1)
        elif found := _HTML.match(line.visible):
            yield _Heading(int(found[1]), found[2], _first(line), at, at + 1)
        elif at and (found := _UNDERLINE.match(line.visible)):
            above = lines[at - 1]
            if above.kind == "text" and not _NO_PARAGRAPH.match(above.text):
                level = 1 if found[1][0] == "=" else 2
                yield _Heading(level, above.text, _first(above), at - 1, at + 1)


def _first(line: Line) -> Place:
    return Place(line.number, len(line.text) - len(line.text.lstrip()) + 1)


def _sections(lines: list[Line], headings: list[_Heading]) -> list[Section]:
    found = []
    ends: list[tuple[int, int]] = []  # level and start of the headings further down
    for heading in reversed(headings):
        own = ends[-1][1] if ends else len(lines)
        while ends and ends[-1][0] > heading.level:
            ends.pop()
        end = ends[-1][1] if ends else len(lines)
        body = tuple(lines[heading.after : end])
        title = plain(heading.title)
        found.append(Section(heading.level, title, heading.place, body, own - heading.after))
        ends.append((heading.level, heading.start))
    return found[::-1]


_MARKUP = (
    (re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*(?:\s[^()]*)?\)"), r"\1"),  # links and images
    (re.compile(r"<[^<>]*>"), ""),
    (re.compile(r"\{#[^{}]*\}"), ""),
    (re.compile(r"[*`~]+|(?<!\w)_+|_+(?!\w)"), ""),
    (re.compile(r"\s+"), " "),
)


def plain(title: str) -> str:
    """Return a heading's text without emphasis, links, tags and anchors."""
    for pattern, new in _MARKUP:
        title = pattern.sub(new, title)
    return title.strip()
