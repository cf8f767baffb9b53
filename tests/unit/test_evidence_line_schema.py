"""Lines of evidence that lack something or contradict themselves are refused."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.evidence_line_schema import check_line

Lines = Callable[..., xr.Dataset]


def test_check_line_returns_the_line(one_line: Lines) -> None:
    """A valid line is returned as the same object."""
    line = one_line({"value": 430.0})
    assert check_line(line) is line


def _with(line: xr.Dataset, word: str, *values: object) -> xr.Dataset:
    changed = line.copy(deep=True)
    changed[word] = (line[word].dims, np.array(values), line[word].attrs)
    return changed


@pytest.mark.parametrize("word", [n.VALUE, n.LOW, n.HIGH, n.TIME_BOUNDS, n.SOURCE, n.STATE])
def test_check_line_refuses_a_missing_variable(one_line: Lines, word: str) -> None:
    """A line without a bound, a source or a state is no line."""
    with pytest.raises(DataError, match=f"variables missing: {word}"):
        check_line(one_line({"value": 430.0}).drop_vars(word))


@pytest.mark.parametrize("attribute", ["units", "unit", "counter", "long_name"])
def test_check_line_refuses_a_missing_attribute(one_line: Lines, attribute: str) -> None:
    """A line says its unit and who counted."""
    line = one_line({"value": 430.0})
    del line[n.VALUE].attrs[attribute]
    with pytest.raises(DataError, match=f"value has no attribute '{attribute}'"):
        check_line(line)


def test_check_line_refuses_a_value_outside_its_bounds(one_line: Lines) -> None:
    """A value above its own upper bound is refused with its row."""
    line = _with(one_line({"value": 430.0}), n.VALUE, 431.0)
    outside = r"row X1: value 431\.0 is outside its bounds 430\.0 to 430\.0"
    with pytest.raises(DataError, match=outside):
        check_line(line)


def test_check_line_refuses_a_value_without_bounds(one_line: Lines) -> None:
    """Bounds are never missing where a value is given."""
    line = _with(one_line({"value": 430.0}), n.HIGH, math.nan)
    with pytest.raises(DataError, match="row X1: a value without low and high"):
        check_line(line)


def test_check_line_refuses_something_in_nothing_seen(one_line: Lines) -> None:
    """An observation of nothing has the value 0."""
    line = _with(one_line({"value": 430.0}), n.STATE, n.NOTHING_SEEN)
    with pytest.raises(DataError, match=r"nothing seen must have the value 0, found 430.0"):
        check_line(line)


@pytest.mark.parametrize("state", [n.UNCLEAR, n.SOMETHING_SEEN])
def test_check_line_refuses_a_number_nobody_could_tell(one_line: Lines, state: str) -> None:
    """An unclear observation has no value, not even 0."""
    line = _with(one_line({"value": 0.0}), n.STATE, state)
    with pytest.raises(DataError, match=rf"state .*{state}.* must have no value, found 0\.0"):
        check_line(line)


def test_check_line_names_the_state_in_plain_words(one_line: Lines) -> None:
    """A message shows what stands in the table, not how it is stored."""
    line = _with(one_line({"value": 1.0}), n.STATE, n.UNCLEAR)
    with pytest.raises(DataError, match=r"state 'unclear' must have no value"):
        check_line(line)


def test_check_line_refuses_time_outside_its_bounds(one_line: Lines) -> None:
    """The time of a mark lies inside the interval it stands for."""
    line = one_line({"value": 430.0})
    line = line.assign_coords({n.TIME: line[n.TIME] + np.timedelta64(1, "D")})
    with pytest.raises(DataError, match=r"row X1: time .* is outside its bounds"):
        check_line(line)


def test_check_line_refuses_time_running_backwards(one_line: Lines) -> None:
    """Rows are in order of time."""
    line = one_line({"value": 1.0, "day": "2023-10-05"}, {"value": 2.0, "day": "2023-10-06"})
    with pytest.raises(DataError, match="time runs backwards"):
        check_line(line.isel({n.TIME: [1, 0]}))


def test_check_line_tells_all_faults_at_once(one_line: Lines) -> None:
    """Two wrong rows give two faults in one message."""
    line = one_line({"value": 1.0}, {"value": 2.0, "day": "2023-10-06"})
    with pytest.raises(DataError, match=r"line made up: 2 faults(.|\n)*row X1(.|\n)*row X2"):
        check_line(_with(line, n.VALUE, 5.0, 6.0))
