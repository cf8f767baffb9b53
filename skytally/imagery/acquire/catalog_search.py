"""What a provider offers for a site and a period: whole, checked, and compared with last time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
from urllib3 import Retry

from skytally.core.errors import AcquisitionError, DataError
from skytally.imagery.acquire.local_folder import folder_offers
from skytally.imagery.acquire.providers import FOLDER, STAC_API, Provider
from skytally.imagery.acquire.stac.http_client import PASSING, CatalogueError, CatalogueIO, bare
from skytally.imagery.acquire.stac.paging import Item, Listing, Searcher, key_of, words_of
from skytally.imagery.acquire.stac.scene_items import ITEM_ID, Offer, offer_from_item
from skytally.imagery.acquire.stac.static_catalog import static_items, wanted
from skytally.imagery.sites.site_register import Site, bbox_lonlat

Day = date | str
LEEWAY = timedelta(seconds=60)
"""By which the time of a scene may lie outside the period: a scene takes up to half a minute."""
LONGEST_WAIT = 60
"""Seconds; the longest wait that a server's Retry-After is granted."""


@dataclass(frozen=True)
class Found:
    """The answer to one search."""

    provider: str
    """Name of the provider."""
    site: str
    """Slug of the site."""
    first: str
    """First day of the period, ISO."""
    last: str
    """Last day of the period, ISO, included."""
    offers: list[Offer]
    """Every sound offer, sorted by time, then id."""
    malformed: list[tuple[str, str]]
    """Id and reason of every item that cannot be used; together with `offers`, all items."""
    matched: int | None
    """How many items the server said there are, or None where it did not say."""
    pages: int
    """Pages, or files, read."""
    faults: list[str] = field(default_factory=list)
    """What was odd or had to be asked again, one sentence each."""
    changed: list[str] = field(default_factory=list)
    """What differs from the frozen looks table, one sentence each."""

    @property
    def offered(self) -> int:
        """How many items were offered: the rows that the looks table must gain or hold."""
        return len(self.offers) + len(self.malformed)


def search(
    provider: Provider,
    site: Site,
    period: tuple[Day, Day],
    *,
    timeout: float = 20.0,
    tries: int = 5,
    back_off: float = 0.5,
    patience: float = 600.0,
    now: datetime | None = None,
    looks: pd.DataFrame | None = None,
    searches: pd.DataFrame | None = None,
) -> Found:
    """Ask a provider what it offers for a site and a period.

    Parameters
    ----------
    provider : Provider
        A search service, a catalogue of files, or a folder.
    site : Site
        The site, whose window is searched.
    period : (date or str, date or str)
        First and last day, UTC, both included.
    timeout : float
        Seconds to wait for a connection or for the next piece of an answer.
    tries : int
        Attempts for one question.
    back_off : float
        Seconds before the third attempt (the second follows at once); doubles after that.
    patience : float
        Seconds for the whole search.
    now : datetime, optional
        Time after which no scene can lie; not checked if not given.
    looks, searches : pandas.DataFrame, optional
        The frozen tables, against which the answer is compared.

    Returns
    -------
    Found

    Raises
    ------
    DataError
        If the period is none.
    AcquisitionError
        If the catalogue cannot be read, does not answer in time, or gives fewer items than
        it promises even when it is asked in shorter periods.
    """
    first, last = _period(period)
    io = CatalogueIO(
        timeout=timeout,
        retry=Retry(
            total=tries - 1,
            backoff_factor=back_off,
            status_forcelist=PASSING,
            allowed_methods=None,
            retry_after_max=LONGEST_WAIT,
        ),
        patience=patience,
    )
    try:
        found = _gather(provider, site, first, last, io, now)
    except CatalogueError as fault:
        message = (
            f"{provider.name}, search of {provider.collection or 'all scenes'} for {site.slug}, "
            f"{words_of((first, last))}: {bare(provider.url)}: {fault}; "
            "nothing was recorded; try again later, or mend the provider's row"
        )
        raise AcquisitionError(message) from fault
    found.faults.extend(_counted(io.recovered))
    if looks is None:
        return found
    return replace(found, changed=changes(found, looks=looks, searches=searches))


def _period(period: tuple[Day, Day]) -> tuple[date, date]:
    try:
        first, last = (date.fromisoformat(str(each)) for each in period)
    except (TypeError, ValueError) as error:
        message = f"period {period!r}: give first and last day as YYYY-MM-DD ({error})"
        raise DataError(message) from error
    if first > last:
        message = f"period {first} to {last} runs backwards; give the first day first"
        raise DataError(message)
    return first, last


def _counted(faults: list[str]) -> Iterator[str]:
    for each in dict.fromkeys(faults):
        times = faults.count(each)
        yield f"{each}, {times} time{'s' if times > 1 else ''}, then answered"


