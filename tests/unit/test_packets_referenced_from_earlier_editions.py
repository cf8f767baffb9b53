"""Packets that a newer edition keeps: stored once, named with their edition, held by its root."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from skytally.core import DataError
from skytally.editions import packet_editions, packet_paths, packet_summary, write_packets
from skytally.editions.evidence_packet_merkle_log import log_root
from skytally.editions.packet_verifier import verify
from skytally.editions.packets_referenced_from_earlier_editions import (
    kept_packets,
    unchanged_packets,
)
from skytally.press.sphinx_ext.evidence_packet_directives import PacketList
from tests.support.directives_without_page import bare
from tests.support.edition_packets_and_tampering import check_content, made_up_site, some_findings

FIRST, SECOND, THIRD, FOURTH = "2026-11-29", "2026-12-01", "2026-12-02", "2026-12-03"
FINDING = "finding-rail-counts.baseline.zip"
CHART = "chart-rail-counts.railcars.zip"
CLAIMS = {name: f"claim-{name}.zip" for name in ("S0-01", "S0-02")}


def claim(name: str, verdict: str) -> dict[str, Any]:
    """Return a made-up claim that rests on one row."""
    rests = {"findings": [], "rows": ["R031"], "sites": [], "sources": []}
    return {"id": name, "text": "made up", "verdict": verdict, "rests_on": rests}


class Book:
    """Editions of a book of one finding, one chart and some claims."""

    def __init__(self, folder: Path, finding: dict[str, Any]) -> None:
        """Make the site, whose chart stays."""
        self.editions, self.finding = folder / "data" / "editions", finding
        self.site = made_up_site(folder / "site")

    def publish(self, name: str, verdicts: dict[str, str], parent: str | None = None) -> Path:
        """Write the packets of an edition with these claims."""
        folder = self.editions / name
        folder.mkdir(parents=True)
        (folder / "findings.jsonl").write_text(json.dumps(self.finding) + "\n")
        rows = [json.dumps(claim(*each)) + "\n" for each in verdicts.items()]
        (folder / "claims.jsonl").write_text("".join(rows))
        value = {"page": "rail-counts", "name": "baseline_row", "value": "R001"}
        (folder / "parameters.jsonl").write_text(json.dumps(value) + "\n")
        about = {
            "id": name, "date": name, "parent": parent, "title": "made up",
            "commit": hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(),
        }  # fmt: skip
        root = write_packets(folder, about=about, site=self.site)
        (folder / "edition.json").write_text(json.dumps({**about, "packet_root": root}))
        return folder


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Publish four editions, of which each changes one claim, and the third withdraws another."""
    finding = some_findings(("rail-counts.baseline",))[0]
    made = Book(tmp_path_factory.mktemp("book"), finding)
    made.publish(FIRST, {"S0-01": "holds", "S0-02": "holds"})
    made.publish(SECOND, {"S0-01": "holds", "S0-02": "contradicted"}, FIRST)
    made.publish(THIRD, {"S0-02": "contradicted"}, SECOND)
    made.publish(FOURTH, {"S0-01": "holds", "S0-02": "contradicted"}, THIRD)
    return made


def test_what_states_the_same_is_stored_once(book: Book) -> None:
    """Of four packets one changed, so the second edition makes one and names three as kept."""
    folder = book.editions / SECOND
    assert [path.name for path in (folder / "packets").iterdir()] == [CLAIMS["S0-02"]]
    assert packet_editions(folder) == {
        CHART: FIRST, CLAIMS["S0-01"]: FIRST, CLAIMS["S0-02"]: SECOND, FINDING: FIRST,
    }  # fmt: skip
    assert all(path.is_file() for path in packet_paths(folder).values())
    assert packet_summary(folder)["unchanged packets"] == "3, kept from older editions"


