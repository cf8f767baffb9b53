"""When something began or ended by rows of the record: observed on both sides, or as stated."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from skytally.core import DataError, evidence_line_name_constants as n, refuse
from skytally.statistics.bracketed_dates import Bracket, DatedState, change_bracket
from skytally.statistics.port_call_in_ais_gap import NOMINAL_DAYS

Span = tuple[float, float]
PERIOD_OF = {"month": "M", "year": "Y"}
"""Precision of a date to the calendar period that it stands for."""
SHOWN = {**dict.fromkeys(n.PRESENT_STATES, True), n.NOTHING_SEEN: False, n.UNCLEAR: None}
"""State of a row to whether the thing was there."""
STATED_DAYS = ("first", "within")
"""How a row states a date: its interval begins with the change, or holds it somewhere."""


def _days(date: pd.Timestamp) -> float:
    return float((date - pd.Timestamp("1970-01-01")).days)


def _span(date: pd.Timestamp, precision: str, *, opens: float) -> Span:
    """First and last day that one end of a row's interval may mean."""
    if precision == "open" or pd.isna(date):
        return opens, opens
    if precision in PERIOD_OF:
        period = date.to_period(PERIOD_OF[precision])
        return _days(period.start_time), _days(period.end_time.normalize())
    slack = NOMINAL_DAYS if precision == "nominal" else 0
    return _days(date) - slack, _days(date) + slack


def _ends(row: pd.Series) -> tuple[Span, Span]:
    return (
        _span(row["date_first"], row["precision_first"], opens=-math.inf),
        _span(row["date_last"], row["precision_last"], opens=math.inf),
    )


def _states(row: pd.Series, *, lasting: bool, moment: bool) -> Iterator[DatedState]:
    (first, first_latest), (last_earliest, last) = _ends(row)
    shown = False if row["value"] == 0 else SHOWN[row["state"]]
    if lasting if shown else not moment:
        yield DatedState(first, min(first_latest, last), shown, row["id"])
        yield DatedState(max(last_earliest, first), last, shown, row["id"])
    else:
        yield DatedState(first, last, shown, row["id"])


def _row_faults(rows: pd.DataFrame, *, parts: bool) -> Iterator[str]:
    if rows.empty:
        yield "no row; select observations of one thing"
        return
    for column in ("counter",) if parts else ("counter", "scope"):
        words = list(dict.fromkeys(rows[column]))
        if len(words) > 1:
            ids = " ".join(rows["id"])
            yield f"rows {ids}: column {column} has {', '.join(words)}; select one {column}"
    for _, row in rows[~rows["state"].isin(SHOWN)].iterrows():
        yield f"row {row['id']}: state {row['state']!r} is no observation; select what was seen"


def bracket_of_rows(
    rows: pd.DataFrame,
    *,
    begins: bool = True,
    lasting: bool = False,
    moment: bool = False,
    parts: bool = False,
) -> Bracket:
    """Bracket the day on which something began, or ended, by observations of one counter.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of an observation table of one counter and one scope, around one change.
    begins : bool
        Whether the thing began; False for its end.
    lasting : bool
        Whether what was seen lasted from the first day of a row to its last, as *80 percent full
        until 22 February*; else it was seen at some time between.
    moment : bool
        Whether a row that found nothing did so at some time in its interval, as *empty early
        this month*; else somebody looked over all of it.
    parts : bool
        Whether the scopes of rows that show the thing may be parts of the scope of those that
        found nothing, as a pier is of a port; else all are of one scope.

    Returns
    -------
    Bracket

    Raises
    ------
    DataError
        If rows are of several counters or scopes, are statements, or do not bracket one change.

    Notes
    -----
    A row that found nothing was looked at over its whole interval, as the charts draw it, unless
    `moment`; a row that saw something did so at some time in it, unless `lasting`.

    References
    ----------
    METHODS 9.1.
    """
    refuse(_row_faults(rows, parts=parts), what="observations of one change")
    states = [
        state
        for _, row in rows.iterrows()
        for state in _states(row, lasting=lasting, moment=moment)
    ]
    return change_bracket(states, begins=begins)


def stated_bracket(rows: pd.DataFrame, *, day: str) -> Bracket:
    """Days on which one row says that something began.

    Parameters
    ----------
    rows : pandas.DataFrame
        One dated row of an observation table or of ``events``.
    day : str
        *first* where the interval of the row begins with the change, as for a visit or a rise;
        *within* where the change lies somewhere in it.

    Returns
    -------
    Bracket
        A day given by month or year stands for all of it, a nominal one also for
        `skytally.statistics.port_call_in_ais_gap.NOMINAL_DAYS` on either side.

    Raises
    ------
    DataError
        If there is not one row, its date is open, or `day` is another word.
    """
    if day not in STATED_DAYS:
        message = f"day={day}: use one of {', '.join(STATED_DAYS)}"
        raise DataError(message)
    if len(rows) != 1:
        message = f"{len(rows)} rows; a stated date is that of one row"
        raise DataError(message)
    row = rows.iloc[0]
    start, end = _ends(row)
    last = min(start[1], end[1]) if day == "first" else end[1]
    if math.isinf(start[0]) or math.isinf(last):
        message = f"row {row['id']}: its date is open; name a row that states when it began"
        raise DataError(message)
    return Bracket(start[0], last, (str(row["id"]),))
