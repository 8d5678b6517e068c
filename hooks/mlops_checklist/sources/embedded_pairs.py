"""Names with texts inside of a line: in URLs, connection strings, SQL, markup, calls, sentences."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterator

from mlops_checklist.sources.assignments import Pair

# `${NAME:-text}` of shells and Compose, `${oc.env:NAME,text}` of OmegaConf.
_FALLBACK = re.compile(
    r"\$\{(?:oc\.env:(?P<env>[A-Za-z_]\w{1,79}),[ \t]?|(?P<name>[A-Za-z_]\w{1,79}):[-=])"
    r"[\"']?(?P<value>[^\s{}$\"'`]{4,200})[\"']?\}"
)
# `${db.password:text}` of Spring.
_SPRING = re.compile(
    r"\$\{(?P<name>[A-Za-z][\w.\-]{1,79}):(?P<value>[^\s{}$\"'`?:+=-][^\s{}$\"'`]{3,200})\}"
)
# `secret_access_key abc`, a name and a text that looks random.
_SPACED = re.compile(
    r"(?<![\w.\-])(?P<name>[A-Za-z][\w.\-]{2,60})[ \t]+(?P<value>[\w+/-]{20,300}={0,2})(?!\S)"
)
# `x = env.TOKEN || "text"`, `getenv("TOKEN") ?: "text"`.
_OR_ELSE = re.compile(
    r"""(?<![\w.\-])(?P<name>[A-Za-z_][\w.\-]{1,79})["']?[ ]?[:=][ ][^;\n]{1,120}?
    (?:\|\||\?\?|\?:|\bor\b|\b(?:getO|o)rElse\()[ ]?
    (?P<quote>["'])(?P<value>[^"'\s]{4,300})(?P=quote)""",
    re.VERBOSE,
)
# `.Values.db.password | default "x"`, `default "x" .Values.db.password` (Helm); Jinja's too.
_TEMPLATE_DEFAULT = re.compile(
    r"""[.\s](?P<name>[A-Za-z_][\w\-]{1,60})[ ]?\|[ ]?default[ (][ ]?
    ["'](?P<value>[^"'\s]{4,200})["']
    |\bdefault[ ]["'](?P<before>[^"'\s]{4,200})["'][ ][\w.$]{0,80}\.
    (?P<given>[A-Za-z_][\w\-]{1,60})""",
    re.VERBOSE,
)
# A row of a Markdown table: `| password | x |`.
_ROW = re.compile(
    r"\|[ ]*[`*]*(?P<name>[A-Za-z][\w .\-]{1,40}?)[`*]*[ ]*"
    r"\|[ ]*[`*]*(?P<value>[^\s|`*]{6,200})[`*]*[ ]*\|"
)
# `make_option("--db-pass", dest = "pw", default = "x")`
_OPTION = re.compile(
    r"""["']--(?P<name>[A-Za-z][\w\-]{1,60})["'][^\n]{0,120}?\bdefault[ ]?=[ ]?
    (?P<quote>["'])(?P<value>[^"'\n]{4,300})(?P=quote)""",
    re.VERBOSE,
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


# `client.login("bob", "x")`: a user's name and a text.
_LOGIN = re.compile(
    r"""(?:\b(?i:login|log_in|authenticate|auth|(?:set_?)?basic_?auth|username_pw_set|connect)\(
    [^()"'\n]{0,60}|\b(?:(?i:db_?connect|get_?connection)|[A-Z]\w{0,30}(?:Token|Credentials?
    |Authentication))\([^"'\n]{0,60}(?:["'][a-z]+:[^"'\n]{4,120}["'],[ ]?)?)
    ["'][^"'\n]{2,60}["'],[ ]?["'](?P<value>[^"'\s]{6,80})["'][ ]?[,).]""",
    re.VERBOSE,
)
# "The password is `x`", "Passwort: x1": with a letter and a digit at least.
_SECRET_WORD = r"(?i:\b(?:password|passphrase|passwort|kennwort|mot de passe|contraseña|senha)\b)"
_IN_PROSE = re.compile(
    rf"{_SECRET_WORD}(?:[^`\"'\n]{{0,40}}[`\"']|[^`\"'\n:=]{{0,30}}[:=][ ]"
    r"|[ ](?:is|lautet|ist)?[ ]?)"
    r"(?P<value>(?=[^`\"'\s]{0,40}\d)(?=[^`\"'\s]{0,40}[A-Za-z])[^`\"'\s,;()<>]{8,80})"
)
# `MQTT_LOGIN=bob:x`
_USER_AND = re.compile(
    r"""(?i:login|auth|credentials?|user_?pass\w{0,4}|userpwd)["']?[ ]?[:=][ ]?["']?[\w.@\-]{2,60}:
    (?P<value>[^\s"'/@:]{6,100})(?![^\s"',;)}])""",
    re.VERBOSE,
)
# A text in quotes that is a command: `"fit.py --wandb-key x"`.
_IN_COMMAND = re.compile(
    r"(?<=[ \[\"'])--(?P<name>[A-Za-z][\w\-]{2,60})[ =](?P<value>[^\s\"'\\\-][^\s\"'\\]{7,200})"
)


# Each with texts of which one stands in what it matches: most lines need no search.
_ANYWHERE = (
    (("${",), _FALLBACK),
    (("${",), _SPRING),
    (("ord=", "ord =", "ORD=", "wd=", "WD="), _CONNECTION),
    (("?", "&", ";"), _PARAMETER),
    (("default",), _OPTION),
    (("--",), _IN_COMMAND),
)
# In lines that people write and read, not in data and minified code.
_IN_SHORT_LINES = (
    ((" ", "\t"), _SPACED),
    (("||", "??", "?:", " or ", "rElse("), _OR_ELSE),
    (("default",), _TEMPLATE_DEFAULT),
    (("|",), _ROW),
    ((" '", ' "', " N'", "\\'", '\\"', "\t'", '\t"'), _SQL),
    (('","', '", "', "','", "', '"), _LOGIN),
    ((":",), _USER_AND),
)


# A line of configuration in a text of a program.
_LINE_IN_TEXT = re.compile(
    r"(?m)^[ \t]*(?P<name>[\w.\-]{0,40}(?i:password|passwd|passwort|pwd|secret|token|api_?key))"
    r"[ \t]*[=:][ \t]*(?P<value>[^\s\"'()\[\]{},]{6,200})[ \t]*$"
)


def in_block(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the pair of a line that stands in a text over several lines, told by its quotes."""
    found = _LINE_IN_TEXT.match(text, start, end)
    if found and bisect_right(_text_marks(text), start) % 2:
        yield Pair(found["name"], found["value"], *found.span("value"), False)


@functools.lru_cache(maxsize=2)
def _text_marks(text: str) -> list[int]:
    return [found.start() for found in re.finditer("\"{3}|'{3}", text)]


def in_prose(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the passwords that a sentence gives in quotes."""
    for found in _IN_PROSE.finditer(text, start, end):
        yield Pair("password", found["value"], *found.span("value"), False)


def is_long(text: str, start: int, end: int) -> bool:
    """Tell whether what stands between two offsets is a long line, or a piece of one."""
    return end - start > 2_000 or "\n" not in (
        (text[start - 1 : start] or "\n"),
        (text[end : end + 1] or "\n"),
    )


def embedded(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the pairs inside of a value: fallbacks of references, connection strings, SQL."""
    line = text[start:end]
    for marks, pattern in _ANYWHERE if is_long(text, start, end) else _ANYWHERE + _IN_SHORT_LINES:
        if not any(mark in line for mark in marks):
            continue
        for found in pattern.finditer(text, start, end):
            groups = found.groupdict()
            name = groups.get("env") or groups.get("name") or groups.get("given") or "password"
            group = "before" if groups.get("before") else "value"
            yield Pair(name, found[group], *found.span(group), False)


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
    r"""(?:\bcompare_digest\([^,()"'\n]{1,60},[ ]?|\b(?:[A-Z]\w*)?Client(?:V\d)?\(
    |\bcomet_ml\.\w{0,20}Experiment\()
    ["'](?P<value>[^"'\s]{16,300})["'][ ]?[,)]""",
    re.VERBOSE,
)
_METHOD = re.compile(
    r"""(?:\b(?:set|with)(?:_|(?=[A-Z]))[A-Za-z_]{0,20}?|\.)(?P<name>(?i:password|passwd|secret|token
    |(?:api|access|secret)_?key))\([ ]?(?P<quote>["'])(?P<value>[^"'\n]{4,300})(?P=quote)[ ]?\)""",
    re.VERBOSE,
)


_MARKUP = (
    (("</",), _ELEMENT),
    (('="', "='"), _ATTRIBUTE),
)
_CALLS = (
    (('("', "('", '( "', "( '"), _METHOD),
    (("Client", "compare_digest", "comet_ml"), _GIVEN_ONE),
)


def in_markup(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the pairs of XML, and those of calls that are given one text."""
    line = text[start:end]
    for marks, pattern in _MARKUP if is_long(text, start, end) else _MARKUP + _CALLS:
        if not any(mark in line for mark in marks):
            continue
        for found in pattern.finditer(text, start, end):
            groups = found.groupdict()
            group = "value" if groups["value"] is not None else "text"
            yield Pair(groups.get("name") or "token", found[group], *found.span(group), True)
