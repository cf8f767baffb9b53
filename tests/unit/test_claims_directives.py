"""The page on claims: verdicts counted, changed words shown, anchors kept, nothing mixed in."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from skytally.claims import CONTRADICTED, DIFFERS, GOOD, IN_PART, as_json, judge_claims
from skytally.core import DataError
from skytally.press.cards.finding_and_claim_cards import REPORTED, SUBSTANCE, WORDING
from skytally.press.sphinx_ext import claims_directives
from skytally.press.sphinx_ext.html_blocks import cell
from tests.support.directives_without_page import bare
from tests.support.parsed_charts import NASTY, tags
from tests.support.real_record_evidence_and_made_up_rule import claim_tables, real_evidence

PAGE = (
    "PressTexts", "ClaimsSummary", "ChangedClaims", "ListedClaims", "OwnClaims", "DriftCards",
    "ClaimsTable",
)  # fmt: skip
"""Directives of the page in their order."""


@pytest.fixture(scope="module")
def real_claims() -> list[dict[str, Any]]:
    """Real claims with their verdicts."""
    return list(json.loads(as_json(judge_claims(claim_tables(), real_evidence()))))


@pytest.fixture
def known(
    real_claims: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, Any]]:
    """Real claims as the pages read them; a test may change them."""
    made = json.loads(json.dumps(real_claims))
    monkeypatch.setattr(claims_directives, "judged", lambda _: made)
    return list(made)


def _html(name: str) -> str:
    return str(bare(getattr(claims_directives, name)).html())


def _card(shown: str, anchor: str) -> str:
    (card,) = re.findall(rf'<article [^>]*id="{anchor}".*?</article>', shown, re.DOTALL)
    return str(card)


def test_the_summary_counts_every_press_claim_once(known: list[dict[str, Any]]) -> None:
    """The table splits what was said or dated from what moved; the bar says the same in words."""
    shown = _html("ClaimsSummary")
    counts = [int(count) for count in re.findall(r"<td>(\d+)</td>", shown)]
    press = [claim for claim in known if not claim["id"].startswith("OWN-")]
    assert sum(counts) == len(press) == 81
    (alt,) = [given["alt"] or "" for tag, given in tags(shown) if tag == "img"]
    for verdict, count in Counter(claim["verdict"] for claim in press).items():
        assert f"{count} {verdict}" in alt


def test_every_press_text_is_introduced_by_the_short_name_of_its_claims() -> None:
    """A reader learns what S1 is: title, publisher and day, with a link to its card."""
    shown = _html("PressTexts")
    named = re.findall(r'<th scope="row">(\w+)</th><td><a href="[^"]*cards/source/(\w+)', shown)
    pages = claims_directives.source_of_claim()
    assert dict(named) == {claim.partition("-")[0]: page for claim, page in pages.items()}
    assert "Secretive Rail Surge" in shown


def test_every_claim_keeps_one_anchor_on_the_page(known: list[dict[str, Any]]) -> None:
    """A link to a claim leads to one place, whatever its verdict, and so does one to a wording."""
    page = "".join(map(_html, PAGE))
    anchors = Counter(str(given["id"]) for _, given in tags(page) if "id" in given)
    drift = claims_directives.ledger_tables()["drift"]["id"]
    for anchor in [*(claim["id"] for claim in known), *drift]:
        assert anchors[anchor] == 1, anchor
    assert set(anchors.values()) == {1}


def test_a_misquoted_source_stands_beside_the_press_with_its_words_marked(
    known: list[dict[str, Any]],
) -> None:
    """The reader sees what was written, what was said, and what follows."""
    assert known
    shown = _html("ChangedClaims")
    card = _card(shown, "S1-07")
    lines = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", card))
    assert lines["What the press wrote, in our words"].startswith(
        "<mark>up to</mark> 1,000 containers ("
    )
    assert lines["The source said"].startswith("<mark>more than</mark> 1,000 containers (")
    assert "cards/source/SEED1.html" in lines["What the press wrote, in our words"]
    assert ">Yonhap, 14 October 2023</a>" in lines["The source said"]
    assert lines["So"].startswith(
        f"<strong>{DIFFERS.capitalize()}</strong>, bound reversed. The article credits "
    )


def test_chosen_claims_stand_in_one_table_the_worst_first(known: list[dict[str, Any]]) -> None:
    """A row has the sentence, its verdict, one reason and the card; a strange id is refused."""
    assert known
    shown = bare(claims_directives.ClaimsInShort, ids="S2-09 S1-07 S2-06").html()
    rows = re.findall(r"<tr[^>]*><th scope=\"row\">(.*?)</tr>", shown, re.DOTALL)
    assert [re.findall(r"cards/claim/([\w-]+)", row)[-1] for row in rows] == [
        "S1-07", "S2-09", "S2-06",
    ]  # fmt: skip
    assert " has: more than 1,000 containers." in rows[0]
    assert f"<em>{WORDING}, “approximately” lost</em>" in rows[1]
    assert "(S2)" in rows[1]
    assert "CSIS inferred arms from the number of cars" in rows[2]
    assert "On this point" not in shown
    with pytest.raises(DataError, match="no press claim S9-99"):
        bare(claims_directives.ClaimsInShort, ids="S2-09 S9-99").html()


def test_what_speaks_against_several_sentences_stands_once(known: list[dict[str, Any]]) -> None:
    """The first row has it in full, the others lead there."""
    against = {claim["id"]: claim["against"] for claim in known}
    assert against["S2-10"] == against["S3-12"] != []
    assert against["S2-10"][0].startswith("If CSIS counted the trains")
    shown = bare(claims_directives.ClaimsInShort, ids="S2-10 S3-12").html()
    assert shown.count(cell(against["S2-10"][0])) == 1
    assert cell(against["S2-10"][1]) not in shown
    assert shown.count("<strong>What speaks against it:</strong> If CSIS") == 1
    assert shown.count(f"({len(against['S2-10']) - 1} more on <a ") == 1
    assert shown.count("What speaks against it:</strong> as at <a ") == 1
    assert shown.count('href="lines/rail-counts.html"') == 2
    for block in ("ChangedClaims", "ListedClaims", "ClaimsTable"):
        elsewhere = _html(block)
        assert cell(against["S2-10"][0]) not in elsewhere
        assert "<strong>What speaks against it</strong> stands <a " in elsewhere


def test_the_short_table_is_explained_above_it(known: list[dict[str, Any]]) -> None:
    """What the words of a verdict mean and where the texts were printed stand before the rows."""
    assert known
    shown = bare(claims_directives.ClaimsInShort, ids="S1-14 S2-08 S2-09").html()
    assert "<strong>holds in part (substance)</strong>" in shown
    assert "<strong>holds in part (wording)</strong>" in shown
    key, _, table = shown.partition("<table")
    assert key.count("<li>") == len(claims_directives.DECODER) == 4
    assert "S1, <a " in key
    assert "unnamed republisher" not in table
    assert f"{claims_directives.PLAIN_WIDENED}</em>" in table
    assert "<strong>Later:</strong> The parts that CSIS printed" in table
    assert "in practice it could not be" in table


def test_what_holds_in_part_says_whether_a_bound_or_more_is_short(
    known: list[dict[str, Any]],
) -> None:
    """A lost *about* is no lost fact."""
    short = {claim["id"]: claims_directives.short_of(claim) for claim in known}
    assert short["S2-09"] == f"{WORDING}, “approximately” lost"
    # the sentence of the counter itself was not read
    assert short["S3-12"] == f"{REPORTED}, “approximately” lost"
    assert short["S2-10"] == f"{REPORTED}, “at most” lost"
    assert short["S0-09"] == short["S2-04"] == SUBSTANCE
    assert {claim["id"] for claim in known if short[claim["id"]]} == {
        claim["id"] for claim in known if claim["verdict"] == IN_PART
    }
    so = "<strong>Holds in part ({})</strong>, {}. "
    assert so.format("substance", SUBSTANCE) in _card(_html("ChangedClaims"), "S0-09")
    assert so.format("wording", "about lost") in _card(_html("ChangedClaims"), "S2-09")
    tally = re.findall(r"<th scope=\"row\">(holds in part.*?)</th>", _html("ClaimsSummary"))
    assert tally == ["holds in part (wording)", "holds in part (substance)"]
    assert "<strong>holds in part</strong>" not in _html("ClaimsTable")


def test_the_worst_verdicts_stand_first(known: list[dict[str, Any]]) -> None:
    """A contradicted claim is a card before all others, and a good one is none."""
    known[-1 - [claim["id"] for claim in known][::-1].index("S3-15")]["verdict"] = CONTRADICTED
    anchors = re.findall(r'<article [^>]*id="([^"]*)"', _html("ChangedClaims"))
    by_id = {claim["id"]: claim for claim in known}
    assert anchors[0] == "S3-15"
    assert anchors.index("S0-09") < anchors.index("S2-10") < anchors.index("S2-09")
    assert [by_id[anchor]["verdict"] for anchor in anchors[1:4]] == [DIFFERS] * 3
    assert not GOOD & {by_id[anchor]["verdict"] for anchor in anchors}


def test_what_nobody_can_decide_is_folded_and_what_holds_is_not(
    known: list[dict[str, Any]],
) -> None:
    """Open lists show what was checked; the rest waits behind its count."""
    shown = _html("ListedClaims")
    folded = "".join(re.findall(r"<details>.*?</details>", shown, re.DOTALL))
    for claim in known:
        if claim["id"].startswith("OWN-") or claim["verdict"] in claims_directives.CHANGED:
            assert f'id="{claim["id"]}"' not in shown
            continue
        undecided = claim["verdict"] in claims_directives.UNDECIDED
        assert (f'id="{claim["id"]}"' in folded) is undecided
    assert "<summary>Cannot be tested from open sources (19)</summary>" in folded


def test_the_page_says_how_many_sentences_of_the_book_fail(known: list[dict[str, Any]]) -> None:
    """A book that tests itself also says what did not stand."""
    shown = _html("OwnClaims")
    own = [claim for claim in known if claim["id"].startswith("OWN-") and claim["why"]]
    assert {claim["verdict"] for claim in own} <= {*GOOD}
    every = [claim for claim in known if claim["id"].startswith("OWN-")]
    untested = len(every) - len(own)
    assert f"has {len(every)} of the book's own sentences. The book tests {len(own)} by" in shown
    assert "each of which can fail: every one of them stands" in shown
    assert f"{untested} are not tested, because no rule can decide." in shown
    known[[claim["id"] for claim in known].index(own[0]["id"])]["verdict"] = IN_PART
    assert f"{len(own) - 1} stand and 1 does not" in _html("OwnClaims")


def test_claims_that_later_evidence_widens_have_a_line_of_the_tally(
    known: list[dict[str, Any]],
) -> None:
    """Held for its time is another thing than held, and every claim stands on one line."""
    press = claims_directives.of_press(known)
    shown = claims_directives.counted_verdicts(press)
    counts = {
        line: int(one) + int(other)
        for line, one, other in re.findall(
            r'<th scope="row">(.*?)</th><td>[^<]+</td><td>(\d+)</td><td>(\d+)</td>', shown
        )
    }
    widened = [claim for claim in press if claim["later_widened"]]
    assert widened
    lines = {line: counts[line] for line in counts if line.endswith("later sources go further")}
    assert sum(lines.values()) == len(widened)
    assert sum(counts.values()) == len(press)


def test_a_row_tells_later_evidence_apart_and_shows_three_facts(
    known: list[dict[str, Any]],
) -> None:
    """The verdict says for which time it holds, and no word of confidence stands beside it."""
    assert known
    shown = _html("ClaimsTable")
    row = re.search(r'<tr [^>]*><th scope="row"><a href="#S1-05".*?</tr>', shown, re.DOTALL)
    assert row is not None
    assert "<strong>holds</strong> for its time; later sources go further" in row[0]
    assert "<em>Later:</em>" in row[0]
    row = re.search(r'<tr [^>]*><th scope="row"><a href="#S1-14".*?</tr>', shown, re.DOTALL)
    assert row is not None
    assert "so perhaps only 1 separate reading" in row[0]
    assert "confidence" not in shown


def test_tables_of_the_page_show_at_most_five_columns(known: list[dict[str, Any]]) -> None:
    """What does not fit unfolds in the row."""
    assert known
    for name in PAGE:
        for head in re.findall(r"<thead>.*?</thead>", _html(name), re.DOTALL):
            assert head.count("<th ") <= 5


def test_each_drift_is_a_card_with_both_pages(known: list[dict[str, Any]]) -> None:
    """Before and after link their pages by publisher and day, and the change is explained."""
    assert known
    shown = _html("DriftCards")
    drift = claims_directives.ledger_tables()["drift"]
    assert shown.count("<article ") == len(drift)
    card = _card(shown, "W15")
    assert "cards/source/NEWSPIM_20240229.html" in card
    assert "cards/source/CTSOU_20240229.html" in card
    assert "The number counts something else. Days became voyages." in card
    assert "cards/row/P002.2.html" in card


def test_words_of_others_stay_text(
    known: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim or wording that looks like code is shown as it is."""
    for claim in known:
        claim.update(text=NASTY, changes_if=NASTY, why=[NASTY], tested_part=NASTY)
        for each in claim["drift"]:
            each.update(original=NASTY, copy=f"more {NASTY}")
    tables = dict(claims_directives.ledger_tables())
    tables["drift"] = tables["drift"].assign(original=NASTY, copy=NASTY, note=NASTY)
    monkeypatch.setattr(claims_directives, "ledger_tables", lambda: tables)
    page = "".join(map(_html, PAGE))
    assert "script" not in {tag for tag, _ in tags(page)}


def test_a_misquote_of_a_source_that_was_not_read_says_so(known: list[dict[str, Any]]) -> None:
    """Where only reports of the source were read, the verdict holds against those."""
    for claim in known:
        if claim["verdict"] == DIFFERS and "counter's page" not in claim["support"]["read"]:
            assert any("not read" in why for why in claim["why"]), claim["id"]
