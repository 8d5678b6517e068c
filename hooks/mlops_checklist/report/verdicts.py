"""The verdict on each item of the checklist, never better than the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from mlops_checklist import checklist
from mlops_checklist.outcome import Outcome

State = Literal["done", "open", "consider", "not applicable"]


class Verdict(NamedTuple):
    """What the repository says of one item.

    "done": evidence and no violation; "open": a violation; "consider": the subject is there and
    nothing speaks for the item, or nothing could be decided; "not applicable": no subject.
    `outcomes` are those that decided it, evidence or findings, in the order of their places.
    """

    section: str
    text: str
    hooks: tuple[str, ...]
    state: State
    outcomes: tuple[Outcome, ...]

    @property
    def reason(self) -> str:
        """Say in a few words why the state is what it is."""
        number = len(self.outcomes)
        places = f"{number} {'place' if number == 1 else 'places'}"
        return {
            "done": f"{places} speak{'s' if number == 1 else ''} for it",
            "open": f"{places} to repair",
            "consider": f"{places} to look at",
            "not applicable": "nothing here that the item speaks of",
        }[self.state]


def verdicts(found: Mapping[str, Sequence[Outcome]]) -> list[Verdict]:
    """Return the verdict on each item, in the checklist's order, from what each hook says."""
    items: dict[tuple[str, str], list[str]] = {}
    for item in checklist.ITEMS:
        items.setdefault((item.section, item.text), []).append(item.hook)
    return [
        _verdict(section, text, hooks, [each for hook in hooks for each in found.get(hook, ())])
        for (section, text), hooks in items.items()
    ]


def _verdict(section: str, text: str, hooks: Sequence[str], said: Sequence[Outcome]) -> Verdict:
    states: tuple[tuple[str, State], ...] = (
        ("violation", "open"),
        ("missing", "consider"),
        ("evidence", "done"),
        ("undecided", "consider"),
    )
    for kind, state in states:
        if deciding := tuple(outcome for outcome in said if outcome.kind == kind):
            return Verdict(section, text, tuple(hooks), state, deciding)
    return Verdict(section, text, tuple(hooks), "not applicable", ())


def errors(found: Mapping[str, Sequence[Outcome]]) -> list[Outcome]:
    """Return what could not be read or judged: each path and cause once, whichever hook says it."""
    once = {
        (outcome.path, outcome.message): outcome
        for said in found.values()
        for outcome in said
        if outcome.kind == "error"
    }
    return sorted(once.values(), key=lambda outcome: outcome.order)
