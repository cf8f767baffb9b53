"""The rehearsal with real servers: PostgreSQL, PostGIS and a STAC API on it, and nginx.

Skipped where they are not installed; the reason says what to install.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.windows import from_bounds

from skytally.core.errors_and_fault_lists import AcquisitionError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.access_tokens_and_url_signing import url_signer
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.catalog_search_and_changes import SearchResult, search_catalogue
from skytally.imagery.acquire.image_provider_table import Provider
from skytally.imagery.acquire.inventory_and_search_log import read_inventory
from skytally.imagery.acquire.one_scene_per_pass import select_items
from skytally.imagery.acquire.scene_reader import read_scene_over_site
from skytally.imagery.pipeline.image_store_and_inventory_refresh import RefreshReport, refresh_store
from skytally.imagery.simulate.rehearsal_passes_and_catalogue_faults import (
    ADJACENT,
    EDGE,
    MISLABELLED,
    MISSING,
    OTHER_ZONE,
    PLAIN,
    REPROCESSED,
    SMALL,
)
from skytally.imagery.simulate.rehearsal_scene_archive import read_json_lines
from skytally.imagery.simulate.rehearsal_stac_items import with_server_addresses
from skytally.press import (
    image_refresh_and_build_rehearsal_command,
    rehearsal_stac_and_nginx_servers,
)
from skytally.press.subprocesses_and_local_ports import free_port
from tests.support.credential_search import SECRETS, leaks
from tests.support.published_stac_item_fields import ASKED, documented
from tests.support.tiny_scene_archive import PERIOD, archive, provider, tiny_site

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(rehearsal_stac_and_nginx_servers.missing_servers()),
        reason=rehearsal_stac_and_nginx_servers.missing_servers() or "all there",
    ),
]
ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ("sentinel-2-c1-l2a", "sentinel-2-l2a", "sentinel-1-rtc", "landsat-c2-l2")

FILES = tuple(f"/{word}/" for word in COLLECTIONS)
FATES = {
    PLAIN: ("stored", ""),
    REPROCESSED: ("superseded", "older processing"),
    ADJACENT: ("superseded", "same pass"),
    MISSING: ("rejected", "asset missing: b08 (nir)"),
    OTHER_ZONE: ("rejected", "other zone: EPSG:32653"),
    EDGE: ("stored", "no data"),
    MISLABELLED: ("stored", "radiometric audit"),
}
"""Case to the fate of its look, and to words of the reason; a look with words is not usable."""

Item = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the tiny archive."""
    place = tmp_path_factory.mktemp("archive")
    archive(place)
    return place


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[rehearsal_stac_and_nginx_servers.Servers]:
    """Run the servers over the tiny archive."""
    port = free_port()
    items = [with_server_addresses(item, f"http://127.0.0.1:{port}/") for item in archive(folder)]
    kinds = read_json_lines(folder / "collections.ndjson")
    with rehearsal_stac_and_nginx_servers.running_servers(folder, kinds, items, port=port) as there:
        yield there


@pytest.fixture(scope="module")
def found(running: rehearsal_stac_and_nginx_servers.Servers) -> dict[str, SearchResult]:
    """Search every collection with the real client."""
    site = tiny_site()
    return {
        word: search_catalogue(provider(word, running.catalogue), site, PERIOD)
        for word in COLLECTIONS
    }


def test_search_gives_every_item_once(folder: Path, found: dict[str, SearchResult]) -> None:
    """Page by page, the real API and the real client give the whole archive and nothing else."""
    offered = sorted(o.item_id for each in found.values() for o in each.items)
    assert offered == sorted(item["id"] for item in archive(folder))
    c1 = found["sentinel-2-c1-l2a"]
    assert c1.pages == 3
    assert c1.number_matched == len(c1.items)
    assert [fault for each in found.values() for fault in each.faults] == []
    assert [bad for each in found.values() for bad in each.malformed] == []


def test_search_twice_gives_the_same(
    running: rehearsal_stac_and_nginx_servers.Servers, found: dict[str, SearchResult]
) -> None:
    """The same search twice gives the same list."""
    again = search_catalogue(provider("sentinel-2-c1-l2a", running.catalogue), tiny_site(), PERIOD)
    assert again.items == found["sentinel-2-c1-l2a"].items


