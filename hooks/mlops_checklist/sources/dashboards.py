"""Dashboards: those of Grafana in JSON, in its operator and ConfigMaps, and what they ask for.

Grafana's schema version 1 has `panels` (rows hold panels of their own) with `targets`, version 2
`elements` with `spec.data.spec.queries`. ConfigMaps with the label `grafana_dashboard` hold JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import promql, templates, trees, yaml
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.trees import Tree

TRIGGER = (
    rb"\"(?:panels|elements|schemaVersion|__inputs)\"|grafana_dashboard|GrafanaDashboard"
    rb"|DashboardBody|dashboard"
)
# Panels that show no data of a query.
_SHOWING = frozenset(
    "row text news dashlist alertlist annolist welcome gettingstarted nodeGraph canvas".split()
)


class Query(NamedTuple):
    """A query of a panel: its text, and where it stands."""

    text: str
    place: Place


class Panel(NamedTuple):
    """A panel: its title, where it stands, its queries, and whether it needs any."""

    title: str
    place: Place
    queries: tuple[Query, ...]
    needs: bool


class Dashboard(NamedTuple):
    """A dashboard: its title, where it stands, and its panels."""

    title: str
    place: Place
    panels: tuple[Panel, ...]


def dashboards(file: File) -> tuple[Dashboard, ...]:
    """Return the Grafana dashboards in a JSON or YAML file. Raises Unreadable."""
    if file.kind == "json":
        return tuple(_dashboard(trees.of_json(file.text)))
    found: list[Dashboard] = []
    for node in file.read(templates.documents).nodes:
        kind = yaml.scalar(yaml.get(node, "kind"))
        held = [yaml.get(node, "spec", "json")] if kind == "GrafanaDashboard" else []
        if kind == "ConfigMap":
            held = [value for _, _, value in yaml.items(yaml.get(node, "data"))]
        for value in held:
            text = yaml.scalar(value)
            if value is not None and text and text.lstrip().startswith("{"):
                at = yaml.place(value)
                found += _within(text, at, block=value.style == "|")
    return tuple(found)


def _within(text: str, at: Place, *, block: bool) -> Iterator[Dashboard]:
    """Yield the dashboard in a text of YAML."""
    try:
        tree = trees.of_json(text, at.line + 1 if block else at.line)
    except Unreadable:
        return  # a template, or no JSON
    yield from _dashboard(tree)


def _dashboard(top: Tree) -> Iterator[Dashboard]:
    for tree in (top, top.get("dashboard"), top.get("spec")):
        panels = tree.get("panels")
        if isinstance(panels.value, list) and (
            {"schemaVersion", "templating", "title", "timezone"} & tree.items.keys()
        ):
            listed = tuple(panel for each in panels.entries for panel in _panels(each))
            yield Dashboard(tree.get("title").text or "", tree.place, listed)
            return
        elements = tree.get("elements")
        if elements.items and tree.get("layout").items:
            listed = tuple(map(_element, elements.items.values()))
            yield Dashboard(tree.get("title").text or "", tree.place, listed)
            return


def _panels(tree: Tree) -> Iterator[Panel]:
    kind = tree.get("type").text or ""
    inner = tree.get("panels").entries
    if kind == "row" or inner:
        for each in inner:
            yield from _panels(each)
        return
    queries = tuple(_queries(tree.get("targets")))
    library = bool(tree.get("libraryPanel").items)
    yield Panel(
        tree.get("title").text or "", tree.place, queries, kind not in _SHOWING and not library
    )


def _element(tree: Tree) -> Panel:
    spec = tree.get("spec")
    queries = tuple(_queries(spec.get("data", "spec", "queries")))
    kind = spec.get("vizConfig", "kind").text or spec.get("vizConfig", "group").text or ""
    needs = tree.get("kind").text != "LibraryPanel" and kind not in _SHOWING
    return Panel(spec.get("title").text or "", tree.place, queries, needs)


_TEXTS = ("expr", "query", "rawSql", "expression", "queryText", "target", "metricName", "rawQuery")


def _queries(targets: Tree) -> Iterator[Query]:
    for target in targets.entries:
        for each in trees.walk(target):
            for name in _TEXTS:
                text = each.get(name).text if each.items else None
                if text and text.strip():
                    yield Query(text, each.get(name).place)


# --- Metrics ----------------------------------------------------------------------------------

# Suffixes that a client adds: prometheus_client's documentation, "Instruments".
_SUFFIXES = {
    "Counter": ("_total", "_created"),
    "Histogram": ("_bucket", "_sum", "_count", "_created"),
    "Summary": ("_sum", "_count", "_created"),
    "Gauge": ("",),
    "Enum": ("",),
    "Info": ("_info",),
}
_ADDED = re.compile(
    r"^(?:http_|process_|python_|starlette_|flask_|fastapi_|up$|scrape_|kube_|container_|node_|go_"
    r"|nginx_|istio_|envoy_|machine_|kubelet_|bentoml_|ray_|serve_|nv_|vllm:|tgi_|revision_|django_"
    r"|seldon_|mlserver_|request_predict_seconds|ALERTS)"
)


def exported(file: File) -> tuple[str, ...]:
    """Return the names of the metrics that a Python file exports with prometheus_client.

    A name that is not known is "". Raises Unreadable.
    """
    from mlops_checklist.sources import python, values

    module = file.read(python.module)
    folded = file.read(values.values)
    found: list[str] = []
    for call in module.calls:
        name = module.qualified(call.func) or ""
        kind = name.rpartition(".")[2]
        if not name.startswith(("prometheus_client.", "aioprometheus.")) or kind not in _SUFFIXES:
            continue
        node = python.argument(call, "name", 0)
        text = values.literal(folded.of(node)) if node is not None else None
        parts = []
        for key in ("namespace", "subsystem"):
            given = python.argument(call, key)
            if given is not None:
                parts.append(values.literal(folded.of(given)))
        if text is None or None in parts:
            found.append("")
            continue
        whole = "_".join([*(part for part in parts if part), text])
        if kind == "Counter":
            whole = whole.removesuffix("_total")
        found += [f"{whole}{suffix}" for suffix in _SUFFIXES[kind]]
    return tuple(found)


def asked(text: str) -> list[str]:
    """Return the metrics that a query in PromQL asks for; none for another language."""
    expr = promql.parsed(promql.without_variables(text))
    return promql.metrics(expr) if expr is not None else []


def unknown(name: str, known: frozenset[str]) -> bool:
    """Tell whether a metric is one that the code should export, by its first word, and does not."""
    if name in known or _ADDED.match(name) or ":" in name or "_" not in name:
        return False
    namespaces = {each.partition("_")[0] for each in known if "_" in each}
    return name.partition("_")[0] in namespaces
