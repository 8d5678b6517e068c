"""Programs: what runs when a script or notebook is started, across the modules that it imports.

A module falls into units: its own statements, its `if __name__ == "__main__"` part, each function,
each class and each method. A unit is reached when reached code names it, in whatever way: called,
passed as a callback, used as a decorator, entered as a context manager. Names, not types, decide.

What is judged must be named for sure: `train` is a function where the module defines it or imports
it from the repository, and no text, variable or method of some object. For what may help it, any
such name is enough, so that nothing which may run is left out.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from mlops_checklist.outcome import Outcome
from mlops_checklist.sources import python
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.python import FUNCTIONS, Module

# Methods that a framework calls by itself are reached with their class; these are not.
_CALLED_BY_NAME = re.compile(
    r"(?i)fit|train(?!ing_step)|save|store|evaluate|export|tune|log(?!its)"
)
# Decorators that call nothing by themselves; any other one may call what it decorates.
_WRAPPING = frozenset(
    "property cached_property setter classmethod staticmethod abstractmethod override final "
    "overload contextmanager wraps cache lru_cache no_grad inference_mode".split()
)
# What runs code by a name that only the run knows.
_DISPATCHING = {
    "getattr()",
    "instantiate",
    "import_module",
    "globals",
    "__import__",
    "locate",
    "get_class",
}


class Unit(NamedTuple):
    """A part of a module that runs as a whole, and the names it mentions.

    `kind`: "body" (the module's own statements), "main", "function", "class", "method". Of the
    names, `sure` are those of functions and classes of the repository, and ".fit" of attributes.
    """

    kind: str
    name: str
    node: ast.AST
    owner: ast.AST | None  # of a method, its class
    names: frozenset[str]
    sure: frozenset[str]


class Program(NamedTuple):
    """What runs together: the modules, the units reached, and those that may help them.

    A rule looks for its subject in `reached`, and for what the subject lacks in `known`, which is
    wider: what is named perhaps, or by names that only the run knows. Without `is_run`, nothing in
    the repository runs it: who calls a library's functions, with what around them, is not known.
    """

    modules: tuple[Module, ...]
    reached: frozenset[ast.AST]
    known: frozenset[ast.AST]
    is_run: bool = True

    def told(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Yield what a rule says; undecided what it cannot decide for want of who runs it."""
        for outcome in outcomes:
            decided = self.is_run or outcome.kind != "violation"
            yield outcome if decided else outcome._replace(kind="undecided")

    @property
    def root(self) -> Module:
        """The module that the program begins with."""
        return self.modules[0]


def units(file: File) -> dict[ast.AST, Unit]:
    """Return the units of a Python file or notebook, by the node that each is."""
    module = file.read(python.module)
    visible = file.read(_visible)
    found: dict[ast.AST, Unit] = {}

    def add(
        kind: str, name: str, node: ast.AST, parts: list[ast.AST], owner: ast.AST | None = None
    ) -> None:
        found[node] = Unit(kind, name, node, owner, *_names(parts, visible))

    loose: list[ast.AST] = []
    for statement in module.tree.body:
        if isinstance(statement, FUNCTIONS):
            loose += _outside(statement)
            add("function", statement.name, statement, [statement])
        elif isinstance(statement, ast.ClassDef):
            loose += _outside(statement)
            inner: list[ast.AST] = [*statement.bases]
            for line in statement.body:
                if isinstance(line, FUNCTIONS):
                    inner += _outside(line, is_method=True)
                    add("method", line.name, line, [line], statement)
                else:
                    inner.append(line)
            add("class", statement.name, statement, inner)
        elif _is_main(statement):
            add("main", "__main__", statement, [statement])
        else:
            loose.append(statement)
    add("body", "", module.tree, loose)
    return found


def _visible(file: File) -> tuple[dict[str, str], set[str]]:
    """Return the names that may be code of the repository, and those of modules among them.

    Functions and classes of the file itself, and what it imports, with the name that each has
    where it comes from; "*" stands for any name.
    """
    names: dict[str, str] = {}
    modules: set[str] = set()
    around = file.repository
    path = os.path.normpath(file.path)
    module = file.read(python.module)
    waiting: list[ast.AST] = [module.tree]
    while waiting:
        node = waiting.pop()
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, block, ())
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            if not isinstance(module.parent(node), ast.ClassDef):
                names.setdefault(node.name, node.name)
        elif isinstance(node, ast.Import) and around is not None:
            brought = [each for each in node.names if around.find(path, each.name)]
            modules.update(each.asname or each.name.partition(".")[0] for each in brought)
        elif isinstance(node, ast.ImportFrom) and around is not None:
            origin = "." * node.level + (f"{node.module}." if node.module else "")
            for alias in node.names:
                if located := around.locate(path, f"{origin}{alias.name}"):
                    names[alias.asname or alias.name] = alias.name
                    if not located[1]:
                        modules.add(alias.asname or alias.name)
    if re.search(rb"%run\b|\brun_path\b|\bexec\(\s*open", file.bytes):
        names["*"] = "*"
    return names, modules


