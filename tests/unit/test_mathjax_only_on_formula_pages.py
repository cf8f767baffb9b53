"""Scripts that pages bring: two megabytes for formulas only where there is a formula."""

from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from skytally.press.unused_theme_icon_removal import MATHJAX


@pytest.mark.parametrize(("text", "brought"), [(":math:`a^2`", True), ("a squared", False)])
def test_formula_script_comes_with_a_formula(tmp_path: Path, text: str, *, brought: bool) -> None:
    """A page with a formula loads the script from the site; without one it is not copied."""
    (tmp_path / "index.rst").write_text(f"Page\n====\n\n{text}\n", encoding="utf-8")
    site = tmp_path / "site"
    with docutils_namespace():
        app = Sphinx(
            srcdir=tmp_path,
            confdir=None,
            outdir=site,
            doctreedir=tmp_path / "doctrees",
            buildername="html",
            confoverrides={
                "extensions": [
                    "sphinx.ext.mathjax",
                    "skytally.press.sphinx_ext.page_script_copying_and_pruning",
                ]
            },
            status=None,
            warning=None,
        )
        app.build()
    page = (site / "index.html").read_text(encoding="utf-8")
    assert ((site / MATHJAX).is_file(), f'src="{MATHJAX}' in page) == (brought, brought)
