"""YAML of the plainest kind: values as they are written, and where they stand."""

from __future__ import annotations

import pytest
import yaml

from skytally.press.strict_yaml_reader import _PlainLoader, read_yaml


@pytest.mark.parametrize("written", ["010", "1:30", "1_0", "0x1f", "0b11"])
def test_a_number_that_yaml_reads_otherwise_is_no_number(written: str) -> None:
    """YAML 1.1 makes 8, 90, 10, 31 and 3 of these in silence; here they are words."""
    assert yaml.load(f"a: {written}", Loader=_PlainLoader) == {"a": written}
    assert yaml.load("a: [8, -3, 1.5, 1e3]", Loader=_PlainLoader) == {"a": [8, -3, 1.5, 1000.0]}


def test_read_yaml_knows_where_each_value_stands() -> None:
    """Line of the name, and the value as the file has it."""
    values, places = read_yaml("x.yml", "# ours\na: 'it is'\n\nb:\n- 1\n- 2.50\n")
    assert values == {"a": "it is", "b": [1, 2.5]}
    assert {name: place.line for name, place in places.items()} == {"a": 2, "b": 4}
    assert places["a"].written(places["a"].node) == "'it is'"
    assert places["b"].written(places["b"].node.value[1]) == "2.50"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_read_yaml_of_no_value(text: str) -> None:
    """A file with comments only sets nothing."""
    assert read_yaml("x.yml", text) == ({}, {})
