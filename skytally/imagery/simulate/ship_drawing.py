"""Ships drawn metre by metre, blurred as a sensor blurs, and put into simulated or real images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

BANDS = ("b02", "b03", "b04", "b08")
MTF = (0.26, 0.28, 0.24, 0.26)
"""Modulation at Nyquist of `BANDS` (METHODS section 10)."""
BEAM_RATIO, BEAM_SPREAD = 6.5, 0.4
"""Length over width of a cargo ship and its spread."""
BOW_SHARE, HOUSE_SHARE = 0.12, 0.15
"""Share of the length that tapers to the bow, and that carries the house aft."""
PAINTS = np.array(
    [
        [0.060, 0.065, 0.070, 0.075],  # dark grey
        [0.070, 0.065, 0.140, 0.170],  # red lead
        [0.080, 0.110, 0.075, 0.120],  # green
        [0.190, 0.195, 0.200, 0.210],  # light grey
        [0.130, 0.140, 0.170, 0.200],  # buff
    ]
)
"""Deck paints in `BANDS`; a deck is a random mixture of them."""
HOUSE = np.array([0.42, 0.43, 0.43, 0.44])
"""White paint of the house."""
MARGIN = 3
"""Blurs that a drawing reaches beyond its hull."""


@dataclass(frozen=True)
class ShipDrawing:
    """A ship to be drawn."""

    x: float
    """Metres to the right of the left edge of the image."""
    y: float
    """Metres below the upper edge of the image."""
    length: float
    """Metres over all."""
    width: float
    """Metres."""
    axis_deg: float
    """Bearing of the bow, degrees clockwise from up."""
    contrast: float | None = None
    """Mean deck without its house, minus `over`; None leaves the paint as it falls."""
    over: float = 0.03
    """Mean reflectance of the water it lies in, for `contrast`."""


@dataclass(frozen=True, eq=False)
class Sprite:
    """Effect of a drawing on a window of an image: ``seen (1 - cover) + light``."""

    rows: slice
    """Rows of the image."""
    columns: slice
    """Columns of the image."""
    cover: Floats
    """Share of each pixel's signal that comes from the drawing, dims (band, y, x)."""
    light: Floats
    """What the drawing adds, dims (band, y, x)."""


Outline = Callable[[ShipDrawing, Doubles, Doubles], npt.NDArray[np.bool_]]
Paint = Callable[[ShipDrawing, Doubles, Doubles, np.random.Generator], Doubles]
Blur = Callable[[Doubles, float], Doubles]


def blur_sigma(mtf: float, *, gsd: float = 10.0) -> float:
    """Gaussian blur in metres with a given modulation at Nyquist.

    Examples
    --------
    >>> round(blur_sigma(0.26), 2)
    5.22
    """
    return gsd / math.pi * math.sqrt(2.0 * math.log(1.0 / mtf))


def beam(length: float, rng: np.random.Generator) -> float:
    """Width of a cargo ship of a given length, metres."""
    return length / max(float(rng.normal(BEAM_RATIO, BEAM_SPREAD)), 4.0)


def tapered_hull(ship: ShipDrawing, along: Doubles, across: Doubles) -> npt.NDArray[np.bool_]:
    """Points on a hull with straight sides, a flat stern and a pointed bow."""
    half = 0.5 * ship.length
    from_bow = (half - along) / (BOW_SHARE * ship.length)
    wide = 0.5 * ship.width * np.clip(from_bow, 0.0, 1.0)
    return np.asarray((np.abs(along) <= half) & (np.abs(across) <= wide))


