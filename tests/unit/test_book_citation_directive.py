"""How to cite the book: its day of issue, its newest edition, and a copy that differs."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.press import book_metadata, edition_pages
from skytally.press.sphinx_ext.book_citation_directive import CiteBook
from tests.support.directives_without_page import bare


def _with_issue(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    config = {"title": "T", "author": "A", "sphinx": {"config": {"html_context": {"issued": day}}}}
    monkeypatch.setattr(book_metadata, "_config", lambda: config)


def test_citation_takes_no_day_of_the_record_for_a_day_of_issue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a day of issue the year is an about; with one, it stands in every form."""
    _with_issue(monkeypatch, "")
    shown = html.unescape(str(bare(CiteBook).html()))
    assert '"circa": true' in shown
    assert "no day of issue is set" in shown
    _with_issue(monkeypatch, "2031-05-17")
    shown = html.unescape(str(bare(CiteBook).html()))
    assert "A (2031), T," in shown
    assert "date = {2031-05-17}" in shown
    assert json.loads(shown.rpartition("<pre>")[2].partition("</pre>")[0])[0]["issued"] == {
        "date-parts": [[2031, 5, 17]]
    }


@pytest.mark.parametrize("differs", [False, True])
def test_the_newest_edition_is_cited_first_and_then_the_copy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, differs: bool
) -> None:
    """All forms have the id and day of the edition; a copy that differs has its hash beside it."""
    _with_issue(monkeypatch, "")
    known = {
        "edition": f"{'copy that differs from ' if differs else ''}edition 2031-05-17-2",
        "edition_id": "2031-05-17-2",
        "edition_day": "2031-05-17",
        "edition_page": "editions/x.html",
    }
    copy = {"copy_hash": "ab12", "edition_version": "7.1", "edition_complete_to": "2031-05-02"}
    (tmp_path / edition_pages.STATE).write_text(
        json.dumps(known | (copy if differs else {"issued": "2031-05-17"}))
    )
    shown = html.unescape(str(bare(CiteBook, srcdir=str(tmp_path)).html()))
    edition = "A (2031), T, edition 2031-05-17-2, issued 17 May 2031, "
    assert edition in shown
    assert "no day of issue" not in shown
    assert "date = {2031-05-17}" in shown
    forms = [part.partition("</pre>")[0] for part in shown.split("<pre>")[1:]]
    csl = json.loads(forms[1])[0]
    assert csl["issued"]["date-parts"] == [[2031, 5, 17]]
    assert csl["edition"] == "2031-05-17-2"
    assert len(forms) == (4 if differs else 2)
    of_copy = "A (2031), T, copy with the SHA-256 ab12, which differs from edition 2031-05-17-2, "
    assert (of_copy in shown) is differs
    if differs:
        assert "issued 17 May 2031, version 7.1, newest page read: 2 May 2031." in shown
        assert shown.index(edition) < shown.index(of_copy)
        assert "edition" not in json.loads(forms[3])[0]
        assert "ab12" in json.loads(forms[3])[0]["note"]


def test_a_day_of_issue_that_is_no_day_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error is not cited."""
    _with_issue(monkeypatch, "17 May 2031")
    with pytest.raises(DataError, match="issued is '17 May 2031'; write a day"):
        book_metadata.book_details()
