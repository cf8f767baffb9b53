"""Directives on images from elsewhere: who offers scenes, and made-up orders with their dry run."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.core import data_registry
from skytally.imagery.acquire import FOLDER, read_providers, sensor_name
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state, small_table

BETWEEN = "---"
"""Line between the two parts of a made-up order."""
NO_ORDER = "No order is shown here yet."


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


class MadeUpOrder(Block):
    """Show, in a fold, the table of a made-up order of images and what its dry run prints."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def html(self) -> str:
        """Return the fold; a line of dashes stands between the table and the printed lines."""
        if not self.content:
            return empty_state(NO_ORDER)
        table, _, printed = "\n".join(self.content).partition(f"\n{BETWEEN}\n")
        parts = (("in <code>data/sites/providers.toml</code>", table), ("printed", printed))
        blocks = "".join(
            f'<p>{words}:</p><pre tabindex="0">{cell(text)}</pre>' for words, text in parts
        )
        return f"<details><summary>{cell(self.arguments[0])}</summary>{blocks}</details>"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("providers-table", ProvidersTable)
    app.add_directive("made-up-order", MadeUpOrder)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
