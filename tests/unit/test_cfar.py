"""Constant false alarm rate: the threshold, its rate on speckle, and rough or crowded seas."""

from __future__ import annotations

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.radar.cfar import (
    bright_targets,
    cfar_detections,
    cfar_multiplier,
    texture_of,
    texture_without_targets,
)


def test_cfar_multiplier_of_gamma_speckle() -> None:
    """3.13 times the mean at 1e-3 and 4.4 looks; Monte Carlo agrees within 10 percent."""
    assert cfar_multiplier(1e-3) == pytest.approx(3.13, abs=0.005)
    draws = np.random.default_rng(0).gamma(4.4, 1 / 4.4, 2_000_000)
    assert (draws > cfar_multiplier(1e-3)).mean() == pytest.approx(1e-3, rel=0.1)


@pytest.mark.parametrize(
    ("options", "expected"),
    [({"cells": 16}, 5.8), ({"texture": 4.0}, 11.9), ({"texture": 1.0}, 27.0)],
)
def test_cfar_multiplier_of_few_cells_and_rough_seas(
    options: dict[str, float], expected: float
) -> None:
    """At 1e-6: 16 training cells, and K clutter, as METHODS 4.1 has them."""
    assert cfar_multiplier(1e-6, **options) == pytest.approx(expected, rel=0.01)


def test_gamma_threshold_fails_on_a_rough_sea() -> None:
    """A gamma threshold for 1e-6 gives about 1.5e-3 on K clutter of shape 4."""
    rng = np.random.default_rng(1)
    sea = rng.gamma(4.0, 0.25, 400_000) * rng.gamma(4.4, 1 / 4.4, 400_000)
    assert (sea > cfar_multiplier(1e-6)).mean() == pytest.approx(1.5e-3, rel=0.25)
    assert texture_of(sea) == pytest.approx(4.0, rel=0.1)


def test_shape_of_the_sea_is_not_that_of_a_ship_in_it() -> None:
    """A ship on a hundredth of the sea makes its second moment that of a wild one."""
    rng = np.random.default_rng(4)
    sea = (rng.gamma(4.0, 0.25, (120, 120)) * rng.gamma(4.4, 1 / 4.4, (120, 120))).astype(
        np.float32
    )
    everywhere = np.ones(sea.shape, bool)
    empty = texture_without_targets(sea, everywhere, training=61)
    assert empty == pytest.approx(4.0, rel=0.2)
    sea[50:54, 40:76] += 40.0
    assert texture_of(sea) < 1.0
    assert texture_without_targets(sea, everywhere, training=61) == pytest.approx(empty, rel=0.15)


@pytest.mark.parametrize("p_false", [0.0, 1.0])
def test_cfar_multiplier_refuses(p_false: float) -> None:
    """A chance of 0 or 1 has no threshold."""
    with pytest.raises(DataError, match="a chance between 0 and 1"):
        cfar_multiplier(p_false)


def test_cfar_keeps_its_rate_on_speckle() -> None:
    """Independent speckle with a known mean: 1e-3 of pixels, within a quarter."""
    image = np.random.default_rng(2).gamma(4.4, 1 / 4.4, (400, 400)).astype(np.float32)
    found = cfar_detections(image, cfar_multiplier(1e-3, cells=400), guard=5, training=21)
    assert found.mean() == pytest.approx(1e-3, rel=0.25)


def test_bright_targets_in_a_crowded_anchorage() -> None:
    """Ships that raise each other's surroundings are all found; the empty sea has none."""
    image = np.random.default_rng(3).gamma(4.4, 1 / 4.4, (160, 160)).astype(np.float32)
    limit = cfar_multiplier(1e-6)
    assert bright_targets(image, limit, guard=31, training=61) == []
    for row in range(50, 111, 20):
        for column in range(50, 111, 20):
            image[row : row + 3, column : column + 10] += 60.0
    assert len(bright_targets(image, limit, guard=31, training=61)) == 16
