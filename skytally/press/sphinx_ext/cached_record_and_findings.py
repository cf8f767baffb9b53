"""Tables of the record and of the charts, and findings, read once a build for all directives."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import (
    VOCABULARY_COLUMNS,
    data_folder,
    data_registry,
    observation_tables,
    read_cells,
    read_table,
    table_names,
)
from skytally.figures import read_lanes, read_regions
from skytally.page_archive import known_archive
from skytally.press.cards.record_cards import CardRecord
from skytally.press.cards.record_rows_by_ship import ship_names
from skytally.press.cards.source_citation_formatting import published
from skytally.record import Support, drop_copies, support_words

PUBLISHERS = {"unknown": "publisher not known"}
"""Words for a publisher that its row does not name."""
VOCABULARY_TABLE = "vocabulary"
"""Table that closes the words of the others and describes itself."""


@cache
def table(name: str) -> pd.DataFrame:
    """Table of the record by name; the vocabulary has no dictionary."""
    if name == VOCABULARY_TABLE:
        return read_cells(data_registry.path(name), header=VOCABULARY_COLUMNS)
    return read_table(data_registry.path(name))


@cache
def record_tables() -> dict[str, pd.DataFrame]:
    """All tables of the record that have a dictionary, by name."""
    return {name: table(name) for name in table_names(data_folder() / "record")}


@cache
def observations() -> tuple[str, ...]:
    """Names of the tables of observations and claims, whose rows have anchors."""
    return tuple(observation_tables(data_folder() / "record"))


@cache
def originals(name: str) -> pd.DataFrame:
    """Table of the record without the rows in which one page copies another."""
    return drop_copies(table(name), table("sources"))


@cache
def card_record() -> CardRecord:
    """Record as the cards look it up."""
    return CardRecord(record_tables(), observations(), known_archive(data_folder()))


@cache
def ships() -> tuple[str, ...]:
    """Names of the ships that the record follows; each has a card."""
    return tuple(ship_names(record_tables()))


@cache
def row_ids() -> frozenset[str]:
    """Ids of all rows that the record page shows."""
    return frozenset(row_id for name in observations() for row_id in table(name)["id"])


@cache
def source_ids() -> frozenset[str]:
    """Ids of all sources."""
    return frozenset(table("sources")["id"])


@cache
def claim_ids() -> frozenset[str]:
    """Ids of all claims of the ledger."""
    return frozenset(table("ledger")["id"])


@cache
def source_words() -> dict[str, str]:
    """Map the id of every source to its publisher and day."""
    return {
        str(row["id"]): f"{PUBLISHERS.get(row['publisher'], row['publisher'])}, {published(row)}"
        for row in table("sources").to_dict("records")
    }


@cache
def source_names() -> dict[str, str]:
    """Map the id of every source to its publisher and year, without brackets, for prose."""
    named = {}
    for row in table("sources").to_dict("records"):
        publisher = PUBLISHERS.get(row["publisher"], str(row["publisher"]))
        words = re.sub(r" \(([^()]*)\)", r", \1", publisher)
        days = row["published_first"], row["published_last"]
        years = {str(day)[:4] for day in days if not pd.isna(day)}
        known = years and not pd.isna(days[1])
        # a page without a date has an interval of more years than one
        spans = row["published_precision"] == "year" and len(years) > 1
        year = str(days[1])[:4] if known and not spans else "undated"
        named[str(row["id"])] = f"{words}, {year}"
    return named


@cache
def map_regions() -> pd.DataFrame:
    """Regions of which the page of sites has a map."""
    return read_regions(
        data_registry.path("map_regions"),
        sites=set(table("sites")["id"]),
        basemaps=data_registry.entries(),
    )


@cache
def timeline_lanes() -> pd.DataFrame:
    """Lanes of the overview timeline."""
    return read_lanes(
        data_registry.path("timeline_lanes"),
        tables=record_tables(),
        record=data_folder() / "record",
    )


@lru_cache(maxsize=4)
def _parsed(path: Path, _modified: int, _size: int) -> tuple[dict[str, Any], ...]:
    """Rows of a file of results; hundreds of roles ask for them."""
    return tuple(json.loads(path.read_text(encoding="utf-8")))


def read_results_json(app: Sphinx, name: str) -> list[dict[str, Any]]:
    """Read a file of results that the press staged beside the pages."""
    path = Path(app.srcdir) / name
    stat = path.stat()
    return list(_parsed(path, stat.st_mtime_ns, stat.st_size))


def support_text(finding: dict[str, Any]) -> str:
    """Facts on the sources of a finding or claim, as read from its file, in one phrase."""
    facts = finding["support"]
    return support_words(facts and Support(**facts))


def findings(app: Sphinx) -> dict[str, dict[str, Any]]:
    """All findings of the notebooks, by key."""
    return {row["key"]: row for row in read_results_json(app, "findings.json")}
