"""Every fault of the data and parameter files, at once (``make check``)."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from skytally.core import DataError, Fault, data_folder, file_fault, files_at_once
from skytally.press.passed_check_cache import CheckMemory, Part

Found = Mapping[str, list[str]]
"""Name of a part to its faults, found before their turn."""


CORRECTIONS = "--corrections"
"""Asks for the cells that changed since the newest edition too, which a print does without."""


def _uncorrected() -> Iterator[Fault]:
    from skytally.editions import uncorrected_cells

    yield from uncorrected_cells(data_folder())


CORRECTED = Part("cells of the newest edition", _uncorrected, ("data/record/", "data/editions/"))


class _FaultyDataError(Exception):
    """Data in which nothing can be evaluated, with what `check_outcome` returns for them."""


def _faults_of(part: Part) -> list[str]:
    """Faults of a part; one that stops the part comes last."""
    faults = []
    try:
        for fault in part.faults():
            faults.append(str(fault))
    except DataError as error:
        faults.append(str(error))
    return faults


def _told(parts: Iterable[Part], memory: CheckMemory, found: Found | None = None) -> list[str]:
    """Faults of several parts, each fault once; a part that cannot go on ends itself only.

    A part in which nothing was found, and of which all that it reads is as it was, is left out.
    """
    told: list[str] = []
    lines: set[str] = set()
    known = found or {}
    for part in parts:
        if memory.was_in_order(part):
            continue
        faults = known[part.name] if part.name in known else _faults_of(part)
        for fault in faults:
            heading, *listed = map(str.strip, fault.splitlines())
            if not {*(listed or [heading])} <= lines:
                told.append(fault)
            lines.update(listed or [heading])
        if not faults:
            memory.remember(part)
    return told


def _found_ahead(parts: Iterable[Part], memory: CheckMemory) -> dict[str, list[str]]:
    """Faults of parts that are looked at only where all before them are in order.

    On data with faults a part may fail in any way, or warn of something. Then its faults are
    found later in its turn, if that comes.
    """
    found: dict[str, list[str]] = {}
    for part in parts:
        if memory.was_in_order(part):
            continue
        with warnings.catch_warnings(record=True) as warned:
            try:
                faults = _faults_of(part)
            except Exception:
                break
        if warned:
            break
        found[part.name] = faults
        if faults:
            break
    return found


def _print(faults: list[str]) -> None:
    heading = f"data and parameters: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
    print(heading, *(f"  {fault}" for fault in faults), sep="\n", file=sys.stderr)


def _evaluated_beside(
    memory: CheckMemory, findings: Part, further: Sequence[Part]
) -> tuple[list[str], int, Found]:
    """Check the data and, in a copy of this process at the same time, evaluate what is on them.

    Returns
    -------
    faults : list of str
        Of the data, as `_of_data` gives them.
    code : int
        The exit code that these forbid.
    found : mapping of str to list of str
        Faults of `findings` and of the `further` parts, as far as they are known.
    """
    from skytally.core import side_by_side
    from skytally.findings import PossibleFindings, possible_findings
    from skytally.press.data_and_parameter_check_parts import read_beforehand

    def checked() -> tuple[int, Found, Set[str]]:
        faults, code = _of_data(memory)
        if faults:
            # nobody waits for the findings of faulty data
            raise _FaultyDataError(faults, code)
        return code, _found_ahead(further, memory), memory.possible

    def evaluate() -> tuple[int, Found, Set[str]]:
        known = PossibleFindings(memory.possible)
        with possible_findings(known):
            return 1, _found_ahead([findings], memory), known.now

    read_beforehand()
    try:
        (code, found, _), (_, of_findings, possible) = side_by_side([checked, evaluate])
    except _FaultyDataError as faulty:
        return (*faulty.args, {})
    # where not all were tried, those of before may still be as they were
    whole = of_findings.get(findings.name) == []
    memory.possible = frozenset(possible if whole else possible | memory.possible)
    return [], code, {**found, **of_findings}


def _of_data(memory: CheckMemory) -> tuple[list[str], int]:
    """Faults of data, notebooks and values of parameters, and the exit code for them."""
    from skytally.press import data_and_parameter_check_parts
    from skytally.press.strict_notebook_reader import ONLY_NOTEBOOKS

    faults = _told(data_and_parameter_check_parts.DATA, memory)
    of_lines = _told(data_and_parameter_check_parts.LINES, memory)
    code = ONLY_NOTEBOOKS if of_lines and not faults else 1
    return [*faults, *of_lines] or _told([data_and_parameter_check_parts.VALUES], memory), code


def check_outcome(memory: CheckMemory, *, beside: bool = False) -> tuple[list[str], int]:
    """Collect the faults, and the exit code that says what they forbid.

    Parameters
    ----------
    memory : CheckMemory
        What was found in order before; it takes what is found so now.
    beside : bool
        Whether findings are evaluated in a copy of this process while the data are checked.
        The outcome is the same; a process that keeps for later what it evaluated does without.
    """
    # a check of unchanged files need not wait for these imports
    from skytally.press import data_and_parameter_check_parts

    if registry := _told([data_and_parameter_check_parts.REGISTRY], memory):
        return registry, 1
    findings, claims = data_and_parameter_check_parts.evaluation_parts()
    found: Found = {}
    if beside and not memory.was_in_order(findings):
        further = (claims, *data_and_parameter_check_parts.SHOWN)
        faults, code, found = _evaluated_beside(memory, findings, further)
    else:
        faults, code = _of_data(memory)
    # findings point to rows and parameters, claims and charts to findings: each in its turn
    for part in (findings, claims):
        faults = faults or _told([part], memory, found)
    return faults or _told(data_and_parameter_check_parts.SHOWN, memory, found), code


def _checked(*, corrections: bool) -> int:
    """Check what changed, print what was found; the exit code."""
    memory = CheckMemory()
    if not memory.words:
        faults, code = check_outcome(memory, beside=True)
        if faults:
            memory.write()
            _print(faults)
            return code
        from skytally.press.data_and_parameter_check_parts import words_of_data

        memory.words = words_of_data()
        memory.write()
    if corrections:
        if faults := _told([CORRECTED], memory):
            _print(faults)
            return 1
        memory.write()
    print(memory.words)
    from skytally.press.damaged_edition_terminal_warnings import print_notices

    print_notices()
    return 0


@files_at_once()
def main(words: Sequence[str] = ()) -> int:
    """Print the faults, or how many rows are in order; the exit code."""
    try:
        return _checked(corrections=CORRECTIONS in words)
    except DataError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(file_fault(error), file=sys.stderr)
    return 1


if __name__ == "__main__":
    # short-lived, and its tables and modules stay to the end: searching them for cycles is a
    # fifth of its time
    gc.disable()
    sys.exit(main(sys.argv[1:]))
