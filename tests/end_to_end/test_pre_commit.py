"""The hooks through real pre-commit and real prek, in real Git repositories, offline."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from end_to_end.repositories import TOOLS, Done, Project, Published, published
from helpers import notebook

HOOK = "experiment-name-prefix"
NAME = "experiment names hold a user or project"  # of the hook, as the tools print it
GOOD = (
    "import os\n\nimport mlflow\n\n"
    "mlflow.set_experiment(f\"{os.environ['DOMINO_PROJECT_NAME']}-churn\")\n"
)
BAD = 'import mlflow\n\nmlflow.set_experiment("churn")\n'


def violation(path: str, place: str = "3:23", name: str = "churn") -> str:
    """The line about BAD in `path`."""
    return (
        f"{path}:{place}: experiment name '{name}' has no user or project in it; "
        f"add DOMINO_PROJECT_NAME or DOMINO_STARTING_USERNAME [{HOOK}/literal-name]"
    )


@pytest.fixture(scope="session")
def hooks() -> Published:
    return published()


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return TOOLS[request.param]


@pytest.fixture
def project(tmp_path: Path, hooks: Published) -> Project:
    """A repository that uses one hook, with one commit; its folder's name begins no experiment."""
    made = Project(tmp_path / "shop", hooks)
    made.folder.mkdir()
    made.git("init", "--quiet")
    made.configure({"id": HOOK})
    made.commit("Use the hook")
    return made


@pytest.fixture
def run(project: Project, tool: tuple[str, ...]) -> Callable[..., Done]:
    """Runs the tool in the project."""
    return lambda *arguments: project.run(*tool, "run", *arguments)


def test_manifest_is_valid(project: Project, hooks: Published, tool: tuple[str, ...]) -> None:
    done = project.run(*tool, "validate-manifest", str(hooks.source / ".pre-commit-hooks.yaml"))
    assert done.status == 0, done.output + done.errors


def test_all_files(project: Project, run: Callable[..., Done]) -> None:
    project.stage({"bad.py": BAD, "good.py": GOOD, "jobs/train.py": BAD})
    project.write("untracked.py", BAD)
    done = run("--all-files")
    assert done.status == 1
    assert done.verdict(NAME) == "Failed"
    assert "- exit code: 1\n" in done.output
    assert done.said == [violation("bad.py"), violation("jobs/train.py")]
    project.stage({"bad.py": GOOD, "jobs/train.py": GOOD})
    done = run("--all-files")
    assert (done.status, done.verdict(NAME), done.said) == (0, "Passed", [])


def test_unstaged_violation_is_not_judged(project: Project, run: Callable[..., Done]) -> None:
    project.stage({"train.py": GOOD})
    project.write("train.py", BAD)
    done = run()
    assert (done.status, done.verdict(NAME)) == (0, "Passed")
    assert project.read("train.py") == BAD


def test_staged_violation_is_judged(project: Project, run: Callable[..., Done]) -> None:
    project.stage({"train.py": BAD})
    project.write("train.py", GOOD)
    done = run()
    assert done.status == 1
    assert violation("train.py") in done.said
    assert project.read("train.py") == GOOD
    assert project.git("show", ":train.py").output == BAD


def test_range_of_commits(project: Project, run: Callable[..., Done]) -> None:
    project.stage({"before.py": BAD, "renamed.py": BAD + "# A line.\n" * 9, "deleted.py": BAD})
    before = project.commit("Before")
    project.stage({"in_range.py": BAD})
    project.git("mv", "renamed.py", "new.py")
    project.git("rm", "--quiet", "deleted.py")
    after = project.commit("In the range")
    done = run("--from-ref", before, "--to-ref", after)
    assert done.status == 1
    assert done.said == [violation("in_range.py"), violation("new.py")]
    done = run("--from-ref", after, "--to-ref", after)
    assert (done.status, done.verdict(NAME)) == (0, "Skipped")


