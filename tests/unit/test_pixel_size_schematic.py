"""The schematic of pixel sizes: called simulated wherever it is met, with its table."""

from __future__ import annotations

import re

from skytally.imagery.figures import resolution_schematic
from skytally.imagery.figures.pixel_size_schematic import PIXELS, pixels_table
from tests.support.parsed_charts import svg_words, tags


def test_schematic_says_that_it_is_simulated_wherever_it_is_met() -> None:
    """In the picture at each size, in its caption and in its words; the same bytes twice."""
    shown = resolution_schematic()
    words = svg_words(shown)
    assert words.count("SIMULATED") == 3
    for size in ("10 m", "3 m", "0.5 m", "ship", "containers", "railcars"):
        assert size in words
    caption = re.search("<figcaption>(.*?)</figcaption>", shown.block)
    assert caption is not None
    assert caption[1].startswith("Simulated, no image of a real place")
    (image,) = (given for tag, given in tags(shown.block) if tag == "img")
    assert str(image["alt"]).startswith("Simulated picture, no real place")
    assert "sk-photo" in str(image["class"]).split()
    assert resolution_schematic().block == shown.block


def test_table_says_of_each_thing_what_each_pixel_shows() -> None:
    """Three things at three sizes, none left out; each thing is told apart only by finer pixels."""
    table = pixels_table()
    assert table.shape == (3, 1 + len(PIXELS))
    assert "ship, 112 by 18 m" in table["simulated thing"].tolist()
    seen = table.iloc[:, 1:].map(lambda cell: cell.split("; ")[1].split()[0])
    order = ["narrower", "a", "an"]
    for row in seen.to_numpy():
        ranks = [order.index(word) for word in row]
        assert ranks == sorted(ranks)
        assert ranks[0] < ranks[-1]
    assert "Simulated: what the picture shows" in resolution_schematic().block
