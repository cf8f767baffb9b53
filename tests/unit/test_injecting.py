"""What cannot be drawn into a look is refused: the truth of a trial stands in the look."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from skytally.core.errors import DataError
from skytally.imagery.simulate.injection import (
    Put,
    Spot,
    put_cars,
    put_pits,
    put_ship,
    put_stacks,
)

BANDS = ("b02", "b03", "b04", "b08", "b11")
MIDDLE = np.zeros((60, 60), bool)
MIDDLE[15:45, 15:45] = True
SPOT = Spot(MIDDLE, 90.0)


def look() -> xr.Dataset:
    """Give a look without any texture."""
    return xr.Dataset(
        {"reflectance": (("band", "y", "x"), np.full((len(BANDS), 60, 60), 0.1, np.float32))},
        coords={
            "band": list(BANDS),
            "x": 500_005.0 + 10.0 * np.arange(60),
            "y": 4_699_995.0 - 10.0 * np.arange(60),
        },
    )


def put(way: Put, seen: xr.Dataset, spot: Spot, size: float, contrast: float = 0.1) -> float:
    """Put something in and give the truth."""
    return way(seen, spot, size, contrast, np.random.default_rng(1))[1]


@pytest.mark.parametrize("way", [put_ship, put_stacks, put_pits, put_cars])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda seen, spot: (seen.astype(np.int16), spot), "give one look of it, in floating"),
        (lambda seen, spot: (seen.expand_dims("time"), spot), "give one look of it, in floating"),
        (lambda seen, spot: (seen.rename(reflectance="b"), spot), "reflectance: found none"),
        (lambda seen, spot: (seen * math.nan, spot), "nothing was read there"),
        (lambda seen, spot: (seen, replace(spot, mask=~spot.mask & spot.mask)), "0 pixels"),
        (lambda seen, spot: (seen, replace(spot, mask=spot.mask[1:])), "on the look's grid"),
        (lambda seen, spot: (seen, replace(spot, mask=spot.mask.astype("u1"))), "a mask of uint8"),
        (lambda seen, spot: (seen, replace(spot, axis_deg=math.nan)), "axis nan"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    way: Put, change: Callable[[xr.Dataset, Spot], tuple[xr.Dataset, Spot]], told: str
) -> None:
    """One clear error for each, whatever is put in."""
    with pytest.raises(DataError, match=told):
        put(way, *change(look(), SPOT), 40.0)


@pytest.mark.parametrize("way", [put_ship, put_stacks, put_pits, put_cars])
@pytest.mark.parametrize("size", [0.0, -100.0, math.nan])
def test_a_size_that_is_none_is_refused(way: Put, size: float) -> None:
    """Nothing drawn is not a thing of that size."""
    with pytest.raises(DataError, match=r"size .*; give"):
        put(way, look(), SPOT, size)
    with pytest.raises(DataError, match="contrast nan"):
        put(way, look(), SPOT, 40.0, math.nan)


def test_what_does_not_fit_is_refused() -> None:
    """A ship of 5 km, a thousand pits in a small field, cars without a track."""
    with pytest.raises(DataError, match=r"size 5000.0; give 10 to 420"):
        put(put_ship, look(), SPOT, 5000.0)
    with pytest.raises(DataError, match="1000 pits 65 m apart do not fit the field of 900 pixels"):
        put(put_pits, look(), SPOT, 1000.0)
    with pytest.raises(DataError, match="no track"):
        put(put_cars, look(), SPOT, 10.0)
    assert put(put_pits, look(), SPOT, 4.0) > 0.0
