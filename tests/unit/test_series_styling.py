"""Styles of series: the colour of their counter in every chart, and no two that look the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import pytest

from skytally import figures
from skytally.core import chart_style as style
from skytally.figures.counter_names_and_colours import counter_colour
from skytally.figures.series_styling import series_styles, shared_colour, shared_words
from skytally.record import by_statement, filtered, lines
from tests.support.parsed_charts import column, document, models

Table = Callable[[str], pd.DataFrame]


def _marks(*series: tuple[str, str, str]) -> pd.DataFrame:
    """Make marks of series, each with its name, counter and the counter's name."""
    return pd.DataFrame(series, columns=["series", "counter", "who"])


def test_series_of_one_counter_share_its_colour_and_no_mark() -> None:
    """Six places of one counter have one colour and six marks."""
    found = series_styles(_marks(*((f"VOA Korean, {i}", "voa", "VOA Korean") for i in range(6))))
    assert {each.colour for each in found.values()} == {counter_colour("voa")}
    assert len({each.live for each in found.values()}) == 6
    assert len({each.static for each in found.values()}) == 6


def test_agencies_of_one_government_and_strangers_look_different() -> None:
    """Colour and mark together never repeat, up to eighteen counters without a colour."""
    agencies = [(name, name, name) for name in ("rok-mnd", "rok-nis", "rok-dia", "rok-jcs")]
    strangers = [(f"s{i}", f"s{i}", f"s{i}") for i in range(18)]
    found = series_styles(_marks(*agencies, *strangers)).values()
    assert len({(each.colour, each.live) for each in found}) == 22
    assert len({(each.colour, each.static) for each in found}) == 22


@pytest.mark.parametrize(
    ("series", "names", "shared"),
    [
        (["VOA Korean, Rajin, a", "VOA Korean, Rajin, b"], ["a", "b"], "VOA, Rajin"),
        (["VOA Korean, Rajin"], ["VOA, Rajin"], ""),
        (["VOA Korean, a", "VOA Korean"], ["a", "VOA"], "VOA"),
    ],
)
def test_words_that_all_series_share_are_said_once(
    series: list[str], names: list[str], shared: str
) -> None:
    """They stand over the chart and not in every name; no name is empty."""
    marks = _marks(*((name, "voa", "VOA Korean") for name in series))
    assert [each.name for each in series_styles(marks).values()] == names
    assert shared_words(marks) == shared


def test_a_lane_of_several_counters_is_neutral() -> None:
    """Only where one counter speaks does a lane have a counter's colour."""
    assert shared_colour(pd.Series(["csis", "csis"])) == counter_colour("csis")
    assert shared_colour(pd.Series(["csis", "voa"])) == style.SEVERAL_COUNTERS
    assert shared_colour(pd.Series([""])) == style.SEVERAL_COUNTERS


def _colours(chart: object) -> Mapping[str, set[str]]:
    """Colours of the points of each counter named under the pointer."""
    found: dict[str, set[str]] = {}
    for renderer in models(chart, "GlyphRenderer"):
        glyph = renderer["glyph"]["attributes"]
        line = glyph.get("line_color", {})
        for who in column(renderer["data_source"]["attributes"], "who"):
            if isinstance(line, dict) and "value" in line:
                found.setdefault(who, set()).add(line["value"])
    return found


def test_charts_of_the_record_take_the_colours_of_counters_from_one_table(table: Table) -> None:
    """Stocks, claims, lanes and bars draw each counter in its colour of the table."""
    groups, counters = table("same_observation"), table("counters")
    labels = figures.names_of(counters, table("scopes"))
    stocks, claims = table("quay_stocks"), by_statement(table("official_claims"))
    ships, depots = table("ship_sightings"), table("depot_observations")
    tonnes = depots[depots["unit"] == "tonnes"]
    boxes = filtered(claims, "cumulative=yes;sense=delivered")
    common = {"caption": "Made up."}
    shown = [
        figures.values_chart(
            lines(stocks, groups, quantity="containers"), labels, name="a", ylabel="b", **common
        ),
        figures.values_chart(
            lines(boxes, groups, quantity="containers", by=("counter",)),
            labels, name="a", ylabel="b", **common,
        ),
        figures.lanes_chart(ships, labels, lane=ships["counter"], name="a", **common),
        figures.bars_chart(tonnes, labels, label=tonnes["id"], name="a", xlabel="t", **common),
    ]  # fmt: skip
    ids = dict(zip(counters["name"], counters["id"], strict=True))
    seen = set()
    for block in shown:
        for who, colours in _colours(document(block)).items():
            allowed = {counter_colour(ids[who]), *style.UNLISTED_COUNTERS, style.INK}
            if ids[who] in figures.counter_labels():
                allowed = {counter_colour(ids[who]), style.INK}
            assert colours <= allowed, who
            seen.add(who)
    assert len(seen) > 12
