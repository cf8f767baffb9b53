"""Running totals of one thing on one axis of time: counted from images, and claimed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skytally.core import (
    COUNTED_BY,
    chart_style as style,
    names as n,
    quantity_of,
    quantity_text,
    when,
)
from skytally.figures.embed import PageBlock, picture, sentence
from skytally.figures.mpl_charts import dated

SIZE_IN = (5.2, 3.5)
LETTER = (0.0155, 0.062)
"""Width and height of a letter of a label, as shares of the axes."""
MARK = (0.012, 0.03)
"""Half the width and height of a mark, as shares of the axes."""
OFFSETS = tuple(product((0.0, -0.065, 0.065, -0.11, 0.11, -0.16, 0.16), (0.018, -0.018)))
"""Places of a label beside its mark that are tried in turn, as shares of the axes."""
ROOM = 1.18
"""Height of the axis, as a multiple of the highest total."""


@dataclass(frozen=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: _Box) -> bool:
        """Whether two boxes share a point."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


def running_totals(
    claims: pd.DataFrame, *, unit: str, sense: str, until: pd.Timestamp | None = None
) -> pd.DataFrame:
    """Totals that run from a first day on, from statements and counts.

    Parameters
    ----------
    claims : pandas.DataFrame
        The table ``official_claims`` without copies.
    unit, sense : str
        Words of its columns.
    until : pandas.Timestamp or None
        Day of the newest page of the record: a statement known to its year ends there.

    Returns
    -------
    pandas.DataFrame
        One row per total in the order of the days on which they end, with ``top`` (its number,
        or the number of its bound) and ``counted`` (whether it was read off images). Parts of
        another total, which are not cumulative, are left out.
    """
    chosen = claims[
        (claims["unit"] == unit) & (claims["sense"] == sense) & (claims["cumulative"] == "yes")
    ]
    quantities = [quantity_of(row) for _, row in chosen.iterrows()]
    tops = [q.value if q.value == q.value else q.low for q in quantities]
    totals = chosen.assign(top=tops, counted=chosen["method"].isin(COUNTED_BY))
    if until is not None:
        ends = {name: totals[name].clip(upper=until) for name in ("statement_last", "date_last")}
        totals = totals.assign(**ends)
    return totals[totals["top"].notna()].sort_values("date_last", kind="stable")


def _labelled(totals: pd.DataFrame, names: dict[str, str]) -> pd.Index:
    """Rows with the highest total of each name, and with the first total of all."""
    named = totals.assign(name=[names.get(each, each) for each in totals["counter"]])
    highest = named.sort_values(["top", "date_last"]).drop_duplicates("name", keep="last")
    return totals.index[totals.index.isin([*highest.index, totals.index[0]])]


def _words(row: pd.Series, names: dict[str, str]) -> str:
    said = quantity_text(quantity_of(row)).removesuffix(f" {row['unit']}")
    return f"{names.get(row['counter'], row['counter'])}: {said}"


def _mark(axes: Axes, row: pd.Series, step: float) -> None:
    colour = style.COUNTED_TOTAL if row["counted"] else style.CLAIMED_TOTAL
    top, last = row["top"], _middle(row)
    if row["counted"] and pd.notna(row["date_first"]):
        axes.hlines(top, row["date_first"], last, color=colour, alpha=0.35, lw=6)
    if last != row["date_last"]:
        axes.hlines(top, row["statement_first"], row["statement_last"], color=colour, lw=1.5)
    if row["bound"] in n.OPEN_ABOVE:
        axes.vlines(last, top, top + step, color=colour, lw=1.2, ls=":")
        axes.plot(last, top + step, "^", color=colour, ms=4)
    axes.plot(last, top, "o" if row["counted"] else "s", color=colour, ms=6)


def _middle(row: pd.Series) -> pd.Timestamp:
    """Day at which a total is drawn: its last, or the middle of a month or year."""
    if row["statement_precision"] in ("month", "year"):
        first, last = row["statement_first"], row["statement_last"]
        return first + (last - first) / 2
    return row["date_last"]


def _place_labels(axes: Axes, totals: pd.DataFrame, names: dict[str, str]) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    at = {
        index: (
            (mdates.date2num(_middle(row)) - left) / (right - left),
            (row["top"] - bottom) / (top - bottom),
        )
        for index, row in totals.iterrows()
    }
    taken = [_Box(x - MARK[0], y - MARK[1], x + MARK[0], y + MARK[1]) for x, y in at.values()]
    for index, row in totals.iterrows():
        if _middle(row) != row["date_last"]:
            ends = [mdates.date2num(row[f"statement_{end}"]) for end in ("first", "last")]
            first, last = ((end - left) / (right - left) for end in ends)
            taken.append(_Box(first, at[index][1] - MARK[1], last, at[index][1] + MARK[1]))
    rows = totals.loc[_labelled(totals, names)].sort_values(["counted", "top"], ascending=False)
    for index, row in rows.iterrows():
        words, (x, y) = _words(row, names), at[index]
        width, height = LETTER[0] * len(words), LETTER[1]
        for dy, dx in OFFSETS:
            start = x + dx if dx > 0 else x + dx - width
            box = _Box(start, y + dy - height / 2, start + width, y + dy + height / 2)
            inside = box.left >= 0 and box.right <= 1 and box.bottom >= 0
            if inside and not any(box.meets(other) for other in taken):
                break
        else:  # the words of every total are in the alternative text
            continue
        taken.append(box)
        axes.text(
            box.left if dx > 0 else box.right, y + dy, words, transform=axes.transAxes,
            ha="left" if dx > 0 else "right", va="center", fontsize=style.TEXT_PT,
            color=style.COUNTED_TOTAL if row["counted"] else style.SOFT_TEXT,
            fontweight="bold" if row["counted"] else "normal",
        )  # fmt: skip


def totals_chart(
    totals: pd.DataFrame,
    names: dict[str, str],
    *,
    name: str,
    title: str,
    caption: str,
    source_line: str,
) -> PageBlock:
    """Chart of running totals with the names of counters at their highest totals.

    Parameters
    ----------
    totals : pandas.DataFrame
        Result of `running_totals`.
    names : dict of str to str
        Names of counters by id.
    name : str
        Anchor of the chart.
    title, caption : str
        What the chart shows, in the picture and under it.
    source_line : str
        Title, edition and licence of the book, written into the picture.

    Returns
    -------
    PageBlock
        A sentence where there is no total.
    """
    if totals.empty:
        return sentence("The record has no running total yet.", name=name)
    with mpl.rc_context(style.MPL_RC):
        figure = Figure(figsize=SIZE_IN, layout="constrained")
        axes = figure.subplots()
        highest = float(totals["top"].max())
        for _, row in totals.iterrows():
            _mark(axes, row, highest * 0.05)
        axes.set_ylim(0, highest * ROOM)
        axes.yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:,.0f}"))
        axes.set_title(title, loc="left", fontsize=style.TITLE_PT, fontweight="bold")
        dated(axes)
        axes.margins(x=0.1)
        figure.canvas.draw()
        _place_labels(axes, totals, names)
        figure.supxlabel(source_line, fontsize=style.SMALL_PT, color=style.SOFT_TEXT)
    listed = "; ".join(
        f"{when(*row[['statement_first', 'statement_last']], *[row['statement_precision']] * 2)}: "
        f"{_words(row, names)}"
        for _, row in totals.iterrows()
    )
    return picture(figure, name=name, alt=f"{title}. {listed}.", caption=caption)
