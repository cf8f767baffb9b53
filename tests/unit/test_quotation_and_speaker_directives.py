"""Whom to quote: who said it, in what capacity, on which page, and in what words."""

from __future__ import annotations

import re

import pytest

from skytally.core import project_root
from skytally.press.sphinx_ext.cached_record_and_findings import card_record
from skytally.press.sphinx_ext.quotation_and_speaker_directives import (
    KEY,
    PARTY,
    STATEMENT,
    QuotationList,
    capacity,
    doubts,
    independence,
    own_page_of,
    own_pages,
    phrased,
    phrased_event,
    without_numbers,
)
from tests.support.directives_without_page import bare
from tests.support.evaluated_findings import evaluated_findings

QUOTED = (
    (project_root() / "book/quote.md").read_text(encoding="utf-8").partition("{quotation-list}")[2]
)
"""The page from the list of sentences on."""


def row(row_id: str) -> dict[str, object]:
    """Cells of a row of the record."""
    return card_record().rows[row_id][1]


@pytest.mark.parametrize("row_id", ["P003", "P075"])
def test_a_sighting_on_an_image_is_no_statement(row_id: str) -> None:
    """What somebody saw on an image without a number is said to be that."""
    words = independence(row(row_id))
    assert words.startswith("an observation on images of Planet Labs, without a number")
    assert STATEMENT not in words


def test_a_report_of_a_silence_is_no_statement_of_a_number() -> None:
    """A ship that was not heard is reported, and nothing is counted."""
    assert independence(row("A003")).startswith("a report of what was heard by radio")


def test_a_party_to_the_war_is_called_one() -> None:
    """A government that gains from a number is no neutral counter."""
    assert PARTY in capacity("rok-dia")
    assert PARTY not in capacity("csis")


@pytest.mark.parametrize(("row_id", "page"), [("R031", "BP_20231006"), ("R001", "BP_20231006")])
def test_the_own_page_is_found_behind_a_report_of_it(row_id: str, page: str) -> None:
    """A newsroom that copied a page of the counter leads to that page."""
    assert own_page_of(row(row_id)) == page


def test_the_newest_own_page_and_the_own_page_of_a_row_come_from_one_list() -> None:
    """Whatever page the first table calls a counter's own stands among its own pages."""
    for _, cells in card_record().rows.values():
        if cells.get("counter") and (page := own_page_of(cells)):
            assert page in own_pages()[str(cells["counter"])], cells["id"]
    assert own_pages()["voa"][-1] == "VOA_8005655"
    assert {"postimees", "ukrainska-pravda"} <= set(own_pages())
    assert "rok-dia" not in own_pages()  # the newspaper of its ministry is none of its own


@pytest.mark.parametrize("row_id", ["O032", "O035", "R068"])
def test_what_is_told_to_a_newsroom_is_not_on_the_own_page_of_who_told_it(row_id: str) -> None:
    """A ministry that speaks to a broadcaster has no page of its own there."""
    assert own_page_of(row(row_id)) == ""


def test_a_count_on_images_and_a_statement_are_told_apart() -> None:
    """What was read off an image names whose image it was."""
    assert independence(row("R031")).startswith("its own reading of images of Planet Labs")
    assert STATEMENT in independence(row("O017"))


def test_the_words_to_quote_name_the_counter_and_the_report() -> None:
    """Secondhand numbers say through whom they were read."""
    said = phrased({"text": "Seoul gave 7,000 containers."}, row("O017"))
    assert said.startswith(
        "Seoul gave 7,000 containers (source: ROK Ministry of National Defence, "
    )
    assert ", as reported by " in said


def test_the_words_to_quote_end_in_one_bracket() -> None:
    """The day of the statement, the speaker and the page stand once, whatever the sentence has."""
    day, number = "26 June 2025", "It is somewhat over 10 million shells"
    for bracket in (day, f"ROK National Intelligence Service, {day}"):
        said = phrased(
            {"text": f"It is 10,000,000-odd shells ({bracket}).", "when": day}, row("O061")
        )
        source = f"ROK National Intelligence Service, as reported by Nocut News, {day}"
        assert said == f"{number} (source: {source})."


def test_a_period_stays_before_the_source() -> None:
    """A period that ends on the day of the statement is no such day."""
    text = "It is more than 100 missiles (September 2023 to 7 May 2025)."
    said = phrased({"text": text, "when": "7 May 2025"}, row("O073.2"))
    assert said.startswith("It is more than 100 missiles (September 2023 to 7 May 2025; source: US")


def test_a_number_of_the_book_names_the_book() -> None:
    """Nobody else printed what the book computed, or added up."""
    share = {"text": "It is 45 percent.", "own": True, "inputs": ["P002.2"]}
    assert "computed by Counted from Above from rows of CSIS" in phrased(share, row("P002.2"))
    added = phrased({"text": "It is about 258 railcars."}, row("R051"))
    assert added.endswith("; added up by Counted from Above).")


