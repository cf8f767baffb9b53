"""A refresh: each scene one row, each look read once, and nothing lost whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import rasterio

from skytally.core.errors_and_fault_lists import AcquisitionError, DataError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.image_provider_table import Provider
from skytally.imagery.acquire.inventory_and_search_log import read_inventory, read_searches
from skytally.imagery.acquire.monthly_coverage_losses_and_gaps import check_accounts
from skytally.imagery.pipeline import (
    refresh_plan,
    scene_job_reading_and_chip_encoding,
    thread_or_dask_executor,
)
from skytally.imagery.pipeline.image_store_and_inventory_refresh import (
    RefreshReport,
    refresh_store,
    rescreen,
)
from skytally.imagery.pipeline.scene_reading_and_chip_writing import Progress
from skytally.press import image_refresh_and_measurement_command as press
from tests.support import server_fault_proxy as faults, simulated_scenes_and_sites as chips

PERIOD = ("2023-08-01", "2023-12-31")
QUICK = FetchSettings(timeout_s=1, connect_s=1, tries=2, pause_s=0.01, deadline_s=5)
HERE = chips.site()


def _run(folder: Path, *rows: Provider, **words: Any) -> RefreshReport:
    known = {"today": "2026-11-22", "settings": QUICK, "folder": folder / "scenes"}
    return refresh_store([HERE], rows, PERIOD, **{**known, **chips.tables(folder), **words})


def _content(folder: Path) -> dict[str, bytes]:
    """Contents of every file that a refresh writes, by relative path."""
    tables = [folder / "inventory.csv", folder / "catalogue_searches.csv"]
    kept = [*tables, *(folder / "scenes").rglob("*")]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in kept if path.is_file()
    }


def _looks(folder: Path) -> pd.DataFrame:
    return read_inventory(folder / "inventory.csv")


def test_every_scene_offered_gets_a_row_and_every_look_a_judgement(tmp_path: Path) -> None:
    """Stored, usable, counted."""
    report = _run(tmp_path, chips.catalogue(tmp_path / "archive", 4))
    assert (report.offered, report.stored, report.failed, report.faults) == (4, 4, 0, ())
    looks = _looks(tmp_path)
    assert check_accounts(read_searches(tmp_path / "catalogue_searches.csv"), looks) == 4
    assert set(looks["status"]) == {"stored"}
    assert set(looks["usable"]) == {"yes"}
    assert set(looks["reflectance_offset"]) == {"-0.1"}
    assert set(looks["cloud_share"]) == {"0.0000"}
    for row in looks.to_dict("records"):
        manifest = chip_store.stored_manifest(tmp_path / "scenes", "here", row["item_id"])
        assert manifest is not None
        assert row["chip_sha256"] == manifest.sha256
        assert int(row["bytes_read"]) == manifest.bytes_read > 0


def test_a_second_refresh_does_nothing(tmp_path: Path) -> None:
    """No file is asked for, none is written, not even with the same content."""
    with faults.serving(faults.files(tmp_path / "archive")) as server:
        row = chips.catalogue(tmp_path / "archive", 3, base=server.url)
        _run(tmp_path, row)
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
        asked = len(server.asked)
        again = _run(tmp_path, row)
        assert len(server.asked) == asked
    assert (again.stored, again.stored_before, again.bytes_stored) == (0, 3, 0)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")} == before


def test_two_refreshes_from_nothing_are_alike_to_the_bit(tmp_path: Path) -> None:
    """Store and tables."""
    row = chips.catalogue(tmp_path / "archive", 3)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        _run(tmp_path / name, row)
    assert _content(tmp_path / "one") == _content(tmp_path / "two")


def test_a_failed_look_is_tried_again_and_a_rejected_one_is_not(tmp_path: Path) -> None:
    """What failed is stored by the next refresh, as if it had never failed."""
    row = chips.catalogue(tmp_path / "archive", 3)
    path = tmp_path / "archive" / "1_b04.tif"
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    report = _run(tmp_path, row)
    assert (report.stored, report.failed) == (2, 1)
    failed = _looks(tmp_path).query("status == 'failed'").iloc[0]
    assert "band b04" in failed["status_reason"]
    assert failed["usable"] == ""
    path.write_bytes(content)
    assert _run(tmp_path, row).stored == 1
    clean = tmp_path / "clean"
    clean.mkdir()
    _run(clean, row)
    assert _content(clean) == _content(tmp_path)


def test_a_scene_beside_the_site_is_rejected_once(tmp_path: Path) -> None:
    """Only reading tells; then it is not read again."""
    row = chips.catalogue(tmp_path / "archive", 1)
    path = Path(row.url)
    told = json.loads(path.read_text(encoding="utf-8"))
    for asset in told["features"][0]["assets"].values():
        del asset["proj:transform"], asset["proj:shape"]
        asset.pop("file:size"), asset.pop("file:checksum")
    path.write_text(json.dumps(told), encoding="utf-8")
    for band, pixels in chips.numbers().items():
        gsd = chips.gsd_of(band)
        far = chips.grid_of(gsd) @ type(chips.grid_of(gsd)).translation(9000, 0)
        chips.write(tmp_path / "archive" / f"0_{band}.tif", pixels, gsd=gsd, transform=far)
    assert _run(tmp_path, row).rejected == 1
    assert _looks(tmp_path)["status_reason"].item().startswith("window not held:")
    for each in (tmp_path / "archive").glob("*.tif"):
        each.unlink()
    again = _run(tmp_path, row)
    assert (again.rejected, again.failed) == (1, 0)


@pytest.mark.parametrize("dtype", ["complex64", "complex128", "complex_int16"])
def test_complex_numbers_are_refused_and_never_cast(tmp_path: Path, dtype: str) -> None:
    """A single-look complex product has a phase: its reason is written, and it is read once."""
    row = chips.catalogue(tmp_path / "archive", 2)
    path = Path(row.url)
    told = json.loads(path.read_text(encoding="utf-8"))
    for asset in told["features"][0]["assets"].values():
        asset.pop("file:size"), asset.pop("file:checksum"), asset.pop("raster:bands", None)
    path.write_text(json.dumps(told), encoding="utf-8")
    file = tmp_path / "archive" / "0_b04.tif"
    with rasterio.open(file) as source:
        profile, values = source.profile | {"dtype": dtype, "nodata": None}, source.read(1)
    with rasterio.open(file, "w", **{**profile, "predictor": 1}) as target:
        target.write(values.astype("complex64"), 1)
    report = _run(tmp_path, row)
    assert (report.stored, report.failed, report.rejected) == (1, 0, 1)
    rejected = _looks(tmp_path).query("status == 'rejected'").iloc[0]
    assert rejected["status_reason"].startswith("complex numbers: ")
    assert f"({dtype})" in rejected["status_reason"]
    file.unlink()
    again = _run(tmp_path, row)
    assert (again.rejected, again.failed) == (1, 0)


def test_complex_numbers_that_an_item_states_are_refused(tmp_path: Path) -> None:
    """No byte of such a file is read."""
    row = chips.catalogue(tmp_path / "archive", 1)
    path = Path(row.url)
    told = json.loads(path.read_text(encoding="utf-8"))
    told["features"][0]["assets"]["b04"]["raster:bands"] = [{"data_type": "cfloat32"}]
    path.write_text(json.dumps(told), encoding="utf-8")
    report = _run(tmp_path, row)
    (sentence,) = report.malformed
    assert "asset 'b04': complex numbers (cfloat32), of which no measure" in sentence


def test_a_superseded_chip_no_longer_counts(tmp_path: Path) -> None:
    """A newer processing takes its place; should it vanish, the old one is back, unread."""
    row = chips.catalogue(tmp_path / "archive", 1)
    _run(tmp_path, row)
    path = Path(row.url)
    old = path.read_text(encoding="utf-8")
    told = json.loads(old)
    newer = json.loads(json.dumps(told["features"][0]))
    newer["id"] = "S2A_52TDN_20230801_1_L2A"
    newer["properties"]["s2:processing_baseline"] = "05.10"
    told["features"].append(newer)
    path.write_text(json.dumps(told), encoding="utf-8")
    report = _run(tmp_path, row)
    assert (report.stored, report.superseded) == (1, 1)
    held = chip_store.stored_manifests(tmp_path / "scenes", "here")
    assert [each.item_id for each in held] == ["S2A_52TDN_20230801_1_L2A"]
    path.write_text(old, encoding="utf-8")
    (tmp_path / "archive" / "0_b02.tif").unlink()
    assert _run(tmp_path, row, today="2026-11-23").stored_before == 1
    assert len(chip_store.stored_manifests(tmp_path / "scenes", "here")) == 2


def _reprocessed(archive: Path, item_id: str, **words: Any) -> dict[str, Any]:
    """Offer the first scene of a catalogue once more, as another processing of it."""
    listed = json.loads((archive / "items.json").read_text())
    again = json.loads(json.dumps(listed["features"][0])) | {"id": item_id}
    again["properties"] |= words
    listed["features"].append(again)
    (archive / "items.json").write_text(json.dumps(listed))
    return again


def _spoil(archive: Path, item_id: str, how: str) -> None:
    """Make the files of an item unreadable: gone, or other bytes than its checksum says."""
    listed = json.loads((archive / "items.json").read_text())
    (item,) = [each for each in listed["features"] if each["id"] == item_id]
    for asset in item["assets"].values():
        if how == "gone":
            asset["href"] = f"{asset['href']}.gone"
        else:
            asset["file:checksum"] = "1220" + "0" * 64
    (archive / "items.json").write_text(json.dumps(listed))


NEWER, OLDER = "S2A_52TDN_20230801_1_L2A", "S2A_52TDN_20230801_0_L2A"


@pytest.mark.parametrize("stored_before", [True, False])
@pytest.mark.parametrize("how", ["gone", "corrupt"])
def test_a_newer_processing_that_cannot_be_read_leaves_the_older_one(
    tmp_path: Path, how: str, stored_before: bool
) -> None:
    """The older image stays, or is read instead; once the newer one can be read, it takes over."""
    archive = tmp_path / "archive"
    row = chips.catalogue(archive, 2)
    if stored_before:
        _run(tmp_path, row)
    _reprocessed(archive, NEWER, **{"s2:processing_baseline": "05.10"})
    sound = (archive / "items.json").read_text()
    _spoil(archive, NEWER, how)
    for _ in range(2):
        _run(tmp_path, row)
        looks = _looks(tmp_path).set_index("item_id")
        assert looks.loc[OLDER, ["status", "usable"]].tolist() == ["stored", "yes"]
        assert looks.loc[NEWER, "status"] == "failed"
        assert chip_store.stored_manifest(tmp_path / "scenes", "here", OLDER) is not None
    (archive / "items.json").write_text(sound)
    _run(tmp_path, row)
    looks = _looks(tmp_path).set_index("item_id")
    assert looks.loc[[OLDER, NEWER], "status"].tolist() == ["superseded", "stored"]
    assert chip_store.stored_manifest(tmp_path / "scenes", "here", OLDER) is None


def test_a_newer_processing_that_was_rejected_on_reading_hides_nothing(tmp_path: Path) -> None:
    """An image that lies beside the site is rejected once, and the older one is read at once."""
    archive = tmp_path / "archive"
    row = chips.catalogue(archive, 2)
    _reprocessed(archive, NEWER, **{"s2:processing_baseline": "05.10"})
    listed = json.loads((archive / "items.json").read_text())
    for band, pixels in chips.numbers().items():
        gsd = chips.gsd_of(band)
        far = chips.grid_of(gsd) @ type(chips.grid_of(gsd)).translation(9000, 0)
        path = chips.write(archive / f"far_{band}.tif", pixels, gsd=gsd, transform=far)
        listed["features"][-1]["assets"][band] |= {"href": str(path), "file:checksum": None}
        for key in ("proj:transform", "proj:shape", "file:size"):
            del listed["features"][-1]["assets"][band][key]
    (archive / "items.json").write_text(json.dumps(listed))
    for _ in range(2):
        _run(tmp_path, row)
        looks = _looks(tmp_path).set_index("item_id")
        assert looks.loc[NEWER, "status"] == "rejected"
        assert looks.loc[NEWER, "status_reason"].startswith("window not held")
        assert looks.loc[OLDER, "status"] == "stored"


def test_a_search_that_fails_costs_only_itself(tmp_path: Path) -> None:
    """The other providers' images come in; the fault is reported; no row is invented."""
    row = chips.catalogue(tmp_path / "archive", 2)
    gone = replace(row, name="gone", url=str(tmp_path / "nowhere.json"))
    report = _run(tmp_path, gone, row)
    assert report.stored == 2
    assert any("gone" in each for each in report.faults)
    assert set(read_searches(tmp_path / "catalogue_searches.csv")["provider"]) == {"made-up"}


