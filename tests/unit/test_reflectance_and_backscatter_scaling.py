"""Reflectance by the item's own word; a wrong word is found on the water."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import AcquisitionError
from skytally.imagery.acquire.reflectance_and_backscatter_scaling import (
    apply_calibration,
    band_calibrations,
)
from tests.support import simulated_scenes_and_sites as chips


def test_calibration_comes_from_the_asset() -> None:
    """Each band has the scale and offset that its asset states."""
    item = chips.whole_item()
    other = replace(item.assets["b04"], scale=2e-4, offset=0.0)
    found = band_calibrations(replace(item, assets={**item.assets, "b04": other}))
    assert found["b04"] == (2e-4, 0.0)
    assert found["b02"] == (1e-4, -0.1)
    assert "quality" not in found


@pytest.mark.parametrize(
    ("baseline", "shift"),
    [("02.14", 0.0), ("03.01", 0.0), ("04.00", -0.1), ("05.11", -0.1), ("99.99", -0.1)],
)
def test_calibration_by_baseline(baseline: str, shift: float) -> None:
    """The baseline decides, never the date: old scenes are processed anew."""
    item = chips.whole_item(calibration="baseline", baseline=baseline, time="2019-01-01T00:00:00Z")
    assert set(band_calibrations(item).values()) == {(1e-4, shift)}


def test_calibration_of_radar_is_none() -> None:
    """Backscatter is used as it is."""
    item = chips.scene_item({"vv": chips.asset("vv", "x", scale=None)}, calibration="linear")
    assert band_calibrations(item) == {"vv": (1.0, 0.0)}


def test_calibration_that_nobody_states_is_refused() -> None:
    """A scale is never guessed."""
    item = chips.scene_item({"b04": chips.asset("b04", "x", scale=None)})
    with pytest.raises(AcquisitionError, match="no scale and offset"):
        band_calibrations(item)


def test_physical_keeps_no_data_apart_from_zero() -> None:
    """A stored 0 is no data; a stored 1000 is a reflectance of 0."""
    found = apply_calibration(np.array([[0, 1000, 2000]], "uint16"), 1e-4, -0.1, 0)
    assert np.isnan(found[0, 0])
    np.testing.assert_allclose(found[0, 1:], [0, 0.1], atol=1e-7)
    assert found.dtype == np.float32


def test_physical_of_radar_keeps_every_number_but_no_data() -> None:
    """No data is -32768, NaN or infinite."""
    stored = np.array([[-32768, np.nan, np.inf, 0.05]], "float32")
    np.testing.assert_array_equal(
        np.isnan(apply_calibration(stored, 1.0, 0.0, -32768)), [[True, True, True, False]]
    )
