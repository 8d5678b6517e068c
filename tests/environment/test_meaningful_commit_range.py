"""meaningful-commit-range: the commits of a real repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mlops_checklist.environment.meaningful_commit_range import HOOK
from mlops_checklist.hook import run


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the abbreviated names of four commits, the second of which says nothing."""
    for name in os.environ:
        if name.startswith(("GIT_", "PRE_COMMIT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ann")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ann@example.com")
    subprocess.run(["git", "init", "--quiet"], check=True)
    for subject in ("Add the loader", "update", "Log the AUC", "# 4 epochs"):
        subprocess.run(["git", "commit", "--allow-empty", "--quiet", "-m", subject], check=True)
    listed = subprocess.run(["git", "log", "--format=%h", "--reverse"], capture_output=True)
    return listed.stdout.decode().split()


def test_range(repository: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(HOOK, ["--from-ref", "HEAD~3"]) == 1
    assert capsys.readouterr().out == (
        f"{repository[1]}:1:1: 'update': it does not say what changed; say what changes "
        "[meaningful-commit-range/low-information]\n"
    )
    assert run(HOOK, ["--from-ref", "HEAD~2"]) == 0
    assert run(HOOK, ["--from-ref", repository[0], "--to-ref", repository[1]]) == 1


def test_what_pre_commit_says(repository: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", repository[1])
    monkeypatch.setenv("PRE_COMMIT_TO_REF", repository[3])
    assert run(HOOK, []) == 0
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "0" * 40)  # a branch that is not there yet
    assert run(HOOK, []) == 1


def test_merges_are_left_out(repository: list[str]) -> None:
    for command in (
        ["checkout", "--quiet", "-b", "side", "HEAD~1"],
        ["commit", "--allow-empty", "--quiet", "-m", "Add the scorer"],
        ["merge", "--quiet", "--no-ff", "-m", "wip", "-"],
    ):
        subprocess.run(["git", *command], check=True)
    assert run(HOOK, ["--from-ref", repository[3]]) == 0


def test_wrong_usage(repository: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(HOOK, []) == 2
    assert "--from-ref" in capsys.readouterr().err
    assert run(HOOK, ["--from-ref", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert run(HOOK, ["--from-ref=--output=x"]) == 2
    assert not Path("x").exists()


def test_options(repository: list[str]) -> None:
    assert run(HOOK, ["--from-ref", "HEAD~2", "--conventional"]) == 1
    assert run(HOOK, ["--from-ref", "HEAD~2", "--pattern", "AUC|epochs"]) == 0


def test_baseline(repository: list[str]) -> None:
    assert run(HOOK, ["--from-ref", "HEAD~3", "--write-baseline"]) == 0
    assert run(HOOK, ["--from-ref", "HEAD~3"]) == 0
