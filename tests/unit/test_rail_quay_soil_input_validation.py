"""What the measures of the ground refuse at the door, and what they answer to nothing but cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.ground.bare_soil_index import INDEX_LAYERS, bare_soil_series
from skytally.imagery.measure.ground.disturbed_area import ground_laid_bare
from skytally.imagery.measure.quay.stack_area_series_and_container_bounds import stacks_on_quay
from skytally.imagery.measure.rail.occupied_track_series import occupied_tracks
from skytally.imagery.measure.rail.track_forward_model import lay_corridor
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.measure.ships.hull_fit import sigma_psf
from skytally.imagery.simulate import rail_yard_quay_field_cubes

EARLY = 10
STUDY = np.datetime64("2023-03-29") + np.timedelta64(4 * EARLY, "D")
Answer = Callable[[xr.Dataset, np.ndarray | None], list]
MEASURES = ("rail", "stacks", "disturbed", "ground_looks")


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[xr.Dataset, Answer]]:
    """Make a valid cube of twelve images for each measure, with the function that measures it."""
    rng = np.random.default_rng(31)
    yard, quay, field = (
        rail_yard_quay_field_cubes.simulated_yard(rng),
        rail_yard_quay_field_cubes.simulated_quay(rng),
        rail_yard_quay_field_cubes.simulated_field(rng),
    )
    boxes = [()] * (EARLY + 2)
    cubes = [rail_yard_quay_field_cubes.place_cube(each, boxes, rng, first="2023-03-29", days=4.0)
             for each in (yard, quay, field)]  # fmt: skip
    tracks = lay_corridor(yard.tracks, cubes[0].x, cubes[0].y, sigma=sigma_psf(0.26))
    rings = tracks.ring, quay.ring, field.ring
    known = [
        references(cube, ring=ring, until=STUDY, layers=layers)
        for cube, ring, layers in zip(
            cubes, rings, (INDEX_LAYERS[:4], INDEX_LAYERS[:4], INDEX_LAYERS), strict=True
        )
    ]  # fmt: skip

    def rows(found: Iterable) -> list:
        return [row for row, _ in found]

    def masked(mask: np.ndarray | None, usual: np.ndarray) -> np.ndarray:
        return usual if mask is None else mask

    return {
        "rail": (cubes[0], lambda cube, _: rows(occupied_tracks(cube, tracks, known[0]))),
        "stacks": (
            cubes[1],
            lambda cube, mask: rows(
                stacks_on_quay(cube, masked(mask, quay.target), known[1], ring=quay.ring)
            ),
        ),
        "disturbed": (
            cubes[2],
            lambda cube, mask: rows(
                ground_laid_bare(cube, masked(mask, field.target), known[2], ring=field.ring)
            ),
        ),
        "ground_looks": (
            cubes[2],
            lambda cube, mask: [
                each.row() for each in bare_soil_series(cube, masked(mask, field.target))
            ],
        ),
    }


def integers(cube: xr.Dataset) -> xr.Dataset:
    """Reflectance as the integer digital numbers of a product file."""
    return cube.assign(reflectance=(cube["reflectance"] * 10_000).astype("uint16"))


BAD: dict[str, tuple[Callable[[xr.Dataset], xr.Dataset], str]] = {
    "no CRS": (lambda cube: cube.drop_vars("spatial_ref"), "no CRS"),
    "degrees": (lambda cube: cube.rio.write_crs("EPSG:4326"), "is in degrees"),
    "unnamed bands": (lambda cube: cube.assign_coords(band=range(cube.sizes["band"])),
                      "does not name the layers"),
    "a band missing": (lambda cube: cube.isel(band=slice(1, None)), "not b02"),
    "integers": (integers, "integers without scale"),
    "digital numbers": (lambda cube: cube.assign(reflectance=cube["reflectance"] * 10_000),
                        "digital numbers"),
    "backwards": (lambda cube: cube.isel(time=slice(None, None, -1)), "sort the images"),
    "repeated": (lambda cube: cube.isel(time=[0, 0]), "is repeated"),
    "no image": (lambda cube: cube.isel(time=slice(0)), "no image at all"),
    "processors": (
        lambda cube: cube.assign_coords(
            processor=("time", ["L2A", *["C1"] * (cube.sizes["time"] - 1)])
        ),
        "mixed; make one cube a processor",
    ),
}  # fmt: skip


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("fault", BAD)
def test_bad_cubes_are_refused(made: dict, measure: str, fault: str) -> None:
    """Each fault is named with what to do, before anything is measured."""
    cube, answer = made[measure]
    spoil, words = BAD[fault]
    with pytest.raises(DataError, match=words):
        answer(spoil(cube), None)


@pytest.mark.parametrize("measure", MEASURES[1:])
@pytest.mark.parametrize(
    ("pixels", "words"), [(0, "lies outside the cube"), (1, "a polygon smaller than 2 pixels")]
)
def test_bad_masks_are_refused(made: dict, measure: str, pixels: int, words: str) -> None:
    """A polygon outside the cube or of one pixel is refused."""
    cube, answer = made[measure]
    mask = np.zeros((cube.sizes["y"], cube.sizes["x"]), bool)
    mask.ravel()[:pixels] = True
    with pytest.raises(DataError, match=words):
        answer(cube, mask)


@pytest.mark.parametrize("measure", MEASURES)
def test_an_all_cloud_stack_answers_unclear(made: dict, measure: str) -> None:
    """Every image gives a row with a reason and no value: none is dropped, none is 0."""
    cube, answer = made[measure]
    shape = tuple(cube.sizes[word] for word in ("time", "y", "x"))
    cloudy = cube.assign(scl=(("time", "y", "x"), np.full(shape, 9, np.uint8)))
    rows = answer(cloudy, None)
    assert len(rows) == cube.sizes["time"]
    assert {each.state for each in rows} == {n.UNCLEAR}
    assert all(each.screening_reason or each.reason for each in rows)
    assert all(np.isnan(each.value) for each in rows)


@pytest.mark.parametrize("measure", MEASURES)
def test_the_order_of_bands_does_not_matter(made: dict, measure: str) -> None:
    """Bands are taken by name: the same cube in another order gives the same row."""
    cube, answer = made[measure]
    last = cube.isel(time=slice(-1, None))
    one, two = answer(last, None), answer(last.isel(band=slice(None, None, -1)), None)
    assert one[0].value == two[0].value
    assert (one[0].low, one[0].high) == (two[0].low, two[0].high)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_single_date_is_answered(made: dict, measure: str) -> None:
    """One image against its reference is one row."""
    cube, answer = made[measure]
    assert len(answer(cube.isel(time=slice(-1, None)), None)) == 1
