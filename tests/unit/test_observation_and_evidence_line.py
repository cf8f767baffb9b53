"""One row an image, and the line that rows make."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.observation_and_evidence_line import (
    Observation,
    observation_line,
    observation_table,
    unclear_observation,
)

FIRST = np.datetime64("2023-08-27T02:15:49", "ns")


def counted(**changes: Any) -> Observation:
    """Make a valid row, with changes."""
    made: dict[str, Any] = {
        "time": FIRST,
        "item_id": "S2A_1",
        "value": 1.0,
        "low": 1.0,
        "high": 2.0,
        "unit": "ships",
        "p_detect": 0.95,
        "p_false": 0.01,
        "state": n.COUNTED,
        "reason": "",
    }
    return Observation(**{**made, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit": "miles"}, "use one of m, m2, cars"),
        ({"value": 3.0}, "outside 1.0 to 2.0"),
        ({"state": n.NOTHING_SEEN}, "nothing seen, but the value is 1.0"),
        ({"value": math.nan}, "counted, but there is no value"),
        ({"state": n.UNCLEAR, "reason": "cloud"}, "unclear, but the value is 1.0"),
        ({"state": n.UNCLEAR, "value": math.nan}, "without a reason"),
        ({"p_detect": 1.2}, "p_detect is 1.2"),
        ({"state": "maybe"}, "state 'maybe'"),
    ],
)
def test_look_refuses_contradictions(changes: dict[str, Any], words: str) -> None:
    """A row that contradicts itself cannot be made."""
    with pytest.raises(DataError, match=words):
        counted(**changes)


def test_observation_line_keeps_the_three_states_apart() -> None:
    """The three states: counted, nothing seen, unclear."""
    nothing = counted(
        time=FIRST + np.timedelta64(5, "D"), item_id="S2A_2", value=0.0, low=0.0, high=1.0,
        state=n.NOTHING_SEEN,
    )  # fmt: skip
    cannot = unclear_observation(
        FIRST + np.timedelta64(10, "D"), "cloud over the ring", unit="ships"
    )
    line = observation_line(
        [counted(flags=("haze",)), nothing, cannot],
        quantity="ships at the berth",
        scope="made-up berth",
        method="optical berth",
        history="made for a test",
    )
    assert line[n.STATE].to_numpy().tolist() == [n.COUNTED, n.NOTHING_SEEN, n.UNCLEAR]
    np.testing.assert_array_equal(line[n.VALUE].to_numpy(), [1.0, 0.0, math.nan])
    assert line[n.SAID].to_numpy().tolist() == [
        "about 1 ship", "nothing found", "no number: cloud over the ring",
    ]  # fmt: skip
    assert line[n.VALUE].attrs["unit"] == "ships"
    assert line["flags"].to_numpy()[0] == "haze"


@pytest.mark.parametrize(
    ("looks", "words"),
    [
        ([], "no image"),
        ([counted(), counted(unit="m")], "units m, ships"),
        ([counted(), counted()], "not later than the one before"),
    ],
)
def test_observation_line_refuses(looks: list[Observation], words: str) -> None:
    """No rows, two units, one time twice."""
    with pytest.raises(DataError, match=words):
        observation_line(looks, quantity="ships", scope="berth", method="m", history="h")


def test_observation_table_has_a_row_an_image_and_a_column_a_diagnostic() -> None:
    """Nothing is dropped on the way to a table."""
    table = observation_table(
        [counted(details={"shift_m": 2.5}), unclear_observation(FIRST, "fog", unit="ships")]
    )
    assert len(table) == 2
    assert table["shift_m"].tolist()[0] == 2.5
    assert table["reason"].tolist() == ["", "fog"]
