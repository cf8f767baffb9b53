"""Size of the site with all its editions: what it may have, what it has, what an edition adds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from skytally.core import DataError
from skytally.press.edition_pages import INDEX, offered_sizes

LARGEST_SITE = 60_000_000
"""Bytes of all files of the site; editions and packets that were published never leave it."""
NAMED = 4
"""Largest parts of the site that a message names."""
PAGE = {"findings.jsonl": 0.31, "claims.jsonl": 0.31, "changes.json": 0.44}
"""Share of these files that the page of an edition takes, as on the pages of the first editions."""
PACKET_LINE = 140
"""Bytes of a link to a packet on that page."""


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def largest_parts(site: Path) -> dict[str, int]:
    """Files and folders of the site, its editions apart, to their bytes, the largest first."""
    parts = {
        path.name: _bytes(path) if path.is_dir() else path.stat().st_size
        for path in site.iterdir()
        if path.name != INDEX
    }
    return dict(sorted(parts.items(), key=lambda part: -part[1]))


def added_bytes(folder: Path, *, packets: int) -> dict[str, int]:
    """Bytes that an edition adds to the site by part; those of its page are estimated.

    Parameters
    ----------
    folder : Path
        Folder of the edition, which may lack some of its files yet.
    packets : int
        How many packets its page lists, kept ones too.
    """
    added: dict[str, int] = {}
    for name, size in offered_sizes(folder).items():
        part = name.partition("/")[0].partition(".")[0]
        added[part] = added.get(part, 0) + size
    stored = [(folder / name, share) for name, share in PAGE.items()]
    words = sum(share * path.stat().st_size for path, share in stored if path.is_file())
    return {**added, "page": round(words) + PACKET_LINE * packets}


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.1f} MB"


def check_site_size(site: Path, identifier: str, added: Mapping[str, int]) -> None:
    """Refuse an edition with which the site would be larger than it may be.

    Parameters
    ----------
    site : Path
        Root of the printed site.
    identifier : str
        Id of the edition.
    added : mapping of str to int
        As `added_bytes` gives them; empty to ask only whether the site has room at all.

    Raises
    ------
    DataError
        With how much there is and what to do.
    """
    present, new = _bytes(site), sum(added.values())
    if present + new < LARGEST_SITE:
        return
    parts = sorted(added.items(), key=lambda part: -part[1])[:NAMED]
    most = ", ".join(f"{name} {_megabytes(size)}" for name, size in parts)
    others = [*largest_parts(site).items()][:NAMED]
    message = (
        f"the site: found {_megabytes(present)}, to which edition {identifier} would add about "
        f"{_megabytes(new)}{f' ({most})' if most else ''}, of {_megabytes(LARGEST_SITE)} that it "
        "may have. What was published stays, so make other parts smaller, the largest being "
        f"{', '.join(f'{name} ({_megabytes(size)})' for name, size in others)}; or, where the host "
        "of the site takes more, raise LARGEST_SITE in skytally/press/site_size.py. Then run make "
        "edition again"
    )
    raise DataError(message)
