"""A row that the law takes out of editions: withheld, told, and not read as damage."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from skytally.editions import WITHHELD_LIST, Edition, read_editions, sound_files, withheld_files
from skytally.press import edition_pages
from skytally.press.edition_folder_pages import write_folder_pages
from skytally.press.withhold_row_command import main
from tests.support.made_up_editions import (
    LATER,
    ROWS,
    finding,
    make_edition,
    write_project,
    write_rows,
)

OLD, NEW = "2026-01-02", "2026-01-03"
GIVEN = ["--day=2026-02-01", "--why=by order of a court"]


def _packet(folder: Path, name: str, rows: list[str], table: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
        archive.writestr("packet.json", json.dumps({"rows": rows}))
        if table:
            archive.writestr("rows/calls.csv", table)


@pytest.fixture
def editions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Edition]:
    """Return two editions; row A1 changed, and three packets of the older one differ in rows."""
    project = write_project(tmp_path / "project", ROWS)
    (project / "data/registry.toml").write_text("# made up\n")
    monkeypatch.setenv("SKYTALLY_PROJECT", str(project))
    packets = project / f"data/editions/{OLD}/packets"
    _packet(packets, "finding-on", ["A1"])
    _packet(packets, "finding-beside", ["A2"], "id,value\nA1,10\nA2,20\n")
    _packet(packets, "finding-other", ["A2"], "id,value\nA2,20\n")
    made = [finding("calls.one", 10, 10, 10, inputs=["A1"]), finding("calls.two", 20, 20, 20)]
    first = make_edition(project, OLD, findings=made)
    write_rows(project / "data/record/calls.csv", LATER)
    moved = [finding("calls.one", 11, 11, 11, inputs=["A1"]), made[1]]
    return [first, make_edition(project, NEW, findings=moved, parent=first)]


def _texts(editions: list[Edition]) -> str:
    paths = [path for edition in editions for path in edition.folder.rglob("*.json*")]
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def test_a_withheld_row_is_out_and_the_edition_is_whole(
    editions: list[Edition], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its cells and packets are gone, its hashes are there, and no edition reads as damaged."""
    about = [(edition.folder / "edition.json").read_bytes() for edition in editions]
    digest = editions[0].rows["record/calls", "A1"]["sha256"]
    assert main(["--row=A1", *GIVEN]) == 0
    assert "sentences of calls.one stay; --findings withholds them" in capsys.readouterr().out
    folder = editions[0].folder
    found, faults = read_editions(folder.parent)
    assert faults == []
    row = found[0].rows["record/calls", "A1"]
    assert (row["cells"], row["sha256"], row["withheld"]) == ({}, digest, True)
    assert found[0].rows["record/calls", "A2"]["cells"]["value"] == "20"
    changed = [each["cells"] for each in found[1].changes["rows"] if each["key"] == "A1"]
    assert changed == [{}]
    assert [path.name for path in (folder / "packets").iterdir()] == ["finding-other.zip"]
    assert [(edition.folder / "edition.json").read_bytes() for edition in editions] == about
    listed = withheld_files(folder)
    assert sorted(listed) == [
        "packets/finding-beside.zip", "packets/finding-on.zip", "rows.jsonl",
    ]  # fmt: skip
    for name, each in listed.items():
        assert each.published_sha256 == editions[0].about["contents"][name]["sha256"]
    assert WITHHELD_LIST in sound_files(folder)
    assert "rows.jsonl" in sound_files(folder)


def test_sentences_go_where_asked(editions: list[Edition]) -> None:
    """Findings that rest on the row lose words and numbers, in what changed, too; others stay."""
    assert main(["--row=A1", "--findings", *GIVEN]) == 0
    assert "Made up: 10 calls." not in _texts(editions)
    assert "Made up: 11 calls." not in _texts(editions)
    found = read_editions(editions[0].folder.parent)[0]
    assert found[0].findings["calls.one"]["value"] is None
    assert found[0].findings["calls.two"]["text"] == "Made up: 20 calls."
    # a second row is added to the list, and the first hashes stay those of publication
    before = withheld_files(found[0].folder)["rows.jsonl"].published_sha256
    assert main(["--row=A2", *GIVEN]) == 0
    assert withheld_files(found[0].folder)["rows.jsonl"].published_sha256 == before
    assert read_editions(editions[0].folder.parent)[1] == []


def test_the_site_says_withheld(
    editions: list[Edition], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of the edition lists it, and a page answers at the address of each packet."""
    details = {"title": "Made up", "author": "Nobody", "licence": "none"}
    monkeypatch.setattr(edition_pages, "book_details", lambda: details)
    main(["--row=A1", *GIVEN])
    site = tmp_path / "site"
    edition_pages.add_edition_files(site)
    write_folder_pages(site, details)
    folder = site / "editions" / OLD
    words = "withheld whole since 2026-02-01: by order of a court"
    page = (folder / "packets/finding-on.zip/index.html").read_text(encoding="utf-8")
    assert words in page
    assert f'href="../../../{OLD}.html"' in page
    assert words in (folder / "index.html").read_text(encoding="utf-8")
    assert "withheld in part since 2026-02-01" in (folder / "index.html").read_text()
    assert (folder / "rows.jsonl").is_file()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / "rows.jsonl").write_text(""), "changed since it was withheld"),
        (
            lambda folder: (folder / "packets/finding-on.zip").write_bytes(b"again"),
            "changed since it was withheld",
        ),
        (
            lambda folder: (folder / WITHHELD_LIST).write_text('{"file": "rows.jsonl"}\n'),
            "found a line without file, hashes, day and why",
        ),
    ],
)
def test_withholding_hides_no_damage(editions: list[Edition], damage: object, words: str) -> None:
    """A file that is neither what was published nor what was left of it is damaged."""
    main(["--row=A1", *GIVEN])
    damage(editions[0].folder)  # type: ignore[operator]
    faults = [str(fault) for fault in read_editions(editions[0].folder.parent)[1]]
    assert any(words in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--row=A9", *GIVEN], "--row: found 'A9' in no file of an edition"),
        (["--row=A1", "--day=soon", "--why=x"], "Invalid isoformat string: 'soon'"),
    ],
)
def test_what_cannot_be_withheld_is_told(
    editions: list[Edition], given: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written then."""
    assert main(given) == 1
    assert words in capsys.readouterr().err
    assert not withheld_files(editions[0].folder)
