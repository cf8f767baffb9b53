"""The tables of detection limits at simulated sites and of ships by length."""

from __future__ import annotations

import re

from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.detection_limit_directive import LimitsTable, ShipsFoundByLength
from tests.support.directives_without_page import bare


def test_nothing_put_in_has_false_alarms_and_no_recall() -> None:
    """The row of nothing gives in how many images something was found, with a number or without."""
    rows = re.findall(r"<tr>(.*?)</tr>", bare(LimitsTable).html(), re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    table = results("simulated_recall_and_bias")
    empty = [each for each in cells if each[1:2] == ["nothing"]]
    assert len(empty) == (table["size"].astype(float) == 0).sum()
    for each, row in zip(empty, table[table["size"].astype(float) == 0].itertuples(), strict=True):
        assert each[4:10] == [""] * 6
        alarms = int(row.found) + int(row.something)
        assert each[10].startswith(f"{alarms} of {row.looks} (")
    assert not any("1 bermed pits" in each for each in cells)


def test_what_counts_as_found_is_said_where_two_sensors_differ() -> None:
    """A coarse pixel shows no shape, so more counts as a ship: both rules stand with the table."""
    said = bare(LimitsTable).html()
    assert "Ships at a berth, Sentinel-2: Found means a hull" in said
    assert "Ships at a berth, Landsat: Found means any change" in said
    table = results("simulated_recall_and_bias")
    berth = table[(table["card"] == "berth-sentinel-2") & (table["size"].astype(float) == 80)]
    assert all(f"<td>{row.something}</td>" in said for row in berth.itertuples())
    # no bias is printed of a size that was never found
    never = (table["bias"] == "") & (table["size"].astype(float) > 0)
    assert said.count("nothing found") == never.sum()


def test_longer_ships_are_found_more_often() -> None:
    """A row a length, a column a contrast, with intervals."""
    said = ShipsFoundByLength.html(bare(ShipsFoundByLength))
    assert "<th" in said
    assert re.search(r"40 m.*percent \(\d+ to \d+\).*200 m", said, re.DOTALL)
