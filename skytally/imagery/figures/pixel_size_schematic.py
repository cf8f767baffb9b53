"""Schematic of what pixels of 10 m, 3 m and 0.5 m show, drawn by the simulator of the project."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skytally.core import chart_style as style
from skytally.figures import PageBlock, joined_blocks, picture, table_block
from skytally.imagery.simulate import SCENE_SIZE, object_sizes, port_image

PIXELS = (
    (10.0, "10 m: free (Sentinel-2)"),
    (3.0, "3 m: paid (as PlanetScope)"),
    (0.5, "0.5 m: paid (as WorldView)"),
)
"""Side of a pixel in metres, and whose images have it."""
BRIGHTEST, GAMMA = 0.42, 1.7
"""Reflectance drawn as white, and exponent of the brightness."""
SCALE_M = 50.0
"""Length of the scale bar, metres."""
NAMES = (("ship", 0.72, 0.68), ("containers", 0.74, 0.315), ("railcars", 0.62, 0.04))
"""Words on the finest picture, with their places as shares of its width and height."""
GROUND: dict[str, Any] = {"facecolor": style.INK, "alpha": 0.75, "edgecolor": "none", "pad": 2.0}
"""Dark ground of words on a picture."""
CAPTION = (
    "Simulated, no image of a real place: one made-up quay with a ship, containers and railcars, "
    "drawn three times by the simulator that also tests the methods of this book. At 10 m the "
    "ship is a bright bar and the containers are a stain; at 3 m the length of the ship and of a "
    "string of railcars can be read; at 0.5 m single containers and railcars can be counted."
)
OUTLINED = 3.0
"""Pixels across from which a thing has an outline, with at least one pixel wholly inside it."""
TABLE_CAPTION = (
    "Simulated: what the picture shows, in pixels along and across each thing as it is drawn. "
    "The words follow from the pixels across: under one, one to under {outlined:g}, and more."
)


def _colours(gsd: float) -> np.ndarray:
    bright = np.clip(port_image(gsd) / BRIGHTEST, 0.0, 1.0) ** (1.0 / GAMMA)
    return np.moveaxis(np.round(255.0 * bright).astype(np.uint8), 0, 2)


def _panel(axes: Axes, gsd: float, words: str) -> None:
    width, height = SCENE_SIZE
    axes.imshow(
        _colours(gsd), extent=(0.0, width, 0.0, height), interpolation="nearest", aspect="auto"
    )
    size: dict[str, Any] = {"fontsize": style.TEXT_PT, "color": style.WHITE, "bbox": GROUND}
    axes.text(0.015, 0.94, f"SIMULATED, {words}", va="top", transform=axes.transAxes,
              fontweight="bold", **size)  # fmt: skip
    left, low = 0.03 * width, 0.06 * height
    axes.plot([left, left + SCALE_M], [low, low], color=style.WHITE, lw=2.5)
    axes.text(left, low * 1.6, f"{SCALE_M:.0f} m", va="bottom", **size)
    axes.set(xlim=(0.0, width), ylim=(0.0, height))
    axes.set_axis_off()


def _what_is_seen(across: float) -> str:
    """Words for what a picture shows of a thing some pixels across."""
    if across < 1.0:
        return "narrower than a pixel: not told apart, many together are a stain or a streak"
    if across < OUTLINED:
        return "a bar without an outline: it can be seen, and neighbours merge"
    return "an outline: single ones can be seen and counted"


def _pixels(metres: float, gsd: float) -> str:
    """Length in pixels, to the whole pixel from ten on and to two digits below."""
    return f"{metres / gsd:.0f}" if metres >= 10.0 * gsd else f"{metres / gsd:.2g}"


def pixels_table() -> pd.DataFrame:
    """Tabulate the things of the simulated port in pixels of each size, with what is seen.

    Returns
    -------
    pandas.DataFrame
        A row for each thing, a column for each size of pixel.
    """
    return pd.DataFrame(
        [
            {"simulated thing": f"{name}, {length:.3g} by {width:.3g} m"}
            | {
                words: f"{_pixels(length, gsd)} by {_pixels(width, gsd)} pixels; "
                f"{_what_is_seen(width / gsd)}"
                for gsd, words in PIXELS
            }
            for name, (length, width) in object_sizes().items()
        ]
    )


def resolution_schematic() -> PageBlock:
    """Draw one simulated port three times, with pixels of 10 m, 3 m and 0.5 m.

    Returns
    -------
    PageBlock
        The picture, labelled as simulated in itself, in its caption and in its words, and a
        table of what each size of pixel shows of each thing.
    """
    width, height = SCENE_SIZE
    with mpl.rc_context(style.MPL_RC):
        inches = (style.WIDTH_IN, len(PIXELS) * style.WIDTH_IN * height / width)
        figure = Figure(figsize=inches, facecolor="none")
        figure.subplots_adjust(left=0, right=1, bottom=0, top=1, hspace=0.03)
        grid = figure.subplots(len(PIXELS), 1)
        for axes, (gsd, words) in zip(grid, PIXELS, strict=True):
            _panel(axes, gsd, words)
        for word, x, y in NAMES:
            grid[-1].text(
                x, y, word, transform=grid[-1].transAxes, fontsize=style.TEXT_PT,
                color=style.WHITE, bbox=GROUND, va="bottom",
            )  # fmt: skip
    sizes = ", ".join(f"{gsd:g} m" for gsd, _ in PIXELS)
    alt = f"Simulated picture, no real place, with pixels of {sizes}. {CAPTION}"
    drawn = picture(figure, name="resolution", alt=alt, caption=CAPTION, photo=True)
    caption = TABLE_CAPTION.format(outlined=OUTLINED)
    return joined_blocks([drawn, table_block(pixels_table(), caption=caption, empty="")])
