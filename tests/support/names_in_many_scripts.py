"""Names of places in many scripts, and with signs that mean something elsewhere."""

from __future__ import annotations

NAMES = (
    *("나진항 부두", "Порт Раджин", "羅津港の埠頭", "ميناء راجين (رصيف)", "נמל"),
    *("$5 and $6 quay", "é ü ø", "<b>&amp;", "レール 北 Їжак"),
)
