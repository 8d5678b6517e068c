# ruff: noqa: E501
"""What a string can be, told for small real programs."""

from __future__ import annotations

import ast

import helpers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.sources import python
from mlops_checklist.sources.files import File
from mlops_checklist.sources.values import (
    Choice,
    Environ,
    Joined,
    Literal,
    Named,
    Option,
    Parameter,
    Result,
    Unknown,
    Value,
    Values,
    alternatives,
    leaves,
    literal,
    names,
)


def value_of(source: str, path: str = "a.py") -> Value:
    """Fold the argument of the call `use(…)`."""
    module = python.module(File(path, data=source.encode()))
    (call,) = [call for call in module.calls if getattr(call.func, "id", "") == "use"]
    return Values(module).of(call.args[0])


def shown(value: Value) -> str:
    """Write a value down: 'text', $ENVIRON|default, --option|default, <parameter>, name(), ?name."""
    if isinstance(value, Literal):
        return repr(value.text)
    if isinstance(value, Joined):
        return " + ".join(shown(part) for part in value.parts)
    if isinstance(value, Choice):
        return "{" + ", ".join(sorted(shown(option) for option in value.options)) + "}"
    if isinstance(value, Named):
        return shown(value.value)
    if isinstance(value, Result):
        return f"{value.callee}()"
    if isinstance(value, Unknown):
        return f"?{value.name}"
    sign, end = {Environ: ("$", ""), Option: ("--", ""), Parameter: ("<", ">")}[type(value)]
    default = "" if value.default is None else f"|{shown(value.default)}"
    return f"{sign}{value.name}{default}{end}"


