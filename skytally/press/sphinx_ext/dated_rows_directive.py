"""Directive with the dated list of rows, each with its number in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import data_folder, quantity_of, quantity_text
from skytally.figures import lane_rows
from skytally.page_archive import NumberWords, printed_numbers, read_words
from skytally.press.cards.record_cards import CardRecord, dates
from skytally.press.cards.spelled_out_codes import spelled_out
from skytally.press.sphinx_ext.cached_record_and_findings import (
    card_record,
    observations,
    originals,
    table,
    timeline_lanes,
)
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    card_link,
    cell,
    filtered_table,
    html_row,
    ship_links,
)
from skytally.record import count_once

DAY_STEMS = ("statement", "date", "depart")
"""Columns that may date a row, in the order of preference, each before ``_first``."""
PRESS_CLAIMS = "press_claims"
"""Table of sentences of the press, which are no observations."""
IMPLIED = 12
"""Largest number that a text may give by naming things one by one, or as *a ship*."""


def with_number(row: Mapping[str, Any], words: NumberWords) -> str:
    """Text of a row, after its number where the words leave that out.

    Parameters
    ----------
    row : mapping
        Cells of a row.
    words : NumberWords
        Words for numbers.

    Returns
    -------
    str

    Examples
    --------
    >>> row = {"value": 1600000.0, "low": math.nan, "high": math.nan, "bound": "about",
    ...        "unit": "tonnes", "wording": "", "text": "all rail freight; up on 2015"}
    >>> with_number(row, NumberWords())
    'about 1,600,000 tonnes: all rail freight; up on 2015'
    >>> with_number(row | {"text": "1,600,000 tonnes by rail"}, NumberWords())
    '1,600,000 tonnes by rail'
    """
    text = str(row["text"])
    numbers = [float(row.get(name, math.nan)) for name in ("value", "low", "high")]
    known = {number for number in numbers if not math.isnan(number)}
    printed = {each.value for each in printed_numbers(text, words)}
    if not known or max(known) <= IMPLIED or known & printed:
        return text
    return f"{quantity_text(quantity_of(row))}: {text}"


class DatedRows(Block):
    """Show every dated row of the record in the order of its days."""

    def html(self) -> str:
        """Return the table."""
        kinds = self._kinds()
        record = card_record()
        rows = [(record.rows[row_id][1], kind) for row_id, kind in kinds.items()]
        dated = [(row, kind) for row, kind in rows if self._first(row) is not pd.NaT]
        dated.sort(key=lambda pair: (self._first(pair[0]), str(pair[0]["id"])))
        words = read_words(data_folder()).numbers
        return filtered_table(
            "dated",
            "All dated observations, statements and events of the record; copies are left out, and "
            "reports of one sighting stand once",
            ["when", "what", "where", "kind", "who"],
            [self._row(record, row, kind, words) for row, kind in dated],
            empty="The record has no dated row yet.",
            label="Kind",
            choices=dict.fromkeys(kind for _, kind in dated),
        )

    @staticmethod
    def _kinds() -> dict[str, str]:
        """Lane of each row, or its table in words where no lane holds it; each sighting once."""
        lanes = timeline_lanes()
        names = {*lanes["table"], *observations(), "scopes", "counters"} - {PRESS_CLAIMS}
        groups = table("same_observation")
        tables = {name: count_once(originals(name), groups) for name in names}
        shown = lane_rows(tables, lanes)
        kinds = dict(zip(shown["id"], shown["lane"], strict=True))
        for name in observations():
            for row_id in tables[name]["id"] if name in tables else ():
                kinds.setdefault(row_id, name.replace("_", " ").capitalize())
        return kinds

    @staticmethod
    def _first(row: dict[str, Any]) -> pd.Timestamp:
        days = [row.get(f"{stem}_first") for stem in DAY_STEMS] + [row.get("date_last")]
        return next((day for day in days if day is not None and not pd.isna(day)), pd.NaT)

    @staticmethod
    def _row(record: CardRecord, row: dict[str, Any], kind: str, words: NumberWords) -> str:
        place = str(row.get("scope", "") or row.get("place", ""))
        counter = str(row.get("counter", "") or spelled_out(str(row.get("actors", ""))))
        cells = (
            ship_links(with_number(row, words)),
            cell(record.names.get(place, place)),
            cell(kind),
            cell(record.names.get(counter, counter)),
        )
        when = next(filter(None, (dates(row, stem) for stem in DAY_STEMS)), "no date")
        day = card_link("row", str(row["id"]), when)
        return html_row((day, *cells), choice=kind)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("dated-rows", DatedRows)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
