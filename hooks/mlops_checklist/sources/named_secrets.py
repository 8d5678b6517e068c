"""Secrets that their name tells: a text given to `password`, `api_key`, `HF_TOKEN`, and the like.

What is found comes with the filter that speaks against it, if one does.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Iterator, Sequence

from mlops_checklist.outcome import Place
from mlops_checklist.sources import (
    assignments,
    call_pairs,
    embedded_pairs,
    secret_texts,
    sentences,
    tabled_pairs,
)
from mlops_checklist.sources.assignments import Pair
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.key_formats import Found
from mlops_checklist.sources.passages import Passage, offset_of
from mlops_checklist.sources.secret_texts import Strength
from mlops_checklist.sources.secret_words import OF_CALLS, OF_PASSWORDS

# In code, where values have quotes, no line without this holds one.
_VALUE = re.compile(
    # A quote that opens: no word before it, or a prefix as in `rb"..."`.
    r"[\"'`](?:(?<!\w.)|(?<=\b\w.)|(?<=\b\w\w.))[^\"'`]{4}"
    r"|\$\{|</|[?&;]\w+=|<-|--\w|:[^\s:]{6}|[ \t][\w+/=-]{20}|\|"
)
# What a line of JSON or of a dictionary begins with.
_KEY_OF_LINE = re.compile(r"[ \t]*([\"'])[\w.-]+\1:[ \t]")


# What a text that is no password holds: a digit, or sixteen characters.
_KEY = re.compile(r"\d|[\"'`=: \t][^\"'`\s]{16}")
_IDENTIFIER = re.compile(
    r"(?i:\b(?:api|access|secret|private|auth)[ ](?:key|token))|[A-Za-z_][\w.\-]+"
)


def in_line(text: str, start: int, end: int, bare: str, words: frozenset[str]) -> Iterator[Found]:
    """Yield what the names between two offsets of `text` are given; `bare` as in `Passage`.

    `words` are those of secret_words that the line holds.
    """
    if words.isdisjoint(OF_PASSWORDS) and not _KEY.search(text, start, end):
        return
    key = _KEY_OF_LINE.match(text, start, end)
    if bare or _VALUE.search(text, key.end() if key else start, end):
        for first, last in _with_names(text, start, end, words):
            yield from _given(text, first, last, bare)
        yield from _random_texts(text, start, end)
    if not bare:
        yield from _judged(text, sentences.in_block(text, start, end), "prose")
    if not embedded_pairs.is_long(text, start, end) and (
        bare == "prose" or sentences.is_for_people(text, start, end)
    ):
        yield from _weaker(text, sentences.in_sentence(text, start, end))


def _with_names(
    text: str, start: int, end: int, words: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Yield the line if it names a secret; of a long one, what stands around such names."""
    if not words.isdisjoint(OF_CALLS):
        yield start, end
    elif not embedded_pairs.is_long(text, start, end):
        if any(map(secret_texts.secret_name, _IDENTIFIER.findall(text, start, end))):
            yield start, end
    else:
        around: list[tuple[int, int]] = []
        for name in _IDENTIFIER.finditer(text, start, end):
            if secret_texts.secret_name(name[0]):
                first, last = max(start, name.start() - _BEFORE), min(end, name.end() + _BEHIND)
                if around and first <= around[-1][1]:
                    first = around.pop()[0]
                around.append((first, last))
        yield from around


_BEFORE, _BEHIND = 450, 500  # characters around a name between which it is given a text


def _given(text: str, start: int, end: int, bare: str) -> Iterator[Found]:
    judged = list(_judged(text, assignments.pairs(text, start, end, bool(bare)), bare))
    judged += _judged(text, embedded_pairs.in_markup(text, start, end), bare)
    yield from judged
    yield from _weaker(text, embedded_pairs.embedded(text, start, end))
    if not embedded_pairs.is_long(text, start, end):
        yield from _judged(text, call_pairs.methods(text, start, end), bare)
        yield from _weaker(text, call_pairs.arguments(text, start, end))
    if all(each.dropped_by for each in judged):
        yield from _of_keywords(text, start, end)


