"""What a finished count leaves: its marks as GeoJSON, and the rows to append to the record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from skytally.core import header_of, read_cells
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
ADDITIONS = "additions"
"""Table that lists rows which were added; the first column is the id of the row."""


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
    count: CountState, record: Path, *, name: str, publisher: str, known: Mapping[str, bool]
) -> dict[str, str]:
    """Lines of CSV to append to tables of the record, by table, in the order of the recipe.

    Parameters
    ----------
    count : CountState
        A finished one.
    record : Path
        Folder of the record; its headers say which columns there are.
    name : str
        Id of the row.
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
    made = {}
    if not known["counter"]:
        made["counters"] = csv_lines(
            {"id": task.counter, "name": publisher, "kind": "individual", "party": "no", "note": ""}
        )
    if not known["source"]:
        columns = list(header_of(record / "sources.csv"))
        made["sources"] = csv_lines(source_row_of(count, columns, publisher=publisher))
    row = row_of(count, list(header_of(record / f"{table}.csv")), name=name)
    made[table] = csv_lines(row)
    added = {
        "row": name, "source": source_id(count), "page_says": row["text"], "read": "whole",
        "same_as": "",
    }  # fmt: skip
    made[ADDITIONS] = csv_lines(added)
    return made


def _ids_of(path: Path) -> list[str]:
    """First cells of a table."""
    return [line.partition(",")[0] for line in path.read_text("utf-8-sig").splitlines()[1:]]


def _free_id(count: CountState, record: Path, journal: Path) -> str:
    """Next id that no row of the record has, nor any that another count offers."""
    offered = journal.with_name(f"{_stem(journal)}.{ADDITIONS}.csv")
    others = [
        path for path in journal.parent.parent.glob(f"*/*.{ADDITIONS}.csv") if path != offered
    ]
    ids = {each for path in (*record.glob("*.csv"), *others) for each in _ids_of(path)}
    letter = NEW_ID[TABLES[count.task.what]]
    own = _ids_of(offered) if offered.is_file() else []
    if own and own[0].startswith(letter) and own[0] not in ids:
        return own[0]
    taken = [int(each[1:]) for each in ids if each[:1].isalpha() and each[1:].isdigit()]
    return f"{letter}{max(taken, default=0) + 1}"


def _stem(journal: Path) -> str:
    return journal.name.removesuffix(SUFFIX)


def recorded_row(count: CountState, record: Path) -> dict[str, str] | None:
    """Row of the record that holds a finished count, None where there is none.

    Parameters
    ----------
    count : CountState
        A finished one.
    record : Path
        Folder of the record.
    """
    path = record / f"{TABLES[count.task.what]}.csv"
    row = row_of(count, list(header_of(path)), name="")
    same = ("source_id", "scope", "unit")
    for found in read_cells(path).to_dict("records"):
        if all(found[column] == row[column] for column in same if row[column]):
            return {str(column): str(value) for column, value in found.items()}
    return None


def write_result(
    count: CountState, journal: Path, record: Path, *, publisher: str, known: Mapping[str, bool]
) -> list[Path]:
    """Write what a finished count leaves, beside its journal.

    A repetition and a count of a simulated image leave their marks and no row, and of one that
    the record has already what is not appended yet. Files of an earlier run that are not to be
    appended any more are removed.

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
    marks = journal.with_name(f"{_stem(journal)}.geojson")
    chip_store.write_atomically(marks, marks_geojson(count).encode())
    written = [marks]
    task = count.task
    offers = task.what in TABLES and not task.image.simulated and task.turn == 1
    if offers:
        here = recorded_row(count, record)
        name = here["id"] if here else _free_id(count, record, journal)
        rows = rows_to_append(count, record, name=name, publisher=publisher, known=known)
        if here:
            del rows[TABLES[task.what]]
            if name in _ids_of(record / f"{ADDITIONS}.csv"):
                del rows[ADDITIONS]
        for table, text in rows.items():
            path = journal.with_name(f"{_stem(journal)}.{table}.csv")
            chip_store.write_atomically(path, text.encode())
            written.append(path)
    for table in ("counters", "sources", *TABLES.values(), ADDITIONS):
        path = journal.with_name(f"{_stem(journal)}.{table}.csv")
        if path not in written:
            path.unlink(missing_ok=True)
    return written
