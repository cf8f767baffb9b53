"""Findings as the book prints them, evaluated from the declarations without a build."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from skytally import claims, findings
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)

ROOT = Path(__file__).resolve().parents[2]


def evaluated_findings() -> list[dict[str, Any]]:
    """Evaluate every declared finding on the record.

    Returns
    -------
    list of dict
        As in ``findings.json``, without those of images and of rival hypotheses.
    """
    declarations, _ = declared_findings()
    tables = claims.read_tables(ROOT / "data/record")
    made = findings.evaluate(declarations, tables, parameters=page_parameters())
    return list(json.loads(findings.as_json(made)))
