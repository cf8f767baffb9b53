"""Held-out family of hulls, decks, blurs and noise, for which no measure was tuned."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.simulate.ship_drawing import Doubles, Floats, ShipDrawing

ROUND_ALONG, ROUND_ACROSS = 5.0, 2.6
"""Exponents of the superellipse: a full stern and a full bow, both rounded."""
HALO_SHARE, HALO_WIDTH = 0.12, 2.4
"""Share of the light that a second, wider blur takes, and its width over the first."""
HATCH = np.array([0.16, 0.15, 0.12, 0.14])
DECK = np.array([0.075, 0.085, 0.110, 0.150])
HOUSE_AT = 0.10
"""Where the house stands from the middle, as a share of the length: amidships, not aft."""
TAIL = 3.0
"""Degrees of freedom of the noise: heavier tails than a normal law."""


def rounded_hull(ship: ShipDrawing, along: Doubles, across: Doubles) -> npt.NDArray[np.bool_]:
    """Points on a hull rounded at both ends: a superellipse."""
    u, v = np.abs(along) / (0.5 * ship.length), np.abs(across) / (0.5 * ship.width)
    return np.asarray(u**ROUND_ALONG + v**ROUND_ACROSS <= 1.0)


def _rough(along: Doubles, rng: np.random.Generator, length: float) -> Doubles:
    """Texture along the hull whose power falls with frequency, without patches."""
    waves = np.arange(1, 13)
    phases = rng.uniform(0.0, 2.0 * np.pi, waves.size)
    turns = 2.0 * np.pi * along[:, None] / length * waves + phases
    return np.asarray((np.sin(turns) / waves).sum(axis=1))


def hatched_deck(
    ship: ShipDrawing, along: Doubles, across: Doubles, rng: np.random.Generator
) -> Doubles:
    """Colour of each point of a deck with a row of hatches and a house amidships.

    Parameters
    ----------
    ship : ShipDrawing
        The ship.
    along, across : ndarray, dims (point)
        Metres from its centre, the bow positive.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    ndarray, dims (band, point)
        Reflectance.
    """
    shade = rng.uniform(0.5, 1.6)
    colour = np.repeat((DECK * shade)[:, None], along.size, axis=1)
    period = ship.length / rng.integers(4, 8)
    hatch = (np.mod(along, period) < 0.7 * period) & (np.abs(across) < 0.3 * ship.width)
    colour[:, hatch] = (HATCH * rng.uniform(0.6, 1.8))[:, None]
    colour *= 1.0 + 0.08 * _rough(along, rng, ship.length)
    if ship.contrast is not None:
        colour += ship.over + ship.contrast - colour.mean()
    house = np.abs(along - HOUSE_AT * ship.length) < 0.05 * ship.length
    colour[:, house] = rng.uniform(0.25, 0.5)
    return np.clip(colour, 0.005, 1.0)


def haloed(image: Doubles, sigma: float) -> Doubles:
    """Blur an image by a core and a wider halo with the same second moment as one Gaussian."""
    core = sigma / np.sqrt(1.0 - HALO_SHARE + HALO_SHARE * HALO_WIDTH**2)
    near = ndimage.gaussian_filter(image, core, mode="constant")
    far = ndimage.gaussian_filter(image, core * HALO_WIDTH, mode="constant")
    return np.asarray((1.0 - HALO_SHARE) * near + HALO_SHARE * far)


def other_noise(values: Floats, size: float, rng: np.random.Generator) -> Floats:
    """Noise with heavy tails, stripes along the track and a part that grows with light.

    Parameters
    ----------
    values : ndarray of float32, dims (band, y, x)
        The look without noise.
    size : float
        Its standard deviation over dark water.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    ndarray of float32, dims (band, y, x)
        Noise to add.
    """
    heavy = rng.standard_t(TAIL, values.shape) / np.sqrt(TAIL / (TAIL - 2.0))
    stripes = rng.standard_normal((values.shape[0], 1, values.shape[2]))
    local = 0.8 * size * np.sqrt(1.0 + np.clip(values, 0.0, None) / 0.15)
    return np.asarray(local * heavy + 0.5 * size * stripes, np.float32)


def other_water(shape: tuple[int, int], rng: np.random.Generator, gsd: float) -> Doubles:
    """Swell: a train of waves with a bearing and a length, and slicks, mean 0, about 1."""
    rows, columns = np.mgrid[: shape[0], : shape[1]] * gsd
    bearing, length = rng.uniform(0.0, np.pi), rng.uniform(60.0, 180.0)
    phase = 2.0 * np.pi * (columns * np.sin(bearing) + rows * np.cos(bearing)) / length
    slicks = ndimage.uniform_filter(rng.standard_normal(shape), 9)
    return np.asarray(np.sin(phase) * 0.7 + slicks / max(float(slicks.std()), 1e-9) * 0.7)
