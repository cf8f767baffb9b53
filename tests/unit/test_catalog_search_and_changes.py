"""Search: every item once, faults that pass are outlived, faults that stay are told."""

from __future__ import annotations

import copy
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj
import pytest

from skytally.core.errors_and_fault_lists import AcquisitionError, DataError
from skytally.imagery.acquire.catalog_search_and_changes import (
    SearchResult,
    provider_changes,
    search_catalogue,
)
from skytally.imagery.acquire.inventory_and_search_log import (
    inventory_row,
    merge_inventory,
    merge_searches,
    search_log_row,
)
from skytally.imagery.acquire.stac.http_client import LOOK_AT_PAGE, MEND_ROW, TRY_LATER
from tests.support.faulty_stac_catalogue_server import (
    RAJIN,
    SITES,
    Catalogue,
    always,
    changed,
    earth_search,
    first_times,
    provider_of,
    ring,
    seconds_since,
    series,
    served,
)

PERIOD = ("2023-08-01", "2023-08-31")
QUICK: dict[str, Any] = {"timeout": 3.0, "tries": 4, "back_off": 0.01, "patience": 20.0}
SLOW = {"hang": {"timeout": 0.4}, "drip": {"timeout": 0.2}}
"""Limits for servers that are too slow; a drip is given up after three times as long."""
PASSING = ("500", "502", "503", "504", "429", "hang", "reset", "short", "drip", "html", "empty")
BROKEN = ("cut", "list", "strange", "featureless")


def _search(catalogue: Catalogue, **words: Any) -> SearchResult:
    return search_catalogue(provider_of(catalogue.url), RAJIN, PERIOD, **{**QUICK, **words})


def test_search_gives_every_item_once() -> None:
    """Twenty-five items on three pages come as twenty-five items, sorted by time."""
    items = series(25)
    with served(Catalogue(items[::-1])) as catalogue:
        result = _search(catalogue)
    assert [item.item_id for item in result.items] == [item["id"] for item in items]
    assert (result.number_matched, result.pages, result.number_returned) == (25, 3, 25)
    assert (result.malformed, result.faults, result.changes) == ([], [], [])


def test_search_asks_for_collection_window_and_whole_days() -> None:
    """A search requests the collection, the site's bounding box, and the period to its last day."""
    with served(Catalogue(series(3))) as catalogue:
        _search(catalogue)
        asked = [body for path, body in catalogue.requests if path == "/search"]
    assert len(asked) == 1
    assert asked[0]["collections"] == ["sentinel-2-c1-l2a"]
    assert asked[0]["datetime"] == "2023-08-01T00:00:00Z/2023-08-31T23:59:59.999Z"
    west, south, east, north = RAJIN.grid.bounds
    to_degrees = pyproj.Transformer.from_crs(RAJIN.grid.epsg, 4326, always_xy=True)
    x, y = to_degrees.transform([west, west, east, east], [south, north, south, north])
    corners = [min(x), min(y), max(x), max(y)]
    assert asked[0]["bbox"] == pytest.approx(corners, abs=1e-3)
    assert asked[0]["limit"] == 10


def test_search_of_nothing_is_no_fault() -> None:
    """A period without scenes gives no items and says so."""
    with served(Catalogue([])) as catalogue:
        result = _search(catalogue)
    assert (result.number_returned, result.number_matched, result.faults) == (0, 0, [])


@pytest.mark.parametrize("word", [*PASSING, *BROKEN])
@pytest.mark.parametrize("page", [1, 2])
def test_fault_that_passes_is_outlived(word: str, page: int) -> None:
    """Two bad responses to one request cost time, not items, and are reported."""
    with served(Catalogue(series(15))) as catalogue:
        catalogue.fault = first_times(word, 2, page=page)
        result = _search(catalogue, **SLOW.get(word, {}))
    assert len(result.items) == 15
    assert catalogue.misbehaved == 2
    assert len(result.faults) == 1
    assert result.faults[0].endswith("2 times, then answered")


