"""Alternative text of a chart, with the numbers, bounds and dates of its marks."""

from __future__ import annotations

import pandas as pd


def _mark_words(row: pd.Series, group: str) -> str:
    """Date, number or state and name of one mark."""
    said = row["said"] if row["said"] != "no number" else row["state"]
    return f"{row['when']}: {said} ({row.get(group)})"


def _left_out(left: pd.DataFrame, table: pd.DataFrame, group: str) -> str:
    """Sum up the marks that are not described: how many they are, the last and the highest."""
    words = f"; and {len(left)} more, all in the CSV file under the chart, the last of them "
    words += _mark_words(left.iloc[-1], group)
    numbers = pd.to_numeric(table["y"], errors="coerce") if "y" in table else pd.Series(dtype=float)
    if numbers.notna().any():
        words += f"; the highest of all is {_mark_words(table.iloc[numbers.argmax()], group)}"
    return words


def alt_text(table: pd.DataFrame, *, subject: str, most: int = 12, filed: bool = True) -> str:
    """Alternative text of a chart, with its numbers, their bounds and dates.

    Parameters
    ----------
    table : pandas.DataFrame
        Marks of the chart.
    subject : str
        What the chart shows.
    most : int
        Number of marks described one by one; of the rest the last is, and the highest of all.
    filed : bool
        Whether a CSV file under the chart has the rest; without one, every mark is described.

    Returns
    -------
    str
        One paragraph of plain text.
    """
    group = next(word for word in ("lane", "series", "label") if word in table)
    ordered = table.sort_values("x", kind="stable") if "x" in table else table
    shown = ordered.head(most) if filed else ordered
    listed = [_mark_words(row, group) for _, row in shown.iterrows()]
    left = ordered.iloc[len(listed) :]
    tail = f"{_left_out(left, ordered, group)}." if len(left) else "."
    return f"{subject.rstrip('.')}. {len(table)} marks: " + "; ".join(listed) + tail
