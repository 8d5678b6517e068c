"""Paths as texts that can be compared: where a program saves a file, and what becomes of it.

`written(module, node)` folds a path to the texts that it can be, parts that are not known in angle
brackets: `Path(args.out) / "model.pt"` is "<out>/model.pt". The same variable, option or call gives
the same text, so that a file can be recognised where it is logged.
"""

from __future__ import annotations

import ast
import functools
import os
import posixpath
import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.sources import programs, python, tracking, values
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.programs import Program
from mlops_checklist.sources.python import Module
from mlops_checklist.sources.values import Value

if TYPE_CHECKING:
    from mlops_checklist.sources.repository import Repository

_OPENING = {
    "open",
    "gzip.open",
    "bz2.open",
    "lzma.open",
    "io.open",
    "fsspec.open",
    "smart_open.open",
}
_BUFFERS = {"io.BytesIO", "io.StringIO"}


class Path(NamedTuple):
    """A path that a file is written to: `text`, and whether it is known where it begins.

    `usual` is the text with the defaults of options and environment variables put in.
    """

    text: str
    is_known: bool
    usual: str


def written(module: Module, node: ast.expr, steps: int = 1_000) -> list[Path]:
    """Return the paths that an expression can be; [] for a buffer in memory.

    `steps` bounds what is folded to find them.
    """
    opened = _opened(module, node, 0)
    if opened is None:
        return []
    if (listed := _listed(module, opened, steps)) is not None:
        return listed
    if (inside := _held(module, opened)) is not None:
        paths = written(module, inside, steps)
        if paths and all("/" in path.text or "<" not in path.text for path in paths):
            return [_changed(path, lambda text: posixpath.dirname(text) or ".") for path in paths]
    if (renamed := _renamed(module, opened, steps)) is not None:
        return renamed
    home = module.home(opened)
    folded = home.file.read(values.values).of(opened, steps)
    return [
        Path(
            _plain(_text(home, each)),
            _begins_known(home, each),
            _plain(_text(home, each, usual=True)),
        )
        for each in values.alternatives(folded)
    ]


def _changed(path: Path, change: Callable[[str], str]) -> Path:
    return Path(_plain(change(path.text)), path.is_known, _plain(change(path.usual)))


def _bare(module: Module, node: ast.expr) -> ast.expr:
    """Return the path in `str(path)` and in a variable that is assigned once."""
    for _ in range(10):
        if isinstance(node, ast.Call) and len(node.args) == 1:
            if module.qualified(node.func) not in ("str", "os.fspath", "pathlib.Path"):
                break
            node = node.args[0]
        elif isinstance(node, ast.Name):
            bindings = module.bindings(node.id, node)
            if len(bindings) != 1 or bindings[0].how != "value":
                break
            if not isinstance(bindings[0].node, ast.expr):
                break
            node = bindings[0].node
        else:
            break
    return node


def _held(module: Module, node: ast.expr) -> ast.expr | None:
    """Return the path whose folder an expression is: that of `path.parent`."""
    node = _bare(module, node)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return node.value
    if isinstance(node, ast.Call) and module.qualified(node.func) == "os.path.dirname":
        return node.args[0] if node.args else None
    return None


def _renamed(module: Module, node: ast.expr, steps: int) -> list[Path] | None:
    """Return what `path.with_suffix(...)` and `path.with_name(...)` are of a path that is told."""
    node = _bare(module, node)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    method, new = node.func.attr, node.args[0] if node.args else None
    if method not in ("with_suffix", "with_name") or not isinstance(new, ast.Constant):
        return None
    name = str(new.value)
    paths = written(module, node.func.value, steps)
    if not paths or any(path.text.endswith(">") for path in paths):
        return None

    def change(text: str) -> str:
        if method == "with_suffix":
            return posixpath.splitext(text)[0] + name
        return posixpath.join(posixpath.dirname(text), name)

    return [_changed(path, change) for path in paths]


