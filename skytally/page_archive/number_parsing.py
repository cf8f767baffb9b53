"""Numbers as pages print them: digits with any separator, multipliers, and words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

SPACES = "  \u2009\u202f"
"""Spaces that stand between thousands: plain, no-break, thin and narrow no-break."""
RUN = re.compile(rf"\d+(?:[.,'\u2019{SPACES}]\d+)*")
"""Digits with what may stand between them."""
GROUPED = re.compile(rf"\d{{1,3}}(?:([.,'\u2019{SPACES}])\d{{3}})(?:\1\d{{3}})*")
DECIMAL = re.compile(r"(\d+)[.,](\d+)")
CLOCK_OR_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}\.\d{1,2}\.\d{4}|\d{4}\.\d{1,2}\.\d{1,2}"
    r"|\d{1,2}:\d{2}(?::\d{2})?|\d+\s?[년월]|(?<=월)\s?\d{1,2}\s?일"
    r"|\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Dd]uring)\s(?:19|20)\d{2}\b"
    r"|\b(?:19|20)\d{2}\s(?:год[ауы]?|г\.|рік|року|році)"  # noqa: RUF001
)
"""Dates and times in digits, whose parts are no numbers of anything."""
WORD = re.compile(r"[^\W\d_]+(?:['\u2019\u02bc][^\W\d_]+)*")
KOREAN_DIGITS = {digit: place for place, digit in enumerate("일이삼사오육칠팔구", start=1)}
KOREAN_UNITS = {"십": 10.0, "백": 100.0, "천": 1000.0, "만": 1e4, "억": 1e8}
_ONE = r"\d[\d,]*(?:\.\d+)?"
_TERM = rf"(?:(?:{_ONE}|[일이삼사오육칠팔구])?[십백천]|{_ONE}|[일이삼사오육칠팔구])"
_TAIL = rf"(?:{_TERM}*[십백천]{_TERM}*|(?:\d{{4}}|\d{{1,3}}(?:,\d{{3}})?)(?!\d))"
KOREAN = re.compile(
    rf"(?<![\d.,가-힣]){_TERM}+[만억](?:\s?{_TERM}+만)?(?:\s?{_TAIL})?"
    rf"|(?<![\d.,가-힣])(?:{_ONE}|[일이삼사오육칠팔구])[십백천]{_TERM}*"
)
"""Numbers with Korean units, such as 2만8천 and 200만."""
KOREAN_TOKEN = re.compile(rf"{_ONE}|[일이삼사오육칠팔구십백천만억]")
SCALED = re.compile(r"[\s-]?([^\W\d_]+)\.?")
"""Word directly after a number."""


@dataclass(frozen=True)
class PrintedNumber:
    """One way to read a number of a text."""

    value: float
    """What it says."""
    start: int
    """Place of its first character."""
    end: int
    """Place after its last character."""


@dataclass(frozen=True)
class NumberWords:
    """Words for numbers, and for months, beside which a number is a date."""

    adds: Mapping[str, float] = field(default_factory=dict)
    """Word in lower case to the number that it adds."""
    multiplies: Mapping[str, float] = field(default_factory=dict)
    """Word in lower case to what it multiplies the number before it by."""
    months: tuple[str, ...] = ()
    """Names of months; a star stands for any further letters."""

    @cached_property
    def month_beside(self) -> re.Pattern[str]:
        """Pattern of a day beside the name of a month."""
        if not self.months:
            return re.compile(r"(?!)")
        names = "|".join(re.escape(name).replace(r"\*", r"\w*") for name in self.months)
        day = r"\d{1,2}(?!\d)(?:[snrt][tdh]|-?го)?"  # noqa: RUF001
        joint, year = r"\s?(?:-|\u2013|to|and|,)\s?", r"(?:,?\s\d{4}\b)?"
        return re.compile(
            rf"\b{day}(?:{joint}{day})*\s(?:of\s)?(?:{names})\b\.?{year}"
            rf"|\b(?:{names})\b\.?\s{day}(?:{joint}{day}\b)*{year}"
            rf"|\b(?:{names})\b\.?\s(?:of\s)?\d{{4}}\b",
            re.IGNORECASE,
        )


def number_words(rows: Iterable[Mapping[str, object]]) -> NumberWords:
    """Collect the rows of the table *number_and_month_words*."""
    listed = [
        (str(row["word"]).lower(), str(row["use"]), float(str(row["number"]))) for row in rows
    ]
    return NumberWords(
        {word: number for word, use, number in listed if use == "adds"},
        {word: number for word, use, number in listed if use == "multiplies"},
        tuple(word for word, use, _ in listed if use == "month"),
    )


def _readings(run: str) -> set[float]:
    """Ways to read digits with separators: *1.000* is a thousand, or one."""
    found = set()
    plain = re.sub(rf"[.,'\u2019{SPACES}]", "", run)
    if run == plain or GROUPED.fullmatch(run):
        found.add(float(plain))
    if decimal := DECIMAL.fullmatch(run):
        found.add(float(f"{decimal[1]}.{decimal[2]}"))
    whole, mark, fraction = run[: run.rfind(".")], ".", run[run.rfind(".") + 1 :]
    if run.rfind(",") > run.rfind("."):
        whole, mark, fraction = run[: run.rfind(",")], ",", run[run.rfind(",") + 1 :]
    if mark not in whole and GROUPED.fullmatch(whole) and fraction.isdigit():
        found.add(float(f"{re.sub(r'[^0-9]', '', whole)}.{fraction}"))
    return found


def _in_digits(text: str, words: NumberWords) -> Iterator[PrintedNumber]:
    for run in RUN.finditer(text):
        if (
            text[run.start() - 1 : run.start()] in KOREAN_UNITS
            or text[run.end() :][:1] in KOREAN_UNITS
        ):
            continue  # read with its units
        parts = [(run.start(), run.end())]
        if any(space in run[0] for space in SPACES):
            pieces = re.finditer(rf"[^{SPACES}]+", run[0])
            parts += [(run.start() + each.start(), run.start() + each.end()) for each in pieces]
        for start, end in parts:
            readings = _readings(_ascii(text[start:end]))
            scale = SCALED.match(text, end)
            factor = words.multiplies.get(scale[1].lower()) if scale else None
            stop = scale.end(1) if scale and factor else end
            for value in sorted(readings):
                yield PrintedNumber(value * (factor or 1.0), start, stop)


def _ascii(digits: str) -> str:
    """Digits of any script as those of ASCII."""
    return "".join(str(int(each)) if each.isdigit() else each for each in digits)


def _korean_value(run: str) -> float:
    total, section, number = 0.0, 0.0, None
    for token in KOREAN_TOKEN.findall(run):
        unit = KOREAN_UNITS.get(token)
        if unit is None:
            number = float(KOREAN_DIGITS.get(token) or token.replace(",", ""))
        elif unit < 1e4:
            section, number = section + (1.0 if number is None else number) * unit, None
        else:
            total, section, number = total + (section + (number or 0.0) or 1.0) * unit, 0.0, None
    return total + section + (number or 0.0)


def _in_korean(text: str) -> Iterator[PrintedNumber]:
    for run in KOREAN.finditer(text):
        yield PrintedNumber(_korean_value(run[0]), run.start(), run.end())
        head, _, tail = run[0].rpartition(" ")
        # what follows a space may be another number
        if head and tail:
            yield PrintedNumber(_korean_value(head), run.start(), run.start() + len(head))


def _plain(word: str) -> str:
    return word.lower().replace("\u2019", "'").replace("\u02bc", "'")


def _value_of_words(words: Sequence[str], known: NumberWords) -> float:
    total = section = 0.0
    for word in words:
        if word in known.adds:
            section += known.adds[word]
        elif word in known.multiplies:
            factor = known.multiplies[word]
            if factor >= 1000:
                total, section = total + (section or 1.0) * factor, 0.0
            else:
                section = (section or 1.0) * factor
    return total + section


JOINING = {"and"}
"""Words within a number in words."""


def _in_words(text: str, known: NumberWords) -> Iterator[PrintedNumber]:
    """Yield each unbroken sequence of number words; a multiplier alone counts after an article."""
    sequence: list[tuple[str, int, int]] = []
    found = [(_plain(each[0]), each.start(), each.end()) for each in WORD.finditer(text)]
    found.append(("", len(text) + 2, len(text) + 2))
    for before, (word, start, end) in pairwise([("", 0, 0), *found]):
        between = text[sequence[-1][2] : start] if sequence else ""
        counts = word in known.adds or word in known.multiplies
        joins = word in JOINING and bool(sequence) and sequence[-1][0] in known.multiplies
        if sequence and not ((counts or joins) and re.fullmatch(r"[\s-]{1,2}", between)):
            yield from _ended(sequence, known)
            sequence = []
        # a digit before a multiplier makes it part of that number, which is read elsewhere
        after_digits = bool(re.search(r"\d[\s-]?$", text[max(0, start - 3) : start]))
        article = before[0] in ("a", "an")
        starts = word in known.adds or (article and counts)
        if (sequence and (counts or joins)) or (starts and not after_digits):
            sequence.append((word, start, end))


def _ended(sequence: list[tuple[str, int, int]], known: NumberWords) -> Iterator[PrintedNumber]:
    while sequence and sequence[-1][0] in JOINING:
        sequence = sequence[:-1]
    parts = [sequence]
    joints = [place for place, each in enumerate(sequence) if each[0] in JOINING]
    # "a thousand and six" may be one number or two: both readings are tried
    for place in joints:
        parts += [sequence[:place], sequence[place + 1 :]]
    for part in parts:
        value = _value_of_words([word for word, _, _ in part], known)
        yield PrintedNumber(value, part[0][1], part[-1][2])


def _in_native_korean(text: str, known: NumberWords) -> Iterator[PrintedNumber]:
    words = sorted((word for word in known.adds if "가" <= word[0] <= "힣"), key=len, reverse=True)
    if words:
        pattern = rf"(?<![가-힣])({'|'.join(words)})(?=\s?[가-힣]{{1,3}})"
        for each in re.finditer(pattern, text):
            yield PrintedNumber(known.adds[each[1]], each.start(1), each.end(1))


def printed_numbers(text: str, words: NumberWords) -> list[PrintedNumber]:
    """Numbers of a text in every way in which they can be read, without those of dates.

    Parameters
    ----------
    text : str
        Text of a page.
    words : NumberWords
        Words for numbers and months.

    Returns
    -------
    list of PrintedNumber
        Sorted by their places. One place may have several readings: *1.000* is read as a
        thousand and as one, *25 300* as one number and as two.

    Examples
    --------
    >>> words = NumberWords({"two": 2}, {"thousand": 1000}, ("October",))
    >>> text = "28,000 or two thousand, on 13 October"
    >>> [(each.value, text[each.start : each.end]) for each in printed_numbers(text, words)]
    [(28.0, '28,000'), (28000.0, '28,000'), (2000.0, 'two thousand')]
    """
    taken = [
        (each.start(), each.end())
        for pattern in (CLOCK_OR_DATE, words.month_beside)
        for each in pattern.finditer(text)
    ]
    found = {
        *_in_digits(text, words), *_in_korean(text), *_in_words(text, words),
        *_in_native_korean(text, words),
    }  # fmt: skip
    free = (
        each for each in found
        if not any(start <= each.start and each.end <= end for start, end in taken)
    )  # fmt: skip
    return sorted(free, key=lambda each: (each.start, each.end, each.value))
