"""Pieces of work done side by side in copies of this process."""

from __future__ import annotations

import multiprocessing
import os
import threading

import pytest

from skytally.core import DataError, side_by_side

forking = pytest.mark.skipif(
    len(getattr(os, "sched_getaffinity", lambda _: [0])(0)) < 2, reason="one processor only"
)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the threads of the test runner count as none."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(multiprocessing.current_process(), "_config", {})


@forking
@pytest.mark.usefixtures("alone")
def test_works_are_done_in_copies_and_results_come_back_in_order() -> None:
    """The first here, each other one elsewhere, with what this process has in memory."""
    known = {"word": "seen"}
    here, *others = side_by_side([lambda: (os.getpid(), known["word"])] * 3)
    assert here == (os.getpid(), "seen")
    assert len({number for number, _ in others} - {os.getpid()}) == 2
    assert {word for _, word in others} == {"seen"}


@forking
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("place", [0, 1])
def test_a_fault_of_a_copy_is_raised_here(place: int) -> None:
    """With its own class and words, whichever of the works it is in."""

    def fail() -> int:
        message = "no such row; correct it"
        raise DataError(message)

    works = [lambda: 1, lambda: 2]
    works[place] = fail
    with pytest.raises(DataError, match="no such row; correct it"):
        side_by_side(works)


@forking
@pytest.mark.usefixtures("alone")
def test_work_of_a_copy_that_was_ended_is_done_here() -> None:
    """A copy that the system kills loses nothing."""
    here = os.getpid()

    def die_elsewhere() -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return "done"

    assert side_by_side([lambda: "first", die_elsewhere]) == ["first", "done"]


def test_a_process_with_threads_is_not_copied() -> None:
    """A lock that another thread holds would stay locked for ever in the copy."""
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert side_by_side([os.getpid, os.getpid]) == [os.getpid()] * 2
    finally:
        stop.set()
        thread.join()
