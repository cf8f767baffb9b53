"""Directives of detection limits: at simulated sites by size and contrast, of ships by length."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.core import data_registry, read_table
from skytally.imagery.pipeline import CARDS
from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    folded,
    rounded,
    small_table,
    table_row,
)

BERTH = "berth-sentinel-2"
"""Detection limits of the measure of a berth in images of Sentinel-2."""


class LimitsTable(Block):
    """Show the detection limits of every measure at simulated sites, all sizes and contrasts."""

    def html(self) -> str:
        """Return one row per measure, size and contrast; of nothing put in, the false alarms."""
        from skytally.imagery.figures import FALSE_ALARMS

        table = results("simulated_recall_and_bias")
        empty = "No detection limit has been simulated yet."
        if table.empty:
            return empty_state(empty, anchor="table-limits")
        heads = ["measure", "put in", "contrast", "images", "found", "something seen, no number"]
        heads += ["recall", "90 % interval", "bias", "5 to 95 % of it", FALSE_ALARMS]
        when, seed = table["date"].iloc[0], table["seed"].iloc[0]
        caption = (
            f"Simulated: known things drawn into images (run on {when}, seed {seed}). A bias in "
            "ships is one of their number, where any were found, and says nothing of a length"
        )
        means = "".join(
            f"<p>{cell(f'{card.title}: {card.counts_as_found}')}</p>"
            for key in dict.fromkeys(table["card"])
            if (card := CARDS[key]).counts_as_found
        )
        shown = filtered_table(
            "limits", caption, heads, [self._row(row) for row in table.itertuples()], empty=empty,
            label="measure", choices=list(dict.fromkeys(CARDS[key].title for key in table["card"])),
        )  # fmt: skip
        return means + folded(shown, len(table), "Every size and contrast")

    @staticmethod
    def _row(row: Any) -> str:
        card, size = CARDS[row.card], float(row.size)
        ends = f"{float(row.low):.2f} to {float(row.high):.2f}"
        cells = [card.title, card.thing_of(size), row.contrast, row.looks]
        if size == 0:
            # nothing was there to be found, so there is no recall
            alarms = int(row.found) + int(row.something)
            return table_row([*cells, *[""] * 6, f"{alarms} of {row.looks} ({ends})"])
        biased = row.bias != ""
        return table_row(
            [
                *cells, row.found, row.something, f"{float(row.recall):.2f}", ends,
                f"{rounded(row.bias)} {card.unit}" if biased else "nothing found",
                f"{rounded(row.bias_low)} to {rounded(row.bias_high)}" if biased else "", "",
            ]
        )  # fmt: skip


class ShipsFoundByLength(Block):
    """Show how often the berth measure finds a simulated ship of each length at 10 m a pixel."""

    def html(self) -> str:
        """Return the table, a row a length, a column a contrast."""
        every = read_table(data_registry.path("simulated_recall_and_bias"))
        rows = every[(every["card"] == BERTH) & (every["size"] > 0)]
        contrasts = [f"contrast {each:g}" for each in rows["contrast"].unique()]
        lines = []
        for length, of_length in rows.groupby("size"):
            found = [
                f"{100 * row.recall:.0f} percent ({100 * row.low:.0f} to {100 * row.high:.0f})"
                for row in of_length.itertuples()
            ]
            lines.append([f"{length:g} m", *found])
        return small_table(
            "Simulated: share of ships at a berth that the program finds on one Sentinel-2 image, "
            f"with a 90 % interval. Contrast: {CARDS[BERTH].contrast}. "
            f"{CARDS[BERTH].counts_as_found}",
            ["length of the ship", *contrasts],
            lines,
            empty="No detection limit has been simulated yet.",
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("ships-found-by-length", ShipsFoundByLength)
    app.add_directive("limits-table", LimitsTable)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
