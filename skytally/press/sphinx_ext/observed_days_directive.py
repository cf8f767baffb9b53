"""Directive of *What is not known*: days with a published observation of each place, and gaps."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import number, when
from skytally.press.sphinx_ext.cached_record_and_findings import originals, table
from skytally.press.sphinx_ext.html_blocks import Block, filtered_table, table_row
from skytally.record import LOOKED, observed_days

THINGS = {
    "ship_sightings": "ships, coal and troop ships left out",
    "quay_stocks": "containers and cargo on the quay",
    "rail_counts": "railcars, trains and cargo",
    "depot_observations": "works, containers and damage",
}
"""Tables of observations of places, and what they are of."""
WORDS = {"seen": "seen", "nothing": "nothing there", "unclear": "could not tell"}
"""Words for the columns of `skytally.record.observed_days`."""
ONE_DAY = "one day only"


class ObservedDays(Block):
    """Show how often each place was reported on, and the longest stretch without a report."""

    def html(self) -> str:
        """Return the table, a row for each place and kind of thing."""
        days = observed_days({name: _of_route(name) for name in THINGS}, table("scopes"))
        return filtered_table(
            "observed-days",
            "Days with a published observation, by place: a day, or a period of up to a week, "
            "counts once, and rows of longer periods are left out. These are days that somebody "
            "reported, not days with an image: whoever looked and published nothing is not in the "
            "table. The charts of the ports and of the railway end earlier and hold single days",
            [
                "place",
                "of what",
                "days with an observation",
                "first and last",
                "longest stretch without one",
            ],
            [self._row({str(key): row[key] for key in row}) for row in days.to_dict("records")],
            empty="The record has no dated observation of a place yet.",
        )

    def _row(self, row: dict[str, Any]) -> str:
        names = table("sites").set_index("id")["name"]
        told = ", ".join(f"{row[key]} {WORDS[key]}" for key in LOOKED if row[key])
        total = sum(row[key] for key in LOOKED)
        return table_row(
            (
                str(names[row["site"]]),
                THINGS[row["table"]],
                f"{number(total)} ({told})",
                _span(row["first"], row["last"]),
                f"{number(int(row['gap']))} days ({_span(row['gap_first'], row['gap_last'])})"
                if row["gap"] == row["gap"]
                else ONE_DAY,
            )
        )


def _of_route(name: str) -> pd.DataFrame:
    """Rows of a table without ships and goods that are known to be of another trade."""
    rows = originals(name)
    return rows[rows["cargo"] == ""] if "cargo" in rows else rows


def _span(first: Any, last: Any) -> str:
    return when(first, last, "day", "day")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("observed-days", ObservedDays)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
