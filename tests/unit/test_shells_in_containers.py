"""Shells that containers would hold: arithmetic on an assumption within the claimants' range."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.core import DataError
from skytally.press.sphinx_ext.cached_record_and_findings import originals, table
from skytally.press.sphinx_ext.shells_per_container_directive import capacity_pairs
from skytally.statistics import load_of_containers

Rows = Callable[..., pd.DataFrame]
LIMITS = Path(__file__).resolve().parents[2] / "data/parameter_limits.csv"


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        ({"value": 1000.0, "bound": "exactly"}, (300_000.0, 500_000.0)),
        ({"value": 1000.0, "bound": "more than"}, (300_000.0, math.inf)),
        ({"value": 2000.0, "bound": "about", "wording": "-odd"}, (600_000.0, 1_500_000.0)),
    ],
)
def test_the_bound_of_the_containers_is_that_of_the_shells(
    rows: Rows, given: dict[str, object], ends: tuple[float, float]
) -> None:
    """A lower bound of containers gives a lower bound of shells, and no total."""
    found = load_of_containers(rows({"unit": "containers", **given}), shells=[300, 500])
    assert (found.low, found.high) == ends


def test_words_say_what_was_multiplied_and_whose_the_interval_is(rows: Rows) -> None:
    """A reader who multiplies by hand sees where the tenth comes in."""
    given = {"unit": "containers", "value": 1005.0, "bound": "about", "method": "estimate"}
    words = load_of_containers(rows(given), shells=[300, 500]).words
    assert words["multiplied"] == "904 times 300 to 1,106 times 500"
    assert "this book's reading of “about”, a tenth either way" in words["reading"]
    bound = load_of_containers(rows({**given, "bound": "more than"}), shells=[300, 500]).words
    assert bound["multiplied"] == "1,005 times 300 to no end"


@pytest.mark.parametrize(
    ("given", "shells", "match"),
    [
        ({"value": 5.0, "unit": "ships"}, [300, 500], "no number of containers"),
        ({"value": 5.0, "unit": "containers"}, [0, 500], "argument shells: found"),
        ({"value": 5.0, "unit": "containers"}, [500, 300], "smaller first"),
    ],
)
def test_what_cannot_be_reckoned_is_refused(
    rows: Rows, given: dict[str, object], shells: list[int], match: str
) -> None:
    """Ships hold no stated number of containers, and an empty container no shell."""
    with pytest.raises(DataError, match=match):
        load_of_containers(rows(given), shells=shells)


def test_the_assumption_moves_within_what_claimants_imply() -> None:
    """The limits are the least and the most of all pairs of shells and containers, no others."""
    quotients = [
        top / float(containers["value"])
        for shells, containers in capacity_pairs(
            originals("official_claims"), table("same_observation")
        )
        for top in (shells["value"], shells["low"], shells["high"])
        if not math.isnan(top)
    ]
    with LIMITS.open(encoding="utf-8", newline="") as file:
        (limit,) = [
            row for row in csv.DictReader(file) if row["parameter"] == "shells_per_container"
        ]
    assert (int(limit["least"]), int(limit["most"])) == (
        math.floor(min(quotients)), math.ceil(max(quotients)),
    )  # fmt: skip
