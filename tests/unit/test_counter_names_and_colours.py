"""Names and colours of counters: one table for the whole book, and who may not leave it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from skytally.core import DataError, chart_style as style
from skytally.figures.counter_names_and_colours import (
    LEAST_CONTRAST,
    OWN_COUNTER,
    contrast_on_white,
    counter_colour,
    counter_labels,
    read_counter_labels,
)

ROOT = Path(__file__).resolve().parents[2]
HEX = re.compile(r"#[0-9a-fA-F]{6}\b")


@pytest.fixture
def labels_file(tmp_path: Path) -> Path:
    """Copy of the table of the book, where it can be broken."""
    folder = shutil.copytree(ROOT / "data" / "charts", tmp_path / "charts")
    return Path(folder) / "counter_labels.csv"


def test_every_listed_counter_has_a_colour_for_words_on_white() -> None:
    """Names stand in the colour of their counter, so each is dark enough to be read."""
    for counter, label in counter_labels().items():
        assert contrast_on_white(label.colour) >= LEAST_CONTRAST, counter
        assert counter_colour(counter) == label.colour
    assert counter_colour(OWN_COUNTER) == style.INK
    assert counter_colour("nobody") == style.UNLISTED_COUNTERS[0]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("kbs,KBS,KBS,blue", "colour", "write it as #rrggbb"),
        ("kbs,KBS,KBS,#ffee00", "colour", r"1\.20 to 1 on white"),
        ("kbs,KBS,KBS,#5b5b5b", "colour", "kept for|for counters without a row"),
        ("voa,VOA,Voice,#112233", "id", "'voa' a second time"),
        ("kbs,KBS,VOA,#112233", "series", "'VOA' a second time"),
    ],
)
def test_a_faulty_label_is_refused_with_its_place(
    labels_file: Path, row: str, column: str, words: str
) -> None:
    """The message names file, line and column, what was found and what to do."""
    text = labels_file.read_text(encoding="utf-8")
    labels_file.write_text(f"{text}{row}\n", encoding="utf-8")
    line = len(text.splitlines()) + 1
    with pytest.raises(DataError, match=words) as raised:
        read_counter_labels(labels_file)
    assert f"counter_labels.csv, line {line}, column {column}" in str(raised.value)


def test_no_chart_has_a_colour_of_its_own() -> None:
    """Colours are written in the chart style and in the table of counters, nowhere else."""
    folders = (ROOT / "skytally" / "figures", ROOT / "skytally" / "imagery" / "figures")
    written = {
        path.name: HEX.findall(path.read_text(encoding="utf-8"))
        for folder in folders
        for path in folder.glob("*.py")
    }
    written.pop("counter_names_and_colours.py")  # its example of black and white
    assert len(written) > 30
    assert {name: found for name, found in written.items() if found} == {}
