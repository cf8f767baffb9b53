"""Editions: kept as published, refused when damaged, compared item by item, and corrections."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from skytally.core import DataError
from skytally.editions import Edition, change_summary, next_id, read_editions
from skytally.editions.cell_corrections_and_effects import correction_history
from skytally.editions.edition_change_groups_and_mixed_trees import Trees, groups_of, mixed_tree
from skytally.editions.edition_differences import (
    changed_findings,
    changed_rows,
    changed_verdicts,
    edition_changes,
)
from skytally.editions.edition_reading_and_hash_checks import edition_contents
from skytally.editions.edition_rows_and_hashes import table_rows
from skytally.editions.json_lines import read_json_lines, write_json_lines
from skytally.editions.software_hash_ids import entry_of, folder_id
from skytally.editions.source_file_hashes_and_swhids import part_ids, source_files
from skytally.editions.working_copy_edition_snapshot import copy_hash, present_copy
from tests.support.made_up_editions import claim, finding, make_edition, write_project, write_rows

DAY = "2026-01-02"
ROWS = [("A1", "10", ""), ("A2", "20", "two"), ("A3", "30", ""), ("A4", "40", "")]
LATER = [("A1", "11", ""), ("A3", "30", "a note"), ("A4", "40", ""), ("A5", "50", "")]
CORRECTIONS = ("table", "row", "column", "old", "new", "why", "source")
MADE = [
    ("calls", "A1", "value", "10", "11", "digits exchanged", "S1"),
    ("calls", "A2", "id", "A2", "", "a rumour", "S2"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with four made-up rows."""
    return write_project(tmp_path / "project", ROWS)


@pytest.fixture
def first(project: Path) -> Edition:
    """Return its first edition."""
    return make_edition(
        project, DAY, findings=[finding("calls.all", 100, 90, 110), finding("calls.old", 1, 1, 1)],
        claims=[claim("C1", "holds"), claim("C2", "holds")],
    )  # fmt: skip


def _change(project: Path) -> None:
    """Correct, edit, withdraw and add a row each."""
    write_rows(project / "data/record/calls.csv", LATER)
    write_rows(project / "data/record/corrections.csv", MADE, CORRECTIONS)


def test_json_lines_keep_one_item_a_line(tmp_path: Path) -> None:
    """What is written is read again, separators of lines within a text included."""
    rows = [{"text": "a\u2028b\nc"}, {"text": "Раджин"}]
    write_json_lines(tmp_path / "x.jsonl", rows)
    assert (tmp_path / "x.jsonl").read_bytes().count(b"\n") == 2
    assert read_json_lines(tmp_path / "x.jsonl") == rows


@pytest.mark.parametrize("line", ["[1]", "{", '{"a": 1, "a": 2}'])
def test_a_line_that_is_no_object_is_refused(tmp_path: Path, line: str) -> None:
    """The message names file and line."""
    (tmp_path / "x.jsonl").write_text(f'{{"a": 1}}\n{line}\n')
    with pytest.raises(DataError, match=r"x\.jsonl, line 2: found .* restore the file from git"):
        read_json_lines(tmp_path / "x.jsonl")


