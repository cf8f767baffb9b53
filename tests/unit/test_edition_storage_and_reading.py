"""Editions: kept as published, read again, and refused when damaged."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from skytally.core import DataError
from skytally.editions import Edition, change_summary, next_id, read_editions
from skytally.editions.edition_reading_and_hash_checks import edition_contents
from skytally.editions.edition_rows_and_hashes import row_hash
from skytally.editions.evidence_packet_merkle_log import packet_log
from skytally.editions.json_lines import read_json_lines, write_json_lines
from skytally.editions.software_hash_ids import entry_of, folder_id
from skytally.editions.source_file_hashes_and_swhids import source_files
from tests.support.made_up_editions import DAY, finding, make_edition


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


def test_an_edition_is_no_part_of_what_it_was_made_from(
    first_edition: Edition, small_project: Path
) -> None:
    """Neither editions nor stamps nor what is built change the identifiers of the sources."""
    before = [file.path for file in source_files(small_project)]
    for name in ("data/stamps/x", "data/scenes/x", "book/_build/x", "data/.lock", "skytally/x.pyc"):
        (small_project / name).parent.mkdir(parents=True, exist_ok=True)
        (small_project / name).write_text("x")
    assert before == ["data/record/calls.csv", "requirements.txt"]
    assert [file.path for file in source_files(small_project)] == before


def test_an_edition_is_kept_as_published(first_edition: Edition) -> None:
    """Findings, claims and rows are read as they were written."""
    assert first_edition.findings["calls.all"] == finding("calls.all", 100, 90, 110)
    assert first_edition.claims["C1"]["verdict"] == "holds"
    assert first_edition.rows["record/calls", "A1"]["cells"] == {"id": "A1", "value": "10"}
    assert first_edition.changes is None
    assert (
        change_summary(first_edition.changes)
        == "This is the first edition: there is none before it to compare with."
    )


def test_an_edition_is_written_with_the_same_bytes_twice(
    small_project: Path, tmp_path: Path
) -> None:
    """Two editions of one project are equal, file by file."""
    made = []
    for name in ("one", "two"):
        copy = Path(shutil.copytree(small_project, tmp_path / name))
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
    first_edition: Edition, small_project: Path, name: str
) -> None:
    """Each kind of damage has a message of its own, and the sound edition stays readable."""
    make_edition(small_project, "2026-01-03", findings=[], parent=first_edition)
    damage, words = DAMAGES[name]
    damage(first_edition.folder)
    editions, faults = read_editions(small_project / "data/editions")
    assert [edition.id for edition in editions] == ["2026-01-03"]
    assert words in str(faults[0])
    assert f"data/editions/{DAY}" in str(faults[0])


def test_two_editions_of_one_id_are_refused(first_edition: Edition, small_project: Path) -> None:
    """A copied folder is named with the id that it shares."""
    shutil.copytree(first_edition.folder, first_edition.folder.with_name(f"{DAY}-2"))
    shutil.copytree(first_edition.folder, first_edition.folder.with_name(f"{DAY} copy"))
    editions, faults = read_editions(small_project / "data/editions")
    assert [edition.id for edition in editions] == [DAY]
    assert f"found the id '{DAY}' in a folder named '{DAY}-2'" in str(faults[1])
    assert f"data/editions/{DAY} copy: found something that is no edition" in str(faults[0])


def test_a_missing_edition_before_is_named(first_edition: Edition, small_project: Path) -> None:
    """The newer edition is read all the same, and holds what changed."""
    make_edition(small_project, "2026-01-03", findings=[], parent=first_edition)
    shutil.rmtree(first_edition.folder)
    (edition,), (fault,) = read_editions(small_project / "data/editions")
    assert "2026-01-03, which follows 2026-01-02, and no folder" in str(fault)
    assert edition.changes is not None


def test_a_kept_packet_that_the_older_edition_has_not_is_named(
    first_edition: Edition, small_project: Path
) -> None:
    """An edition that keeps a packet with another hash than the older one has is a fault."""
    newer = make_edition(small_project, "2026-01-03", findings=[], parent=first_edition)
    log = packet_log(
        newer.id, {"claim-A1.zip": (b"", {})}, previous=None, record={},
        issued={"claim-A1.zip": DAY},
    )  # fmt: skip
    (newer.folder / "packet_log.txt").write_text(log)
    _damage_about(newer.folder, contents=edition_contents(newer.folder))
    editions, (fault,) = read_editions(small_project / "data/editions")
    assert [edition.id for edition in editions] == [DAY, "2026-01-03"]
    assert f"claim-A1.zip with sha256 e3b0c44298fc, in {DAY} none" in str(fault)


def test_leftovers_of_other_programs_are_no_damage(
    first_edition: Edition, small_project: Path
) -> None:
    """A hidden file of a file manager, and a folder that was never finished, are passed over."""
    (first_edition.folder / ".DS_Store").write_text("x")
    (small_project / "data/editions/.2026-01-03.part").mkdir()
    assert [edition.id for edition in read_editions(small_project / "data/editions")[0]] == [DAY]


def test_no_folder_of_editions_is_no_edition(tmp_path: Path) -> None:
    """A project without editions has none, and no fault."""
    assert read_editions(tmp_path / "editions") == ([], [])


def test_rows_have_their_hash_whether_it_was_stored_or_not(first_edition: Edition) -> None:
    """The first editions stored the hash of a row, which follows from its cells."""
    stored = read_json_lines(first_edition.folder / "rows.jsonl")
    assert {*stored[0]} == {"table", "key", "cells"}
    row = first_edition.rows["record/calls", "A1"]
    assert row["sha256"] == row_hash({"id": "A1", "value": "10"})
    path = first_edition.folder / "rows.jsonl"
    write_json_lines(path, [{**each, "sha256": "as stored"} for each in stored])
    assert {each["sha256"] for each in first_edition.rows.values()} == {"as stored"}


def test_a_third_edition_of_a_day_has_a_number() -> None:
    """Ids count on, beyond ten, too."""
    known = [DAY, *(f"{DAY}-{number}" for number in range(2, 11)), "2026-01-03"]
    assert next_id(DAY, known) == f"{DAY}-11"
    assert next_id("2026-01-04", known) == "2026-01-04"
