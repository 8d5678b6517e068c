"""Shell text (sh, bash): the commands that it runs, word by word, each with its place.

No program is run and no variable is expanded. The grammar is the POSIX shell's with what bash
adds to it (`[[ ]]`, `(( ))`, arrays, `$'…'`, `<( )`, `<<<`), read leniently: text that no shell
would accept gives the commands that can be seen in it. One pass, nesting bounded by DEEPEST.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place

DEEPEST = 30  # levels of $( ), ${ }, `sh -c` and here-documents that are looked into
_RESCANNED = 8  # levels that a script inside a script counts for: its text is read once more


class Word(NamedTuple):
    """One word after quote removal; `$VAR`, `${VAR:-x}` and `$(…)` stay as they are written.

    `place` is where the word begins in the file (at its quote, if it has one), `end` the line
    and column just past it. `literal` is False when the word holds an expansion that the shell
    would carry out. `runs` maps `text` back to the file: each (index, line, column) starts a
    piece which stands there letter for letter; use `at`.
    """

    text: str
    place: Place
    literal: bool = True
    end: tuple[int, int] = (1, 1)
    runs: tuple[tuple[int, int, int], ...] = ()

    def at(self, index: int) -> Place:
        """Return where in the file the character `text[index]` stands."""
        if not self.runs:
            return self.place
        run = max(bisect_right(self.runs, (index, 2**62)) - 1, 0)
        start, line, column = self.runs[run]
        return Place(line, column + max(index - start, 0))

    def part(self, start: int, stop: int | None = None) -> Word:
        """Return the word `text[start:stop]`, with its places."""
        stop = len(self.text) if stop is None else stop
        first, last = self.at(start), self.at(max(stop - 1, start))
        inner = bisect_right(self.runs, (start, 2**62))
        outer = bisect_left(self.runs, (stop,))
        runs = [(0, first.line, first.column)]
        runs += [(index - start, line, column) for index, line, column in self.runs[inner:outer]]
        end = (last.line, last.column + (stop > start))
        return Word(self.text[start:stop], first, self.literal, end, tuple(runs))


class Command(NamedTuple):
    """One simple command: leading NAME=value words, then the program and its arguments.

    `words` is empty for a bare assignment. Redirections are left out.
    """

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]

    @property
    def place(self) -> Place:
        """Where the command begins (at the value of its first assignment, if it has one)."""
        return self.assignments[0][1].place if self.assignments else self.words[0].place


def commands(text: str, line: int = 1, column: int = 1) -> list[Command]:
    """Return every command that `text` runs, in the order of their places.

    `line` and `column` tell where `text` begins in its file. Commands inside `$( )`, backticks,
    `<( )`, `bash -c '…'`, `eval` and `bash <<EOF` are in the list too, with their own places.
    """
    starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def where(offset: int) -> Place:
        row = bisect_right(starts, offset) - 1
        return Place(line + row, offset - starts[row] + (column if row == 0 else 1))

    return _in_order(_Reader(text, where, 0).all_commands())


def commands_in(word: Word) -> list[Command]:
    """Return the commands of the script that is the text of `word`, with their places."""
    return _in_order(_Reader(word.text, word.at, 0).all_commands())


def nested(command: Command) -> list[Command]:
    """Return the commands of the script that `command` hands to a shell (`sh -c`, `su -c`, `eval`).

    `commands` has looked there already; this is for commands built from a list of arguments.
    """
    script = _script_argument(command)
    return [] if script is None else commands_in(script)


def joined(pieces: Iterable[tuple[str, int, int]], literal: bool = True) -> Word:
    """Return the pieces (text, line, column) as one word that knows each one's place."""
    texts: list[str] = []
    runs: list[tuple[int, int, int]] = []
    length = 0
    end = (1, 1)
    for piece, line, column in pieces:
        for part in piece.splitlines(keepends=True) if "\n" in piece else [piece]:
            runs.append((length, line, column))
            texts.append(part)
            length += len(part)
            end = (line, column + len(part))
            if part.endswith("\n"):
                line, column = line + 1, 1
            else:
                column += len(part)
    place = Place(runs[0][1], runs[0][2]) if runs else Place()
    return Word("".join(texts), place, literal, end, tuple(runs))


# --- Commands that run other commands --------------------------------------------------------

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash", "mksh"})

