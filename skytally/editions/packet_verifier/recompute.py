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
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

OPEN_ABOVE = ("at least", "more than")
SHOWN = {"counted": True, "seen": True, "nothing-seen": False}
NOMINAL_DAYS = 15  # on either side of a day that stands for words such as *mid-August*
DATED_BY = [
    ["date_first", "date_last", "precision_first", "precision_last"],
    ["statement_first", "statement_last", "statement_precision", "statement_precision"],
]
QUOTED = ("quote", "dated", "highest", "latest", "first")
TAKES_MORE = {
    "finding": [],
    "claim": ["the verdict, which the rules of packet.json give"],
    "chart": ["the drawing and the table of the chart"],
}
MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
]  # fmt: skip
COUNTED_BY = ("count", "estimate", "derived-sum", "reckoned", "likeness")  # err by a tenth
PLACED = ("between ", "from ", "in ", "no ", "on ", "until ")  # dates without a preposition
DAY = re.compile(r"(about )?\d\d? [A-Z]")
PLACE = re.compile(r"((?:[Oo]n )?\{\w+\}|[$@][^;|& ]+)")
FILE = re.compile(r"(rows/)?[a-z][a-z_-]*\.[a-z]+")  # lower case: no two are one on any disk
PLAIN_FILE, OF_1980 = 0o100644 << 16, 33  # attributes and day of each file in a packet
LARGEST = 16 << 20  # bytes of the rows, unpacked
Row = dict[str, Any]
Rows = list[Row]
Tables = dict[str, dict[str, Row]]


class Cells(dict[str, Any]):
    """Cells of a row, whose empty ones are not stored."""

    def __missing__(self, column: str) -> str:
        """Return an empty cell."""
        return ""


def _need(true: object, words: str) -> None:
    if not true:
        raise ValueError(words)


