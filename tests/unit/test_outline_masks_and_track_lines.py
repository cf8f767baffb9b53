"""Masks of an outline: target, stable ground, open water, tracks, and which side is the sea."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.pipeline.outline_masks_and_track_lines import (
    outline_area,
    seaward_bearing,
    track_lines,
)
from skytally.imagery.sites.site_model import TO_CONFIRM
from tests.support.rectangular_test_sites import MIDDLE, outline, site


def test_outline_area_reads_around_its_outline_and_keeps_the_ring_off_everything() -> None:
    """The target is the outline; the ring touches neither it nor its neighbour."""
    berth = outline("berth", MIDDLE, 90.0, (200.0, 40.0))
    quay = outline("quay", (MIDDLE[0], MIDDLE[1] + 60.0), 90.0, (200.0, 60.0))
    made = outline_area(site(berth, quay), berth, gsd=10.0)
    assert np.count_nonzero(made.target) == pytest.approx(80, abs=6)
    assert not (made.ring & made.others).any()
    assert made.others.sum() > made.target.sum()
    assert made.window[0].start % 2 == made.window[1].start % 2 == 0


def test_outline_area_refuses_an_outline_smaller_than_two_pixels() -> None:
    """One clear error, with the file to edit."""
    tiny = outline("berth", MIDDLE, 90.0, (8.0, 8.0), pos_sigma_m=1.0)
    with pytest.raises(DataError, match="pixels of 10 m; draw it larger in data/sites/here"):
        outline_area(site(tiny), tiny, gsd=10.0)


@pytest.mark.parametrize(("axis", "towards"), [(90.0, 180.0), (0.0, 90.0), (30.0, 120.0)])
def test_seaward_is_away_from_the_quay(axis: float, towards: float) -> None:
    """Across the berth's axis, on the side where no quay is."""
    bearing = math.radians(towards)
    behind = MIDDLE[0] - 40.0 * math.sin(bearing), MIDDLE[1] - 40.0 * math.cos(bearing)
    berth = outline("berth", MIDDLE, axis, (200.0, 40.0))
    quay = outline("quay", behind, axis, (200.0, 40.0))
    assert seaward_bearing(berth, site(berth, quay)) == pytest.approx(towards)


def test_seaward_refuses_a_berth_without_a_quay() -> None:
    """Which side is the sea is never guessed."""
    berth = outline("berth", MIDDLE, 90.0, (200.0, 40.0))
    with pytest.raises(DataError, match="no quay beside the berth"):
        seaward_bearing(berth, site(berth))


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


def test_drawn_ground_and_water_take_the_place_of_the_ring() -> None:
    """Confirmed outlines of stable ground and open water are the masks, off all that changes."""
    berth = outline("berth", MIDDLE, 90.0, (200.0, 40.0))
    ground = outline("stable", (MIDDLE[0], MIDDLE[1] + 200.0), 90.0, (300.0, 300.0))
    water = outline("openwater", (MIDDLE[0] + 200.0, MIDDLE[1] - 350.0), 90.0, (300.0, 200.0))
    drawn = outline_area(site(berth, ground, water), berth, gsd=10.0)
    assert drawn.ring_is_drawn
    assert drawn.water is not None
    assert np.count_nonzero(drawn.water) == pytest.approx(600, abs=60)
    # 300 by 300 m, of which what lies within 50 m of the berth is left out
    assert 500 < np.count_nonzero(drawn.ring) < 900
    assert not (drawn.ring & drawn.water).any()
    usual = outline_area(site(berth), berth, gsd=10.0)
    assert (usual.ring_is_drawn, usual.water) == (False, None)
    rows = np.flatnonzero(drawn.ring.any(axis=1))
    assert rows.max() < np.flatnonzero(drawn.target.any(axis=1)).min()


@pytest.mark.parametrize(
    "words", [{"status": TO_CONFIRM}, {"pos_sigma_m": 100.0}, {"far": True}, {"small": True}]
)
def test_drawn_ground_that_is_of_no_use_is_not_taken(words: dict[str, object]) -> None:
    """Not confirmed, placed too badly, too far away, or a few pixels: the ring is taken."""
    berth = outline("berth", (MIDDLE[0] - 500.0, MIDDLE[1]), 90.0, (100.0, 40.0))
    away = 12_000.0 if words.pop("far", False) else 200.0
    side = 60.0 if words.pop("small", False) else 300.0
    ground = outline("stable", (berth_x(away), MIDDLE[1] + 200.0), 90.0, (side, side), **words)
    wide = replace(site(berth, ground), grid=replace(site().grid, bounds=WIDE))
    assert not outline_area(wide, berth, gsd=10.0).ring_is_drawn


WIDE = (600_000, 4_678_800, 615_000, 4_680_000)


def berth_x(away: float) -> float:
    """East of a point some metres from the berth."""
    return MIDDLE[0] - 500.0 + away


def test_ground_drawn_beyond_the_usual_window_widens_it() -> None:
    """What was drawn within 1,500 m is read, however far the window usually reaches."""
    berth = outline("berth", (MIDDLE[0] - 500.0, MIDDLE[1]), 90.0, (100.0, 40.0))
    ground = outline("stable", (berth_x(1300.0), MIDDLE[1]), 90.0, (200.0, 200.0))
    wide = replace(site(berth, ground), grid=replace(site().grid, bounds=WIDE))
    drawn = outline_area(wide, berth, gsd=10.0)
    assert drawn.ring_is_drawn
    assert drawn.ring.shape[1] > 120
    assert drawn.ring.shape == drawn.target.shape == drawn.others.shape
    assert np.count_nonzero(drawn.ring) == pytest.approx(400, abs=40)
