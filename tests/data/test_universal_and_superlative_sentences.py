"""Sentences that say all, none, largest or only hold of every row, not of those at hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from skytally.core import read_table
from skytally.record import claim_pairs
from tests.support.evaluated_findings import evaluated_findings

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "data/record"
TALLIES_OF_NOTHING = (
    "synthesis.nothing_at_ports",
    "synthesis.nothing_on_rail",
    "synthesis.nothing_inferred",
    "synthesis.empty_quays",
)
"""Findings that together count every row in which somebody looked and saw nothing."""
PAGES_ON_NOTHING = ("book/limits.md", "book/synthesis.md")


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    """Evaluate the findings of the real record, by key."""
    return {str(each["key"]): each for each in evaluated_findings()}


def rows_of(table: str) -> list[dict[str, Any]]:
    """Read the rows of a table of the record."""
    return read_table(RECORD / f"{table}.csv").to_dict("records")


def test_every_row_of_nothing_seen_is_in_one_tally(made: dict[str, dict[str, Any]]) -> None:
    """A sentence on how rarely nothing was reported counts the rows of all tables."""
    names = (path.stem for path in RECORD.glob("*.csv") if "." not in path.stem)
    tables = [name for name in sorted(names) if name != "vocabulary"]
    empty = {
        str(row["id"])
        for name in tables
        for row in rows_of(name)
        if row.get("state") == "nothing-seen"
    }
    counted = [ref for key in TALLIES_OF_NOTHING for ref in made[key]["inputs"]]
    assert len(counted) == len(set(counted))
    assert set(counted) == empty


@pytest.mark.parametrize("page", PAGES_ON_NOTHING)
def test_a_page_on_reports_of_nothing_names_each_tally(page: str) -> None:
    """No kind of empty place is left out where the others are counted."""
    text = (ROOT / page).read_text(encoding="utf-8")
    assert all(f"`{key}`" in text for key in TALLIES_OF_NOTHING)


def apart(bounds: dict[str, str]) -> set[tuple[str, str]]:
    """Pairs of close totals of containers that no number fits, with other bounds of some rows."""
    claims = read_table(RECORD / "official_claims.csv")
    totals = claims[
        (claims["cumulative"] == "yes")
        & (claims["sense"] == "delivered")
        & (claims["quantity"] == "containers")
    ].copy()
    for row, bound in bounds.items():
        wording = "-odd" if bound == "about" else ""
        totals.loc[totals["id"] == row, ["bound", "wording"]] = bound, wording
    pairs = claim_pairs(totals, within_days=10)
    return {(a, b) for a, b, fits in pairs[["first", "second", "overlap"]].to_numpy() if not fits}


def test_a_contradiction_that_one_page_words_away_says_so(made: dict[str, dict[str, Any]]) -> None:
    """By one newsroom's bound no pair contradicts itself, and by a digest's one more does."""
    assert apart({}) == {("O013", "O014")}
    assert apart({"O014": "more than"}) == set()
    assert apart({"O021": "about"}) == {("O013", "O014"), ("O021", "O023")}
    for key in ("pairs_apart", "totals_that_fall"):
        assert "a lower bound" in made[f"official-claims.{key}"]["text"], key
    for page in ("book/index.md", "book/synthesis.md", "notebooks/official-claims.ipynb"):
        assert "KBS_183924" in (ROOT / page).read_text(encoding="utf-8"), page


def selected(made: dict[str, dict[str, Any]], key: str) -> dict[str, Any]:
    """Row of official_claims that a finding selects."""
    (ref,) = made[key]["inputs"]
    (row,) = (each for each in rows_of("official_claims") if each["id"] == ref)
    return row


def test_the_route_of_the_largest_total_is_presumed(made: dict[str, dict[str, Any]]) -> None:
    """Sentences say that a page presumes a port, and not whether all went by sea."""
    assert selected(made, "official-claims.containers_highest")["route"] == "sea-presumed"


@pytest.mark.parametrize("end", ["highest", "latest"])
def test_the_largest_and_newest_shells_are_contents(
    made: dict[str, dict[str, Any]], end: str
) -> None:
    """Sentences have them among the contents of containers, and no conversion on the page."""
    row = selected(made, f"official-claims.shells_delivered_{end}")
    assert row["id"] == selected(made, "official-claims.shells_capacity_dia_2026")["id"]
    assert "among the contents" in row["text"]
    assert selected(made, "official-claims.shells_capacity_highest")["method"] == "converted"


def test_contents_without_a_conversion_are_filed_by_one_rule() -> None:
    """Numbers of shells that pages print among contents or as transported are statements."""
    rows = {row["id"]: row for row in rows_of("official_claims")}
    filed = {(rows[ref]["sense"], rows[ref]["method"]) for ref in ("O046", "O049", "O114.2")}
    assert filed == {("delivered", "statement")}


def test_the_newest_total_of_soldiers_is_a_sum(made: dict[str, dict[str, Any]]) -> None:
    """The title of its chart says so, and no bound of it is one that a source gives."""
    latest = selected(made, "official-claims.troops_latest")
    assert latest["method"] == "derived-sum"
    assert "source gives" in made["official-claims.troops_latest"]["interval_from"]
    assert "sum by the compiler" in made["official-claims.troops_latest"]["interval_from"]


def test_no_total_of_containers_says_how_it_was_obtained() -> None:
    """The pages say so of all totals of officials, not of most."""
    totals = [
        row
        for row in rows_of("official_claims")
        if row["quantity"] == "containers"
        and row["cumulative"] == "yes"
        and row["counter"] != "osc"
    ]
    assert totals
    assert {row["method"] for row in totals} == {"statement"}


def test_arrivals_and_departures_are_no_events_of_the_radio() -> None:
    """A new kind of event must be placed among those of the radio, or beside them."""
    events = [row for row in rows_of("ais_events") if row["cargo"] == ""]
    kinds = {row["kind"] for row in events}
    assert kinds == {"silent", "transmitting", "last-position", "arrival", "departure", "registry"}


def test_lower_bounds_are_not_called_blind_to_rises() -> None:
    """A bound from below can lie above a rate, so no page says that it shows no rise."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "book").glob("*.md"))]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert not [text for text in texts if re.search(r"neither a rise nor a fall", text)]


