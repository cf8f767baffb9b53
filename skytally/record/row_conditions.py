"""Conditions on the columns of a table, written as ``column sign value; column sign value``."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from skytally.core import DataError, columns, is_day, look_alike_words, words

LONGEST_PATTERN = 200
"""Most letters of a pattern."""
MOST_REPEATS = 2
"""Most signs of repetition in a pattern: the time that a search takes grows with each."""
MOST_OPTIONAL = 4
"""Most question marks in a pattern, each of which may double that time."""
NO_SIGNS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:=!<P]+", re.DOTALL)
"""Parts of a pattern in which a sign of repetition means itself, or something else."""
REPEATS = re.compile(r"[*+]|\{\d*,?\d*\}")
REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")
CONDITION = re.compile(r"\s*(\w+)\s*(<=|>=|!=|=|~)\s*(.*?)\s*")
JOINED = re.compile(r"(?:\s+and\s+|\s*&&\s*|\s*,\s*)(?=\w+\s*(?:<=|>=|!=|=|~))", re.IGNORECASE)
"""What joins a second condition where a semicolon is meant."""


def _parsed(table: pd.DataFrame, text: str) -> tuple[str, str, object]:
    """Split one condition into column, sign and what its cells are compared with."""
    match = CONDITION.fullmatch(text)
    if match is None or match[1] not in table:
        message = f"{text.strip()!r}: write column, one of = != ~ <= >=, value"
        raise DataError(message)
    column, sign, value = match.groups()
    kind = table[column].dtype.kind
    if sign != "~" and JOINED.search(value):
        parted = JOINED.sub("; ", text.strip())
        message = f"{text.strip()!r}: conditions are separated by semicolons; write {parted!r}"
        raise DataError(message)
    days = [value] if sign in ("<=", ">=") else value.split("|")
    odd = [each for each in days if not is_day(each)] if kind == "M" and sign != "~" else []
    if odd:
        message = f"{text.strip()!r}: {odd[0]!r} is no date; write a day that exists as YYYY-MM-DD"
        raise DataError(message)
    if sign in ("<=", ">="):
        if kind not in "Mfiu":
            message = f"{text.strip()!r}: {column} holds words; compare a date or a number"
            raise DataError(message)
        edge = pd.Timestamp(value) if kind == "M" else _as_number(value)
        if pd.isna(edge):
            message = f"{text.strip()!r}: {value!r} is no number"
            raise DataError(message)
        return column, sign, edge
    if sign == "~":
        return column, sign, _pattern(text, value)
    return column, sign, value.split("|")


def _pattern(text: str, value: str) -> re.Pattern[str]:
    """Compile the pattern of a condition, if no text can keep it busy for long.

    Raises
    ------
    DataError
        If it is no pattern, longer than `LONGEST_PATTERN`, or repeats a group or too often.
    """
    plain = NO_SIGNS.sub("", value)
    repeats, optional = len(REPEATS.findall(plain)), plain.count("?")
    if len(value) > LONGEST_PATTERN:
        found = f"a pattern of {len(value)} letters; write at most {LONGEST_PATTERN}"
    elif REPEATED_GROUP.search(plain):
        found = "a pattern that repeats a group, which may never end; name the words, parted by |"
    elif repeats > MOST_REPEATS or optional > MOST_OPTIONAL:
        found = f"{repeats + optional} repetitions in a pattern, which may never end; use fewer"
    else:
        try:
            return re.compile(value, re.IGNORECASE)
        except (re.error, OverflowError, RecursionError) as error:
            found = f"no pattern ({error}); correct it"
    message = f"{text.strip()[:80]!r}: {found}"
    raise DataError(message)


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def condition_faults(table: pd.DataFrame, conditions: str) -> list[str]:
    """Collect every condition that is malformed, or compares a column with the wrong type."""
    faults = []
    for text in filter(str.strip, conditions.split(";")):
        try:
            _parsed(table, text)
        except DataError as fault:
            faults.append(str(fault))
    return faults


def condition_words(conditions: str) -> list[tuple[str, list[str]]]:
    """Column and words of each condition that compares a column with a list of words."""
    matches = [CONDITION.fullmatch(text) for text in conditions.split(";")]
    return [(each[1], each[3].split("|")) for each in matches if each and each[2] in ("=", "!=")]


def condition_parts(conditions: str) -> list[tuple[str, str, str]]:
    """Split conditions into column, sign and value, as they are written.

    Examples
    --------
    >>> condition_parts("state=seen|counted; value>=0")
    [('state', '=', 'seen|counted'), ('value', '>=', '0')]
    """
    matches = [CONDITION.fullmatch(text) for text in conditions.split(";")]
    return [(each[1], each[2], each[3]) for each in matches if each]


def possible_words(
    path: Path, tables: Mapping[str, pd.DataFrame]
) -> dict[str, tuple[str, Collection[str]]]:
    """Words that the cells of each column with a closed list may hold.

    Parameters
    ----------
    path : Path
        The table, with its dictionary and the vocabularies beside it.
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name, for the columns that refer to one of them.

    Returns
    -------
    dict of str to (str, collection of str)
        Column to the name of its list (*vocabulary unit*, *table scopes*) and the words of it.
    """
    vocabularies = words(path.parent)
    closed: dict[str, tuple[str, Collection[str]]] = {}
    for column in columns(path):
        if column.vocabulary:
            closed[column.name] = f"vocabulary {column.vocabulary}", vocabularies[column.vocabulary]
        elif column.type == "ref" and column.refers_to in tables:
            ids = set(map(str, tables[column.refers_to]["id"]))
            closed[column.name] = f"table {column.refers_to}", ids
    return closed


def _advice(word: str) -> str:
    alike = look_alike_words(word)
    return f"correct the condition ({alike})" if alike else "correct the condition"


def word_faults(conditions: str, possible: Mapping[str, tuple[str, Collection[str]]]) -> list[str]:
    """Collect the words of conditions that no cell of their column can hold.

    Parameters
    ----------
    conditions : str
        As `filtered` takes them.
    possible : mapping of str to (str, collection of str)
        As `possible_words` returns it.

    Returns
    -------
    list of str
        One sentence a word; a column without a closed list may hold anything.
    """
    return [
        f"{column}: no {word!r} in {possible[column][0]}; {_advice(word)}"
        for column, wanted in condition_words(conditions)
        if column in possible
        for word in sorted({*wanted} - {"", *possible[column][1]})
        if not JOINED.search(word)
    ]


def met(table: pd.DataFrame, conditions: str) -> pd.Series:
    """Whether each row meets every condition, which none decides by any other row.

    Raises
    ------
    DataError
        As for `filtered`.
    """
    chosen = pd.Series(data=True, index=table.index)
    for text in filter(str.strip, conditions.split(";")):
        column, sign, wanted = _parsed(table, text)
        cells = table[column]
        if sign in ("<=", ">="):
            chosen &= cells <= wanted if sign == "<=" else cells >= wanted
        elif isinstance(wanted, re.Pattern):
            matches = [bool(wanted.search(str(cell))) for cell in cells]
            chosen &= pd.Series(matches, index=table.index, dtype=bool)
        elif isinstance(wanted, list):
            chosen &= _is_one_of(cells, wanted) == (sign == "=")
    return chosen


def _is_one_of(cells: pd.Series, wanted: Collection[str]) -> pd.Series:
    """Whether each cell, as text, is one of some words."""
    if cells.dtype == object:
        plain = cells.tolist()
        # a table that is quick to cut holds words so; pandas makes a column of its own of them
        if all(type(cell) is str for cell in plain):
            return pd.Series([cell in wanted for cell in plain], index=cells.index, dtype=bool)
    return cells.astype(str).isin(wanted)


def filtered(table: pd.DataFrame, conditions: str) -> pd.DataFrame:
    """Rows that meet every condition, each ``column sign value``, separated by semicolons.

    Raises
    ------
    DataError
        If a condition cannot be read, names no column of the table, orders words, or is no
        pattern.
    """
    return table[met(table, conditions)]
