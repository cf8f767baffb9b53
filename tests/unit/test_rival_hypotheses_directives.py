"""Directives of the page on rival hypotheses, on the real tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from skytally.press.sphinx_ext import (
    cached_record_and_findings,
    claims_directives,
    rival_hypotheses_directives,
)
from skytally.press.sphinx_ext.html_blocks import Block
from tests.support.directives_without_page import bare


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Read the tables of this project and leave none behind for another test."""
    for module in (cached_record_and_findings, claims_directives, rival_hypotheses_directives):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    yield
    rival_hypotheses_directives.known_hypotheses.cache_clear()


def printed(kind: type[Block]) -> str:
    """HTML of a directive without options."""
    return bare(kind, srcdir="").html()


def test_hypotheses_stand_in_the_order_in_which_they_exclude_one_another() -> None:
    """The proposition first; the caption says how they exclude one another."""
    block = printed(rival_hypotheses_directives.HypothesesTable)
    assert re.findall(r"<td>(H\d)</td>", block) == ["H1", "H3", "H7", "H2", "H6"]
    assert "so that exactly one is" in block


def test_posterior_is_drawn_for_each_prior_and_way_of_counting() -> None:
    """Nine dots with their ranges, and a table of all hypotheses from each prior."""
    block = printed(rival_hypotheses_directives.PosteriorChart)
    (alt,) = re.findall(r'class="sk-static" alt="([^"]*)"', block)
    assert alt.count("with the ranges at their ends") == 9
    assert block.count('<th scope="row">') == 3


def test_influence_shows_the_most_moving_observations_first() -> None:
    """Ten observations, three ways of counting each."""
    block = printed(rival_hypotheses_directives.InfluenceChart)
    (alt,) = re.findall(r'class="sk-static" alt="([^"]*)"', block)
    assert alt.count("multiplies the odds by") == 30
    assert re.findall(r"(X\d\d): ", alt)[0] == "X12"


def test_every_judgement_is_printed_with_its_rows_and_its_judge() -> None:
    """An anchor and links to rows for each observation, four ranges each, the judge once."""
    block = printed(rival_hypotheses_directives.LikelihoodTable)
    items = rival_hypotheses_directives.known_hypotheses().items
    for item in items:
        assert block.count(f'<tr id="{item.id}">') == 1
        assert f">{item.rows[0]}</a>" in block
    assert block.count("</strong>") == 4 * len(items)
    assert block.count("a judgement, not a measurement") == 2  # caption and label of the box
