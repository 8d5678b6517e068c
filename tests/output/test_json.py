"""The JSON form: its keys are public."""

from __future__ import annotations

import json

from mlops_checklist.outcome import Edit, Outcome, Place
from mlops_checklist.output.json import render


def test_the_documented_keys() -> None:
    given = Outcome(
        "violation", "literal-name", Place(12, 5), "say 'é'", (Edit(1, 2, b"x"),), "train.py", "h"
    )
    assert json.loads(render([given], {})) == {
        "version": 1,
        "outcomes": [
            {
                "kind": "violation",
                "hook": "h",
                "rule": "literal-name",
                "path": "train.py",
                "line": 12,
                "column": 5,
                "cell": None,
                "message": "say 'é'",
                "fixable": True,
            }
        ],
    }


def test_a_notebook_has_the_cell_and_the_line_of_the_file() -> None:
    place = Place(2, 7, 4, 61)
    given = Outcome("undecided", "r", place, "m", (), "a.ipynb", "h")
    (said,) = json.loads(render([given], {}))["outcomes"]
    assert {key: said[key] for key in ("line", "column", "cell", "file_line", "fixable")} == {
        "line": 2,
        "column": 7,
        "cell": 4,
        "file_line": 61,
        "fixable": False,
    }


def test_every_kind_is_told_in_order() -> None:
    kinds = ["evidence", "error", "missing", "undecided", "violation"]
    given = [Outcome(kind, "r", Place(), "m", (), "a", "h") for kind in kinds]  # type: ignore[arg-type]
    assert [said["kind"] for said in json.loads(render(given, {}))["outcomes"]] == kinds


def test_the_output_is_ascii() -> None:
    """Whatever the terminal's encoding, and also for a path that is not UTF-8."""
    text = render([Outcome("violation", "r", Place(), "é\x1b", (), "a\udcff.py", "h")], {})
    assert text.isascii()
    (said,) = json.loads(text)["outcomes"]
    assert (said["path"], said["message"]) == ("a\udcff.py", "é\x1b")
    assert json.loads(render([], {})) == {"version": 1, "outcomes": []}
