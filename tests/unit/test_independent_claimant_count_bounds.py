"""Who stands behind a total: ties join claimants, even through one who gave no total."""

from __future__ import annotations

import pandas as pd
import pytest

from skytally.record.independent_claimant_count_bounds import separate_lines, ties_of

TIES = pd.DataFrame(
    [
        ("state", "mission", "same-body", "one department"),
        ("dia", "nis", "same-government", "two services"),
        ("msmt", "dia", "member", "a member"),
        ("msmt", "state", "member", "a member"),
    ],
    columns=["first", "second", "tie", "why"],
)


@pytest.mark.parametrize(
    ("claimants", "lines"),
    [
        (["osc"], (1, 1)),
        (["osc", "dia"], (2, 2)),
        (["state", "mission"], (1, 1)),
        (["dia", "nis"], (1, 2)),
        (["nis", "mission", "osc"], (2, 3)),
        (["msmt", "nis", "mission", "state", "osc"], (2, 4)),
    ],
)
def test_ties_join_claimants_even_through_one_who_gave_no_total(
    claimants: list[str], lines: tuple[int, int]
) -> None:
    """Every tie makes one line of two at least; parts of one body are never two."""
    fewest, most = separate_lines(claimants, TIES)
    assert (len(fewest), len(most)) == lines
    assert [sorted(sum(each, ())) for each in (fewest, most)] == [sorted(claimants)] * 2


def test_a_total_that_may_rest_on_others_is_no_line_of_its_own_and_joins_none_of_them() -> None:
    """A study that may reckon from two services does not make one line of the two."""
    rows = [
        ("study", "dia", "may-rest-on", "reckoned"),
        ("study", "gur", "may-rest-on", "reckoned"),
    ]
    ties = pd.DataFrame(rows, columns=TIES.columns)
    fewest, most = separate_lines(["study", "gur", "dia"], ties)
    assert fewest == (("study", "dia"), ("gur",))
    assert most == (("study",), ("gur",), ("dia",))
    assert ties_of("study", ["dia", "gur"], ties) == [("dia", "reckoned"), ("gur", "reckoned")]
    assert ties_of("dia", ["study"], ties) == []


def test_ties_are_named_from_both_sides() -> None:
    """A claimant is told whom it belongs to, and the other way round."""
    assert ties_of("dia", ["nis", "msmt"], TIES) == [("nis", "two services"), ("msmt", "a member")]
    assert ties_of("nis", ["dia"], TIES) == [("dia", "two services")]
    assert ties_of("osc", ["dia"], TIES) == []