def _outside(
    definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, *, is_method: bool = False
) -> list[ast.AST]:
    """Return the parts of a definition that run where it stands."""
    parts: list[ast.AST] = [*definition.decorator_list]
    if isinstance(definition, FUNCTIONS):
        parts += [*definition.args.defaults, *filter(None, definition.args.kw_defaults)]
        named = ast.Constant(definition.name)
        marks = [
            python.last_name(each.func if isinstance(each, ast.Call) else each)
            for each in definition.decorator_list
        ]
        if not _WRAPPING.issuperset(marks) and is_method:
            parts.append(ast.Attribute(named, definition.name, ast.Load()))
        elif not _WRAPPING.issuperset(marks):
            parts.append(ast.Name(definition.name, ast.Load()))
        elif marks:
            parts.append(named)  # perhaps
    return parts


def _is_main(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.If)
        and isinstance(statement.test, ast.Compare)
        and "__name__" in _names([statement.test], ({}, set()))[0]
    )


def _names(
    nodes: Iterable[ast.AST], visible: tuple[dict[str, str], set[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names in some code, texts that are names among them, and those that are sure."""
    found: set[str] = set()
    sure: set[str] = set()
    code, modules = visible

    def attribute(name: str, root: ast.AST) -> None:
        found.add(name)
        sure.add(f".{name}")
        while isinstance(root, ast.Attribute):
            root = root.value
        if "*" in code or (isinstance(root, ast.Name) and root.id in modules):
            sure.add(name)

    waiting = [*nodes]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            found.add(node.id)
            if "*" in code or node.id in code:
                sure.add(node.id)
        elif isinstance(node, ast.Attribute):
            attribute(node.attr, node.value)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str) and node.value.isidentifier():
                found.add(node.value)
            continue
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = getattr(node.args[1], "value", None) if len(node.args) > 1 else None
            if node.func.id == "getattr" and isinstance(name, str):
                attribute(name, node.args[0])
            elif node.func.id == "getattr":
                found.add("getattr()")
        waiting += python.children(node)
    return frozenset(found), frozenset(sure)


def unit_of(module: Module, node: ast.AST) -> ast.AST:
    """Return the node of the unit that `node` stands in."""
    known = module.file.read(units)
    current: ast.AST | None = node
    child: ast.AST | None = None
    while current is not None:
        if current in known and current is not module.tree:
            # Decorators and defaults run where the definition stands.
            inside = child is None or isinstance(child, ast.stmt)
            if inside or isinstance(current, (ast.If, ast.ClassDef)):
                return current
        child, current = current, module.parent(current)
    return module.tree


def programs(file: File, trigger: bytes = b"") -> list[Program]:
    """Return the programs that are judged with `file`: the one it begins, and what no other runs.

    `trigger` is a regular expression: a program none of whose files matches it is left out, and
    what no other program runs counts only in a file that matches. The modules of the program that
    cannot be parsed are left out, too; judged themselves, they give an error.
    """
    repository = file.repository
    if repository is None:
        return [_begun(file)] if file.matches(trigger) else []
    path = os.path.normpath(file.path)
    own = bool(repository.matching([path], trigger))
    if not own and not repository.program_matches(path, trigger):
        return []
    try:
        begun = [file.read(_begun)] if repository.begins(path) else []
        return [*begun, *(file.read(_left) if own else ())]
    except Unreadable:
        if own:
            raise
        return []  # none of the hook's business


def holding(file: File) -> list[Program]:
    """Return the programs that hold the module of `file`, in the order of where they begin."""
    repository = file.repository
    if repository is None:
        return [file.read(_begun)]
    found = []
    for holder in repository.holders(os.path.normpath(file.path)):
        with suppress(Unreadable):  # judged itself, it gives an error
            found.append(repository.file(holder).read(_begun))
    return found


def _left(file: File) -> list[Program]:
    """Return as a program what is reached from no other one, such as functions nobody calls."""
    others = file.read(holding)
    own = file.read(units)
    left = [
        unit
        for unit in own.values()
        if unit.kind != "main" and not any(unit.node in each.reached for each in others)
    ]
    if not any(unit.kind in ("function", "method") for unit in left):
        return []
    modules = _modules(file)
    program = _spread(modules, [*left, own[modules[0].tree]])
    known = program.known | _all({module for each in others for module in each.modules})
    return [Program(modules, program.reached & {unit.node for unit in left}, known, is_run=False)]


def _modules(file: File) -> tuple[Module, ...]:
    """Return the module of `file`, and those of the repository that it imports."""
    around = file.repository
    paths = around.closure(os.path.normpath(file.path))[1:] if around is not None else ()
    others = python.readable(around.file(path) for path in paths) if around is not None else ()
    return (file.read(python.module), *others)


def _begun(file: File) -> Program:
    """Return the program that `file` begins."""
    modules = _modules(file)
    own = file.read(units)
    path = os.path.normpath(file.path)
    script = file.repository is not None and file.repository.is_script(path)
    whole = not script and file.kind != "notebook"
    starts = [unit for unit in own.values() if whole or unit.kind in ("body", "main")]
    if whole and os.path.basename(file.path) == "__init__.py":  # others may call what it passes on
        passed = {
            alias.asname or alias.name
            for statement in modules[0].tree.body
            if isinstance(statement, ast.ImportFrom)
            for alias in statement.names
        }
        starts = [
            unit._replace(names=unit.names | passed, sure=unit.sure | passed) for unit in starts
        ]
    program = _spread(modules, starts)
    around = file.repository
    runs = not whole or around is None or not around.is_of_a_package(path) or around.is_run(path)
    return program._replace(is_run=runs)


def _all(modules: Iterable[Module]) -> set[ast.AST]:
    return {node for module in modules for node in module.file.read(units)}


def _spread(modules: tuple[Module, ...], starts: list[Unit]) -> Program:
    """Return the program that the units `starts` and the bodies of the modules reach."""
    sure, perhaps = (_reach(modules, surely=surely) for surely in (True, False))
    sure.start(starts)
    perhaps.start(starts)
    known = perhaps.reached | sure.reached
    if perhaps.mentioned & _DISPATCHING:
        known = known.union(*(part.all for part in perhaps.parts))
    return Program(modules, frozenset(sure.reached), frozenset(known))


class _Part(NamedTuple):
    """The units of some modules, by what reaches them."""

    bodies: list[Unit]
    named: dict[str, list[Unit]]
    methods: dict[ast.AST, list[Unit]]  # by their class
    renamed: dict[str, set[str]]  # names by the aliases that stand for them
    all: frozenset[ast.AST]


def _part(modules: Iterable[Module]) -> _Part:
    bodies: list[Unit] = []
    named: dict[str, list[Unit]] = {}
    methods: dict[ast.AST, list[Unit]] = {}
    renamed: dict[str, set[str]] = {}
    nodes: set[ast.AST] = set()
    for module in modules:
        for alias, name in module.file.read(_visible)[0].items():
            if alias != name:
                renamed.setdefault(alias, set()).add(name)
        own = module.file.read(units)
        nodes.update(own)
        for unit in own.values():
            if unit.kind in ("function", "class"):
                named.setdefault(unit.name, []).append(unit)
            elif unit.owner is not None:
                methods.setdefault(unit.owner, []).append(unit)
            elif unit.kind == "body":
                bodies.append(unit)
    return _Part(bodies, named, methods, renamed, frozenset(nodes))


class _Reach:
    """The units that sure names reach, or any names do, and the names mentioned on the way."""

    def __init__(self, *, surely: bool) -> None:
        self.surely = surely
        self.parts: list[_Part] = []
        self.reached: set[ast.AST] = set()
        self.mentioned: set[str] = set()
        # Methods of reached classes whose name is still to come.
        self._by_name: dict[str, tuple[Unit, ...]] = {}

    def copy(self) -> _Reach:
        """Return the same, to be taken further."""
        other = _Reach(surely=self.surely)
        other.parts = [*self.parts]
        other.reached, other.mentioned = {*self.reached}, {*self.mentioned}
        other._by_name = {**self._by_name}
        return other

    def take(self, part: _Part) -> None:
        """Add modules, whose bodies run, and whose units the names so far may reach."""
        self.parts.append(part)
        waiting = [*part.bodies]
        for name in part.named.keys() & self.mentioned:
            waiting += part.named[name]
        for alias in part.renamed.keys() & self.mentioned:
            waiting += self._mention(part.renamed[alias])
        self._go(waiting)

    def start(self, starts: Iterable[Unit]) -> None:
        """Begin with some units too, by the names that are given with them."""
        for unit in starts:
            self.reached.discard(unit.node)
        self._go([*starts])

    def _go(self, waiting: list[Unit]) -> None:
        while waiting:
            unit = waiting.pop()
            if unit.node in self.reached:
                continue
            self.reached.add(unit.node)
            for part in self.parts if unit.kind == "class" else ():
                for method in part.methods.get(unit.node, ()):
                    name = f".{method.name}" if self.surely else method.name
                    if name in self.mentioned or _is_called_by_others(method):
                        waiting.append(method)
                    else:
                        self._by_name[name] = (*self._by_name.get(name, ()), method)
            waiting += self._mention(unit.sure if self.surely else unit.names)

    def _mention(self, names: Iterable[str]) -> Iterator[Unit]:
        """Yield the units that are reached by names which nothing has mentioned before."""
        fresh = [*(set(names) - self.mentioned)]
        while fresh:
            name = fresh.pop()
            self.mentioned.add(name)
            yield from self._by_name.pop(name, ())
            for part in self.parts:
                yield from part.named.get(name, ())
                fresh += part.renamed.get(name, set()) - self.mentioned


_KEPT = 8  # sets of modules


def _reach(modules: Iterable[Module], *, surely: bool) -> _Reach:
    """Return what the bodies of the modules reach.

    Modules of a large library mostly import the same others, so what those reach is kept.
    """
    wanted = frozenset(modules)
    repository = next(iter(wanted)).file.repository
    kept = {} if repository is None else repository.reaches
    known = [key for key in kept if key[1] is surely and key[0] <= wanted]
    nearest = max(known, key=lambda key: len(key[0]), default=None)
    if nearest is None:
        found, rest = _Reach(surely=surely), wanted
    else:
        kept[nearest] = kept.pop(nearest)  # the last one used
        found, rest = kept[nearest].copy(), wanted - nearest[0]
    if rest:
        found.take(_part(rest))
    if len(rest) * 2 > len(wanted):
        kept[wanted, surely] = found.copy()
        if len(kept) > 2 * _KEPT:
            del kept[next(iter(kept))]
    return found


def _is_called_by_others(method: Unit) -> bool:
    """Tell whether Python or a framework may call a method that the program does not name."""
    if method.name.startswith("__"):
        return True
    inherits = isinstance(method.owner, ast.ClassDef) and method.owner.bases
    return bool(inherits) and not _CALLED_BY_NAME.match(method.name)
