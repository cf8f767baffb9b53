"""What was measured about the methods: calibration, real series, and other committed results."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import registry
from skytally.imagery.pipeline.detection_limits import CARDS
from skytally.press.sphinx_ext.extension import Block, cell, filtered_table

OUR_METHOD = "skytally onset, one change"
OURS = ("sweep", "berth", "radar berth", "change_score", "ours")
OUR_WORDS = ("skytally", "K CFAR")
"""Names of our methods in the proof, and how the names of others of them begin."""
LOWER_IS_BETTER = ("false", "mean error", "change shown where there is none", "targets in no box")
HIGHER_IS_BETTER = (
    "precision", "recall", "average precision", "pixels alike", "intersection over union",
    "dates right", "mean f1", "mean covering", "detection per look",
    "change shown where there is one", "boxes that hold a target",
)  # fmt: skip
"""Scores of which the best of several methods is set in bold."""


def _results(slug: str) -> pd.DataFrame:
    return pd.read_csv(registry.path(slug), keep_default_na=False)


class CalibrationTable(Block):
    """Show how often the intervals hold in simulated worlds, with date and seed."""

    def html(self) -> str:
        """Write the table."""
        table = _results("calibration")
        heads = ["estimator", "target", "unit", "worlds", "stated", "held in", "95 % interval"]
        heads += ["bias", "rmse", "width", "note"]
        rows = []
        for row in table.itertuples():
            cells = [row.target, row.unit, row.worlds, row.nominal, f"{row.coverage:.3f}"]
            cells += [f"{row.low:.3f} to {row.high:.3f}", row.bias, row.rmse, row.width, row.note]
            rows.append(
                f'<tr><th scope="row">{cell(row.estimator)}</th>'
                + "".join(f"<td>{cell(each)}</td>" for each in cells)
                + "</tr>"
            )
        when, seed = table["date"].iloc[0], table["seed"].iloc[0]
        caption = f"Simulated worlds (run on {when}, seed {seed})"
        return filtered_table("calibration", caption, heads, rows)


class CalibrationChart(Block):
    """Draw the coverage of the intervals that are stated at nine in ten."""

    def html(self) -> str:
        """Write the chart."""
        from skytally.figures.calibration_charts import coverage_chart

        return coverage_chart(_results("calibration")).block


class RealSeriesTable(Block):
    """Show how the onset date fares on real series with known changes, beside other methods."""

    def html(self) -> str:
        """Write one row a series and their mean, a column a method."""
        table = _results("real_series")
        methods = list(dict.fromkeys(table["method"]))
        series = list(dict.fromkeys(table["series"]))
        scores = table.set_index(["series", "method"])
        rows = []
        for name in series:
            ours = scores.loc[(name, OUR_METHOD)]
            cells = self._cells([scores.loc[(name, each)] for each in methods])
            interval = f"{ours['date_found'] or 'no change shown'} ({ours['interval']})"
            rows.append(
                f'<tr><th scope="row">{cell(name)}</th>{cells}<td>{cell(interval)}</td>'
                f"<td>{cell(ours['note'])}</td></tr>"
            )
        means = table.groupby("method")[["f1", "covering"]].mean()
        cells = self._cells([means.loc[each] for each in methods])
        rows.append(f'<tr><th scope="row">mean</th>{cells}<td></td><td></td></tr>')
        heads = ["series", *methods, "date found by ours (interval)", "note"]
        caption = (
            f"Real series, F1 and covering after the Turing Change Point Dataset, best in bold "
            f"(run on {table['date'].iloc[0]})"
        )
        return filtered_table("real-series", caption, heads, rows)

    @staticmethod
    def _cells(scores: list[pd.Series]) -> str:
        best = max(each["f1"] for each in scores), max(each["covering"] for each in scores)
        made = []
        for each in scores:
            pair = [
                f"<strong>{value:.2f}</strong>" if value == top else f"{value:.2f}"
                for value, top in zip((each["f1"], each["covering"]), best, strict=True)
            ]
            made.append(f"<td>{' / '.join(pair)}</td>")
        return "".join(made)


class TrialsTable(Block):
    """Show what was tried against the pipeline, case by case, and how often each ended how."""

    slug: str
    name: str
    caption: str
    missing: str
    feared: tuple[str, ...]
    """Outcomes that are named even where they never occurred."""

    def html(self) -> str:
        """Write the table, or say that it was not tried yet."""
        if self.slug not in registry.entries():
            return f"<p>{cell(self.missing)}</p>"
        table = _results(self.slug)
        counted = table["outcome"].value_counts()
        ended = [*counted.items(), *((word, 0) for word in self.feared if word not in counted)]
        told = ", ".join(f"{cell(word)}: {count}" for word, count in ended)
        heads = ["case", "where", "how often", "outcome", "detail"]
        rows = [
            f'<tr><th scope="row">{cell(row.case)}</th>'
            + "".join(
                f"<td>{cell(each)}</td>"
                for each in (row.where, row.how_often, row.outcome, row.detail)
            )
            + "</tr>"
            for row in table.itertuples()
        ]
        dates = sorted(set(table["date"]))
        when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
        caption = f"{self.caption} (run on {when})"
        return (
            f"<p>{len(table)} cases: {told}.</p>{filtered_table(self.name, caption, heads, rows)}"
        )


class FaultsTable(TrialsTable):
    """Show what the reader made of each fault of a server or a catalogue."""

    slug, name = "faults", "faults"
    caption = "Faults put between the pipeline and its servers"
    missing = "The faults were not tried on this copy yet."
    feared = ("SILENT WRONG PIXELS", "HUNG")


class StrangersTable(TrialsTable):
    """Show how well a band of another day is told by its detail."""

    slug, name = "strangers", "strangers"
    caption = "Bands of another day put among those of a look, in real scenes"
    missing = "Bands were not exchanged on this copy yet."
    feared = ()


class CrashesTable(TrialsTable):
    """Show what was left of the store after each interruption."""

    slug, name = "crashes", "crashes"
    caption = "Interruptions and damage of the store"
    missing = "The interruptions were not tried on this copy yet."
    feared = ()


class ProofTable(Block):
    """Show how the measures score on real and on made-up looks, beside other methods."""

    def html(self) -> str:
        """Write one row a score, best of several methods in bold."""
        if "proof" not in registry.entries():
            return "<p>The measures were not scored on this copy yet.</p>"
        table = _results("proof")
        numbers = table["value"].apply(pd.to_numeric, errors="coerce")
        # points of a curve and parts of a data set are no rivals of the whole
        whole = ~table["note"].str.startswith(("curve", "only"))
        shared = [table[word].where(whole) for word in ("measure", "dataset", "metric")]
        lower = table["metric"].str.startswith(LOWER_IS_BETTER)
        rivals = table.groupby(shared)["method"].transform("nunique") > 1
        best = numbers.groupby(shared).transform("max").where(~lower)
        best = best.fillna(numbers.groupby(shared).transform("min").where(lower))
        heads = ["measure", "data", "method", "score", "value", "90 % interval", "n", "note"]
        rows = []
        for row, value, top, rival in zip(table.itertuples(), numbers, best, rivals, strict=True):
            told = row.metric.startswith(LOWER_IS_BETTER) or row.metric in HIGHER_IS_BETTER
            higher = rival and value == top and told
            text = cell(row.value)
            shown = f"<strong>{text}</strong>" if higher else text
            interval = f"{row.low} to {row.high}" if row.low != "" else ""
            cells = [row.dataset, row.method, row.metric]
            rows.append(
                f'<tr><th scope="row">{cell(row.measure)}</th>'
                + "".join(f"<td>{cell(each)}</td>" for each in cells)
                + f"<td>{shown}</td>"
                + "".join(f"<td>{cell(each)}</td>" for each in (interval, row.n, row.note))
                + "</tr>"
            )
        caption = f"Scores of the measures (run on {table['date'].iloc[0]})"
        choices = list(dict.fromkeys(table["measure"]))
        return filtered_table("proof", caption, heads, rows, label="measure", choices=choices)


def _better(ours: pd.Series, other: pd.Series, *, lower: bool) -> str:
    """Say which of two scores is better, or that their intervals do not tell."""
    if ours["number"] == other["number"]:
        return "even"
    ahead = (ours["number"] < other["number"]) == lower
    ends = [pd.to_numeric(each[word], errors="coerce")
            for each in (ours, other) for word in ("low", "high")]  # fmt: skip
    word = "ours" if ahead else "the other"
    apart = ends[0] > ends[3] or ends[2] > ends[1]
    known = all(pd.notna(each) for each in ends)
    return word if apart or not known else f"{word}, within the intervals"


class SideBySideTable(Block):
    """Show where our measures win and where they lose against others on the same looks."""

    def html(self) -> str:
        """Write one row a data set and score: ours, the best of the others, who is better."""
        if "proof" not in registry.entries():
            return ""
        table = _results("proof")
        table = table.assign(
            number=pd.to_numeric(table["value"], errors="coerce"),
            own=table["method"].isin(OURS) | table["method"].str.startswith(OUR_WORDS),
        ).dropna(subset=["number"])
        rows = []
        for (measure, data, metric), part in table.groupby(
            ["measure", "dataset", "metric"], sort=False
        ):
            own, others = part[part["own"]], part[~part["own"]]
            if own.empty or others.empty or "by length" in metric or "at recall" in metric:
                continue
            lower = metric.startswith(LOWER_IS_BETTER)
            others = others.sort_values("number", ascending=lower, kind="stable")
            ours, other = own.iloc[0], others.iloc[0]
            cells = [metric, _better(ours, other, lower=lower), ours["value"], other["value"]]
            cells += [other["method"], data]
            rows.append(
                f'<tr><th scope="row">{cell(measure)}</th>'
                + "".join(f"<td>{cell(each)}</td>" for each in cells)
                + "</tr>"
            )
        heads = ["measure", "score", "better", "ours", "best other", "which", "data"]
        return filtered_table("side-by-side", "Ours and the best of the others", heads, rows)


class ProofCharts(Block):
    """Draw the scores that are curves: ships by length, change by recall."""

    def html(self) -> str:
        """Write the charts, those of data sets that were scored."""
        from skytally.figures.calibration_charts import change_chart, lengths_chart

        if "proof" not in registry.entries():
            return ""
        table = _results("proof")
        pairs = table[table["metric"].str.startswith("precision at recall ")]
        charts = [change_chart(table, dataset=each) for each in dict.fromkeys(pairs["dataset"])]
        if (table["metric"] == "recall by length").any():
            charts.insert(0, lengths_chart(table, dataset="four labelled ports"))
        return "".join(each.block for each in charts)


class LimitsTable(Block):
    """Show the detection limits of every measure in made-up places, all sizes and contrasts."""

    def html(self) -> str:
        """Write one row a measure, size and contrast."""
        table = _results("limits")
        heads = ["measure", "put in", "contrast", "looks", "found", "recall", "90 % interval"]
        heads += ["bias", "5 to 95 % of it"]
        rows = []
        for row in table.itertuples():
            card = CARDS[row.card]
            thing = "nothing" if float(row.size) == 0 else card.thing.format(size=float(row.size))
            cells = [thing, row.contrast, row.looks, row.found, f"{float(row.recall):.2f}"]
            cells += [f"{float(row.low):.2f} to {float(row.high):.2f}"]
            spread = f"{row.bias_low} to {row.bias_high}" if row.bias != "" else ""
            cells += [f"{row.bias} {card.unit}" if row.bias != "" else "", spread]
            rows.append(
                f'<tr><th scope="row">{cell(card.title)}</th>'
                + "".join(f"<td>{cell(str(each))}</td>" for each in cells)
                + "</tr>"
            )
        when, seed = table["date"].iloc[0], table["seed"].iloc[0]
        caption = f"Simulated: known things drawn into made-up looks (run on {when}, seed {seed})"
        choices = list(dict.fromkeys(CARDS[each].title for each in table["card"]))
        return filtered_table("limits", caption, heads, rows, label="measure", choices=choices)


class MeasuringTable(Block):
    """Show how fast the measures are, and whether their memory grows with the looks."""

    def html(self) -> str:
        """Write one row a measure and figure."""
        if "measuring" not in registry.entries():
            return "<p>The speed of the measures was not taken on this copy yet.</p>"
        table = _results("measuring")
        rows = [
            f'<tr><th scope="row">{cell(row.measure)}</th>'
            + "".join(f"<td>{cell(each)}</td>" for each in (row.metric, row.value, row.n, row.note))
            + "</tr>"
            for row in table.itertuples()
        ]
        caption = f"Speed and memory of the measures (run on {table['date'].iloc[0]})"
        return filtered_table(
            "measuring", caption, ["measure", "figure", "value", "n", "note"], rows
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("faults-table", FaultsTable),
        ("strangers-table", StrangersTable),
        ("crashes-table", CrashesTable),
        ("proof-table", ProofTable),
        ("proof-charts", ProofCharts),
        ("side-by-side-table", SideBySideTable),
        ("limits-table", LimitsTable),
        ("measuring-table", MeasuringTable),
        ("calibration-table", CalibrationTable),
        ("calibration-chart", CalibrationChart),
        ("real-series-table", RealSeriesTable),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
