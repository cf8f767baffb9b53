"""Detection limits: recall and bias by size and contrast, and their sentence for readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from skytally.core import DataError, evidence_line_name_constants as n

TARGET_RECALL = 0.9
"""Recall from which a size counts as found."""
MIN_IMAGES = 10
"""Clear images below which nine of ten cannot be results."""
HALF_RECALL = 0.5
"""Recall below which a measure misses more than it finds."""
SHIPS = "ships"
"""Unit of the cards that count ships and measure no length."""
TAIL_SHARE = 0.10
"""Share outside the stated intervals."""


@dataclass(frozen=True)
class Card:
    """A detection-limit summary: what is drawn in, how it is measured, how a page words it."""

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
    """Sensor, as in the inventory."""
    counts_as_found: str = ""
    """What counts as found, where two cards of one object differ in it."""

    def thing_of(self, size: float) -> str:
        """Words for what was put in: nothing, one, or many.

        Examples
        --------
        >>> [CARDS["pits-sentinel-2"].thing_of(size) for size in (0, 1, 4)]
        ['nothing', '1 bermed pit', '4 bermed pits']
        """
        if size == 0:
            return "nothing"
        words = self.thing.format(size=size)
        # an area or a length of 1 is still of many stacks, and of a ship one metre long
        return words.removesuffix("s") if size == 1 and words[0].isdigit() else words


CARDS: Mapping[str, Card] = {
    card.key: card
    for card in (
        Card(
            "berth-sentinel-2", "Ships at a berth, Sentinel-2", "a ship {size:g} m long",
            "length of the ship, m", "m", "deck less water, reflectance", (100.0, 0.05),
            "sentinel-2",
            "Found means a hull of a ship's shape along the quay, with a length; a change without "
            "such a shape is counted apart, as something seen.",
        ),
        Card(
            "berth-landsat", "Ships at a berth, Landsat", "a ship {size:g} m long",
            "length of the ship, m", "ships", "deck less water, reflectance", (100.0, 0.05),
            "landsat",
            "Found means any change large enough for a ship: pixels of 30 m show no shape, so what "
            "at 10 m is only something seen counts here as a ship.",
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
            "alongside-sentinel-2", "Ships alongside in one image, Sentinel-2",
            "a ship {size:g} m long", "length of the ship, m", "ships",
            "deck less water, reflectance", (100.0, 0.05), "sentinel-2",
        ),
        Card(
            "harbour-sentinel-2", "Ships free in the water in one image, Sentinel-2",
            "a ship {size:g} m long", "length of the ship, m", "ships",
            "deck less water, reflectance", (100.0, 0.05), "sentinel-2",
        ),
        Card(
            "harbour-sentinel-1", "Ships free in the water in one image, Sentinel-1",
            "a ship {size:g} m long", "length of the ship, m", "ships",
            "total cross section, dB over a square metre", (100.0, 38.0), "sentinel-1",
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
"""Every detection-limit summary, by key."""


@dataclass(frozen=True)
class Trial:
    """Result of a measure on one image into which an object was drawn, or nothing."""

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


@dataclass(frozen=True, eq=False)
class SiteLimits:
    """Detection limits of one outline, from the site's own images."""

    table: pd.DataFrame | None
    """As from `recall_table`, at the headline's contrast alone; None where there were too few
    images."""
    why: str = ""
    """Why there is no table."""

    def recall(self, card: Card) -> float:
        """Chance of finding the object of the headline, 1 where it is not known.

        The mean of the posterior under Jeffreys' prior: twelve of twelve is no certainty.
        """
        if self.table is None:
            return 1.0
        size, contrast = card.headline
        row = self.table[(self.table["size"] == size) & (self.table["contrast"] == contrast)]
        return float((row["found"].iloc[0] + 0.5) / (row["looks"].iloc[0] + 1.0))


def recall_table(results: Iterable[Trial], *, simulated: bool) -> pd.DataFrame:
    """Recall and bias by size and contrast.

    Parameters
    ----------
    results : iterable of Trial
        From `clear_images` and `trials`, of one measure.
    simulated : bool
        Whether the images were simulated.

    Returns
    -------
    pandas.DataFrame
        ``size``, ``contrast``, ``looks``, ``found`` (a value above 0), ``something`` (something
        there, but no number), ``recall`` with ``low`` and ``high`` (90 percent, Jeffreys),
        ``bias`` (median of value less truth where found) with ``bias_low`` and ``bias_high``
        (5th and 95th percentile), ``simulated``. In the row of size 0 recall is the share of
        looks in which something was found, with a number or without, though nothing was put in:
        false alarms
        where the place is known to have been empty.

    Raises
    ------
    DataError
        If there is no trial.
    """
    table = pd.DataFrame([vars(each) for each in results])
    if table.empty:
        message = "limits: no trial; put things into at least one image, or test an empty one"
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
        low, high = proportion_confint(hits, count, alpha=TAIL_SHARE, method="jeffreys")
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
    # a contrast of nothing has no sign
    return f"{contrast:+g}" if contrast else "0"


