"""Published counts beside own observations of one day, and the findings of own imagery."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skytally.core import evidence_line_name_constants as n
from skytally.imagery.measure.observation_and_evidence_line import (
    Observation,
    observation_line,
    unclear_observation,
)
from skytally.imagery.pipeline.measured_line_and_target import NO_IMAGE, MeasuredLine
from skytally.imagery.pipeline.measured_line_findings import own_findings
from skytally.imagery.pipeline.measured_line_kinds import LINE_KINDS
from skytally.imagery.pipeline.own_and_published_counts import (
    AGREE,
    DIFFER,
    ELSEWHERE,
    SILENT,
    agreement_table,
)

KINDS = {kind.card: kind for kind in LINE_KINDS}


def look(
    day: str, value: float, *, low: float = 0.0, high: float = 1.0, unit: str = "ships"
) -> Observation:
    """Make a row that could tell."""
    state = n.COUNTED if value else n.NOTHING_SEEN
    time = np.datetime64(f"{day}T02:15:00", "ns")
    return Observation(
        time, day, value, min(low, value), max(high, value), unit, 0.9, 0.01, state, ""
    )


def line(
    card: str, rows: list[Observation], *, outline: str = "Pier", control: bool = False
) -> MeasuredLine:
    """Make a measured line of Rajin."""
    made = observation_line(rows, quantity="q", scope=outline, method="m", history="made up")
    return MeasuredLine(
        KINDS[card], "rajin", outline, f"Rajin, {outline}", control, made, tuple(rows), ""
    )


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
    """A pier with a ship and an observation without one cannot both be true."""
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
    row = unclear_observation(np.datetime64("2023-08-26T02:15:00", "ns"), "cloud", unit="ships")
    own = line("berth-sentinel-2", [row])
    assert agreement_table([own], counts(), SCOPES)["both"].tolist() == [SILENT]


def test_other_scopes_days_and_control_sites_are_not_compared() -> None:
    """Another pier is named and not judged; another day and a control site are left out."""
    rows = [look("2023-08-26", 1.0)]
    elsewhere = line("berth-sentinel-2", rows, outline="another pier")
    assert agreement_table([elsewhere], counts(), SCOPES)["both"].tolist() == [ELSEWHERE]
    day = pd.Timestamp("2023-08-27")
    own = line("berth-sentinel-2", rows)
    assert agreement_table([own], counts(date_first=day, date_last=day), SCOPES).empty
    week = counts(date_last=pd.Timestamp("2023-08-30"))
    assert agreement_table([own], week, SCOPES).empty
    assert agreement_table([line("berth-sentinel-2", rows, control=True)], counts(), SCOPES).empty


def test_findings_before_and_after_the_first_look() -> None:
    """One key fits both states; each line counts the observations in which something was found."""
    none = MeasuredLine(
        KINDS["berth-sentinel-2"], "rajin", "Pier", "Rajin, Pier", False, None, (), NO_IMAGE
    )
    (before,) = own_findings("port-imagery", [none], study="2023-08-01")
    assert before.key == "port-imagery.own_state"
    assert "no image was acquired" in before.text
    rows = [look("2023-07-01", 0.0), look("2023-08-26", 1.0), look("2023-09-01", 0.0)]
    state, seen = own_findings(
        "port-imagery", [line("berth-sentinel-2", rows), none], study="2023-08-01"
    )
    assert state.key == before.key
    assert state.value == 3.0
    assert seen.value == 1.0
    assert "of 2 that could tell" in seen.text
    assert "Control sites" not in state.text
    control = line("berth-sentinel-2", rows, control=True)
    beside, *_ = own_findings("port-imagery", [none, control], study="2023-08-01")
    assert beside.text.endswith("The tables also list control sites, which are not counted here.")
