"""What was tried and did not work: every line is what a document of the project says."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "data/failed_attempts.csv"


def test_every_failure_is_recorded_where_it_says() -> None:
    """The cited words stand in the cited file, so that nothing on the page is invented."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        attempts = list(csv.DictReader(file))
    assert len(attempts) >= 15
    missing = [
        attempt["id"]
        for attempt in attempts
        if attempt["words"] not in (ROOT / attempt["recorded_in"]).read_text(encoding="utf-8")
    ]
    assert missing == []
