"""What the fold of own imagery says of each outline: its status, and who shares it."""

from __future__ import annotations

from dataclasses import replace

from skytally.core import data_registry
from skytally.imagery.figures.own_imagery_page_blocks import drawn_outlines
from skytally.imagery.sites import CONFIRMED, read_sites


def test_berths_and_quays_of_one_disc_say_so_until_they_are_confirmed() -> None:
    """A disc that a berth shares with other outlines is no berth, and the fold says so."""
    site = read_sites(data_registry.folder("sites"))["rajin"]
    words = drawn_outlines([site])
    assert words["rajin", "berths"].startswith("to be confirmed on imagery; the same area as quays")
    assert "the same area" not in words["rajin", "open water"]
    outlines = tuple(replace(each, status=CONFIRMED) for each in site.outlines)
    confirmed = drawn_outlines([replace(site, outlines=outlines)])
    assert confirmed["rajin", "berths"] == "confirmed on imagery"
