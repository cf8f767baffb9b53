"""Charts of the acquisition inventory by month: what was searched, usable and lost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skytally.core import chart_style as style, number
from skytally.figures import PageBlock, show
from skytally.imagery.acquire import (
    COVERAGE_STATES,
    NONE_USABLE,
    NOT_SEARCHED,
    NOTHING_OFFERED,
    USABLE,
    rehearsal_marked,
    sensor_name,
)
from skytally.imagery.figures.coverage_lane_drawing import (
    add_legend,
    bokeh_lanes,
    draw_boxes,
    first_sites,
    hover_boxes,
    lane_heights,
    lane_name,
    mpl_lanes,
    no_chart,
)
from skytally.imagery.figures.sensor_break_marks import breaks_text, numbered_breaks

TIPS = [
    ("site", "@lane"),
    ("months", "@when"),
    ("state", "@state"),
    ("images", "@said"),
    ("lost to", "@why"),
]
STATE_STYLE = {
    NOT_SEARCHED: (style.WHITE, style.EDGE_GREY, ""),
    NOTHING_OFFERED: (style.WHITE, style.TEXT, "/"),
    NONE_USABLE: (style.PALE_COLOURS[1], style.SERIES_COLOURS[1], "x"),
    USABLE: (style.SERIES_COLOURS[2], style.SERIES_COLOURS[2], ""),
}
"""Fill, edge and pattern of a month, by state; the patterns alone differ."""
REASON_STYLES = (
    (style.PALE_COLOURS[0], style.SERIES_COLOURS[0], "-"),
    (style.PALE_COLOURS[1], style.SERIES_COLOURS[1], "x"),
    (style.PALE_COLOURS[3], style.SERIES_COLOURS[3], "|"),
    (style.PALE_COLOURS[4], style.SERIES_COLOURS[4], "+"),
)
"""Fill, edge and pattern of what was lost, the commonest reason first, the last for the rest."""
REST = "lost: anything else"
STRIP_WORDS = (
    "The strip under the columns says where there is none: white, not searched; slanted lines, "
    "nothing offered; crosses, none usable."
)
PATTERN_WORDS = {"-": "level lines", "x": "crosses", "|": "upright lines", "+": "a grid"}
HALF_HEIGHT = 0.32
"""Half the height of a lane's marks, in rows."""


def _span(first: str, last: str) -> str:
    start, end = (pd.Period(month, freq="M").to_timestamp() for month in (first, last))
    return f"{start:%B %Y}" if first == last else f"{start:%B %Y} to {end:%B %Y}"


def _summed(reasons: pd.Series) -> str:
    """Sum losses such as ``cloud 3; snow 1`` over several months."""
    counted: dict[str, int] = {}
    for losses in reasons[reasons != ""]:
        for part in losses.split("; "):
            reason, _, count = part.rpartition(" ")
            counted[reason] = counted.get(reason, 0) + int(count)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{reason} {count}" for reason, count in ordered)


def _acquired_text(acquired: int, usable: int) -> str:
    return f"{number(acquired)} acquired, {number(usable)} usable" if acquired else "no number"


def state_spans(table: pd.DataFrame) -> pd.DataFrame:
    """Spans of consecutive months of one site, sensor and state.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.imagery.acquire.monthly_coverage_losses_and_gaps.monthly_coverage`, with
        the ``lane`` of each row.

    Returns
    -------
    pandas.DataFrame
        ``lane, kind, state, x0, x1`` (first day, and the day after the last) and the words of
        `HOVER`; a month searched only in part is a run of its own and says so.
    """
    word = table["state"].where(
        table["searched"] != "part", table["state"] + " (only part of the month was searched)"
    )
    table = table.assign(word=word)
    ends = (table[["lane", "word"]] != table[["lane", "word"]].shift()).any(axis=1)
    starts = np.flatnonzero(ends)
    run = np.searchsorted(starts, np.arange(len(table)), side="right")
    grouped = table.assign(run=run).groupby("run", sort=True)
    made = grouped.agg(
        lane=("lane", "first"),
        kind=("state", "first"),
        state=("word", "first"),
        first=("month", "first"),
        last=("month", "last"),
        acquired=("acquired", "sum"),
        usable=("usable", "sum"),
        why=("lost_to", _summed),
    )
    return made.assign(
        x0=pd.to_datetime(made["first"]),
        x1=pd.to_datetime(made["last"]) + pd.offsets.MonthBegin(1),
        when=[_span(*pair) for pair in zip(made["first"], made["last"], strict=True)],
        said=[_acquired_text(*pair) for pair in zip(made["acquired"], made["usable"], strict=True)],
        why=made["why"].replace("", "nothing"),
    ).reset_index(drop=True)


