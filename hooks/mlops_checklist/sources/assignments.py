"""Names and the literal texts given to them, in any text format, in Python and in Kubernetes.

Nothing here knows which names are secret. All scans take time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Pair(NamedTuple):
    """A name and the text given to it; the text is `[start:end)` of what was scanned."""

    name: str
    value: str
    start: int
    end: int
    quoted: bool


_QUOTED = (
    r"""(?P<quote>\\{0,3}(?:\"{3}|'{3}|["'`]))"""
    r"""(?P<quoted>(?:(?!(?P=quote))(?:\\.|[^\\\r\n])){1,400})(?P=quote)"""
)
_BARE = r"""(?P<bare>[^\s"'`]\S{0,300})"""
_PAIR = re.compile(
    r"""(?<![\w.\-])\$?
    (?P<name> [A-Za-z_][\w.\-]{1,79} | (?i:api|access|secret|private|auth)[ ](?i:key|token) )
    (?:\\{0,3}["'`])? \]? [ \t]*
    (?: :[ \t]* [A-Za-z_][\w.\[\]|, ]{0,40} (?==) )?      # a type
    (?P<op> :=|=>|={1,3}|!==?|:|<{1,2}- ) [ \t]*
    """
    rf"(?: (?:[bBrRuUfF@]{{0,2}}{_QUOTED}) | {_BARE} )",
    re.VERBOSE,
)
# `--token abc`, `"--token", "abc"`, and `set("name", "value")` of any language.
_FLAG = re.compile(
    r"""(?<![\w\-])--?(?P<name>[A-Za-z][\w\-]{2,60})
    (?: [ \t]+ | = | ["'],[ \t]*(?=["']) )
    (?P<quote>\\?["']?)(?P<bare>[^\s"'\\\-][^\s"'\\]{0,300})""",
    re.VERBOSE,
)
_GIVEN = re.compile(
    r"""\b(?:[gs]et\w*|Setenv|put\w*|env|environ|getenv|header|add\w*|option|append|fill|type)
    [ \t]*\([ \t]*["'][#.]?(?P<name>[A-Za-z_][\w.\-]{1,79})["'][ \t]*,[ \t]*"""
    rf"(?:default[ \t]*=[ \t]*)?{_QUOTED}",
    re.VERBOSE,
)
# `%env NAME value`, IPython's.
_ENV_MAGIC = re.compile(
    r"^[ \t]*%(?:set_)?env[ \t]+(?P<name>[A-Za-z_]\w{1,79})[ \t]+(?P<bare>[^\s\"'`=]\S{0,300})",
    re.MULTILINE,
)
_MORE_WORDS = re.compile(r"[ \t]+[^\s#;&|/\\]")


def _in_quotes(text: str, found: re.Match[str]) -> Pair | None:
    """Return the pair of a header in quotes: `"X-Api-Key: text"`."""
    mark = text[found.start() - 1 : found.start()]
    value, closed, _ = found["bare"].partition(mark or "\n")
    if mark not in ('"', "'") or not closed or found.re is not _PAIR:
        return None
    first = found.start("bare")
    return Pair(found["name"], value, first, first + len(value), True)


def pairs(text: str, start: int, end: int, bare: bool) -> Iterator[Pair]:
    """Yield the pairs between two offsets of `text`: `name = "value"`, `"name": "value"`, …

    `bare`: values without quotes count too (YAML, INI, shell; not in code).
    """
    for pattern in (_PAIR, _FLAG, _GIVEN, _ENV_MAGIC):
        at = start
        while found := pattern.search(text, at, end):
            groups = found.groupdict()
            at = found.end("name")  # `password: token = "x"`: what is no value may be a name
            if text.startswith("checksum/", found.start() - 9):
                continue  # an annotation of Kubernetes
            if groups.get("quoted") is not None:
                first, last = found.span("quoted")
                yield Pair(found["name"], found["quoted"], first, last, True)
                at = found.end()
            elif header := _in_quotes(text, found):
                yield header
                at = header.end
            elif bare or groups.get("quote"):
                first, last = found.span("bare")
                value = found["bare"].partition("\\n")[0].rstrip(",;")
                if groups.get("op") == ":":
                    # YAML's {a: 1, b: 2}, which has a blank after the colon; ${a:-b} has none
                    in_braces = (
                        text[first - 1] == " " and "{" in text[max(start, first - 200) : first]
                    )
                    if _MORE_WORDS.match(text, last) and not (in_braces and text[last - 1] == ","):
                        continue  # a sentence
                    if in_braces and not re.search(r"[(\[{<]", value):
                        value = value.rstrip("]}")
                at = first + len(value.partition(",")[0])
                yield Pair(found["name"], value, first, first + len(value), False)


# `${NAME:-text}` of shells and Compose, `${oc.env:NAME,text}` of OmegaConf.
_FALLBACK = re.compile(
    r"\$\{(?:oc\.env:(?P<env>[A-Za-z_]\w{1,79}),[ \t]?|(?P<name>[A-Za-z_]\w{1,79}):[-=])"
    r"[\"']?(?P<value>[^\s{}$\"'`]{4,200})[\"']?\}"
)
# `"host=db user=ml password=x"` of libpq, `"Server=db;User Id=sa;Password=x;"` of ODBC and others.
_CONNECTION = re.compile(
    r"""["'](?:[^"'\n,()]|,\d){0,200}?
    (?<!\w)(?i:host(?:addr)?|server|data[ ]source|driver|user(?:[ ]?id)?|uid|dbname|database)[ ]?=
    (?:[^"'\n,()]|,\d){1,200}?
    (?:[; ][ ]?|\\n)(?P<name>(?i:password|pwd))[ ]?=[ ]?(?P<value>[^\s;"'&,()\\]{4,200})""",
    re.VERBOSE,
)


# `?user=a&password=b` of a URL, `;PWD=b;` of a connection string.
_PARAMETER = re.compile(
    r"[?&;](?P<name>[A-Za-z_][\w.\-]{1,40})=(?P<value>[^\s&;\"'<>`\\]{4,300})(?=[\s&;\"'<>`\\]|$)"
)
# `CREATE USER bob WITH PASSWORD 'x'`, `IDENTIFIED BY 'x'`; `password "x"` of DSLs.
_SQL = re.compile(
    r"""(?i:\b(?:password|passwd|identified[ ](?:with[ ]\S{1,40}[ ])?by(?:[ ]password)?))[ \t]+
    N?(?P<quote>\\?["'])(?P<value>[^"'\n]{4,200})(?P=quote)""",
    re.VERBOSE,
)


# `client.login("bob", "x")`: the second of two texts.
_LOGIN = re.compile(
    r"""\b(?i:login|log_in|authenticate|auth|(?:set_?)?basic_?auth|username_pw_set|connect)\(
    [^()"'\n]{0,60}["'][^"'\n]{2,60}["'],[ ]?["'](?P<value>[^"'\s]{6,80})["'][ ]?\)""",
    re.VERBOSE,
)
# "The password is `x`", with a digit at least.
_IN_PROSE = re.compile(
    r"(?i:\b(?:password|passphrase|passwort|kennwort|mot de passe|contraseña|senha)\b)"
    r"[^`\"'\n]{0,40}[`\"'](?P<value>(?=[^`\"'\s]{0,40}\d)[^`\"'\s]{8,80})[`\"'](?![\w:])"
)
# A text in quotes that is a command: `"fit.py --wandb-key x"`.
_IN_COMMAND = re.compile(
    r"(?<=[ \[\"'])--(?P<name>[A-Za-z][\w\-]{2,60})[ =](?P<value>[^\s\"'\\\-][^\s\"'\\]{7,200})"
)


# Each with texts of which one stands in what it matches: most lines need no search.
_EMBEDDED = (
    (("${",), _FALLBACK),
    (("ord=", "ord =", "ORD=", "wd=", "WD="), _CONNECTION),
    (("?", "&", ";"), _PARAMETER),
    ((" '", ' "', " N'", "\\'", '\\"', "\t'", '\t"'), _SQL),
    (('","', '", "', "','", "', '"), _LOGIN),
    (("--",), _IN_COMMAND),
)


def in_prose(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the passwords that a sentence gives in quotes."""
    for found in _IN_PROSE.finditer(text, start, end):
        yield Pair("password", found["value"], *found.span("value"), False)


def embedded(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the pairs inside of a value: fallbacks of references, connection strings, SQL."""
    line = text[start:end]
    for marks, pattern in _EMBEDDED:
        if not any(mark in line for mark in marks):
            continue
        for found in pattern.finditer(text, start, end):
            groups = found.groupdict()
            name = groups.get("env") or groups.get("name") or "password"
            yield Pair(name, found["value"], *found.span("value"), False)


# `<password>x</password>`, `name="password" value="x"`, `<string name="api_key">x<`.
_ELEMENT = re.compile(
    r"<(?P<name>[A-Za-z][\w.:\-]{1,60})(?:[ ][^<>\n]{0,200})?>(?P<value>[^<>\s][^<>\n]{2,300})</"
)
_ATTRIBUTE = re.compile(
    r"""\b(?:name|key|id|Name|Key)=["'](?P<name>[A-Za-z_][\w.:\-]{1,79})["']
    (?:[ ][^<>\n]{0,120})?(?:[ ](?:value|Value|content)=["'](?P<value>[^"'<>\n]{4,300})["']
    |>(?P<text>[^<>\s][^<>\n]{2,300})</)""",
    re.VERBOSE,
)
# `setPassword("x")`, `.withApiKey('x')`, `.password("x")`: one text, given to a method's name.
_GIVEN_ONE = re.compile(
    r"""(?:\bcompare_digest\([^,()"'\n]{1,60},[ ]?|\b(?:[A-Z]\w*)?Client(?:V\d)?\()
    ["'](?P<value>[^"'\s]{16,300})["'][ ]?[,)]""",
    re.VERBOSE,
)
_METHOD = re.compile(
    r"""(?:\b(?:set|with)(?:_|(?=[A-Z]))[A-Za-z_]{0,20}?|\.)(?P<name>(?i:password|passwd|secret|token
    |(?:api|access|secret)_?key))\([ ]?(?P<quote>["'])(?P<value>[^"'\n]{4,300})(?P=quote)[ ]?\)""",
    re.VERBOSE,
)


_GIVEN_TO = (
    (("</",), _ELEMENT),
    (('="', "='"), _ATTRIBUTE),
    (('("', "('", '( "', "( '"), _METHOD),
    (("Client", "compare_digest"), _GIVEN_ONE),
)


def in_markup(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the pairs of XML, and those of calls that are given one text."""
    line = text[start:end]
    for marks, pattern in _GIVEN_TO:
        if not any(mark in line for mark in marks):
            continue
        for found in pattern.finditer(text, start, end):
            groups = found.groupdict()
            group = "value" if groups["value"] is not None else "text"
            yield Pair(groups.get("name") or "token", found[group], *found.span(group), True)


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


def columns(text: str, separator: str) -> Iterator[Pair]:
    """Yield each cell of a table under the name of its column; quotes hold no separator here."""
    names: list[str] = []
    at = 0
    for line in text.splitlines(keepends=True):
        cell = at
        for number, raw in enumerate(line.rstrip("\r\n").split(separator)):
            value = raw.strip("\"' ")
            if not at:
                names.append(value)
            elif value and number < len(names):
                first = cell + raw.index(value)
                yield Pair(names[number], value, first, first + len(value), True)
            cell += len(raw) + 1
        at += len(line)


_VALUE_OF = re.compile(rf"alue[\"']?[ \t]*:[ \t]*(?:{_QUOTED}|{_BARE})")
_NAME_OF = re.compile(
    r"""\b(?:name|key|Name|Key)["']?[ \t]*:[ \t]*
    ["']?(?P<name>[A-Za-z_][\w.\-]{1,79})["']?[ \t]*,?
    (?:[ \t]*\r?\n)?[ \t]*["']?[vV]$""",
    re.VERBOSE,
)


_XML_NAME = re.compile(
    r"<(?:name|key|Name|Key)>[ ]?(?P<name>[\w.:\-]{2,80})[ ]?</\w+>\s{0,80}"
    r"<(?:value|Value|string)>(?P<value>[^<>\s][^<>\n]{2,300})</"
)


def named_values(text: str) -> Iterator[Pair]:
    """Yield the pairs of the form `name: X`, `value: Y`, as in a container's `env`, also of XML."""
    for found in _VALUE_OF.finditer(text):
        named = _NAME_OF.search(text, max(0, found.start() - 160), found.start())
        if named:
            group = "quoted" if found["quoted"] is not None else "bare"
            value = found[group] if group == "quoted" else found[group].rstrip(",;}")
            first = found.start(group)
            yield Pair(named["name"], value, first, first + len(value), group == "quoted")
    for found in _XML_NAME.finditer(text) if "</" in text else ():
        yield Pair(found["name"], found["value"], *found.span("value"), True)


_SECRET = re.compile(r"^[ \t]*kind:[ \t]*[\"']?Secret[\"']?[ \t]*\r?$", re.MULTILINE)
_BLOCK = re.compile(r"^(?P<indent>[ \t]*)(?P<block>data|stringData):[ \t]*\r?$")
_ENTRY = re.compile(r"^(?P<indent>[ \t]+)[\"']?(?P<name>[\w.\-]+)[\"']?:[ \t]*(?P<value>\S.*?)\s*$")


def kubernetes_secrets(text: str) -> Iterator[Pair]:
    """Yield the entries of the `data` (decoded from base64) and `stringData` of Secrets in YAML."""
    offset = 0
    for document in re.split(r"(?m)^(?=---)", text):
        if _SECRET.search(document):
            yield from _secret_entries(document, offset)
        offset += len(document)


def _secret_entries(document: str, offset: int) -> Iterator[Pair]:
    block, outer = "", 0
    for line in document.splitlines(keepends=True):
        begin = offset
        offset += len(line)
        entry = _ENTRY.match(line)
        if opened := _BLOCK.match(line):
            block, outer = opened["block"], len(opened["indent"])
        elif line.strip() and len(line) - len(line.lstrip()) <= outer:
            block = ""
        elif block and entry and entry["value"][0] not in "|>#":
            value = entry["value"].strip("\"'")
            first = begin + line.index(value, entry.start("value")) if value else begin
            decoded = value if block == "stringData" else _decoded(value)
            if decoded:
                yield Pair(entry["name"], decoded, first, first + len(value), True)


def _decoded(value: str) -> str:
    import base64

    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return ""
