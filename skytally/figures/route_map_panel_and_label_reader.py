"""Panels and labels of the route map: the tables that say what it shows and where words stand."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from skytally.core import Fault, read_table, refuse

STOP, COUNTRY, SEA = "stop", "country", "sea"
LABEL_KINDS = (STOP, COUNTRY, SEA)


def _twice(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    for _, row in table[table["id"].duplicated()].iterrows():
        yield Fault(file, int(row["line"]), "id", f"{row['id']!r} a second time", "rename one")


def read_panels(path: Path, *, basemaps: Collection[str]) -> pd.DataFrame:
    """Read the panels of the route map.

    Parameters
    ----------
    path : Path
        ``data/charts/route_panels.csv``, with its dictionary beside it.
    basemaps : collection of str
        Slugs of the data registry.

    Returns
    -------
    pandas.DataFrame
        One row per panel; it may have none.

    Raises
    ------
    DataError
        If a panel occurs twice, has outlines that are not registered or no extent. All faults
        at once.
    """
    panels = read_table(path)
    faults = [*_twice(panels, path.name)]
    for _, row in panels.iterrows():
        line = int(row["line"])
        for column in ("basemap", "border"):
            if row[column] and row[column] not in basemaps:
                advice = "register the outlines in data/registry.toml, or name a registered slug"
                faults.append(Fault(path.name, line, column, repr(row[column]), advice))
        for column in ("half_width_km", "aspect"):
            if not row[column] > 0:
                found, advice = f"{row[column]:g}", "write a number above 0"
                faults.append(Fault(path.name, line, column, found, advice))
    refuse(faults, what=f"table {path.name}")
    return panels


def _label_faults(
    file: str, row: pd.Series, panels: Collection[str], sites: pd.DataFrame
) -> Iterator[Fault]:
    line = int(row["line"])
    if row["panel"] not in panels:
        yield Fault(file, line, "panel", repr(row["panel"]), "name a row of route_panels")
    if row["kind"] not in LABEL_KINDS:
        yield Fault(file, line, "kind", repr(row["kind"]), f"write one of {', '.join(LABEL_KINDS)}")
    if row["kind"] == STOP:
        at = sites[sites["id"] == row["site"]]
        if at.empty or at[["lat", "lon"]].isna().any(axis=None):
            advice = "name a site of the record that has a position"
            yield Fault(file, line, "site", repr(row["site"]), advice)
        if not row["number"] >= 1:
            yield Fault(file, line, "number", f"{row['number']:g}", "number the stop from 1")
    elif math.isnan(row["lat"]) or math.isnan(row["lon"]):
        yield Fault(file, line, "lat, lon", "no position", "write where the words stand")


def read_labels(path: Path, *, panels: Collection[str], sites: pd.DataFrame) -> pd.DataFrame:
    """Read the labels of the route map.

    Parameters
    ----------
    path : Path
        ``data/charts/route_labels.csv``, with its dictionary beside it.
    panels : collection of str
        Ids of the panels.
    sites : pandas.DataFrame
        The table ``sites``.

    Returns
    -------
    pandas.DataFrame
        One row per label with its ``lat`` and ``lon``, a stop those of its site.

    Raises
    ------
    DataError
        If a label occurs twice, stands in no panel, is of no known kind or has no position.
        All faults at once.
    """
    labels = read_table(path)
    faults = [*_twice(labels, path.name)]
    for _, row in labels.iterrows():
        faults += _label_faults(path.name, row, panels, sites)
    refuse(faults, what=f"table {path.name}")
    stops = labels["kind"] == STOP
    at = sites.set_index("id")[["lat", "lon"]]
    for column in ("lat", "lon"):
        labels.loc[stops, column] = [at.loc[site, column] for site in labels.loc[stops, "site"]]
    return labels
