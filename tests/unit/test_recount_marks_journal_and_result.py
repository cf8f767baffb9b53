"""Marks, their journal, and the number of a count: nothing lost, three states kept apart."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skytally.core import DataError
from skytally.recount import CountJournal, counts_of, read_count, read_task, result_of
from skytally.recount.mark_journal import CountTask
from skytally.recount.object_mark import mark_from_json
from tests.support.made_up_recounts import finished, points
from tests.support.words_of_python import PYTHON_WORDS

MARK = {"name": "a", "kind": "point", "certainty": "sure", "corners": [[3, 4]]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"corners": [[3, 999999]]}, "outside the image"),
        ({"corners": [[-1, 4]]}, "outside the image"),
        ({"corners": [[3, float("nan")]]}, "column and row"),
        ({"corners": [[3, True]]}, "column and row"),
        ({"corners": []}, "pairs of numbers"),
        ({"corners": [[1, 1], [2, 2]]}, "a point of 2 corners"),
        ({"kind": "box"}, "a box of 1 corners"),
        ({"kind": "star"}, "'star'"),
        ({"certainty": "maybe"}, "'maybe'"),
        ({"name": ""}, "name"),
        ({"name": "가"}, "name"),
        ({"note": "x" * 301}, "shorten"),
    ],
)
def test_wrong_mark_is_refused(change: dict[str, Any], said: str) -> None:
    """What is wrong with a mark is said, with what was found."""
    with pytest.raises(DataError, match=said):
        mark_from_json({**MARK, **change}, shape=(100, 200))


@pytest.mark.parametrize("plain", [None, [], "a", 3])
def test_no_mark_at_all_is_refused(plain: object) -> None:
    """Something that is no mark is refused as such."""
    with pytest.raises(DataError, match="mark: found"):
        mark_from_json(plain, shape=(100, 200))


def test_journal_is_taken_up_again(tmp_path: Path, railcar_task: CountTask) -> None:
    """What was kept is there in the next run, and the bench of before is not disturbed."""
    path = tmp_path / "counts" / "a.marks.jsonl"
    journal = CountJournal(path, railcar_task)
    journal.add({"entry": "put", "mark": MARK})
    with pytest.raises(DataError, match="another bench"):
        CountJournal(path, railcar_task)
    journal.add({"entry": "put", "mark": {**MARK, "name": "b"}})
    journal.add({"entry": "drop", "name": "a"})
    journal.close()
    again = CountJournal(path, railcar_task)
    assert list(again.state.marks) == ["b"]
    assert again.state.task == railcar_task
    again.close()


def test_changes_can_be_taken_back_after_a_restart(tmp_path: Path, railcar_task: CountTask) -> None:
    """What each change can be taken back to is read from the journal; to take back ends it."""
    journal = CountJournal(tmp_path / "a.marks.jsonl", railcar_task)
    perhaps = {**MARK, "certainty": "perhaps"}
    for entry in (
        {"entry": "put", "mark": MARK},
        {"entry": "put", "mark": perhaps},
        {"entry": "drop", "name": "a"},
        {"entry": "drop", "name": "never set"},
        {"entry": "put", "mark": perhaps, "undo": True},
    ):
        journal.add(entry)
    journal.close()
    state = read_count(journal.path)
    assert [(name, before and before.certainty) for name, before in state.steps] == [
        ("a", None),
        ("a", "sure"),
    ]
    assert state.steps == journal.state.steps


def test_entry_that_does_not_fit_changes_nothing(tmp_path: Path, railcar_task: CountTask) -> None:
    """A refused entry is neither in the journal nor in the count."""
    journal = CountJournal(tmp_path / "a.marks.jsonl", railcar_task)
    before = journal.path.read_bytes()
    for entry, said in (
        ({"entry": "put", "mark": {**MARK, "corners": [[1e9, 0]]}}, "outside"),
        ({"entry": "finish", "day": "2026-11-29"}, "how much of the scope"),
        ({"entry": "seen", "share": 0.5, "hidden_by": " "}, "what hid the rest"),
        ({"entry": "seen", "share": 2}, "share from 0 to 1"),
        ({"entry": "dance"}, "'dance'"),
        ({}, "None"),
    ):
        with pytest.raises(DataError, match=said):
            journal.add(entry)
    assert journal.path.read_bytes() == before
    journal.add({"entry": "seen", "share": 1})
    journal.add({"entry": "finish", "day": "2026-11-29"})
    with pytest.raises(DataError, match="finished"):
        journal.add({"entry": "put", "mark": MARK})
    journal.close()


def test_line_that_broke_off_is_passed_over(tmp_path: Path, railcar_task: CountTask) -> None:
    """After every cut of the last line, what was kept before it is read, and the next fits on."""
    journal = CountJournal(tmp_path / "a.marks.jsonl", railcar_task)
    journal.add({"entry": "put", "mark": MARK})
    kept = journal.path.read_bytes()
    journal.add({"entry": "put", "mark": {**MARK, "name": "b"}})
    journal.close()
    whole = journal.path.read_bytes()
    for end in range(len(kept), len(whole)):
        journal.path.write_bytes(whole[:end])
        assert list(read_count(journal.path).marks) == ["a"]
        again = CountJournal(journal.path, railcar_task)
        again.add({"entry": "put", "mark": {**MARK, "name": "c"}})
        again.close()
        assert list(read_count(journal.path).marks) == ["a", "c"]


def test_head_that_broke_off_is_written_again(tmp_path: Path, railcar_task: CountTask) -> None:
    """A bench that was stopped while it began a count does not block it."""
    path = tmp_path / "a.marks.jsonl"
    CountJournal(path, railcar_task).close()
    head = path.read_bytes()
    for end in (0, 1, len(head) - 1):
        path.write_bytes(head[:end])
        CountJournal(path, railcar_task).close()
        assert path.read_bytes() == head
        assert read_task(path) == railcar_task


@pytest.mark.parametrize(
    ("change", "said"), [({"day": "2023-10-06"}, "DAY"), ({"family": "airbus"}, "FAMILY")]
)
def test_count_is_not_taken_up_as_one_of_another_day(
    tmp_path: Path, railcar_task: CountTask, change: dict[str, str], said: str
) -> None:
    """What was said of the image when the count was begun is not changed in silence."""
    path = tmp_path / "a.marks.jsonl"
    CountJournal(path, railcar_task).close()
    with pytest.raises(DataError, match=f"{said}: found"):
        CountJournal(path, replace(railcar_task, **change))


@pytest.mark.parametrize("content", [b"", b"[]\n", b"{}\n", b"no head\n"])
def test_journal_without_a_head_is_told(tmp_path: Path, content: bytes) -> None:
    """A file that is no journal is named."""
    path = tmp_path / "a.marks.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.marks\.jsonl, line 1"):
        read_task(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"put"', b'"pat"', "line 2"),
        (b'"format":1', b'"format":2', "this version reads 1"),
        (b'"counter"', b'"konter"', "line 1"),
        (b'{"entry"', b'["entry"', "line 2"),
    ],
)
def test_damaged_journal_is_told_by_line(
    tmp_path: Path, railcar_task: CountTask, old: bytes, new: bytes, said: str
) -> None:
    """A line inside that cannot be read is named, and nothing is guessed."""
    journal = CountJournal(tmp_path / "a.marks.jsonl", railcar_task)
    journal.add({"entry": "put", "mark": MARK})
    journal.close()
    text = journal.path.read_bytes()
    assert old in text
    journal.path.write_bytes(text.replace(old, new, 1))
    with pytest.raises(DataError, match=said):
        read_count(journal.path)


def test_full_disk_loses_no_mark(
    tmp_path: Path, railcar_task: CountTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that does not fit is said not to be kept, and the next one after it is whole."""
    journal = CountJournal(tmp_path / "a.marks.jsonl", railcar_task)
    journal.add({"entry": "put", "mark": MARK})
    kept = journal.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(journal.path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DataError, match="free some space"):
            journal.add({"entry": "put", "mark": {**MARK, "name": "b"}})
    assert journal.path.read_bytes() == kept
    assert list(journal.state.marks) == ["a"]
    journal.add({"entry": "put", "mark": {**MARK, "name": "b"}})
    assert list(read_count(journal.path).marks) == ["a", "b"]
    journal.close()
    assert [json.loads(line)["entry"] for line in journal.path.read_text().splitlines()[1:]] == [
        "put",
        "put",
    ]


