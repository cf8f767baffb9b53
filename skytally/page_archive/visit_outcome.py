"""What came of a visit: a page, a part of it, a wall, a page that is none, or nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from skytally.page_archive.page_text import PageText
    from skytally.page_archive.polite_fetch import Answer, Visit

# The check needs the states of this module, and none of what fetches and reads pages, which is
# slow to import.

WHOLE, REDIRECTED = "whole", "redirected"
TOO_LARGE, TOO_SLOW, BROKEN_OFF, PAYWALLED = "too-large", "too-slow", "broken-off", "paywalled"
LOGIN, SOFT_404, GONE, REFUSED = "login", "soft-404", "gone", "refused"
SERVER_ERROR, EMPTY = "server-error", "empty"
KEPT_WHOLE = (WHOLE, REDIRECTED)
"""States of a page that was kept whole."""
KEPT_PARTLY = (TOO_LARGE, TOO_SLOW, BROKEN_OFF, PAYWALLED)
"""States of a page of which a part was kept."""
NO_PAGE_TITLE = re.compile(
    r"\b404\b|\b(?:page|article|content|file|story)\b.{0,30}\b(?:not\b.{0,12}found|(?:could|can)"
    r"(?:no|n['\u2019])t be found|does(?: not|n['\u2019]t) exist|no longer (?:exists|available))"
    r"|^\W*(?:error\W+)?not found\b|страниц\w*.{0,20}не (?:найден|существу)"
    r"|сторінк\w*.{0,20}не (?:знайден|існу)|페이지를 찾을 수 없|존재하지 않는 페이지|페이지가 없",
    re.IGNORECASE,
)
"""Titles of pages that say that there is no page, in the languages of the record."""
LOGIN_PATH = re.compile(
    r"(?:^|[/.?&=_-])(?:log-?in|sign-?in|sso|auth|account/login)(?:$|[/.?&=_-])", re.IGNORECASE
)
SHORT_PAGE = 3000
"""Characters of text: a page of no more that has a field for a password is one to sign in."""


def _truncated(why: str) -> str:
    """State of a page of which a part was kept, by the word that says where it broke off."""
    from skytally.page_archive.polite_fetch import TRUNCATED_BREAK, TRUNCATED_LENGTH, TRUNCATED_TIME

    states = {
        TRUNCATED_LENGTH: TOO_LARGE, TRUNCATED_TIME: TOO_SLOW, TRUNCATED_BREAK: BROKEN_OFF,
    }  # fmt: skip
    return states[why]


def final_answer(visit: Visit) -> Answer | None:
    """Last answer of a visit, unless it is a redirection that was not followed."""
    from skytally.web import REDIRECTS

    if not visit.answers or visit.answers[-1].status in REDIRECTS:
        return None
    return visit.answers[-1]


def _page_of(url: str) -> tuple[str, str, str]:
    """Host, path and query of an address, without what does not tell pages apart."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    return host, parts.path.rstrip("/"), parts.query


def _of_status(answer: Answer) -> str:
    """State of an answer that is no page; empty where its status says that it is one."""
    status = answer.status
    if status == 402:
        return PAYWALLED
    if status in (404, 410):
        return GONE
    if status == 401:
        return LOGIN
    if status >= 500:
        return SERVER_ERROR
    if status == 204 or (status < 300 and not answer.body.strip() and not answer.truncated):
        return EMPTY
    return "" if status in (200, 203) else REFUSED


def _is_login(cited: str, answer: Answer, page: PageText) -> bool:
    """Whether a page asks to sign in instead of showing what was cited."""
    led_away = bool(LOGIN_PATH.search(urlsplit(answer.url).path)) and answer.url != cited
    return led_away or (page.asks_password and len(page.text) < SHORT_PAGE)


def _is_no_page(cited: str, answer: Answer, page: PageText) -> bool:
    """Whether a page says that there is none, or is the front page of a site."""
    front = urlsplit(answer.url).path in ("", "/") and urlsplit(cited).path not in ("", "/")
    return front or bool(NO_PAGE_TITLE.search(page.title))


def page_state(visit: Visit, page: PageText) -> tuple[str, str]:
    """State of a visit and what was found besides.

    Parameters
    ----------
    visit : Visit
        What came of it.
    page : PageText
        Text of its last answer.

    Returns
    -------
    tuple of str
        A word of the vocabulary *archive_state*, and words for the cell *detail*.
    """
    answer = final_answer(visit)
    if visit.fault or answer is None:
        return visit.fault or REFUSED, visit.words
    state = _of_status(answer)
    if state:
        return state, f"status {answer.status}"
    if _is_login(visit.url, answer, page):
        return LOGIN, "a page to sign in"
    if _is_no_page(visit.url, answer, page):
        title = bool(NO_PAGE_TITLE.search(page.title))
        return SOFT_404, "its title says so" if title else "it is the front page"
    if answer.truncated:
        return _truncated(answer.truncated), f"the first {len(answer.body)} bytes"
    if page.is_paid:
        return PAYWALLED, "its publisher marks it as not free"
    moved = _page_of(visit.url) != _page_of(answer.url)
    charset = ""
    if page.declared and page.charset and not _same_charset(page.declared, page.charset):
        charset = f"declared {page.declared[:40]}, read as {page.charset}"
    return (REDIRECTED if moved else WHOLE), charset


def _same_charset(declared: str, read: str) -> bool:
    """Whether two names mean one encoding, or one that holds the other."""
    import codecs

    try:
        known = codecs.lookup(declared).name
    except (LookupError, ValueError):
        return False
    # whatever is ASCII only is read as UTF-8, and is the same in all of these
    holds = {"euc_kr": "cp949", "iso8859-1": "cp1252", "ascii": "utf-8", "gb2312": "gb18030"}
    return known == read or holds.get(known) == read
