from __future__ import annotations

import hashlib

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.data.dataset_snapshots import HOOK

TRAIN = """
from sklearn.linear_model import Ridge

Ridge(alpha=1.0).fit(df[["age"]], df["churned"])
"""


def rules(source: str, *kinds: str, path: str = "train.py") -> list[str]:
    return [rule for rule, _, _ in found(together(HOOK, {path: source}), *kinds)]


# --- Domino's datasets ----------------------------------------------------------------------

LIVE = {
    "a Git-based project": 'df = pd.read_csv("/mnt/data/churn/train.csv")',
    "an imported dataset": 'df = pd.read_parquet("/mnt/imported/data/churn/train.parquet")',
    "a project of Domino's file system": 'df = pd.read_csv("/domino/datasets/local/churn/x.csv")',
    "a shared dataset": 'df = pd.read_csv("/domino/datasets/churn/x.csv")',
    "the variable": 'df = pd.read_csv(os.environ["DOMINO_DATASETS_DIR"] + "/churn/x.csv")',
    "the variable with a default": (
        "df = pd.read_csv(f\"{os.getenv('DOMINO_DATASETS_DIR', '/mnt/data')}/churn/x.csv\")"
    ),
    "a constant": 'DATA = "/mnt/data/churn"\ndf = pd.read_csv(f"{DATA}/x.csv")',
    "a path": 'df = pd.read_csv(pathlib.Path("/mnt/data") / "churn" / "x.csv")',
    "join": 'df = pd.read_csv(os.path.join("/mnt/data", "churn", "x.csv"))',
    "open": 'df = json.load(open("/mnt/data/churn/x.json"))',
    "glob": 'df = [pd.read_csv(p) for p in glob.glob("/mnt/data/churn/*.csv")]',
    "a path's glob": 'files = list(pathlib.Path("/mnt/data/churn").glob("*.csv"))\ndf = f(files)',
    "numpy": 'import numpy as np\ndf = np.load("/mnt/data/churn/x.npy")',
    "an option's default": (
        "import argparse\np = argparse.ArgumentParser()\n"
        'p.add_argument("--data", default="/mnt/data/churn/x.csv")\n'
        "df = pd.read_csv(p.parse_args().data)"
    ),
    "spark": 'df = spark.read.parquet("/mnt/data/churn")',
}
IMPORTS = "import glob\nimport json\nimport os\nimport pathlib\n\nimport pandas as pd\n\n"


@pytest.mark.parametrize("read", LIVE.values(), ids=LIVE)
def test_mutable_dataset_path(read: str) -> None:
    assert rules(IMPORTS + read + TRAIN) == ["mutable-dataset-path"]
    assert rules(IMPORTS + read) == [], "it trains nothing"
    assert rules(IMPORTS + read, "undecided") == ["mutable-dataset-path"]


NOT_LIVE = {
    "a number": 'df = pd.read_csv("/mnt/data/snapshots/churn/3/x.csv")',
    "a number of a shared dataset": 'df = pd.read_csv("/domino/datasets/snapshots/churn/12/x.csv")',
    "a number from a variable": (
        'N = os.environ["SNAPSHOT"]\ndf = pd.read_csv(f"/mnt/data/snapshots/churn/{N}/x.csv")'
    ),
    "artifacts": 'df = pd.read_csv("/mnt/artifacts/x.csv")',
    "code": 'df = pd.read_csv("/mnt/code/data/x.csv")',
    "a local file": 'df = pd.read_csv("data/x.csv")',
    "another mount": 'df = pd.read_csv("/mnt/database/x.csv")',
    "an external volume": 'df = pd.read_csv("/domino/edv/churn/x.csv")',
    "an option that is not told": "df = pd.read_csv(sys.argv[1])  # /mnt/data/churn",
    "a comment": '# pd.read_csv("/mnt/data/churn/x.csv")\ndf = load()',
    "a docstring": '"""Reads /mnt/data/churn/x.csv."""\ndf = load()',
    "a message": 'print("see /mnt/data/churn")\ndf = load()',
    "the folder of datasets itself": 'df = os.listdir("/mnt/data")',
}


@pytest.mark.parametrize("read", NOT_LIVE.values(), ids=NOT_LIVE)
def test_not_a_live_dataset(read: str) -> None:
    assert rules(IMPORTS + read + TRAIN, "violation", "undecided") == []


