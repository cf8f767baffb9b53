"""Packets that a newer edition keeps: stored once, named with their edition, held by its root."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from skytally.core import DataError
from skytally.editions import packet_editions, packet_paths, packet_summary, write_packets
from skytally.editions.edition_writing import write_rows
from skytally.editions.evidence_packet_merkle_log import log_root
from skytally.editions.packet_verifier import verify
from skytally.editions.packets_referenced_from_earlier_editions import unchanged_packets
from skytally.press.sphinx_ext.evidence_packet_directives import PacketList
from tests.support.directives_without_page import bare
from tests.support.edition_packets_and_tampering import ROOT, made_up_site, some_findings

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
        self.data = ROOT / "data"
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
        write_rows(folder, self.data)
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
    words = packet_summary(folder)["packets"]
    assert words.startswith("4: 1 of 0.0 MB issued with this edition, 3 with older ones and ")


def test_kept_packets_are_followed_through_editions(book: Book) -> None:
    """A third edition keeps what the first made and the second kept; withdrawn ones are gone."""
    folder = book.editions / THIRD
    assert list((folder / "packets").iterdir()) == []
    assert packet_editions(folder) == {CHART: FIRST, CLAIMS["S0-02"]: SECOND, FINDING: FIRST}


def test_a_packet_that_comes_back_is_made_again(book: Book) -> None:
    """Only the edition right before is compared: what it had withdrawn is a packet of its own."""
    assert packet_editions(book.editions / FOURTH)[CLAIMS["S0-01"]] == FOURTH


def test_the_log_lists_all_packets_with_the_edition_that_issued_each(book: Book) -> None:
    """Kept packets are lines of the one log, so that none can be left out or exchanged."""
    log = (book.editions / THIRD / "packet_log.txt").read_bytes()
    edition, _, packets = verify.read_log(log, log_root(log.decode()))
    assert edition == THIRD
    assert {name: words[2] for name, words in packets.items()} == {
        CHART: FIRST, CLAIMS["S0-02"]: SECOND, FINDING: FIRST,
    }  # fmt: skip
    for name, words in packets.items():
        stored = packet_paths(book.editions / THIRD)[name].read_bytes()
        assert words[0] == hashlib.sha256(stored).hexdigest()


def strangers_run(book: Book, edition: str, *paths: Path | str) -> tuple[int, list[str]]:
    """Check packets with root, log, rows and programs of an edition, in another interpreter."""
    folder = book.editions / edition
    log = folder / "packet_log.txt"
    words = [log_root(log.read_text()), str(log), *map(str, paths)]
    command = [sys.executable, "-I", "-S", str(folder / "packet_verifier" / "verify.py"), *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.returncode, (run.stdout + run.stderr).splitlines()


def folders(book: Book, *editions: str) -> list[Path]:
    """Folders of the packets that editions issued."""
    return [book.editions / each / "packets" for each in editions]


def test_the_verifier_follows_kept_packets(book: Book) -> None:
    """One packet, or the folders of all editions, pass with the newest root alone."""
    code, (line, summary) = strangers_run(
        book, SECOND, packet_paths(book.editions / SECOND)[FINDING]
    )
    assert code == 0
    assert f"edition {SECOND} (issued with {FIRST} and unchanged since) says" in line
    assert summary.startswith("1 PASS, 0 FAIL, 1 of 4 packets of the edition seen")
    code, lines = strangers_run(book, SECOND, *folders(book, FIRST, SECOND))
    assert (code, len(lines)) == (0, 5)
    assert lines[-1].startswith("4 PASS, 0 FAIL, 4 of 4 packets of the edition seen")


def test_a_kept_packet_passes_with_the_log_that_issued_it_too(book: Book) -> None:
    """What an older edition published is checked with its own root as before."""
    code, lines = strangers_run(book, FIRST, packet_paths(book.editions / SECOND)[FINDING])
    assert code == 0
    assert f"edition {FIRST} says" in lines[0]
    assert strangers_run(book, FIRST, *folders(book, FIRST))[0] == 0


def test_a_kept_packet_that_is_left_out_or_exchanged_shows(book: Book, tmp_path: Path) -> None:
    """In a folder of its own edition, in one that holds all, and with another packet's bytes."""
    code, lines = strangers_run(book, SECOND, *folders(book, SECOND))
    assert code == 1
    assert f"FAIL {FINDING}: in no folder given; edition {FIRST} issued it" in lines
    assert lines[-1].startswith("1 PASS, 3 FAIL, 1 of 4 packets of the edition seen")
    older = book.editions / FIRST / "packets" / CLAIMS["S0-02"]
    code, lines = strangers_run(book, SECOND, older)
    assert code == 1
    assert lines[0] == f"FAIL {older}: packet.json: not as it was logged"
    flat = tmp_path / "all"
    flat.mkdir()
    for path in packet_paths(book.editions / SECOND).values():
        shutil.copy(path, flat)
    assert strangers_run(book, SECOND, flat)[0] == 0
    shutil.copy(book.editions / FIRST / "packets" / CLAIMS["S0-02"], flat)
    code, lines = strangers_run(book, SECOND, flat)
    assert code == 1
    assert [line.split(":")[0] for line in lines if line.startswith("FAIL")] == [
        f"FAIL {flat / CLAIMS['S0-02']}"
    ]


