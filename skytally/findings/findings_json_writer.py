"""Write findings as ``findings.json``, the file that pages and claims read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from skytally.core import refuse
from skytally.findings.finding import Finding

FILE = "findings.json"


def as_json(findings: Iterable[Finding]) -> str:
    """Serialise findings as JSON sorted by key, without NaN, ending in a newline.

    Raises
    ------
    DataError
        If a key occurs twice.
    """
    ordered = sorted(findings, key=lambda finding: finding.key)
    keys = [finding.key for finding in ordered]
    refuse(
        (
            f"{key}: found twice; give each finding its own key"
            for key in sorted(set(keys))
            if keys.count(key) > 1
        ),
        what="findings",
    )
    rows = [asdict(finding) for finding in ordered]
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_findings(findings: Iterable[Finding], out: Path) -> None:
    """Write the findings of one page as ``findings.json``.

    Parameters
    ----------
    findings : iterable of Finding
        The findings of one notebook.
    out : Path
        Folder of the page's results; created if missing.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_text(as_json(findings), encoding="utf-8")
