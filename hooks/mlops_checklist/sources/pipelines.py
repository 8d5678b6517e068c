"""Pipelines of CI: their jobs, and the commands that each runs.

Formats: GitHub's workflow syntax, GitLab's `.gitlab-ci.yml` reference, Azure's YAML schema (jobs
with steps of `script`, `bash`, `pwsh`), and Jenkinsfiles, of which the `sh` steps are read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import shell, yaml
from mlops_checklist.sources.files import File
from mlops_checklist.sources.shell import Command


class Job(NamedTuple):
    """A job: name, where it stands, its commands in order, and whether it calls another file."""

    name: str
    place: Place
    commands: tuple[Command, ...]
    calls: bool = False


_GITHUB = re.compile(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml$")
_GITLAB = re.compile(r"(?:^|/)\.gitlab-ci[^/]*\.ya?ml$")
_AZURE = re.compile(r"(?:^|/)(?:azure-pipelines[^/]*|\.azure[^/]*/[^/]+)\.ya?ml$")


def is_pipeline(path: str) -> bool:
    """Tell whether the name of `path` is that of a pipeline this module reads."""
    path = path.replace(os.sep, "/")
    shapes = (_GITHUB, _GITLAB, _AZURE)
    return any(shape.search(path) for shape in shapes) or _is_jenkins(path)


def _is_jenkins(path: str) -> bool:
    return os.path.basename(path).startswith("Jenkinsfile")


def jobs(file: File) -> Iterator[Job]:
    """Yield the jobs of a pipeline. Raises Unreadable where it is no YAML."""
    path = file.path.replace(os.sep, "/")
    if _is_jenkins(path):
        yield _jenkins(file)
        return
    top = yaml.document(file)
    if _GITHUB.search(path):
        for name, key, job in yaml.items(yaml.get(top, "jobs")):
            texts = [yaml.get(step, "run") for step in yaml.entries(yaml.get(job, "steps"))]
            called = yaml.scalar(yaml.get(job, "uses")) or "./"  # one here is read by itself
            yield _job(file, name, key, texts)._replace(calls=not called.startswith("./"))
    elif _GITLAB.search(path):
        shared = [yaml.get(top, "before_script"), yaml.get(top, "default", "before_script")]
        for name, key, job in yaml.items(top):
            script = yaml.get(job, "script")
            if script is not None:
                own = yaml.get(job, "before_script")
                yield _job(file, name, key, [*([own] if own else shared), script])
    else:
        for node in yaml.mappings([top] if top else []):
            steps = yaml.entries(yaml.get(node, "steps"))
            if steps:
                name = yaml.scalar(yaml.get(node, "job")) or "steps"
                texts = [yaml.get(s, word) for s in steps for word in ("script", "bash", "pwsh")]
                yield _job(file, name, node, texts)


def images(file: File) -> Iterator[tuple[str, Place]]:
    """Yield the images that the jobs of a pipeline, or their services, run in."""
    path = file.path.replace(os.sep, "/")
    if _is_jenkins(path):
        return
    top = yaml.document(file)
    holders: list[tuple[yaml.Node, str]] = []
    if _GITHUB.search(path):
        for _, _, job in yaml.items(yaml.get(top, "jobs")):
            holders.append((yaml.get(job, "container"), "image"))
            holders += [
                (service, "image") for _, _, service in yaml.items(yaml.get(job, "services"))
            ]
    elif _GITLAB.search(path):
        for node in (top, yaml.get(top, "default"), *(job for _, _, job in yaml.items(top))):
            holders.append((yaml.get(node, "image"), "name"))
            holders += [(each, "name") for each in yaml.entries(yaml.get(node, "services"))]
    else:
        for node in yaml.mappings([top] if top else []):
            holders.append((yaml.get(node, "container"), "image"))
    named = _AZURE.search(path) is not None  # a container is declared elsewhere, by a plain name
    for holder, key in holders:
        node = yaml.get(holder, key) if holder is not None and holder.id == "mapping" else holder
        text = yaml.scalar(node)
        if text and node is not None and not (named and not re.search("[:/]", text)):
            place = yaml.place(node)
            yield text, place._replace(column=place.column + (node.style in ("'", '"')))


def _job(file: File, name: str, at: yaml.Node, texts: list[yaml.Node | None]) -> Job:
    commands: list[Command] = []
    for node in texts:
        for each in yaml.entries(node) or [node]:
            if yaml.scalar(each) is not None:
                word = shell.joined(yaml.pieces(each, file.lines))
                commands += shell.commands_in(word)
    return Job(name, yaml.place(at), tuple(commands))


_STEP = re.compile(
    r"\b(?:sh|bat)\b[ \t(]*(?:script:[ \t]*)?(?P<q>'''|\"\"\"|'|\")(?P<text>.*?)(?<!\\)(?P=q)",
    re.DOTALL,
)
_COMMENT = re.compile(r"(?m)^[ \t]*//[^\n]*$")


def _jenkins(file: File) -> Job:
    text = _COMMENT.sub(lambda found: " " * len(found[0]), file.text)
    commands: list[Command] = []
    for step in _STEP.finditer(text):
        line = text.count("\n", 0, step.start("text")) + 1
        column = step.start("text") - text.rfind("\n", 0, step.start("text"))
        commands += shell.commands(step["text"], line, column)
    return Job("Jenkinsfile", Place(), tuple(commands))
