"""Directives of maps: one of each region, and a small one of each site."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.press.book_metadata import source_line
from skytally.press.sphinx_ext.cached_record_and_findings import map_regions, source_words, table
from skytally.press.sphinx_ext.html_blocks import PLACES, Block, empty_state, source_link, with_data


class RegionMaps(Block):
    """Draw the map of each region."""

    def html(self) -> str:
        """Return the maps, in the order of the table of regions."""
        from skytally.figures import region_map

        regions = map_regions()
        maps = [
            region_map(
                region,
                regions,
                table("sites"),
                table("route_connections"),
                source_line=source_line(),
            ).block
            for region in regions["id"]
        ]
        shown = [with_data(each, *PLACES) for each in maps]
        return "\n".join(shown) or empty_state("No region has a map yet.")


class SiteMaps(Block):
    """Show all sites: a small map of each located one, and those that no source locates."""

    def html(self) -> str:
        """Return the sites, with a heading each."""
        from skytally.figures import site_blocks

        sources = {source: source_link(source) for source in source_words()}
        return site_blocks(map_regions(), table("sites"), sources)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("region-maps", RegionMaps)
    app.add_directive("site-maps", SiteMaps)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
