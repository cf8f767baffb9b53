"""Tables read strictly against their dictionaries: types, words, every fault with its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from skytally.core import evidence_line_name_constants
from skytally.core.data_dictionaries_and_vocabularies import (
    NUMERIC,
    Column,
    column_faults,
    columns,
    dictionary_of,
    header_faults,
    vocabulary_faults,
    words,
)
from skytally.core.errors_and_fault_lists import Fault, alike_once, line_runs, refuse
from skytally.core.look_alike_characters import look_alike_words, plain_spelling
from skytally.core.mojibake_detection import misread_letters
from skytally.core.text_csv_toml_json_reader import (
    CACHED_FILES,
    INVISIBLE,
    UNUSUAL_SPACE,
    csv_text,
    file_bytes,
    named_character,
)

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PLAIN_NUMBER = re.compile(r"(?!-0*(\.0*)?$)-?(0|[1-9]\d{0,14})(\.\d{1,9})?", re.ASCII)
PROGRAM_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
"""A number as programs write it, with an exponent or more digits than one keeps."""
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
PERHAPS_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""A point before three digits, which half of the world writes between thousands."""
PRINTED = {
    evidence_line_name_constants.VALUE,
    evidence_line_name_constants.LOW,
    evidence_line_name_constants.HIGH,
}
"""Columns of numbers as a source prints them."""
FIRST_YEAR, LAST_YEAR = 1950, 2099
"""Years of the days in tables: what lies outside was mistyped."""
URL = re.compile(r"https?://[^\s<>\"]+")
NO_VALUE = re.compile(r"#?N/?A|n/a|<NA>|NaN|nan|NaT|NULL|null|None|nil|\\N")
"""What programs write for an empty cell."""
FAILED_FORMULA = re.compile(r"#(?:REF|VALUE|NAME|DIV/0|NUM|NULL|SPILL|CALC|FIELD)[!?]")
"""What a spreadsheet writes where it cannot compute a cell."""
FORMULA = re.compile(r"=\s*[+-]?\s*(?:\$?[A-Z]{1,3}\$?\d|[A-Z][A-Z.]*\()")
"""Beginning of a formula that was saved in place of what it gives."""
AMOUNT = r"[0-9][0-9 .,'\u00a0\u2009\u202f]*"
RANGE = re.compile(rf"({AMOUNT})\s*(?:[-\u2010-\u2015\u2212~]|\.\.+|\u2026|to)\s*({AMOUNT})")
"""Two ends in one cell, as a source prints them."""
QUALIFIERS = (
    r"about|around|some|circa|ca\.?|c\.|approx\.?|approximately|roughly|nearly|almost|over|under|"
    r"above|below|up to|at least|at most|(?:no )?(?:more|less|fewer) than|max\.?|min\.?"
)
QUALIFIED = re.compile(
    rf"(?:[<>~\u2248\u223c\u2264\u2265\u00b1]=?|{QUALIFIERS})\s*({AMOUNT})"
    rf"|({AMOUNT})\s*(?:\+|plus|(?:or|and) (?:more|less|fewer|over|above|under|below))",
    re.IGNORECASE,
)
"""A number with the bound that a source gives it."""
MARKED = re.compile(
    rf"([+-]?{AMOUNT})\s*(?:[*\u2020\u2021\u00a7#]+|[\u00b9\u00b2\u00b3\u2070-\u2079]+|\[\w+\]|\(\w+\))"
)
"""A number with the mark of a footnote."""
DEGREES = re.compile(
    r"(?P<d>\d{1,3}(?:\.\d+)?)\s*(?P<mark>[\u00b0\u00ba])?\s*"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*['\u2019\u2032]?\s*"
    r"(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:[\"\u201d\u2033]|'')?\s*)?)?(?P<side>[NSEW])?",
    re.IGNORECASE,
)
"""A latitude or longitude as charts and lists of ports print it."""
SIXTIETHS = 60
MINUS = re.compile(r"[\u2010-\u2015\u2212\ufe63\uff0d](?=[0-9])")
"""Dashes that programs write for the minus of the keyboard."""
CUT = re.compile(r"\u2026|\.\.\.(?=$|[/?#])")
"""What a program writes where it cut an address."""
LONGEST_CELL = 32_000
"""Most letters of a cell; what a spreadsheet has cut is a little longer."""
EMPTY_CELL = ("empty",)
"""Kind of the fault of a required cell without anything."""
UNKNOWN_WORD = "unknown word"
"""First part of the kind of a fault of a word that its vocabulary lacks; vocabulary and word
follow."""
TRUE_FALSE = ("true or false",)
"""Kind of the fault of a cell that says yes or no as a program does."""
SHOWN = 80
"""Most signs that are shown of a cell, with its quotation marks."""
YES_NO = re.compile("true|false", re.IGNORECASE)
"""What programs write for yes and no."""
LEAST_EMPTY, MOST_FILLED = 3, 4
"""Required cells that are empty, and cells that are not, of a line that is no row."""
LINE_BREAK = re.compile(r"[\t\r\n]")


def _id(cell: str) -> tuple[object, str]:
    return cell, "" if ID.fullmatch(cell) else "use letters, digits, dot, dash, underscore only"


def _text(cell: str) -> tuple[object, str]:
    if FORMULA.match(cell):
        return cell, "a formula stands in the cell; write what it gives"
    failed = FAILED_FORMULA.fullmatch(cell)
    return cell, "a formula failed; write what it should have given" if failed else ""


def _unseen(cell: str, *, spaces: bool) -> str:
    """Advice on the first character of a cell that no reader sees; empty where there is none."""
    if cell.isascii() and cell.isprintable():
        return ""
    if found := INVISIBLE.search(cell):
        return f"remove the invisible character {named_character(found[0])}"
    if found := LINE_BREAK.search(cell):
        return f"write a space for the invisible character {named_character(found[0])}"
    if spaces and (found := UNUSUAL_SPACE.search(cell)):
        return f"remove the {named_character(found[0])}, or write a plain space"
    misread, meant = misread_letters(cell)
    if misread:
        return f"the letters {misread!r} are a misread {meant!r}; open the table as UTF-8, and mend"
    return ""


def _day(cell: str) -> tuple[object, str]:
    advice = "write the day as YYYY-MM-DD (a spreadsheet may have rewritten it)"
    if not ISO_DAY.fullmatch(cell):
        return None, advice
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        return None, "there is no such day; correct it"
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None, f"write a day between {FIRST_YEAR} and {LAST_YEAR}"
    return pd.Timestamp(found), ""


def _decimal_degrees(cell: str) -> str:
    """Turn degrees, minutes and seconds into one number; empty where a cell has none."""
    found = DEGREES.fullmatch(cell)
    if not found or not (found["mark"] or found["side"]):
        return ""
    whole, minutes, seconds = (float(found[part] or 0) for part in ("d", "m", "s"))
    if minutes >= SIXTIETHS or seconds >= SIXTIETHS:
        return ""
    number = whole + minutes / SIXTIETHS + seconds / SIXTIETHS**2
    return f"{-number if (found['side'] or '').upper() in ('S', 'W') else number:.5f}"


def _with_plain_minus(cell: str) -> str:
    """Spell a number whose minus is a dash with that of the keyboard; empty for any other cell."""
    plain = f"-{cell[1:]}"
    return plain if MINUS.match(cell) and PLAIN_NUMBER.fullmatch(plain) else ""


def _number(cell: str) -> tuple[object, str]:
    if PLAIN_NUMBER.fullmatch(cell):
        return float(cell), ""
    if plain := _with_plain_minus(cell):
        return None, f"write {plain}, with the minus sign of the keyboard"
    if marked := MARKED.fullmatch(cell):
        return None, f"write {marked[1].strip()} alone; what the mark says goes into a note"
    if cell.startswith("="):
        return None, "write the number that the formula gives"
    if degrees := _decimal_degrees(cell):
        return None, f"write decimal degrees, here {degrees}"
    if written := _without_exponent_or_noise(cell):
        return None, f"write {written}"
    return None, "write a plain number such as 1010 or 2.6 (no separators, no exponent)"


def _without_exponent_or_noise(cell: str) -> str:
    """Spell plainly a number that a program wrote with an exponent, or with digits of its own.

    Programs write 100000 as 1e+05, and a sum of decimals with a sixteenth digit that means nothing.
    """
    if not PROGRAM_NUMBER.fullmatch(cell):
        return ""
    plain = f"{Decimal(cell):f}"
    if "e" not in cell.lower():
        plain = f"{Decimal(cell).quantize(Decimal('1e-9')).normalize():f}"
    return plain if PLAIN_NUMBER.fullmatch(plain) else ""


def _printed_number(cell: str) -> str:
    """Advice on a number as a source prints it with its bound, or as two ends; else empty.

    Who only takes the sign away makes another statement of it.
    """
    if found := RANGE.fullmatch(cell):
        low, high = (end.strip() for end in found.groups())
        return f"write {low} in column low and {high} in column high"
    if found := QUALIFIED.fullmatch(cell):
        number = (found[1] or found[2]).strip()
        bounds = ", ".join(evidence_line_name_constants.BOUNDS)
        return f"write {number}, and in column bound what was said of it ({bounds})"
    return ""


def _share(cell: str) -> tuple[object, str]:
    found, advice = _number(cell)
    if not advice and not 0.0 <= float(cell) <= 1.0:
        return None, "write a share between 0 and 1"
    return found, advice


def _imo(cell: str) -> tuple[object, str]:
    """IMO number of a ship; its last digit checks the six before it (IMO Resolution A.1117)."""
    if not re.fullmatch(r"[1-9]\d{6}", cell, re.ASCII):
        return cell, "write the seven digits of an IMO number, or nothing where none is printed"
    check = sum(weight * int(digit) for weight, digit in zip(range(7, 1, -1), cell, strict=False))
    if check % 10 != int(cell[6]):
        return cell, f"the last digit of an IMO number that begins so is {check % 10}; correct it"
    return cell, ""


def _url(cell: str) -> tuple[object, str]:
    try:
        parts = urlsplit(cell)
        plain = URL.fullmatch(cell) and "." in (parts.hostname or "").strip(".") and parts.port != 0
    except ValueError:
        plain = False
    if plain and CUT.search(cell):
        return cell, "write the whole address; a program cut this one where it has dots"
    if plain and "@" in parts.netloc:
        return cell, "remove the user and password before the host"
    return cell, "" if plain else "write a full http:// or https:// address"


def _refs(cell: str) -> tuple[object, str]:
    return cell, "" if all(ID.fullmatch(ref) for ref in cell.split()) else (
        "separate ids by single spaces"
    )


PARSE: dict[str, Callable[[str], tuple[object, str]]] = {
    "id": _id,
    "text": _text,
    "date": _day,
    "number": _number,
    "url": _url,
    "imo": _imo,
    "share": _share,
    "ref": _id,
    "refs": _refs,
}
EMPTY: dict[str, object] = {"date": pd.NaT, **dict.fromkeys(NUMERIC, float("nan"))}


def _cell(
    column: Column, cell: str, vocabularies: Mapping[str, tuple[str, ...]], *, printed: bool
) -> tuple[object, str, tuple[str, ...]]:
    """Value of a cell, advice on it, and the kind of its fault."""
    if not cell:
        advice = "fill it; the dictionary requires it" if column.required else ""
        return EMPTY.get(column.type, ""), advice, EMPTY_CELL
    # a required cell may hold such a word, as the country code of Namibia
    if not column.required and NO_VALUE.fullmatch(cell):
        return EMPTY.get(column.type, ""), "leave a cell without a value empty", ()
    if len(cell) > LONGEST_CELL:
        advice = f"shorten its {len(cell)} letters; a spreadsheet cuts a cell at 32767 of them"
        return cell, advice, ()
    if advice := _unseen(cell, spaces=column.type != "text"):
        return cell, advice, ()
    if column.type == "word" and cell.isascii():
        return cell, *_word_fault(column.vocabulary, cell, vocabularies[column.vocabulary])
    found, advice = _read_cell(column, cell, vocabularies, printed=printed)
    said = column.type == "text" or (column.type in NUMERIC and _with_plain_minus(cell))
    if not advice or said or cell.isascii():
        return found, advice, ()
    alike, plain = look_alike_words(cell), plain_spelling(cell)
    if alike and not _read_cell(column, plain, vocabularies, printed=printed)[1]:
        return found, f"write {plain} with the keyboard; {alike}", ()
    # of two numbers with a dash between them that says nothing
    named = alike and column.type not in (*NUMERIC, "date")
    return found, f"{advice}; {alike}" if named else advice, ()


def _word_fault(vocabulary: str, cell: str, known: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Advice on a word and the kind of its fault; empty where its vocabulary has it."""
    if cell in known:
        return "", ()
    advice = f"use a word of vocabulary {vocabulary}: {', '.join(known)}"
    if YES_NO.fullmatch(cell) and {"yes", "no"} <= {*known}:
        return f"write yes for True and no for False; {advice}", TRUE_FALSE
    return advice, (UNKNOWN_WORD, vocabulary, cell)


def _read_cell(
    column: Column, cell: str, vocabularies: Mapping[str, tuple[str, ...]], *, printed: bool
) -> tuple[object, str]:
    """Value of a cell that holds something, and advice on it."""
    if column.type == "word":
        return cell, _word_fault(column.vocabulary, cell, vocabularies[column.vocabulary])[0]
    if printed and column.name in PRINTED and PERHAPS_THOUSANDS.fullmatch(cell):
        whole = cell.replace(".", "")
        return None, f"write {whole} where that is meant, or {cell}0 for a number with a fraction"
    if printed and column.name in PRINTED and (advice := _printed_number(cell)):
        return None, advice
    return PARSE[column.type](cell)


def _typed_row(
    name: str,
    line: int,
    cells: Iterable[tuple[Column, str]],
    vocabularies: Mapping[str, tuple[str, ...]],
    *,
    printed: bool,
) -> tuple[dict[str, object], list[Fault]]:
    row: dict[str, object] = {"line": line}
    faults = []
    for column, raw in cells:
        cell = raw.strip()
        row[column.name], advice, kind = _cell(column, cell, vocabularies, printed=printed)
        if advice:
            faults.append(Fault(name, line, column.name, _shown(cell), advice, kind))
            row[column.name] = EMPTY.get(column.type, "")
    row["sound"] = not faults
    return row, faults


def _shown(cell: str) -> str:
    """Cell in quotation marks, which are closed where it is cut."""
    whole, begun = repr(cell), repr(cell[:SHOWN])
    return whole if len(whole) <= SHOWN else f"{begun[: SHOWN - 2]}\u2026{begun[0]}"


def _no_row(name: str, line: int, cells: Sequence[str], faults: Sequence[Fault]) -> list[Fault]:
    """One fault of a line that is rather a total or a remark than a row; none of any other."""
    filled = [repr(cell.strip())[:40] for cell in cells if cell.strip()]
    empty = sum(fault.kind == EMPTY_CELL for fault in faults)
    if empty < LEAST_EMPTY or len(filled) > empty or len(filled) > MOST_FILLED:
        return []
    found = f"only {', '.join(filled)} in the line"
    advice = "remove the line, if it is a total or a remark, or fill what the dictionary requires"
    return [Fault(name, line, "", found, advice)]


def _recapitalised(name: str, table: pd.DataFrame, column: str) -> list[Fault]:
    """Faults of ids that differ in capitals only: links and files of the site take them for one."""
    first: dict[str, tuple[str, int]] = {}
    faults = []
    for line, cell in zip(table["line"].tolist(), table[column].tolist(), strict=True):
        known, earlier = first.setdefault(cell.casefold(), (cell, line))
        if cell != known:
            found = f"{cell!r}, which differs from {known!r} of line {earlier} in capitals only"
            faults.append(Fault(name, line, column, found, "give it an id of its own"))
    return faults


def _yes_no_once(faults: list[Fault]) -> list[Fault]:
    """Faults of a table, True and False of one column told once: a program wrote them."""
    cells: dict[str, list[Fault]] = {}
    for fault in faults:
        if fault.kind == TRUE_FALSE:
            cells.setdefault(fault.column, []).append(fault)
    told = []
    for fault in faults:
        alike = cells.get(fault.column, []) if fault.kind == TRUE_FALSE else [fault]
        if fault is alike[0]:
            counts = Counter(each.found for each in alike)
            words = " and ".join(f"{word} in {count}" for word, count in counts.items())
            rest = f"{words} cells, lines {line_runs([each.line for each in alike])}"
            told.append(replace(fault, found=rest) if len(alike) > 1 else fault)
    return told


@lru_cache(maxsize=CACHED_FILES)
def _typed(
    name: str,
    raw: bytes | None,
    wanted: tuple[Column, ...],
    vocabularies: tuple[tuple[str, tuple[str, ...]], ...],
) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Parse a table once for each content of it, of its dictionary and of its vocabulary."""
    content = csv_text(name, raw)
    by_name, closed = {column.name: column for column in wanted}, dict(vocabularies)
    # only a number that a source prints has a bound; one of ours has as many decimals as it has
    printed = evidence_line_name_constants.BOUND in by_name
    misnamed = column_faults(name, content.header, tuple(by_name)) if content.header else []
    faults = header_faults(name, content, tuple(by_name))
    rows = []
    for line, cells in () if misnamed else content.rows:
        order = (by_name[column] for column in content.header)
        row, wrong = _typed_row(name, line, zip(order, cells, strict=True), closed, printed=printed)
        rows.append(row)
        faults += _no_row(name, line, cells, wrong) or wrong
    table = pd.DataFrame(rows, columns=["line", "sound", *by_name])
    for column in wanted:
        faults += _recapitalised(name, table, column.name) if column.type == "id" else []
    for column in wanted:
        if column.type == "date":
            table[column.name] = pd.to_datetime(table[column.name])
        if column.type in NUMERIC:
            table[column.name] = table[column.name].astype(float)
    return table, tuple(sorted(alike_once(_yes_no_once(faults)), key=lambda fault: fault.line))


def scan(path: Path) -> tuple[pd.DataFrame, list[Fault]]:
    """Read a table and collect its faults instead of raising them.

    Parameters
    ----------
    path : Path
        ``<name>.csv`` with ``<name>.dictionary.csv`` beside it, and ``vocabulary.csv`` where
        the dictionary names a vocabulary.

    Returns
    -------
    table : pandas.DataFrame
        One row a line, with ``line`` (of the file) and ``sound`` (no faulty cell); faulty
        cells are empty, so that references to a faulty row can still be resolved. Dates are
        timestamps, empty dates NaT, empty numbers NaN, empty text the empty string. It is a
        copy of its own for each call; the file is parsed once a process.
    faults : list of Fault
        Everything that is wrong with the table or its dictionary.
    """
    wanted, faults = dictionary_of(path)
    if faults:
        return pd.DataFrame(columns=["line", "sound"]), list(faults)
    vocabularies = tuple(words(path.parent).items())
    table, found = _typed(path.name, file_bytes(path), wanted, vocabularies)
    return table.copy(deep=False), list(found)


def read_table(path: Path) -> pd.DataFrame:
    """Read a table that has a dictionary.

    Parameters
    ----------
    path : Path
        ``<name>.csv``; see `scan`.

    Returns
    -------
    pandas.DataFrame
        One row a line of the file; its attribute ``table`` holds the name.

    Raises
    ------
    DataError
        If the file is not UTF-8 CSV with commas and the dictionary's columns, or a cell is
        not of its type or vocabulary. All faults at once.
    """
    table, faults = scan(path)
    refuse(dict.fromkeys([*vocabulary_faults(path.parent), *faults]), what=f"table {path.name}")
    table.attrs["table"] = path.stem
    return table.drop(columns="sound")


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table, each from the name of a column to its cell."""
    names = [str(name) for name in table.columns]
    cells = zip(*(column.tolist() for _, column in table.items()), strict=True)
    return [dict(zip(names, row, strict=True)) for row in cells]


def read_cells(path: Path, *, header: Iterable[str] | None = None) -> pd.DataFrame:
    """Read a table without interpreting its cells.

    Parameters
    ----------
    path : Path
        ``<name>.csv``.
    header : iterable of str, optional
        Columns of the table; else those of ``<name>.dictionary.csv`` beside it.

    Returns
    -------
    pandas.DataFrame
        Every cell text, without spaces around it; columns in the order of the dictionary.
        The index holds the line of the file on which each row starts.

    Raises
    ------
    DataError
        If the file is not UTF-8 CSV with commas and these columns, or a cell holds an
        invisible control character. All faults at once.
    """
    wanted = tuple(header or (column.name for column in columns(path)))
    content = csv_text(path.name, file_bytes(path))
    faults = header_faults(path.name, content, wanted)
    faults += [
        Fault(path.name, line, column, _shown(cell), advice)
        for line, cells in content.rows
        for column, cell in zip(content.header, cells, strict=True)
        for advice in [_unseen(cell.strip(), spaces=False)]
        if advice
    ]
    refuse(faults, what=f"table {path.name}")
    lines = pd.Index([line for line, _ in content.rows], name="line")
    rows = [[cell.strip() for cell in cells] for _, cells in content.rows]
    table = pd.DataFrame(rows, columns=list(content.header), index=lines, dtype=str)
    return table[list(wanted)]


def header_of(path: Path) -> tuple[str, ...]:
    """Column names in the first line of a table; none where it cannot be read."""
    return csv_text(path.name, file_bytes(path)).header
