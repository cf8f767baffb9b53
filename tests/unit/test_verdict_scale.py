"""The scale of verdicts: words for copies, and the worst of several counts."""

from __future__ import annotations

import pytest

from skytally.claims.verdict_scale import (
    BOUND,
    CONTRADICTED,
    DIFFERS,
    FAITHFUL,
    HOLDS,
    IN_PART,
    UNTESTED,
    VERDICTS,
    WORST_FIRST,
    as_copy,
    worst,
)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (HOLDS, FAITHFUL),
        (BOUND, FAITHFUL),
        (CONTRADICTED, DIFFERS),
        (IN_PART, IN_PART),
        (UNTESTED, UNTESTED),
    ],
)
def test_a_copy_is_faithful_or_misquotes_and_never_holds(verdict: str, expected: str) -> None:
    """A sentence that agrees with its source says nothing of the world."""
    assert as_copy(verdict) == expected
    assert as_copy(IN_PART, partly=DIFFERS) == DIFFERS


def test_of_several_verdicts_the_worst_counts() -> None:
    """Every verdict that a rule can give has its place in the order."""
    assert worst([HOLDS, FAITHFUL, DIFFERS]) == DIFFERS
    assert worst([HOLDS, DIFFERS, CONTRADICTED]) == CONTRADICTED
    assert worst([BOUND, FAITHFUL]) == FAITHFUL
    assert {*WORST_FIRST} == {*VERDICTS[:-1]}
