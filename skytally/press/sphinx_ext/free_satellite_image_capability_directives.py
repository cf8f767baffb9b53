"""Directives on what free images can show: passes, stays, ships found, and their size on disk."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import DataError, data_registry, day, number, read_table
from skytally.imagery.acquire import LANDSAT, SENTINEL_1, read_providers
from skytally.press.declared_finding_checks_with_parameters import page_parameters
from skytally.press.image_refresh_and_measurement_command import FIRST_DAY
from skytally.press.sphinx_ext.accuracy_score_directives import (
    BESIDE_QUAY,
    FROM_SEA,
    HULLS,
    OPTICAL,
    OVER_QUAY,
    PORTS,
    TILE,
    found_share,
    least_to_most,
    score_row,
    simulated,
    wrong_marks,
)
from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.cached_record_and_findings import findings, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row, small_table
from skytally.press.sphinx_ext.ship_directives import LENGTHS, printed_lengths
from skytally.press.sphinx_ext.site_plan_and_position_directives import sites

STAY = "port-imagery.stay"
"""Finding whose interval gives the shortest and the longest mean stay."""
READABLE = "port-imagery.readable_share_voa"
"""Finding whose interval gives the days that one counter could read, in percent."""
OPTICAL_SENSOR = "sentinel-2"
"""Sensor of the images on which ships were marked, and of whose passes the sum speaks."""
NAMES = {"sentinel-1": "Sentinel-1, radar", "sentinel-2": "Sentinel-2", "landsat": "Landsat 8, 9"}
"""Sensors of the table in words; one that is not here keeps its own name."""
CARDS = {
    "sentinel-1": {"from the sea ": FROM_SEA, "over the quay ": OVER_QUAY},
    "sentinel-2": {"": OPTICAL},
    "landsat": {"": "berth-landsat"},
}
"""Detection limits at simulated berths, by sensor."""
LENGTH = HULLS[0]
"""Length of the simulated ship, in metres."""
NOT_TRIED = "not tried"
REAL_SHIPS = "real ships beside a quay or a hull in other ports, each image read by itself: found"
"""Head of the column of the score on real images."""
STUDY_PAGE, COVERAGE_PAGE = "port-imagery", "coverage"
"""Notebooks whose parameters give the first day of the study and the newest month of the record."""
PIXEL_M = {LANDSAT: 30}
"""Metres of the finest band that is stored, where it is not `USUAL_PIXEL_M`."""
USUAL_PIXEL_M = 10
PIXEL_BYTES = {SENTINEL_1: 4}
"""Bytes of a stored pixel, where it is not `USUAL_PIXEL_BYTES`: backscatter has decimals."""
USUAL_PIXEL_BYTES = 2


def chance_of_pass(stay: float, days: float) -> float:
    """Chance that a stay meets at least one pass, if it may begin on any day alike.

    Parameters
    ----------
    stay : float
        Length of the stay, in days.
    days : float
        Days from one pass to the next.

    Returns
    -------
    float
        Geometry alone: cloud, and images that were not taken, are left out.

    Examples
    --------
    >>> chance_of_pass(3.0, 12.0), chance_of_pass(6.0, 5.0)
    (0.25, 1.0)
    """
    return min(1.0, stay / days)


def passes_between(first: pd.Timestamp, last: pd.Timestamp, days: float) -> int:
    """Count the passes that a period holds at a steady pace, both of its ends included.

    Examples
    --------
    >>> passes_between(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31"), 6.0)
    61
    """
    return round(((last - first).days + 1) / days)


def _last_day() -> pd.Timestamp | None:
    """Last day of the month of the newest dated observation; None in a book without that page."""
    month = page_parameters().get(COVERAGE_PAGE, {}).get("last")
    return None if month is None else pd.Period(str(month), "M").end_time.normalize()


def record_period() -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """First day of the study of own images, and last of the month of the newest observation."""
    study, last = page_parameters().get(STUDY_PAGE, {}).get("study"), _last_day()
    return None if study is None or last is None else (pd.Timestamp(str(study)), last)


def found_in_simulations(limits: pd.DataFrame, sensor: str) -> str:
    """Images of a simulated berth in which a ship of `LENGTH` was found, in words."""
    found = []
    for where, card in CARDS.get(sensor, {}).items():
        rows = simulated(limits, card)
        part = rows[rows["size"] == LENGTH] if len(rows) else rows
        if len(part):
            found.append(f"{where}{least_to_most(part['found'])} of {part['looks'].iloc[0]}")
    return "; ".join(found) or NOT_TRIED


def beside_a_quay() -> pd.Series | None:
    """Score of real ships beside a quay or a hull in single images; None where not scored."""
    return score_row(
        results("measurement_accuracy"), PORTS, "recall by surroundings", note=BESIDE_QUAY
    )


AS_LONG = "hulls of 100 to 150 m"
"""Class of length in the scores in which the lengths of the named ships lie that pages print."""


def median_length(scores: pd.DataFrame) -> str:
    """Median length of the ships at the real berth, as the program found it, in whole metres."""
    row = score_row(scores, TILE, "length found, median, m")
    return "an unknown number of" if row is None else f"{float(row['value']):.0f}"


def combined(*shares: tuple[float, float]) -> tuple[int, int]:
    """Multiply shares of which each has a lower and an upper end, in percent, rounded outwards.

    Parameters
    ----------
    *shares : tuple of float
        Ends of each share, from 0 to 1.

    Returns
    -------
    tuple of int
        All lower ends together, and all upper ends, as if no share depended on another.

    Examples
    --------
    >>> combined((0.5, 1.0), (0.5, 0.75))
    (25, 75)
    """
    low, high = (math.prod(share[end] for share in shares) for end in (0, 1))
    # a product of decimals may miss a whole percent by the last digit
    return math.floor(round(100 * low, 6)), math.ceil(round(100 * high, 6))


def ships_as_long() -> str:
    """Clause on the named ships of the class of length; empty unless all that have a length fit.

    Ships without a name are not meant: a counter measured some of them as shorter.
    """
    least, most = (int(end) for end in re.findall(r"\d+", AS_LONG))
    named = (
        sorted({str(ship) for ship in table(LENGTHS)["vessel"]})
        if LENGTHS in data_registry.entries()
        else []
    )
    fits = [
        ship
        for ship in named
        if all(least <= metres <= most for metres in printed_lengths(ship).values())
    ]
    if not fits or fits != named:
        return ""
    are = "is the one named ship" if len(fits) == 1 else f"are the {number(len(fits))} named ships"
    return f", as {are} of this route whose length a page gives,"


def _as_long(score: pd.Series | None) -> str:
    if score is None:
        return ""
    return f" Of {AS_LONG}{ships_as_long()} it found {cell(found_share(score))}."


class FreeImages(Block):
    """Sum up in one box whether free images can show the ships, railcars and containers."""

    def html(self) -> str:
        """Return the box; empty where the methods were not scored on this copy."""
        points = [*self._points()]
        if not points:
            return ""
        lines = "".join(f"<li><strong>{head}</strong> {words}</li>" for head, words in points)
        return f'<div class="sk-card sk-answers"><ul>{lines}</ul></div>'

    def _points(self) -> Iterator[tuple[str, str]]:
        scores, known = results("measurement_accuracy"), findings(self.app)
        quay, whole = beside_a_quay(), score_row(scores, PORTS, "recall")
        marks = score_row(scores, PORTS, "precision")
        alike = score_row(scores, PORTS, "recall by length", note=AS_LONG)
        if quay is None or whole is None or marks is None:
            return
        yield (
            "A ship at a berth: sometimes.",
            f"On real Sentinel-2 images of {PORTS[1]} elsewhere, each read by itself, the program "
            f"found {cell(found_share(quay))} ships beside a quay or another hull, and "
            f"{cell(found_share(whole))} in all; {cell(wrong_marks(scores, PORTS))}."
            f"{_as_long(alike)} In brackets: 90 percent intervals.",
        )
        drawn = found_in_simulations(results("simulated_recall_and_bias"), OPTICAL_SENSOR)
        tile = score_row(scores, TILE, "dates right")
        tried = (
            f" What was tried on real ones is a single berth of Vancouver, right on "
            f"{cell(found_share(tile))} dates ({cell(str(tile['note']).partition('; ')[0])}; its "
            f"ships were about {median_length(scores)} m long), and there each date was compared "
            "with its own open water, not with earlier dates."
            if tile is not None
            else ""
        )
        yield (
            "Against earlier images of the berth: not known.",
            f"A simulated ship of {LENGTH:g} m was found in {cell(drawn)} images.{tried}",
        )
        yield (
            "Railcars and containers: cannot be counted.",
            "Each is narrower than a pixel of a free image. The program measures metres of "
            "occupied track and square metres of stacks, and was tested for both on simulated "
            "images alone.",
        )
        yield from self._of_a_stay(known, quay)
        yield (
            "Never tried on this route.",
            "No image with which a method was tested shows a site of this book.",
        )

    def _of_a_stay(self, known: dict[str, Any], quay: pd.Series) -> Iterator[tuple[str, str]]:
        """How often a stay meets a pass, a readable day and a mark, each and together."""
        rows = read_table(data_registry.path("satellite_repeat_cycles"))
        rows = rows[rows["sensor"] == OPTICAL_SENSOR]
        if rows.empty or STAY not in known:
            return
        often = rows.loc[rows["days"].idxmin()]
        stays = (known[STAY]["low"], known[STAY]["high"])
        passes = tuple(chance_of_pass(stay, float(often["days"])) for stay in stays)
        yield (
            "Whether a pass meets the ship:",
            f"{100 * passes[0]:.0f} percent for a stay of {number(stays[0])} days, "
            f"{100 * passes[1]:.0f} percent for one of {number(stays[1])} days, the ends of "
            f"{self.card('finding', STAY, 'the mean stay')}, before any cloud, with "
            f"{number(often['satellites'])} satellites of {NAMES[OPTICAL_SENSOR]}; "
            '<a href="#passes-of-satellites">all satellites</a>.',
        )
        if READABLE not in known:
            return
        readable = known[READABLE]
        yield (
            "Cloud:",
            f"VOA could read {self.card('finding', READABLE, readable['said'])} of the days of a "
            "few weeks, if it had an image of each day that was not too cloudy; its images were "
            "not these. How "
            "cloudy the port is otherwise is not in the record. Radar sees through cloud; "
            "whether it finds a ship at a berth was tried on simulated berths alone.",
        )
        low, high = combined(
            (passes[0], passes[1]),
            (readable["low"] / 100, readable["high"] / 100),
            (float(quay["low"]), float(quay["high"])),
        )
        yield (
            "All three together:",
            f"a ship that stays once at a quay would be marked in {low} to {high} percent of "
            "cases. This multiplies the lower ends, and the upper ends, of the three lines above "
            "(passes, readable days, ships of any length found beside a quay), as if none depended "
            "on another, one pass counted, the sky as in those weeks, and ships and quay as in the "
            "labelled ports. It is arithmetic and no observation, and a mark alone is no ship.",
        )


class SatellitePasses(Block):
    """Show after how many days each free satellite passes again, and what a stay meets."""

    def html(self) -> str:
        """Return the table, a row a sensor and number of satellites."""
        stay = findings(self.app).get(STAY)
        stays = [stay["low"], stay["high"]] if stay else []
        limits = results("simulated_recall_and_bias")
        rows = read_table(data_registry.path("satellite_repeat_cycles")).to_dict("records")
        period = record_period()
        between = f"{day(period[0])} to {day(period[1])}" if period else ""
        return filtered_table(
            "satellite-passes",
            "How often free satellites pass, and the chance that a stay in port meets at least one "
            "pass: nominal days on one track and geometry alone. No observation of the sites, and "
            "without cloud, which hides a berth from all but the radar. Where tracks overlap, a "
            "place is passed more often; an image that was planned may not have been taken. The "
            "passes of a period are its days divided by the days from pass to pass, alike for each "
            "place; they assume that as many satellites served all the time",
            [
                "sensor",
                "satellites",
                "days from pass to pass",
                *([f"passes of a place, {between}"] if period else []),
                *(f"a stay of {number(days)} days meets a pass" for days in stays),
                f"a simulated ship of {LENGTH:g} m at a berth: found in so many images",
                *([REAL_SHIPS] if beside_a_quay() is not None else []),
                "page",
            ],
            [self._row({str(key): row[key] for key in row}, period, stays, limits) for row in rows],
            empty="No pass of a satellite is listed yet.",
        )

    @staticmethod
    def _row(
        row: dict[str, Any],
        period: tuple[pd.Timestamp, pd.Timestamp] | None,
        stays: list[float],
        limits: pd.DataFrame,
    ) -> str:
        chances = [100 * chance_of_pass(stay, row["days"]) for stay in stays]
        host = str(row["reference"]).split("/")[2]
        quay = beside_a_quay()
        real = found_share(quay) if quay is not None else NOT_TRIED
        cells = (
            cell(number(row["satellites"])),
            cell(number(row["days"])),
            *([f"about {number(passes_between(*period, row['days']))}"] if period else []),
            *(f"{chance:.0f} percent" for chance in chances),
            cell(found_in_simulations(limits, row["sensor"])),
            *(
                [cell(real if row["sensor"] == OPTICAL_SENSOR else NOT_TRIED)]
                if quay is not None
                else []
            ),
            f'<a href="{cell(row["reference"])}">{cell(host)}</a>',
        )
        return html_row((cell(NAMES.get(row["sensor"], row["sensor"])), *cells))


class RefreshSize(Block):
    """Show how many images of a site, and how much disk space, a whole refresh comes to."""

    required_arguments = 1

    def html(self) -> str:
        """Return the table, a row a sensor that is asked by default, and their sum."""
        last, slug = _last_day(), self.arguments[0]
        passes = read_table(data_registry.path("satellite_repeat_cycles"))
        if last is None or passes.empty or not sites():
            return ""
        if slug not in sites():
            message = f"refresh-size: no site {slug!r}; name one of {', '.join(sites())}"
            raise DataError(message)
        first, site = pd.Timestamp(FIRST_DAY), sites()[slug]
        rows, total = [], [0, 0.0]
        for provider in read_providers(data_registry.path("providers")).values():
            known = passes[passes["sensor"] == provider.sensor]
            if not provider.default or known.empty:
                continue
            often = known.loc[known["days"].idxmin()]
            count = passes_between(first, last, float(often["days"]))
            high, wide = site.grid.shape(PIXEL_M.get(provider.sensor, USUAL_PIXEL_M))
            bands = len(provider.bands) + bool(provider.quality)
            width = PIXEL_BYTES.get(provider.sensor, USUAL_PIXEL_BYTES)
            size = bands * width * high * wide / 1e6
            total = [total[0] + count, total[1] + count * size / 1e3]
            rows.append(
                [
                    NAMES.get(provider.sensor, provider.sensor),
                    number(often["satellites"]),
                    f"about {number(count)}",
                    f"{size:.1f} MB",
                    f"{count * size / 1e3:.1f} GB",
                ]
            )
        rows.append(["all", "", f"about {number(total[0])}", "", f"{total[1]:.1f} GB"])
        return small_table(
            f"What a whole refresh of {site.name} comes to, {day(first)} to {day(last)}: passes of "
            "one track times one image before compression. Clouded images are stored, too, so no "
            "share of clear ones is assumed. Compression makes it less; where tracks overlap there "
            "are more images, and what is downloaded is several times as much",
            ["sensor", "satellites serving throughout", "passes", "one image", "all images"],
            rows,
            empty="",
        )  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("free-images", FreeImages)
    app.add_directive("satellite-passes", SatellitePasses)
    app.add_directive("refresh-size", RefreshSize)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
