"""Polygons in degrees brought into the metres of a zone, points that cannot be refused.

Sites as data: one fixed grid each, and outlines that are generous until confirmed.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
import pyproj
from rasterio.features import rasterize

from skytally.core.errors import DataError, refuse
from skytally.core.wording import slug_of

LONLAT = "EPSG:4326"
AREAL = ("Polygon", "MultiPolygon")


@cache
def _to_grid(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(LONLAT, epsg, always_xy=True)


def projected(geometry: dict[str, Any], epsg: int) -> dict[str, Any]:
    """Give a polygon or multipolygon in metres of a UTM zone.

    Parameters
    ----------
    geometry : dict
        GeoJSON, longitude and latitude.
    epsg : int
        The zone.

    Returns
    -------
    dict
        GeoJSON of the same type.

    Raises
    ------
    ValueError
        If it is no polygon, a ring has fewer than four points, or a point is not on Earth or
        cannot be projected.
    """
    kind, given = geometry.get("type"), geometry.get("coordinates")
    if kind not in AREAL or not isinstance(given, list) or not given:
        words = f"{kind!r} is no polygon"
        raise ValueError(words)
    polygons = [given] if kind == "Polygon" else given
    made = [[_ring(ring, epsg) for ring in polygon] for polygon in polygons]
    return {"type": kind, "coordinates": made[0] if kind == "Polygon" else made}


def _ring(points: list[list[float]], epsg: int) -> list[list[float]]:
    lonlat = np.asarray([point[:2] for point in points], dtype=float)
    if len(lonlat) < 4 or not (np.abs(lonlat) <= (180, 90)).all():
        words = "a ring needs four points on Earth or more"
        raise ValueError(words)
    x, y = _to_grid(epsg).transform(*lonlat.T)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        words = f"a point cannot be projected to EPSG:{epsg}"
        raise ValueError(words)
    return [[float(east), float(north)] for east, north in zip(x, y, strict=True)]


KINDS = ("berth", "quay", "openwater", "track", "pit_area", "stable")
TO_CONFIRM, CONFIRMED = "to be confirmed on imagery", "confirmed on imagery"
STATUSES = (TO_CONFIRM, CONFIRMED)
EVIDENCE, PLACEBO = ROLES = ("evidence", "placebo")
REGISTER = "register.csv"
COLUMNS = (
    "slug",
    "name",
    "country",
    "utc_offset_hours",
    "epsg",
    "west",
    "south",
    "east",
    "north",
    "position_source",
    "position_method",
    "pos_sigma_m",
    "role",
    "twin_of",
    "twin_reason",
    "note",
)
"""Columns of the register of sites, in order."""
PROPERTIES = ("kind", "name", "digitised_from", "pos_sigma_m", "status", "axis_deg")
"""Properties of every outline."""
STEP = 60
"""Metres; the corners of a grid are multiples of it, so that 10, 20 and 60 m pixels nest."""
TWIN_MARK = " (twin of "
"""Stands in the name of every twin and of no other site, so that no page prints one unlabelled."""
SLUG = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True)
class Grid:
    """The fixed grid of a site, on which every look lies."""

    epsg: int
    """UTM zone of the site."""
    bounds: tuple[int, int, int, int]
    """West, south, east, north in metres, multiples of 60 so that 10, 20 and 60 m nest."""

    def shape(self, gsd: float) -> tuple[int, int]:
        """Give rows and columns for pixels of `gsd` metres."""
        west, south, east, north = self.bounds
        return round((north - south) / gsd), round((east - west) / gsd)

    def transform(self, gsd: float) -> affine.Affine:
        """Give the transform from column and row to metres for pixels of `gsd` metres."""
        return affine.Affine(gsd, 0.0, self.bounds[0], 0.0, -gsd, self.bounds[3])


@dataclass(frozen=True)
class Outline:
    """Where an object of a site lies, as far as is known."""

    kind: str
    """``berth``, ``quay``, ``openwater``, ``track``, ``pit_area`` or ``stable``."""
    name: str
    """Name of the outline, unique within its site."""
    geometry: dict[str, Any]
    """GeoJSON polygon or multipolygon, longitude and latitude on WGS 84."""
    digitised_from: str
    """What it was drawn from."""
    pos_sigma_m: float
    """One standard deviation of its position, metres."""
    status: str
    """``to be confirmed on imagery`` or ``confirmed on imagery``."""
    axis_deg: float | None
    """Direction of its long side, degrees clockwise from north, 0 to 180; None if unknown."""


@dataclass(frozen=True)
class Site:
    """A place that is looked at."""

    slug: str
    """Name in files and tables."""
    name: str
    """Name for readers."""
    country: str
    """ISO 3166 code of two letters."""
    utc_offset_hours: float
    """Local standard time minus UTC."""
    grid: Grid
    """The grid of every look."""
    outlines: tuple[Outline, ...]
    """What lies where."""
    role: str
    """``evidence`` or ``placebo``."""
    pos_sigma_m: float
    """One standard deviation of the position of the site's point, metres."""
    position_source: str
    """Id of a row of the record's sites, for a twin of ``positions.csv``."""
    twin_of: str = ""
    """Slug of the site it is like and of which it should show nothing; empty for evidence."""
    twin_reason: str = ""
    """Why it is alike and should show nothing; empty for evidence."""

    @property
    def is_twin(self) -> bool:
        """Tell whether the site is a twin, which is looked at and never counted as evidence."""
        return self.role == PLACEBO


