"""The example project gives nothing; its broken twin gives what is planted, and nothing else."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from end_to_end.repositories import TOOLS, Project, published

from mlops_checklist import checklist
from mlops_checklist.environment import no_hardcoded_secrets
from mlops_checklist.sources.commit_message import RULES as COMMIT_RULES

ROOT = Path(__file__).parents[2]


def _load(name: str) -> object:
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


broken_twin = _load("broken_twin")
demo = _load("demo")


def run(folder: Path, tool: str) -> tuple[int, list[tuple[str, str]], str]:
    """Run the README's configuration, with only the URL replaced; return what is found."""
    project = Project(folder, published())
    project.git("init", "--quiet")
    text = demo.config(str(project.published.source), project.published.revision)
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"rev: {project.published.revision}\n" in readme
    project.write(".pre-commit-config.yaml", text)
    project.git("add", "--all", "--force")
    done = project.run(*TOOLS[tool], "run", "--all-files")
    # `-` begins what the tools say of a hook: the rest are the lines of the hooks themselves.
    lines = [re.match(r"(\S+:\d+:\d+): .*\[(\S+)\]$", line) for line in done.said]
    return done.status, sorted((line[1], line[2]) for line in lines if line), done.output


@pytest.mark.parametrize("tool", TOOLS)
def test_example_passes(tmp_path: Path, tool: str) -> None:
    folder = tmp_path / "fraud-detection"
    shutil.copytree(broken_twin.EXAMPLE, folder)
    status, found, output = run(folder, tool)
    assert (status, found) == (0, []), output


@pytest.mark.parametrize("tool", TOOLS)
def test_broken_twin_gives_what_is_planted(tmp_path: Path, tool: str) -> None:
    folder = tmp_path / "fraud-detection"
    planted = broken_twin.make(folder)
    status, found, output = run(folder, tool)
    assert (status, found) == (1, planted), output


# Rules that need an option, those of commit messages, and those of key formats, of which three
# stand for all.
UNPLANTED = {
    "experiment-name-prefix/wrong-position",
    "pinned-requirements/no-hash",
    *(f"reproducible-environment/{rule}" for rule in ("no-python-version", "untested-environment")),
    "alert-thresholds/no-alerts",
    "approval-workflow/no-approval",
    "monitoring-dashboards/no-monitoring",
    "monitoring-dashboards/no-prediction-capture",  # for another endpoint captures
    "rollback-strategy/no-rollback-plan",
    "model-registered/unregistered-model",
    "validation-metrics/no-threshold",
    *(f"meaningful-commit-{what}/{rule}" for what in ("message", "range") for rule in COMMIT_RULES),
    *(f"no-hardcoded-secrets/{rule}" for rule in no_hardcoded_secrets.HOOK.rules),
}


def test_every_rule_is_planted() -> None:
    planted = {fault.rule for fault in broken_twin.FAULTS if fault.rule}
    for item in checklist.ITEMS:
        hook = import_module(item.module).HOOK
        lacking = {f"{hook.id}/{rule}" for rule in hook.rules} - planted - UNPLANTED
        assert not lacking, f"examples/broken_twin.py plants no fault for {sorted(lacking)}"


def test_demo() -> None:
    """`make demo`, without make."""
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^(\d+) faults are planted; the hooks found \1$", done.stdout, re.MULTILINE)
