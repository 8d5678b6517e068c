"""parameters-logged: what must be flagged, and what must not."""

from __future__ import annotations

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.experiments.parameters_logged import HOOK

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
