"""Whole numbers that a row of the record allows."""

from __future__ import annotations

import math

import pandas as pd

from skytally.core import DataError, limits, quantity_of, quantity_text


def whole_number_limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Least and greatest whole number that a row's number allows.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row of an observation table.

    Returns
    -------
    tuple of float
        (least, greatest) in the row's unit; the greatest is infinite where it is open.

    Raises
    ------
    DataError
        If the row carries no number, or none that things can be counted with.
    """
    row = rows.iloc[0]
    quantity = quantity_of(row)
    low, high = limits(quantity)
    if math.isnan(low) or math.isnan(high):
        message = f"row {row['id']} carries no number; give its number, or name another row"
        raise DataError(message)
    least, most = math.ceil(low), high if math.isinf(high) else math.floor(high)
    if least > most:
        message = (
            f"row {row['id']}: found {quantity_text(quantity)}, which holds no whole number of "
            f"{row['unit']}; correct it, or name another row"
        )
        raise DataError(message)
    return float(least), float(most)
