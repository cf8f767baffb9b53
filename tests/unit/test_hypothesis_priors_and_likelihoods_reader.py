"""Rival hypotheses as read from their tables: exclusive, with priors, rows and reasons."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from skytally.claims import gather_evidence, with_prior
from skytally.claims.findings_and_rows_lookup_for_claim_rules import Evidence, read_tables
from skytally.claims.hypothesis_priors_and_likelihoods_reader import Hypotheses, read_hypotheses
from skytally.core.errors_and_fault_lists import DataError

ROOT = Path(__file__).resolve().parents[2]
Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Tables of the claims."""
    return read_tables(ROOT / "data/claims")


@pytest.fixture(scope="module")
def given() -> Evidence:
    """Record; no finding is needed."""
    return gather_evidence(read_tables(ROOT / "data/record"), [])


@pytest.fixture(scope="module")
def real(tables: Tables, given: Evidence) -> Hypotheses:
    """Real hypotheses."""
    return read_hypotheses(tables, given)


def changed(tables: Tables, name: str, row: int, **cells: object) -> Tables:
    """Tables with some cells of one row replaced."""
    table = tables[name].copy()
    for column, cell in cells.items():
        table[column] = table[column].astype(object)
        table.loc[row, column] = cell
    return {**tables, name: table}


def test_one_proposition_stands_against_its_negation(real: Hypotheses, tables: Tables) -> None:
    """One is under test, the rest is its negation, and ordinary trade is what ratios refer to."""
    assert (real.proposition, real.reference) == ("H1", "H2")
    assert list(real.names) == ["H1", "H3", "H7", "H2", "H6"]
    assert list(tables["hypotheses"]["side"]) == ["proposition"] + ["negation"] * 4


def test_three_priors_each_add_up_to_one(real: Hypotheses) -> None:
    """A tenth, a half and nine tenths for the proposition; the rest shared out evenly."""
    assert [shares["H1"] for shares in real.priors.values()] == [0.1, 0.5, 0.9]
    for shares in real.priors.values():
        assert sum(shares.values()) == pytest.approx(1)
        assert len({share for name, share in shares.items() if name != "H1"}) == 1


def test_every_judgement_has_a_reason_in_a_sentence_and_names_its_judge(real: Hypotheses) -> None:
    """A range without a reason or a judge is not used."""
    for item in real.items:
        assert item.text[0].isupper(), item.id
        assert item.text.endswith("."), item.id
        assert set(item.ratios) == {"H1", "H3", "H7", "H6"}
        for ratio in item.ratios.values():
            assert ratio.reason[0].isupper(), item.id
            assert ratio.reason.endswith("."), item.id
            assert ratio.judged_by == "book"


def test_no_image_weighs_more_than_five_for_munitions(real: Hypotheses) -> None:
    """No image sees a load: a reading of ships, containers or railcars is worth little."""
    images = [item for item in real.items if item.origin == "images"]
    assert len(images) >= 10
    assert max(item.ratios["H1"].high for item in images) == 5
    assert {item.id for item in images if item.ratios["H1"].high > 3} == {"X03", "X11"}


def test_debris_weighs_the_same_for_every_way_of_munitions(real: Hypotheses) -> None:
    """A recovered missile says that munitions came, not that ships from Rajin brought them."""
    (debris,) = (item for item in real.items if item.id == "X14")
    ways = debris.ratios["H1"], debris.ratios["H7"]
    assert ways[0].low == ways[1].low
    assert ways[0].high == ways[1].high


def test_a_hypothesis_without_its_negation_is_refused(tables: Tables, given: Evidence) -> None:
    """What is the case if it is false must stand there, too."""
    names = tables["hypotheses"].head(1).assign(reference="yes")
    alone = {**tables, "hypotheses": names}
    with pytest.raises(DataError, match="H1 without its negation; add what is the case"):
        read_hypotheses(alone, given)


def test_two_propositions_are_refused(tables: Tables, given: Evidence) -> None:
    """One is under test."""
    twice = changed(tables, "hypotheses", 1, side="proposition")
    with pytest.raises(DataError, match=r"2 propositions \(H1, H3\); mark exactly one"):
        read_hypotheses(twice, given)


