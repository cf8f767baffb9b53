"""Notes on disputed places: the last on a place holds, and others are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.core import DataError
from skytally.recount import CountTask, DisputeNotes, compare_counts, place_key
from tests.support.made_up_recounts import finished, points


def test_notes_on_disputed_places_are_kept(railcar_task: CountTask, tmp_path: Path) -> None:
    """The last on a place holds, after a line that broke off too; others are refused."""
    counts = [
        finished(railcar_task, *points((10, 10))),
        finished(railcar_task, counter="second-desk"),
    ]
    found = compare_counts(counts)
    path = tmp_path / "disputes.jsonl"
    notes = DisputeNotes(path, found.places)
    place = place_key(found.places[0].marks)
    assert place == "first-desk/m0"
    for text in ("a car", "two cars"):
        notes.add({"entry": "note", "place": place, "text": text})
    with path.open("a") as file:
        file.write('{"place": "fir')
    again = DisputeNotes(path, found.places)
    assert again.texts == {place: "two cars"}
    again.add({"entry": "note", "place": place, "text": "none"})
    assert DisputeNotes(path, found.places).texts == {place: "none"}
    for wrong in ({"place": "x"}, {"text": 3}, {"entry": "put"}, {"text": "x" * 301}):
        with pytest.raises(DataError, match=r"no note on a place|shorten"):
            again.add({"entry": "note", "place": place, "text": "a", **wrong})
    path.write_text("[]\n")
    with pytest.raises(DataError, match="line 1: found no note"):
        DisputeNotes(path, found.places)
