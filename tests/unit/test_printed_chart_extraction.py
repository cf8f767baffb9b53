"""Charts as packets find them on printed pages."""

from __future__ import annotations

from pathlib import Path

from skytally.editions.printed_chart_extraction import printed_charts
from tests.support.edition_packets_and_tampering import PICTURE, made_up_site


def test_printed_charts_reads_title_picture_and_table(tmp_path: Path) -> None:
    """A chart has its title, caption without links, picture, table and the rows in it."""
    site = made_up_site(tmp_path / "site")
    (site / "editions").mkdir()
    (site / "editions/2026.html").write_text((site / "lines/rail-counts.html").read_text())
    charts = list(printed_charts(site))
    assert len(charts) == 1
    chart = charts[0]
    assert (chart.id, chart.address) == (
        "rail-counts.railcars", "lines/rail-counts.html#railcars"
    )  # fmt: skip
    assert (chart.title, chart.caption, chart.words) == (
        "Counted: 20", "A chart made up for the tests", "made-up chart"
    )  # fmt: skip
    assert chart.picture == PICTURE
    assert chart.findings == ("rail-counts.baseline",)
    assert chart.rows == ["R031", "R056"]
