"""Directives on how often free satellites pass, what a stay meets, and what all images take."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import DataError, data_registry, day, number, read_table
from skytally.imagery.acquire import LANDSAT, SENTINEL_1, read_providers
from skytally.press.finding_table_checks import page_parameters
from skytally.press.image_refresh_command import FIRST_DAY
from skytally.press.sphinx_ext.accuracy_score_directives import (
    FROM_SEA,
    HULLS,
    OPTICAL,
    OVER_QUAY,
    least_to_most,
    simulated,
)
from skytally.press.sphinx_ext.benchmark_result_reader import results
from skytally.press.sphinx_ext.cached_record_and_findings import findings
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row, small_table
from skytally.press.sphinx_ext.site_plan_and_position_directives import sites

STAY = "port-imagery.stay"
"""Finding whose interval gives the shortest and the longest mean stay."""
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
        cells = (
            cell(number(row["satellites"])),
            cell(number(row["days"])),
            *([f"about {number(passes_between(*period, row['days']))}"] if period else []),
            *(f"{chance:.0f} percent" for chance in chances),
            cell(found_in_simulations(limits, row["sensor"])),
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
    app.add_directive("satellite-passes", SatellitePasses)
    app.add_directive("refresh-size", RefreshSize)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
