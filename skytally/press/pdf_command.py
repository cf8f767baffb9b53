"""The whole book as one PDF: ``make pdf`` prints the built site with an installed Chromium."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skytally.core import DataError
from skytally.editions import editions_folder, read_editions
from skytally.press.book_metadata import book_details
from skytally.press.edition_pages import present_edition
from skytally.press.project_paths import book_folder, build_folder, site_folder

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
STYLE = Path(__file__).with_name("scripts") / "print.css"
PDF_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:[^)]*\)")
FIXED_DATE = b"D:19800101000000+00'00'"
"""Date written into the file, so that two runs give the same bytes."""
TIME_LIMIT_S = 300
NOT_PRINTED = (
    "script", "button", ".headerlink", ".sk-live", ".sk-filter", ".sk-lab", ".sk-save",
    ".sk-downloads", ".sk-cite", "td details",
)  # fmt: skip
"""What paper cannot use, and the folded cells of rows, which stand in the files."""


class PdfError(RuntimeError):
    """The book cannot be printed."""


def page_names() -> list[tuple[str, str]]:
    """Part and name of every page, in the order of the contents."""
    import yaml

    contents = yaml.safe_load((book_folder() / "_toc.yml").read_text(encoding="utf-8"))
    pages = [("", str(contents["root"]))]
    for part in contents.get("parts", []):
        pages += [(str(part["caption"]), str(chapter["file"])) for chapter in part["chapters"]]
    return pages


def _anchor(page: str, anchor: str) -> str:
    return f"{page.replace('/', '-')}--{anchor}"


def _relinked(link: Any, page: str, known: set[str]) -> None:
    """Lead a link to its place in the book; take off one that leads to a file beside it."""
    target = link["href"]
    if target.startswith(("http://", "https://")):
        return
    path, _, anchor = target.partition("#")
    folder = page.rpartition("/")[0]
    name = path.removesuffix(".html")
    while name.startswith("../"):
        name, folder = name.removeprefix("../"), ""
    name = f"{folder}/{name}" if folder and name else name
    where = name or page
    if where in known:
        link["href"] = f"#{_anchor(where, anchor) if anchor else _anchor(where, 'top')}"
    else:
        del link["href"]


def _with_heads(table: Any) -> None:
    """Write the words of its column into every cell, before which they stand on paper."""
    heads = [head.get_text(" ", strip=True) for head in table.select("thead th")]
    for row in table.select("tbody tr"):
        for cell, words in zip(row.find_all(["th", "td"], recursive=False), heads, strict=False):
            cell["data-head"] = words


def _article(page: str, known: set[str]) -> tuple[str, str]:
    """Title and HTML of a page, its anchors and links made fit for one long document."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(
        (site_folder() / f"{page}.html").read_text(encoding="utf-8"), "html.parser"
    )
    article: Any = soup.select_one("article.bd-article")
    if article is None:
        message = f"{page}.html has no article; run make book anew"
        raise DataError(message)
    for unwanted in NOT_PRINTED:
        for element in article.select(unwanted):
            element.decompose()
    for table in article.select("table"):
        _with_heads(table)
    for element in article.select("[id]"):
        element["id"] = _anchor(page, element["id"])
    for link in article.select("a[href]"):
        _relinked(link, page, known)
    for fold in article.select("details"):
        fold["open"] = ""
    title = article.select_one("h1")
    words = title.get_text(" ", strip=True) if title else page
    return (
        words,
        f'<section class="page" id="{_anchor(page, "top")}">{article.decode_contents()}</section>',
    )


def book_html() -> str:
    """Return the built book as one page: title, contents, all pages, figures numbered.

    Raises
    ------
    DataError
        If the site was not built, or not with all pages of the contents.
    """
    names = page_names()
    missing = [name for _, name in names if not (site_folder() / f"{name}.html").is_file()]
    if missing:
        message = f"no printed page of {', '.join(missing)} in {site_folder()}; run make book first"
        raise DataError(message)
    about, known = (
        book_details(present_edition(read_editions(editions_folder())[0])),
        {name for _, name in names},
    )
    pages = [(part, name, *_article(name, known)) for part, name in names]
    title, copied = html.escape(about["title"]), html.escape(about.get("copy_citation", ""))
    listed, last = [], ""
    for part, name, words, _ in pages:
        if part != last:
            listed.append(f"</ul><h3>{html.escape(part)}</h3><ul>")
            last = part
        listed.append(f'<li><a href="#{_anchor(name, "top")}">{html.escape(words)}</a></li>')
    style = STYLE.read_text(encoding="utf-8")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<style>{style}</style></head><body><header class="cover"><h1>{title}</h1>'
        f"<p>{html.escape(about['citation'])}</p>"
        f"{f'<p>This copy: {copied}</p>' if copied else ''}"
        f"<p>{html.escape(about['licence'])}</p></header>"
        f'<nav class="contents"><h2>Contents</h2><ul>{"".join(listed)}</ul></nav>'
        f"{''.join(text for *_, text in pages)}</body></html>"
    )


def print_pdf(page: Path, target: Path) -> None:
    """Print a page with the installed browser.

    Raises
    ------
    PdfError
        If no browser is installed, or it prints nothing.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        message = (
            f"no browser found; make pdf needs one of {', '.join(BROWSERS)} on the path "
            "(Debian and Ubuntu: apt-get install chromium)"
        )
        raise PdfError(message)
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={profile}",
            "--no-pdf-header-footer", f"--print-to-pdf={target}", page.as_uri(),
        ]  # fmt: skip
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=TIME_LIMIT_S
            )
        except subprocess.TimeoutExpired as error:
            message = f"the browser printed for more than {TIME_LIMIT_S} s and was ended"
            raise PdfError(message) from error
    if run.returncode or not target.is_file():
        message = f"the browser printed nothing: {run.stderr.strip()[-500:]}"
        raise PdfError(message)


def with_fixed_dates(content: bytes) -> bytes:
    """PDF whose dates of making are the same in every run; no byte moves."""

    def fixed(match: re.Match[bytes]) -> bytes:
        room = len(match[0]) - len(match[1]) - len(b"/ ()")
        return b"/" + match[1] + b" (" + FIXED_DATE[:room].ljust(room) + b")"

    return PDF_DATE.sub(fixed, content)


def _steps() -> Iterator[str]:
    folder = build_folder() / "pdf"
    folder.mkdir(parents=True, exist_ok=True)
    page, target = folder / "book.html", folder / "counted.pdf.new"
    page.write_text(book_html(), encoding="utf-8")
    yield f"printing {len(page_names())} pages"
    target.unlink(missing_ok=True)
    print_pdf(page, target)
    final = folder / "book.pdf"
    target.write_bytes(with_fixed_dates(target.read_bytes()))
    target.replace(final)
    yield f"the book is {final}"


def main() -> int:
    """Print the book; the exit code."""
    try:
        for step in _steps():
            sys.stdout.write(f"{step}\n")
            sys.stdout.flush()
    except (DataError, PdfError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
