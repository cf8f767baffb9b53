"""Ships at a berth in optical images, on made-up harbours of both families."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.clear_sky.stable_ground_and_water_masks import ring_mask
from skytally.imagery.measure.observation_and_evidence_line import observation_line
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.measure.ships.berth_ships import BerthObservation, ships_at_berth
from skytally.imagery.measure.ships.berth_water_anomalies import Berth
from skytally.imagery.simulate import optical_harbour_images


def place_of(harbour: optical_harbour_images.Harbour) -> Berth:
    """Berth outlines of a simulated harbour."""
    where = optical_harbour_images.harbour_masks(harbour)
    ring = ring_mask([where["berth"], where["quay"]], gsd=harbour.gsd) & where["land"]
    return Berth(where["berth"], ring, where["openwater"], harbour.axis_deg)


def told(
    harbour: optical_harbour_images.Harbour,
) -> tuple[list[BerthObservation], xr.Dataset, np.ndarray, np.ndarray]:
    """Observations of each image, the cube, and the true ships and lengths."""
    cube, truth = optical_harbour_images.harbour_cube(harbour)
    place = place_of(harbour)
    until = truth["time"].to_numpy()[harbour.empty_until] if harbour.empty_until else None
    made = references(cube, ring=place.ring, until=until)
    looks = list(ships_at_berth(cube, place, references=made))
    return looks, cube, truth["ships"].to_numpy(), truth["length"].to_numpy()


@pytest.mark.parametrize(
    "family",
    [
        optical_harbour_images.FIRST,
        pytest.param(optical_harbour_images.SECOND, marks=pytest.mark.slow),
    ],
)
def test_berth_finds_ships_and_leaves_the_empty_berth(family: str) -> None:
    """At least 95 percent of ships found, at most 2 percent of empty images called occupied."""
    counts = np.zeros((2, 2), int)
    held, errors = [], []
    for seed in (1, 2):
        harbour = optical_harbour_images.Harbour(
            seed, n_looks=48, family=family, empty_until=14, cloud=0.15
        )
        looks, _, ships, lengths = told(harbour)
        for look, true, length in zip(looks, ships, lengths, strict=True):
            if np.isfinite(look.ships.value):
                counts[true, int(look.ships.value > 0)] += 1
            if true and look.hulls:
                held.append(look.length.low <= length <= look.length.high)
                errors.append(look.length.value - length)
    assert counts[1, 1] >= 0.95 * counts[1].sum() > 15
    assert counts[0, 1] <= max(0.02 * counts[0].sum(), 1)
    assert np.mean(held) >= 0.85
    assert np.sqrt(np.mean(np.square(errors))) < 10.0


def test_berth_with_a_ship_on_most_looks() -> None:
    """A history with a ship on 60 percent of images still shows the empty berth."""
    harbour = optical_harbour_images.Harbour(6, n_looks=40, occupancy=0.6, cloud=0.1)
    looks, _, ships, _ = told(harbour)
    seen = np.array([each.ships.value for each in looks])
    usable = np.isfinite(seen)
    assert ((seen > 0) == (ships > 0))[usable].mean() >= 0.95


def test_berth_gives_one_row_a_look_and_a_sound_line() -> None:
    """No image is dropped; cloud is unclear with its reason, never 0; the line passes."""
    harbour = optical_harbour_images.Harbour(3, n_looks=36, cloud=0.4, haze=0.0, empty_until=22)
    looks, cube, _, _ = told(harbour)
    assert len(looks) == cube.sizes["time"]
    weather = [
        truth.weather for _, truth in optical_harbour_images.harbour_images_with_truth(harbour)
    ]
    clouded = [
        look
        for look, sky in zip(looks, weather, strict=True)
        if sky == optical_harbour_images.CLOUD
    ]
    assert clouded
    for look in clouded:
        if np.isnan(look.ships.value):
            assert look.ships.reasons
    assert sum(np.isnan(each.ships.value) for each in clouded) >= 0.8 * len(clouded)
    for rows in ([each.ships for each in looks], [each.length for each in looks]):
        line = observation_line(rows, quantity="q", scope="s", method="m", history="h")
        assert line.sizes["time"] == len(looks)


def test_berth_without_history_compares_with_open_water() -> None:
    """A berth drawn in water a pixel off the quay needs no past."""
    harbour = optical_harbour_images.Harbour(
        4, n_looks=24, cloud=0.0, haze=0.0, shadow=0.0, cranes=0, jitter_m=1.0, lengths=(200.0,)
    )
    cube, truth = optical_harbour_images.harbour_cube(harbour)
    place = place_of(harbour)
    quay = ndimage.binary_dilation(
        optical_harbour_images.harbour_masks(harbour)["quay"], np.ones((3, 3))
    )
    off = place.water & ~quay
    looks = list(ships_at_berth(cube, dataclasses.replace(place, water=off), references=None))
    seen = np.array([each.ships.value > 0 for each in looks])
    assert (seen == (truth["ships"].to_numpy() > 0)).mean() >= 0.9
    assert all("no-history" in each.ships.flags for each in looks)


def test_berth_says_nothing_of_another_orbit() -> None:
    """An image of a group without reference is unclear, and is never compared with another's."""
    harbour = optical_harbour_images.Harbour(1, n_looks=14, cloud=0.0, haze=0.0, empty_until=12)
    cube, _ = optical_harbour_images.harbour_cube(harbour)
    place = place_of(harbour)
    made = references(cube, ring=place.ring)
    (look, *_) = ships_at_berth(cube.assign_coords(relative_orbit=60), place, references=made)
    assert look.ships.state == n.UNCLEAR
    assert "no reference for images of 'sentinel-2 orbit 60" in look.ships.reason