# Program (and subcommand) -> its options that take a value, and its operands before the command.
_WRAPPERS: dict[tuple[str, ...], tuple[frozenset[str], int]] = {
    tuple(name.split()): (frozenset(options.split()), operands)
    for name, options, operands in (
        ("sudo", "-u --user -g --group -h --host -p --prompt -C -D --chdir -R -r -t -T -U", 0),
        ("doas", "-u -C", 0),
        ("env", "-u --unset -C --chdir", 0),
        ("exec", "-a", 0),
        ("nohup", "", 0),
        ("setsid", "", 0),
        ("time", "-f --format -o --output", 0),
        ("nice", "-n --adjustment", 0),
        ("ionice", "-c --class -n --classdata", 0),
        ("timeout", "-s --signal -k --kill-after", 1),
        ("stdbuf", "-i --input -o --output -e --error", 0),
        ("command", "", 0),
        ("builtin", "", 0),
        ("gosu", "", 1),
        ("su-exec", "", 1),
        ("tini", "-p -e", 0),
        ("dumb-init", "-r --rewrite", 0),
        (
            "xargs",
            "-n --max-args -P --max-procs -I -L --max-lines -d --delimiter -a --arg-file"
            " -E -s --max-chars",
            0,
        ),
        ("conda run", "-n --name -p --prefix --cwd", 0),
        ("mamba run", "-n --name -p --prefix --cwd", 0),
        ("micromamba run", "-n --name -p --prefix -r --root-prefix --cwd -a --attach -e --env", 0),
        ("poetry run", "-C --directory -P --project", 0),
        ("pipenv run", "--python --pypi-mirror", 0),
        ("pdm run", "-p --project", 0),
        ("hatch run", "", 0),
        ("rye run", "--pyproject", 0),
        ("pixi run", "-e --environment --manifest-path --platform", 0),
        (
            "uv run",
            "--with --with-editable --with-requirements --extra --no-extra --group --no-group"
            " --only-group --env-file --package --project --directory --index --default-index"
            " --index-url --extra-index-url --find-links -f -i -p --python -C --config-setting"
            " --cache-dir --config-file --resolution --exclude-newer -P --upgrade-package",
            0,
        ),
    )
}
_QUERIES = {"command": frozenset({"-v", "-V"})}
_SETS_VARIABLES = frozenset({"env", "sudo"})
_NAMED_VALUE = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)
_SCRIPT_OPTION = re.compile(r"[-+][A-Za-z]*c[A-Za-z]*")


def program(command: Command) -> str:
    """Return the name of the program without its folder, or "" where there is none."""
    return command.words[0].text.rpartition("/")[2] if command.words else ""


def unwrapped(command: Command) -> Command:
    """Return the command that is run in the end, without `sudo -u x`, `env A=b`, `uv run`, ….

    Variables set by `env` and `sudo` join the assignments. A wrapper that runs nothing
    (`sudo -l`, `exec` alone) gives a command without words.
    """
    words = command.words
    assignments = list(command.assignments)
    first = 0
    while first < len(words):
        name = words[first].text.rpartition("/")[2]
        if (name,) in _WRAPPERS:
            wrapper: tuple[str, ...] = (name,)
        elif first + 1 < len(words) and (name, words[first + 1].text) in _WRAPPERS:
            wrapper = (name, words[first + 1].text)
        else:
            break
        if first + 1 < len(words) and words[first + 1].text in _QUERIES.get(name, ()):
            break
        with_value, operands = _WRAPPERS[wrapper]
        first = _after_options(words, first + len(wrapper), with_value) + operands
        while name in _SETS_VARIABLES and first < len(words):
            variable = _NAMED_VALUE.match(words[first].text)
            if not variable:
                break
            assignments.append((variable[1], words[first].part(variable.end())))
            first += 1
    if first == 0:
        return command
    return Command(tuple(assignments), words[first:])


def _after_options(words: tuple[Word, ...], first: int, with_value: frozenset[str]) -> int:
    """Return the index of the first word from `first` on that is neither option nor its value."""
    while first < len(words):
        text = words[first].text
        if text == "--":
            return first + 1
        if len(text) < 2 or text[0] != "-":
            return first
        first += 1
        if text.startswith("--"):
            first += text in with_value
        else:
            letters = [letter for letter in text[1:] if f"-{letter}" in with_value]
            # `-u x`, `-Hu x`: the value is the next word; `-uroot`: it is the rest of this one.
            first += bool(letters) and text.index(letters[0], 1) == len(text) - 1
    return first


