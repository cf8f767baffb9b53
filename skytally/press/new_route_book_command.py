"""Begin a book of another route, with no row in it yet (``make route``)."""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from skytally.core import (
    REGISTRY,
    SUFFIX,
    VOCABULARY,
    DataError,
    data_folder,
    data_registry,
    dictionary_path,
    observation_tables,
    project_root,
)
from skytally.press.project_paths import PACKAGE, book_folder

TEMPLATE = Path(__file__).with_name("route_template")
PAGE = "observations"
"""The one page of evidence that a new book has."""
FOLDERS = ("", "record", "claims", "charts", "sites", "translations")
"""Folders of the data whose tables a new book has, without rows."""
LIMITS = "results/simulated_recall_and_bias.csv"
"""What measures find in simulated images; a page says it until it has images of its own."""
COPIED_WHOLE = (
    *("record/units.csv", "sensor_breaks.csv", "sites/providers.toml", LIMITS),
    *("number_and_month_words.csv", "words_for_cited_units.csv"),
    "charts/columns_of_chart_files.csv",
    *(
        f"translations/{name}.csv"
        for name in ("closed_scale_words", "unit_forms", "overclaiming_words")
    ),
)
"""Files on units, words, instruments, measures, catalogues and columns, and nothing of a route."""
OWN_FOLDERS = ("book", "data", "docs", "labs", "notebooks", "skytally", "tests")
"""Folders of this project, in which another book would be taken for a part of this one."""
LICENCE = "CC-BY-4.0"
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|$&!])")
"""Characters that mean something in a heading."""


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _write_rows(path: Path, rows: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _words_of(name: str) -> list[list[str]]:
    """Rows of a vocabulary without the words that speak of this project's route alone."""
    left_out = {tuple(row) for row in _rows(TEMPLATE / "vocabulary_words_not_copied.csv")[1:]}
    return [row for row in _rows(data_folder() / name) if tuple(row[:2]) not in left_out]


def _write_tables(data: Path) -> Iterator[str]:
    """Write the tables of a new book; yield their names relative to its data folder."""
    for folder in FOLDERS:
        for dictionary in sorted((data_folder() / folder).glob(f"*{SUFFIX}")):
            table = dictionary.with_name(dictionary.name.removesuffix(SUFFIX) + ".csv")
            name = table.relative_to(data_folder()).as_posix()
            rows = _rows(table)
            _write_rows(data / name, rows if name in COPIED_WHOLE else rows[:1])
            shutil.copyfile(dictionary, data / folder / dictionary.name)
            yield name
    for folder in (*FOLDERS, "findings"):
        name = f"{folder}/{VOCABULARY}".removeprefix("/")
        if (data_folder() / name).is_file():
            _write_rows(data / name, _words_of(name))
            yield name
    _write_rows(data / LIMITS, _rows(data_folder() / LIMITS))
    shutil.copyfile(dictionary_path(data_folder() / LIMITS), dictionary_path(data / LIMITS))
    yield LIMITS
    shutil.copyfile(data_folder() / "sites/providers.toml", data / "sites/providers.toml")
    yield "sites/providers.toml"


def _write_findings(data: Path) -> str:
    folder = data / "findings"
    described = sorted((data_folder() / "findings").glob(f"*{SUFFIX}"))[0]
    header = [row[0] for row in _rows(described)[1:]]
    _write_rows(folder / f"{PAGE}.csv", [header])
    shutil.copyfile(described, folder / f"{PAGE}{SUFFIX}")
    return f"findings/{PAGE}.csv"


def _write_registry(data: Path, names: list[str]) -> None:
    registered = data_registry.entries()
    slugs = {row["file"]: slug for slug, row in registered.items()}
    # the day of the tables whose headers and words these are
    newest = max(str(row["retrieved"]) for row in registered.values())
    slugs[f"findings/{PAGE}.csv"] = f"findings_{PAGE}"
    entries = [
        f'[{slugs[name]}]\nfile = "{name}"\nsource = "made for this book"\nlicence = "{LICENCE}"\n'
        f'retrieved = "{newest}"\n'
        for name in names
        if name in slugs
    ]
    head = "# slug -> file, source, licence, retrieved; sha256 where the file is frozen.\n\n"
    (data / REGISTRY).write_text(head + "\n".join(entries), encoding="utf-8")


def _filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"@{name}@", word)
    return text


