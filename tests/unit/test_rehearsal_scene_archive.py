"""The generated archive: the same twice, sound files, items of the providers' shapes, all traps."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from skytally.core.errors_and_fault_lists import AcquisitionError
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.one_scene_per_pass import select_items
from skytally.imagery.acquire.stac.item_parser import parse_item
from skytally.imagery.simulate.rehearsal_passes_and_catalogue_faults import (
    ADJACENT,
    EDGE,
    MISLABELLED,
    MISSING,
    OTHER_ZONE,
    PLAIN,
    REPROCESSED,
    ArchivePlan,
    mgrs_square,
    planned_passes,
    site_areas,
)
from skytally.imagery.simulate.rehearsal_scene_archive import write_archive
from skytally.imagery.sites.control_sites import evidence_sites
from skytally.imagery.sites.site_register import read_sites
from tests.support.published_stac_item_fields import documented
from tests.support.tiny_scene_archive import PLAN, archive, provider, tiny_site

ROOT = Path(__file__).resolve().parents[2]
FATES = {
    PLAIN: "selected",
    REPROCESSED: "superseded",
    ADJACENT: "superseded",
    EDGE: "selected",  # its file is whole; that half of it is empty shows only in its pixels
    MISLABELLED: "selected",  # its metadata are sound; only its pixels give it away
    MISSING: "rejected",
    OTHER_ZONE: "rejected",
}
"""Case to what the choice before reading makes of it."""

Item = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the tiny archive."""
    place = tmp_path_factory.mktemp("archive")
    archive(place)
    return place


@pytest.fixture(scope="module")
def items(folder: Path) -> list[Item]:
    """STAC items of the archive in the folder."""
    return archive(folder)


@pytest.fixture(scope="module")
def cases(folder: Path) -> dict[str, dict[str, str]]:
    """Truth table of the archive, by item id."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {row["item_id"]: row for row in csv.DictReader(file)}


def pixels(folder: Path, item: Item, key: str) -> np.ndarray:
    """Read a whole file of an item."""
    with rasterio.open(folder / item["assets"][key]["href"].removeprefix("files:/")) as file:
        values: np.ndarray = file.read(1)
    return values


def offers(items: list[Item]) -> list[SceneItem]:
    """Read every item as its own provider's client does."""
    return [
        parse_item(item, provider(item["collection"], "http://127.0.0.1/"), tiny_site())
        for item in items
    ]


@pytest.mark.slow
def test_write_archive_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """The archive depends on sites and plan alone, not on threads or time."""
    site = tiny_site()
    write_archive({site.slug: site}, tmp_path / "again", plan=PLAN, workers=1)

    def tree(root: Path) -> dict[str, str]:
        return {
            path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in root.rglob("*")
            if path.is_file()
        }

    assert tree(tmp_path / "again") == tree(folder)


def test_items_describe_their_files_rightly(folder: Path, items: list[Item]) -> None:
    """Size, checksum, grid, type, zone and layout of every file are what its item says."""
    for item in items:
        for key, asset in item["assets"].items():
            path = folder / asset["href"].removeprefix("files:/")
            content = path.read_bytes()
            assert asset.get("file:size", len(content)) == len(content)
            digest = "1220" + hashlib.sha256(content).hexdigest()
            assert asset.get("file:checksum", digest) == digest
            with rasterio.open(path) as file:
                assert file.crs.to_epsg() == item["properties"]["proj:epsg"]
                words = asset if "proj:transform" in asset else item["properties"]
                assert list(file.transform)[:6] == words["proj:transform"]
                assert list(file.shape) == words["proj:shape"]
                assert file.dtypes[0] == asset["raster:bands"][0]["data_type"]
                assert file.nodata == asset["raster:bands"][0]["nodata"]
                assert file.profile["tiled"]
                assert file.compression.name == "deflate"
                assert file.overviews(1) or max(file.shape) <= PLAN.block, (item["id"], key)


def test_everything_is_labelled_rehearsal(folder: Path, items: list[Item]) -> None:
    """No item or collection can be mistaken for an observation."""
    for item in items:
        assert item["properties"]["skytally:label"] == "rehearsal"
        assert item["properties"]["title"].startswith("rehearsal: ")
    assert '"rehearsal: ' in (folder / "collections.ndjson").read_text(encoding="utf-8")


def test_ids_are_unique_in_their_collection(items: list[Item]) -> None:
    """No scene replaces another in a catalogue."""
    found = Counter((item["collection"], item["id"]) for item in items)
    assert max(found.values()) == 1


