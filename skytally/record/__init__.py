"""The published record: CSV tables with dictionaries, read into lines of evidence."""

from skytally.record.lines import count_once, interval_of, line, lines, rounding_interval
from skytally.record.rules import check_record, record_faults
from skytally.record.tables import read_table, scan

__all__ = [
    "check_record",
    "count_once",
    "interval_of",
    "line",
    "lines",
    "read_table",
    "record_faults",
    "rounding_interval",
    "scan",
]
