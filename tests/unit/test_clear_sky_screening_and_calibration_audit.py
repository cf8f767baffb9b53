"""Clear-sky screening: by stable ground and open water, never by the target, in one place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from skytally.imagery.acquire.chip_and_manifest_encoding import encode_chip
from skytally.imagery.acquire.reflectance_and_backscatter_scaling import apply_calibration
from skytally.imagery.acquire.scene_classification_masks import decode_classification
from skytally.imagery.clear_sky.clear_sky_screening import (
    Audit,
    RingStatistics,
    calibration_audit,
    frame_water_audit,
    screen,
    screening_from_statistics,
    water_audit,
)
from skytally.imagery.clear_sky.stable_ground_and_water_masks import (
    outlines_hash,
    ring_mask,
    site_screening_masks,
)
from skytally.imagery.clear_sky.stored_image_screening_cache import (
    ring_statistics,
    screened,
    usual_levels,
)
from skytally.imagery.cube.cube_image_iteration_and_grouping import Frame, Screening, iter_frames
from skytally.imagery.measure.reference_level_and_spread_per_group import single_reference
from skytally.imagery.simulate import optical_harbour_images
from skytally.imagery.sites.outline_geometry_and_ring_faults import outline_mask
from skytally.imagery.sites.site_model import Site
from tests.support import simulated_scenes_and_sites as chips

HERE = chips.site()
SEA = outline_mask(HERE, "openwater", gsd=10)
GROUP = "sentinel-2 orbit 3 descending L2A"
CLEAR = RingStatistics(
    GROUP, "2023-08-27T02:15:49Z", True, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, {"b02": 0.05, "b08": 0.2}
)


def _measured(site: Site = HERE, **changed: Any) -> RingStatistics:
    pixels = chips.pixels(**changed)
    manifest, _ = encode_chip(chips.whole_item(), pixels)
    return ring_statistics(manifest, pixels.arrays, site)


def _answer(image: RingStatistics, site: Site = HERE, others: int = 0) -> Screening:
    """Screen an image among so many clear ones."""
    images = {f"clear-{i}": CLEAR for i in range(others)}
    return screened({**images, "image": image}, site)["image"]


def _quality(number: int, share: float, *, kind: str = "stable") -> Any:
    """Put so much of one outline into another class."""
    quality = chips.pixels().arrays["quality"].copy()
    rows, cols = np.nonzero(outline_mask(HERE, kind, gsd=10))
    n = round(share * len(rows))
    quality[rows[:n], cols[:n]] = number
    return quality


def _without(*kinds: str) -> Site:
    return replace(HERE, outlines=tuple(o for o in HERE.outlines if o.kind not in kinds))


def test_a_clear_image_is_usable() -> None:
    """Nothing hides the ring, the water is dark, and nothing is flagged."""
    image = _measured()
    assert image.clear == 1
    answer = _answer(image)
    assert answer == Screening(True, "", (), 1.0, {})


@pytest.mark.parametrize(
    ("number", "word"), [(9, "cloud"), (3, "cloud shadow"), (11, "snow"), (1, "no data")]
)
def test_the_reason_is_what_hides_most(number: int, word: str) -> None:
    """Three tenths of the ring are not in clear view (METHODS trap T8)."""
    answer = _answer(_measured(quality=_quality(number, 0.3)))
    assert answer.reason == f"{word}: 30% of the ring, 70% clear"
    assert answer.clear_share == pytest.approx(0.7)


def test_a_fifth_may_be_hidden() -> None:
    """METHODS T8."""
    assert _answer(_measured(quality=_quality(9, 0.19))).usable


def test_what_lies_on_the_target_does_not_count() -> None:
    """A bright ship passes for cloud: it must not hide itself."""
    image = _measured(quality=_quality(9, 1.0, kind="berth"))
    assert image.cloud == 0
    assert _answer(image).usable


def test_haze_is_seen_against_the_usual_blue() -> None:
    """Only once enough clear images of the same group say what is usual."""
    hazy = replace(CLEAR, levels={"b02": 0.11, "b08": 0.26})
    assert _answer(hazy, others=3).reason == ""
    answer = _answer(hazy, others=5)
    assert answer.reason == "haze: blue of the ring is 0.110, usually 0.050"
    assert answer.offset == {"b02": pytest.approx(0.06), "b08": pytest.approx(0.06)}
    thin = _answer(replace(CLEAR, levels={"b02": 0.09, "b08": 0.2}), others=5)
    assert (thin.usable, thin.flags) == (True, ("haze",))
    elsewhere = replace(hazy, group="sentinel-2 orbit 60 descending L2A")
    assert _answer(elsewhere, others=5).reason == ""


def test_shadow_is_a_fall_in_every_band() -> None:
    """A ring that is darker in blue alone is not in shade (METHODS trap T9)."""
    dark = replace(CLEAR, levels={"b02": 0.03, "b08": 0.18})
    assert _answer(dark, others=5).flags == ("shadow",)
    assert _answer(replace(CLEAR, levels={"b02": 0.03, "b08": 0.2}), others=5).flags == ()


def test_usual_levels_are_those_of_the_group_and_the_season() -> None:
    """Five clear images within 45 days; without them those of any season; never another group."""
    winter = replace(CLEAR, time="2023-01-05T02:15:49Z", levels={"b02": 0.02, "b08": 0.1})
    both = [CLEAR] * 5 + [winter] * 6
    assert usual_levels(both, image=CLEAR)["b02"] == 0.05
    late = replace(winter, time="2022-12-20T02:15:49Z")
    assert usual_levels(both, image=late)["b02"] == 0.02
    assert usual_levels([CLEAR] * 4 + [winter] * 6, image=CLEAR)["b02"] == 0.02
    assert usual_levels([CLEAR] * 4, image=CLEAR) == {}
    assert usual_levels([replace(CLEAR, group="other")] * 9, image=CLEAR) == {}
    cloudy, wrong = replace(CLEAR, clear=0.7), replace(CLEAR, audit=Audit(("too bright",)))
    assert usual_levels([cloudy] * 5 + [wrong] * 5, image=CLEAR) == {}


def test_thin_snow_hides_the_ground_but_no_ship() -> None:
    """A flag where ships are looked for, a reason where nothing else is (METHODS trap T10)."""
    snowy = replace(CLEAR, snow_share=0.3)
    answer = _answer(snowy)
    assert (answer.reason, answer.flags) == ("", ("snow",))
    assert _answer(snowy, _without("berth")).reason == "snow: on 30% of the ring"


def test_snow_is_measured_by_its_index() -> None:
    """Bright in green and near infrared, dark in the short infrared; dark shade is no snow."""
    short = np.full((chips.SIDE, chips.SIDE), 1100, "uint16")
    assert _measured(b11=short).snow_share > 0.9
    assert _measured().snow_share == 0
    shade = np.full((chips.SIDE, chips.SIDE), 1900, "uint16")
    assert _measured(b11=np.full_like(shade, 1010), b03=shade).snow_share == 0


def test_a_wrong_offset_is_a_reason() -> None:
    """The image is stored, and not used (METHODS trap T1)."""
    bright = {b: a + 1000 for b, a in chips.pixels().arrays.items() if b in chips.OPTICAL}
    assert _answer(_measured(**bright)).reason.startswith("radiometric audit: 5th")


def test_water_that_was_drawn_is_audited_and_its_absence_is_said() -> None:
    """The open water of the user's outline, and no other, vouches for the calibration."""
    assert "not-audited" not in _answer(_measured()).flags
    assert "not-audited" in _answer(_measured(_without("openwater"))).flags
    silt = chips.pixels().arrays["b08"].copy()
    silt[SEA] = 2000
    bright = _measured(b08=silt)
    assert _answer(bright).reason.startswith("radiometric audit: open water is brighter in b08")
    assert _answer(_measured(_without("openwater"), b08=silt)).usable


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
    offer = chips.scene_item(
        {"vv": chips.asset("vv", "x")}, sensor="sentinel-1", calibration="linear", processor="RTC"
    )
    manifest, _ = encode_chip(offer, pixels)
    image = ring_statistics(manifest, pixels.arrays, HERE)
    assert not image.classified
    assert _answer(image).reason == ""
    assert np.isnan(_answer(image).clear_share)
    pixels.arrays["vv"][:, 60:] = -32768
    assert _answer(ring_statistics(manifest, pixels.arrays, HERE)).reason.startswith(
        "no data: 100%"
    )


