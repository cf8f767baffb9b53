"""Blind counts compared: which marks are one object, and what is refused."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import CRS

from skytally.core import DataError, observation_tables, read_table
from skytally.imagery.simulate import PRACTICE
from skytally.imagery.sites import read_sites, rings_of
from skytally.recount import (
    CountState,
    CountTask,
    DisputeNotes,
    compare_counts,
    comparison_words,
    marks_geojson,
    metres_from_window,
    outline_rings,
    place_key,
    practice_score,
    recorded_row,
    repetition_words,
    write_result,
)
from skytally.recount.mark_matching import matched_objects
from skytally.recount.object_mark import BOX, Mark
from tests.support.made_up_recounts import finished, points, practice_file, task_of


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> CountTask:
    """Name a count on a simulated yard."""
    return task_of(practice_file(tmp_path_factory.mktemp("image")))


def test_marks_are_matched_one_to_one() -> None:
    """Two near marks of one counter are never one object of the other."""
    found = matched_objects(
        {"a": points((10, 10), (20, 10)), "b": points((11, 10), (14, 10), (60, 10))}, reach=7
    )
    assert [sorted(each.marks) for each in found] == [["a", "b"], ["a", "b"], ["b"]]


def test_matching_takes_the_least_total_distance() -> None:
    """Nearest first would leave one of two pairs unmatched."""
    found = matched_objects({"a": points((10, 0), (16, 0)), "b": points((14, 0), (22, 0))}, reach=7)
    assert all(len(each.marks) == 2 for each in found)


def test_what_could_not_be_told_is_no_object() -> None:
    """Such a mark matches nothing."""
    untold = points((10, 10), certainty="cannot tell")
    assert matched_objects({"a": untold, "b": points((10, 10))}, reach=7)[0].marks.keys() == {"b"}


def test_two_counters_and_the_true_number(task: CountTask) -> None:
    """Simulated: two who miss some of what is there; the interval holds the truth."""
    truth = PRACTICE["railcars"](1).truth
    rng = np.random.default_rng(3)
    counts = []
    for counter in ("first-desk", "second-desk"):
        kept = [place for place in truth if rng.random() < 0.85]
        near = [(x + rng.normal(0, 1.5), y + rng.normal(0, 1.5)) for x, y in kept]
        counts.append(finished(task, *points(*near), counter=counter))
    found = compare_counts(counts)
    assert found.present is not None
    assert found.present.low <= len(truth) <= found.present.high
    both = set(found.objects[0].marks) | set(found.objects[1].marks)
    assert both <= {"first-desk", "second-desk"}
    lines = comparison_words(found)
    assert any("90 % interval" in line for line in lines)
    assert "read them as at least" in lines[-1]


def test_disagreement_is_listed_and_numbers_differ(task: CountTask) -> None:
    """One object seen by one, and one seen with less certainty, are disputed."""
    one = finished(task, *points((10, 10), (100, 10), (200, 10)))
    other = finished(
        task, *points((10, 11), stem="s"), *points((101, 10), certainty="perhaps", stem="p"),
        counter="second-desk",
    )  # fmt: skip
    found = compare_counts([one, other])
    assert (found.common, len(found.disputed), len(found.objects)) == (2, 2, 3)
    assert found.difference is not None
    assert (found.difference.low, found.difference.high) == (1, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"counter": "first-desk"}, "more than once"),
        ({"counter": "second-desk", "scope": "border-track"}, "different scopes"),
        ({"counter": "second-desk", "what": "locomotives"}, "different things"),
        ({"counter": "second-desk", "day": "2023-10-06"}, "different days"),
    ],
)
def test_counts_that_are_not_of_one_thing_are_refused(
    task: CountTask, change: dict[str, Any], said: str
) -> None:
    """Scopes, things, days and people are told apart."""
    with pytest.raises(DataError, match=said):
        compare_counts([finished(task), finished(task, **change)])


def test_one_count_is_no_comparison(task: CountTask) -> None:
    """A comparison needs two."""
    with pytest.raises(DataError, match="two or more"):
        compare_counts([finished(task)])


def test_nothing_seen_by_both_has_no_estimate(task: CountTask) -> None:
    """Without a mark there is nothing to estimate, and the numbers agree."""
    found = compare_counts([finished(task), finished(task, counter="second-desk")])
    assert (found.present, found.present_widest) == (None, None)
    assert found.difference is not None
    assert (found.difference.low, found.difference.high) == (0, 0)


def test_geojson_has_places_and_lengths(task: CountTask) -> None:
    """A box becomes a ring in longitude and latitude, with its length in metres."""
    box = Mark("b", BOX, "sure", ((100.0, 100.0), (128.0, 106.0)))
    plain = json.loads(marks_geojson(finished(task, box, *points((10, 10)))))
    assert plain["recount"]["result"]["value"] == 2
    shape, point = (each["geometry"] for each in plain["features"])
    assert (shape["type"], point["type"]) == ("Polygon", "Point")
    (west, north), (east, _) = shape["coordinates"][0][0], shape["coordinates"][0][2]
    metres = (east - west) * 111_320 * math.cos(math.radians(north))
    assert metres == pytest.approx(14.0, rel=0.01)
    assert plain["features"][0]["properties"]["length_m"] == pytest.approx(14.0, rel=0.01)


def test_rows_of_a_count_fit_the_record(task: CountTask, tmp_path: Path, root: Path) -> None:
    """What a count of a real image leaves has the columns of the tables it is appended to."""
    from dataclasses import replace

    real = replace(task, image=replace(task.image, simulated=False))
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
    task: CountTask, tmp_path: Path, record: Path
) -> None:
    """An id that another finished count offers is not offered again, and one's own stays."""
    folder = tmp_path / "counts/yard"
    folder.mkdir(parents=True)
    real = replace(task, image=replace(task.image, simulated=False))
    for _ in range(2):
        for counter in ("first-desk", "second-desk"):
            _written(finished(real, *points((10, 10)), counter=counter), folder, record)
        ids = [_row_id(folder, counter) for counter in ("first-desk", "second-desk")]
        assert int(ids[1][1:]) == int(ids[0][1:]) + 1