def test_rename_is_judged(project: Project, run: Callable[..., Done]) -> None:
    project.stage({"old.txt": BAD})
    project.commit("Not yet Python")
    project.git("mv", "old.txt", "new.py")
    done = run()
    assert (done.status, done.said) == (1, [violation("new.py")])


def test_commit(project: Project, tool: tuple[str, ...]) -> None:
    """Refused, accepted after the repair; a commit that only deletes is accepted as well."""
    assert project.run(*tool, "install").status == 0
    project.stage({"train.py": BAD})
    done = project.run("git", "commit", "--message", "Train")
    assert done.status == 1
    assert violation("train.py") in Done(0, done.output + done.errors, "").said
    assert project.git("log", "--format=%s").output == "Use the hook\n"
    project.stage({"train.py": GOOD})
    assert project.run("git", "commit", "--message", "Train").status == 0
    project.git("rm", "--quiet", "train.py")
    assert project.run("git", "commit", "--message", "Delete").status == 0
    assert project.git("log", "--format=%s").output == "Delete\nTrain\nUse the hook\n"


def test_commit_of_one_path(project: Project, tool: tuple[str, ...]) -> None:
    """`git commit PATH` sets GIT_INDEX_FILE to an index beside the usual one."""
    assert project.run(*tool, "install").status == 0
    project.stage({"train.py": GOOD, "other.py": BAD})
    done = project.run("git", "commit", "--message", "Train", "train.py")
    assert done.status == 0, done.output + done.errors


def test_every_hook_on_an_empty_commit(
    project: Project, hooks: Published, tool: tuple[str, ...]
) -> None:
    project.configure(*({"id": hook["id"]} for hook in hooks.manifest))
    project.commit("Use all hooks")
    assert project.run(*tool, "install").status == 0
    done = project.run("git", "commit", "--allow-empty", "--message", "Empty")
    assert done.status == 0, done.output + done.errors
    printed = Done(0, done.output + done.errors, "")
    verdicts = {hook["id"]: printed.verdict(str(hook["name"])) for hook in hooks.manifest}
    assert verdicts == {  # of other stages, they are not even mentioned
        hook["id"]: ""
        if "pre-commit" not in hook["stages"]
        else "Passed"
        if hook.get("always_run")
        else "Skipped"
        for hook in hooks.manifest
    }


