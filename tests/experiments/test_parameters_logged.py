"""parameters-logged: what must be flagged, and what must not."""

from __future__ import annotations

import re

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.experiments.parameters_logged import HOOK
from mlops_checklist.outcome import Outcome

BEFORE = """\
import mlflow
from sklearn.ensemble import RandomForestClassifier

"""


def judged(source: str, *kinds: str) -> list[str]:
    return [rule for rule, _, _ in found(outcomes(HOOK, "train.py", source), *kinds)]


def message(source: str) -> str:
    (said,) = [o for o in outcomes(HOOK, "train.py", source) if o.kind == "violation"]
    return said.message


# --- no-parameters ------------------------------------------------------------------------

RUN = (
    BEFORE
    + """\
with mlflow.start_run():
    model = RandomForestClassifier(n_estimators=50, random_state=0)
    model.fit(X, y)
    mlflow.log_metric("accuracy", model.score(X_test, y_test))
"""
)
NO_PARAMETERS = {
    "scikit-learn": RUN,
    "commented out": RUN + "    # mlflow.log_param('n_estimators', 50)\n",
    "a tag is no parameter": RUN + "    mlflow.set_tag('n_estimators', 50)\n",
    "autolog after the fit": RUN + "    mlflow.autolog()\n",
    "autolog of another library": RUN.replace(BEFORE, BEFORE + "mlflow.xgboost.autolog()\n"),
    "autolog in a text": RUN.replace(BEFORE, BEFORE + "'mlflow.autolog()'\n"),
    "own function of that name": RUN.replace(
        BEFORE, BEFORE + "def log_params(params):\n    print(params)\n\n\n"
    )
    + "    log_params({'n_estimators': 50})\n",
    "CatBoost has no autologging": (
        "import mlflow\nfrom catboost import CatBoostClassifier\nmlflow.autolog()\n"
        "with mlflow.start_run():\n    model = CatBoostClassifier(depth=6)\n    model.fit(X, y)\n"
    ),
    "Prophet has no autologging": (
        "import mlflow\nfrom prophet import Prophet\nmlflow.autolog()\nmlflow.start_run()\n"
        "Prophet(growth='linear').fit(frame)\n"
    ),
    "H2O has no autologging": (
        "import h2o\nimport mlflow\nfrom h2o.estimators import H2OGradientBoostingEstimator\n"
        "mlflow.autolog()\nmlflow.start_run()\nmodel = H2OGradientBoostingEstimator(ntrees=50)\n"
        "model.train(x=names, y='y', training_frame=frame)\n"
    ),
    "a loop of PyTorch has no autologging": (
        "import mlflow\nimport torch\nmlflow.pytorch.autolog()\nwith mlflow.start_run():\n"
        "    opt = torch.optim.SGD(net.parameters(), lr=0.1)\n    for x, y in data:\n"
        "        loss = net(x).mean()\n        loss.backward()\n        opt.step()\n"
    ),
    "W&B without config": (
        "import wandb\nfrom sklearn.svm import SVC\nrun = wandb.init(project='p')\n"
        "model = SVC(C=3)\nmodel.fit(X, y)\nrun.log({'a': 1})\n"
    ),
    "Neptune": (
        "import neptune\nfrom sklearn.svm import SVC\nrun = neptune.init_run(project='a/b')\n"
        "model = SVC(C=3).fit(X, y)\nrun['model'].upload('svc.pkl')\n"
    ),
    "TensorBoard": (
        "import torch\nfrom torch.utils.tensorboard import SummaryWriter\nw = SummaryWriter()\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\nfor x, y in data:\n"
        "    loss = net(x).mean()\n    loss.backward()\n    opt.step()\n"
        "    w.add_scalar('loss', loss)\n"
    ),
    "unknown model": (
        "import mlflow\nwith mlflow.start_run():\n    model = build()\n    model.fit(X, y)\n"
    ),
    "XGBoost": (
        "import mlflow\nimport xgboost as xgb\nmlflow.start_run()\n"
        "booster = xgb.train({'eta': 0.1}, data, num_boost_round=20)\n"
    ),
}


@pytest.mark.parametrize("source", NO_PARAMETERS.values(), ids=NO_PARAMETERS)
def test_no_parameters(source: str) -> None:
    assert judged(source) == ["no-parameters"]


def test_places() -> None:
    assert found(outcomes(HOOK, "train.py", RUN)) == [("no-parameters", 4, 6)]
    late = RUN + "    mlflow.autolog()\n"
    assert found(outcomes(HOOK, "train.py", late)) == [("no-parameters", 8, 5)]
    assert "after the model is fitted" in message(late)
    assert message(RUN) == (
        "this run trains a model (line 6) and logs no parameter; call mlflow.log_params, or "
        "mlflow.autolog() before the fit"
    )
    assert "autologging does not cover catboost" in message(
        NO_PARAMETERS["CatBoost has no autologging"]
    )


FINE = {
    "autolog": RUN.replace(BEFORE, BEFORE + "mlflow.autolog()\n"),
    "autolog of the flavour": RUN.replace(BEFORE, BEFORE + "mlflow.sklearn.autolog()\n"),
    "autolog in main, fit in a function": (
        BEFORE + "def train():\n    with mlflow.start_run():\n"
        "        RandomForestClassifier(max_depth=3).fit(X, y)\n\n\n"
        "def main():\n    mlflow.autolog()\n    train()\n\n\nmain()\n"
    ),
    "one by one": RUN + "    mlflow.log_param('n_estimators', 50)\n",
    "client": (
        "from mlflow import MlflowClient\nfrom sklearn.svm import SVC\nclient = MlflowClient()\n"
        "run = client.create_run('1')\nmodel = SVC(C=3).fit(X, y)\n"
        "client.log_param(run.info.run_id, 'C', 3)\n"
    ),
    "client, a batch": (
        "from mlflow import MlflowClient\nfrom mlflow.entities import Param\n"
        "from sklearn.svm import SVC\nclient = MlflowClient()\nrun = client.create_run('1')\n"
        "model = SVC(C=3).fit(X, y)\nclient.log_batch(run.info.run_id, params=[Param('C', '3')])\n"
    ),
    "W&B, config of the run": (
        "import wandb\nfrom sklearn.svm import SVC\nwandb.init(project='p', config={'C': 3})\n"
        "model = SVC(C=wandb.config.C).fit(X, y)\n"
    ),
    "W&B, config of options": (
        "import argparse\nimport wandb\nfrom sklearn.svm import SVC\n"
        "parser = argparse.ArgumentParser()\nparser.add_argument('--c', type=float, default=1)\n"
        "args = parser.parse_args()\nwandb.init(project='p', config=args)\n"
        "SVC(C=args.c).fit(X, y)\n"
    ),
    "W&B, update": (
        "import wandb\nfrom sklearn.svm import SVC\nrun = wandb.init(project='p')\n"
        "wandb.config.update({'C': 3})\nSVC(C=3).fit(X, y)\n"
    ),
    "W&B, attributes": (
        "import wandb\nfrom sklearn.svm import SVC\nrun = wandb.init(project='p')\n"
        "run.config.C = 3\nSVC(C=3).fit(X, y)\n"
    ),
    "W&B, items": (
        "import wandb\nfrom sklearn.svm import SVC\nrun = wandb.init(project='p')\n"
        "run.config['C'] = 3\nSVC(C=3).fit(X, y)\n"
    ),
    "Comet": (
        "from comet_ml import Experiment\nfrom sklearn.svm import SVC\nexperiment = Experiment()\n"
        "SVC(C=3).fit(X, y)\nexperiment.log_parameters({'C': 3})\n"
    ),
    "Neptune, a dictionary": (
        "import neptune\nfrom sklearn.svm import SVC\nrun = neptune.init_run()\n"
        "run['parameters'] = {'C': 3}\nSVC(C=3).fit(X, y)\n"
    ),
    "Neptune, one by one": (
        "import neptune\nfrom sklearn.svm import SVC\nrun = neptune.init_run()\n"
        "run['parameters/C'] = 3\nSVC(C=3).fit(X, y)\n"
    ),
    "ClearML": (
        "from clearml import Task\nfrom sklearn.svm import SVC\ntask = Task.init('p', 't')\n"
        "SVC(C=3).fit(X, y)\n"
    ),
    "Aim": (
        "from aim import Run\nfrom sklearn.svm import SVC\nrun = Run()\nrun['hparams'] = {'C': 3}\n"
        "SVC(C=3).fit(X, y)\n"
    ),
    "DVCLive": (
        "from dvclive import Live\nfrom sklearn.svm import SVC\nwith Live() as live:\n"
        "    live.log_params({'C': 3})\n    SVC(C=3).fit(X, y)\n"
    ),
    "TensorBoard": (NO_PARAMETERS["TensorBoard"] + "w.add_hparams({'lr': 0.1}, {'loss': 1.0})\n"),
    "Lightning": (
        "import lightning as L\nfrom lightning.pytorch.loggers import WandbLogger\n\n\n"
        "class Net(L.LightningModule):\n    def __init__(self, lr):\n        super().__init__()\n"
        "        self.save_hyperparameters()\n\n\n"
        "L.Trainer(logger=WandbLogger(), max_epochs=3).fit(Net(0.1), loader)\n"
    ),
    "Hugging Face": (
        "from transformers import Trainer, TrainingArguments\n"
        "args = TrainingArguments('out', report_to=['mlflow'], learning_rate=1e-5)\n"
        "Trainer(model=model, args=args).train()\n"
    ),
    "Optuna": (
        "import mlflow\nimport optuna\nfrom optuna.integration.mlflow import MLflowCallback\n"
        "from sklearn.svm import SVC\n\n\ndef objective(trial):\n"
        "    model = SVC(C=trial.suggest_float('C', 0.1, 10)).fit(X, y)\n"
        "    return model.score(X, y)\n\n\n"
        "study = optuna.create_study()\nstudy.optimize(objective, callbacks=[MLflowCallback()])\n"
    ),
    "no training": "import mlflow\nwith mlflow.start_run():\n    mlflow.log_metric('a', 1)\n",
    "only data is prepared": (
        "import mlflow\nfrom sklearn.preprocessing import StandardScaler\n"
        "with mlflow.start_run():\n    scaler = StandardScaler()\n    scaler.fit(X)\n"
    ),
    "a distribution is fitted": (
        "import mlflow\nfrom scipy import stats\nwith mlflow.start_run():\n"
        "    a, b = stats.norm.fit(data)\n"
    ),
    "model in evaluation mode": (
        "import mlflow\nimport torch\nwith mlflow.start_run():\n    net = torch.load('n.pt')\n"
        "    net.train(False)\n    print(net(x))\n"
    ),
}


@pytest.mark.parametrize("source", FINE.values(), ids=FINE)
def test_parameters_are_logged(source: str) -> None:
    assert judged(source) == []


PERHAPS = {
    "run handed in": (
        "import mlflow\nfrom sklearn.svm import SVC\n\n\ndef train(logger):\n"
        "    with mlflow.start_run():\n        SVC(C=3).fit(X, y)\n"
        "        logger.log_params({'gamma': 3})\n"
    ),
    "Comet reads frameworks by itself": (
        "import comet_ml\nfrom sklearn.svm import SVC\nexperiment = comet_ml.start()\n"
        "SVC(C=3).fit(X, y)\n"
    ),
    "autolog, unknown model": (
        "import mlflow\nmlflow.autolog()\nwith mlflow.start_run():\n    model = build()\n"
        "    model.fit(X, y)\n"
    ),
}


@pytest.mark.parametrize("source", PERHAPS.values(), ids=PERHAPS)
def test_undecided(source: str) -> None:
    assert judged(source, "violation", "undecided") == ["no-parameters"]
    assert judged(source) == []


# --- unlogged-parameter -------------------------------------------------------------------

