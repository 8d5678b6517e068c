"""Where files name models of the MLflow registry: registrations, aliases and model URIs.

Python and notebooks by `mlflow_registry`; `registered_model_name:` and `models:/name@alias` in
YAML; such URIs in shell scripts, Dockerfiles and other commands.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File
from mlops_checklist.sources.mlflow_registry import UNKNOWN, Registry, spellings
from mlops_checklist.sources.mlflow_registry import registry as read_registry

# What must occur in a file before it is parsed; `git grep` reads it as well.
TRIGGER = (
    rb"registered_model_name|register_model|create_registered_model|create_model_version"
    rb"|set_registered_model_alias|models:/"
)
_URI = re.compile(r"models:(?://[^/\s]*)?/+([^/@\s\"'`]+)(?:(@[^/\s\"'`]+)|/([^/\s\"'`]+))?")
_LOGGED = re.compile(r"m-[0-9a-f]{32}")  # a logged model of MLflow 3, by its id


class Named(NamedTuple):
    """A place that names a model; `name` is "" where it is known only when the program runs.

    `wanted` is the version, stage or "@alias" that is loaded there, or "". `registers` tells
    whether the model or a version of it is registered there.
    """

    place: Place
    name: str
    wanted: str = ""
    registers: bool = False


def named(file: File) -> tuple[Named, ...]:
    """Return where a file names models, in its order. Raises Unreadable."""
    if file.kind in ("python", "notebook"):
        return (*_in_python(file), *_in_commands(file))
    if file.kind == "yaml":
        return tuple(_in_yaml(file))
    if file.kind in ("shell", "dockerfile"):
        return tuple(_in_commands(file))
    return ()


def in_text(text: str, place: Place) -> Iterator[Named]:
    """Yield the models that the URIs in a text name."""
    for found in _URI.finditer(text):
        name, wanted = found[1], found[2] or found[3] or ""
        if not _LOGGED.fullmatch(name) and "$" not in name and UNKNOWN not in name:
            unclear = UNKNOWN in wanted or re.search(r"[${}]", wanted)
            yield Named(place, name, "" if unclear or wanted == "latest" else wanted)


# --- Python and notebooks ---------------------------------------------------------------------


def _in_python(file: File) -> Iterator[Named]:
    from mlops_checklist.sources import python

    module = file.read(python.module)
    registry = file.read(read_registry)
    registering = [(one.call, one.name) for one in registry.registrations]
    known = {call for call, _ in registering}
    for call in module.calls:  # of a helper that hands the name on
        name = python.argument(call, "registered_model_name")
        if call not in known and registry.given(name) == "yes":
            registering.append((call, name))
    for _, name in registering:
        if name is not None:
            yield from _told(registry, name, registers=True)
    for call in registry.aliases:
        name = registry.argument(call, "set_registered_model_alias", "name")
        if name is not None:
            yield from _told(registry, name, registers=False)
    for _, uri in registry.loads:
        for text, _ in spellings(registry.values.of(uri)):
            yield from in_text(text, module.place(uri))


def _told(registry: Registry, name: ast.expr, *, registers: bool) -> Iterator[Named]:
    """Yield each text that a name can be, or that none is known."""
    place = registry.module.place(name)
    texts = [text for text, _ in spellings(registry.values.of(name))]
    known = [text for text in dict.fromkeys(texts) if text and UNKNOWN not in text]
    for text in known or [""]:
        yield Named(place, text, "", registers)


# --- Commands and YAML ------------------------------------------------------------------------


def _in_commands(file: File) -> Iterator[Named]:
    from mlops_checklist.sources import commands, dockerfile, shell

    if file.kind == "shell":
        for command in shell.commands(file.text):
            for word in (*(given for _, given in command.assignments), *command.words):
                yield from in_text(word.text, word.place)
        return
    if file.kind == "dockerfile":
        for instruction in file.read(dockerfile.dockerfile).instructions:
            for _, word in dockerfile.variables(instruction):
                yield from in_text(word.text, word.place)
    for command, _ in commands.commands(file):
        for word in command.words:
            yield from in_text(word.text, word.place)


def _in_yaml(file: File) -> Iterator[Named]:
    from mlops_checklist.sources import yaml

    for holder in yaml.mappings(file.read(yaml.documents)):
        pairs = [(key, value) for key, _, value in yaml.items(holder)]
        for key, node in (*pairs, *(("", entry) for entry in yaml.entries(holder))):
            text = yaml.scalar(node) or ""
            if key == "registered_model_name" and text:
                known = not re.search(r"[${}<>]", text)
                yield Named(yaml.place(node), text if known else "", "", True)
            else:
                yield from in_text(text, yaml.place(node))