def states_chart(
    table: pd.DataFrame,
    breaks: pd.DataFrame,
    *,
    rehearsal: bool,
    name: str = "states",
    files: list[str] | None = None,
) -> PageBlock:
    """Chart of the months searched for each site and sensor, and whether an image was usable.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.imagery.acquire.monthly_coverage_losses_and_gaps.monthly_coverage`.
    breaks : pandas.DataFrame
        The break register.
    rehearsal : bool
        Whether any row is of generated ground.
    name : str
        Anchor of the figure.
    files : list of str or None
        Download files.

    Returns
    -------
    PageBlock
        A chart also where nothing was searched: then every lane is blank, and it is folded.
    """
    chosen, left = first_sites(table)
    lane = [lane_name(*pair) for pair in zip(chosen["name"], chosen["sensor"], strict=True)]
    spans = state_spans(chosen.assign(lane=lane))
    heights = lane_heights(list(dict.fromkeys(lane)))
    middle = spans["lane"].map(heights)
    thin = np.where(spans["kind"] == NOT_SEARCHED, 0.06, HALF_HEIGHT)
    spans = spans.assign(y0=middle - thin, y1=middle + thin)
    start, end = spans["x0"].min(), spans["x1"].max()
    marks = numbered_breaks(breaks, (start, end))
    figure, axes = mpl_lanes(heights, marks, start)
    parts = draw_boxes(axes, spans, STATE_STYLE, TIPS)
    axes.set_xlim(start, end)
    add_legend(figure, STATE_STYLE)
    caption = rehearsal_marked(
        "What each month gave, by site and sensor. A thin white bar: not searched; slanted lines: "
        "searched, and nothing was offered; crosses: offered, and none usable; filled: at least "
        f"one usable image.{breaks_text(marks)}{left}",
        rehearsal=rehearsal,
    )
    listed = "; ".join(
        f"{row.lane}, {row.when}: {row.state}, {row.said}" for row in spans.head(24).itertuples()
    )
    chart = show(
        bokeh_lanes(parts, heights, marks, (start, end)),
        figure,
        name=name,
        alt=f"{caption} {len(spans)} marks: {listed}.",
        caption=caption,
        files=files,
    )
    if (spans["kind"] != NOT_SEARCHED).any():
        return chart
    words = "The chart of months is blank, since nothing was searched"
    return PageBlock(f"<details><summary>{words}</summary>{chart.block}</details>", chart.text)


def _reasons(table: pd.DataFrame) -> dict[str, style.BoxStyle]:
    """Style of each class of loss that is drawn, the commonest first."""
    added = _summed(table["lost_to"])
    names = [loss.rpartition(" ")[0] for loss in added.split("; ")] if added else []
    shown = names if len(names) <= len(REASON_STYLES) else names[: len(REASON_STYLES) - 1]
    styles = {f"lost: {name}": style for name, style in zip(shown, REASON_STYLES, strict=False)}
    return styles if len(shown) == len(names) else {**styles, REST: REASON_STYLES[-1]}


def _patterns(styles: dict[str, style.BoxStyle]) -> str:
    """List of the patterns and the losses they stand for."""
    listed = [
        f"{PATTERN_WORDS[pattern]}, {kind}"
        for kind, (_, _, pattern) in styles.items()
        if kind != USABLE
    ]
    return "; ".join(listed) or "nothing was lost"


def _stacked(table: pd.DataFrame, styles: dict[str, style.BoxStyle]) -> pd.DataFrame:
    """One box per month and class, stacked from usable upwards, in acquisitions."""
    made = []
    for row in table.itertuples():
        parts = {USABLE: row.usable}
        for loss in filter(None, row.lost_to.split("; ")):
            reason, _, count = loss.rpartition(" ")
            kind = f"lost: {reason}" if f"lost: {reason}" in styles else REST
            parts[kind] = parts.get(kind, 0) + int(count)
        under = 0
        for kind in (USABLE, *styles):
            if parts.get(kind):
                made.append((row.lane, row.month, kind, under, under + parts[kind]))
                under += parts[kind]
    return pd.DataFrame(made, columns=["lane", "month", "kind", "under", "over"])


