"""Measured lines brought up to date: measured once, anew when something changed, never half."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from rasterio.warp import transform_geom

from skytally.core.errors_and_fault_lists import AcquisitionError, IntegrityError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.inventory_and_search_log import INVENTORY_COLUMNS
from skytally.imagery.pipeline import measured_line_content_keys, stale_measured_line_remeasurement
from skytally.imagery.pipeline.measured_line_and_target import MeasuredLine, Target, targets_of
from skytally.imagery.pipeline.measured_line_folder import line_path
from skytally.imagery.pipeline.stale_measured_line_remeasurement import UpdateReport, update_lines
from skytally.imagery.sites.site_model import CONFIRMED, Outline, Site
from tests.support import simulated_scenes_and_sites as chips

STUDIES = ["2023-08-01"]


def outline(kind: str, name: str, offset: float) -> Outline:
    """Make a confirmed rectangle of 200 by 100 m."""
    x, y = chips.WEST + offset, chips.NORTH - 300.0
    ring = [[x, y], [x + 200, y], [x + 200, y + 100], [x, y + 100], [x, y]]
    square = {"type": "Polygon", "coordinates": [ring]}
    there = transform_geom(f"EPSG:{chips.EPSG}", "EPSG:4326", square, precision=9)
    return Outline(kind, name, dict(there), "made up", 5.0, CONFIRMED, 90.0)


def here() -> Site:
    """Make a site with two berths and a quay."""
    return replace(
        chips.site(),
        outlines=(
            outline("berth", "one", 200.0), outline("berth", "two", 500.0),
            outline("quay", "quay", 800.0),
        ),
    )  # fmt: skip


def store(folder: Path, count: int = 3) -> pd.DataFrame:
    """Store some images; return the inventory that says so."""
    rows = []
    for k in range(count):
        item = chips.whole_item(item_id=f"image-{k}", time=f"2023-08-{10 + k}T02:15:49Z")
        manifest = chip_store.store_chip(folder, "here", item, chips.pixels(k))
        row = {"site": "here", "item_id": f"image-{k}", "status": "stored", "sensor": "sentinel-2",
               "chip_sha256": manifest.sha256}  # fmt: skip
        rows.append({**dict.fromkeys(INVENTORY_COLUMNS, ""), **row})
    return pd.DataFrame(rows, columns=list(INVENTORY_COLUMNS))


ONE_PASS = ["one", "two", "one", "two", "quay"]
"""Outlines in the order in which they are measured: each berth against history and by itself."""


class Counter:
    """Stands for the measuring, and counts which outlines were measured in how many passes."""

    def __init__(self) -> None:
        self.passes: list[list[str]] = []

    def measure(
        self, targets: Sequence[Target], manifests: Sequence[object], scenes: Path, cutouts: Path
    ) -> Iterator[MeasuredLine]:
        """Yield a reason instead of a measured line; write a file among the cut-outs."""
        (cutouts / "window-0").write_bytes(b"pixels")
        self.passes.append([target.outline.name for target in targets])
        for target in targets:
            yield target.without_line(f"counted in {len(manifests)} images")


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Count instead of measuring."""
    counter = Counter()
    monkeypatch.setattr(stale_measured_line_remeasurement, "measure_targets", counter.measure)
    return counter


def update(tmp_path: Path, inventory: pd.DataFrame, site: Site | None = None) -> UpdateReport:
    """Bring the lines of the site up to date."""
    return update_lines(
        [site or here()], STUDIES, scenes=tmp_path / "scenes", inventory=inventory,
        folder=tmp_path / "measured",
    )  # fmt: skip


def test_all_outlines_of_a_sensor_are_one_pass_and_measured_once(
    tmp_path: Path, counter: Counter
) -> None:
    """Two berths and a quay in one pass over the images; a second run measures nothing."""
    inventory = store(tmp_path / "scenes")
    report = update(tmp_path, inventory)
    assert counter.passes == [ONE_PASS]
    assert (len(report.measured), report.current, report.faults) == (len(ONE_PASS), 0, [])
    again = update(tmp_path, inventory)
    assert counter.passes == [ONE_PASS]
    assert (again.measured, again.current) == ([], len(ONE_PASS))
    left = sorted(path.name for path in (tmp_path / "measured").iterdir())
    assert left == [chip_store.LOCK_FILE, "here"]


