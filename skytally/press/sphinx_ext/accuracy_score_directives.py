"""Directives of the accuracy page: scores of the measures, in short and beside other methods."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import Fault, data_registry, listed, read_table, refuse, when
from skytally.imagery.measure.rail.occupied_length_fit import CAR_METRES
from skytally.imagery.pipeline import CARDS
from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    folded,
    rounded,
    small_table,
    table_row,
    with_data,
)

IN_USE, UNUSED = "in-use", "unused"
"""Whether the numbers of any evidence page rest on a measure."""
OWN_METHODS = (
    "sweep", "berth", "radar berth", "change_score", "change_score, without its noise model",
    "ours",
)  # fmt: skip
OWN_PREFIXES = ("skytally", "K CFAR")
"""Methods of this package in ``measurement_accuracy.csv``, by name and by how their names begin."""
PAINTED, OWN_WATER = "sweep, painted", "sweep, painted by its own water mask"
HELPED = (PAINTED, OWN_WATER, "sweep, sides in colour too")
"""Our own method with an outline of the land that it does not have at a site, and variants of it
that were tried and not kept: no other methods."""
GRID_CHANGE, MUCH = "change of count with the grid", 0.1
"""Score of a sweep on moved grids, and the share from which its count moves much."""
BLURRED = "blurred"
"""Begins the note of a grid onto which the image was blurred."""
GRID_IN_NOTE = re.compile(r"(.+): (\d+) for (\d+)")
LOWER_IS_BETTER = ("false", "mean error", "change shown where there is none", "targets in no box")
HIGHER_IS_BETTER = (
    "precision", "recall", "average precision", "pixels alike", "intersection over union",
    "dates right", "mean f1", "mean covering", "detection per look",
    "change shown where there is one", "boxes that hold a target",
)  # fmt: skip
"""Scores of which the best of several methods is set in bold."""
NOT_SCORED = "The measures were not scored on this copy yet."


def scores_of(measures: str) -> pd.DataFrame:
    """Scores of the measures that evidence pages use, of those that none uses, or of all.

    Parameters
    ----------
    measures : str
        `IN_USE`, `UNUSED`, or empty for all.

    Returns
    -------
    pandas.DataFrame
        Rows of ``measurement_accuracy.csv``.

    Raises
    ------
    DataError
        If ``evidence_pages_by_measure.csv`` does not say of every measure whether a page uses it.
    """
    table = results("measurement_accuracy")
    if table.empty or not measures:
        return table
    path = data_registry.path("evidence_pages_by_measure")
    pages = read_table(path).set_index("measure")["pages"]
    refuse(
        (
            Fault(
                path.name, 0, "measure", f"no row {measure!r}", "add it, with the pages that use it"
            )
            for measure in dict.fromkeys(table["measure"])
            if measure not in pages.index
        ),
        what=f"table {path.name}",
    )
    used = table["measure"].map(pages) != ""
    return table[used if measures == IN_USE else ~used].reset_index(drop=True)


class ScoresBlock(Block):
    """Base of the directives that show scores, of all measures or of those in use or not."""

    option_spec: ClassVar = {
        "measures": lambda word: directives.choice(word, (IN_USE, UNUSED)),
    }

    def scores(self) -> pd.DataFrame:
        """Scores of the measures that the option names."""
        return scores_of(self.options.get("measures", ""))

    def table_name(self, name: str) -> str:
        """Anchor of a table, which differs where a page has two of them."""
        return f"{name}-unused" if self.options.get("measures") == UNUSED else name


def _best_scores(table: pd.DataFrame) -> pd.Series:
    """Whether each row has the best score of several methods, by measure, data and metric."""
    numbers = table["value"].apply(pd.to_numeric, errors="coerce")
    # points of a curve and parts of a data set are no rivals of the whole
    whole = ~table["note"].str.startswith(("curve", "only"))
    shared = [table[word].where(whole) for word in ("measure", "dataset", "metric")]
    lower = table["metric"].str.startswith(LOWER_IS_BETTER)
    several = table.groupby(shared)["method"].transform("nunique") > 1
    best = numbers.groupby(shared).transform("max").where(~lower)
    best = best.fillna(numbers.groupby(shared).transform("min").where(lower))
    ranked = lower | table["metric"].isin(HIGHER_IS_BETTER)
    return several & (numbers == best) & ranked


HULLS = (100.0, 150.0)
"""Lengths of simulated ships in the table that opens the page, in metres."""
PORTS = ("ships in one look", "four labelled ports", "sweep")
SWEPT = ("precision", "recall")
CHIPS = ("ships at sea, radar", "sar_ship_chips", "K CFAR, 1e-6, shape 4")
TILE = ("ships at berth, optical", "Vancouver tile 3194", "berth")
SEA, LAND = (
    ("ships at berth, radar", f"OPERA RTC, {where}", "radar berth")
    for where in ("open sea", "land")
)
"""Measure, data and method of the scores on real images that open the page."""
FROM_SEA, OVER_QUAY, OPTICAL = "berth-sentinel-1", "berth-sentinel-1-lee", "berth-sentinel-2"
"""Detection limits at simulated berths that open the page."""
CARS, STACKS = "rail-sentinel-2", "stacks-sentinel-2"
"""Detection limits in simulated yards and on simulated quays that open the page."""
BALLAST = "ballast"
RAIL_COUNT = "R031"
"""Count of railcars whose like was simulated; without the row, the fullest yard stands for it."""
REAL, SIMULATED = "real images", "simulated images"
EARLIER, ALONE = "with earlier images of the place", "no earlier images"
DRAWN = "known: what was drawn in"
"""Images of a test, whether earlier ones were compared with, and whose word the truth is."""
BESIDE_QUAY = "hulls beside a quay"
"""Beginning of the note of the score of ships that lie at a quay or another hull."""
SIZE_IN_NOTE = re.compile(r"hulls of (\d+) to (\d+) m")
EMPTY_IN_NOTE = re.compile(r"(\d+) empty")
ENOUGH_EMPTY = 11
"""Empty dates from which dates that were all right say something of false alarms: of fewer, an
alarm on one in five would be missed more often than one time in ten."""


def simulated(limits: pd.DataFrame, card: str) -> pd.DataFrame:
    """Rows of one detection limit, its sizes, contrasts and counts as numbers."""
    if limits.empty:
        return limits
    rows = limits[limits["card"] == card].astype({"size": float, "found": int})
    numbers = ["contrast", "bias"]
    return rows.assign(**{name: pd.to_numeric(rows[name], errors="coerce") for name in numbers})


def size_of_count(limits: pd.DataFrame) -> float:
    """Cars of the simulated yard that is nearest to the count of `RAIL_COUNT`, or the fullest."""
    sizes = simulated(limits, CARS).get("size", pd.Series(dtype=float))
    counted, _ = _counted_cars()
    if sizes.empty or counted is None:
        return float(sizes.max()) if len(sizes) else 0.0
    return float(min(sizes[sizes > 0], key=lambda size: abs(size - counted)))


def _counted_cars() -> tuple[float | None, str]:
    """Railcars of `RAIL_COUNT` and its month; none where the record has no such row or number."""
    if "rail_counts" not in data_registry.entries():
        return None, ""
    rows = read_table(data_registry.path("rail_counts"))
    row = rows[(rows["id"] == RAIL_COUNT) & rows["value"].notna()]
    if row.empty:
        return None, ""
    first, last = row["date_first"].iloc[0], row["date_last"].iloc[0]
    return float(row["value"].iloc[0]), when(first, last, "month", "month")


def by_strength(of_size: pd.DataFrame, under: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows of one size at the strongest contrasts that were tried, and at the weakest.

    Parameters
    ----------
    of_size : pandas.DataFrame
        From `simulated`.
    under : str
        What lies under the object, such as *ballast*.
    """
    strength = of_size["contrast"].abs()
    weakest = "as bright as" if strength.min() == 0 else "hardly brighter or darker than"
    yield "at high contrast", of_size[strength == strength.max()]
    yield f"where they are {weakest} the {under}", of_size[strength == strength.min()]


