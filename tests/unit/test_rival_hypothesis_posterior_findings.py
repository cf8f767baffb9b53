"""Findings of the rival hypotheses: numbers before words, and no certainty by rounding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from skytally.claims import gather_evidence, read_hypotheses, rival_findings
from skytally.claims.bayes_update import posterior_table
from skytally.claims.findings_and_rows_lookup_for_claim_rules import Evidence, read_tables
from skytally.claims.hypothesis_priors_and_likelihoods_reader import (
    EvidenceItem,
    Hypotheses,
    RatioRange,
)
from skytally.claims.rival_hypothesis_posterior_findings import outward_percent
from skytally.findings import Finding
from skytally.press.overclaim_lint import LIKELIHOOD
from tests.support.expected_sentences import same_sentence

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def given() -> Evidence:
    """Record; no finding is needed."""
    return gather_evidence(read_tables(ROOT / "data/record"), [])


@pytest.fixture(scope="module")
def real(given: Evidence) -> Hypotheses:
    """Real hypotheses."""
    return read_hypotheses(read_tables(ROOT / "data/claims"), given)


@pytest.fixture(scope="module")
def found(real: Hypotheses, given: Evidence) -> dict[str, Finding]:
    """Make the findings, by key."""
    return {finding.key: finding for finding in rival_findings(real, given)}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.874, 0.9896, (87.0, 99.0)),
        (0.5, 0.5, (50.0, 50.0)),
        # whole percent would make certainty of these, a tenth does not
        (0.0044, 0.9962, (0.4, 99.7)),
        # here only certainty is outward
        (0.0001, 0.9999, (0.0, 100.0)),
    ],
)
def test_percent_is_rounded_outwards(
    low: float, high: float, expected: tuple[float, float]
) -> None:
    """The printed interval holds the computed one."""
    assert outward_percent(low, high) == expected


def test_keys_are_those_that_the_pages_quote(found: dict[str, Finding]) -> None:
    """The result, the other priors, the ends and the strongest rival."""
    assert list(found) == [
        "rivals.result",
        "rivals.from_10_percent",
        "rivals.from_90_percent",
        "rivals.ends",
        "rivals.strongest_rival",
    ]


def test_result_is_the_range_over_the_models(found: dict[str, Finding], real: Hypotheses) -> None:
    """One sentence with its prior and its range, one with the ends, one with what moves it most."""
    table = posterior_table(real)
    even = 100 * table[table["prior"] == "50 percent"]["middle"]
    result = found["rivals.result"]
    assert result.low is not None
    assert result.high is not None
    assert result.low <= even.min() < result.low + 1
    assert result.high - 1 < even.max() <= result.high
    assert result.text.startswith("Starting from 50 percent, the probability of the explanation")
    first = result.text.split(". ")[0]
    assert result.said in first
    assert "by the judgements of this book" in first
    assert found["rivals.ends"].said in first
    span = "depends on the judge and is anything from near nothing to near certainty: between"
    assert span in first
    assert "Without the observation that moves it most (Trade data show " in result.text
    assert set(result.inputs) == {row for item in real.items for row in item.rows}


def test_no_word_of_likelihood_stands_for_a_number(found: dict[str, Finding]) -> None:
    """The envelope spans everything, so numbers are printed and never a word."""
    for finding in found.values():
        assert not re.search(LIKELIHOOD, finding.text), finding.key


def test_ends_that_span_everything_are_said_to(found: dict[str, Finding]) -> None:
    """All judgements at once against it, or for it: nothing is decided then."""
    assert found["rivals.ends"].said == "between at most 3 percent and more than 99 percent"
    assert found["rivals.ends"].said in found["rivals.ends"].text
    assert found["rivals.ends"].text.startswith(
        "The answer depends on the judge: the judgements of this book, not the evidence, decide "
        "how probable the explanation “munitions by ship from Rajin” is, anything from near "
        "nothing to near certainty. "
        "Starting from 50 percent"
    )


def test_without_observations_there_is_no_finding(given: Evidence) -> None:
    """A new book has no result yet."""
    empty = Hypotheses(names={}, proposition="", reference="", priors={}, items=())
    assert rival_findings(empty, given) == []


def test_sentences_of_a_small_case(given: Evidence) -> None:
    """One observation of 9 to 9 and one of 4 to 4, of two origins: 36 to one, as worked by hand."""

    def observed(name: str, ratio: float, row: str) -> EvidenceItem:
        ranges = {"P": RatioRange(ratio, ratio, "made up", "book")}
        return EvidenceItem(name, f"Somebody saw {name}.", name, (row,), ranges, "")

    known = Hypotheses(
        names={"P": "arms", "R": "trade"},
        proposition="P",
        reference="R",
        priors={"50 percent": {"P": 0.5, "R": 0.5}, "10 percent": {"P": 0.1, "R": 0.9}},
        items=(observed("A", 9.0, "R031"), observed("B", 4.0, "P029")),
    )
    made = {finding.key: finding for finding in rival_findings(known, given)}
    # 36 of 37, and without the first 4 of 5; from a tenth 36 of 45
    assert made["rivals.result"].said == "97 to 98 percent"
    assert "anything" not in made["rivals.result"].text
    assert "the middle gives 80 percent" in made["rivals.result"].text
    assert made["rivals.from_10_percent"].said == "80 percent"
    for key, finding in made.items():
        same_sentence(f"rivals.{key.partition('.')[2]}", finding.text)
