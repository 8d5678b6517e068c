"""Dockerfiles: instructions, build stages, and the commands that they run, with their places.

The format is that of Docker's Dockerfile reference: parser directives at the top, a continuation
character, comment lines inside continuations, here-documents in RUN, COPY and ADD. A file
without FROM is read as well: Domino's environment instructions are of that kind.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import shell
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.shell import Command, Word

KEYWORDS = frozenset(
    {
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
        *("LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME"),
        "WORKDIR",
    }
)


class Heredoc(NamedTuple):
    """A here-document of RUN, COPY or ADD; `place` is that of its body's first line.

    `body` is as in the file, with the tabs that `<<-` takes away. `expand`: the name is not
    quoted, variables in the body are replaced.
    """

    name: str
    body: str
    place: Place
    expand: bool


class Instruction(NamedTuple):
    """One instruction. For ONBUILD it is the wrapped one, with `onbuild` set.

    `text` is the argument text, flags included, laid out line for line as in the file, so that
    counting newlines from `text_place` finds any offset. The continuation character is a
    backslash in it, and a comment or empty line inside a continuation is a lone backslash.
    `stage` counts the FROM instructions up to here from 0; before the first it is -1.
    """

    keyword: str
    text: str
    place: Place
    text_place: Place
    flags: tuple[str, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    stage: int = -1
    onbuild: bool = False


class Stage(NamedTuple):
    """One FROM. `raw` is the image as written (without quotes), `image` with ARG defaults filled
    in; a variable whose value is not in the file stays. `parent` is the index of the earlier
    stage that `image` names, else None.
    """

    image: str
    raw: str
    name: str | None
    place: Place
    parent: int | None = None

    @property
    def digest(self) -> str:
        """The digest (`sha256:…`), or ""."""
        return self.image.partition("@")[2]

    @property
    def tag(self) -> str:
        """The tag, or ""; the port of a registry is none, nor is what `${X:-y}` holds."""
        last = _BRACES.sub("", self.image).partition("@")[0].rpartition("/")[2]
        if ":" not in last:
            return ""
        image = self.image.partition("@")[0]
        braces = [found.span() for found in _BRACES.finditer(image)]
        for index in range(len(image) - 1, -1, -1):
            if image[index] == ":" and not any(start < index < end for start, end in braces):
                return image[index + 1 :]
        return ""


class Dockerfile(NamedTuple):
    """A Dockerfile: its instructions in order, and its build stages."""

    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]


def dockerfile(file: File) -> Dockerfile:
    """Return the Dockerfile in `file`. Raises Unreadable where it is none."""
    return parse(file.text)


def parse(text: str) -> Dockerfile:
    """Return the Dockerfile in `text`.

    Raises Unreadable for an unknown first instruction, a wrong escape directive and a
    here-document that does not end. Unknown instructions further down are kept.
    """
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    escape, number = _directives(lines)
    instructions: list[Instruction] = []
    stages: list[Stage] = []
    defaults: dict[str, str] = {}  # of ARG before the first FROM
    named: dict[str, int] = {}  # the latest stage of each name
    while number < len(lines):
        line = lines[number].strip()
        if not line or line.startswith("#"):
            number += 1
            continue
        instruction, number = _instruction(lines, number, escape, len(stages) - 1)
        if not instructions and instruction.keyword not in KEYWORDS:
            _unknown(instruction, text)
        if instruction.keyword == "FROM" and not instruction.onbuild:
            instruction = instruction._replace(stage=len(stages))
            stage = _stage(instruction, defaults, named)
            if stage.name:
                named[stage.name.lower()] = len(stages)
            stages.append(stage)
        elif instruction.keyword == "ARG" and not stages and not instruction.onbuild:
            for name, value in variables(instruction):
                filled = _filled(value.text, defaults)
                if filled and len(filled) <= _LONGEST:
                    defaults[name] = filled
        instructions.append(instruction)
    return Dockerfile(tuple(instructions), tuple(stages))


def logical(instruction: Instruction, flags: bool = False) -> Word:
    """Return the argument text as Docker joins it from its lines; without `flags` by default."""
    pieces: list[tuple[str, int, int]] = []
    line, column = instruction.text_place[:2]
    for row in instruction.text.split("\\\n"):
        pieces.append((row, line, column))
        line, column = line + 1, 1
    word = shell.joined(pieces)
    if flags:
        return word
    start = _after_flags(word.text)
    return word.part(start, max(start, len(word.text.rstrip())))


def arguments(instruction: Instruction) -> list[Word]:
    """Return the words of the instruction: those of its JSON array, else what blanks part.

    Flags are left out; quotes are kept where there is no array. For RUN and CMD in shell form
    use `run_commands`, for ENV and ARG `variables`.
    """
    word = logical(instruction)
    array = _array(word)
    if array is not None:
        return array
    return [word.part(*found.span()) for found in re.finditer(r"\S+", word.text)]


def run_commands(instruction: Instruction) -> list[Command]:
    """Return the commands that RUN, CMD, ENTRYPOINT or HEALTHCHECK runs, with their places.

    Shell form, exec form, and here-documents that a shell reads.
    """
    if instruction.keyword not in {"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"}:
        return []
    word = logical(instruction)
    if instruction.keyword == "HEALTHCHECK":
        found = re.match(r"CMD(?:\s+|(?=\[))", word.text, re.IGNORECASE)
        if not found:  # NONE
            return []
        word = word.part(found.end())
    array = _array(word)
    if array is not None:
        command = Command((), tuple(array))
        return [command, *shell.nested(command)] if array else []
    heredocs = instruction.heredocs
    if len(heredocs) == 1 and _HEREDOC.fullmatch(word.text):
        body = heredocs[0].body
        shebang = re.match(r"#!([^\n]*)", body)
        if shebang and not re.search(r"\b(?:ba|z|k|da|a)?sh\b", shebang[1]):
            return []
        return shell.commands(body, heredocs[0].place.line)
    if not heredocs:
        return shell.commands_in(word)
    pieces = [
        (word.text[start:stop], word.at(start).line, word.at(start).column)
        for start, stop in _spans(word)
    ]
    for heredoc in heredocs:
        line = heredoc.place.line
        pieces += [("\n", line, 1), (heredoc.body, line, 1), (heredoc.name, line, 1)]
        if heredoc.body and not heredoc.body.endswith("\n"):
            pieces.insert(-1, ("\n", line, 1))
    return shell.commands_in(shell.joined(pieces))


def variables(instruction: Instruction) -> list[tuple[str, Word]]:
    """Return the names that ENV or ARG sets, with their values (empty where ARG gives none)."""
    if instruction.keyword not in {"ENV", "ARG"}:
        return []
    word = logical(instruction)
    words = [word.part(*found.span()) for found in _TOKEN.finditer(word.text)]
    if not words:
        return []
    if instruction.keyword == "ENV" and "=" not in words[0].text:  # ENV NAME the whole rest
        rest = re.compile(r"\s*").match(word.text, len(words[0].text))
        start = rest.end() if rest else len(word.text)
        return [(words[0].text, _unquoted(word.part(start)))]
    pairs: list[tuple[str, Word]] = []
    for token in words:
        name, equals, _ = token.text.partition("=")
        pairs.append((name.strip("\"'"), _unquoted(token.part(len(name) + len(equals)))))
    return pairs


def expand(value: str, known: Mapping[str, str]) -> str:
    """Replace `$X`, `${X}`, `${X:-d}`, `${X-d}`, `${X:+d}` and `${X+d}` in `value`.

    A variable that is not in `known` stays as it is written, unless it has a default.
    """

    def replace(found: re.Match[str]) -> str:
        written, name = found[0], found[1] or found[4]
        if name is None:  # an escaped dollar
            return written
        operator, other = found[2], found[3] or ""
        if operator in {":-", "-"}:
            if known.get(name) or (operator == "-" and name in known):
                return known[name]
            return expand(other, known)
        if operator in {":+", "+"}:
            if known.get(name) or (operator == "+" and name in known):
                return expand(other, known)
            return ""
        return written if operator else known.get(name, written)

    return _VARIABLE.sub(replace, value)


# --- Lines to instructions -------------------------------------------------------------------

_LONGEST = 500  # characters of an image name; `ARG A=$A$A` again and again must not explode
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(\S(?:.*\S)?)[ \t]*", re.ASCII)
_KEYWORD = re.compile(r"(?:\s|\\\n)*((?:[^\s\\]|\\(?!\n))*)(?:\s|\\\n)*")
_FLAG = re.compile(r"--[A-Za-z][^\s\"']*(?:\"[^\"]*\"[^\s\"']*|'[^']*'[^\s\"']*)*", re.ASCII)
_TOKEN = re.compile(
    r"""(?: [^\s"'\\] | \\. | \\\Z | "[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z) | '[^']*(?:'|\Z) )+""",
    re.VERBOSE | re.DOTALL,
)
_HEREDOC = re.compile(r"(\d*)<<(-?)[ \t]*([^\s<]+)")
_QUOTING = re.compile(
    r""" '([^']*)(?:'|\Z) | "([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z) | \\(.) | ([^'"\\]+|\\) """,
    re.VERBOSE | re.DOTALL,
)
_BRACES = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
_VARIABLE = re.compile(
    r"\\\$|\$\{(\w{1,200})(?:(:?[-+]|[^}\w])((?:[^{}]|\{[^{}]*\})*))?\}|\$(\w{1,200})", re.ASCII
)
_STRING = re.compile(r'\s*"([^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*)"\s*')
_ESCAPED = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))|([^\\]+)')
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _directives(lines: list[str]) -> tuple[str, int]:
    """Return the escape character and the number of the first line after the directives."""
    escape = "\\"
    for number, line in enumerate(lines):
        directive = _DIRECTIVE.fullmatch(line.strip())
        if not directive or directive[1].lower() not in {"escape", "syntax", "check"}:
            return escape, number
        if directive[1].lower() == "escape":
            escape = directive[2]
            if escape not in {"\\", "`"}:
                raise Unreadable(
                    f"cannot parse as Dockerfile: escape directive is neither \\ nor ` "
                    f"(line {number + 1})",
                    place=Place(number + 1),
                )
    return escape, len(lines)


