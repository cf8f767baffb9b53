"""Directive of the laboratory: the folded panel in which a page computes its numbers again."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.press.laboratory.laboratory_script_data_export import SCRIPT
from skytally.press.laboratory.laboratory_script_load_order import ENGINE, PANEL
from skytally.press.sphinx_ext.html_blocks import Block, cell


class LaboratoryPanel(Block):
    """Fold behind which a reader leaves out sources and moves what the page assumes."""

    def html(self) -> str:
        """Return the empty panel; scripts fill it when it is opened."""
        page = self.state.document.settings.env.docname.rpartition("/")[2]
        scripts = " ".join((*ENGINE, PANEL))
        return (
            f'<div class="sk-lab" data-page="{cell(page)}" data-record="{SCRIPT}" '
            f'data-scripts="{scripts}"><details><summary>Try it: what if …</summary>'
            '<p class="sk-lab-status" role="status">This panel computes the numbers of the page '
            'again; it needs scripts.</p><div class="sk-lab-body"></div></details></div>'
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("laboratory", LaboratoryPanel)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
