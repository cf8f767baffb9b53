"""Evidence packets of the book that was built: one each, and all pass in a bare interpreter."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from tests.support.built_site_pages import SITE
from tests.support.edition_packets_and_tampering import answers, packets_of_site


def test_every_packet_of_the_book_passes(tmp_path: Path) -> None:
    """Each finding, claim and chart has a packet, and its rows give its number."""
    *lines, summary = answers(packets_of_site(tmp_path / "data" / "editions", SITE), sys.executable)
    assert [line for line in lines if not line.startswith("PASS")] == []
    assert re.fullmatch(
        r"(\d+) PASS, 0 FAIL, \1 of \1 packets of the edition seen(; root \w{64})?", summary
    )
    kinds = [each[1] for line in lines if (each := re.match(r"PASS \S+/(\w+)-[^/]*\.zip: ", line))]
    listed = {
        kind: len(json.loads((SITE / f"{kind}s.json").read_text(encoding="utf-8")))
        for kind in ("finding", "claim")
    }
    assert {kind: kinds.count(kind) for kind in listed} == listed
    pages = [*SITE.glob("*.html"), *SITE.glob("lines/*.html")]
    drawn = sum(page.read_bytes().count(b'<figure class="sk-figure"') for page in pages)
    assert kinds.count("chart") == drawn
