"""Hooks of other stages, and hooks that judge programs, through real pre-commit and real prek."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from end_to_end.repositories import TOOLS, Project, published

TRAIN = """\
import mlflow
from sklearn.linear_model import Ridge

from scoring import score

with mlflow.start_run():
    mlflow.log_param("alpha", 2.0)
    model = Ridge(alpha=2.0).fit(X, y)
    mlflow.log_metric("r2", score(model, X, y))
    mlflow.sklearn.log_model(model, name="model")
"""
SCORING = """\
from sklearn.metrics import r2_score


def score(model, X, y):
    return r2_score(y, model.predict(X))
"""


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return TOOLS[request.param]


def project(folder: Path, *hooks: str) -> Project:
    """Return a repository that uses these hooks, with one commit."""
    made = Project(folder, published())
    made.folder.mkdir(exist_ok=True)
    made.git("init", "--quiet")
    made.configure(*({"id": hook} for hook in hooks))
    made.commit("Use the hooks")
    return made


def test_commit_message(tmp_path: Path, tool: tuple[str, ...]) -> None:
    shop = project(tmp_path / "shop", "meaningful-commit-message")
    config = json.loads(shop.read(".pre-commit-config.yaml"))
    config["default_install_hook_types"] = ["pre-commit", "commit-msg"]
    shop.stage({".pre-commit-config.yaml": json.dumps(config)})
    assert shop.run(*tool, "install").status == 0
    refused = shop.run("git", "commit", "-m", "update")
    assert refused.status == 1
    assert "[meaningful-commit-message/low-information]" in refused.output + refused.errors
    assert shop.run("git", "commit", "-m", "Install the hook for messages").status == 0
    assert shop.git("log", "-1", "--format=%s").output == "Install the hook for messages\n"


def test_commit_range(tmp_path: Path, tool: tuple[str, ...]) -> None:
    shop = project(tmp_path / "shop", "meaningful-commit-range")
    for subject in ("Add the loader", "wip", "Log the AUC"):
        shop.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", subject)
    ends = ("--from-ref", "HEAD~3", "--to-ref", "HEAD")
    done = shop.run(*tool, "run", "--hook-stage", "pre-push", *ends)
    assert done.status == 1
    assert [line.partition(": ")[2] for line in done.said if line[:1].isalnum()] == [
        "'wip': it does not say what changed; say what changes "
        "[meaningful-commit-range/low-information]"
    ]
    ends = ("--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert shop.run(*tool, "run", "--hook-stage", "pre-push", *ends).status == 0


def test_a_changed_module_is_judged_with_its_program(tmp_path: Path, tool: tuple[str, ...]) -> None:
    shop = project(tmp_path / "shop", "metrics-logged")
    shop.stage({"train.py": TRAIN, "scoring.py": SCORING, "other.py": "import scoring\n"})
    assert shop.run(*tool, "run").status == 0
    shop.commit("Train a model")
    # The metric is now printed where it is computed, and nothing is returned to be logged.
    printed = SCORING.replace("    return ", "    value = ") + "    print(value)\n"
    shop.stage({"scoring.py": printed})
    done = shop.run(*tool, "run")
    assert done.status == 1
    assert done.said == [
        "scoring.py:5:13: 'r2_score' is only printed; log it with log_metric as well "
        "[metrics-logged/printed-metric]"
    ]
