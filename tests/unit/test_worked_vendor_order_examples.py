"""Worked orders of the page on own images: their tables are read, their lines are printed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from skytally.core import project_root
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.image_provider_table import Provider, read_providers
from skytally.imagery.acquire.inventory_and_search_log import INVENTORY_COLUMNS, SEARCH_COLUMNS
from skytally.imagery.pipeline.refresh_plan import plan_refresh
from skytally.press.own_image_delivery_report import file_lines
from skytally.press.refresh_plan_report import plan_lines
from skytally.press.sphinx_ext.image_provider_and_order_directives import MadeUpOrder
from tests.support import (
    made_up_vendor_deliveries as deliveries,
    simulated_scenes_and_sites as chips,
)
from tests.support.directives_without_page import bare

PERIOD = ("2019-01-01", "2024-12-31")
TEXT = (project_root() / "book/own-images.md").read_text(encoding="utf-8")
FOLDS = re.findall(r"(?s)```\{made-up-order\} (.*?)\n(.*?)\n---\n(.*?)\n```", TEXT)
PLANET = re.findall(
    r"(?s)```toml\n(\[my-planet-order\].*?)\n```.*?```text\n(my-planet.*?)\n```", TEXT
)
ORDERS = {
    "my-planet-order": deliveries.planet,
    "my-maxar-order": deliveries.maxar,
    "my-airbus-order": deliveries.airbus,
    "my-sentinel-2-product": deliveries.sentinel2,
    "my-landsat-bundle": deliveries.landsat,
}  # fmt: skip
WORKED = [*PLANET, *((table, lines) for _, table, lines in FOLDS)]


def _row(folder: Path, table: str) -> Provider:
    """Read the table as the project would."""
    path = folder / "providers.toml"
    path.write_text(table, encoding="utf-8")
    (row,) = read_providers(path).values()
    return row


def _printed(folder: Path, row: Provider) -> list[str]:
    empty = pd.DataFrame(columns=list(INVENTORY_COLUMNS), dtype=str)
    plan = plan_refresh(
        [chips.site()], [row], PERIOD, folder=folder / "scenes", inventory=empty,
        searches=pd.DataFrame(columns=list(SEARCH_COLUMNS), dtype=str), settings=FetchSettings(),
    )  # fmt: skip
    return [*file_lines([row]), *plan_lines(plan)]


def test_each_vendor_has_one_worked_order() -> None:
    """Beside Planet one each, called made up."""
    names = [next(iter(tomllib.loads(table))) for table, _ in WORKED]
    assert names == list(ORDERS)
    assert all(title.endswith("(made up)") for title, _, _ in FOLDS)


@pytest.mark.parametrize(
    ("table", "lines", "make"),
    [(*worked, make) for worked, make in zip(WORKED, ORDERS.values(), strict=True)],
    ids=list(ORDERS),
)
def test_a_worked_order_is_what_the_command_prints(
    tmp_path: Path, table: str, lines: str, make: Callable[[Path], Path]
) -> None:
    """Every printed line has its line on the page, in order; only names are shortened."""
    row = _row(tmp_path, table)
    order = make(tmp_path / "orders" / Path(row.url).name)
    printed = _printed(tmp_path, replace(row, url=str(order)))
    shown = lines.replace(", for rajin", ", for here").splitlines()
    if row.name == "my-planet-order":  # its list of the order is left out there
        printed = [line for line in printed if "manifest.json" not in line]
    assert len(printed) == len(shown)
    for line, pattern in zip(printed, shown, strict=True):
        assert re.fullmatch(re.escape(pattern).replace("…", ".*"), line), (line, pattern)


def test_a_fold_shows_table_and_lines_as_text() -> None:
    """Nothing in it is markup, and a keyboard reaches what is cut off."""
    directive = bare(MadeUpOrder)
    directive.arguments = ["Maxar (made up)"]
    directive.content = ['[a]  # "<b>"', "---", "  <i>: metadata"]
    shown = directive.html()
    assert "&lt;b&gt;" in shown
    assert '<pre tabindex="0">  &lt;i&gt;: metadata</pre>' in shown
    assert shown.startswith("<details><summary>Maxar (made up)</summary>")
