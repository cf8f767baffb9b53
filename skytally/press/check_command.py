"""Every fault of the data and parameter files, at once (``make check``)."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable

from skytally.core import DataError, file_fault, files_at_once
from skytally.press.check_cache import CheckMemory, Part


def _told(parts: Iterable[Part], memory: CheckMemory) -> list[str]:
    """Faults of several parts, each fault once; a part that cannot go on ends itself only.

    A part in which nothing was found, and of which all that it reads is as it was, is left out.
    """
    told: list[str] = []
    lines: set[str] = set()

    def tell(fault: object) -> None:
        heading, *listed = map(str.strip, str(fault).splitlines())
        if not {*(listed or [heading])} <= lines:
            told.append(str(fault))
        lines.update(listed or [heading])

    for part in parts:
        if memory.was_in_order(part):
            continue
        in_order = True
        try:
            for fault in part.faults():
                in_order = False
                tell(fault)
        except DataError as error:
            in_order = False
            tell(error)
        if in_order:
            memory.remember(part)
    return told


def _print(faults: list[str]) -> None:
    heading = f"data and parameters: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
    print(heading, *(f"  {fault}" for fault in faults), sep="\n", file=sys.stderr)


def check_outcome(memory: CheckMemory) -> tuple[list[str], int]:
    """Collect the faults, and the exit code that says what they forbid.

    Parameters
    ----------
    memory : CheckMemory
        What was found in order before; it takes what is found so now.
    """
    # a check of unchanged files need not wait for these imports
    from skytally.press import check_parts
    from skytally.press.strict_notebook_reader import ONLY_NOTEBOOKS

    registry = _told([check_parts.REGISTRY], memory)
    faults = registry or _told(check_parts.DATA, memory)
    of_lines = [] if registry else _told(check_parts.LINES, memory)
    code = ONLY_NOTEBOOKS if of_lines and not faults else 1
    faults = [*faults, *of_lines] or _told([check_parts.VALUES], memory)
    # findings point to rows and parameters, claims and charts to findings: each in its turn
    for part in check_parts.evaluation_parts():
        faults = faults or _told([part], memory)
    return faults or _told(check_parts.SHOWN, memory), code


def _checked() -> int:
    """Check what changed, print what was found; the exit code."""
    memory = CheckMemory()
    if not memory.words:
        faults, code = check_outcome(memory)
        if faults:
            memory.write()
            _print(faults)
            return code
        from skytally.press.check_parts import words_of_data

        memory.words = words_of_data()
        memory.write()
    print(memory.words)
    from skytally.press.damaged_edition_terminal_warnings import print_notices

    print_notices()
    return 0


@files_at_once()
def main() -> int:
    """Print the faults, or how many rows are in order; the exit code."""
    try:
        return _checked()
    except DataError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(file_fault(error), file=sys.stderr)
    return 1


if __name__ == "__main__":
    # short-lived, and its tables and modules stay to the end: searching them for cycles is a
    # fifth of its time
    gc.disable()
    sys.exit(main())
