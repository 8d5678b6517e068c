"""Trains a fraud classifier, logs the run, and registers it if it passes the bar.

Where to log comes from the environment (MLFLOW_TRACKING_URI; Domino sets it). A passing model
becomes a new version with the alias `candidate`; only `fraud_detection.promote` makes it champion.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys

import mlflow
import yaml
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    classification_report,
    recall_score,
    roc_auc_score,
)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fraud_detection import FEATURES, MODEL_NAME, TARGET
from fraud_detection.data import SNAPSHOT, read_transactions, sha256


def experiment_name() -> str:
    """Project and person, so that nobody logs into another's experiment."""
    user = os.environ.get("DOMINO_STARTING_USERNAME") or getpass.getuser()
    return f"{os.environ.get('DOMINO_PROJECT_NAME', 'fraud-detection')}-{user}"


def train(data: str, config_path: str) -> bool:
    """Trains on the file `data`; says whether the model was good enough to be registered."""
    with open(config_path, encoding="utf-8") as file:
        config = yaml.safe_load(file)
    seed = config["seed"]

    transactions = read_transactions(data)
    training, validation = train_test_split(
        transactions,
        test_size=config["validation_share"],
        stratify=transactions[TARGET],
        random_state=seed,
    )

    mlflow.set_experiment(experiment_name())
    with mlflow.start_run() as run:
        digest = sha256(data)
        dataset = mlflow.data.from_pandas(
            transactions, source=data, targets=TARGET, name="transactions"
        )
        mlflow.log_input(dataset, context="training")
        mlflow.set_tags({"dataset.path": data, "dataset.sha256": digest})
        mlflow.log_params(
            {
                "seed": seed,
                "validation_share": config["validation_share"],
                "min_validation_auc": config["min_validation_auc"],
                "training_rows": len(training),
                **config["model"],
            }
        )
        mlflow.log_artifact(config_path, "config")

        model = make_pipeline(
            StandardScaler(), LogisticRegression(**config["model"], random_state=seed)
        )
        model.fit(training[FEATURES], training[TARGET])

        scores = model.predict_proba(validation[FEATURES])[:, 1]
        flagged = scores >= 0.5
        metrics = {
            "validation_auc": float(roc_auc_score(validation[TARGET], scores)),
            "validation_average_precision": float(
                average_precision_score(validation[TARGET], scores)
            ),
            "validation_recall": float(recall_score(validation[TARGET], flagged)),
        }
        mlflow.log_metrics(metrics)
        report = classification_report(validation[TARGET], flagged, output_dict=True)
        mlflow.log_dict(report, "validation/report.json")

        example = training[FEATURES].head(5)
        logged = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=infer_signature(example, model.predict_proba(example)),
            input_example=example,
            pyfunc_predict_fn="predict_proba",
        )

        auc = metrics["validation_auc"]
        print(f"validation_auc {auc:.4f} in run {run.info.run_id}")
        if auc < config["min_validation_auc"]:
            print(f"not registered: below {config['min_validation_auc']}")
            return False
        version = register(logged.model_id, run.info.run_id, metrics, digest)
        print(f"registered {MODEL_NAME} version {version}")
        return True


def register(model_id: str, run_id: str, metrics: dict[str, float], digest: str) -> str:
    """Makes a model version out of a logged model, and a candidate of it; gives its number."""
    client = mlflow.MlflowClient()
    try:
        client.create_registered_model(
            MODEL_NAME,
            tags={"owner": "fraud-analytics", "task": "tabular-classification"},
            description="Probability that a card transaction is fraud. See MODEL_CARD.md.",
        )
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    version = client.create_model_version(
        name=MODEL_NAME,
        source=f"models:/{model_id}",
        run_id=run_id,
        model_id=model_id,
        tags={
            "dataset.sha256": digest,
            "validation_auc": f"{metrics['validation_auc']:.4f}",
            "validation_status": "pending",
        },
        description=(
            "Logistic regression on the features in MODEL_CARD.md. "
            f"Held-out AUC {metrics['validation_auc']:.4f}, "
            f"recall {metrics['validation_recall']:.4f} at 0.5."
        ),
    )
    client.set_registered_model_alias(MODEL_NAME, "candidate", version.version)
    return str(version.version)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("FRAUD_DATA", SNAPSHOT))
    parser.add_argument("--config", default="conf/train.yaml")
    options = parser.parse_args()
    return 0 if train(options.data, options.config) else 1


if __name__ == "__main__":
    sys.exit(main())
