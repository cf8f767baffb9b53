"""Files that the code of a notebook names count as read, though no Python opens them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skytally.press.files_named_in_notebook_code import files_named_in_cells
from tests.support.made_up_notebooks import code, markdown, notebook


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("xr.open_dataset('../data/measured.nc')", {"measured.nc"}),
        ('rasterio.open("beside.tif")', {"../notebooks/beside.tif"}),
        ("rasterio.open(root / 'data/measured.nc')", {"measured.nc"}),
        ("%time x = read('beside.tif')", {"../notebooks/beside.tif"}),
        ("x = 'beside.tif', '../data/measured.nc'", {"../notebooks/beside.tif", "measured.nc"}),
        ("read('../data/none.nc')", set()),
        ("read('../data')", set()),
        ("read('../../elsewhere.txt')", set()),
        ("read('../book/_build/state.json')", set()),
        ("# beside.tif", set()),
    ],
)
def test_a_name_of_a_file_in_code_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, expected: set[str]
) -> None:
    """From the folder of the notebook, or from that of the project; only files of the project."""
    root = tmp_path / "project"
    for name in ("data", "notebooks", "book/_build"):
        (root / name).mkdir(parents=True)
    for name in ("data/registry.toml", "data/measured.nc", "notebooks/beside.tif"):
        (root / name).touch()
    (tmp_path / "elsewhere.txt").touch()
    (root / "book/_build/state.json").touch()
    cells = notebook(code(source), markdown("'../data/registry.toml'"))
    (root / "notebooks/rail.ipynb").write_text(json.dumps(cells))
    monkeypatch.delenv("SKYTALLY_PROJECT", raising=False)
    monkeypatch.chdir(root)
    assert files_named_in_cells("rail") == expected
