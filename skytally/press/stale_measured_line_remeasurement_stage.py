"""Measured lines brought up to date at the end of ``make refresh`` and ``make site``."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from skytally.core import AcquisitionError, data_folder, data_registry
from skytally.imagery.acquire import read_inventory
from skytally.imagery.cube import check_day
from skytally.imagery.pipeline import update_lines
from skytally.imagery.sites import Site
from skytally.press.notebook_parameter_reader_and_checks import (
    declared_parameters,
    parameter_values,
)
from skytally.press.project_paths import line_names

STUDY = "study"
"""Parameter of the notebooks that read measured lines: first day of the study."""


def studies() -> list[str]:
    """First days of the study that the notebooks ask for, each once.

    Raises
    ------
    DataError
        If one is no day.
    """
    found = set()
    for line in line_names():
        parameters = {**declared_parameters(line), **parameter_values(line)}
        if STUDY in parameters:
            day = check_day(str(parameters[STUDY]), what=f"{line}: {STUDY}")
            found.add(str(day.astype("datetime64[D]")))
    return sorted(found)


def measured_anew(sites: Iterable[Site]) -> Generator[str, None, bool]:
    """Measure what no longer fits its images, outlines, code or parameters, and report on it.

    Parameters
    ----------
    sites : iterable of Site
        The sites.

    Yields
    ------
    str
        Sentences for the terminal; nothing where no image is stored.

    Returns
    -------
    bool
        Whether every line that can be measured was.

    Raises
    ------
    DataError
        If a notebook's study begins on no day.
    """
    try:
        report = update_lines(
            list(sites), studies(), scenes=data_registry.scenes(), folder=data_registry.measured(),
            inventory=read_inventory(data_folder() / "inventory.csv"), progress=_progress,
        )  # fmt: skip
    except AcquisitionError as error:
        yield f"its lines were not measured: {error}"
        return False
    drawn = sum(line.line is not None for line in report.measured)
    if report.measured or report.current:
        yield (
            f"lines: {drawn} measured now, {len(report.measured) - drawn} could not be measured, "
            f"{report.current} fit their images, outlines and code as they are"
        )
    yield from report.faults
    return not report.faults


def _progress(name: str, done: int, total: int) -> None:
    print(f"  measured {name} ({done} of {total})", flush=True)
