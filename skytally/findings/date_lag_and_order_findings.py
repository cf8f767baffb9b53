"""Findings on dates: when something began or ended, how long after another, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from skytally.core import DataError, chance_text, evidence_line_name_constants as n
from skytally.findings.finding import Finding, computed
from skytally.findings.finding_declarations import Declaration

if TYPE_CHECKING:
    from skytally.statistics import Bracket

YES = "yes"
"""The word by which a declaration turns an option of a bracket on."""


def _option(arguments: Mapping[str, object], name: str) -> bool:
    word = arguments.get(name, "")
    if word not in ("", YES):
        message = f"argument {name}={word}: write {name}={YES}, or leave it out"
        raise DataError(message)
    return word == YES


def bracket_of(kind: str, rows: pd.DataFrame, arguments: Mapping[str, object]) -> Bracket:
    """Days on which something began or ended, by the rows that a declaration selects.

    Parameters
    ----------
    kind : str
        *began* or *ended*, from observations on both sides; *stated*, as one row gives it.
    rows : pandas.DataFrame
        The selected rows.
    arguments : mapping of str to object
        ``lasting=yes``, ``moment=yes`` and ``parts=yes`` of
        `skytally.statistics.change_brackets_from_rows.bracket_of_rows`,
        or ``day`` of `skytally.statistics.change_brackets_from_rows.stated_bracket`.

    Returns
    -------
    Bracket

    Raises
    ------
    DataError
        If the rows do not give one, or an argument is unknown.
    """
    from skytally.statistics import bracket_of_rows, stated_bracket

    if kind == "stated":
        return stated_bracket(rows, day=str(arguments.get("day", "")))
    return bracket_of_rows(
        rows,
        begins=kind == "began",
        lasting=_option(arguments, "lasting"),
        moment=_option(arguments, "moment"),
        parts=_option(arguments, "parts"),
    )


def narrowed_by(kind: str, bracket: Bracket, other: Bracket) -> Bracket:
    """Narrow the days of one change by those of another finding.

    Parameters
    ----------
    kind : str
        *stated*: the other are the observations of the same change, and the stated days lie in
        theirs. *began* or *ended*: the other is a later change of the same thing.
    bracket, other : Bracket
        Of the change, and of the finding that it refers to.

    Returns
    -------
    Bracket

    Raises
    ------
    DataError
        If they contradict each other.
    """
    from skytally.statistics import narrowed

    if kind == "stated":
        return narrowed(other, bracket)
    return narrowed(replace(other, first=-math.inf), bracket)


def dated_finding(declaration: Declaration, bracket: Bracket, rows: pd.DataFrame) -> Finding:
    """Make a finding of when something began or ended.

    Parameters
    ----------
    declaration : Declaration
        Of kind *began*, *ended* or *stated*; its other sentence is for an open bracket.
    bracket : Bracket
        The days.
    rows : pandas.DataFrame
        The ids of the rows that set them.

    Returns
    -------
    Finding
        Its number is that of the days on which the change may have happened, at least one where
        the bracket is open; ``{when}`` and what it says are the bracket in words.
    """
    sentence = declaration.sentence
    if bracket.is_open:
        sentence = declaration.otherwise or sentence
    return computed(
        declaration.key,
        value=math.nan if bracket.is_open else bracket.days,
        low=1.0 if bracket.is_open else bracket.days,
        high=bracket.days,
        unit="days",
        bound=n.AT_LEAST if bracket.is_open else n.EXACTLY,
        rows=rows,
        text=sentence,
        dates=bracket.words,
        said=bracket.words,
    )


def lag_finding(
    declaration: Declaration, first: Bracket, second: Bracket, rows: pd.DataFrame
) -> Finding:
    """Make a finding of how long after one change another happened.

    Parameters
    ----------
    declaration : Declaration
        Its other sentence is for brackets that overlap.
    first, second : Bracket
        Of the two changes.
    rows : pandas.DataFrame
        The ids of the rows that set their days.

    Returns
    -------
    Finding
        In days, negative where the second may have come first; ``{lag}`` is the lag in words,
        such as *1 to 9 days after*.
    """
    from skytally.statistics import change_order

    order = change_order(first, second)
    bound = n.EXACTLY
    if math.isinf(order.high):
        bound = n.AT_LEAST
    elif math.isinf(order.low):
        bound = n.AT_MOST
    value = {n.AT_LEAST: order.low, n.AT_MOST: order.high, n.EXACTLY: math.nan}[bound]
    return computed(
        declaration.key,
        value=value,
        low=order.low,
        high=order.high,
        unit="days",
        bound=bound,
        rows=rows,
        text=declaration.sentence
        if order.is_settled
        else declaration.otherwise or declaration.sentence,
        words={"lag": order.words},
        said=order.words,
    )


def _chance_words(chance: float) -> str:
    if math.isnan(chance):
        return "anything from 0 to 100 percent"
    rounded = chance if chance > 0.99 else float(f"{chance:.2g}")
    return chance_text(rounded, rounded)


def order_finding(
    declaration: Declaration, first: Bracket, second: Bracket, rows: pd.DataFrame
) -> Finding:
    """Make a finding of the chance that one change came before another.

    Parameters
    ----------
    declaration : Declaration
        Its other sentence is for brackets that overlap.
    first, second : Bracket
        Of the two changes.
    rows : pandas.DataFrame
        The ids of the rows that set their days.

    Returns
    -------
    Finding
        A probability: its value is that of days alike within each bracket, its interval holds
        without that assumption, 0 to 1 where the brackets overlap; ``{chance}`` is the value.
    """
    from skytally.statistics import change_order

    order = change_order(first, second)
    sentence = declaration.sentence if order.is_settled else declaration.otherwise
    chance = order.p_first if math.isnan(order.p_first) else float(f"{order.p_first:.2g}")
    return computed(
        declaration.key,
        value=chance,
        low=order.p_low,
        high=order.p_high,
        unit=n.PROBABILITY,
        bound=n.EXACTLY if order.is_settled else n.ABOUT,
        rows=rows,
        text=sentence or declaration.sentence,
        words={"lag": order.words, "chance": _chance_words(order.p_first)},
        said=order.words if order.is_settled else f"a chance of {_chance_words(order.p_first)}",
    )


BETWEEN: Mapping[str, Callable[[Declaration, Bracket, Bracket, pd.DataFrame], Finding]] = {
    "lag": lag_finding,
    "order": order_finding,
}
"""Kind of finding on two dates to the function that makes it."""
DATED = ("began", "ended", "stated")
"""Kinds of finding on one date; the others refer to them."""
