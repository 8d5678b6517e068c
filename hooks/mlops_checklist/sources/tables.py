"""Columns of data, whatever form they come in: CSV and TSV, JSON and JSON Lines, YAML, SQL, HTML.

Each gives `Column`s: a name, where it stands, and a sample of its values. Of a table the first
FIRST rows are taken and one of EVERY after them, so that memory is bounded and a large file costs
little more than reading it.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File, Unreadable

T = TypeVar("T")

FIRST = 2_000  # rows
EVERY = 200
LONGEST = 200  # characters of a value that are looked at
LONGEST_LINE = 2**24  # characters of JSON Lines
DEEPEST = 40  # levels of JSON


class Column(NamedTuple):
    """A column: its name ("" where it has none), and a sample of its values that are not empty.

    `place` is where it stands. Of a document, `text` and `path` (of keys) tell it when it is asked.
    """

    name: str
    values: list[str]
    at: Place = Place()
    text: str = ""
    path: str = ""

    @property
    def place(self) -> Place:
        """Where the column stands: its header, its first value, or its key."""
        return _place(self.text, self.path, self.values) if self.text else self.at


class Table(NamedTuple):
    """The columns of a table, how many rows were looked at, and whether there may be more."""

    columns: list[Column]
    rows: int
    has_more: bool


# --- CSV --------------------------------------------------------------------------------------


def of_csv(file: File) -> Table:
    """Return the columns of a CSV or TSV file. Raises Unreadable."""
    head = file.head(16_384)
    if b"\0" in head:
        raise Unreadable("cannot decode: it holds NUL bytes", "unreadable")
    first = _lines(head.decode("utf-8-sig", "replace"))
    delimiter = _delimiter(first)
    if delimiter is None:
        return Table([], 0, False)
    names, places, has_header = _header(first[0], delimiter)
    values: list[list[str]] = [[] for _ in names]
    count = 0
    for row in _sampled(_rows(file, delimiter), has_header):
        count += 1
        for column, value in zip(values, row, strict=False):
            if value:
                column.append(value[:LONGEST])
    columns = [Column(*each) for each in zip(names, values, places, strict=True)]
    return Table(columns, count, count > FIRST)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()][:20]


def _delimiter(lines: list[str]) -> str | None:
    """Return the sign that parts the columns: the one that is as often in each line."""
    for sign in (",", "\t", ";", "|"):
        counts = {line.count(sign) for line in lines[: max(len(lines) - 1, 1)]}
        if counts and min(counts) > 0 and (len(counts) == 1 or sign in lines[0]):
            return sign
    return "," if lines else None


def _header(line: str, delimiter: str) -> tuple[list[str], list[Place], bool]:
    """Return the names of the columns, their places, and whether the first line has them."""
    cells = next(csv.reader([line], delimiter=delimiter), [])
    is_header = not any(_is_value(cell) for cell in cells)
    places, at = [], 0
    for cell in cells:
        found = line.find(cell, at) if cell else at
        places.append(Place(1, max(found, 0) + 1))
        at = max(found, at) + len(cell)
    names = [cell.strip() if is_header else "" for cell in cells]
    return names, places, is_header


def _is_value(cell: str) -> bool:
    return re.fullmatch(r"\s*[-+]?[\d.,:/\- ]+\s*", cell) is not None or "@" in cell


def _rows(file: File, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows of a file that is read line by line. Raises Unreadable."""
    csv.field_size_limit(2**24)
    line = ""

    def lines() -> Iterator[str]:
        nonlocal line
        for line in opened:  # noqa: UP028
            yield line

    try:
        with file.open_text() as opened:
            reader = csv.reader(lines(), delimiter=delimiter)
            begin = end = 0
            for row in reader:
                begin, end = end, reader.line_num
                yield row
    except OSError as error:
        raise Unreadable(f"cannot read: {error.strerror}", "unreadable") from None
    except csv.Error as error:
        raise Unreadable(f"cannot parse as CSV: {error}") from None
    if end - begin > 1 and '"' not in line:
        raise Unreadable(f"cannot parse as CSV: the quote in line {begin + 1} is not closed")


def _sampled(rows: Iterator[T], has_header: bool) -> Iterator[T]:
    if has_header:
        next(rows, None)
    yield from itertools.islice(rows, FIRST)
    yield from itertools.islice(rows, EVERY - 1, None, EVERY)


# --- JSON -------------------------------------------------------------------------------------


def of_json(file: File) -> list[Column]:
    """Return the columns of a JSON document: each key of its records is one. Raises Unreadable."""
    text = file.text
    try:
        document = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"cannot parse as JSON: {error}") from None
    except RecursionError:
        raise Unreadable("cannot parse as JSON: nested too deeply") from None
    return of_records([document], text)


def of_json_lines(file: File) -> Table:
    """Return the columns of a file with a JSON document on each line. Raises Unreadable."""
    documents, number = [], 0
    try:
        for number, line in _sampled(_numbered_lines(file), has_header=False):  # noqa: B007
            documents.append(json.loads(line))
    except (ValueError, RecursionError):
        raise Unreadable(f"cannot parse as JSON Lines: line {number} is no JSON") from None
    text = file.head(2**20).decode("utf-8-sig", "replace")
    return Table(of_records(documents, text), len(documents), len(documents) > FIRST)


