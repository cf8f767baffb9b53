"""Files of a finished count: GeoJSON with places, and rows that fit the record once."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from skytally.core import observation_tables, read_table
from skytally.recount import CountState, CountTask, marks_geojson, recorded_row, write_result
from skytally.recount.object_mark import BOX, Mark
from tests.support.made_up_recounts import finished, points


def test_geojson_has_places_and_lengths(railcar_task: CountTask) -> None:
    """A box becomes a ring in longitude and latitude, with its length in metres."""
    box = Mark("b", BOX, "sure", ((100.0, 100.0), (128.0, 106.0)))
    plain = json.loads(marks_geojson(finished(railcar_task, box, *points((10, 10)))))
    assert plain["recount"]["result"]["value"] == 2
    shape, point = (each["geometry"] for each in plain["features"])
    assert (shape["type"], point["type"]) == ("Polygon", "Point")
    (west, north), (east, _) = shape["coordinates"][0][0], shape["coordinates"][0][2]
    metres = (east - west) * 111_320 * math.cos(math.radians(north))
    assert metres == pytest.approx(14.0, rel=0.01)
    assert plain["features"][0]["properties"]["length_m"] == pytest.approx(14.0, rel=0.01)


def test_rows_of_a_count_fit_the_record(
    railcar_task: CountTask, tmp_path: Path, root: Path
) -> None:
    """What a count of a real image leaves has the columns of the tables it is appended to."""
    from dataclasses import replace

    real = replace(railcar_task, image=replace(railcar_task.image, simulated=False))
    record = root / "data/record"
    written = write_result(
        finished(real, *points((10, 10))), tmp_path / "first-desk.marks.jsonl", record,
        publisher="First Desk", known={"counter": False, "source": False},
    )  # fmt: skip
    assert [path.name for path in written] == [
        "first-desk.geojson", "first-desk.counters.csv", "first-desk.sources.csv",
        "first-desk.rail_counts.csv", "first-desk.additions.csv",
    ]  # fmt: skip
    for path in written[1:]:
        header = path.read_text().splitlines()[0]
        table = path.name.split(".")[1]
        assert header == (record / f"{table}.csv").read_text().splitlines()[0]
    assert set(observation_tables(record)) >= {"rail_counts", "quay_stocks", "ship_sightings"}
    assert len(read_table(record / "rail_counts.csv"))


@pytest.fixture
def record(tmp_path: Path, root: Path) -> Path:
    """Copy the record, so that rows can be appended."""
    return shutil.copytree(root / "data/record", tmp_path / "record")


def _written(count: CountState, folder: Path, record: Path) -> list[str]:
    """Write what a count leaves; names of the files."""
    turn = "" if count.task.turn == 1 else f".{count.task.turn}"
    journal = folder / f"{count.task.counter}{turn}.marks.jsonl"
    paths = write_result(
        count, journal, record, publisher="A", known={"counter": False, "source": False}
    )
    return [path.name for path in paths]


def _row_id(folder: Path, counter: str) -> str:
    return (folder / f"{counter}.rail_counts.csv").read_text().splitlines()[1].split(",")[0]


def test_rows_of_two_counters_have_ids_of_their_own(
    railcar_task: CountTask, tmp_path: Path, record: Path
) -> None:
    """An id that another finished count offers is not offered again, and one's own stays."""
    folder = tmp_path / "counts/yard"
    folder.mkdir(parents=True)
    real = replace(railcar_task, image=replace(railcar_task.image, simulated=False))
    for _ in range(2):
        for counter in ("first-desk", "second-desk"):
            _written(finished(real, *points((10, 10)), counter=counter), folder, record)
        ids = [_row_id(folder, counter) for counter in ("first-desk", "second-desk")]
        assert int(ids[1][1:]) == int(ids[0][1:]) + 1


def test_repetition_and_recorded_count_leave_no_row(
    railcar_task: CountTask, tmp_path: Path, record: Path
) -> None:
    """Nothing is offered twice, and files of before are taken away."""
    folder = tmp_path / "counts/yard"
    folder.mkdir(parents=True)
    real = replace(railcar_task, image=replace(railcar_task.image, simulated=False))
    count = finished(real, *points((10, 10)))
    assert recorded_row(count, record) is None
    assert len(_written(count, folder, record)) == 5
    left = ["geojson", "counters.csv", "sources.csv", "additions.csv"]
    for name in ("rail_counts", "additions"):
        table, path = record / f"{name}.csv", folder / f"first-desk.{name}.csv"
        table.write_text(table.read_text() + path.read_text().split("\n", 1)[1])
        assert _written(count, folder, record) == [f"first-desk.{each}" for each in left]
        assert len(list(folder.glob("*.csv"))) == len(left) - 1
        left.pop()
    row = recorded_row(count, record)
    assert row is not None
    assert (row["counter"], row["value"]) == ("first-desk", "1")
    again = finished(real, *points((10, 10)), turn=2)
    assert _written(again, folder, record) == ["first-desk.2.geojson"]


def test_simulated_count_leaves_no_row(railcar_task: CountTask, tmp_path: Path, root: Path) -> None:
    """A count on a drawn image is never offered to the record."""
    (only,) = write_result(
        finished(railcar_task, *points((10, 10))), tmp_path / "a.marks.jsonl", root / "data/record",
        publisher="A", known={"counter": True, "source": False},
    )  # fmt: skip
    assert only.suffix == ".geojson"
