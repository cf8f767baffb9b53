"""Pages of the second engine: what becomes of its nodes, its warnings and a wrong choice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from skytally.core import DataError
from skytally.press import build_command as press
from skytally.press.second_book_engine import myst_project_and_parsed_pages
from skytally.press.second_book_engine.myst_page_to_html import PageWriter
from skytally.press.second_book_engine.myst_project_and_parsed_pages import ParsedBook, ParsedPage
from skytally.press.second_book_engine.plain_site import description
from skytally.press.second_book_engine.role_and_directive_filling import call_source

ROOT = Path(__file__).resolve().parents[2]


def text(words: str) -> dict[str, Any]:
    """Node of plain words."""
    return {"type": "text", "value": words}


def node(kind: str, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Node of the engine's tree."""
    return {"type": kind, "children": list(children), **more}


def writer(
    *children: dict[str, Any], files: Path = Path(), labels: tuple[str, ...] = ()
) -> PageWriter:
    """Writer of a made-up page in a folder, with another page to link to."""
    page = ParsedPage("lines/made-up", "A made-up page", node("root", *children), labels)
    return PageWriter(ParsedBook((page,), {"/": "index", "/other": "other"}, files), page)


def test_sections_nest_and_keep_the_ids_of_the_first_engine() -> None:
    """A heading begins a section with an id from its straight quotes; labels are anchors."""
    blocks = (
        node("heading", text("Russia\u2019s part"), depth=2, html_id="x", implicit=True),
        node("paragraph", text("one < two")),
        node("heading", text("Deeper"), depth=3, html_id="own-label"),
        node("heading", text("Deeper"), depth=2, html_id="deeper", implicit=True),
    )
    assert writer(node("block", *blocks), labels=("page-label",)).article() == (
        '<section id="a-made-up-page"><span id="page-label"></span>\n<h1>A made-up page</h1>\n'
        '<section id="russia-s-part">\n<h2>Russia\u2019s part</h2>\n<p>one &lt; two</p>\n'
        '<section id="deeper"><span id="own-label"></span>\n<h3>Deeper</h3>\n</section>\n'
        '</section>\n<section id="id1">\n<h2>Deeper</h2>\n</section>\n</section>\n'
    )


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (node("link", text("o"), url="/other", internal=True), '<a href="../other.html">o</a>'),
        (
            node("link", text("o"), url="/other", internal=True, identifier="top"),
            '<a href="../other.html#top">o</a>',
        ),
        (
            node("link", text("f"), url="/f-0123.json", urlSource="f.json"),
            '<a href="f.json">f</a>',
        ),
        (
            node("crossReference", text("h"), url="/other", remote=True, html_id="here"),
            '<a href="../other.html#here">h</a>',
        ),
        (node("crossReference", text("h"), html_id="here"), '<a href="#here">h</a>'),
        (node("outsideLink", url='https://example.org/?a="&b'), "&quot;&amp;b"),
        (node("code", value="a < b", visibility="remove"), ""),
        (node("outputs", visibility="remove"), ""),
        (node("list", node("listItem", text("a")), ordered=True, start=3), '<ol start="3">'),
        ({"type": "inlineCode", "value": "<b>"}, "<code>&lt;b&gt;</code>"),
    ],
)
def test_nodes_become_plain_html(found: dict[str, Any], wanted: str) -> None:
    """Links lead from the page of a folder; text is escaped; what is removed is not shown."""
    page = writer(node("paragraph", found))
    shown = page.article().partition("<p>")[2].partition("</p>")[0]
    assert wanted in shown if wanted else shown == ""
    assert page.faults == []


def test_results_of_cells_are_shown_and_folded(tmp_path: Path) -> None:
    """A result is taken from its file, and a folded one has the words of its cell."""
    (tmp_path / "chart.html").write_text("<figure></figure>", encoding="utf-8")
    data = {"output_type": "display_data", "data": {"text/html": {"path": "/chart.html"}}}
    outputs = node("outputs", {"type": "output", "jupyter_data": data}, visibility="hide")
    prompts = {"mystnb": {"code_prompt_show": "Show the rows"}}
    article = writer(node("block", outputs, data=prompts), files=tmp_path).article()
    assert '<p class="collapsed">Show the rows</p>' in article
    assert "Hide code cell output" in article
    assert "<figure></figure></details>" in article


def test_what_cannot_be_printed_is_named_with_its_place() -> None:
    """All such nodes at once: an unknown kind, a link to no page, a result without HTML."""
    page = writer(
        node("paragraph", node("inlineMath"), position={"start": {"line": 7}}),
        node("paragraph", node("link", text("x"), url="/nowhere", internal=True)),
        {"type": "output", "jupyter_data": {"output_type": "stream", "text": "loose words"}},
    )
    page.article()
    assert page.faults == [
        "lines/made-up, near line 7: found 'inlineMath', which the second engine cannot print",
        "lines/made-up, near line 7: found a link to '/nowhere', which is no page of the book",
        "lines/made-up, near line 7: found a result of a cell (stream) without HTML; show it by a "
        "chart",
    ]


