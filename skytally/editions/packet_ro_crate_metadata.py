"""Description of a packet as an RO-Crate, so that tools which know nothing of this book read it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

METADATA = "ro-crate-metadata.json"
LOCK_NAMES = "lock.txt"
"""File of a packet with the names and versions of the software."""
VERSION = "1.3"
"""Of the RO-Crate specification, whose JSON-LD context the library carries."""
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LICENCE_WORDS = {
    "@type": "CreativeWork",
    "name": "Creative Commons Attribution 4.0 International",
    "description": "Free to share and adapt with attribution.",
}
TYPES = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".svg": "image/svg+xml",
}
"""End of a file's name to its media type."""
CONTENTS = {
    "packet.json": "What is stated, how it was computed, what would change it, and hashes",
    "sources.csv": "Pages on which the rows were read",
    "scopes.csv": "The site of every scope",
    LOCK_NAMES: "Names and versions of the software",
    "table.csv": "Table that the chart was drawn from",
    "picture.svg": "The chart as a picture",
    "images.csv": "Satellite images",
}
"""File to what it holds; the others are rows of a table."""


@dataclass(frozen=True)
class PacketHeading:
    """What a packet says of itself."""

    name: str
    """Title."""
    description: str
    """The sentence, claim or caption."""
    date: str
    """Day of the edition, from which all dates of the crate are set."""
    edition: str
    """Id of the edition."""
    publisher: str
    """Whose book it is."""


def crate_metadata(heading: PacketHeading, files: Mapping[str, bytes]) -> bytes:
    """Describe the files of a packet.

    Parameters
    ----------
    heading : PacketHeading
        What the packet says of itself.
    files : mapping of str to bytes
        Its other files by name.

    Returns
    -------
    bytes
        Content of `METADATA`.
    """
    # slow imports, which whoever only reads packets need not wait for
    from rocrate.model.contextentity import ContextEntity
    from rocrate.model.data_entity import DataEntity
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=VERSION)
    crate.name, crate.description = heading.name, heading.description
    crate.root_dataset["datePublished"] = heading.date
    crate.root_dataset["version"] = heading.edition
    crate.root_dataset["license"] = crate.add(ContextEntity(crate, LICENCE, LICENCE_WORDS))
    publisher = {"@type": "Organization", "name": heading.publisher}
    crate.root_dataset["publisher"] = crate.add(ContextEntity(crate, "#publisher", publisher))
    for name in sorted(files):
        crate.add(DataEntity(crate, name, _file(name, files[name])))
    described = crate.metadata.generate()
    described["@graph"].sort(key=lambda entity: (entity["@id"] != METADATA, entity["@id"]))
    return json.dumps(described, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def _file(name: str, content: bytes) -> dict[str, str]:
    table = PurePosixPath(name)
    return {
        "@type": "File",
        "name": name,
        "description": CONTENTS.get(name, f"Rows of the table {table.stem}"),
        "encodingFormat": TYPES[table.suffix],
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
