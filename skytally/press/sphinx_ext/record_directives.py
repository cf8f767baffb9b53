"""Directives of the pages of the record: its tables, the timeline, the maps."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import DataError, data_registry
from skytally.press.book_metadata import source_line
from skytally.press.cards.spelled_out_codes import plain_note
from skytally.press.sphinx_ext.cached_record_and_findings import (
    VOCABULARY_TABLE,
    map_regions,
    observations,
    originals,
    record_tables,
    row_ids,
    source_words,
    table,
    timeline_lanes,
)
from skytally.press.sphinx_ext.html_blocks import (
    PLACES,
    Block,
    card_link,
    cell,
    empty_state,
    filtered_table,
    ship_links,
    source_link,
    with_data,
)
from skytally.record import newest_page, within_record

CLAIMS = "official_claims"
"""Table of statements, which may be known to their year only."""
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
    return f"<details><summary>all cells</summary><dl>{listed}</dl></details>" if listed else ""


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
    # the vocabulary is a dictionary itself and has none
    dictionary = (
        f' · <a href="data/record/{name}.dictionary.csv" download>its dictionary</a>'
        if name != VOCABULARY_TABLE
        else ""
    )
    empty = f"{caption}: the table has no row yet."
    return (
        f"{filtered_table(name, caption, heads, body, empty=empty)}"
        f'<p class="sk-downloads"><a href="data/record/{name}.csv" download>{name}.csv</a>'
        f"{dictionary}</p>"
    )


class RecordTable(Block):
    """Show one table of the record."""

    required_arguments = 1
    option_spec: ClassVar = {"caption": directives.unchanged_required}

    def html(self) -> str:
        """Return the table."""
        name = self.arguments[0]
        return html_table(table(name), name=name, caption=self.options["caption"])


class Timeline(Block):
    """Draw all kinds of evidence and the events on one axis of time."""

    option_spec: ClassVar = {
        "first": directives.unchanged_required,
        "last": directives.unchanged_required,
    }

    def _period(self) -> tuple[str, str] | None:
        days = [self.options[end] for end in ("first", "last") if end in self.options]
        if len(days) == 1:
            message = "timeline: one of first and last; give both days, or none for all rows"
            raise DataError(message)
        for day in days:
            if pd.isna(pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")):
                message = f"timeline: {day!r} is no day; write YYYY-MM-DD"
                raise DataError(message)
        return (days[0], days[1]) if days else None

    def html(self) -> str:
        """Return the chart."""
        from skytally.figures import timeline_chart

        lanes = timeline_lanes()
        names = {*lanes["table"], "scopes", "counters"}
        tables = {name: originals(name) for name in names}
        if CLAIMS in tables:
            tables[CLAIMS] = within_record(tables[CLAIMS], newest_page(table("sources")))
        chart = timeline_chart(tables, lanes, period=self._period())
        return with_data(chart.block, *(f"data/record/{name}.csv" for name in lanes["table"]))


class Beginnings(Timeline):
    """Draw when each thing of a page began or ended, as intervals."""

    required_arguments = 1

    def html(self) -> str:
        """Return the chart."""
        from skytally.figures import lanes_chart, names_of
        from skytally.findings import date_rows, read_declarations

        page = self.arguments[0]
        labels = names_of(table("counters"), table("scopes"))
        declared = read_declarations([data_registry.path(f"findings_{page.replace('-', '_')}")])
        dates = date_rows(declared, record_tables(), labels=labels)
        chart = lanes_chart(
            dates,
            labels,
            lane=dates["lane"],
            name=f"{page}-beginnings",
            period=self._period(),
            caption="When each thing began. A bar runs from the last observation without it to "
            "the first with it, or over the days that its counter states; an arrow to the left "
            "means that no observation lies before, so that it may have begun at any earlier time.",
        )
        return with_data(chart.block, "findings.json")


class RegionMaps(Block):
    """Draw the map of each region."""

    def html(self) -> str:
        """Return the maps, in the order of the table of regions."""
        from skytally.figures import region_map

        regions = map_regions()
        maps = [
            region_map(
                region,
                regions,
                table("sites"),
                table("route_connections"),
                source_line=source_line(),
            ).block
            for region in regions["id"]
        ]
        shown = [with_data(each, *PLACES) for each in maps]
        return "\n".join(shown) or empty_state("No region has a map yet.")


class SiteMaps(Block):
    """Show all sites: a small map of each located one, and those that no source locates."""

    def html(self) -> str:
        """Return the sites, with a heading each."""
        from skytally.figures import site_blocks

        sources = {source: source_link(source) for source in source_words()}
        return site_blocks(map_regions(), table("sites"), sources)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("record-table", RecordTable),
        ("timeline", Timeline),
        ("beginnings", Beginnings),
        ("region-maps", RegionMaps),
        ("site-maps", SiteMaps),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
