"""Title, author, licence and state of the book, as every page and card carries them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from skytally.core import DataError, data_registry, day, read_table
from skytally.press.project_paths import book_folder
from skytally.record import newest_page

LICENCE = "CC BY 4.0"
"""Licence of text, figures and compiled tables; LICENSE-CC-BY has its words."""
PACKAGE = "skytally"


def _config() -> Mapping[str, Any]:
    import yaml

    path = book_folder() / "_config.yml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    missing = [key for key in ("title", "author") if not (found or {}).get(key)]
    if missing:
        message = f"{path.name}: {' and '.join(missing)} missing; every card cites them"
        raise DataError(message)
    return dict(found)


def package_version() -> str:
    """Version of the package; empty where it is run without being installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""


def book_details(edition: Mapping[str, str] | None = None) -> dict[str, str]:
    """Words about the book by name.

    Parameters
    ----------
    edition : mapping of str to str, optional
        Words on the edition that the book is or comes after, as `edition_pages.edition_words`
        has them; citations then name it.

    Returns
    -------
    dict of str to str
        ``title``, ``author``, ``licence``, ``version``, ``newest`` (day of the newest page that
        was read; empty without one), ``newest_iso`` (the same as ISO 8601), ``complete_to`` (the
        words of the footer for it), ``issued`` (day of issue as ISO 8601: that of the edition,
        else of ``html_context`` of ``_config.yml``; empty where neither has one), ``citation``
        (of the newest edition where there is one, which does not change); ``copy`` (the words for
        this copy), ``copy_citation`` and ``short_copy_citation``, with the beginning of its hash,
        only where the book differs from that edition; ``repository`` and ``site`` (addresses)
        only where ``_config.yml`` sets them; and those of the edition.

    Raises
    ------
    DataError
        If ``_config.yml`` has no title or author, or its day of issue is no date.
    """
    config = _config()
    newest = newest_page(read_table(data_registry.path("sources")))
    context = ((config.get("sphinx") or {}).get("config") or {}).get("html_context") or {}
    details = {
        "title": str(config["title"]),
        "author": str(config["author"]),
        "licence": LICENCE,
        "version": package_version(),
        "newest": day(newest) if newest is not None else "",
        "newest_iso": newest.date().isoformat() if newest is not None else "",
    }
    details["complete_to"] = f"newest page read: {details['newest']}" if details["newest"] else ""
    set_by_hand = _issued(str(context.get("issued") or ""))
    details |= {"issued": set_by_hand} | dict(edition or {})
    details |= _citations(details, (config.get("html") or {}).get("baseurl") or "")
    addresses = {
        "repository": (config.get("repository") or {}).get("url"),
        "site": (config.get("html") or {}).get("baseurl"),
    }
    return details | {name: str(url) for name, url in addresses.items() if url}


def _issued(day_of_issue: str) -> str:
    """Day of issue as the configuration has it; anything but a day is refused."""
    try:
        return date.fromisoformat(day_of_issue).isoformat() if day_of_issue else ""
    except ValueError as error:
        message = f"_config.yml: issued is {day_of_issue!r}; write a day, such as 2026-12-31"
        raise DataError(message) from error


def _citations(details: Mapping[str, str], site: str) -> dict[str, str]:
    """Citation of the newest edition and, where the book differs from it, of this copy."""
    if "copy_hash" not in details:
        return {"citation": _citation(details, details.get("edition", ""), site)}
    edition = f"edition {details['edition_id']}"
    published = details["edition_complete_to"]
    state = {
        "issued": details["edition_day"],
        "version": details["edition_version"],
        "complete_to": f"newest page read: {_in_words(published)}" if published else "",
    }
    copy = f"copy with the SHA-256 {details['copy_hash']}, which differs from {edition}"
    begins = f"copy whose SHA-256 begins {details['copy_hash'][:12]}, not {edition}"
    return {
        "citation": _citation({**details, **state}, edition, site),
        "copy": copy,
        "copy_citation": _citation(details, copy, site),
        "short_copy_citation": _citation(details, begins, site),
    }


def _in_words(day_iso: str) -> str:
    """Day in words, as in *8 July 2026*."""
    known = date.fromisoformat(day_iso)
    return f"{known.day} {known:%B %Y}"


def _citation(details: Mapping[str, str], what: str, site: str) -> str:
    """Cite the book: author, year, title, edition or copy, version, state of the record, address.

    The year is that of the day of issue; without one, that of the newest page read or of the
    edition before, since no later state of the book is older.
    """
    dated = details["issued"] or max(details["newest_iso"], details.get("edition_day", ""))
    year = f" ({dated[:4]})" if dated else ""
    version = f"version {details['version']}" if details["version"] else ""
    parts = [
        details["title"],
        what,
        f"issued {_in_words(details['issued'])}" if details["issued"] else "",
        version,
        details["complete_to"],
        site,
    ]
    return f"{details['author']}{year}, {', '.join(filter(None, parts))}."


def source_line(details: Mapping[str, str] | None = None) -> str:
    """Title, version and licence, as they stand in every picture.

    Parameters
    ----------
    details : mapping of str to str, optional
        Result of `book_details`, where the caller has it.
    """
    about = details or book_details()
    version = f", version {about['version']}" if about["version"] else ""
    return f"{about['title']}{version} · {about['licence']}"
