"""Own imagery on a page: what was measured where, in charts, pictures and detection limits."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from skytally import names as n
from skytally.acquired import REHEARSAL, marked
from skytally.detection import CARDS, sentence
from skytally.downloads import write_lines, write_table
from skytally.figures.chips import chips_shown, slider_shown
from skytally.figures.limits import limits_chart
from skytally.figures.measured import measured_chart
from skytally.figures.show import Shown
from skytally.figures.tables import table_shown
from skytally.imagery.agreeing import agreement_table
from skytally.imagery.measured import Measured
from skytally.imagery.own import CARDS_AT, Own, ranks
from skytally.wording import day, number

AXES = {"ships": "ships at the berth", "m": "metres of occupied track", "m2": "square metres"}
"""Unit of a line to the label of its axis."""


def _slug(each: Measured) -> str:
    return re.sub("[^a-z0-9]+", "-", f"{each.task.card} {each.scope}".lower()).strip("-")


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
        From `skytally.imagery.own.read_own`.

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
    chart = measured_chart(
        {each.scope: each.line}, here, breaks,
        name=name, ylabel=AXES[unit], period=(str(each.rows[0].time)[:10], own.reach),
        rehearsal=each.label == REHEARSAL,
        caption=f"{each.card.title}, {each.scope}, measured look by look.",
        files=write_lines({name: each.line}, out, name=f"{line}.own-{name}"),
    )  # fmt: skip
    notes = [marked(text, rehearsal=each.label == REHEARSAL) for text in each.notes]
    words = "".join(f"<p>{html.escape(text)}</p>" for text in notes)
    shown = [chart, Shown(words, " ".join(notes))] if words else [chart]
    late = [one for one in each.chips if one.said != "nothing found"]
    parts = ["the last look before the study in which nothing was found"]
    parts = parts if len(late) < len(each.chips) else []
    parts += [f"the {number(len(late))} largest detections since"] if late else []
    shown.append(
        chips_shown(
            each.chips,
            caption=marked(
                f"{each.scope}: {', and '.join(parts)}.", rehearsal=each.label == REHEARSAL
            ),
            empty=f"{each.scope}: no look is empty before the study or occupied since, so there "
            "is no picture to show.",
        )
    )
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
        From `skytally.imagery.own.read_own`.
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
        From `skytally.imagery.own.read_own`.
    line : str
        Name of the notebook, the stem of its files.
    out : str
        Folder of the results of the notebook.

    Returns
    -------
    Shown
        One card a measure: of the site's own looks where they were asked, else of made-up
        places, and then it says *simulated* in its title.
    """
    folder = Path(out)
    parts = []
    for key in CARDS_AT[own.kind]:
        asked = [each for each in own.evidence if each.task.card == key and each.limits is not None]
        for each in asked:
            parts.append(
                _card(key, each.limits, f"{each.card.title}, {each.scope}", own, folder, line)
            )
        places = [each for each in own.evidence if each.task.card == key]
        if len(asked) < len(places) or not asked:
            table = own.simulated[own.simulated["card"] == key]
            parts.append(_card(key, table, CARDS[key].title, own, folder, line))
    return joined(parts)


def _card(
    key: str, table: pd.DataFrame | None, title: str, own: Own, folder: Path, line: str
) -> Shown:
    card = CARDS[key]
    assert table is not None
    name = re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")
    of_place = not bool(table["simulated"].iloc[0])
    return limits_chart(
        table.drop(columns=["card", "seed", "date"], errors="ignore"),
        title=marked(title, rehearsal=of_place and own.rehearsal),
        xlabel=card.xlabel,
        sentence=sentence(table, card),
        files=write_table(table, folder, name=f"{line}.limits-{name}"),
    )
