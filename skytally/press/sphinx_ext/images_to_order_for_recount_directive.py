"""Directive that lists the images to order so that published counts can be repeated on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import DataError, number
from skytally.figures import position_words
from skytally.press.cards.finding_and_claim_cards import counters_of
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, findings, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table
from skytally.press.sphinx_ext.images_behind_counts_directives import NOT_STATED, owner_of_family


class CountsToRepeat(Block):
    """Show where, for which day and on whose images a published count could be repeated."""

    has_content = True

    def html(self) -> str:
        """Return the table, a row for each finding named in the content."""
        known = findings(self.app)
        unknown = [key for key in self.content if key not in known]
        if unknown:
            message = f"counts-to-repeat: no finding {', '.join(unknown)}; correct the key"
            raise DataError(message)
        return filtered_table(
            "counts-to-repeat",
            "What to order and what to count: day and place of published counts",
            ["published count", "day of the image", "place and its position", "counter",
             "whose image"],
            [self._row(known[key]) for key in self.content],
            empty="No published count is listed yet.",
        )  # fmt: skip

    def _row(self, finding: Mapping[str, Any]) -> str:
        record = card_record()
        rows = [record.rows[row][1] for row in finding["inputs"] if row in record.rows]
        owners = dict.fromkeys(
            owner_of_family(str(row["family"])) for row in rows if row.get("family")
        )
        places = dict.fromkeys(str(row["scope"]) for row in rows if row.get("scope"))
        cells = (
            cell(finding["when"]),
            cell("; ".join(self._place(place) for place in places)),
            cell(", ".join(counters_of(record, finding["inputs"]))),
            cell("; ".join(owners) or NOT_STATED),
        )
        first = self.card("finding", finding["key"], finding["said"])
        return (
            f'<tr><th scope="row">{first}</th>{"".join(f"<td>{each}</td>" for each in cells)}</tr>'
        )

    @staticmethod
    def _place(scope: str) -> str:
        name = card_record().names.get(scope, scope)
        scopes, sites = table("scopes").set_index("id"), table("sites").set_index("id")
        site = scopes["site"].get(scope, "")
        if site not in sites.index or pd.isna(sites.loc[site, "lat"]):
            return f"{name} (no position is published)"
        lat, lon, off = (float(sites.loc[site, word]) for word in ("lat", "lon", "uncertainty_m"))
        within = "" if pd.isna(off) else f", within a radius of {number(off)} m"
        return f"{name} ({position_words(lat, lon)}{within})"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("counts-to-repeat", CountsToRepeat)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
