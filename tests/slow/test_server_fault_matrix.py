"""The fault matrix through the real client: nothing silent, nothing hangs, no secret told.

All cases are `tests.support.server_fault_matrix.cases`; the book's table of them is written by
``python -m labs.benchmarks.server_fault_table``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.server_fault_matrix import (
    FAILED,
    HUNG,
    LIMIT_S,
    LISTS,
    PASSING,
    RECOVERED,
    REPORTED,
    SILENT,
    UNTRIED,
    Outcome,
    in_words,
    trial,
)
from tests.support.server_fault_proxy import CANARY, FOR_EVER, ONCE, OPEN

# rasterio hushes this warning in a way that several threads undo for one another
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Temporary folder of the archive."""
    return tmp_path_factory.mktemp("archive")


@pytest.fixture(scope="module")
def whole(folder: Path) -> list[Outcome]:
    """Try the whole matrix."""
    return trial(folder)


def test_no_case_is_silent_or_hangs(whole: list[Outcome]) -> None:
    """Every image is right, or failed with a reason, or its oddity is reported; in bounded time."""
    bad = [o for o in whole if o.outcome in (SILENT, HUNG, UNTRIED)]
    assert in_words(bad) == []
    assert max(o.seconds for o in whole) < LIMIT_S


def test_what_passes_is_recovered(whole: list[Outcome]) -> None:
    """A fault that is gone at the next attempt costs nothing but that attempt."""
    once = [o for o in whole if o.case.times == ONCE and o.case.case in PASSING]
    # a catalogue that refuses, or has no such address, is believed
    once = [o for o in once if o.case.on_files or o.case.case not in ("403", "404")]
    lost = [o for o in once if o.outcome != RECOVERED]
    assert in_words(lost) == []


def test_what_stays_fails_with_its_reason(whole: list[Outcome]) -> None:
    """A fault that stays is reported with scene, band and address where a file is at fault."""
    stays = [o for o in whole if o.case.times is FOR_EVER and o.case.on_files]
    for outcome in stays:
        # bits turned in bytes that nobody needs, and more bytes than asked for, spoil nothing
        harmless = outcome.case.stage == OPEN or outcome.case.case == "ignored range"
        if harmless and outcome.outcome == RECOVERED:
            continue
        assert outcome.outcome == FAILED, in_words([outcome])
        # what the pixels say of one another names bands; the look's row has the scene
        if not outcome.detail.startswith(("contradictory pixels: ", "unverified: ")):
            assert "_T" in outcome.detail or "_rtc" in outcome.detail
            assert "band " in outcome.detail
            assert "[http://server/files/" in outcome.detail


def test_what_a_catalogue_gets_wrong_is_reported(whole: list[Outcome]) -> None:
    """A lost page, a double item, another zone, a broken item: reported, never passed over."""
    lists = [o for o in whole if o.case.case in LISTS]
    assert {o.outcome for o in lists} <= {RECOVERED, REPORTED, FAILED}
    assert all(o.detail for o in lists if o.outcome != RECOVERED)


def test_no_secret_is_told(whole: list[Outcome]) -> None:
    """Addresses were signed with a secret, and servers sent one: no message contains either."""
    assert [o.case for o in whole if o.leaked] == []
    assert all(CANARY not in o.detail for o in whole)
