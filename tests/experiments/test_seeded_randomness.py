"""seeded-randomness: what must be flagged, and what must not."""

from __future__ import annotations

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.experiments.seeded_randomness import HOOK


def judged(source: str, *kinds: str) -> list[str]:
    return [rule for rule, _, _ in found(outcomes(HOOK, "train.py", source), *kinds)]


SPLIT = "from sklearn.model_selection import {}\n"
UNSEEDED_SPLITS = {
    "plain": SPLIT.format("train_test_split") + "a, b = train_test_split(frame, test_size=0.2)\n",
    "None": SPLIT.format("train_test_split") + "a, b = train_test_split(x, random_state=None)\n",
    "by module": (
        "import sklearn.model_selection as ms\na, b = ms.train_test_split(x, y, stratify=y)\n"
    ),
    "constant that is None": (
        SPLIT.format("train_test_split")
        + "SEED = None\na, b = train_test_split(x, random_state=SEED)\n"
    ),
    "shuffled folds": SPLIT.format("KFold") + "folds = KFold(n_splits=5, shuffle=True)\n",
    "stratified": SPLIT.format("StratifiedKFold") + "f = StratifiedKFold(5, shuffle=True)\n",
    "repeated": SPLIT.format("RepeatedStratifiedKFold") + "f = RepeatedStratifiedKFold()\n",
    "shuffle split": SPLIT.format("ShuffleSplit") + "f = ShuffleSplit(n_splits=3)\n",
    "pandas": "import pandas as pd\ntrain = pd.read_csv('a.csv').sample(frac=0.8)\n",
    "pandas through a variable": (
        "import pandas as pd\ndf = pd.read_parquet('a')\ntrain = df.dropna().sample(n=1000)\n"
    ),
    "polars": "import polars as pl\ntrain = pl.read_csv('a.csv').sample(fraction=0.5)\n",
    "Spark": (
        "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
        "train, test = spark.table('churn').randomSplit([0.8, 0.2])\n"
    ),
    "torch": (
        "from torch.utils.data import random_split\na, b = random_split(dataset, [80, 20])\n"
    ),
    "Hugging Face": (
        "from datasets import load_dataset\n"
        "data = load_dataset('imdb', split='train').train_test_split(test_size=0.1)\n"
    ),
    "seed of another library": (
        SPLIT.format("train_test_split")
        + "import random\nrandom.seed(1)\na, b = train_test_split(frame)\n"
    ),
    "seed in a function nobody calls": (
        SPLIT.format("train_test_split")
        + "import numpy as np\n\n\ndef seed():\n    np.random.seed(1)\n\n\n"
        "if __name__ == '__main__':\n    a, b = train_test_split(frame)\n"
    ),
}


@pytest.mark.parametrize("source", UNSEEDED_SPLITS.values(), ids=UNSEEDED_SPLITS)
def test_unseeded_split(source: str) -> None:
    files = {"train.py": source, "other.py": ""}
    assert [rule for rule, _, _ in found(together(HOOK, files))] == ["unseeded-split"]


