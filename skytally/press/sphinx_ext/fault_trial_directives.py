"""Directives of the page on trials: faults, exchanged bands, inputs, interruptions."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import listed
from skytally.press.sphinx_ext.benchmark_result_reader import results, run_on
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    table_row,
)

MENDED = "after the mends"
"""How the name of a trial ends that tried inputs of an earlier one again."""


class TrialsTable(Block):
    """Show trials of the pipeline, case by case, with the number of each outcome."""

    slug: str
    """Table of results; Sphinx gives `name` the word by which a page calls the directive."""
    caption: str
    missing: str
    feared: tuple[str, ...]
    """Outcomes that are named even where they never occurred."""

    def html(self) -> str:
        """Return the table, or a sentence where nothing was tried yet."""
        table = results(self.slug)
        if table.empty:
            return empty_state(self.missing, anchor=f"table-{self.slug}")
        counted = table["outcome"].value_counts()
        ended = [*counted.items(), *((word, 0) for word in self.feared if word not in counted)]
        outcomes = ", ".join(f"{cell(word)}: {count}" for word, count in ended)
        heads = ["case", "where", "how often", "outcome", "detail"]
        columns = ["case", "where", "how_often", "outcome", "detail"]
        rows = [table_row(row) for row in table[columns].itertuples(index=False)]
        caption = f"{self.caption} (run on {run_on(table)})"
        shown = filtered_table(self.slug, caption, heads, rows, empty=self.missing)
        return f"<p>{len(table)} cases: {outcomes}.</p>{shown}"


class FaultsTable(TrialsTable):
    """Show how the reader handled each fault of a server or a catalogue."""

    slug = "server_faults"
    caption = "Faults put between the pipeline and its servers"
    missing = "The faults were not tried on this copy yet."
    feared = ("SILENT WRONG PIXELS", "HUNG")


class StrangersTable(TrialsTable):
    """Show how reliably a band of another day is detected."""

    slug = "mismatched_bands"
    caption = "Bands of another day put among those of an image, in real scenes"
    missing = "Bands were not exchanged on this copy yet."
    feared = ()


class CrashesTable(TrialsTable):
    """Show the state of the store after each interruption."""

    slug = "image_store_faults"
    caption = "Interruptions and damage of the store"
    missing = "The interruptions were not tried on this copy yet."
    feared = ()


class CountsTable(Block):
    """Show how many inputs of each kind ended how."""

    slug: str
    caption: str
    missing: str
    counted: str = "inputs"
    heads: ClassVar[dict[str, str]]
    """Column of the table to its head; those after *tried* are numbers of inputs."""

    def sentences(self, table: pd.DataFrame) -> list[str]:
        """Return one sentence with the numbers of all inputs."""
        numbers = list(self.heads.items())[list(self.heads).index("tried") + 1 :]
        totals = ", ".join(f"{cell(head)}: {int(table[column].sum())}" for column, head in numbers)
        return [f"{int(table['tried'].sum())} {self.counted}: {totals}."]

    def html(self) -> str:
        """Return the table, or a sentence where nothing was tried yet."""
        table = results(self.slug)
        if table.empty:
            return empty_state(self.missing, anchor=f"table-{self.slug}")
        rows = [table_row(row) for row in table[list(self.heads)].itertuples(index=False)]
        caption = f"{self.caption} (run on {run_on(table)})"
        heads = list(self.heads.values())
        shown = filtered_table(self.slug, caption, heads, rows, empty=self.missing)
        return "".join(f"<p>{each}</p>" for each in self.sentences(table)) + shown


class FuzzedInputsTable(CountsTable):
    """Show on which mutated files, items and catalogues the client ended how."""

    slug = "fuzzed_imagery_inputs"
    caption = "Mutated files, items and catalogues"
    missing = "No mutated input was tried on this copy yet."
    heads: ClassVar[dict[str, str]] = {
        "input": "input", "kind": "what was changed", "tried": "tried",
        "right": "right pixels", "refused": "refused, with its reason",
        "as_stated": "right pixels, other valid words",
        "unnoticed": "wrong, and nothing contradicts it",
        "silent": "SILENT WRONG PIXELS", "crashed": "CRASHED", "hung": "HUNG",
    }  # fmt: skip


class FieldInputsTable(CountsTable):
    """Show how files of people and other programs ended, before and after the mends."""

    slug = "user_input_trial_outcomes"
    caption = "Files and services as people and other programs bring them"
    missing = "No such input was tried on this copy yet."
    heads: ClassVar[dict[str, str]] = {
        "trial": "trial", "family": "family", "tried": "tried", "right": "taken as meant",
        "told": "one clear message", "unclear": "unclear message",
        "silent": "PASSED IN SILENCE", "crashed": "CRASHED OR HUNG",
    }  # fmt: skip

    def sentences(self, table: pd.DataFrame) -> list[str]:
        """Return how many ended well at first and after the mends, then one sentence a trial."""
        well: dict[bool, list[str]] = {False: [], True: []}
        for trial, rows in table.groupby("trial", sort=False):
            ended = int(rows["right"].sum() + rows["told"].sum())
            words = f"{ended} of {int(rows['tried'].sum())} ({cell(trial)})"
            well[str(trial).endswith(MENDED)].append(words)
        summary = f"Ended well at the first try: {listed(well[False])}."
        if well[True]:
            summary += f" The same inputs after the mends: {listed(well[True])}."
        return [summary] + [
            f"{cell(trial.capitalize())}: {sentence}"
            for trial, rows in table.groupby("trial", sort=False)
            for sentence in CountsTable.sentences(self, rows)
        ]


class PayloadsTable(CountsTable):
    """Show how hostile strings in cells of the tables ended, by family."""

    slug = "page_payloads"
    caption = "Hostile strings in cells"
    missing = "No hostile string was tried on this copy yet."
    counted = "strings"
    heads: ClassVar[dict[str, str]] = {
        "family": "family", "tried": "tried", "refused": "refused by the check",
        "text": "shown as text", "altered": "LETTERS LOST OR CHANGED",
        "markup": "BECAME MARKUP OR FORMULA",
    }  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("faults-table", FaultsTable),
        ("strangers-table", StrangersTable),
        ("crashes-table", CrashesTable),
        ("fuzzed-inputs-table", FuzzedInputsTable),
        ("field-inputs-table", FieldInputsTable),
        ("payloads-table", PayloadsTable),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
