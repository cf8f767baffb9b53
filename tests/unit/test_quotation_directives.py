"""Whom to quote: who said it, in what capacity, on which page, and in what words."""

from __future__ import annotations

import pytest

from skytally.press.sphinx_ext.book_data import card_record
from skytally.press.sphinx_ext.quotation_directives import (
    PARTY,
    capacity,
    independence,
    own_page_of,
    phrased,
)


def row(row_id: str) -> dict[str, object]:
    """Cells of a row of the record."""
    return card_record().rows[row_id][1]


def test_a_party_to_the_war_is_called_one() -> None:
    """A government that gains from a number is no neutral counter."""
    assert PARTY in capacity("rok-dia")
    assert PARTY not in capacity("csis")


@pytest.mark.parametrize(("row_id", "page"), [("R031", "BP_20231006"), ("R001", "BP_20231006")])
def test_the_own_page_is_found_behind_a_report_of_it(row_id: str, page: str) -> None:
    """A newsroom that copied a page of the counter leads to that page."""
    assert own_page_of(row(row_id)) == page


def test_a_count_on_images_and_a_statement_are_told_apart() -> None:
    """What was read off an image names whose image it was."""
    assert independence(row("R031")).startswith("its own reading of images of Planet Labs")
    assert "its own statement; how it was counted is not said" in independence(row("O017"))


def test_the_words_to_quote_name_the_counter_and_the_report() -> None:
    """Secondhand numbers say through whom they were read."""
    said = phrased({"text": "Seoul gave 7,000 containers."}, row("O017"))
    assert said.startswith(
        "Seoul gave 7,000 containers (source: ROK Ministry of National Defence, as rep"
    )
