"""The checklist as text: Markdown for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from mlops_checklist.outcome import Outcome
from mlops_checklist.output.json import as_object
from mlops_checklist.output.text import one_line
from mlops_checklist.report.verdicts import Verdict

_SHOWN = 3  # places of an item that Markdown names
TITLE = "MLOps Checklist"
SYMBOLS = {"done": "[x]", "open": "[ ]", "consider": "[ ] Consider:"}


class Subject(NamedTuple):
    """What a report speaks of: the commit, its date (ISO 8601), the version of these hooks."""

    name: str
    commit: str
    date: str
    version: str


def markdown(verdicts: Sequence[Verdict], errors: Sequence[Outcome], subject: Subject) -> str:
    """Return the checklist: a heading for each section, a line for each item that applies."""
    return "".join(f"{line}\n" for line in _lines(verdicts, errors))


def _lines(verdicts: Sequence[Verdict], errors: Sequence[Outcome]) -> Iterator[str]:
    yield f"**{TITLE}**:"
    applying = [verdict for verdict in verdicts if verdict.state != "not applicable"]
    for section, items in groupby(applying, key=lambda verdict: verdict.section):
        yield from ("", section)
        for verdict in items:
            yield from _item(verdict)
    if errors:
        yield from ("", "Not judged")
        for error in errors:
            yield one_line(f"- {error.path}: {error.message}")


def _item(verdict: Verdict) -> Iterator[str]:
    symbol = SYMBOLS[verdict.state]
    if verdict.state == "done":
        paths = [*dict.fromkeys(outcome.path for outcome in verdict.outcomes)]
        more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
        yield one_line(f"- {symbol} {verdict.text}: {', '.join(paths[:_SHOWN])}{more}")
        return
    first, *others = verdict.outcomes
    yield one_line(f"- {symbol} {verdict.text}: {finding(first)}")
    for outcome in others[: _SHOWN - 1]:
        yield one_line(f"  - {finding(outcome)}")
    if len(others) >= _SHOWN:
        yield f"  - and {len(others) - _SHOWN + 1} more"


def finding(outcome: Outcome) -> str:
    """Return a finding with its place and rule, as the hooks print it."""
    return f"{where(outcome)} {outcome.message} [{outcome.hook}/{outcome.rule}]"


def where(outcome: Outcome) -> str:
    """Return `path:line`, in a notebook `path:cell_N:line`."""
    place = outcome.place
    cell = "" if place.cell is None else f"cell_{place.cell}:"
    return f"{outcome.path}:{cell}{place.line}"


def json(verdicts: Sequence[Verdict], errors: Sequence[Outcome], subject: Subject) -> str:
    """Return one document: `version` 1, what it speaks of, and every item with its outcomes."""
    from json import dumps

    document: dict[str, Any] = {
        "version": 1,
        "subject": subject._asdict(),
        "items": [
            {
                "section": verdict.section,
                "text": verdict.text,
                "hooks": list(verdict.hooks),
                "state": verdict.state,
                "reason": verdict.reason,
                "outcomes": [as_object(outcome) for outcome in verdict.outcomes],
            }
            for verdict in verdicts
        ],
        "errors": [as_object(outcome) for outcome in errors],
    }
    return dumps(document, indent=2) + "\n"
