"""On a disk that is really full, or really closed, a refresh says so and loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import disks
from tests.support.crashes import TOLD


def test_a_real_disk_that_refuses_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """One message, an exit code, all that was stored, and a next refresh that makes it whole."""
    try:
        outcomes = disks.trial(tmp_path)
    except disks.MountError as error:
        pytest.skip(f"a disk cannot be mounted here, which takes the rights to do so: {error}")
    assert len(outcomes) == len(disks.CASES)
    assert [each for each in outcomes if each.outcome != TOLD] == []
    assert list(tmp_path.glob("disk*")) == []
