"""Check what an evidence packet says against its own rows, with Python 3.10 alone.

verify.py, which checks where a packet comes from, calls this once the bytes are those of the log.
What a finding declares is in packet.json: *rows* or the conditions *where* select rows, and *kind*
says what is done with them (METHODS 11). Estimates, verdicts and drawings are not recomputed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

OPEN_ABOVE = ("at least", "more than")
SHOWN = {"counted": True, "seen": True, "nothing-seen": False}
NOMINAL_DAYS = 15  # on either side of a day that stands for words such as *mid-August*
QUOTED = ("quote", "dated", "highest", "latest", "first")
TAKES_MORE = {
    "finding": [],
    "claim": ["the verdict, which the rules of packet.json give"],
    "chart": ["the drawing of the chart"],
}
MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
]  # fmt: skip
DATE = re.compile(rf"(?:(\d\d?) )?(?:({'|'.join(MONTHS)}) )?(\d{{4}})(?!\d)|(\d\d?)(?= and )")
NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?!\w)")
Row = dict[str, Any]
Rows = list[Row]


def _need(true: object, words: str) -> None:
    if not true:
        raise ValueError(words)


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


def _same_days(words: str, ends: list[float]) -> bool:
    """Whether the dates in words are these days, as far as they name day, month and year."""
    days = [date.fromordinal(int(each)) for each in ends if math.isfinite(each)]
    found = [each.groups() for each in DATE.finditer(words)]
    dates = [
        (day or early, month or (early and found[-1][1]), year or found[-1][2])
        for day, month, year, early in found
    ]
    dates = dates * len(days) if len(dates) == 1 and days else dates
    return len(dates) == len(days) and all(
        int(day or end.day) == end.day
        and (month or MONTHS[end.month - 1]) == MONTHS[end.month - 1]
        and int(year or 0) == end.year
        for (day, month, year), end in zip(dates, days, strict=True)
    )


def _same_numbers(words: str, numbers: tuple[float, ...], row: Row, times: int) -> bool:
    """Whether the numbers in words are the value or the ends; a plain one has no interval."""
    said = [
        float(each.replace(",", "")) * (-1 if " before" in clause else 1)
        for clause in words.split(" or ")
        for each in NUMBER.findall(clause)
    ]
    value, low, high = (each * times for each in numbers)
    printed = [float(row.get(end) or "nan") for end in ("low", "high")]
    plain = len(said) == 1 and re.match(r"[\d,.]+ (?!.* (after|before))", words)
    if plain and low != high and math.isnan(sum(printed)):
        return False
    for wanted in ([value], [low, high], printed):
        known = sorted({each for each in wanted if math.isfinite(each) and each})
        spoken = sorted({each for each in said if each})
        slack = 1 if times > 1 else 0  # a chance is said in whole percent
        if (
            len(known) == len(spoken)
            and (known or 0 in wanted)
            and all(abs(a - b) <= slack + 1e-9 * abs(a) for a, b in zip(known, spoken, strict=True))
        ):
            return True
    return False


def _misworded(said: Row, how: Row, rows: dict[str, Row], numbers: Any, used: Rows) -> str:
    """Words of a finding whose number or date is not the one recomputed; empty if none."""
    words, kind, row = said["said"], how["kind"], used[0] if how["kind"] in QUOTED else {}
    if words.casefold() not in said["text"].casefold():
        return "text"
    if kind in ("began", "ended", "stated"):
        same = _same_days(words, [*_bracket(how, rows)])
        return "" if same and said["when"] == words else "said"
    if kind in QUOTED:
        cells = [row[column] for column in how["dated_by"]]
        days = [date.fromisoformat(each).toordinal() if each else math.inf for each in cells]
        if not _same_days(said["when"], days):
            return "when"
        if how["value"] is not None:
            return "" if _same_days(words, days) else "said"
    settled = kind == "order" and numbers[1] == numbers[2]
    if settled:  # it says how long, and not the chance, which is 0 or 1
        numbers = _dated({**how, "kind": "lag"}, rows)
    times = 100 if said["unit"] == "p" and not settled else 1
    return "" if _same_numbers(words, numbers, row, times) else "said"


def difference(said: Row, how: Row, rows: dict[str, Row]) -> str:
    """How a finding differs from what its rows give; empty where it does not."""
    numbers, used = (_dated(how, rows), None) if "changes" in how else _numbers(how, rows)
    for word, new in zip(("value", "low", "high"), numbers, strict=True):
        old, given = said[word], float(f"{new:.6g}") if math.isfinite(new) else None
        near = None not in (old, given) and abs(new - old) <= 1e-9 * max(1, abs(old))
        if old != given and not near:
            return f"{said['key']}: {word} {old}, but its rows give {given}"
    ids = sorted(said["inputs"] if used is None else (row["id"] for row in used))
    if ids != sorted(said["inputs"]):
        return f"{said['key']}: rests on {ids}"
    wrong = _misworded(said, how, rows, numbers, used or [])
    return wrong and f"{said['key']}: its rows do not give “{said[wrong]}”"


def _once(pairs: list[tuple[str, Any]]) -> Row:
    _need(len(dict(pairs)) == len(pairs), "a key twice in JSON")
    return dict(pairs)


def _json(content: bytes) -> Row:
    return json.loads(
        content, object_pairs_hook=_once, parse_constant=lambda word: _need(0, f"{word} in JSON")
    )


def _table(content: bytes) -> Rows:
    read = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    return [{column: cell.strip() for column, cell in row.items()} for row in read]


def _rows(files: dict[str, bytes], added: dict[str, Row]) -> dict[str, Row]:
    """Rows by id; a cell is never overruled by what packet.json adds."""
    sites = {row["id"]: row["site"] for row in _table(files.get("scopes.csv", b""))}
    rows: dict[str, Row] = {}
    for file in sorted(file for file in files if file.startswith("rows/")):
        for row in _table(files[file]):
            _need(row["id"] not in rows, f"{file}: row {row['id']} twice")
            first, last = row.get("date_first"), row.get("date_last")
            exact = row.get("precision_first") == row.get("precision_last") == "day"
            row = {"one_day": "yes" if exact and first and first == last else "no", **row}
            row = {"site": sites.get(row.get("scope", ""), ""), **row, "table": file[5:-4]}
            rows[row["id"]] = {**added.get(row["id"], {}), **row}
    return rows


def _whole_tables(how: Row) -> Iterator[str]:
    """Tables on which conditions are tried, which must be there with all their rows."""
    if "where" in how:
        yield f"rows/{how['table']}.csv"
    for change in how.get("changes", ()):
        yield from _whole_tables(change)


def check_content(files: dict[str, bytes], expected: Row, record: dict[str, str]) -> str:
    """Check the files of a packet against each other; return in words what was checked."""
    hashes = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
    packet, crate = (_json(files[file]) for file in ("packet.json", "ro-crate-metadata.json"))
    for key, value in expected.items():
        _need(packet[key] == value, f"packet.json: {key} {packet[key]!a}, not {value!a}")
    for entity in crate["@graph"]:
        file, hashed = entity["@id"], hashes.get(entity["@id"])
        _need(entity.get("sha256", hashed) == hashed, f"ro-crate-metadata.json: hash of {file}")
    for table, logged in packet["record"].items():
        _need(record.get(table) == logged, f"packet.json: table {table} not as it was logged")
    rows, parts = _rows(files, packet["rows"]), packet["findings"]
    done = [part for part in parts if part["computed"]]
    whole = {table for part in done for table in _whole_tables(part["computed"])}
    for file in sorted({*whole, *({"scopes.csv"} & {*files})}):
        table = file.removeprefix("rows/")[:-4]
        _need(hashes.get(file) == record.get(table, ""), f"{file}: not the whole table as logged")
    for part in done:
        fault = difference(part["finding"], part["computed"], rows)
        _need(not fault, f"packet.json: {fault}")
    own = {part["finding"]["key"]: part["finding"]["text"] for part in parts}
    same = packet["kind"] != "finding" or own.get(packet["id"]) == packet["sentence"]
    _need(same, "packet.json: its sentence is not that of its finding")
    more = [part["finding"]["key"] for part in parts if not part["computed"]]
    left = packet["not_recomputed"]
    begun = {*left, *(re.split("[ ,]", words)[0] for words in left)}
    left = [*left, *(each for each in TAKES_MORE[packet["kind"]] + more if each not in begun)]
    gone = {row for part in done for row in part["computed"].get("left_out", ())}
    words = f"“{packet['sentence']}”; {len(files)} files as logged, "
    words += f"{len(done)} of {len(parts)} findings recomputed"
    words += f", {len(gone)} rows left out as repeated" if gone else ""
    return words + "".join(f"; NOT RECOMPUTED: {each}" for each in left)
