"""Date of the change of a measured level, and its segments of constant level."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special, stats

from skytally.core import DataError, day

Doubles = npt.NDArray[np.float64]

FREEDOM = 3.0
"""Degrees of freedom of Student's t: haze, shadow and wet soil leave heavy tails (METHODS 6.2)."""
AMPLITUDES = (0.03, 0.042, 0.059, 0.082, 0.115, 0.16, 0.22, 0.35)
"""Steps tried either way, each as likely: from what no weather makes to bare soil on grass
(METHODS 6.2)."""
RAMPS = (0.0, 10.0, 20.0, 40.0)
"""Days from the beginning to the full change, each as likely; digging takes 5 to 40."""
DRIFTS = (-1.645, -0.76, 0.0, 0.76, 1.645)
DRIFT_WEIGHTS = (0.12, 0.24, 0.28, 0.24, 0.12)
"""Standard deviations by which the whole level may lie beside its reference, and their share."""
MAX_CELLS = 1024
MIN_CELLS = 16
SUGGESTED, SHOWN = math.log(3.0), math.log(20.0)
"""Log Bayes factors of positive and strong evidence (Kass and Raftery 1995)."""
EPOCH = np.datetime64("1970-01-01", "D")
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class ChangeDate:
    """When a level changed, given that it changed once, and whether it did."""

    grid: Doubles
    """Middle of each cell of time, dims (cell), days since 1970-01-01."""
    probability: Doubles
    """Posterior that the change began in the cell, dims (cell); sums to 1."""
    interval: tuple[np.datetime64, np.datetime64]
    """First and last day of the beginning, both included: the credible interval and the gap."""
    credible: tuple[float, float]
    """The credible interval alone, days since 1970-01-01; never to be quoted as the date."""
    gap: tuple[np.datetime64, np.datetime64]
    """Days of the last image before and of the first image after the likeliest beginning."""
    log_bayes_factor: float
    """Natural logarithm of how many times better one change explains the images than none."""
    amplitude: float
    """Posterior mean of the step, in the unit of the series."""
    amplitude_low: float
    """Lower end of its interval."""
    amplitude_high: float
    """Upper end of it."""
    n_images: int
    """Number of images."""
    level: float
    """Stated coverage of `interval`, which is a minimum because of the gap."""
    words: str
    """The finding as the end of a sentence, with both days."""


def day_of_epoch(days: float) -> np.datetime64:
    """Calendar day of a time in days since 1970-01-01."""
    return EPOCH + math.floor(days) * DAY


def checked_series(
    days: npt.ArrayLike, values: npt.ArrayLike, scale: npt.ArrayLike
) -> tuple[Doubles, Doubles, Doubles]:
    """Check a series and keep the images that have a value."""
    when, seen = np.asarray(days, float), np.asarray(values, float)
    wide = np.broadcast_to(np.asarray(scale, float), seen.shape)
    if when.shape != seen.shape:
        message = f"{when.size} days but {seen.size} values; give one value a day"
        raise DataError(message)
    known = np.isfinite(seen)
    if np.count_nonzero(known) < 2:
        message = (
            f"{np.count_nonzero(known)} usable images of {seen.size}: no change can be dated; give "
            "two images or more of different days"
        )
        raise DataError(message)
    when, seen, wide = when[known], seen[known], wide[known]
    if not np.all(np.isfinite(when)) or np.any(np.diff(when) <= 0):
        message = "days repeat, run backwards or are missing; sort the images, one a time"
        raise DataError(message)
    if not np.all(wide > 0) or not np.all(np.isfinite(wide)):
        message = f"scale {wide.min():g}: an image without spread; give its noise, above 0"
        raise DataError(message)
    return when, seen, wide


def gap_about(days: Doubles, edges: Doubles, probability: Doubles) -> tuple[float, float]:
    """Days of the images on either side of the likeliest gap.

    Parameters
    ----------
    days : ndarray, dims (image)
        Days of the images, rising.
    edges : ndarray, dims (cell + 1)
        Edges of the cells of time.
    probability : ndarray, dims (cell)
        Posterior.

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> gap_about(np.array([0.0, 4.0, 9.0]), np.arange(10.0), np.eye(9)[5])
    (4.0, 9.0)
    """
    middles = (edges[:-1] + edges[1:]) / 2.0
    before = np.searchsorted(days, middles, side="right")
    best = int(np.bincount(before, weights=probability).argmax())
    return float(days[max(best - 1, 0)]), float(days[min(best, days.size - 1)])


def log_t(z: Doubles) -> Doubles:
    """Log density of Student's t with three degrees of freedom, but for its scale."""
    return np.asarray(stats.t.logpdf(0.0, FREEDOM) - 0.5 * (FREEDOM + 1) * np.log1p(z**2 / FREEDOM))