def least_to_most(counts: pd.Series) -> str:
    """Range of counts in words; one number where all are alike."""
    return " to ".join(dict.fromkeys(str(end) for end in (counts.min(), counts.max())))


def interval_percent(low: object, high: object) -> str:
    """Interval of a share in whole percent; empty where the table has none.

    Examples
    --------
    >>> interval_percent("0.4291", "0.6314"), interval_percent("", "")
    ('43 to 63 percent', '')
    """
    if low == "" or high == "":
        return ""
    return f"{100 * float(str(low)):.0f} to {100 * float(str(high)):.0f} percent"


def _with_interval(of_size: pd.DataFrame) -> str:
    """Images in which something was found, of how many, and the ends of their intervals."""
    ends = (pd.to_numeric(of_size["low"]).min(), pd.to_numeric(of_size["high"]).max())
    span = least_to_most(of_size["found"])
    return f"{span} of {of_size['looks'].iloc[0]} images ({interval_percent(*ends)})"


def _alarm_ends(nothing: pd.Series) -> str:
    """Interval of the share of images in which something was found where nothing was put in."""
    return f" ({interval_percent(nothing['low'], nothing['high'])})"


def _off(errors: pd.Series, unit: str) -> str:
    """Median errors in words: by how much the measured size is too small or too large.

    Examples
    --------
    >>> _off(pd.Series([-179.0, -127.0]), "m2"), _off(pd.Series([2.0, -100.0]), "m")
    ('at the median 127 to 179 m2 too little', 'at the median 100 m too little to 2 m too much')
    """
    known = errors.dropna().round()
    if known.empty:
        return "no size measured"
    least, most = known.min(), known.max()
    if least < 0 < most:
        return f"at the median {-least:,.0f} {unit} too little to {most:,.0f} {unit} too much"
    ends = dict.fromkeys(f"{end:,.0f}" for end in sorted(map(abs, (least, most))))
    side = "too little" if least < 0 else "too much" if most > 0 else "off"
    return f"at the median {' to '.join(ends)} {unit} {side}"