def _instruction(lines: list[str], number: int, escape: str, stage: int) -> tuple[Instruction, int]:
    """Read the instruction that begins in lines[number]; return it and the line after it."""
    first = number
    rows: list[str] = []
    goes_on = True
    while goes_on and number < len(lines):
        line = lines[number]
        stripped = line.strip()
        if rows and (not stripped or stripped.startswith("#")):
            row = ""
        else:
            row, goes_on = _uncontinued(line, escape)
        rows.append(row)
        number += 1
    while rows and not rows[-1].strip():
        rows.pop()
    text = "\\\n".join(rows)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def where(offset: int) -> Place:
        row = bisect_right(starts, offset) - 1
        return Place(first + 1 + row, offset - starts[row] + 1)

    start, keyword, rest = _keyword(text, 0)
    onbuild = keyword == "ONBUILD"
    if onbuild:
        start, keyword, rest = _keyword(text, rest)
    instruction = Instruction(
        keyword, text[rest:].rstrip(), where(start), where(rest), (), (), stage, onbuild
    )
    joined = logical(instruction, flags=True).text
    flags = tuple(found[0] for found in _flags(joined))
    heredocs: list[Heredoc] = []
    if keyword in {"RUN", "COPY", "ADD"} and "<<" in joined:
        for token in _TOKEN.finditer(joined):
            if found := _HEREDOC.fullmatch(token[0]):
                heredoc, number = _heredoc(lines, number, found, first + 1)
                heredocs.append(heredoc)
    return instruction._replace(flags=flags, heredocs=tuple(heredocs)), number