def _placed(stack: pd.DataFrame, heights: dict[str, float], tallest: int) -> pd.DataFrame:
    """Place stacked boxes on their lanes; the tallest column of the chart fills its lane."""
    start = pd.to_datetime(stack["month"])
    days = (start + pd.offsets.MonthBegin(1) - start) / 20
    base = stack["lane"].map(heights) - 0.3
    return stack.assign(
        x0=start + days,
        x1=start + pd.offsets.MonthBegin(1) - days,
        y0=base + 0.62 * stack["under"] / tallest,
        y1=base + 0.62 * stack["over"] / tallest,
    )


def _hover_rows(table: pd.DataFrame, heights: dict[str, float], tallest: int) -> pd.DataFrame:
    """One row per month with a column, with its words, over the whole column."""
    rows = table[table["acquired"] > 0]
    whole = rows.assign(under=0, over=rows["acquired"])
    return _placed(whole, heights, tallest).assign(
        when=[_span(month, month) for month in rows["month"]],
        said=[_acquired_text(*pair) for pair in zip(rows["acquired"], rows["usable"], strict=True)],
        why=rows["lost_to"].replace("", "nothing"),
    )


def _strips(table: pd.DataFrame, heights: dict[str, float]) -> pd.DataFrame:
    """Strip under each lane that shows where columns are missing and why."""
    strips = state_spans(table)
    middle = strips["lane"].map(heights) - 0.36
    return strips.assign(y0=middle - 0.05, y1=middle + 0.05)


def _months_text(table: pd.DataFrame, words: pd.DataFrame) -> str:
    """Text with the sums of each lane and the first month in full, in words."""
    sums = table.groupby("lane", sort=False)[["acquired", "usable"]].sum()
    listed = "; ".join(
        f"{row.Index}: {_acquired_text(row.acquired, row.usable)}" for row in sums.itertuples()
    )
    if words.empty:
        return f"In all: {listed}."
    first = words.iloc[0]
    return f"In all: {listed}. First: {first['lane']}, {first['when']}, {first['said']}."


def months_chart(
    table: pd.DataFrame,
    breaks: pd.DataFrame,
    *,
    sensor: str,
    rehearsal: bool,
    files: list[str] | None = None,
) -> PageBlock:
    """Chart of the acquisitions of each month and site by one sensor: usable, and why lost.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.imagery.acquire.monthly_coverage_losses_and_gaps.monthly_coverage`.
    breaks : pandas.DataFrame
        The break register.
    sensor : str
        The sensor.
    rehearsal : bool
        Whether any row is of generated ground.
    files : list of str or None
        Download files.

    Returns
    -------
    PageBlock
        A sentence where no month was searched for this sensor.
    """
    chosen, left = first_sites(table[table["sensor"] == sensor])
    if not (chosen["searched"] != "no").any():
        return no_chart(
            f"No month was searched for {sensor_name(sensor)} yet, so there is nothing to draw.",
            rehearsal=rehearsal,
        )
    chosen = chosen.assign(lane=chosen["name"])
    heights = lane_heights(list(dict.fromkeys(chosen["lane"])))
    tallest = max(1, int(chosen["acquired"].max()))
    styles = _reasons(chosen)
    stack = _placed(_stacked(chosen, styles), heights, tallest)
    words = _hover_rows(chosen, heights, tallest)
    strips = _strips(chosen, heights)
    start, end = strips["x0"].min(), strips["x1"].max()
    marks = numbered_breaks(breaks, (start, end))
    figure, axes = mpl_lanes(heights, marks, start, row_height=0.55)
    blank = {state: STATE_STYLE[state] for state in COVERAGE_STATES[:-1]}
    styles = {USABLE: STATE_STYLE[USABLE], **styles}
    parts = [
        *draw_boxes(axes, strips, blank, TIPS),
        *draw_boxes(axes, stack, styles, []),
        hover_boxes(words, TIPS),
    ]
    axes.set_xlim(start, end)
    add_legend(figure, {**styles, **blank})
    caption = rehearsal_marked(
        f"Looks of each month by {sensor_name(sensor)}, one acquisition counted once; the "
        f"tallest column stands for {number(tallest)}. Filled: usable; {_patterns(styles)}. "
        f"{STRIP_WORDS}{breaks_text(marks)}{left}",
        rehearsal=rehearsal,
    )
    return show(
        bokeh_lanes(parts, heights, marks, (start, end), row_height=60),
        figure,
        name=f"months-{sensor}",
        alt=f"{caption} {_months_text(chosen, words)}",
        caption=caption,
        files=files,
    )
