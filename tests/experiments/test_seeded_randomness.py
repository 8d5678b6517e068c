"""seeded-randomness: what must be flagged, and what must not."""

from __future__ import annotations

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.experiments.seeded_randomness import HOOK


def judged(source: str, *kinds: str) -> list[str]:
    return [rule for rule, _, _ in found(outcomes(HOOK, "train.py", source), *kinds)]


SPLIT = "from sklearn.model_selection import {}\n"
SPARK = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
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
    "polars, seeded for others": (
        "import polars as pl\nfrom lightning import seed_everything\nseed_everything(1)\n"
        "train = pl.read_csv('a.csv').sample(fraction=0.5)\n"
    ),
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
    "a new seed from the system": (
        SPLIT.format("train_test_split")
        + "import numpy as np\nnp.random.seed()\na, b = train_test_split(frame)\n"
    ),
    "generator without a seed": (
        SPLIT.format("train_test_split") + "from numpy.random import RandomState\n"
        "a, b = train_test_split(x, random_state=RandomState())\n"
    ),
    "parameter that no caller fills": (
        SPLIT.format("train_test_split")
        + "\n\ndef split(x, seed=None):\n    return train_test_split(x, random_state=seed)\n\n\n"
        "split(frame)\n"
    ),
    "shuffle is a constant": (
        SPLIT.format("KFold") + "SHUFFLE = True\nfolds = KFold(n_splits=5, shuffle=SHUFFLE)\n"
    ),
    "filtered frame": (
        "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf = df[df['age'] > 18]\n"
        "train = df.sample(frac=0.8)\n"
    ),
    "filtered in a loop": (
        "import pandas as pd\ndf = pd.read_csv('a.csv')\nfor name in names:\n"
        "    df = df[df[name] > 0]\ntrain = df.sample(frac=0.8)\n"
    ),
    "rows of a frame": (
        "import pandas as pd\ndf = pd.read_csv('a.csv')\nt = df.loc[df.y == 1].sample(10)\n"
    ),
    "groups of a frame": (
        "import pandas as pd\ndf = pd.read_csv('a.csv')\nt = df.groupby('y')['x'].sample(5)\n"
    ),
    "declared frame": (
        "import pandas as pd\n\n\ndef take(frame: pd.DataFrame):\n"
        "    return frame.sample(frac=0.1)\n"
    ),
    "filtered Spark frame": (
        "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
        "df = spark.read.parquet('a')\ndf = df[df.x > 0]\na, b = df.randomSplit([0.8, 0.2])\n"
    ),
    "Spark, as pandas": SPARK + "train = spark.table('a').toPandas().sample(frac=0.1)\n",
    "Spark, without a seed": SPARK + "train = spark.table('a').sample(0.1)\n",
    "Hugging Face, mapped": (
        "from datasets import load_dataset\n"
        "data = load_dataset('imdb', split='train').map(clean).train_test_split(test_size=0.1)\n"
    ),
    "Hugging Face, from a frame": (
        "from datasets import Dataset\ndata = Dataset.from_pandas(frame).train_test_split(0.1)\n"
    ),
    "pandas, written": (
        "import pandas as pd\npd.read_csv('a.csv').sample(frac=0.1).to_csv('b.csv')\n"
    ),
    "annotated Spark frame": (
        "from pyspark.sql import DataFrame\n\n\ndef take(frame: DataFrame):\n"
        "    return frame.sample(0.1)\n"
    ),
    "entry that is None": (
        SPLIT.format("train_test_split")
        + "CONFIG = {'seed': None}\na, b = train_test_split(x, random_state=CONFIG['seed'])\n"
    ),
    "of a cross-validation": (
        SPLIT.format("KFold, cross_val_score") + "from sklearn.svm import SVC\n"
        "print(cross_val_score(SVC(), X, y, cv=KFold(5, shuffle=True)))\n"
    ),
    "part of a Hugging Face dataset": (
        "from datasets import load_dataset\n"
        "data = load_dataset('imdb')['train'].train_test_split(test_size=0.1)\n"
    ),
    "a generator of its own is seeded": (
        "import torch\nfrom torch.utils.data import random_split\n"
        "shuffler = torch.Generator().manual_seed(1)\na, b = random_split(dataset, [80, 20])\n"
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
    "shuffle is a constant": (
        SPLIT.format("train_test_split")
        + "SHUFFLE = False\na, b = train_test_split(x, shuffle=SHUFFLE)\n"
    ),
    "seeded, whether shuffled or not": (
        SPLIT.format("train_test_split")
        + "a, b = train_test_split(x, shuffle=shuffle, random_state=1)\n"
    ),
    "parameter that falls back at once": (
        SPLIT.format("train_test_split") + "\n\ndef split(x, seed=None):\n"
        "    seed = seed or 3\n"
        "    return train_test_split(x, random_state=seed)\n\n\nsplit(frame)\n"
    ),
    "new generator": (
        SPLIT.format("train_test_split") + "import numpy as np\n"
        "a, b = train_test_split(x, random_state=np.random.default_rng(1))\n"
    ),
    "parameter that the caller fills": (
        SPLIT.format("train_test_split")
        + "\n\ndef split(x, seed=None):\n    return train_test_split(x, random_state=seed)\n\n\n"
        "split(frame, seed=3)\n"
    ),
    "environment": (
        SPLIT.format("train_test_split") + "import os\n"
        "a, b = train_test_split(x, random_state=int(os.environ.get('SEED', 3)))\n"
    ),
    "helper by another spelling": (
        SPLIT.format("train_test_split")
        + "from utils.general import init_seeds\ninit_seeds(1)\na, b = train_test_split(x)\n"
    ),
    "folds in order": SPLIT.format("KFold") + "folds = KFold(n_splits=5)\n",
    "groups": SPLIT.format("GroupKFold") + "folds = GroupKFold(n_splits=5)\n",
    "time series": SPLIT.format("TimeSeriesSplit") + "folds = TimeSeriesSplit()\n",
    "pandas": "import pandas as pd\nt = pd.read_csv('a.csv').sample(frac=0.8, random_state=1)\n",
    "Spark, fraction and seed": SPARK + "train = spark.table('a').sample(0.1, 42)\n",
    "Spark, by position": SPARK + "train = spark.table('a').sample(False, 0.1, 42)\n",
    "Spark, as pandas": (
        SPARK + "df = spark.table('a').toPandas()\n"
        "train = df[df.age > 18].sample(frac=0.1, random_state=1)\n"
    ),
    "Spark, as pandas, global seed": (
        SPARK + "import numpy as np\nnp.random.seed(1)\n"
        "train = spark.table('a').toPandas().sample(frac=0.1)\n"
    ),
    "pandas on Spark": (
        "import pyspark.pandas as ps\nt = ps.read_csv('a').sample(frac=0.1, random_state=1)\n"
    ),
    "Polars, as pandas": (
        "import polars as pl\n"
        "train = pl.read_csv('a.csv').to_pandas().sample(frac=0.1, random_state=1)\n"
    ),
    "Hugging Face, mapped": (
        "from datasets import load_dataset\n"
        "data = load_dataset('imdb')['train'].map(clean).train_test_split(0.1, seed=3)\n"
    ),
    "state of the generator": (
        SPLIT.format("train_test_split")
        + "import numpy as np\nnp.random.set_state(state)\na, b = train_test_split(x)\n"
    ),
    "constant of a class": (
        SPLIT.format("train_test_split") + "\n\nclass Config:\n    SEED = 1\n\n\n"
        "a, b = train_test_split(x, random_state=Config.SEED)\n"
    ),
    "transposed, only looked at": "import pandas as pd\npd.read_csv('a.csv').sample(5).T\n",
    "columns, only looked at": (
        "import pandas as pd\ndisplay(pd.read_csv('a.csv').sample(5)[['age', 'income']])\n"
    ),
    "text, only looked at": (
        "import pandas as pd\nprint(f\"{pd.read_csv('a.csv').sample(5).to_string()}\")\n"
    ),
    "pandas, only looked at": "import pandas as pd\nprint(pd.read_csv('a.csv').sample(5))\n",
    "unknown receiver": "train = frame.sample(frac=0.8)\n",
    "unknown receiver from itself": "df = df[0]\ntrain = df.sample(10)\n",
    "chosen by a frame": (
        "import pandas as pd\ndf = pd.read_csv('a.csv')\ndraws = {'a': normal}\n"
        "x = draws[df.x].sample(10)\n"
    ),
    "a generator's choice": (
        "import numpy as np\nrng = np.random.default_rng(1)\nrows = rng.choice(100, 10)\n"
    ),
    "tf.data": (
        "import tensorflow as tf\ndata = tf.data.Dataset.from_tensor_slices(x).shuffle(100)\n"
    ),
    "polars, global seed": (
        "import polars as pl\npl.set_random_seed(1)\nt = pl.read_csv('a.csv').sample(n=3)\n"
    ),
    "Hugging Face, in order": (
        "from datasets import load_dataset\n"
        "data = load_dataset('imdb')['train'].train_test_split(shuffle=False)\n"
    ),
    "Hugging Face, generator": (
        "import numpy as np\nfrom datasets import load_dataset\n"
        "data = load_dataset('imdb').train_test_split(generator=np.random.default_rng(1))\n"
    ),
    "the standard library, by name": "from random import sample\nchosen = sample(rows, 10)\n",
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
    "shuffled or not": (
        SPLIT.format("train_test_split") + "a, b = train_test_split(x, shuffle=config.shuffle)\n"
    ),
    "folds shuffled or not": SPLIT.format("KFold") + "f = KFold(5, shuffle=config.shuffle)\n",
    "parameter of a function nobody calls": (
        SPLIT.format("train_test_split")
        + "\n\ndef split(x, seed=None):\n    return train_test_split(x, random_state=seed)\n"
    ),
    "sometimes": (
        SPLIT.format("train_test_split")
        + "a, b = train_test_split(x, random_state=1 if debugging else None)\n"
    ),
    "keywords": SPLIT.format("train_test_split") + "a, b = train_test_split(x, **options)\n",
    "parameter that falls back": (
        SPLIT.format("train_test_split") + "\n\ndef split(x, seed=None):\n"
        "    if seed is None:\n        seed = 3\n"
        "    return train_test_split(x, random_state=seed)\n\n\nsplit(frame)\n"
    ),
    "field that may be filled": (
        SPLIT.format("train_test_split") + "from pydantic_settings import BaseSettings\n\n\n"
        "class Settings(BaseSettings):\n    seed: int | None = None\n\n\n"
        "a, b = train_test_split(x, random_state=Settings().seed)\n"
    ),
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


def test_message_where_the_seed_is_none() -> None:
    (outcome,) = outcomes(HOOK, "split.py", UNSEEDED_SPLITS["None"])
    assert outcome.message.endswith("in each run; its random_state= is given no seed here")


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


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ("split(frame)\n", ["violation"]),
        ("split(frame, 3)\n", []),
        ("split(frame, seed=3)\n", []),
        ("split(frame)\nsplit(frame, 3)\n", ["undecided"]),
        ("split(*given)\n", []),
        ("Splitter().split(frame)\n", ["violation"]),
        ("Splitter().split(frame, 3)\n", []),
    ],
)
def test_parameter_that_one_program_leaves_out(calls: str, expected: list[str]) -> None:
    files = {
        "lib.py": SPLIT.format("train_test_split")
        + "\n\ndef split(x, seed=None):\n    return train_test_split(x, random_state=seed)\n"
        "\n\nclass Splitter:\n    def split(self, x, seed=None):\n"
        "        return train_test_split(x, random_state=seed)\n",
        "train.py": f"from lib import Splitter, split\n{calls}",
        "other.py": "from lib import Splitter, split\nsplit(x, 3)\nSplitter().split(x, 3)\n",
    }
    said = together(HOOK, files)
    assert [o.kind for o in said if o.kind != "evidence"] == expected


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
TREES = (
    "from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, RandomForestClassifier\n"
    "from sklearn.tree import DecisionTreeClassifier\n"
)
UNSEEDED_TRAININGS = {
    "in a grid search": (
        TREES + "from sklearn.model_selection import GridSearchCV\n"
        "model = GridSearchCV(RandomForestClassifier(), {'max_depth': [3, 5]})\n" + FIT
    ),
    "in a list of steps": (
        TREES + "from sklearn.pipeline import Pipeline\n"
        "model = Pipeline([('scale', scaler), ('forest', RandomForestClassifier())])\n" + FIT
    ),
    "bagging of what draws nothing": (
        TREES + "from sklearn.svm import SVC\nmodel = BaggingClassifier(SVC())\n" + FIT
    ),
    "the boosting alone": (
        TREES + "model = AdaBoostClassifier(DecisionTreeClassifier(max_depth=1))\n" + FIT
    ),
    "other parameters are set": (
        TREES + "model = RandomForestClassifier()\nmodel.set_params(n_jobs=2)\n" + FIT
    ),
    "another generator": (
        TREES + "import numpy as np\nrng = np.random.default_rng(1)\n"
        "model = RandomForestClassifier()\n" + FIT
    ),
    "in a cross-validation": (
        TREES + "from sklearn.model_selection import cross_val_score\n"
        "print(cross_val_score(RandomForestClassifier(), X, y))\n"
    ),
    "clusters": (
        "from sklearn.cluster import KMeans\nmodel = KMeans(3, init='k-means++')\nmodel.fit(X)\n"
    ),
    "parameter that no caller fills": (
        TREES + "\n\ndef make(seed=None):\n"
        "    return RandomForestClassifier(random_state=seed)\n\n\nmodel = make()\n" + FIT
    ),
    "TensorFlow, step by step": (
        "import tensorflow as tf\n\noptimizer = tf.keras.optimizers.Adam()\nfor x in data:\n"
        "    with tf.GradientTape() as tape:\n        loss = net(x)\n"
        "    optimizer.apply_gradients(zip(tape.gradient(loss, v), v))\n"
    ),
    "torch, a generator of its own": TORCH.format("shuffler = torch.Generator().manual_seed(1)"),
    "torch, deterministic alone": TORCH.format("torch.use_deterministic_algorithms(True)"),
    "torch, a random seed": TORCH.format("torch.seed()"),
    "torch, the GPU alone": TORCH.format("torch.cuda.manual_seed_all(1)"),
    "torch, random seeded": TORCH.format("import random\nrandom.seed(1)"),
    "torch, false data seeded": TORCH.format("from faker import Faker\nFaker.seed(1)"),
    "torch, in a callback": (
        "import optuna\n\n\ndef objective(trial):\n    for x in loader:\n"
        "        net(x).backward()\n        optimizer.step()\n\n\n"
        "study = optuna.create_study()\nstudy.optimize(objective)\n"
    ),
    "torch, in a main function": (
        "def train():\n    for x in loader:\n        net(x).backward()\n"
        "        optimizer.step()\n\n\ndef main():\n    train()\n"
    ),
    "keras, numpy seeded": KERAS.format("import numpy as np\nnp.random.seed(1)"),
    "keras, deterministic alone": KERAS.format(
        "import tensorflow as tf\ntf.config.experimental.enable_op_determinism()"
    ),
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
    "the boosting seeds its trees": (
        TREES + "model = AdaBoostClassifier(DecisionTreeClassifier(), random_state=0)\n" + FIT
    ),
    "the bagging seeds its trees": (
        TREES + "tree = DecisionTreeClassifier(max_depth=1)\n"
        "model = BaggingClassifier(estimator=tree, random_state=0)\n" + FIT
    ),
    "set afterwards": (
        TREES + "model = RandomForestClassifier()\nmodel.set_params(random_state=1)\n" + FIT
    ),
    "perhaps set afterwards": (
        TREES + "model = RandomForestClassifier()\nmodel.set_params(**best)\n" + FIT
    ),
    "assigned afterwards": (
        TREES + "model = RandomForestClassifier()\nmodel.random_state = 3\n" + FIT
    ),
    "set by the search": (
        TREES + "from sklearn.model_selection import GridSearchCV\n"
        "model = GridSearchCV(RandomForestClassifier(), {'random_state': [1]})\n" + FIT
    ),
    "a class that is only looked up": (
        TREES
        + "MODELS = {'forest': RandomForestClassifier}\nmodel = MODELS[name](max_depth=3)\n"
        + FIT
    ),
    "partial": (
        TREES + "from functools import partial\n"
        "model = partial(RandomForestClassifier, random_state=3)()\n" + FIT
    ),
    "compared with a class": TREES + "print(isinstance(model, RandomForestClassifier))\n" + FIT,
    "a field that the caller fills": (
        TREES
        + "\n\nclass Builder:\n    def __init__(self, seed=None):\n        self.seed = seed\n\n"
        "    def build(self):\n        return RandomForestClassifier(random_state=self.seed)\n\n\n"
        "model = Builder(3).build()\n" + FIT
    ),
    "in a cross-validation": (
        TREES + "from sklearn.model_selection import cross_val_score\n"
        "print(cross_val_score(RandomForestClassifier(random_state=1), X, y))\n"
    ),
    "given centres": (
        "from sklearn.cluster import KMeans\nmodel = KMeans(3, init=centres, n_init=1)\n"
        "model.fit(X)\n"
    ),
    "torch, steps of a Trainer": (
        "from transformers import Trainer\n\n\nclass Own(Trainer):\n"
        "    def training_step(self, model, x):\n        model(x).backward()\n"
        "        self.optimizer.step()\n\n\nOwn(model=net).train()\n"
    ),
    "Lightning, its command line": (
        "import lightning as L\nfrom lightning.pytorch.cli import LightningCLI\n\n"
        "cli = LightningCLI(Model, Data, run=False)\nL.Trainer().fit(cli.model)\n"
    ),
    "torch, state of the generator": TORCH.format("torch.set_rng_state(state)"),
    "torch, by Fabric": (
        "import lightning as L\n\nfabric = L.Fabric()\nfabric.seed_everything(1)\n"
        "for x in data:\n    fabric.backward(net(x))\n    optimizer.step()\n"
    ),
    "torch, by ignite": TORCH.format("from ignite.utils import manual_seed\nmanual_seed(1)"),
    "torch, by an inherited method": (
        "from company import Base\n\n\nclass Run(Base):\n    def go(self):\n"
        "        self.seed_everything(1)\n        for x in data:\n"
        "            net(x).backward()\n            optimizer.step()\n\n\nRun().go()\n"
    ),
    "torch, by accelerate": TORCH.format("from accelerate.utils import set_seed\nset_seed(1)"),
    "torch, by MONAI": TORCH.format("from monai.utils import set_determinism\nset_determinism(1)"),
    "torch, by ClearML": TORCH.format("from clearml import Task\nTask.init('a', 'b')"),
    "torch, in a constructor": TORCH.format(
        "class Run:\n    def __init__(self):\n        torch.manual_seed(1)\n\n\nRun()"
    ),
    "keras, by the older name": KERAS.format(
        "import tensorflow as tf\ntf.compat.v1.set_random_seed(1)"
    ),
    "keras, of TensorFlow": KERAS.format(
        "import tensorflow as tf\ntf.keras.utils.set_random_seed(1)"
    ),
    "Lightning, by torch": LIGHTNING.format("import torch\ntorch.manual_seed(1)"),
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


def test_field_that_no_caller_fills_is_undecided() -> None:
    source = (
        TREES
        + "\n\nclass Builder:\n    def __init__(self, seed=None):\n        self.seed = seed\n\n"
        "    def build(self):\n        return RandomForestClassifier(random_state=self.seed)\n\n\n"
        "model = Builder().build()\n" + FIT
    )
    assert judged(source, "violation", "undecided") == ["unseeded-training"]
    assert judged(source) == []


def test_each_model_of_a_loop() -> None:
    models = "models = {'a': RandomForestClassifier(), 'b': DecisionTreeClassifier()}\n"
    loop = "for name, model in models.items():\n    model.fit(X, y)\n"
    said = found(outcomes(HOOK, "train.py", TREES + models + loop))
    assert said == [("unseeded-training", 3, 16), ("unseeded-training", 3, 47)]


STEPS = """\
import torch


def fit(net, loader, optimizer):
    for x in loader:
        net(x).backward()
        optimizer.step()
"""


@pytest.mark.parametrize(
    ("train", "expected"),
    [
        ("from lib.steps import fit\nfit(net, loader, optimizer)\n", ["violation"]),
        ("import torch\nfrom lib.steps import fit\ntorch.manual_seed(1)\nfit(n, l, o)\n", []),
        ("print('trains nothing')\n", ["undecided"]),
    ],
    ids=["run", "run with a seed", "of a library"],
)
def test_training_of_a_package(train: str, expected: list[str]) -> None:
    said = together(HOOK, {"lib/__init__.py": "", "lib/steps.py": STEPS, "train.py": train})
    told = [o for o in said if o.rule == "unseeded-training"]
    assert [o.kind for o in told] == expected
    assert all((o.path, o.place.line) == ("lib/steps.py", 6) for o in told)


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
    "a literal is applied": PARSER + "np.random.seed(42)\n",
    "another seed is applied": PARSER + "seed = 42\nnp.random.seed(seed)\n",
    "all printed in a loop": PARSER
    + "for key, value in vars(args).items():\n    print(key, value)\n",
    "passed to a class that does not read it": (
        PARSER
        + "\n\nclass Run:\n    def __init__(self, options):\n        self.lr = options.lr\n\n\n"
        "Run(args)\n"
    ),
    "random state": PARSER.replace("--seed", "--random-state"),
    "all go to a tracker": PARSER + "import wandb\nwandb.init(config=vars(args))\n",
    "typer": (
        "import typer\n\napp = typer.Typer()\n\n\n@app.command()\n"
        "def main(seed: int = 1, lr: float = 0.1):\n    fit(lr)\n\n\napp()\n"
    ),
    "all go to a tracker that is used": (
        PARSER + "import wandb\nwith wandb.init(config=args) as run:\n    run.log({'a': 1})\n"
    ),
    "held by a module of torch": (
        PARSER + "import torch\n\n\nclass Net(torch.nn.Module):\n"
        "    def __init__(self, options):\n        self.options = options\n\n\nNet(args)\n"
    ),
    "typer without an app": (
        "import typer\nfrom typing import Annotated\n\n\n"
        "def main(seed: Annotated[int, typer.Option()] = 1):\n    print(seed)\n\n\n"
        "typer.run(main)\n"
    ),
}
USED = {
    "all passed on by a helper": (
        "import argparse\nfrom company import train\n\n\ndef parse():\n"
        "    parser = argparse.ArgumentParser()\n    parser.add_argument('--seed', type=int)\n"
        "    return parser.parse_args()\n\n\noptions = parse()\ntrain(options)\n"
    ),
    "all passed on by another name": (
        PARSER + "from company import Trainer\n\n\ndef main(options):\n"
        "    Trainer(options).run()\n\n\nmain(args)\n"
    ),
    "all unpacked on the way": (
        PARSER + "from company import Trainer\n\n\ndef main(**options):\n"
        "    Trainer(**options).run()\n\n\nmain(**vars(args))\n"
    ),
    "all held by an object": (
        PARSER + "from company import train\n\n\nclass Run:\n    def __init__(self, options):\n"
        "        self.options = options\n\n    def go(self):\n        train(self.options)\n\n\n"
        "Run(args).go()\n"
    ),
    "all merged": (
        PARSER + "from company import train\nsettings = {**vars(args), 'a': 1}\ntrain(settings)\n"
    ),
    "all put into another": (
        PARSER + "from company import train\nsettings = {}\nsettings.update(vars(args))\n"
        "train(settings)\n"
    ),
    "all set in a loop": (
        PARSER + "for key, value in vars(args).items():\n    setattr(config, key, value)\n"
    ),
    "only the known ones": (
        PARSER.replace("args = parser.parse_args()", "args, rest = parser.parse_known_args()")
        + "from company import train\ntrain(args)\n"
    ),
    "fields of a data class": (
        PARSER + "from dataclasses import dataclass\n\n\n@dataclass\nclass Settings:\n"
        "    seed: int = 0\n\n\nnp.random.seed(Settings(**vars(args)).seed)\n"
    ),
    "at once": (
        "import argparse\nimport numpy as np\n\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--seed', type=int)\nnp.random.seed(parser.parse_args().seed)\n"
    ),
    "by getattr": PARSER + "np.random.seed(getattr(args, 'seed', 1))\n",
    "by a subcommand": (
        PARSER + "\n\ndef run(options):\n    np.random.seed(options.seed)\n\n\n"
        "parser.set_defaults(func=run)\nargs.func(args)\n"
    ),
    "back from the tracker": (
        PARSER + "import wandb\nwandb.init(config=args)\nnp.random.seed(wandb.config.seed)\n"
    ),
    "all back from the tracker": (
        PARSER + "import wandb\nfrom company import train\nwandb.init(config=vars(args))\n"
        "train(wandb.config)\n"
    ),
    "all back from the tracker's run": (
        PARSER + "import wandb\nfrom company import train\n"
        "with wandb.init(config=args) as run:\n    train(run.config)\n"
    ),
    "connected to the tracker": (
        PARSER + "from clearml import Task\nfrom company import train\n"
        "options = Task.init('a', 'b').connect(args)\ntrain(options)\n"
    ),
    "put into another object": (
        PARSER.replace("parse_args()", "parse_args(namespace=config)")
        + "from company import train\ntrain(config)\n"
    ),
    "held by an object of another package": (
        PARSER + "from company import Trainer\ntrainer = Trainer()\ntrainer.options = args\n"
        "trainer.run()\n"
    ),
    "held for a base class of another package": (
        PARSER + "from company import Base\n\n\nclass Run(Base):\n"
        "    def __init__(self, options):\n        self.options = options\n\n\nRun(args).go()\n"
    ),
    "click, from the context": (
        "import click\nfrom company import train\n\n\n@click.command()\n"
        "@click.option('--seed', default=1)\ndef main(seed):\n"
        "    train(**click.get_current_context().params)\n\n\nmain()\n"
    ),
    "another dest": (
        PARSER.replace("type=int", "dest='random_seed'") + "np.random.seed(args.random_seed)\n"
    ),
    "declared for others": "def add(parser):\n    parser.add_argument('--seed', type=int)\n",
    "click, all at once": (
        "import click\n\n\n@click.command()\n@click.option('--seed', default=1)\n"
        "def main(**options):\n    run(**options)\n\n\nmain()\n"
    ),
    "typer": (
        "import numpy as np\nimport typer\n\napp = typer.Typer()\n\n\n@app.command()\n"
        "def main(seed: int = typer.Option(1)):\n    np.random.seed(seed)\n\n\napp()\n"
    ),
    "typer, all at once": (
        "import typer\n\napp = typer.Typer()\n\n\n@app.command()\n"
        "def main(seed: int = 1):\n    train(**locals())\n\n\napp()\n"
    ),
    "no command": "def main(seed: int = 1):\n    print('hello')\n\n\nmain()\n",
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
        ("model = AutoTokenizer.from_pretrained('org/a', revision=None)", True),
        ("model = AutoTokenizer.from_pretrained('org/a', revision='main')", True),
        ("NEW = 'main'\nmodel = AutoTokenizer.from_pretrained('org/a', revision=NEW)", True),
        ("NEW = None\nmodel = AutoTokenizer.from_pretrained('org/a', revision=NEW)", True),
        (
            "def load(name):\n    return AutoTokenizer.from_pretrained(name)\n\nm = load('org/a')",
            True,
        ),
        ("from transformers import pipeline\nask = pipeline('ner', 'org/a')", True),
        ("model = AutoTokenizer.from_pretrained('org/a', revision=config.revision)", False),
        ("model = AutoTokenizer.from_pretrained('org/a', local_files_only=True)", False),
        ("model = AutoTokenizer.from_pretrained('s3://org/a')", False),
        (
            "model = AutoModelForSequenceClassification.from_pretrained('org/a', revision='5f4')\n"
            "tokenizer = AutoTokenizer.from_pretrained('org/a')",
            True,
        ),
        ("ORG = 'org'\nmodel = AutoTokenizer.from_pretrained(f'{ORG}/a')", True),
        ("from peft import PeftModel\nmodel = PeftModel.from_pretrained(base, 'org/a')", True),
        ("from transformers import pipeline\nmodel = pipeline(model='org/a').model", True),
        (
            "from sentence_transformers import SentenceTransformer\n"
            "model = SentenceTransformer('all-MiniLM-L6-v2')",
            True,
        ),
        ("COMMIT = '5f4e2a1'\nm = AutoTokenizer.from_pretrained('org/a', revision=COMMIT)", False),
        ("model = AutoTokenizer.from_pretrained('./models/bert')", False),
        ("model = AutoTokenizer.from_pretrained('sentiment')", False),
        ("model = AutoTokenizer.from_pretrained('best_model')", False),
        ("model = AutoTokenizer.from_pretrained('c:\\\\models\\\\bert')", False),
        ("import os\nm = AutoTokenizer.from_pretrained(os.path.join('churn', 'bert'))", False),
        ("from pathlib import Path\nm = AutoTokenizer.from_pretrained(Path('a') / 'b')", False),
        ("import timm\nmodel = timm.from_pretrained('org/a')", False),
        ("model = AutoTokenizer.from_pretrained('outputs/best')", False),
        ("model = AutoTokenizer.from_pretrained('out')", False),
        ("model = AutoTokenizer.from_pretrained(args.model)", False),
        ("model = Loader.from_pretrained('org/a')", False),
        ("model = AutoTokenizer.from_pretrained('org/a', **kwargs)", False),
    ],
)
def test_unpinned_base_model(load: str, expected: bool) -> None:
    assert judged(TUNE.format(load)) == (["unpinned-base-model"] if expected else [])


def test_each_base_model_is_told() -> None:
    loads = "m = AutoTokenizer.from_pretrained('org/a')\nn = AutoTokenizer.from_pretrained('org/b')"
    said = found(outcomes(HOOK, "train.py", TUNE.format(loads)))
    assert said == [("unpinned-base-model", 4, 5), ("unpinned-base-model", 5, 5)]


def test_base_model_of_a_library_is_undecided() -> None:
    source = (
        "from transformers import AutoModel, Trainer\n\n\ndef load():\n"
        "    return AutoModel.from_pretrained('org/a')\n\n\ndef fit(model):\n"
        "    Trainer(model=model).train()\n"
    )
    said = together(HOOK, {"lib/__init__.py": "", "lib/tune.py": source})
    assert [(o.rule, o.kind) for o in said] == [("unpinned-base-model", "undecided")]


def test_base_model_without_training_is_undecided() -> None:
    source = "from transformers import pipeline\nask = pipeline('text-generation', model='org/a')\n"
    assert judged(source, "violation", "undecided") == ["unpinned-base-model"]
    assert judged(source) == []
