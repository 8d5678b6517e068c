"""The text literals of a Python program, each with the name that it is given to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from mlops_checklist.sources.python import FUNCTIONS, children, stands_on

# Calls whose first text names what the second one sets; and calls that only wrap a text.
_GIVERS = frozenset(
    "get getenv setdefault setenv putenv set option header add_header env config secret".split()
)
_WRAPPERS = frozenset(
    "field Field Option Argument SecretStr SecretBytes Secret Variable str bytes quote_plus"
    " quote".split()
)
_DECODERS = frozenset("fromhex unhexlify b64decode urlsafe_b64decode b32decode".split())
_DEFAULTS = frozenset("default fallback default_var default_value".split())
# What is given a secret by its place, whatever its arguments are called.
_LOGINS = frozenset(
    "connect login Redis StrictRedis SMTP SMTP_SSL FTP FTP_TLS Connection Minio simple_bind"
    " simple_bind_s".split()
)
_CREDENTIALS = re.compile(r"\w*(?:Auth|Authentication|Credentials?|UsernamePassword)")
_OF_ONE_KEY = {"Fernet": 0, "MultiFernet": 0, "TOTP": 0, "HOTP": 0, "Domino": 1}  # at which place
_LOGIN_PAIRS = frozenset("auth basic_auth http_auth".split())  # of a user and a password
_TYPING = frozenset("fill type send_keys press_sequentially".split())  # into a field of a form


def python_pairs(
    tree: ast.AST, lines: Sequence[int] | None = None
) -> Iterator[tuple[str, ast.Constant]]:
    """Yield each name of a program with the text literals given to it.

    Assignments (`name[]` for what stands in a list or dictionary), keyword arguments, dictionary
    entries, defaults (of parameters, getenv, click, argparse, pydantic), comparisons; `key` of a
    call is named after it: `login_key`. With `lines`, sorted, the names stand on some of these.
    """
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        waiting += (each for each in children(node) if lines is None or stands_on(each, lines))
        for name, value in _given(node):
            for literal in _literals(value):
                yield name, literal


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        yield from _assigned(node.target, node.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and (name := _text(key)):
                yield name, value
    elif isinstance(node, (*FUNCTIONS, ast.Lambda)):
        given = node.args
        positional = [*given.posonlyargs, *given.args]
        defaults: list[ast.expr | None] = [*given.kw_defaults]
        names = given.kwonlyargs
        if given.defaults:
            names = [*positional[-len(given.defaults) :], *names]
            defaults = [*given.defaults, *defaults]
        for argument, default in zip(names, defaults, strict=True):
            if default is not None:
                yield argument.arg, default
        if isinstance(node, FUNCTIONS) and all(each.arg in ("self", "cls") for each in positional):
            last = node.body[-1]
            if len(node.body) <= 2 and isinstance(last, ast.Return) and last.value is not None:
                yield node.name, last.value  # def password(): return "x"
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        yield from _assigned(node.left, node.comparators[0])
        yield from _assigned(node.comparators[0], node.left)
    elif isinstance(node, ast.Call):
        yield from _arguments(node)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
        for each, given in zip(target.elts, value.elts, strict=False):
            yield from _assigned(each, given)
    elif _last_name(target) in _LOGIN_PAIRS and isinstance(value, (ast.Tuple, ast.List)):
        yield from _login_pairs(value)
    elif isinstance(value, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
        held = value.values if isinstance(value, ast.Dict) else value.elts
        for each in held:
            yield f"{_last_name(target)}[]", each
    elif isinstance(target, ast.Subscript):
        yield _text(target.slice), value
    elif isinstance(target, ast.Call):  # `text_input("Password") == "x"`
        yield _text(target.args[0]) if target.args else "", value
    else:
        yield _last_name(target), value


def _login_pairs(value: ast.Tuple | ast.List) -> Iterator[tuple[str, ast.expr]]:
    """Yield the password of `("bob", "x")`, and those of `[("bob", "x")]`."""
    several = isinstance(value, ast.List)
    for each in value.elts if several else [value]:
        if isinstance(each, ast.Tuple) and len(each.elts) == 2:
            yield "auth_password", each.elts[1]


def _arguments(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    callee = _last_name(call.func)
    texts = [_text(argument) for argument in call.args]
    if callee in _WRAPPERS:  # Field("abc", alias="API_KEY")
        for keyword in call.keywords:
            if keyword.arg in ("alias", "validation_alias", "env", "envvar"):
                defaults = [each.value for each in call.keywords if each.arg == "default"]
                for value in (*call.args[:1], *defaults):
                    yield _text(keyword.value), value
    for keyword in call.keywords:
        if keyword.arg in _DEFAULTS:
            for text in texts:
                yield text.lstrip("-"), keyword.value
        elif keyword.arg == "key":
            yield f"{callee}_key", keyword.value
        elif keyword.arg in _LOGIN_PAIRS and isinstance(keyword.value, (ast.Tuple, ast.List)):
            yield from _login_pairs(keyword.value)
        elif keyword.arg:
            yield keyword.arg, keyword.value
    if callee in _GIVERS and len(call.args) >= 2:
        yield texts[0], call.args[1]
    if _CREDENTIALS.fullmatch(callee) and len(call.args) == 2:
        yield "password[]", call.args[1]
    if len(call.args) > _OF_ONE_KEY.get(callee, 99):
        yield f"{callee}_secret", call.args[_OF_ONE_KEY[callee]]
    if callee.endswith("Client"):  # InfluxDBClient("host", "x", "org")
        for value in call.args[1:]:
            yield "client_token", value
    if callee in _TYPING and call.args and isinstance(call.func, ast.Attribute):
        field = call.func.value
        if isinstance(field, ast.Call) and field.args:  # get_by_label("Password").fill("x")
            yield _text(field.args[-1]), call.args[-1]
    if callee in _LOGINS:  # pymysql.connect("host", "user", "x"), Redis("host", 6379, 0, "x")
        for value in call.args[1:]:
            yield "password[]", value
    if callee in ("set_password", "setpassword") and call.args:
        yield "password[]", call.args[-1]
    if callee == "login" and len(call.args) == 1:
        yield "login_token", call.args[0]
    if callee in _WRAPPERS and call.args and not texts[0].startswith("-"):
        for text in texts[1:]:  # typer.Option("abc", "--token")
            yield text.lstrip("-"), call.args[0]


def _literals(node: ast.expr, depth: int = 0) -> Iterator[ast.Constant]:
    if depth > 20:
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, (str, bytes)):
            yield node
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        joined = _joined(node)
        if joined is not None:
            yield ast.copy_location(ast.Constant(joined), node)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _literals(value, depth + 1)
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body, depth + 1)
        yield from _literals(node.orelse, depth + 1)
    elif isinstance(node, ast.Call):
        if _last_name(node.func) in _WRAPPERS:
            defaults = [keyword.value for keyword in node.keywords if keyword.arg == "default"]
            for value in (*node.args[:1], *defaults):
                yield from _literals(value, depth + 1)
        elif _last_name(node.func) in _DECODERS:
            for value in node.args[:1]:
                yield from _literals(value, depth + 1)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("encode", "strip"):
            yield from _literals(node.func.value, depth + 1)


def _joined(node: ast.expr) -> str | None:
    """Return the text that `"a" + "b"` makes; None where a part is no literal."""
    parts: list[str] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(_text(node.right))
        node = node.left
    parts.append(_text(node))
    return "".join(reversed(parts)) if all(parts) else None


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value[:200]
    return ""


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
