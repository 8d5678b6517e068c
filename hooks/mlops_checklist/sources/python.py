"""Python programs: what names mean in them.

`module(file)` parses a .py file or a notebook (its code cells as one program, magics turned
into calls). A `Module` answers for any node what dotted name it stands for, through imports,
aliases and visible instances (`qualified`); which function or class of the module it names
(`definition`); which assignments reach it (`bindings`). `sources.values` builds on it.

Where the file knows its repository, imports are followed into the repository's other modules: a
node that is returned may stand in another module, which `home` tells.

Nothing is executed, and nothing is guessed.
"""

from __future__ import annotations

import ast
import builtins
import os
import re
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar, Union

from mlops_checklist.outcome import Edit, Place
from mlops_checklist.sources.files import File, Unreadable, split_lines

LARGEST = 10 * 2**20  # bytes of a source file
_DEEPEST = 30  # aliases followed from one name

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_WHOLE_SCOPES = frozenset({ast.Module, *_COMPREHENSIONS})
_OF_STATEMENTS = frozenset({*FUNCTIONS, ast.ClassDef})
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_SCOPES = (ast.Module, *FUNCTIONS, ast.ClassDef, ast.Lambda, *_COMPREHENSIONS)

# The nodes that the index of a module notes, and what holds no node in those that it walks.
_NOTED = frozenset(
    (
        *(ast.Call, ast.Return, ast.Raise, ast.Break, ast.Continue, ast.Assign, ast.AnnAssign),
        *(ast.NamedExpr, ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension, ast.With),
        *(ast.AsyncWith, ast.Import, ast.ImportFrom, *FUNCTIONS, ast.Lambda, ast.ClassDef),
        *(ast.Global, ast.Nonlocal, ast.ExceptHandler),
        *(ast.MatchAs, ast.MatchStar, ast.MatchMapping),
    )
)
_LEAVES = frozenset({"Constant", "Name", "Global", "Nonlocal", "MatchSingleton"})
_PLAIN = frozenset(
    "arg asname attr conversion ctx id is_async kind kwd_attrs level module name op ops rest simple"
    " str type_comment".split()
)

Node = TypeVar("Node", bound=ast.AST)


class Binding(NamedTuple):
    """One way in which a name gets its meaning; `statement` is where.

    `how`: "value" (`node` is the expression assigned), "added" (`name += node`), "element"
    (`node` is what is iterated or unpacked, `target` the index where one is known), "entered"
    (`with node as name`), "import" (`target` is the qualified name), "function", "class",
    "parameter" (`node` is the ast.arg), "opaque" (anything else).
    """

    how: str
    node: ast.AST
    statement: ast.AST
    target: str = ""


class Unparsed(NamedTuple):
    """A notebook cell that is not Python: where, why, and its source."""

    place: Place
    message: str
    source: str


# --- Reading ------------------------------------------------------------------------------


def module(file: File) -> Module:
    """Parse a Python file or a notebook. Raises Unreadable where it is neither."""
    made = Module(file, *file.read(parsed))
    if file.repository is not None:
        file.repository.parsed.append(made)
    return made


def unindexed(file: File) -> Module:
    """Parse as `module` does, for those who need the tree and its places alone, and no names."""
    return Module(file, *file.read(parsed), index=False)


def readable(files: Iterable[File]) -> Iterator[Module]:
    """Yield the modules of those files that can be parsed; the others give an error when judged."""
    for file in files:
        with suppress(Unreadable):
            yield file.read(module)


class _Parsed(NamedTuple):
    """What is parsed of a file: see `Module`. `places` are those of a notebook's lines."""

    tree: ast.Module
    lines: Sequence[str]
    places: Sequence[Place] = ()
    unparsed: Sequence[Unparsed] = ()


def parsed(file: File) -> _Parsed:
    """Return the tree of a Python file or a notebook, with its places. Raises Unreadable."""
    if file.kind == "notebook":
        return _parsed_notebook(file)
    if len(file.data) > LARGEST:
        raise Unreadable(f"cannot parse as Python: larger than {LARGEST // 2**20} MiB")
    text = file.text
    try:
        tree = _parse(text)
    except Unreadable:
        from mlops_checklist.sources.notebook import script_source

        # Databricks and IPython scripts hold magics as well.
        without_magics = script_source(text)
        if without_magics == text:
            raise
        tree = _parse(without_magics)
    return _Parsed(tree, file.lines)


# What a line looks like that an older grammar refuses, and what Python 2 alone took.
_NEWER = (
    ((3, 11), re.compile(r"\s*except\s*\*")),
    ((3, 12), re.compile(r"\s*(?:type\s+\w+|class\s+\w+|(?:async\s+)?def\s+\w+)\s*\[")),
    ((3, 12), re.compile(r"\s*type\s+\w+\s*=|[^#]*\b(?:[rR]?[fF]|[fF][rR])[\"'].*\{.*[\"']")),
    ((3, 14), re.compile(r"[^#]*\b(?:[rR]?[tT]|[tT][rR])[\"']")),
)
_PYTHON_2 = re.compile(
    r"\s*(?:print\b\s*[^(=\s].*|print\s*$|exec\s+[^(=]|raise\s+[\w.]+\s*,|except\s+[\w.]+\s*,\s*\w+\s*:)"
    r"|[^#]*(?:<>|`|\b0[0-7]+\b|\b[uU][rR]['\"])"
)


