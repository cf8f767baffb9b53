"""What the site may have, and what an edition adds to it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from skytally.core import DataError
from skytally.press import site_size
from skytally.press.edition_pages import offered_name, offered_sizes
from skytally.press.site_size import added_bytes, check_site_size, largest_parts


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Make a site of three parts beside its editions."""
    made = tmp_path / "site"
    for name, size in (("cards.json", 300), ("lines/a.html", 500), ("editions/x/a.zip", 900)):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(b"x" * size)
    return made


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """Make the folder of an edition that is not finished."""
    folder = tmp_path / "data" / "editions" / ".2026-12-01.part"
    (folder / "packets").mkdir(parents=True)
    (folder / "packet_verifier").mkdir()
    (folder / "packets" / "claim-a.zip").write_bytes(b"x" * 30_000)
    (folder / "packet_log.txt").write_text("x" * 40_000)
    for name in ("verify.py", "recompute.py"):
        (folder / "packet_verifier" / name).write_text("x" * 10)
    (folder / "findings.jsonl").write_text("x" * 50_000)
    (folder / "parameters.jsonl").write_text("x" * 100)
    (folder / "addresses.txt").write_text("x" * 70_000)
    return folder


def test_parts_of_the_site_come_largest_first_without_editions(site: Path) -> None:
    """A published edition cannot become smaller, so it is no part to work on."""
    assert largest_parts(site) == {"lines": 500, "cards.json": 300}


def test_added_bytes_are_those_that_the_site_will_hold(edition: Path) -> None:
    """Large tables count compressed, packets and log as they are, addresses not at all."""
    packed = len(gzip.compress(b"x" * 50_000, 9, mtime=0))
    assert added_bytes(edition, packets=3) == {
        "findings": packed, "packet_log": 40_000, "packets": 30_000, "parameters": 100,
        "verify": 10, "recompute": 10, "page": 15_500 + 3 * 140,
    }  # fmt: skip


def test_an_address_that_was_published_keeps_its_name(edition: Path) -> None:
    """An edition that does not say when tables are compressed offers them as the first ones did."""
    path = edition / "findings.jsonl"
    assert offered_name(path.name, path) == "findings.jsonl.gz"
    (edition / "edition.json").write_text(json.dumps({"id": "2026-12-01"}))
    assert offered_name(path.name, path) == "findings.jsonl"
    (edition / "edition.json").write_text(json.dumps({"compressed_above": 20_000}))
    assert offered_name(path.name, path) == "findings.jsonl.gz"
    assert "packets/claim-a.zip" in offered_sizes(edition)
    assert "packet_log.txt" in offered_sizes(edition)


def test_an_edition_without_room_is_refused_with_what_to_do(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says how much there is, what would come, and what may become smaller."""
    monkeypatch.setattr(site_size, "LARGEST_SITE", 2_000_000)
    added = {"packets": 1_200_000, "rows": 300_000}
    check_site_size(site, "2026-12-01", added)
    with pytest.raises(DataError, match="the site: found") as refused:
        check_site_size(site, "2026-12-01", {**added, "page": 500_000})
    assert str(refused.value) == (
        "the site: found 0.0 MB, to which edition 2026-12-01 would add about 2.0 MB (packets 1.2 "
        "MB, page 0.5 MB, rows 0.3 MB), of 2.0 MB that it may have. What was published stays, so "
        "make other parts smaller, the largest being lines (0.0 MB), cards.json (0.0 MB); or, "
        "where the host of the site takes more, raise LARGEST_SITE in skytally/press/site_size.py."
        " Then run make edition again"
    )
