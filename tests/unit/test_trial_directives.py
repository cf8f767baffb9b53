"""The tables of trials: outcomes counted, feared ones named, nothing tried said."""

from __future__ import annotations

import pandas as pd
import pytest

from skytally.press.sphinx_ext import results_data, trial_directives
from tests.support.bare_directives import bare

NASTY = "</td><script>alert(1)</script>"


@pytest.mark.parametrize(
    "directive",
    [trial_directives.FaultsTable, trial_directives.StrangersTable, trial_directives.CrashesTable],
)
def test_trials_that_were_not_run_are_said(
    monkeypatch: pytest.MonkeyPatch, directive: type[trial_directives.TrialsTable]
) -> None:
    """Without its table the page says so and shows no empty one."""
    monkeypatch.setattr(results_data.data_registry, "entries", dict)
    shown = bare(directive).html()
    assert "on this copy yet" in shown
    assert "<table" not in shown


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
    monkeypatch.setattr(trial_directives, "results", lambda _: table)
    shown = bare(trial_directives.FaultsTable).html()
    assert (
        "3 cases: recovered: 2, failed with its reason: 1, SILENT WRONG PIXELS: 0, HUNG: 0."
    ) in shown
    assert "<script>" not in shown
    assert "(run on 2026-11-22)" in shown
