"""Directive that counts the corrected cells of the record."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest

from skytally.press.sphinx_ext import corrections_and_failures_directives
from skytally.press.sphinx_ext.corrections_and_failures_directives import (
    CorrectionCounts,
    CorrectionsList,
)
from tests.support.directives_without_page import bare


def test_corrections_are_counted_from_their_table(
    monkeypatch: pytest.MonkeyPatch, table: Callable[[str], pd.DataFrame]
) -> None:
    """As many as the table has rows; a new book has none and says so."""
    made = table("corrections")
    assert f"were corrected so far, in {len(made)} changes" in bare(CorrectionCounts).html()
    monkeypatch.setattr(corrections_and_failures_directives, "table", lambda _: made.iloc[:0])
    assert "No cell of the record was corrected yet." in bare(CorrectionCounts).html()


def test_each_corrected_row_has_one_anchor_for_its_card() -> None:
    """A row with several changes has it at the first of them."""
    shown = bare(CorrectionsList).html()
    assert shown.count('id="changed-official_claims-O038"') == 1
    anchors = re.findall(r'id="(changed-[^"]+)"', shown)
    assert len(anchors) == len(set(anchors))
