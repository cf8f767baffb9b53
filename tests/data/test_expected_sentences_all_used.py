"""The file of sentences holds what tests compare with, and nothing else."""

from __future__ import annotations

import ast

import pytest

from tests.support import expected_sentences


def test_every_sentence_is_compared_and_every_comparison_has_one() -> None:
    """Every key is used by a test, one that a loop completes by its beginning, and none is left."""
    called = [
        node.args[0]
        for path in expected_sentences.files_that_compare()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("same_sentence")
    ]
    used = {each.value for each in called if isinstance(each, ast.Constant)}
    begun = {
        str(each.values[0].value)
        for each in called
        if isinstance(each, ast.JoinedStr) and isinstance(each.values[0], ast.Constant)
    }
    known = set(expected_sentences.read_sentences())
    completed = {key for key in known - used if key.startswith(tuple(begun))}
    assert used | completed == known
    assert all(any(key.startswith(start) for key in completed) for start in begun)


def test_other_words_and_unknown_keys_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed sentence is seen, and the message names the command that accepts it."""
    monkeypatch.setattr(expected_sentences, "read_sentences", lambda: {"a.b": "No ship."})
    expected_sentences.same_sentence("a.b", "No ship.")
    with pytest.raises(
        AssertionError, match=r"a\.b: if the new words .* tests\.support\.expected_sentences"
    ):
        expected_sentences.same_sentence("a.b", "One ship.")
    with pytest.raises(AssertionError, match=r"no sentence 'a\.c' in sentences\.json"):
        expected_sentences.same_sentence("a.c", "No ship.")
