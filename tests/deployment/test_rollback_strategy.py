"""rollback-strategy: what must be flagged, and what must not."""

from __future__ import annotations

from pathlib import Path

import pytest
from deployment.manifests import GROUPS, PORTS, container, manifest
from helpers import found, of_repository

from mlops_checklist.deployment.rollback_strategy import HOOK


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judged(folder: Path, files: dict[str, str], *kinds: str, **options: object) -> list[str]:
    return [rule for rule, _, _ in found(of_repository(HOOK, folder, files, **options), *kinds)]


DIGEST = "sha256:" + "0" * 64
# As kube-score (container-image-tag), kube-linter (latest-tag) and polaris (tagNotSpecified) have
# them in their documentation.
IMAGES = {
    "a version": ("registry.example.com/churn:1.4.0", "evidence"),
    "a digest": (f"registry.example.com/churn@{DIGEST}", "evidence"),
    "latest with a digest": (f"churn:latest@{DIGEST}", "evidence"),
    "a commit": ("churn:0f3a9bc", "evidence"),
    "latest": ("churn:latest", "violation"),
    "latest within": ("base:release-6.1.latest", "violation"),
    "a word that holds it": ("churn:latestgreatest", "evidence"),
    "no tag": ("churn", "violation"),
    "no tag, a port": ("registry:5000/churn", "violation"),
    "a port and a tag": ("registry:5000/churn:2", "evidence"),
    "a variable": ("churn:$(TAG)", "undecided"),
    "a template": ("'{{ .Values.image }}'", "undecided"),
    "a template of the tag": ("'churn:{{ .Values.tag }}'", "undecided"),
    "latest of a template": ("'{{ .Values.image }}:latest'", "violation"),
}
RUNNING = [kind for kind in GROUPS if kind not in ("Job", "CronJob")]


@pytest.mark.parametrize("kind", RUNNING)
@pytest.mark.parametrize(("image", "verdict"), IMAGES.values(), ids=IMAGES)
def test_images(here: Path, kind: str, image: str, verdict: str) -> None:
    text = manifest(kind, container(PORTS, image=image, name="web"), name="web")
    said = of_repository(HOOK, here, {"a.yaml": text})
    assert [(each.kind, each.rule) for each in said] == [(verdict, "moving-image-tag")]


@pytest.mark.parametrize("kind", ["Job", "CronJob"])
def test_batch(here: Path, kind: str) -> None:
    assert of_repository(HOOK, here, {"a.yaml": manifest(kind, container(image="x"))}) == []


def test_place(here: Path) -> None:
    text = manifest("Deployment", container(image="churn:latest"), name="web")
    line = text[: text.index("image:")].count("\n") + 1
    said = of_repository(HOOK, here, {"a.yaml": text})
    assert found(said) == [("moving-image-tag", line, 16)]


def fine(more: str = "") -> str:
    return manifest("Deployment", container(name="web"), more, name="web")


STRATEGIES = {
    "the default": ("", []),
    "some": ("revisionHistoryLimit: 5\n", []),
    "none": ("revisionHistoryLimit: 0\n", ["no-revision-history"]),
    "from a template": ("revisionHistoryLimit: {{ .Values.n }}\n", []),
    "recreate": ("strategy: {type: Recreate}\n", []),
    "rolling update": ("strategy: {type: RollingUpdate}\n", []),
}


@pytest.mark.parametrize(("more", "expected"), STRATEGIES.values(), ids=STRATEGIES)
def test_strategies(here: Path, more: str, expected: list[str]) -> None:
    assert judged(here, {"a.yaml": fine(more)}) == expected


