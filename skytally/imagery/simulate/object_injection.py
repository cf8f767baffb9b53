"""Objects of known size drawn into images, simulated or real, to test what a measure finds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from skytally.core import DataError, refuse
from skytally.imagery.simulate import (
    radar_berth_images,
    railcar_stack_and_pit_layouts,
    ship_drawing,
)
from skytally.imagery.simulate.sensor_blurred_rectangle_drawing import (
    BANDS,
    SPECTRA,
    Box,
    Extent,
    draw_overlay,
    overlay,
)

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

DRAWN_MARGIN_M = 120.0
"""Metres drawn around what is put in: more than any blur or shadow reaches."""
BLOCK_SLOTS = (6, 4)
"""Containers of a block along and across."""
BLOCK_SPACING_M = 46.0
"""Metres a block of containers takes with its aisle, at any angle."""
PIT_SPACING_M = 65.0
"""Metres from pit to pit: floors of 30 m, berms and a way between."""
SHADE_SPREAD = 0.02
"""Spread of the reflectance of one object about the contrast that was asked."""
SHIP_LENGTHS_M = (10.0, 420.0)
"""Lengths in metres that are drawn: from a pixel to the longest ships afloat."""
RADAR_STAMP_PX = 64
"""Pixels of the picture of a radar ship."""


@dataclass(frozen=True, eq=False)
class InjectionArea:
    """Where objects may be drawn in an image."""

    mask: Bools
    """The berth, quay, yard or field, dims (y, x)."""
    axis_deg: float = 0.0
    """Bearing of the quay or of the rows, degrees clockwise from grid north."""
    lines: tuple[Floats, ...] = ()
    """Centre lines of tracks in the cube's CRS, each dims (point, 2)."""
    seaward_deg: float = 90.0
    """Bearing from the quay out to sea."""


Injector = Callable[
    [xr.Dataset, InjectionArea, float, float, np.random.Generator], tuple[xr.Dataset, float]
]
"""Look, where, size, contrast and chance to a look with the object and the truth."""


def _faults(
    look: xr.Dataset,
    name: str,
    area: InjectionArea,
    size: float,
    contrast: float,
    least: float,
    most: float,
) -> Iterator[str]:
    if name not in look or look[name].dtype.kind != "f" or "time" in look[name].dims:
        held = f"{look[name].dtype} {look[name].dims}" if name in look else "none"
        yield f"{name}: found {held}; give one look of it, in floating point"
        return
    shape = look[name].shape[1:]
    if area.mask.dtype != np.bool_ or area.mask.shape != shape or not area.mask.any():
        yield (
            f"area: a mask of {area.mask.dtype} {area.mask.shape}, {np.count_nonzero(area.mask)} "
            f"pixels; give True and False on the look's grid, {shape}, with a place in it"
        )
    elif not np.isfinite(look[name].to_numpy()[:, area.mask]).any():
        yield "area: nothing was read there; choose a look that shows the place"
    if not least <= size <= most:
        yield f"size {size}; give {least:g} to {most:g}"
    if not math.isfinite(contrast) or not math.isfinite(area.axis_deg + area.seaward_deg):
        yield (
            f"contrast {contrast}, axis {area.axis_deg}, seaward {area.seaward_deg}; give numbers"
        )


def _check(
    look: xr.Dataset, name: str, area: InjectionArea, size: float, contrast: float,
    *, least: float, most: float,
) -> None:  # fmt: skip
    """Refuse what cannot be drawn: the truth of a trial is what is in the image."""
    refuse(_faults(look, name, area, size, contrast, least, most), what="putting in")


def _gsd(look: xr.Dataset) -> float:
    return float(abs(look["x"][1] - look["x"][0]))


def _middle(mask: Bools, gsd: float) -> tuple[float, float]:
    """Middle of a mask, metres right of and below the north-western corner."""
    rows, columns = np.nonzero(mask)
    return (float(columns.mean()) + 0.5) * gsd, (float(rows.mean()) + 0.5) * gsd


def _span(mask: Bools, axis_deg: float, gsd: float) -> float:
    """Extent of a mask along an axis, metres."""
    rows, columns = np.nonzero(mask)
    bearing = math.radians(axis_deg)
    along = (columns * math.sin(bearing) - rows * math.cos(bearing)) * gsd
    return float(along.max() - along.min())


