"""Checklist: Rollback strategy documented.

When a new model is worse than the old one, the way back must be known and short. It is gone where
an image is called `latest`, where no revision is kept, where the check that would stop a bad
release is switched off, and where nobody wrote down what to do.

What to do: name versions of images; write a section "Rollback" with the commands, who decides and
how to verify; or let Argo Rollouts, Flagger or `helm upgrade --atomic` do it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import DECLARED, File, Hook, Options, declared, run
from mlops_checklist.outcome import Outcome, Place, evidence, missing, undecided, violation
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.files import Unreadable
from mlops_checklist.sources.triggers import ANSWERING

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources import yaml
    from mlops_checklist.sources.kubernetes import Workload
    from mlops_checklist.sources.templates import Documents
    from mlops_checklist.sources.trees import Tree

RULES = {
    "no-rollback-plan": "A model is deployed, and nothing says how to go back.",
    "empty-rollback-section": "A section on rolling back has no steps.",
    "no-revision-history": "No revision is kept that could be gone back to.",
    "moving-image-tag": "A workload's image has no tag of a version to go back to.",
    "rollback-disabled": "What would roll back by itself is switched off, or does nothing.",
}
_LATEST = re.compile(r"(?:^|[._-])latest(?:$|[._-])", re.IGNORECASE)
_OBJECTS = rb"\bkind\b|AutoRollback|deploymentCircuitBreaker|DeploymentCircuitBreaker|rollback"
_COMMANDS = re.compile(
    r"\bhelm\b.*--(?:atomic|rollback-on-failure|cleanup-on-fail)\b|\bhelm rollback\b"
    r"|\bkubectl\b.*\brollout undo\b|\bargo(?:cd)?\b.*\b(?:rollback|undo|abort)\b"
    r"|\baws deploy\b.*auto-rollback|\bgcloud\b.*update-traffic|\baz\b.*\btraffic\b"
)
_JOB = re.compile(r"(?i)roll[-_ ]?back|revert[-_ ](?:model|release|deploy)")


def find(options: Options, judges: Callable[[str], bool]) -> Iterator[File]:
    """Yield all that deploys, and all that may tell how to go back, as one."""
    from mlops_checklist.sources import deployed, pipelines, rollback_texts, tracked

    def tells(path: str, file: File) -> bool:
        if file.kind == "markdown":
            return file.holds(rollback_texts.TRIGGER.pattern)
        if tracked.is_passed_over(path):
            return False
        if file.kind == "python":
            return os.sep + "versions" + os.sep in path and file.holds(rb"def downgrade")
        if file.kind in ("shell", "terraform") or "akefile" in os.path.basename(path):
            return file.holds(rb"(?i)roll_?back|rollout|--atomic|traffic")
        if pipelines.is_pipeline(path):
            named = _JOB.search(os.path.basename(path)) is not None
            return named or file.holds(rb"(?i)roll.?back|rollout|--atomic|traffic|revert")
        return file.kind in ("yaml", "json") and file.holds(_OBJECTS)

    try:
        files = deployed.find(HOOK.id, judges, tells)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    if files:
        yield tracked.Whole(files)


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge all files together."""
    from mlops_checklist.sources import deployed, tracked

    assert isinstance(file, tracked.Whole)
    found = deployed.deployed(file.files)
    for at, workload in found.workloads:
        if not workload.is_batch:
            for outcome in _workload(workload):
                yield outcome._replace(path=at.path)
    planned = False
    for path, each in file.files.items():
        for outcome in _file(each):
            planned = planned or outcome.rule == "no-rollback-plan"
            yield outcome._replace(path=path)
    named = declared(options)
    if found.subjects and (named or not planned):
        first = found.subjects[0]
        if named:
            outcome = evidence("no-rollback-plan", first.place, f"declared: {named}")
        else:
            message = f"{first.what} serves a model, and nothing says how to go back"
            advice = "write a section 'Rollback' with the commands and who decides"
            outcome = missing("no-rollback-plan", first.place, f"{message}; {advice}")
        yield outcome._replace(path=first.path)


