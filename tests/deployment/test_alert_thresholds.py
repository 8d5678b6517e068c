"""alert-thresholds: what must be flagged, and what must not."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from deployment.expressions import EXPRESSIONS
from deployment.manifests import PORTS, container, manifest
from helpers import found, of_repository
from hypothesis import given
from hypothesis import strategies as st

from mlops_checklist.deployment.alert_thresholds import HOOK
from mlops_checklist.sources import promql


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judged(folder: Path, files: dict[str, str], *kinds: str, **options: object) -> list[str]:
    return [rule for rule, _, _ in found(of_repository(HOOK, folder, files, **options), *kinds)]


def alert(expr: str, *more: str) -> str:
    """Return a rule file with one alert."""
    body = "\n".join([f"expr: {json.dumps(expr)}", *more])
    return f"groups:\n- name: g\n  rules:\n  - alert: A\n{textwrap.indent(body, '    ')}\n"


FOR, SEVERITY, SUMMARY = "for: 5m", "labels: {severity: page}", "annotations: {summary: It fails}"
FINE = (FOR, SEVERITY, SUMMARY)


def test_there_are_enough_expressions() -> None:
    assert len(EXPRESSIONS) >= 150


@pytest.mark.parametrize(("expr", "filters"), EXPRESSIONS.items(), ids=EXPRESSIONS)
def test_expressions(here: Path, expr: str, filters: bool) -> None:
    rules = judged(here, {"rules.yml": alert(expr, *FINE)})
    assert ("no-threshold" in rules) is not filters
    assert "broken-expression" not in rules


RULES: dict[str, tuple[str, list[str]]] = {
    "fine": (alert("up == 0", *FINE), []),
    "no duration": (alert("up == 0", SEVERITY, SUMMARY), ["no-duration"]),
    "a range": (alert("rate(a_total[5m]) > 1", SEVERITY, SUMMARY), []),
    "a subquery": (alert("max_over_time(a[5m:1m]) > 1", SEVERITY, SUMMARY), []),
    "keeps firing": (alert("up == 0", "keep_firing_for: 5m", SEVERITY, SUMMARY), []),
    "no severity": (alert("up == 0", FOR, SUMMARY), ["no-severity"]),
    "an empty severity": (
        alert("up == 0", FOR, SUMMARY, "labels: {severity: ''}"),
        ["no-severity"],
    ),
    "severity of the group": (
        alert("up == 0", FOR, SUMMARY).replace("  rules:", "  labels: {severity: page}\n  rules:"),
        [],
    ),
    "no summary": (alert("up == 0", FOR, SEVERITY), ["no-summary"]),
    "a description": (alert("up == 0", FOR, SEVERITY, "annotations: {description: x}"), []),
    "a watchdog": (alert("vector(1)", SEVERITY, SUMMARY), []),
    "broken": (alert("sum(up", *FINE), ["broken-expression"]),
    "empty": (alert("", *FINE), ["broken-expression"]),
    "scalars": (alert("1 > 0", *FINE), ["broken-expression"]),
    "always": (alert("rate(a_total[5m]) >= 0", *FINE), ["trivial-threshold"]),
    "always, below zero": (alert("count(up) > -1", *FINE), ["trivial-threshold"]),
    "never": (alert("errors_total < 0", *FINE), ["trivial-threshold"]),
    "may be below zero": (alert("temperature >= 0", *FINE), []),
    "zero errors": (alert("rate(a_total[5m]) == 0", *FINE), []),
    "labels of Prometheus": (
        alert("up == 0", FOR, SEVERITY, 'annotations: {summary: "{{ $labels.job }} fails"}'),
        [],
    ),
    "a recording rule": ("groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: sum(b)\n", []),
    "what a recording rule drops": (
        alert("job:broken", *FINE) + "  - record: job:broken\n    expr: up == 0\n",
        [],
    ),
    "a recording rule that drops nothing": (
        alert("job:up", *FINE) + "  - record: job:up\n    expr: sum(up)\n",
        ["no-threshold"],
    ),
    "the operator's": (
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n"
        + textwrap.indent(alert("up", *FINE), "  "),
        ["no-threshold"],
    ),
    "no rules": ("groups:\n- name: g\n  rules:\n", []),
    "rule files": ("rule_files:\nalerting: {alertmanagers: []}\n", []),
}


@pytest.mark.parametrize(("text", "expected"), RULES.values(), ids=RULES)
def test_rules(here: Path, text: str, expected: list[str]) -> None:
    assert judged(here, {"deploy/rules.yml": text}) == expected


def test_helm(here: Path) -> None:
    text = (
        "{{- if .Values.alerts }}\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\n"
        "spec:\n"
        "  groups:\n  - name: {{ .Release.Name }}\n    rules:\n    - alert: A\n"
        "      expr: up == 0\n      for: 5m\n      labels: {severity: page}\n"
        '      annotations:\n        summary: "{{ `{{ $labels.job }}` }} fails"\n'
        "    - alert: B\n      expr: up > {{ .Values.limit }}\n{{- end }}\n"
    )
    said = of_repository(HOOK, here, {"templates/rules.yaml": text})
    assert [(each.kind, each.rule) for each in said] == [
        ("evidence", "no-threshold"),
        ("undecided", "no-threshold"),
    ]


def test_places(here: Path) -> None:
    said = of_repository(HOOK, here, {"r.yml": alert("up", FOR)})
    assert found(said) == [("no-severity", 4, 5), ("no-summary", 4, 5), ("no-threshold", 5, 11)]


def test_severity_label(here: Path) -> None:
    text = alert("up == 0", FOR, SUMMARY, "labels: {priority: P1}")
    assert judged(here, {"r.yml": text}, severity_label="priority") == []
    assert judged(here, {"r.yml": text}) == ["no-severity"]


RUNBOOKS = {
    "there": ("docs/run.md", []),
    "with an anchor": ("docs/run.md#drift", []),
    "not there": ("docs/none.md", ["dead-runbook"]),
    "a wiki": ("https://wiki.example.com/run", []),
}


@pytest.mark.parametrize(
    ("rules", "runbook"),
    [("r.yml", "docs/run.md"), ("churn/deploy/prod/r.yml", "churn/docs/run.md")],
    ids=["top", "project of a monorepo"],
)
@pytest.mark.parametrize(("path", "expected"), RUNBOOKS.values(), ids=RUNBOOKS)
def test_runbooks(here: Path, path: str, expected: list[str], rules: str, runbook: str) -> None:
    note = f"annotations: {{summary: x, runbook_url: {json.dumps(path)}}}"
    files = {rules: alert("up == 0", FOR, SEVERITY, note), runbook: "# Run\n"}
    assert judged(here, files) == expected


GRAFANA = """\
apiVersion: 1
groups:
- name: g
  rules:
  - title: T
    condition: B
    data:
    - refId: A
      model: {expr: "rate(a_total[5m])"}
    - refId: B
      model:
        type: threshold
        conditions: [{evaluator: {type: gt, params: [0.2]}}]
