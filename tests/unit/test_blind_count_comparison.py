"""Blind counts compared: what two counters see, where they differ, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skytally.core import DataError
from skytally.imagery.simulate import PRACTICE
from skytally.recount import CountTask, compare_counts, comparison_words, repetition_words
from tests.support.made_up_recounts import finished, points


def test_two_counters_and_the_true_number(railcar_task: CountTask) -> None:
    """Simulated: two who miss some of what is there; the interval holds the truth."""
    truth = PRACTICE["railcars"](1).truth
    rng = np.random.default_rng(3)
    counts = []
    for counter in ("first-desk", "second-desk"):
        kept = [place for place in truth if rng.random() < 0.85]
        near = [(x + rng.normal(0, 1.5), y + rng.normal(0, 1.5)) for x, y in kept]
        counts.append(finished(railcar_task, *points(*near), counter=counter))
    found = compare_counts(counts)
    assert found.present is not None
    assert found.present.low <= len(truth) <= found.present.high
    both = set(found.objects[0].marks) | set(found.objects[1].marks)
    assert both <= {"first-desk", "second-desk"}
    lines = comparison_words(found)
    assert any("90 % interval" in line for line in lines)
    assert "read them as at least" in lines[-1]


def test_disagreement_is_listed_and_numbers_differ(railcar_task: CountTask) -> None:
    """One object seen by one, and one seen with less certainty, are disputed."""
    one = finished(railcar_task, *points((10, 10), (100, 10), (200, 10)))
    other = finished(
        railcar_task, *points((10, 11), stem="s"),
        *points((101, 10), certainty="perhaps", stem="p"),
        counter="second-desk",
    )  # fmt: skip
    found = compare_counts([one, other])
    assert (found.common, len(found.disputed), len(found.objects)) == (2, 2, 3)
    assert found.difference is not None
    assert (found.difference.low, found.difference.high) == (1, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"counter": "first-desk"}, "more than once"),
        ({"counter": "second-desk", "scope": "border-track"}, "different scopes"),
        ({"counter": "second-desk", "what": "locomotives"}, "different things"),
        ({"counter": "second-desk", "day": "2023-10-06"}, "different days"),
    ],
)
def test_counts_that_are_not_of_one_thing_are_refused(
    railcar_task: CountTask, change: dict[str, Any], said: str
) -> None:
    """Scopes, things, days and people are told apart."""
    with pytest.raises(DataError, match=said):
        compare_counts([finished(railcar_task), finished(railcar_task, **change)])


def test_one_count_is_no_comparison(railcar_task: CountTask) -> None:
    """A comparison needs two."""
    with pytest.raises(DataError, match="two or more"):
        compare_counts([finished(railcar_task)])


def test_nothing_seen_by_both_has_no_estimate(railcar_task: CountTask) -> None:
    """Without a mark there is nothing to estimate, and the numbers agree."""
    found = compare_counts([finished(railcar_task), finished(railcar_task, counter="second-desk")])
    assert (found.present, found.present_widest) == (None, None)
    assert found.difference is not None
    assert (found.difference.low, found.difference.high) == (0, 0)


def test_cannot_tell_is_to_be_looked_at_and_no_object(railcar_task: CountTask) -> None:
    """Such a mark lies at the other's object, or is a place of its own."""
    untold = points((101, 10), (300, 10), certainty="cannot tell", stem="u")
    one = finished(railcar_task, *points((10, 10), (100, 10)))
    other = finished(railcar_task, *points((11, 10), stem="s"), *untold, counter="second-desk")
    found = compare_counts([one, other])
    assert (len(found.objects), len(found.places), len(found.disputed)) == (2, 3, 2)
    assert [len(each.marks) for each in found.disputed] == [2, 1]
    said = "\n".join(comparison_words(found))
    assert "at 1 more somebody could not tell; 2 are disputed" in said
    assert "2 railcars were marked by anybody, 1 by all" in said
    assert "the two numbers do not contradict each other" in said


def test_interval_without_width_claims_little(railcar_task: CountTask) -> None:
    """Where nobody missed what another found, and where the model holds one number."""
    marks = points(*[(20.0 * i, 10.0) for i in range(29)])
    one = finished(railcar_task, *marks)
    said = comparison_words(
        compare_counts([one, finished(railcar_task, *marks, counter="second-desk")])
    )
    assert "the two numbers are the same" in said
    assert sum(": 29 railcars by both; no interval" in line for line in said) == 1
    less = [
        finished(railcar_task, *marks[:-1]),
        finished(railcar_task, *marks[1:], counter="second-desk"),
    ]
    said = comparison_words(compare_counts(less))
    assert any("29 railcars found by one or more; the 90 % interval" in line for line in said)
    assert not any("(29 railcars)" in line for line in said)


def test_repetition_says_how_well_a_count_repeats(railcar_task: CountTask) -> None:
    """What both turns marked, with another word or not, and what one alone did."""
    one = finished(railcar_task, *points((10, 10), (100, 10), (200, 10)))
    other = finished(
        railcar_task,
        *points((11, 10), stem="s"),
        *points((101, 10), certainty="perhaps", stem="p"),
        turn=2,
    )
    said = repetition_words(one, other)
    assert said[0] == "first-desk, turn 2 beside turn 1: 1 to 2 beside 3"
    assert said[1].startswith("marked in both turns 2, of them 1 with another word; only in turn 1")
