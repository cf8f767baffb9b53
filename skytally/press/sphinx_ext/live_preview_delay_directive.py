"""Directive of the page on reruns: how long a saved file takes to show in the browser."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.press.sphinx_ext.benchmark_result_reader import results, run_on
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    table_row,
)

SLUG = "live_preview_delay"
EMPTY = "How long a saved file takes to show was not measured on this copy yet."
HEADS = ["saved", "looked at", "seconds", "seconds of computing", "loop slowed", "load"]
WITH_ALL = "with all pages"
"""Where the page came with the print of all pages, which has no time of its own."""


class LivePreviewDelays(Block):
    """Show the seconds from a save to the page, with what the machine did meanwhile."""

    def html(self) -> str:
        """Return one row per kind of file."""
        table = results(SLUG)
        if table.empty:
            return empty_state(EMPTY, anchor=f"table-{SLUG}")
        rows = [
            table_row([
                row.saved, row.page, f"{row.seconds:.1f}", row.computing_seconds or WITH_ALL,
                f"{row.slowed:.1f} times", f"{row.load:.1f}",
            ])
            for row in table.itertuples(index=False)
        ]  # fmt: skip
        cores = " and ".join(sorted({f"{count}" for count in table["cores"]}))
        caption = f"Seconds from saving a file to its page in the browser (run on {run_on(table)})"
        words = (
            "<p>Measured once for each kind of file in the table, on "
            f"{cell(cores)} processors that did other work, too: "
            "<em>load</em> is how many programs wanted one in the minute before, "
            "<em>loop slowed</em> how much longer than alone a fixed piece of computing took.</p>"
        )
        return words + filtered_table(SLUG, caption, HEADS, rows, empty=EMPTY)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("live-preview-delays", LivePreviewDelays)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
