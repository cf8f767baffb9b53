"""What vouches for the files of a look: their stated sizes, or what their bands have in common."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from labs.benchmarks import strangers as measured
from skytally.imagery.acquire.band_checks import doubts, kinship, least
from skytally.imagery.acquire.band_reader import Pixels
from skytally.imagery.acquire.inventory import UNVERIFIED
from skytally.imagery.acquire.providers import SENTINEL_1
from skytally.imagery.acquire.radiometry import Floats
from skytally.imagery.acquire.scene_selection import CHOSEN, REJECTED, Choice
from skytally.imagery.acquire.stac.scene_items import Offer
from skytally.imagery.pipeline import refresh_plan
from tests.support import chips

BANDS = ("b02", "b03", "b04", "b08", "b11")
SIDE = 60


def _look(seed: int, *, ground: int = 0, moved: float = 0.05) -> dict[str, Floats]:
    """Draw a look at 30 m: lasting ground, what moved that day, and noise in each band."""
    lasting = gaussian_filter(np.random.default_rng(ground).normal(size=(SIDE, SIDE)), 1)
    random = np.random.default_rng(100 + seed)
    day = gaussian_filter(random.normal(size=(SIDE, SIDE)), 1)
    seen = 0.2 + 0.05 * lasting / lasting.std() + moved * day / day.std()
    return {
        band: ((0.6 + 0.2 * i) * seen + random.normal(0, 0.002, seen.shape)).astype("float32")
        for i, band in enumerate(BANDS)
    }


def _read(look: dict[str, Floats]) -> Pixels:
    arrays = {band: (10_000 * (values + 0.1)).astype("uint16") for band, values in look.items()}
    return replace(
        chips.pixels(),
        arrays=arrays,
        gsd=dict.fromkeys(arrays, 30.0),
        nodata=dict.fromkeys(arrays, 0.0),
    )


def _offer(size: int | None = None, sensor: str = "landsat") -> Offer:
    assets = {band: chips.asset(band, "x", size=size) for band in BANDS}
    return chips.offer(assets, sensor=sensor)


def test_bands_of_one_look_vouch_for_each_other() -> None:
    """They share light, ground, and whatever moves."""
    assert doubts(_offer(), _read(_look(1))) == ""
    assert min(kinship(_look(1), 30).values()) > 0.95


@pytest.mark.parametrize("band", BANDS)
def test_a_band_of_another_day_is_refused(band: str) -> None:
    """Of the same ground, sound, and on the same grid."""
    told = doubts(_offer(), _read({**_look(1), band: _look(2)[band]}))
    assert told.startswith("the item states no size to verify its files by")
    assert f"{band} 0." in told


def test_a_day_on_which_nothing_moved_cannot_be_told() -> None:
    """The limit of the check: two days that are alike in every pixel but for their noise."""
    mixed = {**_look(1, moved=0), "b03": _look(2, moved=0)["b03"]}
    assert doubts(_offer(), _read(mixed)) == ""


def test_bands_without_detail_vouch_for_nothing() -> None:
    """Open water and even cloud look alike on any day."""
    random = np.random.default_rng(0)
    even = {band: random.normal(0.1, 0.002, (SIDE, SIDE)).astype("float32") for band in BANDS}
    assert "might share as much" in doubts(_offer(), _read(even))


def test_too_few_pixels_vouch_for_nothing() -> None:
    """Most of the window has no data."""
    look = {band: values.copy() for band, values in _look(1).items()}
    for values in look.values():
        values[:, 20:] = -0.1
    assert "too few pixels" in doubts(_offer(), _read(look))
    assert kinship({"b02": look["b02"]}, 30) == {}


def test_stated_sizes_are_enough() -> None:
    """They were compared on reading."""
    assert doubts(_offer(size=9), _read({**_look(1), "b03": _look(2)["b03"]})) == ""


def test_radar_without_sizes_is_refused() -> None:
    """Speckle is of one polarisation alone."""
    assert "radar" in doubts(_offer(sensor=SENTINEL_1), _read(_look(1)))


def test_finer_pixels_are_averaged_first() -> None:
    """So that 10 m and 20 m bands are compared as those of Landsat are."""
    look = {band: values.repeat(3, 0).repeat(3, 1) for band, values in _look(1).items()}
    assert kinship(look, 10) == pytest.approx(kinship(_look(1), 30), abs=1e-3)


@pytest.mark.parametrize(("size", "read_again"), [(None, False), (9, True)])
def test_a_refused_look_is_read_again_once_sizes_are_stated(
    size: int | None, *, read_again: bool
) -> None:
    """Not before: nothing about it has changed."""
    row = {"fate": REJECTED, "fate_reason": f"{UNVERIFIED}: the item states no size"}
    settled = refresh_plan._settled(Choice(_offer(size), CHOSEN, ""), row)
    assert (settled is None) == read_again


def test_real_bands_of_another_day_are_refused() -> None:
    """Landsat of one harbour plain, three years apart: no band passes, most own ones do."""
    folder = measured.imagery() / "05_change_earthworks" / "landsat_taizhou"
    if not folder.is_dir():
        pytest.skip(f"real scenes absent from {folder}; set SKYTALLY_IMAGERY")
    days = measured._taizhou(folder)
    for part in measured._windows(days, 30):
        for band in BANDS:
            mixed = kinship({**part["2003"], band: part["2000"][band]}, 30)
            assert mixed[band] < least(band)