def _listed(module: Module, node: ast.expr, steps: int) -> list[Path] | None:
    """Return as a glob what a loop variable stands for that goes through a folder."""
    node = _bare(module, node)
    if not isinstance(node, ast.Name):
        return None
    bindings = module.bindings(node.id, node)
    if len(bindings) != 1 or bindings[0].how != "element" or bindings[0].target:
        return None
    call = bindings[0].node
    if isinstance(call, ast.Call) and module.qualified(call.func) in ("sorted", "list"):
        call = call.args[0] if call.args else call
    if not isinstance(call, ast.Call):
        return None
    last, first = python.last_name(call.func), call.args[0] if call.args else None
    if (module.qualified(call.func) or "") in ("glob.glob", "glob.iglob") and first is not None:
        return written(module, first, steps)
    if not isinstance(call.func, ast.Attribute) or last not in ("glob", "rglob", "iterdir"):
        return None
    folders = written(module, call.func.value, steps)
    names = written(module, first, steps) if first is not None and last == "glob" else []
    return [
        _changed(folder, lambda text, name=name: f"{text}/{name}")  # type: ignore[misc]
        for folder in folders
        for name in [each.text for each in names] or ["**" if last == "rglob" else "*"]
    ]


def is_in_memory(fact: tracking.Fact) -> bool:
    """Tell whether a "saved" fact saves into a buffer, to copy an object or to send it."""
    path = tracking.saving(fact).path
    return path is not None and _opened(fact.module, path, 0) is None


def _opened(module: Module, node: ast.expr, depth: int) -> ast.expr | None:
    """Return the path of what is opened: that of `open(path, "wb")`; None for a buffer."""
    if depth > 20:
        return node
    if isinstance(node, ast.Attribute) and node.attr == "name":
        holder = module.qualified(node.value) or ""
        if not holder.startswith("tempfile.TemporaryDirectory"):
            return node.value  # of a temporary file
    if isinstance(node, ast.Name):
        for binding in module.bindings(node.id, node):
            if binding.how in ("entered", "value") and isinstance(binding.node, ast.Call):
                inner = _opened(module, binding.node, depth + 1)
                if inner is not binding.node:
                    return inner
    if isinstance(node, ast.Call):
        name = module.qualified(node.func) or ""
        if name in _BUFFERS:
            return None
        if (name in _OPENING or name.endswith(".PdfPages")) and node.args:
            return node.args[0]
        if python.last_name(node.func) == "open" and isinstance(node.func, ast.Attribute):
            return node.func.value  # `path.open("wb")`
    return node


def _text(module: Module, value: Value, *, usual: bool = False) -> str:
    if isinstance(value, values.Named):
        return _text(module, value.value, usual=usual)
    if isinstance(value, values.Joined):
        return "".join(_text(module, part, usual=usual) for part in value.parts)
    if isinstance(value, values.Literal):
        return value.text
    if isinstance(value, (values.Unknown, values.Result)):
        rooted = _rooted(module.home(value.node), value.node)
        if rooted is not None:
            return rooted
    if isinstance(value, values.Result):
        return f"<{value.callee}#{id(value.node)}>"  # another one for each call
    if isinstance(value, values.Choice):
        return "<>"
    default = None if isinstance(value, values.Unknown) else value.default
    if usual and default is not None:
        return _text(module, default, usual=True)
    return f"<{value.name.rpartition('.')[2] or id(value.node)}>"


def _rooted(module: Module, node: ast.AST) -> str | None:
    """Return a folder that the place of the module tells: `Path(__file__).resolve().parents[1]`."""
    levels = 0
    for _ in range(20):
        if isinstance(node, ast.Attribute) and node.attr == "parent":
            levels, node = levels + 1, node.value
        elif isinstance(node, ast.Attribute):
            return "/" if module.qualified(node) == "os.sep" else None
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
            level = node.slice.value if isinstance(node.slice, ast.Constant) else None
            if node.value.attr != "parents" or not isinstance(level, int) or level < 0:
                return None
            levels, node = levels + level + 1, node.value.value
        elif isinstance(node, ast.Call):
            name = module.qualified(node.func) or ""
            if name in ("os.getcwd", "pathlib.Path.cwd"):
                return _above(".", levels)
            if name in _SAME_PATH and node.args:
                levels, node = levels + int(name == "os.path.dirname"), node.args[0]
            elif isinstance(node.func, ast.Attribute) and node.func.attr in _SAME_METHODS:
                node = node.func.value
            else:
                return None
        elif isinstance(node, ast.Name) and node.id == "__file__":
            return _above(_plain(module.file.path), levels)
        elif isinstance(node, ast.Name):
            bindings = module.bindings(node.id, node)
            if len(bindings) != 1 or bindings[0].how != "value":
                return None
            node = bindings[0].node
        else:
            return None
    return None