def _gather(
    provider: Provider, site: Site, first: date, last: date, io: CatalogueIO, now: datetime | None
) -> Found:
    malformed: list[tuple[str, str]] = []
    listing = Listing()
    offers: list[Offer] = []
    based: list[tuple[Item, str]] = []
    if provider.kind == FOLDER:
        offers, malformed = folder_offers(provider, site, first=first, last=last)
        listing.pages = len(offers) + len(malformed)
    elif provider.kind == STAC_API:
        window = bbox_lonlat(site)
        searcher = Searcher(io, provider.url, provider.collection, window, provider.page_size)
        listing = searcher.all_items((first, last))
        based = [(item, "") for item in listing.items.values()]
    else:
        based, malformed = _walk(provider, site, first, last, io, listing)
    for item, base in based:
        try:
            offers.append(offer_from_item(item, provider, site, base=base))
        except AcquisitionError as error:
            malformed.append((_safe(item), f"malformed: {error.__cause__}"))
    sound = []
    for offer in offers:
        wrong = _wrong_time(offer, first, last, now)
        if wrong:
            malformed.append((offer.item_id, wrong))
        else:
            sound.append(offer)
    return Found(
        provider=provider.name,
        site=site.slug,
        first=first.isoformat(),
        last=last.isoformat(),
        offers=sorted(sound, key=lambda offer: (offer.time, offer.item_id)),
        malformed=sorted(malformed),
        matched=listing.promised,
        pages=listing.pages,
        faults=listing.faults,
    )


def _walk(
    provider: Provider, site: Site, first: date, last: date, io: CatalogueIO, listing: Listing
) -> tuple[list[tuple[Item, str]], list[tuple[str, str]]]:
    """Walk a catalogue of files; items that several files hold count once."""
    gathered = static_items(provider.url, io, collection=provider.collection)
    listing.pages = gathered.files
    days = {(first + timedelta(days=count)).isoformat() for count in range((last - first).days + 1)}
    box, again = bbox_lonlat(site), 0
    based: dict[str, tuple[Item, str]] = {}
    for item, base in gathered.items:
        if not wanted(item, site_box=box, days=days):
            continue
        again += key_of(item) in based
        based.setdefault(key_of(item), (item, base))
    if again:
        listing.faults.append(f"items given more than once: {again}; each kept once")
    unread = [(key_of(address), f"{address}: {reason}") for address, reason in gathered.unread]
    return list(based.values()), unread


def _safe(item: Item) -> str:
    key = key_of(item)
    return key if ITEM_ID.fullmatch(key) else key_of([key])


def _wrong_time(offer: Offer, first: date, last: date, now: datetime | None) -> str:
    """Say what is wrong with the time of an offer; nothing if it may be right."""
    time = datetime.fromisoformat(offer.time)
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    if now and time > now + LEEWAY:
        return f"wrong time: {offer.time} lies in the future"
    if not begins - LEEWAY <= time < ends + LEEWAY:
        return f"wrong time: {offer.time} lies outside the search, {first} to {last}"
    return ""


WATCHED = ("time_utc", "platform", "baseline", "tile", "relative_orbit")
"""Columns of a look in which a change means that the provider changed the scene."""


def changes(
    found: Found, *, looks: pd.DataFrame, searches: pd.DataFrame | None = None
) -> list[str]:
    """Say what a provider changed since its scenes were written into the looks table.

    Parameters
    ----------
    found : Found
        The answer of today.
    looks : pandas.DataFrame
        The frozen looks.
    searches : pandas.DataFrame, optional
        The frozen searches; with them, a scene that came later to a period that had been
        searched is told from one that was never asked for.

    Returns
    -------
    list of str
        One sentence a change, sorted by item; empty if the answer is the same.
    """
    mine = looks[(looks["provider"] == found.provider) & (looks["site"] == found.site)]
    day = mine["time_utc"].str[:10]
    within = mine[(day >= found.first) & (day <= found.last)].set_index("item_id")
    known = mine.set_index("item_id")
    now = {offer.item_id: offer for offer in found.offers}
    broken = dict(found.malformed)
    said = []
    for item in within.index:
        if item not in now and item not in broken:
            said.append(f"{item}: gone; it was offered on {within.loc[item, 'searched']}")
    for item, reason in broken.items():
        if item in known.index and known.loc[item, "time_utc"]:
            said.append(f"{item}: sound on {known.loc[item, 'searched']}, now {reason}")
    for item, offer in now.items():
        if item in known.index:
            said += _differences(offer, known.loc[item])
        elif _asked_before(offer, found, searches):
            said.append(f"{item}: new, though {offer.time[:10]} had been searched")
    return sorted(said)


def _differences(offer: Offer, look: pd.Series) -> Iterator[str]:
    orbit = "" if offer.relative_orbit is None else str(offer.relative_orbit)
    today = {
        "time_utc": offer.time,
        "platform": offer.platform,
        "baseline": offer.baseline,
        "tile": offer.tile,
        "relative_orbit": orbit,
    }
    for column in WATCHED:
        before = str(look[column])
        if before != today[column]:
            was, given = before or "empty", today[column] or "empty"
            yield f"{offer.item_id}: {column} was {was}, is {given}"


def _asked_before(offer: Offer, found: Found, searches: pd.DataFrame | None) -> bool:
    if searches is None or searches.empty:
        return False
    mine = searches[(searches["provider"] == found.provider) & (searches["site"] == found.site)]
    day = offer.time[:10]
    return bool(((mine["first"] <= day) & (day <= mine["last"])).any())
