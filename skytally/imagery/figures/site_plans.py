"""Plans of the sites: the outlines of a window, over its composite image where there is one."""

from __future__ import annotations

import io
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from skytally.core import chart_style as style, number
from skytally.figures import as_svg, with_letter_fonts, without_formulas
from skytally.imagery.acquire import rehearsal_marked
from skytally.imagery.sites import Outline, RingPoints, Site, rings_in_metres

KIND_STYLE = {
    "berth": (style.SERIES_COLOURS[0], "//", "-"),
    "quay": (style.SERIES_COLOURS[1], "\\\\", "--"),
    "openwater": (style.SERIES_COLOURS[6], "", ":"),
    "track": (style.SERIES_COLOURS[3], "||", "-."),
    "pit_area": (style.SERIES_COLOURS[5], "xx", (0, (1, 1))),
    "stable": (style.SERIES_COLOURS[2], "--", (0, (6, 1, 1, 1, 1, 1))),
}
"""Colour, pattern and line of each kind; over a picture, which the pattern would hide, the
line tells the kinds apart."""
KIND_WORDS = {
    "berth": "berths",
    "quay": "quays",
    "openwater": "open water",
    "track": "tracks",
    "pit_area": "area of pits",
    "stable": "for comparison",
}
BAR_SHARE = 0.3
"""Largest share of the window's width that the scale bar takes."""
PICTURE_DPI = 150
"""Dots an inch of a plan over a picture: at least one for each pixel of 10 m."""
JPEG_QUALITY = 85


@dataclass(frozen=True)
class Backdrop:
    """Picture under the outlines of a plan."""

    rgb: npt.NDArray[np.uint8]
    """Picture on the site's grid, (y, x, 3), north up."""
    description: str
    """What it was made from, in words."""
    rehearsal: bool = False
    """Whether it shows generated ground."""


def scale_m(width_m: float) -> float:
    """Length of a scale bar: 1, 2 or 5 times a power of ten, at most 0.3 of a width.

    Examples
    --------
    >>> scale_m(6000), scale_m(3600)
    (1000.0, 1000.0)
    """
    power = 10.0 ** np.floor(np.log10(BAR_SHARE * width_m))
    return float(max(step * power for step in (1, 2, 5) if step * power <= BAR_SHARE * width_m))


def _patch(outline: Outline, rings: list[RingPoints], *, over_picture: bool) -> PathPatch:
    colour, pattern, line = KIND_STYLE[outline.kind]
    path = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
    patch = PathPatch(
        path,
        facecolor="none",
        edgecolor=colour,
        hatch="" if over_picture else pattern,
        lw=1.8,
        ls=line,
    )
    if over_picture:
        patch.set_path_effects([withStroke(linewidth=4.0, foreground="white")])
    return patch


def _draw_outlines(axes: mpl.axes.Axes, site: Site, *, over_picture: bool) -> None:
    """Draw each outline with its name on its edge, no two names in one place."""
    west, south, east, north = site.grid.bounds
    wide, high = (east - west) / 1000, (north - south) / 1000
    for i, outline in enumerate(site.outlines):
        rings = [(ring - [west, south]) / 1000 for ring in rings_in_metres(outline, site)]
        axes.add_patch(_patch(outline, rings, over_picture=over_picture))
        ring = rings[0]
        x, y = ring[round((0.3 - 0.07 * i) * (len(ring) - 1)) % len(ring)]
        axes.text(
            float(np.clip(x, 0.12 * wide, 0.88 * wide)),
            float(np.clip(y, 0.03 * high, 0.97 * high)),
            outline.name,
            fontsize=style.SMALL_PT,
            color=KIND_STYLE[outline.kind][0],
            ha="center",
            va="center",
            path_effects=[withStroke(linewidth=3.0, foreground="white")],
            zorder=6,
        )


