"""A small edition with evidence packets, made of the real record, and ways to tamper with it."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import runpy
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from skytally import claims, findings
from skytally.editions import packet_paths, write_packets
from skytally.editions.edition_writing import write_rows
from skytally.editions.evidence_packet_merkle_log import ROWS, log_root, packet_log
from skytally.editions.packet_verifier import verify
from skytally.editions.reproducible_zip import canonical_zip
from skytally.findings.finding_declarations import REFERENCE
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)

ROOT = Path(__file__).resolve().parents[2]
EDITION = "2026-11-29"
KEYS = (
    "rail-counts.baseline", "rail-counts.sites_watched", "rail-counts.multiple_of_baseline",
    "rail-counts.railcars_highest", "rail-counts.boxcar_share_june_2024",
    "rail-counts.last_railcars", "rail-counts.days_with_kinds", "rail-counts.before_covid",
    "ais-gaps.events", "ais-gaps.known_to_the_day", "port-imagery.days_empty_in_record",
    "synthesis.ships_began",
    "synthesis.yard_filled", "synthesis.yard_filled_stated", "synthesis.summit",
    "synthesis.yard_after_summit", "synthesis.summit_after_pits",
    "synthesis.yard_before_delivery", "synthesis.ships_stopped",
    "rail-counts.trains_ratio",
)  # fmt: skip
"""Findings of every kind that a packet recomputes, and one estimate."""
ESTIMATE = "rail-counts.trains_ratio"
CLAIM = {
    "id": "S0-01", "text": "a claim made up for the tests", "verdict": "holds",
    "rests_on": {
        "findings": ["rail-counts.baseline"], "rows": ["R031"], "sites": [], "sources": [],
    },
}  # fmt: skip
CHART = (
    '<figure class="sk-figure" id="railcars"><div class="sk-heading"><p class="sk-headline">'
    'Counted: <a href="../cards/finding/rail-counts.baseline.html">20</a></p></div>'
    '<img class="sk-static" alt="made-up chart" src="data:image/svg+xml;base64,{picture}">'
    '<figcaption>A chart made up for the tests<div class="sk-downloads">Data of this chart: '
    '<a href="../data/rail-counts.railcars.csv" download>x</a></div></figcaption></figure>'
)
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def _lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def made_up_site(folder: Path) -> Path:
    """Write a site of one page with one chart."""
    (folder / "lines").mkdir(parents=True)
    (folder / "data").mkdir()
    chart = CHART.format(picture=base64.b64encode(PICTURE).decode())
    (folder / "lines/rail-counts.html").write_text(f"<body>{chart}</body>", encoding="utf-8")
    (folder / "data/rail-counts.railcars.csv").write_text("row,value\nR031,73\nR056,150\n")
    return folder


def some_findings(keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """Evaluate some declared findings on the record, as ``findings.json`` has them."""
    declared = {each.key: each for each in declared_findings()[0]}
    wanted = {key: declared[key] for key in keys}
    for key in keys:
        for match in REFERENCE.finditer(f"{declared[key].of} {declared[key].where}"):
            wanted[match[1]] = declared[match[1]]
    tables = claims.read_tables(ROOT / "data/record")
    made = findings.evaluate(wanted.values(), tables, parameters=page_parameters())
    return [row for row in json.loads(findings.as_json(made)) if row["key"] in keys]


def write_made_up_edition(folder: Path, site: Path, *, parent: str | None = None) -> str:
    """Write an edition of `KEYS`, one made-up claim and one made-up chart; return its root."""
    folder.mkdir(parents=True)
    parameters = [
        {"page": page, "name": name, "value": value}
        for page, values in page_parameters().items()
        for name, value in values.items()
    ]
    (folder / "findings.jsonl").write_text(_lines(some_findings(KEYS)), encoding="utf-8")
    (folder / "claims.jsonl").write_text(_lines([CLAIM]), encoding="utf-8")
    (folder / "parameters.jsonl").write_text(_lines(parameters), encoding="utf-8")
    write_rows(folder, ROOT / "data")
    about = {"id": folder.name, "date": EDITION, "commit": "0" * 40, "parent": parent}
    return write_packets(folder, about={**about, "title": "Counted from Above"}, site=site)


def check_content(rows: bytes) -> Callable[..., str]:
    """Return the function of the published program that recomputes, with the rows of an edition."""
    program = Path(verify.__file__).with_name("recompute.py")
    return runpy.run_path(str(program))["content_check"](rows, hashlib.sha256(rows).hexdigest())


@cache
def _unpacked(packet: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packet)) as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


@dataclass
class PacketEdition:
    """Packets and log of an edition, in memory."""

    folder: Path
    """Where they lie."""
    root: str
    """Root of the log."""

    def __post_init__(self) -> None:
        """Read the log and the packets."""
        self.log = (self.folder / "packet_log.txt").read_bytes()
        self.read = verify.read_log(self.log, self.root)
        self.id, self.record, self.known = self.read
        self.packets = {name: path.read_bytes() for name, path in packet_paths(self.folder).items()}
        self.rows = (self.folder / ROWS).read_bytes()
        self.check_content = check_content(self.rows)

    def verdict(self, name: str, data: bytes) -> str:
        """Check some bytes under a name; what the verifier raises begins with *FAIL*."""
        try:
            return verify.check_packet(data, name, self.read, self.check_content)
        except Exception as error:
            return f"FAIL {error}"

    def files(self, name: str) -> dict[str, bytes]:
        """Files of a packet by name."""
        return {**_unpacked(self.packets[name])}

    def relogged(
        self,
        name: str,
        files: dict[str, bytes],
        *,
        rows: bytes = b"",
        packed: bytes | None = None,
    ) -> PacketEdition:
        """Log another packet, or other rows of the record, as a dishonest publisher would."""
        others = {each: data for each, data in self.packets.items() if each != name}
        packets = {each: (data, _unpacked(data)) for each, data in others.items()}
        packets[name] = packed or canonical_zip(files), files
        hashed = {ROWS: hashlib.sha256(rows).hexdigest()} if rows else {}
        issued = {each: words[2] for each, words in self.known.items()}
        record = {**self.record, **hashed}
        log = packet_log(self.id, packets, previous=None, record=record, issued=issued)
        return self._with_log(log, name, packets[name][0], rows)

    def _with_log(self, log: str, name: str, data: bytes, rows: bytes) -> PacketEdition:
        other = object.__new__(PacketEdition)
        other.folder, other.root, other.log = self.folder, log_root(log), log.encode()
        other.read = verify.read_log(other.log, other.root)
        other.id, other.record, other.known = other.read
        other.packets, other.rows = {**self.packets, name: data}, rows or self.rows
        other.check_content = check_content(rows) if rows else self.check_content
        return other


def with_table(edition: PacketEdition, name: str, table: str, content: bytes) -> PacketEdition:
    """Log a packet with another table of rows, whose cells the record has, too."""
    files = {**edition.files(name), f"rows/{table}.csv": content}
    held = {row["id"]: row for row in csv.DictReader(io.StringIO(content.decode(), newline=""))}
    rows = [json.loads(line) for line in edition.rows.decode().split("\n")[:-1]]
    for row in rows:
        if row["table"] == f"record/{table}" and row["key"] in held:
            cells = held[row["key"]].items()
            row["cells"] = {column: cell.strip() for column, cell in cells if cell.strip()}
    return edition.relogged(name, rehashed(files), rows=_lines(rows).encode())


def without_row(edition: PacketEdition, table: str, key: str) -> bytes:
    """Rows of an edition without one of the record."""
    rows = [json.loads(line) for line in edition.rows.decode().split("\n")[:-1]]
    kept = [row for row in rows if (row["table"], row["key"]) != (f"record/{table}", key)]
    assert len(kept) == len(rows) - 1
    return _lines(kept).encode()


def rehashed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Files of a packet with the hashes in its description made anew, as a forger would."""
    crate = json.loads(files["ro-crate-metadata.json"])
    for entity in crate["@graph"]:
        if "sha256" in entity:
            content = files[entity["@id"]]
            entity["sha256"] = hashlib.sha256(content).hexdigest()
            entity["contentSize"] = str(len(content))
    return {**files, "ro-crate-metadata.json": json.dumps(crate, indent=1).encode()}


