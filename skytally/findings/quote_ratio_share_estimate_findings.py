"""Findings from rows: a quoted row, a ratio, a share, an estimate; and how a superlative picks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skytally.core import (
    DataError,
    evidence_line_name_constants as n,
    limits,
    listed,
    number,
    quantity_of,
    quantity_text,
    reading_of,
    rounded_outwards,
    rounding_interval,
    when,
    when_stated,
)
from skytally.findings.finding import NO_WORDS, Finding, computed
from skytally.record import INTERVAL, date_columns
from skytally.statistics import Estimate

Floats = npt.NDArray[np.float64]


def row_of(tables: Sequence[pd.DataFrame], row: str) -> pd.DataFrame:
    """Look up the one row with an id, from whichever table has it.

    Raises
    ------
    DataError
        If no table has such a row.
    """
    for table in tables:
        places = (table["id"].to_numpy() == row).nonzero()[0]
        if len(places):
            return table.iloc[places]
    searched = ", ".join(str(table.attrs.get("table", "a table")) for table in tables)
    message = f"no row {row!r} in {searched}; correct the parameter that names it"
    raise DataError(message)


def dates_of(rows: pd.DataFrame) -> str:
    """Date or period of the one row, in words."""
    row, columns = rows.iloc[0], date_columns(rows)
    write = when if columns == INTERVAL else when_stated
    return write(*(row[column] for column in columns))


def period_of(row: pd.Series) -> str:
    """Days on which something was seen or, of a statement, of which it speaks, in words."""
    if not {*INTERVAL} <= {*row.index}:
        return ""
    return when(*(row[column] for column in INTERVAL))


def _foremost(rows: pd.DataFrame, usable: pd.Series, *keys: Floats) -> pd.DataFrame:
    """Usable row with the smallest keys, a missing one the greatest; of several, the first."""
    places = np.flatnonzero(usable.to_numpy(dtype=bool))
    order = np.lexsort([key[places] for key in reversed(keys)])
    return rows.iloc[places[order[:1]]]


def _moments(dates: pd.Series) -> Floats:
    """Microseconds since 1970, NaN where a date is not known."""
    moments = pd.to_datetime(dates).to_numpy("datetime64[us]")
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64).astype(float))


def first(rows: pd.DataFrame) -> pd.DataFrame:
    """Select the row whose interval ends earliest; of several, the one that stands first.

    An interval that ends earlier surely began no later than the end of any other.
    """
    starts, ends, *_ = date_columns(rows)
    return _foremost(rows, rows[ends].notna(), _moments(rows[ends]), _moments(rows[starts]))


def latest(rows: pd.DataFrame) -> pd.DataFrame:
    """Select the row whose interval begins latest; of several, the one that stands first."""
    starts, ends, *_ = date_columns(rows)
    return _foremost(rows, rows[starts].notna(), -_moments(rows[starts]), -_moments(rows[ends]))


def highest(rows: pd.DataFrame) -> pd.DataFrame:
    """Select the row with the highest printed number; of a printed range the lower end counts.

    A tie goes to the earlier row. A mere ceiling (*at most*) counts nothing, so it is never
    the highest.
    """
    starts = date_columns(rows)[0]
    value, low = (rows[end].to_numpy(float) for end in (n.VALUE, n.LOW))
    printed = np.where(np.isnan(value), low, value)
    counted = rows["bound"].ne(n.AT_MOST) & ~np.isnan(printed)
    return _foremost(rows, counted, -printed, _moments(rows[starts]))


def as_high(rows: pd.DataFrame, highest_row: pd.DataFrame) -> str:
    """Name the numbers that may be as high as the highest one, within their own intervals.

    Parameters
    ----------
    rows, highest_row : pandas.DataFrame
        The rows of the conditions, and the one that `highest` picked of them.

    Returns
    -------
    str
        A clause that begins with a semicolon; empty where every other number is surely lower.
        A number that is open above may always be higher.
    """
    top = highest_row.iloc[0]
    value = top["value"] if not math.isnan(top["value"]) else top["low"]
    others = rows[(rows["id"] != top["id"]) & rows["bound"].ne(n.AT_MOST)]
    equal: list[str] = []
    reaching: list[str] = []
    beyond: list[str] = []
    unlimited: list[str] = []
    for _, row in others.iterrows():
        quantity = quantity_of(row)
        least, most = limits(quantity)
        words = f"{quantity_text(quantity)} ({period_of(row)})"
        if row["bound"] in n.OPEN_ABOVE:
            unlimited.append(words)
        elif most > value:
            beyond.append(words)
        elif most == value:
            (equal if least == value else reaching).append(words)
    may = [f"{listed(beyond)} may be as much or more"] if beyond else []
    if reaching:
        may.append(f"{listed(reaching)} may be as much{' and no more' if beyond else ''}")
    parts = [f"{listed(equal)} {'is' if len(equal) == 1 else 'are'} as much"] if equal else []
    if may:
        parts.append(f"by what its words allow, {', and '.join(may)}")
    if unlimited:
        have = "has" if len(unlimited) == 1 else "have"
        parts.append(f"{listed(unlimited)}, which {have} no upper end, may be more")
    return f"; {'; '.join(parts)}" if parts else ""


def quoted(
    key: str, rows: pd.DataFrame, *, text: str, words: Mapping[str, str] = NO_WORDS
) -> Finding:
    """Make a finding that repeats one row of the record.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    rows : pandas.DataFrame
        The one row, as `row_of` returns it.
    text : str
        One sentence; ``{number}`` and ``{when}`` are replaced by the row's number and date.
    words : mapping of str to str
        Further words that the sentence may name in braces.

    Returns
    -------
    Finding

    Raises
    ------
    DataError
        If the row carries no number.
    """
    row = rows.iloc[0]
    quantity = quantity_of(row)
    low, high = limits(quantity)
    if math.isnan(low):
        message = f"finding {key}: row {row['id']} carries no number; quote another row"
        raise DataError(message)
    # a printed range is quoted as printed, though its interval may be wider
    ranged = math.isnan(quantity.value) and not math.isnan(quantity.low + quantity.high)
    found = computed(
        key,
        value=quantity.value,
        low=low,
        high=high,
        unit=quantity.unit,
        bound=quantity.bound,
        rows=rows,
        text=text,
        wording=quantity.wording,
        dates=dates_of(rows),
        words=words,
        said=quantity_text(quantity) if ranged else "",
    )
    whose = reading_of(quantity, method=str(row.get("method", "")))
    return replace(found, interval_from=whose)


def above_bound(found: Finding, rows: pd.DataFrame, kept: pd.DataFrame) -> Finding:
    """Raise the lower end of a quoted number to a bound that the same observation has elsewhere.

    Parameters
    ----------
    found : Finding
        From `quoted`.
    rows, kept : pandas.DataFrame
        Its row, and the rows of the same sighting that count in its place.

    Returns
    -------
    Finding
        As it was, but where a row of the same unit says *at least* or *more than* so many, and
        the number is no lower, its interval begins there. A bound that may be the number itself,
        rounded down, raises nothing.
    """
    if kept.empty:
        return found
    bounds = kept[kept["bound"].isin(n.OPEN_ABOVE) & (kept["unit"] == rows.iloc[0]["unit"])]
    for _, row in bounds.iterrows():
        bound = quantity_of(row).value
        if found.value is None or found.low is None or may_round(found.value, bound):
            continue
        if found.low < bound <= found.value:
            whose = (
                f"{found.interval_from}; not below the bound of row {row['id']}, of the same work"
            )
            found = replace(found, low=bound, interval_from=whose)
    return found


def may_round(value: float, bound: float) -> bool:
    """Whether a bound may be a number without its last digits, as *more than* often is.

    Examples
    --------
    >>> may_round(15809, 15800), may_round(15809, 15000), may_round(100, 99)
    (True, True, False)
    >>> may_round(15800, 15800), may_round(17000, 15800)
    (False, False)
    """
    low, high = rounding_interval(bound)
    return 0 < value - bound < high - low


def _interval(key: str, row: pd.Series, *, whole: bool = False) -> tuple[float, float]:
    """Interval of a row's number; the row is refused by its id if it has none."""
    low, high = limits(quantity_of(row))
    if math.isnan(low):
        message = f"finding {key}: row {row['id']} carries no number; name another row"
        raise DataError(message)
    if whole and high == 0:
        message = f"finding {key}: row {row['id']} is 0 {row['unit']}; nothing is a share of it"
        raise DataError(message)
    return low, high