DISABLED: dict[str, tuple[str, str, list[str]]] = {
    "flagger": (
        "c.yaml",
        "apiVersion: flagger.app/v1beta1\nkind: Canary\nspec: {skipAnalysis: true}\n",
        ["rollback-disabled"],
    ),
    "flagger, on": (
        "c.yaml",
        "apiVersion: flagger.app/v1beta1\nkind: Canary\nspec: {analysis: {threshold: 5}}\n",
        [],
    ),
    "sagemaker": (
        "s.yaml",
        "Resources:\n  E:\n    Properties:\n      DeploymentConfig:\n"
        "        AutoRollbackConfiguration: {Alarms: []}\n",
        ["rollback-disabled"],
    ),
    "sagemaker, with alarms": (
        "s.yaml",
        "DeploymentConfig:\n  AutoRollbackConfiguration:\n    Alarms: [{AlarmName: x}]\n",
        [],
    ),
    "ecs": (
        "t.json",
        '{"deploymentCircuitBreaker": {"enable": true, "rollback": false}}',
        ["rollback-disabled"],
    ),
    "ecs, on": ("t.json", '{"deploymentCircuitBreaker": {"enable": true, "rollback": true}}', []),
    "terraform": (
        "m.tf",
        'resource "aws_ecs_service" "a" {\n deployment_circuit_breaker {\n  enable = true\n'
        "  rollback = false\n }\n}\n",
        ["rollback-disabled"],
    ),
    "a migration": (
        "db/versions/1.py",
        "def upgrade():\n    op.add_column('a', b)\n\ndef downgrade():\n    pass\n",
        ["rollback-disabled"],
    ),
    "a docstring alone": (
        "db/versions/1.py",
        'def upgrade():\n    op.add_column("a", b)\n\ndef downgrade():\n    """No."""\n',
        ["rollback-disabled"],
    ),
    "a migration that can be undone": (
        "db/versions/1.py",
        "def upgrade():\n    op.add_column('a', b)\n\n"
        "def downgrade():\n    op.drop_column('a', 'b')\n",
        [],
    ),
    "an empty migration": (
        "db/versions/1.py",
        "def upgrade():\n    pass\n\ndef downgrade():\n    pass\n",
        [],
    ),
    "another function of that name": ("app.py", "def downgrade():\n    pass\n", []),
}


@pytest.mark.parametrize(("path", "text", "expected"), DISABLED.values(), ids=DISABLED)
def test_disabled(here: Path, path: str, text: str, expected: list[str]) -> None:
    assert judged(here, {path: text}) == expected


DEPLOYED = {"k8s/a.yaml": manifest("Deployment", container(PORTS, name="predictor"))}
PLANS: dict[str, tuple[str, str]] = {
    "commands": (
        "docs/run.md",
        "# Rollback\n\n```\nkubectl rollout undo deployment/churn\nkubectl rollout status x\n```\n",
    ),
    "steps": (
        "RUNBOOK.md",
        "# Runbook\n\n## Rolling back\n\n1. Find the last good version.\n"
        "2. Set the alias champion to it.\n3. Check the dashboard.\n",
    ),
    "below a heading": (
        "docs/r.md",
        "# Rollback plan\n\n## Steps\n\n- Redeploy the previous image.\n- Verify the health.\n",
    ),
    "German": (
        "docs/r.md",
        "# Zurückrollen\n\n1. Wähle die letzte gute Version.\n2. Setze den Alias auf das Modell.\n",
    ),
    "French": (
        "docs/r.md",
        "# Retour arrière\n\n1. Choisir la version.\n2. Relancer le service.\n",
    ),
    "inline commands": (
        "README.md",
        "# Rollback\n\nRun `helm rollback churn`, then\n\nrun `kubectl get pods` and read.\n",
    ),
    "argo rollouts": (
        "r.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {strategy: {canary: {}}}\n",
    ),
    "flagger": ("c.yaml", "apiVersion: flagger.app/v1beta1\nkind: Canary\nspec: {analysis: {}}\n"),
    "flux": (
        "h.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
        "spec: {upgrade: {remediation: {strategy: rollback}}}\n",
    ),
    "kserve": (
        "i.yaml",
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\n"
        "spec: {predictor: {canaryTrafficPercent: 10}}\n",
    ),
    "helm": ("deploy.sh", "helm upgrade churn ./chart --atomic --wait\n"),
    "helm 4": ("deploy.sh", "helm upgrade churn ./chart --rollback-on-failure\n"),
    "a job": (
        ".github/workflows/rollback.yml",
        "on: workflow_dispatch\njobs:\n  go:\n    steps: [{run: ./go}]\n",
    ),
    "in a pipeline": (
        ".gitlab-ci.yml",
        "undo:\n  script:\n  - kubectl rollout undo deployment/churn\n",
    ),
    "in a Makefile": ("Makefile", "rollback:\n\tkubectl rollout undo deployment/churn\n"),
    "ecs": ("t.json", '{"deploymentCircuitBreaker": {"enable": true, "rollback": true}}'),
}


@pytest.mark.parametrize(("path", "text"), PLANS.values(), ids=PLANS)
def test_plans(here: Path, path: str, text: str) -> None:
    said = of_repository(HOOK, here, {**DEPLOYED, path: text})
    plans = {(each.kind, each.path) for each in said if each.rule == "no-rollback-plan"}
    assert plans == {("evidence", path)}