def test_a_training_that_reads_a_snapshot_too() -> None:
    source = IMPORTS + NOT_LIVE["a number"] + "\n" + LIVE["a Git-based project"] + TRAIN
    assert rules(source) == []


def test_a_training_that_records_a_snapshot() -> None:
    record = 'import mlflow\nmlflow.log_param("dataset_snapshot", 3)\n'
    assert rules(IMPORTS + LIVE["a Git-based project"] + "\n" + record + TRAIN) == []


def test_a_tag_is_undecided() -> None:
    source = IMPORTS + 'df = pd.read_csv("/mnt/data/snapshots/churn/prod/x.csv")' + TRAIN
    assert rules(source) == []
    assert rules(source, "undecided") == ["mutable-dataset-path"]


def test_one_finding_for_each_dataset() -> None:
    read = 'df = pd.read_csv("/mnt/data/{}/{}.csv")\n'
    source = IMPORTS + "".join(read.format(*pair) for pair in ("ax", "ay", "bx", "by")) + TRAIN
    assert [line for _, line, _ in found(together(HOOK, {"train.py": source}))] == [8, 10]


def test_a_read_in_another_module() -> None:
    files = {
        "churn/__init__.py": "",
        "churn/data.py": IMPORTS
        + f"def load():\n    {LIVE['a Git-based project']}\n    return df\n",
        "train.py": "from churn.data import load\n\ndf = load()\n" + TRAIN,
    }
    (said,) = (each for each in together(HOOK, files) if each.kind == "violation")
    assert (said.path, said.place.line) == ("churn/data.py", 9)


def test_a_stage_of_a_flow_is_undecided() -> None:
    flow = (
        "from flytekitplugins.domino.task import DatasetSnapshot, DominoJobConfig\n"
        "snapshots = [DatasetSnapshot(Version=2)]\n"
        "DominoJobConfig(Command='python train.py', DatasetSnapshots=snapshots)\n"
    )
    files = {"flow.py": flow, "train.py": IMPORTS + LIVE["a Git-based project"] + TRAIN}
    assert found(together(HOOK, files)) == []


def test_a_notebook() -> None:
    cells = notebook(IMPORTS, LIVE["a Git-based project"], TRAIN)
    assert found(outcomes(HOOK, "train.ipynb", cells)) == [("mutable-dataset-path", 1, 6)]


PATHS = {
    "a version behind @": ('pd.read_csv("/mnt/data/churn@v1/x.csv")', "wrong-snapshot-path"),
    "a number behind @": ('open("/domino/datasets/churn@2/x.csv")', "wrong-snapshot-path"),
    "a frame": ('df.to_csv("/mnt/data/snapshots/churn/3/x.csv")', "snapshot-write"),
    "an opened file": ('open("/mnt/data/snapshots/churn/3/x", "w")', "snapshot-write"),
    "a model": ('joblib.dump(model, "/mnt/data/snapshots/m/1/m.pkl")', "snapshot-write"),
    "a folder": ('os.makedirs("/mnt/data/snapshots/churn/4")', "snapshot-write"),
    "a copy": ('shutil.copy("x.csv", "/mnt/data/snapshots/churn/4/x.csv")', "snapshot-write"),
}


@pytest.mark.parametrize(("call", "rule"), PATHS.values(), ids=PATHS)
def test_paths(call: str, rule: str) -> None:
    assert rules(IMPORTS + "import joblib\nimport shutil\n" + call) == [rule]


FINE_WRITES = (
    'df.to_csv("/mnt/data/churn/x.csv")',
    'open("/mnt/data/snapshots/churn/3/x")',
    'shutil.copy("/mnt/data/snapshots/churn/3/x.csv", "x.csv")',
    'send("ada@v1.example.com")',
)


@pytest.mark.parametrize("call", FINE_WRITES)
def test_fine_writes(call: str) -> None:
    assert rules(IMPORTS + "import shutil\n" + call) == []


# --- Downloads ------------------------------------------------------------------------------

