"""Detection limits: the smallest thing a measure would have found, asked by putting things in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from statsmodels.stats.proportion import proportion_confint

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.imagery.measure.observation import Look
from skytally.imagery.simulate.injection import Put, Spot

MOST = 100
"""Looks into which each thing is put: the ends of 90 percent are then within 0.08."""
WANTED = 0.9
"""Recall from which a size is said to be found."""
LEAST = 10
"""Clear looks below which nine of ten cannot be told."""
HALF = 0.5
"""Recall below which a measure misses more than it finds."""
TAIL = 0.10
"""Share outside the stated intervals."""

Measure = Callable[[Iterable[xr.Dataset]], Iterable[Look]]
"""A measure with its place and its references: looks in, one row a look out."""


@dataclass(frozen=True)
class Card:
    """What a detection limit is asked of, in the words of its page."""

    key: str
    """Name, in kebab case."""
    title: str
    """What is measured, by which sensor."""
    thing: str
    """What was put in, with ``{size}``."""
    xlabel: str
    """The axis of sizes, with its unit."""
    unit: str
    """Unit of the bias."""
    contrast: str
    """What the contrast is, with its unit."""
    headline: tuple[float, float]
    """Size and contrast of the sentence."""
    sensor: str
    """Sensor, as in the table of looks."""


CARDS: Mapping[str, Card] = {
    card.key: card
    for card in (
        Card(
            "berth-sentinel-2", "Ships at a berth, Sentinel-2", "a ship {size:g} m long",
            "length of the ship, m", "m", "deck less water, reflectance", (100.0, 0.05),
            "sentinel-2",
        ),
        Card(
            "berth-landsat", "Ships at a berth, Landsat", "a ship {size:g} m long",
            "length of the ship, m", "ships", "deck less water, reflectance", (100.0, 0.05),
            "landsat",
        ),
        Card(
            "berth-sentinel-1", "Ships at a berth, Sentinel-1 from the sea",
            "a ship {size:g} m long", "length of the ship, m", "ships",
            "total cross section, dB over a square metre", (100.0, 38.0), "sentinel-1",
        ),
        Card(
            "berth-sentinel-1-lee", "Ships at a berth, Sentinel-1 over the quay",
            "a ship {size:g} m long", "length of the ship, m", "ships",
            "total cross section, dB over a square metre", (100.0, 38.0), "sentinel-1",
        ),
        Card(
            "harbour-sentinel-2", "Ships at anchor in one look, Sentinel-2",
            "a ship {size:g} m long", "length of the ship, m", "ships",
            "deck less water, reflectance", (100.0, 0.05), "sentinel-2",
        ),
        Card(
            "stacks-sentinel-2", "Stacks on a quay, Sentinel-2",
            "stacks covering {size:g} m2", "area of the stacks, m2", "m2",
            "container less concrete, reflectance", (473.0, 0.10), "sentinel-2",
        ),
        Card(
            "rail-sentinel-2", "Cars in a yard, Sentinel-2", "{size:g} cars",
            "cars in the yard", "m", "car less ballast, reflectance", (40.0, -0.08),
            "sentinel-2",
        ),
        Card(
            "ground-sentinel-2", "Ground laid bare, Sentinel-2", "{size:g} bermed pits",
            "pits dug", "m2", "share of the way from the field's colour to bare soil",
            (4.0, 1.0), "sentinel-2",
        ),
        Card(
            "pits-sentinel-2", "Number of bermed pits, Sentinel-2", "{size:g} bermed pits",
            "pits dug", "pits", "share of the way from the field's colour to bare soil",
            (4.0, 1.0), "sentinel-2",
        ),
    )
}  # fmt: skip
"""Every card, by key."""


@dataclass(frozen=True)
class Trial:
    """What a measure said of one look into which something was put, or nothing."""

    size: float
    """Size of what was put in; 0 for nothing."""
    contrast: float
    """Its contrast; NaN for nothing."""
    truth: float
    """The true value in the measure's unit."""
    state: str
    """State of the row."""
    value: float
    """Value of the row."""


def clear_looks(
    looks: Iterable[xr.Dataset], measure: Measure, *, most: int = MOST
) -> tuple[list[xr.Dataset], list[Trial]]:
    """Give the looks in which the measure finds nothing, and what it said of each it could read.

    Parameters
    ----------
    looks : iterable of xarray.Dataset
        Looks in the order of time, one time each.
    measure : callable
        The measure.
    most : int
        Looks kept at most, the first ones: memory does not grow with the archive.

    Returns
    -------
    tuple of list of xarray.Dataset and list of Trial
        The looks, and one trial of size 0 a look that could tell.
    """
    kept: list[xr.Dataset] = []
    trials = []
    for look in looks:
        (row,) = measure([look])
        if row.state == n.UNCLEAR:
            continue
        trials.append(Trial(0.0, math.nan, 0.0, row.state, row.value))
        if row.state == n.NOTHING_SEEN:
            kept.append(look)
        if len(kept) == most:
            break
    return kept, trials


def trials(
    clear: Sequence[xr.Dataset],
    measure: Measure,
    put: Put,
    spot: Spot,
    *,
    sizes: Sequence[float],
    contrasts: Sequence[float],
    seed: int,
) -> Iterator[Trial]:
    """Put things of every size and contrast into clear looks, and ask the measure.

    Parameters
    ----------
    clear : sequence of xarray.Dataset
        Looks in which nothing was found, from `clear_looks`.
    measure : callable
        The measure.
    put : callable
        One of `skytally.imagery.simulate.injection`.
    spot : Spot
        Where to put things.
    sizes, contrasts : sequence of float
        What to put.
    seed : int
        Seed of places and paints.

    Yields
    ------
    Trial
        One a look, size and contrast. A look that can no longer tell with the thing in it
        counts as one that did not find it.

    Raises
    ------
    DataError
        If there is no clear look.
    """
    if not clear:
        message = (
            "no clear look in which nothing was found: nothing can be put in; acquire looks of "
            "the time before the study, or correct the outlines"
        )
        raise DataError(message)
    rng = np.random.default_rng(seed)
    for size in sizes:
        for contrast in contrasts:
            for look in clear:
                made, truth = put(look, spot, size, contrast, rng)
                (row,) = measure([made])
                yield Trial(size, contrast, truth, row.state, row.value)


