"""Hulls alongside: the straight sides of a block on water, white houses included."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from skytally.imagery.measure.ships.alongside_hulls import straight_sides


def test_straight_sides_measures_a_block_on_water() -> None:
    """A block of 160 by 40 m free in the water: its length, and water behind at its width."""
    image = np.zeros((80, 80))
    image[38:42, 32:48] = 0.2
    blurred = ndimage.gaussian_filter(image, 0.52)
    sides = straight_sides(blurred, image < 0.1, gsd=10.0, least=0.02)
    best = np.argmax(np.where(np.isfinite(sides.width), sides.length, 0.0))
    assert sides.length[best] == pytest.approx(160.0, abs=12.0)
    assert sides.width[best] == pytest.approx(40.0, abs=6.0)
    assert min(sides.first[best], sides.second[best]) > 40.0


def test_straight_sides_do_not_end_at_a_white_house() -> None:
    """A house many times as bright as its deck does not seem to stand out of the hull's side."""
    fine = np.zeros((800, 1000))
    fine[:300] = 0.2
    fine[300:340, 380:620] = 0.05
    fine[300:340, 580:620] = 0.6
    blurred = ndimage.gaussian_filter(fine, 5.2)[5::10, 5::10]
    sides = straight_sides(blurred, blurred < 0.01, gsd=10.0, least=0.02)
    deck = (np.abs(sides.row - 33.5) < 1) & (np.abs(sides.inside - 0.05) < 0.02)
    longest = sides.pick(deck & (np.minimum(sides.first, sides.second) > 20)).length.max()
    assert longest == pytest.approx(240.0, abs=20.0)
