"""Wrapped names: wide letters count twice, and lines keep to their columns."""

from __future__ import annotations

import pytest

from skytally.figures.name_wrapping import name_width, wrapped_name
from tests.support.names_in_many_scripts import NAMES


@pytest.mark.parametrize(
    ("name", "columns"), [("Rajin", 5), ("나진", 4), ("e\u0301", 1), ("Раджин", 6), ("", 0)]
)
def test_name_width_counts_wide_letters_twice(name: str, columns: int) -> None:
    """A letter of East Asia takes two columns, a mark above a letter none."""
    assert name_width(name) == columns


@pytest.mark.parametrize("name", [*NAMES, "나진항부두" * 9, "Pier " * 20])
def test_wrapped_name_keeps_to_its_columns(name: str) -> None:
    """No line is wider than asked, and no letter is lost."""
    lines = wrapped_name(name, 20).splitlines()
    assert max(map(name_width, lines)) <= 20
    assert "".join("".join(lines).split()) == "".join(name.split())
