"""Write an edition: what was published, in files that a diff reads line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skytally.editions.edition_reading_and_hash_checks import (
    ABOUT,
    ADDRESSES,
    CHANGES,
    CLAIMS,
    COMPRESSED_ABOVE,
    FILES,
    FINDINGS,
    FORMAT,
    PARAMETERS,
    ROWS,
    about_text,
    contents_id,
    edition_contents,
)
from skytally.editions.edition_rows_and_hashes import frozen_rows
from skytally.editions.json_lines import write_json_lines
from skytally.editions.published_anchors_and_files import ANCHORS, compressed_lines
from skytally.editions.software_hash_ids import content_id, revision_id
from skytally.editions.source_file_hashes_and_swhids import LOCK, SourceFile, part_ids

LARGEST_PLAIN = 20_000
"""Bytes of the largest table of a new edition that the site offers as it is stored."""


@dataclass(frozen=True)
class Published:
    """What a book published, as its site holds it."""

    findings: Sequence[Mapping[str, Any]]
    """Entries of ``findings.json``."""
    claims: Sequence[Mapping[str, Any]]
    """Entries of ``claims.json``."""
    parameters: Mapping[str, Mapping[str, Any]]
    """Page to its parameters and their values."""
    addresses: Iterable[str]
    """Addresses of its pages and files."""
    anchors: Iterable[str] = ()
    """Places within its pages that can be cited, each with its page."""


def write_published(
    folder: Path, published: Published, *, files: Sequence[SourceFile], data: Path
) -> None:
    """Write what a book published, and the hashes of what it was made from.

    Parameters
    ----------
    folder : Path
        Folder of the edition, which is there and empty.
    published : Published
    files : sequence of SourceFile
        As `source_files` gives them.
    data : Path
        The data folder, whose rows are kept.
    """
    write_json_lines(folder / FINDINGS, sorted(published.findings, key=lambda row: row["key"]))
    write_json_lines(folder / CLAIMS, sorted(published.claims, key=lambda row: row["id"]))
    values = (
        {"page": page, "name": name, "value": value}
        for page, named in sorted(published.parameters.items())
        for name, value in sorted(named.items())
    )
    write_json_lines(folder / PARAMETERS, values)
    hashes = (
        {
            "path": file.path,
            "bytes": len(file.content),
            "sha256": file.sha256,
            "swhid": content_id(file.content),
        }
        for file in files
    )
    write_json_lines(folder / FILES, hashes)
    write_rows(folder, data)
    text = "".join(f"{address}\n" for address in sorted(set(published.addresses)))
    (folder / ADDRESSES).write_text(text, encoding="utf-8", newline="\n")
    if anchors := [*published.anchors]:
        (folder / ANCHORS).write_bytes(compressed_lines(anchors))


def write_rows(folder: Path, data: Path) -> None:
    """Write every row of the tables, a line each; its hash follows from its cells."""
    rows = ({name: row[name] for name in row if name != "sha256"} for row in frozen_rows(data))
    write_json_lines(folder / ROWS, rows)


def _item_lines(name: str, value: object) -> str:
    """One entry of `CHANGES`, a list with an item a line."""
    if not isinstance(value, list) or not value:
        return f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False, allow_nan=False)}"
    items = (f"  {json.dumps(item, ensure_ascii=False, allow_nan=False)}" for item in value)
    return f" {json.dumps(name)}: [\n" + ",\n".join(items) + "\n ]"


def write_changes(folder: Path, changes: Mapping[str, Any]) -> None:
    """Write what differs from the edition before, an item a line."""
    lines = (_item_lines(name, value) for name, value in changes.items())
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (folder / CHANGES).write_text(text, encoding="utf-8", newline="\n")


def source_details(files: Sequence[SourceFile], commit: str | None) -> dict[str, Any]:
    """Hashes of lock, folders and commit, as an edition names what it was made from."""
    lock = next((file for file in files if file.path == LOCK), None)
    ids = part_ids(list(files))
    return {
        "commit": commit,
        "lock_sha256": lock.sha256 if lock else None,
        "swhids": ids | ({"revision": revision_id(commit)} if commit else {}),
    }


def write_about(folder: Path, about: Mapping[str, Any], *, packet_root: str) -> None:
    """Write what an edition says of itself, last: with it, the edition is whole.

    Parameters
    ----------
    folder : Path
        Folder of the edition with all its other files.
    about : mapping
        Id, day, parent, title, and what `source_details` gives.
    packet_root : str
        Root of the log of evidence packets; empty without packets.
    """
    whole = {
        **about,
        "format": FORMAT,
        "doi": "",
        "packet_root": packet_root,
        COMPRESSED_ABOVE: LARGEST_PLAIN,
        "contents": edition_contents(folder),
        "swhid": contents_id(folder),
    }
    (folder / ABOUT).write_text(about_text(whole), encoding="utf-8", newline="\n")


def unchanged_since(about: Mapping[str, Any], files: Sequence[SourceFile]) -> bool:
    """Whether lock, code, data, notebooks and pages are those of an edition."""
    known = {name: value for name, value in about["swhids"].items() if name != "revision"}
    return known == part_ids(list(files))
