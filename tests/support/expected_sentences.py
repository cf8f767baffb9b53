"""Sentences and captions compared word for word by tests, and the command to renew their file.

Numbers and keys stay in the tests; how something is worded stands in ``tests/data/sentences.json``.
After a rewording, ``python -m tests.support.expected_sentences`` writes the new words into the
file, and its diff is the review.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "data" / "sentences.json"
RENEW = "SKYTALLY_RENEW_SENTENCES"
"""Environment variable under which `same_sentence` writes what it was called with."""
OWN_TEST = "test_expected_sentences_all_used.py"
"""Test of this module, which holds no sentence."""
COMMAND = "python -m tests.support.expected_sentences"


def read_sentences() -> dict[str, str]:
    """Read the file: key to sentence."""
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def same_sentence(key: str, words: str) -> None:
    """Compare a sentence with the one in the file.

    Parameters
    ----------
    key
        Module and case, such as ``charts.empty``.
    words
        The sentence, caption or alternative text as the code makes it.

    Raises
    ------
    AssertionError
        If the file has no such key or another sentence, unless it is being renewed.
    """
    known = read_sentences()
    if os.environ.get(RENEW):
        known[key] = words
        text = json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False)
        FILE.write_text(f"{text}\n", encoding="utf-8")
        return
    assert key in known, f"no sentence {key!r} in {FILE.name}; add it with {COMMAND}"
    assert words == known[key], f"{key}: if the new words are meant, run {COMMAND}"


def files_that_compare() -> list[Path]:
    """Find the test files that hold a sentence."""
    return [
        path
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if path.name != OWN_TEST and "same_sentence(" in path.read_text(encoding="utf-8")
    ]


def main() -> int:
    """Write the current sentences into the file and drop keys that no test uses."""
    FILE.write_text("{}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-n", "0", *map(str, files_that_compare())]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, RENEW: "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
