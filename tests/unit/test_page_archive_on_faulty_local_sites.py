"""The archive on loopback: whatever becomes of a cited page is told apart, and nothing is lost."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from skytally.core import DataError
from skytally.page_archive import (
    ArchiveProgress,
    ArchiveReport,
    ArchiveSettings,
    archive_faults,
    archive_pages,
    archive_run,
    cited_addresses,
    correction_proposals,
    known_archive,
    proposals_csv,
    read_archive,
    read_copy,
    read_words,
)
from skytally.page_archive.page_text import page_text
from skytally.page_archive.warc_files import write_copy
from skytally.press import page_archive_command
from skytally.web import AddressRules
from tests.support.cited_pages_project import number_row, source_row, write_project
from tests.support.faulty_page_server import PLAIN, DrillSite, Page, drill_site, words

SEEN = "About 73 railcars stood in the yard."
FREE = '<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>'
SIGN_IN = words('<input type="password" name="p">')
BUSY = "busy.example"
"""Name of a second host, which is this machine, too."""
RESOLVE = socket.getaddrinfo
START = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
QUICK = ArchiveSettings(
    agent="skytally-drill (made up)", gap_s=0.0, connect_s=2.0, silence_s=3.0, page_s=3.0,
    retry_after_s=3.0, max_bytes=200_000, redirects=4,
)  # fmt: skip


def _to(path: str, status: int = 302) -> Page:
    return Page(status=status, headers={"Location": path})


def _busy_once(before: int) -> Page:
    return Page(words(SEEN)) if before else Page(status=429, headers={"Retry-After": "1"})


PAGES: dict[str, tuple[Page | Callable[[int], Page], str, str]] = {
    "english": (Page(words(SEEN)), "whole", "found"),
    "words": (Page(words("They saw seventy-three freight cars.")), "whole", "found"),
    "russian": (Page(words("Стояли 73 вагона."), headers={}), "whole", "found"),
    "korean": (Page(words("화차 73량이 있었다.", charset="euc-kr")), "whole", "found"),
    "other": (Page(words("About 60 railcars stood there.")), "whole", "not-found"),
    "people": (Page(words("73 people stood there.")), "whole", "without-unit"),
    "day": (Page(words("The railcars came on 7 March 1973.")), "whole", "not-found"),
    "moved": (_to("/moved-here", 301), "redirected", "found"),
    "front": (_to("/"), "soft-404", ""),
    "no-page": (Page(words("Sorry", "Page not found - News")), "soft-404", ""),
    "gone": (Page(words("x"), 404), "gone", ""),
    "gone-for-good": (Page(words("x"), 410), "gone", ""),
    "pay": (Page(words("Subscribe"), 402), "paywalled", "not-found"),
    "paid": (Page(words("The first lines.", more=FREE)), "paywalled", "not-found"),
    "walled": (_to("/login?next=walled"), "login", ""),
    "form": (Page(SIGN_IN), "login", ""),
    "unauthorised": (Page(words("x"), 401), "login", ""),
    "refused": (Page(words("x"), 403), "refused", ""),
    "huge": (Page(words(SEEN) * 200, again=True), "too-large", "found"),
    "drip": (Page(words(SEEN), pause_s=0.15, headers={}), "too-slow", "not-readable"),
    "broken": (Page(words(SEEN), headers={"Content-Length": "9999"}), "broken-off", "found"),
    "private/a": (Page(words(SEEN)), "robots-disallowed", ""),
    "busy": (_busy_once, "whole", "found"),
    "failing": (Page(words("x"), 500), "server-error", ""),
    "loop": (_to("/loop"), "redirect-loop", ""),
    "long-loop": (lambda before: _to(f"/long-loop?{before}"), "redirect-loop", ""),
    "empty": (Page(), "empty", ""),
    "picture": (Page(b"%PDF-1.7 73 railcars"), "whole", "not-readable"),
    "inside": (_to("http://10.0.0.1/"), "not-public", ""),
}
"""Path to what it answers, the state that is expected, and whether 73 railcars are found."""
BESIDE = {
    "/": Page(words("Front page: 73 railcars")),
    "/moved-here": Page(words(SEEN)),
    "/login?next=walled": Page(SIGN_IN),
    "/robots.txt": Page(b"User-agent: *\nDisallow: /private/\n", headers=PLAIN),
}


def _name(path: str) -> str:
    return path.replace("/", "-").upper()


def _clock(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def _run(
    data: Path, *sites: DrillSite, at: datetime = START, older: float | None = None,
    minutes: float = 1.0, progress: Callable[[ArchiveProgress], None] | None = None,
    settings: ArchiveSettings = QUICK, ports: tuple[int, ...] = (),
) -> ArchiveReport:  # fmt: skip
    origins = {site.origin for site in sites} | {("127.0.0.1", port) for port in ports}
    known = replace(settings, addresses=AddressRules(origins=frozenset(origins)))
    wait = None if older is None else timedelta(days=older)
    return archive_pages(
        data, settings=known, clock=_clock(at), minutes=minutes, older=wait, progress=progress
    )


def _project(folder: Path, url: str, *paths: str, **cells: str) -> Path:
    sources = [source_row(_name(path), f"{url}/{path}") for path in paths]
    numbers = [number_row(f"R-{_name(path)}", _name(path), **cells) for path in paths]
    return write_project(folder / "data", sources, numbers)


@contextlib.contextmanager
def _one_page(folder: Path, text: str, **cells: str) -> Iterator[tuple[DrillSite, Path]]:
    with drill_site({"/a": Page(words(text))}) as site:
        yield site, _project(folder, site.url, "a", **cells)


def _resolved(host: str, *more: Any, **words_given: Any) -> Any:
    """Resolve a made-up name to this machine."""
    return RESOLVE("127.0.0.1" if host == BUSY else host, *more, **words_given)


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ArchiveReport, DrillSite]:
    """Archive of a site with every fault, of a busy one and of one that is dead."""
    folder = tmp_path_factory.mktemp("drill")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = probe.getsockname()[1]
    pages = {f"/{path}": page for path, (page, _, _) in PAGES.items()}
    busy = {"/late": Page(status=429, headers={"Retry-After": "9999"})}
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(socket, "getaddrinfo", _resolved)
    with drill_site(pages | BESIDE) as site, drill_site(busy, host=BUSY) as other:
        sources = [source_row(_name(path), f"{site.url}/{path}") for path in PAGES]
        sources += [
            source_row("LATE", f"{other.url}/late"),
            source_row("DEAD", f"http://127.0.0.1:{dead}/a"),
            source_row("PRIVATE", "http://192.168.0.1/a"),
        ]
        numbers = [number_row(f"R-{row['id']}", row["id"]) for row in sources]
        data = write_project(folder / "data", sources, numbers)
        report = _run(data, site, other, ports=(dead,))
    monkeypatch.undo()
    return data, report, site


def _visits(data: Path) -> dict[str, dict[str, str]]:
    rows = read_archive(data).visits
    return {row["cited_by"].partition(":")[2]: dict(row) for row in rows}


@pytest.mark.parametrize("path", PAGES)
def test_what_became_of_a_page_is_told_apart(
    drilled: tuple[Path, ArchiveReport, DrillSite], path: str
) -> None:
    """Each way to answer has its state, and the number is found only where the page prints it."""
    data, _, _ = drilled
    _, state, found = PAGES[path]
    row = _visits(data)[_name(path)]
    assert row["state"] == state
    numbers = {each["row"]: each for each in read_archive(data).numbers}
    assert numbers.get(f"R-{_name(path)}", {"found": ""})["found"] == found


def test_dead_busy_and_private_hosts_are_told_apart(
    drilled: tuple[Path, ArchiveReport, DrillSite],
) -> None:
    """No answer, a server that asks to wait too long, and an address that is never asked."""
    visits = _visits(drilled[0])
    assert {name: visits[name]["state"] for name in ("DEAD", "LATE", "PRIVATE")} == {
        "DEAD": "unreachable", "LATE": "rate-limited", "PRIVATE": "not-public",
    }  # fmt: skip
    assert "9999 s" in visits["LATE"]["detail"]
    assert visits["DEAD"]["file"] == ""


def test_nothing_is_lost(drilled: tuple[Path, ArchiveReport, DrillSite]) -> None:
    """Every address has a row, every answer a copy with the hash that the row has."""
    data, report, _ = drilled
    visits = _visits(data)
    assert len(visits) == len(PAGES) + 3
    assert report.left == 0
    for row in visits.values():
        if row["file"]:
            visit, cited_by = read_copy(data / "archived_pages" / row["file"])
            assert (visit.url, visit.fetched) == (row["address"], row["fetched"])
            assert " ".join(cited_by) == row["cited_by"]
            if row["sha256"]:
                assert hashlib.sha256(visit.answers[-1].body).hexdigest() == row["sha256"]
    answered = {name for name, row in visits.items() if row["file"]}
    assert {_name(path) for path in PAGES} - answered == {"PRIVATE-A"}


def test_place_of_a_number_leads_to_it(drilled: tuple[Path, ArchiveReport, DrillSite]) -> None:
    """Offsets and hash are those of the sentence in the text of the copy, and no text is kept."""
    data, _, _ = drilled
    row = _visits(data)["WORDS"]
    (number,) = (each for each in read_archive(data).numbers if each["row"] == "R-WORDS")
    answer = read_copy(data / "archived_pages" / row["file"])[0].answers[-1]
    text = page_text(answer.body, content_type=answer.header("content-type")).text
    assert text[int(number["start"]) : int(number["end"])] == "seventy-three"
    sentence = "They saw seventy-three freight cars."
    assert number["sentence_sha256"] == hashlib.sha256(sentence.encode()).hexdigest()
    assert hashlib.sha256(text.encode()).hexdigest() == row["text_sha256"]
    tables = [(data / f"{name}.csv").read_text() for name in ("archive", "archived_numbers")]
    assert not any("freight" in table for table in tables)


def test_wrong_charset_is_read_and_said(drilled: tuple[Path, ArchiveReport, DrillSite]) -> None:
    """A page that is not what it declares is read as what it is."""
    row = _visits(drilled[0])["KOREAN"]
    assert (row["charset"], row["detail"]) == ("cp949", "declared utf-8, read as cp949")


def test_site_is_asked_politely(drilled: tuple[Path, ArchiveReport, DrillSite]) -> None:
    """Rules are read once, what they close is not asked for, nobody signs in, we say who we are."""
    _, _, site = drilled
    assert site.asked["/robots.txt"] == 1
    assert site.asked["/private/a"] == 0
    assert site.asked["/busy"] == 2
    assert site.agents == {"skytally-drill (made up)"}


def test_tables_of_the_drill_are_in_order(
    drilled: tuple[Path, ArchiveReport, DrillSite],
) -> None:
    """What a run writes is what the check accepts, and a stray row is refused."""
    data, _, _ = drilled
    rows = {f"R-{name}" for name in _visits(data)}
    cited = {each for address in cited_addresses(data) for each in address.cited_by}
    assert archive_faults(data, row_ids=rows, cited=cited) == []
    found = [str(fault) for fault in archive_faults(data, row_ids=rows - {"R-WORDS"}, cited=cited)]
    assert len(found) == 1
    assert "'R-WORDS'; no such row of the record" in found[0]
    assert archive_faults(data, row_ids=rows, cited=cited - {"sources:GONE"})


def test_cards_say_what_is_archived(drilled: tuple[Path, ArchiveReport, DrillSite]) -> None:
    """One phrase for each state; a page that was never asked for is not archived yet."""
    data, _, _ = drilled
    archive, rows = known_archive(data), _visits(data)

    def shown(name: str) -> str:
        return archive.of_row(rows[name]["address"], f"R-{name}")

    assert shown("ENGLISH") == "archived, number found on 1 December 2026"
    assert shown("OTHER") == "archived, number not found on 1 December 2026"
    assert "in no sentence with a word of its unit" in shown("PEOPLE")
    assert shown("HUGE") == "archived in part, number found on 1 December 2026"
    assert shown("GONE").startswith("not archived: on 1 December 2026 the server says")
    assert archive.of_page(rows["MOVED"]["address"]).endswith("/moved-here")
    assert archive.of_page("https://example.org/never") == "not archived yet"
    assert archive.of_page("") == "nothing to archive: no address is known"


def test_next_run_asks_again_only_what_may_have_changed(tmp_path: Path) -> None:
    """What was kept or is gone is left alone; what failed in passing is asked for again."""
    pages = {
        "/kept": Page(words(SEEN)), "/gone": Page(words("x"), 404),
        "/failing": lambda before: Page(words(SEEN)) if before else Page(words("x"), 500),
    }  # fmt: skip
    with drill_site(pages) as site:
        data = _project(tmp_path, site.url, "kept", "gone", "failing")
        _run(data, site)
        again = _run(data, site, at=START + timedelta(days=2))
        assert {row["cited_by"] for row in again.visits} == {"sources:FAILING"}
        last = _run(data, site, at=START + timedelta(days=4), older=1)
    assert len(last.visits) == 3
    assert site.asked == {"/kept": 2, "/gone": 2, "/failing": 3, "/robots.txt": 3}


def test_changed_number_raises_a_correction_and_no_update(tmp_path: Path) -> None:
    """The proposal has both sentences and the new number; the record stays as it is."""
    with _one_page(tmp_path, SEEN) as (site, data):
        record = data / "record" / "rail_counts.csv"
        before = record.read_bytes()
        _run(data, site)
        site.pages["/a"] = Page(words(SEEN.replace("73", "1,060")))
        report = _run(data, site, at=START + timedelta(days=40), older=30)
        (visit,) = report.visits
        assert (visit["state"], visit["compared"]) == ("whole", "changed")
        folder, known = data / "archived_pages", (cited_addresses(data), read_words(data))
        (found,) = correction_proposals(known[0], report.rows, known[1], copies=folder)
        assert (found.row, found.old, found.new, found.source) == ("R-A", "73", "1060", "A")
        assert "About 73 railcars" in found.page_says
        assert "About 1,060 railcars" in found.page_says
        assert record.read_bytes() == before
        shown = known_archive(data).of_row(f"{site.url}/a", "R-A")
        assert shown == (
            "archived, number found on 1 December 2026 and number not found on 10 January 2027: "
            "a correction to consider"
        )
        lines = list(csv.DictReader(proposals_csv([found]).splitlines()))
        assert lines[0]["table"] == "rail_counts"
        # once the number is back, or the row was corrected, there is nothing to consider
        site.pages["/a"] = Page(words(SEEN))
        back = _run(data, site, at=START + timedelta(days=80), older=30)
    assert correction_proposals(known[0], back.rows, known[1], copies=folder) == []


def test_copy_outlives_its_page(tmp_path: Path) -> None:
    """A page that dies later, or hides behind a wall, takes neither copy nor number with it."""
    with _one_page(tmp_path, SEEN) as (site, data):
        _run(data, site)
        (copy,) = (data / "archived_pages").glob("*.warc.gz")
        kept = copy.read_bytes()
        for month, page in enumerate((Page(words("x"), 404), Page(SIGN_IN)), start=1):
            site.pages["/a"] = page
            report = _run(data, site, at=START + timedelta(days=31 * month), older=1)
        shown = known_archive(data).of_row(f"{site.url}/a", "R-A")
        folder, addresses = data / "archived_pages", cited_addresses(data)
        words_known = read_words(data)
        assert correction_proposals(addresses, report.rows, words_known, copies=folder) == []
    assert copy.read_bytes() == kept
    assert shown.startswith("archived, number found on 1 December 2026; on 1 February 2027 ")
    assert "sign in" in shown


def test_stopped_run_is_taken_up_again(tmp_path: Path) -> None:
    """What was kept before the stop stays and is not asked for a second time."""
    paths = [f"p{place}" for place in range(6)]
    with drill_site({f"/{path}": Page(words(SEEN)) for path in paths}) as site:
        data = _project(tmp_path, site.url, *paths)

        def stop(progress: ArchiveProgress) -> None:
            if progress.done == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            _run(data, site, progress=stop, settings=replace(QUICK, workers=1))
        kept = {row["address"] for row in read_archive(data).visits}
        assert len(kept) == 2
        report = _run(data, site)
        assert {row["address"] for row in report.visits} & kept == set()
    assert len(read_archive(data).visits) == 6
    assert len(read_archive(data).numbers) == 6


def test_copy_without_a_row_is_recorded_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ends between file and table loses nothing, and the page is not asked again."""
    with _one_page(tmp_path, SEEN) as (site, data):

        def full(*_: object) -> None:
            message = "disk full (made up)"
            raise OSError(message)

        with monkeypatch.context() as patched:
            patched.setattr(archive_run, "write_archive", full)
            with pytest.raises(OSError, match="disk full"):
                _run(data, site)
        assert read_archive(data).visits == ()
        report = _run(data, site, at=START + timedelta(days=1))
        assert (report.adopted, report.due) == (1, 0)
        assert site.asked["/a"] == 1
    (number,) = read_archive(data).numbers
    assert (number["found"], number["fetched"]) == ("found", "2026-12-01T08:00:00Z")


