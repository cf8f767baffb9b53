"""Text files that a person may edit, read strictly: encoding, characters, CSV, TOML and JSON."""

from __future__ import annotations

import ast
import codecs
import csv
import io
import json
import pickle
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from skytally.core.errors_and_fault_lists import DataError, Fault, alike_once, line_runs, refuse

INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
"""Characters that no reader sees, or each sees as another: controls other than tab and line ends,
marks of direction, fillers, halves of characters, private use, and what stands for a lost letter.
The two marks that choose how an emoji is drawn are none of them."""
UNUSUAL_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Spaces other than that of the keyboard, which no number, word or id may hold."""
CONTROL_NAMES = {
    "\x00": "null",
    "\x07": "bell",
    "\x08": "backspace",
    "\t": "tab",
    "\n": "line break",
    "\r": "carriage return",
    "\x1b": "escape",
    "\x7f": "delete",
}
"""Names of controls for which Unicode has none."""
CURLY_QUOTES = re.compile("[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]")
"""Quotation marks that a word processor writes and no table reader takes for such."""
BRACE = re.compile("[{}\ufe37\ufe38\ufe5b\ufe5c\uff5b\uff5d\u2774\u2775\u2983\u2984]")
"""Braces, and the signs of other keyboards that look like them and hold no place in a sentence."""
COMMENT = re.compile(r"\s*(?:#|//|--|;)")
"""How a comment of a program begins; no id does."""
FOREIGN_MARKS = {
    "UTF-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "UTF-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
"""Byte-order marks of the encodings that are refused by name; the longer marks come first."""
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
"""What other programs write between columns; no column name holds one."""
SEPARATED_COLUMNS = 2
"""Most columns that commas can make of a header with other separators; more are a row of text."""
CONTAINERS = {b"PK\x03\x04": "a spreadsheet or ZIP archive", b"\x1f\x8b": "a compressed file",
              b"\xd0\xcf\x11\xe0": "a spreadsheet of an old format", b"%PDF": "a PDF"}  # fmt: skip
"""First bytes of files that are no text, whatever their name says."""
JSON_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)', re.DOTALL)
"""Texts of JSON, and named what is no number of it."""
PYTHON_WORD = re.compile(r"-?(?:nan|inf|infinity|none|null|true|false|n/?a)\b", re.IGNORECASE)
"""What programs write in place of words that JSON has."""
PYTHON_CONSTANTS = {"true": "true", "false": "false"}
JSON_FILES = (".json", ".geojson", ".ipynb")
MARKUP = re.compile(rb"<[A-Za-z?!]")
"""How XML and HTML begin."""
LFS_POINTER = b"version https://git-lfs.github.com/spec/"
"""First bytes of what Git LFS leaves where it did not fetch a file."""
MERGE_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
JOINT = 30
"""Most letters that are shown of the cell in which two rows meet."""
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
LONE_BYTE = re.compile(
    rb"(?<![\x80-\xff])(?:[\x85\x91-\x97]|(?<=[A-Za-z])[\xc0-\xff]|[\xc0-\xff](?=[a-z]))"
    rb"(?![\x80-\xff])"
)
"""Quotation marks, dashes and letters of Western Europe in Windows-1252, beside ASCII only."""
CACHED_FILES = 512
"""Parsed files kept in memory; the project has about 120."""


@dataclass(frozen=True)
class CsvText:
    """A CSV file split into cells, none of them interpreted."""

    header: tuple[str, ...]
    """Column names, without spaces around them; empty where the first line holds none."""
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Line on which a row starts, and its cells; rows of another length are left out."""
    faults: tuple[Fault, ...]
    """Everything that is wrong."""


def named_character(character: str) -> str:
    r"""Code point of a character and, where it has one, its name, for a message.

    Examples
    --------
    >>> named_character("\u202e")
    'U+202E (right-to-left override)'
    """
    unknown = {"Co": "private use", "Cs": "half of a character", "Cc": "control"}
    name = CONTROL_NAMES.get(character) or unicodedata.name(character, "").lower()
    name = name or unknown.get(unicodedata.category(character), "no character")
    return f"U+{ord(character):04X} ({name})"


_seen: ContextVar[dict[Path, bytes | None] | None] = ContextVar("seen", default=None)


@contextmanager
def files_at_once() -> Iterator[None]:
    """Read each file once: all that is done within sees it as it was when first asked for."""
    before = _seen.set({} if (seen := _seen.get()) is None else seen)
    try:
        yield
    finally:
        _seen.reset(before)


