"""Cards of rows and sources: what was seen, who uses it, and what copies it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from skytally.core import VOCABULARY_COLUMNS, data_registry, read_cells
from skytally.press.cards.card_fields_and_text_shortening import Card, Part
from skytally.press.cards.record_cards import RELATIONS, CardRecord, row_card, source_card
from skytally.press.cards.source_citation_formatting import original_citations, page_link
from skytally.press.cards.spelled_out_codes import plain_note
from tests.support.made_up_finding_for_cards import TABLES, TENTH, parts


def test_cards_of_rows_and_sources_say_that_nothing_is_archived_yet(cards_of: CardRecord) -> None:
    """Also where no address is known, so that nobody looks for a copy in vain."""
    row = row_card(cards_of, "P029", [])
    assert parts(row, "archive") == (Part("not archived yet"),)
    source = str(cards_of.rows["P029"][1]["source_id"])
    assert parts(source_card(cards_of, source), "archive") == (Part("not archived yet"),)
    (bare, *_) = (name for name, each in cards_of.sources.items() if not each["url"])
    (shown,) = parts(source_card(cards_of, bare), "archive")
    assert shown.text == "nothing to archive: no address is known"


@pytest.mark.parametrize("row", ["P107", "R081"])
def test_a_light_at_night_is_neither_cargo_nor_rail_traffic(cards_of: CardRecord, row: str) -> None:
    """The label follows what was seen, not the table in which it stands."""
    card = row_card(cards_of, row, [])
    assert card.sentence == "Light at night seen, no number given."


def test_cards_lead_to_the_corrections_of_their_own_cells(cards_of: CardRecord) -> None:
    """Of a row and of a source that were changed, and of no other."""
    changes = [("quay_stocks", "P029"), ("quay_stocks", "P029"), ("sources", "BP_20231017")]
    made = pd.DataFrame(changes, columns=["table", "row"])
    record = CardRecord({**cards_of.tables, "corrections": made}, TABLES[-3:])
    target = "corrections.html#changed-quay_stocks-P029"
    assert parts(row_card(record, "P029", []), "corrected") == (
        Part("2 changes of its cells", target),
    )
    (shown,) = parts(source_card(record, "BP_20231017"), "corrected")
    assert shown.text == "1 change of its cells"
    assert parts(row_card(record, "R081", []), "corrected") == ()


def test_original_on_the_page_of_its_counter_is_reported_by_nobody(cards_of: CardRecord) -> None:
    """Who counted and who published is one; pages beyond the first two are counted."""
    (own,) = original_citations(cards_of, ["R051"])
    assert own.text.startswith("CSIS Beyond Parallel: “")
    rows = list({row["source_id"]: row["id"] for _, row in cards_of.rows.values()}.values())[:4]
    assert [part.text for part in original_citations(cards_of, [*rows, "P9999"])][2:] == [
        "and 2 more pages, each cited on the card of its row"
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("YONHAP_20231013", "copy, original not read"),
        ("AP_COPY_20231008", "copy"),
        ("FT_nasdaqpicks", "copy, original not read"),
        ("YNA_20231014", ""),
    ],
)
def test_a_copy_is_called_one_and_says_whether_its_original_was_read(
    cards_of: CardRecord, source: str, words: str
) -> None:
    """A mirror names the page it has its text from only where a row of the record is that page."""
    card = source_card(cards_of, source)
    assert [part.text for part in parts(card, "copy or original")] == [words] * bool(words)
    assert page_link(cards_of, cards_of.sources[source]).text.endswith(
        f"; {words})" if words else "2023)"
    )


def test_row_card_says_what_was_seen_and_who_uses_it(cards_of: CardRecord) -> None:
    """Counter, place, day, page, findings; a row without a number is titled by what it says."""
    card = row_card(cards_of, "P029", ["port-imagery.peak"])
    assert card.heading == "about 1,010 containers"
    assert parts(card, "date") == (Part("15 November 2023"),)
    assert parts(card, "used by") == (
        Part("port-imagery.peak", "cards/finding/port-imagery.peak.html"),
    )
    seen = [
        row for name in ("quay_stocks", "rail_counts")
        for row in cards_of.tables[name].to_dict("records")
        if row["state"] == "seen" and not row["bound"]
    ]  # fmt: skip
    unnumbered = row_card(cards_of, seen[0]["id"], [])
    assert unnumbered.heading[1:] == seen[0]["text"][1:]
    assert unnumbered.heading[0].isupper()
    assert unnumbered.sentence.endswith(" seen, no number given.")


def test_every_relation_of_rows_has_a_name_of_its_own_on_cards(
    table: Callable[[str], pd.DataFrame],
) -> None:
    """A total that shares voyages with others, or was turned into shells, is not one sighting."""
    words = read_cells(data_registry.path("vocabulary"), header=VOCABULARY_COLUMNS)
    known = set(words[words["vocabulary"] == "relation"]["word"])
    assert known == set(RELATIONS)
    assert len(set(RELATIONS.values())) == len(RELATIONS)
    names = ("sources", "counters", "scopes", "same_observation", "official_claims")
    record = CardRecord({name: table(name) for name in names}, ("official_claims",))
    card = row_card(record, "O045", [])
    assert {part.text for part in parts(card, RELATIONS["conversion"])} == {"O046"}
    assert len(parts(card, RELATIONS["same-voyages"])) > 1
    assert not any("same sighting" in fact.label for fact in card.facts)


def test_a_relation_that_has_no_name_yet_is_called_by_its_meaning(
    cards_of: CardRecord,
) -> None:
    """A new word of the vocabulary needs no change of the code."""
    groups = pd.DataFrame(
        [
            {"group": "X", "row_id": row, "relation": "new", "keep": "yes"}
            for row in ("P029", "P031")
        ]
    )
    record = CardRecord({**cards_of.tables, "same_observation": groups}, TABLES[-3:])
    assert parts(row_card(record, "P029", []), "new") == (Part("P031", "cards/row/P031.html"),)


@pytest.mark.parametrize(
    ("row", "heading"),
    [
        ({"state": "seen", "vessel": "Lady R"}, "Sighting of Lady R"),
        (
            {"state": "seen", "vessel": "Angara or Lady R"},
            "Sighting of one ship, Angara or Lady R",
        ),
        ({"state": "seen"}, "Ship seen, no number given"),
        ({"state": "unclear"}, "Ship: left open by the source"),
        (
            {"bound": "exactly", "value": 120.0, "unit": "m", "quantity": "ship length"},
            "Ship length: 120 m",
        ),
    ],
)
def test_heading_of_a_sighting_says_what_was_seen_or_measured(
    table: Callable[[str], pd.DataFrame], row: dict[str, Any], heading: str
) -> None:
    """No heading is a bare length or a bare state."""
    plain = {
        "id": "X1",
        "source_id": "BP_20231006",
        "text": "",
        "note": "",
        "bound": "",
        "low": float("nan"),
        "high": float("nan"),
        "wording": "",
        **row,
    }
    tables = {name: table(name) for name in ("sources", "counters", "scopes", "same_observation")}
    record = CardRecord({**tables, "ship_sightings": pd.DataFrame([plain])}, ("ship_sightings",))
    assert row_card(record, "X1", []).heading == heading


@pytest.mark.parametrize(
    ("title", "url", "shown"),
    [
        (
            "(ships at Rajin, Korean)",
            "https://a.test",
            "A, in Korean (undated)",
        ),
        ("Ships (Korean)", "", "A, Ships (Korean) (undated; no address)"),
    ],
)
def test_title_in_brackets_is_a_description_and_a_missing_address_is_said(
    cards_of: CardRecord, title: str, url: str, shown: str
) -> None:
    """A reader takes no description of ours for a headline, and misses no link in silence."""
    source = {
        "publisher": "A",
        "title": title,
        "url": url,
        "published_first": pd.NaT,
        "published_last": pd.NaT,
        "published_precision": "open",
        "reliability_reason": "newsroom",
        "derived_from": "",
    }
    link = page_link(cards_of, source)
    assert link.text.startswith(shown)
    assert link.url == url


HEADINGS = [
    ("events", {"kind": "un"}, "United Nations body"),
    ("events", {"kind": "denial"}, "A denial"),
    ("ais_events", {"kind": "transmitting", "vessel": "Maia-1"}, "Maia-1: positions transmitted"),
    ("press_claims", {"kind": "rail"}, "Claim of the press: railway"),
    ("voyages", {"vessel": "Lady R", "bound": "", "unit": ""}, "Voyage of Lady R, load not"),
    ("port_stays", {"vessel": "", "scope": "dunai"}, "Stay of a ship at Dunai"),
    ("route_connections", {"from_site": "rajin", "to_site": "vostochny"}, " port to Vostochny"),
    ("official_claims", {"counter": "russia-kremlin", "bound": "", "unit": ""}, "by Kremlin"),
    ("new_table", {}, "Row of new table"),
]


@pytest.mark.parametrize(("name", "row", "heading"), HEADINGS)
def test_heading_of_a_row_without_a_number_is_a_phrase(
    table: Callable[[str], pd.DataFrame], name: str, row: dict[str, Any], heading: str
) -> None:
    """No word of a vocabulary stands there without its meaning, and no table by its file."""
    words = read_cells(data_registry.path("vocabulary"), header=VOCABULARY_COLUMNS)
    plain = {"id": "X1", "source_id": "BP_20231006", "text": "", "note": "", **row}
    tables = {each: table(each) for each in ("sources", "counters", "scopes", "sites")}
    groups = {"same_observation": table("same_observation"), "vocabulary": words}
    made = pd.DataFrame([plain])
    record = CardRecord({**tables, **groups, name: made}, (name,))
    shown = row_card(record, "X1", []).heading
    assert heading in shown
    assert "_" not in shown


def test_a_text_too_long_for_a_heading_begins_it_and_stands_whole_under_it(
    table: Callable[[str], pd.DataFrame],
) -> None:
    """The heading is the beginning of the text, and who acted is spelled out."""
    words = read_cells(data_registry.path("vocabulary"), header=VOCABULARY_COLUMNS)
    text = "Someone says at length " + "and again " * 12 + "that it is not so"
    row = {"id": "E1", "source_id": "BP_20231006", "text": text, "note": "", "kind": "denial"}
    made = pd.DataFrame([{**row, "actors": "DPRK, UNSC"}])
    tables = {each: table(each) for each in ("sources", "counters", "scopes", "same_observation")}
    card = row_card(
        CardRecord({**tables, "vocabulary": words, "events": made}, ("events",)), "E1", []
    )
    assert card.heading.endswith(" ...")
    assert text.startswith(card.heading.removesuffix(" ..."))
    assert card.sentence == text
    acted = [fact.parts[0].text for fact in card.facts if fact.label == "who acted"]
    assert acted == ["North Korea, UN Security Council"]


@pytest.mark.parametrize(
    ("note", "plain"),
    [
        ("AGGREGATE: 12 ships (both piers)", "total over several voyages: 12 ships (both piers)"),
        ("audited: value_high was 30 (x)", "corrected on checking: the value high had been"),
        ("PRE-EXPOSURE report (30 Aug 2023)", "report from before the story was public (30 Aug"),
        ("ais_status: AIS off; imagery_provider: Planet", "radio: AIS off; image owner: Planet"),
        ("COAL, legal; CONFLICT between agencies", "coal, legal; conflict between agencies"),
        ("audited: date_start was 2026-01", "corrected on checking: the first day had been 2026"),
        ("SITE UNCERTAIN: the yard", "site uncertain: the yard"),
        ("the remark that SEED1 quotes", "the remark that press text S1 quotes"),
        ("DERIVED sum, not printed", "sum by the compiler of the parts that are printed, not"),
        ("RUSI: the value was given", "RUSI: the value was given"),
    ],
)
def test_notes_are_spelled_out(note: str, plain: str) -> None:
    """Codes of the compilers are words on cards and pages; names stay as they are."""
    assert plain_note(note).startswith(plain)


def test_source_card_links_to_its_page_its_copies_and_its_rows(cards_of: CardRecord) -> None:
    """Whoever follows a source finds the publisher, and who copied it."""
    copied = next(source for source, copies in cards_of.copies.items() if copies)
    card = source_card(cards_of, copied)
    assert parts(card, "copied by")[0].url.startswith("cards/source/")
    assert (parts(card, "publisher's page") or parts(card, "page that was read, a copy"))[0].text


@pytest.mark.parametrize(
    ("name", "row", "heading"),
    [
        ("voyages", {"vessel": "Lady R", "text": "Rajin to Vostochny"}, "Lady R: Rajin to Vost"),
        ("voyages", {"vessel": "Lady R", "text": "the Lady R unloads"}, "The Lady R unloads"),
        ("ship_sightings", {"vessel": "Angara or Lady R", "text": "loading"}, "Loading"),
        ("ship_sightings", {"vessel": "four ships", "text": "loading"}, "Loading"),
        ("voyage_counts", {"vessel": "Angara", **(TRIPS := {"bound": "exactly", "value": 3.0,
          "unit": "round trips", "quantity": "round trips"})}, "Angara: 3 round trips"),
        ("voyage_counts", {**TRIPS, "value": 0.0, "unit": "ships"}, "no ship"),
    ],
)  # fmt: skip
def test_heading_names_the_one_ship_of_a_row(
    table: Callable[[str], pd.DataFrame], name: str, row: dict[str, Any], heading: str
) -> None:
    """A headline that leaves the ship out may be quoted for another one."""
    assert _lone_card(table, name, row).heading.startswith(heading)


def _lone_card(table: Callable[[str], pd.DataFrame], name: str, row: dict[str, Any]) -> Card:
    plain = {
        "id": "X1", "source_id": "BP_20231006", "text": "", "note": "", "counter": "osc", **row
    }  # fmt: skip
    tables = {each: table(each) for each in ("sources", "counters", "scopes", "same_observation")}
    return row_card(CardRecord({**tables, name: pd.DataFrame([plain])}, (name,)), "X1", [])


def test_a_row_whose_text_is_its_number_is_not_called_one_without(
    table: Callable[[str], pd.DataFrame],
) -> None:
    """Beneath *64 shipments* stands who gave them."""
    number = {"bound": "exactly", "value": 64.0, "unit": "shipments", "quantity": "voyages"}
    card = _lone_card(table, "voyage_counts", {**number, "text": "64 shipments"})
    assert (card.heading, card.sentence) == (
        "64 shipments",
        "Voyages, given by Open Source Centre.",
    )


def test_dates_of_several_voyages_are_those_of_the_first_and_the_last(
    table: Callable[[str], pd.DataFrame],
) -> None:
    """Three round trips are not read as one long voyage."""
    days = {
        f"{end}_{side}": pd.Timestamp("2023-08-01") for end in ("depart", "arrive")
        for side in ("first", "last")
    }  # fmt: skip
    row = {
        **days,
        **TRIPS,
        "vessel": "Angara",
        "depart_precision": "day",
        "arrive_precision": "day",
    }
    labels = [each.label for each in _lone_card(table, "voyages", row).facts]
    assert {"first departure", "last arrival"} <= {*labels}
    assert not {"departure", "arrival"} & {*labels}


def test_row_card_has_the_interval_of_its_number(cards_of: CardRecord) -> None:
    """A part and the sum have the same reading of *about*; an exact number has none."""
    part, whole = (row_card(cards_of, row, []) for row in ("R047", "R051"))
    assert parts(part, "interval")[0].text == f"12 to 16 railcars ({WITH_NONE})"
    assert parts(whole, "interval")[0].text == f"232 to 284 railcars ({WITH_NONE})"
    assert parts(row_card(cards_of, "R058", []), "interval") == ()


WITH_NONE = f"{TENTH}; the source prints no interval"


def test_an_event_is_read_in_a_page_and_not_on_that_of_a_counter(cards_of: CardRecord) -> None:
    """The veto of Russia was counted by nobody."""
    card = row_card(cards_of, "E028", [])
    assert parts(card, "read in")
    assert not parts(card, "read on a page of the counter")


def test_a_company_behind_a_ship_is_no_listing_body(table: Callable[[str], pd.DataFrame]) -> None:
    """A row on owners names a company; a row on a list names who lists, and which company."""
    shown = ("ship_owners", "sanction_listings")
    names = ("sources", "counters", "scopes", "same_observation", *shown)
    record = CardRecord({name: table(name) for name in names}, shown)
    owner, listed = row_card(record, "Q016", []), row_card(record, "M045", [])
    assert owner.sentence == "Company behind Maia-1 (Transmorflot)."
    assert parts(owner, "company") == (Part("Transmorflot"),)
    assert parts(listed, "who lists") == (Part("United States"),)
    assert parts(listed, "company listed") == (Part("Transmorflot"),)
