"""The line that tells how far a run has come, on a terminal of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")

STEPS = """\
import sys, time
from mlops_checklist.report import progress
progress._AFTER = float(sys.argv[1])
with progress.shown() as tell:
    for number in range(3):
        tell(f"file {number} of 3")
        time.sleep(0.15)
"""


def shown(after: float, **variables: str) -> str:
    """What a terminal receives from a run that takes half a second."""
    above, below = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "TERM")}
    command = [sys.executable, "-c", STEPS, str(after)]
    done = subprocess.run(
        command, stderr=below, stdout=subprocess.PIPE, env={**environment, **variables}, check=True
    )
    assert done.stdout == b""  # the report stands alone on standard output
    os.write(below, b"end")
    text = os.read(above, 10_000).decode()
    os.close(above)
    os.close(below)
    return text.removesuffix("end")


def test_steps_of_a_long_run() -> None:
    wipe = "\r\x1b[K"
    lines = "".join(f"{wipe}file {number} of 3" for number in range(3))
    assert shown(0) == lines + wipe


@pytest.mark.parametrize(
    ("after", "variables"),
    [
        pytest.param(60, {}, id="short run"),
        pytest.param(0, {"CI": "true"}, id="in CI"),
        pytest.param(0, {"TERM": "dumb"}, id="terminal without a cursor"),
    ],
)
def test_nothing(after: float, variables: dict[str, str]) -> None:
    assert shown(after, **variables) == ""


def test_no_terminal() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    command = [sys.executable, "-c", STEPS, "0"]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert done.stderr == b""
