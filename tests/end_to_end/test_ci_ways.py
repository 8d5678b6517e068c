"""The ways into CI that the page of `mlops-checklist` shows, run as they stand there.

Git takes this working copy for the address that the documentation names; nothing else is changed,
and the package index is out of reach. What a service itself does with a report is not tested.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from end_to_end.environments import environment
from end_to_end.repositories import ROOT, Done, Project, Published, published, wheels_of

PAGE = (ROOT / "docs" / "hooks" / "mlops-checklist.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
ADDRESS = "https://github.com/mlops-checklist/mlops-checklist"
BAD = 'import mlflow\n\nmlflow.set_experiment("churn")\n'
LIMIT = 250 * 2**20  # bytes; of an environment on pre-commit.ci, in its free tier


def snippet(page: str, language: str, holding: str) -> str:
    """Return the one block of code in a page that holds certain words."""
    (found,) = (
        block
        for block in re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
        if holding in block
    )
    return str(found)


@pytest.fixture(scope="module")
def hooks() -> Published:
    return published()


@pytest.fixture
def shop(tmp_path: Path, hooks: Published) -> Project:
    """A repository with one violation, committed."""
    made = Project(tmp_path / "shop", hooks)
    made.folder.mkdir()
    made.git("init", "--quiet")
    made.stage({"train.py": BAD})
    made.commit("Train the churn model on last month")
    return made


def shell(shop: Project, script: str, *programs: Path, **variables: str) -> Done:
    """Run a script as CI does: it ends at the first command that fails."""
    path = os.pathsep.join([*map(str, programs), shop.published.environment["PATH"]])
    redirected = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{shop.published.source}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
    }
    return shop.run("bash", "-euc", script, PATH=path, **redirected, **variables)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Return where the programs of a fresh Python are, as an image of CI has one."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "image"], check=True)
    return tmp_path / "image" / "bin"


def test_github_actions(shop: Project, tmp_path: Path) -> None:
    steps = yaml.safe_load(snippet(PAGE, "yaml", "pipx run"))
    (script,) = (step["run"] for step in steps if "run" in step)
    pipx = Path(environment("pipx", ["pipx==1.8.0"])).parent
    summary = tmp_path / "summary.md"
    variables = {
        "GITHUB_STEP_SUMMARY": str(summary),
        "PIPX_HOME": str(tmp_path / "pipx"),
        # pipx brings its own pip up to date first.
        "PIP_FIND_LINKS": f"{shop.published.environment['PIP_FIND_LINKS']} {wheels_of(['pip'])}",
    }
    done = shell(shop, script, pipx, **variables)
    assert done.status == 1, done.output + done.errors
    assert done.output.startswith("::error file=train.py,line=3,col=23,")
    assert summary.read_text("utf-8").startswith("**MLOps Checklist**:")


def test_gitlab(shop: Project, image: Path) -> None:
    (job,) = yaml.safe_load(snippet(PAGE, "yaml", "codequality")).values()
    done = shell(shop, "\n".join(job["script"]), image)
    assert done.status == 1, done.output + done.errors
    report = json.loads(shop.read(job["artifacts"]["reports"]["codequality"]))
    assert [(each["check_name"], each["location"]["path"]) for each in report] == [
        ("experiment-name-prefix/literal-name", "train.py")
    ]
    assert job["artifacts"]["when"] == "always", "the job fails where there is something to report"


def test_domino_job(shop: Project, image: Path, tmp_path: Path) -> None:
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()
    script = snippet(PAGE, "sh", "DOMINO_ARTIFACTS_DIR")
    done = shell(shop, script, image, DOMINO_ARTIFACTS_DIR=str(artifacts))
    assert done.status == 0, done.output + done.errors
    page = (artifacts / "checklist.html").read_text("utf-8")
    HTMLParser().feed(page)
    assert "train.py:3" in page


def test_uvx(shop: Project) -> None:
    done = shell(shop, snippet(PAGE, "sh", "uvx"))
    assert done.status == 1, done.output + done.errors
    assert "- [ ] Unique experiment names (username/project prefix): train.py:3 " in done.output


def test_pre_commit_in_ci(shop: Project) -> None:
    """Its second step; pre-commit itself is there, as it is not what is tested."""
    steps = yaml.safe_load(snippet(README, "yaml", "pip install pre-commit\n"))
    install, run = (step["run"] for step in steps)
    assert install == "pip install pre-commit"
    config = snippet(README, "yaml", "default_install_hook_types")
    shop.stage({".pre-commit-config.yaml": config})
    done = shell(shop, run, GITHUB_ACTIONS="true", CI="true")
    assert done.status == 1, done.output + done.errors
    assert [line for line in done.said if "train.py" in line] == [
        "train.py:3:23: experiment name 'churn' has no user or project in it; add "
        "DOMINO_PROJECT_NAME or DOMINO_STARTING_USERNAME [experiment-name-prefix/literal-name]"
    ]


def test_the_environment_is_small_enough_for_pre_commit_ci(hooks: Published) -> None:
    found = [*Path(hooks.environment["PRE_COMMIT_HOME"]).glob("repo*/py_env-*")]
    assert found
    for folder in found:
        assert sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) < LIMIT