def read_sites(folder: Path) -> dict[str, Site]:
    """Read the register of sites and the outlines of each.

    Parameters
    ----------
    folder : Path
        Holds ``register.csv`` and one ``<slug>.geojson`` a site.

    Returns
    -------
    dict of str to Site
        Slug to site, in the order of the register.

    Raises
    ------
    DataError
        If a column or a file is missing, a number cannot be read, a corner of a grid is no
        multiple of 60, a site appears twice, a twin has no site, no reason or no label, or an
        outline has no name, an unknown kind or status, or lies outside its site. All faults
        at once.
    """
    table = folder / REGISTER
    if not table.is_file():
        message = f"{table}: no such file; restore the register of sites"
        raise DataError(message)
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            found = ", ".join(reader.fieldnames or ())
            message = f"{table}: columns {found}; write them as {', '.join(COLUMNS)}"
            raise DataError(message)
        rows = list(reader)
    faults: list[str] = []
    sites: dict[str, Site] = {}
    for line, row in enumerate(rows, start=2):
        place = f"{REGISTER}, line {line}"
        wrong = list(_row_faults(row, known=sites))
        if wrong:
            faults += [f"{place}: {each}" for each in wrong]
            continue
        site = _site(row)
        outlines, wrong = _outlines(folder / f"{row['slug']}.geojson", site)
        faults += wrong
        sites[site.slug] = Site(**{**site.__dict__, "outlines": outlines})
    for site in sites.values():
        faults += [f"{REGISTER}: {fault}" for fault in _twin_faults(site, sites)]
    refuse(faults, what=f"sites in {folder}")
    return sites


def _row_faults(row: dict[str, str], *, known: dict[str, Site]) -> Iterator[str]:
    if None in row or None in row.values():
        yield "cells do not match the header; check commas and quotation marks"
        return
    slug = row["slug"]
    if not SLUG.fullmatch(slug):
        yield f"slug {slug!r}; use lower-case letters, digits and dashes"
    if slug in known:
        yield f"site {slug!r} appears twice; keep one row"
    if row["role"] not in ROLES:
        yield f"role {row['role']!r}; use one of {', '.join(ROLES)}"
    numbers = {}
    for word in ("utc_offset_hours", "pos_sigma_m"):
        try:
            numbers[word] = float(row[word])
        except ValueError:
            yield f"{word} {row[word]!r}; write a number"
    for word in ("epsg", "west", "south", "east", "north"):
        try:
            numbers[word] = int(row[word])
        except ValueError:
            yield f"{word} {row[word]!r}; write a whole number"
    if len(numbers) == 7:
        yield from _number_faults(numbers)