_SAME_PATH = {
    "str",
    "os.fspath",
    "os.path.abspath",
    "os.path.realpath",
    "os.path.normpath",
    "os.path.dirname",
    "pathlib.Path",
}
_SAME_METHODS = {"resolve", "absolute", "as_posix"}


def _above(path: str, levels: int) -> str | None:
    """Return the folder so many levels above a path; None above the current one."""
    for _ in range(levels):
        if path in (".", ".."):
            return None
        path = posixpath.dirname(path) or "."
    return path


def _plain(text: str) -> str:
    """Return a path without `./`, doubled slashes and a slash at its end."""
    if "://" in text:
        return text.rstrip("/")
    return posixpath.normpath(text.replace("\\", "/")) if text else ""


def _begins_known(module: Module, value: Value) -> bool:
    """Tell whether the beginning of a path is a text, or an option whose default is one."""
    while isinstance(value, (values.Named, values.Joined)):
        value = value.value if isinstance(value, values.Named) else value.parts[0]
    if isinstance(value, values.Option):
        return value.default is not None and _begins_known(module, value.default)
    if isinstance(value, (values.Unknown, values.Result)):
        return _rooted(module.home(value.node), value.node) is not None
    return isinstance(value, values.Literal)


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or file, or below it; `folder` may be a glob."""
    if "*" in folder:
        pattern = re.escape(folder).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        return re.fullmatch(pattern, path) is not None
    return path == folder or path.startswith(f"{folder}/") or (folder == "." and path[:1] != "/")


def may_hold(text: str, path: str) -> bool:
    """Tell whether a path that is not wholly known can be another one, or a folder above it."""
    if "<" not in text or text.startswith("<tempfile."):
        return False
    pattern = ".*".join(map(re.escape, re.split(r"<[^<>]*>", text)))
    return re.fullmatch(f"{pattern}(?:/.*)?", path) is not None


_STEPS = 100  # to fold what any call is given
# Calls that do not carry a file away.
_HARMLESS = re.compile(
    r"^(?:print|str|repr|format|os\.(?:makedirs|mkdir|path\.\w+|fspath|stat|listdir|chmod)"
    r"|pathlib\.\w*Path|len|isinstance|matplotlib\.[\w.]+\.PdfPages|logging\.[\w.()]+|glob\.i?glob|tempfile\.\w+)$"
    r"|(?:^|[._])(?:add_argument\w*|log_params?|set_tags?|log_metrics?"
    r"|debug|info|warning|error|exception|critical|success)$"
)
_LOADING = re.compile(r"(?:^|[._])(?:(?:load|read|from_pretrained|imread)\w*|open)$")
_DELETING = re.compile(r"^(?:os\.(?:remove|unlink)|shutil\.rmtree)$")
# Methods of a path; `replace` is one of texts as well, with two arguments.
_OF_PATHS = {"unlink", "rename", "replace", "copy", "copy_into", "move", "move_into", "read_bytes"}
_COMMANDS = re.compile(
    r"(?:^|[._])(?:system|popen|Popen|run\w*|call|check_call|check_output|get(?:status)?output|sh"
    r"|shell|local|execute\w*|exec\w*)$"
)
# What is no path on this machine: where a tracker or store puts it, and for which run.
_OTHER_KEYWORDS = {"artifact_path", "name", "run_id", "type", "aliases", "key", "bucket"}


class Passed(NamedTuple):
    """A path, or what may be one, that a call is given.

    `does`: "loads", "deletes", or "" for what may carry the file away. `is_subject`: it is what
    the call is about, not where to.
    """

    call: ast.Call
    path: str
    usual: str  # as of `Path`
    unit: ast.AST
    does: str = ""
    is_subject: bool = False


def passed(file: File) -> tuple[Passed, ...]:
    """Return what the calls of a module are given that may be a path.

    Calls that save a file, that only look at a path or that are the repository's own are left out.
    """
    module = file.read(python.module)
    saving = {fact.node for fact in file.read(tracking.facts) if fact.what == "saved"}
    found = []
    for call in module.calls:
        name = module.qualified(call.func) or python.last_name(call.func)
        if call in saving or _HARMLESS.search(name) or module.definition(call.func) is not None:
            continue
        unit = programs.unit_of(module, call)
        last = python.last_name(call.func)
        does = "loads" if _LOADING.search(name) else "deletes" if _DELETING.search(name) else ""
        if isinstance(call.func, ast.Attribute) and (
            (last in _OF_PATHS and (last != "replace" or len(call.args) == 1))
            or (last == "open" and name not in _OPENING)
        ):
            does = "deletes" if last == "unlink" else "loads" if last == "open" else ""
            for path in written(module, call.func.value, _STEPS):
                found.append(Passed(call, path.text, path.usual, unit, does))
        for given, is_subject in _given(call):
            for part in _parts(module, given):
                texts = [(path.text, path.usual) for path in written(module, part, _STEPS)]
                if _COMMANDS.search(name):
                    texts = [(word, word) for _, usual in texts for word in _words(usual)]
                found += [Passed(call, *both, unit, does, is_subject) for both in texts]
    return tuple(found)


def _given(call: ast.Call) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the arguments of a call, and whether each is what the call is about."""
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    first = "client" in python.last_name(getattr(receiver, "func", receiver)).lower()
    for position, given in enumerate(call.args):
        yield given, position == int(first)
    for keyword in call.keywords:
        if keyword.arg not in _OTHER_KEYWORDS:
            yield keyword.value, True


