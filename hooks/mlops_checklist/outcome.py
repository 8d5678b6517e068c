"""What a rule says about a place in a file: five kinds of outcome, small and immutable."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Kind = Literal["violation", "missing", "evidence", "undecided", "error"]


class Place(NamedTuple):
    """Where in a file. Lines and columns count from 1, columns in characters.

    In a notebook, `cell` is the code cell (from 1), `line` the line in that cell and
    `file_line` the physical line in the .ipynb file; elsewhere both are None.
    """

    line: int = 1
    column: int = 1
    cell: int | None = None
    file_line: int | None = None


class Edit(NamedTuple):
    """A repair: the bytes from `start` up to `end` of the file become `new`."""

    start: int
    end: int
    new: bytes


class Outcome(NamedTuple):
    """One thing that a rule says.

    Rules fill the first five fields; the runner adds which hook speaks of which file.
    `edits` holds the repair where the rule has a safe one. `rule` of an error is
    "unreadable", "unparseable" or "defect".
    """

    kind: Kind
    rule: str
    place: Place
    message: str
    edits: tuple[Edit, ...] = ()
    path: str = ""
    hook: str = ""

    @property
    def order(self) -> tuple[object, ...]:
        """The sort key: by path, then by place, then by rule and message."""
        place = self.place
        return (
            self.path,
            place.cell or 0,
            place.line,
            place.column,
            self.hook,
            self.rule,
            self.message,
        )


def violation(rule: str, place: Place, message: str, edits: tuple[Edit, ...] = ()) -> Outcome:
    """The item is broken here; `message` says what is wrong and what to do."""
    return Outcome("violation", rule, place, message, edits)


def missing(rule: str, place: Place, message: str) -> Outcome:
    """The subject exists here and nothing in Git speaks for the item."""
    return Outcome("missing", rule, place, message)


def evidence(rule: str, place: Place, message: str) -> Outcome:
    """The item is satisfied here."""
    return Outcome("evidence", rule, place, message)


def undecided(rule: str, place: Place, message: str) -> Outcome:
    """The rule applies here, and the repository does not tell whether it is kept."""
    return Outcome("undecided", rule, place, message)


def enumerated(parts: Sequence[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
