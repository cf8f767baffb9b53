"""Detection limits: the table counts what was found, and the sentence claims no more."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.pipeline.detection_limit_summaries import (
    CARDS,
    SiteLimits,
    Trial,
    limits_sentence,
    recall_table,
)
from tests.support.expected_sentences import same_sentence


def test_limits_count_a_look_that_cannot_tell_as_not_found() -> None:
    """Something without a number, and an image that became unclear, are no detection."""
    told = [
        Trial(100.0, 0.1, 1.0, n.COUNTED, 1.0),
        Trial(100.0, 0.1, 1.0, n.SOMETHING_SEEN, math.nan),
        Trial(100.0, 0.1, 1.0, n.UNCLEAR, math.nan),
        Trial(100.0, 0.1, 1.0, n.NOTHING_SEEN, 0.0),
    ]
    (row,) = recall_table(told, simulated=False).to_dict("records")
    assert (row["found"], row["something"], row["looks"]) == (1, 1, 4)


def card_table(recalls: dict[tuple[float, float], float], *, simulated: bool) -> pd.DataFrame:
    """Make a table of limits with ten images each."""
    told = [Trial(0.0, math.nan, 0.0, n.NOTHING_SEEN, 0.0)] * 10
    for (size, contrast), recall in recalls.items():
        hits = round(10 * recall)
        told += [Trial(size, contrast, 1.0, n.COUNTED, 1.0)] * hits
        told += [Trial(size, contrast, 1.0, n.NOTHING_SEEN, 0.0)] * (10 - hits)
    return recall_table(told, simulated=simulated)


def test_sentence_says_headline_size_and_blindness() -> None:
    """In plain words: found in x of n, from which size on, when blind, false alarms."""
    table = card_table(
        {(50.0, 0.05): 0.4, (100.0, 0.05): 1.0, (50.0, 0.02): 0.0, (100.0, 0.02): 0.2},
        simulated=True,
    )
    words = limits_sentence(table, CARDS["berth-sentinel-2"])
    same_sentence("detection_limit_summaries.simulated", words)
    for number in ("100 m", "10 of 10", "(83% to 100%,", "+0.02", "+0.05", "(0% to 17%,"):
        assert number in words
    own = limits_sentence(table.assign(simulated=False), CARDS["berth-sentinel-2"])
    same_sentence("detection_limit_summaries.own_images", own)


def test_sentence_says_when_nothing_smaller_was_tried() -> None:
    """The least size tried is no limit if it is found."""
    table = card_table({(50.0, 0.05): 1.0, (100.0, 0.05): 1.0}, simulated=True)
    words = limits_sentence(table, CARDS["berth-sentinel-2"])
    same_sentence("detection_limit_summaries.smallest_tried", words)


def test_sentence_names_a_larger_size_that_is_missed() -> None:
    """A size that is found does not hide a larger one that is not."""
    table = card_table({(50.0, 0.05): 1.0, (100.0, 0.05): 1.0, (150.0, 0.05): 0.1}, simulated=True)
    words = limits_sentence(table, CARDS["berth-sentinel-2"])
    same_sentence("detection_limit_summaries.larger_missed", words)
    assert "150 m" in words


def test_sentence_refuses_a_headline_that_was_not_tried() -> None:
    """A card refuses a headline size that was not tested."""
    table = card_table({(50.0, 0.05): 1.0}, simulated=True)
    with pytest.raises(DataError, match=r"100 at 0\.05 was not tried"):
        limits_sentence(table, CARDS["berth-sentinel-2"])


def test_few_looks_say_no_size() -> None:
    """Fewer than 10 images establish no size; a card without trials is refused."""
    told = [Trial(0.0, math.nan, 0.0, n.SOMETHING_SEEN, math.nan)]
    told += [Trial(size, 0.05, 1.0, n.COUNTED, 1.0) for size in (50.0, 100.0)]
    words = limits_sentence(recall_table(told, simulated=False), CARDS["berth-sentinel-2"])
    same_sentence("detection_limit_summaries.few_images", words)
    assert "1 of 1" in words
    with pytest.raises(DataError, match="no trial"):
        recall_table([], simulated=False)
    with pytest.raises(DataError, match="no image was tested with nothing put in"):
        limits_sentence(recall_table(told[1:], simulated=False), CARDS["berth-sentinel-2"])


def test_the_recall_of_a_site_is_no_certainty() -> None:
    """Twelve of twelve is no 1, none of twelve no 0, and without a table nothing is capped."""
    card = CARDS["berth-sentinel-2"]
    row = {"size": [100.0], "contrast": [0.05], "looks": [12]}
    assert SiteLimits(pd.DataFrame({**row, "found": [12]})).recall(card) == pytest.approx(12.5 / 13)
    assert SiteLimits(pd.DataFrame({**row, "found": [0]})).recall(card) == pytest.approx(0.5 / 13)
    assert SiteLimits(None, "too few looks").recall(card) == 1.0