def test_repetition_and_recorded_count_leave_no_row(
    task: CountTask, tmp_path: Path, record: Path
) -> None:
    """Nothing is offered twice, and files of before are taken away."""
    folder = tmp_path / "counts/yard"
    folder.mkdir(parents=True)
    real = replace(task, image=replace(task.image, simulated=False))
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


@pytest.mark.parametrize(
    ("crs", "west", "north", "least", "most"),
    [
        ("EPSG:32652", 631_000, 4_698_000, 0, 0),
        ("EPSG:32652", 640_000, 4_698_000, 5_000, 5_200),
        ("EPSG:32652", 500_000, 4_700_000, 125_000, 135_000),
        ("EPSG:32633", 500_000, 4_700_000, 8e6, 1.1e7),
        ("EPSG:32720", 500_000, 4_700_000, 1e7, 2e7),
    ],
)
def test_distance_of_an_image_from_the_window_of_a_site(
    task: CountTask, root: Path, crs: str, west: float, north: float, least: float, most: float
) -> None:
    """An image of the place meets its window; one of another place is so many metres away."""
    site = read_sites(root / "data/sites")["tumangang"]
    image = replace(
        task.image, crs=CRS.from_user_input(crs).to_wkt(), transform=(0.5, 0, west, 0, -0.5, north)
    )
    assert least <= metres_from_window(site, image) <= most


def test_simulated_count_leaves_no_row(task: CountTask, tmp_path: Path, root: Path) -> None:
    """A count on a drawn image is never offered to the record."""
    (only,) = write_result(
        finished(task, *points((10, 10))), tmp_path / "a.marks.jsonl", root / "data/record",
        publisher="A", known={"counter": True, "source": False},
    )  # fmt: skip
    assert only.suffix == ".geojson"


def test_practice_is_scored_against_what_was_drawn(task: CountTask) -> None:
    """Every object found and one false mark are told apart."""
    truth = PRACTICE["railcars"](1).truth
    marks = [*points(*truth), *points((5, 5), certainty="perhaps", stem="f")]
    score = practice_score(finished(task, *marks), truth)
    assert f"{len(truth)} railcars were drawn" in score.words[0]
    assert score.words[1] == (
        f"found {len(truth)} of them, missed 0; 1 mark lies on no railcar (1 of them perhaps)"
    )
    assert (score.missed, score.wrong) == ((), ("f0",))
    assert practice_score(finished(task, *marks[1:]), truth).missed == (truth[0],)


