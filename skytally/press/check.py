"""``python -m skytally.press.check``: every fault of the data and parameter files, at once."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from skytally.archive import OWN_TABLES, archive_faults, cited_addresses
from skytally.claims import read_tables
from skytally.core import (
    SUFFIX,
    DataError,
    Fault,
    IntegrityError,
    data_folder,
    data_registry,
    file_fault,
    files_at_once,
    observation_tables,
    refuse,
    scan,
    table_names,
    tables_without_dictionary,
    vocabulary_faults,
)
from skytally.imagery.acquire import (
    LEFT_OUT_TABLE,
    check_accounts,
    read_breaks,
    read_inventory,
    read_left_out,
    read_providers,
    read_searches,
)
from skytally.imagery.sites import Site, outline_faults, position_faults, read_sites
from skytally.press import check_memory
from skytally.press.book_details import book_details
from skytally.press.chart_table_checks import CHARTS, chart_table_faults
from skytally.press.claim_checks import claims_faults
from skytally.press.drawn_name_checks import name_faults, picture_faults
from skytally.press.edition_notices import print_notices
from skytally.press.finding_table_checks import declared_findings, finding_faults, page_parameters
from skytally.press.notebook_parameters import parameter_faults
from skytally.press.notebook_reader import ONLY_NOTEBOOKS
from skytally.press.orphan_inputs import (
    misnamed_notebooks,
    outlines_without_site,
    unlisted_notebooks,
)
from skytally.press.parameter_limits import limit_table_faults
from skytally.press.parameter_range_table import range_faults
from skytally.press.project_paths import book_folder, line_names
from skytally.press.tables_without_page import unshown_tables
from skytally.press.translations import translation_checks
from skytally.record import WholeRecord, interval_faults, place_faults, record_faults

RESULTS = "results"
"""Folder of the tables that benchmarks write, in the data folder."""


def _frozen_faults() -> Iterator[str]:
    for slug in data_registry.entries():
        try:
            data_registry.path(slug)
        except (DataError, IntegrityError) as fault:
            yield str(fault)


def _left_out(folder: Path, sites: Mapping[str, Site]) -> None:
    providers = read_providers(folder / "providers.toml")
    read_left_out(folder / LEFT_OUT_TABLE, providers=providers, sites=sites)


def _check_outlines(sites: Collection[Site]) -> None:
    names = [(site.slug, outline.name) for site in sites for outline in site.outlines]
    refuse(
        [
            *(fault for site in sites for fault in outline_faults(site)),
            *picture_faults(names, title=book_details()["title"]),
        ],
        what="outlines and title",
    )


def _folder_faults() -> Iterator[Fault]:
    """Faults of whole files without dictionary, registry row or page, and of names in all."""
    data = data_folder()
    for folder in (data / "claims", data / "findings", data / "sites", data / RESULTS, data):
        yield from tables_without_dictionary(folder)
        yield from vocabulary_faults(folder)
    yield from data_registry.unregistered_files()
    yield from unshown_tables()
    yield from name_faults()
    yield from outlines_without_site()


def _imagery_faults() -> Iterator[str]:
    """Faults of sites, outlines, providers and of the tables that a refresh writes."""
    data = data_folder()
    folder = data / "sites"
    # read once if they are in order, and else refused wherever they are needed
    sites = cache(lambda: read_sites(folder))
    read: tuple[tuple[str, Callable[[], object]], ...] = (
        ("sites/register.csv", lambda: _check_outlines(sites().values())),
        ("", lambda: read_providers(folder / "providers.toml")),
        ("sites/left_out.csv", lambda: _left_out(folder, sites())),
        ("sensor_breaks.csv", lambda: read_breaks(data / "sensor_breaks.csv")),
        ("catalogue_searches.csv", lambda: read_searches(data / "catalogue_searches.csv")),
        ("inventory.csv", lambda: read_inventory(data / "inventory.csv")),
    )
    refused = []
    for table, reader in read:
        try:
            reader()
        except DataError as fault:
            refused.append(table)
            yield str(fault)
        else:
            # a reader knows what a table means, its dictionary what each cell may be
            faults = scan(data / table)[1] if table else []
            refused += [table] if faults else []
            yield from map(str, faults)
    if not refused:
        check_accounts(
            read_searches(data / "catalogue_searches.csv"), read_inventory(data / "inventory.csv")
        )
        yield from map(str, position_faults(folder, data / "record" / "sites.csv", sites()))


def _result_faults() -> Iterator[Fault]:
    """Faults of the tables of results, of the ranges of parameters, and of places on charts."""
    data = data_folder()
    for path in sorted((data / RESULTS).glob("[!.]*.csv")):
        if not path.name.endswith(SUFFIX):
            table, faults = scan(path)
            yield from faults or interval_faults(path.name, table)
    yield from scan(data / "parameter_ranges.csv")[1]
    if "parameter_limits" in table_names(data):
        yield from scan(data / "parameter_limits.csv")[1]
    for name in table_names(data / CHARTS):
        table, faults = scan(data / CHARTS / f"{name}.csv")
        for row in [] if faults else table.to_dict("records"):
            yield from place_faults(f"{name}.csv", {str(word): cell for word, cell in row.items()})


def _synonym_faults() -> Iterator[Fault]:
    """Faults of the groups of words that the search of the site takes for one thing."""
    from skytally.press.search_index import SYNONYMS, read_synonyms

    if SYNONYMS in table_names(data_folder()):
        path = data_folder() / f"{SYNONYMS}.csv"
        faults = scan(path)[1]
        yield from faults
        if not faults:
            read_synonyms(path)


def _archive_faults() -> Iterator[Fault]:
    """Faults of the tables of the archive, of their words, and of what they refer to."""
    data = data_folder()
    if not {*OWN_TABLES} <= {*table_names(data)}:
        return
    for name in ("number_words", "unit_words"):
        yield from scan(data / f"{name}.csv")[1]
    record = data / "record"
    rows = {str(row) for name in observation_tables(record) for row in
            scan(record / f"{name}.csv")[0]["id"]}  # fmt: skip
    cited = {row for each in cited_addresses(data) for row in each.cited_by}
    yield from archive_faults(data, row_ids=rows, cited=cited)


def _translation_faults() -> Iterator[Fault]:
    """Faults of the summary pages in other languages."""
    declared = {each.key for each in declared_findings()[0]}
    yield from translation_checks.translation_faults(
        keys=declared,
        undeclared={*line_names()} - {key.partition(".")[0] for key in declared},
        pages={path.stem for path in book_folder().glob("*.md")},
    )


def _told(parts: Iterable[Callable[[], Iterable[object]]]) -> list[str]:
    """Faults of several parts, each fault once; a part that cannot go on ends itself only."""
    told: list[str] = []
    lines: set[str] = set()

    def tell(fault: object) -> None:
        heading, *listed = map(str.strip, str(fault).splitlines())
        if not {*(listed or [heading])} <= lines:
            told.append(str(fault))
        lines.update(listed or [heading])

    for part in parts:
        try:
            for fault in part():
                tell(fault)
        except DataError as error:
            tell(error)
    return told


def _print(faults: list[str]) -> None:
    heading = f"data and parameters: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
    print(heading, *(f"  {fault}" for fault in faults), sep="\n", file=sys.stderr)


def _empty_tables() -> list[str]:
    """Tables that have a header and no row yet."""
    data = data_folder()
    return [
        f"{name}.csv"
        for folder in (data / "record", data / "sites", data / RESULTS, data)
        for name in table_names(folder)
        if scan(folder / f"{name}.csv")[0].empty
    ]


def _rows_of_record() -> int:
    """Rows of all tables of a record that was found in order."""
    record = data_folder() / "record"
    return sum(len(scan(record / f"{name}.csv")[0]) for name in table_names(record))


def _data_faults() -> list[str]:
    """Faults of the data, where the registry that names its files is in order."""
    record = data_folder() / "record"
    return _told([data_registry.registry_faults]) or _told(
        [
            lambda: record_faults(record),
            _frozen_faults,
            _folder_faults,
            _imagery_faults,
            _result_faults,
            _synonym_faults,
            _archive_faults,
        ]
    )


def _line_faults() -> list[str]:
    """Faults of the notebooks and of their parameter files."""
    return _told([misnamed_notebooks, unlisted_notebooks, parameter_faults])


def _value_table_faults() -> list[str]:
    """Faults of the tables on parameters: their limits, and the values that are tried."""
    parameters = page_parameters()
    return [*limit_table_faults(parameters), *range_faults(parameters)]


def check_outcome() -> tuple[list[str], int]:
    """Collect the faults, and the exit code that says what they forbid."""
    faults = _data_faults()
    # without the registry nothing can be found, notebooks' parameters in the record included
    of_lines = [] if _told([data_registry.registry_faults]) else _line_faults()
    code = ONLY_NOTEBOOKS if of_lines and not faults else 1
    faults = [*faults, *of_lines] or _told([_value_table_faults])
    # findings point to rows and parameters, claims and charts to findings: each in its turn
    faults = faults or _evaluation_faults() or _told([chart_table_faults, _translation_faults])
    return faults, code


def _evaluation_faults() -> list[str]:
    """Faults of findings and claims, which are evaluated once for all that they are made from."""
    key = check_memory.content_key()
    if check_memory.was_in_order(key):
        return []
    record = WholeRecord(read_tables(data_folder() / "record"))
    faults = _told([lambda: finding_faults(record)]) or _told([lambda: claims_faults(record)])
    if not faults:
        check_memory.remember(key)
    return faults


@files_at_once()
def main() -> int:
    """Print the faults, or how many rows are in order; the exit code."""
    try:
        faults, code = check_outcome()
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(file_fault(error), file=sys.stderr)
        return 1
    if faults:
        _print(faults)
        return code
    empty = ", ".join(_empty_tables())
    without = f"no row in {empty}; " if empty else ""
    print(f"data and parameters: {without}{_rows_of_record()} rows in order")
    print_notices()
    return 0


if __name__ == "__main__":
    # short-lived, and its tables and modules stay to the end: searching them for cycles is a
    # fifth of its time
    gc.disable()
    sys.exit(main())
