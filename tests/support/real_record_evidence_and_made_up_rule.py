"""Evidence of the real record for tests of claims, with rows changed or added."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.claims import Evidence, gather_evidence, judge_rules, read_tables
from skytally.core import evidence_line_name_constants as n
from tests.support.evaluated_findings import evaluated_findings

ROOT = Path(__file__).resolve().parents[2]
NAN, INF = math.nan, math.inf
Tables = dict[str, pd.DataFrame]


@cache
def record_tables() -> Tables:
    """Read the tables of the record."""
    return read_tables(ROOT / "data/record")


@cache
def claim_tables() -> Tables:
    """Read the tables of the claims."""
    return read_tables(ROOT / "data/claims")


@cache
def real_findings() -> list[dict[str, Any]]:
    """Evaluate the findings once a process."""
    return evaluated_findings()


@cache
def real_evidence() -> Evidence:
    """Gather the evidence that the rules are evaluated on."""
    return gather_evidence(record_tables(), real_findings())


def one_rule(kind: str, **cells: object) -> pd.DataFrame:
    """Make a table of one fictitious rule."""
    blank = {
        column: NAN if column == n.VALUE else pd.NaT if column in ("first", "last") else ""
        for column in claim_tables()["rules"]
    }
    row = {**blank, "line": 2, "id": "T1", "kind": kind, "sentence": "It is so.", **cells}
    return pd.DataFrame([row])


def verdict_of(kind: str, *, on: Evidence | None = None, **cells: object) -> str:
    """Verdict of one fictitious rule."""
    return judge_rules(one_rule(kind, **cells), on or real_evidence())["T1"].verdict


def reason_of(kind: str, *, on: Evidence | None = None, **cells: object) -> str:
    """Reason that one fictitious rule gives."""
    return judge_rules(one_rule(kind, **cells), on or real_evidence())["T1"].why


def changed(tables: Tables, table: str, row: str, **cells: object) -> Tables:
    """Copy the tables with some cells of one row changed."""
    copy = tables[table].copy()
    for column, cell in cells.items():
        copy.loc[copy["id"] == row, column] = cell
    copy.attrs = tables[table].attrs
    return {**tables, table: copy}


def grown(tables: Tables, table: str, like: str, **cells: object) -> Tables:
    """Copy the tables with one row more, made from another."""
    one = tables[table][tables[table]["id"] == like].assign(**cells)
    more = pd.concat([tables[table], one], ignore_index=True)
    more.attrs = tables[table].attrs
    return {**tables, table: more}
