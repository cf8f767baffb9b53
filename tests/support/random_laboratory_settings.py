"""Settings drawn by seed for the laboratory, and what Python makes of each."""

from __future__ import annotations

import copy
import math
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from skytally.claims.bayes_update import even_prior
from skytally.claims.hypothesis_priors_and_likelihoods_reader import Hypotheses
from skytally.findings import Finding, Reevaluation
from skytally.press.laboratory.reader_adjustable_parameters import parameter_options
from skytally.statistics.port_calls import port_calls_from_ship_days, stay_length

FIELDS = (
    *("value", "low", "high", "unit", "bound", "said", "when", "text", "inputs", "level"),
    *("interval_from", "made_of", "further"),
)
"""What a finding is on a page."""
TOLERANCE = 1e-9
LARGEST_DRAWN = 50
"""Largest whole number that is drawn for a parameter."""
PRIORS = (0.1, 0.9)
STAYS = (stay_length.SHORTEST_MEAN, stay_length.LONGEST_MEAN)
"""Limits between which a page lets a reader move them; a mean stay in days."""
STAY_WORDS = re.compile(
    r" \(A mean stay of [\d.]+ to [\d.]+ days is taken here instead of .*?\.\)$"
)
"""What a page adds to the sentence of a finding for which a reader set the mean stay."""


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
    """Draw settings: sources and counters left out, parameters, prior and stay within limits."""
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
        if rng.random() < 0.3:
            setting["prior"] = round(rng.uniform(*PRIORS), 2)
        if rng.random() < 0.3:
            setting["stay"] = sorted(round(rng.uniform(*STAYS), 1) for _ in range(2))
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
    record = again.record
    if "stay" in setting:
        # estimates that other settings share know nothing of a reader's stay
        record = copy.copy(record)
        object.__setattr__(record, "results", {})
    changed = Reevaluation(again.declarations, record, parameters)
    return changed, removed


@contextmanager
def stay_taken(setting: dict[str, Any]) -> Iterator[None]:
    """Let estimates of port calls take the mean stay of a setting, where it has one."""
    if "stay" not in setting:
        yield
        return
    low, high = setting["stay"]
    taken = stay_length.Estimate(math.nan, low, high, "days", 0.9, "set by a reader")
    with (
        patch.object(port_calls_from_ship_days, "mean_stay", lambda _: taken),
        patch.object(
            port_calls_from_ship_days,
            "dwell_of_stays",
            lambda _: stay_length.Dwell.between(low, high, level=taken.level),
        ),
    ):
        yield


def hypotheses_under(
    known: Hypotheses, setting: dict[str, Any], removed: frozenset[str]
) -> Hypotheses:
    """Rival explanations with the prior of a setting, without the rows that it leaves out."""
    items = tuple(each for each in known.items if not removed & {*each.rows})
    if "prior" not in setting:
        return replace(known, items=items)
    share = setting["prior"]
    even, name = even_prior(known), f"{100 * share:g} percent"
    rest = 1 - known.priors[even][known.proposition]
    shares = {
        each: share if each == known.proposition else part * (1 - share) / rest
        for each, part in known.priors[even].items()
    }
    priors = {name if each == even else each: shares if each == even else old
              for each, old in known.priors.items()}  # fmt: skip
    return replace(known, items=items, priors=priors)


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
    page = {**page, "text": STAY_WORDS.sub("", page["text"])}
    for field in FIELDS:
        if not _alike(getattr(ours, field), page[field]):
            yield f"{key}, {field}: Python {getattr(ours, field)!r}, page {page[field]!r}"