@pytest.mark.parametrize("word", [*PASSING, *BROKEN])
def test_fault_that_stays_is_one_clear_error(word: str) -> None:
    """A page that never comes is an error that names provider, site, period and address."""
    start = time.monotonic()
    with served(Catalogue(series(15))) as catalogue:
        catalogue.fault = always(word, page=2)
        with pytest.raises(AcquisitionError, match="nothing was recorded") as error:
            _search(catalogue, **SLOW.get(word, {}))
    words = str(error.value)
    assert words.endswith(LOOK_AT_PAGE if word == "html" else TRY_LATER)
    assert "earth-search" in words
    assert "rajin" in words
    assert "2023-08-01 to 2023-08-31" in words
    assert f"{catalogue.url}:" in words
    assert "4 times" in words
    assert "?" not in words
    assert seconds_since(start) < 12


@pytest.mark.parametrize("status", ["400", "401", "403", "404"])
def test_refusal_is_not_repeated(status: str) -> None:
    """A request that the server refuses is not repeated."""
    advice = TRY_LATER if status == "403" else MEND_ROW
    with served(Catalogue(series(3))) as catalogue:
        catalogue.fault = always(status)
        with pytest.raises(AcquisitionError, match=f"status {status}.*; {advice}$"):
            _search(catalogue)
        assert catalogue.misbehaved == 1


@pytest.mark.parametrize("word", ["packed", "chunks"])
def test_answer_is_read_however_it_is_sent(word: str) -> None:
    """Compressed answers and answers in chunks, sent in small pieces, come whole."""
    with served(Catalogue(series(10))) as catalogue:
        catalogue.sending = word
        assert len(_search(catalogue).items) == 10


def test_retry_after_is_waited_for() -> None:
    """A server that asks for a second gets it."""
    start = time.monotonic()
    with served(Catalogue(series(3))) as catalogue:
        catalogue.retry_after = "1"
        catalogue.fault = first_times("429", 1)
        assert len(_search(catalogue).items) == 3
    assert 1 <= seconds_since(start) < 4


def test_retry_after_beyond_patience_is_told_at_once() -> None:
    """A server that asks for an hour is not waited for."""
    start = time.monotonic()
    with served(Catalogue(series(3))) as catalogue:
        catalogue.retry_after = "3600"
        catalogue.fault = always("429")
        with pytest.raises(AcquisitionError, match="no time left of 20 s to wait 60 s"):
            _search(catalogue)
    assert seconds_since(start) < 2


def test_search_ends_when_patience_does() -> None:
    """However often it may ask, the whole search ends in time."""
    start = time.monotonic()
    with served(Catalogue(series(3))) as catalogue:
        catalogue.fault = always("hang")
        with pytest.raises(AcquisitionError, match="no answer within"):
            _search(catalogue, timeout=0.4, tries=1000, patience=1.5)
    assert seconds_since(start) < 4


def test_server_that_is_not_there_is_told() -> None:
    """A closed port is an error with the address, not a traceback of a library."""
    with served(Catalogue([])) as catalogue:
        url = catalogue.url
    with pytest.raises(AcquisitionError, match="connection refused, 4 times"):
        search_catalogue(provider_of(url), RAJIN, PERIOD, **QUICK)


def test_an_address_below_the_root_of_a_catalogue_is_told() -> None:
    """A list of items is no landing page: what to write instead is said, in no library's words."""
    with served(Catalogue([])) as catalogue:
        items = {"type": "FeatureCollection", "features": [], "links": []}
        catalogue.landing = lambda: items  # type: ignore[method-assign]
        with pytest.raises(AcquisitionError, match="write the part before /collections"):
            _search(catalogue)