OPTIONS = """\
import argparse

import mlflow
from sklearn.linear_model import ElasticNet

parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float, default=0.5)
parser.add_argument("--l1-ratio", type=float, default=0.5)
parser.add_argument("--data", default="data.csv")
parser.add_argument("--verbose", action="store_true")
args = parser.parse_args()
with mlflow.start_run():
    model = ElasticNet(alpha=args.alpha, l1_ratio=args.l1_ratio, random_state=42)
    model.fit(*read(args.data))
"""
NET = """\
import mlflow
import torch
from torch.utils.data import DataLoader


def train(lr, epochs, batch_size, device="cpu"):
    net = torch.nn.Linear(3, 1).to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr, weight_decay=1e-4)
    loader = DataLoader(dataset, batch_size=batch_size, num_workers=4, shuffle=True)
    for epoch in range(epochs):
        for x, y in loader:
            loss = ((net(x) - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


with mlflow.start_run():
    {log}
    train(1e-3, 10, 32)
"""
UNLOGGED = {
    "one of two options": (OPTIONS + "    mlflow.log_param('alpha', args.alpha)\n", ["l1_ratio"]),
    "keyword with a literal": (
        RUN.replace("n_estimators=50,", "n_estimators=50, max_depth=3,")
        + "    mlflow.log_param('n_estimators', 50)\n",
        ["max_depth"],
    ),
    "variable": (
        BEFORE + "depth = 4\nwith mlflow.start_run():\n"
        "    RandomForestClassifier(max_depth=depth, n_estimators=9).fit(X, y)\n"
        "    mlflow.log_params({'n_estimators': 9})\n",
        ["max_depth"],
    ),
    "optimizer, loader and loop": (
        NET.format(log="mlflow.log_param('lr', 1e-3)"),
        ["batch_size", "epochs", "weight_decay"],
    ),
    "of a pipeline": (
        "import mlflow\nfrom sklearn.pipeline import make_pipeline\n"
        "from sklearn.preprocessing import StandardScaler\nfrom sklearn.svm import SVC\n"
        "with mlflow.start_run():\n    model = make_pipeline(StandardScaler(), SVC(C=3, gamma=1))\n"
        "    model.fit(X, y)\n    mlflow.log_param('C', 3)\n",
        ["gamma"],
    ),
    "of a booster": (
        "import mlflow\nimport xgboost as xgb\nparams = {'eta': 0.1, 'max_depth': 3}\n"
        "with mlflow.start_run():\n    xgb.train(params, data, num_boost_round=20)\n"
        "    mlflow.log_param('eta', params['eta'])\n",
        ["max_depth", "num_boost_round"],
    ),
    "Keras' fit": (
        "import keras\nimport mlflow\nmodel = keras.Sequential()\n"
        "with mlflow.start_run():\n    mlflow.log_param('epochs', 3)\n"
        "    model.fit(x, y, epochs=3, batch_size=64, verbose=0)\n",
        ["batch_size"],
    ),
    "W&B": (
        "import wandb\nfrom sklearn.svm import SVC\nwandb.init(project='p', config={'C': 3})\n"
        "SVC(C=3, gamma=0.5).fit(X, y)\n",
        ["gamma"],
    ),
    "seed of an option": (
        OPTIONS.replace("random_state=42", "random_state=args.seed").replace(
            "args = ", "parser.add_argument('--seed', default=1)\nargs = "
        )
        + "    mlflow.log_params({'alpha': args.alpha, 'l1_ratio': args.l1_ratio})\n",
        ["random_state"],
    ),
}


@pytest.mark.parametrize(("source", "names"), UNLOGGED.values(), ids=UNLOGGED)
def test_unlogged_parameter(source: str, names: list[str]) -> None:
    assert judged(source) == ["unlogged-parameter"]
    said = message(source)
    assert said.split("'")[1::2] == names
    assert said.count("(line ") == len(names)


def test_unlogged_message() -> None:
    assert message(UNLOGGED["one of two options"][0]) == (
        "the training takes 'l1_ratio' (line 13), which is not logged; log it with "
        "mlflow.log_params"
    )
    assert message(UNLOGGED["of a booster"][0]) == (
        "the training takes 'max_depth' (line 3) and 'num_boost_round' (line 5), which are not "
        "logged; log them with mlflow.log_params"
    )


COVERED = {
    "all options": OPTIONS + "    mlflow.log_params(vars(args))\n",
    "all options, attribute": OPTIONS + "    mlflow.log_params(args.__dict__)\n",
    "each option": (
        OPTIONS + "    mlflow.log_params({'alpha': args.alpha, 'l1_ratio': args.l1_ratio})\n"
    ),
    "under another name": (
        OPTIONS
        + "    mlflow.log_param('a', args.alpha)\n    mlflow.log_param('ratio', args.l1_ratio)\n"
    ),
    "loop over options": (
        OPTIONS
        + "    for key, value in vars(args).items():\n        mlflow.log_param(key, value)\n"
    ),
    "sorted loop": (
        OPTIONS + "    for key, value in sorted(vars(args).items()):\n"
        "        mlflow.log_param(key, value)\n"
    ),
    "what the model says": OPTIONS + "    mlflow.log_params(model.get_params())\n",
    "dictionary of parameters": (
        BEFORE + "params = {'n_estimators': 50, 'max_depth': 3}\nwith mlflow.start_run():\n"
        "    RandomForestClassifier(**params).fit(X, y)\n    mlflow.log_params(params)\n"
    ),
    "dictionary in a dictionary": (
        BEFORE + "params = {'n_estimators': 50}\nwith mlflow.start_run():\n"
        "    RandomForestClassifier(**params, max_depth=3).fit(X, y)\n"
        "    mlflow.log_params({**params, 'max_depth': 3})\n"
    ),
    "merged": (
        BEFORE + "params = {'n_estimators': 50}\nwith mlflow.start_run():\n"
        "    RandomForestClassifier(**params, max_depth=3).fit(X, y)\n"
        "    mlflow.log_params(params | {'max_depth': 3})\n"
    ),
    "dataclass": (
        BEFORE.replace(
            "import mlflow\n", "from dataclasses import asdict, dataclass\nimport mlflow\n"
        )
        + "@dataclass\nclass Config:\n    trees: int = 50\n    depth: int = 3\n\n\n"
        "config = Config()\nwith mlflow.start_run():\n    mlflow.log_params(asdict(config))\n"
        "    RandomForestClassifier(n_estimators=config.trees, max_depth=config.depth).fit(X, y)\n"
    ),
    "pydantic": (
        BEFORE + "from settings import config\nwith mlflow.start_run():\n"
        "    mlflow.log_params(config.model_dump())\n"
        "    RandomForestClassifier(n_estimators=config.trees).fit(X, y)\n"
    ),
    "OmegaConf": (
        BEFORE + "from omegaconf import OmegaConf\ncfg = OmegaConf.load('c.yaml')\n"
        "with mlflow.start_run():\n    mlflow.log_params(OmegaConf.to_container(cfg))\n"
        "    RandomForestClassifier(n_estimators=cfg.model.trees).fit(X, y)\n"
    ),
    "with prefixes": (RUN + "    mlflow.log_param('rf_n_estimators', 50)\n"),
    "in camel case": RUN + "    mlflow.log_param('nEstimators', 50)\n",
    "the trade's other words": NET.format(
        log="mlflow.log_params({'learning_rate': 1e-3, 'n_epochs': 10, 'bs': 32, 'l2': 1e-4})"
    ),
    "values of the caller": NET.format(
        log="mlflow.log_params({'lr': 1e-3, 'epochs': 10, 'batch_size': 32, 'weight_decay': 1e-4})"
    ),
    "what steers no training": (
        BEFORE + "with mlflow.start_run():\n"
        "    RandomForestClassifier(max_depth=3, n_jobs=-1, verbose=1, random_state=7).fit(X, y)\n"
        "    mlflow.log_param('max_depth', 3)\n"
    ),
    "defaults": (
        BEFORE + "with mlflow.start_run():\n"
        "    RandomForestClassifier(max_depth=None, n_estimators=5).fit(X, y)\n"
        "    mlflow.log_param('n_estimators', 5)\n"
    ),
    "what a function returns": (
        RUN.replace("n_estimators=50", "n_estimators=50, max_depth=2")
        + "    mlflow.log_params(describe(model))\n"
    ),
    "comprehension": (
        RUN.replace("n_estimators=50", "n_estimators=50, max_depth=2")
        + "    mlflow.log_params({f'rf_{k}': v for k, v in settings.items()})\n"
    ),
    "parameter handed in": (
        BEFORE + "def train(params):\n    with mlflow.start_run():\n"
        "        mlflow.log_params(params)\n"
        "        RandomForestClassifier(**params).fit(X, y)\n"
    ),
    "best of a search": (
        "import mlflow\nfrom sklearn.model_selection import GridSearchCV\n"
        "from sklearn.svm import SVC\nwith mlflow.start_run():\n"
        "    search = GridSearchCV(SVC(), {'C': [1, 3]}, cv=5)\n    search.fit(X, y)\n"
        "    mlflow.log_params(search.best_params_)\n"
    ),
}


@pytest.mark.parametrize("source", COVERED.values(), ids=COVERED)
def test_covered_parameters(source: str) -> None:
    assert judged(source) == []


def test_parameter_of_another_module() -> None:
    files = {
        "train.py": (
            "import mlflow\nfrom model import build\n\nwith mlflow.start_run():\n"
            "    model = build()\n    model.fit(X, y)\n    mlflow.log_param('n_estimators', 10)\n"
        ),
        "model.py": (
            "from sklearn.ensemble import RandomForestClassifier\n\n\ndef build():\n"
            "    return RandomForestClassifier(n_estimators=10, max_depth=3)\n"
        ),
    }
    said = [each for each in together(HOOK, files) if each.kind == "violation"]
    assert [(each.rule, each.path, each.place.line) for each in said] == [
        ("unlogged-parameter", "train.py", 4)
    ]
    assert "'max_depth' (model.py:5)" in said[0].message


# --- autolog-disabled ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (BEFORE + "mlflow.autolog(disable=True)\nRandomForestClassifier().fit(X, y)\n", True),
        (
            BEFORE + "mlflow.autolog(disable=True)\nRandomForestClassifier(max_depth=2).fit(X, y)\n"
            "mlflow.log_param('max_depth', 2)\n",
            False,
        ),
        (
            BEFORE + "mlflow.autolog()\nmlflow.xgboost.autolog(disable=True)\n"
            "RandomForestClassifier().fit(X, y)\n",
            False,
        ),
        (BEFORE + "mlflow.autolog(disable=False)\nRandomForestClassifier().fit(X, y)\n", False),
        (BEFORE + "mlflow.autolog(disable=True)\nprint('no training')\n", False),
    ],
    ids=["alone", "logged by hand", "of another flavour", "not disabled", "no training"],
)
def test_autolog_disabled(source: str, expected: bool) -> None:
    assert judged(source) == (["autolog-disabled"] if expected else [])


# --- untracked-training -------------------------------------------------------------------

UNTRACKED = """\
import pickle

from sklearn.linear_model import LogisticRegression

model = LogisticRegression(C=0.5)
model.fit(X, y)
with open("model.pkl", "wb") as file:
    pickle.dump(model, file)
"""
TRACKED = {
    "another tracker is imported": "import wandb\n" + UNTRACKED,
    "a package that is named like one": "from company.tracking import track\n" + UNTRACKED,
    "not saved": UNTRACKED.partition("with open")[0],
    "only a scaler": UNTRACKED.replace("linear_model", "preprocessing")
    .replace("LogisticRegression(C=0.5)", "StandardScaler()")
    .replace("LogisticRegression", "StandardScaler"),
    "only a figure": (
        UNTRACKED.partition("with open")[0]
        + "import matplotlib.pyplot as plt\nplt.savefig('a.png')\n"
    ),
    "loaded and used": (
        "import pickle\nmodel = pickle.load(open('m.pkl', 'rb'))\nprint(model.predict(X))\n"
    ),
    "copied in memory": (
        "import io\nimport pickle\nfrom sklearn.svm import SVC\nmodel = SVC().fit(X, y)\n"
        "with io.BytesIO() as buffer:\n    pickle.dump(model, buffer)\n"
    ),
    "only data is saved": UNTRACKED.replace("dump(model", "dump(X").replace("model.pkl", "x.pkl"),
    "only what a vectorizer made is saved": UNTRACKED.replace(
        "import pickle\n",
        "import pickle\nfrom sklearn.feature_extraction.text import CountVectorizer\n"
        "X = CountVectorizer().fit_transform(texts)\n",
    )
    .replace("dump(model", "dump(X")
    .replace("model.pkl", "x.pkl"),
    "metrics for Domino": UNTRACKED + "import json\njson.dump({}, open('dominostats.json', 'w'))\n",
}


