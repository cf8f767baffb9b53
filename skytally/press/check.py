"""``python -m skytally.press.check``: every fault of the data and parameter files, at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from skytally.core import (
    DataError,
    Fault,
    IntegrityError,
    data_folder,
    data_registry,
    refuse,
    tables_without_dictionary,
    vocabulary_faults,
)
from skytally.imagery.acquire import (
    check_accounts,
    read_breaks,
    read_inventory,
    read_providers,
    read_searches,
)
from skytally.imagery.sites import outline_faults, read_sites
from skytally.press.chart_checks import chart_table_faults
from skytally.press.claim_checks import claims_faults
from skytally.press.finding_checks import finding_faults, page_parameters
from skytally.press.parameter_files import parameter_faults
from skytally.press.parameter_range_table import range_faults
from skytally.press.tables_without_page import unshown_tables
from skytally.press.unlinked_files import outlines_without_site, unlisted_notebooks
from skytally.record import check_record, record_faults


def _frozen_faults() -> Iterator[str]:
    for slug in data_registry.entries():
        try:
            data_registry.path(slug)
        except (DataError, IntegrityError) as fault:
            yield str(fault)


def _check_outlines() -> None:
    sites = read_sites(data_folder() / "sites").values()
    refuse((fault for site in sites for fault in outline_faults(site)), what="outlines")


def _folder_faults() -> Iterator[Fault]:
    """Faults of whole files: those without a dictionary, registry row, page or register row."""
    data = data_folder()
    for folder in (data / "claims", data / "findings", data / "sites", data):
        yield from tables_without_dictionary(folder)
        yield from vocabulary_faults(folder)
    yield from data_registry.unregistered_files()
    yield from unshown_tables()
    yield from unlisted_notebooks()
    yield from outlines_without_site()


def _imagery_faults() -> Iterator[str]:
    """Faults of sites, outlines, providers and of the tables that a refresh writes."""
    data = data_folder()
    readers: tuple[Callable[[], object], ...] = (
        _check_outlines,
        lambda: read_providers(data / "sites" / "providers.toml"),
        lambda: read_breaks(data / "sensor_breaks.csv"),
        lambda: check_accounts(
            read_searches(data / "catalogue_searches.csv"), read_inventory(data / "inventory.csv")
        ),
    )
    for read in readers:
        try:
            read()
        except DataError as fault:
            yield str(fault)


def main() -> int:
    """Print the faults, or how many rows are in order; the exit code."""
    try:
        record = data_folder() / "record"
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    faults = [*map(str, record_faults(record)), *_frozen_faults()]
    faults += [*map(str, _folder_faults()), *_imagery_faults(), *parameter_faults()]
    faults = faults or range_faults(page_parameters())
    # findings point to rows and parameters, and claims to findings: each must be in order first
    faults = faults or [*chart_table_faults(), *finding_faults()] or claims_faults()
    if faults:
        heading = f"data and parameters: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
        print(heading, *(f"  {fault}" for fault in faults), sep="\n", file=sys.stderr)
        return 1
    print(f"data and parameters: {check_record(record)} rows in order")
    return 0


if __name__ == "__main__":
    sys.exit(main())
