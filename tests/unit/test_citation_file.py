"""The citation file names the version, the authors and the licences that package and book have."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

from skytally.press.book_metadata import book_details

ROOT = Path(__file__).resolve().parents[2]


def test_version_is_the_cited_one() -> None:
    """The package and the citation file name one version."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"]
    assert str(cited) == tomllib.loads(text)["project"]["version"]


def test_citation_file_and_book_agree() -> None:
    """Both name one book by one author under one licence; the software keeps its own licence."""
    about = book_details()
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    book = cited["preferred-citation"]
    assert (cited["type"], book["type"]) == ("software", "book")
    assert book["title"] == about["title"]
    assert about["title"] in cited["title"]
    assert [each["name"] for each in cited["authors"]] == [about["author"]]
    assert [each["name"] for each in book["authors"]] == [about["author"]]
    assert book["license"].replace("-", " ") == about["licence"]
    assert cited["license"] == "MIT"
