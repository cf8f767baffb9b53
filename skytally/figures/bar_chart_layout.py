"""Layout of a chart of bars: heights of rows, words over each bar, and which are filled."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import pandas as pd

from skytally.core import evidence_line_name_constants as n

BAR_LETTERS = 46
"""Letters in a line over a bar: as many as a chart of 400 pixels has room for."""
BAR, BAR_LINE, BAR_GAP = 16.0, 14.5, 5.0
"""Thickness of a bar, height of a line over it and space between rows, pixels."""
FILLED, DOTTED, HOLLOW = "filled", "dotted", "hollow"
"""Bars of time: seen or stated, could not tell or gave no number, looked and saw nothing."""


@dataclass(frozen=True)
class BarLayout:
    """Rows of a chart of bars: one unit a row, each bar under its words."""

    row: float
    """Height of a row, pixels."""
    half: float
    """Half the thickness of a bar, as a share of a row."""
    bar: float
    """Middle of a bar below the middle of its row, as a share of a row."""
    words: tuple[str, ...]
    """Words over each bar, in lines."""


def bar_layout(table: pd.DataFrame) -> BarLayout:
    """Heights of the rows of `bar_marks`, with room for the longest words."""
    words = [
        textwrap.fill(f"{label}: {said}", BAR_LETTERS)
        for label, said in zip(table["label"], table["said"], strict=True)
    ]
    lines = 1 + max(text.count("\n") for text in words)
    row = BAR + BAR_LINE * lines + 2 * BAR_GAP
    return BarLayout(row, BAR / 2 / row, 0.5 - (BAR_GAP + BAR / 2) / row, tuple(words))


def bar_looks(table: pd.DataFrame) -> pd.Series:
    """Name the look of the bar of each mark, should its interval be drawn as one."""
    looks = pd.Series(FILLED, index=table.index)
    unnumbered = table["y"].isna() & table["lo"].isna() if "y" in table and "lo" in table else False
    looks[(table["state"] == n.UNCLEAR) | unnumbered] = DOTTED
    looks[table["state"] == n.NOTHING_SEEN] = HOLLOW
    return looks