DOWNLOADS = {
    "hugging face": "from datasets import load_dataset\nload_dataset('acme/churn')",
    "an alias": "import datasets as hf\nhf.load_dataset('acme/churn', split='train')",
    "a constant": "import datasets\nNAME = 'squad'\ndatasets.load_dataset(NAME)",
    "main": "import datasets\ndatasets.load_dataset('squad', revision='main')",
    "none": "import datasets\ndatasets.load_dataset('squad', revision=None)",
    "the hub": (
        "from huggingface_hub import hf_hub_download\n"
        "hf_hub_download('acme/churn', 'x.csv', repo_type='dataset')"
    ),
    "a snapshot of the hub": (
        "import huggingface_hub\n"
        "huggingface_hub.snapshot_download(repo_id='acme/churn', repo_type='dataset')"
    ),
    "openml": "from sklearn.datasets import fetch_openml\nfetch_openml('titanic')",
    "openml's active version": (
        "from sklearn import datasets\ndatasets.fetch_openml('titanic', version='active')"
    ),
    "tfds": "import tensorflow_datasets as tfds\ntfds.load('mnist')",
    "tfds with a wildcard": "import tensorflow_datasets as tfds\ntfds.load('mnist:3.*.*')",
    "tfds' builder": "import tensorflow_datasets as tfds\ntfds.builder('mnist')",
    "kaggle": "import kagglehub\nkagglehub.dataset_download('acme/churn')",
    "wandb's latest": "import wandb\nrun = wandb.init()\nrun.use_artifact('churn:latest')",
    "wandb without an alias": "import wandb\nwandb.use_artifact('churn', type='dataset')",
    "wandb's api": "import wandb\nwandb.Api().artifact('acme/shop/churn:latest')",
    "a run that is handed in": "def load(run):\n    return run.use_artifact('churn:latest')",
    "a text of wandb": "import wandb\nrun = wandb.init()\nrun.use_artifact(f'{team}/churn:latest')",
    "dvc": "import dvc.api\ndvc.api.read('x.csv', repo='https://github.com/acme/data')",
    "dvc's branch": (
        "import dvc.api\n"
        "with dvc.api.open('x.csv', repo='https://github.com/acme/data', rev='main') as f:\n    f"
    ),
    "clearml": "from clearml import Dataset\nDataset.get(dataset_name='churn')",
}
SNAPSHOTS = {
    "version 0": (
        "from flytekitplugins.domino.task import DatasetSnapshot\n"
        "DatasetSnapshot(Id='0123456789abcdef01234567', Version=0)"
    ),
    "a dataset of the SDK": ("from domino_data.datasets import DatasetConfig\nDatasetConfig()"),
}
URLS = {
    "github": "pd.read_csv('https://raw.githubusercontent.com/acme/data/main/x.csv')",
    "github's heads": (
        "pd.read_csv('https://raw.githubusercontent.com/acme/data/refs/heads/main/x.csv')"
    ),
    "github's page": "pd.read_csv('https://github.com/acme/data/raw/master/x.csv')",
    "github's blob": "pd.read_csv('https://github.com/acme/data/blob/master/x.csv?raw=true')",
    "gitlab": "pd.read_csv('https://gitlab.com/acme/data/-/raw/main/x.csv')",
    "bitbucket": "pd.read_csv('https://bitbucket.org/acme/data/raw/master/x.csv')",
    "hugging face": (
        "pd.read_parquet('https://huggingface.co/datasets/acme/churn/resolve/main/x.parquet')"
    ),
    "a constant": (
        "URL = 'https://raw.githubusercontent.com/acme/data/master/'\npd.read_csv(URL + 'x.csv')"
    ),
    "urlretrieve": (
        "from urllib.request import urlretrieve\n"
        "urlretrieve('https://raw.githubusercontent.com/acme/data/main/x.csv', 'x.csv')"
    ),
    "requests": (
        "import requests\nrequests.get('https://raw.githubusercontent.com/acme/data/main/x.csv')"
    ),
    "spark": "spark.read.csv('https://raw.githubusercontent.com/acme/data/main/x.csv')",
}
TABLES = {
    "a branch of lakefs": "spark.read.parquet('lakefs://data/main/churn')",
    "a branch in pandas": "pd.read_parquet('lakefs://data/main/churn.parquet')",
}
MOVING = {
    **{f"download: {name}": (text, "unpinned-download") for name, text in DOWNLOADS.items()},
    **{f"snapshot: {name}": (text, "unpinned-snapshot") for name, text in SNAPSHOTS.items()},
    **{f"url: {name}": (text, "moving-url") for name, text in URLS.items()},
    **{f"table: {name}": (text, "unversioned-table") for name, text in TABLES.items()},
}


