"""Numbers in the prose of a live notebook, in place of the roles that only a page fills in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from skytally.findings import Finding

SCRIPT = Path(__file__).with_name("jupyterlab_text_role_filling.js")


def prose_script(findings: Iterable[Finding]) -> str:
    """Script that fills the roles in the text cells of a live notebook.

    A text cell cannot hold a number that is computed, and the roles are filled in when the book
    is printed; in JupyterLab the reader would see ``{f}`` and a key. The notebook itself, and
    what is saved of it, stays as it is.

    Parameters
    ----------
    findings : iterable of Finding
        The findings that the text quotes.

    Returns
    -------
    str
        An HTML element.
    """
    words = {
        finding.key: {
            "f": finding.said,
            "f-when": finding.when,
            "f-text": finding.text,
        }
        for finding in findings
    }
    inside = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    script = SCRIPT.read_text(encoding="utf-8").replace("WORDS", inside)
    return f"<script>{script}</script>"
