"""Values of STAC items: numbers, times, words and addresses, each refused where it is none."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

from skytally.imagery.acquire.byte_range_fetching import local_path
from skytally.imagery.acquire.offered_scene import MalformedItemError
from skytally.web import MAX_VALUE, AddressRules, ForbiddenAddressError, one_line, shown

STORE_CALENDAR = (date(1678, 1, 1), date(2261, 12, 31))
"""First and last whole year of times in nanoseconds, as measured lines keep them."""
MAX_WHOLE = 2**53
"""Whole numbers up to which a float holds each one."""
MAX_ADDRESS = 4096
"""Characters of an address."""
TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}):(\d{2})(\.\d+)?\s?([Zz]|[+-]\d{2}:?\d{2})?", re.ASCII
)
LEAP_DAYS = ((6, 30), (12, 31))
"""Month and day at whose end a leap second may stand."""


def number_property(mapping: dict[str, Any], *keys: str, finite: bool = True) -> float | None:
    """Value of the first key that is present, as a number.

    Parameters
    ----------
    mapping : dict
        Properties or an asset.
    *keys : str
        Keys in the order of preference.
    finite : bool
        Whether NaN and endless numbers are refused; a no-data value may be one.

    Raises
    ------
    MalformedItemError
        If it is no number.
    """
    for key in keys:
        value = mapping.get(key)
        if value is None:
            continue
        try:
            if isinstance(value, bool):
                raise TypeError
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            message = f"{key} is {shown(value)}, no number"
            raise MalformedItemError(message) from None
        if finite and not math.isfinite(number):
            message = f"{key} is {shown(value)}, no finite number"
            raise MalformedItemError(message)
        return number
    return None


def integer_property(mapping: dict[str, Any], key: str) -> int | None:
    """Value of a key as a whole number, or None if it is absent."""
    value = number_property(mapping, key)
    if value is None:
        return None
    if value != int(value) or abs(value) > MAX_WHOLE:
        message = f"{key} is {shown(mapping[key])}, no whole number"
        raise MalformedItemError(message)
    return int(value)


def text_property(mapping: dict[str, Any], key: str, *, default: str = "") -> str:
    """Value of a key as a short text that can be printed, or the default if it is absent.

    Raises
    ------
    MalformedItemError
        If it is neither text nor a number, is too long, or holds characters that nobody sees.
    """
    value = mapping.get(key)
    if value is None or value == "":
        return default
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number_property(mapping, key)
        value = f"{value:g}" if abs(value) > MAX_WHOLE else str(value)
    if not isinstance(value, str):
        message = f"{key} is {shown(value)}, no text"
        raise MalformedItemError(message)
    if len(value) > MAX_VALUE or one_line(value) != value:
        message = f"{key} is {shown(value)}, which is too long or cannot be printed"
        raise MalformedItemError(message)
    return value


def epsg_code(mapping: dict[str, Any]) -> int | None:
    """EPSG code in ``proj:code`` or the older ``proj:epsg``, or None."""
    code = mapping.get("proj:code")
    if code is None:
        return integer_property(mapping, "proj:epsg")
    authority, _, number = str(code)[:MAX_VALUE].partition(":")
    if authority.upper() != "EPSG" or not re.fullmatch(r"[0-9]{4,6}", number):
        message = f"proj:code is {shown(code)}"
        raise MalformedItemError(message)
    return int(number)


def utc_time(stated: object) -> datetime:
    """Parse the time of an acquisition.

    Parameters
    ----------
    stated : object
        ``datetime`` of the item, with its zone; lower-case letters count as capital ones, and a
        leap second as the second before it.

    Returns
    -------
    datetime
        UTC.

    Raises
    ------
    MalformedItemError
        If it is no time, has no zone, or lies outside the calendar of the store.
    """
    found = TIME.fullmatch(stated) if isinstance(stated, str) else None
    if not found:
        message = f"datetime is {shown(stated)}"
        raise MalformedItemError(message)
    day, minute, second, fraction, zone = found.groups(default="")
    if not zone:
        message = f"datetime {shown(stated)} has no time zone; a time in UTC ends in Z"
        raise MalformedItemError(message)
    leap = second == "60"
    parts = f"{day}T{minute}:{'59' if leap else second}{fraction[:7]}{zone.upper()}"
    try:
        time = datetime.fromisoformat(parts).astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"datetime is {shown(stated)}"
        raise MalformedItemError(message) from None
    if leap and ((time.month, time.day) not in LEAP_DAYS or time.strftime("%H:%M") != "23:59"):
        message = f"datetime {shown(stated)} has a leap second where there is none"
        raise MalformedItemError(message)
    if not STORE_CALENDAR[0] <= time.date() <= STORE_CALENDAR[1]:
        message = (
            f"datetime {shown(stated)} lies outside the calendar of the store, "
            f"{STORE_CALENDAR[0].year} to {STORE_CALENDAR[1].year}"
        )
        raise MalformedItemError(message)
    return time


def absolute_address(href: str, base: str, rules: AddressRules) -> str:
    """Address or path of a file that an item names.

    Parameters
    ----------
    href : str
        As the item has it, absolute or relative.
    base : str
        Address or path of the document that holds it; empty if it is not known.
    rules : AddressRules
        Which addresses may be read.

    Raises
    ------
    MalformedItemError
        If it is relative to nothing, or may not be read.
    """
    address = resolved_address(href, base)
    if "://" not in address and not (base or rules.local):
        message = "a relative address, and no self link to which it refers"
        raise MalformedItemError(message)
    if address.lower().startswith("s3://"):
        return address
    if local_path(address) is not None:
        if not rules.local:
            message = "a file of this machine, which a catalogue elsewhere may not name"
            raise MalformedItemError(message)
        return address
    try:
        rules.check(address)
    except ForbiddenAddressError as fault:
        message = str(fault)
        raise MalformedItemError(message) from None
    return address


def resolved_address(href: str, base: str) -> str:
    r"""Resolve an address against that of the document that holds it, on the web or on the disk.

    A program of Windows may write ``.\items\0.json``; its marks are read as slashes.

    Raises
    ------
    MalformedItemError
        If it is too long, or holds control characters.
    """
    if len(href) > MAX_ADDRESS or one_line(href, limit=MAX_ADDRESS) != href:
        message = f"an address that is none: {shown(href)}"
        raise MalformedItemError(message)
    slashed = href if "://" in href else href.replace("\\", "/")
    if "://" in base and local_path(base) is None:
        try:
            return urljoin(base, slashed)
        except ValueError:
            message = f"an address that is none: {shown(href)}"
            raise MalformedItemError(message) from None
    if "://" in href or not base:
        return href
    folder = (local_path(base) or Path(base)).parent
    literal = folder / href
    try:
        # an address writes a space as %20, a file's name rarely does
        path = literal if literal.exists() else folder / unquote(slashed)
        return str(path.resolve())
    except (OSError, RuntimeError, ValueError):
        message = f"an address that is none: {shown(href)}"
        raise MalformedItemError(message) from None
