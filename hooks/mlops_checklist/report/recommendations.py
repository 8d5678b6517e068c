"""`mlops-recommendations`: what would make the project better, each by evidence, none an error.

Monitoring and versions of environments rest on what the hooks find. For the others a few facts are
read: loops and texts that repeat something, data that is deleted or written over, chains of steps.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options
from mlops_checklist.outcome import Outcome, Place, enumerated, missing
from mlops_checklist.output.json import as_object
from mlops_checklist.report import gathering, pages, progress, verdicts
from mlops_checklist.report.pages import Recommendation
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources import domino_paths, recurring, steps
from mlops_checklist.sources.triggers import MOUNTS

if TYPE_CHECKING:
    from mlops_checklist.sources.python import Module

RULES = {
    "scheduled-jobs": "Use scheduled jobs for recurring tasks",
    "model-monitoring": "Enable model monitoring for endpoints",
    "snapshots-first": "Take snapshots before major changes",
    "environment-versions": "Name the versions of environments",
    "flows": "Use Flows for complex pipelines",
}
# What the hooks find, and which recommendation that speaks for.
_FOUND = {
    ("monitoring-dashboards", "no-monitoring"): "model-monitoring",
    ("monitoring-dashboards", "no-prediction-capture"): "model-monitoring",
    ("monitoring-dashboards", "capture-never-called"): "model-monitoring",
    ("reproducible-environment", "moving-environment"): "environment-versions",
    ("reproducible-environment", "moving-base-image"): "environment-versions",
    ("rollback-strategy", "moving-image-tag"): "environment-versions",
}
_ASKED = frozenset(hook for hook, _ in _FOUND)
TITLE = "Recommendations"
NONE = "Nothing to recommend."


# --- Facts ------------------------------------------------------------------------------------

_CRON = re.compile(r"[\d*/,\-?LW#A-Za-z]+(?: +[\d*/,\-?LW#A-Za-z]+){4}")
_CRON_STRING = re.compile(r"[\"']?\bcronString[\"']?[ \t]*:[ \t]*([\"']?)([^\"'\n]+)\1")
_FLOW = rb"flytekitplugins\.domino"
_PYTHON = rb"|".join((recurring.TRIGGER, steps.TRIGGER, MOUNTS, rb"cronString", _FLOW))
_HISTORY = re.compile(r"(?i)(?:change(?:s|log)|history|news|releases?(?:[-_ ]notes)?)\.")
# Code that takes a snapshot: a function named so, or Domino's API, whose path ends with the word.
_TAKES = rb"(?i)(?:create|take|make|new|request|trigger)\w{0,20}snapshot|/snapshots?/?[\"'?]"
_MANY = 3  # steps


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Yield what one file itself gives reason to recommend."""
    if file.kind == "markdown":
        if not _HISTORY.match(os.path.basename(file.path)):
            for place, sentence in recurring.told(file):
                reason = f"people are told to do it by hand: '{_short(sentence)}'"
                yield missing("scheduled-jobs", place, reason)
    elif file.kind in ("json", "yaml"):
        yield from _schedules(file)
    elif file.kind == "shell":
        yield from _loops(recurring.shell_loops(file))
    else:
        yield from _code(file)


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= 80 else f"{sentence[:77]}..."


def _schedules(file: File) -> Iterator[Outcome]:
    """Judge the schedules of Domino's scheduled jobs in JSON and YAML."""
    for number, line in enumerate(file.lines, 1):
        found = _CRON_STRING.search(line)
        if found is not None and "#" not in line[: found.start()]:
            yield from _schedule(found[2], Place(number, found.start(2) + 1))


def _schedule(text: str, place: Place) -> Iterator[Outcome]:
    if _CRON.fullmatch(text.strip()):
        advice = "Domino's schedules are Quartz's, which begin with the seconds: '0 0 5 ? * *'"
        yield missing("scheduled-jobs", place, f"'{text.strip()}' has five fields; {advice}")


def _code(file: File) -> Iterator[Outcome]:
    """Judge a Python file or notebook; it is parsed by those who find something to look at."""
    from mlops_checklist.sources import python

    yield from _loops(recurring.loops(file))
    if b"cronString" in file.bytes:
        yield from _python_schedules(file)
    if file.matches(MOUNTS) and (lost := [*domino_paths.lost(file)]) and not _takes_snapshots(file):
        for call, path, does in lost:
            reason = f"this {does} '{path}', and nothing takes a snapshot before"
            yield missing("snapshots-first", file.read(python.module).place(call), reason)
    if file.matches(steps.TRIGGER):
        for chain in steps.chains(file, _MANY):
            named = enumerated([*chain.scripts[:_MANY], *["more"] * (len(chain.scripts) > _MANY)])
            reason = f"these {chain.how} follow one another: {named}; a Flow tracks each step"
            yield missing("flows", chain.place, reason)
    if file.matches(_FLOW):
        yield from _tasks(file.read(python.module))


