"""Rules of a new count: the page of the book and the page for marking show the same."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from skytally.imagery.measure.ships.alongside_hulls import MIN_LENGTH_ALONGSIDE
from skytally.press.recount_server import PAGES, count_page_state
from skytally.press.sphinx_ext.recount_rules_directive import CountingRules
from skytally.recount import TABLES, CountState, counting_rules
from skytally.recount.counting_rule_table import EVERYTHING
from tests.support.directives_without_page import bare
from tests.support.made_up_recounts import practice_file, task_of


@pytest.mark.parametrize("what", TABLES)
def test_each_thing_that_is_counted_has_rules_and_those_of_all(what: str) -> None:
    """Whoever counts sees the rules of the thing first, then those of every count."""
    found = [rule["what"] for rule in counting_rules(what)]
    assert found[0] == what
    assert found[-1] == EVERYTHING
    assert set(found) == {what, EVERYTHING}


def test_rules_name_what_can_be_counted() -> None:
    """A rule on anything else would be shown to nobody."""
    assert {rule["what"] for rule in counting_rules()} == {*TABLES, EVERYTHING}


def test_hull_counts_from_the_length_of_the_sweep() -> None:
    """A person and the program leave out the same ships."""
    length = next(rule["rule"] for rule in counting_rules("ships") if rule["case"] == "length")
    assert f"Hulls of {MIN_LENGTH_ALONGSIDE:g} m and longer" in length


def test_book_and_bench_show_the_same_rules(tmp_path: Path) -> None:
    """The page of the book has every rule, and the bench is handed those of its count."""
    shown = bare(CountingRules).html()
    assert all(html.escape(rule["rule"]) in shown for rule in counting_rules())
    count = CountState(task_of(practice_file(tmp_path)))
    state = count_page_state(count, [], rules=counting_rules("railcars"))
    assert state["rules"] == counting_rules("railcars")
    assert 'id="rules"' in (PAGES / "mark_objects.html").read_text(encoding="utf-8")
