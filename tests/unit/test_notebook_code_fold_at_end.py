"""Run notebooks as readers meet them: code behind one fold at the end."""

from __future__ import annotations

from typing import Any

from skytally.press.notebook_code_fold_at_end import FOLD_TITLE, with_code_at_end


def cell(kind: str, source: str, **more: Any) -> dict[str, Any]:
    """Cell of a notebook."""
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def test_code_leaves_its_place_and_stands_whole_in_the_fold() -> None:
    """No cell shows its code; the fold has all of it in order, and outputs stay."""
    hidden = cell("code", "out = 'x'", metadata={"tags": ["remove-cell"]})
    shown = cell("code", "draw()", outputs=[{"a": 1}], metadata={"tags": ["hide-input", "x"]})
    notebook = {"cells": [cell("markdown", "# T"), cell("code", "a = 1"), shown], "nbformat": 4}
    notebook["cells"].append(hidden)
    found = with_code_at_end(notebook)
    words, first, second, kept, fold = found["cells"]
    assert kept == hidden
    assert "out =" not in fold["source"]
    assert words == notebook["cells"][0]
    assert first["metadata"]["tags"] == ["remove-input"]
    assert second["metadata"]["tags"] == ["remove-input", "x"]
    assert second["outputs"] == [{"a": 1}]
    assert FOLD_TITLE in fold["source"]
    assert fold["source"].index("a = 1") < fold["source"].index("draw()")
    assert notebook["cells"][2]["metadata"]["tags"] == ["hide-input", "x"]


def test_backticks_in_the_code_do_not_end_the_fold() -> None:
    """The fences are longer than any run of backticks within."""
    fold = with_code_at_end({"cells": [cell("code", "x = '````'")]})["cells"][-1]["source"]
    outer = fold.partition("{")[0]
    assert len(outer) >= 6
    assert fold.endswith(f"\n{outer}")


def test_fold_links_the_rerun_page_of_a_book_that_has_one() -> None:
    """A book without such a page gets no link to it."""
    notebook = {"cells": [cell("code", "a = 1")]}
    linked = with_code_at_end(notebook, rerun_page="../rerun.md")["cells"][-1]["source"]
    assert "[Rerun](../rerun.md) says how" in linked
    assert "](" not in with_code_at_end(notebook)["cells"][-1]["source"]


def test_notebook_without_code_has_no_fold() -> None:
    """An empty fold would promise something."""
    notebook = {"cells": [cell("markdown", "# T"), cell("code", " ")]}
    assert with_code_at_end(notebook)["cells"] == notebook["cells"]
