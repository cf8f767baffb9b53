"""Colours, marks, patterns and sizes that all charts share, whichever library draws them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from skytally.core import evidence_line_name_constants as n

SERIES_COLOURS = (
    "#0072b2", "#b24700", "#00735c", "#a2417f", "#5b5b5b", "#8a5a00", "#3d3d9e", "#7a0019",
)  # fmt: skip
"""At least 3:1 on white; distinguishable with the common colour-vision deficiencies."""
BOKEH_MARKERS = ("circle", "square", "diamond", "hex", "star", "plus")
"""Markers of the series of an interactive chart: they tell series apart and mean nothing else."""
MPL_MARKERS = ("o", "s", "D", "h", "*", "P")
"""The same markers for Matplotlib."""
MARKER_AREAS: Mapping[str, float] = MappingProxyType(
    {"diamond": 1.9, "star": 2.4, "plus": 1.7, "D": 1.0, "*": 2.4, "P": 1.5}
)
"""Area of the markers that look smaller than the others at one size, as a multiple of it."""
MARKER_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "triangle": "a lower bound: at least as many, or an open end",
        "inverted_triangle": "an upper bound: at most as many",
        "x": "an image that could not tell, or something seen without a number",
    }
)
"""Bokeh markers that mean the same in every chart, so that no series may have them."""
UNLISTED_COUNTERS = ("#5b5b5b", "#2b2b2b", "#747474")
"""Greys of counters to which ``data/charts/counter_labels.csv`` gives no colour."""
SEVERAL_COUNTERS = "#3a3a3a"
"""Marks of a lane in which more than one counter speaks, or none."""
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
VERDICT_COLOURS = (
    "#0072b2", "#6bb0d8", "#c9e3f2", "#e8b25c", "#b24700", "#7a0019", "#c4c4c4", "#ececec",
)  # fmt: skip
"""Verdicts in the order of their list, from *holds* to *cannot be tested*; words stand beside."""
INSTRUMENT_BREAK = SERIES_COLOURS[7]
"""Days on which an instrument changed."""
PALE_COLOURS = ("#dbe9f5", "#f4cbb3", "#d9ebe6", "#f0dbe8", "#e4e4e4")
"""Fills of boxes whose edges have the first colours of `SERIES_COLOURS`."""
FAINT, PALE_GREY, EDGE_GREY = "#f1f1f1", "#b3b3b3", "#8a8a8a"
"""Grounds and edges of boxes that stand back."""

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

WIDTH_IN = 3.75
"""Width of a static chart, inches: shown 350 pixels wide, its letters are 11 pixels high."""
TEXT_PT, SMALL_PT, TITLE_PT = 9, 8.5, 10
"""Sizes of letters, points: axes and names; words at marks, legends and sources; titles."""
RASTER_DPI = 160
"""Resolution of a static chart's parts that are stored as pixels, dots an inch."""
MPL_RC: Any = MappingProxyType(
    {
        "svg.hashsalt": "skytally",
        "svg.fonttype": "none",
        "text.parse_math": False,
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

    For series that are no counters, such as methods: `skytally.figures.series_styling` styles
    those. A colour that comes again has another marker: 48 pairs differ.
    """
    times, colour = divmod(number, len(SERIES_COLOURS))
    marker = (colour + times) % len(BOKEH_MARKERS)
    return SERIES_COLOURS[colour], BOKEH_MARKERS[marker], MPL_MARKERS[marker]