def file_bytes(path: Path) -> bytes | None:
    """Content of a file, None where there is none."""
    seen = _seen.get()
    if seen is not None and path in seen:
        return seen[path]
    content = path.read_bytes() if path.is_file() else None
    if seen is not None:
        seen[path] = content
    return content


def _kind(name: str) -> str:
    return "table" if name.endswith(".csv") else "file"


def _is_windows_1252(raw: bytes) -> bool:
    """Whether each byte beyond ASCII stands alone, and is there a mark or a letter of a word."""
    alone = LONE_BYTE.findall(raw)
    return bool(alone) and len(alone) == len(BEYOND_ASCII.findall(raw))


def _broken_bytes(name: str, raw: bytes) -> list[Fault]:
    broken = []
    for line, content in enumerate(raw.split(b"\n"), start=1):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            broken.append((line, content[error.start]))
    if not broken:
        return []
    line, byte = broken[0]
    found = f"byte 0x{byte:02x}, which is not UTF-8"
    if rest := line_runs([each for each, _ in broken[1:]]):
        found += f", and others in {len(broken) - 1} more, line{'s' * (len(broken) > 2)} {rest}"
    advice = f"save the {_kind(name)} as UTF-8"
    likely = "; it looks like Windows-1252 (ANSI) now" if _is_windows_1252(raw) else ""
    return [Fault(name, line, "", found, advice + likely)]


@lru_cache(maxsize=CACHED_FILES)
def decoded(name: str, raw: bytes | None) -> tuple[str, tuple[Fault, ...]]:
    """Decode the content of a file as UTF-8, with or without a byte-order mark.

    Parameters
    ----------
    name : str
        File name, for the messages.
    raw : bytes or None
        Content; None where the file does not exist.

    Returns
    -------
    text : str
        Empty where there are faults.
    faults : tuple of Fault
        A missing or empty file, another encoding, NUL bytes.
    """
    kind = _kind(name)
    if raw is None:
        return "", (Fault(name, 0, "", "no such file", f"restore the {kind}"),)
    if not raw.removeprefix(codecs.BOM_UTF8).strip():
        header = " with its header" if kind == "table" else ""
        return "", (Fault(name, 0, "", "an empty file", f"restore the {kind}{header}"),)
    advice = f"save the {kind} as UTF-8 text"
    for first, found in CONTAINERS.items():
        if raw.startswith(first):
            return "", (Fault(name, 0, "", found, advice),)
    for encoding, marks in FOREIGN_MARKS.items():
        if raw.startswith(marks):
            found = f"{encoding} text (its first byte is 0x{raw[0]:02x})"
            return "", (Fault(name, 1, "", found, advice),)
    # a mark of a merge conflict begins so, too
    if name.endswith(JSON_FILES) and MARKUP.match(raw.removeprefix(codecs.BOM_UTF8).lstrip()):
        form = "a notebook" if name.endswith(".ipynb") else "GeoJSON"
        found = "XML or HTML, such as KML of Google Earth or the page of a login"
        return "", (Fault(name, 0, "", found, f"save it as {form}, or restore it"),)
    if raw.startswith(LFS_POINTER):
        found = "a pointer of Git LFS in place of the file"
        return "", (Fault(name, 0, "", found, "fetch the file itself with git lfs pull"),)
    if raw.count(b"\x00") > len(raw) // 3:
        found = "UTF-16 or UTF-32 text without a byte-order mark"
        return "", (Fault(name, 1, "", found, advice),)
    if b"\x00" in raw:
        line = raw[: raw.index(b"\x00")].count(b"\n") + 1
        return "", (Fault(name, line, "", "a NUL byte", advice),)
    faults = _broken_bytes(name, raw.removeprefix(codecs.BOM_UTF8))
    return ("", tuple(faults)) if faults else (raw.decode("utf-8-sig"), ())


@lru_cache(maxsize=CACHED_FILES)
def _plain_text(name: str, raw: bytes | None) -> tuple[str, tuple[Fault, ...]]:
    text, faults = decoded(name, raw)
    hidden = [
        Fault(name, line, "", f"the invisible character {named_character(found[0])}", "remove it")
        for line, content in enumerate(text.splitlines(), start=1)
        for found in [INVISIBLE.search(content)]
        if found
    ]
    hidden = hidden or _decomposed(name, enumerate(text.splitlines(), start=1))
    return ("", tuple(hidden)) if hidden else (text, faults)


