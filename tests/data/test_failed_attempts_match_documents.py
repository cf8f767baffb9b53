"""What was tried and did not work: every line is what a document of the project says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from skytally.core import DataError, read_table
from skytally.press.sphinx_ext.corrections_and_failures_directives import measured_figures

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "data/failed_attempts.csv"


def test_every_failure_is_recorded_where_it_says() -> None:
    """The cited words stand in the cited file, so that nothing on the page is invented."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        attempts = list(csv.DictReader(file))
    assert len(attempts) >= 15
    missing = [
        attempt["id"]
        for attempt in attempts
        if attempt["words"] not in (ROOT / attempt["recorded_in"]).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_every_measured_figure_is_in_the_results() -> None:
    """A sentence on a figure is filled from rows that are there, and leaves no brace."""
    attempts = [
        {str(name): str(value) for name, value in row.items()}
        for row in read_table(TABLE).to_dict("records")
    ]
    figures = {attempt["id"]: measured_figures(attempt) for attempt in attempts}
    measured = [name for name, sentences in figures.items() if sentences]
    assert len(measured) >= len(attempts) / 2
    assert not [text for sentences in figures.values() for text in sentences if "{" in text]


def test_a_figure_of_no_row_of_the_results_is_refused() -> None:
    """A condition that meets nothing would print an attempt as if nobody had measured it."""
    attempt = {"id": "F99", "results": "calibration", "where": "estimator=none", "figure": "{bias}"}
    with pytest.raises(DataError, match=r"row F99, column where: no row of calibration with"):
        measured_figures(attempt)
