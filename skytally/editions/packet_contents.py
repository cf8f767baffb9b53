"""What goes into the packet of a finding, a claim or a chart."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from skytally.editions.edition_rows_and_hashes import Cells
from skytally.editions.packet_record_rows import SCOPES, SOURCES, PacketRecord, as_csv
from skytally.editions.packet_ro_crate_metadata import (
    LOCK_NAMES,
    METADATA,
    PacketHeading,
    crate_metadata,
)
from skytally.editions.packet_verifier.recompute import TAKES_MORE
from skytally.findings import Computation
from skytally.findings.finding_declarations import PARAMETER, REFERENCE

PACKET_FORMAT = 3
"""Version of what a packet holds: since 3 the rows that it rests on, and no whole table."""
LOCKED = re.compile(r"^([A-Za-z0-9][\w.-]*==[^\s;\\]+)", re.MULTILINE)
"""Name and version of a distribution in the lock."""
SITE, ASSUMED = "site", "assumption"


@dataclass(frozen=True)
class PacketSources:
    """What all packets of one edition are made from."""

    about: Mapping[str, Any]
    """Content of ``edition.json`` as far as it is known."""
    findings: Mapping[str, Mapping[str, Any]]
    """Findings by key, as they are published."""
    computations: Mapping[str, Computation]
    """How the declared ones among them were computed, by key."""
    declarations: Mapping[str, Cells]
    """Their declarations, by key."""
    parameters: Mapping[str, Mapping[str, Any]]
    """Page to its parameters."""
    record: PacketRecord
    """Tables of the record."""
    rules: Mapping[str, Cells]
    """Rules of the claims by id."""
    ledger: Mapping[str, Cells]
    """Claims as they were entered, by id."""
    images: Mapping[str, Sequence[Cells]] = field(default_factory=dict)
    """Site to its images in the inventory."""
    lock: bytes = b""
    """Lock of the software."""

    @cached_property
    def lock_names(self) -> bytes:
        """Name and version of each distribution in the lock, a line each."""
        return ("\n".join(LOCKED.findall(self.lock.decode())) + "\n").encode()


@dataclass(frozen=True)
class PacketSubject:
    """What one packet is about."""

    kind: str
    """*finding*, *claim* or *chart*."""
    id: str
    """Key, id, or page and anchor."""
    sentence: str
    """What is stated."""
    address: str
    """Where it stands, from the root of the site."""
    details: Mapping[str, Any]
    """What only this kind has."""
    findings: tuple[str, ...] = ()
    """Keys of the findings in it."""
    rows: tuple[str, ...] = ()
    """Ids of rows that it rests on beside those of its findings."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Further files."""

    @property
    def name(self) -> str:
        """Name of its packet."""
        return packet_name(self.kind, self.id)


def packet_name(kind: str, identifier: str) -> str:
    """File name of the packet of a finding, a claim or a chart.

    Examples
    --------
    >>> packet_name("claim", "S0-01")
    'claim-S0-01.zip'
    """
    return f"{kind}-{identifier}.zip"


def _part(key: str, sources: PacketSources) -> dict[str, Any]:
    """Put together what was published of a finding, how it was declared and computed."""
    known = sources.computations.get(key)
    return {
        "finding": sources.findings[key],
        "declared": {
            column: cell for column, cell in sources.declarations.get(key, {}).items() if cell
        },
        "computed": known.steps if known else None,
    }


def _not_recomputed(keys: Iterable[str], sources: PacketSources) -> list[str]:
    words = []
    for key in keys:
        known = sources.computations.get(key)
        if known is None:
            words.append(f"{key}, which no row of data/findings declares")
        elif known.steps is None:
            words.append(f"{key} ({known.method})")
        elif known.steps["kind"] == ASSUMED:
            words.append(f"{key} (assumed, as parameters have it)")
    return words


