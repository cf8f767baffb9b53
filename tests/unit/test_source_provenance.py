"""Provenance: circles refused, copies that add nothing, and three facts on sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.record.source_provenance import (
    IN_A_REPORT,
    NO_SOURCE,
    ON_OWN_PAGE,
    READ,
    UNKNOWN_ORIGIN,
    Graph,
    Support,
    copying_graph,
    originators,
    origins_of_row,
    roots,
    support,
    support_words,
)

Table = Callable[[str], pd.DataFrame]
Row = Mapping[str, Any]


def sources(**given: tuple[str, str]) -> pd.DataFrame:
    """Make a table of sources: id to (originators, derived from)."""
    return pd.DataFrame(
        [
            {
                "id": name,
                "originator": who,
                "derived_from": above,
                "cites": "",
            }
            for name, (who, above) in given.items()
        ]
    )


def row(
    counter: str, source: str, *, family: str | None = "planet", reading: str = "direct"
) -> Row:
    """Make the columns of a row that the search for origins uses; no family, no such column."""
    images = {} if family is None else {"family": family}
    return {"counter": counter, "source_id": source, "reading": reading, **images}


CHAIN = sources(
    A=("csis", ""),
    B=("csis", "A"),
    C=("csis", "B"),
    D=("voa", ""),
    E=("csis voa", "C D"),
    F=("", ""),
)


@pytest.fixture
def chain() -> Graph:
    """Fictitious graph: A copied by B, B by C, C and D by E; nobody is named for F."""
    return copying_graph(CHAIN)


def test_graph_refuses_every_circle_and_every_missing_source_at_once() -> None:
    """A page that copies itself, two that copy each other, one that copies nothing known."""
    broken = sources(
        A=("csis", "A"), B=("csis", "C"), C=("csis", "B"), D=("voa", "NOWHERE"), E=("voa", "")
    )
    with pytest.raises(DataError, match="sources: 4 faults") as caught:
        copying_graph(pd.concat([broken, broken[broken["id"] == "E"]]))
    message = str(caught.value)
    assert message.startswith("sources: 4 faults")
    assert "A from A" in message
    assert "B from C from B" in message or "C from B from C" in message
    assert "'NOWHERE', which is no source" in message
    assert "E: stands twice" in message


def test_originators_follow_copies_to_their_roots(chain: Graph) -> None:
    """What a copy says of itself does not count; what its roots say does."""
    assert roots(chain, "C") == {"A"}
    assert originators(chain, "C") == {"csis"}
    assert originators(chain, "E") == {"csis", "voa"}
    assert originators(chain, "F") == {UNKNOWN_ORIGIN}


def test_roots_refuse_a_source_that_does_not_exist(chain: Graph) -> None:
    """A claim may not cite a page that is not in the table."""
    with pytest.raises(DataError, match="no source 'Z'"):
        roots(chain, "Z")


def test_a_copy_cannot_pass_for_an_origin(chain: Graph) -> None:
    """A counter that no page of the chain names gives way to the originator at the root."""
    assert origins_of_row(row("guardian", "C"), chain) == {"csis"}
    assert origins_of_row(row("csis", "C"), chain) == {"csis"}
    assert origins_of_row(row("postimees", "D"), chain) == {"postimees"}
    assert origins_of_row({"source_id": "F", "reading": "direct"}, chain) == {UNKNOWN_ORIGIN}


@pytest.mark.parametrize(
    ("rows", "named", "owners", "without", "read"),
    [
        ([row("csis", "A"), row("voa", "D", family="airbus")], 2, 2, 0, ON_OWN_PAGE),
        ([row("csis", "A"), row("voa", "D")], 2, 1, 0, ON_OWN_PAGE),
        ([row("csis", "A"), row("voa", "D", family="unstated")], 2, 1, 1, ON_OWN_PAGE),
        ([row("csis", "A"), row("csis", "A", family="airbus")], 1, 2, 0, ON_OWN_PAGE),
        ([row("csis", "A"), row("voa", "D", reading="secondhand")], 2, 1, 0, READ[1]),
        ([row("csis", "A", reading="secondhand"), row("csis", "C")], 1, 1, 0, IN_A_REPORT),
        ([row("csis", "C", reading="secondhand")], 1, 1, 0, IN_A_REPORT),
        ([row("csis", "C", reading="secondhand", family="unstated")], 1, 0, 1, IN_A_REPORT),
        ([row("csis", "C", reading="secondhand", family="none")], 1, 0, 0, IN_A_REPORT),
        ([{"source_id": "F", "reading": "secondhand"}], 1, 0, 0, IN_A_REPORT),
    ],
)
def test_support_states_three_facts(
    chain: Graph, rows: list[Row], named: int, owners: int, without: int, read: str
) -> None:
    """Who counted, whose images and for how many rows it is not stated, and how it was read."""
    found = support(rows, chain)
    assert found is not None
    assert (found.named_origins, len(found.image_owners)) == (named, owners)
    assert (found.rows_without_owner, found.read) == (without, read)


def test_nothing_supports_nothing(chain: Graph) -> None:
    """Without rows there are no facts, and a phrase says so."""
    assert support((), chain) is None
    assert support_words(None) == NO_SOURCE


def test_a_counter_that_no_page_names_is_said_wherever_the_facts_come_from() -> None:
    """Facts that were read from a file say what those at hand say."""
    for origins in ((UNKNOWN_ORIGIN,), [UNKNOWN_ORIGIN]):
        facts = Support("in a report of it", origins, 1, 1, (), 0, 0)  # type: ignore[arg-type]
        assert "counter not named" in support_words(facts)


def test_a_page_that_names_several_originators_joins_them(chain: Graph) -> None:
    """An event has no counter, and its page does not say who of them saw the thing."""
    events = [{"source_id": page, "reading": "direct"} for page in ("E", "A", "D")]
    found = support(events, chain)
    assert found is not None
    assert (found.origins, found.named_origins) == (("csis", "voa"), 1)


def test_unknown_origins_count_once_and_only_alone() -> None:
    """Two pages nobody is named for may be copies of one."""
    unnamed = copying_graph(pd.concat([CHAIN, sources(G=("", ""))]))
    rows = [{"source_id": page, "reading": "direct"} for page in ("F", "G")]
    found = support(rows, unnamed)
    assert found is not None
    assert (found.origins, found.named_origins) == ((UNKNOWN_ORIGIN,), 1)
    more = support([*rows, row("csis", "A")], unnamed)
    assert more is not None
    assert (more.origins, more.named_origins) == (("csis",), 1)


def test_a_counter_whose_page_copied_another_is_joined_with_it() -> None:
    """A count made of another's count is no reading beside it, whoever published the sum."""
    table = sources(A=("csis", ""), D=("voa", ""), G=("nis", "A"))
    found = support([row("csis", "A"), row("nis", "G"), row("voa", "D")], copying_graph(table))
    assert found is not None
    assert (found.origins, found.named_origins) == (("csis", "nis", "voa"), 2)


