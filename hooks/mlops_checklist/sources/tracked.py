"""What Git tracks, for hooks that judge the repository as a whole.

As with the other hooks, `files` and `exclude` of `.pre-commit-config.yaml` count: those of the top
level, and those of the hook's own entry.
"""

from __future__ import annotations

import fnmatch
import functools
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from mlops_checklist.sources import yaml
from mlops_checklist.sources.files import File, Unreadable

# As the manifest has it for the hooks that are given files.
_PASSED_OVER = re.compile(
    r"(^|/)(tests?|docs|\.ipynb_checkpoints|\.Trash[^/]*|node_modules|site-packages|\.?venv"
    r"|mlruns|mlartifacts)/"
)
_VENDORED = re.compile(
    r"(^|/)(\.ipynb_checkpoints|\.Trash[^/]*|node_modules|site-packages|\.?venv|mlruns|mlartifacts)/"
)
_CONFIG = ".pre-commit-config.yaml"
CODE = ("*.py", "*.ipynb")


class Whole(File):
    """All files that a hook judges together, as one: for rules that compare them."""

    def __init__(self, files: Mapping[str, File]) -> None:
        super().__init__("", "repository", b"")
        self.files = files


class _Shared(NamedTuple):
    """What hooks of one run share: how a file is opened, the tracked paths, what they hold."""

    opens: Callable[[str], File]
    listed: Sequence[str]
    held: dict[tuple[bytes, ...], frozenset[str]]


_SHARED: ContextVar[_Shared | None] = ContextVar("shared", default=None)


@contextmanager
def sharing(opens: Callable[[str], File], listed: Sequence[str]) -> Iterator[None]:
    """Inside, `opened` takes files from `opens`; `holding` asks them, not Git, as all are read."""
    token = _SHARED.set(_Shared(opens, listed, {}))
    try:
        yield
    finally:
        _SHARED.reset(token)


@functools.cache
def _opened(path: str, absolute: str, state: tuple[int, int]) -> File:
    shared = _SHARED.get()
    return File(path) if shared is None else shared.opens(path)


def opened(path: str) -> File:
    """Return the file at `path`, the same object to all hooks of a process: it is parsed once."""
    try:
        found = os.stat(path)
        state = (found.st_mtime_ns, found.st_size)
    except OSError:
        state = (0, 0)  # whoever reads it says why
    return _opened(path, os.path.abspath(path), state)


def listed() -> list[str]:
    """Return the tracked paths below the current folder, sorted.

    What is deleted but not yet staged is left out. Raises ValueError, with Git's own words, where
    Git does not answer: outside a repository, or in one that it does not trust.
    """
    return [path for path in _git("ls-files", "-z") if os.path.lexists(path)]


def files(hook: str, *, everywhere: bool = False, among: Sequence[str] | None = None) -> list[str]:
    """Return the tracked paths below the current folder that `hook` judges, sorted.

    `everywhere`: those of tests and documentation as well. `among` is what `listed` returns, for
    those who ask for several hooks.
    """
    shapes = _filters(hook)
    passed_over = _VENDORED if everywhere else _PASSED_OVER
    return [
        path
        for path in (listed() if among is None else among)
        for shown in [path.replace(os.sep, "/")]
        if not passed_over.search(shown)
        and all(bool(shape.search(shown)) == wanted for shape, wanted in shapes)
    ]


def is_passed_over(path: str) -> bool:
    """Tell whether a path is one of tests, documentation or vendored files."""
    return _PASSED_OVER.search(path.replace(os.sep, "/")) is not None


def holding(pattern: bytes, *globs: str) -> frozenset[str]:
    """Return the tracked paths that match `globs` and hold `pattern`.

    It is an extended expression of Git, and inside `sharing` one of Python.
    """
    shared = _SHARED.get()
    if shared is None:
        return frozenset(_git("grep", "-lzE", pattern.decode(), "--", *globs))
    asked = (pattern, *map(os.fsencode, globs))
    if asked not in shared.held:
        named = re.compile("|".join(map(fnmatch.translate, globs)))
        shared.held[asked] = frozenset(
            path for path in shared.listed if named.match(path) and opened(path).holds(pattern)
        )
    return shared.held[asked]


def _git(*arguments: str) -> list[str]:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except OSError as error:
        raise ValueError(f"cannot run git: {error.strerror}") from None
    if done.returncode > 1:  # 1: `git grep` finds nothing
        first = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise ValueError(f"cannot list what Git tracks: {first}")
    return sorted(os.path.normpath(name) for name in os.fsdecode(done.stdout).split("\0") if name)


def _filters(hook: str) -> list[tuple[re.Pattern[str], bool]]:
    """Return the expressions of the configuration, and whether a path must match each."""
    if not os.path.isfile(_CONFIG):
        return []
    try:
        top = yaml.document(File(_CONFIG, "yaml"))
    except Unreadable:
        return []  # pre-commit says so
    entries = [
        entry
        for repository in yaml.entries(yaml.get(top, "repos"))
        for entry in yaml.entries(yaml.get(repository, "hooks"))
        if yaml.scalar(yaml.get(entry, "id")) == hook
    ]
    found = []
    for holder in [top, *entries]:
        for key, wanted in (("files", True), ("exclude", False)):
            text = yaml.scalar(yaml.get(holder, key))
            if text and text not in ("", "^$"):
                try:
                    found.append((re.compile(text), wanted))
                except re.error:
                    continue  # pre-commit refuses it
    return found