def test_another_line_of_a_kept_packet_changes_the_root(book: Book) -> None:
    """Who leaves out, exchanges or dates a kept packet otherwise has another root."""
    log = (book.editions / SECOND / "packet_log.txt").read_text()
    root = log_root(log)
    line = next(each for each in log.splitlines() if FINDING in each)
    for other in ("", line.replace(FIRST, SECOND), f"0{line[1:]}"):
        changed = log.replace(f"{line}\n", f"{other}\n" if other else "")
        with pytest.raises(ValueError, match="its root is not the root given"):
            verify.read_log(changed.encode(), root)


def test_rows_of_the_edition_are_needed_and_checked(book: Book, tmp_path: Path) -> None:
    """They lie beside the log, packed or not; others, cut or missing ones stop the check."""
    log = tmp_path / "packet_log.txt"
    shutil.copy(book.editions / SECOND / "packet_log.txt", log)
    packet = str(packet_paths(book.editions / SECOND)[FINDING])
    rows = (book.editions / SECOND / "rows.jsonl").read_bytes()
    folder = book.editions / SECOND / "packet_verifier"
    words = [sys.executable, "-I", str(folder / "verify.py"), log_root(log.read_text()), str(log)]

    def answer(name: str, content: bytes) -> str:
        path = tmp_path / name
        if name:
            path.write_bytes(content)
        run = subprocess.run([*words, packet], capture_output=True, text=True, check=False)
        if name:
            path.unlink()
        return run.stdout

    assert answer("", b"") == f"FAIL {tmp_path}/rows.jsonl.gz: No such file or directory\n"
    for name, content in (
        ("rows.jsonl.gz", gzip.compress(rows)), ("rows.jsonl", rows), ("rows.jsonl.gz", rows),
        ("rows.jsonl", rows.replace(b"\n", b"\r\n")),
    ):  # fmt: skip
        assert answer(name, content).startswith("PASS ")
    for content in (
        rows[:-1],
        gzip.compress(rows)[:-20],
        gzip.compress(rows + b"{}\n"),
        b"\x1f\x8b",
    ):
        found = answer("rows.jsonl.gz", content)
        assert found.startswith(f"FAIL {tmp_path}/rows.jsonl.gz: ")
        assert len(found.splitlines()) == 1


def changed_copy(packet: dict[str, Any], **entries: Any) -> bytes:
    """Return what a packet says with other entries."""
    return json.dumps({**packet, **entries}).encode()


def test_what_a_packet_was_made_with_makes_no_new_one(book: Book) -> None:
    """Commit, lock, whole tables and other parameters may differ; what it rests on may not."""
    path = packet_paths(book.editions / FIRST)[FINDING]
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    packet = json.loads(files["packet.json"])

    def kept(**changed: bytes) -> bool:
        names = {"packet": "packet.json", "lock": "lock.txt", "rows": "rows/rail_counts.csv",
                 "sources": "sources.csv"}  # fmt: skip
        content = {**files, **{names[each]: value for each, value in changed.items()}}
        return bool(unchanged_packets({FINDING: content}, book.editions / FIRST))

    rows, sources = files["rows/rail_counts.csv"], files["sources.csv"]
    made_with = {"commit": "1" * 40, "record": {}, "lock": {}, "edition": SECOND}
    assert kept(packet=changed_copy(packet, **made_with), lock=b"numpy==99\n")
    column = b"\n".join(line + end for line, end in
                        zip(rows.splitlines(), (b",new", b","), strict=True))  # fmt: skip
    assert kept(rows=column + b"\n")
    assert not kept(rows=rows.replace(b"R001,", b"R001,2"))
    assert not kept(sources=sources.replace(b"Meduza", b"Another"))
    assert not kept(packet=changed_copy(packet, sentence="Another."))
    more = {"rail-counts": {**packet["parameters"]["rail-counts"], "baseline_row": "R002"}}
    assert not kept(packet=changed_copy(packet, parameters=more))


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
