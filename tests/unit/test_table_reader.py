"""One table read strictly: what a cell, a row or a file may not be, and what is simply read."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.core import table_reader
from skytally.core.errors_and_fault_lists import DataError, Fault
from skytally.core.table_reader import (
    EMPTY_CELL,
    TRUE_FALSE,
    UNKNOWN_WORD,
    header_of,
    plain_rows,
    read_cells,
    read_table,
    scan,
)

Write = Callable[..., None]
ISO = "write the day as YYYY-MM-DD (a spreadsheet may have rewritten it)"
IN_BOUND = "and in column bound what was said of it (exactly, about, at least, at most, more than)"
PLAIN = "write a plain number such as 1010 or 2.6 (no separators, no exponent)"


@pytest.fixture
def rail(record: Path) -> Path:
    """Path of one table of the copied record."""
    return record / "rail_counts.csv"


def _line_of(path: Path, row_id: str) -> int:
    lines = path.read_text(encoding="utf-8").split("\n")
    return next(i for i, text in enumerate(lines, start=1) if text.startswith(f"{row_id},"))


def _only(path: Path) -> Fault:
    (fault,) = scan(path)[1]
    return fault


@pytest.mark.parametrize(
    ("column", "text", "advice"),
    [
        ("date_first", "10/05/2023", ISO),
        ("date_first", "45204", ISO),
        ("date_first", "5-Oct-23", ISO),
        ("date_first", "2023-10", ISO),
        ("date_first", "2023-10-05T00:00:00", ISO),
        ("date_first", "2023-02-30", "there is no such day; correct it"),
        ("date_first", "2023-13-01", "there is no such day; correct it"),
        ("value", "1,010", PLAIN),
        ("value", "1.01E+03", "write 1010"),
        ("value", "1e+05", "write 100000"),
        ("value", "2.5e-3", "write 0.0025"),
        ("value", "1e99", PLAIN),
        ("value", "300.00000000000006", "write 300"),
        ("value", "0.30000000000000004", "write 0.3"),
        ("value", "1 010", PLAIN),
        ("value", "1.010,5", PLAIN),
        ("value", "~73", f"write 73, {IN_BOUND}"),
        ("value", "\u224870", f"write 70, {IN_BOUND}"),
        ("low", "<20", f"write 20, {IN_BOUND}"),
        ("value", "20+", f"write 20, {IN_BOUND}"),
        ("value", "about 1 010", f"write 1 010, {IN_BOUND}"),
        ("value", "60\u201380", "write 60 in column low and 80 in column high"),
        ("value", "20 railcars", PLAIN),
        ("value", "1/2", PLAIN),
        ("value", "60 to 80", "write 60 in column low and 80 in column high"),
        ("value", "73*", "write 73 alone; what the mark says goes into a note"),
        ("value", "73\u00b9", "write 73 alone; what the mark says goes into a note"),
        ("value", "73[2]", "write 73 alone; what the mark says goes into a note"),
        ("value", "\u221273", "write -73, with the minus sign of the keyboard"),
        ("value", "nan", "leave a cell without a value empty"),
        ("value", "\\N", "leave a cell without a value empty"),
        ("value", "inf", PLAIN),
        ("value", "#REF!", PLAIN),
        ("id", "R 031", "use letters, digits, dot, dash, underscore only"),
        ("id", "<script>", "use letters, digits, dot, dash, underscore only"),
        ("source_id", "KBS,BP", "use letters, digits, dot, dash, underscore only"),
        ("text", "73\u202ecars", "remove the invisible character U+202E (right-to-left override)"),
        ("text", "two\nlines", "write a space for the invisible character U+000A (line break)"),
        ("text", "", "fill it; the dictionary requires it"),
        ("counter", "", "fill it; the dictionary requires it"),
    ],
)
def test_scan_tells_a_wrong_cell(
    rail: Path, write_cell: Write, column: str, text: str, advice: str
) -> None:
    """A wrong cell gives one fault with file, line, column, what was found and what to do."""
    write_cell(rail, "R031", **{column: text})
    fault = _only(rail)
    assert (fault.file, fault.column) == ("rail_counts.csv", column)
    assert (fault.found, fault.advice) == (repr(text), advice)
    if text and column == "value":
        assert fault.line == _line_of(rail, "R031")


@pytest.mark.parametrize("first", ["Total", "Source: CSIS", "# rows of August follow"])
def test_scan_tells_a_line_that_is_no_row_once(rail: Path, first: str) -> None:
    """A total under the rows, or a remark between them, has none of the cells of a row."""
    width = len(rail.read_text(encoding="utf-8").splitlines()[0].split(","))
    with rail.open("a", encoding="utf-8") as file:
        file.write(f"{first}{',' * (width - 2)},=SUM(K2:K9)\n")
    fault = _only(rail)
    assert fault.found == f"only {first!r}, '=SUM(K2:K9)' in the line"
    assert fault.advice.startswith("remove the line, if it is a total or a remark")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("unit", "wagons"),
        ("bound", "approx"),
        ("state", "Counted"),
        ("precision_first", "week"),
        ("method", "guess"),
    ],
)
def test_scan_tells_a_word_outside_its_vocabulary(
    rail: Path, write_cell: Write, column: str, text: str
) -> None:
    """An unknown word is reported with the words that are known."""
    write_cell(rail, "R031", **{column: text})
    fault = _only(rail)
    assert (fault.column, fault.found) == (column, repr(text))
    assert fault.advice.startswith("use a word of vocabulary ")
    assert len(fault.advice.split(", ")) > 1


def test_scan_reads_over_spaces_around_a_cell(rail: Path, write_cell: Write) -> None:
    """Spaces around a word or a number are no fault."""
    write_cell(rail, "R031", family=" planet ", value=" 73")
    table, faults = scan(rail)
    assert faults == []
    assert table.set_index("id").loc["R031", ["family", "value"]].tolist() == ["planet", 73.0]


def test_scan_tells_a_wrong_address(record: Path, write_cell: Write) -> None:
    """An address that a browser could run is refused."""
    write_cell(record / "sources.csv", "BP_20231017", url="javascript:alert(1)")
    fault = _only(record / "sources.csv")
    assert (fault.column, fault.found) == ("url", "'javascript:alert(1)'")


def test_scan_tells_ids_not_separated_by_spaces(record: Path, write_cell: Write) -> None:
    """Several ids in one cell are separated by spaces."""
    write_cell(record / "sources.csv", "SEED1", derived_from="RUSI_20231016;KBS_20231007")
    fault = _only(record / "sources.csv")
    assert (fault.column, fault.advice) == ("derived_from", "separate ids by single spaces")


@pytest.mark.parametrize("text", ["\u0667\u0663", "9" * 400], ids=["Arabic digits", "too large"])
def test_scan_tells_a_number_no_reader_can_use(rail: Path, write_cell: Write, text: str) -> None:
    """A number is written in plain digits and is finite."""
    write_cell(rail, "R031", value=text)
    assert _only(rail).column == "value"


def test_fault_says_place_found_and_advice() -> None:
    """A fault reads as one sentence, without a line where the whole file is meant."""
    whole = Fault("t.csv", 0, "", "an empty file", "restore it")
    assert str(whole) == "t.csv: found an empty file; restore it"
    cell = Fault("t.csv", 7, "value", "'1,010'", "write 1010")
    assert str(cell) == "t.csv, line 7, column value: found '1,010'; write 1010"


def test_scan_tells_several_cells_of_one_row(rail: Path, write_cell: Write) -> None:
    """Faults are collected, not told one a run."""
    write_cell(rail, "R031", date_first="10/05/2023", value="1,010", unit="wagons")
    found = {fault.column: fault.found for fault in scan(rail)[1]}
    assert found == {"date_first": "'10/05/2023'", "value": "'1,010'", "unit": "'wagons'"}


def test_scan_tells_a_missing_column(rail: Path) -> None:
    """A column the dictionary has and the table has not."""
    table = pd.read_csv(rail, dtype=str, keep_default_na=False)
    table.drop(columns="bound").to_csv(rail, index=False)
    assert str(_only(rail)) == (
        "rail_counts.csv, line 1, column bound: found no such column; "
        "add it, as the dictionary has it"
    )


def test_scan_tells_an_extra_column(rail: Path) -> None:
    """A column the table has and the dictionary has not."""
    table = pd.read_csv(rail, dtype=str, keep_default_na=False)
    table.assign(remark="x").to_csv(rail, index=False)
    assert str(_only(rail)) == (
        "rail_counts.csv, line 1, column remark: found a column the dictionary does not have; "
        "remove it"
    )


def test_scan_tells_a_column_twice(rail: Path) -> None:
    """A repeated header would hide one of its columns."""
    text = rail.read_text(encoding="utf-8")
    rail.write_text("".join(f"{row},{row.split(',')[0]}\n" for row in text.splitlines()))
    assert (
        str(scan(rail)[1][0])
        == "rail_counts.csv, line 1, column id: found the column twice; keep one"
    )


@pytest.mark.parametrize(
    ("separator", "words"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")]
)
def test_scan_tells_a_table_with_other_separators(rail: Path, separator: str, words: str) -> None:
    """A table saved with other separators than commas is one fault, not one a column."""
    table = pd.read_csv(rail, dtype=str, keep_default_na=False)
    table.to_csv(rail, index=False, sep=separator)
    assert str(_only(rail)) == (
        f"rail_counts.csv, line 1: found {words} between the columns; save the table with commas"
    )


def test_scan_tells_a_line_that_names_the_separator(rail: Path) -> None:
    """A first line of a spreadsheet's own is reported as such."""
    rail.write_text(f"sep=,\n{rail.read_text(encoding='utf-8')}", encoding="utf-8")
    fault = _only(rail)
    assert fault.found == "'sep=' before the header"
    assert fault.advice == "remove the line and save the table with commas"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "t.csv: found an empty file; restore the table with its header"),
        (b" \r\n\n", "t.csv: found an empty file; restore the table with its header"),
        (b"id\nA\x00\n", "t.csv, line 2: found a NUL byte; save the table as UTF-8 text"),
        (
            "id\nA\n".encode("utf-16"),
            "t.csv, line 1: found UTF-16 text (its first byte is 0xff); "
            "save the table as UTF-8 text",
        ),
        (
            b"id\nA\n\xe9\n",
            "t.csv, line 3: found byte 0xe9, which is not UTF-8; save the table as UTF-8",
        ),
        (b"id\n\nA\n", "t.csv, line 2: found an empty line; remove it"),
        (
            b"id\nA,B\n",
            "t.csv, line 2: found 2 cells where the header has 1; check commas and quotation marks",
        ),
    ],
)
def test_scan_tells_a_wrong_file(tmp_path: Path, content: bytes, expected: str) -> None:
    """A file that is no UTF-8 table is reported with the line that breaks it."""
    (tmp_path / "t.csv").write_bytes(content)
    (tmp_path / "vocabulary.csv").write_text("vocabulary,word,meaning\n")
    (tmp_path / "t.dictionary.csv").write_text(
        "column,type,vocabulary,required,refers_to,meaning,empty_means\nid,id,,yes,,identifier,\n"
    )
    assert str(_only(tmp_path / "t.csv")) == expected


