"""What is done again and again by a program that never ends, or by people whom a text tells to.

A loop without end, of Python or a shell, that works and then sleeps for a minute or more waits for
its next turn. Loops that poll, consume, serve, or end by themselves do not, nor do those of a
thread in a service.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from mlops_checklist.outcome import Place
from mlops_checklist.sources import markdown, python, shell, values
from mlops_checklist.sources.files import File
from mlops_checklist.sources.python import FUNCTIONS, Module

_SCHEDULING = rb"run_pending|BlockingScheduler"
TRIGGER = rb"while[ \t(]+(?:True|1)\b|" + _SCHEDULING
_SHORTEST = 60  # seconds
_SLEEPING = (
    rb"\bsleep\s*\((?!\s*(?:[0-5]?\d(?:\.\d*)?|\.\d+)\s*\))"  # for other than a short number
)
_SERVING = frozenset("start_http_server serve_forever serve make_server".split())
_CONSUMING = frozenset(
    "poll receive receive_message receive_messages consume recv xread xreadgroup pull".split()
)
_SAYING = re.compile(
    r"print|sys\.std(?:out|err)\..*|.*\b(?:logg?(?:er|ing)?)\b.*|time\..*|datetime\..*"
)


def loops(file: File) -> Iterator[tuple[Place, str]]:
    """Yield the loops and schedulers that wait for their next turn: where, and what each does."""
    if not file.matches(_SLEEPING) and not file.matches(_SCHEDULING):
        return
    module = file.read(python.module)
    if any(python.last_name(call.func) in _SERVING for call in module.calls):
        return
    for call in module.calls:
        name = module.qualified(call.func) or ""
        if re.fullmatch(r"apscheduler\..*BlockingScheduler\(\)\.start", name):
            yield module.place(call), "this scheduler waits for its next turn"
    for node in module.nodes(ast.While):
        if not isinstance(node.test, ast.Constant):
            continue
        if node.test.value and not _is_of_a_thread(module, node):
            if _calls(module, node, "schedule.run_pending"):
                yield module.place(node), "this loop waits until something is due"
            elif (seconds := _sleeps(module, node)) and _works(module, node):
                yield module.place(node), f"this loop works, then sleeps for {seconds:g} seconds"


def _inside(loop: ast.While) -> Iterator[ast.AST]:
    """Yield what each turn runs: no functions that are only defined, no handlers of errors."""
    waiting: list[ast.AST] = [*loop.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            waiting += (
                each for each in python.children(node) if not isinstance(each, ast.ExceptHandler)
            )


def _calls(module: Module, loop: ast.While, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and module.qualified(node.func) == name for node in _inside(loop)
    )


def _sleeps(module: Module, loop: ast.While) -> float | None:
    """Return how long each turn sleeps, if that is a minute or more; None if it is not known."""
    waiting = [*loop.body]
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, (ast.Try, ast.With)):
            waiting += [*statement.body, *getattr(statement, "finalbody", ())]
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            if module.qualified(call.func) == "time.sleep" and call.args:
                found = [
                    _number(module, each)
                    for each in module.file.read(values.values).expressions(call.args[0])
                ]
                known = [number for number in found if number is not None]
                if known and len(known) == len(found) and min(known) >= _SHORTEST:
                    return min(known)
    return None


def _number(module: Module, node: ast.AST, depth: int = 0) -> float | None:
    """Return the number that an expression of literals and names for them is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value) if abs(node.value) < 10**9 else None
    if depth < 8 and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left, right = (_number(module, side, depth + 1) for side in (node.left, node.right))
        return None if left is None or right is None else left * right
    if depth < 8 and isinstance(node, ast.Name):
        behind = [*module.file.read(values.values).expressions(node)]
        if len(behind) == 1 and behind[0] is not node:
            return _number(module, behind[0], depth + 1)
    return None


