"""From edition A to B of a made-up book: exactly the known differences, each with its cause."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skytally.editions import read_editions
from skytally.editions.edition_change_sentences import cause_words

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LONGEST_BUILD = 1200.0
NOTE = "made up"
STOCK = {
    "precision_first": "day", "precision_last": "day", "scope": "east-port-all", "counter": "desk",
    "quantity": "containers", "bound": "exactly", "unit": "containers", "method": "count",
    "state": "counted", "family": "sentinel-2", "source_id": "DESK_20240512", "reading": "direct",
    "text": f"{NOTE}: containers", "note": NOTE,
}  # fmt: skip
EMPTY = {"state": "nothing-seen"}


def _stock(name: str, day: int, value: int, **more: str) -> dict[str, str]:
    date = f"2024-05-{day:02}"
    return {**STOCK, "id": name, "date_first": date, "date_last": date, "value": str(value), **more}


RECORD: dict[str, list[dict[str, str]]] = {
    "counters": [
        {"id": "desk", "name": f"Desk ({NOTE})", "kind": "news", "party": "no", "note": NOTE}
    ],
    "sources": [
        {"id": "DESK_20240512", "publisher": f"Desk ({NOTE})", "title": f"({NOTE})",
         "published_first": "2024-05-12", "published_last": "2024-05-12",
         "published_precision": "day", "url": "https://example.org/made-up", "type": "news",
         "tier": "secondary", "originator": "desk", "reliability": "C",
         "reliability_reason": "newsroom", "reading_extent": "direct", "reports": NOTE}
    ],
    "sites": [
        {"id": "east-port", "name": f"East port ({NOTE})", "kind": "port", "lat": "42.0",
         "lon": "53.0", "uncertainty_m": "500", "position_method": "published",
         "source_id": "DESK_20240512", "reading": "direct", "note": NOTE}
    ],
    "scopes": [
        {"id": "east-port-all", "site": "east-port", "name": "east port", "meaning": NOTE}
    ],
    "quay_stocks": [
        _stock("Q001", 1, 100), _stock("Q002", 2, 140), _stock("Q003", 3, 0, **EMPTY),
        _stock("Q004", 4, 60),
    ],
}  # fmt: skip
PLACE = {"table": "quay_stocks"}
FINDINGS = [
    {"key": "observations.first", "kind": "quote", **PLACE, "rows": "Q001",
     "sentence": "The desk first counted {number}."},
    {"key": "observations.highest", "kind": "highest", **PLACE, "where": "quantity=containers",
     "sentence": "The most were {number} on {when}."},
    {"key": "observations.multiple", "kind": "ratio", **PLACE, "rows": "Q001",
     "of": "@observations.highest", "sentence": "The first count was {number} the highest."},
    {"key": "observations.none", "kind": "quote", **PLACE, "rows": "Q003",
     "sentence": "One day there was {number}."},
    {"key": "observations.counted", "kind": "tally", **PLACE, "where": "state=counted",
     "unit": "counts", "sentence": "The record has {number}."},
    {"key": "observations.assumed", "kind": "assumption", **PLACE, "rows": "Q001",
     "value": "$days_ashore", "unit": "days", "sentence": "We assume a stay of {number}."},
    {"key": "observations.second", "kind": "quote", **PLACE, "rows": "Q002",
     "sentence": "The second count was {number}."},
    {"key": "observations.steady", "kind": "quote", **PLACE, "rows": "Q002",
     "sentence": "Nothing changes this: {number}."},
]  # fmt: skip
RULE = {
    "id": "OWN-most", "kind": "number", "value": "200", "bound": "at most", "unit": "containers",
    "left": "observations.highest", "sentence": "The most were {left}.",
    "reads": "never more than two hundred",
}  # fmt: skip
CLAIM = {
    "id": "OWN-most", "origin": "book", "text": "never more than 200 containers", "line": "",
    "asserted_by": "this book, made up", "could_test": "none", "rules": "OWN-most",
    "changes_if": "a larger count",
}  # fmt: skip
EXPECTED = {
    "observations.assumed": ("moved", "2 days", "3 days", "parameters"),
    "observations.counted": (
        "other evidence", "3 counts", "3 counts",
        "new data and withdrawn rows together (Q004, Q005); "
        "new data alone: 4 counts; withdrawn rows alone: 2 counts",
    ),
    "observations.first": (
        "moved", "100 containers", "120 containers", "source corrections (Q001)",
    ),
    "observations.highest": ("moved", "140 containers", "300 containers", "new data (Q005)"),
    "observations.multiple": (
        "moved", "about 0.71 to 0.72 times", "about 0.4 times",
        "new data and source corrections together (Q001, Q005); "
        "new data alone: about 0.33 to 0.34 times; "
        "source corrections alone: about 0.85 to 0.86 times",
    ),
    "observations.none": ("reworded", "no container", "not one container", "code"),
    "observations.second": ("reworded", "140 containers", "140 containers", "declarations"),
}  # fmt: skip


def _append(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        written = csv.DictWriter(
            file, header, restval="", extrasaction="ignore", lineterminator="\n"
        )
        written.writerows(rows)


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def _run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("GIT", "MAKE", "SKYTALLY", "PYTEST", "PYTHON"))
    }
    return subprocess.run(
        words, cwd=project, env={**inherited, "PYTHONPATH": str(project), "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": "315532800", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False, timeout=LONGEST_BUILD,
    )  # fmt: skip


def _python(project: Path, module: str, *words: str) -> subprocess.CompletedProcess[str]:
    return _run(project, sys.executable, "-m", f"skytally.press{module}", *words)


def _commit(project: Path, day: str) -> None:
    name = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    assert _run(project, "git", "add", "-A").returncode == 0
    dated = subprocess.run(
        ["git", *name, "commit", "-q", "-m", NOTE, "--date", f"{day}T12:00:00Z"],
        cwd=project, env={**os.environ, "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}, check=False,
    )  # fmt: skip
    assert dated.returncode == 0


def _begin(folder: Path) -> Path:
    """Begin the made-up book, with the code in it, in a repository of its own."""
    begun = subprocess.run(
        [
            sys.executable, "-m", "skytally.press.new_route_book_command",
            f"--folder={folder}", "--title=Made up",
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert begun.returncode == 0, begun.stderr
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "skytally", folder / "skytally", ignore=ignored)
    shutil.copyfile(ROOT / "requirements.txt", folder / "requirements.txt")
    for name, rows in RECORD.items():
        _append(folder / f"data/record/{name}.csv", rows)
    _append(folder / "data/findings/observations.csv", FINDINGS)
    _append(folder / "data/claims/rules.csv", [RULE])
    _append(folder / "data/claims/ledger.csv", [CLAIM])
    notebook = folder / "notebooks/observations.ipynb"
    _replace(
        notebook,
        '"out = ',
        '"days_ashore = 2  # days that a container stays ashore\\n",\n    "out = ',
    )
    _replace(notebook, "parameters={}", 'parameters={\\"days_ashore\\": days_ashore}')
    assert _run(folder, "git", "init", "-q").returncode == 0
    return folder


def _change(folder: Path) -> None:
    """Correct a row, withdraw one, add one, and change a parameter, a sentence and the code."""
    record = folder / "data/record"
    path = record / "quay_stocks.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    value = header.index("value")
    rows = [row for row in rows if row[0] != "Q004"]
    rows[0][value] = "120"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    _append(path, [_stock("Q005", 5, 300)])
    made = {"table": "quay_stocks", "source": "DESK_20240512", "why": NOTE}
    _append(record / "corrections.csv", [
        {**made, "row": "Q001", "column": "value", "old": "100", "new": "120"},
        {**made, "row": "Q004", "column": "id", "old": "Q004", "new": ""},
    ])  # fmt: skip
    (folder / "notebooks/params/observations.yml").write_text("days_ashore: 3\n")
    sentences = folder / "data/findings/observations.csv"
    _replace(sentences, "The second count was {number}.", "The second count gave {number}.")
    _replace(
        folder / "skytally/findings/finding.py",
        'f"no {unit.singular}"',
        'f"not one {unit.singular}"',
    )
    # an edition holds no packet that its own program would not say the same of
    program = folder / "skytally/editions/packet_verifier/recompute.py"
    _replace(program, 'words = "no" if', 'words = "not one" if')
    _replace(program, 'said[:3] == "no "', 'said[:8] == "not one "')
    _replace(program, '(words == "no" or', '(words == "not one" or')


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the made-up book, make edition A, change it, build again and make edition B."""
    folder = _begin(tmp_path_factory.mktemp("editions") / "book")
    for day, change in (("2026-01-02", None), ("2026-01-03", _change)):
        if change:
            change(folder)
        _commit(folder, day)
        built = _python(folder, ".build_command")
        assert built.returncode == 0, built.stderr
        made = _python(folder, ".edition_command")
        assert made.returncode == 0, made.stderr
        assert f"edition {day} is in data/editions/{day}" in made.stdout
        _commit(folder, day)
    built = _python(folder, ".build_command")
    assert built.returncode == 0, built.stderr
    return folder