def test_scan_tells_a_short_row(rail: Path) -> None:
    """A row with a cell too few is refused whole, and the rows around it are read."""
    lines = rail.read_text(encoding="utf-8").splitlines()
    place = _line_of(rail, "R031")
    lines[place - 1] = lines[place - 1].replace(",73,", ",", 1)
    rail.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table, faults = scan(rail)
    width = len(lines[0].split(","))
    assert [(fault.line, fault.found) for fault in faults] == [
        (place, f"{width - 1} cells where the header has {width}")
    ]
    assert "R031" not in set(table["id"])
    assert {"R030", "R032"} <= set(table["id"])


@pytest.mark.parametrize("quotes", ['"never closed', '"closed" too early'])
def test_scan_tells_broken_quotation_marks(rail: Path, quotes: str) -> None:
    """A quotation mark in the wrong place is reported as such."""
    with rail.open("a", encoding="utf-8") as file:
        file.write(f"{quotes},2023\n")
    fault = _only(rail)
    assert fault.found.startswith("broken CSV (")
    assert fault.advice == "mend the quotation marks"


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda raw: codecs.BOM_UTF8 + raw,
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: codecs.BOM_UTF8 + raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.rstrip(b"\n"),
    ],
    ids=["byte-order mark", "CRLF", "both", "no last newline"],
)
def test_read_table_reads_what_a_spreadsheet_saved(
    rail: Path, rewritten: Callable[[bytes], bytes]
) -> None:
    """A byte-order mark and other line endings change nothing in the table."""
    expected = read_table(rail)
    rail.write_bytes(rewritten(rail.read_bytes()))
    pd.testing.assert_frame_equal(read_table(rail), expected)


