"""The log of packets."""

from __future__ import annotations

import hashlib

from skytally.editions.packet_log import log_root, packet_log
from skytally.editions.packet_verifier import verify


def made_up_log(previous: tuple[str, str] | None = None) -> str:
    """Log of two made-up packets."""
    packets = {"finding-b.zip": (b"B", {"x": b"1"}), "claim-a.zip": (b"A", {"y": b"2", "x": b"3"})}
    return packet_log("2026-11-29", packets, previous=previous)


def test_packet_log_has_a_sorted_line_a_packet() -> None:
    """Four lines on the log, then hash, name and hashes of the files of each packet."""
    digest = {word: hashlib.sha256(word.encode()).hexdigest() for word in "AB123"}
    assert made_up_log().splitlines() == [
        "skytally packet log 1",
        "edition 2026-11-29",
        "previous none",
        "packets 2",
        f"{digest['A']} claim-a.zip x={digest['3']} y={digest['2']}",
        f"{digest['B']} finding-b.zip x={digest['1']}",
    ]


def test_log_root_holds_the_root_before() -> None:
    """Another edition before gives another root, so a chain cannot be changed in its middle."""
    first = log_root(made_up_log())
    roots = {log_root(made_up_log(("2026-10-01", root))) for root in ("0" * 64, first)}
    assert len({first, *roots}) == 3


def test_read_log_takes_what_packet_log_wrote() -> None:
    """The verifier reads edition and lines under the root of the log, and under no other."""
    log = made_up_log()
    edition, known = verify.read_log(log.encode(), log_root(log).upper())
    assert edition == "2026-11-29"
    assert [words[1] for words in known.values()] == ["claim-a.zip", "finding-b.zip"]
