"""meaningful-commit-message: what a subject says, and what real Git hands over."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from environment.commit_messages import labelled

from mlops_checklist.environment.meaningful_commit_message import HOOK
from mlops_checklist.hook import run
from mlops_checklist.sources.commit_message import Message, message, reading

ROOT = Path(__file__).parents[2]


def is_fine(subject: str, body: str = "", branch: str = "") -> bool:
    return reading(Message(subject, 1, body), branch).kind in ("fine", "exempt")


def test_labelled_list() -> None:
    told = [(good, is_fine(subject)) for subject, good in labelled()]
    assert len(told) >= 300
    flagged = [good for good, fine in told if not fine]
    found = [fine for good, fine in told if not good]
    assert flagged.count(False) / len(flagged) >= 0.97
    assert found.count(False) / len(found) >= 0.97


KINDS = {
    "": "empty",
    "Refactorings": "short",
    "a b": "filler",
    "Z1": "short",
    "minor changes": "filler",
    "asdf asdf": "filler",
    "train.py": "filler",
    "Pushed from Domino: https://x/y?executionId=1": "generated",
    "Update README.md": "generated",
    "Merge branch 'x'": "exempt",
    "fixup! update": "exempt",
    "v1.4.0": "exempt",
    "Log the AUC": "fine",
}


@pytest.mark.parametrize(("subject", "kind"), KINDS.items(), ids=KINDS)
def test_kind(subject: str, kind: str) -> None:
    assert reading(Message(subject, 1, "")).kind == kind


@pytest.mark.parametrize(
    ("body", "fine"),
    [
        ("The loader dropped the last batch of every epoch.", True),
        ("学習データの最後のバッチが落ちていた", True),
        ("Signed-off-by: Ann <ann@example.com>\nChange-Id: I0123", False),
        ("more updates and fixes", False),
        ("", False),
    ],
)
def test_body_makes_up_for_the_subject(body: str, fine: bool) -> None:
    assert is_fine("Fix bug", body) is fine
    assert is_fine("Bugfix", body) is fine
    assert not is_fine("Pushed from Domino: https://x", body)


@pytest.mark.parametrize("subject", ["feature/churn-model", "Feature churn model", "churn_model"])
def test_branch_name(subject: str) -> None:
    branch = "churn_model" if subject == "churn_model" else "feature/churn-model"
    assert not is_fine(subject, branch=branch)
    assert is_fine("Feature churn model for May", branch=branch)


# --- Reading the file ---------------------------------------------------------------------

SCISSORS = "------------------------ >8 ------------------------"
FILES: dict[str, tuple[str, dict[str, str], bool, str, int]] = {
    "comments": ("# first\n\nLog it\n# On branch main\n", {}, True, "Log it", 3),
    "comments alone": ("\n# Please enter\n", {}, True, "", 1),
    "without an editor, they stay": ("#123 is fixed\n", {}, False, "#123 is fixed", 1),
    "another character": ("; no\n# yes\n", {"core.commentchar": ";"}, True, "# yes", 2),
    "a string": ("// no\nyes\n", {"core.commentstring": "//"}, True, "yes", 2),
    "auto": (
        "#1 is fixed\n\n; Please enter\n",
        {"core.commentchar": "auto"},
        True,
        "#1 is fixed",
        1,
    ),
    "scissors": (f"Log it\n\n# {SCISSORS}\ndiff --git a b\n", {}, True, "Log it", 1),
    "scissors above": (f"\n# {SCISSORS}\nLog it\n", {}, True, "", 1),
    "verbatim": ("# kept\n", {"commit.cleanup": "verbatim"}, True, "# kept", 1),
    "whitespace": ("\n# kept\n", {"commit.cleanup": "whitespace"}, True, "# kept", 2),
    "cleanup scissors": ("# kept\n", {"commit.cleanup": "scissors"}, True, "# kept", 1),
    "Windows": ("# no\r\nLog it\r\n", {}, True, "Log it", 2),
    "byte order mark": ("\ufeffLog it\n", {}, True, "Log it", 1),
    "empty": ("", {}, True, "", 1),
}


@pytest.mark.parametrize(
    ("text", "settings", "edited", "subject", "line"), FILES.values(), ids=FILES
)
def test_message(
    text: str, settings: dict[str, str], edited: bool, subject: str, line: int
) -> None:
    read = message(text.encode(), settings, edited=edited)
    assert (read.subject, read.line) == (subject, line)


def test_encodings() -> None:
    koi = "Исправить утечку".encode("koi8-r")
    assert (
        message(koi, {"i18n.commitencoding": "koi8-r"}, edited=True).subject == "Исправить утечку"
    )
    assert message(b"caf\xe9 au lait", {}, edited=True).subject == "café au lait"
    assert message(b"caf\xe9", {"i18n.commitencoding": "nonsense"}, edited=True).subject == "café"


def test_long_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("M").write_bytes(b"asdf " * 5_000_000)
    assert run(HOOK, ["M"]) == 1
    Path("M").write_bytes(b"\0\xff" * 1000)
    assert run(HOOK, ["M"]) in (0, 1)


# --- Real Git -----------------------------------------------------------------------------


class Repository:
    """A Git repository whose commit-msg hook is ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
        self.environment = names | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_EDITOR": "true",
            "PYTHONPATH": str(ROOT / "hooks"),
        }
        for who in ("AUTHOR", "COMMITTER"):
            self.environment[f"GIT_{who}_NAME"] = "Ann"
            self.environment[f"GIT_{who}_EMAIL"] = "ann@example.com"
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("commit", "--allow-empty", "--quiet", "-m", "Initial commit")
        hook = folder / ".git" / "hooks" / "commit-msg"
        hook.parent.mkdir(exist_ok=True)
        module = "mlops_checklist.environment.meaningful_commit_message"
        hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        hook.chmod(hook.stat().st_mode | stat.S_IXUSR)

    def git(self, *arguments: str, **environment: str) -> tuple[bool, str]:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        return done.returncode == 0, done.stdout + done.stderr

    def commit(self, *arguments: str, editor: str = "") -> bool:
        """Commit; `editor` is what the editor writes before the text that Git hands it."""
        environment = {}
        if editor:
            script = self.folder / ".git" / "editor.py"
            script.write_text(
                "import sys\npath = sys.argv[1]\ntext = open(path).read()\n"
                f"open(path, 'w').write({editor!r} + text)\n"
            )
            environment["GIT_EDITOR"] = f'"{sys.executable}" "{script}"'
        return self.git("commit", "--allow-empty", *arguments, **environment)[0]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_by_option(repository: Repository) -> None:
    assert repository.commit("-m", "Log the AUC")
    assert repository.commit("-m", "#12: log the AUC")  # no editor: the line is no comment
    assert not repository.commit("-m", "update")
    assert not repository.commit("-m", "# wip")
    assert repository.commit("-m", "Fix bug", "-m", "The loader dropped the last batch.")
    assert repository.commit("-m", "🎨 Improve the layout of the report")
    assert repository.commit("-m", "修复登录错误")


