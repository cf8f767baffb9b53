"""Directives of the page on methods: how often the intervals contain the simulated truth."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    rounded,
    table_row,
    with_data,
)

NOT_CALIBRATED = "No interval has been calibrated yet."
ESTIMATORS = {
    "surge.limit": "limit on the next count",
    "Little, rows of days": "calls from days with a ship",
    "Little, look series": "calls from a series of images",
    "Little, k of n": "calls from images with a ship",
    "semi-Markov": "calls by the semi-Markov model",
    "share missed": "share of calls missed",
    "placebos.rank": "rank among control sites",
    "rail": "occupied track",
    "stacks": "stacked area",
    "disturbed": "ground laid bare",
    "works": "day works began",
    "area": "area of change",
    "lag": "days between two changes",
}
"""Estimator of ``calibration.csv`` to plain words, where its own are none."""


def estimator_words(estimator: str) -> str:
    """Plain words for an estimator, with its name in the file where that differs."""
    words = ESTIMATORS.get(estimator)
    return f"{words} ({estimator})" if words else estimator


class CalibrationTable(Block):
    """Show how often the intervals hold in simulated worlds, with date and seed."""

    def html(self) -> str:
        """Return the table."""
        table = results("calibration")
        if table.empty:
            return empty_state(NOT_CALIBRATED, anchor="table-calibration")
        heads = ["estimator", "target", "unit", "worlds", "stated", "held in", "95 % interval"]
        heads += ["off on average (bias)", "typical error (rmse)", "width", "note"]
        rows = [
            table_row(
                [
                    estimator_words(row.estimator), row.target, row.unit, row.worlds, row.nominal,
                    f"{row.coverage:.3f}", f"{row.low:.3f} to {row.high:.3f}",
                    rounded(row.bias), rounded(row.rmse), rounded(row.width), row.note,
                ]
            )
            for row in table.itertuples()
        ]  # fmt: skip
        when, seed = table["date"].iloc[0], table["seed"].iloc[0]
        caption = f"Simulated worlds (run on {when}, seed {seed})"
        return filtered_table("calibration", caption, heads, rows, empty=NOT_CALIBRATED)


class CalibrationShortfalls(Block):
    """List which intervals held less often than stated, clearly or within the spread of worlds."""

    def html(self) -> str:
        """Return a list of two lines."""
        table = results("calibration")
        if table.empty:
            return ""
        short = table[table["coverage"] < table["nominal"]]
        clearly = short["high"] < short["nominal"]
        lines = (
            ("Clearly below the stated level, by more than the spread of so many worlds", clearly),
            ("A little below it, by no more than that spread", ~clearly),
        )
        items = "".join(
            f"<li>{words}: {self._listed(short[chosen])}.</li>" for words, chosen in lines
        )
        return f"<ul>{items}</ul>"

    @staticmethod
    def _listed(rows: pd.DataFrame) -> str:
        if rows.empty:
            return "no row of the table"
        cases = rows.groupby("estimator", sort=False)["target"].agg("; ".join)
        return cell(" — ".join(f"{estimator_words(key)}: {each}" for key, each in cases.items()))


class CalibrationChart(Block):
    """Draw the coverage of the intervals that are stated at nine in ten."""

    def html(self) -> str:
        """Return the chart."""
        from skytally.figures import calibration_chart

        table = results("calibration")
        if table.empty:
            return ""
        return with_data(calibration_chart(table).block, "data/results/calibration.csv")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("calibration-table", CalibrationTable),
        ("calibration-chart", CalibrationChart),
        ("calibration-shortfalls", CalibrationShortfalls),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
