"""The repository's Python files: which imports which, and which of them begin a program.

Imports are read off the bytes, so that only files whose contents matter are ever parsed. Tracked
files are the repository; outside of Git it is the files that were given. An import is looked for
in the importing file's folder, in the folders around it and their `src/`, in those given as
`--root`, and among the packages of the repository's other projects (folders with a
pyproject.toml, setup.py or setup.cfg, and their `src/`).
"""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING, Any

from mlops_checklist.sources.files import File, Unreadable, kind, repository_root

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.python import Module

# Their imports make no program, and nothing of them belongs to one: as in the manifest.
PASSED_OVER = re.compile(
    r"(?:^|/)(?:tests?|docs|\.ipynb_checkpoints|\.Trash[^/]*|node_modules|site-packages|\.?venv"
    r"|mlruns|mlartifacts)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
)
_PYTHON = (".py", ".pyw", ".ipynb")
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")
_COMMENT = re.compile(rb"^[ \t]*#.*", re.MULTILINE)
# What stands between the words of a command: blanks, or what parts the items of a list.
_GAP = (
    rb"(?:[\"']?[ \t]*,\s*[\"']?|[\"']?(?:[ \t]*\\\r?\n)?[ \t]+[\"']?"
    rb"|[\"']?\]?\s*\n[ \t]*(?:args:[ \t]*(?:\[|\r?\n[ \t]*-)|-)[ \t]*[\"']?)"
)
# A program, its options, and the module or script that it runs.
_COMMANDED = re.compile(
    rb"(?:\b(?:python[\d.]*|torchrun|(?:accelerate%(gap)slaunch|(?:uv|poetry)%(gap)srun))"
    rb"|\$[({]?PYTHON\w*[)}]?)%(gap)s"
    rb"(?:-[^\s\"',\]]*%(gap)s(?:[^\s\"',\]-][^\s\"',\]]*%(gap)s)??){0,30}?"
    rb"(?:-m%(gap)s([\w.]+)|([\w./-]+\.py)\b)" % {b"gap": _GAP}
)
_ENTRY_POINT = re.compile(rb"^[ \t]*[\"']?[\w.-]+[ \t]*=[ \t]*[\"']?([A-Za-z_][\w.]*):\w+", re.M)
_COMMANDING = re.compile(
    r"\.(?:sh|bash|zsh|ya?ml)$|(?:^|/)(?:MLproject|Makefile|dvc\.lock)$|ockerfile"
    r"|(?:^|/)(?:pyproject\.toml|setup\.(?:py|cfg))$"
)

_USUAL_TEXTS = re.compile(rb"\"\"\".*?\"\"\"", re.DOTALL)
_TEXTS = re.compile(_USUAL_TEXTS.pattern + rb"|'''.*?'''", re.DOTALL)
# `import a.b as c, d`, `if x: import a`, `from ..a import (b, c)`.
_IMPORT = re.compile(
    rb"[ \t]*(?:(?:if|elif|else|try|except|finally|with)\b[^\n]*:[ \t]*)?"
    rb"(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]*(\([^)]*\)|(?:\\\r?\n|[^\n;#])*)"
    rb"|import[ \t]+((?:\\\r?\n|[^\n;#])*))"
)
_BY_NAME = re.compile(rb"\b(?:import_module|run_module|__import__)\(\s*[\"']([\w.]+)")
_EXECUTED = re.compile(rb"exec\(\s*open")
_BY_PATH = re.compile(
    rb"%run[ \t]+(?:-\w+[ \t]+)*\\?[\"']?([^\s\"'\\]+)"
    rb"|\b(?:run_path|exec\(\s*open)\(\s*\\?[\"']([^\"'\\]+)"
)
_MAIN = rb"__name__[ \t]*(?:==|in)|==[ \t]*__name__"


