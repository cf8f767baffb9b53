"""Directives of the page on methods: calibration of intervals, changes in real series."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    table_row,
)
from skytally.press.sphinx_ext.results_data import results

OWN_METHOD = "skytally, changes shown"
"""Name of the changes that this package shows, in ``change_point_scores.csv``."""
NOT_CALIBRATED = "No interval has been calibrated yet."


class CalibrationTable(Block):
    """Show how often the intervals hold in simulated worlds, with date and seed."""

    def html(self) -> str:
        """Return the table."""
        table = results("calibration")
        if table.empty:
            return empty_state(NOT_CALIBRATED, anchor="table-calibration")
        heads = ["estimator", "target", "unit", "worlds", "stated", "held in", "95 % interval"]
        heads += ["bias", "rmse", "width", "note"]
        rows = [
            table_row(
                [
                    row.estimator, row.target, row.unit, row.worlds, row.nominal,
                    f"{row.coverage:.3f}", f"{row.low:.3f} to {row.high:.3f}",
                    row.bias, row.rmse, row.width, row.note,
                ]
            )
            for row in table.itertuples()
        ]  # fmt: skip
        when, seed = table["date"].iloc[0], table["seed"].iloc[0]
        caption = f"Simulated worlds (run on {when}, seed {seed})"
        return filtered_table("calibration", caption, heads, rows, empty=NOT_CALIBRATED)


class CalibrationChart(Block):
    """Draw the coverage of the intervals that are stated at nine in ten."""

    def html(self) -> str:
        """Return the chart."""
        from skytally.figures import calibration_chart

        table = results("calibration")
        return "" if table.empty else calibration_chart(table).block


class RealSeriesTable(Block):
    """Show the changes found in real series with known changes, beside other methods."""

    def html(self) -> str:
        """Return one row per series and their mean, a column per method."""
        table = results("change_point_scores")
        if table.empty:
            words = "Changes have not been searched for in real series yet."
            return empty_state(words, anchor="table-real-series")
        methods = list(dict.fromkeys(table["method"]))
        scores = table.set_index(["series", "method"])
        rows = []
        for name in dict.fromkeys(table["series"]):
            own = scores.loc[(name, OWN_METHOD)]
            cells = self._cells([scores.loc[(name, method)] for method in methods])
            interval = f"{own['date_found'] or 'no change shown'} ({own['interval']})"
            rows.append(
                f'<tr><th scope="row">{cell(name)}</th>{cells}<td>{cell(interval)}</td>'
                f"<td>{cell(own['note'])}</td></tr>"
            )
        means = table.groupby("method")[["f1", "covering"]].mean()
        cells = self._cells([means.loc[method] for method in methods])
        rows.append(f'<tr><th scope="row">mean</th>{cells}<td></td><td></td></tr>')
        heads = ["series", *methods, "dates found by ours (intervals)", "note"]
        caption = (
            f"Real series, F1 and covering after the Turing Change Point Dataset, best in bold "
            f"(run on {table['date'].iloc[0]})"
        )
        return filtered_table("real-series", caption, heads, rows, empty="")

    @staticmethod
    def _cells(scores: list[pd.Series]) -> str:
        best = max(row["f1"] for row in scores), max(row["covering"] for row in scores)
        cells = []
        for row in scores:
            pair = [
                f"<strong>{value:.2f}</strong>" if value == top else f"{value:.2f}"
                for value, top in zip((row["f1"], row["covering"]), best, strict=True)
            ]
            cells.append(f"<td>{' / '.join(pair)}</td>")
        return "".join(cells)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("calibration-table", CalibrationTable),
        ("calibration-chart", CalibrationChart),
        ("real-series-table", RealSeriesTable),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
