"""Numbers to findings: what the pages may quote, each with interval, unit, wording and rows."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from IPython.display import HTML

from skytally.core import names as n
from skytally.core.errors import DataError, refuse
from skytally.core.quantity import Quantity, limits, quantity_of, said
from skytally.core.wording import when
from skytally.statistics.estimate import Estimate

FILE = "findings.json"
LEVELS = ("low", "moderate", "high")
"""Confidence in a finding, from its sources alone; never a probability."""


@dataclass(frozen=True)
class Finding:
    """One number or sentence that a page may quote by its key."""

    key: str
    """``<line>.<quantity>``; lives for ever."""
    value: float | None
    """The number, None where only an interval or a sentence is known."""
    low: float | None
    """Lower bound in `unit`, None where there is none."""
    high: float | None
    """Upper bound in `unit`, None where it is open."""
    unit: str
    """Word of the vocabulary *unit*, empty for a sentence without a number."""
    bound: str
    """How the source words the number."""
    level: str
    """One of `LEVELS`."""
    said: str
    """The number in words, with its bound and unit."""
    when: str
    """The date or period it belongs to, in words; empty for a computation over several."""
    text: str
    """The finding as one sentence."""
    inputs: tuple[str, ...]
    """Ids of the rows it rests on."""


def level(rows: pd.DataFrame) -> str:
    """Give the confidence that the sources of a finding allow.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows a finding rests on, with ``counter``, ``family`` and ``reading``.

    Returns
    -------
    str
        *high* where at least two counters on at least two image families were read
        directly; *moderate* where one was read directly or at least two counters agree to
        have looked; else *low*. It says how good the sources are, not how likely a thing is.
    """
    direct = rows[rows["reading"] == "direct"]
    families = set(direct.get("family", [])) - {"none", "unstated", "commercial-unstated"}
    if len(set(direct["counter"])) > 1 and len(families) > 1:
        return "high"
    if len(direct) or len(set(rows["counter"])) > 1:
        return "moderate"
    return "low"


def _or_none(number: float) -> float | None:
    return None if math.isnan(number) or math.isinf(number) else float(f"{number:.6g}")


def computed(
    key: str,
    *,
    value: float,
    low: float,
    high: float,
    unit: str,
    bound: str,
    rows: pd.DataFrame,
    text: str,
    wording: str = "",
    dates: str = "",
) -> Finding:
    """Make a finding from a computation.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    value, low, high : float
        In `unit`; NaN where there is no value, infinite where a side is open.
    unit : str
        Word of the vocabulary *unit*.
    bound : str
        One of `skytally.core.names.BOUNDS`.
    rows : pandas.DataFrame
        The rows it was computed from.
    text : str
        One sentence; ``{said}`` is replaced by the number in words.
    wording : str
        Softening words that replace those of the bound.
    dates : str
        The date or period in words.

    Returns
    -------
    Finding

    Raises
    ------
    DataError
        If there are no rows or no interval, or the value is outside it.
    """
    if rows.empty:
        message = f"finding {key}: rests on no row; choose rows that exist"
        raise DataError(message)
    if math.isnan(low) or math.isnan(high) or (not math.isnan(value) and not low <= value <= high):
        message = f"finding {key}: interval {low} to {high} does not hold {value}; give its bounds"
        raise DataError(message)
    words = said(Quantity(value, low, high, bound, unit, wording))
    return Finding(
        key=key,
        value=_or_none(value),
        low=_or_none(low),
        high=_or_none(high),
        unit=unit,
        bound=bound,
        level=level(rows),
        said=words,
        when=dates,
        text=text.format(said=words, when=dates),
        inputs=tuple(rows["id"]),
    )


def row_of(tables: Sequence[pd.DataFrame], row: str) -> pd.DataFrame:
    """Give the one row with an id, from whichever table has it.

    Raises
    ------
    DataError
        If no table has such a row.
    """
    for table in tables:
        found = table[table["id"] == row]
        if len(found):
            return found
    searched = ", ".join(str(table.attrs.get("table", "a table")) for table in tables)
    message = f"no row {row!r} in {searched}; correct the parameter that names it"
    raise DataError(message)


def quoted(key: str, rows: pd.DataFrame, *, text: str) -> Finding:
    """Make a finding that repeats one row of the record.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    rows : pandas.DataFrame
        The one row, as `row_of` gives it.
    text : str
        One sentence; ``{said}`` and ``{when}`` are replaced by the row's number and date.

    Returns
    -------
    Finding

    Raises
    ------
    DataError
        If the row carries no number.
    """
    one = rows.iloc[0]
    quantity = quantity_of(one)
    low, high = limits(quantity)
    if math.isnan(low):
        message = f"finding {key}: row {one['id']} carries no number; quote another row"
        raise DataError(message)
    first, last, *precision = (
        ("statement_first", "statement_last", "statement_precision", "statement_precision")
        if "statement_first" in rows
        else ("date_first", "date_last", "precision_first", "precision_last")
    )
    return computed(
        key,
        value=quantity.value,
        low=low,
        high=high,
        unit=quantity.unit,
        bound=quantity.bound,
        rows=rows,
        text=text,
        wording=quantity.wording,
        dates=when(one[first], one[last], one[precision[0]], one[precision[1]]),
    )


def quoted_all(
    line: str, tables: Sequence[pd.DataFrame], quotes: Mapping[str, Sequence[str]]
) -> list[Finding]:
    """Make a finding of each row that a notebook's parameters quote.

    Parameters
    ----------
    line : str
        The evidence line; every key becomes ``<line>.<quantity>``.
    tables : sequence of pandas.DataFrame
        Tables in which the rows are looked up.
    quotes : mapping of str to (str, str)
        Quantity to the id of its row and the sentence that quotes it.

    Returns
    -------
    list of Finding

    Raises
    ------
    DataError
        If a row does not exist or carries no number.
    """
    return [
        quoted(f"{line}.{quantity}", row_of(tables, row), text=text)
        for quantity, (row, text) in quotes.items()
    ]


def _numbered(key: str, rows: pd.DataFrame, *, whole: bool = False) -> tuple[float, float]:
    """Give the interval of the one row's number, or refuse the row by its name."""
    row = rows.iloc[0]
    low, high = limits(quantity_of(row))
    if math.isnan(low):
        message = f"finding {key}: row {row['id']} carries no number; name another row"
        raise DataError(message)
    if whole and high == 0:
        message = f"finding {key}: row {row['id']} is 0 {row['unit']}; nothing is a share of it"
        raise DataError(message)
    return low, high


