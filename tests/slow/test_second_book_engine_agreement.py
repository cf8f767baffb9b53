"""The same pages from Jupyter Book 2, held against those of the first engine one by one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from skytally.press.second_book_engine.myst_project_and_parsed_pages import PROGRAMS
from tests.support.book_build_edit_and_compare import tree
from tests.support.book_engine_comparison import (
    NUMBERED,
    OF_THE_THEME,
    SEARCH_TEXT,
    first_difference,
    page_content,
    site_pages,
)
from tests.support.browser_tabs_server_and_charts import ABSENT, chromium, chromium_path, draw, tab
from tests.support.project_copy_and_commands import copy_project, run_python

pytestmark = pytest.mark.slow
PRINT = ("-m", "skytally.press.build_command", "--engine=2")
LEAST_NUMBERS = 10_000
"""Numbers that all pages together hold at least; fewer would mean that nothing was compared."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the built project, printed by the second engine, too."""
    if not (PROGRAMS / "jupyter-book").is_file():
        pytest.skip("Jupyter Book 2 is not installed; make engine2 installs it")
    folder = copy_project(tmp_path_factory.mktemp("engines") / "project", built=True)
    first = tree(folder / "book/_build/html")
    ran = run_python(folder, *PRINT)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert tree(folder / "book/_build/html") == first, "the site of the first engine changed"
    return folder


@pytest.fixture(scope="module")
def sites(project: Path) -> tuple[Path, Path]:
    """Sites of the first and of the second engine."""
    return project / "book/_build/html", project / "book/_build/html2"


def test_both_engines_print_the_same_pages(sites: tuple[Path, Path]) -> None:
    """Every page but the search stands at the same address."""
    assert site_pages(sites[0]) == site_pages(sites[1])


@pytest.mark.parametrize("part", ["words", "numbers", "links", "figures", "tables"])
def test_both_engines_say_the_same(sites: tuple[Path, Path], part: str) -> None:
    """Each page has the same words, numbers, links, figures and tables, in the same order."""
    counted, differing = 0, []
    for name in sorted(site_pages(sites[0])):
        one, other = (getattr(page_content(site / name), part) for site in sites)
        counted += len(one)
        if difference := first_difference(one, other):
            differing.append(f"{name}: {difference}")
    assert differing == []
    assert counted > (LEAST_NUMBERS if part in ("words", "numbers") else 10)


def test_both_engines_have_the_same_anchors(sites: tuple[Path, Path]) -> None:
    """What anybody may have linked to is there, and no link leads to a numbered anchor."""
    for name in sorted(site_pages(sites[0])):
        one, other = (page_content(site / name) for site in sites)
        assert one.anchors == other.anchors, name
        assert [at for at in one.links if NUMBERED.fullmatch(at.partition("#")[2])] == [], name


def test_files_beside_the_pages_are_the_same(sites: tuple[Path, Path]) -> None:
    """Cards, downloads, findings and verdicts are the same bytes."""
    first, second = (tree(site) for site in sites)
    pages = site_pages(sites[0])
    wanted = {
        name: digest
        for name, digest in first.items()
        if name not in pages | OF_THE_THEME | {SEARCH_TEXT} and not name.startswith("_static/")
    }
    assert len(wanted) > 500
    assert {name for name, digest in wanted.items() if second.get(name) != digest} == set()


def test_second_print_has_the_same_bytes(project: Path, sites: tuple[Path, Path]) -> None:
    """Nothing random or dated enters a page, and a print replaces the one before it."""
    before = tree(sites[1])
    (sites[1] / "left-over.html").write_text("", encoding="utf-8")
    ran = run_python(project, *PRINT)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert tree(sites[1]) == before


@pytest.mark.skipif(chromium_path() is None, reason=ABSENT)
def test_pages_work_from_a_disk(sites: tuple[Path, Path]) -> None:
    """Every chart is drawn and the laboratory answers, without a server, a request or an error."""
    charts = 0
    with chromium() as browser, tab(browser, root=sites[1].as_uri()) as (page, faults):
        for name in sorted(site_pages(sites[1])):
            page.goto((sites[1] / name).as_uri())
            charts += draw(page)
        page.goto((sites[1] / "lines/rail-counts.html").as_uri())
        page.locator(".sk-lab summary").click()
        page.locator(".sk-lab-body > *").first.wait_for()
    assert faults == []
    assert charts > 10


@pytest.mark.parametrize(
    ("words", "fault"), [("{f}`no.such`", "no finding 'no.such'"), ("{nonsense}`role`", "nonsense")]
)
def test_faults_are_named_and_the_last_site_stays(
    project: Path, tmp_path: Path, words: str, fault: str
) -> None:
    """What the engine or the book refuses, with its page; nothing that was there is lost."""
    folder = tmp_path / "project"
    shutil.copytree(project, folder, symlinks=True)
    before = tree(folder / "book/_build/html2")
    page = folder / "book/about.md"
    page.write_text(
        f"{page.read_text(encoding='utf-8')}\n\n{words}\n",
        encoding="utf-8",
    )
    ran = run_python(folder, *PRINT)
    assert ran.returncode == 1
    assert "about.md" in ran.stderr
    assert fault in ran.stderr
    assert "the last good site stays" in ran.stderr
    assert tree(folder / "book/_build/html2") == before
