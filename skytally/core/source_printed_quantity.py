"""Quantities as sources print them: number, bound, interval and words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skytally.core import evidence_line_name_constants as n
from skytally.core.number_and_date_words import chance_text, number, with_unit

COUNTING_ERROR = 0.1
"""Share by which a count on an image that is called *about* may err, either way (METHODS 7.5)."""
A_TENTH = "a tenth either way"
"""`COUNTING_ERROR` in words."""
ODD = "-odd"
"""Beginning of softening words after a number that is somewhat exceeded, as in *2,000-odd*."""
THOUSAND = 1000.0
"""Step from one counting word to the next: thousand, million."""
DERIVED_SUM = "derived-sum"
"""Word of the vocabulary *method* for a sum that no source prints."""
MADE_AS_SUM = "a sum by the compiler of the parts that the counter printed"
"""What is said of a number whose `method` is `DERIVED_SUM`."""
SUMMED = "the bound of a sum by the compiler, from the bounds that the source gives"
SUMMED_RANGE = "the range of a sum by the compiler, from the numbers that the source gives"
COUNTED_BY = ("count", "estimate", DERIVED_SUM, "reckoned", "likeness")
"""Words of the vocabulary *method* for numbers that somebody read off an image."""


@dataclass(frozen=True)
class Quantity:
    """One number as a source prints it."""

    value: float
    """The printed number, NaN where none or only a range is printed."""
    low: float
    """Printed lower bound, NaN where none is printed."""
    high: float
    """Printed upper bound, NaN where none is printed."""
    bound: str
    """One of ``evidence_line_name_constants.BOUNDS``, or empty where there is no number."""
    unit: str
    """Word of the vocabulary *unit*."""
    wording: str = ""
    """The source's own softening words, where the bound alone would lose them."""
    counted: bool = False
    """Whether somebody read it off an image, so that *about* includes an error of counting."""
    counting_error: float | None = None
    """Share by which it errs as recounts of the same thing show; None where `COUNTING_ERROR` is
    assumed."""
    recounts: str = ""
    """Ids of the rows of those recounts."""


def quantity_of(row: Mapping[str, Any]) -> Quantity:
    """Quantity of a row of an observation table."""
    return Quantity(
        row["value"],
        row["low"],
        row["high"],
        row["bound"],
        row["unit"],
        row["wording"],
        counted=row.get("method", "") in COUNTED_BY,
        **_measured_error(row),
    )


def _measured_error(row: Mapping[str, Any]) -> dict[str, Any]:
    """Error that recounts show, of a row that has one."""
    error = row.get("counting_error", math.nan)
    if math.isnan(error):
        return {}
    return {"counting_error": float(error), "recounts": str(row["recounts"])}


def rounding_interval(value: float) -> tuple[float, float]:
    """Interval that rounding alone allows around a number called *about*.

    Parameters
    ----------
    value : float
        The printed number, in its unit.

    Returns
    -------
    tuple of float
        (low, high), half a unit of the last printed digit that is not zero on either side.

    Notes
    -----
    It is the least the word *about* can mean, and all that it means in a statement. A count
    on an image errs by more (`counting_interval`).

    Examples
    --------
    >>> rounding_interval(1010), rounding_interval(2.6)
    ((1005.0, 1015.0), (2.55, 2.65))
    """
    if value == 0:
        return 0.0, 0.5
    digits = f"{value:.6f}".rstrip("0").rstrip(".")
    if "." in digits:
        half = 0.5 * 10.0 ** -len(digits.split(".")[1])
        return round(value - half, 9), round(value + half, 9)
    half = 0.5 * 10.0 ** (len(digits) - len(digits.rstrip("0")))
    return value - half, value + half


