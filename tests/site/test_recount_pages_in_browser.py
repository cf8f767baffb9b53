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
from typing import Any

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
    DisputeNotes,
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
        [sys.executable, "-m", "skytally.press.blind_manual_count_command", *options],
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


def on_screen(page: Page, column: float, row: float) -> tuple[float, float]:
    """Say where in the window a place of the image is."""
    x, y = page.evaluate("place => bench.view.toScreen(place)", [column, row])
    box = page.locator("#view").bounding_box()
    assert box is not None
    return box["x"] + x, box["y"] + y


def press_at(page: Page, column: float, row: float) -> None:
    """Click a place of the image."""
    page.mouse.click(*on_screen(page, column, row))


def drag_over(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one place of the image to another."""
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *end), steps=4)
    page.mouse.up()


def marks_of(page: Page) -> list[dict[str, Any]]:
    """Read the marks of the page, in their order."""
    made: list[dict[str, Any]] = page.evaluate("[...bench.marks.values()]")
    return made


@contextmanager
def own_count(browser: Browser, folder: Path, **state: Any) -> Iterator[tuple[Page, CountJournal]]:
    """Open the page of a count of a simulated yard, served from this process."""
    path = practice_file(folder)
    image = CountImage(path)
    journal = CountJournal(folder / "a.marks.jsonl", task_of(path))
    with served_count(image, journal, **state) as url, opened(browser, url) as page:
        yield page, journal
    journal.close()


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
    with bench(project, *options_of(project, "first-desk")) as (url, _):
        expect(page.locator("#kept")).to_contain_text("started anew", timeout=15_000)
        press_at(page, 300, 100)
        expect(page.locator("#measure")).to_contain_text("address that the terminal shows")
        fresh = context.new_page()
        fresh.goto(url)
        fresh.wait_for_selector(KEPT)
        expect(fresh.locator("#kept")).to_have_text("2 marks kept on this machine")
        expect(page.locator("#kept")).to_contain_text("nothing waits in it", timeout=15_000)
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
def served_count(image: CountImage, journal: CountJournal, **state: Any) -> Iterator[str]:
    """Serve a count from this process."""
    server = RecountServer(
        image,
        lambda: count_page_state(journal.state, [], **state),
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
        assert page.locator("#list li").count() == 1
        assert page.locator("#agreed li").count() == 2
        before = page.locator("#measure").text_content()
        page.keyboard.press("n")
        expect(page.locator("#measure")).not_to_have_text(str(before))
        page.keyboard.press("0")
    image.close()


@pytest.mark.parametrize("end", ["Enter", "double click", "second click", "drag"])
def test_line_has_the_corners_that_were_clicked(browser: Browser, tmp_path: Path, end: str) -> None:
    """However a line is ended, no corner is added that nobody set."""
    with own_count(browser, tmp_path) as (page, _):
        page.keyboard.press("l")
        if end == "drag":
            drag_over(page, (100, 100), (200, 150))
        else:
            press_at(page, 100, 100)
            expect(page.locator("#measure")).to_contain_text("Enter")
            if end == "double click":
                page.mouse.dblclick(*on_screen(page, 200, 150))
            else:
                press_at(page, 200, 150)
            if end == "second click":
                page.wait_for_timeout(600)
                press_at(page, 200, 150)
            if end == "Enter":
                page.keyboard.press("Enter")
        expect(page.locator("#list li")).to_have_count(1)
        (line,) = marks_of(page)
        assert line["kind"] == "line"
        assert [[round(x), round(y)] for x, y in line["corners"]] == [[100, 100], [200, 150]]
        expect(page.locator("#list li")).to_contain_text("55.9 m")


def test_line_by_keys_ends_on_the_same_place(browser: Browser, tmp_path: Path) -> None:
    """A corner set with the keys is in the middle of the view, and twice there ends the line."""
    with own_count(browser, tmp_path) as (page, _):
        page.locator("#view").focus()
        for key in ("l", "Enter", "ArrowRight", "Enter", "ArrowDown", "Enter", "Enter"):
            page.keyboard.press(key)
        (line,) = marks_of(page)
        assert len(line["corners"]) == 3


def test_dragging_a_mark_moves_it(browser: Browser, tmp_path: Path) -> None:
    """It is one mark before and after; taken back, it lies where it lay; never off the image."""
    with own_count(browser, tmp_path) as (page, journal):
        press_at(page, 100, 100)
        drag_over(page, (100, 100), (160, 120))
        (mark,) = marks_of(page)
        assert mark["corners"][0] == pytest.approx([160, 120], abs=1.5)
        page.keyboard.press("z")
        assert marks_of(page)[0]["corners"][0] == pytest.approx([100, 100], abs=1.5)
        drag_over(page, (100, 100), (-40, 100))
        assert marks_of(page)[0]["corners"][0] == pytest.approx([0, 100], abs=1.5)
        drag_over(page, (400, 100), (500, 100))
        expect(page.locator("#measure")).to_contain_text("nothing is marked")
        expect(page.locator("#kept")).to_have_text("1 mark kept on this machine")
        assert len(journal.state.marks) == 1


def test_click_beside_a_mark_sets_another(browser: Browser, tmp_path: Path) -> None:
    """Only a click on a mark itself selects it, and says that nothing was added."""
    with own_count(browser, tmp_path) as (page, _):
        press_at(page, 100, 100)
        x, y = on_screen(page, 100, 100)
        page.mouse.click(x + 9, y)
        assert len(marks_of(page)) == 2
        page.mouse.click(x - 4, y)
        assert len(marks_of(page)) == 2
        expect(page.locator("#measure")).to_have_text("selected mark 1; nothing added")


def test_correcting_one_mark_leaves_the_next_as_they_were(browser: Browser, tmp_path: Path) -> None:
    """By key and by mouse the word of a selected mark is that of this mark alone."""
    with own_count(browser, tmp_path) as (page, _):
        press_at(page, 100, 100)
        press_at(page, 100, 100)
        expect(page.locator("#about")).to_have_text("Mark 1, selected, is")
        page.keyboard.press("2")
        page.keyboard.press("Escape")
        press_at(page, 200, 100)
        press_at(page, 200, 100)
        page.check("input[value='cannot tell']")
        press_at(page, 300, 100)
        found = [mark["certainty"] for mark in marks_of(page)]
        assert found == ["perhaps", "cannot tell", "sure"]
        assert page.is_checked("input[value=sure]")


def test_no_notice_moves_the_image(browser: Browser, tmp_path: Path) -> None:
    """The image lies where it lay, however long the notice on what was not kept."""
    path = practice_file(tmp_path)
    image = CountImage(path)
    journal = CountJournal(tmp_path / "a.marks.jsonl", task_of(path))
    with (
        served_count(image, journal) as url,
        tab(browser, root=url.rpartition("/")[0]) as (page, _),
    ):
        page.goto(url)
        page.wait_for_selector(KEPT)
        page.set_viewport_size({"width": 900, "height": 700})
        before = page.locator("#view").bounding_box()
        page.route("**/entry", lambda route: route.abort())
        press_at(page, 100, 100)
        expect(page.locator("#kept")).to_contain_text("not kept yet: 1 in this browser")
        assert page.locator("#view").bounding_box() == before
        page.unroute("**/entry")
        expect(page.locator("#kept")).to_contain_text("1 mark kept", timeout=15_000)
    journal.close()


def test_changes_of_before_a_reload_can_be_taken_back(browser: Browser, tmp_path: Path) -> None:
    """Undo goes on where it was, to the first mark, and then says that nothing is left."""
    with own_count(browser, tmp_path) as (page, journal):
        expect(page.locator("#undo")).to_be_disabled()
        for column in (100, 200, 300):
            press_at(page, column, 100)
        page.keyboard.press("z")
        expect(page.locator("#kept")).to_have_text("2 marks kept on this machine")
        for left in (1, 0):
            page.reload()
            page.wait_for_selector(KEPT)
            page.keyboard.press("z")
            expect(page.locator("#list li")).to_have_count(left)
            expect(page.locator("#kept")).to_contain_text(f"{left} mark")
        page.keyboard.press("z")
        expect(page.locator("#measure")).to_have_text("nothing to undo")
        assert not journal.state.marks


def test_measuring_ends_and_is_cleared(browser: Browser, tmp_path: Path) -> None:
    """Two clicks, or a drag, measure; the label does not run on, and another tool clears it."""
    with own_count(browser, tmp_path) as (page, _):
        page.keyboard.press("m")
        press_at(page, 100, 100)
        press_at(page, 200, 100)
        page.mouse.move(*on_screen(page, 400, 300))
        expect(page.locator("#measure")).to_have_text("50.0 m")
        drag_over(page, (100, 100), (160, 100))
        expect(page.locator("#measure")).to_contain_text("30.")
        page.keyboard.press("Escape")
        expect(page.locator("#measure")).to_have_text("")
        page.keyboard.press("b")
        press_at(page, 100, 100)
        page.keyboard.press("p")
        expect(page.locator("#measure")).to_have_text("")
        press_at(page, 200, 200)
        assert [mark["kind"] for mark in marks_of(page)] == ["point"]


def test_box_over_the_edge_and_a_long_one_are_told(browser: Browser, tmp_path: Path) -> None:
    """A box is cut at the edge of the image, and a railcar of 100 m is asked about."""
    with own_count(browser, tmp_path) as (page, _):
        page.keyboard.press("b")
        drag_over(page, (10, 100), (-60, 130))
        expect(page.locator("#measure")).to_contain_text("cut at the edge of the image: box, 1")
        drag_over(page, (100, 100), (300, 130))
        expect(page.locator("#measure")).to_contain_text("long for one of the railcars")
        assert len(marks_of(page)) == 2


def test_finished_practice_shows_where_marks_are_missing(browser: Browser, tmp_path: Path) -> None:
    """The truth reaches the page after the count alone; a click then says that it is finished."""
    truth = PRACTICE["railcars"](1).truth
    with own_count(browser, tmp_path, truth=truth) as (page, _):
        state = "fetch('state.json').then(answer => answer.json()).then(all => all.outcome)"
        for place in truth[1:3]:
            press_at(page, *place)
        press_at(page, 20, 20)
        assert page.evaluate(state) is None
        finish(page)
        expect(page.locator("#said")).to_contain_text(": 3. A practice count leaves nothing")
        expect(page.locator("#outcome")).to_contain_text(f"missed {len(truth) - 2}; 1 mark lies")
        outcome = page.evaluate(state)
        assert (len(outcome["missed"]), len(outcome["wrong"])) == (len(truth) - 2, 1)
        press_at(page, 300, 300)
        expect(page.locator("#measure")).to_contain_text("the count is finished")
        assert len(marks_of(page)) == 3
        expect(page.locator("#undo")).to_be_disabled()


def test_window_of_another_size_shows_the_whole_image(browser: Browser, tmp_path: Path) -> None:
    """An image that fits goes on fitting; light and dark go back to what they were."""
    with own_count(browser, tmp_path) as (page, _):
        page.set_viewport_size({"width": 800, "height": 500})
        page.wait_for_timeout(200)
        fits = "bench.view.columns * bench.view.scale <= bench.view.width + 1"
        assert page.evaluate(fits)
        page.keyboard.press("+")
        assert not page.evaluate(fits)
        page.click("#whole")
        assert page.evaluate(fits)
        page.click("summary:has-text('Picture')")
        page.fill("#bright", "200")
        page.click("#plain")
        assert page.evaluate("bench.view.filter") == "brightness(100%) contrast(100%)"


def test_what_nobody_could_tell_stands_in_the_comparison(browser: Browser, tmp_path: Path) -> None:
    """A mark cannot tell is listed beside the other counter's none."""
    path = practice_file(tmp_path)
    image, task = CountImage(path), task_of(path)
    counts = [
        finished(task, *points((100, 100))),
        finished(
            task, *points((101, 100)), *points((300, 100), certainty="cannot tell", stem="u"),
            counter="second-desk",
        ),
    ]  # fmt: skip
    found = compare_counts(counts)
    notes = DisputeNotes(tmp_path / "disputes.jsonl", found.places)
    lines = comparison_words(found)
    server = RecountServer(
        image, lambda: comparison_page_state(found, lines, [], notes=notes), notes=notes
    )
    with running(server), opened(browser, server.address) as page:
        said = "first-desk: no mark; second-desk: cannot tell"
        expect(page.locator("#list li")).to_have_text([said])
        expect(page.locator("#note")).to_be_disabled()
        page.keyboard.press("n")
        page.fill("#note", "no car: npp")
        page.keyboard.press("Enter")
        expect(page.locator("#kept")).to_contain_text("the note is kept")
        # a page that is loaded anew leaves requests for parts of the image unanswered
        page.wait_for_load_state("networkidle")
        page.reload()
        page.wait_for_selector(KEPT)
        expect(page.locator("#list li")).to_have_text([f"{said} — no car: npp"])
        found_faults = Axe().run(page).response["violations"]
        assert [each for each in found_faults if each["impact"] in GRAVE] == []
    assert DisputeNotes(notes.path, found.places).texts == notes.texts
    image.close()
