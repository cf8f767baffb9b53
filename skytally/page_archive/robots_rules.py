"""What a site asks of robots (RFC 9309), read with the standard library's parser."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit
from urllib.robotparser import RobotFileParser

ROBOT = "skytally"
"""Name under which sites may address this robot in their rules."""
MAX_ROBOTS_BYTES = 512_000
"""Bytes of the rules that are read (RFC 9309 asks for at least 500 KiB)."""


@dataclass(frozen=True)
class RobotsRules:
    """Rules of one site."""

    rules: tuple[tuple[str, bool], ...] = ()
    """Paths, with * and $ as RFC 9309 has them, and whether each is allowed."""
    delay_s: float = 0.0
    """Wait between two requests that the site asks for, seconds; 0 where it asks for none."""

    def allow(self, url: str) -> bool:
        """Whether the page of an address may be fetched: the longest rule that fits decides."""
        parts = urlsplit(url)
        path = _plain(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
        fitting = [(len(rule), allowed) for rule, allowed in self.rules if _fits(rule, path)]
        # of two as long, the one that allows
        return max(fitting)[1] if fitting else True


def _plain(path: str) -> str:
    """Path in one spelling: whatever may be unescaped is."""
    return quote(unquote(path), safe="/*$?&=;,:@!~'()+%")


def _fits(rule: str, path: str) -> bool:
    """Whether a rule fits the beginning of a path; a pattern could be made to take for ever."""
    ends = rule.endswith("$")
    first, *parts = (rule[:-1] if ends else rule).split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    for part in parts:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    if not ends or place == len(path):
        return True
    # the last piece may stand at the end of the path, too
    return bool(parts) and path.endswith(parts[-1]) and len(path) >= place


def parsed_rules(text: str) -> RobotsRules:
    r"""Rules for this robot, or those for all where it is not named.

    Parameters
    ----------
    text : str
        Content of ``robots.txt``.

    Returns
    -------
    RobotsRules

    Notes
    -----
    `urllib.robotparser` finds the group that applies, but takes the first rule that fits and
    knows no wildcards, so that it would fetch what a site closes with ``/*?print=``. Its rules
    are therefore weighed here as RFC 9309 has it.

    Examples
    --------
    >>> text = "User-agent: *\nDisallow: /news/\nAllow: /news/open$\nCrawl-delay: 7"
    >>> rules = parsed_rules(text)
    >>> [rules.allow(f"https://h/{p}") for p in ("news/a", "news/open", "news/open1", "b")]
    [False, True, False, True]
    >>> rules.delay_s
    7.0
    """
    parser = RobotFileParser()
    parser.parse(text.lstrip("\ufeff").splitlines())
    groups = [*parser.entries, parser.default_entry]  # type: ignore[attr-defined]
    group = next((each for each in groups if each and each.applies_to(ROBOT)), None)
    if group is None:
        return RobotsRules()
    listed = tuple(
        (_plain(unquote(rule.path)), bool(rule.allowance)) for rule in group.rulelines if rule.path
    )
    return RobotsRules(listed, float(group.delay or 0.0))