# --- Workloads --------------------------------------------------------------------------------


def _workload(workload: Workload) -> Iterator[Outcome]:
    """Judge the images of a workload and the revisions that it keeps."""
    from mlops_checklist.sources import yaml

    history = yaml.get(workload.node, "spec", "revisionHistoryLimit")
    if history is not None and yaml.scalar(history) == "0":
        message = "revisionHistoryLimit: 0 keeps nothing to go back to; keep 2 or more"
        yield violation("no-revision-history", yaml.place(history), message)
    for container in workload.containers:
        node = yaml.get(container.node, "image")
        if node is not None and container.image:
            yield _image(container.image, yaml.place(node))


def _image(image: str, place: Place) -> Outcome:
    from mlops_checklist.sources import templates

    rule = "moving-image-tag"
    bare, _, digest = image.partition("@")
    tag = bare.rpartition("/")[2].partition(":")[2]
    if digest:
        return evidence(rule, place, f"image '{image}' is pinned by its digest")
    if _LATEST.search(tag):
        advice = "name the version"
        return violation(rule, place, f"image '{image}' cannot be gone back to; {advice}")
    if templates.is_opaque(image):
        return undecided(rule, place, "what fills in the image is not in the file")
    if not tag:
        return violation(rule, place, f"image '{image}' has no tag to go back to; name the version")
    return evidence(rule, place, f"image '{image}' names its version")


# --- Plans ------------------------------------------------------------------------------------


def _file(file: File) -> Iterator[Outcome]:
    """Say what one file tells of going back."""
    from mlops_checklist.sources import pipelines

    try:
        if file.kind == "markdown":
            yield from _document(file)
        elif file.kind == "python":
            yield from _migration(file)
        elif file.kind == "terraform":
            yield from _terraform(file)
        elif pipelines.is_pipeline(file.path):
            yield from _pipeline(file)
        elif file.kind in ("yaml", "json"):
            yield from _objects(file)
        else:
            yield from _commands(file)
    except Unreadable:
        return  # whoever judges the file by itself says why


