"""Groups of changes between two trees, and trees in which only some of them were made."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skytally.core import REGISTRY, SUFFIX
from skytally.editions.edition_differences import ADDED, CORRECTED, EDITED, WITHDRAWN
from skytally.editions.edition_rows_and_hashes import RECORD, Cells, table_paths, table_rows

NEW_ROWS = "new data"
CORRECTED_ROWS = "source corrections"
EDITED_ROWS = "rows edited without a correction"
WITHDRAWN_ROWS = "withdrawn rows"
DECLARATIONS = "declarations"
PARAMETERS = "parameters"
MEASURED = "measurements of images"
OTHER_DATA = "other data"
CODE = "code"
GROUPS = (
    NEW_ROWS, CORRECTED_ROWS, EDITED_ROWS, WITHDRAWN_ROWS, DECLARATIONS, PARAMETERS, MEASURED,
    OTHER_DATA, CODE,
)  # fmt: skip
"""What may change between editions; these words stand on the pages."""
OF_ROWS = {
    ADDED: NEW_ROWS, CORRECTED: CORRECTED_ROWS, EDITED: EDITED_ROWS, WITHDRAWN: WITHDRAWN_ROWS,
}  # fmt: skip
DECLARED_IN = ("data/findings/", "data/claims/", "data/charts/")
PARAMETERS_IN = ("notebooks/", "data/parameter_")
CODE_IN = ("skytally/", "requirements.txt")
NO_EFFECT = ("book/",)
"""Pages quote findings and change none."""


@dataclass(frozen=True)
class Trees:
    """Two trees of a project, and the kinds of the rows that differ."""

    old: Path
    """Tree of the older edition."""
    new: Path
    """Tree of the newer one."""
    kinds: Mapping[tuple[str, str], str]
    """Table (folder and name) and key of each row that differs, and how it does."""


def _group_of_file(path: str, rows: Iterable[str]) -> str:
    """Group to which a changed file belongs; empty where its rows or nothing do."""
    for places, group in (
        (DECLARED_IN, DECLARATIONS), (PARAMETERS_IN, PARAMETERS), (CODE_IN, CODE), (NO_EFFECT, ""),
    ):  # fmt: skip
        if path.startswith(places):
            return group
    # the registry only says where files are, and comes along with the files
    return "" if path in rows or path == f"data/{REGISTRY}" else OTHER_DATA


def groups_of(changes: Mapping[str, Any], measured: bool) -> list[str]:
    """List the groups in which something changed.

    Parameters
    ----------
    changes : mapping
        As `edition_changes` gives them.
    measured : bool
        Whether findings that notebooks made from images differ.

    Returns
    -------
    list of str
        In the order of `GROUPS`.
    """
    of_record = [row for row in changes["rows"] if row["table"].startswith(f"{RECORD}/")]
    found = {OF_ROWS[row["kind"]] for row in of_record} | ({MEASURED} if measured else set())
    tables = {f"data/{row['table']}{end}" for row in of_record for end in (".csv", SUFFIX)}
    paths = [path for listed in changes["files"].values() for path in listed]
    found |= {_group_of_file(path, tables) for path in paths}
    return [group for group in GROUPS if group in found]


def _link(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source.resolve())


def _write_table(path: Path, header: Iterable[str], rows: Iterable[Cells]) -> None:
    names = list(header)
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file, lineterminator="\n")
        written.writerow(names)
        written.writerows([row[name] for name in names] for row in rows)


def _mixed_rows(
    old: Mapping[str, Cells], new: Mapping[str, Cells], kinds: Mapping[str, str], chosen: set[str]
) -> list[Cells]:
    """Rows of a table with the chosen changes: kept rows in their old order, then new ones."""
    rows = []
    for key, row in old.items():
        changed = OF_ROWS[kinds[key]] in chosen if key in kinds else False
        if not changed:
            rows.append(row)
        elif key in new:
            rows.append(new[key])
    return rows + [row for key, row in new.items() if key not in old and NEW_ROWS in chosen]


def _mix_record(trees: Trees, chosen: set[str], target: Path) -> None:
    """Write the tables of the record with the chosen changes of rows."""
    paths = [table_paths(root / "data", RECORD) for root in (trees.old, trees.new)]
    for name in sorted({*paths[0], *paths[1]}):
        before, after = (listed.get(name) for listed in paths)
        if before is None or after is None:
            # a table comes with its first rows and goes with its last
            wanted = NEW_ROWS in chosen if before is None else WITHDRAWN_ROWS not in chosen
            if wanted:
                shutil.copyfile(before or after or target, target / f"{name}.csv")
            continue
        kinds = {
            key: kind for (table, key), kind in trees.kinds.items() if table == f"{RECORD}/{name}"
        }
        needed = {OF_ROWS[kind] for kind in kinds.values()}
        header, old = table_rows(before)
        other, new = table_rows(after)
        if header != other or not needed & chosen:
            # rows under other columns cannot be told from the change of the columns
            as_new = header != other and OTHER_DATA in chosen
            shutil.copyfile(after if as_new else before, target / f"{name}.csv")
        elif needed <= chosen:
            shutil.copyfile(after, target / f"{name}.csv")
        else:
            _write_table(target / f"{name}.csv", header, _mixed_rows(old, new, kinds, chosen))


def _mix_dictionaries(trees: Trees, chosen: set[str], target: Path) -> None:
    """Lay the dictionaries beside the tables, from the newer tree where other data changed."""
    first, second = (trees.new, trees.old) if OTHER_DATA in chosen else (trees.old, trees.new)
    for table in sorted(target.glob("*.csv")):
        name = f"{table.stem}{SUFFIX}"
        found = [root / "data" / RECORD / name for root in (first, second)]
        existing = [path for path in found if path.is_file()]
        if existing:
            shutil.copyfile(existing[0], target / name)


def _side(trees: Trees, name: str, chosen: set[str]) -> Path:
    """Tree from which a file or folder of the data comes."""
    group = _group_of_file(f"data/{name}/" if "." not in name else f"data/{name}", ())
    if name == REGISTRY:
        return trees.new if chosen & {NEW_ROWS, OTHER_DATA, DECLARATIONS} else trees.old
    return trees.new if group in chosen else trees.old


def mixed_tree(trees: Trees, chosen: Iterable[str], target: Path) -> Path:
    """Make a project in which some groups of changes were made and the others were not.

    Parameters
    ----------
    trees : Trees
    chosen : iterable of str
        Groups that come from the newer tree; all others come from the older.
    target : Path
        Where the project goes; it must not be there yet.

    Returns
    -------
    Path
        `target`, whose unchanged parts are links into both trees.
    """
    groups = set(chosen)
    record = target / "data" / RECORD
    record.mkdir(parents=True)
    _mix_record(trees, groups, record)
    _mix_dictionaries(trees, groups, record)
    listed = {path.name for root in (trees.old, trees.new) for path in (root / "data").iterdir()}
    for name in sorted(listed - {RECORD, "editions", "scenes", "measured"}):
        _link(_side(trees, name, groups) / "data" / name, target / "data" / name)
    for part, group in (("notebooks", PARAMETERS), ("skytally", CODE)):
        _link((trees.new if group in groups else trees.old) / part, target / part)
    _link(trees.new / "book", target / "book")
    return target
