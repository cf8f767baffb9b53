"""Cards of ships: first and last sightings, owners, lists, what nobody knows, and links to them."""

from __future__ import annotations

import pandas as pd
import pytest

from skytally.press.cards.card_fields_and_text_shortening import CITE, Card, Fact, Part
from skytally.press.cards.record_rows_by_ship import (
    ALONE,
    HOW_NOT_SAID,
    TOGETHER,
    rows_of_ship,
    seen_rows,
    ship_names,
)
from skytally.press.cards.ship_cards import (
    FIRST_SEEN,
    LAST_PLACED,
    LAST_SEEN,
    PERHAPS_SEEN,
    last_sightings,
    owned_when,
    ship_card,
    ship_facts,
    ship_unknowns,
    with_ship_links,
)
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, originals
from skytally.press.sphinx_ext.html_blocks import ship_links
from skytally.press.sphinx_ext.ship_directives import ShipList
from tests.support.directives_without_page import bare


def test_a_flat_word_on_a_list_leads_to_a_row_sure_to_be_of_the_ship() -> None:
    """The first listing of the Maria may be of the Maria E, so the later one is linked."""
    record = card_record()
    lists: dict[str, dict[str, str]] = {}
    for ship in ship_names(record.tables):
        facts = ship_facts(record, rows_of_ship(record, ship))
        label = "the ship itself was put under sanctions by"
        (of_ship,) = (each for each in facts if each.label == label)
        lists[ship] = {part.text: part.url for part in of_ship.parts if part.url}
        for part in of_ship.parts:
            row = part.url.rpartition("/")[2].removesuffix(".html")
            sure = record.rows[row][1]["other_ship"] == "" if row in record.rows else not part.url
            assert sure or "may be the" in part.text
    assert "M020" in lists["Maria"]["United States"]


def test_a_ship_without_a_dated_voyage_is_said_to_have_none() -> None:
    """The Maia-1 has a total of its trips and no voyage with a day."""
    record = card_record()
    told = ship_unknowns(record, "Maia-1", rows_of_ship(record, "Maia-1"))
    assert "No page that was read dates a single voyage of it on this route." in told


def test_a_bracketed_sighting_is_neither_first_nor_last() -> None:
    """Seen at some time from September to December is not a first sighting of September."""
    facts = {fact.label: fact.parts for fact in ship_card(card_record(), "Angara").facts}
    assert facts[FIRST_SEEN][0].url == "cards/row/P010.html"
    before = [part.url for part in facts[FIRST_SEEN][1:]]
    assert before == ["cards/row/V003.html", "cards/row/P008.html"]
    assert facts[PERHAPS_SEEN][0].url == "cards/row/P075.html"
    assert facts["all of it"] == (Part("every row on the Angara", "ships.html#angara"),)


@pytest.mark.parametrize(
    ("row_id", "words"),
    [
        ("Q001", "since August 2021, by a page of 18 October 2023"),
        ("Q002", "by a page of 16 October 2023"),
        ("Q008", "in 2022"),
        ("Q010", "on 12 December 2023"),
        ("Q015", "the page gives no day"),
    ],
)
def test_owning_does_not_end_on_the_day_of_its_page(row_id: str, words: str) -> None:
    """The last day of a row on an owner is that of the page."""
    assert owned_when(originals("ship_owners").set_index("id").loc[row_id]) == words


def test_an_earlier_name_of_an_owner_is_no_second_company() -> None:
    """Neither the Lady R nor the Maia-1 is said to be linked to a further company by it."""
    record = card_record()
    told = [" ".join(ship_unknowns(record, each, rows_of_ship(record, each)))
            for each in ("Lady R", "Maia-1")]  # fmt: skip
    assert "whether one followed the other" not in told[0]
    assert "links it to Oboronlogistika;" in told[1]


def test_a_page_on_a_listing_is_no_list() -> None:
    """The copy of a list links the Angara to its owner, and one newsroom to another company."""
    record = card_record()
    angara, maria = (" ".join(ship_unknowns(record, each, rows_of_ship(record, each)))
                     for each in ("Angara", "Maria"))  # fmt: skip
    assert "a page of KBS World on a listing links it to Oboronlogistika;" in angara
    assert "the list whose copy was read links it to M Leasing:" in angara
    assert "which may mean the Maria E, links it to Oboronlogistika;" in maria
    assert maria.startswith("One page names Marine Trans Shipping as its owner;")


