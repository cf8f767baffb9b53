"""Items that no catalogue should offer: each costs itself, with its reason, and nothing else."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skytally.core import DataError, tables_without_dictionary
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.catalog_search_and_changes import SearchResult, search_catalogue
from skytally.imagery.acquire.inventory_and_search_log import read_inventory, read_searches
from skytally.imagery.acquire.scenes_to_leave_out import LeftOutScene, read_left_out
from skytally.imagery.pipeline import refresh_plan
from skytally.imagery.pipeline.image_store_and_inventory_refresh import RefreshReport, refresh_store
from tests.support import simulated_scenes_and_sites as chips
from tests.support.faulty_stac_catalogue_server import (
    RAJIN,
    Catalogue,
    Item,
    changed,
    earth_search,
    provider_of,
    series,
    served,
)

PERIOD = ("2023-08-01", "2023-08-31")
QUICK: dict[str, Any] = {"timeout": 3.0, "tries": 2, "back_off": 0.01, "patience": 20.0}
DIGITS, LONG = "9" * 400, "x" * 200_000
WRITTEN = {
    "@nan": "NaN",
    "@endless": "Infinity",
    "@digits": DIGITS,
    "@more digits": "9" * 5000,
    "@deep": "[" * 20_000 + "]" * 20_000,
    "@nested": "[" * 80 + "]" * 80,
    "@broken": "nonsense",
}
"""Words of an item to pieces of JSON that Python would not write."""
Change = Callable[[Item], object]


def _property(key: str, value: object) -> Change:
    return lambda item: item["properties"].__setitem__(key, value)


def _asset(key: str, value: object) -> Change:
    return lambda item: item["assets"]["red"].__setitem__(key, value)


def _raster(key: str, value: object) -> Change:
    return lambda item: item["assets"]["red"]["raster:bands"][0].__setitem__(key, value)


def _member(key: str, value: object) -> Change:
    return lambda item: item.__setitem__(key, value)


NO_NUMBERS: dict[str, tuple[Change, str]] = {
    "cloud NaN": (_property("eo:cloud_cover", "@nan"), "eo:cloud_cover is nan, no finite number"),
    "cloud endless": (_property("eo:cloud_cover", "@endless"), "no finite number"),
    "cloud of 400 digits": (_property("eo:cloud_cover", "@digits"), "no finite number"),
    "size of 5000 digits": (_asset("file:size", "@more digits"), "no finite number"),
    "size of 300 digits": (_asset("file:size", 10**300), "no whole number"),
    "orbit endless": (_property("sat:relative_orbit", "@endless"), "no finite number"),
    "orbit in words of 400 digits": (_property("sat:relative_orbit", DIGITS), "no finite number"),
    "sequence NaN": (_property("s2:sequence", "nan"), "no finite number"),
    "scale NaN": (_raster("scale", "@nan"), "no finite number"),
    "offset endless": (_raster("offset", "@endless"), "no finite number"),
    "baseline endless": (_property("s2:processing_baseline", "@endless"), "no finite number"),
    "baseline negative": (_property("s2:processing_baseline", -5), "no version"),
    "transform NaN": (_asset("proj:transform", [10, 0, "@nan", 0, -10, 0]), "proj:transform"),
    "transform far": (_asset("proj:transform", [10, 0, 1e300, 0, -10, 0]), "its grid"),
    "shape of 400 digits": (_asset("proj:shape", ["@digits", 5]), "proj:shape is"),
    "zone endless": (_property("proj:epsg", "@endless"), "no finite number"),
    "zone of 400 digits": (_property("proj:epsg", "@digits"), "no finite number"),
    "zone of a raised two": (_property("proj:code", "EPSG:326\u00b2"), "proj:code is"),
    "box NaN": (_member("bbox", ["@nan", 42, 131, 43]), "not on Earth"),
    "box of 400 digits": (_member("bbox", [130, 42, "@digits", 43]), "not on Earth"),
}
TIMES: dict[str, tuple[Change, str]] = {
    "first year": (_property("datetime", "0001-01-01T00:00:00+14:00"), "datetime is"),
    "last year": (_property("datetime", "9999-12-31T23:59:59-14:00"), "datetime is"),
    "before the store": (_property("datetime", "1600-01-01T00:00:00Z"), "calendar of the store"),
    "after the store": (_property("datetime", "2300-01-01T00:00:00Z"), "calendar of the store"),
    "no leap second": (_property("datetime", "2023-08-05T10:20:60Z"), "leap second where there"),
    "no such day": (_property("datetime", "2023-02-30T10:20:00Z"), "datetime is"),
    "week": (_property("datetime", "2023-W31-1T10:20:00Z"), "datetime is"),
    "number": (_property("datetime", 1691200000), "datetime is 1691200000"),
    "list": (_property("datetime", ["2023-08-05T02:15:49Z"]), "datetime is"),
    "no zone": (_property("datetime", "2023-08-05T02:15:49"), "has no time zone"),
}
WORDS: dict[str, tuple[Change, str]] = {
    "platform of 200 kB": (_property("platform", LONG), "(200000 characters)"),
    "platform with a half pair": (_property("platform", "a\ud800"), "cannot be printed"),
    "platform that clears the screen": (_property("platform", "a\x1b[2J"), "cannot be printed"),
    "platform backwards": (_property("platform", "a\u202eb"), "cannot be printed"),
    "platform list": (_property("platform", ["sentinel-2a"]), "no text"),
    "orbit state true": (_property("sat:orbit_state", True), "no text"),
    "tile of 200 kB": (_property("grid:code", LONG), "grid:code is"),
    "baseline with a line end": (
        _property("s2:processing_baseline", "05\n09"),
        "cannot be printed",
    ),
    "type unknown": (_raster("data_type", "O"), "data_type is 'O'"),
    "type object": (_raster("data_type", {"a": 1}), "no text"),
    "sum that is none": (_asset("file:checksum", LONG), "file:checksum is"),
    "sum list": (_asset("file:checksum", [1]), "file:checksum is"),
    "id of 200 kB": (_member("id", LONG), "cannot be a file name"),
    "id with a half pair": (_member("id", "a\ud800"), "cannot be a file name"),
    "collection list": (_member("collection", ["x"]), "of collection"),
}
SHAPES: dict[str, tuple[Change, str]] = {
    "deep property": (_property("x", "@deep"), "inside one another"),
    "deep geometry": (_member("geometry", {"type": "Polygon", "coordinates": "@deep"}), "another"),
    "deep link": (_member("links", "@nested"), "more than 60 lists inside one another"),
    "broken JSON": (_property("x", "@broken"), "broken JSON"),
    "null properties": (_member("properties", None), "no properties"),
    "null assets": (_member("assets", None), "no assets"),
    "null asset": (lambda item: item["assets"].__setitem__("red", None), "has no address"),
    "null address": (_asset("href", None), "has no address"),
    "bands a number": (_asset("raster:bands", 3), "its bands are no list"),
    "geometry a list": (_member("geometry", [1, 2]), "footprint cannot be drawn"),
    "geometry endless": (
        _member("geometry", {"type": "Polygon", "coordinates": [[[1e999, 1], [2, 2], [3, 3]]]}),
        "footprint cannot be drawn",
    ),
    "geometry elsewhere": (
        _member("geometry", {"type": "Polygon", "coordinates": [[["a", 1], [2, 2], [3, 3]]]}),
        "footprint cannot be drawn",
    ),
}
ADDRESSES: dict[str, tuple[Change, str]] = {
    "file": (_asset("href", "file:///etc/passwd"), "a file of this machine"),
    "FILE": (_asset("href", "FILE:///etc/passwd"), "a file of this machine"),
    "path without self": (_asset("href", "../red.tif"), "a relative address, and no self link"),
    "other scheme": (_asset("href", "ftp://host/red.tif"), "no http:// or https://"),
    "metadata service": (_asset("href", "http://169.254.169.254/red.tif"), "private network"),
    "other port here": (_asset("href", "http://127.0.0.1:1/red.tif"), "private network"),
    "written out in IPv6": (_asset("href", "http://[::ffff:10.0.0.1]/red.tif"), "private network"),
    "user of two minds": (_asset("href", "http://a.example\\@10.0.0.1/"), "no http:// or"),
    "address of 200 kB": (_asset("href", f"https://host/{LONG}"), "an address that is none"),
    "address with a line end": (_asset("href", "https://host/a\r\nb"), "an address that is none"),
    "self of this machine": (
        lambda item: (
            item["links"].append({"rel": "self", "href": "file:///etc/items/a.json"}),
            _asset("href", "passwd")(item),
        ),
        "a file of this machine",
    ),
}
KINDS = {**NO_NUMBERS, **TIMES, **WORDS, **SHAPES, **ADDRESSES}


def _spoiled(sound: Item, number: int, change: Change) -> Item:
    item = copy.deepcopy(sound)
    item["id"] = f"bad-{number:03}"
    # the catalogue offers it whatever its time says
    item["skewed"] = True
    change(item)
    return item


@pytest.fixture(scope="module")
def result() -> Iterator[SearchResult]:
    """One search in which every kind of item stands among three sound ones."""
    sound = series(3)
    bad = [_spoiled(sound[0], i, change) for i, (change, _) in enumerate(KINDS.values())]
    catalogue = Catalogue([*sound[:2], *bad, sound[2]])
    catalogue.written = WRITTEN
    with served(catalogue):
        yield search_catalogue(provider_of(catalogue.url), RAJIN, PERIOD, **QUICK)


def test_sound_items_beside_hostile_ones_are_all_kept(result: SearchResult) -> None:
    """Nothing ends the search, nothing is lost, and every item is accounted for."""
    assert [item.item_id for item in result.items] == [item["id"] for item in series(3)]
    assert len(result.malformed) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_item_is_told_with_its_reason(result: SearchResult, kind: str) -> None:
    """By its id where it has one, in one short line that can be printed and stored."""
    number, words = list(KINDS).index(kind), KINDS[kind][1]
    reasons = dict(result.malformed)
    mine = reasons.get(f"bad-{number:03}")
    found = [mine] if mine else [each for name, each in reasons.items() if "unnamed" in name]
    assert any(words in each for each in found), found
    assert all(each.isprintable() and len(each) < 320 for each in found)


READ_RIGHTLY: dict[str, tuple[Change, Callable[[Any], object], object]] = {
    "lower case": (
        _property("datetime", "2023-08-05t02:15:49z"), lambda i: i.time, "2023-08-05T02:15:49Z",
    ),
    "a space": (
        _property("datetime", "2023-08-05 02:15:49+00:00"), lambda i: i.time,
        "2023-08-05T02:15:49Z",
    ),
    "nine digits of a second": (
        _property("datetime", "2023-08-05T02:15:49.123456789Z"), lambda i: i.time,
        "2023-08-05T02:15:49Z",
    ),
    "%20": (
        _asset("href", "https://host/a%20b/red.tif"), lambda i: i.assets["b04"].href,
        "https://host/a%20b/red.tif",
    ),
    "no data of NaN": (
        _raster("nodata", "nan"), lambda i: str(i.assets["b04"].nodata), "nan",
    ),
    "null of no need": (_property("eo:cloud_cover", None), lambda i: i.cloud_cover, None),
    "no geometry": (_member("geometry", None), lambda i: i.window_share, None),
    "slice a number": (_property("grid:code", None), lambda i: i.item_id, "odd"),
    "relative to self": (
        lambda item: (
            item["links"].append({"rel": "self", "href": "https://host/items/a.json"}),
            _asset("href", "../red.tif")(item),
        ),
        lambda i: i.assets["b04"].href, "https://host/red.tif",
    ),
    "absolute path at self": (
        lambda item: (
            item["links"].append({"rel": "self", "href": "https://host/items/a.json"}),
            _asset("href", "/etc/passwd")(item),
        ),
        lambda i: i.assets["b04"].href, "https://host/etc/passwd",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", READ_RIGHTLY)
def test_odd_item_is_read_rightly(kind: str) -> None:
    """What the standards allow is no fault."""
    change, part, expected = READ_RIGHTLY[kind]
    item = {**earth_search("2023-08-05T02:15:49Z"), "id": "odd", "skewed": True}
    change(item)
    catalogue = Catalogue([item])
    with served(catalogue):
        found = search_catalogue(provider_of(catalogue.url), RAJIN, PERIOD, **QUICK)
    assert found.malformed == []
    assert [part(each) for each in found.items] == [expected]


def test_leap_second_is_the_second_before_it() -> None:
    """It belongs to the day that it ends."""
    item = changed(earth_search(), datetime="2016-12-31t23:59:60.5z")
    catalogue = Catalogue([{**item, "skewed": True}])
    with served(catalogue):
        row = provider_of(catalogue.url)
        found = search_catalogue(row, RAJIN, ("2016-12-31", "2016-12-31"), **QUICK)
    assert [each.time for each in found.items] == ["2016-12-31T23:59:59Z"]


@pytest.mark.parametrize("number", [1000, 7])
def test_number_that_is_an_estimate_is_told_once(number: int) -> None:
    """A server that announces a number for every question is read to the end of its pages."""
    catalogue = Catalogue(series(25))
    honest = catalogue.answer

    def estimated(body: dict[str, Any]) -> dict[str, Any]:
        return {**honest(body), "numberMatched": number}

    catalogue.answer = estimated  # type: ignore[method-assign]
    with served(catalogue):
        found = search_catalogue(provider_of(catalogue.url), RAJIN, PERIOD, **QUICK)
        asked = len(catalogue.requests)
    assert len(found.items) == 25
    assert len([each for each in found.faults if "estimate" in each or "announced" in each]) == 1
    assert asked < 40


@pytest.mark.parametrize("number", ["12", -1, "@nan", "@digits", None, [3], {"value": 3}])
def test_number_that_is_none_is_no_number(number: object) -> None:
    """The pages alone tell how many there are."""
    catalogue = Catalogue(series(3))
    honest = catalogue.answer
    catalogue.answer = lambda body: {**honest(body), "numberMatched": number}  # type: ignore[method-assign]
    catalogue.written = WRITTEN
    with served(catalogue):
        found = search_catalogue(provider_of(catalogue.url), RAJIN, PERIOD, **QUICK)
    assert len(found.items) == 3


@pytest.mark.parametrize(
    "link",
    [
        {"rel": "next", "href": "/etc/passwd"},
        {"rel": "next", "href": "file:///etc/passwd"},
        {"rel": "next", "href": "http://169.254.169.254/"},
        {"rel": "next", "href": 5},
        {"rel": "next"},
        {"rel": "next", "href": "http://127.0.0.1:1/", "method": "DELETE"},
        {"href": "no rel"},
    ],
)
def test_next_link_leads_nowhere_else(link: dict[str, Any]) -> None:
    """It opens no file, asks no private host, and deletes nothing; the search fails, told."""
    catalogue = Catalogue(series(3))
    honest = catalogue.answer
    catalogue.answer = lambda body: {**honest(body), "links": [link]}  # type: ignore[method-assign]
    with served(catalogue):
        row = provider_of(catalogue.url)
        with pytest.raises(Exception, match=r"earth-search, search of .*nothing was recorded"):
            search_catalogue(row, RAJIN, PERIOD, **QUICK)


def test_pages_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """New items for ever are more than a window of some kilometres has."""
    monkeypatch.setattr("skytally.imagery.acquire.stac.paging.MAX_ITEMS", 30)
    catalogue = Catalogue([])

    def endless(body: dict[str, Any]) -> dict[str, Any]:
        number = int(body.get("token", 1))
        items = [{**earth_search(), "id": f"endless-{number}-{i}"} for i in range(5)]
        following = {**body, "token": str(number + 1)}
        link = {"rel": "next", "method": "POST", "href": f"{catalogue.url}/search"}
        return {
            "type": "FeatureCollection", "features": items, "links": [{**link, "body": following}],
        }  # fmt: skip

    catalogue.answer = endless  # type: ignore[method-assign]
    with (
        served(catalogue),
        pytest.raises(Exception, match="more than 30 items, and no end"),
    ):
        search_catalogue(provider_of(catalogue.url), RAJIN, PERIOD, **QUICK)


@pytest.mark.parametrize("period", [("0001-01-01", "2023-01-01"), ("2023-01-01", "9999-12-31")])
def test_period_outside_the_calendar_is_refused(period: tuple[str, str]) -> None:
    """Before anybody is asked."""
    with pytest.raises(DataError, match="leaves the calendar of the store"):
        search_catalogue(provider_of("http://127.0.0.1:9"), RAJIN, period)


# the whole way: from a hostile list to the tables


HERE = chips.site()
SECONDS = FetchSettings(timeout_s=1, connect_s=1, tries=1, pause_s=0.01, deadline_s=5)


def _refreshed(folder: Path, *rows: Any, **words: Any) -> RefreshReport:
    known: dict[str, Any] = {**chips.tables(folder), "settings": SECONDS, **words}
    period = ("2023-08-01", "2023-12-31")
    return refresh_store(
        [HERE], rows, period, folder=folder / "scenes", today="2026-11-22", **known
    )


def _hostile(folder: Path, changes: list[Change]) -> Any:
    """Two sound scenes on the disk, and a copy of one for each change."""
    row = chips.catalogue(folder, 2)
    path = Path(row.url)
    content = json.loads(path.read_text(encoding="utf-8"))
    for number, change in enumerate(changes):
        item = copy.deepcopy(content["features"][0])
        item["id"] = f"bad-{number:03}"
        item["properties"]["datetime"] = f"2023-09-{number + 1:02}T02:15:49Z"
        change(item)
        content["features"].append(item)
    text = json.dumps(content)
    for word, piece in WRITTEN.items():
        text = text.replace(f'"{word}"', piece)
    path.write_text(text, encoding="utf-8")
    return row


def test_one_bad_thing_never_ends_a_refresh(tmp_path: Path) -> None:
    """The sound are stored, the rest is told and may be left out, and the tables stay readable."""
    changes = [
        _property("platform", "a\ud800\x1b[2J"),
        _property("eo:cloud_cover", "@digits"),
        _property("x", "@deep"),
        _property("grid:code", LONG),
        lambda item: item["assets"]["b04"].__setitem__("href", "/dev/zero"),
    ]
    row = _hostile(tmp_path / "archive", changes)
    report = _refreshed(tmp_path, row)
    assert (report.offered, report.stored, report.failed) == (7, 2, 1)
    assert len(report.malformed) == 4
    assert not report.is_whole
    before = {path: path.read_bytes() for path in tmp_path.glob("*.csv")}
    table = read_inventory(tmp_path / "inventory.csv")
    assert len(table) == 7
    assert read_searches(tmp_path / "catalogue_searches.csv")["items_returned"].item() == "7"
    assert _refreshed(tmp_path, row).stored_before == 2
    assert {path: path.read_bytes() for path in tmp_path.glob("*.csv")} == before
    left = [LeftOutScene("", "here", f"bad-{i:03}", "made up") for i in range(5)]
    again = _refreshed(tmp_path, row, left_out=left)
    assert again.is_whole
    assert len(again.left_out) == 5
    assert "here, bad-000: left out: made up" in again.left_out


def test_search_that_nobody_foresaw_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of a library in one search leaves the others."""
    row = chips.catalogue(tmp_path / "archive", 1)
    real = refresh_plan.search_catalogue

    def odd(provider: Any, *words: Any, **more: Any) -> Any:
        if provider.name == "odd":
            raise ZeroDivisionError
        return real(provider, *words, **more)

    monkeypatch.setattr(refresh_plan, "search_catalogue", odd)
    report = _refreshed(tmp_path, replace(row, name="odd"), row)
    assert report.stored == 1
    assert any(fault.startswith("odd, search for here: ZeroDiv") for fault in report.faults)


