"""Maps of the sites of the record, drawn on small public-domain outlines of land."""

from __future__ import annotations

import html
import math
import textwrap
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from skytally.core import chart_style as style, number
from skytally.figures.basemap import View, draw_land
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, picture, sentence
from skytally.figures.map_regions import basemap_at
from skytally.figures.matplotlib_charts import as_svg_address
from skytally.figures.route_map import scale_bar

CLOSE_HALF_WIDTH_KM = 15.0
"""Half width of a site's map, unless its uncertainty asks for more."""
REGION_IN, SITE_IN = (3.75, 2.56), (2.7, 1.8)
"""Width and height of the map of a region and of a site, inches: letters of `style.TEXT_PT` are
at least 11 pixels high where they are shown 350 and 240 pixels wide."""
LETTERS_OF_A_NAME = 20
"""Letters in a line of the name of a site on a map of a region."""
LETTER = (0.0185, 0.055)
"""Width and height of a letter of a name, as shares of the map of a region."""
NAME_GAP = 0.04
"""Between a mark and its name, as a share of half the width."""
NAME_SHIFTS = (0.0, 0.06, -0.06, 0.12, -0.12, 0.18, -0.18)
"""Shifts of a name to the north that are tried in turn, as shares of the height."""
NOT_LOCATED = "not located in the sources read"
BORDER_WORDS = "Ukraine is drawn within its internationally recognised borders."


def position_words(lat: float, lon: float) -> str:
    """Latitude and longitude in degrees with the words of their hemispheres.

    Examples
    --------
    >>> position_words(42.2268, 130.285), position_words(-33.9, -18.4)
    ('42.2268 N, 130.2850 E', '33.9000 S, 18.4000 W')
    """
    north, east = "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"
    return f"{abs(lat):.4f} {north}, {abs(lon):.4f} {east}"


def _located(sites: pd.DataFrame) -> pd.DataFrame:
    """Sites that have both coordinates."""
    return sites[sites["lat"].notna() & sites["lon"].notna()]


def _within(uncertainty_m: float) -> str:
    """Uncertainty of a position in words."""
    if math.isnan(uncertainty_m):
        return "its uncertainty is not given"
    return f"within {number(uncertainty_m)} m"


@dataclass(frozen=True)
class _Place:
    name: str
    x: float
    y: float
    radius: float
    words: str


def _placed(sites: pd.DataFrame, view: View) -> list[_Place]:
    x, y = view.project(sites["lon"].to_numpy(), sites["lat"].to_numpy())
    return [
        _Place(
            str(row["name"]), float(east), float(north), row["uncertainty_m"] / 1000,
            f"{row['name']} at {position_words(row['lat'], row['lon'])}, "
            f"{_within(row['uncertainty_m'])}",
        )
        for (_, row), east, north in zip(sites.iterrows(), x, y, strict=True)
    ]  # fmt: skip


def _paths(legs: pd.DataFrame, sites: pd.DataFrame, view: View) -> list[np.ndarray]:
    """Straight line of each leg whose two ends are on the map."""
    at = sites.set_index("id")[["lon", "lat"]]
    ends = legs[legs["from_site"].isin(at.index) & legs["to_site"].isin(at.index)]
    lines = [at.loc[[leg.from_site, leg.to_site]].to_numpy() for leg in ends.itertuples()]
    return [np.column_stack(view.project(line[:, 0], line[:, 1])) for line in lines]


def _box(place: _Place, words: str, side: int, shift: float, view: View) -> Bbox:
    """Room of the words of a place to its right (1) or left (-1), in km."""
    lines = words.split("\n")
    width = max(map(len, lines)) * LETTER[0] * 2 * view.half_width
    height = len(lines) * LETTER[1] * 2 * view.half_height
    ends = sorted(
        place.x + side * each
        for each in (NAME_GAP * view.half_width, NAME_GAP * view.half_width + width)
    )
    y = place.y + shift * 2 * view.half_height - height / 2
    return Bbox.from_extents(ends[0], y, ends[1], y + height)


