"""The look of all charts: contrast of the colours, markers that differ, patterns for both."""

from __future__ import annotations

import pytest

from skytally.core.chart_style import (
    BOKEH_MARKERS,
    BOKEH_PATTERNS,
    MARKER_MEANINGS,
    MPL_MARKERS,
    MPL_PATTERNS,
    SERIES_COLOURS,
    series_style,
)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", SERIES_COLOURS)
def test_colours_stand_out_on_white(colour: str) -> None:
    """Marks have at least 3:1 against the background, as WCAG 2.1 asks of graphics."""
    assert 1.05 / (_luminance(colour) + 0.05) >= 3


def test_markers_tell_series_apart_without_colour() -> None:
    """Both figures have as many marks, and none that means the same in every chart."""
    assert len(set(BOKEH_MARKERS)) == len(set(MPL_MARKERS)) == 6
    assert not set(BOKEH_MARKERS) & set(MARKER_MEANINGS)


def test_series_style_gives_a_colour_another_marker_when_it_comes_again() -> None:
    """Colour and marker together tell 48 series apart; one more is drawn, never refused."""
    assert series_style(0) == (SERIES_COLOURS[0], BOKEH_MARKERS[0], MPL_MARKERS[0])
    assert series_style(8) == (SERIES_COLOURS[0], BOKEH_MARKERS[1], MPL_MARKERS[1])
    styles = [series_style(number) for number in range(48)]
    assert len({(colour, live) for colour, live, _ in styles}) == 48
    assert len({(colour, static) for colour, _, static in styles}) == 48
    assert series_style(48) == series_style(0)


def test_both_libraries_know_every_pattern() -> None:
    """A pattern of the interactive chart has its counterpart in the static one."""
    assert set(MPL_PATTERNS) - set(BOKEH_PATTERNS) == {""}