class Repository:
    """The Python files around the given ones, each read once in a run.

    `listed` are the repository's files, where they are not to be asked of Git.
    """

    def __init__(
        self, paths: Iterable[str], roots: Sequence[str] = (), listed: Iterable[str] | None = None
    ) -> None:
        self._files: dict[str, File] = {}
        given = [os.path.normpath(path) for path in paths]
        if listed is None:
            top = repository_root(os.path.dirname(os.path.abspath(given[0]))) if given else None
            listed = _tracked(top) if top else ()
        self.listed = frozenset((*given, *listed))
        self.python = frozenset(path for path in self.listed if path.endswith(_PYTHON)) | {
            path for path in given if kind(path) == "python"
        }
        self._roots = [os.path.normpath(root) for root in roots]
        self._projects = sorted(
            {os.path.dirname(path) for path in self.listed if path.endswith(_PROJECT)}
        )
        # What an import of the repository can begin with.
        self._heads = {
            os.path.splitext(part)[0] for path in self.python for part in path.split(os.sep)
        }
        self._imports: dict[str, frozenset[str]] = {}
        self._importers: dict[str, set[str]] | None = None
        self._closures: dict[str, tuple[str, ...]] = {}
        self._users: dict[str, list[str]] = {}
        self._calls: dict[str, frozenset[bytes]] = {}  # names before a bracket
        self._commanded: frozenset[str] | None = None
        self._matching: dict[bytes, dict[str, bool]] = {}  # by regular expression
        # Kept here by `sources.python`: all modules, and those of nodes that others asked for.
        self.parsed: list[Module] = []
        self.homes: dict[ast.AST, Module] = {}
        # Kept here by `sources.programs`: what modules reach together.
        self.reaches: dict[tuple[frozenset[Module], bool], Any] = {}

    def add(self, file: File) -> None:
        """Make `file` one of the repository's, with the bytes that it already has."""
        file.repository = self
        self._files[os.path.normpath(file.path)] = file

    def file(self, path: str) -> File:
        """Return the file at `path`, always the same object."""
        if path not in self._files:
            path = os.path.normpath(path)
        if path not in self._files:
            self.add(File(path))
        return self._files[path]

    def apart(self, path: str) -> File:
        """Return the file at `path` for those who look at it alone, as far as it is read here."""
        known = self._files.get(path)
        if known is None:
            return File(path)
        from mlops_checklist.sources import files, python

        return known.apart((files.searched, files.decoded, python.parsed))

    def imports(self, path: str) -> frozenset[str]:
        """Return the files of the repository that the file at `path` imports."""
        if path not in self._imports:
            try:
                data = self.file(path).bytes
            except Unreadable:
                data = b""  # whoever judges the file says why
            self._imports[path] = frozenset(self._imported(path, data)) - {path}
        return self._imports[path]

    def importers(self, path: str) -> Set[str]:
        """Return the files that import the one at `path`; tests and vendored code do not count."""
        if self._importers is None:
            self._importers = {}
            for importer in self.python:
                if not PASSED_OVER.search(importer.replace(os.sep, "/")):
                    for imported in self.imports(importer):
                        self._importers.setdefault(imported, set()).add(importer)
        return self._importers.get(path, frozenset())

    def closure(self, path: str) -> tuple[str, ...]:
        """Return the file at `path` and all that it imports, directly or not."""
        if path not in self._closures:
            self._closures[path] = tuple(_spread([path], self.imports))
        return self._closures[path]

    def holders(self, path: str) -> list[str]:
        """Return the files that begin a program which holds the file at `path`, sorted."""
        return [each for each in sorted((path, *self.users(path))) if self.begins(each)]

    def users(self, path: str) -> list[str]:
        """Return the files that import the one at `path`, directly or not, sorted."""
        if path not in self._users:
            self._users[path] = sorted({*_spread([path], self.importers)} - {path})
        return self._users[path]

    def callers(self, path: str, name: str) -> list[File]:
        """Return the files that import the one at `path` and hold `name`, followed by a bracket."""
        wanted = name.encode()
        return [self.file(user) for user in self.users(path) if wanted in self._called(user)]

    def _called(self, path: str) -> frozenset[bytes]:
        if path not in self._calls:
            try:
                data = self.file(path).bytes
            except Unreadable:
                data = b""  # whoever judges the file says why
            self._calls[path] = frozenset(re.findall(rb"(\w+)[ \t]*\(", data))
        return self._calls[path]

    def begins(self, path: str) -> bool:
        """Tell whether a program begins with the file at `path`.

        Notebooks, scripts (`if __name__ == "__main__"`), what a DVC stage, shell script,
        Makefile, Dockerfile, MLproject or console script runs, and what no other file imports.
        """
        if path.endswith(".ipynb") or not self.importers(path):
            return True
        return self.is_script(path) or self.is_run(path)

    def is_run(self, path: str) -> bool:
        """Tell whether a command or an entry point of the repository runs the file at `path`."""
        return path in self._run_by_commands()

    def is_of_a_package(self, path: str) -> bool:
        """Tell whether the file at `path` is a module of a package."""
        return os.path.join(os.path.dirname(path), "__init__.py") in self.python

    def is_script(self, path: str) -> bool:
        """Tell whether the file at `path` has a part that runs when it is called by name."""
        return bool(self.matching([path], _MAIN))

    def affected(self, paths: Iterable[str], trigger: bytes) -> list[str]:
        """Return `paths` and the files whose programs hold one of them, sorted.

        Scripts that a given shell script, DVC stage or the like runs count as given. `trigger` is
        a regular expression: files in whose program nothing matches it are left out.
        """
        found = {os.path.normpath(path): path for path in paths}
        started = set(found)
        for path in found:
            if _COMMANDING.search(path.replace(os.sep, "/")):
                started.update(self._run_by(path))
        users = {
            user
            for user in _spread(started & self.python, self.importers)
            if user not in found and self.program_matches(user, trigger)
        }
        return sorted((*found.values(), *users))

    def program_matches(self, path: str, trigger: bytes) -> bool:
        """Tell whether the file at `path`, or one that it imports, matches a regular expression."""
        return bool(self.matching(self.closure(os.path.normpath(path)), trigger))

    def matching(self, paths: Iterable[str], trigger: bytes) -> list[File]:
        """Return those of the files at `paths` that match a regular expression."""
        known = self._matching.setdefault(trigger, {})
        for path in paths:
            if path not in known:
                known[path] = self.file(path).holds(trigger)
        return [self.file(path) for path in paths if known[path]]

    # Reading.

    def _imported(self, path: str, data: bytes) -> Iterator[str]:
        by_path = b"%run" in data or b"run_path" in data or _EXECUTED.search(data)
        if b"import" not in data and not by_path:
            return
        if path.endswith(".ipynb"):
            data = _code(data)
        data = (_TEXTS if b"'''" in data else _USUAL_TEXTS).sub(b'""', data)
        for found in _statements(data):
            if found[3] is not None:
                for part in found[3].decode("ascii", "ignore").split(","):
                    for name in re.findall(r"^[\s\\]*([\w.]+)", part):
                        yield from self.find(path, name)
                continue
            origin = found[1].decode("ascii", "ignore")
            if origin.partition(".")[0] not in self._heads and not origin.startswith("."):
                continue
            yield from self.find(path, origin)
            for name in re.findall(rb"(?:^|,|\()[\s\\]*(\w+)", found[2]):
                separator = "" if origin.endswith(".") else "."
                yield from self.find(path, f"{origin}{separator}{name.decode('ascii', 'ignore')}")
        for found in _BY_NAME.finditer(data) if b"import_" in data or b"run_module" in data else ():
            yield from self.find(path, found[1].decode("ascii", "ignore"))
        for found in _BY_PATH.finditer(data) if by_path else ():
            name = (found[1] or found[2]).decode("utf-8", "replace")
            for suffix in ("", ".ipynb", ".py"):
                named = os.path.normpath(os.path.join(os.path.dirname(path), name + suffix))
                if named in self.python:
                    yield named

    def find(self, path: str, dotted: str) -> list[str]:
        """Return the files that importing `dotted` from the file at `path` runs, outermost first.

        None, if the name is not of this repository.
        """
        return [file for file, _ in self._modules(path, dotted)]

    def locate(self, path: str, dotted: str) -> tuple[str, list[str]] | None:
        """Return the file that `dotted` leads to from the one at `path`, and the names left.

        `fraud.data.SNAPSHOT` is src/fraud/data.py and ["SNAPSHOT"]; None: not of this repository.
        """
        modules = self._modules(path, dotted)
        if not modules:
            return None
        file, depth = modules[-1]
        name = dotted.lstrip(".")
        return file, name.split(".")[depth:] if name else []

    def _modules(self, path: str, dotted: str) -> list[tuple[str, int]]:
        folder = os.path.dirname(path)
        if dotted.startswith("."):
            name = dotted.lstrip(".")
            for _ in range(len(dotted) - len(name) - 1):
                folder = os.path.dirname(folder) if folder else os.pardir
            return self._below(folder, name.split(".") if name else []) or self._below(folder, [])
        parts = dotted.split(".")
        if parts[0] not in self._heads:
            return []
        around: list[str] = []
        packages: list[str] = []  # their modules import from the roots
        for place in _around(folder):
            package = os.path.join(place, "__init__.py") in self.python
            (packages if package else around).append(place)
        if parts[0] not in sys.stdlib_module_names:
            around += packages
        for place in around:
            for root in (place, os.path.join(place, "src")):
                if found := self._below(root, parts):
                    return found
        for root in self._roots:
            if found := self._below(root, parts):
                return found
        for place in self._projects:  # another project of the repository, installed as a package
            for root in (place, os.path.join(place, "src")):
                if os.path.join(root, parts[0], "__init__.py") in self.python:
                    return self._below(root, parts)
        return []

    def _below(self, folder: str, parts: Sequence[str]) -> list[tuple[str, int]]:
        """Follow `parts` from `folder`: the modules on the way, and how many parts lead to each."""
        found: list[tuple[str, int]] = []
        if not parts:
            package = os.path.join(folder, "__init__.py")
            return [(package, 0)] if package in self.python else []
        for depth, part in enumerate(parts, 1):
            folder = os.path.join(folder, part)
            for name in (f"{folder}.py", os.path.join(folder, "__init__.py")):
                if name in self.python:
                    found.append((name, depth))
                    break
        return found

    @functools.cached_property
    def commanding(self) -> list[str]:
        """The files that hold commands: shell scripts, pipelines, Makefiles, Dockerfiles."""
        return sorted(path for path in self.listed if _COMMANDING.search(path.replace(os.sep, "/")))

    def _run_by_commands(self) -> frozenset[str]:
        """Return the files that some command of the repository runs."""
        if self._commanded is None:
            self._commanded = frozenset(
                script for path in self.commanding for script in self._run_by(path)
            )
        return self._commanded

    def _run_by(self, path: str) -> Iterator[str]:
        """Yield the Python files that the commands in the file at `path` run."""
        try:
            data = self.file(path).bytes
        except Unreadable:
            return  # whoever judges it says why
        commanded = _COMMANDED.findall(_COMMENT.sub(b"", data))
        if path.endswith(_PROJECT):
            commanded += [(name, b"") for name in _ENTRY_POINT.findall(data)]
        for name, script in commanded:
            if name:
                yield from self.find(path, f"{name.decode()}.__main__")[-1:]
                continue
            for folder in (*_around(os.path.dirname(path)), *self._roots):
                named = os.path.normpath(os.path.join(folder, script.decode()))
                if named in self.python:
                    yield named