@pytest.mark.parametrize(("source", "rule"), MOVING.values(), ids=MOVING)
def test_moving(source: str, rule: str) -> None:
    assert rules(IMPORTS + source) == [rule]


PINNED = {
    "a commit": "import datasets\ndatasets.load_dataset('squad', revision='7b6d24c440a36b6815f2')",
    "a revision from elsewhere": "import datasets\ndatasets.load_dataset('squad', revision=REV)",
    "a model of the hub": (
        "import huggingface_hub\nhuggingface_hub.snapshot_download('bert-base-uncased')"
    ),
    "openml's version": "from sklearn.datasets import fetch_openml\nfetch_openml('x', version=1)",
    "openml's id": "from sklearn.datasets import fetch_openml\nfetch_openml(data_id=40945)",
    "tfds' version": "import tensorflow_datasets as tfds\ntfds.load('mnist:3.0.1')",
    "tfds' configuration": "import tensorflow_datasets as tfds\ntfds.load('glue/cola:2.0.0')",
    "kaggle's version": "import kagglehub\nkagglehub.dataset_download('acme/churn/versions/3')",
    "wandb's version": "import wandb\nrun = wandb.init()\nrun.use_artifact('acme/shop/churn:v3')",
    "dvc's commit": (
        "import dvc.api\ndvc.api.read('x', repo='https://github.com/acme/data', rev='1f2e3d4')"
    ),
    "clearml's id": "from clearml import Dataset\nDataset.get(dataset_id='1f2e3d4c')",
    "clearml's version": (
        "from clearml import Dataset\nDataset.get(dataset_name='x', dataset_version='1.0')"
    ),
    "a snapshot": (
        "from flytekitplugins.domino.task import DatasetSnapshot\nDatasetSnapshot(Id=I, Version=3)"
    ),
    "a snapshot of the SDK": (
        "from domino_data.datasets import DatasetConfig\nDatasetConfig(snapshot_id='5f1e')"
    ),
    "a commit on github": (
        "pd.read_csv('https://raw.githubusercontent.com/acme/data/1f2e3d4c5b6a/x.csv')"
    ),
    "a tag on github": "pd.read_csv('https://raw.githubusercontent.com/acme/data/v1.2.0/x.csv')",
    "a commit of lakefs": "spark.read.parquet('lakefs://data/1f2e3d4c5b6a7f8e/churn')",
}


@pytest.mark.parametrize("source", PINNED.values(), ids=PINNED)
def test_pinned(source: str) -> None:
    assert rules(IMPORTS + source, "violation", "undecided") == []


NO_DATA = {
    "a local builder": "import datasets\ndatasets.load_dataset('csv', data_files='x.csv')",
    "a local folder": "import datasets\ndatasets.load_dataset('./data')",
    "seaborn": "import seaborn as sns\nsns.load_dataset('tips')",
    "an own function": "def load_dataset(name):\n    return name\n\nload_dataset('squad')",
    "a toy set": "from sklearn.datasets import load_iris\nload_iris()",
    "a model of wandb": "import wandb\nwandb.use_artifact('net:latest', type='model')",
    "dvc in this repository": "import dvc.api\ndvc.api.read('x.csv')",
    "a comment": "# load_dataset('squad')\nx = 1",
    "an address that nobody reads": (
        "HOME = 'https://raw.githubusercontent.com/acme/shop/main/logo.png'"
    ),
    "a script that is fetched": (
        "import requests\n"
        "requests.get('https://raw.githubusercontent.com/acme/tools/main/install.sh')"
    ),
    "another address": "pd.read_csv('https://example.com/raw/main/x.csv')",
}


@pytest.mark.parametrize("source", NO_DATA.values(), ids=NO_DATA)
def test_no_data(source: str) -> None:
    assert rules(IMPORTS + source, "violation", "undecided", "evidence") == []


