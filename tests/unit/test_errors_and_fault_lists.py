"""Refusals: all faults at once, in one error of a builtin kind; one sentence for a full disk."""

from __future__ import annotations

import errno

import pytest

from skytally.core import file_fault
from skytally.core.errors_and_fault_lists import (
    DataError,
    Fault,
    IntegrityError,
    alike_once,
    refuse,
)


def test_refuse_lists_every_fault() -> None:
    """One message counts the faults and gives each a line of its own."""
    with pytest.raises(DataError, match=r"^table x: 2 faults\n  first\n  second$"):
        refuse(["first", "second"], what="table x")


def test_refuse_counts_one_in_the_singular() -> None:
    """A single fault is one fault."""
    with pytest.raises(DataError, match=r"^table x: 1 fault\n  only$"):
        refuse(iter(["only"]), what="table x")


def test_a_fault_that_stands_for_many_is_not_counted_as_one() -> None:
    """Many kinds of cells of one column, each on many lines, keep the number of each."""
    faults = [
        Fault("t.csv", 10 * kind + line, "reading", f"'word {kind}'", "use another")
        for kind in range(12)
        for line in range(7)
    ]
    told = [fault.found for fault in alike_once(faults)]
    assert told[1] == "'word 1', and in 6 more cells, lines 11 to 16"
    assert len(told) == 12
    single = [Fault("t.csv", kind, "day", f"'{kind}.1.'", "write a day") for kind in range(2, 14)]
    (once,) = alike_once(single)
    assert once.found == "'2.1.', and in 11 more cells, lines 3 to 13"


def test_refuse_without_faults_does_nothing() -> None:
    """No fault, no error."""
    refuse([], what="table x")


def test_errors_are_builtin_kinds() -> None:
    """A caller may catch the errors as the builtins they are."""
    assert issubclass(DataError, ValueError)
    assert issubclass(IntegrityError, RuntimeError)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "free some space on the disk"),
        (errno.EROFS, "work in a copy of the project that can be written"),
        (errno.EACCES, "give this user the right to it"),
        (errno.EIO, "mend it, and run it again"),
    ],
)
def test_file_fault_says_which_file_why_and_what_to_do(number: int, expected: str) -> None:
    """A disk that refuses is one sentence."""
    said = file_fault(OSError(number, "made up", "data/x.csv"))
    assert said.startswith("data/x.csv: found made up; ")
    assert expected in said
