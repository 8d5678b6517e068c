"""Workflow commands that GitHub Actions shows as annotations.

Form and escapes: GitHub's documentation, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlops_checklist.outcome import Outcome
from mlops_checklist.output.text import one_line
from mlops_checklist.suppression import from_root

_LEVELS = {"violation": "error", "error": "error", "missing": "warning"}


def render(outcomes: Sequence[Outcome], rules: Mapping[str, str]) -> str:
    """Return one workflow command for each outcome."""
    return "".join(_command(outcome) for outcome in outcomes)


def _command(outcome: Outcome) -> str:
    place = outcome.place
    where = {"file": from_root(outcome.path), "line": str(place.file_line or place.line)}
    message = outcome.message
    if place.cell is None:
        where["col"] = str(place.column)
    else:
        message = f"cell {place.cell}, line {place.line}: {message}"
    where["title"] = f"{outcome.hook}/{outcome.rule}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in where.items())
    return f"::{_LEVELS.get(outcome.kind, 'notice')} {properties}::{_data(one_line(message))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
