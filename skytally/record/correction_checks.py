"""Corrected cells of the record: what each held, what it holds now, why, and by which source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from skytally.core import Fault, csv_text, file_bytes, original_of, visible_paths

CORRECTIONS = "corrections"
"""Table with a row for each corrected cell, in the order of correction."""
WITHDRAWN_BY = "id"
"""Column that a correction empties to withdraw a whole row."""
DELIVERED = "delivered"
"""Folder of the record as it was delivered."""
KEPT_AS_DELIVERED = (
    "source_id", "lat", "lon", "uncertainty_m", "place", "actors", "title", "publisher", "author",
    "url",
)  # fmt: skip
"""Columns whose delivered cells stand word for word in the working row, unless corrected."""

Cells = Mapping[str, str]
Table = Mapping[str, Cells]
"""Row by id, each with its cells as they stand in the file."""
Steps = list[tuple[int, Cells]]
"""Corrections of one cell, in order, each with its line."""
Chains = Mapping[tuple[str, str, str], Steps]
"""The same by table, row and column."""


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    content = csv_text(path.name, file_bytes(path))
    return [
        (line, {name: cell.strip() for name, cell in zip(content.header, cells, strict=True)})
        for line, cells in content.rows
    ]


def _id_of(row: Cells) -> str:
    """Id of a row; of a row of a group, that of the group and of its member."""
    return row["id"] if "id" in row else "/".join(list(row.values())[:2])


def _table(path: Path) -> dict[str, Cells]:
    return {_id_of(row): row for _, row in _rows(path)}


def is_withdrawal(correction: Cells) -> bool:
    """Whether a correction withdraws a whole row, by emptying its id."""
    return correction.get("column") == WITHDRAWN_BY and not correction.get("new")


def withdrawn_rows(folder: Path) -> dict[str, int]:
    """Ids of the rows that corrections withdraw, each with the line that says so.

    Parameters
    ----------
    folder : Path
        The folder of the record.

    Returns
    -------
    dict of str to int
    """
    path = folder / f"{CORRECTIONS}.csv"
    made = _rows(path) if path.is_file() else []
    return {each.get("row", ""): line for line, each in made if is_withdrawal(each)}


def _place_faults(line: int, each: Cells, tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Faults of a correction that names no cell, or changes nothing."""
    name = f"{CORRECTIONS}.csv"
    if each["table"] not in tables:
        yield Fault(name, line, "table", repr(each["table"]), "name a table of the record")
    elif is_withdrawal(each):
        if each["row"] in tables[each["table"]]:
            advice = f"remove the row from {each['table']}.csv, or this line"
            yield Fault(name, line, "row", f"{each['row']!r}, withdrawn and still there", advice)
        elif each["old"] != each["row"]:
            advice = f"write the id of the withdrawn row, {each['row']!r}"
            yield Fault(name, line, "old", repr(each["old"]), advice)
    elif each["row"] not in tables[each["table"]]:
        advice = f"no such row in {each['table']}.csv; correct the id"
        yield Fault(name, line, "row", repr(each["row"]), advice)
    elif each["column"] not in tables[each["table"]][each["row"]]:
        advice = f"no such column in {each['table']}.csv; correct it"
        yield Fault(name, line, "column", repr(each["column"]), advice)
    elif each["old"] == each["new"]:
        yield Fault(name, line, "new", f"{each['new']!r}, as before", "remove the correction")


def _chain_faults(steps: Steps, cell: str) -> Iterator[Fault]:
    """Faults of the corrections of one cell, which follow from one another up to the table."""
    name = f"{CORRECTIONS}.csv"
    for (before, earlier), (line, later) in pairwise(steps):
        if later["old"] != earlier["new"]:
            found = f"{later['old']!r}, but line {before} made the cell {earlier['new']!r}"
            yield Fault(name, line, "old", found, "write the value that was corrected")
    line, last = steps[-1]
    place = f"{last['table']}.csv, row {last['row']}, column {last['column']}"
    if cell == last["old"]:
        advice = f"write {last['new']!r} there, or remove the correction"
        yield Fault(name, line, "new", f"{place} still with {cell!r}", advice)
    elif cell != last["new"]:
        advice = f"it is neither old nor new; restore {last['new']!r}, or add a correction of it"
        yield Fault(name, line, "new", f"{place} with {cell!r}", advice)


