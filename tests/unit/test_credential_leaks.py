"""No credential leaves the environment: into no table, chip, word said, log or page."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.inventory_and_search_log import read_inventory
from skytally.imagery.pipeline.image_store_and_inventory_refresh import refresh_store
from skytally.imagery.simulate.rehearsal_stac_items import with_server_addresses
from tests.support.credential_search import SECRETS, leaks
from tests.support.server_fault_proxy import (
    FOR_EVER,
    ONCE,
    Answer,
    Fault,
    Origin,
    Request,
    catalogue,
    files,
    serving,
)
from tests.support.tiny_scene_archive import PERIOD, archive, provider, tiny_site

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
ROOT = Path(__file__).resolve().parents[2]
KEY, SECRET, SUBSCRIPTION = "AKIAC4N4RYC4N4RYC4N4", "c4n4ry/secret+of/the+store", "c4n4ry0123456789"
TOKEN = "c4n4rytoken"
PATIENCE = FetchSettings(timeout_s=1, tries=2, pause_s=0.05, longest_pause_s=0.2, deadline_s=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the tiny archive."""
    place = tmp_path_factory.mktemp("archive")
    archive(place)
    return place


@pytest.mark.parametrize(
    "text",
    [
        "https://a.blob.core.windows.net/x.tif?se=2026&sp=r&sig=abc%3D",
        "https://s3/x.tif?X-Amz-Algorithm=A&X-Amz-Credential=k&X-Amz-Signature=0f",
        "key AKIAIOSFODNN7EXAMPLE found",
        '"Authorization": "Bearer abc"',
        "Ocp-Apim-Subscription-Key: 0123456789abcdef01",
    ],
)
def test_shapes_of_credentials_are_known(text: str) -> None:
    """The search below would find what the providers hand out."""
    assert SECRETS.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://e84-earth-search-sentinel-data.s3.us-west-2.amazonaws.com/a/B04.tif",
        "set CDSE_S3_ACCESS_KEY and CDSE_S3_SECRET_KEY in the environment",
        "search.html?q=ship&highlight=quay",
    ],
)
def test_plain_words_are_not_taken_for_credentials(text: str) -> None:
    """The search below finds nothing in an address, a variable's name or a query of the site."""
    assert not SECRETS.search(text)


def both(folder: Path, url: str, *, bucket: bool) -> Origin:
    """Serve catalogue, tokens and files from one place, as Planetary Computer's parts do."""
    where = "s3://eodata/" if bucket else f"{url}/eodata/"
    there = [with_server_addresses(item, where) for item in archive(folder)]
    lists, disk = catalogue(there), files(folder)

    def answer(request: Request) -> Answer:
        if request.path.startswith("/api/sas/v1/token/"):
            told = f'{{"msft:expiry": "2199-01-01T00:00:00Z", "token": "se=2199&sig={TOKEN}"}}'
            return Answer(200, {"Content-Type": "application/json"}, told.encode())
        if request.path.startswith("/eodata/"):
            path = request.path.removeprefix("/eodata")
            signed = TOKEN in request.query or "X-Amz-Signature=" in request.query
            if not signed:
                return Answer(409, {}, b"")
            return disk(Request(request.method, path, "", request.headers, b""))
        return lists(request)

    return answer


@pytest.mark.parametrize("signing", ["planetary-computer", "s3"])
@pytest.mark.parametrize(
    "fault",
    [None, Fault("403", "any", FOR_EVER, "B04"), Fault("reset", "any", ONCE, "iw-vv")],
    ids=["sound", "expired for ever", "reset once"],
)
def test_refresh_keeps_secrets_to_itself(
    folder: Path,
    tmp_path: Path,
    signing: str,
    fault: Fault | None,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Addresses are signed with what is in the environment, and nothing else ever shows it."""
    caplog.set_level(logging.DEBUG)
    for name in ("inventory.csv", "catalogue_searches.csv"):
        head, _, _ = (ROOT / "data" / name).read_text(encoding="utf-8").partition("\n")
        (tmp_path / name).write_text(f"{head}\n", encoding="utf-8")
    with serving(lambda request: origin(request), fault=fault) as proxy:
        origin = both(folder, proxy.url, bucket=signing == "s3")
        monkeypatch.setenv("CDSE_S3_ENDPOINT", proxy.url)
        monkeypatch.setenv("CDSE_S3_ACCESS_KEY", KEY)
        monkeypatch.setenv("CDSE_S3_SECRET_KEY", SECRET)
        monkeypatch.setenv("PC_SDK_SUBSCRIPTION_KEY", SUBSCRIPTION)
        rows = [
            provider(word, f"{proxy.url}/", signing=signing)
            for word in ("sentinel-2-c1-l2a", "sentinel-1-rtc")
        ]
        report = refresh_store(
            [tiny_site()],
            rows,
            PERIOD,
            folder=tmp_path / "scenes",
            inventory_path=tmp_path / "inventory.csv",
            searches_path=tmp_path / "catalogue_searches.csv",
            today="2024-01-02",
            settings=PATIENCE,
        )
        asked = [request for request in proxy.asked if "/eodata/" in request.path]
    assert all("sig=" in each.query or "X-Amz-Signature=" in each.query for each in asked)
    looks = read_inventory(tmp_path / "inventory.csv")
    assert report.stored > 3
    assert bool(report.failed) == (fault is not None and fault.times is FOR_EVER)
    assert report.failed == (looks["status"] == "failed").sum()
    assert leaks([tmp_path]) == []
    out, err = capfd.readouterr()
    # the log of urllib3 at its finest is the reader's own choice; ours must be clean
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("skytally")]
    words = [out, err, repr(report), *ours]
    words += [path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*.*")]
    for secret in (KEY, SECRET, SUBSCRIPTION, TOKEN, "c4n4ry"):
        assert not any(secret in text for text in words), secret


def test_data_pages_and_site_hold_no_credential() -> None:
    """Tables, outlines, scenes, notebooks, pages and the site that was built hold none."""
    places = [ROOT / "data", ROOT / "notebooks", *(ROOT / "book").glob("*.md")]
    places += [ROOT / "book" / "_build" / name for name in ("html", "lines")]
    assert leaks(place for place in places if place.exists()) == []
