"""What differs between two editions: findings, verdicts, flip sets, rows, parameters and code."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from skytally.editions.edition_reading_and_hash_checks import Edition
from skytally.editions.edition_rows_and_hashes import RECORD

ADDED, GONE = "added", "gone"
MOVED, REWORDED, SUPPORT = "moved", "reworded", "other evidence"
"""A finding whose number, interval or date changed; only its words; only what it rests on."""
VERDICT, RENAMED, REASONS = "verdict", "renamed", "reasons"
"""A claim whose verdict changed; only the word for it; only what explains it or it rests on."""
NEW_WORDS = {"refined": "holds in part", "misquotes its source": "differs from its source"}
"""Word of an older edition for a verdict to the word of today."""
CORRECTED, EDITED, WITHDRAWN = "corrected", "edited", "withdrawn"
"""A row with an entry in the table of corrections; changed without one; no longer there."""
NUMBERS = ("value", "low", "high")
FOUND = (*NUMBERS, "unit", "bound", "when")
"""Fields of a finding that hold what it found."""
WORDS = ("said", "text")
"""Fields that put it into words; a date stands in the first of them only."""
EVIDENCE = ("inputs", "further", "support", "level", "own", "interval_from", "made_of")
"""Fields that say what it rests on and how it was made."""
FACTS = "support"
FLIPS = "flips_if"
CORRECTIONS = f"{RECORD}/corrections"
LINEAGE = f"{RECORD}/lineage"
SET_ASIDE = "set aside"
NO_REASON = "no reason is recorded"

Row = Mapping[str, Any]
Rows = Mapping[tuple[str, str], Row]


class Comparable(Protocol):
    """What two states of the book are compared by: those of an edition, or of a copy."""

    @property
    def findings(self) -> dict[str, dict[str, Any]]: ...  # noqa: D102
    @property
    def claims(self) -> dict[str, dict[str, Any]]: ...  # noqa: D102
    @property
    def parameters(self) -> list[dict[str, Any]]: ...  # noqa: D102
    @property
    def files(self) -> dict[str, dict[str, Any]]: ...  # noqa: D102
    @property
    def rows(self) -> dict[tuple[str, str], dict[str, Any]]: ...  # noqa: D102


def outcome(finding: Row | None) -> dict[str, Any] | None:
    """Part of a finding that is its outcome: its number, interval, date and sentence."""
    if finding is None:
        return None
    return {name: finding[name] for name in (*FOUND, *WORDS)}


def judgement(claim: Row | None) -> dict[str, Any] | None:
    """Part of a claim that the ledger judges: its verdict and the reasons."""
    return None if claim is None else {name: claim[name] for name in ("verdict", "why", "later")}


def _point(finding: Row) -> float:
    """Value of a finding, or the middle of its interval; NaN where it has neither."""
    value, low, high = (finding[name] for name in ("value", "low", "high"))
    if value is not None:
        return float(value)
    ends = [float(end) for end in (low, high) if end is not None]
    return sum(ends) / len(ends) if ends else math.nan


def inside(old: Row, new: Row) -> bool | None:
    """Whether the new number lies inside the old interval; None where there is none.

    An exact number has no interval, and neither has one in another unit.

    Examples
    --------
    >>> inside({"unit": "calls", "value": 12, "low": 9, "high": 15},
    ...        {"unit": "calls", "value": 14, "low": 11, "high": 18})
    True
    """
    point = _point(new)
    low = -math.inf if old["low"] is None else old["low"]
    high = math.inf if old["high"] is None else old["high"]
    if math.isnan(point) or math.isnan(_point(old)) or old["unit"] != new["unit"] or low == high:
        return None
    return bool(low <= point <= high)


def _finding_kind(old: Row | None, new: Row | None) -> str:
    """Word for how a finding changed; empty where it did not."""
    if old is None or new is None:
        return ADDED if old is None else GONE
    numberless = all(each[name] is None for each in (old, new) for name in NUMBERS)
    found = (*FOUND, "said") if numberless else FOUND
    if any(old[name] != new[name] for name in found):
        return MOVED
    if any(old[name] != new[name] for name in WORDS):
        return REWORDED
    differs = any(old[name] != new[name] for name in EVIDENCE if name != FACTS)
    return SUPPORT if differs or _facts(old) != _facts(new) else ""


def _facts(made: Row) -> dict[str, Any]:
    """Facts on the sources; a count of nothing says no more than one that an edition lacks."""
    return {name: fact for name, fact in (made.get(FACTS) or {}).items() if fact}


def _claim_kind(old: Row | None, new: Row | None) -> str:
    if old is None or new is None:
        return ADDED if old is None else GONE
    if old["verdict"] != new["verdict"]:
        return RENAMED if NEW_WORDS.get(old["verdict"]) == new["verdict"] else VERDICT
    without = [
        {k: v for k, v in (each | {FACTS: _facts(each)}).items() if k != FLIPS}
        for each in (dict(old), dict(new))
    ]
    return REASONS if without[0] != without[1] else ""


def _changed(
    old: Mapping[str, Row], new: Mapping[str, Row], kind: Callable[[Row | None, Row | None], str]
) -> Iterator[tuple[str, str, Row | None, Row | None]]:
    """Yield key, kind of change and both sides of what differs, sorted by key."""
    for key in sorted({*old, *new}):
        word = kind(old.get(key), new.get(key))
        if word:
            yield key, word, old.get(key), new.get(key)


def changed_findings(old: Mapping[str, Row], new: Mapping[str, Row]) -> list[dict[str, Any]]:
    """List the findings that differ, each with what it said before and says now.

    Parameters
    ----------
    old, new : mapping of str to mapping
        Findings of two editions by key.

    Returns
    -------
    list of dict
        ``key``, ``kind`` (one of `MOVED`, `REWORDED`, `SUPPORT`, `ADDED`, `GONE`), ``old`` and
        ``new`` as `outcome` gives them, ``inside`` as `inside` does, and the ``rows`` that only
        one of both rests on.
    """
    found = []
    for key, kind, before, after in _changed(old, new, _finding_kind):
        rests = [{*each["inputs"], *each["further"]} if each else set() for each in (before, after)]
        found.append(
            {
                "key": key,
                "kind": kind,
                "old": outcome(before),
                "new": outcome(after),
                "inside": inside(before or {}, after or {}) if kind == MOVED else None,
                "rows": sorted(rests[0] ^ rests[1]),
            }
        )
    return found


def changed_verdicts(old: Mapping[str, Row], new: Mapping[str, Row]) -> list[dict[str, Any]]:
    """Claims that differ, each with its verdict before and now."""
    return [
        {
            "id": key,
            "kind": kind,
            "text": (after or before or {})["text"],
            "old": judgement(before),
            "new": judgement(after),
        }
        for key, kind, before, after in _changed(old, new, _claim_kind)
    ]


def _flip_words(row: Row) -> str:
    return row[FLIPS]["words"] if row.get(FLIPS) else "not searched"


def changed_flips(
    old: Mapping[str, Row], new: Mapping[str, Row], *, what: str
) -> list[dict[str, Any]]:
    """List findings or claims of both editions whose flip set differs."""
    return [
        {"of": what, "key": key, "old": _flip_words(old[key]), "new": _flip_words(new[key])}
        for key in sorted({*old} & {*new})
        if old[key].get(FLIPS) != new[key].get(FLIPS)
    ]


def _new_corrections(old: Rows, new: Rows) -> dict[tuple[str, str], list[Row]]:
    """Corrections that only the newer edition has, by table and row."""
    known = {row["sha256"] for (table, _), row in old.items() if table == CORRECTIONS}
    made: dict[tuple[str, str], list[Row]] = {}
    for (table, _), row in new.items():
        if table == CORRECTIONS and row["sha256"] not in known:
            cells = row["cells"]
            made.setdefault((f"{RECORD}/{cells['table']}", cells["row"]), []).append(cells)
    return made


def _reasons(cells: Iterable[Row]) -> list[dict[str, str]]:
    names = ("column", "why", "source")
    return [{name: str(each.get(name, "")) for name in names} for each in cells]


def _withdrawal(
    table: str, key: str, corrections: Mapping[tuple[str, str], list[Row]], new: Rows
) -> list[dict[str, str]]:
    """Why a row is no longer there: by a correction, or as its lineage says."""
    if (table, key) in corrections:
        return _reasons(corrections[table, key])
    for (name, _), row in new.items():
        cells = row["cells"]
        if name == LINEAGE and cells.get("delivered_id") == key and cells["fate"] == SET_ASIDE:
            return [{"column": "", "why": cells.get("reason", NO_REASON), "source": ""}]
    return [{"column": "", "why": NO_REASON, "source": ""}]


def changed_rows(old: Rows, new: Rows) -> list[dict[str, Any]]:
    """Rows that were added, corrected, edited or withdrawn.

    Parameters
    ----------
    old, new : mapping of (str, str) to mapping
        Rows of two editions by table and key.

    Returns
    -------
    list of dict
        ``table``, ``key``, ``kind``, ``cells`` (those of a row that was added or withdrawn,
        else old and new of each changed cell) and ``why`` (reasons of a correction or of a
        withdrawal).
    """
    corrections = _new_corrections(old, new)
    found = []
    for table, key in sorted({*old, *new}):
        before, after = (rows.get((table, key)) for rows in (old, new))
        if before is not None and after is not None and before["sha256"] == after["sha256"]:
            continue
        was, now = (dict(row["cells"]) if row else {} for row in (before, after))
        row: dict[str, Any] = {"table": table, "key": key, "cells": now or was, "why": []}
        if before is None or after is None:
            row["kind"] = ADDED if before is None else WITHDRAWN
            if after is None:
                row["why"] = _withdrawal(table, key, corrections, new)
        else:
            row["kind"] = CORRECTED if (table, key) in corrections else EDITED
            row["why"] = _reasons(corrections.get((table, key), ()))
            differing = (c for c in sorted({*was, *now}) if was.get(c, "") != now.get(c, ""))
            row["cells"] = {c: [was.get(c, ""), now.get(c, "")] for c in differing}
        found.append(row)
    return found


def changed_parameters(old: Iterable[Row], new: Iterable[Row]) -> list[dict[str, Any]]:
    """Parameters that have another value, and those that only one edition has."""
    was, now = ({(row["page"], row["name"]): row["value"] for row in rows} for rows in (old, new))
    return [
        {"page": page, "name": name, "old": was.get((page, name)), "new": now.get((page, name))}
        for page, name in sorted({*was, *now})
        if was.get((page, name)) != now.get((page, name))
    ]


def changed_files(old: Mapping[str, Row], new: Mapping[str, Row]) -> dict[str, list[str]]:
    """Paths of files that were added, changed or removed."""
    both = {*old} & {*new}
    return {
        "added": sorted({*new} - {*old}),
        "changed": sorted(path for path in both if old[path]["sha256"] != new[path]["sha256"]),
        "removed": sorted({*old} - {*new}),
    }


def edition_changes(old: Edition, new: Comparable) -> dict[str, Any]:
    """Everything that differs between an edition and what came after it, without causes."""
    findings, claims = (old.findings, new.findings), (old.claims, new.claims)
    return {
        "parent": old.id,
        "findings": changed_findings(*findings),
        "verdicts": changed_verdicts(*claims),
        "flips": [
            *changed_flips(*findings, what="finding"),
            *changed_flips(*claims, what="claim"),
        ],
        "rows": changed_rows(old.rows, new.rows),
        "parameters": changed_parameters(old.parameters, new.parameters),
        "files": changed_files(old.files, new.files),
    }
