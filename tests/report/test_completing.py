"""The completion of the command's words, asked of the shells themselves where they are there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mlops_checklist.report.command import FORMATS, main


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


def completed(text: str, *words: str) -> list[str]:
    """What bash proposes for the last of `words`."""
    quoted = " ".join(f"'{word}'" for word in ("mlops-checklist", *words))
    ask = f"COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _mlops_checklist"
    command = ["bash", "--norc", "-c", f'{text}\n{ask}\nprintf "%s\\n" "${{COMPREPLY[@]}}"']
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["--format", ""], [*FORMATS], id="formats"),
        pytest.param(["--format", "m"], ["markdown"], id="begun format"),
        pytest.param(["--fail-on", "n"], ["never"], id="fail-on"),
        pytest.param(["--wri"], ["--write-baseline"], id="option"),
        pytest.param(["ini"], ["init"], id="command"),
        pytest.param(["completion", "z"], ["zsh"], id="shell"),
        pytest.param(
            ["explain", "pinned-requirements/unp"],
            ["pinned-requirements/unpinned"],
            id="rule",
        ),
        pytest.param(["explain", "no-such"], [], id="nothing"),
    ],
)
def test_bash(words: list[str], expected: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert completed(script("bash", capsys), *words) == expected


def test_bash_folders_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = script("bash", capsys)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.html").touch()
    (tmp_path / "services").mkdir()
    assert completed(text, "--output", "rep") == ["report.html"]
    assert completed(text, "serv") == ["services"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_syntax(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = script(shell, capsys)
    assert "explain" in text and "write-baseline" in text
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_fish_has_every_choice(capsys: pytest.CaptureFixture[str]) -> None:
    lines = script("fish", capsys).splitlines()
    formats = next(line for line in lines if " -l format " in line)
    assert f"-xa '{' '.join(FORMATS)}'" in formats
    assert sum("__fish_use_subcommand" in line for line in lines) == 3


def test_unknown_shell(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        main(["completion", "tcsh"])
    assert error.value.code == 2
    assert "invalid choice: 'tcsh'" in capsys.readouterr().err
