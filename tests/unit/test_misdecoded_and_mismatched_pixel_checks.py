"""Numbers that no sensor stores, and bands of another place, are told by the pixels themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from skytally.imagery.acquire.corrupt_or_mismatched_band_checks import pixel_faults
from skytally.imagery.acquire.image_provider_table import LANDSAT, SENTINEL_1
from skytally.imagery.acquire.misdecoded_pixel_checks import decoding_faults
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels
from tests.support import simulated_scenes_and_sites as chips

Pixels = np.ndarray[Any, Any]


def _differences(values: Pixels) -> Pixels:
    return np.diff(values, axis=1, prepend=values.dtype.type(0))


def _sums(values: Pixels) -> Pixels:
    return np.cumsum(values, axis=1, dtype=values.dtype)


def _clouds(values: Pixels) -> Pixels:
    """Half of the pixels as bright as the type allows."""
    return np.where(np.arange(values.shape[1]) > 60, 40_000 + values // 4, values).astype("uint16")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda values: values, ""),
        (_clouds, ""),
        (_differences, "the numbers of b08 are differences of neighbours"),
        (_sums, "the numbers of b08 are running sums"),
    ],
)
def test_pixels_of_a_wrong_predictor_are_told(
    change: Callable[[Pixels], Pixels], words: str
) -> None:
    """Differences and sums wrap around; bright clouds beside dark ground do not."""
    found = chips.pixels()
    pixels = replace(found, arrays={**found.arrays, "b08": change(found.arrays["b08"])})
    faults = "; ".join(decoding_faults(chips.whole_item(), pixels))
    assert words in faults
    assert bool(faults) == bool(words)


def _radar(seed: int, *, side: int = 160) -> tuple[Pixels, Pixels]:
    """Made-up backscatter of one place: fields, a bright town, dark water, and speckle."""
    rng = np.random.default_rng(seed)
    ground = gaussian_filter(rng.normal(size=(side, side)), 8)
    level = -10 + 3 * ground / ground.std()
    vv, vh = (
        (10 ** ((level + offset) / 10) * rng.gamma(4, 0.25, (side, side))).astype("float32")
        for offset in (0, -7)
    )
    return vv, vh


def _radar_pixels(vv: Pixels, vh: Pixels) -> ScenePixels:
    found = chips.pixels()
    bands = ("vv", "vh")
    return replace(
        found,
        arrays=dict(zip(bands, (vv, vh), strict=True)),
        gsd=dict.fromkeys(bands, 10.0),
        nodata=dict.fromkeys(bands, -32768.0),
    )


def _radar_faults(vv: Pixels, vh: Pixels) -> str:
    item = chips.scene_item(
        {band: chips.asset(band, "x") for band in ("vv", "vh")},
        sensor=SENTINEL_1,
        calibration="linear",
    )
    return "; ".join(pixel_faults(item, _radar_pixels(vv, vh)))


def _planes(values: Pixels) -> Pixels:
    """Floats whose predictor was lost: their bytes stand plane by plane."""
    raw = values.astype(">f4").view(np.uint8).reshape(*values.shape, 4)
    return (
        np.ascontiguousarray(raw.transpose(0, 2, 1))
        .view(">f4")
        .reshape(values.shape)
        .astype("float32")
    )


@pytest.mark.parametrize(
    ("vv", "vh", "words"),
    [
        (lambda: _radar(1)[0], lambda: _radar(1)[1], ""),
        (lambda: _radar(1)[0], lambda: _radar(2)[1], "vv and vh show different places"),
        (lambda: _radar(1)[0], lambda: _radar(1)[1][::-1], "vv and vh show different places"),
        (lambda: _planes(_radar(1)[0]), lambda: _radar(1)[1], "the numbers of vv are no backs"),
    ],
)
def test_radar_of_two_places_is_told(
    vv: Callable[[], Pixels], vh: Callable[[], Pixels], words: str
) -> None:
    """Both polarisations of one pass have their structure in common."""
    faults = _radar_faults(vv(), vh())
    assert words in faults
    assert bool(faults) == bool(words)


def test_radar_of_open_sea_is_not_doubted() -> None:
    """Speckle alone has nothing in common, and is no fault."""
    rng = np.random.default_rng(0)
    sea = [rng.gamma(4, 0.002, (160, 160)).astype("float32") for _ in range(2)]
    assert _radar_faults(*sea) == ""


def _fields(seed: int, *, side: int = 360) -> ScenePixels:
    """Made-up fields and roads that every band shows, each with a gain and noise of its own."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(2, side, side))
    ground = sum(each / each.std() for each in map(gaussian_filter, noise, (3, 20)))
    arrays = {}
    for i, band in enumerate((*chips.OPTICAL, "b11")):
        values = 2500 + 200 * i + (300 + 50 * i) * ground + rng.normal(0, 30, (side, side))
        arrays[band] = values.astype("uint16")
    arrays["quality"] = np.full((side, side), 5, "uint8")
    return replace(chips.pixels(), arrays=arrays, gsd=dict.fromkeys(arrays, 10.0))


@pytest.mark.parametrize("band", ["b02", "b03", "b04", "b08", "b11"])
def test_a_band_of_another_place_is_told(band: str) -> None:
    """The same size, type and grid, and the ground of somewhere else."""
    sound = _fields(1)
    assert pixel_faults(chips.whole_item(), sound) == []
    other = replace(sound, arrays={**sound.arrays, band: _fields(2).arrays[band]})
    (fault,) = pixel_faults(chips.whole_item(), other)
    assert f"{band} shows another" in fault


@pytest.mark.parametrize(
    ("value", "words"), [(21824, ""), (22280, ""), (1, ""), (64, "classes that do not exist")]
)
def test_classes_that_landsat_does_not_have_are_told(value: int, words: str) -> None:
    """Every pixel with data has a confidence that it is cloud."""
    found = chips.pixels(quality=np.full((120, 120), value, "uint16"))
    item = chips.whole_item(sensor=LANDSAT, platform="landsat-9")
    assert words in "; ".join(decoding_faults(item, found))
