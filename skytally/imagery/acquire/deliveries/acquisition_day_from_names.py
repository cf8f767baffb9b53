"""Days of acquisition in the names of files and folders: one, none, or a contradiction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
FIRST_YEAR = 1957
"""Year of the first satellite: eight digits before it are no day."""
SECONDS = r"(?:[01]\d|2[0-3])[0-5]\d[0-5]\d"
CLOCK = rf"(?:[T_-](?P<clock>{SECONDS})(?!\d)|(?P<joined>{SECONDS})(?=\d{{0,3}}(?!\d)))?"
"""Hour, minute and second after a day, behind a letter or, with fractions, right behind it."""
SPACED_CLOCK = r"(?:T(?P<clock>(?:[01]\d|2[0-3])(?P<gap>[-_:.]?)[0-5]\d(?P=gap)[0-5]\d)(?!\d))?"
"""The same behind a day with dashes, as ISO 8601 has it; a file name seldom holds a colon."""
ZONE = re.compile(r"(?:\.\d+)?(?P<sign>[+-])(?P<h>0\d|1[0-4]):?(?P<min>00|15|30|45)(?!\d)")
"""Hours and minutes ahead of UTC, right behind a time that a T begins."""
SWAPPABLE_FORM = re.compile(r"(?<!\d)(?P<d>\d{2})([-_.])(?P<m>\d{2})\2(?P<y>(?:19|20)\d{2})(?!\d)")
"""Two numbers before a year, of which either may be the month."""
DAY_FORMS = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})" + CLOCK + r"(?!\d{4,})"),
    re.compile(
        r"(?<!\d)(?P<y>(?:19|20)\d{2})([-_.])(?P<m>\d{2})\2(?P<d>\d{2})(?!\d)" + SPACED_CLOCK
    ),
    SWAPPABLE_FORM,
    re.compile(
        r"(?<![A-Za-z\d])(?P<y>\d{2})(?P<b>" + "|".join(MONTHS) + r")(?P<d>\d{2})"
        rf"(?P<clock>{SECONDS})?(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<!\d)(?P<d>\d{1,2})[-_ ]?(?P<b>" + "|".join(MONTHS) + r")[A-Z]*[-_ ]?"
        r"(?P<y>(?:19|20)\d{2})(?!\d)",
        re.IGNORECASE,
    ),
)
"""Ways in which vendors and people write a day into a name."""


class DayConflictError(ValueError):
    """Two days where one belongs; the text names both."""


def _calendar_moment(year: int, month: int, day: int, clock: str = "") -> datetime | None:
    """Time of a day of the calendar since the first satellite, else None."""
    try:
        found = datetime(year, month, day, tzinfo=UTC)
        time = datetime.strptime(clock or "000000", "%H%M%S").replace(tzinfo=UTC).time()
    except ValueError:
        return None
    return datetime.combine(found, time, tzinfo=UTC) if year >= FIRST_YEAR else None


def _year(match: re.Match[str]) -> int:
    digits = match["y"]
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _readings(match: re.Match[str]) -> list[datetime]:
    """List the times that one match may name: two where day and month may be swapped."""
    parts = match.groupdict()
    month = MONTHS.index(parts["b"].upper()) + 1 if parts.get("b") else int(parts["m"])
    day, clock = int(parts["d"]), parts.get("clock") or parts.get("joined") or ""
    found = [_calendar_moment(_year(match), month, day, re.sub(r"\D", "", clock))]
    if match.re is SWAPPABLE_FORM and day != month:
        found.append(_calendar_moment(_year(match), day, month))
    return sorted(moment - _ahead(match) for moment in found if moment is not None)


def _ahead(match: re.Match[str]) -> timedelta:
    """Time by which the zone of a time is ahead of UTC; none where the name states no zone."""
    zone = ZONE.match(match.string, match.end())
    timed = bool(match.groupdict().get("clock"))
    if zone is None or not timed or match.string[match.start("clock") - 1] != "T":
        return timedelta()
    ahead = timedelta(hours=int(zone["h"]), minutes=int(zone["min"]))
    return ahead if zone["sign"] == "+" else -ahead


def _matches(name: str) -> Iterator[re.Match[str]]:
    """Every day as it stands in a name, those aside that overlap an earlier form's day."""
    taken: list[tuple[int, int]] = []
    for form in DAY_FORMS:
        for match in form.finditer(name):
            overlaps = any(match.start() < end and begin < match.end() for begin, end in taken)
            if not overlaps and _readings(match):
                taken.append(match.span())
                yield match


