"""Checks of declared findings: each fault with file, line and column, all at once."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skytally.claims import read_tables
from skytally.core import data_folder, data_registry
from skytally.core.table_reader import read_table
from skytally.findings.finding_declaration_checks import declaration_faults
from skytally.findings.finding_declarations import Declaration, tables_read
from skytally.press.declared_finding_checks_with_parameters import finding_faults
from skytally.record import WholeRecord, with_derived_columns
from skytally.record.row_conditions import possible_words
from tests.support.made_up_declarations import PARAMETERS, estimate, quote

Project = Any


def test_the_delivered_findings_have_no_fault() -> None:
    """Every cell is checked and every finding evaluated."""
    assert finding_faults(WholeRecord(read_tables(data_folder() / "record"))) == []


def selected(kind: str = "highest", **cells: str) -> Declaration:
    """Make a valid superlative, but for some cells."""
    return quote(**{"kind": kind, "rows": "", "where": "counter=csis", **cells})


@pytest.fixture(scope="module")
def faults_of() -> Callable[..., list[str]]:
    """Return a function that checks declarations against the record."""
    names = [*tables_read([quote()]), "sites"]
    tables = {name: read_table(data_registry.path(name)) for name in names}
    possible = {"rail_counts": possible_words(data_registry.path("rail_counts"), tables)}

    def check(*declarations: Declaration, **changes: Any) -> list[str]:
        plain: dict[str, Any] = {
            "parameters": {"rail-counts": PARAMETERS},
            "possible": possible,
            "units": ("railcars", "looks", "days"),
            "set_aside": {"R999": "counted twice"},
        }
        found = declaration_faults(
            declarations, with_derived_columns(tables), **{**plain, **changes}
        )
        return list(map(str, found))

    return check


@pytest.mark.parametrize("sound", [quote(), estimate(), selected(), selected("first", where="")])
def test_a_sound_declaration_has_no_fault(
    faults_of: Callable[..., list[str]], sound: Declaration
) -> None:
    """What the cases below start from is in order."""
    assert faults_of(sound) == []


@pytest.mark.parametrize(
    ("wrong", "column", "found"),
    [
        (quote(rows="R998"), "rows", "row 'R998'; no such row in rail_counts"),
        (quote(rows="R999"), "rows", "row 'R999'; it was set aside (counted twice)"),
        (quote(rows="$baseline"), "rows", "no parameter 'baseline'; the notebook passes: base"),
        (quote(rows="$closure[2]"), "rows", "has no [2]"),
        (quote(table="rail"), "table", "'rail'; name one of rail_counts"),
        (quote(table="sources"), "table", "'sources'; name one of rail_counts"),
        (quote(key="rail.made_up"), "key", "'rail.made_up'; write rail-counts.<quantity>"),
        (quote(rows=""), "rows", "an empty cell; fill it; a finding of kind quote needs it"),
        (quote(where="counter=csis"), "where", "a finding of kind quote does not read it"),
        (quote(sentence="{numbr}."), "sentence", "{numbr}; use one of counter, made, number"),
        (quote(sentence="{number.real}."), "sentence", "{number.real}; use one of"),
        (quote(sentence="{number"), "sentence", "mend the braces"),
        (quote(sentence="\uff5bnumber\uff5d."), "sentence", "write the braces of the keyboard"),
        (quote(sentence="{number}"), "sentence", "end the sentence with a full stop"),
        (selected(unit="boxes"), "unit", "'boxes'; use a word of vocabulary unit"),
        (selected(where="countr=csis"), "where", "countr=csis; 'countr=csis': write column"),
        (selected(where="counter=csys"), "where", "counter: no 'csys' in table counters"),
        (selected(where="car_kind=boxcars"), "where", "no 'boxcars' in vocabulary car_kind"),
        (selected(where="scope>=3"), "where", "scope holds words; compare a date or a number"),
        (selected(where="date_first>=2023-13-01"), "where", "'2023-13-01' is no date"),
        (selected(where="date_last<=05/02/2024"), "where", "'05/02/2024' is no date; write a day"),
        (selected(where="date_last<=2024-04"), "where", "'2024-04' is no date; write a day"),
        (selected(where="date_last=2024-9-21"), "where", "'2024-9-21' is no date; write a day"),
        (
            selected(where="counter=csis and cargo= AND state=counted"),
            "where",
            "conditions are separated by semicolons; write 'counter=csis; cargo=; state=counted'",
        ),
        (selected(where="date_first>=@rail-counts.x:date_last"), "where", "refer to a finding"),
        (selected("tally", unit="looks", part="state=sen"), "part", "no 'sen' in vocabulary state"),
        (
            selected("tally", unit="looks", part="state=seen&state=unclear"),
            "part",
            "write 'state=seen & state=unclear'",
        ),
        (selected("tally", unit="looks", distinct="scopes"), "distinct", "'scopes'; no such"),
        (selected("tally", unit="looks", order="when"), "order", "'when'; no such column"),
        (
            selected("tally", unit="looks", distinct="date_first", once="yes"),
            "once", "'yes'; empty it: different words count once anyhow",
        ),
        (estimate(estimate="surge"), "estimate", "no estimate 'surge'; use one of: border-dist"),
        (estimate(rows="R031"), "rows", "1 rows; surge-limit takes 4"),
        (estimate(arguments="closure=$closure"), "arguments", "no argument 'sites'; add sites="),
        (estimate(arguments="closure=$closure sites=4 seed=1"), "arguments", "an argument 'seed'"),
        (estimate(arguments="closure=$closure sites"), "arguments", "'sites'; write name=value"),
        (estimate(arguments="closure=$closd sites=4"), "arguments", "no parameter 'closd'"),
        (estimate(where="counter=csis"), "rows", "name rows or give conditions, one of the two"),
        (
            quote(
                kind="count", rows="", where="counter=csis", unit="looks",
                estimate="pairs-of-counters", arguments="answer=all",
            ),
            "arguments", "answer=all; use one of: pairs, apart",
        ),
        (quote(kind="ratio", of="R001 R002"), "of", "2 rows; name one"),
        (quote(kind="ratio", of="@rail-counts.none"), "of", "refer to a finding that selects one"),
        (quote(kind="began", where="counter=csis"), "rows", "name rows or give conditions, one of"),
        (quote(kind="began", arguments="lasts=yes"), "arguments", "'lasts=yes'; kind began takes"),
        (quote(kind="stated", arguments="day"), "arguments", "'day'; kind stated takes day, as"),
        (quote(kind="stated"), "arguments", "a finding of kind stated needs it"),
        (quote(kind="lag", rows="", of="@rail-counts.x"), "of", "name two findings on a date"),
        (quote(kind="order", rows="", of="R031 R001"), "of", "R031; refer to a finding of kind"),
        (
            quote(kind="lag", rows="", of="@rail-counts.made_up @rail-counts.none"),
            "of", "@rail-counts.made_up; refer to a finding of kind began, ended, stated as @key",
        ),
        (quote(kind="lag", of="@rail-counts.x"), "rows", "a finding of kind lag does not read it"),
        (quote(kind="began", sentence="{lag}."), "sentence", "{lag}; use one of counter, number"),
    ],
    ids=lambda case: "" if isinstance(case, Declaration) else str(case)[:40],
)  # fmt: skip
def test_a_fault_is_told_with_file_line_and_column(
    faults_of: Callable[..., list[str]], wrong: Declaration, column: str, found: str
) -> None:
    """Whoever wrote the cell is led to it."""
    told = faults_of(wrong)
    place = f"findings/rail-counts.csv, line 7, column {column}: found "
    assert any(fault.startswith(place) and found in fault for fault in told), told


def test_a_key_twice_names_both_places(faults_of: Callable[..., list[str]]) -> None:
    """The second is at fault, and the first is named."""
    (fault,) = faults_of(quote(), dataclasses.replace(quote(), line=9))
    assert "line 9, column key: found 'rail-counts.made_up' twice" in fault
    assert "it stands in findings/rail-counts.csv, line 7" in fault


def test_a_reference_goes_one_step_and_stays_in_its_table(
    faults_of: Callable[..., list[str]],
) -> None:
    """A finding that refers to another cannot be referred to, so nothing turns in a circle."""
    first = selected(key="rail-counts.a", where="date_first>=@rail-counts.b:date_last")
    second = selected(key="rail-counts.b", where="date_first>=@rail-counts.a:date_last")
    assert all("itself refers to another finding" in fault for fault in faults_of(first, second))
    assert len(faults_of(first, second)) == 2


def test_dates_of_another_page_are_not_compared(faults_of: Callable[..., list[str]]) -> None:
    """A page is evaluated alone, so that what it compares stands on it."""
    start = quote(key="rail-counts.start", kind="began")
    end = dataclasses.replace(start, key="roads.end", file="findings/roads.csv")
    lag = quote(kind="lag", rows="", of="@rail-counts.start @roads.end")
    (fault,) = faults_of(start, end, lag)
    assert "found @roads.end; it stands on page roads; compare dates of one page" in fault
    order = dataclasses.replace(lag, kind="order", of="@rail-counts.start @rail-counts.start")
    assert faults_of(start, order) == []


# Faults on disk, as `make check` prints them


def _append(path: Path, **cells: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="", lineterminator="\n").writerow(cells)


def test_make_check_tells_all_faults_at_once(
    project: Project, write_cell: Callable[..., None]
) -> None:
    """An unknown kind, a row set aside, an unknown word, a key twice, a page without notebook."""
    folder, record = project.folder / "data/findings", project.folder / "data/record"
    write_cell(folder / "rail-counts.csv", "rail-counts.baseline", kind="quotes")
    write_cell(folder / "port-imagery.csv", "port-imagery.csis_stocks", where="counter=csys")
    sound = {"kind": "quote", "table": "depot_observations", "rows": "D001", "sentence": "One."}
    _append(folder / "depot-expansion.csv", key="depot-expansion.pits", **sound)
    for suffix in (".csv", ".dictionary.csv"):
        text = (folder / f"ais-gaps{suffix}").read_text(encoding="utf-8")
        (folder / f"roads{suffix}").write_text(text, encoding="utf-8")
    with (project.folder / "data/registry.toml").open("a", encoding="utf-8") as file:
        row = 'file = "findings/roads.csv"\nsource = "made up"\nlicence = "CC-BY-4.0"'
        file.write(f'\n[findings_roads]\n{row}\nretrieved = "2024-04-17"\n')
    counts = record / "rail_counts.csv"
    lines = counts.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [text for text in lines if not text.startswith("R058,")]
    counts.write_text("".join(kept), encoding="utf-8")
    corrections = (record / "corrections.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    left = [text for text in corrections if not text.startswith("rail_counts,R058,")]
    (record / "corrections.csv").write_text("".join(left), encoding="utf-8")
    lineage = (record / "lineage.csv").read_text(encoding="utf-8")
    gone = lineage.replace("R058,carried,R058,", "R058,set aside,,site not known")
    (record / "lineage.csv").write_text(gone, encoding="utf-8")
    notebook = project.folder / "notebooks/rail-counts.ipynb"
    named = notebook.read_text(encoding="utf-8").replace("R058", "R031")
    notebook.write_text(named, encoding="utf-8")
    run = project.run("-m", "skytally.press.data_and_parameter_check_command")
    assert run.returncode == 1
    for expected in (
        "findings/rail-counts.csv, line 2, column kind: found 'quotes'; use a word of vocabulary",
        "column rows: found row 'R058'; it was set aside (site not known); name a row that stands",
        "column where: found counter=csys; counter: no 'csys' in table counters",
        "column key: found 'depot-expansion.pits' twice",
        "findings/roads.csv: no notebook roads.ipynb and no page book/roads.md; rename or remove",
    ):
        assert expected in run.stderr, expected


def test_make_check_tells_a_superlative_of_no_row(
    project: Project, write_cell: Callable[..., None]
) -> None:
    """What no cell shows is found by evaluating, still before any notebook runs."""
    table = project.folder / "data/findings/port-imagery.csv"
    write_cell(table, "port-imagery.containers_peak", where="counter=csis;value>=99999")
    write_cell(table, "port-imagery.calls_csis", rows="P002.2 V015")
    run = project.check()
    assert run.returncode == 1
    assert "column where: port-imagery.containers_peak: no row meets the conditions" in run.stderr
    assert "column rows: port-imagery.calls_csis: 2 rows; a finding of kind quote" in run.stderr
