"""What `dvc.lock` and `.dvc` files record of the data, against what stands in Git.

The formats: dvc.org, "dvc.lock", ".dvc files", "Configuration" (DVC 3). Only what files alone can
tell is compared: what DVC keeps outside Git is not looked for.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.sources import yaml
from mlops_checklist.sources.dvc_stages import Stage, path_below, stages
from mlops_checklist.sources.files import File, Unreadable

_HASHES = frozenset({"md5", "etag", "checksum", "hash", "version_id", "files", "cloud", "size"})


class Stale(NamedTuple):
    """A stage that `dvc.lock` does not record as it is now, and in what."""

    stage: Stage
    reason: str


def stale(file: File) -> Iterator[Stale]:
    """Yield the stages of a `dvc.yaml` that its `dvc.lock` does not know as they are.

    Raises Unreadable where either cannot be parsed.
    """
    every = file.read(stages)
    lock = _beside(file, "dvc.lock")
    if lock is None:
        if every:
            yield Stale(every[0], "no dvc.lock is in Git: run `dvc repro`, and commit it")
        return
    known = {
        name: node for name, _, node in yaml.items(yaml.get(lock.read(yaml.document), "stages"))
    }
    for stage in every:
        names = [name for name in known if name == stage.name or name.startswith(f"{stage.name}@")]
        if not names:
            yield Stale(stage, "dvc.lock does not know it")
        elif names == [stage.name] and not stage.is_frozen:
            yield from _compared(file, stage, known[stage.name])


def _beside(file: File, name: str) -> File | None:
    repository = file.repository
    path = os.path.normpath(os.path.join(os.path.dirname(file.path), name))
    return repository.file(path) if repository is not None and path in repository.listed else None


def _compared(file: File, stage: Stage, locked: yaml.Node) -> Iterator[Stale]:
    """Yield the first difference between a stage and what the lock has of it."""
    recorded = {
        path_below(stage.folder, yaml.scalar(yaml.get(entry, "path")) or ""): entry
        for entry in yaml.entries(yaml.get(locked, "deps"))
    }
    if _is_other_command(stage, yaml.get(locked, "cmd")):
        yield Stale(stage, "dvc.lock has another command")
        return
    outs = {path_below(stage.folder, each) for each in _paths(yaml.get(locked, "outs"))}
    for path in (*stage.deps, *stage.written):
        if "*" not in path and path not in recorded and path not in outs:
            kind = "dependency" if path in stage.deps else "output"
            yield Stale(stage, f"dvc.lock does not know its {kind} '{path}'")
            return
    for path, entry in recorded.items():
        if path in stage.deps and _is_changed(file, path, entry):
            yield Stale(stage, f"its dependency '{path}' has changed since")
            return
    for path, key in _changed_parameters(file, stage, yaml.get(locked, "params")):
        yield Stale(stage, f"'{key}' in '{path}' has changed since")
        return


def _paths(node: yaml.Node | None) -> Iterator[str]:
    for entry in yaml.entries(node):
        yield yaml.scalar(yaml.get(entry, "path")) or ""


def _is_other_command(stage: Stage, locked: yaml.Node | None) -> bool:
    """Tell whether a command is written otherwise, to the letter, as DVC compares them."""
    if locked is None or any("${" in text for text in stage.texts):
        return False
    return stage.texts != tuple(
        yaml.scalar(entry) or "" for entry in yaml.entries(locked) or [locked]
    )


def _is_changed(file: File, path: str, entry: yaml.Node) -> bool:
    """Tell whether a file that Git tracks has another hash than the lock says (MD5, as DVC has)."""
    recorded = yaml.scalar(yaml.get(entry, "md5"))
    repository = file.repository
    if recorded is None or yaml.scalar(yaml.get(entry, "hash")) != "md5":
        return False  # before DVC 3 line ends did not count
    if repository is None or path not in repository.listed:
        return False
    try:
        data = repository.file(path).data
    except Unreadable:
        return False
    return hashlib.md5(data, usedforsecurity=False).hexdigest() != recorded


def _changed_parameters(
    file: File, stage: Stage, locked: yaml.Node | None
) -> Iterator[tuple[str, str]]:
    """Yield the file and key of each parameter that has another value than the lock says."""
    recorded = {
        (path_below(stage.folder, name), key): yaml.scalar(value)
        for name, _, values in yaml.items(locked)
        for key, _, value in yaml.items(values)
    }
    for path, key in {**dict.fromkeys(stage.keys), **recorded}:
        now = _parameters(file, path)
        if now is None:
            continue
        value = yaml.get(now, *key.split("."))
        before = recorded.get((path, key))
        is_other = before is not None and _plain(before) != _plain(yaml.scalar(value) or before)
        if (path, key) not in recorded or value is None or is_other:
            yield path, key


def _parameters(file: File, path: str) -> yaml.Node | None:
    """Return the YAML document in which the parameters of a path stand, if Git tracks it."""
    repository = file.repository
    if repository is None or path not in repository.listed or not path.endswith((".yaml", ".yml")):
        return None
    try:
        return repository.file(path).read(yaml.document)
    except Unreadable:
        return None  # other hooks say so


def _plain(text: str) -> object:
    """Return a scalar so that two spellings of one number are equal."""
    try:
        return float(text)
    except ValueError:
        return text.lower()


def unhashed(file: File) -> Iterator[tuple[yaml.Node, str]]:
    """Yield the outputs of a `.dvc` file that have no hash, and their paths."""
    for entry in yaml.entries(yaml.get(file.read(yaml.document), "outs")):
        keys = {key for key, _, _ in yaml.items(entry)}
        if keys.isdisjoint(_HASHES - {"size", "hash"}):
            yield entry, yaml.scalar(yaml.get(entry, "path")) or ""


def configuration(file: File) -> File | None:
    """Return the `.dvc/config` that counts for a file of DVC, if Git tracks it."""
    folder = os.path.dirname(os.path.normpath(file.path))
    repository = file.repository
    while repository is not None:
        path = os.path.join(folder, ".dvc", "config")
        if path in repository.listed:
            return repository.file(path)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    return None


def has_remote(file: File) -> bool:
    """Tell whether a `.dvc/config` names a remote storage."""
    return re.search(r"^\s*\[\s*['\"]?remote\s", file.text, re.MULTILINE) is not None
