"""Parameters of a training: which it takes, which are logged, and which are missing."""

from __future__ import annotations

import pytest

from mlops_checklist.sources import hyperparameters, programs, tracking
from mlops_checklist.sources.files import File

BEFORE = """\
import mlflow
import torch
import xgboost as xgb
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch.utils.data import DataLoader

"""
STEP = "loss.backward()\n    opt.step()\n"


def program_of(source: str) -> programs.Program:
    (program,) = programs.programs(File("train.py", data=(BEFORE + source).encode()))
    return program


def taken(source: str) -> list[str]:
    program = program_of(source)
    trainings = tracking.told(program, "training")
    return [each.name for each in hyperparameters.taken(program, trainings)]


def covered(source: str) -> hyperparameters.Covered:
    return hyperparameters.covered(tracking.known(program_of(source), "parameters"))


def lacking(source: str) -> list[str]:
    program = program_of(source)
    logged = tracking.known(program, "parameters")
    trainings = tracking.told(program, "training")
    return sorted(hyperparameters.lacking(program, trainings, logged))


TAKEN = {
    "keywords": ("SVC(C=3, gamma=g).fit(X, y)\n", ["C", "gamma"]),
    "positions have no name": ("SVC(3).fit(X, y)\n", []),
    "computed": ("SVC(C=len(X)).fit(X, y)\n", []),
    "converted": ("SVC(C=float(args.c)).fit(X, y)\n", ["C"]),
    "a default": ("SVC(C=3, gamma=None).fit(X, y)\n", ["C"]),
    "negative": ("SVC(C=3, max_iter=-1).fit(X, y)\n", ["C", "max_iter"]),
    "input and output": ("SVC(C=3, verbose=True, n_jobs=4, cache_size=9).fit(X, y)\n", ["C"]),
    "seed in the source": ("SEED = 3\nSVC(C=3, random_state=SEED).fit(X, y)\n", ["C"]),
    "seed from outside": ("SVC(random_state=args.seed).fit(X, y)\n", ["random_state"]),
    "dictionary": ("p = {'C': 3, 'gamma': 2}\nSVC(**p).fit(X, y)\n", ["C", "gamma"]),
    "pipeline, without preparing": (
        "make_pipeline(StandardScaler(with_mean=False), SVC(C=3)).fit(X, y)\n",
        ["C"],
    ),
    "booster": (
        "xgb.train({'eta': 0.1, 'nthread': 4}, data, num_boost_round=9, evals=[])\n",
        ["eta", "num_boost_round"],
    ),
    "counts of trees and features are none of the names of columns": (
        "xgb.XGBClassifier(n_estimators=9, max_features=3, feature_names=names).fit(X, y)\n",
        ["n_estimators", "max_features"],
    ),
    "folds": (
        "from sklearn.model_selection import GridSearchCV, KFold\n"
        "GridSearchCV(SVC(C=3), grid, cv=KFold(n_splits=5), scoring='f1').fit(X, y)\n",
        ["C"],
    ),
    "columns of Spark": (
        "from pyspark.ml.classification import GBTClassifier\n"
        "GBTClassifier(labelCol='y', featuresCol='x', maxIter=9).fit(frame)\n",
        ["maxIter"],
    ),
    "fit": (
        "import keras\nmodel = keras.Sequential(name='m')\n"
        "model.fit(x, y, epochs=3, batch_size=n, verbose=0, shuffle=True)\n",
        ["epochs", "batch_size"],
    ),
    "optimizer and loop": (
        f"opt = torch.optim.SGD(net.parameters(), 0.1, momentum=m)\nfor e in range(9):\n    {STEP}",
        ["epochs", "lr", "momentum"],
    ),
    "loop over epochs in one over folds": (
        "for fold in range(folds):\n  for epoch in range(1, epochs + 1):\n"
        "    loss.backward()\n    opt.step()\n",
        ["epochs"],
    ),
    "wrapped count": (
        f"from tqdm import tqdm\nfor e in tqdm(range(9), desc='x'):\n    {STEP}",
        ["epochs"],
    ),
    "count of the data": (f"for i in range(len(data)):\n    {STEP}", []),
    "loader": (
        f"train = DataLoader(data, 32, num_workers=4)\nfor x in train:\n    {STEP}",
        ["batch_size"],
    ),
    "loader of validation data": (
        f"val_loader = DataLoader(data, batch_size=32)\nfor x in train:\n    {STEP}",
        [],
    ),
}


@pytest.mark.parametrize(("source", "expected"), TAKEN.values(), ids=TAKEN)
def test_taken(source: str, expected: list[str]) -> None:
    assert taken(source) == expected


def test_the_epochs_are_those_of_the_loop_over_epochs() -> None:
    program = program_of(TAKEN["loop over epochs in one over folds"][0])
    (found,) = hyperparameters.taken(program, tracking.told(program, "training"))
    assert "epochs" in found.marks
    assert "folds" not in found.marks


