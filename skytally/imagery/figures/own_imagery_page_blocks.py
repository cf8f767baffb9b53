"""Report of what was measured on images of the sites: charts, thumbnails, detection limits."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import xarray as xr

from skytally.core import data_registry, day, evidence_line_name_constants as n, number, slug_of
from skytally.figures import PageBlock, joined_blocks, table_block
from skytally.findings import write_lines, write_table
from skytally.imagery.acquire import REHEARSAL, rehearsal_marked
from skytally.imagery.figures.measured_line_charts import measured_chart
from skytally.imagery.figures.recall_by_object_size_chart import limits_chart
from skytally.imagery.figures.thumbnails_and_before_after_slider import (
    slider_block,
    thumbnails_block,
)
from skytally.imagery.measure import LENGTH_DETAILS, Observation, observation_line
from skytally.imagery.pipeline import (
    CARDS,
    CARDS_OF_PLACE,
    MeasuredLine,
    SiteImagery,
    agreement_table,
    change_ranks,
    limits_sentence,
)
from skytally.imagery.sites import Site, read_sites
from skytally.imagery.sites.site_model import TO_CONFIRM

NOT_TRIED = "Not tried: nothing was drawn into simulated images for this measure yet."
AXES = {"m": "metres of occupied track", "m2": "square metres"}
"""Unit of a line to the label of its axis; that of ships is what the line counts."""


def _slug(measured: MeasuredLine) -> str:
    # two dashes, which no slug of an outline has, keep a site and its outline apart
    return f"{measured.kind.card}--{measured.site}--{slug_of(measured.outline)}"


def _conclusive_count(measured: MeasuredLine) -> int:
    return sum(row.state != n.UNCLEAR for row in measured.rows)


def drawn_outlines(sites: Iterable[Site]) -> dict[tuple[str, str], str]:
    """Whether each outline was confirmed, and which others are the same area.

    Parameters
    ----------
    sites : iterable of Site
        The imaged sites.

    Returns
    -------
    dict of tuple to str
        Words by the slug of the site and the name of the outline.
    """
    words = {}
    for site in sites:
        for outline in site.outlines:
            area = outline.status
            alike = [
                other.name
                for other in site.outlines
                if other.name != outline.name and other.geometry == outline.geometry
            ]
            if outline.status == TO_CONFIRM and alike:
                area += f"; the same area as {' and '.join(alike)}: each lies somewhere in it"
            words[site.slug, outline.name] = area
    return words


def state_shown(own: SiteImagery) -> PageBlock:
    """Table of what was measured at each outline by which method, or why nothing was.

    Parameters
    ----------
    own : SiteImagery
        From `skytally.imagery.pipeline.measured_lines_for_notebook.read_imagery`.

    Returns
    -------
    PageBlock
        Sensors that have nothing to say for one reason share a row.
    """
    drawn = drawn_outlines(read_sites(data_registry.folder("sites")).values())
    rows: dict[tuple[str, str, str], list[str]] = {}
    for measured in own.measured:
        outcome = measured.why
        if measured.line is not None:
            looks, conclusive = len(measured.rows), _conclusive_count(measured)
            outcome = f"measured in {number(looks)} images; {number(conclusive)} could tell"
        area = drawn.get((measured.site, measured.outline), "")
        rows.setdefault((measured.scope, area, outcome), []).append(measured.card.title)
    table = pd.DataFrame(
        [
            {
                "outline": scope,
                "outline drawn": area,
                "result": outcome,
                "measures": "; ".join(titles),
            }
            for (scope, area, outcome), titles in rows.items()
        ]
    )
    return table_block(
        table,
        caption=rehearsal_marked(
            "Own imagery, by outline; nothing is measured in one that is to be confirmed",
            rehearsal=own.rehearsal,
        ),
        empty="No outline of this kind is in the register.",
    )


def _line_shown(own: SiteImagery, measured: MeasuredLine, out: Path, line: str) -> list[PageBlock]:
    if measured.line is None:
        return []
    looks = own.looks
    here = looks[(looks["site"] == measured.site) & (looks["sensor"] == measured.kind.sensor)]
    breaks = own.breaks[own.breaks["sensor"].isin(("", measured.kind.sensor))]
    name = _slug(measured)
    unit = measured.rows[0].unit
    lengths = _lengths(measured)
    lines = {name: measured.line, **({f"{name}--lengths": lengths} if lengths is not None else {})}
    chart = measured_chart(
        {measured.scope: measured.line}, here, breaks,
        name=name, ylabel=AXES.get(unit, measured.kind.quantity),
        period=(str(measured.rows[0].time)[:10], own.reach),
        left_out=measured.left_out, rehearsal=measured.label == REHEARSAL,
        caption=f"{measured.card.title}, {measured.scope}, measured image by image.",
        files=write_lines(lines, out, name=f"{line}.own-{name}"),
    )  # fmt: skip
    notes = [
        rehearsal_marked(text, rehearsal=measured.label == REHEARSAL) for text in measured.notes
    ]
    words = "".join(f"<p>{html.escape(text)}</p>" for text in notes)
    shown = [chart, PageBlock(words, " ".join(notes))] if words else [chart]
    if lengths is not None:
        shown.append(_lengths_shown(measured))
    return [*shown, *_pictures_shown(measured)]


def _length(row: Observation) -> Observation:
    """Observation of the longest hull, for an observation of ships."""
    if LENGTH_DETAILS[0] in row.details:
        value, low, high = (row.details[word] for word in LENGTH_DETAILS)
        return replace(row, value=value, low=low, high=high, unit="m")
    if row.state == n.NOTHING_SEEN:
        return replace(row, high=math.inf if row.high > 0 else 0.0, unit="m")
    return replace(row, low=math.nan, high=math.nan, unit="m")


def _lengths(measured: MeasuredLine) -> xr.Dataset | None:
    """Line of the longest hulls; None where no image has a hull of known length."""
    if not any(LENGTH_DETAILS[0] in row.details for row in measured.rows):
        return None
    assert measured.line is not None
    made = observation_line(
        [_length(row) for row in measured.rows],
        quantity="length of the longest hull",
        scope=measured.scope,
        method=measured.card.title,
        history=measured.line.attrs["history"],
        source=str(measured.line[n.SOURCE].to_numpy()[0]),
    )
    return made.assign_attrs(label=measured.label)


def _lengths_shown(measured: MeasuredLine) -> PageBlock:
    """Table of the longest hull of each image that has one."""
    rows = [row for row in measured.rows if LENGTH_DETAILS[0] in row.details]
    table = pd.DataFrame(
        [
            {
                "image": day(pd.Timestamp(row.time)),
                "hulls": number(row.value),
                "longest": "about {:.0f} m ({:.0f} to {:.0f} m)".format(
                    *(row.details[word] for word in LENGTH_DETAILS)
                ),
            }
            for row in rows
        ]
    )
    caption = (
        f"{measured.scope}: the longest hull of each image that has one, with 90 percent intervals"
    )
    return table_block(
        table,
        caption=rehearsal_marked(caption, rehearsal=measured.label == REHEARSAL),
        empty="No hull was found.",
    )


def _pictures_shown(measured: MeasuredLine) -> list[PageBlock]:
    if measured.withheld and not measured.chips:
        return []  # the note on them has said why
    late = [one for one in measured.chips if one.finding != "nothing found"]
    parts = ["the last image before the study in which nothing was found"]
    parts = parts if len(late) < len(measured.chips) else []
    which = (
        "detections since that may be shown" if measured.withheld else "largest detections since"
    )
    parts += [f"the {number(len(late))} {which}"] if late else []
    shown = [
        thumbnails_block(
            measured.chips,
            caption=rehearsal_marked(
                f"{measured.scope}: {', and '.join(parts)}.", rehearsal=measured.label == REHEARSAL
            ),
            empty=f"{measured.scope}: no image is empty before the study or occupied since, so "
            "there is no picture to show.",
        )
    ]
    if len(late) < len(measured.chips) and late:
        caption = rehearsal_marked(
            f"{measured.scope}, before and after.", rehearsal=measured.label == REHEARSAL
        )
        shown.append(slider_block(measured.chips[0], late[-1], caption=caption))
    return shown


def lines_shown(
    own: SiteImagery, line: str, published: pd.DataFrame, scopes: pd.DataFrame, *, out: str
) -> PageBlock:
    """Every measured line with its thumbnails, beside published counts and control sites.

    Parameters
    ----------
    own : SiteImagery
        From `skytally.imagery.pipeline.measured_lines_for_notebook.read_imagery`.
    line : str
        Name of the notebook, the stem of its files.
    published : pandas.DataFrame
        Rows of the record that count the same thing.
    scopes : pandas.DataFrame
        The scopes of the record.
    out : str
        Folder of the results of the notebook.

    Returns
    -------
    PageBlock
        One sentence where nothing was measured.
    """
    folder = Path(out)
    lines = [measured for measured in own.evidence if measured.line is not None]
    if not lines:
        words = "No outline was measured yet, so there is no chart to draw and no picture to show."
        return PageBlock(f'<p class="sk-nothing">{words}</p>', words)
    parts = [part for measured in lines for part in _line_shown(own, measured, folder, line)]
    beside = agreement_table(own.measured, published, scopes)
    parts.append(
        table_block(
            beside,
            caption=rehearsal_marked(
                "Own images beside published counts of the same day", rehearsal=own.rehearsal
            ),
            empty="No published count has the day of an own image.",
        )
    )
    parts.append(_ranks_shown(own))
    return joined_blocks(parts)


def _ranks_shown(own: SiteImagery) -> PageBlock:
    rows = [
        {
            "outline": measured.scope,
            "measure": measured.card.title,
            "change since the study": rank.words,
        }
        for measured, rank in change_ranks(own)
    ]
    since = day(pd.Timestamp(own.study))
    return table_block(
        pd.DataFrame(rows),
        caption=rehearsal_marked(
            f"Rank of the change since {since} among control sites, at which nothing should show",
            rehearsal=own.rehearsal,
        ),
        empty="No line could be ranked.",
    )


def cards_shown(own: SiteImagery, line: str, *, out: str) -> PageBlock:
    """Cards with the detection limits of every measure of a kind of place.

    Parameters
    ----------
    own : SiteImagery
        From `skytally.imagery.pipeline.measured_lines_for_notebook.read_imagery`.
    line : str
        Name of the notebook, the stem of its files.
    out : str
        Folder of the results of the notebook.

    Returns
    -------
    PageBlock
        One detection-limit summary a measure: of the site's own images where they could be
        tested, else of simulated places, and then it says *simulated* in its title, and why.
    """
    folder = Path(out)
    parts = []
    for key in CARDS_OF_PLACE[own.kind]:
        places = [measured for measured in own.evidence if measured.kind.card == key]
        for measured in places:
            if measured.limits.table is not None:
                title = f"{measured.card.title}, {measured.scope}"
                parts.append(
                    _card(key, measured.limits.table, title, _slug(measured), own, folder, line)
                )
        if not places or any(measured.limits.table is None for measured in places):
            table = own.simulated[own.simulated["card"] == key]
            why = [
                f"The own images of {measured.scope} could not be tested: {measured.limits.why}."
                for measured in places
                if measured.limits.why
            ]
            parts.append(_simulated_card(key, table, why))
    return joined_blocks(parts)


def _simulated_card(key: str, table: pd.DataFrame, why: Sequence[str]) -> PageBlock:
    """Sentence on simulated sites; their curves and numbers stand on the page on accuracy."""
    card = CARDS[key]
    heading = f"Simulated: {card.title}"
    limits = NOT_TRIED if table.empty else limits_sentence(table, card)
    words = " ".join([limits, *why])
    block = (
        f'<section class="sk-card"><p><strong>{html.escape(heading)}.</strong> '
        f'{html.escape(words)}</p><p><a href="../accuracy.html#table-limits">'
        "All sizes and contrasts that were simulated</a></p></section>"
    )
    return PageBlock(block, f"{heading}. {words}")


def _card(
    key: str,
    table: pd.DataFrame,
    title: str,
    name: str,
    own: SiteImagery,
    folder: Path,
    line: str,
) -> PageBlock:
    card = CARDS[key]
    return limits_chart(
        table.drop(columns=["card", "seed", "date"], errors="ignore"),
        title=rehearsal_marked(title, rehearsal=own.rehearsal),
        xlabel=card.xlabel,
        sentence=limits_sentence(table, card),
        files=write_table(table, folder, name=f"{line}.limits-{name}"),
    )
