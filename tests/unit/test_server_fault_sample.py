"""The fault matrix through the real client: nothing silent, nothing hangs, no secret told.

All cases are `tests.support.server_fault_matrix.cases`; the book's table of them is written by
``python -m labs.benchmarks.server_fault_table``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.server_fault_matrix import (
    C1,
    DONORS,
    HUNG,
    LISTS,
    PASSING,
    SILENT,
    SLOW,
    UNTRIED,
    Case,
    cases,
    in_words,
    trial,
)
from tests.support.server_fault_proxy import ANY, FOR_EVER, ONCE, REWRITTEN, SPOILED, Fault, serving

# rasterio hushes this warning in a way that several threads undo for one another
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Temporary folder of the archive."""
    return tmp_path_factory.mktemp("archive")


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
    if case.case in SLOW:
        return False
    if case.on_files:
        lasting = case.case in ("503", "reset", "one bit", "zeroed", "html", *DONORS)
        return lasting and case.times is FOR_EVER
    return case.case in LISTS and case.times == ONCE


@pytest.mark.slow
def test_faults_that_end_soon_are_met_rightly(folder: Path) -> None:
    """A part of the matrix that every run can afford."""
    outcomes = trial(folder, only=quick)
    bad = [o for o in outcomes if o.outcome in (SILENT, HUNG, UNTRIED) or o.leaked]
    assert in_words(bad) == []


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

    from tests.support.server_fault_proxy import files

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