NAMES = {
    "one": ("mlflow.log_param('C', 3)\n", {"C"}),
    "by keywords": ("mlflow.log_param(key='C', value=3)\n", {"C"}),
    "of a client": ("client = mlflow.MlflowClient()\nclient.log_param(run, 'C', 3)\n", {"C"}),
    "its value": ("mlflow.log_param('c', args.penalty)\n", {"c", "penalty", "args.penalty"}),
    "in a text": ("mlflow.log_param('c', f'{args.rate:.1e}')\n", {"c", "rate", "args.rate"}),
    "converted": ("mlflow.log_param('c', str(rate))\n", {"c", "str", "rate"}),
    "dictionary": ("mlflow.log_params({'C': 3, 'g': gamma})\n", {"C", "g", "gamma"}),
    "nested": ("mlflow.log_params({'svm': {'C': 3}})\n", {"svm", "C"}),
    "merged": ("mlflow.log_params({'C': 3} | {'gamma': 3})\n", {"C", "gamma"}),
    "filled later": ("p = {'C': 3}\np['gamma'] = 4\nmlflow.log_params(p)\n", {"C", "gamma"}),
    "keywords": ("mlflow.log_params(dict(C=3, gamma=4))\n", {"C", "gamma"}),
    "attribute": ("import wandb\nwandb.config.C = 3\n", {"C"}),
    "item": ("import wandb\nwandb.config['C'] = 3\n", {"C"}),
    "path": ("import neptune\nrun = neptune.init_run()\nrun['params/C'] = 3\n", {"C"}),
    "loop": (
        "p = {'C': 3}\nfor key, value in p.items():\n    mlflow.log_param(key, value)\n",
        {"C"},
    ),
}


@pytest.mark.parametrize(("source", "names"), NAMES.values(), ids=NAMES)
def test_covered_names(source: str, names: set[str]) -> None:
    found = covered(source)
    assert found.names == names
    assert not found.everything


ROOTS = {
    "vars": ("mlflow.log_params(vars(args))\n", "args"),
    "asdict": ("mlflow.log_params(asdict(cfg.model))\n", "cfg.model"),
    "model_dump": ("mlflow.log_params(settings.model_dump())\n", "settings"),
    "to_container": ("mlflow.log_params(OmegaConf.to_container(cfg, resolve=True))\n", "cfg"),
    "__dict__": ("mlflow.log_params(opt.__dict__)\n", "opt"),
    "the whole as one": ("mlflow.log_param('args', args)\n", "args"),
    "unpacked": ("mlflow.log_params({**vars(args), 'C': 3})\n", "args"),
}


@pytest.mark.parametrize(("source", "root"), ROOTS.values(), ids=ROOTS)
def test_covered_roots(source: str, root: str) -> None:
    assert root in covered(source).roots


@pytest.mark.parametrize(
    "source",
    [
        "mlflow.log_params(describe(model))\n",
        "mlflow.log_params(model.get_params())\n",
        "mlflow.log_params({f'rf_{key}': value for key, value in p.items()})\n",
        "mlflow.log_params(params)\n",
        "for key in keys:\n    mlflow.log_param(key, 3)\n",
        "from clearml import Task\nTask.init(project_name='p')\n",
    ],
    ids=["function", "get_params", "comprehension", "from elsewhere", "loop", "ClearML"],
)
def test_who_knows_what_is_covered(source: str) -> None:
    assert covered(source).everything


LACKING = {
    "nothing logged": ("SVC(C=3).fit(X, y)\n", ["C"]),
    "same name": ("SVC(C=3).fit(X, y)\nmlflow.log_param('C', 3)\n", []),
    "other case": ("SVC(max_iter=9).fit(X, y)\nmlflow.log_param('maxIter', 9)\n", []),
    "end of the name": ("SVC(C=3).fit(X, y)\nmlflow.log_param('svm_c', 3)\n", []),
    "not the middle of it": ("SVC(C=3).fit(X, y)\nmlflow.log_param('svm_c_x', 4)\n", ["C"]),
    "same variable": ("SVC(C=cost).fit(X, y)\nmlflow.log_param('x', cost)\n", []),
    "same field": ("SVC(C=a.cost).fit(X, y)\nmlflow.log_param('x', a.cost)\n", []),
    "field of a whole": ("SVC(C=a.cost).fit(X, y)\nmlflow.log_params(vars(a))\n", []),
    "of another whole": ("SVC(C=b.cost).fit(X, y)\nmlflow.log_params(vars(a))\n", ["C"]),
    "item of a whole": ("SVC(C=a['x']['y']).fit(X, y)\nmlflow.log_params(asdict(a))\n", []),
    "alias": ("a = self.args\nSVC(C=a.c).fit(X, y)\nmlflow.log_params(vars(self.args))\n", []),
    "same constant": ("SVC(C=350).fit(X, y)\nmlflow.log_param('cost', 350)\n", []),
    "constant of another parameter": (
        "SVC(C=350, gamma=350).fit(X, y)\nmlflow.log_param('gamma', 350)\n",
        ["C"],
    ),
    "one is no telling constant": ("SVC(C=1).fit(X, y)\nmlflow.log_param('cost', 1)\n", ["C"]),
    "another word for it": (
        "xgb.train({'eta': 0.3}, data)\nmlflow.log_param('learning_rate', 0.2)\n",
        [],
    ),
    "parts of a tuple": (
        "betas = (a.one, a.two)\nopt = torch.optim.Adam(net.parameters(), betas=betas)\n"
        f"for x in data:\n    {STEP}mlflow.log_params(vars(a))\n",
        [],
    ),
    "everything": ("SVC(C=3).fit(X, y)\nmlflow.log_params(describe())\n", []),
}


@pytest.mark.parametrize(("source", "expected"), LACKING.values(), ids=LACKING)
def test_lacking(source: str, expected: list[str]) -> None:
    assert lacking(source) == expected
