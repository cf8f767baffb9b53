"""Dictionaries and vocabularies: read as strictly as the tables they describe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from skytally.core.data_dictionaries_and_vocabularies import (
    columns,
    observation_tables,
    tables_without_dictionary,
    vocabulary_faults,
    words,
)
from skytally.core.errors_and_fault_lists import DataError
from skytally.core.table_reader import read_table, scan
from skytally.record.record_consistency_rules import record_faults

Write = Callable[..., None]
HEADER = "column,type,vocabulary,required,refers_to,meaning,empty_means\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder with one table, its dictionary and a vocabulary of two words."""
    (tmp_path / "t.csv").write_text("id,kind\nA,big\n")
    (tmp_path / "t.dictionary.csv").write_text(
        f"{HEADER}id,id,,yes,,identifier,\nkind,word,size,no,,how large,not known\n"
    )
    (tmp_path / "vocabulary.csv").write_text(
        "vocabulary,word,meaning\nsize,big,large\nsize,small,little\n"
    )
    return tmp_path


def test_columns_and_words_are_read(folder: Path) -> None:
    """Columns in the order of the dictionary, words in the order of the vocabulary."""
    assert [
        (column.name, column.type, column.required) for column in columns(folder / "t.csv")
    ] == [
        ("id", "id", True),
        ("kind", "word", False),
    ]
    assert dict(words(folder)) == {"size": ("big", "small")}
    with pytest.raises(TypeError, match="does not support item assignment"):
        words(folder)["size"] = ()  # a caller cannot spoil what all share


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("n,integer,,yes,,a number,", "line 4, column type: found 'integer'; use one of id, text"),
        ("n,number,,maybe,,a number,", "line 4, column required: found 'maybe'; write yes or no"),
        ("n,word,,yes,,a word,", "line 4, column vocabulary: found ''; a column of type word"),
        ("n,number,size,yes,,a number,", "line 4, column vocabulary: found 'size'; a column of"),
        ("n,word,colour,yes,,a word,", "found 'colour'; no such list in vocabulary.csv; add its"),
        ("n,number,,yes,t,a number,", "line 4, column refers_to: found 't'; only a column of type"),
        ("n,number,,yes,,,", "line 4, column meaning: found nothing; fill it"),
        ("n,number,,no,,a number,", "line 4, column empty_means: found ''; say what an empty cell"),
        ("n,number,,yes,,a number,none", "line 4, column empty_means: found 'none'; say what an"),
        ("id,id,,yes,,again,", "column column: found 'id' twice; keep one"),
        ("n;number", "line 4: found 1 cells where the header has 7; check commas"),
    ],
)
def test_a_wrong_dictionary_is_refused_with_its_place(
    folder: Path, row: str, expected: str
) -> None:
    """A row of a dictionary that describes nothing is a fault with file, line and column."""
    with (folder / "t.dictionary.csv").open("a") as file:
        file.write(f"{row}\n")
    with pytest.raises(DataError, match=r"^dictionary t\.dictionary\.csv: ") as error:
        columns(folder / "t.csv")
    assert expected in str(error.value)
    assert expected in "\n".join(map(str, scan(folder / "t.csv")[1]))


def test_a_missing_dictionary_is_named(folder: Path) -> None:
    """Nobody can check a table that nothing describes."""
    (folder / "t.dictionary.csv").unlink()
    with pytest.raises(DataError, match=r"t\.dictionary\.csv: found no such file; describe"):
        columns(folder / "t.csv")
    (fault,) = tables_without_dictionary(folder)
    assert str(fault) == (
        "t.csv: found a table without a dictionary; describe its columns in t.dictionary.csv, "
        "or remove the table"
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("size,big,huge", "vocabulary.csv, line 4, column word: found 'big' of size twice; a word"),
        ("size,huge,", "vocabulary.csv, line 4, column meaning: found nothing; fill it"),
        ("size;huge;x", "vocabulary.csv, line 4: found 1 cells where the header has 3"),
    ],
)
def test_a_wrong_vocabulary_is_refused(folder: Path, row: str, expected: str) -> None:
    """A word without meaning, a word twice and a row of another length are faults."""
    with (folder / "vocabulary.csv").open("a") as file:
        file.write(f"{row}\n")
    (fault,) = vocabulary_faults(folder)
    assert expected in str(fault)
    with pytest.raises(DataError, match=r"table t\.csv: 1 fault"):
        read_table(folder / "t.csv")


def test_a_byte_order_mark_changes_neither_dictionary_nor_vocabulary(folder: Path) -> None:
    """Spreadsheets may save all three files."""
    for name in ("t.csv", "t.dictionary.csv", "vocabulary.csv"):
        path = folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_table(folder / "t.csv")["kind"].tolist() == ["big"]


def test_a_changed_dictionary_or_vocabulary_is_read_anew(folder: Path) -> None:
    """What is kept in memory is kept by content, so an edit counts at once."""
    assert scan(folder / "t.csv")[1] == []
    text = (folder / "vocabulary.csv").read_text()
    (folder / "vocabulary.csv").write_text(text.replace("size,big", "size,BIG"))
    (fault,) = scan(folder / "t.csv")[1]
    assert fault.found == "'big'"


def test_observation_tables_are_those_with_id_page_and_text(record: Path) -> None:
    """A table joins them by its columns alone; places and sources are no observations."""
    known = observation_tables(record)
    assert {"rail_counts", "route_connections", "press_claims", "events"} <= set(known)
    assert not {"sites", "sources", "scopes", "units", "lineage"} & set(known)
    (record / "sonar.csv").write_text("id,source_id,text\n")
    (record / "sonar.dictionary.csv").write_text(
        f"{HEADER}id,id,,yes,,id,\nsource_id,ref,,yes,sources,page,\ntext,text,,yes,,words,\n"
    )
    assert observation_tables(record) == sorted([*known, "sonar"])
    assert record_faults(record) == []


@pytest.mark.parametrize("refers_to", ["", "sorces", "same_observation"])
def test_a_reference_to_no_table_is_refused(record: Path, refers_to: str) -> None:
    """A reference of the record names a table with ids."""
    path = record / "route_connections.dictionary.csv"
    text = path.read_text(encoding="utf-8")
    assert "source_id,ref,,yes,sources," in text
    path.write_text(text.replace("source_id,ref,,yes,sources,", f"source_id,ref,,yes,{refers_to},"))
    (fault,) = map(str, record_faults(record))
    place = "route_connections.dictionary.csv, column refers_to"
    assert fault.startswith(f"{place}: found source_id refers to {refers_to!r}; ")


def test_a_table_without_dictionary_is_a_fault_of_the_record(record: Path) -> None:
    """What nothing describes is refused, not passed over."""
    (record / "sonar.csv").write_text("id\nA\n")
    (fault,) = map(str, record_faults(record))
    assert fault.startswith("sonar.csv: found a table without a dictionary; describe its columns")
