"""Patterns in conditions: those that no text can keep busy, and no others."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.record.row_conditions import LONGEST_PATTERN, condition_faults, filtered

TABLE = pd.DataFrame({"text": ["a" * 2000, "from Rajin to Dunai", "what? (a+b) [x*]"]})


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        (r"\brajin\b", 1),
        ("rajin|najin|a{2000}", 2),
        ("from.*to.*i$", 1),
        (r"what\?", 1),
        (r"\(a\+b\)", 1),
        ("[*]", 1),
        ("[^]*+?{}]{9}", 2),
        ("(?:to )?dunai", 1),
        (r"(?<=to )dunai", 1),
    ],
)
def test_filtered_takes_plain_patterns(pattern: str, rows: int) -> None:
    """Words, alternatives, and a repetition or two, also where a sign means itself."""
    start = time.monotonic()
    assert len(filtered(TABLE, f"text~{pattern}")) == rows
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(a+)+$", "a pattern that repeats a group"),
        ("(a|a)*b", "a pattern that repeats a group"),
        ("(a?){40}a", "a pattern that repeats a group"),
        ("((a))+", "a pattern that repeats a group"),
        (".*.*.*b", "3 repetitions in a pattern"),
        ("a?a?a?a?a?b", "5 repetitions in a pattern"),
        ("b" * (LONGEST_PATTERN + 1), f"a pattern of {LONGEST_PATTERN + 1} letters"),
        ("a{1,9999999999}", "no pattern (the repetition number is too large)"),
        ("(", "no pattern (missing )"),
    ],
)
def test_condition_faults_refuse_what_may_never_end(pattern: str, expected: str) -> None:
    """A pattern that a text could keep busy for ever is refused before it is tried."""
    (fault,) = condition_faults(TABLE, f"text~{pattern}")
    assert f": {expected}" in fault
    assert "; " in fault
    with pytest.raises(DataError, match="pattern"):
        filtered(TABLE, f"text~{pattern}")
