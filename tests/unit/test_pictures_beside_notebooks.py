"""Pictures that lie beside a notebook are shown on its page; others are told with their cell."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from skytally.press.notebook_and_site_content_keys import _of_cells, of_inputs
from skytally.press.strict_notebook_reader import read_notebook, scan_notebook, with_pictures
from tests.support.made_up_notebooks import PNG, code, markdown, notebook


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the notebooks of a project, with some pictures."""
    for name in ("data", "notebooks/maps", "book/_static", "docs", "book/_build"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "data/registry.toml").touch()
    for name in ("plan.png", "maps/the depot (2).PNG", "снимок.png", "../docs/a.png"):
        (tmp_path / "notebooks" / name).write_bytes(base64.b64decode(PNG))
    (tmp_path / "book/_static/logo.svg").write_text("<svg/>")
    (tmp_path / "notebooks/plan.svg").write_text("<svg/>")
    (tmp_path / "notebooks/photo.jpg").write_bytes(base64.b64decode(PNG))
    monkeypatch.delenv("SKYTALLY_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "notebooks"


def _write(folder: Path, *cells: object) -> None:
    (folder / "rail.ipynb").write_text(json.dumps(notebook(*cells)), encoding="utf-8")


NAMED = [
    ("![Plan]({})", "plan.png"),
    ('![Plan]({} "the depot")', "plan.png"),
    ("![Plan](<{}>)", "maps/the depot (2).PNG"),
    ("![Plan]({})", "maps/the%20depot%20(2).PNG"),
    ("![Plan]({})", "снимок.png"),
    ('<img alt="Plan" width="300" src="{}">', "./plan.png"),
    ("```{{figure}} {}\nPlan\n```", "plan.png"),
    ("```python\nx\n```\n\n![Plan]({})\n\n```\ny\n```", "plan.png"),
    ("![Plan][plan]\n\n[plan]: {}", "plan.png"),
]
"""Ways to name a picture in a text, and the names."""


@pytest.mark.parametrize(("form", "name"), NAMED)
def test_a_picture_beside_the_notebook_is_shown(folder: Path, form: str, name: str) -> None:
    """However its name is written, its bytes stand where the page shows it."""
    _write(folder, markdown(form.format(name)))
    assert scan_notebook("rail")[1] == []
    shown = with_pictures(read_notebook("rail")["cells"][2])
    assert f"data:image/png;base64,{PNG}" in shown["source"]
    assert name not in shown["source"]
    assert "attachments" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "![Logo](../_static/logo.svg)",
        "![Logo](/_static/logo.svg)",
        "![Plan](https://example.org/plan.png)",
        "`![Plan](none.png)`",
        "```\n![Plan](none.png)\n```",
        "[the plan](none.png)",
    ],
)
def test_what_is_no_file_beside_it_is_left_as_it_is(folder: Path, text: str) -> None:
    """A file of the book, an address of the web, a link, and code."""
    _write(folder, markdown(text))
    assert scan_notebook("rail")[1] == []
    assert read_notebook("rail")["cells"][2]["source"] == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "![Plan](none.png)",
            "a picture 'none.png' that is not there; put it at notebooks/none.png, or paste it",
        ),
        ("![Plan](maps/none.png)", "put it at notebooks/maps/none.png, or paste it into the cell"),
        (
            "![Plan](../docs/a.png)",
            "a picture '../docs/a.png' that lies outside the folder of the notebooks; put it at "
            "notebooks/a.png, name it a.png, or paste it into the cell",
        ),
        ("![Plan](/home/me/a.png)", "a picture '/home/me/a.png' that lies outside the folder of"),
        ("![Plan](plan.svg)", "a picture 'plan.svg' that is no PNG, JPEG, GIF or WebP; save it as"),
        ("![Plan](photo.jpg)", "a picture 'photo.jpg' whose bytes are no image/jpeg; save it aga"),
        ("```{image} none.png\n```", "a picture 'none.png' that is not there; put it at"),
    ],
)
def test_a_picture_that_the_page_would_lack_is_told(folder: Path, text: str, expected: str) -> None:
    """With notebook and cell, before anything runs."""
    _write(folder, code("x = 1"), markdown(text))
    (fault,) = scan_notebook("rail")[1]
    assert fault.startswith("notebooks/rail.ipynb, cell 4: found ")
    assert expected in fault


@pytest.mark.parametrize(("form", "name"), NAMED)
def test_a_changed_picture_runs_its_notebook_again(folder: Path, form: str, name: str) -> None:
    """The page holds its bytes; that of another picture does not change."""
    _write(folder, markdown(form.format(name)))
    # what was read of a file is kept as long as a build lasts
    of_cells, of_all = _keys()
    (folder / "other.png").write_bytes(base64.b64decode(PNG))
    assert _keys()[0] == of_cells
    for path in folder.rglob("*"):
        if path.name in (name, "plan.png", "the depot (2).PNG"):
            path.write_bytes(base64.b64decode(PNG) + b"\n")
    assert _keys()[0] != of_cells
    assert _keys()[1] != of_all


def _keys() -> tuple[str, str]:
    from skytally.press import notebook_and_site_content_keys as keys

    keys._of_input.cache_clear()
    keys._memory.cache_clear()
    return _of_cells("rail"), of_inputs()
