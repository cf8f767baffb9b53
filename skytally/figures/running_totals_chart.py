"""Running totals of one thing on one axis of time: counted from images, and claimed."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from skytally.core import (
    COUNTED_BY,
    chart_style as style,
    evidence_line_name_constants as n,
    limits,
    listed,
    quantity_of,
    quantity_text,
    when,
)
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, picture, sentence
from skytally.figures.chart_titles_from_findings import ChartTitle
from skytally.figures.counter_names_and_colours import counter_colour, counter_labels
from skytally.figures.label_placement import MarkLabel, mark_labels, write_labels
from skytally.figures.matplotlib_charts import dated
from skytally.figures.series_styling import SeriesStyle

SIZE_IN = (style.WIDTH_IN, 3.7)
KEY_COLUMNS, KEY_LINE_IN = 3, 0.19
"""Columns of the key of colours over the plot, and the height of one of its lines, inches."""
PLOT = (285.0, 265.0)
"""Width and height of the plot between its axes, pixels, rather too little."""
STEP = 0.05
"""Length of an arrow, as a share of the highest total."""
TITLE_LETTERS = 38
"""Letters in a line of the title."""
MOST_LABELS = 9
"""Number of totals with words at their marks: more would hide the marks."""
YEAR = "year"
"""Word of the vocabulary *precision* for a day known to its year only."""
ROOM = 1.18
"""Height of the axis, as a multiple of the highest total."""


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


def with_counts(claims: pd.DataFrame, counts: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Claims in which rows of counts stand for the claims of the same observation.

    Parameters
    ----------
    claims : pandas.DataFrame
        The table ``official_claims``.
    counts : pandas.DataFrame
        Rows of a table of counts, each a running total; dated by the end of their period.
    groups : pandas.DataFrame
        The table ``same_observation``.

    Returns
    -------
    pandas.DataFrame
        Columns of `claims`.
    """
    shared = groups.loc[groups["row_id"].isin(counts["id"]), "group"]
    copies = groups.loc[groups["group"].isin(shared), "row_id"]
    replaced = claims[claims["id"].isin(copies)]
    if replaced.empty or counts.empty:
        return claims
    last, exact = counts["date_last"], counts["precision_last"]
    month = last.dt.to_period("M").dt.to_timestamp()
    dated = counts.assign(
        statement_first=last.where(exact != "month", month), statement_last=last,
        statement_precision=exact, cumulative="yes", sense=replaced["sense"].iloc[0],
    )  # fmt: skip
    kept = claims[~claims["id"].isin(copies)]
    return pd.concat([kept, dated[[*dated.columns.intersection(claims.columns)]]])


def _by_importance(totals: pd.DataFrame, names: dict[str, str]) -> pd.Index:
    """Rows in the order in which they are to be named at their marks.

    Counted ones first, then the first total of all and the highest of each name, then the others
    from the highest down.
    """
    named = totals.assign(name=[names.get(each, each) for each in totals["counter"]])
    highest = named.sort_values(["top", "date_last"]).drop_duplicates("name", keep="last").index
    counted = totals.index[totals["counted"]]
    falling = totals.sort_values("top", ascending=False, kind="stable").index
    return pd.Index([*counted, totals.index[0], *falling.intersection(highest), *falling]).unique()


def _words(row: pd.Series, names: dict[str, str]) -> str:
    said = quantity_text(quantity_of(row)).removesuffix(f" {row['unit']}")
    words = f"{names.get(row['counter'], row['counter'])}: {said}"
    if row["counted"] and pd.notna(row["date_first"]):
        ends = row[["date_first", "date_last", "precision_first", "precision_last"]]
        words += f", {when(*ends)}"
    return words


def spelled_names(totals: pd.DataFrame, short: Mapping[str, str], full: Mapping[str, str]) -> str:
    """Sentence that spells out the short names at the marks; empty where there is none.

    Parameters
    ----------
    totals : pandas.DataFrame
        Result of `running_totals`.
    short, full : mapping of str to str
        Short and full name of a counter by its id; one that has no short name is not spelled out.

    Returns
    -------
    str
    """
    known: dict[str, dict[str, None]] = {}
    for counter in totals["counter"]:
        if counter in short and counter in full and short[counter] != full[counter]:
            known.setdefault(short[counter], {})[full[counter]] = None
    return "; ".join(f"{name}: {listed([*names])}" for name, names in known.items())


def _mark(axes: Axes, row: pd.Series, step: float) -> None:
    colour = counter_colour(row["counter"])
    top, day = row["top"], _day(row)
    ends = row["statement_first"], row["statement_last"]
    low, high = limits(quantity_of(row))
    of_a_year = row["statement_precision"] == YEAR
    if of_a_year:
        # a year is drawn as a year: a mark on a day of it would pass for a statement of that day
        axes.hlines(top, *ends, color=colour, lw=4, alpha=0.55)
    elif ends[0] < day < ends[1]:
        axes.hlines(top, *ends, color=colour, lw=1.5)
    if row["bound"] in n.OPEN_ABOVE:
        axes.vlines(day, top, top + step, color=colour, lw=1.2, ls=":")
        axes.plot(day, top + step, "^", color=colour, ms=4)
    elif low < high and of_a_year:
        axes.fill_between(ends, low, high, color=colour, alpha=0.25, lw=0)
    elif low < high:
        axes.vlines(day, low, high, color=colour, lw=1.2)
    if not of_a_year:
        axes.plot(day, top, "o" if row["counted"] else "s", color=colour, ms=6)