def scan_text(path: Path, *, name: str = "") -> tuple[str, list[Fault]]:
    """Read a text file and collect its faults instead of raising them.

    Parameters
    ----------
    path : Path
    name : str, optional
        What the messages call the file, if not by its name.

    Returns
    -------
    text : str
        Without a byte-order mark; empty where there are faults.
    faults : list of Fault
        A missing or empty file, another encoding, invisible control characters.
    """
    text, faults = _plain_text(name or path.name, file_bytes(path))
    return text, list(faults)


def read_text(path: Path) -> str:
    """Read a text file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
        Without a byte-order mark.

    Raises
    ------
    DataError
        If there is no such file, it is empty, it is not UTF-8, or it holds invisible control
        characters. All faults at once, each with its line.
    """
    text, faults = scan_text(path)
    refuse(faults, what=f"file {path.name}")
    return text


TABLE_TWICE = re.compile(r"Cannot declare (\(.*\)) twice")
"""Words of Python's reader on a table whose header stands twice."""
BROKEN_ESCAPES = ("Unescaped", "hex value", "scalar value")
"""Words of Python's reader on a sign that a backslash begins."""
NO_BACKSLASH = "\\ begins a sign in double quotes; write single quotes, or / for \\"
TOML_NAMES = re.compile(r"\(('(?:[^'\\]|\\.)*'(?:, )?,?)+\)")
"""Name of a table or key as Python's reader writes it."""
TOML_WORDS = {
    "Illegal character '\\n'": ("a line that ends within quotation marks", "close them"),
    "Illegal character '\\r'": ("a line that ends within quotation marks", "close them"),
    "Unterminated string": ("quotation marks that are not closed", "close them"),
    "Unclosed array": ("a list that is not closed", "close it with ]"),
    "Unclosed inline table": ("names in braces that are not closed", "close them with }"),
    "Expected newline or end of document after a statement": (
        "something after a value",
        "write one key = value a line, and text within one pair of quotation marks",
    ),
    "Invalid date or datetime": ("no day of the calendar", "write a day that exists"),
}
"""Words of Python's reader, what they mean to whoever wrote the file, and what to do."""
TOML_PARTS = re.compile(
    r"\"\"\"(?:[^\\]|\\.)*?\"\"\"|\'\'\'.*?\'\'\'|(?P<text>\"(?:[^\"\\\n]|\\.)*\")|'[^'\n]*'|\#[^\n]*",
    re.DOTALL,
)
"""Texts and comments of a TOML file; named are those of one line in which a backslash counts."""
MADE_BY_BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)*\\(?P<sign>[btnfre])")
SIGNS_MADE = {
    "b": "a backspace", "t": "a tab", "n": "a line break", "f": "a new page",
    "r": "a carriage return", "e": "an escape",
}  # fmt: skip
"""What a letter behind a backslash stands for, and no path of Windows means."""


def _table_twice(text: str, names: str, line: int) -> str:
    """Name of a table that stands twice, and the line of its first header."""
    table = f"[{'.'.join(ast.literal_eval(names))}]"
    lines = text.splitlines()[: max(line - 1, 0)]
    plain = [re.sub(r"[\s\"']", "", each.partition("#")[0]) for each in lines]
    first = f", first at line {plain.index(table) + 1}" if table in plain else ""
    return f"the table {table} twice{first}"


def _signs_of_backslashes(name: str, text: str) -> list[Fault]:
    r"""Faults of texts such as ``"C:\new"``, which holds a line break and no folder."""
    faults = []
    for part in TOML_PARTS.finditer(text):
        if made := MADE_BY_BACKSLASH.search(part["text"] or ""):
            line = text.count("\n", 0, part.start()) + 1
            found = f"{part['text'][:80]}, where \\{made['sign']} is {SIGNS_MADE[made['sign']]}"
            faults.append(Fault(name, line, "", found, NO_BACKSLASH))
    return faults


def _toml(name: str, text: str) -> tuple[object, list[Fault]]:
    try:
        return tomllib.loads(text), _signs_of_backslashes(name, text)
    except (ValueError, RecursionError) as error:
        if not isinstance(error, tomllib.TOMLDecodeError):
            return None, [Fault(name, 0, "", _beyond_reading(error), "write it plainly")]
        return None, [_broken_toml(name, text, error)]


def _beyond_reading(error: Exception) -> str:
    """Name what Python does not read, though it follows the rules of the format."""
    if isinstance(error, RecursionError):
        return "brackets within brackets, too many to be read"
    return "a number of thousands of digits"


