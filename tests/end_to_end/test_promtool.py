"""Every expression of an alert that real `promtool check rules` accepts is parsed here, too."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from deployment.expressions import EXPRESSIONS

from mlops_checklist.sources import promql

BROKEN = ["sum(up", "up >", "up == 'x'", "rate(up)", "1 > 0", "up[5m] > 1", "foo(up)", "up{job=}"]

pytestmark = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="the agreement on expressions needs promtool"
)


def refused(folder: Path, expressions: list[str]) -> set[str]:
    """Return the expressions that promtool refuses."""
    wrong = set()
    for number, expr in enumerate(expressions):
        path = folder / f"{number}.yml"
        rule = f"{{alert: A, expr: {json.dumps(expr)}}}"
        path.write_text(f"groups: [{{name: g, rules: [{rule}]}}]\n", "utf-8")
    done = subprocess.run(
        ["promtool", "check", "rules", *sorted(map(str, folder.glob("*.yml")))],
        capture_output=True,
        text=True,
    )
    for number, expr in enumerate(expressions):
        if f"{folder / str(number)}.yml: " in done.stderr:
            wrong.add(expr)
    return wrong


def test_what_promtool_accepts_is_parsed(tmp_path: Path) -> None:
    wrong = refused(tmp_path, [*EXPRESSIONS])
    assert wrong <= {"a > 5m"}, wrong  # a duration is a number from Prometheus 3 on
    for expr in EXPRESSIONS:
        assert promql.parsed(expr) is not None, expr


def test_what_promtool_refuses_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, BROKEN) == set(BROKEN)
    assert [expr for expr in BROKEN if promql.parsed(expr) is not None] == []