def _one_side(low: float, high: float, *, open_above: bool, open_below: bool) -> tuple[float, str]:
    """Value and bound of a number of which one side is open, or neither."""
    if open_above:
        return low, n.AT_LEAST
    return (high, n.AT_MOST) if open_below else (math.nan, n.ABOUT)


DIVIDED = "each number by its own bound, its rounding or its error of counting; no sampling error"
"""What the interval of a ratio or a share takes in."""
WHOLE_PERCENT = 100.0
"""Share that no part of a whole exceeds."""


def _ends_divided(top: tuple[float, float], base: tuple[float, float], *, cut: bool = False) -> str:
    """Write the ends of an interval as the division that gives each, and what they take in.

    Examples
    --------
    >>> _ends_divided((216.9, 265.1), (232.2, 283.8), cut=True).partition(":")[0]
    '216.9 / 283.8 to 265.1 / 232.2, cut at 100 percent'
    """
    least = "0" if math.isinf(base[1]) else f"{number(top[0])} / {number(base[1])}"
    most = (
        f"{number(top[1])} / {number(base[0])}" if base[0] and math.isfinite(top[1]) else "no end"
    )
    return f"{least} to {most}{', cut at 100 percent' if cut else ''}: {DIVIDED}"


def _division(over: pd.DataFrame, under: pd.DataFrame) -> str:
    """Numbers that are divided, in words, each with its row."""
    top, base = (
        " and ".join(
            f"{quantity_text(quantity_of(row))} ({row['id']})" for _, row in rows.iterrows()
        )
        for rows in (over, under)
    )
    return f"{top} divided by {base}"


