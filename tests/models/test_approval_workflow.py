"""approval-workflow: what must be flagged, and what must not."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import found, notebook, of_repository

from mlops_checklist.models.approval_workflow import HOOK
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources import approval_texts
from mlops_checklist.sources.files import File

TRAIN = """\
import mlflow
from mlflow import MlflowClient
from sklearn.linear_model import Ridge

client = MlflowClient()
model = Ridge()
model.fit(X, y)
info = mlflow.sklearn.log_model(model, name="m", registered_model_name="churn")
"""
STAGE = "client.transition_model_version_stage('churn', 3, stage='Production')\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def kinds(folder: Path, files: dict[str, str], rule: str) -> list[tuple[str, str]]:
    said = of_repository(HOOK, folder, files)
    return [(each.kind, each.path) for each in said if each.rule == rule]


PROMOTED = {
    "stage": STAGE,
    "by position": "client.transition_model_version_stage('churn', 3, 'Production')\n",
    "a constant": "STAGE = 'Production'\n" + STAGE.replace("'Production'", "STAGE"),
    "alias": "client.set_registered_model_alias('churn', 'champion', 3)\n",
    "alias by keyword": "client.set_registered_model_alias(name='c', alias='prod', version=1)\n",
    "a client of another module": (
        "from ours import other\nother.set_registered_model_alias('c', 'prod', 1)\n"
    ),
    "in a function": "def go():\n    client.set_registered_model_alias('c', 'champion', 1)\ngo()\n",
    "sagemaker": "model.register(approval_status='Approved')\n",
    "boto3": "import boto3\nboto3.client('sagemaker').create_model_package(\n"
    "    ModelApprovalStatus='Approved')\n",
    "wandb": "run.link_model('m.pkl', 'churn', aliases=['production'])\n",
}


@pytest.mark.parametrize("rest", PROMOTED.values(), ids=PROMOTED)
def test_self_promotion(here: Path, rest: str) -> None:
    assert kinds(here, {"train.py": TRAIN + rest}, "self-promotion") == [("violation", "train.py")]


def test_self_promotion_in_a_notebook(here: Path) -> None:
    files = {"train.ipynb": notebook(TRAIN, STAGE)}
    assert kinds(here, files, "self-promotion") == [("violation", "train.ipynb")]


def test_self_promotion_through_a_module(here: Path) -> None:
    files = {
        "train.py": f"{TRAIN}from promote import promote\npromote(3)\n",
        "promote.py": "from mlflow import MlflowClient\ndef promote(version):\n"
        "    MlflowClient().set_registered_model_alias('churn', 'champion', version)\n",
    }
    assert kinds(here, files, "self-promotion") == [("violation", "promote.py")]


def test_place(here: Path) -> None:
    said = of_repository(HOOK, here, {"train.py": TRAIN + STAGE})
    assert found(said) == [("self-promotion", 9, 1)]


NOT_PROMOTED = {
    "staging": (STAGE.replace("Production", "Staging"), None),
    "another alias": ("client.set_registered_model_alias('churn', 'challenger', 3)\n", None),
    "a comment": (f"# {STAGE}", None),
    "unknown": (STAGE.replace("'Production'", "target"), None),
    "asked": (f"if input('Approve? ') == 'yes':\n    {STAGE}", "evidence"),
    "an option": (f"if args.promote:\n    {STAGE}", "undecided"),
    "a comparison": (f"if auc > 0.8:\n    {STAGE}", "undecided"),
    "an approval": (f"if approved_by:\n    {STAGE}", "evidence"),
    "pending": ("model.register(approval_status='PendingManualApproval')\n", "evidence"),
}


@pytest.mark.parametrize(("rest", "kind"), NOT_PROMOTED.values(), ids=NOT_PROMOTED)
def test_not_promoted(here: Path, rest: str, kind: str | None) -> None:
    said = kinds(here, {"train.py": TRAIN + rest}, "self-promotion")
    assert [each for each, _ in said] == ([kind] if kind else [])


def test_a_program_of_its_own(here: Path) -> None:
    promote = f"from mlflow import MlflowClient\nclient = MlflowClient()\n{STAGE}"
    files = {"train.py": TRAIN, "promote.py": promote}
    assert kinds(here, files, "self-promotion") == [("evidence", "promote.py")]


def test_nothing_says_who_approves(here: Path) -> None:
    said = of_repository(HOOK, here, {"train.py": TRAIN, "README.md": "# Churn\n\nA model.\n"})
    assert [(each.kind, each.rule, each.place.line) for each in said] == [
        ("missing", "no-approval", 8)
    ]


NO_SUBJECT = {
    "nothing is registered": {"train.py": "import mlflow\nmlflow.log_metric('a', 1)\n"},
    "tests": {"tests/test_it.py": TRAIN + STAGE},
    "no code": {"README.md": "The lead approves each model version.\n"},
}


@pytest.mark.parametrize("files", NO_SUBJECT.values(), ids=NO_SUBJECT)
def test_no_subject(here: Path, files: dict[str, str]) -> None:
    assert of_repository(HOOK, here, files) == []


POLICY = """\
classification: {rule: x, artifacts: [1]}
stages:
  - name: Validation
    evidenceSet:
      - id: Local.validation
        name: Validation
        definition:
          - artifactType: input
            details: {label: Who?}
    approvals:
      - name: Sign-off
        approvers: [model-risk]
