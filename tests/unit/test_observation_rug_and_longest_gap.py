"""The rug under a measured line: one tick per image, and the longest gap between them."""

from __future__ import annotations

import pandas as pd

from skytally.core import evidence_line_name_constants as n
from skytally.imagery.figures.observation_rug_and_longest_gap import (
    CONCLUSIVE,
    INCONCLUSIVE,
    LOST,
    blind_gap,
    gap_text,
    rug_rows,
)
from tests.support.imagery_chart_inputs import (
    ONE_OF_EACH_STATE,
    SPAN,
    inventory,
    inventory_row,
    made_chart,
    made_line,
    made_observation,
)


def test_the_rug_holds_every_look_once() -> None:
    """Measured or lost, with the reason; what stands in another row or has no time is left out."""
    looks = inventory(
        inventory_row("2023-02-01"),
        inventory_row("2023-05-01"),
        inventory_row("2023-07-01", usable="no", unusable_reason="cloud: 63 % of the ring"),
        inventory_row("2023-07-05", status="failed", usable="", status_reason="http: status 503"),
        inventory_row("2023-07-09"),
        inventory_row("2023-07-11", status="superseded", usable="", status_reason="older: of X"),
        inventory_row(
            "2023-07-12", status="rejected", usable="", status_reason="no time", time_utc=""
        ),
        inventory_row("2024-07-12"),
    )
    table = rug_rows({"a": made_line(*ONE_OF_EACH_STATE)}, looks, SPAN)
    assert table["kind"].value_counts().to_dict() == {CONCLUSIVE: 4, LOST: 3, INCONCLUSIVE: 1}
    lost = table[table["kind"] == LOST]
    assert lost["why"].tolist() == [
        "cloud: 63 % of the ring",
        "http: status 503",
        "its chip is not on this machine; make refresh brings it back",
    ]
    told = rug_rows(
        {"a": made_line(*ONE_OF_EACH_STATE)},
        looks,
        SPAN,
        left_out={"S2_2023-07-09": "of processor L1C"},
    )
    assert "of processor L1C" in told["why"].tolist()


def test_the_rug_knows_a_look_by_its_time_where_names_differ() -> None:
    """An observation without a name in the cube is not counted a second time as lost."""
    looks = inventory(inventory_row("2023-02-01", item_id="another name"))
    assert len(rug_rows({"a": made_line(ONE_OF_EACH_STATE[0])}, looks, SPAN)) == 1


def test_a_look_at_two_berths_is_one_tick_that_could_tell() -> None:
    """It could tell when one of the two could."""
    one, other = (
        made_line(made_observation("2023-02-01", n.UNCLEAR)),
        made_line(ONE_OF_EACH_STATE[0]),
    )
    assert rug_rows({"a": one, "b": other}, inventory(), SPAN)["kind"].tolist() == [CONCLUSIVE]


def test_the_gap_ends_at_looks_that_could_tell() -> None:
    """An unclear observation does not end a gap; something seen without a number does."""
    gap = blind_gap(rug_rows({"a": made_line(*ONE_OF_EACH_STATE)}, inventory(), SPAN))
    said = "90 days without an image that could tell, 1 April 2023 to 30 June 2023"
    assert gap_text(*gap) == said
    shown = made_chart(made_line(*ONE_OF_EACH_STATE))
    assert f"Shaded: {said}." in shown.text
    given = (pd.Timestamp("2023-02-01"), pd.Timestamp("2023-02-03"))
    assert "Shaded: 2 days" in made_chart(made_line(*ONE_OF_EACH_STATE), gap=given).text
