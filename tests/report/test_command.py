"""The command on real Git repositories, each made for its test."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mlops_checklist.report.command import main

BAD = 'import mlflow\n\nmlflow.set_experiment("churn")\n'
GOOD = 'import os\n\nimport mlflow\n\nmlflow.set_experiment(os.environ["DOMINO_PROJECT_NAME"])\n'
NAMES = "Unique experiment names (username/project prefix)"
Commit = Callable[[Mapping[str, str], str], str]


@pytest.fixture
def commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commit:
    """Commits files to the repository that the test runs in, and returns the commit's hash."""
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)

    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        command = ["git", *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def add(files: Mapping[str, str], message: str = "Train the churn model on last month") -> str:
        for path, text in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        git("add", "--all")
        git("commit", "--quiet", "--message", message)
        return git("rev-parse", "HEAD")

    git("init", "--quiet", "--initial-branch", "main")
    return add


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = main(words)
    return status, capsys.readouterr().out


def test_a_violation(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": BAD})
    status, said = run(capsys)
    assert status == 1
    assert said.splitlines()[0] == "**MLOps Checklist**:"
    line = next(line for line in said.splitlines() if NAMES in line)
    assert line.startswith(f"- [ ] {NAMES}: train.py:3 experiment name 'churn' has no user")
    assert line.endswith("[experiment-name-prefix/literal-name]")
    assert "Not judged" not in said


def test_evidence(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": GOOD})
    status, said = run(capsys)
    assert status == 0
    assert f"- [x] {NAMES}: train.py\n" in said


def test_what_has_no_subject_is_left_out(
    commit: Commit, capsys: pytest.CaptureFixture[str]
) -> None:
    commit({"notes.txt": "Nothing here.\n"})
    status, said = run(capsys)
    assert (status, NAMES in said) == (0, False)
    document = json.loads(run(capsys, "--format", "json")[1])
    (item,) = (item for item in document["items"] if item["text"] == NAMES)
    assert (item["state"], item["outcomes"]) == ("not applicable", [])


def test_what_is_missing_is_to_be_considered(
    commit: Commit, capsys: pytest.CaptureFixture[str]
) -> None:
    commit({"requirements.txt": "pandas==2.3.3\n"})
    status, said = run(capsys)
    assert "- [ ] Consider: Environment tested and reproducible: requirements.txt:1 " in said
    assert status == 0
    assert run(capsys, "--fail-on", "consider")[0] == 1


def test_fail_on_never(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": BAD})
    assert run(capsys, "--fail-on", "never")[0] == 0


def test_untracked_files_do_not_count(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": GOOD})
    Path("other.py").write_text(BAD, "utf-8")
    assert run(capsys)[0] == 0


def test_a_file_that_cannot_be_judged(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": "import mlflow\nmlflow.set_experiment(\n", "good.py": GOOD})
    status, said = run(capsys)
    assert status == 1
    assert said.count("- train.py: cannot parse as Python") == 1
    assert f"- [x] {NAMES}: good.py\n" in said


def test_settings_and_baseline_count(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": BAD, "old/train.py": BAD})
    assert main(["--write-baseline"]) == 0
    assert run(capsys)[0] == 0
    Path(".mlops-checklist-baseline").unlink()
    Path(".mlops-checklist.toml").write_text('exclude = ["*.py"]\n', "utf-8")
    assert run(capsys)[0] == 0


def test_output_is_the_same_from_run_to_run(
    commit: Commit, capsys: pytest.CaptureFixture[str]
) -> None:
    commit({"a.py": BAD, "b.py": BAD, "c.py": GOOD, "requirements.txt": "numpy\npandas\n"})
    for form in ("markdown", "json", "html", "sarif", "gitlab", "github"):
        assert run(capsys, "--format", form) == run(capsys, "--format", form), form


def test_json(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    head = commit({"train.py": BAD})
    document = json.loads(run(capsys, "--format", "json")[1])
    assert document["version"] == 1
    assert (document["subject"]["name"], document["subject"]["commit"]) == ("shop", head)
    (item,) = (item for item in document["items"] if item["text"] == NAMES)
    assert (item["section"], item["state"]) == ("Experiments", "open")
    (outcome,) = item["outcomes"]
    assert (outcome["path"], outcome["line"], outcome["rule"]) == ("train.py", 3, "literal-name")


def test_sarif_holds_every_hook(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": BAD, "requirements.txt": "numpy\n"})
    (log,) = json.loads(run(capsys, "--format", "sarif")[1])["runs"]
    failing = {result["ruleId"] for result in log["results"] if result["kind"] == "fail"}
    assert {"experiment-name-prefix/literal-name", "pinned-requirements/unpinned"} <= failing


def test_github_annotations_and_summary(
    commit: Commit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit({"train.py": BAD})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "../summary.md")
    status, said = run(capsys, "--format", "github")
    assert status == 1
    assert said.startswith("::error file=train.py,line=3,col=23,")
    assert "**MLOps Checklist**:" in Path("../summary.md").read_text("utf-8")


def test_a_file_for_the_output(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": GOOD})
    assert run(capsys, "--output", "report.md") == (0, "")
    assert NAMES in Path("report.md").read_text("utf-8")


def test_another_folder(
    commit: Commit,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    commit({"train.py": BAD})
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "shop")[0] == 1
    assert Path.cwd() == tmp_path


def test_recommendations(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    loop = "import time\n\nwhile True:\n    train()\n    time.sleep(3600)\n"
    commit({"job.py": loop})
    status, said = run(capsys)
    assert status == 0
    assert "\nRecommendations\n- Use scheduled jobs for recurring tasks: job.py:3 " in said
    document = json.loads(run(capsys, "--format", "json")[1])
    assert [each["rule"] for each in document["recommendations"]] == ["scheduled-jobs"]
    assert "recurring tasks" in run(capsys, "--format", "html")[1]
    assert main(["--write-baseline"]) == 0
    assert "Recommendations" in run(capsys)[1], "what is recommended is no finding"


def test_since(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    first = commit({"train.py": BAD, "requirements.txt": "numpy==2.2.6\n"})
    commit({"train.py": GOOD, "requirements.txt": "numpy\n"}, "Name the project in the experiment")
    status, said = run(capsys, "--since", first)
    assert status == 1
    assert f"- [x] {NAMES}: done (open before)\n" in said
    assert "  - gone: train.py:3 experiment name 'churn'" in said
    assert "  - new: requirements.txt:1 'numpy' has no version" in said
    assert run(capsys, "--since", "HEAD") == (
        0,
        "**MLOps Checklist**: what has changed\n\nNothing.\n",
    )
    listed = subprocess.run(["git", "worktree", "list"], capture_output=True, text=True, check=True)
    assert len(listed.stdout.splitlines()) == 1


def test_commits_of_the_branch(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"a.txt": "a\n"}, "wip")
    subprocess.run(["git", "checkout", "--quiet", "-b", "better"], check=True)
    commit({"b.txt": "b\n"}, "Explain how the churn label is made")
    assert "wip" not in run(capsys)[1], "commits of main are not the branch's"
    commit({"c.txt": "c\n"}, "wip")
    assert "'wip'" in run(capsys)[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--since", "nowhere"], "Git knows no such commit"),
        (["elsewhere"], "No such file or directory"),
        (["--config", "none.toml"], "none.toml"),
    ],
    ids=["an unknown commit", "a folder that is not there", "settings that are not there"],
)
def test_wrong_usage(
    commit: Commit, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    commit({"train.py": GOOD})
    assert main(words) == 2
    assert says in capsys.readouterr().err


def test_outside_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main([]) == 2
    assert "cannot list what Git tracks: fatal: not a git repository" in capsys.readouterr().err


def test_a_repository_without_commits(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys) == (0, "**MLOps Checklist**:\n")


# --- explain, init --------------------------------------------------------------------------


def test_explain_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(capsys, "explain", "experiment-name-prefix/literal-name")
    assert status == 0
    assert said.startswith("### literal-name\n")
    assert "bad: " in said and "<!--" not in said and "### default-value" not in said


def test_explain_a_hook(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(capsys, "explain", "data-lineage")
    assert (status, said.startswith("# data-lineage\n")) == (0, True)


def test_explain_a_recommendation(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(capsys, "explain", "mlops-recommendations/flows")
    assert (status, said.startswith("### flows\n")) == (0, True)


@pytest.mark.parametrize("words", [["nothing"], ["data-lineage/nothing"], [], ["../x"], ["-x"]])
def test_explain_what_is_not_there(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["explain", *words]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err != "") == ("", True)


def test_init_writes_what_fits(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": BAD})
    assert main(["init"]) == 0
    said = capsys.readouterr().out
    assert "  experiment-name-prefix     train.py\n" in said
    text = Path(".pre-commit-config.yaml").read_text("utf-8")
    assert text.startswith("default_install_hook_types: [pre-commit, commit-msg]\nrepos:\n  - repo")
    assert "      - id: experiment-name-prefix\n" in text
    assert "pinned-requirements" not in text
    assert main(["init"]) == 0
    assert Path(".pre-commit-config.yaml").read_text("utf-8") == text


def test_init_can_only_show(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    commit({"train.py": BAD})
    assert main(["init", "--dry-run"]) == 0
    assert "- id: experiment-name-prefix" in capsys.readouterr().out
    assert not Path(".pre-commit-config.yaml").exists()
