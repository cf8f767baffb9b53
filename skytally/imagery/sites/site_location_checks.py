"""Whether sites and published points lie where their country, time zone and window are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyproj

from skytally.core import Fault, read_table, scan
from skytally.imagery.sites.outline_geometry_and_ring_faults import (
    metres_outside_window,
    window_lonlat,
)
from skytally.imagery.sites.site_model import Site

POSITIONS = "positions.csv"
"""Published points beside those of the record, and those of the control sites."""
FARTHEST_POINT_M = 30_000.0
"""Metres from a site's window; a point farther than this and its own radius is of another place."""
FARTHEST_ZONE_M = 4_500_000.0
"""Metres from the nearest town for which the time zone database names a zone of the country."""
ZONE_LINE = re.compile(r"([A-Z]{2})\t([+-]\d{4,6})([+-]\d{5,7})\t([\w/+-]+)", re.ASCII)
"""A line of ``zone.tab``: country, latitude, longitude and name of a zone."""
MIDWINTER, MIDSUMMER = (datetime(2024, month, 1, tzinfo=UTC) for month in (1, 7))
"""Days on one of which a zone keeps standard time."""
EARTH = pyproj.Geod(ellps="WGS84")


def _degrees(text: str) -> float:
    """Degrees of ISO 6709 as the database writes it: ``+3901`` or ``+0123456``."""
    digits = text[1:]
    width = 2 if len(digits) in (4, 6) else 3
    parts = [
        float(digits[:width]),
        float(digits[width : width + 2]),
        float(digits[width + 2 :] or 0),
    ]
    size = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -size if text[0] == "-" else size


@cache
def _zones() -> dict[str, list[tuple[float, float, str]]]:
    """Zones of each country, each with longitude and latitude of its town."""
    zones: dict[str, list[tuple[float, float, str]]] = {}
    text = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    for country, lat, lon, zone in ZONE_LINE.findall(text):
        zones.setdefault(country, []).append((_degrees(lon), _degrees(lat), zone))
    return zones


def _standard_hours(zone: str) -> float:
    offsets = [ZoneInfo(zone).utcoffset(day) or timedelta() for day in (MIDWINTER, MIDSUMMER)]
    return min(offsets) / timedelta(hours=1)


def country_faults(site: Site) -> Iterator[str]:
    """Faults of a site whose country, local time and window do not belong together.

    Parameters
    ----------
    site : Site
        As the register has it.

    Yields
    ------
    str
        What was found and what to do.

    Notes
    -----
    The IANA time zone database gives the zones of each country and a town for each.
    """
    zones = _zones().get(site.country, [])
    if not zones:
        yield f"country {site.country!r}; write the two letters of ISO 3166, such as RU"
        return
    hours = {_standard_hours(zone) for _, _, zone in zones}
    if site.utc_offset_hours not in hours:
        known = ", ".join(f"{each:g}" for each in sorted(hours))
        yield (
            f"utc_offset_hours {site.utc_offset_hours:g}, which no zone of {site.country} keeps; "
            f"give one of {known}"
        )
        return
    west, south, east, north = window_lonlat(site)
    lon, lat = (west + east) / 2, (south + north) / 2
    near = [(x, y) for x, y, zone in zones if _standard_hours(zone) == site.utc_offset_hours]
    distance = min(EARTH.inv(lon, lat, x, y)[2] for x, y in near)
    if distance > FARTHEST_ZONE_M:
        yield (
            f"a window at {lat:.2f} N {lon:.2f} E, {distance / 1000:,.0f} km from the nearest town "
            f"of {site.country} with this local time; correct the country, the zone or the window"
        )


def _point_faults(
    name: str, row: Mapping[str, Any], site: Site, *, within: float
) -> Iterator[Fault]:
    """Yield the fault of a point that lies farther from a window than it may."""
    lon, lat = float(row["lon"]), float(row["lat"])
    if math.isnan(lon) or math.isnan(lat):
        return
    outside = metres_outside_window(site, lon, lat)
    if not outside <= within:
        advice = f"correct it, or the window of {site.slug}"
        if metres_outside_window(site, lat, lon) <= within:
            advice = "exchange latitude and longitude"
        away = f"{outside / 1000:,.0f} km from" if math.isfinite(outside) else "nowhere near"
        found = f"{lat:g}, {lon:g}, {away} the window of {site.slug}"
        yield Fault(name, int(row["line"]), "lat", found, advice)


def position_faults(folder: Path, record_sites: Path, sites: Mapping[str, Site]) -> list[Fault]:
    """Faults of published points and of the positions that the register names.

    Parameters
    ----------
    folder : Path
        ``data/sites``, with ``positions.csv`` in order.
    record_sites : Path
        The table of the record's sites, in order.
    sites : mapping of str to Site
        Slug to site, as `skytally.imagery.sites.site_register.read_sites` gives it.

    Returns
    -------
    list of Fault
        Points of no site, far from the window of theirs, repeated, or with a radius that is none;
        sites whose position is of no row, outside their window or outside their country.
    """
    points, faults = scan(folder / POSITIONS)
    if faults:
        return faults
    if points.empty and (controls := [site for site in sites.values() if site.is_control]):
        found = f"a header and no row, but {len(controls)} control sites with a position of it"
        return [Fault(POSITIONS, 0, "", found, "restore the rows")]
    for row in points[points["id"].duplicated()].to_dict("records"):
        found = f"{row['id']!r} a second time"
        faults.append(Fault(POSITIONS, int(row["line"]), "id", found, "give it an id of its own"))
    for row in points.to_dict("records"):
        if row["uncertainty_m"] <= 0:
            found = f"{row['uncertainty_m']:g}"
            faults.append(
                Fault(POSITIONS, int(row["line"]), "uncertainty_m", found, "give metres above 0")
            )
        if row["site"] not in sites:
            advice = "no such site in the register; correct it"
            faults.append(Fault(POSITIONS, int(row["line"]), "site", repr(row["site"]), advice))
            continue
        within = FARTHEST_POINT_M + row["uncertainty_m"]
        faults += _point_faults(POSITIONS, row, sites[row["site"]], within=within)
    return [*faults, *_register_faults(points, read_table(record_sites), sites)]


def _register_faults(
    points: pd.DataFrame, places: pd.DataFrame, sites: Mapping[str, Site]
) -> Iterator[Fault]:
    of_record = {row["id"]: row for row in places.to_dict("records")}
    published = {row["id"]: row for row in points.to_dict("records")}
    for line, site in enumerate(sites.values(), start=2):
        rows = published if site.is_control else of_record
        name = POSITIONS if site.is_control else "record/sites.csv"
        for fault in country_faults(site):
            yield Fault("register.csv", line, "", f"{site.slug} with {fault.split('; ')[0]}",
                        fault.split("; ")[1])  # fmt: skip
        if site.position_source not in rows:
            advice = f"name a row of {name}"
            found = f"{site.slug} with position_source {site.position_source!r}"
            yield Fault("register.csv", line, "position_source", found, advice)
            continue
        row = rows[site.position_source]
        yield from _point_faults(name, row, site, within=float(row["uncertainty_m"]))
