"""The command ``make refresh``: store every image of every site, then measure the lines.

With ``make archive`` the only command of the project that asks the world outside for data.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

from skytally.core import AcquisitionError, DataError, IntegrityError, data_folder, is_day
from skytally.imagery.acquire import (
    FAILED,
    LEFT_OUT_TABLE,
    SENSORS,
    FetchSettings,
    LeftOutScene,
    Provider,
    read_inventory,
    read_left_out,
    read_providers,
    read_searches,
    searched_days,
)
from skytally.imagery.pipeline import Progress, RefreshReport, plan_refresh, refresh_store
from skytally.imagery.sites import Site, read_sites
from skytally.press.own_image_delivery_report import cloud_mask_lines, file_lines, scene_lines
from skytally.press.refresh_plan_report import plan_lines
from skytally.press.stale_measured_line_remeasurement_stage import measured_anew
from skytally.web import escaped, one_line

FIRST_DAY = "2019-01-01"
"""First day of the years that references are built from (METHODS section 3)."""
SCENES = "SKYTALLY_SCENES"
"""Environment variable naming another folder for the scenes than data/scenes."""
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
LISTED = 10
"""Scenes of one class of reasons that are listed at the terminal."""
MAX_LINE = 1000
"""Characters of one line of a fault at the terminal."""
PROGRESS_S = 0.5
"""Seconds between two lines of progress at a terminal; elsewhere twenty times that."""
HOW = """make refresh brings in all that is not stored yet; it may be limited:
  SITE=rajin,dunai                  only these sites
  SENSOR=sentinel-2,sentinel-1      only these sensors
  PROVIDER=earth-search             only these rows of data/sites/providers.toml
  PERIOD=2023-08-01/2024-04-30      only these days, both included
  BUDGET=20GB                       the scenes take no more room than this
  DRY=yes                           say what would be read, and read and write nothing"""
DRY_WORDS = {"": False, "no": False, "yes": True}


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make refresh", usage=HOW, exit_on_error=False)
    for name in ("site", "sensor", "provider"):
        parser.add_argument(f"--{name}", action="append", default=[])
    for name in ("period", "first", "last", "budget", "dry"):
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
    """First and last day to search.

    Raises
    ------
    DataError
        If a word is no day, or the days run backwards, before any catalogue is asked.
    """
    first, _, last = words.period.partition("/")
    period = words.first or first or FIRST_DAY, words.last or last or first or today.isoformat()
    if not all(map(is_day, period)):
        found = words.period or "/".join(period)
        message = (
            f"PERIOD: found {found!r}; write the first and the last day, such as "
            "2023-08-01/2023-08-31, or one day, such as 2023-08-27"
        )
        raise DataError(message)
    searched_days(period)
    return period


def _chosen(
    words: argparse.Namespace, sites: dict[str, Site], providers: dict[str, Provider]
) -> tuple[list[Site], list[Provider]]:
    slugs = _known("SITE", _listed(words.site), sites) or list(sites)
    sensors = _known("SENSOR", _listed(words.sensor), SENSORS)
    names = _known("PROVIDER", _listed(words.provider), providers)
    rows = [providers[name] for name in names or providers if names or providers[name].default]
    asked = rows
    rows = [row for row in rows if not sensors or row.sensor in sensors]
    if names and asked and not rows:
        there = ", ".join(f"{row.name} is of {row.sensor}" for row in asked)
        message = (
            f"SENSOR: found {', '.join(sensors)}, but {there}; leave SENSOR out, or name a "
            "provider of that sensor"
        )
        raise DataError(message)
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


def _listed_by_reason(what: str, sentences: Iterable[str]) -> Iterator[str]:
    """Yield the first sentences of each class of reasons, and how many more the inventory has."""
    by_reason: dict[str, list[str]] = {}
    for sentence in sentences:
        by_reason.setdefault(sentence.split(": ")[1], []).append(sentence)
    for reason, listed in sorted(by_reason.items()):
        yield from (f"  {what}: {sentence}" for sentence in listed[:LISTED])
        if len(listed) > LISTED:
            rest = f"{len(listed) - LISTED} more of {len(listed)} ({reason})"
            yield f"  {what}: {rest}; see status_reason in data/inventory.csv"


def _print_report(report: RefreshReport) -> None:
    print(
        f"{report.offered} scenes offered: {report.stored} stored now, "
        f"{report.stored_before} before, "
        f"{report.failed} failed, {report.rejected} rejected, {report.superseded} superseded; "
        f"{size(report.bytes_read)} read, {size(report.bytes_stored)} stored"
    )
    if report.swept:
        print(f"removed what an interrupted refresh had left: {len(report.swept)} files")
    for sentence in report.left_out:
        print(escaped(f"  {sentence}"))
    for line in _listed_by_reason("rejected", report.not_read):
        print(escaped(line))
    for line in _listed_by_reason("not used", report.malformed):
        print(escaped(line))
    if report.malformed:
        print(
            "mend a file of your own as its line says, tell the provider of any other scene, or "
            "leave it out on purpose with a row in data/sites/scenes_left_out.csv; "
            "data/inventory.csv has every scene"
        )
    # a search that failed says why itself
    if not report.offered and not report.faults:
        print("nothing was offered; see SITE, SENSOR and PERIOD")


def _print_failures(looks: Path) -> None:
    table = read_inventory(looks)
    reasons = Counter(table.loc[table["status"] == FAILED, "status_reason"])
    for reason, count in reasons.most_common(5):
        print(escaped(f"  {count} failed: {reason}"))
    if reasons:
        print("the next refresh tries them again; data/inventory.csv has every scene")


def _is_dry(word: str) -> bool:
    if word.strip().lower() not in DRY_WORDS:
        message = f"DRY: found {word!r}; write yes or no"
        raise DataError(message)
    return DRY_WORDS[word.strip().lower()]


def _print_plan(
    sites: list[Site],
    providers: list[Provider],
    period: tuple[str, str],
    left_out: list[LeftOutScene],
) -> int:
    """Search, and say what would be done with what was found; nothing is read or written."""
    plan = plan_refresh(
        sites,
        providers,
        period,
        folder=scenes_folder(),
        inventory=read_inventory(data_folder() / "inventory.csv"),
        searches=read_searches(data_folder() / "catalogue_searches.csv"),
        settings=FetchSettings(),
        now=datetime.now(UTC),
        left_out=left_out,
    )
    for line in plan_lines(plan):
        print(line)
    listed = {item.item_id for job in plan.jobs for item in job.items}
    listed |= {each.item.item_id for each in plan.decisions}
    listed |= {item.item_id for item, _ in plan.stored}
    listed |= {name for search in plan.searches for name, _ in search.malformed}
    slugs = [site.slug for site in sites]
    for line in scene_lines(providers, None, sites=slugs, period=period, leave_out=listed):
        print(line)
    print(f"nothing was read or written; {plan.to_read} images would be read")
    _print_faults(plan.faults)
    return 1 if plan.faults else 0


def _print_faults(faults: Iterable[str]) -> None:
    for fault in faults:
        for line in fault.splitlines():
            print(one_line(line, limit=MAX_LINE), file=sys.stderr)


def scenes_folder() -> Path:
    """Folder of the scenes, that of `SCENES` where it is set."""
    return Path(os.environ.get(SCENES) or data_folder() / "scenes")


def _printed_lines(sites: list[Site]) -> bool:
    """Measure the lines and print what was measured; whether every line was that can be."""
    sentences = measured_anew(sites)
    while True:
        try:
            print(next(sentences))
        except StopIteration as end:
            return bool(end.value)


def run(words: list[str]) -> int:
    """Refresh with the arguments of the command line, measure, and return the exit code."""
    asked, now = _arguments(words), datetime.now(UTC)
    known_sites = read_sites(data_folder() / "sites")
    known_providers = read_providers(data_folder() / "sites" / "providers.toml")
    left_out = read_left_out(
        data_folder() / "sites" / LEFT_OUT_TABLE, providers=known_providers, sites=known_sites
    )
    sites, providers = _chosen(asked, known_sites, known_providers)
    period, budget = _period(asked, now.date()), bytes_of(asked.budget)
    print(
        f"asking {', '.join(row.name for row in providers)} for "
        f"{', '.join(site.slug for site in sites)}, {period[0]} to {period[1]}",
        flush=True,
    )
    for line in chain(file_lines(providers), cloud_mask_lines(providers)):
        print(line)
    if _is_dry(asked.dry):
        return _print_plan(sites, providers, period, left_out)
    report = refresh_store(
        sites,
        providers,
        period,
        folder=scenes_folder(),
        inventory_path=data_folder() / "inventory.csv",
        searches_path=data_folder() / "catalogue_searches.csv",
        today=now.date().isoformat(),
        now=now,
        left_out=left_out,
        budget_bytes=budget,
        progress=ProgressPrinter(),
    )
    _print_report(report)
    _print_failures(data_folder() / "inventory.csv")
    inventory = read_inventory(data_folder() / "inventory.csv")
    slugs = [site.slug for site in sites]
    for line in scene_lines(providers, inventory, sites=slugs, period=period):
        print(line)
    _print_faults(report.faults)
    return 0 if _printed_lines(sites) and report.is_whole else 1


def main() -> int:
    """Run the command; return the exit code."""
    try:
        return run(sys.argv[1:])
    except (AcquisitionError, DataError, IntegrityError, argparse.ArgumentError) as error:
        for line in str(error).splitlines():
            print(escaped(line), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; what was stored stays, run it again to go on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
