"""Notebooks: cells with the place of each line and byte, magics as Python and as shell.

Formats: nbformat 4 and 3 (https://nbformat.readthedocs.io), and Databricks notebooks kept as
`.py` files. IPython's syntax: https://ipython.readthedocs.io/en/stable/interactive/magics.html.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from mlops_checklist.outcome import Edit, Place
from mlops_checklist.sources.files import File, Unreadable, split_lines
from mlops_checklist.sources.located_json import Array, Object, String, located

Type = TypeVar("Type")


class Line(NamedTuple):
    """One line of a source or an output, without its newline."""

    text: str
    file_line: int


class Token(NamedTuple):
    """One JSON string of a source: its bytes in the file (quotes included) and what it says."""

    start: int
    end: int
    text: str
    raw: str  # as it stands between the quotes


class Output(NamedTuple):
    """One text that running a cell gave: "stream", "error" or a MIME type; colours stripped.

    JSON is given as it is written in the file. Images and other binary data are left out.
    """

    mime: str
    text: str
    file_line: int
    file_lines: tuple[int, ...]

    @property
    def lines(self) -> list[Line]:
        return [Line(*each) for each in zip(self.text.split("\n"), self.file_lines, strict=True)]


class Cell(NamedTuple):
    """One cell. `source` has \\n alone as line ending; `file_lines` has one number for each line.

    `number` counts the code cells from 1 and is 0 for others; `kind` is "code", "markdown" or
    "raw"; `language` is "python", or what the cell magic or the kernel says, in lower case.
    """

    number: int
    kind: str
    source: str
    file_lines: tuple[int, ...]
    tokens: tuple[Token, ...]
    tags: frozenset[str]
    language: str
    outputs: tuple[Output, ...]

    @property
    def lines(self) -> list[Line]:
        return [Line(*each) for each in zip(self.source.split("\n"), self.file_lines, strict=True)]

    def place(self, place: Place) -> Place:
        """Return a place in the source as one in the notebook; the last line is the limit."""
        file_line = self.file_lines[min(place.line, len(self.file_lines)) - 1]
        return place._replace(cell=self.number, file_line=file_line)


class Notebook(NamedTuple):
    """A notebook. `language` is the kernel's, `version` the major number of nbformat."""

    cells: tuple[Cell, ...]
    language: str
    version: int


# Reading the file


def notebook(file: File) -> Notebook:
    """Read an .ipynb file. Raises Unreadable; use it as `file.read(notebook)`."""
    if file.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("cannot parse as notebook: UTF-16 instead of UTF-8")
    text = file.text
    if not text.strip():
        raise Unreadable("cannot parse as notebook: empty file")
    places = _Places(text, 3 if file.data.startswith(b"\xef\xbb\xbf") else 0)
    try:
        top = located(text)
    except RecursionError:
        raise Unreadable("cannot parse as notebook: nested too deeply") from None
    except ValueError as error:  # json.JSONDecodeError
        line = places.line(getattr(error, "pos", 0))
        cause = getattr(error, "msg", str(error))
        raise Unreadable(
            f"cannot parse as notebook: {cause} (line {line})", place=Place(line)
        ) from None
    return _notebook(top, places)


