"""Where files name MLflow experiments: the calls, variables and commands, in every kind of file.

`sites(file, project)` yields each place with what the name can be; what follows from it is for
the hooks to say. Call names and positions: MLflow 2 and 3, PyTorch Lightning, Ray and Optuna.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.outcome import Edit, Place
from mlops_checklist.sources.files import File

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.notebook import Cell
    from mlops_checklist.sources.python import Module
    from mlops_checklist.sources.r import Token
    from mlops_checklist.sources.shell import Command
    from mlops_checklist.sources.values import Leaf, Value, Values

VARIABLE = "MLFLOW_EXPERIMENT_NAME"
_CLIENTS = (
    "mlflow.MlflowClient()",
    "mlflow.client.MlflowClient()",
    "mlflow.tracking.MlflowClient()",
    "mlflow.tracking.client.MlflowClient()",
)
# Calls that name an experiment: the argument's keyword and its position, if it has one.
CALLS: dict[str, tuple[str, int | None]] = {
    "mlflow.set_experiment": ("experiment_name", 0),
    "mlflow.create_experiment": ("name", 0),
    "mlflow.tracking.fluent.set_experiment": ("experiment_name", 0),
    "mlflow.tracking.fluent.create_experiment": ("name", 0),
    "mlflow.run": ("experiment_name", 5),
    "mlflow.projects.run": ("experiment_name", 5),
    **{f"{client}.create_experiment": ("name", 0) for client in _CLIENTS},
    **{
        f"{package}.{name}": ("experiment_name", 0)
        for package in ("pytorch_lightning.loggers", "lightning.pytorch.loggers")
        for name in ("MLFlowLogger", "mlflow.MLFlowLogger")
    },
    "ray.air.integrations.mlflow.MLflowLoggerCallback": ("experiment_name", None),
    "ray.air.integrations.mlflow.setup_mlflow": ("experiment_name", None),
    "ray.tune.integration.mlflow.MLflowLoggerCallback": ("experiment_name", None),
    "ray.tune.logger.mlflow.MLflowLoggerCallback": ("experiment_name", None),
}
# Optuna's callback gives the experiment the name of the study.
OPTUNA_CALLBACKS = (
    "optuna.integration.MLflowCallback",
    "optuna.integration.mlflow.MLflowCallback",
    "optuna_integration.MLflowCallback",
    "optuna_integration.mlflow.MLflowCallback",
)
R_CALLS = {
    "mlflow_set_experiment": ("experiment_name", 0),
    "mlflow_create_experiment": ("name", 0),
}


class Site(NamedTuple):
    """A place that names an experiment: where, the folded name, and the repair if it has one."""

    place: Place
    value: Value
    origin: str = ""
    edits: tuple[Edit, ...] = ()


def sites(file: File, project: Callable[[], str]) -> Iterator[Site]:
    """Yield each name that `file` gives an experiment.

    `project` is asked, where there is a repair, for the project's name outside of Domino.
    """
    yield from _READERS[file.kind](file, project)


# --- Python and notebooks -----------------------------------------------------------------


def _in_notebook(file: File, project: Callable[[], str]) -> Iterator[Site]:
    from mlops_checklist.sources import notebook

    read = file.read(notebook.notebook)
    if read.language != "r":
        yield from _in_python(file, project)
        return
    for cell in read.cells:
        if cell.kind == "code":
            for site in _in_r_text(cell.source):
                yield site._replace(place=_in_cell(cell, site.place))


def _in_python(file: File, project: Callable[[], str]) -> Iterator[Site]:
    import ast

    from mlops_checklist.sources import python
    from mlops_checklist.sources.values import Environ, Values

    module = file.read(python.module)
    values = Values(module)
    read = []
    for node, argument in _named_in_python(module):
        value = values.of(argument)
        read += [leaf.node for leaf in _all_leaves(value)]
        yield Site(
            module.place(argument),
            value,
            _origin(module, argument, value),
            _repair(module, argument, value, project) if isinstance(node, ast.Call) else (),
        )
    for call in module.calls:
        # `getenv("MLFLOW_EXPERIMENT_NAME", "churn")` which no call above uses.
        if module.qualified(call.func) in ("os.getenv", "os.environ.get") and call not in read:
            value = values.of(call)
            if isinstance(value, Environ) and value.name == VARIABLE and value.default is not None:
                yield Site(module.place(call.args[-1] if call.args else call), value)
    for command, places in _commands_in_python(file, module, values):
        for site in _in_commands([command], {}):
            yield site._replace(place=places(site.place))


def _named_in_python(module: Module) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Yield each expression that names an experiment, with the node that makes it do so."""
    import ast

    from mlops_checklist.sources.python import argument

    callbacks = False
    studies = []
    for call in module.calls:
        name = module.qualified(call.func) or ""
        if name in CALLS:
            named = argument(call, *CALLS[name])
            if named is not None and not _is_none(named):
                yield call, named
        elif name in OPTUNA_CALLBACKS:
            create = argument(call, "create_experiment")
            callbacks = callbacks or not (isinstance(create, ast.Constant) and not create.value)
        elif name in ("optuna.create_study", "optuna.study.create_study"):
            study = argument(call, "study_name", 3)
            studies += [(call, study)] if study is not None and not _is_none(study) else []
        elif name in ("os.environ.setdefault", "os.putenv") and len(call.args) == 2:
            if _is_variable(call.args[0]):
                yield call, call.args[1]
        elif getattr(call.func, "attr", "") == "run_line_magic" and len(call.args) == 2:
            yield from _env_magic(call)
        elif name == "os.environ.update":
            for keyword in call.keywords:
                if keyword.arg == VARIABLE:
                    yield call, keyword.value
    if callbacks:
        yield from studies
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and _is_variable(target.slice):
                    yield node, node.value
        elif isinstance(node, ast.Dict):  # `env={"MLFLOW_EXPERIMENT_NAME": name}`
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None and _is_variable(key):
                    yield node, value


