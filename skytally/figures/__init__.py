"""Marks and figures: each chart twice, interactive and static, from the same marks."""

from skytally.figures import live, static
from skytally.figures.marks import alt_text, bar_marks, lane_marks, marks, names_of
from skytally.figures.show import Shown, enable, show

__all__ = [
    "Shown",
    "alt_text",
    "bar_marks",
    "enable",
    "lane_marks",
    "live",
    "marks",
    "names_of",
    "show",
    "static",
]
