"""Bermed pits: drawn ones are counted as a range, blobs and bare fields are not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from labs.benchmarks import interval_coverage_yards_quays_depots
from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.ground.bermed_pit_detection import (
    corrected_pit_count,
    count_pits,
    draw_template,
    match_template,
    pit_observation,
    regularity,
    template_bank,
)
from skytally.imagery.measure.observation_and_evidence_line import Observation, unclear_observation
from skytally.imagery.measure.ships.hull_fit import sigma_psf

SIGMA = sigma_psf(0.26)


def field(
    places: list[tuple[int, int]], *, axis: float = 30.0, noise: float = 0.03, size: int = 60
) -> np.ndarray:
    """Bare-soil fraction of a field with 40 by 20 m pits at some pixels."""
    drawn = draw_template(40.0, 20.0, axis, gsd=10.0, sigma=SIGMA).shape
    made = np.random.default_rng(9).normal(0.0, noise, (size, size))
    half = drawn.shape[0] // 2
    for row, column in places:
        made[row - half : row + half + 1, column - half : column + half + 1] += 0.8 * drawn
    return made.astype(np.float32)


@pytest.mark.parametrize(
    "places",
    [[(30, 30)], [(20, 20), (20, 28), (20, 36)], [(20, 20), (20, 28), (29, 20), (29, 28)]],
    ids=len,
)
def test_pits_are_counted(places: list[tuple[int, int]]) -> None:
    """The range holds the number of drawn pits, and each match lies on one."""
    share = field(places)
    found = count_pits(share, share > 0.2, gsd=10.0, sigma=SIGMA)
    assert found.low <= len(places) <= found.high
    assert found.high <= len(places) + 1
    for row, column in places:
        assert min(math.hypot(each.row - row, each.column - column) for each in found.matches) < 2.5


def test_pits_in_rows_repeat() -> None:
    """The spacing of a row of pits is found."""
    share = field([(20, 12), (20, 20), (20, 28), (20, 36), (20, 44)], axis=90.0)
    repeats, spacing = regularity(np.where(share > 0.2, share, 0.0), gsd=10.0)
    assert repeats > 0.5
    assert spacing == pytest.approx(80.0, abs=10.0)


def test_untouched_ground_holds_no_pit() -> None:
    """Where nothing is called changed nothing is counted."""
    share = field([])
    found = count_pits(share, np.zeros(share.shape, bool), gsd=10.0, sigma=SIGMA)
    assert (found.low, found.high, found.matches) == (0, 0, ())


def test_a_wide_bare_field_is_no_pit() -> None:
    """A field ploughed over 300 by 300 m is surely no pit, and at most its corners may be."""
    share = field([])
    share[15:45, 15:45] += 0.8
    found = count_pits(share, share > 0.2, gsd=10.0, sigma=SIGMA)
    assert found.low == 0
    assert found.high <= 4


def test_holes_are_no_ground_laid_bare() -> None:
    """Unclear pixels count as undisturbed."""
    share = field([(30, 30)])
    share[:10] = np.nan
    assert count_pits(share, share > 0.2, gsd=10.0, sigma=SIGMA).high == 1


def test_every_template_matches_itself() -> None:
    """Each drawn pit correlates with itself by 1, at the strength it was drawn with."""
    for drawn in list(template_bank(gsd=10.0, sigma=SIGMA))[::17]:
        score, strength = match_template(np.pad(0.6 * drawn.shape, 4), drawn)
        middle = tuple(each // 2 for each in score.shape)
        assert score[middle] == pytest.approx(1.0, abs=1e-6)
        assert strength[middle] == pytest.approx(0.6, abs=1e-6)


@pytest.mark.slow
def test_pits_of_made_up_depots() -> None:
    """On 40 simulated images, half of them judged, the corrected range holds the number in 0.8."""
    _, held = interval_coverage_yards_quays_depots.pit_ranges(40, 18)
    assert held >= 0.8


def test_pits_refuse_other_shapes() -> None:
    """Share and changed ground of different grids are refused."""
    with pytest.raises(DataError, match="give the same grid"):
        count_pits(field([]), np.zeros((3, 3), bool), gsd=10.0, sigma=SIGMA)


@pytest.mark.parametrize(("p_detect", "false"), [(0.0, 1.0), (1.2, 1.0), (0.5, -1.0)])
def test_corrected_refuses(p_detect: float, false: float) -> None:
    """Chances outside 0 to 1 and matches below 0 are refused."""
    with pytest.raises(DataError, match="give 0 to 1, and 0 or more"):
        corrected_pit_count(1.0, 2.0, p_detect=p_detect, false_matches=false)


@pytest.mark.parametrize(
    ("state", "ends", "told"),
    [
        (n.COUNTED, (2.0, 5.0), (3.5, 2.0, 5.0, n.COUNTED)),
        (n.COUNTED, (0.0, 0.0), (0.0, 0.0, 0.0, n.NOTHING_SEEN)),
        (n.NOTHING_SEEN, (0.0, 0.0), (0.0, 0.0, 0.0, n.NOTHING_SEEN)),
    ],
)
def test_a_row_of_pits_is_the_range_of_its_look(
    state: str, ends: tuple[float, float], told: tuple[float, float, float, str]
) -> None:
    """Bare ground may hold no pit; an image that could not tell says nothing of pits either."""
    when, area = np.datetime64("2023-08-01", "ns"), 900.0 if state == n.COUNTED else 0.0
    details = dict(zip(("pits_low", "pits_high"), ends, strict=True))
    row = pit_observation(
        Observation(when, "", area, area, area, "m2", 0.9, 0.01, state, "", details=details)
    )
    assert (row.value, row.low, row.high, row.state) == told
    assert row.unit == "pits"
    fog = pit_observation(unclear_observation(when, "fog", unit="m2"))
    assert (fog.state, fog.unit, fog.reason) == (n.UNCLEAR, "pits", "fog")
