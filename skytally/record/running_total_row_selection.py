"""Running totals of one counter: periods that begin together and grow, not single weeks."""

from __future__ import annotations

import pandas as pd

NOMINAL_DAYS = 15
"""Half a month, by which a nominal day may be off."""
SHORTEST_DAYS = 32
"""Days of the shortest running total; a period of a month or less is a count of that month."""


def _first_days(rows: pd.DataFrame) -> pd.DataFrame:
    """Earliest and latest day on which each period may begin, by the precision of its start."""
    first, precision = rows["date_first"], rows["precision_first"]
    spread = pd.to_timedelta((precision == "nominal") * NOMINAL_DAYS, unit="D")
    until = (first + spread).where(precision != "month", first + pd.offsets.MonthEnd(0))
    until = until.where(precision != "year", first + pd.offsets.YearEnd(0))
    return pd.DataFrame({"early": first - spread, "late": until})


def totals_since_start(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that are running totals, each from the first day of its counter's count at its scope.

    A total of a later week or month says nothing of what came before it, and beside running
    totals it would look like a fall.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of ``voyage_counts``, each thing counted once.

    Returns
    -------
    pandas.DataFrame
        The rows, in their order, whose period lasts longer than a month and may begin on the
        day on which the earliest period of the same counter and scope begins; a start that is
        known to the month only may be any day of it.
    """
    days = _first_days(rows)
    series = [rows["counter"], rows["scope"]]
    earliest = days["late"].groupby(series).transform("min")
    long = (rows["date_last"] - rows["date_first"]).dt.days + 1 >= SHORTEST_DAYS
    chosen = rows[(days["early"] <= earliest) & long]
    chosen.attrs = rows.attrs
    return chosen
