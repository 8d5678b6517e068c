"""Lines for people: `path:line:column: message [hook/rule]`, in a notebook with the cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mlops_checklist.outcome import Outcome

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def render(outcomes: Sequence[Outcome], rules: Mapping[str, str]) -> str:
    """Return one line for each outcome; a passed kind (evidence, undecided, …) is named in it."""
    return "".join(f"{line(outcome)}\n" for outcome in outcomes)


def line(outcome: Outcome) -> str:
    """Return the line of one outcome; control characters in it are escaped."""
    if outcome.kind == "error":
        return one_line(f"{outcome.path}: {outcome.message}")
    place = outcome.place
    cell = "" if place.cell is None else f"cell_{place.cell}:"
    kind = "" if outcome.kind == "violation" else f"{outcome.kind}: "
    return one_line(
        f"{outcome.path}:{cell}{place.line}:{place.column}: "
        f"{kind}{outcome.message} [{outcome.hook}/{outcome.rule}]"
    )


def one_line(text: str) -> str:
    """Escape what would break the line or move the cursor."""
    return _CONTROL.sub(lambda control: ascii(control[0])[1:-1], text)
