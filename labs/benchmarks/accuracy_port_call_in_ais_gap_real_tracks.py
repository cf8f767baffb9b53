"""Accuracy of the chance of a port call in an AIS gap, on tracks of ships in the Suez Canal.

The messages of ships that passed the canal are hidden between its ends. Each of them crossed one
lake of it in that time, and none could have been at a port far to the west.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from labs.benchmarks.accuracy_row_format import Rows, on_imagery, row, sha_of, told
from skytally.statistics.port_call_in_ais_gap import Fix, reach
from skytally.statistics.sea_distance import Port, read_sea, routes_to

SHORES = ((26.0, 29.6, 32.25, 31.2), (32.66, 29.6, 34.0, 31.1))
"""West, south, east, north of the land on either side of the Suez Canal, drawn far too wide."""
WATERS = (26.0, 29.6, 34.0, 33.5)
NORTH, SOUTH = 31.3, 29.95
"""Latitudes beyond which a ship has not entered the canal, or has left it."""
LAKE = Port("Great Bitter Lake", 32.44, 30.3, 8.0)
FAR_OFF = Port("a port far west", 27.0, 33.0)


def _shores(path: Path) -> Path:
    def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
        return [[west, south], [east, south], [east, north], [west, north], [west, south]]

    shapes = [{"type": "Polygon", "coordinates": [ring(*each)]} for each in SHORES]
    features = [{"type": "Feature", "properties": {}, "geometry": each} for each in shapes]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def _silences(path: Path) -> list[tuple[Fix, Fix]]:
    """First and last AIS fix in the canal of each ship that passed, as a simulated AIS gap."""
    table = pd.read_csv(path, encoding="utf-8-sig")
    table["time"] = pd.to_datetime(table["ais_pos_timestamp"], dayfirst=True)
    made = []
    for _, ship in table.sort_values("time").groupby("ID"):
        north, south = ship[ship["latitude"] > NORTH], ship[ship["latitude"] < SOUTH]
        if north.empty or south.empty or north["time"].max() > south["time"].min():
            continue
        ends = north.iloc[-1], south.iloc[0]
        first, last = (
            Fix(e["time"], e["time"], e["longitude"], e["latitude"], 0.0, "exact") for e in ends
        )
        made.append((first, last))
    return made


def reached(root: Path) -> Rows:
    """Bounds on the probability of a call where ships passed, and where no ship could have been."""
    path = root / "evergiven_suez_ais.csv"
    gaps = _silences(path)
    with tempfile.TemporaryDirectory() as inner:
        sea = read_sea([_shores(Path(inner) / "land.geojson")], bounds=WATERS, cell_km=2.0)
    rows = []
    for port, note in (
        (LAKE, "ships went through it while their messages were hidden; 1 is right"),
        (FAR_OFF, "no ship could have been there in that time; 0 is right"),
    ):
        ways = routes_to(sea, port)
        chances = [reach(*gap, ways, seed=1, dwell_hours=0.0).probability.value for gap in gaps]
        rows.append(
            row("reach", "Suez Canal AIS, March 2021", "reach", f"probability, {port.name}",
                float(np.mean(chances)), len(chances), sha_of([path]), note=note,
                bounds=(min(chances), max(chances)))
        )  # fmt: skip
    return rows


def run() -> Rows:
    """Bound the chance of a call for each simulated gap; return the accuracy rows."""
    return on_imagery("reach", "07_ais_ports", reached)


if __name__ == "__main__":
    told(run())
