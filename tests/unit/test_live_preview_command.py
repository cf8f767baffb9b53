"""``make watch`` refuses a port that is none, and a second watch of one folder."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from skytally.press import live_preview_command


@pytest.mark.parametrize("port", ["no", "-1", "65536", "8 000", "٨٠٠٠"])
def test_watch_refuses_a_port_that_is_none(
    empty_project: Path, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port is a number that a port can have; the message says what was found."""
    assert live_preview_command.main([f"--port={port}"]) == 1
    assert f"PORT: found {port!r}; write a number" in capsys.readouterr().err


def test_a_second_watch_of_a_folder_is_refused(
    empty_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """While one watch follows a folder, another says so and ends."""
    folder = empty_project / "book/_build/watch"
    folder.mkdir(parents=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert live_preview_command.main(["--port=0"]) == 1
    assert "another make watch follows this folder" in capsys.readouterr().err
