"""The Code Quality report, against the form that GitLab documents."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from mlops_checklist.outcome import Kind, Outcome, Place
from mlops_checklist.output.gitlab import render

REPORT = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)[^\\]+$"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def outcome(
    kind: Kind, message: str = "name it", place: Place | None = None, path: str = "src/a.py"
) -> Outcome:
    return Outcome(kind, "literal-name", place or Place(3, 4), message, (), path, "a-hook")


def report(*outcomes: Outcome) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(render(outcomes, {}))
    jsonschema.validate(read, REPORT)
    fingerprints = [entry["fingerprint"] for entry in read]
    assert len(set(fingerprints)) == len(fingerprints)
    return read


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("violation", "major"),
        ("error", "critical"),
        ("missing", "minor"),
        ("undecided", "info"),
        ("evidence", "info"),
    ],
)
def test_entry(kind: Kind, severity: str) -> None:
    (entry,) = report(outcome(kind))
    del entry["fingerprint"]
    assert entry == {
        "description": "name it",
        "check_name": "a-hook/literal-name",
        "severity": severity,
        "location": {"path": "src/a.py", "lines": {"begin": 3}},
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [("./src/a.py", "src/a.py"), ("src/../a b.py", "a b.py"), ("é/ä.py", "é/ä.py")],
)
def test_paths_are_those_of_the_repository(path: str, expected: str) -> None:
    (entry,) = report(outcome("violation", path=path))
    assert entry["location"]["path"] == expected


def test_a_notebook_is_marked_at_its_line_in_the_file() -> None:
    (entry,) = report(outcome("violation", place=Place(2, 7, 4, 61), path="a.ipynb"))
    assert entry["location"]["lines"] == {"begin": 61}


def test_fingerprints_are_unique_and_outlive_moved_lines() -> None:
    before = report(outcome("violation"), outcome("violation", place=Place(9)))
    after = report(outcome("violation", place=Place(5)), outcome("violation", place=Place(20)))
    assert [entry["fingerprint"] for entry in before] == [entry["fingerprint"] for entry in after]
