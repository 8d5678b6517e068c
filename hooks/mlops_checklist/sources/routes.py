"""The routes of web applications, as far as the source tells them.

FastAPI, Starlette, Litestar, Flask, Quart, Sanic, aiohttp, Bottle, Tornado and Django, with the
prefixes of routers and blueprints. What frameworks and extensions add by themselves is told, too.
"""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import python, values
from mlops_checklist.sources.files import File
from mlops_checklist.sources.python import Module

# Methods of an application, router or blueprint that take a path first.
_METHODS = frozenset(
    "get post put delete head options route api_route websocket add_route add_api_route "
    "add_url_rule add_get add_post add_head view".split()
)
_CONSTRUCTORS = re.compile(
    r"(?:starlette\.routing|fastapi\.routing|django\.urls|django\.conf\.urls|litestar|aiohttp\.web"
    r"|falcon)\.(?:Route|Mount|APIRoute|path|re_path|url|get|post|head|route)"
)
_APPS = re.compile(
    r"(?:fastapi\.(?:FastAPI|APIRouter)|starlette\.applications\.Starlette|flask\.(?:Flask|Blueprint)"
    r"|quart\.(?:Quart|Blueprint)|sanic\.(?:Sanic|Blueprint)|litestar\.(?:Litestar|Router)"
    r"|aiohttp\.web\.(?:Application|RouteTableDef)|bottle\.Bottle|falcon\.(?:asgi\.)?App"
    r"|robyn\.Robyn|tornado\.web\.Application)"
)
_PREFIXES = frozenset({"prefix", "url_prefix", "root_path", "path_prefix"})
# What adds routes that no path in the source shows.
_ADDED = {
    r"\bInstrumentator\b|make_[aw]sgi_app|start_http_server|PrometheusMetrics": "/metrics",
    r"\bfastapi_health\b|\bhealthcheck\b.*HealthCheck|\bflask_healthz\b|\bHealthcheckRouter\b"
    r"|\bhealth_check\.urls|\bHealthCheck\(": "/health",
}


class Route(NamedTuple):
    """A route: the path that it answers, and where in which file it stands."""

    text: str
    path: str
    place: Place


class Routes(NamedTuple):
    """The routes of a file or application, the prefixes, and whether all of them are known."""

    paths: tuple[Route, ...]
    prefixes: frozenset[str]
    is_app: bool
    is_known: bool


def routes(file: File) -> Routes:
    """Return the routes that a Python file or notebook declares. Raises Unreadable."""
    module = file.read(python.module)
    folded = module.file.read(values.values)
    paths: list[Route] = []
    prefixes: set[str] = set()
    known, is_app = True, False
    for call in module.calls:
        name = module.qualified(call.func) or ""
        last = python.last_name(call.func)
        is_app = is_app or _APPS.fullmatch(name) is not None
        for keyword in call.keywords:
            if keyword.arg in _PREFIXES:
                text = values.literal(folded.of(keyword.value))
                known = known and text is not None
                prefixes.add((text or "").rstrip("/"))
        if not _declares(module, call, name, last):
            continue
        node = python.argument(call, "path", 0) or python.argument(call, "rule", 0)
        if last in ("add_get", "add_post", "add_head"):
            node = call.args[0] if call.args else None
        if node is None:
            continue
        for value in values.alternatives(folded.of(node)):
            text = values.literal(value)
            if text is None:
                known = False
            else:
                shown = f"/{text.strip('^$').lstrip('/')}".rstrip("/") or "/"
                paths.append(Route(shown, file.path, module.place(call)))
    text = file.text if file.kind == "python" else ""
    for shape, path in _ADDED.items():
        if found := re.search(shape, text):
            line = text.count("\n", 0, found.start()) + 1
            paths.append(Route(path, file.path, Place(line)))
    return Routes(tuple(paths), frozenset(prefixes), is_app, known)


def _declares(module: Module, call: ast.Call, name: str, last: str) -> bool:
    if _CONSTRUCTORS.fullmatch(name):
        return True
    if last not in _METHODS or not isinstance(call.func, ast.Attribute):
        return False
    receiver = name.rpartition(".")[0].removesuffix("()").removesuffix(".router")
    if _APPS.fullmatch(receiver):
        return True
    decorates = any(
        call in getattr(function, "decorator_list", ()) for function in (module.parent(call),)
    )
    named = re.search(
        r"(?i)app|router|blueprint|\bbp\b|api|routes|server", python.last_name(call.func.value)
    )
    return (
        (decorates or last.startswith("add_"))
        and named is not None
        and not receiver.startswith("requests")
    )


def answers(every: Routes, path: str) -> bool:
    """Tell whether a path is one of the routes, with or without a prefix."""
    wanted = path.partition("?")[0].rstrip("/") or "/"
    for route in (each.text for each in every.paths):
        shape = re.sub(
            r"\\?[<{][^>}]*[>}]", "[^/]+", re.escape(route).replace(r"\{", "{").replace(r"\}", "}")
        )
        if any(re.fullmatch(re.escape(prefix) + shape, wanted) for prefix in ("", *every.prefixes)):
            return True
        if wanted.endswith(route) and route != "/" and every.prefixes:
            return True
    return False


_HEALTH = re.compile(
    r"(?i)(?:^|[/_-])(?:health(?:z|_?checks?|-checks?|_?status)?|ready|readiness|readyz|live|livez|liveness|ping|status|heartbeat"
    r"|alive|up|-/healthz|startup)(?:$|[/_-])"
)


def health(every: Routes) -> Route | None:
    """Return the first route that tells whether the application is well."""
    return next((route for route in every.paths if _HEALTH.search(route.text)), None)
