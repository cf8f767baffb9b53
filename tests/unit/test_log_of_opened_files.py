"""Files that a notebook opens by their paths count as read, whoever opens them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from skytally.core.log_of_opened_files import counted_reads

ROOT = Path(__file__).resolve().parents[2]
OPEN = """
import os
os.chdir("notebooks")
from skytally.core.log_of_opened_files import log_imported_files, log_opened_files
log_opened_files()
{code}
log_imported_files()
"""
TABLE = "record/route_connections.csv"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"open('../data/{TABLE}').close()", {TABLE}),
        (f"open(b'../data/{TABLE}').close()", {TABLE}),
        (f"os.close(os.open('../data/{TABLE}', os.O_RDONLY))", {TABLE}),
        (f"import pandas as pd\npd.read_csv('../data/{TABLE}')", {TABLE}),
        (f"from pathlib import Path\nPath('../data/{TABLE}').resolve().read_text()", {TABLE}),
        (f"import fileinput\nlist(fileinput.input('../data/{TABLE}'))", {TABLE}),
        ("open('own.txt').close()", {"../notebooks/own.txt"}),
        ("open('../own.txt').close()", {"../own.txt"}),
        ("import sys\nsys.path.insert(0, '.')\nimport own", {"../notebooks/own.py"}),
        (
            f"from pathlib import Path\nfrom skytally.core import read_table\n"
            f"read_table(Path('../data/{TABLE}'))",
            {TABLE},
        ),
        (
            "from skytally.core import data_registry, read_table\n"
            "read_table(data_registry.path('units', row='km'))",
            {"record/units.csv#=km"},
        ),
        (f"open('../data/{TABLE}', 'a').close()", set()),
        ("open('../book/_build/parsed.json').close()", set()),
        ("open('../.hidden').close()", set()),
        ("open(os.devnull).close()", set()),
        ("import skytally.core.table_reader", set()),
        ("import colorsys", set()),
    ],
)
def test_a_file_that_is_opened_is_logged(tmp_path: Path, code: str, expected: set[str]) -> None:
    """By Python, by a library, or by the package that was given a path; not what is written."""
    for name in ("notebooks", "book/_build", "data/record"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("notebooks/own.txt", "own.txt", ".hidden", "notebooks/own.py"):
        (tmp_path / name).touch()
    (tmp_path / "book/_build/parsed.json").touch()
    shutil.copy(ROOT / "data/registry.toml", tmp_path / "data")
    for path in (ROOT / "data/record").glob("*.csv"):
        if path.stem.partition(".")[0] in ("units", "vocabulary", "route_connections"):
            shutil.copy(path, tmp_path / "data/record")
    log = tmp_path / "log"
    own = {"SKYTALLY_READ_LOG": str(log), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", OPEN.format(code=code)]
    env = {**os.environ, **own, "SKYTALLY_PROJECT": str(tmp_path)}
    run = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    assert set(counted_reads(lines)) == expected


@pytest.mark.parametrize(
    ("opened", "read", "counts"),
    [
        ("record/a.csv", "", True),
        ("record/a.csv", "record/b.csv", True),
        ("record/a.csv", "record/a.csv", False),
        ("record/a.csv", "record/a.csv#cited", False),
        ("scenes/rajin/L1.tif", "scenes", False),
        ("scenes_of_another/L1.tif", "scenes", True),
        *((name, "", False) for name in ("registry.toml", "record/vocabulary.csv")),
        ("record/a.dictionary.csv", "", False),
    ],
)
def test_what_was_read_by_its_slug_is_not_counted_again(
    opened: str, read: str, counts: bool
) -> None:
    """A part of a table stays a part of it, where the package opened it for that."""
    assert set(counted_reads([f"?{opened}", *filter(None, [read])])) == {
        *filter(None, [read]),
        *([opened] if counts else []),
    }
