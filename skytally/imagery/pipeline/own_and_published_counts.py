"""Own observations beside published counts of the same site on the same day."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from skytally.core import day, evidence_line_name_constants as n, limits, quantity_of, quantity_text
from skytally.imagery.measure import PER_CAR, Observation, teu_bounds
from skytally.imagery.pipeline.measured_line_and_target import MeasuredLine

COLUMNS = ("outline", "day", "published", "own image", "both")
ALIKE = {"berth": ("ships", "m", ""), "track": ("railcars",), "quay": ("containers",)}
"""Kind of outline to the units of published counts that speak of the same thing; a sighting of a
ship may have no unit."""
AGREE, DIFFER = "could both be true", "cannot both be true"
SILENT, ELSEWHERE = "the image could not tell", "not compared: not the same scope"
WORDS = {n.NOTHING_SEEN: "nothing found", n.SOMETHING_SEEN: "something, no number"}


def _own(row: Observation, published: str) -> tuple[float, float]:
    """Bounds of an observation in the unit of a published count."""
    if published == "railcars":
        return row.low / PER_CAR["cars_low"], row.high / PER_CAR["cars_high"]
    if published == "containers":
        return teu_bounds(row.low, row.high)
    return row.low, row.high


def _both(row: Observation, count: pd.Series) -> str:
    if row.state == n.UNCLEAR:
        return SILENT
    printed = limits(quantity_of(count))
    if row.unit == "ships" or math.isnan(printed[0]):
        # a length or a name says that a ship was there, and no more
        own, other = (state != n.NOTHING_SEEN for state in (row.state, count["state"]))
        return AGREE if own == other else DIFFER
    low, high = _own(row, count["unit"])
    return AGREE if low <= printed[1] and printed[0] <= high else DIFFER


def _pair(each: MeasuredLine, row: Observation, count: pd.Series, scope: str) -> dict[str, str]:
    counted = quantity_text(quantity_of(count)) or str(count["state"])
    value = f"{row.value:.0f} ({row.low:.0f} to {row.high:.0f}) {row.unit}"
    return {
        "outline": each.scope,
        "day": day(pd.Timestamp(row.time)),
        "published": f"{count['counter']}, {scope}: {counted}",
        "own image": WORDS.get(row.state, row.reasons if math.isnan(row.value) else value),
        "both": _both(row, count) if scope == each.outline else ELSEWHERE,
    }


def _pairs(
    each: MeasuredLine, published: pd.DataFrame, names: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    alike = published[published["unit"].isin(ALIKE[each.kind.outline_kind])]
    days = alike[alike["date_first"] == alike["date_last"]].set_index("date_first", drop=False)
    for row in each.rows:
        for _, count in days[days.index == row.time.astype("datetime64[D]")].iterrows():
            yield _pair(each, row, count, names[count["scope"]])


def agreement_table(
    measured: Sequence[MeasuredLine], published: pd.DataFrame, scopes: pd.DataFrame
) -> pd.DataFrame:
    """Compare own observations with published counts of the same site, thing and day.

    Parameters
    ----------
    measured : sequence of MeasuredLine
        Own lines; those of control sites and those without a line are left out.
    published : pandas.DataFrame
        Rows of the record with ``scope``, ``date_first``, ``date_last``, ``unit``, ``state``
        and their numbers; those of a known day are used.
    scopes : pandas.DataFrame
        The scopes of the record with ``id``, ``site`` and ``name``.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``outline``, ``day``, ``published``, ``own image``, ``both``. Only an
        outline that bears the name of the record's scope is compared. Ships are compared as
        present or absent, cars and containers by whether the intervals meet.
    """
    sites, names = (dict(zip(scopes["id"], scopes[word], strict=True)) for word in ("site", "name"))
    rows = [
        pair
        for each in measured
        if each.line is not None and not each.control and each.kind.outline_kind in ALIKE
        for pair in _pairs(each, published[published["scope"].map(sites) == each.site], names)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
