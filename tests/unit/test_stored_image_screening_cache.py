"""Screenings kept beside the chips: measured once, again when outlines move, never invented."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.inventory_and_search_log import NO, STORED, YES
from skytally.imagery.clear_sky import stored_image_screening_cache as kept
from tests.support import simulated_scenes_and_sites as chips

HERE = chips.site()
MOVED = replace(HERE, outlines=tuple(o for o in HERE.outlines if o.kind != "stable"))


def _stored(folder: Path, count: int = 2) -> None:
    """Store clear images, the last of them without its offset."""
    for k in range(count):
        offer = chips.whole_item(item_id=f"image-{k}", time=f"2023-08-{10 + k}T02:15:49Z")
        arrays = chips.pixels(k).arrays
        lift = 1000 if k == count - 1 else 0
        lifted = {band: arrays[band] + lift for band in chips.OPTICAL}
        chip_store.store_chip(folder, "here", offer, chips.pixels(**{**arrays, **lifted}))


def _count_measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the images that are measured."""
    measured: list[str] = []
    real = kept.ring_statistics

    def recorded(manifest, arrays, site):  # type: ignore[no-untyped-def]
        measured.append(manifest.item_id)
        return real(manifest, arrays, site)

    monkeypatch.setattr(kept, "ring_statistics", recorded)
    return measured


def test_images_are_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look-up decodes no chip; moved outlines and a missing file measure all again."""
    _stored(tmp_path)
    measured = _count_measured(monkeypatch)
    images, faults = kept.update_statistics(tmp_path, HERE)
    assert (sorted(images), faults) == (["image-0", "image-1"], [])
    assert measured == ["image-0", "image-1"]
    assert kept.update_statistics(tmp_path, HERE) == (images, [])
    kept.read_screenings(tmp_path, HERE)
    assert len(measured) == 2
    kept.read_screenings(tmp_path, MOVED)
    assert len(measured) == 4
    (tmp_path / "here" / kept.STATISTICS_FILE).write_text("{", encoding="utf-8")
    assert kept.update_statistics(tmp_path, HERE) == (images, [])
    assert len(measured) == 6


def test_reading_the_answers_writes_nothing(tmp_path: Path) -> None:
    """Whoever measures may read a store that is not theirs to write."""
    _stored(tmp_path)
    answers = kept.read_screenings(tmp_path, HERE)
    assert not (tmp_path / "here" / kept.STATISTICS_FILE).exists()
    assert {item: answer.usable for item, answer in answers.items()} == {
        "image-0": True,
        "image-1": False,
    }
    assert answers["image-1"].reason.startswith("radiometric audit: 5th percentile of b04")
    kept.update_statistics(tmp_path, HERE)
    assert kept.read_screenings(tmp_path, HERE) == answers


def test_statistics_that_were_just_measured_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What acquisition measured is written, not measured anew; another chip's is not believed."""
    _stored(tmp_path)
    fresh, _ = kept.update_statistics(tmp_path, HERE)
    (tmp_path / "here" / kept.STATISTICS_FILE).unlink()
    measured = _count_measured(monkeypatch)
    assert kept.update_statistics(tmp_path, HERE, fresh=fresh) == (fresh, [])
    assert measured == []
    other = {"image-0": replace(fresh["image-0"], sha256="of another chip", clear=0.0)}
    (tmp_path / "here" / kept.STATISTICS_FILE).unlink()
    assert kept.update_statistics(tmp_path, HERE, fresh={**fresh, **other}) == (fresh, [])
    assert measured == ["image-0"]


def test_a_broken_chip_is_named(tmp_path: Path) -> None:
    """Its image has no answer, and the others keep theirs."""
    _stored(tmp_path)
    chip = tmp_path / "here" / "image-0.tif"
    chip.write_bytes(chip.read_bytes()[:-1] + b"?")
    images, faults = kept.update_statistics(tmp_path, HERE)
    assert list(images) == ["image-1"]
    assert len(faults) == 1
    assert "image-0" in faults[0]
    assert list(kept.read_screenings(tmp_path, HERE)) == ["image-1"]


def test_the_inventory_gets_the_same_answer(tmp_path: Path) -> None:
    """Usable or why not; a row of another chip, site or status keeps what it had."""
    _stored(tmp_path)
    images, _ = kept.update_statistics(tmp_path, HERE)
    row = {"site": "here", "status": STORED, "usable": "", "unusable_reason": "", "cloud_share": ""}
    rows = [{**row, "item_id": item, "chip_sha256": each.sha256} for item, each in images.items()]
    rows += [{**rows[0], "chip_sha256": "other"}, {**rows[0], "site": "there"}]
    rows += [{**rows[0], "status": "failed"}]
    table = kept.screened_inventory(pd.DataFrame(rows), [HERE], {"here": images})
    answers = kept.read_screenings(tmp_path, HERE)
    assert table["usable"].tolist() == [YES, NO, "", "", ""]
    assert table["unusable_reason"].tolist()[:2] == ["", answers["image-1"].reason]
    assert table["cloud_share"].tolist()[:2] == ["0.0000", "0.0000"]


def test_the_file_holds_plain_numbers(tmp_path: Path) -> None:
    """A stored image keeps its group, its levels and its audit as JSON."""
    _stored(tmp_path)
    images, _ = kept.update_statistics(tmp_path, HERE)
    stored = json.loads((tmp_path / "here" / kept.STATISTICS_FILE).read_text(encoding="utf-8"))
    assert stored["images"]["image-0"]["group"] == "sentinel-2 orbit 3 descending L2A"
    assert stored["images"]["image-0"]["levels"] == images["image-0"].levels
    assert stored["images"]["image-1"]["audit"]["faults"]
