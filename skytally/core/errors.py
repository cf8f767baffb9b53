"""Refuse what is wrong at the door: the errors of the project and the test of a line."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from skytally.core import names as n


class DataError(ValueError):
    """Input that cannot be used as it is; the message says what, where and what to do."""


class IntegrityError(RuntimeError):
    """A file that must never change is not the file that was registered."""


class AcquisitionError(RuntimeError):
    """A scene that could not be had; the message says which, from where and what was found."""


def refuse(faults: Iterable[str], *, what: str) -> None:
    """Raise one `DataError` that lists every fault, or do nothing when there is none.

    Parameters
    ----------
    faults : iterable of str
        One sentence a fault, each with its place, what was found and what to do.
    what : str
        What is being refused, for the first line of the message.

    Raises
    ------
    DataError
        If there is at least one fault.
    """
    found = list(faults)
    if found:
        message = f"{what}: {len(found)} fault{'s' if len(found) > 1 else ''}\n" + "\n".join(
            f"  {fault}" for fault in found
        )
        raise DataError(message)


def _line_faults(line: xr.Dataset) -> Iterable[str]:
    missing = [
        word
        for word in (n.TIME, n.TIME_BOUNDS, n.VALUE, n.LOW, n.HIGH, *n.LINE_COORDS)
        if word not in line.variables
    ]
    if missing:
        yield f"variables missing: {', '.join(missing)}; build the line with skytally.record"
        return
    for attribute in ("units", "unit", "counter", "long_name"):
        if attribute not in line[n.VALUE].attrs:
            yield f"value has no attribute {attribute!r}; a line has one unit and one counter"
    value, low, high = (line[word].to_numpy() for word in (n.VALUE, n.LOW, n.HIGH))
    state = line[n.STATE].to_numpy()
    time, bounds = line[n.TIME].to_numpy(), line[n.TIME_BOUNDS].to_numpy()
    for i, row in enumerate(line[n.ROW].to_numpy()):
        if not np.isnan(value[i]) and (np.isnan(low[i]) or np.isnan(high[i])):
            yield f"row {row}: a value without low and high; give its bounds"
        if not low[i] <= value[i] <= high[i] and not np.isnan(value[i]):
            yield f"row {row}: value {value[i]} is outside its bounds {low[i]} to {high[i]}"
        if state[i] == n.NOTHING_SEEN and value[i] != 0:
            yield f"row {row}: nothing seen must have the value 0, found {value[i]}"
        if state[i] in (n.UNCLEAR, n.SOMETHING_SEEN) and not np.isnan(value[i]):
            yield f"row {row}: state {str(state[i])!r} must have no value, found {value[i]}"
        if not bounds[i, 0] <= time[i] < bounds[i, 1]:
            yield f"row {row}: time {time[i]} is outside its bounds"
    if np.any(np.diff(time) < np.timedelta64(0, "ns")):
        yield "time runs backwards; sort the rows by time"


def check_line(line: xr.Dataset) -> xr.Dataset:
    """Return the line unchanged, or refuse it with all its faults.

    Parameters
    ----------
    line : xarray.Dataset, dims (time)
        A line of evidence.

    Returns
    -------
    xarray.Dataset
        The same object.

    Raises
    ------
    DataError
        If a variable, coordinate or attribute is missing, a value lies outside its bounds
        or has none, a state contradicts its value, or time is out of order.
    """
    refuse(_line_faults(line), what=f"line {line.attrs.get('title', '(untitled)')}")
    return line
