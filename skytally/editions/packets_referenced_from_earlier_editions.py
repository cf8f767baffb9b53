"""Packets that an edition keeps from the editions before it, since they state the same evidence."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skytally.core import DataError, file_bytes
from skytally.editions.evidence_packet_merkle_log import FIRST_LINE, logged_packets
from skytally.editions.files_withheld_from_editions import withheld_files
from skytally.editions.packet_record_rows import SCOPES, SUMMARY
from skytally.editions.packet_ro_crate_metadata import LOCK_NAMES, METADATA

PACKETS = "packets"
LOG = "packet_log.txt"
MADE_WITH = ("format", "edition", "commit", "lock", "record")
"""Entries of ``packet.json`` on how a packet was made, which stay true of the edition that issued
it: a change of code, software or of other rows that gives the same evidence changes no evidence."""
KEPT_FORMATS = (2, 3)
"""Formats of packets that the verifier of today still reads."""


@dataclass(frozen=True)
class KeptPacket:
    """A packet of an older edition, which a newer one keeps."""

    packet: str
    """Name of the zip."""
    edition: str
    """Edition that issued it, in whose folder it is."""
    sha256: str
    """Of the zip."""
    content: bytes
    """The zip."""
    files: Mapping[str, bytes]
    """Its files by name."""


def _logged(folder: Path) -> dict[str, tuple[str, str]]:
    path = folder / LOG
    return logged_packets(path.read_text(encoding="ascii")) if path.is_file() else {}


def needs_rows(folder: Path) -> bool:
    """Whether the rows of an edition are needed to check its packets: from format 3 of its log."""
    path = folder / LOG
    return path.is_file() and path.read_text(encoding="ascii").startswith(f"{FIRST_LINE}\n")


def packet_editions(folder: Path) -> dict[str, str]:
    """Name of each packet of an edition, its own and kept ones, to the edition that issued it."""
    return {
        name: edition
        for name, (edition, _) in sorted(_logged(folder).items())
        if f"{PACKETS}/{name}" not in withheld_files(folder.parent / edition)
    }


def kept_hashes(folder: Path) -> dict[str, tuple[str, str]]:
    """Name of each packet that an edition keeps, to the edition that issued it and its SHA-256."""
    return {name: each for name, each in _logged(folder).items() if each[0] != folder.name}


def packet_paths(folder: Path) -> dict[str, Path]:
    """Name of each packet of an edition, its own and kept ones, to the stored zip."""
    return {
        name: folder.parent / edition / PACKETS / name
        for name, edition in packet_editions(folder).items()
    }


def _filled(table: bytes) -> dict[str, dict[str, str]]:
    """Return the filled cells of each row of a table by its id, which is what is compared."""
    read = csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    rows = ({name: cell.strip() for name, cell in row.items()} for row in read)
    return {
        row["id"]: {name: cell for name, cell in row.items() if cell and name != SUMMARY}
        for row in rows
    }


def _evidence(files: Mapping[str, bytes], like: Mapping[str, Any]) -> dict[str, Any]:
    """Content of a packet without what it was made with and what nothing in it rests on.

    Packets of format 2 held whole tables and all parameters of a page; of these, the rows and
    parameters are taken that the packet `like` holds.
    """
    packet = json.loads(files["packet.json"])
    stated = {name: value for name, value in packet.items() if name not in MADE_WITH}
    stated["parameters"] = {
        page: {name: packet["parameters"].get(page, {}).get(name) for name in named}
        for page, named in like["parameters"].items()
    }
    evidence: dict[str, Any] = {"packet.json": stated}
    wanted, scopes = {*packet["rows"]}, set[str]()
    for name in sorted(files):
        if name.startswith("rows/"):
            rows = {key: row for key, row in _filled(files[name]).items() if key in wanted}
            scopes |= {row.get("scope", "") for row in rows.values()}
            evidence |= {name: rows} if rows else {}
        elif name == "sources.csv":
            evidence[name] = _filled(files[name])
        elif name not in ("packet.json", METADATA, LOCK_NAMES, f"{SCOPES}.csv"):
            evidence[name] = files[name]
    listed = _filled(files.get(f"{SCOPES}.csv", b""))
    return evidence | {SCOPES: {key: row for key, row in listed.items() if key in scopes}}


def _stored_files(path: Path, content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        message = f"{path}: found no zip that can be read; restore it from git"
        raise DataError(message) from error


def unchanged_packets(
    contents: Mapping[str, Mapping[str, bytes]], before: Path | None
) -> list[KeptPacket]:
    """Packets of the edition before that state what those of a new edition would.

    Parameters
    ----------
    contents : mapping of str to (mapping of str to bytes)
        Name of each packet of the new edition to its files.
    before : Path or None
        Folder of the edition before, whose files are as they were published.

    Returns
    -------
    list of KeptPacket
        Sorted by name. Sentence, numbers, flip set, declaration, computation, rows, pages,
        pictures and the parameters that it depends on are the same; `MADE_WITH` may differ.

    Raises
    ------
    DataError
        If a packet of the edition before is missing or no zip.
    """
    kept: list[KeptPacket] = []
    if before is None:
        return kept
    for name, edition in packet_editions(before).items():
        if name not in contents:
            continue
        path = before.parent / edition / PACKETS / name
        content = file_bytes(path) or b""
        files = _stored_files(path, content)
        like = json.loads(contents[name]["packet.json"])
        if json.loads(files["packet.json"])["format"] not in KEPT_FORMATS:
            continue
        if _evidence(files, like) == _evidence(contents[name], like):
            digest = hashlib.sha256(content).hexdigest()
            kept.append(KeptPacket(name, edition, digest, content, files))
    return kept