def _name_sites(axes: Axes, places: list[_Place], view: View) -> None:
    """Write the name of each site beside its mark, where it meets no other name."""
    frame = Bbox.from_extents(
        -view.half_width, -view.half_height, view.half_width, view.half_height
    )
    taken: list[Bbox] = []
    for place in sorted(places, key=lambda each: (-each.y, each.name)):
        words = textwrap.fill(place.name, LETTERS_OF_A_NAME)
        first = 1 if place.x < 0 else -1
        tried = [(side, shift) for shift in NAME_SHIFTS for side in (first, -first)]
        free = [
            (side, box)
            for side, shift in tried
            for box in (_box(place, words, side, shift, view),)
            if frame.containsx(box.x0) and frame.containsx(box.x1)
            if not any(box.overlaps(other) for other in taken)
        ]
        side, box = free[0] if free else (first, _box(place, words, first, 0.0, view))
        taken.append(box)
        axes.annotate(
            words, (place.x, place.y), (box.x0 if side > 0 else box.x1, (box.y0 + box.y1) / 2),
            ha="left" if side > 0 else "right", va="center", fontsize=style.TEXT_PT,
            color=style.TEXT, zorder=5,
            arrowprops={"arrowstyle": "-", "lw": 0.6, "color": style.SITE_MARK, "shrinkA": 0},
            bbox={"boxstyle": "square,pad=0", "fc": style.WHITE, "alpha": 0.6, "lw": 0},
        )  # fmt: skip


def _draw(
    base: tuple[str, str],
    sites: pd.DataFrame,
    legs: pd.DataFrame,
    view: View,
    *,
    size: tuple[float, float],
    named: bool,
) -> tuple[Figure, list[_Place]]:
    """Map of sites, and the sites as drawn."""
    places = _placed(sites, view)
    with mpl.rc_context(style.MPL_RC):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        axes.set_facecolor(style.SEA)
        draw_land(axes, *base, view)
        for path in _paths(legs, sites, view):
            axes.plot(*path.T, ":", color=style.SITE_MARK, lw=1.5)
        for place in places:
            if not math.isnan(place.radius):
                axes.add_patch(
                    mpl.patches.Circle(
                        (place.x, place.y), place.radius, fc=f"{style.SITE_MARK}26",
                        ec=style.SITE_MARK, ls="--", lw=0.8,
                    )
                )  # fmt: skip
            axes.plot(place.x, place.y, "o", color=style.SITE_MARK, ms=4)
        if named:
            _name_sites(axes, places, view)
        scale_bar(axes, view, size=style.TEXT_PT)
        axes.set(
            xlim=(-view.half_width, view.half_width), ylim=(-view.half_height, view.half_height),
            aspect="equal", xticks=[], yticks=[],
        )  # fmt: skip
        axes.spines[:].set_visible(False)
    return figure, places


def _alt(places: list[_Place]) -> str:
    return f"Map. {'; '.join(place.words for place in places)}."


def region_map(
    region: str,
    regions: pd.DataFrame,
    sites: pd.DataFrame,
    legs: pd.DataFrame,
    *,
    source_line: str = "",
) -> PageBlock:
    """Map of one region of the route with its located sites.

    Parameters
    ----------
    region : str
        Id of a row of `regions`.
    regions : pandas.DataFrame
        Result of `skytally.figures.map_regions.read_regions`.
    sites : pandas.DataFrame
        The table ``sites``.
    legs : pandas.DataFrame
        The table ``route_connections``.
    source_line : str
        Title, edition and licence of the book, written into the picture.

    Returns
    -------
    PageBlock
        Sites without coordinates are left out and named in the caption; a site without
        uncertainty has no circle. A sentence where no site is located.

    Raises
    ------
    KeyError
        If there is no such region.
    """
    row = regions.set_index("id").loc[region]
    wanted = sites[sites["id"].isin(row["sites"].split())]
    chosen = _located(wanted)
    missing = ", ".join(wanted.loc[~wanted["id"].isin(chosen["id"]), "name"])
    left_out = f" Not on the map, {NOT_LOCATED}: {missing}." if missing else ""
    if chosen.empty:
        return sentence(f"No map.{left_out}", name=f"map-{region}")
    view = View(
        (chosen["lat"].min() + chosen["lat"].max()) / 2,
        (chosen["lon"].min() + chosen["lon"].max()) / 2,
        float(row["half_width_km"]),
    )
    border = f" {BORDER_WORDS}" if row["border"] else ""
    caption = (
        "Sites with a known position. A circle is the radius within which its site lies; on a map "
        "of this width most are smaller than the mark. Dotted lines join places that a source "
        f"connects; they are not tracks. Outlines: Natural Earth.{border}{left_out}"
    )
    figure, places = _draw(
        (row["basemap"], row["border"]), chosen, legs, view, size=REGION_IN, named=True
    )
    figure.supxlabel(source_line, fontsize=style.SMALL_PT, color=style.SOFT_TEXT)
    return picture(figure, name=f"map-{region}", alt=_alt(places), caption=caption)