def _works(module: Module, loop: ast.While) -> bool:
    """Tell whether each turn does more than wait or consume, and only an error ends it."""
    works = False
    for node in _inside(loop):
        if isinstance(node, ast.Return) or (
            isinstance(node, ast.Break) and _leaves(module, node, loop)
        ):
            return False
        if isinstance(node, ast.Call):
            name = module.qualified(node.func) or python.last_name(node.func)
            if python.last_name(node.func) in _CONSUMING:
                return False
            works = works or not _SAYING.fullmatch(name)
    return works


def _leaves(module: Module, node: ast.Break, loop: ast.While) -> bool:
    around = module.parent(node)
    while around is not None and not isinstance(around, (ast.For, ast.AsyncFor, ast.While)):
        around = module.parent(around)
    return around is loop


def _is_of_a_thread(module: Module, loop: ast.While) -> bool:
    """Tell whether the loop's function is handed to others to run it, or is a thread's `run`."""
    function = module.enclosing_function(loop)
    if function is None:
        return False
    owner = module.enclosing(function, ast.ClassDef)
    if owner is not None and any("Thread" in python.last_name(base) for base in owner.bases):
        return True
    return any(
        python.last_name(node) == function.name
        for call in module.calls
        for node in (*call.args, *(keyword.value for keyword in call.keywords))
        if isinstance(node, (ast.Name, ast.Attribute))
    )


# --- Shell scripts ----------------------------------------------------------------------------

IN_SHELL = rb"\b(?:while|until|for)\b"
# Programs that do no work, and those by which a loop ends or serves.
_IDLE = frozenset("true : [ [[ test sleep echo printf date cd set export wait".split())
_ENDING = frozenset("break exit return exec kill nc curl wget kubectl tail".split())
_ENDLESS = re.compile(
    r"(?m)^[ \t]*(?:while[ \t]+(?:true|:|\[+[ \t]+(?:1|true)[ \t]+\]+|sleep\b[^;\n]*)"
    r"|until[ \t]+false|for[ \t]*\(\([ \t]*;[ \t]*;[ \t]*\)\))[ \t]*(?=;|$|#)"
)
_BLOCK = re.compile(r"#[^\n]*|\b(?P<opens>do)\b|\b(?P<closes>done)\b")
_MOST_LOOPS = 50  # of a script
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def shell_loops(file: File) -> Iterator[tuple[Place, str]]:
    """Yield the loops of a shell script that work, then sleep for a minute or more."""
    text = file.text
    for found in islice(_ENDLESS.finditer(text), _MOST_LOOPS):
        first, last = _line(text, found.start()), _line(text, _end_of_loop(text, found.end()))
        inside = [
            shell.unwrapped(command)
            for command in file.read(_commands_of)
            if command.words and first <= command.words[0].place.line <= last
        ]
        names = {shell.program(command) for command in inside}
        seconds = max(map(_slept, inside), default=0)
        if seconds >= _SHORTEST and names - _IDLE and not names & _ENDING:
            start = found.start() + len(found[0]) - len(found[0].lstrip())
            column = start - text.rfind("\n", 0, start)
            yield Place(first, column), f"this loop works, then sleeps for {seconds:g} seconds"


def _commands_of(file: File) -> list[shell.Command]:
    return shell.commands(file.text)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _end_of_loop(text: str, at: int) -> int:
    """Return where the loop that begins before `at` ends; the end of the text where it does not."""
    depth = 0
    for found in _BLOCK.finditer(text, at):
        depth += bool(found["opens"]) - bool(found["closes"])
        if found["closes"] and depth <= 0:
            return found.start()
    return len(text)


def _slept(command: shell.Command) -> float:
    """Return for how many seconds `sleep` is told to; 0 for other commands and unknown times."""
    if shell.program(command) != "sleep":
        return 0
    given = [re.fullmatch(r"(\d{1,7}(?:\.\d+)?)([smhd]?)", word.text) for word in command.words[1:]]
    return sum(float(each[1]) * _UNITS[each[2]] for each in given if each is not None)


