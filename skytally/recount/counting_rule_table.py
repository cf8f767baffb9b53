"""Rules by which a new count is made: what is one, and what is left out."""

from __future__ import annotations

from skytally.core import data_registry, read_table

EVERYTHING = "all"
"""What a rule that holds for every count is about."""


def counting_rules(what: str = "") -> list[dict[str, str]]:
    """Rules of one count, those of the thing itself first.

    Parameters
    ----------
    what : str, optional
        What is counted, such as ``railcars``; every rule where it is empty.

    Returns
    -------
    list of dict
        ``what``, ``case`` and ``rule`` of each.
    """
    rows = read_table(data_registry.path("counting_rules")).to_dict("records")
    rules = [{key: str(row[key]) for key in ("what", "case", "rule")} for row in rows]
    own = [rule for rule in rules if rule["what"] not in ("", EVERYTHING)]
    shared = [rule for rule in rules if rule["what"] == EVERYTHING]
    return [*(rule for rule in own if what in ("", rule["what"])), *shared]
