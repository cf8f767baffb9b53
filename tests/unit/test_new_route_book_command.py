"""A book of another route: begun empty, refused where something is in the way."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from skytally.core.errors_and_fault_lists import DataError
from skytally.press.new_route_book_command import COPIED_WHOLE, main, new_route

ROOT = Path(__file__).resolve().parents[2]
TITLE = 'Counted across the "Caspian": *море* {x} & <b>, it\'s 100 % $HOME'


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in this project."""
    monkeypatch.delenv("SKYTALLY_PROJECT", raising=False)
    monkeypatch.chdir(ROOT)


@pytest.fixture
def route(tmp_path: Path) -> Path:
    """Begin a book whose folder and title hold quotes, spaces and other letters."""
    folder = tmp_path / 'Каспий, "the sea" it\'s $x #1'
    new_route(folder, TITLE)
    return folder


def test_new_route_has_tables_without_rows(route: Path) -> None:
    """Every dictionary of this record is there, and beside it a table of the same header alone."""
    dictionaries = sorted((ROOT / "data/record").glob("*.dictionary.csv"))
    assert dictionaries
    for path in dictionaries:
        copy = route / "data/record" / path.name
        assert copy.read_bytes() == path.read_bytes()
        table = path.name.removesuffix(".dictionary.csv") + ".csv"
        with (route / "data/record" / table).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        with (ROOT / "data/record" / table).open(encoding="utf-8-sig", newline="") as file:
            assert header == next(csv.reader(file))
        assert bool(rows) is (f"record/{table}" in COPIED_WHOLE), table


@pytest.mark.parametrize("name", COPIED_WHOLE)
def test_new_route_has_what_belongs_to_no_route(route: Path, name: str) -> None:
    """Units, instruments, what measures find in simulated images, and catalogues come whole."""
    copy = (route / "data" / name).read_text(encoding="utf-8")
    assert copy == (ROOT / "data" / name).read_text(encoding="utf-8-sig")


def test_new_route_registers_what_it_has(route: Path) -> None:
    """The registry names the files that are there, and no other."""
    entries = tomllib.loads((route / "data/registry.toml").read_text(encoding="utf-8"))
    files = {row["file"] for row in entries.values()}
    assert all((route / "data" / file).is_file() for file in files)
    tables = {
        path.relative_to(route / "data").as_posix()
        for path in (route / "data").rglob("*.csv")
        if not path.name.endswith(".dictionary.csv")
    }
    assert tables <= files
    assert "sha256" not in str(entries)


def test_new_route_holds_nothing_of_this_one(route: Path) -> None:
    """No place, ship, counter or side of this book's route is named in any file."""
    with (ROOT / "data/record/sites.csv").open(encoding="utf-8-sig", newline="") as file:
        places = {word for row in csv.DictReader(file) for word in re.split(r"\W+", row["name"])}
    words = {word for word in places if len(word) > 4 and word[0].isupper()}
    words |= {"Korea", "DPRK", "Pyongyang", "Angara", "Tumangang", "Rajin"}
    # words for places in general, and for the sea of the new route
    words -= {"Station", "Depot", "Airfield", "Border", "Bridge", "Arsenal", "Facility"}
    pattern = re.compile("|".join(sorted(map(re.escape, words))), flags=re.IGNORECASE)
    texts = [path for path in route.rglob("*") if path.is_file()]
    found = {
        f"{path.relative_to(route)}: {match[0]}"
        for path in texts
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_new_route_title_is_shown_as_written(route: Path) -> None:
    """Whatever the title holds is text, in the configuration and in the headings."""
    config = yaml.safe_load((route / "book/_config.yml").read_text(encoding="utf-8"))
    assert config["title"] == TITLE
    heading = (route / "book/index.md").read_text(encoding="utf-8").splitlines()[0]
    assert re.sub(r"\\(.)", r"\1", heading) == f"# {TITLE}"
    assert "\\{x\\}" in heading
    assert "\\<b\\>" in heading


def test_new_route_makefile_finds_package_and_environment(route: Path) -> None:
    """The Makefile names this project and this environment; a wrong one is told."""
    run = subprocess.run(
        ["make", "--eval", 'where: ; @echo "$$ENGINE $$BIN"', "where"],
        cwd=route,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == f"{ROOT} {sys.prefix}/bin\n"
    run = subprocess.run(
        ["make", "check", "ENGINE=/nowhere"], cwd=route, capture_output=True, text=True, check=False
    )
    assert run.returncode
    assert "found no package in /nowhere; name the project that has it: make ENGINE=…" in run.stderr


@pytest.mark.slow
def test_new_route_passes_the_check(route: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty tables are in order."""
    monkeypatch.chdir(route)
    run = subprocess.run(
        ["make", "-o", "engine", "check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.endswith("rows in order\n")


def test_new_route_takes_an_empty_folder_that_is_there(tmp_path: Path) -> None:
    """A folder without anything in it is filled."""
    folder = tmp_path / "empty"
    folder.mkdir()
    new_route(folder, "Title")
    assert (folder / "Makefile").is_file()


@pytest.mark.parametrize("kind", ["file in it", "hidden file in it", "a file"])
def test_new_route_refuses_what_is_not_empty(tmp_path: Path, kind: str) -> None:
    """Nothing that is there is touched, and nothing is left beside it."""
    folder = tmp_path / "there"
    if kind == "a file":
        folder.write_text("mine")
    else:
        folder.mkdir()
        (folder / (".hidden" if kind.startswith("hidden") else "mine")).write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match=r"DIR: found '.*there', which is not empty; name a folder"):
        new_route(folder, "Title")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("place", ["book/caspian", "notebooks/new", "data/new/deeper"])
def test_new_route_refuses_a_folder_of_this_book(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its pages would be taken for pages of this book."""
    assert main([f"--folder={place}", "--title=Title"]) == 1
    told, last = capsys.readouterr().err.splitlines()
    assert "which lies in a folder of this book" in told
    assert "name a folder beside the project" in told
    assert last == "nothing was written"
    assert not (ROOT / place).exists()


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "bell\x07"])
def test_new_route_refuses_a_title_that_is_none(tmp_path: Path, title: str) -> None:
    """No title, or one that is no line of text."""
    with pytest.raises(
        DataError, match=r"TITLE: found .*; write the title of the book on one line"
    ):
        new_route(tmp_path / "new", title)
    assert list(tmp_path.iterdir()) == []


def test_main_refuses_without_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """No folder: what to write, and nothing is written."""
    assert main(["--folder=", "--title=Title"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert told == [
        'DIR: found nothing; write such as make route DIR=../caspian TITLE="…"',
        "nothing was written",
    ]


def test_a_failed_beginning_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a table cannot be copied, there is no half of a book."""

    def fail(*_: object) -> None:
        message = "disk full"
        raise OSError(message)

    monkeypatch.setattr("skytally.press.new_route_book_command._write_pages", fail)
    assert main([f"--folder={tmp_path / 'new'}", "--title=Title"]) == 1
    assert list(tmp_path.iterdir()) == []