def inject_ship(
    look: xr.Dataset, area: InjectionArea, size: float, contrast: float, rng: np.random.Generator
) -> tuple[xr.Dataset, float]:
    """Draw a ship at a berth into an optical image.

    Parameters
    ----------
    look : xarray.Dataset
        ``reflectance``, dims (band, y, x), bands as `skytally.imagery.simulate.ship_drawing.BANDS`.
    area : InjectionArea
        The berth's water, longer than the ship or the ship stands out of it.
    size : float
        Length in metres.
    contrast : float
        Mean deck less the water around, reflectance.
    rng : numpy.random.Generator
        Place along the berth, side of the bow and paint.

    Returns
    -------
    tuple of xarray.Dataset and float
        The look, and the length.
    """
    _check(
        look, "reflectance", area, size, contrast, least=SHIP_LENGTHS_M[0], most=SHIP_LENGTHS_M[1]
    )
    gsd = _gsd(look)
    values = look["reflectance"].sel(band=list(ship_drawing.BANDS)).to_numpy().astype(np.float32)
    x, y = _middle(area.mask, gsd)
    free = max(_span(area.mask, area.axis_deg, gsd) - size, 0.0) / 2.0
    along, bearing = float(rng.uniform(-free, free)), math.radians(area.axis_deg)
    ship = ship_drawing.ShipDrawing(
        x + along * math.sin(bearing),
        y - along * math.cos(bearing),
        size,
        ship_drawing.beam(size, rng),
        area.axis_deg + 180.0 * float(rng.integers(0, 2)),
        contrast=contrast,
        over=float(np.nanmedian(values[:, area.mask])),
    )
    shape = (values.shape[1], values.shape[2])
    ship_drawing.paint_sprite(
        values, ship_drawing.draw_ship(ship, shape, rng, gsd=gsd, native=10.0)
    )
    return _with(look, "reflectance", "band", ship_drawing.BANDS, values), size


def _with(
    look: xr.Dataset, name: str, dim: str, layers: Sequence[str], values: npt.ArrayLike
) -> xr.Dataset:
    made = look.sel({dim: list(layers)}).copy()
    made[name] = (made[name].dims, np.asarray(values, np.float32), made[name].attrs)
    return made


def counted_as_one(inject_object: Injector) -> Injector:
    """Injector whose truth is one ship, for measures that count and do not size."""

    def counted(
        look: xr.Dataset,
        area: InjectionArea,
        size: float,
        contrast: float,
        rng: np.random.Generator,
    ) -> tuple[xr.Dataset, float]:
        return inject_object(look, area, size, contrast, rng)[0], 1.0

    return counted


def inject_radar_ship(
    look: xr.Dataset, area: InjectionArea, size: float, contrast: float, rng: np.random.Generator
) -> tuple[xr.Dataset, float]:
    """Draw a ship at a berth into a radar image.

    Parameters
    ----------
    look : xarray.Dataset
        ``gamma0``, linear, dims (pol, y, x), with ``orbit_state``.
    area : InjectionArea
        The berth's water.
    size : float
        Length in metres.
    contrast : float
        Total cross section, dB over a square metre.
    rng : numpy.random.Generator
        Bright points and speckle.

    Returns
    -------
    tuple of xarray.Dataset and float
        The look, and the length.
    """
    _check(look, "gamma0", area, size, contrast, least=SHIP_LENGTHS_M[0], most=SHIP_LENGTHS_M[1])
    harbour = radar_berth_images.RadarHarbour(
        0,
        rows=RADAR_STAMP_PX,
        columns=RADAR_STAMP_PX,
        gsd=_gsd(look),
        seaward_deg=area.seaward_deg,
        orbit_state=str(look["orbit_state"].to_numpy()),
        strength_db=(contrast, contrast),
        length=size,
    )
    x, y = _middle(area.mask, harbour.gsd)
    # the stamp's quay edge runs through its middle; the mask begins at the quay's edge
    rows, columns = np.nonzero(area.mask)
    bearing = math.radians(area.seaward_deg)
    off = (columns * math.sin(bearing) - rows * math.cos(bearing)) * harbour.gsd
    depth = float(off.max() - off.min() + harbour.gsd) / 2.0
    row = round((y + depth * math.cos(bearing)) / harbour.gsd) - RADAR_STAMP_PX // 2
    column = round((x - depth * math.sin(bearing)) / harbour.gsd) - RADAR_STAMP_PX // 2
    values = look["gamma0"].to_numpy().astype(np.float32).copy()
    stamp = radar_berth_images.ship_alone(harbour, rng)
    _add(values, stamp, row, column)
    return _with(look, "gamma0", "pol", list(look["pol"].to_numpy()), values), size


def _add(values: npt.NDArray[np.float32], stamp: Floats, row: int, column: int) -> None:
    """Add a stamp to an image in place, as far as it lies inside."""
    top, left = max(row, 0), max(column, 0)
    bottom = min(row + stamp.shape[1], values.shape[1])
    right = min(column + stamp.shape[2], values.shape[2])
    if top < bottom and left < right:
        inner = stamp[:, top - row : bottom - row, left - column : right - column]
        values[:, top:bottom, left:right] += inner.astype(np.float32)


