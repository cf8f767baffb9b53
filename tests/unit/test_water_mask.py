"""The mask of water: its threshold, with and without infrared."""

from __future__ import annotations

import numpy as np

from skytally.imagery.measure.water_mask import ndwi, otsu, water_pixels, water_threshold
from skytally.imagery.simulate import ship_drawing
from tests.support.made_up_water_with_shore_image import COLUMNS, ROWS, roads


def test_water_threshold_falls_back_where_there_is_one_kind_of_ground() -> None:
    """Two modes are parted between them; one mode gives the index's own zero."""
    rng = np.random.default_rng(0)
    two = np.concatenate([rng.normal(-0.5, 0.05, 500), rng.normal(0.5, 0.05, 500)])
    threshold, apart = otsu(two)
    assert apart > 2
    assert -0.2 <= water_threshold(two) <= 0.3
    assert abs(threshold) < 0.2
    assert water_threshold(rng.normal(0.6, 0.1, 1000)) == 0.0


def test_water_like_with_and_without_infrared() -> None:
    """The index where there is infrared; likeness to open water where there is none."""
    image = roads(7)
    sea = np.zeros((ROWS, COLUMNS), bool)
    sea[80:140] = True
    assert ndwi(image, ship_drawing.BANDS)[100].mean() > 0.3
    for bands in (ship_drawing.BANDS, ship_drawing.BANDS[:3]):
        found = water_pixels(image[: len(bands)], bands, sea)
        assert found[50:].mean() > 0.99
        assert found[:30].mean() < 0.01
