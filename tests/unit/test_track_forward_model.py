"""Forward model of a track: the light of cars in a corridor, blurred, with its ring and bearing."""

from __future__ import annotations

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.rail.track_forward_model import (
    BODY,
    CAR_WIDTH,
    blurred_box,
    lay_corridor,
)
from tests.support.made_up_straight_rail_tracks import SIGMA, X, Y, straight


def test_blurred_box_holds_all_its_light() -> None:
    """The light of a car over points a metre apart is its area."""
    across = np.arange(-200.0, 201.0)
    x, y = np.meshgrid(across, across)
    assert blurred_box(x, y, 12.75, 3.1, SIGMA).sum() == pytest.approx(12.75 * 3.1, rel=1e-6)


def test_corridor_light_is_the_area_of_the_cars() -> None:
    """A full yard covers length times width of a car times the part of it that is body."""
    tracks = straight(2, length=600.0)
    assert tracks.length == pytest.approx(1200.0)
    assert tracks.light.sum() * 100 == pytest.approx(1200.0 * CAR_WIDTH * BODY, rel=0.02)


def test_corridor_ring_lies_beside_the_tracks() -> None:
    """The stable ring starts beyond the tracks and ends 60 m from them."""
    tracks = straight(1)
    distance = np.abs(np.nonzero(tracks.ring)[0] * 10.0 + 5.0 - 200.0)
    assert distance.max() <= 70.0
    assert not (tracks.ring & tracks.pixels).any()


def test_corridor_knows_its_bearing() -> None:
    """Tracks from west to east bear 90 degrees."""
    assert straight(3).axis_deg == pytest.approx(90.0)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "0 tracks; give 1 to 8"),
        ([np.array([[0.0, 0.0], [600.0, 0.0]])] * 9, "9 tracks; give 1 to 8"),
        ([np.array([[0.0, 0.0], [40.0, 0.0]])], "track 1 is shorter than 60 m"),
        ([np.array([[0.0, 0.0, 1.0]])], "give points"),
        ([np.array([[0.0, 0.0], [600.0, 0.0]])], "outside the cube; check their coordinates"),
    ],
)
def test_corridor_refuses(lines: list, words: str) -> None:
    """Tracks that cannot be laid over the cube are refused with what to do."""
    with pytest.raises(DataError, match=words):
        lay_corridor(lines, X, Y, sigma=SIGMA)
