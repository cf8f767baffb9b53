"""Berth mask of a radar image: which side the radar sees and which lies in the lee."""

from __future__ import annotations

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.radar.berth_mask_by_look_direction import in_lee, radar_mask


def test_in_lee_follows_the_orbit() -> None:
    """Ascending images east, descending west; the lee is where it looks out to sea."""
    assert in_lee("sentinel-1 orbit 54 ascending RTC", 90.0)
    assert not in_lee("sentinel-1 orbit 134 descending RTC", 90.0)
    with pytest.raises(DataError, match="neither ascending nor descending"):
        in_lee("sentinel-1 orbit 134 RTC", 90.0)


def test_radar_mask_grows_towards_the_radar() -> None:
    """Layover: 40 m towards the sensor and 10 m away, from the sea side only (METHODS trap T6)."""
    water = np.zeros((30, 30), bool)
    water[10:20, 15] = True
    sea = radar_mask(water, 90.0, "sentinel-1 orbit 134 descending RTC", gsd=10.0)
    columns = np.flatnonzero(sea.any(axis=0))
    assert columns.min() == 14
    assert columns.max() == 19
    lee = radar_mask(water, 90.0, "sentinel-1 orbit 54 ascending RTC", gsd=10.0)
    np.testing.assert_array_equal(lee, water)
