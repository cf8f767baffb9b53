"""Outlines of a site read strictly from GeoJSON, as drawing programs save it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skytally.core import scan_json, slug_of, written
from skytally.imagery.sites.outline_geometry_and_ring_faults import (
    COARSE_DECIMALS,
    ENOUGH_DECIMALS,
    POLYGON_TYPES,
    comma_corner,
    exchanged,
    overlaps_window,
    rasterized,
    repeated_corners,
    ring_faults,
    rings_of,
    slipped_corners,
    window_lonlat,
)
from skytally.imagery.sites.site_model import Outline, Site

OUTLINE_KIND, OUTLINE_STATUS = "outline_kind", "outline_status"
"""Vocabularies of ``vocabulary.csv``; a kind of outline is added there, with its meaning."""
OUTLINE_PROPERTIES = ("kind", "name", "digitised_from", "pos_sigma_m", "status", "axis_deg")
"""Properties of every outline."""
SAVE = "save it as a FeatureCollection in longitude and latitude on WGS 84 (CRS84, EPSG:4326)"
"""What to do with a file in another form or another coordinate system."""
LONLAT_NAMES = {
    *("EPSG:4326", "OGC:CRS84", "CRS84", "WGS84"),
    *("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84"),
    *("urn:ogc:def:crs:EPSG::4326", "http://www.opengis.net/def/crs/EPSG/0/4326"),
    *("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "urn:ogc:def:crs:EPSG:4326"),
}
"""Names under which programs write the one coordinate system of GeoJSON (RFC 7946, section 4)."""
SHAPEFILE_NAME = 10
"""Letters at which a Shapefile cuts the name of a property."""
MAX_SIGMA_M = 100_000.0
"""Metres; a position that is known worse than this is none."""
NUMBER_AS_TEXT = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:m|metres|°)?\s*")
"""A number as a column of text holds it, perhaps with its unit."""
MAX_NAME_LENGTH = 80
"""Characters of an outline's name, which stands in charts and in names of files."""

MAX_ORIGIN_LENGTH = 5_000
"""Characters that say what an outline was drawn from, and how it was moved since."""

Vocabularies = Mapping[str, tuple[str, ...]]


def read_outlines(
    path: Path, site: Site, vocabularies: Vocabularies
) -> tuple[tuple[Outline, ...], list[str]]:
    """Read the outlines of a site and collect their faults instead of raising them.

    Parameters
    ----------
    path : Path
        ``<slug>.geojson``.
    site : Site
        Its grid is that in whose window the outlines lie.
    vocabularies : mapping of str to tuple of str
        Kinds and statuses of outlines.

    Returns
    -------
    outlines : tuple of Outline
    faults : list of str
        One sentence a fault, with file and outline, what was found and what to do. What is
        wrong with the file as a whole, such as its coordinate system, stands alone.
    """
    if not path.is_file():
        return (), [f"{path.name}: no such file; draw the outlines of {site.slug}"]
    collection, unreadable = scan_json(path)
    if unreadable:
        return (), [str(fault) for fault in unreadable]
    whole = next(_collection_faults(collection, site), "")
    if whole:
        return (), [f"{path.name}: {whole}"]
    outlines: list[Outline] = []
    found_of: dict[int, list[str]] = {}
    for number, feature in enumerate(collection["features"], start=1):
        taken = {slug_of(str(other.name)): other.name for other in outlines}
        outline = Outline(
            geometry=feature["geometry"] or {},
            **{name: feature["properties"].get(name) for name in OUTLINE_PROPERTIES},
        )
        missing = [name for name in OUTLINE_PROPERTIES if name not in feature["properties"]]
        found = (
            [_missing_words(missing, feature["properties"])]
            if missing
            else _outline_faults(outline, site, vocabularies, taken=taken)
        )
        found_of[number] = list(found)
        if not missing:
            outlines.append(outline)
    return tuple(outlines), _told(path.name, found_of)


def _missing_words(missing: list[str], there: Mapping[str, object]) -> str:
    """Fault of properties that an outline lacks, of which some stand there under another name."""
    cut = {
        name: other
        for name in missing
        for other in there
        if other not in OUTLINE_PROPERTIES and _is_cut(other, name)
    }
    alone = [name for name in missing if name not in cut]
    told = []
    if cut:
        why = "a Shapefile cuts names at ten letters"
        if any(len(other) == len(name) for name, other in cut.items()):
            why = "names are written in small letters"
        names = " and ".join(f"{name} for {other}" for name, other in cut.items())
        told.append(f"found {' and '.join(cut.values())}; {why}, write {names}")
    if alone:
        told.append(f"no {', '.join(alone)}; give it (axis_deg may be null)")
    return "; ".join(told)


def _is_cut(other: str, name: str) -> bool:
    """Whether a name is what a program made of another: cut, or in other letters."""
    plain = other.strip().lower()
    return plain == name or (len(plain) == SHAPEFILE_NAME and name.startswith(plain))


