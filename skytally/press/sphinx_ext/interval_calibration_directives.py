"""Directives of the page on methods: calibration of intervals, changes in real series."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.press.sphinx_ext.benchmark_result_tables import results
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    rounded,
    table_row,
    with_data,
)

OWN_METHOD = "skytally, changes shown"
"""Name of the changes that this package shows, in ``change_point_scores.csv``."""
LIKELY_METHOD = "skytally, changes more likely than not"
"""Name of the changes that are more likely than not, by the rule of Rbeast."""
RBEAST_METHOD = "Rbeast beast, trend only, changes of p above 0.5"
"""Name of the changes of Rbeast in ``measurement_accuracy.csv``."""
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


class ChangesBesideRbeast(Block):
    """Print how the changes found here score beside those of Rbeast, by its rule and by ours."""

    def html(self) -> str:
        """Return a sentence a collection of real series, from ``measurement_accuracy.csv``."""
        table = results("measurement_accuracy")
        table = table[table["metric"] == "mean f1"] if len(table) else table
        # a table with a row that was not tried reads all its values as text
        table = table.assign(value=table["value"].astype(float)) if len(table) else table
        scores = {(row.dataset, row.method): row for row in table.itertuples()}
        lines = []
        for data in dict.fromkeys(data for data, method in scores if method == RBEAST_METHOD):
            theirs, likely, shown = (
                scores[data, method] for method in (RBEAST_METHOD, LIKELY_METHOD, OWN_METHOD)
            )
            worse = likely.value < theirs.value
            lines.append(
                f"<li>{cell(data)}, {theirs.n} series: by Rbeast's rule, each change that is more "
                f"likely than not, the mean F1 of ours is {likely.value:.4g} and that of Rbeast "
                f"{theirs.value:.4g}, so there {'Rbeast' if worse else 'ours'} is better; by our "
                f"rule, changes shown, ours has {shown.value:.4g}."
                f"{self._added(data) if worse else ''}</li>"
            )
        return f"<ul>{''.join(lines)}</ul>" if lines else ""

    @staticmethod
    def _added(data: str) -> str:
        """List the changes that the looser rule adds to those shown and that cost score."""
        scores = results("change_point_scores")
        scores = scores[scores["dataset"] == data].set_index(["series", "method"])
        added = []
        for name in dict.fromkeys(scores.index.get_level_values("series")):
            shown, likely = (scores.loc[(name, method)] for method in (OWN_METHOD, LIKELY_METHOD))
            known = shown["date_found"].split()
            more = [each for each in likely["date_found"].split() if each not in known]
            if more and likely["f1"] < shown["f1"]:
                added.append(f"{cell(name)}: {', '.join(more)}")
        if not added:
            return ""
        return (
            f" The looser rule loses where it dates more than the known changes "
            f"({'; '.join(added)})."
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("calibration-table", CalibrationTable),
        ("calibration-chart", CalibrationChart),
        ("calibration-shortfalls", CalibrationShortfalls),
        ("real-series-table", RealSeriesTable),
        ("changes-beside-rbeast", ChangesBesideRbeast),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
