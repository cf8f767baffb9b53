"""Faults of the declared findings, before any notebook runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from skytally.core import data_folder, table_names, words, written
from skytally.findings import (
    Declaration,
    declaration_faults,
    evaluation_of,
    impossible_findings,
    scan_declarations,
)
from skytally.press.notebook_parameter_reader_and_checks import (
    declared_parameters,
    parameter_place,
    parameter_values,
)
from skytally.press.project_paths import book_folder, line_names
from skytally.record import WholeRecord, possible_words

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


Trial = Callable[[Mapping[str, Mapping[str, Any]]], list[str]]
"""Function of the parameters of all notebooks that returns the faults of all findings."""


def _trial(declarations: Sequence[Declaration], record: WholeRecord, *, evaluate: bool) -> Trial:
    """Prepare the check of all findings on the record with any parameters."""
    folder, tables = data_folder() / "record", record.raw
    lineage = tables["lineage"]
    gone = lineage[lineage["fate"] == SET_ASIDE]
    asked: dict[str, Any] = {
        "possible": {name: possible_words(folder / f"{name}.csv", tables) for name in tables},
        "units": words(folder)["unit"],
        "set_aside": dict(zip(gone["delivered_id"], gone["reason"], strict=True)),
    }

    def faults_with(parameters: Mapping[str, Mapping[str, Any]]) -> list[str]:
        wrong = declaration_faults(declarations, record.derived, parameters=parameters, **asked)
        if wrong or not evaluate:
            return list(map(str, wrong))
        return impossible_findings(evaluation_of(declarations, record, parameters=parameters))

    return faults_with


def _with_parameter_files(faults: list[str], trial: Trial) -> list[str]:
    """Faults of which those that a parameter file causes name its file, parameter and value."""
    defaults = {page: declared_parameters(page) for page in line_names()}
    changed = [
        (page, name, value)
        for page in defaults
        for name, value in parameter_values(page).items()
        if value != defaults[page].get(name)
    ]
    if not changed:
        return faults
    without = set(trial(defaults))
    caused, of_files = set(), []
    for page, name, value in changed:
        tried = {**defaults, page: {**defaults[page], name: value}}
        new = [fault for fault in trial(tried) if fault not in without]
        if new:
            caused.update(new)
            of_files.append(
                f"{parameter_place(page, name)}: {name}: found {written(value)}, with which "
                f"findings cannot be made ({new[0]}); write another value, such as the notebook's "
                f"{written(defaults[page][name])}"
            )
    return [*of_files, *(fault for fault in faults if fault not in caused)]


def finding_faults(record: WholeRecord) -> list[str]:
    """Collect the faults of all declared findings; the record and the parameters must be in order.

    Parameters
    ----------
    record : WholeRecord
        All tables of the record.

    Returns
    -------
    list of str
        One sentence a fault, with file, line and column. Only where no cell is at fault are
        the findings evaluated, and those that cannot be are told. What a parameter file causes
        is told with it.
    """
    declarations, faults = declared_findings()
    faults = [*_page_faults(), *faults]
    trial = _trial(declarations, record, evaluate=not faults)
    wrong = trial(page_parameters())
    return [*faults, *(_with_parameter_files(wrong, trial) if wrong else [])]
