"""Sentences on scores: forecasts by series, and changes beside those of another program."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from skytally.press.sphinx_ext import (
    forecast_verification_directives,
    interval_calibration_directives,
)
from skytally.press.sphinx_ext.benchmark_result_tables import results
from skytally.press.sphinx_ext.forecast_verification_directives import ForesightSummary
from skytally.press.sphinx_ext.interval_calibration_directives import (
    LIKELY_METHOD,
    OWN_METHOD,
    RBEAST_METHOD,
    ChangesBesideRbeast,
)
from tests.support.directives_without_page import bare


def _text(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", markup))


def _forecasts(**held: tuple[int, int]) -> pd.DataFrame:
    """Made-up forecasts: series to how many of how many held."""
    one = results("foresight")
    one = one[one["target"] != ""].iloc[0]
    rows = []
    for name, (within, tried) in held.items():
        rows += [{**one, "line": name, "covered": "no" if k >= within else "yes"}
                 for k in range(tried)]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"short": (3, 3)}, [
            "29 to 100 percent, which contains 90 percent", "No series has as many"]),
        ({"short": (3, 3), "long": (36, 36)}, [
            "90 to 100 percent, which does not contain 90 percent", "short have not as many"]),
        ({"long": (20, 40)}, ["34 to 66 percent, which does not contain 90 percent", "Missed:"]),
    ],
    ids=["too few", "all of many held", "half held"],
)  # fmt: skip
def test_coverage_is_printed_by_series_with_what_it_can_show(
    monkeypatch: pytest.MonkeyPatch, held: dict[str, tuple[int, int]], words: list[str]
) -> None:
    """The interval of each series, whether it contains nine in ten, and which are too short."""
    monkeypatch.setattr(forecast_verification_directives, "results", lambda _: _forecasts(**held))
    text = _text(bare(ForesightSummary).html())
    assert [each for each in words if each not in text] == []


def test_changes_of_the_better_program_are_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """At one rule Rbeast has 0.8 and ours 0.7: the sentence says who is better, and where not."""
    accuracy = pd.DataFrame(
        [("d", method, "mean f1", value, 1) for method, value in
         ((OWN_METHOD, 0.9), (LIKELY_METHOD, 0.7), (RBEAST_METHOD, 0.8))],
        columns=["dataset", "method", "metric", "value", "n"],
    )  # fmt: skip
    series = pd.DataFrame(
        [("d", "s", OWN_METHOD, 0.9, "2020-01-01"),
         ("d", "s", LIKELY_METHOD, 0.7, "2020-01-01 2020-02-01")],
        columns=["dataset", "series", "method", "f1", "date_found"],
    )  # fmt: skip
    tables = {"measurement_accuracy": accuracy, "change_point_scores": series}
    monkeypatch.setattr(interval_calibration_directives, "results", tables.get)
    text = _text(bare(ChangesBesideRbeast).html())
    assert "of ours is 0.7 and that of Rbeast 0.8, so there Rbeast is better" in text
    assert "(s: 2020-02-01)" in text
    accuracy.loc[1, "value"] = 0.85
    assert "so there ours is better" in _text(bare(ChangesBesideRbeast).html())
