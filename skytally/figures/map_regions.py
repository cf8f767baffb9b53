"""Regions of the maps: the table that says which basemap, sites and width each has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from skytally.core import Fault, read_table, refuse


def _row_faults(
    file: str, row: pd.Series, sites: Collection[str], basemaps: Collection[str]
) -> Iterator[Fault]:
    line = int(row["line"])
    for site in row["sites"].split():
        if site not in sites:
            advice = "no such id in sites; add it there or correct it"
            yield Fault(file, line, "sites", repr(site), advice)
    for column, what in (("basemap", "land"), ("border", "the state")):
        needed = column == "basemap" or row[column]
        if needed and row[column] not in basemaps:
            advice = (
                f"register the outlines of {what} in data/registry.toml, or name a registered slug"
            )
            yield Fault(file, line, column, repr(row[column]), advice)
    if not row["half_width_km"] > 0:
        advice = "write half the width of the map in km, above 0"
        yield Fault(file, line, "half_width_km", f"{row['half_width_km']:g}", advice)
    for low, high, end in (("west", "east", 180), ("south", "north", 90)):
        if not -end <= row[low] < row[high] <= end:
            advice = f"write degrees from -{end} to {end}, {low} below {high}"
            yield Fault(file, line, low, f"{row[low]:g} to {row[high]:g}", advice)


def read_regions(path: Path, *, sites: Collection[str], basemaps: Collection[str]) -> pd.DataFrame:
    """Read the table of map regions.

    Parameters
    ----------
    path : Path
        ``data/charts/map_regions.csv``, with its dictionary beside it.
    sites : collection of str
        Ids of the sites of the record.
    basemaps : collection of str
        Slugs of the data registry.

    Returns
    -------
    pandas.DataFrame
        One row per region, in the order of the maps; it may have none.

    Raises
    ------
    DataError
        If the table does not fit its dictionary, a region occurs twice, names a site or
        basemap that does not exist, or has no extent. All faults at once.
    """
    regions = read_table(path)
    faults = [
        Fault(path.name, int(row["line"]), "id", f"{row['id']!r} a second time", "rename one")
        for _, row in regions[regions["id"].duplicated()].iterrows()
    ]
    for _, row in regions.iterrows():
        faults += _row_faults(path.name, row, sites, basemaps)
    refuse(faults, what=f"table {path.name}")
    return regions


def basemap_at(regions: pd.DataFrame, *, lat: float, lon: float) -> tuple[str, str]:
    """Slugs of the basemap and the border of the smallest region that contains a position.

    Parameters
    ----------
    regions : pandas.DataFrame
        Result of `read_regions`.
    lat, lon : float
        Position, degrees north and east.

    Returns
    -------
    basemap, border : str
        Empty where no region contains the position, or it sets no state apart.
    """
    inside = regions[
        (regions["west"] < lon)
        & (lon < regions["east"])
        & (regions["south"] < lat)
        & (lat < regions["north"])
    ]
    if inside.empty:
        return "", ""
    area = (inside["east"] - inside["west"]) * (inside["north"] - inside["south"])
    smallest = inside.loc[area.idxmin()]
    return str(smallest["basemap"]), str(smallest["border"])
