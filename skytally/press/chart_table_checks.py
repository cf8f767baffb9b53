"""Faults of the tables behind maps, timeline and front page, before anything is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from skytally.core import (
    DataError,
    data_folder,
    data_registry,
    observation_tables,
    plain_rows,
    read_table,
    table_names,
    tables_without_dictionary,
    vocabulary_faults,
)
from skytally.figures import (
    read_chart_titles,
    read_counter_labels,
    read_key_dates,
    read_labels,
    read_lanes,
    read_panels,
    read_regions,
)
from skytally.press.declared_finding_checks_with_parameters import declared_findings
from skytally.press.items_sought_and_received_from_russia import read_how_known, read_return_items

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


def _read_route_map() -> None:
    panels = read_panels(data_registry.path("route_panels"), basemaps=data_registry.entries())
    sites = read_table(data_folder() / "record" / "sites.csv")
    read_labels(data_registry.path("route_labels"), panels=set(panels["id"]), sites=sites)


def _rows() -> dict[str, dict[str, Any]]:
    record = data_folder() / "record"
    return {
        str(row["id"]): row
        for name in observation_tables(record)
        for row in plain_rows(read_table(record / f"{name}.csv"))
    }


def _row_ids() -> set[str]:
    record = data_folder() / "record"
    names = observation_tables(record)
    return {str(row) for name in names for row in read_table(record / f"{name}.csv")["id"].tolist()}


def _read_key_dates() -> None:
    read_key_dates(data_registry.path("key_dates"), rows=_rows())


def _read_return_items() -> None:
    items = read_return_items(
        data_registry.path("items_sought_and_received_back"),
        rows=_row_ids(),
        searches=set(read_table(data_registry.path("page_searches"))["id"]),
    )
    came = {row for item in items for row in item.came}
    read_how_known(data_registry.path("how_rows_are_known"), rows=came)


def _read_counter_labels() -> None:
    read_counter_labels(data_registry.path("counter_labels"))


def _read_chart_titles() -> None:
    declared, _ = declared_findings()
    read_chart_titles(data_registry.path("chart_titles"), keys={each.key for each in declared})


def chart_table_faults() -> Iterator[str]:
    """Faults of the tables of maps, timeline lanes, key dates, short names and titles.

    Yields
    ------
    str
        One block of lines per table; the tables of the record must be in order first.
    """
    folder = data_folder() / CHARTS
    yield from map(str, [*tables_without_dictionary(folder), *vocabulary_faults(folder)])
    readers: tuple[Callable[[], None], ...] = (
        _read_map_regions,
        _read_timeline_lanes,
        _read_route_map,
        _read_key_dates,
        _read_return_items,
        _read_counter_labels,
        _read_chart_titles,
    )
    for read in readers:
        try:
            read()
        except DataError as fault:
            yield str(fault)