ARGPARSE = "import argparse\np = argparse.ArgumentParser()\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # Texts put together.
        ("use('a')", "'a'"),
        ("use(3)", "'3'"),
        ("use(None)", "?"),
        ("use(f'a-{b}')\nb = 'c'", "'a-' + 'c'"),  # nothing reaches it: what the scope has
        ("b = 'c'\nuse(f'a-{b}')", "'a-' + 'c'"),
        ("b = 'c'\nuse(f'a-{b!r:>10}')", "'a-' + 'c'"),
        ("use('a' 'b')", "'ab'"),
        ("use('a' + b + 'c')", "'a' + ?b + 'c'"),
        ("use('a-%s-%d' % (b, 3))", "'a-' + ?b + '-' + '3'"),
        ("use('a-%s' % b)", "'a-' + ?b"),
        ("use('a-%(b)s' % {'b': c})", "'a-%(b)s' + ?c"),
        ("use('a-{}-{}'.format(b, c))", "'a-' + ?b + '-' + ?c"),
        ("use('a-{1}-{0}'.format(b, c))", "'a-' + ?c + '-' + ?b"),
        ("use('a-{x}'.format(x=b))", "'a-' + ?b"),
        ("use('-'.join(['a', b]))", "'a' + '-' + ?b"),
        ("import os\nuse(os.path.join('a', b))", "'a' + '/' + ?b"),
        ("from pathlib import Path\nuse(Path('a') / b)", "'a' + '/' + ?b"),
        ("from pathlib import Path\nuse(str(Path('a', b)))", "'a' + '/' + ?b"),
        ("use(' A '.strip().lower())", "' A '"),
        ("use(b.upper())", "?b"),
        ("import getpass\nuse(getpass.getuser()[:8])", "getpass.getuser()"),
        # Environment variables.
        ("import os\nuse(os.environ['A'])", "$A"),
        ("import os\nuse(os.environ.get('A'))", "$A"),
        ("import os\nuse(os.environ.get('A', 'b'))", "$A|'b'"),
        ("import os\nuse(os.getenv('A', default='b'))", "$A|'b'"),
        ("import os\nuse(os.environ.get('A', None))", "$A"),
        ("from os import environ as e\nuse(e['A'])", "$A"),
        ("from os import environ, getenv\nuse(getenv('A'))", "$A"),
        ("import os\nenv = os.environ\nuse(env.get('A'))", "$A"),
        ("import os\nkey = 'A'\nuse(os.environ[key])", "$A"),
        ("import os\nuse(os.getenv('A') or 'b')", "{$A, 'b'}"),
        ("import os\nuse(os.getenv('A') or os.getenv('B') or 'c')", "{$A, $B, 'c'}"),
        ("from decouple import config\nuse(config('A', default='b'))", "$A|'b'"),
        ("import os\nuse(os.environ[b])", "?"),
        # Command lines.
        (ARGPARSE + "p.add_argument('--my-name', default='b')\nuse(p.parse_args().my_name)", "--my_name|'b'"),
        (ARGPARSE + "p.add_argument('-n', '--name')\na = p.parse_args()\nuse(a.name)", "--name"),
        (ARGPARSE + "p.add_argument('--x', dest='name', default='b')\na = p.parse_args()\nuse(a.name)", "--name|'b'"),
        (ARGPARSE + "p.add_argument('name')\na = p.parse_args()\nuse(a.name)", "--name"),
        (ARGPARSE + "p.add_argument('--name', default='b')\na = vars(p.parse_args())\nuse(a['name'])", "--name|'b'"),
        (ARGPARSE + "p.add_argument('--name', default='b')\na = p.parse_args()\nuse(getattr(a, 'name'))", "--name|'b'"),
        (ARGPARSE + "p.add_argument('--name', default='b')\na, _ = p.parse_known_args()\nuse(a.name)", "--name|'b'"),
        (ARGPARSE + "p.add_argument('--name', default='b')\ndef f(args):\n    use(args.name)", "--name|'b'"),
        ("import click\n@click.command()\n@click.option('--name', default='b')\ndef f(name):\n    use(name)", "--name|'b'"),
        ("import click\n@click.command()\n@click.argument('name')\ndef f(name):\n    use(name)", "--name"),
        ("import typer\napp = typer.Typer()\n@app.command()\ndef f(name: str = 'b'):\n    use(name)", "--name|'b'"),
        ("import typer\ndef f(name: str = typer.Option('b')):\n    use(name)\ntyper.run(f)", "--name|'b'"),
        ("import typer\ndef f(name='b'):\n    use(name)\ntyper.run(f)", "--name|'b'"),
        ("import fire\ndef f(name='b'):\n    use(name)\nfire.Fire(f)", "--name|'b'"),
        ("from absl import flags\nflags.DEFINE_string('name', 'b', 'help')\nFLAGS = flags.FLAGS\nuse(FLAGS.name)", "--name|'b'"),
        ("dbutils.widgets.text('n', 'b')\nuse(dbutils.widgets.get('n'))", "--n|'b'"),
        ("use(dbutils.widgets.get('n'))", "--n"),
        # Parameters and helper functions.
        ("def f(a):\n    use(a)", "<a>"),
        ("def f(a='b'):\n    use(a)", "<a|'b'>"),
        ("def f(a):\n    use(a)\nf('b')", "'b'"),
        ("def f(a):\n    use(a)\nf('b')\nf(a='c')", "{'b', 'c'}"),
        ("def f(a='b'):\n    use(a)\nf()\nf('c')", "{'b', 'c'}"),
        ("def f(a):\n    use(a)\nf(*b)", "<a>"),
        ("def f(a):\n    use(a)\nf('b')\nf(**c)", "{'b', ?a}"),
        ("def f(a, b='c'):\n    return a + b\nuse(f('d'))", "'d' + 'c'"),
        ("def f(a, b='c'):\n    return a + b\nuse(f('d', b='e'))", "'d' + 'e'"),
        ("def f(a):\n    if a:\n        return 'b'\n    return 'c'\nuse(f(1))", "{'b', 'c'}"),
        ("f = lambda a: a + 'b'\nuse(f('c'))", "'c' + 'b'"),
        ("def f(a):\n    return g(a)\ndef g(a):\n    return f(a)\nuse(f('x'))", "?g()"),
        ("import getpass\ndef user():\n    return getpass.getuser()\nuse('a-' + user())", "'a-' + getpass.getuser()"),
        # Classes.
        ("class A:\n    name = 'b'\nuse(A().name)", "'b'"),
        ("class A:\n    name = 'b'\nuse(A.name)", "'b'"),
        ("class A:\n    c = {'n': 'b'}\nuse(A.c['n'])", "'b'"),
        ("class A:\n    def __init__(self, name):\n        self.name = name\nuse(A('b').name)", "'b'"),
        ("class A:\n    def __init__(self, name='b'):\n        self.name = name\n    def f(self):\n        use(self.name)", "<name|'b'>"),
        ("class A:\n    @property\n    def name(self):\n        return 'b'\nuse(A().name)", "'b'"),
        ("class A:\n    def f(self, x):\n        return x\nuse(A().f('b'))", "'b'"),
        ("class A:\n    @staticmethod\n    def f(x):\n        return x\nuse(A.f('b'))", "'b'"),
        ("class A:\n    @classmethod\n    def f(cls, x):\n        return x\nuse(A.f('b'))", "'b'"),
        ("class A:\n    def f(self, x):\n        use(x)\n    def g(self):\n        self.f('b')", "'b'"),
        ("class B:\n    name = 'b'\nclass A(B):\n    def f(self):\n        use(self.name)", "'b'"),
        ("from dataclasses import dataclass\n@dataclass\nclass C:\n    name: str = 'b'\nc = C()\nuse(c.name)", "'b'"),
        ("from dataclasses import dataclass\n@dataclass\nclass C:\n    name: str = 'b'\nc = C(name='d')\nuse(c.name)", "'d'"),
        ("from dataclasses import dataclass, field\n@dataclass\nclass C:\n    name: str = field(default='b')\nuse(C().name)", "'b'"),
        ("from dataclasses import dataclass, field\nimport os\n@dataclass\nclass C:\n    name: str = field(default_factory=lambda: os.environ['A'])\nuse(C().name)", "$A"),
        ("from pydantic import BaseModel, Field\nclass C(BaseModel):\n    name: str = Field('b')\nuse(C().name)", "'b'"),
        ("from pydantic_settings import BaseSettings\nclass C(BaseSettings):\n    name: str = 'b'\nuse(C().name)", "--name|'b'"),
        # Dictionaries, choices and loops.
        ("c = {'n': 'b', 'm': 'd'}\nuse(c['n'])", "'b'"),
        ("c = {'n': {'m': 'b'}}\nuse(c['n']['m'])", "'b'"),
        ("c = dict(n='b')\nuse(c['n'])", "'b'"),
        ("c = {'n': 'b'}\nuse(c.get('n', 'd'))", "'b'"),
        ("use(c.get('n', 'd'))", "--n|'d'"),
        ("c = ['a', 'b']\nuse(c[1])", "'b'"),
        ("use('a' if b else 'c')", "{'a', 'c'}"),
        ("a = 'x'\nif b:\n    a = 'y'\nuse(a + '-')", "{'x', 'y'} + '-'"),
        ("for a in ['x', 'y']:\n    use(a)", "{'x', 'y'}"),
        ("for a, b in [('x', 1)]:\n    use(a)", "?"),
        ("a = 'x'\na += '-y'\nuse(a)", "'x' + '-y'"),
        ("a = 'x'\na -= b\nuse(a)", "?a"),
        ("a = 'x'\nfor b in c:\n    a += 'y'\nuse(a)", "{'x', {'x', ?a} + 'y'}"),
        ("use(a := 'x')", "'x'"),
        ("async def f():\n    use(await g())\nasync def g():\n    return 'b'", "'b'"),
    ],
)  # fmt: skip
def test_value(source: str, expected: str) -> None:
    assert shown(value_of(source)) == expected


