"""Objects drawn into images: they are what they are said to be, and what cannot be is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.simulate import (
    optical_harbour_images,
    radar_berth_images,
    rail_yard_quay_field_cubes,
)
from skytally.imagery.simulate.object_injection import (
    InjectionArea,
    Injector,
    inject_cars,
    inject_pits,
    inject_radar_ship,
    inject_ship,
    inject_stacks,
)
from tests.support.flat_images import BANDS, flat_image, middle_mask

AREA = InjectionArea(middle_mask(side=60), 90.0)


@pytest.fixture
def rng() -> np.random.Generator:
    """Make a generator."""
    return np.random.default_rng(3)


@pytest.mark.parametrize("contrast", [-0.05, 0.05, 0.2])
def test_stacks_add_light_in_proportion_to_their_area(
    contrast: float, rng: np.random.Generator
) -> None:
    """Added light divided by contrast equals the stated covered area."""
    look = flat_image()
    made, area = inject_stacks(look, InjectionArea(middle_mask(), 30.0), 600.0, contrast, rng)
    added = (made["reflectance"] - look["reflectance"]).sel(band="b04").sum().item() * 100.0
    assert area == pytest.approx(41 * 14.79, rel=0.01)
    assert added / contrast == pytest.approx(area, rel=0.2)


def test_cars_take_the_metres_that_are_said(rng: np.random.Generator) -> None:
    """Light added over contrast and width of a car is their bodies' length."""
    look, mask = flat_image(level=0.16), middle_mask(half=30)
    line = np.array([[500_100.0, 4_699_600.0], [500_700.0, 4_699_600.0]])
    made, metres = inject_cars(look, InjectionArea(mask, lines=(line,)), 30.0, -0.08, rng)
    assert metres == pytest.approx(30 * 13.92)
    added = (made["reflectance"] - look["reflectance"]).sel(band="b03").sum().item() * 100.0
    assert added / -0.08 == pytest.approx(30 * (13.92 - 0.92) * 3.1, rel=0.25)


def test_pits_turn_a_field_to_soil(rng: np.random.Generator) -> None:
    """The ground goes towards soil, nowhere beyond it, and twice the pits bare twice the area."""
    look = flat_image(level=0.05)
    one, area = inject_pits(look, InjectionArea(middle_mask(), 90.0), 2.0, 1.0, rng)
    _, double = inject_pits(look, InjectionArea(middle_mask(), 90.0), 4.0, 1.0, rng)
    assert double == pytest.approx(2.0 * area)
    change = (one["reflectance"] - look["reflectance"]).sel(band="b11")
    assert change.max() > 0.1
    assert change.where(~middle_mask(half=25)).fillna(0).max() == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("length", [60.0, 150.0])
def test_a_ship_lies_in_its_berth(length: float, rng: np.random.Generator) -> None:
    """Its light lies along the axis, as long as the ship."""
    look = flat_image(level=0.03)
    mask = np.zeros((80, 80), bool)
    mask[20:60, 38:42] = True
    made, truth = inject_ship(look, InjectionArea(mask, 0.0), length, 0.1, rng)
    assert truth == length
    assert list(made["band"].to_numpy()) == list(BANDS[:4])
    change = np.abs(made["reflectance"].to_numpy() - 0.03).sum(0)
    rows, columns = np.nonzero(change > 0.1 * change.max())
    assert np.ptp(rows) * 10.0 == pytest.approx(length, abs=35.0)
    assert np.ptp(columns) * 10.0 < 60.0


def test_a_radar_ship_brightens_its_berth_alone(rng: np.random.Generator) -> None:
    """Most of what is added lies within the berth and what the house is displaced by."""
    harbour = radar_berth_images.RadarHarbour(4, n_looks=1, occupancy=0.0)
    ((look, _),) = radar_berth_images.radar_images_with_truth(harbour)
    where = radar_berth_images.radar_masks(harbour)
    made, _ = inject_radar_ship(
        look, InjectionArea(where["berth"], seaward_deg=90.0), 120.0, 40.0, rng
    )
    added = (made["gamma0"] - look["gamma0"]).to_numpy()[0]
    near = ndimage.binary_dilation(where["berth"], iterations=4)
    assert added.min() >= 0.0
    assert added[near].sum() > 0.9 * added.sum()
    assert added.sum() * 100.0 == pytest.approx(10.0**4.0, rel=0.5)