def _conditioned(steps: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """Yield tables on which the steps of a finding try conditions, with the columns named."""
    if "where" in steps:
        clauses = [steps, *(each for each in steps.get("part", ()) if "where" in each)]
        yield steps["table"], {condition[0] for each in clauses for condition in each["where"]}
    for change in steps.get("changes", ()):
        yield from _conditioned(change)


def _tried_tables(parts: Sequence[Mapping[str, Any]], record: PacketRecord) -> set[str]:
    """Tables whose rows conditions choose, and that of scopes where these name the site."""
    steps = [part["computed"] for part in parts if part["computed"]]
    found = set()
    for table, columns in (pair for each in steps for pair in _conditioned(each)):
        found.add(table)
        cells = next(iter(record.tables[table].values()), {})
        if SITE in columns and SITE not in cells:
            found.add(SCOPES)
    return found


def _parameters(keys: Iterable[str], sources: PacketSources) -> dict[str, dict[str, Any]]:
    """Parameters that the declarations of findings name, and those of findings to which they refer.

    A finding that no row declares may depend on all parameters of its page.
    """
    found: dict[str, set[str]] = {}
    left, seen = [*keys], set[str]()
    while left:
        key = left.pop()
        if key in seen:
            continue
        seen.add(key)
        page, cells = key.partition(".")[0], sources.declarations.get(key, {})
        words = " ".join(cells.values())
        named = {match[1] for match in PARAMETER.finditer(words)}
        found.setdefault(page, set()).update(named if cells else sources.parameters.get(page, ()))
        left += [match[1] for match in REFERENCE.finditer(words)]
    return {
        page: {
            name: value for name, value in sources.parameters[page].items() if name in found[page]
        }
        for page in sorted(found)
        if page in sources.parameters
    }


def _images(subject: PacketSubject, sources: PacketSources) -> dict[str, bytes]:
    """Images of the sites that the keys of findings from own images name."""
    sites = [key.split("--")[1] for key in subject.findings if key.count("--") > 1]
    rows = [row for site in dict.fromkeys(sites) for row in sources.images.get(site, ())]
    return {"images.csv": as_csv(rows)} if rows else {}


def packet_files(subject: PacketSubject, sources: PacketSources) -> dict[str, bytes]:
    """Make the files of a packet.

    Parameters
    ----------
    subject : PacketSubject
        What it is about.
    sources : PacketSources
        What all packets are made from.

    Returns
    -------
    dict of str to bytes
        Name to content, the description of the crate among them.
    """
    parts = [_part(key, sources) for key in subject.findings]
    known = [sources.computations[key] for key in subject.findings if key in sources.computations]
    inputs = [
        row for part in parts for row in (*part["finding"]["inputs"], *part["finding"]["further"])
    ]
    rows = dict.fromkeys([*subject.rows, *inputs, *(row for each in known for row in each.rows)])
    record, tried = sources.record, _tried_tables(parts, sources.record)
    files = {**record.files(rows, scoped=SCOPES in tried), **subject.files}
    files |= {**_images(subject, sources), LOCK_NAMES: sources.lock_names}
    held = {record.table_of[row] for row in rows if row in record.table_of}
    tables = sorted({*held, *tried, SOURCES})
    packet = {
        "format": PACKET_FORMAT,
        "edition": sources.about["id"],
        "commit": sources.about.get("commit"),
        "kind": subject.kind,
        "id": subject.id,
        "sentence": subject.sentence,
        "address": subject.address,
        **subject.details,
        "findings": parts,
        "not_recomputed": [*TAKES_MORE[subject.kind], *_not_recomputed(subject.findings, sources)],
        "rows": [row for row in rows if row in record.table_of],
        "parameters": _parameters(subject.findings, sources),
        "record": {name: record.hashes[name] for name in tables},
        "lock": {"sha256": hashlib.sha256(sources.lock).hexdigest(), "names": LOCK_NAMES},
    }
    text = json.dumps(packet, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    files["packet.json"] = text.encode()
    heading = PacketHeading(
        name=f"Evidence of {subject.kind} {subject.id}",
        description=subject.sentence,
        date=sources.about["date"],
        edition=sources.about["id"],
        publisher=sources.about.get("author") or sources.about["title"],
    )
    return {**files, METADATA: crate_metadata(heading, files)}
