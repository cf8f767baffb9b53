"""Text files read strictly: encodings, invisible characters, TOML, JSON, and the cache."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skytally.core import text_csv_toml_json_reader
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.text_csv_toml_json_reader import (
    files_at_once,
    read_json,
    read_text,
    read_toml,
    scan_json,
    scan_text,
)


def _file(folder: Path, content: bytes, name: str = "notes.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "notes.txt: found an empty file; restore the file"),
        (codecs.BOM_UTF8, "notes.txt: found an empty file; restore the file"),
        (
            "a\n".encode("utf-16"),
            "notes.txt, line 1: found UTF-16 text (its first byte is 0xff); "
            "save the file as UTF-8 text",
        ),
        (
            codecs.BOM_UTF16_BE + "a\n".encode("utf-16-be"),
            "notes.txt, line 1: found UTF-16 text (its first byte is 0xfe); "
            "save the file as UTF-8 text",
        ),
        (
            "a\n".encode("utf-32"),
            "notes.txt, line 1: found UTF-32 text (its first byte is 0xff); "
            "save the file as UTF-8 text",
        ),
        (
            "a\n".encode("utf-16-le"),
            "notes.txt, line 1: found UTF-16 or UTF-32 text without a byte-order mark; save",
        ),
        (
            "a\nMünchen\n".encode("latin-1"),
            "notes.txt, line 2: found byte 0xfc, which is not UTF-8; save the file as UTF-8",
        ),
        (
            "a\nb\u202ec\n".encode(),
            "notes.txt, line 2: found the invisible character U+202E (right-to-left override)",
        ),
        (
            b"a\x1bb\n",
            "notes.txt, line 1: found the invisible character U+001B (escape); remove it",
        ),
        (
            "a\n\ufeffb\n".encode(),
            "notes.txt, line 2: found the invisible character U+FEFF (zero width",
        ),
    ],
)
def test_read_text_refuses_what_is_no_plain_text(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    """Another encoding, broken bytes and invisible characters are refused with file and line."""
    path = _file(tmp_path, content)
    with pytest.raises(DataError, match=r"^file notes\.txt: 1 fault\n") as error:
        read_text(path)
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.geojson", "<?xml version='1.0'?>\n<kml/>", "XML or HTML, such as KML of Google Earth"),
        ("a.json", "\ufeff\n<!doctype html>", "save it as GeoJSON, or restore it"),
        ("a.toml", "version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS in place"),
        ("a.md", "e\u0301\nplain\no\u0308\n", "line 1: found letters in pieces (decomposed Unic"),
    ],
)
def test_a_file_that_is_another_is_named(
    tmp_path: Path, name: str, content: str, expected: str
) -> None:
    """A form under another's name, a file that was not fetched, and letters without marks."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    (fault,) = scan_text(tmp_path / name)[1]
    assert expected in str(fault)


