"""The tables of argument positions are those of the installed MLflow, read and not run."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest
from end_to_end.environments import environment, requirements_of

from mlops_checklist.models.registered_model_metadata import CALLS, LOG_MODEL
from mlops_checklist.sources.experiment_names import CALLS as EXPERIMENT_CALLS

REQUIREMENTS = Path(__file__).parents[2] / "examples" / "fraud-detection" / "requirements.txt"


@pytest.fixture(scope="session")
def mlflow() -> Path:
    """The folder of the installed MLflow."""
    python = environment("mlflow", requirements_of(REQUIREMENTS))
    code = "import importlib.util as u; print(u.find_spec('mlflow').submodule_search_locations[0])"
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return Path(found.stdout.strip())


def functions(path: Path) -> dict[str, list[str]]:
    """Return the functions and methods that a module defines, with their positional parameters."""
    tree = ast.parse(path.read_bytes())
    return {
        node.name: [given.arg for given in node.args.args if given.arg != "self"]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }


def flavours(mlflow: Path) -> dict[str, list[str]]:
    """Return the parameters of every flavour's log_model."""
    found = {}
    for name in ("__init__", "model", "save"):
        for path in sorted(mlflow.glob(f"*/{name}.py")):
            parameters = functions(path).get("log_model")
            if parameters and "registered_model_name" in parameters:
                found[path.parent.name] = parameters
    return found


def test_log_model(mlflow: Path) -> None:
    assert {
        flavour: tuple(
            parameters.index(name)
            for name in ("registered_model_name", "signature", "input_example")
        )
        for flavour, parameters in flavours(mlflow).items()
    } == LOG_MODEL


@pytest.mark.parametrize("call", CALLS)
def test_registry_calls(mlflow: Path, call: str) -> None:
    where = "_model_registry/fluent.py" if call == "register_model" else "client.py"
    parameters = functions(mlflow / "tracking" / where)[call]
    assert parameters[: len(CALLS[call])] == list(CALLS[call])


@pytest.mark.parametrize(
    ("call", "path"),
    [
        ("mlflow.set_experiment", "tracking/fluent.py"),
        ("mlflow.create_experiment", "tracking/fluent.py"),
        ("mlflow.MlflowClient().create_experiment", "tracking/client.py"),
        ("mlflow.projects.run", "projects/__init__.py"),
    ],
)
def test_experiment_calls(mlflow: Path, call: str, path: str) -> None:
    keyword, position = EXPERIMENT_CALLS[call]
    assert functions(mlflow / path)[call.rpartition(".")[2]].index(keyword) == position