def _widened(row: Row) -> tuple[float, float, float]:
    """How far *about* widens a number: down and up by its rounding, and a share of it."""
    about, share = row["bound"] == "about", 0.1 if row.get("method") in COUNTED_BY else 0.0
    if row["low"] and row["high"]:
        return 0.0, 0.0, share if about else 0.0
    if not row["value"] or not (about or "about" in row["wording"]):
        return 0.0, 0.0, 0.0
    digits = f"{float(row['value']):.6f}".rstrip("0").rstrip(".")
    zeros = -len(digits.split(".")[1]) if "." in digits else len(digits) - len(digits.rstrip("0"))
    half = 0.5 * 10.0**zeros if digits != "0" else 0.5
    if about and row["wording"].startswith("-odd"):
        value = float(row["value"])
        step = 2 * half if digits != "0" else half
        # from a thousand on, no further than the next of the word one counts with
        word = 1000.0 ** ((len(f"{value:.0f}") - 1) // 3)
        return 0.0, min(step, word) if value >= 1000 else step, 0.0
    return half if digits != "0" else 0.0, half, share


def _interval(row: Row) -> tuple[float, float]:
    printed = [float(row[each]) for each in ("low", "value", "high") if row[each]]
    middle = [float(row["value"])] if row["value"] else printed
    down, up, share = _widened(row)
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


def _chance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Chance that one change came first, all days of each bracket alike."""
    if not all(map(math.isfinite, (*one, *other))):
        return math.nan
    first, second = (range(int(ends[0]), int(ends[1]) + 1) for ends in (one, other))
    pairs = [(x < y) + (x == y) / 2 for x in first for y in second]
    return sum(pairs) / len(pairs)


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
    chance = _chance((a, b), (c, d))
    return chance if math.isnan(chance) else float(f"{chance:.2g}"), 0.0, 1.0


def _bracketed_by(how: Row, rows: dict[str, Row]) -> Iterator[str]:
    """Rows of which some set the days of a change, or of those that are compared."""
    if "where" in how or "rows" in how:
        yield from (row["id"] for row in _chosen(how, rows))
    for change in how["changes"]:
        yield from _bracketed_by(change, rows)


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
        chosen = [_picked(kind, chosen, *how["dated_by"][:2])]
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


def _day(ordinal: float) -> str:
    day = date.fromordinal(int(ordinal))
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _bracket_words(first: float, last: float) -> str:
    if math.isinf(first):
        return f"on or before {_day(last)}"
    (day, month), end = _day(first).split(" ", 1), _day(last)
    if first == last:
        return f"on {end}"
    if month != end.split(" ", 1)[1]:
        return f"between {_day(first)} and {end}"
    whole = day == "1" and date.fromordinal(int(last) + 1).day == 1
    return f"in {month}" if whole else f"between {day} and {end}"


def _lag_words(low: float, high: float) -> str:
    def days(number: float) -> str:
        return f"{number:.0f} {'day' if number == 1 else 'days'}"

    def reach(most: float, side: str) -> str:
        if most == 0:
            return "on the day of"
        return f"at any time {side}" if math.isinf(most) else f"up to {days(most)} {side}"

    if low <= 0 <= high:
        return f"{reach(-low, 'before')} or {reach(high, 'after')}"
    least, most = sorted((abs(low), abs(high)))
    side = "after" if low > 0 else "before"
    if math.isinf(most):
        return f"at least {days(least)} {side}"
    return f"{days(least) if least == most else f'{least:.0f} to {days(most)}'} {side}"


def _row_dates(row: Row, columns: list[str]) -> str:
    """Dates of a row in words that keep their precision."""

    def end(cell: str, precision: str) -> str:
        if not cell or precision == "open":
            return ""
        words = _day(date.fromisoformat(cell).toordinal())
        skipped = {"month": 1, "year": 2}.get(precision, 0)
        about = "about " if precision == "nominal" else ""
        return about + words.split(" ", skipped)[-1]

    first, last, *precisions = (row[column] for column in columns)
    start, stop = end(first, precisions[0]), end(last, precisions[1])
    words = start if start == stop else f"{start} to {stop}"
    if not (start and stop):
        words = f"until {stop}" if stop else f"from {start}" if start else "no date"
    stated = columns[0].startswith("statement") and "year" in precisions
    return f"{words}, day not known" if stated else words


def _placed(dates: str) -> str:
    if not dates or dates.startswith(PLACED):
        return dates
    if " to " in dates:
        return "between {} and {}".format(*dates.split(" to ", 1))
    return f"on {dates}" if DAY.match(dates) else f"in {dates}"


def _quantity_words(row: Row, said: str) -> str:
    """Write a number with its bound and unit; `said` where that has the unit in the singular."""
    softening = row["wording"] or ("" if row["bound"] == "exactly" else row["bound"])
    value, low, high = (float(row[each] or "nan") for each in ("value", "low", "high"))
    ends = [value] if value == value else [low, high] if low < high < math.inf else [low]
    words = " to ".join(
        f"{round(each):,}" if each == round(each) else f"{each:,.6g}" for each in ends
    )
    words = f"{words}{softening}" if softening.startswith("-odd") else f"{softening} {words}"
    words = "no" if ends == [0] and not softening and said[:3] == "no " else words.strip()
    plural = f"{words} {row['unit']}"
    single = rf"{re.escape(words)} {re.escape(row['unit'][:3])}[a-z ]*"
    is_single = (words == "no" or ends[-1] == 1) and len(said) <= len(plural)
    return said if is_single and re.fullmatch(single, said) else plural


def _chance_words(chance: float) -> str:
    """Write a probability in percent; one that is nearly none or nearly certain as a bound."""
    if math.isnan(chance):
        return "a chance of anything from 0 to 100 percent"
    percent = 100 * (chance if chance > 0.99 else float(f"{chance:.2g}"))
    words = "under 1" if 0 < percent < 1 else "more than 99" if 99 < percent < 100 else ""
    return f"a chance of {words or f'{percent:.3g}'} percent"


def _said(said: Row, how: Row, rows: dict[str, Row], numbers: Any, used: Rows) -> str:
    """Words that follow from the rows of a finding, which must be those that it says."""
    kind = how["kind"]
    if kind in ("began", "ended", "stated"):
        return _bracket_words(*_bracket(how, rows))
    if kind == "order" and numbers[1] != numbers[2]:
        return _chance_words(_chance(*(_bracket(change, rows) for change in how["changes"])))
    if kind in ("lag", "order"):
        return _lag_words(*_dated({**how, "kind": "lag"}, rows)[1:])
    if kind in QUOTED and how["value"] is not None:
        return _placed(_row_dates(used[0], how["dated_by"]))
    if kind in QUOTED:
        return _quantity_words(used[0], said["said"])
    value, low, high = numbers
    bound = "exactly"
    if kind in ("ratio", "share"):
        capped = [row["bound"] == "at most" for row in used[:-1]]
        capped.append(math.isinf(_interval(used[-1])[1]))
        capped = [low == 0] if kind == "ratio" else capped
        bound = "at least" if math.isinf(high) else "at most" if any(capped) else "about"
    words = {"bound": bound, "wording": "", "unit": said["unit"]}
    cells = {"value": "" if math.isnan(value) else str(value), "low": str(low), "high": str(high)}
    return _quantity_words({**words, **cells}, said["said"])


def _alike(declared: str, found: str, filled: dict[str, str]) -> bool:
    """Whether words are those declared: `filled` in its places; names and references are open."""
    pattern = ""
    for piece in PLACE.split(declared):
        is_open = PLACE.fullmatch(piece) and piece not in filled and piece[0] != "$"
        pattern += ".*" if is_open else re.escape(filled.get(piece, piece))
    return bool(re.fullmatch(pattern, found))


def _undeclared(part: Row, parameters: Row) -> str:
    """Part of a finding that its declaration has otherwise; references are left open."""
    said, declared, how = part["finding"], part["declared"], part["computed"]
    columns = ("where", "rows", "of", "part", "distinct", "value")
    words, filled = {column: declared.get(column, "") for column in columns}, {}
    for name, value in parameters.items():
        several = value if isinstance(value, list) else [value]
        filled[f"${name}"] = " ".join(map(str, several))
        filled |= {f"${name}[{number}]": str(each) for number, each in enumerate(several)}
    if how["kind"] != declared["kind"] or (how["kind"] in QUOTED and how["value"] not in (None, 1)):
        return "kind"
    if how.get("dated_by", DATED_BY[0]) not in DATED_BY:
        return "dates"
    if said["key"] != declared["key"] or how.get("table", declared["table"]) != declared["table"]:
        return "table"
    clauses = [
        ("not " if each.get("not") else "") + ";".join(map("".join, each["where"]))
        if "where" in each
        else f"rows>={each['rows']}"
        for each in how.get("part", ())
    ]
    found = {
        "where": ";".join(map("".join, how.get("where", ()))),
        "part": " & ".join(clauses),
        **{each: " ".join(how[each]) for each in ("rows", "of", "distinct") if each in how},
        **({"value": str(how["value"])} if how["kind"] == "assumption" else {}),
    }
    for column in found:
        if (column != "where" or "where" in how) and not _alike(
            words[column], found[column], filled
        ):
            return column
    placed = _placed(said["when"])
    filled = {"{number}": said["said"], "{lag}": said["said"], "{when}": said["when"]}
    filled |= {"on {when}": placed, "On {when}": placed[:1].upper() + placed[1:]}
    sentences = [declared.get(column, "") for column in ("sentence", "otherwise")]
    return "" if any(_alike(each, said["text"], filled) for each in sentences) else "sentence"


def difference(said: Row, how: Row, rows: dict[str, Row]) -> str:
    """How a finding differs from what its rows give; empty where it does not."""
    numbers, used = (_dated(how, rows), None) if "changes" in how else _numbers(how, rows)
    for word, new in zip(("value", "low", "high"), numbers, strict=True):
        old, given = said[word], float(f"{new:.6g}") if math.isfinite(new) else None
        near = None not in (old, given) and abs(new - old) <= 1e-9 * max(1, abs(new))
        if (old != given and not near) or isinstance(old, bool):
            return f"{said['key']}: {word} {old}, but its rows give {given}"
    ids = sorted(_bracketed_by(how, rows) if used is None else (row["id"] for row in used))
    if ids != sorted(said["inputs"]) and (used or not {*said["inputs"]} <= {*ids}):
        return f"{said['key']}: rests on {ids}"
    row = used[0] if used and how["kind"] in QUOTED and how["value"] is None else said
    # two ends without a softening word are not one exact number
    apart = row["bound"] == "exactly" and numbers[1] < numbers[2]
    bound = "between" if apart else row["bound"]
    if (said["bound"], said["unit"]) != (bound, row["unit"]):
        return f"{said['key']}: {said['bound']} in {said['unit']}, but its row has another"
    wanted = _said(said, how, rows, numbers, used or [])
    if said["said"] != wanted:
        return f"{said['key']}: says “{said['said']}”, but its rows give “{wanted}”"
    if not re.search(rf"(?<![\w.,]){re.escape(said['said'])}(?!\w)", said["text"], re.I):
        return f"{said['key']}: its sentence does not say “{said['said']}”"
    dates = _row_dates(used[0], how["dated_by"]) if used and how["kind"] in QUOTED else said["when"]
    dates = wanted if how["kind"] in ("began", "ended", "stated") else dates
    same = said["when"] == dates
    return "" if same else f"{said['key']}: says “{said['when']}”, but its rows give “{dates}”"


def _once(pairs: list[tuple[str, Any]]) -> Row:
    _need(len(dict(pairs)) == len(pairs), "a key twice in JSON")
    return dict(pairs)


def _finite(word: str) -> float:
    _need(math.isfinite(float(word)), f"{word} in JSON")
    return float(word)


def _json(content: bytes) -> Row:
    text = content.decode("utf-8")  # other encodings look like another text in other programs
    return json.loads(text, object_pairs_hook=_once, parse_constant=_finite, parse_float=_finite)


def _table(content: bytes) -> Rows:
    read = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    columns = read.fieldnames or []
    _need(len(columns) == len({*columns}), f"a column twice in {', '.join(columns)}")
    return [{column: cell.strip() for column, cell in row.items()} for row in read]


def read_record(data: bytes, logged: str) -> Tables:
    """Rows of the record by table and id, from the rows of the edition, packed or not."""
    data = zlib.decompressobj(47).decompress(data, LARGEST) if data[:2] == b"\x1f\x8b" else data
    data, again = data.replace(b"\r\n", b"\n"), "save them again from the edition's page"
    _need(hashlib.sha256(data).hexdigest() == logged, f"not the rows of this edition: {again}")
    tables: Tables = {}
    for line in data.removesuffix(b"\n").split(b"\n"):
        row = _json(line)
        folder, _, table = row["table"].partition("/")
        if folder == "record":
            _need(row["key"] not in tables.setdefault(table, {}), f"row {row['key']} twice")
            tables[table][row["key"]] = Cells(row["cells"])
    return tables


def _same(table: str, row: Row, record: Tables) -> bool:
    """Whether a row has the filled cells of the record, but for all that a page reports."""
    given, held = (
        {column: cell for column, cell in cells.items() if cell}
        for cells in (record.get(table, {}).get(row["id"], {}), row)
    )
    for cells in (given, held) if table == "sources" else ():
        cells.pop("reports", None)
    return given == held


def _checked_rows(files: dict[str, bytes], packet: Row, record: Tables) -> dict[str, str]:
    """Id of each row of a packet to its table, where row, page and scope are those of the record.

    Format 2 held whole tables, of which rows that nothing rests on may have changed since.
    """
    named, tables = {*packet["rows"]}, dict[str, str]()
    scopes, cited, pages = set[str](), {""}, {""}
    for file in sorted(files, key=lambda file: (file == "scopes.csv", file)):
        table = file.removeprefix("rows/")[:-4]
        if not file.startswith(("rows/", "sources.csv", "scopes.csv")):
            continue
        for row in _table(files[file]):
            key = row["id"]
            counts = table == "sources" or key in (scopes if table == "scopes" else named)
            as_it_was = packet["format"] == 2 and not counts
            _need(counts or as_it_was, f"{file}: nothing rests on row {key}")
            same = as_it_was or _same(table, row, record)
            _need(same, f"{file}: row {key} not as the edition has it")
            if table == "sources":
                pages.add(key)
            elif table != "scopes" and counts:
                _need(key not in tables, f"{file}: row {key} twice")
                tables[key] = table
                scopes.add(row.get("scope", ""))
                cited.add(row.get("source_id", ""))
    for what, missing in (("rows", named - {*tables}), ("pages", cited - pages)):
        _need(not missing, f"packet.json: {what} {', '.join(sorted(missing))} are not in it")
    return tables


def _rows(tables: set[str], record: Tables) -> dict[str, Row]:
    """All rows of some tables by id, with their site and whether they are dated to one day."""
    rows: dict[str, Row] = {}
    for table in sorted(tables):
        listed = record.get(table, {})  # a table without rows has none in the edition either
        sited = any("site" in cells for cells in listed.values())
        for name, row in listed.items():
            _need(name not in rows, f"row {name} in two tables")
            first, last = row["date_first"], row["date_last"]
            exact = row["precision_first"] == row["precision_last"] == "day"
            one_day = "yes" if exact and first and first == last else "no"
            scope = record.get("scopes", {}).get(row["scope"], row)
            added = {
                "table": table,
                "one_day": one_day,
                **({} if sited else {"site": scope["site"]}),
            }
            rows[name] = Cells({**row, **added})
    return rows


def _tried_tables(how: Row) -> Iterator[str]:
    """Tables on which conditions are tried, with all their rows."""
    if "where" in how:
        yield how["table"]
    for change in how.get("changes", ()):
        yield from _tried_tables(change)


def _taken(how: Row, rows: dict[str, Row]) -> Iterator[str]:
    """Rows that the steps name or choose, which must be in the packet."""
    for part in ("of", "not_below", "left_out"):
        yield from how.get(part, ())
    if "where" in how or "rows" in how:
        yield from (row["id"] for row in _chosen(how, rows))
    for change in how.get("changes", ()):
        yield from _taken(change, rows)


def _left_out(how: Row) -> Iterator[str]:
    yield from how.get("left_out", ())
    for change in how.get("changes", ()):
        yield from _left_out(change)


def _sentences(packet: Row) -> list[str]:
    """Sentences that a packet may have, which are those of what it is about."""
    texts = {part["finding"]["key"]: part["finding"]["text"] for part in packet["findings"]}
    if packet["kind"] == "finding":
        return [texts.get(packet["id"], "")]
    about = packet[packet["kind"]]
    return [f"{about['text']}: {about['verdict']}"] if "verdict" in about else [*about.values()]


def _answer(packet: Row, files: dict[str, bytes], done: Rows) -> str:
    """Name what was recomputed and what was not, whatever the packet names."""
    left, keys = packet["not_recomputed"], [part["finding"]["key"] for part in packet["findings"]]
    recomputed = {
        part["finding"]["key"] for part in done if part["computed"]["kind"] != "assumption"
    }
    _need(len(keys) == len({*keys}), "packet.json: a finding twice")
    named = {*left, *(re.split("[ ,]", words)[0] for words in left)}
    more = TAKES_MORE[packet["kind"]] + [key for key in keys if key not in recomputed]
    left = [*left, *(each for each in more if each not in named)]
    gone = {row for part in done for row in _left_out(part["computed"])}
    words = f"“{packet['sentence']}”; {len(files)} files as logged, "
    words += f"{len(recomputed)} of {len(keys)} findings recomputed"
    words += f", {len(gone)} rows left out as repeated" if gone else ""
    return words + "".join(f"; NOT RECOMPUTED: {each}" for each in left)


def _packed(files: dict[str, bytes], data: bytes) -> bytes:
    """Zip of these files and nothing else around the deflated content that `data` has of each.

    Programs differ in what they show of a zip whose parts contradict each other, overlap or have
    something between them, so a packet has one form in which all show the same.
    """
    packed, directory = b"", b""
    entries = {entry.filename: entry for entry in zipfile.ZipFile(io.BytesIO(data)).infolist()}
    for name in sorted(files):
        file, entry, inflate = name.encode(), entries[name], zlib.decompressobj(-zlib.MAX_WBITS)
        start = entry.header_offset + 30 + len(file)
        deflated = data[start : start + entry.compress_size]
        try:
            whole = inflate.decompress(deflated, len(files[name]) + 1) == files[name]
        except zlib.error:
            whole = False
        alone = inflate.eof and not inflate.unused_data
        _need(whole and alone, f"{name}: not deflated, or followed by more")
        sizes = zlib.crc32(files[name]), len(deflated), len(files[name]), len(file)
        about = struct.pack("<5H3L2H", 20, 0, 8, 0, OF_1980, *sizes, 0)
        directory += b"PK\1\2" + bytes((20, 3)) + about
        directory += struct.pack("<3H2L", 0, 0, 0, PLAIN_FILE, len(packed)) + file
        packed += b"PK\3\4" + about + file + deflated
    count, ends = len(files), (len(directory), len(packed))
    return packed + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, *ends, 0)


def check_content(
    files: dict[str, bytes], expected: Row, record: dict[str, str], data: bytes, rows: Tables
) -> str:
    """Check the files of a packet against each other; return in words what was checked.

    `record` has the hashes of whole tables, where the edition of the log issued the packet itself.
    """
    for file in files:
        _need(FILE.fullmatch(file), f"{file}: no name of a file in a packet")
    _need(_packed(files, data) == data, "packed so that programs may show other files")
    hashes = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
    packet, crate = (_json(files[file]) for file in ("packet.json", "ro-crate-metadata.json"))
    for key, value in expected.items():
        _need(packet[key] == value, f"packet.json: {key} {packet[key]!a}, not {value!a}")
    _need(packet["format"] in ((3,) if record else (2, 3)), "packet.json: of another format")
    for entity in crate["@graph"]:
        file, hashed = entity["@id"], hashes.get(entity["@id"])
        _need(entity.get("sha256", hashed) == hashed, f"ro-crate-metadata.json: hash of {file}")
    for table, logged in packet["record"].items():
        same = record.get(table, logged if not record else "") == logged
        _need(same, f"packet.json: table {table} not as it was logged")
    held, parts = _checked_rows(files, packet, rows), packet["findings"]
    done = [part for part in parts if part["computed"]]
    tried = {table for part in done for table in _tried_tables(part["computed"])}
    known = _rows({*held.values(), *tried}, rows)
    for part in done:
        taken = {*part["finding"]["inputs"], *_taken(part["computed"], known)} - {*held}
        _need(not taken, f"packet.json: rows {', '.join(sorted(taken))} are not in it")
        fault, key = difference(part["finding"], part["computed"], known), part["finding"]["key"]
        _need(not fault, f"packet.json: {fault}")
        fault = _undeclared(part, packet["parameters"].get(key.partition(".")[0], {}))
        _need(not fault, f"packet.json: {key}: {fault} not as declared")
    _need(
        packet["sentence"] in _sentences(packet), "packet.json: its sentence is of something else"
    )
    return _answer(packet, files, done)


def content_check(data: bytes, logged: str) -> Callable[..., str]:
    """Return the check of packets against the rows of an edition, whose hash is that logged."""
    return partial(check_content, rows=read_record(data, logged))
