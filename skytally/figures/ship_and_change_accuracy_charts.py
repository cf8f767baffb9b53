"""Charts of the accuracy page: precision and recall by length of hull, and of change."""

from __future__ import annotations

import pandas as pd

from skytally.figures.chart_and_sentence_html_blocks import PageBlock
from skytally.figures.precision_and_recall_curves import curves_chart


def _scored(table: pd.DataFrame, metric: str, x: pd.Series, series: pd.Series) -> pd.DataFrame:
    numbers = table[["value", "low", "high"]].apply(pd.to_numeric)
    return pd.DataFrame(
        {
            "series": series,
            "x": x.astype(float),
            "y": numbers["value"],
            "low": numbers["low"],
            "high": numbers["high"],
            "said": [f"{metric} {row.value:.2f} ({row.low:.2f} to {row.high:.2f})"
                     for row in numbers.itertuples()],
        }
    )  # fmt: skip


def lengths_chart(table: pd.DataFrame, *, dataset: str) -> PageBlock:
    """Chart of precision and recall of ship detection by length of hull, for each method.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of ``data/results/measurement_accuracy.csv``.
    dataset : str
        The data set drawn.

    Returns
    -------
    PageBlock
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
        f"Ships in one image of {dataset}: precision and recall by length, each mark in the middle "
        "of its class of lengths, with 90 percent intervals."
    )
    return curves_chart(
        points, name="proof-lengths", title="Ships in one image, by length",
        axes=("length of the hull, m", "share"), tips=[("length", "@x"), ("score", "@said")],
        alt=caption, caption=caption,
    )  # fmt: skip


def change_chart(table: pd.DataFrame, *, dataset: str) -> PageBlock:
    """Chart of precision against recall of change detection, with the line of no skill.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of ``data/results/measurement_accuracy.csv``.
    dataset : str
        The data set drawn.

    Returns
    -------
    PageBlock
    """
    here = table[table["dataset"] == dataset]
    rows = here[here["metric"].str.startswith("precision at recall ")]
    recall = rows["metric"].str.removeprefix("precision at recall ")
    points = _scored(rows, "precision", recall, rows["method"])
    changed = here.loc[here["metric"].str.startswith("share changed"), "value"].astype(float)
    skill = float(changed.iloc[0]) if len(changed) else None
    caption = (
        f"Change in {dataset}: precision at each recall, with 90 percent intervals. Dashed: the "
        "precision of a method without skill, the share of pixels that changed."
    )
    return curves_chart(
        points, name=f"proof-{dataset.lower().replace(' ', '-')}", title=f"Change, {dataset}",
        axes=("recall", "precision"), tips=[("recall", "@x"), ("score", "@said")],
        alt=caption if skill is None else f"{caption} No skill: {skill:.3f}.",
        caption=caption, across=skill,
    )  # fmt: skip
