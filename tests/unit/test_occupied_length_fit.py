"""The fit of occupied length: planted trains are found, nothing is nothing, and twice the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.rail.occupancy_solver import solve_occupancy
from skytally.imagery.measure.rail.occupied_length_fit import (
    CarContrast,
    CorridorNoise,
    car_contrast,
    invert_occupancy,
)
from skytally.imagery.measure.rail.track_forward_model import Corridor
from tests.support.made_up_straight_rail_tracks import straight


def plain_noise(tracks: Corridor, size: float = 0.004) -> CorridorNoise:
    """Independent noise of one standard deviation along the corridor."""
    flat = np.full(tracks.light.shape[0], size)
    return CorridorNoise(flat, flat, np.zeros((flat.size, 1)))


def test_occupancies_equal_scipy() -> None:
    """The batch solver finds what scipy's bounded least squares finds, case by case."""
    tracks = straight(3)
    rng = np.random.default_rng(5)
    truth = (rng.random(tracks.metres.size) < 0.5).astype(float)
    levels = np.array([-0.08, 0.05, -0.12])
    seen = tracks.light @ (truth[:, None] * -0.08) + rng.normal(0, 0.004, (len(tracks.light), 3))
    noise = rng.uniform(0.003, 0.006, len(tracks.light))
    found, misfit = solve_occupancy(tracks.light, tracks.rough, seen, noise, levels, smooth=2.25)
    for k, level in enumerate(levels):
        matrix = np.vstack([level * tracks.light / noise[:, None], 1.5 * tracks.rough])
        wanted = np.concatenate([seen[:, k] / noise, np.zeros(len(tracks.rough))])
        other = optimize.lsq_linear(matrix, wanted, (0.0, 1.0), tol=1e-12)
        assert found[:, k] == pytest.approx(other.x, abs=0.01)
        assert misfit[k] == pytest.approx(2.0 * other.cost, rel=1e-3)


def test_occupied_finds_a_planted_train() -> None:
    """A train of 300 m on one of four tracks comes back within 15 percent."""
    tracks = straight(4)
    truth = np.zeros(tracks.metres.size)
    truth[np.flatnonzero(tracks.track == 1)[4:14]] = 1.0
    rng = np.random.default_rng(2)
    seen = tracks.light @ truth * -0.08 + rng.normal(0.0, 0.004, len(tracks.light))
    found = invert_occupancy(tracks, seen, plain_noise(tracks), known=car_contrast(-0.08))
    assert found.shown
    assert found.metres == pytest.approx(300.0, rel=0.15)
    assert found.low <= 300.0 <= found.high
    assert found.car_contrast == pytest.approx(-0.08, rel=0.2)


def test_occupied_of_nothing_is_nothing() -> None:
    """An anomaly of 0 everywhere shows nothing, and still says what may have been missed."""
    tracks = straight(2)
    found = invert_occupancy(
        tracks, np.zeros(len(tracks.light)), plain_noise(tracks), known=car_contrast()
    )
    assert not found.shown
    assert found.metres == pytest.approx(0.0, abs=20.0)
    assert found.high > 0.0


def test_occupied_is_blind_to_cars_of_the_ballast_colour() -> None:
    """Cars without contrast leave no trace: the fit does not invent them."""
    tracks = straight(4)
    seen = np.random.default_rng(3).normal(0.0, 0.004, len(tracks.light))
    assert not invert_occupancy(tracks, seen, plain_noise(tracks), known=car_contrast()).shown


def test_occupied_is_the_same_twice() -> None:
    """The seed alone decides the simulated images."""
    tracks = straight(2)
    seen = np.random.default_rng(4).normal(-0.01, 0.004, len(tracks.light))
    one, two = (
        invert_occupancy(tracks, seen, plain_noise(tracks), known=car_contrast()) for _ in range(2)
    )
    assert (one.metres, one.low, one.high) == (two.metres, two.low, two.high)


@pytest.mark.parametrize(
    ("levels", "weights", "words"),
    [
        ((0.001,), (1.0,), "ballast's colour cannot be seen"),
        ((0.1,), (0.5,), "weights of 0.5 in all"),
        ((0.1, 0.2), (1.0,), "2 contrasts"),
    ],
)
def test_contrast_refuses(levels: tuple, weights: tuple, words: str) -> None:
    """Contrasts that show nothing, or weights that are no probabilities, are refused."""
    with pytest.raises(DataError, match=words):
        CarContrast(levels, weights)
