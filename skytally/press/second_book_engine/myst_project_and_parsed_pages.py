"""The staged pages as a project of Jupyter Book 2, and what it parsed of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from skytally.core import DataError
from skytally.press.subprocesses_and_local_ports import bare_environment, last_lines

PROGRAMS = Path(sys.prefix) / "engine2" / "bin"
"""Folder of Jupyter Book 2 and its Node, whose lock is requirements-engine2.txt."""
PLUGIN = "role_and_directive_calls.mjs"
CALLS = "role_and_directive_calls.json"
TEMPLATE = "plain_template"
LONGEST = 600
"""Seconds that a run may take; it takes some ten."""
TEMPLATE_SETTINGS = {"jtex": "v1", "kind": "site", "title": "None; pages are printed by the book"}
EXPECTED = {
    r"Ignoring legacy Jupyter Book TOC": "the contents of the first engine lie beside the pages",
    r"Legacy syntax used for link target": "both engines read a label without #, and resolve it",
    r"Duplicate identifier in project \"[\w-]+\"": "ids of cells, to which nothing links",
    r"Usage of the \{doc\} role is not recommended": "both engines read this role, and resolve it",
    r"unexpected argument provided for directive: div": "its class sets blocks side by side",
    r"extra key ignored: orphan": "a page that no list of contents names says so to Sphinx",
}
"""Warnings that change nothing a reader sees, and why; any other stops the build."""
WARNING = re.compile(r"^\s*(?:⚠️|⛔)\ufe0f?\s*(.*)$")


@dataclass(frozen=True)
class ParsedPage:
    """A page as the engine parsed it."""

    docname: str
    """Its name, such as ``lines/rail-counts``."""
    title: str
    tree: dict[str, Any]
    """Root of its nodes."""
    labels: tuple[str, ...]
    """Labels of the page itself."""


@dataclass(frozen=True)
class ParsedBook:
    """All pages of a book, and the addresses that the engine gave them."""

    pages: tuple[ParsedPage, ...]
    addresses: Mapping[str, str]
    """Address within the engine to the name of a page."""
    files: Path
    """Folder of the results of cells that the engine wrote into files of their own."""


def page_name(file: str) -> str:
    """Name of the page of an entry of the contents, which may name its file whole."""
    return file.removesuffix(".md").removesuffix(".ipynb")


def _source(stage: Path, name: str) -> str:
    """File of a page.

    Raises
    ------
    DataError
        If there is none.
    """
    for suffix in (".md", ".ipynb"):
        if (stage / f"{page_name(name)}{suffix}").is_file():
            return f"{page_name(name)}{suffix}"
    message = f"_toc.yml: found {name!r}, which is no page of the book; correct it"
    raise DataError(message)


def contents(stage: Path) -> dict[str, Any]:
    """List of contents of the book, ``_toc.yml``."""
    return dict(yaml.safe_load((stage / "_toc.yml").read_text(encoding="utf-8")))


def engine_contents(stage: Path) -> list[dict[str, Any]]:
    """List of contents as the second engine writes it; pages that are in no list are hidden."""
    listed = contents(stage)
    front = _source(stage, listed["root"])
    parts = [
        {
            "title": part["caption"],
            "children": [{"file": _source(stage, each["file"])} for each in part["chapters"]],
        }
        for part in listed.get("parts", [])
    ]
    known = {front, *(each["file"] for part in parts for each in part["children"])}
    others = sorted(path.relative_to(stage).as_posix() for path in stage.rglob("*.md"))
    hidden = [{"file": name, "hidden": True} for name in others if name not in known]
    return [{"file": front}, *parts, *hidden]


def write_project(stage: Path, calls: Mapping[str, Any], *, title: str) -> None:
    """Write the settings, plugin and template of the second engine beside the staged pages.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages.
    calls : mapping
        Roles and directives of the book, from `known_calls`.
    title : str
        Title of the book.
    """
    settings = {
        "version": 1,
        "project": {"title": title, "toc": engine_contents(stage), "plugins": [PLUGIN]},
        "site": {"template": TEMPLATE, "options": {"folders": True}},
    }
    (stage / "myst.yml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    (stage / CALLS).write_text(json.dumps(calls), encoding="utf-8")
    shutil.copyfile(Path(__file__).parent / PLUGIN, stage / PLUGIN)
    (stage / TEMPLATE).mkdir()
    template = yaml.safe_dump(TEMPLATE_SETTINGS)
    (stage / TEMPLATE / "template.yml").write_text(template, encoding="utf-8")


def unexpected_warnings(log: str) -> list[str]:
    """Warnings and errors of the engine that are not among the `EXPECTED`.

    Examples
    --------
    >>> unexpected_warnings("⚠️  a.md:3 unknown directive: fo")
    ['a.md:3 unknown directive: fo']
    >>> unexpected_warnings("⚠️  _toc.yml Ignoring legacy Jupyter Book TOC in favor of myst.yml")
    []
    """
    found = [match[1] for line in log.splitlines() if (match := WARNING.match(line))]
    return [words for words in found if not any(re.search(pattern, words) for pattern in EXPECTED)]


def engine_program() -> Path:
    """Path of the program of Jupyter Book 2.

    Raises
    ------
    DataError
        If it is not installed.
    """
    program = PROGRAMS / "jupyter-book"
    if not program.is_file():
        message = f"found no program {program}; run make book ENGINE=2, which installs it"
        raise DataError(message)
    return program


def run_engine(stage: Path, log: Path) -> None:
    """Let Jupyter Book 2 parse the project; it starts no server.

    Raises
    ------
    RuntimeError
        If it fails, takes too long or warns of what it should not.
    """
    env = bare_environment(NO_COLOR="1")
    env["PATH"] = os.pathsep.join([str(PROGRAMS), env["PATH"]])
    with log.open("w", encoding="utf-8") as out:
        try:
            run = subprocess.run(
                [engine_program(), "build", "--site", "--strict"],
                cwd=stage,
                env=env,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                check=False,
                timeout=LONGEST,
            )
        except subprocess.TimeoutExpired as error:
            message = f"Jupyter Book 2 took longer than {LONGEST} s; full log: {log}"
            raise RuntimeError(message) from error
    faults = unexpected_warnings(log.read_text(encoding="utf-8"))
    if faults or run.returncode:
        shown = "\n".join(faults[:30]) or last_lines(log)
        message = f"the pages were not parsed by Jupyter Book 2\n{shown}\nfull log: {log}"
        raise RuntimeError(message)


def _page_labels(site: Path) -> Iterator[tuple[str, str]]:
    """Address and label of each page that has one."""
    listed = json.loads((site / "myst.xref.json").read_text(encoding="utf-8"))
    for each in listed["references"]:
        if each["kind"] == "page" and "identifier" in each:
            yield each["url"], each["identifier"]


def read_parsed(stage: Path) -> ParsedBook:
    """Read what the engine parsed.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages, after `run_engine`.
    """
    site = stage / "_build" / "site"
    labels = list(_page_labels(site))
    addresses: dict[str, str] = {}
    pages = []
    for path in sorted((site / "content").glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        docname = content["location"].lstrip("/").rpartition(".")[0]
        url = "/" + content["slug"].replace(".", "/")
        addresses[url] = docname
        own = tuple(label for where, label in labels if where == url)
        title = content["frontmatter"]["title"]
        pages.append(ParsedPage(docname, title, content["mdast"], own))
    addresses["/"] = contents(stage)["root"]
    return ParsedBook(tuple(pages), addresses, site / "public")
