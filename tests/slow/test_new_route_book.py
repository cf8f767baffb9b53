"""``make route``: a book of another route builds without a row, and grows by rows made up here."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.built_site_pages import broken_link, parse_page

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TITLE = 'Counted across the "Caspian", по морю'
LONGEST_BUILD = 600
OTHER_ROUTE = re.compile(r"rajin|najin|korea|dprk|tumangang|pyongyang|tikhoretsk", re.IGNORECASE)


def _make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "SKYTALLY", "PYTEST", "PYTHON"))
    }
    # -o: the tests run in the environment that is there, they install nothing
    return subprocess.run(
        ["make", "-o", "env", "-o", "engine", *words],
        cwd=folder,
        env=inherited,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_BUILD,
    )


@dataclass(frozen=True)
class Route:
    """A book begun beside a copy of this project."""

    folder: Path
    """Its folder."""
    built: subprocess.CompletedProcess[str]
    """How its first build ended."""

    @property
    def html(self) -> Path:
        """Folder of the site."""
        return self.folder / "book/_build/html"

    def page(self, name: str) -> str:
        """HTML of a page."""
        return (self.html / name).read_text(encoding="utf-8")

    def words(self, name: str) -> str:
        """HTML of a page without its links, so that a number that leads to its card is a word."""
        return re.sub(r"</?a\b[^>]*>", "", self.page(name))

    def broken_links(self) -> list[str]:
        """Links of all pages that lead nowhere."""
        pages = {
            path.relative_to(self.html).as_posix(): parse_page(path)
            for path in self.html.rglob("*.html")
            if "_static" not in path.relative_to(self.html).parts
        }
        return [
            f"{name}: {fault}"
            for name, page in pages.items()
            for link in page.links
            if (fault := broken_link(self.html, name, link, pages.__getitem__))
        ]


@pytest.fixture(scope="module")
def route(tmp_path_factory: pytest.TempPathFactory) -> Route:
    """Begin a book by the command, in a folder with quotes and other letters, and build it."""
    beside = tmp_path_factory.mktemp("routes")
    project = beside / "a project"
    ignored = shutil.ignore_patterns("__pycache__", "_build", "delivered")
    for part in ("skytally", "data", "book", "notebooks"):
        shutil.copytree(ROOT / part, project / part, ignore=ignored)
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copyfile(ROOT / name, project / name)
    words = ["route", 'DIR=../Каспий, "the sea"', f"TITLE={TITLE}", f"VENV={sys.prefix}"]
    begun = _make(project, *words)
    assert begun.returncode == 0, begun.stderr
    folder = beside / 'Каспий, "the sea"'
    assert str(folder) in begun.stdout
    return Route(folder, _make(folder, "book"))


def test_route_builds_without_a_row(route: Route) -> None:
    """The empty book builds at once, and every chart, ledger and map says that it is empty."""
    assert route.built.returncode == 0, route.built.stderr
    assert route.built.stdout.endswith("notebooks: 1 run, 0 unchanged\n")
    for page, told in {
        "index.html": "The record has no row for this chart yet.",
        "lines/observations.html": "The record has no row for this chart yet.",
        "findings.html": "There is no finding yet.",
        "claims.html": "The ledger has no claim yet.",
        "sites.html": "The record has no site yet.",
        "sources.html": "the table has no row yet",
    }.items():
        assert told in route.page(page), page
    assert json.loads((route.html / "findings.json").read_text()) == []
    assert route.broken_links() == []


def test_route_names_nothing_of_the_first(route: Route) -> None:
    """No page, table or script of the new book speaks of the other route."""
    texts = [
        path
        for path in (*route.folder.rglob("*"),)
        if path.suffix in (".html", ".csv", ".md", ".toml", ".ipynb", ".json", ".js", ".css")
        and "lines" not in path.relative_to(route.folder).parts[:3]
    ]
    assert len(texts) > 60
    found = [path for path in texts if OTHER_ROUTE.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_route_is_not_begun_twice(route: Route) -> None:
    """A folder that holds a book is refused, and nothing in it is touched."""
    project = route.folder.parent / "a project"
    before = (route.folder / "Makefile").stat()
    words = ["route", f"DIR={route.folder}", "TITLE=Another", f"VENV={sys.prefix}"]
    again = _make(project, *words)
    assert again.returncode
    assert "which is not empty; name a folder that is not there" in again.stderr
    assert (route.folder / "Makefile").stat() == before


NOTE = "made up"
PORTS = ("east-port", "west-port")
DAYS = [f"2024-05-{day:02}" for day in range(1, 12)]


def _made_up_rows() -> dict[str, list[dict[str, str]]]:
    """Thirty rows of a route that does not exist."""
    sight = {
        "precision_first": "day", "precision_last": "day", "reading": "direct",
        "family": "sentinel-2", "source_id": "DESK_20240512", "note": NOTE,
    }  # fmt: skip
    none = {
        "state": "nothing-seen", "quantity": "ships", "value": "0", "bound": "exactly",
        "unit": "ships", "method": "count",
    }  # fmt: skip
    ships = [
        sight
        | {"id": f"P{number:03}", "date_first": day, "date_last": day, "counter": "desk"}
        | {"scope": f"{PORTS[number % 2]}-all", "text": f"{NOTE}: a ship or none"}
        | (none if number % 3 == 0 else {"state": "seen", "method": "none"})
        for number, day in enumerate(DAYS)
    ]
    stocks = [
        sight | {
            "id": f"Q{number:03}", "date_first": day, "date_last": day, "counter": "other-desk",
            "scope": "east-port-all", "quantity": "containers", "value": str(40 + 10 * number),
            "bound": "about", "unit": "containers", "method": "count", "state": "counted",
            "source_id": "OTHER_20240513", "text": f"{NOTE}: containers",
        }
        for number, day in enumerate(DAYS)
    ]  # fmt: skip
    source = {
        "published_precision": "day", "type": "news", "tier": "secondary", "reliability": "C",
        "reliability_reason": "newsroom", "reading_extent": "direct", "reports": NOTE,
        "title": f"({NOTE})",
    }  # fmt: skip
    return {
        "counters": [
            {"id": each, "name": f"{name} ({NOTE})", "kind": "news", "party": "no", "note": NOTE}
            for each, name in {"desk": "Desk", "other-desk": "Other desk"}.items()
        ],
        "sources": [
            source | {"id": each, "publisher": f"{name} ({NOTE})", "originator": counter,
                      "url": f"https://example.org/made-up/{counter}",
                      "published_first": f"{each[-8:-4]}-05-12", "published_last": "2024-05-13"}
            for each, name, counter in (
                ("DESK_20240512", "Desk", "desk"), ("OTHER_20240513", "Other", "other-desk"))
        ],
        "sites": [
            {"id": each, "name": f"{each} ({NOTE})", "kind": "port", "lat": "42.0", "lon": lon,
             "uncertainty_m": "500", "position_method": "published",
             "source_id": "DESK_20240512", "reading": "direct", "note": NOTE}
            for each, lon in zip(PORTS, ("53.0", "48.0"), strict=True)
        ],
        "scopes": [
            {"id": f"{each}-all", "site": each, "name": f"{each}, all of it", "meaning": NOTE}
            for each in PORTS
        ],
        "ship_sightings": ships,
        "quay_stocks": stocks,
    }  # fmt: skip


def _append(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="", lineterminator="\n").writerows(rows)


IMAGERY = (
    """from skytally.imagery.figures import cards_shown, lines_shown, state_shown
