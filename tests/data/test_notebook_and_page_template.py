"""Notebooks and pages keep the template: thin code, prose that quotes, nothing typed by hand."""

from __future__ import annotations

import ast
import csv
import itertools
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = sorted(path for path in (ROOT / "book").glob("*.md") if path.stem != "rerun")
"""The pages that speak of evidence; how to rerun speaks of versions and line numbers."""
LINES = {
    "ais-gaps", "depot-expansion", "coverage", "official-claims", "port-imagery", "rail-counts",
}  # fmt: skip
STEPS = {
    "analyse", "analysis", "check", "checks", "conclusion", "data", "discussion", "figures",
    "findings", "limitations", "limits", "method", "methods", "own imagery", "results",
}  # fmt: skip
"""Headings that name a step of the method, where a reader wants what was found."""
SHORTEST_HEADING = 4
"""Words of the shortest heading that can state something or ask it."""
DISTRUST, CHANGED_MINDS = "What would make us distrust", "what would change our mind"
OWN_IMAGES, NUMBERS = "What images of our own would add", "The findings of this page"
FOLDED_CALLS = ("state_shown(", "cards_shown(", "figures.findings_table(")
"""Plans, detection limits and the table of findings: for whoever checks, behind a fold."""
MAX_CODE, MAX_CELL, PROSE = 80, 20, (400, 1250)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NOT_PROSE = (
    r"(?ms)^(?P<fence>`{3,}|~{3,}|:{3,}).*?^(?P=fence)[ \t]*$",  # fenced code, directives
    r"(?s)<!--.*?-->",
    r"\{[\w-]+\}`[^`]*`",  # roles
    r"`[^`]*`",
    r"\]\([^)]*\)",  # targets of links
    r"https?://\S+",
    r"<[^>\n]+>",
    r"(?m)^\([\w.-]+\)=$",  # anchors
    r"(?m)^\d+\. ",  # numbered lists
)
NAMES = (
    r"\bUTF-8\b",
    r"\bJupyter Book 2\b",
    r"\bWGS 84\b",
    r"\bversion \d+(?:\.\d+)+",
    r"\b38 North\b",
    r"\bSentinel-[12]\b",
    r"\bA start in 1900\b",
    r"\bCreative Commons Attribution 4\.0\b",
    r"\bC4ADS\b",
    r"\bMaia-1\b",
    r"\b[Rr]esolutions? \d{4}(?:(?:, | and )\d{4})*\b",
    r"\bKN-23\b",
    r"\bS/20\d\d/\d+\b",  # symbol of a document of the United Nations
    r"\bHwasong-11\b",
    r"\bJPEG 2000\b",
    r"\bICD 203\b",
    r"\bF1\b",
    r"\bLandsat Collection 2\b",
    r"\bMaxar 1B\b",
    r"\b32-bit\b",
    r"\bSentinel-1[A-D]\b",
)
DATES = (
    rf"\b\d{{1,2}}(?: (?:to|and) \d{{1,2}})? (?:{MONTHS})\b(?: 20[12]\d)?",
    r"\b20[12]\d-\d{2}-\d{2}\b",
    r"\b20[12]\d\b",
)

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def _cells(path: Path, kind: str) -> list[Any]:
    return [cell for cell in _read(path).cells if cell.cell_type == kind]


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _code_lines(source: str) -> int:
    return sum(bool(text.strip()) for text in source.splitlines())


def _prose(path: Path) -> str:
    return "\n\n".join(cell.source for cell in _cells(path, "markdown"))


def _typed_digits(text: str) -> list[str]:
    """Lines of prose with a typed digit outside roles, code, links, names and dates."""
    for pattern in (*NOT_PROSE, *NAMES, *DATES):
        text = re.sub(pattern, "", text)
    return [line for line in text.splitlines() if re.search(r"\d", line)]


def test_every_line_of_evidence_has_its_notebook() -> None:
    """The lines keep the names that pages and files are built on."""
    assert {path.stem for path in NOTEBOOKS} >= LINES


@each_notebook
def test_notebook_is_valid_and_has_ids(path: Path) -> None:
    """The file is what its format says, and each cell has an id of its own."""
    notebook = _read(path)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))


