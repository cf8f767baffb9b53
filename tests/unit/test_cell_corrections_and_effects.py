"""Corrections of cells: how wrong a value was, since when, and what was undone."""

from __future__ import annotations

from pathlib import Path

from skytally.editions import Edition, read_editions
from skytally.editions.cell_corrections_and_effects import correction_history
from skytally.editions.edition_rows_and_hashes import table_rows
from tests.support.made_up_editions import DAY, change_record, make_edition


def test_a_correction_says_how_wrong_and_since_when(
    first_edition: Edition, small_project: Path
) -> None:
    """Size, editions with the wrong cell, the edition of the correction, and what it moved."""
    change_record(small_project)
    make_edition(small_project, "2026-01-03", findings=[], parent=first_edition)
    editions, _ = read_editions(small_project / "data/editions")
    rows = list(table_rows(small_project / "data/record/corrections.csv")[1].values())
    later = {**MADE_LATER, "old": "30", "new": "31"}
    found = correction_history(
        [*rows, later], editions, delivered=frozenset({"A1"}), delivered_on="2026-01-01"
    )
    assert [(each.size, each.since) for each in found] == [
        (
            "too low by 1 (9.1 % of what it is)",
            f"since 2026-01-01; published in edition {DAY}; corrected with edition 2026-01-03",
        ),
        (
            "",
            f"since the row was added; published in edition {DAY}; "
            "corrected with edition 2026-01-03",
        ),
        (
            "too low by 1 (3.2 % of what it is)",
            f"since the row was added; published in edition {DAY} to 2026-01-03; corrected since",
        ),
    ]


def test_a_change_that_was_undone_is_no_error_of_the_first_value() -> None:
    """A superseded step gives the value of now; only what differs from it was wrong."""
    about = {"table": "calls", "row": "A1", "column": "value", "why": "a slip", "source": "S3"}
    steps = [about | {"old": old, "new": new} for old, new in (("10", "12"), ("12", "10"))]
    first_edition, second = correction_history(steps, [], delivered=frozenset(), delivered_on=DAY)
    assert (
        first_edition.size,
        first_edition.now,
        first_edition.is_undone,
        first_edition.is_return,
    ) == ("", "10", True, False)
    assert (second.now, second.is_superseded, second.is_return) == ("10", False, True)
    assert second.size == "too high by 2 (20 % of what it is)"
    steps[1]["new"] = "11"
    first_edition, second = correction_history(steps, [], delivered=frozenset(), delivered_on=DAY)
    assert (first_edition.size, first_edition.now) == ("too low by 1 (9.1 % of what it is)", "11")
    assert (first_edition.is_superseded, first_edition.is_undone, second.is_return) == (
        True,
        False,
        False,
    )


MADE_LATER = {"table": "calls", "row": "A3", "column": "value", "why": "a slip", "source": "S3"}
