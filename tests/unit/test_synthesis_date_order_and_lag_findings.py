"""Dates of the synthesis as rows of a chart, and what happens to them without an observation."""

from __future__ import annotations

import pandas as pd
import pytest

from skytally.core import data_folder, data_registry, table_names
from skytally.core.table_reader import read_table
from skytally.findings.date_finding_chart_rows import date_rows
from skytally.findings.finding import Finding
from skytally.findings.finding_computation_from_declarations import evaluate, outcomes
from skytally.findings.finding_declarations import Declaration, read_declarations
from skytally.press.declared_finding_checks_with_parameters import pages_without_notebook
from tests.support.expected_sentences import same_sentence

Tables = dict[str, pd.DataFrame]
PAGE = "synthesis"


@pytest.fixture(scope="module")
def declared() -> list[Declaration]:
    """Read the declarations of the synthesis."""
    return read_declarations([data_registry.path(f"findings_{PAGE}")])


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Read all tables of the record."""
    return {
        name: read_table(data_registry.path(name)) for name in table_names(data_folder() / "record")
    }


def found(declared: list[Declaration], tables: Tables) -> dict[str, Finding]:
    """Evaluate the findings, by the last part of their keys."""
    made = evaluate(declared, tables, parameters={})
    return {each.key.partition(".")[2]: each for each in made}


def test_the_synthesis_declares_findings_without_a_notebook() -> None:
    """The press evaluates them itself."""
    assert PAGE in pages_without_notebook()


def test_each_date_is_a_row_and_an_open_one_has_no_first_day(
    declared: list[Declaration], tables: Tables
) -> None:
    """The ships are open to the past, the yard lies between its two observations."""
    rows = date_rows(declared, tables, labels={"rfa": "RFA"}).set_index("id")
    assert list(rows["date_last"]) == sorted(rows["date_last"])
    ships, yard = rows.loc["P004"], rows.loc["R025 R027"]
    assert (ships["precision_first"], pd.isna(ships["date_first"])) == ("open", True)
    assert (yard["date_first"], yard["date_last"]) == tuple(
        map(pd.Timestamp, ("2023-09-14", "2023-09-22"))
    )
    assert yard["lane"] == "Railcars, beginning: tumangang-freight-area (RFA)"
    assert rows.loc["E013"]["lane"] == "Kim-Putin summit at Vostochny Cosmodrome"


def test_each_lane_says_what_began_or_ended(declared: list[Declaration], tables: Tables) -> None:
    """A place alone does not tell; a row without a quantity has the subject of its table."""
    lanes = set(date_rows(declared, tables, labels={})["lane"])
    assert lanes >= {
        "Ships, beginning: rajin-nk-only-pier (voa)",
        "Ships, end: rajin-piers-1-and-2 (nk-pro)",
        "Yard fill, end: tumangang-freight-area (voa)",
        "Pits, beginning as stated: tikhoretsk-depot (rusi)",
        "ROK NIS: ten-odd or more shipments since early August",
        "Containers, as stated: tikhoretsk-depot (us-nsc)",
        "Kim-Putin summit at Vostochny Cosmodrome",
    }


def test_of_the_beginnings_of_2023_the_yard_alone_is_seen_from_both_sides(
    declared: list[Declaration], tables: Tables
) -> None:
    """The page on limits says so."""
    rows = date_rows([each for each in declared if each.kind == "began"], tables, labels={})
    in_2023 = rows[rows["date_last"].dt.year == 2023]
    assert list(in_2023.loc[in_2023["date_first"].notna(), "id"]) == ["R025 R027"]


def test_the_ships_came_before_the_summit_and_the_yard_after_it(
    declared: list[Declaration], tables: Tables
) -> None:
    """26 August to 13 September is 18 days; 13 to 14 and 22 September are 1 and 9."""
    made = found(declared, tables)
    assert (made["summit_after_ships"].low, made["summit_after_ships"].high) == (18, None)
    assert (made["yard_after_summit"].low, made["yard_after_summit"].high) == (1, 9)
    assert (made["yard_after_ships"].low, made["yard_after_ships"].high) == (19, None)
    for key in ("summit_after_ships", "yard_after_summit", "ships_after_visit"):
        same_sentence(f"page_dates.{key}", made[key].text)


def test_an_open_order_has_a_lag_and_no_chance(declared: list[Declaration], tables: Tables) -> None:
    """The yard filled on 14 to 22 September; on the 12th the containers were still at Dunai."""
    made = found(declared, tables)
    lag = made["yard_before_delivery"]
    assert (lag.low, lag.high, lag.unit) == (-10, 17, "days")
    same_sentence("page_dates.yard_before_delivery", lag.text)
    assert not [each.key for each in made.values() if "chance" in each.text]


def test_no_day_of_a_delivery_lies_before_the_last_day_at_sea(tables: Tables) -> None:
    """The end of a way cannot be dated from its start: still aboard at Dunai on the 12th."""
    at_dunai = tables["ship_sightings"].set_index("id").loc["P010", "date_last"]
    delivered = tables["depot_observations"].set_index("id").loc["D004", "date_first"]
    assert delivered >= at_dunai


def test_without_the_empty_yard_the_order_is_open(
    declared: list[Declaration], tables: Tables
) -> None:
    """The one observation on which the sentence rests: without it, the yard may lead."""
    made = outcomes(declared, tables, parameters={}, without_rows=("R025",))
    yard, lag = made["synthesis.yard_filled"], made["synthesis.yard_after_summit"]
    assert isinstance(yard, Finding)
    assert isinstance(lag, Finding)
    assert (yard.low, yard.high, yard.when) == (1, None, "on or before 22 September 2023")
    assert (lag.low, lag.high) == (None, 9)
    same_sentence("page_dates.yard_after_summit_open", lag.text)
    # what cannot be compared any more is said, with the file and the line
    both_open = made["synthesis.yard_after_ships"]
    assert isinstance(both_open, str)
    assert "both are open to the past" in both_open
