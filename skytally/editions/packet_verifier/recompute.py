"""Recompute the findings of an evidence packet from its rows, with Python 3.10 alone.

verify.py, which checks where a packet comes from, calls this. What a finding declares is in
packet.json: *rows* or the conditions *where* select rows, and *kind* says what is done with them
(METHODS 11). Estimates are not recomputed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

OPEN_ABOVE = ("at least", "more than")
SHOWN = {"counted": True, "seen": True, "nothing-seen": False}
NOMINAL_DAYS = 15  # on either side of a day that stands for words such as *mid-August*
Row = dict[str, Any]
Rows = list[Row]


def _interval(row: Row) -> tuple[float, float]:  # the packet states how far *about* widens it
    printed = [float(row[each]) for each in ("low", "value", "high") if row[each]]
    middle = [float(row["value"])] if row["value"] else printed
    down, up, share = row.get("widened", (0, 0, 0))
    low = min(*printed, middle[0] - down, middle[0] * (1 - share))
    high = max(*printed, middle[-1] + up, middle[-1] * (1 + share))
    bound = "" if row["low"] and row["high"] else row["bound"]
    return (0.0 if bound == "at most" else low), (math.inf if bound in OPEN_ABOVE else high)


def _meets(row: Row, conditions: list[list[str]]) -> bool:
    met = True
    for column, sign, value in conditions:
        cell: Any = row[column]
        if sign in ("<=", ">="):
            ends: list[Any] = [cell, value]
            a, b = ends if value[4:5] == "-" else [float(each or "nan") for each in ends]
            met &= cell != "" and (a <= b if sign == "<=" else a >= b)
        else:
            found = cell in value.split("|") if sign != "~" else re.search(value, cell, re.I)
            met &= bool(found) == (sign != "!=")
    return met


def _picked(kind: str, rows: Rows, first: str, last: str) -> Row:
    if kind == "latest":
        return max((row for row in rows if row[first]), key=lambda row: (row[first], row[last]))
    rows = sorted(rows, key=lambda row: row[first] or "9999")
    if kind == "first":
        return min((row for row in rows if row[last]), key=lambda row: row[last])
    rows = [row for row in rows if row["bound"] != "at most" and row["value"] + row["low"]]
    return max(rows, key=lambda row: float(row["value"] or row["low"]))


def _count(rows: Rows, how: Row) -> int:
    group = {row["id"]: tuple(row[each] for each in how["distinct"] or ["id"]) for row in rows}
    for clause in how["part"]:
        sizes = Counter(group.values())
        met = {each for each in sizes if sizes[each] >= clause.get("rows", math.inf)}
        rows = [row for row in rows if row["id"] in group]
        met |= {
            group[row["id"]] for row in rows if _meets(row, clause.get("where", [["id", "=", ""]]))
        }
        wanted = not clause.get("not", False)
        group = {row: each for row, each in group.items() if (each in met) == wanted}
    return len({*group.values()})


def _divided(share: bool, part: Rows, whole: Row) -> tuple[float, ...]:
    def outward(end: float, side: Any) -> float:
        step = 10.0 ** (math.floor(math.log10(end)) - share - 1) if 0 < end < math.inf else 1.0
        return side(round(end / step, 9)) * step if end < math.inf else end

    times, most = (100, 100.0) if share else (1, math.inf)
    (bottom, base), parts = _interval(whole), [_interval(row) for row in part]
    low = outward(times * sum(each[0] for each in parts) / base, math.floor)
    top = times * sum(each[1] for each in parts) / bottom if bottom else math.inf
    high = min(most, outward(top, math.ceil))
    ceiling = base == math.inf or any(row["bound"] == "at most" for row in part)
    value = low if top == math.inf else high if (ceiling if share else low == 0) else math.nan
    if share and value != value and all(row["value"] for row in (*part, whole)):
        exact = 100 * sum(float(row["value"]) for row in part) / float(whole["value"])
        value = min(max(float(f"{exact:.2g}"), low), high)
    return value, low, high


def _days(row: Row, end: str) -> tuple[float, float]:
    """First and last day that one end of a row's dates may mean."""
    text, precision = row[f"date_{end}"], row[f"precision_{end}"]
    if not text or precision == "open":
        return (-math.inf, -math.inf) if end == "first" else (math.inf, math.inf)
    day = date.fromisoformat(text)
    if precision in ("month", "year"):
        first = day.replace(day=1, month=day.month if precision == "month" else 1)
        after = (first + timedelta(31 if precision == "month" else 366)).replace(day=1)
        return first.toordinal(), after.toordinal() - 1
    slack = NOMINAL_DAYS if precision == "nominal" else 0
    return day.toordinal() - slack, day.toordinal() + slack


