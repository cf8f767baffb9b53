"""Observation of one quantity in one image, and the line of evidence that many make."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from skytally.core import (
    DataError,
    Quantity,
    check_line,
    evidence_line_name_constants as n,
    quantity_text,
    refuse,
)

UNITS = ("m", "m2", "cars", "teu", "ships", "pits", "dB", "refl", "p")
"""Units a measure may use: METHODS section 2, and pits."""
CF_UNITS = {"m": "m", "m2": "m2", "dB": "dB"}
"""UDUNITS spelling; whatever is counted, a reflectance and a probability have the CF unit 1."""
COVERAGE = 0.9
"""Stated coverage of ``low`` to ``high``."""
UNIT_WORDS = {"cars": "railcars", "teu": "TEU", "m2": "m2", "ships": "ships"}
"""Units as they are said on a page."""
ONE_SECOND = np.timedelta64(1, "s")
STATES = (n.COUNTED, n.SOMETHING_SEEN, n.NOTHING_SEEN, n.UNCLEAR)


@dataclass(frozen=True)
class Observation:
    """What one image at one place says of one quantity."""

    time: np.datetime64
    """Acquisition, UTC."""
    item_id: str
    """Name of the scene, empty where the cube has none."""
    value: float
    """The quantity in `unit`; 0 when nothing was found, NaN when the image cannot tell."""
    low: float
    """Lower end of the interval of about 90 percent, NaN when the image cannot tell."""
    high: float
    """Upper end of it; when nothing was found, the most that may have been missed."""
    unit: str
    """One of `UNITS`."""
    p_detect: float
    """Probability of finding the object the measure was made for, NaN when unusable."""
    p_false: float
    """Probability of finding one where none is, NaN when unusable."""
    state: str
    """``counted``, ``seen`` (there, but no number), ``nothing-seen`` or ``unclear_observation``."""
    reason: str
    """Why the measure cannot tell, or why it gives no number; empty otherwise."""
    flags: tuple[str, ...] = ()
    """What to know before using the row: haze, glint, lee, ice, unregistered, ..."""
    group: str = ""
    """The reference group the image was compared with: sensor, orbit, direction, processor."""
    details: Mapping[str, float] = field(default_factory=dict)
    """Diagnostics by name: shift in metres, ring offset, share of clear ring, and so on."""
    screening_reason: str = ""
    """Why the clear-sky screening refused the image; empty where it passed. Never what the
    measure itself found, which is `reason`."""

    @property
    def reasons(self) -> str:
        """Reasons of the screening and of the measure, for readers; empty where neither has one."""
        return "; ".join(filter(None, (self.screening_reason, self.reason)))

    def __post_init__(self) -> None:
        """Refuse a row that contradicts itself, and freeze its details."""
        refuse(_observation_faults(self), what=f"image {self.item_id or self.time}")
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))


def _observation_faults(observation: Observation) -> Iterable[str]:
    if observation.unit not in UNITS:
        yield f"unit {observation.unit!r}; use one of {', '.join(UNITS)}"
    if observation.state not in STATES:
        yield f"state {observation.state!r}; use one of {', '.join(STATES)}"
    has_value = not math.isnan(observation.value)
    if has_value and not observation.low <= observation.value <= observation.high:
        bounds = f"{observation.low} to {observation.high}"
        yield f"value {observation.value} outside {bounds}; give bounds that hold it"
    if observation.state == n.NOTHING_SEEN and observation.value != 0:
        yield f"nothing seen, but the value is {observation.value}; give 0"
    if observation.state == n.COUNTED and not has_value:
        yield "counted, but there is no value; use unclear with a reason"
    if observation.state in (n.UNCLEAR, n.SOMETHING_SEEN) and has_value:
        yield f"{observation.state}, but the value is {observation.value}; give NaN"
    if observation.state in (n.UNCLEAR, n.SOMETHING_SEEN) and not observation.reasons:
        yield f"{observation.state} without a reason; say why there is no number"
    for word in ("p_detect", "p_false"):
        chance = getattr(observation, word)
        if not (math.isnan(chance) or 0.0 <= chance <= 1.0):
            yield f"{word} is {chance}; give a probability"


def unclear_observation(
    time: np.datetime64,
    reason: str,
    *,
    unit: str,
    item_id: str = "",
    flags: Iterable[str] = (),
    group: str = "",
    details: Mapping[str, float] | None = None,
    screening_reason: str = "",
) -> Observation:
    """Row of an image that cannot tell.

    Parameters
    ----------
    time : numpy.datetime64
        Acquisition, UTC.
    reason : str
        Why the measure cannot tell; empty where the screening refused the image.
    unit : str
        One of `UNITS`.
    item_id, flags, group, details, screening_reason
        As in `Observation`.

    Returns
    -------
    Image
        Value, bounds and probabilities NaN.

    Examples
    --------
    >>> time = np.datetime64("2023-08-27T02:15:49")
    >>> unclear_observation(time, "displaced by 14 m", unit="ships").state
    'unclear'
    """
    nan = math.nan
    return Observation(
        time, item_id, nan, nan, nan, unit, nan, nan, n.UNCLEAR, reason, tuple(flags), group,
        details or {}, screening_reason,
    )  # fmt: skip


def observation_table(observations: Sequence[Observation]) -> pd.DataFrame:
    """Table of observations, one row an image, flags joined by blanks.

    Parameters
    ----------
    images : sequence of Observation
        Rows of one measure.

    Returns
    -------
    pandas.DataFrame
        Columns as the fields of `Observation`, then one column a diagnostic.
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
            "screening_reason": each.screening_reason,
            "reason": each.reason,
            "flags": " ".join(each.flags),
            "group": each.group,
            **each.details,
        }
        for each in observations
    ]
    return pd.DataFrame(rows)


