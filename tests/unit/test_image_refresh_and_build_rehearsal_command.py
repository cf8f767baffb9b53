"""What a rehearsal makes of the project before any server runs."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from skytally.imagery.acquire.image_provider_table import read_providers
from skytally.imagery.simulate.rehearsal_passes_and_catalogue_faults import SMALL
from skytally.imagery.simulate.rehearsal_scene_archive import rehearsed_sites
from skytally.imagery.sites.site_model import TO_CONFIRM
from skytally.imagery.sites.site_register import read_sites
from skytally.press import (
    image_refresh_and_build_rehearsal_command,
    rehearsal_stac_and_nginx_servers,
)
from tests.support.tiny_scene_archive import archive

ROOT = Path(__file__).resolve().parents[2]
URL = "http://127.0.0.1:1/v1"
KEPT = {
    "rehearsal-earth-search": "sentinel-2-c1-l2a",
    "rehearsal-earth-search-v1-l2a": "sentinel-2-l2a",
    "rehearsal-planetary-computer-s1-rtc": "sentinel-1-rtc",
    "rehearsal-planetary-computer-landsat": "landsat-c2-l2",
}
"""Row of a rehearsal to its collection."""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Make provider rows from the real providers and the small archive."""
    items = archive(tmp_path_factory.mktemp("archive"))
    text = (ROOT / "data" / "sites" / "providers.toml").read_text(encoding="utf-8")
    return image_refresh_and_build_rehearsal_command.provider_rows(
        tomllib.loads(text), items, url=URL
    )


def test_rows_are_the_real_ones_but_for_their_server(rows: dict[str, dict[str, object]]) -> None:
    """Collections, assets and calibration are those of the real rows; all else is local."""
    real = tomllib.loads((ROOT / "data/sites/providers.toml").read_text(encoding="utf-8"))
    assert {name: row["collection"] for name, row in rows.items()} == KEPT
    for name, row in rows.items():
        there = real[name.removeprefix("rehearsal-")]
        for word in ("kind", "collection", "sensor", "processor", "bands", "quality", "signing"):
            assert row[word] == there[word]
        assert row["calibration"] == there["calibration"]
        assert (row["url"], row["label"]) == (URL, "rehearsal")


def test_written_rows_are_read_back(rows: dict[str, dict[str, object]], tmp_path: Path) -> None:
    """The file that is written is one that the client reads."""
    path = tmp_path / "providers.toml"
    path.write_text(
        image_refresh_and_build_rehearsal_command.providers_toml(rows), encoding="utf-8"
    )
    read = read_providers(path)
    assert set(read) == set(KEPT)
    assert all(row.label == "rehearsal" and row.default for row in read.values())


def test_copied_leaves_out_what_was_acquired(tmp_path: Path) -> None:
    """The copy has the code of scenes, no chips, no site, no secret places, and empty tables."""
    root = tmp_path / "root"
    for name in (
        "data/scenes/rajin/a.tif",
        "data/measured/rajin/a.nc",
        "skytally/imagery/acquire/scene_reader.py",
        "book/_build/html/x.html",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    for name in (
        "data/inventory.csv",
        "data/catalogue_searches.csv",
        ".git/config",
        ".venv/x",
        ".ruff_cache/x",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("site,item\nrajin,one\n", encoding="utf-8")
    image_refresh_and_build_rehearsal_command.copy_project(root, tmp_path / "copy")
    found = {p.relative_to(tmp_path / "copy").as_posix() for p in tmp_path.rglob("copy/**/*.*")}
    assert found == {
        "data/inventory.csv",
        "data/catalogue_searches.csv",
        "skytally/imagery/acquire/scene_reader.py",
    }
    for name in ("inventory.csv", "catalogue_searches.csv"):
        assert (tmp_path / "copy/data" / name).read_text(encoding="utf-8") == "site,item\n"


def test_rehearse_without_servers_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is made, and the message names the packages."""
    monkeypatch.setattr(rehearsal_stac_and_nginx_servers, "search_path", lambda: "/nowhere")
    monkeypatch.setattr(image_refresh_and_build_rehearsal_command, "build_folder", lambda: tmp_path)
    monkeypatch.setattr("sys.argv", ["rehearse"])
    assert image_refresh_and_build_rehearsal_command.main() == 1
    assert "apt-get install -y --no-install-recommends nginx-light" in capsys.readouterr().err
    assert not (tmp_path / "rehearsal").exists()


def test_rehearsed_sites_are_written_and_read_back(tmp_path: Path) -> None:
    """The copy's register has the small window, and outlines that wait to be confirmed."""
    folder = tmp_path / "sites"
    shutil.copytree(ROOT / "data" / "sites", folder)
    plan = replace(SMALL, optical_days=60)
    chosen, places = rehearsed_sites({"tikhoretsk": read_sites(folder)["tikhoretsk"]}, plan)
    image_refresh_and_build_rehearsal_command.write_sites(folder, chosen)
    site = read_sites(folder)["tikhoretsk"]
    assert site.grid == chosen["tikhoretsk"].grid
    assert {outline.status for outline in site.outlines} == {TO_CONFIRM}
    days, place = places["tikhoretsk"]
    assert len(days) == len(place.images)
    before = sum(day < (plan.study - date(1970, 1, 1)).days for day in days)
    assert 0 < before < len(days)


def test_every_page_of_a_copy_says_that_it_is_made_up(tmp_path: Path) -> None:
    """The banner is a setting of the theme, which stands on each page; a book without is told."""
    config = tmp_path / "_config.yml"
    shutil.copyfile(ROOT / "book" / "_config.yml", config)
    image_refresh_and_build_rehearsal_command.put_banner(config)
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    assert settings["html"]["announcement"] == image_refresh_and_build_rehearsal_command.BANNER
    config.write_text("title: none\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="no `html:`"):
        image_refresh_and_build_rehearsal_command.put_banner(config)


def test_cards_have_the_banner_too(tmp_path: Path) -> None:
    """A page that the theme did not draw is marked once; pages with the banner stay."""
    card, page = tmp_path / "cards/row/R001.html", tmp_path / "index.html"
    card.parent.mkdir(parents=True)
    card.write_text('<html><body class="sk"><p>25 railcars</p></body></html>', encoding="utf-8")
    page.write_text(
        f"<html><body>{image_refresh_and_build_rehearsal_command.BANNER}</body></html>",
        encoding="utf-8",
    )
    before = page.read_text(encoding="utf-8")
    assert [
        image_refresh_and_build_rehearsal_command.mark_bare_pages(tmp_path) for _ in range(2)
    ] == [1, 0]
    assert image_refresh_and_build_rehearsal_command.BANNER in card.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8") == before


def test_a_site_that_is_none_is_told_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence with the sites there are, and nothing on the disk."""
    monkeypatch.setattr(rehearsal_stac_and_nginx_servers, "missing_servers", lambda: "")
    with pytest.raises(RuntimeError, match=r"no site nowhere of the evidence; there are rajin"):
        image_refresh_and_build_rehearsal_command.run_rehearsal(
            ROOT, tmp_path / "there", plan=SMALL, only=["nowhere"]
        )
    assert not (tmp_path / "there").exists()