def test_untracked_training() -> None:
    assert found(outcomes(HOOK, "train.py", UNTRACKED)) == [("untracked-training", 6, 1)]
    assert message(UNTRACKED) == (
        "the model trained here is saved (line 8), and no tracker knows of it; start a run with "
        "mlflow.start_run() and log its parameters and metrics"
    )
    cells = UNTRACKED.split("\n\n")
    assert [o.rule for o in outcomes(HOOK, "a.ipynb", notebook(*cells))] == ["untracked-training"]


@pytest.mark.parametrize("source", TRACKED.values(), ids=TRACKED)
def test_tracked_training(source: str) -> None:
    assert judged(source) == []


MODEL = """\
import joblib
from sklearn.ensemble import RandomForestRegressor


class Prices:
    def __init__(self):
        self.forest = RandomForestRegressor(n_estimators=100)

    def fit(self, X, y):
        self.forest.fit(X, y)

    def save(self, path):
        joblib.dump(self.forest, path)

    def predict(self, X):
        return self.forest.predict(X)
"""
TRAIN = """\
from prices import Prices
{}

if __name__ == "__main__":
    prices = Prices()
    prices.fit(X, y)
    prices.save("prices.joblib")
"""


def test_training_spread_over_modules() -> None:
    files = {"prices.py": MODEL, "train.py": TRAIN.format("")}
    said = together(HOOK, files)
    assert [(o.rule, o.path) for o in said] == [("untracked-training", "prices.py")]
    files["train.py"] = TRAIN.format("import mlflow\nmlflow.sklearn.autolog()\n")
    assert found(together(HOOK, files)) == []


def test_serving_code_does_not_train() -> None:
    files = {
        "prices.py": MODEL,
        "train.py": TRAIN.format("import mlflow\nmlflow.sklearn.autolog()\n"),
        "serve.py": "from prices import Prices\n\nprint(Prices().predict([[1]]))\n",
    }
    assert found(together(HOOK, files)) == []


def test_stage_of_a_pipeline_with_metrics() -> None:
    stage = "stages:\n  train:\n    cmd: python train.py\n    metrics: [metrics.json]\n"
    assert found(together(HOOK, {"train.py": UNTRACKED, "dvc.yaml": stage})) == []


def test_dvc_records_the_parameters_of_an_experiment() -> None:
    live = (
        "from dvclive import Live\nfrom sklearn.svm import SVC\nlive = Live()\nSVC(C=3).fit(X, y)\n"
    )
    assert judged(live) == ["no-parameters"]
    said = together(HOOK, {"train.py": live, "params.yaml": "C: 3\n"})
    assert [(each.kind, each.rule) for each in said] == [("undecided", "no-parameters")]


def test_logging_in_a_callback_a_decorator_and_a_method() -> None:
    callback = (
        "import keras\nimport mlflow\n\n\nclass Log(keras.callbacks.Callback):\n"
        "    def on_train_begin(self, logs=None):\n        mlflow.log_params(self.params)\n\n\n"
        "model = keras.Sequential()\nwith mlflow.start_run():\n"
        "    model.fit(x, y, epochs=3, callbacks=[Log()])\n"
    )
    assert judged(callback) == []
    decorator = (
        "import functools\nimport mlflow\nfrom sklearn.svm import SVC\n\n\ndef tracked(function):\n"
        "    @functools.wraps(function)\n    def inner(**params):\n"
        "        with mlflow.start_run():\n            mlflow.log_params(params)\n"
        "            return function(**params)\n    return inner\n\n\n"
        "@tracked\ndef train(c):\n    SVC(C=c).fit(X, y)\n\n\ntrain(c=3)\n"
    )
    assert judged(decorator) == []
    method = (
        "import mlflow\nfrom sklearn.svm import SVC\n\n\nclass Trainer:\n"
        "    def __init__(self, c):\n        self.params = {'C': c}\n\n"
        "    def log(self):\n        mlflow.log_params(self.params)\n\n"
        "    def run(self):\n        with mlflow.start_run():\n"
        "            SVC(**self.params).fit(X, y)\n            self.log()\n\n\nTrainer(3).run()\n"
    )
    assert judged(method) == []


def test_what_nothing_runs_is_undecided() -> None:
    trainer = BEFORE + "def train():\n    mlflow.start_run()\n"
    trainer += "    RandomForestClassifier(max_depth=3).fit(X, y)\n"
    files = {"lib/__init__.py": "", "lib/trainer.py": trainer}
    said = together(HOOK, files)
    assert [(each.kind, each.rule) for each in said] == [("undecided", "no-parameters")]
    entry = files | {
        "setup.cfg": "[options.entry_points]\nconsole_scripts =\n  t = lib.trainer:train\n"
    }
    assert [rule for rule, _, _ in found(together(HOOK, entry))] == ["no-parameters"]


def test_loader_of_validation_data_and_an_alias() -> None:
    source = NET.format(log="mlflow.log_params({'lr': 1, 'epochs': 2, 'batch_size': 3, 'l2': 4})")
    source = source.replace(
        "    for epoch", "    valid_loader = DataLoader(valid, batch_size=999)\n    for epoch"
    )
    assert judged(source) == []
    alias = (
        "import mlflow\nfrom dataclasses import asdict\nfrom sklearn.svm import SVC\n\n\n"
        "class Model:\n    def __init__(self, args):\n        self.args = args\n\n"
        "    def train(self):\n        args = self.args\n        mlflow.start_run()\n"
        "        mlflow.log_params(asdict(self.args))\n        SVC(C=args.c).fit(X, y)\n\n\n"
        "Model(load()).train()\n"
    )
    assert judged(alias) == []


# --- Shapes of real code --------------------------------------------------------------------

Source = str | dict[str, str]


def said_of(source: Source) -> list[Outcome]:
    return together(HOOK, {"train.py": source} if isinstance(source, str) else source)