def test_every_hook_finds_its_violation(
    project: Project, hooks: Published, run: Callable[..., Done]
) -> None:
    project.configure(*({"id": hook["id"]} for hook in hooks.manifest))
    project.stage(
        {
            "Dockerfile": "FROM python\n",
            "app.py": "import joblib\nfrom flask import Flask\n\napp = Flask(__name__)\n"
            'model = joblib.load("model.joblib")\n',
            "app.sh": "uvicorn app:app\n",
            "dashboard.json": '{"title": "Churn", "schemaVersion": 39, "panels": []}\n',
            "rules.yml": "groups:\n- name: churn\n  rules:\n"
            "  - alert: Fails\n    expr: rate(x[5m])\n    labels: {severity: page}\n"
            "    annotations: {summary: It fails}\n",
            "RUNBOOK.md": "# Rollback\n\nLater.\n",
            "grants.sql": "GRANT ALL ON churn TO ada;\n",
            "promote.py": "import mlflow\nfrom sklearn.tree import DecisionTreeClassifier\n\n"
            "DecisionTreeClassifier(random_state=3).fit(X, y)\n"
            'mlflow.register_model(uri, "churn")\n'
            'mlflow.MlflowClient().set_registered_model_alias("churn", "champion", 1)\n',
            "users.csv": "id,iban\n1,DE89370400440532013000\n",
            "fetch.py": 'import datasets\n\ndatasets.load_dataset("acme/churn")\n',
            "config.py": f'token = "hf_{"AbCdEfGhIjKlMnOpQrStUvWxYz01234567"}"\n',
            "fit.py": "import mlflow\nfrom sklearn.tree import DecisionTreeClassifier\n\n"
            "with mlflow.start_run():\n    DecisionTreeClassifier(max_depth=3).fit(X, y)\n",
            "register.py": "import mlflow\n\nmlflow.sklearn.log_model(\n"
            '    model, name="churn", registered_model_name="churn"\n)\n',
            "requirements.txt": "pandas>=2\n",
            "score.py": "import mlflow\nimport pandas as pd\n\n"
            'df = pd.read_csv("/data/x.csv")\nwith mlflow.start_run():\n    pass\n',
            "train.py": BAD,
        }
    )
    done = run("--all-files")
    assert done.status == 1
    places_and_rules = [re.sub(r": .* \[(.*)\]$", r" \1", line) for line in done.said]
    assert places_and_rules == [
        "rules.yml:5:11 alert-thresholds/no-threshold",
        "promote.py:6:1 approval-workflow/self-promotion",
        "fit.py:4:6 artifacts-stored/no-artifacts",
        "grants.sql:1:7 data-access-controls/broad-grant",
        "score.py:4:6 data-lineage/untracked-input",
        "fetch.py:3:1 dataset-snapshots/unpinned-download",
        f"train.py:3:23 {HOOK}/literal-name",
        "app.sh:1:1 health-checks/localhost-bind",
        "fit.py:4:6 metrics-logged/no-metrics",
        "app.py:5:9 model-registered/unregistered-serving",
        "dashboard.json:1:1 monitoring-dashboards/empty-dashboard",
        "config.py:1:10 no-hardcoded-secrets/hugging-face-token",
        "users.csv:1:4 no-personal-data/iban",
        "fit.py:4:6 parameters-logged/no-parameters",
        "requirements.txt:1:1 pinned-requirements/range",
        "register.py:3:1 registered-model-metadata/no-signature",
        "Dockerfile:1:6 reproducible-environment/moving-base-image",
        "RUNBOOK.md:1:1 rollback-strategy/empty-rollback-section",
        "fit.py:5:5 seeded-randomness/unseeded-training",
        "promote.py:5:1 validation-metrics/no-validation-metric",
    ]


def test_only_the_named_stages(project: Project, tool: tuple[str, ...]) -> None:
    project.stage({"train.py": BAD, "message": "Train\n"})
    for stage, status in {"pre-push": 1, "pre-merge-commit": 1, "manual": 1}.items():
        assert project.run(*tool, "run", "--hook-stage", stage, "--all-files").status == status
    arguments = ("--hook-stage", "commit-msg", "--commit-msg-filename", "message")
    done = project.run(*tool, "run", *arguments)
    assert (done.status, done.verdict(NAME)) == (0, ""), "the message was judged"


def test_repository_without_commits_and_files(
    tmp_path: Path, hooks: Published, tool: tuple[str, ...]
) -> None:
    empty = Project(tmp_path, hooks)
    empty.git("init", "--quiet")
    empty.configure({"id": HOOK})
    empty.git("rm", "--quiet", "--cached", ".pre-commit-config.yaml")
    done = empty.run(*tool, "run", "--all-files")
    assert (done.status, done.verdict(NAME)) == (0, "Skipped"), done.output + done.errors


ODD_NAMES = (
    "--fix.py",
    "--prefix=churn.py",
    "-dash.py",
    "-v.py",
    "#hash.py",
    "%s.py",
    "@file.py",
    "[a-z]*?.py",
    "a'b\"c.py",
    "back\\slash.py",
    "e\u0301t\xe9/\u6a21\u578b.py",
    "semi;colon$(id) & `id`.py",
    "two  spaces/ train .py",
    "\U0001f680.py",
)


def test_odd_names(project: Project, run: Callable[..., Done]) -> None:
    project.stage(dict.fromkeys(ODD_NAMES, BAD))
    done = run("--all-files")
    assert done.status == 1
    assert sorted(done.said) == sorted(violation(name) for name in ODD_NAMES)


def test_control_characters_in_a_name_are_escaped(
    project: Project, run: Callable[..., Done]
) -> None:
    project.stage({"tab\there.py": BAD, "red\x1b[31m.py": BAD})
    done = run("--all-files")
    assert done.status == 1
    assert sorted(done.said) == [violation("red\\x1b[31m.py"), violation("tab\\there.py")]