NO_PLANS: dict[str, tuple[str, str, str]] = {
    "nothing": ("README.md", "# Churn\n\nA model.\n", ""),
    "a word": ("README.md", "# Churn\n\nA rollback is possible.\n", ""),
    "a heading": ("README.md", "# Rollback\n\n# Other\n\nText.\n", "violation"),
    "a heading and a wish": ("README.md", "# Rollback\n\nTODO: describe.\n", "violation"),
    "a heading and the word": ("README.md", "# Rollback\n\nRollbacks are easy.\n", "violation"),
    "one step": ("README.md", "# Rollback\n\nRestart the service.\n", "undecided"),
    "transactions": ("db.py", "session.rollback()\nconn.rollback()\n", ""),
    "a command that prints": ("deploy.sh", "echo helm rollback churn\n", ""),
    "another upgrade": ("deploy.sh", "helm upgrade churn ./chart --wait\n", ""),
    "in a comment": ("deploy.sh", "# kubectl rollout undo\nkubectl apply -f k8s\n", ""),
    "a section of something else": (
        "README.md",
        "# Feedback\n\n1. Set the alias to the version.\n2. Check the model.\n",
        "",
    ),
}


@pytest.mark.parametrize(("path", "text", "kind"), NO_PLANS.values(), ids=NO_PLANS)
def test_no_plans(here: Path, path: str, text: str, kind: str) -> None:
    said = of_repository(HOOK, here, {**DEPLOYED, path: text})
    plans = [(each.kind, each.path) for each in said if each.rule == "no-rollback-plan"]
    assert plans == [("missing", "k8s/a.yaml")]
    sections = [each.kind for each in said if each.rule == "empty-rollback-section"]
    assert sections == ([kind] if kind else [])


NOT_DEPLOYED = {
    "a training image": {"Dockerfile": "FROM python:3.12\nCMD python train.py\n"},
    "a batch job": {"a.yaml": manifest("CronJob", container(name="predict"), name="predict")},
    "a library": {"src/lib.py": "def predict(x):\n    return x\n"},
    "a command line": {"cli.py": "import argparse\nargparse.ArgumentParser()\n"},
    "a web application without a model": {"a.py": "import flask\napp = flask.Flask('x')\n"},
    "another workload": {"a.yaml": fine()},
    "a library that can serve": {
        "pyproject.toml": "[build-system]\n",
        "lib/__init__.py": "",
        "lib/server.py": "import flask, mlflow\napp = flask.Flask('x')\n"
        "m = mlflow.pyfunc.load_model('models:/c@champion')\n",
    },
    "a compose file of databases": {"compose.yaml": "services: {db: {image: 'postgres:17'}}\n"},
}


@pytest.mark.parametrize("files", NOT_DEPLOYED.values(), ids=NOT_DEPLOYED)
def test_not_deployed(here: Path, files: dict[str, str]) -> None:
    assert judged(here, files, "missing", "violation") == []


IS_DEPLOYED = {
    "a workload": DEPLOYED,
    "KServe": {
        "a.yaml": "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n"
        "metadata: {name: a}\nspec: {predictor: {sklearn: {storageUri: x}}}\n"
    },
    "an application": {
        "a.py": "import flask, mlflow\napp = flask.Flask('x')\n"
        "m = mlflow.pyfunc.load_model('models:/c@champion')\n"
    },
    "a package that is started": {
        "pyproject.toml": "[build-system]\n",
        "lib/__init__.py": "",
        "lib/server.py": "import flask, mlflow\napp = flask.Flask('x')\n"
        "m = mlflow.pyfunc.load_model('models:/c@champion')\n",
        "Dockerfile": "FROM x:1\nCMD gunicorn -b :80 lib.server:app\n",
    },
    "a Domino app": {"app.sh": "streamlit run app.py\n"},
    "a Domino endpoint": {
        "p.py": "from domino import Domino\nDomino('a/b').model_publish(file='x')\n"
    },
    "a model server": {"Dockerfile": "FROM x:1\nCMD tritonserver --model-repository=/m\n"},
    "sagemaker": {
        "d.py": "from sagemaker.sklearn import SKLearnModel\nSKLearnModel(x).deploy(1, 'm')\n"
    },
    "azure": {
        "e.yml": "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\n"
    },
}


@pytest.mark.parametrize("files", IS_DEPLOYED.values(), ids=IS_DEPLOYED)
def test_deployed(here: Path, files: dict[str, str]) -> None:
    assert judged(here, files, "missing") == ["no-rollback-plan"]


def test_declared(here: Path) -> None:
    said = of_repository(HOOK, here, DEPLOYED, declared="https://wiki.example.com/rollback")
    assert [each.kind for each in said if each.rule == "no-rollback-plan"] == ["evidence"]