def alarms_of_dates(note: str) -> str:
    """Describe what dates read by eye show of false alarms, by how many of them were empty.

    Examples
    --------
    >>> alarms_of_dates("8 occupied, 1 empty"), alarms_of_dates("8 occupied, 12 empty")
    ('one empty date, so it says nothing about false alarms', '12 empty dates among them')
    """
    counted = EMPTY_IN_NOTE.search(note)
    empty = int(counted[1]) if counted else 0
    if empty >= ENOUGH_EMPTY:
        return f"{empty} empty dates among them"
    if empty > 1:
        return f"{empty} empty dates, so it says little about false alarms"
    return f"{'one' if empty else 'no'} empty date, so it says nothing about false alarms"


def _score_rows(scores: pd.DataFrame, data: tuple[str, str, str], metric: str) -> pd.DataFrame:
    if scores.empty:
        return scores
    same = (scores[["measure", "dataset", "method"]] == [*data]).all(axis=1)
    return scores[same & (scores["metric"] == metric)]


def score_row(
    scores: pd.DataFrame, data: tuple[str, str, str], metric: str, note: str = ""
) -> pd.Series | None:
    """First row of a score, which is that of the whole data set; of a part by its note."""
    chosen = _score_rows(scores, data, metric)
    if note and not chosen.empty:
        chosen = chosen[chosen["note"].str.startswith(note)]
    return None if chosen.empty else chosen.iloc[0]


