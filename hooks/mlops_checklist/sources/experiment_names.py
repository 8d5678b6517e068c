"""Where files name MLflow experiments: the calls, variables and commands, in every kind of file.

`sites(file, project)` yields each place with what the name can be; what follows from it is for
the hooks to say. Call names and positions: MLflow 2 and 3, PyTorch Lightning, Ray and Optuna.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.outcome import Edit, Place
from mlops_checklist.sources.files import File

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.python import Module
    from mlops_checklist.sources.r import Token
    from mlops_checklist.sources.shell import Command, Word
    from mlops_checklist.sources.values import Leaf, Value

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
    for cell in read.cells:
        if cell.kind == "code" and cell.language == "r":  # the kernel's, or by %%R
            text = re.sub(r"\A(?:[ \t]*(?:#.*)?\n)*[ \t]*%.*", _blank, cell.source)
            for site in _in_r_text(text):
                yield site._replace(place=cell.place(site.place))


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _in_python(file: File, project: Callable[[], str]) -> Iterator[Site]:
    from mlops_checklist.sources import python, python_commands
    from mlops_checklist.sources.values import Environ, Literal, Unknown
    from mlops_checklist.sources.values import values as values_of

    module = file.read(python.module)
    values = file.read(values_of)
    read: set[ast.AST] = set()
    named = [
        _Named(node, argument, Unknown("", node) if node is argument else values.of(argument))
        for node, argument in _named_in_python(module)
    ]
    repairs = _repairs(module, named, project)
    for _, argument, value in named:
        read.update(leaf.node for leaf in _all_leaves(value))
        edits = repairs.get(value.node, ()) if isinstance(value, Literal) else ()
        yield Site(module.place(argument), value, _origin(module, argument, value), edits)
    for call in module.calls:
        # `getenv("MLFLOW_EXPERIMENT_NAME", "churn")` which no call above uses.
        if module.qualified(call.func) in ("os.getenv", "os.environ.get") and call not in read:
            value = values.of(call)
            if isinstance(value, Environ) and value.name == VARIABLE and value.default is not None:
                yield Site(module.place(call.args[-1] if call.args else call), value)
    for command, places in python_commands.commands(file):
        for site in _in_commands([command], {}):
            yield site._replace(place=places(site.place))


def _named_in_python(module: Module) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Yield each expression that names an experiment, with the node that makes it do so.

    A call that may be given the name by `**keywords` comes with itself.
    """
    import ast

    from mlops_checklist.sources.python import argument, has_unpacking

    callbacks = False
    studies = []
    for call in module.calls:
        name = module.qualified(call.func) or ""
        if name in CALLS:
            named = argument(call, *CALLS[name])
            if named is not None and not _is_none(named):
                yield call, named
            elif named is None and has_unpacking(call) and not argument(call, "experiment_id"):
                yield call, call
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
    for node in module.nodes(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and _is_variable(target.slice):
                yield node, node.value
    for given in module.nodes(ast.Dict):  # `env={"MLFLOW_EXPERIMENT_NAME": name}`
        for key, value in zip(given.keys, given.values, strict=True):
            if key is not None and _is_variable(key):
                yield given, value


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
    """Say where the text stands, if it is in another line than the call's."""
    from mlops_checklist.sources.config_values import Origin
    from mlops_checklist.sources.values import Literal

    nodes = [leaf.node for leaf in _all_leaves(value) if isinstance(leaf, Literal)]
    if len(nodes) != 1:
        return ""
    if isinstance(nodes[0], Origin):
        return f" ({nodes[0].said})"
    home = module.home(nodes[0])
    here, there = module.place(argument), home.place(nodes[0])
    if home is module and there.cell == here.cell:
        return "" if there.line == here.line else f" (line {there.line})"
    return f" ({home.seen_from(module, nodes[0])})"


# --- Repairs ------------------------------------------------------------------------------


class _Named(NamedTuple):
    """An expression that names an experiment, the node that makes it do so, and its value."""

    node: ast.AST
    argument: ast.expr
    value: Value


# Calls that look an experiment up by its name: the argument's keyword and its position.
LOOKUPS: dict[str, tuple[str, int | None]] = {
    "mlflow.get_experiment_by_name": ("name", 0),
    "mlflow.tracking.fluent.get_experiment_by_name": ("name", 0),
    **{f"{client}.get_experiment_by_name": ("name", 0) for client in _CLIENTS},
    "mlflow.search_runs": ("experiment_names", None),
    "mlflow.tracking.fluent.search_runs": ("experiment_names", None),
}
_IMPORTS = ("getpass", "os")


def _repairs(
    module: Module, named: Sequence[_Named], project: Callable[[], str]
) -> dict[ast.AST, tuple[Edit, ...]]:
    """Return, by literal, the edits that put project and user before it, with their imports.

    A literal is repaired where it stands: in the call, or in the assignment of the variable that
    the call names. It is left as it is where the program could go on using the old name: where
    the same text stands elsewhere, or the variable is used for something else.
    """
    import ast

    from mlops_checklist.sources.values import Literal

    literals = {
        each.value.node: each
        for each in named
        if isinstance(each.value, Literal)
        and isinstance(each.node, ast.Call)
        and module.parent(each.value.node) is not None  # it stands in this module
    }
    if not literals:
        return {}
    uses: dict[str, list[ast.Name]] = {}
    texts: dict[str, list[ast.AST]] = {}
    for used in module.nodes(ast.Name):
        uses.setdefault(used.id, []).append(used)
    for text in module.nodes(ast.Constant):
        if isinstance(text.value, str):
            texts.setdefault(text.value, []).append(text)
    names = _names_of_experiments(module, named)
    misused = {name for name, found in uses.items() if not _only_names(module, found, names)}
    sources = {
        node: source
        for node, each in literals.items()
        if isinstance(node, ast.Constant)
        and _is_own(module, node, each.argument, misused)
        and (source := _source(module, node))
    }
    imports = _Imports(module, sources)
    edits: dict[ast.AST, tuple[Edit, ...]] = {}
    offsets = _line_offsets(module)
    for node, source in sources.items():
        added = imports.edits(node)
        if added is None:
            continue
        replaced = _replace(
            module,
            offsets,
            node,
            f'"-".join([os.environ.get("DOMINO_PROJECT_NAME", {_quoted(project())}), '
            f'os.environ.get("DOMINO_STARTING_USERNAME") or getpass.getuser(), {source}])',
        )
        if replaced:
            edits[node] = (*replaced, *added)
    # All places of a text are repaired, or none.
    whole = {text for text, nodes in texts.items() if all(node in edits for node in nodes)}
    return {node: edit for node, edit in edits.items() if getattr(node, "value", "") in whole}


def _names_of_experiments(module: Module, named: Iterable[_Named]) -> set[ast.AST]:
    """Return the expressions of which the program makes, or looks up, an experiment's name."""
    from mlops_checklist.sources.python import argument

    found: set[ast.AST] = {each.argument for each in named}
    for call in module.calls:
        lookup = LOOKUPS.get(module.qualified(call.func) or "")
        given = argument(call, *lookup) if lookup else None
        if given is not None:
            found.update(_items(given))
    return found


def _only_names(module: Module, uses: Iterable[ast.Name], names: set[ast.AST]) -> bool:
    """Tell whether a variable serves for nothing but the names of experiments."""
    import ast

    return all(
        use in names
        if isinstance(use.ctx, ast.Load)
        else not isinstance(module.parent(use), ast.AugAssign)
        for use in uses
    )


def _is_own(module: Module, node: ast.Constant, argument: ast.expr, misused: set[str]) -> bool:
    """Tell whether a literal is the argument itself, or all that its variable ever is there."""
    import ast

    if argument is node:
        return True
    if not isinstance(argument, ast.Name) or argument.id in misused:
        return False
    bindings = module.bindings(argument.id, argument)
    statement = bindings[0].statement if bindings else None
    return (
        [binding.node for binding in bindings] == [node]
        and isinstance(statement, (ast.Assign, ast.AnnAssign))
        and len(getattr(statement, "targets", ".")) == 1
        and not isinstance(module.parent(statement), ast.ClassDef)  # others read the attribute
    )


def _source(module: Module, node: ast.Constant) -> str:
    """Return how a literal is written, or "" where it cannot be told."""
    import ast

    # Within an f-string the places are wrong before Python 3.12, and quotes would clash.
    if node.lineno != node.end_lineno or module.enclosing(node, ast.JoinedStr) is not None:
        return ""
    # The parser counts columns in bytes of UTF-8.
    line = module.lines[node.lineno - 1].encode("utf-8", "replace")
    source = line[node.col_offset : node.end_col_offset].decode("utf-8", "replace")
    try:
        return source if ast.literal_eval(source) == node.value else ""
    except (SyntaxError, ValueError):
        return ""


def _line_offsets(module: Module) -> list[int]:
    """Return at which bytes a .py file's lines begin; [] for a notebook, or another encoding."""
    if module.file.kind == "notebook" or not module.edit((1, 0), (1, 0), ""):
        return []
    data = module.file.data
    mark = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    return [mark, *(found.end() for found in re.finditer(rb"\r\n|\n|\r", data))]


def _replace(
    module: Module, offsets: Sequence[int], node: ast.Constant, new: str
) -> tuple[Edit, ...]:
    """Do what `module.replace` does, for a literal in one line, without reading all the file."""
    if module.file.kind == "notebook":
        return module.replace(node, new)
    if not offsets or node.end_col_offset is None:
        return ()
    line = offsets[node.lineno - 1]
    return (Edit(line + node.col_offset, line + node.end_col_offset, new.encode()),)


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)


