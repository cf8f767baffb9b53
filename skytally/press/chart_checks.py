"""Faults of the tables that say what the maps and the timeline show, before anything is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from skytally.core import (
    DataError,
    data_folder,
    data_registry,
    read_table,
    table_names,
    tables_without_dictionary,
    vocabulary_faults,
)
from skytally.figures import read_lanes, read_regions

CHARTS = "charts"
"""Folder of the tables, in the data folder."""


def _read_map_regions() -> None:
    sites = read_table(data_folder() / "record" / "sites.csv")
    read_regions(
        data_registry.path("map_regions"), sites=set(sites["id"]), basemaps=data_registry.entries()
    )


def _read_timeline_lanes() -> None:
    record = data_folder() / "record"
    tables = {name: read_table(record / f"{name}.csv") for name in table_names(record)}
    read_lanes(data_registry.path("timeline_lanes"), tables=tables, record=record)


def chart_table_faults() -> Iterator[str]:
    """Faults of the tables of map regions and timeline lanes.

    Yields
    ------
    str
        One block of lines per table; the tables of the record must be in order first.
    """
    folder = data_folder() / CHARTS
    yield from map(str, [*tables_without_dictionary(folder), *vocabulary_faults(folder)])
    readers: tuple[Callable[[], None], ...] = (_read_map_regions, _read_timeline_lanes)
    for read in readers:
        try:
            read()
        except DataError as fault:
            yield str(fault)