def test_catalogue_without_searches_is_told() -> None:
    """A landing page that promises no search is no search service."""
    with served(Catalogue([])) as catalogue:
        catalogue.landing = lambda: {  # type: ignore[method-assign]
            "type": "Catalog",
            "stac_version": "1.0.0",
            "id": "files",
            "description": "files only",
            "conformsTo": ["https://api.stacspec.org/v1.0.0/core"],
            "links": [],
        }
        for missing in ("", "conformsTo"):
            page = {key: part for key, part in catalogue.landing().items() if key != missing}
            catalogue.landing = lambda page=page: page  # type: ignore[method-assign,misc]
            # a warning of the client beside it would be an error here
            with pytest.raises(AcquisitionError, match="is it a static one"):
                _search(catalogue)


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("page", [1, 2])
def test_lost_next_page_is_found_and_told(counts: bool, page: int) -> None:
    """Where the link to the next page is missing, shorter periods give what was lost."""
    with served(Catalogue(series(25), counts=counts)) as catalogue:
        catalogue.lost_after = page
        result = _search(catalogue)
    assert len(result.items) == 25
    assert any("pages lost" in fault for fault in result.faults)


def test_lost_page_that_cannot_be_found_is_an_error() -> None:
    """A day with more scenes than the server ever gives is not taken for whole."""
    with served(Catalogue(series(12, days=0.01))) as catalogue:
        catalogue.lost_after = 1
        with pytest.raises(AcquisitionError, match="12 items promised for 2023-08-01, 10 given"):
            _search(catalogue)


def test_duplicate_page_is_found_and_told() -> None:
    """A first page given again in place of the second loses nothing."""
    with served(Catalogue(series(25))) as catalogue:
        catalogue.repeat = 2
        result = _search(catalogue)
    assert len(result.items) == 25
    assert "items given more than once: 10; each kept once" in result.faults
    assert any("pages lost" in fault for fault in result.faults)


def test_item_that_the_catalogue_holds_twice_is_kept_once() -> None:
    """A real duplicate is reported and does not make the search fail."""
    items = series(5)
    with served(Catalogue([*items, items[2]])) as catalogue:
        result = _search(catalogue)
    assert [item.item_id for item in result.items] == [item["id"] for item in items]
    assert any("more than once" in fault for fault in result.faults)


