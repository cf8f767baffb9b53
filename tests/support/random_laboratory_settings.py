"""Settings drawn by seed for the laboratory, and what Python makes of each."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from skytally.findings import Finding, Reevaluation
from skytally.press.laboratory.reader_adjustable_parameters import parameter_options

FIELDS = (
    *("value", "low", "high", "unit", "bound", "said", "when", "text", "inputs", "level"),
    *("interval_from", "made_of", "further"),
)
"""What a finding is on a page."""
TOLERANCE = 1e-9
LARGEST_DRAWN = 50
"""Largest whole number that is drawn for a parameter."""


def counters_of(again: Reevaluation) -> dict[str, str]:
    """Row to who counted it."""
    tables = [each for each in again.record.raw.values() if {"source_id", "counter"} <= {*each}]
    return {
        row: who for table in tables for row, who in zip(table["id"], table["counter"], strict=True)
    }


def _part(option: dict[str, Any], example: object, rng: random.Random) -> object:
    if option["pattern"]:
        # a name with brackets is no pattern that finds itself
        plain = [word for word in option["words"] if re.search(word, word)]
        return "|".join(rng.sample(plain, rng.randint(1, 2)))
    if option["words"]:
        return rng.choice(option["words"])
    if isinstance(example, str):
        first, last = (date.fromisoformat(option[end]) for end in ("least", "most"))
        return (first + timedelta(days=rng.randint(0, (last - first).days))).isoformat()
    least, most = int(option["least"]), int(option["most"])
    return rng.randint(least, min(most, LARGEST_DRAWN) if least < LARGEST_DRAWN else most)


def _value(option: dict[str, Any], rng: random.Random) -> object:
    default = option["default"]
    if not isinstance(default, list):
        return _part(option, default, rng)
    parts = [_part(option, example, rng) for example in default]
    return (
        parts if option["words"] else sorted(parts, key=str if isinstance(parts[0], str) else None)
    )


def random_settings(again: Reevaluation, number: int, *, seed: int) -> list[dict[str, Any]]:
    """Draw settings: sources and counters left out, parameters within their limits."""
    rng = random.Random(seed)
    sources, counters = (
        sorted({*again.record.source_of.values()}),
        sorted({*counters_of(again).values()} - {""}),
    )
    options = parameter_options(again, {})
    drawn = []
    for _ in range(number):
        setting: dict[str, Any] = {}
        if rng.random() < 0.7:
            setting["sources"] = rng.sample(sources, rng.choice([1, 1, 2, 3, 8, 25]))
        if rng.random() < 0.5:
            setting["counters"] = rng.sample(counters, rng.choice([1, 1, 2, 3]))
        setting["parameters"] = {
            f"{each['page']}.{each['name']}": _value(each, rng)
            for each in options
            if rng.random() < 0.35
        }
        drawn.append(setting)
    return drawn


def under(again: Reevaluation, setting: dict[str, Any]) -> tuple[Reevaluation, frozenset[str]]:
    """Apply a setting: findings with its parameters, and the rows that it leaves out."""
    parameters = {page: dict(own) for page, own in again.parameters.items()}
    for key, value in setting.get("parameters", {}).items():
        page, name = key.split(".")
        parameters[page][name] = value
    who, sources = counters_of(again), setting.get("sources", ())
    removed = frozenset(
        row
        for row, source in again.record.source_of.items()
        if source in sources or who.get(row) in setting.get("counters", ())
    )
    changed = Reevaluation(again.declarations, again.record, parameters)
    return changed, removed


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) <= TOLERANCE * max(1.0, abs(one))
    return bool((list(one) if isinstance(one, tuple) else one) == other)


def differences(key: str, ours: Finding | str, page: dict[str, Any]) -> Iterator[str]:
    """Fields of a finding that a page gives differently, where it computes it at all."""
    if "unknown" in page:
        return
    if isinstance(ours, str) or "void" in page:
        if not (isinstance(ours, str) and "void" in page):
            yield f"{key}: Python {ours}, page {page}"
        return
    for field in FIELDS:
        if not _alike(getattr(ours, field), page[field]):
            yield f"{key}, {field}: Python {getattr(ours, field)!r}, page {page[field]!r}"
