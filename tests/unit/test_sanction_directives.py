"""Sanctions on the ships: a line a listing, the best-dated first, and what was not found."""

from __future__ import annotations

import html as markup
import re

import pandas as pd
import pytest

from skytally.press.sphinx_ext import sanction_directives
from skytally.press.sphinx_ext.cached_record_and_findings import originals, table
from skytally.press.sphinx_ext.sanction_directives import (
    ACT_NOT_READ,
    COMPANIES,
    COPY_OF_LIST,
    HEADS,
    NONE_FOUND,
    NOT_CHECKED,
    NOT_FOUND,
    NOTICE_NOT_READ,
    OTHER_SHIP,
    OWN_NOTICE,
    REPORT,
    SanctionListings,
    SanctionMatrix,
    connection,
    listing_sentence,
    listings_of,
)
from tests.support.directives_without_page import bare

EU_ACT = "https://eur-lex.europa.eu/eli/reg/2024/1745/oj"


def shown_rows() -> dict[tuple[str, str], list[list[str]]]:
    """Cells of the table by ship and body, as a reader sees them."""
    html = bare(SanctionListings, docname="lines/ais-gaps").html()
    rows = [
        [
            markup.unescape(re.sub(r"<[^>]*>", "", each.replace("<br>", " / ")))
            for each in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        ]
        for row in re.findall(r"<tr data-choice.*?</tr>", html)
    ]
    assert all(len(row) == len(HEADS) for row in rows)
    found: dict[tuple[str, str], list[list[str]]] = {}
    for row in rows:
        found.setdefault((row[0].partition(" (")[0], row[1]), []).append(row[2:])
    return found


def listing(row_id: str, first: str, last: str, owner: str = "") -> dict[str, object]:
    """Row of one ship and one body."""
    return {
        "id": row_id, "target": "owner" if owner else "ship", "owner": owner,
        "date_first": pd.Timestamp(first) if first else pd.NaT, "date_last": pd.Timestamp(last),
    }  # fmt: skip


def test_rows_that_may_be_one_listing_stand_with_the_best_dated() -> None:
    """A year contains its month, and a row without a beginning contains both."""
    rows = [
        listing("M1", "", "2026-04-23"), listing("M2", "2022-01-01", "2022-12-31"),
        listing("M3", "2022-05-01", "2022-05-31"), listing("M4", "2023-12-12", "2023-12-12"),
    ]  # fmt: skip
    found = [(each.best["id"], [row["id"] for row in each.also]) for each in listings_of(rows)]
    assert found == [("M4", ["M1"]), ("M3", ["M2"])]


def test_listings_of_two_owners_or_apart_in_time_stay_two() -> None:
    """A company under another name, and a ship listed twice."""
    rows = [
        listing("M1", "2022-05-08", "2022-05-08", "A"), listing("M2", "", "2025-10-07", "B"),
        listing("M3", "2022-01-01", "2022-12-31"), listing("M4", "2023-12-12", "2023-12-12"),
    ]  # fmt: skip
    assert len(listings_of(rows)) == len(rows)


def test_every_ship_stands_beside_every_body() -> None:
    """Four ships and every body; none is left out for want of a listing."""
    rows = shown_rows()
    ships = {ship for ship, _ in rows}
    assert ships == set(originals("sanction_listings")["vessel"])
    assert len(rows) == len(ships) * len({body for _, body in rows})


def test_ship_and_owner_stand_apart_and_nothing_is_filled_in() -> None:
    """The United Kingdom lists the Angara and its owner, and no page has it list the Maria."""
    rows = shown_rows()
    assert [each[0] for each in rows["Angara", "United Kingdom"]] == [
        "the ship itself, 13 June 2024: a specified ship, barred from British ports",
        "its owner M Leasing, May 2023",
    ]  # fmt: skip
    assert rows["Maria", "United Kingdom"] == [
        [f"the ship itself or its owner: {NOT_FOUND}", "", ""]
    ]
    assert rows["Maria", "Japan"][1][0] == f"the ship itself: {NOT_FOUND}"


def test_a_legal_act_stands_with_its_pages_and_its_address() -> None:
    """An act that no page names is not read; that of the European Union has its own address."""
    rows = shown_rows()
    assert rows["Lady R", "United States"][0][1].startswith("Executive Order 14024 / by West P&I")
    assert rows["Maria", "European Union"][0][1].startswith("Council Regulation (EU) 2024/1745")
    assert rows["Maria", "South Korea"][0][1] == ACT_NOT_READ
    acts = [each[1] for lines in rows.values() for each in lines if each[1]]
    assert all(each == ACT_NOT_READ or each.endswith(NOTICE_NOT_READ) for each in acts)
    html = bare(SanctionListings, docname="ships").html()
    listed = originals("sanction_listings")
    of_union = listed["act_source"].str.contains("EURLEX")
    assert html.count(f'<a href="{EU_ACT}">') == of_union.sum()


