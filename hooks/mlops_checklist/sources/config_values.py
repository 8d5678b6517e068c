"""What a program reads from a configuration file of its repository.

`read(values, node)` finds the text behind `config["mlflow"]["experiment"]` where `config` comes
from `yaml.safe_load`, `json.load`, `tomllib.load`, `OmegaConf.load`, or is what `hydra.main` hands
in. Of hydra's composition, the entries of the defaults list that name a file are followed. Of
OmegaConf's interpolations, `${oc.env:NAME,default}` and `${key.of.this.file}` are (omegaconf 2.3,
"Custom resolvers").
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlops_checklist.sources import python
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.python import FUNCTIONS, Module, argument

if TYPE_CHECKING:
    from mlops_checklist.sources.values import Value, Values

_LOADERS = re.compile(
    r"^(?:yaml\.(?:safe_|full_|unsafe_)?load|ruamel\.yaml\.YAML\(\)\.load|json\.loads?"
    r"|(?:tomllib|tomli|toml)\.loads?|omegaconf\.OmegaConf\.load)$"
)
_INTERPOLATION = r"\$\{(?:oc\.env:\s*(\w+)\s*(?:,([^{}]*))?|([\w.]+))\}|\$\{[^{}]*\}"
_READING = rb"yaml\.\w*load|YAML\(|json\.load|toml\w*\.load|OmegaConf|hydra\.main"
_DEEPEST = 8
_WIDEST = 30  # expressions that are followed from one
_SUFFIXES = (".yaml", ".yml", ".json", ".toml")


class Origin(ast.AST):
    """The node of a text that stands in a configuration file; `said` is path and line."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said


def read(values: Values, node: ast.AST) -> Value | None:
    """Return the value that an expression reads from a configuration file, or None."""
    if not values.module.file.read(_may_read):
        return None
    for file, keys in _sources(values, node, (), set()):
        value = _text(file, keys, 0)
        if value is not None:
            return value
    return None


def _may_read(file: File) -> bool:
    """Tell whether a configuration file may be read somewhere near a module."""
    repository = file.repository
    if repository is None:
        return False
    path = os.path.normpath(file.path)
    near = {path, *repository.closure(path), *repository.users(path)}
    return bool(repository.matching(sorted(near), _READING))


def _sources(
    values: Values, node: ast.AST, keys: tuple[str, ...], seen: set[ast.AST]
) -> Iterator[tuple[File, tuple[str, ...]]]:
    """Yield the files that an expression may read from, and under which keys."""
    base, more = _chain(node)
    keys = (*more, *keys)
    if base in seen or len(seen) > _WIDEST:
        return
    seen.add(base)
    for found in values.expressions(base, _WIDEST):
        home = values.at(found)
        if found is not base and _chain(found)[1]:
            yield from _sources(home, found, keys, seen)
            continue
        path = ""
        if isinstance(found, ast.Call) and _LOADERS.match(home.module.qualified(found.func) or ""):
            path = _opened(home, found.args[0], 0) if found.args else ""
        elif isinstance(found, ast.Name):
            path = _of_hydra(home.module, found)
        file = _file(home.module, path)
        if file is not None:
            yield file, keys


def _chain(node: ast.AST) -> tuple[ast.AST, tuple[str, ...]]:
    """Take `config["a"].b.get("c")` apart: into `config` and the keys a, b, c."""
    keys: list[str] = []
    while True:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            keys.append(str(node.slice.value))
            node = node.value
        elif isinstance(node, ast.Attribute):
            keys.append(node.attr)
            node = node.value
        elif (
            isinstance(node, ast.Call)
            and python.last_name(node.func) == "get"
            and isinstance(node.func, ast.Attribute)
            and isinstance(key := argument(node, "key", 0), ast.Constant)
        ):
            keys.append(str(key.value))
            node = node.func.value
        else:
            return node, tuple(reversed(keys))


def _opened(values: Values, node: ast.AST, depth: int) -> str:
    """Return the path behind `open(path)`, `Path(path).read_text()` or a path itself."""
    if depth > _DEEPEST:
        return ""
    if isinstance(node, ast.Name):
        for binding in values.module.bindings(node.id, node):
            if binding.how in ("entered", "value"):
                return _opened(values, binding.node, depth + 1)
    if isinstance(node, ast.Call):
        last = python.last_name(node.func)
        if last == "open" and isinstance(node.func, ast.Name) and node.args:
            return _tail(values, node.args[0])
        if last in ("open", "read", "read_text", "read_bytes") and isinstance(
            node.func, ast.Attribute
        ):
            return _opened(values, node.func.value, depth + 1)
    return _tail(values, node)


