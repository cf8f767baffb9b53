"""Directive of the ports page: which ships were said to load or to unload, where, and by whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import evidence_line_name_constants as n
from skytally.press.cards.record_cards import dates
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, originals
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row

WAYS = {
    "unloading": re.compile(r"(?:unload(?:ing|ed)\b|dropping off)(?!.*this row: then)"),
    "loading": re.compile(
        r"(?<!un)(?:loading|loaded (?:containers|stacks))\b(?!.*this row: Pier 1 un)"
    ),
    "lying loaded": re.compile(r"(?:mostly loaded|loaded with)"),
    "waiting to load": re.compile(r"\bwaiting to load\b"),
    "arriving with containers": re.compile(r"\btaken to be containers from\b"),
}
"""What the words of a sighting say of the direction, and the words."""
INFERRED = "inferred, no ship seen"
JUDGED_EMPTY = re.compile(r"\bjudged empty\b")
SEEMS = re.compile(r"seems? to show")


def direction(row: Mapping[str, Any]) -> str:
    """Read in which direction cargo moved, by the words of a sighting; empty where they are silent.

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
    found = " and ".join(way for way, words in WAYS.items() if words.search(text))
    return f"{found}: {INFERRED}" if found and row["state"] == n.UNCLEAR else found


def hedges(row: Mapping[str, Any]) -> str:
    """Quote what the page says of how sure the direction is; empty where it says nothing."""
    note = str(row["note"])
    said = [
        "“seems to show”" if SEEMS.search(note) else "",
        "empty containers, as the counter judged" if JUDGED_EMPTY.search(str(row["text"])) else "",
    ]
    return "; ".join(filter(None, said))


class LoadingRows(Block):
    """Show every sighting whose words say in which direction cargo moved."""

    def html(self) -> str:
        """Return the table, a row a sighting, by day."""
        sightings = originals("ship_sightings")
        ordered = sightings[sightings["cargo"] == ""].sort_values(["date_first", "id"])
        rows = [{str(key): row[key] for key in row} for row in ordered.to_dict("records")]
        shown = [row for row in rows if direction(row)]
        return filtered_table(
            "loading",
            "Loading and unloading: a row is one sighting whose words give a direction, as the "
            "counter judged it from an image; two rows may be of one call, and a full container "
            "looks like an empty one. What a page says of how sure it is stands in brackets",
            ["when", "direction", "place", "ship", "who judged"],
            [self._row(row) for row in shown],
            empty="No sighting says in which direction cargo moved.",
        )

    def _row(self, row: dict[str, Any]) -> str:
        names = card_record().names
        hedge = hedges(row)
        when = dates(row, "date") if not pd.isna(row["date_first"]) else "no day"
        return html_row(
            (
                self.card("row", row["id"], when),
                cell(f"{direction(row)} ({hedge})" if hedge else direction(row)),
                cell(names.get(row["scope"], row["scope"])),
                self.ships(row["vessel"] or "not named"),
                cell(names.get(row["counter"], row["counter"])),
            )
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("loading-rows", LoadingRows)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