FLAGGED_SHAPES: dict[str, tuple[str, Source]] = {
    "helper with one forgotten": (
        "unlogged-parameter:kernel",
        """\
import argparse
import mlflow
from sklearn.svm import SVC


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--kernel", default="rbf")
    return parser.parse_args()


def main(options):
    with mlflow.start_run():
        mlflow.log_param("C", options.penalty)
        model = SVC(C=options.penalty, kernel=options.kernel)
        model.fit(X, y)


if __name__ == "__main__":
    main(parse())
""",
    ),
    "model_dump of a nested part does not hold another part": (
        "unlogged-parameter:subsample",
        """\
import mlflow
from settings import Settings
from xgboost import XGBClassifier
settings = Settings()
with mlflow.start_run():
    mlflow.log_params(settings.model.model_dump())
    m = XGBClassifier(max_depth=settings.model.depth, subsample=settings.data.subsample)
    m.fit(X, y)
""",
    ),
    "hydra, one by one": (
        "unlogged-parameter:solver",
        """\
import hydra
import mlflow
from sklearn.linear_model import Ridge


@hydra.main(config_path="conf", config_name="config", version_base=None)
def main(cfg):
    with mlflow.start_run():
        mlflow.log_param("alpha", cfg.model.alpha)
        model = Ridge(alpha=cfg.model.alpha, solver=cfg.model.solver)
        model.fit(X, y)


if __name__ == "__main__":
    main()
""",
    ),
    "boost round": (
        "unlogged-parameter:num_boost_round",
        """\
import mlflow
import lightgbm as lgb
params = {"objective": "binary", "num_leaves": 31}
with mlflow.start_run():
    mlflow.log_params(params)
    stop = lgb.early_stopping(10)
    booster = lgb.train(params, train_set, num_boost_round=100, callbacks=[stop])
""",
    ),
    "helper in another module, one missing": (
        "unlogged-parameter:degree",
        {
            "train.py": """\
import mlflow
from sklearn.svm import SVC
from utils import record
params = {"C": 1.0, "gamma": 0.5}
with mlflow.start_run():
    SVC(**params, degree=4).fit(X, y)
    record(params)
""",
            "utils.py": """\
import mlflow


def record(values):
    for name, value in values.items():
        mlflow.log_param(name, value)
""",
        },
    ),
    "helper that logs nothing": (
        "no-parameters",
        {
            "train.py": """\
import mlflow
from sklearn.svm import SVC
from utils import log_params
with mlflow.start_run():
    SVC(C=1.0).fit(X, y)
    log_params({"C": 1.0})
""",
            "utils.py": """\
def log_params(values):
    for name, value in values.items():
        print(name, value)
""",
        },
    ),
    "click": (
        "unlogged-parameter:gamma",
        """\
import click
import mlflow
from sklearn.svm import SVC


@click.command()
@click.option("--c", default=1.0)
@click.option("--gamma", default=1.0)
def main(c, gamma):
    with mlflow.start_run():
        mlflow.log_param("c", c)
        SVC(C=c, gamma=gamma).fit(X, y)


if __name__ == "__main__":
    main()
""",
    ),
    "MlflowClient one by one": (
        "unlogged-parameter:gamma",
        """\
from mlflow.tracking import MlflowClient
from sklearn.svm import SVC
client = MlflowClient()
run = client.create_run(experiment_id="0")
model = SVC(C=1.0, gamma=0.2).fit(X, y)
client.log_param(run.info.run_id, "C", 1.0)
""",
    ),
    "log_batch with metrics only": (
        "no-parameters",
        """\
from mlflow import MlflowClient
from mlflow.entities import Metric
from sklearn.svm import SVC
client = MlflowClient()
run = client.create_run("0")
SVC(C=1.0).fit(X, y)
client.log_batch(run.info.run_id, metrics=[Metric("a", 0.5, 0, 0)])
""",
    ),
    "sklearn autolog after": (
        "no-parameters",
        """\
import mlflow
import mlflow.sklearn
from sklearn.svm import SVC


def main():
    with mlflow.start_run():
        SVC(C=1.0).fit(X, y)
        mlflow.sklearn.autolog()


main()
""",
    ),
    "autolog in other module, function never called": (
        "no-parameters",
        {
            "train.py": """\
import mlflow
import setup_tracking
from sklearn.svm import SVC
with mlflow.start_run():
    SVC(C=1.0).fit(X, y)
""",
            "setup_tracking.py": """\
import mlflow


def enable():
    mlflow.autolog()
""",
        },
    ),
    "Keras autolog for scikit-learn": (
        "no-parameters",
        """\
import mlflow
import mlflow.keras
from sklearn.svm import SVC
mlflow.keras.autolog()
with mlflow.start_run():
    SVC(C=1.0).fit(X, y)
""",
    ),
    "openai autolog does not count": (
        "no-parameters",
        """\
import mlflow
from sklearn.svm import SVC
mlflow.openai.autolog()
with mlflow.start_run():
    SVC(C=1.0).fit(X, y)
""",
    ),
    "autolog disable with start_run": (
        "no-parameters",
        """\
import mlflow
from sklearn.svm import SVC
mlflow.sklearn.autolog(disable=True)
with mlflow.start_run():
    SVC(C=1.0).fit(X, y)
    mlflow.log_metric("a", 1)
""",
    ),
    "sklearn.autolog and XGBClassifier": (
        "no-parameters",
        """\
import mlflow
from xgboost import XGBClassifier
mlflow.sklearn.autolog()
with mlflow.start_run():
    XGBClassifier(max_depth=3).fit(X, y)
""",
    ),
    "wandb config, one missing": (
        "unlogged-parameter:momentum",
        """\
import wandb
import torch
wandb.init(project="p", config={"lr": 0.01, "epochs": 5})
config = wandb.config
opt = torch.optim.SGD(net.parameters(), lr=config.lr, momentum=0.9)
for epoch in range(config.epochs):
    loss = net(x)
    loss.backward()
    opt.step()
    wandb.log({"loss": loss})
""",
    ),
    "wandb attribute, one missing": (
        "unlogged-parameter:gamma",
        """\
import wandb
from sklearn.svm import SVC
wandb.init(project="p")
wandb.config.C = 1.0
SVC(C=1.0, gamma=0.1).fit(X, y)
""",
    ),
    "neptune one missing": (
        "unlogged-parameter:gamma",
        """\
import neptune
from sklearn.svm import SVC
run = neptune.init_run(project="a/b")
run["parameters/C"] = 1.0
SVC(C=1.0, gamma=0.4).fit(X, y)
run["acc"] = 0.9
""",
    ),
    "neptune metrics only": (
        "no-parameters",
        """\
import neptune
from sklearn.svm import SVC
run = neptune.init_run(project="a/b")
SVC(C=1.0, gamma=0.4).fit(X, y)
run["train/acc"].append(0.9)
""",
    ),
    "aim hparams, missing": (
        "unlogged-parameter:epochs",
        """\
from aim import Run
import torch
run = Run(experiment="e")
run["hparams"] = {"lr": 0.1}
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(3):
    loss = net(x)
    loss.backward()
    opt.step()
    run.track(loss.item(), name="loss", epoch=epoch)
""",
    ),
    "aim without": (
        "no-parameters",
        """\
from aim import Run
import torch
run = Run(experiment="e")
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(3):
    loss = net(x)
    loss.backward()
    opt.step()
    run.track(loss.item(), name="loss", epoch=epoch)
""",
    ),
    "dvclive one missing": (
        "unlogged-parameter:gamma",
        """\
from dvclive import Live
from sklearn.svm import SVC
with Live() as live:
    live.log_param("C", 1.0)
    SVC(C=1.0, gamma=0.3).fit(X, y)
""",
    ),
    "tensorboard add_hparams missing": (
        "unlogged-parameter:epochs",
        """\
import torch
from torch.utils.tensorboard import SummaryWriter
lr, epochs = 0.1, 3
writer = SummaryWriter("runs/a")
opt = torch.optim.SGD(net.parameters(), lr=lr)
for epoch in range(epochs):
    loss = net(x)
    loss.backward()
    opt.step()
writer.add_hparams({"lr": lr}, {"loss": 0.1})
""",
    ),
    "lightning logger without": (
        "no-parameters",
        """\
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import TensorBoardLogger


class Net(pl.LightningModule):
    def __init__(self, lr=1e-3):
        super().__init__()
        self.lr = lr

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)


trainer = pl.Trainer(logger=TensorBoardLogger("logs"), max_epochs=3)
trainer.fit(Net(), loader)
""",
    ),
    "HF report_to none, own run": (
        "no-parameters",
        """\
import mlflow
from transformers import Trainer, TrainingArguments
args = TrainingArguments(output_dir="o", report_to="none", num_train_epochs=3)
trainer = Trainer(model=model, args=args, train_dataset=ds)
with mlflow.start_run():
    trainer.train()
""",
    ),
    "Optuna, nested runs": (
        "no-parameters",
        """\
import mlflow
import optuna
from xgboost import XGBClassifier


def objective(trial):
    depth = trial.suggest_int("max_depth", 2, 9)
    with mlflow.start_run(nested=True):
        model = XGBClassifier(max_depth=depth).fit(X, y)
        mlflow.log_metric("acc", model.score(X, y))
        return model.score(X, y)


study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=10)
""",
    ),
    "notebook that trains and saves": (
        "untracked-training",
        {
            "a.ipynb": notebook(
                """\
import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
""",
                """\
df = pd.read_csv("a.csv")
""",
                """\
clf = RandomForestClassifier(n_estimators=10)
clf.fit(df[["a"]], df["b"])
""",
                """\
joblib.dump(clf, "clf.joblib")
""",
            )
        },
    ),
    "notebook: autolog in a later cell": (
        "no-parameters",
        {
            "a.ipynb": notebook(
                """\
import mlflow
from sklearn.ensemble import RandomForestClassifier
""",
                """\
with mlflow.start_run():
    clf = RandomForestClassifier(n_estimators=10)
    clf.fit(X, y)
""",
                """\
mlflow.sklearn.autolog()
""",
            )
        },
    ),
    "PyTorch loop saved": (
        "untracked-training",
        """\
import torch
net = torch.nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(10):
    loss = net(x).mean()
    loss.backward()
    opt.step()
torch.save(net.state_dict(), "net.pt")
""",
    ),
    "Keras saved": (
        "untracked-training",
        """\
from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=3)
model.save("model.keras")
""",
    ),
    "DVC file, no stage for it": (
        "untracked-training",
        {
            "src/train.py": """\
import joblib
from sklearn.svm import SVC
model = SVC(C=1.0).fit(X, y)
joblib.dump(model, "model.joblib")
""",
            "dvc.yaml": """\
stages:
  prepare:
    cmd: python src/prepare.py
    outs: [data.csv]
""",
        },
    ),
    "stage without params or metrics": (
        "untracked-training",
        {
            "src/train.py": """\
import joblib
from sklearn.svm import SVC
model = SVC(C=1.0).fit(X, y)
joblib.dump(model, "model.joblib")
""",
            "dvc.yaml": """\
stages:
  train:
    cmd: python src/train.py
    outs: [model.joblib]
""",
        },
    ),
    "models dict in a loop, only a name tag": (
        "no-parameters",
        """\
import mlflow
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
models = {"lr": LogisticRegression(C=0.5), "svc": SVC(C=2.0)}
for name, model in models.items():
    with mlflow.start_run(run_name=name):
        model.fit(X, y)
        mlflow.log_metric("acc", model.score(X, y))
""",
    ),
    "torch in functions in other module": (
        "unlogged-parameter:epochs,lr",
        {
            "main.py": """\
import argparse
import mlflow
from engine import fit
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=3)
args = parser.parse_args()
with mlflow.start_run():
    mlflow.log_param("model", "linear")
    fit(net, data, args.lr, args.epochs)
""",
            "engine.py": """\
import torch


def fit(net, data, lr, epochs):
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    for epoch in range(epochs):
        for batch in data:
            loss = net(batch)
            loss.backward()
            optimizer.step()
""",
        },
    ),
    "log_models False with disable": (
        "autolog-disabled",
        """\
import mlflow
from sklearn.svm import SVC
mlflow.sklearn.autolog(log_models=False, disable=True)
SVC(C=1.0).fit(X, y)
""",
    ),
    "disabled, own run, metrics": (
        "no-parameters",
        """\
import mlflow
import xgboost as xgb
mlflow.xgboost.autolog(disable=True)
params = {"max_depth": 3}
with mlflow.start_run():
    xgb.train(params, dtrain)
    mlflow.log_metric("a", 1.0)
""",
    ),
    "torch with autolog and one param": (
        "unlogged-parameter:lr",
        """\
import mlflow
import torch
mlflow.autolog()
with mlflow.start_run():
    mlflow.log_param("dataset", "iris")
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    for batch in loader:
        net(batch).backward()
        opt.step()
""",
    ),
    "self attributes, one missing": (
        "unlogged-parameter:epochs",
        """\
import mlflow
import torch


class Trainer:
    def __init__(self, lr=0.1, epochs=3):
        self.lr = lr
        self.epochs = epochs

    def run(self):
        with mlflow.start_run():
            mlflow.log_param("lr", self.lr)
            opt = torch.optim.SGD(net.parameters(), lr=self.lr)
            for epoch in range(self.epochs):
                loss = net(x)
                loss.backward()
                opt.step()


Trainer().run()
""",
    ),
    "keras optimizer rate": (
        "unlogged-parameter:learning_rate",
        """\
import mlflow
from tensorflow import keras
with mlflow.start_run():
    mlflow.log_params({"batch_size": 32, "epochs": 4})
    model = keras.Sequential([keras.layers.Dense(64, activation="relu")])
    model.compile(keras.optimizers.Adam(learning_rate=0.001), "mse")
    model.fit(x, y, batch_size=32, epochs=4)
""",
    ),
    "model from a factory in same module": (
        "unlogged-parameter:gamma",
        """\
import mlflow
from sklearn.svm import SVC


def build(c):
    return SVC(C=c, gamma=0.5)


with mlflow.start_run():
    mlflow.log_param("c", 3)
    model = build(3)
    model.fit(X, y)
""",
    ),
    "other literal": (
        "unlogged-parameter:max_depth",
        """\
import mlflow
from sklearn.ensemble import RandomForestClassifier
with mlflow.start_run():
    RandomForestClassifier(n_estimators=150, max_depth=7).fit(X, y)
    mlflow.log_param("n_estimators", 150)
    mlflow.log_param("model_type", "rf")
""",
    ),
    "nested CONFIG, other section": (
        "unlogged-parameter:cache_frac",
        """\
import mlflow
from catboost import CatBoostClassifier
CONFIG = {"fit": {"cache_frac": 0.5}, "model": {"depth": 1}}
with mlflow.start_run():
    mlflow.log_params(CONFIG["model"])
    model, fit = CONFIG["model"], CONFIG["fit"]
    CatBoostClassifier(depth=model["depth"], cache_frac=fit["cache_frac"]).fit(X, y)
""",
    ),
    "trainer class, saved by method": (
        "untracked-training",
        """\
import pickle
from sklearn.ensemble import GradientBoostingRegressor


class PriceModel:
    def __init__(self, depth=3):
        self.model = GradientBoostingRegressor(max_depth=depth)

    def train(self, X, y):
        self.model.fit(X, y)

    def save(self, path):
        with open(path, "wb") as file:
            pickle.dump(self.model, file)


if __name__ == "__main__":
    m = PriceModel()
    m.train(X, y)
    m.save("m.pkl")
""",
    ),
    "HF trainer, report_to none": (
        "untracked-training",
        """\
from transformers import Trainer, TrainingArguments
args = TrainingArguments("out", report_to="none")
trainer = Trainer(model=model, args=args, train_dataset=ds)
trainer.train()
trainer.save_model("out")
""",
    ),
    "forest": (
        "unlogged-parameter:max_features,n_estimators",
        """\
import mlflow
from sklearn.ensemble import RandomForestClassifier
with mlflow.start_run():
    RandomForestClassifier(n_estimators=150, max_features="sqrt", max_depth=3).fit(X, y)
    mlflow.log_param("max_depth", 3)
""",
    ),
    "in a search": (
        "unlogged-parameter:C",
        """\
import mlflow
from sklearn.model_selection import cross_val_score, RandomizedSearchCV
from sklearn.svm import SVC
with mlflow.start_run():
    search = RandomizedSearchCV(estimator=SVC(C=9), param_distributions=grid, n_iter=20)
    search.fit(X, y)
    mlflow.log_param("n_iter", 20)
""",
    ),
    "one by one of pydantic": (
        "unlogged-parameter:learning_rate",
        """\
import mlflow
from pydantic_settings import BaseSettings
from xgboost import XGBClassifier


class Settings(BaseSettings):
    depth: int = 4
    eta: float = 0.1


settings = Settings()
with mlflow.start_run():
    mlflow.log_param("depth", settings.depth)
    XGBClassifier(max_depth=settings.depth, learning_rate=settings.eta).fit(X, y)
""",
    ),
    "MLFlowLogger experiment client, missing": (
        "unlogged-parameter:gamma",
        """\
from lightning.pytorch.loggers import MLFlowLogger
from sklearn.svm import SVC
logger = MLFlowLogger("e")
SVC(C=1.5, gamma=0.3).fit(X, y)
logger.experiment.log_param(logger.run_id, "C", 1.5)
""",
    ),
    "accelerate tracker, lr missing": (
        "unlogged-parameter:lr",
        """\
import torch
from accelerate import Accelerator
accelerator = Accelerator(log_with="wandb")
accelerator.init_trackers("p", config={"epochs": 3})
opt = torch.optim.AdamW(net.parameters(), lr=0.3)
for epoch in range(3):
    loss = net(x)
    accelerator.backward(loss)
    opt.step()
""",
    ),
    "accelerate tracker without config": (
        "no-parameters",
        """\
import torch
from accelerate import Accelerator
accelerator = Accelerator(log_with="wandb")
accelerator.init_trackers("p")
opt = torch.optim.AdamW(net.parameters(), lr=0.3)
for epoch in range(3):
    loss = net(x)
    accelerator.backward(loss)
    opt.step()
""",
    ),
}