def _script_argument(command: Command) -> Word | None:
    """Return the word that holds a script: after `-c` of a shell or of su, or behind `eval`."""
    command = unwrapped(command)
    name, arguments = program(command), command.words[1:]
    if name == "eval":
        return _with_blanks(arguments)
    if name not in SHELLS and name not in {"su", "runuser"}:
        return None
    for index, word in enumerate(arguments):
        if _SCRIPT_OPTION.fullmatch(word.text) or word.text == "--command":
            behind = arguments[index + 1 :]
            return next((word for word in behind if not word.text.startswith(("-", "+"))), None)
        is_operand = not word.text.startswith(("-", "+"))
        if is_operand and name in SHELLS and word.text not in {"pipefail", "errexit", "nounset"}:
            return None  # a script file; options behind it are its own
    return None


def _with_blanks(words: tuple[Word, ...]) -> Word | None:
    if len(words) < 2:
        return words[0] if words else None
    pieces: list[tuple[int, int, int]] = []
    length = 0
    for word in words:
        pieces += ((length + index, line, column) for index, line, column in word.runs)
        length += len(word.text) + 1
    text = " ".join(word.text for word in words)
    literal = all(word.literal for word in words)
    return Word(text, words[0].place, literal, words[-1].end, tuple(pieces))


def _reads_script(command: Command) -> bool:
    """Tell whether a here-document of `command` is a script: `bash <<EOF`, `sh -s -- x <<EOF`."""
    command = unwrapped(command)
    if program(command) not in SHELLS:
        return False
    for word in command.words[1:]:
        if word.text == "-s" or word.text == "--":
            return True
        if not word.text.startswith(("-", "+")) or _SCRIPT_OPTION.fullmatch(word.text):
            return False
    return True


def _in_order(found: list[Command]) -> list[Command]:
    return sorted(found, key=lambda command: command.place[:2])


# --- The reader ------------------------------------------------------------------------------