def _env_magic(call: ast.Call) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Yield the value in `%env MLFLOW_EXPERIMENT_NAME=churn` as an expression."""
    import ast

    magic, line = (getattr(given, "value", None) for given in call.args)
    found = re.fullmatch(rf"{VARIABLE}[\s=]\s*(.+)", line) if isinstance(line, str) else None
    if magic in ("env", "set_env") and found:
        names = re.sub(r"\$(\w+)", r"{\1}", found[1])
        try:
            text = ast.parse(f"f{names!r}", mode="eval").body  # IPython expands {name} and $name
        except SyntaxError:
            return
        for node in ast.walk(text):
            ast.copy_location(node, call)
        yield call.func, text


def _is_variable(node: ast.expr) -> bool:
    return getattr(node, "value", None) == VARIABLE


def _is_none(node: ast.expr) -> bool:
    return getattr(node, "value", ...) is None


def _all_leaves(value: Value) -> Iterator[Leaf]:
    """Yield what a value is made of, defaults included."""
    from mlops_checklist.sources.values import leaves

    for leaf in leaves(value):
        yield leaf
        default = getattr(leaf, "default", None)
        if default is not None:
            yield from _all_leaves(default)


def _origin(module: Module, argument: ast.expr, value: Value) -> str:
    """Say in which line the text stands, if it is another one than the call's."""
    from mlops_checklist.sources.values import Literal

    texts = [leaf for leaf in _all_leaves(value) if isinstance(leaf, Literal)]
    places = [module.place(leaf.node) for leaf in texts]
    here = module.place(argument)
    if len(places) != 1 or (places[0][2:] == here[2:] and places[0].line == here.line):
        return ""
    there = places[0]
    cell = "" if there.cell in (None, here.cell) else f"cell {there.cell} "
    return f" ({cell}line {there.line})"


def _repair(
    module: Module, argument: ast.expr, value: Value, project: Callable[[], str]
) -> tuple[Edit, ...]:
    """Return the edits that put project and user before a literal name, with their imports.

    A literal is repaired where it stands: in the call, or in the one assignment of the
    variable that the call names.
    """
    import ast

    from mlops_checklist.sources.values import Literal

    if not isinstance(value, Literal) or not isinstance(value.node, ast.Constant):
        return ()
    node = value.node
    if argument is not node:
        bindings = module.bindings(argument.id, argument) if isinstance(argument, ast.Name) else []
        if [binding.node for binding in bindings] != [node]:
            return ()
    source = ast.get_source_segment("\n".join(module.lines), node)
    if source is None or node.lineno != node.end_lineno:
        return ()
    replaced = module.replace(
        node,
        f'"-".join([os.environ.get("DOMINO_PROJECT_NAME", {_quoted(project())}), '
        f'os.environ.get("DOMINO_STARTING_USERNAME") or getpass.getuser(), {source}])',
    )
    imports = _imports(module, node, ("getpass", "os"))
    return (*replaced, *imports) if replaced and imports is not None else ()


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)


def _imports(module: Module, node: ast.AST, names: Sequence[str]) -> tuple[Edit, ...] | None:
    """Return the edits that import what `node` does not see yet; None if a name is taken."""
    import ast

    lacking = []
    for name in names:
        bindings = module.bindings(name, node)
        if not bindings:
            lacking.append(name)
        elif any(binding.target != name for binding in bindings):
            return None
    if not lacking:
        return ()
    here = module.place(node)
    body = [
        statement
        for statement in module.tree.body
        if module.place(statement).cell == here.cell and not _opens_module(statement)
    ]
    first = body[0]
    line = min([first.lineno, *(mark.lineno for mark in getattr(first, "decorator_list", ()))])
    separator = "" if isinstance(first, (ast.Import, ast.ImportFrom)) or here.cell else "\n"
    text = "".join(f"import {name}\n" for name in lacking) + separator
    return module.edit((line, 0), (line, 0), text) or None