def packets_of_site(
    editions: Path, site: Path, *, name: str = EDITION, parent: str | None = None
) -> PacketEdition:
    """Write the packets of a site that was built, as an edition of it would."""
    folder = editions / name
    folder.mkdir(parents=True)
    for part in ("findings", "claims"):
        rows = json.loads((site / f"{part}.json").read_text(encoding="utf-8"))
        (folder / f"{part}.jsonl").write_text(_lines(rows), encoding="utf-8")
    values = [
        {"page": page, "name": name, "value": value}
        for page, found in page_parameters().items()
        for name, value in found.items()
    ]
    (folder / "parameters.jsonl").write_text(_lines(values), encoding="utf-8")
    write_rows(folder, ROOT / "data")
    about = {"id": name, "date": name, "commit": None, "title": "Counted from Above"}
    about["parent"] = parent
    return PacketEdition(folder, write_packets(folder, about=about, site=site))


def answers(edition: PacketEdition, python: str) -> list[str]:
    """Lines that the verifier prints on all packets, run by an interpreter without packages."""
    program = edition.folder / "packet_verifier" / "verify.py"
    words = [edition.root, str(edition.folder / "packet_log.txt"), str(edition.folder / "packets")]
    command = [python, "-I", "-S", str(program), *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert run.stdout, run.stderr
    return run.stdout.splitlines()


def failures(edition: PacketEdition, python: str) -> list[str]:
    """Those of the lines that do not say PASS, and a sum that does not count all packets."""
    *lines, summary = answers(edition, python)
    count = len(edition.known)
    whole = f"{count} PASS, 0 FAIL, {count} of {count} packets of the edition seen"
    failed = [line for line in lines if not line.startswith("PASS ")]
    # newer verifiers name the root, too
    return failed if summary.split("; ")[0] == whole else [*failed, summary]
