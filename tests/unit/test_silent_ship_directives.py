"""Ships not heard: every report has a row, and what is not known of an end is said."""

from __future__ import annotations

import html as markup
import re

from skytally.press.sphinx_ext.cached_record_and_findings import originals
from skytally.press.sphinx_ext.silent_ship_directives import JUDGED_TO_BE, LastSignals, SilenceList
from tests.support.directives_without_page import bare


def rows_of(directive: type) -> list[list[str]]:
    """Cells of the rows of a table, as a reader sees them."""
    html = bare(directive, docname="lines/ais-gaps").html()
    return [
        [
            markup.unescape(re.sub(r"<[^>]*>", "", each))
            for each in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        ]
        for row in re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", html)
    ]


def test_every_silence_of_the_route_has_a_row() -> None:
    """Ships of other trades are left out; the report on all four ships says that it is one."""
    events = originals("ais_events")
    silences = events[(events["kind"] == "silent") & (events["cargo"] == "")]
    rows = rows_of(SilenceList)
    assert len(rows) == len(silences)
    assert [row[0] for row in rows if row[3] == "yes"] == ["all four ships (A002)"]


def test_an_end_says_how_well_it_is_known() -> None:
    """A month is no day, and a day chosen for words is called one."""
    first = rows_of(SilenceList)[0]
    assert first[1] == "August 2023 (to the month)"
    assert any("a day chosen for the words of the page" in row[1] for row in rows_of(SilenceList))


def test_ships_without_a_last_signal_are_not_left_out() -> None:
    """Of the Maria and the Lady R the record has no signal, and the table says so."""
    shown = {row[0]: row[1:] for row in rows_of(LastSignals)}
    assert "near Korsakov" in shown["Angara"][0]
    assert "Sea of Okhotsk" in shown["Angara"][0]
    assert shown["Maria"][0] == shown["Lady R"][0] == "not in the record"
    assert shown["Lady R"][2] == "not in the record"
    assert "2025" in shown["Maia-1"][2]


def test_a_newer_silence_of_a_ship_only_judged_to_be_it_is_marked() -> None:
    """The sentence above the table has the newer one, so the table may not lack it."""
    shown = {row[0]: row[1:] for row in rows_of(LastSignals)}
    certain, _, perhaps = shown["Lady R"][1].partition(JUDGED_TO_BE)
    assert "until about 12 March 2024, Rajin runs" in certain
    assert "3 April 2024 to 14 April 2024" in perhaps
    assert JUDGED_TO_BE not in shown["Maria"][1]
