"""Foreign text in messages: short, printable, without secrets and without what it quotes."""

from __future__ import annotations

import pytest

from skytally.web import one_line, redacted_message, shown, url_without_query


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n  b\t", "a b"),
        ("\x1b[2J", "\\u001b[2J"),
        ("a\u202eb\u200b", "a\\u202eb\\u200b"),
        ("\ud83d", "\\ud83d"),
        ("\u5317\u00e9", "\u5317\u00e9"),
        ("x" * 301, f"{'x' * 282}… (301 characters)"),
    ],
)
def test_one_line_can_be_printed_and_encoded(text: str, line: str) -> None:
    """Other alphabets stay; what nobody sees is spelt out; what is long is cut."""
    assert one_line(text) == line
    assert one_line(one_line(text)) == line
    assert line.encode().isascii() or "\ud83d" not in line


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://me:pw@host/a.tif?sig=1#x", "https://host/a.tif"),
        ("s3://bucket/a.tif?sig=1", "s3://bucket/a.tif"),
        ("FTP://me@host/a#sig=1", "FTP://host/a"),
        ("/data/scene #3/a.tif", "/data/scene #3/a.tif"),
    ],
)
def test_address_loses_user_query_and_fragment(url: str, plain: str) -> None:
    """Of any scheme; a path of the disk may hold a number sign."""
    assert url_without_query(url) == plain


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("https://me:pw@host/a?sig=1", "'https://host/a'"),
        ("see https://host/a#sig=1", "'see https://host/a'"),
        (["x" * 500], "['xxxxxxxxx"),
        ({"a": [[[[1]]]]}, "{'a': [[[...]]]}"),
        (float("nan"), "nan"),
    ],
)
def test_value_is_shown_short_and_without_secrets(value: object, words: str) -> None:
    """Whatever an item holds in its place."""
    assert shown(value).startswith(words)
    assert len(shown(value)) <= 120


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("could not convert string to float: 'c4n4ry'"), "float: …"),
        (OSError("can't open b'c4n4ry' now"), "OSError: can't open … now"),
        (KeyError("c4n4ry"), "KeyError: …"),
        (RuntimeError("x" * 10**6), "characters)"),
    ],
)
def test_error_of_a_library_is_told_without_what_it_quotes(error: Exception, message: str) -> None:
    """It may quote bytes that a server sent."""
    told = redacted_message(error)
    assert message in told
    assert "c4n4ry" not in told
    assert len(told) < 250
