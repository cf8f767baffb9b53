"""Chart of the longest periods without a usable image."""

from __future__ import annotations

import holoviews as hv
import matplotlib as mpl
import numpy as np
import pandas as pd

from skytally.core import chart_style as style, day, number
from skytally.figures import PageBlock, show
from skytally.imagery.acquire import rehearsal_marked
from skytally.imagery.figures.coverage_lane_drawing import (
    add_legend,
    bokeh_labels,
    bokeh_lanes,
    draw_boxes,
    first_sites,
    lane_heights,
    lane_name,
    mpl_lanes,
    no_chart,
)
from skytally.imagery.figures.sensor_break_marks import breaks_text, numbered_breaks

SEARCHED, PARTLY_SEARCHED = "searched throughout", "in part not searched"
STYLES = {
    SEARCHED: (style.REFERENCE_GREY, style.SOFT_TEXT, ""),
    PARTLY_SEARCHED: (style.WHITE, style.REFERENCE_GREY, "/"),
}
TIPS = [("site", "@lane"), ("dates", "@when"), ("blind for", "@said"), ("not searched", "@why")]


def _lengths(axes: mpl.axes.Axes, spans: pd.DataFrame) -> hv.Labels:
    """Write the length of the longest gap of each lane beside it."""
    longest = spans.loc[spans.groupby("lane", sort=False)["days"].idxmax()]
    words = longest.assign(
        x=longest["x1"], y=(longest["y0"] + longest["y1"]) / 2, text=" " + longest["said"]
    )
    for row in words.itertuples():
        axes.text(row.x, row.y, row.text, fontsize=style.SMALL_PT, va="center", clip_on=True)
    return bokeh_labels(words[["x", "y", "text"]])


def gaps_chart(
    table: pd.DataFrame,
    breaks: pd.DataFrame,
    *,
    rehearsal: bool,
    files: list[str] | None = None,
) -> PageBlock:
    """Chart of the longest periods without a usable image, by site for each sensor and for any.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.imagery.acquire.monthly_coverage_losses_and_gaps.coverage_gaps`.
    breaks : pandas.DataFrame
        The break register.
    rehearsal : bool
        Whether any row is of generated ground.
    files : list of str or None
        Download files.

    Returns
    -------
    PageBlock
        A sentence where nothing was searched.
    """
    if table.empty:
        return no_chart(
            "No site was searched yet, so no gap between images can be drawn.", rehearsal=rehearsal
        )
    chosen, left = first_sites(table)
    lane = [lane_name(*pair) for pair in zip(chosen["name"], chosen["sensor"], strict=True)]
    first, last = (pd.to_datetime(chosen[word].str[:10]) for word in ("first", "last"))
    spans = chosen.assign(
        lane=lane,
        kind=np.where(chosen["unsearched"] > 0, PARTLY_SEARCHED, SEARCHED),
        x0=first,
        x1=last + pd.Timedelta(days=1),
        when=[f"{day(a)} to {day(b)}" for a, b in zip(first, last, strict=True)],
        said=[f"{days:.0f} days" for days in chosen["days"]],
        why=[f"{number(days)} days" for days in chosen["unsearched"]],
    )
    heights = lane_heights(list(dict.fromkeys(lane)))
    middle = spans["lane"].map(heights)
    spans = spans.assign(state=spans["kind"], y0=middle - 0.22, y1=middle + 0.22)
    # room for the words behind the last gap
    start, end = spans["x0"].min(), spans["x1"].max() + pd.Timedelta(days=60)
    marks = numbered_breaks(breaks, (start, end))
    figure, axes = mpl_lanes(heights, marks, start)
    parts = [*draw_boxes(axes, spans, STYLES, TIPS), _lengths(axes, spans)]
    axes.set_xlim(start, end)
    add_legend(figure, STYLES)
    caption = rehearsal_marked(
        "The longest gaps without a usable image, by site, for any sensor and for each. "
        "Filled: all of it was searched; white with lines: part of it was never searched, so it "
        f"is a hole of the search as well.{breaks_text(marks)}{left}",
        rehearsal=rehearsal,
    )
    listed = "; ".join(f"{row.lane}, {row.when}: {row.said}" for row in spans.head(24).itertuples())
    return show(
        bokeh_lanes(parts, heights, marks, (start, end)),
        figure,
        name="gaps",
        alt=f"{caption} {len(spans)} marks: {listed}.",
        caption=caption,
        files=files,
    )
