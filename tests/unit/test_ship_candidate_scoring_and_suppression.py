"""Candidates of ships: the score asks for the ratio of ships; wakes and doubles go."""

from __future__ import annotations

from skytally.imagery.measure.ships.hull_fit import Rectangle
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import (
    FREE,
    Candidate,
    ratio_score,
    without_overlaps,
    without_wakes,
)


def test_ratio_score_asks_for_the_ratio_of_ships() -> None:
    """A pier twenty times as long as wide and a square block are no usual ships."""
    assert ratio_score(120.0, 19.0, slack=2.0) > 0.99
    assert ratio_score(400.0, 12.0, slack=2.0) < 0.05
    assert ratio_score(100.0, 80.0, slack=2.0) < 0.01


def candidate(
    row: float, column: float, *, axis: float, contrast: float, score: float
) -> Candidate:
    """Make a candidate of 60 by 12 m."""
    return Candidate(Rectangle(row, column, 60.0, 12.0, axis), 50.0, 70.0, FREE, score, contrast)


def test_without_wakes_drops_faint_pieces_in_line_with_a_ship() -> None:
    """Foam astern goes; a faint boat abeam and a ship as bright in the same fairway stay."""
    ship = candidate(20, 20, axis=0.0, contrast=0.2, score=0.9)
    foam = candidate(45, 21, axis=5.0, contrast=0.05, score=0.8)
    abeam = candidate(20, 45, axis=0.0, contrast=0.05, score=0.7)
    follows = candidate(45, 20, axis=0.0, contrast=0.18, score=0.6)
    left = without_wakes([ship, foam, abeam, follows], gsd=10.0)
    assert left == [ship, abeam, follows]


def test_thinned_keeps_the_better_of_two() -> None:
    """Two candidates on one hull: the better one stays."""
    good = candidate(20, 20, axis=0.0, contrast=0.2, score=0.9)
    worse = candidate(20.5, 20, axis=4.0, contrast=0.2, score=0.5)
    apart = candidate(40, 40, axis=0.0, contrast=0.2, score=0.4)
    assert without_overlaps([worse, apart, good], (60, 60), gsd=10.0) == [good, apart]
