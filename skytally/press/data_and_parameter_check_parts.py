"""Parts of the check of data and parameters, and the files that each of them reads.

What is slow to import, imagery above all, is imported by the part that uses it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from skytally import page_archive
from skytally.claims import read_tables
from skytally.core import (
    SUFFIX,
    DataError,
    Fault,
    IntegrityError,
    data_folder,
    data_registry,
    observation_tables,
    refuse,
    scan,
    table_names,
    tables_without_dictionary,
    vocabulary_faults,
)
from skytally.imagery import acquire, sites
from skytally.press.allowed_parameter_values import limit_table_faults
from skytally.press.book_metadata import book_details
from skytally.press.chart_table_checks import CHARTS, chart_table_faults
from skytally.press.claim_and_rival_hypothesis_checks import claims_faults
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    finding_faults,
    page_parameters,
)
from skytally.press.merge_marks_in_pages import merge_marks_in_pages
from skytally.press.name_width_and_glyph_checks import name_faults, picture_faults
from skytally.press.notebook_parameter_reader_and_checks import parameter_faults
from skytally.press.orphan_notebooks_and_outlines import (
    misnamed_notebooks,
    outlines_without_site,
    unlisted_notebooks,
)
from skytally.press.parameter_values_to_try import range_faults
from skytally.press.passed_check_cache import Part
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


def _left_out(folder: Path, known: Mapping[str, sites.Site]) -> None:
    providers = acquire.read_providers(folder / "providers.toml")
    acquire.read_left_out(folder / acquire.LEFT_OUT_TABLE, providers=providers, sites=known)


def _check_outlines(known: Collection[sites.Site]) -> None:
    names = [(site.slug, outline.name) for site in known for outline in site.outlines]
    refuse(
        [
            *(fault for site in known for fault in sites.outline_faults(site)),
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
    known = cache(lambda: sites.read_sites(folder))
    read: tuple[tuple[str, Callable[[], object]], ...] = (
        ("sites/register.csv", lambda: _check_outlines(known().values())),
        ("", lambda: acquire.read_providers(folder / "providers.toml")),
        ("sites/scenes_left_out.csv", lambda: _left_out(folder, known())),
        ("sensor_breaks.csv", lambda: acquire.read_breaks(data / "sensor_breaks.csv")),
        ("catalogue_searches.csv", lambda: acquire.read_searches(data / "catalogue_searches.csv")),
        ("inventory.csv", lambda: acquire.read_inventory(data / "inventory.csv")),
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
    of_record = data / "record" / "sites.csv"
    # what is wrong with a table of the record is told with the record
    if not refused and not scan(of_record)[1]:
        acquire.check_accounts(
            acquire.read_searches(data / "catalogue_searches.csv"),
            acquire.read_inventory(data / "inventory.csv"),
        )
        yield from map(str, sites.position_faults(folder, of_record, known()))


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
    if not {*page_archive.OWN_TABLES} <= {*table_names(data)}:
        return
    for name in ("number_and_month_words", "words_for_cited_units"):
        yield from scan(data / f"{name}.csv")[1]
    record = data / "record"
    if any(scan(record / f"{name}.csv")[1] for name in table_names(record)):
        return  # told with the record
    rows = {str(row) for name in observation_tables(record) for row in
            scan(record / f"{name}.csv")[0]["id"]}  # fmt: skip
    cited = {row for each in page_archive.cited_addresses(data) for row in each.cited_by}
    yield from page_archive.archive_faults(data, row_ids=rows, cited=cited)


def _translation_faults() -> Iterator[Fault]:
    """Faults of the summary pages in other languages."""
    declared = {each.key for each in declared_findings()[0]}
    yield from translation_checks.translation_faults(
        keys=declared,
        undeclared={*line_names()} - {key.partition(".")[0] for key in declared},
        pages={path.stem for path in book_folder().glob("*.md")},
    )


def read_beforehand() -> None:
    """Import and parse what parts in two processes would otherwise each import and parse.

    Nothing is judged here: a table that cannot be read is left to the part that says so.
    """
    # outlines of sites are masked, and seas and borders measured, with the same libraries
    importlib.import_module("rasterio.features")
    importlib.import_module("pyproj")
    folder = data_folder() / "record"
    for name in table_names(folder):
        scan(folder / f"{name}.csv")


def _value_table_faults() -> Iterator[object]:
    """Faults of the tables on parameters: their limits, and the values that are tried."""
    parameters = page_parameters()
    yield from limit_table_faults(parameters)
    yield from range_faults(parameters)


def _record_faults() -> list[Fault]:
    """Faults of the record; no page is of a day that has come nowhere on earth."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    return record_faults(data_folder() / "record", today=tomorrow)


REGISTRY = Part("registry", data_registry.registry_faults, ("data/",))
"""Without the registry nothing can be found, notebooks' parameters in the record included."""
LOOSE = ("data/sensor_breaks", "data/catalogue_searches", "data/inventory", "data/vocabulary")
OF_RECORD = ("data/record/sites", "data/record/sources", "data/record/vocabulary")
"""Tables of the record that the sites of the imagery are compared with."""
DATA = (
    Part(
        "record",
        _record_faults,
        ("data/record/", "data/registry.toml"),
    ),
    Part("frozen files", _frozen_faults, ("data/",)),
    Part("folders", _folder_faults, ("data/", "book/record.md")),
    Part(
        "imagery",
        _imagery_faults,
        ("data/sites/", "data/registry.toml", "book/_config.yml", *LOOSE, *OF_RECORD),
    ),
    Part("results", _result_faults, ("data/",)),
    Part("synonyms", _synonym_faults, ("data/",)),
    Part("archive", _archive_faults, ("data/",)),
    Part("pages", merge_marks_in_pages, ("book/",)),
)
"""Parts without which no notebook shall run: the data, and what a merge left in the pages."""
LINES = tuple(
    Part(faults.__name__, faults, ("data/", "notebooks/", "book/_toc.yml"))
    for faults in (misnamed_notebooks, unlisted_notebooks, parameter_faults)
)
"""Parts on the notebooks and their parameter files."""
VALUES = Part("values of parameters", _value_table_faults, ("data/", "notebooks/"))


def evaluation_parts() -> tuple[Part, Part]:
    """Parts on findings and on claims, which evaluate them on one record."""
    record = cache(lambda: WholeRecord(read_tables(data_folder() / "record")))
    reads, listed = ("data/", "notebooks/"), ("book/",)
    return (
        Part("findings", lambda: finding_faults(record()), reads, listed),
        Part("claims", lambda: claims_faults(record()), (*reads, "lines/"), listed),
    )


SHOWN = (
    Part("charts", chart_table_faults, ("data/", "notebooks/")),
    Part("translations", _translation_faults, ("data/", "notebooks/"), ("book/",)),
)
"""Parts on what names findings that are in order."""


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


def words_of_data() -> str:
    """Count the rows that were found in order, in words, and name the tables that have none."""
    empty = ", ".join(_empty_tables())
    without = f"no row in {empty}; " if empty else ""
    return f"data and parameters: {without}{_rows_of_record()} rows in order"
