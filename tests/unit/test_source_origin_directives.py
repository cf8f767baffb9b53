"""The page on who copied whom: names and days instead of ids, links to cards, what pages cite."""

from __future__ import annotations

import re

from skytally.core import data_registry, read_table
from skytally.press.sphinx_ext import source_origin_directives
from skytally.record import copying_graph
from tests.support.directives_without_page import bare


def _shown() -> str:
    return str(bare(source_origin_directives.OriginsGraph).html())


def test_lines_have_publisher_and_day_and_lead_to_cards() -> None:
    """No id of the record is read by a reader, and each page is one step from its card."""
    shown = _shown()
    words = re.sub(r"<[^>]*>", " ", shown)
    assert "Kyiv Independent, 6 October 2023" in words
    for identifier in ("KYIVIND_20231006", "BP_20231006", "SEED1", "us-nsc"):
        assert identifier not in words
    drawing = shown[shown.index("<svg") : shown.index("</svg>")]
    assert '<a href="cards/source/KYIVIND_20231006.html">' in drawing
    assert drawing.count("<a ") == drawing.count('href="cards/source/')


def test_the_list_says_the_same_as_the_drawing() -> None:
    """Whoever does not see the drawing reads page by page from whom it took its content."""
    listed = re.sub(r"<[^>]*>", "", _shown().partition("The same as a list")[2])
    assert "Kyiv Independent, 6 October 2023, from CSIS Beyond Parallel, 6 October 2023" in listed


def test_pages_that_cite_others_are_listed_below_the_drawing() -> None:
    """A reader sees why the number of separate readings has a lower bound."""
    cited = re.search(r"BP_20231017\.html[^>]*>[^<]*</a> cites ([^<]*)</li>", _shown())
    assert cited is not None
    assert "RUSI" in cited[1]


def test_no_page_stands_both_among_copies_and_among_those_that_copied_nobody() -> None:
    """Pages that cite are told apart by whether they copied another page, too."""
    shown = _shown()
    alone, _, both = shown.partition(source_origin_directives.CITES_ONLY)[2].partition(
        source_origin_directives.CITES_TOO
    )
    listed = set(re.findall(r'<li><a href="([^"]*)"', alone))
    assert listed
    graph = copying_graph(read_table(data_registry.path("sources")))
    of_page = {f"cards/source/{page}.html": above for page, above in graph.parents.items()}
    assert not [page for page in listed if of_page[page]]
    assert all(of_page[page] for page in re.findall(r'<li><a href="([^"]*)"', both))


def test_ships_at_both_ends_are_counted_by_separate_reading() -> None:
    """The three lines name the observers, and who cites another lowers the lower number."""
    shown = bare(source_origin_directives.OriginsOfShips).html()
    rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', shown)
    assert [row.partition("<")[0] for row in rows] == [
        "at Rajin", "at Dunai", "of the route between them",
    ]  # fmt: skip
    assert "<td>1 to 2</td>" in rows[2]
    assert "did not copy" not in shown
    assert "VOA Korean" in rows[0]
    assert "VOA Korean" not in rows[1]
    assert "owner of the satellite not stated" in rows[1]


def test_only_rows_that_saw_a_ship_of_the_route_in_its_year_count() -> None:
    """A landing ship of another year, a coal ship and an empty pier are no sighting of it."""
    sightings = read_table(data_registry.path("ship_sightings")).set_index("id", drop=False)
    places = source_origin_directives.PLACES
    seen = {row["id"] for place in places for row in source_origin_directives._ships_at(place)}
    assert "P010" in seen
    assert not seen & {"P067", "P101", "P037", "P016", "P002", "P005.2"}
    of_other_trade = sightings["cargo"] != ""
    assert not seen & set(sightings.index[of_other_trade])


def test_every_sighting_of_the_year_stands_in_the_table() -> None:
    """A ship seen on its way from Rajin, to a port that is not named, was seen at Rajin, too."""
    placed = {
        row["id"]
        for place in source_origin_directives.PLACES
        for row in source_origin_directives._ships_at(place)
    }
    rows = source_origin_directives.table("ship_sightings").to_dict("records")
    of_the_year = {
        row["id"]
        for row in rows
        if source_origin_directives._of_the_route(row, "date_first", "date_last")
        and row["scope"] != "vladivostok-roads"  # an anchorage is no port of the route
    }
    assert of_the_year <= placed
    assert "P008" in placed
