"""Cards of findings and claims: whose a number is, its interval, its rows and what decided it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from skytally.core import VOCABULARY_COLUMNS, data_registry, read_cells
from skytally.press.cards.book_citation_by_edition_or_copy import BookCitations
from skytally.press.cards.card_fields_and_text_shortening import Part
from skytally.press.cards.finding_and_claim_cards import OLDER, claim_card, finding_card
from skytally.press.cards.record_cards import CardRecord, row_card, source_card
from skytally.press.cards.source_citation_formatting import (
    ORIGINAL,
    page_citation,
    page_link,
    published,
)
from tests.support.made_up_finding_for_cards import CITE, FINDING, TABLES, TENTH, parts


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


def test_finding_of_a_withdrawn_row_links_to_no_card(cards_of: CardRecord) -> None:
    """The id stands there as words; a link would lead nowhere."""
    card = finding_card(cards_of, FINDING | {"inputs": ["P9999"]}, CITE)
    assert parts(card, "rows") == (Part("P9999"),)
    assert parts(card, "read in a report of it") == ()


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
