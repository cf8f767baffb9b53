"""``make watch`` refuses a port that is none, and a second watch of one folder."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from skytally.press import live_preview_command
from skytally.press.live_preview.preview_state import STAGE_KEY, current_stage, last_seconds


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project without anything in it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/registry.toml").touch()
    monkeypatch.setenv("SKYTALLY_PROJECT", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("port", ["no", "-1", "65536", "8 000", "٨٠٠٠"])
def test_watch_refuses_a_port_that_is_none(
    project: Path, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port is a number that a port can have; the message says what was found."""
    assert live_preview_command.main([f"--port={port}"]) == 1
    assert f"PORT: found {port!r}; write a number" in capsys.readouterr().err


def test_a_second_watch_of_a_folder_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """While one watch follows a folder, another says so and ends."""
    folder = project / "book/_build/watch"
    folder.mkdir(parents=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert live_preview_command.main(["--port=0"]) == 1
    assert "another make watch follows this folder" in capsys.readouterr().err


def test_a_stage_counts_only_for_the_site_printed_from_it(project: Path) -> None:
    """After another build replaced the site, no single page is printed from the old stage."""
    assert current_stage() is None
    stage = project / "book/_build/watch/stage-b"
    stage.mkdir(parents=True)
    (stage / STAGE_KEY).write_text("one", encoding="utf-8")
    state = project / "book/_build/site.json"
    state.write_text('{"key": "one"}', encoding="utf-8")
    assert current_stage() == stage
    state.write_text('{"key": "two"}', encoding="utf-8")
    assert current_stage() is None


def test_seconds_of_the_last_runs_survive_a_damaged_file(project: Path) -> None:
    """Where the seconds of last time cannot be read, none are known."""
    path = project / "book/_build/watch/seconds.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"rail-counts": 8.1}', encoding="utf-8")
    assert last_seconds() == {"rail-counts": 8.1}
    path.write_text("{", encoding="utf-8")
    assert last_seconds() == {}