def _drawn(look: xr.Dataset, boxes: Sequence[Box], corner: tuple[int, int]) -> xr.Dataset:
    """Draw boxes, in metres from the corner of a pixel, into the part of an image they touch."""
    bands = [str(each) for each in look["band"].to_numpy()]
    known = [each for each in bands if each in BANDS]
    gsd = _gsd(look)
    values = look["reflectance"].sel(band=known).to_numpy().astype(np.float32)
    reach = [math.hypot(box.length, box.width) / 2.0 + DRAWN_MARGIN_M for box in boxes]
    right = max(box.x + each for box, each in zip(boxes, reach, strict=True))
    bottom = max(box.y + each for box, each in zip(boxes, reach, strict=True))
    rows = slice(corner[0], min(corner[0] + math.ceil(bottom / gsd), values.shape[1]))
    columns = slice(corner[1], min(corner[1] + math.ceil(right / gsd), values.shape[2]))
    extent = Extent(rows.stop - rows.start, columns.stop - columns.start, gsd)
    over = overlay(boxes, extent, bands=known)
    values[:, rows, columns] = draw_overlay(values[:, rows, columns], over)
    return _with(look, "reflectance", "band", known, values)


def _corner(where: Iterable[tuple[float, float]], gsd: float) -> tuple[int, int]:
    """Pixel whose upper left corner leaves room for some points, by row and column."""
    x, y = zip(*where, strict=True)
    # an even pixel, since the pixels of 20 m begin there
    return tuple(
        2 * (max(math.floor((min(each) - DRAWN_MARGIN_M) / gsd), 0) // 2) for each in (y, x)
    )


def _level(look: xr.Dataset, mask: Bools) -> Floats:
    """Median reflectance of an image over a mask, in the order of `BANDS`; of other bands, 0."""
    here = look["reflectance"].to_numpy()[:, mask]
    bands = [str(each) for each in look["band"].to_numpy()]
    middle = dict(zip(bands, np.nanmedian(here, axis=1), strict=True))
    return np.array([float(middle.get(band, 0.0)) for band in BANDS])


def _moved(boxes: Iterable[Box], corner: tuple[int, int], gsd: float) -> list[Box]:
    return [replace(box, x=box.x - corner[1] * gsd, y=box.y - corner[0] * gsd) for box in boxes]


def _painted(
    boxes: Iterable[Box], level: Floats, contrast: float, rng: np.random.Generator
) -> list[Box]:
    return [
        replace(
            box, colour=tuple(np.clip(level + contrast + rng.normal(0.0, SHADE_SPREAD), 0.01, 0.95))
        )
        for box in boxes
    ]


def inject_stacks(
    look: xr.Dataset, area: InjectionArea, size: float, contrast: float, rng: np.random.Generator
) -> tuple[xr.Dataset, float]:
    """Draw blocks of containers on a quay.

    Parameters
    ----------
    look : xarray.Dataset
        ``reflectance``, dims (band, y, x).
    area : InjectionArea
        The quay.
    size : float
        Square metres wanted; fewer stand there if the blocks do not fit.
    contrast : float
        Container less quay, reflectance, alike in every band.
    rng : numpy.random.Generator
        Places and shades.

    Returns
    -------
    tuple of xarray.Dataset and float
        The look, and the square metres covered.

    Raises
    ------
    DataError
        If not one block fits.
    """
    one = railcar_stack_and_pit_layouts.SLOT[0] * railcar_stack_and_pit_layouts.SLOT[1]
    _check(look, "reflectance", area, size, contrast, least=one / 2.0, most=math.inf)
    gsd, left = _gsd(look), round(size / one)
    boxes: list[Box] = []
    taken: list[Floats] = []
    half = BLOCK_SPACING_M / 2.0
    for at in rng.permutation(np.argwhere(area.mask)):
        x, y = (at[1] + 0.5) * gsd, (at[0] + 0.5) * gsd
        if left <= 0:
            break
        if any(math.hypot(x - each[0], y - each[1]) < BLOCK_SPACING_M for each in taken):
            continue
        count = min(left, BLOCK_SLOTS[0] * BLOCK_SLOTS[1])
        block = railcar_stack_and_pit_layouts.stacks(
            rng, slots=count, quay=(x - half, y - half, x + half, y + half),
            axis=area.axis_deg - 90.0, block=BLOCK_SLOTS,
        )  # fmt: skip
        if not _inside(block.boxes, area.mask, gsd):
            continue
        boxes += block.boxes
        taken.append(np.array([x, y]))
        left -= count
    if not boxes:
        message = (
            f"no block of {BLOCK_SPACING_M:g} m fits the quay of {area.mask.sum()} pixels; "
            "draw the quay larger"
        )
        raise DataError(message)
    corner = _corner([(box.x, box.y) for box in boxes], gsd)
    painted = _painted(boxes, _level(look, area.mask), contrast, rng)
    return _drawn(look, _moved(painted, corner, gsd), corner), len(boxes) * one


def _inside(boxes: Sequence[Box], mask: Bools, gsd: float) -> bool:
    rows = np.array([int(box.y // gsd) for box in boxes])
    columns = np.array([int(box.x // gsd) for box in boxes])
    fits = (rows >= 0) & (columns >= 0) & (rows < mask.shape[0]) & (columns < mask.shape[1])
    return bool(fits.all() and mask[rows, columns].all())


def inject_cars(
    look: xr.Dataset, area: InjectionArea, size: float, contrast: float, rng: np.random.Generator
) -> tuple[xr.Dataset, float]:
    """Draw railcars on the tracks of a yard.

    Parameters
    ----------
    look : xarray.Dataset
        ``reflectance``, dims (band, y, x).
    area : InjectionArea
        The yard's corridor, and the centre lines of its tracks.
    size : float
        Number of cars wanted, of 13.92 m from coupling to coupling.
    contrast : float
        Car less ballast, reflectance, alike in every band.
    rng : numpy.random.Generator
        Places and shades.

    Returns
    -------
    tuple of xarray.Dataset and float
        The look, and the metres of track the cars take.
    """
    _check(look, "reflectance", area, size, contrast, least=1.0, most=math.inf)
    if not area.lines:
        message = "putting in: no track; give the area the lines of the yard's tracks"
        raise DataError(message)
    gsd = _gsd(look)
    west = float(look["x"][0]) - gsd / 2.0
    north = float(look["y"][0]) + gsd / 2.0
    lines = [np.stack([line[:, 0] - west, north - line[:, 1]], 1) for line in area.lines]
    made = railcar_stack_and_pit_layouts.yard(lines, rng, cars=round(size), contrast=contrast)
    corner = _corner([(box.x, box.y) for box in made.boxes], gsd)
    painted = _painted(made.boxes, _level(look, area.mask), contrast, rng)
    return _drawn(look, _moved(painted, corner, gsd), corner), made.metres


def inject_pits(
    look: xr.Dataset, area: InjectionArea, size: float, contrast: float, rng: np.random.Generator
) -> tuple[xr.Dataset, float]:
    """Draw a row of bermed pits in a field.

    Parameters
    ----------
    look : xarray.Dataset
        ``reflectance``, dims (band, y, x).
    area : InjectionArea
        The field.
    size : float
        Number of pits.
    contrast : float
        How far the ground goes from the field's own colour to that of bare soil: 1 all the way.
    rng : numpy.random.Generator
        Places and the soil's moisture.

    Returns
    -------
    tuple of xarray.Dataset and float
        The look, and the square metres laid bare.
    """
    _check(look, "reflectance", area, size, contrast, least=1.0, most=math.inf)
    gsd, count = _gsd(look), round(size)
    columns = min(count, 4)
    rows = -(-count // columns)
    x, y = _middle(area.mask, gsd)
    axis = area.axis_deg - 90.0
    cosine, sine = math.cos(math.radians(axis)), math.sin(math.radians(axis))
    along, aside = (columns - 1) * PIT_SPACING_M / 2.0, (rows - 1) * PIT_SPACING_M / 2.0
    start = (x - along * cosine + aside * sine, y - along * sine - aside * cosine)
    made = railcar_stack_and_pit_layouts.depot(
        rng, rows=rows, columns=columns, start=start, axis=axis, apart=PIT_SPACING_M
    )
    each = len(made.boxes) // len(made.pits)
    level, soil = _level(look, area.mask), np.array(SPECTRA["soil"])
    boxes = []
    for box in made.boxes[: count * each]:
        tone = np.array(box.colour) / soil
        boxes.append(replace(box, colour=tuple(level + contrast * (tone * soil - level))))
    if not _inside(boxes, area.mask, gsd):
        message = (
            f"putting in: {count} pits {PIT_SPACING_M:g} m apart do not fit the field of "
            f"{area.mask.sum()} pixels; put in fewer, or draw it larger"
        )
        raise DataError(message)
    corner = _corner([(box.x, box.y) for box in boxes], gsd)
    bare = made.area * count / len(made.pits)
    return _drawn(look, _moved(boxes, corner, gsd), corner), bare