def _bracket(how: Row, rows: dict[str, Row]) -> tuple[float, float]:
    """First and last day on which something may have begun or ended."""
    before, after = [-math.inf], [math.inf]
    for row in _chosen(how, rows):
        (first, first_latest), (last_earliest, last) = _days(row, "first"), _days(row, "last")
        nothing = float(row.get("value") or "nan") == 0
        shown = False if nothing else SHOWN.get(row.get("state", ""))
        throughout = how["lasting"] if shown else not how["moment"]
        if how["kind"] == "stated":
            before.append(first)
            after.append(min(first_latest, last) if how["day"] == "first" else last)
        elif shown is (how["kind"] == "began"):
            after.append(min(first_latest, last) if throughout else last)
        elif shown is not None:
            before.append(max(last_earliest, first) if throughout else first)
    for other in how["changes"]:
        first, last = _bracket(other, rows)
        before.append(first if how["kind"] == "stated" else -math.inf)
        after.append(last)
    return max(before), min(after)


def _dated(how: Row, rows: dict[str, Row]) -> tuple[float, float, float]:
    if how["kind"] not in ("lag", "order"):
        first, last = _bracket(how, rows)
        days = last - first + 1
        return (math.nan, 1.0, days) if math.isinf(days) else (days, days, days)
    (a, b), (c, d) = (_bracket(change, rows) for change in how["changes"])
    low, high = c - b, d - a
    if how["kind"] == "lag":
        return (low if math.isinf(high) else high if math.isinf(low) else math.nan), low, high
    if low > 0 or high < 0:
        return (1.0, 1.0, 1.0) if low > 0 else (0.0, 0.0, 0.0)
    if math.isinf(low + high):
        return math.nan, 0.0, 1.0
    pairs = [
        (x < y) + (x == y) / 2 for x in range(int(a), int(b) + 1) for y in range(int(c), int(d) + 1)
    ]
    return float(f"{sum(pairs) / len(pairs):.2g}"), 0.0, 1.0


def _chosen(how: Row, rows: dict[str, Row]) -> Rows:
    if "where" not in how:
        return [rows[each] for each in how["rows"]]
    mine = [row for row in rows.values() if row["table"] == how["table"]]
    met = [row for row in mine if _meets(row, how["where"])]
    return [row for row in met if row["id"] not in how["left_out"]]


def _numbers(how: Row, rows: dict[str, Row]) -> tuple[tuple[float, ...], Rows]:
    """Value and interval of a finding, and the rows that they rest on."""
    kind, of, chosen = how["kind"], [rows[each] for each in how["of"]], _chosen(how, rows)
    if kind in ("highest", "first", "latest"):
        chosen = [_picked(kind, chosen, *how["dated_by"])]
    if kind in ("ratio", "share"):
        numbers = _divided(kind == "share", chosen, *of) if chosen else (math.nan, 0.0, 100.0)
    elif kind in ("tally", "only"):
        numbers = (_count(chosen, how),) * 3
    elif how["value"] is not None:  # a choice, or 1 where the row is quoted for its date
        numbers = (how["value"],) * 3
    else:
        value, (low, high) = float(chosen[0]["value"] or "nan"), _interval(chosen[0])
        bounds = [float(rows[each]["value"]) for each in how["not_below"]]
        numbers = value, max([low, *(each for each in bounds if each <= value)]), high
    return numbers, [*chosen, *of]


def difference(said: Row, how: Row, rows: dict[str, Row]) -> str:
    """How a finding differs from what its rows give; empty where it does not."""
    numbers, used = (_dated(how, rows), None) if "changes" in how else _numbers(how, rows)
    for word, new in zip(("value", "low", "high"), numbers, strict=True):
        old, given = said[word], float(f"{new:.6g}") if math.isfinite(new) else None
        near = None not in (old, given) and abs(new - old) <= 1e-9 * max(1, abs(old))
        if old != given and not near:
            return f"{said['key']}: {word} {old}, but its rows give {given}"
    ids = sorted(said["inputs"] if used is None else (row["id"] for row in used))
    return "" if ids == sorted(said["inputs"]) else f"{said['key']}: rests on {ids}"
