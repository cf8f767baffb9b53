"""Tables as people type and save them: each kind of input with its outcome."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.core.table_reader import scan
from skytally.record.record_consistency_rules import record_faults

HEADER = "id,day,value,bound,unit,imo,share,page,text"
ROW = "A1,2023-10-05,1010,about,containers,9074729,0.5,https://a.example/b,seen on the quay"
TYPES = {
    "id": "id", "day": "date", "value": "number", "bound": "text", "unit": "word", "imo": "imo",
    "share": "share", "page": "url", "text": "text",
}  # fmt: skip
DICTIONARY = "column,type,vocabulary,required,refers_to,meaning,empty_means\n" + "".join(
    f"{name},{kind},{'unit' if kind == 'word' else ''},no,,made up,not known\n"
    for name, kind in TYPES.items()
)
PLAIN = f"{HEADER}\n{ROW}\n{ROW.replace('A1', 'A2')}\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Path of a made-up table with a column of each type."""
    (tmp_path / "t.dictionary.csv").write_text(DICTIONARY)
    (tmp_path / "vocabulary.csv").write_text("vocabulary,word,meaning\nunit,containers,boxes\n")
    return tmp_path / "t.csv"


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace("\n", "\r\n", 1).encode(),
        f"{PLAIN}{',' * 8}\r\n{',' * 8}\r\n".encode(),
        f"{PLAIN}\n\n".encode(),
        "".join(f"{line},,,\n" for line in PLAIN.splitlines()).encode(),
        PLAIN.replace("containers", " containers\u00a0").encode(),
        PLAIN.replace("about", '"about"').encode(),
    ],
    ids=[
        *("byte-order mark", "CRLF", "CR", "mixed ends", "empty rows left", "empty lines left"),
        *("empty columns left", "spaces round a word", "quotes"),
    ],
)
def test_what_a_spreadsheet_leaves_is_taken(table: Path, content: bytes) -> None:
    """Marks, line ends, and empty rows and columns at the ends change nothing."""
    table.write_text(PLAIN)
    expected = scan(table)[0]
    table.write_bytes(content)
    read, faults = scan(table)
    assert faults == []
    pd.testing.assert_frame_equal(read, expected)


