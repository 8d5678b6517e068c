"""A part of the work in a process of its own: its result, what goes wrong, what is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops_checklist.report.aside import aside

FORKS = pytest.param(
    True, id="aside", marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="cannot fork")
)
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")


def no_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


@pytest.mark.parametrize("helps", [FORKS, pytest.param(False, id="here")])
def test_the_result(helps: bool) -> None:
    here = os.getpid()
    with aside(lambda: ({"a": [1, "\udcff"]}, os.getpid()), helps=helps) as result:
        found, process = result()
    assert found == {"a": [1, "\udcff"]}
    assert (process != here) is helps
    assert not helps or no_children()


@pytest.mark.parametrize("helps", [FORKS, pytest.param(False, id="here")])
def test_an_error(helps: bool) -> None:
    def work() -> None:
        raise ValueError("no repository")

    with (
        pytest.raises(ValueError, match=r"^no repository$"),
        aside(work, helps=helps) as result,
    ):
        result()


@pytest.mark.parametrize(
    "end",
    [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: os._exit(3)],
    ids=["killed", "ended"],
)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="cannot fork")
def test_a_process_that_dies(end: Callable[[], None]) -> None:
    """What it was to do is done here."""
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            end()
        return 7

    with aside(work, helps=True) as result:
        assert result() == 7
    assert no_children()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="cannot fork")
def test_nobody_waits_for_what_is_not_asked_for() -> None:
    with pytest.raises(KeyboardInterrupt), aside(signal.pause, helps=True):
        raise KeyboardInterrupt
    assert no_children()


MANY = """\
import os, sys
from mlops_checklist.report import aside, command, gathering

aside.can_help = gathering.can_help = lambda: HELPS
gathering._MANY = 2
forks = []
fork = os.fork
os.fork = lambda: forks.append(1) or fork()
status = command.main(sys.argv[1:])
print(len(forks), file=sys.stderr)
sys.exit(status)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="cannot fork")
@pytest.mark.parametrize("form", ["markdown", "json"])
def test_two_processes_say_what_one_says(form: str, tmp_path: Path) -> None:
    """The ignores that are used are known, whichever process met them."""
    files = {
        "train.py": "import mlflow, time\n\nmlflow.set_experiment('a')\n"
        "mlflow.set_experiment('b')  # mlops: ignore[experiment-name-prefix]\n"
        "while True:\n    train()\n    time.sleep(3600)\n",
        "requirements.txt": "numpy\npandas  # mlops: ignore[pinned-requirements]\n"
        "attrs==25.3.0  # mlops: ignore[pinned-requirements]\n",
        "broken.py": "import mlflow\nmlflow.set_experiment(\n",
        "Dockerfile": "FROM python:latest\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=tmp_path, env=variables, check=True)
    said = {}
    for helps in (True, False):
        script = MANY.replace("HELPS", str(helps))
        done = subprocess.run(
            [sys.executable, "-c", script, "--format", form],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert done.stderr.split() == [b"1" if helps else b"0"]
        said[helps] = done.stdout
    assert said[True] == said[False]
    assert said[True].count(b"silences nothing") == 1
