"""Load of containers: a count of containers times what each is taken to hold."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from skytally.core import DataError, limits, number, quantity_of, reading_of
from skytally.statistics.estimate import Estimate

CONTAINERS, SHELLS = "containers", "shells"


def load_of_containers(containers: pd.DataFrame, *, shells: Sequence[float]) -> Estimate:
    """Shells that the containers of one row would hold, were each full of them.

    Nobody counted shells, so this is arithmetic on an assumption, and no estimate of a load.

    Parameters
    ----------
    containers : pandas.DataFrame
        One row with a number of containers.
    shells : sequence of float
        Shells in each container, the least and the most that are assumed.

    Returns
    -------
    Estimate
        In *shells*: the least that the words of the number of containers allow, at the least in
        each, to the most at the most; open above where that number is a lower bound. Its words
        are *multiplied*, the two products, and *reading*, whose the interval of the containers is.

    Raises
    ------
    DataError
        If the row gives no number of containers, or a container is taken to hold nothing.
    """
    row = containers.iloc[0]
    low, high = limits(quantity_of(row)) if row["unit"] == CONTAINERS else (math.nan, math.nan)
    if math.isnan(low):
        message = f"row {row['id']}: no number of containers; name a row that gives one"
        raise DataError(message)
    least, most = shells
    if not 0 < least <= most:
        message = f"argument shells: found {list(shells)}; give two numbers above 0, smaller first"
        raise DataError(message)
    top = "no end" if math.isinf(high) else f"{number(math.ceil(high))} times {number(most)}"
    words = {
        "multiplied": f"{number(math.floor(low))} times {number(least)} to {top}",
        "reading": reading_of(quantity_of(row)) or "the number as the source prints it",
    }
    method = "containers times shells a container"
    return Estimate(math.nan, low * least, high * most, SHELLS, 1.0, method, words)