def test_where_a_listing_was_read_is_said() -> None:
    """A notice of South Korea was read and no list; all others are reports, with their words."""
    rows = shown_rows()
    read = {key: [each[2] for each in lines if each[2]] for key, lines in rows.items()}
    assert f" / {OWN_NOTICE}: on its own list" in read["Lady R", "South Korea"][0]
    others = [one for (_, body), lines in read.items() if body != "South Korea" for one in lines]
    assert all(f" / {REPORT}: " in each or f" / {COPY_OF_LIST}: " in each for each in others)
    assert read["Angara", "European Union"][0].endswith("on 19 June 2024 names it")


def test_each_ship_has_its_own_number_with_its_check_digit() -> None:
    """Four ships, four numbers of the International Maritime Organization, none shared."""
    html = bare(SanctionListings, docname="ships").html()
    heads = {
        re.sub(r"<[^>]*>", "", each) for each in re.findall(r'<th scope="row">(.*?)</th>', html)
    }
    numbers = [each.partition(" (IMO ")[2].removesuffix(")") for each in heads]
    assert len(heads) == len(set(numbers)) == 4
    for number in numbers:
        digits = [int(digit) for digit in number]
        weighed = sum(
            digit * weight for digit, weight in zip(digits, range(7, 1, -1), strict=False)
        )
        assert weighed % 10 == digits[6], number


def test_a_listing_of_an_owner_stands_beside_each_of_its_ships() -> None:
    """MG-Flot owns the Lady R and the Maia-1, so neither is shown without its listing."""
    owners, listed = originals("ship_owners"), originals("sanction_listings")
    owners = owners[owners["relation"] == "owner"]
    for body, owner in {*zip(listed["body"], listed["owner"], strict=True)}:
        ships = {*owners[owners["body"] == owner]["vessel"]}
        same = listed[(listed["body"] == body) & (listed["owner"] == owner)]
        assert ships <= {*same["vessel"]}, (body, owner)
    rows = shown_rows()
    for body in ("United Kingdom", "European Union", "United States"):
        found = [each[0] for each in rows["Lady R", body]]
        dated = "its owner MG-Flot, day not known, on a list by 18 February 2025"
        assert any(each.startswith(dated) for each in found), body


def test_an_owner_is_not_hidden_by_a_company_listed_before() -> None:
    """The United States lists Transmorflot, by inference an owner, and MG-Flot, the owner."""
    shown = bare(SanctionMatrix, docname="ships").html()
    (line,) = (row for row in shown.split("</tr>") if ">United States</th>" in row)
    maia = markup.unescape(re.sub(r"<[^>]*>", "", line.split("<td>")[-1]))
    assert "its owner: day not known, on a list by 18 February 2025" in maia
    assert "by inference its owner: 8 May 2022" in maia


def test_a_company_is_an_owner_only_where_a_page_says_so() -> None:
    """An earlier name of a later owner is an inference, and a link on a list is a link."""
    rows = shown_rows()
    maia = [each[0] for each in rows["Maia-1", "United States"]]
    assert "by inference its owner: Transmorflot (by one page an earlier name), 8 May 2022" in maia
    maria = [each[0] for each in rows["Maria", "Japan"]]
    assert "a company linked to it: IBEX Shipping, 24 May 2024" in maria


def test_an_owner_by_one_page_alone_is_not_said_flatly() -> None:
    """The Kyiv Post has Marine Trans Shipping behind the Maria, and no other page does."""
    first = shown_rows()["Maria", "United States"][0][0]
    assert first == "by one page its owner: Marine Trans Shipping, 8 May 2022"
    assert "by one page its owner: <a" in bare(SanctionMatrix, docname="ships").html()


def test_the_file_says_of_a_company_what_the_page_says() -> None:
    """Whoever filters the download gets no owner that the table of owners does not have."""
    listed = originals("sanction_listings")
    companies = listed[listed["owner"] != ""]
    assert set(companies["target"]) <= {*COMPANIES}
    for row in companies.to_dict("records"):
        assert row["target"] == connection(row["vessel"], row["owner"]), row["id"]


def test_a_filter_by_number_finds_each_listing_of_a_ship() -> None:
    """The number is joined to every row but one whose page may mean another ship."""
    listed = originals("sanction_listings")
    for _, rows in listed.groupby("vessel"):
        sure = rows[rows["other_ship"] == ""]
        assert len({*sure["imo"]} - {""}) == len({*sure["imo"]}) == 1
        assert (rows[rows["other_ship"] != ""]["imo"] == "").all()
    printed = listed[listed["imo_printed"] == "yes"]
    assert set(printed["source_id"]) == {"OFAC_SDN_COPY_20260423"}


def test_the_file_has_the_address_of_each_page() -> None:
    """The address beside a listing is that of its source."""
    addresses = table("sources").set_index("id")["url"]
    listed = originals("sanction_listings")
    assert (listed["page_url"] == listed["source_id"].map(addresses)).all()


