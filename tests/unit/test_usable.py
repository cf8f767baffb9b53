"""A look is judged on the ring round the target, never on the target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skytally.core.errors import DataError
from skytally.imagery.acquire.chip_manifest import pack
from skytally.imagery.clear_sky.stable_ring import (
    Ring,
    drawing,
    measure,
    reason,
    stable_ring,
    usual_blue,
)
from skytally.imagery.cube.stored_cubes import cell_of, on_site
from skytally.imagery.sites.site_register import mask
from tests.support import chips

HERE = chips.site()
CLEAR = Ring("", "sentinel-2 L2A", True, 1, 0, 0, 0, 0, 0, 0.05, ())


def _measured(**changed: Any) -> Ring:
    pixels = chips.pixels(**changed)
    manifest, _ = pack(chips.whole_offer(), pixels)
    return measure(manifest, pixels.arrays, HERE)


def _quality(number: int, share: float, *, kind: str = "stable") -> Any:
    """Give a classification with so much of one outline in another class."""
    quality = chips.pixels().arrays["quality"].copy()
    rows, cols = np.nonzero(mask(HERE, kind, gsd=10))
    n = round(share * len(rows))
    quality[rows[:n], cols[:n]] = number
    return quality


def test_a_clear_look_is_usable() -> None:
    """Nothing hides the ring."""
    ring = _measured()
    assert ring.clear == 1
    assert reason(ring, HERE, usual={}) == ""


@pytest.mark.parametrize(
    ("number", "word"), [(9, "cloud"), (3, "cloud shadow"), (11, "snow"), (1, "no data")]
)
def test_the_reason_is_what_hides_most(number: int, word: str) -> None:
    """Three tenths of the ring are not in clear view."""
    ring = _measured(quality=_quality(number, 0.3))
    assert reason(ring, HERE, usual={}) == f"{word}: 30% of the ring, 70% clear"


def test_a_fifth_may_be_hidden() -> None:
    """METHODS T8."""
    assert reason(_measured(quality=_quality(9, 0.19)), HERE, usual={}) == ""


def test_what_lies_on_the_target_does_not_count() -> None:
    """A bright ship passes for cloud: it must not hide itself."""
    ring = _measured(quality=_quality(9, 1.0, kind="berth"))
    assert ring.cloud == 0
    assert reason(ring, HERE, usual={}) == ""


def test_haze_is_seen_against_the_usual_blue() -> None:
    """Only once enough clear looks say what is usual."""
    few = usual_blue([CLEAR] * 4)
    enough = usual_blue([CLEAR] * 5)
    hazy = replace(CLEAR, blue=0.11)
    assert reason(hazy, HERE, usual=few) == ""
    assert reason(hazy, HERE, usual=enough) == "haze: blue of the ring is 0.110, usually 0.050"
    assert reason(replace(CLEAR, blue=0.09), HERE, usual=enough) == ""


def test_usual_blue_is_one_number_a_processor() -> None:
    """Looks of different processors are never compared."""
    other = replace(CLEAR, sensor="landsat C2L2", blue=0.2)
    assert usual_blue([CLEAR] * 5 + [other] * 5) == {"sentinel-2 L2A": 0.05, "landsat C2L2": 0.2}


def test_thin_snow_hides_the_ground_but_no_ship() -> None:
    """METHODS T10."""
    snowy = replace(CLEAR, snow_index=0.3)
    assert reason(snowy, HERE, usual={}) == ""
    inland = replace(HERE, outlines=tuple(o for o in HERE.outlines if o.kind != "berth"))
    assert reason(snowy, inland, usual={}).startswith("snow: index")


def test_snow_index_is_measured() -> None:
    """Bright in green, dark in the short infrared."""
    assert _measured(b11=np.full((chips.SIDE, chips.SIDE), 1100, "uint16")).snow_index > 0.9
    assert _measured().snow_index == 0


def test_a_wrong_offset_is_a_reason() -> None:
    """The look is stored, and not used."""
    bright = {b: a + 1000 for b, a in chips.pixels().arrays.items() if b in chips.OPTICAL}
    assert reason(_measured(**bright), HERE, usual={}).startswith("radiometric audit: 5th")


def test_radar_is_usable_where_it_has_data() -> None:
    """Clouds do not matter."""
    pixels = chips.pixels()
    pixels = replace(
        pixels,
        arrays={"vv": np.full((chips.SIDE, chips.SIDE), 0.1, "float32")},
        gsd={"vv": 10.0},
        nodata={"vv": -32768.0},
        sources={"vv": pixels.sources["b02"]},
    )
    offer = chips.offer(
        {"vv": chips.asset("vv", "x")}, sensor="sentinel-1", calibration="linear", processor="RTC"
    )
    manifest, _ = pack(offer, pixels)
    ring = measure(manifest, pixels.arrays, HERE)
    assert not ring.classified
    assert reason(ring, HERE, usual={}) == ""
    pixels.arrays["vv"][:, 60:] = -32768
    assert reason(measure(manifest, pixels.arrays, HERE), HERE, usual={}).startswith(
        "no data: 100%"
    )


def test_a_ring_that_nobody_drew_is_all_but_the_targets() -> None:
    """The berth is left out."""
    without = replace(HERE, outlines=tuple(o for o in HERE.outlines if o.kind == "berth"))
    ring = stable_ring(without, gsd=10)
    assert not (ring & mask(HERE, "berth", gsd=10)).any()
    assert ring.mean() == pytest.approx(0.75)


def test_drawing_changes_with_the_outlines() -> None:
    """What was measured on other outlines is measured again."""
    assert drawing(HERE) == drawing(chips.site())
    assert drawing(HERE) != drawing(replace(HERE, outlines=HERE.outlines[:2]))


def test_landsat_lies_on_the_sites_grid_by_halves_of_its_pixels() -> None:
    """Its corners lie half a pixel off: 30 m become four of 15 m, each with its number."""
    pixels = chips.pixels()
    wide = np.arange(42 * 42, dtype="uint16").reshape(42, 42)
    west, south, east, north = HERE.grid.bounds
    manifest, _ = pack(chips.whole_offer(), pixels)
    manifest = replace(manifest, transform=(30.0, 0, west - 15.0, 0, -30.0, north + 15.0))
    assert cell_of(manifest, HERE) == 15
    laid = on_site({"b04": wide}, manifest, HERE, fill={"b04": 0})["b04"]
    assert laid.shape == ((north - south) // 15, (east - west) // 15)
    assert laid[0, 0] == wide[0, 0]
    np.testing.assert_array_equal(laid[1:3, 1:3], wide[1, 1])


def test_a_grid_that_does_not_fit_is_refused() -> None:
    """Nothing is resampled in silence."""
    manifest, _ = pack(chips.whole_offer(), chips.pixels())
    odd = replace(manifest, transform=(10.0, 0, HERE.grid.bounds[0] + 3.3, 0, -10.0, 4_680_000.0))
    with pytest.raises(DataError, match="do not fit the grid"):
        cell_of(odd, HERE)
