"""The log of an edition's packets: a line each, under one Merkle root, chained to the last one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from skytally.editions.packet_verifier.verify import FORMAT, merkle_root

FIRST_LINE = f"skytally packet log {FORMAT}"
NO_PARENT = "none"
KEPT_HASH = "kept"
"""Word before the hash of the list of packets that are kept from older editions."""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def packet_log(
    edition: str,
    packets: Mapping[str, tuple[bytes, Mapping[str, bytes]]],
    *,
    previous: tuple[str, str] | None,
    record: Mapping[str, str],
    kept: str = "",
) -> str:
    """Write the log of the packets of an edition.

    Parameters
    ----------
    edition : str
        Id of the edition.
    packets : mapping of str to (bytes, mapping)
        Name of a packet to its bytes, and to the content of its files by name.
    previous : (str, str) or None
        Id and root of the edition before, None where it has no packets or there is none.
    record : mapping of str to str
        Table of the record to the SHA-256 of its whole file, and table and id of a row, with a
        slash between, to that of its filled cells.
    kept : str
        List of the packets of older editions that this one keeps; empty where it keeps none.

    Returns
    -------
    str
        Five lines on the log itself, a line a row of the record, then a line a packet, sorted by
        name: its SHA-256, its name, and the SHA-256 of each of its files. Every line is a leaf of
        the tree, so that the root holds the root before it and, after it, the SHA-256 of the list
        of kept packets.
    """
    before = " ".join(previous or (NO_PARENT,))
    if kept:
        before += f" {KEPT_HASH}={_digest(kept.encode())}"
    tables = [f"{name}={record[name]}" for name in sorted(record) if "/" not in name]
    lines = [
        FIRST_LINE, f"edition {edition}", f"previous {before}", f"packets {len(packets)}",
        " ".join(["record", *tables]),
    ]  # fmt: skip
    lines += [f"row {name} {record[name]}" for name in sorted(record) if "/" in name]
    for name in sorted(packets):
        content, files = packets[name]
        parts = [f"{file}={_digest(files[file])}" for file in sorted(files)]
        lines.append(" ".join([_digest(content), name, *parts]))
    return "\n".join(lines) + "\n"


def log_root(log: str) -> str:
    """Merkle root of a log in hex, as RFC 6962 makes it of its lines."""
    return merkle_root(log.encode("ascii").removesuffix(b"\n").split(b"\n")).hex()