def found_share(row: pd.Series, things: str = "") -> str:
    """Things found of so many, with the interval of their share in brackets."""
    counted = f"{round(float(row['value']) * int(row['n']))} of {int(row['n'])}{things}"
    ends = interval_percent(row["low"], row["high"])
    return f"{counted} ({ends})" if ends else counted


def counts_of(scores: pd.DataFrame, data: tuple[str, str, str], metric: str, things: str) -> str:
    """Things found by a score, with what they are; empty where it was not taken."""
    row = score_row(scores, data, metric)
    return "" if row is None or row["value"] == "" else found_share(row, things)


ON_A_HULL = "false objects on a labelled hull"
ON_LAND = "false objects that touch land"
UNLABELLED = "craft without a label"


def wrong_marks(scores: pd.DataFrame, data: tuple[str, str, str]) -> str:
    """Count the marks of a program that match no labelled ship, with what is known of them.

    A mark without a label is not surely no ship: it may be a second one on a labelled hull, and
    people who label images leave out small craft.
    """
    row = score_row(scores, data, "precision")
    if row is None:
        return ""
    marked = int(row["n"])
    wrong = marked - round(float(row["value"]) * marked)
    ends = (1 - float(row["high"]), 1 - float(row["low"])) if row["low"] else ("", "")
    share = f" ({interval_percent(*ends)})" if row["low"] else ""
    words = f"the program marked {marked} objects; {wrong} of its marks match no labelled ship"
    parts = []
    hull, land = (score_row(scores, data, metric) for metric in (ON_A_HULL, ON_LAND))
    if hull is not None:
        on = round(float(hull["value"]) * int(hull["n"]))
        parts.append(f"{on} of them lie on a labelled hull ({hull['note']})")
    if land is not None and UNLABELLED in str(land["note"]):
        parts.append(f"some others look like {UNLABELLED}")
    return f"{words}{share}{': ' if parts else ''}{', and '.join(parts)}"


class RailLengthError(Block):
    """Limits of a free image for a count of railcars, from simulated yards."""

    def html(self) -> str:
        """Return two sentences; nothing where the methods were not scored on this copy."""
        rows = simulated(results("simulated_recall_and_bias"), CARS)
        if rows.empty:
            return ""
        size = size_of_count(results("simulated_recall_and_bias"))
        of_size = rows[rows["size"] == size]
        found = [
            f"in {least_to_most(part['found'])} of {part['looks'].iloc[0]} images {words}"
            for words, part in by_strength(of_size, BALLAST)
        ]
        counted, month = _counted_cars()
        alike = f", as many as were counted in {month}," if size == counted else ""
        short = -of_size["bias"].min()
        end = "It was never tested on a real yard"
        if alike and short > 0:
            end = "So it could not settle that count, and it was never tested on a real yard"
        length = (
            f"The length that it gives is at the median up to {short:,.0f} m too short, depending "
            f"on contrast: as much as {short / CAR_METRES:.0f} cars take. "
            if short > 0
            else ""
        )
        return (
            f"<p>Of {size:g} simulated railcars{alike} the measure of free images sees something "
            f"{listed(found)}. {length}{end}.</p>"
        )