def test_scene_over_which_selection_fails_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others of its site are selected without it."""
    row = chips.catalogue(tmp_path / "archive", 3)
    real = refresh_plan.select_items

    def odd(items: Any, site: Any) -> Any:
        if any(item.item_id.endswith("20230806_0_L2A") for item in items):
            raise ZeroDivisionError
        return real(items, site)

    monkeypatch.setattr(refresh_plan, "select_items", odd)
    report = _refreshed(tmp_path, row)
    assert report.stored == 2
    assert len(report.malformed) == 1


def test_site_that_cannot_be_screened_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows are written, unjudged, and the report names it."""
    row = chips.catalogue(tmp_path / "archive", 1)

    def odd(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(
        "skytally.imagery.pipeline.image_store_and_inventory_refresh.update_statistics", odd
    )
    report = _refreshed(tmp_path, row)
    assert any("here: its images were not screened" in fault for fault in report.faults)
    assert read_inventory(tmp_path / "inventory.csv")["status"].tolist() == ["stored"]


DATA = Path(__file__).resolve().parents[2] / "data"


def _list(folder: Path, *lines: str) -> Path:
    """Write a list with its dictionary."""
    for name in ("scenes_left_out.dictionary.csv", "scenes_left_out.csv", "vocabulary.csv"):
        text = (DATA / "sites" / name).read_text(encoding="utf-8")
        (folder / name).write_text(text, encoding="utf-8")
    path = folder / "scenes_left_out.csv"
    path.write_text("\n".join(["provider,site,item_id,reason", *lines, ""]), encoding="utf-8")
    return path


def test_list_of_scenes_left_out_is_read(tmp_path: Path) -> None:
    """The shipped list has its dictionary; a project without one leaves nothing out."""
    assert not list(tables_without_dictionary(DATA / "sites"))
    known = {"providers": ["earth-search"], "sites": ["rajin"]}
    assert read_left_out(DATA / "sites" / "scenes_left_out.csv", **known) == []
    assert read_left_out(tmp_path / "scenes_left_out.csv", **known) == []
    path = _list(tmp_path, "earth-search,rajin,S2A_1,haze", ",,S2A_2,haze")
    assert read_left_out(path, **known) == [
        LeftOutScene("earth-search", "rajin", "S2A_1", "haze"),
        LeftOutScene("", "", "S2A_2", "haze"),
    ]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["earth-search,rajin,S2A_1,"], "column reason"),
        (["nobody,rajin,S2A_1,haze"], "line 2, column provider: found 'nobody'"),
        ([",atlantis,S2A_1,haze"], "line 2, column site: found 'atlantis'"),
        ([",,S2A_1,haze", ",,S2A_1,fog"], "line 3, column item_id: found 'S2A_1' a second time"),
        ([",,a/b,haze"], "column item_id"),
    ],
)
def test_list_that_names_nothing_is_refused(tmp_path: Path, lines: list[str], words: str) -> None:
    """With line and column."""
    path = _list(tmp_path, *lines)
    with pytest.raises(DataError, match=r"left_out\.csv") as error:
        read_left_out(path, providers=["earth-search"], sites=["rajin"])
    assert words in str(error.value)


