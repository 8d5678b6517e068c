"""What silences a finding: an ignore comment beside it, or a line in the baseline.

`# mlops: ignore[hook-id]` or `# mlops: ignore[hook-id/rule]`, several separated by commas, at the
end of the line or alone on the line above; a reason may follow. In Python, the first and the last
line of the statement serve as well. The comment may begin with `#`, `//`, `--` or `<!--`. In a
notebook the cell tag `mlops-ignore` silences the whole cell. In a large file nothing does.

The baseline is plain text, one fingerprint a line, sorted; lines that begin with `#` say what it
is. A fingerprint holds no line number and nothing of a secret, so that it survives moved lines.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.outcome import Outcome, Place
from mlops_checklist.sources.files import File, Unreadable, repository_root

if TYPE_CHECKING:
    from mlops_checklist.sources.notebook import Cell

BASELINE = ".mlops-checklist-baseline"
CELL_TAG = "mlops-ignore"

_IGNORE = re.compile(r"(?:#|//|--)\s*mlops:\s*ignore\[([^\]\n]*)\]")
_ALONE = re.compile(r"\s*(?:#|//|--|<!--)\s*mlops:\s*ignore\[")
_SILENCEABLE = ("violation", "missing", "undecided")


class Ignore(NamedTuple):
    """One name in an ignore comment (a hook, or `hook/rule`), or the cell tag, and where it is."""

    path: str
    place: Place
    name: str


_USED: ContextVar[set[Ignore] | None] = ContextVar("used", default=None)


@contextmanager
def noting() -> Iterator[set[Ignore]]:
    """Yield the set to which each ignore is added that silences something inside."""
    used: set[Ignore] = set()
    token = _USED.set(used)
    try:
        yield used
    finally:
        _USED.reset(token)


def note(used: Iterable[Ignore]) -> None:
    """Add ignores that silenced something elsewhere: in another process, or with another set."""
    noted = _USED.get()
    if noted is not None:
        noted.update(used)


def without_ignored(file: File, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Leave out the outcomes that an ignore comment or a cell tag of `file` silences."""
    used = _USED.get()
    for outcome in outcomes:
        silencing = _silencing(file, outcome) if outcome.kind in _SILENCEABLE else []
        if used is not None:
            used.update(silencing)
        if not silencing:
            yield outcome


def ignores(file: File) -> Iterator[Ignore]:
    """Yield every ignore of `file`; none where nothing is silenced: in large and broken files."""
    if not file.read(_may_ignore):
        return
    try:
        if file.kind != "notebook":
            yield from _in_comments(file, file.lines)
            return
        from mlops_checklist.sources.notebook import notebook

        cells = file.read(notebook).cells
    except Unreadable:
        return
    for cell in cells:
        if cell.kind == "code":
            yield from _tagged(file, cell)
            yield from _in_comments(file, cell.source.split("\n"), cell)


def _may_ignore(file: File) -> bool:
    return not (file.is_binary or file.is_large) and b"mlops" in file.bytes


def _tagged(file: File, cell: Cell) -> Iterator[Ignore]:
    if CELL_TAG in cell.tags:
        yield Ignore(file.path, cell.place(Place()), CELL_TAG)


def _in_comments(file: File, lines: Sequence[str], cell: Cell | None = None) -> Iterator[Ignore]:
    is_python = file.kind in ("python", "notebook")
    comments = _statement(lines, -1)[2] if is_python else None  # there is none: it reads them all
    for number, line in enumerate(lines):
        # Elsewhere in Markdown it is a text about such comments.
        if "mlops" in line and (file.kind != "markdown" or "<!--" in line):
            yield from _on_line(file, number, line, comments, cell)


def _on_line(
    file: File, number: int, line: str, comments: dict[int, int] | None, cell: Cell | None
) -> Iterator[Ignore]:
    """Yield the ignores of one line; `comments` are the columns where those of Python begin."""
    for found in _IGNORE.finditer(line):
        if comments is None or found.start() >= comments.get(number, len(line)):
            place = Place(number + 1, found.start() + 1)
            for name in found[1].split(","):
                yield Ignore(file.path, cell.place(place) if cell else place, name.strip())


