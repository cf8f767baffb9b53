"""Table of official statements: who, when, how many with the bound word, of which period."""

from __future__ import annotations

import re

import pytest

from skytally.core import DataError, data_registry, read_table
from skytally.press.sphinx_ext.official_statement_table_directive import StatementTable
from tests.support.directives_without_page import bare

PAGE = {"docname": "lines/official-claims", "caption": "Shells"}


def body(sense: str) -> str:
    """Rows of the table of shells of one sense."""
    shown = str(bare(StatementTable, sense=sense, unit="shells", **PAGE).html())
    return shown.partition("<tbody>")[2]


def test_each_statement_has_its_row_its_bound_and_its_period() -> None:
    """A rounding of the same estimate stands once, rates are left out, every row has its link."""
    shown = body("delivered")
    links = re.findall(r'href="\.\./cards/row/(O[\d.]+)\.html"', shown)
    assert len(links) == shown.count("<tr")
    assert {"O008", "O061"} <= {*links}
    assert not {"O034", "O060.2", "O063", "O065"} & {*links}
    words = re.sub(r"<[^>]*>", " ", shown)
    assert "as many as 9,000,000 shells" in words
    assert "10,000,000-odd shells" in words


def test_a_number_that_another_claimant_had_given_is_marked() -> None:
    """Who reads two equal totals is told that they may be one number."""
    warned = [
        words for words in body("delivered").split("<tr")[1:] if "The same number as" in words
    ]
    assert [re.findall(r"row/(O\d+)", words) for words in warned] == [["O043"]]
    assert "(FISU) (28 July 2025): either nothing came in between" in warned[0]


def test_capacities_stand_apart() -> None:
    """Conversions stand apart from contents and from rounds transported, which a page prints."""
    shown = body("capacity")
    assert "O042" in shown
    assert "O042" not in body("delivered")
    assert all(ref in body("delivered") for ref in ("O046", "O049", "O114.2"))
    words = re.sub(r"<[^>]*>", " ", shown)
    said = r"about 15 April 2025 to about 30 April 2025\s+August 2023 to March 2025"
    assert re.search(rf"likely 4,200,000 to 5,800,000 shells\s+{said}", words)


def test_totals_of_containers_name_their_way_where_a_page_does() -> None:
    """Every running total once, by day; a single shipment is none, and a blank is said so."""
    given = {"sense": "delivered", "unit": "containers", "last": "route", "totals": None}
    shown = str(bare(StatementTable, **given, **PAGE).html())
    lines = shown.partition("<tbody>")[2].split("<tr")[1:]
    ways = {
        re.findall(r"row/(O[\d.]+)\.html", line)[0]: re.findall(r"<td>([^<]*)</td>", line)[-1]
        for line in lines
    }
    assert len(ways) == len(lines) >= 19
    assert "O004" not in ways
    assert (ways["O017"], ways["O021"]) == ("by ship and by rail", "by sea")
    assert (ways["O010"], ways["O045"]) == (
        "by sea",
        "way not stated; a port is presumed to be used",
    )
    assert ways["O013"] == "no way named"


MISSILES = {
    "O136.2",
    "O024",
    "O038.2",
    "O068",
    "O073.2",
    "O079",
    "O081.2",
    "O168",
    "O080",
    "O081",
    "O114.3",
    "O115.3",
}
"""Rows of missiles; of two reports of one statement, the better read."""


def test_missiles_fired_and_sent_stand_in_one_table() -> None:
    """Several senses may be asked for at once."""
    given = {"sense": "used, delivered", "unit": "missiles"}
    shown = str(bare(StatementTable, **given, **PAGE).html())
    assert {*re.findall(r"row/(O[\d.]+)\.html", shown)} == MISSILES
    for verb, row in (("fired", "O024"), ("sent", "O114.3")):
        assert re.search(rf"<td>{verb}: <a [^>]*row/{re.escape(row)}\.html", shown), row
    alone = str(bare(StatementTable, sense="used", unit="missiles", **PAGE).html())
    assert "fired: " not in alone


def test_no_number_converted_from_another_counts_as_delivered() -> None:
    """What was reckoned from containers, decks or tonnes is what they could have held."""
    claims = read_table(data_registry.path("official_claims"))
    converted = claims[claims["method"] == "converted"]
    assert len(converted)
    assert set(converted["sense"]) == {"capacity"}


def test_a_table_without_a_sense_is_refused() -> None:
    """The directive says which options it needs."""
    directive = bare(StatementTable, **PAGE)
    directive.name = "statement-table"
    with pytest.raises(DataError, match="statement-table: no sense, unit; give sense, unit"):
        directive.html()


@pytest.mark.parametrize(
    ("family", "way"),
    [("planet", "no way named; estimated from images"), ("none", "no way named")],
)
def test_an_estimate_is_from_images_only_where_its_row_has_some(family: str, way: str) -> None:
    """A reckoned number of an official is not said to be read off an image."""
    directive = bare(StatementTable, last="route", **PAGE)
    assert directive._last({"route": "", "method": "estimate", "family": family}) == way


@pytest.mark.parametrize("unit", ["containers", "shells", "missiles", "guns, weapon systems"])
def test_each_statement_names_the_page_and_whether_it_is_the_claimants(unit: str) -> None:
    """A reader who sources a table need not open a card a row."""
    shown = str(bare(StatementTable, sense="delivered", unit=unit, **PAGE).html())
    lines = shown.partition("<tbody>")[2].split("<tr")[1:]
    assert lines
    for line in lines:
        page = line.rpartition("<td>")[2]
        assert re.match(r'<a href="\.\./cards/source/[^"]+">[^<]+</a><br>(yes|no, a report)<', page)
