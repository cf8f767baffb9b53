"""Picture that a link to the book is shown with: its title, one total, the state of the record."""

from __future__ import annotations

import io
import textwrap
import warnings

import matplotlib as mpl
from matplotlib.figure import Figure

from skytally.core import chart_style as style
from skytally.figures.matplotlib_charts import with_letter_fonts

PREVIEW_SIZE = (1200, 630)
"""Width and height, pixels: those that services ask for."""
DPI = 100
LEFT = 0.06
"""Where words begin, as a share of the width."""
TITLE_PT, NUMBER_PT, WORDS_PT, FOOT_PT = 46, 40, 22, 17
"""Sizes of letters, points."""
NUMBER_LETTERS, LINE_LETTERS, LINES = 34, 66, 4
"""Letters of a line of the number and of the sentence, and lines of the sentence."""


def preview_picture(*, title: str, number: str, sentence: str, foot: str) -> bytes:
    """Draw the picture.

    Parameters
    ----------
    title : str
        Title of the book.
    number : str
        One number with its bound and unit; may be empty.
    sentence : str
        What the number counts; may be empty. One that is too long ends in an ellipsis.
    foot : str
        State of the record, licence.

    Returns
    -------
    bytes
        A PNG file, the same for the same words.
    """
    with mpl.rc_context(style.MPL_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(
            figsize=(PREVIEW_SIZE[0] / DPI, PREVIEW_SIZE[1] / DPI), dpi=DPI, facecolor=style.WHITE
        )
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.axvspan(0, 0.022, color=style.SITE_MARK, lw=0)
        lines = textwrap.wrap(sentence, LINE_LETTERS, max_lines=LINES, placeholder=" …")
        for y, words, size, colour, weight in (
            (0.90, textwrap.shorten(title, 40, placeholder=" …"), TITLE_PT, style.INK, "bold"),
            (0.66, textwrap.fill(number, NUMBER_LETTERS), NUMBER_PT, style.SITE_MARK, "bold"),
            (0.50, "\n".join(lines), WORDS_PT, style.TEXT, "normal"),
            (0.11, foot, FOOT_PT, style.SOFT_TEXT, "normal"),
        ):
            axes.text(
                LEFT, y, words, fontsize=size, color=colour, fontweight=weight, va="top",
                linespacing=1.3, parse_math=False,
            )  # fmt: skip
        with_letter_fonts(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()
