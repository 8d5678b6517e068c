"""Checklist: Code version controlled with meaningful commits.

A history of "update", "fix" and "Pushed from Domino" says nothing when a model has to be explained
a year later. Git calls this hook with the message that is about to be committed.

What to do: say in the subject what changes, and in the body why.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from mlops_checklist.hook import File, Hook, Option, Options, run
from mlops_checklist.outcome import Outcome
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources import commit_message


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge the message in the file that Git hands over."""
    try:
        re.compile(options.pattern)
    except re.error as error:
        raise SettingsError(f"--pattern {options.pattern}: {error}") from None
    if commit_message.is_merge():
        return
    # Git tells its hooks by this that it opened no editor (builtin/commit.c).
    edited = os.environ.get("GIT_EDITOR") != ":"
    message = commit_message.message(file.data, commit_message.git_settings(), edited=edited)
    yield from commit_message.judged(
        message,
        commit_message.branch(),
        conventional=options.conventional,
        pattern=options.pattern,
    )


HOOK = Hook(
    id="meaningful-commit-message",
    description="Commit messages say what changes.",
    reads={"*": b""},
    rules=commit_message.RULES,
    check=check,
    options=(
        Option("conventional", "ask for the types of Conventional Commits", False),
        Option("pattern", "a regular expression that the message must match, such as a ticket", ""),
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