def test_the_matrix_has_a_cell_for_each_ship_and_body() -> None:
    """Where no page has a listing, the cell says so; every date leads to its row."""
    html = bare(SanctionMatrix, docname="ships").html()
    listed = originals("sanction_listings")
    lines = html.partition("<tbody>")[2].split("<tr")[1:]
    assert len(lines) == listed["body"].nunique()
    assert all(line.count("<td") == listed["vessel"].nunique() for line in lines)
    assert html.count(NONE_FOUND) == listed["vessel"].nunique() * listed["body"].nunique() - len(
        listed.groupby(["vessel", "body"])
    )
    british = next(line for line in lines if "United Kingdom" in line)
    assert re.search(r'the ship itself: <a href="cards/row/M005\.html">13 June 2024', british)


def test_a_report_that_names_a_ship_is_no_listing() -> None:
    """The Panel of Experts named the Maia-1, and a line says that no listing is known."""
    named, missing = shown_rows()["Maia-1", "United Nations"]
    assert named[0] == "named in a report, which is no listing, by a page of 18 February 2025"
    assert missing[0].endswith(NOT_FOUND)


def test_each_date_leads_to_its_row_from_a_page_in_a_folder() -> None:
    """Every listing is one step from the page that tells of it."""
    html = bare(SanctionListings, docname="lines/ais-gaps").html()
    links = set(re.findall(r'href="\.\./cards/row/(M\d+)\.html"', html))
    assert links == set(originals("sanction_listings")["id"])


def test_less_exact_pages_of_one_listing_stand_in_its_line() -> None:
    """Pages that date one listing differently do not read as several listings."""
    ship = shown_rows()["Angara", "United States"][1]
    assert ship[0] == (
        "the ship itself, May 2022 / also in 2 pages, less exactly: 2022; "
        "day not known, on a list by about 23 April 2026"
    )


def test_a_company_under_an_earlier_name_is_said_to_be_one() -> None:
    """Transmorflot was listed, and later pages name MG-Flot."""
    lines = [each[0] for each in shown_rows()["Lady R", "United States"]]
    assert lines[0] == ("its owner Transmorflot (by one page an earlier name), 8 May 2022")
    assert lines[2] == (
        "its owner MG-Flot, day not known, on a list by 18 February 2025"
        " / also in 1 page, less exactly: day not known, on a list by about 7 October 2025"
    )


def test_a_listing_that_may_be_of_another_ship_says_so() -> None:
    """The page of 2022 prints no number, and the Maria E goes by Maria, too."""
    doubt = OTHER_SHIP.format("Maria E")
    shown = [each[0] for each in shown_rows()["Maria", "United States"]]
    assert f"the ship itself, 2022 ({doubt})" in shown
    matrix = bare(SanctionMatrix, docname="ships").html()
    american = matrix.partition(">United States<")[2].partition("<tr")[0]
    assert doubt in american
    assert "in any case" in american


def test_the_act_of_a_listing_may_stand_on_a_less_exact_page() -> None:
    """The copy of the list names the programme; the page with the month names no act."""
    acts = [each[1] for each in shown_rows()["Angara", "United States"]]
    assert acts[1].startswith("Executive Order 14024, by the programme RUSSIA-EO14024")


def test_each_ship_has_a_sentence_to_quote_on_its_listings() -> None:
    """Bodies stand with day and act, and what may be of another ship stands apart."""
    words, behind = listing_sentence("Maria")
    begins = "The Maria (IMO 8517839) was put under sanctions by the United States (12 "
    assert words.startswith(begins)
    assert "European Union (24 June 2024; barred from ports and services; Council Reg" in words
    assert (
        "private copy of the list of the United States, of about 23 April 2026, still has it"
        in words
    )
    assert f"; {NOT_CHECKED}; " in words
    assert "M027" in behind
    assert "a listing by the United States, 2022, may be of the Maria E" in words
    assert "M018" in behind
    assert listing_sentence("Nobody")[1] == []


def test_a_ship_whose_listings_may_all_be_of_another_has_none_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sentence says so and does not break off."""
    rows = originals("sanction_listings")
    doubtful = rows[rows["other_ship"] != ""]
    monkeypatch.setattr(sanction_directives, "originals", lambda _: doubtful)
    words, behind = listing_sentence("Maria")
    assert " has no listing sure to be its; a listing by the United States, 2022, may be" in words
    assert behind == list(doubtful["id"])


def test_what_is_not_in_the_record_stands_last() -> None:
    """A reader meets the listings first, and then where the record has none."""
    rows = re.findall(r"<tr data-choice.*?</tr>", bare(SanctionListings, docname="ships").html())
    silent = [f": {NOT_FOUND}</td>" in row for row in rows]
    assert silent == sorted(silent)
    assert any(silent)
