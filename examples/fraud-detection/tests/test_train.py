from __future__ import annotations

from pathlib import Path

import mlflow
import pytest
import yaml
from fraud_detection import FEATURES, MODEL_NAME, TARGET
from fraud_detection.data import synthetic_transactions
from fraud_detection.train import experiment_name, train


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    path = tmp_path / "transactions.csv"
    synthetic_transactions(rows=1500, seed=7).to_csv(path, index=False)
    return str(path)


def config(tmp_path: Path, bar: float) -> str:
    settings = yaml.safe_load((Path(__file__).parents[1] / "conf/train.yaml").read_text())
    settings["min_validation_auc"] = bar
    path = tmp_path / "train.yaml"
    path.write_text(yaml.safe_dump(settings))
    return str(path)


def test_same_seed_same_transactions() -> None:
    first = synthetic_transactions(rows=50, seed=1)
    assert first.equals(synthetic_transactions(rows=50, seed=1))
    assert list(first.columns) == [*FEATURES, TARGET]


def test_experiment_name_carries_project_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOMINO_PROJECT_NAME", "cards")
    monkeypatch.setenv("DOMINO_STARTING_USERNAME", "ada")
    assert experiment_name() == "cards-ada"


def test_good_model_becomes_a_candidate(data: str, tmp_path: Path) -> None:
    assert train(data, config(tmp_path, bar=0.6))
    version = mlflow.MlflowClient().get_model_version_by_alias(MODEL_NAME, "candidate")
    assert float(version.tags["validation_auc"]) > 0.6


def test_model_below_the_bar_is_not_registered(data: str, tmp_path: Path) -> None:
    assert not train(data, config(tmp_path, bar=1.0))
    assert mlflow.MlflowClient().search_registered_models() == []
