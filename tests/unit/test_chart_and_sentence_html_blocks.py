"""Blocks of pages: what a chart needs, its downloads, its scripts, one sentence instead."""

from __future__ import annotations

import html

import holoviews as hv
import pytest
from matplotlib.figure import Figure

from skytally.figures.chart_and_sentence_html_blocks import (
    IN_BOOK,
    bokeh_scripts,
    enable,
    sentence,
    show,
)
from tests.support.parsed_charts import NASTY, tags


def test_show_refuses_a_chart_that_needs_a_kernel() -> None:
    """A slider on a page without a kernel would move nothing."""
    chart = hv.HoloMap({i: hv.Points([(i, i)]) for i in range(2)})
    with pytest.raises(TypeError, match="needs a kernel behind its slider"):
        show(chart, Figure(), name="a", alt="b", caption="c")


def test_show_links_its_downloads() -> None:
    """The CSV stands first, the netCDF files fold away, and names are text."""
    shown = show(
        hv.Overlay([hv.Points([(0, 0)])]),
        Figure(),
        name="a",
        alt="b",
        caption="c",
        files=["a.csv", "a.one.nc", "a.two.nc"],
    )
    links = [given["href"] for tag, given in tags(shown.block) if tag == "a"]
    assert links == ["../data/a.csv", "../data/a.one.nc", "../data/a.two.nc"]
    assert "<summary>2 netCDF files, one for each line</summary>" in shown.block


def test_enable_brings_the_scripts_only_outside_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a live notebook the scripts come from the installed package; a page has them already."""
    monkeypatch.setenv(IN_BOOK, "1")
    assert enable() is None
    monkeypatch.delenv(IN_BOOK)
    shown = enable()
    assert shown is not None
    assert len(shown.block) > sum(path.stat().st_size for path in bokeh_scripts()) * 0.9
    assert shown.block.count("</script") == 1
    assert " src=" not in shown.block.partition(">")[0]


def test_sentence_is_text_at_the_address_of_its_chart() -> None:
    """Words that look like code stay words, and without a name there is no anchor."""
    shown = sentence(NASTY, name="timeline")
    assert shown.text == NASTY
    assert tags(shown.block) == [("p", {"class": "sk-nothing", "id": "timeline"})]
    assert html.escape(NASTY) in shown.block
    assert tags(sentence("Nothing.").block) == [("p", {"class": "sk-nothing"})]
