"""Contents of packets."""

from __future__ import annotations

import csv
import io
import json

from skytally.editions.packet_contents import PacketSources, PacketSubject, packet_files
from skytally.editions.packet_record_rows import PacketRecord

KEY = "rail-counts.own_made_up--rajin--pier_3"
FINDING = {"key": KEY, "text": "Made up.", "inputs": ["inventory.csv"], "further": []}
LOCK = b"""numpy==2.4.1 \\
    --hash=sha256:aa
pandas==3.0.0 ; python_version >= '3.11' \\
    --hash=sha256:bb
    # via skytally
"""


def made_up_files(
    declarations: dict[str, dict[str, str]] | None = None,
    parameters: dict[str, dict[str, str]] | None = None,
) -> dict[str, bytes]:
    """Make the packet of a finding on images of a place with two stored images."""
    images = [
        {"site": "rajin", "item_id": f"S2A_{day}", "chip_sha256": f"{day}" * 8} for day in (1, 2)
    ]
    sources = PacketSources(
        about={"id": "2026-11-29", "date": "2026-11-29", "title": "made up"},
        findings={KEY: FINDING},
        computations={},
        declarations=declarations or {},
        parameters=parameters or {"rail-counts": {"study": "2023-08-01"}},
        record=PacketRecord({"sources": {}, "scopes": {}}, {"sources": b"id\n"}),
        rules={},
        ledger={},
        images={"rajin": images, "khasan": [{"site": "khasan", "item_id": "x"}]},
        lock=LOCK,
    )
    subject = PacketSubject("finding", KEY, "Made up.", f"findings.html#{KEY}", {}, (KEY,))
    return packet_files(subject, sources)


def test_packet_files_name_the_images_of_the_place() -> None:
    """A finding on images has their ids and the hashes of their chips, of its place only."""
    rows = list(csv.DictReader(io.StringIO(made_up_files()["images.csv"].decode())))
    assert [row["item_id"] for row in rows] == ["S2A_1", "S2A_2"]
    assert rows[0]["chip_sha256"] == "11111111"


def test_packet_files_say_what_is_not_recomputed() -> None:
    """A finding that no row declares is named as such, and has no steps."""
    packet = json.loads(made_up_files()["packet.json"])
    assert packet["not_recomputed"] == [f"{KEY}, which no row of data/findings declares"]
    assert packet["findings"][0]["computed"] is None
    assert packet["parameters"] == {"rail-counts": {"study": "2023-08-01"}}


def test_packet_files_hold_the_parameters_that_a_declaration_names() -> None:
    """Those of findings to which it refers are there, too, and no others of the page."""
    declarations = {
        KEY: {"key": KEY, "rows": "$row", "where": "day>=$days[0]", "of": "@ais-gaps.other:value"},
        "ais-gaps.other": {"key": "ais-gaps.other", "dates": "$autumn month"},
    }
    parameters = {
        "rail-counts": {"row": "R001", "days": "x", "autumn": "not here", "study": "unused"},
        "ais-gaps": {"autumn": "2023", "row": "unused"},
        "synthesis": {"row": "unused"},
    }
    packet = json.loads(made_up_files(declarations, parameters)["packet.json"])
    assert packet["parameters"] == {
        "ais-gaps": {"autumn": "2023"}, "rail-counts": {"row": "R001", "days": "x"},
    }  # fmt: skip


def test_packet_files_list_the_names_of_the_lock() -> None:
    """Names and versions come without hashes, markers and comments."""
    assert made_up_files()["lock.txt"] == b"numpy==2.4.1\npandas==3.0.0\n"
