"""Groups of changes between editions, and trees with the chosen changes only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from skytally.editions import Edition
from skytally.editions.edition_change_groups_and_mixed_trees import Trees, groups_of, mixed_tree
from skytally.editions.edition_differences import edition_changes
from skytally.editions.edition_rows_and_hashes import table_rows
from tests.support.made_up_editions import LATER, ROWS, change_record, make_edition


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ((), ROWS),
        (("new data",), [*ROWS, ("A5", "50", "")]),
        (("source corrections",), [("A1", "11", ""), *ROWS[1:]]),
        (("withdrawn rows",), [ROWS[0], *ROWS[2:]]),
        (("rows edited without a correction",), [*ROWS[:2], ("A3", "30", "a note"), ROWS[3]]),
        (
            (
                "new data",
                "source corrections",
                "withdrawn rows",
                "rows edited without a correction",
            ),
            LATER,
        ),
    ],
)
def test_a_mixed_tree_has_the_chosen_changes_only(
    first_edition: Edition,
    small_project: Path,
    tmp_path: Path,
    chosen: tuple[str, ...],
    expected: list[tuple[str, ...]],
) -> None:
    """One kind of change of rows is made, and the other rows are as in the older tree."""
    older = Path(shutil.copytree(small_project, tmp_path / "older"))
    change_record(small_project)
    second = make_edition(small_project, "2026-01-03", findings=[], parent=first_edition)
    kinds = {(row["table"], row["key"]): row["kind"] for row in second.changes["rows"]}  # type: ignore[index]
    made = mixed_tree(Trees(older, small_project, kinds), chosen, tmp_path / "mixed")
    _, rows = table_rows(made / "data/record/calls.csv")
    assert [tuple(row.values()) for row in rows.values()] == expected
    assert (made / "data/record/corrections.csv").is_file() == ("new data" in chosen)


def test_groups_are_those_in_which_something_changed(
    first_edition: Edition, small_project: Path
) -> None:
    """Rows, declarations, parameters, pages and code fall into groups of their own."""
    change_record(small_project)
    for name in (
        "data/findings/x.csv",
        "notebooks/params/x.yml",
        "book/index.md",
        "data/sites/a.csv",
    ):
        (small_project / name).parent.mkdir(parents=True, exist_ok=True)
        (small_project / name).write_text("id\n")
    second = make_edition(small_project, "2026-01-03", findings=[], parent=first_edition)
    assert groups_of(edition_changes(first_edition, second), measured=False) == [
        "new data", "source corrections", "rows edited without a correction", "withdrawn rows",
        "declarations", "parameters", "other data",
    ]  # fmt: skip
