"""Checks of arguments that several statistics share, with messages that name the argument."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from skytally.core import DataError, refuse

MAX_DAYS = 36_525.0
"""Longest period in days, a century; a longer one is a slip of units."""
LARGEST = 1_000_000_000
"""Largest whole number taken for a count: beyond it sums and tails lose their digits."""
MIN_LEVEL = 0.001
"""Least level of an interval: one that holds less is no interval."""
MIN_CONTRAST = 0.01
"""Least difference of detection and false alarm: a look with less tells next to nothing."""


def is_whole(number: float, *, least: int, most: int = LARGEST) -> bool:
    """Whether a number is whole and within limits; NaN and infinity are not."""
    return bool(math.isfinite(number) and least <= number <= most and number == int(number))


def whole_faults(*, least: int = 1, most: int = LARGEST, **numbers: float) -> Iterator[str]:
    """Yield a message for each number that is not whole or exceeds its limits."""
    for word, number in numbers.items():
        if not is_whole(number, least=least, most=most):
            from_to = f"from {least} up" if most == LARGEST else f"from {least} to {most:,}"
            yield f"{word}: found {number}; give a whole number {from_to}"


def level_faults(level: float) -> Iterator[str]:
    """Yield a message if `level` is not a probability in (0, 1)."""
    if not MIN_LEVEL <= level < 1:
        yield f"level: found {level}; give a level between 0 and 1, such as 0.9"


def check_level(level: float, *, what: str) -> None:
    """Refuse a credible level that is not a probability in (0, 1).

    Raises
    ------
    DataError
        If it does not lie between 0 and 1, both excluded.
    """
    refuse(level_faults(level), what=what)


def check_chances(p_detect: float, p_false: float) -> None:
    """Refuse detection probabilities under which an observation carries no information.

    Raises
    ------
    DataError
        If a chance is none, or a sighting no likelier with a ship than without.
    """
    if not (0 <= p_false < p_detect <= 1 and p_detect - p_false >= MIN_CONTRAST):
        message = (
            f"detection {p_detect}, false alarm {p_false}; give probabilities with detection "
            f"above false alarm by {MIN_CONTRAST} or more"
        )
        raise DataError(message)


def count_faults(counts: NDArray[np.float64], *, most: float = LARGEST) -> Iterator[str]:
    """Yield a message if counts are missing, negative, fractional, too large or not a list."""
    if counts.ndim != 1:
        yield f"counts: shape {counts.shape}; give one number a look"
    elif not np.isfinite(counts).all():
        yield f"counts: {(~np.isfinite(counts)).sum()} missing or infinite; leave those looks out"
    elif counts.size and (counts.min() < 0 or (counts != np.floor(counts)).any()):
        yield "counts: found some that are negative or not whole; give whole numbers from 0 up"
    elif counts.size and counts.max() > most:
        yield f"counts: found {counts.max():g}; give counts up to {most:,.0f}"


def length_faults(length: float) -> Iterator[str]:
    """Yield a message if the length of a period is not positive and finite."""
    if not 0 < length <= MAX_DAYS:
        yield f"period of {length} days; give a length above 0 and up to {MAX_DAYS:,.0f} days"


def check_setting(length: float, berths: int, level: float) -> None:
    """Refuse an invalid period, number of berths or level, with all faults at once.

    Raises
    ------
    DataError
        If one of them does not.
    """
    faults = [*length_faults(length), *level_faults(level)]
    if not is_whole(berths, least=1, most=1000):
        faults.append(f"{berths} berths; give one berth or more, a whole number")
    refuse(faults, what="setting")