@pytest.mark.parametrize(("expected", "source"), FLAGGED_SHAPES.values(), ids=FLAGGED_SHAPES)
def test_flagged_shapes(expected: str, source: Source) -> None:
    (said,) = [outcome for outcome in said_of(source) if outcome.kind != "evidence"]
    rule, _, names = expected.partition(":")
    assert (said.kind, said.rule) == ("violation", rule)
    assert re.findall(r"'(\w+)' \(", said.message) == names.split(",") * bool(names)


LOGGED_SHAPES: dict[str, Source] = {
    "opt.__dict__": """\
import argparse
import mlflow
from sklearn.svm import SVC
p = argparse.ArgumentParser()
p.add_argument("--c", type=float)
opt = p.parse_args()
with mlflow.start_run():
    mlflow.log_params(opt.__dict__)
    SVC(C=opt.c).fit(X, y)
""",
    "vars over args parsed in helper": """\
import argparse
import mlflow
from sklearn.svm import SVC


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--kernel", default="rbf")
    return parser.parse_args()


def main(options):
    with mlflow.start_run():
        for key, value in vars(options).items():
            mlflow.log_param(key, value)
        model = SVC(C=options.penalty, kernel=options.kernel)
        model.fit(X, y)


if __name__ == "__main__":
    main(parse())
""",
    "dataclass fields in a constructor handed in": """\
from dataclasses import asdict, dataclass
import mlflow
import torch


@dataclass
class TrainConfig:
    lr: float = 1e-3
    epochs: int = 10
    batch_size: int = 64


class Trainer:
    def __init__(self, config: TrainConfig):
        self.config = config
        self.opt = torch.optim.AdamW(net.parameters(), lr=config.lr)

    def fit(self):
        with mlflow.start_run():
            mlflow.log_params(asdict(self.config))
            for epoch in range(self.config.epochs):
                for batch in torch.utils.data.DataLoader(ds, batch_size=self.config.batch_size):
                    loss = net(batch)
                    loss.backward()
                    self.opt.step()


if __name__ == "__main__":
    Trainer(TrainConfig()).fit()
""",
    "dataclass logged from cfg, used with nested fields": """\
from dataclasses import asdict
import mlflow
from settings import load
from xgboost import XGBClassifier
cfg = load()
with mlflow.start_run():
    mlflow.log_params(asdict(cfg))
    m = XGBClassifier(max_depth=cfg.model.max_depth, learning_rate=cfg.optim.eta)
    m.fit(X, y)
""",
    "model_dump of nested part": """\
import mlflow
from settings import Settings
from xgboost import XGBClassifier
settings = Settings()
with mlflow.start_run():
    mlflow.log_params(settings.model.model_dump())
    m = XGBClassifier(max_depth=settings.model.depth)
    m.fit(X, y)
""",
    "hydra main": """\
import hydra
import mlflow
from omegaconf import DictConfig, OmegaConf
from sklearn.linear_model import Ridge


@hydra.main(config_path="conf", config_name="config", version_base=None)
def main(cfg: DictConfig):
    with mlflow.start_run():
        mlflow.log_params(OmegaConf.to_container(cfg, resolve=True))
        model = Ridge(alpha=cfg.model.alpha, solver=cfg["model"]["solver"])
        model.fit(X, y)


if __name__ == "__main__":
    main()
""",
    "yaml params": """\
import mlflow
import yaml
from sklearn.linear_model import Ridge
with open("params.yaml") as f:
    params = yaml.safe_load(f)
with mlflow.start_run():
    mlflow.log_params(params["train"])
    model = Ridge(alpha=params["train"]["alpha"])
    model.fit(X, y)
""",
    "yaml params, other section": """\
import mlflow
import yaml
from sklearn.linear_model import Ridge
with open("params.yaml") as f:
    params = yaml.safe_load(f)
with mlflow.start_run():
    mlflow.log_params(params["train"])
    model = Ridge(alpha=params["train"]["alpha"], tol=params["solver"]["tol"])
    model.fit(X, y)
""",
    "yaml params, unpacked section to alias": """\
import mlflow
import yaml
from sklearn.linear_model import Ridge
params = yaml.safe_load(open("params.yaml"))
train = params["train"]
with mlflow.start_run():
    mlflow.log_params(params)
    model = Ridge(alpha=train["alpha"])
    model.fit(X, y)
""",
    "dict.update after creation": """\
import mlflow
import lightgbm as lgb
params = {"objective": "binary", "num_leaves": 31}
params.update({"learning_rate": 0.1})
params["max_depth"] = 5
with mlflow.start_run():
    mlflow.log_params(params)
    booster = lgb.train(params, train_set, num_boost_round=100)
    mlflow.log_param("num_boost_round", 100)
""",
    "dict() call, used by key": """\
import mlflow
from xgboost import XGBRegressor
params = dict(n_estimators=100, max_depth=4)
with mlflow.start_run():
    mlflow.log_params(params)
    XGBRegressor(n_estimators=params["n_estimators"], max_depth=params.get("max_depth")).fit(X, y)
""",
    "locals()": """\
import mlflow
from sklearn.svm import SVC
def train(C=1.0, gamma=0.1):
    mlflow.log_params(locals())
    with mlflow.start_run():
        SVC(C=C, gamma=gamma).fit(X, y)
train()
""",
    "zip of names": """\
import mlflow
from sklearn.svm import SVC
C, gamma = 1.0, 0.5
with mlflow.start_run():
    for name, value in zip(["C", "gamma"], [C, gamma]):
        mlflow.log_param(name, value)
    SVC(C=C, gamma=gamma).fit(X, y)
""",
    "f-string key in a loop": """\
import mlflow
from sklearn.svm import SVC
params = {"C": 1.0, "gamma": 0.5}
with mlflow.start_run():
    for name, value in params.items():
        mlflow.log_param(f"svc_{name}", value)
    SVC(**params).fit(X, y)
""",
    "loop over keys": """\
import mlflow
from sklearn.svm import SVC
params = {"C": 1.0, "gamma": 0.5}
with mlflow.start_run():
    for name in params:
        mlflow.log_param(name, params[name])
    SVC(**params).fit(X, y)
""",
    "helper of another module": {
        "train.py": """\
import mlflow
from sklearn.svm import SVC
from utils import record
params = {"C": 1.0, "gamma": 0.5}
with mlflow.start_run():
    SVC(**params).fit(X, y)
    record(params)
""",
        "utils.py": """\
import mlflow


def record(values):
    for name, value in values.items():
        mlflow.log_param(name, value)
""",
    },
    "helper with kwargs": {
        "train.py": """\
import mlflow
from sklearn.svm import SVC
from utils import record
C = 2.0
with mlflow.start_run():
    SVC(C=C, gamma=0.1).fit(X, y)
    record(C=C, gamma=0.1)
""",
        "utils.py": """\
import mlflow


def record(**values):
    mlflow.log_params(values)
""",
    },
    "same expression under other name": """\
import mlflow
from sklearn.svm import SVC
strength = 2.5
with mlflow.start_run():
    mlflow.log_param("regularization", strength)
    SVC(C=strength).fit(X, y)
""",
    "same option under other name": """\
import argparse
import mlflow
from sklearn.svm import SVC
parser = argparse.ArgumentParser()
parser.add_argument("--strength", type=float)
args = parser.parse_args()
strength = args.strength
with mlflow.start_run():
    mlflow.log_param("regularization", args.strength)
    SVC(C=strength).fit(X, y)
""",
    "str() of a value": """\
import mlflow
from sklearn.svm import SVC
strength = 2.5
with mlflow.start_run():
    mlflow.log_param("regularization", str(strength))
    SVC(C=strength).fit(X, y)
""",
    "f-string of a value": """\
import mlflow
from sklearn.svm import SVC
strength = 2.5
with mlflow.start_run():
    mlflow.log_param("regularization", f"{strength:.2f}")
    SVC(C=strength).fit(X, y)
""",
    "attribute of the model": """\
import mlflow
from sklearn.svm import SVC
with mlflow.start_run():
    model = SVC(C=2.5, kernel="linear")
    model.fit(X, y)
    mlflow.log_param("regularization", model.C)
    mlflow.log_param("k", model.kernel)
""",
    "get_params of one element": """\
import mlflow
from sklearn.svm import SVC
with mlflow.start_run():
    model = SVC(C=2.5, kernel="linear")
    model.fit(X, y)
    mlflow.log_param("regularization", model.get_params()["C"])
    mlflow.log_param("k", model.kernel)
""",
    "typer": """\
import mlflow
import typer
from sklearn.svm import SVC


def main(c: float = 1.0, gamma: float = 0.1):
    with mlflow.start_run():
        mlflow.log_params({"c": c, "gamma": gamma})
        SVC(C=c, gamma=gamma).fit(X, y)


if __name__ == "__main__":
    typer.run(main)
""",
    "MlflowClient": """\
from mlflow.tracking import MlflowClient
from sklearn.svm import SVC
client = MlflowClient()
run = client.create_run(experiment_id="0")
params = {"C": 1.0, "gamma": 0.2}
model = SVC(**params).fit(X, y)
for k, v in params.items():
    client.log_param(run.info.run_id, k, v)
""",
    "client in a class attribute": """\
import mlflow
from sklearn.svm import SVC


class Tracker:
    def __init__(self):
        self.client = mlflow.MlflowClient()
        self.run = self.client.create_run("0")

    def log(self, params):
        for key, value in params.items():
            self.client.log_param(self.run.info.run_id, key, value)


tracker = Tracker()
params = {"C": 1.0, "gamma": 0.2}
SVC(**params).fit(X, y)
tracker.log(params)
""",
    "log_batch with Param list comprehension": """\
from mlflow import MlflowClient
from mlflow.entities import Param
from sklearn.svm import SVC
client = MlflowClient()
run = client.create_run("0")
params = {"C": 1.0, "gamma": 0.2}
SVC(**params).fit(X, y)
client.log_batch(run.info.run_id, params=[Param(k, str(v)) for k, v in params.items()])
""",
    "sklearn autolog inside a with, before": """\
import mlflow
from sklearn.svm import SVC
with mlflow.start_run():
    mlflow.sklearn.autolog(log_models=False)
    SVC(C=1.0).fit(X, y)
""",
    "autolog in other modules body": {
        "train.py": """\
import mlflow
import setup_tracking
from sklearn.svm import SVC
with mlflow.start_run():
    SVC(C=1.0).fit(X, y)
""",
        "setup_tracking.py": """\
import mlflow
mlflow.autolog()
""",
    },
    "pyspark.ml autolog": """\
import mlflow
from pyspark.ml.classification import LogisticRegression
mlflow.pyspark.ml.autolog()
with mlflow.start_run():
    LogisticRegression(maxIter=10, regParam=0.1).fit(df)
""",
    "tensorflow autolog, keras model": """\
import mlflow.tensorflow
import tensorflow as tf
mlflow.tensorflow.autolog()
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
model.compile("adam", "mse")
with mlflow.start_run():
    model.fit(x, y, epochs=3)
""",
    "lightning with mlflow.pytorch.autolog": """\
import lightning as L
import mlflow
from model import Net
mlflow.pytorch.autolog()
trainer = L.Trainer(max_epochs=3)
with mlflow.start_run():
    trainer.fit(Net(), loader)
""",
    "sklearn.autolog and an XGBClassifier in a Pipeline": """\
import mlflow
from sklearn.pipeline import Pipeline
from xgboost import XGBClassifier
mlflow.sklearn.autolog()
with mlflow.start_run():
    Pipeline([("m", XGBClassifier(max_depth=3))]).fit(X, y)
""",
    "W&B sweep config": """\
import wandb
from sklearn.svm import SVC


def train():
    with wandb.init() as run:
        SVC(C=run.config.C).fit(X, y)


sweep_id = wandb.sweep({"method": "random", "parameters": {"C": {"min": 0.1, "max": 9}}})
wandb.agent(sweep_id, function=train)
""",
    "wandb config dict variable, used from config": """\
import wandb
import torch
config = {"lr": 0.01, "epochs": 5}
run = wandb.init(project="p", config=config)
opt = torch.optim.SGD(net.parameters(), lr=config["lr"])
for epoch in range(config["epochs"]):
    loss = net(x)
    loss.backward()
    opt.step()
    run.log({"loss": loss})
""",
    "wandb config alias": """\
import wandb
import torch
wandb.init(project="p", config={"lr": 0.01, "epochs": 5})
config = wandb.config
opt = torch.optim.SGD(net.parameters(), lr=config.lr)
for epoch in range(config.epochs):
    loss = net(x)
    loss.backward()
    opt.step()
    wandb.log({"loss": loss})
""",
    "wandb.config.update(args)": """\
import argparse
import wandb
from sklearn.svm import SVC
parser = argparse.ArgumentParser()
parser.add_argument("--C", type=float)
args = parser.parse_args()
wandb.init(project="p")
wandb.config.update(args)
SVC(C=args.C).fit(X, y)
""",
    "wandb config setdefaults": """\
import wandb
from sklearn.svm import SVC
wandb.init(project="p")
wandb.config.setdefaults({"C": 1.0})
SVC(C=wandb.config.C).fit(X, y)
""",
    "wandb aliased config assignment, one per key": """\
import wandb
from sklearn.svm import SVC
wandb.init(project="p")
cfg = wandb.config
cfg.C = 1.0
cfg.gamma = 0.1
SVC(C=cfg.C, gamma=cfg.gamma).fit(X, y)
""",
    "comet in a class attr": """\
import comet_ml
from sklearn.svm import SVC
class T:
    def __init__(self):
        self.exp = comet_ml.start(project_name="p")
        self.params = {"C": 1.0}
    def go(self):
        self.exp.log_parameters(self.params)
        SVC(**self.params).fit(X, y)
T().go()
""",
    "neptune stringify": """\
import neptune
from neptune.utils import stringify_unsupported
from sklearn.svm import SVC
run = neptune.init_run(project="a/b")
params = {"C": 1.0, "gamma": 0.2}
run["parameters"] = stringify_unsupported(params)
SVC(**params).fit(X, y)
""",
    "neptune assign": """\
import neptune
from sklearn.svm import SVC
run = neptune.init_run(project="a/b")
params = {"C": 1.0, "gamma": 0.2}
run["parameters"].assign(params)
SVC(**params).fit(X, y)
""",
    "neptune keras callback": """\
import neptune
from neptune.integrations.tensorflow_keras import NeptuneCallback
from tensorflow import keras
run = neptune.init_run()
run["parameters"] = {"epochs": 3}
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=3, callbacks=[NeptuneCallback(run=run)])
""",
    "clearml argparse only": """\
import argparse
from clearml import Task
from sklearn.svm import SVC
task = Task.init(project_name="p", task_name="t")
parser = argparse.ArgumentParser()
parser.add_argument("--C", type=float)
args = parser.parse_args()
SVC(C=args.C).fit(X, y)
""",
    "aim set": """\
from aim import Run
from sklearn.svm import SVC
run = Run(experiment="e")
run.set("hparams", {"C": 1.0}, strict=False)
SVC(C=1.0).fit(X, y)
""",
    "tensorboard add_hparams": """\
import torch
from torch.utils.tensorboard import SummaryWriter
lr, epochs = 0.1, 3
writer = SummaryWriter("runs/a")
opt = torch.optim.SGD(net.parameters(), lr=lr)
for epoch in range(epochs):
    loss = net(x)
    loss.backward()
    opt.step()
    writer.add_scalar("loss", loss, epoch)
writer.add_hparams({"lr": lr, "epochs": epochs}, {"loss": 0.1})
""",
    "tensorboard add_text of args": """\
import argparse
import torch
from torch.utils.tensorboard import SummaryWriter
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
args = parser.parse_args()
writer = SummaryWriter("runs/a")
writer.add_text("hyperparameters", "\\n".join(f"{k}: {v}" for k, v in vars(args).items()))
opt = torch.optim.SGD(net.parameters(), lr=args.lr)
for batch in data:
    loss = net(batch)
    loss.backward()
    opt.step()
""",
    "keras hparams": """\
import tensorflow as tf
from tensorboard.plugins.hparams import api as hp
hparams = {"units": 16, "epochs": 5}
with tf.summary.create_file_writer("logs").as_default():
    hp.hparams(hparams)
    model = tf.keras.Sequential([tf.keras.layers.Dense(hparams["units"])])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=hparams["epochs"])
""",
    "keras hparams callback": """\
import tensorflow as tf
from tensorboard.plugins.hparams import api as hp
hparams = {"units": 16}
model = tf.keras.Sequential([tf.keras.layers.Dense(hparams["units"])])
model.compile("adam", "mse")
board = tf.keras.callbacks.TensorBoard("logs")
model.fit(x, y, callbacks=[board, hp.KerasCallback("logs", hparams)])
""",
    "lightning logger and save_hyperparameters": """\
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import MLFlowLogger


class Net(pl.LightningModule):
    def __init__(self, lr=1e-3):
        super().__init__()
        self.save_hyperparameters()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)


trainer = pl.Trainer(logger=MLFlowLogger(experiment_name="e"), max_epochs=3)
trainer.fit(Net(), loader)
""",
    "lightning log_hyperparams on logger": """\
import pytorch_lightning as pl
from pytorch_lightning.loggers import WandbLogger
from net import Net
config = {"lr": 1e-3, "batch": 3}
logger = WandbLogger(project="p")
logger.log_hyperparams(config)
trainer = pl.Trainer(logger=logger, max_epochs=3)
trainer.fit(Net(**config), loader)
""",
    "WandbLogger config": """\
import pytorch_lightning as pl
from pytorch_lightning.loggers import WandbLogger
from net import Net
config = {"lr": 1e-3, "batch": 3}
logger = WandbLogger(project="p", config=config)
trainer = pl.Trainer(logger=logger, max_epochs=3)
trainer.fit(Net(**config), loader)
""",
    "lightning experiment config update": """\
import pytorch_lightning as pl
from pytorch_lightning.loggers import WandbLogger
from net import Net
config = {"lr": 1e-3, "batch": 3}
logger = WandbLogger(project="p")
logger.experiment.config.update(config)
trainer = pl.Trainer(logger=logger, max_epochs=3)
trainer.fit(Net(**config), loader)
""",
    "HF report_to none, own run, logs": """\
import mlflow
from transformers import Trainer, TrainingArguments
args = TrainingArguments(output_dir="o", report_to="none", num_train_epochs=3)
trainer = Trainer(model=model, args=args, train_dataset=ds)
with mlflow.start_run():
    mlflow.log_params(args.to_dict())
    trainer.train()
""",
    "SFTConfig": """\
from trl import SFTConfig, SFTTrainer
args = SFTConfig(output_dir="o", report_to=["mlflow"], num_train_epochs=3)
SFTTrainer(model="m", args=args, train_dataset=ds).train()
""",
    "Ray tune callback": """\
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback
from sklearn.svm import SVC


def train_fn(config):
    model = SVC(C=config["C"]).fit(X, y)
    tune.report({"acc": model.score(X, y)})


callbacks = [MLflowLoggerCallback(experiment_name="e")]
tuner = tune.Tuner(train_fn, run_config=tune.RunConfig(callbacks=callbacks))
tuner.fit()
""",
    "optuna trial params": """\
import mlflow
import optuna
from xgboost import XGBClassifier


def objective(trial):
    params = {
        "max_depth": trial.suggest_int("max_depth", 2, 9),
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.3),
    }
    with mlflow.start_run(nested=True):
        mlflow.log_params(params)
        model = XGBClassifier(**params).fit(X, y)
        return model.score(X, y)


study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=10)
""",
    "optuna trial.params": """\
import mlflow
import optuna
from xgboost import XGBClassifier


def objective(trial):
    depth = trial.suggest_int("max_depth", 2, 9)
    with mlflow.start_run(nested=True):
        model = XGBClassifier(max_depth=depth).fit(X, y)
        mlflow.log_params(trial.params)
        return model.score(X, y)


study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=10)
""",
    "hyperopt": """\
import mlflow
from hyperopt import fmin, hp, tpe
from sklearn.ensemble import RandomForestClassifier


def objective(params):
    with mlflow.start_run(nested=True):
        mlflow.log_params(params)
        depth, trees = params["max_depth"], params["n"]
        model = RandomForestClassifier(max_depth=int(depth), n_estimators=int(trees))
        model.fit(X, y)
        return -model.score(X, y)


space = {"max_depth": hp.quniform("d", 1, 9, 1), "n": hp.quniform("n", 1, 9, 1)}
fmin(objective, space, algo=tpe.suggest)
""",
    "decorator of another module": {
        "train.py": """\
from sklearn.svm import SVC
from track import tracked


@tracked
def train(params):
    return SVC(**params).fit(X, y)


train({"C": 1.0})
""",
        "track.py": """\
import functools
import mlflow


def tracked(function):
    @functools.wraps(function)
    def wrapper(params):
        with mlflow.start_run():
            mlflow.log_params(params)
            return function(params)
    return wrapper
""",
    },
    "context manager class": {
        "train.py": """\
from sklearn.svm import SVC
from track import Run
params = {"C": 1.0}
with Run(params):
    SVC(**params).fit(X, y)
""",
        "track.py": """\
import mlflow


class Run:
    def __init__(self, params):
        self.params = params

    def __enter__(self):
        mlflow.start_run()
        mlflow.log_params(self.params)

    def __exit__(self, *error):
        mlflow.end_run()
""",
    },
    "base class method": {
        "base.py": """\
import mlflow


class Base:
    params = {}

    def run(self, X, y):
        with mlflow.start_run():
            self.log()
            self.train(X, y)

    def log(self):
        mlflow.log_params(self.params)
""",
        "train.py": """\
from base import Base
from sklearn.svm import SVC


class Svc(Base):
    params = {"C": 1.0}

    def train(self, X, y):
        SVC(**self.params).fit(X, y)


Svc().run(X, y)
""",
    },
    "callback class of keras": """\
import mlflow
from tensorflow import keras


class Log(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        mlflow.log_params({"epochs": self.params["epochs"], "batch_size": 32})


model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse")
with mlflow.start_run():
    model.fit(x, y, epochs=3, batch_size=32, callbacks=[Log()])
""",
    "mlflow keras callback": """\
import mlflow
from mlflow.keras import MlflowCallback
from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse")
with mlflow.start_run() as run:
    model.fit(x, y, epochs=3, batch_size=32, callbacks=[MlflowCallback(run)])
""",
    "I/O only": """\
import mlflow
from xgboost import XGBClassifier
with mlflow.start_run():
    m = XGBClassifier(
        max_depth=3, n_jobs=4, verbosity=0, device="cuda", tree_method="hist", random_state=42
    )
    m.fit(X, y, verbose=False)
    mlflow.log_params({"max_depth": 3, "tree_method": "hist"})
""",
    "seed by a constant": """\
import mlflow
from sklearn.svm import SVC
RANDOM_STATE: int = 42
with mlflow.start_run():
    SVC(C=1.0, random_state=RANDOM_STATE).fit(X, y)
    mlflow.log_param("C", 1.0)
""",
    "models dict in a loop": """\
import mlflow
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
models = {"lr": LogisticRegression(C=0.5), "svc": SVC(C=2.0)}
for name, model in models.items():
    with mlflow.start_run(run_name=name):
        model.fit(X, y)
        mlflow.log_params(model.get_params())
""",
    "torch in functions in other module, logged by caller names": {
        "main.py": """\
import argparse
import mlflow
from engine import fit
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, default=0.1)
parser.add_argument("--rounds", type=int, default=3)
args = parser.parse_args()
with mlflow.start_run():
    mlflow.log_params(vars(args))
    fit(net, data, args.rate, args.rounds)
""",
        "engine.py": """\
import torch


def fit(net, data, lr, epochs):
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    for epoch in range(epochs):
        for batch in data:
            loss = net(batch)
            loss.backward()
            optimizer.step()
""",
    },
    "one by one by caller names": {
        "main.py": """\
import argparse
import mlflow
from engine import fit
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, default=0.1)
parser.add_argument("--rounds", type=int, default=3)
args = parser.parse_args()
with mlflow.start_run():
    mlflow.log_param("rate", args.rate)
    mlflow.log_param("rounds", args.rounds)
    fit(net, data, args.rate, args.rounds)
""",
        "engine.py": """\
import torch


def fit(net, data, lr, epochs):
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    for epoch in range(epochs):
        for batch in data:
            loss = net(batch)
            loss.backward()
            optimizer.step()
""",
    },
    "config module constants": {
        "config.py": """\
LR = 1e-3
EPOCHS = 5
""",
        "train.py": """\
import config
import mlflow
import torch
with mlflow.start_run():
    mlflow.log_params({"lr": config.LR, "epochs": config.EPOCHS})
    opt = torch.optim.SGD(net.parameters(), lr=config.LR)
    for epoch in range(config.EPOCHS):
        loss = net(x)
        loss.backward()
        opt.step()
""",
    },
    "config module constants, another name": {
        "config.py": """\
RATE = 1e-3
ROUNDS = 5
""",
        "train.py": """\
from config import RATE, ROUNDS
import mlflow
import torch
with mlflow.start_run():
    mlflow.log_param("a", RATE)
    mlflow.log_param("b", ROUNDS)
    opt = torch.optim.SGD(net.parameters(), lr=RATE)
    for epoch in range(ROUNDS):
        loss = net(x)
        loss.backward()
        opt.step()
""",
    },
    "class config vars": """\
import mlflow
import torch


class Config:
    rate = 0.1
    rounds = 4


with mlflow.start_run():
    mlflow.log_params({k: v for k, v in Config.__dict__.items() if not k.startswith("_")})
    opt = torch.optim.SGD(net.parameters(), lr=Config.rate)
    for epoch in range(Config.rounds):
        loss = net(x)
        loss.backward()
        opt.step()
""",
    "pipeline set_params": """\
import mlflow
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
params = {"svc__C": 1.0}
with mlflow.start_run():
    pipe = Pipeline([("svc", SVC())])
    pipe.set_params(**params)
    pipe.fit(X, y)
    mlflow.log_params(params)
""",
    "tracker that may not be installed": """\
try:
    import mlflow
except ImportError:
    mlflow = None
import joblib
from sklearn.svm import SVC
params = {"C": 1.0}
model = SVC(**params).fit(X, y)
joblib.dump(model, "m.joblib")
if mlflow:
    with mlflow.start_run():
        mlflow.log_params(params)
""",
    "Accelerate's trackers": """\
import torch
from accelerate import Accelerator
accelerator = Accelerator(log_with="wandb")
accelerator.init_trackers("p", config={"lr": 0.1})
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for batch in loader:
    loss = net(batch)
    accelerator.backward(loss)
    opt.step()
accelerator.save(net.state_dict(), "net.pt")
""",
    "autolog under if": """\
import argparse
import mlflow
from sklearn.svm import SVC
parser = argparse.ArgumentParser()
parser.add_argument("--autolog", action="store_true")
args = parser.parse_args()
if args.autolog:
    mlflow.autolog()
with mlflow.start_run():
    SVC(C=1.0).fit(X, y)
""",
    "disabled then enabled": """\
import mlflow
from sklearn.svm import SVC
mlflow.autolog(disable=True)
mlflow.sklearn.autolog()
with mlflow.start_run():
    SVC(C=1.0).fit(X, y)
""",
    "disable from an option": """\
import argparse
import mlflow
from sklearn.svm import SVC
parser = argparse.ArgumentParser()
parser.add_argument("--no-log", action="store_true")
args = parser.parse_args()
mlflow.sklearn.autolog(disable=args.no_log)
with mlflow.start_run():
    SVC(C=1.0).fit(X, y)
""",
    "autolog and log_param: autolog covers everything": """\
import mlflow
from sklearn.svm import SVC
mlflow.autolog()
with mlflow.start_run():
    mlflow.log_param("dataset", "iris")
    SVC(C=1.0, gamma=0.2).fit(X, y)
""",
    "vars of unknown arguments": """\
import mlflow
import torch
args = get_args()
with mlflow.start_run():
    mlflow.log_params(vars(args))
    betas = (args.b1, args.b2)
    opt = torch.optim.Adam(net.parameters(), lr=args.lr, betas=betas, weight_decay=args.wd)
    scheduler = torch.optim.lr_scheduler.StepLR(opt, step_size=args.step, gamma=args.gamma)
    for batch in loader:
        net(batch).backward()
        opt.step()
""",
    "config class instance attrs via __dict__ of self": """\
import mlflow
import torch


class Trainer:
    def __init__(self, lr=0.1, epochs=3):
        self.lr = lr
        self.epochs = epochs

    def run(self):
        with mlflow.start_run():
            mlflow.log_params(self.__dict__)
            opt = torch.optim.SGD(net.parameters(), lr=self.lr)
            for epoch in range(self.epochs):
                loss = net(x)
                loss.backward()
                opt.step()


Trainer().run()
""",
    "self attributes logged in other method": """\
import mlflow
import torch


class Trainer:
    def __init__(self, lr=0.1, epochs=3):
        self.lr = lr
        self.epochs = epochs

    def log(self):
        mlflow.log_param("a", self.lr)
        mlflow.log_param("b", self.epochs)

    def run(self):
        with mlflow.start_run():
            self.log()
            opt = torch.optim.SGD(net.parameters(), lr=self.lr)
            for epoch in range(self.epochs):
                loss = net(x)
                loss.backward()
                opt.step()


Trainer().run()
""",
    "logged per item of list of tuples": """\
import mlflow
from sklearn.svm import SVC
with mlflow.start_run():
    for k, v in [("C", 1.0), ("gamma", 0.1)]:
        mlflow.log_param(k, v)
    SVC(C=1.0, gamma=0.1).fit(X, y)
""",
    "log_params of asdict with update": """\
from dataclasses import asdict
import mlflow
from conf import Config
from sklearn.svm import SVC
cfg = Config()
record = asdict(cfg)
record["gamma"] = 0.3
with mlflow.start_run():
    mlflow.log_params(record)
    SVC(C=cfg.C, gamma=0.3).fit(X, y)
""",
    "flattened config": """\
import mlflow
from conf import cfg
from sklearn.svm import SVC
from utils import flatten
with mlflow.start_run():
    mlflow.log_params(flatten(cfg))
    SVC(C=cfg.svc.C).fit(X, y)
""",
    "json.dumps config as one param": """\
import json
import mlflow
from sklearn.svm import SVC
params = {"C": 1.0, "gamma": 0.2}
with mlflow.start_run():
    mlflow.log_param("params", json.dumps(params))
    SVC(**params).fit(X, y)
""",
    "dict as one param": """\
import mlflow
from sklearn.svm import SVC
params = {"C": 1.0, "gamma": 0.2}
with mlflow.start_run():
    mlflow.log_param("model_params", params)
    SVC(**params).fit(X, y)
""",
    "args as one param": """\
import argparse
import mlflow
from sklearn.svm import SVC
parser = argparse.ArgumentParser()
parser.add_argument("--C", type=float)
args = parser.parse_args()
with mlflow.start_run():
    mlflow.log_param("args", args)
    SVC(C=args.C).fit(X, y)
""",
    "params logged and search space dict": """\
import mlflow
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
grid = {"C": [0.1, 1.0], "gamma": [0.1]}
with mlflow.start_run():
    search = GridSearchCV(SVC(), grid, cv=5, scoring="f1")
    search.fit(X, y)
    mlflow.log_params(search.best_params_)
    mlflow.log_param("cv", 5)
""",
    "scoring is no parameter": """\
import mlflow
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
grid = {"C": [0.1, 1.0]}
with mlflow.start_run():
    search = GridSearchCV(SVC(), grid, cv=5, scoring="f1", refit=True)
    search.fit(X, y)
    mlflow.log_param("cv", 5)
    mlflow.log_param("C", search.best_params_["C"])
""",
    "keras compile, not constructor": """\
import mlflow
from tensorflow import keras
BATCH = 32
EPOCHS = 4
with mlflow.start_run():
    mlflow.log_params({"batch": BATCH, "epochs": EPOCHS, "lr": 0.001})
    model = keras.Sequential([keras.layers.Dense(64, activation="relu")])
    model.compile(keras.optimizers.Adam(learning_rate=0.001), "mse")
    model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, validation_split=0.0, shuffle=True)
    mlflow.log_param("validation_split", 0.0)
""",
    "name with dots and dashes": """\
import mlflow
from sklearn.svm import SVC
with mlflow.start_run():
    SVC(C=1.0, class_weight="balanced").fit(X, y)
    mlflow.log_param("model.C", 1.0)
    mlflow.log_param("svc-class-weight", "balanced")
""",
    "same constant under another name": """\
import mlflow
from sklearn.ensemble import RandomForestClassifier
with mlflow.start_run():
    RandomForestClassifier(n_estimators=150).fit(X, y)
    mlflow.log_param("trees", 150)
""",
    "batch logging through log_params on nested dicts": """\
import mlflow
from sklearn.svm import SVC
CONFIG = {"data": {"path": "a.csv"}, "model": {"C": 1.0, "gamma": 0.1}}
with mlflow.start_run():
    mlflow.log_params(CONFIG["model"])
    SVC(**CONFIG["model"]).fit(X, y)
""",
    "nested CONFIG logged whole": """\
import mlflow
from sklearn.svm import SVC
CONFIG = {"data": {"path": "a.csv"}, "model": {"C": 1.0, "gamma": 0.1}}
with mlflow.start_run():
    mlflow.log_params(CONFIG)
    SVC(C=CONFIG["model"]["C"], gamma=CONFIG["model"]["gamma"]).fit(X, y)
""",
    "pyspark": """\
import mlflow
from pyspark.ml.classification import GBTClassifier
with mlflow.start_run():
    gbt = GBTClassifier(labelCol="label", featuresCol="features", maxIter=10)
    model = gbt.fit(train)
    mlflow.log_param("maxIter", 10)
""",
    "statsmodels": """\
import mlflow
import statsmodels.api as sm
with mlflow.start_run():
    mlflow.log_param("order", "1,1,1")
    model = sm.tsa.ARIMA(series, order=(1, 1, 1))
    result = model.fit()
""",
    "YOLO": """\
import mlflow
from ultralytics import YOLO
with mlflow.start_run():
    mlflow.log_params({"epochs": 3, "imgsz": 640})
    YOLO("yolov8n.pt").train(data="coco.yaml", epochs=3, imgsz=640)
""",
    "wandb.init(config=vars(args))": """\
import argparse
import torch
import wandb
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float)
p.add_argument("--epochs", type=int)
flags = p.parse_args()
wandb.init(project="p", config=vars(flags))
opt = torch.optim.SGD(net.parameters(), lr=flags.lr)
for e in range(flags.epochs):
    loss = net(x)
    loss.backward()
    opt.step()
""",
    "WandbCallback alone is no parameters but config given": """\
import wandb
from tensorflow import keras
from wandb.integration.keras import WandbMetricsLogger
wandb.init(config={"epochs": 4})
model = keras.Sequential([keras.layers.Dense(1)])
model.fit(x, y, epochs=wandb.config["epochs"], callbacks=[WandbMetricsLogger()])
""",
    "trackers of own: base class abstract": {
        "tracker.py": """\
from abc import ABC, abstractmethod


class Tracker(ABC):
    @abstractmethod
    def log_params(self, params): ...
""",
        "mlf.py": """\
import mlflow
from tracker import Tracker


class MlflowTracker(Tracker):
    def log_params(self, params):
        mlflow.log_params(params)
""",
        "train.py": """\
import mlflow
from mlf import MlflowTracker
from sklearn.svm import SVC
params = {"C": 1.0}
tracker = MlflowTracker()
with mlflow.start_run():
    tracker.log_params(params)
    SVC(**params).fit(X, y)
""",
    },
    "folds and scorers": """\
import mlflow
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import SVC
with mlflow.start_run():
    cv = StratifiedKFold(n_splits=5, shuffle=True, random_state=1)
    scoring = make_scorer(f1_score, average="macro")
    search = GridSearchCV(SVC(), {"C": [1, 3]}, cv=cv, scoring=scoring)
    search.fit(X, y)
    mlflow.log_param("C", search.best_params_["C"])
""",
    "epochs within folds": """\
import mlflow
import torch
epochs = 20
with mlflow.start_run():
    mlflow.log_params({"lr": 0.1, "passes": epochs})
    for fold in range(5):
        opt = torch.optim.SGD(net.parameters(), lr=0.1)
        for epoch in range(1, epochs + 1):
            loss = net(x)
            loss.backward()
            opt.step()
""",
    "several trainings, own params": """\
import mlflow
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC


def forest(n_estimators, max_depth):
    with mlflow.start_run(run_name="rf"):
        mlflow.log_params({"n_estimators": n_estimators, "max_depth": max_depth})
        RandomForestClassifier(n_estimators=n_estimators, max_depth=max_depth).fit(X, y)


def svc(C):
    with mlflow.start_run(run_name="svc"):
        mlflow.log_param("C", C)
        SVC(C=C).fit(X, y)


forest(100, 3)
svc(2.0)
""",
    "fields of pydantic settings": """\
import mlflow
from pydantic_settings import BaseSettings
from xgboost import XGBClassifier


class Settings(BaseSettings):
    depth: int = 4
    eta: float = 0.1


settings = Settings()
with mlflow.start_run():
    mlflow.log_params(settings.model_dump(exclude={"secret"}))
    XGBClassifier(max_depth=settings.depth, learning_rate=settings.eta).fit(X, y)
""",
    "self.config attr dict": """\
import mlflow
from xgboost import XGBClassifier


class Job:
    def __init__(self, config):
        self.config = config

    def run(self):
        with mlflow.start_run():
            self._log()
            model = XGBClassifier(max_depth=self.config["depth"], learning_rate=self.config["lr"])
            model.fit(X, y)

    def _log(self):
        for key in ("depth", "lr"):
            mlflow.log_param(key, self.config[key])


Job(load()).run()
""",
    "MLFlowLogger experiment client": """\
from lightning.pytorch.loggers import MLFlowLogger
from sklearn.svm import SVC
logger = MLFlowLogger("e")
SVC(C=1.5).fit(X, y)
logger.experiment.log_param(logger.run_id, "C", 1.5)
""",
    "accelerate tracker with dict variable": """\
import torch
from accelerate import Accelerator
config = {"rate": 0.1, "passes": 3}
accelerator = Accelerator(log_with="wandb")
accelerator.init_trackers("p", config)
opt = torch.optim.AdamW(net.parameters(), lr=config["rate"])
for epoch in range(config["passes"]):
    loss = net(x)
    accelerator.backward(loss)
    opt.step()
""",
    "wandb run.config from with": """\
import wandb
from sklearn.svm import SVC
with wandb.init(project="p") as run:
    run.config.update({"C": 1.5}, allow_val_change=True)
    SVC(C=1.5).fit(X, y)
""",
    "class method of run in attribute": """\
import wandb
from sklearn.svm import SVC
class Job:
    def __init__(self, C):
        self.C = C
        self.run = wandb.init(project="p", config={"C": C})
    def train(self):
        SVC(C=self.C).fit(X, y)
        self.run.finish()
Job(3).train()
""",
    "positional config of wandb? name same": """\
import os
import wandb
os.environ["WANDB_PROJECT"] = "p"
hyper = dict(lr=0.1, layers=3)
with wandb.init(config=hyper):
    config = wandb.config
    import torch
    opt = torch.optim.SGD(net.parameters(), lr=config["lr"])
    for batch in data:
        net(batch).backward()
        opt.step()
""",
    "train in while loop": """\
import mlflow
import torch
steps = 0
with mlflow.start_run():
    mlflow.log_params({"lr": 0.1})
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    while steps < 100:
        loss = net(x)
        loss.backward()
        opt.step()
        steps += 1
""",
    "seeds, workers in loader": """\
import mlflow
import torch
from torch.utils.data import DataLoader
with mlflow.start_run():
    mlflow.log_params({"lr": 0.1, "batch": 8})
    loader = DataLoader(ds, 8, shuffle=True, num_workers=4, pin_memory=True, drop_last=True)
    opt = torch.optim.SGD(net.parameters(), 0.1)
    for batch in loader:
        loss = net(batch)
        loss.backward()
        opt.step()
""",
}


