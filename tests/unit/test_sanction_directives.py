"""Sanctions on the ships: every ship and body has a row, and what was not found is said so."""

from __future__ import annotations

import html as markup
import re

from skytally.press.sphinx_ext.book_data import originals
from skytally.press.sphinx_ext.sanction_directives import (
    HEADS,
    NOT_FOUND,
    NOT_READ,
    SanctionListings,
)
from tests.support.bare_directives import bare


def shown_rows() -> dict[tuple[str, str], list[str]]:
    """Cells of the table by ship and body, as a reader sees them."""
    html = bare(SanctionListings, docname="lines/ais-gaps").html()
    rows = [
        [
            markup.unescape(re.sub(r"<[^>]*>", "", each))
            for each in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        ]
        for row in re.findall(r"<tr data-choice.*?</tr>", html)
    ]
    assert all(len(row) == len(HEADS) for row in rows)
    return {(row[0].partition(" (")[0], row[1]): row for row in rows}


def test_every_ship_stands_beside_every_body() -> None:
    """Four ships and six bodies; none is left out for want of a listing."""
    rows = shown_rows()
    ships = {ship for ship, _ in rows}
    assert ships == set(originals("sanction_listings")["vessel"])
    assert len(rows) == len(ships) * len({body for _, body in rows})


def test_ship_and_owner_stand_apart_and_nothing_is_filled_in() -> None:
    """The United Kingdom lists the Angara and its owner, and no page has it list the Maria."""
    rows = shown_rows()
    assert rows["Angara", "United Kingdom"] == [
        "Angara (IMO 9179842)", "United Kingdom", "13 June 2024", "May 2023 (M Leasing)",
        NOT_READ,
    ]  # fmt: skip
    assert rows["Maria", "United Kingdom"][2:] == [NOT_FOUND] * 3
    assert rows["Maria", "Japan"][2:4] == [NOT_FOUND, "24 May 2024 (IBEX Shipping)"]


def test_where_a_listing_was_read_is_said() -> None:
    """No body's own page was read; of the United States a copy of its list was, of one day."""
    rows = shown_rows()
    read = {body: row[4] for (_, body), row in rows.items() if row[4] != NOT_FOUND}
    assert read.pop("United States") == (
        f"{NOT_READ}, but in a copy of its list of 23 April 2026, kept by others"
    )
    assert set(read.values()) == {NOT_READ}


def test_each_ship_has_its_own_number_with_its_check_digit() -> None:
    """Four ships, four numbers of the International Maritime Organization, none shared."""
    shown = {row[0].partition(" (IMO ")[::2] for row in shown_rows().values()}
    numbers = [number.removesuffix(")") for _, number in shown]
    assert len(shown) == len({ship for ship, _ in shown}) == len(set(numbers)) == 4
    for number in numbers:
        digits = [int(digit) for digit in number]
        weighed = sum(
            digit * weight for digit, weight in zip(digits, range(7, 1, -1), strict=False)
        )
        assert weighed % 10 == digits[6], number


def test_a_report_that_names_a_ship_is_no_listing() -> None:
    """The Panel of Experts named the Maia-1, and the cell says that no listing is known."""
    assert shown_rows()["Maia-1", "United Nations"][2] == f"{NOT_FOUND}; named in a report"


def test_each_date_leads_to_its_row_from_a_page_in_a_folder() -> None:
    """Every listing is one step from the page that tells of it."""
    html = bare(SanctionListings, docname="lines/ais-gaps").html()
    links = set(re.findall(r'href="\.\./cards/row/(M\d+)\.html"', html))
    assert links == set(originals("sanction_listings")["id"])


def test_dates_of_one_listing_are_told_apart_by_their_pages() -> None:
    """Three pages that date one listing differently do not read as three listings."""
    shown = shown_rows()["Lady R", "United States"]
    assert shown[2].split("; ") == [
        "May 2022, in Dong-A Ilbo on Yomiuri",
        "on a list, since when is not said, in Daily Maverick, 7 December 2022",
        "on a list, since when is not said, in US Treasury, OFAC (copy of its list at github.com), "
        "about 23 April 2026",
    ]
    assert shown[3] == (
        "on a list, since when is not said, in Caliber.Az on NK Pro, about 7 October 2025 (MG-Flot)"
    )
