"""Causes of a changed finding: the smallest combinations of changes, none guessed."""

from __future__ import annotations

import pytest

from skytally.editions import edition_change_cause_search
from skytally.editions.edition_change_cause_search import (
    DOWNWARDS,
    IRREDUCIBLE,
    Book,
    change_causes,
)
from skytally.editions.edition_change_sentences import NOT_COMPUTED, cause_words


def _book(chosen: tuple[str, ...]) -> Book:
    """Return a made-up book: sums and products of what was changed."""
    new = {"a": 1 if "a" in chosen else 0, "b": 1 if "b" in chosen else 0}
    values = {"by a": new["a"], "by both": new["a"] + new["b"], "either": int(any(new.values()))}
    return {("finding", key): {"said": str(value), "text": ""} for key, value in values.items()}


def test_causes_are_the_smallest_combinations() -> None:
    """One group, a named combination, or either of two, each as the evaluations show."""
    stored = (_book(()), _book(("a", "b")))
    causes, evaluated = change_causes(
        [("finding", key) for key in ("by a", "by both", "either")],
        stored, ["a", "b"], lambda tried, _: [_book(each) for each in tried],
    )  # fmt: skip
    found = {key: cause_words(cause) for (_, key), cause in causes.items()}
    assert found == {
        "by a": "a",
        "by both": "a and b together; a alone: 1; b alone: 1",
        "either": "either a, or b",
    }
    assert evaluated == 4


def test_parts_that_give_no_number_alone_are_named_without_the_words_of_a_program() -> None:
    """Their stored reasons repeat faults of files, which a reader takes for a crash."""
    failed = "nothing, since it cannot be evaluated (KeyError: 'against')"
    cause = {
        "sets": [["a", "b"]], "undetermined": "", "alone": {"a": "7", "b": failed, "c": failed},
    }  # fmt: skip
    assert cause_words(cause) == f"a and b together; a alone: 7; b and c alone: {NOT_COMPUTED}"


def test_a_cause_is_not_guessed_where_an_edition_is_not_reproduced() -> None:
    """An edition that cannot be evaluated to what it published has no cause, and says so."""
    item = ("finding", "by a")
    stored = ({item: {"said": "7", "text": ""}}, _book(("a",)))
    causes, _ = change_causes(
        [item], stored, ["a"], lambda tried, _: [_book(each) for each in tried]
    )
    assert cause_words(causes[item]) == (
        "cause not determined: evaluating the older edition again gives 0 and not 7 as published"
    )


def test_groups_are_left_out_where_no_small_combination_does() -> None:
    """What three of five groups make together is found by leaving the other two out."""
    groups = ["a", "b", "c", "d", "e"]

    def book(chosen: tuple[str, ...]) -> Book:
        made = {"x": {*"bde"} <= {*chosen}, "y": len(chosen) == 5, "z": "c" in chosen}
        return {("finding", key): {"said": str(int(on)), "text": ""} for key, on in made.items()}

    stored = (book(()), book(tuple(groups)))
    causes, evaluated = change_causes(
        [*stored[0]], stored, groups, lambda tried, _: [book(each) for each in tried], budget=7
    )
    found = {key: cause["sets"] for (_, key), cause in causes.items()}
    assert found == {"x": [["b", "d", "e"]], "y": [groups], "z": [["c"]]}
    assert [causes["finding", key]["undetermined"] for key in "xyz"] == [IRREDUCIBLE] * 2 + [""]
    assert cause_words(causes["finding", "x"]) == f"b, d and e together; {IRREDUCIBLE}"
    assert evaluated < 2 + 7 + DOWNWARDS


def test_a_search_ends_with_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no evaluated combination makes is put down to all changes, and says so."""
    monkeypatch.setattr(edition_change_cause_search, "DOWNWARDS", 0)
    groups = ["a", "b", "c", "d", "e"]

    def book(chosen: tuple[str, ...]) -> Book:
        return {("finding", "x"): {"said": str(int(len(chosen) == 5)), "text": ""}}

    stored = (book(()), book(tuple(groups)))
    causes, evaluated = change_causes(
        [("finding", "x")], stored, groups, lambda tried, _: [book(e) for e in tried], budget=7
    )
    assert evaluated == 9
    assert causes["finding", "x"]["sets"] == [groups]
    assert "no smaller combination was found among the 9" in cause_words(causes["finding", "x"])
