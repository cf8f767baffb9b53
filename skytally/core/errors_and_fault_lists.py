"""Errors of the project, the faults they list, and how all faults are refused at once."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

DISK_ADVICE = {
    errno.ENOSPC: "free some space on the disk, and run it again",
    errno.EDQUOT: "free some space within the quota, and run it again",
    errno.EROFS: "work in a copy of the project that can be written",
    errno.EACCES: "give this user the right to it",
    errno.EPERM: "give this user the right to it",
    errno.ENOENT: "restore it",
    errno.EEXIST: "move what lies in its place away",
    errno.ENOTDIR: "move the file that lies in the place of a folder away",
    errno.EISDIR: "move the folder that lies in the place of a file away",
}
"""What to do where the operating system refuses a file."""


LISTED_ALIKE = 5
"""Lines with the same fault that are listed one by one."""
LISTED_IN_COLUMN = 10
"""Cells of one column with the same advice that are listed one by one, whatever stands in them."""
LISTED_RUNS = 12
"""Runs of lines that are named, before the last line stands for the rest."""


class DataError(ValueError):
    """Input that cannot be used as it is; the message says what, where and what to do."""


class IntegrityError(RuntimeError):
    """A file that must never change differs from the registered one."""


class AcquisitionError(RuntimeError):
    """A scene that could not be acquired; the message says which, from where and what was found."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file."""

    file: str
    """File name."""
    line: int
    """Line of the file, the first being 1; 0 where the whole file is meant."""
    column: str
    """Column of a table, or empty where the whole line is meant."""
    found: str
    """What stands there."""
    advice: str
    """What to do."""
    kind: tuple[str, ...] = ()
    """Of what sort it is, and of what, such as an unknown word of a vocabulary; empty where nobody
    asks. A rule that tells many faults as one compares this, and no words of a message."""

    def __str__(self) -> str:
        """Return the fault as one sentence: file, line, column, what was found, what to do."""
        place = self.file
        if self.line:
            place += f", line {self.line}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: found {self.found}; {self.advice}"


def alike_once(faults: Sequence[Fault]) -> list[Fault]:
    """Faults of one file, those that are alike on many lines told once, with their number.

    What a program did to a whole file, such as a comma after each row or a time behind each day,
    is one fault of it.

    Parameters
    ----------
    faults : sequence of Fault
        In the order of the lines.

    Returns
    -------
    list of Fault
        Where more than `LISTED_ALIKE` have the same `Fault.found` and `Fault.advice`, or more
        than `LISTED_IN_COLUMN` the same `Fault.column` and `Fault.advice`, the first, which names
        the lines of the rest.
    """
    same_text = _first_of_many(
        faults, lambda fault: (fault.file, fault.found, fault.advice), LISTED_ALIKE
    )
    # one that stands for many already would be counted as one
    single = {*faults}
    return _first_of_many(
        same_text,
        lambda fault: (
            (fault.file, fault.column, fault.advice) if fault.column and fault in single else fault
        ),
        LISTED_IN_COLUMN,
    )


def _first_of_many(
    faults: Sequence[Fault], kind: Callable[[Fault], Hashable], most: int
) -> list[Fault]:
    alike: dict[Hashable, list[Fault]] = {}
    for fault in faults:
        alike.setdefault(kind(fault), []).append(fault)
    told = []
    for fault in faults:
        same = alike[kind(fault)]
        if len(same) <= most:
            told.append(fault)
        elif fault is same[0]:
            what = "cells, lines" if fault.column else "lines,"
            rest = line_runs([each.line for each in same[1:]])
            found = f"{fault.found}, and in {len(same) - 1} more {what} {rest}"
            told.append(replace(fault, found=found))
    return told


def line_runs(lines: Sequence[int]) -> str:
    """Lines in words, those that follow one another as a run."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line in (runs[-1][1], runs[-1][1] + 1):
            runs[-1][1] = line
        else:
            runs.append([line, line])
    named = [
        str(first) if first == last else f"{first} to {last}" for first, last in runs[:LISTED_RUNS]
    ]
    more = f" and more to line {runs[-1][1]}" if len(runs) > LISTED_RUNS else ""
    return f"{', '.join(named)}{more}"


def file_fault(error: OSError) -> str:
    """Sentence on a file that the operating system refused: which, why, and what to do.

    Parameters
    ----------
    error : OSError
        As reading or writing raised it.

    Returns
    -------
    str

    Examples
    --------
    >>> file_fault(OSError(errno.ENOSPC, "No space left on device", "data/x.csv"))
    'data/x.csv: found No space left on device; free some space on the disk, and run it again'
    """
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "a file"
    advice = DISK_ADVICE.get(error.errno or 0, "mend it, and run it again")
    return f"{place}: found {error.strerror or error}; {advice}"


def refuse(faults: Iterable[object], *, what: str) -> None:
    """Raise one `DataError` that lists every fault; do nothing when there is none.

    Parameters
    ----------
    faults : iterable of `Fault` or str
        One sentence a fault, with its place, what was found and what to do.
    what : str
        What is refused, for the first line of the message.

    Raises
    ------
    DataError
        If there is at least one fault.
    """
    listed = list(faults)
    if listed:
        message = f"{what}: {len(listed)} fault{'s' if len(listed) > 1 else ''}\n" + "\n".join(
            f"  {fault}" for fault in listed
        )
        raise DataError(message)