@pytest.mark.parametrize(
    ("sure", "perhaps", "untold", "share", "state", "words"),
    [
        (3, 0, 0, 1.0, "counted", "3"),
        (3, 2, 0, 1.0, "counted", "3 to 5"),
        (0, 2, 0, 1.0, "counted", "0 to 2"),
        (0, 0, 0, 1.0, "nothing-seen", "nothing seen"),
        (3, 0, 0, 0.8, "counted", "at least 3"),
        (3, 2, 1, 1.0, "counted", "at least 3"),
        (0, 0, 0, 0.8, "unclear", "looked, and could not tell"),
        (0, 0, 2, 1.0, "unclear", "looked, and could not tell"),
        (0, 0, 0, 0.0, "unclear", "looked, and could not tell"),
    ],
)
def test_number_of_a_count(
    railcar_task: CountTask,
    sure: int,
    perhaps: int,
    untold: int,
    share: float,
    state: str,
    words: str,
) -> None:
    """Nothing seen, could not tell, a number, a range and a bound are five different things."""
    marks = [
        *points(*[(i, 1) for i in range(sure)], stem="s"),
        *points(*[(i, 2) for i in range(perhaps)], certainty="perhaps", stem="p"),
        *points(*[(i, 3) for i in range(untold)], certainty="cannot tell", stem="u"),
    ]
    found = result_of(finished(railcar_task, *marks, share=share))
    assert (found.state, found.words) == (state, words)
    assert (found.value is None) or found.bound