def _parse(text: str) -> ast.Module:
    import warnings

    running = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a strange escape is the author's business
            return ast.parse(text)
    except SyntaxError as error:
        number = error.lineno or 1
        lines = split_lines(text)
        line = lines[number - 1] if number <= len(lines) else ""
        message = f"cannot parse as {running}: {error.msg} (line {number})"
        newer = next((version for version, look in _NEWER if look.match(line)), (0, 0))
        if sys.version_info < newer:
            message += f"; it looks like Python {newer[0]}.{newer[1]}"
        elif ("{{" in text and "}}" in text) or ("{%" in text and "%}" in text):
            message += "; it looks like a template"
        else:
            if _PYTHON_2.match(line):
                message += "; it looks like Python 2"
            raise Unreadable(message, place=Place(number)) from None
        raise Unreadable(message, place=Place(number), undecided=True) from None
    except (RecursionError, MemoryError):
        raise Unreadable(f"cannot parse as {running}: nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"cannot parse as {running}: {error}") from None


def _parsed_notebook(file: File) -> _Parsed:
    from mlops_checklist.sources.notebook import notebook, python_source

    body: list[ast.stmt] = []
    lines: list[str] = []
    places: list[Place] = []
    unparsed = []
    for cell in file.read(notebook).cells:
        if cell.kind != "code" or cell.language != "python":
            continue
        sources = [
            (line, Place(number, 1, cell.number, file_line))
            for number, (line, file_line) in enumerate(
                zip(cell.source.split("\n"), cell.file_lines, strict=False), 1
            )
        ]
        try:
            tree = _parse(python_source(cell))
        except Unreadable as error:
            if sources:
                where = sources[min(error.place.line, len(sources)) - 1][1]
                unparsed.append(Unparsed(where, str(error), cell.source))
            continue
        ast.increment_lineno(tree, len(lines))
        body += tree.body
        lines += [line for line, _ in sources]
        places += [place for _, place in sources]
    return _Parsed(ast.Module(body, []), lines, places, unparsed)


# --- Names --------------------------------------------------------------------------------


class _Holding(dict[type, tuple[str, ...]]):
    """The fields of each kind of node that hold nodes, in the order of the source."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        named = kind.__name__ == "TypeAlias"  # its name is a node
        fields = () if kind.__name__ in _LEAVES else kind._fields  # type: ignore[attr-defined]
        self[kind] = tuple(field for field in fields if field not in _PLAIN or named)
        return self[kind]


class _Blocks(dict[type, tuple[str, ...]]):
    """The fields of each kind of node that hold statements."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        fields = kind._fields  # type: ignore[attr-defined]
        self[kind] = tuple(field for field in ("body", "orelse", "finalbody") if field in fields)
        return self[kind]


_HOLDING = _Holding()
_BLOCKS = _Blocks()
_SPARSE = frozenset({"keys", "kw_defaults"})  # lists of nodes with None among them


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes that `node` holds, in the order of the source.

    Those of `ast.iter_child_nodes`, without contexts and operators, in a third of its time.
    """
    found: list[ast.AST] = []
    for field in _HOLDING[type(node)]:
        value = getattr(node, field, None)
        if type(value) is list:
            found += filter(None, value) if field in _SPARSE else value
        elif value is not None:
            found.append(value)
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield `node` and all nodes in it, in no order."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += children(current)


def stands_on(node: ast.AST, lines: Sequence[int]) -> bool:
    """Tell whether a node stands on one of the lines, which are sorted; one without a place may."""
    first, last = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    if first is None or last is None:
        return True
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] <= last


class Module:
    """A parsed program and its names. `calls` holds its calls in the order of the source."""

    def __init__(
        self,
        file: File,
        tree: ast.Module,
        lines: Sequence[str],
        places: Sequence[Place] = (),
        unparsed: Iterable[Unparsed] = (),
        *,
        index: bool = True,
    ) -> None:
        self.file = file
        self.tree = tree
        self.lines = lines
        self.unparsed = tuple(unparsed)
        self.calls: list[ast.Call] = []
        self._places = places
        self._nodes: dict[type[ast.AST], list[Any]] = {}
        self._parents: dict[ast.AST, ast.AST] = {}
        self._bound: dict[tuple[ast.AST, str], list[Binding]] = {}
        self._attributes: dict[tuple[ast.AST, str], list[ast.expr]] = {}
        self._elsewhere: dict[tuple[ast.AST, str], ast.AST] = {}  # global and nonlocal names
        self._stars: list[str] = []
        self._qualified: dict[ast.AST, str | None] = {}
        self._flows: dict[tuple[ast.AST, str], _Flow] = {}
        self._classes: dict[ast.AST, ast.ClassDef | None] = {}
        self._called: dict[str, list[ast.Call]] = {}  # calls by the last name of what is called
        self._calls_to: dict[ast.AST, list[ast.Call]] = {}
        self._links: dict[str, tuple[Module, ast.expr] | None] = {}
        self._asked: dict[str, ast.expr] = {}  # what other modules ask for, by name
        self._outside: set[ast.AST] = set()  # names in such expressions
        # A block of statements is known by its first one.
        self.heads: dict[ast.AST, ast.AST] = {}
        self.jumps: dict[ast.AST, list[ast.AST]] = {}  # by block: what leaves it or its loop
        if index:
            self._index()

    # The modules around.

    def home(self, node: ast.AST) -> Module:
        """Return the module that `node` stands in: this one, or another of the repository."""
        repository = self.file.repository
        if node in self._parents or node is self.tree or repository is None:
            return self
        if node not in repository.homes:
            found = (other for other in repository.parsed if node in other._parents)
            repository.homes[node] = next(found, self)
        return repository.homes[node]

    def link(self, dotted: str) -> tuple[Module, ast.expr] | None:
        """Return the module of the repository that a qualified name leads into, and there an
        expression that stands for what is left of the name.
        """
        repository = self.file.repository
        if repository is None or "(" in dotted:
            return None
        first = dotted if dotted.startswith(".") else dotted.partition(".")[0]
        if first not in self._links:
            self._links[first] = None
            if not repository.find(os.path.normpath(self.file.path), first):
                return None
            del self._links[first]
        if dotted not in self._links:
            self._links[dotted] = None  # a name that leads back to itself
            located = repository.locate(os.path.normpath(self.file.path), dotted)
            if located is not None and located[1]:
                for other in readable([repository.file(located[0])]):
                    if other is not self:
                        self._links[dotted] = other, other._ask(located[1])
        return self._links[dotted]

    def _ask(self, names: Sequence[str]) -> ast.expr:
        """Return an expression for a name of this module as it is when its statements have run."""
        asked = ".".join(names)
        if asked not in self._asked:
            expression: ast.expr = ast.Name(names[0], ast.Load())
            self._outside.add(expression)
            self._parents[expression] = self.tree
            for name in names[1:]:
                outer = ast.Attribute(expression, name, ast.Load())
                self._parents[expression], self._parents[outer] = outer, self.tree
                expression = outer
            self._asked[asked] = expression
        return self._asked[asked]

    def starred(self, name: str) -> tuple[Module, ast.expr] | None:
        """Return what a name stands for that `from … import *` or `%run` brings in."""
        for origin in reversed(self._stars):
            linked = self.link(f"{origin}{'' if origin.endswith('.') else '.'}{name}")
            if linked is not None and linked[0].binds(name):
                return linked
        repository = self.file.repository
        if repository is None or self.file.kind != "notebook":
            return None
        run = sorted(repository.imports(os.path.normpath(self.file.path)))
        for other in readable(repository.file(path) for path in run if path.endswith(".ipynb")):
            if other.binds(name):
                return other, other._ask([name])
        return None

    def binds(self, name: str) -> bool:
        """Tell whether the module gives a global name a meaning."""
        return (self.tree, name) in self._bound

    # Where things stand.

    def place(self, node: ast.AST) -> Place:
        """Return where `node` begins."""
        number = getattr(node, "lineno", 1)
        line = self.lines[number - 1] if number <= len(self.lines) else ""
        # The parser counts columns in bytes of UTF-8.
        column = getattr(node, "col_offset", 0) + 1
        if not line.isascii():
            before = line.encode("utf-8", "replace")[: column - 1]
            column = len(before.decode("utf-8", "replace")) + 1
        if not self._places:
            return Place(number, column)
        return self._places[number - 1]._replace(column=column)

    def seen_from(self, here: Module, node: ast.AST) -> str:
        """Say where `node` stands: "line 12", "cell 3 line 2"; from elsewhere "model.py:12"."""
        place = self.place(node)
        cell = "" if place.cell is None else f"cell {place.cell} "
        if self is not here:
            return f"{self.file.path}:{cell}{place.line}"
        return f"{cell}line {place.line}"

    def replace(self, node: ast.expr, new: str) -> tuple[Edit, ...]:
        """Return the edits that put `new` in the place of an expression of one line or more."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.edit(
            (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset), new
        )

    def edit(self, start: tuple[int, int], end: tuple[int, int], new: str) -> tuple[Edit, ...]:
        """Return the edits that put `new` between two places (line from 1, byte column from 0).

        Nothing is returned where the file's bytes are not its text in UTF-8.
        """
        if self._places:
            from mlops_checklist.sources import notebook

            first, last = self._places[start[0] - 1], self._places[end[0] - 1]
            if first.cell != last.cell:
                return ()
            cells = self.file.read(notebook.notebook).cells
            cell = next(cell for cell in cells if cell.number == first.cell)
            lines = cell.source.split("\n")
            offsets = [
                sum(len(line) + 1 for line in lines[: place.line - 1])
                + len(lines[place.line - 1].encode()[:column].decode("utf-8", "replace"))
                for place, column in ((first, start[1]), (last, end[1]))
            ]
            return notebook.edit(cell, offsets[0], offsets[1], new)
        data = self.file.data
        begin = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        if data[begin:] != "".join(self._source()).encode("utf-8", "replace"):
            return ()
        ending = "\r\n" if b"\r\n" in data else "\n"
        starts = [begin]
        for line in self._source():
            starts.append(starts[-1] + len(line.encode()))
        return (
            Edit(
                starts[start[0] - 1] + start[1],
                starts[end[0] - 1] + end[1],
                new.replace("\n", ending).encode(),
            ),
        )

    def _source(self) -> list[str]:
        return re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+", self.file.text)

    # Building the index.

    def _index(self) -> None:
        noted: list[ast.AST] = []
        nodes: defaultdict[type, list[ast.AST]] = defaultdict(list)
        stack: list[ast.AST] = [self.tree]
        while stack:
            node = stack.pop()
            kind = type(node)
            nodes[kind].append(node)
            if kind in _NOTED:
                noted.append(node)
            if not _HOLDING[kind]:
                continue
            inner = children(node)
            self._parents.update(dict.fromkeys(inner, node))
            inner.reverse()
            stack += inner
            for field in _BLOCKS[kind]:
                block = getattr(node, field)
                if block and isinstance(block, list):
                    self.heads.update(dict.fromkeys(block, block[0]))
        self._nodes.update(nodes)
        for node in noted:
            if isinstance(node, ast.Call):
                self.calls.append(node)
                self._called.setdefault(last_name(node.func), []).append(node)
            elif isinstance(node, (ast.Return, ast.Raise)):
                self.jumps.setdefault(self.heads[node], []).append(node)
            elif isinstance(node, (ast.Break, ast.Continue)):
                self._jump(node)
            else:
                self._record(node)

    def _jump(self, node: ast.AST) -> None:
        """Note a break or continue in its block and in those around it, up to its loop."""
        inner = node
        around: ast.AST | None = node
        while around is not None:
            if isinstance(around, _LOOPS) and self.heads.get(inner) is around.body[0]:
                return
            if around in self.heads:
                noted = self.jumps.setdefault(self.heads[around], [])
                if around in noted[-1:]:
                    return
                noted.append(around)
                inner = around
            around = self._parents.get(around)

    def _record(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for assigned in node.targets:
                self._bind(assigned, "value", node.value, node)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            if node.value is not None:
                self._bind(node.target, "value", node.value, node)
        elif isinstance(node, ast.AugAssign):
            self._bind(node.target, "added", node, node)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._bind(node.target, "element", node.iter, node)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, "entered", item.context_expr, node)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                target = alias.name if alias.asname else first
                self._add(alias.asname or first, Binding("import", node, node, target))
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            for alias in node.names:
                if alias.name == "*":
                    self._stars.append(origin)
                    continue
                target = f"{origin}{'' if origin.endswith('.') else '.'}{alias.name}"
                self._add(alias.asname or alias.name, Binding("import", node, node, target))
        elif isinstance(node, FUNCTIONS):
            self._add(node.name, Binding("function", node, node))
            self._parameters(node)
        elif isinstance(node, ast.Lambda):
            self._parameters(node)
        elif isinstance(node, ast.ClassDef):
            self._add(node.name, Binding("class", node, node))
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            scope = self.scope(node)
            outer = self.tree if isinstance(node, ast.Global) else self.enclosing_function(scope)
            self._elsewhere.update({(scope, name): outer or self.tree for name in node.names})
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            self._add(node.name, Binding("opaque", node, node))
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self._add(node.rest, Binding("opaque", node, node))

    def _bind(self, target: ast.expr, how: str, node: ast.AST, statement: ast.AST) -> None:
        if isinstance(target, ast.Name):
            self._add(target.id, Binding(how, node, statement))
        elif isinstance(target, ast.Attribute) and how == "value" and isinstance(node, ast.expr):
            owner = self._owner(target.value)
            if owner is not None:
                self._attributes.setdefault((owner, target.attr), []).append(node)
        elif isinstance(target, (ast.Tuple, ast.List)):
            parallel = (
                how == "value"
                and isinstance(node, (ast.Tuple, ast.List))
                and len(node.elts) == len(target.elts)
                and not any(isinstance(part, ast.Starred) for part in (*target.elts, *node.elts))
            )
            for index, part in enumerate(target.elts):
                if parallel:
                    assert isinstance(node, (ast.Tuple, ast.List))
                    self._bind(part, "value", node.elts[index], statement)
                elif isinstance(part, ast.Name):
                    position = str(index) if how == "value" else ""
                    self._add(part.id, Binding("element", node, statement, position))
                else:
                    self._bind(part, "opaque", node, statement)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, "opaque", node, statement)

    def _add(self, name: str, binding: Binding) -> None:
        scope: ast.AST = self.scope(binding.statement)
        if isinstance(binding.statement, ast.comprehension):
            scope = self._parents[binding.statement]
        elif isinstance(binding.statement, ast.NamedExpr):
            while isinstance(scope, _COMPREHENSIONS):  # PEP 572: bound outside of them
                scope = self.scope(scope)
        scope = self._elsewhere.get((scope, name), scope)
        self._bound.setdefault((scope, name), []).append(binding)

    def _parameters(self, function: Function | ast.Lambda) -> None:
        for argument in parameters(function.args):
            binding = Binding("parameter", argument, function)
            self._bound.setdefault((function, argument.arg), []).append(binding)

    def _owner(self, node: ast.expr) -> ast.ClassDef | None:
        """Return the class whose method calls its instance `node` ("self")."""
        if not isinstance(node, ast.Name):
            return None
        function = self.enclosing_function(node)
        while function is not None:
            arguments = parameters(function.args)
            parent = self._parents[function]
            if arguments and arguments[0].arg == node.id:
                static = any(last_name(mark) == "staticmethod" for mark in function.decorator_list)
                return parent if isinstance(parent, ast.ClassDef) and not static else None
            function = self.enclosing_function(function)
        return None

    # Asking the index.

    def nodes(self, kind: type[Node]) -> Sequence[Node]:
        """Return the nodes of type `kind`, in the order of the source."""
        return self._nodes.get(kind, ())

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the node around `node`."""
        return self._parents.get(node)

    def enclosing(self, node: ast.AST, kind: type[Node]) -> Node | None:
        """Return the nearest node of type `kind` around `node`, itself excluded."""
        parent = self._parents.get(node)
        while parent is not None and not isinstance(parent, kind):
            parent = self._parents.get(parent)
        return parent

    def enclosing_function(self, node: ast.AST) -> Function | None:
        """Return the nearest function around `node`, itself excluded."""
        parent = self._parents.get(node)
        while parent is not None and not isinstance(parent, FUNCTIONS):
            parent = self._parents.get(parent)
        return parent

    def scope(self, node: ast.AST) -> ast.AST:
        """Return the function, class, lambda, comprehension or module whose names `node` sees."""
        child, parent = node, self._parents.get(node)
        while parent is not None:
            kind = type(parent)
            if kind in _WHOLE_SCOPES:
                return parent
            if kind is ast.Lambda and child is parent.body:  # type: ignore[attr-defined]
                return parent
            # Decorators, defaults, annotations and bases belong to the scope outside.
            if kind in _OF_STATEMENTS and isinstance(child, ast.stmt):
                return parent
            child, parent = parent, self._parents.get(parent)
        return self.tree

    def bindings(self, name: str, node: ast.AST) -> list[Binding]:
        """Return the bindings of `name` that can reach its use at `node`, none if it has none."""
        scope = self.scope(node)
        direct = True  # the use runs where the scope's statements run, not in a later call
        while True:
            bound = self._bound.get((scope, name))
            if bound and (direct or not isinstance(scope, ast.ClassDef)):
                if len(bound) == 1 or isinstance(scope, (ast.Lambda, *_COMPREHENSIONS)):
                    return bound
                flow = self._flows.get((scope, name))
                if flow is None:
                    flow = self._flows[scope, name] = _Flow(self, scope, bound)
                direct = direct and node not in self._outside
                reached = flow.before(node) if direct else flow.end
                return [bound[index] for index in sorted(reached)] or bound
            if scope is self.tree:
                return []
            direct = direct and not isinstance(scope, FUNCTIONS)
            scope = self.scope(scope)

    def qualified(self, node: ast.AST) -> str | None:
        """Return the dotted name that an expression stands for, or None.

        `set_experiment` after `from mlflow import set_experiment` is "mlflow.set_experiment";
        an attribute of what a call returned is "mlflow.MlflowClient().create_experiment"; a
        built-in is its own name. What the module itself defines has no such name.
        """
        return self._qualify(node, 0)

    def _qualify(self, node: ast.AST, depth: int) -> str | None:
        if node in self._qualified:
            return self._qualified[node]
        if depth > _DEEPEST:
            return None
        self._qualified[node] = None  # a name that leads back to itself has no meaning
        result: str | None = None
        if isinstance(node, ast.Name):
            result = self._qualify_name(node, depth)
        elif isinstance(node, ast.Attribute):
            base = self._qualify(node.value, depth + 1)
            if base is None or (base.endswith("()") and self.link(base[:-2]) is not None):
                owner = self._class(node.value, depth + 1)
                for value in self.attribute(owner, node.attr) if owner is not None else ():
                    result = result or self.home(value)._qualify(value, depth + 1)
            if result is None and base is not None:
                result = f"{base}.{node.attr}"
                if (linked := self.link(result)) is not None:
                    result = linked[0]._qualify(linked[1], depth + 1) or result
        elif isinstance(node, ast.Call):
            called = self._qualify(node.func, depth + 1)
            own = called is None or self.link(called) is not None
            if own and isinstance(function := self._definition(node.func, depth + 1), FUNCTIONS):
                home = self.home(function)  # a helper that builds the client
                for value in returned(function):
                    result = result or home._qualify(value, depth + 1)
            if result is None and called is not None:
                result = f"{called}()"
        elif isinstance(node, ast.Await):
            result = self._qualify(node.value, depth + 1)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:  # `client or MlflowClient()`
                result = result or self._qualify(value, depth + 1)
        elif isinstance(node, ast.IfExp):
            result = self._qualify(node.body, depth + 1) or self._qualify(node.orelse, depth + 1)
        self._qualified[node] = result
        return result

    def _qualify_name(self, node: ast.Name, depth: int) -> str | None:
        bindings = self.bindings(node.id, node)
        for binding in bindings:
            result = None
            if binding.how == "import":
                linked = self.link(binding.target)
                known = linked and linked[0]._qualify(linked[1], depth + 1)
                return known or binding.target
            if binding.how in ("value", "entered"):
                result = self._qualify(binding.node, depth + 1)
            elif binding.how == "parameter":
                result = self._annotated(binding.node, depth)
            if result is not None:
                return result
        if bindings:
            return None
        if (linked := self.starred(node.id)) is not None:
            return linked[0]._qualify(linked[1], depth + 1)
        if hasattr(builtins, node.id):
            return node.id
        return f"{self._stars[-1]}.{node.id}" if self._stars else None

    def _annotated(self, argument: ast.AST, depth: int) -> str | None:
        """`client: MlflowClient` holds what `MlflowClient()` returns."""
        annotation = getattr(argument, "annotation", None)
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            name = annotation.value.strip()
            if not name.isidentifier():
                return None
            annotation = ast.copy_location(ast.Name(name, ast.Load()), annotation)
            self._parents[annotation] = argument
        if isinstance(annotation, ast.BinOp):  # `MlflowClient | None`
            annotation = annotation.left
        named = self._qualify(annotation, depth + 1) if annotation is not None else None
        return f"{named}()" if named and "." in named else None

    def definition(self, node: ast.AST) -> Function | ast.ClassDef | ast.Lambda | None:
        """Return the function, lambda or class of the repository that an expression names."""
        return self._definition(node, 0)

    def _definition(self, node: ast.AST, depth: int) -> Function | ast.ClassDef | ast.Lambda | None:
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Lambda):
            return node
        linked: tuple[Module, ast.expr] | None = None
        if isinstance(node, ast.Name):
            bindings = self.bindings(node.id, node)
            for binding in bindings:
                if isinstance(binding.node, (*FUNCTIONS, ast.ClassDef)):
                    return binding.node
                if binding.how == "value":
                    return self._definition(binding.node, depth + 1)
                if binding.how == "import" and (linked := self.link(binding.target)) is not None:
                    break
            if not bindings:
                linked = self.starred(node.id)
        elif isinstance(node, ast.Attribute):
            owner = self._class(node.value, depth + 1) or self._definition(node.value, depth + 1)
            if isinstance(owner, ast.ClassDef):
                for found in self.attribute(owner, node.attr):
                    if isinstance(found, FUNCTIONS):
                        return found
            linked = self._linked_attribute(node, depth)
        return linked[0]._definition(linked[1], depth + 1) if linked is not None else None

    def _linked_attribute(self, node: ast.Attribute, depth: int) -> tuple[Module, ast.expr] | None:
        """Return where `package.module.name` leads, where that is a module of the repository."""
        if self.file.repository is None:
            return None
        base = self._qualify(node.value, depth + 1)
        return self.link(f"{base}.{node.attr}") if base is not None else None

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class of the repository that an expression is an instance of, or None."""
        return self._class(node, 0)

    def _class(self, node: ast.AST, depth: int) -> ast.ClassDef | None:
        if node not in self._classes:
            self._classes[node] = None  # a name that leads back to itself
            self._classes[node] = self._find_class(node, depth)
        return self._classes[node]

    def _find_class(self, node: ast.AST, depth: int) -> ast.ClassDef | None:
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Call):
            called = self._definition(node.func, depth + 1)
            if isinstance(called, ast.ClassDef):
                return called
            if isinstance(called, FUNCTIONS):
                home = self.home(called)
                if called.returns is not None:
                    declared = home._definition(called.returns, depth + 1)
                    if isinstance(declared, ast.ClassDef):
                        return declared
                for value in returned(called):
                    if (owner := home._class(value, depth + 1)) is not None:
                        return owner
        elif isinstance(node, ast.Name):
            if (owner := self._owner(node)) is not None:
                return owner
            bindings = self.bindings(node.id, node)
            linked = None if bindings else self.starred(node.id)
            for binding in bindings:
                if binding.how in ("value", "entered"):
                    return self._class(binding.node, depth + 1)
                if binding.how == "import":
                    linked = linked or self.link(binding.target)
                annotation = getattr(binding.node, "annotation", None)
                if binding.how == "parameter" and annotation is not None:
                    declared = self._definition(annotation, depth + 1)
                    return declared if isinstance(declared, ast.ClassDef) else None
            return linked[0]._class(linked[1], depth + 1) if linked is not None else None
        elif isinstance(node, ast.Attribute) and (owner := self._class(node.value, depth + 1)):
            for held in self.attribute(owner, node.attr):
                if (inner := self.home(held)._class(held, depth + 1)) is not None:
                    return inner
        elif isinstance(node, ast.Attribute) and (linked := self._linked_attribute(node, depth)):
            return linked[0]._class(linked[1], depth + 1)
        return None

    def attribute(self, owner: ast.ClassDef, name: str) -> list[ast.AST]:
        """Return what `name` can be on an instance of `owner`: values assigned, or a method.

        Looks at `self.name = …` in the methods, at the class body, then at base classes.
        """
        seen: set[ast.AST] = set()
        waiting = [owner]
        while waiting:
            current = waiting.pop(0)
            if current in seen:
                continue
            seen.add(current)
            home = self.home(current)
            found: list[ast.AST] = [*home._attributes.get((current, name), ())]
            for binding in home._bound.get((current, name), ()):
                if binding.how in ("value", "function"):
                    found.append(binding.node)
            if found:
                return found
            for base in current.bases:
                known = home._definition(base, 0)
                if isinstance(known, ast.ClassDef):
                    waiting.append(known)
        return []

    def calls_to(self, definition: ast.AST) -> list[ast.Call]:
        """Return the calls of a function or class of the repository, its own module's first."""
        home = self.home(definition)
        if home is not self:
            return home.calls_to(definition)
        if definition not in self._calls_to:
            self._calls_to[definition] = found = []
            for other in (self, *self._users(getattr(definition, "name", ""))):
                called = other._called.get(getattr(definition, "name", ""), ())
                found += [
                    call
                    for call in (*called, *other._called.get("cls", ()))
                    if other._definition(call.func, 0) is definition
                ]
        return self._calls_to[definition]

    def _users(self, name: str) -> Iterator[Module]:
        """Yield the modules that import this one and hold a name."""
        repository = self.file.repository
        if repository is None or not name:
            return
        yield from readable(repository.callers(os.path.normpath(self.file.path), name))