SEEDED_SPLITS = {
    "literal": SPLIT.format("train_test_split") + "a, b = train_test_split(x, random_state=0)\n",
    "option": (
        SPLIT.format("train_test_split") + "import argparse\np = argparse.ArgumentParser()\n"
        "p.add_argument('--seed', type=int, default=3)\nargs = p.parse_args()\n"
        "a, b = train_test_split(x, random_state=args.seed)\n"
    ),
    "generator": (
        SPLIT.format("train_test_split") + "import numpy as np\nrng = np.random.RandomState(4)\n"
        "a, b = train_test_split(x, random_state=rng)\n"
    ),
    "not shuffled": SPLIT.format("train_test_split")
    + "a, b = train_test_split(x, shuffle=False)\n",
    "global seed": (
        SPLIT.format("train_test_split")
        + "import numpy as np\nnp.random.seed(42)\na, b = train_test_split(x)\n"
    ),
    "helper of a library": (
        SPLIT.format("train_test_split")
        + "from transformers import set_seed\nset_seed(42)\na, b = train_test_split(x)\n"
    ),
    "unknown helper": (
        SPLIT.format("train_test_split")
        + "from company.utils import fix_seed\nfix_seed(42)\na, b = train_test_split(x)\n"
    ),
    "folds in order": SPLIT.format("KFold") + "folds = KFold(n_splits=5)\n",
    "groups": SPLIT.format("GroupKFold") + "folds = GroupKFold(n_splits=5)\n",
    "time series": SPLIT.format("TimeSeriesSplit") + "folds = TimeSeriesSplit()\n",
    "pandas": "import pandas as pd\nt = pd.read_csv('a.csv').sample(frac=0.8, random_state=1)\n",
    "pandas, only looked at": "import pandas as pd\nprint(pd.read_csv('a.csv').sample(5))\n",
    "unknown receiver": "train = frame.sample(frac=0.8)\n",
    "the standard library": "import random\nchosen = random.sample(rows, 10)\n",
    "a distribution": "from torch.distributions import Normal\nx = Normal(0, 1).sample((3,))\n",
    "own function": "def train_test_split(x):\n    return x\n\n\na, b = train_test_split(x)\n",
    "torch": (
        "import torch\nfrom torch.utils.data import random_split\n"
        "a, b = random_split(d, [8, 2], generator=torch.Generator().manual_seed(1))\n"
    ),
    "torch, global seed": (
        "import torch\nfrom torch.utils.data import random_split\ntorch.manual_seed(1)\n"
        "a, b = random_split(d, [8, 2])\n"
    ),
    "Spark": (
        "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
        "train, test = spark.table('churn').randomSplit([0.8, 0.2], seed=7)\n"
    ),
    "comment": "# a, b = train_test_split(x)\nprint('train_test_split(x)')\n",
}


@pytest.mark.parametrize("source", SEEDED_SPLITS.values(), ids=SEEDED_SPLITS)
def test_seeded_split(source: str) -> None:
    assert judged(source) == []


UNDECIDED = {
    "option without a default": (
        SPLIT.format("train_test_split") + "import argparse\np = argparse.ArgumentParser()\n"
        "p.add_argument('--seed', type=int)\nargs = p.parse_args()\n"
        "a, b = train_test_split(x, random_state=args.seed)\n"
    ),
    "keywords": SPLIT.format("train_test_split") + "a, b = train_test_split(x, **options)\n",
}


@pytest.mark.parametrize("source", UNDECIDED.values(), ids=UNDECIDED)
def test_undecided_split(source: str) -> None:
    assert judged(source, "violation", "undecided") == ["unseeded-split"]
    assert judged(source) == []


def test_place_and_message() -> None:
    (outcome,) = outcomes(HOOK, "split.py", UNSEEDED_SPLITS["plain"])
    assert (outcome.place.line, outcome.place.column) == (2, 8)
    assert outcome.message == (
        "'train_test_split' draws other rows in each run; pass random_state=..."
    )


def test_seed_of_another_module() -> None:
    train = SPLIT.format("train_test_split") + "from {}\na, b = train_test_split(x{})\n"
    constant = {
        "train.py": train.format("config import SEED", ", random_state=SEED"),
        "config.py": "SEED = 42\n",
    }
    assert found(together(HOOK, constant)) == []
    constant["config.py"] = "SEED = None\n"
    assert [rule for rule, _, _ in found(together(HOOK, constant))] == ["unseeded-split"]
    helper = {
        "train.py": train.format("utils import prepare\n\nprepare()", ""),
        "utils.py": "import numpy as np\n\n\ndef prepare():\n    np.random.seed(7)\n",
    }
    assert found(together(HOOK, helper)) == []
    helper["train.py"] = helper["train.py"].replace("prepare()", "")
    assert [rule for rule, _, _ in found(together(HOOK, helper))] == ["unseeded-split"]


def test_notebook() -> None:
    cells = ("from sklearn.model_selection import KFold", "KFold(5, shuffle=True).split(X)")
    (outcome,) = outcomes(HOOK, "a.ipynb", notebook(*cells))
    assert (outcome.rule, outcome.place.cell, outcome.place.line) == ("unseeded-split", 2, 1)


