"""Directive of the ports page: which ships were said to load or to unload, where, and by whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import line_vocabulary as n
from skytally.press.cards.record_cards import dates
from skytally.press.sphinx_ext.book_data import card_record, originals
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row

UNLOADING = re.compile(r"(?:unload(?:ing|ed)\b|dropping off)(?!.*this row: then)")
LOADING = re.compile(r"(?<!un)(?:loading|loaded)\b(?!.*this row: Pier 1 un)|\bto load\b")
UNLOADED, LOADED, BOTH = "unloading", "loading, or loaded", "unloading, then loading"
NOT_SEEN = "inferred, no ship seen"
EMPTY = re.compile(r"\bempt(?:y|ies)\b")
SEEMS = re.compile(r"seems? to show")


def direction(row: Mapping[str, Any]) -> str:
    """Say in which direction cargo moved, by the words of a sighting; empty where they are silent.

    Parameters
    ----------
    row : mapping
        Cells of a row of ``ship_sightings``.

    Returns
    -------
    str

    Examples
    --------
    >>> direction({"text": "unloading containers", "state": "seen"})
    'unloading'
    >>> direction({"text": "berthed", "state": "seen"})
    ''
    """
    text = str(row["text"])
    taken, put = UNLOADING.search(text), LOADING.search(text)
    found = BOTH if taken and put else UNLOADED if taken else LOADED if put else ""
    return f"{found}: {NOT_SEEN}" if found and row["state"] == n.UNCLEAR else found


def hedges(row: Mapping[str, Any]) -> str:
    """Give what the page says of how sure the direction is, or of empty containers."""
    note = str(row["note"])
    said = [
        "“seems to show”" if SEEMS.search(note) else "",
        "empty containers, by the note of the row" if EMPTY.search(note) else "",
    ]
    return "; ".join(filter(None, said)) or "stated plainly"


class LoadingRows(Block):
    """Show every sighting whose words say in which direction cargo moved."""

    def html(self) -> str:
        """Return the table, a row a sighting, by day."""
        sightings = originals("ship_sightings")
        ordered = sightings[sightings["cargo"] == ""].sort_values(["date_first", "id"])
        rows = [{str(key): row[key] for key in row} for row in ordered.to_dict("records")]
        shown = [row for row in rows if direction(row) or _emptied(row)]
        return filtered_table(
            "loading",
            "Loading and unloading: a row is one sighting whose words give a direction, as the "
            "counter judged it from an image; two rows may be of one call, and a full container "
            "looks like an empty one",
            ["when", "direction", "place", "ship", "who judged", "how sure"],
            [self._row(row) for row in shown],
            empty="No sighting says in which direction cargo moved.",
        )

    def _row(self, row: dict[str, Any]) -> str:
        names = card_record().names
        when = dates(row, "date") if not pd.isna(row["date_first"]) else "no day"
        return html_row(
            (
                self.card("row", row["id"], when),
                cell(direction(row) or UNLOADED),
                cell(names.get(row["scope"], row["scope"])),
                self.ships(row["vessel"] or "not named"),
                cell(names.get(row["counter"], row["counter"])),
                cell(hedges(row)),
            )
        )


def _emptied(row: Mapping[str, Any]) -> bool:
    """Whether only the note of a row says that something was unloaded."""
    return bool(re.search(r"\bempty containers unloaded\b", str(row["note"])))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("loading-rows", LoadingRows)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