def _parts(module: Module, node: ast.expr) -> list[ast.expr]:
    """Return what may be a path in an argument: it itself, or what a list or dictionary holds."""
    bindings = module.bindings(node.id, node) if isinstance(node, ast.Name) else ()
    shown = [node, *(binding.node for binding in bindings if binding.how == "value")]
    parts: list[ast.expr] = []
    for each in shown:
        if isinstance(each, (ast.List, ast.Tuple)):
            parts += each.elts
        elif isinstance(each, ast.Dict):
            parts += each.values
        elif isinstance(each, ast.Call) and python.last_name(each.func) == "split":
            split = each.args[0] if module.qualified(each.func) == "shlex.split" else each.func
            parts.append(split.value if isinstance(split, ast.Attribute) else split)
    for call in ast.walk(node):  # `open(path, "rb").read()`
        if isinstance(call, ast.Call) and call is not node and call.args:
            parts += [call] if module.qualified(call.func) in _OPENING else []
    return [part for part in (parts or [node]) if _may_be_a_path(part)]


def _words(text: str) -> list[str]:
    """Return the words of a command, `{name}` and `$name` as a variable's value."""
    words = re.split(r"[\s\"';|&]+", text)
    return [_plain(re.sub(r"\$?\{(\w+)\}|\$(\w+)", r"<\1\2>", word)) for word in words if word]


def _may_be_a_path(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(
        node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.JoinedStr)
    )


