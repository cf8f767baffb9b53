"""Declarations of findings that are valid, but for some cells."""

from __future__ import annotations

from skytally.findings.finding_declarations import COLUMNS, Declaration

PARAMETERS = {"baseline_row": "R001", "closure": ["2020-02-01", "2022-10-31"], "sites_watched": 4}


def quote(**cells: str) -> Declaration:
    """Make a valid quote of a row of the railway, but for some cells."""
    plain = dict.fromkeys(COLUMNS, "")
    sound = {
        "key": "rail-counts.made_up", "kind": "quote", "table": "rail_counts", "rows": "R031",
        "sentence": "{number} on {when}.",
    }  # fmt: skip
    return Declaration(**{**plain, **sound, **cells}, file="findings/rail-counts.csv", line=7)


def estimate(**cells: str) -> Declaration:
    """Make a valid estimate, but for some cells."""
    sound = {
        "kind": "estimate", "rows": "R031 $baseline_row R007 R026", "estimate": "surge-limit",
        "arguments": "closure=$closure sites=$sites_watched",
    }  # fmt: skip
    return quote(**{**sound, **cells})