def test_a_ring_that_nobody_drew_lies_around_the_targets_and_says_so() -> None:
    """50 to 500 m from the berth, off the drawn water; the answer is flagged."""
    masks = site_screening_masks(_without("stable"), gsd=10)
    berth = outline_mask(HERE, "berth", gsd=10)
    expected = ring_mask([berth], gsd=10.0) & ~SEA
    assert not masks.drawn
    np.testing.assert_array_equal(masks.ring, expected)
    assert not (masks.ring & (berth | SEA)).any()
    assert "ring-not-drawn" in _answer(_measured(_without("stable")), _without("stable")).flags
    assert site_screening_masks(HERE, gsd=10).drawn
    np.testing.assert_array_equal(
        site_screening_masks(HERE, gsd=10).ring, outline_mask(HERE, "stable", gsd=10)
    )
    assert site_screening_masks(_without("stable", "berth"), gsd=10).ring.all()


def test_outlines_hash_changes_with_the_outlines() -> None:
    """What was measured on other outlines is measured again."""
    assert outlines_hash(HERE) == outlines_hash(chips.site())
    assert outlines_hash(HERE) != outlines_hash(replace(HERE, outlines=HERE.outlines[:2]))


def _values(shift: float = 0.0) -> dict[str, Any]:
    """Reflectance as it is read when the declared offset is wrong by so much."""
    arrays = chips.pixels().arrays
    return {
        band: apply_calibration(arrays[band], 1e-4, -0.1 + shift, 0)
        for band in (*chips.OPTICAL, "b11")
    }


