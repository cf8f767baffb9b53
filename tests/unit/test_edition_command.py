"""``make edition`` refuses what it cannot freeze, says why, and writes nothing then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skytally.core import DataError
from skytally.press import edition_command, git_commit_and_tree, site_size
from skytally.press.edition_command import main, make_edition
from tests.support.made_up_editions import make_edition as write_edition, write_project
from tests.support.made_up_repository import commit_all


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with one edition, in no repository."""
    folder = write_project(tmp_path / "project", [("A1", "10", "")])
    (folder / "data/registry.toml").write_text("")
    (folder / "notebooks").mkdir()
    write_edition(folder, "2026-01-03", findings=[])
    monkeypatch.setenv("SKYTALLY_PROJECT", str(folder))
    return folder


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("", "this folder has no git history .* make edition DATE=2026-11-29"),
        ("yesterday", "DATE: found 'yesterday'; write a day such as 2026-11-29"),
        ("2026-1-4", "DATE: found '2026-1-4'"),
        ("20260104", "DATE: found '20260104'"),
        ("2026-02-30", "DATE: found '2026-02-30'"),
        ("../../2026", r"DATE: found '\.\./\.\./2026'"),
        ("2026-01-02", "DATE: found 2026-01-02, but edition 2026-01-03 is newer"),
        ("2026-01-03", "found no site printed from what lies here now; run make book"),
    ],
)
def test_a_day_that_cannot_be_is_refused(project: Path, day: str, words: str) -> None:
    """Each message says what was found and what to write; no folder is left behind."""
    with pytest.raises(DataError, match=words):
        make_edition(day)
    assert [path.name for path in (project / "data/editions").iterdir()] == ["2026-01-03"]


def test_a_damaged_edition_stops_the_next(project: Path) -> None:
    """Nothing follows an edition that is not as it was published."""
    (project / "data/editions/2026-01-03/rows.jsonl").write_text("")
    with pytest.raises(DataError, match=r"editions: 1 fault\n.*rows.jsonl changed .* restore it"):
        make_edition("2026-01-04")


def test_a_tree_with_changes_is_refused(project: Path) -> None:
    """Changed and new files are named; ignored ones are no change."""
    (project / ".gitignore").write_text("ignored\n")
    commit_all(project)
    assert git_commit_and_tree.changed_since_commit(project) == []
    (project / "ignored").write_text("x")
    (project / "requirements.txt").write_text("changed\n")
    (project / "data/new file.csv").write_text("x\n")
    words = r"found changes that no commit holds \(data/new file\.csv, requirements\.txt\)"
    with pytest.raises(DataError, match=words):
        make_edition("")


@pytest.mark.parametrize("written", [0, 900])
def test_a_site_without_room_gets_no_edition(
    project: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """A full site is told before anything is written, one that would be before it is kept."""
    site = project / "book/_build/html"
    site.mkdir(parents=True)
    (site / "cards.json").write_bytes(b"x" * (200 if written else 2000))

    def write(folder: Path, about: dict[str, Any], *_: object) -> None:
        (folder / "findings.jsonl").write_bytes(b"x" * written)
        edition_command._check_size(folder, about["id"])

    monkeypatch.setattr(site_size, "LARGEST_SITE", 1000)
    monkeypatch.setattr(edition_command, "_check_state", lambda *_: None)
    monkeypatch.setattr(edition_command, "_details", lambda identifier, *_: {"id": identifier})
    monkeypatch.setattr(edition_command, "_write", write)
    with pytest.raises(DataError, match=r"the site: found .* 2026-01-04 would add .* cards\.json"):
        make_edition("2026-01-04")
    assert [path.name for path in (project / "data/editions").iterdir()] == ["2026-01-03"]


def test_the_command_says_that_no_edition_was_made(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is that of a failure, and one message says what to do."""
    assert main(["--date=soon"]) == 1
    shown = capsys.readouterr().err
    assert shown == "DATE: found 'soon'; write a day such as 2026-11-29\nno edition was made\n"
