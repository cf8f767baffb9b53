"""A blurred rectangle fitted to made-up hulls of both families."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.ships import hull_fit
from skytally.imagery.simulate import held_out_ship_appearance_model, ship_drawing

SHAPE = (41, 41)
NOISE = 0.006
SECOND: dict[str, Any] = {
    "outline": held_out_ship_appearance_model.rounded_hull,
    "paint": held_out_ship_appearance_model.hatched_deck,
    "blur": held_out_ship_appearance_model.haloed,
}  # fmt: skip


def fitted(
    ship: ship_drawing.ShipDrawing, rng: np.random.Generator, **style: Any
) -> hull_fit.HullFit:
    """Draw a ship on water, add noise, and fit it from its moments."""
    image = np.full((4, *SHAPE), ship.over, np.float32)
    ship_drawing.paint_sprite(image, ship_drawing.draw_ship(ship, SHAPE, rng, **style))
    seen = (image - ship.over + rng.normal(0.0, NOISE, image.shape)).astype(np.float32)
    strength = np.sqrt((np.clip(seen, 0, None) ** 2).sum(axis=0))
    labels, _ = ndimage.label(strength > 4 * NOISE, np.ones((3, 3)))
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    start = hull_fit.initial_rectangle(
        np.where(labels == sizes.argmax(), strength, 0.0), gsd=10.0, sigma_m=5.3
    )
    return hull_fit.fit_hull(
        seen,
        np.full_like(seen, NOISE),
        start,
        gsd=10.0,
        sigma_m=hull_fit.band_blurs(ship_drawing.BANDS),
    )


def drawn_ships(
    count: int, length: float, width: float, contrast: float
) -> list[ship_drawing.ShipDrawing]:
    """Ships of one size at random bearings and sub-pixel positions."""
    rng = np.random.default_rng(11)
    return [
        ship_drawing.ShipDrawing(
            200 + rng.uniform(0, 10), 200 + rng.uniform(0, 10), length, width,
            rng.uniform(0, 180), contrast=contrast,
        )
        for _ in range(count)
    ]  # fmt: skip


def test_sigma_psf_is_that_of_the_band() -> None:
    """A modulation of 0.26 at Nyquist is a blur of 5.22 m (METHODS test 1)."""
    assert hull_fit.sigma_psf(0.26) == pytest.approx(5.22, abs=0.02)
    assert hull_fit.sigma_psf(0.26) == pytest.approx(ship_drawing.blur_sigma(0.26))


def test_sigma_psf_refuses_no_modulation() -> None:
    """A modulation of 1 has no blur to speak of."""
    with pytest.raises(DataError, match="between 0 and 1"):
        hull_fit.sigma_psf(1.0)


@pytest.mark.slow
def test_fit_hull_on_three_hundred_ships() -> None:
    """Width bias below 1 m and length spread below 7 m at a contrast of 0.12 (METHODS test 5)."""
    rng = np.random.default_rng(0)
    fits = [fitted(ship, rng) for ship in drawn_ships(300, 120.0, 18.0, 0.12)]
    lengths = np.array([each.place.length for each in fits])
    widths = np.array([each.place.width for each in fits])
    assert abs(widths.mean() - 18.0) < 1.0
    assert lengths.std() < 7.0
    assert abs(lengths.mean() - 120.0) < 5.0
    held = [each.length_low <= 120.0 <= each.length_high for each in fits]
    assert np.mean(held) >= 0.85


@pytest.mark.parametrize(
    ("length", "width"),
    [(60.0, 10.0), (120.0, 18.0), pytest.param(220.0, 34.0, marks=pytest.mark.slow)],
)
def test_fit_hull_on_the_second_family(length: float, width: float) -> None:
    """Rounded hulls with hatches and a halo: the intervals still hold the truth."""
    rng = np.random.default_rng(1)
    fits = [fitted(ship, rng, **SECOND) for ship in drawn_ships(40, length, width, 0.12)]
    held = [each.length_low <= length <= each.length_high for each in fits]
    wide = [each.width_low <= width <= each.width_high for each in fits]
    assert np.mean(held) >= 0.85
    assert np.mean(wide) >= 0.8


def test_fit_hull_finds_the_axis() -> None:
    """The bearing comes back within 2 degrees."""
    rng = np.random.default_rng(2)
    for ship in drawn_ships(12, 120.0, 18.0, 0.12):
        found = fitted(ship, rng).place.axis_deg
        assert abs((found - ship.axis_deg + 90) % 180 - 90) < 2.0


def test_fit_hull_takes_a_quay_off() -> None:
    """A bright quay two metres off the hull does not lengthen or widen it when it is modelled."""
    ship = ship_drawing.ShipDrawing(205.0, 205.0, 120.0, 18.0, 0.0, contrast=0.12)
    rng = np.random.default_rng(3)
    image = np.full((4, *SHAPE), ship.over, np.float32)
    quay = np.arange(410) + 0.5 > 205.0 + 9.0 + 2.0
    edge = ndimage.gaussian_filter1d(quay.astype(float), 5.2)[5::10]
    image += (0.15 * edge).astype(np.float32)
    ship_drawing.paint_sprite(image, ship_drawing.draw_ship(ship, SHAPE, rng))
    seen = (image - ship.over).astype(np.float32)
    noise = np.full_like(seen, NOISE)
    start = hull_fit.Rectangle(20.0, 20.0, 110.0, 20.0, 0.0)
    sigma = hull_fit.band_blurs(ship_drawing.BANDS)
    found = hull_fit.fit_hull(seen, noise, start, gsd=10.0, sigma_m=sigma, beside=1, axis_prior=0.0)
    assert found.place.length == pytest.approx(120.0, abs=12.0)
    assert found.place.width == pytest.approx(18.0, abs=5.0)


def test_fit_refuses_nothing() -> None:
    """Without pixels brighter than the water, or with too few usable ones, a fit is refused."""
    with pytest.raises(DataError, match="there is no object to fit"):
        hull_fit.initial_rectangle(np.zeros(SHAPE), gsd=10.0, sigma_m=5.2)
    blank = np.zeros((4, *SHAPE), np.float32)
    start = hull_fit.Rectangle(20.0, 20.0, 100.0, 16.0, 0.0)
    with pytest.raises(DataError, match="fewer than 12 usable pixels"):
        hull_fit.fit_hull(blank, blank + 1, start, gsd=10.0, sigma_m=(5.2,) * 4,
                      use=np.zeros(SHAPE, bool))  # fmt: skip


def test_drawn_ship_keeps_its_light() -> None:
    """A drawing covers the area of its hull whatever the blur, in both families."""
    ship = ship_drawing.ShipDrawing(205.0, 205.0, 120.0, 18.0, 30.0)
    for style in ({}, SECOND):
        sprite = ship_drawing.draw_ship(ship, SHAPE, np.random.default_rng(0), **style)
        assert sprite is not None
        area = float(sprite.cover[0].sum()) * 100.0
        assert 0.75 * 120 * 18 < area < 120 * 18
        np.testing.assert_allclose(sprite.cover.sum(axis=(1, 2)), sprite.cover[0].sum(), rtol=0.02)


def test_put_changes_only_the_window_of_the_ship() -> None:
    """A ship injected into a real image leaves the rest as it was, and one outside changes none."""
    image = np.random.default_rng(0).uniform(0, 0.3, (4, *SHAPE)).astype(np.float32)
    before = image.copy()
    ship = ship_drawing.ShipDrawing(205.0, 205.0, 60.0, 10.0, 45.0)
    ship_drawing.paint_sprite(image, ship_drawing.draw_ship(ship, SHAPE, np.random.default_rng(0)))
    changed = np.abs(image - before).max(axis=0) > 1e-6
    assert changed[20, 20]
    assert not changed[:10].any()
    away = ship_drawing.ShipDrawing(9_000.0, 205.0, 60.0, 10.0, 45.0)
    assert ship_drawing.draw_ship(away, SHAPE, np.random.default_rng(0)) is None
