"""Packets that an edition keeps from the editions before it, since they state the same evidence."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from skytally.core import DataError, file_bytes
from skytally.editions.files_withheld_from_editions import withheld_files
from skytally.editions.json_lines import as_json_lines, read_json_lines
from skytally.editions.packet_ro_crate_metadata import LOCK_NAMES, METADATA

PACKETS = "packets"
KEPT = "kept_packets.jsonl"
"""Packets of older editions that an edition keeps, a line each; absent where it keeps none."""
MADE_WITH = ("edition", "commit", "lock", "record")
"""Entries of ``packet.json`` on how a packet was made, which stay true of its own edition."""


@dataclass(frozen=True)
class KeptPacket:
    """A packet of an older edition, which a newer one keeps."""

    packet: str
    """Name of the zip."""
    edition: str
    """Edition that made it, in whose folder and log it is."""
    sha256: str
    """Of the zip."""


def kept_packets(folder: Path) -> list[KeptPacket]:
    """Packets that an edition keeps from older ones; empty where it made all of its own.

    Parameters
    ----------
    folder : Path
        Folder of the edition.

    Raises
    ------
    DataError
        If the list cannot be read.
    """
    path = folder / KEPT
    if not path.is_file():
        return []
    try:
        return [KeptPacket(**row) for row in read_json_lines(path)]
    except TypeError as error:
        message = f"{path}: found a line without packet, edition and sha256; restore it from git"
        raise DataError(message) from error


def packet_editions(folder: Path) -> dict[str, str]:
    """Name of each packet of an edition, its own and kept ones, to the edition that made it."""
    kept = {
        each.packet: each.edition
        for each in kept_packets(folder)
        if f"{PACKETS}/{each.packet}" not in withheld_files(folder.parent / each.edition)
    }
    own = {path.name: folder.name for path in (folder / PACKETS).glob("*.zip")}
    return dict(sorted({**kept, **own}.items()))


def packet_paths(folder: Path) -> dict[str, Path]:
    """Name of each packet of an edition, its own and kept ones, to the stored zip."""
    return {
        name: folder.parent / edition / PACKETS / name
        for name, edition in packet_editions(folder).items()
    }


def _evidence(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Content of a packet without what it was made with."""
    stated: dict[str, Any] = {
        name: content for name, content in files.items() if name not in (METADATA, LOCK_NAMES)
    }
    packet = json.loads(stated["packet.json"])
    stated["packet.json"] = {name: value for name, value in packet.items() if name not in MADE_WITH}
    return stated


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
        Sorted by name. Sentence, numbers, flip set, computation, rows, pages and parameters are
        the same; edition, commit, lock and hashes of whole tables may differ, since they say
        what the packet was made with.

    Raises
    ------
    DataError
        If a packet of the edition before is missing or no zip.
    """
    if before is None:
        return []
    kept = []
    for name, edition in packet_editions(before).items():
        if name not in contents:
            continue
        path = before.parent / edition / PACKETS / name
        content = file_bytes(path) or b""
        if _evidence(_stored_files(path, content)) == _evidence(contents[name]):
            digest = hashlib.sha256(content).hexdigest()
            kept.append(KeptPacket(name, edition, digest))
    return kept


def kept_text(kept: Iterable[KeptPacket]) -> str:
    """Content of `KEPT`."""
    return as_json_lines(asdict(each) for each in kept)