def test_identifiers_are_those_of_git(tmp_path: Path) -> None:
    """A folder with programs, links and names that sort oddly has the hash of git's tree."""
    for name in ("b.txt", "b/inner", "b-c/x", "a", "Д"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    (tmp_path / "run").write_text("#!/bin/sh\n")
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("b/inner")
    entries = {
        path.relative_to(tmp_path).as_posix(): entry_of(path)
        for path in tmp_path.rglob("*")
        if path.is_symlink() or path.is_file()
    }
    for words in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", "-c", "core.autocrlf=false", *words], cwd=tmp_path, check=True)
    tree = subprocess.run(
        ["git", "write-tree"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert folder_id(entries) == f"swh:1:dir:{tree.stdout.strip()}"


def test_an_edition_is_no_part_of_what_it_was_made_from(first: Edition, project: Path) -> None:
    """Neither editions nor stamps nor what is built change the identifiers of the sources."""
    before = [file.path for file in source_files(project)]
    for name in ("data/stamps/x", "data/scenes/x", "book/_build/x", "data/.lock", "skytally/x.pyc"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x")
    assert before == ["data/record/calls.csv", "requirements.txt"]
    assert [file.path for file in source_files(project)] == before


def test_an_edition_is_kept_as_published(first: Edition) -> None:
    """Findings, claims and rows are read as they were written."""
    assert first.findings["calls.all"] == finding("calls.all", 100, 90, 110)
    assert first.claims["C1"]["verdict"] == "holds"
    assert first.rows["record/calls", "A1"]["cells"] == {"id": "A1", "value": "10"}
    assert first.changes is None
    assert (
        change_summary(first.changes)
        == "This is the first edition: there is none before it to compare with."
    )


def test_an_edition_is_written_with_the_same_bytes_twice(project: Path, tmp_path: Path) -> None:
    """Two editions of one project are equal, file by file."""
    made = []
    for name in ("one", "two"):
        copy = Path(shutil.copytree(project, tmp_path / name))
        folder = make_edition(copy, DAY, findings=[finding("calls.all", 1, 1, 1)]).folder
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]


def _damage_about(folder: Path, **changes: object) -> None:
    path = folder / "edition.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (lambda f: (f / "findings.jsonl").write_text("{}\n"), "findings.jsonl changed"),
    "missing": (lambda f: (f / "rows.jsonl").unlink(), "found no rows.jsonl"),
    "foreign": (lambda f: (f / "more.txt").write_text("x"), "more.txt, which is no part"),
    "no about": (lambda f: (f / "edition.json").unlink(), "no such file"),
    "cut": (lambda f: (f / "edition.json").write_text('{"id": '), "broken JSON"),
    "empty": (lambda f: (f / "edition.json").write_text("{}"), "found no commit, contents"),
    "newer": (lambda f: _damage_about(f, format=2), "format 2, where this code reads 1"),
    "doi": (lambda f: _damage_about(f, doi="see the site"), "write the DOI of the deposit"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_edition_is_named_and_the_others_are_read(
    first: Edition, project: Path, name: str
) -> None:
    """Each kind of damage has a message of its own, and the sound edition stays readable."""
    make_edition(project, "2026-01-03", findings=[], parent=first)
    damage, words = DAMAGES[name]
    damage(first.folder)
    editions, faults = read_editions(project / "data/editions")
    assert [edition.id for edition in editions] == ["2026-01-03"]
    assert words in str(faults[0])
    assert f"data/editions/{DAY}" in str(faults[0])


def test_two_editions_of_one_id_are_refused(first: Edition, project: Path) -> None:
    """A copied folder is named with the id that it shares."""
    shutil.copytree(first.folder, first.folder.with_name(f"{DAY}-2"))
    shutil.copytree(first.folder, first.folder.with_name(f"{DAY} copy"))
    editions, faults = read_editions(project / "data/editions")
    assert [edition.id for edition in editions] == [DAY]
    assert f"found the id '{DAY}' in a folder named '{DAY}-2'" in str(faults[1])
    assert f"data/editions/{DAY} copy: found something that is no edition" in str(faults[0])


def test_a_missing_edition_before_is_named(first: Edition, project: Path) -> None:
    """The newer edition is read all the same, and holds what changed."""
    make_edition(project, "2026-01-03", findings=[], parent=first)
    shutil.rmtree(first.folder)
    (edition,), (fault,) = read_editions(project / "data/editions")
    assert "2026-01-03, which follows 2026-01-02, and no folder" in str(fault)
    assert edition.changes is not None


def test_a_kept_packet_that_the_older_edition_has_not_is_named(
    first: Edition, project: Path
) -> None:
    """An edition that keeps a packet with another hash than the older one has is a fault."""
    newer = make_edition(project, "2026-01-03", findings=[], parent=first)
    row = {"packet": "claim-A1.zip", "edition": DAY, "sha256": "a" * 64}
    (newer.folder / "kept_packets.jsonl").write_text(json.dumps(row) + "\n")
    _damage_about(newer.folder, contents=edition_contents(newer.folder))
    editions, (fault,) = read_editions(project / "data/editions")
    assert [edition.id for edition in editions] == [DAY, "2026-01-03"]
    assert f"claim-A1.zip with sha256 aaaaaaaaaaaa, in {DAY} none" in str(fault)


def test_leftovers_of_other_programs_are_no_damage(first: Edition, project: Path) -> None:
    """A hidden file of a file manager, and a folder that was never finished, are passed over."""
    (first.folder / ".DS_Store").write_text("x")
    (project / "data/editions/.2026-01-03.part").mkdir()
    assert [edition.id for edition in read_editions(project / "data/editions")[0]] == [DAY]


def test_no_folder_of_editions_is_no_edition(tmp_path: Path) -> None:
    """A project without editions has none, and no fault."""
    assert read_editions(tmp_path / "editions") == ([], [])


def test_a_third_edition_of_a_day_has_a_number() -> None:
    """Ids count on, beyond ten, too."""
    known = [DAY, *(f"{DAY}-{number}" for number in range(2, 11)), "2026-01-03"]
    assert next_id(DAY, known) == f"{DAY}-11"
    assert next_id("2026-01-04", known) == "2026-01-04"


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


def test_rows_are_added_corrected_edited_and_withdrawn(first: Edition, project: Path) -> None:
    """Each changed row has its kind, its cells and the reason that the corrections give."""
    _change(project)
    second = make_edition(project, "2026-01-03", findings=[], parent=first)
    rows = {row["key"]: row for row in changed_rows(first.rows, second.rows)}
    kinds = {key: row["kind"] for key, row in rows.items() if row["table"] == "record/calls"}
    assert kinds == {"A1": "corrected", "A2": "withdrawn", "A3": "edited", "A5": "added"}
    assert rows["A1"]["cells"] == {"value": ["10", "11"]}
    assert rows["A1"]["why"][0]["why"] == "digits exchanged"
    assert rows["A2"]["cells"] == {"id": "A2", "value": "20", "note": "two"}
    assert rows["A2"]["why"] == [{"column": "id", "why": "a rumour", "source": "S2"}]
    assert rows["A5"]["cells"] == {"id": "A5", "value": "50"}


def test_a_copy_is_compared_with_an_edition_and_has_a_hash(first: Edition, project: Path) -> None:
    """A copy that moved on lists what differs; the same files have the same hash."""
    before = source_files(project)
    _change(project)
    files = source_files(project)
    copy = present_copy(
        [finding("calls.all", 120, 110, 130)], [claim("C1", "holds"), claim("C2", "holds")], {},
        files=files, data=project / "data",
    )  # fmt: skip
    assert change_summary(edition_changes(first, copy)) == (
        f"Since edition {DAY}: 1 finding moved; 1 finding gone; 1 row added; 1 row corrected; "
        "1 row withdrawn; 1 row edited without a correction."
    )
    kept, moved = (copy_hash(part_ids(each)) for each in (before, files))
    assert kept == copy_hash(part_ids(before)) != moved


def test_a_summary_counts_what_changed(first: Edition, project: Path) -> None:
    """The sentence of an edition names each kind of change, and the edition before."""
    _change(project)
    findings = [finding("calls.all", 120, 110, 130)]
    claims = [claim("C1", "contradicted"), claim("C2", "holds")]
    second = make_edition(project, "2026-01-03", findings=findings, claims=claims, parent=first)
    assert change_summary(second.changes) == (
        f"Since edition {DAY}: 1 finding moved; 1 finding gone; 1 verdict changed; 1 row added; "
        "1 row corrected; 1 row withdrawn; 1 row edited without a correction."
    )
    third = make_edition(project, "2026-01-04", findings=findings, claims=claims, parent=second)
    assert change_summary(third.changes) == (
        "Since edition 2026-01-03: no finding, verdict or row differs from the edition before."
    )


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
    first: Edition,
    project: Path,
    tmp_path: Path,
    chosen: tuple[str, ...],
    expected: list[tuple[str, ...]],
) -> None:
    """One kind of change of rows is made, and the other rows are as in the older tree."""
    older = Path(shutil.copytree(project, tmp_path / "older"))
    _change(project)
    second = make_edition(project, "2026-01-03", findings=[], parent=first)
    kinds = {(row["table"], row["key"]): row["kind"] for row in second.changes["rows"]}  # type: ignore[index]
    made = mixed_tree(Trees(older, project, kinds), chosen, tmp_path / "mixed")
    _, rows = table_rows(made / "data/record/calls.csv")
    assert [tuple(row.values()) for row in rows.values()] == expected
    assert (made / "data/record/corrections.csv").is_file() == ("new data" in chosen)


def test_groups_are_those_in_which_something_changed(first: Edition, project: Path) -> None:
    """Rows, declarations, parameters, pages and code fall into groups of their own."""
    _change(project)
    for name in (
        "data/findings/x.csv",
        "notebooks/params/x.yml",
        "book/index.md",
        "data/sites/a.csv",
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("id\n")
    second = make_edition(project, "2026-01-03", findings=[], parent=first)
    assert groups_of(edition_changes(first, second), measured=False) == [
        "new data", "source corrections", "rows edited without a correction", "withdrawn rows",
        "declarations", "parameters", "other data",
    ]  # fmt: skip


def test_a_correction_says_how_wrong_and_since_when(first: Edition, project: Path) -> None:
    """Size, editions with the wrong cell, the edition of the correction, and what it moved."""
    _change(project)
    make_edition(project, "2026-01-03", findings=[], parent=first)
    editions, _ = read_editions(project / "data/editions")
    rows = list(table_rows(project / "data/record/corrections.csv")[1].values())
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
    first, second = correction_history(steps, [], delivered=frozenset(), delivered_on=DAY)
    assert (first.size, first.now, first.is_undone, first.is_return) == ("", "10", True, False)
    assert (second.now, second.is_superseded, second.is_return) == ("10", False, True)
    assert second.size == "too high by 2 (20 % of what it is)"
    steps[1]["new"] = "11"
    first, second = correction_history(steps, [], delivered=frozenset(), delivered_on=DAY)
    assert (first.size, first.now) == ("too low by 1 (9.1 % of what it is)", "11")
    assert (first.is_superseded, first.is_undone, second.is_return) == (True, False, False)


MADE_LATER = {"table": "calls", "row": "A3", "column": "value", "why": "a slip", "source": "S3"}
