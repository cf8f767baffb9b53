"""The table of the speed and memory of the measures."""

from __future__ import annotations

from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.measurement_speed_and_memory_directive import MeasuringTable
from tests.support.directives_without_page import bare


def test_every_figure_of_the_benchmark_is_shown() -> None:
    """One row a measure and figure, with the day of the run; the table is not empty."""
    table = results("measurement_speed_and_memory")
    shown = bare(MeasuringTable).html()
    assert len(table) > 0
    assert shown.count("<tr>") >= len(table)
    assert f"run on {table['date'].iloc[0]}" in shown
