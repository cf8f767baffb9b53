"""Own imagery on a page: what was measured where, in charts, pictures and detection limits."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import xarray as xr

from skytally.core import names as n
from skytally.core.wording import day, number, slug_of
from skytally.figures.embed import Shown
from skytally.figures.html_tables import table_shown
from skytally.findings.downloads import write_lines, write_table
from skytally.imagery.acquire.monthly_coverage import REHEARSAL, marked
from skytally.imagery.figures.chip_slider import chips_shown, slider_shown
from skytally.imagery.figures.detection_limit_charts import limits_chart
from skytally.imagery.figures.measured_charts import measured_chart
from skytally.imagery.measure.observation import Look, line_of_looks
from skytally.imagery.measure.ships.berth_ships import LENGTHS
from skytally.imagery.pipeline.compare_with_published import agreement_table
from skytally.imagery.pipeline.detection_limits import CARDS, sentence
from skytally.imagery.pipeline.measured_lines import Measured
from skytally.imagery.pipeline.site_imagery import CARDS_AT, Own, ranks

AXES = {"ships": "ships at the berth", "m": "metres of occupied track", "m2": "square metres"}
"""Unit of a line to the label of its axis."""


def _slug(each: Measured) -> str:
    # two dashes, which no slug of an outline has, keep a site and its outline apart
    return f"{each.task.card}--{each.site}--{slug_of(each.outline)}"


def joined(parts: Sequence[Shown]) -> Shown:
    """Show several blocks as the result of one cell, in their order."""
    return Shown("\n".join(each.block for each in parts), "\n\n".join(each.text for each in parts))


def _could(each: Measured) -> int:
    return sum(row.state != n.UNCLEAR for row in each.rows)


def state_shown(own: Own) -> Shown:
    """Show for each outline what was measured by which sensor, or why nothing was.

    Parameters
    ----------
    own : Own
        From `skytally.imagery.pipeline.site_imagery.read_own`.

    Returns
    -------
    Shown
        Sensors that have nothing to say for one reason share a row.
    """
    rows: dict[tuple[str, str], list[str]] = {}
    for each in own.measured:
        said = each.why
        if each.line is not None:
            said = f"measured in {number(len(each.rows))} looks; {number(_could(each))} could tell"
        rows.setdefault((each.scope, said), []).append(each.card.title)
    table = pd.DataFrame(
        [
            {"outline": scope, "what is said": said, "asked": "; ".join(titles)}
            for (scope, said), titles in rows.items()
        ]
    )
    return table_shown(
        table,
        caption=marked("Own imagery, by outline", rehearsal=own.rehearsal),
        empty="No outline of this kind is in the register.",
    )


def _line_shown(own: Own, each: Measured, out: Path, line: str) -> list[Shown]:
    if each.line is None:
        return []
    looks = own.looks
    here = looks[(looks["site"] == each.site) & (looks["sensor"] == each.task.sensor)]
    breaks = own.breaks[own.breaks["sensor"].isin(("", each.task.sensor))]
    name = _slug(each)
    unit = each.rows[0].unit
    lengths = _lengths(each)
    lines = {name: each.line, **({f"{name}--lengths": lengths} if lengths is not None else {})}
    chart = measured_chart(
        {each.scope: each.line}, here, breaks,
        name=name, ylabel=AXES[unit], period=(str(each.rows[0].time)[:10], own.reach),
        left_out=each.left_out, rehearsal=each.label == REHEARSAL,
        caption=f"{each.card.title}, {each.scope}, measured look by look.",
        files=write_lines(lines, out, name=f"{line}.own-{name}"),
    )  # fmt: skip
    notes = [marked(text, rehearsal=each.label == REHEARSAL) for text in each.notes]
    words = "".join(f"<p>{html.escape(text)}</p>" for text in notes)
    shown = [chart, Shown(words, " ".join(notes))] if words else [chart]
    if lengths is not None:
        shown.append(_lengths_shown(each))
    return [*shown, *_pictures_shown(each)]


def _length(row: Look) -> Look:
    """Give the row of the longest hull for a row of ships."""
    if LENGTHS[0] in row.details:
        value, low, high = (row.details[word] for word in LENGTHS)
        return replace(row, value=value, low=low, high=high, unit="m")
    if row.state == n.NOTHING_SEEN:
        return replace(row, high=math.inf if row.high > 0 else 0.0, unit="m")
    return replace(row, low=math.nan, high=math.nan, unit="m")


def _lengths(each: Measured) -> xr.Dataset | None:
    """Give the line of lengths; None where no look has a hull whose length is known."""
    if not any(LENGTHS[0] in row.details for row in each.rows):
        return None
    assert each.line is not None
    made = line_of_looks(
        [_length(row) for row in each.rows],
        quantity="length of the longest hull",
        scope=each.scope,
        method=each.card.title,
        history=each.line.attrs["history"],
        source=str(each.line[n.SOURCE].to_numpy()[0]),
    )
    return made.assign_attrs(label=each.label)


def _lengths_shown(each: Measured) -> Shown:
    """Show the longest hull of each look that has one."""
    rows = [row for row in each.rows if LENGTHS[0] in row.details]
    table = pd.DataFrame(
        [
            {
                "look": day(pd.Timestamp(row.time)),
                "hulls": number(row.value),
                "longest": "about {:.0f} m ({:.0f} to {:.0f} m)".format(
                    *(row.details[word] for word in LENGTHS)
                ),
            }
            for row in rows
        ]
    )
    caption = f"{each.scope}: the longest hull of each look that has one, with 90 percent intervals"
    return table_shown(
        table,
        caption=marked(caption, rehearsal=each.label == REHEARSAL),
        empty="No hull was found.",
    )


def _pictures_shown(each: Measured) -> list[Shown]:
    late = [one for one in each.chips if one.said != "nothing found"]
    parts = ["the last look before the study in which nothing was found"]
    parts = parts if len(late) < len(each.chips) else []
    parts += [f"the {number(len(late))} largest detections since"] if late else []
    shown = [
        chips_shown(
            each.chips,
            caption=marked(
                f"{each.scope}: {', and '.join(parts)}.", rehearsal=each.label == REHEARSAL
            ),
            empty=f"{each.scope}: no look is empty before the study or occupied since, so there "
            "is no picture to show.",
        )
    ]
    if len(late) < len(each.chips) and late:
        caption = marked(f"{each.scope}, before and after.", rehearsal=each.label == REHEARSAL)
        shown.append(slider_shown(each.chips[0], late[-1], caption=caption))
    return shown


def lines_shown(
    own: Own, line: str, published: pd.DataFrame, scopes: pd.DataFrame, *, out: str
) -> Shown:
    """Show every measured line with its pictures, beside published counts and twins.

    Parameters
    ----------
    own : Own
        From `skytally.imagery.pipeline.site_imagery.read_own`.
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
    Shown
        One sentence where nothing was measured.
    """
    folder = Path(out)
    lines = [each for each in own.evidence if each.line is not None]
    if not lines:
        words = "No outline was measured yet, so there is no line to draw and no picture to show."
        return Shown(f'<p class="sk-nothing">{words}</p>', words)
    parts = [part for each in lines for part in _line_shown(own, each, folder, line)]
    beside = agreement_table(own.measured, published, scopes)
    parts.append(
        table_shown(
            beside,
            caption=marked("Own looks beside published counts of one day", rehearsal=own.rehearsal),
            empty="No published count has the day of an own look.",
        )
    )
    parts.append(_ranks_shown(own))
    return joined(parts)


def _ranks_shown(own: Own) -> Shown:
    rows = [
        {"outline": each.scope, "measure": each.card.title, "change since the study": rank.words}
        for each, rank in ranks(own)
    ]
    since = day(pd.Timestamp(own.study))
    return table_shown(
        pd.DataFrame(rows),
        caption=marked(
            f"Rank of the change since {since} among twins, at which nothing should show",
            rehearsal=own.rehearsal,
        ),
        empty="No line could be ranked.",
    )


def cards_shown(own: Own, line: str, *, out: str) -> Shown:
    """Show the detection limits of every measure of a kind of place.

    Parameters
    ----------
    own : Own
        From `skytally.imagery.pipeline.site_imagery.read_own`.
    line : str
        Name of the notebook, the stem of its files.
    out : str
        Folder of the results of the notebook.

    Returns
    -------
    Shown
        One card a measure: of the site's own looks where they could be asked, else of made-up
        places, and then it says *simulated* in its title, and why.
    """
    folder = Path(out)
    parts = []
    for key in CARDS_AT[own.kind]:
        places = [each for each in own.evidence if each.task.card == key]
        for each in places:
            if each.limits.table is not None:
                title = f"{each.card.title}, {each.scope}"
                parts.append(_card(key, each.limits.table, title, _slug(each), own, folder, line))
        if not places or any(each.limits.table is None for each in places):
            table = own.simulated[own.simulated["card"] == key]
            why = [
                f"The own looks of {each.scope} could not be asked: {each.limits.why}."
                for each in places
                if each.limits.why
            ]
            title, name = CARDS[key].title, slug_of(CARDS[key].title)
            parts.append(_card(key, table, title, name, own, folder, line, why))
    return joined(parts)


def _card(
    key: str,
    table: pd.DataFrame,
    title: str,
    name: str,
    own: Own,
    folder: Path,
    line: str,
    why: Sequence[str] = (),
) -> Shown:
    card = CARDS[key]
    of_place = not bool(table["simulated"].iloc[0])
    return limits_chart(
        table.drop(columns=["card", "seed", "date"], errors="ignore"),
        title=marked(title, rehearsal=of_place and own.rehearsal),
        xlabel=card.xlabel,
        sentence=" ".join([sentence(table, card), *why]),
        files=write_table(table, folder, name=f"{line}.limits-{name}"),
    )
