"""The copies of cited pages in one WACZ file, packed and checked by a program of its own."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from skytally.core import DataError
from skytally.page_archive import ArchiveSettings
from skytally.press import page_archive_command
from skytally.press.edition_environment_program_path import edition_tool
from skytally.press.wacz_packing import PACKED, PackedPage, pack_copies
from skytally.web import AddressRules
from tests.support.cited_pages_project import number_row, source_row, write_project
from tests.support.faulty_page_server import Page, drill_site, words

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        edition_tool("wacz") is None, reason="wacz is not installed; make tools installs it"
    ),
]
PATHS = ("a", "b", "gone")


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the copies after a run of the command."""
    with drill_site({f"/{path}": Page(words("About 73 railcars.")) for path in "ab"}) as site:
        sources = [source_row(path.upper(), f"{site.url}/{path}") for path in PATHS]
        numbers = [number_row(f"R-{path.upper()}", path.upper()) for path in PATHS]
        data = write_project(tmp_path / "data", sources, numbers)
        monkeypatch.setattr(page_archive_command, "data_folder", lambda: data)
        monkeypatch.setattr(page_archive_command, "book_details", lambda: {"title": "A drill"})
        rules = AddressRules(origins=frozenset({site.origin}))
        settings = replace(ArchiveSettings(), gap_s=0.0, addresses=rules)
        assert page_archive_command.run([], settings=settings) == 0
    return data / "archived_pages"


def test_pages_that_were_kept_are_packed(packed: Path) -> None:
    """The file holds each kept page, under its address, and no page that is gone."""
    with zipfile.ZipFile(packed / PACKED) as pack:
        assert pack.testzip() is None
        pages = pack.read("pages/pages.jsonl").decode().splitlines()[1:]
        assert json.loads(pack.read("datapackage.json"))["title"] == "A drill"
    shown = {json.loads(each)["title"]: json.loads(each)["url"][-2:] for each in pages}
    assert shown == {"sources:A": "/a", "sources:B": "/b"}


def test_pack_that_fails_leaves_the_old_one(packed: Path) -> None:
    """What is no archive is refused, and the last good file stays."""
    before = (packed / PACKED).read_bytes()
    broken = packed / "broken.warc.gz"
    broken.write_bytes(b"no archive")
    page = PackedPage(broken, "http://h/a", "2026-12-01T08:00:00Z", "a")
    with pytest.raises(DataError, match="was not packed"):
        pack_copies([page], packed / PACKED, title="x", date="2026-12-01T08:00:00Z")
    assert (packed / PACKED).read_bytes() == before