def _seen(number: int | None = None) -> Any:
    quality = chips.pixels().arrays["quality"]
    found = decode_classification(
        quality if number is None else np.full_like(quality, number), "sentinel-2"
    )
    assert found is not None
    return found


def test_audit_passes_a_sound_image() -> None:
    """Water is dark."""
    assert calibration_audit(_values(), _seen(), water=SEA) == Audit()


def test_audit_finds_an_offset_that_is_in_the_pixels_but_not_declared() -> None:
    """The water is a tenth too bright."""
    faults = calibration_audit(_values(0.1), _seen(), water=SEA).faults
    assert any("b08 over open water" in each for each in faults)


def test_audit_finds_an_offset_that_is_declared_but_not_in_the_pixels() -> None:
    """The water is a tenth too dark, and much of the clear ground is below nothing."""
    faults = calibration_audit(_values(-0.1), _seen(), water=SEA).faults
    assert any("b04 over open water" in each for each in faults)
    assert any("below" in each for each in faults)


def test_audit_finds_it_where_there_is_no_water() -> None:
    """Vegetation is dark in red; below nothing is nothing."""
    green = decode_classification(
        np.where(chips.pixels().arrays["quality"] == 5, 4, 9), "sentinel-2"
    )
    assert green is not None
    faults = calibration_audit(_values(0.04), green, water=None).faults
    assert any("over vegetation" in each for each in faults)
    assert calibration_audit(_values(-0.06), green, water=None).faults == ()
    faults = calibration_audit(_values(-0.15), _seen(5), water=None).faults
    assert any("are below" in each for each in faults)


def test_audit_says_nothing_under_cloud() -> None:
    """What cannot be seen is not judged, and it is flagged that it was not."""
    found = calibration_audit(_values(0.1), _seen(9), water=SEA)
    assert found == Audit((), ("not-audited",))


def test_silt_is_no_missing_offset() -> None:
    """Water too bright in red alone passes with a flag; in both bands it does not."""
    water = {"b02": np.full(50, 0.12), "b04": np.full(50, 0.11), "b08": np.full(50, 0.05)}
    assert water_audit(water) == Audit((), ("water-bright",))
    both = water_audit({**water, "b08": np.full(50, 0.09)})
    assert len(both.faults) == 2
    assert both.flags == ("glint", "water-bright")
    few = {band: each[:19] for band, each in water.items()}
    assert water_audit(few) == Audit((), ("not-audited",))


