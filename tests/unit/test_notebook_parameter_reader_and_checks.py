"""Parameter files: only declared names, of the declared type, with values that make sense."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from skytally.press import parameter_days_order_and_row_id_checks
from skytally.press.notebook_parameter_reader_and_checks import (
    book_prior,
    declared_parameters,
    parameter_faults,
    parameter_values,
)
from tests.support.words_of_python import PYTHON_WORDS

WHERE = "notebooks/params/rail-counts.yml"
PARAMETERS = {
    "rail-counts": """\
first = "2022-09-01"  # first day drawn
last = "2024-12-31"
month = "2022-09"
baseline_row = "R1"
closure = ["2020-02-01", "2022-10-31"]
sites_watched = 4
offset = -1.5
make_up_day = "2024-06-17"
quotes = {"baseline": ["R1", "CSIS said {said}."]}
out = "../out"
""",
    "ais-gaps": """\
fast = 12.5
sightings = ["S1", "S2"]
last_positions = {"korsakov": "S1"}
out = "../out"
""",
}
NUMBERS = {
    "014": "a number that begins with 0; write 14, or 12 where base 8 is meant",
    "08": "a number that begins with 0; write 8",
    "-07": "a number that begins with 0; write -7",
    "00": "a number that begins with 0; write 0",
    "0x8": "a number to base 16; write 8",
    "0x1F": "a number to base 16; write 31",
    "0o14": "a number to base 8; write 12",
    "0b11": "a number to base 2; write 3",
    "1_0": "a number with _ between its digits; write 10",
    "1:30": "numbers with : between them; write one plain number",
    "\uff18": "a sign that is none of the keyboard (U+FF18 (fullwidth digit eight) only looks",
    "\u22128": "a sign that is none of the keyboard (U+2212 (minus sign) only looks like",
}
"""Numbers that one reader of YAML takes for another number, or for none."""
A_DAY = 'a day in quotation marks, such as "2022-09-01"'
DICTIONARY = """\
column,type,vocabulary,required,refers_to,meaning,empty_means
id,id,,yes,,its name,
date_first,date,,yes,,its day,
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of two tables and two notebooks, and work in it."""
    record = tmp_path / "data/record"
    record.mkdir(parents=True)
    (tmp_path / "data/registry.toml").write_text("")
    (record / "vocabulary.csv").write_text("vocabulary,word,meaning\n")
    (record / "rail.csv").write_text("id,date_first\nR1,2024-06-17\nR2,2024-06-18\n")
    (record / "ships.csv").write_text("id,date_first\nS1,2024-06-17\nS2,2024-06-20\n")
    for name in ("rail", "ships"):
        (record / f"{name}.dictionary.csv").write_text(DICTIONARY)
    (tmp_path / "notebooks/params").mkdir(parents=True)
    for line, source in PARAMETERS.items():
        cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}
        text = json.dumps({"cells": [cell]})
        (tmp_path / f"notebooks/{line}.ipynb").write_text(text)
    monkeypatch.delenv("SKYTALLY_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(book: Path) -> Callable[[str, str], None]:
    """Return a function that writes a parameter file."""

    def write_file(line: str, text: str) -> None:
        (book / f"notebooks/params/{line}.yml").write_text(text, encoding="utf-8", newline="")

    return write_file


Write = Callable[[str, str], None]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing set\n",
        'first: "2023-01-01"\n',
        '\ufefffirst: "2023-01-01"\r\nlast: "2024-12-31"\r\n',
        'quotes: {baseline: ["R2", "CSIS said {said}."]}\n',
        'closure: ["2020-02-01", "2020-02-01"]\nsites_watched: 0\noffset: -3',
        'baseline_row: R2\nmake_up_day: "2024-06-18"',
    ],
    ids=[
        *("empty", "comment", "one name", "byte-order mark and CRLF", "quotations"),
        *("lists and numbers", "another row and day"),
    ],
)
def test_parameter_faults_pass_what_is_declared(write: Write, text: str) -> None:
    """A declared name of the declared type is in order, however the file was saved."""
    write("rail-counts", text)
    assert parameter_faults() == []


def test_parameter_faults_of_no_file_at_all(book: Path) -> None:
    """Every notebook has its own defaults."""
    assert parameter_faults() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'start_day: "2023-01-01"',
            'found the name "start_day"; declared are baseline_row, closure, first, last, '
            "make_up_day, month, offset, quotes, sites_watched; correct or remove it",
        ),
        ('out: "/tmp"', 'found the name "out"; declared are '),
        ("42: x", "found the name 42; declared are "),
        ("first: 2023", f"first: found 2023, a whole number; write {A_DAY}"),
        ("first: True", f"first: found True, one of true and false; write {A_DAY}"),
        ("first:", f"first: found nothing; write {A_DAY}, or remove the line"),
        ("first: ~  # none", f"first: found ~; write {A_DAY}, or remove the line"),
        (
            "first: 2023-01-01",
            "first: found 2023-01-01, a day without quotation marks; write the day in quotation "
            'marks, "2023-01-01"',
        ),
        (
            "first: 2022-10-01T00:00:00Z",
            "first: found 2022-10-01T00:00:00Z, a day and a time without quotation marks; write "
            'the day in quotation marks, "2022-10-01"',
        ),
        (
            "last: 2024-06-31",
            "found 2024-06-31, which is no day of the calendar; write a day that exists",
        ),
        (
            "closure: [2020-02-01, 2022-12-31]",
            "closure: found 2020-02-01, a day without quotation marks; write the day in quotation "
            'marks, "2020-02-01"',
        ),
        (
            'closure: ["2020-02-01"]',
            'closure: found ["2020-02-01"], a list of 1; write a list of 2, such as ["2020-02-01", '
            '"2022-10-31"]',
        ),
        ('closure: ["2020-02-01", 3]', f"closure: found 3, a whole number; write {A_DAY[:30]}"),
        ("quotes: R031", "quotes: found R031, text; write names, each with a list of 2, such as"),
        ('quotes: {2: ["R1", "x"]}', "quotes: found 2, a whole number; write text in quotation m"),
        (
            '- first: "2023-01-01"',
            'found - first: "2023-01-01", a list of 1 without a name; write plain name: value li',
        ),
        ("just words", "found just words, text without a name; write plain name: value lines"),
        ("42", "found 42, a whole number without a name; write plain name: value lines"),
        ("sites_watched:8", "found sites_watched:8; write a blank after the colon, sites_watched:"),
        ("sites_watched = 8", "found sites_watched = 8; write a colon for =, sites_watched: 8"),
        ('sites_watched:8\nfirst: "a"', "found sites_watched:8; write a blank after the colon, "),
        ('first: "unclosed', 'found quotation marks that are not closed, in first: "unclosed; cl'),
        ("first: 9:00: x", "found a second colon, in first: 9:00: x; put text that holds a colon"),
        ("first: @x", "found a sign with which no value begins, in first: @x; put the value into"),
        ('first: "a" b', 'found words after quotation marks that are closed, in first: "a" b; put'),
        ('first: "C:\\new\\qa"', "found a backslash in double quotation marks, in first: "),
        ("<<<<<<< HEAD\nfirst: 1\n=======\n", "found a merge conflict; keep one side, and remove"),
        ("closure: [a, b", "found a list that is not closed, in closure: [a, b; close it with ]"),
        ("baseline_row: no", 'baseline_row: found "no"; no row with this id in rail'),
        ("sites_watched: off", "sites_watched: found off, text; write a whole number without quo"),
        ('sites_watched: "8"', 'sites_watched: found "8", text; write 8 without quotation marks'),
        ("sites_watched: 4.0", "sites_watched: found 4.0, a number with decimals; write a whole"),
        *(
            (f"sites_watched: {written}", f"sites_watched: found {written}, {expected}")
            for written, expected in NUMBERS.items()
        ),
        (
            "offset: -01.5",
            "offset: found -01.5, a number that begins with 0; write -1.5",
        ),
        (
            "closure: 014",
            "closure: found 014, text; write a list of 2, such as",
        ),
        ('sites_watched: "014"', "sites_watched: found 014, a number that begins with 0; write 14"),
        (
            "first: \u201c2023-01-01\u201d",
            'first: found "\u201c2023-01-01\u201d"; write plain quotation marks (") in place of',
        ),
        ('first: "{{ first }}"', 'first: found "{{ first }}"; write a day that exists, as YYYY-MM'),
        ("first: !!python/object/apply:os.system [ls]", "found a tag, which ! begins, in "),
    ],
)
def test_parameter_faults_tell_what_is_wrong(write: Write, text: str, expected: str) -> None:
    """One sentence names the file, what was found and what to do."""
    write("rail-counts", text)
    (fault,) = parameter_faults()
    assert fault.startswith(f"{WHERE}, line 1: {expected}")
    assert "; " in fault
    assert not PYTHON_WORDS.search(fault)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('first: "a"\nfirst: "b"', 'line 2: found the name "first" a second time; keep one'),
        (
            'quotes:\n  a: ["x", "y"]\n  a: ["x", "y"]',
            'line 3: found the name "a" a second time; keep one',
        ),
        ("first: x\n\tlast: y", "line 2: found a tab, in last: y; write blanks for it"),
        ("first: x\nlast\n", "line 2: found no colon after a name, in last; write plain name: va"),
        (
            "# x\nclosure: [a\nlast: y",
            "line 2: found a list that is not closed, in closure: [a; cl",
        ),
        ('first: &a "x"\nlast: *a', "line 2: found an alias (*name); write the value out"),
        (
            'first: "2023-01-01"\n---\nsites_watched: 8',
            "line 2: found a second document, which '---' begins, in ---; write plain name: value",
        ),
        ('# ours\n\nlast: "2024-12-31"\nsites_watched:8', "line 4: found sites_watched:8; write a"),
        ("closure:\n- 2020-02-01\n- 7\n", "line 2: closure: found 2020-02-01, a day without quot"),
        (
            "\nclosure:\n- '2020-02-01'\n- 7\n",
            "line 4: closure: found 7, a whole number; write a d",
        ),
        ("quotes:\n  a:\n  - R1\n  -\n", "line 4: quotes: found nothing; write text in quotation"),
    ],
)
def test_parameter_faults_name_the_line(write: Write, text: str, expected: str) -> None:
    """Of a list or of names over several lines that of the part."""
    write("rail-counts", text)
    (fault,) = parameter_faults()
    assert fault.startswith(f"{WHERE}, {expected}")
    assert not PYTHON_WORDS.search(fault)


VALUES = (
    "", "~", "true", "False", "7", "-7", "1.5", ".inf", ".nan", "no", "x", "'x'", "2023-10-01",
    "2023-10-01 05:00:00", "2023-10-01T05:00:00+09:00", "[]", "[1]", "[a, b]", "[[1], {a: b}]",
    "[2023-10-01, ~]", "{}", "{a: 1}", "{1: [2, 3]}", "{~: true}", "{a: [2023-10-01, 2]}",
    "!!set {a}", "!!binary aGk=", "9" * 5000, "2023-13-01", "&a 3", "? [a]", "{[a]: b}", "|\n  x",
)  # fmt: skip
"""Values of every kind that YAML knows."""


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", ["first", "sites_watched", "offset", "closure", "quotes"])
def test_parameter_faults_use_no_word_of_python(write: Write, name: str, value: str) -> None:
    """Whatever stands in place of a value, the message says it as the file does."""
    write("rail-counts", f"# ours\n{name}: {value}\n")
    for fault in parameter_faults():
        assert fault.startswith(f"{WHERE}, line "), fault
        assert not PYTHON_WORDS.search(fault), fault


def test_parameter_faults_refuse_an_alias_bomb(write: Write) -> None:
    """Nested aliases are refused at the first one, before they unfold."""
    bomb = 'a: &a ["x","x","x","x","x","x","x","x","x"]\n'
    for one, two in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{two}: &{two} [{','.join([f'*{one}'] * 9)}]\n"
    write("rail-counts", bomb)
    (fault,) = parameter_faults()
    assert fault.startswith(f"{WHERE}, line 2: found an alias (*name); write the value out")


def test_parameter_faults_refuse_a_large_file(write: Write) -> None:
    """A file over the limit is not even parsed."""
    write("rail-counts", "# " + "x" * 16_383)
    assert parameter_faults() == [f"{WHERE}: 16385 bytes, at most 16384 allowed; shorten it"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'first: "\xff"\n', "line 1: found byte 0xff, which is not UTF-8; "),
        (b'\nfirst: "a\x00b"\n', "line 2: found a NUL byte; "),
        ('first: "a"\n'.encode("utf-16"), "line 1: found UTF-16 text (its first byte is 0xff); "),
        ('first: "a\u202eb"\n'.encode(), "line 1: found the invisible character U+202E"),
    ],
)
def test_parameter_faults_refuse_what_is_no_plain_text(
    book: Path, content: bytes, expected: str
) -> None:
    """Bytes that are no text are reported with file and line."""
    (book / WHERE).write_bytes(content)
    (fault,) = parameter_faults()
    assert fault.startswith(f"{WHERE}, {expected}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rail-count.yml", "no notebook rail-count.ipynb; rename or remove it"),
        ("rail_counts.yml", "no notebook rail_counts.ipynb; rename or remove it"),
        ("notes.txt", "no notebook notes.ipynb; rename or remove it"),
        (
            "rail-counts.yaml",
            "found the ending .yaml, which is not read; name it rail-counts.yml",
        ),
        (
            "rail-counts.yml.txt",
            "found the ending .txt, which is not read; name it rail-counts.yml",
        ),
        ("rail-counts.YML", "found the ending .YML, which is not read; name it rail-counts.yml"),
        (
            "rail-counts-Copy1.yml",
            "found a copy of rail-counts.yml, which is not read; remove one of the two",
        ),
    ],
)
def test_parameter_faults_tell_a_file_without_a_notebook(
    book: Path, name: str, expected: str
) -> None:
    """A file that no notebook reads would be silently ignored, so it is reported."""
    (book / "notebooks/params/rail-counts.yml").write_text("")
    (book / "notebooks/params" / name).write_text("")
    assert parameter_faults() == [f"notebooks/params/{name}: {expected}"]


def test_parameter_faults_tell_a_folder_in_place_of_a_file(book: Path) -> None:
    """A container that mounts a file which is not there makes a folder; the rest is checked."""
    (book / WHERE).mkdir()
    (book / "notebooks/params/ais-gaps.yml").write_text("slow: 1\n")
    other, fault = parameter_faults()
    assert fault == f"{WHERE}: found a folder; put the parameter file in its place, or remove it"
    assert other.startswith('notebooks/params/ais-gaps.yml, line 1: found the name "slow"')


def test_parameter_faults_tell_a_link_to_no_file(book: Path) -> None:
    """Whoever keeps the file elsewhere and moved it would run with other values."""
    (book / WHERE).symlink_to(book / "moved.yml")
    (fault,) = parameter_faults()
    assert fault == f"{WHERE}: found a link to no file; restore the file, or remove the link"


def test_parameter_faults_pass_over_what_an_editor_leaves(book: Path, write: Write) -> None:
    """JupyterLab keeps a copy of each file that it saves, and other programs leave theirs."""
    write("rail-counts", "sites_watched: 6\n")
    kept = book / "notebooks/params/.ipynb_checkpoints"
    kept.mkdir()
    for name in ("rail-counts-checkpoint.yml", "../.DS_Store", "../rail-counts.yml~"):
        (kept / name).write_text("")
    assert parameter_faults() == []


def test_parameter_faults_come_all_at_once(write: Write) -> None:
    """Faults of several files and several names of one file come together."""
    write("rail-counts", 'start_day: "x"\nlast: 5\n')
    write("ais-gaps", "slow: 1\n")
    faults = parameter_faults()
    assert len(faults) == 3
    assert [text.partition(": ")[0] for text in faults] == [
        "notebooks/params/ais-gaps.yml, line 1",
        f"{WHERE}, line 1",
        f"{WHERE}, line 2",
    ]


@pytest.mark.parametrize("text", ["first: 2023-13-45", "first: " + "9" * 5000])
def test_parameter_faults_name_the_file_of_an_impossible_value(write: Write, text: str) -> None:
    """A day that does not exist, or a number too long, is reported with its file."""
    write("rail-counts", text)
    (fault,) = parameter_faults()
    assert fault.startswith(WHERE)


def test_parameter_faults_tell_deep_nesting(write: Write) -> None:
    """Brackets within brackets are a fault, not a crash."""
    write("rail-counts", "first: " + "[" * 8000)
    (fault,) = parameter_faults()
    assert fault.startswith(WHERE)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("rail-counts", "quotes: {baseline: 5}"),
        ("rail-counts", 'quotes: {baseline: ["R1"]}'),
        ("ais-gaps", "last_positions: [1, 2]"),
    ],
)
def test_parameter_faults_look_inside_lists(write: Write, line: str, text: str) -> None:
    """What stands in a list or mapping has the declared type, too."""
    write(line, text)
    assert len(parameter_faults()) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('first: "2025-01-01"', 'first: found "2025-01-01", after last "2024-12-31"; write the'),
        ('last: "2022-08-31"', 'last: found "2022-08-31", before first "2022-09-01"; write the'),
        ('first: "2022-09-31"', 'first: found "2022-09-31"; write a day that exists, as YYYY-MM'),
        ('first: "1 September"', 'first: found "1 September"; write a day that exists'),
        ('month: "2022-13"', 'month: found "2022-13"; write a month that exists, as YYYY-MM'),
        (
            'closure: ["2022-10-31", "2020-02-01"]',
            "closure: found 2022-10-31 before 2020-02-01; write the earlier day first",
        ),
        ("baseline_row: S1", 'baseline_row: found "S1"; no row with this id in rail; name one'),
        (
            'make_up_day: "2024-06-19"',
            'make_up_day: found "2024-06-19"; no row on this day in rail or ships; name one that',
        ),
        (
            'quotes: {baseline: ["R9", "{said}."]}',
            'quotes: found "R9"; no row with this id in rail; name one that exists',
        ),
        ("sites_watched: -1", "sites_watched: found -1; write a number that is not below 0"),
    ],
)
def test_parameter_faults_refuse_what_makes_no_sense(
    write: Write, text: str, expected: str
) -> None:
    """A value of the right type that can name nothing is reported with the parameter's name."""
    write("rail-counts", text)
    (fault,) = parameter_faults()
    # of two days in the wrong order the one that the file sets is named
    assert fault.startswith(f"{WHERE}, line 1: {expected}")