def test_call_is_written_as_the_first_engine_reads_it() -> None:
    """Options survive quotes, colons and line ends; a body with a fence gets a longer one."""
    options = {"caption": 'a: "b" # c\nd'}
    call = {"kind": "directive", "name": "x", "argument": "", "options": options, "body": "```\na"}
    first, *rest = call_source(call).splitlines()
    assert first == "````{x}"
    assert yaml.safe_load("\n".join(rest[1 : rest.index("---", 1)])) == options
    assert rest[-3:] == ["```", "a", "````"]


def test_contents_name_every_page(tmp_path: Path) -> None:
    """Pages outside the list of contents are printed, too, and a name without a page is refused."""
    (tmp_path / "editions").mkdir()
    for name in ("index.md", "a.md", "lines.ipynb", "editions/2026-01-01.md"):
        (tmp_path / name).write_text("# T", encoding="utf-8")
    parts = [{"caption": "P", "chapters": [{"file": "a", "title": "A"}, {"file": "lines"}]}]
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump({"root": "index", "parts": parts}))
    assert myst_project_and_parsed_pages.engine_contents(tmp_path) == [
        {"file": "index.md"},
        {"title": "P", "children": [{"file": "a.md"}, {"file": "lines.ipynb"}]},
        {"file": "editions/2026-01-01.md", "hidden": True},
    ]
    (tmp_path / "a.md").unlink()
    with pytest.raises(DataError, match="found 'a', which is no page of the book"):
        myst_project_and_parsed_pages.engine_contents(tmp_path)


def test_expected_warnings_are_of_this_engine() -> None:
    """Each that is overlooked has a reason; a missing file, role or address is not overlooked."""
    assert all(myst_project_and_parsed_pages.EXPECTED.values())
    log = '⚠️  a.md:1 Duplicate identifier in project "cell-0"\n⛔️ b.md:2 unknown role: no\n'
    assert myst_project_and_parsed_pages.unexpected_warnings(log) == ["b.md:2 unknown role: no"]


def test_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its environment the second engine says what installs it."""
    monkeypatch.setattr(myst_project_and_parsed_pages, "PROGRAMS", tmp_path)
    with pytest.raises(DataError, match="run make book ENGINE=2, which installs it"):
        myst_project_and_parsed_pages.engine_program()


def test_page_without_words_is_described_by_the_title() -> None:
    """An empty paragraph describes nothing."""
    assert description("<p> </p>", title="The book") == "The book"


@pytest.mark.parametrize("words", ["3", "2 ", "two"])
def test_unknown_engine_is_refused(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One clear message, and nothing is run."""
    monkeypatch.setattr(sys, "argv", ["press", f"--engine={words}"])
    monkeypatch.setattr(press, "_build", lambda _: pytest.fail("it was run"))
    assert press.main() == 1
    assert capsys.readouterr().err == (
        f"ENGINE: found {words!r}; give 1 (Jupyter Book 1) or 2 (Jupyter Book 2)\n"
    )


def _make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    shutil.copyfile(ROOT / "Makefile", folder / "Makefile")
    command = ["make", "-C", str(folder), "-o", "env", *words]
    kept = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    return subprocess.run(command, env=kept, capture_output=True, text=True, check=False)


def test_engine_goes_with_make_book_alone(tmp_path: Path) -> None:
    """A PDF or an edition of the second engine is not promised."""
    ran = _make(tmp_path, "pdf", "ENGINE=2")
    assert ran.returncode
    assert "ENGINE goes with make book alone, found it with: pdf" in ran.stderr


def test_failed_installation_is_one_message(tmp_path: Path) -> None:
    """What fails is named with its reason and its log, and the first engine is offered."""
    (tmp_path / "requirements-engine2.txt").write_text("", encoding="utf-8")
    (tmp_path / "env").mkdir()
    no_python = tmp_path / "no-python"
    no_python.write_text("#!/bin/sh\necho no index was reached >&2\nexit 1\n", encoding="utf-8")
    no_python.chmod(0o755)
    ran = _make(tmp_path, "book", "ENGINE=2", "VENV=env", f"PYTHON={no_python}")
    assert ran.returncode
    first, second, *rest = ran.stderr.splitlines()
    assert first == "requirements-engine2.txt was not installed: no index was reached"
    assert second.startswith(
        "ENGINE=2 needs it and, once, the package index; make book needs neither"
    )
    assert len(rest) <= 1
