"""A data folder that cites pages of a drill: sources, and rows with made-up numbers."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("sources", "rail_counts", "units")
OURS = ("archive", "archived_numbers", "number_and_month_words", "words_for_cited_units")


def _columns(table: str) -> list[str]:
    path = ROOT / "data" / "record" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _write(path: Path, columns: list[str], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def source_row(name: str, url: str) -> dict[str, str]:
    """Row of a made-up source."""
    return {
        "id": name, "publisher": "made up", "title": "made up for a drill", "url": url,
        "published_precision": "day", "type": "news", "tier": "secondary", "reliability": "C",
        "reliability_reason": "newsroom", "reading_extent": "whole", "reports": "made up",
    }  # fmt: skip


def number_row(name: str, source: str, **cells: str) -> dict[str, str]:
    """Row of a made-up number of railcars."""
    known = {
        "id": name, "precision_first": "day", "precision_last": "day", "scope": "made-up",
        "counter": "made-up", "car_kind": "unstated", "role": "observation",
        "quantity": "railcars", "value": "73", "bound": "about", "unit": "railcars",
        "method": "count", "state": "counted", "family": "unstated", "source_id": source,
        "reading": "secondhand", "text": "made up for a drill",
    }  # fmt: skip
    return known | cells


def write_project(
    data: Path, sources: Iterable[Mapping[str, str]], numbers: Iterable[Mapping[str, str]]
) -> Path:
    """Write a data folder with an empty archive.

    Parameters
    ----------
    data : Path
        The folder; made here.
    sources, numbers : iterable of mapping
        Rows of the tables *sources* and *rail_counts*.
    """
    record = data / "record"
    record.mkdir(parents=True)
    for name in (*TABLES, "vocabulary"):
        for path in (ROOT / "data" / "record").glob(f"{name}.*csv"):
            shutil.copyfile(path, record / path.name)
    for name in (*OURS, "vocabulary"):
        for path in (ROOT / "data").glob(f"{name}.*csv"):
            shutil.copyfile(path, data / path.name)
    for name in OURS[:2]:
        head = (ROOT / "data" / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        (data / f"{name}.csv").write_text(f"{head}\n", encoding="utf-8")
    _write(record / "sources.csv", _columns("sources"), sources)
    _write(record / "rail_counts.csv", _columns("rail_counts"), numbers)
    files = {name: f"record/{name}.csv" for name in (*TABLES, "vocabulary")}
    files |= {name: f"{name}.csv" for name in OURS} | {"data_vocabulary": "vocabulary.csv"}
    rows = (
        f'[{slug}]\nfile = "{file}"\nsource = "made up"\nlicence = "CC-BY-4.0"\n'
        'retrieved = "2026-12-01"\n'
        for slug, file in files.items()
    )
    (data / "registry.toml").write_text("\n".join(rows), encoding="utf-8")
    return data
