"""Paths as texts that can be compared: where a program saves a file, and what becomes of it.

`written(module, node)` folds a path to the texts that it can be, parts that are not known in angle
brackets: `Path(args.out) / "model.pt"` is "<out>/model.pt". The same variable, option or call gives
the same text, so that a file can be recognised where it is logged.
"""

from __future__ import annotations

import ast
import os
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.sources import programs, python, tracking, values
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.python import Module
from mlops_checklist.sources.values import Value

_OPENING = {
    "open",
    "gzip.open",
    "bz2.open",
    "lzma.open",
    "io.open",
    "fsspec.open",
    "smart_open.open",
}
_BUFFERS = {"io.BytesIO", "io.StringIO"}


class Path(NamedTuple):
    """A path that a file is written to: `text`, and whether it is known where it begins."""

    text: str
    is_known: bool


def written(module: Module, node: ast.expr, steps: int = 1_000) -> list[Path]:
    """Return the paths that an expression can be; [] for a buffer in memory.

    `steps` bounds what is folded to find them.
    """
    opened = _opened(module, node, 0)
    if opened is None:
        return []
    home = module.home(opened)
    folded = home.file.read(values.values).of(opened, steps)
    return [Path(_plain(_text(each)), _begins_known(each)) for each in values.alternatives(folded)]


def _opened(module: Module, node: ast.expr, depth: int) -> ast.expr | None:
    """Return the path of what is opened: that of `open(path, "wb")`; None for a buffer."""
    if depth > 20:
        return node
    if isinstance(node, ast.Attribute) and node.attr == "name":
        return node.value  # of a temporary file
    if isinstance(node, ast.Name):
        for binding in module.bindings(node.id, node):
            if binding.how in ("entered", "value") and isinstance(binding.node, ast.Call):
                inner = _opened(module, binding.node, depth + 1)
                if inner is not binding.node:
                    return inner
    if isinstance(node, ast.Call):
        name = module.qualified(node.func) or ""
        if name in _BUFFERS:
            return None
        if name in _OPENING and node.args:
            return node.args[0]
        if python.last_name(node.func) == "open" and isinstance(node.func, ast.Attribute):
            return node.func.value  # `path.open("wb")`
    return node


def _text(value: Value) -> str:
    if isinstance(value, values.Named):
        return _text(value.value)
    if isinstance(value, values.Joined):
        return "".join(map(_text, value.parts))
    if isinstance(value, values.Literal):
        return value.text
    if isinstance(value, values.Result):
        return f"<{value.callee} {id(value.node)}>"  # another one for each call
    if isinstance(value, values.Choice):
        return "<>"
    return f"<{value.name.rpartition('.')[2] or id(value.node)}>"


def _plain(text: str) -> str:
    """Return a path without `./`, doubled slashes and a slash at its end."""
    if "://" in text:
        return text.rstrip("/")
    return posixpath.normpath(text.replace("\\", "/")) if text else ""


def _begins_known(value: Value) -> bool:
    """Tell whether the beginning of a path is a text, or an option whose default is one."""
    while isinstance(value, (values.Named, values.Joined)):
        value = value.value if isinstance(value, values.Named) else value.parts[0]
    if isinstance(value, values.Option):
        return value.default is not None and _begins_known(value.default)
    return isinstance(value, values.Literal)


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or file, or below it; `folder` may be a glob."""
    if "*" in folder:
        pattern = re.escape(folder).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        return re.fullmatch(pattern, path) is not None
    return path == folder or path.startswith(f"{folder}/") or (folder == "." and path[:1] != "/")


_STEPS = 100  # to fold what any call is given
# Calls that do not carry a file away.
_HARMLESS = re.compile(
    r"^(?:open|print|str|repr|format|os\.(?:makedirs|mkdir|path\.\w+|fspath|stat|listdir|chmod)"
    r"|pathlib\.\w*Path|len|isinstance|logging\.[\w.()]+|glob\.i?glob|tempfile\.\w+)$"
    r"|(?:^|[._])(?:load|loads|load_model|load_weights|read|from_pretrained|imread|add_argument)\w*$"
)


class Passed(NamedTuple):
    """A path, or what may be one, that a call is given."""

    call: ast.Call
    path: str
    unit: ast.AST


def passed(file: File) -> tuple[Passed, ...]:
    """Return what the calls of a module are given that may be a path.

    Calls that save a file, that only look at a path or that are the repository's own are left out.
    """
    module = file.read(python.module)
    saving = {fact.node for fact in file.read(tracking.facts) if fact.what == "saved"}
    found = []
    for call in module.calls:
        name = module.qualified(call.func) or python.last_name(call.func)
        if call in saving or _HARMLESS.search(name) or not (call.args or call.keywords):
            continue
        if module.definition(call.func) is not None:
            continue
        unit = programs.unit_of(module, call)
        for given in (*call.args, *(keyword.value for keyword in call.keywords)):
            for part in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
                if _may_be_a_path(part):
                    found += [
                        Passed(call, path.text, unit) for path in written(module, part, _STEPS)
                    ]
    return tuple(found)


def _may_be_a_path(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and " " not in node.value.strip()
    return isinstance(
        node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.JoinedStr)
    )


# Domino keeps these folders after the run; the others are remote.
_STORED = re.compile(
    r"^(?:/mnt/artifacts|/workflow/outputs|<DOMINO_ARTIFACTS_DIR>)(?:/|$)"
    r"|^(?!file:)\w[\w+.-]*://|^(?:dbfs:/|/dbfs/|/Volumes/)"
)
_MOUNTED = re.compile(r"^/(?:mnt|domino|workflow|content/drive|gcs|opt/ml)/")


def is_stored(path: str) -> bool:
    """Tell whether a folder outlives the run by itself: Domino's artifacts, a remote store."""
    return _STORED.search(path) is not None


def is_mounted(path: str) -> bool:
    """Tell whether a folder may outlive the run: it is a mounted one."""
    return _MOUNTED.search(path) is not None


def dvc_outs(file: File) -> frozenset[str]:
    """Return the paths that DVC tracks in the repository of a file, from the current folder."""
    repository = file.repository
    if repository is None:
        return frozenset()
    return frozenset(
        out
        for path in repository.listed
        if path.endswith(".dvc") or os.path.basename(path) == "dvc.yaml"
        for out in repository.file(path).read(_outs)
    )


def _outs(file: File) -> tuple[str, ...]:
    try:
        return tuple(_declared(file))
    except Unreadable:
        return ()  # other hooks report it


def _declared(file: File) -> Iterator[str]:
    from mlops_checklist.sources import yaml

    top = file.read(yaml.document)
    folder = os.path.dirname(file.path)
    holders = [top, *(stage for _, _, stage in yaml.items(yaml.get(top, "stages")))]
    for holder in holders:
        below = os.path.join(folder, yaml.scalar(yaml.get(holder, "wdir")) or "")
        for kind in ("outs", "metrics", "plots"):
            for entry in yaml.entries(yaml.get(holder, kind)):
                names = [yaml.scalar(entry), yaml.scalar(yaml.get(entry, "path"))]
                names += [key for key, _, _ in yaml.items(entry) if key != "path"]
                for name in filter(None, names):
                    yield _plain(os.path.join(below, name))