def _range(part: pd.DataFrame, card: Card) -> str:
    """Sizes from which nine of ten are found at one contrast, in words."""
    part = part.sort_values("size")
    if part["looks"].min() < MIN_IMAGES:
        return f"fewer than {MIN_IMAGES} images were tried, too few to say from which size on"
    found = part["recall"] >= TARGET_RECALL
    if not found.any():
        if part["recall"].max() < HALF_RECALL:
            return "fewer than half are found at any size tried"
        return "nine of ten are not reached at any size tried"
    first = part.loc[found, "size"].iloc[0]
    later = part[part["size"] >= first]
    words = f"nine of ten are found from {card.thing_of(first)} on"
    missed = later.loc[later["recall"] < TARGET_RECALL, "size"]
    if not missed.empty:
        words += f", but not of every larger size: of {card.thing_of(missed.iloc[0])}, fewer"
    return f"{words}; nothing smaller was tried" if first == part["size"].min() else words


def _of(row: pd.Series, count: int, words: str) -> str:
    """Count out of the images tested, in words, with its interval."""
    return (
        f"{count} of {row['looks']} {words} "
        f"({row['low']:.0%} to {row['high']:.0%}, 90 percent interval)"
    )


def _over_contrasts(of_size: pd.DataFrame) -> str:
    """Range of the recall of one size over all contrasts tried, where there are several."""
    recall = of_size["recall"]
    if len(recall) == 1:
        return ""
    ends = dict.fromkeys((f"{recall.min():.0%}", f"{recall.max():.0%}"))
    return f"; over all contrasts tried, {' to '.join(ends)} were found"


def _error(bias: float) -> str:
    """Error with its sign, to two digits or to the whole unit; a zero has no sign."""
    return f"{bias:+,.0f}" if abs(bias) >= 10 else f"{bias:+.2g}" if bias else "0"


def _bias_words(of_size: pd.DataFrame, card: Card) -> list[str]:
    """Sentence on the median error of one size where it is found, over the contrasts tried."""
    biases = of_size["bias"].dropna()
    if biases.empty:
        return []
    least, most = biases.min(), biases.max()
    side = "too small" if most < 0 else "too large" if least > 0 else "off"
    ends = dict.fromkeys(map(_error, (least, most)))
    if card.unit == SHIPS and [*ends] == ["0"]:
        return ["Where it is found, the number of ships is right at the median."]
    if [*ends] == ["0"]:
        return ["Where it is found, the median error is none."]
    over = " over the contrasts tried" if len(ends) > 1 else ""
    return [
        f"Where it is found, the measured value is {side}: the median error is "
        f"{' to '.join(ends)} {card.unit}{over}."
    ]


def limits_sentence(table: pd.DataFrame, card: Card) -> str:
    """Word a detection limit for readers.

    Parameters
    ----------
    table : pandas.DataFrame
        From `recall_table`.
    card : Card
        What was drawn in and measured.

    Returns
    -------
    str
        What was found of the thing in the headline, at its contrast and over all contrasts, by
        how much the measure errs to one side, from which size on nine of ten are found, when the
        measure is blind, and how often it called something where nothing was put.

    Raises
    ------
    DataError
        If the headline's size and contrast were not tried, or no image was measured as it is.
    """
    size, contrast = card.headline
    tried = table[table["size"] > 0]
    of_size = tried[tried["size"] == size]
    there = of_size[of_size["contrast"] == contrast]
    if there.empty:
        message = f"card {card.key}: {size:g} at {contrast:g} was not tried; add it to the trials"
        raise DataError(message)
    row = there.iloc[0]
    kind = "simulated clear images" if row["simulated"] else "clear images of this place"
    words = [
        f"{card.thing_of(size).capitalize()} ({card.contrast} {_signed(contrast)}): "
        f"found in {_of(row, row['found'], kind)}{_over_contrasts(of_size)}."
    ]
    words += [card.counts_as_found] if card.counts_as_found else []
    words += _bias_words(of_size, card)
    words += [
        f"At {_signed(each)}, {_range(tried[tried['contrast'] == each], card)}."
        for each in sorted(tried["contrast"].unique())
    ]
    empty = table[table["size"] == 0]
    if empty.empty:
        message = (
            f"card {card.key}: no image was tested with nothing put in; add them to the trials"
        )
        raise DataError(message)
    none = empty.iloc[0]
    called = _of(none, none["found"] + none["something"], "images")
    doubt = "" if none["simulated"] else ", rightly or not"
    words.append(f"With nothing put in, something was found in {called}{doubt}.")
    return " ".join(words)
