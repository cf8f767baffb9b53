"""Charts of rows with dots: placed apart, described in words, plain where there is nothing."""

from __future__ import annotations

import pandas as pd
import pytest

from skytally.figures.chart_and_sentence_html_blocks import PageBlock
from skytally.figures.grouped_dot_plots import dots_chart

LONG = "an observation that needs more than one line of a narrow chart to be read in full"


def points() -> pd.DataFrame:
    """Make two rows of two dots each."""
    return pd.DataFrame(
        {
            "row": [LONG, LONG, "short", "short"],
            "series": ["one way", "another", "one way", "another"],
            "x": [2.0, 1.5, 0.5, 1.0],
            "low": [1.0, 1.0, 0.5, 1.0],
            "high": [2.0, 1.5, 1.0, 1.0],
            "said": ["twice", "half as much again", "half", "even"],
        }
    )


def drawn(table: pd.DataFrame, *, log: bool = False) -> PageBlock:
    """Draw a chart of the table."""
    return dots_chart(
        table, name="dots", axis="ratio", ends=(0.25, 4.0), across=1.0, caption="Some ratios.",
        empty="Nothing was weighed yet.", kinds=("observation", "way"), log=log,
    )  # fmt: skip


@pytest.mark.parametrize("log", [False, True])
def test_every_dot_is_drawn_and_said(log: bool) -> None:
    """The words of the chart hold every row, series and value, in the order of the table."""
    shown = drawn(points(), log=log)
    words = shown._repr_mimebundle_()["text/plain"]
    assert words == (
        f"Some ratios. {LONG}, one way: twice; {LONG}, another: half as much again; "
        "short, one way: half; short, another: even."
    )
    assert shown.block.count('id="dots"') == 1
    assert "Some ratios." in shown.block


def test_the_same_dots_give_the_same_bytes() -> None:
    """A chart depends on its table only."""
    assert drawn(points()).block == drawn(points()).block


def test_a_chart_without_dots_is_a_sentence() -> None:
    """No empty axes."""
    assert "Nothing was weighed yet." in drawn(points().head(0)).block