State = frozenset[int]  # bindings of one name, by their position in the list of all of them
_NONE: State = frozenset()


class _Flow:
    """Which bindings of one name in one scope reach which of the scope's statements.

    Branches are joined, loops may run again, a handler may follow any part of its `try` body.
    `end` are those that hold when the scope's statements have all run, or at a return.
    """

    def __init__(self, module: Module, scope: ast.AST, bound: Sequence[Binding]) -> None:
        self._module = module
        self._scope = scope
        self._own: dict[ast.AST, State] = {}  # what a statement itself binds
        self._loose: set[ast.AST] = set()  # statements that bind only perhaps
        self._within: dict[ast.AST, State] = {}  # by block, where a loop or `try` asks for it
        self._touched: dict[ast.AST, list[ast.AST]] = {}  # by block: statements that bind
        self._states: dict[ast.AST, list[tuple[tuple[int, int], State]]] = {}
        self._loops: list[tuple[list[State], list[State]]] = []  # states at break, continue
        self._recording = True
        self._always: State = _NONE  # assigned elsewhere, by `global` or `nonlocal`
        start: State = _NONE
        for index, binding in enumerate(bound):
            if binding.how == "parameter":
                start |= {index}
            else:
                self._note(index, binding)
        self.end: State = _NONE
        end = self._walk(getattr(scope, "body", ()), start)
        self.end |= (end or _NONE) | self._always

    def _note(self, index: int, binding: Binding) -> None:
        holder: ast.AST | None = binding.statement
        while holder is not None and not isinstance(holder, (ast.stmt, ast.ExceptHandler)):
            holder = self._module.parent(holder)
        if holder is None:
            return
        chain: list[ast.AST] = [holder]
        around = self._module.parent(holder)
        while around is not None and around is not self._scope:
            if isinstance(around, (*FUNCTIONS, ast.ClassDef)):
                self._always |= {index}
                return
            chain.append(around)
            around = self._module.parent(around)
        self._own[holder] = self._own.get(holder, _NONE) | {index}
        if isinstance(binding.statement, (ast.NamedExpr, ast.pattern)):
            self._loose.add(holder)
        for inner in chain:
            head = self._module.heads.get(inner)
            if head is None:
                continue
            touched = self._touched.setdefault(head, [])
            if inner not in touched[-1:]:
                touched.append(inner)
            block = self._module.parent(inner)
            if isinstance(block, (*_LOOPS, ast.With, ast.AsyncWith, ast.ExceptHandler)) or _is_try(
                block
            ):
                self._within[head] = self._within.get(head, _NONE) | {index}

    def before(self, node: ast.AST) -> State:
        """Return what reaches the statement around `node` before it runs."""
        own: State | None = None
        inner: ast.AST | None = node
        while inner is not None and inner is not self._scope:
            head = self._module.heads.get(inner)
            if head is not None:
                if own is None:  # the use stands in this statement itself
                    mixed = inner in self._loose or isinstance(inner, (ast.With, ast.AsyncWith))
                    own = self._own.get(inner, _NONE) if mixed else _NONE
                if (states := self._states.get(head)) is not None:
                    index = bisect_left(states, position(inner), key=lambda known: known[0])
                    return states[index - 1][1] | own | self._always
            inner = self._module.parent(inner)
        return self._always

    def _walk(self, block: Sequence[ast.AST], state: State | None) -> State | None:
        """Return the state after a block that begins in `state`; None: its end is not reached."""
        if not block:
            return state
        head = block[0]
        states = [((0, 0), state or _NONE)]
        matter = (*self._touched.get(head, ()), *self._module.jumps.get(head, ()))
        for statement in sorted(dict.fromkeys(matter), key=position):
            if state is None:
                break
            state = self._step(statement, state)
            states.append((position(statement), state or _NONE))
        if self._recording:
            self._states[head] = states
        return state

    def _step(self, statement: ast.AST, state: State) -> State | None:
        own = self._own.get(statement, _NONE)
        entered = own | state if statement in self._loose or not own else own
        if isinstance(statement, (ast.Return, ast.Raise)):
            if isinstance(statement, ast.Return):
                self.end |= entered
            return None
        if isinstance(statement, (ast.Break, ast.Continue)):
            if self._loops:
                self._loops[-1][isinstance(statement, ast.Continue)].append(state)
            return None
        if isinstance(statement, ast.If):
            return self._branches(statement, entered)
        if isinstance(statement, _LOOPS):
            return self._loop(statement, state, own)
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            after = self._walk(statement.body, entered)
            if any(
                last_name(getattr(item.context_expr, "func", item)) == "suppress"
                for item in statement.items
            ):
                return _joined(after, entered | self._inside(statement.body))
            return after
        if isinstance(statement, ast.Match):
            last = statement.cases[-1]
            always = last.guard is None and getattr(last.pattern, "pattern", last) is None
            after = None if always else entered
            for case in statement.cases:
                after = _joined(after, self._walk(case.body, entered))
            return after
        if _is_try(statement):
            return self._try(statement, state)
        return entered

    def _branches(self, statement: ast.If, state: State) -> State | None:
        after: State | None = None
        while True:  # a chain of elif is long, not deep
            after = _joined(after, self._walk(statement.body, state))
            rest = statement.orelse
            if len(rest) != 1 or not isinstance(rest[0], ast.If):
                return _joined(after, self._walk(rest, state))
            if self._recording:
                self._states[rest[0]] = [((0, 0), state)]
            statement = rest[0]
            state |= self._own.get(statement, _NONE)

    def _loop(
        self, statement: ast.For | ast.AsyncFor | ast.While, state: State, own: State
    ) -> State | None:
        again = state | own | self._inside(statement.body)
        endless = False
        if isinstance(statement, ast.While):
            test = statement.test
            endless = isinstance(test, ast.Constant) and bool(test.value)
        elif own:
            again = own  # each round begins with the loop's own assignment
        self._loops.append(([], []))
        end = self._walk(statement.body, again)
        broken, continued = self._loops.pop()
        for one in continued:
            end = _joined(end, one)
        if isinstance(statement, ast.While):
            state |= own
        after = None if endless else self._walk(statement.orelse, _joined(state, end))
        for one in broken:
            after = _joined(after, one)
        return after

    def _try(self, statement: Any, state: State) -> State | None:
        end = self._walk(statement.body, state)
        failed = state | self._inside(statement.body)
        after = self._walk(statement.orelse, end)
        for handler in statement.handlers:
            after = _joined(after, self._walk(handler.body, self._own.get(handler) or failed))
            failed |= self._inside(handler.body)
        if statement.finalbody:
            recording = self._recording
            self._walk(statement.finalbody, failed | self._inside(statement.orelse))
            self._recording = False
            after = self._walk(statement.finalbody, after) if after is not None else None
            self._recording = recording
        return after

    def _inside(self, block: Sequence[ast.AST]) -> State:
        """Return what is bound anywhere in a block."""
        return self._within.get(block[0], _NONE) if block else _NONE