def test_cannot_tell_is_to_be_looked_at_and_no_object(task: CountTask) -> None:
    """Such a mark lies at the other's object, or is a place of its own."""
    untold = points((101, 10), (300, 10), certainty="cannot tell", stem="u")
    one = finished(task, *points((10, 10), (100, 10)))
    other = finished(task, *points((11, 10), stem="s"), *untold, counter="second-desk")
    found = compare_counts([one, other])
    assert (len(found.objects), len(found.places), len(found.disputed)) == (2, 3, 2)
    assert [len(each.marks) for each in found.disputed] == [2, 1]
    said = "\n".join(comparison_words(found))
    assert "at 1 more somebody could not tell; 2 are disputed" in said
    assert "2 railcars were marked by anybody, 1 by all" in said
    assert "the two numbers do not contradict each other" in said


def test_interval_without_width_claims_little(task: CountTask) -> None:
    """Where nobody missed what another found, and where the model holds one number."""
    marks = points(*[(20.0 * i, 10.0) for i in range(29)])
    one = finished(task, *marks)
    said = comparison_words(compare_counts([one, finished(task, *marks, counter="second-desk")]))
    assert "the two numbers are the same" in said
    assert sum(": 29 railcars by both; no interval" in line for line in said) == 1
    less = [finished(task, *marks[:-1]), finished(task, *marks[1:], counter="second-desk")]
    said = comparison_words(compare_counts(less))
    assert any("29 railcars found by one or more; the 90 % interval" in line for line in said)
    assert not any("(29 railcars)" in line for line in said)


def test_repetition_says_how_well_a_count_repeats(task: CountTask) -> None:
    """What both turns marked, with another word or not, and what one alone did."""
    one = finished(task, *points((10, 10), (100, 10), (200, 10)))
    other = finished(
        task, *points((11, 10), stem="s"), *points((101, 10), certainty="perhaps", stem="p"), turn=2
    )
    said = repetition_words(one, other)
    assert said[0] == "first-desk, turn 2 beside turn 1: 1 to 2 beside 3"
    assert said[1].startswith("marked in both turns 2, of them 1 with another word; only in turn 1")


def test_outlines_off_the_image_are_left_out(task: CountTask, root: Path) -> None:
    """An image of the open sea shows no outline of Rajin; one within an outline shows that."""
    rajin = read_sites(root / "data/sites")["rajin"]
    assert outline_rings(rajin, task.image) == []
    water = max(rajin.outlines, key=lambda each: len(str(each.geometry)))
    east, north = np.array(rings_of(water.geometry)[0], dtype=float)[:-1, :2].mean(axis=0)
    close = replace(
        task.image, crs=CRS.from_user_input("OGC:CRS84").to_wkt(), columns=10, rows=10,
        transform=(1e-7, 0.0, float(east), 0.0, -1e-7, float(north)),
    )  # fmt: skip
    assert water.name in {each["name"] for each in outline_rings(rajin, close)}


def test_notes_on_disputed_places_are_kept(task: CountTask, tmp_path: Path) -> None:
    """The last on a place holds, after a line that broke off too; others are refused."""
    counts = [finished(task, *points((10, 10))), finished(task, counter="second-desk")]
    found = compare_counts(counts)
    path = tmp_path / "disputes.jsonl"
    notes = DisputeNotes(path, found.places)
    place = place_key(found.places[0].marks)
    assert place == "first-desk/m0"
    for text in ("a car", "two cars"):
        notes.add({"entry": "note", "place": place, "text": text})
    with path.open("a") as file:
        file.write('{"place": "fir')
    again = DisputeNotes(path, found.places)
    assert again.texts == {place: "two cars"}
    again.add({"entry": "note", "place": place, "text": "none"})
    assert DisputeNotes(path, found.places).texts == {place: "none"}
    for wrong in ({"place": "x"}, {"text": 3}, {"entry": "put"}, {"text": "x" * 301}):
        with pytest.raises(DataError, match=r"no note on a place|shorten"):
            again.add({"entry": "note", "place": place, "text": "a", **wrong})
    path.write_text("[]\n")
    with pytest.raises(DataError, match="line 1: found no note"):
        DisputeNotes(path, found.places)
