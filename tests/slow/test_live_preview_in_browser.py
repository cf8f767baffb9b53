"""``make watch`` in a browser: a row moves a sentence, a fault is told, Ctrl-C ends.

The rows and words that the tests write are made up.
"""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_tabs_server_and_charts import ABSENT, chromium, chromium_path, tab
from tests.support.project_copy_and_commands import command_environment, copy_project, make

pytestmark = pytest.mark.skipif(chromium_path() is None, reason=ABSENT)

LONGEST_PRINT = 600_000
"""Milliseconds that a whole print and the notebooks before it may take on a busy machine."""
SECONDS_TO_END = 10.0
"""What a process that stands by may take to see that its watch has ended."""
PLACE = re.compile(r"http://127\.0\.0\.1:\d+")
STRIP = "#skytally-watch"


class Watching:
    """A watch that runs on a copy of the project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "skytally.press.live_preview_command", "--port=0"],
            cwd=folder,
            env=command_environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as words:
            self.lines.extend(line.rstrip("\n") for line in words)

    def wait(self, found: Callable[[], object]) -> None:
        """Wait until something holds of what the watch said."""
        end = time.monotonic() + LONGEST_PRINT / 1000
        while not found():
            assert self.process.poll() is None, self.lines
            assert time.monotonic() < end, self.lines
            time.sleep(0.05)

    def count(self, words: str) -> int:
        """Lines that the watch said with some words in them."""
        return sum(words in line for line in self.lines)

    @property
    def address(self) -> str:
        """Address of the pages."""
        return next(found[0] for line in self.lines if (found := PLACE.search(line)))

    def end(self) -> int:
        """End the watch as Ctrl-C does; its exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(60)
        self._reader.join()
        return code


@pytest.fixture(scope="module")
def watching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watching]:
    """Watch a copy of the built project, printed whole once."""
    folder = copy_project(tmp_path_factory.mktemp("watched") / "book-project", built=True)
    watch = Watching(folder)
    try:
        watch.wait(lambda: watch.count("all pages printed"))
        yield watch
    finally:
        watch.end()


@contextmanager
def _opened(watching: Watching, page: str) -> Iterator[Page]:
    with chromium() as browser, tab(browser, root=watching.address) as (shown, faults):
        shown.goto(f"{watching.address}/{page}", timeout=LONGEST_PRINT)
        yield shown
        # a page that is loaded anew leaves its requests unanswered
        assert [each for each in faults if not each.startswith("not found")] == []


@contextmanager
def _edited(path: Path, change: Callable[[str], str]) -> Iterator[None]:
    """Save a file otherwise, and at the end as it was."""
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def _cell_changed(text: str, row_id: str, column: str, value: str) -> str:
    rows = list(csv.DictReader(io.StringIO(text)))
    (row,) = [row for row in rows if row["id"] == row_id]
    row[column] = value
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _printed_after(watching: Watching, use: Callable[[], None]) -> None:
    """Do something, then wait until a whole print has followed it."""
    before = watching.count("all pages printed")
    use()
    watching.wait(lambda: watching.count("all pages printed") > before)


def test_the_words_of_a_page_show_without_a_reload_by_hand(watching: Watching) -> None:
    """A saved page shows its new words in the browser that looks at it, then says nothing more."""
    path = watching.folder / "book/limits.md"
    with _opened(watching, "limits.html") as page:

        def edit() -> None:
            prints = watching.count("all pages printed")
            with _edited(path, lambda text: text + "\nA sentence made up for a test.\n"):
                shown = page.get_by_text("A sentence made up for a test.")
                expect(shown).to_be_visible(timeout=LONGEST_PRINT)
                # the page was printed by itself, long before all of them
                assert watching.count("all pages printed") == prints

        _printed_after(watching, edit)
        words = page.get_by_text("A sentence made up for a test.")
        expect(words).to_have_count(0, timeout=LONGEST_PRINT)
        expect(page.locator(STRIP)).to_have_count(0, timeout=LONGEST_PRINT)


def test_a_fault_is_told_where_it_shows_and_the_page_stays(watching: Watching) -> None:
    """A bad row is told in the words of the check, at the terminal and on the page, which stays."""
    path = watching.folder / "data/record/rail_counts.csv"
    with _opened(watching, "synthesis.html") as page:
        before = page.locator("article").inner_text()
        with _edited(path, lambda text: _cell_changed(text, "R031", "date_first", "5.10.2023")):
            words = "rail_counts.csv, line "
            expect(page.locator(STRIP)).to_contain_text(words, timeout=LONGEST_PRINT)
            assert page.locator("article").inner_text() == before
            told = page.locator(STRIP).inner_text()
            checked = make(watching.folder, "check").stderr
        (fault,) = [line.strip() for line in checked.splitlines() if words in line]
        assert fault in told
        assert any(fault in line for line in watching.lines)
        expect(page.locator(STRIP)).to_have_count(0, timeout=LONGEST_PRINT)


def test_a_saved_row_changes_the_sentence(watching: Watching) -> None:
    """A row that was corrected shows in the sentences of an open page, before its notebook ran."""
    path = watching.folder / "data/record/rail_counts.csv"
    with _opened(watching, "synthesis.html") as page:
        sentence = page.locator("article")
        expect(sentence).not_to_contain_text("987", timeout=LONGEST_PRINT)
        with _edited(path, lambda text: _cell_changed(text, "R031", "value", "987")):
            expect(sentence).to_contain_text("987", timeout=LONGEST_PRINT)
            watching.wait(lambda: watching.count("running rail-counts"))
        expect(sentence).not_to_contain_text("987", timeout=LONGEST_PRINT)
        expect(page.locator(STRIP)).to_have_count(0, timeout=LONGEST_PRINT)


def test_a_second_watch_is_refused(watching: Watching) -> None:
    """While one watch follows a copy, another ends with one message."""
    second = Watching(watching.folder)
    assert second.process.wait(60) == 1
    second.end()
    assert second.lines == [
        "another make watch follows this folder; use that one, or end it with Ctrl-C"
    ]


def _processes_of(session: int) -> list[str]:
    listed = subprocess.run(["ps", "-o", "pid=,args=", "-s", str(session)],
                            capture_output=True, text=True, check=False)  # fmt: skip
    return listed.stdout.splitlines()


def test_ctrl_c_ends_the_watch_with_all_that_it_started(watching: Watching) -> None:
    """Ctrl-C ends the watch with code 0, without a fault told, and soon with no process left."""
    assert watching.end() == 0
    assert watching.lines[-1] == "watch ended"
    assert not any("Traceback" in line for line in watching.lines)
    # a fork that stands by ends as soon as it sees that the pipe to it is closed
    deadline = time.monotonic() + SECONDS_TO_END
    while left := _processes_of(watching.process.pid):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
