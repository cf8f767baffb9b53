"""Parts of the front page: running totals, dated list, search text, details of the book."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.core import data_registry, project_root
from skytally.core.errors_and_fault_lists import DataError
from skytally.figures.front_page_key_dates import read_key_dates
from skytally.figures.running_totals_chart import (
    colour_key,
    running_totals,
    spelled_names,
    totals_chart,
)
from skytally.press import book_metadata, pdf_command
from skytally.press.search_index import page_sections, read_synonyms, write_search_text
from skytally.press.sphinx_ext.contributing_recipes_directive import recipes_html
from skytally.press.sphinx_ext.front_page_directives import DatedRows, FindingCards
from skytally.record import newest_page, within_record
from tests.support.parsed_charts import svg_words

Rows = Callable[..., pd.DataFrame]
CHARTS = Path(__file__).resolve().parents[2] / "data" / "charts"


def claims(rows: Rows, *changes: dict[str, Any]) -> pd.DataFrame:
    """Official claims, cumulative and delivered unless changed."""
    plain = {
        "unit": "containers", "sense": "delivered", "cumulative": "yes", "method": "statement",
        "statement_precision": "day", "wording": "",
    }  # fmt: skip
    table = rows(*({**plain, **change} for change in changes))
    days = {f"statement_{end}": table[f"date_{end}"] for end in ("first", "last")}
    return table.assign(**days)


def drawn(totals: pd.DataFrame) -> Any:
    """Chart of totals with plain words."""
    names = {"csis": "CSIS", "rok": "Seoul"}
    return totals_chart(totals, names, name="t", title="T", caption="C", source_line="SRC")


def test_totals_leave_out_parts_and_other_directions(rows: Rows) -> None:
    """A subset of a total, a delivery the other way and a row without number are no totals."""
    table = claims(
        rows,
        {"id": "A", "value": 1000.0},
        {"id": "B", "value": 300.0, "cumulative": "no"},
        {"id": "C", "value": 9000.0, "sense": "to-dprk"},
        {"id": "D", "value": float("nan"), "bound": ""},
        {"id": "E", "value": 500.0, "method": "estimate", "day": "2023-09-01"},
    )
    totals = running_totals(table, unit="containers", sense="delivered")
    assert totals["id"].tolist() == ["E", "A"]
    assert totals["counted"].tolist() == [True, False]


def test_short_names_at_the_marks_are_spelled_out(rows: Rows) -> None:
    """One short name of several agencies lists them; a name that is no shorter is left out."""
    table = claims(rows, *({"counter": each} for each in ("osc", "us", "us-un", "csis")))
    short = {"osc": "OSC", "us": "US", "us-un": "US", "csis": "CSIS"}
    full = {"osc": "Open Source Centre", "us": "US NSC", "us-un": "US mission", "csis": "CSIS"}
    assert spelled_names(table, short, full) == "OSC: Open Source Centre; US: US NSC and US mission"
    assert spelled_names(table, {}, full) == ""


def test_totals_chart_names_its_marks_and_keeps_bounds(rows: Rows) -> None:
    """Highest total of each counter, with its bound, at the mark and in the alternative text."""
    table = claims(
        rows,
        {"value": 1000.0, "bound": "more than", "counter": "rok", "day": "2023-10-13"},
        {"value": 7000.0, "bound": "about", "counter": "rok", "day": "2024-03-18"},
        {"value": 1500.0, "method": "estimate", "counter": "csis", "day": "2024-05-01"},
    )
    chart = drawn(running_totals(table, unit="containers", sense="delivered"))
    words = svg_words(chart)
    assert "Seoul: about 7,000" in words
    assert "CSIS" in words
    assert "SRC" in words
    assert "13 October 2023: Seoul: more than 1,000" in chart.text


def test_each_shade_has_its_body_in_the_key(rows: Rows) -> None:
    """Two bodies of one government are told apart; a counter without a short name has no line."""
    table = claims(rows, *({"value": 9.0, "counter": each} for each in ("rok-mnd", "rok-dia", "x")))
    totals = running_totals(table, unit="containers", sense="delivered")
    assert [line.get_label() for line in colour_key(totals)] == ["Seoul (MND)", "Seoul (DIA)"]
    words = svg_words(drawn(totals))
    assert "Seoul (MND)" in words
    assert "Seoul (DIA)" in words


def test_year_only_total_is_drawn_over_its_year(rows: Rows) -> None:
    """No day is invented: the words say the year alone."""
    table = claims(rows, {"value": 33000.0, "counter": "rok", "statement_precision": "year"})
    table = table.assign(statement_last=pd.Timestamp("2023-12-31"))
    chart = drawn(running_totals(table, unit="containers", sense="delivered"))
    assert "2023: Seoul" in chart.text
    assert "October" not in chart.text


def test_no_total_is_a_sentence(rows: Rows) -> None:
    """A new book has none yet."""
    table = claims(rows, {"value": 1.0, "unit": "shells"})
    chart = drawn(running_totals(table, unit="containers", sense="delivered"))
    assert chart.text == "The record has no running total yet."


def write_dates(tmp_path: Path, *lines: str) -> Path:
    """Table of key dates with lines of one's own."""
    shutil.copyfile(CHARTS / "key_dates.dictionary.csv", tmp_path / "key_dates.dictionary.csv")
    path = tmp_path / "key_dates.csv"
    path.write_text("\n".join(["id,row,other_row,text", *lines, ""]), encoding="utf-8")
    return path


