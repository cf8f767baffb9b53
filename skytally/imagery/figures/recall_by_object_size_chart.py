"""Charts of detection limits: how often objects of known size were found."""

from __future__ import annotations

import html

import pandas as pd

from skytally.core import number, slug_of
from skytally.figures import PageBlock, curves_chart, table_block
from skytally.imagery.figures.coverage_lane_drawing import no_chart
from skytally.imagery.pipeline import TARGET_RECALL

COLUMNS = {
    "size": "size", "contrast": "contrast", "looks": "looks", "found": "found",
    "something": "something, no number", "recall": "recall", "low": "low", "high": "high",
    "bias": "bias", "bias_low": "5 % of it", "bias_high": "95 % of it",
}  # fmt: skip
FALSE_ALARMS = "something found though nothing was put in"
"""Column of the false alarms, which only the row without an object has."""


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Everything tried, in words; where nothing was put in, false alarms and no recall."""
    shown = table[list(COLUMNS)].round(3).astype(object).where(table[list(COLUMNS)].notna(), "")
    shown = shown.assign(size=[number(size) for size in table["size"]])
    empty = table["size"] == 0
    alarms = table["found"] + table["something"]
    called = alarms.astype(str) + " of " + table["looks"].astype(str)
    shown.loc[empty, "size"] = "nothing put in"
    shown.loc[empty, ["found", "something", "recall"]] = ""
    return shown.rename(columns=COLUMNS).assign(**{FALSE_ALARMS: called.where(empty, "")})


def _points(table: pd.DataFrame) -> pd.DataFrame:
    """Points of each contrast, in the order of contrast and size."""
    drawn = table[table["size"] > 0].sort_values(["contrast", "size"])
    return pd.DataFrame(
        {
            "series": [f"contrast {contrast:+g}" for contrast in drawn["contrast"]],
            "x": drawn["size"],
            "y": drawn["recall"],
            "low": drawn["low"],
            "high": drawn["high"],
            "size": drawn["size"],
            "said": [
                f"{row.found} of {row.looks} found ({row.low:.2f} to {row.high:.2f})"
                for row in drawn.itertuples()
            ],
        }
    ).reset_index(drop=True)


def limits_chart(
    table: pd.DataFrame, *, title: str, xlabel: str, sentence: str, files: list[str] | None = None
) -> PageBlock:
    """Show a detection limit as one plain sentence, with the curve and the numbers behind it.

    Parameters
    ----------
    table : pandas.DataFrame
        From `skytally.imagery.pipeline.detection_limit_summaries.recall_table`; the row of size 0
        holds the images found occupied though nothing was injected.
    title : str
        What is measured, by which sensor.
    xlabel : str
        The axis of sizes, with its unit.
    sentence : str
        The limit in words.
    files : list of str or None
        Download files.

    Returns
    -------
    PageBlock
        Where any look was made up, the title begins with *Simulated*; a sentence where
        nothing was tried.
    """
    if table.empty:
        return no_chart(f"{title}: nothing was tried, so no limit is known.")
    simulated = bool(table["simulated"].any())
    heading = f"Simulated: {title}" if simulated else title
    caption = (
        f"{heading}. Share of images in which the thing drawn in was found, with 90 percent "
        "intervals; marks of one size stand side by side. Dashed: nine of ten."
    )
    name = slug_of(f"limits {heading}")
    chart = curves_chart(
        _points(table), name=name, title=heading, axes=(xlabel, "share of images in which found"),
        tips=[("size", "@size"), ("found", "@said")], alt=f"{caption} {sentence}",
        caption=caption, across=TARGET_RECALL, files=files,
    )  # fmt: skip
    numbers = table_block(
        _numbers(table),
        caption=f"{heading}: all sizes and contrasts tried", empty="Nothing was tried.",
    )  # fmt: skip
    block = (
        f'<section class="sk-card"><p><strong>{html.escape(heading)}.</strong> '
        f"{html.escape(sentence)}</p><details><summary>The curve and the numbers behind it"
        f"</summary>{chart.block}{numbers.block}</details></section>"
    )
    return PageBlock(block, f"{heading}. {sentence}")
