"""Table of what came back from Russia: each item with its rows, or the word that no row has it."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest

from skytally.core import DataError, data_registry, read_table
from skytally.press.items_sought_and_received_from_russia import (
    DOES_NOT_APPLY,
    read_how_known,
    read_return_items,
)
from skytally.press.sphinx_ext import russian_items_sought_and_received_directive
from skytally.press.sphinx_ext.cached_record_and_findings import card_record
from skytally.press.sphinx_ext.russian_items_sought_and_received_directive import ReturnTable
from tests.support.directives_without_page import bare

DOCNAME = "lines/official-claims"
ITEMS = data_registry.path("items_sought_and_received_back")
HOW = data_registry.path("how_rows_are_known")


def test_every_item_links_to_its_rows() -> None:
    """A row that an item names is a link in its line, in the column of the item."""
    lines = str(bare(ReturnTable, docname=DOCNAME).html()).partition("<tbody>")[2].split("<tr")[1:]
    items = read_table(ITEMS).to_dict("records")
    assert len(lines) == len(items)
    for line, item in zip(lines, items, strict=True):
        sought, came, pages = line.split("<td")[-3:]
        wanted = [] if item["wanted"] == DOES_NOT_APPLY else item["wanted"].split()
        assert re.findall(r"(?:row|claim)/([A-Z]\d+(?:-\d+)?)", sought) == wanted
        assert ("does not apply" in sought) == (item["wanted"] == DOES_NOT_APPLY)
        assert ("<a href=" in pages) == bool(wanted or item["came"])
        assert re.findall(r"row/([A-Z]\d+)", came) == item["came"].split()
        assert re.findall(r"limits\.html#(W\d+)", came) == item["searched"].split()
        assert ("no search is logged" in came) == (not item["searched"])
        assert html.escape(item["note"], quote=True) in came


def test_words_of_a_row_stand_at_each_item() -> None:
    """A row under several items is quoted at each, so that nobody has to look for it above."""
    shown = html.unescape(str(bare(ReturnTable, docname=DOCNAME).html()))
    came = [row for item in read_table(ITEMS).to_dict("records") for row in item["came"].split()]
    assert came.count("E196") > 1
    text = str(card_record().rows["E196"][1]["text"])
    assert shown.count(text) == came.count("E196")


def test_an_item_without_a_row_says_until_when_pages_were_read() -> None:
    """Nothing in the record is not nothing delivered."""
    shown = str(bare(ReturnTable, docname=DOCNAME).html())
    empty = sum(not item["came"] for item in read_table(ITEMS).to_dict("records"))
    assert len(re.findall(r"nothing in the record, of pages read until \d+ \w+ \d{4}", shown)) == (
        empty
    )
    assert empty


def test_each_row_says_how_it_is_known() -> None:
    """The word of the table stands before the row, with its counter where the text lacks it."""
    shown = str(bare(ReturnTable, docname=DOCNAME).html())
    known = read_table(HOW).set_index("row")["how"]
    for row in ("R035", "E056", "E165"):
        assert re.search(rf"<em>{known[row]}[^<]*:</em>(?:(?!<li>).)*row/{row}", shown)
    assert {*known.index} == {row for came in read_table(ITEMS)["came"] for row in came.split()}


def test_a_row_without_a_word_and_a_word_without_a_row_are_refused() -> None:
    """Both are named at once."""
    rows = set(read_table(HOW)["row"])
    with pytest.raises(DataError, match=r"(?s)no row X001.*'R035'"):
        read_how_known(HOW, rows={*rows - {"R035"}, "X001"})


def test_no_items_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty table says so."""
    monkeypatch.setattr(
        russian_items_sought_and_received_directive, "read_return_items", lambda *_, **__: []
    )
    monkeypatch.setattr(
        russian_items_sought_and_received_directive, "read_how_known", lambda *_, **__: {}
    )
    assert "No item has been written down yet." in str(bare(ReturnTable, docname=DOCNAME).html())


def test_an_unknown_row_is_refused_with_its_line(tmp_path: Path) -> None:
    """A misspelt id is named with file, line and column."""
    for name in (
        "items_sought_and_received_back.csv",
        "items_sought_and_received_back.dictionary.csv",
    ):
        shutil.copyfile(ITEMS.parent / name, tmp_path / name)
    path = tmp_path / "items_sought_and_received_back.csv"
    path.write_text("id,item,wanted,came,searched,note\nfood,food,,E999,W99,\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"(?s)items_sought_and_received_back\.csv.*'E999'.*'W99'"):
        read_return_items(path, rows={"E001"}, searches={"W01"})
