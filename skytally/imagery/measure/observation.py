"""One look, one row: what a measure says of a look, and the line that the rows make."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from skytally.core import names as n
from skytally.core.errors import DataError, check_line, refuse
from skytally.core.quantity import Quantity, said

UNITS = ("m", "m2", "cars", "teu", "ships", "pits", "dB", "refl", "p")
"""Units a measure may use: METHODS section 2, and pits."""
CF_UNITS = {"m": "m", "m2": "m2", "dB": "dB"}
"""UDUNITS spelling; whatever is counted, a reflectance and a probability have the CF unit 1."""
LEVEL = 0.9
"""Stated coverage of ``low`` to ``high``."""
WORDS = {"cars": "railcars", "teu": "TEU", "m2": "m2", "ships": "ships"}
"""Units as they are said on a page."""
ONE_SECOND = np.timedelta64(1, "s")
STATES = (n.COUNTED, n.SOMETHING_SEEN, n.NOTHING_SEEN, n.UNCLEAR)


@dataclass(frozen=True)
class Look:
    """What one look at one place says of one quantity."""

    time: np.datetime64
    """Acquisition, UTC."""
    item_id: str
    """Name of the scene, empty where the cube has none."""
    value: float
    """The quantity in `unit`; 0 when nothing was found, NaN when the look cannot tell."""
    low: float
    """Lower end of the interval of about 90 percent, NaN when the look cannot tell."""
    high: float
    """Upper end of it; when nothing was found, the most that may have been missed."""
    unit: str
    """One of `UNITS`."""
    p_detect: float
    """Probability of finding the object the measure was made for, NaN when unusable."""
    p_false: float
    """Probability of finding one where none is, NaN when unusable."""
    state: str
    """``counted``, ``seen`` (there, but no number), ``nothing-seen`` or ``unclear``."""
    reason: str
    """Why the look cannot tell, or why it gives no number; empty otherwise."""
    flags: tuple[str, ...] = ()
    """What to know before using the row: haze, glint, lee, ice, unregistered, ..."""
    group: str = ""
    """The reference group the look was compared with: sensor, orbit, direction, processor."""
    details: Mapping[str, float] = field(default_factory=dict)
    """Diagnostics by name: shift in metres, ring offset, share of clear ring, and so on."""

    def __post_init__(self) -> None:
        """Refuse a row that contradicts itself, and freeze its details."""
        refuse(_look_faults(self), what=f"look {self.item_id or self.time}")
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))


def _look_faults(look: Look) -> Iterable[str]:
    if look.unit not in UNITS:
        yield f"unit {look.unit!r}; use one of {', '.join(UNITS)}"
    if look.state not in STATES:
        yield f"state {look.state!r}; use one of {', '.join(STATES)}"
    told = not math.isnan(look.value)
    if told and not look.low <= look.value <= look.high:
        yield f"value {look.value} outside {look.low} to {look.high}; give bounds that hold it"
    if look.state == n.NOTHING_SEEN and look.value != 0:
        yield f"nothing seen, but the value is {look.value}; give 0"
    if look.state == n.COUNTED and not told:
        yield "counted, but there is no value; use unclear with a reason"
    if look.state in (n.UNCLEAR, n.SOMETHING_SEEN) and told:
        yield f"{look.state}, but the value is {look.value}; give NaN"
    if look.state in (n.UNCLEAR, n.SOMETHING_SEEN) and not look.reason:
        yield f"{look.state} without a reason; say why there is no number"
    for word in ("p_detect", "p_false"):
        chance = getattr(look, word)
        if not (math.isnan(chance) or 0.0 <= chance <= 1.0):
            yield f"{word} is {chance}; give a probability"


def unclear(
    time: np.datetime64,
    reason: str,
    *,
    unit: str,
    item_id: str = "",
    flags: Iterable[str] = (),
    group: str = "",
    details: Mapping[str, float] | None = None,
) -> Look:
    """Give the row of a look that cannot tell.

    Parameters
    ----------
    time : numpy.datetime64
        Acquisition, UTC.
    reason : str
        Why it cannot tell.
    unit : str
        One of `UNITS`.
    item_id, flags, group, details
        As in `Look`.

    Returns
    -------
    Look
        Value, bounds and probabilities NaN.

    Examples
    --------
    >>> unclear(np.datetime64("2023-08-27T02:15:49"), "cloud over the ring", unit="ships").state
    'unclear'
    """
    nan = math.nan
    return Look(
        time, item_id, nan, nan, nan, unit, nan, nan, n.UNCLEAR, reason, tuple(flags), group,
        details or {},
    )  # fmt: skip


def table_of_looks(looks: Sequence[Look]) -> pd.DataFrame:
    """Give the rows as a table, one row a look, flags joined by blanks.

    Parameters
    ----------
    looks : sequence of Look
        Rows of one measure.

    Returns
    -------
    pandas.DataFrame
        Columns as the fields of `Look`, then one column a diagnostic.
    """
    rows = [
        {
            "time": each.time,
            "item_id": each.item_id,
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "unit": each.unit,
            "p_detect": each.p_detect,
            "p_false": each.p_false,
            "state": each.state,
            "reason": each.reason,
            "flags": " ".join(each.flags),
            "group": each.group,
            **each.details,
        }
        for each in looks
    ]
    return pd.DataFrame(rows)


def _times(looks: Sequence[Look], title: str) -> np.ndarray:
    if not looks:
        message = f"line {title!r}: no look; a line needs at least one row, even an unclear one"
        raise DataError(message)
    units = sorted({each.unit for each in looks})
    if len(units) > 1:
        message = f"line {title!r}: units {', '.join(units)}; make one line a unit"
        raise DataError(message)
    times = np.array([each.time for each in looks], "datetime64[ns]")
    late = np.flatnonzero(np.diff(times) <= np.timedelta64(0, "ns"))
    if late.size:
        message = (
            f"line {title!r}: look {times[late[0] + 1]} is not later than the one before it; "
            "sort the looks by time and keep one row a look"
        )
        raise DataError(message)
    return times


def _said(look: Look) -> str:
    if look.state == n.NOTHING_SEEN:
        return "nothing found"
    if math.isnan(look.value):
        return f"no number: {look.reason}"
    unit = WORDS.get(look.unit, look.unit)
    digits = 2 if look.unit in ("refl", "p", "dB") else 0
    value = round(look.value, digits)
    return said(Quantity(value, math.nan, math.nan, n.ABOUT if digits == 0 else "", unit))


def _coordinates(looks: Sequence[Look], scope: str, source: str) -> dict[str, list[str]]:
    stamps = [pd.Timestamp(each.time) for each in looks]
    return {
        n.ROW: [
            each.item_id or f"{scope}-{stamp:%Y%m%dT%H%M%S}"
            for each, stamp in zip(looks, stamps, strict=True)
        ],
        n.SOURCE: [source] * len(looks),
        n.BOUND: [n.ABOUT if math.isfinite(each.value) else "" for each in looks],
        n.STATE: [each.state for each in looks],
        n.SCOPE: [scope] * len(looks),
        n.READING: ["measured"] * len(looks),
        n.FAMILY: [each.group for each in looks],
        n.WHEN: [f"{stamp.day} {stamp:%B %Y, %H:%M} UTC" for stamp in stamps],
        n.SAID: [_said(each) for each in looks],
        n.SEEN: ["; ".join(filter(None, (each.reason, " ".join(each.flags)))) for each in looks],
    }


def line_of_looks(
    looks: Sequence[Look],
    *,
    quantity: str,
    scope: str,
    method: str,
    history: str,
    counter: str = "skytally",
    source: str = "measured",
) -> xr.Dataset:
    """Make a line of evidence of the rows of one measure.

    Parameters
    ----------
    looks : sequence of Look
        Rows of one unit, times rising.
    quantity : str
        What was measured, for example ``ships at the berth``.
    scope : str
        Which berth, quay, yard or ground.
    method : str
        Which measure, in a few words.
    history : str
        What was done to get here, with the version of the code.
    counter : str
        Who counted.
    source : str
        Id of the source: the provider of the scenes.

    Returns
    -------
    xarray.Dataset, dims (time)
        A line as `skytally.core.errors.check_line` wants it, with ``p_detect``, ``p_false`` and
        ``flags`` beside it. Bounds of a look that cannot tell are NaN.

    Raises
    ------
    DataError
        If there is no look, the units differ, or times repeat or run backwards.
    """
    title = f"{quantity}: {scope}"
    times = _times(looks, title)
    unit = looks[0].unit
    shared = {"units": CF_UNITS.get(unit, "1"), "unit": unit}
    numbers = {
        word: (n.TIME, np.array([getattr(each, word) for each in looks], float), attributes)
        for word, attributes in {
            n.VALUE: {"long_name": quantity, **shared, "counter": counter, "method": method},
            n.LOW: {"long_name": f"lower bound of {quantity}", **shared},
            n.HIGH: {"long_name": f"upper bound of {quantity}", **shared},
            "p_detect": {"long_name": "probability of detection", "units": "1"},
            "p_false": {"long_name": "probability of a false alarm", "units": "1"},
        }.items()
    }
    numbers[n.VALUE][2]["ancillary_variables"] = f"{n.LOW} {n.HIGH}"
    edges = np.stack([times, times + ONE_SECOND], axis=1)
    coordinates = _coordinates(looks, scope, source)
    coordinates["flags"] = [" ".join(each.flags) for each in looks]
    made = xr.Dataset(
        {**numbers, n.TIME_BOUNDS: ((n.TIME, n.BNDS), edges)},
        coords={
            n.TIME: (n.TIME, times, {"standard_name": "time", "bounds": n.TIME_BOUNDS}),
            **{word: (n.TIME, np.array(cells, str)) for word, cells in coordinates.items()},
        },
        attrs={"title": title, "history": history, "Conventions": n.CONVENTIONS},
    )
    return check_line(made)
