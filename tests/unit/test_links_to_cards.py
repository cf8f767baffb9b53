"""Tables whose cells lead to cards: every cell to its own, or a row once to the one card of all."""

from __future__ import annotations

import pandas as pd

from skytally.figures import links_to_cards

TABLE = pd.DataFrame({"least": ["1", "2"], "most": ["3", "4"]}, index=pd.Index(["a", "b"]))


def linked_cells(ids: str | list[str]) -> pd.DataFrame:
    """Whether each cell of the table leads to a card."""
    made = links_to_cards.linked_table(TABLE, "finding", ids)
    return made.map(lambda each: isinstance(each, links_to_cards.LinkedWords))


def test_where_one_card_explains_every_cell_a_row_leads_there_once() -> None:
    """The first number of a row is the link, and the rest stay as they were."""
    assert linked_cells("a.b").sum().to_list() == [0, 2, 0]


def test_where_each_row_has_a_card_each_number_leads_there() -> None:
    """A number may be read alone, so none is without its card."""
    assert linked_cells(["a.b", "a.c"]).sum().to_list() == [0, 2, 2]
