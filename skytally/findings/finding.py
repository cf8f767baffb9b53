"""A finding: one number or sentence that pages quote, with interval, unit, rows and sources."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from skytally.core import (
    DataError,
    Quantity,
    evidence_line_name_constants as n,
    filled,
    interval,
    quantity_text,
    unit_of,
)
from skytally.record import Support

COUNTED = ("1", "day")
"""UDUNITS spellings of the units of things that are counted, days among them."""
NO_WORDS: Mapping[str, str] = MappingProxyType({})


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
    """How the number is bounded: as the source words it, or *between* for an interval."""
    said: str
    """The number in words, with its bound and unit; a date or a lag in words where it is one."""
    when: str
    """The date or period it belongs to, in words; empty for a computation over several."""
    text: str
    """The finding as one sentence."""
    inputs: tuple[str, ...]
    """Ids of the rows it rests on."""
    support: Support | None = None
    """Facts on the sources of its rows; None for a tally, an assumption and an empty table."""
    level: float | None = None
    """Stated coverage of an estimate's interval, 1 for a bound that always holds; else None."""
    own: bool = False
    """Whether this book computed the number; else a row prints it."""
    further: tuple[str, ...] = ()
    """Ids of rows that an estimate reads beside `inputs`, and that observed something else."""
    interval_from: str = ""
    """Whose interval it is, in words; empty where there is none, and for an estimate."""
    made_of: str = ""
    """The numbers that were divided, in words, with their rows; empty for any other number."""


def level_words(level: float | None) -> str:
    """Words for the level of an estimate's interval; empty for what is printed and for bounds.

    Examples
    --------
    >>> level_words(0.9), level_words(1.0)
    (' (90 % interval)', '')
    """
    return f" ({100 * level:g} % interval)" if level is not None and level < 1 else ""


def interval_words(finding: Mapping[str, Any]) -> str:
    """Interval of a finding in words, and whose it is.

    Empty for an exact number, for a date, and for one from nothing upwards, which excludes nothing.
    An upper bound has no lower end but nothing, which nobody printed, so it is *up to* its end;
    a number that the source calls *more than* is not in its interval.

    Parameters
    ----------
    finding : mapping
        One entry of ``findings.json``.

    Returns
    -------
    str

    Examples
    --------
    >>> known = {"unit": "railcars", "level": None, "interval_from": "this book's reading"}
    >>> interval_words({**known, "low": 65.7, "high": 80.3})
    "65 to 81 railcars (this book's reading)"
    >>> interval_words({**known, "low": 3.0, "high": 3.0})
    ''
    >>> interval_words({**known, "low": 0.0, "high": 25.0, "bound": "at most"})
    "up to 25 railcars (this book's reading)"
    >>> interval_words({**known, "low": 100.0, "high": None, "bound": "more than"})
    "more than 100 railcars (this book's reading)"
    """
    low = math.nan if finding["low"] is None else finding["low"]
    high = math.inf if finding["high"] is None else finding["high"]
    if math.isnan(low) or low == high or (low == 0 and math.isinf(high)):
        return ""
    level = finding.get("level")
    whose = finding.get("interval_from", "")
    if level is not None:
        whose = "a bound that this book computed"
        if level < 1:
            whose = f"{100 * level:g} % interval of an estimate of this book"
    span = interval(low, high, finding["unit"])
    if low == 0 and finding.get("bound") == n.AT_MOST:
        span = f"up to {interval(high, high, finding['unit'])}"
    if math.isinf(high) and finding.get("bound") == n.MORE_THAN:
        span = f"{n.MORE_THAN} {interval(low, low, finding['unit'])}"
    return f"{span} ({whose})" if whose else span


def _in_words(quantity: Quantity) -> str:
    """Quantity in words; of things counted, an exact zero is *no ship* and not *0 ships*."""
    unit = unit_of(quantity.unit)
    counted = unit.udunits in COUNTED and unit.singular != quantity.unit
    if quantity.value == 0 and quantity.bound == n.EXACTLY and counted and not quantity.wording:
        return f"no {unit.singular}"
    return quantity_text(quantity)


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
    words: Mapping[str, str] = NO_WORDS,
    said: str = "",
) -> Finding:
    """Make a finding of a computed number.

    Parameters
    ----------
    key : str
        ``<line>.<quantity>``.
    value, low, high : float
        In `unit`; NaN where there is no value, infinite where a side is open.
    unit : str
        Word of the vocabulary *unit*.
    bound : str
        One of `skytally.core.evidence_line_name_constants.BOUNDS`; *exactly* becomes *between*
        where the ends differ.
    rows : pandas.DataFrame
        The rows it was computed from.
    text : str
        One sentence; ``{number}`` and ``{when}`` are replaced by the number and the date in
        words.
    wording : str
        Softening words that replace those of the bound.
    dates : str
        The date or period in words.
    words : mapping of str to str
        Further words that the sentence may name in braces.
    said : str
        The finding in words where the number alone says too little, such as a date.

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
    number = said or _in_words(Quantity(value, low, high, bound, unit, wording))
    # two ends without a softening word are not one exact number
    bound = n.BETWEEN if bound == n.EXACTLY and low < high else bound
    return Finding(
        key=key,
        value=_or_none(value),
        low=_or_none(low),
        high=_or_none(high),
        unit=unit,
        bound=bound,
        said=number,
        when=dates,
        text=filled(text, dates, {"number": number, **words}),
        inputs=tuple(rows["id"]),
    )


def tally(
    key: str,
    rows: pd.DataFrame,
    *,
    count: int,
    unit: str,
    text: str,
    dates: str = "",
    words: Mapping[str, str] = NO_WORDS,
    said: str = "",
) -> Finding:
    """Make a finding that counts rows, days or ships of the record, exactly."""
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
        words=words,
        said=said,
    )
