"""Fields of a card: no more pieces than there is room for, web addresses only, and ids of files."""

from __future__ import annotations

import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.press.cards.card_fields_and_text_shortening import Card, Part, fact, web_link


def test_more_pieces_than_a_card_has_room_for_are_counted() -> None:
    """The reader learns how many there are."""
    (line,) = fact("rows", [f"P{i}" for i in range(30)])
    assert line.parts[-1] == Part("and 22 more")


def test_only_addresses_of_the_web_become_links() -> None:
    """A script in an address stays words."""
    assert web_link("page", "javascript:alert(1)") == Part("page")
    assert web_link("page", "https://example.org/") == Part("page", "https://example.org/")


@pytest.mark.parametrize("identifier", ["../x", "a/b", "", ".x", "a b", "ä"])
def test_id_that_cannot_name_a_file_is_refused(identifier: str) -> None:
    """No card is written outside its folder."""
    with pytest.raises(DataError, match="cannot name a file"):
        Card("row", identifier, "1", "1")


def test_kind_without_a_folder_is_refused() -> None:
    """A card of another kind has no address."""
    with pytest.raises(DataError, match="kind 'page'; use one of finding, row"):
        Card("page", "P1", "1", "1")