def _loops(found: Iterable[tuple[Place, str]]) -> Iterator[Outcome]:
    for place, what in found:
        reason = f"{what}; a scheduled job needs no process that waits"
        yield missing("scheduled-jobs", place, reason)


def _python_schedules(file: File) -> Iterator[Outcome]:
    """Judge the schedules of Domino's scheduled jobs in the dictionaries of a Python file."""
    import ast

    from mlops_checklist.sources import python, values

    module, folder = file.read(python.module), file.read(values.values)
    for node in module.nodes(ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "cronString":
                yield from _schedule(values.literal(folder.of(value)) or "", module.place(value))


def _tasks(module: Module) -> Iterator[Outcome]:
    """Judge the functions that are made plain tasks of Flyte in a file that uses Domino's."""
    import ast

    from mlops_checklist.sources.python import FUNCTIONS

    for node in ast.walk(module.tree):
        for mark in node.decorator_list if isinstance(node, FUNCTIONS) else ():
            made = mark.func if isinstance(mark, ast.Call) else mark
            if module.qualified(made) in ("flytekit.task", "flytekit.core.task.task"):
                reason = "Domino runs no plain @task; make it a DominoJobTask"
                yield missing("flows", module.place(mark), reason)


def _takes_snapshots(file: File) -> bool:
    """Tell whether the file, or one that it imports or that imports it, takes a snapshot."""
    around = file.repository
    if around is None:
        return file.matches(_TAKES)
    path = os.path.normpath(file.path)
    return bool(around.matching([*around.closure(path), *around.users(path)], _TAKES))


HOOK = Hook(
    id="mlops-recommendations",
    description="Print what would make the project better, each by evidence.",
    reads={
        "python": _PYTHON,
        "notebook": _PYTHON,
        "markdown": b"(?i)run|execute|train|trigger|refresh",
        "shell": recurring.IN_SHELL,
        "json": b"cronString",
        "yaml": b"cronString",
    },
    rules=RULES,
    check=check,
    follows=_PYTHON,
)


# --- What is recommended ----------------------------------------------------------------------


def recommendations(found: Mapping[str, Sequence[Outcome]]) -> list[Recommendation]:
    """Return what is recommended, in the order of `RULES`, from what each hook says."""
    by_rule: dict[str, list[Outcome]] = {rule: [] for rule in RULES}
    for said in found.values():
        for outcome in said:
            rule = _rule(outcome)
            if rule and outcome.kind in ("violation", "missing"):
                by_rule[rule].append(outcome)
    return [
        Recommendation(
            rule, RULES[rule], tuple(sorted(outcomes, key=lambda outcome: outcome.order))
        )
        for rule, outcomes in by_rule.items()
        if outcomes
    ]


def _rule(outcome: Outcome) -> str | None:
    if outcome.hook == HOOK.id:
        return outcome.rule
    if outcome.rule == "moving-environment" and outcome.message.startswith("use_latest"):
        return "flows"  # only the tasks of Flows have it
    return _FOUND.get((outcome.hook, outcome.rule))


def _markdown(found: Sequence[Recommendation], errors: Sequence[Outcome]) -> str:
    said = pages.recommended(found) if found else [NONE]
    shown = [f"**MLOps {TITLE}**:", "", *said, *pages.not_judged(errors)]
    return "".join(f"{line}\n" for line in shown)


def _json(found: Sequence[Recommendation], errors: Sequence[Outcome]) -> str:
    from json import dumps

    document = {
        "version": 1,
        "recommendations": pages.as_list(found),
        "errors": [as_object(error) for error in errors],
    }
    return dumps(document, indent=2) + "\n"


# --- The command ------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """Print the recommendations for the repository around the current folder, and return 0.

    2: wrong usage or settings, or no Git repository, said on stderr.
    """
    arguments = _arguments(argv)
    asked = [hook for hook in gathering.hooks() if hook.id in _ASKED]
    try:
        with progress.shown() as tell:
            found = gathering.gather(arguments.config, tell, [*asked, HOOK])
    except (SettingsError, ValueError, OSError) as error:
        print(f"{HOOK.id}: {error}", file=sys.stderr)
        return 2
    render = _json if arguments.format == "json" else _markdown
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.write(render(recommendations(found), verdicts.errors(found)))
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    from importlib.metadata import version

    parser = argparse.ArgumentParser(prog=HOOK.id, description=HOOK.description, allow_abbrev=False)
    parser.add_argument("--format", choices=("markdown", "json"), default="markdown")
    parser.add_argument("--config", metavar="FILE", help="settings file (default: the nearest)")
    parser.add_argument("--version", action="version", version=version("mlops-checklist"))
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
