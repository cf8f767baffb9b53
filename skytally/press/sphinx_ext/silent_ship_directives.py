"""Directives of the page on silent ships: each report of a ship not heard, and the last signals."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import when
from skytally.press.cards.ship_cards import row_part
from skytally.press.cards.ship_rows import (
    ALONE,
    PERHAPS,
    SIGNALS,
    SILENT,
    TOGETHER,
    WHOLE_GROUP,
    ShipRow,
    before_operation,
    heard_rows,
    latest,
    rows_of_ship,
    ship_id,
    ship_names,
    silent_rows,
)
from skytally.press.sphinx_ext.book_data import card_record, originals
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    filtered_table,
    html_row,
    source_link,
    to_root,
)
from skytally.press.sphinx_ext.ship_directives import NOT_IN_RECORD, ShipBlock

OPEN = "not stated"
JUDGED_TO_BE = "of a ship judged to be it:"
KNOWN = {
    "day": "to the day", "month": "to the month", "year": "to the year",
    "nominal": "a day chosen for the words of the page",
}  # fmt: skip
"""How well the end of a silence is known, by its precision."""


def end_of(row: dict[str, Any], side: str) -> str:
    """One end of a silence in words, with how well it is known."""
    day, precision = row[f"date_{side}"], str(row[f"precision_{side}"])
    if pd.isna(day):
        return OPEN
    return f"{when(day, day, precision, precision)} ({KNOWN.get(precision, precision)})"


class SilenceList(Block):
    """List every report that a ship of the route was not heard."""

    def html(self) -> str:
        """Return the table, a row a report, by its first day."""
        rows = originals(SIGNALS)
        chosen = rows[(rows["kind"] == SILENT) & (rows["cargo"] == "")]
        ordered = chosen.sort_values(["date_first", "id"]).to_dict("records")
        return filtered_table(
            "silences",
            "Ships not heard: a row is one report that ships of this route, or unnamed ships at "
            "its ports, were not heard by radio, with both ends and how well each is known",
            ["ship", "from", "to", "of all ships of the group", "who reported it", "read in"],
            [self._row({str(key): row[key] for key in row}) for row in ordered],
            empty="The record has no report of a ship that was not heard.",
        )

    def _row(self, row: dict[str, Any]) -> str:
        up = to_root(self.state.document.settings.env.docname)
        names = card_record().names
        vessel = str(row["vessel"])
        return html_row(
            (
                f"{self.ships(vessel)} ({self.card('row', str(row['id']))})",
                cell(end_of(row, "first")),
                cell(end_of(row, "last")),
                "yes" if WHOLE_GROUP.search(vessel) else "no",
                cell(names.get(row["counter"], row["counter"])),
                source_link(str(row["source_id"]), up=up),
            )
        )


class LastSignals(ShipBlock):
    """Show for each ship the last signal before the operation, and when it was heard or not."""

    def html(self) -> str:
        """Return the table, a row a ship."""
        ships = ship_names(card_record().tables)
        return filtered_table(
            "last-signals",
            "Last signals: a row is one ship, with its last radio position before it first sailed "
            "on this route, the newest report that it was not heard, and the newest that it was, "
            "anywhere; a report of a ship only judged to be it is marked, and reports on all ships "
            "of the group are left out",
            [
                "ship",
                "last position before",
                "newest report of silence",
                "newest signal",
            ],
            [self._row(ship) for ship in ships],
            empty="The record follows no ship yet.",
        )

    def _row(self, ship: str) -> str:
        rows = rows_of_ship(card_record(), ship)
        before = before_operation(rows)
        cells = (
            self.card("ship", ship_id(ship), ship),
            "; ".join(self._part(row) for row in before) or cell(NOT_IN_RECORD),
            self._silence(rows),
            self._part(latest(row for row in heard_rows(rows) if row not in before)),
        )
        return html_row(cells)

    def _silence(self, rows: list[ShipRow]) -> str:
        """Newest report of silence, and a newer one of a ship that is only judged to be it."""
        certain = latest(silent_rows(rows, ALONE, TOGETHER))
        perhaps = latest(silent_rows(rows, PERHAPS))
        shown = self._part(certain)
        if perhaps is None or (certain is not None and perhaps.first <= certain.first):
            return shown
        return f"{shown}<br>{JUDGED_TO_BE} {self._part(perhaps)}"

    def _part(self, row: ShipRow | None) -> str:
        return cell(NOT_IN_RECORD) if row is None else self.part(row_part(card_record(), row))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("silence-list", SilenceList)
    app.add_directive("last-signals", LastSignals)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