def _twin_faults(site: Site, sites: dict[str, Site]) -> Iterator[str]:
    if not site.is_twin:
        if site.twin_of or site.twin_reason or TWIN_MARK in site.name:
            yield f"{site.slug}: named as a twin, and its role is {site.role}; use {PLACEBO}"
        return
    of = sites.get(site.twin_of)
    if of is None or of.is_twin:
        known = ", ".join(slug for slug, each in sites.items() if not each.is_twin)
        yield f"{site.slug}: twin_of {site.twin_of!r}; name a site of evidence: {known}"
    elif not site.name.endswith(f"{TWIN_MARK}{of.name})"):
        yield f"{site.slug}: name {site.name!r}; end it with '{TWIN_MARK}{of.name})'"
    if not site.twin_reason:
        yield f"{site.slug}: no twin_reason; say why it is alike and should show nothing"


def _number_faults(numbers: dict[str, float]) -> Iterator[str]:
    if not -12 <= numbers["utc_offset_hours"] <= 14:
        yield f"utc_offset_hours {numbers['utc_offset_hours']}; give hours between -12 and 14"
    if not numbers["pos_sigma_m"] > 0:
        yield f"pos_sigma_m {numbers['pos_sigma_m']}; give metres above 0"
    if not (32601 <= numbers["epsg"] <= 32660 or 32701 <= numbers["epsg"] <= 32760):
        yield f"epsg {numbers['epsg']}; give the UTM zone of the site (326xx or 327xx)"
    for word in ("west", "south", "east", "north"):
        if numbers[word] % STEP:
            yield f"{word} {numbers[word]} is no multiple of {STEP}; move the corner"
    if numbers["west"] >= numbers["east"] or numbers["south"] >= numbers["north"]:
        yield "the window is empty; west must be below east and south below north"


def _site(row: dict[str, str]) -> Site:
    west, south, east, north = (int(row[word]) for word in ("west", "south", "east", "north"))
    return Site(
        slug=row["slug"],
        name=row["name"],
        country=row["country"],
        utc_offset_hours=float(row["utc_offset_hours"]),
        grid=Grid(int(row["epsg"]), (west, south, east, north)),
        outlines=(),
        role=row["role"],
        pos_sigma_m=float(row["pos_sigma_m"]),
        position_source=row["position_source"],
        twin_of=row["twin_of"],
        twin_reason=row["twin_reason"],
    )


def _outlines(path: Path, site: Site) -> tuple[tuple[Outline, ...], list[str]]:
    if not path.is_file():
        return (), [f"{path.name}: no such file; draw the outlines of {site.slug}"]
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (ValueError, KeyError, TypeError) as error:
        return (), [f"{path.name}: no FeatureCollection ({error}); save it as GeoJSON"]
    found: list[Outline] = []
    faults = []
    for number, feature in enumerate(features, start=1):
        place = f"{path.name}, outline {number}"
        properties, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        missing = [word for word in PROPERTIES if word not in properties]
        if missing:
            faults.append(f"{place}: no {', '.join(missing)}; give it (axis_deg may be null)")
            continue
        outline = Outline(geometry=geometry, **{word: properties[word] for word in PROPERTIES})
        taken = {slug_of(str(each.name)): each.name for each in found}
        faults += [f"{place}: {fault}" for fault in _outline_faults(outline, site, taken=taken)]
        found.append(outline)
    return tuple(found), faults


