"""Checklist: Alerting thresholds defined.

An alert without a threshold fires always or never, one without a duration at every spike, and one
without a severity wakes nobody or everybody. The hook reads what defines alerts: rules of
Prometheus, Grafana, the clouds and Datadog, service level objectives, configuration, and calls of
Domino.

What to do: compare with a number (`> 0.02`), say for how long (`for: 5m`), how bad (`severity`) and
what it means (`summary`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import DECLARED, File, Hook, Option, Options, declared, run
from mlops_checklist.outcome import Outcome, evidence, missing, undecided, violation
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.files import Unreadable
from mlops_checklist.sources.triggers import ANSWERING

if TYPE_CHECKING:
    from mlops_checklist.sources.alert_rules import Rule

RULES = {
    "no-threshold": "The alert's expression compares with nothing: it fires for ever.",
    "trivial-threshold": "The threshold is always or never passed.",
    "no-duration": "The alert fires at once, at every spike.",
    "no-severity": "The alert does not say how bad it is.",
    "no-summary": "The alert does not say what it means.",
    "broken-expression": "The expression cannot be parsed, so the alert never fires.",
    "dead-runbook": "The alert's runbook is a file that is not there.",
    "no-receiver": "Alertmanager sends alerts to nobody.",
    "alert-without-threshold": "A configuration or call names alerts and gives no number.",
    "no-alerts": "A model is deployed, and nothing alerts when it fails.",
}
_CALLS = rb"trigger_alert|put_metric_alarm|metricAlerts"
_OURS = rb"(?m:^[ \t]*(?:- )?(?:alert|expr|receivers)[ \t]*:)"
_CONFIG = rb"(?i:alert|threshold|drift)"


def find(options: Options, judges: Callable[[str], bool]) -> Iterator[File]:
    """Yield what may define alerts, file by file, then all of it as one."""
    from mlops_checklist.sources import alert_rules, deployed, tracked

    def may_alert(path: str, file: File) -> bool:
        if tracked.is_passed_over(path):
            return False
        if file.kind in ("python", "notebook"):
            return path in calling
        shape = alert_rules.TRIGGER + (b"|" + _CONFIG + b"|" + _OURS) * (file.kind == "yaml")
        return file.kind in ("yaml", "json", "terraform") and file.holds(shape)

    try:
        calling = tracked.holding(_CALLS, *tracked.CODE)
        files = deployed.find(HOOK.id, judges, may_alert)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    yield from (file for file in files.values() if file.kind == "yaml" and file.holds(_OURS))
    if files:
        yield tracked.Whole(files)


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge a file alone, which must be readable, or all together."""
    from mlops_checklist.sources import deployed, templates, tracked

    if not isinstance(file, tracked.Whole):
        file.read(templates.documents)
        return
    recorded = frozenset(_recorded(file))
    alerts = False
    for path, each in file.files.items():
        if not tracked.is_passed_over(path):
            for outcome in _file(each, options, recorded):
                alerts = alerts or outcome.rule != "no-receiver"
                yield outcome._replace(path=path)
    subjects = deployed.deployed(file.files).subjects
    named = declared(options)
    if subjects and (named or not alerts):
        first = subjects[0]
        if named:
            outcome = evidence("no-alerts", first.place, f"declared: {named}")
        else:
            message = f"{first.what} serves a model, and nothing alerts when it fails; add rules"
            outcome = missing("no-alerts", first.place, message)
        yield outcome._replace(path=first.path)


def _recorded(file: File) -> Iterator[str]:
    """Yield the names of recording rules whose expressions drop what is fine."""
    from mlops_checklist.sources import alert_rules, promql, tracked

    assert isinstance(file, tracked.Whole)
    for each in file.files.values():
        if each.kind == "yaml" and each.holds(rb"\brecord\b"):
            try:
                rules = [rule for rule in each.read(alert_rules.prometheus) if rule.record]
            except Unreadable:
                continue
            for rule in rules:
                expr = promql.parsed(rule.expr)
                if expr is not None and promql.filters(expr):
                    yield rule.record


def _file(file: File, options: Options, recorded: frozenset[str]) -> Iterator[Outcome]:
    """Judge the alerts of one file."""
    from mlops_checklist.sources import alert_rules

    try:
        if file.kind in ("python", "notebook"):
            if file.holds(_CALLS):
                yield from _calls(file)
        elif file.kind == "yaml":
            if file.holds(rb"\bexpr\b"):
                for rule in file.read(alert_rules.prometheus):
                    if rule.alert:
                        yield from _rule(file, rule, options.severity_label, recorded)
            if file.holds(alert_rules.TRIGGER):
                yield from _others(file)
            for names, place in alert_rules.named_alone(file):
                message = f"alerts are named ({names}) without a number that sets them off; add one"
                yield violation("alert-without-threshold", place, message)
            if file.holds(rb"(?m)^receivers[ \t]*:"):
                yield from _receivers(file)
        elif file.kind in ("json", "terraform") and file.holds(alert_rules.TRIGGER):
            yield from _others(file)
    except Unreadable:
        return  # said of the file itself, where it is the hook's business


# --- Prometheus -------------------------------------------------------------------------------


