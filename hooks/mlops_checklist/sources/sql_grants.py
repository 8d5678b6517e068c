"""GRANT statements in SQL: what is granted, and to whom.

The tokens are those of the SQL standard with what PostgreSQL, MySQL, Snowflake, BigQuery and
Databricks add: quotes of four kinds, `$$` texts, comments. The grammar: GRANT privileges ON object
TO grantees.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)"
    r"|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|[A-Za-z_][\w$]*|[;,()]|[^\s]",
    re.DOTALL,
)
_EVERYBODY = {"public", "allusers", "allauthenticatedusers", "account users", "users"}
_KINDS = {"role", "user", "group", "share", "to", ","}
_BEHIND = {"with", "granted"}  # what may follow the grantees


class Grant(NamedTuple):
    """A GRANT that goes far: of everything, or to everybody (under this name).

    `line` and `column` (from 1) are those of the word that says so.
    """

    everybody: str
    line: int
    column: int


def grants(text: str) -> Iterator[Grant]:
    """Yield the grants in SQL text that grant everything, or something to everybody."""
    starts = [0, *(found.end() for found in re.finditer(r"\n", text))]
    for statement in _statements(text):
        if statement[0][0].lower() == "grant" and (found := _far(statement)) is not None:
            token, everybody = found
            line = bisect_right(starts, token.start())
            yield Grant(everybody, line, token.start() - starts[line - 1] + 1)


def _statements(text: str) -> Iterator[list[re.Match[str]]]:
    statement: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if token[0] == ";":
            if statement:
                yield statement
            statement = []
        elif not token[0].startswith(("--", "/*")):
            statement.append(token)
    if statement:
        yield statement


def _far(statement: list[re.Match[str]]) -> tuple[re.Match[str], str] | None:
    """Return the token for which a GRANT goes too far, and the name of everybody in it."""
    words = [token[0].lower() for token in statement]
    if "on" not in words or "to" not in words[words.index("on") :]:
        return None  # of a role
    for token in statement[words.index("to", words.index("on")) :]:
        name = token[0].lower()
        if name in _BEHIND:
            break
        if name not in _KINDS and name.strip("\"'`") in _EVERYBODY:
            return token, token[0].strip("\"'`")
    return (statement[1], "") if words[1] == "all" else None