def outlines_from_geojson(text: str) -> tuple[Outline, ...]:
    """Parse outlines that `outline_writer.outlines_to_geojson` wrote, without any check."""
    return tuple(
        Outline(geometry=feature["geometry"], **feature["properties"])
        for feature in json.loads(text)["features"]
    )


def _told(name: str, found_of: dict[int, list[str]]) -> list[str]:
    """Faults with their outlines; what is wrong with every outline alike is said once."""
    alike = {tuple(found) for found in found_of.values()}
    if len(found_of) > 1 and len(alike) == 1:
        return [f"{name}, every outline: {fault}" for fault in alike.pop()]
    return [
        f"{name}, outline {number}: {fault}"
        for number, found in found_of.items()
        for fault in found
    ]


def _collection_faults(collection: object, site: Site) -> Iterator[str]:
    """Yield what is wrong with the file as a whole, the most telling first."""
    if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
        kind = collection.get("type") if isinstance(collection, dict) else None
        yield f"{written(kind, most=40) if kind else 'no type'} and no FeatureCollection; {SAVE}"
        return
    features = collection.get("features")
    if not isinstance(features, list):
        yield f"features is {written(features, most=40)} and no list; draw the outlines, and {SAVE}"
        return
    for place, holder in _holders(collection, features):
        if (crs := holder.get("crs")) is not None and not _is_lonlat(crs):
            yield f"{place}crs {written(_name_of(crs))}; {SAVE}"
    if not features:
        yield "no outline; draw at least one polygon"
    for number, feature in enumerate(features, start=1):
        parts = feature if isinstance(feature, dict) else {}
        sound = parts.get("type") == "Feature" and isinstance(parts.get("properties"), dict)
        if not sound or not isinstance(parts.get("geometry", {}), dict | None):
            found = "no Feature with properties and geometry"
            yield f"outline {number} is {found} ({written(feature, most=40)}); {SAVE}"
        parts.setdefault("geometry", None)
    yield from _position_faults(features, site)