def moments_in_name(name: str) -> dict[date, datetime]:
    """Every day that a name contains, each with its time where one stands after it.

    Parameters
    ----------
    name : str
        Of a file or folder, without suffix.

    Returns
    -------
    dict of date to datetime
        UTC; midnight where the name has no time, the earlier where it has two.

    Examples
    --------
    >>> sorted(map(str, moments_in_name("pier_20230827_021549_to_2023-09-01")))
    ['2023-08-27', '2023-09-01']
    >>> str(moments_in_name("16AUG31104614-S3DS-056956784010")[date(2016, 8, 31)])
    '2016-08-31 10:46:14+00:00'
    >>> str(moments_in_name("pier_20230805T081500+0900")[date(2023, 8, 4)])
    '2023-08-04 23:15:00+00:00'
    """
    found: dict[date, datetime] = {}
    # a day that reads two ways comes last: one that stands elsewhere too is the one meant
    for readings in sorted(map(_readings, _matches(name)), key=len):
        if len(readings) > 1 and any(moment.date() in found for moment in readings):
            continue
        for moment in readings:
            found[moment.date()] = _earlier(found.get(moment.date(), moment), moment)
    return found


def _earlier(one: datetime, other: datetime) -> datetime:
    """Earlier of two times of a day, a day alone being no time: an image is taken, then made."""
    timed = [each for each in (one, other) if each.time() != time(0)]
    return min(timed, default=one)


def impossible_day(name: str) -> str:
    """Text in a name that is written as a day since the first satellite and is none, or empty.

    Examples
    --------
    >>> impossible_day("rajin 2023-02-30"), impossible_day("rajin 2023-02-28")
    ('2023-02-30', '')
    """
    for form in DAY_FORMS:
        for match in form.finditer(name):
            if _year(match) >= FIRST_YEAR and not _readings(match):
                return match[0]
    return ""


def moment_in_name(name: str) -> datetime | None:
    """Time that a name states, or None.

    Raises
    ------
    DayConflictError
        If the name contains two days, or one that reads two ways: neither is taken.
    """
    found = moments_in_name(name)
    if len(found) > 1:
        for match in _matches(name):
            readings = [str(moment.date()) for moment in _readings(match)]
            if len(readings) > 1 and len(found) == len(readings):
                message = (
                    f"{match[0]} in its name reads as {' or as '.join(readings)}, and no metadata "
                    "file says which; write the day as YYYYMMDD"
                )
                raise DayConflictError(message)
        listed = " and ".join(str(day) for day in sorted(found))
        message = (
            f"two days in its name, {listed}, and no metadata file that says which is that of "
            "the image; leave one in the name"
        )
        raise DayConflictError(message)
    return next(iter(found.values()), None)


def one_day(moments: Iterable[tuple[str, datetime]]) -> datetime:
    """Choose the earliest of some times, if all lie on one day.

    Parameters
    ----------
    moments : iterable of (str, datetime)
        Where each stands, and the time.

    Raises
    ------
    DayConflictError
        If they lie on different days; the text says which stands where.
    """
    listed = list(moments)
    if len({moment.date() for _, moment in listed}) > 1:
        words = ", ".join(f"{where} says {moment.date()}" for where, moment in listed)
        message = f"two days for one image: {words}; correct one"
        raise DayConflictError(message)
    return min(moment for _, moment in listed)


def parsed_time(text: str) -> datetime:
    """Parse a time of a metadata file; one without a zone is UTC.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> parsed_time("2016-08-31T10:46:08.484783Z").isoformat(timespec="seconds")
    '2016-08-31T10:46:08+00:00'
    """
    moment = datetime.fromisoformat(text.strip().rstrip(";").strip('" '))
    if not FIRST_YEAR <= moment.year < 2200:
        message = f"the time {text!r} is of no satellite"
        raise ValueError(message)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
