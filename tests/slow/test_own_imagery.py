"""Own imagery end to end: simulated looks of three sites, refreshed, measured, printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from distributed import Client, LocalCluster

from skytally.core import names as n
from skytally.imagery.measure.observation import Look, line_of_looks, unclear
from skytally.imagery.pipeline.compare_with_published import (
    AGREE,
    DIFFER,
    ELSEWHERE,
    SILENT,
    agreement_table,
)
from skytally.imagery.pipeline.imagery_findings import own_findings
from skytally.imagery.pipeline.measured_lines import NO_LOOK, Measured, measured
from skytally.imagery.pipeline.measurement_plan import TASKS
from skytally.imagery.sites.site_register import read_sites
from tests.support import simulated

TASK = {each.card: each for each in TASKS}
ROWS = {"port-imagery": "ships", "rail-counts": "track", "depot-expansion": "ground"}


def look(
    day: str, value: float, *, low: float = 0.0, high: float = 1.0, unit: str = "ships"
) -> Look:
    """Make a row that could tell."""
    state = n.COUNTED if value else n.NOTHING_SEEN
    time = np.datetime64(f"{day}T02:15:00", "ns")
    return Look(time, day, value, min(low, value), max(high, value), unit, 0.9, 0.01, state, "")


def line(card: str, rows: list[Look], *, outline: str = "Pier", twin: bool = False) -> Measured:
    """Make a measured line of Rajin."""
    made = line_of_looks(rows, quantity="q", scope=outline, method="m", history="made up")
    return Measured(TASK[card], "rajin", outline, f"Rajin, {outline}", twin, made, tuple(rows), "")


def counts(**columns: object) -> pd.DataFrame:
    """Make one published row."""
    row = {
        "id": "X1", "scope": "pier", "counter": "voa", "date_first": pd.Timestamp("2023-08-26"),
        "date_last": pd.Timestamp("2023-08-26"), "unit": "ships", "state": "seen",
        "value": np.nan, "low": np.nan, "high": np.nan, "bound": "", "wording": "",
    }  # fmt: skip
    return pd.DataFrame([{**row, **columns}])


SCOPES = pd.DataFrame({"id": ["pier"], "site": ["rajin"], "name": ["Pier"]})


@pytest.mark.parametrize(
    ("value", "state", "told"),
    [
        (1.0, "seen", AGREE),
        (0.0, "seen", DIFFER),
        (0.0, "nothing-seen", AGREE),
        (1.0, "nothing-seen", DIFFER),
    ],
)
def test_ships_are_compared_as_present_or_absent(value: float, state: str, told: str) -> None:
    """A pier with a ship and a look without one cannot both be true."""
    own = line("berth-sentinel-2", [look("2023-08-26", value)])
    (row,) = agreement_table([own], counts(state=state), SCOPES).to_dict("records")
    assert row["both"] == told


def test_cars_are_compared_by_their_intervals() -> None:
    """Metres give a range of cars; a count within it could be true, one beyond it not."""
    own = line("rail-sentinel-2", [look("2023-08-26", 1000.0, low=800.0, high=1200.0, unit="m")])
    near = counts(unit="railcars", state="counted", value=73.0, low=73.0, high=73.0)
    far = counts(unit="railcars", state="counted", value=300.0, low=300.0, high=300.0)
    assert agreement_table([own], near, SCOPES)["both"].tolist() == [AGREE]
    assert agreement_table([own], far, SCOPES)["both"].tolist() == [DIFFER]


def test_a_look_that_could_not_tell_agrees_with_nothing() -> None:
    """Nor is it called a contradiction."""
    row = unclear(np.datetime64("2023-08-26T02:15:00", "ns"), "cloud", unit="ships")
    own = line("berth-sentinel-2", [row])
    assert agreement_table([own], counts(), SCOPES)["both"].tolist() == [SILENT]


def test_other_scopes_days_and_twins_are_not_compared() -> None:
    """Another pier is named and not judged; another day and a twin are left out."""
    rows = [look("2023-08-26", 1.0)]
    elsewhere = line("berth-sentinel-2", rows, outline="another pier")
    assert agreement_table([elsewhere], counts(), SCOPES)["both"].tolist() == [ELSEWHERE]
    day = pd.Timestamp("2023-08-27")
    own = line("berth-sentinel-2", rows)
    assert agreement_table([own], counts(date_first=day, date_last=day), SCOPES).empty
    week = counts(date_last=pd.Timestamp("2023-08-30"))
    assert agreement_table([own], week, SCOPES).empty
    assert agreement_table([line("berth-sentinel-2", rows, twin=True)], counts(), SCOPES).empty


def test_findings_before_and_after_the_first_look() -> None:
    """One key holds in both states; each line counts the looks in which something was found."""
    task = TASK["berth-sentinel-2"]
    none = Measured(task, "rajin", "Pier", "Rajin, Pier", False, None, (), NO_LOOK)
    (before,) = own_findings("port-imagery", [none], study="2023-08-01")
    assert before.key == "port-imagery.own_state"
    assert "no look was acquired" in before.text
    rows = [look("2023-07-01", 0.0), look("2023-08-26", 1.0), look("2023-09-01", 0.0)]
    state, seen = own_findings(
        "port-imagery", [line("berth-sentinel-2", rows), none], study="2023-08-01"
    )
    assert state.key == before.key
    assert state.value == 3.0
    assert seen.value == 1.0
    assert "of 2 that could tell" in seen.text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the project with simulated looks, refreshed and not yet built."""
    folder = tmp_path_factory.mktemp("simulated")
    simulated.make(folder)
    run = simulated.run(folder / "project", "skytally.press.refresh_command", *simulated.PERIOD)
    assert run.returncode == 0, run.stderr
    return folder / "project"


@pytest.fixture(scope="module")
def lines(made: Path) -> list[Measured]:
    """Give what threads measure of the three sites."""
    return list(_measured(made))


def _measured(made: Path) -> Iterator[Measured]:
    sites = read_sites(made / "data/sites")
    chosen = [sites[slug] for slug in simulated.NORTHS]
    yield from measured(chosen, made / "data/scenes", study=str(simulated.STUDY))


@pytest.mark.slow
def test_lines_show_what_was_simulated(lines: list[Measured]) -> None:
    """Nothing before the study; ships, cars and pits after it, as many as were put there."""
    by_card = {each.task.card: each for each in lines if each.line is not None}
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
def test_a_cluster_measures_the_same(
    made: Path, lines: list[Measured], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the work is done changes nothing in the result."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False),
    ):
        monkeypatch.setenv("DASK_SCHEDULER", cluster.scheduler_address)
        again = list(_measured(made))
    assert [each.why for each in again] == [each.why for each in lines]
    for one, other in zip(lines, again, strict=True):
        if one.line is not None and other.line is not None:
            xr.testing.assert_identical(one.line, other.line)


@pytest.mark.slow
def test_pages_show_measured_lines_labelled(made: Path) -> None:
    """The three line pages print lines, pictures, slider and cards, all marked as rehearsal."""
    run = simulated.run(made, "skytally.press")
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    for name in ROWS:
        page = (made / f"book/_build/html/lines/{name}.html").read_text(encoding="utf-8")
        section = page[page.index('id="own-imagery"') : page.index('id="findings"')]
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
