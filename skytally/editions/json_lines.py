"""JSON Lines: one item a line, so that the diff of two editions is read line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from skytally.core import Fault, decoded, file_bytes, no_repeated_key, refuse


def as_json_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    r"""Serialise rows, a line each, without NaN; every line ends in a newline.

    Examples
    --------
    >>> as_json_lines([{"id": "R031", "place": "Rajin"}])
    '{"id": "R031", "place": "Rajin"}\n'
    """
    return "".join(f"{json.dumps(row, ensure_ascii=False, allow_nan=False)}\n" for row in rows)


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as JSON Lines, in the order given."""
    path.write_text(as_json_lines(rows), encoding="utf-8", newline="\n")


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON Lines.

    Parameters
    ----------
    path : Path
        Each of its lines is one object.

    Returns
    -------
    list of dict
        Empty for a file without a byte.

    Raises
    ------
    DataError
        If the file is missing or is no text, or a line is no object. All faults at once.
    """
    raw = file_bytes(path)
    if raw == b"":
        return []
    text, found = decoded(path.name, raw)
    faults = list(found)
    rows: list[dict[str, Any]] = []
    for line, words in enumerate(text.split("\n")[:-1], start=1):
        try:
            row = json.loads(words, object_pairs_hook=no_repeated_key)
        except ValueError as error:
            row = str(error)
        if isinstance(row, dict):
            rows.append(row)
        else:
            found_there = f"{words[:40]!r}, which is no object of JSON"
            faults.append(Fault(path.name, line, "", found_there, "restore the file from git"))
    refuse(faults, what=f"file {path.name}")
    return rows
