"""State of the live preview: which stage printed the site, and how long the last runs took."""

from __future__ import annotations

from pathlib import Path

from skytally.press.live_preview.preview_state import STAGE_KEY, current_stage, last_seconds


def test_a_stage_counts_only_for_the_site_printed_from_it(empty_project: Path) -> None:
    """After another build replaced the site, no single page is printed from the old stage."""
    assert current_stage() is None
    stage = empty_project / "book/_build/watch/stage-b"
    stage.mkdir(parents=True)
    (stage / STAGE_KEY).write_text("one", encoding="utf-8")
    state = empty_project / "book/_build/site.json"
    state.write_text('{"key": "one"}', encoding="utf-8")
    assert current_stage() == stage
    state.write_text('{"key": "two"}', encoding="utf-8")
    assert current_stage() is None


def test_seconds_of_the_last_runs_survive_a_damaged_file(empty_project: Path) -> None:
    """Where the seconds of last time cannot be read, none are known."""
    path = empty_project / "book/_build/watch/seconds.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"rail-counts": 8.1}', encoding="utf-8")
    assert last_seconds() == {"rail-counts": 8.1}
    path.write_text("{", encoding="utf-8")
    assert last_seconds() == {}
