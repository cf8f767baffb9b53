"""The log of packets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from skytally.editions.evidence_packet_merkle_log import log_root, logged_packets, packet_log
from skytally.editions.packet_verifier import verify


def made_up_log(previous: tuple[str, str] | None = None) -> str:
    """Log of two made-up packets."""
    packets = {"finding-b.zip": (b"B", {"x": b"1"}), "claim-a.zip": (b"A", {"y": b"2", "x": b"3"})}
    record = {"rail_counts": "2" * 64, "events": "1" * 64, "rows.jsonl": "3" * 64}
    issued = {"claim-a.zip": "2026-10-01"}
    return packet_log("2026-11-29", packets, previous=previous, record=record, issued=issued)


def test_packet_log_has_a_sorted_line_a_packet() -> None:
    """Five lines on the log, then hash, name, edition and hashes of the files of each packet."""
    digest = {word: hashlib.sha256(word.encode()).hexdigest() for word in "AB123"}
    short = {word: each[:16] for word, each in digest.items()}
    assert made_up_log().splitlines() == [
        "skytally packet log 3",
        "edition 2026-11-29",
        "previous none",
        "packets 2",
        f"record events={'1' * 64} rail_counts={'2' * 64} rows.jsonl={'3' * 64}",
        f"{digest['A']} claim-a.zip 2026-10-01 x={short['3']} y={short['2']}",
        f"{digest['B']} finding-b.zip 2026-11-29 x={short['1']}",
    ]


def test_log_root_holds_the_root_before() -> None:
    """Another edition before gives another root, so a chain cannot be changed in its middle."""
    first = log_root(made_up_log())
    roots = {log_root(made_up_log(("2026-10-01", root))) for root in ("0" * 64, first)}
    assert len({first, *roots}) == 3


def test_read_log_takes_what_packet_log_wrote() -> None:
    """The verifier reads edition and lines under the root of the log, and under no other."""
    log = made_up_log()
    edition, record, known = verify.read_log(log.encode(), log_root(log).upper())
    assert edition == "2026-11-29"
    assert record == {"events": "1" * 64, "rail_counts": "2" * 64, "rows.jsonl": "3" * 64}
    assert [words[1] for words in known.values()] == ["claim-a.zip", "finding-b.zip"]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_logged_packets_reads_logs_of_all_formats(version: int) -> None:
    """Older logs have a line a row of the record, and list what their own edition issued."""
    log = made_up_log()
    if version < 3:
        log = log.replace("log 3", f"log {version}").replace(".zip 2026-11-29", ".zip")
        lines = log.replace(".zip 2026-10-01", ".zip").splitlines()
        log = "\n".join([*lines[:5], f"row events/E013 {'3' * 64}", *lines[5:]]) + "\n"
    issuer = "2026-10-01" if version == 3 else "2026-11-29"
    assert logged_packets(log) == {
        "claim-a.zip": (issuer, hashlib.sha256(b"A").hexdigest()),
        "finding-b.zip": ("2026-11-29", hashlib.sha256(b"B").hexdigest()),
    }


@pytest.mark.parametrize(
    "saved",
    [
        lambda log: b"\xef\xbb\xbf" + log,
        lambda log: log.replace(b"\n", b"\r\n"),
        lambda log: log.removesuffix(b"\n"),
    ],
    ids=["BOM", "CRLF", "last line"],
)
def test_read_log_reads_lines_however_they_were_saved(saved: Callable[[bytes], bytes]) -> None:
    """Marks that editors and mail add to a text change no line, and so not the root."""
    log = made_up_log()
    assert verify.read_log(saved(log.encode()), f" {log_root(log)}\n")[0] == "2026-11-29"


def test_read_log_advises_where_a_log_was_altered() -> None:
    """One that was changed itself, or saved in another encoding, is to be fetched again."""
    log = made_up_log()
    with pytest.raises(ValueError, match="save the log again from the edition's page, unopened"):
        verify.read_log(log.replace("packets 2", "packets 2 ").encode(), log_root(log))
    with pytest.raises(ValueError, match="no packet log: save the log again"):
        verify.read_log(log.encode("utf-16"), log_root(log))
