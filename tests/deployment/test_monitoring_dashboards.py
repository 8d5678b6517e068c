"""monitoring-dashboards: what must be flagged, and what must not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from deployment.manifests import PORTS, container, manifest
from helpers import found, notebook, of_repository

from mlops_checklist.deployment.monitoring_dashboards import HOOK


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judged(folder: Path, files: dict[str, str], *kinds: str, **options: object) -> list[str]:
    return [rule for rule, _, _ in found(of_repository(HOOK, folder, files, **options), *kinds)]


def dashboard(*panels: dict[str, Any]) -> str:
    return json.dumps({"title": "Churn", "schemaVersion": 39, "panels": panels}, indent=1)


def panel(expr: str | None, kind: str = "timeseries") -> dict[str, Any]:
    targets = [] if expr is None else [{"refId": "A", "expr": expr}]
    return {"title": "P", "type": kind, "targets": targets}


DASHBOARDS: dict[str, tuple[str, list[str]]] = {
    "fine": (dashboard(panel("up")), []),
    "empty": (dashboard(), ["empty-dashboard"]),
    "without a query": (dashboard(panel(None)), ["panel-without-query"]),
    "a blank query": (dashboard(panel(" ")), ["panel-without-query"]),
    "text": (dashboard(panel("up"), panel(None, "text")), []),
    "a library panel": (
        dashboard({"title": "P", "libraryPanel": {"uid": "x", "name": "y"}}),
        [],
    ),
    "in a row": (
        dashboard({"type": "row", "panels": [panel("up"), panel(None)]}),
        ["panel-without-query"],
    ),
    "an empty row": (dashboard({"type": "row", "panels": []}, panel("up")), []),
    "another query language": (
        dashboard({"title": "P", "type": "table", "targets": [{"rawSql": "SELECT 1"}]}),
        [],
    ),
    "version 2": (
        json.dumps(
            {
                "title": "Churn",
                "layout": {"kind": "GridLayout"},
                "elements": {
                    "a": {
                        "kind": "Panel",
                        "spec": {
                            "title": "P",
                            "data": {"spec": {"queries": [{"spec": {"query": {"expr": "up"}}}]}},
                        },
                    },
                    "b": {"kind": "Panel", "spec": {"title": "Q", "data": {"spec": {}}}},
                },
            }
        ),
        ["panel-without-query"],
    ),
    "no dashboard": ('{"panels": 3, "dashboard": "x"}', []),
    "a list of panels of something else": ('{"panels": [], "kind": "dashboard"}', []),
}


@pytest.mark.parametrize(("text", "expected"), DASHBOARDS.values(), ids=DASHBOARDS)
def test_dashboards(here: Path, text: str, expected: list[str]) -> None:
    assert judged(here, {"deploy/d.json": text}) == expected


def test_in_kubernetes(here: Path) -> None:
    text = "\n".join(f"    {line}" for line in dashboard(panel(None)).splitlines())
    config = (
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {grafana_dashboard: "1"}\n'
        f"data:\n  d.json: |\n{text}\n"
    )
    operator = (
        "apiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDashboard\nspec:\n  json: |\n"
        f"{text}\n"
    )
    said = of_repository(HOOK, here, {"a.yaml": config, "b.yaml": operator})
    assert [rule for rule, _, _ in found(said)] == ["panel-without-query", "panel-without-query"]
    line = config[: config.index('"title": "P"')].count("\n")
    assert found(said)[0][1] == line


METRICS = (
    "from prometheus_client import Counter, Gauge, Histogram, Info\n"
    "A = Counter('churn_requests', 'x')\nB = Histogram('churn_latency_seconds', 'x')\n"
    "C = Gauge('depth', 'x', namespace='churn', subsystem='queue')\nD = Info('churn_build', 'x')\n"
    "E = Counter('churn_errors_total', 'x')\n"
)
QUERIES: dict[str, tuple[str, list[str]]] = {
    "a counter": ("rate(churn_requests_total[5m])", []),
    "a counter without its suffix": ("rate(churn_requests[5m])", ["unknown-metric"]),
    "a counter that has it": ("churn_errors_total", []),
    "a counter that has it twice": ("churn_errors_total_total", ["unknown-metric"]),
    "a histogram": ("histogram_quantile(0.9, rate(churn_latency_seconds_bucket[5m]))", []),
    "its count": ("churn_latency_seconds_count", []),
    "a histogram without": ("churn_latency_seconds", ["unknown-metric"]),
    "a namespace": ("churn_queue_depth", []),
    "info": ("churn_build_info", []),
    "a spelling": ("sum(churn_request_total)", ["unknown-metric"]),
    "another namespace": ("http_requests_total", []),
    "variables of Grafana": ('rate(churn_requests_total{job=~"$job"}[$__rate_interval])', []),
    "a recording rule": ("churn:errors:rate5m", []),
    "another language": ("SELECT churn_x FROM y", []),
}


@pytest.mark.parametrize(("expr", "expected"), QUERIES.values(), ids=QUERIES)
def test_metrics(here: Path, expr: str, expected: list[str]) -> None:
    rule = f"groups: [{{name: g, rules: [{{alert: A, expr: {json.dumps(expr)}}}]}}]\n"
    assert judged(here, {"app.py": METRICS, "d.json": dashboard(panel(expr))}) == expected
    assert judged(here, {"app.py": METRICS, "d.json": "{}", "r.yml": rule}) == expected


def test_metrics_whose_names_are_not_known(here: Path) -> None:
    code = f"{METRICS}F = Counter(name, 'x')\n"
    files = {"app.py": code, "d.json": dashboard(panel("churn_nothing"))}
    assert judged(here, files) == []


CLIENT = "from domino_data_capture.data_capture_client import DataCaptureClient\n"
LOADED = "import mlflow\nmodel = mlflow.pyfunc.load_model('models:/churn@champion')\n"
PREDICT = "def predict(x):\n    return model.predict(x)\n"
CAPTURED = "    client.capturePrediction([x], [1])\n"
CODE: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "captured": (
        f"{CLIENT}{LOADED}client = DataCaptureClient(f, p)\ndef predict(x):\n{CAPTURED}",
        [("evidence", "no-prediction-capture")],
    ),
    "a client alone": (
        f"{CLIENT}{LOADED}client = DataCaptureClient(f, p)\n{PREDICT}",
        [("violation", "capture-never-called")],
    ),
    "an alias": (
        "import domino_data_capture.data_capture_client as d\nclient = d.DataCaptureClient(f, p)\n",
        [("violation", "capture-never-called")],
    ),
    "an endpoint of Domino": (
        f"import os\nos.environ['DOMINO_PROJECT_NAME']\n{LOADED}{PREDICT}",
        [("violation", "no-prediction-capture")],
    ),
    "an endpoint of perhaps another platform": (
        f"{LOADED}{PREDICT}",
        [("undecided", "no-prediction-capture")],
    ),
    "a web application": (
        f"import os\nos.environ['DOMINO_X']\nfrom fastapi import FastAPI\napp = FastAPI()\n"
        f"{LOADED}{PREDICT}",
        [],
    ),
    "no model": (f"import os\nos.environ['DOMINO_X']\n{PREDICT}", []),
}


@pytest.mark.parametrize(("code", "expected"), CODE.values(), ids=CODE)
def test_code(here: Path, code: str, expected: list[tuple[str, str]]) -> None:
    said = [each for each in of_repository(HOOK, here, {"p.py": code}) if each.kind != "missing"]
    assert [(each.kind, each.rule) for each in said] == expected


def test_notebook(here: Path) -> None:
    files = {"p.ipynb": notebook(CLIENT, "client = DataCaptureClient(f, p)\n")}
    assert judged(here, files) == ["capture-never-called"]


def test_a_client_that_another_module_uses(here: Path) -> None:
    files = {
        "capture.py": f"{CLIENT}client = DataCaptureClient(f, p)\n",
        "serve.py": "from capture import client\n"
        "def handle(x):\n    client.capturePrediction(x, y)\n"
        "import domino_data_capture as DataCaptureClient\n",
    }
    said = of_repository(HOOK, here, files)
    assert [each.kind for each in said if each.rule == "capture-never-called"] == ["undecided"]


CONFIG: dict[str, Any] = {
    "variables": [
        {"name": "a", "valueType": "numerical", "variableType": "feature"},
        {"name": "y", "valueType": "categorical", "variableType": "prediction"},
        {"name": "t", "valueType": "datetime", "variableType": "timestamp"},
        {"name": "id", "valueType": "string", "variableType": "row_identifier"},
    ],
    "datasetDetails": {"name": "d", "datasetType": "file"},
    "modelMetadata": {"name": "m", "modelType": "classification", "version": "1"},
}


def config(at: int, **changed: object) -> str:
    variables = [dict(each) for each in CONFIG["variables"]]
    variables[at] |= changed
    return json.dumps({**CONFIG, "variables": variables}, indent=1)


CONFIGS: dict[str, tuple[str, int]] = {
    "fine": (json.dumps(CONFIG), 0),
    "no feature": (config(0, variableType="ground_truth"), 1),
    "two predictions": (config(0, variableType="prediction"), 2),
    "a type": (config(0, valueType="float"), 1),
    "another type": (config(0, variableType="input"), 2),
    "an identifier": (config(3, valueType="numerical"), 1),
    "a timestamp": (config(2, valueType="string"), 1),
    "a probability": (config(2, variableType="prediction_probability"), 1),
    "no dataset": (json.dumps({**CONFIG, "datasetDetails": None}), 1),
    "no model": (json.dumps({key: value for key, value in CONFIG.items() if key[0] != "m"}), 1),
    "a model without a type": (json.dumps({**CONFIG, "modelMetadata": {"name": "m"}}), 2),
}


@pytest.mark.parametrize(("text", "count"), CONFIGS.values(), ids=CONFIGS)
def test_monitoring_config(here: Path, text: str, count: int) -> None:
    assert judged(here, {"monitor.json": text}) == ["monitoring-config"] * count


DEPLOYED = {"k8s/a.yaml": manifest("Deployment", container(PORTS, name="predictor"))}
WATCHING = {
    "a dashboard": {"d.json": dashboard(panel("up"))},
    "metrics": {"a.py": METRICS},
    "a ServiceMonitor": {
        "m.yaml": "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nspec: {}\n"
    },
    "evidently": {"m.py": "from evidently import Report\nReport([]).run(a, b)\n"},
    "terraform": {"m.tf": 'resource "aws_cloudwatch_dashboard" "a" {\n}\n'},
}


def test_nothing_watches(here: Path) -> None:
    said = of_repository(HOOK, here, DEPLOYED)
    assert [(each.kind, each.rule, each.path) for each in said] == [
        ("missing", "no-monitoring", "k8s/a.yaml")
    ]


@pytest.mark.parametrize("files", WATCHING.values(), ids=WATCHING)
def test_something_watches(here: Path, files: dict[str, str]) -> None:
    assert judged(here, {**DEPLOYED, **files}, "missing") == []


def test_what_does_not_watch(here: Path) -> None:
    files = {
        **DEPLOYED,
        "a.py": "# prometheus_client\nimport logging\n",
        "x.json": '{"dashboard": 1}',
    }
    assert judged(here, files, "missing") == ["no-monitoring"]


def test_declared(here: Path) -> None:
    said = of_repository(HOOK, here, DEPLOYED, declared="https://grafana.example.com/d/churn")
    assert [(each.kind, each.rule) for each in said] == [("evidence", "no-monitoring")]