def _silencing(file: File, outcome: Outcome) -> list[Ignore]:
    """Return the ignores of `file` that silence an outcome."""
    if not file.read(_may_ignore):
        return []
    cell = None
    try:
        lines: Sequence[str] = file.lines
        if outcome.place.cell is not None:
            from mlops_checklist.sources.notebook import notebook

            cells = file.read(notebook).cells
            cell = next(cell for cell in cells if cell.number == outcome.place.cell)
            if CELL_TAG in cell.tags:
                return [*_tagged(file, cell)]
            lines = cell.source.split("\n")
    except (Unreadable, StopIteration):
        return []
    here = outcome.place.line - 1
    first, last, comments = here, here, None
    if file.kind in ("python", "notebook"):
        first, last, comments = _statement(lines, here)
    near = {number for number in (here, first, last) if number < len(lines)}
    near |= {number - 1 for number in (here, first) if _stands_alone(lines, number - 1)}
    return [
        ignore
        for number in near
        for ignore in _on_line(file, number, lines[number], comments, cell)
        if ignore.name in (outcome.hook, f"{outcome.hook}/{outcome.rule}")
    ]


def _stands_alone(lines: Sequence[str], number: int) -> bool:
    return 0 <= number < len(lines) and _ALONE.match(lines[number]) is not None


def _statement(lines: Sequence[str], here: int) -> tuple[int, int, dict[int, int] | None]:
    """Return where the Python statement around line `here` begins and ends, and the comments.

    The comments are the column of each line that has one (all from 0); None, where the source
    cannot be told apart: then anything may be one.
    """
    import tokenize

    source = iter([f"{line}\n" for line in lines])
    comments: dict[int, int] = {}
    first: int | None = None
    try:
        for token in tokenize.generate_tokens(lambda: next(source, "")):
            if token.type == tokenize.COMMENT:
                comments[token.start[0] - 1] = token.start[1]
            elif token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
                if first is not None and first <= here < token.end[0]:
                    return first, token.start[0] - 1, comments
                first = None
            elif first is None and token.string.strip():
                first = token.start[0] - 1
    except (tokenize.TokenError, SyntaxError):
        return here, here, None
    return here, here, comments


def fingerprints(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the fingerprint of each outcome: a hash of hook, rule, path, message and ordinal.

    Of the message, numbers and what is shown of a secret (the quoted text that begins with
    "...") do not count; the ordinal tells equal findings of one file apart, in their order.
    """
    import hashlib

    seen: dict[str, int] = {}
    result = []
    for outcome in outcomes:
        words = re.sub(r"'\.\.\.[^']*'|(?<![\w.])\d+(?![\w.])", "", outcome.message)
        subject = "\n".join((outcome.hook, outcome.rule, from_root(outcome.path), words))
        seen[subject] = seen.get(subject, 0) + 1
        digest = hashlib.sha256(f"{subject}\n{seen[subject]}".encode("utf-8", "surrogateescape"))
        result.append(digest.hexdigest()[:32])
    return result


def baseline_path(given: str) -> str:
    """Return the baseline to use: the given one, else that of the repository around us."""
    return given or os.path.join(repository_root(os.curdir) or os.curdir, BASELINE)


def read_baseline(path: str) -> frozenset[str]:
    """Return the fingerprints in the baseline at `path`. Raises OSError where it cannot be read."""
    with open(path, encoding="utf-8", errors="replace") as opened:
        lines = (line.strip() for line in opened)
        return frozenset(line for line in lines if line and not line.startswith("#"))


def write_baseline(path: str, added: Iterable[str]) -> None:
    """Add fingerprints to the baseline at `path`, which need not exist yet.

    The `.gitattributes` beside it says that both sides of a merge count. Raises OSError.
    """
    known = read_baseline(path) if os.path.exists(path) else frozenset()
    with open(path, "w", encoding="utf-8", newline="\n") as opened:
        opened.write(
            "# Findings that the MLOps Checklist hooks pass over, one fingerprint a line.\n"
        )
        opened.writelines(f"{line}\n" for line in sorted(known.union(added)))
    folder, name = os.path.split(path)
    attributes = os.path.join(folder, ".gitattributes")
    line = f"{name} merge=union"
    with open(attributes, "a+", encoding="utf-8", newline="") as opened:
        opened.seek(0)
        there = opened.read()
        if line not in there.splitlines():
            opened.write(f"{'' if there.endswith(chr(10)) or not there else chr(10)}{line}\n")


def from_root(path: str) -> str:
    """Return a path as seen from the root of its repository, with slashes."""
    absolute = os.path.abspath(path)
    root = repository_root(os.path.dirname(absolute)) or os.path.abspath(os.curdir)
    return os.path.relpath(absolute, root).replace(os.sep, "/")