def _broken_toml(name: str, text: str, error: tomllib.TOMLDecodeError) -> Fault:
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
    last = len(text.splitlines())
    line, column = (int(place[1]), place[2]) if place and place[1] else (last, "")
    words = str(error)[: place.start()] if place else str(error)
    known, advice = TOML_WORDS.get(words, ("", 'write key = value, words in "quotes"'))
    plain = TOML_NAMES.sub(lambda names: f"[{'.'.join(ast.literal_eval(names[0]))}]", words)
    found = f"broken TOML ({known or plain})"
    if twice := TABLE_TWICE.fullmatch(words):
        found = f"broken TOML ({_table_twice(text, twice[1], line)})"
        advice = "rename one of the two, or remove it"
    elif words == "Cannot overwrite a value" or words.startswith("Duplicate inline table key"):
        advice = "a name stands twice in one table; rename one of the two, or remove it"
    elif any(each in words for each in BROKEN_ESCAPES) and not known:
        found, advice = "broken TOML (a backslash in double quotes)", NO_BACKSLASH
    elif "Invalid value" in words:
        advice += ", true and false in small letters"
    return Fault(name, line, column, found, advice)


class _NoNumber(float):
    """``NaN`` or ``Infinity`` in JSON, which are no numbers of it."""

    word: str


