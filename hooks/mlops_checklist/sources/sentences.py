"""Secrets that people tell one another: in mails, chats, runbooks, logs and comments."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterator

from mlops_checklist.sources import secret_texts
from mlops_checklist.sources.assignments import Pair

# "password" in the languages in which our users write.
_PASSWORD = (
    r"\b(?i:passwords?|passphrase|passcode|passwort|kennwort|mot de passe|contraseña|senha"
    r"|wachtwoord|hasło|lösenord|heslo|pwd?|psk)\b"
)
# No blank, a letter and a digit: what no word is.
_MIXED = r"(?=[^`\"'\s]{0,40}\d)(?=[^`\"'\s]{0,40}[A-Za-z])[^`\"'\s,;()<>]{8,80}"
# The same with a capital, or a sign that no name has.
_STRONG = rf"(?=[^`\"'\s]{{0,40}}[A-Z!&%$#+*?@=]){_MIXED}"
# The same with a sign.
_SIGNED = rf"(?=[^`\"'\s]{{0,40}}[!&%$#+*?@=]){_MIXED}"
_OF_PASSWORDS = (
    # default password (x), sudo password - x
    re.compile(rf"{_PASSWORD}[ ]?[(\-\u2013][ ]?(?P<value>{_SIGNED})"),
    # creds bob:x, login with bob/x
    re.compile(
        r"\b(?i:creds|credentials|log-?ins?|log in)\b[ :](?:[a-z]{1,5}[ ])?[`\"']?"
        rf"[\w.@\-]{{2,40}}[:/](?!/)(?P<value>{_SIGNED})"
    ),
    # The password is `x`
    re.compile(rf"{_PASSWORD}[^`\"'\n]{{0,40}}[`\"']{{1,2}}(?P<value>{_MIXED})[`\"']"),
    # The password for the database: x. A password was made for root@localhost: x
    re.compile(rf"{_PASSWORD}[^`\"'\n:=]{{0,60}}[:=]{{1,2}}[ ]\*{{0,2}}(?P<value>{_STRONG})"),
    # das Passwort für den Server ist x
    re.compile(
        rf"{_PASSWORD}(?:[^`\"'\n:=]{{0,50}}[ ](?:is|ist|lautet|est|es|war|was|to)(?:[ ]now)?)?[ ]"
        rf"\*{{0,2}}(?P<value>{_STRONG})"
    ),
)
# The WiFi has the SSID `vans`, key x
_OF_NETWORK = re.compile(
    r"(?i:\b(?:ssid|wi-?fi|wlan)\b)[^\n]{0,80}?\b(?i:key|clé|schlüssel|code)[ :]{1,3}[`\"']?"
    rf"(?P<value>{_MIXED})"
)
# login: bob / x
_USER_AND = re.compile(
    r"(?:\b(?i:log-?ins?|log in|creds|credentials?|\w{0,12}zugang\w{0,10}|account|accès|acceso"
    r"|anmeldung|wi-?fi|wlan|ssid)\b"
    r"[^\n`\"'/]{0,40}?[:( `\"'][`\"']?"
    r"(?!(?i:pass|and))(?=[^\s/]*[a-z])[\w.@\-]{2,60}|\b[\w.-]{0,40}(?:admin|root))"
    r"[`\"']?[ ]/[ ][`\"']?"
    rf"(?P<value>{_STRONG})(?![^\s`\"',;()<>]|[ ]/)"
)
# The token for the bot is x
_KEY = re.compile(
    r"\b(?i:(?:api|access|secret|license|auth|service|signing|master)[ -]?key"
    r"|(?:your|the)[ ]key|token|secret|key(?=[ ]?[`:]))\b"
    r"[^\n=/]{0,40}?[ `\"':*](?P<value>[\w+/-]{20,200}={0,2})(?![\w+/-]|\.\w)"
)
_DIGIT = re.compile(r"\d")
_SMALL_AND_DIGITS = re.compile(r"(?=\D{0,9}\d)[a-z0-9]{24,64}")
_HARMLESS = re.compile(
    r"(?i)\bsha\d{0,3}\b|hash|digest|commit|checksum|fingerprint|\bid\b|public|path|uuid"
)

_COMMENT = re.compile(r"(?:^|\s)(?:\#|//|--|/?\*|<!--|;|REM)[ ]")
# A line of configuration in a text of a program.
_LINE_IN_TEXT = re.compile(
    r"(?m)^[ \t]*(?P<name>[\w.\-]{0,40}(?i:password|passwd|passwort|pwd|secret|token|api_?key))"
    r"[ \t]*[=:][ \t]*(?P<value>[^\s\"'()\[\]{},]{6,200})[ \t]*$"
)


def in_sentence(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield what a sentence calls a password, as such a name's text, or a key, as a `token`'s."""
    if not _DIGIT.search(text, start, end):
        return  # each of these texts has one
    for pattern in (*_OF_PASSWORDS, _OF_NETWORK, _USER_AND):
        for found in pattern.finditer(text, start, end):
            value = found["value"].rstrip(".:*")
            first = found.start("value")
            yield Pair("password", value, first, first + len(value), True)
    for found in _KEY.finditer(text, start, end):
        value = found["value"]
        is_random = secret_texts.is_dense(value) or _SMALL_AND_DIGITS.fullmatch(value)
        if is_random and not _HARMLESS.search(text, start, found.start("value")):
            yield Pair("token", value, *found.span("value"), True)


def is_for_people(text: str, start: int, end: int) -> bool:
    """Tell whether a line of code holds a comment or a login, or stands in a text of several."""
    return (
        bool(_COMMENT.search(text, start, end))
        or " / " in text[start:end]
        or _is_in_text(text, start)
    )


def in_block(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the pair of a line of configuration that stands in a text over several lines."""
    found = _LINE_IN_TEXT.match(text, start, end)
    if found and _is_in_text(text, start):
        yield Pair(found["name"], found["value"], *found.span("value"), False)


def _is_in_text(text: str, start: int) -> bool:
    return bisect_right(_text_marks(text), start) % 2 == 1


@functools.lru_cache(maxsize=2)
def _text_marks(text: str) -> list[int]:
    marks = []
    for mark in ('"' * 3, "'" * 3):
        at = text.find(mark)
        while at >= 0:
            marks.append(at)
            at = text.find(mark, at + 3)
    return sorted(marks)
