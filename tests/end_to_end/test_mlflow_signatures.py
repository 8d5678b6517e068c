"""The tables of MLflow's parameters are those of the MLflow that the example project uses."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.environments import environment, requirements_of

from mlops_checklist.sources import data_records, mlflow_registry

EXAMPLE = Path(__file__).parents[2] / "examples" / "fraud-detection"


@pytest.fixture(scope="module")
def mlflow() -> Path:
    """Return the folder of the installed package, which is read and not imported."""
    python = environment("mlflow", requirements_of(EXAMPLE / "requirements.txt"))
    find = "import importlib.util; print(importlib.util.find_spec('mlflow').origin)"
    done = subprocess.run([python, "-c", find], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()).parent


def functions(package: Path, name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield, for each function `name` at the top of a module, its flavour and parameters."""
    for path in sorted(package.rglob("*.py")):
        source = path.read_text("utf-8")
        if f"def {name}(" not in source:
            continue
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                parts = path.relative_to(package).with_suffix("").parts
                # `keras/save.py` is reached as `mlflow.keras`.
                flavour = "pyspark.ml" if parts[:2] == ("pyspark", "ml") else parts[0]
                yield flavour, [item.arg for item in node.args.args]


def positions(wanted: tuple[str, ...], parameters: list[str]) -> tuple[int | None, ...]:
    return tuple(parameters.index(one) if one in parameters else None for one in wanted)


def test_log_model(mlflow: Path) -> None:
    found = {
        flavour: positions(mlflow_registry.LOG_MODEL_PARAMETERS, parameters)
        for flavour, parameters in functions(mlflow, "log_model")
    }
    assert found == mlflow_registry.LOG_MODEL


def test_autolog(mlflow: Path) -> None:
    found = {
        flavour: positions(mlflow_registry.AUTOLOG_PARAMETERS, parameters)
        for flavour, parameters in functions(mlflow, "autolog")
        if "registered_model_name" in parameters
    }
    assert found == mlflow_registry.AUTOLOG


def test_autolog_that_records_datasets(mlflow: Path) -> None:
    """A flavour records datasets where its code reads the parameter, not only takes it."""
    found = set()
    for path in sorted(mlflow.rglob("*.py")):
        parts = path.relative_to(mlflow).with_suffix("").parts
        source = path.read_text("utf-8")
        if parts[0] in ("tracking", "spark") or "def autolog(" not in source:
            continue
        read = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        if not read.isdisjoint({"log_datasets", "_log_datasets"}):
            found.add("pyspark.ml" if parts[:2] == ("pyspark", "ml") else parts[0])
    assert found == {*data_records.AUTOLOG_FLAVOURS}


def test_registry_calls(mlflow: Path) -> None:
    tree = ast.parse((mlflow / "tracking" / "client.py").read_text("utf-8"))
    client = next(
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "MlflowClient"
    )
    methods = {
        node.name: [item.arg for item in node.args.args[1:]]
        for node in client.body
        if isinstance(node, ast.FunctionDef)
    }
    (_, register), *_ = functions(mlflow, "register_model")
    for name, parameters in mlflow_registry.FUNCTIONS_OF_MLFLOW.items():
        found = register if name == "register_model" else methods[name]
        assert tuple(found[: len(parameters)]) == parameters, name


def test_aliases(mlflow: Path) -> None:
    """The rule for aliases is kept in three constants."""
    source = (mlflow / "utils" / "validation.py").read_text("utf-8")
    constants = {
        node.targets[0].id: ast.unparse(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert constants["_REGISTERED_MODEL_ALIAS_REGEX"] == r"re.compile('^[\\w\\-]*$')"
    assert constants["_REGISTERED_MODEL_ALIAS_VERSION_REGEX"] == r"re.compile('^[vV]\\d+$')"
    assert constants["_REGISTERED_MODEL_ALIAS_LATEST"] == "'latest'"
    assert constants["MAX_REGISTERED_MODEL_ALIAS_LENGTH"] == "255"