def _numbered_lines(file: File) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, each with its number. Raises Unreadable."""
    try:
        with file.open_text() as opened:
            lines = iter(lambda: opened.readline(LONGEST_LINE), "")
            yield from ((at, line) for at, line in enumerate(lines, 1) if not line.isspace())
    except OSError as error:
        raise Unreadable(f"cannot read: {error.strerror}", "unreadable") from None


def of_records(documents: Iterable[Any], text: str) -> list[Column]:
    """Return the columns of documents: the values under each path of keys, lists left out.

    `text` is where they stand, in which the first value of a column is looked for.
    """
    held: dict[str, list[str]] = {}
    waiting = [("", document, 0) for document in documents]
    waiting.reverse()
    while waiting:
        path, value, depth = waiting.pop()
        if depth > DEEPEST:
            continue
        if isinstance(value, dict):
            pairs = [(f"{path}.{key}" if path else str(key), each) for key, each in value.items()]
            waiting += [(key, each, depth + 1) for key, each in reversed(pairs)]
        elif isinstance(value, list):
            waiting += [(path, each, depth + 1) for each in reversed(value[: FIRST * 5])]
        elif value is not None and value != "" and not isinstance(value, bool):
            column = held.setdefault(path, [])
            if len(column) < FIRST:
                column.append(str(value)[:LONGEST])
    return [
        Column(path.rpartition(".")[2], values, text=text, path=path)
        for path, values in held.items()
    ]


def _place(text: str, path: str, values: list[str]) -> Place:
    """Return where the first value of a column stands, or its key."""
    for wanted in (json.dumps(values[0])[1:-1], values[0], path.rpartition(".")[2]):
        index = text.find(wanted)
        if wanted and index >= 0:
            line = text.count("\n", 0, index)
            return Place(line + 1, index - (text.rfind("\n", 0, index) + 1) + 1)
    return Place()


# --- YAML, SQL, HTML ----------------------------------------------------------------------------


def of_yaml(file: File) -> list[Column]:
    """Return the columns of YAML documents. Raises Unreadable."""
    from mlops_checklist.sources import trees, yaml

    documents = [_plain(trees.of_yaml(node)) for node in file.read(yaml.documents)]
    return of_records(documents, file.text)


def _plain(tree: Any) -> Any:
    value = tree.value
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value


_INSERT = re.compile(r"(?is)\binsert\s+into\s+[\w.\"`\[\]]+\s*\(([^()]*)\)\s*values\s*")
_COPY = re.compile(r"(?im)^copy\s+[\w.\"]+\s*\(([^()]*)\)\s*from\s+stdin[^\n]*;\s*\n")
_CELL = re.compile(r"\s*(?:'((?:[^']|'')*)'|([^,()']*))\s*(?:,|(\)))")


def of_sql(text: str) -> list[Column]:
    """Return the columns that the INSERT and COPY statements of a SQL dump fill."""
    found = []
    for start, names, rows in itertools.chain(_inserted(text), _copied(text)):
        values: list[list[str]] = [[] for _ in names]
        for row in itertools.islice(rows, FIRST):
            for column, value in zip(values, row, strict=False):
                if value and value.lower() != "null" and value != "\\N":
                    column.append(value[:LONGEST])
        line = text.count("\n", 0, start) + 1
        place = Place(line, start - (text.rfind("\n", 0, start) + 1) + 1)
        found += [Column(*each, place) for each in zip(names, values, strict=True)]
    return found


def _names(listed: str) -> list[str]:
    return [name.strip().strip('"`[]') for name in listed.split(",")]


def _inserted(text: str) -> Iterator[tuple[int, list[str], Iterator[list[str]]]]:
    for found in _INSERT.finditer(text):
        yield found.start(), _names(found[1]), _tuples(text, found.end())


def _tuples(text: str, at: int) -> Iterator[list[str]]:
    while at < len(text) and text[at] == "(":
        row, at = [], at + 1
        while found := _CELL.match(text, at):
            row.append((found[1] if found[1] is not None else found[2]).strip().replace("''", "'"))
            at = found.end()
            if found[3]:
                break
        else:
            return
        yield row
        while at < len(text) and text[at] in ", \t\r\n":
            at += 1


def _copied(text: str) -> Iterator[tuple[int, list[str], Iterator[list[str]]]]:
    for found in _COPY.finditer(text):
        end = text.find("\n\\.", found.end())
        body = text[found.end() : end if end >= 0 else len(text)]
        yield found.start(), _names(found[1]), (line.split("\t") for line in body.splitlines())


def of_html(text: str) -> list[Column]:
    """Return the columns of the tables in HTML, as pandas writes them."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.rows: list[list[str]] = []
            self.inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "tr":
                self.rows.append([])
            elif tag in ("td", "th") and self.rows:
                self.rows[-1].append("")
                self.inside = True

        def handle_endtag(self, tag: str) -> None:
            self.inside = self.inside and tag not in ("td", "th")

        def handle_data(self, data: str) -> None:
            if self.inside and self.rows and self.rows[-1]:
                self.rows[-1][-1] = (self.rows[-1][-1] + data.strip())[:LONGEST]

    reader = Reader()
    reader.feed(text)
    return _of_rows(reader.rows)


def of_printed(text: str) -> list[Column]:
    """Return the columns of a table that is printed with blanks between, as pandas does."""
    rows = [re.split(r"\s{2,}", line.rstrip()) for line in text.splitlines() if line.strip()]
    width = len(rows[0]) if rows else 0
    return _of_rows(rows) if width > 1 and all(len(row) == width for row in rows[:5]) else []


def _of_rows(rows: list[list[str]]) -> list[Column]:
    if len(rows) < 2:
        return []
    return [
        Column(name, [row[number] for row in rows[1:] if number < len(row) and row[number]])
        for number, name in enumerate(rows[0])
    ]
