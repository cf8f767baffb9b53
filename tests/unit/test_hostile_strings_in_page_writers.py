"""Hostile strings in cells: refused or shown as text, never markup, script or formula.

The book's table of many more is written by
``python -m labs.benchmarks.hostile_strings_in_page_writers``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import hostile_strings_in_page_writers
from tests.support.hostile_strings_in_page_writers import (
    ALTERED,
    FAMILIES,
    MARKUP,
    REFUSED,
    TEXT,
    Outcome,
    outcomes,
)

STRINGS = 300


@pytest.fixture(scope="module")
def tried() -> list[Outcome]:
    """Outcomes of the first strings."""
    return list(outcomes(range(STRINGS)))


def test_no_string_becomes_markup_or_a_formula(tried: list[Outcome]) -> None:
    """In no table, card, script, picture or download, and none loses a letter that is seen."""
    assert [each for each in tried if each[1] in (MARKUP, ALTERED)] == []


def test_every_family_is_tried(tried: list[Outcome]) -> None:
    """Most strings are shown as text; what no reader sees is refused by the check."""
    assert {each[0] for each in tried} == set(FAMILIES)
    assert sum(each[1] == TEXT for each in tried) > STRINGS // 2
    unseen = [each[1] for each in tried if each[0] == "direction and unseen characters"]
    assert set(unseen) == {REFUSED}


@pytest.mark.parametrize("name", hostile_strings_in_page_writers.PAGES)
def test_a_page_that_does_not_escape_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge of this benchmark sees a tag, a handler and an address that runs."""
    real = hostile_strings_in_page_writers.PAGES[name]
    for leak in ("<script>1</script>", "<p onclick=x>", '<a href="java\tscript:x">', "<!-- -->"):

        def leaky(text: str, leak: str = leak) -> str:
            return real(text) + leak

        monkeypatch.setitem(hostile_strings_in_page_writers.PAGES, name, leaky)
        assert hostile_strings_in_page_writers._page_fault(name, "words") == MARKUP
        monkeypatch.setitem(hostile_strings_in_page_writers.PAGES, name, real)


def test_a_download_that_is_not_neutralised_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge of cells is not the function that neutralises them."""
    monkeypatch.setattr("skytally.press.sphinx_ext.html_blocks.harmless", lambda cell: cell)
    assert ("download", MARKUP, "=1+1") in hostile_strings_in_page_writers._file_faults(
        tmp_path, ["=1+1"]
    )
