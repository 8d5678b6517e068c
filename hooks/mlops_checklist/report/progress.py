"""The line on a terminal that tells how far a long run has come."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_AFTER = 1.0  # seconds; a shorter run says nothing
_EVERY = 0.1  # seconds
_WIPE = "\r\x1b[K"  # to the beginning of the line, and what stands there away (ECMA-48)


@contextmanager
def shown() -> Iterator[Callable[[str], None]]:
    """Yield what is to be told each step; on standard error, and wiped at the end.

    Where that is no terminal, or in CI, nothing is shown.
    """
    if os.environ.get("CI") or os.environ.get("TERM") == "dumb" or not sys.stderr.isatty():
        yield lambda step: None
        return
    due = time.monotonic() + _AFTER
    is_shown = False

    def tell(step: str) -> None:
        nonlocal due, is_shown
        if time.monotonic() >= due:
            due = time.monotonic() + _EVERY
            is_shown = True
            print(f"{_WIPE}{step}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        if is_shown:
            print(_WIPE, end="", file=sys.stderr, flush=True)
