"""Options that take a seed, and whether a program applies what they are given.

The seed may be read by its name, or together with all parsed options: these are followed through
variables, attributes, copies and functions of the repository, to code that may read any of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlops_checklist.sources import programs, python, scores, tracking
from mlops_checklist.sources.files import File
from mlops_checklist.sources.programs import Program
from mlops_checklist.sources.python import (
    FUNCTIONS,
    Function,
    Module,
    argument,
    last_name,
    parameters,
)
from mlops_checklist.sources.values import click_option, declared_options

_NAME = r"^(?:random_|rng_)?seed$|^random_state$"


class SeedOption(NamedTuple):
    """An option that takes a seed: its name, where it is declared, the parameter it fills."""

    name: str
    node: ast.AST
    unit: ast.AST
    parameter: ast.arg | None


def seed_options(file: File) -> tuple[SeedOption, ...]:
    """Return the options of a module that take a seed."""
    module = file.read(python.module)
    found = [
        SeedOption(name, call, programs.unit_of(module, call), None)
        for name, call in declared_options(module)
        if re.match(_NAME, name)
    ]
    for function in file.read(programs.units):
        if not isinstance(function, python.FUNCTIONS):
            continue
        for parameter in python.parameters(function.args):
            if re.match(_NAME, parameter.arg):
                node: ast.AST | None = click_option(module, function, parameter.arg)
                if node is None and _is_typer_command(module, function):
                    node = parameter
                if node is not None:
                    unit = programs.unit_of(module, node)
                    found.append(SeedOption(parameter.arg, node, unit, parameter))
    return tuple(found)


def is_applied(program: Program, module: Module, declared: SeedOption) -> bool | None:
    """Tell whether a program applies what an option takes; None: who reads it is not known."""
    if (parameter := declared.parameter) is not None:
        function = module.enclosing_function(parameter)
        unit = module.file.read(programs.units).get(function) if function else None
        if unit is not None and unit.names & {"locals", "get_current_context"}:
            return True
        reads = [*_uses(module, parameter)]
    else:
        parsed = [*_parsed(program)]
        if not parsed:
            return None
        filled = (argument(call, "namespace", 1) for _, call in parsed)
        if any(filled) or _Whole(program).escapes(parsed):
            return True
        reads = [*_reads(program, declared)]
    return any(_is_applied(where, read) for where, read in reads)


def _is_typer_command(module: Module, function: Function) -> bool:
    marks = [module.qualified(getattr(mark, "func", mark)) for mark in function.decorator_list]
    return any((mark or "").startswith("typer.Typer().") for mark in marks) or any(
        module.qualified(call.func) == "typer.run"
        for call in module.calls
        if call.args and module.definition(call.args[0]) is function
    )


def _parsed(program: Program) -> Iterator[tuple[Module, ast.Call]]:
    """Yield the calls that parse the command line."""
    for module in program.modules:
        for call in module.calls:
            if re.match(r"parse_(?:known_|intermixed_)?args$", getattr(call.func, "attr", "")):
                yield module, call


def _reads(program: Program, declared: SeedOption) -> Iterator[tuple[Module, ast.AST]]:
    """Yield where the program may read an option by its name."""
    for module in program.modules:
        for use in scores.uses(module, declared.name):
            bindings = module.bindings(use.id, use) if isinstance(use, ast.Name) else []
            if not bindings or any(binding.how == "parameter" for binding in bindings):
                yield module, use
        for node in module.nodes(ast.Constant):
            if node.value == declared.name:
                holder = module.parent(node)
                if isinstance(holder, ast.keyword):
                    holder = module.parent(holder)
                if holder is not declared.node:
                    yield module, holder or node


class _Whole:
    """Follows all parsed options at once, to code that may read any of them."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._seen: set[ast.AST] = set()
        self._waiting: list[tuple[Module, ast.AST]] = []

    def escapes(self, parsed: Iterable[tuple[Module, ast.AST]]) -> bool:
        """Tell whether they come to code that is not of the repository and not only shows them."""
        self._waiting += parsed
        while self._waiting:
            module, node = self._waiting.pop()
            if node not in self._seen:
                self._seen.add(node)
                if self._step(module, node):
                    return True
        return False

    def _step(self, module: Module, node: ast.AST) -> bool:
        parent = module.parent(node)
        keyword = parent if isinstance(parent, ast.keyword) else None
        if keyword is not None:
            parent = module.parent(keyword)
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            into = [self._assigned(module, target, parent) for target in targets]
            return any(into)
        if isinstance(parent, ast.Return):
            function = module.enclosing_function(parent)
            calls = module.calls_to(function) if function is not None else []
            self._waiting += [(module.home(call), call) for call in calls]
            return not calls
        if isinstance(parent, ast.withitem):
            around, target = module.parent(parent), parent.optional_vars
            if around is None or target is None:
                return False
            return self._assigned(module, target, around)
        if isinstance(parent, ast.Attribute):
            if parent.attr in ("__dict__", "copy") or _is_of_tracker(module, parent):
                self._waiting.append((module, parent))
            return parent.attr in ("items", "values", "_get_kwargs") and _is_applied(module, parent)
        if isinstance(parent, ast.Subscript):
            return not isinstance(parent.slice, ast.Constant)
        if isinstance(parent, (ast.Dict, ast.BinOp, ast.BoolOp, ast.IfExp, ast.Starred)):
            self._waiting.append((module, parent))
            return False
        if isinstance(parent, ast.Call):
            return self._called(module, parent, node, keyword)
        return _is_applied(module, node)

    def _assigned(self, module: Module, target: ast.expr, statement: ast.AST) -> bool:
        if isinstance(target, ast.Tuple):  # `args, rest = parser.parse_known_args()`
            target = target.elts[0]
        if isinstance(target, ast.Name):
            for use in scores.uses(module, target.id):
                bindings = module.bindings(target.id, use)
                if any(binding.statement is statement for binding in bindings):
                    self._waiting.append((module, use))
            for other in self._program.modules:  # `from settings import args`
                if other is not module and module.scope(statement) is module.tree:
                    for use in scores.uses(other, target.id):
                        bindings = other.bindings(target.id, use)
                        if not bindings or bindings[0].how == "import":
                            self._waiting.append((other, use))
        elif isinstance(target, ast.Attribute):
            for other in self._program.modules:
                uses = scores.uses(other, target.attr)
                self._waiting += [(other, use) for use in uses if isinstance(use, ast.Attribute)]
            owner = module.class_of(target.value)
            return owner is None or tracking.inherits(module, owner, _STRANGE_BASE)
        return isinstance(target, ast.Subscript)

    def _called(
        self, module: Module, call: ast.Call, node: ast.AST, keyword: ast.keyword | None
    ) -> bool:
        """Go on from an argument of a call, or from what is called."""
        name = module.qualified(call.func) or ""
        if node is call.func or name in _COPYING:  # `vars(args).copy()`, `vars(args)`
            self._waiting.append((module, call))
            return False
        if name in ("getattr", "hasattr", "setattr"):
            return len(call.args) > 1 and not isinstance(call.args[1], ast.Constant)
        called = module.definition(call.func)
        if isinstance(called, ast.ClassDef):
            called = next(iter(module.attribute(called, "__init__")), None)  # type: ignore[assignment]
        if not isinstance(called, FUNCTIONS):
            if call in module.file.read(tracking.logging):  # `run = wandb.init(config=args)`
                self._waiting.append((module, call))
                for other in self._program.modules:
                    uses = scores.uses(other, "config")
                    self._waiting += [(other, use) for use in uses if _is_of_tracker(other, use)]
            return _is_applied(module, node)
        home = module.home(called)
        taken = parameters(called.args)
        if keyword is None:
            method = isinstance(home.parent(called), ast.ClassDef)
            bound = method and not any(
                last_name(mark) == "staticmethod" for mark in called.decorator_list
            )
            index = next((at for at, each in enumerate(call.args) if each is node), 0) + bound
            taken = taken[index : index + 1] or taken[-1:]
        elif keyword.arg is not None:
            named = [each for each in taken if each.arg == keyword.arg]
            taken = named or ([called.args.kwarg] if called.args.kwarg else [])
        else:
            taken = [called.args.kwarg] if called.args.kwarg else []
        for parameter in taken:
            for use in scores.uses(home, parameter.arg):
                if any(each.node is parameter for each in home.bindings(parameter.arg, use)):
                    self._waiting.append((home, use))
        return False


def _is_of_tracker(module: Module, node: ast.AST) -> bool:
    """Tell whether an expression is what a tracker gives back of the parameters."""
    return re.match(r"wandb\.(?:init\(\)\.)?config$", module.qualified(node) or "") is not None


# A class whose attributes code may read that is not of the repository.
_STRANGE_BASE = (
    r"^(?!(?:torch|lightning|pytorch_lightning|keras|tensorflow|transformers|sklearn|abc|typing"
    r"|object|enum)\b)."
)
_COPYING = {
    "vars",
    "dict",
    "copy.copy",
    "copy.deepcopy",
    "argparse.Namespace",
    "types.SimpleNamespace",
}


def _uses(module: Module, parameter: ast.arg) -> Iterator[tuple[Module, ast.AST]]:
    for use in scores.uses(module, parameter.arg):
        if isinstance(use, ast.Name) and any(
            binding.node is parameter for binding in module.bindings(use.id, use)
        ):
            yield module, use


def _is_applied(module: Module, read: ast.AST) -> bool:
    """Tell whether a value that is read does more than being printed and logged."""
    goes = scores.destinations(module, read)
    return not goes <= {"printed", "parameters", "metrics", "artifacts"}
