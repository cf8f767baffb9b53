"""Sentences on change points in real series, beside those of another program."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from skytally.press.sphinx_ext import change_point_accuracy_directives
from skytally.press.sphinx_ext.change_point_accuracy_directives import (
    LIKELY_METHOD,
    OWN_METHOD,
    RBEAST_METHOD,
    ChangesBesideRbeast,
)
from tests.support.directives_without_page import bare


def _text(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", markup))


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
    tables = {"measurement_accuracy": accuracy, "change_point_scores_real_series": series}
    monkeypatch.setattr(change_point_accuracy_directives, "results", tables.get)
    text = _text(bare(ChangesBesideRbeast).html())
    assert "of ours is 0.7 and that of Rbeast 0.8, so there Rbeast is better" in text
    assert "(s: 2020-02-01)" in text
    accuracy.loc[1, "value"] = 0.85
    assert "so there ours is better" in _text(bare(ChangesBesideRbeast).html())
