"""The tables of trials: outcomes counted, feared ones named, nothing tried said."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from skytally.press.sphinx_ext import benchmark_result_reader, fault_trial_directives
from tests.support.directives_without_page import bare

NASTY = "</td><script>alert(1)</script>"


@pytest.mark.parametrize(
    "directive",
    [
        fault_trial_directives.FaultsTable,
        fault_trial_directives.StrangersTable,
        fault_trial_directives.CrashesTable,
        fault_trial_directives.FuzzedInputsTable,
        fault_trial_directives.FieldInputsTable,
        fault_trial_directives.PayloadsTable,
    ],
)
def test_trials_that_were_not_run_are_said(
    monkeypatch: pytest.MonkeyPatch,
    directive: type[fault_trial_directives.TrialsTable | fault_trial_directives.CountsTable],
) -> None:
    """Without its table the page says so and shows no empty one."""
    monkeypatch.setattr(benchmark_result_reader.data_registry, "entries", dict)
    shown = bare(directive).html()
    assert "on this copy yet" in shown
    assert "<table" not in shown


@pytest.mark.parametrize(
    "directive",
    [
        fault_trial_directives.FaultsTable,
        fault_trial_directives.StrangersTable,
        fault_trial_directives.CrashesTable,
        fault_trial_directives.FuzzedInputsTable,
        fault_trial_directives.FieldInputsTable,
        fault_trial_directives.PayloadsTable,
    ],
)
def test_trials_are_shown_under_whatever_word_a_page_calls_them(directive: type[Any]) -> None:
    """Sphinx writes that word over `name`, so that no table is found by it."""
    block = bare(directive)
    block.name = "as-the-page-calls-it"
    assert "<table" in block.html()


def test_trials_are_counted_and_the_feared_outcomes_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcomes are counted, the commonest first; those that must not occur stand there as zero."""
    row = {"where": "w", "how_often": "once", "detail": NASTY, "date": "2026-11-22"}
    table = pd.DataFrame(
        [
            {"case": "hang", "outcome": "recovered", **row},
            {"case": "reset", "outcome": "recovered", **row},
            {"case": "503", "outcome": "failed with its reason", **row},
        ]
    )
    monkeypatch.setattr(fault_trial_directives, "results", lambda _: table)
    shown = bare(fault_trial_directives.FaultsTable).html()
    assert (
        "3 cases: recovered: 2, failed with its reason: 1, SILENT WRONG PIXELS: 0, HUNG: 0."
    ) in shown
    assert "<script>" not in shown
    assert "(run on 2026-11-22)" in shown


def test_field_inputs_are_counted_for_each_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed at first stays on the page beside what came of the mends."""
    row = {"family": NASTY, "unclear": 1, "crashed": 0, "date": "2026-11-29"}
    table = pd.DataFrame(
        [
            {"trial": "first trial", "tried": 10, "right": 4, "told": 3, "silent": 2, **row},
            {"trial": "first trial", "tried": 5, "right": 3, "told": 1, "silent": 0, **row},
            {"trial": "after the mends", "tried": 5, "right": 4, "told": 1, "silent": 0, **row},
            {"trial": "fresh inputs", "tried": 3, "right": 1, "told": 1, "silent": 0, **row},
        ]
    )
    monkeypatch.setattr(fault_trial_directives, "results", lambda _: table)
    shown = bare(fault_trial_directives.FieldInputsTable).html()
    assert (
        "First trial: 15 inputs: taken as meant: 7, one clear message: 4, unclear message: 2, "
        "PASSED IN SILENCE: 2, CRASHED OR HUNG: 0."
    ) in shown
    assert (
        "Ended well at the first try: 11 of 15 (first trial) and 2 of 3 (fresh inputs). The same "
        "inputs after the mends: 5 of 5 (after the mends)."
    ) in shown
    assert "Fresh inputs: 3 inputs: taken as meant: 1" in shown
    assert "<script>" not in shown
