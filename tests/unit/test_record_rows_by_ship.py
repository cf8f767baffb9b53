"""Rows by ship: every listed ship is followed, and a doubtful name is told apart."""

from __future__ import annotations

import pytest

from skytally.press.cards.record_rows_by_ship import (
    ALONE,
    DOUBT,
    IN_PASSING,
    PERHAPS,
    TOGETHER,
    how_named,
    ship_names,
)
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, originals


def test_every_listed_ship_is_followed() -> None:
    """A new ship in the table of listings gets its part without a line of code."""
    assert {*ship_names(card_record().tables)} == {*originals("sanction_listings")["vessel"]}


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        ({"vessel": "Angara"}, ALONE),
        ({"vessel": "Maia-1; Angara; Maria"}, TOGETHER),
        ({"vessel": "all four ships"}, TOGETHER),
        ({"vessel": "Angara or Lady R"}, PERHAPS),
        ({"vessel": "Russian ship (Angara by context)"}, PERHAPS),
        ({"vessel": "", "note": "probably the Angara"}, IN_PASSING),
        ({"vessel": "Maria E"}, ""),
        ({"vessel": "", "text": "no ship at the pier"}, ""),
    ],
)
def test_how_a_row_names_a_ship(cells: dict[str, str], named: str) -> None:
    """A sighting that is perhaps of a ship is told apart from one under its name."""
    ship = "Maria" if "Maria E" in cells.values() else "Angara"
    assert how_named(cells, ship) == named


def test_a_stay_has_the_doubt_of_its_sightings() -> None:
    """Where a sighting of a stay is only probably of a ship, the stay says so."""
    names = originals("ship_sightings").set_index("id")["vessel"]
    for stay in originals("port_stays").to_dict("records"):
        rows = [names[row] for row in stay["rows"].split() if row in names]
        if any(map(DOUBT.search, rows)):
            assert DOUBT.search(stay["vessel"]), stay["id"]