def _delivered_rows(
    folder: Path, tables: Mapping[str, Table]
) -> Iterator[tuple[Cells, list[tuple[str, str]]]]:
    """Delivered rows, each with table and id of the rows it became."""
    where = {row: name for name, table in tables.items() for row in table}
    delivered: dict[str, dict[str, Cells]] = {}
    for _, line in _rows(folder / "lineage.csv"):
        name = line["table"]
        if name not in delivered:
            rows = _rows(folder / DELIVERED / f"{name}.csv")
            delivered[name] = {next(iter(row.values())): row for _, row in rows}
        became = [(where[row], row) for row in line["rows"].split() if row in where]
        if line["fate"] in ("carried", "split") and line["delivered_id"] in delivered[name]:
            yield delivered[name][line["delivered_id"]], became


def _changed_fault(cell: tuple[str, str, str], found: str, delivered: str, steps: Steps) -> Fault:
    """Fault of a delivered cell that was changed without a correction, or from another value."""
    if steps:
        line, first = steps[0]
        wrong = f"{first['old']!r}, where the delivered row has {delivered!r}"
        advice = "an old value is what was delivered; correct it"
        return Fault(f"{CORRECTIONS}.csv", line, "old", wrong, advice)
    table, row, column = cell
    advice = f"{delivered!r} was delivered; restore it, or say in {CORRECTIONS}.csv why it changed"
    return Fault(f"{table}.csv", 0, column, f"row {row} with {found!r}", advice)


def _lineage_faults(folder: Path, tables: Mapping[str, Table], chains: Chains) -> Iterator[Fault]:
    """Delivered cells that no row has any more, before corrections were made."""
    for delivered, became in _delivered_rows(folder, tables):
        for column in (each for each in KEPT_AS_DELIVERED if each in delivered):
            first = {
                (table, row, column): chains[table, row, column][0][1]["old"]
                if (table, row, column) in chains
                else tables[table][row][column]
                for table, row in became
                if column in tables[table][row]
            }
            if first and delivered[column] not in first.values():
                cell = next(iter(first))
                yield _changed_fault(cell, first[cell], delivered[column], chains.get(cell, []))


def correction_faults(folder: Path) -> list[Fault]:
    """Faults of corrections that are not what the tables and the delivered record say.

    Parameters
    ----------
    folder : Path
        The folder of the record.

    Returns
    -------
    list of Fault
        Empty where every correction stands in its table or withdraws a row of it, starts from
        the value that was there, and explains each delivered cell of `KEPT_AS_DELIVERED` that
        was changed; empty, too, where the folder has no table of corrections.
    """
    path = folder / f"{CORRECTIONS}.csv"
    if not path.is_file():
        return []
    tables = {
        each.stem: _table(each)
        for each in visible_paths(folder, "*.csv")
        if "." not in each.stem and each != path and not original_of(each)
    }
    faults: list[Fault] = []
    chains: dict[tuple[str, str, str], Steps] = {}
    made = _rows(path)
    withdrawn = {(each["table"], each["row"]) for _, each in made if is_withdrawal(each)}
    for line, each in made:
        if (each["table"], each["row"]) in withdrawn and not is_withdrawal(each):
            # cells that were corrected before the whole row went
            continue
        misplaced = list(_place_faults(line, each, tables))
        faults += misplaced
        if not misplaced and not is_withdrawal(each):
            cell = (each["table"], each["row"], each["column"])
            chains.setdefault(cell, []).append((line, each))
    for (table, row, column), steps in chains.items():
        faults += _chain_faults(steps, tables[table][row][column])
    if (folder / "lineage.csv").is_file():
        faults += _lineage_faults(folder, tables, chains)
    return faults
