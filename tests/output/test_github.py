"""Workflow commands, read back as GitHub documents them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.outcome import Kind, Outcome, Place
from mlops_checklist.output.github import render


def read(command: str) -> tuple[str, dict[str, str], str]:
    """Read `::name key=value,key=value::message` back, its escapes undone."""
    parsed = re.fullmatch(r"::([a-z]+) ([^:\n\r]*)::([^\n\r]*)\n", command)
    assert parsed is not None, command
    name, written, message = parsed.groups()
    properties = dict(pair.split("=", 1) for pair in written.split(","))
    return name, {key: unescaped(value) for key, value in properties.items()}, unescaped(message)


def unescaped(text: str) -> str:
    return re.sub("%(25|0D|0A|3A|2C)", lambda found: bytes.fromhex(found[1]).decode("ascii"), text)


def outcome(
    kind: Kind, message: str = "m", place: Place | None = None, path: str = "a.py"
) -> Outcome:
    return Outcome(
        kind, "literal-name", place or Place(3, 4), message, (), path, "experiment-name-prefix"
    )


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ("violation", "error"),
        ("error", "error"),
        ("missing", "warning"),
        ("undecided", "notice"),
        ("evidence", "notice"),
    ],
)
def test_levels(kind: Kind, level: str) -> None:
    where = {"file": "a.py", "line": "3", "col": "4"}
    title = {"title": "experiment-name-prefix/literal-name"}
    assert read(render([outcome(kind)], {})) == (level, where | title, "m")


def test_exact_command() -> None:
    given = outcome("violation", "100% of 'a,b: c'", path="50%,x:y.py")
    assert render([given], {}) == (
        "::error file=50%25%2Cx%3Ay.py,line=3,col=4,title=experiment-name-prefix/literal-name"
        "::100%25 of 'a,b: c'\n"
    )


def test_a_notebook_is_marked_at_its_line_in_the_file() -> None:
    given = outcome("violation", "m", Place(2, 7, 4, 61), "a.ipynb")
    _, properties, message = read(render([given], {}))
    assert (properties["line"], message) == ("61", "cell 4, line 2: m")
    assert "col" not in properties  # the column of the cell is not that of the file


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text(min_size=1).filter(lambda text: not {"/", "."} & set(text)))
def test_any_text_is_one_command(message: str, path: str) -> None:
    text = render([outcome("violation", message, path=path)], {})
    _, properties, said = read(text)
    assert properties["file"] == path
    # Control characters are escaped for people, the rest comes back as it was.
    control = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"
    assert said == re.sub(control, lambda found: ascii(found[0])[1:-1], message)