def test_search_honours_period_and_place(running: rehearsal_stac_and_nginx_servers.Servers) -> None:
    """Days outside the period and windows elsewhere offer nothing."""
    row = provider("sentinel-1-rtc", running.catalogue)
    assert search_catalogue(row, tiny_site(), ("2023-11-15", "2023-11-15")).number_returned == 1
    assert search_catalogue(row, tiny_site(), ("2019-01-01", "2019-12-31")).number_returned == 0


def test_requests_are_those_that_every_provider_takes(
    running: rehearsal_stac_and_nginx_servers.Servers, found: dict[str, SearchResult]
) -> None:
    """Searches use only parameters of the STAC API core, and the configured page size."""
    asked = [
        r
        for r in running.requests()
        if r["path"].startswith(f"{rehearsal_stac_and_nginx_servers.PREFIX}/search")
    ]
    assert len(asked) >= len(found)
    for request in asked:
        assert request["method"] == "POST"
        words = json.loads(request["body"])
        assert set(words) <= ASKED, words
        assert words["limit"] == 4
        first, last = words["datetime"].split("/")
        assert first.endswith("Z")
        assert last.endswith("Z")
        west, south, east, north = words["bbox"]
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90


def test_items_come_back_as_providers_shape_them(
    running: rehearsal_stac_and_nginx_servers.Servers, folder: Path
) -> None:
    """What the API returns holds, word for word, what published items of its kind hold."""
    items = {item["id"]: item for item in archive(folder)}
    base = running.files.rstrip("/")
    for name, item in items.items():
        address = f"{running.catalogue}/collections/{item['collection']}/items/{name}"
        with urllib.request.urlopen(address, timeout=20) as answer:
            got = documented(json.load(answer))
        right = documented(with_server_addresses(item, base))
        for words in (got, right):
            words.pop("links")
        assert got == right


def rows(running: rehearsal_stac_and_nginx_servers.Servers) -> list[Provider]:
    """Make provider rows for the servers, with tokens where the real providers require them."""
    return [
        provider(
            word,
            running.catalogue,
            signing="planetary-computer"
            if word in rehearsal_stac_and_nginx_servers.PRIVATE
            else "none",
        )
        for word in COLLECTIONS
    ]


def test_pixels_come_through_nginx(
    running: rehearsal_stac_and_nginx_servers.Servers, found: dict[str, SearchResult]
) -> None:
    """Every selected scene is read over HTTP, with a token where one is required; all counted."""
    site = tiny_site()
    before = len(running.requests())
    read = requests = 0
    for row in rows(running):
        for choice in select_items(found[row.collection].items, site):
            if choice.status == "selected":
                pixels = read_scene_over_site(choice.item, site, sign=url_signer(row))
                assert pixels.bytes_read > 0
                read += 1
                requests += pixels.requests
    assert read >= 12
    logged = [r for r in running.requests()[before:] if r["path"].startswith(FILES)]
    assert len(logged) == requests
    assert {r["status"] for r in logged} <= {200, 206}
    private = tuple(f"/{word}/" for word in rehearsal_stac_and_nginx_servers.PRIVATE)
    assert all((r["signed"] == "yes") == r["path"].startswith(private) for r in logged)


def test_files_without_a_token_are_refused(
    running: rehearsal_stac_and_nginx_servers.Servers, found: dict[str, SearchResult]
) -> None:
    """The server is as strict as the real one: unsigned, nothing is given."""
    offer = found["sentinel-1-rtc"].items[0]
    with pytest.raises(AcquisitionError, match="status 409"):
        read_scene_over_site(offer, tiny_site(), settings=FetchSettings(tries=1))


@pytest.fixture(scope="module")
def refreshed(
    running: rehearsal_stac_and_nginx_servers.Servers, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, RefreshReport, RefreshReport]:
    """Refresh twice from the real servers; give the folder and both reports."""
    folder = tmp_path_factory.mktemp("refreshed")
    for name in ("inventory.csv", "catalogue_searches.csv"):
        head, _, _ = (ROOT / "data" / name).read_text(encoding="utf-8").partition("\n")
        (folder / name).write_text(f"{head}\n", encoding="utf-8")

    def once() -> RefreshReport:
        return refresh_store(
            [tiny_site()],
            rows(running),
            PERIOD,
            folder=folder / "scenes",
            inventory_path=folder / "inventory.csv",
            searches_path=folder / "catalogue_searches.csv",
            today="2024-01-02",
        )

    return folder, once(), once()