class _Places:
    """Turns character offsets into physical lines and byte offsets, each in little time."""

    _STEP = 256

    def __init__(self, text: str, mark: int) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]
        self._bytes = [mark]  # at every _STEP characters; `mark` bytes are a byte order mark
        for at in range(0, len(text), self._STEP):
            self._bytes.append(self._bytes[-1] + len(text[at : at + self._STEP].encode()))

    def line(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def byte(self, offset: int) -> int:
        step = offset // self._STEP
        return self._bytes[step] + len(self.text[step * self._STEP : offset].encode())

    def token(self, part: String) -> Token:
        raw = self.text[part.start + 1 : part.end - 1]
        start = self.byte(part.start)
        return Token(start, start + len(raw.encode()) + 2, str(part), raw)

    def wrong(self, cause: str, value: Any) -> Unreadable:
        start = getattr(value, "start", None)
        if start is None:
            return Unreadable(f"cannot parse as notebook: {cause}")
        line = self.line(start)
        return Unreadable(f"cannot parse as notebook: {cause} (line {line})", place=Place(line))

    def get(self, owner: Object, key: str, wanted: type[Type], default: Type | None = None) -> Type:
        """Return `owner[key]`, which must be of the type `wanted` if there is no default."""
        value = owner.get(key, default)
        if value is None and default is not None:
            return default  # null stands for nothing in many a hand-made notebook
        if key not in owner and default is None:
            raise self.wrong(f'no "{key}"', owner)
        if not isinstance(value, wanted) or isinstance(value, bool):
            place = value if hasattr(value, "start") else owner
            raise self.wrong(f'"{key}" is {_TYPES[type(value)]}, not {_TYPES[wanted]}', place)
        return value

    def strings(self, owner: Object, key: str, default: Array | None = None) -> list[String]:
        """Return the parts of a multi-line string: a JSON string or an array of them."""
        value = owner.get(key)
        if isinstance(value, String):
            return [value]
        if isinstance(value, Array) and all(isinstance(part, String) for part in value):
            return value
        if value is None and default is not None:
            return default
        if key not in owner:
            raise self.wrong(f'no "{key}"', owner)
        place = value if isinstance(value, (Array, Object)) else owner
        found = "an array of other things" if isinstance(value, Array) else _TYPES[type(value)]
        raise self.wrong(f'"{key}" is {found}, not a string or an array of strings', place)

    def lines(self, parts: Sequence[String], owner: Object | Array) -> tuple[str, tuple[int, ...]]:
        """Join the parts; return the text with \\n endings and the physical line of each line."""
        text = "".join(parts)
        starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]
        ends = [0]
        for part in parts:
            ends.append(ends[-1] + len(part))
        file_lines = []
        for start in starts:
            # An empty part at the very end holds the last, empty line.
            part_at = min(bisect_right(ends, start) - 1, len(parts) - 1)
            file_lines.append(self.line(parts[part_at].start if parts else owner.start))
        return "\n".join(split_lines(text)), tuple(file_lines)


