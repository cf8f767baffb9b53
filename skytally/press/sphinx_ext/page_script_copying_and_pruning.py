"""Scripts and style sheets of the pages, on each only those that it needs, none from outside."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from skytally.press.laboratory.laboratory_script_load_order import DOOR, ENGINE, FOLDER, PANEL
from skytally.press.unused_theme_icon_removal import MATHJAX

SCRIPTS = Path(__file__).parents[1] / "scripts"

SEARCH_PAGE = "search"


def package_folder(name: str) -> Path:
    """Return the folder of an installed package.

    Raises
    ------
    ExtensionError
        If it is not installed.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        message = f"{name} is not installed; run make book"
        raise ExtensionError(message)
    return Path(next(iter(spec.submodule_search_locations)))


def copy_scripts(app: Sphinx) -> None:
    """Copy BokehJS of the installed Bokeh and the scripts of charts, cards and laboratory."""
    from skytally.figures import BOOT, bokeh_scripts

    static = Path(app.outdir) / "_static"
    (static / "charts").mkdir(parents=True, exist_ok=True)
    for path in (*bokeh_scripts(), BOOT):
        shutil.copyfile(path, static / "charts" / path.name)
    (static / "cards").mkdir(exist_ok=True)
    for path in sorted(SCRIPTS.iterdir()):
        shutil.copyfile(path, static / "cards" / path.name)
    (static / "laboratory").mkdir(exist_ok=True)
    for name in (*ENGINE, PANEL, DOOR):
        shutil.copyfile(FOLDER / name, static / "laboratory" / name)


def copy_mathjax(app: Sphinx) -> None:
    """Copy the script that draws formulas: two megabytes, for the pages that have one."""
    target = Path(app.outdir) / MATHJAX
    target.parent.mkdir(exist_ok=True)
    source = package_folder("sphinx-mathjax-offline") / "static" / "mathjax" / target.name
    shutil.copyfile(source, target)


def keep_own_scripts(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Leave each page only the scripts it needs, and none from outside."""
    kept, seen = [], set()
    for script in context.get("script_files", []):
        attributes = getattr(script, "attributes", {})
        key = (str(getattr(script, "filename", "")), attributes.get("body") or "")
        if "thebe" in "".join(key).lower() or key in seen:
            continue
        seen.add(key)
        kept.append(script)
    if any(filename.endswith(MATHJAX) for filename, _ in seen):
        copy_mathjax(app)
    # in place: Sphinx brings its own lists back after each page
    context["script_files"][:] = kept
    context["css_files"][:] = [
        sheet
        for sheet in context["css_files"]
        if "thebe" not in str(getattr(sheet, "filename", sheet))
    ]
    if pagename == SEARCH_PAGE:
        app.add_js_file("cards/book_search.js", priority=410, loading_method="defer")
    if 'class="sk-lab"' in (context.get("body") or ""):
        app.add_js_file(f"laboratory/{DOOR}", priority=402, loading_method="defer")
    if 'class="sk-live"' in (context.get("body") or "") and doctree is not None:
        app.add_js_file("charts/bokeh.min.js", priority=300, loading_method="defer")
        app.add_js_file(
            "charts/lazy_responsive_chart_loader.js", priority=301, loading_method="defer"
        )


def drop_thebe(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Remove the configuration of a service that would be asked over the network."""
    for node in list(doctree.findall(nodes.raw)):
        if "x-thebe-config" in node.astext() or "kernelName =" in node.astext():
            node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the hooks."""
    os.environ.setdefault("SKYTALLY_BOOK", "1")
    app.connect("builder-inited", copy_scripts)
    app.connect("html-page-context", keep_own_scripts, priority=900)
    app.connect("doctree-resolved", drop_thebe, priority=900)
    app.add_js_file("cards/popover.js", priority=400, loading_method="defer")
    app.add_js_file("cards/save_picture.js", priority=401, loading_method="defer")
    app.config.mathjax_path = MATHJAX.removeprefix("_static/")
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