from skytally.imagery.pipeline import read_imagery
own = read_imagery("berth", study="2024-05-01")
lines_shown(own, "observations", ships, scopes, out=out)""",
    "state_shown(own)",
    'cards_shown(own, "observations", out=out)',
)
"""Cells of a page that shows images of its own, as those of this book do."""


TITLED = {
    "id": "observations.containers",
    "headline": "The most containers on one day: {f}`observations.highest`",
    "subtitle": "Containers at the east port",
}
"""Title of a chart, which quotes a finding."""


def _add_cells(path: Path, codes: tuple[str, ...]) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"] += [
        {"cell_type": "code", "id": f"own-{number}", "metadata": {}, "source": code,
         "execution_count": None, "outputs": []}
        for number, code in enumerate(codes)
    ]  # fmt: skip
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_route_grows_by_rows(route: Route) -> None:
    """Thirty rows made up, two findings and a sentence: charts, anchors and numbers follow."""
    rows = _made_up_rows()
    assert sum(map(len, rows.values())) == 30
    for name, new in rows.items():
        _append(route.folder / f"data/record/{name}.csv", new)
    findings = [
        {"key": "observations.seen", "kind": "tally", "table": "ship_sightings",
         "part": "state=seen", "unit": "ships", "sentence": "The record holds {number} seen."},
        {"key": "observations.highest", "kind": "highest", "table": "quay_stocks",
         "where": "quantity=containers", "sentence": "The most were {number} on {when}."},
    ]  # fmt: skip
    _append(route.folder / "data/findings/observations.csv", findings)
    with (route.folder / "book/index.md").open("a", encoding="utf-8") as page:
        page.write("\n{f-text}`observations.seen`\n{f-text}`observations.highest`\n{row}`P003`\n")
    _add_cells(route.folder / "notebooks/observations.ipynb", IMAGERY)
    _append(route.folder / "data/charts/chart_titles.csv", [TITLED])
    built = _make(route.folder, "book")
    assert built.returncode == 0, built.stderr
    assert built.stdout.endswith("notebooks: 1 run, 0 unchanged\n")
    index = route.words("index.html")
    assert "The record holds 7 ships seen." in index
    assert "The most were about 140 containers on 11 May 2024." in index
    assert 'id="P003"' in route.page("record.html")
    assert 'id="east-port"' in route.page("sites.html")
    observations = route.page("lines/observations.html")
    assert observations.count('class="sk-figure"') == 2
    assert "The most containers on one day: about 140 containers" in route.words(
        "lines/observations.html"
    )
    assert 'href="../accuracy.html#table-limits"' in observations
    table = (route.html / "data/observations.stocks.csv").read_text(encoding="utf-8")
    assert table.count(NOTE) >= 11
    assert route.broken_links() == []
    unchanged = _make(route.folder, "book")
    assert unchanged.stdout == "notebooks: 0 run, 1 unchanged\n"
