"""Directives of the page on trials: faults, exchanged bands, mutated inputs, interruptions."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    table_row,
)
from skytally.press.sphinx_ext.results_data import results, run_on


class TrialsTable(Block):
    """Show trials of the pipeline, case by case, with the number of each outcome."""

    slug: str
    name: str
    caption: str
    missing: str
    feared: tuple[str, ...]
    """Outcomes that are named even where they never occurred."""

    def html(self) -> str:
        """Return the table, or a sentence where nothing was tried yet."""
        table = results(self.slug)
        if table.empty:
            return empty_state(self.missing, anchor=f"table-{self.name}")
        counted = table["outcome"].value_counts()
        ended = [*counted.items(), *((word, 0) for word in self.feared if word not in counted)]
        outcomes = ", ".join(f"{cell(word)}: {count}" for word, count in ended)
        heads = ["case", "where", "how often", "outcome", "detail"]
        columns = ["case", "where", "how_often", "outcome", "detail"]
        rows = [table_row(row) for row in table[columns].itertuples(index=False)]
        caption = f"{self.caption} (run on {run_on(table)})"
        shown = filtered_table(self.name, caption, heads, rows, empty=self.missing)
        return f"<p>{len(table)} cases: {outcomes}.</p>{shown}"


class FaultsTable(TrialsTable):
    """Show how the reader handled each fault of a server or a catalogue."""

    slug = name = "server_faults"
    caption = "Faults put between the pipeline and its servers"
    missing = "The faults were not tried on this copy yet."
    feared = ("SILENT WRONG PIXELS", "HUNG")


class StrangersTable(TrialsTable):
    """Show how reliably a band of another day is detected."""

    slug = name = "mismatched_bands"
    caption = "Bands of another day put among those of an image, in real scenes"
    missing = "Bands were not exchanged on this copy yet."
    feared = ()


class CrashesTable(TrialsTable):
    """Show the state of the store after each interruption."""

    slug = name = "interrupted_refreshes"
    caption = "Interruptions and damage of the store"
    missing = "The interruptions were not tried on this copy yet."
    feared = ()


class FuzzedInputsTable(Block):
    """Show on which mutated files, items and catalogues the client ended how."""

    def html(self) -> str:
        """Return the table, or a sentence where nothing was tried yet."""
        table, missing = results("fuzzed_inputs"), "No mutated input was tried on this copy yet."
        if table.empty:
            return empty_state(missing, anchor="table-fuzzed_inputs")
        heads = {
            "input": "input", "kind": "what was changed", "tried": "tried",
            "right": "right pixels", "refused": "refused, with its reason",
            "as_stated": "right pixels, other valid words",
            "unnoticed": "wrong, and nothing contradicts it",
            "silent": "SILENT WRONG PIXELS", "crashed": "CRASHED", "hung": "HUNG",
        }  # fmt: skip
        rows = [table_row(row) for row in table[list(heads)].itertuples(index=False)]
        caption = f"Mutated files, items and catalogues (run on {run_on(table)})"
        shown = filtered_table("fuzzed_inputs", caption, list(heads.values()), rows, empty=missing)
        totals = ", ".join(
            f"{cell(head)}: {int(table[column].sum())}" for column, head in list(heads.items())[3:]
        )
        return f"<p>{int(table['tried'].sum())} inputs: {totals}.</p>{shown}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("faults-table", FaultsTable),
        ("strangers-table", StrangersTable),
        ("crashes-table", CrashesTable),
        ("fuzzed-inputs-table", FuzzedInputsTable),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
