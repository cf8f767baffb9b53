"""Own images through a whole refresh: their rows, and what the terminal says of each file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.inventory_and_search_log import (
    INVENTORY_COLUMNS,
    SEARCH_COLUMNS,
    read_inventory,
)
from skytally.imagery.pipeline.image_store_and_inventory_refresh import refresh_store
from skytally.imagery.pipeline.refresh_plan import RefreshPlan, plan_refresh
from skytally.press.own_image_delivery_report import cloud_mask_lines, file_lines, scene_lines
from skytally.press.refresh_plan_report import plan_lines
from tests.support import (
    made_up_vendor_deliveries as deliveries,
    simulated_scenes_and_sites as chips,
)

HERE = chips.site()
S2 = deliveries.SENTINEL_2_ROW


def _refresh(folder: Path, *rows: Any, **words: Any) -> pd.DataFrame:
    refresh_store(
        [HERE], rows, ("2019-01-01", "2024-12-31"), folder=folder / "scenes", today="2026-11-22",
        **chips.tables(folder), **words,
    )  # fmt: skip
    return read_inventory(folder / "inventory.csv")


def _plan(folder: Path, row: Any) -> RefreshPlan:
    empty = pd.DataFrame(columns=list(INVENTORY_COLUMNS), dtype=str)
    return plan_refresh(
        [HERE], [row], ("2019-01-01", "2024-12-31"), folder=folder / "scenes", inventory=empty,
        searches=pd.DataFrame(columns=list(SEARCH_COLUMNS), dtype=str), settings=FetchSettings(),
    )  # fmt: skip


def test_a_bought_image_is_stored_and_called_not_usable_with_the_reason(tmp_path: Path) -> None:
    """One truth for every page: no measure was tested on its pixels."""
    row = deliveries.row(deliveries.airbus(tmp_path / "order", gsd=5.0))
    (found_row,) = _refresh(tmp_path, row).to_dict("records")
    assert (found_row["status"], found_row["usable"]) == ("stored", "no")
    assert found_row["unusable_reason"] == (
        "no measure: none was tested on pixels of 5 m of this satellite"
    )
    (stored,) = chip_store.stored_manifests(tmp_path / "scenes", HERE.slug)
    assert stored.licence == "made up, all rights reserved"


def test_a_sentinel_2_product_is_usable_like_one_of_a_catalogue(tmp_path: Path) -> None:
    """A SAFE product of the user's own is screened by its classes and can be measured."""
    row = deliveries.row(deliveries.sentinel2(tmp_path / "order"), **S2)
    (found_row,) = _refresh(tmp_path, row).to_dict("records")
    assert (found_row["status"], found_row["platform"]) == ("stored", "sentinel-2a")
    assert found_row["processing_baseline"] == "05.09"
    assert found_row["usable"] == "yes", found_row["unusable_reason"]


def test_clouds_nobody_looked_for_are_not_a_clear_sky(tmp_path: Path) -> None:
    """Without a mask an image is not usable, as the row, the terminal and the dry run say."""
    order = deliveries.sentinel2(tmp_path / "order")
    row = deliveries.row(order, **{**S2, "quality": ""})
    why = "no cloud mask: clouds were not looked for"
    (would,) = plan_lines(_plan(tmp_path, row))
    assert would.endswith(f"for here; {why}, so not usable")
    inventory = _refresh(tmp_path, row)
    (found_row,) = inventory.to_dict("records")
    assert (found_row["status"], found_row["usable"]) == ("stored", "no")
    assert (found_row["cloud_share"], found_row["unusable_reason"]) == ("", why)
    (line,) = scene_lines([row], inventory, sites=["here"], period=("2019-01-01", "2024-12-31"))
    assert line.endswith(f"stored for here, not usable: {why}")
    (hint,) = cloud_mask_lines([row])
    assert "holds the classification SCL, which the table leaves out" in hint
    assert 'write quality = "SCL" into [mine]' in hint
    named = deliveries.row(order, **S2)
    assert not list(cloud_mask_lines([named]))
    (found_row,) = _refresh(tmp_path, named).to_dict("records")
    assert (found_row["usable"], bool(found_row["cloud_share"])) == ("yes", True)


def test_the_terminal_names_every_file_and_scene(tmp_path: Path) -> None:
    """Nothing is silent: files, scenes, those beside the windows and those of other days."""
    order = deliveries.planet(tmp_path / "order")
    deliveries.plain(order, "far_20230805.tif", bands=4, corner=(300_000.0, 4_000_000.0))
    deliveries.plain(order, "old_20150805.tif", bands=4)
    row = deliveries.row(order)
    inventory = _refresh(tmp_path, row)
    period = ("2019-01-01", "2024-12-31")
    files = "\n".join(file_lines([row]))
    assert "order/" not in files.split("\n", maxsplit=1)[1]
    assert "  far_20230805.tif: " in files
    lines = list(scene_lines([row], inventory, sites=["here"], period=period))
    assert any("planetscope-2486, 2023-08-27 02:15 UTC" in line and "stored for here" in line
               for line in lines)  # fmt: skip
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("far_20230805.tif", "beside the windows of here"), ("old_20150805.tif", "outside 2019")],
)
def test_a_scene_without_a_row_has_its_reason(tmp_path: Path, name: str, outcome: str) -> None:
    """Beside every window, or before the period: said at the terminal."""
    corner = (300_000.0, 4_000_000.0) if name.startswith("far") else (chips.WEST, chips.NORTH)
    deliveries.plain(tmp_path / "order", name, corner=corner)
    row = deliveries.row(tmp_path / "order", {"b04": "pan"})
    period = ("2019-01-01", "2024-12-31")
    for inventory in (_refresh(tmp_path, row), None):
        (line,) = scene_lines([row], inventory, sites=["here"], period=period)
        assert outcome in line
    told = {name.removesuffix(".tif")}
    assert list(scene_lines([row], None, sites=["here"], period=period, leave_out=told)) == []


def test_a_control_character_in_a_name_is_spelt_out(tmp_path: Path) -> None:
    """A name can neither end a line of the terminal nor move its cursor."""
    deliveries.plain(tmp_path / "order", "pier\n\x1b[2J_20230805.tif")
    row = deliveries.row(tmp_path / "order", {"b04": "pan"})
    period = ("2019-01-01", "2024-12-31")
    lines = [*file_lines([row]), *scene_lines([row], None, sites=["here"], period=period)]
    assert all(line.isprintable() for line in lines)
    assert sum("pier\\u000a\\u001b[2J_20230805" in line for line in lines) == 2


def test_a_dry_run_says_what_would_be_read(tmp_path: Path) -> None:
    """Nothing is written, and every scene is named."""
    row = deliveries.row(deliveries.maxar(tmp_path / "order"))
    (line,) = plan_lines(_plan(tmp_path, row))
    assert "would read" in line
    assert f"{deliveries.DAY}T02:15:49Z, bands b02, b03, b04, b08, for here" in line
    assert not (tmp_path / "scenes").exists()
