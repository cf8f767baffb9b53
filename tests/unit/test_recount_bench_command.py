"""What ``make count`` says in the terminal, with marks set in place of a person."""

from __future__ import annotations

import shutil
from pathlib import Path

import affine
import pytest
import rasterio

from skytally.press import blind_manual_count_command as command
from skytally.press.recount_server import RecountServer
from skytally.recount.object_mark import Mark
from tests.support.made_up_recounts import points, practice_file

SCOPE = "tumangang-rail-facility"
HERE = (632_000.0, 4_698_000.0)
"""Upper left corner of an image within the window of Tumangang."""


@pytest.fixture
def project(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy what the command reads of the data of the project."""
    for name in ("record", "sites"):
        shutil.copytree(root / "data" / name, tmp_path / "data" / name)
    for name in ("registry.toml", "counting_rules.csv", "counting_rules.dictionary.csv"):
        shutil.copy(root / "data" / name, tmp_path / "data" / name)
    monkeypatch.setenv("SKYTALLY_PROJECT", str(tmp_path))
    return tmp_path


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> list[Mark]:
    """Put somebody in place of the page, who sets the marks of this list and finishes."""
    marks: list[Mark] = []

    def count(server: RecountServer) -> None:
        if server.journal is not None:
            for mark in marks:
                server.take({"entry": "put", "mark": mark.as_json()})
            server.take({"entry": "seen", "share": 1})
            server.take({"entry": "finish"})
        server._listener.close()

    monkeypatch.setattr(command, "_serve", count)
    return marks


def image_at(project: Path, corner: tuple[float, float]) -> None:
    """Draw an image that does not say it is simulated, made up for this test."""
    path = practice_file(project)
    with rasterio.open(path) as source:
        pixels, profile = source.read(), source.profile
    profile["transform"] = affine.Affine(0.5, 0.0, corner[0], 0.0, -0.5, corner[1])
    with rasterio.open(project / "yard.tif", "w", **profile) as target:
        target.write(pixels)


def told(capsys: pytest.CaptureFixture[str], **changes: str) -> tuple[int, str]:
    """Run the command on the image; its exit code, and what it said."""
    options = {"image": "yard.tif", "what": "railcars", "scope": SCOPE, "day": "2023-10-05"}
    code = command.main([f"--{key}={value}" for key, value in (options | changes).items()])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_image_of_another_place_is_refused(
    project: Path, person: list[Mark], capsys: pytest.CaptureFixture[str]
) -> None:
    """One message says where the image lies and how far that is; no count is begun."""
    del person
    image_at(project, (500_000.0, 4_700_000.0))
    code, said = told(capsys, counter="anna", site="tumangang")
    assert code == 1
    assert "yard.tif lies at 42.45" in said
    assert " km from the window of tumangang" in said
    assert "no count was changed" in said
    assert not (project / "data/recounts").exists()
    image_at(project, HERE)
    code, said = told(capsys, counter="anna")
    assert code == 0
    assert "no row of the record" not in said
    said = told(capsys, counter="anna", what="containers")[1]
    assert f"no row of the record counts containers in {SCOPE} so far" in said


def test_scopes_are_those_of_the_site(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each stands on a line with its name, and none of another place."""
    image_at(project, HERE)
    code, said = told(capsys, counter="anna", scope="", site="tumangang")
    assert code == 1
    assert f"\n  {SCOPE}: Tumangang Rail Facility\n" in said
    assert "rajin" not in said


def test_from_two_counters_to_the_record_and_again(
    project: Path, person: list[Mark], capsys: pytest.CaptureFixture[str]
) -> None:
    """Ids are apart; once appended, nothing is offered again; a repetition leaves no row."""
    image_at(project, HERE)
    person += points((10, 10), (100, 10))
    assert "append each .csv" in told(capsys, counter="anna")[1]
    assert "append each .csv" in told(capsys, counter="boris")[1]
    code, said = told(capsys, counter="anna", day="2023-10-06")
    assert code == 1
    assert "DAY: found 2023-10-06, where the count in anna.marks.jsonl was begun" in said
    (folder,) = (project / "data/recounts").iterdir()
    rows = [
        (folder / f"{who}.rail_counts.csv").read_text().splitlines()[1].split(",")[0]
        for who in ("anna", "boris")
    ]
    assert len(set(rows)) == 2
    for path in folder.glob("anna.*.csv"):
        table = project / "data/record" / f"{path.name.split('.')[1]}.csv"
        table.write_text(table.read_text() + path.read_text().split("\n", 1)[1])
    said = told(capsys, counter="anna")[1]
    assert f"the record has this count as {rows[0]}\n  nothing is to be appended" in said
    assert "append each" not in said
    assert not list(folder.glob("anna.*.csv"))
    person.pop()
    said = told(capsys, counter="anna", again="yes")[1]
    assert "anna, turn 2: railcars: 1" in said
    assert "marked in both turns 1, of them 0 with another word; only in turn 1 1" in said
    assert "append each" not in said
    assert not list(folder.glob("anna.2.*.csv"))
    said = told(capsys, compare="yes")[1]
    assert "anna, turn 2: a repetition, left out" in said
    assert "railcars on the image, of what is marked sure: 2 railcars by both" in said
    code, said = told(capsys, compare="yes", day="2023-10-06")
    assert code == 1
    assert "DAY: found 2023-10-06" in said
