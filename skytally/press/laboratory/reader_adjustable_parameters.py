"""Parameters that declared findings mention, with their limits, as a page offers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from skytally.core import is_day
from skytally.findings import Reevaluation
from skytally.press.notebook_parameter_reader_and_checks import declared_parameters
from skytally.press.parameter_days_order_and_row_id_checks import (
    FIRST,
    LAST,
    ONE_DAY,
    RecordValues,
    record_values,
)
from skytally.press.strict_notebook_reader import read_notebook

COMMENT = re.compile(r"^(\w+)\s*=.*?#\s*(.+)$", re.MULTILINE)
"""A line of the parameters cell that says what its parameter is."""


def parameter_labels(pages: Iterable[str]) -> dict[tuple[str, str], str]:
    """Read what the parameters cells say of each parameter.

    Parameters
    ----------
    pages : iterable of str
        Pages with a notebook.

    Returns
    -------
    dict of (str, str) to str
        Page and parameter to the comment behind its value; none where there is none.
    """
    labels = {}
    for page in pages:
        for cell in read_notebook(page)["cells"]:
            if "parameters" in cell["metadata"].get("tags", []):
                for name, comment in COMMENT.findall(cell["source"]):
                    labels[page, name] = comment.strip()
    return labels


def _mentioned(reevaluation: Reevaluation) -> Iterator[tuple[str, str]]:
    """Page and name of each parameter that some declared finding depends on, each once."""
    pairs = {pair for key in reevaluation.declarations for pair in reevaluation.depends_on(key)}
    return iter(sorted(pairs))


def _until(last: object, option: Mapping[str, Any]) -> dict[str, Any]:
    """Limit the first day drawn to the last one, which the page does not offer to move."""
    if not isinstance(last, str) or (option["most"] and option["most"] <= last):
        return {}
    return {"most": last, "reason": "the last day drawn, a parameter of the notebook"}


def _days_with_rows(name: str, default: object, record: RecordValues) -> list[str]:
    """Days that a parameter may name where it must be a day of some row."""
    if not (isinstance(default, str) and is_day(default) and name.endswith(ONE_DAY)):
        return []
    tables = [days for days in record.days.values() if default in days]
    return sorted(frozenset().union(*tables))


def _ids_of_rows(default: object, record: RecordValues) -> list[str]:
    """Ids that a parameter may name where its default is the id of a row."""
    example = default[0] if isinstance(default, list) and default else default
    tables = [ids for ids in record.ids.values() if isinstance(example, str) and example in ids]
    return sorted(frozenset().union(*tables))


def parameter_options(
    reevaluation: Reevaluation, labels: Mapping[tuple[str, str], str]
) -> list[dict[str, Any]]:
    """List the parameters that findings depend on, and what each may be.

    Parameters
    ----------
    reevaluation : Reevaluation
        The declared findings with the parameters as they are.
    labels : mapping of (str, str) to str
        As `parameter_labels` gives them.

    Returns
    -------
    list of dict
        ``page``, ``name``, ``label``, ``value``, and ``default``, the value that the notebook
        itself gives; ``least`` and ``most``, empty where there is no limit; ``words``, those
        that it may hold, and whether it is a ``pattern`` that finds them; ``reason``.
    """
    record, mentioned = record_values(), list(_mentioned(reevaluation))
    options = []
    for page, name in mentioned:
        default = declared_parameters(page)[name]
        limit = record.limits.get((page, name))
        words = list(limit.known) if limit else []
        options.append(
            {
                "page": page,
                "name": name,
                "label": labels.get((page, name), ""),
                "value": reevaluation.parameters[page][name],
                "default": default,
                "least": limit.least if limit else "",
                "most": limit.most if limit else "",
                "words": words or _days_with_rows(name, default, record)
                or _ids_of_rows(default, record),
                "pattern": bool(limit and limit.is_pattern),
                "reason": limit.reason if limit else "",
            }
        )  # fmt: skip
        if name == FIRST and (page, LAST) not in mentioned:
            options[-1] |= _until(reevaluation.parameters[page].get(LAST), options[-1])
    return options
