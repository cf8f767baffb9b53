"""How good a method is, drawn: coverage of stated intervals in worlds with known truth."""

from __future__ import annotations

import holoviews as hv
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from skytally.figures.bokeh_charts import frame
from skytally.figures.embed import Shown, show
from skytally.figures.marks import COLOURS
from skytally.figures.mpl_charts import canvas
from skytally.figures.rate_curves import curves_chart

WITHIN = (0.85, 0.95)
"""Coverage that an interval stated at 0.90 must have."""
STATED = 0.9
INSIDE, OUTSIDE = COLOURS[0], COLOURS[1]


def _rows(table: pd.DataFrame) -> pd.DataFrame:
    at_stated = table[table["nominal"] == STATED].reset_index(drop=True)
    label = at_stated["estimator"] + ": " + at_stated["target"]
    setting = at_stated["note"].str.split(";").str[0]
    return at_stated.assign(
        label=label.where(~label.duplicated(keep=False), label + ", " + setting),
        at=np.arange(len(at_stated))[::-1].astype(float),
        inside=at_stated["coverage"].between(*WITHIN),
    )


def _live(rows: pd.DataFrame) -> hv.Overlay:
    shown = [("interval", "@label"), ("held in", "@coverage"), ("of worlds", "@worlds")]
    shown += [("width", "@width @unit"), ("note", "@note")]
    hover = ["label", "coverage", "worlds", "width", "unit", "note"]
    parts: list[hv.Element] = [
        hv.VSpan(*WITHIN).opts(color="#5b5b5b", alpha=0.15),
        hv.VLine(STATED).opts(color="#5b5b5b", line_width=1, line_dash="dashed"),
    ]
    for inside, colour, marker in ((True, INSIDE, "circle"), (False, OUTSIDE, "diamond")):
        chosen = rows[rows["inside"] == inside]
        parts.append(hv.Segments(chosen, ["low", "at", "high", "at"]).opts(color=colour))
        parts.append(
            chosen.hvplot.scatter(
                x="coverage",
                y="at",
                color=colour,
                marker=marker,
                size=60,
                hover_cols=hover,
                hover_tooltips=shown,
                responsive=True,
            )
        )
    for row in rows.itertuples():
        parts.append(
            hv.Text(0.6, row.at + 0.42, row.label, fontsize=8).opts(
                color="#222222", text_align="left", text_baseline="middle"
            )
        )
    return frame(
        hv.Overlay(parts),
        height=30 * len(rows) + 70,
        entries=0,
        xlabel="share of worlds in which the interval held the truth",
        ylabel="",
        yaxis=None,
        xlim=(0.6, 1.01),
        ylim=(-0.6, len(rows)),
        show_legend=False,
    )


def _static(rows: pd.DataFrame) -> Figure:
    figure, axes = canvas(0.27 * len(rows) + 0.8)
    axes.axvspan(*WITHIN, color="#5b5b5b", alpha=0.15, lw=0)
    axes.axvline(STATED, color="#5b5b5b", lw=1, ls="--")
    for inside, colour, marker in ((True, INSIDE, "o"), (False, OUTSIDE, "D")):
        chosen = rows[rows["inside"] == inside]
        axes.hlines(chosen["at"], chosen["low"], chosen["high"], color=colour, lw=1.5)
        axes.plot(chosen["coverage"], chosen["at"], marker, color=colour, ms=5, ls="")
    axes.set_yticks(rows["at"], rows["label"])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0.6, 1.01)
    axes.set_xlabel("share of worlds in which the interval held the truth")
    return figure


def coverage_chart(table: pd.DataFrame) -> Shown:
    """Draw how often each interval stated at 0.90 held the truth.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of ``data/results/calibration.csv``: ``estimator, target, unit, nominal, worlds,
        coverage, low, high, width, note``. Rows stated at another rate are bounds, and are
        left to the table.

    Returns
    -------
    Shown
    """
    rows = _rows(table)
    caption = (
        "Simulated worlds with known truth. A dot is the share of worlds in which an interval "
        "stated to hold nine times in ten held, its bar the 95 % interval of that share. Grey: "
        "the range a sound interval must fall in. Diamonds fall outside it; the note of the "
        "same row in the table says why."
    )
    told = "; ".join(f"{row.label}: {row.coverage:.3f}" for row in rows.itertuples())
    return show(
        _live(rows),
        _static(rows),
        name="coverage",
        alt=f"{caption} {len(rows)} marks: {told}.",
        caption=caption,
    )


def _scored(table: pd.DataFrame, metric: str, x: pd.Series, series: pd.Series) -> pd.DataFrame:
    numbers = table[["value", "low", "high"]].astype(float)
    return pd.DataFrame(
        {
            "series": series,
            "x": x.astype(float),
            "y": numbers["value"],
            "low": numbers["low"],
            "high": numbers["high"],
            "said": [f"{metric} {each.value:.2f} ({each.low:.2f} to {each.high:.2f})"
                     for each in numbers.itertuples()],
        }
    )  # fmt: skip


def lengths_chart(table: pd.DataFrame, *, dataset: str) -> Shown:
    """Draw precision and recall of the sweep by length of hull, beside another method.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of ``data/results/proof.csv``.
    dataset : str
        The data set drawn.

    Returns
    -------
    Shown
    """
    parts = []
    for metric, word in (
        ("recall by length", "recall"),
        ("precision by length found", "precision"),
    ):
        rows = table[(table["dataset"] == dataset) & (table["metric"] == metric)]
        ends = rows["note"].str.extract(r"hulls of (\d+) to (\d+) m").astype(float)
        parts.append(_scored(rows, word, ends.mean(axis=1), rows["method"] + ", " + word))
    points = pd.concat(parts).sort_values(["series", "x"], kind="stable")
    caption = (
        f"Ships in one look of {dataset}: precision and recall by length, each mark in the middle "
        "of its class of lengths, with 90 percent intervals."
    )
    return curves_chart(
        points, name="proof-lengths", title="Ships in one look, by length",
        axes=("length of the hull, m", "share"), tips=[("length", "@x"), ("score", "@said")],
        alt=caption, caption=caption,
    )  # fmt: skip


def change_chart(table: pd.DataFrame, *, dataset: str) -> Shown:
    """Draw precision against recall of change, beside other methods, with the line of no skill.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of ``data/results/proof.csv``.
    dataset : str
        The data set drawn.

    Returns
    -------
    Shown
    """
    here = table[table["dataset"] == dataset]
    rows = here[here["metric"].str.startswith("precision at recall ")]
    recall = rows["metric"].str.removeprefix("precision at recall ")
    points = _scored(rows, "precision", recall, rows["method"])
    skill = here.loc[here["metric"].str.startswith("share changed"), "value"].astype(float).iloc[0]
    caption = (
        f"Change in {dataset}: precision at each recall, with 90 percent intervals. Dashed: the "
        "precision of a method without skill, the share of pixels that changed."
    )
    return curves_chart(
        points, name=f"proof-{dataset.lower().replace(' ', '-')}", title=f"Change, {dataset}",
        axes=("recall", "precision"), tips=[("recall", "@x"), ("score", "@said")],
        alt=f"{caption} No skill: {skill:.3f}.", caption=caption, across=skill,
    )  # fmt: skip
