"""Small pictures of looks beside what was measured in them, and a slider between two of them."""

from __future__ import annotations

import base64
import hashlib
import html
import io
from collections.abc import Sequence

import numpy as np
from matplotlib import image

from skytally.acquired import marked
from skytally.figures.show import Shown
from skytally.imagery.pictures import Bytes, Chip

SHOWN = 192
"""Pixels along a picture on the page: a ship of 100 m is then as wide as a thumb."""


def _png(picture: Bytes) -> str:
    """Give a picture as a data address; the browser enlarges it without smoothing."""
    file = io.BytesIO()
    image.imsave(file, np.ascontiguousarray(picture), format="png")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _outlines(chip: Chip) -> str:
    rows, columns = chip.picture.shape[:2]
    rings = "".join(
        f'<polygon points="{" ".join(f"{x:.2f},{y:.2f}" for x, y in ring)}"/>'
        for ring in chip.outlines
    )
    return (
        f'<svg viewBox="0 0 {columns} {rows}" preserveAspectRatio="none" aria-hidden="true">'
        f"{rings}</svg>"
    )


def _told(chip: Chip) -> str:
    words = f"{chip.when}: {chip.said}; scene {chip.item_id}"
    return marked(words, rehearsal=chip.label != "")


def _picture(chip: Chip) -> str:
    rows, columns = chip.picture.shape[:2]
    metres = f"{columns * chip.gsd:.0f} by {rows * chip.gsd:.0f} m"
    alt = html.escape(f"Look of {_told(chip)}, {metres}, the outline drawn over it", quote=True)
    return (
        f'<span class="sk-chip" style="aspect-ratio:{columns}/{rows}">'
        f'<img src="{_png(chip.picture)}" alt="{alt}" width="{SHOWN}">{_outlines(chip)}</span>'
    )


def chips_shown(chips: Sequence[Chip], *, caption: str, empty: str) -> Shown:
    """Show small pictures side by side, each with its date and what was measured.

    Parameters
    ----------
    chips : sequence of Chip
        The pictures.
    caption : str
        What they show together.
    empty : str
        The sentence that stands for no picture.

    Returns
    -------
    Shown
    """
    if not chips:
        return Shown(f'<p class="sk-nothing">{html.escape(empty)}</p>', empty)
    figures = "".join(
        f"<figure>{_picture(each)}<figcaption>{html.escape(_told(each))}</figcaption></figure>"
        for each in chips
    )
    block = (
        f'<div class="sk-chips" role="group" aria-label="{html.escape(caption, quote=True)}">'
        f"<p>{html.escape(caption)}</p><div>{figures}</div></div>"
    )
    return Shown(block, "\n".join([caption, *(_told(each) for each in chips)]))


def slider_shown(before: Chip, after: Chip, *, caption: str) -> Shown:
    """Lay two looks of one place over each other, with a slider that moves the edge between them.

    Parameters
    ----------
    before, after : Chip
        The looks, of the same outline.
    caption : str
        What they show.

    Returns
    -------
    Shown
        The slider is the browser's own, so that arrows, Home and End move it; without scripts
        the edge stands in the middle.
    """
    seed = f"{before.item_id} {after.item_id} {caption}"
    name = f"sk-between-{hashlib.sha256(seed.encode()).hexdigest()[:10]}"
    move = (
        "this.parentNode.style.setProperty('--sk-cut',this.value+'%');"
        "this.setAttribute('aria-valuetext',this.value+' percent of the later look shown')"
    )
    said = html.escape(f"{caption} Left: {_told(before)}. Right: {_told(after)}.")
    block = (
        f'<figure class="sk-between" style="--sk-cut:50%">'
        f'<span class="sk-two">{_picture(after)}<span class="sk-over">{_picture(before)}</span>'
        f'</span><input id="{name}" type="range" min="0" max="100" value="50" '
        f'aria-valuetext="50 percent of the later look shown" '
        f'aria-label="Edge between the earlier and the later look" oninput="{move}">'
        f"<figcaption>{said}</figcaption></figure>"
    )
    return Shown(block, html.unescape(said))
