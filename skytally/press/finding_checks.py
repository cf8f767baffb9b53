"""Faults of the declared findings, before any notebook runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skytally.core import data_folder, read_table, table_names, words
from skytally.findings import (
    Declaration,
    declaration_faults,
    outcomes,
    scan_declarations,
    with_derived_columns,
)
from skytally.press.parameter_files import declared_parameters, parameter_values
from skytally.press.project_paths import book_folder, line_names
from skytally.record import possible_words

SET_ASIDE = "set aside"
"""Fate of a delivered row that is no longer in the record."""


def findings_folder() -> Path:
    """Folder of the tables of findings, one a page."""
    return data_folder() / "findings"


def declared_findings() -> tuple[list[Declaration], list[str]]:
    """Read the declarations of all pages, and the faults of cells that cannot be read.

    Returns
    -------
    declarations : list of Declaration
        In the order of the pages and their rows.
    faults : list of str
        One sentence a fault.
    """
    scanned = [
        scan_declarations(findings_folder() / f"{page}.csv")
        for page in table_names(findings_folder())
    ]
    declarations = [declaration for listed, _ in scanned for declaration in listed]
    return declarations, [str(fault) for _, faults in scanned for fault in faults]


def page_parameters() -> dict[str, dict[str, Any]]:
    """Parameters of each notebook: those of its parameters cell, changed by its file."""
    return {page: {**declared_parameters(page), **parameter_values(page)} for page in line_names()}


def pages_without_notebook() -> list[str]:
    """Pages of the book that declare findings and have no notebook to evaluate them."""
    return [page for page in table_names(findings_folder()) if page not in line_names()]


def _page_faults() -> Iterator[str]:
    """Tables of findings that belong to no notebook and to no page of the book."""
    for page in pages_without_notebook():
        if not (book_folder() / f"{page}.md").is_file():
            yield (
                f"findings/{page}.csv: no notebook {page}.ipynb and no page book/{page}.md; "
                "rename or remove it"
            )


def finding_faults() -> list[str]:
    """Collect the faults of all declared findings; the record and the parameters must be in order.

    Returns
    -------
    list of str
        One sentence a fault, with file, line and column. Only where no cell is at fault are
        the findings evaluated, and those that cannot be are told.
    """
    declarations, faults = declared_findings()
    faults = [*_page_faults(), *faults]
    record = data_folder() / "record"
    tables = {name: read_table(record / f"{name}.csv") for name in table_names(record)}
    lineage = tables["lineage"]
    gone = lineage[lineage["fate"] == SET_ASIDE]
    wrong = declaration_faults(
        declarations,
        with_derived_columns(tables),
        parameters=page_parameters(),
        possible={name: possible_words(record / f"{name}.csv", tables) for name in tables},
        units=words(record)["unit"],
        set_aside=dict(zip(gone["delivered_id"], gone["reason"], strict=True)),
    )
    faults += map(str, wrong)
    if faults:
        return faults
    results = outcomes(declarations, tables, parameters=page_parameters())
    return [result for result in results.values() if isinstance(result, str)]
