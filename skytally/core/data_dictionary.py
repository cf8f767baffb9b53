"""The data dictionary beside each table: which columns it has and which words they may hold."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

VOCABULARY = "vocabulary.csv"
SUFFIX = ".dictionary.csv"


@dataclass(frozen=True)
class Column:
    """One column of a table, as its dictionary describes it."""

    name: str
    """Header of the column."""
    type: str
    """``id``, ``text``, ``date``, ``number``, ``word``, ``ref``, ``refs`` or ``url``."""
    vocabulary: str
    """Vocabulary of a ``word`` column, else empty."""
    required: bool
    """Whether an empty cell is a fault."""
    refers_to: str
    """Table whose ids a ``ref`` names; ``rows`` means any table."""
    meaning: str
    """What the column holds."""
    empty_means: str
    """What an empty cell says."""


def table_names(folder: Path) -> list[str]:
    """Give the names of the tables that have a dictionary, in alphabetical order."""
    return sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))


@cache
def columns(table: Path) -> tuple[Column, ...]:
    """Read the dictionary that lies beside a table.

    Parameters
    ----------
    table : Path
        Path of the table itself, ``<name>.csv``.

    Returns
    -------
    tuple of Column
        In the order of the table's header.
    """
    with table.with_name(table.stem + SUFFIX).open(encoding="utf-8", newline="") as file:
        return tuple(
            Column(
                name=row["column"],
                type=row["type"],
                vocabulary=row["vocabulary"],
                required=row["required"] == "yes",
                refers_to=row["refers_to"],
                meaning=row["meaning"],
                empty_means=row["empty_means"],
            )
            for row in csv.DictReader(file)
        )


@cache
def words(folder: Path) -> dict[str, tuple[str, ...]]:
    """Read the closed vocabularies of a record.

    Parameters
    ----------
    folder : Path
        The folder that holds ``vocabulary.csv``.

    Returns
    -------
    dict of str to tuple of str
        Vocabulary to its words.
    """
    found: dict[str, list[str]] = {}
    with (folder / VOCABULARY).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["vocabulary"], []).append(row["word"])
    return {vocabulary: tuple(each) for vocabulary, each in found.items()}