@each_notebook
def test_notebook_has_no_outputs(path: Path) -> None:
    """Outputs, and the order in which someone ran the cells, are never committed."""
    for cell in _cells(path, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None


def test_notebooks_are_stripped() -> None:
    """The tool that strips notebooks finds nothing to strip."""
    run = subprocess.run(
        [sys.executable, "-m", "nbstripout", "--verify", "--keep-id", *map(str, NOTEBOOKS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@each_notebook
def test_notebook_has_one_cell_of_literals(path: Path) -> None:
    """Exactly one cell is tagged parameters; it holds name = literal, and a comment a name."""
    (cell,) = (cell for cell in _cells(path, "code") if "parameters" in _tags(cell))
    for statement in ast.parse(cell.source).body:
        assert isinstance(statement, ast.Assign)
        (target,) = statement.targets
        assert isinstance(target, ast.Name)
        ast.literal_eval(statement.value)
        first = cell.source.splitlines()[statement.lineno - 1]
        assert "#" in first, target.id


def _formatted(cells: list[Any], folder: Path) -> list[str]:
    """Format the cells as ruff does, so that nobody gains a line by a longer one."""
    paths = [folder / f"cell_{number}.py" for number in range(len(cells))]
    for path, cell in zip(paths, cells, strict=True):
        path.write_text(cell.source, encoding="utf-8")
    command = ["-m", "ruff", "format", "-q", "--isolated", "--line-length", "100", *map(str, paths)]
    subprocess.run([sys.executable, *command], check=True)
    return [path.read_text(encoding="utf-8").rstrip("\n") for path in paths]


@each_notebook
def test_notebook_is_thin_and_formatted(path: Path, tmp_path: Path) -> None:
    """At most 80 lines of code in all and 20 a cell, as ruff formats them at 100 columns."""
    cells = _cells(path, "code")
    for cell, formatted in zip(cells, _formatted(cells, tmp_path), strict=True):
        assert cell.source == formatted, cell.id
        if "parameters" not in _tags(cell):
            assert _code_lines(cell.source) <= MAX_CELL, cell.id
    assert sum(_code_lines(cell.source) for cell in cells) <= MAX_CODE


@each_notebook
def test_notebook_holds_nothing_that_belongs_to_the_package(path: Path) -> None:
    """No function, class, branch or loop that a test could not reach."""
    for cell in _cells(path, "code"):
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not kinds & {
            ast.FunctionDef,
            ast.AsyncFunctionDef,
            ast.ClassDef,
            ast.Lambda,
            ast.If,
            ast.While,
            ast.Try,
        }, cell.id


@each_notebook
def test_notebook_has_enough_prose(path: Path) -> None:
    """Between 400 and 1,250 words: enough to be understood, few enough to be read."""
    least, most = PROSE
    assert least <= len(_prose(path).split()) <= most


def _heading_faults(headings: list[str]) -> list[str]:
    """Headings that name a step, and sections of the template that are missing or out of place."""
    faults = [
        text for text in headings if text.lower() in STEPS or len(text.split()) < SHORTEST_HEADING
    ]
    if sum(text.startswith(DISTRUST) for text in headings) != 1:
        faults.append(f"one section {DISTRUST} …")
    if headings.count(NUMBERS) != 1:
        faults.append(f"one section {NUMBERS}")
    if not headings or not headings[-1].endswith(CHANGED_MINDS):
        faults.append(f"last, a section that ends in {CHANGED_MINDS}")
    order = [text for text in headings if text.startswith(DISTRUST) or text == NUMBERS]
    if headings[:1] == order[:1] or (order == [NUMBERS, *order[1:]] and len(order) > 1):
        faults.append("evidence, then doubts, then the table of numbers")
    return faults + [f"twice: {text}" for text in {*headings} if headings.count(text) > 1]


@each_notebook
def test_notebook_asks_then_states_what_each_section_shows(path: Path) -> None:
    """One title, which is the question; sections that state something, doubts and limits last."""
    headings = re.findall(r"(?m)^(#+) +(.+?)\s*$", _prose(path))
    titles = [text for marks, text in headings if marks == "#"]
    assert len(titles) == 1
    assert headings[0][1] == titles[0]
    assert titles[0].endswith("?")
    assert _heading_faults([text for marks, text in headings if marks == "##"]) == []


TEMPLATE = [
    "Three counts, not a series",
    "What would make us distrust these counts",
    "The findings of this page",
    "What no image can show, and what would change our mind",
]


@pytest.mark.parametrize(
    ("headings", "fault"),
    [
        (["Analyse", *TEMPLATE], "Analyse"),
        (["Trains and railcars", *TEMPLATE], "Trains and railcars"),
        (TEMPLATE[:1] + TEMPLATE[2:], "one section What would make us distrust …"),
        (TEMPLATE[:2] + TEMPLATE[3:], "one section The findings of this page"),
        (TEMPLATE[:3], "last, a section that ends in what would change our mind"),
        (TEMPLATE[1:], "evidence, then doubts, then the table of numbers"),
        ([*TEMPLATE[:1], *TEMPLATE], "twice: Three counts, not a series"),
    ],
)
def test_a_heading_that_breaks_the_template_is_seen(headings: list[str], fault: str) -> None:
    """The test above would see a step of the method and a section that is missing or misplaced."""
    assert _heading_faults(headings) == [fault]
    assert _heading_faults(TEMPLATE) == []


@each_notebook
def test_notebook_answers_before_its_code(path: Path) -> None:
    """The first cell holds question and answer, the answer quotes a finding, a picture follows."""
    first, *rest = _read(path).cells
    assert first.cell_type == "markdown"
    answer = first.source.partition("\n")[2]
    assert re.search(r"\{f(-\w+)?\}`[\w.-]+`", answer)
    assert rest[0].cell_type == "code"
    before = list(itertools.takewhile(lambda cell: cell.cell_type == "code", rest))
    assert any(
        re.search(r"(?m)^(?:figures\.)?\w+_(?:chart|schematic)\(", cell.source) for cell in before
    )


@each_notebook
def test_notebook_folds_what_only_a_checker_needs(path: Path) -> None:
    """Plans, detection limits and the table of findings are folded, each under its own words."""
    for cell in _cells(path, "code"):
        if any(call in cell.source for call in FOLDED_CALLS):
            assert "hide-output" in _tags(cell), cell.id
        if "hide-output" in _tags(cell):
            assert cell.metadata["mystnb"]["code_prompt_show"].startswith("Show "), cell.id
            assert cell.metadata["mystnb"]["code_prompt_hide"].startswith("Hide "), cell.id


@each_notebook
def test_notebook_speaks_of_its_own_images_in_one_section(path: Path) -> None:
    """What images of our own would add stands in one section, with the way to start."""
    section, calls, words = "", set(), ""
    for cell in _read(path).cells:
        if cell.cell_type == "markdown":
            for text in re.split(r"(?m)^(?=## )", cell.source):
                found = re.match(r"## +(.+?)\s*$", text, re.MULTILINE)
                section = found[1] if found else section
                words += text if section == OWN_IMAGES else ""
        elif re.search(r"\b(?:state_shown|lines_shown|cards_shown)\(", cell.source):
            calls.add(section)
    assert calls <= {OWN_IMAGES}
    assert not calls or re.search(r"\{ref\}`[^`]*first-refresh", words)


@each_notebook
def test_notebook_quotes_findings_of_its_own_line(path: Path) -> None:
    """Numbers in the prose come from this notebook's findings."""
    keys = re.findall(r"\{f(?:-\w+)?\}`([^`]+)`", _prose(path))
    assert keys
    assert {key.partition(".")[0] for key in keys} == {path.stem}


@each_notebook
def test_notebook_writes_its_findings_once(path: Path) -> None:
    """One call writes all findings, in the section that shows them all."""
    section, calls = "", []
    for cell in _read(path).cells:
        if cell.cell_type == "markdown":
            found = re.findall(r"(?m)^## +(.+?)\s*$", cell.source)
            section = found[-1] if found else section
        else:
            calls += [section] * len(
                re.findall(r"(?m)^(?:findings\.)?write_findings\(", cell.source)
            )
    assert calls == [NUMBERS]


@each_notebook
def test_notebook_imports_at_the_top_and_reads_by_name(path: Path) -> None:
    """Data come from the register, never from a path or an address typed into a cell."""
    code = [cell.source for cell in _cells(path, "code")]
    importing = [i for i, source in enumerate(code) if re.search(r"(?m)^(from|import) ", source)]
    assert importing == [1]
    for source in code[1:]:
        assert not re.search(r"https?://|\.csv|read_csv|open\(|os\.environ", source)


SUPERLATIVE = re.compile(
    r"\b(?:highest|lowest|largest|smallest|greatest|latest|earliest|thinnest|most containers|"
    r"most railcars|only one|only (?:number|series|date|day|place|counter)|"
    r"the one (?:later )?day)\b",
    re.IGNORECASE,
)
"""Words that single one thing out of the rows, which a new row may take from it."""
SELECTING = {"highest", "latest", "first", "only"}
EVIDENCE_PAGES = [
    ROOT / f"book/{page}.md" for page in ("index", "limits", "synthesis", "claims", "rivals")
]


def _selecting_keys() -> set[str]:
    """Keys of findings that select their row, and of what is computed from such a row."""
    keys = set()
    for table in sorted((ROOT / "data/findings").glob("*.csv")):
        if table.name == "vocabulary.csv" or table.name.endswith(".dictionary.csv"):
            continue
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["kind"] in SELECTING or "@" in row["of"] + row["where"]:
                    keys.add(row["key"])
    return keys


def _unsupported(text: str, keys: set[str]) -> list[str]:
    """Sentences with a superlative that quote no finding which selects its row."""
    lines = re.sub(NOT_PROSE[0], "", text).splitlines()
    return [
        line
        for line in lines
        if SUPERLATIVE.search(re.sub(r"`[^`]*`", "", line))
        and not keys & set(re.findall(r"\{f(?:-\w+)?\}`([^`]+)`", line))
    ]


@each_notebook
def test_superlative_of_a_notebook_is_a_finding(path: Path) -> None:
    """A sentence that singles out one row quotes a finding that selects it."""
    if (ROOT / f"data/findings/{path.stem}.csv").is_file():
        assert _unsupported(_prose(path), _selecting_keys()) == []


@pytest.mark.parametrize("path", EVIDENCE_PAGES, ids=lambda path: path.stem)
def test_superlative_of_a_page_is_a_finding(path: Path) -> None:
    """The same holds for the pages that speak of evidence."""
    assert _unsupported(path.read_text(encoding="utf-8"), _selecting_keys()) == []


def test_unsupported_superlatives_are_found() -> None:
    """The tests above would see one, and let a selecting finding speak for it."""
    keys = {"a.peak"}
    assert _unsupported("It was the highest count.", keys)
    assert _unsupported("On {f-when}`a.other` it was the highest count.", keys)
    assert not _unsupported("On {f-when}`a.peak` it was the highest count.", keys)
    assert not _unsupported("A count.", keys)


def _sentences_a_line(text: str) -> list[str]:
    plain = re.sub(r"(?ms)^(?P<fence>`{3,}|:{3,}).*?^(?P=fence)[ \t]*$", "", text)
    return [
        line
        for line in plain.splitlines()
        if re.search(r"[a-z)`]{2}[.?!] +[A-Z]", line)
        and not line.lstrip().startswith(("|", "-", "*"))
    ]


@each_notebook
def test_notebook_has_one_sentence_a_line(path: Path) -> None:
    """A changed sentence is a changed line."""
    assert _sentences_a_line(_prose(path)) == []


@each_notebook
def test_notebook_prose_has_no_typed_number(path: Path) -> None:
    """No number of evidence is typed by hand; dates of the calendar are words."""
    assert _typed_digits(_prose(path)) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_prose_has_no_typed_number(path: Path) -> None:
    """The same holds for the pages."""
    assert _typed_digits(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("CSIS counted 73 railcars.", True),
        ("CSIS counted about 1,010.", True),
        ("It was 2000 tonnes.", True),
        ("On 5 October 2023 and in June 2024 it was seen.", False),
        ("On {f-when}`rail.a1` it counted {f}`rail.b2` ({row}`R031`).", False),
        ("```{record-table} rail_counts\n:caption: 101 rows\n```", False),
        ("See [the page](https://example.org/2023/73).", False),
        ("1. First step", False),
        ("38 North saw it on a Sentinel-2 image.", False),
        ("38 railcars", True),
    ],
)
def test_typed_digits_tells_numbers_from_dates(text: str, kept: bool) -> None:
    """The test above would see a typed number, and lets dates, roles and code be."""
    assert bool(_typed_digits(text)) == kept


def test_no_heading_has_two_labels() -> None:
    """The second engine keeps the first of them alone, and refuses a link to the other."""
    two = re.compile(r'^(?:    ")?\([a-z-]+\)=(?:\\n",)?\n(?:    ")?\([a-z-]+\)=', re.MULTILINE)
    pages = [*(ROOT / "book").glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    assert [path.name for path in pages if two.search(path.read_text(encoding="utf-8"))] == []
    assert two.search('    "(a-b)=\\n",\n    "(c)=\\n",\n')
    assert two.search("(a-b)=\n(c)=\n")
