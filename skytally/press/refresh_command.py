"""The command ``make refresh``: store every image of every site, then measure the lines.

The only command of the project that asks the world outside.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from skytally.core import AcquisitionError, DataError, IntegrityError, data_folder
from skytally.imagery.acquire import FAILED, SENSORS, Provider, read_inventory, read_providers
from skytally.imagery.pipeline import Progress, RefreshReport, refresh_store
from skytally.imagery.sites import Site, read_sites
from skytally.press.measured_lines import measured_anew

FIRST_DAY = "2019-01-01"
"""First day of the years that references are built from (METHODS section 3)."""
SCENES = "SKYTALLY_SCENES"
"""Environment variable naming another folder for the scenes than data/scenes."""
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
PROGRESS_S = 0.5
"""Seconds between two lines of progress at a terminal; elsewhere twenty times that."""
HOW = """make refresh brings in all that is not stored yet; it may be limited:
  SITE=rajin,dunai                  only these sites
  SENSOR=sentinel-2,sentinel-1      only these sensors
  PROVIDER=earth-search             only these rows of data/sites/providers.toml
  PERIOD=2023-08-01/2024-04-30      only these days, both included
  BUDGET=20GB                       the scenes take no more room than this"""


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make refresh", usage=HOW, exit_on_error=False)
    for name in ("site", "sensor", "provider"):
        parser.add_argument(f"--{name}", action="append", default=[])
    for name in ("period", "first", "last", "budget"):
        parser.add_argument(f"--{name}", default="")
    return parser.parse_args(words)


def _listed(words: Iterable[str]) -> list[str]:
    return [each.strip() for word in words for each in word.split(",") if each.strip()]


def _known(name: str, asked: list[str], known: Iterable[str]) -> list[str]:
    unknown = sorted(set(asked) - set(known))
    if unknown:
        message = f"{name}: no {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        raise DataError(message)
    return asked


def bytes_of(text: str) -> int | None:
    """Parse a size such as ``20GB``; an empty text is no limit.

    Raises
    ------
    DataError
        If it is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", text.strip().lower())
    if text and not found:
        message = f"BUDGET: found {text!r}; write a size, such as 20GB"
        raise DataError(message)
    return int(float(found[1]) * UNITS[found[2]]) if found else None


def _period(words: argparse.Namespace, today: date) -> tuple[str, str]:
    first, _, last = words.period.partition("/")
    return words.first or first or FIRST_DAY, words.last or last or first or today.isoformat()


def _chosen(
    words: argparse.Namespace, sites: dict[str, Site], providers: dict[str, Provider]
) -> tuple[list[Site], list[Provider]]:
    slugs = _known("SITE", _listed(words.site), sites) or list(sites)
    sensors = _known("SENSOR", _listed(words.sensor), SENSORS)
    names = _known("PROVIDER", _listed(words.provider), providers)
    rows = [providers[name] for name in names or providers if names or providers[name].default]
    rows = [row for row in rows if not sensors or row.sensor in sensors]
    if not rows:
        message = "no provider is left to ask; see `default` in data/sites/providers.toml"
        raise DataError(message)
    return [sites[slug] for slug in slugs], rows


def size(number: float) -> str:
    """Word a number of bytes for readers.

    Examples
    --------
    >>> size(2_340_000)
    '2.3 MB'
    """
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _left(seconds: float | None) -> str:
    if seconds is None:
        return "time left not known yet"
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s left"
    return f"{minutes} min left" if minutes < 120 else f"{minutes / 60:.0f} h left"


class ProgressPrinter:
    """Progress of a refresh: one line at a terminal, elsewhere a line now and then."""

    def __init__(self) -> None:
        """Start with nothing reported."""
        self._live, self._printed = sys.stdout.isatty(), -1e9

    def __call__(self, progress: Progress) -> None:
        """Print the progress, unless it was printed a moment ago."""
        ends, now = progress.done == progress.total, time.monotonic()
        if now - self._printed < PROGRESS_S * (1 if self._live else 20) and not ends:
            return
        self._printed = now
        line = (
            f"{progress.done} of {progress.total} images, {progress.failed} failed, "
            f"{size(progress.bytes_read)} read, {size(progress.bytes_stored)} stored, "
            f"{_left(progress.seconds_left)}"
        )
        if self._live:
            print(f"\r{line:<78}", end="\n" if ends else "", flush=True)
        else:
            print(line, flush=True)


def _print_report(report: RefreshReport) -> None:
    print(
        f"{report.offered} scenes offered: {report.stored} stored now, "
        f"{report.stored_before} before, "
        f"{report.failed} failed, {report.rejected} rejected, {report.superseded} superseded; "
        f"{size(report.bytes_read)} read, {size(report.bytes_stored)} stored"
    )
    if report.swept:
        print(f"removed what an interrupted refresh had left: {len(report.swept)} files")
    if not report.offered:
        print("nothing was offered; see SITE, SENSOR and PERIOD")


def _print_failures(looks: Path) -> None:
    table = read_inventory(looks)
    reasons = Counter(table.loc[table["status"] == FAILED, "status_reason"])
    for reason, count in reasons.most_common(5):
        print(f"  {count} failed: {reason}")
    if reasons:
        print("the next refresh tries them again; data/inventory.csv has every scene")


def run(words: list[str]) -> int:
    """Refresh with the arguments of the command line, measure, and return the exit code."""
    asked, now = _arguments(words), datetime.now(UTC)
    sites, providers = _chosen(
        asked,
        read_sites(data_folder() / "sites"),
        read_providers(data_folder() / "sites" / "providers.toml"),
    )
    period = _period(asked, now.date())
    print(
        f"asking {', '.join(row.name for row in providers)} for "
        f"{', '.join(site.slug for site in sites)}, {period[0]} to {period[1]}",
        flush=True,
    )
    report = refresh_store(
        sites,
        providers,
        period,
        folder=Path(os.environ.get(SCENES) or data_folder() / "scenes"),
        inventory_path=data_folder() / "inventory.csv",
        searches_path=data_folder() / "catalogue_searches.csv",
        today=now.date().isoformat(),
        now=now,
        budget_bytes=bytes_of(asked.budget),
        progress=ProgressPrinter(),
    )
    _print_report(report)
    _print_failures(data_folder() / "inventory.csv")
    for fault in report.faults:
        print(fault, file=sys.stderr)
    for sentence in measured_anew(sites):
        print(sentence)
    return 1 if report.faults else 0


def main() -> int:
    """Run the command; return the exit code."""
    try:
        return run(sys.argv[1:])
    except (AcquisitionError, DataError, IntegrityError, argparse.ArgumentError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; what was stored stays, run it again to go on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
