"""The report names the ignores that silence nothing, and no other."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import helpers
import pytest

from mlops_checklist.report.command import main

Unused = Callable[..., list[tuple[str, int]]]
HEAD = "import mlflow\n"
BAD = 'mlflow.set_experiment("churn")'
SECRET = "token: hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345xy"


@pytest.fixture
def unused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Unused:
    """Returns the message and line of each unused ignore in the tracked files it is given."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    subprocess.run(["git", "init", "--quiet"], check=True)

    def ask(*files: tuple[str, str]) -> list[tuple[str, int]]:
        for path, text in files:
            Path(path).parent.mkdir(exist_ok=True)
            Path(path).write_text(text, "utf-8")
        subprocess.run(["git", "add", "--all"], check=True)
        main(["--format", "json"])
        said = json.loads(capsys.readouterr().out)["unused_ignores"]
        assert {(one["hook"], one["rule"]) for one in said} <= {
            ("mlops-checklist", "unused-ignore")
        }
        return [(one["message"], one["line"]) for one in said]

    return ask


@pytest.mark.parametrize(
    ("path", "text", "name", "line"),
    [
        ("a.py", "x = 1  # mlops: ignore[experiment-name-prefix]\n", "experiment-name-prefix", 1),
        (
            "a.py",
            f"{HEAD}# mlops: ignore[experiment-name-prefix]\n\n{BAD}\n",
            "experiment-name-prefix",
            2,
        ),
        (
            "a.py",
            f"{HEAD}{BAD}  # mlops: ignore[experiment-name-prefix, model-registered]\n",
            "model-registered",
            2,
        ),
        (
            "a.py",
            f"{HEAD}{BAD}  # mlops: ignore[experiment-name-prefix/default-value]\n",
            "experiment-name-prefix/default-value",
            2,
        ),
        (
            "requirements.txt",
            "numpy==2.2.6  # mlops: ignore[pinned-requirements]\n",
            "pinned-requirements",
            1,
        ),
        (
            "tests/a.yaml",
            "a: b  # mlops: ignore[no-hardcoded-secrets]\n",
            "no-hardcoded-secrets",
            1,
        ),
        (
            "deploy.yaml",
            "# mlops: ignore[health-checks]\nkind: Service\napiVersion: v1\n",
            "health-checks",
            1,
        ),
        (
            "MODEL_CARD.md",
            "<!-- mlops: ignore[approval-workflow] -->\n\n# Churn\n",
            "approval-workflow",
            1,
        ),
        (
            "a.ipynb",
            helpers.notebook("x = 1", "y = 2  # mlops: ignore[metrics-logged]"),
            "metrics-logged",
            1,
        ),
    ],
)
def test_unused(unused: Unused, path: str, text: str, name: str, line: int) -> None:
    message = f"'{name}' is ignored here, and that silences nothing; remove it"
    assert unused((path, text)) == [(message, line)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", f"{HEAD}{BAD}  # mlops: ignore[experiment-name-prefix]\n"),
        ("a.py", f"{HEAD}# mlops: ignore[experiment-name-prefix/literal-name]\n{BAD}\n"),
        ("a.py", "USAGE = 'x = 1  # mlops: ignore[experiment-name-prefix]'\n"),
        ("a.py", '"""Write # mlops: ignore[experiment-name-prefix] beside it."""\n'),
        ("broken.py", "x = (  # mlops: ignore[experiment-name-prefix]\n"),
        ("tests/a.py", "x = 1  # mlops: ignore[experiment-name-prefix]\n"),
        ("README.md", "Write `# mlops: ignore[experiment-name-prefix]` beside it.\n"),
        ("a.yaml", f"{SECRET}  # mlops: ignore[no-hardcoded-secrets]\n"),
        ("requirements.txt", "numpy  # mlops: ignore[pinned-requirements/unpinned]\n"),
        ("a.py", "x = 1  # mlops: ignore[mlops-recommendations]\n"),
        ("a.py", "x = 1  # mlops: ignore\n"),
        ("a.ipynb", helpers.notebook(f"{HEAD}{BAD}", tags=["mlops-ignore"])),
        ("a.ipynb", helpers.notebook(f"{HEAD}{BAD}  # mlops: ignore[experiment-name-prefix]")),
    ],
)
def test_used_or_none(unused: Unused, path: str, text: str) -> None:
    assert unused((path, text)) == []


def test_misspelt(unused: Unused) -> None:
    text = (
        "x = 1  # mlops: ignore[experiment-names]\ny = 2  # mlops: ignore[metrics-logged/print]\n"
    )
    assert unused(("a.py", text)) == [
        (
            "'experiment-names' is ignored here, and that silences nothing: there is no hook "
            "'experiment-names'; remove it",
            1,
        ),
        (
            "'metrics-logged/print' is ignored here, and that silences nothing: metrics-logged has "
            "no rule 'print'; remove it",
            2,
        ),
    ]


def test_a_tag(unused: Unused) -> None:
    said = unused(("a.ipynb", helpers.notebook("x = 1", tags=["mlops-ignore"])))
    assert [message for message, _ in said] == [
        "the tag 'mlops-ignore' silences nothing in this cell; remove it"
    ]


def test_what_the_settings_leave_out(unused: Unused) -> None:
    text = "x = 1  # mlops: ignore[experiment-name-prefix]\n"
    assert unused(("a.py", text), (".mlops-checklist.toml", 'exclude = ["a.py"]\n')) == []


def test_a_finding_of_another_file_of_the_program(unused: Unused) -> None:
    """The comment stands in a module, the program that makes it a finding is another file."""
    comment = "  # mlops: ignore[experiment-name-prefix]"
    helper = f"import mlflow\n\ndef begin(name):\n    mlflow.set_experiment(name){comment}\n"
    train = 'from tracking import begin\n\nbegin("churn")\n'
    assert unused(("tracking.py", helper), ("train.py", train)) == []


def test_every_form_has_it(
    unused: Unused, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    unused(("a.py", "x = 1  # mlops: ignore[experiment-name-prefix]\n"))
    for form in ("markdown", "html", "sarif", "gitlab", "github"):
        assert main(["--format", form]) == 0
        assert "silences nothing" in capsys.readouterr().out, form
    assert main(["--fail-on", "consider"]) == 0
