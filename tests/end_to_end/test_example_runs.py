"""The example project really trains and registers, with the MLflow that it pins."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from end_to_end.environments import environment, requirements_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "fraud-detection"

# Runs in the example's environment: prints what MLflow holds after the training.
LOOK = """
import json
import mlflow

client = mlflow.MlflowClient()
registered = client.get_registered_model("fraud-detection")
version = client.get_model_version_by_alias("fraud-detection", "candidate")
experiment = client.get_experiment_by_name("card-fraud-ada")
run = client.search_runs([experiment.experiment_id])[0]
model = mlflow.models.get_model_info("models:/fraud-detection@candidate")
print(json.dumps({
    "experiments": sorted(found.name for found in client.search_experiments()),
    "run_id": run.info.run_id,
    "status": run.info.status,
    "params": run.data.params,
    "metrics": run.data.metrics,
    "tags": run.data.tags,
    "artifacts": [item.path for folder in ("config", "validation")
                  for item in client.list_artifacts(run.info.run_id, folder)],
    "datasets": [{"name": used.dataset.name, "contexts": [tag.value for tag in used.tags]}
                 for used in run.inputs.dataset_inputs],
    "version": {"number": version.version, "description": version.description,
                "tags": version.tags, "aliases": version.aliases, "run_id": version.run_id},
    "registered": {"description": registered.description, "tags": registered.tags},
    "inputs": model.signature.inputs.input_names(),
    "outputs": model.signature.outputs.to_dict(),
    "input_example": model.saved_input_example_info is not None,
}))
"""


@pytest.fixture(scope="session")
def python() -> str:
    return environment("mlflow", requirements_of(EXAMPLE / "requirements.txt"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example: the run must leave nothing behind in the repository."""
    copy = tmp_path / "fraud-detection"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__", "mlruns", "*.db"))
    return copy


def run(project: Path, python: str, *command: str, server: str = "", **more: str) -> str:
    """What a command of the project prints when Ada's Domino job runs it; it must succeed.

    Without a server, MLflow's database is a file in the project's folder, and nothing goes over
    the network.
    """
    outside = ("DOMINO_", "MLFLOW_", "PYTHON", "GIT_", "FRAUD_")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    database = server or f"sqlite:///{project / 'mlflow.db'}"
    variables |= {
        "DOMINO_PROJECT_NAME": "card-fraud",
        "DOMINO_STARTING_USERNAME": "ada",
        "MLFLOW_TRACKING_URI": database,
        "MLFLOW_REGISTRY_URI": database,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "PYTHON": python,
        "PYTHONPATH": str(project / "src"),
        **more,
    }
    done = subprocess.run(
        command, cwd=project, env=variables, capture_output=True, text=True, errors="replace"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def trained(project: Path, python: str) -> dict[str, Any]:
    """Trains as the example's README says; gives what MLflow holds afterwards."""
    run(project, python, python, "-m", "fraud_detection.data", "transactions.csv", "--rows", "1500")
    run(project, python, "scripts/train.sh", "--data", "transactions.csv")
    held: dict[str, Any] = json.loads(run(project, python, python, "-c", LOOK).splitlines()[-1])
    return held


def test_training_logs_and_registers(project: Path, trained: dict[str, Any]) -> None:
    assert trained["experiments"] == ["Default", "card-fraud-ada"]
    assert trained["status"] == "FINISHED"
    assert trained["params"] == {
        "seed": "20",
        "validation_share": "0.25",
        "min_validation_auc": "0.75",
        "training_rows": "1125",
        "C": "1.0",
        "class_weight": "balanced",
        "max_iter": "200",
    }
    assert sorted(trained["metrics"]) == [
        "validation_auc",
        "validation_average_precision",
        "validation_recall",
    ]
    assert 0.75 <= trained["metrics"]["validation_auc"] < 1
    assert trained["artifacts"] == ["config/train.yaml", "validation/report.json"]
    assert trained["datasets"] == [{"name": "transactions", "contexts": ["training"]}]
    data = hashlib.sha256((project / "transactions.csv").read_bytes()).hexdigest()
    assert trained["tags"]["dataset.path"] == "transactions.csv"
    assert trained["tags"]["dataset.sha256"] == data

    auc = f"{trained['metrics']['validation_auc']:.4f}"
    assert trained["version"]["number"] in (1, "1")
    assert trained["version"]["run_id"] == trained["run_id"]
    assert trained["version"]["aliases"] == ["candidate"]
    assert trained["version"]["tags"] == {
        "dataset.sha256": data,
        "validation_auc": auc,
        "validation_status": "pending",
    }
    assert f"Held-out AUC {auc}" in trained["version"]["description"]
    assert trained["registered"]["description"].startswith("Probability that a card transaction")
    assert trained["registered"]["tags"] == {
        "owner": "fraud-analytics",
        "task": "tabular-classification",
    }
    assert trained["inputs"] == [
        "amount",
        "is_night",
        "merchant_risk",
        "distance_km",
        "transactions_last_day",
    ]
    assert trained["outputs"][0]["tensor-spec"] == {"dtype": "float64", "shape": [-1, 2]}
    assert trained["input_example"] is True