def test_parameter_faults_refuse_what_is_no_number(write: Write) -> None:
    """Not a number is not a number of anything, in a list or alone."""
    write("ais-gaps", 'fast: .nan\nsightings: ["S2", "R1"]')
    assert parameter_faults() == [
        "notebooks/params/ais-gaps.yml, line 1: fast: found NaN; write a number that is not below "
        "0",
        'notebooks/params/ais-gaps.yml, line 2: sightings: found "R1"; no row with this id in '
        "ships; name one that exists",
    ]


def test_declared_parameters_reads_the_parameters_cell(book: Path) -> None:
    """Names and defaults are read without running the notebook."""
    assert declared_parameters("ais-gaps") == {
        "fast": 12.5,
        "sightings": ["S1", "S2"],
        "last_positions": {"korsakov": "S1"},
        "out": "../out",
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os", "found 'import os' on line 1; the parameters cell may hold only name ="),
        (
            "first = __import__('os').getcwd()",
            "first: found \"__import__('os').getcwd()\" on line 1, which is computed; write its",
        ),
        ("year = 2023\nfirst = f'{year}-01-01'", "first: found \"f'{year}-01-01'\" on line 2, wh"),
        ("first, last = 1, 2", "found 'first, last = 1, 2' on line 1; the parameters cell may"),
        ("first = last = 1", "found 'first = last = 1' on line 1; the parameters cell may hold"),
        ("first = 1,", "first: found '1,' on line 1, whose commas make it several values; remove"),
        ("first = 1\nfirst = 2", "found first twice, again on line 2; keep one"),
        ("first = (", "found 'first = (' on line 1, which is no Python; it may hold only name ="),
        ("first = 1\n%matplotlib inline", "found '%matplotlib inline' on line 2, which is no Pyt"),
        ("%load_ext x", "found '%load_ext x' on line 1, which is no Python; it may hold"),
        ("%%time\nfirst = 1", "found '%%time' on line 1, which is no Python; it may hold only"),
    ],
)
def test_parameter_faults_tell_a_cell_that_is_no_list_of_literals(
    book: Path, source: str, expected: str
) -> None:
    """The parameters cell holds literals only, and is never run to find out."""
    path = book / "notebooks/rail-counts.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = (c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", []))
    cell["source"] = source
    path.write_text(json.dumps(notebook), encoding="utf-8")
    (fault,) = parameter_faults()
    assert fault.startswith(f"notebooks/rail-counts.ipynb, cell 1 (parameters): {expected}")