def test_every_line_is_written_under_its_name(tmp_path: Path, counter: Counter) -> None:
    """One file an outline that could be measured; sensors without an image have none."""
    update(tmp_path, store(tmp_path / "scenes"))
    targets = targets_of([here()], study=STUDIES[0])
    written = [line_path(tmp_path / "measured", each).is_file() for each in targets]
    assert [each.kind.sensor == "sentinel-2" for each in targets] == written


def test_a_site_that_nobody_foresaw_costs_its_own_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of a library is a fault of its site and sensor, and the run goes on."""

    def odd(*_: object) -> Iterator[MeasuredLine]:
        raise ZeroDivisionError

    monkeypatch.setattr(stale_measured_line_remeasurement, "measure_targets", odd)
    report = update(tmp_path, store(tmp_path / "scenes"))
    assert report.faults == ["here, sentinel-2: not measured (ZeroDivisionError)"]
    assert report.measured == []


def test_a_moved_outline_measures_its_site_anew(tmp_path: Path, counter: Counter) -> None:
    """All of the site, since stable ground lies around all outlines."""
    inventory = store(tmp_path / "scenes")
    update(tmp_path, inventory)
    moved = replace(here(), outlines=(outline("berth", "one", 210.0), *here().outlines[1:]))
    assert len(update(tmp_path, inventory, moved).measured) == len(ONE_PASS)


def test_one_image_more_measures_anew(tmp_path: Path, counter: Counter) -> None:
    """And one image whose screening changed, too."""
    update(tmp_path, store(tmp_path / "scenes"))
    inventory = store(tmp_path / "scenes", 4)
    assert len(update(tmp_path, inventory).measured) == len(ONE_PASS)
    inventory.loc[0, "usable"] = "no"
    assert len(update(tmp_path, inventory).measured) == len(ONE_PASS)


def test_changed_code_measures_anew(
    tmp_path: Path, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What today's code would measure otherwise is not kept."""
    inventory = store(tmp_path / "scenes")
    update(tmp_path, inventory)
    monkeypatch.setattr(measured_line_content_keys, "_code", lambda: "other")
    assert len(update(tmp_path, inventory).measured) == len(ONE_PASS)


def test_a_spoiled_file_is_measured_anew_and_no_other(tmp_path: Path, counter: Counter) -> None:
    """Only that line, and a half-written file beside it goes."""
    inventory = store(tmp_path / "scenes")
    update(tmp_path, inventory)
    path = line_path(tmp_path / "measured", targets_of([here()], study=STUDIES[0])[0])
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    half = path.with_name(f".{path.name}{chip_store.TEMPORARY_SUFFIX}")
    half.write_bytes(b"half")
    report = update(tmp_path, inventory)
    assert [line.outline for line in report.measured] == ["one"]
    assert report.current == len(ONE_PASS) - 1
    assert path.read_bytes() == whole
    assert not half.exists()


def test_outlines_that_cannot_be_measured_have_no_file(tmp_path: Path, counter: Counter) -> None:
    """The reader says why from the outline alone."""
    berth = replace(here().outlines[0], status="to be confirmed on imagery")
    report = update(tmp_path, store(tmp_path / "scenes"), replace(here(), outlines=(berth,)))
    assert (report.measured, report.current, counter.passes) == ([], 0, [])


def test_a_broken_chip_is_told_and_costs_no_other_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, and the lines that were there stay."""
    inventory = store(tmp_path / "scenes")

    def broken(*words: object) -> Iterator[MeasuredLine]:
        message = "image-1: the bytes are not those that were stored"
        raise IntegrityError(message)

    monkeypatch.setattr(stale_measured_line_remeasurement, "measure_targets", broken)
    report = update(tmp_path, inventory)
    assert report.faults == ["here, sentinel-2: image-1: the bytes are not those that were stored"]
    assert not list((tmp_path / "measured").glob("*/*"))


def test_no_store_is_no_fault(tmp_path: Path) -> None:
    """Before the first refresh nothing is measured and no folder is made."""
    report = update(tmp_path, pd.DataFrame(columns=list(INVENTORY_COLUMNS)))
    assert (report.measured, report.current, report.faults) == ([], 0, [])
    assert not (tmp_path / "measured").exists()


def test_measuring_waits_for_nobody(tmp_path: Path, counter: Counter) -> None:
    """While another refresh runs, nothing is measured, and this is reported."""
    inventory = store(tmp_path / "scenes")
    with (
        chip_store.locked_store(tmp_path / "scenes"),
        pytest.raises(AcquisitionError, match="another refresh is at work"),
    ):
        update(tmp_path, inventory)
    assert counter.passes == []
