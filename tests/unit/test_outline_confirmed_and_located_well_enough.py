"""Whether an outline can be measured: confirmed, known well enough, with its axis."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skytally.imagery.pipeline.outline_confirmed_and_located_well_enough import (
    measuring_obstacle,
    width_m,
)
from skytally.imagery.sites.site_model import TO_CONFIRM
from tests.support.rectangular_test_sites import MIDDLE, outline, site


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({}, ""),
        ({"status": TO_CONFIRM}, "to be confirmed on imagery: it is known to about 5 m"),
        ({"pos_sigma_m": 30.0}, "known to 30 m only, too little for something 40 m wide"),
        ({"axis_deg": None}, "no axis; write axis_deg"),
    ],
)
def test_obstacle_says_what_is_missing(words: dict[str, object], told: str) -> None:
    """Only a confirmed outline, well enough known, with its axis is measured."""
    berth = replace(outline("berth", MIDDLE, 90.0, (300.0, 40.0)), **words)
    said = measuring_obstacle(berth, site(berth))
    assert told in said
    assert bool(said) == bool(told)


def test_tracks_must_be_known_better_than_a_quay() -> None:
    """A bundle of tracks is 16 m wide, and its lines are 5 m apart."""
    bundle = outline("track", MIDDLE, 98.0, (600.0, 16.0))
    told = measuring_obstacle(bundle, site(bundle))
    assert told == (
        "its outline is known to 5 m only; lines of tracks 5 m apart must be known to 3 m"
    )
    assert not measuring_obstacle(replace(bundle, pos_sigma_m=3.0), site(bundle))


def test_width_is_the_shorter_side() -> None:
    """Metres on the ground, not degrees."""
    quay = outline("quay", MIDDLE, 90.0, (300.0, 40.0))
    assert width_m(quay, site(quay)) == pytest.approx(40.0, abs=0.5)


def test_width_of_an_oblique_outline_is_its_width() -> None:
    """A box around a quay that lies askew is wider than the quay."""
    quay = outline("quay", MIDDLE, 45.0, (300.0, 40.0))
    assert width_m(quay, site(quay)) == pytest.approx(40.0, abs=0.5)
    assert "too little for something 40 m wide" in measuring_obstacle(
        replace(quay, pos_sigma_m=30.0), site(quay)
    )