FIT = "model.fit(X, y)\n"
TORCH = """\
import torch
{}
net = torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam(net.parameters())
for epoch in range(10):
    for x, y in loader:
        loss = ((net(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""
KERAS = """\
import keras
{}
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(x, y, epochs=3)
"""
LIGHTNING = """\
import lightning as L
{}
trainer = L.Trainer(max_epochs=3, deterministic=True)
trainer.fit(model, loader)
"""
UNSEEDED_TRAININGS = {
    "forest": (
        "from sklearn.ensemble import RandomForestClassifier\n"
        "model = RandomForestClassifier(n_estimators=10)\n" + FIT
    ),
    "in a pipeline": (
        "from sklearn.pipeline import make_pipeline\n"
        "from sklearn.preprocessing import StandardScaler\n"
        "from sklearn.neural_network import MLPClassifier\n"
        "model = make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(8,)))\n" + FIT
    ),
    "in a dictionary": (
        "from sklearn import ensemble, linear_model\n"
        "models = {'lr': linear_model.LogisticRegression(), "
        "'gb': ensemble.GradientBoostingClassifier()}\n"
        "for name, model in models.items():\n    model.fit(X, y)\n"
    ),
    "random search": (
        "from sklearn.model_selection import RandomizedSearchCV\n"
        "from sklearn.svm import SVC\nmodel = RandomizedSearchCV(SVC(), grid)\n" + FIT
    ),
    "torch": TORCH.format(""),
    "torch, numpy seeded": TORCH.format("import numpy as np\nnp.random.seed(0)"),
    "keras": KERAS.format(""),
    "Lightning": LIGHTNING.format(""),
}
SEEDED_TRAININGS = {
    "forest": (
        "from sklearn.ensemble import RandomForestClassifier\n"
        "model = RandomForestClassifier(random_state=1)\n" + FIT
    ),
    "forest, global seed": (
        "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier\n"
        "np.random.seed(0)\nmodel = RandomForestClassifier()\n" + FIT
    ),
    "forest, from parameters": (
        "from sklearn.ensemble import RandomForestClassifier\n"
        "model = RandomForestClassifier(**params)\n" + FIT
    ),
    "no randomness": (
        "from sklearn.linear_model import LogisticRegression\nmodel = LogisticRegression()\n" + FIT
    ),
    "nearest neighbours": (
        "from sklearn.neighbors import KNeighborsClassifier\nmodel = KNeighborsClassifier(3)\n"
        + FIT
    ),
    "XGBoost has a seed": "from xgboost import XGBClassifier\nmodel = XGBClassifier()\n" + FIT,
    "LightGBM has a seed": "import lightgbm as lgb\nmodel = lgb.LGBMRegressor()\n" + FIT,
    "CatBoost has a seed": (
        "from catboost import CatBoostClassifier\nmodel = CatBoostClassifier(verbose=0)\n" + FIT
    ),
    "Hugging Face has a seed": (
        "from transformers import Trainer, TrainingArguments\n"
        "trainer = Trainer(model=model, args=TrainingArguments('out'))\ntrainer.train()\n"
    ),
    "forest that is only defined": (
        "from sklearn.ensemble import RandomForestClassifier\nmodel = RandomForestClassifier()\n"
    ),
    "torch": TORCH.format("torch.manual_seed(0)"),
    "torch, by Lightning": TORCH.format(
        "from lightning import seed_everything\nseed_everything(1)"
    ),
    "torch, own helper": TORCH.format(
        "def set_seed(seed):\n    torch.manual_seed(seed)\n\n\nset_seed(3)"
    ),
    "keras": KERAS.format("keras.utils.set_random_seed(1)"),
    "keras, TensorFlow": KERAS.format("import tensorflow as tf\ntf.random.set_seed(1)"),
    "Lightning": LIGHTNING.format("L.seed_everything(42, workers=True)"),
    "torch model that is only used": (
        "import torch\nnet = torch.load('net.pt')\nnet.train(False)\nprint(net(x))\n"
    ),
}


@pytest.mark.parametrize("source", UNSEEDED_TRAININGS.values(), ids=UNSEEDED_TRAININGS)
def test_unseeded_training(source: str) -> None:
    assert judged(source) == ["unseeded-training"]


@pytest.mark.parametrize("source", SEEDED_TRAININGS.values(), ids=SEEDED_TRAININGS)
def test_seeded_training(source: str) -> None:
    assert judged(source) == []


def test_own_helper_that_seeds_something_else() -> None:
    assert judged(TORCH.format("def set_seed(seed):\n    print(seed)\n\n\nset_seed(3)")) == [
        "unseeded-training"
    ]


PARSER = """\
import argparse
import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=42)
args = parser.parse_args()
"""
UNUSED = {
    "never read": PARSER,
    "printed": PARSER + "print(f'seed {args.seed}')\n",
    "all printed": PARSER + "print(args)\n",
    "logged": PARSER + "import mlflow\nmlflow.log_param('seed', args.seed)\n",
    "all logged": PARSER + "import mlflow\nmlflow.log_params(vars(args))\n",
    "click": (
        "import click\n\n\n@click.command()\n@click.option('--seed', default=1)\n"
        "@click.option('--lr', default=0.1)\ndef main(seed, lr):\n    fit(lr)\n\n\nmain()\n"
    ),
    "passed to a function that does not read it": (
        PARSER + "\n\ndef main(options):\n    print(options.lr)\n\n\nmain(args)\n"
    ),
}
USED = {
    "applied": PARSER + "np.random.seed(args.seed)\n",
    "through a variable": PARSER + "seed = args.seed\nrng = np.random.default_rng(seed)\n",
    "passed on": PARSER + "train(seed=args.seed)\n",
    "all passed on": PARSER + "from company import train\ntrain(args)\n",
    "unpacked": PARSER + "from company import train\ntrain(**vars(args))\n",
    "by a key": PARSER + "options = vars(args)\nnp.random.seed(options['seed'])\n",
    "in a function": (
        PARSER + "\n\ndef main(options):\n    np.random.seed(options.seed)\n\n\nmain(args)\n"
    ),
    "compared": PARSER + "if args.seed is not None:\n    np.random.seed(args.seed)\n",
    "click": (
        "import click\nimport torch\n\n\n@click.command()\n@click.option('--seed', default=1)\n"
        "def main(seed):\n    torch.manual_seed(seed)\n\n\nmain()\n"
    ),
    "logged and applied": (
        PARSER + "import mlflow\nmlflow.log_param('seed', args.seed)\nnp.random.seed(args.seed)\n"
    ),
    "no option": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed-file')\n",
}


@pytest.mark.parametrize("source", UNUSED.values(), ids=UNUSED)
def test_unused_seed(source: str) -> None:
    assert judged(source) == ["unused-seed"]


@pytest.mark.parametrize("source", USED.values(), ids=USED)
def test_used_seed(source: str) -> None:
    assert judged(source) == []


def test_option_of_another_module() -> None:
    files = {
        "train.py": "from options import parse\nimport numpy as np\n\nargs = parse()\n{}\n",
        "options.py": (
            "import argparse\n\n\ndef parse():\n    parser = argparse.ArgumentParser()\n"
            "    parser.add_argument('--seed', type=int, default=1)\n"
            "    return parser.parse_args()\n"
        ),
    }
    used = files | {"train.py": files["train.py"].format("np.random.seed(args.seed)")}
    assert found(together(HOOK, used)) == []
    unused = files | {"train.py": files["train.py"].format("print('hello')")}
    said = together(HOOK, unused)
    assert [(o.rule, o.path, o.place.line) for o in said if o.kind == "violation"] == [
        ("unused-seed", "options.py", 6)
    ]


TUNE = """\
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers import Trainer, TrainingArguments

