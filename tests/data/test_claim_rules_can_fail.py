"""Every rule of the ledger could come out otherwise, and those of the book's own can fail."""

from __future__ import annotations

import pytest

from skytally.claims import CONTRADICTED, DIFFERS, GOOD, IN_PART, VERDICTS
from tests.support.real_record_evidence_and_made_up_rule import (
    claim_tables,
    one_rule,
    real_evidence,
)
from tests.support.verdicts_reachable_by_perturbed_evidence import verdicts_in_reach

RULES = claim_tables()["rules"]
EVERY = list(RULES["id"])
FAILURES = {CONTRADICTED, IN_PART, DIFFERS}


def _reached(rule: str) -> set[str]:
    enough = (GOOD, {*VERDICTS} - GOOD, FAILURES if rule.startswith("OWN-") else GOOD)
    return verdicts_in_reach(RULES[RULES["id"] == rule], real_evidence(), enough=enough)


@pytest.mark.parametrize("block", range(4))
def test_no_rule_has_only_one_outcome(block: int) -> None:
    """Other evidence would let each rule hold, and let it not hold; the rest is listed here."""
    reached = {rule: _reached(rule) for rule in EVERY[block::4]}
    never_hold = [rule for rule, verdicts in reached.items() if not verdicts & GOOD]
    always_hold = [rule for rule, verdicts in reached.items() if not verdicts - GOOD]
    assert never_hold == []
    assert always_hold == []
    own = {rule: verdicts for rule, verdicts in reached.items() if rule.startswith("OWN-")}
    assert [rule for rule, verdicts in own.items() if not verdicts & FAILURES] == []


@pytest.mark.parametrize(
    ("about", "value", "hold", "fail"),
    [("world", 0.0, False, True), ("world", 1.0, True, False), ("record", 0.0, True, True)],
    ids=["nothing in the world", "something in the world", "nothing in the record"],
)
def test_rules_with_one_outcome_are_seen(about: str, value: float, hold: bool, fail: bool) -> None:
    """That there was nothing can never hold of the world, and that there was something not fail."""
    rule = one_rule(
        "count", value=value, bound="at most" if not value else "at least", unit="events",
        table="ais_events", where="kind=transmitting; place~Rajin", about=about,
    )  # fmt: skip
    reached = verdicts_in_reach(rule, real_evidence())
    assert bool(reached & GOOD) is hold
    assert bool(reached & FAILURES) is fail
