"""What silences a finding: comments, cell tags, the baseline."""

from __future__ import annotations

from pathlib import Path

import helpers
import pytest

from mlops_checklist.outcome import Kind, Outcome, Place
from mlops_checklist.sources.files import File
from mlops_checklist.suppression import (
    fingerprints,
    from_root,
    read_baseline,
    without_ignored,
    write_baseline,
)


def outcome(line: int = 1, cell: int | None = None, kind: Kind = "violation") -> Outcome:
    place = Place(line, 1, cell, None if cell is None else 1)
    return Outcome(kind, "literal-name", place, "m", (), "a", "a-hook")


def silenced(data: str, given: Outcome, path: str = "a.py") -> bool:
    return not list(without_ignored(File(path, data=data.encode()), [given]))


@pytest.mark.parametrize(
    ("data", "line", "expected"),
    [
        ("x = 1  # mlops: ignore[a-hook]", 1, True),
        ("x = 1  # mlops: ignore[a-hook/literal-name]", 1, True),
        ("x = 1  # mlops: ignore[a-hook/other]", 1, False),
        ("x = 1  # mlops: ignore[other]", 1, False),
        ("x = 1  # mlops: ignore[other, a-hook] because", 1, True),
        ("x = 1  # mlops: ignore[]", 1, False),
        ("x = 1  # mlops: ignore", 1, False),
        ("x = 1  #mlops:ignore[ a-hook ]", 1, True),
        ("x = 1  # noqa # mlops: ignore[a-hook]", 1, True),
        ("# mlops: ignore[a-hook]\nx = 1", 2, True),
        ("    # mlops: ignore[a-hook]\r\n    x = 1", 2, True),
        ("y = 1  # mlops: ignore[a-hook]\nx = 1", 2, False),
        ("# mlops: ignore[a-hook]\n\nx = 1", 3, False),
        ("x = 1\n# mlops: ignore[a-hook]", 1, False),
        ("// mlops: ignore[a-hook]\nx", 2, True),
        ("-- mlops: ignore[a-hook]\nx", 2, True),
        ("<!-- mlops: ignore[a-hook] -->\nx", 2, True),
        ("x <!-- mlops: ignore[a-hook] -->", 1, True),
        ("x = 1", 7, False),
        ("# mlops: ignore[a-hook]", 2, True),
    ],
)
def test_comment(data: str, line: int, expected: bool) -> None:
    # Other comments than # are those of other formats than Python.
    path = "a.py" if "# mlops" in data else "a.md"
    assert silenced(data, outcome(line), path) is expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("violation", True),
        ("missing", True),
        ("undecided", True),
        ("evidence", False),
        ("error", False),
    ],
)
def test_kinds(kind: Kind, expected: bool) -> None:
    assert silenced("x  # mlops: ignore[a-hook]", outcome(kind=kind)) is expected


def test_a_comment_in_a_cell() -> None:
    text = helpers.notebook("x = 1  # mlops: ignore[a-hook]", "x = 1")
    assert silenced(text, outcome(1, cell=1), "a.ipynb")
    assert not silenced(text, outcome(1, cell=2), "a.ipynb")
    assert not silenced(text, outcome(1, cell=3), "a.ipynb")


def test_a_tag_of_a_cell() -> None:
    text = helpers.notebook("x = 1\ny = 2", tags=["mlops-ignore"])
    assert silenced(text, outcome(2, cell=1), "a.ipynb")
    assert not silenced(helpers.notebook("mlops = 1", tags=["other"]), outcome(1, 1), "a.ipynb")


def test_what_cannot_be_read_silences_nothing() -> None:
    assert not silenced("mlops {", outcome(1, cell=1), "a.ipynb")
    broken = File("a.py", data=b"\xff # mlops: ignore[a-hook]")
    assert list(without_ignored(broken, [outcome()])) == [outcome()]


# --- Fingerprints and the baseline ------------------------------------------------------------


def fingerprint(**fields: object) -> str:
    (result,) = fingerprints([outcome()._replace(**fields)])  # type: ignore[arg-type]
    return result


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"place": Place(1)}, {"place": Place(70, 3)}),
        ({"message": "ends in '...ab'"}, {"message": "ends in '...xy'"}),
        ({"message": "2 of 3"}, {"message": "12 of 45"}),
        ({"path": "src/a.py"}, {"path": "./src/../src/a.py"}),
        ({"kind": "violation"}, {"kind": "undecided"}),
    ],
    ids=["place", "end-of-a-secret", "number", "path", "kind"],
)
def test_the_same(one: dict[str, object], other: dict[str, object]) -> None:
    assert fingerprint(**one) == fingerprint(**other)


@pytest.mark.parametrize(
    "other",
    [
        {"hook": "b-hook"},
        {"rule": "other"},
        {"path": "b.py"},
        {"message": "n"},
        {"message": "'m'"},
    ],
    ids=["hook", "rule", "path", "message", "quoted"],
)
def test_another(other: dict[str, object]) -> None:
    assert fingerprint() != fingerprint(**other)


def test_ordinals_tell_equal_findings_apart() -> None:
    prints = fingerprints([outcome(1), outcome(5), outcome(9)])
    assert len(set(prints)) == 3
    assert prints[:2] == fingerprints([outcome(2), outcome(3)])


def test_a_fingerprint_is_a_line() -> None:
    assert fingerprint(message="a\nb", path="a\udcff\n.py").isalnum()


def test_a_baseline_is_sorted_and_only_grows(tmp_path: Path) -> None:
    path = str(tmp_path / "baseline")
    write_baseline(path, ["b", "a", "b"])
    write_baseline(path, ["c", "a"])
    text = Path(path).read_text()
    assert text.startswith("# ")
    assert text.splitlines()[1:] == ["a", "b", "c"]
    assert read_baseline(path) == {"a", "b", "c"}


def test_a_baseline_merged_by_git_is_read(tmp_path: Path) -> None:
    (tmp_path / "baseline").write_bytes(b"# x\r\nb\r\n\r\na\na\n# y\n\xff\n")
    assert {"a", "b"} < read_baseline(str(tmp_path / "baseline"))


def test_paths_are_seen_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert from_root("a.py") == "sub/a.py"
    assert from_root("../b/./c.py") == "b/c.py"