def _rule(file: File, rule: Rule, severity: str, recorded: frozenset[str]) -> Iterator[Outcome]:
    """Judge one alert of Prometheus."""
    from mlops_checklist.sources import promql, templates

    name = f"alert '{rule.alert}'"
    if templates.OPAQUE in rule.expr:
        yield undecided("no-threshold", rule.at, f"a template fills in what {name} compares")
        return
    try:
        expr = promql.parse(rule.expr)
    except ValueError as error:
        message = f"the expression of {name} cannot be parsed: {_first_line(error)}"
        yield violation("broken-expression", rule.at, message)
        return
    if promql.is_watchdog(expr):
        yield evidence("no-threshold", rule.place, f"{name} shows that alerting works")
        return
    if not promql.filters(expr, recorded):
        message = (
            f"{name} compares with nothing and fires for ever; add a comparison such as > 0.02"
        )
        yield violation("no-threshold", rule.at, message)
    elif always := promql.trivial(expr):
        message = f"what {name} compares is {always} so: a count is never below zero"
        yield violation("trivial-threshold", rule.at, message)
    else:
        yield evidence("no-threshold", rule.place, f"{name} has a threshold")
    if not rule.duration and not rule.keeps_firing and not promql.looks_back(expr):
        yield violation("no-duration", rule.place, f"{name} fires at once; add for: 5m")
    if not rule.labels.get(severity):
        yield violation("no-severity", rule.place, f"{name} has no label '{severity}'; add it")
    if not {"summary", "description", "message", "title"} & rule.annotations.keys():
        yield violation("no-summary", rule.place, f"{name} does not say what it means; add summary")
    yield from _runbook(file, rule)


def _first_line(error: ValueError) -> str:
    return (str(error).strip().splitlines() or ["it is empty"])[0][:120]


def _runbook(file: File, rule: Rule) -> Iterator[Outcome]:
    """Judge a runbook that is a path, from the rule's folder or one above it."""
    from pathlib import PurePosixPath

    for key in ("runbook_url", "runbook"):
        note = rule.annotations.get(key)
        text = (note.text if note is not None else None) or ""
        path = text.partition("#")[0]
        if note is None or not re.fullmatch(r"[\w./-]+\.(?:md|rst|adoc|txt)", path):
            continue
        folders = [str(folder) for folder in PurePosixPath(file.path).parents]
        if any(os.path.exists(os.path.join(folder, path.lstrip("/"))) for folder in folders):
            yield evidence("dead-runbook", note.place, f"the runbook '{path}' is there")
        else:
            yield violation("dead-runbook", note.place, f"the runbook '{path}' is not there")


# --- Others -----------------------------------------------------------------------------------


def _others(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import alert_rules

    for each in file.read(alert_rules.others):
        if each.has is None:
            yield undecided("no-threshold", each.place, f"the threshold of {each.what} is not told")
        elif each.has:
            yield evidence("no-threshold", each.place, f"{each.what} has a threshold")
        else:
            message = f"{each.what} has no threshold; add the number that sets it off"
            yield violation("no-threshold", each.place, message)


def _receivers(file: File) -> Iterator[Outcome]:
    """Judge where Alertmanager sends what no route takes."""
    from mlops_checklist.sources import templates, yaml

    for top in file.read(templates.documents).nodes:
        default = yaml.get(top, "route", "receiver")
        name = yaml.scalar(default)
        listed = {
            yaml.scalar(yaml.get(each, "name")): each
            for each in yaml.entries(yaml.get(top, "receivers"))
        }
        if default is None or name is None or templates.is_opaque(name):
            continue
        sends = [key for key, _, _ in yaml.items(listed.get(name)) if key.endswith("_configs")]
        routes = yaml.entries(yaml.get(top, "route", "routes"))
        if name not in listed:
            message = f"receiver '{name}' is not defined; add it to receivers"
            yield violation("no-receiver", yaml.place(default), message)
        elif not sends and not routes:
            message = f"receiver '{name}' sends to nobody; add slack_configs or the like"
            yield violation("no-receiver", yaml.place(default), message)
        else:
            yield evidence("no-receiver", yaml.place(default), f"alerts go to '{name}'")


# The arguments of calls that set an alert off.
_LIMITS = {
    "trigger_alert": ("condition", "lower_limit", "upper_limit"),
    "put_metric_alarm": ("Threshold", "ThresholdMetricId"),
}


def _calls(file: File) -> Iterator[Outcome]:
    """Judge the calls that define an alert."""
    from mlops_checklist.sources import python

    rule = "alert-without-threshold"
    module = file.read(python.module)
    for call in module.calls:
        name = python.last_name(call.func)
        limits = _LIMITS.get(name)
        if limits is None or module.definition(call.func) is not None:
            continue
        given = {keyword.arg for keyword in call.keywords}
        place = module.place(call)
        if given & set(limits) or (name == "trigger_alert" and len(call.args) > 3):
            yield evidence(rule, place, f"{name} is given its limits")
        elif python.has_unpacking(call):
            yield undecided(rule, place, f"whether {name} is given limits depends on arguments")
        else:
            advice = f"pass {' and '.join(limits[:2])}"
            yield violation(rule, place, f"{name} is given no limit; {advice}")


HOOK = Hook(
    id="alert-thresholds",
    description="Alerts have thresholds, durations, severities and summaries.",
    reads={"*": b""},
    rules=RULES,
    check=check,
    options=(
        Option("severity-label", "the label that says how bad an alert is", "severity"),
        DECLARED,
    ),
    finds=find,
    seeks=(_CALLS, ANSWERING),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