def cargo_deck(
    ship: ShipDrawing, along: Doubles, across: Doubles, rng: np.random.Generator
) -> Doubles:
    """Colour of each point of a deck with cargo in patches and a house aft.

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
    base = rng.dirichlet(np.full(len(PAINTS), 0.6)) @ PAINTS
    colour = np.repeat(base[:, None], along.size, axis=1)
    for _ in range(int(rng.integers(0, 9))):
        where = rng.uniform(-0.32, 0.38) * ship.length
        size = rng.uniform(0.05, 0.18) * ship.length
        inside = (np.abs(along - where) < 0.5 * size) & (np.abs(across) < 0.42 * ship.width)
        colour[:, inside] = (rng.dirichlet(np.full(len(PAINTS), 0.5)) @ PAINTS)[:, None]
    if ship.contrast is not None:
        colour += ship.over + ship.contrast - colour.mean()
    aft = along < (HOUSE_SHARE - 0.5) * ship.length
    colour[:, aft] = np.maximum(colour[:, aft], HOUSE[:, None] * rng.uniform(0.6, 1.0))
    colour += rng.normal(0.0, 0.012, along.size)
    return np.clip(colour, 0.005, 1.0)


def gaussian(image: Doubles, sigma: float) -> Doubles:
    """Blur an image by a Gaussian of `sigma` pixels."""
    return np.asarray(ndimage.gaussian_filter(image, sigma, mode="constant", truncate=3.5))


def draw_ship(
    ship: ShipDrawing,
    shape: tuple[int, int],
    rng: np.random.Generator,
    *,
    gsd: float = 10.0,
    mtf: Sequence[float] = MTF,
    native: float | None = None,
    outline: Outline = tapered_hull,
    paint: Paint = cargo_deck,
    blur: Blur = gaussian,
) -> Sprite | None:
    """Draw a ship for an image of some shape.

    Parameters
    ----------
    ship : ShipDrawing
        Where, how large, how it lies.
    shape : tuple of int
        Rows and columns of the image.
    rng : numpy.random.Generator
        Chance of its paint.
    gsd : float
        Side of a pixel of the image in metres.
    mtf : sequence of float
        Modulation at Nyquist of each band, for pixels of `native` metres.
    native : float, optional
        Pixel the sensor blurs by, in metres; `gsd` if not given.
    outline, paint, blur : callable
        Family of hulls, of decks and of blurs.

    Returns
    -------
    Sprite or None
        None if it lies wholly outside.
    """
    widest = max(blur_sigma(each, gsd=native or gsd) for each in mtf)
    reach = 0.5 * math.hypot(ship.length, ship.width) + MARGIN * widest + gsd
    top, left = math.floor((ship.y - reach) / gsd), math.floor((ship.x - reach) / gsd)
    size = math.ceil(2 * reach / gsd) + 1
    step = max(round(gsd), 1)
    fine = (np.arange(size * step) + 0.5) * (gsd / step)
    down, right = np.meshgrid(fine + top * gsd - ship.y, fine + left * gsd - ship.x, indexing="ij")
    bearing = math.radians(ship.axis_deg)
    along = right * math.sin(bearing) - down * math.cos(bearing)
    across = right * math.cos(bearing) + down * math.sin(bearing)
    inside = outline(ship, along, across)
    colour = paint(ship, along[inside], across[inside], rng)
    covers: list[Doubles] = []
    lights: list[Doubles] = []
    for band, each in enumerate(mtf):
        sigma = blur_sigma(each, gsd=native or gsd) * step / gsd
        light = np.zeros(inside.shape)
        light[inside] = colour[band]
        for images, fine_image in ((covers, inside.astype(float)), (lights, light)):
            # a pixel takes the blurred image at its centre, which lies between fine points
            images.append(_centres(blur(fine_image, sigma), step))
    return _cut(np.stack(covers), np.stack(lights), top, left, shape)


def _centres(image: Doubles, step: int) -> Doubles:
    first = (step - 1) // 2
    if step % 2:
        return image[first::step, first::step]
    rows = 0.5 * (image[first::step] + image[first + 1 :: step])
    return 0.5 * (rows[:, first::step] + rows[:, first + 1 :: step])


def _cut(
    cover: Doubles, light: Doubles, top: int, left: int, shape: tuple[int, int]
) -> Sprite | None:
    rows = slice(max(top, 0), min(top + cover.shape[1], shape[0]))
    columns = slice(max(left, 0), min(left + cover.shape[2], shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return None
    inner = (
        slice(None),
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    return Sprite(rows, columns, cover[inner].astype(np.float32), light[inner].astype(np.float32))


def paint_sprite(values: Floats, sprite: Sprite | None) -> Floats:
    """Paint a drawing into an image, which is changed in place and returned.

    Parameters
    ----------
    values : ndarray of float32, dims (band, y, x)
        A made-up or a real look.
    sprite : Sprite or None
        As from `draw_ship`.

    Returns
    -------
    ndarray of float32, dims (band, y, x)
        The same array. The scene behind is taken as already blurred, so a bright edge right
        beside the hull bleeds on as it did without it.
    """
    if sprite is not None:
        place = (slice(None), sprite.rows, sprite.columns)
        values[place] = values[place] * (1.0 - sprite.cover) + sprite.light
    return values
