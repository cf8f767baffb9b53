"""One stacked bar of claims by verdict, with words and counts at its segments."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skytally.core import chart_style as style, number
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, picture, sentence

WIDTH_IN = 3.75
"""Width of the picture, inches: its letters are 11 pixels high where it is 350 pixels wide."""
ROW_IN, BAR_IN = 0.19, 0.023
"""Least height of the words of a segment, and height of the bar for each claim, inches."""
LEAST_IN = 1.1
"""Least height of the bar, inches."""
BAR = 0.12
"""Width of the bar, as a share of the picture."""
TITLE_LETTERS = 42
"""Letters in a line of the title."""


def _word_heights(middles: Sequence[float], step: float, top: float) -> list[float]:
    """Heights of the words, from the top down: at their segments, but never closer than a step."""
    heights: list[float] = []
    for middle in middles:
        heights.append(max(middle, heights[-1] + step if heights else 0.0))
    ceiling = top
    for i in reversed(range(len(heights))):
        heights[i] = min(heights[i], ceiling)
        ceiling = heights[i] - step
    return heights


def _segments(
    axes: Axes, counts: Mapping[str, int], colours: Mapping[str, str], step: float
) -> None:
    middles, start = [], 0.0
    for word, count in counts.items():
        axes.bar(
            BAR / 2, count, BAR, bottom=start, color=colours[word], edgecolor=style.INK, lw=0.6
        )
        middles.append(start + count / 2)
        start += count
    heights = _word_heights(middles, step, start - step / 2)
    for (word, count), middle, height in zip(counts.items(), middles, heights, strict=True):
        axes.plot([BAR, BAR + 0.04, BAR + 0.055], [middle, height, height], color=style.INK, lw=0.6)
        axes.text(
            BAR + 0.07, height, f"{number(count)} {word}", va="center", fontsize=style.TEXT_PT,
            color=style.TEXT,
        )  # fmt: skip


def verdict_bar(
    counts: Mapping[str, int],
    colours: Mapping[str, str],
    *,
    name: str,
    title: str,
    caption: str,
    source_line: str,
) -> PageBlock:
    """Bar of claims by verdict, from the top down in the order of `counts`.

    Parameters
    ----------
    counts : mapping of str to int
        Number of claims under each verdict; those without a claim are left out.
    colours : mapping of str to str
        Colour of each verdict.
    name : str
        Anchor of the picture.
    title, caption : str
        What the picture shows, in it and under it.
    source_line : str
        Title, edition and licence of the book, written into the picture.

    Returns
    -------
    PageBlock
        A sentence where there is no claim.
    """
    shown = {word: count for word, count in counts.items() if count}
    if not shown:
        return sentence("There is no claim yet.", name=name)
    total = sum(shown.values())
    height = max(LEAST_IN, BAR_IN * total, ROW_IN * len(shown))
    with mpl.rc_context(style.MPL_RC):
        figure = Figure(figsize=(WIDTH_IN, height + 0.7), layout="constrained")
        axes = figure.subplots()
        _segments(axes, shown, colours, total * ROW_IN / height)
        axes.set(xlim=(0, 1), ylim=(total, 0), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.grid(visible=False)
        words = textwrap.fill(title, TITLE_LETTERS)
        figure.suptitle(words, x=0.01, ha="left", fontsize=style.TITLE_PT, fontweight="bold")
        figure.supxlabel(source_line, fontsize=style.SMALL_PT, color=style.SOFT_TEXT)
    listed = "; ".join(f"{number(count)} {word}" for word, count in shown.items())
    return picture(figure, name=name, alt=f"{title}. {listed}.", caption=caption)
