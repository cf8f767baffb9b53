"""From confirmed outlines to masks: what is ready, where the tracks lie, which side is the sea."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from rasterio.warp import transform_geom

from skytally.core.errors import DataError
from skytally.imagery.pipeline.site_masks import extent_m, not_ready, place, seaward, track_lines
from skytally.imagery.sites.site_register import CONFIRMED, TO_CONFIRM, Outline, Site
from tests.support import chips
from tests.support.simulated import turned

MIDDLE = chips.WEST + 600.0, chips.NORTH - 600.0


def outline(
    kind: str,
    at: tuple[float, float],
    axis: float | None,
    sides: tuple[float, float],
    **words: object,
) -> Outline:
    """Make a confirmed rectangle about a point."""
    corners = turned(*at, axis or 0.0, sides)
    ring = [list(each) for each in (*corners, corners[0])]
    square = {"type": "Polygon", "coordinates": [ring]}
    there = transform_geom(f"EPSG:{chips.EPSG}", "EPSG:4326", square, precision=9)
    made = Outline(kind, f"the {kind}", there, "made up", 5.0, CONFIRMED, axis)
    return replace(made, **words)


def site(*outlines: Outline) -> Site:
    """Make a site of 1,200 m with some outlines."""
    return replace(chips.site(), outlines=outlines)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({}, ""),
        ({"status": TO_CONFIRM}, "to be confirmed on imagery: it is known to about 5 m"),
        ({"pos_sigma_m": 30.0}, "known to 30 m only, too little for something 40 m wide"),
        ({"axis_deg": None}, "no axis; write axis_deg"),
    ],
)
def test_not_ready_says_what_is_missing(words: dict[str, object], told: str) -> None:
    """Only a confirmed outline, well enough known, with its axis is measured."""
    berth = replace(outline("berth", MIDDLE, 90.0, (300.0, 40.0)), **words)
    said = not_ready(berth, site(berth))
    assert told in said
    assert bool(said) == bool(told)


def test_tracks_must_be_known_better_than_a_quay() -> None:
    """A bundle of tracks is 16 m wide, and its lines are 5 m apart."""
    bundle = outline("track", MIDDLE, 98.0, (600.0, 16.0))
    told = not_ready(bundle, site(bundle))
    assert told == (
        "its outline is known to 5 m only; lines of tracks 5 m apart must be known to 3 m"
    )
    assert not not_ready(replace(bundle, pos_sigma_m=3.0), site(bundle))


def test_extent_is_the_shorter_side() -> None:
    """Metres on the ground, not degrees."""
    quay = outline("quay", MIDDLE, 90.0, (300.0, 40.0))
    assert extent_m(quay, site(quay)) == pytest.approx(40.0, abs=0.5)


def test_extent_of_an_oblique_outline_is_its_width() -> None:
    """A box around a quay that lies askew is wider than the quay."""
    quay = outline("quay", MIDDLE, 45.0, (300.0, 40.0))
    assert extent_m(quay, site(quay)) == pytest.approx(40.0, abs=0.5)
    assert "too little for something 40 m wide" in not_ready(
        replace(quay, pos_sigma_m=30.0), site(quay)
    )


def test_place_reads_around_its_outline_and_keeps_the_ring_off_everything() -> None:
    """The target is the outline; the ring touches neither it nor its neighbour."""
    berth = outline("berth", MIDDLE, 90.0, (200.0, 40.0))
    quay = outline("quay", (MIDDLE[0], MIDDLE[1] + 60.0), 90.0, (200.0, 60.0))
    made = place(site(berth, quay), berth, gsd=10.0)
    assert np.count_nonzero(made.target) == pytest.approx(80, abs=6)
    assert not (made.ring & made.others).any()
    assert made.others.sum() > made.target.sum()
    assert made.window[0].start % 2 == made.window[1].start % 2 == 0


def test_place_refuses_an_outline_smaller_than_two_pixels() -> None:
    """One clear error, with the file to edit."""
    tiny = outline("berth", MIDDLE, 90.0, (8.0, 8.0), pos_sigma_m=1.0)
    with pytest.raises(DataError, match="pixels of 10 m; draw it larger in data/sites/here"):
        place(site(tiny), tiny, gsd=10.0)


@pytest.mark.parametrize(("axis", "towards"), [(90.0, 180.0), (0.0, 90.0), (30.0, 120.0)])
def test_seaward_is_away_from_the_quay(axis: float, towards: float) -> None:
    """Across the berth's axis, on the side where no quay is."""
    bearing = math.radians(towards)
    behind = MIDDLE[0] - 40.0 * math.sin(bearing), MIDDLE[1] - 40.0 * math.cos(bearing)
    berth = outline("berth", MIDDLE, axis, (200.0, 40.0))
    quay = outline("quay", behind, axis, (200.0, 40.0))
    assert seaward(berth, site(berth, quay)) == pytest.approx(towards)


def test_seaward_refuses_a_berth_without_a_quay() -> None:
    """Which side is the sea is never guessed."""
    berth = outline("berth", MIDDLE, 90.0, (200.0, 40.0))
    with pytest.raises(DataError, match="no quay beside the berth"):
        seaward(berth, site(berth))


def test_track_lines_fill_a_bundle_along_its_axis() -> None:
    """As many parallel tracks as have room, as long as the outline."""
    bundle = outline("track", MIDDLE, 98.0, (600.0, 16.0))
    lines = track_lines(bundle, site(bundle))
    assert len(lines) == 3
    for line in lines:
        east, north = line[1] - line[0]
        assert math.hypot(east, north) == pytest.approx(600.0, abs=3.0)
        assert math.degrees(math.atan2(east, north)) % 180.0 == pytest.approx(98.0, abs=0.5)
    along, between = lines[0][1] - lines[0][0], lines[1][0] - lines[0][0]
    apart = (along[0] * between[1] - along[1] * between[0]) / math.hypot(*along)
    assert abs(apart) == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize(
    ("sides", "axis", "told"),
    [
        ((600.0, 60.0), 90.0, "room for 12 tracks; draw one outline for each bundle"),
        ((50.0, 20.0), 90.0, "no track of 60 m fits along 90 degrees"),
        ((600.0, 16.0), None, "no axis; write axis_deg"),
    ],
)
def test_track_lines_refuse_what_is_no_bundle(
    sides: tuple[float, float], axis: float | None, told: str
) -> None:
    """Too wide, too short, or without direction."""
    bundle = outline("track", MIDDLE, axis, sides)
    with pytest.raises(DataError, match=told):
        track_lines(bundle, site(bundle))
