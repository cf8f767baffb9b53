"""Maps of the sites of the record, drawn on small public-domain outlines of land."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass

import holoviews as hv
import matplotlib as mpl
import numpy as np
import pandas as pd
import pyproj
from IPython.utils.capture import capture_output
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from skytally.core import chart_style as style, data_registry, number, read_json
from skytally.figures.embed import PageBlock, sentence, show
from skytally.figures.map_regions import basemap_at

with capture_output():  # in a notebook the import writes a loader that asks a CDN for BokehJS
    import hvplot.pandas  # noqa: F401  (adds .hvplot to tables)

CLOSE_HALF_WIDTH_KM = 15.0
"""Half width of a site's map, unless its uncertainty asks for more."""
NOT_LOCATED = "not located in the sources read"


@dataclass(frozen=True)
class View:
    """Extent of a map: its centre and half its width."""

    lat: float
    """Latitude of the centre, degrees north."""
    lon: float
    """Longitude of the centre, degrees east."""
    half_width: float
    """Half the width in km; the height is two thirds of the width."""

    @property
    def half_height(self) -> float:
        """Half the height in km."""
        return self.half_width / 1.5

    def project(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Project positions to km east and north of the centre, azimuthal equidistant on WGS 84."""
        plane = pyproj.Proj(proj="aeqd", lat_0=self.lat, lon_0=self.lon, ellps="WGS84")
        x, y = plane(lon, lat)
        return np.asarray(x) / 1000, np.asarray(y) / 1000


def _rings(basemap: str, view: View) -> list[np.ndarray]:
    if not basemap:
        return []
    land = read_json(data_registry.path(basemap))
    box = Bbox.from_extents(-view.half_width, -view.half_height, view.half_width, view.half_height)
    drawn = []
    for feature in land["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            lonlat = np.array(polygon[0])
            x, y = view.project(lonlat[:, 0], lonlat[:, 1])
            clipped = Path(np.column_stack([x, y]), closed=True).clip_to_bbox(box)
            rings = [np.asarray(ring) for ring in clipped.to_polygons()]
            drawn += [ring for ring in rings if len(ring) > 3]
    return drawn


def _circle(x: float, y: float, radius: float) -> np.ndarray:
    angle = np.linspace(0, 2 * math.pi, 73)
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])


def _located(sites: pd.DataFrame) -> pd.DataFrame:
    """Sites that have both coordinates."""
    return sites[sites["lat"].notna() & sites["lon"].notna()]


def _within(uncertainty_m: float) -> str:
    """Uncertainty of a position in words."""
    if math.isnan(uncertainty_m):
        return "its uncertainty is not given"
    return f"within {number(uncertainty_m)} m"


def _placed(sites: pd.DataFrame, view: View) -> pd.DataFrame:
    x, y = view.project(sites["lon"].to_numpy(), sites["lat"].to_numpy())
    return sites.assign(
        x=x,
        y=y,
        radius=sites["uncertainty_m"] / 1000,
        position=[
            f"{lat:.4f} N, {lon:.4f} E" for lat, lon in zip(sites["lat"], sites["lon"], strict=True)
        ],
        within=[_within(uncertainty) for uncertainty in sites["uncertainty_m"]],
    )[["id", "name", "x", "y", "radius", "position", "within", "position_method"]]


def _label_positions(placed: pd.DataFrame) -> list[tuple[float, int, str]]:
    """Height, side (above or below) and alignment of the name of each site."""
    order = placed["x"].rank(method="first").astype(int)
    return [
        (y, 1 if turn % 2 else -1, "left" if x < 0 else "right" if x > 0 else "center")
        for x, y, turn in zip(placed["x"].round(3), placed["y"], order, strict=True)
    ]


def _paths(legs: pd.DataFrame, placed: pd.DataFrame) -> list[np.ndarray]:
    """Straight line of each leg whose two ends are on the map."""
    at = placed.set_index("id")[["x", "y"]]
    ends = legs[legs["from_site"].isin(at.index) & legs["to_site"].isin(at.index)]
    return [at.loc[[leg.from_site, leg.to_site]].to_numpy() for leg in ends.itertuples()]


def _names(placed: pd.DataFrame, view: View) -> list[hv.Labels]:
    return [
        hv.Labels(
            placed.iloc[[i]].assign(y=y + dy * 0.05 * view.half_height), ["x", "y"], "name"
        ).opts(
            text_font_size=f"{style.TEXT_PT}pt",
            text_color=style.TEXT,
            text_align=side,
            text_baseline="middle",
        )
        for i, (y, dy, side) in enumerate(_label_positions(placed))
    ]


def _live(
    rings: list[np.ndarray], placed: pd.DataFrame, paths: list[np.ndarray], view: View
) -> hv.Overlay:
    tips = [
        ("site", "@{name}"),
        ("position", "@{position}"),
        ("uncertainty", "@{within}"),
        ("how", "@{position_method}"),
    ]
    points = placed.hvplot.scatter(
        x="x",
        y="y",
        color=style.SITE_MARK,
        size=50,
        hover_cols=["name", "position", "within", "position_method"],
        hover_tooltips=tips,
        responsive=True,
    )
    known = placed[placed["radius"].notna()]
    circles = [_circle(*row) for row in known[["x", "y", "radius"]].itertuples(index=False)]
    layers = [
        hv.Polygons(rings).opts(color=style.LAND, line_color=style.COAST, line_width=0.7),
        hv.Polygons(circles).opts(
            color=style.SITE_MARK, fill_alpha=0.15, line_color=style.SITE_MARK, line_dash="dashed"
        ),
        hv.Path(paths).opts(color=style.SITE_MARK, line_dash="dotted", line_width=2),
        points,
        *_names(placed, view),
    ]
    return hv.Overlay(layers).opts(
        hv.opts.Overlay(
            responsive=True,
            aspect=1.5,
            xlim=(-view.half_width, view.half_width),
            ylim=(-view.half_height, view.half_height),
            xlabel="km east of the centre",
            ylabel="km north",
            bgcolor=style.SEA,
            active_tools=[],
            toolbar="above",
            show_legend=False,
        )
    )


def _static(
    rings: list[np.ndarray], placed: pd.DataFrame, paths: list[np.ndarray], view: View
) -> Figure:
    with mpl.rc_context(style.MPL_RC):
        figure = Figure(figsize=(7.2, 5.0), layout="constrained")
        axes = figure.subplots()
        axes.set_facecolor(style.SEA)
        axes.add_collection(
            mpl.collections.PolyCollection(
                rings, facecolor=style.LAND, edgecolor=style.COAST, lw=0.6
            )
        )
        for path in paths:
            axes.plot(*path.T, ":", color=style.SITE_MARK, lw=1.5)
        for row in placed.itertuples():
            if not math.isnan(row.radius):
                axes.add_patch(
                    mpl.patches.Circle(
                        (row.x, row.y), row.radius, fc=style.SITE_MARK, alpha=0.15, lw=0
                    )
                )
            axes.plot(row.x, row.y, "o", color=style.SITE_MARK, ms=4)
        for row, (y, dy, side) in zip(placed.itertuples(), _label_positions(placed), strict=True):
            place = (row.x, y + dy * 0.05 * view.half_height)
            axes.text(*place, str(row.name), ha=side, va="center", fontsize=style.LABEL_PT)
        axes.set(
            xlim=(-view.half_width, view.half_width),
            ylim=(-view.half_height, view.half_height),
            aspect="equal",
            xlabel="km east of the centre",
            ylabel="km north",
        )
        axes.grid(visible=False)
        return figure


def _map(
    basemap: str, sites: pd.DataFrame, legs: pd.DataFrame, view: View, *, name: str, caption: str
) -> PageBlock:
    rings, placed = _rings(basemap, view), _placed(sites, view)
    paths = _paths(legs, placed)
    described = "; ".join(
        f"{row.name} at {row.position}, {row.within}" for row in placed.itertuples()
    )
    return show(
        _live(rings, placed, paths, view),
        _static(rings, placed, paths, view),
        name=name,
        alt=f"Map. {described}.",
        caption=caption,
    )


def region_map(
    region: str, regions: pd.DataFrame, sites: pd.DataFrame, legs: pd.DataFrame
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

    Returns
    -------
    Shown
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
    caption = (
        "Located sites with the radius within which each lies. Dotted lines join places that a "
        "source connects; they are not tracks. Outlines: Natural Earth; borders as drawn there, "
        f"without a position on them.{left_out}"
    )
    return _map(row["basemap"], chosen, legs, view, name=f"map-{region}", caption=caption)


def _site_block(
    regions: pd.DataFrame, sites: pd.DataFrame, legs: pd.DataFrame, row: pd.Series
) -> str:
    facts = {
        "kind": row["kind"],
        "position": NOT_LOCATED,
        "how obtained": f"{row['position_method']}: {row['note']}",
        "source": "",
    }
    drawn = ""
    if not (math.isnan(row["lat"]) or math.isnan(row["lon"])):
        known = not math.isnan(row["uncertainty_m"])
        facts["position"] = (
            f"{row['lat']:.4f} N, {row['lon']:.4f} E (WGS 84), {_within(row['uncertainty_m'])}"
        )
        reach = 4 * row["uncertainty_m"] / 1000 if known else CLOSE_HALF_WIDTH_KM
        circle = (
            "the dashed circle is the radius of uncertainty"
            if known
            else "its uncertainty is not given, so it has no circle"
        )
        drawn = _map(
            basemap_at(regions, lat=row["lat"], lon=row["lon"]),
            sites[sites["id"] == row["id"]],
            legs,
            View(row["lat"], row["lon"], max(CLOSE_HALF_WIDTH_KM, reach)),
            name=f"map-{row['id']}",
            caption=f"{row['name']}: {circle}.",
        ).block
    listed = "".join(
        f"<dt>{html.escape(word)}</dt><dd>{html.escape(str(text))}</dd>"
        for word, text in facts.items()
        if text
    )
    anchor, source = (html.escape(row[word], quote=True) for word in ("id", "source_id"))
    return (
        f'<section class="sk-site" id="{anchor}"><h3>{html.escape(row["name"])}'
        f'<a class="headerlink" href="#{anchor}" title="Link to this site">#</a></h3>'
        f'<dl>{listed}<dt>source</dt><dd><a href="sources.html#{source}">{source}</a></dd></dl>'
        f"{drawn}</section>"
    )


def site_blocks(regions: pd.DataFrame, sites: pd.DataFrame, legs: pd.DataFrame) -> str:
    """HTML of all sites, one block per site: position, uncertainty, how obtained, and its map.

    Parameters
    ----------
    regions : pandas.DataFrame
        Result of `skytally.figures.map_regions.read_regions`; they say which basemap is used.
    sites : pandas.DataFrame
        The table ``sites``.
    legs : pandas.DataFrame
        The table ``route_connections``.

    Returns
    -------
    str
        A sentence where there is no site.
    """
    if sites.empty:
        return sentence("The record has no site yet.").block
    return "\n".join(_site_block(regions, sites, legs, row) for _, row in sites.iterrows())
