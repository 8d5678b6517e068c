"""experiment-name-prefix, where the name comes from another file of the repository."""

from __future__ import annotations

import pytest
from helpers import found, together

from mlops_checklist.experiments.experiment_name_prefix import HOOK

CALL = "import mlflow\n{}\nmlflow.set_experiment({})\n"

# What the repository holds, which rule it breaks (none: it is fine), and where the name stands.
CASES: dict[str, tuple[dict[str, str], str, str]] = {
    "constant of another module": (
        {
            "train.py": CALL.format("from config import EXPERIMENT", "EXPERIMENT"),
            "config.py": 'EXPERIMENT = "churn"\n',
        },
        "literal-name",
        "config.py:1",
    ),
    "constant of a module by attribute": (
        {
            "train.py": CALL.format("import config as c", "c.EXPERIMENT"),
            "config.py": '\nEXPERIMENT = "churn"\n',
        },
        "literal-name",
        "config.py:2",
    ),
    "constant with the project in it": (
        {
            "train.py": CALL.format("from config import EXPERIMENT", "EXPERIMENT"),
            "config.py": (
                "import os\nEXPERIMENT = f\"{os.environ['DOMINO_PROJECT_NAME']}-churn\"\n"
            ),
        },
        "",
        "",
    ),
    "short id of Domino": (
        {
            "exercises/trainer.py": CALL.format(
                "from exercises.domino_short_id import domino_short_id",
                'f"CC Fraud Classifier Training {domino_short_id()}"',
            ),
            "exercises/domino_short_id.py": (
                "import hashlib\nimport os\n\n\ndef domino_short_id(length: int = 8) -> str:\n"
                "    user = os.environ.get('DOMINO_USER_NAME') or ''\n"
                "    project = os.environ.get('DOMINO_PROJECT_ID') or ''\n"
                "    return f'{user}_{project}'\n"
            ),
        },
        "",
        "",
    ),
    "short id without identity": (
        {
            "trainer.py": CALL.format("from ids import short_id", 'f"cards {short_id()}"'),
            "ids.py": "import uuid\n\n\ndef short_id():\n    return str(uuid.uuid4())[:8]\n",
        },
        "no-identity",
        "",
    ),
    "pydantic settings": (
        {
            "src/rag/tracing.py": CALL.format(
                "from rag.config import settings", "settings.mlflow_experiment_name"
            ),
            "src/rag/config.py": (
                "from pydantic_settings import BaseSettings\n\n\n"
                "class Settings(BaseSettings):\n"
                '    mlflow_experiment_name: str = "agentic-rag-aviation"\n\n\n'
                "settings = Settings()\n"
            ),
            "pyproject.toml": '[project]\nname = "other"\n',
        },
        "default-value",
        "src/rag/config.py:5",
    ),
    "settings handed in": (
        {
            "main.py": (
                "from settings import Settings\nfrom tracing import start\n\nstart(Settings())\n"
            ),
            "tracing.py": (
                "import mlflow\nfrom settings import Settings\n\n\n"
                "def start(settings: Settings) -> None:\n"
                "    mlflow.set_experiment(settings.experiment)\n"
            ),
            "settings.py": (
                "from dataclasses import dataclass\n\n\n@dataclass\nclass Settings:\n"
                '    experiment: str = "churn"\n'
            ),
        },
        "literal-name",
        "settings.py:6",
    ),
    "wrapper with a literal caller": (
        {
            "tracking.py": (
                "import mlflow\n\n\ndef setup(name):\n    mlflow.set_experiment(name)\n"
            ),
            "train.py": 'from tracking import setup\n\nsetup("churn")\n',
        },
        "literal-name",
        "train.py:3",
    ),
    "wrapper that adds the user": (
        {
            "tracking.py": (
                "import getpass\nimport mlflow\n\n\ndef setup(name):\n"
                "    mlflow.set_experiment(f'{getpass.getuser()}-{name}')\n"
            ),
            "train.py": 'from tracking import setup\n\nsetup("churn")\n',
        },
        "",
        "",
    ),
    "option declared in another module": (
        {
            "train.py": CALL.format(
                "from options import parse\n\nargs = parse()", "args.experiment_name"
            ),
            "options.py": (
                "import argparse\n\n\ndef parse():\n    parser = argparse.ArgumentParser()\n"
                '    parser.add_argument("--experiment-name", default="churn")\n'
                "    return parser.parse_args()\n"
            ),
        },
        "default-value",
        "options.py:6",
    ),
    "YAML": (
        {
            "train.py": CALL.format(
                'import yaml\nwith open("conf/train.yaml") as file:\n'
                "    config = yaml.safe_load(file)",
                'config["mlflow"]["experiment"]',
            ),
            "conf/train.yaml": "mlflow:\n  experiment: churn\n",
        },
        "literal-name",
        "conf/train.yaml:2",
    ),
    "YAML beside the module": (
        {
            "src/train.py": CALL.format(
                "import yaml\nfrom pathlib import Path\n"
                "HERE = Path(__file__).parent\n"
                'config = yaml.safe_load((HERE / "c.yaml").read_text())',
                'config.get("experiment")',
            ),
            "src/c.yaml": "experiment: churn\n",
        },
        "literal-name",
        "src/c.yaml:1",
    ),
    "YAML read in another module": (
        {
            "train.py": CALL.format("from conf import load\n\nconfig = load()", 'config["name"]'),
            "conf.py": (
                "import yaml\n\n\ndef load():\n    with open('a.yaml') as file:\n"
                "        return yaml.safe_load(file)\n"
            ),
            "a.yaml": "name: churn\n",
        },
        "literal-name",
        "a.yaml:1",
    ),
    "TOML": (
        {
            "train.py": CALL.format(
                'import tomllib\nconfig = tomllib.load(open("c.toml", "rb"))',
                'config["mlflow"]["experiment"]',
            ),
            "c.toml": '[mlflow]\nexperiment = "churn"\n',
        },
        "literal-name",
        "c.toml:2",
    ),
    "Hydra": (
        {
            "train.py": (
                "import hydra\nimport mlflow\n\n\n"
                '@hydra.main(version_base=None, config_path="conf", config_name="config")\n'
                "def main(cfg):\n    mlflow.set_experiment(cfg.mlflow.experiment_name)\n\n\n"
                'if __name__ == "__main__":\n    main()\n'
            ),
            "conf/config.yaml": "defaults:\n  - mlflow: local\n",
            "conf/mlflow/local.yaml": "uri: http://localhost:5000\nexperiment_name: churn\n",
        },
        "literal-name",
        "conf/mlflow/local.yaml:2",
    ),
    "Hydra with the user": (
        {
            "train.py": (
                "import hydra\nimport mlflow\n\n\n"
                '@hydra.main(config_path="conf", config_name="config.yaml")\n'
                "def main(cfg):\n    mlflow.set_experiment(cfg.experiment)\n"
            ),
            "conf/config.yaml": (
                "model: forest\nexperiment: ${oc.env:DOMINO_STARTING_USERNAME,unknown}-${model}\n"
            ),
        },
        "",
        "",
    ),
    "OmegaConf interpolation": (
        {
            "train.py": CALL.format(
                'from omegaconf import OmegaConf\ncfg = OmegaConf.load("c.yaml")', "cfg.experiment"
            ),
            "c.yaml": "model: forest\nexperiment: churn-${model}\n",
        },
        "literal-name",
        "",
    ),
    "class in a package": (
        {
            "run.py": "from lib import Trainer\n\nTrainer().train()\n",
            "lib/__init__.py": "from .trainer import Trainer\n",
            "lib/trainer.py": (
                "import mlflow\nfrom .names import NAME\n\n\nclass Trainer:\n"
                "    def __init__(self, name=NAME):\n        self.name = name\n\n"
                "    def train(self):\n        mlflow.set_experiment(self.name)\n"
            ),
            "lib/names.py": 'NAME = "churn"\n',
        },
        "literal-name",
        "lib/names.py:1",
    ),
    "not in the repository": (
        {"train.py": CALL.format("from company.config import EXPERIMENT", "EXPERIMENT")},
        "",
        "",
    ),
    "file that is not there": (
        {
            "train.py": CALL.format(
                'import yaml\nconfig = yaml.safe_load(open("c.yaml"))', 'config["experiment"]'
            )
        },
        "",
        "",
    ),
}


@pytest.mark.parametrize(("files", "rule", "where"), CASES.values(), ids=CASES)
def test_name_from_another_file(files: dict[str, str], rule: str, where: str) -> None:
    python = {path: text for path, text in files.items() if path.endswith(".py")}
    said = together(HOOK, files, prefix=("fraud",))
    assert [each for each, _, _ in found(said)] == ([rule] if rule else [])
    for outcome in said:
        if outcome.kind == "violation":
            assert outcome.path in python
            assert f"({where})" in outcome.message or not where


def test_a_literal_of_another_file_is_not_repaired_here() -> None:
    files = CASES["constant of another module"][0]
    (outcome,) = [o for o in together(HOOK, files, prefix=("x",)) if o.kind == "violation"]
    assert outcome.edits == ()