@pytest.mark.parametrize("cut", [1, 5, 200, 10_000])
def test_damaged_copy_is_named_and_its_page_fetched_again(tmp_path: Path, cut: int) -> None:
    """A truncated record is never replaced or forgotten: a second copy is put beside it."""
    with _one_page(tmp_path, SEEN) as (site, data):
        _run(data, site)
        (copy,) = (data / "archived_pages").glob("*.warc.gz")
        whole = copy.read_bytes()
        copy.write_bytes(whole[: max(0, len(whole) - cut)])
        damaged = copy.read_bytes()
        report = _run(data, site, at=START + timedelta(days=1))
        assert len(report.broken) == 1
        assert report.broken[0].startswith(f"{copy.name}: found ")
        assert len(report.visits) == 1
        assert copy.read_bytes() == damaged
        assert len(read_archive(data).visits) == 2
        quiet = _run(data, site, at=START + timedelta(days=2))
    assert (len(quiet.broken), quiet.visits) == (1, ())


def test_copies_on_another_machine_are_no_fault(tmp_path: Path) -> None:
    """A clone has the tables and not the copies; nothing is fetched again for that."""
    with _one_page(tmp_path, SEEN) as (site, data):
        _run(data, site)
        for copy in (data / "archived_pages").glob("*"):
            copy.unlink()
        report = _run(data, site, at=START + timedelta(days=1))
    assert (report.elsewhere, report.due, report.broken) == (1, 0, ())


