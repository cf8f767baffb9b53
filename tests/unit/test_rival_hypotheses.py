"""Rival explanations: ranges combined by groups, a band and never one number."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from skytally.claims import gather_evidence
from skytally.claims.rival_hypotheses import (
    GROUPINGS,
    LARGEST_RATIO,
    EvidenceItem,
    Hypotheses,
    RatioRange,
    bands_without_a_line,
    combined_ratio,
    influence,
    odds_band,
    odds_bands,
    read_hypotheses,
)
from skytally.claims.rule_evidence import Evidence, read_tables
from skytally.core.errors import DataError

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


def made(*items: tuple[float, float, str]) -> Hypotheses:
    """Make hypotheses with items of H1: low, high, and what they share in every grouping."""
    return Hypotheses(
        names={"H1": "one", "H2": "other"},
        reference="H2",
        items=tuple(
            EvidenceItem(
                id=f"X{i}",
                text=f"item {i}",
                line=shared,
                rows=(),
                groups={each: frozenset({shared}) for each in GROUPINGS},
                ratios={"H1": RatioRange(low, high, "made up")},
                changes_if="",
            )
            for i, (low, high, shared) in enumerate(items, start=1)
        ),
    )


@pytest.mark.parametrize(
    ("groups", "correlation", "expected"),
    [
        # 10 ** (3 / (1 + 2 * 0.6)) = 23.1; independent lines would give 1000
        ([[10.0], [10.0], [10.0]], 0.6, 23.1013),
        ([[10.0], [10.0], [10.0]], 0.0, 1000.0),
        ([[10.0], [10.0], [10.0]], 1.0, 10.0),
        ([[10.0, 10.0]], 0.3, 10**1.1),
        ([[4.0, 0.25]], 0.3, 1.0),
        ([[4.0], [0.25]], 0.3, 1.0),
        ([[1.0], [1.0]], 0.3, 1.0),
        ([[1e6]], 0.3, LARGEST_RATIO),
        ([[1e-6]], 0.3, 1 / LARGEST_RATIO),
        ([], 0.3, 1.0),
    ],
)
def test_combine_on_cases_worked_by_hand(
    groups: list[list[float]], correlation: float, expected: float
) -> None:
    """Strongest within a group, effective number between groups, a cap for each item."""
    assert combined_ratio(groups, correlation=correlation) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("weak", [1.0, 1.01, 1.5, 3.0])
def test_a_weak_item_never_lowers_a_strong_one(weak: float) -> None:
    """A further group in favour cannot make the whole less in favour."""
    strong = combined_ratio([[9.0], [9.0]], correlation=0.6)
    assert combined_ratio([[9.0], [9.0], [weak]], correlation=0.6) >= strong


def test_a_second_item_of_a_group_adds_a_tenth_however_many_follow() -> None:
    """Ten readings of one image are not ten images."""
    two = combined_ratio([[3.0, 3.0]], correlation=0.3)
    assert combined_ratio([[3.0] * 10], correlation=0.3) == two == pytest.approx(3**1.1)


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.nan, math.inf])
def test_combine_refuses_what_is_no_ratio(ratio: float) -> None:
    """Zero would make one item decide everything."""
    with pytest.raises(DataError, match="positive, finite"):
        combined_ratio([[ratio]], correlation=0.3)


def test_combine_refuses_a_correlation_outside_its_range() -> None:
    """Between 0 and 1."""
    with pytest.raises(DataError, match="outside 0 to 1"):
        combined_ratio([[2.0]], correlation=1.2)


def test_band_spans_priors_readings_and_correlations() -> None:
    """One item of 2 to 4: odds from 2/10 to 4*10, in words from unlikely to almost certain."""
    found = odds_band(made((2.0, 4.0, "a")), "H1")
    assert (found.ratio_low, found.ratio_high) == pytest.approx((2.0, 4.0))
    assert (found.odds_low, found.odds_high) == pytest.approx((0.2, 40.0))
    assert (found.share_low, found.share_high) == pytest.approx((1 / 6, 40 / 41))
    assert found.words == "very unlikely to almost certain"
    assert found.items == 1


def test_items_that_share_a_group_count_as_one() -> None:
    """The same three items are worth less on images of one company than on three."""
    apart = odds_band(made((3.0, 3.0, "a"), (3.0, 3.0, "b"), (3.0, 3.0, "c")), "H1")
    together = odds_band(made(*[(3.0, 3.0, "a")] * 3), "H1")
    assert together.ratio_high == pytest.approx(3**1.1)
    assert apart.ratio_high > together.ratio_high


def test_band_refuses_the_reference_and_an_empty_table(real: Hypotheses) -> None:
    """No item is compared with itself, and nothing follows from no item."""
    with pytest.raises(DataError, match="name a hypothesis other than H2"):
        odds_band(real, "H2")
    with pytest.raises(DataError, match="at least one item"):
        odds_band(real, "H1", without=[item.id for item in real.items])


def test_influence_names_the_item_that_matters_most() -> None:
    """The strong one first, the silent one last with no effect at all."""
    found = influence(made((1.0, 1.0, "a"), (5.0, 8.0, "b"), (3.0, 4.0, "c")), "H1")
    assert list(found["item"]) == ["X2", "X3", "X1"]
    assert found["matters"].iloc[-1] == 0
    assert influence(made((2.0, 3.0, "a")), "H1").empty


def test_without_a_line_leaves_each_line_out_once(real: Hypotheses) -> None:
    """One band a line, and the line's items are gone from it."""
    found = dict(bands_without_a_line(real, "H1"))
    assert set(found) == {item.line for item in real.items}
    ports = [item.id for item in real.items if item.line == "port-imagery"]
    assert found["port-imagery"] == odds_band(real, "H1", without=ports)
    assert bands_without_a_line(made((2.0, 3.0, "a")), "H1") == []