FILES = {
    "sep=": (f"sep=,\n{PLAIN}", "found 'sep=' before the header; remove the line"),
    "semicolons": (PLAIN.replace(",", ";"), "found semicolons between the columns"),
    "tabs": (PLAIN.replace(",", "\t"), "found tabs between the columns"),
    "title": (f"Counts of 2023\n{PLAIN}", "found 'Counts of 2023' where the columns are named"),
    "wide title": (f"Counts{',' * 8}\n{PLAIN}", "found 'Counts' where the columns are named"),
    "no header": (f"{ROW}\n", "found 'A1, 2023-10-05, 1010"),
    "header twice": (f"{HEADER}\n{PLAIN}", "line 2: found the header a second time; remove it"),
    "UTF-16": (PLAIN.encode("utf-16"), "found UTF-16 text"),
    "UTF-16 without mark": (PLAIN.encode("utf-16-le"), "text without a byte-order mark"),
    "cp1251": (f"{PLAIN}Б".encode("cp1251"), "line 4: found byte 0xc1, which is not UTF-8"),
    "shift-jis": (f"{PLAIN}羅".encode("shift-jis"), "which is not UTF-8"),
    "NUL": (f"{PLAIN}\0", "line 4: found a NUL byte"),
    "two marks": (codecs.BOM_UTF8 * 2 + PLAIN.encode(), "invisible character U+FEFF"),
    "open quote": (f'{PLAIN}A3,"2023', "line 4: found broken CSV"),
    "curly quotes": (f"{PLAIN}{ROW},“a, b”\n", 'write plain quotation marks (") round the cell'),
    "no line break before appended rows": (
        f"{PLAIN.rstrip()}{ROW.replace('A1', 'A3')}\n{ROW.replace('A1', 'A4')}\n",
        "line 3: found 17 cells where the header has 9, as of two rows on one line, which meet in "
        "'seen on the quayA3'; write a line break before the second, or check commas",
    ),
    "no line break behind an empty cell": (
        f"{PLAIN.replace('seen on the quay', '').rstrip()}{ROW.replace('A1', 'A3')}\n",
        "line 3: found 17 cells where the header has 9, as of two rows on one line, which meet in "
        "'A3'; write a line break before the second",
    ),
    "no line break behind quotes": (
        f'{PLAIN}{ROW.replace("A1", "A3").replace("seen on", chr(34) + "seen, on all of")}"'
        f"{ROW.replace('A1', 'A4')}\n",
        "line 4: found two rows on one line, which meet in 'seen, on all of the quayA4'; write a "
        "line break before the second",
    ),
    "middle line": (PLAIN.replace("\n", "\n\n", 1), "line 2: found an empty line"),
    "ZIP": (b"PK\x03\x04\x14\x00\x06\x00", "found a spreadsheet or ZIP archive"),
    "gzip": (gzip.compress(PLAIN.encode()), "found a compressed file"),
    "HTML": ("<html><body>404</body></html>", "where the columns are named"),
    "merge conflict": (f"{PLAIN}<<<<<<< HEAD\n{ROW}\n", "line 4: found a merge conflict"),
    "commas at the ends": (
        f"{HEADER}\n" + f"{ROW},\n" * 8,
        "line 2: found 10 cells where the header has 9, the last empty, and in 7 more lines, 3"
        " to 9; check commas and quotation marks, or remove the comma at the end",
    ),
    "comment": (
        PLAIN.replace(f"{HEADER}\n", f"{HEADER}\n# from here, new\n"),
        "line 2: found a comment, '# from here', between the rows; remove it; what a row needs",
    ),
    "comment of a spreadsheet": (
        PLAIN.replace(f"{HEADER}\n", f"{HEADER}\n// new{',' * 8}\n"),
        "line 2: found a comment, '// new', between the rows; remove it",
    ),
    "letters in pieces": (
        "".join(f"{line} \u1112\u1161\u11ab\n" for line in PLAIN.splitlines()).replace(
            HEADER + " \u1112\u1161\u11ab", HEADER
        ),
        "line 2: found letters in pieces (decomposed Unicode), and in 1 more to line 3; save the",
    ),
    "capitals of an id": (
        PLAIN.replace("A2", "a1"),
        "line 3, column id: found 'a1', which differs from 'A1' of line 2 in capitals only; give",
    ),
    "Git LFS": ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "with git lfs pull"),
    "CR CR LF": (
        "\r\r\n".join([HEADER, *(ROW.replace("A1", f"A{n}") for n in range(9))]),
        "line 2: found an empty line, and in 8 more lines, 4, 6, 8, 10, 12, 14, 16, 18; remove it",
    ),
    "a time behind each day": (
        f"{HEADER}\n"
        + "".join(
            f"{ROW.replace('A1,2023-10-05', f'A{n},2023-10-05 0{n % 9}:00:00')}\n"
            for n in range(12)
        ),
        "00:00:00', and in 11 more cells, lines 3 to 13; write the day as YYYY-MM-DD",
    ),
    "numbers of rows": (
        f",{HEADER}\n0,{ROW}\n",
        "line 1: found no name over column 1; remove the column",
    ),
    "capitals": (
        PLAIN.replace(HEADER, HEADER.upper()),
        "line 1: found 'ID' for 'id' and 8 more among the names of the columns; write them in the",
    ),
    "one capital": (PLAIN.replace("id,day", "id, Day "), "line 1: found 'Day' for 'day' among"),
    "NA in each empty cell": (
        f"{HEADER}\n" + "".join(f"A{n},NA,NA,NA,NA,NA,NA,NA,NA\n" for n in range(3)),
        "line 2, column day: found 'NA', and in 23 more cells, lines 2 to 4; leave a cell",
    ),
}


@pytest.mark.parametrize(("content", "expected"), FILES.values(), ids=FILES)
def test_a_file_of_another_form_is_refused_once(
    table: Path, content: str | bytes, expected: str
) -> None:
    """One fault names what the file is, not one a row or a column."""
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    (fault,) = scan(table)[1]
    assert expected in str(fault)


CELLS = {
    "1.010": "write 1010 where that is meant, or 1.0100",
    "1.010,5": "write a plain number",
    "1,5": "write a plain number",
    "1\u00a0010": "remove the U+00A0 (no-break space)",
    "1\u2009010": "remove the U+2009 (thin space)",
    "1e3": "write 1000",
    "007": "write a plain number",
    "-0": "write a plain number",
    "1'010": "write a plain number",
    "\uff11\uff10": "write 10 with the keyboard; U+FF11 (fullwidth digit one) only looks like",
    "1\u041e": "write a plain number",
    "TRUE": "write a plain number",
    "#REF!": "write a plain number",
    "=A1": "write the number that the formula gives",
    "42°13'36\"N": "write decimal degrees, here 42.22667",
    "122 25.2 W": "write decimal degrees, here -122.42000",
    "42\u00ba 13\u2032 36\u2033": "write decimal degrees, here 42.22667",
    "42.2268° S": "write decimal degrees, here -42.22680",
    "42 75 N": "write a plain number",
    "½": "write a plain number",
}


