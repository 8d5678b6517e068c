"""experiment-name-prefix: real shapes of names, what each is, and where it is said."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from helpers import found, notebook, outcomes
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.experiments.experiment_name_prefix import HOOK
from mlops_checklist.sources.identities import project_names

MLFLOW = "import mlflow\n"


def judged(path: str, text: str, **options: object) -> list:
    return outcomes(HOOK, path, text, **{"prefix": ("fraud-", "fraud"), **options})


VIOLATIONS = {
    "literal": ("import mlflow\nmlflow.set_experiment('churn')\n", ("literal-name", 2, 23)),
    "keyword": (
        "import mlflow\nmlflow.set_experiment(experiment_name='churn')\n",
        ("literal-name", 2, 39),
    ),
    "from-import-alias": (
        "from mlflow import set_experiment as use\nuse('churn')\n",
        ("literal-name", 2, 5),
    ),
    "module-alias": (
        "import mlflow as mf\nmf.create_experiment('churn')\n",
        ("literal-name", 2, 22),
    ),
    "client": (
        "from mlflow.tracking import MlflowClient\nMlflowClient().create_experiment('churn')\n",
        ("literal-name", 2, 34),
    ),
    "client-in-self": (
        "from mlflow import MlflowClient\n"
        "class Trainer:\n"
        "    def __init__(self):\n"
        "        self.client = MlflowClient()\n"
        "    def run(self):\n"
        "        self.client.create_experiment(name='churn')\n",
        ("literal-name", 6, 44),
    ),
    "client-annotated": (
        "from mlflow import MlflowClient\n"
        "def make(client: MlflowClient):\n"
        "    client.create_experiment('churn')\n",
        ("literal-name", 3, 30),
    ),
    "prefix-within-a-word": (
        "import mlflow\nmlflow.set_experiment('fraudulent')\n",
        ("literal-name", 2, 23),
    ),
    "constant": (
        "import mlflow\nEXPERIMENT = 'random-forest-hyperopt'\nmlflow.set_experiment(EXPERIMENT)\n",
        ("literal-name", 3, 23),
    ),
    "constant-in-function": (
        "import mlflow\nNAME = 'churn'\ndef train():\n    mlflow.set_experiment(NAME)\n",
        ("literal-name", 4, 27),
    ),
    "parameter-with-caller": (
        "import mlflow\n"
        "def train(experiment_name):\n"
        "    mlflow.set_experiment(experiment_name)\n"
        "train('churn')\n",
        ("literal-name", 3, 27),
    ),
    "self-attribute": (
        "import mlflow\n"
        "class Trainer:\n"
        "    def __init__(self):\n"
        "        self.experiment_name = 'oil-and-gas'\n"
        "    def run(self):\n"
        "        mlflow.set_experiment(self.experiment_name)\n",
        ("literal-name", 6, 31),
    ),
    "dataclass-default": (
        "import mlflow\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Config:\n    experiment_name: str = 'churn'\n"
        "def train(config: Config):\n    mlflow.set_experiment(config.experiment_name)\n",
        ("literal-name", 7, 27),
    ),
    "pydantic-settings": (
        "import mlflow\nfrom pydantic_settings import BaseSettings\n"
        "class Settings(BaseSettings):\n    mlflow_experiment_name: str = 'agentic-rag'\n"
        "settings = Settings()\nmlflow.set_experiment(settings.mlflow_experiment_name)\n",
        ("default-value", 6, 23),
    ),
    "timestamp-only": (
        "import mlflow\nfrom datetime import datetime\n"
        "mlflow.set_experiment(f'churn-{datetime.now():%Y%m%d}')\n",
        ("no-identity", 3, 23),
    ),
    "uuid": (
        "import mlflow, uuid\nname = 'churn-' + str(uuid.uuid4())\nmlflow.set_experiment(name)\n",
        ("no-identity", 3, 23),
    ),
    "f-string-of-constants": (
        "import mlflow\nTASK = 'churn'\nmlflow.set_experiment(f'{TASK}-baseline')\n",
        ("literal-name", 3, 23),
    ),
    "environment-default": (
        "import mlflow, os\n"
        "mlflow.set_experiment(os.environ.get('MLFLOW_EXPERIMENT_NAME', 'agentic-rag'))\n",
        ("default-value", 2, 23),
    ),
    "environment-default-alone": (
        "import os\nname = os.getenv('MLFLOW_EXPERIMENT_NAME', 'churn')\n",
        ("default-value", 2, 44),
    ),
    "or-chain": (
        "import mlflow, os\ndef run(args):\n"
        "    name = args.x or os.getenv('MLFLOW_EXPERIMENT_NAME') or 'default'\n"
        "    mlflow.set_experiment(name)\n",
        ("default-value", 4, 27),
    ),
    "argparse-default": (
        "import argparse, mlflow\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--experiment-name', default='churn')\n"
        "args = parser.parse_args()\nmlflow.set_experiment(args.experiment_name)\n",
        ("default-value", 5, 23),
    ),
    "click-default": (
        "import click, mlflow\n@click.command()\n@click.option('--experiment', default='churn')\n"
        "def main(experiment):\n    mlflow.set_experiment(experiment)\n",
        ("default-value", 5, 27),
    ),
    "typer-default": (
        "import typer, mlflow\napp = typer.Typer()\n@app.command()\n"
        "def main(experiment: str = 'churn'):\n    mlflow.set_experiment(experiment)\n",
        ("default-value", 5, 27),
    ),
    "widget-default": (
        "import mlflow\ndbutils.widgets.text('experiment', '/Shared/churn')\n"
        "mlflow.set_experiment(dbutils.widgets.get('experiment'))\n",
        ("default-value", 3, 23),
    ),
    "helper-function": (
        "import mlflow\ndef experiment_name(model):\n    return f'churn-{model}'\n"
        "mlflow.set_experiment(experiment_name('xgb'))\n",
        ("literal-name", 4, 23),
    ),
    "dictionary": (
        "import mlflow\nCONFIG = {'experiment': 'churn', 'seed': 1}\n"
        "mlflow.set_experiment(CONFIG['experiment'])\n",
        ("literal-name", 3, 23),
    ),
    "both-branches": (
        "import mlflow\nif fast:\n    name = 'churn-fast'\nelse:\n    name = 'churn-full'\n"
        "mlflow.set_experiment(name)\n",
        ("literal-name", 6, 23),
    ),
    "loop": (
        "import mlflow\nfor name in ['churn-a', 'churn-b']:\n    mlflow.set_experiment(name)\n",
        ("literal-name", 3, 27),
    ),
    "lightning-logger": (
        "from pytorch_lightning.loggers import MLFlowLogger\n"
        "logger = MLFlowLogger(experiment_name='churn')\n",
        ("literal-name", 2, 39),
    ),
    "ray-callback": (
        "from ray.air.integrations.mlflow import MLflowLoggerCallback\n"
        "MLflowLoggerCallback(experiment_name='churn', save_artifact=True)\n",
        ("literal-name", 2, 38),
    ),
    "optuna-callback": (
        "import optuna\nfrom optuna.integration import MLflowCallback\n"
        "study = optuna.create_study(study_name='churn')\n"
        "study.optimize(objective, callbacks=[MLflowCallback()])\n",
        ("literal-name", 3, 40),
    ),
    "variable-set": (
        "import os\nos.environ['MLFLOW_EXPERIMENT_NAME'] = 'churn'\n",
        ("literal-name", 2, 40),
    ),
    "variable-for-subprocess": (
        "import subprocess\nsubprocess.run(['make'], env={'MLFLOW_EXPERIMENT_NAME': 'churn'})\n",
        ("literal-name", 2, 57),
    ),
    "subprocess-run": (
        "import subprocess\nsubprocess.run(['mlflow', 'run', '.', '--experiment-name', 'churn'])\n",
        ("literal-name", 2, 16),
    ),
    "lightning-logger-positional": (
        "from pytorch_lightning.loggers import MLFlowLogger\nlogger = MLFlowLogger('churn')\n",
        ("literal-name", 2, 23),
    ),
    "uuid-alone": (
        "import mlflow, uuid\nmlflow.set_experiment(str(uuid.uuid4()))\n",
        ("no-identity", 2, 23),
    ),
    "uuid-in-f-string": (
        "import mlflow, uuid\nmlflow.set_experiment(f'{uuid.uuid4()}')\n",
        ("no-identity", 2, 23),
    ),
    "time-alone": (
        "import mlflow\nfrom datetime import datetime\n"
        "mlflow.set_experiment(datetime.now().strftime('%Y'))\n",
        ("no-identity", 3, 23),
    ),
    "commit": (
        "import git, mlflow\nmlflow.set_experiment(f'churn-{git.Repo().head.object.hexsha}')\n",
        ("no-identity", 2, 23),
    ),
    "subprocess-module": (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'mlflow', 'run', '--experiment-name', 'churn'])\n",
        ("literal-name", 2, 16),
    ),
    "domino-user-is-the-linux-user": (
        "import mlflow, os\nmlflow.set_experiment('churn-' + os.environ['DOMINO_USER'])\n",
        None,
    ),
}


@pytest.mark.parametrize(("text", "expected"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_python_violations(text: str, expected: tuple[str, int, int] | None) -> None:
    assert found(judged("train.py", text)) == ([expected] if expected else [])


GOOD = {
    "domino-concat": "import mlflow, os\nmlflow.set_experiment(\n"
    "    os.environ.get('DOMINO_PROJECT_NAME') + ' '\n"
    "    + os.environ.get('DOMINO_STARTING_USERNAME'))\n",
    "f-string-of-variables": "import mlflow, os\n"
    "project = os.environ.get('DOMINO_PROJECT_NAME', 'demo')\n"
    "username = os.environ.get('DOMINO_STARTING_USERNAME', 'unknown')\n"
    "mlflow.set_experiment(f'{project}-tier0-historical-{username}')\n",
    "reassigned-with-prefix": "import mlflow, os\nname = 'churn'\n"
    "name = name + '-' + os.environ['DOMINO_USER_NAME']\nmlflow.set_experiment(name)\n",
    "augmented": "import getpass, mlflow\nname = 'churn'\nname += '-' + getpass.getuser()\n"
    "mlflow.set_experiment(name)\n",
    "join": "import getpass, mlflow\n"
    "mlflow.set_experiment('-'.join(['churn', getpass.getuser()]))\n",
    "percent": "import os, mlflow\nmlflow.set_experiment('churn-%s' % os.environ['USER'])\n",
    "format": "import os, mlflow\nmlflow.set_experiment('churn-{u}'.format(u=os.getenv('USER')))\n",
    "helper-in-module": "import mlflow, os\ndef short_id():\n"
    "    return os.environ['DOMINO_USER_NAME'][:8]\n"
    "mlflow.set_experiment(f'Fraud Trainer {short_id()}')\n",
    "databricks-home": "import mlflow\nmlflow.set_experiment('/Users/jane@acme.com/churn')\n",
    "prefix": "import mlflow\nmlflow.set_experiment('fraud-baseline')\n",
    "prefix-alone": "import mlflow\nmlflow.set_experiment('Fraud')\n",
    "prefix-other-case": "import mlflow\nmlflow.set_experiment('Fraud_baseline')\n",
    "user-parameter": "import mlflow\ndef run(username):\n"
    "    mlflow.set_experiment(f'churn-{username}')\n",
    "spark-user": "import mlflow\nuser = spark.sql('select current_user()').first()[0]\n"
    "mlflow.set_experiment(f'/Users/{user}/churn')\n",
    "dbutils-user": "import mlflow\n"
    "who = dbutils.notebook.entry_point.getDbutils().notebook().getContext().userName().get()\n"
    "mlflow.set_experiment(f'/Shared/{who}/churn')\n",
    "fallback-has-identity": "import getpass, mlflow, os\n"
    "mlflow.set_experiment(os.environ.get('MLFLOW_EXPERIMENT_NAME', f'c-{getpass.getuser()}'))\n",
    "path": "import getpass, mlflow\nfrom pathlib import Path\n"
    "mlflow.set_experiment(str(Path('/Shared') / getpass.getuser() / 'churn'))\n",
    "try-except": "import mlflow, os\ntry:\n    user = os.environ['DOMINO_STARTING_USERNAME']\n"
    "except KeyError:\n    user = 'local'\nmlflow.set_experiment(f'churn-{user}')\n",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_python_with_identity(text: str) -> None:
    said = judged("train.py", text)
    assert [outcome.kind for outcome in said] == ["evidence"]


SILENT = {
    "experiment-id": "import mlflow\nmlflow.set_experiment(experiment_id='12')\n",
    "other-library": "import kfp\nclient = kfp.Client()\nclient.create_experiment('churn')\n",
    "own-function": "def set_experiment(name):\n    print(name)\nset_experiment('churn')\n",
    "comment": "import mlflow\n# mlflow.set_experiment('churn')\n",
    "docstring": "'''mlflow.set_experiment('churn')'''\nimport mlflow\n",
    "string": "import mlflow\nHELP = \"call mlflow.set_experiment('churn')\"\n",
    "optuna-without-mlflow": "import optuna\noptuna.create_study(study_name='churn')\n",
    "optuna-own-experiment": "import optuna\nfrom optuna.integration import MLflowCallback\n"
    "optuna.create_study(study_name='churn')\nMLflowCallback(create_experiment=False)\n",
    "comet": "import comet_ml\nexperiment = comet_ml.Experiment(project_name='churn')\n",
    "shadowed": "import mlflow\nmlflow = Fake()\nmlflow.set_experiment('churn')\n",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_python_without_a_subject(text: str) -> None:
    assert judged("train.py", text) == []


UNDECIDED = {
    "parameter": "import mlflow\ndef f(name):\n    mlflow.set_experiment(name)\n",
    "parameter-default": "import mlflow\ndef f(name='churn'):\n    mlflow.set_experiment(name)\n",
    "config": "import mlflow\nmlflow.set_experiment(cfg.mlflow.experiment_name)\n",
    "keywords": "import mlflow\nmlflow.set_experiment(**kw)\n",
    "config-key": "import mlflow, yaml\nc = yaml.safe_load(open('c'))\n"
    "mlflow.set_experiment(c['experiment'])\n",
    "unknown-part": "import mlflow\nfrom lib import tag\nmlflow.set_experiment(f'churn-{tag()}')\n",
    "environment": "import mlflow, os\nmlflow.set_experiment(os.environ['EXPERIMENT'])\n",
    "argparse-required": "import argparse, mlflow\np = argparse.ArgumentParser()\n"
    "p.add_argument('--name', required=True)\nmlflow.set_experiment(p.parse_args().name)\n",
}


@pytest.mark.parametrize("text", UNDECIDED.values(), ids=UNDECIDED)
def test_python_undecided(text: str) -> None:
    assert [outcome.kind for outcome in judged("train.py", text)] == ["undecided"]


def test_messages() -> None:
    (said,) = judged("train.py", VIOLATIONS["literal"][0])
    assert said.message == (
        "experiment name 'churn' has no user or project in it; "
        "add DOMINO_PROJECT_NAME or DOMINO_STARTING_USERNAME"
    )
    (said,) = judged("train.py", VIOLATIONS["constant"][0])
    assert said.message.startswith("experiment name 'random-forest-hyperopt' (line 2) has no user")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("f'{user}-churn'", [], id="first"),
        pytest.param("f'churn-{user}'", [("wrong-position", 3, 23)], id="last"),
        pytest.param("'fraud-churn'", [], id="literal-prefix"),
    ],
)
def test_position(text: str, expected: list) -> None:
    source = (
        f"import mlflow, os\nuser = os.environ['DOMINO_USER_NAME']\nmlflow.set_experiment({text})\n"
    )
    assert found(judged("train.py", source, position="prefix")) == expected


def test_position_of_a_variable() -> None:
    source = (
        "import mlflow\nfrom lib import lookup\nusername = lookup()\n"
        "mlflow.set_experiment(f'{username}-churn')\nmlflow.set_experiment(f'c-{username}')\n"
    )
    said = judged("train.py", source, position="prefix")
    assert found(said) == [("wrong-position", 5, 23)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("'fraud-churn'", "begins with 'fraud-'", id="prefix"),
        pytest.param(
            "'c-' + os.environ['DOMINO_STARTING_USERNAME']",
            "holds DOMINO_STARTING_USERNAME",
            id="environment",
        ),
        pytest.param("'c-' + getpass.getuser()", "holds getpass.getuser()", id="call"),
        pytest.param("f'c-{username}'", "holds username", id="variable"),
        pytest.param("'/Users/a@b.c/x'", "holds the home folder /Users/a@b.c", id="home"),
    ],
)
def test_evidence(text: str, message: str) -> None:
    source = f"import getpass, mlflow, os\nmlflow.set_experiment({text})\n"
    (said,) = judged("train.py", source)
    assert (said.kind, said.message) == ("evidence", f"the experiment name {message}")


def names_of_project(folder: Path) -> tuple[str, ...]:
    return project_names(str(folder / "train.py"))


REMOTE = '[core]\n\tbare = false\n[remote "origin"]\n\turl = {}\n\tfetch = x\n'


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/team/churn.git",
        "https://example.com/team/churn/",
        "git@example.com:team/churn.git",
        "example.com:churn",
    ],
)
def test_prefix_is_the_name_of_the_remote(url: str, tmp_path: Path) -> None:
    clone = tmp_path / "clone-7"
    (clone / ".git").mkdir(parents=True)
    (clone / ".git" / "config").write_text(REMOTE.format(url))
    assert names_of_project(clone) == ("churn",)
    said = judged(
        str(clone / "t.py"), "import mlflow\nmlflow.set_experiment('churn-a')\n", prefix=()
    )
    assert [outcome.message for outcome in said] == [
        "the experiment name begins with the project's name 'churn'"
    ]


def test_prefix_in_a_worktree_and_in_a_submodule(tmp_path: Path) -> None:
    git = tmp_path / "main" / ".git"
    for folder in (git / "worktrees" / "w", git / "modules" / "m"):
        folder.mkdir(parents=True)
    (git / "config").write_text(REMOTE.format("https://example.com/churn.git"))
    (git / "worktrees" / "w" / "commondir").write_text("../..\n")
    (git / "modules" / "m" / "config").write_text(REMOTE.format("https://example.com/part.git"))
    for name, target in (("w", git / "worktrees" / "w"), ("s", "../main/.git/modules/m")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".git").write_text(f"gitdir: {target}\n")
    assert names_of_project(tmp_path / "w") == ("churn",)
    assert names_of_project(tmp_path / "s") == ("part",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("[project]\nname = 'churn'\n", ("churn", "folder"), id="project"),
        pytest.param("[tool.poetry]\nname = 'churn'\n", ("churn", "folder"), id="poetry"),
        pytest.param("tool = 1\nproject = 2\n", ("folder",), id="no-tables"),
        pytest.param("[tool]\npoetry = 1\n[project]\nname = 3\n", ("folder",), id="no-text"),
    ],
)
def test_prefix_without_remote(text: str, names: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / ".git").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(text)
    assert names_of_project(folder) == names


def test_own_identity() -> None:
    source = "import mlflow, os\nmlflow.set_experiment('churn-' + os.environ['TEAM'])\n"
    assert found(judged("train.py", source), "evidence") == []
    assert found(judged("train.py", source, identity=("TEAM",)), "evidence") == [
        ("identity", 2, 23)
    ]


OTHER_FILES = {
    "shell-export": (
        "run.sh",
        "set -e\nexport MLFLOW_EXPERIMENT_NAME=churn\n",
        [("literal-name", 2, 31)],
    ),
    "shell-default": (
        "run.sh",
        'export MLFLOW_EXPERIMENT_NAME="${MLFLOW_EXPERIMENT_NAME:-agentic-rag}"\n',
        [("default-value", 1, 32)],
    ),
    "shell-user": ("run.sh", "MLFLOW_EXPERIMENT_NAME=churn-$USER python train.py\n", []),
    "shell-whoami": ("run.sh", "export MLFLOW_EXPERIMENT_NAME=churn-$(whoami)\n", []),
    "shell-variable": (
        "run.sh",
        "NAME=churn\nexport MLFLOW_EXPERIMENT_NAME=$NAME-$(date +%s)\n",
        [("no-identity", 2, 31)],
    ),
    "shell-run": (
        "run.sh",
        "mlflow run . --experiment-name churn -P a=1\n",
        [("literal-name", 1, 32)],
    ),
    "shell-run-equals": (
        "run.sh",
        "mlflow run . --experiment-name=churn\n",
        [("literal-name", 1, 32)],
    ),
    "shell-create": ("run.sh", "mlflow experiments create -n churn\n", [("literal-name", 1, 30)]),
    "shell-module": (
        "run.sh",
        "python3 -m mlflow run . --experiment-name churn\n",
        [("literal-name", 1, 43)],
    ),
    "shell-path": (
        "run.sh",
        ".venv/bin/mlflow run . --experiment-name churn\n",
        [("literal-name", 1, 42)],
    ),
    "docker-variable": (
        "run.sh",
        "docker run -e MLFLOW_EXPERIMENT_NAME=churn image\n",
        [("literal-name", 1, 38)],
    ),
    "docker-variable-long": (
        "run.sh",
        "docker run --env=MLFLOW_EXPERIMENT_NAME=churn image\n",
        [("literal-name", 1, 41)],
    ),
    "docker-user": ("run.sh", "docker run --env MLFLOW_EXPERIMENT_NAME=c-$USER image\n", []),
    "shell-comment": ("run.sh", "# export MLFLOW_EXPERIMENT_NAME=churn\n", []),
    "shell-echo": ("run.sh", 'echo "mlflow run . --experiment-name churn"\n', []),
    "dockerfile": (
        "Dockerfile",
        "FROM python:3.11\nENV MLFLOW_EXPERIMENT_NAME=churn\n",
        [("literal-name", 2, 28)],
    ),
    "dockerfile-run": (
        "Dockerfile",
        "FROM python:3.11\nRUN pip list && \\\n    mlflow experiments create -n churn\n",
        [("literal-name", 3, 34)],
    ),
    "dotenv": (".env", "A=1\nMLFLOW_EXPERIMENT_NAME=churn # x\n", [("literal-name", 2, 24)]),
    "dotenv-placeholder": (".env.example", "MLFLOW_EXPERIMENT_NAME=<your experiment>\n", []),
    "dotenv-empty": (".env.example", "MLFLOW_EXPERIMENT_NAME=\n", []),
    "r": (
        "train.R",
        'library(mlflow)\nmlflow_set_experiment("churn")\n',
        [("literal-name", 2, 23)],
    ),
    "r-variable": (
        "train.R",
        'name <- "churn"\nmlflow::mlflow_set_experiment(experiment_name = name)\n',
        [("literal-name", 2, 49)],
    ),
    "r-user": ("t.R", 'mlflow_set_experiment(paste0("churn-", Sys.getenv("USER")))\n', []),
    "r-time": (
        "t.R",
        'mlflow_set_experiment(paste0("churn-", Sys.time()))\n',
        [("no-identity", 1, 23)],
    ),
    "r-comment": ("t.R", '# mlflow_set_experiment("churn")\n', []),
    "kubernetes": (
        "job.yaml",
        "env:\n  - name: MLFLOW_EXPERIMENT_NAME\n    value: churn\n",
        [("literal-name", 3, 12)],
    ),
    "compose-map": (
        "c.yml",
        "environment:\n  MLFLOW_EXPERIMENT_NAME: churn\n",
        [("literal-name", 2, 27)],
    ),
    "compose-list": (
        "c.yml",
        "environment:\n  - MLFLOW_EXPERIMENT_NAME=churn\n",
        [("literal-name", 2, 28)],
    ),
    "ci-actor": ("ci.yml", "env:\n  MLFLOW_EXPERIMENT_NAME: churn-${{ github.actor }}\n", []),
    "ci-expression": ("ci.yml", "env:\n  MLFLOW_EXPERIMENT_NAME: ${{ vars.EXPERIMENT }}\n", []),
    "ci-run": (
        "ci.yml",
        "steps:\n  - run: |\n      set -e\n      mlflow run . --experiment-name churn\n",
        [("literal-name", 4, 38)],
    ),
    "mlproject": (
        "MLproject",
        'entry_points:\n  main:\n    command: "mlflow run . --experiment-name churn"\n',
        [("literal-name", 3, 46)],
    ),
    "bundle-user": (
        "databricks.yml",
        "env:\n  MLFLOW_EXPERIMENT_NAME: /Users/${workspace.current_user.userName}/churn\n",
        [],
    ),
    "yaml-comment": ("c.yml", "# MLFLOW_EXPERIMENT_NAME: churn\na: 1\n", []),
}


@pytest.mark.parametrize(("path", "text", "expected"), OTHER_FILES.values(), ids=OTHER_FILES)
def test_other_files(path: str, text: str, expected: list) -> None:
    assert found(judged(path, text), "violation", "error") == expected


def test_notebook_is_one_program() -> None:
    text = notebook(
        "import mlflow\n%pip install mlflow==2.9.2",
        "%%time\nname = 'churn'",
        "# train\nmlflow.set_experiment(name)",
        "%env MLFLOW_EXPERIMENT_NAME=churn",
        "!mlflow run . --experiment-name churn",
        "this is not Python, but set_experiment stands in it",
    )
    said = judged("n.ipynb", text)
    assert [
        (outcome.rule, *outcome.place[:3]) for outcome in said if outcome.kind == "violation"
    ] == [
        ("literal-name", 2, 23, 3),
        ("literal-name", 1, 1, 4),
        ("literal-name", 1, 33, 5),
    ]
    assert said[0].message.startswith("experiment name 'churn' (cell 2 line 2) has")
    lines = text.split("\n")
    assert "set_experiment" in lines[said[0].place.file_line - 1]
    assert [outcome.place.cell for outcome in said if outcome.kind == "undecided"] == [6]


def test_r_notebook() -> None:
    text = notebook("library(mlflow)", 'mlflow_set_experiment("churn")', language="R")
    (said,) = judged("n.ipynb", text)
    assert said.place[:3] == (1, 23, 2)


def test_r_cell_in_a_python_notebook() -> None:
    text = notebook("import mlflow", '%%R -i data\nmlflow_set_experiment("churn")')
    (said,) = judged("n.ipynb", text)
    assert (said.rule, *said.place[:3]) == ("literal-name", 2, 23, 2)


FIXED = {
    "call": (
        "import mlflow\n\nmlflow.set_experiment('churn')  # ours\n",
        "import getpass\nimport os\n\nimport mlflow\n\n"
        'mlflow.set_experiment("-".join([os.environ.get("DOMINO_PROJECT_NAME", "fraud-"), '
        "os.environ.get(\"DOMINO_STARTING_USERNAME\") or getpass.getuser(), 'churn']))  # ours\n",
    ),
    "constant-and-docstring": (
        '"""Train."""\nfrom __future__ import annotations\nimport os\nimport mlflow\n'
        "NAME = 'chürn'\nmlflow.set_experiment(NAME)\n",
        '"""Train."""\nfrom __future__ import annotations\n'
        "import getpass\nimport os\nimport mlflow\n"
        'NAME = "-".join([os.environ.get("DOMINO_PROJECT_NAME", "fraud-"), '
        "os.environ.get(\"DOMINO_STARTING_USERNAME\") or getpass.getuser(), 'chürn'])\n"
        "mlflow.set_experiment(NAME)\n",
    ),
}


def repaired(path: str, text: str) -> str:
    data = text.encode()
    edits = {edit for outcome in judged(path, text) for edit in outcome.edits}
    for edit in sorted(edits, reverse=True):
        data = data[: edit.start] + edit.new + data[edit.end :]
    return data.decode()


@pytest.mark.parametrize(("before", "after"), FIXED.values(), ids=FIXED)
def test_fix(before: str, after: str) -> None:
    assert repaired("train.py", before) == after
    assert repaired("train.py", after) == after
    assert found(judged("train.py", after)) == []


@pytest.mark.parametrize("name", VIOLATIONS)
def test_fixed_programs_still_parse_and_pass(name: str) -> None:
    before = VIOLATIONS[name][0].replace("\n", "\r\n")
    after = repaired("train.py", before)
    ast.parse(after)
    if after != before:
        assert "\n" not in after.replace("\r\n", "")
        assert found(judged("train.py", after)) == []


def test_fix_in_notebook() -> None:
    text = notebook("import mlflow", "%%time\nmlflow.set_experiment('churn')\n")
    after = repaired("n.ipynb", text)
    assert "".join(json.loads(after)["cells"][1]["source"]) == (
        "%%time\nimport getpass\nimport os\n"
        'mlflow.set_experiment("-".join([os.environ.get("DOMINO_PROJECT_NAME", "fraud-"), '
        "os.environ.get(\"DOMINO_STARTING_USERNAME\") or getpass.getuser(), 'churn']))\n"
    )
    assert found(judged("n.ipynb", after)) == []
    assert repaired("n.ipynb", after) == after


USED = "import mlflow\nNAME = 'churn'\nmlflow.set_experiment(NAME)\n"
UNSAFE = {
    "same-text-looked-up": "import mlflow\nmlflow.set_experiment('churn')\n"
    "mlflow.get_experiment_by_name('churn')\n",
    "same-text-searched": USED + "mlflow.search_runs(experiment_names=['churn'])\n",
    "same-text-in-the-environment": "import mlflow, os\nmlflow.set_experiment('churn')\n"
    "os.environ['MLFLOW_EXPERIMENT_NAME'] = 'churn'\n",
    "registered-model": USED + "mlflow.register_model('runs:/1/m', NAME)\n",
    "added-to": USED + "NAME += '-b'\n",
    "two-names": USED.replace("NAME =", "OTHER = NAME ="),
    "attribute": "import mlflow\nclass A:\n    NAME = 'churn'\n    mlflow.set_experiment(NAME)\n",
    "in-f-string": "import mlflow\nprint(f\"{mlflow.set_experiment('churn')}\")\n",
    "no-free-line": "from __future__ import annotations; import mlflow; "
    "mlflow.set_experiment('x')\n",
    "import-in-function": "import mlflow\ndef f():\n    mlflow.set_experiment('x')\n"
    "    import os\n",
}


@pytest.mark.parametrize("text", UNSAFE.values(), ids=UNSAFE)
def test_no_fix_where_it_is_not_safe(text: str) -> None:
    said = judged("train.py", text)
    assert "literal-name" in {outcome.rule for outcome in said}
    assert repaired("train.py", text) == text


SAFE = {
    "same-text-twice": "import mlflow\nmlflow.set_experiment('churn')\n"
    "mlflow.create_experiment('churn')\n",
    "looked-up": USED + "mlflow.MlflowClient().get_experiment_by_name(NAME)\n"
    "mlflow.search_runs(experiment_names=[NAME])\n",
    "imported-afterwards": "import mlflow\nmlflow.set_experiment('churn')\nimport getpass, os\n",
    "imported-between": "import mlflow\nmlflow.set_experiment('a')\nimport os\n"
    "mlflow.set_experiment('b')\n",
}


@pytest.mark.parametrize("text", SAFE.values(), ids=SAFE)
def test_fix_of_all_places(text: str) -> None:
    after = repaired("train.py", text)
    assert after.startswith("import getpass\nimport os\n\nimport mlflow\n")
    assert found(judged("train.py", after)) == []


def test_fix_of_many_names_imports_once() -> None:
    text = "import mlflow\n" + "".join(f"mlflow.set_experiment('é{i}')\n" for i in range(50))
    after = repaired("train.py", text)
    assert after.count("import getpass\n") == 1
    assert after.count("getpass.getuser(), 'é") == 50
    ast.parse(after)


def test_no_fix_where_os_is_something_else() -> None:
    text = "import mlflow\nos = 'linux'\nmlflow.set_experiment('churn')\n"
    (said,) = judged("train.py", text)
    assert said.edits == ()


FRAGMENTS = st.sampled_from(
    [
        "import mlflow",
        "mlflow.set_experiment(",
        "'churn'",
        "name",
        " = ",
        "f'{x}'",
        ")",
        "(",
        "\n",
        ":",
        "os.environ",
        "['MLFLOW_EXPERIMENT_NAME']",
        "def f(name):",
        "    ",
        "class A:",
        "self.name",
        "+",
        "%",
        "{{ x }}",
        "export MLFLOW_EXPERIMENT_NAME=",
        "$(",
        "`",
        '"',
        "\x00",
        "é",
        "mlflow run --experiment-name",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["a.py", "a.ipynb", "a.sh", "Dockerfile", ".env", "a.yaml", "a.R"]),
    st.lists(FRAGMENTS, max_size=30).map("".join) | st.text(),
)
def test_no_input_is_a_defect(path: str, text: str) -> None:
    text += "\nMLFLOW_EXPERIMENT_NAME --experiment-name set_experiment"
    assert [said for said in judged(path, text) if said.rule == "defect"] == []