def odd_interval(value: float) -> tuple[float, float]:
    """Interval of a number called *-odd*: from it up to the next that the speaker would have said.

    Parameters
    ----------
    value : float
        The printed number.

    Returns
    -------
    tuple of float
        (low, high). The upper end is the next of the last printed digit or, from a thousand on,
        of the counting word (thousand, million) where that is nearer.

    Notes
    -----
    Speakers say the digit before the counting word: *9.4 million-odd* and *12 million-odd* stand
    beside *ten million-odd*, which therefore is less than eleven million and not up to twenty.

    Examples
    --------
    >>> odd_interval(70), odd_interval(2000), odd_interval(28000)
    ((70, 80.0), (2000, 3000.0), (28000, 29000.0))
    >>> odd_interval(9_400_000), odd_interval(10_000_000)
    ((9400000, 9500000.0), (10000000, 11000000.0))
    """
    low, high = rounding_interval(value)
    step = high - low
    if value >= THOUSAND:
        step = min(step, THOUSAND ** ((len(f"{value:.0f}") - 1) // 3))
    return value, value + step


def counting_interval(
    value: float,
    *,
    low: float = math.nan,
    high: float = math.nan,
    error: float | None = None,
) -> tuple[float, float]:
    """Interval around a count on an image that its counter calls *about*.

    Parameters
    ----------
    value : float
        The printed number, in its unit; NaN where only a range is printed.
    low, high : float
        Printed bounds, NaN where none are printed.
    error : float, optional
        Share by which it errs as recounts show; `COUNTING_ERROR` if not given.

    Returns
    -------
    tuple of float
        The wider of what rounding or the printed bounds allow and the error either way.

    Notes
    -----
    The error is not printed by any counter of the record. One in ten is what operators differ
    by on good images (Fretwell et al. 2012, table 2); METHODS 7.5.

    Examples
    --------
    >>> counting_interval(73), counting_interval(70), counting_interval(258, low=256, high=260)
    ((65.7, 80.3), (63.0, 77.0), (232.2, 283.8))
    >>> counting_interval(5_500_000_000)
    (4950000000.0, 6050000000.0)
    """
    around = rounding_interval(value) if not math.isnan(value) else (low, high)
    least = around[0] if math.isnan(low) else low
    most = around[1] if math.isnan(high) else high
    lowest, highest = (least, most) if math.isnan(value) else (value, value)
    share = COUNTING_ERROR if error is None else error
    return (
        min(least, float(f"{lowest * (1 - share):.12g}")),
        max(most, float(f"{highest * (1 + share):.12g}")),
    )


def limits(quantity: Quantity) -> tuple[float, float]:
    """Interval of a printed quantity, open on one side for a bound.

    Parameters
    ----------
    quantity : Quantity
        As printed.

    Returns
    -------
    tuple of float
        (low, high) in its unit; infinite where the source sets no limit, NaN where there is
        no number. A bound that is itself called *about* is moved outwards by its rounding, and
        a count on an image that is called *about* by its error of counting, too. What a number
        called *-odd* exceeds it by is less than one of its last printed digit or counting word
        (`odd_interval`).

    Examples
    --------
    >>> limits(Quantity(25.0, math.nan, math.nan, "at least", "calls"))
    (25.0, inf)
    """
    value, low, high = quantity.value, quantity.low, quantity.high
    if math.isnan(value) or not (math.isnan(low) or math.isnan(high)):
        estimated = quantity.counted and quantity.bound == n.ABOUT and not math.isnan(low + high)
        error = quantity.counting_error
        return (
            counting_interval(value, low=low, high=high, error=error) if estimated else (low, high)
        )
    least = value if math.isnan(low) else low
    most = value if math.isnan(high) else high
    if quantity.bound == n.ABOUT and quantity.wording.startswith(ODD):
        least, most = odd_interval(value)
    elif quantity.bound == n.ABOUT or "about" in quantity.wording:
        around = rounding_interval(value)
        if quantity.counted:
            around = counting_interval(value, error=quantity.counting_error)
        least = around[0] if math.isnan(low) else min(low, around[0])
        most = around[1] if math.isnan(high) else max(high, around[1])
    if quantity.bound in n.OPEN_ABOVE:
        return least, math.inf
    if quantity.bound == n.AT_MOST:
        return 0.0, most
    return least, most


UP_TO_NEXT = (
    "up to the next of the last printed digit, or the next thousand or million where that is nearer"
)
"""What a number called *-odd* stays below."""
ROUNDED = "the rounding of the printed number only, its error not stated"
"""Whose interval that of a rounded number is that nobody read off an image."""


def reading_of(quantity: Quantity, *, method: str = "") -> str:
    """Words on whose interval `limits` is: the source's own, or this book's reading of its words.

    A sum by the compiler (`method` *derived-sum*) has no bound that a source gives.

    Examples
    --------
    >>> reading_of(Quantity(73.0, math.nan, math.nan, "about", "railcars", counted=True))
    "this book's reading of “about”, a tenth either way; the source prints no interval"
    >>> reading_of(Quantity(25.0, math.nan, math.nan, "at least", "calls"))
    'the bound that the source gives'
    """
    printed = SUMMED_RANGE if method == DERIVED_SUM else "the range that the source prints"
    low, high = limits(quantity)
    if math.isnan(low) or low == high:
        return ""
    if quantity.bound in (*n.OPEN_ABOVE, n.AT_MOST):
        moved = "about" in quantity.wording
        whose = SUMMED if method == DERIVED_SUM else "the bound that the source gives"
        return whose + (", moved by its rounding" if moved else "")
    if quantity.bound != n.ABOUT or (low, high) == (quantity.low, quantity.high):
        return printed
    if quantity.wording.startswith(ODD):
        return f"this book's reading of “-odd”, {UP_TO_NEXT}"
    word = quantity.wording or n.ABOUT
    error = A_TENTH
    if quantity.counting_error is not None:
        error = f"as far as people differ who recounted it (rows {quantity.recounts})"
    if math.isnan(quantity.value):
        return f"{printed}, and {error} for counting"
    rounding = (low, high) == rounding_interval(quantity.value)
    span = ROUNDED if rounding else error
    return f"this book's reading of “{word}”, {span}; the source prints no interval"


def _chance_text(quantity: Quantity, softening: str) -> str:
    """Words of a probability; one that is printed as a bound needs no second bound before it."""
    known = not math.isnan(quantity.value)
    ends = (quantity.value, quantity.value) if known else (quantity.low, quantity.high)
    if math.isnan(ends[0] + ends[1]):
        return "no number"
    words = chance_text(*ends)
    if words[0].isalpha():
        opposite = n.OPEN_ABOVE if words.startswith("under") else (n.AT_MOST,)
        if quantity.bound not in opposite:
            return words
        words = f"{number(100 * ends[0])} percent"
    return f"{softening} {words}".strip()


def quantity_text(quantity: Quantity) -> str:
    """Express a quantity in words that keep its bound.

    Parameters
    ----------
    quantity : Quantity
        As printed.

    Returns
    -------
    str
        For example ``about 73 railcars``; ``no number`` where there is none.

    Examples
    --------
    >>> quantity_text(Quantity(25.0, math.nan, math.nan, "at least", "calls"))
    'at least 25 calls'
    >>> quantity_text(Quantity(2000.0, math.nan, math.nan, "about", "containers", "-odd"))
    '2,000-odd containers'
    >>> quantity_text(Quantity(0.064, 0.0, 0.064, "at most", "p"))
    'at most 6.4 percent'
    """
    if quantity.wording.startswith(ODD) and not math.isnan(quantity.value):
        words = f"{number(quantity.value)}{quantity.wording}"
        return with_unit(words, quantity.value, quantity.unit)
    softening = quantity.wording or ("" if quantity.bound == n.EXACTLY else quantity.bound)
    if quantity.unit == n.PROBABILITY:
        return _chance_text(quantity, softening)
    prefix = f"{softening} " if softening else ""
    if not math.isnan(quantity.value):
        return with_unit(f"{prefix}{number(quantity.value)}", quantity.value, quantity.unit)
    if quantity.bound in n.OPEN_ABOVE and not math.isnan(quantity.low):
        return with_unit(f"{prefix}{number(quantity.low)}", quantity.low, quantity.unit)
    if quantity.low == quantity.high:
        return with_unit(f"{prefix}{number(quantity.low)}", quantity.low, quantity.unit)
    if not math.isnan(quantity.low):
        interval = f"{prefix}{number(quantity.low)} to {number(quantity.high)}"
        return with_unit(interval, quantity.high, quantity.unit)
    return "no number"