def test_scan_tells_a_byte_order_mark_alone(rail: Path) -> None:
    """A file that holds a byte-order mark and nothing else is empty."""
    rail.write_bytes(codecs.BOM_UTF8)
    assert _only(rail).found == "an empty file"


def test_scan_reads_columns_in_any_order(rail: Path) -> None:
    """Columns are found by their names, not by their places."""
    expected = read_table(rail)
    table = pd.read_csv(rail, dtype=str, keep_default_na=False)
    table[table.columns[::-1]].to_csv(rail, index=False)
    pd.testing.assert_frame_equal(read_table(rail), expected)


def test_read_table_gives_typed_columns(record: Path) -> None:
    """Dates are timestamps, numbers floats, and empty cells are missing, never 0."""
    rail = read_table(record / "rail_counts.csv").set_index("id")
    assert rail.loc["R031", "date_first"] == pd.Timestamp("2023-10-05")
    assert rail.loc["R031", "value"] == 73.0
    assert pd.isna(rail.loc["R031", "low"])
    assert pd.isna(rail.loc["R003", "value"])
    assert rail.loc["R031", "wording"] == ""
    assert rail.attrs["table"] == "rail_counts"


def test_read_table_keeps_text_that_looks_like_code(record: Path, write_cell: Write) -> None:
    """A cell is text, whatever it looks like."""
    nasty = '<script>alert(1)</script> =HYPERLINK("http://x","y")'
    write_cell(record / "rail_counts.csv", "R031", text=nasty)
    table = read_table(record / "rail_counts.csv").set_index("id")
    assert table.loc["R031", "text"] == nasty


