"""Directives on forecasts: how often they held, and each beside the number that came."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import chance_text, interval, listed, quantity_of, quantity_text
from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.cached_record_and_findings import table
from skytally.press.sphinx_ext.html_blocks import Block, card_link, cell, empty_state, small_table
from skytally.statistics import share_interval

FORECASTS = (
    '<p class="sk-downloads">All forecasts: '
    '<a href="data/results/foresight.csv" download>foresight.csv</a> · '
    '<a href="data/results/foresight.dictionary.csv" download>its dictionary</a></p>'
)
"""Links below the chart."""
SCORES = ("interval_score", "fixed_width_score", "persistence_score")
"""Columns of ``foresight.csv`` that are compared: the forecast, and two without a memory."""
LEVEL = 0.9
"""Chance with which a forecast was to hold the number."""


class ForesightSummary(Block):
    """Print how often the forecasts held, series by series, and whether they beat persistence."""

    def html(self) -> str:
        """Return sentences and a table with numbers of ``foresight.csv``."""
        forecasts = results("foresight")
        scored = forecasts[forecasts["target"] != ""] if len(forecasts) else forecasts
        if scored.empty:
            return empty_state("No forecast has been scored yet.")
        series = {str(name): rows for name, rows in scored.groupby("line", sort=False)}
        low, high = share_interval(*_held(scored))
        held, tried = _held(scored)
        enough = next(n for n in itertools.count(1) if share_interval(n, n)[0] > LEVEL)
        short = [name for name, rows in series.items() if len(rows) < enough]
        few = (
            f" {'No series has' if len(short) == len(series) else f'{_quoted(short)} have not'} as "
            f"many: there, intervals far too wide would look the same."
            if short
            else ""
        )
        return (
            f"<p>Of {tried} numbers that were published after a month end from "
            f"{scored['month'].min()} to {scored['month'].max()}, {held} lay in the interval that "
            f"was to hold nine in ten. {self._missed(scored)} The 95 % interval of that share runs "
            f"from {_share(low, high)}; it would hold if the numbers "
            f"were independent, and they came on {scored['published'].nunique()} days only. It "
            f"would take {enough} numbers of a series, all of them held, to show that its "
            f"intervals hold more often than they state.{few}</p>"
            f"{self._by_series(series)}{self._scores(scored, series)}"
        )

    @staticmethod
    def _missed(scored: pd.DataFrame) -> str:
        said = _said()
        missed = [
            f"{card_link('row', row['target'])}, {cell(said.get(row['target'], row['observed']))}"
            f"{_over(row['days'])}, published on {row['published']}, where the interval was "
            f"{interval(float(row['predicted_low']), float(row['predicted_high']), row['unit'])}"
            for row in scored[scored["covered"] == "no"].to_dict("records")
        ]
        return f"Missed: {'; '.join(missed)}." if missed else "None was missed."

    @staticmethod
    def _by_series(series: Mapping[str, pd.DataFrame]) -> str:
        rows = []
        for name, scored in series.items():
            held, tried = _held(scored)
            low, high = share_interval(held, tried)
            scores = [f"{mean:.1f}" for mean in _mean_scores(scored)]
            share = _share(low, high)
            days = scored["published"].nunique()
            rows.append([name, f"{tried}", f"{days}", f"{held}", share, *scores])
        heads = ["series", "numbers", "days of publication", "held", "95 % interval of the share"]
        heads += ["score", "score, fixed width", "score, no width"]
        caption = "Forecasts by series; a lower score is better"
        return small_table(caption, heads, rows, empty="")

    @staticmethod
    def _scores(scored: pd.DataFrame, series: Mapping[str, pd.DataFrame]) -> str:
        own, fixed, last = _mean_scores(scored)
        better = "better" if own < fixed else "no better"
        means = {name: _mean_scores(rows) for name, rows in series.items()}
        worse = [name for name, (mine, other, _) in means.items() if mine >= other]
        where = f" It is no better in the series {_quoted(worse)}." if worse else ""
        return (
            f"<p>The interval score is the width of the interval and a penalty for what lies "
            f"outside, both in natural logarithms of one more than the number (of calls, the "
            f"number per 30 days), so that one unit is a factor of about {math.e:.1f}; lower is "
            f"better. Over all series it is {own:.1f} on average. The last known number, as an "
            f"interval without width, scores {last:.1f}. The last known number with a fixed width, "
            f"which learns nothing, scores {fixed:.1f}: by this measure the forecast is {better} "
            f"than persistence.{where}</p>"
        )


def _held(scored: pd.DataFrame) -> tuple[int, int]:
    """How many of the scored forecasts held the number, and how many there are."""
    return int((scored["covered"] == "yes").sum()), len(scored)


def _mean_scores(scored: pd.DataFrame) -> tuple[float, ...]:
    return tuple(float(scored[name].astype(float).mean()) for name in SCORES)


def _quoted(names: Iterable[str]) -> str:
    return listed([f"<em>{cell(name)}</em>" for name in names])


def _contains(low: float, high: float) -> str:
    word = "contains" if low <= LEVEL <= high else "does not contain"
    return f"which {word} {chance_text(LEVEL, LEVEL)}"


def _share(low: float, high: float) -> str:
    """Interval of a share in percent, and whether it holds the stated one."""
    return f"{chance_text(round(low, 2), round(high, 2))}, {_contains(low, high)}"


class ForesightChart(Block):
    """Draw each forecast and the number that came."""

    def html(self) -> str:
        """Return the chart."""
        from skytally.figures import foresight_chart

        forecasts = results("foresight")
        return "" if forecasts.empty else f"{foresight_chart(forecasts, _said()).block}{FORECASTS}"


def _said() -> dict[str, str]:
    """Map the rows that forecasts were scored on to their numbers, as the sources word them."""
    return {
        str(row["id"]): quantity_text(quantity_of(row))
        for name in ("quay_stocks", "voyage_counts", "rail_counts")
        for row in table(name).to_dict("records")
    }


def _over(days: object) -> str:
    return f" over {days} days" if days else ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("foresight-summary", ForesightSummary)
    app.add_directive("foresight-chart", ForesightChart)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
