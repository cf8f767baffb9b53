"""The folder of an edition: what was published on a day, with the hashes of its files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skytally.core import DataError, Fault, data_folder, is_leftover, read_json, visible_paths
from skytally.editions.edition_rows_and_hashes import row_hash
from skytally.editions.files_withheld_from_editions import (
    WITHHELD_LIST,
    WithheldFile,
    withheld_files,
)
from skytally.editions.json_lines import read_json_lines
from skytally.editions.packets_referenced_from_earlier_editions import LOG, PACKETS, kept_hashes
from skytally.editions.software_hash_ids import content_id, entry_of, folder_id

ABOUT = "edition.json"
"""What an edition says of itself, and the hashes of all its other files."""
FINDINGS, CLAIMS = "findings.jsonl", "claims.jsonl"
PARAMETERS, FILES, ROWS = "parameters.jsonl", "files.jsonl", "rows.jsonl"
ADDRESSES = "addresses.txt"
"""Every address of the site as it was published, a line each."""
CHANGES = "changes.json"
"""What differs from the edition before, and why; the first edition has none."""
CONTENTS = (FINDINGS, CLAIMS, PARAMETERS, FILES, ROWS, ADDRESSES)
"""Files that every edition has."""
COMPRESSED_ABOVE = "compressed_above"
"""Field of `ABOUT`: bytes above which the site offers a table of the edition compressed."""
FORMAT = 1
"""Version of what the files hold; a newer one is not read by older code."""
NEEDED = ("commit", "contents", "date", "doi", "format", "id", "packet_root", "parent", "swhid")
EDITION_ID = re.compile(r"(?P<date>\d{4}-\d\d-\d\d)(?:-(?P<number>[2-9]|[1-9]\d+))?")
"""Id of an edition: its day, and its number where it is not the first of that day."""
DOI = re.compile(r"10\.\d{4,9}/\S+")


def editions_folder() -> Path:
    """Folder of the editions of this project, which need not exist."""
    return data_folder() / "editions"


def edition_order(identifier: str) -> tuple[str, int]:
    """Day and number of an edition, by which editions are sorted.

    Raises
    ------
    DataError
        If it is no id of an edition.

    Examples
    --------
    >>> edition_order("2026-11-29"), edition_order("2026-11-29-2")
    (('2026-11-29', 1), ('2026-11-29', 2))
    """
    known = EDITION_ID.fullmatch(identifier)
    if known is None:
        message = f"edition {identifier!r}: an id is a day such as 2026-11-29, or 2026-11-29-2"
        raise DataError(message)
    return known["date"], int(known["number"] or 1)


def next_id(day: str, known: list[str]) -> str:
    """Id of a new edition of a day: the day, with the next number where it has one already.

    Examples
    --------
    >>> next_id("2026-11-29", []), next_id("2026-11-29", ["2026-11-29", "2026-11-29-2"])
    ('2026-11-29', '2026-11-29-3')
    """
    numbers = [number for found, number in map(edition_order, known) if found == day]
    return f"{day}-{max(numbers) + 1}" if numbers else day


@dataclass(frozen=True)
class Edition:
    """One published edition, whose files are as they were written."""

    id: str
    """Its day, with a number where it is not the first of that day."""
    folder: Path
    """Where its files lie."""
    about: Mapping[str, Any]
    """Content of `ABOUT`."""

    @property
    def findings(self) -> dict[str, dict[str, Any]]:
        """Findings as they were published, by key."""
        return {row["key"]: row for row in read_json_lines(self.folder / FINDINGS)}

    @property
    def claims(self) -> dict[str, dict[str, Any]]:
        """Claims as they were published, by id."""
        return {row["id"]: row for row in read_json_lines(self.folder / CLAIMS)}

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """Page, name and value of each parameter."""
        return read_json_lines(self.folder / PARAMETERS)

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """Hashes of the files that it was made from, by path."""
        return {row["path"]: row for row in read_json_lines(self.folder / FILES)}

    @property
    def rows(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Rows of the tables, by table and key, each with hash and cells."""
        rows = read_json_lines(self.folder / ROWS)
        for row in rows:
            if "sha256" not in row:  # the first editions stored it, too
                row["sha256"] = row_hash(row["cells"])
        return {(row["table"], row["key"]): row for row in rows}

    @property
    def addresses(self) -> list[str]:
        """Addresses of the site as it was published."""
        return (self.folder / ADDRESSES).read_text(encoding="utf-8").split()

    @property
    def changes(self) -> dict[str, Any] | None:
        """What differs from the edition before; None for the first."""
        path = self.folder / CHANGES
        return dict(read_json(path)) if path.is_file() else None


