"""What changed between two editions, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from skytally.core import listed
from skytally.editions.edition_differences import (
    ADDED,
    CORRECTED,
    EDITED,
    GONE,
    MOVED,
    REASONS,
    RENAMED,
    REWORDED,
    SUPPORT,
    VERDICT,
    WITHDRAWN,
)
from skytally.editions.edition_rows_and_hashes import RECORD

BOOKKEEPING = tuple(f"{RECORD}/{name}" for name in ("additions", "corrections", "lineage"))
"""Tables whose rows only say what became of other rows."""
FIRST = "This is the first edition: there is none before it to compare with."
NOTHING = "No finding, verdict or row differs from the edition before."
INSIDE = {True: "inside the old interval", False: "outside the old interval", None: ""}
NO_RESULT = "nothing, since it cannot be evaluated"
"""Beginning of what an edition stores of a part that gives no number without the others."""
NOT_COMPUTED = "no number, since the book cannot be computed with that part alone exchanged"
COUNTED = (
    ("findings", MOVED, "finding", "moved"),
    ("findings", ADDED, "finding", "added"),
    ("findings", GONE, "finding", "gone"),
    ("findings", REWORDED, "finding", "reworded"),
    ("findings", SUPPORT, "finding", "resting on other evidence"),
    ("verdicts", VERDICT, "verdict", "changed"),
    ("verdicts", RENAMED, "verdict", "renamed, not changed"),
    ("verdicts", ADDED, "claim", "added"),
    ("verdicts", GONE, "claim", "gone"),
    ("verdicts", REASONS, "claim", "with other reasons"),
    ("rows", ADDED, "row", "added"),
    ("rows", CORRECTED, "row", "corrected"),
    ("rows", WITHDRAWN, "row", "withdrawn"),
    ("rows", EDITED, "row", "edited without a correction"),
)
"""List of the changes, kind in it, and the words for one of them."""


def record_rows(changes: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    """Select the changed rows of the record of one kind; rules and declarations are none."""
    return [
        row
        for row in changes["rows"]
        if row["kind"] == kind
        and row["table"].startswith(f"{RECORD}/")
        and row["table"] not in BOOKKEEPING
    ]


def change_summary(changes: Mapping[str, Any] | None) -> str:
    """One sentence that counts what changed.

    Parameters
    ----------
    changes : mapping or None
        Changes of an edition; None for the first.

    Returns
    -------
    str
    """
    if changes is None:
        return FIRST
    parts = []
    for name, kind, noun, word in COUNTED:
        found = record_rows(changes, kind) if name == "rows" else changes[name]
        count = sum(row["kind"] == kind for row in found)
        if count:
            parts.append(f"{count} {noun}{'s' if count > 1 else ''} {word}")
    if changes["flips"]:
        parts.append(f"{len(changes['flips'])} with another flip set")
    since = f"Since edition {changes['parent']}: "
    return f"{since}{'; '.join(parts)}." if parts else f"{since}{NOTHING[0].lower()}{NOTHING[1:]}"


def _joined(groups: Iterable[str]) -> str:
    return listed(list(groups))


def cause_words(cause: Mapping[str, Any]) -> str:
    """Cause of a change in words: what makes it alone, or which combination does.

    Parameters
    ----------
    cause : mapping
        As `change_causes` gives it, with the rows at work.

    Returns
    -------
    str
    """
    if cause["undetermined"] and not cause["sets"]:
        return f"cause not determined: {cause['undetermined']}"
    ways = [_joined(groups) + (" together" if len(groups) > 1 else "") for groups in cause["sets"]]
    words = ways[0] if len(ways) == 1 else f"either {', or '.join(ways)}"
    rows = cause.get("rows", [])
    words += f" ({', '.join(rows)})" if rows else ""
    if cause["undetermined"]:
        words += f"; {cause['undetermined']}"
    if cause["alone"]:
        tried = cause["alone"].items()
        failed = [group for group, found in tried if found.startswith(NO_RESULT)]
        singles = [f"{group} alone: {found}" for group, found in tried if group not in failed]
        # each stored reason is that of a program; hundreds of changes would repeat it
        singles += [f"{_joined(failed)} alone: {NOT_COMPUTED}"] if failed else []
        words += f"; {'; '.join(singles)}"
    return words
