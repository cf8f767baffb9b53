"""Pages printed one by one after many random edits equal a whole print, and that a clean build.

``SKYTALLY_EDITS`` says how many edits are made (a thousand unless told), in twenty rounds drawn by
seed, or in one for every ten edits where that is fewer. In each round every edit prints a page; at
its end the notebooks run, the site is printed whole, all pages are printed one by one on the stage
that saw every edit, and the project is built anew from nothing. What the edits write is made up.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skytally.press.live_preview.preview_state import CHECKED, ENDED, FAULT, READY, SHOWN
from tests.support.book_build_edit_and_compare import differing, tree
from tests.support.project_copy_and_commands import command_environment, copy_project, make

EDITS = int(os.environ.get("SKYTALLY_EDITS", "1000"))
ROUNDS = max(1, min(20, EDITS // 10))
SEED = 20261129
PAGES = ("limits", "synthesis", "rivals", "claims", "origins", "glossary", "rerun", "corrections")
TABLES = ("rail_counts", "quay_stocks", "official_claims", "depot_observations")

Event = dict[str, Any]


class Warm:
    """The warm process of a watch, asked directly."""

    def __init__(self, project: Path) -> None:
        self.project, self._number = project, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "skytally.press.live_preview.preloaded_build_process"],
            cwd=project,
            env=command_environment(project) | {"MPLBACKEND": "agg"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._event()["kind"] == READY

    def _event(self) -> Event:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def take(self, step: str, **words: object) -> Iterator[Event]:
        """Take a step to its end; its events."""
        self._number += 1
        request = {"step": step, "number": self._number, **words}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        while (event := self._event())["kind"] != ENDED:
            yield event

    def end(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)


def _faults(events: list[Event]) -> list[str]:
    kinds = (CHECKED, FAULT)
    return [line for event in events if event["kind"] in kinds for line in event["lines"]]


class Edits:
    """Random edits of a project, each of which its check accepts."""

    def __init__(self, project: Path, warm: Warm) -> None:
        self._project, self._warm = project, warm
        self._draw = random.Random(SEED)
        self.names: set[str] = set()
        self.count = self.refused = 0

    def _page(self) -> tuple[str, str, str]:
        page = self._draw.choice(PAGES)
        name = f"book/{page}.md"
        before = (self._project / name).read_text(encoding="utf-8")
        paragraphs = before.rstrip("\n").split("\n\n")
        if paragraphs[-1].startswith("Made up") and self._draw.random() < 0.4:
            del paragraphs[-1]
        else:
            paragraphs.append(
                f"Made up, edit {self.count}: {{f}}`rail-counts.baseline` stands here."
            )
        return page, name, "\n\n".join(paragraphs) + "\n"

    def _row(self) -> tuple[str, str, str]:
        name = f"data/record/{self._draw.choice(TABLES)}.csv"
        rows = list(csv.reader(io.StringIO((self._project / name).read_text(encoding="utf-8"))))
        value = rows[0].index("value")
        counted = [row for row in rows[1:] if row[value].isdigit() and int(row[value]) > 20]
        row = self._draw.choice(counted)
        row[value] = str(int(row[value]) + self._draw.choice((-1, 1)))
        return self._draw.choice(PAGES), name, _csv(rows)

    def _declaration(self) -> tuple[str, str, str]:
        name = "data/findings/rail-counts.csv"
        rows = list(csv.reader(io.StringIO((self._project / name).read_text(encoding="utf-8"))))
        sentence = rows[0].index("sentence")
        row = self._draw.choice([each for each in rows[1:] if each[sentence].endswith(".")])
        words = row[sentence].split(" Made up, ")[0]
        row[sentence] = f"{words} Made up, edit {self.count}."
        return "synthesis", name, _csv(rows)

    def make(self) -> None:
        """Make one edit and print a page; take it back where it is refused."""
        self.count += 1
        kinds = (self._page, self._page, self._row, self._declaration)
        page, name, text = self._draw.choice(kinds)()
        before = (self._project / name).read_text(encoding="utf-8")
        (self._project / name).write_text(text, encoding="utf-8")
        self.names.add(name)
        events = list(
            self._warm.take(
                "pages", names=sorted(self.names), pages=[page], checked=False, prints=0
            )
        )
        if _faults(events):
            self.refused += 1
            (self._project / name).write_text(before, encoding="utf-8")
        else:
            assert {event["page"] for event in events if event["kind"] == SHOWN} == {page}


def _csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def _with_searched_flips(old: Path, new: Path) -> None:
    """Take the flip sets of a whole print, which single pages do not search, into a stage."""
    for name, key in (("findings.json", "key"), ("claims.json", "id")):
        known = {row[key]: row for row in json.loads((new / name).read_text(encoding="utf-8"))}
        rows = json.loads((old / name).read_text(encoding="utf-8"))
        for row in rows:
            row["flips_if"] = known[row[key]]["flips_if"]
        (old / name).write_text(json.dumps(rows), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the built project."""
    return copy_project(tmp_path / "book-project", built=True)


