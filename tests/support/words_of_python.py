"""Words that no message to a person who edits files may hold, and values that could bring them."""

from __future__ import annotations

import re

PYTHON_WORDS = re.compile(
    r"(?<!\.)\b(?:str|int|float|bool|dict|tuple|None|NoneType|datetime|Exceeds|nan|inf)\b"
)
"""Words that are Python's and nobody else's."""
TOML_VALUES = ("3", "-1.5", "true", "''", "'x'", "[]", "[1, 'a']", "{}", "{ a = [true] }",
        "2023-10-01", "2023-10-01T05:00:00Z", "05:00:00", "inf", "nan")  # fmt: skip
"""Values of every kind that TOML knows."""
JSON_VALUES = (None, True, 7, -1.5, "", "x", "'", [], [None, {"a": True}], {}, {"a": [1.0]})
"""Values of every kind that JSON knows."""