def test_read_text_refuses_a_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named, with what to do."""
    with pytest.raises(DataError, match=r"notes\.txt: found no such file; restore the file"):
        read_text(tmp_path / "notes.txt")


@pytest.mark.parametrize(
    ("content", "found", "advice"),
    [
        (
            "\u201ca\u201d\nb\n\u201cc\u201d\n".encode("cp1252"),
            "others in 1 more, line 3",
            "Windows-1252",
        ),
        (
            "\u00fcber\nb\nd\u00e9j\u00e0\n".encode("cp1252"),
            "others in 1 more, line 3",
            "Windows-1252",
        ),
        (b"a\xe4\n" * 30, "others in 29 more, lines 2 to 30", "Windows-1252"),
        ("\u0411\u0443\n\u0411\n".encode("cp1251"), "others in 1 more, line 2", "UTF-8"),
        ("\u7f85\n\u7f85\n".encode("shift-jis"), "others in 1 more, line 2", "UTF-8"),
        (b"a\xff\xfe\n", "byte 0xff, which is not UTF-8", "UTF-8"),
    ],
)
def test_read_text_tells_broken_lines_once_with_the_likely_encoding(
    tmp_path: Path, content: bytes, found: str, advice: str
) -> None:
    """A file in another encoding is one fault, which names its lines and Windows-1252 if likely."""
    (fault,) = scan_text(_file(tmp_path, content))[1]
    assert fault.line == 1
    assert fault.found.endswith(found)
    likely = "; it looks like Windows-1252 (ANSI) now" if advice == "Windows-1252" else ""
    assert fault.advice == f"save the file as UTF-8{likely}"


@pytest.mark.parametrize("content", ["a\n", "\ufeffa\n", "a\r\n", "žluťoučký — kůň\n"])
def test_read_text_passes_what_editors_save(tmp_path: Path, content: str) -> None:
    """A byte-order mark is dropped; letters of any language and line ends stay."""
    assert read_text(_file(tmp_path, content.encode())) == content.removeprefix("\ufeff")


def test_scan_text_names_the_file_as_it_is_told(tmp_path: Path) -> None:
    """A message may show where in the project a file lies."""
    (fault,) = scan_text(_file(tmp_path, b"\xff"), name="notebooks/params/x.yml")[1]
    assert str(fault).startswith("notebooks/params/x.yml, line 1: found byte 0xff")


def test_read_toml_reads_a_saved_file(tmp_path: Path) -> None:
    """A byte-order mark and CRLF change nothing."""
    path = _file(tmp_path, "\ufeff[a]\r\nb = 1\r\n".encode(), "x.toml")
    assert read_toml(path) == {"a": {"b": 1}}


def test_files_read_at_once_stay_as_they_were_first_seen(tmp_path: Path) -> None:
    """What changes meanwhile, or is removed, is seen afterwards; within another block, too."""
    path = _file(tmp_path, b"before")
    with files_at_once():
        assert read_text(path) == "before"
        path.write_bytes(b"behind")
        with files_at_once():
            assert read_text(path) == "before"
        path.unlink()
        assert read_text(path) == "before"
    with pytest.raises(DataError, match="no such file"):
        read_text(path)


def test_read_toml_refuses_broken_syntax_with_its_place(tmp_path: Path) -> None:
    """Line and column of the first mistake, and what to write."""
    path = _file(tmp_path, b"[a]\nb = c\n", "x.toml")
    with pytest.raises(DataError, match=r"x\.toml, line 2, column 5: found broken TOML \(Inv"):
        read_toml(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "[a]\nb = 1\n[mine.x]\n[mine.x] # again\n",
            "line 4, column 8: found broken TOML (the table [mine.x] twice, first at line 3); "
            "rename one of the two, or remove it",
        ),
        ("b = 1\nb = 2\n", "a name stands twice in one table; rename one of the two"),
        ('u = "C:\\Users\\me"\n', "write single quotes, or / for \\"),
        ('u = "D:\\orders"\n', "write single quotes, or / for \\"),
        (
            '# "C:\\new"\nu = "C:\\new"\n',
            'x.toml, line 2: found "C:\\new", where \\n is a line break; \\ begins a sign in '
            "double quotes; write single quotes, or / for \\",
        ),
        ('u = "C:\\\\a\\temp"\n', "where \\t is a tab; "),
        ('u = "a\nb = 1\n', "(a line that ends within quotation marks); close them"),
        ('u = "a" b\n', "(something after a value); write one key = value a line"),
        ("u = [1, 2\n", "(a list that is not closed); close it with ]"),
        ("u = " + "9" * 5000, "found a number of thousands of digits; write it plainly"),
        ("u = " + "[" * 9000, "found brackets within brackets, too many to be read"),
        ("u = {a = 1}\nu.b = 2\n", "Cannot mutate immutable namespace [u]"),
    ],
)
def test_read_toml_says_what_to_do(tmp_path: Path, content: str, told: str) -> None:
    """A table pasted twice, a name written twice, and a path with backslashes."""
    path = _file(tmp_path, content.encode(), "x.toml")
    with pytest.raises(DataError, match=re.escape(told)):
        read_toml(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", r"x\.json, line 1, column 2: found broken JSON \(Expecting property name"),
        ('{\n"a": 1\n"b": 2}', r"x\.json, line 3, column 1: found broken JSON \(Expecting ',' de"),
        (
            '{"a": 1, "a": 2}',
            r"x\.json: found broken JSON \(the key 'a' twice\); keep one of the two",
        ),
        ('{"a": NaN}', r"x\.json, line 1: found NaN, which is no number, at a; write null"),
        ("[" * 100_000, r"x\.json: found brackets within brackets, too many to be read; mend it"),
        ('{"a": ' + "9" * 5000 + "}", r"x\.json: found a number of thousands of digits; mend it"),
        (
            '{"a":\n None}',
            r"x\.json, line 2, column 2: found broken JSON \(None\); write null, in s",
        ),
        ('{"a": True}', r"x\.json, line 1, column 7: found broken JSON \(True\); write true, in s"),
        ('{"a": "C:\\data"}', r"x\.json, line 1, column 10: found broken JSON \(a backslash that"),
        ('{"a": [1,\n-Infinity]}', r"x\.json, line 2: found -Infinity, which is no number, at a; "),
        ('{"features": [NaN]}', r"x\.json, line 1: found NaN, which is no number, at outline 1; "),
    ],
)
def test_read_json_refuses_broken_syntax(tmp_path: Path, content: str, expected: str) -> None:
    """Broken, repeated, not finite or too deep: refused with the file, and the place if known."""
    with pytest.raises(DataError, match=expected):
        read_json(_file(tmp_path, content.encode(), "x.json"))


@pytest.mark.parametrize(("read", "name"), [(read_json, "x.json"), (read_toml, "x.toml")])
def test_cached_files_cannot_be_spoiled(
    tmp_path: Path, read: Callable[[Path], Any], name: str
) -> None:
    """Whoever changes what was read changes a copy; who writes the file reads it anew."""
    path = _file(tmp_path, b'{"a": [1]}' if name == "x.json" else b"a = [1]", name)
    read(path)["a"].append(2)
    assert read(path) == {"a": [1]}
    path.write_bytes(path.read_bytes().replace(b"1", b"3"))
    assert read(path) == {"a": [3]}


def test_files_are_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second reader of the same content parses nothing."""
    calls: list[str] = []
    loads = json.loads

    def counted(text: str, **options: Any) -> object:
        calls.append(text)
        return loads(text, **options)

    monkeypatch.setattr(text_csv_toml_json_reader.json, "loads", counted)
    path = _file(tmp_path, b'{"only": "here"}', "once.json")
    assert read_json(path) == read_json(path) == {"only": "here"}
    assert len(calls) == 1


def test_read_toml_takes_backslashes_that_are_meant(tmp_path: Path) -> None:
    """Single quotes, two backslashes, texts of several lines and letters by their number."""
    text = 'a = \'C:\\new\'\nb = "C:\\\\new"\nc = """x\\ny"""\nd = "\\u0041"\n'
    read = read_toml(_file(tmp_path, text.encode(), "x.toml"))
    assert read == {"a": "C:\\new", "b": "C:\\new", "c": "x\ny", "d": "A"}


def test_read_json_tells_what_is_no_number_once(tmp_path: Path) -> None:
    """A program that knows no null writes NaN into each feature of a map."""
    features = [
        f'{{"properties": {{"name": "quay {number}", "axis_deg": NaN}}}}' for number in (1, 2, 3)
    ]
    text = '{"features": [\n' + ",\n".join(features) + "]}"
    (fault,) = scan_json(_file(tmp_path, text.encode(), "x.geojson"))[1]
    assert str(fault) == (
        "x.geojson, line 2: found NaN, which is no number, at outline 1 (quay 1), axis_deg, and "
        "in 2 more, lines 3 to 4; write null where there is no number"
    )
