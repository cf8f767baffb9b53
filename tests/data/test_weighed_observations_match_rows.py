"""What is weighed for and against the rivals is what its rows are, in words, number and origin."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.support.real_record_evidence_and_made_up_rule import claim_tables, record_tables

NUMBERS = {"One": 1, "Two": 2, "Three": 3}
COUNTED_EYES = re.compile(r"\b(One|Two|Three) (?:counter|account)s?\b")
"""How a reason says how many eyes stand behind an observation."""
UNDATED = re.compile(
    r"(?:older than|before) (?:the|any of the)(?: first)?(?: large)? (?:sea )?(?:voyages?|ships?)"
    r"\b(?! (?:in the record|was seen))"
)
"""Dates something by a beginning of which nobody has the day."""


@pytest.fixture(scope="module", name="rows")
def rows_by_id() -> dict[str, dict[str, object]]:
    """Rows of the record by id."""
    tables = record_tables().values()
    return {
        str(row["id"]): dict(row)
        for table in tables
        if {"id", "source_id"} <= {*table.columns}
        for row in table.to_dict("records")
    }


@pytest.fixture(scope="module", name="weighed")
def weighed_observations() -> pd.DataFrame:
    """Return the observations, by id."""
    return claim_tables()["weighed_observations"].set_index("id")


def test_a_reason_counts_the_counters_of_its_rows(
    rows: dict[str, dict[str, object]], weighed: pd.DataFrame
) -> None:
    """Two accounts are rows of two counters; two rows of one counter are one account."""
    counted = 0
    for _, ratio in claim_tables()["likelihoods"].iterrows():
        said = COUNTED_EYES.search(ratio["reason"])
        if said:
            cited = weighed.loc[ratio["observation"], "rows"].split()
            counters = {rows[row]["counter"] for row in cited}
            assert len(counters) == NUMBERS[said[1]], (ratio["observation"], ratio["reason"])
            counted += 1
    assert counted


def test_what_is_pooled_with_images_was_seen_on_images(
    rows: dict[str, dict[str, object]], weighed: pd.DataFrame
) -> None:
    """What somebody only wrote shares no error with a satellite, and is pooled with others."""
    for observation, cited in weighed.loc[weighed["origin"] == "images", "rows"].items():
        owners = {row: rows[row].get("family", "none") for row in cited.split()}
        assert "none" not in owners.values(), (observation, owners)


def test_nothing_is_dated_by_the_start_of_the_voyages(weighed: pd.DataFrame) -> None:
    """When the ships began is open to the past, so only the first that was seen has a day."""
    texts = [*weighed["text"], *claim_tables()["likelihoods"]["reason"]]
    assert [text for text in texts if UNDATED.search(text) and "could have" not in text] == []
