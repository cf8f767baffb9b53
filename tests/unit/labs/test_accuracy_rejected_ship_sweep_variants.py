"""Variants of the sweep that were tried: the opening, and what is left out of its own tuning."""

from __future__ import annotations

import numpy as np

from labs.benchmarks import accuracy_rejected_ship_sweep_variants as tried
from labs.benchmarks.accuracy_ship_sweep_labelled_ports import Port
from skytally.imagery.cube import Frame

WIDTH, STEP = 60.0, 0.05


def port(name: str, labels: int) -> Port:
    """Make a port of labels without an image."""
    frame = Frame(np.zeros((1, 4, 4), np.float32), ("b08",), None, np.datetime64(0, "ns"), "", "",
                  10.0)  # fmt: skip
    return Port(name, frame, [np.ones((4, 4), bool)] * labels, name)


def test_opening_leaves_out_what_is_narrow() -> None:
    """A pier of 40 m goes, land of 200 m stays up to the edge of the image."""
    mask = np.zeros((60, 60), bool)
    mask[:20] = True
    mask[20:50, 28:32] = True
    found = tried.opened(mask, WIDTH, 10.0)
    assert found[:19].all()
    assert not found[24:].any()


def test_each_port_is_left_out_of_its_own_tuning() -> None:
    """A setting that is best on one port alone is taken from the others."""
    good, bad = (4, 0, 4), (0, 4, 4)
    counts = [
        {(40.0, STEP): good, (WIDTH, STEP): bad},
        {(40.0, STEP): bad, (WIDTH, STEP): good},
        {(40.0, STEP): bad, (WIDTH, STEP): good},
    ]
    held = [port(name, 4) for name in "abc"]
    rows = tried.left_out_rows(held, counts, "")
    recall = {row["dataset"]: row["value"] for row in rows if row["metric"] == "recall"}
    assert recall["a"] == 0.0
    assert recall["b"] in (0.0, 1.0)
    assert {row["method"] for row in rows} == {tried.OWN_WATER}
    assert "opened at 60 m" in next(row["note"] for row in rows if row["dataset"] == "a")
