"""Mean length of stay in port, from the days on which ships were seen there and not there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from skytally.core import DataError, refuse
from skytally.statistics.argument_checks import check_level
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.berth_observations_and_stay_prior import Dwell, Floats

STAY_SHAPE = 4.0
"""Shape of the Gamma law of single stays: their standard deviation is half their mean."""
SHORTEST_MEAN, LONGEST_MEAN = 0.5, 10.0
"""Mean stays in days that are considered, evenly in their logarithm: half a day to unload and
load, and ten days, in which no ship of the group would have made the voyages that were counted."""
MEANS = np.geomspace(SHORTEST_MEAN, LONGEST_MEAN, 400)
SAME_HOUR = 0.2
"""Days by which the hours of two images may differ: two images of one day in the record are 4.7
hours apart (row P022, 11:01 and 15:43)."""
DAYS = ("absent_before", "seen_first", "seen_last", "absent_after")
"""Days on which a ship was not yet there, was first and last seen, and was gone."""


def _stay_faults(stays: pd.DataFrame) -> Iterator[str]:
    missing = sorted({"id", *DAYS} - set(stays.columns))
    if missing:
        yield f"columns missing: {', '.join(missing)}; give rows of port_stays"
        return
    for _, row in stays.iterrows():
        known = [row[day] for day in DAYS if pd.notna(row[day])]
        if known != sorted(known) or pd.isna(row["seen_first"]) or pd.isna(row["seen_last"]):
            days = ", ".join(f"{day:%Y-%m-%d}" for day in known)
            yield (
                f"row {row['id']}: {days} for {', '.join(DAYS)}; give the days in their order, "
                "of which the two it was seen on are known"
            )


def stay_limits(stays: pd.DataFrame) -> pd.DataFrame:
    """Shortest and longest stay that the days of observations allow.

    Parameters
    ----------
    stays : pandas.DataFrame
        Rows of ``port_stays``; a day of absence may be missing.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``low`` and ``high`` in days: from the first sighting to the last, and from the
        absence before to the absence after; `high` is infinite where one of these is not known.
        Images of different days are taken at one hour of the day, give or take `SAME_HOUR`.

    Raises
    ------
    DataError
        If columns are missing, or the days of a row are out of order.
    """
    refuse(_stay_faults(stays), what="stays in port")
    days = {day: pd.to_datetime(stays[day]) for day in DAYS}
    one = pd.Timedelta(days=1)
    low = (days["seen_last"] - days["seen_first"]) / one - SAME_HOUR
    high = (days["absent_after"] - days["absent_before"]) / one + SAME_HOUR
    return pd.DataFrame(
        {"id": stays["id"], "low": low.clip(lower=0.0), "high": high.fillna(np.inf)}
    )


def _posterior(low: Floats, high: Floats, shape: float) -> npt.NDArray[np.float64]:
    """Probability of each of `MEANS`, where single stays follow a Gamma law of some shape."""
    scale = MEANS[:, None] / STAY_SHAPE
    shorter = (special.gammainc(shape, days[None, :] / scale) for days in (high, low))
    chance = np.subtract(*shorter).prod(axis=1)
    if not chance.sum() > 0:
        message = (
            f"mean stay: no mean from {SHORTEST_MEAN:g} to {LONGEST_MEAN:g} days allows stays of "
            f"{low.max():g} days or more and of {high.min():g} or less together; check the dates"
        )
        raise DataError(message)
    return np.asarray(chance / chance.sum())


def mean_stay(stays: pd.DataFrame, *, level: float = 0.9) -> Estimate:
    """Estimate the mean length of stay from dated stays.

    Parameters
    ----------
    stays : pandas.DataFrame
        Rows of ``port_stays``.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        In days. `value` is missing: two answers are held equally likely (METHODS 7.3), that any
        stay is as likely to be followed as another, and that its chance to be followed is
        proportional to its length.

    Raises
    ------
    DataError
        As `stay_limits`, or if no stay has an absence on both sides, the limits contradict the
        law of stays, or the level is not between 0 and 1.

    Notes
    -----
    Single stays follow a Gamma law of shape 4, of which each row gives an interval. A stay drawn
    with a chance proportional to its length follows the law of shape 5 and the same scale. Only
    stays with an absence on both sides are used: how long a ship was seen depends on how long it
    stayed, so a stay of which only sightings are reported is no plain lower bound.
    """
    check_level(level, what="mean stay")
    limits = stay_limits(stays)
    whole = limits[np.isfinite(limits["high"])]
    if whole.empty:
        message = (
            f"mean stay: none of {len(limits)} stays has an absence on both sides; "
            "give one that has"
        )
        raise DataError(message)
    low, high = whole["low"].to_numpy(float), whole["high"].to_numpy(float)
    by_law = [_posterior(low, high, shape) for shape in (STAY_SHAPE, STAY_SHAPE + 1)]
    held = np.cumsum(np.mean(by_law, axis=0))
    ends = [float(MEANS[np.searchsorted(held, q)]) for q in ((1 - level) / 2, (1 + level) / 2)]
    how = f"{len(whole)} stays with an absence on both sides"
    return Estimate(np.nan, ends[0], ends[1], "days", level, how)


def dwell_of_stays(stays: pd.DataFrame) -> Dwell:
    """Express what stays tell of the mean stay as the law that `Dwell` is.

    Parameters
    ----------
    stays : pandas.DataFrame
        Rows of ``port_stays``.

    Returns
    -------
    Dwell
        Its central 0.9 interval is that of `mean_stay`.

    Raises
    ------
    DataError
        As `mean_stay`.
    """
    known = mean_stay(stays)
    return Dwell.between(known.low, known.high, level=known.level)
