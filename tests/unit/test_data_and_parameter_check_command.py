"""The check of data and parameters: every fault told at once, with file, line and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., None]


def test_press_check_refuses_data_and_parameters_together(
    project: Callable[..., object], write_cell: Write
) -> None:
    """One run names faults of a table and of a parameter file, and ends with exit code 1."""
    write_cell(project.folder / "data/record/rail_counts.csv", "R031", value="1.01E+03")
    project.parameters("rail-counts", 'start_day: "2023-01-01"\n')
    run = project.check()
    assert run.returncode == 1
    assert run.stdout == ""
    heading, *faults = run.stderr.splitlines()
    assert heading == "data and parameters: 2 faults"
    assert "rail_counts.csv, line" in faults[0]
    assert "column value: found '1.01E+03'" in faults[0]
    assert 'notebooks/params/rail-counts.yml, line 1: found the name "start_day"' in faults[1]


def test_press_check_tells_a_fault_of_the_record_once(project: Callable[..., object]) -> None:
    """Parts on the sites and on the archive read tables of the record, and say nothing of them."""
    path = project.folder / "data/record/vocabulary.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("reading,secondhand,")]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), encoding="utf-8")
    run = project.check()
    assert run.stderr.splitlines()[0] == "data and parameters: 1 fault"
    assert "; restore its row of reading in vocabulary.csv" in run.stderr


def test_press_check_passes_what_is_in_order(project: Callable[..., object]) -> None:
    """Without a fault it counts the rows and ends with exit code 0."""
    run = project.run("-m", "skytally.press.data_and_parameter_check_command")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("data and parameters: ")
    assert run.stdout.endswith(" rows in order\n")


def test_press_check_refuses_whole_files_that_a_step_left_out(
    project: Callable[..., object],
) -> None:
    """No dictionary, no registry row, no place on the page: each is named with what to do."""
    data = project.folder / "data"
    (data / "record" / "sonar.csv").write_text("id,source_id,text\n")
    (data / "claims" / "doubts.csv").write_text("id\n")
    (data / "record" / "buoys.csv").write_text("id,source_id,text\n")
    (data / "record" / "buoys.dictionary.csv").write_text(
        "column,type,vocabulary,required,refers_to,meaning,empty_means\n"
        "id,id,,yes,,id,\nsource_id,ref,,yes,sources,page,\ntext,text,,yes,,words,\n"
    )
    run = project.check()
    assert (run.returncode, "Traceback" in run.stderr) == (1, False)
    assert run.stderr.splitlines()[0] == "data and parameters: 6 faults"
    for words in (
        "sonar.csv: found a table without a dictionary; describe its columns",
        "doubts.csv: found a table without a dictionary; describe its columns",
        "data/record/sonar.csv: found a file without a row in the registry; give it a row",
        "data/record/buoys.csv: found a file without a row in the registry; give it a row",
        "data/claims/doubts.csv: found a file without a row in the registry; give it a row",
        "data/record/buoys.csv: found no place on the page book/record.md",
    ):
        assert words in run.stderr, words


def test_press_check_passes_a_table_with_dictionary_registry_row_and_page(
    project: Callable[..., object],
) -> None:
    """A new table of observations needs data and a page, and no code."""
    data = project.folder / "data"
    (data / "record" / "buoys.csv").write_text(
        "id,source_id,text\nZ001,BP_20231017,a buoy off the pier\n"
    )
    (data / "record" / "buoys.dictionary.csv").write_text(
        "column,type,vocabulary,required,refers_to,meaning,empty_means\n"
        "id,id,,yes,,id,\nsource_id,ref,,yes,sources,page,\ntext,text,,yes,,words,\n"
    )
    with (data / "registry.toml").open("a", encoding="utf-8") as file:
        file.write('\n[buoys]\nfile = "record/buoys.csv"\nsource = "made up"\n')
        file.write('licence = "CC0-1.0"\nretrieved = "2026-01-01"\n')
    with (project.folder / "book/record.md").open("a", encoding="utf-8") as file:
        file.write("\n```{record-table} buoys\n:caption: Buoys\n```\n")
    run = project.check()
    assert (run.returncode, run.stderr) == (0, "")


def test_press_check_refuses_claims_rules_and_cells_at_once(
    project: Callable[..., object], write_cell: Write
) -> None:
    """Before a notebook runs: dates reversed, words of another kind, ids and keys of nothing."""
    folder = project.folder / "data/claims"
    write_cell(folder / "rules.csv", "OWN-synthesis-1a", first="2023-10-31", last="2023-08-01")
    write_cell(folder / "rules.csv", "S2-09", relation="owners")
    write_cell(folder / "rules.csv", "S2-10", left="rail-counts.no_such_finding")
    write_cell(folder / "rules.csv", "S0-18", left="E999")
    write_cell(folder / "rules.csv", "S2-07", where="scope~(tumangang")
    write_cell(folder / "rules.csv", "S0-11a", where="sense<=delivered")
    write_cell(folder / "rules.csv", "S0-09", where="kind=silnet")
    write_cell(folder / "rules.csv", "S3-07", right="E016 E017")
    write_cell(folder / "ledger.csv", "S1-01", rows="P999")
    write_cell(folder / "ledger.csv", "S1-03", findings="port-imagery.no_such_finding")
    cells = (folder / "likelihoods.csv").read_text(encoding="utf-8")
    assert "\nX01,H1,1," in cells
    (folder / "likelihoods.csv").write_text(
        cells.replace("\nX01,H1,1,", "\nX01,H1,9,", 1), encoding="utf-8"
    )
    run = project.check()
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    for words in (
        "OWN-synthesis-1a: first 2023-10-31 after last 2023-08-01",
        "S2-09: relation is filled; a rule of kind number does not read it",
        "S2-10: no finding or row 'rail-counts.no_such_finding'",
        "S0-18: no row 'E999'; it was withdrawn, or its line is not built",
        "S2-07: column where: 'scope~(tumangang': no pattern",
        "S0-11a: column where: 'sense<=delivered': sense holds words",
        "S0-09: kind: no 'silnet' in vocabulary",
        "S3-07: 2 ids in right",
        "S1-01, rows: no 'P999'",
        "S1-03, findings: no 'port-imagery.no_such_finding'",
        "likelihoods X01 H1: 9 to",
    ):
        assert words in run.stderr, words
    assert run.stderr.splitlines()[0] == "data and parameters: 11 faults"


def test_press_check_refuses_a_claims_table_by_file_line_and_column(
    project: Callable[..., object], write_cell: Write
) -> None:
    """A word that no vocabulary has is reported like a fault of the record."""
    write_cell(project.folder / "data/claims/rules.csv", "S2-09", kind="nubmer")
    run = project.check()
    assert run.returncode == 1
    assert "rules.csv, line" in run.stderr
    assert "column kind: found 'nubmer'" in run.stderr


Run = Callable[[], tuple[int, str]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a]\nfile = 3\n", "data/registry.toml: found [a] with file 3"),
        ("[a]\n[a]\n", "registry.toml, line 2, column 3: found broken TOML"),
        ("", "registry.toml: found an empty file"),
    ],
)
def test_a_broken_registry_is_told_alone(
    check: Run, check_folder: Path, text: str, expected: str
) -> None:
    """Without it no file can be found; nothing is said of what it would name."""
    (check_folder / "data/registry.toml").write_text(text, encoding="utf-8")
    code, printed = check()
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


def test_every_table_is_checked_and_no_fault_ends_the_rest(check: Run, check_folder: Path) -> None:
    """Register, results, inventory, dictionaries and charts are each told once, none raises."""
    for name, (content, _) in BROKEN.items():
        (check_folder / "data" / name).write_bytes(content)
    code, printed = check()
    assert code == 1
    for _, expected in BROKEN.values():
        assert printed.count(expected) == 1, printed
