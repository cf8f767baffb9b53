"""Own imagery: where each site lies and how well, who offers scenes, and what they take up."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx

from skytally.core import registry
from skytally.core.errors import IntegrityError
from skytally.core.wording import day, number
from skytally.imagery.acquire import monthly_coverage
from skytally.imagery.acquire.inventory_files import read_looks
from skytally.imagery.acquire.providers import FOLDER, read_providers
from skytally.imagery.figures.site_plans import Backdrop, plan_file, plan_told
from skytally.imagery.pipeline.confirmation_composite import composite
from skytally.imagery.sites.outline_geometry import area_m2
from skytally.imagery.sites.site_register import Site, read_sites
from skytally.press.sphinx_ext.extension import Block, cell

PLANS = "plans"
"""Folder of the plans among the static files of the site."""


@cache
def sites() -> dict[str, Site]:
    """Read the sites once a build."""
    return read_sites(registry.folder("sites"))


@cache
def looks() -> pd.DataFrame:
    """Read the looks once a build."""
    return read_looks(registry.path("looks"))


def _backdrop(site: Site) -> Backdrop | None:
    made = composite(registry.scenes(), site, looks())
    if made is None:
        return None
    first, last = (day(pd.Timestamp(each[:10])) for each in (made.first, made.last))
    between = f"on {first}" if first == last else f"between {first} and {last}"
    told = (
        f"median of the {number(made.looks)} clearest usable looks of Sentinel-2 stored on the "
        f"machine that printed this page, {between}; contains modified Copernicus Sentinel data"
    )
    return Backdrop(made.rgb, told, rehearsal=made.label == monthly_coverage.REHEARSAL)


def _plain(words: list[str]) -> str:
    return "".join(f"<td>{cell(each)}</td>" for each in words)


def small_table(caption: str, heads: list[str], rows: list[list[str]]) -> str:
    """Write a short table without a filter; the first cell of a row is its head."""
    head = "".join(f'<th scope="col">{cell(word)}</th>' for word in heads)
    body = "".join(f'<tr><th scope="row">{cell(row[0])}</th>{_plain(row[1:])}</tr>' for row in rows)
    return (
        f'<div class="sk-scroll" role="region" aria-label="{cell(caption)}" tabindex="0">'
        f'<table class="sk-table"><caption>{cell(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


class SitePlans(Block):
    """Draw the window of each site with its outlines, over its composite where there is one."""

    def run(self) -> list[nodes.Node]:
        """Give the plans, or a warning where a stored look was damaged."""
        try:
            return super().run()
        except IntegrityError as error:
            return [self.state.document.reporter.warning(str(error), line=self.lineno)]

    def html(self) -> str:
        """Write one section a site."""
        folder = Path(self.app.outdir) / "_static" / PLANS
        folder.mkdir(parents=True, exist_ok=True)
        return "".join(self._section(site, folder) for site in sites().values())

    def _section(self, site: Site, folder: Path) -> str:
        backdrop = _backdrop(site)
        suffix, content = plan_file(site, backdrop=backdrop)
        (folder / f"{site.slug}{suffix}").write_bytes(content)
        link = f"_static/{PLANS}/{cell(site.slug)}{suffix}"
        under = backdrop.told if backdrop else "nothing, since no usable look is stored here yet"
        told = plan_told(site, backdrop=backdrop)
        anchor = f"window-{cell(site.slug)}"
        caption = f"Window of {site.name}. Under the outlines: {under}."
        rehearsed = backdrop is not None and backdrop.rehearsal
        return (
            f'<section class="sk-site" id="{anchor}"><h3>{cell(site.name)}'
            f'<a class="headerlink" href="#{anchor}" title="Link to this window">#</a></h3>'
            f'<figure class="sk-plan"><a href="{link}"><img src="{link}" alt="{cell(told)}"></a>'
            f"<figcaption>{cell(monthly_coverage.marked(caption, rehearsal=rehearsed))}"
            f'<div class="sk-downloads">Outlines: <a href="data/sites/{cell(site.slug)}.geojson" '
            f"download>{cell(site.slug)}.geojson</a></div></figcaption></figure>"
            f"{self._outlines(site)}</section>"
        )

    @staticmethod
    def _outlines(site: Site) -> str:
        rows = [
            [
                each.name,
                each.kind,
                f"{number(round(area_m2(each, site) / 10_000))} ha",
                f"{number(each.pos_sigma_m)} m",
                each.status,
                each.digitised_from,
            ]
            for each in site.outlines
        ]
        heads = ["outline", "kind", "area", "position known to", "status", "drawn from"]
        return small_table(f"Outlines of {site.name}", heads, rows)


class WindowsTable(Block):
    """Show the window of each site and how much one look of it takes at most."""

    def html(self) -> str:
        """Write the table."""
        providers = read_providers(registry.path("providers"))
        bands = max(len(each.bands) + bool(each.quality) for each in providers.values())
        rows = []
        for site in sites().values():
            high, wide = site.grid.shape(10)
            # every band is kept on the finest grid, two bytes a pixel
            size = bands * 2 * high * wide / 1e6
            rows.append(
                [
                    site.name,
                    f"{number(wide / 100)} by {number(high / 100)} km",
                    f"EPSG:{site.grid.epsg}",
                    f"UTC{site.utc_offset_hours:+g} h",
                    f"{number(site.pos_sigma_m)} m",
                    f"{size:.1f} MB",
                ]
            )
        heads = ["site", "window", "grid", "local time", "position known to"]
        heads += ["one optical look, before compression"]
        return small_table("Windows, the same for every look", heads, rows)


class TwinsTable(Block):
    """Show which places stand beside the evidence and should show nothing, and why."""

    def html(self) -> str:
        """Write the table."""
        known = pd.read_csv(registry.path("positions"), dtype=str, keep_default_na=False)
        positions = known.set_index("id")
        rows = []
        for site in sites().values():
            if site.is_twin:
                place = positions.loc[site.position_source]
                rows.append(
                    [
                        site.name,
                        site.twin_reason,
                        f"{place['lat']}, {place['lon']}",
                        f"{number(float(place['uncertainty_m']))} m",
                        f"{place['source']} ({place['licence']})",
                        place["note"],
                    ]
                )
        heads = ["twin", "why it is alike and should show nothing", "latitude, longitude"]
        heads += ["lies within", "position from (licence)", "what a second list says"]
        return small_table("Twins, proposed and to be confirmed on imagery", heads, rows)


class ProvidersTable(Block):
    """Show who is asked for scenes, where, and whether without being named."""

    def html(self) -> str:
        """Write the table."""
        rows = [
            [
                each.name,
                "yes" if each.default else "no",
                monthly_coverage.sensor_name(each.sensor),
                each.collection,
                "" if each.kind == FOLDER else each.url,
                {"none": "nothing", "s3": "keys"}.get(each.signing, "a token, fetched for you"),
                each.note,
            ]
            for each in read_providers(registry.path("providers")).values()
        ]
        heads = ["provider", "asked by default", "sensor", "collection", "address", "asks for"]
        return small_table("Providers", [*heads, "note"], rows)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("site-plans", SitePlans),
        ("windows-table", WindowsTable),
        ("twins-table", TwinsTable),
        ("providers-table", ProvidersTable),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
