"""Whether a ship had time for a call between two sightings of the record."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd

from skytally.core import refuse
from skytally.statistics.estimate import Estimate
from skytally.statistics.ship_reach import DRAWS, reach_of_rows

SMALLEST_CHANCE = 3 / DRAWS
"""Chance that draws which all agree may still miss: the rule of three."""


def time_for_a_call(
    before: pd.DataFrame, after: pd.DataFrame, sites: pd.DataFrame, *, port: str, land: Path
) -> Estimate:
    """Chance that a ship had time to call at a port between two sightings.

    Parameters
    ----------
    before, after : pandas.DataFrame
        One row each of ``ship_sightings`` whose scope is the id of a site.
    sites : pandas.DataFrame
        The table ``sites``; a site without a position or without its uncertainty is not located.
    port : str
        Id of the port.
    land : Path
        GeoJSON of the land around.

    Returns
    -------
    Estimate
        Probability; never closer to 0 or 1 than the number of draws allows, and anything
        from 0 to 1 where the port is not located.

    Raises
    ------
    DataError
        If a sighting is at no site, or the two are in the wrong order.
    """
    refuse(
        (
            f"row {rows['id'].iloc[0]}: {rows['scope'].iloc[0]!r} is no site; name another sighting"
            for rows in (before, after)
            if rows["scope"].iloc[0] not in set(sites["id"])
        ),
        what="sightings",
    )
    known = sites[["lat", "lon", "uncertainty_m"]].notna().all(axis="columns")
    placed = sites.assign(lat=sites["lat"].where(known), lon=sites["lon"].where(known))
    if port not in set(placed.loc[known, "id"]):
        return Estimate(math.nan, 0.0, 1.0, "p", 1.0, f"{port} is not located")
    found = reach_of_rows(before, after, placed, port=port, land=land, seed=1).probability
    low, high = min(found.low, 1 - SMALLEST_CHANCE), max(found.high, SMALLEST_CHANCE)
    return replace(found, low=low, high=high)
