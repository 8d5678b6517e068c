"""The tables of MLflow's parameters are those of the MLflow that the example project uses."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.environments import environment, requirements_of

from mlops_checklist.sources import data_records, experiment_names, mlflow_registry

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


def parameters_of(package: Path, name: str) -> list[str]:
    """Return the parameters of `mlflow.set_experiment`, `mlflow.MlflowClient().log_batch` ..."""
    last = name.rpartition(".")[2]
    file = {"run": "projects/__init__.py", "evaluate": "models/evaluation/base.py"}.get(last)
    if "MlflowClient()" in name:
        file = "tracking/client.py"
    elif last in ("register_model", "set_model_version_tag"):
        file = "tracking/_model_registry/fluent.py"
    elif last in ("load_pyfunc", "spark_udf"):
        file = "pyfunc/__init__.py"
    tree = ast.parse((package / (file or "tracking/fluent.py")).read_text("utf-8"))
    body = tree.body
    if "MlflowClient()" in name:
        classes = (node for node in body if isinstance(node, ast.ClassDef))
        body = next(node for node in classes if node.name == "MlflowClient").body
    found = next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == last)
    parameters = [item.arg for item in (*found.args.args, *found.args.kwonlyargs)]
    return parameters[parameters[0] == "self" :]


@pytest.mark.parametrize("name", mlflow_registry.FUNCTIONS_OF_MLFLOW)
def test_registry_calls(mlflow: Path, name: str) -> None:
    parameters = mlflow_registry.FUNCTIONS_OF_MLFLOW[name]
    owner = "mlflow." if name == "register_model" else "mlflow.MlflowClient()."
    assert tuple(parameters_of(mlflow, f"{owner}{name}")[: len(parameters)]) == parameters


def test_a_tag_by_the_fluent_call(mlflow: Path) -> None:
    """It is read with the positions of the client's method."""
    fluent = parameters_of(mlflow, "mlflow.set_model_version_tag")
    assert tuple(fluent) == mlflow_registry.FUNCTIONS_OF_MLFLOW["set_model_version_tag"]


def test_what_only_some_flavours_take(mlflow: Path) -> None:
    taken = {
        (flavour, name): parameters.index(name)
        for flavour, parameters in functions(mlflow, "log_model")
        for other, name in mlflow_registry.LOG_MODEL_OF_FLAVOUR
        if flavour == other
    }
    assert taken == mlflow_registry.LOG_MODEL_OF_FLAVOUR


def test_loads(mlflow: Path) -> None:
    of_flavours = [
        (flavour, parameters.index("model_uri"))
        for flavour, parameters in functions(mlflow, "load_model")
    ]
    assert {position for _, position in of_flavours} == {mlflow_registry.LOADS["load_model"]}
    assert {flavour for flavour, _ in of_flavours} >= {*mlflow_registry.LOG_MODEL}
    for name in ("load_pyfunc", "spark_udf"):
        position = parameters_of(mlflow, f"mlflow.pyfunc.{name}").index("model_uri")
        assert position == mlflow_registry.LOADS[name]


@pytest.mark.parametrize(
    ("name", "keyword", "position"),
    [
        (name, *place)
        for name, place in {**experiment_names.CALLS, **experiment_names.LOOKUPS}.items()
        if name.startswith("mlflow.")
    ],
)
def test_experiments(mlflow: Path, name: str, keyword: str, position: int | None) -> None:
    parameters = parameters_of(mlflow, name)
    assert keyword in parameters
    assert position is None or parameters.index(keyword) == position


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        # `hyperparameters` and `scores` read name and value of one, or all of them at once.
        ("mlflow.log_param", ("key", "value")),
        ("mlflow.log_params", ("params",)),
        ("mlflow.log_metric", ("key", "value")),
        ("mlflow.log_metrics", ("metrics",)),
        ("mlflow.MlflowClient().log_param", ("run_id", "key", "value")),
        ("mlflow.MlflowClient().log_metric", ("run_id", "key", "value")),
        # `tracking` asks which of them a batch holds.
        ("mlflow.MlflowClient().log_batch", ("run_id", "metrics", "params")),
        # `validation_metrics` asks on which data.
        ("mlflow.models.evaluate", ("model", "data")),
    ],
)
def test_logging(mlflow: Path, name: str, parameters: tuple[str, ...]) -> None:
    assert tuple(parameters_of(mlflow, name)[: len(parameters)]) == parameters


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
