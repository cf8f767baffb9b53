"""The stated error of a count on an image: where it enters, and what depends on it."""

from __future__ import annotations

import pytest

from skytally.claims import gather_evidence, judge_claims
from skytally.core import source_printed_quantity
from tests.support.claim_evidence import claim_tables, record_tables
from tests.support.evaluated_findings import evaluated_findings


def verdicts() -> dict[str, str]:
    """Judge every claim on findings that are evaluated anew."""
    evidence = gather_evidence(record_tables(), evaluated_findings())
    return {each.id: each.verdict for each in judge_claims(claim_tables(), evidence)}


def test_no_verdict_depends_on_an_error_up_to_a_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    """METHODS 7.5 says so: none moves between no error and a quarter; at a half some do."""
    found = {}
    for error in (0.0, 0.25, 0.5):
        monkeypatch.setattr(source_printed_quantity, "COUNTING_ERROR", error)
        found[error] = verdicts()
    assert found[0.25] == found[0.0]
    assert found[0.5]["S2-01"] != found[0.0]["S2-01"]


def test_error_enters_multiples_shares_sums_and_quotations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is computed with about 73, about 258 or about 14 widens with the error."""
    widths = {}
    for error in (0.0, 0.1):
        monkeypatch.setattr(source_printed_quantity, "COUNTING_ERROR", error)
        widths[error] = {each["key"]: (each["low"], each["high"]) for each in evaluated_findings()}
    for key in (
        "rail-counts.railcars_october_2023",
        "rail-counts.railcars_june_2024",
        "rail-counts.multiple_of_baseline",
        "rail-counts.boxcar_share_june_2024",
        "rail-counts.chance_of_surge",
        "port-imagery.containers_peak",
    ):
        assert widths[0.1][key] != widths[0.0][key], key
    # what an official states has no error of counting
    key = "official-claims.containers_us_february_2024"
    assert widths[0.1][key] == widths[0.0][key]
