"""Directive on how often free satellites pass, and how often a stay in port meets a pass."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import data_registry, number, read_table
from skytally.press.sphinx_ext.accuracy_score_directives import (
    FROM_SEA,
    HULLS,
    OPTICAL,
    OVER_QUAY,
    least_to_most,
    simulated,
)
from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.cached_record_and_findings import findings
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row

STAY = "port-imagery.stay"
"""Finding whose interval gives the shortest and the longest mean stay."""
NAMES = {"sentinel-1": "Sentinel-1, radar", "sentinel-2": "Sentinel-2", "landsat": "Landsat 8, 9"}
"""Sensors of the table in words; one that is not here keeps its own name."""
CARDS = {
    "sentinel-1": {"from the sea ": FROM_SEA, "over the quay ": OVER_QUAY},
    "sentinel-2": {"": OPTICAL},
    "landsat": {"": "berth-landsat"},
}
"""Detection limits at simulated berths, by sensor."""
LENGTH = HULLS[0]
"""Length of the simulated ship, in metres."""
NOT_TRIED = "not tried"


def chance_of_pass(stay: float, days: float) -> float:
    """Chance that a stay meets at least one pass, if it may begin on any day alike.

    Parameters
    ----------
    stay : float
        Length of the stay, in days.
    days : float
        Days from one pass to the next.

    Returns
    -------
    float
        Geometry alone: cloud, and images that were not taken, are left out.

    Examples
    --------
    >>> chance_of_pass(3.0, 12.0), chance_of_pass(6.0, 5.0)
    (0.25, 1.0)
    """
    return min(1.0, stay / days)


def found_in_simulations(limits: pd.DataFrame, sensor: str) -> str:
    """Images of a simulated berth in which a ship of `LENGTH` was found, in words."""
    found = []
    for where, card in CARDS.get(sensor, {}).items():
        rows = simulated(limits, card)
        part = rows[rows["size"] == LENGTH] if len(rows) else rows
        if len(part):
            found.append(f"{where}{least_to_most(part['found'])} of {part['looks'].iloc[0]}")
    return "; ".join(found) or NOT_TRIED


class SatellitePasses(Block):
    """Show after how many days each free satellite passes again, and what a stay meets."""

    def html(self) -> str:
        """Return the table, a row a sensor and number of satellites."""
        stay = findings(self.app).get(STAY)
        stays = [stay["low"], stay["high"]] if stay else []
        limits = results("simulated_recall_and_bias")
        rows = read_table(data_registry.path("satellite_repeat_cycles")).to_dict("records")
        return filtered_table(
            "satellite-passes",
            "How often free satellites pass, and the chance that a stay in port meets at least one "
            "pass: nominal days on one track and geometry alone. No observation of the sites, and "
            "without cloud, which hides a berth from all but the radar. Where tracks overlap, a "
            "place is passed more often; an image that was planned may not have been taken",
            [
                "sensor",
                "satellites",
                "days from pass to pass",
                *(f"a stay of {number(days)} days meets a pass" for days in stays),
                f"a simulated ship of {LENGTH:g} m at a berth: found in so many images",
                "page",
            ],
            [self._row({str(key): row[key] for key in row}, stays, limits) for row in rows],
            empty="No pass of a satellite is listed yet.",
        )

    @staticmethod
    def _row(row: dict[str, Any], stays: list[float], limits: pd.DataFrame) -> str:
        chances = [100 * chance_of_pass(stay, row["days"]) for stay in stays]
        host = str(row["reference"]).split("/")[2]
        cells = (
            cell(number(row["satellites"])),
            cell(number(row["days"])),
            *(f"{chance:.0f} percent" for chance in chances),
            cell(found_in_simulations(limits, row["sensor"])),
            f'<a href="{cell(row["reference"])}">{cell(host)}</a>',
        )
        return html_row((cell(NAMES.get(row["sensor"], row["sensor"])), *cells))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("satellite-passes", SatellitePasses)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
