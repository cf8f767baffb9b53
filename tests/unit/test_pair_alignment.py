"""Alignment of two images without a history: what it finds, corrects by parts, and refuses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.pair_alignment import align_pair, whole_pixels
from skytally.imagery.measure.two_date_change import two_date_change_score

CLEAR = slice(14, -14)
"""Away from where nothing was drawn."""


def ground(seed: int, side: int) -> np.ndarray:
    """Made-up fields of two bands, larger than the images cut from them."""
    rng = np.random.default_rng(seed)
    fields = ndimage.gaussian_filter(rng.normal(0.0, 1.0, (2, side, side)), (0, 2, 2))
    return (0.2 + 0.25 * fields).astype(np.float32)


def displaced(rows: float, columns: float, *, seed: int = 1, side: int = 130) -> tuple:
    """Two images of the same fields, the second displaced, darker and noisy."""
    rng, before = np.random.default_rng(seed + 50), ground(seed, side)
    after = 0.05 + 0.7 * np.stack(
        [ndimage.shift(band, (-rows, -columns), order=3, mode="reflect") for band in before]
    )
    after += rng.normal(0.0, 0.004, after.shape)
    return before, after.astype(np.float32)


@pytest.mark.parametrize(("rows", "columns"), [(0.0, 0.0), (0.4, -0.3), (6.3, -4.6), (-9.0, 2.5)])
def test_displacement_is_found_whatever_its_size(rows: float, columns: float) -> None:
    """Ten pixels and a part of one are found to a tenth of a pixel, and the image is moved."""
    before, after = displaced(rows, columns)
    clear = np.ones(before.shape[1:], bool)
    found = align_pair(before, after, clear, gsd=10.0)
    assert (found.rows, found.columns) == pytest.approx((rows, columns), abs=0.1)
    assert found.metres == pytest.approx(10.0 * np.hypot(rows, columns), abs=1.5)
    left = (found.moved - 0.05) / 0.7 - before
    assert np.nanstd(left[:, CLEAR, CLEAR]) < 0.012


def test_displacement_beyond_the_limit_is_refused_with_what_was_measured() -> None:
    """The refusal says how far the image lies, what to check, and what limit would take it."""
    before, after = displaced(9.0, -9.0)
    clear = np.ones(before.shape[1:], bool)
    told = (
        r"lies 127 m from the first \(\+9.0 pixels down and -9.0 right .* limit_m=100; check zone"
    )
    with pytest.raises(DataError, match=told):
        align_pair(before, after, clear, gsd=10.0)
    with pytest.raises(DataError, match="limit_m=130"):
        two_date_change_score(before, after, gsd=10.0)
    assert align_pair(before, after, clear, gsd=10.0, limit_m=130.0).rows == pytest.approx(
        9.0, abs=0.1
    )


def test_parts_that_lie_apart_are_moved_one_by_one() -> None:
    """A scene whose left is displaced by 9 m up and its right by 9 m down is brought together."""
    before = ground(3, 420)
    down, right = np.mgrid[:420, :420].astype(float)
    bent = 0.9 * np.sin((right / 420 - 0.5) * np.pi)
    after = np.stack(
        [ndimage.map_coordinates(band, [down + bent, right], order=3, mode="reflect")
         for band in before]
    ).astype(np.float32)  # fmt: skip
    found = align_pair(before, after, np.ones((420, 420), bool), gsd=10.0)
    assert found.by_parts
    assert found.left_m < 3.0
    inner = slice(60, -60)
    assert np.nanstd((found.moved - before)[:, inner, inner]) < 0.5 * np.std(
        (after - before)[:, inner, inner]
    )


def test_images_with_nothing_in_common_are_left_where_they_lie() -> None:
    """Noise shows no displacement; neither do furrows that repeat themselves."""
    rng = np.random.default_rng(8)
    clear = np.ones((120, 120), bool)
    noise = rng.normal(0.2, 0.01, (2, 2, 120, 120)).astype(np.float32)
    found = align_pair(noise[0], noise[1], clear, gsd=10.0)
    assert (found.rows, found.columns) == pytest.approx((0.0, 0.0), abs=0.1)
    rows = 0.2 + 0.05 * np.sin(np.arange(120) * 2 * np.pi / 12.0)
    furrows = np.broadcast_to(rows[None, :, None], (2, 120, 120)).astype(np.float32)
    made = furrows + rng.normal(0.0, 0.002, furrows.shape).astype(np.float32)
    assert whole_pixels(furrows, np.roll(made, 4, axis=1), clear, gsd=10.0)[:2] == (0, 0)


def test_holes_do_not_mislead_the_displacement() -> None:
    """A cloud of a sixth of the scene, missing in one image, leaves the displacement as it was."""
    before, after = displaced(5.0, 3.0, seed=4)
    after[:, 40:90, 30:80] = np.nan
    found = align_pair(before, after, np.isfinite(after).all(0), gsd=10.0)
    assert (found.rows, found.columns) == pytest.approx((5.0, 3.0), abs=0.1)
    assert np.isnan(found.moved[0, 55:85, 40:75]).all()


def test_a_displaced_pair_scores_as_an_aligned_one() -> None:
    """What was built ranks highest in a pair that lies 78 m apart, as in one that does not."""
    before, after = displaced(6.0, -5.0, seed=6)
    truth = np.zeros(before.shape[1:], bool)
    truth[60:66, 60:66] = True
    after[:, 54:60, 65:71] += 0.12
    score = two_date_change_score(before, after, gsd=10.0)
    far = ~ndimage.binary_dilation(truth, iterations=4) & np.isfinite(score)
    assert score[61:65, 61:65].min() > np.quantile(score[far], 0.999)
