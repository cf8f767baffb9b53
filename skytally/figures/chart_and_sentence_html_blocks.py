"""HTML blocks of pages: an interactive chart with its static counterpart, caption and downloads."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import textwrap
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import bokeh
import holoviews as hv
from bokeh.core.properties import StringSpec, value
from bokeh.core.types import ID
from bokeh.embed import json_item
from bokeh.model import Model
from bokeh.models import DatetimeTicker, HoverTool, NoOverlap, Plot, SaveTool
from matplotlib.figure import Figure

from skytally.figures.chart_titles_from_findings import ChartTitle
from skytally.figures.matplotlib_charts import as_svg
from skytally.figures.non_latin_font_subsets import FAMILY, special_letters, unescaped_letters
from skytally.figures.space_between_html_elements import spaced_elements

TARGET = '"target_id":"@ID@"'
"""Where the JSON of a chart names its element; a quoted word of a row has its quotes escaped."""
MODEL_ID = re.compile(r'"id":"([^"]+)"')
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
TITLE_LETTERS = 36
"""Letters in a line of a title: as many as a chart of 400 pixels has room for."""
AXIS_LETTERS, DATES = 42, 4
"""Letters in a line under an axis, and number of dates on it, for a chart of 400 pixels."""
LAST_DATE = 26
"""Room on the right for half of the last date under an axis, pixels."""
LETTER_FONTS = f"'{FAMILY}', helvetica"
"""Fonts of a chart with letters that not every reader has a font for."""
BOOT = Path(__file__).with_name("lazy_responsive_chart_loader.js")
IN_BOOK = "SKYTALLY_BOOK"
"""Environment variable set while the book is built: the page then brings BokehJS itself."""

_BLOCK = """<figure class="sk-figure" id="{name}">{heading}
<div class="sk-live" id="{id}" role="group" aria-label="{label}"{letters} style="display:none">\
<script type="application/json">{item}</script></div>
<img class="sk-static" alt="{alt}" src="data:image/svg+xml;base64,{svg}">
<figcaption>{caption}{downloads}</figcaption>
{drawing}</figure>"""
_DRAWING = """\
<script>(function(){{var f=document.getElementById("{name}");(function go(k){{\
if(window.skytallyDraw){{window.skytallyDraw(f);}}\
else if(k<200){{setTimeout(function(){{go(k+1);}},50);}}}})(0);}})();</script>
"""
"""Draws a chart in a live notebook; on a page the chart script draws all of them."""


def bokeh_scripts() -> list[Path]:
    """BokehJS files of the installed Bokeh that the charts need."""
    return [Path(bokeh.__file__).parent / "server" / "static" / "js" / "bokeh.min.js"]


def _numbered(item: str) -> str:
    """Rename the models by their order, so that identical charts have identical bytes."""
    order = dict.fromkeys(MODEL_ID.findall(item))
    names = {old: f"p{1001 + i}" for i, old in enumerate(order)}
    return QUOTED.sub(lambda match: f'"{names.get(match[1], match[1])}"', item)


def _json_of(chart: hv.Overlay) -> str:
    if isinstance(chart, hv.HoloMap | hv.DynamicMap):
        message = (
            "a HoloMap or DynamicMap needs a kernel behind its slider and a page has none; "
            "draw one frame or several charts"
        )
        raise TypeError(message)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn = hv.render(chart, backend="bokeh")
    for plot in drawn.select({"type": Plot}):
        plot.toolbar.logo = None
        plot.min_border_right = LAST_DATE
        # on a narrow screen dates would run into one another, and a title off the picture
        for axis in plot.xaxis:
            axis.major_label_policy = NoOverlap()
            if axis.axis_label:
                axis.axis_label = textwrap.fill(axis.axis_label, AXIS_LETTERS)
            if isinstance(axis.ticker, DatetimeTicker):
                axis.ticker.desired_num_ticks = DATES
        if plot.title is not None and plot.title.text:
            plot.title.text = textwrap.fill(plot.title.text, TITLE_LETTERS)
        _join_hovers(plot)
    item = _serialised(drawn)
    if _letters_of(item):
        _set_letter_font(drawn)
        item = _serialised(drawn)
    return _numbered(item).replace("<", "\\u003c")


def _serialised(drawn: Model) -> str:
    return json.dumps(json_item(drawn, ID("@ID@")), separators=(",", ":"))


def _letters_of(item: str) -> str:
    """Letters of a chart that not every reader has a font for; JSON has them as escapes."""
    return special_letters(unescaped_letters(item))


def _set_letter_font(drawn: Model) -> None:
    """Let every word of a chart fall back to the letters that the page brings."""
    for model in drawn.references():
        for name in model.properties():
            if name.endswith("text_font"):
                a_column = isinstance(model.lookup(name).property, StringSpec)
                setattr(model, name, value(LETTER_FONTS) if a_column else LETTER_FONTS)


def _join_hovers(plot: Plot) -> None:
    """Leave one tool for all marks with the same words, which shows the nearest mark only.

    Bokeh's own tool for saving goes: its picture would bear no title, source and licence.
    """
    kept: dict[str, HoverTool] = {}
    for tool in plot.toolbar.tools:
        if not isinstance(tool, HoverTool):
            continue
        tool.visible = False
        first = kept.setdefault(str(tool.tooltips), tool)
        if first is tool:
            tool.limit = 1
        else:
            first.renderers = [*first.renderers, *tool.renderers]
            tool.renderers = []
    tools = [tool for tool in plot.toolbar.tools if not isinstance(tool, HoverTool | SaveTool)]
    plot.toolbar.tools = [*tools, *kept.values()]


def _letters_attribute(item: str) -> str:
    """Attribute with the letters whose font must be there before the chart is drawn."""
    letters = _letters_of(item)
    return f' data-letters="{html.escape(letters, quote=True)}"' if letters else ""


def _downloads(files: list[str]) -> str:
    if not files:
        return ""
    links = [
        f'<a href="../data/{html.escape(name)}" download>{html.escape(name)}</a>' for name in files
    ]
    first, rest = links[0], links[1:]
    plural = "file" if len(rest) == 1 else "files, one for each line"
    more = (
        f'<details class="sk-files"><summary>{len(rest)} netCDF {plural}</summary>'
        f"{', '.join(rest)}</details>"
        if rest
        else ""
    )
    return f'<div class="sk-downloads">Data of this chart: {first}{more}</div>'


class PageBlock:
    """Result of a notebook cell: a block of HTML and the same as plain text."""

    def __init__(self, block: str, text: str) -> None:
        self.block, self.text = block, text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": spaced_elements(self.block), "text/plain": self.text}


def joined_blocks(parts: Sequence[PageBlock]) -> PageBlock:
    """Several blocks as the result of one cell, in their order."""
    return PageBlock(
        "\n".join(part.block for part in parts), "\n\n".join(part.text for part in parts)
    )


def show(
    chart: hv.Overlay,
    twin: Figure,
    *,
    name: str,
    alt: str,
    caption: str,
    files: list[str] | None = None,
    title: ChartTitle | None = None,
    details: Iterable[str] = (),
) -> PageBlock:
    """Block of a page with the interactive and the static figure of a chart.

    Parameters
    ----------
    chart : holoviews.Overlay
        The interactive figure.
    twin : matplotlib.figure.Figure
        The static figure of the same marks.
    name : str
        Anchor of the figure on its page.
    alt : str
        The chart in words, with its numbers and their bounds.
    caption : str
        One or two sentences under the chart.
    files : list of str or None
        Download files, as `skytally.findings.write_lines` returns them.
    title : ChartTitle or None
        What the chart shows as its result, written over it.
    details : iterable of str
        What the subtitle says of the marks, such as their period.

    Returns
    -------
    PageBlock

    Raises
    ------
    TypeError
        If the chart needs a running kernel.
    """
    item, details = _json_of(chart), list(details)
    beside = f"{title.words if title else ''}{' '.join(details)}{caption}"
    identifier = f"sk-{name}-{hashlib.sha256(item.encode()).hexdigest()[:10]}"
    block = _BLOCK.format(
        name=html.escape(name, quote=True),
        id=identifier,
        label=html.escape(title.words if title else caption, quote=True),
        heading=title.html(details) if title else "",
        alt=html.escape(alt, quote=True),
        item=item.replace(TARGET, TARGET.replace("@ID@", identifier), 1),
        letters=_letters_attribute(item),
        svg=base64.b64encode(as_svg(twin, beside=beside).encode()).decode(),
        caption=html.escape(caption),
        downloads=_downloads(files or []),
        drawing="" if os.environ.get(IN_BOOK) else _DRAWING.format(name=html.escape(name)),
    )
    return PageBlock(block, alt)


def picture(
    drawing: Figure,
    *,
    name: str,
    alt: str,
    caption: str,
    files: list[str] | None = None,
    photo: bool = False,
    title: ChartTitle | None = None,
) -> PageBlock:
    """Block of a page with a static picture alone.

    Parameters
    ----------
    drawing : matplotlib.figure.Figure
        The picture.
    name : str
        Anchor of the picture on its page.
    alt : str
        The picture in words.
    caption : str
        One or two sentences under the picture.
    files : list of str or None
        Download files.
    photo : bool
        Whether it is like a photograph, whose light and dark stay in the dark theme.
    title : ChartTitle or None
        As for `show`.

    Returns
    -------
    PageBlock
    """
    look = "sk-static sk-still sk-photo" if photo else "sk-static sk-still"
    beside = f"{title.words if title else ''}{caption}"
    svg = base64.b64encode(as_svg(drawing, beside=beside).encode()).decode()
    block = (
        f'<figure class="sk-figure" id="{html.escape(name, quote=True)}">'
        f"{title.html() if title else ''}"
        f'<img class="{look}" alt="{html.escape(alt, quote=True)}" '
        f'src="data:image/svg+xml;base64,{svg}">'
        f"<figcaption>{html.escape(caption)}{_downloads(files or [])}</figcaption></figure>"
    )
    return PageBlock(block, alt)


def sentence(words: str, *, name: str = "") -> PageBlock:
    """Block of a page with one sentence in place of a chart or table that would be empty.

    Parameters
    ----------
    words : str
        The sentence.
    name : str
        Anchor that the chart or table would have, so that links to it still lead somewhere.

    Returns
    -------
    PageBlock
    """
    anchor = f' id="{html.escape(name, quote=True)}"' if name else ""
    return PageBlock(f'<p class="sk-nothing"{anchor}>{html.escape(words)}</p>', words)


def enable() -> PageBlock | None:
    """Load BokehJS into a live notebook; a page of the book has it already.

    Returns
    -------
    Shown or None
        To be shown as the result of a cell; None inside the book.
    """
    if os.environ.get(IN_BOOK):
        return None
    code = "\n".join(
        path.read_text(encoding="utf-8").replace("</script", "<\\/script")
        for path in (*bokeh_scripts(), BOOT)
    )
    return PageBlock(f"<script>{code}</script>", "charts enabled")