def test_berth_refuses_a_polygon_outside() -> None:
    """A berth that lies outside the cube is refused, not counted as empty."""
    harbour = optical_harbour_images.Harbour(1, n_looks=10, cloud=0.0, haze=0.0)
    cube, _ = optical_harbour_images.harbour_cube(harbour)
    place = dataclasses.replace(place_of(harbour), water=np.zeros(harbour.shape, bool))
    with pytest.raises(DataError, match="the berth lies outside the cube"):
        list(ships_at_berth(cube, place, references=None))


def test_berth_refuses_an_axis_that_is_no_number() -> None:
    """Not a number is no bearing, and would silence every hull."""
    harbour = optical_harbour_images.Harbour(1, n_looks=10, cloud=0.0, haze=0.0)
    cube, _ = optical_harbour_images.harbour_cube(harbour)
    place = dataclasses.replace(place_of(harbour), axis_deg=float("nan"))
    with pytest.raises(DataError, match="axis of the berth nan; give degrees clockwise"):
        list(ships_at_berth(cube, place, references=None))


def test_a_missed_ship_has_no_bound_to_its_length() -> None:
    """Where a ship may have been missed, nothing bounds its length; where none was, it is 0."""
    harbour = optical_harbour_images.Harbour(1, n_looks=14, cloud=0.0, haze=0.0, empty_until=14)
    cube, _ = optical_harbour_images.harbour_cube(harbour)
    place = place_of(harbour)
    made = references(cube, ring=place.ring)
    for chance, high in ((0.6, np.inf), (0.99, 0.0)):
        asked = dataclasses.replace(place, p_detect=chance)
        empty = [each for each in ships_at_berth(cube, asked, references=made)
                 if each.ships.state == n.NOTHING_SEEN]  # fmt: skip
        assert empty
        assert {each.length.high for each in empty if "haze" not in each.length.flags} == {high}


def test_berth_on_land_says_so() -> None:
    """An outline on land has no water for a ship, and no image of it is empty."""
    harbour = optical_harbour_images.Harbour(1, n_looks=14, cloud=0.0, haze=0.0, empty_until=12)
    cube, _ = optical_harbour_images.harbour_cube(harbour)
    place = place_of(harbour)
    inland = ndimage.binary_erosion(
        optical_harbour_images.harbour_masks(harbour)["land"], iterations=6
    )
    made = references(cube, ring=place.ring)
    looks = list(ships_at_berth(cube, dataclasses.replace(place, water=inland), references=made))
    assert {each.ships.state for each in looks} == {n.UNCLEAR}
    assert any("of the outline are water when no ship lies there" in each.ships.reason
               for each in looks)  # fmt: skip


def test_berth_refuses_a_reference_of_another_grid() -> None:
    """A reference of the same size that lies 10 m aside is not compared with."""
    harbour = optical_harbour_images.Harbour(1, n_looks=14, cloud=0.0, haze=0.0, empty_until=12)
    cube, _ = optical_harbour_images.harbour_cube(harbour)
    place = place_of(harbour)
    made = references(cube.assign_coords(x=cube["x"] + 10.0), ring=place.ring)
    with pytest.raises(DataError, match="make the reference on the image's own grid"):
        list(ships_at_berth(cube, place, references=made))


def test_berth_at_thirty_metres_says_presence_only() -> None:
    """Landsat pixels give presence and no length (METHODS trap T13)."""
    harbour = optical_harbour_images.Harbour(
        2, n_looks=24, rows=50, columns=50, gsd=30.0, cloud=0.0, haze=0.0, shadow=0.0,
        empty_until=12, cranes=0, lengths=(160.0,), occupancy=0.7,
    )  # fmt: skip
    looks, _, ships, _ = told(harbour)
    there = [look for look, true in zip(looks, ships, strict=True) if true and look.others]
    assert there
    assert all(look.length.state == n.SOMETHING_SEEN for look in there)
    assert all("presence-only" in look.ships.flags for look in looks if look.ships.value >= 0)


@pytest.mark.slow
def test_memory_does_not_grow_with_looks() -> None:
    """Forty and eighty images streamed need the same memory, to a tenth."""
    harbour = optical_harbour_images.Harbour(
        7, n_looks=10, rows=50, columns=50, cloud=0.0, haze=0.0
    )
    kept = [look for look, _ in optical_harbour_images.harbour_images_with_truth(harbour)]
    place = place_of(harbour)

    def stream(count: int) -> Iterator[xr.Dataset]:
        for i in range(count):
            later = np.timedelta64(i, "D")
            yield kept[i % 10].assign_coords(time=kept[0]["time"].to_numpy() + later)

    peaks = []
    for count in (40, 80):
        tracemalloc.start()
        made = references(stream(count), ring=place.ring)
        for _ in ships_at_berth(stream(count), place, references=made):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]
