"""The texts of a file in which secrets are looked for: the file, or a notebook's cells and outputs.

Of a large file, the texts are pieces of it, read one after the other.
"""

from __future__ import annotations

import functools
import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File, Unreadable

if TYPE_CHECKING:
    from mlops_checklist.sources.notebook import Cell

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks
PIECE = 4 * 2**20  # bytes of a large file that are looked at together

# Files in which a value needs no quotes.
_BARE_KINDS = frozenset(["dotenv", "shell", "dockerfile"])
_BARE_SUFFIXES = frozenset(
    ".ini .cfg .conf .config .properties .cnf .tfvars .tf .hcl .npmrc .pypirc .renviron .netrc"
    " .envrc .yarnrc .env .bat .cmd .ps1 .service .desktop .s3cfg .boto .pgpass .credentials"
    " .tpl .j2 .tmpl".split()
)
_PROSE_KINDS = frozenset(["markdown", "requirements"])
_PROSE_SUFFIXES = frozenset(
    [
        *("", ".rmd", ".qmd"),
        *".txt .rst .log .adoc .out .err .csv .tsv .eml .mbox .http .rest .po .tex .org".split(),
    ]
)


class Passage(NamedTuple):
    """A text to scan; `place` takes an offset.

    `bare`: how far values without quotes count: "yes", "yaml", "prose" (with care) or "" (not).
    `is_whole`: the passage is all of a file, or a cell, and may be parsed. `shown` is the name of
    what the cell of an output prints, or shows as its last value.
    """

    text: str
    place: Callable[[int], Place]
    bare: str = ""
    shell: tuple[tuple[int, int], ...] = ()  # where they count all the same, in order
    is_output: bool = False
    is_whole: bool = True
    shown: str = ""

    def bare_between(self, start: int, end: int) -> str:
        """Return how far values without quotes count between two offsets."""
        if self.bare or not self.shell:
            return self.bare
        at = bisect_right(self.shell, (end, 0))
        return "yes" if at and self.shell[at - 1][1] > start else ""


def passages(file: File) -> Iterator[Passage]:
    """Yield the texts of `file`; of a binary one, none.

    Raises Unreadable after the last one where the file is not what it should be: what its bytes
    hold is looked at all the same.
    """
    if file.is_large and not file.head(2).startswith(_UTF_16):
        if not file.is_binary:
            yield from _pieces(file)
        return
    data = file.data
    if file.is_binary:
        return
    try:
        if file.kind == "notebook":
            yield from _notebook_passages(file)
        else:
            yield _of_file(file, file.text)
    except Unreadable:
        encoding = "utf-16" if data.startswith(_UTF_16) else "latin-1"
        text = data.decode(encoding, "replace")
        yield _of_file(file, text)._replace(is_whole=False)
        if _must_be_utf_8(file):
            raise


_UTF_8_KINDS = frozenset(["notebook", "json", "toml", "yaml", "mlmodel"])
_COOKIE = rb"[ \t\f]*#.*?coding[:=][ \t]*(?P<encoding>[-\w.]+)"  # PEP 263


def _must_be_utf_8(file: File) -> bool:
    """Tell whether a file that is not UTF-8 is broken: by its format, or as Python by PEP 263."""
    if file.kind != "python":
        return file.kind in _UTF_8_KINDS
    cookies = [re.match(_COOKIE, line) for line in file.data.split(b"\n", 2)[:2]]
    encodings = [cookie["encoding"].lower() for cookie in cookies if cookie]
    return not encodings or encodings[0].startswith((b"utf-8", b"utf_8", b"utf8"))


def _pieces(file: File) -> Iterator[Passage]:
    """Yield a large file in pieces, each of which ends with a line if one ends in it."""
    bare = bare_values(file.path, file.kind)
    line = column = 0  # where the piece begins
    for data in file.pieces(PIECE):
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        in_text = _places(text)

        def place(
            offset: int,
            in_text: Callable[[int], Place] = in_text,
            line: int = line,
            column: int = column,
        ) -> Place:
            here = in_text(offset)
            return Place(here.line + line, here.column + column * (here.line == 1))

        yield Passage(text, place, bare, is_whole=False)
        last = in_text(len(text))
        column = last.column - 1 + column * (last.line == 1)
        line += last.line - 1


def _line_starts(text: str) -> list[int]:
    if "\r" not in text:
        starts, at = [0], text.find("\n") + 1
        while at:
            starts.append(at)
            at = text.find("\n", at) + 1
        return starts
    return [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]


def _places(text: str) -> Callable[[int], Place]:
    starts: list[int] = []

    def place(offset: int) -> Place:
        if not starts:
            starts.extend(_line_starts(text))
        line = bisect_right(starts, offset)
        return Place(line, offset - starts[line - 1] + 1)

    return place