def test_count_under_way_is_no_number(railcar_task: CountTask) -> None:
    """No marks and not finished is not nothing seen."""
    count = finished(railcar_task)
    count.finished = ""
    with pytest.raises(DataError, match="not finished"):
        result_of(count)


def test_a_copy_in_conflict_names_both_files(tmp_path: Path, railcar_task: CountTask) -> None:
    """A synchronised folder keeps two journals of one count: nobody counted twice."""
    who = railcar_task.counter
    path = tmp_path / f"{who}.marks.jsonl"
    CountJournal(path, railcar_task).close()
    copy = f"{who} (laptop's conflicted copy 2026-12-01).marks.jsonl"
    (tmp_path / copy).write_bytes(path.read_bytes())
    with pytest.raises(DataError, match="keep the one with all marks") as told:
        list(counts_of(tmp_path))
    words = str(told.value)
    assert path.name in words
    assert copy in words


@pytest.mark.parametrize(
    "line", ["", "7", "[]", "null", '"x"', "{}", '{"format": 1}', "NaN", "{", "[" * 9000]
)
def test_a_journal_without_a_head_is_told_without_words_of_python(
    tmp_path: Path, line: str
) -> None:
    """Whoever edits a journal by hand reads what is wrong, and no type of Python."""
    path = tmp_path / "me.marks.jsonl"
    path.write_text(f"{line}\n", encoding="utf-8")
    for read in (read_count, read_task):
        with pytest.raises(DataError, match=r"^me\.marks\.jsonl") as error:
            read(path)
        assert not PYTHON_WORDS.search(str(error.value)), error.value
