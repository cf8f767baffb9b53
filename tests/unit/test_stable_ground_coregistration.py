"""Co-registration on stable ground: shifts that are found, refused or left as they are."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage

from skytally.imagery.cube import cube_image_iteration_and_grouping as looks_of
from skytally.imagery.measure.reference_level_and_spread_per_group import single_reference
from skytally.imagery.measure.stable_ground_coregistration import (
    ALIGNED,
    KEPT,
    REFUSED,
    coregister,
    shift_image,
)
from skytally.imagery.simulate import optical_harbour_images
from tests.support.simulated_empty_harbour_images import (
    CALM,
    calm_cube,
    first_frame,
    land_around_berth,
)


@pytest.fixture(scope="module")
def calm() -> xr.Dataset:
    """Twelve clear images of an empty harbour."""
    return calm_cube()


@pytest.fixture(scope="module")
def ring() -> np.ndarray:
    """Mask of the land around the berth."""
    return land_around_berth()


def test_registration_recovers_an_injected_shift(calm: xr.Dataset, ring: np.ndarray) -> None:
    """A shift of 0.37 and -0.21 pixels comes back within a tenth (METHODS trap T2)."""
    made = single_reference(calm, ring=ring)
    plain = coregister(first_frame(calm).values, made.level, ring, gsd=10.0)
    moved = shift_image(first_frame(calm).values, 0.37, -0.21)
    found = coregister(moved, made.level, ring, gsd=10.0)
    assert found.state == ALIGNED
    assert found.rows - plain.rows == pytest.approx(-0.37, abs=0.1)
    assert found.columns - plain.columns == pytest.approx(0.21, abs=0.1)
    assert found.residual < 1.0


def test_registration_finds_the_shifts_of_the_made_up_looks(
    calm: xr.Dataset, ring: np.ndarray
) -> None:
    """Each image is put back to within 1.5 m of where it was drawn, relative to the median."""
    made = single_reference(calm, ring=ring)
    true = np.array(
        [truth.shift_m for _, truth in optical_harbour_images.harbour_images_with_truth(CALM)]
    )
    found = [
        coregister(frame.values, made.level, ring, gsd=10.0) for frame in looks_of.iter_frames(calm)
    ]
    metres = np.array([(-each.columns, -each.rows) for each in found]) * 10.0
    left = metres - true
    assert np.abs(left - np.median(left, axis=0)).max() < 1.5


def test_registration_refuses_a_far_shift_and_keeps_a_flat_ground(
    calm: xr.Dataset, ring: np.ndarray
) -> None:
    """More than 12 m is refused; water without structure is left as it lies."""
    made = single_reference(calm, ring=ring)
    far = coregister(shift_image(first_frame(calm).values, 1.6, 0.0), made.level, ring, gsd=10.0)
    assert far.state == REFUSED
    assert "more than 12 m" in far.reason
    sea = optical_harbour_images.harbour_masks(CALM)["openwater"]
    flat = coregister(first_frame(calm).values, made.level, sea, gsd=10.0)
    assert flat.state == KEPT


def test_shifted_moves_by_whole_and_part_pixels() -> None:
    """A whole pixel is exact; there and back again changes a smooth image by little."""
    rough = np.random.default_rng(0).normal(size=(30, 30))
    image = ndimage.gaussian_filter(rough, 2.0).astype(np.float32)
    np.testing.assert_allclose(shift_image(image, 2.0, 0.0)[2:], image[:-2], atol=1e-4)
    back = shift_image(shift_image(image, 0.4, -0.3), -0.4, 0.3)[5:-5, 5:-5]
    assert np.abs(back - image[5:-5, 5:-5]).max() < 0.02 * float(np.ptp(image))


def test_shifted_keeps_missing_pixels_local() -> None:
    """One missing pixel makes only its neighbours missing."""
    image = np.ones((20, 20), np.float32)
    image[10, 10] = np.nan
    assert np.isnan(shift_image(image, 0.3, 0.3)).sum() <= 49
