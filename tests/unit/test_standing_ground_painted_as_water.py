"""Standing ground painted as water: made-up quays with a corner, made-up ships, made-up history."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from skytally.core import DataError
from skytally.imagery.cube import Frame, iter_frames
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.measure.ships.harbour_ship_detection import swept_image, water_residual
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import (
    ALONGSIDE,
    Candidate,
)
from skytally.imagery.measure.ships.standing_ground_painted_as_water import (
    painted,
    pixel_shares,
    standing_from_history,
    standing_from_outline,
)
from skytally.imagery.simulate import optical_harbour_images, ship_drawing

ROWS, COLUMNS, FINER = 90, 100, 5
QUAY_M = 353.0
"""Where the quay's edge lies: not on the edge of a pixel."""


def fine_ground() -> np.ndarray:
    """Land along the upper edge with a pier, on pixels of 2 m."""
    land = np.zeros((ROWS * FINER, COLUMNS * FINER), bool)
    land[: int(QUAY_M / 2)] = True
    land[: int(QUAY_M / 2) + 100, 380:420] = True
    return land


def quay_image(seed: int, ship: ship_drawing.ShipDrawing | None = None) -> Frame:
    """Make an image of the quay, 10 m pixels, dims (band, y, x)."""
    rng = np.random.default_rng(seed)
    share = pixel_shares(fine_ground(), finer=FINER)
    rough = 1.0 + 0.05 * rng.normal(size=share.shape)
    concrete, water = (each[:, None, None] for each in (optical_harbour_images.CONCRETE,
                                                        optical_harbour_images.WATER))  # fmt: skip
    image = water + share * (concrete * rough - water)
    image = np.stack([ndimage.gaussian_filter(each, 0.52) for each in image])
    image = (image + rng.normal(0, 0.004, image.shape)).astype(np.float32)
    if ship is not None:
        ship_drawing.paint_sprite(image, ship_drawing.draw_ship(ship, (ROWS, COLUMNS), rng))
    return Frame(
        image, ship_drawing.BANDS, None, np.datetime64("2023-08-27", "ns"), "made-up", "", 10.0
    )


MOORED = ship_drawing.ShipDrawing(400.0, QUAY_M + 11.0, 92.0, 18.0, 90.0)
"""A hull too short to be told from the steps of the shore itself."""


def at_quay(found: list[Candidate]) -> list[Candidate]:
    """Select the counted detections at the moored ship."""
    return [
        each
        for each in found
        if each.score >= 0.35
        and abs((each.place.column + 0.5) * 10 - MOORED.x) < 40
        and abs((each.place.row + 0.5) * 10 - MOORED.y) < 15
    ]


def outline() -> np.ndarray:
    """Share of each pixel inside the outline of the quay."""
    return pixel_shares(fine_ground(), finer=FINER)


def test_a_moored_hull_lies_free_once_the_quay_is_painted() -> None:
    """Without the outline a short hull at the quay is missed; with it it is found alongside."""
    frame = quay_image(1, MOORED)
    assert not at_quay(swept_image(frame).found)
    swept = swept_image(frame, standing=standing_from_outline(outline()))
    (one,) = at_quay(swept.found)
    assert one.kind == ALONGSIDE
    assert one.place.length == pytest.approx(MOORED.length, abs=20.0)
    assert "no-history" not in swept.flags


def test_a_painted_quay_without_a_ship_shows_none() -> None:
    """Quay, corner and pier leave nothing behind that is counted."""
    swept = swept_image(quay_image(2), standing=standing_from_outline(outline()))
    assert [each for each in swept.found if each.score >= 0.35] == []


@pytest.mark.parametrize("moved", [(2, -2), (-3, 2)], ids=str)
def test_an_outline_is_aligned_to_better_than_half_a_pixel(moved: tuple[int, int]) -> None:
    """A displaced outline, by fifths of a pixel, is moved back; what is left is told."""
    frame = quay_image(3, MOORED)
    shifted = pixel_shares(np.roll(fine_ground(), moved, axis=(0, 1)), finer=FINER)
    done = painted(frame.values, water_residual(frame), standing_from_outline(shifted))
    assert done.reason == ""
    assert done.registration.rows == pytest.approx(moved[0] / FINER, abs=0.2)
    assert done.registration.columns == pytest.approx(moved[1] / FINER, abs=0.2)
    assert 0.0 < done.left_m < 5.0


def test_an_outline_that_lies_elsewhere_is_not_painted() -> None:
    """Thirty metres off is another fault: the image is swept as it is, and that is said."""
    frame = quay_image(4)
    far = np.roll(outline(), (3, 3), axis=(0, 1))
    swept = swept_image(frame, standing=standing_from_outline(far))
    assert "unpainted" in swept.flags
    assert swept.reason
    assert "offset_left_m" not in swept.details


def test_past_images_show_what_always_stands() -> None:
    """Ships at the quay are found against past images; moving cranes on an empty quay are not."""
    harbour = optical_harbour_images.Harbour(
        7, n_looks=16, empty_until=11, occupancy=0.6, cloud=0.0, haze=0.0, shadow=0.0
    )
    cube, truth = optical_harbour_images.harbour_cube(harbour)
    where = optical_harbour_images.harbour_masks(harbour)
    until = truth["time"].to_numpy()[10]
    (known,) = references(cube, ring=where["land"], until=until).values()
    ground = standing_from_history(known)
    assert ground.share[where["land"]].mean() > 0.95
    assert ground.share[where["openwater"]].mean() < 0.01
    # the blur of the quay reaches out to where hulls lie, and is no ground
    assert ((ground.share > 0.0) & (ground.share < 0.5)).sum() > 20
    frames = list(iter_frames(cube))
    berth = ndimage.binary_dilation(where["berth"], iterations=2)
    seen, there = [], truth["ships"].to_numpy() > 0
    for at in (10, *np.flatnonzero(there)):
        found = swept_image(frames[at], standing=ground).found
        places = [e.place for e in found if e.score >= 0.35]
        seen.append(any(berth[round(p.row), round(p.column)] for p in places))
    assert not seen[0]
    # one of four, of 15 m beam, is a pixel wide once its quay is taken off
    assert sum(seen[1:]) >= 3


def test_what_is_no_ground_is_refused() -> None:
    """Another grid, no shares, parts of a pixel, other bands: each is told."""
    frame = quay_image(5)
    with pytest.raises(DataError, match="make it on the image's own grid"):
        painted(frame.values, water_residual(frame), standing_from_outline(np.zeros((4, 4))))
    for wrong in (np.full((3, 3), 2.0), np.full((3, 3), np.nan), np.zeros(3)):
        with pytest.raises(DataError, match="give shares from 0 to 1"):
            standing_from_outline(wrong)
    with pytest.raises(DataError, match="give a whole number of pixels"):
        pixel_shares(np.zeros((7, 10), bool), finer=5)


def test_craft_that_are_not_told_apart_are_flagged() -> None:
    """A raft of craft of no one hull's form is not counted, and the row says so."""
    frame = quay_image(6)
    frame.values[:, 58:70, 60:70] += 0.2
    swept = swept_image(frame)
    assert "packed-craft" in swept.flags
    assert swept.details["unresolved"] == 1.0
    assert "packed-craft" not in swept_image(quay_image(6)).flags
