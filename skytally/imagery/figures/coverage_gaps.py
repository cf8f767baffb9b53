"""The longest stretches without a usable look, drawn."""

from __future__ import annotations

import holoviews as hv
import matplotlib as mpl
import numpy as np
import pandas as pd

from skytally.core.wording import day, number
from skytally.figures.embed import Shown, show
from skytally.imagery.acquire.monthly_coverage import marked
from skytally.imagery.figures.break_marks import numbered, told
from skytally.imagery.figures.timeline_boxes import (
    drawn,
    first_sites,
    heights_of,
    key,
    labels,
    lane_name,
    live_lanes,
    nothing_to_draw,
    static_lanes,
)

SEARCHED, HOLE = "searched throughout", "in part not searched"
STYLES = {SEARCHED: ("#5b5b5b", "#3a3a3a", ""), HOLE: ("#ffffff", "#5b5b5b", "/")}
TIPS = [("site", "@lane"), ("dates", "@when"), ("blind for", "@said"), ("not searched", "@why")]


def _lengths(axes: mpl.axes.Axes, spans: pd.DataFrame) -> hv.Labels:
    """Write how long the longest gap of each lane is, beside it."""
    longest = spans.loc[spans.groupby("lane", sort=False)["days"].idxmax()]
    words = longest.assign(
        x=longest["x1"], y=(longest["y0"] + longest["y1"]) / 2, text=" " + longest["said"]
    )
    for row in words.itertuples():
        axes.text(row.x, row.y, row.text, fontsize=7, va="center", clip_on=True)
    return labels(words[["x", "y", "text"]])


def gaps_chart(
    table: pd.DataFrame,
    breaks: pd.DataFrame,
    *,
    rehearsal: bool,
    files: list[str] | None = None,
) -> Shown:
    """Draw the longest stretches without a usable look, by site for each sensor and for any.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.imagery.acquire.monthly_coverage.gaps`.
    breaks : pandas.DataFrame
        The break register.
    rehearsal : bool
        Whether any row is of generated ground.
    files : list of str or None
        Download files.

    Returns
    -------
    Shown
        A sentence where nothing was searched.
    """
    if table.empty:
        return nothing_to_draw(
            "No site was searched yet, so no gap between looks can be drawn.", rehearsal=rehearsal
        )
    chosen, left = first_sites(table)
    lane = [lane_name(*pair) for pair in zip(chosen["name"], chosen["sensor"], strict=True)]
    first, last = (pd.to_datetime(chosen[word].str[:10]) for word in ("first", "last"))
    spans = chosen.assign(
        lane=lane,
        kind=np.where(chosen["unsearched"] > 0, HOLE, SEARCHED),
        x0=first,
        x1=last + pd.Timedelta(days=1),
        when=[f"{day(a)} to {day(b)}" for a, b in zip(first, last, strict=True)],
        said=[f"{each:.0f} days" for each in chosen["days"]],
        why=[f"{number(each)} days" for each in chosen["unsearched"]],
    )
    heights = heights_of(list(dict.fromkeys(lane)))
    middle = spans["lane"].map(heights)
    spans = spans.assign(state=spans["kind"], y0=middle - 0.22, y1=middle + 0.22)
    # room for the words behind the last gap
    start, end = spans["x0"].min(), spans["x1"].max() + pd.Timedelta(days=60)
    marks = numbered(breaks, (start, end))
    figure, axes = static_lanes(heights, marks, start)
    parts = [*drawn(axes, spans, STYLES, TIPS), _lengths(axes, spans)]
    axes.set_xlim(start, end)
    key(figure, STYLES)
    caption = marked(
        "The longest stretches without a usable look, by site, for any sensor and for each. "
        "Filled: all of it was searched; white with lines: part of it was never searched, so it "
        f"is a hole of the search as well.{told(marks)}{left}",
        rehearsal=rehearsal,
    )
    listed = "; ".join(f"{row.lane}, {row.when}: {row.said}" for row in spans.head(24).itertuples())
    return show(
        live_lanes(parts, heights, marks, (start, end)),
        figure,
        name="gaps",
        alt=f"{caption} {len(spans)} marks: {listed}.",
        caption=caption,
        files=files,
    )