UNKNOWN = {
    "a parameter": "import datasets\ndef load(name):\n    return datasets.load_dataset(name)",
    "tfds": "import tensorflow_datasets as tfds\ndef load(name):\n    return tfds.load(name)",
    "an alias of wandb": "import wandb\nrun = wandb.init()\nrun.use_artifact(f'churn:{ALIAS}')",
}


@pytest.mark.parametrize("source", UNKNOWN.values(), ids=UNKNOWN)
def test_unknown(source: str) -> None:
    assert rules(source) == []
    assert rules(source, "undecided") == ["unpinned-download"]


DELTA = {
    "spark": "df = spark.read.format('delta').load('/lake/churn')",
    "spark's option": "df = spark.read.format('delta').option('header', True).load('/lake/churn')",
    "iceberg": "df = spark.read.format('iceberg').load('prod.churn')",
    "deltalake": "from deltalake import DeltaTable\ndf = DeltaTable('/lake/churn').to_pandas()",
    "polars": "import polars as pl\ndf = pl.read_delta('/lake/churn')",
}


@pytest.mark.parametrize("source", DELTA.values(), ids=DELTA)
def test_unversioned_table(source: str) -> None:
    assert rules(source + TRAIN) == ["unversioned-table"]
    assert rules(source) == [], "a job that makes features reads what is newest"


VERSIONED = {
    "a version": "df = spark.read.format('delta').option('versionAsOf', 3).load('/lake/churn')",
    "a time": "df = spark.read.format('delta').option('timestampAsOf', T).load('/lake/churn')",
    "iceberg's snapshot": "df = spark.read.option('snapshot-id', 1).format('iceberg').load('c')",
    "deltalake": "from deltalake import DeltaTable\ndf = DeltaTable('/lake/churn', version=3)",
    "another format": "df = spark.read.format('parquet').load('/lake/delta')",
}


@pytest.mark.parametrize("source", VERSIONED.values(), ids=VERSIONED)
def test_versioned_table(source: str) -> None:
    assert rules(source + TRAIN, "violation", "undecided") == []


# --- Shell ----------------------------------------------------------------------------------

COMMANDS = {
    "dvc get": ("dvc get https://github.com/acme/data x.csv", ["unpinned-download"]),
    "dvc get with a revision": ("dvc get --rev 1f2e3d4 https://github.com/acme/data x.csv", []),
    "the hub": ("hf download acme/churn --repo-type dataset", ["unpinned-download"]),
    "the hub with a revision": (
        "huggingface-cli download acme/churn --repo-type dataset --revision 1f2e3d4",
        [],
    ),
    "a model of the hub": ("hf download acme/net", []),
    "wget": ("wget https://raw.githubusercontent.com/acme/data/main/x.csv", ["moving-url"]),
    "an installer": ("curl https://raw.githubusercontent.com/acme/x/main/install.sh | sh", []),
    "a copy into a snapshot": ("cp x.csv /mnt/data/snapshots/churn/3/", ["snapshot-write"]),
    "a copy into the dataset": ("cp x.csv /mnt/data/churn/", []),
    "a comment": ("# dvc get https://github.com/acme/data x.csv", []),
}


@pytest.mark.parametrize(("command", "expected"), COMMANDS.values(), ids=COMMANDS)
def test_shell(command: str, expected: list[str]) -> None:
    assert rules(f"#!/bin/sh\n{command}\n", path="run.sh") == expected


# --- DVC --------------------------------------------------------------------------------------


def digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


CODE = "print(1)\n"
PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [lr]
    outs: [model.pkl]
"""
LOCK = f"""\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: train.py
      hash: md5
      md5: {digest(CODE)}
      size: 9
    params:
      params.yaml:
        lr: 0.001
    outs:
    - path: model.pkl
      hash: md5
      md5: 0123456789abcdef0123456789abcdef