def _thumbnail(regions: pd.DataFrame, row: pd.Series) -> str:
    """Small map of a site, which a click enlarges."""
    known = not math.isnan(row["uncertainty_m"])
    reach = 4 * row["uncertainty_m"] / 1000 if known else CLOSE_HALF_WIDTH_KM
    view = View(row["lat"], row["lon"], max(CLOSE_HALF_WIDTH_KM, reach))
    figure, places = _draw(
        basemap_at(regions, lat=row["lat"], lon=row["lon"]),
        row.to_frame().T.infer_objects(),
        pd.DataFrame({"from_site": [], "to_site": []}),
        view,
        size=SITE_IN,
        named=False,
    )
    circle = (
        "The dashed circle is the radius within which the site lies."
        if known
        else "Its uncertainty is not given, so it has no circle."
    )
    return (
        f'<details class="sk-thumb" id="map-{html.escape(row["id"], quote=True)}"><summary>'
        f'<img alt="{html.escape(_alt(places), quote=True)}" src="{as_svg_address(figure)}">'
        f'</summary><p class="sk-thumb-words">{circle} The bar gives the scale.</p></details>'
    )


def _obtained(method: str, note: str) -> str:
    """How a position was obtained, without the method twice where the note begins with it."""
    return note if note.startswith(method) else f"{method}: {note}" if note else method


def _site_block(regions: pd.DataFrame, row: pd.Series, source: str) -> str:
    located = not (math.isnan(row["lat"]) or math.isnan(row["lon"]))
    position = NOT_LOCATED
    if located:
        words = position_words(row["lat"], row["lon"])
        position = f"{words} (WGS 84), {_within(row['uncertainty_m'])}"
    facts = {
        "kind": html.escape(str(row["kind"])),
        "position": html.escape(position),
        "how obtained": html.escape(_obtained(row["position_method"], row["note"])),
        "source": source,
    }
    listed = "".join(f"<dt>{word}</dt><dd>{text}</dd>" for word, text in facts.items() if text)
    anchor = html.escape(row["id"], quote=True)
    return (
        f'<section class="sk-site" id="{anchor}"><h3>{html.escape(row["name"])}'
        f'<a class="headerlink" href="#{anchor}" title="Link to this site">#</a></h3>'
        f"{_thumbnail(regions, row) if located else ''}<dl>{listed}</dl></section>"
    )


def site_blocks(regions: pd.DataFrame, sites: pd.DataFrame, sources: dict[str, str]) -> str:
    """HTML of all sites: those on a map in a grid, then those that no source locates.

    Parameters
    ----------
    regions : pandas.DataFrame
        Result of `skytally.figures.map_regions.read_regions`; they say which basemap is used.
    sites : pandas.DataFrame
        The table ``sites``.
    sources : dict of str to str
        Ready HTML of the link to each source, by its id.

    Returns
    -------
    str
        A sentence where there is no site.
    """
    if sites.empty:
        return sentence("The record has no site yet.").block
    known = _located(sites)
    grids = []
    for words, rows in (
        ("", known),
        (
            "No source that was read locates the following sites, so they are on no map.",
            sites[~sites["id"].isin(known["id"])],
        ),
    ):
        blocks = [
            _site_block(regions, row, sources[row["source_id"]]) for _, row in rows.iterrows()
        ]
        if blocks:
            lead = f"<p>{words}</p>" if words else ""
            grids.append(f'{lead}<div class="sk-sites">{"".join(blocks)}</div>')
    return "\n".join(grids)
