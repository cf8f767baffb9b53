"""The table of how long a saved file takes to show."""

from __future__ import annotations

from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.live_preview_delay_directive import SLUG, LivePreviewDelays
from tests.support.directives_without_page import bare


def test_every_kind_of_file_that_was_saved_is_shown() -> None:
    """One row a kind, with its seconds, the load of the machine and the day of the run."""
    table = results(SLUG)
    shown = bare(LivePreviewDelays).html()
    assert len(table) > 0
    for row in table.itertuples(index=False):
        assert row.saved in shown
        assert f"{row.seconds:.1f}" in shown
        assert f"{row.load:.1f}" in shown
    assert f"run on {table['date'].iloc[0]}" in shown
    assert "other work, too" in shown
