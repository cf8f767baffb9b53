"""``python -m skytally.press.refresh_command``: bring in every look at every site, and say what became of each.

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

from skytally.core.errors import AcquisitionError, DataError, IntegrityError
from skytally.imagery.acquire.inventory import FAILED, read_looks
from skytally.imagery.acquire.providers import SENSORS, Provider, read_providers
from skytally.imagery.pipeline.refresh import Progress, Report, refresh
from skytally.imagery.sites.site_register import Site, read_sites
from skytally.press.project_paths import DATA

FIRST_DAY = "2019-01-01"
"""First day of the years that references are built from (METHODS section 3)."""
SCENES = "SKYTALLY_SCENES"
"""Environment variable naming another folder for the scenes than data/scenes."""
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
EVERY_S = 0.5
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
    """Read a size such as ``20GB``; nothing is no limit.

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


def _asked(
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
    """Give bytes for readers.

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


class Teller:
    """Tells at the terminal how far a refresh is, on one line; elsewhere now and then."""

    def __init__(self) -> None:
        """Begin to tell."""
        self._live, self._told = sys.stdout.isatty(), -1e9

    def __call__(self, progress: Progress) -> None:
        """Tell, unless it was told a moment ago."""
        ends, now = progress.done == progress.total, time.monotonic()
        if now - self._told < EVERY_S * (1 if self._live else 20) and not ends:
            return
        self._told = now
        said = (
            f"{progress.done} of {progress.total} looks, {progress.failed} failed, "
            f"{size(progress.bytes_read)} read, {size(progress.bytes_stored)} stored, "
            f"{_left(progress.seconds_left)}"
        )
        if self._live:
            print(f"\r{said:<78}", end="\n" if ends else "", flush=True)
        else:
            print(said, flush=True)


def _told(report: Report) -> None:
    print(
        f"{report.offered} scenes offered: {report.stored} stored now, {report.held} before, "
        f"{report.failed} failed, {report.rejected} rejected, {report.superseded} superseded; "
        f"{size(report.bytes_read)} read, {size(report.bytes_stored)} stored"
    )
    if report.swept:
        print(f"removed what an interrupted refresh had left: {len(report.swept)} files")
    if not report.offered:
        print("nothing was offered; see SITE, SENSOR and PERIOD")


def _failures(looks: Path) -> None:
    table = read_looks(looks)
    reasons = Counter(table.loc[table["fate"] == FAILED, "fate_reason"])
    for reason, count in reasons.most_common(5):
        print(f"  {count} failed: {reason}")
    if reasons:
        print("the next refresh tries them again; data/looks.csv has every scene")


def run(words: list[str]) -> int:
    """Refresh as the words ask; give the exit code."""
    asked, now = _arguments(words), datetime.now(UTC)
    sites, providers = _asked(
        asked,
        read_sites(DATA / "sites"),
        read_providers(DATA / "sites" / "providers.toml"),
    )
    period = _period(asked, now.date())
    print(
        f"asking {', '.join(row.name for row in providers)} for "
        f"{', '.join(site.slug for site in sites)}, {period[0]} to {period[1]}",
        flush=True,
    )
    report = refresh(
        sites,
        providers,
        period,
        folder=Path(os.environ.get(SCENES) or DATA / "scenes"),
        looks_path=DATA / "looks.csv",
        searches_path=DATA / "searches.csv",
        today=now.date().isoformat(),
        now=now,
        budget_bytes=bytes_of(asked.budget),
        progress=Teller(),
    )
    _told(report)
    _failures(DATA / "looks.csv")
    for fault in report.faults:
        print(fault, file=sys.stderr)
    return 1 if report.faults else 0


def main() -> int:
    """Refresh; give the exit code."""
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