class SweepChecks(Block):
    """State from rows what painting gives the sweep, and how its count moves with the grid."""

    def html(self) -> str:
        """Return up to two paragraphs; nothing where the methods were not scored on this copy."""
        scores = results("measurement_accuracy")
        parts = (self._of_painting(scores), self._of_grids(scores))
        return "".join(f"<p>{cell(words)}</p>" for words in parts if words)

    def _of_painting(self, scores: pd.DataFrame) -> str:
        told = []
        for method, outline in (
            (PORTS[2], "without painting"),
            (PAINTED, "with an outline that leaves out the labelled ships, which is a bound"),
            (OWN_WATER, "with one made without the labels, from the image's own water mask"),
        ):
            # of several rows the last is that with each port left out of its own tuning
            rows = [_score_rows(scores, (*PORTS[:2], method), each) for each in SWEPT]
            if any(each.empty for each in rows):
                continue
            whole = [each[~each["note"].str.startswith(("curve", "only"))] for each in rows]
            left_out = [each[each["note"].str.contains("left out")] for each in whole]
            precision, recall = (
                (part if len(part) else every).iloc[0]
                for part, every in zip(left_out, whole, strict=True)
            )
            told.append(
                f"{found_share(recall, ' ships')} found and {found_share(precision)} of the marks "
                f"right {outline}"
            )
        if len(told) < 2:
            return ""
        return (
            f"On {PORTS[1]}, with what always stands there painted as water before the sweep "
            f"and not: {'; '.join(told)}. No past image of these ports was to be had."
        )

    def _of_grids(self, scores: pd.DataFrame) -> str:
        rows = _score_rows(scores, PORTS, GRID_CHANGE)
        told: list[str] = []
        moved: list[bool] = []
        for note, value in zip(rows.get("note", ()), rows.get("value", ()), strict=True):
            if grid := GRID_IN_NOTE.fullmatch(str(note)):
                told.append(f"{grid[1]}, {grid[2]} objects for {grid[3]}")
                if abs(float(value)) >= MUCH:
                    moved.append(grid[1].startswith(BLURRED))
        if not told:
            return ""
        verdict = (
            f"by a tenth or more on {len(moved)} of {len(told)} grids"
            + (", only where the image was blurred as well" if all(moved) else "")
            if moved
            else f"by less than a tenth on all {len(told)} grids"
        )  # fmt: skip
        return (
            f"Swept on another grid, the same images give other counts ({'; '.join(told)}): the "
            f"count moves {verdict}."
        )


