"""Verdicts and notes say no more than the rules test: untested parts refine, conflicts exclude."""

from __future__ import annotations

import re

import pytest

from skytally.claims import GOOD, Claim, judge_claims
from skytally.record import claim_pairs
from tests.support.claim_evidence import claim_tables, real_evidence, record_tables

LEFT_OUT = re.compile(
    r"\b(?:not (?!that it was so\b)|neither|nobody|in no row|unchecked|untested|refines? the)\b"
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
    """One policy: what nothing in the record shows refines a sentence that else would hold."""
    admitted = {
        claim.id: claim.tested_part
        for claim in claims
        if claim.verdict in GOOD and LEFT_OUT.search(claim.tested_part)
    }
    assert set(admitted) == set(NOT_CLAIMED), admitted


def test_a_word_that_refines_is_named_where_the_verdict_is_refined(claims: list[Claim]) -> None:
    """Whoever reads *refined* for a word that nothing shows reads which word it is."""
    refining = [each for each in claims if re.search(r"refines? the verdict", each.tested_part)]
    assert refining
    for claim in refining:
        assert claim.verdict == "refined", claim.id
        assert any("This part: refined." in why for why in claim.why), claim.id


def test_a_note_calls_only_what_no_number_fits_a_conflict() -> None:
    """A reader of a card finds nothing there that the table of pairs denies."""
    claims = record_tables()["official_claims"]
    totals = claims[(claims["cumulative"] == "yes") & (claims["sense"] == "delivered")]
    pairs = claim_pairs(totals[totals["quantity"] == "containers"], within_days=10)
    apart = {*pairs.loc[~pairs["overlap"], ["first", "second"]].to_numpy().ravel()}
    noted = claims[claims["note"].str.contains("CONFLICT")]
    assert len(noted)
    assert set(noted["id"]) <= apart