def _files(folder: Path) -> dict[str, Path]:
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {
        name: path
        for name, path in found.items()
        if path.is_file() and name not in (ABOUT, WITHHELD_LIST) and not is_leftover(path.name)
    }


def edition_contents(folder: Path) -> dict[str, dict[str, str]]:
    """Hashes of the files of an edition, but of `ABOUT`, which holds them, and `WITHHELD_LIST`.

    Returns
    -------
    dict of str to dict
        Name to its ``sha256`` and ``swhid``.
    """
    return {
        name: {
            "sha256": hashlib.sha256(content).hexdigest(),
            "swhid": content_id(content),
        }
        for name, path in _files(folder).items()
        for content in [path.read_bytes()]
    }


def contents_id(folder: Path) -> str:
    """SWHID of the folder of an edition without `ABOUT`."""
    return folder_id({name: entry_of(path) for name, path in _files(folder).items()})


def about_text(about: Mapping[str, Any]) -> str:
    """Content of `ABOUT`: one field a line, sorted, and one file a line among the contents."""
    lines = []
    for name in sorted(about):
        value = about[name]
        if isinstance(value, Mapping) and value:
            inner = [
                f"  {json.dumps(key)}: {json.dumps(value[key], ensure_ascii=False, sort_keys=True)}"
                for key in sorted(value)
            ]
            lines.append(f" {json.dumps(name)}: {{\n" + ",\n".join(inner) + "\n }")
        else:
            lines.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _about_faults(name: str, about: object, folder: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the content of `ABOUT`, and what to do."""
    restore = "restore the folder of the edition from git"
    if not isinstance(about, dict) or any(word not in about for word in NEEDED):
        given = about if isinstance(about, dict) else {}
        missing = [word for word in NEEDED if word not in given]
        yield f"no {', '.join(missing)}", restore
    elif about["format"] != FORMAT:
        yield (
            f"format {about['format']!r}, where this code reads {FORMAT}",
            "use the code of the edition, or newer code",
        )
    elif about["id"] != folder:
        yield (
            f"the id {about['id']!r} in a folder named {folder!r}",
            f"two folders may not share an id: remove the copy, or rename the folder of {name}",
        )
    elif about["doi"] and not DOI.fullmatch(str(about["doi"])):
        yield f"doi {about['doi']!r}", "write the DOI of the deposit, such as 10.5281/zenodo.1"


def _withheld_faults(
    withheld: WithheldFile, found: Mapping[str, Any], contents: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a file that is withheld: whether more or less of it is there."""
    name = withheld.file
    if contents.get(name, {}).get("sha256") != withheld.published_sha256:
        yield (
            f"{WITHHELD_LIST}: {name} with a hash that was not published",
            f"correct {WITHHELD_LIST}",
        )
    elif found.get(name, {}).get("sha256", "") != withheld.present_sha256:
        there = "changed since it was withheld" if name in found else "gone since it was withheld"
        yield f"{name}, {there}", f"restore it from git, or correct {WITHHELD_LIST}"


def _content_faults(folder: Path, contents: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the files that are missing, foreign or other than when the edition was made."""
    found, place = edition_contents(folder), "restore it from git"
    withheld = withheld_files(folder)
    for name in sorted({*found, *contents, *CONTENTS, *withheld}):
        if name in withheld:
            yield from _withheld_faults(withheld[name], found, contents)
            continue
        if name not in contents:
            yield f"{name}, which is no part of the edition", "remove it"
        elif name not in found:
            yield f"no {name}", place
        elif found[name]["sha256"] != contents[name].get("sha256"):
            short = found[name]["sha256"][:12], str(contents[name].get("sha256"))[:12]
            yield f"{name} changed (sha256 {short[0]}, published {short[1]})", place


def read_edition(folder: Path) -> tuple[Edition | None, list[Fault]]:
    """Read an edition and check every hash of its files.

    Parameters
    ----------
    folder : Path
        Folder of the edition.

    Returns
    -------
    edition : Edition or None
        None where there are faults.
    faults : list of Fault
        A missing or damaged file, a newer format, an id that is not that of the folder.
    """
    place = f"data/editions/{folder.name}"
    try:
        about = read_json(folder / ABOUT)
    except DataError as error:
        words = " ".join(str(error).split("\n")[-1].split())
        advice = "restore the folder of the edition from git"
        return None, [
            Fault(f"{place}/{ABOUT}", 0, "", f"a file that cannot be read ({words})", advice)
        ]
    wrong = list(_about_faults(folder.name, about, folder.name))
    try:
        wrong = wrong or list(_content_faults(folder, about["contents"]))
    except DataError as error:
        wrong = [(" ".join(str(error).split()), f"restore {WITHHELD_LIST} from git")]
    if wrong:
        return None, [Fault(place, 0, "", found, advice) for found, advice in wrong]
    return Edition(folder.name, folder, about), []


def _kept_faults(edition: Edition, known: Mapping[str, Edition]) -> Iterator[Fault]:
    """Yield the packets that an edition keeps from a sound one which has another."""
    place = f"data/editions/{edition.id}/{LOG}"
    for packet, (issuer, digest) in kept_hashes(edition.folder).items():
        if issuer in known:
            contents = known[issuer].about["contents"]
            stored = contents.get(f"{PACKETS}/{packet}", {}).get("sha256", "none")
            if stored != digest:
                found = f"{packet} with sha256 {digest[:12]}, in {issuer} {stored[:12]}"
                yield Fault(place, 0, "", found, f"restore {issuer} from git")


def sound_files(folder: Path) -> dict[str, Path]:
    """Files of an edition that are as they were published, even where others are not.

    Parameters
    ----------
    folder : Path
        Folder of the edition.

    Returns
    -------
    dict of str to Path
        Name to path; empty where `ABOUT`, which has the hashes, cannot be read or is that of
        another edition.
    """
    try:
        about = read_json(folder / ABOUT)
    except DataError:
        return {}
    if list(_about_faults(folder.name, about, folder.name)):
        return {}
    try:
        withheld = withheld_files(folder)
    except DataError:
        withheld = {}
    known = {name: hashes.get("sha256") for name, hashes in about["contents"].items()}
    known |= {name: each.present_sha256 for name, each in withheld.items()}
    sound = {
        name: folder / name
        for name, hashes in edition_contents(folder).items()
        if hashes["sha256"] == known.get(name)
    }
    own = {WITHHELD_LIST: folder / WITHHELD_LIST} if withheld else {}
    return {ABOUT: folder / ABOUT, **own, **sound}


def damaged_addresses(folder: Path) -> dict[str, list[str]]:
    """Addresses that damaged editions published, by their ids, as far as they are known.

    Parameters
    ----------
    folder : Path
        Folder of the editions, which need not exist.
    """
    named = [path for path in visible_paths(folder, "*") if EDITION_ID.fullmatch(path.name)]
    damaged = [path for path in named if path.is_dir() and read_edition(path)[0] is None]
    lists = {path.name: sound_files(path).get(ADDRESSES) for path in damaged}
    return {name: path.read_text(encoding="utf-8").split() for name, path in lists.items() if path}


def newest_edition(folder: Path) -> Edition | None:
    """Newest edition that is as it was published; None where there is none."""
    editions, _ = read_editions(folder)
    return editions[-1] if editions else None


def read_editions(folder: Path) -> tuple[list[Edition], list[Fault]]:
    """Read all editions of a project.

    Parameters
    ----------
    folder : Path
        Folder of the editions, which need not exist.

    Returns
    -------
    editions : list of Edition
        Those in order, the oldest first.
    faults : list of Fault
        Of the others, of folders that are no edition, of parents that are not there, and of
        packets that an edition keeps and an older one has not.
    """
    editions, faults = [], []
    for path in visible_paths(folder, "*"):
        if not path.is_dir() or not EDITION_ID.fullmatch(path.name):
            found, advice = "something that is no edition", "move it away"
            faults.append(Fault(f"data/editions/{path.name}", 0, "", found, advice))
            continue
        edition, wrong = read_edition(path)
        faults += wrong
        if edition is not None:
            editions.append(edition)
    editions.sort(key=lambda each: edition_order(each.id))
    known = {each.id: each for each in editions}
    for edition in editions:
        faults += _kept_faults(edition, known)
        parent = edition.about["parent"]
        if parent is not None and not (folder / str(parent)).is_dir():
            found = f"{edition.id}, which follows {parent}, and no folder of {parent}"
            faults.append(Fault("data/editions", 0, "", found, f"restore {parent} from git"))
    return editions, faults