def _name_faults(name: str, taken: dict[str, str]) -> Iterator[str]:
    if not isinstance(name, str) or not name or name in taken.values():
        yield f"name {name!r}; give each outline a name of its own"
    elif not slug_of(name):
        yield f"name {name!r}; use letters a to z or digits, which the names of files are made of"
    elif slug_of(name) in taken:
        yield (
            f"name {name!r} makes the same name of a file as {taken[slug_of(name)]!r}; let them "
            "differ in letters or digits"
        )


def _outline_faults(outline: Outline, site: Site, *, taken: dict[str, str]) -> Iterator[str]:
    if outline.kind not in KINDS:
        yield f"kind {outline.kind!r}; use one of {', '.join(KINDS)}"
    if outline.status not in STATUSES:
        yield f"status {outline.status!r}; use one of {', '.join(STATUSES)}"
    yield from _name_faults(outline.name, taken)
    if not isinstance(outline.pos_sigma_m, (int, float)) or not outline.pos_sigma_m > 0:
        yield f"pos_sigma_m {outline.pos_sigma_m!r}; give metres above 0"
    axis = outline.axis_deg
    if axis is not None and not (isinstance(axis, (int, float)) and 0 <= axis < 180):
        yield f"axis_deg {axis!r}; give degrees from 0 to 180, or null"
    if outline.geometry.get("type") not in AREAL:
        yield f"geometry {outline.geometry.get('type')!r}; draw a polygon"
        return
    try:
        inside = _burn([outline], site, gsd=10).any()
    except (ValueError, KeyError, TypeError, IndexError) as error:
        yield f"geometry cannot be drawn ({error}); draw it again"
        return
    if not inside:
        yield "lies outside the window of its site; check longitude and latitude"


def _burn(outlines: list[Outline], site: Site, *, gsd: float) -> npt.NDArray[np.bool_]:
    shapes = [projected(outline.geometry, site.grid.epsg) for outline in outlines]
    burnt = rasterize(
        shapes, out_shape=site.grid.shape(gsd), transform=site.grid.transform(gsd), dtype="uint8"
    )
    return np.asarray(burnt, dtype=bool)


def mask(site: Site, kind: str, *, gsd: float) -> npt.NDArray[np.bool_]:
    """Give the pixels of a site that lie in its outlines of one kind.

    Parameters
    ----------
    site : Site
        The site.
    kind : str
        Kind of outline.
    gsd : float
        Pixel size, metres.

    Returns
    -------
    ndarray of bool, (y, x)
        True where the centre of the pixel lies in an outline; rows run from north to south.

    Raises
    ------
    DataError
        If the site has no outline of that kind, so that "nothing here" is never mistaken
        for "nothing known".
    """
    chosen = [outline for outline in site.outlines if outline.kind == kind]
    if not chosen:
        known = ", ".join(sorted({outline.kind for outline in site.outlines})) or "none"
        message = (
            f"site {site.slug}: no outline of kind {kind!r}; it has {known}; "
            f"draw one in data/sites/{site.slug}.geojson"
        )
        raise DataError(message)
    return _burn(chosen, site, gsd=gsd)


def share_inside(site: Site, geometry: dict[str, Any]) -> float:
    """Give the share of a site's window that a footprint holds.

    Parameters
    ----------
    site : Site
        The site.
    geometry : dict
        GeoJSON geometry, longitude and latitude.

    Returns
    -------
    float
        0 to 1, counted on pixels of 60 m.

    Raises
    ------
    ValueError
        If it is no polygon on Earth.
    """
    burnt = rasterize(
        [projected(geometry, site.grid.epsg)],
        out_shape=site.grid.shape(STEP),
        transform=site.grid.transform(STEP),
        dtype="uint8",
    )
    return float(np.asarray(burnt).mean())


def bbox_lonlat(site: Site) -> tuple[float, float, float, float]:
    """Give west, south, east, north of a site's window in degrees, holding all of it."""
    back = pyproj.Transformer.from_crs(site.grid.epsg, LONLAT, always_xy=True)
    west, south, east, north = back.transform_bounds(*site.grid.bounds)
    return west, south, east, north
