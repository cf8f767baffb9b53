"""Content Security Policy of the pages: only scripts of the site's own files, and no other."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self' file: 'unsafe-inline'; "
    "img-src 'self' file: data: blob:; font-src 'self' file: data:; connect-src 'self' file:; "
    "form-action 'self' file:; base-uri 'none'"
)
"""A page opened from a disk has no origin, so its own files are named by their scheme, too."""
NOT_PAGES = ("_static", "cards")
OWN_FILES = "'self' file:"
CHARSET = re.compile(r"<meta charset=[^>]*>", re.IGNORECASE)
"""It must stand among the first kilobyte, so the policy, which is long, comes after it."""
INLINE = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", re.IGNORECASE | re.DOTALL)
DATA = re.compile(r"type=[\"']?application/(?:ld\+)?json", re.IGNORECASE)
"""Type of a block that holds data, which no browser runs."""
OF_THEME = re.compile(
    r"\s*(?:"
    r"(?:document\.documentElement\.dataset\.(?P<kept>mode|theme) = "
    r"localStorage\.getItem\(\"(?P=kept)\"\) \|\| \"auto\";\s*){2}"
    r"|let toggleHint(?:Show|Hide) = '[\w ]*';|let toggleOpenOnPrint = '(?:true|false)';"
    r"|var togglebuttonSelector = '[\w ,.:-]*';"
    r"|DOCUMENTATION_OPTIONS\.search_as_you_type = (?:true|false);"
    r"|DOCUMENTATION_OPTIONS\.pagename = '[\w/.-]*';"
    r"|// Activate the search field on page load\s+"
    r"let searchInput = document\.querySelector\(\"form\.bd-search input\"\);\s+"
    r"if \(searchInput\) \{\s+searchInput\.focus\(\);\s+searchInput\.select\(\);\s+"
    r"console\.log\(\"\[PST\]: Set focus on search field\.\"\);\s+\}"
    r")\s*",
)
"""Scripts that the theme and its extensions write into a page, whole."""


def _digest(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def policy_of(page: str, *, name: str) -> str:
    """Policy of a page, which allows the scripts of the theme by their hashes.

    Parameters
    ----------
    page : str
        HTML of the page.
    name : str
        Its name, for the message.

    Returns
    -------
    str
        For a page whose other parts are in place.

    Raises
    ------
    RuntimeError
        If the page has a script that neither the site nor its theme wrote.
    """
    allowed = []
    for attributes, script in INLINE.findall(page):
        if DATA.search(attributes) or not script.strip():
            continue
        if not OF_THEME.fullmatch(script):
            shown = " ".join(script.split())[:80]
            message = (
                f"{name}: found a script in the page, {shown!r}; pages run only scripts of "
                "book/_static and of the theme, so put it into a file there, or remove it"
            )
            raise RuntimeError(message)
        allowed.append(_digest(script))
    return POLICY.format(scripts=" ".join([OWN_FILES, *dict.fromkeys(allowed)]))


def write_policies(site: Path) -> None:
    """Write its policy into every page of the site but the cards, which have one of their own.

    Raises
    ------
    RuntimeError
        If a page has a foreign script; all such pages at once.
    """
    faults = []
    for path in sorted(site.rglob("*.html")):
        if path.relative_to(site).parts[0] in NOT_PAGES:
            continue
        page = path.read_text(encoding="utf-8")
        try:
            policy = policy_of(page, name=path.relative_to(site).as_posix())
        except RuntimeError as fault:
            faults.append(str(fault))
            continue
        tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        place = CHARSET.search(page)
        if place is None or "<script" in page[: place.end()].lower():
            faults.append(f"{path.relative_to(site)}: no place for its policy before its scripts")
            continue
        text = page[: place.end()] + tag + page[place.end() :]
        path.write_text(text, encoding="utf-8")
    if faults:
        raise RuntimeError("\n".join(faults))
