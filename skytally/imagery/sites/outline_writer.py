"""Outlines of a site written as GeoJSON, one a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from skytally.imagery.sites.site_model import Outline


def outlines_to_geojson(outlines: Iterable[Outline]) -> str:
    """Serialise outlines as GeoJSON, one a line, so that a changed outline is a changed line."""
    features = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {
                    "kind": outline.kind,
                    "name": outline.name,
                    "digitised_from": outline.digitised_from,
                    "pos_sigma_m": outline.pos_sigma_m,
                    "status": outline.status,
                    "axis_deg": outline.axis_deg,
                },
                "geometry": outline.geometry,
            },
            ensure_ascii=False,
        )
        for outline in outlines
    ]
    body = ",\n".join(features)
    return f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'


def write_outlines(path: Path, outlines: Iterable[Outline]) -> None:
    """Write the outlines of a site, to a temporary file first and then in place.

    Raises
    ------
    OSError
        If the folder cannot be written, or the disk is full; the outlines stay as they were.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(outlines_to_geojson(outlines), encoding="utf-8")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
