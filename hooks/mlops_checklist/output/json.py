"""The JSON form: every outcome, evidence and undecided included. Its keys are public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlops_checklist.outcome import Outcome


def render(outcomes: Sequence[Outcome], rules: Mapping[str, str]) -> str:
    """Return one document with `version` 1 and the list `outcomes`."""
    import json

    document = {"version": 1, "outcomes": [as_object(outcome) for outcome in outcomes]}
    return json.dumps(document, indent=2) + "\n"


def as_object(outcome: Outcome) -> dict[str, object]:
    """Return an outcome under its public keys."""
    place = outcome.place
    result: dict[str, object] = {
        "kind": outcome.kind,
        "hook": outcome.hook,
        "rule": outcome.rule,
        "path": outcome.path,
        "line": place.line,
        "column": place.column,
        "cell": place.cell,
        "message": outcome.message,
        "fixable": bool(outcome.edits),
    }
    if place.file_line is not None:
        result["file_line"] = place.file_line
    return result