def ratio(key: str, over: pd.DataFrame, under: pd.DataFrame, *, text: str) -> Finding:
    """Make a finding of one row's quantity as a multiple of another's.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    over, under : pandas.DataFrame
        One row each, of the same unit.
    text : str
        One sentence with ``{number}``.

    Returns
    -------
    Finding
        Unit *times*; the interval runs from the least to the greatest multiple that the
        two bounds allow, rounded outwards; over a mere ceiling it is a lower bound.

    Raises
    ------
    DataError
        If the units differ, a row carries no number, the lower one is zero, or every multiple
        is possible. The message names the row.
    """
    top, base = over.iloc[0], under.iloc[0]
    if top["unit"] != base["unit"]:
        message = f"finding {key}: {top['unit']} against {base['unit']}; compare one unit"
        raise DataError(message)
    top_low, top_high = _interval(key, top)
    base_low, base_high = _interval(key, base, whole=True)
    low = rounded_outwards(top_low / base_high, math.floor, digits=2)
    high = math.inf if base_low == 0 else rounded_outwards(top_high / base_low, math.ceil, digits=2)
    if low == 0 and math.isinf(high):
        message = f"finding {key}: rows {top['id']} and {base['id']} allow every multiple; leave it"
        raise DataError(message)
    value, bound = _one_side(low, high, open_above=math.isinf(high), open_below=low == 0)
    ends = {"value": value, "low": low, "high": high, "bound": bound}
    how = _ends_divided((top_low, top_high), (base_low, base_high))
    return _divided(key, over, under, how, unit="times", text=text, **ends)


def _divided(key: str, over: pd.DataFrame, under: pd.DataFrame, how: str, **ends: Any) -> Finding:
    """Make the finding of a division, which says what was divided by what."""
    found = computed(key, rows=pd.concat([over, under]), **ends)
    return replace(found, interval_from=how, made_of=_division(over, under))