def _opens_module(statement: ast.stmt) -> bool:
    """Tell whether nothing may stand before a statement: a docstring, or a future import."""
    import ast

    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _commands_in_python(
    file: File, module: Module, values: Values
) -> Iterator[tuple[Command, Callable[[Place], Place]]]:
    """Yield the shell commands of a program, and how their places become places in the file."""
    from mlops_checklist.sources import notebook, shell
    from mlops_checklist.sources.values import literal

    if file.kind == "notebook":
        for cell in file.read(notebook.notebook).cells:
            for text, line, column in notebook.shell_lines(cell):
                for command in shell.commands(text, line, column):
                    yield command, functools.partial(_in_cell, cell)
    for call in module.calls:
        name = module.qualified(call.func) or ""
        if not name.startswith(("subprocess.", "os.system", "os.popen")) or not call.args:
            continue
        here = module.place(call.args[0])
        texts = [literal(values.of(item)) or "$unknown" for item in _items(call.args[0])]
        if len(texts) == 1:
            found = shell.commands(texts[0], here.line, here.column)
        else:
            words = [shell.Word(text, here, text != "$unknown", (1, 1)) for text in texts]
            found = [shell.Command((), tuple(words))]
        for command in found:
            yield command, functools.partial(_at, here)


def _items(node: ast.expr) -> Sequence[ast.expr]:
    import ast

    return node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]


def _at(place: Place, _: Place) -> Place:
    return place


def _in_cell(cell: Cell, place: Place) -> Place:
    file_line = cell.file_lines[min(place.line, len(cell.file_lines)) - 1]
    return place._replace(cell=cell.number, file_line=file_line)


# --- Shell, Dockerfile, .env --------------------------------------------------------------


def _in_shell(file: File, project: Callable[[], str]) -> Iterator[Site]:
    from mlops_checklist.sources import shell

    return _in_commands(shell.commands(file.text), {})


def _in_commands(commands: Iterable[Command], known: dict[str, Value]) -> Iterator[Site]:
    """Yield the names in commands; `known` collects what the script assigns to variables."""
    from mlops_checklist.sources import shell

    for command in commands:
        command = shell.unwrapped(command)
        texts = [word.text for word in command.words]
        assigned = list(command.assignments)
        if texts[:1] in (["export"], ["declare"], ["readonly"], ["setenv"]):
            for word in command.words[1:]:
                name, equals, _ = word.text.partition("=")
                if equals:
                    assigned.append((name, word.part(len(name) + 1, len(word.text))))
        for name, word in assigned:
            value = shell_value(word.text, known)
            known[name] = value
            if name == VARIABLE:
                yield Site(word.place, value)
        if texts[:2] == ["%env", VARIABLE] or texts[:1] != ["mlflow"]:
            continue
        options = ["--experiment-name"]
        options += ["-n"] if texts[1:3] == ["experiments", "create"] else []
        if texts[1:2] != ["run"] and texts[1:3] != ["experiments", "create"]:
            continue
        for index, word in enumerate(command.words):
            name, equals, text = word.text.partition("=")
            if name in options and equals:
                yield Site(word.part(len(name) + 1, len(word.text)).place, shell_value(text, known))
            elif word.text in options and index + 1 < len(command.words):
                given = command.words[index + 1]
                yield Site(given.place, shell_value(given.text, known))


_EXPANSION = re.compile(
    r"""(?x)
      \$\{(?P<name>\w+)(?::?[-=](?P<default>[^{}]*))?\}  # ${NAME}, ${NAME:-default}
    | \$(?P<bare>[A-Za-z_]\w*)
    | \$\(\s*(?P<command>[^()]*?)\s*\) | `\s*(?P<ticks>[^`]*?)\s*`
    | \$\{(?:oc\.)?env:\s*(?P<hydra>\w+)[^{}]*\}
    | \$?\{\{\s*(?P<template>[^{}]*?)\s*\}\} | \$\{(?P<other>[^{}]*)\} | (?P<open>\$\()
    """
)


def shell_value(text: str, known: Mapping[str, Value]) -> Value:
    """Fold a text with shell expansions; variables of the script itself are in `known`."""
    import ast

    from mlops_checklist.sources import values

    node = ast.Pass()
    parts: list[Value] = []
    end = 0
    for found in _EXPANSION.finditer(text):
        parts.append(values.Literal(text[end : found.start()], node))
        end = found.end()
        name = found["name"] or found["bare"] or found["hydra"]
        command = found["command"] or found["ticks"]
        if name in known:
            parts.append(known[name])
        elif name:
            default = found["default"]
            fallback = shell_value(default, known) if default else None
            parts.append(values.Environ(name, fallback, node))
        elif command:
            date = command.split()[:1] == ["date"]
            parts.append(values.Result("time.date" if date else command, node))
        else:
            parts.append(values.Unknown(found["template"] or found["other"] or "", node))
    parts.append(values.Literal(text[end:], node))
    return values.joined(parts)


