"""Sentences on forecasts: how often their intervals contained the next number, by series."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from skytally.press.sphinx_ext import forecast_verification_directives
from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.forecast_verification_directives import ForesightSummary
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
