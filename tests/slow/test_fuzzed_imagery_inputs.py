"""Mutated files, items and catalogues: no crash, no hang, no wrong pixels in silence.

The book's table of many more is written by ``python -m labs.benchmarks.fuzzed_imagery_inputs``.
"""

from __future__ import annotations

import pytest

from tests.support.imagery_input_fuzzing import (
    CRASHED,
    HUNG,
    LIMIT_S,
    RIGHT,
    SILENT,
    Outcome,
    make_bench,
    try_input,
)

# rasterio hushes these warnings in a way that several threads undo for one another
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
INPUTS = 1000


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Outcomes of the first inputs."""
    bench = make_bench(tmp_path_factory.mktemp("bench"))
    return [try_input(bench, number) for number in range(INPUTS)]


def test_nothing_crashes_or_hangs(outcomes: list[Outcome]) -> None:
    """Every input ends in pixels or in one of the errors that a caller expects, in time."""
    assert [o for o in outcomes if o[2] in (CRASHED, HUNG)] == []
    assert max(o[4] for o in outcomes) < LIMIT_S


def test_wrong_pixels_that_something_contradicts_are_never_stored(outcomes: list[Outcome]) -> None:
    """Size, grid, type and sister bands are compared in every layout, also without checksums."""
    assert [o for o in outcomes if o[2] == SILENT] == []


def test_mutations_reach_what_they_are_meant_for(outcomes: list[Outcome]) -> None:
    """Some leave the pixels right, most are refused, and each family is tried."""
    assert sum(o[2] == RIGHT for o in outcomes) > INPUTS // 20
    families = {o[0].partition(",")[0] for o in outcomes}
    assert families >= {"file: tiled DEFLATE", "file: strips LZW", "file: JPEG 2000", "item"}
