"""What a string can be: an expression folded to a small value, without running anything.

`Values(module).of(node)` follows names to the assignments that reach them, f-strings and the
other ways of joining texts, helper functions and methods, attributes of visible classes,
environment variables, and command-line options; what cannot be known is `Unknown`.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, Union

from mlops_checklist.sources import python
from mlops_checklist.sources.files import File
from mlops_checklist.sources.python import FUNCTIONS, Binding, Function, Module, argument

_DEEPEST = 30  # nested steps
_WIDEST = 50  # assignments that reach one use
_STEPS = 2_000  # expressions folded for one question
_FOLLOWED = 500  # names followed from one expression
_MOST_PARTS = 500  # of one text; a longer one is not told
_MOST_OPTIONS = 50  # of one choice; of more, the rest is unknown
_NOTHING: Mapping[ast.arg, Value] = {}  # no call is in progress


class Literal(NamedTuple):
    """A text that stands in the source."""

    text: str
    node: ast.AST


class Environ(NamedTuple):
    """An environment variable, with the default that the program gives it."""

    name: str
    default: Value | None
    node: ast.AST


class Option(NamedTuple):
    """A setting that the user of the program may give, with its default."""

    name: str
    default: Value | None
    node: ast.AST


class Parameter(NamedTuple):
    """A parameter of a function that no visible call fills, with its default."""

    name: str
    default: Value | None
    node: ast.AST


class Result(NamedTuple):
    """What a call of a known name returns, such as `getpass.getuser`."""

    callee: str
    node: ast.AST


class Unknown(NamedTuple):
    """Nothing is known; `name` is the expression as a dotted name, as far as it has one."""

    name: str
    node: ast.AST


class Named(NamedTuple):
    """A value, and the name of the variable, attribute or key that holds it."""

    name: str
    value: Value


class Joined(NamedTuple):
    """Texts put together in this order."""

    parts: tuple[Value, ...]


class Choice(NamedTuple):
    """One of several values."""

    options: tuple[Value, ...]


Leaf = Union[Literal, Environ, Option, Parameter, Result, Unknown]
Value = Union[Leaf, Named, Joined, Choice]


def alternatives(value: Value) -> Iterator[Value]:
    """Yield the values that a value can be: the options of a choice, however nested."""
    if isinstance(value, Choice):
        for option in value.options:
            yield from alternatives(option)
    elif isinstance(value, Named) and isinstance(value.value, Choice):
        for option in alternatives(value.value):
            yield Named(value.name, option)
    else:
        yield value


def leaves(value: Value) -> Iterator[Leaf]:
    """Yield the values that a value is made of, in order, defaults left out."""
    if isinstance(value, Joined):
        for part in value.parts:
            yield from leaves(part)
    elif isinstance(value, Choice):
        for option in value.options:
            yield from leaves(option)
    elif isinstance(value, Named):
        yield from leaves(value.value)
    else:
        yield value


def names(value: Value) -> Iterator[str]:
    """Yield the names of variables that hold the value or a part of it."""
    if isinstance(value, Named):
        yield value.name
        yield from names(value.value)
    elif isinstance(value, Joined):
        for part in value.parts:
            yield from names(part)
    elif isinstance(value, Choice):
        for option in value.options:
            yield from names(option)
    elif isinstance(value, (Unknown, Parameter, Option)):
        yield value.name


def literal(value: Value) -> str | None:
    """Return the text of a value that is wholly known, else None."""
    if isinstance(value, Named):
        return literal(value.value)
    if isinstance(value, Joined):
        texts = [literal(part) for part in value.parts]
        return None if None in texts else "".join(text for text in texts if text is not None)
    return value.text if isinstance(value, Literal) else None


# Methods of str whose result still holds the text, or most of it.
_KEEPING = frozenset(
    "lower upper title capitalize casefold swapcase strip lstrip rstrip replace encode decode "
    "removeprefix removesuffix ljust rjust center zfill expandtabs translate expanduser resolve "
    "absolute as_posix".split()
)
_ENVIRON = {"os.environ", "os.environb", "environ.Env()", "environs.Env()"}
_GETENV = {"os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop"}
_CONFIG = {
    "decouple.config",
    "starlette.config.Config()",
    "environs.Env().str",
    "environ.Env().str",
}
_JOINS = {
    "os.path.join",
    "posixpath.join",
    "ntpath.join",
    "pathlib.Path",
    "pathlib.PurePath",
    "pathlib.PurePosixPath",
    "pathlib.PosixPath",
}
_TEXTS = {
    "str",
    "repr",
    "format",
    "os.fspath",
    "textwrap.dedent",
    "os.path.expandvars",
    "os.path.expanduser",
    "os.path.basename",
    "os.path.abspath",
    "typing.cast",
    "os.path.normpath",
}
_FIELDS = {
    "dataclasses.field",
    "pydantic.Field",
    "pydantic.fields.Field",
    "attr.ib",
    "attr.field",
    "attrs.field",
    "attr.attrib",
    "sqlmodel.Field",
}
_RUNNERS = ("typer.run", "fire.Fire", "tyro.cli", "defopt.run")


def values(file: File) -> Values:
    """Return what folds the expressions of a Python file or notebook."""
    return Values(file.read(python.module))


class _Progress:
    """How far one question has come, in all the modules that it leads through."""

    def __init__(self) -> None:
        self.by_module: dict[Module, Values] = {}
        self.folding: set[tuple[int, int]] = set()
        self.steps = 0
        self.cuts = 0  # expressions left unfolded for want of steps, or for a circle


class Values:
    """Folds the expressions of one module, and of those of the repository that they lead to."""

    def __init__(self, module: Module, progress: _Progress | None = None) -> None:
        self.module = module
        self._progress = progress or _Progress()
        self._progress.by_module[module] = self
        self._known: dict[ast.AST, tuple[int, Value]] = {}  # with the depth it was folded at
        self._options: dict[str, ast.Call] | None = None
        self._dictionaries: dict[ast.Dict, dict[str, list[ast.expr]]] = {}
        self._commands: set[ast.AST] | None = None
        self._widgets: dict[str, ast.AST | None] | None = None

    def of(self, node: ast.AST, steps: int = _STEPS) -> Value:
        """Return what the expression `node` can be, as far as `steps` steps tell."""
        self._progress.steps = _STEPS - steps
        return self._fold(node, _NOTHING, 0)

    def at(self, node: ast.AST) -> Values:
        """Return what folds the expressions of the module that `node` stands in."""
        home = self.module.home(node)
        return self._progress.by_module.get(home) or Values(home, self._progress)

    def expressions(self, node: ast.AST, most: int = _FOLLOWED) -> Iterator[ast.AST]:
        """Yield the expressions that can stand behind `node`, names followed to assignments.

        At most about `most` names are followed; those that are left are yielded themselves.
        """
        yield from self._expressions(node, 0, set(), most)

    def _expressions(
        self, node: ast.AST, depth: int, seen: set[ast.AST], most: int
    ) -> Iterator[ast.AST]:
        if node in seen:
            return
        if depth > _DEEPEST or len(seen) > most:
            yield node
            return
        if (home := self.at(node)) is not self:
            yield from home._expressions(node, depth + 1, seen, most)
            return
        seen.add(node)
        if isinstance(node, ast.Name):
            bindings = self.module.bindings(node.id, node)
            for binding in bindings:
                passed: list[ast.expr] = []
                if binding.how == "value":
                    yield from self._expressions(binding.node, depth + 1, seen, most)
                elif binding.how == "parameter":
                    for _, given in islice(self.passed(binding.node, binding.statement), most):
                        passed += [given] if given is not None else []
                elif binding.how == "import" and (linked := self.module.link(binding.target)):
                    passed.append(linked[1])
                for given in passed:
                    yield from self._expressions(given, depth + 1, seen, most)
                if binding.how != "value" and not passed:
                    yield node
            if not bindings and (linked := self.module.starred(node.id)) is not None:
                yield from self._expressions(linked[1], depth + 1, seen, most)
            elif not bindings:
                yield node
        elif isinstance(node, ast.IfExp):
            yield from self._expressions(node.body, depth + 1, seen, most)
            yield from self._expressions(node.orelse, depth + 1, seen, most)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                yield from self._expressions(value, depth + 1, seen, most)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            key = str(node.slice.value)
            inside = [
                value
                for outer in self._expressions(node.value, depth + 1, seen, most)
                if isinstance(outer, ast.Dict)
                for value in self._entries(outer).get(key, ())
            ]
            for value in inside:
                yield from self._expressions(value, depth + 1, seen, most)
            if not inside:
                yield node
        elif isinstance(node, ast.Attribute) and (owner := self._owner(node)):
            found = self.module.attribute(owner, node.attr)
            for held in found:
                yield from self._expressions(held, depth + 1, seen, most)
            if not found:
                yield node
        elif isinstance(node, ast.Call):
            called = self.module.definition(node.func)
            if isinstance(called, (*FUNCTIONS, ast.Lambda)):
                for value in python.returned(called):
                    yield from self._expressions(value, depth + 1, seen, most)
            else:
                yield node
        else:
            yield node

    # Folding.

    def _fold(self, node: ast.AST, given: Mapping[ast.arg, Value], depth: int) -> Value:
        """Fold one expression; `given` holds what a call in progress passes for parameters."""
        if (home := self.at(node)) is not self:
            return home._fold(node, given, depth + 1)
        known = self._known.get(node) if given is _NOTHING else None
        if known is not None and known[0] <= depth:
            return known[1]
        progress = self._progress
        progress.steps += 1
        key = (id(node), id(given))
        if depth > _DEEPEST:
            return Unknown(_written(node), node)
        if progress.steps > _STEPS or key in progress.folding:
            progress.cuts += 1
            return Unknown(_written(node), node)
        cuts = progress.cuts
        progress.folding.add(key)
        try:
            value = self._folded(node, given, depth + 1)
        finally:
            progress.folding.discard(key)
        if given is _NOTHING and (cuts == progress.cuts or not progress.folding):
            self._known[node] = (depth, value)
        return value

    def _folded(self, node: ast.AST, given: Mapping[ast.arg, Value], depth: int) -> Value:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, (str, int, float)) and not isinstance(node.value, bool):
                return Literal(str(node.value), node)
            return Unknown(_written(node), node)
        if isinstance(node, ast.JoinedStr):
            return joined(self._fold(part, given, depth) for part in node.values)
        if isinstance(node, ast.FormattedValue):
            return self._fold(node.value, given, depth)
        if isinstance(node, ast.BinOp):
            return self._operation(node, given, depth)
        if isinstance(node, ast.BoolOp):
            return _choice(self._fold(value, given, depth) for value in node.values)
        if isinstance(node, ast.IfExp):
            return _choice(self._fold(value, given, depth) for value in (node.body, node.orelse))
        if isinstance(node, ast.AugAssign):
            name = node.target
            if not (isinstance(name, ast.Name) and isinstance(node.op, ast.Add)):
                return Unknown(_written(node.target), node)
            before = self.module.bindings(name.id, name)
            start = _choice(self._binding(one, name, given, depth) for one in before)
            return joined([start, self._fold(node.value, given, depth)])
        if isinstance(node, (ast.NamedExpr, ast.Await)):
            return self._fold(node.value, given, depth)
        if isinstance(node, ast.Name):
            return self._name(node, given, depth)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, given, depth)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, given, depth)
        if isinstance(node, ast.Call):
            return self._call(node, given, depth)
        return Unknown(_written(node), node)

    def _operation(self, node: ast.BinOp, given: Mapping[ast.arg, Value], depth: int) -> Value:
        operands: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, (ast.Add, ast.Div)):
            operands.append(left.right)
            slash = isinstance(left.op, ast.Div)
            left = left.left
            if slash:
                operands.append(ast.copy_location(ast.Constant("/"), left))
        if operands:  # a long sum is flat, however deep its tree
            operands.append(left)
            return joined(self._fold(part, given, depth) for part in reversed(operands))
        if isinstance(node.op, ast.Mod):
            template = self._fold(node.left, given, depth)
            values: Sequence[ast.expr] = [node.right]
            if isinstance(node.right, ast.Tuple):
                values = node.right.elts
            elif isinstance(node.right, ast.Dict):
                values = node.right.values
            parts = [self._fold(value, given, depth) for value in values]
            if isinstance(template, Literal) and not isinstance(node.right, ast.Dict):
                pieces = re.split(r"%[-#0 +]*\d*(?:\.\d+)?[srdifgex]", template.text)
                return _interleaved(pieces, parts, template.node)
            return joined([template, *parts])
        return Unknown("", node)

    def _name(self, node: ast.Name, given: Mapping[ast.arg, Value], depth: int) -> Value:
        bindings = self.module.bindings(node.id, node)
        if not bindings and (linked := self.module.starred(node.id)) is not None:
            return self._fold(linked[1], given, depth)
        if not bindings or len(bindings) > _WIDEST:
            return Unknown(node.id, node)
        value = _choice(self._binding(binding, node, given, depth) for binding in bindings)
        return _named(node.id, value)

    def _binding(
        self, binding: Binding, use: ast.Name, given: Mapping[ast.arg, Value], depth: int
    ) -> Value:
        if binding.how == "value":
            return self._fold(binding.node, given, depth)
        if binding.how == "added":
            assert isinstance(binding.node, ast.AugAssign)
            # Folded as an expression of its own, which counts its steps and ends a circle.
            return self._fold(binding.node, given, depth)
        if binding.how == "parameter":
            assert isinstance(binding.node, ast.arg)
            if binding.node in given:
                return given[binding.node]
            return self._parameter(binding.node, binding.statement, use, depth)
        if binding.how == "import" and (linked := self.module.link(binding.target)):
            return self._fold(linked[1], _NOTHING, depth)
        if binding.how == "element":
            if isinstance(binding.node, (ast.List, ast.Tuple, ast.Set)) and not binding.target:
                return _choice(self._fold(item, given, depth) for item in binding.node.elts)
            for found in self.expressions(binding.node):
                if isinstance(found, (ast.List, ast.Tuple)):
                    items = found.elts
                    if binding.target and int(binding.target) < len(items):
                        items = [items[int(binding.target)]]
                    return _choice(self._fold(item, given, depth) for item in items)
        return Unknown(use.id, use)

    def _parameter(self, parameter: ast.arg, function: ast.AST, use: ast.AST, depth: int) -> Value:
        name = parameter.arg
        if not isinstance(function, FUNCTIONS):
            return Unknown(name, use)
        default_node = python.default_of(function, name)
        option = click_option(self.module, function, name)
        if isinstance(default_node, ast.Call) and self.module.qualified(default_node.func) in (
            "typer.Option",
            "typer.Argument",
        ):
            option, default_node = default_node, argument(default_node, "default", 0)
        elif option is not None:
            default_node = argument(option, "default")
        default = None
        if default_node is not None and not _is_none(default_node):
            default = self._fold(default_node, _NOTHING, depth)
        if option is not None or self._is_command(function):
            return Option(name, default, use)
        fillers: list[Value] = []
        complete = True
        for call, passed in self.passed(parameter, function):
            if passed is not None:
                fillers.append(self._fold(passed, _NOTHING, depth))
            elif python.has_unpacking(call):
                complete = False
            elif default is not None:
                fillers.append(default)
        if not fillers:
            return Parameter(name, default, use)
        if not complete:
            fillers.append(Unknown(name, use))
        return _choice(fillers)

    def passed(
        self, parameter: ast.AST, function: ast.AST
    ) -> Iterator[tuple[ast.Call, ast.expr | None]]:
        """Yield the calls of a function of this module, and what each passes for a parameter."""
        if not isinstance(parameter, ast.arg) or not isinstance(function, FUNCTIONS):
            return
        positions = [item.arg for item in (*function.args.posonlyargs, *function.args.args)]
        position = positions.index(parameter.arg) if parameter.arg in positions else None
        owner = self.module.parent(function)
        subject: ast.AST = function
        if isinstance(owner, ast.ClassDef):
            subject = owner if function.name == "__init__" else function
            marks = [_last_name(mark) for mark in function.decorator_list]
            if position is not None and "staticmethod" not in marks:
                position = position - 1 if position else None  # the instance is not passed
        for call in self.module.calls_to(subject):
            yield call, argument(call, parameter.arg, position)

    def _attribute(self, node: ast.Attribute, given: Mapping[ast.arg, Value], depth: int) -> Value:
        owner = self._owner(node)
        if owner is not None:
            value = self.at(owner)._field(owner, node, depth)
            if value is not None:
                return _named(node.attr, value)
        name = self.module.qualified(node)
        base = self.module.qualified(node.value)
        if base is not None and (linked := self.module.link(f"{base}.{node.attr}")) is not None:
            return self._fold(linked[1], _NOTHING, depth)
        if name is not None and not name.startswith("."):
            if (option := self._option(node.attr, name, node, depth)) is not None:
                return option
            if owner is None and "()" not in name and "." in name:
                return Result(name, node)
        elif owner is None and (option := self._option(node.attr, "", node, depth)) is not None:
            return option
        return _named(node.attr, self._configured(node) or Unknown(node.attr, node))

    def _configured(self, node: ast.AST) -> Value | None:
        """Fold what a configuration file of the repository says."""
        if self.module.file.repository is None:
            return None
        from mlops_checklist.sources import config_values

        return config_values.read(self, node)

    def _owner(self, node: ast.Attribute) -> ast.ClassDef | None:
        """Return the class of this module whose attribute, or whose instance's, `node` is."""
        owner = self.module.class_of(node.value)
        if owner is None and isinstance(node.value, ast.Name):
            named = self.module.definition(node.value)
            owner = named if isinstance(named, ast.ClassDef) else None
        return owner

    def _field(self, owner: ast.ClassDef, node: ast.Attribute, depth: int) -> Value | None:
        """Fold a field of an instance: what the class says, or its constructor is given."""
        found = self.module.attribute(owner, node.attr)
        values: list[Value] = []
        for item in found:
            if isinstance(item, FUNCTIONS):
                if any(_last_name(mark).endswith("property") for mark in item.decorator_list):
                    values += [
                        self._fold(value, _NOTHING, depth) for value in python.returned(item)
                    ]
                continue
            if isinstance(item, ast.Call) and self.module.qualified(item.func) in _FIELDS:
                default = argument(item, "default", 0)
                factory = argument(item, "default_factory")
                if default is not None:
                    item = default
                elif isinstance(factory, ast.Lambda):
                    item = factory.body
            values.append(self._fold(item, _NOTHING, depth))
        settings = any(
            (self.module.qualified(base) or _last_name(base)).endswith("BaseSettings")
            for base in owner.bases
        )
        if settings and values:
            return Option(node.attr, _choice(values), node)
        declared = any(
            isinstance(line, ast.AnnAssign)
            and isinstance(line.target, ast.Name)
            and line.target.id == node.attr
            for line in owner.body
        )
        if declared:  # a dataclass or pydantic model: the constructor may be given it
            calls = self.module.calls_to(owner)
            passed = [argument(call, node.attr) for call in calls]
            fillers = [self._fold(value, _NOTHING, depth) for value in passed if value is not None]
            if calls and None not in passed:
                values = fillers
            else:
                values += fillers
        return _choice(values) if values else None

    def _subscript(self, node: ast.Subscript, given: Mapping[ast.arg, Value], depth: int) -> Value:
        if isinstance(node.slice, ast.Slice):  # `getuser()[:8]` still tells who
            return self._fold(node.value, given, depth)
        key = literal(self._fold(node.slice, given, depth))
        name = self.module.qualified(node.value)
        if name in _ENVIRON:
            return Environ(key, None, node) if key is not None else Unknown("", node)
        if key is not None:
            value = self._item(node.value, key, given, depth) or self._configured(node)
            return Unknown(key, node) if value is None else _named(key, value)
        return Unknown("", node)

    def _item(
        self, container: ast.AST, key: str, given: Mapping[ast.arg, Value], depth: int
    ) -> Value | None:
        """Fold what a literal dictionary, list or `vars(args)` holds under `key`."""
        values: list[Value] = []
        for found in self.expressions(container):
            if isinstance(found, ast.Dict):
                held = self._entries(found).get(key, ())
                values += [self._fold(value, given, depth) for value in held]
            elif isinstance(found, (ast.List, ast.Tuple)):
                if key.isdecimal() and int(key) < len(found.elts):
                    values.append(self._fold(found.elts[int(key)], given, depth))
            elif isinstance(found, ast.Call) and self.module.qualified(found.func) == "dict":
                values += [
                    self._fold(keyword.value, given, depth)
                    for keyword in found.keywords
                    if keyword.arg == key
                ]
            elif isinstance(found, ast.Call) and self.module.qualified(found.func) == "vars":
                option = self._option(key, "", found, depth)
                values += [option] if option else []
        return _choice(values) if values else None

    def _entries(self, dictionary: ast.Dict) -> dict[str, list[ast.expr]]:
        """Return what a dictionary display holds, by constant key."""
        if dictionary not in self._dictionaries:
            entries: dict[str, list[ast.expr]] = {}
            for name, value in zip(dictionary.keys, dictionary.values, strict=True):
                if isinstance(name, ast.Constant):
                    entries.setdefault(str(name.value), []).append(value)
            self._dictionaries[dictionary] = entries
        return self._dictionaries[dictionary]

    def _call(self, node: ast.Call, given: Mapping[ast.arg, Value], depth: int) -> Value:
        name = self.module.qualified(node.func) or ""
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in _GETENV or name in _CONFIG or (method == "get" and name[:-4] in _ENVIRON):
            return self._environ(node, given, depth)
        if name in _JOINS or method == "joinpath":
            first = node.func.value if isinstance(node.func, ast.Attribute) else node
            joins = [first, *node.args] if method == "joinpath" else node.args
            parts = [self._fold(part, given, depth) for part in joins]
            slashed = [piece for part in parts for piece in (Literal("/", node), part)][1:]
            return joined(slashed)
        if name in _TEXTS and node.args:
            position = 1 if name == "typing.cast" and len(node.args) > 1 else 0
            return self._fold(node.args[position], given, depth)
        if name == "getattr" and len(node.args) >= 2:
            attribute = literal(self._fold(node.args[1], given, depth))
            option = self._option(attribute or "", "", node, depth)
            return option or Unknown(attribute or "", node)
        if method in ("format", "format_map") and isinstance(node.func, ast.Attribute):
            return self._format(node, node.func.value, given, depth)
        if method == "join" and isinstance(node.func, ast.Attribute) and len(node.args) == 1:
            return self._join(node, node.func.value, given, depth)
        if method in ("substitute", "safe_substitute"):
            parts = [self._fold(keyword.value, given, depth) for keyword in node.keywords]
            return joined([Unknown("", node), *parts])
        definition = self.module.definition(node.func)
        if isinstance(definition, (*FUNCTIONS, ast.Lambda)):
            return self._helper(node, definition, given, depth)
        if method in _KEEPING and isinstance(node.func, ast.Attribute):
            value = self._fold(node.func.value, given, depth)
            return value if not isinstance(value, Unknown) else Unknown(value.name, node)
        if method in ("get", "get_argument", "getArgument") and isinstance(
            node.func, ast.Attribute
        ):
            return self._looked_up(node, node.func.value, given, depth)
        return Result(name, node) if name else Unknown(_written(node), node)

    def _environ(self, node: ast.Call, given: Mapping[ast.arg, Value], depth: int) -> Value:
        key_node = argument(node, "key", 0) or argument(node, "option", 0)
        key = literal(self._fold(key_node, given, depth)) if key_node is not None else None
        if key is None:
            return Unknown(_written(node), node)
        default = argument(node, "default", 1)
        if default is None or _is_none(default):
            return Environ(key, None, node)
        return Environ(key, self._fold(default, given, depth), node)

    def _looked_up(
        self, node: ast.Call, container: ast.AST, given: Mapping[ast.arg, Value], depth: int
    ) -> Value:
        """Fold `config.get("key", default)`, also of a Databricks widget."""
        key_node = argument(node, "name", 0)
        key = literal(self._fold(key_node, given, depth)) if key_node is not None else None
        if key is None:
            return Unknown(_written(node), node)
        if _last_name(container) == "widgets":
            default = self._widget_defaults(depth).get(key)
            folded = None if default is None else self._fold(default, _NOTHING, depth)
            return Option(key, folded, node)
        value = self._item(container, key, given, depth) or self._configured(node)
        default = argument(node, "default", 1)
        fallback = None
        if default is not None and not _is_none(default):
            fallback = self._fold(default, given, depth)
        if value is not None:
            return _named(key, value)
        return Option(key, fallback, node)

    def _widget_defaults(self, depth: int) -> dict[str, ast.AST | None]:
        """Return the defaults of the Databricks widgets that the module declares, by name."""
        if self._widgets is None:
            self._widgets = {}
            for call in self.module.calls:
                declares = _last_name(call.func) in ("text", "dropdown", "combobox")
                widget = argument(call, "name", 0) if declares else None
                key = literal(self._fold(widget, _NOTHING, depth)) if widget is not None else None
                if key is not None:
                    self._widgets.setdefault(key, argument(call, "defaultValue", 1))
        return self._widgets

    def _format(
        self, node: ast.Call, template: ast.AST, given: Mapping[ast.arg, Value], depth: int
    ) -> Value:
        text = self._fold(template, given, depth)
        by_name = {
            keyword.arg: self._fold(keyword.value, given, depth)
            for keyword in node.keywords
            if keyword.arg is not None
        }
        by_position = [self._fold(part, given, depth) for part in node.args]
        if not isinstance(text, Literal):
            return joined([text, *by_position, *by_name.values()])
        parts: list[Value] = []
        count = 0
        for index, piece in enumerate(re.split(r"\{([^{}]*)\}", text.text)):
            if index % 2 == 0:
                parts.append(Literal(piece, text.node))
                continue
            field = re.split(r"[.\[!:]", piece)[0]
            if not field or field.isdecimal():
                position = int(field) if field else count
                count += 1
                known = by_position[position] if position < len(by_position) else None
            else:
                known = by_name.get(field)
            parts.append(known or Unknown(field, node))
        return joined(parts)

    def _join(
        self, node: ast.Call, separator: ast.AST, given: Mapping[ast.arg, Value], depth: int
    ) -> Value:
        between = self._fold(separator, given, depth)
        for items in self.expressions(node.args[0]):
            if isinstance(items, (ast.List, ast.Tuple)):
                parts: list[Value] = []
                for item in items.elts:
                    parts += [between, self._fold(item, given, depth)]
                return joined(parts[1:])
            if isinstance(items, (ast.GeneratorExp, ast.ListComp)):
                return joined([self._fold(items.elt, given, depth), Unknown("", node)])
        return Unknown("", node)

    def _helper(
        self,
        node: ast.Call,
        function: Function | ast.Lambda,
        given: Mapping[ast.arg, Value],
        depth: int,
    ) -> Value:
        """Fold what a function of the module returns for this call."""
        arguments = [*function.args.posonlyargs, *function.args.args]
        home = self.module.home(function)
        if isinstance(home.parent(function), ast.ClassDef) and isinstance(node.func, ast.Attribute):
            marks = function.decorator_list if isinstance(function, FUNCTIONS) else []
            if not any(_last_name(mark) == "staticmethod" for mark in marks):
                arguments = arguments[1:]
        passed: dict[ast.arg, Value] = {}
        for position, item in enumerate(arguments):
            value = argument(node, item.arg, position)
            if value is not None:
                passed[item] = self._fold(value, given, depth)
        for item in python.parameters(function.args):
            if item in passed:
                continue
            value = argument(node, item.arg)
            default = value or python.default_of(function, item.arg)
            if value is not None:
                passed[item] = self._fold(value, given, depth)
            elif default is not None and not _is_none(default):
                passed[item] = self._fold(default, _NOTHING, depth)
            else:
                passed[item] = Unknown(item.arg, node)
        results = [
            self._fold(value, passed, depth)
            for value in python.returned(function)
            if not _is_none(value)
        ]
        return _choice(results) if results else Unknown(_last_name(node.func), node)

    def _is_command(self, function: Function) -> bool:
        """Tell whether typer, fire or hydra fills the function's parameters."""
        for mark in function.decorator_list:
            called = mark.func if isinstance(mark, ast.Call) else mark
            if _last_name(called) in ("command", "callback") and isinstance(called, ast.Attribute):
                return True
        if self._commands is None:
            self._commands = {
                definition
                for call in self.module.calls
                if _last_name(call.func) in ("run", "Fire", "cli")
                and self.module.qualified(call.func) in _RUNNERS
                for given in call.args
                if (definition := self.module.definition(given)) is not None
            }
        return function in self._commands

    def options(self) -> Mapping[str, ast.Call]:
        """Return the calls that declare command-line options for this module, by option."""
        if self._options is None:
            self._options = {}
            for module in (*_around(self.module), self.module):
                self._options.update(declared_options(module))
        return self._options

    def _option(self, attribute: str, name: str, node: ast.AST, depth: int) -> Value | None:
        """Return the command-line option behind `args.attribute`, if the module declares it."""
        call = self.options().get(attribute)
        if call is None or (name and "()" not in name and "FLAGS" not in name):
            return None
        default = argument(
            call, "default", 1 if _last_name(call.func).startswith("DEFINE") else None
        )
        if default is None or _is_none(default):
            return Option(attribute, None, node)
        return Option(attribute, self._fold(default, _NOTHING, depth), node)