"""
REPOSITORY = {
    "train.py": CODE,
    "params.yaml": "lr: 1e-3\n",
    "dvc.yaml": PIPELINE,
    "dvc.lock": LOCK,
}
CHANGES = {
    "nothing": ({}, ""),
    "the script": ({"train.py": "print(2)\n"}, "'train.py' has changed since"),
    "a parameter": ({"params.yaml": "lr: 0.1\n"}, "'lr' in 'params.yaml' has changed since"),
    "the command": (
        {"dvc.yaml": PIPELINE.replace("python train", "python3 train")},
        "dvc.lock has another command",
    ),
    "a dependency": (
        {"dvc.yaml": PIPELINE.replace("[train.py]", "[train.py, data.csv]")},
        "dvc.lock does not know its dependency 'data.csv'",
    ),
    "the name": (
        {"dvc.yaml": PIPELINE.replace("  train:", "  fit:")},
        "dvc.lock does not know it",
    ),
    "blanks in the command": (
        {"dvc.yaml": PIPELINE.replace("python t", "python  t")},
        "dvc.lock has another command",
    ),
    "an output": (
        {"dvc.yaml": PIPELINE.replace("[model.pkl]", "[model.pkl, x.txt]")},
        "dvc.lock does not know its output 'x.txt'",
    ),
    "a parameter that is not recorded": (
        {"dvc.yaml": PIPELINE.replace("[lr]", "[lr, seed]")},
        "'seed' in 'params.yaml' has changed since",
    ),
    "a frozen stage": (
        {"dvc.yaml": PIPELINE.replace("    cmd", "    frozen: true\n    cmd"), "train.py": "2\n"},
        "",
    ),
    "a template": (
        {"dvc.yaml": PIPELINE.replace("python train.py", "python ${script}")},
        "",
    ),
    "the lock of an older dvc": (
        {"dvc.lock": LOCK.replace("      hash: md5\n", ""), "train.py": "print(2)\n"},
        "",
    ),
    "stages of a loop": (
        {
            "dvc.yaml": PIPELINE.replace("    cmd", "    foreach: [a]\n    do:\n      cmd").replace(
                "\n    deps: [train.py]\n    params: [lr]\n    outs: [model.pkl]", ""
            ),
            "dvc.lock": LOCK.replace("  train:", "  train@a:"),
        },
        "",
    ),
}


@pytest.mark.parametrize(("changed", "reason"), CHANGES.values(), ids=CHANGES)
def test_dvc_lock(changed: dict[str, str], reason: str) -> None:
    said = together(HOOK, {**REPOSITORY, **changed})
    messages = [each.message for each in said if each.kind == "violation"]
    assert [reason in message for message in messages] == [True] * bool(reason)
    assert found(said) == [("dvc-not-locked", 2, 3)] * bool(reason)


def test_no_lock() -> None:
    files = {"dvc.yaml": PIPELINE, "train.py": CODE}
    (said,) = together(HOOK, files)
    assert said.message == (
        "stage 'train' is out of date: no dvc.lock is in Git: run `dvc repro`, and commit it"
    )


OUT = "outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 9\n  path: x.csv\n"
DVC_FILES = {
    "a hash": (OUT, []),
    "no hash": ("outs:\n- path: x.csv\n", [("dvc-not-locked", 2, 3)]),
    "a size alone": ("outs:\n- path: x.csv\n  size: 9\n", [("dvc-not-locked", 2, 3)]),
    "an etag": ("outs:\n- etag: abc\n  path: x.csv\n", []),
    "an import": (
        "deps:\n- path: x\n  repo:\n    url: u\n    rev_lock: 1f2e\n" + OUT,
        [],
    ),
    "an empty file": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), DVC_FILES.values(), ids=DVC_FILES)
def test_dvc_file(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert found(together(HOOK, {"data/x.csv.dvc": text})) == expected


REMOTE = "[core]\n    remote = s3\n['remote \"s3\"']\n    url = s3://acme/dvc\n"


def test_a_remote() -> None:
    files = {"x.csv.dvc": OUT}
    assert found(together(HOOK, {**files, ".dvc/config": REMOTE})) == []
    without = {**files, ".dvc/config": "[core]\n    analytics = false\n"}
    assert found(together(HOOK, without)) == [("dvc-not-locked", 1, 1)]
    assert found(together(HOOK, {".dvc/config": ""})) == [], "nothing is kept yet"


def test_domino_file() -> None:
    text = "datasetConfigurations:\n- name: train\n  inputs:\n  - path: iris\n    dataset: {}\n"
    assert rules(text.format("ada/iris"), path="domino.yaml") == ["unpinned-snapshot"]
    assert rules(text.format("ada/iris:v1"), path="domino.yaml") == []
    assert rules(text.format("ada/iris"), path="other.yaml") == []