@pytest.mark.parametrize("source", LOGGED_SHAPES.values(), ids=LOGGED_SHAPES)
def test_logged_shapes(source: Source) -> None:
    assert {outcome.kind for outcome in said_of(source)} == {"evidence"}


SILENT_SHAPES: dict[str, Source] = {
    "notebook with %run of a tracking notebook": {
        "setup.ipynb": notebook("""\
import mlflow
mlflow.autolog()
"""),
        "a.ipynb": notebook(
            """\
%run ./setup.ipynb
""",
            """\
import joblib
from sklearn.ensemble import RandomForestClassifier
clf = RandomForestClassifier(n_estimators=10)
clf.fit(X, y)
joblib.dump(clf, "clf.joblib")
""",
        ),
    },
    "scaler and PCA": """\
import joblib
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
scaler = StandardScaler()
X = scaler.fit_transform(X)
pca = PCA(n_components=5)
pca.fit(X)
joblib.dump(scaler, "scaler.pkl")
joblib.dump(pca, "pca.pkl")
""",
    "vectorizer": """\
import pickle
from sklearn.feature_extraction.text import TfidfVectorizer
tfidf = TfidfVectorizer(max_features=5000)
tfidf.fit(texts)
pickle.dump(tfidf, open("tfidf_model.pkl", "wb"))
""",
    "column transformer and preprocessing pipeline": """\
import joblib
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
pre = ColumnTransformer([("n", StandardScaler(), num), ("c", OneHotEncoder(), cat)])
pipe = Pipeline([("pre", pre)])
pipe.fit(X)
joblib.dump(pipe, "preprocessor.joblib")
""",
    "label encoder and tokenizer": """\
import pickle
from sklearn.preprocessing import LabelEncoder
from tensorflow.keras.preprocessing.text import Tokenizer
tok = Tokenizer(num_words=1000)
tok.fit_on_texts(texts)
le = LabelEncoder().fit(labels)
pickle.dump(tok, open("tok.pkl", "wb"))
pickle.dump(le, open("le.pkl", "wb"))
""",
    "serve a model with a module whose train is not called": {
        "app.py": """\
import joblib
from fastapi import FastAPI
from model import load_model
app = FastAPI()
model = load_model()


@app.post("/predict")
def predict(row: dict):
    return model.predict([list(row.values())]).tolist()
""",
        "model.py": """\
import joblib
from sklearn.linear_model import LogisticRegression


def train(X, y):
    model = LogisticRegression()
    model.fit(X, y)
    joblib.dump(model, "m.joblib")


def load_model():
    return joblib.load("m.joblib")
""",
        "train.py": """\
import mlflow
from model import train
mlflow.autolog()
train(X, y)
""",
    },
    "Keras with TensorBoard callback": """\
from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=3, callbacks=[keras.callbacks.CSVLogger("log.csv")])
model.evaluate(x, y)
""",
    "DVC stage": {
        "src/train.py": """\
import joblib
from sklearn.svm import SVC
model = SVC(C=1.0).fit(X, y)
joblib.dump(model, "model.joblib")
""",
        "dvc.yaml": """\
stages:
  train:
    cmd: python src/train.py
    params: [svc.C]
    outs: [model.joblib]
""",
        "params.yaml": """\
svc:
  C: 1.0
""",
    },
    "ZenML step": """\
import joblib
from sklearn.svm import SVC
from zenml import step


@step
def train(X, y):
    model = SVC(C=1.0).fit(X, y)
    joblib.dump(model, "model.joblib")
    return model
""",
    "Lightning self.log etc with MLflow autolog": """\
import lightning.pytorch as pl
import mlflow
mlflow.pytorch.autolog(log_models=False)
class Net(pl.LightningModule):
    def training_step(self, batch, i):
        loss = self.net(batch)
        self.log("loss", loss)
        return loss
pl.Trainer(max_epochs=3).fit(Net(), loader)
""",
    "sweep of a comet optimizer": """\
from comet_ml import Optimizer
from sklearn.svm import SVC
parameters = {"C": {"type": "float", "min": 1, "max": 3}}
opt = Optimizer({"algorithm": "bayes", "parameters": parameters})
for experiment in opt.get_experiments(project_name="p"):
    SVC(C=experiment.get_parameter("C")).fit(X, y)
""",
    "HF trainer, default report": """\
from transformers import Trainer, TrainingArguments
args = TrainingArguments("out")
trainer = Trainer(model=model, args=args, train_dataset=ds)
trainer.train()
trainer.save_model("out")
""",
}


