"""Directive of the page on downloading images: who offers scenes, where, and what they require."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.core import data_registry
from skytally.imagery.acquire import FOLDER, read_providers, sensor_name
from skytally.press.sphinx_ext.html_blocks import Block, small_table


class ProvidersTable(Block):
    """Show the providers of scenes, their addresses and what they require."""

    def html(self) -> str:
        """Return the table."""
        rows = [
            [
                f"{provider.name}{' (asked by default)' if provider.default else ''}",
                f"{sensor_name(provider.sensor)}, {provider.collection}",
                "" if provider.kind == FOLDER else provider.url,
                {"none": "nothing", "s3": "keys"}.get(provider.signing, "a token, fetched for you"),
                provider.note,
            ]
            for provider in read_providers(data_registry.path("providers")).values()
        ]
        heads = ["provider", "scenes", "address", "asks for", "note"]
        return small_table("Providers", heads, rows, empty="No provider of scenes is named yet.")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("providers-table", ProvidersTable)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
