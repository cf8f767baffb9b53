"""Words: every term of a method that a page or table uses is explained there."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from skytally.core import data_folder, project_root
from skytally.press.sphinx_ext.interval_calibration_directives import ESTIMATORS

TERMS = (
    *("Admiralty", "artefact of attention", "average precision", "backscatter", "bias", "bracket"),
    *("CFAR", "covering", "credible interval", "F-score", "false alarm", "heavy tails"),
    *("interval score", "intersection over union", "likelihood ratio", "Little"),
    *("memory", "negative binomial", "persistence", "placebo", "Poisson", "posterior"),
    *("precision", "prior", "Rbeast", "recall", "rmse", "ruptures", "semi-Markov", "surge.limit"),
)  # fmt: skip
"""Terms of statistics, imagery and intelligence that a reader need not know."""
PLAIN = re.compile(r"mean stay|level ratio|bracketed dates|changes")
"""Estimators whose names need no other words."""
ENTRY = re.compile(r"^([^\s:`][^\n]*)\n: (.+?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


def glossary() -> dict[str, str]:
    """Terms of the page Words with their explanations."""
    text = (project_root() / "book" / "glossary.md").read_text(encoding="utf-8")
    return dict(ENTRY.findall(text))


def printed_words() -> str:
    """Everything that pages, their directives, notebooks, findings and results say."""
    root = project_root()
    notebooks = [json.loads(path.read_text("utf-8")) for path in root.glob("notebooks/*.ipynb")]
    prose = ["".join(each["source"]) for book in notebooks for each in book["cells"]]
    pages = [path for path in root.glob("book/*.md") if path.stem != "glossary"]
    tables = [path for name in ("findings", "claims", "results") for path in tables_of(name)]
    directives = sorted((root / "skytally" / "press" / "sphinx_ext").glob("*.py"))
    files = (path.read_text(encoding="utf-8") for path in (*pages, *directives, *tables))
    return "\n".join([*prose, *files])


def tables_of(folder: str) -> list[Path]:
    """Tables of a folder of the data."""
    return sorted((data_folder() / folder).glob("*.csv"))


def test_words_explain_every_term_of_a_method_that_is_used() -> None:
    """A term on a page without an entry, in its head or its explanation, is named."""
    explained = "\n".join(f"{term}\n{words}" for term, words in glossary().items()).casefold()
    used = printed_words().casefold()
    missing = [
        term for term in TERMS if term.casefold() in used and term.casefold() not in explained
    ]
    assert missing == []


def test_terms_of_methods_are_used() -> None:
    """The list holds nothing that no page uses, so that it stays worth reading."""
    used = printed_words().casefold()
    assert [term for term in TERMS if term.casefold() not in used] == []


def test_words_are_sorted_and_explained_once() -> None:
    """A reader finds a term by its first letter."""
    terms = [term.casefold() for term in glossary()]
    assert terms == sorted(set(terms))


def test_estimators_of_simulated_worlds_have_plain_words() -> None:
    """A code word in the table of intervals is spelled out for readers."""
    path = data_folder() / "results" / "calibration.csv"
    with path.open(encoding="utf-8", newline="") as file:
        names = dict.fromkeys(row["estimator"] for row in csv.DictReader(file))
    assert [name for name in names if name not in ESTIMATORS and not PLAIN.fullmatch(name)] == []
