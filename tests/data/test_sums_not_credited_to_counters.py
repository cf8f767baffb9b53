"""No sentence lets a counter say what somebody else added up from its numbers."""

from __future__ import annotations

import re

from skytally.core import DERIVED_SUM, MADE_AS_SUM
from tests.support.real_record_evidence_and_made_up_rule import (
    claim_tables,
    real_findings,
    record_tables,
)

ADDED = re.compile(rf"\badd up\b|{re.escape(MADE_AS_SUM)}")


def _sums() -> set[str]:
    return {
        str(row["id"])
        for table in record_tables().values()
        if "method" in table
        for row in table.to_dict("records")
        if row["method"] == DERIVED_SUM
    }


def test_a_finding_on_a_sum_says_who_added() -> None:
    """The number of one such row stands with the words for a sum, and after no *counted*."""
    sums = _sums()
    found = [
        each for each in real_findings() if len(each["inputs"]) == 1 and sums & {*each["inputs"]}
    ]
    numbers = [each for each in found if each["unit"] not in ("percent", "calls per month")]
    assert {each["key"] for each in numbers} >= {"rail-counts.railcars_highest"}
    silent = [each["key"] for each in numbers if not ADDED.search(each["text"])]
    assert silent == []
    said = [
        each["key"]
        for each in numbers
        if re.search(rf"\b(?:counted|named|wrote of|said) {re.escape(each['said'])}", each["text"])
    ]
    assert said == []


def test_a_rule_on_a_sum_says_who_added() -> None:
    """A reason of a verdict that gives such a number names a sum, whoever printed the parts."""
    sums = _sums()
    of_sum = sums | {
        each["key"]
        for each in real_findings()
        if len(each["inputs"]) == 1 and sums & {*each["inputs"]}
    }
    rules = claim_tables()["rules"]
    asked = [
        rule
        for rule in rules.to_dict("records")
        if of_sum & {*rule["left"].split()}
        or (of_sum & {*rule["right"].split()} and "{right}" in rule["sentence"])
    ]
    assert {"S2-08-later", "S3-10-later", "OWN-rail-2"} <= {rule["id"] for rule in asked}
    assert [rule["id"] for rule in asked if not ADDED.search(rule["sentence"])] == []
