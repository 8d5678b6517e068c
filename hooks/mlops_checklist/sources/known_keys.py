"""Keys in known formats: where they stand in a text, and what is none in spite of its form."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from mlops_checklist.sources import secret_texts
from mlops_checklist.sources.key_formats import FORMATS, Format, Found


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@functools.cache
def _patterns(pattern: str) -> list[re.Pattern[str]]:
    if not pattern.startswith("engine:"):
        return [_compiled(pattern)]
    from mlops_checklist.sources.engine import patterns

    module, _, name = pattern.partition(":")[2].partition(".")
    return patterns(module, name)


@functools.cache
def _by_word() -> Mapping[str, Sequence[Format]]:
    found: dict[str, list[Format]] = {}
    for each in FORMATS:
        for word in each.words:
            found.setdefault(word, []).append(each)
    return found


def of_formats(text: str, start: int, end: int, words: frozenset[str]) -> Iterator[Found]:
    """Yield the keys between two offsets of `text`, which hold these `words`."""
    formats = _by_word()
    for each in dict.fromkeys(each for word in words for each in formats.get(word, ())):
        if each.pattern == "private-key":
            yield from _private_keys(text, start, end)
        else:
            yield from _keys(each, text, start, end)


def _keys(each: Format, text: str, start: int, end: int) -> Iterator[Found]:
    if each.sure and not _compiled(each.sure).search(text, start, end):
        return
    for pattern in _patterns(each.pattern):
        for found in pattern.finditer(text, start, min(len(text), end + each.reach)):
            groups = tuple(group for group in found.groups() if group)
            named = [name for name in pattern.groupindex if name != "host" and found[name]]
            group: str | int = named[0] if named else 0
            if each.pattern.startswith("engine:") and groups and len(groups[0]) >= 16:
                group = 1 if found[1] else 0
            first, last = found.span(group)
            before = text[max(start, first - 100) : first]
            if each.near and not _compiled(each.near).search(before):
                continue
            value = text[first:last]
            if each.rule in _OWN_TESTS:
                dropped_by = _OWN_TESTS[each.rule](found, value)
            elif any(map(str.isalnum, text[max(0, first - 1) : first] + text[last : last + 1])):
                dropped_by = "part-of-longer"  # such as an image in base64
            else:
                dropped_by = _example(found, value)
            hashed = (value, found[0], *groups)
            yield Found(first, last, each.rule, each.says, "", hashed, dropped_by)


# What no key is: each test gives the name of the filter that speaks against a text, or "".


def _example(found: re.Match[str], value: str) -> str:
    return "example" if secret_texts.is_example(value) else ""


_NO_HOST = (
    r"(?:^|\.)example\.(?:com|org|net)$|\.(?:example|invalid|test)$|^host(?:name)?$"  # RFC 2606
)
_NO_PASSWORD = (
    r"(?i)^[^a-z0-9]*$|[{}()$%|\[\]]$|^[{$%\[(]|^\d{1,5}$|(?-i:^[A-Z]+(?:_[A-Z]+)+$)"
    r"|^(?:(?:my|the|db|user)?_?-?p[a@]ss(?:w[o0]rd)?s?\d?|pw)$"
)


def _url_password(found: re.Match[str], value: str) -> str:
    from urllib.parse import unquote

    host = found["host"].lower() if "host" in found.re.groupindex else ""
    if _compiled(_NO_HOST).search(host) and not secret_texts.fits("key", value):
        return "example-host"
    plain = unquote(value)
    if secret_texts.is_placeholder(plain) or _compiled(_NO_PASSWORD).search(plain):
        return "placeholder"
    if secret_texts.is_reference(value):
        return "reference"
    if "host" not in found.re.groupindex:
        return _on_command_line(found, value)
    user, colon, _ = found[0].partition(":")[2].lstrip("/").partition("@")[0].partition(":")
    if "/" in user:
        return "path"
    return "" if colon or secret_texts.looks_random(value) else "not-random"  # https://token@host


def _basic(found: re.Match[str], value: str) -> str:
    import base64

    if ":" in found[0].partition(value)[0]:  # before it is encoded
        return _on_command_line(found, value)
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except ValueError:
        return "no-credentials"
    user, colon, password = decoded.partition(":")
    if not (colon and decoded.isprintable() and len(user) + len(password) > 3):
        return "no-credentials"
    return "placeholder" if password and secret_texts.is_placeholder(password) else ""


def _bearer(found: re.Match[str], value: str) -> str:
    return _example(found, value) if secret_texts.looks_random(value) else "not-random"


def _webhook(found: re.Match[str], value: str) -> str:
    return "" if any(map(secret_texts.looks_random, value.split("/"))) else "not-random"


def _json_web_token(found: re.Match[str], value: str) -> str:
    import base64
    import json

    try:
        head = value.split(".")[0]
        json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return "no-header"
    return "example" if "SflKxwRJSMeKKF2QT4" in value else ""  # the sample token of jwt.io


def _encoded_private_key(found: re.Match[str], value: str) -> str:
    import base64

    text = found[0]
    if not text.startswith("LS0t"):
        return _example(found, value)
    decoded = base64.b64decode(text[: min(len(text), 64) // 4 * 4])
    return "" if b"PRIVATE KEY" in decoded else "public-key"


def _on_command_line(found: re.Match[str], value: str) -> str:
    if secret_texts.is_placeholder(value):
        return "placeholder"
    if secret_texts.is_reference(value):
        return "reference"
    if secret_texts.is_expression(value, False) and not re.search(r"\w\.\w*\d", value):
        return "expression"
    return "own-name" if secret_texts.is_own_key("password", value) else ""


# Rules whose texts are judged by more than their form.
_OWN_TESTS: dict[str, Callable[[re.Match[str], str], str]] = {
    "url-credentials": _url_password,
    "basic-auth-header": _basic,
    "bearer-token": _bearer,
    "private-key": _encoded_private_key,
    "json-web-token": _json_web_token,
    "command-credentials": _on_command_line,
    "webhook": _webhook,
    "cloudant-credentials": _example,
    "npm-token": _example,
    "telegram-token": _example,  # in `/bot123:AA…/` it follows a letter
    "artifactory-key": _example,
}


# --- Private keys -----------------------------------------------------------------------------

_PEM = r"-----BEGIN (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----|\bPrivate-Lines: \d{1,4}\b"
_PEM_BODY = (
    # Between header and body: line ends and quotes, also escaped; header fields. Each text can be
    # read in one way alone.
    r"(?:(?<!\\)\\+[nr\"']|\\(?=\r?\n)|[\s\"'+,>|#*;]"
    r"|[A-Za-z-]{3,20}:[ ][^\r\n\\]{1,80}(?=[\r\n\\])){0,80}(?P<body>[A-Za-z0-9+/=]{32,})"
)


def _private_keys(text: str, start: int, end: int) -> Iterator[Found]:
    for found in _compiled(_PEM).finditer(text, start, end):
        body = _compiled(_PEM_BODY).match(text, found.end(), found.end() + 1500)
        if not body:
            continue
        rule, says = "private-key", "Private key"
        if "service_account" in text[max(0, found.start() - 3000) : found.end() + 6000]:
            rule, says = "google-service-account-key", "Private key of a Google service account"
        last = text.find("-----END", body.start("body"), body.start("body") + 20_000)
        header = found[0].strip("-")
        end_of_key = last if last > 0 else body.end("body")
        header = found[0].strip("-")
        dropped_by = _example(found, body["body"])
        yield Found(found.start(), end_of_key, rule, says, "", (header,), dropped_by)