def test_by_editor(repository: Repository) -> None:
    assert repository.commit(editor="Log the AUC\n")
    assert not repository.commit(editor="update\n")
    assert not repository.commit(editor="# a comment\nwip\n")
    assert repository.commit("--verbose", editor="# a comment\n\nLog the AUC\n")
    assert not repository.commit("--verbose", editor="fix\n")


def test_message_that_is_refused_is_said(repository: Repository) -> None:
    _, said = repository.git("commit", "--allow-empty", "-m", "minor changes")
    assert (
        ".git/COMMIT_EDITMSG:1:1: 'minor changes': it does not say what changed; say what changes "
        "[meaningful-commit-message/low-information]" in said
    )


def test_amend(repository: Repository) -> None:
    assert repository.commit("-m", "Log the AUC")
    assert repository.commit("--amend", "--no-edit")
    assert not repository.commit("--amend", "-m", "update")


def test_comment_character(repository: Repository) -> None:
    repository.git("config", "core.commentChar", ";")
    assert repository.commit(editor="; a comment\n#12: log the AUC\n")
    assert not repository.commit(editor="; Log the AUC\nfix\n")
    repository.git("config", "core.commentChar", "auto")
    assert repository.commit("--edit", "-m", "#12: log the AUC")
    assert not repository.commit("--edit", "-m", "# wip")


def test_cleanup(repository: Repository) -> None:
    assert repository.commit("--cleanup=scissors", editor="Log the AUC\n")
    repository.git("config", "commit.cleanup", "scissors")
    assert repository.commit(editor="#12: log the AUC\n")
    assert not repository.commit(editor="wip\n")


def test_encoding(repository: Repository) -> None:
    repository.git("config", "i18n.commitEncoding", "latin-1")
    path = repository.folder / "message"
    path.write_bytes("Ajoute la métrique de rappel".encode("latin-1"))
    assert repository.commit("-F", str(path))
    path.write_bytes("mise à jour".encode("latin-1"))
    assert not repository.commit("-F", str(path))


def test_merge_revert_and_autosquash(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "wip")
    (repository.folder / "a").write_text("1")
    repository.git("add", "a")
    assert repository.commit("-m", "Add the loader")
    repository.git("checkout", "--quiet", "main")
    assert repository.git("merge", "--no-ff", "wip")[0]
    assert repository.git("merge", "--no-ff", "-m", "wip", "wip")[0]
    (repository.folder / "a").write_text("2")
    repository.git("add", "a")
    assert repository.commit("--fixup", "HEAD^2")
    assert repository.git("revert", "--no-edit", "HEAD")[0]


def test_branch_name_alone(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "feature/churn-model")
    assert not repository.commit("-m", "Feature churn model")
    assert repository.commit("-m", "Add the churn model")


def test_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("M").write_text("Keep the last batch\n\nRefs ML-12\n")
    assert run(HOOK, ["M"]) == 0
    assert run(HOOK, ["--conventional", "M"]) == 1
    assert run(HOOK, ["--pattern", r"ML-\d+", "M"]) == 0
    assert run(HOOK, ["--pattern", r"^ML-\d+", "M"]) == 1
    assert run(HOOK, ["--pattern", "(", "M"]) == 2