def _document(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import rollback_texts

    for section in rollback_texts.sections(file):
        if section.steps >= 2:
            message = f"section '{section.title}' says what to do"
            yield evidence("no-rollback-plan", section.place, message)
        elif section.steps == 0:
            message = f"section '{section.title}' has no steps; add commands, who decides, a check"
            yield violation("empty-rollback-section", section.place, message)
        else:
            message = f"section '{section.title}' has a single step"
            yield undecided("empty-rollback-section", section.place, message)


def _commands(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import commands

    for command, place in commands.commands(file):
        text = " ".join(word.text for word in command.words)
        if command.words[0].text not in ("echo", "printf") and _COMMANDS.search(text):
            yield evidence("no-rollback-plan", place, f"'{text[:60]}' goes back")


def _pipeline(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import pipelines

    yield from _commands(file)
    name = os.path.basename(file.path)
    for job in pipelines.jobs(file):
        if _JOB.search(job.name) or _JOB.search(name):
            yield evidence("no-rollback-plan", job.place, f"job '{job.name}' goes back")


def _objects(file: File) -> Iterator[Outcome]:
    """Say what releases step by step and goes back by itself."""
    from mlops_checklist.sources import kubernetes, templates, trees, yaml

    documents = file.read(templates.documents)
    for node in kubernetes.objects(documents):
        kind = yaml.scalar(yaml.get(node, "kind")) or ""
        group = yaml.scalar(yaml.get(node, "apiVersion")) or ""
        yield from _released(kind, group, node, documents)
    for top in documents.nodes:
        for tree in trees.walk(trees.of_yaml(top)):
            yield from _automatic(tree)


def _released(kind: str, group: str, node: yaml.Node, documents: Documents) -> Iterator[Outcome]:
    from mlops_checklist.sources import yaml

    rule = "no-rollback-plan"
    if kind == "Rollout" and group.startswith("argoproj.io"):
        strategy = yaml.get(node, "spec", "strategy")
        if any(name in ("canary", "blueGreen") for name, _, _ in yaml.items(strategy)):
            yield evidence(rule, yaml.place(node), "Argo Rollouts releases step by step")
    elif kind == "Canary" and group.startswith("flagger"):
        skip = yaml.get(node, "spec", "skipAnalysis")
        if skip is not None and yaml.scalar(skip) == "true":
            message = "skipAnalysis: true lets every release pass; remove it"
            yield violation("rollback-disabled", yaml.place(skip), message)
        else:
            yield evidence(rule, yaml.place(node), "Flagger goes back when the analysis fails")
    elif kind == "HelmRelease":
        strategy = yaml.get(node, "spec", "upgrade", "remediation")
        if strategy is not None:
            yield evidence(rule, yaml.place(strategy), "Flux goes back when the upgrade fails")
    elif kind == "InferenceService":
        percent = yaml.get(node, "spec", "predictor", "canaryTrafficPercent")
        if percent is not None:
            yield evidence(rule, yaml.place(percent), "KServe keeps the version before")


def _automatic(tree: Tree) -> Iterator[Outcome]:
    """Judge the automatic rollback of SageMaker and ECS."""
    rule = "no-rollback-plan"
    held = tree.get("AutoRollbackConfiguration") if tree.items else None
    if held is not None and held.value is not None:
        if held.get("Alarms").entries:
            yield evidence(rule, held.place, "the endpoint goes back when an alarm goes off")
        else:
            message = "AutoRollbackConfiguration without Alarms never goes back; name the alarms"
            yield violation("rollback-disabled", held.place, message)
    breaker = tree.get("deploymentCircuitBreaker") if tree.items else None
    if breaker is not None and breaker.items:
        if breaker.get("rollback").is_true:
            yield evidence(rule, breaker.place, "the service goes back when a deployment fails")
        elif breaker.get("enable").is_true:
            message = "the circuit breaker stops and does not go back; set rollback to true"
            yield violation("rollback-disabled", breaker.place, message)


def _terraform(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import terraform

    for block in file.read(terraform.blocks):
        waiting = [block]
        while waiting:
            current = waiting.pop()
            waiting += current.blocks
            if current.kind == "deployment_circuit_breaker":
                if current.get("rollback").is_true:
                    message = "the service goes back when a deployment fails"
                    yield evidence("no-rollback-plan", current.place, message)
                elif current.get("enable").is_true:
                    message = "the circuit breaker stops and does not go back; set rollback to true"
                    yield violation("rollback-disabled", current.place, message)


def _migration(file: File) -> Iterator[Outcome]:
    """Judge a migration of Alembic: what upgrades must downgrade, too."""
    import ast

    from mlops_checklist.sources import python

    module = file.read(python.module)
    found = {
        line.name: line
        for line in module.tree.body
        if isinstance(line, ast.FunctionDef) and line.name in ("upgrade", "downgrade")
    }
    if len(found) == 2 and _does(found["upgrade"]):
        place = module.place(found["downgrade"])
        if _does(found["downgrade"]):
            yield evidence("rollback-disabled", place, "the migration can be taken back")
        else:
            message = "this migration cannot be taken back: downgrade does nothing; undo upgrade"
            yield violation("rollback-disabled", place, message)


def _does(function: ast.FunctionDef) -> bool:
    """Tell whether a function does something: more than `pass` and a docstring."""
    import ast

    return any(
        not isinstance(line, ast.Pass)
        and not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in function.body
    )


HOOK = Hook(
    id="rollback-strategy",
    description="There is a way back from a bad release, and it is written down.",
    reads={"*": b""},
    rules=RULES,
    check=check,
    options=(DECLARED,),
    finds=find,
    seeks=(ANSWERING,),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
