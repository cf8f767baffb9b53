"""Directives on corrections of the record, and on what was tried in vain."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import DataError, data_registry, read_table
from skytally.editions import Correction, correction_history, table_rows
from skytally.press.cards.record_cards import correction_anchor
from skytally.press.project_paths import METHODS_TEXT
from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.cached_record_and_findings import row_ids, source_ids, table
from skytally.press.sphinx_ext.edition_directives import known_editions
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    card_link,
    cell,
    empty_state,
    filtered_table,
    html_row,
    rounded,
    small_table,
    source_link,
    to_root,
)

CORRECTIONS = "corrections"
DELIVERED = "delivered_"
"""How the slugs of the files of the delivered record begin."""
NO_FIGURE = "no figure was kept"
"""Words for an attempt that no table of results measured."""
FAILURES = "failed_attempts"
"""Slug of the table of what was tried in vain; a project need not have it."""


def _history() -> list[Correction]:
    """Corrections of the record with what the editions know of each."""
    if CORRECTIONS not in data_registry.entries():
        return []
    lineage = table("lineage") if "lineage" in data_registry.entries() else None
    delivered = "" if lineage is None else " ".join(lineage["rows"])
    days = [
        row["retrieved"]
        for slug, row in data_registry.entries().items()
        if slug.startswith(DELIVERED)
    ]
    return correction_history(
        list(table_rows(data_registry.path(CORRECTIONS))[1].values()),
        known_editions()[0],
        delivered=frozenset(delivered.split()),
        delivered_on=min(days, default="it was delivered"),
    )


def _broken(text: str) -> str:
    """Escaped text that may break within names of files, rows and columns."""
    return re.sub(r"([/_])", r"\1<wbr>", cell(text))


def _row_cell(correction: Correction) -> str:
    name = correction.cells["row"]
    linked = card_link("row", name) if name in row_ids() else _broken(name)
    if name in source_ids():
        linked = card_link("source", name)
    return f"{linked} {_broken(correction.cells['column'])}"


def _change_cell(correction: Correction) -> str:
    cells = correction.cells
    old, new = (cells.get(side, "") or "empty" for side in ("old", "new"))
    size = f"; {correction.size}" if correction.size else ""
    if correction.is_undone:
        size += f"; changed back later, so {old} holds again"
    elif correction.is_superseded:
        size += f"; changed again later, {correction.now or 'empty'} holds now"
    if correction.is_return:
        size += "; this gives back what an earlier change had taken"
    moved = f"; moved {', '.join(correction.moved)}" if correction.moved else ""
    return f"{_broken(f'{old} → {new}{size}{moved}')}<br>{cell(correction.since)}"


def _found_cell(correction: Correction) -> str:
    cells = correction.cells
    sources = [source for source in cells["source"].split() if source in source_ids()]
    says = f": {cells['page_says']}" if cells.get("page_says") else ""
    return ", ".join(map(source_link, sources)) + _broken(says)


class CorrectionsList(Block):
    """List every change of a cell: from what to what, since when, found on what page and why."""

    def html(self) -> str:
        """Return a table, those of numbers first."""
        history = _history()
        kinds = {True: "numbers, bounds and whole rows", False: "words, sources and notes"}
        # the card of a row leads to the first of its changes; an anchor stands once on a page
        first: dict[str, int] = {}
        for place, each in enumerate(history):
            first.setdefault(correction_anchor(each.cells["table"], each.cells["row"]), place)
        anchors = {place: anchor for anchor, place in first.items()}
        rows = [
            html_row(
                (
                    _row_cell(each),
                    _change_cell(each),
                    _found_cell(each),
                    _broken(each.cells["why"]),
                ),
                choice=kinds[each.is_weighty],
                anchor=anchors.get(place, ""),
            )
            for place, each in enumerate(history)
        ]
        heads = ["cell", "before → after this change, since when", "found on", "why"]
        return filtered_table(
            "corrected-cells", "Corrected cells of the record, a row a change", heads, rows,
            empty="No cell of the record was corrected yet.", label="what was changed",
            choices=kinds.values(),
        )  # fmt: skip


def _place_on_site(name: str) -> str:
    """Address of a file of the project from the root of the site; empty where it is not there.

    Examples
    --------
    >>> _place_on_site("book/accuracy.md"), _place_on_site("docs/METHODS.md")
    ('accuracy.html', 'methods.txt')
    >>> _place_on_site("CHANGELOG.md")
    ''
    """
    if name == "docs/METHODS.md":
        return METHODS_TEXT
    if name.startswith("book/") and name.endswith(".md"):
        return name.removeprefix("book/").removesuffix(".md") + ".html"
    return name if name.startswith("data/results/") else ""


def _by_name(row: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in row.items()}


def _chosen(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """Rows of a table of results that meet every condition."""
    for condition in filter(None, where.split(";")):
        column, sign, words = re.split("([=~])", condition, maxsplit=1)
        wanted = words.split("|")
        cells = table[column].astype(str)
        if sign == "=":
            table = table[cells.isin(wanted)]
        else:
            table = table[cells.map(lambda text, wanted=wanted: any(w in text for w in wanted))]
    return table


def measured_figures(attempt: Mapping[str, str]) -> list[str]:
    """Sentences on what was measured of an attempt, from the results that the project keeps.

    Parameters
    ----------
    attempt : mapping of str to str
        Cells of a row of ``failed_attempts``.

    Returns
    -------
    list of str
        One a row of the results, each number with three digits; empty where no table measured it.

    Raises
    ------
    DataError
        If the table of results has no such row.
    """
    if not attempt["results"]:
        return []
    chosen = _chosen(results(attempt["results"]), attempt["where"])
    if chosen.empty:
        message = (
            f"failed_attempts.csv, row {attempt['id']}, column where: no row of "
            f"{attempt['results']} with {attempt['where']}; correct it"
        )
        raise DataError(message)
    rows = chosen.to_dict("records")
    return [
        attempt["figure"].format(**{str(name): rounded(value) for name, value in row.items()})
        for row in rows
    ]


class FailuresList(Block):
    """List what was tried and did not work, with where the project records it."""

    def html(self) -> str:
        """Return a table, or a sentence where the project has none."""
        if FAILURES not in data_registry.entries():
            return empty_state(
                "No failed attempt was written down yet.", anchor=f"table-{FAILURES}"
            )
        attempts = read_table(data_registry.path(FAILURES))
        rows = [
            html_row(
                (
                    f'<span id="{cell(each["id"])}">{cell(each["tried"])}</span>'
                    f"<br><small>for: {cell(each['purpose'])}</small>",
                    cell(each["result"]),
                    ";<br>".join(map(cell, measured_figures(each))) or cell(NO_FIGURE),
                    cell(each["instead"]),
                    self._recorded(str(each["recorded_in"])),
                )
            )
            for each in map(_by_name, attempts.to_dict("records"))
        ]
        heads = [
            "what was tried, and what for", "how it failed", "measured", "what was done",
            "recorded in",
        ]  # fmt: skip
        caption = "Attempts that did not work, a row an attempt"
        return filtered_table(FAILURES, caption, heads, rows, empty="No attempt is listed yet.")

    def _recorded(self, name: str) -> str:
        """File that records an attempt, linked where the site has it."""
        place = _place_on_site(name)
        if not place:
            return _broken(name)
        up = to_root(self.state.document.settings.env.docname)
        return f'<a href="{up}{cell(place)}">{_broken(name)}</a>'


class CorrectionCounts(Block):
    """Count how many cells of the record were corrected, and which numbers among them."""

    def html(self) -> str:
        """Return a sentence and a table by table of the record."""
        made = table("corrections")
        counts = Counter(made["table"])
        numbers = Counter(made[made["column"].isin(("value", "low", "high", "bound"))]["table"])
        rows = [
            [name.replace("_", " "), str(count), str(numbers.get(name, 0))]
            for name, count in counts.most_common()
        ]
        cells = len(made[["table", "row", "column"]].drop_duplicates())
        lead = (
            f"<p>{cells} cells of the record were corrected so far, in {len(made)} changes, "
            f"{numbers.total()} of them of a number or its bound.</p>"
            if rows
            else ""
        )
        return lead + small_table(
            "Changes of cells by table of the record",
            ["table", "changes", "numbers and bounds among them"],
            rows,
            empty="No cell of the record was corrected yet.",
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("correction-counts", CorrectionCounts)
    app.add_directive("corrections-list", CorrectionsList)
    app.add_directive("failures-list", FailuresList)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
