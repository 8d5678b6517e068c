"""The broken twin: the example project with planted faults, of which each hook finds its own.

    python examples/broken_twin.py FOLDER

writes it to FOLDER, which must not exist, and says what is planted where. The secrets in it are
invented, and put together here so that no scanner of this repository stumbles over them.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

EXAMPLE = Path(__file__).parent / "fraud-detection"

# Invented, and planted in the twin.
AWS_KEY = "AKIA" + "Q3EGRZLNMUXW7KTB"  # mlops: ignore[no-hardcoded-secrets] invented
HF_TOKEN = "hf_" + "QkWzVtRbYnXcLpMgHsDfJaUeIoTrPlNvKw"
PASSWORD = "Wq7" + "vTz9Lr2xKd4"  # mlops: ignore[no-hardcoded-secrets] invented


class Fault(NamedTuple):
    """In `path`, `old` becomes `new`; the hook's `rule` is found at `mark` in the new text.

    Without `old`, the file is a new one. Without a rule, the change only prepares another.
    """

    path: str
    old: str
    new: str
    rule: str  # hook-id/rule
    mark: str


TRAIN = "src/fraud_detection/train.py"
NOTEBOOK = "notebooks/exploration.ipynb"
BASELINE = "src/fraud_detection/baseline.py"
BASELINE_SOURCE = """\
import mlflow


def register(model):
    mlflow.sklearn.log_model(model, name="model", registered_model_name="fraud-baseline")
    mlflow.MlflowClient().update_registered_model("fraud-scorer", description="Another one")
    mlflow.MlflowClient().set_registered_model_tag("fraud-scorer", "owner", "fraud-analytics")


if __name__ == "__main__":
    register(mlflow.pyfunc.load_model("models:/fraud-detection@champion"))
"""
MLMODEL = "baseline/MLmodel"
MLMODEL_SOURCE = """\
flavors:
  python_function:
    loader_module: mlflow.sklearn
signature:
  inputs: '[{"type": "double", "name": "amount"}]'
"""
FOREST = "experiments/forest.py"
FOREST_SOURCE = """\
import mlflow
from sklearn.ensemble import RandomForestClassifier


def train(training, validation, features, target):
    with mlflow.start_run(run_name="forest"):
        mlflow.log_param("n_estimators", 200)
        model = RandomForestClassifier(n_estimators=200, max_depth=6)
        model.fit(training[features], training[target])
        accuracy = model.score(validation[features], validation[target])
        mlflow.log_metric("validation_accuracy", accuracy)
        mlflow.sklearn.log_model(model, name="model")
"""
LINEAR = "experiments/linear.py"
LINEAR_SOURCE = """\
import mlflow
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split


def train(transactions, features, target):
    training, validation = train_test_split(transactions, test_size=0.2)
    with mlflow.start_run(run_name="linear"):
        mlflow.log_param("C", 0.5)
        model = LogisticRegression(C=0.5).fit(training[features], training[target])
        scores = model.predict_proba(validation[features])[:, 1]
        print(f"AUC {roc_auc_score(validation[target], scores):.3f}")
        mlflow.set_tag("pr_auc", average_precision_score(validation[target], scores))
        mlflow.log_text(str(model), "model.txt")
"""
NETWORK = "experiments/network.py"
NETWORK_SOURCE = """\
import argparse

import mlflow
import torch