def test_every_real_band_is_wide_and_every_cell_has_its_reason(real: Hypotheses) -> None:
    """No band is a number, none leaves the reference out of reach, every range is argued."""
    found = odds_bands(real)
    assert [each.hypothesis for each in found] == ["H1", "H3", "H4", "H5", "H6"]
    for each in found:
        assert each.ratio_low < each.ratio_high
        assert each.share_low < 0.2
        assert each.share_high > 0.8
    for item in real.items:
        assert set(item.ratios) == {"H1", "H3", "H4", "H5", "H6"}
        assert all(cell.reason for cell in item.ratios.values())


def test_satellite_items_separate_transfer_from_trade_weakly(real: Hypotheses) -> None:
    """None sees cargo: no reading of ships, boxes or railcars is worth more than 3."""
    weak = ("ships at berth", "containers on the quay", "railcars", "timing", "earthworks")
    for item in real.items:
        (mechanism,) = item.groups["mechanism"]
        if mechanism in weak and item.id != "X03":
            assert item.ratios["H1"].high <= 3, item.id
        assert item.ratios["H1"].high <= LARGEST_RATIO


def test_groups_follow_from_the_rows(real: Hypotheses) -> None:
    """Families and originators are read from the record, not typed."""
    (dunai,) = (item for item in real.items if item.id == "X03")
    assert dunai.groups["originator"] == {"us-nsc", "rusi", "csis"}
    assert dunai.groups["family"] == {"us-release", "planet"}


def test_hypotheses_refuse_every_fault_at_once(tables: Tables, given: Evidence) -> None:
    """No reason, no range, a missing cell, a strange one, two references, a row that is not."""
    ratios = tables["likelihoods"].copy()
    ratios.loc[0, "reason"] = " "
    ratios.loc[1, ["low", "high"]] = [3.0, 2.0]
    ratios.loc[2, "low"] = 0.0
    ratios.loc[3, "hypothesis"] = "H9"
    names = tables["hypotheses"].copy()
    names.loc[0, "reference"] = "yes"
    items = tables["evidence"].copy()
    items.loc[0, "rows"] = "P999"
    broken = {"hypotheses": names, "evidence": items, "likelihoods": ratios}
    with pytest.raises(DataError, match="faults") as caught:
        read_hypotheses(broken, given)
    message = str(caught.value)
    for words in (
        "X01 H1: no reason",
        "X01 H3: 3 to 2",
        "X01 H4: 0 to",
        "X01 H9: no such item",
        "2 references; mark exactly one",
        "no row 'P999'",
    ):
        assert words in message


def test_a_missing_cell_is_refused(tables: Tables, given: Evidence) -> None:
    """A gap is not a ratio of 1."""
    fewer = {**tables, "likelihoods": tables["likelihoods"].drop(index=5)}
    with pytest.raises(DataError, match="X02 H1: no cell"):
        read_hypotheses(fewer, given)