def test_names_tell_who_holds_a_value() -> None:
    value = value_of("user = load()\nname = 'a-' + user\nuse(name)")
    assert {"name", "user"} <= set(names(value))


def test_helpers() -> None:
    node = ast.Constant("")
    a, b, c = (Literal(text, node) for text in "abc")
    value = Named("n", Choice((a, Choice((b, Joined((b, c)))))))
    assert list(alternatives(value)) == [
        Named("n", a),
        Named("n", b),
        Named("n", Joined((b, c))),
    ]
    assert list(leaves(value)) == [a, b, b, c]
    assert literal(Joined((a, Named("n", b)))) == "ab"
    assert literal(Joined((a, Unknown("x", node)))) is None
    assert literal(Choice((a, b))) is None


def test_a_notebook_is_one_program() -> None:
    source = helpers.notebook("name = 'a'", "name = name + '-b'", "use(name)")
    assert literal(value_of(source, "a.ipynb")) == "a-b"


@pytest.mark.parametrize(
    "source",
    [
        "a = 'x'\n" + "a = a + a\n" * 60 + "use(a)",
        "".join(f"def f{n}(a):\n    return f{n + 1}(a) + f{n + 1}(a)\n" for n in range(40)) + "use(f0('x'))",
        "a = 'x'\nwhile b:\n" + "    a += 'y'\n" * 40 + "use(a)",
        "a = 'x'\n" + "if b:\n    a = a + 'y'\n" * 60 + "use(a)",
        "def f():\n" + "    return f() or f() or f()\n" * 20 + "use(f())",
        "use(" + "-".join(["'a'"] * 900).replace("-", " + ") + ")",
        "a = 'x'\n" + "if b:\n    a = 'y%d'\n" * 200 + "use(a)",
    ],
    ids=["doubling", "helpers", "added", "branches", "circle", "sum", "many"],
)  # fmt: skip
def test_what_grows_without_end_is_cut(source: str) -> None:
    value = value_of(source)
    assert sum(1 for _ in leaves(value)) < 100_000


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["'a'", "b", "f'c{b}'", "'d'.upper()", "str('e')"]), min_size=1, max_size=6))  # fmt: skip
def test_a_sum_of_known_texts_is_known(parts: list[str]) -> None:
    """What is folded is what Python computes, methods of str left aside."""
    source = " + ".join(parts)
    seen = eval(source, {"b": "B"})
    folded = literal(value_of(f"b = 'B'\nuse({source})"))
    assert folded is not None
    assert folded.lower() == seen.lower()