def _printed(warm: Warm, prints: int) -> Path:
    """Run the notebooks and print the site whole; the stage of that print."""
    assert _faults(list(warm.take("notebooks"))) == []
    assert _faults(list(warm.take("print"))) == []
    key = json.loads((warm.project / "book/_build/site.json").read_bytes())["key"]
    stages = (warm.project / "book/_build/watch").glob("stage-?/watched.key")
    (stage,) = [path.parent for path in stages if path.read_text(encoding="utf-8") == key]
    shutil.rmtree(warm.project / f"book/_build/watch/shown-{prints}", ignore_errors=True)
    return stage


def _one_by_one(warm: Warm, stage: Path, names: set[str]) -> dict[str, bytes]:
    """Print every page by itself from a stage; the bytes of each."""
    site, build = warm.project / "book/_build/html", warm.project / "book/_build"
    pages = [
        page
        for path in site.rglob("*.html")
        for page in [path.relative_to(site).with_suffix("").as_posix()]
        # the others are made by the whole print: cards, editions, the search, moved addresses
        if any((stage / f"{page}{end}").is_file() for end in (".md", ".ipynb"))
        and not page.startswith("editions/")
    ]
    assert len(pages) > len(PAGES)
    state = (build / "site.json").read_bytes()
    try:
        # the stage counts only for the site that was printed from it
        key = (stage / "watched.key").read_text(encoding="utf-8")
        (build / "site.json").write_text(json.dumps({"key": key}), encoding="utf-8")
        asked = {"names": sorted(names), "pages": pages, "checked": True, "prints": 9}
        assert _faults(list(warm.take("pages", **asked))) == []
    finally:
        (build / "site.json").write_bytes(state)
    shown = build / "watch/shown-9"
    return {page: (shown / f"{page}.html").read_bytes() for page in pages}


def test_edits_equal_a_whole_print_and_a_clean_build(project: Path, tmp_path: Path) -> None:
    """After each round, pages one by one, the whole print and a build from nothing are the same."""
    warm = Warm(project)
    try:
        edits, stage = Edits(project, warm), _printed(warm, 0)
        for number in range(ROUNDS):
            edits.names = set()
            while edits.count < (number + 1) * EDITS // ROUNDS:
                edits.make()
            printed = _printed(warm, 0)
            site = project / "book/_build/html"
            if printed != stage:
                _with_searched_flips(stage, printed)
                single = _one_by_one(warm, stage, edits.names)
                other = [
                    page for page, text in single.items()
                    if text != (site / f"{page}.html").read_bytes()
                ]  # fmt: skip
                assert other == [], f"round {number}"
            stage = printed
            clean = tmp_path / f"clean-{number}"
            shutil.copytree(project, clean, ignore=shutil.ignore_patterns("_build"))
            built = make(clean, "book")
            assert built.returncode == 0, built.stderr
            assert differing(tree(clean / "book/_build/html"), tree(site)) == [], f"round {number}"
            shutil.rmtree(clean)
        assert edits.refused < edits.count / 4
    finally:
        warm.end()
