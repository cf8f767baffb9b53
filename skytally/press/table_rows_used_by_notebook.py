"""Part of a table that a notebook used: all of it, some rows or days, or rows that others cite."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from skytally.core import CITED_ROWS_MARK, LATEST_DAYS_MARK, REGISTRY, data_folder

DICTIONARY = ".dictionary.csv"
VOCABULARY = "vocabulary.csv"

Rows = list[dict[str, str]]


def _rows(path: Path) -> Rows:
    # a build with nothing to do parses no table, and so need not wait for this import
    import csv

    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {(name or "").strip(): (cell or "").strip() for name, cell in row.items()
             if isinstance(cell, str)}
            for row in csv.DictReader(file)
        ]  # fmt: skip


def _dictionary(table: Path) -> Path:
    return table.with_name(table.stem + DICTIONARY)


def _path(read: str) -> Path:
    return data_folder() / read.partition("#")[0]


def files_behind(read: str, reads: Iterable[str]) -> list[Path]:
    """Files that decide which part of a file was used, and what that part says.

    Parameters
    ----------
    read : str
        A line of the log of reads: a file of the data, after ``#`` the part that was used.
    reads : iterable of str
        All lines of that log.

    Returns
    -------
    list of Path
        Some need not exist.
    """
    path = _path(read)
    files = [path, data_folder() / REGISTRY]
    if path.suffix == ".csv":
        files += [_dictionary(path), path.with_name(VOCABULARY)]
    if read.endswith(f"#{CITED_ROWS_MARK}"):
        others = [_path(other) for other in sorted(reads) if _path(other).suffix == ".csv"]
        files += [each for other in others for each in (other, _dictionary(other))]
    return files


def _columns_that_cite(table: Path, name: str) -> list[str]:
    rows = _rows(_dictionary(table))
    return [row["column"] for row in rows if row.get("refers_to") == name]


def _cited(path: Path, reads: Iterable[str]) -> Rows:
    """Rows that the other tables refer to, and those which these rows refer to in turn."""
    known = _rows(path)
    if not known:
        return []
    id_column = next(iter(known[0]))
    above = _columns_that_cite(path, path.stem)
    by_id = {row[id_column]: row for row in known}
    waiting = [
        cited
        for other in sorted(set(map(_path, reads)) - {path})
        for column in _columns_that_cite(other, path.stem)
        for row in _rows(other)
        for cited in row.get(column, "").split()
    ]
    found: dict[str, dict[str, str]] = {}
    while waiting:
        cited = waiting.pop()
        if cited in by_id and cited not in found:
            found[cited] = by_id[cited]
            waiting += [each for column in above for each in by_id[cited].get(column, "").split()]
    return [found[cited] for cited in sorted(found)]


def _latest(path: Path, day: str, kind: str) -> Rows:
    """Find the latest day of a column for each word of another."""
    found: dict[str, str] = {}
    for row in _rows(path):
        word = row.get(kind, "")
        found[word] = max(found.get(word, ""), row.get(day, ""))
    return [{kind: word, day: found[word]} for word in sorted(found)]


def _used(path: Path, part: str, reads: Iterable[str]) -> Rows:
    if part == CITED_ROWS_MARK:
        return _cited(path, reads)
    if part.startswith(LATEST_DAYS_MARK):
        return _latest(path, *part.removeprefix(LATEST_DAYS_MARK).split(" "))
    word = part.removeprefix("=")
    return [row for row in _rows(path) if next(iter(row.values()), "") == word]


def _words_used(path: Path, rows: Rows) -> Rows:
    """Rows of the vocabulary whose words occur in a table."""
    lists = {row["column"]: row.get("vocabulary", "") for row in _rows(_dictionary(path))}
    lists = {column: vocabulary for column, vocabulary in lists.items() if vocabulary}
    used = {(lists[column], row.get(column, "")) for row in rows for column in lists}
    vocabulary = _rows(path.with_name(VOCABULARY))
    return [row for row in vocabulary if (row.get("vocabulary"), row.get("word")) in used]


def _registered(path: Path) -> list[dict[str, object]]:
    import tomllib

    with (data_folder() / REGISTRY).open("rb") as file:
        known = tomllib.load(file)
    name = path.relative_to(data_folder()).as_posix()
    return [row for row in known.values() if row.get("file") == name]


def content_used(read: str, reads: Iterable[str]) -> bytes:
    """Bytes that hold exactly what a reader used of a file, to be hashed.

    Parameters
    ----------
    read : str
        A line of the log of reads.
    reads : iterable of str
        All lines of that log.

    Returns
    -------
    bytes
        The rows that were used, or the file as it is; for a table also its dictionary and the
        words of the vocabulary that occur; the file's row of the registry.
    """
    path, part = _path(read), read.partition("#")[2]
    if not path.is_file():
        return b"missing"
    if path.suffix != ".csv":
        return path.read_bytes() + json.dumps(_registered(path)).encode()
    rows = _used(path, part, reads) if part else _rows(path)
    content = json.dumps(rows).encode() if part else path.read_bytes()
    described = [_rows(_dictionary(path)), _words_used(path, rows), _registered(path)]
    return content + json.dumps(described).encode()
