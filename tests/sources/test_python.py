# ruff: noqa: E501
"""The Python reader: what names mean, which assignments reach a use, places, and bad input."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

import helpers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.outcome import Place
from mlops_checklist.sources import python
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.python import Module
from mlops_checklist.sources.values import Literal, Values, alternatives


def read(source: str | bytes, path: str = "a.py") -> Module:
    return python.module(File(path, data=source if isinstance(source, bytes) else source.encode()))


def used(module: Module) -> ast.expr:
    """Return the argument of the call `use(…)`."""
    (call,) = [call for call in module.calls if getattr(call.func, "id", "") == "use"]
    return call.args[0]


# --- Qualified names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import mlflow\nuse(mlflow.set_experiment)", "mlflow.set_experiment"),
        ("import mlflow as m\nuse(m.set_experiment)", "mlflow.set_experiment"),
        ("import mlflow.sklearn\nuse(mlflow.sklearn.log_model)", "mlflow.sklearn.log_model"),
        ("import mlflow.sklearn as s\nuse(s.log_model)", "mlflow.sklearn.log_model"),
        ("from mlflow import sklearn as s\nuse(s.log_model)", "mlflow.sklearn.log_model"),
        ("from mlflow import set_experiment as e\nuse(e)", "mlflow.set_experiment"),
        ("from mlflow import *\nuse(set_experiment)", "mlflow.set_experiment"),
        ("from . import tracking\nuse(tracking.start)", ".tracking.start"),
        ("from ..a import b\nuse(b.c)", "..a.b.c"),
        ("try:\n    import mlflow\nexcept ImportError:\n    mlflow = None\nuse(mlflow.x)", "mlflow.x"),
        ("import sys\nif sys.argv:\n    import mlflow\nuse(mlflow.x)", "mlflow.x"),
        ("def f():\n    import mlflow\n    use(mlflow.x)", "mlflow.x"),
        ("import mlflow\nlog = mlflow.log_param\nuse(log)", "mlflow.log_param"),
        ("import mlflow\nmlflow = Fake()\nuse(mlflow.x)", None),
        ("import mlflow\ndef f(mlflow):\n    use(mlflow.x)", None),
        ("import mlflow\nfor mlflow in []:\n    use(mlflow.x)", None),
        ("def set_experiment(a): ...\nuse(set_experiment)", None),
        ("use(unknown.thing)", None),
        ("use(print)", "print"),
        ("print = 3\nuse(print)", None),
        ("from mlflow import MlflowClient as C\nc = C()\nuse(c.log)", "mlflow.MlflowClient().log"),
        ("from mlflow import MlflowClient\nuse(MlflowClient().log)", "mlflow.MlflowClient().log"),
        ("import mlflow\nwith mlflow.start_run() as r:\n    use(r.info)", "mlflow.start_run().info"),
        (
            "from mlflow import MlflowClient as C\nclass A:\n    def __init__(self):\n"
            "        self.c = C()\n    def f(self):\n        use(self.c.log)",
            "mlflow.MlflowClient().log",
        ),
        (
            "from mlflow import MlflowClient as C\nclass A:\n    c = C()\n    def f(self):\n"
            "        use(self.c.log)",
            "mlflow.MlflowClient().log",
        ),
        (
            "from mlflow import MlflowClient as C\nclass A:\n    def __init__(self):\n"
            "        self.c = C()\na = A()\nuse(a.c.log)",
            "mlflow.MlflowClient().log",
        ),
        (
            "from mlflow import MlflowClient as C\nclass B:\n    def __init__(self):\n"
            "        self.c = C()\nclass A(B):\n    def f(self):\n        use(self.c.log)",
            "mlflow.MlflowClient().log",
        ),
        ("from mlflow import MlflowClient as C\ndef f(c: C):\n    use(c.log)", "mlflow.MlflowClient().log"),
        ("from mlflow import MlflowClient as C\ndef f(c: 'C'):\n    use(c.log)", "mlflow.MlflowClient().log"),
        (
            "from mlflow import MlflowClient as C\ndef f(c: C | None = None):\n    use(c.log)",
            "mlflow.MlflowClient().log",
        ),
        (
            "from mlflow import MlflowClient as C\ndef f(c=None):\n    c = c or C()\n    use(c.log)",
            "mlflow.MlflowClient().log",
        ),
        (
            "from mlflow import MlflowClient as C\ndef make():\n    return C()\nuse(make().log)",
            "mlflow.MlflowClient().log",
        ),
        (
            "from mlflow import MlflowClient as C\nc = C() if x else None\nuse(c.log)",
            "mlflow.MlflowClient().log",
        ),
        ("import aiohttp\nasync def f():\n    r = await aiohttp.get()\n    use(r.text)", "aiohttp.get().text"),
        ("import m\nasync def f():\n    async with m.open() as r:\n        use(r.read)", "m.open().read"),
        ("import mlflow\nx = lambda: use(mlflow.log)", "mlflow.log"),
        ("import mlflow\n[use(mlflow.log) for a in b]", "mlflow.log"),
        ("import mlflow\n[use(mlflow.log) for mlflow in b]", None),
        ("import mlflow\nif (m := mlflow.run):\n    use(m)", "mlflow.run"),
        ("import mlflow\ndef f():\n    global c\n    c = mlflow.Client()\ndef g():\n    use(c.x)", "mlflow.Client().x"),
        (
            "import mlflow\nc = None\ndef f():\n    global c\n    c = mlflow.Client()\n"
            "def g():\n    use(c.x)",
            "mlflow.Client().x",
        ),
        (
            "import mlflow\ndef f():\n    c = None\n    def g():\n        nonlocal c\n"
            "        c = mlflow.Client()\n    g()\n    use(c.x)",
            "mlflow.Client().x",
        ),
        ("import mlflow\nmatch a:\n    case 1:\n        use(mlflow.log)", "mlflow.log"),
        ("import mlflow\n@use(mlflow.trace)\ndef mlflow2(): ...", "mlflow.trace"),
        ("import a, b\nx, y = a.one, b.two\nuse(y)", "b.two"),
    ],
)  # fmt: skip
def test_qualified(source: str, expected: str | None) -> None:
    module = read(source)
    assert module.qualified(used(module)) == expected


def test_names_that_lead_back_to_themselves_end() -> None:
    module = read(
        "a = b\nb = a\nwhile x:\n    a, b = b.c, a()\nuse(a)\ndef f():\n    return f()\nf().g"
    )
    assert module.qualified(used(module)) is None
    for call in module.calls:
        module.class_of(call)
        module.definition(call.func)


# --- Assignments that reach a use -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\nx = 2\nuse(x)", {2}),
        ("x = 1\nif c:\n    x = 2\nuse(x)", {1, 2}),
        ("if c:\n    x = 1\nelse:\n    x = 2\nuse(x)", {1, 2}),
        ("x = 1\nif c:\n    x = 2\nelif d:\n    x = 3\nelse:\n    x = 4\nuse(x)", {2, 3, 4}),
        ("def f():\n    x = 1\n    if c:\n        x = 2\n        return\n    use(x)", {1}),
        ("def f():\n    x = 1\n    if c:\n        x = 2\n        raise E\n    use(x)", {1}),
        ("x = 1\nfor a in b:\n    use(x)\n    x = 2", {1, 2}),
        ("x = 1\nfor a in b:\n    x = 2\n    use(x)\n    x = 3", {2}),
        ("x = 1\nfor a in b:\n    x = 2\nuse(x)", {1, 2}),
        ("x = 1\nfor a in b:\n    x = 2\n    if c:\n        break\n    x = 3\nuse(x)", {1, 2, 3}),
        ("x = 1\nfor a in b:\n    x = 2\n    if c:\n        continue\n    x = 3\nuse(x)", {1, 2, 3}),
        ("x = 1\nwhile c:\n    x = 2\nelse:\n    x = 3\nuse(x)", {3}),
        ("x = 1\ntry:\n    x = 2\n    g()\n    x = 3\nexcept E:\n    use(x)", {1, 2, 3}),
        ("x = 1\ntry:\n    x = 2\nexcept E:\n    x = 3\nuse(x)", {2, 3}),
        ("x = 1\ntry:\n    x = 2\nexcept E:\n    x = 3\nelse:\n    x = 4\nuse(x)", {3, 4}),
        ("x = 1\ntry:\n    x = 2\nfinally:\n    x = 3\nuse(x)", {3}),
        ("x = 1\ntry:\n    x = 2\n    g()\nfinally:\n    use(x)", {1, 2}),
        ("x = 1\nwith a:\n    x = 2\nuse(x)", {2}),
        ("x = 1\nmatch a:\n    case 1:\n        x = 2\n    case 2:\n        x = 3\nuse(x)", {1, 2, 3}),
        ("x = 1\nuse(x)\nx = 2", {1}),
        ("x = 1\ndef f():\n    use(x)\nx = 2", {2}),
        ("x = 1\nclass A:\n    use(x)\nx = 2", {1}),
        ("class A:\n    x = 1\n    def f(self):\n        use(x)", set()),
        ("x = 1\n(x := 2)\nuse(x)", {2}),
        ("x = 1\nif c and (x := 2):\n    pass\nuse(x)", {1, 2}),
        ("x = 1\ndef f():\n    x = 2\nuse(x)", {1}),
        ("x = 1\ndef f():\n    global x\n    x = 2\nf()\nuse(x)", {1, 2}),
        ("x, y = 1, 2\nuse(y)", {2}),
        ("x = y = 1\nuse(y)", {1}),
    ],
)  # fmt: skip
def test_bindings(source: str, expected: set[int]) -> None:
    module = read(source)
    name = used(module)
    assert isinstance(name, ast.Name)
    reaching = {
        binding.node.value
        for binding in module.bindings(name.id, name)
        if binding.how == "value" and isinstance(binding.node, ast.Constant)
    }
    if "(x := 2)" in source:  # whether a walrus runs is not followed
        assert reaching >= expected
    else:
        assert reaching == expected


@pytest.mark.skipif("sys.version_info < (3, 11)", reason="3.10 cannot parse except*")
def test_exception_groups() -> None:
    module = read("x = 1\ntry:\n    x = 2\nexcept* E:\n    use(x)")
    name = used(module)
    assert {b.node.value for b in module.bindings("x", name)} == {1, 2}  # type: ignore[attr-defined]


# Programs of straight lines, branches and loops: run for real, and compared.


def indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines] or ["    pass"]


_LINES = st.sampled_from(
    [
        "x = 'a'",
        "x = 'b'",
        "y = 'c'",
        "x = y",
        "y = x",
        "x += 'd'",
        "use(x)",
        "use(y)",
        "(x := 'e')",
    ]
)


def _compound(children: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    def build(kind: str, one: list[str], two: list[str], three: list[str]) -> list[str]:
        one, two, three = indented(one), indented(two), indented(three)
        return {
            "if": ["if coin():", *one],
            "else": ["if coin():", *one, "elif coin():", *two, "else:", *three],
            "for": ["for _ in range(rounds()):", *one],
            "for-else": ["for x in texts():", *one, "else:", *two],
            "while": ["while coin():", *one, "    if coin():", "        break", *two],
            "continue": ["for _ in range(rounds()):", *one, "    if coin(): continue", *two],
            "endless": ["while True:", *one, "    if coin():", "        break", *two],
            "try": ["try:", *one, "    risk()", *two, "except OSError:", *three],
            "finally": ["try:", *one, "    risk()", "except OSError:", *two, "finally:", *three],
            "try-else": ["try:", *one, "    risk()", "except OSError as error:", *two, "else:", *three],
            "with": ["with suppress(OSError):", *one, "    risk()", *two],
            "match": ["match rounds():", "    case 0:", *indented(one), "    case n if n > 1:",
                      *indented(two), "    case _:", *indented(three)],
            "return": [*(line[4:] for line in one), "if coin():", "    return"],
            "class": ["class A:", *[line for line in one if "return" not in line and "(" in line],
                      "    pass"],
        }[kind]  # fmt: skip

    kinds = st.sampled_from(
        "if else for for-else while continue endless try finally try-else with match return".split()
    )
    return st.builds(build, kinds, children, children, children)


_BODIES = st.recursive(
    st.lists(_LINES, max_size=3),
    lambda children: st.lists(_compound(children), min_size=1, max_size=2).map(
        lambda parts: [line for part in parts for line in part]
    ),
    max_leaves=8,
)


class _Stop(Exception):
    """The program ran long enough."""


@settings(max_examples=300, deadline=None)
@given(_BODIES, st.lists(st.booleans(), min_size=1, max_size=40))
def test_what_is_seen_is_among_what_is_read(body: list[str], coins: list[bool]) -> None:
    """Run a program; each text that a `use` really sees must be among those read for it."""
    numbered = iter(range(10_000))
    lines = ["def program():", "    x = 'i'", "    y = 'j'", *indented(body), "    use(x)"]
    source = re.sub(r"use\(", lambda _: f"use({next(numbered)}, ", "\n".join(lines) + "\n")
    seen: list[tuple[int, str]] = []
    tosses = iter(coins)

    def toss() -> bool:
        result = next(tosses, None)
        if result is None:
            raise _Stop
        return result

    def risk() -> None:
        if toss():
            raise OSError

    from contextlib import suppress

    world: dict[str, Any] = {
        "coin": toss,
        "rounds": lambda: toss() + toss(),
        "texts": lambda: "pq"[: toss() + toss()],
        "risk": risk,
        "suppress": suppress,
        "use": lambda number, text: seen.append((number, text)),
    }
    exec(source, world)  # our own program, made above
    try:
        world["program"]()
    except (_Stop, OSError, UnboundLocalError):
        pass
    module = read(source)
    values = Values(module)
    calls = {
        call.args[0].value: call.args[1]  # type: ignore[attr-defined]
        for call in module.calls
        if getattr(call.func, "id", "") == "use"
    }
    for number, text in seen:
        options = list(alternatives(values.of(calls[number])))
        texts = {option.text for option in options if isinstance(option, Literal)}
        # A text added to, or an element, is not one literal: it must at least not be wrong.
        assert text in texts or len(texts) < len(options), (source, number, text, options)


# --- Places -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (b"x = 1\nuse(x)\n", Place(2, 5)),
        ("é = '模'; use(é)\n".encode(), Place(1, 14)),
        (b"if 1:\n\tuse(x)\n", Place(2, 6)),
        (b"x = 1\r\n\r\nuse(x)\r\n", Place(3, 5)),
        (b"x = 1\ruse(x)\r", Place(2, 5)),
        (b"\xef\xbb\xbfuse(x)\n", Place(1, 5)),
        (b"# -*- coding: latin-1 -*-\ny = '\xe9'; use(x)\n", Place(2, 14)),
        (b"y = '''\x0c\xc2\x85\n'''; use(x)\n", Place(2, 10)),
    ],
)
def test_place(source: bytes, place: Place) -> None:
    module = read(source)
    assert module.place(used(module)) == place


def test_a_notebook_is_one_program_of_cells() -> None:
    text = helpers.notebook("%pip install x\nimport mlflow", "é = 'a'\nuse(mlflow.log, é)")
    module = read(text, "a.ipynb")
    argument = used(module)
    assert module.qualified(argument) == "mlflow.log"
    line = next(n for n, line in enumerate(text.split("\n"), 1) if "use(" in line)
    assert module.place(argument) == Place(2, 5, 2, line)
    (call,) = [call for call in module.calls if getattr(call.func, "id", "") == "use"]
    assert module.place(call.args[1]) == Place(2, 17, 2, line)


def test_a_broken_cell_leaves_the_others() -> None:
    module = read(helpers.notebook("import mlflow", "x = = 1", "use(mlflow.log)"), "a.ipynb")
    assert module.qualified(used(module)) == "mlflow.log"
    (unparsed,) = module.unparsed
    assert (unparsed.place.cell, unparsed.place.line, unparsed.source) == (2, 1, "x = = 1")


# --- Encodings and errors ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"# coding: latin-1\nuse('\xe9')", "é"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nuse('\x80')", "€"),
        (b"# -*- coding: utf-8-unix -*-\nuse('\xc3\xa9')", "é"),
        (b"# -*- coding: latin-1-unix -*-\nuse('\xe9')", "é"),
        (b"\xef\xbb\xbf# coding: utf-8\nuse('\xc3\xa9')", "é"),
        (b"x = 1\ny = 2\n# coding: latin-1\nuse('\xc3\xa9')", "é"),
    ],
)
def test_encodings(source: bytes, text: str) -> None:
    argument = used(read(source))
    assert isinstance(argument, ast.Constant)
    assert argument.value == text


@pytest.mark.parametrize(
    ("source", "message", "line", "undecided"),
    [
        (b"x = 1\nx = = 1\n", r"cannot parse as Python 3\.\d+: invalid syntax \(line 2\)$", 2, False),
        (b"print 'a'\n", r".*; it looks like Python 2$", 1, False),
        (b"try:\n    pass\nexcept A, e:\n    pass\n", r".*; it looks like Python 2$", 3, False),
        (b"exec 'a'\n", r".*; it looks like Python 2$", 1, False),
        (b"raise E, 'a'\n", r".*; it looks like Python 2$", 1, False),
        (b"x = {{ cookiecutter.name }}.y\n{% if a %}\n", r".*; it looks like a template$", None, True),
        (b"import {{ cookiecutter.name }}\n", r".*; it looks like a template$", 1, True),
        (b"x = 1\0\n", r"cannot decode: NUL byte in line 1$", 1, False),
        (b"# coding: no-such\n", r"cannot decode: not no-such, which its first lines name$", 1, False),
        (b"# coding: rot13\n", r"cannot decode: not rot13", 1, False),
        (b"# coding: ascii\nx = '\xe9'\n", r"cannot decode: not ascii", 1, False),
        (b"x = '\xff'\n", r"cannot decode: byte 0xff in line 1 is not UTF-8$", 1, False),
    ],
)  # fmt: skip
def test_errors(source: bytes, message: str, line: int | None, undecided: bool) -> None:
    with pytest.raises(Unreadable, match=message) as caught:
        read(source)
    assert caught.value.undecided is undecided
    if line is not None:
        assert caught.value.place.line == line


@pytest.mark.skipif(
    "sys.version_info >= (3, 14)", reason="3.14 parses t-strings, the newest syntax"
)
def test_newer_syntax_is_undecided() -> None:
    with pytest.raises(Unreadable, match=r"it looks like Python 3\.14") as caught:
        read("x = t'{a}'\n")
    assert caught.value.undecided


@pytest.mark.parametrize(
    "source",
    [
        "use(" + "(" * 50_000 + ")" * 50_000 + ")",
        "use(" + "[" * 50_000,
        "use(" + "+".join(["'a'"] * 10_000) + ")",
        "use(a" + ".b" * 1_000 + ")",
        "use(a" + ".b()" * 500 + ")",
        "use(a" + "[0]" * 1_000 + ")",
        "use(" + "not " * 10_000 + "a)",
        "use(" + "a if b else " * 3_000 + "a)",
        "x = 'a'\n" + "".join(f"{' ' * n}if c:\n" for n in range(95)) + " " * 95 + "use(x)",
        "x = 'a'\nif c:\n    x = 'b'\n" + "elif c:\n    x = 'b'\n" * 400 + "use(x)",
        "x = 'a'\n" + "".join(f"{' ' * n}for a in b:\n" for n in range(19)) + " " * 19 + "x = use(x)",
        "x = 'a'\n" + "".join(f"{' ' * n}try:\n" for n in range(19)) + " " * 19 + "x = use(x)\n"
        + "".join(f"{' ' * n}finally:\n{' ' * n} x = 'b'\n" for n in reversed(range(19))),
    ],
    ids=["parentheses", "brackets", "sum", "attributes", "calls", "items", "nots", "conditions",
         "ifs", "elifs", "loops", "tries"],
)  # fmt: skip
def test_deep_nesting(source: str) -> None:
    try:
        module = read(source)
    except Unreadable as error:
        assert re.match("cannot parse as Python", str(error))
        return
    argument = used(module)
    module.qualified(argument)
    Values(module).of(argument)
    module.class_of(argument)


_PIECES = st.lists(
    st.sampled_from(
        "import mlflow|\n|from a import *|x|=|(|)|:|def f|class A|\n    |if |else|try|except|for |in|"
        "return|'|\"|'''|f'{|}|lambda|%pip|!ls|\0|\r|é|@|match |case|*|**|[|]|global x|0o|\\|#".split(
            "|"
        )
    ),
    max_size=25,
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), _PIECES), st.sampled_from(["a.py", "a.ipynb"]))
def test_nothing_but_unreadable(text: str, path: str) -> None:
    if path == "a.ipynb":
        text = helpers.notebook(text)
    try:
        module = read(text.encode("utf-8", "replace"), path)
    except Unreadable as error:
        assert "\n" not in str(error)
        return
    values = Values(module)
    for call in module.calls:
        module.qualified(call)
        module.place(call)
        values.of(call)


EVERY_STATEMENT = """\
@mark
async def f[T](a, /, b: int = 1, *c, d=2, e, **g) -> None:
    global x, y
    async with open(p) as q, r: pass
    async for i in j: await k
    else: del l
type Pair[U] = tuple[U, U]
class C(B, metaclass=M):
    z: int = lambda v, w=1: (yield)
match s:
    case {"a": 1, **rest} if t: pass
    case [1, *others] | P(u, v=None) as named: raise E from None
try: assert a < b <= c and not d, f"{x!r:>{n}}"
except* V as w: x += -y if z else ~y
finally: import a.b as c; from . import d as e, f
{**a, "k": [*b], (c := 1): {d for d in e if f async for g in h}}[1:2, ...]
"""


def test_children_are_those_of_ast() -> None:
    source = EVERY_STATEMENT
    if sys.version_info < (3, 12):
        source = source.replace("[T]", "").replace("type Pair[U] =", "Pair =")
    if sys.version_info < (3, 11):
        source = source.replace("except*", "except")
    tree = ast.parse(source)
    shared = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
    for node in ast.walk(tree):
        expected = [each for each in ast.iter_child_nodes(node) if not isinstance(each, shared)]
        assert python.children(node) == expected
    assert set(python.walk(tree)) == {n for n in ast.walk(tree) if not isinstance(n, shared)}
