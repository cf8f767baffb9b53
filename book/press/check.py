"""``python -m press.check``: every fault of the record and the parameter files, at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from press.parameters import parameter_faults
from press.places import DATA
from skytally import registry
from skytally.checks import DataError, IntegrityError
from skytally.record import check_record, record_faults


def _frozen_faults() -> Iterator[str]:
    for slug in registry.entries():
        try:
            registry.path(slug)
        except (DataError, IntegrityError) as fault:
            yield str(fault)


def main() -> int:
    """Print the faults, or how many rows are in order; give the exit code."""
    faults = [*map(str, record_faults(DATA / "record")), *_frozen_faults(), *parameter_faults()]
    if faults:
        heading = f"data and parameters: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
        print(heading, *(f"  {fault}" for fault in faults), sep="\n", file=sys.stderr)
        return 1
    print(f"data and parameters: {check_record(DATA / 'record')} rows in order")
    return 0


if __name__ == "__main__":
    sys.exit(main())
