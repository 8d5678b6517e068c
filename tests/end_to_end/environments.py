"""Virtual environments with the real tools that the end-to-end tests run against.

They are kept in `.cache/envs/` below the repository root and shared by all test processes: built
once for each set of requirements and Python, found again in later runs. Linux and macOS only.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENTS = Path(__file__).parents[2] / ".cache" / "envs"


def environment(name: str, requirements: Sequence[str]) -> str:
    """The path of a Python that has `requirements` installed ("mlflow==3.17.2", one each).

    Needs the package index the first time. Raises RuntimeError, with pip's own words, when the
    installation fails. Safe when several processes call it at once: one builds, the others wait.
    """
    key = "\n".join([*sorted(requirements), sys.version, sys.base_prefix])
    folder = ENVIRONMENTS / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    python = str(folder / "bin" / "python")
    # Written last, so a folder without it is a build that was cut off. It is not built under
    # another name and renamed, because installed scripts hold the path of their Python.
    complete = folder / "complete"
    if not complete.exists():
        ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
        with alone(folder.with_suffix(".lock")):
            if not complete.exists():
                shutil.rmtree(folder, ignore_errors=True)
                _run(sys.executable, "-m", "venv", str(folder))
                _run(python, "-m", "pip", "install", "--quiet", *requirements)
                complete.touch()
    return python


def requirements_of(path: Path) -> list[str]:
    """The requirements of a plain requirements.txt: its lines without comments and blanks."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line]


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Waits until no other process is in here; the system frees the lock of one that dies."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
