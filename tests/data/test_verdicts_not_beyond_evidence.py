"""Verdicts and notes say no more than the rules test, and conflicts exclude."""

from __future__ import annotations

import re

import pytest

from skytally.claims import GOOD, UNTESTED, Claim, judge_claims, judge_rules
from skytally.press.declared_finding_checks_with_parameters import declared_findings
from skytally.record import claim_pairs
from tests.support.real_record_evidence_and_made_up_rule import (
    claim_tables,
    real_evidence,
    real_findings,
    record_tables,
)

LEFT_OUT = re.compile(
    r"\b(?:not (?!that it was so\b)|neither|nobody|in no row|unchecked|untested)\b"
)
"""Words by which the column *tested_part* admits that something was left out."""
NOT_CLAIMED = {
    "OWN-depots-3": "the sentence says that the names are not printed",
    "S3-04": "the sentence is held against the newsroom that it copies",
}
"""Claims whose tested part names something that their sentence does not say."""


@pytest.fixture(scope="module", name="claims")
def judged() -> list[Claim]:
    """Claims of the real ledger."""
    return judge_claims(claim_tables(), real_evidence())


def test_no_claim_holds_with_a_part_untested(claims: list[Claim]) -> None:
    """With a word that nothing in the record shows, a sentence holds in part at best."""
    admitted = {
        claim.id: claim.tested_part
        for claim in claims
        if claim.verdict in GOOD and LEFT_OUT.search(claim.tested_part)
    }
    assert set(admitted) == set(NOT_CLAIMED), admitted


def test_a_word_that_is_not_shown_is_named_where_a_claim_holds_in_part(claims: list[Claim]) -> None:
    """Whoever reads *holds in part* for a word that nothing shows reads which word it is."""
    lacking = [each for each in claims if re.search(r"words? .* not shown,", each.tested_part)]
    assert lacking
    for claim in lacking:
        assert claim.verdict == "holds in part", claim.id
        assert any("On this point: holds in part." in why for why in claim.why), claim.id


def test_a_note_calls_only_what_no_number_fits_a_conflict() -> None:
    """A reader of a card finds nothing there that the table of pairs denies."""
    claims = record_tables()["official_claims"]
    totals = claims[(claims["cumulative"] == "yes") & (claims["sense"] == "delivered")]
    pairs = claim_pairs(totals[totals["quantity"] == "containers"], within_days=10)
    apart = {*pairs.loc[~pairs["overlap"], ["first", "second"]].to_numpy().ravel()}
    noted = claims[claims["note"].str.contains("CONFLICT")]
    assert len(noted)
    assert set(noted["id"]) <= apart


def test_no_order_is_open_in_the_ledger_that_the_pages_call_settled() -> None:
    """One reading of a row on both: what lasted to a day on a page does so in a rule."""
    declared = {each.key: each for each in declared_findings()[0]}
    found = {str(each["key"]): each for each in real_findings()}
    outcomes = judge_rules(claim_tables()["rules"], real_evidence())
    settled = {}
    for key, each in declared.items():
        if each.kind in ("lag", "order"):
            low, high = found[key]["low"], found[key]["high"]
            sides = [frozenset(found[side[1:]]["inputs"]) for side in each.of.split()]
            if low == high or (low or 0) > 0 or (high or 0) < 0:
                settled[key] = sides
    assert settled
    for _, rule in claim_tables()["rules"].query("kind == 'order'").iterrows():
        for key, (one, other) in settled.items():
            left, right = set(rule["left"].split()), {rule["right"]}
            if (left <= one and right <= other) or (left <= other and right <= one):
                assert outcomes[rule["id"]].verdict != UNTESTED, (rule["id"], key)
