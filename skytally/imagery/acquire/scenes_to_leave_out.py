"""Scenes that are left out on purpose: the list in data, and what it does to a search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from skytally.core import read_table, refuse

LEFT_OUT = "left out"
"""Class of the reason of a scene that is left out on purpose."""
LEFT_OUT_TABLE = "scenes_left_out.csv"
"""Name of the list, in the folder of the sites."""


@dataclass(frozen=True)
class LeftOutScene:
    """A row of the list."""

    provider: str
    """Name of the provider; empty for any."""
    site: str
    """Slug of the site; empty for all."""
    item_id: str
    """Id of the scene as the inventory has it."""
    reason: str
    """Why it is left out."""


def read_left_out(
    path: Path, *, providers: Iterable[str], sites: Iterable[str]
) -> list[LeftOutScene]:
    """Read the list of scenes that are left out on purpose.

    Parameters
    ----------
    path : Path
        ``scenes_left_out.csv``; a project without one leaves nothing out.
    providers, sites : iterable of str
        Names that a row may use.

    Returns
    -------
    list of LeftOutScene

    Raises
    ------
    DataError
        If the table is not as its dictionary says, names a provider or a site that there is
        not, or leaves a scene out twice. All faults at once.
    """
    if not path.exists():
        return []
    table = read_table(path)
    known = {"provider": set(providers), "site": set(sites)}
    faults = [
        f"line {row['line']}, column {column}: found {row[column]!r}; use one of "
        f"{', '.join(sorted(names))}, or leave it empty"
        for row in table.to_dict("records")
        for column, names in known.items()
        if row[column] and row[column] not in names
    ]
    key = ["provider", "site", "item_id"]
    faults += [
        f"line {row['line']}, column item_id: found {row['item_id']!r} a second time; keep one row"
        for row in table[table.duplicated(key)].to_dict("records")
    ]
    refuse(faults, what=f"table {path.name}")
    columns = [*key, "reason"]
    return [LeftOutScene(**row) for row in table[columns].to_dict("records")]


def left_out_reason(
    scenes: Iterable[LeftOutScene], *, provider: str, site: str, item_id: str
) -> str:
    """Reason in the inventory why a scene is left out; empty if it is not.

    Examples
    --------
    >>> scenes = [LeftOutScene("", "rajin", "S2A_1", "haze that the mask misses")]
    >>> left_out_reason(scenes, provider="earth-search", site="rajin", item_id="S2A_1")
    'left out: haze that the mask misses'
    """
    for scene in scenes:
        if (
            scene.item_id == item_id
            and scene.provider in ("", provider)
            and scene.site in ("", site)
        ):
            return f"{LEFT_OUT}: {scene.reason}"
    return ""
