"""Folder of real imagery and series that lies outside the project."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]


def imagery_folder() -> Path:
    """Folder named by ``SKYTALLY_IMAGERY``, or ``shared/imagery`` beside the project."""
    named = os.environ.get("SKYTALLY_IMAGERY")
    return Path(named) if named else PROJECT_ROOT.parent / "shared" / "imagery"