def _around(module: Module) -> Iterator[Module]:
    """Yield the modules of the repository that may declare the options a module reads."""
    file = module.file
    if file.repository is None:
        return
    path = os.path.normpath(file.path)
    near = {*file.repository.closure(path), *file.repository.users(path)} - {path}
    yield from python.readable(file.repository.matching(sorted(near), rb"add_argument|DEFINE_"))


def declared_options(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield the options that argparse or absl calls declare, by their attribute's name."""
    for call in module.calls:
        called = _last_name(call.func)
        if called == "add_argument":
            flags = [flag.value for flag in call.args if isinstance(flag, ast.Constant)]
            texts = [flag for flag in flags if isinstance(flag, str)]
            long = next((text for text in texts if text.startswith("--")), None)
            dest = argument(call, "dest")
            if isinstance(dest, ast.Constant) and isinstance(dest.value, str):
                yield dest.value, call
            elif long or texts:
                yield (long or texts[0]).lstrip("-").replace("-", "_"), call
        elif called in ("DEFINE_string", "DEFINE_enum"):
            for flag in call.args[:1]:
                if isinstance(flag, ast.Constant):
                    yield str(flag.value), call


def click_option(module: Module, function: Function, name: str) -> ast.Call | None:
    """Return the decorator of click that fills a function's parameter, or None."""
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and _last_name(mark.func) in ("option", "argument"):
            flags = [flag.value for flag in mark.args if isinstance(flag, ast.Constant)]
            texts = [flag for flag in flags if isinstance(flag, str)]
            wanted = {text.lstrip("-").replace("-", "_").lower() for text in texts}
            if name in wanted:
                return mark
    return None


def joined(parts: Iterable[Value]) -> Value:
    """Return one text made of these parts, joined texts among them taken apart."""
    flat: list[Value] = []
    for part in parts:
        flat += part.parts if isinstance(part, Joined) else (part,)
    if len(flat) > _MOST_PARTS:
        node = next((leaf.node for part in flat for leaf in leaves(part)), ast.Constant(""))
        return Unknown("", node)
    flat = [part for part in flat if not (isinstance(part, Literal) and not part.text)] or flat[:1]
    flat = flat or [Literal("", ast.Constant(""))]
    return flat[0] if len(flat) == 1 else Joined(tuple(flat))


def _interleaved(pieces: Sequence[str], values: Sequence[Value], node: ast.AST) -> Value:
    parts: list[Value] = []
    for index, piece in enumerate(pieces):
        parts.append(Literal(piece, node))
        if index < len(values) and index < len(pieces) - 1:
            parts.append(values[index])
    return joined(parts)


def _choice(options: Iterable[Value]) -> Value:
    flat: list[Value] = []
    for option in options:
        for value in option.options if isinstance(option, Choice) else (option,):
            if value not in flat:
                flat.append(value)
        if len(flat) > _MOST_OPTIONS:
            node = next((leaf.node for leaf in leaves(flat[-1])), ast.Constant(""))
            flat[_MOST_OPTIONS:] = [Unknown("", node)]
            break
    return flat[0] if len(flat) == 1 else Choice(tuple(flat))


def _named(name: str, value: Value) -> Value:
    same = isinstance(value, Literal) or getattr(value, "name", None) == name
    return value if same else Named(name, value)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _written(node: ast.AST) -> str:
    """Return an expression as a dotted name: `a.b().c["d"]` as "a.b().c.d"."""
    parts: list[str] = []
    node = node.target if isinstance(node, ast.AugAssign) else node
    while len(parts) < _DEEPEST:
        if isinstance(node, ast.Attribute):
            parts.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Call):
            parts.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else ""
            parts.append(f".{key}" if isinstance(key, str) and key else "")
            node = node.value
        else:
            break
    return (node.id if isinstance(node, ast.Name) else "") + "".join(reversed(parts))


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.attr if isinstance(node, ast.Attribute) else ""