def test_copy_of_the_same_moment_is_not_replaced(tmp_path: Path) -> None:
    """Two copies that would have one name are both kept."""
    with _one_page(tmp_path, SEEN) as (site, data):
        _run(data, site)
        (copy,) = (data / "archived_pages").glob("*.warc.gz")
        visit, cited_by = read_copy(copy)
        before = copy.read_bytes()
        other = write_copy(copy.parent, visit, cited_by=cited_by, agent="x")
    assert other.name == copy.name.replace(".warc.gz", "-2.warc.gz")
    assert copy.read_bytes() == before


def test_copy_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A file that this version does not know is named, not guessed at."""
    with _one_page(tmp_path, SEEN) as (site, data):
        _run(data, site)
        (copy,) = (data / "archived_pages").glob("*.warc.gz")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("skytally.page_archive.warc_files.FORMAT", 2)
            with pytest.raises(DataError, match=r"found format 1; restore it"):
                read_copy(copy)


def test_two_requests_to_a_host_keep_their_distance(tmp_path: Path) -> None:
    """Also when many workers ask, and as the site's own rules say."""
    paths = ("a", "b", "c")
    pages = {f"/{path}": Page(words(SEEN)) for path in paths}
    robots = Page(b"User-agent: skytally\nCrawl-delay: 0.3\nDisallow:\n", headers=PLAIN)
    with drill_site(pages | {"/robots.txt": robots}) as site:
        data = _project(tmp_path, site.url, *paths)
        _run(data, site, settings=replace(QUICK, gap_s=0.15))
        moments = [moment for moment, _ in sorted(site.moments)]
    gaps = [after - before for before, after in pairwise(moments)]
    assert len(gaps) == 3
    assert min(gaps) > 0.14


