"""Names with texts inside of a line: in URLs, connection strings, SQL, templates, markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlops_checklist.sources.assignments import Pair, marked_pairs

# `${NAME:-text}` of shells and Compose, `${oc.env:NAME,text}` of OmegaConf.
_FALLBACK = re.compile(
    r"\$\{(?:oc\.env:(?P<named_after>[A-Za-z_]\w{1,79}),[ \t]?|(?P<name>[A-Za-z_]\w{1,79}):[-=])"
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
# A line of configuration without a sign: `requirepass x`, `spark.authenticate.secret x`.
_SETTING = re.compile(
    r"(?m)^[ \t]*(?:user[ \t]+\S{1,40}[ \t]+)?(?P<name>requirepass|masterauth|bindpw|rootpw"
    r"|insecure-password|[a-z][\w-]*(?:\.[\w-]+)+)[ \t]+"
    r"(?P<value>(?=\S*\d)[^\s\"'=:;]{8,200})[ \t]*$"
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
    |\bdefault[ ]["'](?P<text>[^"'\s]{4,200})["'][ ][\w.$]{0,80}\.
    (?P<named_after>[A-Za-z_][\w\-]{1,60})""",
    re.VERBOSE,
)
# A row of a Markdown table: `| password | x |`.
_ROW = re.compile(
    r"\|[ ]*[`*]*(?P<name>[A-Za-z][\w .\-]{1,40}?)[`*]*[ ]*"
    r"\|[ ]*[`*]*(?P<value>[^\s|`*]{6,200})[`*]*[ ]*(?:\||$)",
    re.MULTILINE,
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
    (?:[; ][ ]?|\\n)(?P<name>(?i:password|pwd))[ ]?=[ ]?
    (?:\{(?P<text>[^{}"'\n]{4,200})\}|(?P<literal>[^\s;"',()\\{]{4,200}))""",
    re.VERBOSE,
)


# `Configuration["Jwt:Key"] = "x"`
_SUBSCRIPT = re.compile(
    r"""\[["'](?P<name>\w[\w.:\-]{2,79})["']\][ ]?=[ ]?["'](?P<value>[^"'\n]{4,300})["']"""
)
# `process.env.API_KEY ?? "x"`
_OF_ENVIRONMENT = re.compile(
    r"""(?i:env)(?:\.|[\[(]["'])(?P<name>[A-Z_]\w{2,79})(?:["'][\])])?[ ](?:\?\?|\|\||\?:)[ ]
    ["'`](?P<value>[^"'`\n]{4,300})["'`]""",
    re.VERBOSE,
)
# `APIKey string `yaml:"apiKey" default:"x"`` of Go.
_TAG = re.compile(
    r"""`\w+:"(?P<name>\w{3,60})[^"`\n]{0,40}"[^`\n]{0,80}?[ ]default:"
    (?P<value>[^"`\n]{4,300})["]""",
    re.VERBOSE,
)
# `&appid=x`, `api/rows?key=x`: what stands for a secret in the query of a URL alone.
_QUERY = re.compile(
    r"(?:[?&`](?:app_?id|sig(?:nature)?)|api[^\s\"'`]{0,120}[?&]key)="
    r"(?P<token>[^\s&;\"'<>`\\]{4,300})"
)
# `"postgresql://bob:" + "x" + "@db"`
_JOINED_URL = re.compile(
    r"""://[^\s:/@"']{0,60}:(?P<quote>["'])[ ]?[+.&][ ]?(?P=quote)(?P<value>[^"'\s]{4,100})
    (?P=quote)[ ]?[+.&][ ]?(?P=quote)@""",
    re.VERBOSE,
)
# `"key": "x", "region": "westeurope"`: how Azure's services for language and speech are reached.
_OF_AZURE = re.compile(
    r"""["']key["'][ ]?:[ ]?["'](?P<token>[0-9a-f]{32}|[0-9A-Za-z]{84})["'],[ ]?
    ["'](?:endpoint|region|location)["']""",
    re.VERBOSE,
)
# `/reset-password/x`: who has the link is let in.
_LINK = re.compile(r"/(?:reset|invit|magic)[\w-]{0,30}/(?P<token>[\w-]{20,200})(?![^\s\"'`<>)\]])")
# `?user=a&password=b` of a URL, `;PWD=b;` of a connection string.
_PARAMETER = re.compile(
    r"[?&;](?P<name>[A-Za-z_][\w.\-]{1,40})=(?:\{(?P<text>[^{}\s\"']{4,200})\}"
    r"|(?P<value>[^\s&;\"'<>`\\]{4,300}))(?=[\s&;\"'<>`\\]|$)"
)
# `CREATE USER bob WITH PASSWORD 'x'`, `PASSWORD('x')`, `IDENTIFIED BY 'x'`, `TOKEN 'x'`;
# `password "x"` of DSLs.
_SQL = re.compile(
    r"""(?:(?i:\b(?:[a-z_]{0,20}password|passwd|psk
    |identified[ ](?:with[ ]\S{1,40}[ ])?by(?:[ ]password)?))
    (?:[ \t]+|[ ]?=[ ]?(?=N)|[ ]?=?[ ]?\([ ]?)|\b(?P<name>(?:[A-Z]+_)*(?:TOKEN|SECRET|KEY))[ ])
    N?(?P<quote>\\?["']{1,2})(?P<value>[^"'\n]{4,200})(?P=quote)""",
    re.VERBOSE,
)
# `SET value = 'x' WHERE key = 'smtp_password'`
_SET_WHERE = re.compile(
    r"""(?i:value)[ ]?=[ ]?'(?P<value>[^'\n]{4,300})'[^;\n]{0,80}?
    (?i:key|name)[ ]?=[ ]?'(?P<name>[A-Za-z_][\w.\-]{1,79})'""",
    re.VERBOSE,
)


# `MQTT_LOGIN=bob:x`
_USER_AND = re.compile(
    r"""(?i:login|auth|credentials?|user_?pass\w{0,4}|userpwd)["']?[ ]?[:=][ ]?["']?[\w.@\-]{2,60}:
    (?P<value>(?!//)[^\s"'@:]{6,100})(?![^\s"',;)}])""",
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
    (("?", "&", "`app", "`sig"), _QUERY),
    (("://",), _JOINED_URL),
    (('"endpoint', '"region', '"location'), _OF_AZURE),
    (("/reset", "/invit", "/magic"), _LINK),
    (("default",), _OPTION),
    (("--",), _IN_COMMAND),
)
# In lines that people write and read, not in data and minified code.
_IN_SHORT_LINES = (
    ((" ", "\t"), _SPACED),
    ((" ", "\t"), _SETTING),
    (("||", "??", "?:", " or ", "rElse("), _OR_ELSE),
    (("default",), _TEMPLATE_DEFAULT),
    (('default:"',), _TAG),
    (("|",), _ROW),
    ((" '", ' "', "N'", "\\'", '\\"', "\t'", '\t"', "('"), _SQL),
    (("alue", "ALUE"), _SET_WHERE),
    (("]",), _SUBSCRIPT),
    (("??", "||", "?:"), _OF_ENVIRONMENT),
    ((":",), _USER_AND),
)


def is_long(text: str, start: int, end: int) -> bool:
    """Tell whether what stands between two offsets is a long line, or a piece of one."""
    return end - start > 2_000 or "\n" not in (
        (text[start - 1 : start] or "\n"),
        (text[end : end + 1] or "\n"),
    )


def embedded(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the pairs inside of a value: fallbacks of references, connection strings, SQL."""
    patterns = _ANYWHERE if is_long(text, start, end) else _ANYWHERE + _IN_SHORT_LINES
    return marked_pairs(text, start, end, patterns, quoted=False)


# `<password>x</password>`, `name="password" value="x"`, `<string name="api_key">x<`.
_ELEMENT = re.compile(
    r"<(?P<name>[A-Za-z][\w.:\-]{1,60})(?:[ ][^<>\n]{0,200})?>(?P<value>[^<>\s][^<>\n]{2,300})</"
)
_ATTRIBUTE = re.compile(
    r"""\b(?:name|key|id|Name|Key)=["'](?P<name>[A-Za-z_][\w.:\-]{1,79})["']
    (?:[ ][^<>\n]{0,120})?(?:[ ](?:value|Value|content)=["'](?P<value>[^"'<>\n]{4,300})["']
    |>(?:<value>)?(?P<text>[^<>\s][^<>\n]{2,300})</)""",
    re.VERBOSE,
)
_MARKUP = (
    (("</",), _ELEMENT),
    (('="', "='"), _ATTRIBUTE),
)


def in_markup(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the pairs of XML and HTML."""
    return marked_pairs(text, start, end, _MARKUP, quoted=True)