def test_every_short_word_of_the_table_has_its_meaning_above_it() -> None:
    """What would repeat in each row stands once."""
    assert "may share with" in independence(row("O017"))
    assert {PARTY, STATEMENT, "may share with"} <= set(KEY)


def test_containers_by_a_way_that_nobody_states_are_quoted_so() -> None:
    """The largest total has a presumed route, others none; one page without a day carries it."""
    text = "The newest total is about 33,000 containers (2025 to 2026, day not known)."
    said = phrased({"text": text, "when": "2025 to 2026, day not known"}, row("O045"))
    way = "the shipyard of Rajin, perhaps its port, is presumed to be used for shipping them"
    way += "; whether all of it went by sea is not said"
    assert f"33,000 containers; {way} (" in said
    assert said.endswith("; an undated page, and the only one read that has this number).")
    shown = phrased({"text": "It gave 28,000-odd containers."}, row("O041"))
    assert "containers, route not named (" in shown
    by_sea = phrased({"text": "Seoul gave 7,000 containers."}, row("O017"))
    assert "route" not in by_sea


def test_a_denial_is_quoted_with_who_reported_it() -> None:
    """A denial has its words, its day and the page; a confirmation says of what."""
    denied = phrased_event(row("E084"))
    assert denied.startswith("Russia's ambassador to the United Nations, Nebenzya, dismisses")
    assert "10 January 2024" in denied
    assert "; source: KBS World, " in denied
    assert "(of soldiers, not of arms; source: " in phrased_event(row("E110"))
    assert "deny nothing outright" in phrased_event(row("E137"))


@pytest.mark.parametrize("row_id", ["E071", "E090", "E100", "E104", "E107", "E163"])
def test_words_with_a_speaker_before_a_colon_become_a_sentence(row_id: str) -> None:
    """A sentence to paste names who says it, or the resolution, and has no colon after it."""
    said = phrased_event(row(row_id))
    assert said.startswith("According to ")
    assert ": " not in said.partition("source: ")[0]


def test_a_number_made_of_events_names_how_many() -> None:
    """Rows without a counter are counted, not named."""
    none = {"text": "The record holds no event.", "own": True, "inputs": ["E001", "E002"]}
    assert phrased(none, row("E001")).endswith("computed by Counted from Above from 2 rows).")


def test_a_judgement_is_quoted_without_its_chance() -> None:
    """A chance that rests on judgements is no sentence to paste."""
    text = "The judgements decide: anything. Starting from 50 percent, it is 0 to 3 percent."
    assert without_numbers(text) == "The judgements decide: anything."
    assert without_numbers("It is 3 percent. So be it.") == ""


def test_a_page_that_is_kept_up_is_cited_by_its_last_change() -> None:
    """The days between which a timeline was written are no day of publication."""
    said = phrased({"text": "It is an estimated 15,809 containers."}, row("O033"))
    assert said.endswith("on a page updated until July 2026).")


def test_the_doubt_of_a_copy_is_of_the_site_that_has_it() -> None:
    """A newsroom is not doubted for who copied it."""
    sources = card_record().sources
    assert "site with the copy" in doubts(sources["CHARTER97_20260130"])
    assert doubts(sources["BP_20231006"]) == ""


def test_an_original_is_named_before_the_copy_on_which_it_was_read() -> None:
    """Whoever pastes the sentence names the newsroom, and says where its text was read."""
    said = phrased({"text": "It states 49 voyages."}, row("V048"))
    assert "as reported by JoongAng Ilbo, read in a copy at jeongsimkim.tistory.com, " in said


def test_a_sentence_to_paste_does_not_speak_of_this_book() -> None:
    """It stands elsewhere, so the book is named."""
    known = {each["key"]: each for each in evaluated_findings()}
    keys = re.findall(r"^[a-z-]+\.[a-z_0-9]+", QUOTED, re.MULTILINE)
    for key in (each for each in keys if each in known):
        finding = known[key]
        _, cells = card_record().rows[finding["inputs"][0]]
        said = phrased(finding, cells)
        assert not re.search(r"\bthis book\b|\bstand on the card\b|\bin the record(?! of)", said), (
            key
        )


def test_a_sentence_from_many_pages_names_two_and_counts_the_rest() -> None:
    """The cards beside it have them all."""
    shown = bare(QuotationList, docname="quote")._listings("Angara", "")
    sentence = shown.partition("<p>")[2].partition("</p>")[0]
    assert "“" not in sentence  # a paraphrase is nobody's words
    assert re.search(r"; and \d more, on the cards; put together by", sentence), sentence
    assert "private copy of a list" not in sentence.partition("source:")[2]
    assert "row/M024" in shown
