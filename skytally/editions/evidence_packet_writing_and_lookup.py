"""Evidence packets of an edition: written once, logged under one root, never made again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from skytally import claims
from skytally.core import (
    DataError,
    IntegrityError,
    data_folder,
    project_root,
    read_json,
    refuse,
    table_names,
)
from skytally.editions.edition_rows_and_hashes import table_rows
from skytally.editions.evidence_packet_merkle_log import ROWS, log_root, packet_log
from skytally.editions.json_lines import read_json_lines
from skytally.editions.packet_contents import (
    PacketSources,
    PacketSubject,
    packet_files,
    packet_name,
)
from skytally.editions.packet_log_signature_and_timestamp import stamp_files
from skytally.editions.packet_record_rows import packet_record
from skytally.editions.packet_verifier import recompute, verify
from skytally.editions.packets_referenced_from_earlier_editions import (
    LOG,
    PACKETS,
    kept_hashes,
    packet_editions,
    unchanged_packets,
)
from skytally.editions.printed_chart_extraction import PrintedChart, printed_charts
from skytally.editions.reproducible_zip import canonical_zip
from skytally.findings import (
    Computation,
    Declaration,
    Finding,
    declared_computation,
    evaluation_of,
    one_finding,
    read_declarations,
)
from skytally.record import WholeRecord

VERIFIER = "packet_verifier"
PROGRAMS = ("verify.py", "recompute.py")
"""Files of the verifier."""
LARGEST_EDITION = 6_000_000
"""Most bytes of the packets that one edition adds."""


def _declared(data: Path) -> list[Declaration]:
    folder = data / "findings"
    return read_declarations(folder / f"{page}.csv" for page in table_names(folder))


def _computations(
    declarations: Iterable[Declaration],
    findings: Mapping[str, Mapping[str, Any]],
    parameters: Mapping[str, Mapping[str, Any]],
    data: Path,
) -> dict[str, Computation]:
    """Take the declared findings apart, which must be those that are published.

    Raises
    ------
    IntegrityError
        If one that is published differs from what its declaration gives.
    """
    listed = list(declarations)
    record = WholeRecord(claims.read_tables(data / "record"))
    evaluation = evaluation_of(listed, record, parameters=parameters)
    taken_apart, differing = {}, []
    for declaration in (each for each in listed if each.key in findings):
        made = one_finding(declaration, evaluation)
        if not isinstance(made, Finding) or made.text != findings[declaration.key]["text"]:
            differing.append(declaration.key)
            continue
        taken_apart[declaration.key] = declared_computation(declaration, evaluation, made)
    if differing:
        message = (
            f"findings {', '.join(differing)}: published with another sentence than their "
            "declaration gives; run make book, then make the edition"
        )
        raise IntegrityError(message)
    return taken_apart


def _parameters(folder: Path) -> dict[str, dict[str, Any]]:
    pages: dict[str, dict[str, Any]] = {}
    for row in read_json_lines(folder / "parameters.jsonl"):
        pages.setdefault(row["page"], {})[row["name"]] = row["value"]
    return pages


def _images(data: Path) -> dict[str, list[dict[str, str]]]:
    """Images of the inventory by site."""
    sites: dict[str, list[dict[str, str]]] = {}
    path = data / "inventory.csv"
    for row in table_rows(path)[1].values() if path.is_file() else ():
        sites.setdefault(row["site"], []).append(row)
    return sites


def _sources(folder: Path, about: Mapping[str, Any]) -> PacketSources:
    data, lock = data_folder(), project_root() / "requirements.txt"
    findings = {row["key"]: row for row in read_json_lines(folder / "findings.jsonl")}
    parameters = _parameters(folder)
    declarations = _declared(data)
    cells = {
        key: row
        for page in table_names(data / "findings")
        for key, row in table_rows(data / "findings" / f"{page}.csv")[1].items()
    }
    return PacketSources(
        about=about,
        findings=findings,
        computations=_computations(declarations, findings, parameters, data),
        declarations=cells,
        parameters=parameters,
        record=packet_record(data),
        rules=table_rows(data / "claims" / "rules.csv")[1],
        ledger=table_rows(data / "claims" / "ledger.csv")[1],
        images=_images(data),
        lock=lock.read_bytes() if lock.is_file() else b"",
    )


def _finding_subject(finding: Mapping[str, Any]) -> PacketSubject:
    key = finding["key"]
    return PacketSubject("finding", key, finding["text"], f"findings.html#{key}", {}, (key,))


def _claim_subject(claim: Mapping[str, Any], sources: PacketSources) -> PacketSubject:
    entry = sources.ledger.get(claim["id"], {})
    rules = f"{entry.get('rules', '')} {entry.get('later_rules', '')}".split()
    details = {
        "claim": claim,
        "entered": {column: cell for column, cell in entry.items() if cell},
        "rules": [
            {column: cell for column, cell in sources.rules[rule].items() if cell}
            for rule in rules
            if rule in sources.rules
        ],
    }
    rests = claim["rests_on"]
    keys = tuple(key for key in rests["findings"] if key in sources.findings)
    sentence = f"{claim['text']}: {claim['verdict']}"
    address = f"claims.html#{claim['id']}"
    return PacketSubject(
        "claim", claim["id"], sentence, address, details, keys, tuple(rests["rows"])
    )


def _chart_subject(chart: PrintedChart) -> PacketSubject:
    sentence = chart.title or chart.caption or chart.words
    details = {"title": chart.title, "caption": chart.caption, "words": chart.words}
    files = {"picture.svg": chart.picture}
    if chart.table:
        files["table.csv"] = chart.table
    return PacketSubject(
        "chart", chart.id, sentence, chart.address, {"chart": details}, chart.findings,
        tuple(chart.rows), files,
    )  # fmt: skip


def _subjects(folder: Path, sources: PacketSources, site: Path) -> Iterator[PacketSubject]:
    yield from map(_finding_subject, sources.findings.values())
    for claim in read_json_lines(folder / "claims.jsonl"):
        yield _claim_subject(claim, sources)
    yield from map(_chart_subject, printed_charts(site))


def _name_faults(names: list[str]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name in names:
        if not verify.NAME.fullmatch(name):
            yield f"{name}: cannot name a file; use letters, digits, dots, hyphens, underscores"
        elif seen.setdefault(name.lower(), name) != name or names.count(name) > 1:
            yield f"{name}: two packets would have this name; give one of them another id"


def _previous(folder: Path, about: Mapping[str, Any]) -> tuple[str, str] | None:
    """Id and root of the edition before.

    Raises
    ------
    DataError
        If its ``edition.json`` cannot be read.
    """
    if not about.get("parent"):
        return None
    before = read_json(folder.parent / about["parent"] / "edition.json")
    root = before.get("packet_root", "")
    return (about["parent"], root) if root else None


def write_packets(folder: Path, *, about: Mapping[str, Any], site: Path) -> str:
    """Write the packets of an edition, their log and the verifier that fits them.

    A packet of the edition before that states the same is kept: the log lists it with the edition
    that issued it, and it is not written again.

    Parameters
    ----------
    folder : Path
        Folder of the edition, with its findings, claims, parameters and rows in it.
    about : mapping
        Content of ``edition.json`` as far as it is known: ``id``, ``date``, ``commit``, ``parent``.
    site : Path
        Root of the printed site, whose charts get packets, too.

    Returns
    -------
    str
        Merkle root of the log, in hex.

    Raises
    ------
    DataError
        If two packets would share a name, a name is none of a file, or all are too large.
    IntegrityError
        If a published finding differs from what its declaration gives, or a packet would not
        pass its own verifier.
    """
    sources = _sources(folder, about)
    contents = {
        subject.name: packet_files(subject, sources)
        for subject in _checked(list(_subjects(folder, sources, site)))
    }
    previous = _previous(folder, about)
    kept = unchanged_packets(contents, folder.parent / previous[0] if previous else None)
    issued = {each.packet: each.edition for each in kept}
    made = {
        name: (canonical_zip(files), files)
        for name, files in contents.items()
        if name not in issued
    }
    _check_size(made)
    rows = (folder / ROWS).read_bytes()
    packets = {**made, **{each.packet: (each.content, each.files) for each in kept}}
    record = {ROWS: hashlib.sha256(rows).hexdigest(), **sources.record.hashes}
    log = packet_log(about["id"], packets, previous=previous, record=record, issued=issued)
    _verify({name: content for name, (content, _) in packets.items()}, log, rows)
    (folder / PACKETS).mkdir()
    for name, (content, _) in made.items():
        (folder / PACKETS / name).write_bytes(content)
    (folder / LOG).write_text(log, encoding="ascii", newline="\n")
    (folder / VERIFIER).mkdir()
    for program in PROGRAMS:
        shutil.copyfile(Path(verify.__file__).with_name(program), folder / VERIFIER / program)
    return log_root(log)


def _check_size(packets: Mapping[str, tuple[bytes, Any]]) -> None:
    size = sum(len(content) for content, _ in packets.values())
    if size > LARGEST_EDITION:
        message = (
            f"{len(packets)} packets of {size:,} bytes; an edition may have {LARGEST_EDITION:,}: "
            "leave out pictures or rows"
        )
        raise DataError(message)


def _verify(packets: Mapping[str, bytes], log: str, rows: bytes) -> None:
    """Check packets as a stranger will, before anything is written."""
    known = verify.read_log(log.encode("ascii"), log_root(log))
    check_content = recompute.content_check(rows, known[1][ROWS])
    faults = []
    for name, content in packets.items():
        try:
            verify.check_packet(content, name, known, check_content)
        except ValueError as error:
            faults.append(f"{name}: {error}")
    if faults:
        message = (
            f"{len(faults)} packets would fail their own verifier: {'; '.join(faults)}; mend "
            "skytally/editions/packet_verifier/recompute.py or what the finding says"
        )
        raise IntegrityError(message)


def _checked(subjects: list[PacketSubject]) -> list[PacketSubject]:
    refuse(_name_faults([subject.name for subject in subjects]), what="packets")
    return subjects


def published_packets(folder: Path) -> dict[str, Path]:
    """Files of an edition that readers fetch to check a packet.

    Parameters
    ----------
    folder : Path
        Folder of the edition.

    Returns
    -------
    dict of str to Path
        Address below that of the edition to the stored file; empty without packets. Packets that
        it keeps from older editions stand at the addresses of those.
    """
    if not (folder / LOG).is_file():
        return {}
    packets = sorted((folder / PACKETS).glob("*.zip"))
    return {
        **{f"{PACKETS}/{path.name}": path for path in packets},
        LOG: folder / LOG,
        **{program: folder / VERIFIER / program for program in PROGRAMS},
        **stamp_files(folder.parents[1], folder.name).published(),
    }


def packet_address(edition: str, kind: str, identifier: str) -> str:
    """Path of a packet from the root of the site.

    Examples
    --------
    >>> packet_address("2026-11-29", "claim", "S0-01")
    'editions/2026-11-29/packets/claim-S0-01.zip'
    """
    return f"editions/{edition}/{PACKETS}/{packet_name(kind, identifier)}"


def packet_summary(folder: Path) -> dict[str, str]:
    """Facts on the packets of an edition for its page, by name.

    Parameters
    ----------
    folder : Path
        Folder of the edition.

    Returns
    -------
    dict of str to str
        Empty for an edition without packets.

    Raises
    ------
    DataError
        If the log has not the root that the edition states.
    """
    if not (folder / LOG).is_file():
        return {}
    log = (folder / LOG).read_text(encoding="ascii")
    root = log_root(log)
    previous = log.split("\n")[2]
    sizes = [path.stat().st_size for path in (folder / PACKETS).glob("*.zip")]
    kept = len(kept_hashes(folder))
    count = f"{len(packet_editions(folder)):,}"
    made = f"{len(sizes):,} of {sum(sizes) / 1e6:.1f} MB issued with this edition"
    return {
        "packets": f"{count}: {made}, {kept:,} with older ones and unchanged since"
        if kept
        else f"{count} files of {sum(sizes) / 1e6:.1f} MB",
        "Merkle root": root,
        **{
            f"SHA-256 of {program}": hashlib.sha256(
                (folder / VERIFIER / program).read_bytes()
            ).hexdigest()
            for program in PROGRAMS
        },
        "log before": " ".join(previous.split()[1:]),
    }