def test_odd_names_where_output_is_not_unicode(project: Project, tool: tuple[str, ...]) -> None:
    project.stage({"\u6a21\u578b.py": BAD})
    done = project.run(*tool, "run", "--all-files", PYTHONIOENCODING="cp1252:strict")
    assert done.status == 1
    assert violation("\\u6a21\\u578b.py") in done.said


def test_links_are_not_followed(project: Project, run: Callable[..., Done]) -> None:
    project.stage({"train.py": BAD})
    (project.folder / "link.py").symlink_to("train.py")
    (project.folder / "nothing.py").symlink_to("nowhere")
    project.git("add", "link.py", "nothing.py")
    assert run("--all-files").said == [violation("train.py")]


def test_more_files_than_one_batch(project: Project, run: Callable[..., Done]) -> None:
    folder = "/".join(letter * 180 for letter in "ab")  # 400 such paths: more than 128 KiB
    paths = [f"{folder}/{number:03}.py" for number in range(400)]
    bad = paths[::40]
    project.stage({path: BAD if path in bad else GOOD for path in paths})
    done = run("--all-files")
    assert done.status == 1
    assert sorted(done.said) == [violation(path) for path in bad]


def test_notebook(project: Project, run: Callable[..., Done]) -> None:
    project.stage(
        {
            "explore.ipynb": notebook("%pip list", BAD),
            "broken.ipynb": '{"cells": [ mlflow.set_experiment',
            ".ipynb_checkpoints/explore-checkpoint.ipynb": notebook(BAD),
        }
    )
    done = run("--all-files")
    assert done.status == 1
    assert done.said == [
        "broken.ipynb: cannot parse as notebook: Expecting value (line 1)",
        violation("explore.ipynb:cell_2"),
    ]


def test_monorepo(project: Project, run: Callable[..., Done]) -> None:
    """The nearest settings above each file apply: `teams/a` has its own, `teams/b` the top's."""
    settings = '[tool.mlops-checklist.experiment-name-prefix]\nprefix = ["{}"]\n'
    train = BAD.replace("churn", "churn-trees")
    project.stage(
        {
            "pyproject.toml": settings.format("top-"),
            "teams/a/pyproject.toml": settings.format("churn"),
            "teams/a/src/train.py": train,
            "teams/b/src/train.py": train,
        }
    )
    done = run("--all-files")
    expected = violation("teams/b/src/train.py", name="churn-trees")
    assert (done.status, done.said) == (1, [expected])


def test_project_within_a_workspace(project: Project) -> None:
    """prek runs the hooks of a subfolder with its own configuration in that folder."""
    project.stage({"pyproject.toml": '[tool.mlops-checklist]\nexclude = ["team/old.py"]\n'})
    project.stage({"team/old.py": BAD, "team/train.py": BAD})
    project.stage({"team/.pre-commit-config.yaml": project.read(".pre-commit-config.yaml")})
    project.configure()
    done = project.run(*TOOLS["prek"], "run", "--all-files")
    assert done.status == 1
    assert violation("train.py") in done.said
    assert "old.py" not in done.output


def test_excluded_by_the_settings(project: Project, run: Callable[..., Done]) -> None:
    project.stage(
        {
            ".mlops-checklist.toml": 'exclude = ["vendor/", "**/generated/**"]\n',
            "src/generated/train.py": BAD,
            "src/train.py": BAD,
            "vendor/train.py": BAD,
        }
    )
    assert run("--all-files").said == [violation("src/train.py")]


def test_wrong_settings(project: Project, run: Callable[..., Done]) -> None:
    project.stage({"train.py": GOOD})
    project.stage({".mlops-checklist.toml": "\n[experiment-name-prefix]\nprefixes = []\n"})
    done = run("--all-files")
    assert done.status == 1
    assert "- exit code: 2\n" in done.output
    said = next(line for line in done.said if line.startswith(".mlops-checklist.toml"))
    assert said.startswith(
        ".mlops-checklist.toml:3: experiment-name-prefix.prefixes is not a setting; known: baseline"
    )


