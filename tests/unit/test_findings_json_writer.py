"""The file of findings: sorted, plain JSON, each key once."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.finding import Finding, computed, tally
from skytally.findings.findings_json_writer import as_json, write_findings

Rows = Callable[..., pd.DataFrame]


def _finding(key: str, rows: pd.DataFrame) -> Finding:
    return tally(key, rows, count=1, unit="looks", text="")


def test_as_json_is_sorted_and_plain(rows: Rows) -> None:
    """Keys are in order, an open side is null, the text ends in one newline."""
    open_above = computed(
        "a.z",
        value=1.0,
        low=1.0,
        high=math.inf,
        unit="ships",
        bound=n.AT_LEAST,
        rows=rows({"value": 1.0}),
        text="“Angara”",
    )
    text = as_json([open_above, _finding("a.b", rows({"value": 1.0}))])
    assert text.endswith("]\n")
    assert "“Angara”" in text
    first, second = json.loads(text, parse_constant=pytest.fail)
    assert (first["key"], second["key"]) == ("a.b", "a.z")
    assert (second["value"], second["low"], second["high"]) == (1.0, 1.0, None)
    assert {"key", "value", "low", "high", "unit", "support", "text", "inputs"} <= set(first)
    assert first["inputs"] == ["X1"]


def test_as_json_does_not_depend_on_order(rows: Rows) -> None:
    """The same findings in another order give the same bytes."""
    three = [_finding(key, rows({"value": 1.0})) for key in ("a.b", "a.c", "b.a")]
    texts = {as_json(order) for order in itertools.permutations(three)}
    assert len(texts) == 1


def test_as_json_refuses_a_key_twice(rows: Rows) -> None:
    """Two findings under one key are reported, once."""
    with pytest.raises(DataError, match=r"findings: 1 fault\n  a\.b: found twice"):
        as_json([_finding("a.b", rows({"value": 1.0}))] * 3)


def test_write_findings_makes_its_folder(rows: Rows, tmp_path: Path) -> None:
    """The file is what `as_json` gives."""
    found = [_finding("a.b", rows({"value": 1.0}))]
    write_findings(found, tmp_path / "new" / "line")
    assert (tmp_path / "new/line/findings.json").read_text(encoding="utf-8") == as_json(found)
