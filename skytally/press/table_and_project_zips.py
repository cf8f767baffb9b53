"""Two downloads of the site: all its tables, and the folder of the project, each as one zip."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from skytally.core import DataError, project_root
from skytally.press import git_commit_and_tree

TABLES_ZIP = "data.zip"
"""All tables of the site with their descriptions."""
PROJECT_ZIP = "project.zip"
"""The folder of the project, as git tracks it."""
NOT_PACKED = (
    "book/_build/",
    "data/archived_pages/",
    "data/editions/",
    "data/measured/",
    "data/scenes/",
    "data/stamps/",
)
"""Folders that are built, acquired, or published on pages of their own."""
FOR_DEVELOPERS = (".ci/", "labs/", "tests/")
"""Folders of the project that no page shows or depends on."""
LICENCES = ("LICENSE", "LICENSE-CC-BY")
README = """\
{title}: all tables

To cite them: {cited}

record/    what was observed, stated and read: the record
findings/  how each number of the pages is made from rows of the record
claims/    the sentences under test
sites/     positions and outlines of the places (GeoJSON, degrees on WGS 84)
results/   results of the tests of the methods
charts/    what maps and timelines show
*.csv      the numbers under charts and computed tables, and tables on parameters and archived pages

Every table is CSV in UTF-8 with commas. Beside most lies a dictionary, such as
record/rail_counts.dictionary.csv: what each column holds, and what an empty cell means. What the
columns of the numbers under charts hold is in charts/columns_of_chart_files.csv.
datapackage.json (Frictionless) and csvw.json (CSV on the Web) say the same to programs.

Numbers are as their sources print them; a bound such as "at least" stands in a column of its own.
Cite whoever counted or stated a number, too: the column source_id leads to record/sources.csv.

Licence of the tables: {licence}, whose words are in LICENSE-CC-BY. What a publisher wrote stays the
publisher's. Where a table has a column licence, it names the licence of the source of that row,
such as that of an outline off which a point was read; the licence above does not replace it.
"""


def _unlicensed_images(root: Path) -> list[Path]:
    """Folders and archives of images on this machine that no licence lets be published.

    Raises
    ------
    DataError
        If the table of providers cannot be read.
    """
    # a build with nothing to do reads no table
    from skytally.core import read_toml

    path = root / "data/sites/providers.toml"
    rows = read_toml(path).values() if path.is_file() else ()
    found = []
    for row in rows:
        url = str(row.get("url", "")) if isinstance(row, dict) else ""
        if not url or "://" in url or row.get("republish") or row.get("label"):
            continue
        place = (path.parent / Path(url).expanduser()).resolve()
        # a catalogue that is a file lies beside its images
        found.append(place if row.get("kind") == "folder" else place.parent)
    return found


def packed_files() -> dict[str, bool]:
    """Files of the project that its zip has, and whether each can be run; empty without git.

    Somebody's own images are left out even where git tracks them, unless the row of their
    provider states a right to publish them; all files are, where that cannot be read.
    """
    root = project_root()
    tracked = git_commit_and_tree.tracked_files(root)
    try:
        kept_back = _unlicensed_images(root)
    except DataError:
        return {}
    return {
        path: run
        for path, run in tracked.items()
        if not path.startswith(NOT_PACKED)
        and not any((root.resolve() / path).is_relative_to(place) for place in kept_back)
    }


def stage_project_zip(stage: Path, *, title: str) -> None:
    """Pack the files of the project that git tracks; nothing is written outside a checkout.

    A file that git does not track is never packed: it may be somebody's own image or key.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages, which then name the zip.
    title : str
        Title of the book, after which the folder in the zip is named.
    """
    from skytally.core import slug_of
    from skytally.editions import canonical_zip

    root, folder = project_root(), slug_of(title)
    found = packed_files()
    if not found:
        return
    files = {f"{folder}/{path}": (root / path).read_bytes() for path in found}
    programs = {f"{folder}/{path}" for path, run in found.items() if run}
    packed = canonical_zip(files, programs=programs)
    (stage / PROJECT_ZIP).write_bytes(packed)


def renew_project_zip(site: Path, *, title: str) -> bool:
    """Pack the files of the project anew in a site whose pages are as they should be.

    Parameters
    ----------
    site : Path
        The site, with its zip.
    title : str
        As for `stage_project_zip`.

    Returns
    -------
    bool
        False where the pages give another size than the new zip has; the old one stays then.
    """
    with tempfile.TemporaryDirectory(dir=site.parent) as name:
        stage_project_zip(Path(name), title=title)
        new = Path(name) / PROJECT_ZIP
        if megabytes(new) != megabytes(site / PROJECT_ZIP):
            return False
        new.replace(site / PROJECT_ZIP)
    return True


def write_tables_zip(pages: Path, about: Mapping[str, str]) -> None:
    """Pack all tables of a site with their dictionaries, outlines, descriptions and licence.

    Parameters
    ----------
    pages : Path
        Root of the printed pages, with their tables.
    about : mapping of str to str
        From `book_details`, with the words on the edition.
    """
    from skytally.editions import canonical_zip

    data = pages / "data"
    files = {
        path.relative_to(data).as_posix(): path.read_bytes()
        for pattern in ("*.csv", "*.geojson", "*.json")
        for path in data.rglob(pattern)
    }
    cited = about["citation"]
    if "copy_citation" in about:
        cited += f"\nWhere a number is in this copy only: {about['copy_citation']}"
    words = README.format(title=about["title"], cited=cited, licence=about["licence"])
    files["README.txt"] = words.encode()
    for name in LICENCES:
        if (project_root() / name).is_file():
            files[name] = (project_root() / name).read_bytes()
    (pages / TABLES_ZIP).write_bytes(canonical_zip(files))


def megabytes(path: Path) -> str:
    """Size of a file in words, as beside a link to it."""
    return f"{path.stat().st_size / 1e6:.1f} MB"
