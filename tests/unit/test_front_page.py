"""Parts of the front page: cards of findings, dated list, details of the book."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from skytally.core import project_root
from skytally.press import book_metadata
from skytally.press.sphinx_ext.dated_rows_directive import DatedRows
from skytally.press.sphinx_ext.front_page_directives import FindingCards
from skytally.record import newest_page, within_record


def test_no_statement_is_drawn_after_the_newest_page(table: Callable[[str], pd.DataFrame]) -> None:
    """What is known to the year only ends with the record; every other date stays."""
    claims_of, sources = table("official_claims"), table("sources")
    newest = newest_page(sources)
    shown = within_record(claims_of, newest)
    assert shown["statement_last"].max() <= newest < claims_of["statement_last"].max()
    early = claims_of["statement_last"] <= newest
    assert shown[early].equals(claims_of[early])
    assert within_record(claims_of, newest_page(sources.iloc[:0])) is claims_of


def test_cards_say_what_rests_on_what_own_pages_first() -> None:
    """Numbers with the same facts on their sources stand together; a tally rests on none."""
    report, own = (
        {
            "read": read, "origins": ["csis"], "named_origins": 1, "origins_at_least": 1,
            "image_owners": [], "image_rows": 1, "rows_without_owner": 1,
        }
        for read in ("in a report of it", "on the counter's page")
    )  # fmt: skip
    given = [("9 pits", report), ("3 rows", None), ("73 railcars", own), ("49 days", report)]
    findings = [{"said": said, "support": support} for said, support in given]
    words = FindingCards._resting(findings)
    assert "3 rows" not in words
    assert words.index("73 railcars (read on") < words.index("9 pits and 49 days (read in a report")


def test_what_cards_repeat_stands_once_below_them() -> None:
    """The reading of *about* is told once; of a report the word before the page says it."""
    whose = "this book's reading of “about”, a tenth either way; the source prints no interval"
    about = {"low": 65.7, "high": 80.3, "unit": "railcars", "level": None, "interval_from": whose}
    bound = {**about, "high": None, "interval_from": "the bound that the source gives"}
    assert FindingCards._interval(about) == "65 to 81 railcars"
    assert "the bound that the source gives" in FindingCards._interval(bound)
    more = {**bound, "low": 100.0, "bound": "more than"}
    assert FindingCards._interval(more).startswith("more than 100 railcars (")
    assert FindingCards._interval({**more, "bound": "at least"}).startswith("100 railcars or more")
    assert FindingCards._a_tenth([about, about, bound]).count("a tenth either way") == 1
    assert "stated, “about” is read as the rounding" in FindingCards._a_tenth([about])
    assert FindingCards._a_tenth([bound]) == ""
    read = {"support": {"read": "in a report of it"}}
    assert FindingCards._read_in(read, "RUSI") == "Read in a report"
    assert FindingCards._read_in({"support": None}, "RUSI") == "Read in"


def test_a_number_that_misleads_alone_has_its_qualification_on_its_card() -> None:
    """A card may be quoted alone, so the sentence beside the number stands on it."""
    finding = {
        "key": "rail-counts.railcars_highest", "said": "258 railcars",
        "text": "It is 258 railcars.", "inputs": [], "low": None, "high": None,
        "unit": "railcars", "level": None, "interval_from": "", "support": None,
    }  # fmt: skip
    shown = FindingCards._card(finding, ["Ore and tank cars were 93 percent."])
    assert "<p>It is 258 railcars. Ore and tank cars were 93 percent.</p>" in shown
    index = (project_root() / "book/index.md").read_text(encoding="utf-8")
    assert "rail-counts.railcars_highest + rail-counts.ore_and_tank_share" in index


def test_dated_list_has_each_sighting_once() -> None:
    """Two reports of one ship on one image are one line; the second ship keeps its own."""
    shown = DatedRows._kinds()
    assert "P003" not in shown
    assert {"P004", "P004.2"} <= set(shown)


def test_details_leave_out_addresses_that_are_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address is invented; one that is set is carried."""
    plain = book_metadata.book_details()
    assert not {"repository", "site"} & set(plain)
    assert plain["newest"] in plain["citation"]
    assert f"({plain['newest_iso'][:4]})" in plain["citation"]
    assert plain["complete_to"] == f"newest page read: {plain['newest']}"
    known = {"title": "T", "author": "A", "repository": {"url": "https://example.org/r"}}
    monkeypatch.setattr(book_metadata, "_config", lambda: known)
    assert book_metadata.book_details()["repository"] == "https://example.org/r"
    monkeypatch.setattr(
        book_metadata, "_config", lambda: known | {"html": {"baseurl": "https://e.org"}}
    )
    assert book_metadata.book_details()["citation"].endswith(", https://e.org.")
