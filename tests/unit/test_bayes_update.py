"""Bayes update of rival hypotheses, against cases worked by hand."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import pytest

from skytally.claims import gather_evidence, read_hypotheses
from skytally.claims.bayes_update import (
    INDEPENDENT,
    MODELS,
    ONE_PER_ORIGIN,
    READINGS,
    STRONGEST,
    combined_ratios,
    left_out,
    posterior,
    posterior_table,
)
from skytally.claims.findings_and_rows_lookup_for_claim_rules import read_tables
from skytally.claims.hypothesis_priors_and_likelihoods_reader import (
    EvidenceItem,
    Hypotheses,
    RatioRange,
)
from skytally.core.errors_and_fault_lists import DataError

ROOT = Path(__file__).resolve().parents[2]
Ranges = Mapping[str, tuple[float, float]]


def item(name: str, origin: str, **ranges: tuple[float, float]) -> EvidenceItem:
    """Make an observation with a range for each hypothesis but the reference."""
    ratios = {each: RatioRange(*ends, "made up", "book") for each, ends in ranges.items()}
    return EvidenceItem(name, f"observation {name}", origin, (), ratios, "")


def made(*items: EvidenceItem) -> Hypotheses:
    """Make hypotheses P, Q and R, of which R is the reference and P is under test."""
    return Hypotheses(
        names={"P": "one", "Q": "two", "R": "three"},
        proposition="P",
        reference="R",
        priors={
            "low": {"P": 0.1, "Q": 0.45, "R": 0.45},
            "even": {"P": 0.5, "Q": 0.25, "R": 0.25},
        },
        items=items,
    )


TWO_OF_ONE = made(
    item("A", "a", P=(9.0, 9.0), Q=(1.0, 1.0)), item("B", "a", P=(4.0, 4.0), Q=(1, 1))
)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        # 9 x 4 = 36 if independent; their geometric mean 6 if wholly dependent; 9 is stronger
        (INDEPENDENT, 36.0),
        (ONE_PER_ORIGIN, 6.0),
        (STRONGEST, 9.0),
    ],
)
def test_two_observations_of_one_origin(model: str, expected: float) -> None:
    """The three models of dependence on the same two observations."""
    assert combined_ratios(TWO_OF_ONE, model=model) == pytest.approx(
        {"P": expected, "Q": 1, "R": 1}
    )


@pytest.mark.parametrize("model", MODELS)
def test_observations_of_two_origins_multiply_in_every_model(model: str) -> None:
    """Origins are independent of each other: 9 x 4 = 36."""
    apart = made(item("A", "a", P=(9, 9), Q=(2, 2)), item("B", "b", P=(4, 4), Q=(3, 3)))
    assert combined_ratios(apart, model=model) == pytest.approx({"P": 36, "Q": 6, "R": 1})


def test_posterior_by_hand() -> None:
    """0.5 x 4, 0.25 x 2 and 0.25 x 1 make 2, 0.5 and 0.25 of 2.75."""
    known = made(item("A", "a", P=(2.0, 8.0), Q=(1.0, 4.0)))
    found = posterior(known, prior="even", model=INDEPENDENT)
    assert found == pytest.approx({"P": 2 / 2.75, "Q": 0.5 / 2.75, "R": 0.25 / 2.75})


def test_ends_of_the_ranges_by_hand() -> None:
    """Against P its own ratio is low and that of Q high; for P the other way round."""
    known = made(item("A", "a", P=(2.0, 8.0), Q=(1.0, 4.0)))
    against = posterior(known, prior="even", model=INDEPENDENT, reading="least")
    for_it = posterior(known, prior="even", model=INDEPENDENT, reading="greatest")
    # 0.5 x 2 = 1 against 0.25 x 4 + 0.25 = 1.25, and 0.5 x 8 = 4 against 0.25 + 0.25 = 0.5
    assert against["P"] == pytest.approx(1 / 2.25)
    assert for_it["P"] == pytest.approx(4 / 4.5)


def test_the_strongest_observation_is_the_same_for_all_hypotheses() -> None:
    """B spreads furthest, so its ratio of Q counts and not the greater one of A."""
    known = made(item("A", "a", P=(2, 2), Q=(3, 3)), item("B", "a", P=(8, 8), Q=(0.5, 0.5)))
    assert combined_ratios(known, model=STRONGEST) == pytest.approx({"P": 8, "Q": 0.5, "R": 1})


def test_the_prior_is_moved_by_the_ratio_alone() -> None:
    """From 0.1 with a ratio of 9 against everything else, the result is one half."""
    known = made(item("A", "a", P=(9.0, 9.0), Q=(1.0, 1.0)))
    assert posterior(known, prior="low", model=STRONGEST)["P"] == pytest.approx(0.5)


def test_leaving_an_observation_out_by_hand() -> None:
    """Independent, the odds fall by the ratio left out; of one origin, they rise or fall."""
    found = left_out(TWO_OF_ONE).set_index(["item", "model"])["factor"]
    assert found["A", INDEPENDENT] == pytest.approx(9)
    assert found["B", INDEPENDENT] == pytest.approx(4)
    # without the weaker of the two, the average is 9 and no longer 6
    assert found["B", ONE_PER_ORIGIN] == pytest.approx(6 / 9)
    assert found["B", STRONGEST] == pytest.approx(1)
    assert next(iter(left_out(TWO_OF_ONE)["item"])) == "A"
    assert left_out(made(item("A", "a", P=(2, 3), Q=(1, 1)))).empty


@pytest.mark.parametrize(
    ("model", "reading", "without"),
    [("guess", "middle", ()), (INDEPENDENT, "best", ()), (INDEPENDENT, "middle", ("A", "B"))],
)
def test_update_refuses_what_it_does_not_know(
    model: str, reading: str, without: tuple[str, ...]
) -> None:
    """No such model, no such reading, nothing left."""
    with pytest.raises(DataError, match=r"name one of .* and leave an observation"):
        combined_ratios(TWO_OF_ONE, model=model, reading=reading, without=without)


def test_update_refuses_a_prior_that_is_not_there() -> None:
    """By its name, with those that are."""
    with pytest.raises(DataError, match="prior 'mine': name one of low, even"):
        posterior(TWO_OF_ONE, prior="mine", model=INDEPENDENT)


@pytest.fixture(scope="module")
def real() -> Hypotheses:
    """Real hypotheses."""
    given = gather_evidence(read_tables(ROOT / "data/record"), [])
    return read_hypotheses(read_tables(ROOT / "data/claims"), given)


def test_real_posteriors_add_up_to_one(real: Hypotheses) -> None:
    """Exactly one hypothesis is true, for every prior, model and reading."""
    for prior, model, reading in itertools.product(real.priors, MODELS, READINGS):
        found = posterior(real, prior=prior, model=model, reading=reading)
        assert sum(found.values()) == pytest.approx(1)


def test_real_result_rises_with_the_prior_and_lies_between_its_ends(real: Hypotheses) -> None:
    """More belief beforehand leaves more afterwards; the middle is inside the envelope."""
    table = posterior_table(real)
    assert len(table) == len(real.priors) * len(MODELS)
    assert (table["least"] < table["middle"]).all()
    assert (table["middle"] < table["greatest"]).all()
    for _, rows in table.groupby("model"):
        assert rows["middle"].is_monotonic_increasing