class _Imports:
    """The imports that repairs need: one edit for each cell of a notebook, or for the file."""

    def __init__(self, module: Module, nodes: Iterable[ast.Constant]) -> None:
        import ast

        self._module = module
        self._edits: dict[int | None, tuple[Edit, ...] | None] = {}
        self._first_use: dict[int | None, int] = {}
        for node in nodes:
            cell = module.place(node).cell
            self._first_use[cell] = min(node.lineno, self._first_use.get(cell, node.lineno))
        # By cell: the first statement that something may stand before, and what stands there.
        self._first: dict[int | None, tuple[ast.stmt, ast.stmt | None]] = {}
        self._imported: dict[str, int] = {}  # in which line first
        before: dict[int | None, ast.stmt] = {}
        for statement in module.tree.body:
            cell = module.place(statement).cell
            if cell not in self._first and _opens_module(statement):
                before[cell] = statement
            else:
                self._first.setdefault(cell, (statement, before.get(cell)))
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    if alias.asname in (None, alias.name):
                        self._imported.setdefault(name, statement.lineno)

    def edits(self, node: ast.AST) -> tuple[Edit, ...] | None:
        """Return the edits that import what `node` needs; None if they cannot be made."""
        import ast

        for name in _IMPORTS:
            for binding in self._module.bindings(name, node):
                # Another thing of this name, or an import that perhaps does not run before.
                statement = binding.statement
                if binding.target != name or self._module.parent(statement) != self._module.tree:
                    return None
                if not isinstance(statement, ast.Import):
                    return None
        cell = self._module.place(node).cell
        if cell not in self._edits:
            self._edits[cell] = self._made(cell)
        return self._edits[cell]

    def _made(self, cell: int | None) -> tuple[Edit, ...] | None:
        use = self._first_use[cell]
        lacking = [name for name in _IMPORTS if self._imported.get(name, use) >= use]
        if not lacking:
            return ()
        first, before = self._first[cell]
        line = min([first.lineno, *(mark.lineno for mark in getattr(first, "decorator_list", ()))])
        if before is not None and (before.end_lineno or line) >= line:
            return None  # `from __future__ import annotations; import mlflow`
        # A blank line before what is not of the standard library, as formatters want it.
        separator = "" if _is_standard_import(first) or cell else "\n"
        text = "".join(f"import {name}\n" for name in lacking) + separator
        return self._module.edit((line, 0), (line, 0), text) or None