# catalogues of files


def _static(**links: str) -> dict[str, Any]:
    """Make a catalogue of files with one sound item and some links."""
    listed = [{"rel": "item", "href": href} for href in ("./sound.json", *links.values())]
    root = {"type": "Catalog", "stac_version": "1.0.0", "id": "root", "links": listed}
    return {"/catalog.json": root, "/sound.json": earth_search("2023-08-05T02:15:49Z")}


@pytest.mark.parametrize(
    ("href", "words"),
    [
        ("file:///etc/passwd", "a file of this machine"),
        ("http://169.254.169.254/a.json", "private network"),
        ("http://127.0.0.1:1/a.json", "private network"),
        ("ftp://host/a.json", "no http:// or https://"),
        ("./gone.json?sig=c4n4ry#c4n4ry", "status 404"),
        (LONG, "an address that is none"),
    ],
)
def test_link_of_a_catalogue_elsewhere_opens_nothing_here(href: str, words: str) -> None:
    """The link is told, the others are read, and no query is repeated."""
    catalogue = Catalogue([])
    with served(catalogue, _static(bad=href)):
        row = provider_of(f"{catalogue.url}/catalog.json", kind="stac-static")
        found = search_catalogue(row, RAJIN, PERIOD, **QUICK)
    assert len(found.items) == 1
    assert [words in reason for _, reason in found.malformed] == [True]
    assert "c4n4ry" not in str(found.malformed)