class PlainScore(Block):
    """Sum up in a few lines how well ships, railcars and stacks were found."""

    def html(self) -> str:
        """Return a sentence and the table; none where the methods were not scored on this copy."""
        scores, limits = results("measurement_accuracy"), results("simulated_recall_and_bias")
        rows = [
            *self._of_berths(scores, limits),
            *self._of_one_image(scores),
            *self._of_cars_and_stacks(limits),
        ]
        if not rows:
            return ""
        heads = ["method", "object, place", "found", "false alarms", "images", "truth from"]
        ports = [row for row in rows if row[1].startswith(PORTS[1])]
        ships = "".join(
            f"<p>Ships found on a single optical image of {PORTS[1]}: {cell(row[2])}; "
            f"{cell(row[3])}. In brackets: 90 percent intervals.</p>"
            for row in ports
        )
        return (
            "<p><strong>Plain result.</strong> How often a ship is found at a berth against "
            "earlier images of it was tested on simulated images alone; on real ones only how "
            "often radar then calls a ship where none lies. Real images with ships were each read "
            "without earlier ones, and a count of ships made so is a rough one. No method here "
            "counts railcars or containers one by one: they measure metres of occupied track and "
            "square metres of stacks, and were tested for both on simulated images alone.</p>"
            + ships
            + small_table(
                "How well ships, railcars and stacks were found, in short. In brackets: 90 percent "
                "intervals; after a range of counts, from the lower end of the least to the upper "
                "end of the most",
                heads,
                rows,
                empty="",
            )
        )

    def _of_cars_and_stacks(self, limits: pd.DataFrame) -> Iterator[list[str]]:
        """Yards and quays: how often anything was found, and by how much its size is off."""
        for name, what, card, place, under in (
            ("metres of occupied track", "length", CARS, "{size:g} railcars in a yard", BALLAST),
            ("area of stacks", "area", STACKS, "stacks that cover {size:g} m2", "concrete"),
        ):
            rows = simulated(limits, card)
            if rows.empty:
                continue
            size = size_of_count(limits) if card == CARS else CARDS[card].headline[0]
            nothing = rows[rows["size"] == 0].iloc[0]
            called = nothing["found"] + int(nothing["something"])
            yield [
                f"optical, Sentinel-2, 10 m a pixel, {name}",
                f"{place.format(size=size)}, simulated",
                "; ".join(
                    f"{words}: {_with_interval(part)}, {what} "
                    f"{_off(part['bias'], CARDS[card].unit)}"
                    for words, part in by_strength(rows[rows["size"] == size], under)
                ),
                f"{called} of {nothing['looks']} images with nothing there{_alarm_ends(nothing)}",
                f"{SIMULATED}, {EARLIER}", DRAWN,
            ]  # fmt: skip

    def _of_berths(self, scores: pd.DataFrame, limits: pd.DataFrame) -> Iterator[list[str]]:
        series = "a berth against earlier images of it"
        for name, cards in (
            ("optical, Sentinel-2, 10 m a pixel, " + series, {"": OPTICAL}),
            (
                "radar, Sentinel-1, 10 m a pixel, " + series,
                {"from the sea ": FROM_SEA, "over the quay ": OVER_QUAY},
            ),
        ):
            if set(cards.values()) <= set(limits.get("card", ())):
                yield self._ships(name, limits, cards)
        alarms = [
            found
            for data, where in ((SEA, "open sea"), (LAND, "land"))
            if (found := counts_of(scores, data, "false alarms per look", f" looks at {where}"))
        ]
        if alarms:
            row = score_row(scores, SEA, "false alarms per look")
            note = "" if row is None else str(row["note"]).partition("; ")[2]
            yield [
                f"radar, Sentinel-1, 30 m a pixel, {series}",
                "no ship there",
                "",
                ", ".join(alarms),
                f"{REAL}, {EARLIER}: {note}".removesuffix(": "),
                "no labels: sea and land that were taken to hold no ship",
            ]
        if tile := counts_of(scores, TILE, "dates right", " dates"):
            row = score_row(scores, TILE, "dates right")
            length = score_row(scores, TILE, "length found, median, m")
            long = (
                f"; ships of about {round(float(length['value']))} m" if length is not None else ""
            )
            what, _, images = (str(row["note"]) if row is not None else "").partition("; ")
            images = images.removesuffix(", no history")
            yield [
                "optical, Sentinel-2, 10 m a pixel, a berth beside its own open water",
                f"one berth of Vancouver{long}", f"right on {tile}: {what}", alarms_of_dates(what),
                f"{REAL}, {ALONE}: {images}".removesuffix(": "), "read by eye for this book",
            ]  # fmt: skip

    def _ships(self, name: str, limits: pd.DataFrame, cards: Mapping[str, str]) -> list[str]:
        found, alarms = [], []
        for where, card in cards.items():
            rows = simulated(limits, card)
            for size in HULLS:
                part = rows[rows["size"] == size]
                found.append(f"{where}{size:g} m: {_with_interval(part)}")
            nothing = rows[rows["size"] == 0].iloc[0]
            called = nothing["found"] + int(nothing["something"])
            ends = _alarm_ends(nothing)
            alarms.append(f"{where}{called} of {nothing['looks']} images with no ship{ends}")
        lengths = " or ".join(f"{size:g}" for size in HULLS)
        # radar has no contrast of a colour: there the ship echoes more strongly or less
        radar = FROM_SEA in cards.values()
        contrast = "how strongly the ship echoes" if radar else "the contrast of deck and water"
        return [
            name, f"a ship of {lengths} m, simulated",
            f"{'; '.join(found)}, depending on {contrast}", "; ".join(alarms),
            f"{SIMULATED}, {EARLIER}", DRAWN,
        ]  # fmt: skip

    def _of_one_image(self, scores: pd.DataFrame) -> Iterator[list[str]]:
        found = counts_of(scores, PORTS, "recall", " labelled ships, of any length")
        right = score_row(scores, PORTS, "precision")
        if found and right is not None:
            parts = [found]
            middle = self._of_length(scores)
            quay = score_row(scores, PORTS, "recall by surroundings", note=BESIDE_QUAY)
            if quay is not None:
                parts.append(f"of those beside a quay or a hull, {found_share(quay)}")
            yield [
                "optical, Sentinel-2, pixels of 10 m resampled, a single image",
                "four labelled ports, anywhere in the water", "; ".join([*parts, *middle]),
                wrong_marks(scores, PORTS), f"{REAL}, {ALONE}",
                "labels of the data set sen2ships",
            ]  # fmt: skip
        held = counts_of(scores, CHIPS, "boxes that hold a target", " labelled ships")
        others = score_row(scores, CHIPS, "targets in no box, an image")
        if held and others is not None:
            yield [
                "radar, Sentinel-1 and Gaofen-3, a single image",
                "ships in cut-outs, land among them", held,
                f"{rounded(others['value'])} false alarms per image",
                f"{REAL}, {ALONE}: {others['note']}".removesuffix(": "),
                "boxes of the SAR-Ship-Dataset",
            ]  # fmt: skip

    def _of_length(self, scores: pd.DataFrame) -> list[str]:
        """Share found of the ships as long as the simulated ones."""
        chosen = _score_rows(scores, PORTS, "recall by length")
        for _, row in chosen.iterrows():
            ends = SIZE_IN_NOTE.search(str(row["note"]))
            if ends and (float(ends[1]), float(ends[2])) == HULLS:
                return [f"of those {ends[1]} to {ends[2]} m long, {found_share(row)}"]
        return []


