"""What a finished count leaves: its marks as GeoJSON, and the rows to append to the record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from skytally.core import header_of
from skytally.imagery.acquire import chip_store
from skytally.recount.count_and_rows_from_marks import (
    csv_lines,
    result_of,
    row_of,
    source_id,
    source_row_of,
)
from skytally.recount.mark_journal import SUFFIX, CountState
from skytally.recount.object_mark import BOX, LINE, Mark
from skytally.recount.recount_image_identity_and_tiles import ImageIdentity

JOURNALS = f"*/*{SUFFIX}"
"""Journals of all counts, below the folder of counts."""
TABLES = {
    "railcars": "rail_counts",
    "containers": "quay_stocks",
    "ships": "ship_sightings",
    "pits": "depot_observations",
    "buildings": "depot_observations",
}
"""Table of the record for each thing that is counted."""
NEW_ID = {"rail_counts": "R", "quay_stocks": "P", "ship_sightings": "P", "depot_observations": "D"}
"""Letter of the ids of each table."""


def _corners(mark: Mark) -> list[tuple[float, float]]:
    if mark.kind != BOX:
        return list(mark.corners)
    (left, top), (right, bottom) = mark.corners
    return [(left, top), (left, bottom), (right, bottom), (right, top), (left, top)]


def _geometry(mark: Mark, image: ImageIdentity) -> dict[str, Any] | None:
    """Geometry in longitude and latitude; None, as GeoJSON has it, without a coordinate system."""
    places = [image.lonlat(*corner) for corner in _corners(mark)]
    points = [[round(lon, 7), round(lat, 7)] for lon, lat in filter(None, places)]
    if not points:
        return None
    if mark.kind == BOX:
        return {"type": "Polygon", "coordinates": [points]}
    if mark.kind == LINE:
        return {"type": "LineString", "coordinates": points}
    return {"type": "Point", "coordinates": points[0]}


def marks_geojson(count: CountState) -> str:
    """Write the marks of a count as GeoJSON, with the count itself as a foreign member.

    Places in pixels stand in the properties of each mark; its geometry is null where the image
    does not say where it lies.

    Parameters
    ----------
    count : CountState
        Finished or not.

    Returns
    -------
    str
    """
    image = count.task.image
    features = []
    for mark in count.marks.values():
        properties: dict[str, Any] = mark.as_json()
        if image.scale_m is not None and mark.length:
            properties["length_m"] = round(mark.length * image.scale_m, 2)
        geometry = _geometry(mark, image)
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    task = asdict(count.task)
    about = {
        **task,
        "finished": count.finished,
        "share_seen": count.share_seen,
        "hidden_by": count.hidden_by,
    }
    if count.finished:
        about["result"] = asdict(result_of(count))
    plain = {"type": "FeatureCollection", "recount": about, "features": features}
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def rows_to_append(
    count: CountState, record: Path, *, publisher: str, known: Mapping[str, bool]
) -> dict[str, str]:
    """Lines of CSV to append to tables of the record, by table, in the order of the recipe.

    Parameters
    ----------
    count : CountState
        A finished one.
    record : Path
        Folder of the record; its headers say which columns there are.
    publisher : str
        Name of the counter for readers.
    known : mapping of str to bool
        ``counter`` and ``source``: whether the record has them already.

    Raises
    ------
    DataError
        If the count is not finished, or a header cannot be read.
    """
    task = count.task
    table = TABLES[task.what]
    new_id = f"{NEW_ID[table]}{_free_number(record)}"
    made = {}
    if not known["counter"]:
        made["counters"] = csv_lines(
            {"id": task.counter, "name": publisher, "kind": "individual", "party": "no", "note": ""}
        )
    if not known["source"]:
        columns = list(header_of(record / "sources.csv"))
        made["sources"] = csv_lines(source_row_of(count, columns, publisher=publisher))
    row = row_of(count, list(header_of(record / f"{table}.csv")), name=new_id)
    made[table] = csv_lines(row)
    added = {
        "row": new_id, "source": source_id(count), "page_says": row["text"], "read": "whole",
        "same_as": "",
    }  # fmt: skip
    made["additions"] = csv_lines(added)
    return made


def _free_number(record: Path) -> int:
    """Next number that no id of any table has."""
    taken = [0]
    for path in record.glob("*.csv"):
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            name = line.partition(",")[0]
            if name[:1].isalpha() and name[1:].isdigit():
                taken.append(int(name[1:]))
    return max(taken) + 1


def write_result(
    count: CountState, journal: Path, record: Path, *, publisher: str, known: Mapping[str, bool]
) -> list[Path]:
    """Write what a finished count leaves, beside its journal.

    Returns
    -------
    list of Path
        The marks as GeoJSON, then a file for each table of the record, in the order of the recipe.

    Raises
    ------
    DataError
        As `rows_to_append`.
    OSError
        If a file cannot be written; those of before stay.
    """
    stem = journal.name.removesuffix(SUFFIX)
    marks = journal.with_name(f"{stem}.geojson")
    chip_store.write_atomically(marks, marks_geojson(count).encode())
    written = [marks]
    if count.task.what in TABLES and not count.task.image.simulated:
        for table, text in rows_to_append(count, record, publisher=publisher, known=known).items():
            path = journal.with_name(f"{stem}.{table}.csv")
            chip_store.write_atomically(path, text.encode())
            written.append(path)
    return written
