"""What the check remembers: parts in order are not checked again until what they read changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skytally.press import (
    data_and_parameter_check_command,
    data_and_parameter_check_parts,
    passed_check_cache,
)

Run = Callable[[], tuple[int, str]]


def _parts() -> tuple[passed_check_cache.Part, ...]:
    return (
        *(
            data_and_parameter_check_parts.REGISTRY,
            *data_and_parameter_check_parts.DATA,
            *data_and_parameter_check_parts.LINES,
            data_and_parameter_check_parts.VALUES,
        ),
        *(
            *data_and_parameter_check_parts.evaluation_parts(),
            *data_and_parameter_check_parts.SHOWN,
        ),
    )


def test_what_was_in_order_is_not_evaluated_again(check: Run, check_folder: Path) -> None:
    """The memory is of the content: one changed byte, and the findings are evaluated anew."""
    # a finding in no headline of a chart, which is another part
    path, key = check_folder / "data/findings/depot-expansion.csv", "depot-expansion.area"
    text = path.read_text(encoding="utf-8")
    assert f"{key},quote," in text
    path.write_text(text.replace(f"{key},quote,", f"{key},newest,"), "utf-8")
    code, printed = check()
    assert (code, "'newest'" in printed) == (1, True)
    memory = passed_check_cache.CheckMemory()
    for part in data_and_parameter_check_parts.evaluation_parts():
        assert not memory.was_in_order(part)
        memory.remember(part)
    memory.write()
    code, printed = check()
    assert (code, printed.count("inventory.csv")) == (0, 1)
    assert printed.startswith("data and parameters: no row in ")
    assert check() == (0, printed)
    path.write_bytes(path.read_bytes() + b"\n")
    assert not passed_check_cache.CheckMemory().words
    code, printed = check()
    assert (code, "'newest'" in printed) == (1, True)


SPOILED = {
    "": ("data/record/rail_counts.csv", "", ""),
    "a table": ("data/record/rail_counts.csv", "\nR001,", "\nR001,x"),
    "a finding": (
        "data/findings/depot-expansion.csv",
        "depot-expansion.area,quote,",
        "depot-expansion.area,newest,",
    ),
    "a rule": ("data/claims/rules.csv", "rail_counts", "rail_count"),
}
"""What is wrong, where, and how it gets so."""


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "a rule",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("a table", "a finding")),
    ],
)
def test_findings_evaluated_beside_the_check_change_no_word(
    check: Run, check_folder: Path, spoiled: str
) -> None:
    """The outcome is that of one part after the other, and so is what is remembered."""
    name, old, new = SPOILED[spoiled]
    path = check_folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    outcomes, known = [], []
    for beside in (False, True):
        memory = passed_check_cache.CheckMemory(anew=True)
        outcomes.append(data_and_parameter_check_command.check_outcome(memory, beside=beside))
        known.append({part.name for part in _parts() if memory.was_in_order(part)})
    assert outcomes[0] == outcomes[1]
    assert bool(outcomes[0][0]) == bool(spoiled)
    assert known[0] == known[1]
    assert bool(memory.possible) == (spoiled in ("", "a rule"))


def test_keys_of_possible_findings_are_kept_for_one_code(
    check: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next check has them, and one with another package has none."""
    assert check()[0] == 0
    assert len(passed_check_cache.CheckMemory().possible) > 100
    monkeypatch.setattr(passed_check_cache, "_of_code", lambda: "another")
    assert passed_check_cache.CheckMemory().possible == frozenset()


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("data/record/rail_counts.csv", {"imagery"}),
        ("data/findings/rail-counts.csv", {"imagery", "record"}),
        ("book/limits.md", {part.name for part in _parts()} - {"pages"}),
        (
            "notebooks/rail-counts.ipynb",
            {part.name for part in data_and_parameter_check_parts.DATA},
        ),
    ],
)
def test_a_saved_file_leaves_out_what_does_not_read_it(
    check: Run, check_folder: Path, name: str, left_out: set[str]
) -> None:
    """After one file changed, the parts that never read it stay in order; all others do not."""
    memory = passed_check_cache.CheckMemory()
    for part in _parts():
        memory.remember(part)
    memory.write()
    path = check_folder / name
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    memory = passed_check_cache.CheckMemory()
    path.write_bytes(before)
    assert left_out <= {part.name for part in _parts() if memory.was_in_order(part)}


_opened: list[tuple[str, str]] | None = None


def _note_opened(event: str, given: tuple[Any, ...]) -> None:
    if _opened is not None and event in ("open", "os.listdir", "os.scandir"):
        _opened.append((event, os.fsdecode(given[0]) if isinstance(given[0], str | Path) else ""))


def test_a_part_reads_no_file_that_it_does_not_name(
    check_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file that a part opens and every folder that it lists is among those it is kept by."""
    global _opened
    monkeypatch.setenv("SKYTALLY_PROJECT", str(check_folder))
    sys.addaudithook(_note_opened)
    for part in _parts():
        _opened = []
        faults = list(part.faults())
        opened, _opened = _opened, None
        assert faults == []
        assert opened, part.name
        names = {
            Path(name).relative_to(check_folder).as_posix() + "/" * (event != "open")
            for event, name in opened
            if Path(name).is_relative_to(check_folder)
        }
        unnamed = {name for name in names if not name.startswith((*part.reads, *part.listed))}
        assert unnamed == set(), part.name


def test_a_folder_that_cannot_be_written_keeps_nothing(check: Run, check_folder: Path) -> None:
    """A check writes only its memory, and does without it."""
    (check_folder / "book/_build").write_text("no folder", encoding="utf-8")
    memory = passed_check_cache.CheckMemory()
    memory.words = "made up for a test"
    memory.write()
    assert passed_check_cache.CheckMemory().words == ""
    (check_folder / "book/_build").unlink()