def _make_escaped(path: Path) -> str:
    return str(path).replace("$", "$$").replace("#", "\\#")


def _record_sections() -> str:
    names = [*observation_tables(data_folder() / "record"), "same_observation", "counters"]
    titles = {name: name.replace("_", " ").capitalize() for name in [*names, "vocabulary"]}
    sections = (
        f"\n## {title}\n\n```{{record-table}} {name}\n:caption: {title}\n```\n"
        for name, title in titles.items()
    )
    return "".join(sections)


def _write_pages(folder: Path, title: str) -> None:
    words = {"TITLE": MARKDOWN.sub(r"\\\1", title)}
    book = folder / "book"
    shutil.copytree(book_folder() / "_static", book / "_static")
    for page in sorted((TEMPLATE / "book").iterdir()):
        text = _filled(page.read_text(encoding="utf-8"), words)
        if page.name == "record.md":
            text += _record_sections()
        (book / page.name).write_text(text, encoding="utf-8")
    readme = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(_filled(readme, words), encoding="utf-8")
    # the theme writes the author's name as HTML, so a title has no place in it
    own = {"title": title, "author": "The authors of this book"}
    lines = (book_folder() / "_config.yml").read_text(encoding="utf-8").splitlines()
    named = [
        # a string of JSON is one of YAML, too, whatever it holds
        f"{key}: {json.dumps(own[key], ensure_ascii=False)}" if key in own else line
        for line in lines
        for key in [line.partition(":")[0]]
    ]
    (book / "_config.yml").write_text("\n".join(named) + "\n", encoding="utf-8")


def _write_project(folder: Path, title: str) -> None:
    names = [*_write_tables(folder / "data"), _write_findings(folder / "data")]
    _write_registry(folder / "data", names)
    _write_pages(folder, title)
    shutil.copytree(TEMPLATE / "notebooks", folder / "notebooks")
    (folder / "notebooks" / "params").mkdir()
    for name in ("gitignore", "gitattributes"):
        shutil.copyfile(TEMPLATE / name, folder / f".{name}")
    places = {"ENGINE": PACKAGE.parent, "ENVIRONMENT": Path(sys.prefix)}
    makefile = (TEMPLATE / "Makefile").read_text(encoding="utf-8")
    words = {name: _make_escaped(path) for name, path in places.items()}
    (folder / "Makefile").write_text(_filled(makefile, words), encoding="utf-8")


def new_route(folder: Path, title: str) -> None:
    """Write a new book, whole or not at all.

    Parameters
    ----------
    folder : Path
        Where it goes; an empty folder, or none yet.
    title : str
        Title of the book, in any script.

    Raises
    ------
    DataError
        If the folder is no folder, not empty or among the files of this book, or the title is
        empty or holds control characters.
    """
    if not title.strip() or not title.isprintable():
        message = f"TITLE: found {title!r}; write the title of the book on one line"
        raise DataError(message)
    root, where = project_root().resolve(), folder.resolve()
    if where.is_relative_to(root) and {*where.relative_to(root).parts[:1]} & {*OWN_FOLDERS}:
        message = (
            f"DIR: found {str(folder)!r}, which lies in a folder of this book, whose pages and "
            "tables it would join; name a folder beside the project, such as ../caspian"
        )
        raise DataError(message)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"DIR: found {str(folder)!r}, which is not empty; name a folder that is not there"
        raise DataError(message)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-route-") as beside:
        made = Path(beside) / "book"
        made.mkdir()
        _write_project(made, title.strip())
        if folder.exists():
            folder.rmdir()
        made.rename(folder)


def main(words: list[str]) -> int:
    """Begin a book; the exit code."""
    parser = argparse.ArgumentParser(prog="make route", description=__doc__)
    parser.add_argument("--folder", default="", help="DIR, the folder of the new book")
    parser.add_argument("--title", default="", help="TITLE, the title of the new book")
    arguments = parser.parse_args(words)
    try:
        if not arguments.folder.strip():
            message = 'DIR: found nothing; write such as make route DIR=../caspian TITLE="…"'
            raise DataError(message)
        folder = Path(arguments.folder).expanduser().resolve()
        new_route(folder, arguments.title)
    except (DataError, OSError) as error:
        print(error, "nothing was written", sep="\n", file=sys.stderr)
        return 1
    print(f"a new book is in {folder}; change into it and run make book")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
