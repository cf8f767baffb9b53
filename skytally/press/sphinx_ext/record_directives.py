"""Directives of the pages of the record: its tables, the findings, the timeline, the maps."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import DataError, interval
from skytally.press.sphinx_ext.book_data import (
    VOCABULARY_TABLE,
    findings,
    map_regions,
    observations,
    record_tables,
    row_ids,
    table,
    timeline_lanes,
)
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state, filtered_table
from skytally.record import drop_copies

SOURCE_COLUMNS = {"source_id", "derived_from", "other_sources"}
ROW_COLUMNS = {"converted_from", "row_id"}
FIRST_COLUMNS = {"id": 0, "text": 1}
"""Columns that stand before all others."""


def _linked(column: str, text: str) -> str:
    ids = text.split()
    if column in SOURCE_COLUMNS and ids:
        return " ".join(f'<a href="sources.html#{cell(one)}">{cell(one)}</a>' for one in ids)
    if column in ROW_COLUMNS and text in row_ids():
        return f'<a href="record.html#{cell(text)}">{cell(text)}</a>'
    return cell(text)


def _plain(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.15g}"
    return "" if value is pd.NaT else str(value)


def _rows_html(rows: pd.DataFrame, columns: list[str], *, anchored: bool) -> list[str]:
    body = []
    for _, row in rows.iterrows():
        cells = "".join(
            f"<td>{_linked(column, _plain(row[column]))}</td>" for column in columns[1:]
        )
        first = cell(row[columns[0]])
        start = f'<tr><th scope="row">{first}</th>'
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
    order = sorted(rows.columns, key=lambda column: FIRST_COLUMNS.get(column, 2))
    shown = [
        column for column in order if column != "line" and (rows[column].map(_plain) != "").any()
    ]
    body = _rows_html(rows, shown, anchored=name in (*observations(), "sources"))
    # the vocabulary is a dictionary itself and has none
    dictionary = (
        f' · <a href="data/record/{name}.dictionary.csv" download>its dictionary</a>'
        if name != VOCABULARY_TABLE
        else ""
    )
    empty = f"{caption}: the table has no row yet."
    return (
        f"{filtered_table(name, caption, shown, body, empty=empty)}"
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


def linked_rows(ids: list[str], *, visible: int) -> str:
    """Return links to rows of the record; those beyond the first few are folded.

    Parameters
    ----------
    ids : list of str
        Ids of rows; one that the record page does not show is plain text.
    visible : int
        Number of links before the fold.

    Returns
    -------
    str
    """
    links = [
        f'<a href="record.html#{cell(row)}">{cell(row)}</a>' if row in row_ids() else cell(row)
        for row in ids
    ]
    shown, folded = " ".join(links[:visible]), links[visible:]
    if not folded:
        return shown
    return f"{shown}<details><summary>{len(folded)} more rows</summary>{' '.join(folded)}</details>"


def _interval(finding: dict[str, Any]) -> str:
    low = float("nan") if finding["low"] is None else finding["low"]
    high = float("inf") if finding["high"] is None else finding["high"]
    return cell(interval(low, high, finding["unit"]))


class FindingsTable(Block):
    """Show every finding with its anchor, interval, confidence and rows."""

    def html(self) -> str:
        """Return the table."""
        body = [
            f'<tr id="{cell(key)}"><th scope="row"><a href="#{cell(key)}">{cell(key)}</a></th>'
            f"<td>{cell(finding['said'])}</td><td>{_interval(finding)}</td>"
            f"<td>{cell(finding['level'])}</td><td>{cell(finding['text'])}</td>"
            f"<td>{linked_rows(finding['inputs'], visible=12)}</td></tr>"
            for key, finding in findings(self.app).items()
        ]
        heads = ["key", "in words", "interval", "confidence in the sources", "finding", "rows"]
        shown = filtered_table(
            "findings", "Findings", heads, body, empty="There is no finding yet."
        )
        return (
            f'{shown}<p class="sk-downloads"><a href="findings.json" download>findings.json</a></p>'
        )


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
        tables = {name: drop_copies(record_tables()[name], table("sources")) for name in names}
        return timeline_chart(tables, lanes, period=self._period()).block


class RegionMaps(Block):
    """Draw the map of each region."""

    def html(self) -> str:
        """Return the maps, in the order of the table of regions."""
        from skytally.figures import region_map

        regions = map_regions()
        maps = [
            region_map(region, regions, table("sites"), table("route_connections")).block
            for region in regions["id"]
        ]
        return "\n".join(maps) or empty_state("No region has a map yet.")


class SiteMaps(Block):
    """Draw one locator map per located site, each with its uncertainty."""

    def html(self) -> str:
        """Return the maps, with a heading each."""
        from skytally.figures import site_blocks

        return site_blocks(map_regions(), table("sites"), table("route_connections"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("record-table", RecordTable),
        ("findings-table", FindingsTable),
        ("timeline", Timeline),
        ("region-maps", RegionMaps),
        ("site-maps", SiteMaps),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
