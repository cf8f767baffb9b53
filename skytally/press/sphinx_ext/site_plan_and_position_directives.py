"""Directives on the imaged sites: plan of each window, sizes, control sites, published points."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import data_registry, day, number, read_cells, read_table
from skytally.figures import position_words
from skytally.imagery.acquire import REHEARSAL, read_inventory, read_providers, rehearsal_marked
from skytally.imagery.figures import Backdrop, plan_file, plan_text
from skytally.imagery.pipeline import composite, may_be_shown
from skytally.imagery.sites import Site, outline_area_m2, read_sites
from skytally.press.cards.card_fields_and_text_shortening import WEB
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    empty_state,
    filtered_table,
    small_table,
)

OPENSTREETMAP = "https://www.openstreetmap.org"
SIGMA = "standard deviation of the position"
"""Head of a column: half the radius within which a published point lies."""
NO_SITE = "No site has a window and outlines yet."
PLANS = "plans"
"""Folder of the plans among the static files of the site."""


@cache
def sites() -> dict[str, Site]:
    """Sites with their outlines, read once a build."""
    return read_sites(data_registry.folder("sites"))


@cache
def inventory() -> pd.DataFrame:
    """Acquisition inventory, read once a build."""
    return read_inventory(data_registry.path("inventory"))


def _backdrop(site: Site) -> Backdrop | None:
    providers = read_providers(data_registry.path("providers"))
    made = composite(data_registry.scenes(), site, may_be_shown(inventory(), providers))
    if made is None:
        return None
    first, last = (day(pd.Timestamp(time[:10])) for time in (made.first, made.last))
    between = f"on {first}" if first == last else f"between {first} and {last}"
    description = (
        f"median of the {number(made.looks)} clearest usable images of Sentinel-2 stored on the "
        f"machine that printed this page, {between}; contains modified Copernicus Sentinel data"
    )
    return Backdrop(made.rgb, description, rehearsal=made.label == REHEARSAL)


class SitePlans(Block):
    """Draw the window of each site with its outlines, over its composite where there is one."""

    def html(self) -> str:
        """Return one section per site."""
        if not sites():
            return empty_state(NO_SITE)
        folder = Path(self.app.outdir) / "_static" / PLANS
        folder.mkdir(parents=True, exist_ok=True)
        return "".join(self._section(site, folder) for site in sites().values())

    def _section(self, site: Site, folder: Path) -> str:
        backdrop = _backdrop(site)
        suffix, content = plan_file(site, backdrop=backdrop)
        (folder / f"{site.slug}{suffix}").write_bytes(content)
        link = f"_static/{PLANS}/{cell(site.slug)}{suffix}"
        under = (
            backdrop.description if backdrop else "nothing, as no usable image is stored here yet"
        )
        alt = plan_text(site, backdrop=backdrop)
        anchor = f"window-{cell(site.slug)}"
        caption = f"Window of {site.name}. Under the outlines: {under}."
        rehearsed = backdrop is not None and backdrop.rehearsal
        return (
            f'<section class="sk-site" id="{anchor}"><h3>{cell(site.name)}'
            f'<a class="headerlink" href="#{anchor}" title="Link to this window">#</a></h3>'
            f'<figure class="sk-plan"><a href="{link}"><img src="{link}" alt="{cell(alt)}"></a>'
            f"<figcaption>{cell(rehearsal_marked(caption, rehearsal=rehearsed))}"
            f'<div class="sk-downloads">Outlines: <a href="data/sites/{cell(site.slug)}.geojson" '
            f"download>{cell(site.slug)}.geojson</a></div></figcaption></figure>"
            f"{self._outlines(site)}</section>"
        )

    @staticmethod
    def _outlines(site: Site) -> str:
        rows = [
            [
                outline.name,
                outline.kind,
                f"{number(round(outline_area_m2(outline, site) / 10_000))} ha",
                f"{number(outline.pos_sigma_m)} m",
                outline.status,
                outline.digitised_from,
            ]
            for outline in site.outlines
        ]
        heads = ["outline", "kind", "area", SIGMA, "status", "drawn from"]
        return small_table(
            f"Outlines of {site.name}", heads, rows, empty=f"{site.name} has no outline yet."
        )


class WindowsTable(Block):
    """Show the window of each site and the largest size of one image of it."""

    def html(self) -> str:
        """Return the table."""
        providers = read_providers(data_registry.path("providers"))
        bands = max((len(one.bands) + bool(one.quality) for one in providers.values()), default=0)
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
        heads = ["site", "window", "grid", "local time", SIGMA]
        heads += ["one optical image, before compression"]
        return small_table("Windows, the same for every image", heads, rows, empty=NO_SITE)


class ControlSitesTable(Block):
    """Show the control sites, at which nothing should show, and why they are alike."""

    def html(self) -> str:
        """Return the table."""
        known = read_cells(data_registry.path("positions"))
        positions = known.set_index("id")
        rows = []
        for site in sites().values():
            if site.is_control:
                place = positions.loc[site.position_source]
                rows.append(
                    [
                        site.name,
                        site.control_reason,
                        f"{place['lat']}, {place['lon']}",
                        f"{number(float(place['uncertainty_m']))} m",
                        f"{place['source']} ({place['licence']})",
                        place["note"],
                    ]
                )
        heads = ["control site", "why it is alike and should show nothing", "latitude, longitude"]
        heads += ["lies within a radius of", "position from (licence)", "what a second list says"]
        return small_table(
            "Control sites, proposed and to be confirmed on imagery", heads, rows,
            empty="No control site is named yet.",
        )  # fmt: skip


def map_at_point(address: str, lat: float, lon: float) -> str:
    """Lead to a point on the map of OpenStreetMap where only its home page is given.

    Examples
    --------
    >>> map_at_point("https://www.openstreetmap.org", 42.2268, 130.285)
    'https://www.openstreetmap.org/?mlat=42.2268&mlon=130.285#map=16/42.2268/130.285'
    """
    if address.rstrip("/") != OPENSTREETMAP:
        return address
    return f"{OPENSTREETMAP}/?mlat={lat}&mlon={lon}#map=16/{lat}/{lon}"


class PositionsTable(Block):
    """Show every published point of the sites, and what each may be used for."""

    def html(self) -> str:
        """Return the table."""
        known = read_table(data_registry.path("positions"))
        return filtered_table(
            "positions", "Published points, and what each may be used for",
            ["point", "site", "position", "use", "more"],
            [self._row(point) for _, point in known.iterrows()],
            empty="No point is listed yet.",
        )  # fmt: skip

    @staticmethod
    def _row(point: pd.Series) -> str:
        position = f"{position_words(point['lat'], point['lon'])}, within a radius of "
        more = {
            "how obtained": point["position_method"],
            "source (licence)": f"{point['source']} ({point['licence']})",
            "compared with": point["note"],
        }
        listed = "".join(f"<dt>{word}</dt><dd>{cell(text)}</dd>" for word, text in more.items())
        page = map_at_point(str(point["address"]), point["lat"], point["lon"])
        if page.startswith(WEB):
            listed += f'<dt>page</dt><dd><a href="{cell(page)}">{cell(page)}</a></dd>'
        return (
            f'<tr><th scope="row">{cell(point["name"])}</th><td>{cell(point["site"])}</td>'
            f"<td>{position}{number(point['uncertainty_m'])} m</td>"
            f"<td>{cell(point['position_use'])}</td>"
            f"<td><details><summary>more</summary><dl>{listed}</dl></details></td></tr>"
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("site-plans", SitePlans),
        ("windows-table", WindowsTable),
        ("control-sites-table", ControlSitesTable),
        ("positions-table", PositionsTable),
    ):
        app.add_directive(name, directive)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
