"""Ships on the page: each row that names one stands in its part, with owners and lengths."""

from __future__ import annotations

import re

from skytally.press.cards.record_rows_by_ship import rows_of_ship, ship_id, ship_names
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, originals
from skytally.press.sphinx_ext.ship_directives import (
    NO_LENGTH,
    NO_TOTAL,
    ShipLengthError,
    ShipList,
    ShipOwners,
    ShipSections,
    printed_lengths,
)
from tests.support.directives_without_page import bare


def test_the_part_of_a_ship_has_every_row_that_names_it() -> None:
    """No row is left out, and each leads to its card and to its source."""
    shown = bare(ShipSections, docname="ships").html()
    for ship in ship_names(card_record().tables):
        part = shown.partition(f'<h2 id="{ship_id(ship)}">')[2].partition("<h2")[0]
        rows = rows_of_ship(card_record(), ship)
        linked = set(re.findall(r'<th scope="row"><a href="cards/row/([^"]+)\.html"', part))
        assert linked == {str(row.cells["id"]) for row in rows}
        assert all(f"cards/source/{row.cells['source_id']}.html" in part for row in rows)


def test_owners_say_where_the_record_is_silent() -> None:
    """Each ship has a line, and a link of a list is not called an owner."""
    shown = bare(ShipOwners, docname="ships").html()
    assert all(f"cards/ship/{ship_id(ship)}.html" in shown for ship in ("Angara", "Maria"))
    assert "IBEX Shipping</td><td>linked to it by a list of sanctions" in shown
    assert "Marine Trans Shipping</td><td>owner" in shown
    assert "Transmorflot</td><td>by one page an earlier name of its owner" in shown


def test_other_ships_are_named_and_not_followed() -> None:
    """A landing ship and one that a page may mean; the list says which cells it went through."""
    shown = bare(ShipList, docname="ships").html().partition("</table>")[2]
    assert "Nikolay Vilkov (landing ship)" in shown
    assert "Maria E (" in shown
    assert "in the tables of listings, owners, radio and registers and sightings" in shown
    assert "Ships that only the words of a row name" in shown


def test_owners_name_a_register_and_another_ship_that_a_page_may_mean() -> None:
    """GISIS stands behind one page, and the Maria E may be meant by another."""
    html = bare(ShipOwners, docname="ships").html()
    assert "by GISIS, the ship register of the International Maritime Organization, as VOA" in html
    assert "may be the Maria E" in html


def test_no_counter_names_a_ship_that_voa_measured() -> None:
    """The page of ships says so; VOA names the Angara by its radio alone."""
    sightings = originals("ship_sightings")
    lengths = sightings[sightings["quantity"] == "ship length"]
    assert not lengths[lengths["counter"] == "voa"]["vessel"].any()
    assert lengths["counter"].value_counts().index[0] == "voa"


def test_a_length_that_a_page_prints_is_listed_with_the_page() -> None:
    """Both lengths of the Maia-1 are shown, and a ship without one says so."""
    assert printed_lengths("Maia-1") == {"LEXPRESS_202503": 138, "RCI_20250903": 131}
    assert not printed_lengths("Maria")
    shown = bare(ShipList, docname="ships").html()
    assert "138 m (<a" in shown
    assert "131 m (<a" in shown
    assert NO_LENGTH in shown


def test_the_error_of_a_length_has_its_number_of_ships_and_its_range() -> None:
    """The error is wider than the lengths of the ships differ, so it names none."""
    shown = bare(ShipLengthError, docname="ships").html()
    assert "Of the 34 ships" in shown
    assert "at the median 13 m too long" in shown
    assert "between 23 m too short and 63 m too long" in shown
    assert "the Angara and the Maia-1 lie closer together than that: 120 to 138 m." in shown


def test_voyages_counted_by_name_stand_in_the_first_table() -> None:
    """Two ships have totals of their own; of the others the table says that none is recorded."""
    shown = bare(ShipList, docname="ships").html()
    assert ">at least 11 round trips (RUSI, August 2023 to January 2024)</a>" in shown
    assert ">at least 9 voyages (Open Source Centre, October 2023 to 2024)</a>" in shown
    assert shown.count(NO_TOTAL) == 2
