"""Images without a right to publish: their pixels are in nothing that leaves the machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skytally.core import data_registry, package_modules, project_root
from skytally.editions.printed_chart_extraction import printed_charts
from skytally.findings import write_lines
from skytally.imagery.acquire import Provider, read_breaks
from skytally.imagery.acquire.inventory_and_search_log import read_inventory
from skytally.imagery.figures.own_imagery_page_blocks import lines_shown
from skytally.imagery.measure.observation_and_evidence_line import observation_line
from skytally.imagery.pipeline.cloud_free_composite import clearest
from skytally.imagery.pipeline.image_store_and_inventory_refresh import refresh_store
from skytally.imagery.pipeline.measured_line_folder import line_path, write_line
from skytally.imagery.pipeline.measured_lines_for_notebook import SiteImagery, _shown_pictures
from skytally.imagery.pipeline.publishing_rights import may_be_shown
from skytally.imagery.pipeline.thumbnails import Thumbnail
from skytally.press import table_and_project_zips
from skytally.press.sphinx_ext import site_plan_and_position_directives
from tests.support import (
    made_up_editions as editions,
    made_up_vendor_deliveries as deliveries,
    simulated_measured_lines as measured,
    simulated_scenes_and_sites as chips,
)
from tests.support.directives_without_page import bare

HERE = chips.site()
LICENCE = "made up, all rights reserved"
PICTURE = re.compile(rb"data:image/(?:png|jpeg)|<image\b|\xff\xd8\xff|\x89PNG")
"""What begins a picture of pixels, as a file, in a page or in an SVG."""
PIXEL_READERS = re.compile(r"\b(read_chip|Thumbnail|thumbnails_block|slider_block)\b|\bcomposite\(")
PIXEL_ROOMS = ("imagery.acquire", "imagery.clear_sky", "imagery.cube", "imagery.pipeline")
"""Rooms that keep and measure images, and print nothing."""
DOORS = {
    "skytally.imagery.figures.own_imagery_page_blocks",
    "skytally.imagery.figures.thumbnails_and_before_after_slider",
    "skytally.press.sphinx_ext.site_plan_and_position_directives",
}
"""Modules elsewhere that put pixels of stored images on a page; each is tried below."""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store one small made-up product whose licence allows no picture; return its folder."""
    folder = tmp_path_factory.mktemp("bought")
    row = deliveries.row(
        deliveries.sentinel2(folder / "order"), **deliveries.SENTINEL_2_ROW,
        licence=LICENCE, republish=False,
    )  # fmt: skip
    tables: dict[str, Any] = chips.tables(folder)
    period = ("2019-01-01", "2024-12-31")
    scenes = folder / "scenes"
    refresh_store([HERE], [row], period, folder=scenes, today="2026-11-22", **tables)
    return folder


def _providers(folder: Path, *, republish: bool) -> dict[str, Provider]:
    return {"mine": deliveries.row(folder, licence=LICENCE, republish=republish)}


