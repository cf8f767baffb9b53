"""Table of events of some kinds: each once, by day, with its row and the page it was read in."""

from __future__ import annotations

import re

import pytest

from skytally.core import DataError, data_registry, read_table
from skytally.press.sphinx_ext import event_table_directive
from skytally.press.sphinx_ext.event_table_directive import KIND_WORDS, EventTable
from tests.support.directives_without_page import bare

PAGE = {"docname": "lines/official-claims", "caption": "Denials"}


def test_every_denial_stands_once_by_day() -> None:
    """Whoever denies in the record is in the table, and so is who would not say."""
    shown = str(bare(EventTable, kinds="denial, called-denial, no-comment", **PAGE).html())
    lines = shown.partition("<tbody>")[2].split("<tr")[1:]
    found = [re.findall(r"row/(E\d+)\.html", line)[0] for line in lines]
    events = read_table(data_registry.path("events")).set_index("id")
    known = events[events["kind"].isin(["denial", "called-denial", "no-comment"])]
    assert {*found} == {*known.index}
    days = list(events.loc[found, "date_last"])
    assert days == sorted(days)
    assert all("cards/source/" in line for line in lines)
    kinds = {"denial": ">denial<", **{kind: f">{said}<" for kind, said in KIND_WORDS.items()}}
    pairs = zip(found, lines, strict=True)
    assert all(kinds[events.loc[row, "kind"]] in line for row, line in pairs)


def test_a_kind_without_events_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty table is a sentence."""
    events = read_table(data_registry.path("events"))
    monkeypatch.setattr(event_table_directive, "originals", lambda _: events.iloc[:0])
    shown = str(bare(EventTable, kinds="denial", **PAGE).html())
    assert "no event of this kind" in shown


def test_a_kind_that_is_no_word_is_refused() -> None:
    """A misspelt kind is no empty table."""
    with pytest.raises(DataError, match="no event_kind denials, no such kind; use"):
        bare(EventTable, kinds="denials, no such kind", **PAGE).html()


def test_a_table_without_kinds_is_refused() -> None:
    """The directive says which options it needs."""
    directive = bare(EventTable, **PAGE)
    directive.name = "event-table"
    with pytest.raises(DataError, match="event-table: no kinds; give kinds"):
        directive.html()


def test_chosen_rows_stand_alone_and_another_kind_is_refused() -> None:
    """Two listings of places, and no denial among them."""
    place = {"docname": "ships", "caption": "Places", "kinds": "sanction"}
    shown = str(bare(EventTable, rows="E026 E056", **place).html())
    assert re.findall(r"row/(E\d+)\.html", shown) == ["E026", "E056"]
    with pytest.raises(DataError, match="no row E081 of sanction"):
        bare(EventTable, rows="E026 E081", **place).html()
