"""References: the usual level of a place and its noise, one for each group of images."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.cube import cube_image_iteration_and_grouping as looks_of
from skytally.imagery.measure.reference_level_and_spread_per_group import (
    MAX_IMAGES,
    EvenSample,
    group_reference,
    references,
    single_reference,
    speckle_quantile_offset,
)
from skytally.imagery.simulate import optical_harbour_images, radar_berth_images
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


def test_reference_refuses_mixed_orbits_and_too_few_looks(
    calm: xr.Dataset, ring: np.ndarray
) -> None:
    """Mixed orbits (METHODS trap T3), a single date, and no date before the study."""
    mixed = calm.assign_coords(relative_orbit=("time", [17] * 6 + [60] * 6))
    with pytest.raises(DataError, match="choose one orbit"):
        single_reference(mixed, ring=ring)
    with pytest.raises(DataError, match=r"found 1 of 1 in .* read more dates"):
        single_reference(calm.isel(time=slice(0, 1)), ring=ring)
    with pytest.raises(DataError, match="needed before 2001-01-01, found no image at all"):
        single_reference(calm, ring=ring, until="2001-01-01")
    for bad in ("August", "2023-13-01", np.datetime64("NaT", "D")):
        with pytest.raises(DataError, match=f"until '{bad}' is no date; write it as 2023-08-01"):
            single_reference(calm, ring=ring, until=bad)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"day_of_year": 400}, "day_of_year 400; give a day from 1 to 366"),
        ({"least": 0}, "least 0 and most 40 images"),
        ({"most": 0}, "least 8 and most 0 images"),
    ],
)
def test_references_refuse_numbers_that_make_no_sense(
    calm: xr.Dataset, ring: np.ndarray, options: dict[str, int], told: str
) -> None:
    """The advice is of the number, not of more dates."""
    with pytest.raises(DataError, match=told):
        references(calm, ring=ring, **options)


def test_a_reference_of_other_layers_is_not_compared(calm: xr.Dataset, ring: np.ndarray) -> None:
    """Bands in another order would look like another sky."""
    made = references(calm, ring=ring, layers=("b08", "b04", "b03", "b02"))
    with pytest.raises(DataError, match="make it of the same layers, in the same order"):
        group_reference(first_frame(calm), made)


def test_reference_refuses_a_stack_under_cloud(ring: np.ndarray) -> None:
    """A stack that is all cloud has no clear image, and the refusal says how many."""
    clouded = optical_harbour_images.Harbour(
        5, n_looks=10, rows=90, columns=96, cloud=1.0, haze=0.0, shadow=0.0
    )
    cube, _ = optical_harbour_images.harbour_cube(clouded)
    with pytest.raises(DataError, match="8 clear images of one group are needed"):
        single_reference(cube, ring=ring)


def test_references_keeps_groups_apart(calm: xr.Dataset, ring: np.ndarray) -> None:
    """Two orbits make two references, each of its own images."""
    mixed = calm.assign_coords(relative_orbit=("time", [17, 60] * 6))
    made = references(mixed, ring=ring, least=5)
    assert sorted(each.n_images for each in made.values()) == [6, 6]
    assert {each.split()[2] for each in made} == {"17", "60"}


def test_sample_keeps_an_even_few() -> None:
    """Memory does not grow with images: 600 offered, at most 40 kept, evenly spread."""
    sample = EvenSample()
    frame = looks_of.Frame(np.zeros((1, 1, 1), np.float32), ("b",), None,
                           np.datetime64("2020-01-01", "ns"), "", "", 10.0)  # fmt: skip
    for i in range(600):
        sample.offer(looks_of.replace(frame, item_id=str(i)))
    kept = [int(each.item_id) for each in sample.kept]
    assert len(kept) <= MAX_IMAGES
    assert set(np.diff(kept)) == {16}


def test_low_offset_is_that_of_drawn_speckle() -> None:
    """The offset of the low quantile is that of 20 draws of speckle, within 0.05 dB."""
    draws = 10 * np.log10(np.random.default_rng(3).gamma(4.4, 1 / 4.4, (20, 20_000)))
    expected = draws.mean() - np.quantile(draws, 0.1, axis=0).mean()
    assert speckle_quantile_offset(20) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("occupancy", [0.0, 0.2, 0.45, 0.6])
def test_low_reference_survives_a_ship_on_most_looks(occupancy: float) -> None:
    """The empty berth stays within 2.5 dB of the low reference up to 60 percent; not the median."""
    low, median = [], []
    for seed in range(3):
        harbour = radar_berth_images.RadarHarbour(
            seed, n_looks=24, occupancy=occupancy, rows=48, columns=48, cranes=0
        )
        cube, _ = radar_berth_images.radar_cube(harbour)
        made = single_reference(cube, variable="gamma0", layers=("vv", "vh"))
        empty = radar_berth_images.RadarHarbour(
            seed + 100, n_looks=8, occupancy=0.0, rows=48, columns=48, cranes=0
        )
        berth = radar_berth_images.radar_masks(harbour)["berth"]
        fresh, _ = radar_berth_images.radar_cube(empty)
        decibels = 10 * np.log10(fresh["gamma0"].to_numpy())[..., berth]
        low.append(float((decibels - made.low[:, berth]).mean()))
        median.append(float((decibels - made.level[:, berth]).mean()))
    assert abs(np.mean(low)) <= 2.5
    if occupancy == 0.6:
        assert np.mean(median) < -2.5


def test_noise_grows_with_displacement_at_edges(calm: xr.Dataset, ring: np.ndarray) -> None:
    """A displaced image errs where the ground changes, not on flat water."""
    made = single_reference(calm, ring=ring)
    where = optical_harbour_images.harbour_masks(CALM)
    still, moved = np.sqrt(made.variance(0.0)), np.sqrt(made.variance(3.0))
    edge = (moved / still)[3][where["quay"]].max()
    flat = (moved / still)[3][where["openwater"]].mean()
    assert edge > 3.0
    assert flat < 1.2
