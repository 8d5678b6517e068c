"""Checklist: Monitoring dashboards set up.

A model that nobody watches gets worse until customers say so. A dashboard shows nothing if its
panels have no query, or ask for metrics that the code does not export; a drift monitor sees nothing
if no prediction is captured.

What to do: export metrics (prometheus_client), capture predictions (`capturePrediction`), and keep
the dashboard with the code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.hook import DECLARED, File, Hook, Options, declared, run
from mlops_checklist.outcome import Outcome, Place, evidence, missing, undecided, violation
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.files import Unreadable
from mlops_checklist.sources.triggers import ANSWERING

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.dashboards import Dashboard
    from mlops_checklist.sources.python import Module

RULES = {
    "no-monitoring": "A model is deployed, and nothing watches it.",
    "capture-never-called": "A DataCaptureClient is made, and no prediction is captured.",
    "no-prediction-capture": "A Domino endpoint captures none of its predictions.",
    "empty-dashboard": "The dashboard has no panels.",
    "panel-without-query": "A panel asks for nothing.",
    "unknown-metric": "A dashboard or alert asks for a metric that the code does not export.",
    "monitoring-config": "Domino's monitoring configuration breaks its schema.",
}
_MONITORING = (
    rb"DataCaptureClient|capturePrediction|prometheus_client|prometheus_fastapi_instrumentator"
    rb"|starlette_exporter|prometheus_flask_exporter|opentelemetry|evidently|nannyml|whylogs|arize"
    rb"|fiddler|datadog|ddtrace|statsd|enable_data_capture|DataCaptureConfig|ModelMonitor|log_metric"
)
_EXPORTING = re.compile(
    r"(?:prometheus_client|prometheus_fastapi_instrumentator|starlette_exporter"
    r"|prometheus_flask_exporter|opentelemetry|evidently|nannyml|whylogs|arize|fiddler|datadog"
    r"|ddtrace|statsd|sagemaker\.model_monitor)\."
)
# What is said of something that watches, well or badly.
_WATCHING = frozenset(
    "no-monitoring capture-never-called no-prediction-capture empty-dashboard "
    "monitoring-config".split()
)
_OBJECTS = frozenset({"ServiceMonitor", "PodMonitor", "GrafanaDashboard", "VMServiceScrape"})


def find(options: Options, judges: Callable[[str], bool]) -> Iterator[File]:
    """Yield all that deploys and watches, as one."""
    from mlops_checklist.sources import alert_rules, dashboards, deployed, tracked

    def watches(path: str, file: File) -> bool:
        if tracked.is_passed_over(path):
            return False
        if file.kind in ("python", "notebook"):
            return path in watching
        shape = dashboards.TRIGGER + rb"|\bvariables\b|" + alert_rules.TRIGGER
        return file.kind in ("yaml", "json", "terraform") and file.holds(shape)

    try:
        watching = tracked.holding(_MONITORING, *tracked.CODE)
        files = deployed.find(HOOK.id, judges, watches)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    if files:
        yield tracked.Whole(files)


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge all files together."""
    from mlops_checklist.sources import deployed, tracked

    assert isinstance(file, tracked.Whole)
    files = {path: each for path, each in file.files.items() if not tracked.is_passed_over(path)}
    whole = _Known(
        _exported(files),
        any(each.holds(_CAPTURING) for each in files.values()),
        any(each.holds(_DOMINO) for each in files.values()),
    )
    watched = False
    for path, each in files.items():
        for outcome in _file(each, whole):
            watched = watched or outcome.rule in _WATCHING
            yield outcome._replace(path=path)
    subjects = deployed.deployed(file.files).subjects
    named = declared(options)
    if subjects and (named or not watched):
        first = subjects[0]
        if named:
            outcome = evidence("no-monitoring", first.place, f"declared: {named}")
        else:
            message = f"{first.what} serves a model, and nothing watches it; export metrics"
            outcome = missing("no-monitoring", first.place, f"{message} and add a dashboard")
        yield outcome._replace(path=first.path)


def _exported(files: Mapping[str, File]) -> frozenset[str]:
    """Return the metrics that the code exports; nothing where some of them are not known."""
    from mlops_checklist.sources import dashboards

    found: set[str] = set()
    for file in files.values():
        if file.kind in ("python", "notebook") and file.holds(rb"prometheus"):
            try:
                found.update(file.read(dashboards.exported))
            except Unreadable:
                return frozenset()
    return frozenset() if "" in found else frozenset(found)


class _Known(NamedTuple):
    """What is known of all files together."""

    metrics: frozenset[str]  # that the code exports
    is_captured: bool  # some code captures predictions
    is_domino: bool  # some file speaks of Domino


def _file(file: File, whole: _Known) -> Iterator[Outcome]:
    """Judge one of the files."""
    from mlops_checklist.sources import alert_rules, dashboards, monitoring_config

    try:
        if file.kind in ("python", "notebook"):
            yield from _code(file, whole)
        elif file.kind == "terraform":
            yield from _terraform(file)
        elif file.holds(dashboards.TRIGGER + rb"|Monitor|VMServiceScrape"):
            for dashboard in file.read(dashboards.dashboards):
                yield from _dashboard(dashboard, whole.metrics)
            yield from _objects(file)
        if file.kind == "yaml" and whole.metrics and file.holds(rb"\bexpr\b"):
            for rule in file.read(alert_rules.prometheus):
                yield from _unknown(rule.expr, rule.at, whole.metrics, "the rule")
        if file.kind == "json" and file.holds(monitoring_config.TRIGGER):
            yield from _config(file)
    except Unreadable:
        return  # whoever judges the file by itself says why