def test_run_ends_when_its_time_is_up(tmp_path: Path) -> None:
    """What was not visited has no row and is due at the next run."""
    paths = ("a", "b", "c", "d")
    with drill_site({f"/{path}": Page(words(SEEN)) for path in paths}) as site:
        data = _project(tmp_path, site.url, *paths)
        report = _run(data, site, settings=replace(QUICK, gap_s=0.4), minutes=1.0 / 60)
        assert 0 < report.left < 4
        assert len(read_archive(data).visits) == 4 - report.left
        assert _run(data, site).left == 0
    # a page that did not answer in time on a busy machine is asked again
    assert len({visit["address"] for visit in read_archive(data).visits}) == 4


def test_rules_that_cannot_be_read_forbid_all(tmp_path: Path) -> None:
    """RFC 9309: a server that fails on robots.txt is left alone, one without it is not."""
    with _one_page(tmp_path, SEEN) as (site, data):
        site.pages["/robots.txt"] = Page(words("x"), 503)
        report = _run(data, site)
        assert report.states == {"robots-unknown": 1}
        assert site.asked["/a"] == 0
        site.pages["/robots.txt"] = Page(words("x"), 403)
        assert _run(data, site).states == {"whole": 1}


@pytest.mark.parametrize(
    ("text", "cells", "found", "printed"),
    [
        ("Some 250,000 to 300,000 shells.", {"value": "", "low": "250000", "high": "300000",
         "unit": "shells", "quantity": "artillery shells"}, "found", "250,000 to 300,000"),
        ("Some 250,000 shells. 300,000 too.", {"value": "", "low": "250000", "high": "300000",
         "unit": "shells", "quantity": "artillery shells"}, "not-found", ""),
        ("No railcars were seen.", {"value": "0", "bound": "exactly", "state": "nothing-seen"},
         "not-printed", ""),
        ("In all 73 railcars.", {"method": "derived-sum"}, "not-printed", ""),
    ],
)  # fmt: skip
def test_ranges_zeros_and_sums(
    tmp_path: Path, text: str, cells: dict[str, str], found: str, printed: str
) -> None:
    """Of a range both ends stand in one sentence; what no page prints is not looked for."""
    with _one_page(tmp_path, text, **cells) as (site, data):
        _run(data, site)
    (number,) = read_archive(data).numbers
    assert (number["found"], number["printed"]) == (found, printed)


