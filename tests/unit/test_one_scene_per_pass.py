"""Selection: each item gets one fate by rule, whatever order the items come in."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from skytally.imagery.acquire.inventory_and_search_log import REJECTED, SUPERSEDED
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.one_scene_per_pass import SELECTED, SelectionDecision, select_items
from skytally.imagery.acquire.stac.item_parser import parse_item
from skytally.imagery.sites.outline_geometry_and_ring_faults import outline_mask
from skytally.imagery.sites.site_model import Site
from tests.support.faulty_stac_catalogue_server import (
    PROVIDERS,
    RAJIN,
    earth_search,
    landsat,
    planetary_s2,
    radar,
)


def _s2(when: str = "2023-08-27T02:15:49Z", item_id: str = "", **words: Any) -> SceneItem:
    item = parse_item(earth_search(when), PROVIDERS["earth-search"], RAJIN)
    return replace(item, item_id=item_id or item.item_id, **words)


def _shifted(item: SceneItem, **words: Any) -> SceneItem:
    """Copy of the item with other scale and offset in every reflectance band."""
    assets = {
        band: asset if band == "quality" else replace(asset, **words)
        for band, asset in item.assets.items()
    }
    return replace(item, assets=assets)


def _fates(choices: list[SelectionDecision]) -> dict[str, tuple[str, str]]:
    return {choice.item.item_id: (choice.status, choice.reason) for choice in choices}


def _one(item: SceneItem, site: Site = RAJIN) -> tuple[str, str]:
    (choice,) = select_items([item], site)
    return choice.status, choice.reason


def test_sound_item_is_chosen() -> None:
    """An item with nothing against it is read, without a reason."""
    assert _one(_s2()) == (SELECTED, "")


def test_a_product_downloaded_twice_is_no_older_processing() -> None:
    """The same files under another id are the same product; other files are not."""
    one = _shifted(_s2(item_id="b"), size=1000)
    one.assets["quality"] = replace(one.assets["quality"], size=50)
    twin = replace(one, item_id="a", assets=dict(one.assets))
    told = _fates(select_items([one, twin], RAJIN))
    assert told["a"] == (SUPERSEDED, "same product: the same product as b")
    other = _shifted(twin, size=1001)
    told = _fates(select_items([one, other], RAJIN))
    assert told["a"] == (SUPERSEDED, "older processing: superseded by b")


def test_every_item_has_one_choice() -> None:
    """No item is lost and none doubled, also when there are none."""
    items = [_s2(f"2023-08-{day:02}T02:15:49Z") for day in range(1, 29)]
    choices = select_items(items[::-1], RAJIN)
    assert [choice.item for choice in choices] == items
    assert select_items([], RAJIN) == []


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (_s2(epsg=32653), "other zone: EPSG:32653, the site uses EPSG:32652"),
        (_s2(epsg=None), "no zone: the item does not state its coordinate system"),
        (_s2(missing_bands=("b11 (swir16)",)), "asset missing: b11 (swir16)"),
        (
            _s2(missing_bands=("b04 (red)",), other_assets=("'RED'", "'NIR'")),
            "asset missing: b04 (red); others are 'RED', 'NIR'",
        ),
        (
            _s2(missing_bands=("b11 (swir16)", "quality (scl)")),
            "asset missing: b11 (swir16), quality (scl)",
        ),
        (_s2(window_share=0.0), "window not held: the footprint lies beside it"),
        (
            _s2(offset_applied_flag=True),
            "contradictory offset: -1000 is stated, and also that it is in the pixels already",
        ),
        (
            _shifted(_s2(), offset=0.0),
            "contradictory offset: baseline 05.09 has one, none is stated, nor that it is in the "
            "pixels already",
        ),
        (
            _shifted(_s2(offset_applied_flag=False), offset=0.0),
            "contradictory offset: baseline 05.09 has one, none is stated, nor that it is in the "
            "pixels already",
        ),
        (_s2(baseline="02.14"), "contradictory offset: -1000 is stated, baseline 02.14 has none"),
        (
            _shifted(_s2(), scale=None),
            "no calibration: no scale or offset stated for b02, b03, b04, b08, b11; "
            "a delivered image needs its metadata file beside its bands",
        ),
        (_shifted(_s2(), scale=0.0), "contradictory offset: a scale of zero or none"),
        (_s2(calibration="baseline", baseline=""), "no calibration: baseline not stated"),
    ],
)
def test_item_is_rejected_with_its_reason(item: SceneItem, reason: str) -> None:
    """Zone, assets, window and offset metadata are each a reason of their own."""
    assert _one(item) == (REJECTED, reason)


def test_bands_with_two_offsets_are_rejected() -> None:
    """One band shifted and the others not is no scene."""
    item = _s2()
    assets = {**item.assets, "b08": replace(item.assets["b08"], offset=0.0)}
    fate, reason = _one(replace(item, assets=assets))
    assert (fate, reason) == (REJECTED, "contradictory offset: -1000.0, 0.0 among the bands")


@pytest.mark.parametrize(
    "item",
    [
        _shifted(_s2(offset_applied_flag=True), offset=0.0),
        _shifted(_s2(baseline="02.14"), offset=0.0),
        _s2(baseline=""),
        _s2(baseline="05.00"),
    ],
)
def test_consistent_words_on_the_offset_are_taken(item: SceneItem) -> None:
    """An offset applied and none stated, none before 04.00, or one since, is no contradiction."""
    assert _one(item) == (SELECTED, "")


def test_part_of_a_window_is_rejected() -> None:
    """A file that ends inside the window is reported with its share."""
    item = _s2()
    west, _, _, north = RAJIN.grid.bounds
    assets = {
        band: replace(asset, transform=(10.0, 0.0, west + 3000.0, 0.0, -10.0, north + 100.0))
        for band, asset in item.assets.items()
    }
    fate, reason = _one(replace(item, assets=assets))
    assert (fate, reason) == (REJECTED, "window not held: the file of b02 holds 50 % of it")


def test_older_landsat_is_not_read() -> None:
    """Landsat 7 is offered by the same collection and left out by name."""
    item = parse_item(landsat(), PROVIDERS["planetary-computer-landsat"], RAJIN)
    assert _one(item) == (SELECTED, "")
    assert _one(replace(item, platform="landsat-7")) == (
        REJECTED,
        "platform not used: landsat-7",
    )


def test_provider_without_metadata_needs_a_baseline() -> None:
    """Where calibration follows from the baseline, stated scale and offset are not needed."""
    item = parse_item(planetary_s2(), PROVIDERS["planetary-computer-s2"], RAJIN)
    assert _one(item) == (SELECTED, "")


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"baseline": "04.00"}, {"baseline": "05.09"}),
        ({"baseline": "05.09"}, {"baseline": "05.10"}),
        ({"sequence": 0}, {"sequence": 1}),
        ({"baseline": "05.00", "sequence": 3}, {"baseline": "05.09", "sequence": 0}),
        ({}, {}),
    ],
)
def test_newest_processing_of_an_acquisition_is_read(
    older: dict[str, Any], newer: dict[str, Any]
) -> None:
    """Baseline decides, then sequence, then the id; the loser names the winner."""
    items = [_s2(item_id="older", **older), _s2("2023-08-27T02:15:59Z", "zz-newer", **newer)]
    for given in (items, items[::-1]):
        assert _fates(select_items(given, RAJIN)) == {
            "older": (SUPERSEDED, "older processing: superseded by zz-newer"),
            "zz-newer": (SELECTED, ""),
        }


def test_same_acquisition_of_two_providers_is_read_once() -> None:
    """The provider of the winner is named where it is another one."""
    other = _s2(item_id="b", provider="planetary-computer-s2")
    assert _fates(select_items([_s2(item_id="a"), other], RAJIN))["a"] == (
        SUPERSEDED,
        "older processing: superseded by b of planetary-computer-s2",
    )


def test_rejected_item_supersedes_nothing() -> None:
    """A newer processing that cannot be read leaves the older one to be read."""
    items = [_s2(item_id="a"), _s2(item_id="b", baseline="05.10", missing_bands=("b04 (red)",))]
    fates = _fates(select_items(items, RAJIN))
    assert fates["a"] == (SELECTED, "")
    assert fates["b"][0] == REJECTED


@pytest.mark.parametrize(
    "change",
    [
        {"platform": "sentinel-2a"},
        {"processor": "L1C"},
        {"time": "2023-08-27T02:17:49Z"},
    ],
)
def test_other_platform_processor_or_moment_is_another_scene(change: dict[str, Any]) -> None:
    """What differs in who, how or when does not supersede."""
    choices = select_items([_s2(item_id="a"), replace(_s2(item_id="b"), **change)], RAJIN)
    assert [choice.status for choice in choices] == [SELECTED, SELECTED]


def test_two_tiles_of_one_pass_are_one_scene() -> None:
    """Of two tiles that hold the window, the one whose footprint holds more of it is read."""
    items = [
        _s2(item_id="part", tile="52TEM", window_share=0.4),
        _s2("2023-08-27T02:16:03Z", "whole", tile="52TFM", window_share=1.0),
    ]
    assert _fates(select_items(items, RAJIN)) == {
        "part": (SUPERSEDED, "same pass: superseded by whole"),
        "whole": (SELECTED, ""),
    }
    equal = [replace(item, window_share=1.0) for item in items]
    assert _fates(select_items(equal, RAJIN))["part"] == (SELECTED, "")


PARTS = {
    "the later sequence holds less": (
        {"a": {"sequence": 0, "window_share": 1.0}, "b": {"sequence": 1, "window_share": 0.3}},
        "a",
        (),
        {"b": "less of the window: superseded by a"},
    ),
    "two parts of a strip": (
        {"a": {"sequence": 0, "window_share": 0.6}, "b": {"sequence": 1, "window_share": 0.5}},
        "a",
        ("b",),
        {"b": "same pass: a part, joined to a"},
    ),
    "a part of an older baseline": (
        {"a": {"baseline": "05.00", "window_share": 0.5}, "b": {"window_share": 0.6}},
        "b",
        (),
        {"a": "less of the window: superseded by b"},
    ),
    "an older baseline holds the window": (
        {"a": {"baseline": "05.00", "window_share": 1.0}, "b": {"window_share": 0.6}},
        "a",
        (),
        {"b": "less of the window: superseded by a"},
    ),
    "a coarse footprint is whole": (
        {"a": {"baseline": "05.00", "window_share": 1.0}, "b": {"window_share": 0.993}},
        "b",
        (),
        {"a": "older processing: superseded by b"},
    ),
    "a part of another provider": (
        {"a": {"window_share": 0.6}, "b": {"provider": "other", "window_share": 0.5}},
        "a",
        (),
        {"b": "less of the window: superseded by a of earth-search"},
    ),
    "parts in two tiles": (
        {"a": {"window_share": 0.6}, "b": {"tile": "52TEM", "window_share": 0.5}},
        "a",
        ("b",),
        {"b": "same pass: a part, joined to a"},
    ),
    "two parts in one tile, a third in another": (
        {
            "a": {"window_share": 0.6},
            "b": {"sequence": 1, "window_share": 0.2},
            "c": {"tile": "52TEM", "window_share": 0.4},
        },
        "a",
        ("b", "c"),
        {"b": "same pass: a part, joined to a", "c": "same pass: a part, joined to a"},
    ),
}


@pytest.mark.parametrize("case", PARTS)
def test_parts_of_a_pass_are_joined_and_versions_are_not(case: str) -> None:
    """What holds more of the window is read before what has the newer name."""
    given, selected, joined, others = PARTS[case]
    items = [_s2(item_id=name, **words) for name, words in given.items()]
    for order in (items, items[::-1]):
        choices = {choice.item.item_id: choice for choice in select_items(order, RAJIN)}
        winner = choices.pop(selected)
        assert winner.status == SELECTED
        assert tuple(part.item_id for part in winner.item.joined) == joined
        assert {name: choice.reason for name, choice in choices.items()} == others
        assert {each.winner.item_id for each in choices.values() if each.winner} == {selected}


def test_slices_of_a_radar_pass_are_one_scene() -> None:
    """Two slices of one pass, half a minute apart, show the same moment."""
    row = PROVIDERS["planetary-computer-s1-rtc"]
    first = parse_item(radar(), row, RAJIN)
    second = parse_item(radar("2024-03-25T21:51:15Z", number="17"), row, RAJIN)
    choices = select_items([second, replace(first, window_share=0.2)], RAJIN)
    assert [choice.status for choice in choices] == [SUPERSEDED, SELECTED]


def test_item_without_footprint_are_not_weighed_by_tile() -> None:
    """Where no footprint is known, nothing is taken for another view of the same."""
    items = [
        _s2(item_id="a", tile="", window_share=None),
        _s2(item_id="b", tile="x", window_share=None),
    ]
    assert [choice.status for choice in select_items(items, RAJIN)] == [SELECTED, SELECTED]


def test_order_does_not_matter() -> None:
    """Shuffled items give the same choices in the same order."""
    items = [
        _s2(f"2023-08-{day:02}T02:15:{49 + copy:02}Z", f"s2-{day}-{copy}", sequence=copy)
        for day in range(1, 20)
        for copy in range(3)
    ]
    expected = select_items(items, RAJIN)
    for seed in range(5):
        random.Random(seed).shuffle(items)
        assert select_items(items, RAJIN) == expected
    assert sum(choice.status == SELECTED for choice in expected) == 19


def test_item_for_a_site_meet_its_outlines() -> None:
    """The site of these tests has something to scene at."""
    assert outline_mask(RAJIN, "berth", gsd=10).any()
