"""The fault matrix through the real client: nothing silent, nothing hangs, no secret told.

All cases are `tests.matrix.cases`; the book's table of them is written by
``python -m labs.benchmarks.fault_table``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.faults import (
    ANY,
    CANARY,
    FOR_EVER,
    ONCE,
    OPEN,
    REWRITTEN,
    SPOILED,
    Fault,
    serving,
)
from tests.support.matrix import (
    C1,
    DONORS,
    FAILED,
    HUNG,
    LIMIT_S,
    LISTS,
    RECOVERED,
    REPORTED,
    SILENT,
    UNTRIED,
    Case,
    Outcome,
    cases,
    trial,
)

# rasterio hushes this warning in a way that several threads undo for one another
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
PASSING = ("500", "503", "404", "429", "403", "hang", "reset", "truncated", "empty", "html")
"""Faults of a connection that are gone at the next attempt."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Temporary folder of the archive."""
    return tmp_path_factory.mktemp("archive")


def words(outcomes: list[Outcome]) -> list[tuple[str, ...]]:
    """Outcomes in short form, for an assertion message."""
    return [(o.outcome, o.case.case, o.case.where, o.case.how_often, o.detail) for o in outcomes]


def test_cases_hold_every_fault_on_open_and_read_once_and_for_ever() -> None:
    """The matrix is whole: no fault of the proxy is left out, nor a way to meet it."""
    listed = list(cases())
    assert len(listed) == len(set(listed))
    assert {case.case for case in listed} == set(SPOILED) | set(REWRITTEN)
    for fault in PASSING:
        mine = [case for case in listed if case.case == fault]
        for times in (ONCE, FOR_EVER):
            assert {case.stage for case in mine if case.times == times} == {"open", "read", ANY}


def quick(case: Case) -> bool:
    """Choose cases that take a moment: what passes, once, and what is served for ever."""
    if case.case in ("hang", "drip", "429"):
        return False
    if case.on_files:
        lasting = case.case in ("503", "reset", "one bit", "zeroed", "html", *DONORS)
        return lasting and case.times is FOR_EVER
    return case.case in LISTS and case.times == ONCE


def test_faults_that_end_soon_are_met_rightly(folder: Path) -> None:
    """A part of the matrix that every run can afford."""
    outcomes = trial(folder, only=quick)
    bad = [o for o in outcomes if o.outcome in (SILENT, HUNG, UNTRIED) or o.leaked]
    assert words(bad) == []


@pytest.fixture(scope="module")
def whole(folder: Path) -> list[Outcome]:
    """Try the whole matrix."""
    return trial(folder)


@pytest.mark.slow
def test_no_case_is_silent_or_hangs(whole: list[Outcome]) -> None:
    """Every image is right, or failed with a reason, or its oddity is reported; in bounded time."""
    bad = [o for o in whole if o.outcome in (SILENT, HUNG, UNTRIED)]
    assert words(bad) == []
    assert max(o.seconds for o in whole) < LIMIT_S


@pytest.mark.slow
def test_what_passes_is_recovered(whole: list[Outcome]) -> None:
    """A fault that is gone at the next attempt costs nothing but that attempt."""
    once = [o for o in whole if o.case.times == ONCE and o.case.case in PASSING]
    # a catalogue that refuses, or has no such address, is believed
    once = [o for o in once if o.case.on_files or o.case.case not in ("403", "404")]
    lost = [o for o in once if o.outcome != RECOVERED]
    assert words(lost) == []


@pytest.mark.slow
def test_what_stays_fails_with_its_reason(whole: list[Outcome]) -> None:
    """A fault that stays is reported with scene, band and address where a file is at fault."""
    stays = [o for o in whole if o.case.times is FOR_EVER and o.case.on_files]
    for outcome in stays:
        # bits turned in bytes that nobody needs, and more bytes than asked for, spoil nothing
        harmless = outcome.case.stage == OPEN or outcome.case.case == "ignored range"
        if harmless and outcome.outcome == RECOVERED:
            continue
        assert outcome.outcome == FAILED, words([outcome])
        # what the pixels say of one another names bands; the look's row has the scene
        if not outcome.detail.startswith(("contradictory pixels: ", "unverified: ")):
            assert "_T" in outcome.detail or "_rtc" in outcome.detail
            assert "band " in outcome.detail
            assert "[http://server/files/" in outcome.detail


@pytest.mark.slow
def test_what_a_catalogue_gets_wrong_is_reported(whole: list[Outcome]) -> None:
    """A lost page, a double item, another zone, a broken item: reported, never passed over."""
    lists = [o for o in whole if o.case.case in LISTS]
    assert {o.outcome for o in lists} <= {RECOVERED, REPORTED, FAILED}
    assert all(o.detail for o in lists if o.outcome != RECOVERED)


@pytest.mark.slow
def test_no_secret_is_told(whole: list[Outcome]) -> None:
    """Addresses were signed with a secret, and servers sent one: no message contains either."""
    assert [o.case for o in whole if o.leaked] == []
    assert all(CANARY not in o.detail for o in whole)


def test_a_client_that_does_not_check_is_caught(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the pixels' own contradictions, the matrix sees wrong pixels: it can fail."""
    monkeypatch.setattr("skytally.imagery.acquire.band_checks.pixel_faults", lambda *_: [])

    def blank_in_parts(case: Case) -> bool:
        return (case.case, case.times) == ("blank tile", FOR_EVER) and "parts" in case.where

    assert {o.outcome for o in trial(folder, only=blank_in_parts)} == {SILENT}


def test_serving_spoils_as_often_as_told(tmp_path: Path) -> None:
    """Once is once, and requests of another stage or path are left alone."""
    import urllib3

    from tests.support.faults import files

    (tmp_path / "a.tif").write_bytes(b"0123456789")
    pool = urllib3.PoolManager(retries=False)
    fault = Fault("503", "read", ONCE, "a.tif")
    with serving(files(tmp_path), fault=fault) as proxy:

        def status(span: str) -> int:
            headers = {"Range": f"bytes={span}"}
            return pool.request("GET", f"{proxy.url}/a.tif", headers=headers).status

        assert [status("0-3"), status("4-7"), status("4-7"), status("0-3")] == [206, 503, 206, 206]
        assert proxy.spoiled == 1
    pool.clear()
    assert C1