@pytest.mark.parametrize(
    ("words_given", "message"),
    [
        (["--older=soon"], "OLDER: found 'soon'; write a number"),
        (["--minutes=-1"], "MINUTES: found '-1'"),
        (["--contact=a\r\nHost: b"], "CONTACT: found "),
    ],
)
def test_bad_arguments_are_refused(words_given: list[str], message: str) -> None:
    """A word that is none is named before anything is asked."""
    with pytest.raises(DataError, match=message):
        page_archive_command.run(words_given)


def test_command_keeps_and_proposes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the arguments to the file of corrections; without the program nothing is packed."""
    with _one_page(tmp_path, SEEN) as (site, data):
        monkeypatch.setattr(page_archive_command, "data_folder", lambda: data)
        monkeypatch.setattr(page_archive_command, "book_details", lambda: {"title": "A drill"})
        monkeypatch.setattr(
            "skytally.press.edition_environment_program_path.EDITION_TOOLS", tmp_path / "none"
        )
        known = replace(QUICK, addresses=AddressRules(origins=frozenset({site.origin})))
        assert page_archive_command.run(["--minutes=1"], settings=known) == 1
        site.pages["/a"] = Page(words(SEEN.replace("73", "60")))
        time.sleep(1.01)  # two visits of one second would be one
        page_archive_command.run(["--older=0"], settings=known)
    shown = capsys.readouterr()
    folder = data / "archived_pages"
    assert "correction to consider: R-A value 73, 60 stands there instead" in shown.out
    assert "the record was not changed" in shown.out
    assert (folder / "corrections_to_consider.csv").is_file()
    assert "found no program wacz; run make tools" in shown.err
    assert not (folder / "cited-pages.wacz").exists()


def test_summary_of_a_copy_is_plain_json(tmp_path: Path) -> None:
    """The last record says in JSON what the file holds, so that others can read it without us."""
    from warcio.archiveiterator import ArchiveIterator

    with _one_page(tmp_path, SEEN) as (site, data):
        _run(data, site)
    (copy,) = (data / "archived_pages").glob("*.warc.gz")
    with copy.open("rb") as file:
        records = [(each.rec_type, each.content_stream().read()) for each in ArchiveIterator(file)]
    assert [kind for kind, _ in records] == ["warcinfo", "response", "request", "metadata"]
    assert json.loads(records[-1][1])["address"] == f"{site.url}/a"
