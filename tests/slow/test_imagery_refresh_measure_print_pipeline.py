"""Own imagery end to end: simulated images of three sites, refreshed, measured, printed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from distributed import Client, LocalCluster

from skytally.core import evidence_line_name_constants as n
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.inventory_and_search_log import read_inventory
from skytally.imagery.pipeline.measured_line_and_target import MeasuredLine, Target, targets_of
from skytally.imagery.pipeline.measured_line_folder import line_path, read_line
from skytally.imagery.pipeline.stale_measured_line_remeasurement import UpdateReport, update_lines
from skytally.imagery.sites.site_register import read_sites
from tests.support import project_with_simulated_images as simulated

ROWS = {"port-imagery": "ships", "rail-counts": "track", "depot-expansion": "ground"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a copy of the project with simulated images, refreshed and measured, not yet built."""
    folder = tmp_path_factory.mktemp("simulated")
    simulated.make(folder)
    run = simulated.run(
        folder / "project",
        "skytally.press.image_refresh_and_measurement_command",
        *simulated.PERIOD,
    )
    assert run.returncode == 0, run.stderr
    assert "lines: 6 measured now, 0 could not be measured, 0 fit" in run.stdout
    return folder / "project"


def _targets(made: Path) -> list[Target]:
    sites = read_sites(made / "data/sites")
    return targets_of([sites[slug] for slug in simulated.SLUGS], study=str(simulated.STUDY))


