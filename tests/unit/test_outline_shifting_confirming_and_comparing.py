"""Editing of outlines: displaced, confirmed, compared."""

from __future__ import annotations

import numpy as np
import pytest

from skytally.imagery.sites.outline_shifting_confirming_and_comparing import (
    Displacement,
    confirm_outlines,
    displace_outlines,
    is_window_outline,
    outline_changes,
)
from skytally.imagery.sites.site_model import CONFIRMED, TO_CONFIRM, Site
from tests.support import made_up_outlines as drawn_sites


def _middle(site: Site) -> np.ndarray:
    from skytally.imagery.sites.outline_geometry_and_ring_faults import rings_in_metres

    return np.vstack(rings_in_metres(site.outlines[0], site)).mean(axis=0)


def test_moved_by_metres() -> None:
    """An outline moves by the requested distance, to a tenth of a metre, and says so."""
    site = drawn_sites.site(drawn_sites.outline())
    after = displace_outlines(site, Displacement(120, -40))
    assert _middle(after) - _middle(site) == pytest.approx([120, -40], abs=0.2)
    assert after.outlines[0].digitised_from == "made up; moved 120 m east and -40 m north"
    assert after.outlines[0].status == TO_CONFIRM


def test_moved_back_is_where_it_was() -> None:
    """A move and its opposite leave nothing but the words."""
    site = drawn_sites.site(
        drawn_sites.outline(),
        drawn_sites.outline([(x / 2, y) for x, y in drawn_sites.SQUARE], name="other"),
    )
    there = displace_outlines(site, Displacement(120, -40, 30))
    # the turn comes first, so the way back is shift, then turn
    back = displace_outlines(
        displace_outlines(there, Displacement(-120, 40)), Displacement(clockwise_deg=-30)
    )
    assert outline_changes(site.outlines, back.outlines, site) == []
    assert outline_changes(site.outlines, there.outlines, site) != []


def test_moved_turns_clockwise_with_its_axis() -> None:
    """North turned by ninety degrees is east, and the axis turns along."""
    tall = [(1000, 1000), (1100, 1000), (1100, 3000), (1000, 3000), (1000, 1000)]
    site = drawn_sites.site(drawn_sites.outline(tall, axis_deg=170.0))
    (after,) = displace_outlines(site, Displacement(clockwise_deg=90)).outlines
    corners = np.array(after.geometry["coordinates"][0])
    assert np.ptp(corners[:, 0]) > 10 * np.ptp(corners[:, 1])
    # the corner that was in the north is in the east now
    assert corners[2, 0] > corners[:, 0].max() - 1e-3
    assert after.axis_deg == pytest.approx(80)


def test_moved_only_the_kinds_asked_for() -> None:
    """Others stay, and so does an outline that is the window itself."""
    whole = [(0, 0), (6000, 0), (6000, 6000), (0, 6000), (0, 0)]
    water = drawn_sites.outline(
        [(float(x), float(y)) for x, y in whole], kind="openwater", name="water"
    )
    site = drawn_sites.site(
        drawn_sites.outline(), drawn_sites.outline(kind="quay", name="quay"), water
    )
    assert is_window_outline(water, site)
    after = displace_outlines(site, Displacement(100, 0), kinds=frozenset({"quay"}))
    assert [a == b for a, b in zip(site.outlines, after.outlines, strict=True)] == [
        True, False, True,
    ]  # fmt: skip
    everything = displace_outlines(site, Displacement(100, 0))
    assert everything.outlines[2] == water
    assert everything.outlines[0] != site.outlines[0]
    assert displace_outlines(drawn_sites.site(water), Displacement(100, 0)) == drawn_sites.site(
        water
    )


def test_confirmed_says_how_well() -> None:
    """Status and uncertainty change together, on the kinds asked for."""
    site = drawn_sites.site(drawn_sites.outline(), drawn_sites.outline(kind="quay", name="quay"))
    after = confirm_outlines(site, pos_sigma_m=10.0, kinds=frozenset({"quay"}))
    assert [each.status for each in after.outlines] == [TO_CONFIRM, CONFIRMED]
    assert [each.pos_sigma_m for each in after.outlines] == [500.0, 10.0]


def test_changes_name_what_differs() -> None:
    """New, removed, moved, resized and confirmed outlines are reported, each by its name."""
    site = drawn_sites.site(drawn_sites.outline(), drawn_sites.outline(name="gone"))
    bigger = [(x * 2, y * 2) for x, y in drawn_sites.SQUARE]
    after = [drawn_sites.outline(bigger, status=CONFIRMED), drawn_sites.outline(name="new")]
    new, gone, changed = outline_changes(site.outlines, after, site)
    assert (new, gone) == ("'new' is new", "'gone' is gone")
    assert "its middle moved 1500 m east and 1500 m north" in changed
    assert "its area went from 1,000,000 to 4,000,000 square metres" in changed
    assert f"status went from {TO_CONFIRM} to {CONFIRMED}" in changed