class AccuracyTable(ScoresBlock):
    """Show the scores of the measures on real and simulated images, beside other methods."""

    def html(self) -> str:
        """Return one row per score, best of several methods in bold."""
        table = self.scores()
        name = self.table_name("measurement_accuracy")
        if table.empty:
            return empty_state(NOT_SCORED, anchor=f"table-{name}")
        # points of a curve are drawn in the charts and stand in the file
        table = table[~table["note"].str.startswith("curve")].reset_index(drop=True)
        heads = ["measure", "data", "method", "score", "value", "90 % interval", "n", "note"]
        rows = []
        for row, best in zip(table.itertuples(), _best_scores(table), strict=True):
            value = cell(rounded(row.value))
            value = f"<strong>{value}</strong>" if best else value
            interval = f"{rounded(row.low)} to {rounded(row.high)}" if row.low != "" else ""
            rows.append(
                f'<tr><th scope="row">{cell(row.measure)}</th>'
                + "".join(
                    f"<td>{cell(text)}</td>" for text in (row.dataset, row.method, row.metric)
                )
                + f"<td>{value}</td>"
                + "".join(f"<td>{cell(text)}</td>" for text in (interval, row.n, row.note))
                + "</tr>"
            )
        caption = f"Scores of the measures (run on {table['date'].iloc[0]})"
        shown = filtered_table(
            name, caption, heads, rows, empty=NOT_SCORED,
            label="measure", choices=list(dict.fromkeys(table["measure"])),
        )  # fmt: skip
        return folded(shown, len(rows), "All scores")


def _better(own: pd.Series, other: pd.Series, *, lower: bool) -> str:
    """Word for which of two scores is better, or that their intervals overlap."""
    if own["number"] == other["number"]:
        return "even"
    ahead = (own["number"] < other["number"]) == lower
    ends = [
        pd.to_numeric(row[word], errors="coerce")
        for row in (own, other)
        for word in ("low", "high")
    ]
    word = "ours" if ahead else "the other"
    apart = ends[0] > ends[3] or ends[2] > ends[1]
    known = all(pd.notna(end) for end in ends)
    return word if apart or not known else f"{word}, but the intervals overlap"


