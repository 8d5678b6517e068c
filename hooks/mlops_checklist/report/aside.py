"""A part of the work in a process of its own, on systems that can fork."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, TypeVar

Result = TypeVar("Result")


def can_help() -> bool:
    """Tell whether a second process would save time here: not without a second processor."""
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return False  # a process of several threads cannot be forked safely
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) > 1
    return (os.cpu_count() or 1) > 1


@contextmanager
def aside(work: Callable[[], Result], *, helps: bool) -> Iterator[Callable[[], Result]]:
    """Begin `work` in a process of its own if that `helps`; yield what waits for its result.

    Without, and where that process dies, `work` is done when its result is asked for. What it
    raises is raised there, and it leaves nothing else behind in this process.
    """
    if not helps:
        yield work
        return
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _report(work, writing)
    os.close(writing)
    with open(reading, "rb") as pipe:
        try:
            yield lambda: _received(pipe, work)
        finally:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)  # if it is still at work, nobody waits for it
            os.waitpid(child, 0)


def _report(work: Callable[[], object], writing: int) -> None:
    """Do the work, write what it gives, and end this process, which is a copy of the other one."""
    try:
        try:
            told: tuple[object, BaseException | None] = (work(), None)
        except Exception as error:
            told = (None, error)
        with open(writing, "wb") as pipe:
            pickle.dump(told, pipe, pickle.HIGHEST_PROTOCOL)
    finally:
        os._exit(0)


def _received(pipe: IO[bytes], work: Callable[[], Result]) -> Result:
    try:
        result, error = pickle.load(pipe)
    except (EOFError, pickle.UnpicklingError):
        return work()
    if error is not None:
        raise error
    found: Result = result
    return found