def test_names_of_ships_lead_to_their_cards_and_other_words_stay_text() -> None:
    """A name within another word is none, and code stays text."""
    assert ship_links("<b>Lady R</b>, Marianne", up="../") == (
        '&lt;b&gt;<a href="../cards/ship/lady-r.html">Lady R</a>&lt;/b&gt;, Marianne'
    )


def test_cards_that_name_a_ship_link_to_it() -> None:
    """In a sentence, a fact or the cell of a row; a citation names none, and others stay."""
    fact = Fact("what it reports", (Part("the Maria at Dunai"),))
    cards = [
        Card("finding", "a.b", "1 ship", "The Lady R was seen.", ()),
        Card("source", "S1", "A page", "A page.", (fact,)),
        Card("source", "S2", "A page", "A page.", (Fact(CITE, (Part("The Angara sails"),)),)),
    ]
    made = list(with_ship_links(card_record(), cards))
    assert [[part.url for part in card.facts[-1].parts] for card in made[:2]] == [
        ["cards/ship/lady-r.html"], ["cards/ship/maria.html"],
    ]  # fmt: skip
    assert made[2] == cards[2]


def test_a_card_begins_with_the_number_and_the_first_and_last_sighting() -> None:
    """The first line says what the ship is known by, and where it was seen."""
    sentence = ship_card(card_record(), "Lady R").sentence
    assert sentence.startswith(
        "A ship with the IMO number 9161003, of which counters report sightings"
    )
    assert "Vladivostok, port or anchorage" in sentence  # P112 does not say which


def test_a_sighting_of_which_nobody_says_how_it_was_made_says_so() -> None:
    """The Angara was found at Vostochny, and no page says that anybody looked at an image."""
    card = ship_card(card_record(), "Angara")
    facts = {fact.label: fact.parts for fact in card.facts}
    assert facts[LAST_SEEN][0].text.endswith(HOW_NOT_SAID)
    assert HOW_NOT_SAID in card.sentence
    sightings = originals("ship_sightings")
    cells = sightings["text"] + sightings["note"]
    unsaid = cells.str.contains("found is not said|found was not said|look at an image is not")
    assert unsaid.any()
    assert sightings[unsaid]["text"].str.contains(HOW_NOT_SAID).all()


def test_the_last_report_of_a_ship_may_be_none_of_its_sightings() -> None:
    """The Maia-1 was reported at Arkhangelsk after it was seen last on this route."""
    facts = {fact.label: fact.parts for fact in ship_card(card_record(), "Maia-1").facts}
    assert facts[LAST_SEEN][0].url == "cards/row/P051.html"
    assert facts[LAST_PLACED][0].url == "cards/row/A020.html"
    shown = bare(ShipList, docname="ships").html()
    assert 'cards/row/A020.html">3 September 2025, Arkhangelsk' in shown


def test_the_last_sighting_of_each_place_stands_on_a_card() -> None:
    """Beside the newest one the last at each other site, and on a route that spans several."""
    record = card_record()
    for ship in ship_names(record.tables):
        seen = seen_rows(rows_of_ship(record, ship), ALONE, TOGETHER)
        newest, *others = last_sightings(record, seen).items()
        facts = {fact.label: fact.parts for fact in ship_card(record, ship).facts}
        assert facts[LAST_SEEN] == (newest[1],)
        for place, part in others:
            assert facts[f"{LAST_SEEN}, {place}"] == (part,)
        scopes = record.tables["scopes"].set_index("id")
        dated = {row.cells["scope"] for row in seen if row.first < pd.Timestamp.max}
        assert len(others) + 1 == len({scopes["site"][each] or each for each in dated})
    shown = bare(ShipList, docname="ships").html()
    assert "25 October 2024, Rajin" in shown
    assert "Rajin to Russian ports, UK Ministry of Defence" in shown


def test_where_a_ship_is_now_has_its_last_report_and_what_may_be_of_it() -> None:
    """Later rows that may be of a ship are told, and nobody is said not to have looked."""
    record = card_record()
    told = {
        ship: " ".join(ship_unknowns(record, ship, rows_of_ship(record, ship)))
        for ship in ship_names(record.tables)
    }
    assert "is of 3 September 2025, Arkhangelsk" in told["Maia-1"]
    assert "may have been this one: 7 April 2024, Rajin" in told["Maria"]
    for ship in ("Angara", "Lady R"):
        assert "may have been this one: 13 January 2026 to 14 January 2026" in told[ship]
        assert "1 later sighting of a ship without a name, 21 December 2025" in told[ship]
    assert "later sightings of ships without a name, the last of them" in told["Maria"]
    assert not any("looked again" in words for words in told.values())
