"""The checklist as text: Markdown for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from mlops_checklist.outcome import Outcome
from mlops_checklist.output.json import as_object
from mlops_checklist.output.text import one_line
from mlops_checklist.report.verdicts import Verdict

_SHOWN = 3  # places of an item or recommendation that Markdown names
TITLE = "MLOps Checklist"
SYMBOLS = {"done": "[x]", "open": "[ ]", "consider": "[ ] Consider:"}


class Subject(NamedTuple):
    """What a report speaks of: the commit, its date (ISO 8601), the version of these hooks."""

    name: str
    commit: str
    date: str
    version: str


class Recommendation(NamedTuple):
    """What is recommended: its rule, its text, and the findings that speak for it."""

    rule: str
    text: str
    outcomes: tuple[Outcome, ...]


class Report(NamedTuple):
    """All that is said of one repository.

    `errors`: what could not be judged; `unused`: the ignores that silence nothing.
    """

    subject: Subject
    verdicts: Sequence[Verdict]
    errors: Sequence[Outcome] = ()
    recommendations: Sequence[Recommendation] = ()
    unused: Sequence[Outcome] = ()


def markdown(report: Report) -> str:
    """Return the checklist: a heading for each section, a line for each item that applies."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"**{TITLE}**:"
    applying = [verdict for verdict in report.verdicts if verdict.state != "not applicable"]
    for section, items in groupby(applying, key=lambda verdict: verdict.section):
        yield from ("", section)
        for verdict in items:
            yield from _item(verdict)
    if report.recommendations:
        yield from ("", "Recommendations", *recommended(report.recommendations))
    if report.unused:
        yield from ("", "Unused ignores")
        yield from (one_line(f"- {finding(outcome)}") for outcome in report.unused)
    yield from not_judged(report.errors)


def _item(verdict: Verdict) -> Iterator[str]:
    symbol = SYMBOLS[verdict.state]
    if verdict.state == "done":
        paths = [*dict.fromkeys(outcome.path for outcome in verdict.outcomes)]
        more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
        yield one_line(f"- {symbol} {verdict.text}: {', '.join(paths[:_SHOWN])}{more}")
        return
    yield from _first(f"- {symbol} {verdict.text}", verdict.outcomes)


def recommended(recommendations: Sequence[Recommendation]) -> Iterator[str]:
    """Yield the lines of Markdown: one for each recommendation, and for each further place."""
    for each in recommendations:
        yield from _first(f"- {each.text}", each.outcomes)


def not_judged(errors: Sequence[Outcome]) -> Iterator[str]:
    """Yield the lines of Markdown on what could not be read or judged; none if there is nothing."""
    if errors:
        yield from ("", "Not judged")
        yield from (one_line(f"- {error.path}: {error.message}") for error in errors)


def _first(head: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a line with the first place, a line for each of the next, and how many more."""
    first, *others = outcomes
    yield one_line(f"{head}: {finding(first)}")
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


def json(report: Report) -> str:
    """Return one document: `version` 1, what it speaks of, and every item with its outcomes."""
    from json import dumps

    document: dict[str, Any] = {
        "version": 1,
        "subject": report.subject._asdict(),
        "items": [
            {
                "section": verdict.section,
                "text": verdict.text,
                "hooks": list(verdict.hooks),
                "state": verdict.state,
                "reason": verdict.reason,
                "outcomes": [*map(as_object, verdict.outcomes)],
            }
            for verdict in report.verdicts
        ],
        "recommendations": as_list(report.recommendations),
        "unused_ignores": [*map(as_object, report.unused)],
        "errors": [*map(as_object, report.errors)],
    }
    return dumps(document, indent=2) + "\n"


def as_list(recommendations: Sequence[Recommendation]) -> list[dict[str, object]]:
    """Return recommendations under the public keys of the JSON form."""
    return [
        {"rule": rule, "text": text, "outcomes": [*map(as_object, outcomes)]}
        for rule, text, outcomes in recommendations
    ]
