"""Markdown: front matter, headings with their places, what stands below them, what is code."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File, Unreadable, split_lines
from mlops_checklist.sources.markdown import Markdown, markdown, parse, plain


def read(text: str) -> Markdown:
    return parse(split_lines(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# A", [(1, "A", 1, 1)]),
        ("  ## A ##  ", [(2, "A", 1, 3)]),
        ("#A", []),
        ("# C#", [(1, "C#", 1, 1)]),
        ("#", [(1, "", 1, 1)]),
        ("####### A", []),
        ("    # code", []),
        ("text\n    # not code", []),
        ("A\n===", [(1, "A", 1, 1)]),
        ("A\n---", [(2, "A", 1, 1)]),
        ("- A\n---", []),
        ("\n---", []),
        ("| a |\n---", []),
        ("```\n# A\n```\n# B", [(1, "B", 4, 1)]),
        ("~~~\n```\n# A\n~~~\n# B", [(1, "B", 5, 1)]),
        ("````\n```\n# A\n````\n# B", [(1, "B", 5, 1)]),
        ("```not a fence``` x\n# B", [(1, "B", 2, 1)]),
        ("- ```\n  # A\n  ```\n# B", [(1, "B", 4, 1)]),
        ("<!-- # A -->\n# B", [(1, "B", 2, 1)]),
        ("<!--\n# A\n-->\n# B", [(1, "B", 4, 1)]),
        ("<!--\n```\n-->\n# B", [(1, "B", 4, 1)]),
        ('<h1 align="center">A <b>b</b></h1>', [(1, "A b", 1, 1)]),
        ("# **A** `b` [c](https://d) ![e](f.png)", [(1, "A b c e", 1, 1)]),
        ("---\ntitle: x\n# A\n---\n# B", [(1, "B", 5, 1)]),
        ("# A\r\n## B\r\n", [(1, "A", 1, 1), (2, "B", 2, 1)]),
    ],
)
def test_headings(text: str, wanted: list[tuple[int, str, int, int]]) -> None:
    sections = read(text).sections
    found = [(one.level, one.title, one.place.line, one.place.column) for one in sections]
    assert found == wanted


def test_what_stands_below_a_heading() -> None:
    document = read("# A\na\n## B\nb <!-- x -->\n### C\n```\ncode\n```\n## D\nE\n=\ne")
    texts = {one.title: one.text for one in document.sections}
    assert texts == {
        "A": "a\nb           \n```\ncode\n```",
        "B": "b           \n```\ncode\n```",
        "C": "```\ncode\n```",
        "D": "",
        "E": "e",
    }
    assert [len(one.lines[: one.own]) for one in document.sections] == [1, 1, 3, 0, 1]


@pytest.mark.parametrize(
    ("text", "front", "count"),
    [
        ("---\na: 1\n---\nx", "a: 1", 3),
        ("---\na: 1\nb: 2\n...\nx", "a: 1\nb: 2", 4),
        ("---\na: 1\n", "", 0),
        ("\n---\na: 1\n---\n", "", 0),
        ("----\na: 1\n----\n", "", 0),
        ("---\n---\n", "", 2),
        ("", "", 0),
    ],
)
def test_front_matter(text: str, front: str, count: int) -> None:
    document = read(text)
    assert (document.front_matter, document.front_lines) == (front, count)


def test_lines_keep_their_columns() -> None:
    lines = read(
        "# A\nuse `x # y` <!-- no --> now\n    still text\n\n    code\n<!-- a\nb --> c"
    ).lines
    assert [(one.number, one.kind) for one in lines] == [
        *((1, "heading"), (2, "text"), (3, "text"), (4, "text"), (5, "code")),
        *((6, "comment"), (7, "text")),
    ]
    assert lines[1].visible == "use " + " " * 7 + " " + " " * 11 + " now"
    assert lines[6].visible == "      c"


def test_byte_order_mark() -> None:
    document = markdown(File("a.md", data=b"\xef\xbb\xbf---\na: 1\n---\n# A"))
    assert (document.front_matter, document.sections[0].place) == ("a: 1", Place(4, 1))


def test_not_text() -> None:
    with pytest.raises(Unreadable, match="cannot decode"):
        markdown(File("a.md", data=b"# A\xff"))


@pytest.mark.parametrize(
    ("title", "wanted"),
    [("snake_case _and_ *more*", "snake_case and more"), ("A {#id}", "A"), ("a  b", "a b")],
)
def test_plain(title: str, wanted: str) -> None:
    assert plain(title) == wanted


@pytest.mark.parametrize(
    "hostile",
    [
        "# " * 100_000,
        "<!--" * 100_000,
        "`a" * 100_000,
        "[a](" * 60_000,
        "> " * 100_000,
        "#\n" * 50_000,
    ],
    ids=["hashes", "comments", "ticks", "links", "quotes", "headings"],
)
def test_hostile(hostile: str) -> None:
    assert sum(len(line.text) + 1 for line in read(hostile).lines) == len(hostile) + 1


PIECES = st.sampled_from(
    ["# ", "```", "~~~", "<!--", "-->", "---", "===", "\n", "\r", "    ", "`", "|"]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=40).map("".join))
@settings(max_examples=200, deadline=None)
def test_whatever_comes(text: str) -> None:
    document = read(text)
    count = document.front_lines + len(document.lines)
    assert count == len(split_lines(text))
    assert all(len(line.visible) == len(line.text) for line in document.lines)
    assert all(1 <= one.place.line <= count for one in document.sections)


@given(st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_only_unreadable_is_raised(data: bytes) -> None:
    try:
        markdown(File("a.md", data=data))
    except Unreadable as error:
        assert str(error).startswith("cannot ")