# --- Dashboards -------------------------------------------------------------------------------


def _dashboard(dashboard: Dashboard, known: frozenset[str]) -> Iterator[Outcome]:
    title = f"dashboard '{dashboard.title}'"
    if not dashboard.panels:
        yield violation("empty-dashboard", dashboard.place, f"{title} has no panels; add them")
        return
    yield evidence(
        "empty-dashboard", dashboard.place, f"{title} has {len(dashboard.panels)} panels"
    )
    for panel in dashboard.panels:
        if panel.needs and not panel.queries:
            message = f"panel '{panel.title}' asks for nothing; give it a query"
            yield violation("panel-without-query", panel.place, message)
        for query in panel.queries:
            yield from _unknown(query.text, query.place, known, f"panel '{panel.title}'")


def _unknown(text: str, place: Place, known: frozenset[str], what: str) -> Iterator[Outcome]:
    """Judge the metrics that a query asks for."""
    from mlops_checklist.sources import dashboards

    names = dashboards.asked(text)
    lost = [name for name in names if dashboards.unknown(name, known)]
    for name in lost:
        near = _nearest(name, known)
        message = f"{what} asks for '{name}', which the code does not export; it has '{near}'"
        yield violation("unknown-metric", place, message)
    if not lost and any(name in known for name in names):
        yield evidence("unknown-metric", place, f"the code exports what {what} asks for")


def _nearest(name: str, known: frozenset[str]) -> str:
    from difflib import get_close_matches

    return (get_close_matches(name, sorted(known), 1, 0) or [""])[0]


def _objects(file: File) -> Iterator[Outcome]:
    """Yield what scrapes or shows metrics in Kubernetes."""
    from mlops_checklist.sources import kubernetes, templates, yaml

    if file.kind != "yaml":
        return
    for node in kubernetes.objects(file.read(templates.documents)):
        kind = yaml.scalar(yaml.get(node, "kind")) or ""
        if kind in _OBJECTS:
            yield evidence("no-monitoring", yaml.place(node), f"a {kind}")


_DASHBOARDS = re.compile(
    r"grafana_dashboard|aws_cloudwatch_dashboard|datadog_dashboard(?:_json)?|newrelic_one_dashboard"
    r"|google_monitoring_dashboard|azurerm_(?:portal_)?dashboard\w*"
    r"|aws_sagemaker_monitoring_schedule|aws_sagemaker_data_quality_job_definition"
)


def _terraform(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import terraform

    for block in file.read(terraform.blocks):
        kind = block.labels[0] if block.kind == "resource" and block.labels else ""
        if _DASHBOARDS.fullmatch(kind):
            yield evidence("no-monitoring", block.place, kind)


# --- Code -------------------------------------------------------------------------------------


def _code(file: File, whole: _Known) -> Iterator[Outcome]:
    """Judge what a program exports and captures."""
    from mlops_checklist.sources import python

    module = file.read(python.module)
    clients = [call for call in module.calls if python.last_name(call.func) == "DataCaptureClient"]
    captures = [call for call in module.calls if python.last_name(call.func) in _CAPTURES]
    for call in module.calls:
        name = module.qualified(call.func) or ""
        if _EXPORTING.match(name):
            yield evidence("no-monitoring", module.place(call), f"{name.partition('.')[0]} is used")
            break
    endpoint = _endpoint(module)
    if captures:
        place = module.place(captures[0])
        yield evidence("no-prediction-capture", place, "predictions are captured")
    elif clients:
        message = "this DataCaptureClient captures nothing; call its capturePrediction in predict"
        make = undecided if whole.is_captured else violation
        yield make("capture-never-called", module.place(clients[0]), message)
    elif endpoint is not None and not whole.is_captured:
        message = "this endpoint captures no prediction, so that nothing shows when the data drifts"
        make = violation if whole.is_domino else undecided
        advice = "call capturePrediction of a DataCaptureClient"
        yield make("no-prediction-capture", module.place(endpoint), f"{message}; {advice}")


_CAPTURES = ("capturePrediction", "capture_prediction")
_CAPTURING = rb"\.capture_?[pP]rediction\("
_DOMINO = rb"DOMINO_|/mnt/(?:code|artifacts|data|imported)|\bdomino"


def _endpoint(module: Module) -> ast.AST | None:
    """Return the function `predict` of a script that loads a model and is no web application."""
    import ast

    from mlops_checklist.sources import routes, services

    if module.file.read(routes.routes).is_app or not module.file.read(services.loading):
        return None
    return next(
        (
            line
            for line in module.tree.body
            if isinstance(line, ast.FunctionDef) and line.name == "predict"
        ),
        None,
    )


def _config(file: File) -> Iterator[Outcome]:
    """Judge Domino's monitoring configuration."""
    from mlops_checklist.sources import monitoring_config, trees

    rule = "monitoring-config"
    tree = trees.of_json(file.text)
    wrong = [*monitoring_config.problems(tree)]
    for place, message in wrong:
        yield violation(rule, place, f"{message}; Domino refuses the configuration")
    if not wrong:
        yield evidence(rule, tree.place, "Domino's monitoring knows the model's variables")


HOOK = Hook(
    id="monitoring-dashboards",
    description="What is deployed is watched, by dashboards that show something.",
    reads={"*": b""},
    rules=RULES,
    check=check,
    options=(DECLARED,),
    finds=find,
    seeks=(_MONITORING, ANSWERING),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