class Carried:
    """What the calls of a program do with the files that they are given."""

    def __init__(self, program: Program, logging: Container[ast.AST]) -> None:
        self._program = program
        self._logging = logging  # the calls that log or upload
        self._outs = dvc_outs(program.root.file)

    @functools.cached_property
    def _all(self) -> list[Passed]:
        return [
            each
            for module in self._program.modules
            for each in module.file.read(passed)
            if each.unit in self._program.known
        ]

    @functools.cached_property
    def _changes_folder(self) -> bool:
        """Tell whether relative paths have another meaning in the course of the program."""
        return any(python.last_name(each.call.func) == "chdir" for each in self._all)

    @functools.cached_property
    def _doing(self) -> list[Passed]:
        return [each for each in self._all if each.does]

    @functools.cached_property
    def _logged(self) -> list[Passed]:
        return [each for each in self._all if self._logs(each)]

    def is_scratch(self, path: Path) -> bool:
        """Tell whether the program itself loads a file and deletes it."""
        done = {each.does for each in self._doing if is_below(path.text, each.path)}
        return done == {"loads", "deletes"}

    def is_kept(self, path: Path) -> bool:
        """Tell whether a file, or a folder above it, is logged, uploaded, or kept where it is."""
        text = path.text
        return (
            is_stored(text)
            or any(is_below(text, out) or out.endswith(f"/{text}") for out in self._outs)
            or any(is_below(text, each.path) for each in self._logged)
        )

    def _logs(self, given: Passed) -> bool:
        medium = python.last_name(given.call.func) in ("Image", "Html", "Plotly", "Object3D")
        return given.call in self._logging or (medium and not given.does)

    def is_open(self, path: Path, variables: Iterable[str]) -> bool:
        """Tell whether other code may store a file: one that is given its path, or that names it.

        `variables` are those that hold the path; a notebook's commands name them.
        """
        text = path.text
        if not path.is_known or is_mounted(text):
            return True
        # An output of which DVC fills in the name, such as `${model.path}`.
        if any(out.endswith("*") and is_below(text, f"{out}*") for out in self._outs):
            return True
        if text[:1] != "/" and self._changes_folder:
            return True
        named = {f"<{name}>" for name in variables}
        for each in self._all:
            if each.does == "loads" or each.path == ".":
                continue
            if is_below(path.text, each.path) or is_below(path.usual, each.usual):
                return True
            takes_files = re.search(_TAKING_FILES, python.last_name(each.call.func)) is not None
            logged = takes_files and each.is_subject and each.call in self._logging
            if each.path in named or (logged and may_hold(each.usual, path.usual)):
                return True
        repository = self._program.root.file.repository
        name = path.text.rpartition("/")[2]
        if repository is None or "<" in name:
            return False
        word = rb"(?<![\w.-])" + re.escape(name.encode()) + rb"(?![\w-])"
        return bool(repository.matching(repository.commanding, word))


_TAKING_FILES = r"^(?:log_artifacts?|log_asset(?:_folder)?|upload\w*|add_(?:file|dir)|save)$"

# Domino keeps these folders after the run; the others are remote.
_STORED = re.compile(
    r"^(?:/mnt/artifacts|/workflow/outputs|<DOMINO_ARTIFACTS_DIR>|<wandb\.run\.dir#\d+>)(?:/|$)"
    r"|^(?!file:)\w[\w+.-]*://|^(?:dbfs:/|/dbfs/|/Volumes/)"
)
_MOUNTED = re.compile(r"^/(?:mnt|domino|workflow|content/drive|gcs|opt/ml)/")


def is_stored(path: str) -> bool:
    """Tell whether a folder outlives the run by itself: Domino's artifacts, a remote store."""
    return _STORED.search(path) is not None


def is_mounted(path: str) -> bool:
    """Tell whether a folder may outlive the run: it is a mounted one."""
    return _MOUNTED.search(path) is not None


def dvc_outs(file: File) -> frozenset[str]:
    """Return the paths that DVC tracks in the repository of a file, from the current folder."""
    return _dvc_outs(file.repository) if file.repository is not None else frozenset()


@functools.lru_cache(maxsize=1)
def _dvc_outs(repository: Repository) -> frozenset[str]:
    return frozenset(
        out
        for path in repository.listed
        if path.endswith(".dvc") or os.path.basename(path) == "dvc.yaml"
        for out in repository.file(path).read(outs)
    )


def outs(file: File) -> tuple[str, ...]:
    """Return what a `dvc.yaml` or `.dvc` file declares as outputs, metrics or plots."""
    try:
        return tuple(_declared(file))
    except Unreadable:
        return ()  # other hooks report it


def _declared(file: File) -> Iterator[str]:
    from mlops_checklist.sources import yaml

    top = file.read(yaml.document)
    folder = os.path.dirname(file.path)
    stages = [stage for _, _, stage in yaml.items(yaml.get(top, "stages"))]
    for holder in (top, *stages, *(yaml.get(stage, "do") for stage in stages)):
        below = os.path.join(folder, yaml.scalar(yaml.get(holder, "wdir")) or "")
        for kind in ("outs", "metrics", "plots"):
            for entry in yaml.entries(yaml.get(holder, kind)):
                path = yaml.scalar(yaml.get(entry, "path"))
                keys = [key for key, _, _ in yaml.items(entry)]  # `model.pkl: {cache: false}`
                for name in filter(None, [yaml.scalar(entry), *([path] if path else keys)]):
                    yield re.sub(r"\$\{[^}]*\}", "*", _plain(os.path.join(below, name)))