def test_read_table_refuses_all_faults_at_once(rail: Path, write_cell: Write) -> None:
    """The error counts every fault of the table."""
    write_cell(rail, "R031", value="1,010")
    write_cell(rail, "R001", date_first="45204")
    with pytest.raises(DataError, match=r"table rail_counts.csv: 2 faults\n.*45204.*\n.*1,010"):
        read_table(rail)


def test_scan_lists_broken_lines_and_cells_of_one_table_together(
    rail: Path, write_cell: Write
) -> None:
    """A short row, an empty line and a wrong cell come in one go, in the order of the file."""
    write_cell(rail, "R001", value="1,010")
    with rail.open("a", encoding="utf-8") as file:
        file.write("\nR999,2023\n")
    found = [fault.found for fault in scan(rail)[1]]
    assert found[0] == "'1,010'"
    assert found[1] == "an empty line"
    assert found[2].startswith("2 cells where the header has ")


def test_scan_names_the_line_on_which_a_row_starts(rail: Path, write_cell: Write) -> None:
    """A cell with a line end does not move the place of its row or of those below."""
    place = _line_of(rail, "R031")
    write_cell(rail, "R031", text="two\nlines")
    assert _only(rail).line == place
    assert scan(rail)[0].set_index("id").loc["R032", "line"] == place + 2


@pytest.mark.parametrize(
    "mark",
    [
        *(
            "\x7f",
            "\x85",
            "\xad",
            "\u034f",
            "\u061c",
            "\u115f",
            "\u180e",
            "\u200b",
            "\u200c",
            "\u200d",
        ),
        *("\u200f", "\u2028", "\u202a", "\u2060", "\u2066", "\u206a", "\u2800", "\u3164", "\ufe00"),
        *("\ufeff", "\uffa0", "\ufff9", "\ufffd", "\ue000", "\U000e0041", "\U000f0000"),
    ],
    ids=ascii,
)
def test_scan_names_every_invisible_character_by_its_code_point(
    rail: Path, write_cell: Write, mark: str
) -> None:
    """What no reader sees may stand in no text; the message tells what to search for."""
    write_cell(rail, "R031", text=f"73{mark}cars")
    assert _only(rail).advice.startswith(f"remove the invisible character U+{ord(mark):04X} (")


def test_read_table_gives_each_caller_a_copy(rail: Path) -> None:
    """Whoever changes a table or its attributes spoils it for nobody else."""
    expected = read_table(rail)
    spoiled = read_table(rail)
    spoiled.loc[:, "value"] = 0.0
    spoiled.attrs["table"] = "spoiled"
    table, faults = scan(rail)
    table.loc[:, "value"] = 0.0
    faults.append(Fault("x", 0, "", "x", "x"))
    pd.testing.assert_frame_equal(read_table(rail), expected)
    assert (read_table(rail).attrs, scan(rail)[1]) == ({"table": "rail_counts"}, [])