def _tail(values: Values, node: ast.AST) -> str:
    """Return a path, as far as its end is known: that of `Path(__file__).parent / "a.yaml"`."""
    from mlops_checklist.sources.values import Joined, Literal, Named, alternatives

    for value in alternatives(values.of(node)):
        while isinstance(value, Named):
            value = value.value
        value = getattr(value, "default", None) or value  # the default of an option
        parts = value.parts if isinstance(value, Joined) else (value,)
        text = ""
        for part in reversed(parts):
            if not isinstance(part, Literal):
                break
            text = part.text + text
        if text.endswith(_SUFFIXES):
            return text.lstrip("/") if isinstance(value, Joined) else text
    return ""


def _of_hydra(module: Module, name: ast.Name) -> str:
    """Return the file that `hydra.main` reads for the parameter `name` of its function."""
    for binding in module.bindings(name.id, name):
        function = binding.statement
        if binding.how != "parameter" or not isinstance(function, FUNCTIONS):
            continue
        for mark in function.decorator_list:
            if isinstance(mark, ast.Call) and module.qualified(mark.func) == "hydra.main":
                given = (argument(mark, "config_path", 0), argument(mark, "config_name", 1))
                folder, file = (getattr(part, "value", None) or "" for part in given)
                if file:
                    suffix = "" if str(file).endswith(_SUFFIXES) else ".yaml"
                    return os.path.join(str(folder), f"{file}{suffix}")
    return ""


def _file(module: Module, path: str) -> File | None:
    """Return the repository's file of that path, seen from the module or from a folder around."""
    repository = module.file.repository
    if not path or repository is None:
        return None
    folder = os.path.dirname(os.path.normpath(module.file.path))
    while True:
        candidate = os.path.normpath(os.path.join(folder, path))
        if candidate in repository.listed:
            return repository.file(candidate)
        if not folder or os.path.dirname(folder) == folder:
            return None
        folder = os.path.dirname(folder)


# --- Inside the file ----------------------------------------------------------------------


def _text(file: File, keys: Sequence[str], depth: int) -> Value | None:
    """Return the text under `keys`, its interpolations folded."""
    from mlops_checklist.sources import values

    found = _lookup(file, keys)
    if found is None or depth > _DEEPEST:
        return None
    text, origin = found
    node = Origin(origin)
    parts: list[Value] = []
    end = 0
    for part in re.finditer(
        r"\$\{(?:oc\.env:\s*(\w+)\s*(?:,([^{}]*))?|([\w.]+))\}|\$\{[^{}]*\}", text
    ):
        parts.append(values.Literal(text[end : part.start()], node))
        end = part.end()
        if part[1]:
            default = None if part[2] is None else values.Literal(part[2].strip("'\" "), node)
            parts.append(values.Environ(part[1], default, node))
        else:
            inner = _text(file, part[3].split("."), depth + 1) if part[3] else None
            parts.append(inner or values.Unknown(part[3] or "", node))
    parts.append(values.Literal(text[end:], node))
    return values.joined(parts)


def _lookup(file: File, keys: Sequence[str]) -> tuple[str, str] | None:
    """Return the text under `keys` of a YAML, JSON or TOML file, and where it stands."""
    try:
        if file.kind == "toml":
            return _in_toml(file, keys)
        return _in_yaml(file, keys)  # JSON is YAML
    except Unreadable:
        return None  # other hooks report it


def _in_toml(file: File, keys: Sequence[str]) -> tuple[str, str] | None:
    from mlops_checklist.sources import toml

    value: Any = file.read(toml.document)
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, str):
        return None
    return value, f"{file.path}:{toml.line_of(file.text, keys)}"


def _in_yaml(file: File, keys: Sequence[str]) -> tuple[str, str] | None:
    from mlops_checklist.sources import yaml

    top = file.read(yaml.document)
    node = yaml.get(top, *keys)
    text = yaml.scalar(node)
    if node is not None and text is not None:
        return text, f"{file.path}:{yaml.place(node).line}"
    # `defaults: [{model: forest}]` puts model/forest.yaml under the key `model`.
    repository = file.repository
    for entry in yaml.entries(yaml.get(top, "defaults")):
        for group, _, chosen in yaml.items(entry):
            name = group.removeprefix("override ").partition("@")[0].strip("/")
            path = os.path.join(os.path.dirname(file.path), name, f"{yaml.scalar(chosen)}.yaml")
            path, inside = os.path.normpath(path), name.split("/")
            if repository is None or path not in repository.listed:
                continue
            if [*keys[: len(inside)]] == inside:
                return _lookup(repository.file(path), keys[len(inside) :])
    return None
