"""Cards of a wording and its source side by side, with the words that changed marked."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from skytally.press.sphinx_ext.html_blocks import cell

SMALL_WORDS = frozenset(
    (
        "a", "an", "and", "are", "as", "at", "by", "for", "from", "have", "in", "is", "it", "no",
        "not", "of", "on", "or", "that", "the", "their", "to", "was", "were", "will", "with",
    )
)  # fmt: skip
"""Words that two sentences share without saying the same; a common run of them is no match."""


def _key(token: str) -> str:
    return token.strip(",.;:'\"").lower()


def _runs(words: list[str], kept: set[int]) -> str:
    """Words with every run that is not kept marked."""
    parts: list[str] = []
    run: list[str] = []
    for i, word in enumerate([*words, ""]):
        if i < len(words) and i not in kept:
            run.append(cell(word))
            continue
        if run:
            parts.append(f"<mark>{' '.join(run)}</mark>")
            run = []
        if word:
            parts.append(cell(word))
    return " ".join(parts)


def marked_words(before: str, after: str) -> tuple[str, str]:
    """HTML of two short texts with the words marked that only one of them has.

    Parameters
    ----------
    before, after : str
        Plain texts.

    Returns
    -------
    before, after : str
        Escaped, with ``mark`` elements. Case and punctuation make no difference, and a common
        run of small words alone, such as *of the*, is none.

    Examples
    --------
    >>> marked_words("more than 1,000 containers", "up to 1,000 containers")
    ('<mark>more than</mark> 1,000 containers', '<mark>up to</mark> 1,000 containers')
    """
    old, new = before.split(), after.split()
    keys = [_key(word) for word in old], [_key(word) for word in new]
    kept_old: set[int] = set()
    kept_new: set[int] = set()
    for match in SequenceMatcher(None, *keys, autojunk=False).get_matching_blocks():
        common = keys[0][match.a : match.a + match.size]
        if not set(common) <= SMALL_WORDS:
            kept_old |= set(range(match.a, match.a + match.size))
            kept_new |= set(range(match.b, match.b + match.size))
    return _runs(old, kept_old), _runs(new, kept_new)


def wording_card(anchor: str, head: str, lines: Iterable[tuple[str, str]], foot: str = "") -> str:
    """Card with its anchor, a heading and labelled lines; all but the anchor is ready HTML."""
    listed = "".join(f"<dt>{label}</dt><dd>{words}</dd>" for label, words in lines if words)
    below = f'<p class="sk-card-rows">{foot}</p>' if foot else ""
    return (
        f'<article class="sk-card sk-wording" id="{cell(anchor)}"><p>{head}</p>'
        f"<dl>{listed}</dl>{below}</article>"
    )
