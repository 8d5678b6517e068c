"""Where files name models of the registry."""

from __future__ import annotations

import re

import pytest
from helpers import notebook

from mlops_checklist.sources.files import File
from mlops_checklist.sources.named_models import TRIGGER, Named, named

# name of the case: (path, text, the names, what is wanted of them, whether they are registered)
NAMING: dict[str, tuple[str, str, list[tuple[str, str, bool]]]] = {
    "log_model": (
        "a.py",
        "import mlflow\nmlflow.sklearn.log_model(m, name='m', registered_model_name='churn')\n",
        [("churn", "", True)],
    ),
    "autolog": (
        "a.py",
        "import mlflow\nmlflow.sklearn.autolog(registered_model_name='churn')\n",
        [("churn", "", True)],
    ),
    "register_model": (
        "a.py",
        "import mlflow\nmlflow.register_model(uri, 'churn')\n",
        [("churn", "", True)],
    ),
    "client": (
        "a.py",
        "from mlflow import MlflowClient\nNAME = 'churn'\nc = MlflowClient()\n"
        "c.create_registered_model(NAME)\nc.create_model_version(NAME, source)\n"
        "c.set_registered_model_alias(NAME, 'candidate', 1)\n",
        [("churn", "", True), ("churn", "", True), ("churn", "", False)],
    ),
    "a helper": (
        "a.py",
        "from ours import save\nsave(model, registered_model_name='churn')\n",
        [("churn", "", True)],
    ),
    "alias": (
        "a.py",
        "import mlflow\nmlflow.pyfunc.load_model('models:/churn@champion')\n",
        [("churn", "@champion", False)],
    ),
    "version": (
        "a.py",
        "import mlflow\nNAME = 'churn'\nmlflow.sklearn.load_model(f'models:/{NAME}/7')\n",
        [("churn", "7", False)],
    ),
    "version that is an argument": (
        "a.py",
        "import mlflow, sys\nmlflow.sklearn.load_model(f'models:/churn/{sys.argv[1]}')\n",
        [("churn", "", False)],
    ),
    "latest": (
        "a.py",
        "import mlflow\nmlflow.pyfunc.load_model('models:/churn/latest')\n",
        [("churn", "", False)],
    ),
    "logged model": (
        "a.py",
        f"import mlflow\nmlflow.pyfunc.load_model('models:/m-{'0a' * 16}')\n",
        [],
    ),
    "default of a variable": (
        "a.py",
        "import mlflow, os\nmlflow.register_model(uri, os.environ.get('MODEL', 'churn'))\n",
        [("churn", "", True)],
    ),
    "unknown": (
        "a.py",
        "import mlflow, os\nmlflow.register_model(uri, os.environ['MODEL'])\n",
        [("", "", True)],
    ),
    "put together": (
        "a.py",
        "import mlflow\ndef go(region):\n    mlflow.register_model(uri, f'churn-{region}')\n",
        [("", "", True)],
    ),
    "may be None": (
        "a.py",
        "import mlflow\nmlflow.sklearn.log_model(m, name='m', registered_model_name=None)\n",
        [],
    ),
    "notebook": (
        "a.ipynb",
        notebook("import mlflow", "mlflow.register_model(uri, 'churn')"),
        [("churn", "", True)],
    ),
    "comment": ("a.py", "# mlflow.register_model(uri, 'churn')  models:/churn@champion\n", []),
    "docstring": ("a.py", "'''Loads models:/churn@champion.'''\n", []),
    "subprocess": (
        "a.py",
        "import subprocess\nsubprocess.run(['mlflow', 'models', 'serve', '-m', 'models:/churn/3'])",
        [("churn", "3", False)],
    ),
    "shell": (
        "a.sh",
        "# models:/none@x\nMODEL=models:/churn@champion\nmlflow models serve -m models:/spam/3\n",
        [("churn", "@champion", False), ("spam", "3", False)],
    ),
    "shell variable": ("a.sh", "mlflow models serve -m models:/$NAME/3\n", []),
    "dockerfile": (
        "Dockerfile",
        "FROM python:3.12\nENV MODEL=models:/churn@champion\nRUN fetch models:/spam/2\n",
        [("churn", "@champion", False), ("spam", "2", False)],
    ),
    "yaml": (
        "a.yaml",
        "# models:/none@x\nregistered_model_name: churn\nenv:\n- name: URI\n"
        "  value: models:/churn@champion\n",
        [("churn", "", True), ("churn", "@champion", False)],
    ),
    "yaml template": ("a.yaml", "registered_model_name: ${MODEL}\n", [("", "", True)]),
}


@pytest.mark.parametrize(("path", "text", "expected"), NAMING.values(), ids=NAMING)
def test_named(path: str, text: str, expected: list[tuple[str, str, bool]]) -> None:
    found = named(File(path, data=text.encode()))
    assert [(one.name, one.wanted, one.registers) for one in found] == expected
    assert not found or re.search(TRIGGER, text.encode())


def test_places() -> None:
    text = "import mlflow\nmlflow.register_model(uri, 'churn')\nmlflow.register_model(uri, name)\n"
    first, second = named(File("a.py", data=text.encode()))
    assert (first.place.line, first.place.column) == (2, 28)
    assert (second.place.line, second.place.column) == (3, 28)
    assert isinstance(first, Named)