def test_parameter_faults_tell_a_cell_without_a_place_for_results(book: Path) -> None:
    """The press passes the folder of the results to every notebook."""
    path = book / "notebooks/rail-counts.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("out = ", "elsewhere = "))
    assert parameter_faults() == [
        "notebooks/rail-counts.ipynb: found no out in the parameters cell; "
        'add out = "../rail-counts"'
    ]


def test_parameter_faults_tell_a_notebook_without_the_cell(book: Path) -> None:
    """A notebook has exactly one parameters cell."""
    path = book / "notebooks/rail-counts.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace('"parameters"', '"other"'))
    assert parameter_faults() == [
        "notebooks/rail-counts.ipynb: 0 cells tagged parameters; tag exactly one"
    ]


def test_parameter_faults_tell_a_parameters_cell_that_became_text(book: Path) -> None:
    """All cells made markdown by one key keep their tags."""
    path = book / "notebooks/rail-counts.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["cell_type"] = "markdown"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert parameter_faults() == [
        "notebooks/rail-counts.ipynb, cell 1: found parameters in a markdown cell; make it a code "
        "cell"
    ]


@pytest.mark.parametrize("tag", ["Parameters", "parameter", "parameters "])
def test_parameter_faults_tell_a_tag_that_is_almost_the_one(book: Path, tag: str) -> None:
    """A tag typed by hand."""
    path = book / "notebooks/rail-counts.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace('"parameters"', json.dumps(tag)))
    assert parameter_faults() == [
        f"notebooks/rail-counts.ipynb, cell 1: found the tag {tag!r}; write it as parameters"
    ]


