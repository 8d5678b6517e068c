"""What a branch changed for better or worse, item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlops_checklist.outcome import Outcome
from mlops_checklist.output.text import one_line
from mlops_checklist.report.pages import SYMBOLS, finding
from mlops_checklist.report.verdicts import Verdict, verdicts
from mlops_checklist.suppression import fingerprints

_FINDINGS = ("violation", "missing", "error")
_WORDS = {"done": "done", "open": "open", "consider": "to consider", "not applicable": "no subject"}
Found = Mapping[str, Sequence[Outcome]]


def compare(before: Found, now: Found) -> tuple[str, bool]:
    """Return as Markdown what is better and worse now, and whether anything is worse."""
    fresh, gone = _new(before, now), _new(now, before)
    lines = ["**MLOps Checklist**: what has changed", ""]
    for old, new in zip(verdicts(before), verdicts(now), strict=True):
        lines += _item(old, new, fresh, gone)
    if len(lines) == 2:
        lines.append("Nothing.")
    return "".join(f"{one_line(line)}\n" for line in lines), bool(fresh)


def _new(before: Found, now: Found) -> list[Outcome]:
    """Return the findings of `now` that `before` has not, wherever they stand in their files."""
    known = set(fingerprints(_findings(before)))
    found = _findings(now)
    return [
        each for each, mark in zip(found, fingerprints(found), strict=True) if mark not in known
    ]


def _findings(found: Found) -> list[Outcome]:
    return [each for said in found.values() for each in said if each.kind in _FINDINGS]


def _item(old: Verdict, new: Verdict, fresh: list[Outcome], gone: list[Outcome]) -> list[str]:
    added = [outcome for outcome in fresh if outcome.hook in new.hooks]
    repaired = [outcome for outcome in gone if outcome.hook in new.hooks]
    if old.state == new.state and not added and not repaired:
        return []
    symbol = SYMBOLS.get(new.state, "[ ]").partition(" Consider")[0]
    change = f" ({_WORDS[old.state]} before)" if old.state != new.state else ""
    return [
        f"- {symbol} {new.text}: {_WORDS[new.state]}{change}",
        *(f"  - new: {finding(outcome)}" for outcome in added),
        *(f"  - gone: {finding(outcome)}" for outcome in repaired),
    ]
