"""Reflectance by the item's own word; a wrong word is found on the water."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skytally.core.errors import AcquisitionError
from skytally.imagery.acquire.pixel_classes import classes
from skytally.imagery.acquire.radiometry import audit, calibrations, physical
from skytally.imagery.sites.site_register import mask
from tests.support import chips

SEA = mask(chips.site(), "openwater", gsd=10)


def _values(shift: float = 0.0) -> dict[str, Any]:
    """Give reflectance as it is read when the declared offset is wrong by so much."""
    arrays = chips.pixels().arrays
    return {band: physical(arrays[band], 1e-4, -0.1 + shift, 0) for band in (*chips.OPTICAL, "b11")}


def _seen(number: int | None = None) -> Any:
    quality = chips.pixels().arrays["quality"]
    found = classes(quality if number is None else np.full_like(quality, number), "sentinel-2")
    assert found is not None
    return found


def test_calibration_comes_from_the_asset() -> None:
    """Each band has the scale and offset that its asset states."""
    offer = chips.whole_offer()
    other = replace(offer.assets["b04"], scale=2e-4, offset=0.0)
    found = calibrations(replace(offer, assets={**offer.assets, "b04": other}))
    assert found["b04"] == (2e-4, 0.0)
    assert found["b02"] == (1e-4, -0.1)
    assert "quality" not in found


@pytest.mark.parametrize(
    ("baseline", "shift"),
    [("02.14", 0.0), ("03.01", 0.0), ("04.00", -0.1), ("05.11", -0.1), ("99.99", -0.1)],
)
def test_calibration_by_baseline(baseline: str, shift: float) -> None:
    """The baseline decides, never the date: old scenes are processed anew."""
    offer = chips.whole_offer(
        calibration="baseline", baseline=baseline, time="2019-01-01T00:00:00Z"
    )
    assert set(calibrations(offer).values()) == {(1e-4, shift)}


def test_calibration_of_radar_is_none() -> None:
    """Backscatter is used as it is."""
    offer = chips.offer({"vv": chips.asset("vv", "x", scale=None)}, calibration="linear")
    assert calibrations(offer) == {"vv": (1.0, 0.0)}


def test_calibration_that_nobody_states_is_refused() -> None:
    """A scale is never guessed."""
    offer = chips.offer({"b04": chips.asset("b04", "x", scale=None)})
    with pytest.raises(AcquisitionError, match="no scale and offset"):
        calibrations(offer)


def test_physical_keeps_no_data_apart_from_zero() -> None:
    """A stored 0 is no data; a stored 1000 is a reflectance of 0."""
    found = physical(np.array([[0, 1000, 2000]], "uint16"), 1e-4, -0.1, 0)
    assert np.isnan(found[0, 0])
    np.testing.assert_allclose(found[0, 1:], [0, 0.1], atol=1e-7)
    assert found.dtype == np.float32


def test_physical_of_radar_keeps_every_number_but_no_data() -> None:
    """No data is -32768, NaN or infinite."""
    stored = np.array([[-32768, np.nan, np.inf, 0.05]], "float32")
    np.testing.assert_array_equal(
        np.isnan(physical(stored, 1.0, 0.0, -32768)), [[True, True, True, False]]
    )


def test_audit_passes_a_sound_scene() -> None:
    """Water is dark."""
    assert audit(_values(), _seen(), open_water=SEA) == []


def test_audit_finds_an_offset_that_is_in_the_pixels_but_not_declared() -> None:
    """The water is a tenth too bright."""
    told = audit(_values(0.1), _seen(), open_water=SEA)
    assert any("b08 over open water" in each for each in told)


def test_audit_finds_an_offset_that_is_declared_but_not_in_the_pixels() -> None:
    """The water is a tenth too dark, and much of the clear ground is below nothing."""
    told = audit(_values(-0.1), _seen(), open_water=SEA)
    assert any("b04 over open water" in each for each in told)
    assert any("below" in each for each in told)


def test_audit_finds_it_where_there_is_no_water() -> None:
    """Vegetation is dark in red; below nothing is nothing."""
    green = classes(np.where(chips.pixels().arrays["quality"] == 5, 4, 9), "sentinel-2")
    assert green is not None
    assert any("over vegetation" in each for each in audit(_values(0.04), green))
    assert audit(_values(-0.06), green) == []
    assert any("are below" in each for each in audit(_values(-0.15), _seen(5)))


def test_audit_says_nothing_under_cloud() -> None:
    """What cannot be seen is not judged."""
    assert audit(_values(0.1), _seen(9), open_water=SEA) == []


def test_classes_of_sentinel_2() -> None:
    """Clear is none of no data, defective, shadow, cloud and snow (METHODS T8)."""
    found = classes(np.arange(12, dtype="uint8")[None], "sentinel-2")
    assert found is not None
    assert found.clear[0].tolist() == [i in (2, 4, 5, 6, 7) for i in range(12)]
    assert found.unread[0].tolist() == [i == 0 for i in range(12)]


def test_classes_of_landsat() -> None:
    """Fill, cloud, shadow, snow, clear water, clear land."""
    quality = np.array([[1, 1 << 3, 1 << 4, 1 << 5, (1 << 7) | (1 << 6), 1 << 6]], "uint16")
    found = classes(quality, "landsat")
    assert found is not None
    assert found.clear[0].tolist() == [False, False, False, False, True, True]
    assert found.water[0].tolist() == [False] * 4 + [True, False]


def test_classes_of_radar_are_none() -> None:
    """Radar has no classification."""
    assert classes(np.zeros((1, 1), "uint8"), "sentinel-1") is None