# --- Texts ------------------------------------------------------------------------------------

_PERIOD = (
    r"(?:(?:every|each) (?:single |other |few |\d+ )?(?:days?|nights?|mornings?|evenings?|weeks?"
    r"|months?|quarters?|hours?|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"|once (?:a|per|every) (?:day|week|month|quarter)\b"
    r"|(?:hourly|daily|nightly|weekly|monthly|quarterly)(?= *(?:[.,;:!)]|$|by hand|manually)))"
)
_DO = (
    r"(?:manually )?(?:(?:re-?)?run|re-?execute|execute|re-?train|trigger"
    r"|refresh(?= (?:\w+ ){0,3}(?:data\w*|features?|models?|predictions|tables?)))\b"
)
_TOLD = (
    r"(?:(?:please|then|now|remember to|do not forget to|don't forget to|make sure to"
    r"|(?:you|we|someone|somebody) (?:must|have to|need to|should|has to|needs to))[, ]+)?"
)
_SENTENCES = (
    re.compile(rf"(?i){_TOLD}{_DO}.{{0,160}}?{_PERIOD}"),
    re.compile(rf"(?i)(?:on )?{_PERIOD}(?: morning| night)?[,:]? +{_TOLD}{_DO}"),
    re.compile(
        r"(?i).{0,120}\b(?:must|ha(?:s|ve) to|needs? to|should) be (?:manually )?"
        rf"(?:(?:re-?)?run|executed|re-?trained|refreshed|triggered)\b.{{0,120}}?{_PERIOD}"
    ),
)
_BY_ITSELF = re.compile(
    r"(?i)cron|schedul|airflow|automat|\bCI\b|workflow|jenkins|github|gitlab|dagster|prefect|argo"
)
_MARKER = re.compile(r"[ \t]*(?:>[ \t]*)*(?:[-*+]|\d{1,3}[.)])?[ \t]+(?:\[[ xX]\][ \t]+)?|^")
_WORDS = re.compile(r"(?i)run|execute|train|trigger|refresh")


def told(file: File) -> Iterator[tuple[Place, str]]:
    """Yield the sentences of a document that have people run something again and again."""
    for number, column, sentence in _sentences(file.read(markdown.markdown).lines):
        if not _WORDS.search(sentence) or _BY_ITSELF.search(sentence):
            continue
        if any(shape.match(sentence) for shape in _SENTENCES):
            yield Place(number, column), sentence


def _sentences(lines: tuple[markdown.Line, ...]) -> Iterator[tuple[int, int, str]]:
    """Yield line, column and text of each sentence; one may go on over the lines of a paragraph."""
    paragraph: list[tuple[int, int, str]] = []
    for line in (*lines, markdown.Line(0, "", "text", "")):
        marker = _MARKER.match(line.text)
        start = marker.end() if marker else 0
        begins = marker is not None and marker[0].strip(" \t>") != ""
        if line.kind != "text" or not line.text.strip() or begins or "|" in line.text:
            yield from _split(paragraph)
            paragraph = []
        if line.kind == "text" and line.text[start:].strip() and "|" not in line.text:
            paragraph.append((line.number, start, line.text))


def _split(paragraph: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    if len(paragraph) > 40:
        return  # no prose
    text, begins = "", []
    for number, start, line in paragraph:
        begins.append((len(text), number, start))
        text += line[start:].rstrip() + " "
    at = 0
    for end in re.finditer(r"[.!?](?=\s)|$", text):
        piece = text[at : end.end()]
        offset = at + len(piece) - len(piece.lstrip())
        if piece.strip():
            first, number, start = next(each for each in reversed(begins) if each[0] <= offset)
            yield number, start + offset - first + 1, re.sub(r"[*_`]+", "", piece).strip()
        at = end.end()