def test_refresh_keeps_a_row_for_every_scene(
    refreshed: tuple[Path, RefreshReport, RefreshReport], folder: Path
) -> None:
    """Rows equal offers, each has the fate that was planned, and all are labelled."""
    place, report, _ = refreshed
    looks = read_inventory(place / "inventory.csv").set_index("item_id")
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["item_id"]: row for row in csv.DictReader(file)}
    assert set(looks.index) == set(truth)
    assert report.offered == len(truth)
    assert report.faults == ()
    assert report.failed == 0
    assert set(looks["label"]) == {"rehearsal"}
    for name, row in truth.items():
        fate, words = FATES[row["case"]]
        assert looks.loc[name, "status"] == fate, (name, row["case"])
        told = f"{looks.loc[name, 'status_reason']} {looks.loc[name, 'unusable_reason']}"
        assert words in told, (name, row["case"], told)
        if fate == "stored" and (float(row["cloud"]) > 0.5 or words):
            assert looks.loc[name, "usable"] == "no", (name, row)


def test_refresh_again_does_nothing(
    refreshed: tuple[Path, RefreshReport, RefreshReport],
    running: rehearsal_stac_and_nginx_servers.Servers,
) -> None:
    """The second refresh asks for the lists alone, and stores and reads nothing."""
    _, first, second = refreshed
    assert (second.stored, second.stored_before, second.bytes_read) == (0, first.stored, 0)


def test_chips_hold_the_archive_s_pixels(
    refreshed: tuple[Path, RefreshReport, RefreshReport], folder: Path
) -> None:
    """Bit for bit, what was stored is what lies in the files, cut to the site."""
    place, _, _ = refreshed
    items = {item["id"]: item for item in archive(folder)}
    site = tiny_site()
    keys = {"b02": "blue", "b08": "nir", "vv": "vv", "vh": "vh"}
    compared = 0
    for name in chip_store.stored_item_ids(place / "scenes", site.slug):
        _, arrays = chip_store.read_chip(place / "scenes", site.slug, name)
        for band, key in keys.items():
            asset = items[name]["assets"].get(key)
            if asset is None or band not in arrays or "landsat" in items[name]["collection"]:
                continue
            with rasterio.open(folder / asset["href"].removeprefix("files:/")) as file:
                at = from_bounds(*site.grid.bounds, file.transform)
                right = file.read(1, window=at.round_offsets().round_lengths())
            assert np.array_equal(arrays[band], right), (name, band)
            compared += 1
    assert compared >= 20


def test_no_secret_is_kept_or_logged(
    refreshed: tuple[Path, RefreshReport, RefreshReport],
    running: rehearsal_stac_and_nginx_servers.Servers,
) -> None:
    """The tokens that were used are in no chip, manifest, table, report or log."""
    place, *reports = refreshed
    said = [repr(reports).encode(), repr(running).encode()]
    kept = [path.read_bytes() for path in place.rglob("*") if path.is_file()]
    kept += [path.read_bytes() for path in running.log.parent.glob("*.log")]
    kept += [running.log.read_bytes()]
    assert len(kept) > 10
    for content in (*said, *kept):
        assert running.word.encode() not in content
        assert not SECRETS.search(content.decode("latin-1"))