def offset_of(text: str, place: Place) -> int | None:
    """Return the offset in `text` of a line and a column; None beyond its end."""
    starts = _starts_of(text)
    return starts[place.line - 1] + place.column - 1 if place.line <= len(starts) else None


@functools.lru_cache(maxsize=1)
def _starts_of(text: str) -> list[int]:
    return _line_starts(text)


def _of_file(file: File, text: str) -> Passage:
    shell: tuple[tuple[int, int], ...] = ()
    if file.kind == "python" and "# MAGIC" in text:  # a notebook of Databricks
        from mlops_checklist.sources.notebook import script_magics

        shell = _spans(text, script_magics(text))
    return Passage(text, _places(text), bare_values(file.path, file.kind), shell)


def _spans(text: str, pieces: Iterable[tuple[str, int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the offsets of the lines in which the pieces (text, line, column) stand."""
    starts = [*_line_starts(text), len(text) + 1]
    return tuple(
        (starts[line - 1], starts[min(line + piece.count("\n"), len(starts) - 1)])
        for piece, line, _ in pieces
    )


def bare_values(path: str, kind: str) -> str:
    """Return how far values without quotes count in a file: see `Passage`."""
    name = os.path.basename(path).lower()
    suffix = os.path.splitext(name)[1] or (name if name.startswith(".") else "")
    if kind == "yaml" or (suffix in (".tpl", ".j2", ".tmpl") and re.search(r"\.ya?ml\.", name)):
        return "yaml"
    if kind in _BARE_KINDS or suffix in _BARE_SUFFIXES:
        return "yes"
    if kind in _PROSE_KINDS or (not kind and suffix in _PROSE_SUFFIXES):
        return "prose"
    return ""


# --- Notebooks --------------------------------------------------------------------------------


def _notebook_passages(file: File) -> Iterator[Passage]:
    """Yield the sources and the text outputs."""
    from mlops_checklist.sources.notebook import notebook

    for cell in file.read(notebook).cells:
        yield _of_cell(cell)
        last = cell.source.rstrip().rpartition("\n")[2] if cell.outputs else ""
        shown = _SHOWN.fullmatch(last.strip()) if len(last) < 200 else None
        for output in cell.outputs:
            passage = _of_output(output.text, output.file_lines, cell.number)
            yield passage._replace(shown=shown["name"]) if shown else passage


# The last line of a cell that shows one thing: `token`, `print(cfg.token)`, `!echo $TOKEN`,
# `os.environ["TOKEN"]`.
_SHOWN = re.compile(
    r"(?:print\(|display\(|![ ]?(?:echo|printenv)[ ]+)?[\"'$({\w.\[]{0,80}?"
    r"(?P<name>(?<!\w)[A-Za-z_]\w{1,79})[\"'\])}]{0,5}"
)


def _of_cell(cell: Cell) -> Passage:
    place_in_text = _places(cell.source)

    def place(offset: int) -> Place:
        line, column = place_in_text(offset)[:2]
        file_line = cell.file_lines[min(line, len(cell.file_lines)) - 1]
        # Markdown cells have no number: the line is that of the file.
        return Place(line, column, cell.number, file_line) if cell.number else Place(file_line, 1)

    return Passage(cell.source, place, _bare_in_cell(cell), _shell_in_cell(cell))


def _of_output(text: str, file_lines: Sequence[int], cell: int) -> Passage:
    """An output has no line in the source: its place is the head of its cell."""
    place_in_text = _places(text)

    def place(offset: int) -> Place:
        line = place_in_text(offset).line
        return Place(1, 1, cell, file_lines[min(line, len(file_lines)) - 1])

    return Passage(text, place, "prose", is_output=True)


_WRITTEN = r"\s*%%[ ]*(?:write)?file[ \t]+(?:-a[ \t]+)?[\"']?(?P<path>[^\s\"']+)"
_ENV_MAGIC = r"(?m)^[ \t]*%(?:set_)?env[ \t]"


def _bare_in_cell(cell: Cell) -> str:
    """Return how far values without quotes count: as in the file that the cell writes."""
    if cell.kind != "code":
        return "prose"
    if cell.language != "writefile" or not (found := re.match(_WRITTEN, cell.source)):
        return ""
    from mlops_checklist.sources.files import kind

    name = os.path.basename(found["path"])
    known = "." in name or name.lower().startswith("dockerfile")
    return bare_values(name, kind(name) if known else "")  # without a look at the disk


def _shell_in_cell(cell: Cell) -> tuple[tuple[int, int], ...]:
    if cell.language != "bash" and not ("!" in cell.source or "%" in cell.source):
        return ()
    from mlops_checklist.sources.notebook import shell_lines

    pieces = shell_lines(cell)
    if cell.language == "python":
        for found in re.finditer(_ENV_MAGIC, cell.source):
            pieces.append(("", cell.source.count("\n", 0, found.end()) + 1, 1))
        pieces.sort(key=lambda piece: piece[1])
    return _spans(cell.source, pieces)
