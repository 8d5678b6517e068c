"""The YAML reader: places, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.outcome import Place
from mlops_checklist.sources import yaml
from mlops_checklist.sources.files import File, Unreadable


def test_places() -> None:
    top = yaml.document(File("a.yml", data=b'a:\n  - "x"\n  - b: [1, y]\n'))
    first, second = yaml.entries(yaml.get(top, "a"))
    assert (yaml.scalar(first), yaml.place(first)) == ("x", Place(2, 5))
    assert [yaml.scalar(node) for node in yaml.entries(yaml.get(second, "b"))] == ["1", "y"]
    assert yaml.get(top, "a", "b") is None
    assert yaml.scalar(yaml.get(yaml.parse("a:")[0], "a")) is None
    assert yaml.document(File("a.yml", data=b"# nothing\n")) is None
    assert len(yaml.parse("a: 1\n---\nb: 2\n")) == 2


@pytest.mark.parametrize(
    ("text", "message", "undecided"),
    [
        ("a: [", "cannot parse as YAML: did not find expected node content (line 1)", False),
        ("{% if x %}\na: 1", "cannot parse as YAML: ", True),
        ("a: *b", "cannot parse as YAML: ", False),
        ("&a [*a]", "cannot parse as YAML: aliases make more than 1000000 nodes of it", False),
    ],
)
def test_broken(text: str, message: str, undecided: bool) -> None:
    with pytest.raises(Unreadable) as caught:
        yaml.parse(text)
    assert str(caught.value).startswith(message)
    assert caught.value.undecided is undecided


def test_an_alias_bomb_is_refused() -> None:
    text = "a0: &a0 [x]\n"
    for level in range(1, 30):
        text += f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n"
    with pytest.raises(Unreadable, match="aliases"):
        yaml.parse(text)


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_does_not_crash(piece: str, loader: str) -> None:
    code = (
        "import sys, yaml as y\n"
        "from mlops_checklist.sources import yaml\n"
        "from mlops_checklist.sources.files import Unreadable\n"
        "if sys.argv[2] == 'SafeLoader' and hasattr(y, 'CSafeLoader'): del y.CSafeLoader\n"
        "try: yaml.parse(sys.argv[1] * 30000)\n"
        "except Unreadable as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, piece, loader], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("cannot parse as YAML: ")


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text(alphabet="[]{}:-? \n&*a!|>'\"#%", max_size=40))
def test_nothing_but_unreadable(text: str) -> None:
    try:
        yaml.parse(text)
    except Unreadable:
        pass
