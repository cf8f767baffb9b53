"""Detection limits, drawn: how often things of known size were found, and the sentence of it."""

from __future__ import annotations

import html

import pandas as pd

from skytally.core.wording import number, slug_of
from skytally.figures.embed import Shown
from skytally.figures.html_tables import table_shown
from skytally.figures.rate_curves import curves_chart
from skytally.imagery.figures.timeline_boxes import nothing_to_draw
from skytally.imagery.pipeline.detection_limits import WANTED

COLUMNS = {
    "size": "size", "contrast": "contrast", "looks": "looks", "found": "found",
    "something": "something, no number", "recall": "recall", "low": "low", "high": "high",
    "bias": "bias", "bias_low": "5 % of it", "bias_high": "95 % of it",
}  # fmt: skip


def _points(table: pd.DataFrame) -> pd.DataFrame:
    """Give the marks of each contrast, in the order of contrast and size."""
    tried = table[table["size"] > 0].sort_values(["contrast", "size"])
    return pd.DataFrame(
        {
            "series": [f"contrast {each:+g}" for each in tried["contrast"]],
            "x": tried["size"],
            "y": tried["recall"],
            "low": tried["low"],
            "high": tried["high"],
            "size": tried["size"],
            "said": [
                f"{row.found} of {row.looks} found ({row.low:.2f} to {row.high:.2f})"
                for row in tried.itertuples()
            ],
        }
    ).reset_index(drop=True)


def limits_chart(
    table: pd.DataFrame, *, title: str, xlabel: str, sentence: str, files: list[str] | None = None
) -> Shown:
    """Show a detection limit: one plain sentence, and the curve and the numbers behind it.

    Parameters
    ----------
    table : pandas.DataFrame
        From `skytally.imagery.pipeline.detection_limits.limits`; the row of size 0 holds the looks called occupied with
        nothing put in.
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
    Shown
        Where any look was made up, the title begins with *Simulated*; a sentence where
        nothing was tried.
    """
    if table.empty:
        return nothing_to_draw(f"{title}: nothing was tried, so no limit is known.")
    simulated = bool(table["simulated"].any())
    heading = f"Simulated: {title}" if simulated else title
    caption = (
        f"{heading}. Share of looks in which what was put in was found, with 90 percent intervals; "
        "marks of one size stand side by side. Dashed: nine of ten."
    )
    name = slug_of(f"limits {heading}")
    chart = curves_chart(
        _points(table), name=name, title=heading, axes=(xlabel, "share of looks in which found"),
        tips=[("size", "@size"), ("found", "@said")], alt=f"{caption} {sentence}",
        caption=caption, across=WANTED, files=files,
    )  # fmt: skip
    sizes = [number(each) for each in table["size"]]
    shown = table[list(COLUMNS)].round(3).assign(size=sizes).rename(columns=COLUMNS).astype(object)
    numbers = table_shown(
        shown.where(table[list(COLUMNS)].notna().to_numpy(), ""),
        caption=f"{heading}: all sizes and contrasts tried", empty="Nothing was tried.",
    )  # fmt: skip
    block = (
        f'<section class="sk-card"><p><strong>{html.escape(heading)}.</strong> '
        f"{html.escape(sentence)}</p><details><summary>The curve and the numbers behind it"
        f"</summary>{chart.block}{numbers.block}</details></section>"
    )
    return Shown(block, f"{heading}. {sentence}")
