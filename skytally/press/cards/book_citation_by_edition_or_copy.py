"""How a card cites the book: its newest edition, or this copy where the edition lacks the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skytally.editions import editions_folder, read_editions

Items = Mapping[str, Mapping[str, Any]]
SAID_BY_FINDING = ("text",)
SAID_BY_CLAIM = ("text", "verdict")
"""Fields of a finding and of a claim that its citation repeats."""


@dataclass(frozen=True)
class BookCitations:
    """Citations of the newest edition and of this copy, and what the edition says."""

    edition: str
    """Words to cite the edition by, or the book where there is none."""
    copy: str = ""
    """Words to cite this copy by; empty where it is the edition."""
    name: str = ""
    """Id of the edition."""
    findings: Items = field(default_factory=dict)
    """Findings as the edition has them, by key."""
    claims: Items = field(default_factory=dict)
    """Claims as the edition has them, by id."""

    def of_finding(self, finding: Mapping[str, Any]) -> str:
        """Cite the book for a finding: the edition, if it has the same sentence."""
        return self._cited(finding, self.findings.get(finding["key"]), SAID_BY_FINDING)

    def of_claim(self, claim: Mapping[str, Any]) -> str:
        """Cite the book for a claim: the edition, if it has the same verdict on the same words."""
        return self._cited(claim, self.claims.get(claim["id"]), SAID_BY_CLAIM)

    def _cited(
        self, here: Mapping[str, Any], there: Mapping[str, Any] | None, said: tuple[str, ...]
    ) -> str:
        if not self.copy:
            return self.edition
        if there is None:
            return f"{self.copy} Edition {self.name} does not have it."
        if any(here[name] != there.get(name) for name in said):
            return f"{self.copy} Edition {self.name} has other words for it."
        return self.edition


def book_citations(about: Mapping[str, str]) -> BookCitations:
    """Read what the newest edition says, where the book differs from it.

    Parameters
    ----------
    about : mapping of str to str
        From `book_details`, with the words on the edition.
    """
    if "copy_citation" not in about:
        return BookCitations(about["citation"])
    edition = read_editions(editions_folder())[0][-1]
    return BookCitations(
        about["citation"],
        about["short_copy_citation"],
        edition.id,
        findings=edition.findings,
        claims=edition.claims,
    )
