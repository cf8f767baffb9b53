"""Loading and unloading: what a row says of direction, and no more than it says."""

from __future__ import annotations

import re

from skytally.press.sphinx_ext.cached_record_and_findings import card_record, originals
from skytally.press.sphinx_ext.loading_or_unloading_directive import LoadingRows, direction, hedges
from tests.support.directives_without_page import bare


def said_of(row_id: str) -> str:
    """Direction by the words of a row of the record."""
    return direction(card_record().rows[row_id][1])


def test_each_stage_of_a_call_has_its_own_direction() -> None:
    """One ship unloaded at one pier and loaded at the next; the two rows share their words."""
    assert said_of("P081") == "unloading"
    assert said_of("P081.2") == "loading"
    assert said_of("P035") == "unloading and loading"


def test_what_lay_there_is_no_movement() -> None:
    """A loaded ship was not seen to load, and one that waits to load has not begun."""
    assert said_of("P030") == "lying loaded"
    assert said_of("P084") == "waiting to load"
    assert said_of("P036") == ""


def test_what_nobody_saw_is_called_inferred() -> None:
    """CSIS inferred a ship from changes at two piers."""
    assert said_of("P016").endswith("inferred, no ship seen")


def test_hedges_and_empty_containers_are_kept() -> None:
    """Bloomberg's image seems to show; of one call the counter judged the containers empty."""
    rows = card_record().rows
    assert hedges(rows["P032"][1]) == "“seems to show”"
    assert said_of("P075") == "unloading"
    assert hedges(rows["P075"][1]) == "empty containers, as the counter judged"


def test_no_row_has_as_a_fact_that_containers_are_empty() -> None:
    """From above an empty container looks like a full one, so a text says who judged it."""
    seen = (originals(name) for name in ("ship_sightings", "quay_stocks", "port_stays"))
    assert not [
        row["id"]
        for rows in seen
        for row in rows.to_dict("records")
        if re.search(r"\b(?:empty|full) (?:containers|boxes)\b|\bempties\b", row["text"])
    ]


def test_every_row_with_a_direction_is_shown() -> None:
    """The table links each of them."""
    html = bare(LoadingRows, docname="lines/port-imagery").html()
    shown = set(re.findall(r"cards/row/(P[\d.]+)\.html", html))
    assert {"P032", "P033", "P035", "P039", "P048", "P072", "P081", "P083", "P099", "P100"} <= shown
    assert "P086" not in shown
    assert "unloading (“seems to show”)" in html
    assert "no hedge" not in html
