"""Alerts as files define them: Prometheus, Grafana, CloudWatch, Azure, Google Cloud, Datadog, SLOs.

Formats: Prometheus' rule files and the PrometheusRule of its operator; Grafana's provisioned rules
(`apiVersion: 1`); CloudFormation; Terraform resources of the AWS, Azure, Google, Datadog, Grafana
and New Relic providers; AlertPolicy of Google Cloud; Datadog's monitors; Sloth, OpenSLO, Pyrra.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import templates, trees, yaml
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.trees import Tree

TRIGGER = (
    rb"\balert\b|\bexpr\b|[Aa]larm|_alert|monitor|AlertPolicy|evaluator|slos?\b"
    rb"|ServiceLevelObjective"
)


class Rule(NamedTuple):
    """A rule of Prometheus: an alert, or (with no `alert`) what is recorded as `record`.

    Texts are "" where they are not given; `labels` are those of its group, too.
    """

    alert: str
    record: str
    expr: str
    duration: str
    keeps_firing: str
    labels: dict[str, str]
    annotations: dict[str, Tree]
    place: Place  # of the rule
    at: Place  # of its expression


class Threshold(NamedTuple):
    """An alert of another system: what it is, where, and whether it has a threshold.

    `has` is None where that is not told.
    """

    what: str
    place: Place
    has: bool | None


def prometheus(file: File) -> tuple[Rule, ...]:
    """Return the rules in a YAML file of Prometheus or its operator. Raises Unreadable."""
    documents = file.read(templates.documents)
    return tuple(rule for node in documents.nodes for rule in _rules(node, file))


def _rules(top: yaml.Node, file: File) -> Iterator[Rule]:
    holder = top
    if yaml.scalar(yaml.get(top, "kind")) in ("PrometheusRule", "ConfigMap", "VMRule"):
        holder = yaml.get(top, "spec") or top
    for group in yaml.entries(yaml.get(holder, "groups")):
        shared = _texts(yaml.get(group, "labels"))
        for rule in yaml.entries(yaml.get(group, "rules")):
            expr = yaml.get(rule, "expr")
            if expr is None:
                continue
            text = _text(rule, "alert")
            place = next((yaml.place(k) for n, k, _ in yaml.items(rule) if n == "alert"), None)
            yield Rule(
                text,
                _text(rule, "record"),
                yaml.scalar(expr) or "",
                _text(rule, "for"),
                _text(rule, "keep_firing_for"),
                shared | _texts(yaml.get(rule, "labels")),
                trees.of_yaml(note).items if (note := yaml.get(rule, "annotations")) else {},
                place or yaml.place(rule),
                yaml.place(expr),
            )


def _text(node: yaml.Node, key: str) -> str:
    return yaml.scalar(yaml.get(node, key)) or ""


def _texts(node: yaml.Node | None) -> dict[str, str]:
    return {name: yaml.scalar(value) or "" for name, _, value in yaml.items(node)}


# --- Others -----------------------------------------------------------------------------------


def others(file: File) -> tuple[Threshold, ...]:
    """Return the alerts of other systems in a YAML, JSON or Terraform file. Raises Unreadable."""
    if file.kind == "terraform":
        return tuple(_terraform(file))
    if file.kind == "json":
        return tuple(_json(trees.of_json(file.text)))
    return tuple(
        each
        for node in file.read(templates.documents).nodes
        for each in (*_grafana(node), *_objects(trees.of_yaml(node)))
    )


def _grafana(top: yaml.Node) -> Iterator[Threshold]:
    """Yield the rules of Grafana's provisioning."""
    for group in yaml.entries(yaml.get(top, "groups")):
        for rule in yaml.entries(yaml.get(group, "rules")):
            data = yaml.get(rule, "data")
            if yaml.get(rule, "expr") is not None or data is None:
                continue
            tree = trees.of_yaml(data)
            evaluators = [each.get("evaluator") for each in trees.walk(tree)]
            has = any(each.get("params").entries for each in evaluators) or any(
                re.search(r"[<>]|[!=]=", each.get("expression").text or each.get("expr").text or "")
                for each in trees.walk(tree)
            )
            yield Threshold(f"rule '{_text(rule, 'title')}'", yaml.place(rule), has)


