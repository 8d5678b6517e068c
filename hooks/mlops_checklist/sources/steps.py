"""Steps that a program starts one after the other: Domino's jobs, and scripts.

Each has a script of its own: one script that is started several times is a sweep, no pipeline.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import programs, python, python_commands, shell, values
from mlops_checklist.sources.files import File
from mlops_checklist.sources.python import Module

TRIGGER = rb"\b(?:job|runs)_start|\bsubprocess\b|\bos\.system\b"
_JOBS = frozenset("job_start job_start_blocking runs_start runs_start_blocking".split())
# They wait for what they start; Popen starts services as well.
_WAITING = frozenset(
    "subprocess.run subprocess.call subprocess.check_call subprocess.check_output os.system".split()
)
_SCRIPT = re.compile(r"[^-$\s][^$\s]*\.(?:py|ipynb|R|r|sh)")
_ENDS = rb"\.(?:py|ipynb|[rR]|sh)(?=\\?[\"'\s])"  # found fast, unlike what it ends
_SCRIPTS = rb"[^\s\"'`]{1,80}" + _ENDS
_RUNNING = re.compile(
    r"python[\d.]*|papermill|jupyter|Rscript|spark-submit|(?:ba)?sh|.*\.(?:py|ipynb|R|sh)"
)


class Chain(NamedTuple):
    """Where the first of some steps is started, how ("jobs" or "scripts"), their scripts."""

    place: Place
    how: str
    scripts: tuple[str, ...]


def chains(file: File, least: int) -> Iterator[Chain]:
    """Yield the steps that a function or the body of a program starts: `least` of them, or more."""
    data = file.bytes
    if len(re.findall(_ENDS, data)) < least or len({*re.findall(_SCRIPTS, data)}) < least:
        return
    module = file.read(python.module)
    found: dict[tuple[ast.AST, str], dict[str, Place]] = {}
    for call in module.calls:
        how = _how(module, call)
        for script in _scripts(module, call, how) if how else ():
            key = (programs.unit_of(module, call), how)
            found.setdefault(key, {}).setdefault(script, module.place(call))
    for (_, how), scripts in found.items():
        if len(scripts) >= least:
            yield Chain(next(iter(scripts.values())), how, tuple(scripts))


def _how(module: Module, call: ast.Call) -> str:
    if python.last_name(call.func) in _JOBS:
        return "jobs"
    return "scripts" if module.qualified(call.func) in _WAITING and call.args else ""


def _scripts(module: Module, call: ast.Call, how: str) -> Iterator[str]:
    """Yield the scripts that a call starts, as far as its command is known."""
    if how == "scripts":
        for command, _ in python_commands.started(module, call):
            yield from _script([word.text for word in shell.unwrapped(command).words])
        return
    node = python.argument(call, "command", 0)
    folder = module.file.read(values.values)
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node] if node else []
    words = [values.literal(folder.of(part)) or "$unknown" for part in parts]
    yield from _script(" ".join(words).split())


def _script(words: list[str]) -> Iterator[str]:
    """Yield the script that a command of such words runs."""
    if words and _RUNNING.fullmatch(words[0].rpartition("/")[2]) and "pytest" not in words:
        yield from [word for word in words if _SCRIPT.fullmatch(word)][:1]
