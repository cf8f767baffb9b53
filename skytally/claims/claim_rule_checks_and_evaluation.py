"""Evaluation of rules on the evidence, with all faults of all rules at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skytally.claims.claim_rule_verdicts_by_kind import DATED, KINDS, NUMBERS, SITES, SOURCE, Kind
from skytally.claims.findings_and_rows_lookup_for_claim_rules import Evidence, number_of, rows_of
from skytally.claims.verdict_scale import DIFFERS, GOOD, IN_PART, as_copy
from skytally.core import BRACE, evidence_line_name_constants as n, refuse
from skytally.record import condition_faults

TEXTS = ("left", "right", "relation", "table", "where", "part", "distinct", "otherwise")
DATES = ("first", "last")
OWN_ROWS = "record"
"""Word of *about*: the rule speaks of the record itself."""
WORD = re.compile(r"\{(\w+)(?::([^{}|]+)\|([^{}|]+))?\}")
"""A word in braces; *count* and *part* may have the two forms of a noun or a verb after it."""
COUNT, PART = COUNTED = ("count", "part")
"""Words that are a number of rows."""
ROW_ID = re.compile(r"\b(?:[A-Z]\d{3}|S\d-\d{2})\b")
"""How the ids of rows and press claims look, which no reason names."""
BOTH_SIDES = {"change"}
"""Kinds of which either side observes what is claimed."""
LEFT_ONLY = {"peak"}
"""Kinds whose selected rows are only compared with, and do not observe what is claimed."""
DATE_COLUMNS = {"date_first", "depart_first"}
"""Columns of which a row with dates has one."""


@dataclass(frozen=True)
class Outcome:
    """Verdict of one rule, and what it was computed from."""

    verdict: str
    """One of `VERDICTS`."""
    why: str
    """What was compared with what, as a sentence."""
    refs: tuple[str, ...]
    """Finding keys, row ids and site ids it was computed from."""
    named: frozenset[str]
    """Those that the rule names."""
    selected: frozenset[str]
    """Ids of the rows that the rule counts in a table."""
    observers: frozenset[str]
    """Ids of rows that observed what is claimed; empty for a rule about the record itself."""


def _cell_faults(rule: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    """Faults of columns that lack what the kind needs, or hold what it would never read."""
    for column in kind.needs:
        if not rule[column]:
            yield f"{column} is empty; a rule of kind {rule['kind']} needs it"
    read = {*kind.needs, *kind.uses, "left" * bool(kind.left[1]), "right" * bool(kind.right[1])}
    for column in (*TEXTS, *DATES):
        filled = not pd.isna(rule[column]) if column in DATES else bool(rule[column])
        if filled and column not in read:
            yield f"{column} is filled; a rule of kind {rule['kind']} does not read it, empty it"
    if rule["relation"] and kind.relations and rule["relation"] not in kind.relations:
        known = " or ".join(kind.relations)
        yield f"relation {rule['relation']!r}; a rule of kind {rule['kind']} takes {known}"
    for side, (least, most) in (("left", kind.left), ("right", kind.right)):
        ids = len(rule[side].split())
        if most and not least <= ids <= most and (ids or side not in kind.needs):
            wanted = f"{least}" if least == most else f"{least} or more"
            yield f"{ids} ids in {side}; a rule of kind {rule['kind']} takes {wanted}"


def _claimed_faults(rule: Mapping[str, Any], kind: Kind, evidence: Evidence) -> Iterator[str]:
    number, named = not pd.isna(rule[n.VALUE]), bool(rule["claimed"])
    if not kind.claims:
        if number or named or rule[n.BOUND] or rule["unit"]:
            yield f"a claimed number, which a rule of kind {rule['kind']} does not read; empty it"
        return
    if named and (number or rule[n.BOUND] or rule["unit"]):
        yield "claimed twice; name a press claim, or give value, bound and unit, not both"
    elif not named and (not number or not rule[n.BOUND] or not rule["unit"]):
        yield "nothing claimed; name a press claim, or give value, bound and unit"
    elif number and rule[n.VALUE] < 0:
        yield f"value {rule[n.VALUE]:g}; nothing is counted or measured below zero"
    if not named:
        return
    if rule["claimed"] not in evidence.rows:
        yield f"no claim {rule['claimed']!r}; name a row of the record"
    elif math.isnan(number_of(rule["claimed"], evidence).low):
        yield f"claimed {rule['claimed']!r} carries no number; give value, bound and unit"


def _ref_faults(rule: Mapping[str, Any], kind: Kind, evidence: Evidence) -> Iterator[str]:
    known: Mapping[str, object] = evidence.sites if kind.refs == SITES else evidence.rows
    if kind.refs == NUMBERS:
        known = dict.fromkeys([*evidence.findings, *evidence.rows])
    what = {SITES: "site", NUMBERS: "finding or row"}.get(kind.refs, "row")
    refs = [*rule["left"].split(), *rule["right"].split()]
    for ref in dict.fromkeys(refs):
        if ref not in known and ref in evidence.findings:
            yield f"{ref!r} is a finding; a rule of kind {rule['kind']} takes {kind.refs}"
        elif ref not in known:
            yield (
                f"no {what} {ref!r}; it was withdrawn, or its line is not built: name another in "
                "the rule, or build it"
            )
        elif kind.refs == DATED and not DATE_COLUMNS & set(evidence.rows[ref]):
            yield f"row {ref!r} of {evidence.rows[ref]['table']} has no dates; name another"
    for ref in sorted({ref for ref in refs if refs.count(ref) > 1}):
        yield f"{ref!r} stands twice; name it once"


def _table_faults(rule: Mapping[str, Any], evidence: Evidence) -> Iterator[str]:
    if not rule["table"]:
        if rule["where"] or rule["part"] or rule["distinct"]:
            yield "conditions without a table; name the table they are of"
        return
    if rule["table"] not in evidence.tables:
        yield f"no table {rule['table']!r}; known: {', '.join(sorted(evidence.tables))}"
        return
    table = evidence.tables[rule["table"]]
    if "id" not in table:
        yield f"the rows of {rule['table']} have no ids; count in another table"
    if rule["distinct"] and rule["distinct"] not in table:
        yield f"no column {rule['distinct']!r} in {rule['table']}"
    for column in ("where", "part"):
        yield from (f"column {column}: {fault}" for fault in condition_faults(table, rule[column]))


def _rule_faults(rule: Mapping[str, Any], evidence: Evidence) -> Iterator[str]:
    kind = KINDS[rule["kind"]]
    yield from _cell_faults(rule, kind)
    yield from _claimed_faults(rule, kind, evidence)
    yield from _ref_faults(rule, kind, evidence)
    yield from _table_faults(rule, evidence)
    yield from _about_faults(rule, kind)
    yield from _sentence_faults(rule, kind)
    if rule["kind"] == "extent":
        if not rule["left"] and not rule["table"]:
            yield "nothing to count; name a finding, a row or a table"
        if rule["left"] and rule["table"]:
            yield "counted twice; name a finding or row, or a table, not both"
        if rule["table"] and not rule["about"]:
            yield "about is empty; say whether the count is of the record or of the world"
    if rule["kind"] == "window":
        dates = [day for day in (rule["first"], rule["last"]) if not pd.isna(day)]
        if len(dates) == 2 and dates[0] > dates[1]:
            yield f"first {dates[0]:%Y-%m-%d} after last {dates[1]:%Y-%m-%d}; exchange them"
        if bool(rule["right"]) == bool(dates) or len(dates) == 1:
            yield "no window; name a row with dates, or give first and last, not both"


def _sentence_faults(rule: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    for column in ("sentence", "otherwise"):
        text = rule[column]
        for word, one, _ in WORD.findall(text):
            if word not in kind.words:
                known = ", ".join(f"{{{each}}}" for each in kind.words)
                yield f"{column} names {{{word}}}; a rule of kind {rule['kind']} has {known}"
            elif one and word not in COUNTED:
                yield f"{column} gives {{{word}}} two forms; only {' and '.join(COUNTED)} have them"
        if brace := BRACE.search(WORD.sub("", text)):
            yield f"{column} has {brace[0]!r} that names nothing; write such as {{count}}"
        for found in ROW_ID.findall(text):
            yield f"{column} names {found}; say who saw what, the page links the rows itself"
        if text and not text.endswith("."):
            yield f"{column} does not end as a sentence; end it with a full stop"


def _about_faults(rule: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    if rule["about"] not in ("", SOURCE) and "about" not in {*kind.needs, *kind.uses}:
        yield f"about is {rule['about']!r}; a rule of kind {rule['kind']} takes {SOURCE!r} or none"


def _observers(
    rule: Mapping[str, Any], selected: Iterable[str], evidence: Evidence
) -> Iterator[str]:
    """Rows that observed what is claimed: those on the left and those counted, not a yardstick."""
    if rule["about"] == OWN_ROWS:
        return
    sides = ("left", "right") if rule["kind"] in BOTH_SIDES else ("left",)
    for ref in (ref for side in sides for ref in rule[side].split()):
        if ref in evidence.rows:
            yield ref
        elif evidence.findings.get(ref, {}).get("unit") != n.PROBABILITY:
            yield from (row for row in _inputs(ref, evidence) if row in evidence.rows)
    if rule["kind"] not in LEFT_ONLY:
        yield from selected


def _inputs(key: str, evidence: Evidence) -> Iterable[str]:
    return evidence.findings.get(key, {}).get("inputs", ())


def _outcome(rule: dict[str, Any], evidence: Evidence) -> Outcome:
    named = [*rule["left"].split(), *rule["right"].split()]
    selected: list[str] = []
    if rule["table"]:
        rule["selected"] = rows_of(rule, evidence)
        selected = list(rule["selected"]["id"])
    verdict, words = KINDS[rule["kind"]].run(rule, evidence)
    if rule["about"] == SOURCE:
        verdict = as_copy(verdict, partly=DIFFERS if rule["kind"] == "window" else IN_PART)
    nothing = not selected if rule["table"] else verdict not in GOOD
    text = (nothing and rule["otherwise"]) or rule["sentence"]
    return Outcome(
        verdict=verdict,
        why=capitalised(reason_in_words(text, words)),
        refs=tuple(dict.fromkeys([*named, *selected])),
        named=frozenset(named),
        selected=frozenset(selected),
        observers=frozenset(_observers(rule, selected, evidence)),
    )


def reason_in_words(text: str, words: Mapping[str, str]) -> str:
    """Fill in the reason of a rule, with nouns and verbs in the right number.

    Parameters
    ----------
    text : str
        Sentence with words in braces. ``{count:entry|entries}`` is a number with its noun, and
        ``{part:calls|call}`` says how many of these do so, none among them.
    words : mapping
        What each word stands for.

    Returns
    -------
    str

    Examples
    --------
    >>> text = "{count:entry|entries}; {part:calls|call} it secret"
    >>> reason_in_words(text, {"count": "1", "part": "0"})
    'one entry; it does not call it secret'
    >>> reason_in_words(text, {"count": "3", "part": "1"})
    '3 entries; one of them calls it secret'
    """

    def filled(found: re.Match[str]) -> str:
        name, one, many = found.groups()
        if one is None:
            return words[name]
        if name == PART:
            return _doing(words[COUNT], words[name], one, many)
        return f"one {one}" if words[name] == "1" else f"{words[name]} {many}"

    return WORD.sub(filled, text)


def _doing(count: str, part: str, one: str, many: str) -> str:
    """How many of some rows do something: a pronoun and the verb in its number."""
    if count == "1":
        # of *has* the plain form is *have*, as of every other verb
        return f"it {one}" if part == "1" else f"it does not {many}"
    if part in ("0", "1"):
        return f"{'one' if part == '1' else 'none'} of them {one}"
    return f"{'all' if part == count else part} of them {many}"


def capitalised(sentence: str) -> str:
    """Begin words with a capital and leave the others as they are."""
    return sentence[:1].upper() + sentence[1:]


def _placed(rule: Mapping[str, Any], faults: Iterable[str]) -> list[str]:
    return [f"rules.csv, line {rule['line']}, {rule['id']}: {fault}" for fault in faults]


def rules_faults(rules: pd.DataFrame, evidence: Evidence) -> list[str]:
    """Collect the faults of rules before any finding is computed.

    Parameters
    ----------
    rules : pandas.DataFrame
        The table ``rules``.
    evidence : Evidence
        Its findings need only their keys; rules that name one are not evaluated.

    Returns
    -------
    list of str
        One sentence a fault, with line and id of the rule.
    """
    faults = []
    twice = rules[rules["id"].duplicated()]
    for _, row in twice.iterrows():
        faults += _placed(row, ["the id a second time; give it one of its own"])
    for rule in _rows(rules):
        wrong = list(_rule_faults(rule, evidence))
        if not wrong and not {*rule["left"].split(), *rule["right"].split()} & {*evidence.findings}:
            try:
                _outcome(rule, evidence)
            except ValueError as error:
                wrong = [str(error)]
        faults += _placed(rule, wrong)
    return faults


def _rows(rules: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for raw in rules.to_dict("records"):
        yield {str(word): cell for word, cell in raw.items()}


def judge_again(rule: Mapping[str, Any], evidence: Evidence) -> Outcome:
    """Evaluate a rule that `judge_rules` accepted, where rows or findings may have gone since.

    Parameters
    ----------
    rule : mapping
        Row of the table ``rules``.
    evidence : Evidence
        What is left.

    Returns
    -------
    Outcome
        Without a reason in words.

    Raises
    ------
    DataError
        If something that the rule names is missing, or it cannot be evaluated on what is left.
    """
    kind = KINDS[rule["kind"]]
    wrong = [*_claimed_faults(rule, kind, evidence), *_ref_faults(rule, kind, evidence)]
    refuse(wrong, what="rules")
    return _outcome({**rule, "sentence": "", "otherwise": ""}, evidence)


def judge_rules(rules: pd.DataFrame, evidence: Evidence) -> dict[str, Outcome]:
    """Evaluate every rule.

    Parameters
    ----------
    rules : pandas.DataFrame
        The table ``rules``.
    evidence : Evidence

    Returns
    -------
    dict of str to Outcome
        By the id of the rule.

    Raises
    ------
    DataError
        If a rule points to a finding, row, site, table or column that does not exist, lacks
        what its kind needs, holds what its kind does not read, orders words or dates the wrong
        way round, or compares two units. All faults of all rules at once.
    """
    outcomes: dict[str, Outcome] = {}
    faults = []
    for rule in _rows(rules):
        wrong = list(_rule_faults(rule, evidence))
        if not wrong:
            try:
                outcomes[rule["id"]] = _outcome(rule, evidence)
            except ValueError as error:
                wrong = [str(error)]
        faults += _placed(rule, wrong)
    refuse(faults, what="rules")
    return outcomes
