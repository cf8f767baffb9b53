"""The stated error of a count on an image: where it enters, and what depends on it."""

from __future__ import annotations

from typing import Any

import pytest

from skytally.claims import gather_evidence, judge_claims
from skytally.core import source_printed_quantity
from tests.support.evaluated_findings import evaluated_findings
from tests.support.real_record_evidence_and_made_up_rule import claim_tables, record_tables


@pytest.fixture(scope="module")
def found() -> dict[float, list[Any]]:
    """Evaluate the findings anew with each error."""
    made = {}
    for error in (0.0, 0.25, 0.5):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(source_printed_quantity, "COUNTING_ERROR", error)
            made[error] = evaluated_findings()
    return made


def test_no_verdict_depends_on_an_error_up_to_a_quarter(
    found: dict[float, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """METHODS 7.5 says so: none moves between no error and a quarter; at a half some do."""
    verdicts = {}
    for error, findings in found.items():
        monkeypatch.setattr(source_printed_quantity, "COUNTING_ERROR", error)
        evidence = gather_evidence(record_tables(), findings)
        verdicts[error] = {each.id: each.verdict for each in judge_claims(claim_tables(), evidence)}
    assert verdicts[0.25] == verdicts[0.0]
    assert verdicts[0.5]["S2-01"] != verdicts[0.0]["S2-01"]


def test_error_enters_multiples_shares_sums_and_quotations(found: dict[float, list[Any]]) -> None:
    """Whatever is computed with about 73, about 258 or about 14 widens with the error."""
    widths = {
        error: {each["key"]: (each["low"], each["high"]) for each in findings}
        for error, findings in found.items()
    }
    for key in (
        "rail-counts.railcars_october_2023",
        "rail-counts.railcars_june_2024",
        "rail-counts.multiple_of_baseline",
        "rail-counts.boxcar_share_june_2024",
        "rail-counts.chance_of_surge",
        "port-imagery.containers_peak",
    ):
        assert widths[0.25][key] != widths[0.0][key], key
    # what an official states has no error of counting
    key = "official-claims.containers_us_february_2024"
    assert widths[0.25][key] == widths[0.0][key]
