"""PromQL: what an alert's expression filters by, and which metrics it asks for.

Prometheus fires an alert for each element that the expression gives: without a comparison that
drops elements (`bool` keeps them all), `absent()` or `unless` it fires for ever (Prometheus
documentation, "Alerting rules" and "Operators"). Parsed by promql-parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

LONGEST = 10_000  # characters of an expression
DEEPEST = 150  # brackets in it
Expr = Any  # of promql_parser, whose classes have no types

_COMPARING = frozenset({">", "<", ">=", "<=", "==", "!="})
# Variables of Grafana and the like, which no parser of PromQL knows.
_RANGES = re.compile(r"\$__(?:rate_)?(?:interval|range)(?:_m?s)?|\$\{?__\w+\}?|\$\w*interval\w*")
_VARIABLES = re.compile(r"\$\{[^}]*\}|\$\w+|\[\[\w+\]\]")


def parse(text: str) -> Expr:
    """Return the tree of an expression. Raises ValueError, with the parser's own words."""
    from promql_parser import parse as parsed

    deep = text.count("(") > DEEPEST or re.search(r"(?:[-+]\s*){100}", text)
    if len(text) > LONGEST or deep:  # the parser's own stack is small
        raise ValueError("too long or nested too deeply")
    try:
        return parsed(text)
    except ValueError:
        raise
    except BaseException as error:  # the parser's own panics
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise ValueError(f"{error}") from None


def parsed(text: str) -> Expr | None:
    """Return the tree of an expression; None where it cannot be parsed."""
    try:
        return parse(text)
    except ValueError:
        return None


def without_variables(text: str) -> str:
    """Return an expression with Grafana's variables filled in, so that it can be parsed."""
    return _VARIABLES.sub("1", _RANGES.sub("5m", text))


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield an expression and all that it is made of."""
    waiting = [expr]
    while waiting:
        current = waiting.pop()
        if current is None:
            continue
        yield current
        kind = type(current).__name__
        if kind == "BinaryExpr":
            waiting += [current.rhs, current.lhs]
        elif kind in ("ParenExpr", "UnaryExpr", "SubqueryExpr"):
            waiting.append(current.expr)
        elif kind == "AggregateExpr":
            waiting += [current.param, current.expr]
        elif kind == "Call":
            waiting += reversed([*current.args])
        elif kind == "MatrixSelector":
            waiting.append(current.vector_selector)


def filters(expr: Expr, recorded: frozenset[str] = frozenset()) -> bool:
    """Tell whether an expression drops what is fine.

    `recorded` are the names of recording rules that do so already.
    """
    kind = type(expr).__name__
    if kind == "BinaryExpr":
        operator = str(expr.op)
        if operator == "or":
            return filters(expr.lhs, recorded) and filters(expr.rhs, recorded)
        if operator == "unless" or (operator in _COMPARING and not _is_bool(expr)):
            return True
    if kind == "Call" and str(expr.func.name).startswith("absent"):
        return True
    if kind == "VectorSelector":
        return name(expr) in recorded
    return any(filters(inner, recorded) for inner in _inner(expr))


def _inner(expr: Expr) -> list[Expr]:
    kind = type(expr).__name__
    if kind == "BinaryExpr":
        return [expr.lhs, expr.rhs]
    if kind in ("ParenExpr", "UnaryExpr", "SubqueryExpr", "AggregateExpr"):
        return [expr.expr]
    if kind == "Call":
        return [*expr.args]
    return [expr.vector_selector] if kind == "MatrixSelector" else []


def _is_bool(expr: Expr) -> bool:
    return bool(expr.modifier is not None and expr.modifier.return_bool)


def name(selector: Expr) -> str:
    """Return the name of the metric that a selector asks for, "" if it is told by no name."""
    if selector.name:
        return str(selector.name)
    for matcher in selector.matchers.matchers:
        if matcher.name == "__name__" and str(matcher.op).endswith("Equal"):
            return str(matcher.value)
    return ""


def metrics(expr: Expr) -> list[str]:
    """Return the names of the metrics that an expression asks for, each once."""
    found = (name(each) for each in walk(expr) if type(each).__name__ == "VectorSelector")
    return [*dict.fromkeys(filter(None, found))]


def looks_back(expr: Expr) -> bool:
    """Tell whether an expression looks at a range of time, which calms it by itself."""
    return any(type(each).__name__ in ("MatrixSelector", "SubqueryExpr") for each in walk(expr))


def is_watchdog(expr: Expr) -> bool:
    """Tell whether an expression is always there, to show that alerting works: `vector(1)`."""
    current = expr
    while type(current).__name__ == "ParenExpr":
        current = current.expr
    if type(current).__name__ == "BinaryExpr":
        return is_watchdog(current.lhs) and type(current.rhs).__name__ == "NumberLiteral"
    return type(current).__name__ == "Call" and str(current.func.name) == "vector"


# Functions whose results are never below zero.
_COUNTING = frozenset(
    "rate irate increase changes resets count_over_time histogram_count time abs sqrt".split()
)
_COUNTER = re.compile(r"_(?:total|count|bucket)$")


def trivial(expr: Expr) -> str:
    """Say "always" or "never" of a comparison that is true of whatever is counted; else ""."""
    current = expr
    while type(current).__name__ == "ParenExpr":
        current = current.expr
    if type(current).__name__ != "BinaryExpr" or str(current.op) not in _COMPARING:
        return ""
    number = _number(current.rhs)
    if number is None or not _is_counted(current.lhs) or _is_bool(current):
        return ""
    operator = str(current.op)
    if (operator == ">=" and number <= 0) or (operator in (">", "!=") and number < 0):
        return "always"
    below = operator in ("<", "<=", "==") and number < 0
    return "never" if below or (operator == "<" and number == 0) else ""


def _number(expr: Expr) -> float | None:
    kind = type(expr).__name__
    if kind == "NumberLiteral":
        return float(expr.val)
    if kind == "UnaryExpr":
        inner = _number(expr.expr)
        return None if inner is None else -inner
    return _number(expr.expr) if kind == "ParenExpr" else None


def _is_counted(expr: Expr) -> bool:
    """Tell whether an expression counts: its values are never below zero."""
    kind = type(expr).__name__
    if kind == "ParenExpr":
        return _is_counted(expr.expr)
    if kind == "AggregateExpr":
        return str(expr.op) == "count" or (
            str(expr.op) in ("sum", "avg", "min", "max") and _is_counted(expr.expr)
        )
    if kind == "Call":
        return str(expr.func.name) in _COUNTING
    if kind == "BinaryExpr":
        return str(expr.op) in "+*/" and _is_counted(expr.lhs) and _is_counted(expr.rhs)
    return kind == "VectorSelector" and _COUNTER.search(name(expr)) is not None
