from __future__ import annotations

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.data.data_lineage import HOOK

IMPORTS = """\
import mlflow
import pandas as pd
from sklearn.linear_model import Ridge

"""
RUN = """
with mlflow.start_run():
    mlflow.log_param("alpha", 1.0)
    model = Ridge(alpha=1.0).fit(df[["age"]], df["churned"])
"""


def lineage(source: str, *kinds: str) -> list[str]:
    """Return the rules that speak of one training script, and nothing else."""
    return [rule for rule, _, _ in found(together(HOOK, {"train.py": source}), *kinds)]


READS = {
    "a csv": 'df = pd.read_csv("/mnt/data/churn/train.csv")',
    "a parquet file by keyword": 'df = pd.read_parquet(path="/data/churn.parquet")',
    "sql": 'df = pd.read_sql("SELECT * FROM customers", connection)',
    "a bucket": 'df = pd.read_csv("s3://churn/train.csv")',
    "a path from a function": "df = pd.read_csv(find_the_data())",
    "an alias": "from pandas import read_csv as load\ndf = load('/data/train.csv')",
    "polars": "import polars as pl\ndf = pl.scan_parquet('/data/*.parquet').collect()",
    "dask": "import dask.dataframe as dd\ndf = dd.read_csv('/data/part-*.csv')",
    "numpy": "import numpy as np\ndf = np.load('/data/train.npy')",
    "hugging face": "from datasets import load_dataset\ndf = load_dataset('acme/churn')['train']",
    "spark": (
        "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
        "df = spark.read.format('delta').load('/lake/churn').toPandas()"
    ),
    "the spark of a notebook": "df = spark.table('prod.churn').toPandas()",
    "a query in spark": "df = spark.sql('SELECT * FROM prod.churn').toPandas()",
    "pyarrow": "import pyarrow.parquet as pq\ndf = pq.read_table('/data/x.parquet').to_pandas()",
    "a domino data source": (
        "from domino.data_sources import DataSourceClient\n"
        "df = DataSourceClient().get_datasource('lake').query('SELECT 1').to_pandas()"
    ),
    "in a function": "def load():\n    return pd.read_csv('/data/train.csv')\n\ndf = load()",
    "a folder of images": (
        "from torchvision.datasets import ImageFolder\ndf = ImageFolder('/data/images')"
    ),
    "feast": (
        "from feast import FeatureStore\nstore = FeatureStore(repo_path='.')\n"
        "df = store.get_historical_features(entity_df=e, features=f).to_df()"
    ),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_untracked_input(read: str) -> None:
    assert lineage(IMPORTS + read + RUN) == ["untracked-input"]


UNRECORDED = {
    "a commented call": "df = pd.read_csv(p())\n# mlflow.log_input(dataset)" + RUN,
    "a dataset that is not logged": (
        'df = pd.read_csv("/data/x.csv")\nds = mlflow.data.from_pandas(df)' + RUN
    ),
    "counts of rows": 'df = pd.read_csv("/data/x.csv")' + RUN + '    mlflow.log_param("rows", 3)\n',
    "the size of the data": (
        'df = pd.read_csv("/data/x.csv")' + RUN + '    mlflow.log_param("data_size", len(df))\n'
    ),
    "the share of the test data": (
        'df = pd.read_csv("/data/x.csv")' + RUN + '    mlflow.log_params({"test_size": 0.2})\n'
    ),
    "autolog of a flavour without datasets": (
        "import lightning as L\n"
        'mlflow.pytorch.autolog()\ndf = pd.read_csv("/data/x.csv")\n'
        "with mlflow.start_run():\n    L.Trainer().fit(net, loader)\n"
    ),
    "statsmodels' autolog": (
        "import statsmodels.api as sm\nmlflow.statsmodels.autolog()\n"
        'df = pd.read_csv("/data/x.csv")\nwith mlflow.start_run():\n    sm.OLS(df.y, df.x).fit()\n'
    ),
    "autolog after the fit": 'df = pd.read_csv("/data/x.csv")' + RUN + "    mlflow.autolog()\n",
    "a disabled autolog": ('mlflow.autolog(disable=True)\ndf = pd.read_csv("/data/x.csv")' + RUN),
    "another artifact": (
        'df = pd.read_csv("/data/x.csv")' + RUN + '    mlflow.log_artifact("/out/roc.png")\n'
    ),
    "wandb": (
        'import wandb\ndf = pd.read_csv("/data/x.csv")\nwandb.init(config={"lr": 0.1})\n'
        "wandb.log({'loss': 1})\n"
    ),
    "a model artifact of wandb": (
        'import wandb\ndf = pd.read_csv("/data/x.csv")\nrun = wandb.init(config={"lr": 0.1})\n'
        'run.log_artifact(wandb.Artifact("churn", type="model"))\n'
    ),
    "clearml": (
        'from clearml import Task\ntask = Task.init("churn", "ridge")\n'
        'df = pd.read_csv("/data/x.csv")\ntask.connect({"lr": 0.1})\n'
    ),
    "two reads": 'df = pd.read_csv("/data/x.csv")\nvalid = pd.read_csv("/data/y.csv")' + RUN,
}


@pytest.mark.parametrize("source", UNRECORDED.values(), ids=UNRECORDED)
def test_unrecorded(source: str) -> None:
    assert lineage(IMPORTS + source) == ["untracked-input"]


RECORDED = {
    "log_input": "    mlflow.log_input(mlflow.data.from_pandas(df, source=path))\n",
    "log_inputs": "    mlflow.log_inputs(datasets=[d])\n",
    "log_input of a client": "    mlflow.MlflowClient().log_inputs(run_id, datasets)\n",
    "log_input imported by name": "    from mlflow import log_input\n    log_input(d)\n",
    "the path as a parameter": '    mlflow.log_param("input", path)\n',
    "the path in a text": '    mlflow.log_param("source", f"file:{path}")\n',
    "the same text": '    mlflow.set_tag("trained on", "/mnt/data/churn/train.csv")\n',
    "parameters with the path": '    mlflow.log_params({"alpha": 1.0, "data_path": "x.csv"})\n',
    "a version": '    mlflow.log_param("dataset_version", 7)\n',
    "a hash": '    mlflow.set_tag("data.sha256", digest(df))\n',
    "tags": '    mlflow.set_tags({"team": "risk", "training_data_uri": "s3://x"})\n',
    "a domino training set": '    mlflow.log_param("training_set_version", 3)\n',
    "the revision of dvc": '    mlflow.set_tag("dvc_rev", revision)\n',
    "the data as an artifact": "    mlflow.log_artifact(path)\n",
    "the folder of the data": '    mlflow.log_artifacts("/mnt/data/churn")\n',
    "the lock of dvc": '    mlflow.log_artifact("dvc.lock")\n',
    "a metric of a dataset": '    mlflow.log_metric("auc", 0.9, dataset=d)\n',
    "evaluate": '    mlflow.evaluate(uri, data=df, targets="y", model_type="classifier")\n',
    "openlineage": (
        "    from openlineage.client import OpenLineageClient\n"
        "    OpenLineageClient().emit(event)\n"
    ),
    "an own function that does": (
        "    note(df)\n\ndef note(frame):\n    mlflow.log_input(mlflow.data.from_pandas(frame))\n"
    ),
}


@pytest.mark.parametrize("record", RECORDED.values(), ids=RECORDED)
def test_recorded(record: str) -> None:
    read = 'path = "/mnt/data/churn/train.csv"\ndf = pd.read_csv(path)'
    source = IMPORTS + read + RUN + record
    assert (lineage(source), lineage(source, "evidence")) == ([], ["untracked-input"])


FINE = {
    "mlflow's autolog": 'mlflow.autolog()\ndf = pd.read_csv("/data/x.csv")' + RUN,
    "sklearn's autolog": 'mlflow.sklearn.autolog()\ndf = pd.read_csv("/data/x.csv")' + RUN,
    "autolog told to record": (
        'mlflow.autolog(log_datasets=True)\ndf = pd.read_csv("/data/x.csv")' + RUN
    ),
    "xgboost's autolog": (
        "import xgboost as xgb\nmlflow.xgboost.autolog()\ndf = pd.read_csv('/data/x.csv')\n"
        "xgb.train({}, xgb.DMatrix(df))\n"
    ),
    "options of the command line": (
        "import argparse\nparser = argparse.ArgumentParser()\n"
        'parser.add_argument("--train-file")\nargs = parser.parse_args()\n'
        "df = pd.read_csv(args.train_file)" + RUN + "    mlflow.log_params(vars(args))\n"
    ),
    "an input of a flow": 'df = pd.read_csv("/workflow/inputs/data")' + RUN,
    "an artifact of wandb": (
        "import wandb\nrun = wandb.init(config={'lr': 1})\n"
        "folder = run.use_artifact('churn:v3').download()\ndf = pd.read_csv(f'{folder}/x.csv')\n"
    ),
    "a dataset artifact of wandb": (
        "import wandb\nrun = wandb.init(config={'lr': 1})\ndf = pd.read_csv('/data/x.csv')\n"
        "run.log_artifact(wandb.Artifact('churn', type='dataset'))\n"
    ),
    "a dataset of clearml": (
        "from clearml import Dataset, Task\ntask = Task.init('churn', 'ridge')\n"
        "df = pd.read_csv(Dataset.get(dataset_id='1').get_local_copy() + '/x.csv')\n"
    ),
    "files that neptune tracks": (
        "import neptune\nrun = neptune.init_run()\nrun['data'].track_files('/data/x.csv')\n"
        "df = pd.read_csv('/data/x.csv')\n"
    ),
    "no data": RUN.replace('df[["age"]], df["churned"]', "X, y"),
    "a toy set": (
        "from sklearn.datasets import load_iris\nX, y = load_iris(return_X_y=True)\n"
        "with mlflow.start_run():\n    mlflow.log_metric('a', Ridge().fit(X, y).score(X, y))\n"
    ),
    "no run": 'df = pd.read_csv("/data/x.csv")\nRidge().fit(df, df)\n',
    "a run of tensorboard": (
        "from torch.utils.tensorboard import SummaryWriter\nwriter = SummaryWriter()\n"
        "df = pd.read_csv('/data/x.csv')\n"
    ),
    "a configuration": "conf = pd.read_json('conf/params.json')" + RUN,
    "what an earlier run measured": "old = pd.read_csv('out/metrics.csv')" + RUN,
    "a buffer": "import io\nold = pd.read_csv(io.StringIO('a,b'))" + RUN,
    "another read_csv": (
        "import company\ndf = company.read_csv('/data/x.csv')\nclass T:\n    pass\n" + RUN
    ),
}


@pytest.mark.parametrize("source", FINE.values(), ids=FINE)
def test_fine(source: str) -> None:
    assert lineage(IMPORTS + source, "violation", "undecided") == []


UNDECIDED = {
    "the name alone": (
        'df = pd.read_csv("/data/x.csv")' + RUN + '    mlflow.set_tag("dataset", "churn")\n'
    ),
    "parameters from elsewhere": (
        'df = pd.read_csv("/data/x.csv")' + RUN + "    mlflow.log_params(company.settings())\n"
    ),
    "a function of the company": (
        "import company\ndf = pd.read_csv('/data/x.csv')" + RUN + "    company.log_dataset(df)\n"
    ),
    "an unknown model": (
        "mlflow.autolog()\nfrom company import Model\ndf = pd.read_csv('/data/x.csv')\n"
        "with mlflow.start_run():\n    Model().fit(df, df)\n"
    ),
    "a pinned download": (
        "from datasets import load_dataset\n"
        "df = load_dataset('acme/churn', revision='5f3c2a1')['train']" + RUN
    ),
    "a version of a delta table": (
        "df = spark.read.format('delta').option('versionAsOf', 3).load('/lake/churn')" + RUN
    ),
}


@pytest.mark.parametrize("source", UNDECIDED.values(), ids=UNDECIDED)
def test_undecided(source: str) -> None:
    assert lineage(IMPORTS + source) == []
    assert lineage(IMPORTS + source, "undecided") == ["untracked-input"]


def test_the_finding_is_at_the_first_read() -> None:
    source = IMPORTS + UNRECORDED["two reads"]
    (said,) = (each for each in together(HOOK, {"train.py": source}) if each.kind == "violation")
    assert (said.place.line, said.place.column) == (5, 6)
    assert said.message == (
        "'/data/x.csv' is read here (1 more), and the run records nothing of it; "
        "call mlflow.log_input(mlflow.data.from_pandas(...))"
    )


def test_a_read_in_another_module() -> None:
    files = {
        "churn/__init__.py": "",
        "churn/data.py": "import pandas as pd\n\n\ndef load(path):\n    return pd.read_csv(path)\n",
        "train.py": "from churn.data import load\n" + IMPORTS + 'df = load("/d/x.csv")' + RUN,
    }
    (said,) = (each for each in together(HOOK, files) if each.kind == "violation")
    assert (said.path, said.place.line) == ("churn/data.py", 5)
    files["train.py"] += '    mlflow.set_tag("data_version", 3)\n'
    assert found(together(HOOK, files)) == []


def test_a_file_that_git_tracks_is_undecided() -> None:
    files = {"data/train.csv": "a,b\n", "train.py": IMPORTS + 'df = pd.read_csv("data/train.csv")'}
    files["train.py"] += RUN
    assert found(together(HOOK, files)) == []
    assert len(found(together(HOOK, files), "undecided")) == 1


def test_a_file_that_dvc_tracks() -> None:
    files = {
        "data/train.csv.dvc": "outs:\n- md5: 0123456789abcdef0123456789abcdef\n  path: train.csv\n",
        "train.py": IMPORTS + 'df = pd.read_csv("data/train.csv")' + RUN,
    }
    assert found(together(HOOK, files)) == []
    assert len(found(together(HOOK, files), "evidence")) == 1


def test_a_notebook() -> None:
    cells = notebook(IMPORTS, 'df = pd.read_csv("/data/x.csv")', RUN)
    assert found(outcomes(HOOK, "train.ipynb", cells)) == [("untracked-input", 1, 6)]


# --- lineage-disabled -----------------------------------------------------------------------

SWITCHED_OFF = {
    "mlflow": "mlflow.autolog(log_datasets=False)",
    "a flavour": "mlflow.sklearn.autolog(log_datasets=False, silent=True)",
    "an alias": "from mlflow import autolog\nautolog(log_datasets=False)",
}


@pytest.mark.parametrize("call", SWITCHED_OFF.values(), ids=SWITCHED_OFF)
def test_lineage_disabled(call: str) -> None:
    source = IMPORTS + call + '\ndf = pd.read_csv("/data/x.csv")' + RUN
    assert lineage(source) == ["lineage-disabled"]
    assert lineage(source + "    mlflow.log_input(d)\n") == []


def test_a_switch_that_is_not_known() -> None:
    source = IMPORTS + "mlflow.autolog(log_datasets=flag)\ndf = pd.read_csv('/data/x.csv')" + RUN
    assert lineage(source) == []


# --- no-source-run --------------------------------------------------------------------------

VERSIONS = {
    "a path": ('client.create_model_version("churn", "/mnt/models/churn")', ["no-source-run"]),
    "a bucket": ('client.create_model_version("churn", source="s3://m/c")', ["no-source-run"]),
    "a run": ('client.create_model_version("churn", "s3://m/c", run_id=run.info.run_id)', []),
    "the URI of a run": ('mlflow.register_model(f"runs:/{run_id}/model", "churn")', []),
    "a registered model": ('mlflow.register_model("models:/churn/3", "churn")', []),
    "a path that is registered": (
        'mlflow.register_model("/mnt/models/churn", "churn")',
        ["no-source-run"],
    ),
    "an argument": ("mlflow.register_model(uri, 'churn')", []),
    "another client": ('other.create_model_version("churn", "/mnt/models")', []),
}


@pytest.mark.parametrize(("call", "rules"), VERSIONS.values(), ids=VERSIONS)
def test_no_source_run(call: str, rules: list[str]) -> None:
    source = f"import mlflow\n\nclient = mlflow.MlflowClient()\n{call}\n"
    assert lineage(source) == rules


# --- undeclared-dep -------------------------------------------------------------------------

TRACKED = {
    "src/prepare.py": "",
    "src/train.py": "",
    "src/__init__.py": "",
    "data/raw.csv": "",
    "conf/train.yaml": "",
    "params.yaml": "",
    "train/notes.md": "",
    "run.sh": "",
    "scripts/deep/clean.py": "",
}
STAGES = {
    "a script": ("cmd: python src/train.py", ["src/train.py"]),
    "a module": ("cmd: python -m src.train", ["src/train.py"]),
    "a data file": ("cmd: ./run.sh data/raw.csv\ndeps: [run.sh]", ["data/raw.csv"]),
    "after an equals sign": (
        "cmd: python src/train.py --data=data/raw.csv\ndeps: [src/train.py]",
        ["data/raw.csv"],
    ),
    "a configuration": (
        "cmd: python src/train.py --config conf/train.yaml\ndeps: [src/train.py]",
        ["conf/train.yaml"],
    ),
    "parameters that are not declared": (
        "cmd: python src/train.py params.yaml\ndeps: [src/train.py]",
        ["params.yaml"],
    ),
    "several commands": (
        "cmd:\n- python src/prepare.py\n- python src/train.py\ndeps: [src/prepare.py]",
        ["src/train.py"],
    ),
    "a block": (
        "cmd: |\n  set -e\n  python src/train.py \\\n    data/raw.csv\n",
        [
            "src/train.py",
            "data/raw.csv",
        ],
    ),
    "in another folder": ("wdir: scripts\ncmd: python deep/clean.py", ["scripts/deep/clean.py"]),
    "behind variables": ("cmd: PYTHONPATH=. python src/train.py", ["src/train.py"]),
    "a wrapped command": ("cmd: poetry run python src/train.py", ["src/train.py"]),
    "what another stage makes": (
        "cmd: python src/train.py out/features\ndeps: [src/train.py]",
        ["out/features"],
    ),
    "declared": ("cmd: python src/train.py data/raw.csv\ndeps: [src/train.py, data/raw.csv]", []),
    "a module that is declared": ("cmd: python -m src.train\ndeps: [src/train.py]", []),
    "a folder that is declared": ("cmd: python src/train.py\ndeps: [src]", []),
    "with options": ("cmd: python src/train.py\ndeps:\n- src/train.py:\n    hash: md5", []),
    "an output": ("cmd: python src/train.py data/raw.csv\ndeps: [src]\nouts: [data/raw.csv]", []),
    "a metric": (
        "cmd: python src/train.py data/raw.csv\ndeps: [src]\nmetrics:\n- data/raw.csv:\n"
        "    cache: false",
        [],
    ),
    "parameters": ("cmd: python src/train.py params.yaml\ndeps: [src]\nparams: [lr]", []),
    "another file of parameters": (
        "cmd: python src/train.py conf/train.yaml\ndeps: [src]\nparams:\n- conf/train.yaml: [lr]",
        [],
    ),
    "in the folder": ("wdir: scripts\ncmd: python deep/clean.py\ndeps: [deep/clean.py]", []),
    "a word that is also a folder": ("cmd: python -m churn train", []),
    "a file that nobody tracks": ("cmd: python elsewhere.py data/other.csv", []),
    "a command that reads nothing": ("cmd: mkdir -p out && rm -f data/raw.csv", []),
    "another folder at the time": ("cmd: cd scripts && python deep/clean.py", []),
    "a template": ("cmd: python ${script} ${item.path}\ndeps: ['${script}']", []),
    "a dependency that is a template": (
        "cmd: python src/train.py data/raw.csv\ndeps: ['src/${name}.py', '${raw}']",
        [],
    ),
    "foreach": (
        "foreach: [a, b]\ndo:\n  cmd: python src/train.py ${item}",
        ["src/train.py"],
    ),
    "in a comment": ("cmd: ./run.sh # python src/train.py\ndeps: [run.sh]", []),
    "no command": ("deps: [src/train.py]", []),
}


@pytest.mark.parametrize(("body", "paths"), STAGES.values(), ids=STAGES)
def test_undeclared_dep(body: str, paths: list[str]) -> None:
    stage = "".join(f"    {line}\n" for line in body.splitlines())
    other = "  features:\n    cmd: make features\n    outs: [out/features]\n"
    files = {**TRACKED, "dvc.yaml": f"stages:\n{other}  judged:\n{stage}"}
    said = [each for each in together(HOOK, files) if each.kind == "violation"]
    assert [each.rule for each in said] == ["undeclared-dep"] * len(paths)
    assert [each.message.split("'")[3] for each in said] == paths


def test_the_finding_is_at_the_word() -> None:
    text = "stages:\n  train:\n    cmd: >-\n      python src/train.py\n    deps: [src/prepare.py]\n"
    assert found(together(HOOK, {**TRACKED, "dvc.yaml": text}))[0][:2] == ("undeclared-dep", 3)
    text = "stages:\n  train:\n    cmd: python src/train.py\n"
    assert found(together(HOOK, {**TRACKED, "dvc.yaml": text})) == [("undeclared-dep", 3, 17)]


def test_other_yaml_is_left_alone() -> None:
    files = {**TRACKED, "conf/stages.yaml": "stages:\n  train:\n    cmd: python src/train.py\n"}
    assert together(HOOK, files) == []