def test_every_trap_is_there_and_meets_its_fate(
    items: list[Item], cases: dict[str, dict[str, str]]
) -> None:
    """Each case is offered at least once, and the choice before reading is the planned one."""
    assert {row["case"] for row in cases.values()} == set(FATES)
    made = {choice.item.item_id: choice for choice in select_items(offers(items), tiny_site())}
    assert set(made) == set(cases)
    for name, row in cases.items():
        assert made[name].status == FATES[row["case"]], (name, row["case"], made[name].reason)


def test_the_client_needs_only_what_providers_document(items: list[Item]) -> None:
    """An item stripped to the words of published items gives the same offer."""
    for item, offer in zip(items, offers(items), strict=True):
        kind = provider(item["collection"], "http://127.0.0.1/")
        bare = parse_item(documented(item), kind, tiny_site())
        for field in fields(SceneItem):
            assert getattr(bare, field.name) == getattr(offer, field.name), field.name
        assert offer.platform
        assert offer.relative_orbit is not None
        assert offer.sensor != "sentinel-2" or (offer.tile and offer.baseline)
        assert offer.sensor == "sentinel-1" or offer.sun_zenith is not None


def test_both_processings_show_the_same_ground(
    folder: Path, items: list[Item], cases: dict[str, dict[str, str]]
) -> None:
    """With the offset its item states, the reprocessed scene has the reflectance of the first."""
    old = [item for item in items if cases[item["id"]]["case"] == REPROCESSED]
    assert old
    for first in old:
        second = next(
            item
            for item in items
            if item["id"] != first["id"]
            and item["properties"]["datetime"] == first["properties"]["datetime"]
        )
        values = []
        for item in (first, second):
            words = item["assets"]["red"]["raster:bands"][0]
            stored = pixels(folder, item, "red").astype(float)
            values.append(stored * words["scale"] + words["offset"])
            assert words["offset"] == (0 if item is first else -0.1)
        assert np.allclose(*values, atol=2e-4)


def test_the_mislabelled_scene_is_dark_beyond_nature(
    folder: Path, items: list[Item], cases: dict[str, dict[str, str]]
) -> None:
    """Its item states an offset that its pixels do not hold."""
    (item,) = (item for item in items if cases[item["id"]]["case"] == MISLABELLED)
    words = item["assets"]["red"]["raster:bands"][0]
    seen = pixels(folder, item, "red") * words["scale"] + words["offset"]
    assert np.median(seen[pixels(folder, item, "scl").repeat(2, 0).repeat(2, 1) == 6]) < -0.05


def test_a_ship_is_seen_by_every_sensor(
    folder: Path, items: list[Item], cases: dict[str, dict[str, str]]
) -> None:
    """Where the truth has a ship and a clear sky, bright pixels lie in the water."""
    seen = 0
    for item in items:
        row = cases[item["id"]]
        if row["case"] != PLAIN or row["ships"] == "0" or float(row["cloud"]):
            continue
        if item["collection"] == "sentinel-1-rtc":
            values = pixels(folder, item, "vv")
            assert (values > 1.5).sum() >= 5
            seen += 1
    assert seen


def test_areas_join_only_neighbours() -> None:
    """Of the real sites only the two stations on the border share their files."""
    sites = evidence_sites(read_sites(ROOT / "data" / "sites"))
    joined = [area.name for area in site_areas(sites) if len(area.sites) > 1]
    assert joined == ["khasan+tumangang"]
    ids = [
        (scene.collection, scene.platform, scene.tile, scene.time)
        for area in site_areas(sites)
        for scene in planned_passes(area, ArchivePlan())
        if scene.case not in (REPROCESSED,)
    ]
    assert len(ids) == len(set(ids))


def test_mgrs_square_of_known_points() -> None:
    """Squares of places whose names are widely published."""
    assert mgrs_square(32631, 448_251.0, 5_411_932.0, 48.858) == "31UDQ"  # Paris
    assert mgrs_square(32652, 603_480.0, 4_676_000.0, 42.23) == "52TFM"


def test_stripped_item_without_bands_is_refused(items: list[Item]) -> None:
    """The comparison above would notice a word that is needed and missing."""
    bare = documented(items[0])
    bare["properties"].pop("datetime")
    with pytest.raises(AcquisitionError, match="datetime"):
        parse_item(bare, provider(bare["collection"], "http://127.0.0.1/"), tiny_site())