def _side(low: float, high: float, *, up: bool, down: bool) -> tuple[float, str]:
    """Give the value and the bound of a number of which one side is open, or neither."""
    if up:
        return low, n.AT_LEAST
    return (high, n.AT_MOST) if down else (math.nan, n.ABOUT)


def _outwards(number: float, edge: Callable[[float], int], *, digits: int) -> float:
    """Round an end of an interval away from its middle, to some significant digits."""
    if number == 0 or math.isinf(number):
        return number
    step = 10.0 ** (math.floor(math.log10(abs(number))) - digits + 1)
    # the division leaves an error in the last place, which must not cost a whole digit
    return float(f"{edge(round(number / step, 9)) * step:.{digits}g}")


def ratio(key: str, over: pd.DataFrame, under: pd.DataFrame, *, text: str) -> Finding:
    """Make a finding of one row's quantity as a multiple of another's.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    over, under : pandas.DataFrame
        One row each, of the same unit.
    text : str
        One sentence with ``{said}``.

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
    top_low, top_high = _numbered(key, over)
    base_low, base_high = _numbered(key, under, whole=True)
    low = _outwards(top_low / base_high, math.floor, digits=2)
    high = math.inf if base_low == 0 else _outwards(top_high / base_low, math.ceil, digits=2)
    if low == 0 and math.isinf(high):
        message = f"finding {key}: rows {top['id']} and {base['id']} allow every multiple; leave it"
        raise DataError(message)
    value, bound = _side(low, high, up=math.isinf(high), down=low == 0)
    return computed(
        key,
        value=value,
        low=low,
        high=high,
        unit="times",
        bound=bound,
        rows=pd.concat([over, under]),
        text=text,
    )


def share(key: str, part: pd.DataFrame, whole: pd.DataFrame, *, text: str) -> Finding:
    """Make a finding of one row's quantity as a percentage of another's.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    part, whole : pandas.DataFrame
        One row each, of the same unit and both with a number.
    text : str
        One sentence with ``{said}``.

    Returns
    -------
    Finding
        In percent, at most 100; the interval follows from the two intervals. A part that is
        a lower bound gives a lower bound, one that is an upper bound an upper bound.

    Raises
    ------
    DataError
        If a row carries no number, the whole is zero or smaller than its part, or the two
        bounds allow every share. The message names the row.
    """
    top, base = part.iloc[0], whole.iloc[0]
    top_low, top_high = _numbered(key, part)
    base_low, base_high = _numbered(key, whole, whole=True)
    both = f"finding {key}: rows {top['id']} and {base['id']}"
    if top_low > base_high:
        message = f"{both}: {top_low:g} of {base_high:g}; a part is no larger than its whole"
        raise DataError(message)
    low = _outwards(100 * top_low / base_high, math.floor, digits=3)
    most = math.inf if base_low == 0 else top_high / base_low
    high = min(100.0, _outwards(100 * most, math.ceil, digits=3))
    up, down = math.isinf(most), top["bound"] == n.AT_MOST or math.isinf(base_high)
    if up and down:
        message = f"{both}: their bounds allow every share; leave it out"
        raise DataError(message)
    value, bound = _side(low, high, up=up, down=down)
    if bound == n.ABOUT and not math.isnan(top["value"] + base["value"]):
        value = min(max(float(f"{100 * top['value'] / base['value']:.2g}"), low), high)
    return computed(
        key,
        value=value,
        low=low,
        high=high,
        unit="percent",
        bound=bound,
        rows=pd.concat([part, whole]),
        text=text,
    )


def tally(
    key: str, rows: pd.DataFrame, *, count: int, unit: str, text: str, dates: str = ""
) -> Finding:
    """Make a finding that counts rows, days or ships of this record, exactly."""
    return computed(
        key,
        value=count,
        low=count,
        high=count,
        unit=unit,
        bound=n.EXACTLY,
        rows=rows,
        text=text,
        dates=dates,
    )


def estimated(key: str, estimate: Estimate, rows: pd.DataFrame, *, text: str) -> Finding:
    """Make a finding of what a statistic estimates; its interval is the finding's interval.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    estimate : Estimate
        Of any unit; a probability has the unit ``p``.
    rows : pandas.DataFrame
        The rows it was estimated from.
    text : str
        One sentence; ``{said}`` is replaced by the interval in words, since an estimate is
        never quoted without it.

    Returns
    -------
    Finding
    """
    low, high = (
        _outwards(edge, side, digits=2)
        for edge, side in ((estimate.low, math.floor), (estimate.high, math.ceil))
    )
    return computed(
        key,
        value=math.nan,
        low=low,
        high=high,
        unit=estimate.unit,
        bound=n.AT_LEAST if math.isinf(high) else n.EXACTLY,
        rows=rows,
        text=text,
    )


def as_json(findings: Iterable[Finding]) -> str:
    """Write findings as JSON sorted by key, without NaN, ending in a newline.

    Raises
    ------
    DataError
        If a key occurs twice.
    """
    ordered = sorted(findings, key=lambda each: each.key)
    keys = [each.key for each in ordered]
    refuse(
        (
            f"{key}: found twice; give each finding its own key"
            for key in sorted(set(keys))
            if keys.count(key) > 1
        ),
        what="findings",
    )
    rows = [{**vars(each), "inputs": list(each.inputs)} for each in ordered]
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_findings(findings: Iterable[Finding], out: Path) -> None:
    """Write the findings of one line as ``findings.json``.

    Parameters
    ----------
    findings : iterable of Finding
        The findings of one notebook.
    out : Path
        Folder of the line's results; made if missing.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_text(as_json(findings), encoding="utf-8")


def folded(title: str, tables: Mapping[str, pd.DataFrame]) -> HTML:
    """Show tables folded under a title, which opens without a script and without a mouse.

    Parameters
    ----------
    title : str
        What the fold is called.
    tables : mapping of str to pandas.DataFrame
        Caption to table, in the order shown.

    Returns
    -------
    IPython.display.HTML
    """
    shown = "".join(
        f"<p>{html.escape(caption)}</p>{table.to_html()}" for caption, table in tables.items()
    )
    return HTML(f"<details><summary>{html.escape(title)}</summary>{shown}</details>")


def as_table(findings: Iterable[Finding]) -> HTML:
    """Show findings as a table with their whole text: key, number, confidence, sentence."""
    table = pd.DataFrame(
        [
            {"key": each.key, "number": each.said, "confidence": each.level, "finding": each.text}
            for each in findings
        ]
    )
    with pd.option_context("display.max_colwidth", None):
        return HTML(table.to_html(index=False))
