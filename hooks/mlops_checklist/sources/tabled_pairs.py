"""Names with texts that stand apart from them: columns of tables, INSERTs, files of logins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mlops_checklist.sources.assignments import Pair

_RULE = re.compile(
    r"(?m)^(?:[ \t]*\|?(?:[ ]*:?-{2,}:?[ ]*\|){1,20}|\|===[ ]*\n\|(?P<header>[^\n]+)\n\n?(?=\|))"
)
_ROW = re.compile(r"[ \t]{0,200}\|(?!===)")


def tables(text: str) -> Iterator[Pair]:
    """Yield each cell of a table of Markdown or AsciiDoc under the name of its column."""
    done = 0  # each row belongs to one table
    for rule in _RULE.finditer(text):
        if rule.start() < done:
            continue
        above = text.rfind("\n", 0, max(0, rule.start() - 1)) + 1
        header = text[above : rule.start()].strip().strip("|")
        at = text.find("\n", rule.end()) + 1
        if rule[0].startswith("|==="):  # AsciiDoc
            header, at = rule["header"], rule.end()
        # "Password / token" is a password's
        names = [re.split(r"[/,(]", name)[0].strip(" `*|\r\n") for name in header.split("|")]
        while 0 < at < len(text) and _ROW.match(text, at):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            cell = text.index("|", at) + 1
            for name, raw in zip(names, text[cell:end].split("|"), strict=False):
                value = raw.strip(" `*\r")
                if value:
                    first = cell + raw.index(value)
                    yield Pair(name, value, first, first + len(value), True)
                cell += len(raw) + 1
            done = at = end + 1


_INSERT = re.compile(
    r"(?i)\binsert\s+into\s+\S{1,120}?\s*\((?P<names>[^()]{1,2000})\)\s*values\s*(?=\()"
)
_VALUES = re.compile(r"\s*,?\s*\((?P<values>(?:'(?:[^'\n]|'')*'|[^()'])*)\)")
_SQL_VALUE = re.compile(r"'(?P<text>(?:[^'\n]|'')*)'|[^,']+")


def inserted(text: str) -> Iterator[Pair]:
    """Yield each text that an INSERT gives to a column."""
    for found in _INSERT.finditer(text):
        names = [name.strip(' \n\r\t"`') for name in found["names"].split(",")]
        at = found.end()
        while row := _VALUES.match(text, at):
            at = row.end()
            cells = [
                each
                for each in _SQL_VALUE.finditer(text, *row.span("values"))
                if each["text"] is not None or each[0].strip()
            ]
            for name, cell in zip(names, cells, strict=False):
                if cell["text"] is not None:
                    yield Pair(name, cell["text"], *cell.span("text"), True)


_NETRC = re.compile(r"machine\s+\S+\s+login\s+\S+\s+password\s+(?P<value>\S{4,200})")
_IN_NETRC = re.compile(r"(?m)^[ \t]*password[ \t]+(?P<value>\S{4,200})[ \t]*$")
_PGPASS = re.compile(
    r"(?m)^(?!#)(?:\\.|[^:\n]){1,200}(?::(?:\\.|[^:\n]){1,100}){3}:(?P<value>\S{4,200})$"
)


def login_entries(text: str, name: str) -> Iterator[Pair]:
    """Yield the passwords of `.netrc` (also where a script writes one) and of `.pgpass`."""
    patterns = [_NETRC] if "machine" in text else []
    if name.endswith("netrc"):
        patterns.append(_IN_NETRC)
    if "pgpass" in name:
        patterns.append(_PGPASS)
    for pattern in patterns:
        for found in pattern.finditer(text):
            yield Pair("password", found["value"], *found.span("value"), False)


_NAMES = frozenset("key name variable setting parameter env schlüssel".split())
_TEXTS = frozenset("value wert val valeur valor".split())


def column_names(text: str) -> list[str]:
    """Return the names of a CSV table's columns, told by its first line."""
    header = text.partition("\n")[0]
    return [name.strip("\"' \r\ufeff") for name in header.split(_separator(header))]


def _separator(header: str) -> str:
    return max(",;\t|", key=header.count)


def _column_of(names: Iterable[str], known: frozenset[str]) -> int | None:
    return next((at for at, name in enumerate(names) if name.lower() in known), None)


def is_of_names(names: Sequence[str]) -> bool:
    """Tell whether a table gives names and texts: `key,value`."""
    return None not in (_column_of(names, _NAMES), _column_of(names, _TEXTS))


def columns(text: str) -> Iterator[Pair]:
    """Yield each cell of a CSV table under the name of its column.

    In a table of names and texts, each text comes under its name.
    """
    header = text.partition("\n")[0]
    separator, names = _separator(header), column_names(text)
    name_at, text_at = _column_of(names, _NAMES), _column_of(names, _TEXTS)
    cell = re.compile(
        rf'(?:^|{re.escape(separator)})(?P<raw>"(?:[^"\n]|"")*"|[^{re.escape(separator)}\r\n]*)'
    )
    start = len(header) + 1
    for line in text[start:].splitlines(keepends=True):
        cells = list(cell.finditer(line.rstrip("\r\n")))
        for number, found in enumerate(cells[: len(names)]):
            value = found["raw"].strip("\"' ")
            if value:
                first = start + found.start("raw") + found["raw"].index(value)
                name = names[number]
                if number == text_at and name_at is not None and name_at < len(cells):
                    name = cells[name_at]["raw"].strip("\"' ")
                yield Pair(name, value, first, first + len(value), True)
        start += len(line)


_HTML_ROW = re.compile(r"<tr\b[^<>]{0,200}>(?P<cells>(?:(?!</?tr\b).){0,5000})", re.DOTALL)
_HTML_CELL = re.compile(r"<t[hd]\b[^<>]{0,200}>(?:<code>)?(?P<text>[^<>]{0,400})<")


def html_tables(text: str) -> Iterator[Pair]:
    """Yield each cell of HTML tables under the name of its column, as of a shown DataFrame."""
    names: list[str] = []
    for row in _HTML_ROW.finditer(text):
        cells = list(_HTML_CELL.finditer(text, *row.span("cells")))
        if "<td" not in row["cells"]:
            names = [cell["text"].strip() for cell in cells]
            continue
        for name, cell in zip(names, cells, strict=False):
            if value := cell["text"].strip():
                first = cell.start("text") + cell["text"].index(value)
                yield Pair(name, value, first, first + len(value), True)