def _in_dockerfile(file: File, project: Callable[[], str]) -> Iterator[Site]:
    from mlops_checklist.sources import dockerfile

    known: dict[str, Value] = {}
    for instruction in file.read(dockerfile.dockerfile).instructions:
        for name, word in dockerfile.variables(instruction):
            known[name] = shell_value(word.text, known)
            if name == VARIABLE:
                yield Site(word.place, known[name])
        yield from _in_commands(dockerfile.run_commands(instruction), known)


def _in_dotenv(file: File, project: Callable[[], str]) -> Iterator[Site]:
    for number, line in enumerate(file.lines, 1):
        if found := re.match(rf"\s*(?:export\s+)?{VARIABLE}\s*[=:]\s*", line):
            text = re.sub(r"\s+#.*", "", line[found.end() :]).strip()
            if text[:1] in ("'", '"') and text[-1:] == text[:1]:
                text = text[1:-1]
            yield Site(Place(number, found.end() + 1), shell_value(text, {}))


# --- YAML and R ---------------------------------------------------------------------------


def _in_yaml(file: File, project: Callable[[], str]) -> Iterator[Site]:
    from mlops_checklist.sources import shell, yaml

    for holder in yaml.mappings(file.read(yaml.documents)):
        named = yaml.scalar(yaml.get(holder, "name")) == VARIABLE
        values = [(key, value) for key, _, value in yaml.items(holder)]
        values += [("", value) for value in yaml.entries(holder)]
        for key, value in values:
            text = yaml.scalar(value)
            if text is None:
                continue
            word = shell.joined(yaml.pieces(value, file.lines))
            if key == VARIABLE or (named and key == "value"):
                yield Site(yaml.place(value), shell_value(text, {}))
            elif text.startswith(f"{VARIABLE}="):  # an entry of a list of variables
                begin = len(VARIABLE) + 1
                yield Site(word.at(begin), shell_value(text[begin:], {}))
            elif VARIABLE in text or "--experiment-name" in text or "experiments create" in text:
                yield from _in_commands(shell.commands_in(word), {})


def _in_r(file: File, project: Callable[[], str]) -> Iterator[Site]:
    return _in_r_text(file.text)


def _in_r_text(text: str) -> Iterator[Site]:
    from mlops_checklist.sources import r

    read = r.tokens(text)
    for call in r.calls(read, frozenset((*R_CALLS, "Sys.setenv"))):
        keyword, position = R_CALLS.get(call.name, (VARIABLE, len(call.arguments)))
        named = call.argument(keyword, position)
        if named is not None:
            yield Site(named.tokens[0].place, _r_value(named.tokens, read))


def _r_value(tokens: Sequence[Token], read: Sequence[Token]) -> Value:
    """Fold an R expression as far as `paste0("churn-", Sys.getenv("USER"))`."""
    import ast

    from mlops_checklist.sources import r, values

    node = ast.Pass()
    first = tokens[0]
    if len(tokens) == 1 and first.kind == "name":
        tokens = r.assigned(read, first.text) or tokens
        first = tokens[0]
    if len(tokens) == 1:
        if first.kind == "string":
            return values.Literal(first.text, node)
        return values.Unknown(first.text, node)
    texts = [token.text for token in tokens]
    if texts[0] == "Sys.getenv" and len(texts) > 2:
        default = tokens[4:5] if texts[3:4] == [","] else ()
        fallback = values.Literal(default[0].text, node) if default else None
        return values.Environ(texts[2], fallback, node)
    if texts[0] == "Sys.info":
        return values.Result("whoami" if texts[-3:-2] == ["user"] else "platform.info", node)
    if texts[0] in ("Sys.time", "Sys.Date", "date"):
        return values.Result("time.time", node)
    if texts[0] in ("paste", "paste0", "sprintf", "file.path", "glue", "format"):
        call = next(r.calls(tokens, frozenset((texts[0],))), None)
        given = call.arguments if call is not None else ()
        parts = [_r_value(each.tokens, read) for each in given if each.keyword != "sep"]
        return values.joined(parts) if parts else values.Unknown("", node)
    return values.Unknown("", node)


_READERS: Mapping[str, Callable[[File, Callable[[], str]], Iterator[Site]]] = {
    "python": _in_python,
    "notebook": _in_notebook,
    "shell": _in_shell,
    "dockerfile": _in_dockerfile,
    "dotenv": _in_dotenv,
    "yaml": _in_yaml,
    "r": _in_r,
}
