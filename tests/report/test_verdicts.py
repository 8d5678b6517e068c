from __future__ import annotations

import pytest

from mlops_checklist import checklist
from mlops_checklist.outcome import Outcome, Place, evidence, missing, undecided, violation
from mlops_checklist.report.verdicts import errors, verdicts

HOOK = "experiment-name-prefix"
TEXT = "Unique experiment names (username/project prefix)"
V = violation("literal-name", Place(3), "bad")
M = missing("no-identity", Place(1), "nothing")
E = evidence("literal-name", Place(5), "good")
U = undecided("literal-name", Place(7), "unknown")
X = Outcome("error", "unparseable", Place(), "cannot parse", path="a.py", hook=HOOK)


@pytest.mark.parametrize(
    ("said", "state", "deciding"),
    [
        ([V], "open", (V,)),
        ([E, V, U], "open", (V,)),
        ([E], "done", (E,)),
        ([E, U], "done", (E,)),
        ([E, M], "consider", (M,)),
        ([U], "consider", (U,)),
        ([], "not applicable", ()),
        ([X], "not applicable", ()),
    ],
)
def test_state(said: list[Outcome], state: str, deciding: tuple[Outcome, ...]) -> None:
    (verdict,) = (each for each in verdicts({HOOK: said}) if each.text == TEXT)
    assert (verdict.state, verdict.outcomes) == (state, deciding)


def test_every_item_has_one_verdict_in_the_checklists_order() -> None:
    said = [(verdict.section, verdict.text) for verdict in verdicts({})]
    assert said == [*dict.fromkeys((item.section, item.text) for item in checklist.ITEMS)]


def test_hooks_of_one_item_share_a_verdict() -> None:
    (verdict,) = (each for each in verdicts({}) if "meaningful commits" in each.text)
    assert verdict.hooks == ("meaningful-commit-message", "meaningful-commit-range")


def test_an_error_is_told_once() -> None:
    other = X._replace(hook="parameters-logged")
    assert errors({HOOK: [X, V], "parameters-logged": [other]}) == [other]
