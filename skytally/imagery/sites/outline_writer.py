"""Outlines of a site written as GeoJSON, one a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from skytally.imagery.sites.site_model import Outline


def outlines_to_geojson(outlines: Iterable[Outline], before: str = "") -> str:
    """Serialise outlines as GeoJSON, one a line, so that a changed outline is a changed line.

    Parameters
    ----------
    outlines : iterable of Outline
        Outlines to write.
    before : str
        GeoJSON whose further members and properties stay with the outlines of the same name, as
        other programs wrote them; none unless given.
    """
    collection = json.loads(before) if before else {}
    known = {each["properties"].get("name"): each for each in collection.get("features", [])}
    features = []
    for outline in outlines:
        found = known.get(outline.name, {})
        own = {
            "kind": outline.kind,
            "name": outline.name,
            "digitised_from": outline.digitised_from,
            "pos_sigma_m": outline.pos_sigma_m,
            "status": outline.status,
            "axis_deg": outline.axis_deg,
        }
        feature = {"type": "Feature", "properties": {}, "geometry": outline.geometry}
        properties = {**own, **found.get("properties", {}), **own}
        made = {**feature, **found, "properties": properties, "geometry": outline.geometry}
        features.append(json.dumps(made, ensure_ascii=False))
    body = ",\n".join(features)
    members = {"type": "FeatureCollection"} | {
        name: value for name, value in collection.items() if name != "features"
    }
    head = json.dumps(members, ensure_ascii=False).removesuffix("}")
    return f'{head}, "features": [\n{body}\n]}}\n'


def write_outlines(path: Path, outlines: Iterable[Outline]) -> None:
    """Write the outlines of a site, to a temporary file first and then in place.

    What other programs wrote into a file that is there stays (see `outlines_to_geojson`).

    Raises
    ------
    OSError
        If the folder cannot be written, or the disk is full; the outlines stay as they were.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        before = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
        temporary.write_text(outlines_to_geojson(outlines, before), encoding="utf-8")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
