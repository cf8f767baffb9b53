"""``python -m skytally.press.edition_command``: freeze what the book says now as an edition."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from skytally.core import (
    DataError,
    IntegrityError,
    data_folder,
    file_fault,
    project_root,
    refuse,
    slug_of,
)
from skytally.editions import (
    Edition,
    Published,
    edition_changes,
    edition_order,
    editions_folder,
    next_id,
    packet_editions,
    read_editions,
    source_details,
    source_files,
    uncorrected_cells,
    write_about,
    write_changes,
    write_packets,
    write_published,
)
from skytally.press import git_commit_and_tree, notebook_and_site_content_keys
from skytally.press.book_metadata import book_details
from skytally.press.build_lock import build_lock
from skytally.press.declared_finding_checks_with_parameters import page_parameters
from skytally.press.edition_change_causes import with_causes
from skytally.press.kept_anchors_and_files import site_places
from skytally.press.moved_and_withdrawn_pages import MARK
from skytally.press.notebook_parameter_reader_and_checks import BOOK, book_parameters
from skytally.press.project_paths import line_names, site_folder
from skytally.press.site_build_and_swap import CLAIMS, FINDINGS
from skytally.press.site_size import added_bytes, check_site_size

EDITION_PAGES = "editions"
"""Folder of the site that holds a page of each edition."""
NOT_PUBLISHED = ("_static",)
"""Folders of the site whose files are parts of pages, and no pages."""
LISTED_FILES = 20


def _day(words: str, commit: git_commit_and_tree.Commit | None) -> str:
    """Day of the edition: as given, else that of the commit.

    Raises
    ------
    DataError
        If it is no day, or none was given and there is no commit.
    """
    if not words.strip():
        if commit is None:
            message = (
                "DATE: found nothing, and this folder has no git history whose day could be "
                "taken; name the day, such as make edition DATE=2026-11-29"
            )
            raise DataError(message)
        return commit.day
    try:
        if len(words) == 10:
            return date.fromisoformat(words).isoformat()
    except ValueError:
        pass
    message = f"DATE: found {words!r}; write a day such as 2026-11-29"
    raise DataError(message)


def _known_editions(day: str) -> list[Edition]:
    """Editions so far, all of them whole and none of a later day.

    Raises
    ------
    DataError
        If one is damaged, or newer than the day.
    """
    editions, faults = read_editions(editions_folder())
    refuse(faults, what="editions")
    if editions and edition_order(editions[-1].id)[0] > day:
        message = (
            f"DATE: found {day}, but edition {editions[-1].id} is newer; an edition follows the "
            f"one before, so name a day from {edition_order(editions[-1].id)[0]} on"
        )
        raise DataError(message)
    return editions


def _check_state(root: Path, commit: git_commit_and_tree.Commit | None) -> None:
    """Refuse a tree that no commit holds, and a site that is not printed from it.

    Raises
    ------
    DataError
        With the files, or what to run.
    """
    # without a commit of its own, the folder may lie in the repository of something else
    changed = git_commit_and_tree.changed_since_commit(root) if commit else []
    if changed:
        more = f" and {len(changed) - LISTED_FILES} more" if len(changed) > LISTED_FILES else ""
        message = (
            f"the working tree: found changes that no commit holds ("
            f"{', '.join(changed[:LISTED_FILES])}{more}); commit or remove them, since an edition "
            "names the commit it was made from"
        )
        raise DataError(message)
    stale = [line for line in line_names() if not notebook_and_site_content_keys.is_fresh(line)]
    if stale or not notebook_and_site_content_keys.site_is_fresh():
        message = (
            "book/_build/html: found no site printed from what lies here now; run make book, "
            "which an edition freezes"
        )
        raise DataError(message)


def _published(identifier: str) -> Published:
    """Collect what the printed site says, and its addresses with that of the edition."""
    site = site_folder()
    addresses = [
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if path.relative_to(site).parts[0] not in NOT_PUBLISHED
        and MARK not in path.read_text(encoding="utf-8")
    ]
    findings, claims = (
        json.loads((site / name).read_text(encoding="utf-8")) for name in (FINDINGS, CLAIMS)
    )
    files, anchors = site_places(site)
    addresses += [*files, f"{EDITION_PAGES}/{identifier}.html"]
    parameters = page_parameters()
    if of_book := book_parameters():
        parameters[BOOK] = of_book
    return Published(findings, claims, parameters, addresses, anchors)


def _feed_id(identifier: str, about: Mapping[str, str]) -> str:
    """Name of an edition in feeds, which stays when the site moves (RFC 4151)."""
    host = urlsplit(about.get("site", "")).hostname
    # nobody can own a name in .invalid, so it names no one else's thing
    authority = host or f"{slug_of(about['title']) or 'book'}.invalid"
    return f"tag:{authority},{identifier[:4]}:edition/{identifier}"


def _details(
    identifier: str, day: str, parent: Edition | None, commit: git_commit_and_tree.Commit | None
) -> dict[str, Any]:
    about = book_details()
    return {
        "id": identifier,
        "date": day,
        "parent": parent.id if parent else None,
        "commit_time": commit.time.strftime("%Y-%m-%dT%H:%M:%SZ") if commit else None,
        "title": about["title"],
        "version": about["version"],
        "complete_to": about["newest_iso"],
        "feed_id": _feed_id(identifier, about),
    }


def _write(
    folder: Path,
    about: dict[str, Any],
    parent: Edition | None,
    commit: git_commit_and_tree.Commit | None,
) -> None:
    """Write all files of an edition into a folder that is empty."""
    root = project_root()
    files = source_files(root)
    about |= source_details(files, commit.hash if commit else None)
    published = _published(about["id"])
    about["counts"] = {"findings": len(published.findings), "claims": len(published.claims)}
    write_published(folder, published, files=files, data=data_folder())
    packet_root = write_packets(folder, about=about, site=site_folder())
    _check_size(folder, about["id"])
    if parent is not None:
        newer = Edition(about["id"], folder, about)
        changes = edition_changes(parent, newer)
        write_changes(folder, with_causes(changes, (parent, newer), root))
    write_about(folder, about, packet_root=packet_root)
    _check_size(folder, about["id"])


def _check_size(folder: Path, identifier: str) -> None:
    """Refuse an edition for which the site has no room, before the search for causes and after."""
    added = added_bytes(folder, packets=len(packet_editions(folder)))
    check_site_size(site_folder(), identifier, added)


def make_edition(day_words: str) -> Path:
    """Freeze what the book says now, whole or not at all.

    Parameters
    ----------
    day_words : str
        Day of the edition; empty for that of the commit.

    Returns
    -------
    Path
        Folder of the new edition; a second one of a day has another than the first.

    Raises
    ------
    DataError
        If the day is none, the tree differs from its commit, the site from the tree, an older
        edition is damaged, a cell changed since it without a correction, or the
        site has no room for another. Nothing is written then.
    """
    root = project_root()
    commit = git_commit_and_tree.head(root)
    day = _day(day_words, commit)
    editions = _known_editions(day)
    _check_state(root, commit)
    if editions:
        refuse([*uncorrected_cells(data_folder(), editions[-1])], what="corrections")
    identifier = next_id(day, [edition.id for edition in editions])
    check_site_size(site_folder(), identifier, {})
    target = editions_folder() / identifier
    unfinished = target.with_name(f".{identifier}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        parent = editions[-1] if editions else None
        _write(unfinished, _details(identifier, day, parent, commit), parent, commit)
        # never over a folder that is there, even one that came meanwhile
        if target.exists():
            message = f"data/editions/{identifier}: found a folder there; move it away"
            raise DataError(message)
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def main(words: list[str]) -> int:
    """Make an edition; the exit code."""
    parser = argparse.ArgumentParser(prog="make edition", description=__doc__)
    parser.add_argument("--date", default="", help="DATE, day of the edition; that of the commit")
    arguments = parser.parse_args(words)
    try:
        with build_lock():
            folder = make_edition(arguments.date)
    except (DataError, IntegrityError) as error:
        print(error, "no edition was made", sep="\n", file=sys.stderr)
        return 1
    except OSError as error:
        print(file_fault(error), "no edition was made", sep="\n", file=sys.stderr)
        return 1
    name = folder.relative_to(project_root()).as_posix()
    print(f"edition {folder.name} is in {name}; make book prints its page, git add {name} keeps it")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
