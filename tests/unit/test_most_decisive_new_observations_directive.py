"""What would settle most: observations that nobody published, ranked by what hangs on them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from skytally.core import DataError
from skytally.press.flip_sets_of_findings_and_verdicts import FLIPS
from skytally.press.sphinx_ext.most_decisive_new_observations_directive import SettlingObservations
from tests.support.directives_without_page import bare

BEGAN, COUNT = "synthesis.ships_began", "port-imagery.containers_highest"


def _flips(*rows: str) -> dict[str, Any]:
    sets = [{"without": [row], "becomes": "void"} for row in rows]
    return {"rows": {"sets": sets}, "sources": {"sets": []}, "size": 1}


def _finding(key: str, row: str, **cells: Any) -> dict[str, Any]:
    return {"key": key, "inputs": [row], FLIPS: _flips(row), "value": 1.0, **cells}


def _claim(name: str, row: str, words: str) -> dict[str, Any]:
    return {
        "id": name, "verdict": "holds", "changes_if": words, FLIPS: _flips(row),
        "rests_on": {"rows": [row]},
    }  # fmt: skip


def _shown(folder: Path, content: list[str], claims: list[dict[str, Any]], **began: Any) -> str:
    open_past = {"value": None, "when": "on or before 26 August 2023", "said": "by then"} | began
    known = [
        _finding(BEGAN, "P004", **open_past),
        _finding(COUNT, "P029", when="15 November 2023", said="about 1,010 containers"),
    ]
    (folder / "findings.json").write_text(json.dumps(known), encoding="utf-8")
    (folder / "claims.json").write_text(json.dumps(claims), encoding="utf-8")
    made = bare(SettlingObservations, srcdir=str(folder), docname="limits")
    made.content = content
    return re.sub(r"\s+", " ", str(made.html()))


def test_the_row_on_which_most_hangs_comes_first(tmp_path: Path) -> None:
    """Two verdicts and a finding fall with P004, one finding with P029."""
    claims = [
        _claim("S0-04", "P004", "a dated observation of a large ship"),
        _claim("S0-20", "P004", "nothing that can be seen from above"),
    ]
    shown = _shown(tmp_path, [COUNT], claims)
    first, second = re.findall(r"<tr>(<th scope=.row.*?)</tr>", shown)
    assert "a dated observation from before 26 August 2023: Rajin" in first
    assert first.endswith("<td>3</td>")
    assert second.endswith("<td>1</td>")
    assert "S0-04" in first
    assert "S0-20" not in first
    assert "image of the same time, 15 November 2023" in second
    assert "<td>none</td>" in second


def test_a_beginning_that_is_bracketed_needs_no_observation(tmp_path: Path) -> None:
    """Once an observation without the thing is dated, the row is gone."""
    shown = _shown(tmp_path, [COUNT], [], value=9.0, when="between 14 and 22 August 2023")
    assert "from before" not in shown


def test_a_count_that_is_no_finding_is_refused(tmp_path: Path) -> None:
    """A key that was renamed is noticed when the page is printed."""
    with pytest.raises(DataError, match=r"no finding port-imagery\.gone"):
        _shown(tmp_path, ["port-imagery.gone"], [])