def _part(key: str, rows: pd.DataFrame, unit: str) -> tuple[float, tuple[float, float], bool, str]:
    """Value, interval, whether it is only a ceiling, and ids of rows that are added up."""
    ends = [_interval(key, row) for _, row in rows.iterrows()]
    strange = [f"{row['id']} ({row['unit']})" for _, row in rows.iterrows() if row["unit"] != unit]
    if strange:
        message = f"finding {key}: {', '.join(strange)} against {unit}; compare one unit"
        raise DataError(message)
    low, high = sum(end[0] for end in ends), sum(end[1] for end in ends)
    ceiling = bool((rows["bound"] == n.AT_MOST).any())
    return float(rows["value"].sum(skipna=False)), (low, high), ceiling, " + ".join(rows["id"])


def share(key: str, part: pd.DataFrame, whole: pd.DataFrame, *, text: str) -> Finding:
    """Make a finding of one row, or several added up, as a percentage of another.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    part : pandas.DataFrame
        One row or more, with a number each, of the unit of `whole`.
    whole : pandas.DataFrame
        One row with a number.
    text : str
        One sentence with ``{number}``.

    Returns
    -------
    Finding
        In percent, at most 100; the interval follows from the two intervals. A part that is
        a lower bound gives a lower bound, one that is an upper bound an upper bound.

    Raises
    ------
    DataError
        If the units differ, a row carries no number, the whole is zero or smaller than its
        part, or the bounds allow every share. The message names the row.
    """
    base = whole.iloc[0]
    value_of_part, (top_low, top_high), ceiling, ids = _part(key, part, base["unit"])
    base_low, base_high = _interval(key, base, whole=True)
    both = f"finding {key}: rows {ids} and {base['id']}"
    if top_low > base_high:
        message = f"{both}: {top_low:g} of {base_high:g}; a part is no larger than its whole"
        raise DataError(message)
    low = rounded_outwards(100 * top_low / base_high, math.floor, digits=3)
    most = math.inf if base_low == 0 else top_high / base_low
    high = min(WHOLE_PERCENT, rounded_outwards(100 * most, math.ceil, digits=3))
    open_above, open_below = math.isinf(most), ceiling or math.isinf(base_high)
    if open_above and open_below:
        message = f"{both}: their bounds allow every share; leave it out"
        raise DataError(message)
    value, bound = _one_side(low, high, open_above=open_above, open_below=open_below)
    if bound == n.ABOUT and not math.isnan(value_of_part + base["value"]):
        value = min(max(float(f"{100 * value_of_part / base['value']:.2g}"), low), high)
    ends = {"value": value, "low": low, "high": high, "bound": bound}
    intervals = (top_low, top_high), (base_low, base_high)
    how = _ends_divided(*intervals, cut=100 * most > WHOLE_PERCENT)
    return _divided(key, part, whole, how, unit="percent", text=text, **ends)


def estimated(
    key: str,
    estimate: Estimate,
    rows: pd.DataFrame,
    *,
    text: str,
    digits: int = 2,
) -> Finding:
    """Make a finding of a statistical estimate; its interval is the finding's interval.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    estimate : Estimate
        Of any unit; a probability has the unit ``p``.
    rows : pandas.DataFrame
        The rows it was estimated from.
    text : str
        One sentence; ``{number}`` is replaced by the interval in words, since an estimate is
        never quoted without it.
    digits : int
        Significant digits to which the ends of the interval are rounded, outwards.

    Returns
    -------
    Finding
        An estimate that is the upper end of an interval from 0 is an upper limit, and worded
        as one.
    """
    low, high = (
        rounded_outwards(edge, side, digits=digits)
        for edge, side in ((estimate.low, math.floor), (estimate.high, math.ceil))
    )
    limit = estimate.low == 0 and estimate.value == estimate.high
    finding = computed(
        key,
        value=high if limit else math.nan,
        low=low,
        high=high,
        unit=estimate.unit,
        bound=n.AT_LEAST if math.isinf(high) else n.AT_MOST if limit else n.EXACTLY,
        rows=rows,
        text=text,
        words=estimate.words,
    )
    return replace(finding, level=estimate.level)
