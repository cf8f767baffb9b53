"""Cards: pages of at most 4 kB, the file of all, links, long texts, hostile words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.core import VOCABULARY_COLUMNS, data_registry, read_cells
from skytally.core.errors_and_fault_lists import DataError
from skytally.press.cards.book_citations import BookCitations
from skytally.press.cards.card_fields_and_text_shortening import (
    Card,
    Fact,
    Part,
    fact,
    shortened,
    web_link,
)
from skytally.press.cards.card_files import LARGEST_PAGE, card_page, write_cards
from skytally.press.cards.finding_and_claim_cards import OLDER, claim_card, finding_card
from skytally.press.cards.record_cards import (
    RELATIONS,
    CardRecord,
    record_cards,
    row_card,
    source_card,
)
from skytally.press.cards.source_citation_formatting import (
    ORIGINAL,
    original_citations,
    page_citation,
    page_link,
    published,
)
from skytally.press.cards.spelled_out_codes import plain_note
from tests.support.laboratory_script_runner import ABSENT, can_run, run_script
from tests.support.parsed_charts import NASTY, tags

ABOUT = {"title": "Counted from Above", "licence": "CC BY 4.0", "author": "The skytally authors"}
CITE = "The skytally authors, Counted from Above."
FINDING: dict[str, Any] = {
    "key": "port-imagery.peak",
    "said": "about 1,010 containers",
    "when": "15 November 2023",
    "text": "CSIS counted about 1,010 containers.",
    "value": 1010.0,
    "bound": "about",
    "own": False,
    "low": 909.0,
    "high": 1111.0,
    "unit": "containers",
    "inputs": ["P029"],
    "support": {
        "read": "in a report of it",
        "origins": ["csis"],
        "named_origins": 1,
        "origins_at_least": 1,
        "image_owners": [],
        "image_rows": 1,
        "rows_without_owner": 1,
        "rows_released": 0,
        "rows_unrecorded": 0,
    },
    "interval_from": (TENTH := "this book's reading of “about”, a tenth either way"),
}


TABLES = (
    "sources", "counters", "scopes", "same_observation", "quay_stocks", "rail_counts", "events"
)  # fmt: skip


@pytest.fixture
def cards_of(table: Callable[[str], pd.DataFrame]) -> CardRecord:
    """Record as the cards look it up."""
    return CardRecord({name: table(name) for name in TABLES}, TABLES[-3:])


def parts(card: Card, label: str) -> tuple[Part, ...]:
    """Pieces of the fact with one label."""
    return next((fact.parts for fact in card.facts if fact.label == label), ())


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


def test_finding_card_leads_to_the_publisher_and_to_its_rows(cards_of: CardRecord) -> None:
    """Number, sentence, counter, page it was read in, rows, citation."""
    card = finding_card(cards_of, FINDING, CITE)
    assert (card.heading, card.address) == (
        "about 1,010 containers",
        "cards/finding/port-imagery.peak.html",
    )
    (page,) = parts(card, "read in a report of it") or parts(card, "read on a page of the counter")
    source = cards_of.sources[str(cards_of.rows["P029"][1]["source_id"])]
    assert page.url == source["url"]
    assert source["publisher"] in page.text
    assert parts(card, "rows") == (Part("P029", "cards/row/P029.html"),)
    assert parts(card, "interval") == (Part(f"909 to 1,111 containers ({TENTH})"),)
    cited = f"{CITE} Finding port-imagery.peak: CSIS counted about 1,010 containers. Interval: "
    assert parts(card, "cite")[0].text == f"{cited}909 to 1,111 containers ({TENTH})."


def test_cards_have_words_to_cite_the_original_by(cards_of: CardRecord) -> None:
    """Counter, page it was read in, title, day and address; on the card of a source its own."""
    source = cards_of.sources[str(cards_of.rows["P029"][1]["source_id"])]
    who = cards_of.names[str(cards_of.rows["P029"][1]["counter"])]
    for card in (finding_card(cards_of, FINDING, CITE), row_card(cards_of, "P029", [])):
        (cited,) = parts(card, ORIGINAL)
        assert cited.text.startswith(f"{who}, as reported by {source['publisher']}: ")
        assert cited.text.endswith(f"{published(source)}, {source['url']}")
    (own,) = parts(source_card(cards_of, source["id"]), "cite")
    assert own.text == f"{source['publisher']}: {page_citation(cards_of, source['id'])}"
    assert own.text.endswith(source["url"])


def test_a_computed_number_cites_nobody_but_the_book(cards_of: CardRecord) -> None:
    """Whoever counted what it is computed from did not say the result."""
    for computed in ({**FINDING, "own": True}, {**FINDING, "support": None}):
        assert not parts(finding_card(cards_of, computed, CITE), ORIGINAL)


def test_a_citation_ends_with_a_sentence_and_its_interval(cards_of: CardRecord) -> None:
    """A long finding is cited in whole sentences, and never without what it may be."""
    long = {**FINDING, "text": f"{FINDING['text']} {'It was seen again. ' * 40}"}
    cited = parts(finding_card(cards_of, long, CITE), "cite")[0].text
    assert cited.endswith(f"It was seen again. Interval: 909 to 1,111 containers ({TENTH}).")
    assert "..." not in cited


def test_original_on_the_page_of_its_counter_is_reported_by_nobody(cards_of: CardRecord) -> None:
    """Who counted and who published is one; pages beyond the first two are counted."""
    (own,) = original_citations(cards_of, ["R051"])
    assert own.text.startswith("CSIS Beyond Parallel: “")
    rows = list({row["source_id"]: row["id"] for _, row in cards_of.rows.values()}.values())[:4]
    assert [part.text for part in original_citations(cards_of, [*rows, "P9999"])][2:] == [
        "and 2 more pages, each cited on the card of its row"
    ]


@pytest.mark.parametrize(
    ("changes", "whose"),
    [
        ({}, f" ({TENTH})"),
        ({"interval_from": ""}, ""),
        ({"level": 0.9}, " (90 % interval of an estimate of this book)"),
        ({"level": 1}, " (a bound that this book computed)"),
    ],
)
def test_interval_says_whose_it_is(
    cards_of: CardRecord, changes: dict[str, Any], whose: str
) -> None:
    """What this book reads into *about* is not put into the mouth of the counter."""
    (shown,) = parts(finding_card(cards_of, FINDING | changes, CITE), "interval")
    assert shown.text == f"909 to 1,111 containers{whose}"


def test_an_exact_number_and_a_date_have_no_interval(cards_of: CardRecord) -> None:
    """A tally prints none, and a ratio says what was divided by what."""
    exact = FINDING | {"low": 3.0, "high": 3.0, "made_of": "73 (R031) divided by 20 (R001)"}
    card = finding_card(cards_of, exact, CITE)
    assert not parts(card, "interval")
    assert parts(card, "divided") == (Part("73 (R031) divided by 20 (R001)"),)


@pytest.mark.parametrize(
    ("said", "unit", "heading"),
    [
        ("on 22 September 2024", "observations", "CSIS counted about 1,010 containers."),
        ("a chance of 0.1 to 0.4", "", "CSIS counted about 1,010 containers."),
        ("no ship", "ships", "no ship"),
        ("about 45 percent", "percent", "about 45 percent"),
    ],
)
def test_title_of_a_finding_without_a_number_is_its_sentence(
    cards_of: CardRecord, said: str, unit: str, heading: str
) -> None:
    """No card is titled by a bare date or a bare chance."""
    assert finding_card(cards_of, FINDING | {"said": said, "unit": unit}, CITE).heading == heading


def test_a_computed_finding_is_the_books_and_lists_further_rows(cards_of: CardRecord) -> None:
    """No counter stated it; the level stands beside the interval, rows of both kinds are linked."""
    made = FINDING | {"own": True, "level": 0.9, "further": ("P031",), "inputs": ["P029"]}
    card = finding_card(cards_of, made, CITE)
    assert parts(card, "computed in this book from rows of")
    assert not parts(card, "counted or stated by")
    assert parts(card, "interval")[0].text.endswith("(90 % interval of an estimate of this book)")
    rows = [part.text for part in parts(card, "rows")]
    assert rows[0] == "P029: CSIS Beyond Parallel, 15 November 2023, about 1,010 containers"
    assert rows[1].startswith("P031: CSIS Beyond Parallel, ")


def test_rows_beyond_the_first_few_are_ids(cards_of: CardRecord) -> None:
    """Counter, day and number of four rows fit a card; the others are links."""
    ids = [*cards_of.rows][:6]
    card = finding_card(cards_of, FINDING | {"inputs": ids}, CITE)
    shown = [part.text for part in parts(card, "rows")]
    assert [text.split(":")[0] for text in shown] == ids
    assert [":" in text for text in shown] == [True] * 4 + [False] * 2
    assert [part.url for part in parts(card, "rows")] == [f"cards/row/{each}.html" for each in ids]


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


def test_finding_of_a_withdrawn_row_links_to_no_card(cards_of: CardRecord) -> None:
    """The id stands there as words; a link would lead nowhere."""
    card = finding_card(cards_of, FINDING | {"inputs": ["P9999"]}, CITE)
    assert parts(card, "rows") == (Part("P9999"),)
    assert parts(card, "read in a report of it") == ()


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


def test_finding_on_a_statement_shows_its_day_and_the_period_it_speaks_of(
    table: Callable[[str], pd.DataFrame],
) -> None:
    """What was said in April 2025 of voyages since August 2023 has both dates, each named."""
    tables = {name: table(name) for name in (*TABLES, "official_claims")}
    record = CardRecord(tables, ("official_claims",))
    finding = FINDING | {"inputs": ["O065"], "when": "about 15 April 2025", "unit": "shells"}
    card = finding_card(record, finding, CITE)
    assert parts(card, "when") == ()
    assert parts(card, "period it speaks of") == (Part("August 2023 to March 2025"),)
    assert parts(card, "stated") == (Part("about 15 April 2025 to about 30 April 2025"),)


def test_sum_by_the_compiler_is_said_to_be_one(cards_of: CardRecord) -> None:
    """A number that no counter printed as such is not credited to one without a word."""
    support = {
        "read": "",
        "origins": [],
        "named_origins": 0,
        "origins_at_least": 0,
        "image_owners": [],
        "image_rows": 0,
        "rows_without_owner": 0,
    }
    finding = FINDING | {"inputs": ["R051"], "support": support}
    for card in (row_card(cards_of, "R051", []), finding_card(cards_of, finding, CITE)):
        made = parts(card, "how the number was made")[0].text
        assert made.startswith("a sum by the compiler of the parts")
        assert "175+14+66+3" in made
    assert parts(row_card(cards_of, "R031", []), "how the number was made") == ()


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


def test_claim_card_gives_the_verdict_and_what_changed_in_copying(cards_of: CardRecord) -> None:
    """Verdict, reason, changed words with both pages."""
    source = next(iter(cards_of.sources))
    claim = {
        "id": "S1-07", "verdict": "holds in part", "later_widened": False,
        "text": "up to 1,000 containers", "asserted_by": "US NSC",
        "tested_part": "the wording", "why": ["It said more."],
        "against": [], "remark": "", "later": [], "changes_if": "the transcript", "support": None,
        "drift": [{"original": "more than 1,000", "copy": "up to 1,000", "change": "reversed",
                   "original_source": source, "copy_source": source}],
        "rests_on": {"findings": ["a.b"], "rows": ["P029"], "sources": [source]},
    }  # fmt: skip
    card = claim_card(cards_of, claim, CITE)
    assert card.heading == "Holds in part (substance): up to 1,000 containers"
    changed = parts(card, "changed on the way")
    assert changed[0].text == "more than 1,000 became up to 1,000: reversed"
    assert changed[1].url == f"cards/source/{source}.html"
    assert parts(card, "findings") == (Part("a.b", "cards/finding/a.b.html"),)
    assert parts(card, "other pages on it") == (page_link(cards_of, cards_of.sources[source]),)


def test_a_page_from_before_the_end_of_a_claims_time_is_said_to_be_one(
    table: Callable[[str], pd.DataFrame],
) -> None:
    """A page of February does not speak of a time that runs to September."""
    names = (*TABLES, "press_claims")
    cards_of = CardRecord({name: table(name) for name in names}, names[4:])
    claim = {
        "id": "S2-10", "verdict": "holds in part", "later_widened": False, "text": "made up",
        "asserted_by": "nobody", "tested_part": "", "changes_if": "a row", "support": None,
        "drift": [], "against": [], "remark": "", "later": [], "why": ["It is."],
        "rests_on": {
            "findings": [], "rows": ["R001"], "sources": ["JIJI_20230218", "KBS_20231007"],
        },
    }  # fmt: skip
    card = claim_card(cards_of, claim, CITE)
    pages = {
        each: (page_link(cards_of, cards_of.sources[each]),)
        for each in ("JIJI_20230218", "KBS_20231007")
    }
    assert parts(card, OLDER) == pages["JIJI_20230218"]
    assert parts(card, "other pages on it") == pages["KBS_20231007"]


def test_a_key_with_a_word_of_another_sense_says_so(table: Callable[[str], pd.DataFrame]) -> None:
    """A published key stays, and its card says that the number is filed under another sense."""
    names = (*TABLES, "official_claims")
    words = read_cells(data_registry.path("vocabulary"), header=VOCABULARY_COLUMNS)
    tables = {name: table(name) for name in names} | {"vocabulary": words}
    record = CardRecord(tables, names[4:])
    finding = {
        "key": "official-claims.shells_capacity_dia_2026", "inputs": ["O046"], "own": False,
        "text": "It reports 15 million shells.", "said": "15 million shells", "unit": "shells",
        "support": None, "low": None, "high": None, "value": 1.5e7, "interval": "", "when": "",
    }  # fmt: skip
    (part,) = parts(finding_card(record, finding, CITE), "about its key")
    assert part.text.startswith(
        "“capacity” in it is from an earlier reading; the number counts as "
    )
    other = finding | {"key": "official-claims.shells_dia_2026"}
    assert not parts(finding_card(record, other, CITE), "about its key")


def test_claim_card_begins_with_what_decided_it(cards_of: CardRecord) -> None:
    """The deciding part, the row without which the verdict falls, and the flip set come first."""
    searched = {"all_of_this_size": True, "searched_up_to": 1}
    claim = {
        "id": "S9-99", "verdict": "holds in part", "later_widened": False, "text": "made up",
        "asserted_by": "nobody",
        "tested_part": "", "changes_if": "a row", "support": None, "drift": [],
        "against": [], "remark": "", "later": [], "why": [
            "One number fits. On this point: holds.",
            "No load seen. On this point: holds in part.",
        ],
        "rests_on": {"findings": [], "rows": ["P029", "P031"], "sources": []},
        "flips_if": {
            "rows": {"sets": [{"without": ["P031"], "becomes": "void"}], **searched},
            "sources": {"sets": [], **searched}, "assumptions": [],
        },
    }  # fmt: skip
    card = claim_card(cards_of, claim, CITE)
    assert card.sentence == "No load seen. On this point: holds in part."
    assert parts(card, "the other parts") == (Part("One number fits. On this point: holds."),)
    assert parts(card, "the row that decides")[0].text.startswith("P031: CSIS Beyond Parallel, ")
    flips = (Part("Rests on P031: without it there is no verdict"),)
    assert parts(card, "what changes the verdict") == flips
    assert parts(card, "further rows") == (Part("P029", "cards/row/P029.html"),)
    read = cards_of.sources[cards_of.rows["P031"][1]["source_id"]]
    assert parts(card, "read in") == (page_link(cards_of, read),)
    assert not parts(card, "other pages on it")


def test_every_page_is_small_and_valid_and_every_link_of_a_card_exists(
    cards_of: CardRecord, tmp_path: Path
) -> None:
    """No page exceeds its limit, and no card leads to a card that is not written."""
    cards = [finding_card(cards_of, FINDING, CITE), *record_cards(cards_of, [FINDING])]
    write_cards(tmp_path, cards, ABOUT)
    pages = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.html")}
    assert len(pages) == len(cards)
    assert max(path.stat().st_size for path in pages.values()) <= LARGEST_PAGE
    urls = {part.url for card in cards for each in card.facts for part in each.parts}
    assert {url for url in urls if url.startswith("cards/")} <= set(pages)


@pytest.mark.skipif(not can_run(), reason=ABSENT)
def test_file_of_all_cards_and_its_script_say_the_same(tmp_path: Path) -> None:
    """Others read the one, pages on a disk the other, which holds once what cards share."""
    shared, page = Fact("note", (Part("<b>"),)), Part("read in a long newspaper", "https://x.org")
    cards = [
        Card("row", "P1", "</script> 1", "\u2028", (shared, Fact("read in", (page,)))),
        Card("row", "P2", "second", "sentence", (shared, Fact("date", (page, Part("1"))))),
    ]
    write_cards(tmp_path, cards, ABOUT)
    whole = json.loads((tmp_path / "cards.json").read_text(encoding="utf-8"))
    script = (tmp_path / "cards.js").read_text(encoding="utf-8")
    assert "</script" not in script
    assert "\u2028" not in script
    assert script.count("long newspaper") == script.count("u003cb>") == 1
    loaded = run_script(f"(function(){{var window={{}};{script}return window.skytallyCards;}})()")
    assert loaded == whole
    assert whole["cards"]["row/P1"]["page"] == "cards/row/P1.html"


@pytest.mark.parametrize("words", [*NASTY, "위성 사진 " * 300, "שלום", "x" * 9000])
def test_words_of_any_kind_stay_words_and_fit(words: str) -> None:
    """Tags, Korean, right-to-left and endless words are shown as text on a page of its size."""
    card = Card("row", "P1", shortened(words), shortened(words), tuple(fact("note", [words])))
    page = card_page(card, title=words[:50], licence="CC BY 4.0")
    assert len(page.encode()) <= LARGEST_PAGE
    allowed = {"html", "head", "meta", "title", "link", "body", "main", "p", "h1", "dl", "dt", "dd",
               "footer", "a"}  # fmt: skip
    assert {tag for tag, _ in tags(page)} <= allowed


def test_page_that_would_be_too_long_leaves_out_the_longest_fact_and_says_so() -> None:
    """What is cut ends in an ellipsis; the short facts and the citation stay."""
    long = Fact("rows", tuple(Part("x" * 400, f"cards/row/{i}.html") for i in range(20)))
    cite = Fact("cite", (Part("c" * 2600),))
    page = card_page(
        Card("row", "P1", "1", "1", (Fact("date", (Part("2023"),)), long, cite)),
        title="t",
        licence="l",
    )
    assert "c" * 2600 in page
    assert len(page.encode()) <= LARGEST_PAGE
    assert "2023" in page
    assert "..." in page


def test_a_caveat_ends_at_a_sentence_and_leads_to_the_full_table() -> None:
    """Lists are cut before a caveat, and a caveat is never cut within a sentence."""
    caveat = " ".join(f"The page says so of ship {i}, and nobody checked it." for i in range(18))
    note = fact("note", [caveat])
    assert note[0].parts[0].text == caveat
    row = Fact("all its cells", (Part("row P1", "record.html#P1"),))
    links = Fact("rows", tuple(Part("x" * 300, f"cards/row/{i}.html") for i in range(9)))
    page = card_page(Card("row", "P1", "1", "1", (*note, links, row)), title="t", licence="l")
    assert caveat in page
    assert "..." in page
    many = Fact("note", (Part(" ".join([caveat] * 5)),))
    page = card_page(Card("row", "P1", "1", "1", (many, row)), title="t", licence="l")
    assert len(page.encode()) <= LARGEST_PAGE
    kept = page.partition("<dt>note</dt>")[2]
    assert re.search(
        r'checked it, <a href="[./]*record\.html#P1">the rest stands in the full table</a>', kept
    )


def test_more_pieces_than_a_card_has_room_for_are_counted() -> None:
    """The reader learns how many there are."""
    (line,) = fact("rows", [f"P{i}" for i in range(30)])
    assert line.parts[-1] == Part("and 22 more")


def test_only_addresses_of_the_web_become_links() -> None:
    """A script in an address stays words."""
    assert web_link("page", "javascript:alert(1)") == Part("page")
    assert web_link("page", "https://example.org/") == Part("page", "https://example.org/")


@pytest.mark.parametrize("identifier", ["../x", "a/b", "", ".x", "a b", "ä"])
def test_id_that_cannot_name_a_file_is_refused(identifier: str) -> None:
    """No card is written outside its folder."""
    with pytest.raises(DataError, match="cannot name a file"):
        Card("row", identifier, "1", "1")


def test_kind_without_a_folder_is_refused() -> None:
    """A card of another kind has no address."""
    with pytest.raises(DataError, match="kind 'page'; use one of finding, row"):
        Card("page", "P1", "1", "1")


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


def test_an_estimate_says_how_it_is_computed(cards_of: CardRecord) -> None:
    """Its card leads to the formula; that of a quoted number has no such line."""
    card = finding_card(cards_of, FINDING | {"key": "port-imagery.calls_by_presence"}, CITE)
    meaning, formula = parts(card, "how it is computed")
    assert "stays that the record follows" in meaning.text
    assert formula.url == "methods.html#how-calls-are-estimated"
    assert parts(finding_card(cards_of, FINDING, CITE), "how it is computed") == ()


def test_a_card_cites_the_edition_unless_it_has_other_words() -> None:
    """What an edition does not say is cited from this copy, and the card says so."""
    cited = BookCitations(
        "A, T, edition X.",
        "A, T, copy 12.",
        "X",
        findings={"a.b": {"text": "It is 3."}},
        claims={"S1": {"text": "They rose.", "verdict": "confirmed"}},
    )
    assert cited.of_finding({"key": "a.b", "text": "It is 3."}) == "A, T, edition X."
    assert cited.of_finding({"key": "a.b", "text": "It is 4."}) == (
        "A, T, copy 12. Edition X has other words for it."
    )
    new = cited.of_finding({"key": "a.c", "text": ""})
    assert new == "A, T, copy 12. Edition X does not have it."
    claim = {"id": "S1", "text": "They rose.", "verdict": "confirmed"}
    assert cited.of_claim(claim) == "A, T, edition X."
    assert cited.of_claim(claim | {"verdict": "contradicted"}).startswith("A, T, copy 12.")
    assert BookCitations("A, T.").of_finding({"key": "a.b", "text": "It is 4."}) == "A, T."


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


def test_a_tally_that_found_nothing_lists_no_row_as_its_support(cards_of: CardRecord) -> None:
    """Rows that were looked through stand for nothing that they say."""
    rows = cards_of.tables["quay_stocks"]["id"].tolist()
    none = {
        "key": "synthesis.none", "inputs": rows, "value": 0.0, "own": True, "said": "no event",
        "text": "The record holds no event.", "unit": "events", "when": "", "low": 0.0,
        "high": 0.0, "bound": "exactly", "support": None, "interval_from": "", "level": None,
    }  # fmt: skip
    card = finding_card(cards_of, none, "")
    assert parts(card, "rows looked through") == (
        Part(f"{len(rows)} of the record, and none of them is one"),
    )
    assert not parts(card, "rows")


def test_share_of_imaged_days_leads_to_all_days_and_to_the_page_of_its_numbers(
    cards_of: CardRecord,
) -> None:
    """A share of days with an image is no share of days; the card says where that one is."""
    key = "port-imagery.share_of_imaged_days"
    rows = {"inputs": ["P002.2", "P002"], "made_of": "49 (P002.2) divided by 109 (P002)"}
    card = finding_card(cards_of, FINDING | rows | {"key": key}, CITE)
    (part,) = parts(card, "of the whole period")
    assert part.url == "cards/finding/port-imagery.presence.html"
    assert not parts(finding_card(cards_of, FINDING, CITE), "of the whole period")
