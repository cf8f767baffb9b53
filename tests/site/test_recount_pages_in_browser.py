"""The recount bench in a real browser: from opening an image to a row in the record."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import affine
import pytest
import rasterio
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from skytally.core import file_fault, read_table
from skytally.imagery.simulate import PRACTICE
from skytally.press.recount_server import RecountServer, comparison_page_state, count_page_state
from skytally.record import record_faults
from skytally.recount import (
    CountImage,
    CountJournal,
    NotKeptError,
    compare_counts,
    comparison_words,
    read_count,
    result_of,
)
from tests.support.browser_page_visits import GRAVE
from tests.support.browser_tabs_server_and_charts import ABSENT, chromium_path, tab
from tests.support.made_up_recounts import finished, points, practice_file, task_of

pytestmark = pytest.mark.skipif(not chromium_path(), reason=ABSENT)

ROOT = Path(__file__).resolve().parents[2]
KEPT = "body[data-ready=yes]"
SCOPE = "tumangang-rail-facility"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the data of the project, without what editions and images take."""
    folder = tmp_path / "a project"
    unwanted = shutil.ignore_patterns("editions", "scenes", "measured", "recounts")
    shutil.copytree(ROOT / "data", folder / "data", ignore=unwanted)
    return folder


@contextmanager
def bench(project: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the command in a copy; yield the address of its page."""
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "SKYTALLY_PROJECT": str(project), "BROWSER": "true",
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "skytally.press.image_count_and_compare_command", *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=project,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("open http://127.0.0.1:"):
                break
        opening = said[-1]
        assert opening.startswith("open http://127.0.0.1:"), "".join(said)
        yield opening.split()[1], process
        if process.poll() is None:
            process.terminate()


def real_image(project: Path) -> Path:
    """Draw an image that does not say it is simulated, made up for this test."""
    path = practice_file(project)
    with rasterio.open(path) as source:
        pixels, profile = source.read(), source.profile
    # within the window of the site
    profile["transform"] = affine.Affine(0.5, 0.0, 632_000.0, 0.0, -0.5, 4_698_000.0)
    made = project / "yard.tif"
    with rasterio.open(made, "w", **profile) as target:
        target.write(pixels)
    return made


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """Open the page of a bench, which must ask for nothing outside it."""
    with tab(browser, root=address.rpartition("/")[0]) as (page, faults):
        page.goto(address)
        page.wait_for_selector(KEPT)
        yield page
        assert faults == []


def press_at(page: Page, column: float, row: float) -> None:
    """Click a place of the image."""
    x, y = page.evaluate("place => bench.view.toScreen(place)", [column, row])
    box = page.locator("#view").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)


def finish(page: Page, percent: str = "100") -> None:
    """Say how much could be seen, and finish."""
    page.fill("#seen", percent)
    page.click("#done")
    expect(page.locator("#said")).to_contain_text("Finished on")


def options_of(project: Path, counter: str) -> tuple[str, ...]:
    """Options of a count on the image of a project."""
    return (
        "--image=yard.tif", "--what=railcars", f"--scope={SCOPE}", f"--counter={counter}",
        "--day=2023-10-05", "--family=planet",
    )  # fmt: skip


def test_from_the_image_to_a_row_of_the_record(browser: Browser, project: Path) -> None:
    """Marks are set, one is changed and one taken back; the rows appended pass the checks."""
    real_image(project)
    truth = PRACTICE["railcars"](1).truth
    with bench(project, *options_of(project, "first-desk"), "--called=First Desk") as (
        url,
        process,
    ):
        with opened(browser, url) as page:
            for place in truth[:4]:
                press_at(page, *place)
            page.keyboard.press("2")
            press_at(page, *truth[4])
            page.keyboard.press("1")
            press_at(page, 20, 20)
            page.keyboard.press("z")
            expect(page.locator("#tally")).to_have_text("4 sure, 1 perhaps, 0 cannot tell")
            expect(page.locator("#kept")).to_have_text("5 marks kept on this machine")
            finish(page)
        process.terminate()
        said = process.communicate()[0]
    assert "first-desk: railcars: 4 to 5" in said
    (folder,) = (project / "data/recounts").iterdir()
    plain = json.loads((folder / "first-desk.geojson").read_text())
    assert len(plain["features"]) == 5
    for path in folder.glob("*.csv"):
        table = project / "data/record" / f"{path.name.split('.')[1]}.csv"
        row = path.read_text(encoding="utf-8").split("\n", 1)[1]
        table.write_text(table.read_text(encoding="utf-8") + row, encoding="utf-8")
    today = datetime.now(UTC).date()
    assert [str(each) for each in record_faults(project / "data/record", today=today)] == []
    rows = read_table(project / "data/record/rail_counts.csv")
    (row,) = rows[rows["counter"] == "first-desk"].to_dict("records")
    assert (row["low"], row["high"], row["bound"], row["state"]) == (4, 5, "exactly", "counted")
    assert plain["recount"]["image"]["sha256"] in row["note"]


@pytest.mark.slow
def test_nothing_is_lost_when_the_bench_is_killed(browser: Browser, project: Path) -> None:
    """Marks set before the kill are kept, one set after it waits in the browser and is sent."""
    real_image(project)
    context = browser.new_context()
    page = context.new_page()
    with bench(project, *options_of(project, "first-desk")) as (url, process):
        page.goto(url)
        page.wait_for_selector(KEPT)
        press_at(page, 100, 100)
        expect(page.locator("#kept")).to_have_text("1 mark kept on this machine")
        process.kill()
        process.wait()
        press_at(page, 200, 100)
        expect(page.locator("#kept")).to_contain_text("not kept yet: 1 in this browser")
        page.close()
    with bench(project, *options_of(project, "first-desk")) as (url, _):
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector(KEPT)
        expect(page.locator("#kept")).to_have_text("2 marks kept on this machine")
    context.close()
    (path,) = (project / "data/recounts").glob("*/*.jsonl")
    assert len(read_count(path).marks) == 2


@pytest.mark.slow
def test_full_disk_is_told_and_the_mark_sent_again(browser: Browser, tmp_path: Path) -> None:
    """A mark that did not fit stays on the page until it does."""
    path = practice_file(tmp_path)
    image, task = CountImage(path), task_of(path)
    journal = CountJournal(tmp_path / "a.marks.jsonl", task)
    whole = journal.add
    full = [True]

    def add(entry: dict[str, object]) -> None:
        if full[0]:
            error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(journal.path))
            raise NotKeptError(file_fault(error))
        whole(entry)

    journal.add = add  # type: ignore[method-assign]
    with (
        served_count(image, journal) as url,
        tab(browser, root=url.rpartition("/")[0]) as (page, _),
    ):
        page.goto(url)
        page.wait_for_selector(KEPT)
        press_at(page, 100, 100)
        expect(page.locator("#kept")).to_contain_text("free some space")
        full[0] = False
        expect(page.locator("#kept")).to_have_text("1 mark kept on this machine", timeout=15_000)
    journal.close()


@contextmanager
def served_count(image: CountImage, journal: CountJournal) -> Iterator[str]:
    """Serve a count from this process."""
    server = RecountServer(
        image,
        lambda: count_page_state(journal.state, []),
        journal=journal,
        today=lambda: "2026-11-29",
    )
    with running(server):
        yield server.address
    image.close()


@contextmanager
def running(server: RecountServer) -> Iterator[None]:
    """Run a bench in a thread."""
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(ready,))
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        server.stop()
        thread.join()


def test_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    """Pan, zoom, mark, select and finish without a mouse; axe finds nothing grave."""
    path = practice_file(tmp_path)
    image, task = CountImage(path), task_of(path)
    journal = CountJournal(tmp_path / "a.marks.jsonl", task)
    with served_count(image, journal) as url, opened(browser, url) as page:
        page.locator("#view").focus()
        for key in ("+", "ArrowLeft", "3", "Enter", "ArrowDown", "1", "Enter", "b", "Enter"):
            page.keyboard.press(key)
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Enter")
        expect(page.locator("#tally")).to_have_text("2 sure, 0 perhaps, 1 cannot tell")
        found = [each for each in Axe().run(page).response["violations"] if each["impact"] in GRAVE]
        assert found == []
        finish(page)
    assert result_of(journal.state).words == "at least 2"
    journal.close()


def test_no_marks_and_nothing_seen_is_asked_for(browser: Browser, tmp_path: Path) -> None:
    """To have looked and seen nothing is said, and never follows from not having marked."""
    path = practice_file(tmp_path)
    image, task = CountImage(path), task_of(path)
    journal = CountJournal(tmp_path / "a.marks.jsonl", task)
    with served_count(image, journal) as url, opened(browser, url) as page:
        page.fill("#seen", "100")
        page.click("#done")
        expect(page.locator("#said")).to_contain_text("saw no railcars")
        assert not journal.state.finished
        page.click("#done")
        expect(page.locator("#said")).to_contain_text("Finished on 2026-11-29")
    assert result_of(journal.state).words == "nothing seen"
    journal.close()


def test_second_count_is_blind(browser: Browser, tmp_path: Path) -> None:
    """Nothing of another's marks reaches the page, by whatever address of the bench."""
    path = practice_file(tmp_path)
    image, task = CountImage(path), task_of(path)
    first = CountJournal(tmp_path / "first.marks.jsonl", task)
    first.add({"entry": "put", "mark": points((77.25, 31.5))[0].as_json()})
    first.close()
    journal = CountJournal(tmp_path / "second.marks.jsonl", replace(task, counter="second-desk"))
    with served_count(image, journal) as url:
        root = url.rpartition("/")[0]
        for name in (
            "state.json",
            "mark_objects.js",
            "mark_objects.html",
            "zoomable_image_and_marks.js",
            "recount_pages.css",
        ):
            assert b"77.25" not in urllib.request.urlopen(f"{root}/{name}").read()
        for name in ("first.marks.jsonl", "../first.marks.jsonl", "%2e%2e/first.marks.jsonl"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{root}/{name}")
        port = url.split("/")[2]
        for host, origin, code in ((port, "http://example.org", 403), ("example.org", None, 403)):
            request = urllib.request.Request(f"{root}/state.json", headers={"Host": host})
            if origin:
                request.add_header("Origin", origin)
            with pytest.raises(urllib.error.HTTPError, match=str(code)):
                urllib.request.urlopen(request)
    journal.close()


def test_comparison_page_shows_what_is_disputed(browser: Browser, tmp_path: Path) -> None:
    """Two counts side by side; N goes from one disagreement to the next."""
    path = practice_file(tmp_path)
    image, task = CountImage(path), task_of(path)
    counts = [
        finished(task, *points((100, 100), (200, 100), (300, 100))),
        finished(task, *points((101, 100), (201, 100)), counter="second-desk"),
    ]
    found = compare_counts(counts)
    state = comparison_page_state(found, comparison_words(found), [])
    server = RecountServer(image, lambda: state)
    with running(server), opened(browser, server.address) as page:
        assert page.locator("#list li").count() == 1
        page.keyboard.press("n")
        expect(page.locator("#measure")).to_have_text("first-desk: sure; second-desk: no mark")
        page.check("#all")
        assert page.locator("#list li").count() == 3
    image.close()
