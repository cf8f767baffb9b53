"""Parameter files: only declared names, of the declared type, and nothing clever."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

WHERE = "notebooks/params/rail-counts.yml"
Faults = Callable[[], list[str]]


@pytest.fixture
def faults(project: Any) -> Faults:
    """Give the faults of the copied project's parameter files."""

    def told() -> list[str]:
        run = project.run(
            "-c",
            "import json; from skytally.press.parameter_files import *; print(json.dumps(parameter_faults()))",
        )
        assert run.returncode == 0, run.stderr
        return list(json.loads(run.stdout))

    return told


def _evaluated(project: Any, code: str) -> Any:
    run = project.run(
        "-c",
        f"import json; from skytally.press.parameter_files import *; print(json.dumps({code}))",
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing set\n",
        'first: "2023-01-01"\n',
        '\ufefffirst: "2023-01-01"\r\nlast: "2024-12-31"\r\n',
        'quotes: {baseline: ["R001", "CSIS said {said}."]}\n',
    ],
    ids=["empty", "comment", "one name", "byte-order mark and CRLF", "quotations"],
)
def test_parameter_faults_pass_what_is_declared(project: Any, faults: Faults, text: str) -> None:
    """A declared name of the declared type is in order, however the file was saved."""
    project.parameters("rail-counts", text)
    assert faults() == []


def test_parameter_faults_of_no_file_at_all(faults: Faults) -> None:
    """Every notebook has its own defaults."""
    assert faults() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'frist: "2023-01-01"',
            "found the name 'frist'; declared are baseline_row, closure, first, last, "
            "make_up_day, quotes, sites_watched, study; correct or remove it",
        ),
        ('out: "/tmp"', "found the name 'out'; declared are "),
        ("42: x", "found the name 42; declared are "),
        ("first: 2023", "first: found 2023 of type int; write a str in quotation marks"),
        ("first: true", "first: found True of type bool; write a str in quotation marks"),
        ("first:", "first: found None of type NoneType; write a str in quotation marks"),
        (
            "first: 2023-01-01",
            "first: found datetime.date(2023, 1, 1) of type date; write a str in quotation marks",
        ),
        ("quotes: R031", "quotes: found 'R031' of type str; write names, each with a list of 2"),
        ('- first: "2023-01-01"', "found a list; write plain name: value lines"),
        ("just words", "found a str; write plain name: value lines"),
        ('first: "a"\nfirst: "b"', "found the name 'first' twice; keep one"),
        ('quotes:\n  a: ["x", "y"]\n  a: ["x", "y"]', "found the name 'a' twice; keep one"),
        ('first: &a "x"\nlast: *a', "found an alias (*name); write the value out"),
        ('first: "unclosed', "found while scanning a quoted scalar"),
        ("first: !!python/object/apply:os.system [ls]", "found could not determine a constructor"),
        ('first: "a\x00b"', "found unacceptable character #x0000"),
    ],
)
def test_parameter_faults_tell_what_is_wrong(
    project: Any, faults: Faults, text: str, expected: str
) -> None:
    """One sentence names the file, what was found and what to do."""
    project.parameters("rail-counts", text)
    (told,) = faults()
    assert told.startswith(f"{WHERE}: {expected}")
    assert "; " in told


def test_parameter_faults_refuse_an_alias_bomb(project: Any, faults: Faults) -> None:
    """Nested aliases are refused at the first one, before they unfold."""
    bomb = 'a: &a ["x","x","x","x","x","x","x","x","x"]\n'
    for one, two in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{two}: &{two} [{','.join([f'*{one}'] * 9)}]\n"
    project.parameters("rail-counts", bomb)
    (told,) = faults()
    assert told.startswith(f"{WHERE}: found an alias (*name); write the value out")
    assert "line 2" in told


def test_parameter_faults_refuse_a_large_file(project: Any, faults: Faults) -> None:
    """A file over the limit is not even parsed."""
    project.parameters("rail-counts", "# " + "x" * 16_383)
    assert faults() == [f"{WHERE}: 16385 bytes, at most 16384 allowed; shorten it"]