def limits(told: Iterable[Trial], *, simulated: bool) -> pd.DataFrame:
    """Give recall and bias by size and contrast.

    Parameters
    ----------
    told : iterable of Trial
        From `clear_looks` and `trials`, of one measure.
    simulated : bool
        Whether the looks were made up.

    Returns
    -------
    pandas.DataFrame
        ``size``, ``contrast``, ``looks``, ``found`` (a value above 0), ``something`` (something
        there, but no number), ``recall`` with ``low`` and ``high`` (90 percent, Jeffreys),
        ``bias`` (median of value less truth where found) with ``bias_low`` and ``bias_high``
        (5th and 95th percentile), ``simulated``. In the row of size 0 recall is the share of
        looks called occupied, with a number or without, though nothing was put in: false alarms
        where the place is known to have been empty.

    Raises
    ------
    DataError
        If there is no trial.
    """
    table = pd.DataFrame([vars(each) for each in told])
    if table.empty:
        message = "limits: no trial; put things into at least one look, or ask an empty one"
        raise DataError(message)
    found = (table["state"] == n.COUNTED) & (table["value"] > 0)
    table = table.assign(
        found=found,
        something=table["state"] == n.SOMETHING_SEEN,
        error=(table["value"] - table["truth"]).where(found),
    )
    rows = []
    for (size, contrast), part in table.groupby(["size", "contrast"], dropna=False):
        told_so = part["found"] if size else part["found"] | part["something"]
        count, hits = len(part), int(told_so.sum())
        low, high = proportion_confint(hits, count, alpha=TAIL, method="jeffreys")
        low, high = (0.0 if hits == 0 else low), (1.0 if hits == count else high)
        ends = part["error"].quantile([0.05, 0.5, 0.95]).to_numpy()
        rows.append(
            {
                "size": size, "contrast": contrast, "looks": count,
                "found": int(part["found"].sum()),
                "something": int(part["something"].sum()), "recall": hits / count,
                "low": float(low), "high": float(high), "bias": ends[1],
                "bias_low": ends[0], "bias_high": ends[2], "simulated": simulated,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _signed(contrast: float) -> str:
    return f"{contrast:+g}"


def _thing(card: Card, size: float) -> str:
    words = card.thing.format(size=size)
    return words.removesuffix("s") if size == 1 else words


def _range(part: pd.DataFrame, card: Card) -> str:
    """Say at which sizes nine of ten are found of one contrast, and whether larger ones are not."""
    part = part.sort_values("size")
    if part["looks"].min() < LEAST:
        return f"fewer than {LEAST} looks were tried, too few to say from which size on"
    found = part["recall"] >= WANTED
    if not found.any():
        if part["recall"].max() < HALF:
            return "fewer than half are found at any size tried"
        return "nine of ten are not reached at any size tried"
    first = part.loc[found, "size"].iloc[0]
    later = part[part["size"] >= first]
    words = f"nine of ten are found from {_thing(card, first)} on"
    missed = later.loc[later["recall"] < WANTED, "size"]
    if not missed.empty:
        words += f", but not of every larger size: of {_thing(card, missed.iloc[0])}, fewer"
    return f"{words}; nothing smaller was tried" if first == part["size"].min() else words


def _of(row: pd.Series, count: int, words: str) -> str:
    """Say how many of how many, with the interval."""
    return (
        f"{count} of {row['looks']} {words} "
        f"({row['low']:.0%} to {row['high']:.0%}, 90 percent interval)"
    )


def sentence(table: pd.DataFrame, card: Card) -> str:
    """Say a detection limit in plain words.

    Parameters
    ----------
    table : pandas.DataFrame
        From `limits`.
    card : Card
        What was asked.

    Returns
    -------
    str
        What was found of the thing in the headline, from which size on nine of ten are found,
        when the measure is blind, and how often it called something where nothing was put.

    Raises
    ------
    DataError
        If the headline's size and contrast were not tried, or nothing was asked empty.
    """
    size, contrast = card.headline
    there = table[(table["size"] == size) & (table["contrast"] == contrast)]
    if there.empty:
        message = f"card {card.key}: {size:g} at {contrast:g} was not tried; add it to the trials"
        raise DataError(message)
    row = there.iloc[0]
    kind = "made-up clear looks" if row["simulated"] else "clear looks of this place"
    words = [
        f"{_thing(card, size).capitalize()} ({card.contrast} {_signed(contrast)}): "
        f"found in {_of(row, row['found'], kind)}."
    ]
    tried = table[table["size"] > 0]
    words += [
        f"At {_signed(each)}, {_range(tried[tried['contrast'] == each], card)}."
        for each in sorted(tried["contrast"].unique())
    ]
    empty = table[table["size"] == 0]
    if empty.empty:
        message = f"card {card.key}: no look was asked with nothing put in; add them to the trials"
        raise DataError(message)
    none = empty.iloc[0]
    called = _of(none, none["found"] + none["something"], "looks")
    doubt = "" if none["simulated"] else ", rightly or not"
    words.append(f"With nothing put in, {called} were called occupied{doubt}.")
    return " ".join(words)
