"""Names and the literal texts given to them, in any text format, in Python and in Kubernetes.

Nothing here knows which names are secret. All scans take time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Pair(NamedTuple):
    """A name and the text given to it; the text is `[start:end)` of what was scanned."""

    name: str
    value: str
    start: int
    end: int
    quoted: bool


_QUOTED = (
    r"""(?P<quote>\\{0,3}(?:\"{3}|'{3}|`{2,3}|["'`]))"""
    r"""(?P<quoted>(?:(?!(?P=quote))(?:\\.|[^\\\r\n])){1,400})(?P=quote)"""
)
_BARE = r"""(?P<bare>[^\s"'`;&]\S{0,300})"""
# What only wraps a text.
_WRAPPER = (
    r"(?:(?:\[\]byte|(?:new[ ])?\w{0,20}Secret\w{0,20}|Buffer\.from|bytes|str|(?:\w+\.)?b64decode)"
    r"\()"
)
_PAIR = re.compile(
    r"""(?<![\w.\-])[$.]?
    (?P<name> [A-Za-z_][\w.\-]{1,79} | (?i:api|access|secret|private|auth)[ ](?i:key|token) )
    (?:\\{0,3}["'`])? \]? [ \t]*
    (?: :[ \t]* (?P<type>&?(?:'static[ ])?[A-Za-z_][\w.\[\]|, ]{0,40}) (?==)
      | [ ](?:string|\[\]byte)[ ](?==) | [ ]\{[ ]get;[^{}\n]{0,30}\}[ ](?==) )?
    (?P<op> :=|=>|->|(?:\|\||\?\?)?={1,3}|!==?|:|<{1,2}- ) [ \t]*
    """
    r"(?: \[[ ]?(?=[\"'][^\s\"']{16}) )?  # the first of several"
    "\n"
    rf"(?: {_WRAPPER}?[bBrRuUfF@]{{0,2}}{_QUOTED} | {_BARE} )",
    re.VERBOSE,
)
# `--token abc`, `"--token", "abc"`, and `set("name", "value")` of any language.
_FLAG = re.compile(
    r"""(?<![\w\-])--?(?P<name>[A-Za-z][\w\-.]{2,60})
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
_KEY_LIKE = re.compile(r"(?=\S*[A-Za-z])(?=\S*\d)[^\s,;()]{8,}")
_INNER_NAME = re.compile(r"(?P<name>[A-Za-z][\w.-]{2,79})=(?=[^=])")
_CALL = re.compile(r"[A-Za-z_][\w.]*\((?=\w+=[\"'])")
_MORE_WORDS = re.compile(r"[ \t]+[^\s#;&|/\\}\])]")


def _in_quotes(text: str, found: re.Match[str]) -> Pair | None:
    """Return the pair of a header in quotes: `"X-Api-Key: text"`."""
    mark = text[found.start() - 1 : found.start()]
    value, closed, _ = found["bare"].partition(mark or "\n")
    if mark not in ('"', "'") or not closed or found.re is not _PAIR or found["op"] == "->":
        return None
    first = found.start("bare")
    return Pair(found["name"], value, first, first + len(value), True)


def _with_inner(pair: Pair) -> Iterator[Pair]:
    """Yield a pair, and the one in its value: `env: NAME=text`."""
    yield pair
    if inner := _INNER_NAME.match(pair.value):
        value, first = pair.value[inner.end() :], pair.start + inner.end()
        yield Pair(inner["name"], value, first, pair.end, pair.quoted)


def pairs(text: str, start: int, end: int, bare: bool) -> Iterator[Pair]:
    """Yield the pairs between two offsets of `text`: `name = "value"`, `"name": "value"`, …

    `bare`: values without quotes count too (YAML, INI, shell; not in code).
    """
    for mark, pattern in (("", _PAIR), ("-", _FLAG), ("(", _GIVEN), ("%", _ENV_MAGIC)):
        if text.find(mark, start, end) < 0:  # every match holds it
            continue
        at = start
        while found := pattern.search(text, at, end):
            groups = found.groupdict()
            at = found.end("name")  # `password: token = "x"`: what is no value may be a name
            if "_" in (groups.get("type") or "") or (groups.get("type") or "").isupper():
                continue  # `env: DB_PASSWORD=x`: that is no type
            if text.startswith("checksum/", found.start() - 9):
                continue  # an annotation of Kubernetes
            if groups.get("quoted") is not None:
                first, last = found.span("quoted")
                yield from _with_inner(Pair(found["name"], found["quoted"], first, last, True))
                at = first if text[first] in "{[" else found.end()  # JSON in a text has pairs
            elif header := _in_quotes(text, found):
                yield from _with_inner(header)
                at = header.end
            elif bare or groups.get("quote"):
                first, last = found.span("bare")
                value = found["bare"].partition("\\n")[0].rstrip(",;")
                if call := _CALL.match(value):  # its arguments may be pairs
                    value = call[0]
                if value.startswith("**") and value.endswith("**"):  # bold, in Markdown
                    value, first = value.strip("*"), first + 2
                if groups.get("op") == ":":
                    # YAML's {a: 1, b: 2}, which has a blank after the colon; ${a:-b} has none
                    in_braces = (
                        text[first - 1] == " " and "{" in text[max(start, first - 200) : first]
                    )
                    is_sentence = _MORE_WORDS.match(text, last) and not _KEY_LIKE.fullmatch(value)
                    if is_sentence and not (in_braces and text[last - 1] == ","):
                        continue
                    if in_braces and not re.search(r"[(\[{<]", value):
                        value = value.rstrip("]}")
                at = first + len(value.partition(",")[0])
                yield from _with_inner(Pair(found["name"], value, first, first + len(value), False))


Marked = tuple[tuple[str, ...], re.Pattern[str]]


def marked_pairs(
    text: str, start: int, end: int, patterns: Iterable[Marked], quoted: bool
) -> Iterator[Pair]:
    """Yield what patterns find between two offsets; each is tried where one of its marks stands.

    The text is the group "value", "literal" (in quotes) or "token" (whose name is "token"), or
    "text" beside those; its name is the group "name", "named_after", or else "password".
    """
    line = text[start:end]
    for marks, pattern in patterns:
        if not any(mark in line for mark in marks):
            continue
        for found in pattern.finditer(text, start, end):
            groups = {name: value for name, value in found.groupdict().items() if value is not None}
            name = groups.get("name") or groups.get("named_after")
            group = next(each for each in ("value", "literal", "token", "text") if each in groups)
            name = name or ("token" if group == "token" else "password")
            yield Pair(name, found[group], *found.span(group), quoted or group == "literal")


_VALUE_OF = re.compile(rf"alue[\"']?[ \t]*[:=][ \t]*(?:{_QUOTED}|{_BARE})")
_NAME_OF = re.compile(
    r"""\b(?:name|key|Name|Key)["']?[ \t]*[:=][ \t]*
    ["']?(?P<name>[A-Za-z_][\w.\-]{1,79})["']?[ \t]*,?
    (?:[ \t]*\r?\n)?[ \t]*["']?[vV]$""",
    re.VERBOSE,
)


# `value: x`, `name: TOKEN`; and Terraform's `variable "db_password" { default = "x" }`, and its
# resources that are secrets.
_VALUE_FIRST = re.compile(
    rf"""alue["']?[ \t]*:[ \t]*{_QUOTED}[ \t]*,?(?:[ \t]*\r?\n)?
    [ \t]*["']?(?:name|key|Name|Key)["']?[ \t]*:[ \t]*["']?(?P<name>[A-Za-z_][\w.\-]{{1,79}})""",
    re.VERBOSE,
)
_VARIABLE = re.compile(
    r'(?:variable[ \t]+"(?P<name>[\w\-]{2,80})"'
    r'|resource[ \t]+"\w{0,40}secret\w{0,40}"[ \t]+"[^"\n]{1,80}")'
    r"[ \t]*\{[^{}]{0,600}?\b(?:default|value)[ \t]*=[ \t]*"
    rf"{_QUOTED}"
)
_XML_NAME = re.compile(
    r"<(?:name|key|Name|Key|param-name|arg|t[dh]|dt)>[ ]?(?P<name>[\w.:\-]{2,80})[ ]?</[\w-]+>"
    r"\s{0,80}<(?:value|Value|param-value|arg|string|td|dd)>(?:<code>)?(?P<value>[^<>\s][^<>\n]{2,300})</"
)
# `- --token` with `- x` on the next line: the arguments of a container.
_ARGUMENT = re.compile(
    r"(?m)^(?P<indent>[ \t]*-[ ])[\"']?--?(?P<name>[A-Za-z][\w.\-]{2,60})[\"']?[ \t]*\r?\n"
    r"(?P=indent)[\"']?(?P<value>[^\s\"'-][^\s\"']{3,300})[\"']?[ \t]*$"
)
# `TOKEN:` with `value: x` on the next line: a variable of GitLab.
_NESTED = re.compile(
    r"(?m)^(?P<indent>[ \t]*)[\"']?(?P<name>[A-Za-z_][\w.\-]{1,79})[\"']?:[ \t]*\r?\n"
    r"(?P=indent)[ \t]+value:[ \t]*[\"']?(?P<value>[^\s\"'][^\s\"']{3,300})[\"']?[ \t]*$"
)
_BLOCK_SCALAR = re.compile(
    r"(?m)^(?P<indent>[ \t]*)(?:- )?[\"']?(?P<name>[A-Za-z_][\w.\-]{1,79})[\"']?:[ ]*"
    r"[|>][+-]?[ ]*\n"
    r"(?P=indent)[ \t]+(?P<value>[^\s\"'`]\S{3,2000})[ \t]*$"
)


def named_values(text: str, is_yaml: bool) -> Iterator[Pair]:
    """Yield the pairs of the form `name: X`, `value: Y`, as in a container's `env`, also of XML.

    And those of YAML's block scalars: `name: |-`, with the text on the next line, and of lists.
    """
    for found in _VALUE_OF.finditer(text):
        named = _NAME_OF.search(text, max(0, found.start() - 160), found.start())
        if named:
            group = "quoted" if found["quoted"] is not None else "bare"
            value = found[group] if group == "quoted" else found[group].rstrip(",;}")
            first = found.start(group)
            yield Pair(named["name"], value, first, first + len(value), group == "quoted")
    for pattern in (_VALUE_FIRST, _VARIABLE) if '" {' in text else (_VALUE_FIRST,):
        for found in pattern.finditer(text):
            yield Pair(found["name"] or "secret", found["quoted"], *found.span("quoted"), True)
    for found in _XML_NAME.finditer(text) if "</" in text else ():
        yield Pair(found["name"], found["value"], *found.span("value"), True)
    for mark, pattern in (("- -", _ARGUMENT), (" value: ", _NESTED)):
        for found in pattern.finditer(text) if is_yaml and mark in text else ():
            yield Pair(found["name"], found["value"], *found.span("value"), True)
    if is_yaml and (": |" in text or ": >" in text):
        for found in _BLOCK_SCALAR.finditer(text):
            yield Pair(found["name"], found["value"], *found.span("value"), False)


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
