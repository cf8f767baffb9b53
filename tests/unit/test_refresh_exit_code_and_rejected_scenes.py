"""The command ``make refresh``: its exit code says whether something was left out."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from skytally.core import DataError
from skytally.imagery.acquire.inventory_and_search_log import read_inventory
from skytally.press import image_refresh_and_measurement_command
from tests.support import simulated_scenes_and_sites as chips
from tests.support.faulty_stac_catalogue_server import (
    Catalogue,
    earth_search,
    provider_of,
    series,
    served,
)

ROOT = Path(__file__).resolve().parents[2]
ROW = """[files]
kind = "stac-static"
url = "{url}"
collection = ""
sensor = "sentinel-2"
processor = "L2A"
bands = {{ b02 = "blue", b04 = "red" }}
quality = ""
signing = "none"
calibration = "metadata"
page_size = 10
label = ""
default = true
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy of the project with a catalogue of its own: one item with a number that is none."""
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    shutil.copytree(ROOT / "data" / "sites", data / "sites")
    shutil.copyfile(ROOT / "data" / "registry.toml", data / "registry.toml")
    chips.tables(data)
    item = copy.deepcopy(earth_search("2023-08-05T02:15:49Z"))
    item["id"] = "S2B_bad"
    item["properties"]["eo:cloud_cover"] = float("nan")
    page = {"type": "FeatureCollection", "features": [item]}
    (tmp_path / "items.json").write_text(json.dumps(page), encoding="utf-8")
    rows = ROW.format(url=tmp_path / "items.json")
    (data / "sites" / "providers.toml").write_text(rows, encoding="utf-8")
    monkeypatch.setenv("SKYTALLY_PROJECT", str(tmp_path))
    monkeypatch.delenv("SKYTALLY_SCENES", raising=False)
    monkeypatch.delenv("SKYTALLY_MEASURED", raising=False)
    return tmp_path


LIMITS = ["--site=rajin", "--period=2023-08-01/2023-08-31"]


def test_exit_code_says_that_something_was_left_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken item costs it, with name, reason and remedy, until a row leaves it out."""
    assert image_refresh_and_measurement_command.run(LIMITS) == 1
    told = capsys.readouterr().out
    assert "not used: rajin, S2B_bad: malformed: eo:cloud_cover is nan, no finite number" in told
    assert "data/sites/scenes_left_out.csv" in told
    left_out = project / "data" / "sites" / "scenes_left_out.csv"
    with left_out.open("a", encoding="utf-8") as file:
        file.write(",rajin,S2B_bad,cloud cover is no number\n")
    assert image_refresh_and_measurement_command.run(LIMITS) == 0
    assert "rajin, S2B_bad: left out: cloud cover is no number" in capsys.readouterr().out
    row = read_inventory(project / "data" / "inventory.csv").iloc[0]
    assert (row["status"], row["status_reason"]) == (
        "rejected",
        "left out: cloud cover is no number",
    )


def test_rejected_scenes_are_listed_with_their_reasons(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first of each class of reasons stand at the terminal, the others are counted."""
    items = series(13)
    for item in items[:12]:
        del item["assets"]["red"]
    items[12]["properties"]["proj:epsg"] = None
    page = {"type": "FeatureCollection", "features": items}
    (project / "items.json").write_text(json.dumps(page), encoding="utf-8")
    assert image_refresh_and_measurement_command.run(LIMITS) == 1
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "files: nothing to store: its row asks for b04 (red), which all 12 scenes lack; there are "
        "'green', 'nir', 'swir16', 'scl'; write the names that the scenes have into bands and "
        "quality of [files] in data/sites/providers.toml"
    ]
    lines = told.out.splitlines()
    listed = [line for line in lines if line.startswith("  rejected: rajin, ")]
    assert len(listed) == image_refresh_and_measurement_command.LISTED + 1
    others = "others are 'green', 'nir', 'swir16', 'scl'"
    reason = f"asset missing: b04 (red); {others}"
    assert listed[0] == f"  rejected: rajin, {items[0]['id']}: {reason}"
    assert listed[-1].endswith(": no zone: the item does not state its coordinate system")
    rest = "  rejected: 2 more of 12 (asset missing); see status_reason in data/inventory.csv"
    assert rest in lines


@pytest.mark.parametrize("word", ["2023-08", "August 2023", "2023-08-01..2023-08-31", "20230801"])
def test_a_period_of_another_form_is_told_before_any_search(
    project: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    """One message with the word as it was given and an example; nobody is asked."""
    with pytest.raises(DataError, match=r"^PERIOD: found ") as error:
        image_refresh_and_measurement_command.run(["--site=rajin", f"--period={word}"])
    assert str(error.value) == (
        f"PERIOD: found {word!r}; write the first and the last day, such as "
        "2023-08-01/2023-08-31, or one day, such as 2023-08-27"
    )
    assert capsys.readouterr().out == ""
    assert not (project / "data" / "scenes").exists()


def test_days_that_run_backwards_are_told_before_any_search(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is asked, and nothing says that somebody was."""
    with pytest.raises(DataError, match="runs backwards; give the first day first"):
        image_refresh_and_measurement_command.run(
            ["--site=rajin", "--period=2024-04-30/2023-08-01"]
        )
    assert capsys.readouterr().out == ""
    assert not (project / "data" / "scenes").exists()


def test_a_search_that_failed_is_not_called_empty(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fault says what is wrong; nothing beside it sends the reader elsewhere."""
    (project / "items.json").unlink()
    assert image_refresh_and_measurement_command.run(LIMITS) == 1
    told = capsys.readouterr()
    assert "nothing was offered" not in told.out
    assert told.err.endswith("nothing was recorded; mend the provider's row\n")


def test_pages_that_go_in_circles_are_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scenes may be missing from such a search: one line says so, and the exit code."""
    with served(Catalogue(series(12))) as catalogue:
        honest = catalogue.answer
        collection = provider_of(catalogue.url).collection
        rows = ROW.format(url=catalogue.url).replace("stac-static", "stac-api")
        rows = rows.replace('collection = ""', f'collection = "{collection}"\nlocal = true')
        (project / "data" / "sites" / "providers.toml").write_text(rows, encoding="utf-8")

        def circle(body: dict[str, Any]) -> dict[str, Any]:
            link = {"rel": "next", "method": "POST", "href": f"{catalogue.url}/search"}
            page = honest({**body, "token": "1"})
            return {**page, "links": [{**link, "body": body}] if is_circular else []}

        catalogue.answer = circle  # type: ignore[method-assign]
        for is_circular in (False, True):
            assert image_refresh_and_measurement_command.run([*LIMITS, "--dry=yes"]) == is_circular
            told = capsys.readouterr().err.splitlines()
            assert len(told) == is_circular
    assert told[0].startswith("files, search for rajin: pages go in circles after page")