def no_repeated_key(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Table of the pairs of a JSON object, for `json.loads`.

    Raises
    ------
    DataError
        If a key stands twice: JSON would keep the last one in silence.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        message = f"the key {twice!r} twice"
        raise DataError(message)
    return found


def _no_numbers(
    read: object, path: tuple[object, ...] = ()
) -> Iterator[tuple[_NoNumber, tuple[object, ...]]]:
    """Yield what is no number, in the order of the text, with the names on the way to it."""
    if isinstance(read, _NoNumber):
        yield read, path
    elif isinstance(read, dict | list):
        pairs = read.items() if isinstance(read, dict) else enumerate(read, start=1)
        for name, part in pairs:
            yield from _no_numbers(part, (*path, name))


def _json_place(read: Any, path: tuple[object, ...]) -> str:
    """Where a value of JSON stands, in words; a feature of a map is an outline with a name."""
    place = ""
    if path[:1] == ("features",) and len(path) > 1 and isinstance(path[1], int):
        feature = read["features"][path[1] - 1]
        properties = feature.get("properties") if isinstance(feature, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else None
        place = f"outline {path[1]}" + (f" ({name})" if isinstance(name, str) and name else "")
        path = path[2:]
    names = [str(part) for part in path if isinstance(part, str) and part != "properties"]
    return ", ".join(filter(None, (place, ".".join(names))))


def _no_number_faults(name: str, text: str, read: object) -> list[Fault]:
    """Faults of what is no number: each with its line, those of one name told once."""
    # texts are passed over: what they hold is no number of JSON
    tokens = [each for each in JSON_WORD.finditer(text) if each[1]]
    faults = []
    for token, (number, path) in zip(tokens, _no_numbers(read), strict=True):
        line = text.count("\n", 0, token.start()) + 1
        place = _json_place(read, path)
        advice = "write null where there is no number"
        if "coordinates" in path:
            advice = "write the degrees of this corner, or take it out"
        found = f"{number.word}, which is no number" + f", at {place}" * bool(place)
        named = next((each for each in reversed(path) if isinstance(each, str)), "")
        faults.append(Fault(name, line, "", found, advice, ("no number", named)))
    return _first_of_each_kind(faults)


def _first_of_each_kind(faults: list[Fault]) -> list[Fault]:
    """First fault of each kind, which counts the others."""
    told = []
    for kind in dict.fromkeys(fault.kind for fault in faults):
        first, *more = [fault for fault in faults if fault.kind == kind]
        if more:
            where = f"line{'s' * (len(more) > 1)} {line_runs([fault.line for fault in more])}"
            if {fault.line for fault in more} == {first.line}:
                where = "on the same line"
            found = f"{first.found}, and in {len(more)} more, {where}"
            first = replace(first, found=found)
        told.append(first)
    return told


def _constant(word: str) -> float:
    number = _NoNumber(word)
    number.word = word
    return number


def _json(name: str, text: str) -> tuple[object, list[Fault]]:
    try:
        read = json.loads(text, parse_constant=_constant, object_pairs_hook=no_repeated_key)
        if faults := _no_number_faults(name, text, read):
            return None, faults
    except json.JSONDecodeError as error:
        found, advice = f"broken JSON ({error.msg})", "mend it or restore it"
        if error.msg == "Extra data":
            # such as GeoJSON with a feature a line, which GDAL writes as GeoJSONSeq
            found = "a second JSON value after the end of the first"
            advice = "put all into one object, such as a FeatureCollection"
        elif error.msg == "Invalid \\escape":
            found = "broken JSON (a backslash that begins no sign)"
            advice = "write / or two of them"
        elif word := PYTHON_WORD.match(text, error.pos):
            found = f"broken JSON ({word[0]})"
            advice = f"write {PYTHON_CONSTANTS.get(word[0].lower(), 'null')}, in small letters"
        return None, [Fault(name, error.lineno, str(error.colno), found, advice)]
    except RecursionError as error:
        return None, [Fault(name, 0, "", _beyond_reading(error), "mend it or restore it")]
    except DataError as error:
        return None, [Fault(name, 0, "", f"broken JSON ({error})", "keep one of the two")]
    except ValueError as error:
        return None, [Fault(name, 0, "", _beyond_reading(error), "mend it or restore it")]
    return read, []


def _unseen_in(read: object) -> Iterator[tuple[str, str]]:
    """Yield unseen characters that a text wrote as an escape, with the words round them."""
    waiting = [read]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            if found := INVISIBLE.search(part):
                yield found[0], ascii(part)[:60]
        elif isinstance(part, dict):
            waiting += [*part.values(), *part]
        elif isinstance(part, list):
            waiting += part


PARSERS: dict[str, Callable[[str, str], tuple[object, list[Fault]]]] = {
    "TOML": _toml,
    "JSON": _json,
}


@lru_cache(maxsize=CACHED_FILES)
def _pickled(syntax: str, name: str, raw: bytes | None) -> tuple[bytes, tuple[Fault, ...]]:
    """Parse once; what is kept are bytes, so that each reader unpacks an object of its own."""
    text, faults = _plain_text(name, raw)
    if faults:
        return b"", faults
    found, wrong = PARSERS[syntax](name, text)
    wrong = wrong or [
        Fault(
            name, 0, "", f"the invisible character {named_character(mark)} in {within}", "remove it"
        )
        for mark, within in _unseen_in(found)
    ]
    return pickle.dumps(found), tuple(wrong)


def _scanned(path: Path, syntax: str) -> tuple[Any, list[Fault]]:
    content, faults = _pickled(syntax, path.name, file_bytes(path))
    return (None if faults else pickle.loads(content)), list(faults)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict
        A copy of its own for each call; the file is parsed once a process.

    Raises
    ------
    DataError
        As `read_text`, and if the file is not TOML.
    """
    read, faults = _scanned(path, "TOML")
    refuse(faults, what=f"file {path.name}")
    return dict(read)


def scan_json(path: Path) -> tuple[Any, list[Fault]]:
    """Read a JSON or GeoJSON file and collect its faults instead of raising them.

    Parameters
    ----------
    path : Path

    Returns
    -------
    read : object
        None where there are faults; see `read_json`.
    faults : list of Fault
    """
    return _scanned(path, "JSON")


def read_json(path: Path) -> Any:
    """Read a JSON or GeoJSON file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    object
        A copy of its own for each call; the file is parsed once a process.

    Raises
    ------
    DataError
        As `read_text`, and if the file is not JSON, repeats a key or holds ``NaN``.
    """
    read, faults = scan_json(path)
    refuse(faults, what=f"file {path.name}")
    return read


def _header_fault(name: str, header: tuple[str, ...]) -> list[Fault]:
    """Faults of a first line that is none of columns; a stray mark in it hides a column's name."""
    for column in header:
        if hidden := INVISIBLE.search(column):
            found = f"the invisible character {named_character(hidden[0])} in the header"
            return [Fault(name, 1, "", found, "remove it")]
    if header and header[0].lower().startswith("sep="):
        found = f"{header[0]!r} before the header"
        return [Fault(name, 1, "", found, "remove the line and save the table with commas")]
    for separator, words in SEPARATORS.items():
        if len(header) <= SEPARATED_COLUMNS and any(separator in column for column in header):
            found = f"{words} between the columns"
            return [Fault(name, 1, "", found, "save the table with commas")]
    return []


def _two_rows(cells: list[str], width: int) -> str:
    """End of the cell in which two rows on one line meet; empty where there are not two.

    Whoever appends rows to a table that ends without a line break writes on its last line.
    """
    joint = cells[width - 1].strip() if len(cells) == 2 * width - 1 and width > 1 else ""
    return f"\u2026{joint[-JOINT:]}" if len(joint) > JOINT else joint


def _row_fault(name: str, line: int, cells: list[str], header: tuple[str, ...]) -> list[Fault]:
    width = len(header)
    if tuple(cell.strip() for cell in cells) == header:
        return [Fault(name, line, "", "the header a second time", "remove it")]
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return [Fault(name, line, "", "an empty line", "remove it")]
    if COMMENT.match(cells[0]) and (len(filled) == 1 or len(cells) != width):
        advice = "remove it; what a row needs to say goes into its note"
        return [Fault(name, line, "", f"a comment, {filled[0][:60]!r}, between the rows", advice)]
    if len(cells) != width:
        found = f"{len(cells)} cells where the header has {width}"
        advice = "check commas and quotation marks"
        if len(cells) > width and not "".join(cells[width:]).strip():
            found, advice = f"{found}, the last empty", f"{advice}, or remove the comma at the end"
        if joint := _two_rows(cells, width):
            found = f"{found}, as of two rows on one line, which meet in {joint!r}"
            advice = "write a line break before the second, or check commas and quotation marks"
        if curly := CURLY_QUOTES.search(",".join(cells)):
            advice = f'write plain quotation marks (") round the cell, not {curly[0]}'
        return [Fault(name, line, "", found, advice)]
    return []


def _decomposed(name: str, lines: Iterable[tuple[int, str]]) -> list[Fault]:
    """One fault of letters that were saved apart from their marks, as by some programs of macOS.

    They look alike, and no word, name or search finds them.
    """
    apart = [line for line, text in lines if not unicodedata.is_normalized("NFC", text)]
    if not apart:
        return []
    more = f", and in {len(apart) - 1} more to line {apart[-1]}" if len(apart) > 1 else ""
    found = f"letters in pieces (decomposed Unicode){more}"
    return [Fault(name, apart[0], "", found, f"save the {_kind(name)} in Unicode form NFC")]


def _without_spare_columns(
    header: tuple[str, ...], lines: list[tuple[int, list[str]]]
) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    """Header and lines without what a spreadsheet leaves behind them: empty columns and lines."""
    while lines and not any(map(str.strip, lines[-1][1])):
        lines = lines[:-1]
    width = len(header)
    named = max((place for place, column in enumerate(header, start=1) if column), default=width)
    if named < width and not any("".join(cells[named:]).strip() for _, cells in lines):
        return header[:named], [(line, cells[:named]) for line, cells in lines]
    return header, lines


@lru_cache(maxsize=CACHED_FILES)
def csv_text(name: str, raw: bytes | None) -> CsvText:
    """Split the content of a CSV file into cells.

    Parameters
    ----------
    name : str
        File name, for the messages.
    raw : bytes or None
        Content; None where the file does not exist.

    Returns
    -------
    CsvText
        Without rows where the file cannot be decoded or has other separators than commas.
    """
    text, unreadable = decoded(name, raw)
    if unreadable:
        return CsvText((), (), unreadable)
    if conflict := MERGE_CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        fault = Fault(name, line, "", "a merge conflict", "keep one side, and remove its marks")
        return CsvText((), (), (fault,))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[tuple[int, list[str]]] = []
    header: tuple[str, ...] = ()
    broken: list[Fault] = []
    start = 1
    try:
        header = tuple(cell.strip() for cell in next(reader))
        if faults := _header_fault(name, header):
            return CsvText((), (), tuple(faults))
        start = reader.line_num + 1
        for cells in reader:
            lines.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        found = f"broken CSV ({error})"
        advice = "mend the quotation marks"
        text_of_line = io.StringIO(text, newline="").readlines()[start - 1 : start]
        joint = _two_rows(next(csv.reader(text_of_line), []), len(header))
        if joint:
            found = f"two rows on one line, which meet in {joint!r}"
            advice = "write a line break before the second"
        broken.append(Fault(name, start, "", found, advice))
    header, lines = _without_spare_columns(header, lines)
    rows, faults = [], []
    for line, cells in lines:
        wrong = _row_fault(name, line, cells, header)
        faults += wrong
        if not wrong:
            rows.append((line, tuple(cells)))
    apart = _decomposed(name, [(line, ",".join(cells)) for line, cells in rows])
    return CsvText(header, tuple(rows), (*alike_once(faults), *apart, *broken))
