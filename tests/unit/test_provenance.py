"""Provenance: circles refused, and copies that add no independent origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from skytally.core.errors import DataError
from skytally.record.provenance import (
    UNKNOWN_ORIGIN,
    Graph,
    copying_graph,
    originators,
    origins_of_row,
    roots,
    support,
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
                "reliability_reason": "newsroom" if above else "originator",
            }
            for name, (who, above) in given.items()
        ]
    )


def row(counter: str, source: str, *, family: str = "planet", reading: str = "direct") -> Row:
    """Make the columns of a row that the search for origins uses."""
    return {"counter": counter, "source_id": source, "family": family, "reading": reading}


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


@pytest.fixture(scope="module")
def real(table: Table) -> Graph:
    """Graph of the record."""
    return copying_graph(table("sources"))


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
    ("rows", "count", "families", "confidence"),
    [
        ([row("csis", "A"), row("voa", "D", family="airbus")], 2, 2, "high"),
        ([row("csis", "A"), row("voa", "D")], 2, 1, "moderate"),
        ([row("csis", "A"), row("voa", "D", family="unstated")], 2, 1, "moderate"),
        ([row("csis", "A"), row("csis", "A", family="airbus")], 1, 2, "moderate"),
        ([row("csis", "A", reading="secondhand"), row("csis", "C")], 1, 1, "moderate"),
        ([row("csis", "C", reading="secondhand")], 1, 1, "low"),
        ([row("csis", "C", reading="secondhand", family="unstated")], 1, 1, "low"),
        ([row("csis", "C", reading="secondhand", family="none")], 1, 0, "low"),
        ([{"source_id": "F", "reading": "secondhand"}], 1, 0, "low"),
    ],
)
def test_support_counts_independent_eyes(
    chain: Graph, rows: list[Row], count: int, families: int, confidence: str
) -> None:
    """High takes two origins on two named families, each read directly."""
    found = support(rows, (), chain)
    assert found.independent_origins == count
    assert found.independent_families == families
    assert found.confidence == confidence


def test_support_of_nothing_is_low_and_not_an_error(chain: Graph) -> None:
    """A claim without rows and sources has no origin at all."""
    found = support((), (), chain)
    assert (found.independent_origins, found.origins, found.confidence) == (0, (), "low")


def test_support_uses_sources_only_where_there_is_no_row(chain: Graph) -> None:
    """A page reports more than the thing in question, so a row comes first."""
    assert support([row("csis", "A")], ["D"], chain).origins == ("csis",)
    assert support((), ["C", "D"], chain).independent_origins == 2


def test_a_page_that_names_several_originators_joins_them(chain: Graph) -> None:
    """It does not say who of them saw the thing, so they are one origin."""
    found = support((), ["E", "A", "D"], chain)
    assert found.origins == ("csis", "voa")
    assert found.independent_origins == 1
    linked = copying_graph(pd.concat([CHAIN, sources(G=("voa rusi", ""), H=("csis", ""))]))
    assert support((), ["E", "G", "H"], linked).independent_origins == 1


def test_unknown_origins_count_once_and_only_alone(chain: Graph) -> None:
    """Two pages nobody is named for may be copies of one."""
    unnamed = copying_graph(pd.concat([CHAIN, sources(G=("", ""))]))
    assert support((), ["F", "G"], unnamed).independent_origins == 1
    assert support((), ["F", "G", "A"], unnamed).independent_origins == 1


def test_a_copy_of_any_source_adds_nothing(table: Table, real: Graph) -> None:
    """For every page of the record: with its copy beside it, all counts stay."""
    known = table("sources")
    again = known.assign(
        id=known["id"] + "-copy", derived_from=known["id"], reliability_reason="repost"
    )
    more = copying_graph(pd.concat([known, again]))
    for source in known["id"]:
        assert support((), [source, f"{source}-copy"], more) == support((), [source], real)