def _edited(item: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Item with other members, and other addresses of its red band where they are asked for."""
    other = copy.deepcopy(item)
    if "href" in members:
        other["assets"]["red"]["href"] = members.pop("href")
    other["properties"] |= members.pop("properties", {})
    return other | members


RED = "https://other.example.com/2023/B04.tif"
TWICE: dict[str, tuple[dict[str, Any], str]] = {
    "another minute": (
        {"properties": {"datetime": "2023-08-02T02:19:49Z"}},
        "time '2023-08-02T02:15:49Z' and '2023-08-02T02:19:49Z'",
    ),
    "another day": (
        {"properties": {"datetime": "2023-08-09T02:15:49Z"}},
        "time '2023-08-02T02:15:49Z' and '2023-08-09T02:15:49Z'",
    ),
    "another satellite": ({"properties": {"platform": "sentinel-2a"}}, "platform "),
    "another file": ({"href": RED}, "files of b04"),
    "another footprint": ({"geometry": ring([130.0, 42.0, 131.2, 43.0])}, "footprint"),
    "no number": ({"properties": {"eo:cloud_cover": "much"}}, "once malformed: "),
    "another edit": ({"properties": {"updated": "2026-01-01T00:00:00Z"}}, ""),
    "another signature": ({"href": "SAME?sig=2"}, ""),
    "another cloud cover": ({"properties": {"eo:cloud_cover": 3.5}}, ""),
}


@pytest.mark.parametrize("static", [False, True], ids=["search", "files"])
@pytest.mark.parametrize(("members", "said"), TWICE.values(), ids=TWICE)
def test_item_given_twice_and_not_alike_is_not_used(
    members: dict[str, Any], said: str, static: bool, tmp_path: Path
) -> None:
    """Which of two is right cannot be known: neither is used, and its row tells the difference."""
    items = series(5)
    if "SAME" in members.get("href", ""):
        address = items[1]["assets"]["red"]["href"]
        members = {"href": members["href"].replace("SAME", address)}
    items.append(_edited(items[1], **members))
    if static:
        path = tmp_path / "items.json"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": items}))
        provider = provider_of(str(path), kind="stac-static")
        result = search_catalogue(provider, RAJIN, PERIOD, **QUICK)
    else:
        with served(Catalogue(items)) as catalogue:
            result = _search(catalogue)
    broken = dict(result.malformed)
    assert len(result.items) == 5 - bool(said)
    assert set(broken) == ({items[1]["id"]} if said else set())
    if said:
        assert broken[items[1]["id"]].startswith("malformed: given 2 times, and not alike: ")
        assert said in broken[items[1]["id"]]


def test_pages_in_a_circle_end() -> None:
    """A next link that leads back does not go on for ever."""
    with served(Catalogue(series(12))) as catalogue:
        honest = catalogue.answer

        def circle(body: dict[str, Any]) -> dict[str, Any]:
            page = honest({**body, "token": "1"})
            page["links"] = [
                {"rel": "next", "method": "POST", "href": f"{catalogue.url}/search", "body": body}
            ]
            return page

        catalogue.answer = circle  # type: ignore[method-assign]
        result = _search(catalogue)
    assert len(result.items) == 12
    assert any("go in circles" in fault for fault in result.faults)
    assert "search for rajin: pages go in circles after page" in result.circular_paging


def test_items_that_change_while_paging_are_told() -> None:
    """An item with two contents, and a count that changes, are reported."""
    items = series(15)
    with served(Catalogue(items)) as catalogue:
        honest = catalogue.answer

        def moving(body: dict[str, Any]) -> dict[str, Any]:
            page = honest(body)
            if body.get("token") == "2":
                page["features"] = [changed(items[3], eo__cloud_cover=1.0), *page["features"]]
                page["numberMatched"] -= 1
            return page

        catalogue.answer = moving  # type: ignore[method-assign]
        result = _search(catalogue)
    assert len(result.items) == 15
    assert any("items given in more than one version: 1;" in fault for fault in result.faults)
    assert "the number of items changed while their list was read: 14, 15" in result.faults


def test_malformed_items_are_counted_and_named() -> None:
    """Broken items stop nothing; each is named with what is wrong."""
    broken: list[dict[str, Any]] = series(7)
    del broken[0]["assets"]
    broken[1]["assets"]["red"].pop("href")
    broken[2] = {**changed(broken[2], datetime="yesterday"), "skewed": True}
    broken[3]["assets"]["red"]["proj:transform"] = [10, 0, "west", 0, -10, 0]
    broken[4]["properties"]["proj:epsg"] = 32653
    broken[5]["id"] = "../../etc/passwd"
    del broken[6]["id"]
    with served(Catalogue([*broken, earth_search()])) as catalogue:
        result = _search(catalogue)
    assert [item.item_id for item in result.items] == [earth_search()["id"]]
    reasons = dict(result.malformed)
    assert result.number_returned == 8
    assert reasons[broken[0]["id"]] == "malformed: no assets"
    assert reasons[broken[1]["id"]] == "malformed: asset 'red' has no address"
    assert reasons[broken[2]["id"]] == "malformed: datetime is 'yesterday'"
    assert "proj:transform is" in reasons[broken[3]["id"]]
    assert "does not hold the bbox" in reasons[broken[4]["id"]]
    unnamed = [item for item in reasons if item.startswith("unnamed-")]
    assert len(unnamed) == 2
    assert not any("/" in item for item in reasons)


def test_missing_asset_is_offered_and_named() -> None:
    """A scene without a band is an item that says which band it lacks."""
    item = earth_search()
    del item["assets"]["swir16"]
    with served(Catalogue([item])) as catalogue:
        result = _search(catalogue)
    assert result.items[0].missing_bands == ("b11 (swir16)",)


def test_clock_skew_is_told() -> None:
    """A scene from outside the period, or from the future, is no scene."""
    outside = {**changed(series(1)[0], datetime="2021-05-01T02:15:49Z"), "skewed": True}
    outside["id"] = "outside"
    later = {**series(20)[19], "id": "later"}
    with served(Catalogue([outside, later, *series(2)])) as catalogue:
        result = _search(catalogue, now=datetime(2023, 8, 15, tzinfo=UTC))
    assert len(result.items) == 2
    reasons = dict(result.malformed)
    assert reasons["outside"].startswith("wrong time: 2021-05-01T02:15:49Z lies outside")
    assert reasons["later"] == "wrong time: 2023-08-20T02:15:49Z lies in the future"


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (("2023-08-31", "2023-08-01"), "runs backwards"),
        (("2023-02-30", "2023-03-01"), "as YYYY-MM-DD"),
        (("August", "2023-03-01"), "as YYYY-MM-DD"),
    ],
)
def test_period_that_is_none_is_refused(period: tuple[str, str], words: str) -> None:
    """A period that runs backwards or names no day is refused before any request."""
    with pytest.raises(DataError, match=words):
        search_catalogue(provider_of("http://127.0.0.1:9"), RAJIN, period)


def _tables(result: SearchResult) -> tuple[pd.DataFrame, pd.DataFrame]:
    inventory = merge_inventory(
        [],
        [
            inventory_row(item, RAJIN, status="stored", status_reason="", search_date="2023-09-01")
            for item in result.items
        ],
    )
    row = search_log_row(result, sensor="sentinel-2", label="", search_date="2023-09-01")
    return inventory, merge_searches([], [row])


def test_same_search_twice_gives_the_same() -> None:
    """Asked again in any order, the answer is the same list, and nothing has changed."""
    items = series(12)
    with served(Catalogue(items)) as catalogue:
        first = _search(catalogue)
        inventory, searches = _tables(first)
        catalogue.items = items[::-1]
        again = _search(catalogue, inventory=inventory, searches=searches)
    assert again.items == first.items
    assert again.changes == []


def test_what_the_provider_changed_is_told() -> None:
    """Gone, come later, processed anew, broken since: each is one sentence."""
    items = series(6)
    with served(Catalogue(items[:5])) as catalogue:
        first = _search(catalogue)
        inventory, searches = _tables(first)
        broken = changed(items[2])
        del broken["assets"]
        catalogue.items = [
            items[0],
            changed(items[1], s2__processing_baseline="05.11"),
            broken,
            *items[4:],
        ]
        again = _search(catalogue, inventory=inventory, searches=searches)
    assert again.changes == sorted(
        [
            f"{items[1]['id']}: processing_baseline was 05.09, is 05.11",
            f"{items[2]['id']}: sound on 2023-09-01, now malformed: no assets",
            f"{items[3]['id']}: gone; it was offered on 2023-09-01",
            f"{items[5]['id']}: new, though 2023-08-06 had been searched",
        ]
    )


def test_scene_of_a_new_period_is_no_change() -> None:
    """A scene of a period never searched before does not count as changed."""
    items = series(20)
    with served(Catalogue(items)) as catalogue:
        short = search_catalogue(
            provider_of(catalogue.url), RAJIN, ("2023-08-01", "2023-08-10"), **QUICK
        )
        inventory, searches = _tables(short)
        longer = _search(catalogue)
    assert len(short.items) == 10
    assert provider_changes(longer, inventory=inventory, searches=searches) == []
    assert provider_changes(longer, inventory=inventory.iloc[:0], searches=None) == []


def _static(url: str) -> dict[str, Any]:
    links = [{"rel": "item", "href": f"./items/{number}.json"} for number in range(3)]
    files: dict[str, Any] = {
        "/catalog.json": {
            "type": "Catalog",
            "stac_version": "1.0.0",
            "id": "files",
            "links": [
                {"rel": "child", "href": "s2/collection.json"},
                {"rel": "child", "href": "other/collection.json"},
                {"rel": "root", "href": "./catalog.json"},
            ],
        },
        "/s2/collection.json": {
            "type": "Collection",
            "stac_version": "1.0.0",
            "id": "sentinel-2-c1-l2a",
            "links": [*links, {"rel": "child", "href": "../catalog.json"}],
        },
        "/other/collection.json": {
            "type": "Collection",
            "stac_version": "1.0.0",
            "id": "other",
            "links": [{"rel": "item", "href": "./never.json"}],
        },
    }
    for number, item in enumerate(series(3, days=20)):
        for key in item["assets"]:
            item["assets"][key]["href"] = f"../../pixels/{number}/{key}.tif"
        files[f"/s2/items/{number}.json"] = item
    return files


def test_static_catalogue_is_walked() -> None:
    """Links are followed once, other collections left alone, addresses made whole."""
    catalogue = Catalogue([])
    with served(catalogue, _static("")):
        row = provider_of(f"{catalogue.url}/catalog.json", kind="stac-static")
        result = search_catalogue(row, RAJIN, PERIOD, **QUICK)
    assert [item.time[:10] for item in result.items] == ["2023-08-01", "2023-08-21"]
    red = result.items[1].assets["b04"].href
    assert red == f"{catalogue.url}/pixels/1/red.tif"
    assert result.malformed == []
    assert "/other/never.json" not in [path for path, _ in catalogue.requests]


def test_static_item_that_cannot_be_read_is_counted() -> None:
    """An item that is not there is offered and lost, not overlooked."""
    catalogue = Catalogue([])
    files = _static("")
    del files["/s2/items/0.json"]
    with served(catalogue, files):
        row = provider_of(f"{catalogue.url}/catalog.json", kind="stac-static")
        result = search_catalogue(row, RAJIN, PERIOD, **QUICK)
    assert len(result.items) == 1
    assert len(result.malformed) == 1
    assert result.malformed[0][1].endswith(
        "/s2/items/0.json: status 404 (no such address or collection)"
    )


def test_static_item_with_swapped_coordinates_is_told() -> None:
    """Latitude before longitude lies on no Earth; of another period it stays out."""
    files = _static("")
    for number in (0, 2):
        west, south, east, north = files[f"/s2/items/{number}.json"]["bbox"]
        files[f"/s2/items/{number}.json"]["bbox"] = [south, west, north, east]
    catalogue = Catalogue([])
    with served(catalogue, files):
        row = provider_of(f"{catalogue.url}/catalog.json", kind="stac-static")
        result = search_catalogue(row, RAJIN, PERIOD, **QUICK)
    assert len(result.items) == 1
    ((_, reason),) = result.malformed
    assert re.search("malformed: bbox .* is not on Earth", reason)


def test_static_catalogue_on_the_disk(tmp_path: Path) -> None:
    """The same catalogue as files of a folder gives the same scenes."""
    for name, content in _static("").items():
        path = tmp_path / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    row = provider_of(str(tmp_path / "catalog.json"), kind="stac-static")
    result = search_catalogue(row, RAJIN, PERIOD)
    assert [item.time[:10] for item in result.items] == ["2023-08-01", "2023-08-21"]
    assert result.items[0].assets["b02"].href == str(tmp_path / "pixels/0/blue.tif")
    (tmp_path / "catalog.json").write_text("{", encoding="utf-8")
    with pytest.raises(AcquisitionError, match="is no JSON, or breaks off"):
        search_catalogue(row, RAJIN, PERIOD)


def test_static_catalogue_written_on_windows(tmp_path: Path) -> None:
    """Relative addresses with the marks of Windows lead to the same files."""
    for name, content in _static("").items():
        path = tmp_path / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        for link in content.get("links", []):
            link["href"] = link["href"].replace("/", "\\")
        path.write_text(json.dumps(content), encoding="utf-8")
    row = provider_of(str(tmp_path / "catalog.json"), kind="stac-static")
    result = search_catalogue(row, RAJIN, PERIOD)
    assert [item.time[:10] for item in result.items] == ["2023-08-01", "2023-08-21"]
    assert result.malformed == []


def test_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A folder that does not exist is an error, not an empty list."""
    row = provider_of(str(tmp_path / "nowhere"), kind="folder", collection="", sensor="other")
    with pytest.raises(AcquisitionError, match="no such folder"):
        search_catalogue(row, RAJIN, PERIOD)


def test_search_of_another_site_asks_for_its_window() -> None:
    """Each site is searched by its own box."""
    with served(Catalogue([])) as catalogue:
        search_catalogue(provider_of(catalogue.url), SITES["dunai"], PERIOD, **QUICK)
        body = catalogue.requests[-1][1]
    assert body["bbox"] == pytest.approx([132.2843, 42.8415, 132.3902, 42.9194], abs=1e-3)
