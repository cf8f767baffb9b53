"""Differences of two editions: findings, verdicts and rows, added, corrected and withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.editions import Edition, change_summary
from skytally.editions.edition_differences import (
    changed_findings,
    changed_rows,
    changed_verdicts,
    edition_changes,
)
from skytally.editions.source_file_hashes_and_swhids import part_ids, source_files
from skytally.editions.working_copy_edition_snapshot import copy_hash, present_copy
from tests.support.made_up_editions import DAY, change_record, claim, finding, make_edition


@pytest.mark.parametrize(
    ("new", "kind", "inside"),
    [
        (finding("f", 105, 95, 115), "moved", True),
        (finding("f", 120, 110, 130), "moved", False),
        (finding("f", 120, 110, 130, unit="ships"), "moved", None),
        (finding("f", None, None, None), "moved", None),
        (finding("f", 100, 90, 110, text="Other words."), "reworded", None),
        (finding("f", 100, 90, 110, said="a hundred calls"), "reworded", None),
        (finding("f", 100, 90, 110, when="in May"), "moved", True),
        (finding("f", 100, 90, 110, inputs=["A9"]), "other evidence", None),
        (finding("f", 100, 90, 110, flips_if={"words": "A1"}), None, None),
    ],
)
def test_findings_are_compared(
    new: dict[str, object], kind: str | None, inside: bool | None
) -> None:
    """Number, words and evidence are told apart; a move is held against the old interval."""
    found = changed_findings({"f": finding("f", 100, 90, 110)}, {"f": new})
    assert [(row["kind"], row["inside"]) for row in found] == ([(kind, inside)] if kind else [])


def test_findings_that_come_and_go_are_listed() -> None:
    """A key that only one edition has is added or gone."""
    found = changed_findings({"a": finding("a", 1, 1, 1)}, {"b": finding("b", 1, 1, 1)})
    assert [(row["key"], row["kind"]) for row in found] == [("a", "gone"), ("b", "added")]


def test_another_word_for_a_verdict_is_no_other_verdict() -> None:
    """A claim whose verdict only has a new name is called renamed, not changed."""
    old, new = claim("C1", "refined"), claim("C1", "holds in part")
    assert [row["kind"] for row in changed_verdicts({"C1": old}, {"C1": new})] == ["renamed"]
    worse = claim("C1", "contradicted")
    assert [row["kind"] for row in changed_verdicts({"C1": old}, {"C1": worse})] == ["verdict"]


def test_rows_are_added_corrected_edited_and_withdrawn(
    first_edition: Edition, small_project: Path
) -> None:
    """Each changed row has its kind, its cells and the reason that the corrections give."""
    change_record(small_project)
    second = make_edition(small_project, "2026-01-03", findings=[], parent=first_edition)
    rows = {row["key"]: row for row in changed_rows(first_edition.rows, second.rows)}
    kinds = {key: row["kind"] for key, row in rows.items() if row["table"] == "record/calls"}
    assert kinds == {"A1": "corrected", "A2": "withdrawn", "A3": "edited", "A5": "added"}
    assert rows["A1"]["cells"] == {"value": ["10", "11"]}
    assert rows["A1"]["why"][0]["why"] == "digits exchanged"
    assert rows["A2"]["cells"] == {"id": "A2", "value": "20", "note": "two"}
    assert rows["A2"]["why"] == [{"column": "id", "why": "a rumour", "source": "S2"}]
    assert rows["A5"]["cells"] == {"id": "A5", "value": "50"}


def test_a_copy_is_compared_with_an_edition_and_has_a_hash(
    first_edition: Edition, small_project: Path
) -> None:
    """A copy that moved on lists what differs; the same files have the same hash."""
    before = source_files(small_project)
    change_record(small_project)
    files = source_files(small_project)
    copy = present_copy(
        [finding("calls.all", 120, 110, 130)], [claim("C1", "holds"), claim("C2", "holds")], {},
        files=files, data=small_project / "data",
    )  # fmt: skip
    assert change_summary(edition_changes(first_edition, copy)) == (
        f"Since edition {DAY}: 1 finding moved; 1 finding gone; 1 row added; 1 row corrected; "
        "1 row withdrawn; 1 row edited without a correction."
    )
    kept, moved = (copy_hash(part_ids(each)) for each in (before, files))
    assert kept == copy_hash(part_ids(before)) != moved


def test_a_summary_counts_what_changed(first_edition: Edition, small_project: Path) -> None:
    """The sentence of an edition names each kind of change, and the edition before."""
    change_record(small_project)
    findings = [finding("calls.all", 120, 110, 130)]
    claims = [claim("C1", "contradicted"), claim("C2", "holds")]
    second = make_edition(
        small_project, "2026-01-03", findings=findings, claims=claims, parent=first_edition
    )
    assert change_summary(second.changes) == (
        f"Since edition {DAY}: 1 finding moved; 1 finding gone; 1 verdict changed; 1 row added; "
        "1 row corrected; 1 row withdrawn; 1 row edited without a correction."
    )
    third = make_edition(
        small_project, "2026-01-04", findings=findings, claims=claims, parent=second
    )
    assert change_summary(third.changes) == (
        "Since edition 2026-01-03: no finding, verdict or row differs from the edition before."
    )