def test_kept_packets_are_followed_through_editions(book: Book) -> None:
    """A third edition keeps what the first made and the second kept; withdrawn ones are gone."""
    folder = book.editions / THIRD
    assert list((folder / "packets").iterdir()) == []
    assert packet_editions(folder) == {CHART: FIRST, CLAIMS["S0-02"]: SECOND, FINDING: FIRST}


def test_a_packet_that_comes_back_is_made_again(book: Book) -> None:
    """Only the edition right before is compared: what it had withdrawn is a packet of its own."""
    assert packet_editions(book.editions / FOURTH)[CLAIMS["S0-01"]] == FOURTH


def test_the_root_holds_the_list_of_kept_packets(book: Book) -> None:
    """Another list has another hash in the log, and so another root; the verifier reads the log."""
    folder = book.editions / THIRD
    log, listed = (
        (folder / name).read_bytes() for name in ("packet_log.txt", "kept_packets.jsonl")
    )
    assert f"kept={hashlib.sha256(listed).hexdigest()}" in log.decode().splitlines()[2]
    edition, _, packets = verify.read_log(log, log_root(log.decode()))
    assert (edition, packets) == (THIRD, {})


def test_a_kept_packet_passes_with_the_log_of_its_edition(book: Book) -> None:
    """The edition that made it checks it; the newer log knows no packet of that name."""
    folder = book.editions / SECOND
    data = packet_paths(folder)[FINDING].read_bytes()
    for edition, passes in ((FIRST, True), (SECOND, False)):
        log = (book.editions / edition / "packet_log.txt").read_bytes()
        known = verify.read_log(log, log_root(log.decode()))
        if passes:
            assert f"edition {FIRST} says" in verify.check_packet(
                data, FINDING, known, check_content()
            )
        else:
            with pytest.raises(ValueError, match="has no such packet"):
                verify.check_packet(data, FINDING, known, check_content())


def test_the_page_of_an_edition_links_kept_packets_where_they_are(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their links lead to the edition that made them, and say with what to check them."""
    module = "skytally.press.sphinx_ext.evidence_packet_directives"
    monkeypatch.setattr(f"{module}.editions_folder", lambda: book.editions)
    sound = [type("Sound", (), {"id": each}) for each in (FIRST, SECOND)]
    monkeypatch.setattr(f"{module}.read_editions", lambda _: (sound, []))
    page = bare(PacketList, docname=f"editions/{SECOND}", arguments=(SECOND,)).html()
    assert f'href="../editions/{FIRST}/packets/{FINDING}"' in page
    assert f'href="../editions/{SECOND}/packets/{CLAIMS["S0-02"]}"' in page
    assert f'href="../editions/{FIRST}.html#evidence-packets"' in page
    monkeypatch.setattr(f"{module}.read_editions", lambda _: (sound[1:], []))
    damaged = bare(PacketList, docname=f"editions/{SECOND}", arguments=(SECOND,)).html()
    assert f"editions/{FIRST}/packets/" not in damaged
    assert f"The files of edition {FIRST} are damaged in this copy." in damaged


def test_a_kept_packet_that_is_missing_or_misnamed_is_refused(book: Book, tmp_path: Path) -> None:
    """Nothing follows an edition whose packets are not all there."""
    editions = Path(shutil.copytree(book.editions, tmp_path / "editions"))
    files = {FINDING: {"packet.json": b"{}"}}
    path = editions / FIRST / "packets" / FINDING
    path.write_bytes(b"made up")
    with pytest.raises(DataError, match=f"{FINDING}: found no zip that can be read; restore"):
        unchanged_packets(files, editions / SECOND)
    path.unlink()
    with pytest.raises(DataError, match=FINDING):
        unchanged_packets(files, editions / SECOND)
    (editions / SECOND / "kept_packets.jsonl").write_text('{"packet": "made up"}\n')
    with pytest.raises(DataError, match="without packet, edition and sha256; restore it"):
        kept_packets(editions / SECOND)
