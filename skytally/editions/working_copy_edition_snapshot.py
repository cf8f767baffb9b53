"""The book as it lies here, between two editions: what differs from an edition, and its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skytally.editions.edition_rows_and_hashes import frozen_rows
from skytally.editions.source_file_hashes_and_swhids import SourceFile

Items = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class PresentCopy:
    """What the book says now, in the form in which an edition keeps it."""

    findings: dict[str, dict[str, Any]]
    """Findings by key."""
    claims: dict[str, dict[str, Any]]
    """Claims by id."""
    parameters: list[dict[str, Any]]
    """Page, name and value of each parameter."""
    files: dict[str, dict[str, Any]]
    """Hashes of the files that it is made from, by path."""
    rows: dict[tuple[str, str], dict[str, Any]]
    """Rows of the tables, by table and key."""


def present_copy(
    findings: Items,
    claims: Items,
    parameters: Mapping[str, Mapping[str, Any]],
    *,
    files: Iterable[SourceFile],
    data: Path,
) -> PresentCopy:
    """Collect what the book says now.

    Parameters
    ----------
    findings, claims : sequence of mapping
        Entries of ``findings.json`` and ``claims.json``.
    parameters : mapping
        Page to its parameters and their values.
    files : iterable of SourceFile
        As `source_files` gives them.
    data : Path
        The data folder.
    """
    return PresentCopy(
        findings={row["key"]: dict(row) for row in findings},
        claims={row["id"]: dict(row) for row in claims},
        parameters=[
            {"page": page, "name": name, "value": value}
            for page, named in sorted(parameters.items())
            for name, value in sorted(named.items())
        ],
        files={file.path: {"sha256": file.sha256} for file in files},
        rows={(row["table"], row["key"]): row for row in frozen_rows(data)},
    )


def copy_hash(parts: Mapping[str, str]) -> str:
    """SHA-256 over the identifiers of the lock and of the folders that a copy is made from.

    Parameters
    ----------
    parts : mapping
        Name of each part to its SWHID, as `part_ids` gives them.

    Returns
    -------
    str
        Hash of one line a part, its name and its SWHID, in the order of the names.
    """
    lines = "".join(f"{name} {id_}\n" for name, id_ in sorted(parts.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