def in_whole(file: File, passage: Passage, lines: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Yield what stands on other lines than its name; names stand on `lines` alone."""
    text, bare = passage.text, passage.bare
    yield from _judged(text, assignments.named_values(text, bare == "yaml"), bare)
    if bare and "Secret" in text and "kind:" in text:
        yield from _of_kubernetes(text)
    if "username" in text:
        yield from _of_kaggle(text)
    if bare == "prose" and "|" in text:
        yield from _weaker(text, tabled_pairs.tables(text))
    if "<td" in text:
        yield from _weaker(text, tabled_pairs.html_tables(text))
    name = os.path.basename(file.path).lower()
    yield from _judged(text, tabled_pairs.login_entries(text, name), "")
    if name.endswith((".csv", ".tsv")):
        yield from _of_table(text)
    if name.endswith(".sql"):
        yield from _judged(text, tabled_pairs.inserted(text), "")
    if file.kind == "dockerfile" and passage.is_whole:
        yield from _of_dockerfile(file, text)
    is_code = file.kind == "python" or (file.kind == "notebook" and not passage.is_output)
    if is_code and passage.is_whole and _may_hold_literals(text, lines):
        yield from _of_python(file, passage, lines)


def shown(passage: Passage) -> Iterator[Found]:
    """Yield what an output shows alone on a line, where the cell shows something secret."""
    strength = secret_texts.secret_name(passage.shown)
    for found in _ALONE.finditer(passage.text) if strength else ():
        pair = Pair(passage.shown, found["value"], *found.span("value"), True)
        yield _found(passage.text, pair, secret_texts.objection(*pair[:2], True, "token"))


_ALONE = re.compile(r"(?m)^[\"']?(?P<value>[\w+/=.~-]{16,300})[\"']?[ \t]*$")


def _judged(text: str, pairs: Iterable[Pair], bare: str) -> Iterator[Found]:
    for pair in pairs:
        strength = secret_texts.secret_name(pair.name)
        if not strength:
            continue
        dropped_by = secret_texts.objection(pair.name, pair.value, pair.quoted, strength)
        if not dropped_by and not pair.quoted and bare == "prose":
            upper = pair.name.isupper() and len(pair.name) > 4
            if not re.search(r"\d", pair.value) or not (upper or len(pair.value) >= 6):
                dropped_by = "prose"
        if (
            bare == "yaml" or "credential" in pair.name.lower()
        ) and secret_texts.names_kubernetes_secret(pair.name, pair.value):
            dropped_by = "name-of-a-secret"
        yield _found(text, pair, dropped_by)


def _weaker(text: str, pairs: Iterable[Pair]) -> Iterator[Found]:
    """Judge what is given other than in a plain assignment: there, `postgres` is a usual text."""
    for pair in pairs:
        strength = secret_texts.secret_name(pair.name)
        if strength:
            needed: Strength = "token" if strength == "token" else "key"
            yield _found(text, pair, secret_texts.objection(*pair[:2], pair.quoted, needed))


def _found(text: str, pair: Pair, dropped_by: str = "") -> Found:
    rule, says = "generic-secret", "Secret"
    if not dropped_by:
        if secret_texts.secret_name(pair.name) == "password":
            says = "Password"
        elif re.fullmatch(r"[0-9a-f]{64}", pair.value) and _names_domino(text):
            rule, says = "domino-api-key", "Domino API key"
    return Found(pair.start, pair.end, rule, says, pair.name, (pair.value,), dropped_by)


@functools.lru_cache(maxsize=2)
def _names_domino(text: str) -> bool:
    return "domino" in text.lower()


# --- In a line ----------------------------------------------------------------------------------

# Forms of the engine's keyword plugin that `pairs` does not know: `"x" == password` and
# `password("x")`.
_KEYWORD_FORM = re.compile(
    r"[\"'][ \t]*[!=]==?[ \t]*[\w.]{0,80}?(?i:passw|pwd|secret|api_?key)"
    r"|(?i:passw\w{0,20}|pwd|secret|api_?key)\(\""
)


def _of_keywords(text: str, start: int, end: int) -> Iterator[Found]:
    if embedded_pairs.is_long(text, start, end) or not _KEYWORD_FORM.search(text, start, end):
        return
    from mlops_checklist.sources.engine import keyword_values

    for value in keyword_values(text[start:end]):
        first = text.find(value, start, end)
        if text[max(0, first - 1) : first] in ('"', "'"):
            dropped_by = secret_texts.objection("", value, True)
            if len(value) < 6:
                dropped_by = "short"
            last = first + len(value)
            yield Found(first, last, "generic-secret", "Secret", "", (value,), dropped_by)


_SECRET_WORD = re.compile(r"(?i)secret|token|password|passwd|credential|api_?key|private_?key")
_HARMLESS = re.compile(
    r"(?i)sha\d|digest|hash|md5|checksum|commit|revision|integrity|tokeniz|tokens\b|run_id|public"
    r"|uuid|url|key[ _-]?id"
)
_RANDOM = re.compile(r"(?P<quote>[\"'])(?<![\w+/=-].)(?P<text>[\w+/=-]{20,200})\\?(?P=quote)")
_NAME_BEFORE = re.compile(r"([\w.-]{1,80})[\"'\]]{0,3}[ \t]*[:=][ \t]*\\?$")


def _random_texts(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield quoted texts that the engine's entropy plugins find, beside a secret's word."""
    for found in _RANDOM.finditer(text, start, end):
        value = found["text"]
        before = text[max(start, found.start() - 60) : found.start()]
        if not _SECRET_WORD.search(before):
            continue
        name = _NAME_BEFORE.search(before)
        if name and secret_texts.secret_name(name[1]) is None:
            continue  # it has a name of its own, which promises no secret
        if _HARMLESS.search(before):
            dropped_by = "harmless-word"
        elif not secret_texts.looks_random(value) or len(set(value)) < 8:
            dropped_by = "not-random"
        else:
            dropped_by = secret_texts.objection("", value, True)
        if not dropped_by:
            from mlops_checklist.sources.engine import is_random

            dropped_by = "" if is_random(value) else "not-random"
        first, last = found.span("text")
        yield Found(first, last, "high-entropy-string", "Random text", "", (value,), dropped_by)


# --- Over lines ---------------------------------------------------------------------------------

# Entries of a Kubernetes Secret that are none.
_SECRET_ENTRIES = frozenset(
    "username user host hostname port database dbname db url endpoint region bucket email namespace"
    " name type ca.crt tls.crt server project cluster".split()
)


def _of_kubernetes(text: str) -> Iterator[Found]:
    for pair in assignments.kubernetes_secrets(text):
        dropped_by = secret_texts.objection(pair.name, pair.value, pair.quoted)
        if pair.name.lower() in _SECRET_ENTRIES or re.search(
            r"(?i)[._-](?:user(?:name)?|client_?id)$", pair.name
        ):
            dropped_by = "harmless-word"
        elif pair.value.isalpha() and not secret_texts.secret_name(pair.name):
            dropped_by = "prose"
        span = pair.start, pair.end
        says = "Entry of a Secret"
        yield Found(*span, "kubernetes-secret", says, pair.name, (), dropped_by)


_KAGGLE = re.compile(
    r"\\?[\"']username\\?[\"']\s{0,9}:\s{0,9}\\?[\"'][\w.-]{1,80}\\?[\"']\s{0,9},\s{0,20}"
    r"\\?[\"']key\\?[\"']\s{0,9}:\s{0,9}\\?[\"'](?P<key>[0-9a-f]{32})\\?[\"']"
)


def _of_kaggle(text: str) -> Iterator[Found]:
    """Yield the key in what Kaggle gives as kaggle.json: a user's name and 32 hex digits."""
    for found in _KAGGLE.finditer(text):
        dropped_by = "example" if secret_texts.is_example(found["key"]) else ""
        span = found.span("key")
        yield Found(*span, "generic-secret", "Kaggle API key", "", (found["key"],), dropped_by)


def _of_table(text: str) -> Iterator[Found]:
    names = tabled_pairs.column_names(text)
    if tabled_pairs.is_of_names(names) or any(map(secret_texts.secret_name, names)):
        yield from _weaker(text, tabled_pairs.columns(text))


def _of_dockerfile(file: File, text: str) -> Iterator[Found]:
    """Yield what ENV and ARG set; both stay in the image and its history."""
    from mlops_checklist.sources.dockerfile import dockerfile, variables

    try:
        instructions = file.read(dockerfile).instructions
    except Unreadable:
        return  # the rules for lines have read it
    for instruction in instructions:
        for name, word in variables(instruction):
            strength = secret_texts.secret_name(name)
            first = offset_of(text, word.place) if strength and word.text else None
            if strength and first is not None:
                first = max(text.find(word.text, first, first + len(word.text) + 8), first)
                pair = Pair(name, word.text, first, first + len(word.text), True)
                yield _found(text, pair, secret_texts.objection(name, word.text, True, strength))


# --- Python -------------------------------------------------------------------------------------

_QUOTED = re.compile(r"([\"'])(?P<text>(?:(?!\1)[^\\\n]|\\.){4,})\1")
_KEY_LIKE = re.compile(r"[\"'](?P<text>(?=[^\"'\s]{0,90}\d)[^\"'\s]{8,}|[^\"'\s]{16,})[\"']")
_NAME = re.compile(
    r"(?i:\b(?:api|access|secret|private|auth)[ ](?:key|token)|key[ \t]*=|login)|[A-Za-z_][\w.\-]+"
)
_NEAR = 240  # characters around a name's line in which the text may stand that it is given


def _may_hold_literals(text: str, lines: Sequence[tuple[int, int]]) -> bool:
    """Tell whether near a secret's name a literal may be one: else nothing is parsed."""
    for start, end in lines:
        promised = {_promised(name) for name in _NAME.findall(text, start, end)}
        strength: Strength
        if "password" in promised:
            pattern, strength = _QUOTED, "password"
        elif promised - {None}:
            pattern, strength = _KEY_LIKE, "key" if "key" in promised else "token"
        else:
            continue
        for found in pattern.finditer(text, max(0, start - _NEAR), end + _NEAR):
            if not secret_texts.objection("x", found["text"], True, strength, is_literal=True):
                return True
    return False


# An argument `key` is named after the call; what these take is a secret by its place.
_BY_PLACE = re.compile(
    r"(?:=|(?i:login|connect|auth|authentication|credentials?)|Redis|SMTP(?:_SSL)?|FTP(?:_TLS)?"
    r"|Connection|Minio|Domino|Fernet|[TH]OTP|Client|simple_bind(?:_s)?)$"
)


@functools.lru_cache(maxsize=4096)
def _promised(name: str) -> Strength | None:
    if _BY_PLACE.search(name):
        return "key"
    if name == "pass":
        return None
    return secret_texts.secret_name(name)


def _of_python(file: File, passage: Passage, lines: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Yield the literals that the program gives to names, wherever they stand in its syntax."""
    text = passage.text
    try:
        if file.kind == "python":
            literals = _literals_by_cell(file, _numbers(text, lines)).get(None, [])
        else:
            literals = file.read(_literals_by_cell).get(passage.place(0).cell, [])
    except Unreadable:
        return  # the rules for lines have read it
    for name, value, place in literals:
        first = offset_of(text, place)
        if first is not None:
            inside = text.find(value, first, first + len(value) + 6)
            first = inside if inside >= 0 else first
            yield _found(text, Pair(name, value, first, first + len(value), True))


def _numbers(text: str, spans: Sequence[tuple[int, int]]) -> list[int] | None:
    """Return the numbers of the lines at some spans; None where those of the tree may be others."""
    if "\r" in text:
        return None
    numbers, number, counted = [], 1, 0
    for start, _ in spans:
        number += text.count("\n", counted, start)
        counted = start
        numbers.append(number)
    return numbers


def _literals_by_cell(
    file: File, lines: Sequence[int] | None = None
) -> dict[int | None, list[tuple[str, str, Place]]]:
    """Return the secrets given to names (name, text, place) in each cell; None: a .py file.

    With `lines`, the names stand on some of these.
    """
    from mlops_checklist.sources.python import unindexed
    from mlops_checklist.sources.python_literals import python_pairs

    program = file.read(unindexed)
    found: dict[int | None, list[tuple[str, str, Place]]] = {}
    for name, literal in python_pairs(program.tree, lines):
        raw = literal.value
        value = raw.decode("latin-1") if isinstance(raw, bytes) else str(raw)
        strength = secret_texts.secret_name(name)
        if strength == "password" and name.endswith("[]"):
            strength = "key"  # others than texts may stand beside it
        if strength and not secret_texts.objection(name, value, True, strength, is_literal=True):
            place = program.place(literal)
            found.setdefault(place.cell, []).append((name, value, place))
    return found