def _cells(
    days: Doubles, seen: Doubles, scale: Doubles, starts: Doubles, steps: Doubles, ramp: float
) -> Doubles:
    """Log likelihood of a change that begins in each cell, dims (cell, step).

    Images well before or well after are summed once; only those within the ramp differ from
    cell to cell.
    """
    still = log_t(seen / scale)
    moved = log_t((seen[:, None] - steps) / scale[:, None])
    none = np.concatenate([[0.0], np.cumsum(still)])
    full = np.concatenate([np.zeros((1, steps.size)), np.cumsum(moved, 0)])
    first = np.searchsorted(days, starts, side="left")
    last = np.searchsorted(days, starts + ramp, side="left")
    found = none[first][:, None] + full[-1] - full[last]
    for k in range(int((last - first).max(initial=0))):
        inside = np.flatnonzero(first + k < last)
        at = first[inside] + k
        part = (days[at] - starts[inside]) / ramp
        z = (seen[at][:, None] - part[:, None] * steps) / scale[at][:, None]
        found[inside] += log_t(z)
    return found


def date_change(
    days: npt.ArrayLike,
    values: npt.ArrayLike,
    scale: npt.ArrayLike,
    *,
    amplitudes: Sequence[float] = AMPLITUDES,
    ramps: Sequence[float] = RAMPS,
    drift: float = 0.0,
    share: float = 1.0,
    level: float = 0.9,
) -> ChangeDate:
    """Date the beginning of the one change of a level from uneven images.

    Parameters
    ----------
    days : array_like, dims (image)
        Times of the images, days since 1970-01-01, rising.
    values : array_like, dims (image)
        Level less what the season explains; NaN where the image could not tell.
    scale : array_like, dims (image) or none
        Standard deviation of an image where nothing changed, in the same unit.
    amplitudes : sequence of float
        Steps tried, each upwards and downwards.
    ramps : sequence of float
        Days over which the change may take place.
    drift : float
        Standard deviation of the level from year to year, as the years before show it. The
        whole series may lie beside its reference by it, and a step of its size is weather, no
        change.
    share : float
        Part that an image counts, less than 1 where images follow one another so fast that they
        repeat each other.
    level : float
        Probability of the credible interval.

    Returns
    -------
    ChangeDate

    Raises
    ------
    DataError
        If fewer than two images are usable, days repeat or run backwards, a scale is not above
        0, or an option is out of range.

    Notes
    -----
    Student's t with three degrees of freedom about a level that is 0 before the beginning,
    rises or falls evenly over the ramp, and stays. The beginning is uniform in time from the
    first image to the last, not uniform over images. Amplitude, ramp and drift are summed over.
    The interval joins the credible interval and the gap between the images on either side of
    the likeliest beginning: it is never narrower than what was looked at.

    References
    ----------
    METHODS 6.2; Lange, Little and Taylor 1989, JASA 84, 881-896,
    doi:10.1080/01621459.1989.10478852, for the t likelihood.

    Examples
    --------
    >>> found = date_change([0.0, 9.0, 20.0, 30.0], [0.0, 0.0, 0.2, 0.2], 0.01)
    >>> found.gap
    (np.datetime64('1970-01-10'), np.datetime64('1970-01-21'))
    """
    if not 0.0 < share <= 1.0 or not 0.0 < level < 1.0 or drift < 0.0 or min(ramps) < 0.0:
        message = f"share {share}, level {level}, drift {drift}, ramps {tuple(ramps)}: out of range"
        raise DataError(message)
    when, seen, wide = checked_series(days, values, scale)
    steps = np.array([sign * each for sign in (1.0, -1.0) for each in amplitudes])
    cells = int(np.clip(math.ceil(np.ptp(when)), MIN_CELLS, MAX_CELLS))
    edges = np.linspace(when[0], when[-1], cells + 1)
    starts = (edges[:-1] + edges[1:]) / 2.0
    moves, weights = ((0.0,), (1.0,)) if drift == 0.0 else (DRIFTS, DRIFT_WEIGHTS)
    weather = math.sqrt(2.0) * drift * np.array(moves)
    one, none = np.full((cells, steps.size), -np.inf), -np.inf
    for move, weight in zip(moves, weights, strict=True):
        moved = seen - move * drift
        for ramp in ramps:
            found = share * _cells(when, moved, wide, starts, np.append(steps, weather), ramp)
            found += math.log(weight / len(ramps))
            one = np.logaddexp(one, found[:, : steps.size])
            year = found[:, steps.size :] + np.log(weights) - math.log(cells)
            none = np.logaddexp(none, special.logsumexp(year))
    return _dated(when, edges, one, float(none), steps, level)