@pytest.mark.parametrize("source", SILENT_SHAPES.values(), ids=SILENT_SHAPES)
def test_silent_shapes(source: Source) -> None:
    assert said_of(source) == []


OPEN_SHAPES: dict[str, Source] = {
    "wandb.config = dict": """\
import wandb
import torch
wandb.init(project="p")
wandb.config = {"lr": 0.01, "epochs": 5}
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(5):
    loss = net(x)
    loss.backward()
    opt.step()
""",
    "dvclive and params.yaml": {
        "train.py": """\
from dvclive import Live
from sklearn.svm import SVC
with Live() as live:
    SVC(C=1.0, gamma=0.3).fit(X, y)
    live.log_metric("a", 0.3)
""",
        "params.yaml": """\
C: 1.0
""",
    },
    "run handed in to W&B's config": """\
import wandb
from sklearn.svm import SVC


def train(run, params):
    run.config.update(params)
    SVC(**params).fit(X, y)


with wandb.init(project="p") as run:
    train(run, {"C": 1.0})
""",
    "wandb.init(**kwargs)": """\
import wandb
from sklearn.svm import SVC
settings = {"project": "p", "config": {"C": 1.0}}
wandb.init(**settings)
SVC(C=1.0).fit(X, y)
""",
    "wandb.init(**load())": """\
import wandb
from sklearn.svm import SVC
wandb.init(**load())
SVC(C=1.0).fit(X, y)
""",
}


@pytest.mark.parametrize("source", OPEN_SHAPES.values(), ids=OPEN_SHAPES)
def test_undecided_shapes(source: Source) -> None:
    said = [(outcome.kind, outcome.rule) for outcome in said_of(source)]
    assert said == [("undecided", "no-parameters")]