def _objects(top: Tree) -> Iterator[Threshold]:
    """Yield alerts of CloudFormation, Google Cloud, Datadog and of service level objectives."""
    for name, resource in top.get("Resources").items.items():
        kind = resource.get("Type").text or ""
        held = resource.get("Properties")
        if kind == "AWS::CloudWatch::Alarm":
            keys = {key.lower() for key in held.items}
            yield Threshold(
                f"alarm '{name}'", resource.place, bool(keys & {"threshold", "thresholdmetricid"})
            )
        elif kind == "AWS::CloudWatch::CompositeAlarm":
            yield Threshold(f"alarm '{name}'", resource.place, True)
    yield from _json(top)
    kind, spec = top.get("kind").text or "", top.get("spec")
    if kind in ("ServiceLevelObjective", "SLO", "PrometheusServiceLevel"):
        targets = [
            spec.get("target"),
            *(each.get("target") for each in spec.get("objectives").entries),
        ]
        targets += [each.get("objective") for each in spec.get("slos").entries]
        has = any(each.text is not None for each in targets)
        yield Threshold(f"{kind} '{top.get('metadata', 'name').text}'", top.place, has)
    for each in top.get("slos").entries if top.get("version").text else []:
        has = each.get("objective").text is not None
        yield Threshold(f"objective '{each.get('name').text}'", each.place, has)


_QUERY = re.compile(r"(?:avg|sum|min|max|count|pct\w*|percentile|change)\(.*\):.*", re.DOTALL)


def _json(top: Tree) -> Iterator[Threshold]:
    """Yield alerts of Google Cloud and Datadog."""
    conditions = top.get("conditions").entries
    if top.get("combiner").text is not None and conditions:
        for each in conditions:
            named = each.get("conditionThreshold")
            has = "thresholdvalue" in {key.lower() for key in named.items} if named.items else True
            yield Threshold(f"condition '{each.get('displayName').text}'", each.place, has)
    query = top.get("query")
    if top.get("type").text in ("metric alert", "query alert") and query.text is not None:
        has = re.search(r"[<>]=?\s*-?[\d.]", query.text) is not None
        yield Threshold(f"monitor '{top.get('name').text}'", query.place, has)


# Of each resource of Terraform, the arguments that hold the threshold, in it or in its blocks.
_RESOURCES = {
    "aws_cloudwatch_metric_alarm": {"threshold", "threshold_metric_id"},
    "azurerm_monitor_metric_alert": {"threshold", "alert_sensitivity"},
    "azurerm_monitor_scheduled_query_rules_alert": {"threshold"},
    "azurerm_monitor_scheduled_query_rules_alert_v2": {"threshold"},
    "google_monitoring_alert_policy": {
        "threshold_value",
        "condition_absent",
        "condition_prometheus_query_language",
    },
    "datadog_monitor": {"monitor_thresholds", "critical"},
    "newrelic_nrql_alert_condition": {"threshold"},
    "grafana_rule_group": {"data"},
}


def _terraform(file: File) -> Iterator[Threshold]:
    from mlops_checklist.sources import terraform

    for block in file.read(terraform.blocks):
        kind = block.labels[0] if block.kind == "resource" and block.labels else ""
        if (wanted := _RESOURCES.get(kind)) is None:
            continue
        names: set[str] = set()
        waiting = [block]
        while waiting:
            current = waiting.pop()
            names |= {*current.arguments, current.kind}
            waiting += current.blocks
        dynamic = "dynamic" in names
        name = block.labels[1] if len(block.labels) > 1 else kind
        yield Threshold(
            f"alarm '{name}'", block.place, bool(names & wanted) or (None if dynamic else False)
        )


# --- Names without numbers ---------------------------------------------------------------------

_NAMING = re.compile(r"(?i)alerts?|alert_?(?:conditions?|rules?|on)|alerting")
_CONDITION = re.compile(
    r"(?i)drift|perform|accura|latenc|error|quality|fail|degrad|anomal|slow|low|high|null|missing|down"
)
_NUMBERS = re.compile(
    r"(?i)threshold|limit|max|min|above|below|target|value|bound|tolerance|budget"
)


def named_alone(file: File) -> Iterator[tuple[str, Place]]:
    """Yield the lists that name alerts and give no number, and where their key stands."""
    try:
        documents = file.read(templates.documents)
    except Unreadable:
        return
    for node in yaml.mappings(documents.nodes):
        for name, key, value in yaml.items(node):
            texts = [yaml.scalar(each) for each in yaml.entries(value)]
            if not _NAMING.fullmatch(name) or not texts or None in texts:
                continue
            plain = [text for text in texts if text is not None]
            if any(re.search(r"\d|[<>]", text) for text in plain) or not all(
                re.fullmatch(r"[A-Za-z][\w -]*", text) for text in plain
            ):
                continue
            beside = {each for each, _, _ in yaml.items(node)}
            if any(map(_CONDITION.search, plain)) and not any(map(_NUMBERS.search, beside)):
                yield ", ".join(plain[:3]), yaml.place(key)