def _is_standard_import(statement: ast.stmt) -> bool:
    import ast
    import sys

    if isinstance(statement, ast.ImportFrom):
        names = [statement.module or ""]
    elif isinstance(statement, ast.Import):
        names = [alias.name for alias in statement.names]
    else:
        return False
    return all(name.partition(".")[0] in sys.stdlib_module_names for name in names)


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


def _items(node: ast.expr) -> Sequence[ast.expr]:
    import ast

    return node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]


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
        if shell.program(command) in _CONTAINER_PROGRAMS:
            for word in _container_variables(command.words):
                yield Site(word.place, shell_value(word.text, known))
        arguments = _mlflow_arguments(command)
        options = ["--experiment-name"]
        if [word.text for word in arguments[:2]] == ["experiments", "create"]:
            options.append("-n")
        elif [word.text for word in arguments[:1]] != ["run"]:
            continue
        for index, word in enumerate(arguments):
            name, equals, text = word.text.partition("=")
            if name in options and equals:
                yield Site(word.part(len(name) + 1, len(word.text)).place, shell_value(text, known))
            elif word.text in options and index + 1 < len(arguments):
                given = arguments[index + 1]
                yield Site(given.place, shell_value(given.text, known))


_CONTAINER_PROGRAMS = ("docker", "docker-compose", "podman", "nerdctl", "kubectl")


def _container_variables(words: Sequence[Word]) -> Iterator[Word]:
    """Yield what `docker run -e NAME=value` and its like give the variable."""
    for option, word in zip(("", *(word.text for word in words)), words, strict=False):
        found = re.match(rf"(-e=?|--env=)?{VARIABLE}=", word.text)
        if found and (found[1] or option in ("-e", "--env")):
            yield word.part(found.end(), len(word.text))


def _mlflow_arguments(command: Command) -> Sequence[Word]:
    """Return the arguments of `mlflow`, given by name or path, or of `python -m mlflow`."""
    from mlops_checklist.sources import shell

    if shell.program(command) == "mlflow":
        return command.words[1:]
    for index, word in enumerate(command.words[1:], 1):
        if not word.text.startswith("-"):
            break
        if word.text == "-m":
            named = [each.text for each in command.words[index + 1 : index + 2]] == ["mlflow"]
            return command.words[index + 2 :] if named else ()
    return ()


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
KINDS = frozenset(_READERS)