def _changes(book: Path) -> dict[str, Any]:
    editions, faults = read_editions(book / "data/editions")
    assert faults == []
    assert [edition.id for edition in editions] == ["2026-01-02", "2026-01-03"]
    assert editions[0].changes is None
    found = editions[1].changes
    assert found is not None
    return found


def test_findings_differ_as_known_with_their_causes(book: Path) -> None:
    """Each finding that was made to change did, by the cause it was given, and no other."""
    changes = _changes(book)
    found = {
        row["key"]: (row["kind"], row["old"]["said"], row["new"]["said"], cause_words(row["cause"]))
        for row in changes["findings"]
    }
    assert found == EXPECTED
    assert changes["causes"]["undetermined"] == ""


def test_the_verdict_differs_with_its_cause(book: Path) -> None:
    """The claim that held is contradicted by the new row."""
    (row,) = _changes(book)["verdicts"]
    verdicts = (row["old"]["verdict"], row["new"]["verdict"])
    assert (row["id"], verdicts) == ("OWN-most", ("holds as a bound", "contradicted"))
    assert cause_words(row["cause"]) == "new data (Q005)"


def test_rows_differ_as_known(book: Path) -> None:
    """One row of the quay was added, one corrected and one withdrawn, with the reasons."""
    rows = {
        row["key"]: (row["kind"], [each["why"] for each in row["why"]])
        for row in _changes(book)["rows"]
        if row["table"] == "record/quay_stocks"
    }
    assert rows == {
        "Q001": ("corrected", [NOTE]), "Q004": ("withdrawn", [NOTE]), "Q005": ("added", []),
    }  # fmt: skip


