"""TOML: documents, refusals, and the lines of keys."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.sources import toml
from mlops_checklist.sources.files import File, Unreadable

TEXT = '''\
# comment = 1
title = "a"
[project]
name = "x"
dependencies = [
    "numpy",
    "name = 3",
]
[project.optional-dependencies]
test = ["pytest"]
[tool."my.tool".'sub']
key.inner = 1
note = """
[tool.fake]
name = 2
"""
[[tool.poetry.source]]
name = "first"
[[tool.poetry.source]]
name = "second"
'''


def test_document() -> None:
    document = toml.document(File("a.toml", data=b"\xef\xbb\xbf" + TEXT.encode()))
    assert document["project"]["name"] == "x"
    assert document["tool"]["my.tool"]["sub"]["key"] == {"inner": 1}


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["title"], 2),
        (["project"], 3),
        (["project", "name"], 4),
        (["project", "dependencies"], 5),
        (["project", "optional-dependencies", "test"], 10),
        (["tool", "my.tool", "sub", "key", "inner"], 12),
        (["tool", "my.tool", "sub", "note"], 13),
        (["tool", "poetry", "source", "name"], 18),
        (["project", "no-such"], 3),
        (["tool", "fake"], 1),
        (["no-such"], 1),
        ([], 1),
    ],
)
def test_line_of(keys: list[str], line: int) -> None:
    assert toml.line_of(TEXT, keys) == line
    assert toml.line_of(TEXT.replace("\n", "\r\n"), keys) == line


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = \n", "cannot parse as TOML: Invalid value (at line 1, column 5)"),
        (b"a = 1\na = 2\n", "cannot parse as TOML: Cannot overwrite a value (at line 2, column 6)"),
        (b"a = 1\rb = 2\n", "cannot parse as TOML: "),
        (b"a = " + b"[" * 50_000, "cannot parse as TOML: nested too deeply"),
        (b"a = 1 # " + b"x" * toml.LARGEST, "cannot parse as TOML: larger than 8 MiB"),
        (b"a = '\xff'", "cannot decode: byte 0xff in line 1 is not UTF-8"),
        (b"a = 1\n\0", "cannot decode: NUL byte in line 2"),
    ],
    ids=["value", "twice", "return", "deep", "large", "latin", "nul"],
)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        toml.document(File("a.toml", data=data))
    assert str(caught.value).startswith(message)


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text(alphabet="[]{}=.\"'#\n ab1", max_size=40), st.lists(st.text(max_size=3)))
def test_nothing_but_unreadable(text: str, keys: list[str]) -> None:
    assert 1 <= toml.line_of(text, keys) <= text.count("\n") + text.count("\r") + 1
    try:
        toml.document(File("a.toml", data=text.encode("utf-8", "replace")))
    except Unreadable as error:
        assert "\n" not in str(error)
