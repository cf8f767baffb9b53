"""Content keys of measured lines: what must change them does, and what must not does not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from skytally.imagery.acquire.inventory_and_search_log import INVENTORY_COLUMNS
from skytally.imagery.pipeline.measured_line_and_target import Target
from skytally.imagery.pipeline.measured_line_content_keys import (
    NOT_IN_A_LINE,
    changed_parts,
    key_without_images,
    stored_rows,
)
from skytally.imagery.pipeline.measuring_code_key import measuring_modules
from tests.support import simulated_measured_lines as measured


def inventory(*changes: dict[str, str]) -> pd.DataFrame:
    """Make an inventory of two stored images at Rajin, one failed and one elsewhere."""
    rows = [
        {"item_id": "a", "site": "rajin", "status": "stored", "chip_sha256": "1"},
        {"item_id": "b", "site": "rajin", "status": "stored", "chip_sha256": "2"},
        {"item_id": "c", "site": "rajin", "status": "failed", "chip_sha256": ""},
        {"item_id": "d", "site": "dunai", "status": "stored", "chip_sha256": "3"},
    ]
    for row, change in zip(rows, changes, strict=False):
        row.update(change)
    empty = dict.fromkeys(INVENTORY_COLUMNS, "") | {"sensor": "sentinel-2"}
    return pd.DataFrame([{**empty, **row} for row in rows], columns=list(INVENTORY_COLUMNS))


def changed(target: Target, table: pd.DataFrame) -> list[str]:
    """Parts that differ from those of an unchanged line."""
    usual = key_without_images(measured.target(), inventory())
    return changed_parts(usual, key_without_images(target, table))


def test_the_same_line_has_the_same_key() -> None:
    """Nothing changed, also where the rows come in another order."""
    assert changed(measured.target(), inventory()) == []
    assert changed(measured.target(), inventory().iloc[::-1]) == []


@pytest.mark.parametrize(
    "change",
    [{"chip_sha256": "9"}, {"usable": "no"}, {"reflectance_offset": "-0.1"}, {"status": "failed"}],
)
def test_other_images_change_the_key(change: dict[str, str]) -> None:
    """Another chip, another answer of the screening, an image less."""
    assert changed(measured.target(), inventory(change)) == ["inventory"]


def test_what_no_line_depends_on_changes_nothing() -> None:
    """Another day of search, a failed image, an image of another site."""
    for column in NOT_IN_A_LINE:
        assert changed(measured.target(), inventory({column: "other"})) == []
    elsewhere = inventory({}, {}, {"status_reason": "other"}, {"chip_sha256": "9"})
    assert changed(measured.target(), elsewhere) == []


def test_columns_left_out_exist() -> None:
    """A renamed column would come into every key unnoticed."""
    assert set(NOT_IN_A_LINE) < set(INVENTORY_COLUMNS)


def test_moved_outlines_change_the_key() -> None:
    """Also that of a neighbour, since stable ground lies around all."""
    target = measured.target()
    moved = replace(target.outline, pos_sigma_m=6.0)
    site = replace(target.site, outlines=(moved,))
    assert changed(replace(target, site=site, outline=moved), inventory()) == ["outlines"]
    more = replace(target.site, outlines=(target.outline, replace(moved, name="Quay")))
    assert changed(replace(target, site=more), inventory()) == ["outlines"]


def test_another_study_changes_the_key() -> None:
    """The first day of the study parts what teaches from what is measured."""
    assert changed(measured.target(study="2024-01-01"), inventory()) == ["parameters"]


def test_stored_rows_are_those_with_a_chip() -> None:
    """Of one site and sensor."""
    assert stored_rows(inventory(), "rajin", "sentinel-2")["item_id"].tolist() == ["a", "b"]
    assert stored_rows(inventory(), "rajin", "landsat").empty


def test_code_that_measures_is_known_and_code_that_fetches_is_not() -> None:
    """From decoding a chip to the row; not the network, the press or the record."""
    modules = set(measuring_modules())
    for module in (
        "imagery.pipeline.measurement_within_outlines",
        "imagery.measure.quay.stack_area_series_and_container_bounds",
        "imagery.measure.radar.berth_ships_in_radar", "imagery.measure.rail.occupied_track_series",
        "imagery.cube.cube_assembly", "imagery.clear_sky.clear_sky_screening",
        "imagery.simulate.object_injection",
        "imagery.acquire.reflectance_and_backscatter_scaling", "imagery.sites.site_model",
    ):  # fmt: skip
        assert f"skytally.{module}" in modules
    assert not any(
        part in module
        for module in modules
        for part in (
            ".press",
            ".record",
            ".acquire.stac",
            ".chip_store",
            ".image_store_and_inventory_refresh",
            ".thread_or_dask_executor",
        )
    )