def _day(row: pd.Series) -> pd.Timestamp:
    """Day at which a total is drawn: its last, or the middle of a month or of a year."""
    first, last = row["statement_first"], row["statement_last"]
    if row["statement_precision"] in (YEAR, "month"):
        return first + (last - first) / 2
    return row["date_last"]


def _points(totals: pd.DataFrame) -> pd.DataFrame:
    """Return the marks as they are drawn, for the search for free room."""
    step = STEP * totals["top"].max()
    rows = []
    for index, row in totals.iterrows():
        low, high = limits(quantity_of(row))
        top, day = row["top"], _day(row)
        spread = row["statement_precision"] in ("month", YEAR)
        rows.append(
            {
                "series": str(index), "x": day, "y": top, "lo": min(low, top),
                "hi": top + step if row["bound"] in n.OPEN_ABOVE else max(high, top),
                "x0": row["statement_first"] if spread else day,
                "x1": row["statement_last"] if spread else day,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _labels(
    totals: pd.DataFrame, names: dict[str, str], ends: tuple[float, float]
) -> list[MarkLabel]:
    """Names at as many totals as find room; all are in the alternative text."""
    points, found = _points(totals), []
    styles: dict[str, SeriesStyle] = {}
    said = totals.apply(_words, axis="columns", names=names)
    ordered = _by_importance(totals, names)
    # a total that was repeated has its words once, with the months in which it was given
    ordered = ordered[~said.loc[ordered].duplicated()]
    for index in ordered[:MOST_LABELS]:
        row, plain = totals.loc[index], said[index]
        days = totals.loc[said == plain, "statement_last"].sort_values()
        months = [*dict.fromkeys(f"{day:%b %Y}" for day in days)]
        tries = [f"{plain}, {' and '.join(months)}", plain] if len(months) > 1 else [plain]
        for words in tries:
            look = SeriesStyle(counter_colour(row["counter"]), "", "", words)
            tried = mark_labels(points, {**styles, str(index): look}, ends=ends, size=PLOT)
            if tried:
                found = tried
                styles[str(index)] = look
                break
    return found


def colour_key(totals: pd.DataFrame) -> list[Line2D]:
    """Make the marks of the key, one a counter in the order of its first total.

    Words stand at few of the marks, and shades of one colour are several bodies of one government.

    Parameters
    ----------
    totals : pandas.DataFrame
        Result of `running_totals`.

    Returns
    -------
    list of matplotlib.lines.Line2D
        Counters without a short name, all in one grey, are not among them.
    """
    labels, shown = counter_labels(), totals.drop_duplicates("counter")
    return [
        Line2D(
            [], [], ls="", ms=5, marker="o" if counted else "s",
            color=labels[counter].colour, label=labels[counter].series,
        )
        for counter, counted in zip(shown["counter"], shown["counted"], strict=True)
        if counter in labels
    ]  # fmt: skip


def totals_chart(
    totals: pd.DataFrame,
    names: dict[str, str],
    *,
    name: str,
    title: str,
    caption: str,
    source_line: str,
    heading: ChartTitle | None = None,
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
    heading : ChartTitle or None
        What the chart shows as its result, over the picture; its title then is not in it.

    Returns
    -------
    PageBlock
        A sentence where there is no total.
    """
    if totals.empty:
        return sentence("The record has no running total yet.", name=name)
    with mpl.rc_context(style.MPL_RC):
        key = colour_key(totals)
        lines = -(-len(key) // KEY_COLUMNS)
        size = (SIZE_IN[0], SIZE_IN[1] + lines * KEY_LINE_IN)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        highest = float(totals["top"].max())
        for _, row in totals.iterrows():
            _mark(axes, row, highest * STEP)
        axes.set_ylim(0, highest * ROOM)
        axes.yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:,.0f}"))
        if heading is None:
            words = textwrap.fill(title, TITLE_LETTERS)
            axes.set_title(words, loc="left", fontsize=style.TITLE_PT, fontweight="bold")
        dated(axes)
        axes.margins(x=0.05)
        write_labels(axes, _labels(totals, names, axes.get_ylim()))
        if key:
            figure.legend(
                handles=key, loc="outside upper center", ncols=KEY_COLUMNS, frameon=False,
                fontsize=style.SMALL_PT, handletextpad=0.1, columnspacing=0.8, borderpad=0,
            )  # fmt: skip
        figure.supxlabel(source_line, fontsize=style.SMALL_PT, color=style.SOFT_TEXT)
    listed = "; ".join(
        f"{when(*row[['statement_first', 'statement_last']], *[row['statement_precision']] * 2)}: "
        f"{_words(row, names)}"
        for _, row in totals.iterrows()
    )
    alt = f"{title}. {listed}."
    return picture(figure, name=name, alt=alt, caption=caption, title=heading)
