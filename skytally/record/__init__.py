"""The published record: CSV tables with dictionaries, read into lines of evidence."""

from skytally.record.copies import drop_copies, read_originals
from skytally.record.lines import (
    ONE_CALL,
    by_statement,
    count_once,
    durations,
    line,
    lines,
    with_numbers,
)
from skytally.record.rules import check_record, record_faults
from skytally.record.tables import read_table, scan

__all__ = [
    "ONE_CALL",
    "by_statement",
    "check_record",
    "count_once",
    "drop_copies",
    "durations",
    "line",
    "lines",
    "read_originals",
    "read_table",
    "record_faults",
    "scan",
    "with_numbers",
]
