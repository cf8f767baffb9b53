"""The contract of a line of evidence: which variables, coordinates and attributes it carries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import refuse

if TYPE_CHECKING:
    import xarray as xr


def _line_faults(line: xr.Dataset) -> Iterable[str]:
    required = (n.TIME, n.TIME_BOUNDS, n.VALUE, n.LOW, n.HIGH, *n.LINE_COORDS)
    missing = [name for name in required if name not in line.variables]
    if missing:
        yield f"variables missing: {', '.join(missing)}; build the line with skytally.record"
        return
    for attribute in ("units", "unit", "counter", "long_name"):
        if attribute not in line[n.VALUE].attrs:
            yield f"value has no attribute {attribute!r}; a line has one unit and one counter"
    value, low, high = (line[name].to_numpy() for name in (n.VALUE, n.LOW, n.HIGH))
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
    """Return a line of evidence unchanged, or refuse it with all its faults.

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