def test_read_table_parses_a_file_once(rail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same content is typed once a process; a changed cell is seen at once."""
    read_table(rail)
    monkeypatch.setitem(table_reader.PARSE, "number", lambda _: (-1.0, ""))
    assert read_table(rail).set_index("id").loc["R031", "value"] == 73.0
    rail.write_bytes(rail.read_bytes().replace(b",73,", b",7654,", 1))
    assert read_table(rail)["value"].dropna().unique().tolist() == [-1.0]


def test_plain_rows_are_those_of_pandas(rail: Path) -> None:
    """Days, missing days, numbers, missing numbers and words of a real table, and of none."""
    table = read_table(rail)
    for rows in (table, table.head(0)):
        assert repr(plain_rows(rows)) == repr(rows.to_dict("records"))


def test_read_cells_interprets_nothing(rail: Path) -> None:
    """Every cell is text; columns in the dictionary's order, lines of the file as the index."""
    cells = read_cells(rail)
    row = cells[cells["id"] == "R031"]
    assert row.index.tolist() == [_line_of(rail, "R031")]
    assert row[["value", "low", "date_first"]].to_numpy().tolist() == [["73", "", "2023-10-05"]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a;b\n1;2\n", "t.csv, line 1: found semicolons between the columns; save the table with"),
        ("a\n1\n", "t.csv, line 1, column b: found no such column; add it"),
        ("a,b,c\n1,2,3\n", "t.csv, line 1, column c: found a column the dictionary does not have"),
        ("a,b\n1\n", "t.csv, line 2: found 1 cells where the header has 2; check commas"),
        ("a,b\n1,2\u202e\n", "t.csv, line 2, column b: found '2\\u202e'; remove the invisible"),
        ("", "t.csv: found an empty file; restore the table with its header"),
    ],
)
def test_read_cells_refuses_a_wrong_file(tmp_path: Path, content: str, expected: str) -> None:
    """Tables without a dictionary of types are read as strictly."""
    (tmp_path / "t.csv").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"^table t\.csv: ") as error:
        read_cells(tmp_path / "t.csv", header=("a", "b"))
    assert expected in str(error.value)


def test_header_of_an_unreadable_table_is_empty(tmp_path: Path) -> None:
    """A header is read where there is one."""
    assert header_of(tmp_path / "none.csv") == ()
    (tmp_path / "t.csv").write_text("\ufeffa, b\n", encoding="utf-8")
    assert header_of(tmp_path / "t.csv") == ("a", "b")


def test_scan_tells_true_and_false_of_a_column_once(tmp_path: Path) -> None:
    """What pandas writes for yes and no is one fault, which says what each means."""
    (tmp_path / "t.csv").write_text("id,keep\nA,True\nB,False\nC,no\nD,True\n")
    (tmp_path / "vocabulary.csv").write_text(
        "vocabulary,word,meaning\nyesno,yes,it is\nyesno,no,it is not\n"
    )
    (tmp_path / "t.dictionary.csv").write_text(
        "column,type,vocabulary,required,refers_to,meaning,empty_means\n"
        "id,id,,yes,,identifier,\nkeep,word,yesno,yes,,whether,\n"
    )
    assert str(_only(tmp_path / "t.csv")) == (
        "t.csv, line 2, column keep: found 'True' in 2 and 'False' in 1 cells, lines 2 to 3, 5; "
        "write yes for True and no for False; use a word of vocabulary yesno: yes, no"
    )


def test_scan_closes_the_quotation_marks_round_a_cell_that_it_cuts(rail: Path) -> None:
    """A long cell with a line break is shown to its first letters, between quotation marks."""
    table = pd.read_csv(rail, dtype=str, keep_default_na=False)
    table.loc[0, "note"] = "it's so " * 20 + "\nchecked"
    table.to_csv(rail, index=False)
    found = _only(rail).found
    assert (len(found), found[0], found[-2:]) == (80, '"', '\u2026"')


def test_scan_tells_the_kind_of_a_fault_beside_its_words(tmp_path: Path) -> None:
    """Who tells many faults as one compares their kinds, however the messages are worded."""
    (tmp_path / "t.csv").write_text("id,keep,why\nA,maybe,\nB,TRUE,x\nC,no-value,x\n")
    (tmp_path / "vocabulary.csv").write_text(
        "vocabulary,word,meaning\nyesno,yes,it is\nyesno,no,it is not\n"
    )
    (tmp_path / "t.dictionary.csv").write_text(
        "column,type,vocabulary,required,refers_to,meaning,empty_means\n"
        "id,id,,yes,,identifier,\nkeep,word,yesno,yes,,whether,\nwhy,text,,yes,,reason,\n"
    )
    kinds = {(each.line, each.column): each.kind for each in scan(tmp_path / "t.csv")[1]}
    assert kinds == {
        (2, "keep"): (UNKNOWN_WORD, "yesno", "maybe"),
        (2, "why"): EMPTY_CELL,
        (3, "keep"): TRUE_FALSE,
        (4, "keep"): (UNKNOWN_WORD, "yesno", "no-value"),
    }
