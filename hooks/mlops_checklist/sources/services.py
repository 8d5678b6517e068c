"""Programs that answer requests, and the models that they load.

Web frameworks and model servers by their packages; a Domino endpoint by the function `predict` of
its script. What loads a model: the documented functions of the libraries that save one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.sources import programs, python, triggers
from mlops_checklist.sources.files import File
from mlops_checklist.sources.programs import Program
from mlops_checklist.sources.python import Module, argument

# What a program imports that answers requests.
SERVING = frozenset(triggers.SERVERS)


class Load(NamedTuple):
    """A call that loads a model from a file or URI: the call, its module and unit, the source."""

    call: ast.Call
    module: Module
    unit: ast.AST
    source: ast.expr


def serves(file: File) -> bool:
    """Tell whether a program answers requests: a web framework, or a Domino endpoint's function."""
    module = file.read(python.module)
    names = [alias.name for node in module.nodes(ast.Import) for alias in node.names]
    for node in module.nodes(ast.ImportFrom):
        if node.module and not node.level:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    if any(name.partition(".")[0] in SERVING or name.startswith("ray.serve") for name in names):
        return True
    return any(
        isinstance(line, (ast.FunctionDef, ast.AsyncFunctionDef)) and line.name == "predict"
        for line in module.tree.body
    )


# Where the source stands: keyword and position.
_LOADERS: dict[str, tuple[str, int]] = {
    "joblib.load": ("filename", 0),
    "sklearn.externals.joblib.load": ("filename", 0),
    "pickle.load": ("file", 0),
    "dill.load": ("file", 0),
    "cloudpickle.load": ("file", 0),
    "skops.io.load": ("file", 0),
    "torch.load": ("f", 0),
    "torch.jit.load": ("f", 0),
    "tensorflow.keras.models.load_model": ("filepath", 0),
    "keras.models.load_model": ("filepath", 0),
    "keras.saving.load_model": ("filepath", 0),
    "tensorflow.saved_model.load": ("export_dir", 0),
    "onnxruntime.InferenceSession": ("path_or_bytes", 0),
    "onnx.load": ("f", 0),
    "fasttext.load_model": ("path", 0),
    "h2o.load_model": ("path", 0),
    "h2o.import_mojo": ("mojo_local_file_path", 0),
    "lightgbm.Booster": ("model_file", 1),
    "ultralytics.YOLO": ("model", 0),
}
_METHODS = re.compile(r"(?:xgboost|catboost|lightgbm|treelite)\.\w+\(\)\.load_model")
_MLFLOW = re.compile(r"mlflow\.[\w.]+\.(?:load_model|load_pyfunc)")
# They load anything: what it is must be told by a name.
_ANYTHING = re.compile(r"(?:pickle|dill|cloudpickle|joblib|torch|sklearn\.externals\.joblib)\.load")
_MODEL = re.compile(
    r"(?i)model|clf|classif|regress|pipe|estimator|forest|booster|weights|checkpoint|net\b"
    r"|\b(?:svm|svc|knn|xgb|lgbm?|rf)\b|\.(?:pt|pth|ckpt|joblib|onnx|h5|keras)$"
)


def loads(program: Program) -> list[Load]:
    """Return the calls of a program that load a model, in the order of modules and source."""
    return [
        load
        for module in program.modules
        for load in module.file.read(loading)
        if load.unit in program.reached
    ]


def loading(file: File) -> tuple[Load, ...]:
    """Return the calls of a Python file or notebook that load a model."""
    module = file.read(python.module)
    return tuple(
        Load(call, module, programs.unit_of(module, call), source)
        for call in module.calls
        if (source := _source(module, call)) is not None
    )


def _source(module: Module, call: ast.Call) -> ast.expr | None:
    name = module.qualified(call.func) or ""
    if name in _LOADERS:
        source = argument(call, *_LOADERS[name])
        if source is not None and _ANYTHING.fullmatch(name):
            return source if any(map(_MODEL.search, _told(module, call, source))) else None
        return source
    if _METHODS.fullmatch(name):
        return argument(call, "fname", 0)
    return argument(call, "model_uri", 0) if _MLFLOW.fullmatch(name) else None


def _told(module: Module, call: ast.Call, source: ast.expr) -> Iterator[str]:
    """Yield the names and texts that tell what is loaded: the file's, and the variable's."""
    parent = module.parent(call)
    while isinstance(parent, (ast.Attribute, ast.Call, ast.Await, ast.Dict, ast.NamedExpr)):
        parent = module.parent(parent)
    if isinstance(parent, (ast.Assign, ast.AnnAssign)):
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        for target in targets:
            yield from (python.last_name(node) for node in ast.walk(target))
    function = module.enclosing_function(call)
    if function is not None and isinstance(parent, ast.Return):
        yield function.name
    for binding in module.bindings(source.id, source) if isinstance(source, ast.Name) else ():
        if binding.node is not None:  # `with open("model.pkl", "rb") as opened`
            yield from _texts(binding.node)
    yield from _texts(source)


def _texts(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value
        elif isinstance(inner, (ast.Name, ast.Attribute)):
            yield python.last_name(inner)
