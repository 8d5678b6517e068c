"""Gates at which a person lets a model or a release pass, as configuration declares them.

GitHub Actions: jobs with `environment:`, workflows that only `workflow_dispatch` starts. GitLab:
`when: manual`. Azure Pipelines: `environment:` of a deployment job, ManualValidation. Jenkins:
`input`. Argo: `pause: {}` without a duration, `suspend: {}`. Flagger: the webhooks
`confirm-rollout` and `confirm-promotion`. Each by its own reference documentation.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import pipelines, yaml
from mlops_checklist.sources.files import File


class Gate(NamedTuple):
    """A gate: where it stands, and what it is in words."""

    place: Place
    what: str


# What goes live, in the names of jobs, workflows, stages and commands.
_RELEASING = re.compile(
    r"(?i)deploy|promot|releas|publish|regist|rollout|prod(?:uction)?\b|\blive\b|go-live|ship"
)
_GUARDED = re.compile(r"(?i)prod|live|release|stag|deploy|approv|review|main|champion")


def gates(file: File) -> tuple[Gate, ...]:
    """Return the gates in a pipeline or manifest. Raises Unreadable."""
    path = file.path.replace(os.sep, "/")
    if os.path.basename(path).startswith("Jenkinsfile"):
        return tuple(_jenkins(file))
    documents = file.read(yaml.documents)
    if "/.github/workflows/" in f"/{path}":
        return tuple(gate for top in documents for gate in _github(path, top))
    if os.path.basename(path).startswith(".gitlab-ci"):
        return tuple(gate for top in documents for gate in _gitlab(top))
    if pipelines.is_pipeline(path):
        return tuple(gate for top in documents for gate in _azure(top))
    return tuple(gate for top in documents for gate in _manifest(top))


def _github(path: str, top: yaml.Node) -> Iterator[Gate]:
    for name, key, job in yaml.items(yaml.get(top, "jobs")):
        held = yaml.get(job, "environment")
        environment = yaml.scalar(held) or yaml.scalar(yaml.get(held, "name"))
        if environment and (_GUARDED.search(environment) or "$" in environment):
            yield Gate(yaml.place(key), f"job '{name}' runs in the environment '{environment}'")
    started = yaml.get(top, "on")
    events = {name for name, _, _ in yaml.items(started)} or {
        text
        for node in (yaml.entries(started) or ([started] if started is not None else []))
        if (text := yaml.scalar(node))
    }
    title = f"{os.path.basename(path)} {yaml.scalar(yaml.get(top, 'name')) or ''}"
    if events == {"workflow_dispatch"} and _RELEASING.search(title):
        yield Gate(Place(), "the workflow is started by hand alone")


def _gitlab(top: yaml.Node) -> Iterator[Gate]:
    for name, key, job in yaml.items(top):
        rules = yaml.entries(yaml.get(job, "rules"))
        whens = [yaml.scalar(yaml.get(each, "when")) for each in (job, *rules)]
        stage = yaml.scalar(yaml.get(job, "stage")) or ""
        if "manual" in whens and _RELEASING.search(f"{name} {stage}"):
            yield Gate(yaml.place(key), f"job '{name}' is started by hand")


def _azure(top: yaml.Node) -> Iterator[Gate]:
    for node in yaml.mappings([top]):
        name = yaml.scalar(yaml.get(node, "deployment"))
        environment = yaml.get(node, "environment")
        if name is not None and environment is not None:
            yield Gate(yaml.place(node), f"deployment '{name}' runs in an environment")
        task = yaml.scalar(yaml.get(node, "task")) or ""
        if task.startswith("ManualValidation@"):
            yield Gate(yaml.place(node), "a person validates")


def _jenkins(file: File) -> Iterator[Gate]:
    text = re.sub(r"(?m)^\s*//[^\n]*", "", file.text)
    for found in re.finditer(r"(?m)^\s*input\b\s*(?:\(|\{|message|['\"])", text):
        yield Gate(Place(text.count("\n", 0, found.end()) + 1), "a person is asked (input)")


def _manifest(top: yaml.Node) -> Iterator[Gate]:
    kind = yaml.scalar(yaml.get(top, "kind")) or ""
    if kind in ("Rollout", "Workflow", "WorkflowTemplate", "CronWorkflow"):
        for node in yaml.mappings([top]):
            for name, key, value in yaml.items(node):
                waits = value.id == "mapping" and yaml.get(value, "duration") is None
                if name in ("pause", "suspend") and waits:
                    yield Gate(yaml.place(key), f"the {kind} waits until a person goes on")
    elif kind == "Canary":
        for hook in yaml.entries(yaml.get(top, "spec", "analysis", "webhooks")):
            text = yaml.scalar(yaml.get(hook, "type")) or ""
            if text in ("confirm-rollout", "confirm-promotion", "confirm-traffic-increase"):
                yield Gate(yaml.place(hook), f"Flagger asks before it goes on ({text})")
