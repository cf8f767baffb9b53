"""The record without some rows, and what conditions select in it, found once for the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skytally.core import DataError
from skytally.record.copied_reports import Alike, alike_rows, copies_among, copying_pages
from skytally.record.derived_site_day_and_error_columns import with_derived_columns
from skytally.record.evidence_lines import SAME_SIGHTING, kept_instead
from skytally.record.row_conditions import met

Removed = frozenset[str]
"""Ids of rows that are left out."""
NOTHING: Removed = frozenset()


def quick_to_cut(table: pd.DataFrame) -> pd.DataFrame:
    """Pack the words of a table into one block, without attributes, so that it is cut quickly.

    pandas cuts each column of strings by itself, and copies the attributes of a table in depth
    with every cut.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.

    Returns
    -------
    pandas.DataFrame
        The same rows, numbered from 0, in which words are of type object.
    """
    quick = table.astype(dict.fromkeys(table.select_dtypes("str"), object))
    quick.attrs = {}
    return quick.reset_index(drop=True).copy()


@dataclass(frozen=True)
class Selection:
    """Rows of one table in some order, which keep the numbers that they have in the table."""

    rows: pd.DataFrame
    """The rows."""
    ids: tuple[str, ...]
    """Their ids."""

    @cached_property
    def places(self) -> dict[str, int]:
        """Id of a row to where it stands among them."""
        return {row: at for at, row in enumerate(self.ids)}

    def without(self, gone: Set[str]) -> pd.DataFrame:
        """Cut to the rows that are left; the same table where none is gone."""
        if gone.isdisjoint(self.places):
            return self.rows
        left = [at for at, row in enumerate(self.ids) if row not in gone]
        return self.rows.take(np.array(left, dtype=np.intp))


@dataclass(frozen=True)
class WholeRecord:
    """All rows of the record, and what conditions select among them, each found once.

    A condition judges each row by itself, so what it selects in a part of the record is what
    it selects in the whole, less the rows that are missing.
    """

    raw: Mapping[str, pd.DataFrame]
    """Tables by name, as read: copies are not dropped."""
    results: dict[tuple[object, ...], Any] = field(default_factory=dict)
    """What was computed on rows of the record, by what it was computed from."""
    _tables: dict[str, Selection] = field(default_factory=dict)
    _met: dict[tuple[str, str], npt.NDArray[np.bool_]] = field(default_factory=dict)
    _selections: dict[tuple[str, str, str], Selection] = field(default_factory=dict)
    _named: dict[tuple[str, tuple[str, ...]], pd.DataFrame] = field(default_factory=dict)
    _groups: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    _names: dict[str, dict[str, str]] = field(default_factory=dict)
    _alike: dict[str, list[Alike]] = field(default_factory=dict)
    _repeated: dict[str, Removed] = field(default_factory=dict)
    _copies: dict[tuple[str, Removed], Removed] = field(default_factory=dict)

    @cached_property
    def derived(self) -> Mapping[str, pd.DataFrame]:
        """The same tables, with further columns that conditions may use."""
        return with_derived_columns(self.raw)

    def table(self, name: str) -> Selection:
        """All rows of a table."""
        if name not in self._tables:
            rows = quick_to_cut(self.derived[name])
            ids = tuple(map(str, rows["id"])) if "id" in rows else ()
            self._tables[name] = Selection(rows, ids)
        return self._tables[name]

    @cached_property
    def removable(self) -> dict[str, Removed]:
        """Table to the ids of its rows that were read in a source."""
        return {
            name: frozenset(map(str, table["id"]))
            for name, table in self.raw.items()
            if "source_id" in table
        }

    @cached_property
    def source_of(self) -> dict[str, str]:
        """Row to the source in which it was read."""
        return {
            str(row): str(source)
            for name in self.removable
            for row, source in zip(self.raw[name]["id"], self.raw[name]["source_id"], strict=True)
        }

    @cached_property
    def _rows_of_source(self) -> dict[str, Removed]:
        rows: dict[str, list[str]] = {}
        for row, source in self.source_of.items():
            rows.setdefault(source, []).append(row)
        return {source: frozenset(listed) for source, listed in rows.items()}

    def read_in(self, source: str) -> Removed:
        """Rows that were read in a source."""
        return self._rows_of_source.get(source, NOTHING)

    def met(self, name: str, conditions: str) -> npt.NDArray[np.bool_]:
        """Whether each row of a table meets every condition, as `filtered` takes them.

        Raises
        ------
        DataError
            As for `skytally.record.row_conditions.filtered`.
        """
        chosen = np.ones(len(self.table(name).rows), dtype=bool)
        for condition in filter(None, map(str.strip, conditions.split(";"))):
            if (name, condition) not in self._met:
                rows = self.table(name).rows
                self._met[name, condition] = met(rows, condition).to_numpy(dtype=bool)
            chosen &= self._met[name, condition]
        return chosen

    def selection(self, name: str, conditions: str, *, order: str = "") -> Selection:
        """Rows of a table that meet every condition, copies among them.

        Parameters
        ----------
        name : str
            Name of the table.
        conditions : str
            As `skytally.record.row_conditions.filtered` takes them.
        order : str
            Columns by which the rows are ordered, separated by spaces; none for the table's order.
        """
        key = name, conditions, order
        if key not in self._selections:
            whole, places = self.table(name), np.flatnonzero(self.met(name, conditions))
            rows = whole.rows.take(places)
            if order:
                rows = rows.sort_values(order.split(), kind="stable")
            self._selections[key] = Selection(rows, tuple(map(str, rows["id"])))
        return self._selections[key]

    def named(self, name: str, ids: tuple[str, ...]) -> pd.DataFrame:
        """Rows of a table by their ids, all of which it has, in this order."""
        key = name, ids
        if key not in self._named:
            whole = self.table(name)
            places = np.array([whole.places[row] for row in ids], dtype=np.intp)
            self._named[key] = whole.rows.take(places)
        return self._named[key]

    def groups(self, name: str, columns: str) -> list[int]:
        """Find the number of the group of each row; rows of a group agree in some columns."""
        if (name, columns) not in self._groups:
            by = self.table(name).rows.groupby(columns.split(), sort=False, dropna=False)
            self._groups[name, columns] = by.ngroup().tolist()
        return self._groups[name, columns]

    def names(self, name: str) -> dict[str, str]:
        """Id of each row of a table to its name."""
        if name not in self._names:
            rows = self.table(name).rows
            self._names[name] = dict(zip(rows["id"], rows["name"], strict=True))
        return self._names[name]

    @cached_property
    def kept_instead(self) -> dict[str, Removed]:
        """Row to those of the same sighting that are counted in its place where they are left."""
        return kept_instead(self.raw["same_observation"])

    @cached_property
    def kept_for_others(self) -> Removed:
        """Rows without which another row of the same sighting is counted."""
        groups = self.raw["same_observation"]
        kept = groups["relation"].isin(SAME_SIGHTING) & (groups["keep"] == "yes")
        return frozenset(groups.loc[kept, "row_id"])

    def seen_twice(self, ids: Sequence[str], gone: Set[str] = NOTHING) -> set[str]:
        """Rows, of those that are not gone, for which another one of them is counted."""
        present = {row for row in ids if row not in gone}
        kept = self.kept_instead
        return {row for row in present if row in kept and not kept[row].isdisjoint(present)}

    def alike(self, name: str) -> list[Alike]:
        """Group the rows of a table of which one page may have copied another."""
        if name not in self._alike:
            self._alike[name] = alike_rows(self.raw[name])
        return self._alike[name]

    def with_copies(self, name: str, ids: Sequence[str]) -> Removed:
        """Add to some rows of a table those that agree with them on another page."""
        found = {*ids}
        for alike in self.alike(name):
            group = {row for row, _ in alike}
            if not group.isdisjoint(ids):
                found |= group
        return frozenset(found)

    def repeated_in(self, name: str) -> Removed:
        """Rows of a table that stand in several pages, of which one may have copied another."""
        if name not in self._repeated:
            rows = (row for alike in self.alike(name) for row, _ in alike)
            self._repeated[name] = frozenset(rows)
        return self._repeated[name]

    @cached_property
    def repeated(self) -> Removed:
        """The same of all tables."""
        return NOTHING.union(*map(self.repeated_in, self.raw))

    @cached_property
    def _parents(self) -> dict[str, tuple[str, ...]]:
        return copying_pages(self.raw["sources"])

    def copies(self, name: str, present: Removed) -> Removed:
        """Find the copies among some repeated rows: without its original a copy is none."""
        if (name, present) not in self._copies:
            left = (
                tuple((row, page) for row, page in alike if row in present)
                for alike in self.alike(name)
            )
            self._copies[name, present] = frozenset(copies_among(left, self._parents))
        return self._copies[name, present]


class ReducedRecord(Mapping[str, pd.DataFrame]):
    """Tables of the record without copies and some rows, each cut when it is first asked for.

    Parameters
    ----------
    whole : WholeRecord
        All rows.
    removed : frozenset of str
        Ids of rows that are left out.
    """

    def __init__(self, whole: WholeRecord, removed: Removed = NOTHING) -> None:
        self.whole, self.removed = whole, removed
        self._gone: dict[str, Removed] = {}
        self._cut: dict[str, pd.DataFrame] = {}
        self._selected: dict[tuple[str, str, bool, str], pd.DataFrame] = {}

    def __iter__(self) -> Iterator[str]:
        """Names of the tables."""
        return iter(self.whole.raw)

    def __len__(self) -> int:
        """Count the tables."""
        return len(self.whole.raw)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Rows of a table that are left, numbered from 0."""
        if name not in self._cut:
            left = self.whole.table(name).without(self.gone(name))
            self._cut[name] = left.reset_index(drop=True)
        return self._cut[name]

    def gone(self, name: str) -> Removed:
        """Rows of a table that are left out, and those that are copies of one that is not."""
        if name not in self._gone:
            here = self.removed & self.whole.removable.get(name, NOTHING)
            present = self.whole.repeated_in(name) - here
            self._gone[name] = here | self.whole.copies(name, present)
        return self._gone[name]

    def rows(self, name: str, ids: Sequence[str]) -> pd.DataFrame:
        """Rows of a table by their ids, in this order.

        Raises
        ------
        DataError
            If one is not there, or is left out.
        """
        whole, gone = self.whole.table(name), self.gone(name)
        for row in ids:
            if row not in whole.places or row in gone:
                message = f"no row {row!r} in {name}; correct the parameter that names it"
                raise DataError(message)
        return self.whole.named(name, tuple(ids))

    def selected(
        self, name: str, conditions: str, *, once: bool = False, order: str = ""
    ) -> pd.DataFrame:
        """Rows of a table that meet every condition and are left.

        Parameters
        ----------
        name, conditions, order : str
            As `WholeRecord.selection` takes them.
        once : bool
            Whether rows of one sighting count once.
        """
        key = name, conditions, once, order
        if key not in self._selected:
            candidates, gone = self.whole.selection(name, conditions, order=order), self.gone(name)
            if once:
                gone = gone | self.whole.seen_twice(candidates.ids, gone)
            self._selected[key] = candidates.without(gone)
        return self._selected[key]
