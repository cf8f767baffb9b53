"""Pages carry a policy that lets only the scripts of the site run."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from skytally.press.content_security_policy import policy_of, write_policies

HEAD = (
    '<!DOCTYPE html>\n<html>\n  <head>\n    <meta charset="utf-8" />\n    {}</head><body>{}</body>'
)
OF_THEME = "DOCUMENTATION_OPTIONS.pagename = 'lines/rail-counts';"
DATA = '<script type="application/json">{"a": 1}</script>'


def _page(head: str = "", body: str = "") -> str:
    return HEAD.format(head, body)


def test_policy_of_a_page_names_the_theme_by_its_hash() -> None:
    """A script of the theme is allowed by its hash, a file of the site by its place."""
    script = f"<script>{OF_THEME}</script>"
    policy = policy_of(_page(script, f'{DATA}<script src="a.js"></script>'), name="a.html")
    digest = base64.b64encode(hashlib.sha256(OF_THEME.encode()).digest()).decode()
    parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert parts["script-src"] == f"'self' file: 'sha256-{digest}'"
    assert parts["default-src"] == "'none'"


@pytest.mark.parametrize(
    "script",
    [
        "alert(1)",
        f"{OF_THEME} alert(1)",
        "DOCUMENTATION_OPTIONS.pagename = 'a'; alert('b');",
        "DOCUMENTATION_OPTIONS.pagename = 'a\\'; alert(1); //';",
        "let toggleHintShow = 'Click'; alert(1)",
    ],
)
def test_write_policies_refuses_a_foreign_script(tmp_path: Path, script: str) -> None:
    """A script that no theme wrote stops the build, with the page's name."""
    (tmp_path / "a.html").write_text(_page(body=f"<SCRIPT>{script}</SCRIPT>"), encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"a\.html: found a script in the page"):
        write_policies(tmp_path)


def test_write_policies_puts_it_before_every_script(tmp_path: Path) -> None:
    """The policy stands after the encoding and before what it governs; cards have their own."""
    for name in ("a.html", "lines/b.html", "cards/row/c.html", "_static/d.html"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_page(f"<script>{OF_THEME}</script>"), encoding="utf-8")
    write_policies(tmp_path)
    for name in ("a.html", "lines/b.html"):
        page = (tmp_path / name).read_text(encoding="utf-8")
        places = [page.index(each) for each in ("charset", "Content-Security-Policy", "<script")]
        assert places == sorted(places)
        assert page.index("charset") < 1000
    for name in ("cards/row/c.html", "_static/d.html"):
        assert "Security" not in (tmp_path / name).read_text(encoding="utf-8")


def test_write_policies_refuses_a_page_without_a_place(tmp_path: Path) -> None:
    """A page whose first script comes before its encoding cannot be governed."""
    (tmp_path / "a.html").write_text(f"<script>{OF_THEME}</script>{_page()}", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"a\.html: no place for its policy"):
        write_policies(tmp_path)
