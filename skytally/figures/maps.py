"""Sites to maps: drawn from small public-domain outlines, without a tile server."""

from __future__ import annotations

import html
import json
import math
from dataclasses import dataclass

import holoviews as hv
import matplotlib as mpl
import numpy as np
import pandas as pd
import pyproj
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from skytally.core import registry
from skytally.core.wording import number
from skytally.figures.embed import Shown, show
from skytally.figures.mpl_charts import STYLE

LAND, SEA, COAST, MARK = "#e9e4d8", "#f4f8fb", "#8c8471", "#b24700"
REGIONS = {
    "overview": ("basemap_overview", ["rajin", "dunai", "tikhoretsk"], 4200.0),
    "far-east": ("basemap_far_east", ["rajin", "tumangang", "khasan", "dunai", "vostochny"], 175.0),
    "western-russia": (
        "basemap_western_russia",
        ["tikhoretsk", "mozdok-airbase", "yegorlykskaya", "toropets", "karachev", "soldatskoye"],
        1150.0,
    ),
}
"""Region to its outline, the sites marked on it and half the width of the map in km."""
CLOSEST = 15.0
"""Half width in km of a site's map, unless its uncertainty asks for more."""
NOT_LOCATED = "not located in the sources read"


@dataclass(frozen=True)
class View:
    """A map seen from above: where its centre is and how far it reaches."""

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
        """Give km east and north of the centre, azimuthal equidistant on WGS 84."""
        plane = pyproj.Proj(proj="aeqd", lat_0=self.lat, lon_0=self.lon, ellps="WGS84")
        x, y = plane(lon, lat)
        return np.asarray(x) / 1000, np.asarray(y) / 1000


def _rings(basemap: str, view: View) -> list[np.ndarray]:
    land = json.loads(registry.path(basemap).read_text(encoding="utf-8"))
    box = Bbox.from_extents(-view.half_width, -view.half_height, view.half_width, view.half_height)
    found = []
    for feature in land["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            lonlat = np.array(polygon[0])
            x, y = view.project(lonlat[:, 0], lonlat[:, 1])
            clipped = Path(np.column_stack([x, y]), closed=True).clip_to_bbox(box)
            rings = [np.asarray(ring) for ring in clipped.to_polygons()]
            found += [ring for ring in rings if len(ring) > 3]
    return found


def _circle(x: float, y: float, radius: float) -> np.ndarray:
    angle = np.linspace(0, 2 * math.pi, 73)
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])


def _located(sites: pd.DataFrame) -> pd.DataFrame:
    """Give the sites that have both coordinates."""
    return sites[sites["lat"].notna() & sites["lon"].notna()]


def _within(uncertainty_m: float) -> str:
    """Say how well a place is known, in words."""
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
        within=[_within(each) for each in sites["uncertainty_m"]],
    )[["id", "name", "x", "y", "radius", "position", "within", "position_method"]]


def _label_places(placed: pd.DataFrame) -> list[tuple[float, int, str]]:
    """Say for each site where its name stands: height, above or below, and which way it runs."""
    order = placed["x"].rank(method="first").astype(int)
    return [
        (y, 1 if turn % 2 else -1, "left" if x < 0 else "right" if x > 0 else "center")
        for x, y, turn in zip(placed["x"].round(3), placed["y"], order, strict=True)
    ]


def _paths(legs: pd.DataFrame, placed: pd.DataFrame) -> list[np.ndarray]:
    """Give a straight line for each leg whose two ends are on the map."""
    at = placed.set_index("id")[["x", "y"]]
    ends = legs[legs["from_site"].isin(at.index) & legs["to_site"].isin(at.index)]
    return [at.loc[[leg.from_site, leg.to_site]].to_numpy() for leg in ends.itertuples()]


def _names(placed: pd.DataFrame, view: View) -> list[hv.Labels]:
    return [
        hv.Labels(
            placed.iloc[[i]].assign(y=y + dy * 0.05 * view.half_height), ["x", "y"], "name"
        ).opts(text_font_size="9pt", text_color="#222222", text_align=side, text_baseline="middle")
        for i, (y, dy, side) in enumerate(_label_places(placed))
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
        color=MARK,
        size=50,
        hover_cols=["name", "position", "within", "position_method"],
        hover_tooltips=tips,
        responsive=True,
    )
    known = placed[placed["radius"].notna()]
    circles = [_circle(*row) for row in known[["x", "y", "radius"]].itertuples(index=False)]
    layers = [
        hv.Polygons(rings).opts(color=LAND, line_color=COAST, line_width=0.7),
        hv.Polygons(circles).opts(color=MARK, fill_alpha=0.15, line_color=MARK, line_dash="dashed"),
        hv.Path(paths).opts(color=MARK, line_dash="dotted", line_width=2),
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
            bgcolor=SEA,
            active_tools=[],
            toolbar="above",
            show_legend=False,
        )
    )


