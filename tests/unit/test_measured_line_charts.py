"""Charts of measured lines: every observation, published counts, labels of made-up images."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest

from skytally.core import evidence_line_name_constants as n
from tests.support.expected_sentences import same_sentence
from tests.support.imagery_chart_inputs import (
    ONE_OF_EACH_STATE,
    inventory,
    inventory_row,
    made_chart,
    made_line,
    made_observation,
    point_glyphs,
)
from tests.support.parsed_charts import NASTY, tags


def test_states_are_drawn_apart() -> None:
    """Counted is filled, nothing seen an open circle, seen a cross, and unclear no point at all."""
    drawn = {}
    for glyph, source in point_glyphs(made_chart(made_line(*ONE_OF_EACH_STATE))):
        for row in source["row"]:
            drawn[row] = (glyph["marker"]["value"], glyph["fill_color"]["value"])
    assert set(drawn) == {f"S2_2023-{day}" for day in ("02-01", "03-01", "04-01", "06-30")}
    assert drawn["S2_2023-03-01"] == ("circle", "white")
    assert drawn["S2_2023-04-01"][0] == "x"
    assert drawn["S2_2023-02-01"][1] not in ("white", None)


def test_a_look_that_cannot_tell_never_becomes_a_number() -> None:
    """Missing is not zero: with unclear observations alone there is a rug and no point."""
    shown = made_chart(made_line(made_observation("2023-05-01", n.UNCLEAR)))
    assert point_glyphs(shown) == []
    same_sentence("measured_line_charts.inconclusive", shown.text)


def test_words_carry_the_interval_of_each_look() -> None:
    """The alternative text gives the interval, and what an empty image may have missed."""
    told = made_chart(made_line(*ONE_OF_EACH_STATE)).text
    same_sentence("measured_line_charts.alt_text", told)
    assert all(each in told for each in ("120 m", "(110 to 130 m)", "55 m"))


def test_gaps_that_are_as_long_are_not_shaded() -> None:
    """A satellite's usual interval is no blindness; the words say how often it stood."""
    days = ("2023-02-01", "2023-02-06", "2023-02-11")
    shown = made_chart(made_line(*(made_observation(day, n.NOTHING_SEEN, 0.0) for day in days)))
    words = "No gap is shaded: the longest without an image that could tell is 5 days, 2 times."
    assert words in shown.text
    assert "blind for" not in shown.text


def test_published_counts_have_marks_of_their_own() -> None:
    """Another marker and colour, their own words, and no mark where they give no number."""
    published = pd.DataFrame(
        {
            "date_first": pd.to_datetime(["2023-02-03", "2023-02-05"]),
            "date_last": pd.to_datetime(["2023-02-03", "2023-02-05"]),
            "value": [90.0, math.nan], "low": math.nan, "high": math.nan,
            "counter": ["CSIS", "nobody"], "said": ["at least 90 m", "no number"],
            "bound": [n.AT_LEAST, ""],
        }
    )  # fmt: skip
    shown = made_chart(made_line(ONE_OF_EACH_STATE[0]), published=published)
    by = {
        who: glyph["marker"]["value"]
        for glyph, source in point_glyphs(shown)
        for who in source["who"]
        if glyph["marker"]["value"] != "triangle"
    }
    assert by["CSIS"] != by["skytally"]
    assert "nobody" not in by
    assert "3 February 2023: at least 90 m (published: CSIS)" in shown.text


@pytest.mark.parametrize(
    ("rehearsal", "attribute", "label", "word"),
    [
        (True, "", "", "REHEARSAL"),
        (False, "simulated", "", "SIMULATED"),
        (False, "", "simulated", "SIMULATED"),
        (False, "", "", ""),
    ],
)
def test_made_up_looks_are_labelled(rehearsal: bool, attribute: str, label: str, word: str) -> None:
    """The label stands in the caption, in the words, and in both pictures."""
    line = made_line(*ONE_OF_EACH_STATE).assign_attrs(label=attribute)
    shown = made_chart(
        line, inventory(inventory_row("2023-02-01", label=label)), rehearsal=rehearsal
    )
    assert bool(re.search("REHEARSAL|SIMULATED", shown.block)) == bool(word)
    assert shown.text.startswith(word)
    assert shown.block.count(f'"text":"{word}: ') == bool(word)


def test_a_period_without_looks_is_a_sentence() -> None:
    """There is no empty frame, and the label stays."""
    shown = made_chart(
        made_line(*ONE_OF_EACH_STATE), period=("2020-01-01", "2020-02-01"), rehearsal=True
    )
    assert "<figure" not in shown.block
    assert shown.text.startswith("REHEARSAL")
    same_sentence("measured_line_charts.no_image", shown.text)


def test_hostile_words_stay_words() -> None:
    """An id that looks like a script is drawn as text everywhere."""
    line = made_line(made_observation("2023-02-01", n.COUNTED, 120.0, item=NASTY))
    row = inventory_row("2023-03-01", item_id=NASTY, status_reason=NASTY)
    chart = made_chart(line, inventory(row))
    assert [tag for tag, _ in tags(chart.block)].count("script") == 2
