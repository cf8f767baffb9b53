"""Files beside the project that some tests compare with; a test skips where they are not.

Real imagery and series lie in the folder named by ``SKYTALLY_IMAGERY``, or in ``shared/imagery``
beside the project; the record as it was delivered in ``shared/record``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from labs.benchmarks.real_imagery_location import PROJECT_ROOT, imagery_folder

DELIVERY = PROJECT_ROOT.parent / "shared" / "record"


def imagery(name: str) -> Path:
    """Path below the folder of real imagery; the test is skipped where there is none."""
    path = imagery_folder() / name
    if not path.exists():
        pytest.skip(f"no {path}; set SKYTALLY_IMAGERY to the folder that holds {name}")
    return path


def delivery() -> Path:
    """Folder of the record as it was delivered; the test is skipped where there is none."""
    if not DELIVERY.is_dir():
        pytest.skip(f"no {DELIVERY}: the delivery does not lie beside the project to compare with")
    return DELIVERY
