"""Numbers and dates put into words: one wording for every page."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pandas as pd

from skytally.core import evidence_line_name_constants as n
from skytally.core.table_reader import ISO_DAY
from skytally.core.unit_table import DIMENSIONLESS, unit_of


def number(value: float) -> str:
    """Write a number as it was printed: thousands separated, no empty decimals.

    Examples
    --------
    >>> number(1010.0), number(2.6)
    ('1,010', '2.6')
    """
    if value == round(value):
        return f"{round(value):,}"
    return f"{value:,.6g}"


ROUND_MILLIONS = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3}){2,3}(?![\d,.]*\d)(-odd)?")
"""A number of a million or more, as `number` writes it, and the word of one somewhat exceeded."""
ODD_BEFORE = "somewhat over "
MONTHS = "|".join(calendar.month_name[1:])
ONE_MONTH = re.compile(rf"\b(\d{{1,2}}) ({MONTHS}) (\d{{4}}) (to|and) (\d{{1,2}}) \2 \3\b")
"""Two days of one month, as `day` writes them."""
DAY_OR_MONTH = rf"(?:\d{{1,2}} )?(?:{MONTHS})"
ONE_YEAR = re.compile(rf"\b({DAY_OR_MONTH}) (\d{{4}}) (to|and) ((?:about )?{DAY_OR_MONTH}) \2\b")
"""Two days, or two months, of one year."""


def is_day(text: str) -> bool:
    """Whether a text is a day that exists, as YYYY-MM-DD.

    Examples
    --------
    >>> is_day("2024-02-29"), is_day("2024-2-29"), is_day("29/02/2024"), is_day("2024-02")
    (True, False, False, False)
    """
    try:
        return bool(ISO_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _round_million(found: re.Match[str]) -> str:
    digits, odd = found[0].removesuffix("-odd"), found[1]
    value = int(digits.replace(",", ""))
    unit, word = (10**9, "billion") if value >= 10**9 else (10**6, "million")
    if value % (unit // 100):
        return found[0]
    return f"{ODD_BEFORE if odd else ''}{value / unit:g} {word}"


def in_prose(words: str) -> str:
    """Write round millions and billions, and two dates of one month or year, as people read them.

    Parameters
    ----------
    words : str
        Words of a finding, with numbers as `number` writes them; cards and files keep these.

    Returns
    -------
    str
        A number that would lose a digit stays.

    Examples
    --------
    >>> in_prose("likely 4,200,000 to 5,800,000 shells"), in_prose("at most 1,200,000,000 dollars")
    ('likely 4.2 million to 5.8 million shells', 'at most 1.2 billion dollars')
    >>> in_prose("10,000,000-odd shells"), in_prose("1,234,567 shells, 28,000-odd containers")
    ('somewhat over 10 million shells', '1,234,567 shells, 28,000-odd containers')
    >>> in_prose("between 13 January 2026 and 14 January 2026"), in_prose("June 2023 to July 2023")
    ('between 13 and 14 January 2026', 'June to July 2023')
    """
    words = ONE_MONTH.sub(r"\1 \4 \5 \2 \3", ROUND_MILLIONS.sub(_round_million, words))
    return ONE_YEAR.sub(r"\1 \3 \4 \2", words)


EXTREME_PERCENT = 1.0
"""Percent below which, and above 100 less which, a chance is printed as a bound."""


def percent_text(percent: float) -> str:
    """Write a chance in percent; one that is nearly none or nearly certain as a bound.

    Examples
    --------
    >>> percent_text(0.66), percent_text(49), percent_text(99.4), percent_text(100)
    ('under 1', '49', 'more than 99', '100')
    """
    if 0 < percent < EXTREME_PERCENT:
        return f"under {EXTREME_PERCENT:g}"
    if 100 - EXTREME_PERCENT < percent < 100:
        return f"more than {100 - EXTREME_PERCENT:g}"
    return number(float(f"{percent:.3g}"))


def chance_text(low: float, high: float) -> str:
    """Write a probability, or the interval of one, in percent: the one wording of all pages.

    Examples
    --------
    >>> chance_text(0.0066, 0.49), chance_text(0.24, 0.24), chance_text(0.001, 0.002)
    ('under 1 to 49 percent', '24 percent', 'under 1 percent')
    """
    ends = dict.fromkeys(percent_text(100 * end) for end in (low, high))
    return f"{' to '.join(ends)} percent"


def rounded_outwards(end: float, side: Callable[[float], int], *, digits: int) -> float:
    """Round an end of an interval away from its middle, to some significant digits.

    Parameters
    ----------
    end : float
        The lower or the upper end.
    side : callable
        ``math.floor`` for a lower end, ``math.ceil`` for an upper one.
    digits : int
        Significant digits that are kept.

    Examples
    --------
    >>> rounded_outwards(187.6, math.floor, digits=3), rounded_outwards(4.63, math.ceil, digits=2)
    (187.0, 4.7)
    """
    if end == 0 or math.isinf(end):
        return end
    step = 10.0 ** (math.floor(math.log10(abs(end))) - digits + 1)
    # the division leaves an error in the last place, which must not cost a whole digit
    return float(f"{side(round(end / step, 9)) * step:.{digits}g}")


def slug_of(words: str) -> str:
    """Turn words into the name of a file: small letters and digits, all else one dash.

    Examples
    --------
    >>> slug_of("Pier 1 (west)"), slug_of("!")
    ('pier-1-west', '')
    """
    return re.sub("[^a-z0-9]+", "-", words.lower()).strip("-")


def with_unit(words: str, value: float, unit: str) -> str:
    """Append a unit to a number in words, in the singular after one."""
    return f"{words} {unit_of(unit).singular if value == 1 else unit}"


def _of_things(unit: str) -> bool:
    """Whether a unit counts things, which come whole; a rate and a factor need not be whole."""
    known = unit_of(unit)
    return known.udunits == DIMENSIONLESS and known.singular != unit and " per " not in unit


def interval(low: float, high: float, unit: str) -> str:
    """Write the interval of a number, or the side on which it is open.

    The interval of things counted is rounded outwards to whole things.

    Examples
    --------
    >>> interval(65.7, 80.3, "railcars"), interval(25, float("inf"), "calls")
    ('65 to 81 railcars', '25 calls or more')
    >>> interval(0.0066, 0.49, "p")
    'under 1 to 49 percent'
    """
    if math.isnan(low) or math.isnan(high):
        return "no interval"
    if unit == n.PROBABILITY:
        return chance_text(max(low, 0.0), min(high, 1.0))
    if low != high and _of_things(unit):
        # what a division leaves in the last place must not cost a whole thing
        low, high = (
            end if math.isinf(end) else float(side(round(end, 9)))
            for end, side in ((low, math.floor), (high, math.ceil))
        )
    if math.isinf(high):
        return f"{with_unit(number(low), low, unit)} or more"
    if low == high:
        return with_unit(number(low), low, unit)
    return with_unit(f"{number(low)} to {number(high)}", high, unit)


def day(date: pd.Timestamp) -> str:
    """Write a date as ``5 October 2023``."""
    return f"{date.day} {date:%B %Y}"


def _end(date: pd.Timestamp | None, precision: str) -> str:
    if precision == "open" or date is None or pd.isna(date):
        return ""
    if precision == "month":
        return f"{date:%B %Y}"
    if precision == "year":
        return f"{date:%Y}"
    if precision == "nominal":
        return f"about {day(date)}"
    return day(date)


def when(
    first: pd.Timestamp | None,
    last: pd.Timestamp | None,
    precision_first: str,
    precision_last: str,
) -> str:
    """Write a date interval in words that keep its precision.

    Parameters
    ----------
    first, last : pandas.Timestamp or None
        First and last day, both included; None where that side is open.
    precision_first, precision_last : str
        Words of the vocabulary *precision*.

    Returns
    -------
    str
        For example ``5 October 2023``, ``August 2023``, ``until January 2020``.

    Examples
    --------
    >>> when(pd.Timestamp("2023-08-01"), pd.Timestamp("2023-08-31"), "month", "month")
    'August 2023'
    """
    start, end = _end(first, precision_first), _end(last, precision_last)
    if start and start == end:
        return start
    if start and end:
        return f"{start} to {end}"
    if end:
        return f"until {end}"
    if start:
        return f"from {start}"
    return "no date"


def when_stated(
    first: pd.Timestamp | None,
    last: pd.Timestamp | None,
    precision_first: str,
    precision_last: str,
) -> str:
    """Write the day on which something was said or published, and say so where none is known.

    Parameters
    ----------
    first, last, precision_first, precision_last
        As for `when`.

    Returns
    -------
    str

    Examples
    --------
    >>> when_stated(pd.Timestamp("2026-01-01"), pd.Timestamp("2026-12-31"), "year", "year")
    '2026, day not known'
    """
    words = when(first, last, precision_first, precision_last)
    return f"{words}, day not known" if "year" in (precision_first, precision_last) else words


def listed(parts: Sequence[str]) -> str:
    """Join parts as a list in a sentence.

    Examples
    --------
    >>> listed(["CSIS"]), listed(["CSIS", "VOA"]), listed(["CSIS", "RUSI", "VOA"])
    ('CSIS', 'CSIS and VOA', 'CSIS, RUSI and VOA')
    """
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


DAY = re.compile(r"(about )?\d{1,2} [A-Z]")
"""How a date in words begins that names a day."""
PLACED = ("after ", "before ", "between ", "by ", "from ", "in ", "no ", "on ", "until ")
"""How dates in words begin that stand in a sentence as they are."""


def with_preposition(dates: str) -> str:
    """Put before a date in words the preposition that it takes.

    Parameters
    ----------
    dates : str
        Result of `when`.

    Returns
    -------
    str
        A year or a month is no day, so nothing happens *on* it; what is dated to an interval
        happened at some time between its ends.

    Examples
    --------
    >>> with_preposition("5 October 2023"), with_preposition("2026")
    ('on 5 October 2023', 'in 2026')
    >>> with_preposition("7 September 2023 to 8 September 2023"), with_preposition("until May 2024")
    ('between 7 September 2023 and 8 September 2023', 'until May 2024')
    """
    if not dates or dates.startswith(PLACED):
        return dates
    if " to " in dates:
        return "between {} and {}".format(*dates.split(" to ", 1))
    return f"on {dates}" if DAY.match(dates) else f"in {dates}"


def filled(sentence: str, dates: str, words: Mapping[str, str]) -> str:
    """Fill the words in braces into a sentence, *on {when}* with the preposition it takes.

    Examples
    --------
    >>> filled("Seoul named {number} on {when}.", "2026", {"number": "about 33,000"})
    'Seoul named about 33,000 in 2026.'
    """
    placed = with_preposition(dates)
    begun = sentence.replace("On {when}", placed[:1].upper() + placed[1:])
    return begun.replace("on {when}", placed).format(**{"when": dates, **words})
