"""Scores: which calls compute one, and where its value goes.

`scores(file)` lists the calls that compute a metric of a model: of sklearn.metrics (and what has
its names), torchmetrics, Hugging Face evaluate, `model.score`, Keras' `model.evaluate`.
`destinations(module, node)` follows a value through variables, containers, texts, arithmetic,
attributes, helper functions and their callers, to where it is logged, printed, compared or lost.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.sources import programs, python, tracking
from mlops_checklist.sources.files import File
from mlops_checklist.sources.python import FUNCTIONS, Module
from mlops_checklist.sources.tracking import LIBRARIES, looks_like_a_model

_MOST = 3_000  # nodes that one value is followed through

_SCORE = re.compile(
    r"^(?:sklearn|cuml|imblearn|torchmetrics|tensorflow_addons|torcheval)\.(?:metrics\.|functional\.)+"
    r"(?:[\w.]*\.)?(?:\w*(?:_score|_error|_loss|_deviance|_recall|_precision|accuracy|f1|auroc|auc)"
    r"|classification_report(?:_imbalanced)?|matthews_corrcoef|precision_recall_fscore_support)$"
    r"|^sklearn\.model_selection\.(?:cross_val_score|cross_validate)$"
    r"|^torchmetrics\.[\w.]+\(\)(?:\.compute)?$|^evaluate\.load\(\)\.compute$"
)
REPORTS = ("classification_report", "classification_report_imbalanced")


class Score(NamedTuple):
    """A call that computes a metric, its module and unit, the metric's name, where it goes."""

    call: ast.Call
    module: Module
    unit: ast.AST
    name: str
    goes: frozenset[str]


def scores(file: File) -> tuple[Score, ...]:
    """Return the calls of a Python file or notebook that compute a metric of a model."""
    module = file.read(python.module)
    return tuple(
        Score(call, module, programs.unit_of(module, call), name, destinations(module, call))
        for call in module.calls
        if (name := _metric(module, call))
    )


def _metric(module: Module, call: ast.Call) -> str:
    """Return the name of the metric that a call computes, or ""."""
    name = module.qualified(call.func) or ""
    last = python.last_name(call.func)
    if _SCORE.match(name):
        return last or "score"
    if last not in ("score", "evaluate") or not isinstance(call.func, ast.Attribute):
        return ""
    if module.definition(call.func) is not None:
        return ""  # the program's own, whose inside is looked at
    library = LIBRARIES.get(name.partition(".")[0])
    if last == "score":
        known = library in ("sklearn", "xgboost", "lightgbm", "catboost")
        return last if known or (not name and _is_of_model(call) and len(call.args) > 1) else ""
    return last if library == "keras" or (not name and _is_of_model(call)) else ""


def _is_of_model(call: ast.Call) -> bool:
    assert isinstance(call.func, ast.Attribute)
    return bool(call.args) and looks_like_a_model(call.func.value)


# --- Where a value goes -------------------------------------------------------------------

_PRINTERS = re.compile(
    r"^(?:print|pprint\.pprint|rich\.print|IPython\.display\.display|display|sys\.std(?:out|err)\.write"
    r"|logging\.\w+|logging\.getLogger\(\)\.\w+|loguru\.logger\.\w+|tqdm\.(?:\w+\.)?tqdm\.write"
    r"|click\.(?:echo|secho)|typer\.echo|streamlit\.\w+|structlog\.\w+\(\)\.\w+|warnings\.warn)$"
)
_PRINTING_METHODS = {
    "info",
    "debug",
    "warning",
    "set_postfix",
    "set_postfix_str",
    "set_description",
}
_PASSING = re.compile(
    r"^(?:round|float|int|str|repr|format|abs|max|min|sum|len|dict|list|tuple|sorted|zip|enumerate"
    r"|reversed|set|vars|json\.dumps|math\.\w+|statistics\.\w+|numpy\.\w+|pandas\.(?:DataFrame|Series)"
    r"|collections\.\w+|textwrap\.\w+|tabulate\.tabulate|copy\.\w+|decimal\.Decimal)$"
)
_WRITERS = re.compile(r"^(?:json|yaml|pickle|joblib|toml|csv)\.\w*dump(?:_all)?$|^numpy\.save\w*$")
_COLLECTING = {"append", "extend", "update", "insert", "setdefault", "add"}