def test_priors_that_do_not_add_up_are_refused(tables: Tables, given: Evidence) -> None:
    """By their name, with the sum that was found."""
    wrong = changed(tables, "priors", 0, share=0.2)
    with pytest.raises(
        DataError,
        match=r"priors\.csv, lines \d.*, column share: found shares of 10 percent that add up to 1",
    ):
        read_hypotheses(wrong, given)


def test_an_observation_without_a_row_is_refused(tables: Tables, given: Evidence) -> None:
    """Nothing is weighed that the record does not hold."""
    with pytest.raises(DataError, match="weighed_observations X01: rests on no row"):
        read_hypotheses(changed(tables, "weighed_observations", 0, rows=""), given)


def test_a_row_that_two_observations_would_count_is_refused(
    tables: Tables, given: Evidence
) -> None:
    """One sighting is one observation."""
    shared = changed(tables, "weighed_observations", 1, rows="P011 P002.2")
    with pytest.raises(DataError, match=r"X01 and X02: row P002\.2 would count 2 times"):
        read_hypotheses(shared, given)


def test_a_likelihood_of_zero_is_refused(tables: Tables, given: Evidence) -> None:
    """Zero would make one observation decide everything."""
    with pytest.raises(DataError, match=r"X01 H1: 0 to 1\.5; a likelihood of zero would let"):
        read_hypotheses(changed(tables, "likelihoods", 0, low=0.0), given)


def test_a_missing_cell_is_refused(tables: Tables, given: Evidence) -> None:
    """A gap is not a ratio of 1."""
    fewer = {**tables, "likelihoods": tables["likelihoods"].drop(index=4)}
    with pytest.raises(DataError, match="X02 H1: no cell"):
        read_hypotheses(fewer, given)


def test_hypotheses_refuse_every_fault_at_once(tables: Tables, given: Evidence) -> None:
    """Nothing is read until all of it is mended."""
    broken = changed(tables, "likelihoods", 0, reason=" ")
    broken = changed(broken, "likelihoods", 1, low=3.0, high=2.0)
    broken = changed(broken, "likelihoods", 2, low=-1.0)
    broken = changed(broken, "likelihoods", 3, hypothesis="H9")
    broken = changed(broken, "hypotheses", 0, reference="yes")
    broken = changed(broken, "weighed_observations", 0, rows="P999")
    broken = changed(broken, "priors", 1, share=0.0)
    broken = changed(broken, "priors", 5, hypothesis="H9")
    with pytest.raises(DataError, match="faults") as caught:
        read_hypotheses(broken, given)
    message = str(caught.value)
    for words in (
        "X01 H1: no reason",
        "X01 H3: 3 to 2",
        "X01 H7: -1 to",
        "X01 H9: no such item",
        "X01 H6: no cell",
        "2 references; mark exactly one",
        "no row 'P999'",
        "priors 10 percent H3: share 0",
        "column share: found shares of 10 percent that add up to 0.775; make them add up to 1",
        "priors 50 percent H1: 0 shares",
        "priors 50 percent H9: no such hypothesis",
    ):
        assert words in message, words


def test_a_prior_that_is_set_takes_the_place_of_the_one_nearest_to_even(
    tables: Tables, given: Evidence
) -> None:
    """The proposition has the share, the others keep their proportions, other priors stay."""
    known = read_hypotheses(with_prior(tables, 0.3), given)
    assert list(known.priors) == ["10 percent", "30 percent", "90 percent"]
    assert known.priors["30 percent"] == pytest.approx(
        {"H1": 0.3, "H3": 0.175, "H7": 0.175, "H2": 0.175, "H6": 0.175}
    )
    assert known.priors["90 percent"] == read_hypotheses(tables, given).priors["90 percent"]
    empty = {**tables, "hypotheses": tables["hypotheses"][:0], "priors": tables["priors"][:0]}
    assert with_prior(empty, 0.3) == empty