def _update(made: Path, folder: Path) -> UpdateReport:
    sites = read_sites(made / "data/sites")
    return update_lines(
        [sites[slug] for slug in simulated.SLUGS], [str(simulated.STUDY)],
        scenes=made / "data/scenes", folder=folder,
        inventory=read_inventory(made / "data/inventory.csv"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def lines(made: Path) -> list[MeasuredLine]:
    """Read what the refresh measured at the three sites."""
    found = [read_line(made / "data/measured", target, {}) for target in _targets(made)]
    return [line for line in found if line is not None]


@pytest.mark.slow
def test_lines_show_what_was_simulated(lines: list[MeasuredLine]) -> None:
    """Nothing before the study; ships, cars and pits after it, as many as were put there."""
    by_card = {line.kind.card: line for line in lines if line.line is not None}
    assert set(by_card) == {
        "berth-sentinel-2", "stacks-sentinel-2", "rail-sentinel-2", "ground-sentinel-2",
    }  # fmt: skip
    for card in ("berth-sentinel-2", "rail-sentinel-2", "ground-sentinel-2"):
        rows = by_card[card].rows
        early = [row for row in rows if row.time < simulated.STUDY and row.state != n.UNCLEAR]
        assert np.mean([row.value > 0 for row in early]) <= 0.05
    cars = [row.value for row in by_card["rail-sentinel-2"].rows][-simulated.LATE :]
    true = 13.92 * 8 * np.arange(simulated.LATE)
    assert np.corrcoef(cars[:9], true[:9])[0, 1] > 0.95
    pits = by_card["ground-sentinel-2"]
    assert "6 places look like bermed pits" in " ".join(pits.notes)
    assert all(each.label == simulated.LABEL for each in by_card.values())


@pytest.mark.slow
def test_make_site_measures_only_what_changed(made: Path) -> None:
    """What fits its images, outlines, code and parameters stays; moved outlines are measured."""
    command = "skytally.press.outline_check_shift_and_measure_command"
    same = simulated.run(made, command, "--site=tumangang")
    assert same.returncode == 0, same.stderr
    assert "lines: 0 measured now, 0 could not be measured, 1 fit" in same.stdout
    moved = simulated.run(made, command, "--site=tumangang", "--shift=10,0")
    assert moved.returncode == 0, moved.stderr
    assert "lines: 1 measured now, 0 could not be measured, 0 fit" in moved.stdout
    back = simulated.run(made, command, "--site=tumangang", "--shift=-10,0")
    assert back.returncode == 0, back.stderr


@pytest.fixture(scope="module")
def threads(
    made: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[tuple[str, str]]]:
    """Measure all lines on the threads of this process; return the folder and what was decoded."""
    decoded: list[tuple[str, str]] = []
    real = chip_store.read_chip

    def counted(folder: Path, site: str, item_id: str) -> object:
        decoded.append((site, item_id))
        return real(folder, site, item_id)

    folder = tmp_path_factory.mktemp("threads")
    with mock.patch.object(chip_store, "read_chip", counted):
        assert len(_update(made, folder).measured) == 4
    return folder, decoded


@pytest.mark.slow
def test_each_image_is_decoded_once(threads: tuple[Path, list[tuple[str, str]]]) -> None:
    """For all outlines, references of four quarters, notes and injection tests together."""
    _, decoded = threads
    assert len(decoded) == len(set(decoded)) == 3 * (simulated.EARLY + simulated.LATE)


@pytest.mark.slow
def test_a_second_run_decodes_no_image(
    made: Path, threads: tuple[Path, list[tuple[str, str]]]
) -> None:
    """What still fits is not measured again."""
    folder, decoded = threads
    before = len(decoded)
    report = _update(made, folder)
    assert (report.measured, report.current, report.faults) == ([], 4, [])
    assert len(decoded) == before


@pytest.mark.slow
def test_a_cluster_measures_the_same(
    made: Path,
    threads: tuple[Path, list[tuple[str, str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the work is done changes no byte of the result."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False),
    ):
        monkeypatch.setenv("DASK_SCHEDULER", cluster.scheduler_address)
        assert len(_update(made, tmp_path).measured) == 4
    compared = 0
    for target in _targets(made):
        one, other = (line_path(folder, target) for folder in (threads[0], tmp_path))
        assert one.exists() == other.exists()
        if one.exists():
            assert one.read_bytes() == other.read_bytes()
            compared += 1
    assert compared == 4


@pytest.mark.slow
def test_pages_show_measured_lines_labelled(made: Path) -> None:
    """The three line pages print lines, pictures, slider and cards, all marked as rehearsal."""
    run = simulated.run(made, "skytally.press.build_command")
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    for name in ROWS:
        page = (made / f"book/_build/html/lines/{name}.html").read_text(encoding="utf-8")
        # from the heading on own images to the next one
        _, _, rest = page.partition('id="what-images-of-our-own-would-add"')
        section, end, _ = rest.partition('id="what-would-make-us-distrust')
        assert end, name
        assert section.count('class="sk-chip"') >= 2
        assert 'type="range"' in section
        assert "could be measured, in" in section
        for caption in re.findall(r"<figcaption>(.*?)</figcaption>", section, re.S):
            labelled = "REHEARSAL" in caption or "Simulated" in caption
            assert labelled or "Before" in caption, caption[:200]
        found = json.loads((made / f"book/_build/lines/{name}/findings.json").read_bytes())
        own = [each for each in found if each["key"].startswith(f"{name}.own_")]
        assert len(own) >= 2
        assert all(each["text"].startswith("REHEARSAL") for each in own)


@pytest.mark.slow
def test_pages_need_no_image(made: Path, tmp_path: Path) -> None:
    """With the scenes moved away and a caption changed, the notebook shows the same line."""
    path = made / "notebooks/port-imagery.ipynb"
    text = path.read_text(encoding="utf-8")
    scenes = made / "data/scenes"
    scenes.rename(tmp_path / "scenes")
    path.write_text(text.replace("Containers standing on", "Now: containers on"), encoding="utf-8")
    try:
        run = simulated.run(
            made, "skytally.press.notebook_execution", "port-imagery", str(tmp_path / "out")
        )
    finally:
        (tmp_path / "scenes").rename(scenes)
        path.write_text(text, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr
    shown = (tmp_path / "out/notebook.ipynb").read_text(encoding="utf-8")
    assert "Now: containers on" in shown
    assert "sk-chip" in shown
    assert "measured by older code" not in shown


@pytest.mark.slow
def test_lines_of_older_code_are_not_drawn(made: Path, tmp_path: Path) -> None:
    """A change of meaning in a measure: the page names the command, and draws no line."""
    path = made / "skytally/imagery/measure/quay/stack_area_series_and_container_bounds.py"
    text = path.read_text(encoding="utf-8")
    assert "\nCRANE_SHARE" not in text
    path.write_text(f"{text}\nCRANE_SHARE = 2\n", encoding="utf-8")
    try:
        run = simulated.run(
            made, "skytally.press.notebook_execution", "port-imagery", str(tmp_path / "out")
        )
    finally:
        path.write_text(text, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr
    shown = (tmp_path / "out/notebook.ipynb").read_text(encoding="utf-8")
    assert "measured by older code or outlines (changed since: code)" in shown
    assert "make site SITE=rajin measures it anew" in shown
    assert "sk-chip" not in shown