def _static(
    rings: list[np.ndarray], placed: pd.DataFrame, paths: list[np.ndarray], view: View
) -> Figure:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 5.0), layout="constrained")
        axes = figure.subplots()
        axes.set_facecolor(SEA)
        axes.add_collection(
            mpl.collections.PolyCollection(rings, facecolor=LAND, edgecolor=COAST, lw=0.6)
        )
        for path in paths:
            axes.plot(*path.T, ":", color=MARK, lw=1.5)
        for row in placed.itertuples():
            if not math.isnan(row.radius):
                axes.add_patch(
                    mpl.patches.Circle((row.x, row.y), row.radius, fc=MARK, alpha=0.15, lw=0)
                )
            axes.plot(row.x, row.y, "o", color=MARK, ms=4)
        for row, (y, dy, side) in zip(placed.itertuples(), _label_places(placed), strict=True):
            place = (row.x, y + dy * 0.05 * view.half_height)
            axes.text(*place, str(row.name), ha=side, va="center", fontsize=8)
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
) -> Shown:
    rings, placed = _rings(basemap, view), _placed(sites, view)
    paths = _paths(legs, placed)
    told = "; ".join(f"{row.name} at {row.position}, {row.within}" for row in placed.itertuples())
    return show(
        _live(rings, placed, paths, view),
        _static(rings, placed, paths, view),
        name=name,
        alt=f"Map. {told}.",
        caption=caption,
    )


def region_map(region: str, sites: pd.DataFrame, legs: pd.DataFrame) -> Shown:
    """Draw one region of the route with its located sites.

    Parameters
    ----------
    region : str
        A key of `REGIONS`.
    sites : pandas.DataFrame
        The table ``sites``.
    legs : pandas.DataFrame
        The table ``legs``.

    Returns
    -------
    Shown
        Sites without coordinates are left out and named in the caption; a site without
        uncertainty has no circle.

    Raises
    ------
    KeyError
        If there is no such region.
    """
    basemap, ids, half_width = REGIONS[region]
    wanted = sites[sites["id"].isin(ids)]
    chosen = _located(wanted)
    missing = ", ".join(wanted.loc[~wanted["id"].isin(chosen["id"]), "name"])
    left_out = f" Not on the map, {NOT_LOCATED}: {missing}." if missing else ""
    if chosen.empty:
        return Shown(f"<p>No map.{html.escape(left_out)}</p>", f"No map.{left_out}")
    view = View(
        (chosen["lat"].min() + chosen["lat"].max()) / 2,
        (chosen["lon"].min() + chosen["lon"].max()) / 2,
        half_width,
    )
    caption = (
        "Located sites with the radius within which each lies. Dotted lines join places that a "
        "source connects; they are not tracks. Outlines: Natural Earth; borders as drawn there, "
        f"without a position on them.{left_out}"
    )
    return _map(basemap, chosen, legs, view, name=f"map-{region}", caption=caption)


def _basemap_of(lat: float, lon: float) -> str:
    if 129 < lon < 134 and 41 < lat < 44:
        return "basemap_far_east"
    return "basemap_western_russia" if 30 < lon < 47 and 43 < lat < 58 else "basemap_overview"


def _site_block(sites: pd.DataFrame, legs: pd.DataFrame, row: pd.Series) -> str:
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
        reach = 4 * row["uncertainty_m"] / 1000 if known else CLOSEST
        told = (
            "the dashed circle is the radius of uncertainty"
            if known
            else "its uncertainty is not given, so it has no circle"
        )
        drawn = _map(
            _basemap_of(row["lat"], row["lon"]),
            sites[sites["id"] == row["id"]],
            legs,
            View(row["lat"], row["lon"], max(CLOSEST, reach)),
            name=f"map-{row['id']}",
            caption=f"{row['name']}: {told}.",
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


def site_blocks(sites: pd.DataFrame, legs: pd.DataFrame) -> str:
    """Write a block of HTML a site: position, uncertainty, how obtained, and its map.

    Parameters
    ----------
    sites : pandas.DataFrame
        The table ``sites``.
    legs : pandas.DataFrame
        The table ``legs``.

    Returns
    -------
    str
    """
    return "\n".join(_site_block(sites, legs, row) for _, row in sites.iterrows())
