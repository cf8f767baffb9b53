"""Content key of the code that measures, by which lines of older code are recognised."""

from __future__ import annotations

import functools
import hashlib
import json
from importlib.metadata import version

from skytally.core import KnownMeanings, key_of_modules, modules_imported_by

MEASURING = "skytally.imagery.pipeline.measurement_within_outlines"
"""The module whose imports make a measured line."""
MEASURING_ROOMS = tuple(
    f"skytally.imagery.{room}."
    for room in ("cube", "clear_sky", "measure", "pipeline", "simulate", "sites")
)
MEASURING_MODULES = tuple(
    f"skytally.imagery.acquire.{module}"
    for module in (
        "chip_and_manifest_encoding",
        "scene_classification_masks",
        "reflectance_and_backscatter_scaling",
    )
)
"""Of acquisition only what decodes a chip counts: how scenes are fetched changes no line."""
LIBRARIES = ("numpy", "scipy", "statsmodels", "rasterio")
"""Libraries whose arithmetic is in every line."""


@functools.cache
def measuring_modules() -> tuple[str, ...]:
    """Modules that measuring loads, from decoding a chip to the finished line."""
    return tuple(
        module
        for module in sorted(modules_imported_by(MEASURING))
        if module.startswith(MEASURING_ROOMS) or module in MEASURING_MODULES
    )


def measuring_key(known: KnownMeanings | None = None) -> str:
    """Content key of the modules and libraries that measure, docstrings and comments left out.

    Parameters
    ----------
    known : mapping or None
        As in `skytally.core.code_content_keys.key_of_modules`.

    Returns
    -------
    str
        SHA-256.
    """
    versions = [version(library) for library in LIBRARIES]
    content = json.dumps([key_of_modules(measuring_modules(), known), versions])
    return hashlib.sha256(content.encode()).hexdigest()