def test_parameter_values_reads_values(write: Write) -> None:
    """The file's values are handed on as they are; without a file there are none."""
    write("rail-counts", 'first: "2023-01-01"\n')
    assert parameter_values("rail-counts") == {"first": "2023-01-01"}
    assert parameter_values("ais-gaps") == {}


def test_three_days_in_disorder_are_told() -> None:
    """Not only a list that runs backwards from end to end."""
    given, default = ["2022-09-01", "2022-09-03", "2022-09-02"], ["2020-01-01", "2020-02-01"]
    (fault,) = parameter_days_order_and_row_id_checks._order_faults(given, default)
    assert fault == "found 2022-09-03 before 2022-09-02; write the earlier day first"


def test_the_file_of_the_book_sets_the_prior(write: Write) -> None:
    """It belongs to no notebook; without it, or where it is empty, no prior is set."""
    assert book_prior() is None
    write("book", "prior: 0.3\n")
    assert parameter_faults() == []
    assert book_prior() == 0.3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prior: 0.1\n", "prior: found 0.1; allowed is more than 0.1 and less than 0.9"),
        ("prior: 1\n", "prior: found 1; allowed is more than 0.1 and less than 0.9"),
        ("prior: '0.3'\n", "prior: found '0.3', text; write 0.3 without quotation marks"),
        ("stay: [1, 2]\n", 'found the name "stay"; declared are prior; correct or remove it'),
        ("prior: [\n", "found prior: [, which cannot be read"),
    ],
)
def test_the_file_of_the_book_is_checked(write: Write, text: str, words: str) -> None:
    """The message names file, name and value, and what may be written."""
    write("book", text)
    (fault,) = parameter_faults()
    assert fault.startswith("notebooks/params/book.yml, line 1: ")
    assert words in fault
