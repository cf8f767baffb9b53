"""Independent pieces of work done side by side, each in a copy of this process."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

Result = TypeVar("Result")


def _can_fork() -> bool:
    """Whether a copy of this process is safe, and would have a processor of its own."""
    known = getattr(os, "sched_getaffinity", None)
    processors = len(known(0)) if known else 1
    forks = "fork" in multiprocessing.get_all_start_methods()
    is_copy = multiprocessing.current_process().daemon
    # a lock that another thread holds would stay locked in the copy for ever
    return forks and not is_copy and processors > 1 and threading.active_count() == 1


def _answer(work: Callable[[], Any], end: Connection) -> None:
    try:
        end.send((work(), None))
    except Exception as error:
        end.send((None, error))


def side_by_side(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do pieces of work that do not need one another, at the same time where that can be.

    Parameters
    ----------
    works : sequence of callable
        The first is done here, each other one in a copy of this process, which sees all that
        is in memory and whose result comes back; what it keeps or notes for later is lost.

    Returns
    -------
    list
        Result of each, in the order of the works, the same as one after the other.

    Raises
    ------
    Exception
        What the first of the works that fails raises.

    Examples
    --------
    >>> side_by_side([lambda: 1 + 1, lambda: 2 * 3])
    [2, 6]
    """
    if not _can_fork():
        return [work() for work in works]
    fork = multiprocessing.get_context("fork")
    copies = []
    for work in works[1:]:
        ours, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=_answer, args=(work, theirs), daemon=True)
        process.start()
        theirs.close()
        copies.append((work, ours, process))
    try:
        results = [work() for work in works[:1]]
        for work, ours, process in copies:
            try:
                result, error = ours.recv()
            except EOFError:  # the copy was ended by the system
                result, error = work(), None
            if error is not None:
                raise error
            results.append(result)
            process.join()
    finally:
        for _, ours, process in copies:
            process.terminate()
            ours.close()
    return results