def test_repair(project: Project, run: Callable[..., Done]) -> None:
    project.configure({"id": HOOK, "args": ["--fix"]})
    project.stage({"train.py": BAD})
    done = run("--all-files")
    assert done.status == 1
    assert "- files were modified by this hook\n" in done.output
    assert violation("train.py").replace("3:23: ", "3:23: fixed: ") in done.said
    assert project.read("train.py") != BAD
    project.git("add", "train.py")
    done = run("--all-files")
    assert (done.status, done.verdict(NAME)) == (0, "Passed")


def test_github_format(project: Project, run: Callable[..., Done]) -> None:
    project.configure({"id": HOOK, "args": ["--format", "github"]})
    project.stage({"jobs/train.py": BAD})
    done = run("--all-files")
    assert done.status == 1
    (line,) = done.said
    assert line.startswith("::error file=jobs/train.py,line=3,")
    assert "experiment name 'churn' has no user or project in it" in line


def test_known_violations_pass(project: Project, run: Callable[..., Done]) -> None:
    project.configure({"id": HOOK, "args": ["--write-baseline"]})
    project.stage({"old.py": BAD})
    run("--all-files")
    project.git("add", ".mlops-checklist-baseline")
    project.configure({"id": HOOK})
    assert run("--all-files").status == 0
    project.stage({"new.py": BAD})
    assert run("--all-files").said == [violation("new.py")]


def test_try_repo(project: Project, hooks: Published, tool: tuple[str, ...]) -> None:
    project.stage({"train.py": BAD})
    done = project.run(*tool, "try-repo", str(hooks.source), HOOK, "--all-files")
    assert done.status == 1, done.output + done.errors
    assert done.verdict(NAME) == "Failed"
    assert violation("train.py") in done.said


def test_recommendations(project: Project, tool: tuple[str, ...]) -> None:
    """They are printed, and fail nothing."""
    project.configure({"id": "mlops-recommendations"})
    project.stage({"Dockerfile": "FROM python:latest\n"})
    project.commit("Build an image")
    done = project.run(*tool, "run", "--hook-stage", "manual", "mlops-recommendations")
    assert done.status == 0, done.output + done.errors
    assert any(
        line.startswith("- Name the versions of environments: Dockerfile:1 ") for line in done.said
    )


def test_the_whole_checklist(project: Project, tool: tuple[str, ...]) -> None:
    """The report and its pages of the hooks come with an installation; it prints when it passes."""
    project.configure({"id": "mlops-checklist"})
    project.stage({"train.py": GOOD})
    project.commit("Name the project in the experiment")
    done = project.run(*tool, "run", "--hook-stage", "manual", "mlops-checklist")
    assert done.status == 0, done.output + done.errors
    assert "**MLOps Checklist**:" in done.said
    assert "- [x] Unique experiment names (username/project prefix): train.py" in done.said
    project.configure({"id": "mlops-checklist", "args": ["explain", "data-lineage/no-source-run"]})
    project.commit("Explain a rule")
    done = project.run(*tool, "run", "--hook-stage", "manual", "mlops-checklist")
    assert "### no-source-run" in done.said


def test_audit_without_the_client(project: Project, tool: tuple[str, ...]) -> None:
    """What it needs beyond the others is said in one line, and nothing is asked."""
    project.configure({"id": "mlops-registry-audit"})
    project.stage({"train.py": 'import mlflow\n\nmlflow.register_model(uri, "churn")\n'})
    run = (*tool, "run", "--hook-stage", "manual", "mlops-registry-audit")
    done = project.run(*run, MLFLOW_TRACKING_URI="http://127.0.0.1:9")
    assert done.status == 1
    assert "- exit code: 2" in done.output
    (line,) = (line for line in done.said if not line.startswith("- duration: "))
    assert line.startswith("MLflow's client is not installed: give the hook `additional_depend")
