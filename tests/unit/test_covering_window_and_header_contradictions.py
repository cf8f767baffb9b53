"""Window of a raster: its whole pixels, turned grids, and headers that contradict an item."""

from __future__ import annotations

import affine
import pytest

from skytally.core.errors_and_fault_lists import AcquisitionError
from skytally.imagery.acquire.byte_range_reader_and_window_geometry import (
    covering_window,
    header_contradictions,
)
from tests.support import simulated_scenes_and_sites as chips


@pytest.mark.parametrize("shift", [0.0, 0.004, -0.004])
def test_window_snaps_to_edges_that_are_nearly_met(shift: float) -> None:
    """A grid of floating-point numbers costs no extra pixel."""
    grid = affine.Affine(10, 0, 500_000 + shift, 0, -10, 4_700_000)
    assert covering_window(grid, (500_100, 4_699_900, 500_200, 4_700_000)) == (0, 10, 10, 10)


def test_window_covers_bounds_that_lie_between_pixels() -> None:
    """Landsat's corners lie half a pixel off: one more pixel holds the site."""
    grid = affine.Affine(30, 0, 499_995 + 600, 0, -30, 4_700_005)
    assert covering_window(grid, (500_580, 4_699_900, 500_640, 4_700_000)) == (0, -1, 4, 3)


def test_window_of_a_turned_grid_is_refused() -> None:
    """North is up in all that is read."""
    with pytest.raises(AcquisitionError, match="turned"):
        covering_window(affine.Affine(10, 1, 0, 0, -10, 0), (0, 0, 10, 10))


def test_contradictions_of_nothing_stated_are_none() -> None:
    """An item that says nothing is not contradicted."""
    assert not header_contradictions(
        chips.asset("b02", "x"),
        transform=affine.Affine.identity(),
        shape=(1, 1),
        dtype="uint8",
        epsgs=(None, 32652),
    )