"""
EVIDENCE = {
    "environment": (
        ".github/workflows/promote.yml",
        "on: push\njobs:\n  go:\n    environment: production\n    steps: [{run: ./go}]\n",
    ),
    "environment with a name": (
        ".github/workflows/d.yml",
        "on: push\njobs:\n  go:\n    environment:\n      name: prod\n      url: x\n",
    ),
    "by hand": (
        ".github/workflows/promote.yml",
        "name: Promote\non: workflow_dispatch\njobs: {}\n",
    ),
    "by hand, as a mapping": (
        ".github/workflows/x.yml",
        "name: Deploy model\non:\n  workflow_dispatch:\n    inputs: {}\njobs: {}\n",
    ),
    "gitlab": (".gitlab-ci.yml", "promote:\n  when: manual\n  script: [./go]\n"),
    "gitlab, in rules": (".gitlab-ci.yml", "deploy:\n  rules:\n  - when: manual\n  script: [x]\n"),
    "azure": (
        "azure-pipelines.yml",
        "stages:\n- jobs:\n  - deployment: live\n    environment: production\n",
    ),
    "azure, asked": ("azure-pipelines.yml", "jobs:\n- steps:\n  - task: ManualValidation@0\n"),
    "jenkins": ("Jenkinsfile", "stage('x') {\n  input message: 'Deploy?'\n}\n"),
    "argo": (
        "k8s/rollout.yaml",
        "kind: Rollout\nspec:\n  strategy:\n    canary:\n      steps:\n      - pause: {}\n",
    ),
    "argo workflows": (
        "w.yaml",
        "kind: Workflow\nspec:\n  templates:\n  - name: a\n    suspend: {}\n",
    ),
    "flagger": (
        "canary.yaml",
        "kind: Canary\nspec:\n  analysis:\n    webhooks:\n    - type: confirm-promotion\n",
    ),
    "policy": ("governance.yml", POLICY),
    "owners": (".github/CODEOWNERS", "* @org/ml-leads\n"),
    "a section": (
        "GOVERNANCE.md",
        "# Model approval\n\nThe model owner and the risk team review the validation report.\n",
    ),
    "a sentence": (
        "docs/process.md",
        "# Process\n\nBefore a version goes to production, the product owner\nsigns off on it.\n",
    ),
    "a card": ("MODEL_CARD.md", "# Churn\n\n**Approved by:** Jane Doe, 2026-03-01\n"),
    "German": ("FREIGABE.md", "# Freigabe\n\nDie Leitung gibt das Modell für den Einsatz frei.\n"),
    "French": ("docs/a.md", "# Approbation du modèle\n\nLe responsable signe la version.\n"),
    "Spanish": ("docs/a.md", "# Aprobación\n\nEl comité aprueba cada modelo.\n"),
}


@pytest.mark.parametrize(("path", "text"), EVIDENCE.values(), ids=EVIDENCE)
def test_evidence(here: Path, path: str, text: str) -> None:
    said = kinds(here, {"train.py": TRAIN, path: text}, "no-approval")
    assert said == [("evidence", path)]


NO_EVIDENCE = {
    "loans": (
        "README.md",
        "# Loan approval model\n\nThe bank's team approves loans with the model.\n",
    ),
    "a loan's approval": ("docs/a.md", "# Credit approval\n\nThe model tells who gets a credit.\n"),
    "approved by nobody": ("MODEL_CARD.md", "# Churn\n\nApproved by: TODO\n"),
    "no approval": ("README.md", "# Use\n\nThe team needs no approval for a model version.\n"),
    "an empty heading": ("GOVERNANCE.md", "# Model approval\n\n# Other\n\nText.\n"),
    "in code": ("README.md", "# Use\n\n```\nthe owner approves the model\n```\n"),
    "another environment": (
        ".github/workflows/t.yml",
        "on: push\njobs:\n  t:\n    environment: docs\n    steps: []\n",
    ),
    "any manual job": (".gitlab-ci.yml", "lint:\n  when: manual\n  script: [x]\n"),
    "a pause with an end": (
        "r.yaml",
        "kind: Rollout\nspec:\n  strategy:\n    canary:\n      steps:\n"
        "      - pause: {duration: 1h}\n",
    ),
    "owners of something else": (".github/CODEOWNERS", "/docs/ @org/writers\n"),
    "a workflow that also runs on push": (
        ".github/workflows/deploy.yml",
        "name: Deploy\non: [push, workflow_dispatch]\njobs: {}\n",
    ),
    "code that is commented": ("Jenkinsfile", "// input message: 'Deploy?'\n"),
    "test words": ("docs/a.md", "# Data\n\nColumns: approved, team, model.\n"),
}


@pytest.mark.parametrize(("path", "text"), NO_EVIDENCE.values(), ids=NO_EVIDENCE)
def test_no_evidence(here: Path, path: str, text: str) -> None:
    said = kinds(here, {"train.py": TRAIN, path: text}, "no-approval")
    assert said == [("missing", "train.py")]


POLICIES = {
    "fine": (POLICY, []),
    "objects": (POLICY.replace("[model-risk]", "[{name: model-risk, editable: true}]"), []),
    "no approvers": (POLICY.replace("[model-risk]", "[]"), [("policy-without-approvers", 11)]),
    "approvers left out": (
        POLICY.replace("        approvers: [model-risk]\n", ""),
        [("policy-without-approvers", 11)],
    ),
    "blank approvers": (POLICY.replace("model-risk", "''"), [("policy-without-approvers", 11)]),
    "no approvals": (POLICY[: POLICY.index("    approvals")], [("policy-without-approvers", 3)]),
    "artifact type": (
        POLICY.replace("type: input", "type: x").replace(
            "artifactType: input", "artifactType: question"
        ),
        [("policy-invalid", 8)],
    ),
    "id": (POLICY.replace("Local.validation", "validation"), [("policy-invalid", 5)]),
    "no name of a stage": (
        POLICY.replace("  - name: Validation\n    evidenceSet:", "  - evidenceSet:", 1),
        [("policy-invalid", 3)],
    ),
    "order": (f"enforceSequentialOrder: sometimes\n{POLICY}", [("policy-invalid", 1)]),
    "gate": (
        f"{POLICY}gates:\n  - name: g\n    rules: [{{action: Explode}}]\n"
        "    approvals: [{name: a, approvers: [x]}]\n",
        [("policy-invalid", 15)],
    ),
    "threshold": (
        POLICY.replace("{label: Who?}", "{threshold: {operator: '=>', value: 1}}"),
        [("policy-invalid", 9)],
    ),
    "a pipeline": ("stages:\n  - name: build\n    approvals_needed: 1\n", []),
}


@pytest.mark.parametrize(("text", "rules"), POLICIES.values(), ids=POLICIES)
def test_policies(here: Path, text: str, rules: list[tuple[str, int]]) -> None:
    said = of_repository(HOOK, here, {"policy.yml": text})
    assert [(rule, line) for rule, line, _ in found(said)] == rules


def test_declared(here: Path) -> None:
    url = "https://wiki.example.com/approval"
    said = of_repository(HOOK, here, {"train.py": TRAIN}, declared=url)
    assert [(each.kind, each.message) for each in said] == [("evidence", f"declared: {url}")]
    with pytest.raises(SettingsError, match="no such path exists"):
        of_repository(HOOK, here, {"train.py": TRAIN}, declared="docs/none.md")


def test_broken_files_do_not_stop_it(here: Path) -> None:
    files: dict[str, str] = {
        "train.py": TRAIN,
        "broken.py": "import mlflow\nmlflow.register_model((\n",
        ".github/workflows/x.yml": "environment: [\n",
        "docs/a.md": "approved\x00",
    }
    said = of_repository(HOOK, here, files)
    assert [(each.kind, each.rule) for each in said] == [("missing", "no-approval")]


def test_sentences_over_several_lines() -> None:
    text = "# Release\n\n- A release needs\n  the approval of the\n  data owner.\n"
    file = File("x.md", data=text.encode())
    assert [(each.line, each.column) for each in approval_texts.approvals(file)] == [(3, 1)]
