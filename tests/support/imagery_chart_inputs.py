"""Simulated observations, inventory rows and charts for the tests of imagery figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.figures.chart_and_sentence_html_blocks import PageBlock
from skytally.imagery.acquire.inventory_and_search_log import BREAK_COLUMNS, INVENTORY_COLUMNS
from skytally.imagery.figures.measured_line_charts import measured_chart
from skytally.imagery.measure.observation_and_evidence_line import (
    Observation,
    observation_line,
    unclear_observation,
)
from tests.support.parsed_charts import document

PERIOD = ("2023-01-01", "2023-12-31")
SPAN = (pd.Timestamp(PERIOD[0]), pd.Timestamp(PERIOD[1]))
NO_BREAKS = pd.DataFrame(columns=list(BREAK_COLUMNS), dtype=str)


def _scene_time(day: str) -> np.datetime64:
    return np.datetime64(f"{day}T02:15:49")


def made_observation(day: str, state: str, value: float = math.nan, item: str = "") -> Observation:
    """Observation in metres of one state, named after its day by default."""
    item = item or f"S2_{day}"
    if state == n.UNCLEAR:
        return unclear_observation(_scene_time(day), "cloud over the ring", unit="m", item_id=item)
    half = 10.0 if state == n.COUNTED else 0.0
    high = 55.0 if state == n.NOTHING_SEEN else value + half
    reason = "hull cut by a shade" if state == n.SOMETHING_SEEN else ""
    return Observation(
        _scene_time(day), item, value, value - half, high, "m", 0.9, 0.01, state, reason
    )


ONE_OF_EACH_STATE = (
    made_observation("2023-02-01", n.COUNTED, 120.0),
    made_observation("2023-03-01", n.NOTHING_SEEN, 0.0),
    made_observation("2023-04-01", n.SOMETHING_SEEN),
    made_observation("2023-05-01", n.UNCLEAR),
    made_observation("2023-06-30", n.COUNTED, 100.0),
)
"""One observation of each state, and one more that ends the longest gap."""


def made_line(*looks: Observation) -> xr.Dataset:
    """Line of ship lengths at a berth."""
    return observation_line(
        looks, quantity="ship length", scope="berth", method="fit", history="made for a test"
    )


def inventory_row(day: str, **changes: str) -> dict[str, str]:
    """Row of the acquisition inventory: stored and usable, unless changed."""
    row = {
        **dict.fromkeys(INVENTORY_COLUMNS, ""), "site": "rajin", "item_id": f"S2_{day}",
        "provider": "made-up", "sensor": "sentinel-2", "time_utc": f"{day}T02:15:49Z",
        "status": "stored", "usable": "yes", "search_date": "2026-11-22",
    }  # fmt: skip
    return {**row, **changes}


def inventory(*rows: dict[str, str]) -> pd.DataFrame:
    """Acquisition inventory of some rows."""
    return pd.DataFrame(rows, columns=list(INVENTORY_COLUMNS), dtype=str)


def made_chart(line: xr.Dataset, looks: pd.DataFrame | None = None, **options: Any) -> PageBlock:
    """Chart of one line at a berth."""
    plain = {
        "name": "made-up", "ylabel": "m", "period": PERIOD, "rehearsal": False,
        "caption": "Made up.",
    }  # fmt: skip
    acquired = inventory() if looks is None else looks
    return measured_chart({"Berth no. 1": line}, acquired, NO_BREAKS, **{**plain, **options})


def point_glyphs(shown: PageBlock) -> list[tuple[dict[str, Any], dict[str, list[Any]]]]:
    """Glyph style and data of each set of points of a chart."""
    made: list[tuple[dict[str, Any], dict[str, list[Any]]]] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("name") == "GlyphRenderer":
                given = node["attributes"]
                if given["glyph"]["name"] == "Scatter":
                    source = given["data_source"]["attributes"]["data"]["entries"]
                    glyph = {"marker": {"value": "circle"}, **given["glyph"]["attributes"]}
                    made.append((glyph, dict(source)))
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(document(shown))
    return made