def _times(observations: Sequence[Observation], title: str) -> np.ndarray:
    if not observations:
        message = f"line {title!r}: no image; a line needs at least one row, even an unclear one"
        raise DataError(message)
    units = sorted({each.unit for each in observations})
    if len(units) > 1:
        message = f"line {title!r}: units {', '.join(units)}; make one line a unit"
        raise DataError(message)
    times = np.array([each.time for each in observations], "datetime64[ns]")
    late = np.flatnonzero(np.diff(times) <= np.timedelta64(0, "ns"))
    if late.size:
        message = (
            f"line {title!r}: image {times[late[0] + 1]} is not later than the one before it; "
            "sort the images by time and keep one row an image"
        )
        raise DataError(message)
    return times


def _value_words(observation: Observation) -> str:
    if observation.state == n.NOTHING_SEEN:
        return "nothing found"
    if math.isnan(observation.value):
        return f"no number: {observation.reasons}"
    unit = UNIT_WORDS.get(observation.unit, observation.unit)
    digits = 2 if observation.unit in ("refl", "p", "dB") else 0
    value = round(observation.value, digits)
    return quantity_text(Quantity(value, math.nan, math.nan, n.ABOUT if digits == 0 else "", unit))


def _coordinates(
    observations: Sequence[Observation], scope: str, source: str
) -> dict[str, list[str]]:
    stamps = [pd.Timestamp(each.time) for each in observations]
    return {
        n.ROW: [
            each.item_id or f"{scope}-{stamp:%Y%m%dT%H%M%S}"
            for each, stamp in zip(observations, stamps, strict=True)
        ],
        n.SOURCE: [source] * len(observations),
        n.BOUND: [n.ABOUT if math.isfinite(each.value) else "" for each in observations],
        n.STATE: [each.state for each in observations],
        n.SCOPE: [scope] * len(observations),
        n.READING: ["measured"] * len(observations),
        n.FAMILY: [each.group for each in observations],
        n.WHEN: [f"{stamp.day} {stamp:%B %Y, %H:%M} UTC" for stamp in stamps],
        n.SAID: [_value_words(each) for each in observations],
        n.SEEN: [
            "; ".join(filter(None, (each.reasons, " ".join(each.flags)))) for each in observations
        ],
    }


def observation_line(
    observations: Sequence[Observation],
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
    images : sequence of Observation
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
        A line as `skytally.core.evidence_line_schema.check_line` wants it, with ``p_detect``,
        ``p_false``, ``flags``, ``screening_reason`` and ``reason`` beside it. Bounds of an image
        that cannot tell are NaN.

    Raises
    ------
    DataError
        If there is no image, the units differ, or times repeat or run backwards.
    """
    title = f"{quantity}: {scope}"
    times = _times(observations, title)
    unit = observations[0].unit
    shared = {"units": CF_UNITS.get(unit, "1"), "unit": unit}
    numbers = {
        word: (n.TIME, np.array([getattr(each, word) for each in observations], float), attributes)
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
    coordinates = _coordinates(observations, scope, source)
    coordinates["flags"] = [" ".join(each.flags) for each in observations]
    coordinates["screening_reason"] = [each.screening_reason for each in observations]
    coordinates["reason"] = [each.reason for each in observations]
    line = xr.Dataset(
        {**numbers, n.TIME_BOUNDS: ((n.TIME, n.BNDS), edges)},
        coords={
            n.TIME: (n.TIME, times, {"standard_name": "time", "bounds": n.TIME_BOUNDS}),
            **{word: (n.TIME, np.array(cells, str)) for word, cells in coordinates.items()},
        },
        attrs={"title": title, "history": history, "Conventions": n.CONVENTIONS},
    )
    return check_line(line)
