"""Findings of own imagery, true before the first image as after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skytally.core import day, evidence_line_name_constants as n, number, slug_of
from skytally.findings import Finding, tally
from skytally.imagery.pipeline.measured_line_and_target import NO_IMAGE, MeasuredLine

NOTHING = (
    "This edition measures no satellite image here: none of {asked} pairs of an outline and a "
    "method could be measured{why}."
)
CONTROLS_BESIDE = " The tables also list control sites, which are not counted here."


def _rows(measured: Sequence[MeasuredLine]) -> pd.DataFrame:
    """Rows that the findings rest on: the inventory, and each provider read."""
    sources = {
        str(each.line["source"].to_numpy()[0])
        for each in measured
        if each.line is not None and not each.label
    }
    return pd.DataFrame({"id": ["inventory.csv", *sorted(sources)]})


def _marked(words: str, measured: Sequence[MeasuredLine]) -> str:
    labels = sorted({each.label for each in measured if each.label})
    return f"{', '.join(labels).upper()}: {words}" if labels else words


def _since(lines: Sequence[MeasuredLine], study: np.datetime64) -> str:
    """Sentence naming the outlines without an image in the study that could tell."""
    without = [
        f"{each.scope} ({each.card.title})"
        for each in lines
        if not any(row.time >= study and row.state != n.UNCLEAR for row in each.rows)
    ]
    if not without:
        return ""
    began = day(pd.Timestamp(study))
    return f" Since {began}, the start of the study, no image could tell of {', '.join(without)}."


def _state(measured: Sequence[MeasuredLine], study: np.datetime64) -> str:
    lines = [each for each in measured if each.line is not None]
    if not lines:
        why = "; the table below gives the reason for each"
        if all(each.why == NO_IMAGE for each in measured):
            why = ", because no image was acquired"
        return NOTHING.format(asked=number(len(measured)), why=why)
    rows = sum(len(each.rows) for each in lines)
    could = sum(row.state != n.UNCLEAR for each in lines for row in each.rows)
    return (
        f"Of {number(len(measured))} pairs of an outline and a method, {number(len(lines))} could "
        f"be measured, in {number(rows)} images, a scene counted once a pair, of which "
        f"{number(could)} could tell.{_since(lines, study)}"
    )


def own_findings(line: str, measured: Sequence[MeasuredLine], *, study: str) -> list[Finding]:
    """Make the findings that own imagery adds to a line of evidence.

    Parameters
    ----------
    line : str
        Name of the notebook.
    measured : sequence of MeasuredLine
        From `skytally.imagery.pipeline.measured_lines_for_notebook.read_imagery`, control sites
        included.
    study : str
        First day of the study.

    Returns
    -------
    list of Finding
        ``<line>.own_state`` always; for each measured outline of an evidence site the share of
        telling images since the study in which something was found, or the median of a length
        or area. Generated images are labelled.
    """
    rows, since = _rows(measured), np.datetime64(study)
    evidence = [each for each in measured if not each.control]
    beside = CONTROLS_BESIDE if len(evidence) < len(measured) else ""
    looks = sum(len(each.rows) for each in evidence)
    found = [
        tally(
            f"{line}.own_state", rows, count=looks, unit="images",
            text=_marked(_state(evidence, since) + beside, evidence)
            .replace("{", "{{").replace("}", "}}"),
        )
    ]  # fmt: skip
    for each in evidence:
        if each.line is not None:
            found += _of_line(line, each, rows, since)
    return found


def _key(line: str, each: MeasuredLine) -> str:
    words = f"own-{each.kind.card}--{each.site}--{slug_of(each.outline)}"
    return f"{line}.{words.replace('-', '_')}"


def _of_line(
    line: str, each: MeasuredLine, rows: pd.DataFrame, study: np.datetime64
) -> list[Finding]:
    telling = [row for row in each.rows if row.state != n.UNCLEAR]
    late = [row for row in telling if row.time >= study]
    if not late:
        return []
    seen, ever = (
        sum(row.state == n.SOMETHING_SEEN or row.value > 0 for row in some)
        for some in (late, telling)
    )
    text = (
        f"{each.card.title}, {each.scope}: something was found in {{number}}, of "
        f"{number(len(late))} that could tell since the start of the study, and in "
        f"{number(ever - seen)} of {number(len(telling) - len(late))} before it."
    )
    return [tally(_key(line, each), rows, count=seen, unit="images", text=_marked(text, [each]))]