def _dated(
    days: Doubles, edges: Doubles, one: Doubles, none: float, steps: Doubles, level: float
) -> ChangeDate:
    """Turn log evidence (cell, step) and that of no change into a dated finding."""
    whole = float(special.logsumexp(one))
    probability = np.exp(special.logsumexp(one, axis=1) - whole)
    sizes = np.exp(special.logsumexp(one, axis=0) - whole)
    order = np.argsort(steps)
    rank = np.cumsum(sizes[order]) - sizes[order] / 2.0
    tail = (1.0 - level) / 2.0
    cumulative = np.concatenate([[0.0], np.cumsum(probability)])
    low, high = np.interp([tail, 1.0 - tail], cumulative / cumulative[-1], edges)
    before, after = gap_about(days, edges, probability)
    ends = day_of_epoch(min(low, before)), day_of_epoch(max(high, after))
    small, large = np.interp([tail, 1.0 - tail], rank, steps[order])
    factor = whole - math.log(one.size) - none
    amplitude = float(sizes @ steps)
    return ChangeDate(
        grid=(edges[:-1] + edges[1:]) / 2.0,
        probability=probability,
        interval=ends,
        credible=(float(low), float(high)),
        gap=(day_of_epoch(before), day_of_epoch(after)),
        log_bayes_factor=float(factor),
        amplitude=amplitude,
        amplitude_low=float(small),
        amplitude_high=float(large),
        n_images=int(days.size),
        level=level,
        words=_words(ends, float(factor), rises=amplitude > 0),
    )


def _words(ends: tuple[np.datetime64, np.datetime64], factor: float, *, rises: bool) -> str:
    between = f"between {day(pd.Timestamp(ends[0]))} and {day(pd.Timestamp(ends[1]))}"
    if factor < SHOWN:
        how = "suggested, not shown" if factor >= SUGGESTED else "not shown"
        return f"a change is {how}; if there was one, it began {between}"
    return f"a {'rise' if rises else 'fall'} began {between}"


MIN_SEGMENT_IMAGES = 3
"""Images of a stage: two odd images in a row are weather."""
LEVELS = 61
"""Levels tried for a stage, evenly spaced over what was seen."""


@dataclass(frozen=True)
class Segment:
    """A stretch of images of one level."""

    first: np.datetime64
    """Day of its first image."""
    last: np.datetime64
    """Day of its last image."""
    value: float
    """Its level, in the unit of the series."""
    began: tuple[np.datetime64, np.datetime64] | None
    """Days of the last image before it and of its first image, None for the first stage."""
    n_images: int
    """Number of its images."""


def segments(
    days: npt.ArrayLike,
    values: npt.ArrayLike,
    scale: npt.ArrayLike,
    *,
    most: int = 3,
    share: float = 1.0,
) -> tuple[Segment, ...]:
    """Split images into stages of one level each, with as few changes as explain them.

    Parameters
    ----------
    days, values, scale
        As `date_change`.
    most : int
        Most changes.
    share : float
        As `date_change`.

    Returns
    -------
    tuple of Segment
        One to `most` + 1 stages in order of time.

    Raises
    ------
    DataError
        As `date_change`.

    Notes
    -----
    Exact dynamic programming over the images with the t likelihood, levels on a grid, at least
    three images a stage; the number of changes has the least BIC, a change costing two free
    numbers, its date and its level (METHODS 6.2).
    """
    when, seen, wide = checked_series(days, values, scale)
    count = when.size
    grid = np.linspace(seen.min(), seen.max(), LEVELS)
    tables = -share * log_t((seen[:, None] - grid) / wide[:, None])
    sums = np.concatenate([np.zeros((1, LEVELS)), np.cumsum(tables, 0)])
    # cost of images i to j - 1 as one stage, dims (i, j)
    cost = np.full((count + 1, count + 1), np.inf)
    for i in range(count - min(MIN_SEGMENT_IMAGES, count) + 1):
        ends = slice(i + min(MIN_SEGMENT_IMAGES, count), None)
        cost[i, ends] = (sums[ends] - sums[i]).min(1)
    best, cuts = cost[0], [np.zeros(count + 1, int)]
    scores, paths = [2.0 * best[count]], [[0]]
    for changes in range(1, most + 1):
        total = best[:, None] + cost
        cuts.append(total.argmin(0))
        best = total.min(0)
        scores.append(2.0 * best[count] + 2.0 * changes * math.log(share * count))
        paths.append(_path(cuts, count))
    chosen = paths[int(np.argmin(np.where(np.isfinite(scores), scores, np.inf)))]
    bounds = [*chosen, count]
    return tuple(
        Segment(
            first=day_of_epoch(when[i]),
            last=day_of_epoch(when[j - 1]),
            value=float(grid[(sums[j] - sums[i]).argmin()]),
            began=None if i == 0 else (day_of_epoch(when[i - 1]), day_of_epoch(when[i])),
            n_images=j - i,
        )
        for i, j in itertools.pairwise(bounds)
    )


def _path(cuts: list[npt.NDArray[np.intp]], count: int) -> list[int]:
    """Walk back from the last image to the first image of each stage."""
    at, found = count, []
    for cut in reversed(cuts[1:]):
        at = int(cut[at])
        found.append(at)
    return [0, *sorted(set(found) - {0})]
