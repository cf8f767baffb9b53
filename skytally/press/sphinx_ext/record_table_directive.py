"""Directive of the page of the record: one of its tables, filtered, with an anchor to each row."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.press.cards.spelled_out_codes import plain_note
from skytally.press.sphinx_ext.cached_record_and_findings import (
    VOCABULARY_TABLE,
    observations,
    row_ids,
    table,
)
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    card_link,
    cell,
    filtered_table,
    ship_links,
    table_downloads,
)

SOURCE_COLUMNS = {"source_id", "derived_from", "other_sources", "source", "act_source"}
ROW_COLUMNS = {"converted_from", "row_id", "row", "same_as"}
NOTE_COLUMNS = {"note", "old", "new"}
"""Columns with notes, and those of corrected cells, whose codes are spelled out."""
FIRST_COLUMNS = {
    name: position
    for position, name in enumerate(
        ("id", "group", "row_id", "text", "publisher", "title", "name", "statement_first",
         "date_first", "depart_first", "published_first", "counter", "value", "quantity", "unit")
    )
}  # fmt: skip
"""Columns that stand before all others, in this order."""
MOST_COLUMNS = 5
"""Columns of a table on a page; what exceeds them unfolds in the row."""


def _linked(column: str, text: str) -> str:
    ids = text.split()
    if column in SOURCE_COLUMNS and ids:
        return " ".join(card_link("source", one) for one in ids)
    if column in ROW_COLUMNS and ids and row_ids() >= {*ids}:
        return " ".join(card_link("row", one) for one in ids)
    return ship_links(plain_note(text) if column in NOTE_COLUMNS else text)


def _plain(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.15g}"
    return "" if value is pd.NaT else str(value)


def _folded(row: pd.Series, columns: list[str]) -> str:
    """Cells beyond the first columns, by name, behind a fold; empty ones are left out."""
    known = [(column, _plain(row[column])) for column in columns]
    listed = "".join(
        f"<dt>{cell(column)}</dt><dd>{_linked(column, words)}</dd>"
        for column, words in known
        if words
    )
    return f"<details><summary>more</summary><dl>{listed}</dl></details>" if listed else ""


def _rows_html(
    rows: pd.DataFrame, columns: list[str], folded: list[str], *, anchored: bool
) -> list[str]:
    body = []
    for _, row in rows.iterrows():
        cells = "".join(
            f"<td>{_linked(column, _plain(row[column]))}</td>" for column in columns[1:]
        )
        if folded:
            cells += f"<td>{_folded(row, folded)}</td>"
        first = cell(row[columns[0]])
        start = f'<tr><th scope="row">{_linked(columns[0], row[columns[0]])}</th>'
        if anchored:
            start = f'<tr id="{first}"><th scope="row"><a href="#{first}">{first}</a></th>'
        body.append(f"{start}{cells}</tr>")
    return body


def html_table(rows: pd.DataFrame, *, name: str, caption: str) -> str:
    """Return a table of the record: every cell as text, every row with its anchor.

    Parameters
    ----------
    rows : pandas.DataFrame
        The table; columns without any text are left out.
    name : str
        Its name.
    caption : str
        Its caption.

    Returns
    -------
    str
        A sentence in place of a table without rows.
    """
    order = sorted(rows.columns, key=lambda column: FIRST_COLUMNS.get(column, len(FIRST_COLUMNS)))
    shown = [
        column for column in order if column != "line" and (rows[column].map(_plain) != "").any()
    ]
    visible, folded = shown, []
    if len(shown) > MOST_COLUMNS:
        visible, folded = shown[: MOST_COLUMNS - 1], shown[MOST_COLUMNS - 1 :]
    body = _rows_html(rows, visible, folded, anchored=name in (*observations(), "sources"))
    heads = [*visible, *(["more"] if folded else [])]
    empty = f"{caption}: the table has no row yet."
    # the vocabulary is a dictionary itself and has none
    downloads = table_downloads(name, dictionary=name != VOCABULARY_TABLE)
    return f"{filtered_table(name, caption, heads, body, empty=empty)}{downloads}"


class RecordTable(Block):
    """Show one table of the record."""

    required_arguments = 1
    option_spec: ClassVar = {"caption": directives.unchanged_required}

    def html(self) -> str:
        """Return the table."""
        name = self.arguments[0]
        return html_table(table(name), name=name, caption=self.options["caption"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("record-table", RecordTable)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