NO_VALUES = ("NA", "N/A", "n/a", "nan", "NaN", "<NA>", "NaT", "NULL", "null", "None")
"""What R, pandas and databases write for an empty cell."""


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        *(("value", cell, advice) for cell, advice in CELLS.items()),
        *(("day", day, "write the day as YYYY-MM-DD") for day in ("1/2/2024", "45204", "2023-1-5")),
        ("day", "1900-01-00", "there is no such day"),
        ("day", "1023-10-05", "write a day between 1950 and 2099"),
        ("day", "9999-12-31", "write a day between 1950 and 2099"),
        ("imo", "9074728", "the last digit of an IMO number that begins so is 9"),
        ("imo", "9074729.0", "write the seven digits of an IMO number"),
        ("imo", "Unknown", "write the seven digits of an IMO number"),
        ("imo", "IMO 9074729", "write the seven digits of an IMO number"),
        ("imo", "0000000", "write the seven digits of an IMO number"),
        ("share", "1.5", "write a share between 0 and 1"),
        ("share", "-0.1", "write a share between 0 and 1"),
        ("page", "a.example/b", "write a full http:// or https:// address"),
        ("page", "http://localhost/b", "write a full http:// or https:// address"),
        ("page", "https://a.example:99999/", "write a full http:// or https:// address"),
        ("page", "https://u:p@a.example/", "remove the user and password"),
        ("page", "https://a.example/north-kor\u2026", "write the whole address; a program cut"),
        ("page", "https://a.example/north...", "write the whole address; a program cut"),
        ("share", "\u22120.1", "write -0.1, with the minus sign of the keyboard"),
        ("unit", "contain\u200bers", "remove the invisible character U+200B"),
        ("id", "“A1”", "use letters, digits"),
        (
            "id",
            "\u04101",
            "write A1 with the keyboard; U+0410 (cyrillic capital letter a) only looks",
        ),
        (
            "id",
            "\u0391.b\u2011c",
            "write A.b-c with the keyboard; U+0391 (greek capital letter alpha)",
        ),
        (
            "id",
            "\u0436-\u0430",
            "dash, underscore only; U+0430 (cyrillic small letter a) only looks like",
        ),
        (
            "day",
            "2023\u201110\u201105",
            "write 2023-10-05 with the keyboard; U+2011 (non-breaking hyphen)",
        ),
        (
            "day",
            "\uff12\uff1023-10-05",
            "write 2023-10-05 with the keyboard; U+FF12 (fullwidth digit two)",
        ),
        ("value", "60\u201380", "write 60 in column low and 80 in column high"),
        ("value", "73\u00b9", "write 73 alone"),
        (
            "unit",
            "\u0441ontainers",
            "write containers with the keyboard; U+0441 (cyrillic small letter es)",
        ),
        (
            "unit",
            "\uff43ontainers",
            "write containers with the keyboard; U+FF43 (fullwidth latin small let",
        ),
        (
            "unit",
            "b\u043exes",
            "vocabulary unit: containers; U+043E (cyrillic small letter o) only looks",
        ),
        (
            "imo",
            "907472\uff19",
            "write 9074729 with the keyboard; U+FF19 (fullwidth digit nine) only",
        ),
        ("text", "left\u202eright", "U+202E (right-to-left override)"),
        *(("text", cell, "leave a cell without a value empty") for cell in NO_VALUES),
        *(("day", cell, "leave a cell without a value empty") for cell in NO_VALUES),
        ("text", "a" * 32_767, "shorten its 32767 letters; a spreadsheet cuts a cell at 32767"),
        ("text", "=CONCATENATE(A2;B2)", "a formula stands in the cell; write what it gives"),
        ("text", "=$B$4&A2", "a formula stands in the cell; write what it gives"),
        ("text", "#REF!", "a formula failed; write what it should have given"),
        ("text", "Minist\u00c3\u00a8re", "the letters 'Ã¨' are a misread 'è'; open the table as"),
        (
            "text",
            "C\u00c3\u00b4te d\u00e2\u20ac\u2122Ivoire",
            "the letters '\u00c3\u00b4' are a misread '\u00f4'",
        ),
        ("text", "Россия".encode().decode("cp1251"), "are a misread 'Россия'; open the table"),
        ("text", "선박".encode().decode("cp1252"), "are a misread '선박'"),
        ("unit", "bo\u00c3\u00aetes", "the letters 'Ã®' are a misread 'î'"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_refused(
    table: Path, column: str, cell: str, expected: str
) -> None:
    """Numbers, days, ship numbers, shares and addresses as spreadsheets and people write them."""
    cells = ROW.split(",")
    cells[list(TYPES).index(column)] = f'"{cell}"' if "," in cell else cell
    table.write_text(f"{HEADER}\n{','.join(cells)}\n", encoding="utf-8")
    (fault,) = scan(table)[1]
    assert (fault.line, fault.column) == (2, column)
    assert expected in fault.advice


@pytest.mark.parametrize(
    "text",
    [
        *("Minist\u00e8re", "MINIST\u00c8RE", "\u201cCAF\u00c9\u201d", "CAF\u00c9\u2013BAR"),
        *(
            "AMANH\u00c3\u201d",
            "Сёмин",
            "Қазақстан",
            "тест «ёё»",
            "\u041a\u0438\u0457\u0432 \u0456 \u0407",
            "나진항",
            "羅津港",
            "ميناء",
        ),
        *("none of them", "Nandi", "N/A of the page", "5\u00a0\u00b0C", "\u00bd of it", "🚢 seen"),
    ],
)
def test_words_of_any_language_are_taken(table: Path, text: str) -> None:
    """Letters of no ASCII, and words that begin as an empty cell does, are no fault."""
    cells = ROW.split(",")
    cells[-1] = text
    table.write_text(f"{HEADER}\n{','.join(cells)}\n", encoding="utf-8")
    read, faults = scan(table)
    assert (faults, read["text"].tolist()) == ([], [text])


def test_a_code_that_is_required_may_be_na(table: Path) -> None:
    """NA is a country, and where no cell may be empty it cannot stand for an empty one."""
    required = DICTIONARY.replace("text,text,,no,,made up,not known", "text,text,,yes,,made up,")
    table.with_name("t.dictionary.csv").write_text(required)
    table.write_text(f"{HEADER}\n{ROW.rpartition(',')[0]},NA\n")
    assert scan(table)[1] == []


def test_a_number_of_ours_keeps_three_decimals(table: Path) -> None:
    """Where no source prints the number, a point before three digits is a decimal point."""
    without = DICTIONARY.replace("bound,text", "bounds,text")
    table.with_name("t.dictionary.csv").write_text(without)
    text = PLAIN.replace("bound", "bounds").replace("1010", "1.010")
    table.write_text(text)
    read, faults = scan(table)
    assert (faults, read["value"].tolist()) == ([], [1.01, 1.01])


ADDED = {
    "quay_stocks": (
        "{id},{day},{day},day,day,rajin-unstated-pier,us-nsc,,{quantity},{value},,,{bound},{wording},"
        "{unit},statement,counted,us-release,YONHAP_20231013,secondhand,made up,made up"
    ),
    "ais_events": (
        "{id},Angara,,,silent,{day},{day},day,day,Rajin,voa,VOA_20231016_AIS,direct,made up,made up"
    ),
    "voyages": (
        "{id},Angara,dunai,2023-09-12,2023-09-12,day,rajin-unstated-pier,2023-09-08,2023-09-08,day,"
        "us-nsc,,,,,,,,none,us-release,VIEWUS_66166,secondhand,made up,made up"
    ),
    "port_stays": (
        "{id},dunai,,voa,2023-12-18,2023-12-17,2023-12-17,,P033,planet,VOA_7412571,direct,made up"
    ),
    "sites": "{id},Made up {id},port,{lat},{lon},{radius},published,WIKI_RAJIN,secondhand,",
    "lineage": "port_observations,P999,carried,P003,",
}
DEFAULTS = {
    "day": "2023-10-05", "value": "73", "bound": "about", "wording": "", "unit": "containers",
    "quantity": "containers", "lat": "42.6", "lon": "131.1", "radius": "500",
}  # fmt: skip


@pytest.fixture(scope="module")
def whole_record(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Copy the record once; each test puts back what it changed."""
    folder = tmp_path_factory.mktemp("data") / "record"
    folder.mkdir()
    for path in (root / "data/record").glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "delivered").symlink_to(root / "data/record/delivered")
    return folder


ROWS: list[tuple[str, dict[str, str], str]] = [
    ("quay_stocks", {}, ""),
    ("quay_stocks", {"value": "72.5"}, "72.5 containers, which are counted"),
    ("quay_stocks", {"day": "2023-10-14"}, "2023-10-14; YONHAP_20231013 was published by"),
    ("ais_events", {"day": "2032-10-05"}, "2032-10-05; VOA_20231016_AIS was published by"),
    ("quay_stocks", {"unit": "km"}, "'containers' in 'km'"),
    ("quay_stocks", {"quantity": "area", "unit": "m"}, "'area' in 'm'; use one of area, km2"),
    ("quay_stocks", {"quantity": "area", "unit": "km2", "value": "2.5"}, ""),
    (
        "quay_stocks",
        {"quantity": "yard fill", "unit": "percent", "value": "730"},
        "730 percent; a share is at most 100 percent",
    ),
    ("quay_stocks", {"bound": "at least", "wording": "up to"}, "'up to' says 'at most'"),
    ("quay_stocks", {"bound": "about", "wording": "more than"}, "'more than' says"),
    ("quay_stocks", {"bound": "at most", "wording": "no more than"}, ""),
    ("voyages", {}, "2023-09-12 after arrive_last 2023-09-08"),
    ("port_stays", {}, "2023-12-18 after seen_first 2023-12-17"),
    ("sites", {}, ""),
    ("sites", {"lat": "131.1", "lon": "42.6"}, "latitude and longitude may be exchanged"),
    ("sites", {"lat": "0", "lon": "0"}, "0, 0, which is no place"),
    ("sites", {"lon": ""}, "one coordinate of two"),
    ("sites", {"radius": "0"}, "found 0; give metres above 0"),
    ("sites", {"radius": ""}, "found nothing; give metres above 0"),
    ("lineage", {}, "'P999' of 'port_observations'; no such row in delivered"),
]
"""Table, cells of the row that is added to it, and words of its one fault; empty for none."""


@pytest.fixture(scope="module")
def faults_of_rows(whole_record: Path) -> dict[tuple[str, int], list[str]]:
    """Faults of the record with every row of `ROWS` added, by file and line."""
    before = {path: path.read_bytes() for path in whole_record.glob("*.csv")}
    for place, (name, cells, _) in enumerate(ROWS):
        row = ADDED[name].format(**{**DEFAULTS, "id": f"Z{place:03}", **cells})
        with (whole_record / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(f"{row}\n")
    found: dict[tuple[str, int], list[str]] = {}
    for fault in record_faults(whole_record):
        found.setdefault((fault.file, fault.line), []).append(str(fault))
    for path, content in before.items():
        path.write_bytes(content)
    return found


@pytest.mark.parametrize("place", range(len(ROWS)), ids=[f"{n}-{w[:24]}" for n, _, w in ROWS])
def test_a_row_that_cannot_be_true_is_refused(
    whole_record: Path, faults_of_rows: dict[tuple[str, int], list[str]], place: int
) -> None:
    """Whole counts, days before publication, units, bounds and places of a row that was added."""
    name, _, expected = ROWS[place]
    table, _ = scan(whole_record / f"{name}.csv")
    line = int(table["line"].iloc[-1]) + 1 + sum(other == name for other, _, _ in ROWS[:place])
    faults = faults_of_rows.get((f"{name}.csv", line), [])
    assert len(faults) == (1 if expected else 0), faults
    assert not expected or expected in faults[0]


@pytest.mark.parametrize(
    ("name", "write", "expected"),
    [
        ("sources", lambda text: text.splitlines()[0] + "\n", "sources.csv: found a header and no"),
        (
            "quay_stocks",
            lambda text: text.splitlines()[0] + "\n",
            "quay_stocks.csv: found a header",
        ),
        (
            "vocabulary",
            lambda text: text.replace(",", "\t"),
            "record/vocabulary.csv, line 1: found",
        ),
        ("units", lambda text: text.replace("km,1.609344", "km,0"), "column factor: found 0; give"),
        ("quantity_units", lambda text: f"{text}area,km2\n", "found a row a second time; keep one"),
    ],
)
def test_a_whole_table_at_fault_is_told_once(
    whole_record: Path, name: str, write: Callable[[str], str], expected: str
) -> None:
    """A table that lost its rows or its form is one fault, not one for each row that names it."""
    path = whole_record / f"{name}.csv"
    before = path.read_bytes()
    path.write_text(write(before.decode()), encoding="utf-8")
    try:
        (fault,) = record_faults(whole_record)
    finally:
        path.write_bytes(before)
    assert expected in str(fault)
