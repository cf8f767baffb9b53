"""The commit of a project: its day in UTC, and what is none of its history."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.core import DataError
from skytally.press import git_commit_and_tree
from tests.support.made_up_repository import commit_all


def test_the_day_is_that_of_the_commit_in_utc(small_project: Path) -> None:
    """A commit late in the evening of a western time zone is of the next day."""
    commit_all(small_project)
    commit = git_commit_and_tree.head(small_project)
    assert commit is not None
    assert commit.day == "2026-01-05"


def test_a_folder_inside_a_repository_has_no_history_of_its_own(small_project: Path) -> None:
    """A copy that lies in another repository is not taken for it."""
    commit_all(small_project)
    (small_project / "copy").mkdir()
    assert git_commit_and_tree.head(small_project / "copy") is None


def test_a_commit_that_is_not_there_is_named(small_project: Path, tmp_path: Path) -> None:
    """A shallow history does not hold the older code, and says so."""
    commit_all(small_project)
    with pytest.raises(DataError, match="commit 000000000000: the history of this copy does not"):
        git_commit_and_tree.write_tree(small_project, "0" * 40, tmp_path / "older")