def test_the_site_keeps_both_editions(book: Path) -> None:
    """Each edition has a page with what it published; a withdrawn row keeps its address."""
    site = book / "book/_build/html"
    older, newer = (
        (site / f"editions/{day}.html").read_text(encoding="utf-8")
        for day in ("2026-01-02", "2026-01-03")
    )
    assert "100 containers" in older
    assert "300 containers" not in older
    assert "source corrections (Q001)" in newer
    assert "edition 2026-01-03</a>" in (site / "index.html").read_text(encoding="utf-8")
    gone = (site / "cards/row/Q004.html").read_text(encoding="utf-8")
    assert "edition 2026-01-02 was the last that had it" in gone
    assert f"It was withdrawn: {NOTE}" in gone
    for edition in ("2026-01-02", "2026-01-03"):
        listed = (book / f"data/editions/{edition}/addresses.txt").read_text().split()
        assert [each for each in listed if not (site / each).is_file()] == []


def test_a_changed_book_comes_after_its_edition(book: Path) -> None:
    """A dirty tree gets no edition; nothing that was there is touched."""
    before = {
        path: path.read_bytes() for path in (book / "data/editions").rglob("*") if path.is_file()
    }
    index = book / "book/index.md"
    index.write_text(index.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    made = _python(book, ".edition_command")
    assert made.returncode == 1
    assert "found changes that no commit holds (book/index.md)" in made.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_a_copy_without_history_says_what_it_needs(book: Path, tmp_path: Path) -> None:
    """Without git a day must be named, and the edition then says that its causes are not known."""
    copy = Path(shutil.copytree(book, tmp_path / "copy", ignore=shutil.ignore_patterns(".git")))
    subprocess.run(
        ["git", "-C", str(book), "archive", "-o", str(tmp_path / "x.tar"), "HEAD"], check=True
    )
    refused = _python(copy, ".edition_command")
    assert refused.returncode == 1
    assert "this folder has no git history" in refused.stderr
    shutil.unpack_archive(tmp_path / "x.tar", copy)
    built = _python(copy, ".build_command")
    assert built.returncode == 0, built.stderr
    made = _python(copy, ".edition_command", "--date=2026-01-03")
    assert made.returncode == 0, made.stderr
    about = json.loads((copy / "data/editions/2026-01-03-2/edition.json").read_text())
    assert (about["commit"], about["parent"]) == (None, "2026-01-03")
