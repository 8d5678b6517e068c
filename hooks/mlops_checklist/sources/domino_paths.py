"""Where Domino mounts datasets: live, or as a snapshot with a number or a tag.

Domino documentation 6.1, "Dataset paths": Git-based projects have `/mnt/data` and
`/mnt/imported/data`, projects on Domino's own file system `/domino/datasets/local` and
`/domino/datasets`; a snapshot lies below `snapshots/<dataset>/<number or tag>`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.sources import programs, python, stored_paths
from mlops_checklist.sources.files import File
from mlops_checklist.sources.python import Module, argument

_ROOTS = (
    r"(?:/mnt/data|/mnt/imported/data|/domino/datasets/local|/domino/datasets"
    r"|<DOMINO_DATASETS_DIR>(?:/local)?|<DOMINO_IMPORTED_DATA_DIR>)"
)
_SNAPSHOT = re.compile(
    rf"{_ROOTS}/snapshots(?:/(?P<dataset>[^/]+)(?:/(?P<version>[^/]+))?)?(?:/|$)"
)
_LIVE = re.compile(rf"{_ROOTS}/(?P<dataset>[^/]+)(?:/|$)")


class Mount(NamedTuple):
    """A path below a mounted dataset.

    `version` is the number or tag of a snapshot, "" where it is not told; None: the live dataset,
    which anybody may change.
    """

    dataset: str
    version: str | None

    @property
    def is_numbered(self) -> bool:
        """Tell whether the path is of a snapshot that nobody can move: one with a number."""
        return self.version is not None and self.version.isdigit()


def mount(path: str) -> Mount | None:
    """Return the dataset that a path leads to, or None. What is not known is in angle brackets."""
    if found := _SNAPSHOT.match(path):
        return Mount(found["dataset"] or "", found["version"] or "")
    if found := _LIVE.match(path):
        return Mount(found["dataset"], None)
    return None


class Use(NamedTuple):
    """A call that reads from a mounted dataset, or writes to it: the argument, and its path."""

    call: ast.Call
    node: ast.expr
    unit: ast.AST
    path: str
    writes: bool


_REMOVING = frozenset("shutil.rmtree os.remove os.unlink os.removedirs".split())
_PASSING = re.compile(
    r"(?i)(?:^|[/_.-])(?:te?mp|cache|scratch|checkpoints?|lock|logs?)(?:$|[/_.-])"
)


def lost(file: File) -> Iterator[tuple[ast.Call, str, str]]:
    """Yield the calls that delete live data or write over it: the call, the path, and which.

    Written over is what the file itself reads at the same path, or what Spark is told to. What is
    there for a while only, such as caches, is not.
    """
    module = file.read(python.module)
    read = {use.path for use in file.read(uses) if not use.writes}
    for use in file.read(uses):
        last = python.last_name(use.call.func)
        if last not in ("rmtree", "unlink", "mkdir", "makedirs") and _is_live(use.path):
            over = use.writes and use.path in read and "<" not in use.path.rpartition("/")[2]
            if over or _overwrites(use.call):
                yield use.call, use.path, "overwrites"
    for call in module.calls:
        node: ast.expr | None = None
        if module.qualified(call.func) in _REMOVING:
            node = argument(call, "path", 0)
        elif python.last_name(call.func) in ("unlink", "rmtree") and not call.args:
            node = call.func.value if isinstance(call.func, ast.Attribute) else None
        for path in stored_paths.written(module, node, 200) if node is not None else ():
            if text := next((each for each in (path.text, path.usual) if _is_live(each)), ""):
                yield call, text, "deletes"
                break


def _is_live(path: str) -> bool:
    found = mount(path)
    return found is not None and found.version is None and not _PASSING.search(path)


def _overwrites(call: ast.Call) -> bool:
    """Tell whether a call is `df.write.mode("overwrite").parquet(path)`, or is given `mode=` so."""
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    while isinstance(receiver, ast.Call) and python.last_name(receiver.func) != "mode":
        receiver = receiver.func.value if isinstance(receiver.func, ast.Attribute) else None
    mode = argument(receiver, "saveMode", 0) if isinstance(receiver, ast.Call) else None
    mode = mode or argument(call, "mode")
    return isinstance(mode, ast.Constant) and mode.value == "overwrite"


_OF_PATHS = frozenset("glob rglob iterdir read_text read_bytes write_text write_bytes".split())
_READING = re.compile(
    r"(?:read|load|scan|fetch|import)(?:_\w+)?|i?glob|rglob|iterdir|listdir|scandir|walk|fread"
    r"|\w*Folder|loadtxt|genfromtxt|memmap|\w+_dataset_from_directory|flow_from_directory"
    r"|csv|json|parquet|orc|table|text|DMatrix|TFRecordDataset|dataset|File"
)
_WRITING = re.compile(
    r"to_(?:csv|parquet|pickle|json|excel|feather|hdf|orc)|dump|save(?:_\w+)?|write_\w+|mkdir"
    r"|makedirs|rmtree|unlink|savetxt|savez|copy\w*|move|rename"
)
_TO_SECOND = re.compile(r"copy\w*|move|rename|dump|replace")


def uses(file: File) -> tuple[Use, ...]:
    """Return what a Python file or notebook reads from mounted datasets, and writes to them."""
    module = file.read(python.module)
    found = []
    for call in module.calls:
        for node, writes in _paths(module, call):
            for path in stored_paths.written(module, node, 200):
                text = next((each for each in (path.text, path.usual) if mount(each)), None)
                if text is not None:
                    unit = programs.unit_of(module, call)
                    found.append(Use(call, node, unit, text, writes))
                    break
    return tuple(found)


def _paths(module: Module, call: ast.Call) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the arguments of a call that are paths of files, and whether they are written."""
    last = python.last_name(call.func)
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    on_path = receiver is not None and (last in _OF_PATHS or (last == "open" and not call.args))
    if last == "open":
        library = (module.qualified(call.func) or "").endswith(("io.open", "gzip.open", "bz2.open"))
        method = receiver is not None and not library
        mode = argument(call, "mode", 0 if method else 1)
        text = mode.value if isinstance(mode, ast.Constant) else "r"
        node = receiver if method else argument(call, "file", 0)
        if node is not None:
            yield node, not set("wax+").isdisjoint(str(text))
    elif on_path and receiver is not None:
        yield receiver, last.startswith("write")
    elif _WRITING.fullmatch(last):
        position = int(bool(_TO_SECOND.fullmatch(last)) and len(call.args) > 1)
        for node in call.args[position : position + 1]:
            yield node, True
    elif _READING.fullmatch(last):
        nodes = call.args[:1] or [keyword.value for keyword in call.keywords if keyword.arg]
        for node in nodes:
            yield node, False
