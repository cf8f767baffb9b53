"""Days with a published observation: each place, its states, and the longest gap in words."""

from __future__ import annotations

import re

from skytally.press.sphinx_ext.observed_days_directive import ObservedDays
from tests.support.directives_without_page import bare


def rows() -> list[list[str]]:
    """Cells of the rows of the table, as a reader sees them."""
    html = bare(ObservedDays, docname="limits").html()
    return [
        [re.sub(r"<[^>]*>", "", each) for each in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", html)
    ]


def test_each_place_tells_states_apart() -> None:
    """A day with nothing there is not one that could not be read."""
    (ships,) = [row for row in rows() if row[0].startswith("Rajin") and row[1].startswith("ships")]
    assert re.fullmatch(r"\d+ \(\d+ seen, \d+ nothing there, \d+ could not tell\)", ships[2])
    total, *states = (int(each) for each in re.findall(r"\d+", ships[2]))
    assert total == sum(states)


def test_a_gap_names_both_of_its_days() -> None:
    """A place reported on once has no stretch between two days."""
    shown = rows()
    assert all(
        re.match(r"[\d,]+ days \(\d+ \w+ \d{4} to \d+ \w+ \d{4}\)$", row[4])
        or row[4] == "one day only"
        for row in shown
    )
    assert {row[4] for row in shown if row[2].startswith("1 (")} == {"one day only"}