def _worse_settings(table: pd.DataFrame) -> list[int]:
    """Rows of the settings of another method that do worse on the same data than its best one."""
    others = table[~table["own"]]
    worse: list[int] = []
    for _, rows in others.groupby(["measure", "dataset", "method"], sort=False):
        # a score that has its own setting beside it is tried in several
        several = rows[rows["metric"].duplicated(keep=False)]
        lower = several["metric"].str.startswith(LOWER_IS_BETTER)
        net = several["number"].where(~lower, -several["number"])
        nets = net.groupby(several["note"], sort=False).sum()
        if len(nets) > 1:
            worse += several.index[several["note"] != nets.idxmax()].tolist()
    return worse


class SideBySideTable(ScoresBlock):
    """Show where the measures do better and worse than others on the same images."""

    def html(self) -> str:
        """Return one row per data set and score: ours, the best of the others, who is better."""
        table = self.scores()
        if table.empty:
            return ""
        table = table.assign(
            number=pd.to_numeric(table["value"], errors="coerce"),
            own=table["method"].isin(OWN_METHODS) | table["method"].str.startswith(OWN_PREFIXES),
        ).dropna(subset=["number"])
        table = table[~table["method"].isin(HELPED)]
        # the detection of one setting and the false alarms of another make no method of their own
        table = table.drop(index=_worse_settings(table))
        rows = [
            row
            for (measure, data, metric), part in table.groupby(
                ["measure", "dataset", "metric"], sort=False
            )
            for row in self._row(measure, data, metric, part)
        ]
        if not rows:
            return empty_state("No other method was tried on the same data.")
        heads = ["measure", "score", "better", "ours", "best other", "which", "data"]
        caption = (
            "Ours and the best of the others; where the intervals overlap, the difference may be "
            "chance. Of a method tried in several settings the one that is best on those data, by "
            "detection less false alarms; all settings are in the table of all scores"
        )
        shown = filtered_table(
            self.table_name("side-by-side"), caption, heads, rows, empty="",
        )  # fmt: skip
        return folded(shown, len(rows), "Ours and the best of the others")

    @staticmethod
    def _row(measure: str, data: str, metric: str, part: pd.DataFrame) -> list[str]:
        own, others = part[part["own"]], part[~part["own"]]
        if own.empty or others.empty or "by length" in metric or "at recall" in metric:
            return []
        lower = metric.startswith(LOWER_IS_BETTER)
        best = others.sort_values("number", ascending=lower, kind="stable").iloc[0]
        ours = own.iloc[0]
        better = _better(ours, best, lower=lower)
        scores = [rounded(each["value"]) for each in (ours, best)]
        if scores[0] == scores[1] and better != "even":
            scores = [str(each["value"]) for each in (ours, best)]
        which = f"{best['method']} ({best['note']})" if best["note"] else best["method"]
        return [table_row([measure, metric, better, *scores, which, data])]


class AccuracyCharts(ScoresBlock):
    """Draw the scores that are curves: ships by length, change by recall."""

    def html(self) -> str:
        """Return the charts of the data sets that were scored."""
        from skytally.figures import change_chart, lengths_chart

        table = self.scores()
        if table.empty:
            return ""
        # precision needs what was found beside what is there, so not every data set has both
        by_length = table.loc[table["metric"] == "precision by length found", "dataset"]
        by_recall = table.loc[table["metric"].str.startswith("precision at recall "), "dataset"]
        charts = [lengths_chart(table, dataset=data) for data in dict.fromkeys(by_length)]
        charts += [change_chart(table, dataset=data) for data in dict.fromkeys(by_recall)]
        file = "data/results/measurement_accuracy.csv"
        return "".join(with_data(chart.block, file) for chart in charts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("plain-score", PlainScore),
        ("sweep-checks", SweepChecks),
        ("rail-length-error", RailLengthError),
        ("accuracy-table", AccuracyTable),
        ("accuracy-charts", AccuracyCharts),
        ("side-by-side-table", SideBySideTable),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
