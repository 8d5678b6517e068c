"""What Python code runs or asks to be installed: shell commands, and packages that it declares.

Declared are the packages of a script's header (PEP 723), MLflow's `pip_requirements=`,
`extra_pip_requirements=` and `conda_env=`, `packages_to_install=` of Kubeflow Pipelines,
`runtime_env={"pip": ...}` of Ray, and `ImageSpec(packages=...)` of flytekit.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import python, values
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.python import Module, argument
from mlops_checklist.sources.shell import Command

_STARTERS = ("subprocess.", "os.system", "os.popen")
# In the bytes of a program that may start commands.
STARTING = rb"subprocess|\bsystem\b|\bpopen\b"


def commands(file: File) -> Iterator[tuple[Command, Callable[[Place], Place]]]:
    """Yield the shell commands of a program, and how their places become places in the file."""
    from mlops_checklist.sources import notebook, shell

    module = file.read(python.module)
    if file.kind == "notebook":
        for cell in file.read(notebook.notebook).cells:
            for text, line, column in notebook.shell_lines(cell):
                for command in shell.commands(text, line, column):
                    yield command, cell.place
    for call in module.calls if file.matches(STARTING) else ():
        name = module.qualified(call.func) or ""
        if name.startswith(_STARTERS) and call.args:
            yield from started(module, call)


def started(module: Module, call: ast.Call) -> Iterator[tuple[Command, Callable[[Place], Place]]]:
    """Yield the commands that a call of subprocess or os.system starts."""
    from mlops_checklist.sources import shell

    folder = module.file.read(values.values)
    first = call.args[0]
    here = module.place(first)
    parts = first.elts if isinstance(first, (ast.List, ast.Tuple)) else [first]
    texts = [_command_text(module, folder, part) for part in parts]
    if len(texts) == 1:
        found = shell.commands(texts[0], here.line, here.column)
    else:
        words = [shell.Word(text, here, text != "$unknown", (1, 1)) for text in texts]
        found = [shell.Command((), tuple(words))]
    for command in found:
        yield command, functools.partial(_at, here)


def _command_text(module: Module, folder: values.Values, part: ast.expr) -> str:
    if module.qualified(part) == "sys.executable":
        return "python"
    return values.literal(folder.of(part)) or "$unknown"


def _at(place: Place, _: Place) -> Place:
    return place


# --- Declared packages --------------------------------------------------------------------


class Package(NamedTuple):
    """A package that code asks for: its requirement or conda specification, and where."""

    text: str
    place: Place
    is_conda: bool = False


def script_header(file: File) -> Iterator[Package]:
    """Yield the dependencies in the `# /// script` block of a script (PEP 723)."""
    from mlops_checklist.sources import toml

    found = re.search(r"(?m)^# /// script$\n(?P<block>(?:#(?: .*)?\n)+?)# ///$", file.text)
    if found is None:
        return
    first = file.text.count("\n", 0, found.start("block")) + 1
    lines = [line[2:] for line in found["block"].splitlines()]
    try:
        document: Any = toml.document(File(file.path, "toml", "\n".join(lines).encode()))
    except Unreadable:
        return  # uv says why
    for text in document.get("dependencies") or ():
        if isinstance(text, str):
            number = next((at for at, line in enumerate(lines) if text in line), 0)
            column = lines[number].find(text) if text in lines[number] else 0
            yield Package(text, Place(first + number, column + 3))


def declared(file: File) -> Iterator[Package]:
    """Yield the packages that the calls of a program declare."""
    module = file.read(python.module)
    for call in module.calls:
        name = module.qualified(call.func) or ""
        last = python.last_name(call.func)
        if name.startswith("mlflow.") and last in ("log_model", "save_model"):
            for keyword in ("pip_requirements", "extra_pip_requirements"):
                yield from _listed(module, argument(call, keyword))
            yield from _conda(module, argument(call, "conda_env"))
        elif name.startswith("kfp."):
            yield from _listed(module, argument(call, "packages_to_install"))
        elif name.startswith("ray."):
            for found in _behind(module, argument(call, "runtime_env")):
                yield from _listed(module, _entry(found, "pip"))
        elif name.startswith("flytekit.") and last == "ImageSpec":
            yield from _listed(module, argument(call, "packages"))


def _behind(module: Module, node: ast.expr | None) -> Iterator[ast.AST]:
    """Yield the expressions behind a name, those of this file alone."""
    for found in module.file.read(values.values).expressions(node) if node is not None else ():
        if module.home(found) is module:
            yield found


def _listed(module: Module, node: ast.expr | None) -> Iterator[Package]:
    for found in _behind(module, node):
        for item in found.elts if isinstance(found, (ast.List, ast.Tuple)) else ():
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield Package(item.value, module.place(item)._replace())


def _conda(module: Module, node: ast.expr | None) -> Iterator[Package]:
    for environment in _behind(module, node):
        for found in _behind(module, _entry(environment, "dependencies")):
            for item in found.elts if isinstance(found, ast.List) else ():
                yield from _listed(module, _entry(item, "pip"))
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield Package(item.value, module.place(item), is_conda=True)


def _entry(node: ast.AST, key: str) -> ast.expr | None:
    """Return what a dictionary display holds under a key."""
    if isinstance(node, ast.Dict):
        for name, value in zip(node.keys, node.values, strict=True):
            if isinstance(name, ast.Constant) and name.value == key:
                return value
    return None
