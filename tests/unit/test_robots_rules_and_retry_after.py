"""What a site asks of its visitors: the rules of its robots file, and when to come again."""

from __future__ import annotations

import pytest

from skytally.page_archive.polite_fetch import retry_after_s
from skytally.page_archive.robots_rules import parsed_rules


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /\n\nUser-agent: skytally\nDisallow: /x\n", "/a", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /%D0%B0", "/%d0%b0", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("<html>no rules</html>", "/a", True),
        ("User-agent: *\nDisallow: /" + "*a" * 900, "/" + "a" * 899, True),
    ],
)
def test_rules_of_a_site_are_obeyed(rules: str, path: str, allowed: bool) -> None:
    """The group that names us, the longest rule, wildcards, and one spelling of a path."""
    assert parsed_rules(rules).allow(f"https://example.org{path}") is allowed


@pytest.mark.parametrize("text", ["", "soon", "-5", "9" * 40])
def test_retry_after_that_says_nothing_is_none(text: str) -> None:
    """Only seconds and moments are understood."""
    from datetime import UTC, datetime

    assert retry_after_s(text, datetime(2026, 12, 1, tzinfo=UTC)) is None
