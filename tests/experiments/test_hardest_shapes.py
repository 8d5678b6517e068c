"""Twelve shapes of real training code that tempt a checker into a false alarm: nothing is flagged.

Every hook that judges programs runs over each; what a shape must be credited with is listed, too,
so that silence does not come from overlooking it.
"""

from __future__ import annotations

from importlib import import_module

import pytest
from helpers import notebook, together

from mlops_checklist.checklist import ITEMS

HOOKS = [hook for item in ITEMS if (hook := import_module(item.module).HOOK).follows]

SHAPES: dict[str, tuple[dict[str, str], set[str]]] = {}

SHAPES["wrappers in another module, by decorator and context manager"] = (
    {
        "train.py": """\
from features import load
from lightgbm import LGBMClassifier
from sklearn.metrics import roc_auc_score

from tracking import log_run, tracked_run

PARAMS = {"num_leaves": 31, "learning_rate": 0.05, "random_state": 7}


def main(X, y, X_valid, y_valid):
    with tracked_run("lightgbm") as run:
        model = LGBMClassifier(**PARAMS)
        model.fit(X, y)
        auc = roc_auc_score(y_valid, model.predict_proba(X_valid)[:, 1])
        print(f"auc {auc:.4f}")
        log_run(model, PARAMS, {"auc": auc})


if __name__ == "__main__":
    main(*load())
""",
        "tracking.py": """\
import getpass
from contextlib import contextmanager

import mlflow


@contextmanager
def tracked_run(kind):
    mlflow.set_experiment(f"{getpass.getuser()}-{kind}")
    with mlflow.start_run(run_name=kind) as run:
        yield run


def log_run(model, params, metrics):
    mlflow.log_params(params)
    for name, value in metrics.items():
        mlflow.log_metric(name, value)
    mlflow.lightgbm.log_model(model, name="model")
""",
    },
    {
        "parameters-logged/parameters",
        "metrics-logged/metrics",
        "experiment-name-prefix/identity",
    },
)
SHAPES["Neptune: keys of a run, and a series"] = (
    {
        "train.py": """\
import neptune
import torch

torch.manual_seed(0)
run = neptune.init_run(project="team/churn")
params = {"lr": 0.01, "epochs": 5}
run["parameters"] = params
net = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=params["lr"])
for epoch in range(params["epochs"]):
    for x, y in batches:
        loss = ((net(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    run["train/loss"].append(loss.item())
torch.save(net.state_dict(), "net.pt")
run["model"].upload("net.pt")
run.stop()
"""
    },
    {"parameters-logged/parameters", "metrics-logged/metrics"},
)
SHAPES["W&B: attributes of the configuration, Keras callback"] = (
    {
        "train.py": """\
import keras
import wandb
from wandb.integration.keras import WandbMetricsLogger, WandbModelCheckpoint

keras.utils.set_random_seed(1)
wandb.init(project="churn")
wandb.config.learning_rate = 0.001
wandb.config.epochs = 5
wandb.config.batch_size = 64
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=wandb.config.learning_rate))
model.fit(
    x,
    y,
    epochs=wandb.config.epochs,
    batch_size=wandb.config.batch_size,
    callbacks=[WandbMetricsLogger(), WandbModelCheckpoint("best.keras")],
)
"""
    },
    {"parameters-logged/parameters", "metrics-logged/metrics"},
)
SHAPES["ClearML reads options and keeps what is saved"] = (
    {
        "train.py": """\
import argparse

import joblib
from clearml import Task
from sklearn.ensemble import RandomForestClassifier

task = Task.init(project_name="churn", task_name="forest")
parser = argparse.ArgumentParser()
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--seed", type=int, default=3)
args = parser.parse_args()
model = RandomForestClassifier(n_estimators=args.trees, random_state=args.seed)
model.fit(X, y)
task.get_logger().report_single_value("accuracy", model.score(X_test, y_test))
joblib.dump(model, "model.joblib")
"""
    },
    {"parameters-logged/parameters", "metrics-logged/metrics"},
)
SHAPES["notebook with magics, which runs another one"] = (
    {
        "train.ipynb": notebook(
            "%pip install --quiet \\\n    mlflow==3.17.2 \\\n    scikit-learn==1.7.2",
            "%run ./setup.ipynb",
            "!ls data\nmlflow.set_experiment(experiment)",
            "%%time\nwith mlflow.start_run():\n    model = LinearRegression(fit_intercept=True)\n"
            "    model.fit(X, y)\n    log_all(model, X, y)",
        ),
        "setup.ipynb": notebook(
            "import os\nimport mlflow\nfrom sklearn.linear_model import LinearRegression\n"
            "experiment = os.environ['DOMINO_PROJECT_NAME'] + '-' + "
            "os.environ['DOMINO_STARTING_USERNAME']",
            "def log_all(model, X, y):\n    mlflow.log_params(model.get_params())\n"
            "    mlflow.log_metric('r2', model.score(X, y))\n"
            "    mlflow.sklearn.log_model(model, name='model')",
        ),
    },
    {
        "parameters-logged/parameters",
        "metrics-logged/metrics",
        "experiment-name-prefix/identity",
    },
)
SHAPES["Hydra: names and parameters from YAML"] = (
    {
        "src/train.py": """\
import hydra
import mlflow
from omegaconf import OmegaConf
from xgboost import XGBRegressor


@hydra.main(version_base=None, config_path="../conf", config_name="config")
def main(cfg):
    mlflow.set_experiment(cfg.experiment)
    with mlflow.start_run():
        mlflow.log_params(OmegaConf.to_container(cfg.model, resolve=True))
        model = XGBRegressor(max_depth=cfg.model.max_depth, eta=cfg.model.eta)
        model.fit(X, y, eval_set=[(X_valid, y_valid)])
        mlflow.log_metric("r2", model.score(X_valid, y_valid))
        mlflow.xgboost.log_model(model, name="model")


if __name__ == "__main__":
    main()
""",
        "conf/config.yaml": (
            "experiment: prices-${oc.env:DOMINO_STARTING_USERNAME,unknown}\n"
            "model:\n  max_depth: 6\n  eta: 0.1\n"
        ),
    },
    {
        "parameters-logged/parameters",
        "metrics-logged/metrics",
        "experiment-name-prefix/identity",
    },
)
SHAPES["look-alikes beside the real thing"] = (
    {
        "train.py": """\
import mlflow
from sklearn.svm import SVC


def log_model(model):
    print("model", model)


def log_param(name, value):
    # mlflow.log_param("gamma", gamma)
    print(f"mlflow.log_param({name}, {value})")


mlflow.autolog()
with mlflow.start_run():
    model = SVC(C=2.0, kernel="rbf")
    log_param("C", 2.0)
    model.fit(X, y)
    log_model(model)
    print("accuracy", model.score(X_test, y_test))
"""
    },
    {"parameters-logged/autolog", "metrics-logged/autolog"},
)
SHAPES["autologging switched off, everything by hand"] = (
    {
        "train.py": """\
import mlflow
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error

mlflow.sklearn.autolog(disable=True, log_models=False)
params = dict(n_estimators=300, max_depth=4, random_state=1)
with mlflow.start_run() as run:
    model = GradientBoostingRegressor(**params).fit(X, y)
    mlflow.log_params(params)
    mae = mean_absolute_error(y_test, model.predict(X_test))
    mlflow.log_metrics({"mae": mae})
    mlflow.sklearn.log_model(model, name="model")
"""
    },
    {"parameters-logged/parameters", "metrics-logged/metrics"},
)
SHAPES["Databricks source with magics in comments"] = (
    {
        "train.py": """\
# Databricks notebook source
# MAGIC %pip install mlflow==3.17.2

# COMMAND ----------
dbutils.widgets.text("experiment_name", "/Users/ann@example.com/churn")
mlflow_experiment = dbutils.widgets.get("experiment_name")

# COMMAND ----------
import mlflow
from pyspark.ml.classification import LogisticRegression

mlflow.set_experiment(mlflow_experiment)
mlflow.pyspark.ml.autolog()

# COMMAND ----------
with mlflow.start_run(run_name="logistic"):
    model = LogisticRegression(regParam=0.1).fit(training)
    print(model.summary.areaUnderROC)
"""
    },
    {"parameters-logged/autolog", "experiment-name-prefix/identity"},
)
SHAPES["Lightning: logger, hyperparameters and self.log"] = (
    {
        "train.py": """\
import os

import lightning as L
from lightning.pytorch.loggers import MLFlowLogger

from net import Net

L.seed_everything(7)
logger = MLFlowLogger(
    experiment_name=f"{os.environ['DOMINO_PROJECT_NAME']}-nets", log_model=True
)
trainer = L.Trainer(max_epochs=10, logger=logger, accelerator="gpu", devices=1)
trainer.fit(Net(hidden=64, lr=1e-3), loader)
""",
        "net.py": """\
import lightning as L
import torch


class Net(L.LightningModule):
    def __init__(self, hidden, lr):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(hidden, 1)

    def training_step(self, batch, batch_idx):
        loss = self.layer(batch).mean()
        self.log("loss", loss)
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
""",
    },
    {
        "parameters-logged/parameters",
        "metrics-logged/metrics",
        "experiment-name-prefix/identity",
    },
)
SHAPES["a client in a class, a run handed in"] = (
    {
        "pipeline.py": """\
import argparse
import tempfile
from pathlib import Path

import joblib
from mlflow import MlflowClient
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score


class Tracker:
    def __init__(self, experiment_id):
        self.client = MlflowClient()
        self.run = self.client.create_run(experiment_id)

    def finish(self, args, scores, model):
        run_id = self.run.info.run_id
        for key, value in vars(args).items():
            self.client.log_param(run_id, key, value)
        for key, value in scores.items():
            self.client.log_metric(run_id, key, value)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.joblib"
            joblib.dump(model, path)
            self.client.log_artifact(run_id, str(path))


def run(args, tracker):
    model = KMeans(n_clusters=args.clusters, n_init=args.n_init, random_state=args.seed)
    labels = model.fit_predict(X)
    tracker.finish(args, {"silhouette": silhouette_score(X, labels)}, model)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--clusters", type=int, default=8)
    parser.add_argument("--n-init", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--experiment-id", default="3")
    args = parser.parse_args()
    run(args, Tracker(args.experiment_id))


if __name__ == "__main__":
    main()
"""
    },
    {"parameters-logged/parameters", "metrics-logged/metrics"},
)
SHAPES["serving code that imports the training module"] = (
    {
        "serve.py": """\
import joblib
from flask import Flask, request

from model import FraudModel

app = Flask(__name__)
model = FraudModel.load("/mnt/artifacts/model.joblib")


@app.route("/predict", methods=["POST"])
def predict():
    return {"score": model.predict(request.json)}
""",
        "model.py": """\
import joblib
import mlflow
from sklearn.ensemble import RandomForestClassifier


class FraudModel:
    def __init__(self, trees=100):
        self.forest = RandomForestClassifier(n_estimators=trees, random_state=0)

    def fit(self, X, y):
        self.forest.fit(X, y)
        return self

    def predict(self, row):
        return float(self.forest.predict_proba([row])[0, 1])

    def save(self, path):
        joblib.dump(self, path)

    @classmethod
    def load(cls, path):
        return joblib.load(path)
""",
        "train.py": """\
import mlflow

from model import FraudModel

mlflow.sklearn.autolog()
with mlflow.start_run():
    FraudModel(trees=300).fit(X, y).save("/mnt/artifacts/model.joblib")
""",
    },
    {"parameters-logged/autolog", "metrics-logged/autolog"},
)


def test_there_are_twelve() -> None:
    assert len(SHAPES) == 12


@pytest.mark.parametrize(("files", "credited"), SHAPES.values(), ids=SHAPES)
def test_no_false_alarm(files: dict[str, str], credited: set[str]) -> None:
    said = [outcome for hook in HOOKS for outcome in together(hook, files)]
    # None of them registers its model, which is missing, and no alarm.
    bad = [o for o in said if o.kind in ("violation", "error")]
    assert bad == []
    assert credited <= {f"{o.hook}/{o.rule}" for o in said if o.kind == "evidence"}
