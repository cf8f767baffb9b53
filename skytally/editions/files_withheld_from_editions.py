"""Files of an edition that were published and are withheld, with the hashes that stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from skytally.core import DataError
from skytally.editions.json_lines import read_json_lines, write_json_lines

WITHHELD_LIST = "withheld.jsonl"
"""What is withheld of an edition, a file a line; beside its files, and none of them."""


@dataclass(frozen=True)
class WithheldFile:
    """A file of an edition of which a part, or all, is no longer given away."""

    file: str
    """Its name in the folder of the edition."""
    published_sha256: str
    """Of the file as it was published, as the edition lists it."""
    present_sha256: str
    """Of what is left of it; empty where nothing is."""
    day: str
    why: str

    @property
    def words(self) -> str:
        """What is withheld, since when and why, with the hash that was published."""
        what = "in part" if self.present_sha256 else "whole"
        since = f"withheld {what} since {self.day}: {self.why}"
        return f"{self.file}: {since} (sha256 as published {self.published_sha256})"


def withheld_files(folder: Path) -> dict[str, WithheldFile]:
    """Files of an edition that are withheld, by name; empty where none is.

    Parameters
    ----------
    folder : Path
        Folder of the edition.

    Raises
    ------
    DataError
        If the list cannot be read.
    """
    path = folder / WITHHELD_LIST
    if not path.is_file():
        return {}
    try:
        found = [WithheldFile(**row) for row in read_json_lines(path)]
    except TypeError as error:
        message = f"{path}: found a line without file, hashes, day and why; restore it from git"
        raise DataError(message) from error
    return {each.file: each for each in found}


def write_withheld(folder: Path, files: Iterable[WithheldFile]) -> None:
    """Write the list of what is withheld of an edition, sorted by file."""
    rows: list[Mapping[str, Any]] = [asdict(each) for each in files]
    write_json_lines(folder / WITHHELD_LIST, sorted(rows, key=lambda row: str(row["file"])))
