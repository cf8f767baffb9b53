"""The log of an edition's packets: a line each, under one Merkle root, chained to the last one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from skytally.editions.packet_verifier.verify import FORMAT, merkle_root

FIRST_LINE = f"skytally packet log {FORMAT}"
NO_PARENT = "none"
ROWS = "rows.jsonl"
"""Name under which a log has the hash of the rows of the edition."""
NAMING = 16
"""Signs of the hash of a file in a packet, by which one that was changed is named; that of the
whole packet decides."""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def packet_log(
    edition: str,
    packets: Mapping[str, tuple[bytes, Mapping[str, bytes]]],
    *,
    previous: tuple[str, str] | None,
    record: Mapping[str, str],
    issued: Mapping[str, str] | None = None,
) -> str:
    """Write the log of the packets of an edition.

    Parameters
    ----------
    edition : str
        Id of the edition.
    packets : mapping of str to (bytes, mapping)
        Name of a packet to its bytes, and to the content of its files by name. All packets of the
        edition are here, those too that it keeps from older ones.
    previous : (str, str) or None
        Id and root of the edition before, None where it has no packets or there is none.
    record : mapping of str to str
        `ROWS` and the tables of the record to the SHA-256 of each file.
    issued : mapping of str to str, optional
        Name of a packet that an older edition issued, to that edition.

    Returns
    -------
    str
        Five lines on the log itself, then a line a packet, sorted by name: its SHA-256, its name,
        the edition that issued it, and the beginning of the SHA-256 of each of its files. Every
        line is a leaf of the tree, so that the root holds the root before it.
    """
    before = " ".join(previous or (NO_PARENT,))
    lines = [
        FIRST_LINE, f"edition {edition}", f"previous {before}", f"packets {len(packets)}",
        " ".join(["record", *(f"{name}={record[name]}" for name in sorted(record))]),
    ]  # fmt: skip
    for name in sorted(packets):
        content, files = packets[name]
        parts = [f"{file}={_digest(files[file])[:NAMING]}" for file in sorted(files)]
        lines.append(" ".join([_digest(content), name, (issued or {}).get(name, edition), *parts]))
    return "\n".join(lines) + "\n"


def logged_packets(log: str) -> dict[str, tuple[str, str]]:
    """Name of each packet of a log to the edition that issued it and to its SHA-256.

    Logs of formats 1 and 2 list what their own edition issued, after a line a row of the record.
    """
    first, about, *lines = log.splitlines()
    own, names_issuer = about.split()[1], first == FIRST_LINE
    listed = [line.split() for line in lines[3:] if not line.startswith("row ")]
    return {words[1]: (words[2] if names_issuer else own, words[0]) for words in listed}


def log_root(log: str) -> str:
    """Merkle root of a log in hex, as RFC 6962 makes it of its lines."""
    return merkle_root(log.encode("ascii").removesuffix(b"\n").split(b"\n")).hex()
