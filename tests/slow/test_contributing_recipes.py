"""The recipes of CONTRIBUTING, followed from their text, whole and with a step left out."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from skytally.press.strict_notebook_reader import ONLY_NOTEBOOKS
from tests.support import contributing_recipes
from tests.support.built_site_pages import parse_page
from tests.support.contributing_recipes import Step
from tests.support.project_copy_and_commands import ROOT, copy_project, make, run_python

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STEPS = contributing_recipes.read_steps(ROOT / "CONTRIBUTING.md")
WAY_OUT = "The way out of jupyter-book"
"""The recipe that adds no data."""
TITLES = [title for title in dict.fromkeys(step.recipe for step in STEPS) if title != WAY_OUT]
WANTED = {
    "Add a counter", "Add a source", "Add a row", "Add a site", "Add a site with imagery",
    "Add a region of a map", "Add a unit or another word", "Add a table",
    "Add a lane of the timeline", "Add a kind of evidence", "Put a number on a page",
    "Correct a row",
}  # fmt: skip
"""What a contributor adds without touching Python."""
OPTIONAL = {
    # the step is the whole recipe: without it nothing was begun
    ("Add a counter", "data/record/counters.csv"),
    ("Add a source", "data/record/sources.csv"),
    ("Add a row", "data/record/quay_stocks.csv"),
    ("Add a region of a map", "data/charts/map_regions.csv"),
    ("Add a lane of the timeline", "data/charts/timeline_lanes.csv"),
    ("Put a number on a page", "book/synthesis.md"),
    # a row that was not delivered may change; only its correction is held against it
    ("Correct a row", "data/record/corrections.csv"),
    # a row stands without its paraphrase, which no check can read off the page
    ("Add a row", "data/record/additions.csv"),
    # whether two rows describe one sighting is a judgement that no check can make
    ("Add a row", "data/record/same_observation.csv"),
    # a site that no counter names in parts needs no scope, and a notebook has values of its own
    ("Add a site", "data/record/scopes.csv"),
    ("Add a kind of evidence", "notebooks/params/road-counts.yml"),
}
"""Steps without which a project is in order all the same."""


@dataclass(frozen=True)
class Followed:
    """The project after one recipe and those before it."""

    site: Path
    """Copy of the pages printed then."""
    build: str
    """What ``make book`` printed."""


def _must(done: object, *codes: int) -> str:
    """Return what a command printed; fail if it ended otherwise than expected."""
    said = f"{done.stdout}{done.stderr}"  # type: ignore[attr-defined]
    assert done.returncode in (codes or (0,)), said[-4000:]  # type: ignore[attr-defined]
    return said


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the built project, to follow the recipes in."""
    return copy_project(tmp_path_factory.mktemp("recipes") / "project", built=True)


@pytest.fixture(scope="module")
def followed(project: Path) -> dict[str, Followed]:
    """Follow all recipes in order; check and build after each."""
    results: dict[str, Followed] = {}
    _must(make(project, "book"))
    for number, title in enumerate(TITLES):
        for step in contributing_recipes.of_recipe(STEPS, title):
            contributing_recipes.follow(step, project)
        _must(make(project, "check"))
        build = _must(make(project, "book"))
        site = project.parent / f"site-{number}"
        shutil.copytree(project / "book/_build/html", site)
        results[title] = Followed(site, build)
    return results


def _promises(title: str) -> str:
    """Paragraphs of a recipe that say what there is after a build."""
    section = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return "\n".join(line for line in section.splitlines() if line.startswith("After `make book`"))


def test_there_is_a_recipe_for_everything_that_is_data() -> None:
    """None of the recipes is lost, and none touches Python."""
    assert set(TITLES) == WANTED
    assert [step for step in STEPS if step.path.startswith("skytally/")] == []