NEWEST = (
    "port-imagery.last_load",
    "port-imagery.last_new_containers",
    "port-imagery.last_dunai",
    "port-imagery.last_ship_at_dunai",
    "port-imagery.still_sailing",
    "port-imagery.last_russian_port",
    "port-imagery.calls_latest",
    "official-claims.answer_latest",
)
"""Findings that the front page or the page on whom to quote calls the newest of their kind."""


@pytest.mark.parametrize("key", NEWEST)
def test_what_is_called_newest_is_selected_and_not_named(key: str) -> None:
    """A newer row changes the sentence; none is written into its declaration."""
    declared = read_table(ROOT / f"data/findings/{key.partition('.')[0]}.csv").set_index("key")
    assert (declared.loc[key, "kind"], declared.loc[key, "rows"]) == ("latest", "")


def test_an_answer_whose_words_fall_short_is_no_denial() -> None:
    """Where the words read do not deny arms, a newsroom's word for them makes no denial."""
    kinds = {str(row["id"]): row["kind"] for row in rows_of("events")}
    called = {ref for ref, kind in kinds.items() if kind == "called-denial"}
    assert called >= {"E019", "E084", "E135", "E137", "E138", "E141"}
    assert {kinds[ref] for ref in ("E049", "E077", "E082", "E136")} == {"denial"}


def test_answers_after_the_latest_denial_are_those_of_the_table(
    made: dict[str, dict[str, Any]],
) -> None:
    """The number on the front page and the table of denials have the same rows."""
    latest = made["official-claims.denial_latest"]["inputs"][0]
    rows = {str(row["id"]): row for row in rows_of("events")}
    after = {
        ref for ref, row in rows.items()
        if row["kind"] in {"no-comment", "called-denial"}
        and row["date_first"] >= rows[latest]["date_last"]
    }  # fmt: skip
    assert {*made["official-claims.answers_since_denial"]["inputs"]} == after
    assert made["official-claims.answer_latest"]["inputs"][0] in after
