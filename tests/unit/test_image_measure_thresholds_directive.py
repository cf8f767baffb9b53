"""Table of what the measures compute: its numbers are those of the code, and so are METHODS'."""

from __future__ import annotations

import re
from typing import Any

import pytest

from skytally.core import project_root
from skytally.imagery.cube import OPTICAL_BANDS
from skytally.imagery.measure import water_mask
from skytally.imagery.measure.ground import bermed_pit_detection as pits
from skytally.imagery.measure.quay import quay_change_and_detection_probability as quay
from skytally.imagery.measure.radar import (
    berth_ships_in_radar as radar,
    cross_satellite_radar_reference_check as sharing,
    open_water_ships_in_radar as open_radar,
)
from skytally.imagery.measure.rail import occupied_length_fit as rail
from skytally.imagery.measure.ships import (
    berth_water_anomalies as difference,
    floating_hulls as floating,
    harbour_ship_detection as sweep,
    hull_fit as hull,
)
from skytally.imagery.pipeline.measured_line_kinds import LINE_KINDS
from skytally.press.search_index import methods_sections, page_sections
from skytally.press.sphinx_ext.image_measure_thresholds_directive import (
    MeasureRules,
    rules_of_other_measures,
    rules_of_ships,
    section_headings,
)
from tests.support.directives_without_page import bare

METHODS = (project_root() / "docs" / "METHODS.md").read_text(encoding="utf-8")


def words() -> str:
    """All cells of the table as one text."""
    rules = [*rules_of_ships(), *rules_of_other_measures()]
    return "\n".join(" | ".join(cells[:4]) for cells in rules)


@pytest.mark.parametrize(
    ("module", "name", "value", "expected"),
    [
        (difference, "HOT_PIXEL_TAIL", 1e-3, "1 in 1,000 pixels of empty water"),
        (difference, "MIN_HULL_M2", 777.0, "777 m2 and more"),
        (floating, "WATER_TAIL", 1e-5, "1 in 100,000 pixels of water"),
        (radar, "RADAR_P_FALSE", 0.02, "exceeds on 1 in 50 images"),
        (radar, "NOISE_DB", -17.0, "below -17 dB counts as -17 dB"),
        (radar, "DEFAULT_RISE_DB", 7.0, "; 7 dB where fewer"),
        (sharing, "ALIKE_DB", 2.5, "within 2.5 dB"),
        (open_radar, "PIXEL_P_FALSE", 1e-4, "1 in 10,000 pixels of sea"),
        (sweep, "MIN_COUNTED_SCORE", 0.55, "score of 0.55"),
        (water_mask, "ASHMAN", 2.0, "Ashman's D above 2)"),
        (rail, "RAIL_P_FALSE", 0.05, "1 in 20 simulated empty yards"),
        (quay, "QUAY_P_FALSE", 0.005, "1 in 200 images of an empty quay"),
        (pits, "SURE_MATCH", 0.8, "above 0.8 for the lower"),
    ],
)
def test_a_number_of_the_table_is_the_constant_of_the_code(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, value: float, expected: str
) -> None:
    """Another constant gives another cell, so that no number of the table is typed."""
    assert expected not in words()
    monkeypatch.setattr(module, name, value)
    assert expected in words()


@pytest.mark.parametrize(
    "sentence",
    [
        f"exceeds on one image in a hundred (`RADAR_P_FALSE` = {radar.RADAR_P_FALSE:g})",
        f"fewer than {radar.MIN_BACKGROUND_IMAGES} such dates (`MIN_BACKGROUND_IMAGES`) a rise of "
        f"{radar.DEFAULT_RISE_DB:g} dB (`DEFAULT_RISE_DB`)",
        f"Backscatter below {radar.NOISE_DB:g} dB",
        f"lies within {sharing.ALIKE_DB:g} dB of it in each polarisation",
        f"at least {sharing.MIN_GROUND_PIXELS} pixels above {sharing.HARD_GROUND_DB:g} dB",
        f"Ashman's D above {water_mask.ASHMAN:g}, `ASHMAN`",
        f"quantile of 1 - {f'{difference.HOT_PIXEL_TAIL:.0e}'.replace('e-0', 'e-')} "
        "(`HOT_PIXEL_TAIL`)",
        ", ".join(f"{band.upper()} {value:g}" for band, value in hull.MTF_SENTINEL2.items()),
        f"matches above {pits.SURE_MATCH:g} to matches above {pits.POSSIBLE_MATCH:g}",
    ],
)
def test_methods_text_has_the_numbers_of_the_code(sentence: str) -> None:
    """The text gave two as Ashman's D when the code had long taken another number."""
    assert sentence in METHODS


def test_every_kind_of_line_has_a_rule_and_every_section_exists() -> None:
    """No line that own images can give is measured by a rule that the table leaves out."""
    rules = [*rules_of_ships(), *rules_of_other_measures()]
    named = " ".join(rule[0] for rule in rules)
    alike = {"area of stacks": "stacks on a quay", "ships at the berth": "ships at a berth"}
    assert [k for k in LINE_KINDS if alike.get(k.quantity, k.quantity) not in named] == []
    headings = section_headings(METHODS)
    assert {number for rule in rules for number in rule[4]} <= set(headings)
    assert headings["4.2"] == "4.2 Ships at a berth in optical images"
    assert ", ".join(band.upper() for band in OPTICAL_BANDS[:3]) in words()


def test_search_finds_the_words_of_the_table_and_of_the_methods_text() -> None:
    """A student who types NDWI, Otsu or Mahalanobis finds where they stand."""
    page = f"<article><section id='how'><h2>How</h2>{bare(MeasureRules).html()}</section></article>"
    ((_, anchor, text),) = page_sections(page)
    assert anchor == "how"
    for word in ("NDWI", "Otsu", "Mahalanobis", "CFAR", "-18 dB", "sigma"):
        assert word in text
    plain = page.replace("sk-searched", "")
    assert "Mahalanobis" not in next(page_sections(plain))[2]
    found = {title: (address, words) for title, address, words in methods_sections(METHODS)}
    address, text = found["4.2 Ships at a berth in optical images"]
    assert address.startswith("methods.txt#:~:text=4.2%20Ships")
    assert re.search("NDWI.*Otsu.*Mahalanobis", text)
