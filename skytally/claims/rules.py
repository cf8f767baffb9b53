"""Rules evaluated on the evidence, all faults of all of them told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from skytally import names as n
from skytally.checks import refuse
from skytally.claims.evidence import Evidence, rows_of
from skytally.claims.kinds import KINDS


@dataclass(frozen=True)
class Outcome:
    """What one rule found."""

    verdict: str
    """One of `VERDICTS`."""
    why: str
    """What was held against what."""
    refs: tuple[str, ...]
    """Finding keys, row ids and site ids it was computed from."""


def _rule_faults(rule: Mapping[str, Any], given: Evidence) -> Iterator[str]:
    kind = KINDS[rule["kind"]]
    for column in kind.needs:
        if not rule[column]:
            yield f"{column} is empty; a rule of kind {rule['kind']} needs it"
    if kind.claims and not rule["claimed"] and (pd.isna(rule[n.VALUE]) or not rule[n.BOUND]):
        yield "nothing claimed; name a press claim, or give value, bound and unit"
    if rule["kind"] == "extent" and not rule["left"] and not rule["table"]:
        yield "nothing to count; name a finding, a row or a table"
    if (
        rule["kind"] == "window"
        and not rule["right"]
        and (pd.isna(rule["first"]) or pd.isna(rule["last"]))
    ):
        yield "no window; name a row with dates, or give first and last"
    if rule["table"] and rule["table"] not in given.tables:
        yield f"no table {rule['table']!r}; known: {', '.join(sorted(given.tables))}"
    elif rule["distinct"] and rule["distinct"] not in given.tables[rule["table"]]:
        yield f"no column {rule['distinct']!r} in {rule['table']}"
    known = given.sites if kind.places else {**given.findings, **given.rows}
    what = "site" if kind.places else "finding or row"
    for ref in chain(rule["left"].split(), rule["right"].split()):
        if ref not in known:
            yield f"no {what} {ref!r}; build the line that makes it, or correct the rule"
    if rule["claimed"] and rule["claimed"] not in {**given.findings, **given.rows}:
        yield f"no claim {rule['claimed']!r}; correct the rule"


def judge(rules: pd.DataFrame, given: Evidence) -> dict[str, Outcome]:
    """Evaluate every rule.

    Parameters
    ----------
    rules : pandas.DataFrame
        The table ``rules``.
    given : Evidence

    Returns
    -------
    dict of str to Outcome
        By the id of the rule.

    Raises
    ------
    DataError
        If a rule points to a finding, row, site, table or column that does not exist, lacks
        what its kind needs, or compares two units. All faults of all rules at once.
    """
    found: dict[str, Outcome] = {}
    faults = []
    for raw in rules.to_dict("records"):
        rule = {str(word): cell for word, cell in raw.items()}
        wrong = list(_rule_faults(rule, given))
        if not wrong:
            try:
                refs = [*rule["left"].split(), *rule["right"].split()]
                if rule["table"]:
                    rule["selected"] = rows_of(rule, given)
                    refs += list(rule["selected"]["id"])
                verdict, why = KINDS[rule["kind"]].run(rule, given)
                found[rule["id"]] = Outcome(verdict, why, tuple(dict.fromkeys(refs)))
            except ValueError as error:
                wrong = [str(error)]
        faults += [f"rules.csv, line {rule['line']}, {rule['id']}: {each}" for each in wrong]
    refuse(faults, what="rules")
    return found
