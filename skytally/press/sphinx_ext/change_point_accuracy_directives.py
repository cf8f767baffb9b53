"""Directives of the page on methods: change points in real series, scored beside other methods."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state, filtered_table

OWN_METHOD = "skytally, changes shown"
"""Name of the changes that this package shows, in ``change_point_scores_real_series.csv``."""
LIKELY_METHOD = "skytally, changes more likely than not"
"""Name of the changes that are more likely than not, by the rule of Rbeast."""
RBEAST_METHOD = "Rbeast beast, trend only, changes of p above 0.5"
"""Name of the changes of Rbeast in ``measurement_accuracy.csv``."""


class RealSeriesTable(Block):
    """Show the changes found in real series with known changes, beside other methods."""

    def html(self) -> str:
        """Return one row per series and their mean, a column per method."""
        table = results("change_point_scores_real_series")
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
        scores = results("change_point_scores_real_series")
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
    app.add_directive("real-series-table", RealSeriesTable)
    app.add_directive("changes-beside-rbeast", ChangesBesideRbeast)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