def _is_try(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Try) or type(node).__name__ == "TryStar"


def position(node: ast.AST) -> tuple[int, int]:
    """Return where a node stands in its module, to be compared."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _joined(one: State | None, other: State | None) -> State | None:
    """Join the states of two ways; None is a way that ends before."""
    if one is None or other is None:
        return other if one is None else one
    return one | other


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return a function's parameters, positional ones first, `*args` and `**kwargs` last."""
    stars = [star for star in (arguments.vararg, arguments.kwarg) if star is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *stars]


def default_of(function: Function | ast.Lambda, name: str) -> ast.expr | None:
    """Return the default of a function's parameter, or None if it has none."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = zip(
        [*positional, *arguments.kwonlyargs],
        [*defaults, *arguments.defaults, *arguments.kw_defaults],
        strict=True,
    )
    return next((default for argument, default in pairs if argument.arg == name), None)


def argument(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """Return the argument that a call gives by keyword `name` or at `position` (from 0)."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is None or position >= len(call.args):
        return None
    if any(isinstance(given, ast.Starred) for given in call.args[: position + 1]):
        return None
    return call.args[position]


def has_unpacking(call: ast.Call) -> bool:
    """Tell whether a call passes `*arguments` or `**keywords` that are not spelled out."""
    return any(keyword.arg is None for keyword in call.keywords) or any(
        isinstance(given, ast.Starred) for given in call.args
    )


def returned(function: Function | ast.Lambda) -> Iterator[ast.expr]:
    """Yield the expressions that a function returns, in the order of the source."""
    if isinstance(function, ast.Lambda):
        yield function.body
        return
    waiting: list[ast.AST] = [*reversed(function.body)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            if node.value is not None:
                yield node.value
        elif not isinstance(node, (ast.expr, *FUNCTIONS, ast.ClassDef)):
            waiting += reversed(children(node))


def last_name(node: ast.AST) -> str:
    """Return the last name of a name or attribute, or ""."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
