"""Checklist: Code version controlled with meaningful commits.

What `meaningful-commit-message` asks of the message that is being written, this hook asks of those
that are there: of the commits that are pushed, or of a pull request in CI.

What to do: reword them with `git rebase --interactive`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from mlops_checklist.hook import File, Hook, Option, Options, run
from mlops_checklist.outcome import Outcome
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources import commit_message

_NOTHING = "0" * 40  # what Git says of a branch that is not there yet, githooks(5)


def find(options: Options, _: object) -> Iterator[File]:
    """Yield the messages of the commits between two references, merges left out."""
    try:
        re.compile(options.pattern)
    except re.error as error:
        raise SettingsError(f"--pattern {options.pattern}: {error}") from None
    first = options.from_ref or os.environ.get("PRE_COMMIT_FROM_REF", "")
    last = options.to_ref or os.environ.get("PRE_COMMIT_TO_REF", "") or "HEAD"
    if not first:
        raise SettingsError("give --from-ref, or let pre-commit set PRE_COMMIT_FROM_REF")
    try:
        found = commit_message.commits("" if first == _NOTHING else first, last)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    for name, message in found:
        yield File(name, "commit", message)


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge the message of one commit."""
    yield from commit_message.judged(
        commit_message.message(file.data, {"commit.cleanup": "verbatim"}, edited=False),
        "",
        conventional=options.conventional,
        pattern=options.pattern,
    )


HOOK = Hook(
    id="meaningful-commit-range",
    description="The messages of a range of commits say what changes.",
    reads={"*": b""},
    rules=commit_message.RULES,
    check=check,
    finds=find,
    options=(
        Option("from-ref", "the commit before the first (default: what pre-commit says)", ""),
        Option("to-ref", "the last commit (default: what pre-commit says, else HEAD)", ""),
        Option("conventional", "ask for the types of Conventional Commits", False),
        Option("pattern", "a regular expression that the message must match, such as a ticket", ""),
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