def test_catalogue_on_the_disk_may_name_files_but_no_pipe(tmp_path: Path) -> None:
    """A name with a space is found under %20 and as file://; a pipe is told at once."""
    os.mkfifo(tmp_path / "pipe.json")
    files = _static(
        pipe="./pipe.json", spaced="./a%20b/item.json", full="@full", long="./" + "y" * 300
    )
    item = {**earth_search("2023-08-06T02:15:49Z"), "id": "spaced"}
    item["assets"]["red"]["href"] = "../p%20q/red.tif"
    files["/a b/item.json"] = item
    files["/full.json"] = {**earth_search("2023-08-07T02:15:49Z"), "id": "full"}
    for name, content in files.items():
        path = tmp_path / name.lstrip("/")
        path.parent.mkdir(exist_ok=True)
        text = json.dumps(content).replace("@full", (tmp_path / "full.json").as_uri())
        path.write_text(text, encoding="utf-8")
    row = provider_of(str(tmp_path / "catalog.json"), kind="stac-static")
    found = search_catalogue(row, RAJIN, PERIOD, **QUICK)
    assert [item.time[:10] for item in found.items] == ["2023-08-05", "2023-08-06", "2023-08-07"]
    assert found.items[1].assets["b04"].href == str(tmp_path / "p q/red.tif")
    told = sorted(reason.rpartition(": ")[2] for _, reason in found.malformed)
    assert told[0].startswith("'./yyy")
    assert told[1:] == ["cannot be read (no regular file)"]
    outside = search_catalogue(replace(row, local=False), RAJIN, PERIOD, **QUICK)
    assert outside.items == []