def by_id(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Rows by id."""
    return {row["id"]: row for row in table.to_dict("records")}


def test_key_dates_take_day_and_number_from_the_record(tmp_path: Path, rows: Rows) -> None:
    """A changed row changes the list; an event between two observations has both days."""
    table = rows(
        {"id": "R1", "day": "2023-09-14", "value": 0.0},
        {"id": "R2", "day": "2023-09-22", "value": 73.0, "bound": "about", "unit": "railcars"},
    )
    path = write_dates(tmp_path, "b,R2,,CSIS counts {number}", "a,R1,R2,empty and then full")
    first, second = read_key_dates(path, rows=by_id(table))
    assert (first.when, first.text) == (
        "14 September 2023 to 22 September 2023",
        "empty and then full",
    )
    assert (second.when, second.text) == ("22 September 2023", "CSIS counts about 73 railcars")


def test_key_date_of_a_statement_is_the_day_of_the_statement(tmp_path: Path, rows: Rows) -> None:
    """Not the period that the statement speaks of."""
    table = claims(rows, {"id": "O1", "value": 1000.0, "day": "2023-10-13"})
    table = table.assign(date_first=pd.Timestamp("2023-09-01"))
    path = write_dates(tmp_path, "a,O1,,stated")
    (entry,) = read_key_dates(path, rows=by_id(table))
    assert entry.when == "13 October 2023"


def test_year_only_total_ends_with_the_newest_page(rows: Rows) -> None:
    """A mark never stands after the last day on which the record could know of it."""
    table = claims(rows, {"value": 33000.0, "counter": "rok", "statement_precision": "year"})
    table = table.assign(statement_last=pd.Timestamp("2023-12-31"))
    day = pd.Timestamp("2023-11-01")
    (end,) = running_totals(table, unit="containers", sense="delivered", until=day)[
        "statement_last"
    ]
    assert end == day


def test_no_statement_is_drawn_after_the_newest_page(table: Callable[[str], pd.DataFrame]) -> None:
    """What is known to the year only ends with the record; every other date stays."""
    claims_of, sources = table("official_claims"), table("sources")
    newest = newest_page(sources)
    shown = within_record(claims_of, newest)
    assert shown["statement_last"].max() <= newest < claims_of["statement_last"].max()
    early = claims_of["statement_last"] <= newest
    assert shown[early].equals(claims_of[early])
    assert within_record(claims_of, newest_page(sources.iloc[:0])) is claims_of


def test_key_date_of_a_row_without_a_day_is_refused(tmp_path: Path, rows: Rows) -> None:
    """A row that is open to the past, or has no column of days, has no place in the list."""
    table = by_id(rows({"id": "R1"}))
    table["R1"]["date_first"] = pd.NaT
    table["V1"] = {"id": "V1", "depart_first": pd.Timestamp("2023-09-08")}
    path = write_dates(tmp_path, "a,R1,,gone", "b,V1,,left")
    with pytest.raises(DataError, match=r"key_dates\.csv: 2 faults") as caught:
        read_key_dates(path, rows=table)
    assert "line 3, column row: found 'V1'; the row gives no first and last day" in str(
        caught.value
    )


def test_key_date_of_a_withdrawn_row_is_refused(tmp_path: Path, rows: Rows) -> None:
    """All faults at once, with line and column."""
    table = by_id(rows({"id": "R1", "bound": ""}))
    path = write_dates(tmp_path, "a,R9,,gone", "b,R1,R8,{number} seen")
    with pytest.raises(DataError, match=r"key_dates\.csv: 3 faults") as caught:
        read_key_dates(path, rows=table)
    for fault in (
        "line 2, column row: found 'R9'",
        "line 3, column other_row: found 'R8'",
        "line 3, column text: found {number}; row R1 has no number",
    ):
        assert fault in str(caught.value)


PAGE = (
    '<html><body><nav>menu</nav><article><section id="top"><h1>Ports<a class="headerlink" '
    'href="#top">#</a></h1><p>Ships &amp; boxes.</p><script>no()</script><section id="why">'
    "<h2>Why</h2><p>About 28,000.</p><table><tr><td>cell</td></tr></table></section></section>"
    "</article></body></html>"
)


def test_cards_say_what_rests_on_what_own_pages_first() -> None:
    """Numbers with the same facts on their sources stand together; a tally rests on none."""
    report, own = (
        {
            "read": read, "origins": ["csis"], "named_origins": 1, "origins_at_least": 1,
            "image_owners": [], "image_rows": 1, "rows_without_owner": 1,
        }
        for read in ("in a report of it", "on the counter's page")
    )  # fmt: skip
    given = [("9 pits", report), ("3 rows", None), ("73 railcars", own), ("49 days", report)]
    findings = [{"said": said, "support": support} for said, support in given]
    words = FindingCards._resting(findings)
    assert "3 rows" not in words
    assert words.index("73 railcars (read on") < words.index("9 pits and 49 days (read in a report")


def test_what_cards_repeat_stands_once_below_them() -> None:
    """The reading of *about* is told once; of a report the word before the page says it."""
    whose = "this book's reading of “about”, a tenth either way; the source prints no interval"
    about = {"low": 65.7, "high": 80.3, "unit": "railcars", "level": None, "interval_from": whose}
    bound = {**about, "high": None, "interval_from": "the bound that the source gives"}
    assert FindingCards._interval(about) == "65 to 81 railcars"
    assert "the bound that the source gives" in FindingCards._interval(bound)
    assert FindingCards._a_tenth([about, about, bound]).count("a tenth either way") == 1
    assert "stated, “about” is read as the rounding" in FindingCards._a_tenth([about])
    assert FindingCards._a_tenth([bound]) == ""
    read = {"support": {"read": "in a report of it"}}
    assert FindingCards._read_in(read, "RUSI") == "Read in a report"
    assert FindingCards._read_in({"support": None}, "RUSI") == "Read in"


def test_a_number_that_misleads_alone_has_its_qualification_on_its_card() -> None:
    """A card may be quoted alone, so the sentence beside the number stands on it."""
    finding = {
        "key": "rail-counts.railcars_highest", "said": "258 railcars",
        "text": "It is 258 railcars.", "inputs": [], "low": None, "high": None,
        "unit": "railcars", "level": None, "interval_from": "", "support": None,
    }  # fmt: skip
    shown = FindingCards._card(finding, ["Ore and tank cars were 93 percent."])
    assert "<p>It is 258 railcars. Ore and tank cars were 93 percent.</p>" in shown
    index = (project_root() / "book/index.md").read_text(encoding="utf-8")
    assert "rail-counts.railcars_highest + rail-counts.ore_and_tank_share" in index


def test_dated_list_has_each_sighting_once() -> None:
    """Two reports of one ship on one image are one line; the second ship keeps its own."""
    shown = DatedRows._kinds()
    assert "P003" not in shown
    assert {"P004", "P004.2"} <= set(shown)


def test_search_text_has_the_prose_of_each_section() -> None:
    """Menus, scripts and tables are left out; words and anchors stay."""
    assert list(page_sections(PAGE)) == [
        ("Ports", "top", "Ships & boxes."),
        ("Why", "why", "About 28,000."),
    ]


def test_search_text_has_no_source_code_and_no_list_of_files() -> None:
    """Code of a notebook and lists that are marked are left out, whatever they hold."""
    page = (
        "<article><section id='a'><h1>Ports</h1><p>Ships.</p><pre>import <b>this</b></pre>"
        "<details class='sk-unsearched'><summary>Files</summary><ul><li>a.zip</li></ul></details>"
        "<p>Boxes.</p></section></article>"
    )
    assert list(page_sections(page)) == [("Ports", "a", "Ships.Boxes.")]


def test_search_script_holds_every_page_and_no_card(tmp_path: Path) -> None:
    """Cards are searched from their own file; the recipes for contributors have their sections."""
    (tmp_path / "cards").mkdir()
    for name in ("ports.html", "cards/x.html", "search.html"):
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    recipes = recipes_html("# Contributing\n\nShort.\n\n## Add a site\n\nWrite `sites.csv`.\n")
    (tmp_path / "contributing.html").write_text(
        f"<article><section id='all'><h1>Contributing</h1>{recipes}</section></article>",
        encoding="utf-8",
    )
    write_search_text(tmp_path)
    script = (tmp_path / "search-text.js").read_text(encoding="utf-8")
    listed, synonyms = (line.partition("=")[2].removesuffix(";") for line in script.splitlines())
    pages = json.loads(listed)
    assert [page[1] for page in pages] == [
        "contributing.html", "contributing.html#add-a-site", "ports.html", "ports.html#why",
    ]  # fmt: skip
    assert pages[1][0] == "Add a site"
    assert pages[1][3] < pages[2][3]
    assert any({"strike", "struck"} <= set(group) for group in json.loads(synonyms))


def test_group_of_one_word_is_refused(tmp_path: Path) -> None:
    """A word alone has no synonym."""
    registered = data_registry.path("search_synonyms")
    for path in (registered, registered.with_name("search_synonyms.dictionary.csv")):
        shutil.copy(path, tmp_path)
    with (tmp_path / registered.name).open("a", encoding="utf-8") as file:
        file.write("lonely,word Word,\n")
    with pytest.raises(DataError, match="found 'word' alone; a group needs two words"):
        read_synonyms(tmp_path / registered.name)


def test_details_leave_out_addresses_that_are_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address is invented; one that is set is carried."""
    plain = book_metadata.book_details()
    assert not {"repository", "site"} & set(plain)
    assert plain["newest"] in plain["citation"]
    assert f"({plain['newest_iso'][:4]})" in plain["citation"]
    assert plain["complete_to"] == f"newest page read: {plain['newest']}"
    known = {"title": "T", "author": "A", "repository": {"url": "https://example.org/r"}}
    monkeypatch.setattr(book_metadata, "_config", lambda: known)
    assert book_metadata.book_details()["repository"] == "https://example.org/r"
    monkeypatch.setattr(
        book_metadata, "_config", lambda: known | {"html": {"baseurl": "https://e.org"}}
    )
    assert book_metadata.book_details()["citation"].endswith(", https://e.org.")


def test_dates_of_a_pdf_are_fixed_and_no_byte_moves() -> None:
    """Two runs give the same bytes, and offsets within the file stay true."""
    made = b"a /CreationDate (D:20261128201102+00'00') /ModDate (D:20261128201102Z) b"
    fixed = pdf_command.with_fixed_dates(made)
    assert len(fixed) == len(made)
    assert b"2026" not in fixed


def test_pdf_of_a_site_that_was_not_built_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to do."""
    monkeypatch.setattr(pdf_command, "site_folder", lambda: tmp_path)
    with pytest.raises(DataError, match="run make book first"):
        pdf_command.book_html()


def test_pdf_without_a_browser_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names what is looked for and how to get it."""
    monkeypatch.setattr(pdf_command.shutil, "which", lambda _: None)
    with pytest.raises(pdf_command.PdfError, match="apt-get install chromium"):
        pdf_command.print_pdf(tmp_path / "page.html", tmp_path / "book.pdf")