_BLANK = re.compile(r"(?:[ \t\v\f]|\\\r?\n|\r(?!\n))+")
_NEWLINE = re.compile(r"\r?\n")
_COMMENT = re.compile(r"#[^\r\n]*(?:\r(?!\n)[^\r\n]*)*")
_PLAIN = re.compile(r"""[^\s'"\\$`|&;()<>]+""", re.ASCII)
_PLAIN_IN_TEST = re.compile(r"""[^\s'"\\$`;]+""", re.ASCII)
_PLAIN_QUOTED = re.compile(r"""[^"\\$`]+""")
_PLAIN_IN_BODY = re.compile(r"""[^\\$`]+""")
_PLAIN_IN_BRACES = re.compile(r"""[^'"\\$`}]+""")
_PLAIN_IN_SUM = re.compile(r"[^()$`]+")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w{0,200})(?:\[[^\]\s]{0,80}\])?\+?=", re.ASCII)
_REDIRECTION = re.compile(r"(?:\d{1,9}|\{\w{1,80}\})?(<<<|<<-|<<|<>|<&|<|>>|>\||>&|>)|(&>>?)")
_VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])", re.ASCII)
_BACKTICKED = re.compile(r"[^`\\]*(?:\\.[^`\\]*)*", re.DOTALL)
_ANSI = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|([0-7]{1,3})|(.))|([^'\\]+)", re.DOTALL
)
_ANSI_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_FUNCTION = re.compile(r"\([ \t]*\)?")
_PORTABLE = re.compile(r"[ \t]+-p(?=\s)")
_SUM = re.compile(r"[ \t]*\(\(")
_ESAC = re.compile(r"esac(?![^\s;&|)])")
_CONTINUATION = re.compile(r"\\(?:\r?\n|\Z)")
_QUOTED_CONTINUATION = re.compile(r"\\\r?\n")
_SPACE = re.compile(r"\s+", re.ASCII)
_TEST_END = re.compile(r"\]\](?=[\s;&|)]|\Z)")
_SEPARATOR = re.compile(r";;&|;;|;&|;|&&|&|\|\||\|&|\|")

_SKIPPED = frozenset(
    {"if", "then", "elif", "else", "fi", "do", "done", "while", "until", "{", "}", "!", "coproc"}
)
_HEADS = frozenset({"for", "select", "case", "function"})


class _Here(NamedTuple):
    """A here-document that begins after the current line."""

    delimiter: str
    dash: bool
    expand: bool


class _Reader:
    """Reads `text` once from left to right; `where` gives the place of an offset in it."""

    def __init__(self, text: str, where: Callable[[int], Place], depth: int) -> None:
        self.text = text
        self.where = where
        self.depth = depth
        self.pos = 0
        self.end = len(text)
        self.found: list[Command] = []
        self.known_substitutions = False  # those of this text are in the outer reader's list
        self.bodies: list[tuple[_Here, list[Command]]] = []  # still to come, with their command

    def all_commands(self) -> list[Command]:
        self.script("")
        return self.found

    # Each method reads from self.pos and leaves it just behind what it has read.

    def script(self, stop: str) -> None:
        """Read commands up to the end, or past the `)` that closes what the caller opened."""
        text = self.text
        open_: list[str] = []  # "(" and "case", innermost last
        command = _Unfinished()
        while self.pos < self.end:
            if blank := _BLANK.match(text, self.pos, self.end):
                self.pos = blank.end()
                continue
            char = text[self.pos]
            if newline := _NEWLINE.match(text, self.pos, self.end):
                self.pos = newline.end()
                if command.head == "case":  # `case x` / newline / `in`
                    continue
                command = self.finish(command)
                self.here_documents()
            elif char == "#":
                self.pos = _end(_COMMENT.match(text, self.pos, self.end), self.pos + 1)
            elif (redirection := _REDIRECTION.match(text, self.pos, self.end)) and not (
                text.startswith(("<(", ">("), self.pos)
            ):
                self.redirection(redirection, command)
            elif separator := _SEPARATOR.match(text, self.pos, self.end):
                self.pos = separator.end()
                command = self.finish(command)
                if separator[0] in {";;", ";&", ";;&"} and open_ and open_[-1] == "case":
                    self.pattern(open_)
            elif char == "(":
                if text.startswith("((", self.pos) and command.is_empty:
                    self.pos += 2
                    self.arithmetic()
                elif len(command.words) == 1 or command.head == "function":
                    closing = _FUNCTION.match(text, self.pos, self.end)
                    self.pos = _end(closing, self.pos + 1)
                    command = _Unfinished()  # a function's name is no command
                else:
                    self.pos += 1
                    command = self.finish(command)
                    open_.append("(")
            elif char == ")":
                self.pos += 1
                command = self.finish(command)
                while open_ and open_[-1] != "(":
                    open_.pop()
                if open_:
                    open_.pop()
                elif stop:
                    return
            else:
                start = self.pos
                command = self.token(command, open_)
                self.pos = max(self.pos, start + 1)
        self.finish(command)

    def token(self, command: _Unfinished, open_: list[str]) -> _Unfinished:
        """Read one word; return the command that it belongs to (a new one after a keyword)."""
        text, start = self.text, self.pos
        may_assign = not command.words and not command.head
        if may_assign and (assignment := _ASSIGNMENT.match(text, start, self.end)):
            self.pos = assignment.end()
            command.assignments.append((assignment[1], self.word(array=True)))
            return command
        word = self.word()
        written = text[start : self.pos]
        if command.is_empty and written == word.text:
            if written in _SKIPPED:
                return command
            if written == "time":
                option = _PORTABLE.match(text, self.pos, self.end)
                self.pos = _end(option, self.pos)
                return command
            if written == "esac" and "case" in open_:
                while open_.pop() != "case":
                    pass
                return command
            if written in _HEADS:
                command.head = written
                if written == "for" and (sum_ := _SUM.match(text, self.pos, self.end)):
                    self.pos = sum_.end()
                    self.arithmetic()
                return command
            if written == "[[":
                return self.test(word)
        if command.head:
            command.head_words += 1
            if command.head == "case" and written == "in" and command.head_words > 1:
                open_.append("case")
                self.pattern(open_)
                return _Unfinished()
            if command.head == "function" and written == "{":
                return _Unfinished()
            return command
        command.words.append(word)
        return command

    def finish(self, command: _Unfinished) -> _Unfinished:
        """Add the command to those found, with what it hands to a shell; return an empty one."""
        if command.head or command.is_empty:
            return _Unfinished()
        done = Command(tuple(command.assignments), tuple(command.words))
        self.found.append(done)
        for owner in command.owners:
            owner.append(done)
        scripts = [_script_argument(done)] if command.words else []
        if command.here_string and _reads_script(done):
            scripts.append(command.here_string)
        for script in scripts:
            if script is not None and self.depth < DEEPEST:
                inner = _Reader(script.text, script.at, self.depth + _RESCANNED)
                inner.known_substitutions = not script.literal
                self.found += inner.all_commands()
        return _Unfinished()

    def test(self, opening: Word) -> _Unfinished:
        """Read `[[ … ]]`, where < > ( ) | & are no operators, up to its end or the line's."""
        command = _Unfinished()
        command.words.append(opening)
        while self.pos < self.end:
            if blank := _BLANK.match(self.text, self.pos, self.end):
                self.pos = blank.end()
                continue
            if newline := _NEWLINE.match(self.text, self.pos, self.end):
                if command.words[-1].text not in {"&&", "||", "[["}:
                    break
                self.pos = newline.end()
                continue
            if self.text[self.pos] == ";":
                break
            if ending := _TEST_END.match(self.text, self.pos, self.end):
                pieces = _Pieces()
                pieces.add("]]", self.pos)
                command.words.append(pieces.word(self.where, self.pos, ending.end()))
                self.pos = ending.end()
                break
            command.words.append(self.word(_PLAIN_IN_TEST))
        return command

    def pattern(self, open_: list[str]) -> None:
        """Read the pattern of a `case` branch with its `)`; an `esac` instead ends the case."""
        text = self.text
        while self.pos < self.end:
            if skipped := (
                _BLANK.match(text, self.pos, self.end)
                or _NEWLINE.match(text, self.pos, self.end)
                or _COMMENT.match(text, self.pos, self.end)
            ):
                self.pos = skipped.end()
            else:
                break
        if _ESAC.match(text, self.pos, self.end):
            self.pos += 4
            open_.pop()
            return
        if text.startswith("(", self.pos, self.end):
            self.pos += 1
        while self.pos < self.end:
            if blank := _BLANK.match(text, self.pos, self.end):
                self.pos = blank.end()
                continue
            char = text[self.pos]
            if char == "|":
                self.pos += 1
            elif char in "\r\n;&<>()":
                self.pos += char == ")"
                return
            else:
                self.word()

    def redirection(self, found: re.Match[str], command: _Unfinished) -> None:
        """Read a redirection and its target; note a here-document for the next line."""
        self.pos = found.end()
        self.pos = _end(_BLANK.match(self.text, self.pos, self.end), self.pos)
        start = self.pos
        operator = found[1]
        if operator in {"<<", "<<-"}:
            mark = len(self.found)
            target = self.word()
            del self.found[mark:]  # a delimiter is not expanded
            expand = not re.search(r"['\"\\]", self.text[start : self.pos])
            owner: list[Command] = []
            command.owners.append(owner)
            self.bodies.append((_Here(target.text, operator == "<<-", expand), owner))
        else:
            target = self.word()
            if operator == "<<<":
                command.here_string = target

    def here_documents(self) -> None:
        """Read the bodies that begin here; look into those which a shell runs or expands."""
        bodies, self.bodies = self.bodies, []
        for here, owner in bodies:
            start = self.pos
            stop = self.end
            while self.pos < self.end:
                newline = self.text.find("\n", self.pos, self.end)
                line_end = self.end if newline < 0 else newline
                line = self.text[self.pos : line_end].removesuffix("\r")
                if (line.lstrip("\t") if here.dash else line) == here.delimiter:
                    stop = self.pos
                    self.pos = min(line_end + 1, self.end)
                    break
                self.pos = min(line_end + 1, self.end)
            runs = bool(owner) and _reads_script(owner[0])
            if runs or here.expand:
                self.within(start, stop, runs)

    def within(self, start: int, stop: int, runs: bool) -> None:
        """Read text[start:stop] as a script, or for its expansions only; then go on as before."""
        if self.depth >= DEEPEST:
            return
        position, end, bodies = self.pos, self.end, self.bodies
        self.pos, self.end, self.bodies = start, stop, []
        self.depth += _RESCANNED
        if runs:
            self.script("")
        else:
            self.quoted(_Pieces(), "")
        self.depth -= _RESCANNED
        self.pos, self.end, self.bodies = position, end, bodies

    def word(self, plain: re.Pattern[str] = _PLAIN, array: bool = False) -> Word:
        """Read one word (empty if none begins here). `array`: it may be `(a b c)`."""
        text, start = self.text, self.pos
        pieces = _Pieces()
        while self.pos < self.end:
            position = self.pos
            char = text[position]
            if found := plain.match(text, position, self.end):
                self.pos = found.end()
                pieces.add(found[0], position)
            elif char == "'":
                closing = text.find("'", position + 1, self.end)
                closing = self.end if closing < 0 else closing
                pieces.add(text[position + 1 : closing], position + 1)
                self.pos = min(closing + 1, self.end)
            elif char == '"':
                self.pos += 1
                self.quoted(pieces, '"')
            elif char == "\\":
                continuation = _CONTINUATION.match(text, position, self.end)
                if not continuation:
                    pieces.add(text[position + 1 : min(position + 2, self.end)], position + 1)
                self.pos = min(_end(continuation, position + 2), self.end)
            elif char in "$`":
                self.expansion(pieces, quoted=False)
            elif text.startswith(("<(", ">("), position) and position + 1 < self.end:
                self.substitution()
                pieces.add(text[position : self.pos], position, literal=False)
            elif char == "(" and (
                (array and position == start) or _ASSIGNMENT.fullmatch(text, start, position)
            ):
                self.array()
                pieces.add(text[position : self.pos], position, literal=False)
            else:
                break
        return pieces.word(self.where, start, self.pos)

    def array(self) -> None:
        """Read `(a b c)`."""
        self.pos += 1
        if self.depth >= DEEPEST:
            return
        self.depth += 1
        while self.pos < self.end:
            start = self.pos
            if blank := _SPACE.match(self.text, start, self.end):
                self.pos = blank.end()
            elif self.text[start] == "#":
                self.pos = _end(_COMMENT.match(self.text, start, self.end), start + 1)
            else:
                self.word()
                if self.pos == start:  # the closing one, or what no array holds
                    self.pos += self.text[start] == ")"
                    break
        self.depth -= 1

    def quoted(self, pieces: _Pieces, closing: str) -> None:
        """Read up to the closing `"`, or, for a here-document's body, to the end."""
        text = self.text
        plain = _PLAIN_QUOTED if closing else _PLAIN_IN_BODY
        while self.pos < self.end:
            position = self.pos
            if found := plain.match(text, position, self.end):
                self.pos = found.end()
                pieces.add(found[0], position)
            elif text[position] == closing:
                self.pos += 1
                return
            elif text[position] == "\\":
                if continuation := _QUOTED_CONTINUATION.match(text, position, self.end):
                    self.pos = continuation.end()
                elif position + 1 < self.end and text[position + 1] in '$`"\\':
                    pieces.add(text[position + 1], position + 1)
                    self.pos += 2
                else:
                    pieces.add("\\", position)
                    self.pos += 1
            else:
                self.expansion(pieces, quoted=True)

    def expansion(self, pieces: _Pieces, quoted: bool) -> None:
        """Read what a `$` or a backtick begins."""
        text, start = self.text, self.pos
        following = text[start + 1 : min(start + 2, self.end)]
        if text[start] == "`":
            closing = _end(_BACKTICKED.match(text, start + 1, self.end), start + 1)
            self.hiding(lambda: self.within(start + 1, closing, True))
            self.pos = min(closing + 1, self.end)
        elif following == "(" and text.startswith("$((", start):
            self.pos += 3
            self.arithmetic()
        elif following == "(":
            self.substitution()
        elif following == "{":
            self.braces(quoted)
        elif following == "'" and not quoted:
            self.ansi(pieces)
            return
        elif following == '"' and not quoted:
            self.pos += 1
            return
        elif variable := _VARIABLE.match(text, start, self.end):
            self.pos = variable.end()
        else:
            self.pos += 1
            pieces.add("$", start)
            return
        pieces.add(text[start : self.pos], start, literal=False)

    def substitution(self) -> None:
        """Read `$( … )`, `<( … )` or `>( … )`."""
        self.pos += 2
        if self.depth < DEEPEST:
            self.depth += 1
            self.hiding(lambda: self.script(")"))
            self.depth -= 1

    def hiding(self, read: Callable[[], None]) -> None:
        """Read a substitution; forget its commands where the outer reader has them."""
        mark = len(self.found)
        read()
        if self.known_substitutions:
            del self.found[mark:]

    def braces(self, quoted: bool) -> None:
        """Read `${ … }`."""
        text = self.text
        self.pos += 2
        if self.depth >= DEEPEST:
            return
        self.depth += 1
        unused = _Pieces()
        while self.pos < self.end:
            char = text[self.pos]
            if found := _PLAIN_IN_BRACES.match(text, self.pos, self.end):
                self.pos = found.end()
            elif char == "}":
                self.pos += 1
                break
            elif char == "'" and not quoted:
                closing = text.find("'", self.pos + 1, self.end)
                self.pos = self.end if closing < 0 else closing + 1
            elif char == '"':
                self.pos += 1
                self.quoted(unused, '"')
            elif char in "$`":
                self.expansion(unused, quoted)
            else:
                self.pos = min(self.pos + (2 if char == "\\" else 1), self.end)
        self.depth -= 1

    def arithmetic(self) -> None:
        """Read the rest of `(( … ))`."""
        text = self.text
        open_ = 2
        unused = _Pieces()
        while self.pos < self.end and open_:
            char = text[self.pos]
            if found := _PLAIN_IN_SUM.match(text, self.pos, self.end):
                self.pos = found.end()
            elif char in "$`":
                if self.depth >= DEEPEST:
                    self.pos += 1
                    continue
                self.depth += 1
                self.expansion(unused, quoted=True)
                self.depth -= 1
            else:
                self.pos += 1
                open_ += 1 if char == "(" else -1

    def ansi(self, pieces: _Pieces) -> None:
        """Read `$'…'`."""
        self.pos += 2
        while self.pos < self.end and self.text[self.pos] != "'":
            position = self.pos
            found = _ANSI.match(self.text, position, self.end)
            if not found:  # a backslash at the very end
                self.pos += 1
                return
            self.pos = found.end()
            digits = found[1] or found[2]
            if found[5]:
                pieces.add(found[5], position)
            elif digits or found[3]:
                pieces.add(chr(int(digits, 16) if digits else int(found[3], 8)), position)
            else:
                pieces.add(_ANSI_LETTERS.get(found[4], found[4]), position)
        self.pos = min(self.pos + 1, self.end)


class _Unfinished:
    """A command while it is read."""

    def __init__(self) -> None:
        self.assignments: list[tuple[str, Word]] = []
        self.words: list[Word] = []
        self.head = ""  # for, select, case, function: what follows is no command
        self.head_words = 0
        self.owners: list[list[Command]] = []  # to be told the command, for its here-documents
        self.here_string: Word | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.assignments or self.words or self.head)


class _Pieces:
    """A word while it is read: its parts with their offsets."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, int]] = []
        self.literal = True

    def add(self, part: str, offset: int, literal: bool = True) -> None:
        self.parts.append((part, offset))
        self.literal = self.literal and literal

    def word(self, where: Callable[[int], Place], start: int, stop: int) -> Word:
        place, end = where(start), where(stop)
        runs = tuple(_runs(self.parts, where)) or ((0, place.line, place.column),)
        text = "".join(part for part, _ in self.parts)
        return Word(text, place, self.literal, (end.line, end.column), runs)


def _runs(
    parts: list[tuple[str, int]], where: Callable[[int], Place]
) -> Iterator[tuple[int, int, int]]:
    """Yield (index in the word, line, column) of each part, and of each line in a part."""
    index = 0
    for part, offset in parts:
        if not part:
            continue
        line_start = 0
        while True:
            place = where(offset + line_start)
            yield index + line_start, place.line, place.column
            line_start = part.find("\n", line_start) + 1
            if not 0 < line_start < len(part):
                break
        index += len(part)


def _end(found: re.Match[str] | None, otherwise: int) -> int:
    return found.end() if found else otherwise