{}
trainer = Trainer(model=model, args=TrainingArguments("out"), train_dataset=data)
trainer.train()
"""


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        ("model = AutoModelForSequenceClassification.from_pretrained('org/bert-tiny')", True),
        ("NAME = 'bert-base-uncased'\nmodel = AutoTokenizer.from_pretrained(NAME)", True),
        (
            "tokenizer = AutoTokenizer.from_pretrained('org/a')\n"
            "model = AutoModelForSequenceClassification.from_pretrained('org/a')",
            True,
        ),
        ("model = AutoTokenizer.from_pretrained('org/a', revision='5f4e2a1')", False),
        ("model = AutoTokenizer.from_pretrained('./models/bert')", False),
        ("model = AutoTokenizer.from_pretrained('outputs/best')", False),
        ("model = AutoTokenizer.from_pretrained('out')", False),
        ("model = AutoTokenizer.from_pretrained(args.model)", False),
        ("model = Loader.from_pretrained('org/a')", False),
        ("model = AutoTokenizer.from_pretrained('org/a', **kwargs)", False),
    ],
)
def test_unpinned_base_model(load: str, expected: bool) -> None:
    assert judged(TUNE.format(load)) == (["unpinned-base-model"] if expected else [])


def test_base_model_without_training_is_undecided() -> None:
    source = "from transformers import pipeline\nask = pipeline('text-generation', model='org/a')\n"
    assert judged(source, "violation", "undecided") == ["unpinned-base-model"]
    assert judged(source) == []