"""
OTHERS: dict[str, tuple[str, str, list[str]]] = {
    "grafana": ("g.yaml", GRAFANA, []),
    "grafana without": (
        "g.yaml",
        GRAFANA.replace("params: [0.2]", "params: []"),
        ["no-threshold"],
    ),
    "cloudformation": (
        "c.yaml",
        "Resources:\n  A:\n    Type: AWS::CloudWatch::Alarm\n    Properties: {Threshold: 1}\n",
        [],
    ),
    "cloudformation without": (
        "c.yaml",
        "Resources:\n  A:\n    Type: AWS::CloudWatch::Alarm\n    Properties: {Period: 60}\n",
        ["no-threshold"],
    ),
    "terraform": ("m.tf", 'resource "aws_cloudwatch_metric_alarm" "a" {\n threshold = 1\n}\n', []),
    "terraform without": (
        "m.tf",
        'resource "aws_cloudwatch_metric_alarm" "a" {\n period = 60\n}\n',
        ["no-threshold"],
    ),
    "terraform, in a block": (
        "m.tf",
        'resource "azurerm_monitor_metric_alert" "a" {\n criteria {\n  threshold = 1\n }\n}\n',
        [],
    ),
    "google": (
        "p.json",
        '{"combiner": "OR", "conditions": [{"conditionThreshold": {"thresholdValue": 1}}], '
        '"displayName": "alert", "alertStrategy": {}, "monitor": 1, "alert": 1}',
        [],
    ),
    "datadog": (
        "d.json",
        '{"type": "metric alert", "query": "avg(last_5m):avg:a{*} > 0.5", "name": "alert"}',
        [],
    ),
    "datadog without": (
        "d.json",
        '{"type": "metric alert", "query": "avg(last_5m):avg:a{*}", "name": "the alert"}',
        ["no-threshold"],
    ),
    "sloth": ("s.yml", "version: prometheus/v1\nslos:\n- name: a\n  objective: 99.9\n", []),
    "pyrra": (
        "p.yml",
        "kind: ServiceLevelObjective\napiVersion: pyrra.dev/v1alpha1\nmetadata: {name: a}\n"
        "spec: {window: 2w}\n",
        ["no-threshold"],
    ),
    "names alone": (
        "conf/m.yaml",
        "monitoring:\n  alerts: [low_model_performance, data_drift_detected]\n",
        ["alert-without-threshold"],
    ),
    "names with numbers beside": (
        "conf/m.yaml",
        "monitoring:\n  alerts: [data_drift_detected]\n  thresholds: {drift: 0.2}\n",
        [],
    ),
    "names with numbers": ("conf/m.yaml", "alerts: ['drift > 0.2']\n", []),
    "other names": ("mkdocs.yml", "alerts: [alice, bob]\n", []),
    "trigger_alert": (
        "a.py",
        "client.trigger_alert(mid, 'auc', auc)\n",
        ["alert-without-threshold"],
    ),
    "trigger_alert with limits": (
        "a.py",
        "client.trigger_alert(mid, 'auc', auc, condition='lessThan', lower_limit=0.7)\n",
        [],
    ),
    "put_metric_alarm": (
        "a.py",
        "import boto3\nboto3.client('cloudwatch').put_metric_alarm(AlarmName='x')\n",
        ["alert-without-threshold"],
    ),
    "put_metric_alarm with one": (
        "a.py",
        "import boto3\nboto3.client('cloudwatch').put_metric_alarm(AlarmName='x', Threshold=1)\n",
        [],
    ),
    "receivers": (
        "alertmanager.yml",
        "route: {receiver: team}\nreceivers:\n- name: team\n  slack_configs: [{channel: x}]\n",
        [],
    ),
    "a receiver that is not there": (
        "alertmanager.yml",
        "route: {receiver: team}\nreceivers:\n- name: other\n",
        ["no-receiver"],
    ),
    "a receiver that sends nothing": (
        "alertmanager.yml",
        "route: {receiver: nobody}\nreceivers:\n- name: nobody\n",
        ["no-receiver"],
    ),
}


@pytest.mark.parametrize(("path", "text", "expected"), OTHERS.values(), ids=OTHERS)
def test_others(here: Path, path: str, text: str, expected: list[str]) -> None:
    assert judged(here, {path: text}) == expected


DEPLOYED = {"k8s/a.yaml": manifest("Deployment", container(PORTS, name="predictor"))}


def test_nothing_alerts(here: Path) -> None:
    said = of_repository(HOOK, here, DEPLOYED)
    assert [(each.kind, each.rule, each.path) for each in said] == [
        ("missing", "no-alerts", "k8s/a.yaml")
    ]


def test_something_alerts(here: Path) -> None:
    assert judged(here, {**DEPLOYED, "r.yml": alert("up == 0", *FINE)}, "missing") == []


def test_nothing_is_deployed(here: Path) -> None:
    job = manifest("CronJob", container(name="train-model"))
    assert of_repository(HOOK, here, {"a.yaml": job}) == []


def test_declared(here: Path) -> None:
    said = of_repository(HOOK, here, DEPLOYED, declared="https://grafana.example.com/alerts")
    assert [(each.kind, each.rule) for each in said] == [("evidence", "no-alerts")]


def test_a_file_that_cannot_be_parsed(here: Path) -> None:
    text = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n   bad: [\n"
    said = of_repository(HOOK, here, {"r.yml": text, "s.yml": alert("up", *FINE)})
    assert [(each.kind, each.path) for each in said] == [("error", "r.yml"), ("violation", "s.yml")]


@given(st.text(max_size=60))
def test_no_text_crashes_the_parser(text: str) -> None:
    expr = promql.parsed(text)
    if expr is not None:
        promql.filters(expr)
        promql.trivial(expr)
        promql.metrics(expr)


def test_deep_and_long_expressions() -> None:
    for text in ("(" * 9_000, "a" * 100_000, "- " * 4_000 + "a", "sum(" * 400 + "a" + ")" * 400):
        assert promql.parsed(text) is None
    for text in ("sum(" * 90 + "a" + ")" * 90, "+".join(["a"] * 900)):
        assert promql.metrics(promql.parse(text)) == ["a"]
