"""Directive of the page of ships: who put which ship, or its owner, on a list."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from sphinx.application import Sphinx

from skytally.core import listed, when
from skytally.press.cards.record_cards import dates
from skytally.press.sphinx_ext.book_data import originals, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row

LISTINGS = "sanction_listings"
HEADS = ("ship", "body", "the ship itself", "its owner", "read on the body's own page")
NOT_FOUND = "not in the record"
OWN_PAGE_REASONS = ("official", "originator")
"""Words of the vocabulary *reliability_reason* for a page of the body itself."""
STATEMENT = "official statement"
NOT_READ = "not read on the body's own page"
SHIP = "ship"
"""Word of the vocabulary *listing_target* for a listing of the ship itself."""
NAMED = "named"
"""Word of the vocabulary *listing_target* for a report that names a ship and lists nothing."""


class SanctionListings(Block):
    """Show for each ship and each body what the record has, and where it has nothing."""

    def html(self) -> str:
        """Return the table, a row a ship and body."""
        rows = originals(LISTINGS)
        ordered = rows.sort_values(["date_last", "id"], kind="stable").to_dict("records")
        listings = [{str(key): value for key, value in row.items()} for row in ordered]
        ships = dict.fromkeys(rows["vessel"])
        bodies = list(dict.fromkeys(rows["body"]))
        return filtered_table(
            "sanction-listings",
            "Sanctions on the ships of the route: a row is one ship and one body, with the days "
            "on which it listed the ship or its owner, by the pages that were read. Where pages "
            "date one listing differently, each is named, and two dates need not be two listings; "
            "a listing that no page of the record mentions may exist",
            list(HEADS),
            [self._row(ship, body, listings) for ship, body in product(ships, bodies)],
            empty="The record has no listing of a ship yet.",
            label="Body",
            choices=bodies,
        )

    def _row(self, ship: str, body: str, listings: list[dict[str, Any]]) -> str:
        of_ship = [row for row in listings if row["vessel"] == ship]
        # the newest list of the ship itself prints its number; a page on its owner need not
        of_itself = [row for row in of_ship if row["imo"] and row["target"] == SHIP]
        numbered = of_itself[-1:] or [row for row in of_ship if row["imo"]][:1]
        links = [self._link(row, str(row["imo"])) for row in numbered]
        number = links[0] if links else f"number {NOT_FOUND}"
        here = [row for row in of_ship if row["body"] == body]
        found = [self._links(here, target) for target in (SHIP, "owner")]
        mentioned = [self._link(row, "named in a report") for row in here if row["target"] == NAMED]
        found[0] += "".join(f"; {each}" for each in mentioned)
        cells = (f"{self.ships(ship)} (IMO {number})", cell(body), *found, cell(_read(here)))
        return html_row(cells, choice=body)

    def _links(self, rows: list[dict[str, Any]], target: str) -> str:
        here = [row for row in rows if row["target"] == target]
        several = len(here) > 1
        known = [
            self._link(row, _listed_on(row, several=several))
            + (f" ({cell(row['owner'])})" if row["owner"] else "")
            for row in here
        ]
        return "; ".join(known) or cell(NOT_FOUND)

    def _link(self, row: Mapping[str, Any], words: str) -> str:
        return self.card("row", str(row["id"]), words)


def _read(rows: list[dict[str, Any]]) -> str:
    """State whether a listing was read where the body publishes it, or in a copy of its list."""
    if not rows:
        return NOT_FOUND
    pages = table("sources").set_index("id").loc[[str(row["source_id"]) for row in rows]]
    if pages["reliability_reason"].isin(OWN_PAGE_REASONS).any():
        return "yes"
    copies = pages[pages["type"] == STATEMENT]
    if copies.empty:
        return NOT_READ
    days = listed(sorted({when(day, day, "day", "day") for day in copies["published_last"]}))
    return f"{NOT_READ}, but in a copy of its list of {days}, kept by others"


def _listed_on(row: Mapping[str, Any], *, several: bool) -> str:
    """Return the day of a listing, with its page where several pages, or it alone, give a day."""
    days = dates(row, "date")
    page = str(table("sources").set_index("id").at[str(row["source_id"]), "publisher"])
    if days.startswith("until "):
        read = f"{page}, {days.removeprefix('until ')}"
        return f"on a list, since when is not said, in {read}"
    return f"{days}, in {page}" if several else days


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("sanction-listings", SanctionListings)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
