"""Change between two images: what it ranks, leaves alone and refuses, and how it is judged."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from labs.benchmarks import accuracy_two_date_change
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.stable_ground_coregistration import shift_image
from skytally.imagery.measure.two_date_change import two_date_change_score, unchanged_line


def pair(seed: int = 1, *, noise: float = 0.005) -> tuple[np.ndarray, np.ndarray]:
    """Two images of the same fields: other sun and haze, noise, shifted by half a pixel."""
    rng = np.random.default_rng(seed)
    fields = ndimage.gaussian_filter(rng.normal(0.0, 1.0, (4, 90, 90)), (0, 2, 2))
    before = (0.2 + 0.25 * fields).astype(np.float32)
    after = shift_image(1.15 * before - 0.02, 0.4, -0.3)
    return before + rng.normal(0, noise, before.shape).astype(np.float32), after + rng.normal(
        0, noise, before.shape
    ).astype(np.float32)


def test_change_score_ranks_what_was_built() -> None:
    """A square of 60 m that changed has the highest scores, whatever sun and haze did."""
    before, after = pair()
    truth = np.zeros((90, 90), bool)
    truth[40:46, 50:56] = True
    after[:, truth] += 0.12
    score = two_date_change_score(before, after, gsd=10.0)
    inner = score[41:45, 51:55]
    assert inner.min() > np.nanquantile(score[~ndimage.binary_dilation(truth, iterations=4)], 0.999)


def test_change_score_is_even_where_nothing_changed() -> None:
    """Without a change the score stays below 1 and nowhere reaches twice that."""
    score = two_date_change_score(*pair(2), gsd=10.0)
    inner = score[5:-5, 5:-5]
    assert np.median(inner) == pytest.approx(0.8, abs=0.15)
    assert inner.max() < 1.9


def test_change_score_lives_with_holes() -> None:
    """A hole in one image leaves the rest as it was, but for its rim."""
    before, after = pair(3)
    whole = two_date_change_score(before, after, gsd=10.0)
    holed = after.copy()
    holed[:, :10, :10] = np.nan
    score = two_date_change_score(before, holed, gsd=10.0)
    assert np.isnan(score[:10, :10]).all()
    assert np.isfinite(score[25:-3, 25:-3]).all()
    assert score[25:-3, 25:-3] == pytest.approx(whole[25:-3, 25:-3], abs=0.1)


def test_change_score_refuses() -> None:
    """Other grids, an image without pixels, and images far apart are refused with what to do."""
    before, after = pair(4)
    with pytest.raises(DataError, match="put both on one grid"):
        two_date_change_score(before, after[:, :80], gsd=10.0)
    with pytest.raises(
        DataError, match="0 usable pixels in both images; 200 are needed to learn from"
    ):
        two_date_change_score(before, np.full_like(after, np.nan), gsd=10.0)


def test_an_old_edge_has_to_change_more_than_a_field() -> None:
    """With its noise model an edge that is in both images scores less, a new one as before."""
    before, after = pair(6)
    before[:, 30:32], after[:, 30:32] = before[:, 30:32] + 0.3, after[:, 30:32] + 0.33
    after[:, :, 60:62] += 0.3
    plain = two_date_change_score(before, after, gsd=10.0, position_m=0.0)
    score = two_date_change_score(before, after, gsd=10.0)
    old, new = (slice(30, 32), slice(10, 50)), (slice(45, 80), slice(60, 62))
    kept = [float(np.median(score[each] / plain[each])) for each in (old, new)]
    assert kept[0] < 0.6
    assert kept[1] > 0.8


def test_a_season_that_follows_from_other_bands_is_no_change() -> None:
    """Green fields that turn bare as their infrared foretells leave little; one band leaves all."""
    rng = np.random.default_rng(7)
    green = ndimage.gaussian_filter(rng.normal(0.0, 1.0, (90, 90)), 3) * 0.4
    before = np.stack([0.1 + 0 * green, 0.3 + green]).astype(np.float32)
    before += rng.normal(0.0, 0.005, before.shape).astype(np.float32)
    after = np.stack([0.1 + 0.8 * green, 0.3 + 0.5 * green]).astype(np.float32)
    after += rng.normal(0.0, 0.005, after.shape).astype(np.float32)
    known, seen = before.reshape(2, -1).astype(float), after[0].ravel().astype(float)
    own, together = unchanged_line(known[0], seen), unchanged_line(known, seen)
    assert np.median(np.abs(together)) < 0.3 * np.median(np.abs(own))


def test_unchanged_line_is_not_turned_by_a_change() -> None:
    """One pixel in twenty that changed moves the line by less than the noise."""
    rng = np.random.default_rng(5)
    x = rng.uniform(0.0, 0.4, 2000)
    y = 0.03 + 0.9 * x + rng.normal(0.0, 0.01, 2000)
    y[:100] += 0.3
    assert np.median(unchanged_line(x, y)[100:]) == pytest.approx(0.0, abs=0.003)


def test_precision_at_recall_of_a_known_order() -> None:
    """Changed, not, changed, not: precision 1 at half the recall, 2/3 at all of it."""
    held = accuracy_two_date_change.Curve(np.array([True, False, True, False]), np.zeros(4, int))
    average, precise = held.precision(np.ones(1))
    assert average == pytest.approx((1.0 + 2.0 / 3.0) / 2.0)
    assert precise[accuracy_two_date_change.RECALLS.index(0.5)] == pytest.approx(1.0)
    assert precise[-1] == pytest.approx(2.0 / 3.0)


def test_precision_counts_a_block_as_often_as_drawn() -> None:
    """A block drawn twice counts twice, one not drawn counts nothing."""
    truth, block = np.array([True, False, True, False]), np.array([0, 1, 1, 0])
    held = accuracy_two_date_change.Curve(truth, block)
    assert held.precision(np.array([2.0, 0.0]))[0] == pytest.approx(1.0)
    twice = accuracy_two_date_change.Curve(np.repeat(truth, 2), np.zeros(8, int))
    average = held.precision(np.array([2.0, 2.0]))[0]
    assert average == pytest.approx((1.0 + 2.0 / 3.0) / 2.0)
    assert twice.precision(np.ones(1))[0] == pytest.approx(average, abs=0.1)
