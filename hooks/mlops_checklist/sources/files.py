"""Files: what kind a name says, their bytes, their text, and the Git repository around them."""

from __future__ import annotations

import functools
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from mlops_checklist.outcome import Place

if TYPE_CHECKING:
    from mlops_checklist.sources.byte_search import Searched
    from mlops_checklist.sources.repository import Repository

Read = TypeVar("Read")

LARGE = 16 * 2**20  # bytes; a larger file can be read in pieces
LARGEST = 512 * 2**20  # bytes; a larger file is said to be too large, not read


class Unreadable(Exception):
    """A file cannot be read or parsed; `str(error)` says in one line what cannot be done and why.

    `rule` is "unreadable" (no bytes or no text) or "unparseable" (not what it should be).
    `undecided` marks input that is sound but beyond this reader, such as syntax newer than
    the running Python: it is reported as undecided, not as an error.
    """

    def __init__(
        self,
        message: str,
        rule: str = "unparseable",
        *,
        place: Place | None = None,
        undecided: bool = False,
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.place = place or Place()
        self.undecided = undecided


_NAMES = {
    "MLmodel": "mlmodel",
    "MLproject": "yaml",
    "dvc.lock": "yaml",
    "Pipfile": "toml",
    ".envrc": "dotenv",
    "CODEOWNERS": "codeowners",
}
_SUFFIXES = {
    ".py": "python",
    ".pyw": "python",
    ".ipynb": "notebook",
    ".sh": "shell",
    ".bash": "shell",
    ".zsh": "shell",
    ".ksh": "shell",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".dvc": "yaml",
    ".toml": "toml",
    ".json": "json",
    ".html": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".r": "r",
    ".parquet": "parquet",
    ".sql": "sql",
    ".tf": "terraform",
    ".env": "dotenv",
    ".dockerfile": "dockerfile",
    ".containerfile": "dockerfile",
    **dict.fromkeys((".csv", ".tsv", ".jsonl", ".ndjson"), "table"),
    **dict.fromkeys(
        ".pkl .pickle .joblib .pt .pth .ckpt .safetensors .onnx .h5 .hdf5 .keras .pb .tflite .bst "
        ".ubj .cbm .skops .gguf .bin .model .pmml".split(),
        "model",
    ),
}
_OF_PAGES = frozenset(".js .mjs .cjs .ts .jsx .tsx .css .html .map .svg .png .rst .vue".split())
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks


def kind(path: str) -> str:
    """Return what the name of `path` says it is: "python", "requirements", …, or "" if nothing.

    A name without a suffix is decided by its shebang line, if it can be read.
    """
    name = os.path.basename(path)
    stem, suffix = os.path.splitext(name.lower())
    if name in _NAMES:
        return _NAMES[name]
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    words = stem.replace("-", ".").replace("_", ".").split(".")
    if suffix in (".txt", ".in"):
        words.append(os.path.basename(os.path.dirname(path)).lower())
        return "requirements" if {"requirements", "constraints"} & set(words) else ""
    # Dockerfile-gpu, Dockerfile.dev; dockerfile-1f3a.js makes a page colour them.
    if words[0] in ("dockerfile", "containerfile") and suffix not in _OF_PAGES:
        return "dockerfile"
    if words[:2] == ["", "env"]:  # .env.example, .env-prod
        return "dotenv"
    return "" if suffix or name.startswith(".") else _kind_by_shebang(path)


def _kind_by_shebang(path: str) -> str:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
        with open(path, "rb") as opened:
            first = opened.read(128).partition(b"\n")[0]
    except (OSError, ValueError):
        return ""  # whoever reads the file says why
    if not first.startswith(b"#!"):
        return ""
    words = [word.rpartition(b"/")[2] for word in first[2:].split() if not word.startswith(b"-")]
    program = next((word for word in words if word != b"env"), b"")
    if program.startswith(b"python"):
        return "python"
    return "shell" if program.endswith(b"sh") else ""


class File:
    """One file: read once, decoded once, parsed at most once by each reader.

    `repository` is set where its imports may be followed into the files around it.
    """

    repository: Repository | None = None

    def __init__(self, path: str, kind_: str | None = None, data: bytes | None = None) -> None:
        self.path = path
        self.kind = kind(path) if kind_ is None else kind_
        self._data = data
        self._read: dict[Callable[[File], Any], Any] = {}

    def apart(self, readers: Iterable[Callable[[File], Any]]) -> File:
        """Return the file outside of a repository, with what these readers have made of it."""
        other = File(self.path, self.kind, self._data)
        other._read = {reader: self._read[reader] for reader in readers if reader in self._read}
        return other

    def check(self) -> None:
        """Raise Unreadable unless the file is there to be read."""
        if self._data is None:
            _check(self.path, whole=self.kind not in ("model", "table", "parquet"))

    @property
    def data(self) -> bytes:
        """The bytes. Raises Unreadable where there are none to be had."""
        if self._data is None:
            self._data = _bytes(self.path)
        return self._data

    def head(self, size: int) -> bytes:
        """Return the first `size` bytes, without reading the rest. Raises Unreadable."""
        return self._data[:size] if self._data is not None else _bytes(self.path, size)

    @property
    def is_large(self) -> bool:
        """Tell whether the file should be read in pieces. Raises Unreadable."""
        if self._data is not None:
            return len(self._data) > LARGE
        self.check()
        return os.stat(self.path).st_size > LARGE

    def open_text(self) -> TextIO:
        """Return a stream of the text, for large files; bytes that are no UTF-8 are replaced.

        Raises Unreadable.
        """
        if self._data is not None:
            import io

            return io.StringIO(self._data.decode("utf-8-sig", "replace"), newline="")
        try:
            return open(self.path, encoding="utf-8-sig", errors="replace", newline="")
        except OSError as error:
            raise Unreadable(f"cannot read: {error.strerror}", "unreadable") from None

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield the bytes in pieces of up to `size`, to the end of a line, else of a word.

        For large files. Raises Unreadable.
        """
        try:
            with open(self.path, "rb") as opened:
                rest = b""
                while read := opened.read(size - len(rest)):
                    held = rest + read
                    ends = (held.rfind(mark, len(held) // 2) + 1 for mark in (b"\n", b" ", b","))
                    cut = next(filter(None, ends), len(held))
                    yield held[:cut]
                    rest = held[cut:]
                if rest:
                    yield rest
        except OSError as error:
            raise Unreadable(f"cannot read: {error.strerror}", "unreadable") from None

    @property
    def is_binary(self) -> bool:
        """Tell whether the file begins with what is no text."""
        beginning = self.head(1_000)
        return b"\0" in beginning and not beginning.startswith(_UTF_16)

    def matches(self, pattern: bytes) -> bool:
        """Tell whether a regular expression is found in the bytes. Raises Unreadable."""
        return self.read(searched).matches(pattern)

    def holds(self, pattern: bytes) -> bool:
        """Tell whether it `matches`; False where the file cannot be read: its judge says why."""
        try:
            return self.matches(pattern)
        except Unreadable:
            return False

    @property
    def bytes(self) -> bytes:
        """The bytes as if they were UTF-8 without a mark: what is in UTF-16 is encoded anew."""
        if self.data.startswith(_UTF_16):  # as PowerShell writes
            return self.text.encode()
        return self.data.removeprefix(b"\xef\xbb\xbf")

    @property
    def text(self) -> str:
        """The text: UTF-8 (or UTF-16 with a byte order mark), without the mark.

        Raises Unreadable where the bytes are not text. Line endings are left as they are.
        """
        return self.read(decoded)

    @property
    def lines(self) -> list[str]:
        """The text in lines, without their endings."""
        return self.read(_lines)

    def read(self, reader: Callable[[File], Read]) -> Read:
        """Return `reader(self)`, computed once for this file; its Unreadable is kept as well."""
        if reader not in self._read:
            try:
                self._read[reader] = reader(self)
            except Unreadable as error:
                self._read[reader] = error
        known = self._read[reader]
        if isinstance(known, Unreadable):
            raise known
        result: Read = known
        return result


def _check(path: str, *, whole: bool) -> None:
    """Raise Unreadable unless `path` is a regular file, of a size that is read as a `whole`."""
    try:
        status = os.stat(path)
    except FileNotFoundError as error:
        if os.path.islink(path):
            raise Unreadable("cannot read: symbolic link to nothing", "unreadable") from None
        raise Unreadable(f"cannot read: {error.strerror}", "unreadable") from None
    except OSError as error:
        raise Unreadable(f"cannot read: {error.strerror}", "unreadable") from None
    except ValueError:
        raise Unreadable("cannot read: the name holds a NUL", "unreadable") from None
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable("cannot read: it is a directory", "unreadable")
    if not stat.S_ISREG(status.st_mode):  # opening a FIFO would wait for ever
        raise Unreadable("cannot read: it is not a regular file", "unreadable")
    if whole and status.st_size > LARGEST:
        sizes = f"{status.st_size // 2**20} MiB, more than {LARGEST // 2**20} MiB"
        raise Unreadable(f"cannot read: {sizes}", "unreadable")


def _bytes(path: str, size: int = -1) -> bytes:
    _check(path, whole=size < 0)
    try:
        with open(path, "rb") as opened:
            return opened.read(size)
    except OSError as error:
        raise Unreadable(f"cannot read: {error.strerror}", "unreadable") from None


# PEP 263: a comment in the first two lines of a Python file names its encoding. Emacs adds
# which line endings it has.
_ENCODING = rb"^[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+?)(?:-(?:unix|dos|mac))?(?![-\w.])"


def decoded(file: File) -> str:
    """Return the text; use it as `file.text`."""
    data = file.data
    encoding = "utf-8-sig"
    first_lines = b"\n".join(data[:400].split(b"\n")[:2])
    named = re.search(_ENCODING, first_lines, re.MULTILINE) if file.kind == "python" else None
    if named and named[1].lower().replace(b"_", b"-") not in (b"utf-8", b"utf8"):
        try:
            return data.decode(named[1].decode("ascii"))
        except (LookupError, ValueError):
            raise Unreadable(
                f"cannot decode: not {named[1].decode('ascii')}, which its first lines name",
                "unreadable",
            ) from None
    if data.startswith(_UTF_16):
        encoding = "utf-16"  # what PowerShell writes for `pip freeze > requirements.txt`
    elif b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise Unreadable(f"cannot decode: NUL byte in line {line}", "unreadable")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"cannot decode: byte 0x{data[error.start]:02x} in line {line} is not "
            f"{'UTF-16' if encoding == 'utf-16' else 'UTF-8'}",
            "unreadable",
        ) from None


def searched(file: File) -> Searched:
    """Return the bytes, made ready for triggers; use it as `file.matches`."""
    from mlops_checklist.sources.byte_search import Searched

    return Searched(file.bytes)


def _lines(file: File) -> list[str]:
    return split_lines(file.text)


def split_lines(text: str) -> list[str]:
    r"""Split at \n, \r\n and \r alone: not at the further breaks that str.splitlines knows."""
    return re.split(r"\r\n|\n|\r", text)


def repository_root(folder: str) -> str | None:
    """Return the nearest folder at or above `folder` with a .git (folder or file), or None."""
    return _repository_root(os.path.abspath(folder))


@functools.cache
def _repository_root(folder: str) -> str | None:
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def is_tracked(path: str) -> bool:
    """Tell whether Git's index holds `path`; outside a repository, whether it exists."""
    folder, name = os.path.split(os.path.abspath(path))
    if not os.path.isfile(path):
        return False
    if repository_root(folder) is None:
        return True
    import subprocess

    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", name], cwd=folder, capture_output=True, check=False
    )
    return bool(listed.stdout) or listed.returncode != 0