def destinations(module: Module, node: ast.AST) -> frozenset[str]:
    """Return where the value of an expression goes.

    Among the results are "metrics", "parameters", "artifacts" (it is logged as such), "printed",
    "compared", "written" (to a file), "elsewhere" (to code that is not known); none, if it is lost.
    """
    return frozenset(_Flow().follow(module, node))


class _Flow:
    """Follows one value."""

    def __init__(self) -> None:
        self._seen: set[ast.AST] = set()
        self._waiting: list[tuple[Module, ast.AST]] = []
        self._found: set[str] = set()

    def follow(self, module: Module, node: ast.AST) -> set[str]:
        self._waiting.append((module, node))
        while self._waiting:
            module, node = self._waiting.pop()
            if node in self._seen:
                continue
            self._seen.add(node)
            if len(self._seen) > _MOST:
                return {*self._found, "elsewhere"}
            self._step(module, node)
        return self._found

    def _go(self, module: Module, node: ast.AST | None) -> None:
        if node is not None:
            self._waiting.append((module, node))

    def _step(self, module: Module, node: ast.AST) -> None:
        """Go from an expression, whose value is known to hold the score, to where it is used."""
        parent = module.parent(node)
        if isinstance(parent, ast.keyword):
            node, parent = parent, module.parent(parent)
        if isinstance(parent, ast.Call):
            if node is parent.func:
                self._go(module, parent)
            else:
                self._passed(module, parent, node)
        elif isinstance(parent, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            if (logged := module.file.read(tracking.logging).get(parent)) is not None:
                self._found.add(logged)
                return
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            for target in targets:
                self._bound(module, target, parent)
        elif isinstance(parent, ast.NamedExpr):
            self._bound(module, parent.target, parent)
            self._go(module, parent)
        elif isinstance(parent, (ast.Return, ast.Lambda)):
            self._returned(module, parent)
        elif isinstance(parent, ast.Attribute):
            # `report.to_csv(path)` is told by the call around it.
            self._go(module, parent)
        elif isinstance(parent, (ast.Compare, ast.Assert, ast.If, ast.While)):
            self._found.add("compared")
        elif isinstance(parent, (ast.For, ast.comprehension)) and node is parent.iter:
            self._bound(module, parent.target, parent)
            if isinstance(parent, ast.comprehension):
                self._go(module, module.parent(parent))
        elif isinstance(parent, ast.withitem) and parent.optional_vars is not None:
            self._found.add("elsewhere")
        elif isinstance(parent, ast.Expr):
            if module.file.kind == "notebook":
                self._found.add("printed")
        elif isinstance(parent, (ast.Yield, ast.YieldFrom, ast.Raise, ast.Delete)):
            self._found.add("elsewhere")
        elif isinstance(parent, ast.expr):
            self._go(module, parent)

    def _passed(self, module: Module, call: ast.Call, given: ast.AST) -> None:
        """Go on from an argument of a call."""
        name = module.qualified(call.func) or ""
        last = python.last_name(call.func)
        if (logged := module.file.read(tracking.logging).get(call)) is not None:
            self._found.add(logged)
        elif name.startswith("mlflow.") and last.startswith(("set_tag", "set_model_version_tag")):
            self._found.add("parameters")
        elif _PRINTERS.match(name) or (not name and last in _PRINTING_METHODS):
            self._found.add("printed")
        elif _WRITERS.match(name):
            self._found.add("written")
        elif _PASSING.match(name) or (last in ("format", "join") and not name):
            self._go(module, call)
        elif last in _COLLECTING and isinstance(call.func, ast.Attribute):
            self._collected(module, call.func.value, call)
        elif isinstance(called := module.definition(call.func), (*FUNCTIONS, ast.Lambda)):
            self._received(module.home(called), called, call, given)
        else:
            self._found.add("elsewhere")

    def _received(
        self,
        module: Module,
        function: python.Function | ast.Lambda,
        call: ast.Call,
        given: ast.AST,
    ) -> None:
        """Go on with the parameter of a function of the repository."""
        positional = [*function.args.posonlyargs, *function.args.args]
        if isinstance(module.parent(function), ast.ClassDef) and isinstance(
            call.func, ast.Attribute
        ):
            positional = positional[1:]
        parameter = function.args.kwarg
        if isinstance(given, ast.keyword):
            for known in (*positional, *function.args.kwonlyargs):
                parameter = known if known.arg == given.arg else parameter
        elif given in call.args:
            index = call.args.index(given) if isinstance(given, ast.expr) else 0
            starred = function.args.vararg
            parameter = positional[index] if index < len(positional) else starred
        if parameter is None:
            self._found.add("elsewhere")
            return
        for use in uses(module, parameter.arg):
            bindings = module.bindings(parameter.arg, use)
            if any(binding.node is parameter for binding in bindings):
                self._go(module, use)

    def _bound(self, module: Module, target: ast.expr, statement: ast.AST) -> None:
        """Go on with what an assignment or loop gives the value to."""
        if isinstance(target, ast.Name):
            for use in uses(module, target.id):
                if any(b.statement is statement for b in module.bindings(target.id, use)):
                    self._go(module, use)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                self._bound(module, part, statement)
        elif isinstance(target, ast.Starred):
            self._bound(module, target.value, statement)
        elif isinstance(target, ast.Attribute):
            for use in uses(module, target.attr):
                if isinstance(use, ast.Attribute):
                    self._go(module, use)
            if module.class_of(target.value) is None:
                self._found.add("elsewhere")
        elif isinstance(target, ast.Subscript):
            self._collected(module, target.value, statement)

    def _collected(self, module: Module, container: ast.expr, where: ast.AST) -> None:
        """Go on with all uses of a container that the value was put into."""
        while isinstance(container, ast.Subscript):
            container = container.value
        if isinstance(container, (ast.Name, ast.Attribute)):
            scope = {id(binding.statement) for binding in _bindings(module, container)}
            for use in uses(module, python.last_name(container)):
                if use is not container and scope & {
                    id(binding.statement) for binding in _bindings(module, use)
                }:
                    self._go(module, use)
            if isinstance(container, ast.Attribute) or any(
                binding.how in ("parameter", "import") for binding in _bindings(module, container)
            ):
                self._found.add("elsewhere")
        else:
            self._found.add("elsewhere")

    def _returned(self, module: Module, node: ast.AST) -> None:
        """Go on where the function is called."""
        function = node if isinstance(node, ast.Lambda) else module.enclosing_function(node)
        calls = module.calls_to(function) if isinstance(function, FUNCTIONS) else []
        if not calls or (isinstance(function, FUNCTIONS) and function.decorator_list):
            self._found.add("elsewhere")
        for call in calls:
            self._go(module.home(call), call)


def _bindings(module: Module, node: ast.AST) -> Iterator[python.Binding]:
    if isinstance(node, ast.Name):
        yield from module.bindings(node.id, node)
    elif isinstance(node, ast.Attribute):
        owner = module.class_of(node.value)
        yield from [python.Binding("class", owner, owner)] if owner is not None else ()


def uses(module: Module, name: str) -> list[ast.Name | ast.Attribute]:
    """Return the places where a variable or attribute of this name is read."""
    return module.file.read(_reads).get(name, [])


def _reads(file: File) -> dict[str, list[ast.Name | ast.Attribute]]:
    found: dict[str, list[ast.Name | ast.Attribute]] = {}
    module = file.read(python.module)
    read: list[ast.Name | ast.Attribute] = [*module.nodes(ast.Name), *module.nodes(ast.Attribute)]
    for node in read:
        if isinstance(node.ctx, ast.Load):
            found.setdefault(python.last_name(node), []).append(node)
    return found
