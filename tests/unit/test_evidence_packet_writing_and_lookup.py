"""Packets of an edition: written once, chained to the edition before, refused where they differ."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from skytally.core import DataError, IntegrityError
from skytally.editions import (
    evidence_packet_writing_and_lookup,
    packet_address,
    packet_summary,
    published_packets,
    write_packets,
)
from skytally.editions.edition_writing import write_rows
from skytally.editions.evidence_packet_merkle_log import log_root
from skytally.editions.packet_verifier import recompute
from tests.support.edition_packets_and_tampering import (
    ROOT,
    PacketEdition,
    made_up_site,
    some_findings,
)

ABOUT = {"id": "2026-12-01", "date": "2026-12-01", "commit": None, "title": "made up"}
QUOTE = "rail-counts.baseline"


@pytest.fixture(scope="module")
def found() -> str:
    """Evaluate one finding once; return it as a line."""
    return json.dumps(some_findings((QUOTE,))[0], ensure_ascii=False) + "\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Make a site with one chart."""
    return made_up_site(tmp_path / "site")


@pytest.fixture
def folder(tmp_path: Path, found: str) -> Path:
    """Make the folder of an edition whose packets are not written yet."""
    made = tmp_path / "data" / "editions" / "2026-12-01"
    made.mkdir(parents=True)
    (made / "findings.jsonl").write_text(found, encoding="utf-8")
    (made / "claims.jsonl").write_text("", encoding="utf-8")
    values = [{"page": "rail-counts", "name": "baseline_row", "value": "R001"}]
    (made / "parameters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in values))
    write_rows(made, ROOT / "data")
    return made


def written(folder: Path) -> dict[str, bytes]:
    """Read every file of an edition."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_write_packets_gives_the_same_bytes_twice(folder: Path, site: Path, tmp_path: Path) -> None:
    """Two runs give the same files and root; log and programs lie beside the packets."""
    again = tmp_path / "again" / "2026-12-01"
    shutil.copytree(folder, again)
    roots = [write_packets(each, about=ABOUT, site=site) for each in (folder, again)]
    assert roots[0] == roots[1]
    files = written(folder)
    assert files == written(again)
    assert {name for name in files if "packet" in name} == {
        "packet_log.txt", "packet_verifier/recompute.py", "packet_verifier/verify.py",
        "packets/chart-rail-counts.railcars.zip", f"packets/finding-{QUOTE}.zip",
    }  # fmt: skip


def test_write_packets_dates_a_packet_from_its_edition(folder: Path, site: Path) -> None:
    """The description has the day of the edition, its id and the sentence, and no other time."""
    root = write_packets(folder, about=ABOUT, site=site)
    files = PacketEdition(folder, root).files(f"finding-{QUOTE}.zip")
    crate = json.loads(files["ro-crate-metadata.json"])
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert entities["./"]["datePublished"] == "2026-12-01"
    assert entities["./"]["version"] == "2026-12-01"
    assert entities["./"]["description"] == json.loads(files["packet.json"])["sentence"]
    dates = [word for entity in crate["@graph"] for word in entity if word.startswith("date")]
    assert dates == ["datePublished"]
    assert {part["@id"] for part in entities["./"]["hasPart"]} == {*files} - {
        "ro-crate-metadata.json"
    }


def test_write_packets_says_what_a_stranger_needs(folder: Path, site: Path) -> None:
    """A packet has the rows, pages, parameters, hashes of the tables, and names of the lock."""
    root = write_packets(folder, about=ABOUT, site=site)
    files = PacketEdition(folder, root).files(f"finding-{QUOTE}.zip")
    packet = json.loads(files["packet.json"])
    assert packet["findings"][0]["declared"]["key"] == QUOTE
    assert packet["findings"][0]["finding"]["inputs"] == ["R001"]
    assert packet["parameters"] == {"rail-counts": {"baseline_row": "R001"}}
    assert set(packet["record"]) == {"rail_counts", "sources"}
    assert b"numpy==" in files["lock.txt"]
    assert len(packet["lock"]["sha256"]) == 64


def test_write_packets_chains_the_log_to_the_edition_before(folder: Path, site: Path) -> None:
    """The third line of the log names the edition before and its root."""
    before = folder.parent / "2026-11-29"
    before.mkdir()
    (before / "edition.json").write_text(json.dumps({"packet_root": "a" * 64}))
    root = write_packets(folder, about={**ABOUT, "parent": "2026-11-29"}, site=site)
    log = (folder / "packet_log.txt").read_text()
    assert log.splitlines()[2] == f"previous 2026-11-29 {'a' * 64}"
    assert root == log_root(log)
    summary = packet_summary(folder)
    assert summary["Merkle root"] == root
    assert summary["log before"] == f"2026-11-29 {'a' * 64}"


def test_write_packets_refuses_a_parent_that_is_missing(folder: Path, site: Path) -> None:
    """A log without the root before it would hide what was left out in between."""
    with pytest.raises(DataError, match=r"edition\.json"):
        write_packets(folder, about={**ABOUT, "parent": "2026-11-29"}, site=site)


def test_write_packets_refuses_another_sentence(folder: Path, site: Path) -> None:
    """A published sentence that its declaration does not give is named, and nothing is written."""
    path = folder / "findings.jsonl"
    finding = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**finding, "text": "Another sentence."}) + "\n")
    with pytest.raises(IntegrityError, match=f"findings {QUOTE}: published with another sentence"):
        write_packets(folder, about=ABOUT, site=site)
    assert not (folder / "packets").exists()


def test_write_packets_refuses_what_its_verifier_would_not_pass(
    folder: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A packet that a stranger would see fail is named with the fault, and nothing is written."""
    monkeypatch.setattr(recompute, "_day", lambda _: "1 January 1900")
    with pytest.raises(
        IntegrityError,
        match=rf"2 packets would fail .*finding-{QUOTE}\.zip: packet.json: {QUOTE}: says",
    ):
        write_packets(folder, about=ABOUT, site=site)
    assert not (folder / "packets").exists()


def test_write_packets_refuses_ids_that_no_file_can_have(folder: Path, site: Path) -> None:
    """An id with a slash, and two that differ by the case of a letter, are named together."""
    rests = {"findings": [], "rows": [], "sites": [], "sources": []}
    claims = [
        {"id": each, "text": "", "verdict": "", "rests_on": rests} for each in ("a/b", "c", "C")
    ]
    (folder / "claims.jsonl").write_text("".join(json.dumps(each) + "\n" for each in claims))
    with pytest.raises(
        DataError, match=r"(?s)claim-a/b\.zip: cannot name.*claim-C\.zip: two packets"
    ):
        write_packets(folder, about=ABOUT, site=site)


def test_write_packets_refuses_more_than_an_edition_may_have(
    folder: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packets beyond the limit are refused with both numbers."""
    monkeypatch.setattr(evidence_packet_writing_and_lookup, "LARGEST_EDITION", 1000)
    with pytest.raises(DataError, match=r"2 packets of [\d,]+ bytes; an edition may have 1,000"):
        write_packets(folder, about=ABOUT, site=site)


def test_published_packets_lists_what_a_reader_fetches(folder: Path, site: Path) -> None:
    """Packets, log, both programs and, once there is one, the signature."""
    assert published_packets(folder) == {}
    write_packets(folder, about=ABOUT, site=site)
    stamps = folder.parents[1] / "stamps"
    stamps.mkdir()
    (stamps / "2026-12-01.sig").write_text("made up")
    assert sorted(published_packets(folder)) == [
        "packet_log.sig", "packet_log.txt", "packets/chart-rail-counts.railcars.zip",
        f"packets/finding-{QUOTE}.zip", "recompute.py", "verify.py",
    ]  # fmt: skip
    address = packet_address("2026-12-01", "finding", QUOTE)
    assert address == f"editions/2026-12-01/packets/finding-{QUOTE}.zip"