@pytest.mark.parametrize("title", TITLES)
def test_recipe_keeps_its_promises(followed: dict[str, Followed], title: str) -> None:
    """Anchors, downloads, pages and counts of notebooks are as the text of the recipe says."""
    promises, result = _promises(title), followed[title]
    for page, anchor in re.findall(r"`([\w/-]+\.html)#([\w-]+)`", promises):
        assert anchor in parse_page(result.site / page).ids, f"{page}#{anchor}"
    for file in re.findall(r"`((?:data|lines)/[\w./-]+)`", promises):
        assert (result.site / file).is_file(), file
    for last_line in re.findall(r"the last line is `([^`]+)`", promises):
        assert result.build.strip().splitlines()[-1] == last_line
    if "no notebook ran" in promises:
        assert re.search(r"^notebooks: 0 run", result.build, re.MULTILINE)


def test_rows_show_where_the_recipe_says(followed: dict[str, Followed]) -> None:
    """The copied row stands in the record but is drawn once."""
    text = (followed["Add a row"].site / "data/port-imagery.containers.csv").read_text()
    assert [name in text for name in ("P901", "P902", "P903")] == [True, False, True]


def test_number_on_the_page_follows_its_row(followed: dict[str, Followed]) -> None:
    """The sentence says the count, and after the correction the other one."""
    for title, words in (
        ("Put a number on a page", "at least 12 trucks"),
        ("Correct a row", "at least 21 trucks"),
    ):
        assert words in (followed[title].site / "synthesis.html").read_text(encoding="utf-8")
        found = json.loads((followed[title].site / "findings.json").read_text(encoding="utf-8"))
        (trucks,) = (each for each in found if each["key"] == "road-counts.trucks_first")
        assert trucks["said"] == words


def test_quick_tests_are_green_after_all_recipes(
    project: Path, followed: dict[str, Followed]
) -> None:
    """Following the recipes to the letter leaves no test red."""
    assert followed
    done = run_python(project, "-m", "pytest", "-n", "2", "--dist", "loadfile", "-m", "not slow")
    _must(done)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Keep a copy of the data, pages and notebooks as they are before each recipe."""
    folder = tmp_path_factory.mktemp("steps")
    project = copy_project(folder / "project", built=False)
    copies = {}
    for number, title in enumerate(TITLES):
        copies[title] = Path(shutil.copytree(project, folder / f"before-{number}"))
        for step in contributing_recipes.of_recipe(STEPS, title):
            contributing_recipes.follow(step, project)
    return copies


NEEDED = [
    (step, number)
    for title in TITLES
    for number, step in enumerate(contributing_recipes.of_recipe(STEPS, title))
    if (title, step.path) not in OPTIONAL and step.recipe in WANTED
]


@pytest.mark.parametrize(("left_out", "number"), NEEDED, ids=[str(step) for step, _ in NEEDED])
def test_step_left_out_is_refused(
    before: dict[str, Path], tmp_path: Path, left_out: Step, number: int
) -> None:
    """Without the step, `make check` names what is missing."""
    project = Path(shutil.copytree(before[left_out.recipe], tmp_path / "project"))
    for place, step in enumerate(contributing_recipes.of_recipe(STEPS, left_out.recipe)):
        if place == number:
            continue
        try:
            contributing_recipes.follow(step, project)
        except RuntimeError:
            # a command of the recipe needs the step left out, and says so
            return
    said = _must(
        run_python(project, "-m", "skytally.press.data_and_parameter_check_command"),
        1,
        ONLY_NOTEBOOKS,
    )
    assert "fault" in said


def test_pages_print_without_jupyter_book(followed: dict[str, Followed], project: Path) -> None:
    """The commands of the way out give the same pages with Sphinx alone."""
    assert followed
    for step in contributing_recipes.of_recipe(STEPS, WAY_OUT):
        contributing_recipes.follow(step, project)
    printed = Path("/tmp/way-out/_build/html")
    try:
        assert (printed / "lines/road-counts.html").is_file()
    finally:
        shutil.rmtree("/tmp/way-out")