def _bars(axes: mpl.axes.Axes, site: Site) -> None:
    """Draw the scale bar and, to the same scale, the positional uncertainty of the outlines."""
    west, south, east, north = site.grid.bounds
    wide, high = (east - west) / 1000, (north - south) / 1000
    length = scale_m(east - west)
    sigmas = sorted({outline.pos_sigma_m for outline in site.outlines})
    low_m = min(sigmas, default=site.pos_sigma_m)
    high_m = max(sigmas, default=site.pos_sigma_m)
    spread = number(high_m) if low_m == high_m else f"{number(low_m)} to {number(high_m)}"
    box = mpl.patches.FancyBboxPatch(
        (0.03 * wide, 0.025 * high),
        max(length, high_m) / 1000 + 0.4 * wide,
        0.15 * high,
        boxstyle="round,pad=0,rounding_size=0.05",
        fc="white",
        ec="none",
        alpha=0.85,
        zorder=4,
    )
    axes.add_patch(box)
    for y, metres, words in (
        (0.115, length, f"scale: {number(length)} m"),
        (0.045, high_m, f"position known to {spread} m (one standard deviation)"),
    ):
        place = (0.045 * wide, y * high)
        line = [place[0], place[0] + metres / 1000]
        axes.plot(line, [place[1]] * 2, color=style.INK, lw=3, solid_capstyle="butt", zorder=5)
        above = place[1] + 0.028 * high
        axes.text(
            place[0], above, words, fontsize=style.SMALL_PT, va="center", color=style.INK, zorder=5
        )


def site_plan(site: Site, *, backdrop: Backdrop | None = None) -> Figure:
    """Plan of the window of a site with its outlines, a scale bar and their uncertainty.

    Parameters
    ----------
    site : Site
        With its outlines.
    backdrop : Backdrop or None
        Drawn under the outlines where there is one.

    Returns
    -------
    matplotlib.figure.Figure
    """
    west, south, east, north = site.grid.bounds
    wide, high = (east - west) / 1000, (north - south) / 1000
    with mpl.rc_context({**style.MPL_RC, "hatch.linewidth": 0.7}):
        figure = Figure(figsize=(7.2, 7.2 * high / wide + 0.9), layout="constrained")
        axes = figure.subplots()
        axes.set_facecolor(style.PLAN_LAND)
        if backdrop is not None:
            axes.imshow(backdrop.rgb, extent=(0, wide, 0, high), interpolation="nearest")
        _draw_outlines(axes, site, over_picture=backdrop is not None)
        _bars(axes, site)
        axes.set(
            xlim=(0, wide),
            ylim=(0, high),
            aspect="equal",
            xlabel=f"km east of the window's corner (UTM zone, EPSG:{site.grid.epsg})",
            ylabel="km north",
        )
        axes.grid(visible=False)
        if backdrop is not None and backdrop.rehearsal:
            axes.set_title("REHEARSAL: generated ground, no observation", fontsize=style.TITLE_PT)
        figure.legend(
            handles=[_legend_entry(outline) for outline in site.outlines],
            loc="outside lower left",
            frameon=False,
            fontsize=style.SMALL_PT,
            handlelength=2.6,
            handleheight=1.4,
        )
        return figure


def _legend_entry(outline: Outline) -> mpl.patches.Patch:
    colour, pattern, line = KIND_STYLE[outline.kind]
    words = KIND_WORDS[outline.kind]
    name = words if outline.name == words else f"{words}: {outline.name}"
    return mpl.patches.Patch(
        fc="white",
        ec=colour,
        hatch=pattern,
        ls=line,
        lw=1.5,
        label=f"{name} ({outline.status})",
    )


def plan_file(site: Site, *, backdrop: Backdrop | None = None) -> tuple[str, bytes]:
    """Plan of a site as the content of a file.

    Returns
    -------
    suffix : str
        ``.svg`` where only lines are drawn, ``.jpg`` over a picture.
    content : bytes
        The same for the same site and picture.
    """
    figure = site_plan(site, backdrop=backdrop)
    if backdrop is None:
        return ".svg", as_svg(figure).encode()
    buffer = io.BytesIO()
    without_formulas(figure)
    with_letter_fonts(figure)
    with mpl.rc_context(style.MPL_RC):
        figure.savefig(
            buffer,
            format="jpeg",
            dpi=PICTURE_DPI,
            bbox_inches="tight",
            pil_kwargs={"quality": JPEG_QUALITY},
        )
    return ".jpg", buffer.getvalue()


def plan_text(site: Site, *, backdrop: Backdrop | None = None) -> str:
    """Alternative text of a plan."""
    west, south, east, north = site.grid.bounds
    listed = "; ".join(
        f"{KIND_WORDS[outline.kind]}, {outline.name}, placed to {number(outline.pos_sigma_m)} m, "
        f"{outline.status}"
        for outline in site.outlines
    )
    under = f" Under them: {backdrop.description}." if backdrop else ""
    return rehearsal_marked(
        f"Plan of the window of {site.name}, {number((east - west) / 1000)} by "
        f"{number((north - south) / 1000)} km. Outlines: {listed}.{under}",
        rehearsal=backdrop is not None and backdrop.rehearsal,
    )
