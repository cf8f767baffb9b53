"""Errors of the project, the faults they list, and how all faults are refused at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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

    def __str__(self) -> str:
        """Return the fault as one sentence: file, line, column, what was found, what to do."""
        place = self.file
        if self.line:
            place += f", line {self.line}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: found {self.found}; {self.advice}"


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