def train(batches, epochs):
    network = torch.nn.Linear(5, 1)
    optimizer = torch.optim.Adam(network.parameters())
    for epoch in range(epochs):
        for x, y in batches:
            loss = torch.nn.functional.binary_cross_entropy_with_logits(network(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        mlflow.log_metric("loss", loss.item())
    torch.save(network.state_dict(), "network.pt")


def main(batches):
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with mlflow.start_run(run_name="network"):
        mlflow.log_params(vars(arguments))
        train(batches, arguments.epochs)
"""
BOOSTED = "experiments/boosted.py"
BOOSTED_SOURCE = """\
import mlflow
from xgboost import XGBClassifier


def train(training, features, target):
    with mlflow.start_run(run_name="boosted"):
        model = XGBClassifier(max_depth=4)
        model.fit(training[features], training[target])
"""
FLOW = "flows/nightly.py"
FLOW_SOURCE = """\
from flytekitplugins.domino.task import DominoJobConfig, DominoJobTask

score = DominoJobTask(
    name="Score",
    domino_job_config=DominoJobConfig(Command="python src/fraud_detection/predict.py"),
    use_latest=True,
)
"""
FEEDBACK_SOURCE = """\
[project]
name = "feedback"
version = "0.3.0"
requires-python = ">=3.10,<3.14"
dependencies = ["pandas>=2.3", "httpx>=0.28"]
"""
LOCK_SOURCE = """\
version = 1

[[package]]
name = "feedback"
version = "0.3.0"
source = { virtual = "." }
dependencies = [{ name = "pandas" }]

[package.metadata]
requires-dist = [{ name = "pandas", specifier = ">=2.3" }]

[[package]]
name = "pandas"
version = "2.3.3"
source = { registry = "https://pypi.org/simple" }
"""
NEIGHBOURS = "experiments/neighbours.py"
NEIGHBOURS_SOURCE = """\
import joblib
from sklearn.neighbors import KNeighborsClassifier


def train(training, features, target):
    model = KNeighborsClassifier(5).fit(training[features], training[target])
    joblib.dump(model, "neighbours.joblib")
"""
SILENT = "experiments/silent.py"
SILENT_SOURCE = """\
import mlflow
from sklearn.naive_bayes import GaussianNB

mlflow.autolog(disable=True)


def train(training, features, target):
    return GaussianNB().fit(training[features], training[target])
"""
TUNED = "experiments/tuned.py"
TUNED_SOURCE = """\
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments


def train(reviews):
    model = AutoModelForSequenceClassification.from_pretrained("google-bert/bert-base-cased")
    trainer = Trainer(model=model, args=TrainingArguments("out"), train_dataset=reviews)
    trainer.train()
"""
REPLAY = "experiments/replay.py"
REPLAY_SOURCE = """\
import mlflow
import pandas as pd
from sklearn.metrics import roc_auc_score


def replay(model):
    transactions = pd.read_parquet("/mnt/data/fraud/last_week.parquet")
    with mlflow.start_run(run_name="replay"):
        scores = model.predict_proba(transactions.drop(columns="is_fraud"))[:, 1]
        mlflow.log_metric("replay_auc", roc_auc_score(transactions["is_fraud"], scores))


replay(mlflow.sklearn.load_model("models:/fraud@champion"))
"""
FETCH = "experiments/fetch.py"
FETCH_SOURCE = """\
import pandas as pd
from datasets import load_dataset
from flytekitplugins.domino.task import DatasetSnapshot

REVIEWS = load_dataset("acme/reviews")
SHOPS = pd.read_csv("https://raw.githubusercontent.com/acme/data/main/shops.csv")
RATES = pd.read_csv("/mnt/data/rates@v2/rates.csv")
RATES.to_csv("/mnt/data/snapshots/rates/2/clean.csv")
RATES_OF_THE_DAY = DatasetSnapshot(Id="6526dbd1f9ea0a4f2f3a6a15", Version=0)
"""
PROFILE = "segments/profile.py"
PROFILE_SOURCE = """\
from pyspark.ml.clustering import KMeans
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
cards = spark.read.parquet("/mnt/data/cards")
shops = spark.read.format("delta").load("/lake/shops")
model = KMeans(k=8, seed=7).fit(cards.join(shops, "shop"))
"""
SHARE = "scripts/share.sh"
SHARE_SOURCE = """\
#!/usr/bin/env bash
set -euo pipefail
chmod -R 777 reports
aws s3 cp reports s3://fraud-reports --recursive --acl public-read
hf repo create acme/fraud-reports --repo-type dataset
psql --command "GRANT ALL ON DATABASE fraud TO reports"
jupyter lab --ip=0.0.0.0 --ServerApp.token=
"""
ROLE = "deploy/role.yaml"
ROLE_SOURCE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: fraud-detection
rules:
  - apiGroups: [""]
    resources: [secrets]
    verbs: ["*"]
"""
# Invented people; their numbers are sound.
CUSTOMERS = "segments/customers.tsv"
CUSTOMERS_SOURCE = """\
name,email,mobile,card_number,iban,ssn,client_ip,date_of_birth
Ada Lovelace,ada.lovelace@uni-k.de,+49 30 901820,{0}75,{1}3000,{2}4399,93.184.216.34,1985-12-10
Tunde Okafor,t.okafor@mailbox.org,+44 20 7946 1234,{0}75,{1}3000,{2}4399,151.101.1.69,1972-03-01
""".replace(",", "\t").format("45391277777777", "DE8937040044053201", "536-90-")
NOTIFY = "scripts/notify.py"
NOTIFY_SOURCE = """\
def notify(flagged):
    for customer in flagged:
        print("asking", customer["email"])
"""
SWITCHED_SOURCE = """\
import mlflow

mlflow.sklearn.autolog(log_datasets=False)
"""
PIPELINE = "dvc.yaml"
PIPELINE_SOURCE = """\
stages:
  train:
    cmd: python -m fraud_detection.train --config conf/train.yaml
    wdir: .
    deps: [src/fraud_detection]
"""
WEIGHTS = "experiments/network.pt"
SCORER = "deploy/scorer.py"
SCORER_SOURCE = """\
import joblib
from flask import Flask

app = Flask(__name__)
model = joblib.load("neighbours.joblib")


@app.post("/score")
def score():
    return str(model.predict([[1.0]]))
"""
HASTY = "experiments/hasty.py"
HASTY_SOURCE = """\
import mlflow
from sklearn.ensemble import ExtraTreesClassifier


def train(training, features, target):
    with mlflow.start_run(run_name="hasty"):
        mlflow.log_params({"n_estimators": 100, "random_state": 3})
        model = ExtraTreesClassifier(n_estimators=100, random_state=3)
        model.fit(training[features], training[target])
        mlflow.log_metric("accuracy", model.score(training[features], training[target]))
        logged = mlflow.sklearn.log_model(model, name="m", input_example=training[features].head())
    client = mlflow.MlflowClient()
    version = client.create_model_version(
        "fraud-hasty", logged.model_uri, description="A try.", tags={"owner": "fraud-analytics"}
    )
    client.set_registered_model_alias("fraud-hasty", "champion", version.version)


train(*load())
"""
BLIND = "experiments/blind.py"
BLIND_SOURCE = """\
import mlflow
from sklearn.ensemble import ExtraTreesClassifier


def train(training, features, target):
    mlflow.sklearn.autolog(disable=True)
    model = ExtraTreesClassifier(random_state=3).fit(training[features], training[target])
    example = training[features].head()
    logged = mlflow.sklearn.log_model(model, name="m", input_example=example)
    mlflow.MlflowClient().create_model_version(
        "fraud-blind", logged.model_uri, description="A try.", tags={"owner": "fraud-analytics"}
    )


train(*load())
"""
POLICY = "governance/policy.yml"
POLICY_SOURCE = """\
stages:
  - name: Validation
    evidenceSet:
      - id: validation
    approvals:
      - name: Sign-off
        approvers: []
"""
WORKER = "deploy/worker.yaml"
WORKER_SOURCE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: fraud-worker
spec:
  revisionHistoryLimit: 0
  template:
    spec:
      containers:
        - name: worker
          image: registry.example.com/fraud/worker:latest
          ports: [{ name: http, containerPort: 9000 }]
          startupProbe: { httpGet: { path: /, port: web } }
"""
CANARY = "deploy/canary.yaml"
CANARY_SOURCE = """\
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: fraud-worker }
spec: { skipAnalysis: true }
"""
COMPOSE = "deploy/compose.yaml"
COMPOSE_SOURCE = """\
services:
  scorer:
    build: { context: .., dockerfile: deploy/Dockerfile }
    healthcheck: { disable: true }
"""
ALERTS = "deploy/worker-alerts.yaml"
ALERTS_SOURCE = """\
groups:
  - name: worker
    rules:
      - alert: WorkerFails
        expr: rate(worker_failures_total[5m])
        labels: { severity: warning }
        annotations: { summary: The worker fails, runbook: docs/worker.md }
      - alert: WorkerSlow
        expr: rate(worker_slow_total[5m]) >= 0
        labels: { severity: warning }
        annotations: { summary: The worker is slow }
      - alert: WorkerDown
        expr: up{job="worker"} == 0
      - alert: WorkerLost
        expr: absent(up{job="worker"}
        for: 5m
"""
ALERTMANAGER = "deploy/alertmanager.yml"
ALERTMANAGER_SOURCE = """\
route: { receiver: nobody }
receivers:
  - name: nobody
"""
BOARD = "deploy/worker.json"
BOARD_SOURCE = """\
{
  "title": "Worker", "schemaVersion": 39,
  "panels": [{ "title": "Load", "type": "timeseries", "targets": [] }]
}
"""
EMPTY_BOARD = "deploy/empty.json"
MONITOR = "conf/monitor.json"
MONITOR_SOURCE = """\
{
  "variables": [{ "name": "x", "valueType": "numerical", "variableType": "prediction" }],
  "datasetDetails": { "name": "d", "datasetType": "file" },
  "modelMetadata": { "name": "m", "modelType": "regression", "version": "1" }
}
"""
RUNBOOK = "docs/worker.rollback.md"
FAULTS = (
    # Runs: parameters, metrics, artifacts, seeds.
    Fault(FOREST, "", FOREST_SOURCE, "parameters-logged/unlogged-parameter", "mlflow.start_run"),
    Fault(FOREST, "", "", "seeded-randomness/unseeded-training", "RandomForestClassifier(n"),
    Fault(LINEAR, "", LINEAR_SOURCE, "metrics-logged/printed-metric", "roc_auc_score(validation"),
    Fault(LINEAR, "", "", "metrics-logged/metric-as-param", "average_precision_score(validation"),
    Fault(LINEAR, "", "", "seeded-randomness/unseeded-split", "train_test_split(transactions"),
    Fault(NETWORK, "", NETWORK_SOURCE, "metrics-logged/no-step", "mlflow.log_metric"),
    Fault(NETWORK, "", "", "artifacts-stored/local-only-artifact", "torch.save"),
    Fault(NETWORK, "", "", "seeded-randomness/unseeded-training", "loss.backward"),
    Fault(NETWORK, "", "", "seeded-randomness/unused-seed", 'parser.add_argument("--seed"'),
    Fault(BOOSTED, "", BOOSTED_SOURCE, "parameters-logged/no-parameters", "mlflow.start_run"),
    Fault(BOOSTED, "", "", "metrics-logged/no-metrics", "mlflow.start_run"),
    Fault(BOOSTED, "", "", "artifacts-stored/no-artifacts", "mlflow.start_run"),
    Fault(
        NEIGHBOURS,
        "",
        NEIGHBOURS_SOURCE,
        "parameters-logged/untracked-training",
        "KNeighborsClassifier(5)",
    ),
    Fault(SILENT, "", SILENT_SOURCE, "parameters-logged/autolog-disabled", "mlflow.autolog"),
    Fault(
        TUNED,
        "",
        TUNED_SOURCE,
        "seeded-randomness/unpinned-base-model",
        "AutoModelForSequenceClassification.from",
    ),
    Fault(WEIGHTS, "", "not a network\n", "artifacts-stored/model-in-git", "not"),
    # Data.
    Fault(CUSTOMERS, "", CUSTOMERS_SOURCE, "no-personal-data/person-record", "name"),
    Fault(CUSTOMERS, "", "", "no-personal-data/email", "email"),
    Fault(CUSTOMERS, "", "", "no-personal-data/phone", "mobile"),
    Fault(CUSTOMERS, "", "", "no-personal-data/credit-card", "card_number"),
    Fault(CUSTOMERS, "", "", "no-personal-data/iban", "iban"),
    Fault(CUSTOMERS, "", "", "no-personal-data/national-id", "ssn"),
    Fault(CUSTOMERS, "", "", "no-personal-data/ip-address", "client_ip"),
    Fault(CUSTOMERS, "", "", "no-personal-data/personal-column", "date_of_birth"),
    Fault(NOTIFY, "", NOTIFY_SOURCE, "no-personal-data/personal-data-logged", 'customer["email"'),
    Fault(SHARE, "", SHARE_SOURCE, "data-access-controls/world-writable", "777"),
    Fault(SHARE, "", "", "data-access-controls/public-storage", "public-read"),
    Fault(SHARE, "", "", "data-access-controls/public-upload", "hf repo"),
    Fault(SHARE, "", "", "data-access-controls/broad-grant", '"GRANT ALL'),
    Fault(SHARE, "", "", "data-access-controls/open-notebook", "--ServerApp"),
    Fault(ROLE, "", ROLE_SOURCE, "data-access-controls/rbac-wildcard", '"*"'),
    Fault(FETCH, "", FETCH_SOURCE, "dataset-snapshots/unpinned-download", 'load_dataset("acme'),
    Fault(FETCH, "", "", "dataset-snapshots/moving-url", '"https://raw'),
    Fault(FETCH, "", "", "dataset-snapshots/wrong-snapshot-path", 'pd.read_csv("/mnt'),
    Fault(FETCH, "", "", "dataset-snapshots/snapshot-write", "RATES.to_csv"),
    Fault(FETCH, "", "", "dataset-snapshots/unpinned-snapshot", "0)"),
    Fault(PROFILE, "", PROFILE_SOURCE, "dataset-snapshots/mutable-dataset-path", "spark.read.parq"),
    Fault(PROFILE, "", "", "dataset-snapshots/unversioned-table", "spark.read.format"),
    Fault("dvc.lock", "", "schema: '2.0'\nstages: {}\n", "", ""),
    Fault(REPLAY, "", REPLAY_SOURCE, "data-lineage/untracked-input", "pd.read_parquet"),
    Fault(
        "experiments/settings.py",
        "",
        SWITCHED_SOURCE,
        "data-lineage/lineage-disabled",
        "mlflow.sklearn",
    ),
    Fault(PIPELINE, "", PIPELINE_SOURCE, "data-lineage/undeclared-dep", "conf/train"),
    Fault(PIPELINE, "", "", "dataset-snapshots/dvc-not-locked", "train:"),
    # The environment.
    Fault(
        "deploy/Dockerfile",
        "FROM python:3.10.18-slim-bookworm",
        "FROM python:latest",
        "reproducible-environment/moving-base-image",
        "python:latest",
    ),
    Fault(
        "environment/Dockerfile",
        "ubuntu22-py3.10-r4.5",
        "ubuntu22-py3.9-r4.5",
        "reproducible-environment/python-version-conflict",
        "quay.io",
    ),
    Fault(FLOW, "", FLOW_SOURCE, "reproducible-environment/moving-environment", "True"),
    Fault("feedback/uv.lock", "", LOCK_SOURCE, "", ""),
    Fault(
        "feedback/pyproject.toml",
        "",
        FEEDBACK_SOURCE,
        "reproducible-environment/stale-lock",
        "httpx",
    ),
    # Dependencies.
    Fault("requirements.txt", "numpy==2.2.6", "numpy", "pinned-requirements/unpinned", "numpy"),
    Fault(
        "requirements.txt",
        "pandas==2.3.3",
        "pandas>=2.3",
        "pinned-requirements/range",
        "pandas>=2.3",
    ),
    Fault(
        "requirements.txt",
        "scikit-learn==1.7.2",
        "scikit-learn==1.*",
        "pinned-requirements/wildcard",
        "scikit-learn==1.*",
    ),
    Fault(
        "requirements.txt",
        "uvicorn==0.40.0",
        "uvicorn @ git+https://github.com/encode/uvicorn@master",
        "pinned-requirements/moving-ref",
        "uvicorn @",
    ),
    Fault(
        "requirements.txt",
        "fastapi==0.128.0",
        "fastapi @ https://example.com/fastapi.zip",
        "pinned-requirements/unverified-url",
        "fastapi @",
    ),
    Fault(
        "environment/Dockerfile",
        "    mlflow==3.17.2 \\\n",
        "    'mlflow>=3' \\\n",
        "pinned-requirements/range",
        "'mlflow>=3'",
    ),
    Fault(
        "pyproject.toml",
        'dynamic = ["dependencies"]',
        'dependencies = ["mlflow>=3"]',
        "pinned-requirements/no-lockfile",
        "mlflow>=3",
    ),
    Fault(
        "app.sh",
        'export PYTHONPATH="$PWD/src"',
        'pip install --quiet prometheus-client\nexport PYTHONPATH="$PWD/src"',
        "pinned-requirements/unpinned",
        "prometheus-client",
    ),
    Fault("app.sh", "", "", "reproducible-environment/runtime-upgrade", "prometheus-client"),
    Fault(
        NOTEBOOK,
        '"%pip install --quiet pandas==2.3.3 mlflow==3.17.2 scikit-learn==1.7.2"',
        '"%conda install --yes numpy=1.26\\n",\n    "%pip install --quiet pandas mlflow==3.17.2"',
        "pinned-requirements/unpinned",
        "pandas mlflow",
    ),
    Fault(NOTEBOOK, "", "", "pinned-requirements/fuzzy", "numpy=1.26"),
    # Secrets.
    Fault(
        "src/fraud_detection/data.py",
        "def read_transactions",
        f'AWS_ACCESS_KEY_ID = "{AWS_KEY}"\n\n\ndef read_transactions',
        "no-hardcoded-secrets/aws-access-key",
        AWS_KEY,
    ),
    Fault(
        ".env.example",
        "MLFLOW_TRACKING_TOKEN=",
        f"MLFLOW_TRACKING_PASSWORD={PASSWORD}",
        "no-hardcoded-secrets/generic-secret",
        PASSWORD,
    ),
    Fault(
        NOTEBOOK,
        "import mlflow\\n",
        f'import huggingface_hub\\n",\n    "import mlflow\\n",\n    "\\n",\n    '
        f'"huggingface_hub.login(token=\\"{HF_TOKEN}\\")\\n',
        "no-hardcoded-secrets/hugging-face-token",
        HF_TOKEN,
    ),
    # Experiment names.
    Fault(
        TRAIN,
        "mlflow.set_experiment(experiment_name())",
        'mlflow.set_experiment("churn")',
        "experiment-name-prefix/literal-name",
        '"churn"',
    ),
    Fault(
        "scripts/train.sh",
        'MLFLOW_EXPERIMENT_NAME="${DOMINO_PROJECT_NAME:-fraud-detection}-${user}"',
        'MLFLOW_EXPERIMENT_NAME="${MLFLOW_EXPERIMENT_NAME:-churn}"',
        "experiment-name-prefix/default-value",
        "${MLFLOW_EXPERIMENT_NAME:-churn}",
    ),
    Fault(
        NOTEBOOK,
        'mlflow.set_experiment(f\\"{project}-{user}-exploration\\")',
        'mlflow.set_experiment(f\\"churn-{uuid.uuid4()}\\")',
        "experiment-name-prefix/no-identity",
        'f"churn-{uuid',
    ),
    Fault(
        NOTEBOOK,
        "import getpass\\n",
        "import uuid\\n",
        "",
        "",
    ),
    # Registered models.
    Fault(
        TRAIN,
        '            tags={"owner": "fraud-analytics", "task": "tabular-classification"},\n',
        "",
        "",
        "",
    ),
    Fault(
        TRAIN,
        """\
        tags={
            "dataset.sha256": digest,
            "validation_auc": f"{metrics['validation_auc']:.4f}",
            "validation_status": "pending",
        },
""",
        "",
        "",
        "",
    ),
    Fault(
        TRAIN,
        'source=f"models:/{model_id}",\n        run_id=run_id,\n        model_id=model_id,',
        'source="/mnt/artifacts/model",',
        "registered-model-metadata/no-source-run",
        '"/mnt/artifacts/model"',
    ),
    Fault(TRAIN, "", "", "data-lineage/no-source-run", '"/mnt/artifacts/model"'),
    Fault(
        TRAIN,
        '"candidate", version.version',
        '"latest", version.version',
        "registered-model-metadata/bad-alias",
        '"latest"',
    ),
    Fault(
        "src/fraud_detection/predict.py",
        'f"models:/{MODEL_NAME}@champion"',
        'f"models:/{MODEL_NAME}/latest"',
        "registered-model-metadata/moving-model-uri",
        'f"models:/{MODEL_NAME}/latest"',
    ),
    Fault(BASELINE, "", BASELINE_SOURCE, "registered-model-metadata/no-signature", "mlflow.sk"),
    Fault(BASELINE, "", "", "registered-model-metadata/no-description", "mlflow.sk"),
    Fault(BASELINE, "", "", "registered-model-metadata/no-tags", "mlflow.sk"),
    Fault(MLMODEL, "", MLMODEL_SOURCE, "registered-model-metadata/no-environment", "python_f"),
    Fault(
        "MODEL_CARD.md",
        "- **License:** Apache-2.0\n",
        "",
        "registered-model-metadata/incomplete-card",
        "# Fraud detection",
    ),
    Fault("MODEL_CARD.md", "license: apache-2.0\n", "", "", ""),
    Fault(
        "MODEL_CARD.md",
        "- Amounts are in euros; other currencies must be converted first.",
        "- TODO",
        "registered-model-metadata/template-residue",
        "TODO",
    ),
    Fault(SCORER, "", SCORER_SOURCE, "model-registered/unregistered-serving", "joblib.load"),
    Fault(HASTY, "", HASTY_SOURCE, "validation-metrics/training-metric-only", "model.score"),
    Fault(HASTY, "", "", "approval-workflow/self-promotion", "client.set_registered_model_alias"),
    Fault(
        BLIND,
        "",
        BLIND_SOURCE,
        "validation-metrics/no-validation-metric",
        "mlflow.MlflowClient().create",
    ),
    Fault(POLICY, "", POLICY_SOURCE, "approval-workflow/policy-invalid", "validation"),
    Fault(POLICY, "", "", "approval-workflow/policy-without-approvers", "name: Sign"),

    # Deployment.
    Fault(WORKER, "", WORKER_SOURCE, "health-checks/no-readiness-probe", "name: worker"),
    Fault(WORKER, "", "", "health-checks/no-liveness-probe", "name: worker"),
    Fault(WORKER, "", "", "health-checks/probe-port", "web"),
    Fault(WORKER, "", "", "rollback-strategy/no-revision-history", "0\n"),
    Fault(WORKER, "", "", "rollback-strategy/moving-image-tag", "registry.example"),
    Fault(
        "deploy/deployment.yaml",
        "httpGet: { path: /health, port: http }",
        "httpGet: { path: /healthz, port: http }",
        "health-checks/probe-path",
        "/healthz",
    ),
    Fault(COMPOSE, "", COMPOSE_SOURCE, "health-checks/no-healthcheck", "scorer"),
    Fault(SCORER, "", "", "health-checks/no-health-route", 'app.post("/score")'),
    Fault("app.sh", "--host 0.0.0.0", "--host 127.0.0.1", "health-checks/localhost-bind", "127"),
    Fault(CANARY, "", CANARY_SOURCE, "rollback-strategy/rollback-disabled", "true"),
    Fault(RUNBOOK, "", "# Rollback\n\nLater.\n", "rollback-strategy/empty-rollback-section", "#"),
    Fault(ALERTS, "", ALERTS_SOURCE, "alert-thresholds/no-threshold", "rate(worker_f"),
    Fault(ALERTS, "", "", "alert-thresholds/dead-runbook", "docs/worker"),
    Fault(ALERTS, "", "", "alert-thresholds/trivial-threshold", "rate(worker_s"),
    Fault(ALERTS, "", "", "alert-thresholds/no-duration", "alert: WorkerDown"),
    Fault(ALERTS, "", "", "alert-thresholds/no-severity", "alert: WorkerDown"),
    Fault(ALERTS, "", "", "alert-thresholds/no-summary", "alert: WorkerDown"),
    Fault(ALERTS, "", "", "alert-thresholds/broken-expression", "absent(up"),
    Fault(ALERTMANAGER, "", ALERTMANAGER_SOURCE, "alert-thresholds/no-receiver", "nobody"),
    Fault(
        "conf/monitoring.yaml",
        'recipients: ["#fraud-oncall"]',
        "alerts: [data_drift_detected]",
        "alert-thresholds/alert-without-threshold",
        "alerts:",
    ),
    Fault(BOARD, "", BOARD_SOURCE, "monitoring-dashboards/panel-without-query", "{ \"title\": \"L"),
    Fault(
        EMPTY_BOARD,
        "",
        '{ "title": "Empty", "schemaVersion": 39, "panels": [] }\n',
        "monitoring-dashboards/empty-dashboard",
        "{",
    ),
    Fault(
        "deploy/dashboard.json",
        'sum(rate(fraud_requests_total[5m]))" }]',
        'sum(rate(fraud_request_total[5m]))" }]',
        "monitoring-dashboards/unknown-metric",
        '"sum(rate(fraud_request_total',
    ),
    Fault(
        "src/fraud_detection/predict.py",
        "    capture.capturePrediction(values, [probability])\n",
        "",
        "monitoring-dashboards/capture-never-called",
        "DataCaptureClient(FEATURES",
    ),
    Fault(MONITOR, "", MONITOR_SOURCE, "monitoring-dashboards/monitoring-config", '[{ "name"'),
)


def make(folder: Path) -> list[tuple[str, str]]:
    """Write the broken twin to `folder`; return place and rule of each planted fault, sorted.

    A place is written as the hooks write it: path:line:column, in a notebook with the cell.
    """
    shutil.copytree(EXAMPLE, folder)
    for fault in FAULTS:
        path = folder / fault.path
        if not fault.old:
            path.parent.mkdir(exist_ok=True)
            if fault.new:
                path.write_text(fault.new, "utf-8")
            continue
        text = path.read_text("utf-8")
        if text.count(fault.old) != 1:
            raise SystemExit(f"{fault.path} does not hold this text once: {fault.old}")
        path.write_text(text.replace(fault.old, fault.new), "utf-8")
    return sorted(
        (_place(folder / fault.path, fault.path, fault.mark), fault.rule)
        for fault in FAULTS
        if fault.rule
    )


def _place(path: Path, name: str, mark: str) -> str:
    text = path.read_text("utf-8")
    if path.suffix != ".ipynb":
        return f"{name}:{_line_and_column(text, mark)}"
    code = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, 1):
        source = "".join(cell["source"])
        if mark in source:
            return f"{name}:cell_{number}:{_line_and_column(source, mark)}"
    raise SystemExit(f"{name} does not hold {mark}")


def _line_and_column(text: str, mark: str) -> str:
    before = text[: text.index(mark)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


if __name__ == "__main__":
    for place, rule in make(Path(sys.argv[1])):
        print(f"{place}: {rule}")
