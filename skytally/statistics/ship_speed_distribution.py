"""Law of the speed that a ship keeps up: normal, cut off at a standstill and at a fastest end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from skytally.core import DataError

SLOWEST, QUICKEST = 0.01, 100.0
"""Least and most knots in which a speed, its spread or its end may be given."""
MAX_SPREADS = 6.0
"""Spreads below the mean at which the upper end would cut off all but a billionth."""


@dataclass(frozen=True)
class SpeedLaw:
    """Speeds in knots.

    Raises
    ------
    DataError
        If one of the three makes no sense.
    """

    knots: float
    """Mean of the law before it is cut."""
    spread: float
    """Its standard deviation."""
    fastest: float
    """Upper end; the lower is 0."""

    def __post_init__(self) -> None:
        """Refuse speeds that no ship has, and an end that leaves hardly any of them."""
        given = f"speed {self.knots} kn, spread {self.spread}, fastest {self.fastest}"
        if not all(SLOWEST <= each <= QUICKEST for each in (self.knots, self.spread, self.fastest)):
            message = f"{given}; give three above 0, from {SLOWEST} to {QUICKEST:g} knots"
            raise DataError(message)
        if self.fastest < self.knots - MAX_SPREADS * self.spread:
            message = f"{given}: hardly any speed is so slow; give a faster end or a wider spread"
            raise DataError(message)

    def _below(self, speed: float) -> float:
        """Share of the law before it is cut that lies below a speed."""
        return float(special.ndtr((speed - self.knots) / self.spread))

    def share_above(self, speed: float) -> float:
        """Share of speeds above one.

        Examples
        --------
        >>> SpeedLaw(12.0, 1.0, 12.0).share_above(0.0), SpeedLaw(12.0, 1.0, 12.0).share_above(13.0)
        (1.0, 0.0)
        """
        speed = min(max(speed, 0.0), self.fastest)
        slow, fast = self._below(0.0), self._below(self.fastest)
        return (fast - self._below(speed)) / (fast - slow)

    def draws(self, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw speeds, dims (draw)."""
        share = rng.uniform(self._below(0.0), self._below(self.fastest), size)
        speeds = self.knots + self.spread * special.ndtri(share)
        return np.asarray(np.minimum(speeds, self.fastest))