def test_a_missing_server_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one error says what to install and how."""
    monkeypatch.setattr(rehearsal_stac_and_nginx_servers, "search_path", lambda: "/nowhere")
    monkeypatch.setattr(rehearsal_stac_and_nginx_servers, "_postgres_folder", lambda: None)
    monkeypatch.setattr(rehearsal_stac_and_nginx_servers, "PYTHON_OF_SERVERS", Path("/nowhere/bin"))
    with (
        pytest.raises(
            rehearsal_stac_and_nginx_servers.ServersMissingError,
            match=r"nginx .*PostgreSQL .*apt-get install .*make servers",
        ),
        rehearsal_stac_and_nginx_servers.running_servers(Path(), [], [], port=1),
    ):
        pass


def _alive(words: str) -> list[str]:
    listed = subprocess.run(
        ["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True
    )
    return [line for line in listed.stdout.splitlines() if words in line]


def test_servers_end_when_their_start_fails(folder: Path) -> None:
    """A catalogue that cannot be loaded leaves no process and no folder behind."""
    before = set(Path("/tmp").glob("skytally-rehearsal-*"))
    with (
        pytest.raises(RuntimeError, match="pypgstac ended with"),
        rehearsal_stac_and_nginx_servers.running_servers(
            folder, [], [{"id": "no item"}], port=free_port()
        ),
    ):
        pass
    left = set(Path("/tmp").glob("skytally-rehearsal-*")) - before
    assert left == set()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="setpriv is Linux's")
def test_servers_end_with_a_killed_rehearsal() -> None:
    """Killed at once, a rehearsal takes its servers with it."""
    # pytest keeps its own folders to one account, and the database runs as another
    place = Path(tempfile.mkdtemp(prefix="skytally-killed-"))
    place.chmod(0o711)
    script = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        from skytally.press import rehearsal_stac_and_nginx_servers
        with rehearsal_stac_and_nginx_servers.postgres(Path({str(place)!r})):
            print("up", flush=True)
            time.sleep(60)
        """
    )
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'book'}"}
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=env
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "up"
    assert _alive(str(place / "postgres"))
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    end = time.monotonic() + 15
    while _alive(f"-D {place / 'postgres'}") and time.monotonic() < end:
        time.sleep(0.2)
    assert _alive(f"-D {place / 'postgres'}") == []
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rehearse one real site, from the archive to the printed pages."""
    folder = tmp_path_factory.mktemp("rehearsal")
    page = image_refresh_and_build_rehearsal_command.run_rehearsal(
        ROOT, folder, plan=SMALL, only=["rajin"]
    )
    assert page.is_file()
    return folder


def test_rehearsal_prints_a_labelled_book(rehearsed: Path) -> None:
    """The images are on the copy's page, labelled; the project's own tables are as they were."""
    copy = rehearsed / "project"
    looks = read_inventory(copy / "data" / "inventory.csv")
    items = read_json_lines(rehearsed / "archive" / "items.ndjson")
    assert sorted(looks["item_id"]) == sorted(item["id"] for item in items)
    assert set(looks["label"]) == {"rehearsal"}
    page = (copy / "book/_build/html/lines/coverage.html").read_text(encoding="utf-8")
    assert "rehearsal" in page
    site = copy / "book/_build/html"
    bare = [
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if "_static" not in path.parts
        and image_refresh_and_build_rehearsal_command.BANNER not in path.read_text(encoding="utf-8")
    ]
    assert bare == []
    own = read_inventory(ROOT / "data" / "inventory.csv")
    assert "rehearsal" not in set(own["label"])


def test_rehearsal_shows_ships_of_one_image(rehearsed: Path) -> None:
    """The ports page has lines of ships alongside and free in the water, and their limits."""
    site = rehearsed / "project" / "book/_build/html"
    page = (site / "lines/port-imagery.html").read_text(encoding="utf-8")
    for title in (
        "Ships alongside in one image, Sentinel-2",
        "Ships free in the water in one image, Sentinel-2",
        "Ships free in the water in one image, Sentinel-1",
    ):
        assert title in page
    lines = list((rehearsed / "project" / "data" / "measured").rglob("*harbour-sentinel-*"))
    assert lines


def test_rehearsal_tells_no_secret(rehearsed: Path) -> None:
    """Nothing that a rehearsal leaves has the shape of a credential: tables, chips, site, log."""
    copy = rehearsed / "project"
    places = [copy / "data", copy / "book/_build", rehearsed / "requests.jsonl"]
    assert leaks(places) == []


def test_requests_of_a_rehearsal_are_recorded(rehearsed: Path) -> None:
    """Searches page, files are requested by range or whole, tokens where they are needed."""
    lines = (rehearsed / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    requests = [json.loads(line) for line in lines]
    searches = [
        r for r in requests if r["path"] == f"{rehearsal_stac_and_nginx_servers.PREFIX}/search"
    ]
    assert any("token" in json.loads(r["body"]) for r in searches)
    assert all(set(json.loads(r["body"])) <= ASKED for r in searches)
    assert any(r["path"].startswith(rehearsal_stac_and_nginx_servers.TOKENS) for r in requests)
    assert {r["status"] for r in requests} <= {200, 206}
