"""Colours, marks, patterns and sizes that all charts share, whichever library draws them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from skytally.core import names as n

SERIES_COLOURS = (
    "#0072b2", "#b24700", "#00735c", "#a2417f", "#5b5b5b", "#8a5a00", "#3d3d9e", "#7a0019",
)  # fmt: skip
"""At least 3:1 on white; distinguishable with the common colour-vision deficiencies."""
BOKEH_MARKERS = ("circle", "square", "diamond", "hex", "star", "plus", "inverted_triangle", "cross")
"""Marker of each series in an interactive chart, in the order of `SERIES_COLOURS`."""
MPL_MARKERS = ("o", "s", "D", "h", "*", "P", "v", "X")
"""The same markers for Matplotlib."""
STATE_MARKERS: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {
        n.COUNTED: ("circle", True),
        n.SOMETHING_SEEN: ("circle", True),
        n.STATED: ("circle", True),
        n.NOTHING_SEEN: ("circle", False),
        n.UNCLEAR: ("x", False),
    }
)
"""Bokeh marker and whether it is filled, by state; any other word is a filled circle."""
LINE_STYLES = ("solid", "dashed", "dotted", "dashdot")
"""Line of each curve; both libraries know these words."""

WHITE = "#ffffff"
INK = "#111111"
"""Bars of intervals, ticks and scale bars."""
TEXT = "#222222"
SOFT_TEXT = "#3a3a3a"
REFERENCE_GREY = "#5b5b5b"
"""Bands and lines with which marks are compared; drawn translucent where they cover an area."""
GRID = "#e6e6e6"
LANE_RULE = "#dddddd"
LAND, SEA, COAST = "#e9e4d8", "#f4f8fb", "#8c8471"
STATE = "#f7eecb"
"""Ground of a state that a map sets apart."""
SEA_NAME = "#2f6690"
PLAN_LAND = "#f3f1ea"
"""Ground of a plan without a picture under its outlines."""
SITE_MARK = SERIES_COLOURS[1]
COUNTED_TOTAL, CLAIMED_TOTAL = SERIES_COLOURS[0], SERIES_COLOURS[4]
"""Totals read off images, and totals stated by officials."""
VERDICT_COLOURS = (
    "#0072b2", "#6bb0d8", "#c9e3f2", "#e8b25c", "#b24700", "#7a0019", "#c4c4c4", "#ececec",
)  # fmt: skip
"""Verdicts in the order of their list, from *holds* to *cannot be tested*; words stand beside."""
INSTRUMENT_BREAK = SERIES_COLOURS[7]
"""Days on which an instrument changed."""
GRAPH_EDGE, GRAPH_BOX = "#767676", "#595959"

BoxStyle = tuple[str, str, str]
"""Fill, edge and pattern of a box, the pattern a key of `BOKEH_PATTERNS`."""
BOKEH_PATTERNS = MappingProxyType(
    {
        "x": "diagonal_cross",
        "/": "right_diagonal_line",
        "-": "horizontal_line",
        "|": "vertical_line",
        "+": "cross",
    }
)
"""Patterns of lines only: one of circles takes more room in a page than all the boxes."""
MPL_PATTERNS = MappingProxyType({"x": "xx", "/": "//", "-": "---", "|": "|||", "+": "++", "": ""})

WIDTH_IN = 8.6
"""Width of a static chart, inches."""
TEXT_PT, LABEL_PT, SMALL_PT, TITLE_PT = 9, 8, 7, 10
"""Sizes of letters, points: axes; words at marks and legends; crowded lanes; titles."""
RASTER_DPI = 160
"""Resolution of a static chart's parts that are stored as pixels, dots an inch."""
MPL_RC: Any = MappingProxyType(
    {
        "svg.hashsalt": "skytally",
        "svg.fonttype": "none",
        "font.size": TEXT_PT,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": GRID,
        "axes.axisbelow": True,
    }
)
"""Settings of Matplotlib for every static chart."""


def series_style(number: int) -> tuple[str, str, str]:
    """Colour, Bokeh marker and Matplotlib marker of a series by its number, from 0.

    A colour that comes again has another marker: 64 pairs differ.
    """
    times, colour = divmod(number, len(SERIES_COLOURS))
    marker = (colour + times) % len(BOKEH_MARKERS)
    return SERIES_COLOURS[colour], BOKEH_MARKERS[marker], MPL_MARKERS[marker]