def _uncontinued(line: str, escape: str) -> tuple[str, bool]:
    """Return the line without its continuation character, and whether it had one."""
    bare = line.rstrip(" \t")
    if bare.endswith(escape) and not bare.endswith(escape * 2):
        return bare[:-1], True
    return line, False


def _keyword(text: str, position: int) -> tuple[int, str, int]:
    """Return where the next keyword begins, the keyword in upper case, where its text begins."""
    found = _KEYWORD.match(text, position)
    if not found:  # the pattern matches anywhere
        return position, "", position
    return found.start(1), found[1].upper(), found.end()


def _heredoc(lines: list[str], number: int, found: re.Match[str], line: int) -> tuple[Heredoc, int]:
    name = _unquoted(Word(found[3], Place())).text
    start = number
    while number < len(lines):
        row = lines[number].lstrip("\t") if found[2] else lines[number]
        if row == name:
            body = "".join(row + "\n" for row in lines[start:number])
            return Heredoc(name, body, Place(start + 1), name == found[3]), number + 1
        number += 1
    raise Unreadable(
        f"cannot parse as Dockerfile: here-document {name[:40]!r} does not end (line {line})",
        place=Place(line),
    )


def _unknown(instruction: Instruction, text: str) -> None:
    line = instruction.place.line
    template = "{{" in text or "{%" in text
    raise Unreadable(
        f"cannot parse as Dockerfile: unknown instruction {instruction.keyword[:40]!r}"
        f" (line {line}){', it may be a template' if template else ''}",
        place=instruction.place,
        undecided=template,
    )


