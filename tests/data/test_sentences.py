"""The file of sentences holds what tests compare with, and nothing else."""

from __future__ import annotations

import ast

import pytest

from tests.support import sentences


def test_every_sentence_is_compared_and_every_comparison_has_one() -> None:
    """A key that no test uses is a leftover; one that is not there was never written."""
    used = {
        node.args[0].value
        for path in sentences.files_that_compare()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("same_sentence")
        and isinstance(node.args[0], ast.Constant)
    }
    assert used == set(sentences.read_sentences())


def test_other_words_and_unknown_keys_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed sentence is seen, and the message names the command that accepts it."""
    monkeypatch.setattr(sentences, "read_sentences", lambda: {"a.b": "No ship."})
    sentences.same_sentence("a.b", "No ship.")
    with pytest.raises(
        AssertionError, match=r"a\.b: if the new words .* tests\.support\.sentences"
    ):
        sentences.same_sentence("a.b", "One ship.")
    with pytest.raises(AssertionError, match=r"no sentence 'a\.c' in sentences\.json"):
        sentences.same_sentence("a.c", "No ship.")
