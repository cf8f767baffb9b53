"""Evidence that differs from the real one in what a rule reads, for other verdicts of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pandas as pd

from skytally.claims import Evidence, judge_rules
from skytally.core import evidence_line_name_constants as n
from skytally.record import WholeRecord, filtered

FACTORS = (0.0, 0.01, 0.5, 1.0, 2.0, 100.0)
SHIFTS = (-4000, -400, 400, 4000)
DAYS = re.compile(r"(date|statement|depart|arrive)_(first|last)")
CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|!=|=|~)\s*(.*?)\s*")
SURPLUS = 150
"""Rows added where many rows should change a count."""


def _with_number(one: Mapping[str, Any], value: float, bound: str) -> dict[str, Any]:
    missing = None if "key" in one else float("nan")
    low, high = (missing, missing)
    if "key" in one:
        low = None if bound == n.AT_MOST else value
        high = None if bound == n.AT_LEAST else value
    words = {"said": f"{value:g}"} if "key" in one else {"wording": ""}
    return {**one, n.VALUE: value, n.LOW: low, n.HIGH: high, n.BOUND: bound, **words}


def _numbers(one: Mapping[str, Any], claimed: float) -> Iterator[dict[str, Any]]:
    values = [one.get(word) for word in (n.VALUE, n.LOW, n.HIGH)]
    known = [float(value) for value in values if value is not None and not pd.isna(value)]
    others = [factor * known[0] for factor in FACTORS] if known else []
    for value in [*others, claimed] if known and not pd.isna(claimed) else others:
        for bound in (n.EXACTLY, n.AT_LEAST, n.AT_MOST):
            yield _with_number(one, value, bound)


def _days(one: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    columns = [column for column in one if DAYS.fullmatch(str(column))]
    exact = {column: "day" for column in one if "precision" in str(column)}
    for days in SHIFTS if columns else ():
        moved = {column: one[column] + pd.Timedelta(days=days) for column in columns}
        yield {**one, **exact, **moved}
    for other in others:
        days_of_it = [other[column] for column in other if DAYS.fullmatch(str(column))]
        for day in (day for day in days_of_it if columns and not pd.isna(day)):
            yield {**one, **exact, **dict.fromkeys(columns, day)}


def _states(one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for state in (n.SOMETHING_SEEN, n.NOTHING_SEEN, n.UNCLEAR) if n.STATE in one else ():
        yield {**one, n.STATE: state}


def _named(rule: Mapping[str, Any], evidence: Evidence) -> Iterator[Evidence]:
    """Evidence with another number, day or state of one thing that the rule names."""
    refs = dict.fromkeys([*rule["left"].split(), *rule["right"].split(), rule["claimed"]])
    rows = [evidence.rows[ref] for ref in refs if ref in evidence.rows]
    for ref in refs:
        if ref in evidence.findings:
            for other in _numbers(evidence.findings[ref], rule["value"]):
                yield replace(evidence, findings={**evidence.findings, ref: other})
        if ref in evidence.rows:
            one = evidence.rows[ref]
            for other in (*_numbers(one, rule["value"]), *_days(one, rows), *_states(one)):
                yield replace(evidence, rows={**evidence.rows, ref: other})
        if ref in evidence.sites:
            site = {**evidence.sites[ref], "lon": evidence.sites[ref]["lon"] + 5}
            yield replace(evidence, sites={**evidence.sites, ref: site})


def _origins(rule: Mapping[str, Any], evidence: Evidence) -> Iterator[Evidence]:
    """Evidence whose named rows all come from one origin, or each from another."""
    refs = [ref for ref in rule["left"].split() if ref in evidence.rows]
    sources = [page for page, above in evidence.provenance.parents.items() if not above]
    for several in (False, True):
        rows = dict(evidence.rows)
        for number, ref in enumerate(refs):
            counter, family, page = (
                (f"other-{number}", f"family-{number}", sources[number])
                if several
                else ("one", "planet", sources[0])
            )
            rows[ref] = {**rows[ref], "counter": counter, "family": family, "source_id": page}
        yield replace(evidence, rows=rows)


def _meeting(row: dict[str, Any], conditions: str) -> dict[str, Any]:
    """Change a row so that it meets conditions, as far as their words say how."""
    patterned = set()
    for text in filter(str.strip, conditions.split(";")):
        match = CONDITION.fullmatch(text)
        assert match is not None, text
        column, sign, words = match.groups()
        first = words.split("|")[0]
        dated = isinstance(row[column], pd.Timestamp) or row[column] is pd.NaT
        if sign in ("=", "~"):
            plain = re.sub(r"\\.|[?*+()]", "", first)
            # two patterns of one column are met by a text that holds both
            row[column] = f"{row[column]} {plain}" if column in patterned else plain
            patterned |= {column} if sign == "~" else set()
        elif sign == "!=":
            row[column] = "other"
        else:
            row[column] = pd.Timestamp(first) if dated else float(first)
    return row


def _choices(conditions: str, column: str) -> list[str]:
    """Words that a condition allows a column to have; none where it names at most one."""
    found = (CONDITION.fullmatch(text) for text in conditions.split(";"))
    words = [each[3].split("|") for each in found if each and each[1] == column and each[2] == "="]
    return words[0] if words and len(words[0]) > 1 else []


def _tables(rule: Mapping[str, Any], evidence: Evidence) -> Iterator[Evidence]:
    """Evidence without the rows that the rule counts, and with more that it would count."""
    if not rule["table"]:
        return
    table = evidence.tables[rule["table"]]
    met = filtered(table, rule["where"]).index
    yield _with_table(table.drop(met), rule, evidence)
    like = dict(table.iloc[0])
    for part in dict.fromkeys(("", rule["part"], rule["part"].replace("=", "!="))):
        more = []
        for number in range(SURPLUS):
            row = _meeting(dict(like), f"{rule['where']};{part}")
            row |= {"id": f"Z{number}", "text": f"{row.get('text', '')} {number}"}
            if choices := _choices(rule["where"], rule["distinct"]):
                row[rule["distinct"]] = choices[number % len(choices)]
            elif rule["distinct"]:
                dated = isinstance(row[rule["distinct"]], pd.Timestamp)
                row[rule["distinct"]] = (
                    row[rule["distinct"]] - pd.Timedelta(days=number)
                    if dated and "date_last" in rule["where"]
                    else f"{row[rule['distinct']]} {number}"
                )
            if "source_id" in row:
                row["source_id"] = next(iter(evidence.provenance.parents))
            more.append(row)
        yield _with_table(pd.concat([table, pd.DataFrame(more)], ignore_index=True), rule, evidence)
        high = [{**row, n.VALUE: 1e6, n.BOUND: n.EXACTLY} for row in more if n.VALUE in row]
        if high:
            larger = pd.concat([table, pd.DataFrame(high)], ignore_index=True)
            yield _with_table(larger, rule, evidence)


def _with_table(table: pd.DataFrame, rule: Mapping[str, Any], evidence: Evidence) -> Evidence:
    added = {str(row["id"]): {**row, "table": rule["table"]} for row in table.to_dict("records")}
    tables = {**evidence.tables, rule["table"]: table.reset_index(drop=True)}
    return replace(evidence, record=WholeRecord(tables), rows={**evidence.rows, **added})


def _others(cells: Mapping[str, Any], evidence: Evidence) -> Iterator[Evidence]:
    yield evidence
    yield from _named(cells, evidence)
    yield from _tables(cells, evidence)
    if cells["kind"] == "independence":
        yield from _origins(cells, evidence)
    if cells["table"]:
        # what stands beside the rows that a superlative compares with, and against too few rows
        for other in _tables(cells, evidence):
            yield from _named(cells, other)


def verdicts_in_reach(
    rule: pd.DataFrame, evidence: Evidence, *, enough: Collection[Collection[str]] = ()
) -> set[str]:
    """Verdicts that one rule gives on the real evidence and on all that differ from it.

    Parameters
    ----------
    rule : pandas.DataFrame
        One row of the table ``rules``.
    evidence : Evidence
        The real one.
    enough : collection of collection of str
        The search ends when one verdict of each collection was given; without it, never.

    Returns
    -------
    set of str
    """
    (cells,) = rule.to_dict("records")
    reached: set[str] = set()
    for other in _others(cells, evidence):
        with suppress(ValueError):
            reached.add(judge_rules(rule, other)[cells["id"]].verdict)
        if enough and all(reached.intersection(each) for each in enough):
            break
    return reached