_TYPES = {
    String: "a string",
    Object: "an object",
    Array: "an array",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _notebook(top: Any, places: _Places) -> Notebook:
    if not isinstance(top, Object):
        raise places.wrong("it is " + _TYPES[type(top)] + ", not an object", top)
    old = "worksheets" in top and "cells" not in top
    version = places.get(top, "nbformat", int, 3 if old else 4)
    metadata = places.get(top, "metadata", Object, Object())
    language = _kernel(metadata, places)
    cells: list[Any] = []
    if old:
        for sheet in places.get(top, "worksheets", Array):
            if not isinstance(sheet, Object):
                raise places.wrong('an entry of "worksheets" is no object', sheet)
            cells += places.get(sheet, "cells", Array)
    else:
        cells = places.get(top, "cells", Array)
    result = []
    number = 0
    for cell in cells:
        if not isinstance(cell, Object):
            raise places.wrong(f'an entry of "cells" is {_TYPES[type(cell)]}, not an object', cell)
        kind = _KINDS.get(places.get(cell, "cell_type", String), "raw")
        number += kind == "code"
        result.append(_cell(cell, kind, number, language, old, places))
    return Notebook(tuple(result), language, version)


_KINDS = {"code": "code", "markdown": "markdown", "heading": "markdown", "html": "markdown"}
_KERNELS = {"ir": "r", "bash": "bash", "julia": "julia"}


def _kernel(metadata: Object, places: _Places) -> str:
    info = places.get(metadata, "language_info", Object, Object())
    spec = places.get(metadata, "kernelspec", Object, Object())
    name = str(places.get(info, "name", String, String()))
    name = name or places.get(spec, "language", String, String())
    if not name:  # Colab writes the kernel's name alone
        kernel = places.get(spec, "name", String, String()).lower().split("-")[0]
        name = _KERNELS.get(kernel, "python")
    name = name.lower()
    return "python" if re.fullmatch(r"i?python[\d.]*", name) else name


def _cell(cell: Object, kind: str, number: int, kernel: str, old: bool, places: _Places) -> Cell:
    parts = places.strings(cell, "input" if old and kind == "code" else "source")
    source, file_lines = places.lines(parts, cell)
    tokens = tuple(places.token(part) for part in parts)
    metadata = places.get(cell, "metadata", Object, Object())
    tags = frozenset(str(tag) for tag in places.strings(metadata, "tags", Array()))
    if kind != "code":
        return Cell(0, kind, source, file_lines, tokens, tags, kind, ())
    if old:
        kernel = places.get(cell, "language", String, String(kernel)).lower()
    outputs: list[Output] = []
    for output in places.get(cell, "outputs", Array, Array()):
        if not isinstance(output, Object):
            raise places.wrong('an entry of "outputs" is no object', output)
        outputs += _outputs(output, places)
    language = _head(source.split("\n"), kernel).language
    return Cell(number, kind, source, file_lines, tokens, tags, language, tuple(outputs))


# nbformat 3 has the data of an output beside its type, under short names.
_MIMES_3 = {
    "text": "text/plain",
    "html": "text/html",
    "latex": "text/latex",
    "json": "application/json",
    "javascript": "application/javascript",
}
_READABLE = re.compile(r"text/.*|application/(json|javascript|xml|.*\+(json|xml))", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def _outputs(output: Object, places: _Places) -> Iterator[Output]:
    kind = places.get(output, "output_type", String)
    if kind == "stream":
        yield _output("stream", places.strings(output, "text", Array()), output, places)
    elif kind in ("error", "pyerr"):
        parts = places.strings(output, "traceback", Array())
        said = places.get(output, "evalue", String, String())
        if said and not any(said in part for part in parts):
            parts = (
                [*parts, said] if parts else [places.get(output, "ename", String, String()), said]
            )
            parts = [part for part in parts if part]
        yield _joined([_output("error", [part], output, places) for part in parts], output, places)
    elif "data" in output:
        data = places.get(output, "data", Object)
        for mime in data:
            if _READABLE.fullmatch(mime):
                yield _data(mime, data, places)
    else:
        for key, mime in _MIMES_3.items():
            if key in output:
                yield _data(mime, Object({**output, mime: output[key]}), places, output)


def _data(mime: str, data: Object, places: _Places, owner: Object | None = None) -> Output:
    owner = data if owner is None else owner
    value = data[mime]
    if isinstance(value, String):
        return _output(mime, [value], owner, places)
    if isinstance(value, Array) and value and all(isinstance(part, String) for part in value):
        return _output(mime, value, owner, places)
    if isinstance(value, (Object, Array)):
        text = places.text[value.start : value.end]
        line = places.line(value.start)
        lines = split_lines(text)
        return Output(mime, "\n".join(lines), line, tuple(range(line, line + len(lines))))
    if mime.startswith("text/"):
        raise places.wrong(f'"{mime}" is {_TYPES[type(value)]}, not a string', owner)
    line = places.line(owner.start)
    return Output(mime, "null" if value is None else str(value).lower(), line, (line,))


def _output(mime: str, parts: Sequence[String], owner: Object, places: _Places) -> Output:
    text, file_lines = places.lines(parts, owner)
    return Output(mime, _COLOUR.sub("", text), file_lines[0], file_lines)


def _joined(outputs: list[Output], owner: Object, places: _Places) -> Output:
    file_lines = tuple(line for output in outputs for line in output.file_lines)
    file_lines = file_lines or (places.line(owner.start),)
    text = "\n".join(output.text for output in outputs)
    return Output("error", text, file_lines[0], file_lines)


# Repairing


def edit(cell: Cell, start: int, end: int, new: str) -> tuple[Edit, ...]:
    """Return the Edits of the file that replace the source's characters [start:end) by `new`.

    Nothing else in the file changes, not even within the JSON strings touched. `start == end`
    inserts. Raises ValueError for places outside the source or a cell whose source is [].
    """
    if not (0 <= start <= end <= len(cell.source)) or not cell.tokens:
        raise ValueError(f"no place {start}:{end} in a source of {len(cell.source)} characters")
    text = "".join(token.text for token in cell.tokens)
    start, end = _unfolded(text, start), _unfolded(text, end)
    edits: list[Edit] = []
    begins = 0
    for place, token in enumerate(cell.tokens):
        ends = begins + len(token.text)
        low, high = max(start, begins), min(end, ends)
        # An insertion between two strings goes into the second: there begins its line.
        last = place + 1 == len(cell.tokens)
        if low < high or (start == end and begins <= start and (start < ends or last)):
            edits.append(
                Edit(
                    _byte(token, low - begins),
                    _byte(token, high - begins),
                    b"" if edits else _encoded(new, _escapes(token, cell)),
                )
            )
        begins = ends
    return tuple(edits)


def _unfolded(text: str, offset: int) -> int:
    """Turn an offset of the source into one of the joined strings, where \\r\\n may stand."""
    for found in re.finditer("\r\n", text):
        if found.start() >= offset:
            break
        offset += 1
    return offset


_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # one character beyond U+FFFF
    r"|\\u[0-9a-fA-F]{4}|\\.|[^\\]"
)


def _byte(token: Token, offset: int) -> int:
    """Return the byte in the file where the character `offset` of `token` stands."""
    at = 0 if "\\" in token.raw else offset
    for _ in range(offset - at):
        found = _CHARACTER.match(token.raw, at)
        assert found  # the JSON parser has read it
        at = found.end()
    return token.start + 1 + len(token.raw[:at].encode())


def _escapes(token: Token, cell: Cell) -> bool:
    """Tell whether characters beyond ASCII are written as escapes here; Jupyter does not."""
    for known in (token, *cell.tokens):
        if not known.text.isascii():
            return known.raw.isascii()
    return False


def _encoded(text: str, escapes: bool) -> bytes:
    import json

    inner = json.dumps(text, ensure_ascii=escapes)[1:-1]
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", inner).encode()


_SURROGATE = re.compile("[\ud800-\udfff]")


# Magics


class _Head(NamedTuple):
    language: str
    line: int  # where the cell's text in that language begins, both from 0
    column: int


class _Magic(NamedTuple):
    line: int  # from 0
    end: int  # the line after its last
    python: str  # what stands for it in Python
    shell: tuple[str, int, int] | None


def python_source(cell: Cell) -> str:
    """Return the cell as Python, line for line and, outside magics, column for column.

    Magics become calls of get_ipython(); lines that are not Python are left empty.
    """
    lines = cell.source.split("\n")
    if cell.language != "python":
        return "\n" * (len(lines) - 1)
    return _without_magics(lines)


def shell_lines(cell: Cell) -> list[tuple[str, int, int]]:
    """Return the shell commands in the cell: text, and its line and column from 1.

    A text is a piece of the source as it stands, so it may have further lines (continued by a
    backslash, or a %%bash cell); those begin in column 1. `%pip install x` gives
    "pip install x". What IPython would expand (`{name}`, `$name`) is left as written.
    """
    lines = cell.source.split("\n")
    if cell.kind != "code":
        return []
    if cell.language == "bash":
        return _body(lines, _head(lines, "bash" if _starts_plain(lines) else "python"))
    if cell.language != "python":
        return []
    return [magic.shell for magic in _magics(lines) if magic.shell]


def script_magics(text: str) -> list[tuple[str, int, int]]:
    """Return the shell commands of a .py file that is a notebook, as `shell_lines` does.

    They stand in `# MAGIC` lines below `# Databricks notebook source`, or bare as in a cell.
    In a `# MAGIC` text the further lines have spaces for the comment, so columns hold.
    """
    lines = split_lines(text)
    found = [magic.shell for magic in _magics(lines) if magic.shell]
    if lines[0].lstrip("\ufeff").startswith("# Databricks notebook source"):
        found += _databricks_magics(lines)
        found.sort(key=lambda each: each[1:])
    return found


def script_source(text: str) -> str:
    """Return a .py file with its magics made Python as in `python_source`."""
    return _without_magics(split_lines(text))


_MAGIC_COMMENT = re.compile(r"#[ ]MAGIC(?:[ ]|$)")


def _databricks_magics(lines: list[str]) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    at = 0
    while at < len(lines):
        first = at
        inner = []
        while at < len(lines) and (comment := _MAGIC_COMMENT.match(lines[at])):
            inner.append(lines[at][comment.end() :])
            at += 1
        if not inner:
            at += 1
            continue
        head = _head(inner, "python")
        if head.language == "bash":
            shells = _body(inner, head)
        elif head.language == "python":
            shells = [magic.shell for magic in _magics(inner) if magic.shell]
        else:
            shells = []
        width = len("# MAGIC ")
        for text, line, column in shells:
            found.append((text.replace("\n", "\n" + " " * width), first + line, column + width))
    return found


def _without_magics(lines: list[str]) -> str:
    result = list(lines)
    for magic in _magics(lines):
        result[magic.line : magic.end] = [magic.python, *[""] * (magic.end - magic.line - 1)]
    # ast.parse cannot take half a surrogate pair; nothing else here is lost by it.
    return _SURROGATE.sub("\ufffd", "\n".join(result))


def _body(lines: list[str], head: _Head) -> list[tuple[str, int, int]]:
    text = "\n".join(lines[head.line :])[head.column :]
    return [(text, head.line + 1, head.column + 1)] if text.strip() else []


_CELL_MAGIC = re.compile(r"\s*%[ ]?%[ ]*(?P<name>!|[\w.-]+)(?P<rest>.*)")
# What runs the cell as Python, in this process or in another.
_PYTHON_MAGICS = re.compile(
    r"time|timeit|capture|prun|python3?|pypy?|px|local|spark|pyspark|memit|mprun|lprun|snakeviz"
    r"|scalene|heat|wandb|debug|cache|notify|ipytest|run_pytest|pyinstrument|flake8|pycodestyle"
    r"|pylint|black|skip|tb|autoreload"
)
_LANGUAGES = {
    "sh": "bash",
    "zsh": "bash",
    "ksh": "bash",
    "dash": "bash",
    "!": "bash",
    "sx": "bash",
    "system": "bash",
    "js": "javascript",
    "file": "writefile",
    "md": "markdown",
    "md-sandbox": "markdown",
}
# Databricks writes a cell's language with one percent sign.
_DATABRICKS = re.compile(r"\s*%(?P<name>sh|md-sandbox|md|scala|r|python|sql|fs)(?=\s|$)[ \t]*")


def _head(lines: list[str], kernel: str) -> _Head:
    """Return the language of a cell in a notebook of `kernel`, and where its text begins."""
    for at, line in enumerate(lines):
        if kernel == "python" and (found := _CELL_MAGIC.fullmatch(line)):
            name = found["name"].lower()
            if not _PYTHON_MAGICS.fullmatch(name):
                return _Head(_said(name, found["rest"]), at + 1, 0)
        elif line.strip() and not line.lstrip().startswith("#"):
            found = _DATABRICKS.match(line)
            if not found:
                break
            name = found["name"]
            rest = line[found.end() :]
            if name == "sql" and rest and _is_python("\n".join(lines[at + 1 :])):
                break  # the line magic of ipython-sql, with Python below
            if name == "sh" and rest:
                return _Head("bash", at, found.end())
            return _Head(_said(name, ""), at + 1, 0)
    return _Head(kernel, 0, 0)


def _starts_plain(lines: list[str]) -> bool:
    """Tell whether no magic makes this the shell cell that it is: then the kernel does."""
    return _head(lines, "python").language != "bash"


def _said(name: str, rest: str) -> str:
    if name == "script":
        rest = re.sub(r"--(?:out|err|proc)[ =]\S+|--\S+", "", rest)
        command = [*rest.split(), ""][0]
        name = os.path.basename(command).lower() or name
        name = "python" if re.fullmatch(r"python3?(\.\d+)?", name) else name
    return _LANGUAGES.get(name, name)


_ASSIGNED = re.compile(
    r"(?P<target>\s*[^\W\d][\w.*, \t]*(?:\[[^\]=#]*\][\w.*, \t]*)*=[ \t]*)(?=!|%[ \t]*[^\W\d])"
)
_HELP = re.compile(r"%{0,2}[\w.*]+(?:\[[\w'\"-]+\][\w.]*)*\?\??\s*(?:#.*)?")
_ESCAPE = re.compile(r"(?:!!?|%)[ \t]*")
_NAME = re.compile(r"[\w.!-]*")
_INSTALLERS = frozenset(["pip", "pip3", "conda", "mamba", "micromamba", "uv"])
_SHELLS = frozenset(["sx", "system", "sh"])
# Runs the Python that follows it on the line.
_TIMERS = frozenset(["time", "timeit", "prun", "memit"])
# IPython's automagic: these words begin a magic where the line is no Python.
_AUTOMAGIC = re.compile(
    r"(?:pip3?|conda|mamba|micromamba|uv|cd|ls|ll|cp|mv|rm|rmdir|mkdir|cat|less|more|man|env"
    r"|set_env|run|load|load_ext|reload_ext|autoreload|matplotlib|config|pushd|alias|store"
    r"|history|reset|time|timeit)"
    r"[ \t]+(?!(?:in|is|and|or|not|if|for)\b)[\w./~$'\"{-]"
)


def _magics(lines: list[str]) -> Iterator[_Magic]:
    """Yield the magics of a Python cell, which stand only where a statement can begin."""
    at, depth, quote, continued = 0, 0, "", False
    while at < len(lines):
        if not (depth or quote or continued) and (magic := _magic(lines, at)):
            yield magic
            at = magic.end
        else:
            depth, quote, continued = _scan(lines[at], depth, quote)
            at += 1


_LEXEME = re.compile(r"#|\"\"\"|'''|[\"'()\[\]{}]")
_CLOSING = {
    quote: re.compile(rf"\\(?:.|\Z)|({quote})", re.DOTALL) for quote in ('"', "'", '"""', "'''")
}


def _scan(line: str, depth: int, quote: str) -> tuple[int, str, bool]:
    """Return what is open after a line of Python: brackets, a string, a backslash."""
    at = 0
    while True:
        if quote:
            for found in _CLOSING[quote].finditer(line, at):
                if found[1]:
                    quote, at = "", found.end()
                    break
                if found.end() == len(line) and len(found[0]) == 1:
                    return depth, quote, False  # the string goes on in the next line
            else:
                return depth, quote if len(quote) == 3 else "", False
        lexeme = _LEXEME.search(line, at)
        if not lexeme:
            return depth, "", line.endswith("\\")
        at = lexeme.end()
        if lexeme[0] == "#":
            return depth, "", False
        if lexeme[0] in _CLOSING:
            quote = lexeme[0]
        else:
            depth = depth + 1 if lexeme[0] in "([{" else max(0, depth - 1)


def _magic(lines: list[str], at: int) -> _Magic | None:
    line = lines[at]
    stripped = line.lstrip()
    if not stripped or stripped[0] in "#\"'([{":
        return None
    indent = len(line) - len(stripped)
    if _HELP.fullmatch(stripped) or stripped[0] in "?,;/":  # the latter: IPython's autocall
        return _Magic(at, at + 1, line[:indent] + "pass", None)
    assigned = _ASSIGNED.match(line)
    begin = assigned.end() if assigned else indent
    escape = _ESCAPE.match(line, begin)
    if escape:
        if _CELL_MAGIC.fullmatch(line) or re.fullmatch(r"\s*%python\s*", line):
            return _Magic(at, at + 1, "# " + line, None)
    elif not _AUTOMAGIC.match(stripped) or _is_python(stripped):
        return None
    end = at + 1
    while lines[end - 1].endswith("\\") and end < len(lines):
        end += 1
    start = escape.end() if escape else begin
    text = "\n".join([line[start:], *lines[at + 1 : end]])
    if escape and escape[0].startswith("!"):
        getoutput = assigned or escape[0].startswith("!!")
        call = f"get_ipython().{'getoutput' if getoutput else 'system'}({_literal(text)})"
        return _Magic(at, end, line[:begin] + call, _shell(text, at, start))
    named = _NAME.match(text)
    assert named  # it matches the empty string too
    rest = text[named.end() :].lstrip(" \t")
    place = start + len(text) - len(rest)
    shell = None
    if named[0] in _INSTALLERS:
        shell = _shell(text, at, start)
    elif named[0] in _SHELLS:
        shell = _shell(rest, at, place)
    elif named[0] in _TIMERS:
        if command := re.match(r"!!?[ \t]*", rest):
            shell = _shell(rest[command.end() :], at, place + command.end())
        # The same columns for the code: a block on the line in place of the magic.
        block = "if 1:".ljust(place - begin)
        if not assigned and end == at + 1 and _is_python(block + rest):
            return _Magic(at, end, line[:begin] + block + rest, None)
    call = f"get_ipython().run_line_magic({_literal(named[0])}, {_literal(rest)})"
    return _Magic(at, end, line[:begin] + call, shell)


def _shell(text: str, at: int, column: int) -> tuple[str, int, int] | None:
    text = text.rstrip()
    return (text, at + 1, column + 1) if text else None


def _literal(text: str) -> str:
    """Write `text`, its continued lines joined, as a string literal of Python."""
    import json

    parts = text.removesuffix("\\").split("\\\n")
    return json.dumps(" ".join(part.strip() for part in parts), ensure_ascii=False)


def _is_python(text: str) -> bool:
    import ast
    import warnings

    if len(text) > 10_000:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