def _code(notebook: bytes) -> bytes:
    """Return the code of a notebook's cells; nothing, if it cannot be read."""
    import json

    try:
        cells = json.loads(notebook)["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        return "\n".join(code).encode()
    except (ValueError, LookupError, TypeError, RecursionError):
        return b""  # whoever judges it says why


def _statements(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the import statements in the bytes of a program."""
    end = 0
    while (place := data.find(b"import", end)) != -1:
        begin = max(data.rfind(b"\n", end, place), data.rfind(b";", end, place)) + 1
        found = _IMPORT.match(data, max(begin, end))
        if found is not None:
            yield found
        end = max(place + 6, found.end() if found is not None else 0)


def _around(folder: str) -> Iterator[str]:
    """Yield `folder` and the folders around it, up to the current one, which is ""."""
    yield folder
    while folder and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
        yield folder


def _spread(paths: Iterable[str], following: Callable[[str], Set[str]]) -> Iterator[str]:
    """Yield `paths` and whatever `following` leads to, each once."""
    seen = {*paths}
    waiting = sorted(seen)
    while waiting:
        current = waiting.pop()
        yield current
        fresh = sorted(following(current) - seen)
        seen.update(fresh)
        waiting += fresh


def _tracked(top: str) -> Iterator[str]:
    """Yield the paths in Git's index, as seen from the current folder."""
    import subprocess

    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=top, capture_output=True, check=False
        ).stdout
    except OSError:
        return  # without Git, the given files are the repository
    inside = os.path.relpath(top) != os.curdir
    for name in os.fsdecode(listed).split("\0"):
        if name:
            path = os.path.normpath(name)
            yield os.path.relpath(os.path.join(top, path)) if inside else path
