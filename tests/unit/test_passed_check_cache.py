"""What the check remembers, what it says once, and how it meets a disk that refuses."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from skytally.core import file_fault
from skytally.imagery.sites import write_outlines
from skytally.press import (
    data_and_parameter_check_command,
    data_and_parameter_check_parts,
    passed_check_cache,
)

Run = Callable[[], tuple[int, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Copy of data, notebooks and pages; each test puts back what it changed."""
    made = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("_build", "scenes", "measured", ".*")
    for part in ("data", "notebooks", "book"):
        shutil.copytree(root / part, made / part, ignore=ignored)
    return made


@pytest.fixture
def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Return a function that checks the copy in this process."""
    monkeypatch.setenv("SKYTALLY_PROJECT", str(folder))
    # no test writes into an edition, and they are most of the bytes
    paths = (each for part in (folder / "data").iterdir() if part.name != "editions"
             for each in (part, *part.rglob("*")))  # fmt: skip
    before = {path: path.read_bytes() for path in paths if path.is_file()}

    def checked() -> tuple[int, str]:
        code = data_and_parameter_check_command.main()
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    yield checked
    for path, content in before.items():
        path.write_bytes(content)
    shutil.rmtree(folder / "book/_build", ignore_errors=True)


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


def test_what_was_in_order_is_not_evaluated_again(run: Run, folder: Path) -> None:
    """The memory is of the content: one changed byte, and the findings are evaluated anew."""
    # a finding in no headline of a chart, which is another part
    path, key = folder / "data/findings/depot-expansion.csv", "depot-expansion.area"
    text = path.read_text(encoding="utf-8")
    assert f"{key},quote," in text
    path.write_text(text.replace(f"{key},quote,", f"{key},newest,"), "utf-8")
    code, printed = run()
    assert (code, "'newest'" in printed) == (1, True)
    memory = passed_check_cache.CheckMemory()
    for part in data_and_parameter_check_parts.evaluation_parts():
        assert not memory.was_in_order(part)
        memory.remember(part)
    memory.write()
    code, printed = run()
    assert (code, printed.count("inventory.csv")) == (0, 1)
    assert printed.startswith("data and parameters: no row in ")
    assert run() == (0, printed)
    path.write_bytes(path.read_bytes() + b"\n")
    assert not passed_check_cache.CheckMemory().words
    code, printed = run()
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
    run: Run, folder: Path, spoiled: str
) -> None:
    """The outcome is that of one part after the other, and so is what is remembered."""
    name, old, new = SPOILED[spoiled]
    path = folder / name
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
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next check has them, and one with another package has none."""
    assert run()[0] == 0
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
    run: Run, folder: Path, name: str, left_out: set[str]
) -> None:
    """After one file changed, the parts that never read it stay in order; all others do not."""
    memory = passed_check_cache.CheckMemory()
    for part in _parts():
        memory.remember(part)
    memory.write()
    path = folder / name
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
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file that a part opens and every folder that it lists is among those it is kept by."""
    global _opened
    monkeypatch.setenv("SKYTALLY_PROJECT", str(folder))
    sys.addaudithook(_note_opened)
    for part in _parts():
        _opened = []
        faults = list(part.faults())
        opened, _opened = _opened, None
        assert faults == []
        assert opened, part.name
        names = {
            Path(name).relative_to(folder).as_posix() + "/" * (event != "open")
            for event, name in opened
            if Path(name).is_relative_to(folder)
        }
        unnamed = {name for name in names if not name.startswith((*part.reads, *part.listed))}
        assert unnamed == set(), part.name


def test_a_folder_that_cannot_be_written_keeps_nothing(run: Run, folder: Path) -> None:
    """A check writes only its memory, and does without it."""
    (folder / "book/_build").write_text("no folder", encoding="utf-8")
    memory = passed_check_cache.CheckMemory()
    memory.words = "made up for a test"
    memory.write()
    assert passed_check_cache.CheckMemory().words == ""
    (folder / "book/_build").unlink()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a]\nfile = 3\n", "data/registry.toml: found [a] with file 3"),
        ("[a]\n[a]\n", "registry.toml, line 2, column 3: found broken TOML"),
        ("", "registry.toml: found an empty file"),
    ],
)
def test_a_broken_registry_is_told_alone(run: Run, folder: Path, text: str, expected: str) -> None:
    """Without it no file can be found; nothing is said of what it would name."""
    (folder / "data/registry.toml").write_text(text, encoding="utf-8")
    code, printed = run()
    assert (code, printed.count(expected)) == (1, 1)
    assert "notebooks/" not in printed


BROKEN = {
    "sites/register.csv": (b"\xff\xfea\0", "register.csv, line 1: found UTF-16 text"),
    "results/foresight.csv": (b"month\tline\n", "foresight.csv, line 1: found tabs"),
    "results/measurement_speed_and_memory.csv": (
        b"sep=;\n",
        "measurement_speed_and_memory.csv, line 1: found 'sep=;'",
    ),
    "record/quay_stocks.dictionary.csv": (b"\xff\xfea", "dictionary.csv, line 1: found UTF-16"),
    "inventory.csv": (b"site;item_id\n", "inventory.csv, line 1: found semicolons"),
    "parameter_ranges.csv": (b"Ranges\npage,parameter\n", "found 'Ranges' where the columns"),
    "charts/route_panels.csv": (
        b"id,basemap,border,lat,lon,half_width_km,aspect\na,b,,131.2,42.4,190,1.5\n",
        "latitude and longitude may be exchanged",
    ),
}


def test_every_table_is_checked_and_no_fault_ends_the_rest(run: Run, folder: Path) -> None:
    """Register, results, inventory, dictionaries and charts are each told once, none raises."""
    for name, (content, _) in BROKEN.items():
        (folder / "data" / name).write_bytes(content)
    code, printed = run()
    assert code == 1
    for _, expected in BROKEN.values():
        assert printed.count(expected) == 1, printed


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "free some space on the disk"),
        (errno.EROFS, "work in a copy of the project that can be written"),
        (errno.EACCES, "give this user the right to it"),
        (errno.EIO, "mend it, and run it again"),
    ],
)
def test_file_fault_says_which_file_why_and_what_to_do(number: int, expected: str) -> None:
    """A disk that refuses is one sentence."""
    said = file_fault(OSError(number, "made up", "data/x.csv"))
    assert said.startswith("data/x.csv: found made up; ")
    assert expected in said


def test_outlines_that_cannot_be_written_stay(tmp_path: Path) -> None:
    """Where the new file cannot be put in place, nothing of it is left."""
    taken = tmp_path / "made-up.geojson"
    taken.mkdir()
    (taken / "old").write_text("kept", encoding="utf-8")
    with pytest.raises(OSError, match=r"irectory"):
        write_outlines(taken, ())
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["made-up.geojson", "old"]


def test_a_build_whose_folder_cannot_be_made_says_so_once(project: Any) -> None:
    """A file in the place of the folder of what is built: one message, and no traceback."""
    shutil.rmtree(project.folder / "book/_build")
    (project.folder / "book/_build").write_text("no folder", encoding="utf-8")
    run = project.run("-m", "skytally.press.build_command")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "book/_build" in run.stderr
    assert run.stderr.endswith("the last good site stays\n")
