"""Cards of detection limits: the sentence, the curve, and the label of simulated images."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from skytally.imagery.figures.recall_by_object_size_chart import limits_chart
from tests.support.imagery_chart_inputs import point_glyphs
from tests.support.parsed_charts import NASTY, tags


def _limits(*, simulated: bool = True) -> pd.DataFrame:
    rows = [(0.0, math.nan, 1, 0.02), (50.0, 0.05, 10, 0.2), (100.0, 0.05, 48, 0.96)]
    return pd.DataFrame(
        [
            {
                "size": size, "contrast": contrast, "looks": 50, "found": found, "something": 0,
                "recall": recall, "low": recall / 2, "high": (1 + recall) / 2, "bias": 3.0,
                "bias_low": -1.0, "bias_high": 5.0, "simulated": simulated,
            }
            for size, contrast, found, recall in rows
        ]
    )  # fmt: skip


@pytest.mark.parametrize("simulated", [True, False])
def test_a_card_says_when_it_rests_on_simulated_looks(simulated: bool) -> None:
    """The title begins so, on the page and in the picture; the sentence stands over the chart."""
    table = _limits(simulated=simulated)
    shown = limits_chart(table, title="Ships", xlabel="m", sentence="Found in 48 of 50.")
    assert shown.text.startswith("Simulated: Ships.") == simulated
    assert ('"text":"Simulated: Ships"' in shown.block) == simulated
    assert shown.block.index("Found in 48 of 50.") < shown.block.index("<figure")
    assert "<details>" in shown.block


def test_a_card_draws_no_false_alarm_as_a_size() -> None:
    """Images without an injected object are in the table and the sentence, not on the curve."""
    glyphs = point_glyphs(limits_chart(_limits(), title="Ships", xlabel="m", sentence="Found."))
    (words,) = (source["said"] for _, source in glyphs)
    assert [each.partition(" (")[0] for each in words] == ["10 of 50 found", "48 of 50 found"]


def test_a_card_of_nothing_is_a_sentence() -> None:
    """Before anything was tried no limit is known, and the card says so."""
    shown = limits_chart(_limits().iloc[:0], title="Ships", xlabel="m", sentence="")
    assert "<figure" not in shown.block
    assert "no limit is known" in shown.text


def test_a_card_shows_code_as_text() -> None:
    """A title or sentence that looks like a script starts no tag."""
    card = limits_chart(_limits(), title=NASTY, xlabel="m", sentence=NASTY)
    assert [tag for tag, _ in tags(card.block)].count("script") == 2
