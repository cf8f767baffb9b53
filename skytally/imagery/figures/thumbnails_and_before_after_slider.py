"""Thumbnails of images with what was measured in them, and a slider between two of them."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from matplotlib import image

from skytally.core import DataError
from skytally.figures import PageBlock
from skytally.imagery.figures.measured_line_charts import with_label
from skytally.imagery.pipeline import Bytes, Thumbnail

THUMBNAIL_PX = 192
"""Width of a thumbnail on the page, pixels: a ship of 100 m is then as wide as a thumb."""


def _png(picture: Bytes) -> str:
    """PNG data address of a picture; the browser enlarges it without smoothing."""
    file = io.BytesIO()
    image.imsave(file, np.ascontiguousarray(picture), format="png")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _outlines(chip: Thumbnail) -> str:
    rows, columns = chip.picture.shape[:2]
    rings = "".join(
        f'<polygon points="{" ".join(f"{x:.2f},{y:.2f}" for x, y in ring)}"/>'
        for ring in chip.outlines
    )
    return (
        f'<svg viewBox="0 0 {columns} {rows}" preserveAspectRatio="none" aria-hidden="true">'
        f"{rings}</svg>"
    )


def _description(chip: Thumbnail) -> str:
    words = f"{chip.when}: {chip.finding}; scene {chip.item_id}"
    return with_label(words, chip.label)


def _picture(chip: Thumbnail) -> str:
    rows, columns = chip.picture.shape[:2]
    metres = f"{columns * chip.gsd:.0f} by {rows * chip.gsd:.0f} m"
    over = ", the outline drawn over it" if chip.outlines else ""
    alt = html.escape(f"Look of {_description(chip)}, {metres}{over}", quote=True)
    return (
        f'<span class="sk-chip" style="aspect-ratio:{columns}/{rows}">'
        f'<img src="{_png(chip.picture)}" alt="{alt}" width="{THUMBNAIL_PX}">'
        f"{_outlines(chip)}</span>"
    )


def thumbnails_block(chips: Sequence[Thumbnail], *, caption: str, empty: str) -> PageBlock:
    """Thumbnails side by side, each with its date and what was measured.

    Parameters
    ----------
    chips : sequence of Thumbnail
        The pictures.
    caption : str
        What they show together.
    empty : str
        The sentence that stands for no picture.

    Returns
    -------
    PageBlock
    """
    if not chips:
        return PageBlock(f'<p class="sk-nothing">{html.escape(empty)}</p>', empty)
    figures = "".join(
        f"<figure>{_picture(chip)}<figcaption>{html.escape(_description(chip))}</figcaption></figure>"
        for chip in chips
    )
    block = (
        f'<div class="sk-chips" role="group" aria-label="{html.escape(caption, quote=True)}">'
        f"<p>{html.escape(caption)}</p><div>{figures}</div></div>"
    )
    return PageBlock(block, "\n".join([caption, *(_description(chip) for chip in chips)]))


def slider_block(before: Thumbnail, after: Thumbnail, *, caption: str) -> PageBlock:
    """Two images of one place over each other, with a slider that moves the edge between them.

    Parameters
    ----------
    before, after : Thumbnail
        The looks, cut from the same window.
    caption : str
        What they show.

    Returns
    -------
    PageBlock
        The slider is the browser's own, so that arrows, Home and End move it; without scripts
        and on paper the two pictures stand side by side.

    Raises
    ------
    DataError
        If the pictures differ in size: an edge between them would then lie.
    """
    sizes = [(*chip.picture.shape[:2], chip.gsd) for chip in (before, after)]
    if sizes[0] != sizes[1]:
        sizes_text = " and ".join(
            f"{wide} by {high} pixels of {gsd:g} m" for high, wide, gsd in sizes
        )
        message = f"slider {caption!r}: pictures of {sizes_text}; cut both from the same window"
        raise DataError(message)
    label = html.escape(caption, quote=True)
    words = [f"Before: {_description(before)}.", f"After: {_description(after)}."]
    sides = "".join(
        f"<div>{_picture(chip)}<p>{html.escape(text)}</p></div>"
        for chip, text in zip((before, after), words, strict=True)
    )
    block = (
        f'<figure class="sk-between" style="--sk-cut:50%"><figcaption>{label}</figcaption>'
        f'<div class="sk-two">{sides}</div>'
        f'<input type="range" min="0" max="100" value="50" autocomplete="off" '
        f'aria-valuetext="50 percent from the left shows before, the rest after" '
        f'aria-label="Edge between before and after: {label}"></figure>'
    )
    return PageBlock(block, "\n".join([caption, *words]))
