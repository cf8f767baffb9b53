"""``python -m skytally.press.withhold_row_command``: take a row out of what editions give away."""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from skytally.core import DataError, file_fault, project_root, read_json, refuse
from skytally.editions import (
    CHANGES,
    PACKETS,
    Edition,
    WithheldFile,
    editions_folder,
    read_editions,
    row_hash,
    withheld_files,
    write_changes,
    write_withheld,
)

ROWS, FINDINGS = "rows.jsonl", "findings.jsonl"
OF_ROW = ("row", "row_id", "delivered_id")
"""Columns in which a row of another table is about one row."""
NOTHING: Mapping[str, Any] = {"text": "withheld", "said": "withheld", "value": None, "low": None,
                              "high": None}  # fmt: skip
"""What is left of a finding whose sentence is withheld."""

Change = Callable[[dict[str, Any]], bool]


def _is_of(stored: Mapping[str, Any], row: str) -> bool:
    """Whether a stored row is a row of the record, or one about it."""
    cells = stored.get("cells", {})
    about = any(cells.get(column) == row for column in OF_ROW)
    return stored["key"] == row or about or row in stored["key"].partition("#")[0].split("/")


def _without_cells(row: str) -> Change:
    def change(stored: dict[str, Any]) -> bool:
        if not _is_of(stored, row) or not stored["cells"]:
            return False
        # its hash stays, so that what was published can still be shown to be the same
        digest = stored.get("sha256") or row_hash(stored["cells"])
        stored |= {"sha256": digest, "cells": {}, "withheld": True}
        return True

    return change


def _without_sentence(row: str) -> Change:
    def change(stored: dict[str, Any]) -> bool:
        rests = row in {*stored.get("inputs", ()), *stored.get("further", ())}
        if not rests or stored["text"] == NOTHING["text"]:
            return False
        stored |= NOTHING
        return True

    return change


def _change_lines(path: Path, change: Change) -> None:
    """Change lines of a file of JSON Lines; the others stay as they are, to the last byte."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for at, line in enumerate(lines):
        stored = json.loads(line)
        if change(stored):
            lines[at] = json.dumps(stored, ensure_ascii=False) + "\n"
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _change_changes(path: Path, row: str, keys: set[str]) -> None:
    """Take a row, and sentences of findings, out of what changed since the edition before."""
    changes = dict(read_json(path))
    for stored in changes["rows"]:
        if _is_of(stored, row):
            stored |= {"cells": {}, "why": []}
    for stored in changes["findings"]:
        if stored["key"] in keys:
            stored |= {
                side: stored[side] and {**stored[side], **NOTHING} for side in ("old", "new")
            }
    write_changes(path.parent, changes)


def _holds(archive: zipfile.ZipFile, row: str) -> bool:
    """Whether a packet rests on a row, or has it among the rows that it was searched in."""
    if row in json.loads(archive.read("packet.json"))["rows"]:
        return True
    tables = (name for name in archive.namelist() if name.endswith(".csv"))
    return any(
        row in cells
        for name in tables
        for cells in csv.reader(io.StringIO(archive.read(name).decode()))
    )


def _packets_of(folder: Path, row: str) -> Iterator[Path]:
    """Yield the packets of an edition that hold a row."""
    for path in sorted((folder / PACKETS).glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            if _holds(archive, row):
                yield path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _findings_on(edition: Edition, row: str) -> set[str]:
    """Keys of the findings of an edition that rest on a row, with its words still there."""
    return {
        key
        for key, made in edition.findings.items()
        if row in {*made["inputs"], *made["further"]} and made["text"] != NOTHING["text"]
    }


def withhold(edition: Edition, row: str, *, day: str, why: str, findings: bool) -> list[str]:
    """Take a row out of the files of an edition, and list what is withheld of it.

    Parameters
    ----------
    edition : Edition
    row : str
        Id of the row.
    day, why : str
        Since when and why it is withheld, which the site prints.
    findings : bool
        Whether the sentences of findings that rest on it are withheld, too.

    Returns
    -------
    list of str
        Names of the files that are withheld now, whole or in part. The edition, its log of
        packets and the root of that log are as they were published.
    """
    folder = edition.folder
    before = {each: _sha256(folder / each) for each in (ROWS, FINDINGS, CHANGES)}
    keys = _findings_on(edition, row) if findings else set()
    packets = list(_packets_of(folder, row))
    _change_lines(folder / ROWS, _without_cells(row))
    if findings:
        _change_lines(folder / FINDINGS, _without_sentence(row))
    if (folder / CHANGES).is_file():
        _change_changes(folder / CHANGES, row, keys)
    for path in packets:
        path.unlink()
    changed = [name for name, digest in before.items() if digest != _sha256(folder / name)]
    changed += [path.relative_to(folder).as_posix() for path in packets]
    known = withheld_files(folder)
    for name in changed:
        published = edition.about["contents"][name]["sha256"]
        known[name] = WithheldFile(name, published, _sha256(folder / name), day, why)
    if changed:
        write_withheld(folder, known.values())
    return changed


def _parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m skytally.press.withhold_row_command", description=__doc__
    )
    parser.add_argument("--row", required=True, help="id of the row")
    parser.add_argument("--day", required=True, help="since when, such as 2027-03-01")
    parser.add_argument("--why", required=True, help="why, as far as it may be said")
    parser.add_argument(
        "--findings", action="store_true", help="withhold the sentences that rest on it, too"
    )
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Withhold a row from all editions; the exit code."""
    given = _parsed(words)
    try:
        date.fromisoformat(given.day)
        editions, faults = read_editions(editions_folder())
        refuse(faults, what="editions")
        any_changed = False
        for edition in editions:
            left = sorted(_findings_on(edition, given.row)) if not given.findings else []
            changed = withhold(
                edition, given.row, day=given.day, why=given.why, findings=given.findings
            )
            any_changed = any_changed or bool(changed)
            place = edition.folder.relative_to(project_root()).as_posix()
            for name in changed:
                print(f"{place}/{name}: withheld")
            if left:
                print(f"{place}: sentences of {', '.join(left)} stay; --findings withholds them")
    except (DataError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(file_fault(error), file=sys.stderr)
        return 1
    if not any_changed:
        print(f"--row: found {given.row!r} in no file of an edition", file=sys.stderr)
        return 1
    print("the history of git still has it: book/publish.md, Take down a row, says what is left")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
