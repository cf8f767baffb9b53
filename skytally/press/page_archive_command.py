"""The command ``make archive``: keep a copy of each page that the data cite.

Beside ``make refresh`` the only command of the project that asks the world outside.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from skytally.core import DataError, data_folder, file_fault
from skytally.page_archive import (
    COPIES,
    PROPOSALS,
    ArchiveProgress,
    ArchiveReport,
    ArchiveSettings,
    archive_pages,
    cited_addresses,
    correction_proposals,
    is_kept,
    proposals_csv,
    read_words,
)
from skytally.press.book_metadata import book_details, package_version
from skytally.press.build_lock import file_lock
from skytally.press.wacz_packing import PACKED, PackedPage, pack_copies
from skytally.web import escaped, one_line

HOW = """make archive fetches each cited page that has no copy yet; it may be told:
  OLDER=30               visit again what was visited more than 30 days ago
  MINUTES=120            ask nothing more after so many minutes
  CONTACT=me@example.org say in each request whom its receiver may write to"""
CONTACT = re.compile(r"[\w.+@:/~-]{3,120}", re.ASCII)
MINUTES = 120.0


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make archive", usage=HOW, exit_on_error=False)
    for name in ("older", "minutes", "contact"):
        parser.add_argument(f"--{name}", default="")
    return parser.parse_args(words)


def _positive(name: str, text: str) -> float | None:
    """Parse a number of days or minutes; None where nothing is written.

    Raises
    ------
    DataError
        If it is no number.
    """
    if not text.strip():
        return None
    if not re.fullmatch(r"\d{1,5}(?:\.\d+)?", text.strip()):
        message = f"{name}: found {text[:40]!r}; write a number, such as 30"
        raise DataError(message)
    return float(text)


def user_agent(contact: str, *, repository: str = "") -> str:
    """Who asks, as each request says it.

    Parameters
    ----------
    contact : str
        Whom a receiver may write to; empty for nobody.
    repository : str
        Address of the project, where one is set.

    Raises
    ------
    DataError
        If the contact is none.

    Examples
    --------
    >>> user_agent("me@example.org").partition("(")[2]
    'keeps copies of pages that it cites; contact: me@example.org)'
    """
    if contact and not CONTACT.fullmatch(contact):
        message = f"CONTACT: found {contact[:60]!r}; write an address of mail or of a page"
        raise DataError(message)
    facts = ["keeps copies of pages that it cites"]
    facts += [f"+{repository}"] if repository else []
    facts += [f"contact: {contact}"] if contact else []
    return f"skytally/{package_version() or '0'} ({'; '.join(facts)})"


def _show(progress: ArchiveProgress) -> None:
    row = progress.row
    detail = f" ({row['detail']})" if row["detail"] else ""
    line = f"[{progress.done}/{progress.total}] {row['state']}{detail}: {row['address']}"
    print(one_line(line, limit=200), flush=True)


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Keep a second run out of the folder of the copies.

    Raises
    ------
    DataError
        If one is under way.
    """
    folder = data / COPIES
    folder.mkdir(exist_ok=True)
    message = "another make archive is running in this folder; wait for it to end"
    with file_lock(folder / ".lock", message):
        yield


def _print_report(report: ArchiveReport) -> None:
    print(f"{report.addresses} addresses are cited, {report.due} were due")
    for state, count in sorted(report.states.items()):
        print(f"  {state}: {count}")
    if report.adopted:
        print(f"  {report.adopted} copies that a stopped run had left were recorded")
    if report.elsewhere:
        print(f"  {report.elsewhere} copies of the table are not on this machine")
    if report.left:
        print(f"  {report.left} were not visited; run it again to go on")
    for sentence in report.broken:
        print(escaped(f"  {sentence}"), file=sys.stderr)


def _write_proposals(data: Path, report: ArchiveReport) -> int:
    """Write the corrections to consider, and say so; how many there are."""
    folder = data / COPIES
    proposals = correction_proposals(
        cited_addresses(data), report.rows, read_words(data), copies=folder
    )
    path = folder / PROPOSALS
    if proposals or path.is_file():
        beside = path.with_suffix(".tmp")
        beside.write_text(proposals_csv(proposals), encoding="utf-8")
        beside.replace(path)
    for each in proposals:
        new = f", {each.new} stands there instead" if each.new else ""
        print(escaped(f"  correction to consider: {each.row} {each.column} {each.old}{new}"))
        print(escaped(f"    {one_line(each.why)}; {each.source}"))
    if proposals:
        print(f"the record was not changed; read {path} and the pages, then decide")
    return len(proposals)


def _pack(data: Path, report: ArchiveReport) -> str:
    """Pack whatever can be read into one file; a sentence where that failed."""
    folder = data / COPIES
    broken = {sentence.partition(":")[0] for sentence in report.broken}
    rows = [
        row for row in report.rows.visits
        if row["file"] not in broken and is_kept(row["state"]) and (folder / row["file"]).is_file()
    ]  # fmt: skip
    if not rows or not report.visits:
        return ""
    pages = [
        PackedPage(folder / row["file"], row["final_address"], row["fetched"], row["cited_by"])
        for row in rows
    ]
    newest = max(row["fetched"] for row in rows)
    try:
        pack_copies(pages, folder / PACKED, title=book_details()["title"], date=newest)
    except DataError as error:
        return str(error)
    print(f"{len(pages)} copies packed into {folder / PACKED}")
    return ""


def run(words: list[str], *, settings: ArchiveSettings | None = None) -> int:
    """Archive with the arguments of the command line; return the exit code.

    Parameters
    ----------
    words : list of str
        Arguments.
    settings : ArchiveSettings, optional
        How pages are fetched, if not as the public internet asks for.
    """
    asked, data = _arguments(words), data_folder()
    older, minutes = _positive("OLDER", asked.older), _positive("MINUTES", asked.minutes)
    agent = user_agent(asked.contact.strip(), repository=book_details().get("repository", ""))
    known = settings or ArchiveSettings(agent=agent)
    with _alone(data):
        print(f"asking as {agent}", flush=True)
        report = archive_pages(
            data, settings=known, clock=lambda: datetime.now(UTC),
            minutes=MINUTES if minutes is None else minutes,
            older=None if older is None else timedelta(days=older), progress=_show,
        )  # fmt: skip
        _print_report(report)
        _write_proposals(data, report)
        fault = _pack(data, report)
        if fault:
            print(escaped(fault), file=sys.stderr)
    return 1 if report.broken or fault else 0


def main() -> int:
    """Run the command; return the exit code."""
    try:
        return run(sys.argv[1:])
    except (DataError, argparse.ArgumentError) as error:
        for line in str(error).splitlines():
            print(escaped(line), file=sys.stderr)
        return 1
    except OSError as error:
        print(escaped(file_fault(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; what was kept stays, run it again to go on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
