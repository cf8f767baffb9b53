"""The list of packets on the pages of editions and on the page that says how to check one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from skytally.editions.evidence_packet_merkle_log import log_root, packet_log
from skytally.editions.evidence_packet_writing_and_lookup import PROGRAMS
from skytally.editions.reproducible_zip import canonical_zip
from skytally.press.sphinx_ext import evidence_packet_directives
from skytally.press.sphinx_ext.evidence_packet_directives import PacketList
from tests.support.directives_without_page import bare

NAME = "finding-a.b.zip"


@pytest.fixture
def editions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with two editions, of which the second has no packets."""
    files = {"packet.json": json.dumps({}).encode()}
    content = canonical_zip(files)
    folder = tmp_path / "data" / "editions"
    (folder / "2026-11-29" / "packets").mkdir(parents=True)
    (folder / "2026-11-29" / "packets" / NAME).write_bytes(content)
    log = packet_log("2026-11-29", {NAME: (content, files)}, previous=None, record={})
    (folder / "2026-11-29" / "packet_log.txt").write_text(log)
    (folder / "2026-11-29" / "rows.jsonl").write_text("made up")
    (folder / "2026-11-29" / "packet_verifier").mkdir()
    for program in PROGRAMS:
        (folder / "2026-11-29" / "packet_verifier" / program).write_text(program)
    (folder / "2026-12-01").mkdir()
    monkeypatch.setattr(evidence_packet_directives, "editions_folder", lambda: folder)
    monkeypatch.setattr(evidence_packet_directives, "newest_edition", lambda _: None)
    return folder


def test_packet_list_links_packets_log_and_programs(editions: Path) -> None:
    """The page of an edition has its root, a command that can be copied, and all links."""
    page = bare(PacketList, docname="editions/2026-11-29", arguments=("2026-11-29",)).html()
    root = log_root((editions / "2026-11-29" / "packet_log.txt").read_text())
    assert f"python3 -I verify.py {root} packet_log.txt {NAME}" in page
    for name in (f"packets/{NAME}", "packet_log.txt", "verify.py", "recompute.py", "rows.jsonl"):
        assert f'href="../editions/2026-11-29/{name}" download' in page
    for program in PROGRAMS:
        assert f"SHA-256 of {program}" in page
        assert hashlib.sha256(program.encode()).hexdigest() in page
    assert 'href="../packets.html"' in page
    assert "1 packets issued with this edition" in page


def test_packet_list_says_where_there_are_none(editions: Path) -> None:
    """An edition without packets and a book without editions have a sentence, not a blank."""
    assert "It has no evidence packets." in bare(PacketList, arguments=("2026-12-01",)).html()
    assert "There are no evidence packets yet" in bare(PacketList).html()
