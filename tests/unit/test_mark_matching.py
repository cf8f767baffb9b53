"""Marks of several counters: which are one object, and which match nothing."""

from __future__ import annotations

from skytally.recount.mark_matching import matched_objects
from tests.support.made_up_recounts import points


def test_marks_are_matched_one_to_one() -> None:
    """Two near marks of one counter are never one object of the other."""
    found = matched_objects(
        {"a": points((10, 10), (20, 10)), "b": points((11, 10), (14, 10), (60, 10))}, reach=7
    )
    assert [sorted(each.marks) for each in found] == [["a", "b"], ["a", "b"], ["b"]]


def test_matching_takes_the_least_total_distance() -> None:
    """Nearest first would leave one of two pairs unmatched."""
    found = matched_objects({"a": points((10, 0), (16, 0)), "b": points((14, 0), (22, 0))}, reach=7)
    assert all(len(each.marks) == 2 for each in found)


def test_what_could_not_be_told_is_no_object() -> None:
    """Such a mark matches nothing."""
    untold = points((10, 10), certainty="cannot tell")
    assert matched_objects({"a": untold, "b": points((10, 10))}, reach=7)[0].marks.keys() == {"b"}
