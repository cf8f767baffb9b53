"""Surge of one row of the record over the ceiling that another row gives, with its table."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from skytally.core import DataError, chance_text, day, refuse, rounded_outwards
from skytally.statistics.estimate import Estimate
from skytally.statistics.integer_bounds_of_row import whole_number_limits
from skytally.statistics.predictive_tail_given_ceiling import PRIORS, REACHED, Prior
from skytally.statistics.published_ceiling_and_independent_images import (
    SPACING,
    bounded_baseline,
    days_in,
    weeks_imaged,
)
from skytally.statistics.upper_limit_of_chance_of_new_count_given_ceiling import ORDER, Surge, surge


def _dated(rows: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    row = rows.iloc[0]
    if pd.isna(row["date_first"]) or pd.isna(row["date_last"]):
        message = f"row {row['id']} is open at one end; name a row with a first and a last day"
        raise DataError(message)
    return row["date_first"], row["date_last"]


def _period(rows: pd.DataFrame) -> tuple[str, str]:
    begun, ended = _dated(rows)
    return f"{begun:%Y-%m-%d}", f"{ended:%Y-%m-%d}"


def _span(ends: tuple[pd.Timestamp, pd.Timestamp]) -> str:
    return f"{day(ends[0])} to {day(ends[1])}"


def _baseline_faults(
    count: pd.DataFrame, baseline: pd.DataFrame, closed: tuple[pd.Timestamp, pd.Timestamp]
) -> Iterator[str]:
    name, unit = baseline["id"].iloc[0], baseline["unit"].iloc[0]
    (begun, ended), most = _dated(baseline), whole_number_limits(baseline)[1]
    if unit != count["unit"].iloc[0]:
        yield f"row {name}: {unit} against {count['unit'].iloc[0]}; compare one unit"
    if math.isinf(most):
        yield f"row {name}: open above, so it bounds nothing; name a row with an upper end"
    if most == 0:
        yield f"row {name}: a bound of 0 {unit}; give one above it, or name another row"
    if closed[0] <= begun and ended <= closed[1]:
        yield (
            f"row {name}: {_span((begun, ended))} lies wholly in the closure of {_span(closed)}; "
            "name a row from when the place was open"
        )
    if ended >= _dated(count)[0]:
        yield f"row {name}: not over before the count it is compared with; name an earlier row"


def _image_faults(
    images: pd.DataFrame, baseline: pd.DataFrame, closed: tuple[pd.Timestamp, pd.Timestamp]
) -> Iterator[str]:
    name, (begun, ended), (first, last) = images["id"].iloc[0], _dated(images), _dated(baseline)
    if images["unit"].iloc[0] != "images":
        yield f"row {name}: {images['unit'].iloc[0]}; name a row that counts images"
    if begun < first or ended > last:
        yield f"row {name}: {_span((begun, ended))} lies outside the years of the ceiling"
    if begun <= closed[1] and ended >= closed[0]:
        yield f"row {name}: {_span((begun, ended))} reaches into the closure; name another row"


def _rise_faults(count: pd.DataFrame, rise: pd.DataFrame) -> Iterator[str]:
    (begun, ended), (first, last) = _dated(rise), _dated(count)
    if not begun <= first <= last <= ended:
        yield f"row {rise['id'].iloc[0]}: does not hold the day of the count; name the rise it tops"


def surge_of_rows(
    count: pd.DataFrame,
    baseline: pd.DataFrame,
    images: pd.DataFrame,
    rise: pd.DataFrame,
    *,
    closed: tuple[str, str],
    sites: int,
) -> Surge:
    """Upper limit of the chance of a count as high as that of one row, given a ceiling.

    Parameters
    ----------
    count, baseline : pandas.DataFrame
        One row each of ``rail_counts``, in one unit; the baseline's own dates are its period.
    images : pandas.DataFrame
        One row with a number of images taken within that period, outside the closure.
    rise : pandas.DataFrame
        One row with the days of which the count is the peak.
    closed : tuple of str
        First and last day of a closure, whose images do not count.
    sites : int
        Sites watched at which a count as large would have been reported, too.

    Returns
    -------
    Surge
        As `skytally.statistics.upper_limit_of_chance_of_new_count_given_ceiling`.

    Raises
    ------
    DataError
        If a row has no whole number or no dates; if the baseline is open above, zero, in
        another unit, wholly inside the closure or not over before the count; if the images lie
        outside its open days, or the rise does not hold the count. The message names the row.
    """
    first, last = (pd.Timestamp(each) for each in closed)
    faults = [
        *_baseline_faults(count, baseline, (first, last)),
        *_image_faults(images, baseline, (first, last)),
        *_rise_faults(count, rise),
    ]
    refuse(faults, what="baseline")
    # the source's own ceiling and what its rounding allows, not the whole range down to zero
    ceiling, most = baseline["value"].iloc[0], whole_number_limits(baseline)[1]
    # more than 35 is 36 or more; a number of images only ever grows
    number = whole_number_limits(images)[0] + (images["bound"].iloc[0] == "more than")
    known = bounded_baseline(
        (most if math.isnan(ceiling) else min(math.ceil(ceiling), most), most),
        stated=weeks_imaged(number, _period(images)),
        period=_period(baseline),
        closed=closed,
    )
    weeks = math.ceil(days_in(_period(rise)) / SPACING)
    return surge(whole_number_limits(count), known, weeks=weeks, sites=sites)


def _prior_words(prior: Prior) -> str:
    (least, most), (widest, narrowest) = prior
    return f"mean {least:g} to {most:g} times the ceiling, k {widest:g} to {narrowest:g}"


SURGE_COLUMNS = (
    "Each column but the last two is a starting belief (prior) on counts in usual times: how far "
    "their mean lies below or above the ceiling, and how widely they scatter, by a number k that "
    "is small where they scatter widely ("
    + "; ".join(f"{name}: {_prior_words(prior)}" for name, prior in PRIORS.items())
    + f"). {REACHED.capitalize()}: one image showed as many cars as the ceiling; the largest "
    f"chance of those beliefs. {ORDER.capitalize()}: how often the newest count would be the "
    "highest, whatever the numbers."
)
"""What the headings of `surge_table` mean."""


def _limit_in_words(chance: float) -> str:
    """Upper limit of a chance, rounded upwards as the findings on the same page are."""
    rounded = rounded_outwards(chance, math.ceil, digits=2)
    return chance_text(rounded, rounded)


def limit_in_table(found: Surge) -> str:
    """Caption that names the cell of `surge_table` that is the limit, and the range of the others.

    Parameters
    ----------
    found : Surge

    Returns
    -------
    str
        Sentences, which the meaning of the columns may follow.
    """
    stated = found.baseline.images[1]
    limit = _limit_in_words(found.limit.high)
    all_found = [
        found.chance(images, prior, weeks=weeks, sites=sites)
        for images, answers in found.by_images.items()
        for prior in answers
        for weeks in {1, found.weeks}
        for sites in {1, found.sites}
    ]
    return (
        f"Chance of as many railcars if nothing had changed: {_limit_in_words(min(all_found))} to "
        f"{_limit_in_words(max(all_found))}, by what is assumed, so no cell is the chance. "
        f"The limit of the text, {limit}, "
        f"is the row of {stated:,} images, {found.weeks} weeks and {found.sites} sites, under "
        f"“{REACHED}”."
    )


def surge_table(found: Surge) -> pd.DataFrame:
    """Tabulate the chance over everything that the upper limit assumes.

    Returns
    -------
    pandas.DataFrame
        Index: images behind the ceiling, weeks of which the count is the peak, sites watched;
        a column for each prior and one for the order alone.
    """
    rows = [
        (
            f"{images:,}",
            weeks,
            sites,
            *(
                _limit_in_words(found.chance(images, prior, weeks=weeks, sites=sites))
                for prior in answers
            ),
        )
        for images, answers in found.by_images.items()
        for weeks in sorted({1, found.weeks})
        for sites in sorted({1, found.sites})
    ]
    answers = next(iter(found.by_images.values()))
    keys = ["images behind the ceiling", "weeks it is the peak of", "sites watched"]
    return pd.DataFrame(rows, columns=[*keys, *answers]).set_index(keys)


def images_behind_ceiling(found: Surge) -> Estimate:
    """Independent images behind the ceiling: those that a source states, to one a week."""
    _, stated, most = found.baseline.images
    how = "stated images spread over their weeks, to one a week outside the closure"
    return Estimate(math.nan, float(stated), float(most), "images", 1.0, how)
