"""Text of a page: what a reader sees, in the right character set, and an end to hostile pages."""

from __future__ import annotations

import pytest

from skytally.page_archive.page_text import page_text


def test_text_is_that_which_a_reader_sees() -> None:
    """Inline marks do not break a sentence, scripts and comments are none, blocks are lines."""
    page = b"<title>T</title><p>About <b>1</b>,000<!-- 5 --> cars</p><script>9</script><li>x<br>y"
    found = page_text(page, content_type="text/html")
    assert (found.title, found.text) == ("T", "About 1,000 cars\nx\ny")


@pytest.mark.parametrize(("body", "text"), [(b"<ht", ""), (b"<p>73 cars</p><p cla", "73 cars")])
def test_tag_in_which_a_page_breaks_off_is_no_text(body: bytes, text: str) -> None:
    """Wherever the connection ended, only what a reader sees is looked through."""
    assert page_text(body, content_type="text/html", whole=False).text == text


@pytest.mark.parametrize(
    ("charset", "declared"),
    [("cp1251", "utf-8"), ("cp1251", "windows-1251"), ("utf-8", "iso-8859-1"), ("koi8-r", "")],
)
def test_page_is_read_as_what_it_is(charset: str, declared: str) -> None:
    """Whatever the server declares."""
    text = "Там стояли контейнеры, и вагоны ушли на запад страны."
    kind = f"text/html; charset={declared}" if declared else "text/html"
    assert page_text(f"<p>{text}</p>".encode(charset), content_type=kind).text == text


@pytest.mark.parametrize("body", [b"<div>" * 400_000, b"\x1f\x8b" + b"0" * 999, b"\xff\xfe\x00"])
def test_hostile_page_has_no_text_and_ends_soon(body: bytes) -> None:
    """A page made to take for ever is given up, and none raises."""
    for encoding in ("", "gzip", "br"):
        page_text(body, content_type="text/html", content_encoding=encoding)
