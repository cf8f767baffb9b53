"""Naming the packet of something, in whichever edition it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from skytally.core import DataError
from skytally.editions.evidence_packet_merkle_log import packet_log
from skytally.editions.reproducible_zip import canonical_zip
from skytally.press import find_evidence_packets_command
from skytally.press.find_evidence_packets_command import found_packets


def made_up_edition(folder: Path, *names: str) -> SimpleNamespace:
    """Write packets of one made-up row and their log."""
    rows = b"id,value\nR030,9\nR031,73\n"
    files = {"packet.json": b'{"rows": {"R031": {}}}', "rows/rail_counts.csv": rows}
    (folder / "packets").mkdir(parents=True)
    packets = {name: (canonical_zip(files), files) for name in names}
    for name, (content, _) in packets.items():
        (folder / "packets" / name).write_bytes(content)
    (folder / "packet_log.txt").write_text(
        packet_log(folder.name, packets, previous=None, record={})
    )
    return SimpleNamespace(id=folder.name, folder=folder)


@pytest.fixture(autouse=True)
def editions(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """Make two editions, of which the second has withdrawn a claim."""
    made = [
        made_up_edition(tmp_path / "2026-10-01", "claim-S0-01.zip", "finding-a.b.zip"),
        made_up_edition(tmp_path / "2026-11-29", "finding-a.b.zip"),
    ]
    monkeypatch.setattr(find_evidence_packets_command, "read_editions", lambda _: (made, []))
    monkeypatch.setattr(find_evidence_packets_command, "project_root", lambda: tmp_path)
    monkeypatch.setattr(find_evidence_packets_command, "data_folder", lambda: root / "data")
    return made


@pytest.mark.parametrize(
    ("wanted", "edition", "name"),
    [
        ("a.b", "", "2026-11-29/packets/finding-a.b.zip"),
        ("finding-a.b", "2026-10-01", "2026-10-01/packets/finding-a.b.zip"),
        ("S0-01", "2026-10-01", "2026-10-01/packets/claim-S0-01.zip"),
        ("R031", "", "2026-11-29/packets/finding-a.b.zip"),
    ],
)
def test_found_packets_by_key_name_and_row(
    tmp_path: Path, wanted: str, edition: str, name: str
) -> None:
    """A key, the name of a packet, an id and a row lead to their packets."""
    found = found_packets(wanted, edition=edition)
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [name]


@pytest.mark.parametrize(
    ("wanted", "edition", "named"),
    [
        ("S0-01", "", "not in edition 2026-11-29, which has withdrawn it or never had it; its last "
         "packet is that of edition 2026-10-01, 2026-10-01/packets/claim-S0-01.zip"),
        ("no-such", "", "no-such: nothing of that name in edition 2026-11-29"),
        ("a.b", "2025-01-01", "no edition '2025-01-01'; there are: 2026-10-01, 2026-11-29"),
        ("P009,P010", "", "OF: found 'P009,P010'; write one name at a time, such as OF=P009"),
        ("P009 P010", "", "write one name at a time"),
        ("", "", "OF: name what you look for"),
    ],
)  # fmt: skip
def test_found_packets_says_why_there_is_none(wanted: str, edition: str, named: str) -> None:
    """A withdrawn claim has its last packet named; an unknown one and edition are told so."""
    with pytest.raises(DataError, match=named):
        found_packets(wanted, edition=edition)


def test_found_packets_tells_a_row_that_was_set_aside(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that was set aside has its reason given."""
    record = tmp_path / "data" / "record"
    record.mkdir(parents=True)
    for name in ("lineage.dictionary.csv", "vocabulary.csv"):
        shutil.copy(root / "data/record" / name, record)
    head = "table,delivered_id,fate,rows,reason\n"
    (record / "lineage.csv").write_text(f"{head}port_observations,P999,set aside,,made up\n")
    monkeypatch.setattr(find_evidence_packets_command, "data_folder", lambda: tmp_path / "data")
    with pytest.raises(DataError, match=r"row P999 was set aside \(made up\)"):
        found_packets("P999")


def test_main_prints_paths_or_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code tells a packet from none."""
    assert find_evidence_packets_command.main(["--of", "a.b"]) == 0
    assert capsys.readouterr().out == "2026-11-29/packets/finding-a.b.zip\n"
    assert find_evidence_packets_command.main(["--of", "S0-01"]) == 1
    assert "its last packet" in capsys.readouterr().err
