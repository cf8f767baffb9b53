"""``make convert``: bring tables of an earlier version to today's columns."""

from __future__ import annotations

import sys

from skytally.core import DataError, IntegrityError, data_folder, data_registry
from skytally.imagery.acquire import StoreError, convert_data


def main() -> int:
    """Convert, print what was done or what is wrong, and return the exit code."""
    try:
        for sentence in convert_data(data_folder(), data_registry.scenes()):
            print(sentence)
    except (DataError, IntegrityError, StoreError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
