"""``python -m skytally.press.check``: every fault of the record and the parameter files, at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from skytally.core import registry
from skytally.core.errors import DataError, IntegrityError, refuse
from skytally.imagery.acquire.coverage import accounts
from skytally.imagery.acquire.inventory_files import read_breaks, read_looks, read_searches
from skytally.imagery.acquire.providers import read_providers
from skytally.imagery.sites.outline_geometry import outline_faults
from skytally.imagery.sites.site_register import read_sites
from skytally.press.claim_checks import claims_faults
from skytally.press.parameter_files import parameter_faults
from skytally.press.project_paths import DATA
from skytally.record.consistency_rules import check_record, record_faults


def _frozen_faults() -> Iterator[str]:
    for slug in registry.entries():
        try:
            registry.path(slug)
        except (DataError, IntegrityError) as fault:
            yield str(fault)


def _check_outlines() -> None:
    sites = read_sites(DATA / "sites").values()
    refuse((fault for site in sites for fault in outline_faults(site)), what="outlines")


def _imagery_faults() -> Iterator[str]:
    """Give the faults of sites, outlines, providers and of the tables that a refresh writes."""
    readers: tuple[Callable[[], object], ...] = (
        _check_outlines,
        lambda: read_providers(DATA / "sites" / "providers.toml"),
        lambda: read_breaks(DATA / "breaks.csv"),
        lambda: accounts(read_searches(DATA / "searches.csv"), read_looks(DATA / "looks.csv")),
    )
    for read in readers:
        try:
            read()
        except DataError as fault:
            yield str(fault)


def main() -> int:
    """Print the faults, or how many rows are in order; give the exit code."""
    faults = [*map(str, record_faults(DATA / "record")), *_frozen_faults()]
    faults += [*_imagery_faults(), *parameter_faults()]
    # claims point to rows and to findings, so both must be in order first
    faults = faults or claims_faults()
    if faults:
        heading = f"data and parameters: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
        print(heading, *(f"  {fault}" for fault in faults), sep="\n", file=sys.stderr)
        return 1
    print(f"data and parameters: {check_record(DATA / 'record')} rows in order")
    return 0


if __name__ == "__main__":
    sys.exit(main())
