"""The shell commands of a file, whatever its format: scripts, pipelines, Dockerfiles, programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlops_checklist.outcome import Place
from mlops_checklist.sources import pipelines, shell, yaml
from mlops_checklist.sources.files import File
from mlops_checklist.sources.shell import Command


def commands(file: File) -> Iterator[tuple[Command, Place]]:
    """Yield the commands of a file, and where each stands. Raises Unreadable.

    Scripts, Dockerfiles, the jobs of pipelines and the stages of dvc.yaml, Makefiles, the cells
    and the calls of notebooks and Python. Of other YAML, what stands under `run`, `script`,
    `command`, `cmd` and `args`.
    """
    if file.kind in ("python", "notebook"):
        from mlops_checklist.sources import python_commands

        for command, placed in python_commands.commands(file):
            if command.words:
                yield command, placed(command.words[0].place)
        return
    for command in _commands(file):
        if command.words:
            yield command, command.words[0].place


def _commands(file: File) -> Iterator[Command]:
    if file.kind == "dockerfile":
        from mlops_checklist.sources import dockerfile

        for instruction in file.read(dockerfile.dockerfile).instructions:
            yield from dockerfile.run_commands(instruction)
    elif pipelines.is_pipeline(file.path):
        for job in pipelines.jobs(file):
            yield from job.commands
    elif file.kind == "yaml":
        for node in yaml.mappings(file.read(yaml.documents)):
            for name, _, value in yaml.items(node):
                if name in ("run", "script", "cmd", "command", "args"):
                    yield from of_yaml(value, file)
    elif re.search(r"(?i)(?:^|/)(?:gnu)?makefile$|\.mk$", file.path):
        for number, line in enumerate(file.lines, 1):
            if line.startswith("\t"):
                yield from shell.commands(line.lstrip("\t@-"), number, 2)
    else:
        yield from shell.commands(file.text)


def of_yaml(node: yaml.Node, file: File) -> list[Command]:
    """Return the commands in a text of YAML, in a list of them, or in the words of a single one."""
    listed = yaml.entries(node)
    texts = [text for each in listed if (text := yaml.scalar(each)) is not None]
    if listed and not any(" " in text for text in texts):  # the words of one command
        words = (shell.joined(yaml.pieces(each, file.lines)) for each in listed)
        return [Command((), tuple(word for word in words if word.text))]
    found: list[Command] = []
    for each in listed or [node]:
        if yaml.scalar(each) is not None:
            found += shell.commands_in(shell.joined(yaml.pieces(each, file.lines)))
    return found
