"""Outlines of land on a map: projection, clipping, lakes and the border of Ukraine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from skytally.core import chart_style as style, data_registry, read_json

Ring = np.ndarray
LEAST_CORNERS = 4
"""Corners of a ring that encloses an area, the first one twice."""


@dataclass(frozen=True)
class View:
    """Extent of a map: its centre and half its width."""

    lat: float
    """Latitude of the centre, degrees north."""
    lon: float
    """Longitude of the centre, degrees east."""
    half_width: float
    """Half the width in km."""
    aspect: float = 1.5
    """Width divided by height."""

    @property
    def half_height(self) -> float:
        """Half the height in km."""
        return self.half_width / self.aspect

    def project(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Project positions to km east and north of the centre, azimuthal equidistant on WGS 84."""
        plane = pyproj.Proj(proj="aeqd", lat_0=self.lat, lon_0=self.lon, ellps="WGS84")
        x, y = plane(lon, lat)
        return np.asarray(x) / 1000, np.asarray(y) / 1000


@dataclass(frozen=True)
class Outlines:
    """Rings in km from the centre of a view, in the order in which they are drawn."""

    land: tuple[Ring, ...]
    """Land with lakes in it."""
    lakes: tuple[Ring, ...]
    """Inland waters, drawn over `land`."""
    islands: tuple[Ring, ...]
    """Land without lakes, which may lie in one."""


def _clipped(lonlat: list[list[float]], view: View) -> list[Ring]:
    corners = np.array(lonlat)
    x, y = view.project(corners[:, 0], corners[:, 1])
    box = Bbox.from_extents(-view.half_width, -view.half_height, view.half_width, view.half_height)
    rings = Path(np.column_stack([x, y]), closed=True).clip_to_bbox(box).to_polygons()
    return [ring for ring in map(np.asarray, rings) if len(ring) >= LEAST_CORNERS]


def outlines(basemap: str, view: View) -> Outlines:
    """Land and inland waters of a basemap within a view.

    Parameters
    ----------
    basemap : str
        Slug of the data registry of a GeoJSON file of polygons; empty for a map without land.
    view : View
        Extent of the map.

    Returns
    -------
    Outlines
        Rings clipped to the view. The holes of a polygon are inland waters, such as the
        Caspian Sea.
    """
    if not basemap:
        return Outlines((), (), ())
    land: list[Ring] = []
    lakes: list[Ring] = []
    islands: list[Ring] = []
    for feature in read_json(data_registry.path(basemap))["features"]:
        found = feature["geometry"]["coordinates"]
        for outer, *holes in found if feature["geometry"]["type"] == "MultiPolygon" else [found]:
            (land if holes else islands).extend(_clipped(outer, view))
            for hole in holes:
                lakes += _clipped(hole, view)
    return Outlines(tuple(land), tuple(lakes), tuple(islands))


def draw_land(axes: Axes, basemap: str, border: str, view: View) -> None:
    """Draw the land of a basemap from the lowest layer up, and a state within its border.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The map.
    basemap, border : str
        As `outlines` takes them; without a border no state is drawn.
    view : View
        Extent of the map.
    """
    land, state = outlines(basemap, view), outlines(border, view)
    layers = [(land.land, style.LAND), (land.lakes, style.SEA), (land.islands, style.LAND)]
    if border:
        layers.append(((*state.land, *state.islands), style.STATE))
    for rings, colour in layers:
        axes.add_collection(PolyCollection(rings, facecolor=colour, edgecolor=style.COAST, lw=0.6))
