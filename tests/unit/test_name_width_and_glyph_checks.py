"""Names in any script: drawn as words, and refused where nothing has room or letters for them."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from skytally.figures.matplotlib_charts import as_svg, canvas
from skytally.press.name_width_and_glyph_checks import (
    LONGEST_ID,
    SCRIPTS,
    WIDEST,
    name_faults,
    picture_faults,
)
from tests.support.names_in_many_scripts import NAMES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.filterwarnings("error")
def test_static_chart_draws_every_script_as_words() -> None:
    """Names stand in the picture letter by letter, and a dollar sign begins no formula."""
    figure, axes = canvas(3.0)
    axes.plot([0, 1], [0, len(NAMES)], label=NAMES[0])
    axes.set_yticks(range(len(NAMES)), NAMES)
    axes.text(0, 0, "$1 or $2")
    figure.legend(loc="outside lower left")
    words = re.findall(r"<text[^>]*>([^<]*)</text>", as_svg(figure))
    escaped = [
        name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for name in NAMES
    ]
    assert {*escaped, "$1 or $2"} <= set(words)
    assert words.count(NAMES[0]) == 2


@pytest.fixture
def counters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy one table of the record into a project of its own."""
    for folder in ("record", "charts", "claims", "sites"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    (tmp_path / "data/registry.toml").touch()
    for name in ("counters.csv", "counters.dictionary.csv", "vocabulary.csv"):
        shutil.copyfile(ROOT / "data/record" / name, tmp_path / "data/record" / name)
    monkeypatch.delenv("SKYTALLY_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data/record/counters.csv"


@pytest.mark.parametrize(
    ("column", "words", "expected"),
    [
        *(("name", name, "") for name in NAMES),
        ("name", "나" * (WIDEST // 2), ""),
        ("name", "나" * (WIDEST // 2 + 1), f"a name {WIDEST + 2} columns wide"),
        ("name", "n" * (WIDEST + 1), f"a name {WIDEST + 1} columns wide"),
        ("name", "ท่าเรือ", "'ท' (U+0E17), '่' (U+0E48), 'า' (U+0E32)"),
        (
            "name",
            "pier 🚢",
            "'🚢' (U+1F6A2), which no font of the book can draw; write the name in",
        ),
        ("name", "_hidden", "'_hidden', which legends leave out; begin it with a letter"),
        ("id", "i" * (LONGEST_ID + 1), f"{LONGEST_ID + 1} letters"),
    ],
)
def test_name_faults_of_a_cell(counters: Path, column: str, words: str, expected: str) -> None:
    """A name is drawn, or refused with its row and what to do."""
    with counters.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[2][column] = words
    with counters.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    faults = list(map(str, name_faults()))
    assert len(faults) == bool(expected)
    if expected:
        assert faults[0].startswith(f"record/counters.csv, line 4, column {column}: found ")
        assert expected in faults[0]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Pier 1, Причал, Αποβάθρα, $5", ""),
        ("부두 1, 羅津港, レール", ""),
        ("مرسى", ""),
        ("נמל", ""),
        ("घाट", "'घ' (U+0918), 'ा' (U+093E), 'ट' (U+091F)"),
        ("pier 🚢", "'🚢' (U+1F6A2)"),
    ],
)
def test_pictures_of_pixels_refuse_letters_that_they_cannot_show(name: str, letters: str) -> None:
    """A box is nobody's name."""
    faults = [*picture_faults([("rajin", name)], title=name)]
    wanted = f"found {letters}, which no font of the book can draw; {SCRIPTS}"
    places = [f"sites/rajin.geojson, outline {name!r}", "book/_config.yml, title"]
    assert faults == ([f"{place}: {wanted}" for place in places] if letters else [])
