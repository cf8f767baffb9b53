"""Whatever interrupts a refresh, and on whatever disk, the next one gives the same store."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support import refresh_onto_failing_disks as disks
from tests.support.image_store_fault_trials import FOUND, SAME, TOLD, Outcome, trial

KILLS = int(os.environ.get("SKYTALLY_KILLS", "10"))
"""Random moments of the long trial; the table in the book was made with 100."""
LONG = {"kills": KILLS, "bits": 200, "scenes": 2}


@pytest.fixture(
    scope="module",
    params=[pytest.param(LONG, id="long", marks=pytest.mark.slow)],
)
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[Outcome]:
    """Run all trials of interruption and damage."""
    return trial(tmp_path_factory.mktemp("crashes"), **request.param)


def test_killed_at_every_call_that_writes(outcomes: list[Outcome]) -> None:
    """Before each, and halfway through each write."""
    met = {each.case for each in outcomes if each.case.startswith("killed at ")}
    assert {f"killed at {name}" for name in ("open", "write", "fsync", "replace")} <= met
    assert [each for each in outcomes if each.case in met and each.outcome != SAME] == []


def test_every_turned_bit_is_found(outcomes: list[Outcome]) -> None:
    """In chips and in manifests."""
    assert {e.outcome for e in outcomes if e.case == "one bit turned"} == {FOUND}


def test_a_disk_that_refuses_is_told_and_loses_nothing(outcomes: list[Outcome]) -> None:
    """Full, closed, denied; and two refreshes at once."""
    hindered = [e for e in outcomes if e.outcome not in (SAME, FOUND)]
    assert len(hindered) == 6
    assert [each for each in hindered if each.outcome != TOLD] == []


def test_a_real_disk_that_refuses_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """One message, an exit code, all that was stored, and a next refresh that makes it whole."""
    try:
        outcomes = disks.trial(tmp_path)
    except disks.MountError as error:
        pytest.skip(f"a disk cannot be mounted here, which takes the rights to do so: {error}")
    assert len(outcomes) == len(disks.CASES)
    assert [each for each in outcomes if each.outcome != TOLD] == []
    assert list(tmp_path.glob("disk*")) == []
