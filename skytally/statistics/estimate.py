"""An estimate, as every statistic returns it: a number with its interval, unit and method."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from skytally.core import DataError


@dataclass(frozen=True)
class Estimate:
    """A number with its interval."""

    value: float
    """The estimate in `unit`, NaN where only the interval is known."""
    low: float
    """Lower end of the interval, in `unit`."""
    high: float
    """Upper end of the interval, in `unit`; infinite where the data set no limit."""
    unit: str
    """Word of the vocabulary *unit*, or ``p`` for a probability."""
    level: float
    """Stated coverage of the interval, between 0 and 1; 1 for a bound that holds always."""
    method: str
    """How it was obtained, in a few words."""
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Further words that a sentence on it may name in braces."""

    def __post_init__(self) -> None:
        """Refuse an interval that is missing or excludes its value, and a level outside [0, 1]."""
        inside = math.isnan(self.value) or self.low <= self.value <= self.high
        if not 0 <= self.level <= 1:
            message = f"{self.method}: level {self.level}; give a share from 0 to 1"
            raise DataError(message)
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high or not inside:
            message = (
                f"{self.method}: interval {self.low} to {self.high} does not hold {self.value}; "
                "give bounds that do"
            )
            raise DataError(message)