def test_stacks_refuse_a_quay_without_room(rng: np.random.Generator) -> None:
    """One clear error where no block fits."""
    tiny = np.zeros((80, 80), bool)
    tiny[40, 40:42] = True
    with pytest.raises(DataError, match="no block of 46 m fits the quay of 2 pixels; draw"):
        inject_stacks(flat_image(), InjectionArea(tiny), 100.0, 0.1, rng)


def test_every_kind_of_made_up_place_can_be_asked(rng: np.random.Generator) -> None:
    """The injectors work on the images of the simulators."""
    place = rail_yard_quay_field_cubes.simulated_quay(rng)
    cube = rail_yard_quay_field_cubes.place_cube(place, [()], rng, first="2022-01-03")
    inject_stacks(cube.isel(time=0), InjectionArea(place.target, 90.0), 118.0, 0.1, rng)
    harbour = optical_harbour_images.Harbour(2, n_looks=1, occupancy=0.0)
    ((look, _),) = optical_harbour_images.harbour_images_with_truth(harbour)
    inject_ship(
        look,
        InjectionArea(optical_harbour_images.harbour_masks(harbour)["berth"], harbour.axis_deg),
        100.0,
        0.05,
        rng,
    )


def truth(
    way: Injector, seen: xr.Dataset, area: InjectionArea, size: float, contrast: float = 0.1
) -> float:
    """Draw something in, and return its true size."""
    return way(seen, area, size, contrast, np.random.default_rng(1))[1]


@pytest.mark.parametrize("way", [inject_ship, inject_stacks, inject_pits, inject_cars])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda seen, area: (seen.astype(np.int16), area), "give one look of it, in floating"),
        (lambda seen, area: (seen.expand_dims("time"), area), "give one look of it, in floating"),
        (lambda seen, area: (seen.rename(reflectance="b"), area), "reflectance: found none"),
        (lambda seen, area: (seen * math.nan, area), "nothing was read there"),
        (lambda seen, area: (seen, replace(area, mask=~area.mask & area.mask)), "0 pixels"),
        (lambda seen, area: (seen, replace(area, mask=area.mask[1:])), "on the look's grid"),
        (lambda seen, area: (seen, replace(area, mask=area.mask.astype("u1"))), "a mask of uint8"),
        (lambda seen, area: (seen, replace(area, axis_deg=math.nan)), "axis nan"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    way: Injector,
    change: Callable[[xr.Dataset, InjectionArea], tuple[xr.Dataset, InjectionArea]],
    told: str,
) -> None:
    """One clear error for each, whatever is put in."""
    with pytest.raises(DataError, match=told):
        truth(way, *change(flat_image(side=60), AREA), 40.0)


@pytest.mark.parametrize("way", [inject_ship, inject_stacks, inject_pits, inject_cars])
@pytest.mark.parametrize("size", [0.0, -100.0, math.nan])
def test_a_size_that_is_none_is_refused(way: Injector, size: float) -> None:
    """Nothing drawn is not a thing of that size."""
    with pytest.raises(DataError, match=r"size .*; give"):
        truth(way, flat_image(side=60), AREA, size)
    with pytest.raises(DataError, match="contrast nan"):
        truth(way, flat_image(side=60), AREA, 40.0, math.nan)


def test_what_does_not_fit_is_refused() -> None:
    """A ship of 5 km, a thousand pits in a small field, cars without a track."""
    with pytest.raises(DataError, match=r"size 5000.0; give 10 to 420"):
        truth(inject_ship, flat_image(side=60), AREA, 5000.0)
    with pytest.raises(DataError, match="1000 pits 65 m apart do not fit the field of 900 pixels"):
        truth(inject_pits, flat_image(side=60), AREA, 1000.0)
    with pytest.raises(DataError, match="no track"):
        truth(inject_cars, flat_image(side=60), AREA, 10.0)
    assert truth(inject_pits, flat_image(side=60), AREA, 4.0) > 0.0
