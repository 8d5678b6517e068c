"""The stages of a `dvc.yaml`: what each runs, and what it declares to read and to write.

The format: dvc.org, "dvc.yaml" (DVC 3). What `${...}` stands for is not looked up: such a part of a
path becomes "*". Paths are relative to the current folder, as those of the repository's files are.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import shell, yaml
from mlops_checklist.sources.files import File
from mlops_checklist.sources.shell import Command


class Stage(NamedTuple):
    """One stage: where its name stands, the folder that it runs in, and what it declares.

    `texts` are its commands as they are written; `written` its outs, metrics and plots;
    `parameters` the files that its params come from, `keys` each such file and key. A frozen stage
    is not run again.
    """

    name: str
    place: Place
    folder: str
    texts: tuple[str, ...]
    commands: tuple[Command, ...]
    deps: tuple[str, ...]
    written: tuple[str, ...]
    parameters: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    is_frozen: bool

    def declares(self, path: str) -> bool:
        """Tell whether a file or folder is among what the stage declares, or above or below it."""
        return any(_touches(path, each) for each in (*self.deps, *self.written, *self.parameters))


def _touches(path: str, declared: str) -> bool:
    if "*" in declared:
        return any(
            fnmatch.fnmatchcase(path, pattern) for pattern in (declared, f"{declared}/*")
        ) or fnmatch.fnmatchcase(declared, f"{path}/*")
    return path == declared or path.startswith(f"{declared}/") or declared.startswith(f"{path}/")


def stages(file: File) -> tuple[Stage, ...]:
    """Return the stages of a `dvc.yaml`. Raises Unreadable; use it as `file.read(stages)`."""
    top = file.read(yaml.document)
    return tuple(
        _stage(file, name, key, yaml.get(body, "do") or body)
        for name, key, body in yaml.items(yaml.get(top, "stages"))
    )


def _stage(file: File, name: str, key: yaml.Node, body: yaml.Node) -> Stage:
    folder = os.path.join(os.path.dirname(file.path), yaml.scalar(yaml.get(body, "wdir")) or "")
    keys = [*_parameters(yaml.get(body, "params"))]
    command = yaml.get(body, "cmd")
    commands = [each for each in yaml.entries(command) or [command] if each is not None]

    def paths(*kinds: str) -> tuple[str, ...]:
        return tuple(
            path_below(folder, each) for kind in kinds for each in _paths(yaml.get(body, kind))
        )

    return Stage(
        name,
        yaml.place(key),
        folder,
        tuple(yaml.scalar(each) or "" for each in commands),
        tuple(command for each in commands for command in _commands(file, each)),
        paths("deps"),
        paths("outs", "metrics", "plots"),
        tuple(path_below(folder, path) for path, _ in keys),
        tuple((path_below(folder, path), key) for path, key in keys if key),
        (yaml.scalar(yaml.get(body, "frozen")) or "").lower() == "true",
    )


def path_below(folder: str, path: str) -> str:
    """Return a path that stands in `folder`, plainly written, `${...}` as "*"."""
    return os.path.normpath(os.path.join(folder, re.sub(r"\$\{[^}]*\}", "*", path)))


def _paths(node: yaml.Node | None) -> Iterator[str]:
    """Yield the paths in a list: each a text, or a key with options below it."""
    for entry in yaml.entries(node):
        text = yaml.scalar(entry)
        yield from [text] if text is not None else [key for key, _, _ in yaml.items(entry)]


def _parameters(node: yaml.Node | None) -> Iterator[tuple[str, str]]:
    """Yield the file and key of each of `params`: a text is a key of `params.yaml`.

    A mapping names its file; without keys ("") all of it counts.
    """
    for entry in yaml.entries(node):
        if (text := yaml.scalar(entry)) is not None:
            yield "params.yaml", text
        for path, _, listed in yaml.items(entry):
            keys = [yaml.scalar(key) or "" for key in yaml.entries(listed)]
            yield from ((path, key) for key in keys or [""])


def _commands(file: File, node: yaml.Node) -> list[Command]:
    if node.id != "scalar":
        return []
    return shell.commands_in(shell.joined(yaml.pieces(node, file.lines)))