def test_parameter_faults_refuse_what_is_not_utf8(project: Any, faults: Faults) -> None:
    """Bytes that are no text are told with the file."""
    path = project.folder / WHERE
    path.write_bytes(b'first: "\xff"\n')
    (told,) = faults()
    assert told.startswith(f"{WHERE}: found 'utf-8' codec can't decode byte 0xff")


@pytest.mark.parametrize(
    "name", ["rail-count.yml", "rail-counts.yaml", "rail_counts.yml", "notes.txt"]
)
def test_parameter_faults_tell_a_file_without_a_notebook(
    project: Any, faults: Faults, name: str
) -> None:
    """A file that no notebook reads would be silently ignored, so it is told."""
    (project.folder / "notebooks/params" / name).write_text("")
    (told,) = faults()
    assert told.startswith(f"notebooks/params/{name}: no notebook ")
    assert told.endswith("rename or remove it")


def test_parameter_faults_come_all_at_once(project: Any, faults: Faults) -> None:
    """Faults of several files and several names of one file come together."""
    project.parameters("rail-counts", 'frist: "x"\nlast: 5\n')
    project.parameters("ais-gaps", "fast: 1\n")
    told = faults()
    assert len(told) == 3
    assert [text.partition(": ")[0] for text in told] == [
        "notebooks/params/ais-gaps.yml",
        WHERE,
        WHERE,
    ]


@pytest.mark.parametrize("text", ["first: 2023-13-45", "first: " + "9" * 5000])
def test_parameter_faults_name_the_file_of_an_impossible_value(
    project: Any, faults: Faults, text: str
) -> None:
    """A day that does not exist, or a number too long, is told with its file."""
    project.parameters("rail-counts", text)
    (told,) = faults()
    assert told.startswith(WHERE)


def test_parameter_faults_tell_deep_nesting(project: Any, faults: Faults) -> None:
    """Brackets within brackets are a fault, not a crash."""
    project.parameters("rail-counts", "first: " + "[" * 8000)
    (told,) = faults()
    assert told.startswith(WHERE)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("rail-counts", "quotes: {baseline: 5}"),
        ("rail-counts", 'quotes: {baseline: ["R001"]}'),
        ("ais-gaps", "last_positions: [1, 2]"),
    ],
)
def test_parameter_faults_look_inside_lists(
    project: Any, faults: Faults, line: str, text: str
) -> None:
    """What stands in a list or mapping has the declared type, too."""
    project.parameters(line, text)
    assert len(faults()) == 1


def test_declared_reads_the_parameters_cell(project: Any) -> None:
    """Names and defaults are read without running the notebook."""
    found = _evaluated(project, "declared('ais-gaps')")
    names = {"first", "last", "autumn", "first_named", "last_positions", "sightings", "out"}
    assert set(found) == names
    assert found["last_positions"] == {
        "last_position_korsakov": "A021",
        "last_position_okhotsk": "A022",
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os", "the parameters cell may hold only name = literal"),
        ("first = __import__('os').getcwd()", "malformed node"),
        ("first, last = 1, 2", "the parameters cell may hold only name = literal"),
        ("first = (", "was never closed"),
    ],
)
def test_parameter_faults_tell_a_cell_that_is_no_list_of_literals(
    project: Any, faults: Faults, source: str, expected: str
) -> None:
    """The parameters cell holds literals only, and is never run to find out."""
    path = project.folder / "notebooks/rail-counts.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = (c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", []))
    cell["source"] = source
    path.write_text(json.dumps(notebook), encoding="utf-8")
    (told,) = faults()
    assert expected in told


def test_parameter_faults_tell_a_notebook_without_the_cell(project: Any, faults: Faults) -> None:
    """A notebook has exactly one parameters cell."""
    path = project.folder / "notebooks/rail-counts.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace('"parameters"', '"other"'))
    assert faults() == ["notebooks/rail-counts.ipynb: 0 cells tagged parameters; tag exactly one"]


def test_given_reads_values(project: Any) -> None:
    """The file's values are handed on as they are; without a file there are none."""
    project.parameters("rail-counts", 'first: "2023-01-01"\n')
    assert _evaluated(project, "given('rail-counts')") == {"first": "2023-01-01"}
    assert _evaluated(project, "given('ais-gaps')") == {}
