"""Pixels that cannot be are found; sound ones pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skytally.imagery.acquire import band_checks
from skytally.imagery.acquire.band_reader import Pixels
from tests.support import chips


def _changed(band: str, change: Any) -> Pixels:
    found = chips.pixels()
    array = found.arrays[band].copy()
    change(array)
    return replace(found, arrays={**found.arrays, band: array})


def _set(rows: slice, cols: slice, number: int) -> Any:
    def change(array: Any) -> None:
        array[rows, cols] = number

    return change


def _told(pixels: Pixels, **words: Any) -> str:
    return "; ".join(band_checks.faults(chips.whole_offer(**words), pixels))


@pytest.mark.parametrize("seed", range(6))
def test_sound_scenes_pass(seed: int) -> None:
    """Water, ground and noise raise no alarm."""
    assert _told(chips.pixels(seed)) == ""


@pytest.mark.parametrize("band", ["b02", "b08", "b11"])
def test_a_hole_in_one_band_is_found(band: str) -> None:
    """A tile that was not read is no data in one band only."""
    assert f"{band} lacks" in _told(_changed(band, _set(slice(0, 40), slice(60, 100), 0)))


def test_a_hole_in_the_classification_is_found() -> None:
    """The bands have data where it has none."""
    assert "quality lacks" in _told(_changed("quality", _set(slice(0, 40), slice(60, 100), 0)))


def test_no_data_in_all_bands_is_no_fault() -> None:
    """The edge of a swath lies where it lies, a little apart from band to band."""
    found = chips.pixels()
    arrays = {band: array.copy() for band, array in found.arrays.items()}
    for i, band in enumerate(arrays):
        arrays[band][:, : 20 + 2 * i] = 0
    assert _told(replace(found, arrays=arrays)) == ""


def test_dark_pixels_that_are_clipped_to_nothing_are_no_hole() -> None:
    """Before baseline 04.00 very dark water was stored as 0."""

    def darken(array: Any) -> None:
        array[:, :60] = np.random.default_rng(1).integers(0, 20, array[:, :60].shape)
        array[20:60, 10:50] = 0

    assert "lacks" not in _told(_changed("b08", darken))


def test_a_block_of_one_number_is_found() -> None:
    """A tile that was filled with something, not read."""
    told = _told(_changed("b03", _set(slice(64, 112), slice(64, 112), 1500)))
    assert "b03 has a block of one number" in told


def test_numbers_too_high_are_found() -> None:
    """Wrong bits that unpack are mostly very high."""
    told = _told(_changed("b04", _set(slice(0, 4), slice(0, 60), 65_535)))
    assert "b04 is above a reflectance of 2.8" in told


def test_a_class_that_does_not_exist_is_found() -> None:
    """The scene classification ends at 11."""
    assert "class 40" in _told(_changed("quality", _set(slice(0, 2), slice(0, 2), 40)))


def test_a_band_of_another_scene_is_found() -> None:
    """Where its light and shade are others; alike ones only their size can tell."""
    other = chips.pixels(1).arrays["b02"][:, ::-1]
    told = _told(replace(chips.pixels(), arrays={**chips.pixels().arrays, "b02": other}))
    assert "b02 shows another picture" in told


def test_radar_is_guarded_against_holes() -> None:
    """Both polarisations cover the same ground."""
    random = np.random.default_rng(0)
    both = {band: random.gamma(4, 0.02, (120, 120)).astype("float32") for band in ("vv", "vh")}
    found = replace(
        chips.pixels(),
        arrays=both,
        gsd=dict.fromkeys(both, 10.0),
        nodata=dict.fromkeys(both, -32768.0),
    )
    offer = chips.offer(
        {band: chips.asset(band, "x") for band in both}, sensor="sentinel-1", calibration="linear"
    )
    assert band_checks.faults(offer, found) == []
    both["vh"][10:60, 10:60] = -32768
    assert any("vh lacks" in each for each in band_checks.faults(offer, found))