def _holders(
    collection: dict[str, Any], features: list[Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object that may name a coordinate system, with its place in words."""
    yield "", collection
    for number, feature in enumerate(features, start=1):
        for holder in (feature, feature.get("geometry") if isinstance(feature, dict) else None):
            if isinstance(holder, dict):
                yield f"outline {number} with ", holder


def _name_of(crs: object) -> str:
    properties = crs.get("properties") if isinstance(crs, dict) else crs
    name = properties.get("name") if isinstance(properties, dict) else properties
    return name if isinstance(name, str) else written(crs)


def _is_lonlat(crs: object) -> bool:
    return _name_of(crs).strip().upper() in {name.upper() for name in LONLAT_NAMES}


def _position_faults(features: list[Any], site: Site) -> Iterator[str]:
    """Yield the fault of positions that are no degrees, or that all have latitude first."""
    geometries = [each["geometry"] for each in features if each["geometry"]]
    drawn = [each for each in geometries if each.get("type") in POLYGON_TYPES]
    corners = [
        corner
        for geometry in drawn
        for ring in rings_of(geometry)
        for corner in ring
        if isinstance(corner, list) and len(corner) > 1
        if all(type(value) in (int, float) and math.isfinite(value) for value in corner[:2])
    ]
    commas = _comma_corners(features, site)
    beyond = [corner for corner in corners if max(map(abs, corner[:2])) > 360]
    # one corner among sound ones slipped; a file in metres has no sound one
    far = beyond[0] if 2 * len(beyond) > len(corners) else None
    turned = next((corner for corner in corners if _is_turned(corner[0], site)), None)
    if commas:
        yield commas
    elif turned:
        lon, lat = turned[:2]
        advice = "add 360 to" if lon < 0 else "subtract 360 from"
        yield f"a corner at {lon}, {lat}, once round the Earth; {advice} such longitudes"
    elif far:
        yield f"a corner at {far[0]}, {far[1]}, which are no degrees; {SAVE}"
    elif drawn and corners and all(_has_latitude_first(each, site) for each in drawn):
        yield "latitude before longitude in every outline; exchange them, longitude comes first"
    else:
        yield from _rounding_fault(drawn, corners)


def _comma_corners(features: list[Any], site: Site) -> str:
    """Fault of corners whose degrees have a decimal comma, which JSON takes for a new number."""
    found = [
        (number, feature["properties"].get("name"), place, corner, meant)
        for number, feature in enumerate(features, start=1)
        if feature["geometry"] and feature["geometry"].get("type") in POLYGON_TYPES
        for ring in rings_of(feature["geometry"])
        for place, corner in enumerate(ring, start=1)
        if (meant := comma_corner(corner, site))
    ]
    if not found:
        return ""
    number, name, place, corner, meant = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return (
        f"outline {number} ({written(name)}) has corner {place} with a decimal "
        f"comma, {written(corner)}{more}; write a decimal point, [{meant}]"
    )


def _rounding_fault(drawn: list[dict[str, Any]], corners: list[list[float]]) -> Iterator[str]:
    """Yield the fault of a file all of whose degrees were rounded until corners fell together."""
    together = sum(repeated_corners(ring) for each in drawn for ring in rings_of(each))
    decimals = max((_decimals(value) for corner in corners for value in corner[:2]), default=0)
    if together and decimals <= COARSE_DECIMALS:
        yield (
            f"every corner is rounded to {decimals} decimals of a degree, so that {together} fall "
            f"together with the one before; save it again with {ENOUGH_DECIMALS} decimals "
            "(COORDINATE_PRECISION in QGIS and ogr2ogr)"
        )


def _decimals(value: float) -> int:
    """Count the decimals of a number as it is written."""
    return len(f"{value:.9f}".rstrip("0").partition(".")[2])


def _is_turned(lon: float, site: Site) -> bool:
    """Whether a longitude lies at the site once 360 degrees are added or subtracted."""
    if abs(lon) <= 180:
        return False
    west, _, east, _ = window_lonlat(site)
    return any(west - 1 <= lon + turn <= east + 1 for turn in (-360, 360))


def _has_latitude_first(geometry: dict[str, Any], site: Site) -> bool:
    if overlaps_window(geometry, site):
        return False
    return overlaps_window(exchanged(geometry), site)


def word_fault(name: str, value: object, vocabulary: tuple[str, ...]) -> Iterator[str]:
    """Yield the fault of a word that its vocabulary does not have."""
    if value not in vocabulary:
        yield f"{name} {written(value)}; use one of {', '.join(vocabulary)}"


def _name_faults(name: object, taken: dict[str, str]) -> Iterator[str]:
    if not isinstance(name, str) or not name or name in taken.values():
        yield f"name {written(name)}; give each outline a name of its own"
    elif len(name) > MAX_NAME_LENGTH:
        yield f"a name of {len(name)} characters; use at most {MAX_NAME_LENGTH}"
    elif not slug_of(name):
        advice = "use letters a to z or digits, which the names of files are made of"
        yield f"name {written(name)}; {advice}"
    elif other := taken.get(slug_of(name)):
        found = f"name {written(name)} makes the same name of a file as {written(other)}"
        yield f"{found}; let them differ in letters or digits"


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(float(str(value)))


def _without_quotes(value: object) -> str:
    """Advice on a number that a program saved as text; empty for anything else."""
    number = NUMBER_AS_TEXT.fullmatch(value) if isinstance(value, str) else None
    return f"it is text; write the number {number[1]} without quotation marks" if number else ""


def _outline_faults(
    outline: Outline, site: Site, vocabularies: Vocabularies, *, taken: dict[str, str]
) -> Iterator[str]:
    yield from word_fault("kind", outline.kind, vocabularies[OUTLINE_KIND])
    yield from word_fault("status", outline.status, vocabularies[OUTLINE_STATUS])
    yield from _name_faults(outline.name, taken)
    if not isinstance(outline.digitised_from, str) or not outline.digitised_from.strip():
        found = written(outline.digitised_from)
        yield f"digitised_from {found}; say in words what it was drawn from"
    elif len(outline.digitised_from) > MAX_ORIGIN_LENGTH:
        found = f"digitised_from of {len(outline.digitised_from)} characters"
        yield f"{found}; use at most {MAX_ORIGIN_LENGTH}"
    if not _is_number(outline.pos_sigma_m) or not 0 < outline.pos_sigma_m <= MAX_SIGMA_M:
        found = written(outline.pos_sigma_m, most=40)
        advice = _without_quotes(outline.pos_sigma_m)
        yield f"pos_sigma_m {found}; {advice or f'give metres above 0, at most {MAX_SIGMA_M:g}'}"
    axis = outline.axis_deg
    if axis is not None and not (_is_number(axis) and 0 <= axis < 180):
        advice = _without_quotes(axis) or "give degrees from 0 to 180, or null"
        yield f"axis_deg {written(axis)}; {advice}"
    if outline.geometry.get("type") not in POLYGON_TYPES:
        yield f"geometry {written(outline.geometry.get('type'))}; draw a polygon"
        return
    if slipped := slipped_corners(outline.geometry, site):
        yield from (f"found {fault}" for fault in slipped)
        return
    unsound = ring_faults(outline.geometry)
    yield from (f"found {fault}" for fault in unsound)
    if not unsound and not rasterized([outline], site, gsd=10).any():
        if overlaps_window(outline.geometry, site):
            yield "covers no pixel of 10 m; draw its corners apart"
            return
        hint = "check longitude and latitude"
        if _has_latitude_first(outline.geometry, site):
            hint = "latitude stands before longitude; exchange them"
        yield f"lies outside the window of its site; {hint}"
