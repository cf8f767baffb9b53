"""Whatever interrupts a refresh, the next one gives the same store, bit for bit."""

from __future__ import annotations

import os

import pytest

from tests.support.crashes import FOUND, SAME, TOLD, Outcome, trial

KILLS = int(os.environ.get("SKYTALLY_KILLS", "10"))
"""Random moments; the table in the book was made with 100."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Outcomes of all interruption and damage trials."""
    return trial(tmp_path_factory.mktemp("crashes"), kills=KILLS, bits=200, scenes=2)


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