CALM = optical_harbour_images.Harbour(
    5, n_looks=12, rows=90, columns=96, cloud=0.0, haze=0.0, shadow=0.0, occupancy=0.0, cranes=0
)
WHERE = optical_harbour_images.harbour_masks(CALM)


@pytest.fixture(scope="module")
def calm() -> xr.Dataset:
    """Twelve clear images of an empty harbour."""
    return optical_harbour_images.harbour_cube(CALM)[0]


@pytest.fixture(scope="module")
def ring() -> np.ndarray:
    """Land around its berth."""
    return ring_mask([WHERE["berth"], WHERE["quay"]], gsd=10.0) & WHERE["land"]


def first_frame(cube: xr.Dataset) -> Frame:
    """First image of a cube."""
    return next(iter_frames(cube))


def test_audit_rejects_an_image_without_its_offset(calm: xr.Dataset) -> None:
    """+1000 digital numbers are found by dark water, and gone after the fix (METHODS trap T1)."""
    sea = WHERE["openwater"]
    frame = first_frame(calm)
    assert frame_water_audit(frame, sea).faults == ()
    lifted = frame.with_values(frame.values + np.float32(0.1))
    faults = "; ".join(frame_water_audit(lifted, sea).faults)
    assert "offset of the processing baseline was not applied" in faults
    mended = lifted.with_values(lifted.values - np.float32(0.1))
    assert frame_water_audit(mended, sea).faults == ()
    np.testing.assert_allclose(mended.values, frame.values, atol=1e-6)
    twice = frame.with_values(frame.values - np.float32(0.1))
    assert "applied twice" in "; ".join(frame_water_audit(twice, sea).faults)


def test_audit_finds_swapped_bands(calm: xr.Dataset) -> None:
    """Water brighter in b08 than in b02 is no water: the bands lie in another order."""
    frame = first_frame(calm)
    turned = frame.with_values(frame.values[[3, 1, 2, 0]])
    faults = frame_water_audit(turned, WHERE["openwater"]).faults
    assert "bands in another order" in faults[0]


def test_ring_tells_cloud_haze_shadow_and_snow(calm: xr.Dataset, ring: np.ndarray) -> None:
    """The ground around tells weather: METHODS trap T8, its shadow trap T9, snow trap T10."""
    level = single_reference(calm, ring=ring).level
    frame = first_frame(calm)
    assert screen(frame, ring, level=level).usable
    cloudy = frame.with_values(frame.values + np.float32(0.2))
    answer = screen(cloudy, ring, level=level)
    assert not answer.usable
    assert "haze: blue of the ring is" in answer.reason
    hazy = screen(frame.with_values(frame.values + np.float32(0.04)), ring, level=level)
    assert hazy.usable
    assert "haze" in hazy.flags
    dark = screen(frame.with_values(frame.values * np.float32(0.6)), ring, level=level)
    assert "shadow" in dark.flags
    classes = np.full(frame.values.shape[1:], 11, np.uint8)
    snowed = replace(frame, scl=classes)
    assert "snow" in screen(snowed, ring, level=level).reason


def test_ring_ignores_the_classes_of_the_target(calm: xr.Dataset, ring: np.ndarray) -> None:
    """A quay classed as cloud does not hide the berth: only the ring is used (METHODS trap T8)."""
    frame = first_frame(calm)
    classes = frame.scl.copy() if frame.scl is not None else np.zeros((1, 1), np.uint8)
    classes[WHERE["quay"] | WHERE["berth"]] = 9
    assert screen(replace(frame, scl=classes), ring).usable


def test_a_frame_that_was_screened_keeps_its_answer(calm: xr.Dataset, ring: np.ndarray) -> None:
    """One image is judged once: what it carries is returned, whatever its pixels show."""
    kept = screening_from_statistics(replace(CLEAR, clear=0.5, cloud=0.5), offset={})
    frame = first_frame(calm)
    assert screen(frame, ring).usable
    assert screen(replace(frame, screening=kept), ring) is kept
