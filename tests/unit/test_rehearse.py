"""What a rehearsal makes of the project before any server runs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from skytally.imagery.acquire.providers import read_providers
from skytally.press import rehearse, servers
from tests.support.tiny_site_archive import archive

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
    return rehearse.provider_rows(tomllib.loads(text), items, url=URL)


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
    path.write_text(rehearse.providers_toml(rows), encoding="utf-8")
    read = read_providers(path)
    assert set(read) == set(KEPT)
    assert all(row.label == "rehearsal" and row.default for row in read.values())


def test_copied_leaves_out_what_was_acquired(tmp_path: Path) -> None:
    """The copy has the code of scenes, no chips, no site, no secret places, and empty tables."""
    root = tmp_path / "root"
    for name in (
        "data/scenes/rajin/a.tif",
        "data/measured/rajin/a.nc",
        "skytally/imagery/acquire/band_reader.py",
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
    rehearse.copy_project(root, tmp_path / "copy")
    found = {p.relative_to(tmp_path / "copy").as_posix() for p in tmp_path.rglob("copy/**/*.*")}
    assert found == {
        "data/inventory.csv",
        "data/catalogue_searches.csv",
        "skytally/imagery/acquire/band_reader.py",
    }
    for name in ("inventory.csv", "catalogue_searches.csv"):
        assert (tmp_path / "copy/data" / name).read_text(encoding="utf-8") == "site,item\n"


def test_rehearse_without_servers_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is made, and the message names the packages."""
    monkeypatch.setattr(servers, "search_path", lambda: "/nowhere")
    monkeypatch.setattr(rehearse, "build_folder", lambda: tmp_path)
    monkeypatch.setattr("sys.argv", ["rehearse"])
    assert rehearse.main() == 1
    assert "apt-get install -y --no-install-recommends nginx-light" in capsys.readouterr().err
    assert not (tmp_path / "rehearsal").exists()
