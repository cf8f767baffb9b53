"""Hostile cells in the built site: code is shown and not run, a formula is text, CRLF is read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from skytally.press import site_build_and_swap
from tests.support.book_build_edit_and_compare import Project, copied, correct, edit
from tests.support.browser_tabs_server_and_charts import (
    ABSENT,
    chromium,
    chromium_path,
    draw,
    hovered,
    tab,
)

SCRIPT = "<script>window.executed=1</script>"
HOSTILE = {
    "tag": SCRIPT,
    "picture": '"><img src=x onerror="window.executed=2">',
    "comment": "<!--<script>window.executed=3",
    "closing": f"</script></textarea></svg>{SCRIPT}",
    "braces": "{{ 7*7 }} {f}`x` $x$ `code` @{value}{safe} %s {said}",
}
FORMULA = '@HYPERLINK("x";"y")'
"""One that the check takes, since words may begin so; one after an equals sign is refused."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Build a copy whose cells hold code, and whose events were saved by a spreadsheet."""
    project = copied(tmp_path_factory.mktemp("hostile") / "book-project", built=False)
    record = project.folder / "data/record"
    correct(record, ("rail_counts", "R031", "text"), " ".join(HOSTILE.values()))
    correct(record, ("rail_counts", "R031", "note"), FORMULA)
    correct(record, ("rail_counts", "R046", "text"), FORMULA)
    correct(record, ("rail_counts", "R051", "note"), HOSTILE["tag"])
    edit(record / "counters.csv", "csis", name=f"CSIS {HOSTILE['closing']}")
    edit(record / "scopes.csv", "tumangang-rail-facility", name=f"Yard {HOSTILE['picture']}")
    edit(record / "sites.csv", "rajin", name=f"Rajin {HOSTILE['tag']}")
    correct(record, ("sites", "rajin", "note"), HOSTILE["picture"])
    correct(record, ("sources", "BP_20231006", "title"), HOSTILE["comment"] + HOSTILE["tag"])
    events = record / "events.csv"
    as_saved = events.read_text(encoding="utf-8").replace("\n", "\r\n")
    events.write_bytes(b"\xef\xbb\xbf" + as_saved.encode())
    built = project.make()
    assert built.code == 0, built.err
    return project


def test_byte_order_mark_and_crlf_are_read(hostile: Project, tmp_path: Path, root: Path) -> None:
    """A table saved by a spreadsheet gives the same rows as the table of the record."""
    site_build_and_swap._copy_tables(root / "data/record", tmp_path, pattern="events.csv")
    given = hostile.html / "data/record/events.csv"
    assert given.read_bytes() == (tmp_path / "events.csv").read_bytes()
    page = (hostile.html / "record.html").read_text(encoding="utf-8")
    assert 'id="E013"' in page


def test_formulas_are_neutralised_in_downloads(hostile: Project) -> None:
    """No cell of any CSV on the site begins as a formula."""
    found = []
    for path in (hostile.html / "data").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                found += [cell for cell in row if cell.lstrip()[:1] in ("=", "@")]
    assert found == []
    for name in ("rail-counts.kinds.csv", "record/rail_counts.csv"):
        text = (hostile.html / "data" / name).read_text(encoding="utf-8")
        assert f"'{FORMULA}".replace('"', '""') in text, name


@pytest.mark.skipif(not chromium_path(), reason=ABSENT)
def test_cell_text_is_shown_not_run(hostile: Project) -> None:
    """Code in a cell shows as text on every page, chart and card, and nothing of it runs."""
    root = hostile.html.as_uri()
    # of thousands of cards, those that hold some of it
    pages = [
        path.relative_to(hostile.html).as_posix()
        for path in sorted(hostile.html.rglob("*.html"))
        if "_static" not in path.parts
        and ("cards" not in path.parts or "executed" in path.read_text(encoding="utf-8"))
    ]
    with chromium() as browser:
        for name in pages:
            with tab(browser, root=root) as (page, faults):
                page.goto(f"{root}/{name}")
                for number in range(draw(page)):
                    told = [word for tip in hovered(page, number) for word in tip]
                    assert told, f"{name}: chart {number + 1} shows nothing"
                assert page.evaluate("window.executed") is None, name
                assert faults == [], name
        with tab(browser, root=root) as (page, _):
            page.goto(f"{root}/record.html")
            assert " ".join(HOSTILE.values()) in page.locator("#R031").inner_text()
            page.goto(f"{root}/sources.html")
            shown = page.locator("#BP_20231006").inner_text()
            assert HOSTILE["comment"] + HOSTILE["tag"] in shown