def _files(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_the_scene_is_usable_and_only_its_row_may_be_shown(stored: Path) -> None:
    """It would be drawn if it might; the row holds its id, hash and day."""
    inventory = read_inventory(stored / "inventory.csv")
    (row,) = clearest(inventory, HERE.slug).to_dict("records")
    assert row["item_id"]
    assert len(row["chip_sha256"]) == 64
    assert row["time_utc"].startswith(deliveries.DAY)
    assert may_be_shown(inventory, _providers(stored, republish=False)).empty
    assert len(may_be_shown(inventory, _providers(stored, republish=True))) == 1


@pytest.mark.parametrize("republish", [False, True])
def test_a_plan_is_drawn_over_it_only_with_a_right(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, republish: bool
) -> None:
    """Without one the plan is lines on white, and the page says that nothing lies under it."""
    directives = site_plan_and_position_directives
    inventory = read_inventory(stored / "inventory.csv")
    monkeypatch.setattr(directives, "inventory", lambda: inventory)
    monkeypatch.setattr(
        directives, "read_providers", lambda _: _providers(stored, republish=republish)
    )
    monkeypatch.setattr(data_registry, "scenes", lambda: stored / "scenes")
    shown = bare(directives.SitePlans)._section(HERE, tmp_path)
    drawn = [content for content in _files(tmp_path) if PICTURE.search(content)]
    assert len(drawn) == republish
    assert ("nothing, as no usable image" in shown) != republish


def _bought_line() -> tuple[measured.MeasuredLine, bytes]:
    """Make a measured line of bought images with two pictures, and the pixels of the first."""
    line = measured.line()
    first, second = line.chips
    noise = np.random.default_rng(3).integers(0, 256, (6, 7, 3), dtype=np.uint8)
    pictures = (
        replace(first, picture=noise, label="", finding="nothing found"),
        replace(second, picture=noise, label="", finding="2 (0 to 3) ships"),
    )
    rows = tuple(
        replace(row, details={}, time=row.time.astype("datetime64[s]").astype("datetime64[ns]"))
        for row in line.rows
    )
    made = observation_line(
        rows, quantity=measured.KIND.quantity, scope=line.scope, method=line.card.title,
        history="made up", source="somebody",
    ).assign_attrs(label="")  # fmt: skip
    return replace(line, line=made, rows=rows, chips=pictures, label=""), noise.tobytes()


def _imagery(line: measured.MeasuredLine, inventory: pd.DataFrame) -> SiteImagery:
    breaks = read_breaks(data_registry.path("sensor_breaks"))
    return SiteImagery(
        "berth", measured.STUDY, (line,), inventory, breaks, pd.DataFrame(), measured.STUDY
    )


@pytest.mark.parametrize("names", [frozenset(), frozenset({"a"}), frozenset({"a", "b"})])
def test_a_page_shows_only_pictures_that_it_may(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: frozenset[str]
) -> None:
    """Pictures and slider are gone, the numbers stay, and the note says how many are missing."""
    inventory = read_inventory(stored / "inventory.csv")
    monkeypatch.setattr(
        "skytally.imagery.figures.own_imagery_page_blocks.agreement_table",
        lambda *_: pd.DataFrame(),
    )
    line, pixels = _bought_line()
    own = _imagery(_shown_pictures(line, names), inventory)
    shown = lines_shown(own, "port-imagery", pd.DataFrame(), pd.DataFrame(), out=str(tmp_path))
    assert shown.block.count('class="sk-chip"') == (len(names) if len(names) < 2 else 4)
    assert ('type="range"' in shown.block) == (len(names) == 2)
    left = 2 - len(names)
    assert (f"no right to publish them: {left} of 2." in shown.text) == bool(left)
    assert "so there is no picture to show" not in shown.text
    assert ("largest detections" in shown.text) == (not left)
    downloads = list(_files(tmp_path))
    assert downloads
    assert not any(pixels in content or PICTURE.search(content) for content in downloads)


def test_only_the_folder_of_measured_lines_has_the_pictures(tmp_path: Path) -> None:
    """The line's own file keeps them for a later right; the file under the chart has none."""
    line, pixels = _bought_line()
    write_line(tmp_path, measured.target(), line, {})
    held = line_path(tmp_path, measured.target()).read_bytes()
    assert pixels[:21] in held
    assert line.line is not None
    write_lines({"bought": line.line}, tmp_path / "out", name="port-imagery.own-bought")
    assert not any(pixels[:21] in content for content in _files(tmp_path / "out"))


def test_the_name_of_a_free_image_of_another_site_gives_no_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rights are looked up by site and name: an id may occur at two sites."""
    from skytally.imagery.pipeline import measured_lines_for_notebook as reader

    line, _ = _bought_line()
    rows = [
        {"site": site, "provider": provider, "item_id": name, "label": "", "chip_sha256": "x",
         "time_utc": "2024-01-01T00:00:00Z"}
        for site, provider in (("rajin", "mine"), ("khasan", "free")) for name in ("a", "b")
    ]  # fmt: skip
    free = deliveries.row(Path(), licence="CC0", republish=True)
    monkeypatch.setattr(reader, "read_inventory", lambda _: pd.DataFrame(rows))
    monkeypatch.setattr(
        reader, "read_providers", lambda _: {"mine": deliveries.row(Path()), "free": free}
    )
    monkeypatch.setattr(reader, "line_or_reason", lambda *_: line)
    own = reader.read_imagery("berth", study=measured.STUDY)
    assert {each.withheld for each in own.measured if each.site == "rajin"} == {2}


def test_an_edition_and_its_packets_have_no_pixel(stored: Path, tmp_path: Path) -> None:
    """Neither chips nor pictures of lines reach an edition, and no packet takes a picture."""
    project = editions.write_project(tmp_path / "project", [("A1", "1", "made up")])
    (project / "data/scenes").symlink_to(stored / "scenes")
    line, pixels = _bought_line()
    write_line(project / "data/measured", measured.target(), line, {})
    edition = editions.make_edition(
        project, "2026-01-01", findings=[editions.finding("made-up.one", 1, 1, 1)]
    )
    kept = [path.read_bytes() for path in (stored / "scenes").rglob("*.tif")]
    assert kept
    for content in _files(edition.folder):
        assert pixels[:21] not in content
        assert content not in kept
        assert not PICTURE.search(content)
    site = tmp_path / "site"
    (site / "lines").mkdir(parents=True)
    own = _imagery(line, read_inventory(stored / "inventory.csv"))
    from skytally.imagery.figures.own_imagery_page_blocks import _pictures_shown

    assert own.measured
    page = "".join(block.block for block in _pictures_shown(line))
    assert page.count("data:image/png") == 4
    (site / "lines/port-imagery.html").write_text(page, encoding="utf-8")
    assert list(printed_charts(site)) == []


def _commit(folder: Path) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "First")):
        subprocess.run(["git", "-C", str(folder), *who, *words], check=True)


@pytest.mark.parametrize(
    ("row", "packed"),
    [
        ('kind = "folder"\nurl = "../../orders"', False),
        ('kind = "folder"\nurl = "../../orders"\nlicence = "CC0"\nrepublish = true', True),
        ('kind = "folder"\nurl = "../../orders/planet.zip"', False),
        ('kind = "stac-static"\nurl = "../../orders/items.json"', False),
        ('kind = "stac-static"\nurl = "../../orders/items.json"\nlabel = "rehearsal"', True),
        ('kind = "stac-api"\nurl = "https://example.org/stac"', True),
    ],
)
def test_the_download_of_the_project_leaves_the_order_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, *, packed: bool
) -> None:
    """An order that somebody put into the project and committed is in no download."""
    folder = tmp_path / "project"
    for name in ("orders/planet.zip", "docs/page.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    (folder / "data/sites").mkdir(parents=True)
    (folder / "data/sites/providers.toml").write_text(f"[mine]\n{row}\n", encoding="utf-8")
    _commit(folder)
    monkeypatch.setattr(table_and_project_zips, "project_root", lambda: folder)
    found = table_and_project_zips.packed_files()
    assert "docs/page.md" in found
    assert ("orders/planet.zip" in found) == packed


def test_without_the_table_of_providers_in_order_nothing_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose images they are cannot be said then."""
    folder = tmp_path / "project"
    (folder / "data/sites").mkdir(parents=True)
    (folder / "data/sites/providers.toml").write_text("[mine\n", encoding="utf-8")
    _commit(folder)
    monkeypatch.setattr(table_and_project_zips, "project_root", lambda: folder)
    assert table_and_project_zips.packed_files() == {}


def test_no_other_module_puts_pixels_of_stored_images_anywhere() -> None:
    """A module that begins to do so is a new door: add it to `DOORS` with a test of its own."""
    found = set()
    for name in package_modules():
        path = project_root() / f"{name.replace('.', '/')}.py"
        inside = name.removeprefix("skytally.").startswith(PIXEL_ROOMS)
        if inside or not path.is_file():
            continue
        if PIXEL_READERS.search(path.read_text(encoding="utf-8")):
            found.add(name)
    assert found == DOORS


def test_stored_images_and_lines_are_not_committed() -> None:
    """Git passes over both folders."""
    ignored = (project_root() / ".gitignore").read_text(encoding="utf-8").split()
    assert {"data/scenes/", "data/measured/"} <= set(ignored)


def test_pictures_are_pixels() -> None:
    """The pattern of this test finds a picture on a page and in a file."""
    from skytally.imagery.figures.thumbnails_and_before_after_slider import thumbnails_block

    picture = Thumbnail(np.zeros((2, 2, 3), np.uint8), 10.0, "", "", "x")
    assert PICTURE.search(thumbnails_block([picture], caption="", empty="").block.encode())
