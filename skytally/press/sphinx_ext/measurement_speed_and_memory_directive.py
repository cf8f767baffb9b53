"""Directive of the accuracy page: speed and memory of the measures on images."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    empty_state,
    filtered_table,
    rounded,
    table_row,
)


class MeasuringTable(Block):
    """Show the speed of the measures, and whether their memory grows with the number of images."""

    def html(self) -> str:
        """Return one row per measure and figure."""
        table = results("measurement_speed_and_memory")
        empty = "The speed of the measures was not taken on this copy yet."
        if table.empty:
            return empty_state(empty, anchor="table-measuring")
        columns = ["measure", "metric", "value", "n", "note"]
        shown = table[columns].assign(value=table["value"].map(rounded))
        rows = [table_row(row) for row in shown.itertuples(index=False)]
        days = " and ".join(sorted(set(table["date"].astype(str))))
        caption = f"Speed and memory of the measures (run on {days})"
        heads = ["measure", "figure", "value", "n", "note"]
        return filtered_table("measurement_speed_and_memory", caption, heads, rows, empty=empty)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("measuring-table", MeasuringTable)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