def test_counters_who_cite_one_another_lower_the_second_number_only() -> None:
    """Nobody is shown to have copied, and yet only one reading is separate for certain."""
    citing = CHAIN.assign(cites=["", "", "", "csis", "", ""])
    found = support([row("csis", "A"), row("voa", "D")], copying_graph(citing))
    assert found is not None
    assert (found.named_origins, found.origins_at_least) == (2, 1)
    words = "2 counters, some of whom cite each other, so perhaps only 1 separate reading"
    assert words in support_words(found)


@pytest.mark.parametrize(
    ("families", "words"),
    [
        (("planet",), "images of Planet Labs"),
        (("planet", "airbus"), "images of Airbus and Planet Labs"),
        (("planet", "us-release"), "images of Planet Labs, owner not stated for 1 row"),
        (("us-release",), "image released by a government, owner of the satellite not stated"),
        (("us-release", "unstated"), "owner of the image not stated"),
        (("none", "ground"), "no satellite image"),
        ((None,), "use of images not recorded for 1 row"),
        (("planet", None), "images of Planet Labs, use of images not recorded for 1 row"),
    ],
)
def test_owners_of_images_are_named_and_a_release_names_none(
    chain: Graph, families: tuple[str | None, ...], words: str
) -> None:
    """A government does not say whose satellite it was, and a table without a column nothing."""
    found = support([row("csis", "A", family=family) for family in families], chain)
    assert support_words(found).endswith(f"; {words}")


@pytest.mark.parametrize(("relation", "count"), [("one-image", 1), ("same-voyages", 2)])
def test_copies_of_one_picture_count_once(relation: str, count: int) -> None:
    """Two readings of one picture are one origin; two counts of the same voyages are two."""
    groups = pd.DataFrame({"group": "G", "row_id": ["X", "Y"], "relation": relation})
    rows = [{**row("csis", "A"), "id": "X"}, {**row("voa", "D"), "id": "Y"}]
    found = support(rows, copying_graph(CHAIN, groups))
    assert found is not None
    assert found.named_origins == count


def test_a_copy_of_any_row_adds_nothing(table: Table) -> None:
    """For every page of the record: with its copy beside it, all facts stay."""
    known = table("sources")
    again = known.assign(
        id=known["id"] + "-copy", derived_from=known["id"], reliability_reason="repost"
    )
    more = copying_graph(pd.concat([known, again]))
    for source in known["id"]:
        one = {"source_id": source, "reading": "direct"}
        copied = {"source_id": f"{source}-copy", "reading": "secondhand"}
        assert support([one, copied], more) == support([one], more), source


def test_another_statement_in_a_report_is_no_copy() -> None:
    """A ceiling that only newsrooms have is not read on the page of the count beside it."""
    graph = copying_graph(sources(CSIS=("csis", ""), REPORT=("csis", "CSIS")))
    count = {"source_id": "CSIS", "reading": "direct", "date_first": "2023-10-05"}
    ceiling = {"source_id": "REPORT", "reading": "secondhand", "date_first": "2018-10-01"}
    for other, read in ((ceiling, 1), ({**ceiling, "date_first": "2023-10-05"}, 0)):
        facts = support([count, other], graph)
        assert facts is not None
        assert facts.read == READ[read]
