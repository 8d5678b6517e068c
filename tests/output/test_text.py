"""The lines for people."""

from __future__ import annotations

import pytest

from mlops_checklist.outcome import Kind, Outcome, Place
from mlops_checklist.output.text import line, render


def outcome(kind: Kind, message: str, place: Place, path: str = "src/train.py") -> Outcome:
    return Outcome(kind, "literal-name", place, message, (), path, "experiment-name-prefix")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(
            outcome("violation", "name it", Place(12, 5)),
            "src/train.py:12:5: name it [experiment-name-prefix/literal-name]",
            id="violation",
        ),
        pytest.param(
            outcome("missing", "name it", Place()),
            "src/train.py:1:1: missing: name it [experiment-name-prefix/literal-name]",
            id="missing",
        ),
        pytest.param(
            outcome("undecided", "name it", Place(3, 2)),
            "src/train.py:3:2: undecided: name it [experiment-name-prefix/literal-name]",
            id="undecided",
        ),
        pytest.param(
            outcome("evidence", "good", Place(3, 2)),
            "src/train.py:3:2: evidence: good [experiment-name-prefix/literal-name]",
            id="evidence",
        ),
        pytest.param(
            outcome("error", "cannot parse as TOML: x (line 3)", Place(3)),
            "src/train.py: cannot parse as TOML: x (line 3)",
            id="error",
        ),
        pytest.param(
            outcome("violation", "name it", Place(2, 7, 4, 61), "a b.ipynb"),
            "a b.ipynb:cell_4:2:7: name it [experiment-name-prefix/literal-name]",
            id="notebook",
        ),
        pytest.param(
            outcome("violation", "is 'a\r\nb\x1b[2J\x07\u2028\x9b'", Place(), "a\nb.py"),
            r"a\nb.py:1:1: is 'a\r\nb\x1b[2J\x07\u2028\x9b' [experiment-name-prefix/literal-name]",
            id="control-characters",
        ),
        pytest.param(
            outcome("violation", "is 'modèle \\n 模'", Place(), "données.py"),
            "données.py:1:1: is 'modèle \\n 模' [experiment-name-prefix/literal-name]",
            id="letters-stay",
        ),
    ],
)
def test_line(given: Outcome, expected: str) -> None:
    assert line(given) == expected


def test_one_line_each() -> None:
    both = [outcome("violation", "a", Place(1)), outcome("violation", "b", Place(2))]
    assert render(both, {}) == (
        "src/train.py:1:1: a [experiment-name-prefix/literal-name]\n"
        "src/train.py:2:1: b [experiment-name-prefix/literal-name]\n"
    )
    assert render([], {}) == ""