def test_progress_is_told_after_each_look(tmp_path: Path) -> None:
    """Done, failed, bytes, time left."""
    told: list[Progress] = []
    row = chips.catalogue(tmp_path / "archive", 3)
    (tmp_path / "archive" / "2_b08.tif").unlink()
    _run(tmp_path, row, progress=told.append)
    assert [each.done for each in told] == [1, 2, 3]
    assert told[-1].total == 3
    assert told[-1].failed == 1
    assert told[-1].seconds_left == 0
    assert told[-1].bytes_read > told[0].bytes_read >= 0


def test_the_disk_budget_is_kept(tmp_path: Path) -> None:
    """What does not fit is failed with the reason, and comes in when the budget is raised."""
    row = chips.catalogue(tmp_path / "archive", 4)
    _run(tmp_path, row)
    size = chip_store.store_bytes(tmp_path / "scenes")
    small = tmp_path / "small"
    small.mkdir()
    report = _run(small, row, budget_bytes=size // 2)
    assert 0 < report.stored < 4
    assert report.stored + report.failed == report.offered == 4
    assert chip_store.store_bytes(small / "scenes") <= size // 2
    reasons = set(_looks(small).query("status == 'failed'")["status_reason"])
    assert all(each.startswith("disk budget:") for each in reasons)
    assert _run(small, row).failed == 0
    assert _content(small) == _content(tmp_path)


def test_a_full_disk_stops_the_run_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row is there, with the reason; the next refresh goes on."""
    row = chips.catalogue(tmp_path / "archive", 3)
    real, calls = chip_store.write_atomically, []

    def full(path: Path, data: bytes) -> None:
        calls.append(path)
        if path.suffix == ".tif" and len(calls) > 2:
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(chip_store, "write_atomically", full)
    report = _run(tmp_path, row)
    assert (report.stored, report.failed, report.offered) == (1, 2, 3)
    assert any("no room for more" in each for each in report.faults)
    monkeypatch.undo()
    assert _run(tmp_path, row).stored == 2


def test_two_at_once_are_told_apart(tmp_path: Path) -> None:
    """The second stops before it asks anybody."""
    row = chips.catalogue(tmp_path / "archive", 1)
    with (
        chip_store.locked_store(tmp_path / "scenes"),
        pytest.raises(chip_store.StoreError, match="another refresh is at work"),
    ):
        _run(tmp_path, row)


def test_contradictory_pixels_are_read_again_then_failed(tmp_path: Path) -> None:
    """An image with a hole in one band is read again, then marked as failed."""
    row = chips.catalogue(tmp_path / "archive", 1)
    holed = chips.numbers()["b03"]
    holed[:40, 60:] = 0
    path = chips.write(tmp_path / "archive" / "0_b03.tif", holed)
    told = json.loads(Path(row.url).read_text(encoding="utf-8"))
    asset = told["features"][0]["assets"]["b03"]
    asset["file:size"] = path.stat().st_size
    del asset["file:checksum"]
    Path(row.url).write_text(json.dumps(told), encoding="utf-8")
    assert _run(tmp_path, row).failed == 1
    reason = _looks(tmp_path)["status_reason"].item()
    assert reason.startswith("contradictory pixels: b03 lacks")


def test_what_nobody_foresaw_costs_one_scene(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of a library is recorded as the fate of its image."""
    real = scene_job_reading_and_chip_encoding.read_job.__globals__["ring_statistics"]

    def odd(manifest: Any, *rest: Any) -> Any:
        if manifest.item_id.endswith("20230806_0_L2A"):
            raise ZeroDivisionError
        return real(manifest, *rest)

    monkeypatch.setitem(
        scene_job_reading_and_chip_encoding.read_job.__globals__, "ring_statistics", odd
    )
    report = _run(tmp_path, chips.catalogue(tmp_path / "archive", 3))
    assert (report.stored, report.failed) == (2, 1)
    assert "ZeroDivisionError" in " ".join(_looks(tmp_path)["status_reason"])


def test_changed_outlines_judge_anew_without_reading(tmp_path: Path) -> None:
    """The ring moves onto cloud: the image is not usable any more."""
    row = chips.catalogue(tmp_path / "archive", 2)
    _run(tmp_path, row)
    paths = chips.tables(tmp_path)
    outlines = tuple(
        replace(o, kind={"stable": "quay", "openwater": "stable"}.get(o.kind, o.kind))
        for o in HERE.outlines
    )
    cloudy = replace(HERE, outlines=outlines)
    before = (tmp_path / "inventory.csv").read_bytes()
    scenes = tmp_path / "scenes"
    assert rescreen([HERE], folder=scenes, inventory_path=paths["inventory_path"]) == []
    assert (tmp_path / "inventory.csv").read_bytes() == before
    told = (scenes / "here" / ".screening.json").read_text(encoding="utf-8")
    rescreen([cloudy], folder=scenes, inventory_path=paths["inventory_path"])
    assert (scenes / "here" / ".screening.json").read_text(encoding="utf-8") != told


def test_a_broken_chip_is_told_and_keeps_its_row(tmp_path: Path) -> None:
    """Measured anew because the outlines moved, it is found."""
    row = chips.catalogue(tmp_path / "archive", 2)
    _run(tmp_path, row)
    chip = next((tmp_path / "scenes" / "here").glob("*.tif"))
    chip.write_bytes(chip.read_bytes()[:-1] + b"?")
    (tmp_path / "scenes" / "here" / ".screening.json").unlink()
    report = _run(tmp_path, row)
    assert any("not those that were stored" in each for each in report.faults)
    assert set(_looks(tmp_path)["status"]) == {"stored"}


def test_a_plan_reads_and_writes_nothing(tmp_path: Path) -> None:
    """It says what would be done."""
    row = chips.catalogue(tmp_path / "archive", 3)
    paths = chips.tables(tmp_path)
    made = refresh_plan.plan_refresh(
        [HERE],
        [row],
        PERIOD,
        folder=tmp_path / "scenes",
        inventory=read_inventory(paths["inventory_path"]),
        searches=read_searches(paths["searches_path"]),
        settings=QUICK,
    )
    assert made.to_read == 3
    assert not (tmp_path / "scenes").exists()


def test_a_scheduler_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is read."""

    def dead(address: str, **_: Any) -> None:
        message = f"Timed out trying to connect to {address}"
        raise OSError(message)

    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(distributed, "Client", dead)
    monkeypatch.setenv(thread_or_dask_executor.SCHEDULER_VARIABLE, "tcp://127.0.0.1:9")
    row = chips.catalogue(tmp_path / "archive", 1)
    with pytest.raises(AcquisitionError, match="no Dask scheduler answers"):
        _run(tmp_path, row)


CLUSTER = textwrap.dedent(
    """
    import os, signal, sys, threading, time
    from pathlib import Path
    from distributed import Client, LocalCluster
    from tests.support import simulated_scenes_and_sites as chips
    from tests.support.image_store_fault_trials import PERIOD, QUICK
    from skytally.imagery.pipeline.image_store_and_inventory_refresh import refresh_store

    def main():
        folder, archive = Path(sys.argv[1]), Path(sys.argv[2])
        row = chips.provider(archive)
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
            os.environ["DASK_SCHEDULER"] = cluster.scheduler_address
            killed = []

            def strike(progress):
                if not killed:
                    pids = [worker.process.pid for worker in cluster.workers.values()]
                    killed.append(pids[0])
                    os.kill(pids[0], signal.SIGKILL)

            report = refresh_store(
                [chips.site()], [row], PERIOD, folder=folder / "scenes", today="2026-11-22",
                settings=QUICK, progress=strike, **chips.tables(folder),
            )
            print("STORED", report.stored, "FAILED", report.failed, "KILLED", len(killed))

    if __name__ == "__main__":
        main()
    """
)


LONGEST_CLUSTER = 600.0
"""Seconds that a cluster may take to start, lose a worker and end; half a minute if undisturbed."""


@pytest.mark.slow
def test_a_killed_worker_changes_nothing(tmp_path: Path, root: Path) -> None:
    """A cluster gives what threads give, also when one of its workers is killed on the way."""
    pytest.importorskip("distributed")
    archive, threads, cluster = (tmp_path / name for name in ("archive", "threads", "cluster"))
    row = chips.catalogue(archive, 8)
    threads.mkdir()
    cluster.mkdir()
    _run(threads, row)
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER, encoding="utf-8")
    paths = os.pathsep.join((str(root), str(root / "book")))
    done = subprocess.run(
        [sys.executable, str(script), str(cluster), str(archive)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_CLUSTER,
    )
    assert "STORED 8 FAILED 0 KILLED 1" in done.stdout, done.stderr
    one, two = _content(cluster), _content(threads)
    assert {k for k in one if one[k] != two.get(k)} == set()
    assert one == two


@pytest.mark.parametrize(
    ("text", "size"), [("", None), ("20GB", 20 * 10**9), ("1.5 MB", 1_500_000), ("7", 7)]
)
def test_sizes_are_understood(text: str, size: int | None) -> None:
    """As people write them."""
    assert press.bytes_of(text) == size


def test_a_budget_that_is_none_is_told() -> None:
    """With an example."""
    with pytest.raises(DataError, match="20GB"):
        press.bytes_of("plenty")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--site=atlantis"], "SITE: no atlantis"),
        (["--sensor=radar"], "SENSOR: no radar"),
        (["--provider=nobody"], "PROVIDER: no nobody"),
        (["--sensor=other"], "no provider is left to ask"),
        (
            ["--provider=earth-search", "--sensor=landsat"],
            "SENSOR: found landsat, but earth-search is of sentinel-2; leave SENSOR out",
        ),
        (["--dry=yes", "--budget=1,5GB"], "BUDGET: found '1,5GB'; write a size"),
    ],
)
def test_the_command_refuses_what_it_does_not_know(words: list[str], said: str) -> None:
    """Before it asks anybody."""
    with pytest.raises(DataError, match=said):
        press.run(words)


def test_the_command_tells_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal, the last progress line is always printed."""
    tell = press.ProgressPrinter()
    tell(Progress(1, 2, 0, 1_000_000, 500_000, 90.0))
    tell(Progress(2, 2, 1, 2_000_000, 500_000, 0.0))
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "1 of 2 images, 0 failed, 1.0 MB read, 500.0 kB stored, 2 min left",
        "2 of 2 images, 1 failed, 2.0 MB read, 500.0 kB stored, 0 s left",
    ]