def _stage(
    instruction: Instruction, defaults: Mapping[str, str], named: Mapping[str, int]
) -> Stage:
    words = arguments(instruction)
    if not words:
        return Stage("", "", None, instruction.place)
    raw = words[0].text.strip("\"'")
    image = _filled(raw, defaults)
    name = words[2].text if len(words) > 2 and words[1].text.upper() == "AS" else None
    return Stage(image, raw, name, words[0].place, named.get(image.lower()))


def _filled(value: str, defaults: Mapping[str, str]) -> str:
    """Return `value` with the defaults in it, unless it is so long that it is no image's name."""
    return expand(value, defaults) if len(value) <= _LONGEST else value


# --- Arguments -------------------------------------------------------------------------------


def _flags(text: str) -> Iterator[re.Match[str]]:
    position = len(text) - len(text.lstrip())
    while found := _FLAG.match(text, position):
        yield found
        blank = re.compile(r"\s*").match(text, found.end())
        position = blank.end() if blank else found.end()


def _after_flags(text: str) -> int:
    end = 0
    for found in _flags(text):
        end = found.end()
    return end + len(text[end:]) - len(text[end:].lstrip())


def _spans(word: Word) -> Iterator[tuple[int, int]]:
    starts = [index for index, _, _ in word.runs] or [0]
    yield from zip(starts, [*starts[1:], len(word.text)], strict=True)


def _array(word: Word) -> list[Word] | None:
    """Return the words of a JSON array of strings, or None if `word` is none."""
    text = word.text
    opening = re.match(r"\s*\[\s*", text)
    if not opening:
        return None
    position = opening.end()
    words: list[Word] = []
    while found := _STRING.match(text, position):
        value = _json_string(word.part(*found.span(1)), word.at(found.start(1) - 1))
        if value is None:
            return None
        words.append(value)
        position = found.end()
        if not text.startswith(",", position):
            break
        position += 1
        if re.compile(r"\s*\]").match(text, position):
            return None
    return words if re.compile(r"\]\s*").fullmatch(text, position) else None


def _json_string(word: Word, quote: Place) -> Word | None:
    pieces: list[tuple[str, int, int]] = []
    position = 0
    while position < len(word.text):
        found = _ESCAPED.match(word.text, position)
        if not found:
            return None
        if found[3]:
            spans = _spans(word.part(*found.span()))
            parts = [(found.start() + start, found.start() + stop) for start, stop in spans]
            pieces += ((word.text[a:b], *word.at(a)[:2]) for a, b in parts)
        else:
            letter = chr(int(found[1], 16)) if found[1] else _LETTERS.get(found[2], found[2])
            pieces.append((letter, *word.at(position)[:2]))
        position = found.end()
    end = (word.end[0], word.end[1] + 1)
    runs = shell.joined(pieces).runs or word.runs
    text = "".join(piece[0] for piece in pieces)
    return Word(text, quote, True, end, runs)


def _unquoted(word: Word) -> Word:
    """Remove the quotes of a value as Docker does: like a shell's, but blanks may stay."""
    text = word.text
    if not re.search(r"[\"'\\$]", text):
        return word
    pieces: list[tuple[str, int, int]] = []
    literal = True
    for found in _QUOTING.finditer(text):
        group = found.lastindex or 4
        start, stop = found.span(group)
        piece = found[group]
        literal = literal and (group in {1, 3} or "$" not in piece)
        if group == 2 and "\\" in piece:
            for escaped in re.finditer(r"\\([\"\\$])|[^\\]+|\\", piece):
                at = word.at(start + escaped.start())
                pieces.append((escaped[1] or escaped[0], at.line, at.column))
            continue
        for a, b in _spans(word.part(start, stop)):
            at = word.at(start + a)
            pieces.append((piece[a:b], at.line, at.column))
    found_word = shell.joined(pieces, literal)
    return found_word._replace(place=word.place, end=word.end, runs=found_word.runs or word.runs)
